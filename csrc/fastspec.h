/* fastspec: audio to features. The whole contract of the C core.
 *
 * Contents: statuses and stopping; kinds of numbers; plans: from samples to features; the inverse and the search for a signal;
 * the phase vocoder; arrays; filters and prediction; running medians; conversion of samples; pitch; atoms; pooling; memory;
 * instruction sets. Peaks, beats, paths and distances are in sequences.h, which comes with this file.
 *
 * Words, in the order of the data: samples -> frames -> spectrum -> bands -> levels -> feature.
 *
 * Plans and the like (fsp_plan, fsp_inverse, fsp_yin, fsp_atoms, fsp_atom_sum) hold everything that does not depend on the
 * signal: window, FFT tables, filter bank, matrix, kernels. They are made by *_create and freed by *_destroy, copy what their
 * config points to, and never change: any number of threads may run one at once. fsp_search alone is for one thread at a time.
 *
 *     fsp_plan *plan;
 *     if (fsp_plan_create(&config, &plan) == FSP_OK) {
 *         fsp_status status = fsp_run(plan, &input, &output, n_threads);
 *         fsp_plan_destroy(plan);
 *     }
 *
 * Ownership: inputs and outputs belong to the caller and are not kept.
 * Aliasing: an output may not overlap an input, except where a function says so.
 * Alignment: arrays need the alignment of their element type, no more.
 * Lengths are size_t, strides ptrdiff_t in elements. Complex numbers are two neighbouring reals.
 * Threads: n_threads >= 1 bounds the threads used, the caller's included. No result depends on it, and no thread is left behind.
 * `isa` is an instruction set's name ("scalar", "sse2", ...), or NULL for the best that this CPU has.
 * Nothing here writes to a stream; the one global is what fsp_ask sets. */
#ifndef FASTSPEC_H
#define FASTSPEC_H

#include <stddef.h>
#include <stdint.h>

/* statuses and stopping ----------------------------------------------------------------------------------------------- */

typedef enum {
    FSP_OK = 0,
    FSP_ENOMEM,      /* an allocation failed; `out` was not touched */
    FSP_EBUG,        /* a precondition below was broken */
    FSP_ENONFINITE,  /* the input holds NaN or infinity and the caller asked to know; `out` is unspecified */
    FSP_ESTOPPED,    /* fsp_ask's question was answered by yes; `out` is unspecified */
} fsp_status;

/* Sets the question whether to stop; there is none (NULL) at first. A call that takes n_threads asks it every 50 ms, in the
 * thread that made the call, and ends soon after an answer other than 0. */
typedef int fsp_question(void);
void fsp_ask(fsp_question *to_stop);

/* kinds of numbers ---------------------------------------------------------------------------------------------------- */

typedef enum { FSP_F32, FSP_F64 } fsp_precision;

typedef enum { FSP_PAD_CONSTANT, FSP_PAD_EDGE, FSP_PAD_REFLECT, FSP_PAD_SYMMETRIC, FSP_PAD_LINEAR_RAMP } fsp_padding;

/* What an array of samples holds: real numbers, or PCM codes. S24: three bytes each, little-endian. S24_IN_32: the low 24
 * bits of 32, sign-extended when written. Mu-law and A-law are G.711's. */
typedef enum {
    FSP_REALS, FSP_U8, FSP_S8, FSP_U16, FSP_S16, FSP_S24, FSP_S24_IN_32, FSP_S32, FSP_MU_LAW, FSP_A_LAW
} fsp_pcm;

/* plans: from samples to features ------------------------------------------------------------------------------------- */

/* What a frame's spectrum is: the FFT itself, |X|^2, |X|, or (GIVEN) the input is already an array of rows x frames. */
typedef enum { FSP_COMPLEX, FSP_POWER, FSP_MAGNITUDE, FSP_GIVEN } fsp_spectrum;

/* A bank of complex bins: band b is the sum of `width` bins from first[b] on, each with a weight for its real part and one for
 * its imaginary part, times turns[b], and becomes what `spectrum` says. So a spectrum has bins between those of the FFT. */
