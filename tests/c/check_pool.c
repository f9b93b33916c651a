/* Pooling: windows along and across memory against long double and against each other, bit for bit; then whole calls. */
#include "check.h"

enum { MEAN = FSP_POOL_MEAN, MAX = FSP_POOL_MAX, WIDEST = 700 };

/* A vector of doubles, or of maxima. */
static size_t sum_lanes(const check *t, int kind)
{
    const size_t bytes = t->k->lanes * t->k->itemsize;
    return kind == MAX ? t->k->lanes : bytes < 8 ? 1 : bytes / 8;
}

static size_t sum_size(const check *t, int kind) { return kind == MAX ? t->k->itemsize : sizeof(double); }

static size_t padded(size_t n, size_t to) { return (n + to - 1) / to * to; }

static size_t start_of(size_t j, size_t n_in, size_t n_out) { return j * n_in / n_out; }
static size_t end_of(size_t j, size_t n_in, size_t n_out) { return ((j + 1) * n_in + n_out - 1) / n_out; }

/* A mean (or the largest) of what has been added: its value, and how far it may be off. */
typedef struct { wide sum, size, top; size_t n; } summary;

static void include(summary *s, double x)
{
    if (s->n++ == 0 || x > s->top) s->top = x;
    s->sum += x;
    s->size += fabsl((wide)x);
}

static int is_close(const check *t, int kind, const summary *s, double got)
{
    if (kind == MAX) return got == (double)s->top;
    const wide n = (wide)s->n, mean = s->sum / n, u = 0x1p-53L, size = s->size / n;
    /* fastspec.h; the reference itself is off by as much as a rounding each. */
    const wide sums = t->precision == FSP_F32 ? n * u * size + 4 * u * size : n * n * u * u * size, own = n * 0x1p-64L * size;
    return fabsl((wide)got - mean) <= sums + own + (t->precision == FSP_F32 ? 1.02L : 2.02L) * t->u * fabsl(mean) + 0x1p-149L;
}

static void check_rows(check *t, int kind)
{
    fsp_pool_rows_mean_kernel *const rows = kind == MAX ? t->k->pool_rows_max : t->k->pool_rows_mean;
    for (size_t i = 0; i < n_lengths(); i++) {
        const size_t n = length_at(t, i, 300) + 1, n_rows = 1 + random_below(t, 20), gap = random_below(t, 4);
        const int upward = random_bits(t) & 1;
        const size_t rest = padded(n, sum_lanes(t, kind)), before = random_below(t, n_rows);
        const char *x = noise(t, 0, n_rows * (n + gap) - gap, AT_END);
        const ptrdiff_t stride = upward ? -(ptrdiff_t)(n + gap) : (ptrdiff_t)(n + gap);
        const char *first = upward ? x + (n_rows - 1) * (n + gap) * t->k->itemsize : x;
        const size_t bytes = 2 * rest * sum_size(t, kind);
        char *sums = guarded_bytes(1, bytes, 0, 1), *pieces = guarded_bytes(2, bytes, 0, 1);
        RUN(t, rows(first, stride, n_rows, n, 0, sums, rest));
        if (before) rows(first, stride, before, n, 0, pieces, rest);
        rows(first + (ptrdiff_t)before * stride * (ptrdiff_t)t->k->itemsize, stride, n_rows - before, n, before > 0, pieces, rest);
        int good = canaries_alive(0) && canaries_alive(1) && canaries_alive(2);
        for (size_t j = 0; j < n && good; j++) {
            summary s = {0};
            for (size_t r = 0; r < n_rows; r++) include(&s, get(t, x, r * (n + gap) + j));
            const double *sum = (const double *)sums;
            wide got = kind == MAX ? (wide)get(t, sums, j) : (wide)sum[j] / n_rows;
            if (kind == MEAN && t->precision == FSP_F64) got += (wide)sum[rest + j] / n_rows;
            good = is_close(t, kind, &s, (double)got) && !memcmp(sums + j * sum_size(t, kind), pieces + j * sum_size(t, kind),
                                                                 sum_size(t, kind));
            if (kind == MEAN && t->precision == FSP_F64) good = good && sum[rest + j] == ((double *)pieces)[rest + j];
        }
        if (!good) fail(t, "n=%zu n_rows=%zu before=%zu upward=%d", n, n_rows, before, upward);
    }
}

void check_pool_rows_mean(check *t) { check_rows(t, MEAN); }
void check_pool_rows_max(check *t) { check_rows(t, MAX); }

