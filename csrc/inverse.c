/* spectrum -> samples: inverse FFT, window, overlap-add, normalisation.
 *
 * The output is cut at every hop into columns. Column q is complete once frame q has been added, and sums the frames
 * q - overlap .. q. A lane takes a stretch of neighbouring columns; its first `overlap` columns wait for what frames of the
 * stretch before leave for them, which is a lane's neighbour, or the last lane of the block before. */
#include "internal.h"

#include <stdatomic.h>
#include <string.h>

enum { LONGEST_STRETCH = 64, STRETCH_PER_OVERLAP = 8, MOST_LANES = 16 };

void fsp_inverse_scales(const fsp_inverse *inv, size_t q, size_t n_frames, double *scales)
{
    memset(scales, 0, inv->hop * sizeof *scales);
    for (size_t c = 0; c <= inv->overlap && c <= q; c++) {
        const double *const squares = inv->squares + c * inv->hop;
        const size_t left = inv->n_fft - c * inv->hop, n = left < inv->hop ? left : inv->hop;
        if (q - c < n_frames)
            for (size_t r = 0; r < n; r++) scales[r] += squares[r];
    }
    for (size_t r = 0; r < inv->hop; r++) scales[r] = scales[r] > inv->smallest ? 1 / scales[r] : 1;
}

char *fsp_inverse_column(const fsp_inverse *inv, char *ring, size_t step)
{
    return ring + step % (inv->overlap + 1) * inv->column;
}

fsp_ring fsp_inverse_ring(const fsp_inverse *inv, char *ring, size_t step)
{
    const size_t n_columns = inv->overlap + 1;
    const uint32_t *const place = inv->place + step % n_columns * inv->turn;
    return (fsp_ring){ring, place, n_columns * inv->hop, step && inv->n_fft > inv->hop ? inv->n_fft - inv->hop : 0};
}

/* Of each way in which a frame lies in the ring, the places in the order of `sample`. */
static fsp_status order_places(fsp_inverse *inv, const uint32_t *sample)
{
    const size_t n_columns = inv->overlap + 1, length = n_columns * inv->hop;
    uint32_t *const around = inv->place;
    inv->place = fsp_allocate(n_columns * length, sizeof *inv->place);
    for (size_t column = 0; inv->place && column < n_columns; column++)
        for (size_t i = 0; i < length; i++)
            inv->place[column * length + i] = around[column * inv->hop + (i < inv->n_fft ? sample[i] : i)];
    fsp_free(around);
    inv->turn = length;
    return inv->place ? FSP_OK : FSP_ENOMEM;
}

/* Where what stands: samples in the ring, and vectors in a column of it. */
static fsp_status make_places(fsp_inverse *inv)
{
    const size_t hop = inv->hop, length = (inv->overlap + 1) * hop, column = fsp_spread(hop), lanes = inv->kernels->lanes;
    if (length > UINT32_MAX / 2 / lanes) return FSP_ENOMEM;
    inv->place = fsp_allocate(length, 2 * sizeof *inv->place);
    inv->identity = fsp_allocate(hop, sizeof *inv->identity);
    inv->spread = fsp_allocate(hop, sizeof *inv->spread);
    if (!inv->place || !inv->identity || !inv->spread) return FSP_ENOMEM;
    for (size_t r = 0; r < hop; r++) {
        inv->identity[r] = (uint32_t)r;
        inv->spread[r] = (uint32_t)fsp_spread(r);
    }
    for (size_t i = 0; i < 2 * length; i++)
        inv->place[i] = (uint32_t)((i % length / hop * column + inv->spread[i % hop]) * lanes);
    inv->turn = hop;
    inv->column = column * lanes * inv->kernels->itemsize;
    return inv->fft.places.at ? order_places(inv, inv->fft.fft.sample) : FSP_OK;
}

