/* THE loop: blocks of frames, over threads, each block tile by tile through the stages.
 *
 *   signal -> table (samples, frames) -> tile: window, FFT, |X|^2 (spectrum) -> bank (bands) -> log (levels)
 *          -> matrix (feature) -> output
 *
 * A stage sees one tile of `lanes` frames; nothing longer than a block is ever stored between them. Each frame's
 * arithmetic happens in a lane of its own, so that block sizes and thread counts cannot change a bit of it. */
#include "internal.h"

#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

typedef struct {
    const fsp_plan *plan;
    const fsp_input *in;
    const fsp_output *out;
    size_t blocks_per_channel, n_blocks, n_threads;
    char *scratch;
    atomic_size_t next_block;
    atomic_int nonfinite;
    pthread_mutex_t extent_lock;
} job;

/* One thread's view of the block it is at. */
typedef struct {
    job *j;
    char *table, *linear, *frames, *energy, *tile, *sorted, *bands, *features, *extent;
    fsp_signal signal;
    size_t channel, first, count;  /* frames first .. first + count - 1, within the call */
    size_t carried_to;             /* the block whose first columns the table already holds, or SIZE_MAX */
} worker;

/* Rows of a tile: row k at vector where[k]. */
typedef struct {
    void *at;
    const uint32_t *where;
} rows;

static ptrdiff_t frame_start(const worker *w, size_t frame)
{
    const fsp_plan *plan = w->j->plan;
    return (ptrdiff_t)((w->j->in->first_frame + frame) * plan->config.hop_length) - plan->config.lead;
}

static int span_finite(const worker *w, ptrdiff_t a, ptrdiff_t b)
{
    const fsp_plan *plan = w->j->plan;
    return fsp_span_finite(&w->signal, a, b, plan->kernels, plan->config.precision, w->linear, plan->rows * plan->table_stride);
}

/* `gather` has checked the samples of frames. This checks those between frames (hop_length > length), and those after the last
 * frame. */
static int rest_finite(const worker *w)
{
    const fsp_plan *plan = w->j->plan;
    const fsp_input *in = w->j->in;
    const size_t next = in->first_frame + w->first + w->count;
    if (plan->config.hop_length > plan->config.length)
        for (size_t f = 0; f < w->count; f++) {
            const ptrdiff_t end = frame_start(w, w->first + f) + (ptrdiff_t)plan->config.length;
            if (!span_finite(w, end, frame_start(w, w->first + f + 1))) return 0;
        }
    return next != in->total_frames || span_finite(w, frame_start(w, w->first + w->count), PTRDIFF_MAX);
}

/* Columns of a hop each. Of those that no frame reads, for want of frames in the last tile, zeros will do: a stream that
 * asks for one frame at a time would have them mirrored, sample by sample, for three times the cost of all else. */
static const char *read_columns(const worker *w, ptrdiff_t start, size_t columns, size_t used, ptrdiff_t *stride)
{
    const fsp_plan *plan = w->j->plan;
    const size_t hop = plan->config.hop_length, column = plan->rows * plan->kernels->itemsize;
    if (used == columns) return fsp_columns(&w->signal, start, hop, plan->rows, columns, plan->config.precision, w->linear, stride);
    fsp_copy_columns(&w->signal, start, hop, plan->rows, used, plan->config.precision, w->linear);
    memset(w->linear + used * column, 0, (columns - used) * column);
    *stride = (ptrdiff_t)plan->rows;
    return w->linear;
}

/* Fill the table for the block's tiles, and say whether its samples are finite. Columns that the block before it left
 * are carried over: the same numbers. */
static int fill_table(worker *w)
{
    const fsp_plan *plan = w->j->plan;
    const fsp_kernels *k = plan->kernels;
    const size_t n_frames = fsp_round_up(w->count, k->lanes), overlap = plan->overlap;
    const int carried = w->carried_to == w->first;
    char *const table = w->table + (plan->carried - overlap) * k->itemsize;
    ptrdiff_t stride;
    const size_t first = carried ? overlap : 0;
    const char *x = read_columns(w, frame_start(w, w->first) + (ptrdiff_t)(first * plan->config.hop_length),
                                 n_frames + overlap - first, w->count + overlap - first, &stride);
    int finite = 1;
    if (carried)
        k->carry(w->table, plan->rows, plan->table_stride, plan->block, plan->carried);
    else
        finite = k->gather(x, stride, plan->rows, plan->carried, table, plan->table_stride);
    x += (ptrdiff_t)(overlap - first) * stride * (ptrdiff_t)k->itemsize;
    finite &= k->gather(x, stride, plan->rows, n_frames, table + overlap * k->itemsize, plan->table_stride);
    w->carried_to = w->count == plan->block ? w->first + plan->block : SIZE_MAX;
    return finite && (!w->j->in->check_finite || rest_finite(w));
}

