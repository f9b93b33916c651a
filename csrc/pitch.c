/* pitch: YIN's normalised difference function for frames across lanes, its troughs, and pYIN's belief in each.
 *
 *   signal -> table (samples, frames) -> |FFT|^2 -> FFT = autocorrelation -> curve (periods, frames) -> per frame: troughs
 *
 * A power spectrum is real and even, so that the forward FFT inverts it: the second FFT reads the tile of the first,
 * mirrored, through its offsets. All arithmetic is in double: which trough is chosen may hang on small differences. */
#include "internal.h"

#include <float.h>
#include <stdatomic.h>
#include <string.h>

enum { MOST_TILES = 4, TABLE_BYTES = 256 * 1024, MOST_LANES = 8 };

struct fsp_yin {
    fsp_yin_config config;
    const fsp_kernels *kernels;
    size_t rows, overlap, block, table_stride;  /* as in a plan; row `rows` of the table is zero */
    fsp_real_fft forward, inverse;
    uint32_t *samples;  /* where in the table the samples that `forward` reads are; zeros after the frame */
    uint32_t *mirrored; /* where in the tile of `forward` the bins that `inverse` reads are */
    size_t linear_at, power_at, lags_at, curve_at, decide_at, scratch_size;
};

typedef struct {
    const fsp_yin *yin;
    const fsp_input *in;
    double threshold;
    enum { BEST_PERIOD, CANDIDATES } wanted;
    const fsp_pyin_prior *prior;  /* of candidates */
    double *periods, *probabilities;
    size_t *counts;
    size_t blocks_per_channel, n_blocks, scratch_size;
    char *scratch;
    atomic_size_t next_block;
} job;

typedef struct {
    const job *j;
    double *table, *linear, *power, *lags, *curve;
    double *share;           /* per threshold: its prior times the scale of so many troughs */
    size_t *below;           /* per threshold: troughs below it */
    size_t *trough, *level;  /* per trough: its place, and the first threshold that is above it */
} worker;

/* One frame's curve: value i, for period min_period + i, is at[i * step]. */
typedef struct {
    const double *at;
    size_t step, n;
} curve;

static double value(curve c, size_t i) { return c.at[i * c.step]; }

static size_t n_periods(const fsp_yin *yin) { return yin->config.max_period - yin->config.min_period + 1; }

size_t fsp_yin_most_troughs(const fsp_yin *yin) { return (n_periods(yin) + 1) / 2; }

/* The next multiple of 16 (the first pass is of radix 16) with no other factors than 2, 3 and 5. */
static size_t smooth_length(size_t n)
{
    for (n = fsp_round_up(n, 16);; n += 16) {
        size_t rest = n;
        while (rest % 2 == 0) rest /= 2;
        while (rest % 3 == 0) rest /= 3;
        while (rest % 5 == 0) rest /= 5;
        if (rest == 1) return n;
    }
}

static fsp_status make_ffts(fsp_yin *yin)
{
    const size_t n = smooth_length(yin->config.frame_length + yin->config.max_period);
    double *window = fsp_allocate(n, sizeof *window);
    if (!window) return FSP_ENOMEM;
    for (size_t i = 0; i < n; i++) window[i] = 1;
    fsp_status status = fsp_real_fft_create(&yin->forward, n, window, yin->kernels);
    for (size_t i = 0; i < n; i++) window[i] = 1 / (double)n;
    if (status == FSP_OK) status = fsp_real_fft_create(&yin->inverse, n, window, yin->kernels);
    fsp_free(window);
    return status;
}

static size_t place_of(const fsp_yin *yin, size_t sample)
{
    return sample % yin->rows * yin->table_stride + sample / yin->rows;
}

static fsp_status make_offsets(fsp_yin *yin)
{
    const size_t n = yin->forward.n, lanes = yin->kernels->lanes;
    if (yin->rows + 1 > UINT32_MAX / yin->table_stride || yin->forward.tile_vectors > UINT32_MAX / lanes) return FSP_ENOMEM;
    yin->samples = fsp_allocate(n, sizeof *yin->samples);
    yin->mirrored = fsp_allocate(n, sizeof *yin->mirrored);
    if (!yin->samples || !yin->mirrored) return FSP_ENOMEM;
    for (size_t i = 0; i < n; i++) {
        const size_t sample = yin->forward.sample[i], k = yin->inverse.sample[i];
        const size_t zeros = yin->rows * yin->table_stride;
        yin->samples[i] = (uint32_t)(sample < yin->config.frame_length ? place_of(yin, sample) : zeros);
        yin->mirrored[i] = (uint32_t)(yin->forward.where[k < n - k ? k : n - k] * lanes);
    }
    return FSP_OK;
}