static fsp_status make_tables(fsp_inverse *inv, const double *window)
{
    const size_t n = inv->n_fft, itemsize = inv->kernels->itemsize;
    double *scales = fsp_allocate(inv->hop, sizeof *scales);
    inv->squares = fsp_allocate(n, sizeof *inv->squares);
    inv->nothing = fsp_allocate(2 * inv->n_bins, itemsize);
    if (scales && inv->squares && inv->nothing) {
        memset(inv->nothing, 0, 2 * inv->n_bins * itemsize);
        for (size_t i = 0; i < n; i++) inv->squares[i] = window[i] * window[i];
        fsp_inverse_scales(inv, inv->overlap, inv->overlap + 1, scales);
        inv->interior = fsp_to_real(scales, inv->hop, itemsize);
    }
    fsp_free(scales);
    if (!inv->interior) return FSP_ENOMEM;
    const fsp_status status = fsp_inverse_fft_create(&inv->fft, n, inv->overlap + 1, window, inv->kernels);
    return status ? status : make_places(inv);
}

fsp_status fsp_inverse_create(const fsp_inverse_config *config, fsp_inverse **out)
{
    *out = NULL;
    const fsp_kernels *kernels = fsp_find_kernels(config->isa, config->precision);
    if (!kernels || !config->window || config->n_fft < 1 || config->n_fft > FSP_MOST_N_FFT) return FSP_EBUG;
    if (config->hop_length < 1 || config->hop_length > PTRDIFF_MAX / 4) return FSP_EBUG;
    fsp_inverse *inv = fsp_allocate(1, sizeof *inv);
    if (!inv) return FSP_ENOMEM;
    const size_t n = config->n_fft, hop = config->hop_length, vector = kernels->lanes * kernels->itemsize;
    *inv = (fsp_inverse){.kernels = kernels, .n_fft = n, .hop = hop, .lead = config->lead, .n_bins = n / 2 + 1,
                         .overlap = fsp_divide_up(n, hop) - 1};
    const double normal = config->precision == FSP_F32 ? 1.1754943508222875e-38 : 2.2250738585072014e-308;
    inv->smallest = config->smallest > 0 ? config->smallest : normal;
    if (make_tables(inv, config->window)) {
        fsp_inverse_destroy(inv);
        return FSP_ENOMEM;
    }
    inv->ring_at = fsp_reserve(&inv->scratch_size, inv->overlap + 1, inv->column);
    inv->spectrum_at = fsp_reserve(&inv->scratch_size, inv->fft.n_vectors, vector);
    inv->tile_at = fsp_reserve(&inv->scratch_size, inv->fft.n_scratch, vector);
    inv->heads_at = fsp_reserve(&inv->scratch_size, inv->overlap, inv->column);
    inv->tails_at = fsp_reserve(&inv->scratch_size, hop, vector + kernels->itemsize);
    inv->scales_at = fsp_reserve(&inv->scratch_size, hop, sizeof(double));
    *out = inv;
    return FSP_OK;
}