static char *output_at(const worker *w, size_t frame)
{
    const fsp_output *out = w->j->out;
    const ptrdiff_t at = out->channel_offset[w->channel] + (ptrdiff_t)frame * out->frame_stride;
    return (char *)out->data + at * (ptrdiff_t)w->j->plan->kernels->itemsize;
}

/* Real parts where x says, imaginary ones next to them, with these signs. */
static void store_complex(const worker *w, rows x, const void *sign, size_t at, size_t valid)
{
    const fsp_plan *plan = w->j->plan;
    const fsp_output *out = w->j->out;
    char *p = output_at(w, at);
    if (out->row_stride == 2)
        plan->kernels->store_frames_complex(x.at, x.where, sign, plan->n_last, p, out->frame_stride, valid);
    else
        plan->kernels->store_rows_complex(x.at, x.where, sign, plan->n_last, p, out->row_stride, valid);
}

static void store_real(const worker *w, rows x, size_t at, size_t valid)
{
    const fsp_plan *plan = w->j->plan;
    const fsp_output *out = w->j->out;
    char *p = output_at(w, at);
    if (out->row_stride == 1)
        plan->kernels->store_frames(x.at, x.where, plan->n_last, p, out->frame_stride, valid);
    else
        plan->kernels->store_rows(x.at, x.where, plan->n_last, p, out->row_stride, valid);
}

static void load_given(const worker *w, size_t at, size_t valid)
{
    const fsp_plan *plan = w->j->plan;
    const fsp_input *in = w->j->in;
    const char *p = (const char *)in->data +
                    (in->channel_offset[w->channel] + (ptrdiff_t)(in->first_frame + at) * in->frame_stride) *
                        (ptrdiff_t)plan->kernels->itemsize;
    if (in->row_stride == 1)
        plan->kernels->load_frames(p, in->frame_stride, plan->n_bins, w->tile, valid);
    else
        plan->kernels->load_rows(p, in->row_stride, plan->n_bins, w->tile, valid);
    if (in->clamp)
        plan->kernels->clamp(w->tile, plan->n_bins, in->clamp[2 * w->channel], in->clamp[2 * w->channel + 1]);
}

/* What `gather` will read for the tile that is one block after this one, if it will read the signal itself. */
static fsp_lines next_samples(const worker *w, size_t at)
{
    const fsp_plan *plan = w->j->plan;
    const size_t hop = plan->config.hop_length, itemsize = plan->kernels->itemsize;
    if (!fsp_in_place(&w->signal, plan->config.precision) || hop != plan->rows) return (fsp_lines){0};
    const ptrdiff_t start = frame_start(w, at) + (ptrdiff_t)((plan->block + plan->overlap) * hop);
    const size_t n = plan->kernels->lanes * hop;
    if (start < 0 || start + (ptrdiff_t)n > (ptrdiff_t)w->signal.n_samples) return (fsp_lines){0};
    return (fsp_lines){.at = (const char *)w->signal.data + (size_t)start * itemsize, .step = FSP_LINE, .left = n * itemsize / FSP_LINE};
}

/* The lines that the tile will be stored to: the last one of each row (the tile before has fetched the one before), or frames that
 * follow one another without a gap. */
static fsp_lines results(const worker *w, size_t at, size_t valid)
{
    const fsp_plan *plan = w->j->plan;
    const fsp_output *out = w->j->out;
    const ptrdiff_t width = plan->config.spectrum == FSP_COMPLEX ? 2 : 1, itemsize = (ptrdiff_t)plan->kernels->itemsize;
    const ptrdiff_t row = (ptrdiff_t)valid * width * itemsize, frame = (ptrdiff_t)plan->n_last * width;
    const char *start = output_at(w, at);
    if (out->row_stride != width)
        return (fsp_lines){.at = start + row - 1, .step = out->row_stride * itemsize, .left = plan->n_last};
    if (out->frame_stride != frame) return (fsp_lines){0};
    return (fsp_lines){.at = start, .step = FSP_LINE, .left = valid * (size_t)(frame * itemsize) / FSP_LINE};
}

static rows spectrum_rows(const worker *w, size_t at, size_t valid)
{
    const fsp_plan *plan = w->j->plan;
    if (plan->config.spectrum == FSP_GIVEN) {
        load_given(w, at, valid);
        return (rows){w->tile, plan->identity};
    }
    const char *table = w->table + (at - w->first) * plan->kernels->itemsize;
    if (plan->conditioned) {
        plan->kernels->condition(table, plan->table_offsets, &plan->conditioning, w->frames, w->energy);
        table = w->frames;
    }
    const fsp_ahead ahead = {.read = next_samples(w, at), .write = results(w, at, valid)};
    fsp_real_fft_run(&plan->fft, table, plan->offsets, plan->power, w->tile, ahead);
    if (plan->config.spectrum == FSP_MAGNITUDE && !plan->turns)
        plan->kernels->root(w->tile, plan->fft.where, plan->n_bins, plan->config.guard, plan->config.least);
    return (rows){w->tile, plan->fft.where};
}