typedef struct {
    size_t width;            /* at most n_bins */
    const size_t *first;     /* n_bands; first[b] + width <= n_bins */
    const double *weights;   /* n_bands x width x (real, imaginary) */
    const double *turns;     /* n_bands x (cosine, sine) */
} fsp_complex_bank;

/* A few numbers about the bins of each frame, as rows, instead of a filter bank.
 * ROLLOFF (1 row): the first bin at which the sum of bins so far reaches `amount` times the sum of all.
 * FLATNESS (3 rows), with x = max(bin, amount): row 0 is the sum of x; the sum of ln x is ln 2 times row 1 plus row 2.
 * SQUARES_FLATNESS: the same with x = max(bin^2, amount).
 * EXTREMES (2 rows a group of bins): the mean of its lowest bins, and of its highest ones. If the group holds NaN, the second is
 * NaN; if it is empty, both are. */
typedef enum { FSP_NO_SUMMARY, FSP_ROLLOFF, FSP_FLATNESS, FSP_SQUARES_FLATNESS, FSP_EXTREMES } fsp_summary_kind;

/* Samples before the first one and after the last: `before` and `after` of them are padding, and zeros follow. */
typedef struct {
    fsp_padding padding;
    size_t before, after;
} fsp_margin;

/* What is done to samples before their window, in this order. A field that is 0 does nothing. */
typedef struct {
    double dither;          /* signal: plus this times a normal random number, which depends on the sample's place and the key */
    uint64_t dither_key;
    double emphasis;        /* signal: x[i] - emphasis x[i - 1], x[0] unchanged; then it is padded */
    int remove_mean;        /* frame: its mean is subtracted */
    double frame_emphasis;  /* frame: x[i] - frame_emphasis x[i - 1]; x[0] (1 - frame_emphasis) */
} fsp_conditioning;

/* A row of the output: multiplier log10(max(E, floor)) + offset of each frame's sum of squares E; E, if multiplier is 0. */
typedef enum {
    FSP_NO_ENERGY,
    FSP_RAW_ENERGY,      /* of the samples without their mean, before the frame's emphasis */
    FSP_WINDOWED_ENERGY  /* of what goes into the FFT */
} fsp_energy_kind;

typedef struct {
    fsp_energy_kind kind;
    int replaces;          /* whether it overwrites row `row`; if not, it is an additional row, the first or the last */
    size_t row;            /* of the output */
    double multiplier, floor, offset;  /* floor > 0 */
} fsp_energy;

typedef struct {
    fsp_precision precision;  /* of the arithmetic and of the output */
    const char *isa;          /* "scalar", "sse2", ...; NULL: the best this CPU has */

    size_t n_fft;             /* 1 .. FSP_MOST_N_FFT; FSP_GIVEN: the number of rows */
    size_t length;            /* of a frame: 1 .. n_fft samples, followed by zeros up to n_fft; 0: n_fft */
    size_t hop_length;        /* >= 1 */
    const double *window;     /* n_fft values, of which the first `length` are used */
    size_t turn;              /* 0 .. n_fft - 1: so many samples of the windowed frame go behind the others, zeros included */
    ptrdiff_t lead;           /* frame 0 starts `lead` samples before the first one, or -lead samples after it */
    fsp_margin margin;
    fsp_conditioning conditioning;

    fsp_spectrum spectrum;    /* n_bins = n_fft / 2 + 1 */
    double guard, least;      /* FSP_MAGNITUDE: sqrt(max(|X|^2 + guard, least)) */

    size_t n_bands;           /* 0: no filter bank */
    const double *bank;       /* n_bands x n_bins, row-major */
    fsp_complex_bank complex_bank;  /* width 0: none. Else `bank` is NULL, the spectrum not given, and neither summary nor energy */

    fsp_summary_kind summary; /* in place of a bank, and the last stage */
    double amount;            /* ROLLOFF: between 0 and 1; the flatnesses: > 0 */
    size_t n_groups;          /* EXTREMES: at least 1 */
    const size_t *group_sizes, *group_extremes;  /* of each group its bins, and how many of them are extremes */
    const size_t *group_bins; /* the bins of all groups, one group after the other; a bin may be in several */

    double multiplier;        /* positive: level = multiplier log10(max(x + add, floor)) + offset */
    double floor, offset;     /* 0: no logarithm, but max(x + add, floor) if floor > 0; a logarithm needs floor > 0 */
    double add, for_zero;     /* for_zero: replaces x where x = 0, unless it is 0 itself */

    size_t n_features;        /* 0: no matrix */
    const double *matrix;     /* n_features x (bands, or bins if there are none), row-major */

    fsp_energy energy;        /* of spectra that are real and not given, without a summary */
} fsp_config;

