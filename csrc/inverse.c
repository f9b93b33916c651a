/* spectrum -> samples: inverse FFT, window, overlap-add, normalisation.
 *
 * The output is cut at every hop into columns. Column q is complete once frame q has been added, and sums the frames
 * q - overlap .. q. A lane takes a stretch of neighbouring columns and starts `overlap` frames early, so that each
 * sample is the sum of the same products in the same order, however the columns are dealt out. */
#include "internal.h"

#include <stdatomic.h>
#include <string.h>

enum { SHORTEST_STRETCH = 64, STRETCH_PER_OVERLAP = 8, MOST_LANES = 16 };

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

static fsp_status make_tables(fsp_inverse *inv, const double *window)
{
    const size_t n = inv->n_fft, itemsize = inv->kernels->itemsize, lanes = inv->kernels->lanes;
    double *work = fsp_allocate(n > inv->hop ? n : inv->hop, sizeof *work);
    inv->squares = fsp_allocate(n, sizeof *inv->squares);
    inv->offsets = fsp_allocate(n, sizeof *inv->offsets);
    inv->nothing = fsp_allocate(2 * inv->n_bins, itemsize);
    if (work && inv->squares && inv->offsets && inv->nothing) {
        memset(inv->nothing, 0, 2 * inv->n_bins * itemsize);
        for (size_t i = 0; i < n; i++) {
            inv->squares[i] = window[i] * window[i];
            work[i] = 1.0 / (double)n;
        }
        if (fsp_real_fft_create(&inv->fft, n, work, inv->kernels) == FSP_OK) {
            for (size_t i = 0; i < n; i++) inv->offsets[i] = (uint32_t)(fsp_hartley_at(inv->fft.sample[i]) * lanes);
            fsp_inverse_scales(inv, inv->overlap, inv->overlap + 1, work);
            inv->interior = fsp_to_real(work, inv->hop, itemsize);
            inv->window = fsp_to_real(window, n, itemsize);
        }
    }
    fsp_free(work);
    return inv->interior && inv->window ? FSP_OK : FSP_ENOMEM;
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
                         .overlap = (n + hop - 1) / hop - 1};
    inv->ring_length = (inv->overlap + 1) * hop;
    inv->smallest = config->precision == FSP_F32 ? 1.1754943508222875e-38 : 2.2250738585072014e-308;
    if (make_tables(inv, config->window)) {
        fsp_inverse_destroy(inv);
        return FSP_ENOMEM;
    }
    inv->ring_at = fsp_reserve(&inv->scratch_size, inv->ring_length, vector);
    inv->hartley_at = fsp_reserve(&inv->scratch_size, fsp_hartley_at(n), vector);
    inv->tile_at = fsp_reserve(&inv->scratch_size, inv->fft.tile_vectors, vector);
    inv->spare_at = fsp_reserve(&inv->scratch_size, hop, kernels->itemsize);
    inv->scales_at = fsp_reserve(&inv->scratch_size, hop, sizeof(double));
    *out = inv;
    return FSP_OK;
}

void fsp_inverse_destroy(fsp_inverse *inv)
{
    if (!inv) return;
    fsp_real_fft_destroy(&inv->fft);
    fsp_free(inv->offsets);
    fsp_free(inv->window);
    fsp_free(inv->interior);
    fsp_free(inv->nothing);
    fsp_free(inv->squares);
    fsp_free(inv);
}

typedef struct {
    const fsp_inverse *inv;
    const fsp_spectra *in;
    char *out;
    const ptrdiff_t *channel_offset;
    size_t n_samples, n_columns, stretch, blocks_per_channel, n_blocks;
    char *scratch;
    atomic_size_t next;
} inverse_job;

typedef struct {
    const inverse_job *j;
    char *ring, *hartley, *tile, *spare;
    double *scales;
    size_t channel, first;  /* column of lane 0 at step `overlap` */
} inverse_worker;

/* Lane l at step s: the column s - overlap of its stretch; negative ones are for warming up. */
static ptrdiff_t column_of(const inverse_worker *w, size_t lane, size_t step)
{
    return (ptrdiff_t)(w->first + lane * w->j->stretch + step) - (ptrdiff_t)w->j->inv->overlap;
}

static void add_frames(const inverse_worker *w, size_t step)
{
    const fsp_inverse *inv = w->j->inv;
    const fsp_spectra *in = w->j->in;
    const fsp_kernels *k = inv->kernels;
    const void *frames[MOST_LANES];
    for (size_t l = 0; l < k->lanes; l++) {
        const ptrdiff_t q = column_of(w, l, step);
        frames[l] = inv->nothing;
        if (q < 0 || q >= (ptrdiff_t)in->n_frames) continue;
        frames[l] = (const char *)in->data +
                    (in->channel_offset[w->channel] + q * in->frame_stride) * (ptrdiff_t)k->itemsize;
    }
    k->hartley(frames, inv->n_fft, w->hartley);
    fsp_real_fft_run(&inv->fft, w->hartley, inv->offsets, 0, w->tile, (fsp_ahead){0});
    k->overlap_add(w->tile, inv->fft.where, inv->fft.sign, inv->n_fft, inv->window, w->ring, inv->ring_length,
                   step % (inv->overlap + 1) * inv->hop);
}

