/* samples -> frames: copies of the signal where kernels cannot read it as it is (strides, PCM codes, another precision, padding),
 * and what is done to the whole signal before it is cut into frames. */
#include "internal.h"

#include <string.h>

fsp_signal fsp_signal_of(const fsp_input *in, size_t channel, const fsp_kernels *kernels, fsp_margin margin,
                         const fsp_conditioning *conditioning)
{
    return (fsp_signal){
        .data = (const char *)in->data + in->channel_offset[channel] * fsp_sample_size(in->pcm, in->precision),
        .pcm = in->pcm, .kernels = kernels, .precision = in->precision, .n_samples = in->n_samples, .stride = in->stride,
        .margin = margin, .conditioning = conditioning, .place = in->first_place,
    };
}

static int is_conditioned(const fsp_signal *s)
{
    return s->conditioning && (s->conditioning->emphasis != 0 || s->conditioning->dither != 0);
}

/* PCM codes i .. i + n - 1, in the precision that comes out. */
static void read_codes(const fsp_signal *s, size_t i, size_t n, void *out)
{
    const ptrdiff_t step = s->stride * fsp_sample_size(s->pcm, s->precision);
    fsp_read_pcm(s->kernels, s->pcm, (const char *)s->data + (ptrdiff_t)i * step, step, n, out);
}

/* Without dither and emphasis. */
static double bare_sample_at(const fsp_signal *s, size_t i)
{
    ptrdiff_t at = (ptrdiff_t)i * s->stride;
    if (s->pcm) {
        union { float single; double real; } x;
        read_codes(s, i, 1, &x);
        return s->kernels->itemsize == sizeof(float) ? (double)x.single : x.real;
    }
    return s->precision == FSP_F32 ? (double)((const float *)s->data)[at] : ((const double *)s->data)[at];
}

static void add_noise(const fsp_signal *s, size_t i, size_t n, void *values)
{
    const fsp_conditioning *const c = s->conditioning;
    if (c->dither != 0) s->kernels->add_noise(values, n, c->dither, c->dither_key, s->place + i);
}

/* Sample i with its noise, as it is before emphasis. */
static double noisy_sample_at(const fsp_signal *s, size_t i)
{
    union { float single; double real; } x;
    fsp_put_real(&x, 0, bare_sample_at(s, i), s->kernels->itemsize);
    add_noise(s, i, 1, &x);
    return fsp_real_at(&x, 0, s->kernels->itemsize);
}

/* In place: `out` holds samples i .. i + n - 1, n > 0. A sample's arithmetic is the same however many there are. */
static void condition(const fsp_signal *s, size_t i, size_t n, void *out)
{
    const double emphasis = s->conditioning->emphasis;
    add_noise(s, i, n, out);
    if (emphasis != 0) s->kernels->emphasise(out, n, i ? noisy_sample_at(s, i - 1) : 0, emphasis);
}

static double sample_at(const fsp_signal *s, size_t i)
{
    if (!is_conditioned(s)) return bare_sample_at(s, i);
    union { float single; double real; } x;
    fsp_put_real(&x, 0, bare_sample_at(s, i), s->kernels->itemsize);
    condition(s, i, 1, &x);
    return fsp_real_at(&x, 0, s->kernels->itemsize);
}

/* The sample at position i outside 0 .. n-1, as numpy.pad has it for the signal's margin, which is not of zeros. */
static double padded(const fsp_signal *s, ptrdiff_t i)
{
    const ptrdiff_t n = (ptrdiff_t)s->n_samples;
    const double before = (double)s->margin.before, after = (double)s->margin.after;
    if (s->margin.padding == FSP_PAD_EDGE) return sample_at(s, i < 0 ? 0 : (size_t)n - 1);
    if (s->margin.padding == FSP_PAD_LINEAR_RAMP)
        return i < 0 ? sample_at(s, 0) * ((before + (double)i) / before)
                     : sample_at(s, (size_t)n - 1) * ((after - 1 - (double)(i - n)) / after);
    const ptrdiff_t edge = s->margin.padding == FSP_PAD_SYMMETRIC; /* whether the end samples are repeated */
    const ptrdiff_t period = 2 * (n - 1 + edge);
    if (period == 0) return sample_at(s, 0);
    ptrdiff_t at = (i % period + period) % period;
    return sample_at(s, (size_t)(at < n ? at : period - edge - at));
}