#define FSP_MOST_N_FFT ((size_t)1 << 26)

typedef struct fsp_plan fsp_plan;

fsp_status fsp_plan_create(const fsp_config *config, fsp_plan **plan);
void fsp_plan_destroy(fsp_plan *plan);

/* Rows of the output: those of the plan's last stage (features, bands or summary, bins), plus an additional row of energy. */
size_t fsp_plan_rows(const fsp_plan *plan);

/* One call transforms frames first_frame .. first_frame + n_frames - 1 of every channel. */
typedef struct {
    const void *data;
    fsp_pcm pcm;                      /* what `data` holds, converted as fsp_convert does; FSP_GIVEN needs reals */
    fsp_precision precision;          /* of reals; FSP_GIVEN needs the plan's own */
    size_t n_channels, n_samples;
    size_t first_place;               /* sample 0's place in a signal that comes in pieces: dither depends on it */
    const ptrdiff_t *channel_offset;  /* where each channel starts, in elements */
    ptrdiff_t stride;                 /* between samples */
    ptrdiff_t row_stride, frame_stride;  /* FSP_GIVEN only; one of the two is 1 */
    size_t first_frame, n_frames;
    int check_finite;                 /* look for NaN and infinity: in the samples of these frames and between them; and,
                                         if these frames are the last of `total_frames`, in all samples after them */
    size_t total_frames;
    const double *clamp;              /* FSP_GIVEN: per channel, shift and lower bound: x = max(x + shift, lower); or NULL */
} fsp_input;

typedef struct {
    void *data;
    const ptrdiff_t *channel_offset;     /* in reals */
    ptrdiff_t row_stride, frame_stride;  /* in reals; one of the two is 1 (complex: 2). Frame first_frame is at 0 */
    double *peak, *lowest;               /* per channel: raised to the highest level seen, lowered to the lowest; or NULL */
} fsp_output;

fsp_status fsp_run(const fsp_plan *plan, const fsp_input *in, const fsp_output *out, int n_threads);

/* the inverse, and the search for a signal ---------------------------------------------------------------------------- */

/* The inverse: frames of complex spectra, overlap-added and divided by the overlapped squares of the window. */
typedef struct fsp_inverse fsp_inverse;

typedef struct {
    fsp_precision precision;
    const char *isa;
    size_t n_fft, hop_length;
    const double *window;  /* n_fft values */
    size_t lead;           /* sample 0 of the output is sample `lead` of the first frame */
    double smallest;       /* nothing is divided by sums of squares up to it; 0: by those below the smallest normal number */
} fsp_inverse_config;

fsp_status fsp_inverse_create(const fsp_inverse_config *config, fsp_inverse **inverse);
void fsp_inverse_destroy(fsp_inverse *inverse);

/* Spectra in the inverse's precision, the bins of a frame contiguous: complex ones, or for Griffin and Lim's search their
 * magnitudes alone. Offsets and strides in reals. */
typedef struct {
    const void *data;
    size_t n_channels, n_frames;
    const ptrdiff_t *channel_offset;
    ptrdiff_t frame_stride;
} fsp_spectra;

/* Writes out[0 .. n_samples - 1] of every channel; samples that no frame reaches are 0. */
fsp_status fsp_inverse_run(const fsp_inverse *inverse, const fsp_spectra *in, void *out, const ptrdiff_t *channel_offset,
                           size_t n_samples, int n_threads);

