/* Filters of the first order, and the errors of linear prediction: the same few operations in the same order, so every bit
 * is given, but for sums. */
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
    fsp_status status;
    RUN(t, status = fsp_recur(&r));
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

static void predict_case(check *t, size_t n, size_t place, double reflection)
{
    void *f = noise(t, 0, n, place), *b = noise(t, 1, n, AT_END);
    void *forward = twin(0), *backward = twin(1);
    const double r = rounded(t, reflection);
    wide squares = 0, products = 0, size = 0;
    for (size_t i = 0; i < n; i++) {
        const double x = get(t, f, i), y = get(t, b, i);
        put(t, forward, i, rounded(t, x + rounded(t, r * y)));
        put(t, backward, i, rounded(t, y + rounded(t, r * x)));
        if (i == 0) continue;
        const wide p = get(t, forward, i), q = get(t, backward, i - 1);
        squares += p * p + q * q;
        products += p * q;
        size += fabsl(p * q);
    }
    double energy, product;
    RUN(t, t->k->predict(f, b, n, reflection, &energy, &product));
    const wide factor = (dot_factor(n) + 64) * t->u;
    if (!same(0) || !same(1)) fail(t, "n=%zu offset=%zu: errors", n, place);
    if (!(fabsl(energy - squares) <= factor * squares) || !(fabsl(product - products) <= factor * size))
        fail(t, "n=%zu offset=%zu: sums %g and %g", n, place, energy, product);
}

void check_predict(check *t)
{
    for (size_t i = 0; i < n_lengths(); i++)
        predict_case(t, length_at(t, i, 5000), i % N_PLACES, i % 3 ? random_real(t) : 0);
}
