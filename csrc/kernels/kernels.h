/* The list of kernels: what every instruction set provides, in float and in double.
 *
 * Arrays are untyped here because one loop (run.c) serves both precisions; a table knows its own.
 * "V" below means one vector of `lanes` numbers: the same quantity of `lanes` neighbouring frames. */
#ifndef FSP_KERNELS_H
#define FSP_KERNELS_H

#include <stddef.h>
#include <stdint.h>

#define INLINE static inline __attribute__((always_inline))

enum { FSP_PASS_TWIDDLE, FSP_PASS_LAST, FSP_PASS_POWER };
enum { FSP_LARGEST_RADIX = 97 };  /* beyond it, Bluestein is faster than the definition */

/* One pass of an FFT: runs of radix * m points. Tables are REAL: interleaved cosine and sine. */
typedef struct {
    size_t radix, m;
    void *twiddles;  /* W_(radix m)^(j a): for each j < m, a = 1 .. radix-1 (real passes: 1 .. radix/2, conjugates implied) */
    void *roots;     /* cos, sin (2 pi j / radix), j < radix; odd radices only */
} fsp_pass;

/* Cache lines that will be needed soon, `step` bytes apart: `left` of them, `each` at a time. */
typedef struct {
    const char *at;
    ptrdiff_t step;
    size_t left, each;
} fsp_lines;

/* What an FFT fetches on the side, to the second-level cache, a few lines after every so many butterflies, at least one. All at
 * once they would queue, and what the FFT itself wants behind them; one by one they come while it computes. */
typedef struct {
    fsp_lines read, write;
    size_t every;
} fsp_ahead;

/* Where vector i of a row stands that an FFT reads or writes: after every 32 one is left out, or those that lie a power of two
 * apart, which it wants together, would fall on few of a cache's sets, and loads would look like stores before them. */
enum { FSP_SPREAD_RUN = 32 };
static inline size_t fsp_spread(size_t i) { return i + i / FSP_SPREAD_RUN; }

/* Where an inverse FFT wants bin k: its imaginary part times sign[k] at vector at[k], its real part at the next. No `at`: it
 * wants the Hartley spectrum. */
typedef struct {
    uint32_t *at;
    void *sign;
} fsp_places;

/* A ring of `length` vectors, whose columns are spread. The i-th sample that an inverse FFT makes of a frame goes to real number
 * place[i]; those after the n that it makes are what no sample reaches. Of a frame, only samples before `held` find there
 * what was before; what other places hold is never read. */
typedef struct {
    void *at;
    const uint32_t *place;
    size_t length, held;
} fsp_ring;

/* A sparse filter bank. Pairs: segment s = 0 .. n_bands holds, for each of count[s] bins from start[s], the weights
 * toward band s-1 and toward band s. Rows: band b has count[b] weights from bin start[b]. */
typedef struct {
    size_t n_bands;
    int pairs;
    uint32_t *start, *count;
    size_t *first_weight;
    void *weights;
} fsp_bank;

/* A dense matrix, its rows in two groups. Folded: the first group applies to x[k] + x[n-1-k], the second to
 * x[k] - x[n-1-k]; else all rows are in the first. `target`: the output row of each row in turn. */
typedef struct {
    size_t n_rows, n_columns, first_column, first_weight;
} fsp_rows;

typedef struct {
    size_t n_out, n_in;
    int folded;
    fsp_rows groups[2];
    uint32_t *target;
    void *weights;
} fsp_matrix;

/* What is done to a frame of `length` samples before its window. The mean goes first; then the sum of squares is taken, of
 * these samples or (`window`, of `length` numbers) of what the window will leave of them; before it, each sample loses
 * `emphasis` times the one before it, the first one that part of itself. */
typedef struct {
    size_t length;
    int remove_mean, measure;
    double emphasis;
    const void *window;
} fsp_frame_conditioning;

/* level = multiplier * log10(max(x, floor)) + offset; multiplier * log10(2) in two parts, the first short enough
 * that its product with any exponent is exact; per_neper: multiplier * log10(e). */
