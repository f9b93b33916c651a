/* What the C files share. Each group names the file that defines it. */
#ifndef FSP_INTERNAL_H
#define FSP_INTERNAL_H

#include "fastspec.h"
#include "kernels/kernels.h"

#include <stdint.h>

static inline size_t fsp_larger(size_t a, size_t b) { return a > b ? a : b; }
static inline size_t fsp_divide_up(size_t a, size_t b) { return (a + b - 1) / b; }
static inline size_t fsp_round_up(size_t n, size_t step) { return (n + step - 1) / step * step; }

/* cpu.c */
const fsp_kernels *fsp_find_kernels(const char *isa, fsp_precision precision);

/* memory.c: 64-byte aligned, NULL on failure or when count * size overflows. The second never asks for large pages. */
void *fsp_allocate(size_t count, size_t size);
void *fsp_allocate_small_pages(size_t bytes);
void fsp_free(void *p);
/* Room for `count` times `bytes` in memory that is laid out piece by piece, each on cache lines of its own: where it
 * starts. A `size` that overflows stays SIZE_MAX, which fsp_allocate refuses. */
size_t fsp_reserve(size_t *size, size_t count, size_t bytes);

/* threads.c: work(context, i) for i < n_jobs on at most n_threads threads; returns when all are done, or FSP_ESTOPPED when
 * those that had begun are. If a thread cannot be started, the others do its work. */
typedef void fsp_work(void *context, size_t job);
fsp_status fsp_parallel(fsp_work *work, void *context, size_t n_jobs, int n_threads);
/* 0 if the work that this thread does for fsp_parallel is to end. To be called in every loop that may last longer than some tens
 * of milliseconds; a call costs some tens of nanoseconds. */
int fsp_go_on(void);

/* fft.c */
enum { FSP_MOST_PASSES = 32, FSP_PACES = 2 };

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
    size_t n_stops[FSP_PACES];  /* to fetch lines at, in hurried and in careful steps */
    uint32_t *where;       /* bin k is at vector where[k], its imaginary part at the next */
    void *sign;            /* REAL: -1 where the conjugate of bin k is stored */
    uint32_t *sample;      /* position within the frame of the i-th sample that the first pass reads */
    void *window;          /* REAL, in the order of `sample` */

    /* even: a real pass, and the complex FFTs that it leaves */
    fsp_real_pass first;
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

enum { FSP_LINE = 64 };  /* bytes that caches fetch together, on most CPUs */

/* The spectrum of `lanes` frames. Sample sample[i] of the first frame is number offsets[i] of `table`. `ahead` says which lines
 * to fetch meanwhile; how many at a time is worked out here. */
void fsp_real_fft_run(const fsp_real_fft *fft, const void *table, const uint32_t *offsets, int power, void *tile,
                      fsp_ahead ahead);

/* For the inverse FFT. The kind of length n; at which point of which column, before the complex passes reorder them, an even
 * length has bin k, and whether it is the conjugate (returned); the complex passes of `count` columns; and how many lines to
 * fetch at a time. */
fsp_fft_kind fsp_fft_kind_of(size_t n);
int fsp_even_fft_point(const fsp_real_fft *fft, size_t k, size_t *column, size_t *point);
void fsp_complex_fft_run(const fsp_complex_fft *fft, const fsp_kernels *kernels, char *z, size_t count, size_t stride,
                         int last, fsp_ahead *ahead);
void fsp_share_ahead(const fsp_real_fft *fft, fsp_ahead *ahead);

/* inverse_fft.c: spectra to frames, windowed and added into a ring. */
typedef struct {
    fsp_real_fft fft;             /* DIRECT: run backwards; its window includes 2/n. HARTLEY: its window is 1/n */
    fsp_places places;            /* of the spectrum's bins, and which way it is */
    uint32_t *offsets;            /* HARTLEY: where the FFT reads the spectrum */
    void *window;                 /* HARTLEY: of overlap-add */
    size_t n_vectors, n_scratch;  /* of a spectrum, and needed beside it */
} fsp_inverse_fft;
/* `n_columns`: of the ring. */
fsp_status fsp_inverse_fft_create(fsp_inverse_fft *inverse, size_t n, size_t n_columns, const double *window,
                                  const fsp_kernels *kernels);
void fsp_inverse_fft_destroy(fsp_inverse_fft *inverse);
void fsp_inverse_fft_run(const fsp_inverse_fft *inverse, void *spectrum, void *scratch, const fsp_ring *ring, fsp_ahead ahead);

/* bands.c */
fsp_status fsp_bank_create(fsp_bank *bank, size_t n_bands, size_t n_bins, const double *dense, size_t itemsize);
fsp_status fsp_bank_create_complex(fsp_bank *bank, const fsp_config *config, const fsp_real_fft *fft, size_t itemsize);
void fsp_bank_destroy(fsp_bank *bank);

