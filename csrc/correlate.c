/* correlate: the signal at several rates, and at each of them the frames' correlations with the atoms it serves.
 *
 * Each rate has a table: row = position within the hop, column = hop. Rates below the first are computed from the rows
 * of the one above, a few samples late, so that a column needs no later column. A rate's frames come `lag` columns
 * behind: the last sample of its longest atom is there by then. Tiles of the output wait for the slowest rate.
 *
 * If the hop is longer than all that a frame reads, columns hold only the samples around each frame and are independent. */
#include "internal.h"

#include <stdatomic.h>
#include <string.h>

enum { BLOCK_TILES = 4 };

typedef struct {
    const fsp_atom_rate *atoms;
    size_t rows, delay;   /* sample i of a hop is in row i + delay, counted on into later columns */
    size_t wrapped;       /* rows before row 0, from earlier columns, that halving reads */
    uint32_t *right, *left;
    /* The table has `carried` columns of the blocks before, then a block. Frames are `lag` columns behind, whole vectors. */
    size_t lag, carried, stride;
    size_t table_at;      /* row 0, in bytes */
} rate;

struct fsp_atoms {
    const fsp_kernels *kernels;
    fsp_precision precision;
    fsp_padding padding;
    size_t hop, lead, n_bins, n_rates, block;
    fsp_atom_bank bank;
    rate rates[1 + FSP_MOST_HALVINGS];
    uint32_t *where;
    void *sign;

    /* The longest lag, and the columns before its own that a frame draws on. */
    size_t lag, reach;
    size_t linear_at, sums_at, tiles_at, scratch_size;
};

/* Columns that follow one another without a gap. The delays are the smallest with which halving needs no later column. */
static void shape_joined(fsp_atoms *atoms)
{
    atoms->block = BLOCK_TILES * atoms->kernels->lanes;
    for (size_t s = 0; s < atoms->n_rates; s++) {
        rate *r = &atoms->rates[s];
        r->rows = atoms->hop >> s;
        if (s == 0) continue;
        rate *above = r - 1;
        r->delay = (fsp_halving_right(&r->atoms->halving) + above->delay) / 2;
        above->wrapped = 2 * r->delay + fsp_halving_left(&r->atoms->halving) - above->delay;
    }
}

/* Independent columns, if the hop has room for all that one needs. No tile needs another then, so a block is a tile. */
static int shape_alone(fsp_atoms *atoms)
{
    fsp_atom_span spans[1 + FSP_MOST_HALVINGS];
    fsp_atom_spans(&atoms->bank, spans);
    if (spans[0].rows > atoms->hop) return 0;
    for (size_t s = 0; s < atoms->n_rates; s++) {
        atoms->rates[s].rows = spans[s].rows;
        atoms->rates[s].delay = spans[s].delay;
    }
    atoms->block = atoms->kernels->lanes;
    return 1;
}

/* How many columns a rate's frames are behind, how many before theirs they need, and the table needs to keep. */
static void shape_columns(fsp_atoms *atoms)
{
    const size_t lanes = atoms->kernels->lanes;
    ptrdiff_t earliest = 0;
    for (size_t s = atoms->n_rates; s-- > 0;) {
        rate *r = &atoms->rates[s];
        const ptrdiff_t rows = (ptrdiff_t)r->rows, wrap = fsp_divide_down(-(ptrdiff_t)r->wrapped, rows);
        ptrdiff_t low = 0, high = 0;
        if (r->atoms->n_pairs) {
            low = fsp_divide_down((ptrdiff_t)r->delay - (ptrdiff_t)r->atoms->n_pairs + (s > 0), rows);
            high = fsp_divide_down((ptrdiff_t)(r->delay + r->atoms->n_pairs) - 1, rows);
        }
        r->lag = fsp_round_up((size_t)high, lanes);
        r->carried = fsp_round_up(fsp_larger(r->lag + (size_t)-low, (size_t)-wrap), lanes);
        r->stride = r->carried + atoms->block;
        atoms->lag = fsp_larger(atoms->lag, r->lag);
        earliest += wrap;
        if (low < earliest) earliest = low;
    }
    atoms->reach = (size_t)-earliest;
}

static size_t tile_bytes(const fsp_atoms *atoms) { return 2 * atoms->n_bins * atoms->kernels->lanes * atoms->kernels->itemsize; }
static size_t n_tiles(const fsp_atoms *atoms) { return atoms->lag / atoms->kernels->lanes + 1; }