/* Windows `first` to first + count - 1 of an axis; *at is where the first one starts. */
static fsp_windows some_windows(check *t, size_t n_in, size_t n_out, size_t *at, size_t *reach)
{
    const size_t first = random_below(t, n_out);
    fsp_windows w = {.n_out = n_out, .step = n_in / n_out, .remainder = n_in % n_out, .count = 1 + random_below(t,
                                                                                                                n_out - first), .n_rows = 1};
    *at = start_of(first, n_in, n_out);
    *reach = end_of(first + w.count - 1, n_in, n_out) - *at;
    w.over = first * n_in % n_out;
    return w;
}

/* The first output, from the windows' fields. */
static size_t first_of(const fsp_windows *w, size_t n_in, size_t at)
{
    for (size_t j = 0;; j++)
        if (start_of(j, n_in, w->n_out) == at && j * n_in % w->n_out == w->over) return j;
}

/* n_in positions to n_out: few long windows, many short ones, or more than there are. */
static void some_sizes(check *t, size_t i, size_t *n_in, size_t *n_out)
{
    *n_in = 1 + random_below(t, i % 3 ? 60 : WIDEST);
    *n_out = 1 + random_below(t, i % 4 ? *n_in : i % 8 ? 3 : 2 * *n_in);
}

static void check_along(check *t, int kind)
{
    fsp_pool_rows_mean_kernel *const rows = kind == MAX ? t->k->pool_rows_max : t->k->pool_rows_mean;
    fsp_pool_along_mean_kernel *const along = kind == MAX ? t->k->pool_along_max : t->k->pool_along_mean;
    for (size_t i = 0; i < n_lengths(); i++) {
        size_t n_in, n_out, at, reach;
        some_sizes(t, i, &n_in, &n_out);
        const fsp_windows w = some_windows(t, n_in, n_out, &at, &reach);
        const size_t first = first_of(&w, n_in, at), stride = 1 + random_below(t, 3);
        const void *x = noise(t, 0, reach, AT_END);
        void *y = guarded(t, 1, (w.count - 1) * stride + 1, AT_END), *z = guarded(t, 2, (w.count - 1) * stride + 1, AT_END);
        RUN(t, along(x, 0, &w, 0, y, (ptrdiff_t)stride));
        int good = canaries_alive(0) && canaries_alive(1);
        for (size_t j = 0; j < w.count && good; j++) {
            summary s = {0};
            for (size_t k = start_of(first + j, n_in, n_out); k < end_of(first + j, n_in, n_out); k++)
                include(&s, get(t, x, k - at));
            good = is_close(t, kind, &s, get(t, y, j * stride));
        }
        /* The same from a row of sums, bit for bit, and nothing between the outputs. */
        const size_t rest = padded(reach, sum_lanes(t, kind));
        void *sums = guarded_bytes(3, 2 * rest * sum_size(t, kind), 0, 1);
        rows(x, 0, 1, reach, 0, sums, rest);
        along(sums, 1, &w, rest, z, (ptrdiff_t)stride);
        good = good && canaries_alive(3) && !memcmp(y, z, ((w.count - 1) * stride + 1) * t->k->itemsize);
        if (!good) fail(t, "n_in=%zu n_out=%zu first=%zu count=%zu stride=%zu", n_in, n_out, first, w.count, stride);
    }
}

void check_pool_along_mean(check *t) { check_along(t, MEAN); }
void check_pool_along_max(check *t) { check_along(t, MAX); }

/* Each neighbour as if it stood alone. */
static void check_across(check *t, int kind)
{
    fsp_pool_along_mean_kernel *const along = kind == MAX ? t->k->pool_along_max : t->k->pool_along_mean;
    fsp_pool_across_mean_kernel *const pool_across = kind == MAX ? t->k->pool_across_max : t->k->pool_across_mean;
    for (size_t i = 0; i < n_lengths(); i++) {
        size_t n_in, n_out, at, reach;
        some_sizes(t, i, &n_in, &n_out);
        fsp_windows w = some_windows(t, n_in, n_out, &at, &reach);
        const size_t n = 1 + random_below(t, i % 2 ? 12 : 70), gap = random_below(t, 3), stride = n + gap,
            itemsize = t->k->itemsize;
        const int scattered = random_bits(t) & 1;
        const size_t out_stride = scattered ? 1 : n, out_inner = scattered ? w.count : 1;
        const char *x = noise(t, 0, (reach - 1) * stride + n, AT_END);
        void *y = guarded(t, 1, w.count * n, AT_END);
        void *parts = guarded_bytes(2, 2 * FSP_POOL_PARTS * padded(n, t->k->lanes) * sizeof(double), 0, 1);
        void *alone = guarded(t, 3, reach, AT_END), *z = guarded(t, 4, w.count, AT_END);
        const fsp_across across = {.src = x, .stride = (ptrdiff_t)stride, .n = n, .n_rows = {1, 1},
                                   .out_stride = (ptrdiff_t)out_stride,
                                   .out_inner = (ptrdiff_t)out_inner, .parts = parts};
        RUN(t, pool_across(&across, 0, &w, 0, y));
        int good = canaries_alive(0) && canaries_alive(1) && canaries_alive(2);
        for (size_t c = 0; c < n && good; c++) {
            for (size_t k = 0; k < reach; k++) put(t, alone, k, get(t, x, k * stride + c));
            along(alone, 0, &w, 0, z, 1);
            for (size_t j = 0; j < w.count; j++)
                good = good && !memcmp((char *)y + (j * out_stride + c * out_inner) * itemsize, (char *)z + j * itemsize,
                                       itemsize);
        }
        if (!good) fail(t, "n_in=%zu n_out=%zu count=%zu n=%zu gap=%zu scattered=%d", n_in, n_out, w.count, n, gap, scattered);
    }
}

