/* The kernels that every instruction set provides, in float and in double, and what they are given.
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

/* The real pass of an FFT of even length n = radix * m, radix being 2, 4, 8 or 16. Column j takes the samples sample[radix j]
 * to sample[radix j + radix - 1], which the window multiplies. TWIDDLED: they are m apart, and the results are multiplied with
 * W_n^(j k), 0 < k < radix/2. COPRIME: m is odd, and samples in the order of the Chinese remainder theorem need no twiddles
 * (Good 1958, Thomas 1963). */
typedef enum { FSP_TWIDDLED, FSP_COPRIME } fsp_factors;

typedef struct {
    fsp_factors factors;
    size_t radix, m;
    size_t class_stride;      /* complex points from one class of results (bins k modulo radix) to the next */
    const uint32_t *sample;
    const void *window;       /* REAL, in the order of `sample` */
    const void *twiddles;     /* COPRIME: not read */
} fsp_real_pass;

/* Cache lines to fetch, `step` bytes apart: `left` of them are still to come, `each` at a stop. */
typedef struct {
    const char *at;
    ptrdiff_t step;
    size_t left, each;
} fsp_lines;

/* Lines that an FFT fetches into the second-level cache for what follows it. It stops for a few of them after every `every` >= 1
 * butterflies: if it asked for all at once, its own loads would have to wait behind them. */
typedef struct {
    fsp_lines read, write;
    size_t every;
} fsp_ahead;

/* The place of vector i of a row that an FFT reads or writes. One vector after every 32 is left empty: an FFT needs vectors that
 * are a power of two apart at the same time, which would share few sets of the cache, and whose addresses would look alike to
 * the check of loads against earlier stores. */
enum { FSP_SPREAD_RUN = 32 };
static inline size_t fsp_spread(size_t i) { return i + i / FSP_SPREAD_RUN; }

/* The two ways of an inverse FFT. DIRECT: the forward one's passes, backwards. HARTLEY: the forward one, of Re X - Im X. */
typedef enum { FSP_DIRECT, FSP_HARTLEY } fsp_inverse_way;

/* Where an inverse FFT wants the bins of a spectrum. DIRECT: bin k's imaginary part times sign[k] at vector at[k], its real
 * part at the next one. HARTLEY: Re X - Im X of bin k at vector fsp_spread(k), and of bin n - k, which is the conjugate. */
typedef struct {
    fsp_inverse_way way;
    uint32_t *at;
    void *sign;
} fsp_places;

/* Griffin and Lim's step between two FFTs of n points: bin k of the first is at vector where[k] of its tile, times sign[k];
 * `places` is what the second one wants. The spectrum of the step before counts only if it is remembered. */
typedef struct {
    size_t n;
    const uint32_t *where;
    const void *sign;
    const fsp_places *places;
    int remembers;
    double momentum;
} fsp_rephasing;

/* A ring of `length` vectors, its columns spread (fsp_spread). An inverse FFT adds the i-th sample that it makes of a frame to
 * what is at real number place[i], if that is one of the frame's first `held` samples; otherwise it overwrites what is there.
 * The places after those of the frame's n samples are set to zero. */
typedef struct {
    void *at;
    const uint32_t *place;
    size_t length, held;
} fsp_ring;

/* A sparse filter bank. Pairs: segment s = 0 .. n_bands holds, for each of count[s] bins from start[s], the weights
 * toward band s-1 and toward band s. Rows: band b has count[b] weights from bin start[b]; of complex bins, count[b] pairs of
 * them, for real and for imaginary parts. */
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

/* What is done to a frame of `length` samples before its window: first the mean is subtracted, then the energy measured, then
 * each sample is reduced by `emphasis` times the sample before it, the first one by that part of itself. The energy is the sum of
 * squares of the SAMPLES; or, WINDOWED, of the emphasised samples times `window` (of `length` numbers). */
