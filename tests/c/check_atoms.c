/* The kernels of atoms: sums of products, within (number of roundings) u sum |a b| of the exact ones. */
#include "check.h"

/* A row of `lanes` numbers begins every `stride` ones. */
static size_t random_stride(check *t) { return t->k->lanes + random_below(t, 2 * t->k->lanes); }

void check_halve(check *t)
{
    for (size_t i = 0; i < n_lengths(); i++) {
        const size_t n_taps = 1 + random_below(t, 24), rows = length_at(t, i, 200) % 60;
        const int first = i & 1;
        const size_t left = first ? n_taps : 2 * n_taps - 1, right = first ? n_taps - 1 : 2 * n_taps - 1;
        const size_t stride = random_stride(t), out_stride = random_stride(t), lanes = t->k->lanes;
        const size_t in_rows = rows ? left + 2 * rows - 1 + right : 0;
        const char *in = noise(t, 0, rows ? (in_rows - 1) * stride + lanes : 0, AT_END);
        void *out = noise(t, 1, rows ? (rows - 1) * out_stride + lanes : 0, i % N_PLACES);
        fsp_halving h = {.n_taps = n_taps, .taps = noise(t, 2, n_taps, AT_END)};
        h.right = first ? 0 : 1;
        h.step = first ? 1 : 2;
        h.centre = first ? 0 : 0.5;
        expected *e = expect(t, 1);
        for (size_t r = 0; r < rows; r++)
            for (size_t l = 0; l < lanes; l++) {
                const size_t centre = left + 2 * r;
                wide sum = h.centre * get(t, in, centre * stride + l), size = fabsl(sum);
                for (size_t j = 0; j < n_taps; j++) {
                    const size_t later = centre + (first ? j : 1 + 2 * j), earlier = centre - 1 - (first ? j : 2 * j);
                    const wide tap = get(t, h.taps, j), x = get(t, in, later * stride + l),
                               y = get(t, in, earlier * stride + l);
                    sum += tap * (x + y);
                    size += fabsl(tap) * (fabsl(x) + fabsl(y));
                }
                e[r * out_stride + l] = (expected){sum, (n_taps + 4) * t->u * size};
            }
        const char *from = in + (rows ? left * stride * t->k->itemsize : 0);
        RUN(t, t->k->halve(&h, from, stride, rows, out, out_stride));
        if (!met(t, 1)) fail(t, "n_taps=%zu rows=%zu step=%d", n_taps, rows, first ? 1 : 2);
    }
}

void check_wrap_rows(check *t)
{
    for (size_t i = 0; i < n_lengths(); i++) {
        const size_t lanes = t->k->lanes, rows = 1 + random_below(t, i % 3 ? 30 : 4), n = length_at(t, i, 200) % 70;
        const size_t before = (n + rows - 1) / rows, stride = before + random_stride(t);
        char *all = noise(t, 0, (n + rows - 1) * stride + before + lanes, i % N_PLACES);
        char *want = twin(0);
        for (size_t j = 1; j <= n; j++)
            for (size_t l = 0; l < lanes; l++) {  /* row -j of a column is row `rows` - j of the one before */
                size_t row = n - j, column = before + l;
                while (row < n) row += rows, column--;
                put(t, want, (n - j) * stride + before + l, get(t, all, row * stride + column));
            }
        RUN(t, t->k->wrap_rows(all + (n * stride + before) * t->k->itemsize, rows, stride, n));
        if (!same(0)) fail(t, "rows=%zu n=%zu stride=%zu", rows, n, stride);
    }
}

/* A group of atoms: weights of pairs, laid out as the kernels want them, and where the pairs stand. */
typedef struct {
    size_t n_pairs, n_table;
    uint32_t ends[FSP_MOST_ATOM_TRIOS];
    const uint32_t *right, *left;
    const void *weights;
} group;

static size_t atoms_at(const check *t, const group *g, size_t pair)
{
    size_t n = 3 * t->k->atom_trios;
    for (size_t tier = 0; n > 0 && pair >= g->ends[tier]; tier++) n -= 3;
    return n;
}