static void shape_blocks(fsp_yin *yin)
{
    const size_t n = yin->config.frame_length, hop = yin->config.hop_length, lanes = yin->kernels->lanes;
    yin->rows = hop < n ? hop : n;
    yin->overlap = fsp_divide_up(n, yin->rows) - 1;
    size_t tiles = MOST_TILES;
    while (tiles > 1 && yin->rows * (tiles * lanes + yin->overlap) * sizeof(double) > TABLE_BYTES) tiles /= 2;
    yin->block = tiles * lanes;
    yin->table_stride = fsp_round_up(yin->block + yin->overlap, lanes);
}

static void lay_out_scratch(fsp_yin *yin)
{
    const size_t vector = yin->kernels->lanes * sizeof(double);
    size_t size = 0;
    fsp_reserve(&size, (yin->rows + 1) * yin->table_stride, sizeof(double));
    yin->linear_at = fsp_reserve(&size, yin->rows * yin->table_stride, sizeof(double));
    yin->power_at = fsp_reserve(&size, yin->forward.tile_vectors, vector);
    yin->lags_at = fsp_reserve(&size, yin->inverse.tile_vectors, vector);
    yin->curve_at = fsp_reserve(&size, n_periods(yin), vector);
    yin->decide_at = fsp_reserve(&size, 2 * fsp_yin_most_troughs(yin), sizeof(size_t));
    yin->scratch_size = size;
}

fsp_status fsp_yin_create(const fsp_yin_config *config, fsp_yin **out)
{
    *out = NULL;
    const fsp_kernels *kernels = fsp_find_kernels(config->isa, FSP_F64);
    const fsp_yin_config *c = config;
    if (!kernels || kernels->lanes > MOST_LANES || c->min_period < 1 || c->min_period >= c->max_period ||
        c->max_period >= c->frame_length || c->frame_length > FSP_MOST_N_FFT / 4 || c->hop_length < 1 ||
        c->hop_length > PTRDIFF_MAX / 4)
        return FSP_EBUG;
    fsp_yin *yin = fsp_allocate(1, sizeof *yin);
    if (!yin) return FSP_ENOMEM;
    *yin = (fsp_yin){.config = *config, .kernels = kernels};
    yin->config.isa = NULL;
    shape_blocks(yin);
    fsp_status status = make_ffts(yin);
    if (status == FSP_OK) status = make_offsets(yin);
    if (status) {
        fsp_yin_destroy(yin);
        return status;
    }
    lay_out_scratch(yin);
    *out = yin;
    return FSP_OK;
}

void fsp_yin_destroy(fsp_yin *yin)
{
    if (!yin) return;
    fsp_real_fft_destroy(&yin->forward);
    fsp_real_fft_destroy(&yin->inverse);
    fsp_free(yin->samples);
    fsp_free(yin->mirrored);
    fsp_free(yin);
}

/* frames -> curve */

/* The block's samples, cut at every hop, zeros where the signal has none. */
static void fill_table(const worker *w, const fsp_signal *signal, size_t first, size_t count)
{
    const fsp_yin *yin = w->j->yin;
    const size_t hop = yin->config.hop_length, rows = yin->rows, lanes = yin->kernels->lanes;
    const size_t n_columns = fsp_round_up(fsp_round_up(count, lanes) + yin->overlap, lanes);
    const ptrdiff_t start = (ptrdiff_t)(first * hop) - (ptrdiff_t)yin->config.lead;
    ptrdiff_t stride;
    const void *x = fsp_columns(signal, start, hop, rows, n_columns, FSP_F64, w->linear, &stride);
    yin->kernels->gather(x, stride, rows, n_columns, w->table, yin->table_stride);
}

/* d(k) = 2 (r(0) - r(k)) - sum of y(m)^2 over m < k, divided by the mean of d(1) .. d(k). d(1) lacks its sum of squares, as in
 * librosa, which clears that element before it is read; all means contain it. */
