/* Random atoms, a signal for them, and what fastspec.h says that comes of both. */
#ifndef MATERIAL_H
#define MATERIAL_H

#include "check.h"

enum {
    MOST_RATES = 4,
    MOST_ATOMS = 24,
    MOST_PAIRS = 40,
    MOST_TAPS = 9,
    MOST_BINS = 6,
    MOST_CHANNELS = 3,
    MOST_HALF = 700,
    N_HUGE_HOPS = 5
};

typedef struct {
    fsp_atoms_config c;  /* points into this struct: not to be copied */
    size_t n_taps[MOST_RATES], rate[MOST_ATOMS], bin[MOST_ATOMS], n_pairs[MOST_ATOMS];
    double taps[MOST_RATES * MOST_TAPS], even[MOST_ATOMS * MOST_PAIRS], odd[MOST_ATOMS * MOST_PAIRS];
    double factors[4 * MOST_ATOMS];
    size_t half[MOST_RATES];  /* samples -half .. half of a rate are all that a frame draws on */
    wide roundings;           /* of a bin, at most */
    size_t n_channels, n_samples, n_frames;
    char *signal;             /* n_channels x n_samples numbers of the precision, all of them floats */
} material;

/* Random in all that `i` does not decide: halvings, padding, the kind of hop, empty signals. */
material *random_material(check *t, size_t i);
material *huge_material(check *t, size_t i);  /* whose hop is longer than anything, i < N_HUGE_HOPS */
void random_signal(check *t, material *m);  /* once more, after n_samples was changed */
void discard_material(material *m);
void measure(material *m);  /* once more, after the atoms were changed */
const char *name_of(const material *m);
size_t frame_bytes(const check *t, const material *m);
size_t all_bytes(const check *t, const material *m);
void *must_have(void *p);

/* A value, and the sum of the sizes of all that it is a sum of. */
typedef struct { wide x, size; } sized;

/* The bins of a frame: real and imaginary part in turn. */
void reference_frame(const check *t, const material *m, size_t channel, size_t frame, sized *bins);
/* The adjoint: the samples about one frame of complex numbers, added to a channel of `out`. */
void reference_sum(const check *t, const material *m, const char *spectrum, size_t frame, sized *out);
wide roundings_of_sum(const material *m);

/* What a caller may ask for. */
typedef struct {
    size_t first, n_frames, gap;
    int n_threads, by_rows, look;
    ptrdiff_t stride;
    fsp_precision precision;
} manner;

manner plain_manner(const check *t, const material *m);
fsp_atoms *create_atoms(check *t, const material *m);
/* Frames into `out`: channels x frames x bins, contiguous. */
fsp_status run_atoms(check *t, const material *m, const fsp_atoms *atoms, const manner *w, char *out);
/* How many of n numbers of a slot's buffer are no longer canaries. */
size_t n_written(const check *t, const char *p, size_t n);

#endif