/* Bands of complex bins: pairs of rows, or one for each band where the plan wants their magnitudes. */
static rows turned_bands(const worker *w, rows x)
{
    const fsp_plan *plan = w->j->plan;
    const int power = plan->config.spectrum != FSP_COMPLEX;
    plan->kernels->bank_complex(&plan->bank, x.at, x.where, plan->turns, power, w->bands);
    if (plan->config.spectrum == FSP_MAGNITUDE)
        plan->kernels->root(w->bands, plan->identity, plan->n_rows, plan->config.guard, plan->config.least);
    return (rows){w->bands, power ? plan->identity : plan->pairs};
}

/* The rows in w->bands, in order: copied, unless they are there already. */
static rows collected(const worker *w, rows x)
{
    const fsp_plan *plan = w->j->plan;
    if (x.at != w->bands) plan->kernels->collect(x.at, x.where, plan->n_rows, w->bands);
    return (rows){w->bands, plan->identity};
}

static rows levels_of(const worker *w, rows x, size_t valid)
{
    const fsp_plan *plan = w->j->plan;
    const fsp_config *c = &plan->config;
    x = collected(w, x);
    if (c->for_zero != 0) plan->kernels->fill_zeros(x.at, plan->n_rows, c->for_zero);
    if (c->multiplier == 0) {
        plan->kernels->clamp(x.at, plan->n_rows, c->add, c->floor);
        return x;
    }
    if (c->add != 0) plan->kernels->clamp(x.at, plan->n_rows, c->add, -INFINITY);
    plan->kernels->levels(x.at, plan->n_rows, &plan->levels, valid, w->extent);
    return x;
}

/* Puts the frames' energy into its row of the output. There is room before the first row of bands and features. */
static rows with_energy(const worker *w, rows x, size_t valid)
{
    const fsp_plan *plan = w->j->plan;
    const size_t vector = plan->kernels->lanes * plan->kernels->itemsize;
    if (x.where != plan->identity) x = collected(w, x);
    x.at = (char *)x.at - plan->skipped * vector;
    if (plan->config.energy.multiplier != 0) plan->kernels->levels(w->energy, 1, &plan->energy_levels, valid, w->energy + vector);
    memcpy((char *)x.at + plan->config.energy.row * vector, w->energy, vector);
    return x;
}

/* One tile, from the table (or the given spectrum) to the output. */
static void run_tile(const worker *w, size_t at, size_t valid)
{
    const fsp_plan *plan = w->j->plan;
    const fsp_kernels *k = plan->kernels;
    rows x = spectrum_rows(w, at, valid);
    const void *sign = plan->fft.sign;
    if (plan->turns) {
        x = turned_bands(w, x);
        sign = plan->ones;
    }
    if (plan->config.spectrum == FSP_COMPLEX) {
        store_complex(w, x, sign, at, valid);
        return;
    }
    if (plan->bank.n_bands && !plan->turns) {
        (plan->bank.pairs ? k->bank_pairs : k->bank_rows)(&plan->bank, x.at, x.where, w->bands);
        x = (rows){w->bands, plan->identity};
    }
    if (plan->summary.kind) {
        fsp_summary_run(&plan->summary, k, x.at, x.where, plan->n_bins, w->sorted, w->bands);
        x = (rows){w->bands, plan->identity};
    }
    if (plan->config.multiplier != 0 || plan->config.floor > 0) x = levels_of(w, x, valid);
    if (plan->matrix.n_out) {
        if (x.where != plan->identity) x = collected(w, x);
        k->matrix(&plan->matrix, x.at, w->features);
        x = (rows){w->features, plan->identity};
    }
    if (plan->config.energy.kind) x = with_energy(w, x, valid);
    store_real(w, x, at, valid);
}

static void report_extent(job *j, const worker *w)
{
    const fsp_kernels *k = j->plan->kernels;
    if (!j->out->peak || j->plan->config.multiplier == 0) return;
    const double peak = k->array_peak(w->extent, k->lanes, 0);
    double lowest = INFINITY;
    for (size_t l = 0; l < k->lanes; l++) {
        const double level = fsp_real_at(w->extent, k->lanes + l, k->itemsize);
        if (level < lowest) lowest = level;
    }
    pthread_mutex_lock(&j->extent_lock);
    if (peak > j->out->peak[w->channel] || peak != peak) j->out->peak[w->channel] = peak;
    if (j->out->lowest && lowest < j->out->lowest[w->channel]) j->out->lowest[w->channel] = lowest;
    pthread_mutex_unlock(&j->extent_lock);
}