static inline void normalise(const worker *w, const double *table, const size_t lanes)
{
    const fsp_yin *yin = w->j->yin;
    const double *r0 = w->lags + yin->inverse.where[0] * lanes;
    double energy[MOST_LANES] = {0}, sum[MOST_LANES] = {0};
    for (size_t k = 1; k <= yin->config.max_period; k++) {
        const double *y = table + place_of(yin, k - 1), *r = w->lags + yin->inverse.where[k] * lanes;
        double difference[MOST_LANES];
        for (size_t l = 0; l < lanes; l++) {
            energy[l] += y[l] * y[l];
            difference[l] = 2 * (r0[l] - r[l]) - (k > 1 ? energy[l] : 0);
            sum[l] += difference[l];
        }
        if (k < yin->config.min_period) continue;
        double *out = w->curve + (k - yin->config.min_period) * lanes;
        for (size_t l = 0; l < lanes; l++) out[l] = difference[l] / (sum[l] / (double)k + DBL_MIN);
    }
}

static void make_curves(const worker *w, size_t tile)
{
    const fsp_yin *yin = w->j->yin;
    const double *table = w->table + tile * yin->kernels->lanes;
    fsp_real_fft_run(&yin->forward, table, yin->samples, 1, w->power, (fsp_ahead){0});
    fsp_real_fft_run(&yin->inverse, w->power, yin->mirrored, 0, w->lags, (fsp_ahead){0});
    switch (yin->kernels->lanes) {
    case 8: normalise(w, table, 8); break;
    case 4: normalise(w, table, 4); break;
    case 2: normalise(w, table, 2); break;
    default: normalise(w, table, yin->kernels->lanes);
    }
}

/* curve -> periods */

static int is_trough(curve c, size_t i)
{
    if (i == 0) return value(c, 0) < value(c, 1);
    return value(c, i) < value(c, i - 1) && (i + 1 == c.n || value(c, i) <= value(c, i + 1));
}

/* How far from i a parabola through three points has its vertex; 0 at the ends, and if it is not in between. */
static double vertex(curve c, size_t i)
{
    if (i == 0 || i + 1 == c.n) return 0;
    const double a = value(c, i + 1) + value(c, i - 1) - 2 * value(c, i);
    const double b = (value(c, i + 1) - value(c, i - 1)) / 2;
    const double size_a = a < 0 ? -a : a, size_b = b < 0 ? -b : b;
    return size_b >= size_a ? 0 : -b / a;
}

static double period_at(const fsp_yin *yin, curve c, size_t i)
{
    return (double)(yin->config.min_period + i) + vertex(c, i);
}

/* The first trough below the threshold, else the lowest value; NaN is lower than any, as in numpy.argmin. */
static double best_period(const worker *w, curve c)
{
    size_t lowest = 0;
    for (size_t i = 0; i < c.n; i++) {
        if (value(c, i) < w->j->threshold && is_trough(c, i)) return period_at(w->j->yin, c, i);
        const double low = value(c, lowest), x = value(c, i);
        if (x < low || (x != x && low == low)) lowest = i;
    }
    return period_at(w->j->yin, c, lowest);
}

/* Fills trough, level and below; returns the number of troughs. */
static size_t find_troughs(const worker *w, curve c, size_t *lowest)
{
    const fsp_pyin_prior *prior = w->j->prior;
    size_t n = 0;
    memset(w->below, 0, prior->n_thresholds * sizeof *w->below);
    for (size_t i = 0; i < c.n; i++) {
        if (!is_trough(c, i)) continue;
        size_t low = 0, high = prior->n_thresholds;
        while (low < high) {
            const size_t middle = (low + high) / 2;
            if (value(c, i) < prior->thresholds[middle])
                high = middle;
            else
                low = middle + 1;
        }
        w->trough[n] = i;
        w->level[n] = low;
        if (low < prior->n_thresholds) w->below[low]++;
        if (n == 0 || value(c, i) < value(c, w->trough[*lowest])) *lowest = n;
        n++;
    }
    for (size_t j = 1; j < prior->n_thresholds; j++) w->below[j] += w->below[j - 1];
    return n;
}

/* The troughs that have some probability: per threshold, those below it share its prior, earlier ones getting more. */
static size_t weigh_troughs(const worker *w, curve c, double *periods, double *probabilities)
{
    const fsp_pyin_prior *prior = w->j->prior;
    size_t lowest = 0, n_kept = 0;
    const size_t n = find_troughs(w, c, &lowest);
    for (size_t j = 0; j < prior->n_thresholds; j++) {
        w->share[j] = prior->beta[j] * prior->scale[w->below[j]];
        w->below[j] = 0;
    }
    for (size_t i = 0; i < n; i++) {
        double p = 0;
        for (size_t j = w->level[i]; j < prior->n_thresholds; j++) p += w->share[j] * prior->decay[w->below[j]++];
        if (i == lowest) p += prior->no_trough * prior->beta_below[w->level[i]];
        if (p == 0) continue;
        periods[n_kept] = period_at(w->j->yin, c, w->trough[i]);
        probabilities[n_kept++] = p;
    }
    return n_kept;
}

