/* The phase vocoder: directions of complex numbers, multiplied up. */
#include "check.h"

static wide_complex bin_at(const check *t, const void *x, size_t k)
{
    return (wide_complex){get(t, x, 2 * k), get(t, x, 2 * k + 1)};
}

/* x / |x|; silence has phase 0 */
static wide_complex direction(wide_complex x)
{
    const wide size = magnitude(x);
    return size > 0 ? (wide_complex){x.r / size, x.i / size} : (wide_complex){1, 0};
}

/* direction(to) / direction(from) */
static wide_complex turn(const check *t, const void *from, const void *to, size_t k)
{
    const wide_complex a = direction(bin_at(t, from, k)), b = direction(bin_at(t, to, k));
    return times(b, (wide_complex){a.r, -a.i});
}

/* Complex noise in which every so many bins are silent. */
static void *noise_and_silence(check *t, int slot, size_t n_bins, size_t place)
{
    void *x = noise(t, slot, 2 * n_bins, place);
    for (size_t k = 0; k < n_bins; k++) {
        if (random_below(t, 9)) continue;
        put(t, x, 2 * k, 0);
        put(t, x, 2 * k + 1, 0);
    }
    return x;
}

enum { STEP_ROUNDINGS = 16 };  /* two directions of 3, two products of 2 and a step back to length 1, with room */

void check_advance_phase(check *t)
{
    for (size_t i = 0; i < n_lengths(); i++) {
        const size_t n = length_at(t, i, 900), place = i % N_PLACES;
        const int first = i % 4 == 0;
        const void *from = noise_and_silence(t, 0, n, place), *to = noise_and_silence(t, 1, n, (3 * i) % N_PLACES);
        void *phase = noise(t, 2, 2 * n, (7 * i) % N_PLACES);
        for (size_t k = 0; k < n; k++) {
            const wide_complex unit = direction(bin_at(t, phase, k));
            put(t, phase, 2 * k, (double)unit.r);
            put(t, phase, 2 * k + 1, (double)unit.i);
        }
        expected *e = expect(t, 2);
        for (size_t k = 0; k < n; k++) {
            const wide_complex p = bin_at(t, phase, k),
                               z = first ? direction(bin_at(t, from, k)) : times(p, turn(t, from, to, k));
            e[2 * k] = (expected){z.r, STEP_ROUNDINGS * t->u};
            e[2 * k + 1] = (expected){z.i, STEP_ROUNDINGS * t->u};
        }
        RUN(t, t->k->advance_phase(from, to, n, first, phase));
        if (!met(t, 2)) fail(t, "n_bins=%zu first=%d offset=%zu", n, first, place);
        for (size_t k = 0; k < n; k++)
            if (!(fabsl(magnitude(bin_at(t, phase, k)) - 1) <= 4 * t->u))
                fail(t, "n_bins=%zu: phase %zu has not length 1", n, k);
    }
}

static wide between(const check *t, const void *low, const void *high, double fraction, size_t k)
{
    const wide a = magnitude(bin_at(t, low, k)), b = magnitude(bin_at(t, high, k));
    return a + rounded(t, fraction) * (b - a);
}

void check_set_magnitude(check *t)
{
    for (size_t i = 0; i < n_lengths(); i++) {
        const size_t n = length_at(t, i, 900);
        const double fraction = i % 5 ? 0.5 + random_real(t) / 2 : 0;
        const void *low = noise_and_silence(t, 0, n, i % N_PLACES), *high = noise_and_silence(t, 1, n, AT_END);
        const void *phase = noise(t, 2, 2 * n, AT_END);
        void *out = guarded(t, 3, 2 * n, (7 * i) % N_PLACES);
        expected *e = expect(t, 3);
        for (size_t k = 0; k < n; k++) {
            const wide_complex p = bin_at(t, phase, k);
            const wide m = between(t, low, high, fraction, k),
                       size = magnitude(bin_at(t, low, k)) + magnitude(bin_at(t, high, k));
            e[2 * k] = (expected){p.r * m, 8 * t->u * size * fabsl(p.r)};
            e[2 * k + 1] = (expected){p.i * m, 8 * t->u * size * fabsl(p.i)};
        }
        RUN(t, t->k->set_magnitude(phase, low, high, fraction, n, out));
        if (!met(t, 3)) fail(t, "n_bins=%zu fraction=%g", n, fraction);
    }
}

