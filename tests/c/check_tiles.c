/* Tiles in and out of arrays: data on the move, bit for bit. The array's gaps must stay as they are. */
#include "check.h"

typedef struct {
    size_t n, valid, n_vectors;
    const char *tile;
    const uint32_t *where;
    const void *sign;
    ptrdiff_t stride;
} moved;

static size_t element(const check *t, size_t vector, size_t lane)
{
    return (vector * t->k->lanes + lane) * t->k->itemsize;
}

/* The tile in slot 0, where in 1, signs in 2. A complex row is two neighbouring vectors, the first an even one. */
static moved tile_to_move(check *t, size_t n, size_t valid, size_t width, size_t shortest_stride)
{
    moved m = {.n = n, .valid = valid, .n_vectors = width * (n + random_below(t, n + 1))};
    m.tile = width == 1 ? rough(t, 0, m.n_vectors * t->k->lanes, AT_END)
                        : noise(t, 0, m.n_vectors * t->k->lanes, AT_END);
    uint32_t *where = shuffled(t, 1, n, m.n_vectors / width);
    for (size_t k = 0; k < n; k++) where[k] *= (uint32_t)width;
    m.where = where;
    void *sign = guarded(t, 2, n, AT_END);
    for (size_t k = 0; k < n; k++) put(t, sign, k, random_bits(t) & 1 ? 1 : -1);
    m.sign = sign;
    m.stride = (ptrdiff_t)(shortest_stride + random_below(t, 6));
    return m;
}

/* What stands at `offset` (in elements) of the array for row k, frame f; part 1 is the imaginary one. */
static void want_part(const check *t, const moved *m, char *want, size_t offset, size_t k, size_t f, size_t part)
{
    const char *from = m->tile + element(t, m->where[k] + part, f);
    if (part)
        put(t, want, offset, get(t, from, 0) * get(t, m->sign, k));
    else
        memcpy(want + offset * t->k->itemsize, from, t->k->itemsize);
}

/* width 1: real, 2: complex. by_rows: row k starts at k * stride; else frame f does. */
static void store_case(check *t, size_t n, size_t valid, size_t width, int by_rows, size_t place)
{
    const size_t along = by_rows ? valid : n, across = by_rows ? n : valid;
    moved m = tile_to_move(t, n, valid, width, width * along);
    void *out = guarded(t, 3, across && along ? (across - 1) * (size_t)m.stride + width * along : 0, place);
    char *want = twin(3);
    for (size_t k = 0; k < n; k++)
        for (size_t f = 0; f < valid; f++)
            for (size_t part = 0; part < width; part++)
                want_part(t, &m, want,
                          by_rows ? k * (size_t)m.stride + width * f + part : f * (size_t)m.stride + width * k + part,
                          k, f, part);
    if (width == 1 && by_rows) RUN(t, t->k->store_rows(m.tile, m.where, n, out, m.stride, valid));
    if (width == 1 && !by_rows) RUN(t, t->k->store_frames(m.tile, m.where, n, out, m.stride, valid));
    if (width == 2 && by_rows) RUN(t, t->k->store_rows_complex(m.tile, m.where, m.sign, n, out, m.stride, valid));
    if (width == 2 && !by_rows) RUN(t, t->k->store_frames_complex(m.tile, m.where, m.sign, n, out, m.stride, valid));
    if (!same(3)) fail(t, "n=%zu valid=%zu stride=%td offset=%zu", n, valid, m.stride, place);
}

static void check_store(check *t, size_t width, int by_rows)
{
    for (size_t i = 0; i < n_lengths(); i++) {
        const size_t n = length_at(t, i, 600);
        store_case(t, n, t->k->lanes, width, by_rows, i % N_PLACES);
        store_case(t, n, t->k->lanes, width, by_rows, AT_END);
        store_case(t, n, 1 + random_below(t, t->k->lanes), width, by_rows, (7 * i) % N_PLACES);
        store_case(t, n, 1 + i % t->k->lanes, width, by_rows, AT_END);
    }
}

void check_store_rows(check *t) { check_store(t, 1, 1); }
void check_store_frames(check *t) { check_store(t, 1, 0); }
void check_store_rows_complex(check *t) { check_store(t, 2, 1); }
void check_store_frames_complex(check *t) { check_store(t, 2, 0); }

static void load_case(check *t, size_t n, size_t valid, int by_rows, size_t place)
{
    const size_t size = t->k->itemsize, along = by_rows ? valid : n, across = by_rows ? n : valid;
    const size_t stride = along + random_below(t, 6);
    const char *in = rough(t, 0, across && along ? (across - 1) * stride + along : 0, place);
    void *tile = guarded(t, 1, n * t->k->lanes, AT_END);
    char *want = twin(1);
    memset(want, 0, n * t->k->lanes * size);
    for (size_t k = 0; k < n; k++)
        for (size_t f = 0; f < valid; f++)
            memcpy(want + element(t, k, f), in + (by_rows ? k * stride + f : f * stride + k) * size, size);
    RUN(t, (by_rows ? t->k->load_rows : t->k->load_frames)(in, (ptrdiff_t)stride, n, tile, valid));
    if (!same(1)) fail(t, "n=%zu valid=%zu stride=%zu offset=%zu", n, valid, stride, place);
}

static void check_load(check *t, int by_rows)
{
    for (size_t i = 0; i < n_lengths(); i++) {
        const size_t n = length_at(t, i, 600);
        load_case(t, n, t->k->lanes, by_rows, i % N_PLACES);
        load_case(t, n, t->k->lanes, by_rows, AT_END);
        load_case(t, n, 1 + i % t->k->lanes, by_rows, (7 * i) % N_PLACES);
        load_case(t, n, 1 + random_below(t, t->k->lanes), by_rows, AT_END);
    }
}

void check_load_rows(check *t) { check_load(t, 1); }
void check_load_frames(check *t) { check_load(t, 0); }
