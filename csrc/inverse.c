/* spectrum -> samples: inverse FFT, window, overlap-add (ring.c), normalisation.
 *
 * A lane takes a stretch of neighbouring columns. The first `overlap` columns of a stretch also need frames of the stretch
 * before it, so they are kept (`heads`) until that one's sums have come: from the lane before, or, for lane 0, from the last
 * lane of the block before. */
#include "internal.h"

#include <stdatomic.h>
#include <string.h>

enum { LONGEST_STRETCH = 64, STRETCH_PER_OVERLAP = 8, MOST_LANES = 16 };

struct fsp_inverse {
    fsp_ring_plan plan;
    void *nothing;  /* the spectrum of a frame that is not there */
    size_t ring_at, spectrum_at, tile_at, heads_at, tails_at, scales_at, scratch_size;
};

fsp_status fsp_inverse_create(const fsp_inverse_config *config, fsp_inverse **out)
{
    *out = NULL;
    fsp_inverse *inv = fsp_allocate(1, sizeof *inv);
    if (!inv) return FSP_ENOMEM;
    *inv = (fsp_inverse){.scratch_size = 0};
    const fsp_ring_plan *plan = &inv->plan;
    fsp_status status = fsp_ring_create(&inv->plan, config);
    if (status == FSP_OK) {
        const size_t n_reals = 2 * plan->fft.fft.n_bins, itemsize = plan->kernels->itemsize, vector = plan->kernels->lanes * itemsize;
        inv->nothing = fsp_allocate(n_reals, itemsize);
        if (inv->nothing) memset(inv->nothing, 0, n_reals * itemsize);
        status = inv->nothing ? FSP_OK : FSP_ENOMEM;
        inv->ring_at = fsp_reserve(&inv->scratch_size, plan->overlap + 1, plan->column);
        inv->spectrum_at = fsp_reserve(&inv->scratch_size, plan->fft.n_vectors, vector);
        inv->tile_at = fsp_reserve(&inv->scratch_size, plan->fft.n_scratch, vector);
        inv->heads_at = fsp_reserve(&inv->scratch_size, plan->overlap, plan->column);
        inv->tails_at = fsp_reserve(&inv->scratch_size, plan->hop, vector + itemsize);
        inv->scales_at = fsp_reserve(&inv->scratch_size, plan->hop, sizeof(double));
    }
    if (status == FSP_OK)
        *out = inv;
    else
        fsp_inverse_destroy(inv);
    return status;
}

void fsp_inverse_destroy(fsp_inverse *inv)
{
    if (!inv) return;
    fsp_ring_destroy(&inv->plan);
    fsp_free(inv->nothing);
    fsp_free(inv);
}

typedef struct {
    const fsp_inverse *inv;
    const fsp_spectra *in;
    char *out;
    const ptrdiff_t *channel_offset;
    size_t n_samples, n_columns, stretch, blocks_per_channel, n_blocks;
    char *scratch, *seams;
    atomic_size_t next;
} inverse_job;

typedef struct {
    const inverse_job *j;
    char *ring, *spectrum, *tile, *heads, *tails;
    double *scales;
    size_t channel, block, first;  /* block of all; column of lane 0 at step 0 */
} inverse_worker;

static size_t column_of(const inverse_worker *w, size_t lane, size_t step) { return w->first + lane * w->j->stretch + step; }

/* Two pieces that each block leaves for join_blocks: lane 0's sums of the block's first columns (end 0), and the last lane's sums
 * of the columns that follow the block (end 1). */
static char *seam_of(const inverse_job *j, size_t block, int end)
{
    const fsp_ring_plan *plan = &j->inv->plan;
    return j->seams + (2 * block + (size_t)end) * plan->overlap * plan->hop * plan->kernels->itemsize;
}

static void add_frames(const inverse_worker *w, size_t step)
{
    const fsp_inverse *inv = w->j->inv;
    const fsp_ring_plan *plan = &inv->plan;
    const fsp_spectra *in = w->j->in;
    const fsp_kernels *k = plan->kernels;
    const void *frames[MOST_LANES];
    for (size_t l = 0; l < k->lanes; l++) {
        const size_t q = column_of(w, l, step);
        frames[l] = inv->nothing;
        if (q >= in->n_frames) continue;
        const ptrdiff_t at = in->channel_offset[w->channel] + (ptrdiff_t)q * in->frame_stride;
        frames[l] = (const char *)in->data + at * (ptrdiff_t)k->itemsize;
    }
    const fsp_ring ring = fsp_ring_at(plan, w->ring, step);
    k->load_spectra(frames, plan->n_fft, &plan->fft.places, w->spectrum);
    fsp_inverse_fft_run(&plan->fft, w->spectrum, w->tile, &ring, (fsp_ahead){0});
}