typedef enum { FSP_MEASURE_NOTHING, FSP_MEASURE_SAMPLES, FSP_MEASURE_WINDOWED } fsp_measure;

typedef struct {
    size_t length;
    int remove_mean;
    fsp_measure measure;
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

/* From one channel of an array to the next, and from one of its samples to the next. */
typedef struct {
    ptrdiff_t channel, step;
} fsp_steps;

/* `count` neighbouring windows along an axis of a pooling. Of n_out windows over n_in = step * n_out + remainder positions,
 * window j is positions floor(j n_in / n_out) to ceil((j + 1) n_in / n_out) - 1. The exact beginning of the first of these
 * windows, j n_in / n_out, is start + over / n_out, counted from the kernel's first position. Each position is the sum of
 * n_rows numbers. */
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

/* A kind of PCM codes: bytes of a code, and how many of its bits count. xor with `flip`, at the top of 32 bits, makes unsigned
 * codes signed; `law`: which of G.711's. Codes of three bytes are little-endian. */
enum { FSP_LAW_NONE, FSP_LAW_MU, FSP_LAW_A };
typedef struct {
    unsigned bytes, bits;
    uint32_t flip;
    int law;
} fsp_code;

/* The list of kernels, in a table for each domain. Everything else about the set of kernels expands from it: their types,
 * fsp_kernels, the table of each instruction set (all.inc.h), and the checks (tests/c/check.c). */
/* samples -> frames.
 * add_noise: x[i] += deviation times a normal random number that depends on key and place + i.
 * emphasise: x[i] -= emphasis * x[i - 1] for i < n, x[-1] being `before`.
 * condition: sample i of the frames is at offsets[i] of the table and becomes vector i of `frames`; `energy` is one vector. */
#define FSP_FRAME_KERNELS(KERNEL)                                                                                    \
    KERNEL(int, all_finite, (const void *values, size_t n))                                                          \
    KERNEL(int, gather, (const void *samples, ptrdiff_t column_stride, size_t rows, size_t columns, void *table,     \
            size_t table_stride))                                                                                    \
    KERNEL(void, carry, (void *table, size_t rows, size_t table_stride, size_t from, size_t count))                  \
    KERNEL(void, add_noise, (void *values, size_t n, double deviation, uint64_t key, uint64_t place))                \
    KERNEL(void, emphasise, (void *values, size_t n, double before, double emphasis))                                \
    KERNEL(void, condition, (const void *table, const uint32_t *offsets, const fsp_frame_conditioning *conditioning, \
            void *frames, void *energy))

/* frames -> spectrum.
 * real_even, pass and unpack are the FFT of an even length, window and real_odd of an odd one, the chirps Bluestein's. */
#define FSP_SPECTRUM_KERNELS(KERNEL)                                                                                     \
    KERNEL(void, real_even, (const fsp_real_pass *pass, const void *table, const uint32_t *offsets, void *z,             \
            fsp_ahead *ahead))                                                                                           \
    KERNEL(void, window, (const void *table, const uint32_t *offsets, const void *window, size_t n, void *r))            \
    KERNEL(void, real_odd, (void *r, const fsp_pass *pass, size_t class_stride, void *z))                                \
    KERNEL(void, pass, (void *z, size_t n_transforms, size_t stride, size_t blocks, const fsp_pass *pass, int mode,      \
            fsp_ahead *ahead))                                                                                           \
    KERNEL(void, unpack, (void *z, size_t m, const uint32_t *order, const void *half_twiddles, int mode))                \
    KERNEL(void, chirp_in, (const void *table, const uint32_t *offsets, const void *weights, size_t n, size_t n_conv,    \
            void *z))                                                                                                    \
    KERNEL(void, chirp_multiply, (const void *z, const uint32_t *order, const void *filter, size_t n_conv, void *y))     \
    KERNEL(void, chirp_out, (const void *y, const uint32_t *order, const void *chirp, size_t n_bins, void *z, int mode)) \
    KERNEL(void, root, (void *spectrum, const uint32_t *where, size_t n_bins, double add, double floor))                 \
    KERNEL(void, collect, (const void *tile, const uint32_t *where, size_t n, void *rows))

/* spectrum -> bands -> levels -> feature.
 * matrix may fold the bands in place. */
#define FSP_BAND_KERNELS(KERNEL)                                                                                  \
    KERNEL(void, bank_pairs, (const fsp_bank *bank, const void *spectrum, const uint32_t *where, void *bands))    \
    KERNEL(void, bank_rows, (const fsp_bank *bank, const void *spectrum, const uint32_t *where, void *bands))     \
    KERNEL(void, bank_complex, (const fsp_bank *bank, const void *spectrum, const uint32_t *where,                \
            const void *turns, int power, void *bands))                                                           \
    KERNEL(void, rolloff, (const void *spectrum, const uint32_t *where, size_t n_bins, double share, void *bin))  \
    KERNEL(void, flatness, (const void *spectrum, const uint32_t *where, size_t n_bins, int square, double floor, \
            void *rows))                                                                                          \
    KERNEL(void, extremes, (const void *spectrum, const uint32_t *at, size_t n, size_t n_extremes, void *scratch, \
            void *means))                                                                                         \
    KERNEL(void, levels, (void *bands, size_t n_bands, const fsp_levels *levels, size_t valid, void *extent))     \
    KERNEL(void, clamp, (void *bands, size_t n_bands, double shift, double lower))                                \
    KERNEL(void, fill_zeros, (void *bands, size_t n_bands, double value))                                         \
    KERNEL(void, matrix, (const fsp_matrix *matrix, void *bands, void *features))

/* tiles in and out of arrays */
#define FSP_TILE_KERNELS(KERNEL)                                                                                        \
    KERNEL(void, store_rows, (const void *tile, const uint32_t *where, size_t n, void *out, ptrdiff_t row_stride,       \
            size_t valid))                                                                                              \
    KERNEL(void, store_rows_complex, (const void *tile, const uint32_t *where, const void *sign, size_t n, void *out,   \
            ptrdiff_t row_stride, size_t valid))                                                                        \
    KERNEL(void, store_frames, (const void *tile, const uint32_t *where, size_t n, void *out, ptrdiff_t frame_stride,   \
            size_t valid))                                                                                              \
    KERNEL(void, store_frames_complex, (const void *tile, const uint32_t *where, const void *sign, size_t n, void *out, \
            ptrdiff_t frame_stride, size_t valid))                                                                      \
    KERNEL(void, load_rows, (const void *in, ptrdiff_t row_stride, size_t n, void *tile, size_t valid))                 \
    KERNEL(void, load_frames, (const void *in, ptrdiff_t frame_stride, size_t n, void *tile, size_t valid))

/* spectrum -> samples; and, for Griffin and Lim, samples -> spectrum -> samples, a stretch of the signal in each lane */
#define FSP_INVERSE_KERNELS(KERNEL)                                                                                      \
    KERNEL(void, load_spectra, (const void *const *frames, size_t n, const fsp_places *places, void *spectrum))          \
    KERNEL(void, repack, (void *swapped, size_t m, const void *half_twiddles))                                           \
    KERNEL(void, real_even_back, (const fsp_real_pass *pass, const void *z, const uint32_t *order, const fsp_ring *ring, \
            fsp_ahead *ahead))                                                                                           \
    KERNEL(void, overlap_add, (const void *tile, const uint32_t *where, const void *sign, size_t n, const void *window,  \
            const fsp_ring *ring))                                                                                       \
    KERNEL(void, emit, (const void *slot, const void *scale, size_t n, void *const *out))                                \
    KERNEL(void, rephase, (const fsp_rephasing *r, const void *tile, void *bins, void *spectrum))                        \
    KERNEL(void, replace, (const void *slot, const void *scale, size_t n, void *out))                                    \
    KERNEL(void, join, (void *columns, const void *tails, size_t tails_stride, size_t n))                                \
    KERNEL(void, join_scaled, (void *columns, const void *tails, size_t tails_stride, const void *scale, size_t n))

/* one frame of a phase vocoder */
#define FSP_VOCODER_KERNELS(KERNEL)                                                                                    \
    KERNEL(void, advance_phase, (const void *from, const void *to, size_t n_bins, int first, void *phase))             \
    KERNEL(void, set_magnitude, (const void *phase, const void *low, const void *high, double fraction, size_t n_bins, \
            void *out))

/* arrays, element by element */
#define FSP_ARRAY_KERNELS(KERNEL)                                                                                       \
    KERNEL(double, array_peak, (const void *values, size_t n, int magnitude))                                           \
    KERNEL(fsp_extent, array_levels, (const void *in, size_t n, const fsp_levels *levels, int square, double shift,     \
            double lower, void *out))                                                                                   \
    KERNEL(void, array_squares, (const void *in, size_t n, void *out))                                                  \
    KERNEL(int, array_phasors, (const void *in, size_t n, void *out))                                                   \
    KERNEL(void, turn, (const void *angles, ptrdiff_t angle_stride, const void *magnitudes, ptrdiff_t magnitude_stride, \
            size_t n_bins, size_t n_frames, void *out, ptrdiff_t out_stride))                                           \
    KERNEL(void, array_clamp, (const void *in, size_t n, double shift, double lower, void *out))

/* frames correlated with atoms, `atom_trios` trios of them at a time (as many as the registers hold sums of); and back */
#define FSP_ATOM_KERNELS(KERNEL)                                                                                   \
    KERNEL(void, halve, (const fsp_halving *halving, const void *in, size_t in_stride, size_t rows, void *out,     \
            size_t out_stride))                                                                                    \
    KERNEL(void, wrap_rows, (void *table, size_t rows, size_t stride, size_t n))                                   \
    KERNEL(void, correlate, (const void *table, const uint32_t *right, const uint32_t *left, const uint32_t *ends, \
            const void *weights, void *sums))                                                                      \
    KERNEL(void, mix, (const void *sums, size_t n, const void *factors, const uint32_t *bin, void *tile))          \
    KERNEL(void, unmix, (const void *tile, size_t n, const void *factors, const uint32_t *bin, void *sums))        \
    KERNEL(void, spread, (const void *sums, const uint32_t *right, const uint32_t *left, const uint32_t *ends,     \
            const void *weights, void *table))                                                                     \
    KERNEL(void, add_rows, (const void *const *rows, const void *weights, size_t n, size_t columns, void *out))

/* numbers one after the other.
 * recur: y[i] = b0 x[i] + state, the next state being b1 x[i] - a y[i], of each channel; coefficients: b0, b1, a.
 * predict: f, b = f + reflection b, b + reflection f, n of each; then the sums, from i = 1 on, of f[i]^2 + b[i - 1]^2 and of
 *   f[i] b[i - 1].
 * distances: sums of squared differences, or their roots, between n points x of d features and the first `valid` of the points
 *   that a panel of two vectors a feature holds.
 * median: running medians of a tile, in place. */
#define FSP_SEQUENCE_KERNELS(KERNEL)                                                                                     \
    KERNEL(void, recur, (const double *coefficients, size_t n_channels, size_t n, const void *in, fsp_steps in_steps,    \
            void *out, fsp_steps out_steps, void *states))                                                               \
    KERNEL(void, predict, (void *forward, void *backward, size_t n, double reflection, double *energy, double *product)) \
    KERNEL(void, distances, (const void *panel, size_t d, const void *x, size_t n, int root, void *out,                  \
            size_t out_stride, size_t valid))                                                                            \
    KERNEL(void, median, (void *rows, size_t n, size_t width, void *sorted))

/* pooling.
 * Rows of sums are double, with companions `rest` further where REAL is double, and padded to whole vectors; rows of maxima
 * are REAL. `wide`: the source is such a row. Of each pair, the mean and the maximum, the types are the same. */
#define FSP_POOL_KERNELS(KERNEL)                                                                                        \
    KERNEL(void, pool_rows_mean, (const void *rows, ptrdiff_t row_stride, size_t n_rows, size_t n, int add, void *sums, \
            size_t rest))                                                                                               \
    KERNEL(void, pool_rows_max, (const void *rows, ptrdiff_t row_stride, size_t n_rows, size_t n, int add, void *sums,  \
            size_t rest))                                                                                               \
    KERNEL(void, pool_along_mean, (const void *src, int wide, const fsp_windows *windows, size_t rest, void *out,       \
            ptrdiff_t out_stride))                                                                                      \
    KERNEL(void, pool_along_max, (const void *src, int wide, const fsp_windows *windows, size_t rest, void *out,        \
            ptrdiff_t out_stride))                                                                                      \
    KERNEL(void, pool_across_mean, (const fsp_across *across, int wide, const fsp_windows *windows, size_t rest,        \
            void *out))                                                                                                 \
    KERNEL(void, pool_across_max, (const fsp_across *across, int wide, const fsp_windows *windows, size_t rest,         \
            void *out))

/* PCM codes <-> samples of 32 bits <-> real numbers.
 * Those that lose something return how many they clipped. */
#define FSP_SAMPLE_KERNELS(KERNEL)                                                                \
    KERNEL(void, widen, (const void *codes, size_t n, const fsp_code *code, int32_t *samples))    \
    KERNEL(size_t, narrow, (const int32_t *samples, size_t n, const fsp_code *code, void *codes)) \
    KERNEL(size_t, to_samples, (const void *values, size_t n, int32_t *samples))                  \
    KERNEL(size_t, from_samples, (int32_t *samples, size_t n, void *values))                      \
    KERNEL(void, decode, (const void *codes, size_t n, const fsp_code *code, void *values))       \
    KERNEL(size_t, encode, (const void *values, size_t n, const fsp_code *code, void *codes))     \
    KERNEL(size_t, dither, (int32_t *samples, size_t n, int bits, uint64_t key, uint64_t first))

#define FSP_ALL_KERNELS(KERNEL) \
    FSP_FRAME_KERNELS(KERNEL) FSP_SPECTRUM_KERNELS(KERNEL) FSP_BAND_KERNELS(KERNEL) \
    FSP_TILE_KERNELS(KERNEL) FSP_INVERSE_KERNELS(KERNEL) FSP_VOCODER_KERNELS(KERNEL) \
    FSP_ARRAY_KERNELS(KERNEL) FSP_ATOM_KERNELS(KERNEL) FSP_SEQUENCE_KERNELS(KERNEL) \
    FSP_POOL_KERNELS(KERNEL) FSP_SAMPLE_KERNELS(KERNEL)

#define FSP_KERNEL_TYPE(result, name, parameters) typedef result fsp_##name##_kernel parameters;
FSP_ALL_KERNELS(FSP_KERNEL_TYPE)

#define FSP_KERNEL_MEMBER(result, name, parameters) fsp_##name##_kernel *name;
typedef struct {
    const char *isa;
    size_t lanes, itemsize, atom_trios;
    FSP_ALL_KERNELS(FSP_KERNEL_MEMBER)
} fsp_kernels;

extern const fsp_kernels fsp_kernels_scalar_f32, fsp_kernels_scalar_f64;
extern const fsp_kernels fsp_kernels_sse2_f32, fsp_kernels_sse2_f64;
extern const fsp_kernels fsp_kernels_avx2_f32, fsp_kernels_avx2_f64;
extern const fsp_kernels fsp_kernels_avx512_f32, fsp_kernels_avx512_f64;
extern const fsp_kernels fsp_kernels_neon_f32, fsp_kernels_neon_f64;

#endif