/* Griffin and Lim's search for a signal with given magnitudes (1984), with momentum (Perraudin, Balazs and Sondergaard 2013).
 * fsp_search_create copies the magnitudes, _start the samples to begin with, _result the samples found, all in the inverse's
 * precision. Each round replaces the signal by the inverse of magnitudes * exp(i phase(X - momentum * X')), where X are the
 * spectra of the signal and X' those of the round before; X' = 0 in the first round. */
typedef struct fsp_search fsp_search;

fsp_status fsp_search_create(const fsp_inverse_config *config, fsp_padding padding, const fsp_spectra *magnitudes,
                             size_t n_samples, fsp_search **search);
void fsp_search_destroy(fsp_search *search);
/* n_samples of every channel, whose offsets are in reals */
fsp_status fsp_search_start(fsp_search *search, const void *samples, const ptrdiff_t *channel_offset);
fsp_status fsp_search_round(fsp_search *search, double momentum, int n_threads);
fsp_status fsp_search_result(fsp_search *search, void *samples, const ptrdiff_t *channel_offset);

/* the phase vocoder --------------------------------------------------------------------------------------------------- */

/* Frame t of the output has the phases of frame from[0], advanced by those of to[i] - from[i] for
 * each i < t, and magnitudes fraction[t] of the way from frame low[t] to frame low[t] + span. Bins are contiguous, as
 * interleaved complex numbers; offsets and strides are in reals. */
typedef struct {
    const void *data;
    void *out;
    size_t n_channels, n_bins, n_out;
    const ptrdiff_t *channel_offset, *out_offset;
    ptrdiff_t frame_stride, out_stride;
    const ptrdiff_t *from, *to, *low;
    ptrdiff_t span;
    const double *fraction;
} fsp_vocoder;

fsp_status fsp_vocode(fsp_precision precision, const char *isa, const fsp_vocoder *vocoder, int n_threads);

/* arrays, element by element ------------------------------------------------------------------------------------------ */

/* The largest of n values, or of their magnitudes; NaN if there is one; -infinity if there are none. */
fsp_status fsp_array_peak(fsp_precision precision, const char *isa, const void *in, size_t n, int magnitude, int n_threads,
                          double *peak);
/* level(x) = max(multiplier log10(max(x, floor)) + shift, lower), of x^2 if `square`. Levels more than `range` below the
 * highest one are raised to that. The logarithm is rounded before the shift, so that the shift -level(y) takes y to exactly
 * zero. */
typedef struct {
    int square;
    double multiplier, floor, shift, lower, range;
} fsp_level_scale;

/* Levels of n numbers; out may be in. *peak: the highest, or NaN, which raises nothing, if any is NaN. */
fsp_status fsp_array_levels(fsp_precision precision, const char *isa, const void *in, size_t n, const fsp_level_scale *scale,
                            void *out, int n_threads, double *peak);
/* out = max(x + shift, lower); out may be in. */
fsp_status fsp_array_clamp(fsp_precision precision, const char *isa, const void *in, size_t n, double shift, double lower,
                           void *out, int n_threads);

/* out[i] = |in[i]|^2 of n complex numbers, products and sum rounded apart. */
fsp_status fsp_array_squares(fsp_precision precision, const char *isa, const void *in, size_t n, void *out, int n_threads);

/* out[i] = exp(i in[i]), n complex numbers. `reached`: whether all angles were within 2^20 (float: 2^12) and so near enough
 * for this; if not, `out` is unspecified. */
fsp_status fsp_array_phasors(fsp_precision precision, const char *isa, const void *in, size_t n, void *out, int n_threads,
                             int *reached);

/* out[f][k] = -magnitudes[f][k] exp(i angles[k][f]) for n_bins of k and n_frames of f, angles of at most 2^12 in magnitude,
 * out complex. Strides, in real numbers, are those of the outer index. */
typedef struct {
    const void *angles, *magnitudes;
    void *out;
    ptrdiff_t angle_stride, magnitude_stride, out_stride;
    size_t n_bins, n_frames;
} fsp_turning;

