/* What the C files share. Each group names the file that defines it. */
#ifndef FSP_INTERNAL_H
#define FSP_INTERNAL_H

#include "fastspec.h"
#include "kernels/kernels.h"

#include <stdint.h>

/* cpu.c */
const fsp_kernels *fsp_find_kernels(const char *isa, fsp_precision precision);

/* memory.c: 64-byte aligned, NULL on failure or when count * size overflows. */
void *fsp_allocate(size_t count, size_t size);
void fsp_free(void *p);

/* threads.c: work(context, i) for i < n_jobs on at most n_threads threads; returns when all are done.
 * A thread that cannot be started is done without. */
typedef void fsp_work(void *context, size_t job);
void fsp_parallel(fsp_work *work, void *context, size_t n_jobs, int n_threads);

/* fft.c */
enum { FSP_MOST_PASSES = 32 };

typedef struct {
    size_t n, n_passes;
    fsp_pass passes[FSP_MOST_PASSES];
    uint32_t *order;  /* bin k is at point order[k] */
} fsp_complex_fft;

typedef enum { FSP_FFT_EVEN, FSP_FFT_ODD, FSP_FFT_BLUESTEIN } fsp_fft_kind;

typedef struct {
    fsp_fft_kind kind;
    const fsp_kernels *kernels;
    size_t n, n_bins;
    size_t tile_vectors;   /* vectors of scratch that a transform needs */
    uint32_t *where;       /* bin k is at vector where[k], its imaginary part at the next */
    void *sign;            /* REAL: -1 where the conjugate of bin k is stored */
    uint32_t *sample;      /* position within the frame of the i-th sample that the first pass reads */
    void *window;          /* REAL, in the order of `sample` */

    /* even: n = radix * m */
    size_t radix, m, class_stride;
    void *twiddles, *half_twiddles;
    fsp_complex_fft columns;

    /* odd: real passes one inside the other, each with its complex classes */
    size_t n_levels;
    fsp_pass levels[FSP_MOST_PASSES];
    fsp_complex_fft level_columns[FSP_MOST_PASSES];
    size_t level_start[FSP_MOST_PASSES];  /* vector where a level's classes start */

    /* Bluestein */
    void *chirp_window, *chirp, *filter;
    fsp_complex_fft convolution;
} fsp_real_fft;

fsp_status fsp_real_fft_create(fsp_real_fft *fft, size_t n, const double *window, const fsp_kernels *kernels);
void fsp_real_fft_destroy(fsp_real_fft *fft);

/* Memory that will be read soon; fetched piece by piece between the passes, which hides most of the wait. */
typedef struct {
    const char *at;
    size_t bytes;
} fsp_ahead;

/* The spectrum of `lanes` frames. offsets[i]: where in `table` the sample sample[i] of the first frame stands. */
void fsp_real_fft_run(const fsp_real_fft *fft, const void *table, const uint32_t *offsets, int power, void *tile,
                      fsp_ahead ahead);

/* bands.c */
fsp_status fsp_bank_create(fsp_bank *bank, size_t n_bands, size_t n_bins, const double *dense, size_t itemsize);
void fsp_bank_destroy(fsp_bank *bank);

/* feature.c */
fsp_status fsp_matrix_create(fsp_matrix *matrix, size_t n_out, size_t n_in, const double *dense, size_t itemsize);
void fsp_matrix_destroy(fsp_matrix *matrix);

/* levels.c */
fsp_levels fsp_levels_of(double multiplier, double floor, double offset, fsp_precision precision);

/* samples.c: PCM codes, `stride` bytes apart, as contiguous reals of the kernels' precision. */
void fsp_read_pcm(const fsp_kernels *kernels, fsp_pcm pcm, const void *codes, ptrdiff_t stride, size_t n, void *out);
ptrdiff_t fsp_sample_size(fsp_pcm pcm, fsp_precision precision);

/* frames.c: samples start .. start + n - 1 of a padded signal, contiguous and in the plan's precision. */
typedef struct {
    const void *data;
    fsp_pcm pcm;
    const fsp_kernels *kernels;  /* of the precision that comes out; read for PCM codes only */
    fsp_precision precision;
    size_t n_samples;
    ptrdiff_t stride;
    fsp_padding padding;
    size_t lead;
} fsp_signal;
void fsp_copy_samples(const fsp_signal *signal, ptrdiff_t start, size_t n, fsp_precision precision, void *out);

/* plan.c */
struct fsp_plan {
    fsp_config config;  /* its pointers are not kept */
    const fsp_kernels *kernels;
    size_t n_bins, n_rows, n_last;  /* rows out of the bank (or the spectrum), and out of the plan */
    int power;                      /* the FFT leaves |X|^2 */

    /* frames: a block is `block` frames, cut into rows = min(hop_length, n_fft) by columns. The `overlap` columns it
     * shares with the block before end at column `carried` of the table, whole vectors, so that those it adds, which
     * are the many, are stored aligned. */
    size_t rows, overlap, carried, block, table_stride;
    uint32_t *offsets;

    fsp_real_fft fft;
    uint32_t *identity;
    fsp_bank bank;
    fsp_levels levels;
    fsp_matrix matrix;

    /* scratch of one thread: where each part starts, and all of it, in bytes */
    size_t linear_at, tile_at, bands_at, features_at, peak_at, scratch_size;
};

void *fsp_to_real(const double *x, size_t n, size_t itemsize);

#endif
