/* The phase vocoder: output frames whose phases advance as those of the input, at other times. */
#include "internal.h"

#include <string.h>

typedef struct {
    const fsp_kernels *kernels;
    const fsp_vocoder *v;
    char *phase;
} vocoder_job;

static void vocode_channel(void *context, size_t channel)
{
    const vocoder_job *j = context;
    const fsp_vocoder *v = j->v;
    const size_t itemsize = j->kernels->itemsize;
    const char *in = (const char *)v->data + v->channel_offset[channel] * (ptrdiff_t)itemsize;
    char *out = (char *)v->out + v->out_offset[channel] * (ptrdiff_t)itemsize;
    char *phase = j->phase + channel * 2 * v->n_bins * itemsize;
    const ptrdiff_t stride = v->frame_stride * (ptrdiff_t)itemsize, out_stride = v->out_stride * (ptrdiff_t)itemsize;
    for (size_t t = 0; t < v->n_out; t++) {
        const size_t step = t ? t - 1 : 0;
        j->kernels->advance_phase(in + v->from[step] * stride, in + v->to[step] * stride, v->n_bins, t == 0, phase);
        j->kernels->set_magnitude(phase, in + v->low[t] * stride, in + (v->low[t] + v->span) * stride, v->fraction[t],
                                  v->n_bins, out + (ptrdiff_t)t * out_stride);
    }
}

fsp_status fsp_vocode(fsp_precision precision, const char *isa, const fsp_vocoder *v, int n_threads)
{
    vocoder_job j = {.kernels = fsp_find_kernels(isa, precision), .v = v};
    if (!j.kernels) return FSP_EBUG;
    if (v->n_channels == 0) return FSP_OK;
    j.phase = fsp_allocate(v->n_channels, 2 * v->n_bins * j.kernels->itemsize);
    if (!j.phase) return FSP_ENOMEM;
    fsp_parallel(vocode_channel, &j, v->n_channels, n_threads);
    fsp_free(j.phase);
    return FSP_OK;
}