/* A column at either end of the signal or of the frames, sample by sample: fewer frames overlap there, or part of it
 * is cut away. */
static void emit_edge(const inverse_worker *w, size_t lane, size_t q, const char *slot)
{
    const fsp_inverse *inv = w->j->inv;
    const size_t itemsize = inv->kernels->itemsize, lanes = inv->kernels->lanes;
    const size_t start = q * inv->hop, end = inv->lead + w->j->n_samples;
    if (start >= end || start + inv->hop <= inv->lead) return;
    const size_t first = start < inv->lead ? inv->lead - start : 0, last = end - start < inv->hop ? end - start : inv->hop;
    char *out = w->j->out + w->j->channel_offset[w->channel] * (ptrdiff_t)itemsize;
    fsp_inverse_scales(inv, q, w->j->in->n_frames, w->scales);
    for (size_t r = first; r < last; r++)
        fsp_put_real(out, start + r - inv->lead, fsp_real_at(slot, r * lanes + lane, itemsize) * w->scales[r], itemsize);
}

static void emit_columns(const inverse_worker *w, size_t step)
{
    const fsp_inverse *inv = w->j->inv;
    const size_t itemsize = inv->kernels->itemsize;
    char *slot = w->ring + step % (inv->overlap + 1) * inv->hop * inv->kernels->lanes * itemsize;
    void *out[MOST_LANES];
    for (size_t l = 0; l < inv->kernels->lanes; l++) {
        const ptrdiff_t q = column_of(w, l, step);
        out[l] = w->spare;
        if (step < inv->overlap || q < 0 || q >= (ptrdiff_t)w->j->n_columns) continue;
        const ptrdiff_t at = q * (ptrdiff_t)inv->hop - (ptrdiff_t)inv->lead;
        const int whole = at >= 0 && (size_t)at + inv->hop <= w->j->n_samples;
        if (whole && (size_t)q >= inv->overlap && (size_t)q < w->j->in->n_frames)
            out[l] = w->j->out + (w->j->channel_offset[w->channel] + at) * (ptrdiff_t)itemsize;
        else
            emit_edge(w, l, (size_t)q, slot);
    }
    inv->kernels->emit(slot, inv->interior, inv->hop, out);
}

static void inverse_thread(void *context, size_t index)
{
    inverse_job *j = context;
    const fsp_inverse *inv = j->inv;
    char *scratch = j->scratch + index * inv->scratch_size;
    inverse_worker w = {.j = j, .ring = scratch + inv->ring_at, .hartley = scratch + inv->hartley_at,
                        .tile = scratch + inv->tile_at, .spare = scratch + inv->spare_at,
                        .scales = (double *)(scratch + inv->scales_at)};
    size_t block;
    while ((block = atomic_fetch_add(&j->next, 1)) < j->n_blocks) {
        w.channel = block / j->blocks_per_channel;
        w.first = block % j->blocks_per_channel * j->stretch * inv->kernels->lanes;
        memset(w.ring, 0, inv->ring_length * inv->kernels->lanes * inv->kernels->itemsize);
        for (size_t step = 0; step < j->stretch + inv->overlap; step++) {
            add_frames(&w, step);
            emit_columns(&w, step);
        }
    }
}

fsp_status fsp_inverse_run(const fsp_inverse *inv, const fsp_spectra *in, void *out, const ptrdiff_t *channel_offset,
                           size_t n_samples, int n_threads)
{
    if (!inv || n_threads < 1) return FSP_EBUG;
    inverse_job j = {.inv = inv, .in = in, .out = out, .channel_offset = channel_offset, .n_samples = n_samples};
    const size_t lanes = inv->kernels->lanes;
    /* Every column that the output reaches into, of frames or not, so that all of it is written. */
    j.n_columns = fsp_divide_up(n_samples + inv->lead, inv->hop);
    if (in->n_channels * j.n_columns == 0) return FSP_OK;
    size_t longest = STRETCH_PER_OVERLAP * inv->overlap;
    if (longest < SHORTEST_STRETCH) longest = SHORTEST_STRETCH;
    j.blocks_per_channel = fsp_divide_up(j.n_columns, lanes * longest);
    j.stretch = fsp_divide_up(j.n_columns, lanes * j.blocks_per_channel);
    j.n_blocks = j.blocks_per_channel * in->n_channels;
    if ((size_t)n_threads > j.n_blocks) n_threads = (int)j.n_blocks;
    j.scratch = fsp_allocate((size_t)n_threads, inv->scratch_size);
    if (!j.scratch) return FSP_ENOMEM;
    atomic_init(&j.next, 0);
    fsp_parallel(inverse_thread, &j, (size_t)n_threads, n_threads);
    fsp_free(j.scratch);
    return FSP_OK;
}
