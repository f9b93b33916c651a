/* Running medians: order statistics, so every bit is given. */
#include "check.h"

static int by_size(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Half the values from a few, so that many are equal. */
static double repeated(check *t) { return random_bits(t) & 1 ? random_real(t) : (double)random_below(t, 5) - 2; }

enum { WIDEST = 400 };  /* beyond what is kept sorted: wide windows are counted */

void check_median(check *t)
{
    const size_t lanes = t->k->lanes;
    for (size_t i = 0; i < n_lengths(); i++) {
        const size_t n = length_at(t, i, 200), width = 1 + random_below(t, i % 4 ? 12 : WIDEST);
        void *rows = guarded(t, 0, (n + width) * lanes, AT_END), *sorted = guarded(t, 1, width * lanes, AT_END);
        for (size_t j = 0; j < (n + width) * lanes; j++) put(t, rows, j, random_below(t, 99) ? repeated(t) : INFINITY);
        void *want = twin(0);
        for (size_t at = 0; at < n; at++) {
            for (size_t l = 0; l < lanes; l++) {
                double window[WIDEST];
                for (size_t j = 0; j < width; j++) window[j] = get(t, rows, (at + 1 + j) * lanes + l);
                qsort(window, width, sizeof *window, by_size);
                put(t, want, at * lanes + l, window[width / 2]);
            }
        }
        RUN(t, t->k->median(rows, n, width, sorted));
        if (!same(0) || !canaries_alive(1)) fail(t, "n=%zu width=%zu", n, width);
    }
}

static double mirrored(const check *t, const void *x, ptrdiff_t i, ptrdiff_t n, ptrdiff_t start, ptrdiff_t step)
{
    while (i < 0 || i >= n) i = i < 0 ? -1 - i : 2 * n - 1 - i;
    return get(t, x, (size_t)(start + i * step));
}

static void medians_case(check *t, size_t n, size_t n_series, size_t width, int in_by_series, int out_by_series,
                         int n_threads)
{
    const size_t gap = random_below(t, 3), in_stride = (in_by_series ? n : n_series) + gap,
                 out_stride = (out_by_series ? n : n_series) + gap;
    fsp_medians m = {.n = n, .n_series = n_series, .width = width};
    m.in_step = in_by_series ? 1 : (ptrdiff_t)in_stride;
    m.in_series = in_by_series ? (ptrdiff_t)in_stride : 1;
    m.out_step = out_by_series ? 1 : (ptrdiff_t)out_stride;
    m.out_series = out_by_series ? (ptrdiff_t)out_stride : 1;
    void *x = guarded(t, 0, (in_by_series ? n_series : n) * in_stride - gap, AT_END);
    void *y = guarded(t, 1, (out_by_series ? n_series : n) * out_stride - gap, AT_END);
    for (size_t s = 0; s < n_series; s++)
        for (size_t i = 0; i < n; i++) put(t, x, s * (size_t)m.in_series + i * (size_t)m.in_step, repeated(t));
    void *want = twin(1);
    for (size_t s = 0; s < n_series; s++) {
        for (size_t i = 0; i < n; i++) {
            double window[WIDEST];
            for (size_t j = 0; j < width; j++)
                window[j] = mirrored(t, x, (ptrdiff_t)(i + j) - (ptrdiff_t)(width / 2), (ptrdiff_t)n,
                                     (ptrdiff_t)s * m.in_series, m.in_step);
            qsort(window, width, sizeof *window, by_size);
            put(t, want, s * (size_t)m.out_series + i * (size_t)m.out_step, window[width / 2]);
        }
    }
    const fsp_status status = fsp_running_median(t->precision, t->k->isa, &m, x, y, n_threads);
    if (status || !same(1) || !canaries_alive(0))
        fail(t, "n=%zu n_series=%zu width=%zu in_by_series=%d out_by_series=%d %d threads: status %d", n, n_series,
             width, in_by_series, out_by_series, n_threads, status);
}

void check_medians(check *t)
{
    for (int i = 0; i < (options.quick ? 60 : 400); i++)
        medians_case(t, 1 + random_below(t, i % 3 ? 40 : 200), 1 + random_below(t, 50),
                     1 + random_below(t, i % 4 ? 9 : WIDEST), i & 1, i >> 1 & 1, 1 + i % 5);
    medians_case(t, 9000, 3, 5, 1, 1, 2);  /* in parts, narrow and wide */
    medians_case(t, 70000, 1, 65, 1, 1, 2);
    fsp_medians nothing = {.width = 3, .in_step = 1, .out_step = 1}, no_width = {.in_step = 1, .out_step = 1},
                no_step = {.width = 3};
    if (fsp_running_median(t->precision, t->k->isa, &nothing, NULL, NULL, 1)) fail(t, "no series of no values");
    if (fsp_running_median(t->precision, t->k->isa, &no_width, NULL, NULL, 1) != FSP_EBUG ||
        fsp_running_median(t->precision, t->k->isa, &no_step, NULL, NULL, 1) != FSP_EBUG ||
        fsp_running_median(t->precision, "abacus", &nothing, NULL, NULL, 1) != FSP_EBUG)
        fail(t, "a broken precondition is accepted");
}