void fsp_inverse_destroy(fsp_inverse *inv)
{
    if (!inv) return;
    fsp_inverse_fft_destroy(&inv->fft);
    fsp_free(inv->interior);
    fsp_free(inv->nothing);
    fsp_free(inv->identity);
    fsp_free(inv->squares);
    fsp_free(inv->place);
    fsp_free(inv->spread);
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

/* Where one stretch ends and the next begins, one channel's blocks after the other: of each block what lane 0 has of its
 * first columns, and what the last lane leaves for the block after it. */
static char *seam_of(const inverse_job *j, size_t block, int end)
{
    const fsp_inverse *inv = j->inv;
    return j->seams + (2 * block + (size_t)end) * inv->overlap * inv->hop * inv->kernels->itemsize;
}

static void add_frames(const inverse_worker *w, size_t step)
{
    const fsp_inverse *inv = w->j->inv;
    const fsp_spectra *in = w->j->in;
    const fsp_kernels *k = inv->kernels;
    const void *frames[MOST_LANES];
    for (size_t l = 0; l < k->lanes; l++) {
        const size_t q = column_of(w, l, step);
        frames[l] = inv->nothing;
        if (q >= in->n_frames) continue;
        const ptrdiff_t at = in->channel_offset[w->channel] + (ptrdiff_t)q * in->frame_stride;
        frames[l] = (const char *)in->data + at * (ptrdiff_t)k->itemsize;
    }
    const fsp_ring ring = fsp_inverse_ring(inv, w->ring, step);
    k->load_spectra(frames, inv->n_fft, &inv->fft.places, w->spectrum);
    fsp_inverse_fft_run(&inv->fft, w->spectrum, w->tile, &ring, (fsp_ahead){0});
}

/* Column q, sample by sample: where fewer frames overlap than elsewhere, where part of it is cut away, and where blocks
 * meet. Sample r is number rows[r] * stride. */
static void emit_alone(const inverse_job *j, size_t channel, size_t q, const char *column, const uint32_t *rows, size_t stride,
                       double *scales)
{
    const fsp_inverse *inv = j->inv;
    const size_t itemsize = inv->kernels->itemsize, start = q * inv->hop, end = inv->lead + j->n_samples;
    if (start >= end || start + inv->hop <= inv->lead) return;
    const size_t first = start < inv->lead ? inv->lead - start : 0, last = end - start < inv->hop ? end - start : inv->hop;
    char *out = j->out + j->channel_offset[channel] * (ptrdiff_t)itemsize;
    fsp_inverse_scales(inv, q, j->in->n_frames, scales);
    for (size_t r = first; r < last; r++)
        fsp_put_real(out, start + r - inv->lead, fsp_real_at(column, rows[r] * stride, itemsize) * scales[r], itemsize);
}

/* Column `step` of each stretch, from a slot of the ring or the like. */
static void emit_columns(const inverse_worker *w, size_t step, const char *slot)
{
    const inverse_job *j = w->j;
    const fsp_inverse *inv = j->inv;
    const size_t itemsize = inv->kernels->itemsize, lanes = inv->kernels->lanes;
    const int seam = step < inv->overlap && w->block % j->blocks_per_channel > 0;
    void *out[MOST_LANES] = {NULL};
    for (size_t l = 0; l < lanes; l++) {
        const size_t q = column_of(w, l, step);
        if (q >= j->n_columns || (seam && l == 0)) continue;
        const ptrdiff_t at = (ptrdiff_t)(q * inv->hop) - (ptrdiff_t)inv->lead;
        const int whole = at >= 0 && (size_t)at + inv->hop <= j->n_samples;
        if (whole && q >= inv->overlap && q < j->in->n_frames)
            out[l] = j->out + (j->channel_offset[w->channel] + at) * (ptrdiff_t)itemsize;
        else
            emit_alone(j, w->channel, q, slot + l * itemsize, inv->spread, lanes, w->scales);
    }
    inv->kernels->emit(slot, inv->interior, inv->hop, out);
}

/* Of a column, numbers rows[r] * stride. */
static void keep_lane(const fsp_inverse *inv, const void *column, const uint32_t *rows, size_t stride, void *out)
{
    if (inv->kernels->itemsize == sizeof(float))
        for (size_t r = 0; r < inv->hop; r++) ((float *)out)[r] = ((const float *)column)[rows[r] * stride];
    else
        for (size_t r = 0; r < inv->hop; r++) ((double *)out)[r] = ((const double *)column)[rows[r] * stride];
}

/* The first columns of each stretch get what the stretch before has left for them. */
static void join_stretches(const inverse_worker *w)
{
    const inverse_job *j = w->j;
    const fsp_inverse *inv = j->inv;
    const fsp_kernels *k = inv->kernels;
    const size_t itemsize = k->itemsize, vector = k->lanes * itemsize, stride = k->lanes + 1;
    memset(w->tails, 0, inv->hop * stride * itemsize);
    for (size_t c = 0; c < inv->overlap; c++) {
        char *const head = w->heads + c * inv->column;
        k->store_rows(fsp_inverse_column(inv, w->ring, j->stretch + c), inv->spread, inv->hop, w->tails + itemsize,
                      (ptrdiff_t)stride, k->lanes);
        if (j->seams) {
            keep_lane(inv, head, inv->spread, k->lanes, seam_of(j, w->block, 0) + c * inv->hop * itemsize);
            keep_lane(inv, w->tails + vector, inv->identity, stride, seam_of(j, w->block, 1) + c * inv->hop * itemsize);
        }
        for (size_t r = 0; r < inv->hop; r += FSP_SPREAD_RUN)
            k->join(head + inv->spread[r] * vector, w->tails + r * stride * itemsize, stride, NULL,
                    inv->hop - r < FSP_SPREAD_RUN ? inv->hop - r : FSP_SPREAD_RUN);
        emit_columns(w, c, head);
    }
}

static void inverse_thread(void *context, size_t index)
{
    inverse_job *j = context;
    const fsp_inverse *inv = j->inv;
    char *scratch = j->scratch + index * inv->scratch_size;
    inverse_worker w = {.j = j, .ring = scratch + inv->ring_at, .spectrum = scratch + inv->spectrum_at,
                        .tile = scratch + inv->tile_at, .heads = scratch + inv->heads_at, .tails = scratch + inv->tails_at,
                        .scales = (double *)(scratch + inv->scales_at)};
    while ((w.block = atomic_fetch_add(&j->next, 1)) < j->n_blocks) {
        w.channel = w.block / j->blocks_per_channel;
        w.first = w.block % j->blocks_per_channel * j->stretch * inv->kernels->lanes;
        for (size_t step = 0; step < j->stretch && fsp_go_on(); step++) {
            const char *const slot = fsp_inverse_column(inv, w.ring, step);
            add_frames(&w, step);
            if (step < inv->overlap)
                memcpy(w.heads + step * inv->column, slot, inv->column);
            else
                emit_columns(&w, step, slot);
        }
        join_stretches(&w);
    }
}

/* What blocks have left for one another. */
static void join_blocks(const inverse_job *j)
{
    const fsp_inverse *inv = j->inv;
    const size_t itemsize = inv->kernels->itemsize;
    double *const scales = (double *)(j->scratch + inv->scales_at);
    for (size_t block = 0; block < j->n_blocks; block++) {
        const size_t place = block % j->blocks_per_channel, first = place * j->stretch * inv->kernels->lanes;
        for (size_t c = 0; place > 0 && c < inv->overlap && first + c < j->n_columns; c++) {
            char *const head = seam_of(j, block, 0) + c * inv->hop * itemsize;
            const char *const tail = seam_of(j, block - 1, 1) + c * inv->hop * itemsize;
            for (size_t r = 0; r < inv->hop; r++)
                fsp_put_real(head, r, fsp_real_at(tail, r, itemsize) + fsp_real_at(head, r, itemsize), itemsize);
            emit_alone(j, block / j->blocks_per_channel, first + c, head, inv->identity, 1, scales);
        }
    }
}

/* Stretches are as long as the frames make them, never shorter than what they leave for one another: that depends on the
 * frames alone, hence the same bits for any number of threads. */
static void shape(inverse_job *j)
{
    const fsp_inverse *inv = j->inv;
    const size_t lanes = inv->kernels->lanes, longest = fsp_larger(STRETCH_PER_OVERLAP * inv->overlap, LONGEST_STRETCH);
    const size_t n_blocks = fsp_divide_up(j->n_columns, lanes * longest);
    j->stretch = fsp_larger(fsp_divide_up(j->n_columns, lanes * n_blocks), fsp_larger(inv->overlap, 1));
    j->blocks_per_channel = fsp_divide_up(j->n_columns, lanes * j->stretch);
    j->n_blocks = j->blocks_per_channel * j->in->n_channels;
}

fsp_status fsp_inverse_run(const fsp_inverse *inv, const fsp_spectra *in, void *out, const ptrdiff_t *channel_offset,
                           size_t n_samples, int n_threads)
{
    if (!inv || n_threads < 1) return FSP_EBUG;
    inverse_job j = {.inv = inv, .in = in, .out = out, .channel_offset = channel_offset, .n_samples = n_samples};
    /* Every column that the output reaches into, of frames or not, so that all of it is written. */
    j.n_columns = fsp_divide_up(n_samples + inv->lead, inv->hop);
    if (in->n_channels * j.n_columns == 0) return FSP_OK;
    shape(&j);
    if ((size_t)n_threads > j.n_blocks) n_threads = (int)j.n_blocks;
    const int seams = inv->overlap > 0 && j.blocks_per_channel > 1;
    j.scratch = fsp_allocate((size_t)n_threads, inv->scratch_size);
    if (seams) j.seams = fsp_allocate(2 * j.n_blocks, inv->overlap * inv->hop * inv->kernels->itemsize);
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
