/* synthesize: atoms at every hop, added up: correlate.c's steps in reverse order, in blocks of hops that are independent.
 *
 * A block has a table for each rate: row = position within the hop, column = hop. Frames add their atoms to the tables, then each
 * rate is interpolated and added to the rate above it. Columns at either end of the block lack frames of its neighbours; there are
 * as many of them as a frame and all filters reach, and they are not written.
 *
 * If the hop is longer than all that a frame reaches, tables hold only the samples around each frame, and zeros are written in
 * between. */
#include "internal.h"

#include <stdatomic.h>
#include <string.h>

/* Long enough that the columns which are not written cost little, and short enough for the second-level cache; but at least as long
 * as those columns, since to compute most columns twice would cost more than cache misses do. */
enum { BLOCK_TILES = 16, TABLE_BYTES = 1024 * 1024 };

/* What an even or an odd sample 2 i + phase of a rate gets from the next: samples i + from[], times weights. */
typedef struct {
    size_t n;
    ptrdiff_t *from;
    void *weights;
} phase;

typedef struct {
    size_t rows, delay;  /* sample i of a hop is in row i + delay */
    uint32_t *right, *left;
    phase phases[2];     /* of the rate above this one */
    size_t table_at;
} rate;

struct fsp_atom_sum {
    const fsp_kernels *kernels;
    size_t hop, n_bins, n_rates;
    fsp_atom_bank bank;
    rate rates[1 + FSP_MOST_HALVINGS];
    uint32_t *where;  /* rows of the table of rate 0, as store_frames wants them */
    int alone;        /* columns hold all of a frame, and nothing of others */

    /* Frames of `margin` columns on either side are added to a block's; tables have as many columns again. */
    size_t block, margin, stride;
    size_t zeros_at, tile_at, sums_at, sources_at, edge_at, scratch_size;
};

/* Columns that a frame, and all halvings on the way up, reach beyond their own. */
static size_t reach_of(const fsp_atom_sum *sum)
{
    size_t samples = 0, frame = 0;
    for (size_t s = sum->n_rates; s-- > 0;) {
        const fsp_atom_rate *r = &sum->bank.rates[s];
        frame = fsp_larger(frame, r->n_pairs / sum->rates[s].rows + 1);
        if (s > 0) samples = 2 * (samples + 1) + fsp_halving_left(&r->halving);
    }
    return frame + samples / sum->hop + 1;
}

static fsp_status lay_out(fsp_atom_sum *sum)
{
    const size_t itemsize = sum->kernels->itemsize, lanes = sum->kernels->lanes, vector = lanes * itemsize;
    sum->margin = sum->alone ? 0 : fsp_round_up(reach_of(sum), lanes);
    const size_t most_columns = TABLE_BYTES / itemsize / sum->rates[0].rows;
    sum->block = lanes;
    while (sum->block < BLOCK_TILES * lanes || sum->block < 4 * sum->margin) {
        if (sum->block >= 2 * sum->margin && 2 * sum->block + 4 * sum->margin > most_columns) break;
        sum->block *= 2;
    }
    sum->stride = sum->block + 4 * sum->margin + lanes;  /* neighbouring rows on cache sets of their own */
    size_t size = 0, most_terms = 0;
    for (size_t s = 0; s < sum->n_rates; s++) {
        rate *r = &sum->rates[s];
        if (r->rows > UINT32_MAX / sum->stride) return FSP_ENOMEM;
        r->table_at = fsp_reserve(&size, r->rows * sum->stride, itemsize);
        most_terms = fsp_larger(most_terms, 1 + 2 * sum->bank.rates[s].halving.n_taps);
    }
    sum->zeros_at = fsp_reserve(&size, sum->stride, itemsize);
    sum->tile_at = fsp_reserve(&size, 2 * sum->n_bins, vector);
    sum->sums_at = fsp_reserve(&size, 6 * sum->kernels->atom_trios, vector);
    sum->sources_at = fsp_reserve(&size, most_terms, sizeof(void *));
    sum->edge_at = fsp_reserve(&size, sum->rates[0].rows, vector);
    sum->scratch_size = size;
    return FSP_OK;
}

static void shape_rates(fsp_atom_sum *sum)
{
    fsp_atom_span spans[1 + FSP_MOST_HALVINGS];
    fsp_atom_spans(&sum->bank, spans);
    sum->alone = spans[0].rows <= sum->hop;
    for (size_t s = 0; s < sum->n_rates; s++) {
        sum->rates[s].rows = sum->alone ? spans[s].rows : sum->hop >> s;
        sum->rates[s].delay = sum->alone ? spans[s].delay : 0;
    }
}