void check_pool_across_mean(check *t) { check_across(t, MEAN); }
void check_pool_across_max(check *t) { check_across(t, MAX); }

/* Whole calls ------------------------------------------------------------------------------------------------------ */

/* Strides of an array whose axes follow one another in a random order, some backwards; *from is where index 0 stands. */
static size_t lay(check *t, fsp_pooling *p, size_t n_axes, int output, ptrdiff_t *from)
{
    size_t order[5], n = 1;
    for (size_t i = 0; i < n_axes; i++) {
        const size_t j = random_below(t, i + 1);
        order[i] = order[j];
        order[j] = i;
    }
    *from = 0;
    for (size_t i = 0; i < n_axes; i++) {
        fsp_pool_axis *axis = &p->axes[order[i]];
        const size_t size = output ? axis->out_size : axis->in_size;
        const ptrdiff_t stride = random_below(t, 4) ? (ptrdiff_t)n : -(ptrdiff_t)n;
        if (stride < 0) *from += (ptrdiff_t)((size - 1) * n);
        *(output ? &axis->out_stride : &axis->in_stride) = stride;
        n = n * size + (random_below(t, 4) == 0);
    }
    return n;
}

static ptrdiff_t offset_of(const fsp_pooling *p, size_t n_axes, size_t index, int output)
{
    ptrdiff_t at = 0;
    for (size_t i = n_axes; i-- > 0; index /= p->axes[i].out_size) {
        const fsp_pool_axis *axis = &p->axes[i];
        const size_t j = index % axis->out_size;
        at += output ? (ptrdiff_t)j * axis->out_stride : (ptrdiff_t)start_of(j, axis->in_size,
                                                                             axis->out_size) * axis->in_stride;
    }
    return at;
}

static summary naive(const check *t, const fsp_pooling *p, size_t n_axes, size_t index, const void *x, ptrdiff_t from)
{
    size_t lengths[5], digits[5] = {0}, rest = index;
    summary s = {0};
    for (size_t i = n_axes; i-- > 0; rest /= p->axes[i].out_size) {
        const fsp_pool_axis *axis = &p->axes[i];
        const size_t j = rest % axis->out_size;
        lengths[i] = end_of(j, axis->in_size, axis->out_size) - start_of(j, axis->in_size, axis->out_size);
    }
    const ptrdiff_t first = from + offset_of(p, n_axes, index, 0);
    for (size_t more = 1; more;) {
        ptrdiff_t at = first;
        for (size_t i = 0; i < n_axes; i++) at += (ptrdiff_t)digits[i] * p->axes[i].in_stride;
        include(&s, get(t, x, (size_t)at));
        more = 0;
        for (size_t i = n_axes; i-- > 0 && !more;) {
            if (++digits[i] < lengths[i])
                more = 1;
            else
                digits[i] = 0;
        }
    }
    return s;
}