static fsp_status lay_out_scratch(fsp_atoms *atoms)
{
    const size_t itemsize = atoms->kernels->itemsize, vector = atoms->kernels->lanes * itemsize;
    size_t size = 0;
    for (size_t s = 0; s < atoms->n_rates; s++) {
        rate *r = &atoms->rates[s];
        const size_t row = r->stride * itemsize;
        if (r->rows + r->wrapped > UINT32_MAX / row) return FSP_ENOMEM;
        r->table_at = fsp_reserve(&size, r->rows + r->wrapped, row) + r->wrapped * row;
    }
    atoms->tiles_at = fsp_reserve(&size, n_tiles(atoms), tile_bytes(atoms));
    atoms->linear_at = fsp_reserve(&size, atoms->rates[0].rows, vector);
    atoms->sums_at = fsp_reserve(&size, 6 * atoms->kernels->atom_trios, vector);
    atoms->scratch_size = size;
    return FSP_OK;
}

/* Where each bin goes: two vectors of the tile, neither negated. */
static fsp_status make_targets(fsp_atoms *atoms)
{
    double *ones = fsp_allocate(atoms->n_bins, sizeof *ones);
    atoms->where = fsp_allocate(atoms->n_bins, sizeof *atoms->where);
    if (ones && atoms->where) {
        for (size_t k = 0; k < atoms->n_bins; k++) {
            atoms->where[k] = (uint32_t)(2 * k);
            ones[k] = 1;
        }
        atoms->sign = fsp_to_real(ones, atoms->n_bins, atoms->kernels->itemsize);
    }
    fsp_free(ones);
    return atoms->sign ? FSP_OK : FSP_ENOMEM;
}

static fsp_status prepare(fsp_atoms *atoms, const fsp_atoms_config *config)
{
    fsp_status status = fsp_atom_bank_create(&atoms->bank, config);
    if (status) return status;
    atoms->kernels = atoms->bank.kernels;
    atoms->n_rates = atoms->bank.n_rates;
    for (size_t s = 0; s < atoms->n_rates; s++) atoms->rates[s].atoms = &atoms->bank.rates[s];
    if (!shape_alone(atoms)) shape_joined(atoms);
    shape_columns(atoms);
    status = lay_out_scratch(atoms);
    for (size_t s = 0; s < atoms->n_rates && status == FSP_OK; s++) {
        rate *r = &atoms->rates[s];
        /* A frame whose column is the first of the block is `lag` columns before it in the table. */
        status = fsp_pair_offsets(r->atoms->n_pairs, s == 0, (ptrdiff_t)r->delay, r->rows, r->stride,
                                  (ptrdiff_t)(r->carried - r->lag), &r->right, &r->left);
    }
    return status ? status : make_targets(atoms);
}

fsp_status fsp_atoms_create(const fsp_atoms_config *config, fsp_atoms **out)
{
    *out = NULL;
    fsp_atoms *atoms = fsp_allocate(1, sizeof *atoms);
    if (!atoms) return FSP_ENOMEM;
    *atoms = (fsp_atoms){.precision = config->precision, .padding = config->padding, .hop = config->hop_length,
                         .lead = config->lead, .n_bins = config->n_bins};
    const fsp_status status = prepare(atoms, config);
    if (status)
        fsp_atoms_destroy(atoms);
    else
        *out = atoms;
    return status;
}

void fsp_atoms_destroy(fsp_atoms *atoms)
{
    if (!atoms) return;
    for (size_t s = 0; s < atoms->n_rates; s++) {
        fsp_free(atoms->rates[s].right);
        fsp_free(atoms->rates[s].left);
    }
    fsp_atom_bank_destroy(&atoms->bank);
    fsp_free(atoms->where);
    fsp_free(atoms->sign);
    fsp_free(atoms);
}

/* running ---------------------------------------------------------------------------------------------------------- */

typedef struct {
    const fsp_atoms *atoms;
    const fsp_input *in;
    const fsp_output *out;
    size_t run_frames, runs_per_channel, n_runs, n_workers;  /* a run: frames whose tables are made once */
    char *scratch;
    atomic_size_t next_run;
    atomic_int nonfinite;
} job;

typedef struct {
    job *j;
    char *scratch;
    fsp_signal signal;
    size_t channel;
} worker;

/* The tile of output that frame `frame` of the run is in. */
static char *tile_of(const worker *w, size_t frame)
{
    const fsp_atoms *atoms = w->j->atoms;
    return w->scratch + atoms->tiles_at + frame / atoms->kernels->lanes % n_tiles(atoms) * tile_bytes(atoms);
}

