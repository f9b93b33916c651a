/* synthesize: atoms at every hop, added up. The way of correlate.c backwards, in blocks of hops that stand alone.
 *
 * A block has a table for each rate: row = position within the hop, column = hop. Frames add their atoms to the tables,
 * then each rate adds itself to the one above, whose samples lie between its own. The block's outermost columns lack
 * frames that were not looked at; they are as many as a frame and all filters reach, and are left out. */
#include "internal.h"

#include <stdatomic.h>
#include <string.h>

/* Long enough that the columns left out do not matter, short enough for the second-level cache. */
enum { BLOCK_TILES = 8, TABLE_BYTES = 768 * 1024 };

typedef struct {
    size_t rows;
    uint32_t *right, *left;
    size_t table_at;
} rate;

struct fsp_atom_sum {
    const fsp_kernels *kernels;
    size_t hop, n_bins, n_rates;
    fsp_atom_bank bank;
    rate rates[1 + FSP_MOST_HALVINGS];
    uint32_t *where;  /* rows of the table of rate 0, as store_frames wants them */

    /* Frames of `margin` columns on either side are added to a block's; tables have as many columns again. */
    size_t block, margin, stride;
    size_t tile_at, sums_at, terms_at, sources_at, edge_at, scratch_size;
};

/* Columns that a frame, and every halving on the way up, reach beyond their own. */
static size_t reach_of(const fsp_atom_sum *sum)
{
    size_t filters = 0, frame = 0;
    for (size_t s = 0; s < sum->n_rates; s++) {
        const fsp_atom_rate *r = &sum->bank.rates[s];
        const size_t rows = sum->rates[s].rows;
        frame = fsp_larger(frame, r->n_pairs / rows + 1);
        if (s > 0) filters += r->halving.n_taps / rows + 2;
    }
    return frame + filters;
}

static size_t reserve(size_t *size, size_t bytes)
{
    const size_t at = *size;
    *size += fsp_round_up(bytes, 64) + 64;
    return at;
}

static fsp_status lay_out(fsp_atom_sum *sum)
{
    const size_t itemsize = sum->kernels->itemsize, lanes = sum->kernels->lanes, vector = lanes * itemsize;
    sum->margin = fsp_round_up(reach_of(sum), lanes);
    sum->block = lanes;
    while (sum->block < BLOCK_TILES * lanes || sum->block < 4 * sum->margin) {
        if (sum->hop > TABLE_BYTES / itemsize / (2 * sum->block + 4 * sum->margin)) break;
        sum->block *= 2;
    }
    sum->stride = sum->block + 4 * sum->margin + lanes;  /* neighbouring rows on cache sets of their own */
    size_t size = 0, most_terms = 0;
    for (size_t s = 0; s < sum->n_rates; s++) {
        rate *r = &sum->rates[s];
        if (r->rows > UINT32_MAX / sum->stride) return FSP_ENOMEM;
        r->table_at = reserve(&size, r->rows * sum->stride * itemsize);
        most_terms = fsp_larger(most_terms, 1 + 2 * sum->bank.rates[s].halving.n_taps);
    }
    sum->tile_at = reserve(&size, 2 * sum->n_bins * vector);
    sum->sums_at = reserve(&size, 6 * sum->kernels->atom_trios * vector);
    sum->terms_at = reserve(&size, most_terms * itemsize);
    sum->sources_at = reserve(&size, most_terms * sizeof(void *));
    sum->edge_at = reserve(&size, sum->hop * vector);
    sum->scratch_size = size;
    return FSP_OK;
}