static void pool_case(check *t, size_t number, int kind)
{
    fsp_pooling p = {.kind = (fsp_pool_kind)kind, .n_pooled = 1 + random_below(t, 3), .n_batch = random_below(t, 3)};
    const size_t n_axes = p.n_batch + p.n_pooled, most = p.n_pooled == 1 ? 300 : p.n_pooled == 2 ? 30 : 9;
    size_t n_out = 1;
    for (size_t i = 0; i < n_axes; i++) {
        const int batch = i < p.n_batch;
        p.axes[i].in_size = 1 + random_below(t, batch ? (number % 4 ? 5 : 40) : most);
        p.axes[i].out_size = batch || !random_below(t, 6) ? p.axes[i].in_size : 1 + random_below(t,
                                                                                                 number % 3 ? most / 3 : most + 5);
        n_out *= p.axes[i].out_size;
    }
    ptrdiff_t in_from, out_from, dense_from;
    const size_t in_size = lay(t, &p, n_axes, 0, &in_from), out_size = lay(t, &p, n_axes, 1, &out_from);
    const size_t itemsize = t->k->itemsize;
    char *x = noise(t, 0, in_size, AT_END), *y = guarded(t, 1, out_size, AT_END);
    x += in_from * (ptrdiff_t)itemsize;
    const size_t n_pieces = fsp_pool_pieces(t->precision, t->k->isa, &p), cut = random_below(t, n_pieces + 1);
    fsp_status status = fsp_pool(t->precision, t->k->isa, &p, x, y + out_from * (ptrdiff_t)itemsize, 0, cut, 1);
    if (!status) status = fsp_pool(t->precision, t->k->isa, &p, x, y + out_from * (ptrdiff_t)itemsize, cut, n_pieces - cut,
                                   1 + (int)random_below(t, 4));
    /* Once more, from another layout into another one. */
    fsp_pooling other = p;
    ptrdiff_t other_out;
    const size_t other_in_size = lay(t, &other, n_axes, 0, &dense_from), other_out_size = lay(t, &other, n_axes, 1, &other_out);
    char *z = noise(t, 2, other_in_size, AT_END), *v = guarded(t, 3, other_out_size, AT_END);
    fsp_pooling copy = p, copied = other;
    for (size_t i = 0; i < n_axes; i++) copy.axes[i].out_size = copied.axes[i].out_size = p.axes[i].in_size;
    size_t n_in = 1;
    for (size_t i = 0; i < n_axes; i++) n_in *= p.axes[i].in_size;
    for (size_t i = 0; i < n_in; i++)
        put(t, z, (size_t)(dense_from + offset_of(&copied, n_axes, i, 0)), get(t, x - in_from * (ptrdiff_t)itemsize,
                                                                               (size_t)(in_from + offset_of(&copy, n_axes, i,
                                                                                                            0))));
    if (!status)
        status = fsp_pool(t->precision, t->k->isa, &other, z + dense_from * (ptrdiff_t)itemsize,
                          v + other_out * (ptrdiff_t)itemsize, 0,
                          fsp_pool_pieces(t->precision, t->k->isa, &other), 3);
    int good = !status && canaries_alive(0) && canaries_alive(1) && canaries_alive(2) && canaries_alive(3);
    for (size_t i = 0; i < n_out && good; i++) {
        const char *got = y + (out_from + offset_of(&p, n_axes, i, 1)) * (ptrdiff_t)itemsize;
        const summary s = naive(t, &p, n_axes, i, x - in_from * (ptrdiff_t)itemsize, in_from);
        good = is_close(t, kind, &s, get(t, got, 0)) && !memcmp(got, v + (other_out + offset_of(&other, n_axes, i,
                                                                                                1)) * (ptrdiff_t)itemsize,
                                                                                                    itemsize);
    }
    if (!good) fail(t, "case %zu, kind %d, %zu + %zu axes, first in %zu, last %zu to %zu: status %d", number, kind, p.n_batch,
                    p.n_pooled,
                    p.axes[0].in_size, p.axes[n_axes - 1].in_size, p.axes[n_axes - 1].out_size, status);
}

static void refused(check *t, const fsp_pooling *p, size_t first, size_t count, int n_threads, const char *what)
{
    double number = 0;
    if (fsp_pool(t->precision, t->k->isa, p, &number, &number, first, count, n_threads) != FSP_EBUG) fail(t, "accepted: %s",
                                                                                                          what);
}

void check_pools(check *t)
{
    for (size_t i = 0; i < (options.quick ? 60 : 400); i++) pool_case(t, i, i % 3 ? MEAN : MAX);
    const fsp_pooling good = {.n_pooled = 1, .axes = {{3, 2, 1, 1}}};
    fsp_pooling p = good;
    refused(t, &good, 0, 2, 1, "more pieces than there are");
    refused(t, &good, 2, 0, 1, "a piece beyond the last");
    refused(t, &good, 0, 1, 0, "no thread");
    p.n_pooled = 0;
    refused(t, &p, 0, 0, 1, "no pooled axis");
    p.n_pooled = 4;
    refused(t, &p, 0, 0, 1, "four pooled axes");
    p = good;
    p.axes[0].out_size = 0;
    refused(t, &p, 0, 0, 1, "an axis without outputs");
    p.axes[0] = (fsp_pool_axis){0, 2, 1, 1};
    refused(t, &p, 0, 0, 1, "an axis without inputs");
    p = good;
    p.n_batch = FSP_POOL_AXES;
    refused(t, &p, 0, 0, 1, "too many axes");
    p = (fsp_pooling){.n_pooled = 1, .n_batch = 1, .axes = {{3, 2, 1, 1}, {3, 2, 3, 3}}};
    refused(t, &p, 0, 0, 1, "a batch axis that changes its size");
    if (fsp_pool_pieces(t->precision, t->k->isa, &p) || fsp_pool_pieces(t->precision, "abacus", &good)) fail(t,
                                                                                                             "pieces of what is refused");
}