/* Writes column q sample by sample, for columns of fewer frames than others, those that are partly cut off, and those at which
 * blocks meet. Sample r of it is column[rows[r] * stride]. */
static void emit_alone(const inverse_job *j, size_t channel, size_t q, const char *column, const uint32_t *rows, size_t stride,
                       double *scales)
{
    const fsp_ring_plan *plan = &j->inv->plan;
    const size_t itemsize = plan->kernels->itemsize, start = q * plan->hop, end = plan->lead + j->n_samples;
    if (start >= end || start + plan->hop <= plan->lead) return;
    const size_t first = start < plan->lead ? plan->lead - start : 0, last = end - start < plan->hop ? end - start : plan->hop;
    char *out = j->out + j->channel_offset[channel] * (ptrdiff_t)itemsize;
    fsp_ring_scales(plan, q, j->in->n_frames, scales);
    for (size_t r = first; r < last; r++)
        fsp_put_real(out, start + r - plan->lead, fsp_real_at(column, rows[r] * stride, itemsize) * scales[r], itemsize);
}

/* Writes column `step` of each stretch from `slot`, which is laid out as a column of the ring. */
static void emit_columns(const inverse_worker *w, size_t step, const char *slot)
{
    const inverse_job *j = w->j;
    const fsp_ring_plan *plan = &j->inv->plan;
    const size_t itemsize = plan->kernels->itemsize, lanes = plan->kernels->lanes;
    const int seam = step < plan->overlap && w->block % j->blocks_per_channel > 0;
    void *out[MOST_LANES] = {NULL};
    for (size_t l = 0; l < lanes; l++) {
        const size_t q = column_of(w, l, step);
        if (q >= j->n_columns || (seam && l == 0)) continue;
        const ptrdiff_t at = (ptrdiff_t)(q * plan->hop) - (ptrdiff_t)plan->lead;
        const int whole = at >= 0 && (size_t)at + plan->hop <= j->n_samples;
        if (whole && q >= plan->overlap && q < j->in->n_frames)
            out[l] = j->out + (j->channel_offset[w->channel] + at) * (ptrdiff_t)itemsize;
        else
            emit_alone(j, w->channel, q, slot + l * itemsize, plan->spread, lanes, w->scales);
    }
    plan->kernels->emit(slot, plan->interior, plan->hop, out);
}

/* Copies column[rows[r] * stride] to out[r], for each row r. */
static void keep_lane(const fsp_ring_plan *plan, const void *column, const uint32_t *rows, size_t stride, void *out)
{
    if (plan->kernels->itemsize == sizeof(float))
        for (size_t r = 0; r < plan->hop; r++) ((float *)out)[r] = ((const float *)column)[rows[r] * stride];
    else
        for (size_t r = 0; r < plan->hop; r++) ((double *)out)[r] = ((const double *)column)[rows[r] * stride];
}

/* Adds to the first columns of each stretch the sums that the stretch before has for them, and writes them. */
static void join_stretches(const inverse_worker *w)
{
    const inverse_job *j = w->j;
    const fsp_ring_plan *plan = &j->inv->plan;
    const fsp_kernels *k = plan->kernels;
    const size_t itemsize = k->itemsize, vector = k->lanes * itemsize, stride = k->lanes + 1;
    memset(w->tails, 0, plan->hop * stride * itemsize);
    for (size_t c = 0; c < plan->overlap; c++) {
        char *const head = w->heads + c * plan->column;
        k->store_rows(fsp_ring_column(plan, w->ring, j->stretch + c), plan->spread, plan->hop, w->tails + itemsize,
                      (ptrdiff_t)stride, k->lanes);
        if (j->seams) {
            keep_lane(plan, head, plan->spread, k->lanes, seam_of(j, w->block, 0) + c * plan->hop * itemsize);
            keep_lane(plan, w->tails + vector, plan->identity, stride, seam_of(j, w->block, 1) + c * plan->hop * itemsize);
        }
        for (size_t r = 0; r < plan->hop; r += FSP_SPREAD_RUN)
            k->join(head + plan->spread[r] * vector, w->tails + r * stride * itemsize, stride,
                    plan->hop - r < FSP_SPREAD_RUN ? plan->hop - r : FSP_SPREAD_RUN);
        emit_columns(w, c, head);
    }
}