static group random_group(check *t, size_t longest)
{
    const size_t trios = t->k->atom_trios;
    group g = {.n_table = 2 * longest + 3 * t->k->lanes};
    for (size_t i = 0; i < trios; i++) g.ends[i] = (uint32_t)random_below(t, longest + 1);
    for (size_t i = 0; i < trios * trios; i++) {  /* sorted, by bubbles */
        const size_t j = i % trios;
        const uint32_t a = g.ends[j];
        if (j == 0 || g.ends[j - 1] <= a) continue;
        g.ends[j] = g.ends[j - 1];
        g.ends[j - 1] = a;
    }
    g.n_pairs = g.ends[trios - 1];
    size_t n_weights = 0;
    for (size_t i = 0; i < g.n_pairs; i++) n_weights += 2 * atoms_at(t, &g, i);
    g.weights = noise(t, 0, n_weights, AT_END);
    g.right = shuffled(t, 1, g.n_pairs, g.n_table - t->k->lanes + 1);
    g.left = shuffled(t, 2, g.n_pairs, g.n_table - t->k->lanes + 1);
    if (g.n_pairs) ((uint32_t *)(void *)(uintptr_t)g.left)[0] = g.right[0];
    return g;
}

void check_correlate(check *t)
{
    const size_t lanes = t->k->lanes, size = 3 * t->k->atom_trios;
    for (size_t i = 0; i < n_lengths(); i++) {
        const group g = random_group(t, length_at(t, i, 400));
        const void *table = noise(t, 3, g.n_table, i % N_PLACES);
        void *sums = guarded(t, 4, 2 * size * lanes, AT_END);
        expected *e = expect(t, 4);
        for (size_t j = 0; j < 2 * size * lanes; j++) e[j] = (expected){0, 0};
        for (size_t pair = 0, w = 0; pair < g.n_pairs; pair++) {
            const size_t n = atoms_at(t, &g, pair);
            for (size_t a = 0; a < 2 * n; a++, w++)
                for (size_t l = 0; l < lanes; l++) {
                    const wide x = get(t, table, g.right[pair] + l), y = get(t, table, g.left[pair] + l);
                    expected *to = &e[(2 * (a % n) + a / n) * lanes + l];
                    to->value += get(t, g.weights, w) * (a < n ? x + y : x - y);
                    to->bound += (g.n_pairs + 4) * t->u * fabsl((wide)get(t, g.weights, w)) * (fabsl(x) + fabsl(y));
                }
        }
        RUN(t, t->k->correlate(table, g.right, g.left, g.ends, g.weights, sums));
        if (!met(t, 4)) fail(t, "n_pairs=%zu", g.n_pairs);
    }
}

void check_spread(check *t)
{
    const size_t lanes = t->k->lanes, size = 3 * t->k->atom_trios;
    for (size_t i = 0; i < n_lengths(); i++) {
        const group g = random_group(t, length_at(t, i, 400));
        const void *sums = noise(t, 3, 2 * size * lanes, AT_END);
        void *table = noise(t, 4, g.n_table, i % N_PLACES);
        expected *e = expect(t, 4);
        /* Of each element first the sum, in `bound` the sum of the sizes, and how often it is added to. */
        size_t *times_added = calloc(g.n_table, sizeof *times_added);
        for (size_t j = 0; j < g.n_table; j++) e[j] = (expected){get(t, table, j), fabs(get(t, table, j))};
        for (size_t pair = 0, w = 0; pair < g.n_pairs; pair++) {
            const size_t n = atoms_at(t, &g, pair);
            for (size_t l = 0; l < lanes; l++) {
                wide even = 0, odd = 0, sizes = 0;
                for (size_t a = 0; a < n; a++) {
                    const wide x = (wide)get(t, g.weights, w + a) * get(t, sums, 2 * a * lanes + l),
                               y = (wide)get(t, g.weights, w + n + a) * get(t, sums, (2 * a + 1) * lanes + l);
                    even += x;
                    odd += y;
                    sizes += fabsl(x) + fabsl(y);
                }
                const size_t at[] = {g.right[pair] + l, g.left[pair] + l};
                for (int side = 0; side < 2; side++) {
                    e[at[side]].value += side ? even - odd : even + odd;
                    e[at[side]].bound += sizes;
                    times_added[at[side]]++;
                }
            }
            w += 2 * n;
        }
        for (size_t j = 0; j < g.n_table; j++)
            e[j].bound *= times_added[j] ? (times_added[j] + size + 4) * t->u : 0;
        free(times_added);
        RUN(t, t->k->spread(sums, g.right, g.left, g.ends, g.weights, table));
        if (!met(t, 4)) fail(t, "n_pairs=%zu", g.n_pairs);
    }
}