fsp_status fsp_turn(fsp_precision precision, const char *isa, const fsp_turning *turning);

/* filters and prediction ---------------------------------------------------------------------------------------------- */

/* A filter of the first order over the n samples of each channel: out[i] = b0 in[i] + state, the next state being
 * b1 in[i] - a out[i]. Strides are in elements; `states`, one a channel, are left ready for the next samples. */
typedef struct {
    fsp_precision precision;
    const char *isa;
    double coefficients[3];  /* b0, b1, a */
    size_t n_channels, n;
    const void *in;
    void *out, *states;
    ptrdiff_t in_channel, in_step, out_channel, out_step;
} fsp_recursion;

fsp_status fsp_recur(const fsp_recursion *recursion);

/* Steps first .. end - 1 of linear prediction by Burg's method. Each step adds a coefficient to the filter, the one that makes
 * the errors of prediction, forward and backward, smallest. To begin: coefficients are 1, 0, 0 ..., and `forward` and `backward`
 * are both the n samples, in `precision`; sums and coefficients are double. */
fsp_status fsp_predict(fsp_precision precision, const char *isa, void *forward, void *backward, size_t n, size_t first,
                       size_t end, double *coefficients);

/* running medians ----------------------------------------------------------------------------------------------------- */

/* Running medians of n_series series of n values: out[t] has rank width / 2 (from 0) among in[t - width / 2 ..] and the
 * width - 1 values after it, the series being mirrored at both ends: d c b a | a b c d | d c b a. Even widths reach one
 * further back than forth. No value may be NaN; `in` and `out` are apart. */
typedef struct {
    size_t n, n_series, width;
    ptrdiff_t in_step, in_series;    /* between the values of a series, and between series; one of the two is 1 */
    ptrdiff_t out_step, out_series;  /* likewise */
} fsp_medians;

fsp_status fsp_running_median(fsp_precision precision, const char *isa, const fsp_medians *medians, const void *in, void *out,
                              int n_threads);

/* conversion of samples ----------------------------------------------------------------------------------------------- */

/* Sample conversion, with the arithmetic of SoX 14.4.2: everything is converted to samples of 32 bits, 2^31 times the real
 * number, and from these to what is written (docs/architecture.md). NaN becomes 0.
 *
 * Element i of row r is at in_offset[r] + i * in_stride; offsets and strides are in bytes, each element aligned to its
 * size (S24: not at all). Elements begin .. end - 1 are converted, counted row by row. An output element may be at the
 * address of the input element of the same number; else the arrays are apart. At least one of the two is PCM.
 * *clips: how many elements were beyond the range of either step, or NaN. */
typedef struct {
    fsp_pcm pcm;
    fsp_precision precision;  /* of FSP_REALS */
} fsp_format;

typedef struct {
    const void *in;
    void *out;
    fsp_format from, to;
    size_t n_rows, n;
    const ptrdiff_t *in_offset, *out_offset;
    ptrdiff_t in_stride, out_stride;
    size_t begin, end;
    int dither;               /* add triangular noise before rounding to codes of 8, 16 or 24 bits; not for the laws */
    unsigned long long key;   /* which noise; an element's depends on the key and on its number alone */
    size_t first;             /* number of element 0 for the noise, so that parts of an array get the noise of the whole */
} fsp_conversion;

fsp_status fsp_convert(const char *isa, const fsp_conversion *conversion, int n_threads, size_t *clips);

/* pitch --------------------------------------------------------------------------------------------------------------- */

/* YIN (de Cheveigne and Kawahara 2002) and pYIN (Mauch and Dixon 2014), in double throughout.
 *
 * Frame f starts at sample f * hop_length - lead; outside the signal, samples are 0. Of `in`, row_stride, frame_stride,
 * check_finite, total_frames and clamp are not read. */
typedef struct {
    const char *isa;                /* as in fsp_config */
    size_t frame_length;            /* up to FSP_MOST_N_FFT / 4 */
    size_t hop_length, lead;
    size_t min_period, max_period;  /* in samples; 1 <= min_period < max_period < frame_length */
} fsp_yin_config;