/* through fastspec.h ----------------------------------------------------------------------------------------------- */

enum { CHANNELS = 3, MOST_OUT = 60, MOST_IN = 40 };

static void vocode_case(check *t, size_t n_bins, size_t n_in, size_t n_out, int n_threads)
{
    const size_t in_stride = 2 * n_bins + random_below(t, 3), out_stride = 2 * n_bins + random_below(t, 3),
                 size = t->k->itemsize;
    ptrdiff_t from[MOST_OUT], to[MOST_OUT], low[MOST_OUT], in_offset[CHANNELS], out_offset[CHANNELS];
    double fraction[MOST_OUT];
    for (size_t i = 0; i < n_out; i++) {
        from[i] = (ptrdiff_t)random_below(t, n_in);
        to[i] = (ptrdiff_t)random_below(t, n_in);
        low[i] = (ptrdiff_t)random_below(t, n_in - 1);
        fraction[i] = 0.5 + random_real(t) / 2;
    }
    const char *data = noise(t, 0, CHANNELS * n_in * in_stride, AT_END);
    char *out = guarded(t, 1, CHANNELS * n_out * out_stride, AT_END);
    expected *e = expect(t, 1);
    for (size_t c = 0; c < CHANNELS; c++) {
        in_offset[c] = (ptrdiff_t)((CHANNELS - 1 - c) * n_in * in_stride);
        out_offset[c] = (ptrdiff_t)(c * n_out * out_stride);
        for (size_t k = 0; k < n_bins; k++) {
            const char *x = data + in_offset[c] * (ptrdiff_t)size;
            wide_complex phase = direction(bin_at(t, x + (size_t)from[0] * in_stride * size, k));
            for (size_t i = 0; i < n_out; i++) {
                const char *a = x + (size_t)low[i] * in_stride * size, *b = a + in_stride * size;
                if (i)
                    phase = times(phase, turn(t, x + (size_t)from[i - 1] * in_stride * size,
                                              x + (size_t)to[i - 1] * in_stride * size, k));
                const wide m = between(t, a, b, fraction[i], k),
                           most = magnitude(bin_at(t, a, k)) + magnitude(bin_at(t, b, k));
                const wide err = (STEP_ROUNDINGS * (wide)(i + 1) + 8) * t->u * most;
                e[(size_t)out_offset[c] + i * out_stride + 2 * k] = (expected){phase.r * m, err};
                e[(size_t)out_offset[c] + i * out_stride + 2 * k + 1] = (expected){phase.i * m, err};
            }
        }
    }
    const fsp_vocoder v = {.data = data,
                           .out = out,
                           .n_channels = CHANNELS,
                           .n_bins = n_bins,
                           .n_out = n_out,
                           .channel_offset = in_offset,
                           .out_offset = out_offset,
                           .frame_stride = (ptrdiff_t)in_stride,
                           .out_stride = (ptrdiff_t)out_stride,
                           .from = from,
                           .to = to,
                           .low = low,
                           .span = 1,
                           .fraction = fraction};
    const fsp_status status = fsp_vocode(t->precision, t->k->isa, &v, n_threads);
    if (status || !met(t, 1))
        fail(t, "n_bins=%zu n_in=%zu n_out=%zu %d threads: status %d", n_bins, n_in, n_out, n_threads, status);
}

void check_vocode(check *t)
{
    for (int i = 0; i < (options.quick ? 20 : 100); i++)
        vocode_case(t, 1 + random_below(t, i % 5 ? 40 : 300), 2 + random_below(t, MOST_IN - 2), 1 + random_below(t, MOST_OUT - 1),
                    1 + i % 4);
    const fsp_vocoder nothing = {0};
    if (fsp_vocode(t->precision, t->k->isa, &nothing, 1)) fail(t, "no channels");
    if (fsp_vocode(t->precision, "abacus", &nothing, 1) != FSP_EBUG) fail(t, "an instruction set that is none");
}