/* The transpose of a halving, for samples of one parity. */
static fsp_status make_phase(phase *p, size_t odd, const fsp_halving *h, size_t itemsize)
{
    double *weights = fsp_allocate(1 + 2 * h->n_taps, sizeof *weights);
    p->from = fsp_allocate(1 + 2 * h->n_taps, sizeof *p->from);
    if (weights && p->from) {
        const ptrdiff_t first = (ptrdiff_t)odd;
        if (h->centre != 0 && !odd) {
            p->from[0] = 0;
            weights[p->n++] = h->centre;
        }
        for (size_t j = 0; j < h->n_taps; j++) {
            const ptrdiff_t out = (ptrdiff_t)j * h->step, twice[2] = {first - h->right - out, first + 1 + out};
            for (int side = 0; side < 2; side++) {
                if (twice[side] % 2) continue;  /* no sample there */
                p->from[p->n] = twice[side] / 2;
                weights[p->n++] = fsp_real_at(h->taps, j, itemsize);
            }
        }
        p->weights = fsp_to_real(weights, p->n, itemsize);
    }
    fsp_free(weights);
    return p->weights ? FSP_OK : FSP_ENOMEM;
}

static fsp_status prepare(fsp_atom_sum *sum, const fsp_atoms_config *config)
{
    fsp_status status = fsp_atom_bank_create(&sum->bank, config);
    if (status) return status;
    sum->kernels = sum->bank.kernels;
    sum->n_rates = sum->bank.n_rates;
    shape_rates(sum);
    status = lay_out(sum);
    for (size_t s = 0; s < sum->n_rates && status == FSP_OK; s++) {
        rate *r = &sum->rates[s];
        status = fsp_pair_offsets(sum->bank.rates[s].n_pairs, s == 0, (ptrdiff_t)r->delay, r->rows, sum->stride,
                                  (ptrdiff_t)sum->margin, &r->right, &r->left);
        for (size_t odd = 0; odd < 2 && s > 0 && status == FSP_OK; odd++)
            status = make_phase(&r->phases[odd], odd, &sum->bank.rates[s].halving, sum->kernels->itemsize);
    }
    if (status) return status;
    sum->where = fsp_allocate(sum->rates[0].rows, sizeof *sum->where);
    if (!sum->where) return FSP_ENOMEM;
    for (size_t i = 0; i < sum->rates[0].rows; i++) sum->where[i] = (uint32_t)(i * (sum->stride / sum->kernels->lanes));
    return FSP_OK;
}

fsp_status fsp_atom_sum_create(const fsp_atoms_config *config, fsp_atom_sum **out)
{
    *out = NULL;
    fsp_atom_sum *sum = fsp_allocate(1, sizeof *sum);
    if (!sum) return FSP_ENOMEM;
    *sum = (fsp_atom_sum){.hop = config->hop_length, .n_bins = config->n_bins};
    const fsp_status status = prepare(sum, config);
    if (status)
        fsp_atom_sum_destroy(sum);
    else
        *out = sum;
    return status;
}

void fsp_atom_sum_destroy(fsp_atom_sum *sum)
{
    if (!sum) return;
    for (size_t s = 0; s < sum->n_rates; s++) {
        fsp_free(sum->rates[s].right);
        fsp_free(sum->rates[s].left);
        for (int odd = 0; odd < 2; odd++) {
            fsp_free(sum->rates[s].phases[odd].from);
            fsp_free(sum->rates[s].phases[odd].weights);
        }
    }
    fsp_atom_bank_destroy(&sum->bank);
    fsp_free(sum->where);
    fsp_free(sum);
}

typedef struct {
    const fsp_atom_sum *sum;
    const fsp_spectra *in;
    char *out;
    const ptrdiff_t *channel_offset;
    size_t first_sample, n_samples, block, blocks_per_channel, n_blocks, n_workers;  /* block: columns, evenly dealt out */
    char *scratch;
    atomic_size_t next;
} job;

typedef struct {
    const job *j;
    char *scratch;
    size_t channel;
    ptrdiff_t first;  /* hop of the block's first column that counts */
} worker;

