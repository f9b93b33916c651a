/* Filters of the first order: the same few operations in the same order, so every bit is given. */
#include "check.h"

static void recur_case(check *t, size_t n_channels, size_t n, int in_by_channel, int out_by_channel, size_t place)
{
    const size_t gap = random_below(t, 3), in_stride = (in_by_channel ? n : n_channels) + gap,
                 out_stride = (out_by_channel ? n : n_channels) + gap;
    const size_t in_size = (in_by_channel ? n_channels : n) * in_stride, out_size = (out_by_channel ? n_channels : n) * out_stride;
    fsp_recursion r = {.precision = t->precision, .isa = t->k->isa, .n_channels = n_channels, .n = n};
    r.in_channel = in_by_channel ? (ptrdiff_t)in_stride : 1;
    r.in_step = in_by_channel ? 1 : (ptrdiff_t)in_stride;
    r.out_channel = out_by_channel ? (ptrdiff_t)out_stride : 1;
    r.out_step = out_by_channel ? 1 : (ptrdiff_t)out_stride;
    for (int i = 0; i < 3; i++) r.coefficients[i] = random_real(t);
    r.in = noise(t, 0, in_size - (in_size ? gap : 0), place);
    r.out = guarded(t, 1, out_size - (out_size ? gap : 0), place);
    r.states = noise(t, 2, n_channels, place);
    void *want = twin(1), *last = twin(2);
    for (size_t c = 0; c < n_channels; c++) {
        double state = get(t, r.states, c);
        for (size_t i = 0; i < n; i++) {
            const double x = get(t, r.in, c * (size_t)r.in_channel + i * (size_t)r.in_step);
            const double y = rounded(t, rounded(t, r.coefficients[0] * x) + state);
            state = rounded(t, rounded(t, r.coefficients[1] * x) - rounded(t, r.coefficients[2] * y));
            put(t, want, c * (size_t)r.out_channel + i * (size_t)r.out_step, y);
        }
        put(t, last, c, state);
    }
    const fsp_status status = fsp_recur(&r);
    if (status || !same(1) || !same(2))
        fail(t, "n_channels=%zu n=%zu in_by_channel=%d out_by_channel=%d: status %d", n_channels, n, in_by_channel,
             out_by_channel, status);
}

void check_recur(check *t)
{
    for (size_t i = 0; i < n_lengths(); i++)
        recur_case(t, random_below(t, 40), length_at(t, i, 300), i & 1, i >> 1 & 1, i % N_PLACES);
    const fsp_recursion none = {.precision = t->precision, .isa = "abacus"};
    if (fsp_recur(&none) != FSP_EBUG) fail(t, "an instruction set that is none");
}