static int span_finite(const worker *w, ptrdiff_t a, ptrdiff_t b)
{
    const fsp_atoms *atoms = w->j->atoms;
    return fsp_span_finite(&w->signal, a, b, atoms->kernels, atoms->precision, w->scratch + atoms->linear_at,
                           atoms->rates[0].rows * atoms->kernels->lanes);
}

/* The first sample of a column. */
static ptrdiff_t start_of(const fsp_atoms *atoms, ptrdiff_t column)
{
    return fsp_column_start(column, atoms->hop) - (ptrdiff_t)atoms->rates[0].delay;
}

/* Checks the samples between a tile's columns and before the next tile, which independent columns do not hold. */
static int gaps_finite(const worker *w, ptrdiff_t column)
{
    const fsp_atoms *atoms = w->j->atoms;
    const size_t rows = atoms->rates[0].rows, lanes = rows < atoms->hop ? atoms->kernels->lanes : 0;
    for (size_t c = 0; c < lanes; c++, column++)
        if (!span_finite(w, start_of(atoms, column) + (ptrdiff_t)rows, start_of(atoms, column + 1))) return 0;
    return 1;
}

/* Column `at` of the block, in the table of a rate. */
static char *column_of(const worker *w, const rate *r, size_t at)
{
    return w->scratch + r->table_at + (r->carried + at) * w->j->atoms->kernels->itemsize;
}

/* A tile of columns into the table of rate 0, from the signal itself where it is contiguous and whole. Whether the
 * samples are finite. */
static int gather_columns(const worker *w, ptrdiff_t column, size_t at)
{
    const fsp_atoms *atoms = w->j->atoms;
    const fsp_kernels *k = atoms->kernels;
    const rate *r = &atoms->rates[0];
    ptrdiff_t stride;
    const void *x = fsp_columns(&w->signal, start_of(atoms, column), atoms->hop, r->rows, k->lanes, atoms->precision,
                                w->scratch + atoms->linear_at, &stride);
    return k->gather(x, stride, r->rows, k->lanes, column_of(w, r, at), r->stride);
}

/* A tile of columns of every rate, from those of the one above it. */
static void halve_columns(const worker *w, size_t at)
{
    const fsp_atoms *atoms = w->j->atoms;
    const fsp_kernels *k = atoms->kernels;
    for (size_t s = 1; s < atoms->n_rates; s++) {
        const rate *r = &atoms->rates[s], *above = r - 1;
        char *const from = column_of(w, above, at);
        k->wrap_rows(from, above->rows, above->stride, above->wrapped);
        /* Row 0 holds sample -delay, which is sample -2 delay of the rate above. */
        const ptrdiff_t centre = (ptrdiff_t)above->delay - 2 * (ptrdiff_t)r->delay;
        k->halve(&r->atoms->halving, from + centre * (ptrdiff_t)(above->stride * k->itemsize), above->stride, r->rows,
                 column_of(w, r, at), r->stride);
    }
}

static void carry_columns(const worker *w)
{
    const fsp_atoms *atoms = w->j->atoms;
    for (const rate *r = atoms->rates; r < atoms->rates + atoms->n_rates; r++)
        if (r->carried) atoms->kernels->carry(w->scratch + r->table_at, r->rows, r->stride, atoms->block, r->carried);
}

/* What the atoms of one rate add to a tile of frames. */
static void correlate_tile(const worker *w, const rate *r, size_t at, char *tile)
{
    const fsp_atoms *atoms = w->j->atoms;
    const fsp_atom_bank *bank = &atoms->bank;
    const fsp_kernels *k = atoms->kernels;
    const char *const table = w->scratch + r->table_at + at * k->itemsize;
    char *const sums = w->scratch + atoms->sums_at;
    const fsp_atom_group *const first = bank->groups + r->atoms->first_group;
    for (const fsp_atom_group *g = first; g < first + r->atoms->n_groups; g++) {
        k->correlate(table, r->right, r->left, g->ends, (const char *)bank->weights + g->first_weight * k->itemsize, sums);
        k->mix(sums, g->n_atoms, (const char *)bank->factors + 4 * g->first_atom * k->itemsize, bank->bin + g->first_atom,
               tile);
    }
}

