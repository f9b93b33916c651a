/* The phase vocoder: output frames whose phases advance as those of the input, at other times. Bins do not heed one
 * another, so that threads share them. */
#include "internal.h"

enum { FEWEST_BINS = 64 };  /* a thread's, of a channel: more than a few cache lines */

typedef struct {
    const fsp_kernels *kernels;
    const fsp_vocoder *v;
    size_t n_ranges, width;  /* of bins, in each channel */
    char *phase;
} vocoder_job;

static void vocode_range(void *context, size_t index)
{
    const vocoder_job *j = context;
    const fsp_vocoder *v = j->v;
    const size_t itemsize = j->kernels->itemsize, channel = index / j->n_ranges, first = index % j->n_ranges * j->width;
    const size_t n = v->n_bins - first < j->width ? v->n_bins - first : j->width;
    const char *in = (const char *)v->data + (v->channel_offset[channel] + 2 * (ptrdiff_t)first) * (ptrdiff_t)itemsize;
    char *out = (char *)v->out + (v->out_offset[channel] + 2 * (ptrdiff_t)first) * (ptrdiff_t)itemsize;
    char *phase = j->phase + index * 2 * j->width * itemsize;
    const ptrdiff_t stride = v->frame_stride * (ptrdiff_t)itemsize, out_stride = v->out_stride * (ptrdiff_t)itemsize;
    for (size_t t = 0; t < v->n_out && fsp_go_on(); t++) {
        const size_t step = t ? t - 1 : 0;
        j->kernels->advance_phase(in + v->from[step] * stride, in + v->to[step] * stride, n, t == 0, phase);
        j->kernels->set_magnitude(phase, in + v->low[t] * stride, in + (v->low[t] + v->span) * stride, v->fraction[t], n,
                                  out + (ptrdiff_t)t * out_stride);
    }
}

fsp_status fsp_vocode(fsp_precision precision, const char *isa, const fsp_vocoder *v, int n_threads)
{
    vocoder_job j = {.kernels = fsp_find_kernels(isa, precision), .v = v};
    if (!j.kernels || n_threads < 1) return FSP_EBUG;
    if (v->n_channels == 0 || v->n_bins == 0) return FSP_OK;
    const size_t wanted = fsp_divide_up((size_t)n_threads, v->n_channels);
    j.width = fsp_larger(fsp_round_up(fsp_divide_up(v->n_bins, wanted), 16), FEWEST_BINS);
    j.n_ranges = fsp_divide_up(v->n_bins, j.width);
    j.phase = fsp_allocate(v->n_channels * j.n_ranges, 2 * j.width * j.kernels->itemsize);
    if (!j.phase) return FSP_ENOMEM;
    const fsp_status status = fsp_parallel(vocode_range, &j, v->n_channels * j.n_ranges, n_threads);
    fsp_free(j.phase);
    return status;
}