typedef struct {
    double per_octave_high, per_octave_low, per_neper, floor, offset;
} fsp_levels;

/* Of no values: -infinity and infinity. `highest` is NaN if any value is. */
typedef struct {
    double highest, lowest;
} fsp_extent;

/* A lowpass filter, symmetric about its centre, after which every second sample is enough:
 * centre x[0] + sum_j taps[j] (x[right + j step] + x[-1 - j step]). */
typedef struct {
    size_t n_taps;
    ptrdiff_t right, step;
    double centre;
    void *taps;
} fsp_halving;

enum { FSP_MOST_ATOM_TRIOS = 4 };
/* Windows along an axis of a pooling, outputs `first` to first + count - 1: window j is floor(j n_in / n_out) to
 * ceil((j + 1) n_in / n_out) - 1, where n_in = step * n_out + remainder. The first one begins at position `start` of what
 * the kernel is given, and `over` / n_out beyond. Each position is the sum of n_rows numbers. */
typedef struct {
    size_t n_out, step, remainder, start, over, count, n_rows;
} fsp_windows;

/* Positions `stride` apart, each of n neighbours that are pooled one by one. Where every window is shorter than two vectors
 * of double, a position may be the sum of n_rows[0] x n_rows[1] rows, else of one. `parts`: scratch, FSP_POOL_PARTS rows
 * of n numbers, rounded up to whole vectors, two doubles each. */
enum { FSP_POOL_PARTS = 32 };

typedef struct {
    const void *src;
    ptrdiff_t stride;
    size_t n, n_rows[2];
    ptrdiff_t row_stride[2], out_stride, out_inner;
    double *parts;
} fsp_across;

/* A PCM code: what one takes and how many of its bits count; `flip` takes unsigned ones to signed ones, at the top of 32
 * bits; `law`: whether it is one of G.711's. Three bytes: little-endian. */
enum { FSP_LAW_NONE, FSP_LAW_MU, FSP_LAW_A };
typedef struct {
    unsigned bytes, bits;
    uint32_t flip;
    int law;
} fsp_code;