static void store_tile(const worker *w, size_t frame, size_t valid, const char *tile)
{
    const fsp_atoms *atoms = w->j->atoms;
    const fsp_output *out = w->j->out;
    const ptrdiff_t at = out->channel_offset[w->channel] + (ptrdiff_t)frame * out->frame_stride;
    char *const p = (char *)out->data + at * (ptrdiff_t)atoms->kernels->itemsize;
    if (out->row_stride == 2)
        atoms->kernels->store_frames_complex(tile, atoms->where, atoms->sign, atoms->n_bins, p, out->frame_stride, valid);
    else
        atoms->kernels->store_rows_complex(tile, atoms->where, atoms->sign, atoms->n_bins, p, out->row_stride, valid);
}

/* Frames first .. first + count - 1 of the call; `early` columns come before the first that ends one. A tile of columns
 * at a time goes through everything, while it is in the nearest cache. */
static int run_frames(const worker *w, size_t first, size_t count)
{
    const fsp_atoms *atoms = w->j->atoms;
    const size_t lanes = atoms->kernels->lanes, early = fsp_round_up(atoms->lag + atoms->reach, lanes);
    const ptrdiff_t start = (ptrdiff_t)(w->j->in->first_frame + first + atoms->lag) - (ptrdiff_t)early;
    size_t done = 0;
    memset(w->scratch, 0, atoms->linear_at);
    for (; done < early + count && fsp_go_on(); done += lanes) {
        const size_t at = done % atoms->block;
        const ptrdiff_t column = start + (ptrdiff_t)done;
        if (done > 0 && at == 0) carry_columns(w);
        const int finite = gather_columns(w, column, at);
        if (w->j->in->check_finite && !(finite && gaps_finite(w, column))) return 0;
        halve_columns(w, at);
        for (const rate *r = atoms->rates; r < atoms->rates + atoms->n_rates; r++) {
            const size_t ahead = done + atoms->lag - r->lag;  /* of the frame whose column is early */
            if (ahead >= early && ahead < early + count) correlate_tile(w, r, at, tile_of(w, ahead - early));
        }
        if (done < early) continue;
        const size_t frame = done - early, left = count - frame;
        store_tile(w, first + frame, left < lanes ? left : lanes, tile_of(w, frame));
        memset(tile_of(w, frame), 0, tile_bytes(atoms));
    }
    const int last = w->j->in->first_frame + first + count == w->j->in->total_frames;
    return !w->j->in->check_finite || !last || span_finite(w, start_of(atoms, start + (ptrdiff_t)done), PTRDIFF_MAX);
}

static void take_runs(void *context, size_t index)
{
    job *j = context;
    const fsp_input *in = j->in;
    worker w = {.j = j, .scratch = j->scratch + index * j->atoms->scratch_size};
    size_t run;
    while ((run = atomic_fetch_add(&j->next_run, 1)) < j->n_runs && !atomic_load(&j->nonfinite)) {
        const size_t first = run % j->runs_per_channel * j->run_frames;
        w.channel = run / j->runs_per_channel;
        w.signal = fsp_signal_of(in, w.channel, j->atoms->kernels, (fsp_margin){j->atoms->padding, j->atoms->lead, j->atoms->lead}, NULL);
        const size_t left = in->n_frames - first;
        if (!run_frames(&w, first, left < j->run_frames ? left : j->run_frames)) atomic_store(&j->nonfinite, 1);
    }
}

fsp_status fsp_atoms_run(const fsp_atoms *atoms, const fsp_input *in, const fsp_output *out, int n_threads)
{
    if (!atoms || n_threads < 1 || (out->row_stride != 2 && out->frame_stride != 2)) return FSP_EBUG;
    if (in->n_frames == 0 || in->n_channels == 0) return FSP_OK;
    job j = {.atoms = atoms, .in = in, .out = out};
    /* As many runs a channel as give every thread one: each begins with columns that its neighbour makes too. */
    const size_t per_channel = fsp_divide_up((size_t)n_threads, in->n_channels);
    j.run_frames = fsp_round_up(fsp_divide_up(in->n_frames, per_channel), atoms->kernels->lanes);
    j.runs_per_channel = fsp_divide_up(in->n_frames, j.run_frames);
    j.n_runs = j.runs_per_channel * in->n_channels;
    j.n_workers = (size_t)n_threads < j.n_runs ? (size_t)n_threads : j.n_runs;
    j.scratch = fsp_allocate(j.n_workers, atoms->scratch_size);
    if (!j.scratch) return FSP_ENOMEM;
    atomic_init(&j.next_run, 0);
    atomic_init(&j.nonfinite, 0);
    const fsp_status status = fsp_parallel(take_runs, &j, j.n_workers, n_threads);
    fsp_free(j.scratch);
    return status || !atomic_load(&j.nonfinite) ? status : FSP_ENONFINITE;
}