/* summary.c: rows of a tile that a few numbers a frame are made of, and what to make. */
typedef struct {
    fsp_summary_kind kind;
    double amount;
    size_t n_groups, scratch_vectors;
    size_t *sizes, *extremes;
    uint32_t *at;  /* vector of each bin of each group in turn */
} fsp_summary;
size_t fsp_summary_rows(const fsp_config *config);
fsp_status fsp_summary_create(fsp_summary *summary, const fsp_config *config, size_t n_bins, const uint32_t *where);
void fsp_summary_destroy(fsp_summary *summary);
void fsp_summary_run(const fsp_summary *summary, const fsp_kernels *kernels, const void *spectrum, const uint32_t *where,
                     size_t n_bins, void *scratch, void *rows);

/* feature.c */
fsp_status fsp_matrix_create(fsp_matrix *matrix, size_t n_out, size_t n_in, const double *dense, size_t itemsize);
void fsp_matrix_destroy(fsp_matrix *matrix);

/* atoms.c: atoms in groups, as many as k_correlate takes at once, and the halvings between their rates. */
typedef struct {
    size_t first_atom, n_atoms, first_weight;
    uint32_t ends[FSP_MOST_ATOM_TRIOS];
} fsp_atom_group;

typedef struct {
    size_t n_pairs;  /* of the longest atom */
    size_t first_group, n_groups;
    fsp_halving halving;  /* to this rate from the one before */
} fsp_atom_rate;

typedef struct {
    const fsp_kernels *kernels;
    size_t n_rates, n_groups, n_weights;
    fsp_atom_rate rates[1 + FSP_MOST_HALVINGS];
    fsp_atom_group *groups;
    uint32_t *bin;
    void *weights, *factors;
} fsp_atom_bank;

fsp_status fsp_atom_bank_create(fsp_atom_bank *bank, const fsp_atoms_config *config);
void fsp_atom_bank_destroy(fsp_atom_bank *bank);

/* Samples -delay .. rows - delay - 1 of a rate, of which a frame's middle is sample 0: all that its atoms, and the
 * halvings to the rates below, draw on. Never empty. */
typedef struct {
    size_t rows, delay;
} fsp_atom_span;
void fsp_atom_spans(const fsp_atom_bank *bank, fsp_atom_span *spans);

/* How many samples a halving reads to the left of its centre, and to the right. */
static inline size_t fsp_halving_left(const fsp_halving *h) { return 1 + (size_t)h->step * (h->n_taps - 1); }
static inline size_t fsp_halving_right(const fsp_halving *h) { return (size_t)(h->right + h->step * (ptrdiff_t)(h->n_taps - 1)); }

ptrdiff_t fsp_divide_down(ptrdiff_t a, ptrdiff_t b);
/* column * hop_length, or, where that is beyond every signal's end, any place that is. */
ptrdiff_t fsp_column_start(ptrdiff_t column, size_t hop_length);
/* The places of a frame's pairs of samples in a table of `rows` by `stride`, if its sample 0 is at row `delay` of column `own`.
 * Both arrays are to be freed, whatever the status. */
fsp_status fsp_pair_offsets(size_t n_pairs, int between, ptrdiff_t delay, size_t rows, size_t stride, ptrdiff_t own,
                            uint32_t **right, uint32_t **left);

/* levels.c */
fsp_levels fsp_levels_of(double multiplier, double floor, double offset, fsp_precision precision);

/* samples.c: PCM codes, `stride` bytes apart, as contiguous reals of the kernels' precision. */
void fsp_read_pcm(const fsp_kernels *kernels, fsp_pcm pcm, const void *codes, ptrdiff_t stride, size_t n, void *out);
ptrdiff_t fsp_sample_size(fsp_pcm pcm, fsp_precision precision);

/* frames.c: samples start .. start + n - 1 of a padded signal, contiguous and in the plan's precision. */
typedef struct {
    const void *data;
    fsp_pcm pcm;
    const fsp_kernels *kernels;  /* of the precision that comes out; read for PCM codes and conditioning only */
    fsp_precision precision;
    size_t n_samples;
    ptrdiff_t stride;
    fsp_margin margin;
    const fsp_conditioning *conditioning;  /* of the signal; or NULL */
    size_t place;
} fsp_signal;
fsp_signal fsp_signal_of(const fsp_input *in, size_t channel, const fsp_kernels *kernels, fsp_margin margin,
                         const fsp_conditioning *conditioning);
void fsp_copy_samples(const fsp_signal *signal, ptrdiff_t start, size_t n, fsp_precision precision, void *out);
/* Whether the signal lies as kernels read it: nothing to convert, no gaps. */
int fsp_in_place(const fsp_signal *signal, fsp_precision precision);
/* Columns of `rows` samples, `hop` apart, the first from `start`: copies, one behind the other; or the signal's own where
 * they are whole and in place, else copies in `linear`, which has room for all. They are *stride apart. */
void fsp_copy_columns(const fsp_signal *signal, ptrdiff_t start, size_t hop, size_t rows, size_t columns,
                      fsp_precision precision, void *out);