static void copy_inner(const fsp_signal *s, size_t from, size_t n, fsp_precision precision, void *out)
{
    const size_t size = precision == FSP_F32 ? sizeof(float) : sizeof(double);
    if (s->pcm) {
        read_codes(s, from, n, out);
    } else if (s->stride == 1 && s->precision == precision) {
        memcpy(out, (const char *)s->data + from * size, n * size);
    } else if (s->precision == FSP_F32 && precision == FSP_F32) {
        const float *x = (const float *)s->data + (ptrdiff_t)from * s->stride;
        for (size_t i = 0; i < n; i++) ((float *)out)[i] = x[(ptrdiff_t)i * s->stride];
    } else {
        for (size_t i = 0; i < n; i++) fsp_put_real(out, i, bare_sample_at(s, from + i), size);
    }
    if (is_conditioned(s)) condition(s, from, n, out);
}

/* Samples i .. end - 1, all outside the signal: a run of zeros, or padding one by one where the margin reaches. */
static void fill_outside(const fsp_signal *s, ptrdiff_t i, ptrdiff_t end, fsp_precision precision, void *out)
{
    const size_t size = precision == FSP_F32 ? sizeof(float) : sizeof(double);
    const ptrdiff_t first = -(ptrdiff_t)s->margin.before, last = (ptrdiff_t)(s->n_samples + s->margin.after);
    if (end <= i) return;
    memset(out, 0, (size_t)(end - i) * size);
    if (s->margin.padding == FSP_PAD_CONSTANT || s->n_samples == 0) return;
    const ptrdiff_t stop = end < last ? end : last;
    for (ptrdiff_t at = i < first ? first : i; at < stop; at++)
        fsp_put_real(out, (size_t)(at - i), padded(s, at), size);
}

static ptrdiff_t within(ptrdiff_t x, ptrdiff_t low, ptrdiff_t high) { return x < low ? low : x > high ? high : x; }

void fsp_copy_samples(const fsp_signal *s, ptrdiff_t start, size_t n, fsp_precision precision, void *out)
{
    const size_t size = precision == FSP_F32 ? sizeof(float) : sizeof(double);
    const ptrdiff_t end = start + (ptrdiff_t)n, length = (ptrdiff_t)s->n_samples;
    const ptrdiff_t a = within(0, start, end), b = within(length, a, end);
    fill_outside(s, start, a, precision, out);
    if (a < b) copy_inner(s, (size_t)a, (size_t)(b - a), precision, (char *)out + (size_t)(a - start) * size);
    fill_outside(s, b, end, precision, (char *)out + (size_t)(b - start) * size);
}

int fsp_in_place(const fsp_signal *s, fsp_precision precision)
{
    return s->stride == 1 && s->precision == precision && !s->pcm && !is_conditioned(s);
}

void fsp_copy_columns(const fsp_signal *s, ptrdiff_t start, size_t hop, size_t rows, size_t columns,
                      fsp_precision precision, void *out)
{
    const size_t size = precision == FSP_F32 ? sizeof(float) : sizeof(double);
    if (rows == hop)
        fsp_copy_samples(s, start, columns * hop, precision, out);
    else
        for (size_t c = 0; c < columns; c++)
            fsp_copy_samples(s, start + fsp_column_start((ptrdiff_t)c, hop), rows, precision, (char *)out + c * rows * size);
}

const void *fsp_columns(const fsp_signal *s, ptrdiff_t start, size_t hop, size_t rows, size_t columns,
                        fsp_precision precision, void *linear, ptrdiff_t *stride)
{
    const size_t size = precision == FSP_F32 ? sizeof(float) : sizeof(double);
    const ptrdiff_t end = start + fsp_column_start((ptrdiff_t)columns - 1, hop) + (ptrdiff_t)rows;
    if (fsp_in_place(s, precision) && start >= 0 && end <= (ptrdiff_t)s->n_samples) {
        *stride = (ptrdiff_t)hop;
        return (const char *)s->data + (size_t)start * size;
    }
    *stride = (ptrdiff_t)rows;
    fsp_copy_columns(s, start, hop, rows, columns, precision, linear);
    return linear;
}

int fsp_span_finite(const fsp_signal *s, ptrdiff_t a, ptrdiff_t b, const fsp_kernels *kernels, fsp_precision precision,
                    void *linear, size_t n)
{
    if (b > (ptrdiff_t)s->n_samples) b = (ptrdiff_t)s->n_samples;
    for (a = a < 0 ? 0 : a; a < b; a += (ptrdiff_t)n) {
        const size_t count = (size_t)(b - a) < n ? (size_t)(b - a) : n;
        fsp_copy_samples(s, a, count, precision, linear);
        if (!kernels->all_finite(linear, count)) return 0;
    }
    return 1;
}