static void enter_channel(worker *w, size_t channel)
{
    const fsp_plan *plan = w->j->plan;
    w->channel = channel;
    w->carried_to = SIZE_MAX;
    w->signal = fsp_signal_of(w->j->in, channel, plan->kernels, plan->config.margin, &plan->config.conditioning);
    for (size_t l = 0; l < 2 * plan->kernels->lanes; l++)
        fsp_put_real(w->extent, l, l < plan->kernels->lanes ? -INFINITY : INFINITY, plan->kernels->itemsize);
}

static void run_block(worker *w, size_t block)
{
    const fsp_plan *plan = w->j->plan;
    const size_t n_frames = w->j->in->n_frames;
    w->first = block * plan->block;
    w->count = n_frames - w->first < plan->block ? n_frames - w->first : plan->block;
    if (plan->config.spectrum != FSP_GIVEN) {
        if (!fill_table(w) && w->j->in->check_finite) {
            atomic_store(&w->j->nonfinite, 1);
            return;
        }
    }
    for (size_t f = 0; f < w->count; f += plan->kernels->lanes) {
        size_t left = w->count - f;
        run_tile(w, w->first + f, left < plan->kernels->lanes ? left : plan->kernels->lanes);
    }
}

/* Takes a run of neighbouring blocks: half of a thread's share of those that are left. Long runs reuse the columns that blocks
 * share, and the caches; the last runs are short, so that threads end together. */
static size_t take_run(job *j, size_t *first)
{
    size_t n;
    *first = atomic_load(&j->next_block);
    do {
        if (*first >= j->n_blocks) return 0;
        n = j->n_blocks - *first;
        if (j->n_threads > 1) n = n / (2 * j->n_threads) + 1;
    } while (!atomic_compare_exchange_weak(&j->next_block, first, *first + n));
    return n;
}

/* Take runs until none is left. */
static void run_worker(void *context, size_t index)
{
    job *j = context;
    const fsp_plan *plan = j->plan;
    char *scratch = j->scratch + index * plan->scratch_size;
    const size_t vector = plan->kernels->lanes * plan->kernels->itemsize, length = plan->config.length;
    worker w = {.j = j, .table = scratch, .linear = scratch + plan->linear_at,
                .frames = scratch + plan->frames_at, .energy = scratch + plan->energy_at, .tile = scratch + plan->tile_at,
                .sorted = scratch + plan->sorted_at, .bands = scratch + plan->bands_at + plan->skipped * vector,
                .features = scratch + plan->features_at + plan->skipped * vector,
                .extent = scratch + plan->extent_at, .channel = SIZE_MAX};
    size_t block, n;
    if (length < plan->config.n_fft) memset(w.table + plan->rows * plan->table_stride * plan->kernels->itemsize, 0,
                                            plan->table_stride * plan->kernels->itemsize);
    if (plan->conditioned) memset(w.frames, 0, (length + 1) * vector);
    while ((n = take_run(j, &block))) {
        for (const size_t end = block + n; block < end && !atomic_load(&j->nonfinite) && fsp_go_on(); block++) {
            const size_t channel = block / j->blocks_per_channel;
            if (channel != w.channel) {
                if (w.channel != SIZE_MAX) report_extent(j, &w);
                enter_channel(&w, channel);
            }
            run_block(&w, block % j->blocks_per_channel);
        }
    }
    if (w.channel != SIZE_MAX) report_extent(j, &w);
}

fsp_status fsp_run(const fsp_plan *plan, const fsp_input *in, const fsp_output *out, int n_threads)
{
    if (!plan || n_threads < 1) return FSP_EBUG;
    if (plan->config.spectrum == FSP_GIVEN && (in->pcm || in->precision != plan->config.precision)) return FSP_EBUG;
    job j = {.plan = plan, .in = in, .out = out};
    j.blocks_per_channel = fsp_divide_up(in->n_frames, plan->block);
    j.n_blocks = j.blocks_per_channel * in->n_channels;
    if (j.n_blocks == 0) return FSP_OK;
    if ((size_t)n_threads > j.n_blocks) n_threads = (int)j.n_blocks;
    j.n_threads = (size_t)n_threads;
    j.scratch = fsp_allocate((size_t)n_threads, plan->scratch_size);
    if (!j.scratch) return FSP_ENOMEM;
    atomic_init(&j.next_block, 0);
    atomic_init(&j.nonfinite, 0);
    pthread_mutex_init(&j.extent_lock, NULL);
    const fsp_status status = fsp_parallel(run_worker, &j, (size_t)n_threads, n_threads);
    pthread_mutex_destroy(&j.extent_lock);
    fsp_free(j.scratch);
    return status || !atomic_load(&j.nonfinite) ? status : FSP_ENONFINITE;
}