const void *fsp_columns(const fsp_signal *signal, ptrdiff_t start, size_t hop, size_t rows, size_t columns,
                        fsp_precision precision, void *linear, ptrdiff_t *stride);
/* Whether samples a .. b - 1 that are there are finite. `linear`: room for n of them. */
int fsp_span_finite(const fsp_signal *signal, ptrdiff_t a, ptrdiff_t b, const fsp_kernels *kernels, fsp_precision precision,
                    void *linear, size_t n);

/* ring.c: all of overlap-add that does not depend on the signal. */
typedef struct {
    const fsp_kernels *kernels;
    size_t n_fft, hop, lead, overlap;
    size_t column;                /* bytes from one column of the ring to the next */
    uint32_t *place;              /* of samples in the ring, see fsp_ring */
    size_t turn;                  /* the places of frames that begin one column later are so much further in `place` */
    uint32_t *identity, *spread;  /* 0 .. hop - 1; and the vectors of a column at which its samples are */
    fsp_inverse_fft fft;
    void *interior;               /* fsp_ring_scales of columns that have all their frames */
    double *squares;              /* of the window */
    double smallest;              /* smaller sums of squares do not divide */
} fsp_ring_plan;

/* FSP_EBUG, with nothing to be destroyed, where the config breaks its rules. */
fsp_status fsp_ring_create(fsp_ring_plan *plan, const fsp_inverse_config *config);
void fsp_ring_destroy(fsp_ring_plan *plan);
/* The factors of column q's samples, once its frames are added: one over the sum of their squared windows. These frames are
 * q - overlap .. q, as far as they are among n_frames. */
void fsp_ring_scales(const fsp_ring_plan *plan, size_t q, size_t n_frames, double *scales);
/* The column that frame `step` completes. */
char *fsp_ring_column(const fsp_ring_plan *plan, char *ring, size_t step);
/* The ring as frame `step` is to be added to it; frame 0 needs nothing there. */
fsp_ring fsp_ring_at(const fsp_ring_plan *plan, char *ring, size_t step);

/* plan.c */
struct fsp_plan {
    fsp_config config;  /* its pointers are not kept */
    const fsp_kernels *kernels;
    size_t n_bins, n_rows, n_last;  /* rows out of the bank (or the spectrum), and out of the plan */
    int power;                      /* the FFT leaves |X|^2 */

    /* frames: the table of a block of `block` frames has rows = min(hop_length, length), a column for each hop, and one more row
     * of zeros, for frames shorter than n_fft. The first `overlap` columns are those of the block before; they end at column
     * `carried`, a multiple of the lanes, so that the block's own columns, which are more, are stored aligned. */
    size_t rows, overlap, carried, block, table_stride;
    uint32_t *offsets;            /* what the FFT reads, in its order */

    /* frames that are conditioned are copied from the table to `length` vectors, which a vector of zeros follows */
    int conditioned;
    uint32_t *table_offsets;      /* of each sample of a frame in the table */
    fsp_frame_conditioning conditioning;
    void *energy_window;
    fsp_levels energy_levels;
    size_t skipped;               /* rows of the output before the bands or features: the energy's, if it comes first */

    fsp_real_fft fft;
    uint32_t *identity;
    fsp_bank bank;
    void *turns, *ones;           /* of a bank of complex bins, whose bands are pairs of rows: */
    uint32_t *pairs;              /* where each of them stands */
    fsp_summary summary;
    fsp_levels levels;
    fsp_matrix matrix;

    /* scratch of one thread: where each part starts, and all of it, in bytes */
    size_t linear_at, frames_at, energy_at, tile_at, sorted_at, bands_at, features_at, extent_at, scratch_size;
};

/* median.c, wide_median.c: a part of the series, its outputs first .. first + count - 1, whose windows reach the values
 * low .. high - 1 and, before them, `before` mirrored ones. fsp_mirrored: which of low .. value i of the windows is.
 * `in` begins at value low, `out` at output first; scratch holds fsp_wide_median_bytes(high - low) bytes. */
typedef struct { size_t first, count, low, high, before; } fsp_part;

size_t fsp_mirrored(const fsp_medians *medians, const fsp_part *part, size_t i);
size_t fsp_wide_median_bytes(size_t n);
void fsp_wide_median(const fsp_medians *medians, const fsp_part *part, const void *in, void *out, size_t itemsize,
                     void *scratch);

void *fsp_to_real(const double *x, size_t n, size_t itemsize);

/* Number i of an array in either precision. */
static inline double fsp_real_at(const void *array, size_t i, size_t itemsize)
{
    return itemsize == sizeof(float) ? (double)((const float *)array)[i] : ((const double *)array)[i];
}

static inline void fsp_put_real(void *array, size_t i, double x, size_t itemsize)
{
    if (itemsize == sizeof(float))
        ((float *)array)[i] = (float)x;
    else
        ((double *)array)[i] = x;
}

#endif