static void inverse_thread(void *context, size_t index)
{
    inverse_job *j = context;
    const fsp_inverse *inv = j->inv;
    const fsp_ring_plan *plan = &inv->plan;
    char *scratch = j->scratch + index * inv->scratch_size;
    inverse_worker w = {.j = j, .ring = scratch + inv->ring_at, .spectrum = scratch + inv->spectrum_at,
                        .tile = scratch + inv->tile_at, .heads = scratch + inv->heads_at, .tails = scratch + inv->tails_at,
                        .scales = (double *)(scratch + inv->scales_at)};
    while ((w.block = atomic_fetch_add(&j->next, 1)) < j->n_blocks) {
        w.channel = w.block / j->blocks_per_channel;
        w.first = w.block % j->blocks_per_channel * j->stretch * plan->kernels->lanes;
        for (size_t step = 0; step < j->stretch && fsp_go_on(); step++) {
            const char *const slot = fsp_ring_column(plan, w.ring, step);
            add_frames(&w, step);
            if (step < plan->overlap)
                memcpy(w.heads + step * plan->column, slot, plan->column);
            else
                emit_columns(&w, step, slot);
        }
        join_stretches(&w);
    }
}

/* Adds and writes the columns at which blocks meet. */
static void join_blocks(const inverse_job *j)
{
    const fsp_inverse *inv = j->inv;
    const fsp_ring_plan *plan = &inv->plan;
    const size_t itemsize = plan->kernels->itemsize;
    double *const scales = (double *)(j->scratch + inv->scales_at);
    for (size_t block = 0; block < j->n_blocks; block++) {
        const size_t place = block % j->blocks_per_channel, first = place * j->stretch * plan->kernels->lanes;
        for (size_t c = 0; place > 0 && c < plan->overlap && first + c < j->n_columns; c++) {
            char *const head = seam_of(j, block, 0) + c * plan->hop * itemsize;
            const char *const tail = seam_of(j, block - 1, 1) + c * plan->hop * itemsize;
            for (size_t r = 0; r < plan->hop; r++)
                fsp_put_real(head, r, fsp_real_at(tail, r, itemsize) + fsp_real_at(head, r, itemsize), itemsize);
            emit_alone(j, block / j->blocks_per_channel, first + c, head, plan->identity, 1, scales);
        }
    }
}

/* The length of stretches depends on the number of columns alone, hence the same bits for any number of threads. They are no
 * shorter than the overlap, so that a stretch reaches into the next one only. */
static void shape(inverse_job *j)
{
    const fsp_ring_plan *plan = &j->inv->plan;
    const size_t lanes = plan->kernels->lanes, longest = fsp_larger(STRETCH_PER_OVERLAP * plan->overlap, LONGEST_STRETCH);
    const size_t n_blocks = fsp_divide_up(j->n_columns, lanes * longest);
    j->stretch = fsp_larger(fsp_divide_up(j->n_columns, lanes * n_blocks), fsp_larger(plan->overlap, 1));
    j->blocks_per_channel = fsp_divide_up(j->n_columns, lanes * j->stretch);
    j->n_blocks = j->blocks_per_channel * j->in->n_channels;
}

fsp_status fsp_inverse_run(const fsp_inverse *inv, const fsp_spectra *in, void *out, const ptrdiff_t *channel_offset,
                           size_t n_samples, int n_threads)
{
    if (!inv || n_threads < 1) return FSP_EBUG;
    const fsp_ring_plan *plan = &inv->plan;
    inverse_job j = {.inv = inv, .in = in, .out = out, .channel_offset = channel_offset, .n_samples = n_samples};
    /* Every column that the output reaches into, of frames or not, so that all of it is written. */
    j.n_columns = fsp_divide_up(n_samples + plan->lead, plan->hop);
    if (in->n_channels * j.n_columns == 0) return FSP_OK;
    shape(&j);
    if ((size_t)n_threads > j.n_blocks) n_threads = (int)j.n_blocks;
    const int seams = plan->overlap > 0 && j.blocks_per_channel > 1;
    j.scratch = fsp_allocate((size_t)n_threads, inv->scratch_size);
    if (seams) j.seams = fsp_allocate(2 * j.n_blocks, plan->overlap * plan->hop * plan->kernels->itemsize);
    fsp_status status = j.scratch && (j.seams || !seams) ? FSP_OK : FSP_ENOMEM;
    if (status == FSP_OK) {
        atomic_init(&j.next, 0);
        status = fsp_parallel(inverse_thread, &j, (size_t)n_threads, n_threads);
        if (status == FSP_OK && seams) join_blocks(&j);
    }
    fsp_free(j.scratch);
    fsp_free(j.seams);
    return status;
}