/* n atoms, their factors and their bins, of which many are the same. */
static const uint32_t *random_bins(check *t, size_t n, size_t n_bins)
{
    uint32_t *bin = guarded_bytes(1, n * sizeof *bin, 0, 1);
    for (size_t a = 0; a < n; a++) bin[a] = (uint32_t)random_below(t, n_bins);
    return bin;
}

void check_mix(check *t)
{
    const size_t lanes = t->k->lanes;
    for (size_t i = 0; i < n_lengths(); i++) {
        const size_t n = length_at(t, i, 200) % 40, n_bins = 1 + random_below(t, 30);
        const void *factors = noise(t, 0, 4 * n, AT_END), *sums = noise(t, 2, 2 * n * lanes, AT_END);
        const uint32_t *bin = random_bins(t, n, n_bins);
        void *tile = noise(t, 3, 2 * n_bins * lanes, AT_END);
        expected *e = expect(t, 3);
        for (size_t j = 0; j < 2 * n_bins * lanes; j++) {
            wide sum = get(t, tile, j), size = fabsl(sum);
            size_t n_here = 0;
            for (size_t a = 0; a < n; a++) {
                if (bin[a] != j / lanes / 2) continue;
                const size_t part = j / lanes % 2, l = j % lanes;
                const wide x = (wide)get(t, factors, 4 * a + part) * get(t, sums, 2 * a * lanes + l),
                           y = (wide)get(t, factors, 4 * a + 2 + part) * get(t, sums, (2 * a + 1) * lanes + l);
                sum += x + y;
                size += fabsl(x) + fabsl(y);
                n_here++;
            }
            if (n_here) e[j] = (expected){sum, (2 * n_here + 4) * t->u * size};
        }
        RUN(t, t->k->mix(sums, n, factors, bin, tile));
        if (!met(t, 3)) fail(t, "n=%zu n_bins=%zu", n, n_bins);
    }
}

void check_unmix(check *t)
{
    const size_t lanes = t->k->lanes;
    for (size_t i = 0; i < n_lengths(); i++) {
        const size_t n = length_at(t, i, 200) % 40, n_bins = 1 + random_below(t, 30);
        const void *factors = noise(t, 0, 4 * n, AT_END), *tile = noise(t, 2, 2 * n_bins * lanes, AT_END);
        const uint32_t *bin = random_bins(t, n, n_bins);
        void *sums = guarded(t, 3, 2 * n * lanes, AT_END);
        expected *e = expect(t, 3);
        for (size_t j = 0; j < 2 * n * lanes; j++) {
            const size_t a = j / lanes / 2, part = j / lanes % 2, at = 2 * bin[a] * lanes + j % lanes;
            const wide x = (wide)get(t, factors, 4 * a + 2 * part) * get(t, tile, at),
                       y = (wide)get(t, factors, 4 * a + 2 * part + 1) * get(t, tile, at + lanes);
            e[j] = (expected){x + y, 4 * t->u * (fabsl(x) + fabsl(y))};
        }
        RUN(t, t->k->unmix(tile, n, factors, bin, sums));
        if (!met(t, 3)) fail(t, "n=%zu n_bins=%zu", n, n_bins);
    }
}

void check_add_rows(check *t)
{
    for (size_t i = 0; i < n_lengths(); i++) {
        const size_t n = length_at(t, i, 200) % 40, columns = t->k->lanes * random_below(t, 9), extra = columns + 40;
        const char *all = noise(t, 0, extra, i % N_PLACES);
        const void *weights = noise(t, 1, n, AT_END), **rows = guarded_bytes(2, n * sizeof *rows, 0, 1);
        size_t at[40];
        for (size_t j = 0; j < n; j++) {
            at[j] = random_below(t, extra - columns + 1);
            rows[j] = all + at[j] * t->k->itemsize;
        }
        void *out = noise(t, 3, columns, (5 * i) % N_PLACES);
        expected *e = expect(t, 3);
        for (size_t c = 0; c < columns && n; c++) {
            wide sum = get(t, out, c), size = fabsl(sum);
            for (size_t j = 0; j < n; j++) {
                const wide x = (wide)get(t, weights, j) * get(t, all, at[j] + c);
                sum += x;
                size += fabsl(x);
            }
            e[c] = (expected){sum, (n + 4) * t->u * size};
        }
        RUN(t, t->k->add_rows(rows, weights, n, columns, out));
        if (!met(t, 3)) fail(t, "n=%zu columns=%zu", n, columns);
    }
}
