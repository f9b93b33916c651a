/* samples -> frames. */
#include "check.h"

static const double TROUBLE[] = {NAN, INFINITY, -INFINITY};

static void one_trouble(check *t, void *x, size_t n, size_t at)
{
    const double before = get(t, x, at);
    for (size_t i = 0; i < 3; i++) {
        put(t, x, at, TROUBLE[i]);
        if (t->k->all_finite(x, n)) fail(t, "n=%zu: %g at %zu is called finite", n, TROUBLE[i], at);
    }
    put(t, x, at, before);
}

void check_all_finite(check *t)
{
    const double extremes[] = {0, -0.0, t->precision == FSP_F32 ? 0x1.fffffep127 : 0x1.fffffffffffffp1023,
                               t->precision == FSP_F32 ? -0x1.fffffep127 : -0x1.fffffffffffffp1023,
                               t->precision == FSP_F32 ? 0x1p-149 : 0x1p-1074};
    for (size_t i = 0; i < n_lengths(); i++) {
        const size_t n = length_at(t, i, 3000), place = i % N_PLACES;
        void *x = noise(t, 0, n, place);
        for (size_t j = 0; j < n; j += 1 + j % 5) put(t, x, j, extremes[random_below(t, 5)]);
        int finite;
        RUN(t, finite = t->k->all_finite(x, n));
        if (!finite) fail(t, "n=%zu offset=%zu: finite numbers are called none", n, place);
        for (size_t at = 0; at < n; at += n < 130 ? 1 : 1 + random_below(t, 100)) one_trouble(t, x, n, at);
        if (n > 1) { /* two that could cancel each other */
            put(t, x, 0, INFINITY);
            put(t, x, n - 1, -INFINITY);
            if (t->k->all_finite(x, n)) fail(t, "n=%zu: two infinities are called finite", n);
        }
        /* what stands on either side does not count */
        x = guarded(t, 0, n + 2, place);
        put(t, x, 0, NAN);
        put(t, x, n + 1, NAN);
        for (size_t j = 0; j < n; j++) put(t, x, j + 1, random_real(t));
        if (!t->k->all_finite((char *)x + t->k->itemsize, n)) fail(t, "n=%zu: looks at a neighbour", n);
    }
}

/* The noise of a place by its definition, in extended precision. */
static wide noise_at(uint64_t key, uint64_t place)
{
    uint64_t z = key + place * 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    z ^= z >> 31;
    const wide u = ((wide)(z >> 41) + 0.5L) * 0x1p-23L, turn = (wide)(z & 0x7fffff) * 0x1p-23L;
    return sqrtl(-2 * logl(u)) * cosl(6.28318530717958647693L * turn);
}

/* Angles are rounded to a few units of 2 pi, and a radius is 5.8 at most; calls may begin anywhere. */
void check_add_noise(check *t)
{
    for (size_t i = 0; i < n_lengths(); i++) {
        const size_t n = length_at(t, i, 3000), cut = random_below(t, n + 1);
        void *x = noise(t, 0, n, i % N_PLACES), *parts = noise(t, 1, n, (3 * i) % N_PLACES);
        const uint64_t key = random_bits(t), place = random_bits(t) >> random_below(t, 64);
        void *before = guarded(t, 2, n, AT_END);
        memcpy(before, x, n * t->k->itemsize);
        memcpy(parts, x, n * t->k->itemsize);
        RUN(t, t->k->add_noise(x, n, 0.75, key, place));
        t->k->add_noise(parts, cut, 0.75, key, place);
        t->k->add_noise((char *)parts + cut * t->k->itemsize, n - cut, 0.75, key, place + cut);
        if (n && memcmp(x, parts, n * t->k->itemsize)) fail(t, "n=%zu cut=%zu: a sample's noise depends on where it is", n, cut);
        for (size_t j = 0; j < n; j++) {
            const wide want = get(t, before, j) + 0.75L * noise_at(key, place + j);
            if (!(fabsl(get(t, x, j) - want) <= 40 * t->u * (1 + fabsl(want))))
                fail(t, "n=%zu, number %zu is off by %Lg", n, j, get(t, x, j) - want);
        }
    }
}

void check_emphasise(check *t)
{
    for (size_t i = 0; i < n_lengths(); i++) {
        const size_t n = length_at(t, i, 900);
        void *x = noise(t, 0, n, i % N_PLACES);
        char *want = twin(0);
        const double e = rounded(t, 0.97), before = random_real(t);
        for (size_t j = 0; j < n; j++)
            put(t, want, j, get(t, x, j) - rounded(t, e * (j ? get(t, x, j - 1) : before)));
        RUN(t, t->k->emphasise(x, n, before, 0.97));
        if (!same(0)) fail(t, "n=%zu offset=%zu", n, i % N_PLACES);
    }
}

/* One lane: what becomes of its samples, each off by `bound` at most, and of their squares' sum. */
static void condition_lane(const check *t, const fsp_frame_conditioning *c, wide *x, expected *frame, expected *energy)
{
    const size_t n = c->length, lanes = t->k->lanes;
    wide mean = 0, size = 0;
    for (size_t i = 0; i < n; i++) mean += x[i] / n, size += fabsl(x[i]) / n;
    wide bound = c->remove_mean ? (dot_factor(n) + 2) * t->u * (size + 1) : 0;
    *energy = (expected){0, 0};
    for (size_t i = 0; i < n && c->remove_mean; i++) x[i] -= mean;
    for (size_t i = 0; i < n && !c->window; i++) energy->value += x[i] * x[i];
    for (size_t i = n; c->emphasis != 0 && i-- > 1;) x[i] -= rounded(t, c->emphasis) * x[i - 1];
    x[0] *= 1 - rounded(t, c->emphasis);
    if (c->emphasis != 0) bound = 2 * bound + 8 * t->u;
    for (size_t i = 0; i < n; i++) frame[i * lanes] = (expected){x[i], bound};
    for (size_t i = 0; i < n && c->window; i++) energy->value += powl(x[i] * get(t, c->window, i), 2);
    energy->bound = (dot_factor(n) + 4) * t->u * energy->value + 2 * bound * sqrtl(energy->value * n) + n * bound * bound;
}