/* all of it */

static void run_block(const worker *w, size_t block)
{
    const job *j = w->j;
    const fsp_yin *yin = j->yin;
    const fsp_input *in = j->in;
    const size_t lanes = yin->kernels->lanes, channel = block / j->blocks_per_channel, most = fsp_yin_most_troughs(yin);
    const size_t first = block % j->blocks_per_channel * yin->block;
    const size_t count = in->n_frames - first < yin->block ? in->n_frames - first : yin->block;
    const fsp_signal signal = fsp_signal_of(in, channel, yin->kernels, (fsp_margin){0}, NULL);
    fill_table(w, &signal, in->first_frame + first, count);
    for (size_t f = 0; f < count; f++) {
        if (f % lanes == 0) make_curves(w, f / lanes);
        const curve c = {w->curve + f % lanes, lanes, n_periods(yin)};
        const size_t at = channel * in->n_frames + first + f;
        if (j->wanted == CANDIDATES)
            j->counts[at] = weigh_troughs(w, c, j->periods + at * most, j->probabilities + at * most);
        else
            j->periods[at] = best_period(w, c);
    }
}

static void run_worker(void *context, size_t index)
{
    job *j = context;
    const fsp_yin *yin = j->yin;
    char *scratch = j->scratch + index * j->scratch_size, *decide = scratch + yin->decide_at;
    char *priors = scratch + yin->scratch_size;
    const size_t n_thresholds = j->wanted == CANDIDATES ? j->prior->n_thresholds : 0;
    const worker w = {
        .j = j, .table = (double *)scratch, .linear = (double *)(scratch + yin->linear_at),
        .power = (double *)(scratch + yin->power_at), .lags = (double *)(scratch + yin->lags_at),
        .curve = (double *)(scratch + yin->curve_at), .trough = (size_t *)decide,
        .level = (size_t *)decide + fsp_yin_most_troughs(yin),
        .share = (double *)priors, .below = (size_t *)(priors + n_thresholds * sizeof(double)),
    };
    memset(w.table + yin->rows * yin->table_stride, 0, yin->table_stride * sizeof(double));
    size_t block;
    while ((block = atomic_fetch_add(&j->next_block, 1)) < j->n_blocks && fsp_go_on()) run_block(&w, block);
}

static fsp_status run(job *j, int n_threads)
{
    if (!j->yin || n_threads < 1) return FSP_EBUG;
    j->blocks_per_channel = fsp_divide_up(j->in->n_frames, j->yin->block);
    j->n_blocks = j->blocks_per_channel * j->in->n_channels;
    if (j->n_blocks == 0) return FSP_OK;
    if ((size_t)n_threads > j->n_blocks) n_threads = (int)j->n_blocks;
    const size_t per_threshold = sizeof(double) + sizeof(size_t);
    const size_t n_thresholds = j->wanted == CANDIDATES ? j->prior->n_thresholds : 0;
    j->scratch_size = j->yin->scratch_size;
    fsp_reserve(&j->scratch_size, n_thresholds, per_threshold);
    j->scratch = fsp_allocate((size_t)n_threads, j->scratch_size);
    if (!j->scratch) return FSP_ENOMEM;
    atomic_init(&j->next_block, 0);
    const fsp_status status = fsp_parallel(run_worker, j, (size_t)n_threads, n_threads);
    fsp_free(j->scratch);
    return status;
}

fsp_status fsp_yin_run(const fsp_yin *yin, const fsp_input *in, double threshold, double *periods, int n_threads)
{
    job j = {.yin = yin, .in = in, .wanted = BEST_PERIOD, .threshold = threshold, .periods = periods};
    return run(&j, n_threads);
}

fsp_status fsp_pyin_run(const fsp_yin *yin, const fsp_input *in, const fsp_pyin_prior *prior, size_t *counts, double *periods,
                        double *probabilities, int n_threads)
{
    job j = {.yin = yin, .in = in, .wanted = CANDIDATES, .prior = prior, .counts = counts, .periods = periods,
             .probabilities = probabilities};
    return prior ? run(&j, n_threads) : FSP_EBUG;
}