typedef struct {
    const char *isa;
    size_t lanes, itemsize;

    /* samples -> frames */
    int (*all_finite)(const void *values, size_t n);
    int (*gather)(const void *samples, ptrdiff_t column_stride, size_t rows, size_t columns, void *table,
                   size_t table_stride);
    void (*carry)(void *table, size_t rows, size_t table_stride, size_t from, size_t count);

    /* x[i] += deviation times a number of the normal distribution, which key and place + i tell */
    void (*add_noise)(void *values, size_t n, double deviation, uint64_t key, uint64_t place);
    /* x[i] -= emphasis * x[i - 1] for i < n, x[-1] being `before` */
    void (*emphasise)(void *values, size_t n, double before, double emphasis);
    /* Sample i of the frames is at offsets[i] of the table; it becomes vector i of `frames`. `energy`: of one vector */
    void (*condition)(const void *table, const uint32_t *offsets, const fsp_frame_conditioning *conditioning, void *frames,
                      void *energy);

    /* frames -> spectrum */
    void (*real_even)(const void *table, const uint32_t *offsets, const void *window, const void *twiddles_or_null,
                      size_t m, size_t class_stride, void *z, int radix, fsp_ahead *ahead);
    void (*window)(const void *table, const uint32_t *offsets, const void *window, size_t n, void *r);
    void (*real_odd)(void *r, const fsp_pass *pass, size_t class_stride, void *z);
    void (*pass)(void *z, size_t n_transforms, size_t stride, size_t blocks, const fsp_pass *pass, int mode,
                 fsp_ahead *ahead);
    void (*unpack)(void *z, size_t m, const uint32_t *order, const void *half_twiddles, int mode);
    void (*chirp_in)(const void *table, const uint32_t *offsets, const void *weights, size_t n, size_t n_conv, void *z);
    void (*chirp_multiply)(const void *z, const uint32_t *order, const void *filter, size_t n_conv, void *y);
    void (*chirp_out)(const void *y, const uint32_t *order, const void *chirp, size_t n_bins, void *z, int mode);
    void (*root)(void *spectrum, const uint32_t *where, size_t n_bins, double add, double floor);
    void (*collect)(const void *tile, const uint32_t *where, size_t n, void *rows);

    /* spectrum -> bands -> levels -> feature */
    void (*bank_pairs)(const fsp_bank *bank, const void *spectrum, const uint32_t *where, void *bands);
    void (*bank_rows)(const fsp_bank *bank, const void *spectrum, const uint32_t *where, void *bands);
    void (*rolloff)(const void *spectrum, const uint32_t *where, size_t n_bins, double share, void *bin);
    void (*flatness)(const void *spectrum, const uint32_t *where, size_t n_bins, int square, double floor, void *rows);
    void (*extremes)(const void *spectrum, const uint32_t *at, size_t n, size_t n_extremes, void *scratch, void *means);
    void (*levels)(void *bands, size_t n_bands, const fsp_levels *levels, size_t valid, void *extent);
    void (*clamp)(void *bands, size_t n_bands, double shift, double lower);
    void (*fill_zeros)(void *bands, size_t n_bands, double value);
    void (*matrix)(const fsp_matrix *matrix, void *bands, void *features);  /* may fold the bands in place */

    /* tiles in and out of arrays */
    void (*store_rows)(const void *tile, const uint32_t *where, size_t n, void *out, ptrdiff_t row_stride, size_t valid);
    void (*store_rows_complex)(const void *tile, const uint32_t *where, const void *sign, size_t n, void *out,
                               ptrdiff_t row_stride, size_t valid);
    void (*store_frames)(const void *tile, const uint32_t *where, size_t n, void *out, ptrdiff_t frame_stride, size_t valid);
    void (*store_frames_complex)(const void *tile, const uint32_t *where, const void *sign, size_t n, void *out,
                                 ptrdiff_t frame_stride, size_t valid);
    void (*load_rows)(const void *in, ptrdiff_t row_stride, size_t n, void *tile, size_t valid);
    void (*load_frames)(const void *in, ptrdiff_t frame_stride, size_t n, void *tile, size_t valid);

    /* spectrum -> samples */
    void (*load_spectra)(const void *const *frames, size_t n, const fsp_places *places, void *spectrum);
    void (*repack)(void *swapped, size_t m, const void *half_twiddles);
    void (*real_even_back)(const void *z, const uint32_t *order, const void *twiddles_or_null, size_t m, size_t class_stride,
                           const uint32_t *sample, const void *window, const fsp_ring *ring, int radix, fsp_ahead *ahead);
    void (*overlap_add)(const void *tile, const uint32_t *where, const void *sign, size_t n, const void *window,
                        const fsp_ring *ring);
    void (*emit)(const void *slot, const void *scale, size_t n, void *const *out);

    /* samples -> spectrum -> samples, a stretch of the signal in each lane */
    void (*rephase)(const void *tile, const uint32_t *where, const void *sign, size_t n, void *bins, double momentum,
                    const fsp_places *places, void *spectrum);
    void (*replace)(const void *slot, const void *scale, size_t n, void *out);
    void (*join)(void *columns, const void *tails, size_t tails_stride, const void *scale, size_t n);

    /* one frame of a phase vocoder */
    void (*advance_phase)(const void *from, const void *to, size_t n_bins, int first, void *phase);
    void (*set_magnitude)(const void *phase, const void *low, const void *high, double fraction, size_t n_bins, void *out);

    /* arrays */
    double (*array_peak)(const void *values, size_t n, int magnitude);
    fsp_extent (*array_levels)(const void *in, size_t n, const fsp_levels *levels, int square, double shift, double lower,
                               void *out);
    void (*array_squares)(const void *in, size_t n, void *out);
    int (*array_phasors)(const void *in, size_t n, void *out);
    void (*turn)(const void *angles, ptrdiff_t angle_stride, const void *magnitudes, ptrdiff_t magnitude_stride,
                 size_t n_bins, size_t n_frames, void *out, ptrdiff_t out_stride);
    void (*array_clamp)(const void *in, size_t n, double shift, double lower, void *out);

    /* frames correlated with atoms, as many at a time as the registers hold sums of */
    size_t atom_trios;
    void (*halve)(const fsp_halving *halving, const void *in, size_t in_stride, size_t rows, void *out,
                  size_t out_stride);
    void (*wrap_rows)(void *table, size_t rows, size_t stride, size_t n);
    void (*correlate)(const void *table, const uint32_t *right, const uint32_t *left, const uint32_t *ends,
                      const void *weights, void *sums);
    void (*mix)(const void *sums, size_t n, const void *factors, const uint32_t *bin, void *tile);

    /* and back */
    void (*unmix)(const void *tile, size_t n, const void *factors, const uint32_t *bin, void *sums);
    void (*spread)(const void *sums, const uint32_t *right, const uint32_t *left, const uint32_t *ends, const void *weights,
                   void *table);
    void (*add_rows)(const void *const *rows, const void *weights, size_t n, size_t columns, void *out);

    /* y[i] = b0 x[i] + state, the next state being b1 x[i] - a y[i], of each channel; coefficients: b0, b1, a */
    void (*recur)(const double *coefficients, size_t n_channels, size_t n, const void *in, ptrdiff_t in_channel,
                  ptrdiff_t in_step, void *out, ptrdiff_t out_channel, ptrdiff_t out_step, void *states);

    /* f, b = f + reflection b, b + reflection f, n of each; then the sums, from i = 1 on, of f[i]^2 + b[i - 1]^2 and of
     * f[i] b[i - 1] */
    void (*predict)(void *forward, void *backward, size_t n, double reflection, double *energy, double *product);

    /* sums of squared differences, or their roots, between n points x of d features and the first `valid` of the points that
     * a panel of two vectors a feature holds */
    void (*distances)(const void *panel, size_t d, const void *x, size_t n, int root, void *out, size_t out_stride, size_t valid);

    /* running medians of tiles, in place */
    void (*median)(void *rows, size_t n, size_t width, void *sorted);

    /* pooling, by kind. Rows of sums are double, with companions `rest` further where REAL is double, and padded to whole
     * vectors; rows of maxima are REAL. `wide`: the source is such a row. */
    void (*pool_rows[2])(const void *rows, ptrdiff_t row_stride, size_t n_rows, size_t n, int add, void *sums, size_t rest);
    void (*pool_along[2])(const void *src, int wide, const fsp_windows *windows, size_t rest, void *out, ptrdiff_t out_stride);
    void (*pool_across[2])(const fsp_across *across, int wide, const fsp_windows *windows, size_t rest, void *out);

    /* PCM codes <-> 32-bit samples <-> real numbers; those that lose something return how many they clipped */
    void (*widen)(const void *codes, size_t n, const fsp_code *code, int32_t *samples);
    size_t (*narrow)(const int32_t *samples, size_t n, const fsp_code *code, void *codes);
    size_t (*to_samples)(const void *values, size_t n, int32_t *samples);
    size_t (*from_samples)(int32_t *samples, size_t n, void *values);
    void (*decode)(const void *codes, size_t n, const fsp_code *code, void *values);
    size_t (*encode)(const void *values, size_t n, const fsp_code *code, void *codes);
    size_t (*dither)(int32_t *samples, size_t n, int bits, uint64_t key, uint64_t first);
} fsp_kernels;

extern const fsp_kernels fsp_kernels_scalar_f32, fsp_kernels_scalar_f64;
extern const fsp_kernels fsp_kernels_sse2_f32, fsp_kernels_sse2_f64;
extern const fsp_kernels fsp_kernels_avx2_f32, fsp_kernels_avx2_f64;
extern const fsp_kernels fsp_kernels_avx512_f32, fsp_kernels_avx512_f64;
extern const fsp_kernels fsp_kernels_neon_f32, fsp_kernels_neon_f64;

#endif