void check_condition(check *t)
{
    static wide x[1000];
    for (size_t i = 1; i < n_lengths(); i++) {
        const size_t n = length_at(t, i, 600), lanes = t->k->lanes;
        fsp_frame_conditioning c = {.length = n, .remove_mean = i & 1, .emphasis = i & 2 ? 0.97 : 0};
        if (!n) continue;
        const void *table = noise(t, 0, n + lanes, AT_END);
        const uint32_t *offsets = shuffled(t, 1, n, n);
        c.measure = i & 4 ? FSP_MEASURE_WINDOWED : FSP_MEASURE_SAMPLES;
        if (c.measure == FSP_MEASURE_WINDOWED) c.window = noise(t, 2, n, AT_END);
        void *frames = guarded(t, 3, n * lanes, AT_END), *energy = guarded(t, 4, lanes, AT_END);
        expected *e = expect(t, 3);
        expected energies[64];
        for (size_t l = 0; l < lanes; l++) {
            for (size_t j = 0; j < n; j++) x[j] = get(t, table, offsets[j] + l);
            condition_lane(t, &c, x, e + l, &energies[l]);
        }
        RUN(t, t->k->condition(table, offsets, &c, frames, energy));
        if (!met(t, 3)) fail(t, "n=%zu mean=%d emphasis=%g", n, c.remove_mean, c.emphasis);
        for (size_t l = 0; l < lanes; l++)
            if (!(fabsl(get(t, energy, l) - energies[l].value) <= energies[l].bound)) fail(t, "n=%zu: energy", n);
    }
}

static int wholly_finite(const check *t, const void *table, size_t rows, size_t columns, size_t table_stride)
{
    for (size_t r = 0; r < rows; r++)
        for (size_t c = 0; c < columns; c++)
            if (!isfinite(get(t, table, r * table_stride + c))) return 0;
    return 1;
}

/* Any bits; or finite samples with NaN in the gaps between columns, which must not count. */
static const char *gather_samples(check *t, size_t n, size_t rows, size_t stride, size_t place)
{
    if (random_below(t, 2)) return rough(t, 0, n, place);
    char *x = noise(t, 0, n, place);
    for (size_t i = 0; i < n && stride > rows; i++)
        if (i % stride >= rows) put(t, x, i, NAN);
    if (n && rows && random_below(t, 2)) put(t, x, n - 1 - random_below(t, rows), INFINITY);
    return x;
}

static void gather_case(check *t, size_t rows, size_t columns, size_t stride, size_t slack, size_t place)
{
    const size_t size = t->k->itemsize, table_stride = columns + slack;
    const char *x = gather_samples(t, columns && rows ? (columns - 1) * stride + rows : 0, rows, stride, place);
    void *table = guarded(t, 1, columns && rows ? (rows - 1) * table_stride + columns : 0, N_PLACES - 1 - place);
    char *want = twin(1);
    for (size_t c = 0; c < columns; c++)
        for (size_t r = 0; r < rows; r++)
            memcpy(want + (r * table_stride + c) * size, x + (c * stride + r) * size, size);
    int finite;
    RUN(t, finite = t->k->gather(x, (ptrdiff_t)stride, rows, columns, table, table_stride));
    if (finite != wholly_finite(t, table, rows, columns, table_stride))
        fail(t, "rows=%zu columns=%zu: says finite=%d", rows, columns, finite);
    if (!same(1) || !canaries_alive(0))
        fail(t, "rows=%zu columns=%zu column_stride=%zu table_stride=%zu offset=%zu", rows, columns, stride,
             table_stride, place);
}

void check_gather(check *t)
{
    for (size_t i = 0; i < n_lengths(); i++) {
        const size_t rows = length_at(t, i, 700), columns = random_below(t, 6) * t->k->lanes;
        const size_t strides[] = {rows, rows + 1 + random_below(t, 40), 1 + random_below(t, rows + 1)};
        for (size_t s = 0; s < 3; s++)
            gather_case(t, rows, columns, strides[s], random_below(t, 20), (i + s) % N_PLACES);
        gather_case(t, rows, t->k->lanes, rows, 0, AT_END);
    }
}

static void carry_case(check *t, size_t rows, size_t from, size_t count, size_t slack, size_t place)
{
    const size_t size = t->k->itemsize, stride = from + count + slack;
    void *table = noise(t, 0, rows ? (rows - 1) * stride + from + count : 0, place);
    char *want = twin(0);
    for (size_t r = 0; r < rows; r++)
        memmove(want + r * stride * size, want + (r * stride + from) * size, count * size);
    RUN(t, t->k->carry(table, rows, stride, from, count));
    if (!same(0)) fail(t, "rows=%zu from=%zu count=%zu table_stride=%zu", rows, from, count, stride);
}

/* Forward copies of whole vectors, also of more columns than lie between source and target. */
void check_carry(check *t)
{
    for (size_t i = 0; i < n_lengths(); i++) {
        const size_t rows = length_at(t, i, 300), from = (1 + random_below(t, 5)) * t->k->lanes,
                     count = random_below(t, 12) * t->k->lanes;
        carry_case(t, rows, from, count, random_below(t, 3), i % N_PLACES);
        carry_case(t, rows, from, count, 0, AT_END);
    }
}