/* The atoms of LANES frames, of which the first is `at` columns after the first that is looked at. */
static void add_frames(const worker *w, size_t at)
{
    const fsp_atom_sum *sum = w->j->sum;
    const fsp_atom_bank *bank = &sum->bank;
    const fsp_spectra *in = w->j->in;
    const fsp_kernels *k = sum->kernels;
    const ptrdiff_t frame = w->first - (ptrdiff_t)sum->margin + (ptrdiff_t)at, n = (ptrdiff_t)in->n_frames;
    if (frame < 0 || frame >= n) return;
    char *const tile = w->scratch + sum->tile_at, *const sums = w->scratch + sum->sums_at;
    const ptrdiff_t from = in->channel_offset[w->channel] + frame * in->frame_stride, left = n - frame;
    k->load_frames((const char *)in->data + from * (ptrdiff_t)k->itemsize, in->frame_stride, 2 * sum->n_bins, tile,
                   left < (ptrdiff_t)k->lanes ? (size_t)left : k->lanes);
    for (size_t s = 0; s < sum->n_rates; s++) {
        const rate *r = &sum->rates[s];
        const fsp_atom_group *const first = bank->groups + bank->rates[s].first_group;
        for (const fsp_atom_group *g = first; g < first + bank->rates[s].n_groups; g++) {
            k->unmix(tile, g->n_atoms, (const char *)bank->factors + 4 * g->first_atom * k->itemsize,
                     bank->bin + g->first_atom, sums);
            memset(sums + 2 * g->n_atoms * k->lanes * k->itemsize, 0,
                   (6 * k->atom_trios - 2 * g->n_atoms) * k->lanes * k->itemsize);
            k->spread(sums, r->right, r->left, g->ends, (const char *)bank->weights + g->first_weight * k->itemsize,
                      w->scratch + r->table_at + at * k->itemsize);
        }
    }
}

/* A rate added to the one above it. */
static void raise_rate(const worker *w, size_t s)
{
    const fsp_atom_sum *sum = w->j->sum;
    const fsp_kernels *k = sum->kernels;
    const rate *r = &sum->rates[s], *above = r - 1;
    const ptrdiff_t rows = (ptrdiff_t)r->rows, row_bytes = (ptrdiff_t)(sum->stride * k->itemsize);
    const char *const from = w->scratch + r->table_at + sum->margin * k->itemsize;
    const void **sources = (const void **)(void *)(w->scratch + sum->sources_at);
    char *to = w->scratch + above->table_at + sum->margin * k->itemsize;
    for (size_t row = 0; row < above->rows; row++, to += row_bytes) {
        const ptrdiff_t sample = (ptrdiff_t)row - (ptrdiff_t)above->delay, half = fsp_divide_down(sample, 2);
        const phase *p = &r->phases[sample - 2 * half];
        for (size_t i = 0; i < p->n; i++) {
            ptrdiff_t at = half + p->from[i] + (ptrdiff_t)r->delay, column = 0;
            if (at < 0 || at >= rows) column = fsp_divide_down(at, rows);
            at -= column * rows;
            sources[i] = sum->alone && column ? w->scratch + sum->zeros_at
                                              : from + at * row_bytes + column * (ptrdiff_t)k->itemsize;
        }
        k->add_rows(sources, p->weights, p->n, w->j->block + 2 * sum->margin, to);
    }
}

/* Writes independent columns to the output, and zeros between them. */
static void store_alone(const worker *w, size_t at)
{
    const fsp_atom_sum *sum = w->j->sum;
    const fsp_kernels *k = sum->kernels;
    const size_t rows = sum->rates[0].rows;
    const ptrdiff_t delay = (ptrdiff_t)sum->rates[0].delay, n = (ptrdiff_t)w->j->n_samples;
    char *const out = w->j->out + w->j->channel_offset[w->channel] * (ptrdiff_t)k->itemsize;
    char *const edge = w->scratch + sum->edge_at;
    k->store_frames(w->scratch + sum->rates[0].table_at + at * k->itemsize, sum->where, rows, edge, (ptrdiff_t)rows, k->lanes);
    for (size_t c = 0; c < k->lanes; c++) {
        const ptrdiff_t column = w->first + (ptrdiff_t)(at + c), start = fsp_column_start(column, sum->hop) - delay;
        const ptrdiff_t next = fsp_column_start(column + 1, sum->hop) - delay, end = start + (ptrdiff_t)rows;
        const ptrdiff_t from = start < 0 ? 0 : start, to = end < n ? end : n, zeros_to = next < n ? next : n;
        if (from < to)
            memcpy(out + from * (ptrdiff_t)k->itemsize, edge + ((ptrdiff_t)(c * rows) + from - start) * (ptrdiff_t)k->itemsize,
                   (size_t)(to - from) * k->itemsize);
        if (to < zeros_to) memset(out + to * (ptrdiff_t)k->itemsize, 0, (size_t)(zeros_to - to) * k->itemsize);
    }
}