typedef struct fsp_yin fsp_yin;

fsp_status fsp_yin_create(const fsp_yin_config *config, fsp_yin **yin);
void fsp_yin_destroy(fsp_yin *yin);

/* periods: n_channels x n_frames, in samples: of the first trough below the threshold, or of the lowest value if there is none. */
fsp_status fsp_yin_run(const fsp_yin *yin, const fsp_input *in, double threshold, double *periods, int n_threads);

/* Thresholds ascend; `beta` is the probability of each and beta_below[i] that of the first i. If m > 0 troughs are below a
 * threshold, trough k = 0 .. m - 1 of these gets scale[m] * decay[k] of its probability. If none is, the lowest trough gets
 * `no_trough` of it. scale has 1 + fsp_yin_most_troughs() values, decay one less. */
typedef struct {
    size_t n_thresholds;
    const double *thresholds, *beta, *beta_below;
    const double *scale, *decay;
    double no_trough;
} fsp_pyin_prior;

size_t fsp_yin_most_troughs(const fsp_yin *yin);

/* counts: n_channels x n_frames; periods and probabilities: n_channels x n_frames x fsp_yin_most_troughs(), of which the
 * first counts[] are set, by ascending period: troughs whose probability is not zero. */
fsp_status fsp_pyin_run(const fsp_yin *yin, const fsp_input *in, const fsp_pyin_prior *prior, size_t *counts, double *periods,
                        double *probabilities, int n_threads);

/* atoms --------------------------------------------------------------------------------------------------------------- */

/* Frames correlated with short signals ("atoms"), each at the lowest rate that holds it.
 *
 * Rate 0 is the signal; each halving filters rate s and keeps every second sample, as rate s + 1. The middle of frame t is
 * half a sample before sample t * hop_length, at every rate: between samples -1 and 0 at rate 0, upon sample 0 at others.
 * An atom weighs pairs of samples equally far from it, by `even` their sum and by `odd` their difference (later minus
 * earlier): pair i is samples i and -1 - i at rate 0, i and -i at others. Its two sums, times complex factors, are added
 * to its bin. Neighbouring atoms are computed together: a sample that is not finite spoils all those of a group of which it is
 * in the longest. */
typedef struct {
    fsp_precision precision;
    const char *isa;
    size_t hop_length;       /* a multiple of 2^n_halvings */
    size_t lead;             /* how far padding reaches, up to PTRDIFF_MAX / 4; zeros beyond */
    fsp_padding padding;
    size_t n_halvings;       /* up to FSP_MOST_HALVINGS */
    const size_t *n_taps;    /* per halving, half the filter: taps of samples i and -1 - i in the first one; in others */
    const double *taps;      /*   of 2 i + 1 and -2 i - 1, that of the middle being 1/2. One filter after the other */
    size_t n_atoms, n_bins;
    const size_t *rate, *bin, *n_pairs;  /* per atom; rates ascend; n_pairs >= 1, and descend within a rate */
    const double *even, *odd;            /* one atom after the other */
    const double *factors;               /* per atom four: the even sum's real and imaginary part, the odd sum's */
} fsp_atoms_config;

enum { FSP_MOST_HALVINGS = 32 };

typedef struct fsp_atoms fsp_atoms;

fsp_status fsp_atoms_create(const fsp_atoms_config *config, fsp_atoms **atoms);
void fsp_atoms_destroy(fsp_atoms *atoms);

/* Complex frames (..., n_bins) of a signal; of `in`, row_stride, frame_stride and clamp are not read, and `peak` is not
 * written. */
fsp_status fsp_atoms_run(const fsp_atoms *atoms, const fsp_input *in, const fsp_output *out, int n_threads);

/* The adjoint: atoms at every hop, times the complex numbers of their bins, added up; of that the real part. lead and
 * padding are not read; no sample but those of the output exists. */
typedef struct fsp_atom_sum fsp_atom_sum;

