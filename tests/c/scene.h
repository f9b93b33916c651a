/* A scene: a plan, a signal for it, and what one thread makes of all its frames (the baseline). */
#ifndef SCENE_H
#define SCENE_H

#include "check.h"

enum { BANK_NONE, BANK_PAIRS, BANK_ROWS };

typedef struct {
    fsp_config config;
    fsp_plan *plan;
    size_t n_channels, n_samples, total_frames, n_rows, width;  /* width: reals an output element takes */
    double *window, *bank, *matrix;
    char *signal;    /* n_channels x n_samples, contiguous, in the precision */
    char *emphasised;  /* the same after what is done to the whole signal: what frames are cut from */
    char *baseline;  /* n_channels x total_frames x n_rows x width */
} scene;

/* What a caller may ask for beside the baseline. */
typedef struct {
    size_t first, n_frames;
    int n_threads, by_rows;
    ptrdiff_t stride;         /* of the input's samples */
    fsp_precision precision;  /* of the input */
    size_t gap;               /* elements between the output's rows or frames, and its channels */
    size_t place;
    int check_finite, check_peak;
} way;

/* `config` says all but window, bank and matrix; those are random. With `short_samples`, signals are floats in either
 * precision. */
void scene_create(check *t, scene *s, const fsp_config *config, int bank, size_t n_channels, size_t n_samples,
                  size_t total_frames, int short_samples);
void scene_destroy(scene *s);
void scene_baseline(check *t, const scene *s);  /* once more, after the signal was changed */
/* A way of running it: does it give the baseline's bits, leave everything else alone (and find the peak)? */
void scene_run(check *t, const scene *s, const way *w);
way plain_way(const check *t, const scene *s);
const char *scene_name(const scene *s);

/* An exact value and how far the engine's may be from it. */
typedef struct { wide x, err; } value;
/* bands, levels and features of one frame in place of x[0 .. n_bins - 1]; returns the number of rows. */
size_t back_half(const check *t, const fsp_config *c, size_t n_bins, value *x);
void scene_reference(check *t, const scene *s);
/* Sample i of n, and what numpy.pad puts around them for such a margin; zeros beyond. Linear ramps are computed in double
 * and rounded to the precision, as everything that becomes a sample. */
double padded_sample(const check *t, const void *x, size_t n, fsp_margin margin, ptrdiff_t i);
/* x as the precision has it, both what the plan keeps of a bank or matrix and what a sample is */
double *random_reals(check *t, size_t n, double low, double high);
double *random_matrix(check *t, size_t n_out, size_t n_in);
double *random_bank(check *t, int kind, size_t n_bands, size_t n_bins);

#endif