/* Writes columns that follow one another, as far as the output goes. */
static void store_columns(const worker *w, size_t at)
{
    const fsp_atom_sum *sum = w->j->sum;
    const fsp_kernels *k = sum->kernels;
    const size_t hop = sum->hop, start = ((size_t)w->first + at) * hop - w->j->first_sample;
    if (start >= w->j->n_samples) return;
    const size_t left = w->j->n_samples - start, whole = left / hop < k->lanes ? left / hop : k->lanes;
    const char *const tile = w->scratch + sum->rates[0].table_at + (2 * sum->margin + at) * k->itemsize;
    char *const out = w->j->out + (w->j->channel_offset[w->channel] + (ptrdiff_t)start) * (ptrdiff_t)k->itemsize;
    k->store_frames(tile, sum->where, hop, out, (ptrdiff_t)hop, whole);
    if (whole == k->lanes || left == whole * hop) return;
    char *const edge = w->scratch + sum->edge_at;
    k->store_frames(tile, sum->where, hop, edge, (ptrdiff_t)hop, whole + 1);
    memcpy(out + whole * hop * k->itemsize, edge + whole * hop * k->itemsize, (left - whole * hop) * k->itemsize);
}

static void take_blocks(void *context, size_t index)
{
    job *j = context;
    const fsp_atom_sum *sum = j->sum;
    const size_t lanes = sum->kernels->lanes;
    worker w = {.j = j, .scratch = j->scratch + index * sum->scratch_size};
    size_t block;
    while ((block = atomic_fetch_add(&j->next, 1)) < j->n_blocks && fsp_go_on()) {
        w.channel = block / j->blocks_per_channel;
        w.first = (ptrdiff_t)(j->first_sample / sum->hop + block % j->blocks_per_channel * j->block);
        memset(w.scratch, 0, sum->tile_at);
        for (size_t at = 0; at < j->block + 2 * sum->margin; at += lanes) add_frames(&w, at);
        for (size_t s = sum->n_rates; s-- > 1;) raise_rate(&w, s);
        for (size_t at = 0; at < j->block; at += lanes) (sum->alone ? store_alone : store_columns)(&w, at);
    }
}

/* Independent columns overlap the samples of neighbouring hops, so that the output cannot be cut between them. */
size_t fsp_atom_sum_step(const fsp_atom_sum *sum) { return sum->alone ? 0 : sum->block * sum->hop; }

fsp_status fsp_atom_sum_run(const fsp_atom_sum *sum, const fsp_spectra *in, void *out, const ptrdiff_t *channel_offset,
                            size_t first_sample, size_t n_samples, int n_threads)
{
    const size_t step = sum ? fsp_atom_sum_step(sum) : 0;
    if (!sum || n_threads < 1 || (step ? first_sample % step : first_sample)) return FSP_EBUG;
    if (n_samples == 0 || in->n_channels == 0) return FSP_OK;
    job j = {.sum = sum, .in = in, .out = out, .channel_offset = channel_offset,
             .first_sample = first_sample, .n_samples = n_samples};
    const size_t columns = (n_samples - 1 + sum->rates[0].delay) / sum->hop + 1;
    j.block = fsp_round_up(fsp_divide_up(columns, fsp_divide_up(columns, sum->block)), sum->kernels->lanes);
    j.blocks_per_channel = fsp_divide_up(columns, j.block);
    j.n_blocks = j.blocks_per_channel * in->n_channels;
    j.n_workers = (size_t)n_threads < j.n_blocks ? (size_t)n_threads : j.n_blocks;
    j.scratch = fsp_allocate(j.n_workers, sum->scratch_size);
    if (!j.scratch) return FSP_ENOMEM;
    atomic_init(&j.next, 0);
    const fsp_status status = fsp_parallel(take_blocks, &j, j.n_workers, n_threads);
    fsp_free(j.scratch);
    return status;
}