fsp_status fsp_atom_sum_create(const fsp_atoms_config *config, fsp_atom_sum **sum);
void fsp_atom_sum_destroy(fsp_atom_sum *sum);

/* Ranges of the output start at multiples of this; if it is 0, at sample 0 only. */
size_t fsp_atom_sum_step(const fsp_atom_sum *sum);

/* Writes samples first_sample .. first_sample + n_samples - 1 of every channel to out[0 ..]; of `in`, only data, its
 * channels, n_frames and frame_stride are read. The bits do not depend on the range. */
fsp_status fsp_atom_sum_run(const fsp_atom_sum *sum, const fsp_spectra *in, void *out, const ptrdiff_t *channel_offset,
                            size_t first_sample, size_t n_samples, int n_threads);

/* pooling ------------------------------------------------------------------------------------------------------------- */

/* Adaptive pooling: output j of an axis that has n_in positions and shall have n_out is the mean (or the largest) of
 * positions floor(j n_in / n_out) to ceil((j + 1) n_in / n_out) - 1; windows may overlap, and n_out may exceed n_in. Axes
 * come in the order of the array's shape; the last n_pooled of them, 1 to 3, are pooled, the n_batch others are not and have
 * in_size = out_size. All sizes >= 1. Any strides; it is fastest if some axis, whichever it is, has stride 1.
 *
 * Error of a mean of n numbers, u = 2^-53: float32: sums are double, so the mean is off by at most (n + 4) u mean |x| before
 * it is rounded to float: unless numbers cancel, within 0.51 ulp for windows of up to 2^22, within 1 ulp up to 2^28.
 * float64: sums carry their rounding errors along; the mean is off by at most (n u)^2 mean |x| before two roundings: unless
 * numbers cancel, within 2 ulp for windows of up to 2^26.
 * NaN in a window makes its output NaN. The same bits for any strides, any range of pieces and any number of threads.
 *
 * The call does pieces first .. first + count - 1 of fsp_pool_pieces, which are independent: runs of outputs.
 * Memory: a megabyte per thread, or a row of doubles as long as one window of the last axis; no copy of the input. */
typedef enum { FSP_POOL_MEAN, FSP_POOL_MAX } fsp_pool_kind;

enum { FSP_POOL_AXES = 64 };

typedef struct {
    size_t in_size, out_size;
    ptrdiff_t in_stride, out_stride;
} fsp_pool_axis;

typedef struct {
    fsp_pool_kind kind;
    size_t n_batch, n_pooled;                /* together at most FSP_POOL_AXES */
    fsp_pool_axis axes[FSP_POOL_AXES];
} fsp_pooling;

size_t fsp_pool_pieces(fsp_precision precision, const char *isa, const fsp_pooling *pooling);
fsp_status fsp_pool(fsp_precision precision, const char *isa, const fsp_pooling *pooling, const void *in, void *out,
                    size_t first, size_t count, int n_threads);

/* memory -------------------------------------------------------------------------------------------------------------- */

/* Memory for large results. What is destroyed is kept for the next one: the newest blocks, FSP_MOST_KEPT bytes at most,
 * whatever the number of threads. `size` (>= bytes) belongs to the block; NULL where there is no memory. Any thread may
 * destroy a block, and none ever waits. */
enum { FSP_MOST_KEPT = 64 << 20 };

void *fsp_block_create(size_t bytes, size_t *size);
void fsp_block_destroy(void *at, size_t size);
size_t fsp_blocks_kept(void);
void fsp_blocks_drop(void);

/* Bytes that this thread has asked for since it began, freed or not: the difference bounds what has been created between. */
size_t fsp_allocated(void);
/* Adds to that what another thread has asked for on behalf of this one. */
void fsp_add_allocated(size_t bytes);

/* instruction sets ---------------------------------------------------------------------------------------------------- */

/* The best instruction set this CPU and this build have, and whether `isa` is among them. */
const char *fsp_best_isa(void);
int fsp_has_isa(const char *isa);
size_t fsp_lanes(const char *isa, fsp_precision precision);

#include "sequences.h"

#endif