static fsp_status prepare(fsp_atom_sum *sum, const fsp_atoms_config *config)
{
    fsp_status status = fsp_atom_bank_create(&sum->bank, config);
    if (status) return status;
    sum->kernels = sum->bank.kernels;
    sum->n_rates = sum->bank.n_rates;
    for (size_t s = 0; s < sum->n_rates; s++) sum->rates[s].rows = sum->hop >> s;
    status = lay_out(sum);
    for (size_t s = 0; s < sum->n_rates && status == FSP_OK; s++) {
        rate *r = &sum->rates[s];
        status = fsp_pair_offsets(sum->bank.rates[s].n_pairs, s == 0, 0, r->rows, sum->stride, (ptrdiff_t)sum->margin,
                                  &r->right, &r->left);
    }
    if (status) return status;
    sum->where = fsp_allocate(sum->hop, sizeof *sum->where);
    if (!sum->where) return FSP_ENOMEM;
    for (size_t i = 0; i < sum->hop; i++) sum->where[i] = (uint32_t)(i * (sum->stride / sum->kernels->lanes));
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
    size_t n_samples, blocks_per_channel, n_blocks, n_workers;
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

/* Samples of a rate that halving weighs sample `row` of the one above into: rows of the table, and the weights. */
static size_t terms_of(const worker *w, size_t s, size_t row, const void **sources, char *weights)
{
    const fsp_atom_sum *sum = w->j->sum;
    const rate *r = &sum->rates[s];
    const fsp_halving *h = &sum->bank.rates[s].halving;
    const size_t itemsize = sum->kernels->itemsize;
    const char *const table = w->scratch + r->table_at + sum->margin * itemsize;
    size_t n = 0;
    for (size_t j = 0; j < h->n_taps; j++) {
        const ptrdiff_t twice[2] = {(ptrdiff_t)row - h->right - (ptrdiff_t)j * h->step, (ptrdiff_t)row + 1 + (ptrdiff_t)j * h->step};
        for (int side = 0; side < 2; side++) {
            if (twice[side] % 2) continue;
            const ptrdiff_t i = twice[side] / 2, column = fsp_divide_down(i, (ptrdiff_t)r->rows);
            const ptrdiff_t at = (i - column * (ptrdiff_t)r->rows) * (ptrdiff_t)sum->stride + column;
            sources[n] = table + at * (ptrdiff_t)itemsize;
            memcpy(weights + n++ * itemsize, (const char *)h->taps + j * itemsize, itemsize);
        }
    }
    return n;
}

/* A rate added to the one above it. */
static void raise_rate(const worker *w, size_t s)
{
    const fsp_atom_sum *sum = w->j->sum;
    const fsp_kernels *k = sum->kernels;
    const rate *r = &sum->rates[s], *above = r - 1;
    const fsp_halving *h = &sum->bank.rates[s].halving;
    const size_t row = sum->stride * k->itemsize, columns = sum->block + 2 * sum->margin;
    const void **sources = (const void **)(void *)(w->scratch + sum->sources_at);
    char *const weights = w->scratch + sum->terms_at, *const from = w->scratch + r->table_at + sum->margin * k->itemsize;
    char *to = w->scratch + above->table_at + sum->margin * k->itemsize;
    for (size_t i = 0; i < above->rows; i++, to += row) {
        size_t n = terms_of(w, s, i, sources, weights);
        if (h->centre != 0 && i % 2 == 0) {
            sources[0] = from + i / 2 * row;
            if (k->itemsize == sizeof(float)) *(float *)(void *)weights = (float)h->centre;
            else *(double *)(void *)weights = h->centre;
            n = 1;
        }
        k->add_rows(sources, weights, n, columns, to);
    }
}

/* Columns of rate 0 to the output, as far as that goes. */
static void store_columns(const worker *w, size_t at)
{
    const fsp_atom_sum *sum = w->j->sum;
    const fsp_kernels *k = sum->kernels;
    const size_t hop = sum->hop, start = ((size_t)w->first + at) * hop;
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
    while ((block = atomic_fetch_add(&j->next, 1)) < j->n_blocks) {
        w.channel = block / j->blocks_per_channel;
        w.first = (ptrdiff_t)(block % j->blocks_per_channel * sum->block);
        memset(w.scratch, 0, sum->tile_at);
        for (size_t at = 0; at < sum->block + 2 * sum->margin; at += lanes) add_frames(&w, at);
        for (size_t s = sum->n_rates; s-- > 1;) raise_rate(&w, s);
        for (size_t at = 0; at < sum->block; at += lanes) store_columns(&w, at);
    }
}

fsp_status fsp_atom_sum_run(const fsp_atom_sum *sum, const fsp_spectra *in, void *out, const ptrdiff_t *channel_offset,
                            size_t n_samples, int n_threads)
{
    if (!sum || n_threads < 1) return FSP_EBUG;
    if (n_samples == 0 || in->n_channels == 0) return FSP_OK;
    job j = {.sum = sum, .in = in, .out = out, .channel_offset = channel_offset, .n_samples = n_samples};
    const size_t columns = (n_samples - 1) / sum->hop + 1;
    j.blocks_per_channel = (columns + sum->block - 1) / sum->block;
    j.n_blocks = j.blocks_per_channel * in->n_channels;
    j.n_workers = (size_t)n_threads < j.n_blocks ? (size_t)n_threads : j.n_blocks;
    j.scratch = fsp_allocate(j.n_workers, sum->scratch_size);
    if (!j.scratch) return FSP_ENOMEM;
    atomic_init(&j.next, 0);
    fsp_parallel(take_blocks, &j, j.n_workers, n_threads);
    fsp_free(j.scratch);
    return FSP_OK;
}
