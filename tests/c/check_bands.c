/* spectrum -> bands, and the matrix that makes features of them. */
#include "check.h"

static size_t at(const check *t, size_t row, size_t lane) { return row * t->k->lanes + lane; }

void check_root(check *t)
{
    for (size_t i = 0; i < n_lengths(); i++) {
        const size_t n = length_at(t, i, 900), n_vectors = n + random_below(t, n + 2);
        void *x = noise(t, 0, n_vectors * t->k->lanes, AT_END);
        for (size_t j = 0; j < n_vectors * t->k->lanes; j++) put(t, x, j, fabs(get(t, x, j)));
        const uint32_t *where = shuffled(t, 1, n, n_vectors);
        const double add = i % 3 ? 0 : 0.125, floor = i % 2 ? 0 : 0.25;
        void *want = twin(0);
        for (size_t k = 0; k < n; k++)
            for (size_t l = 0; l < t->k->lanes; l++)
                put(t, want, at(t, where[k], l), sqrt(fmax(rounded(t, get(t, x, at(t, where[k], l)) + add), floor)));
        RUN(t, t->k->root(x, where, n, add, floor));
        if (!same(0)) fail(t, "n_bins=%zu: not the correctly rounded root", n);
    }
}

void check_fill_zeros(check *t)
{
    for (size_t i = 0; i < n_lengths(); i++) {
        const size_t n = length_at(t, i, 900);
        void *x = rough(t, 0, n * t->k->lanes, AT_END);
        for (size_t j = 0; j < n * t->k->lanes; j += 1 + random_below(t, 4)) put(t, x, j, random_below(t, 2) ? 0.0 : -0.0);
        void *want = twin(0);
        for (size_t j = 0; j < n * t->k->lanes; j++)
            if (get(t, x, j) == 0) put(t, want, j, 0.375);
        RUN(t, t->k->fill_zeros(x, n, 0.375));
        if (!same(0)) fail(t, "n=%zu", n);
    }
}

void check_collect(check *t)
{
    for (size_t i = 0; i < n_lengths(); i++) {
        const size_t n = length_at(t, i, 900), n_vectors = n + random_below(t, n + 2),
                     vector = t->k->lanes * t->k->itemsize;
        const char *tile = rough(t, 0, n_vectors * t->k->lanes, AT_END);
        const uint32_t *where = shuffled(t, 1, n, n_vectors);
        void *rows = guarded(t, 2, n * t->k->lanes, AT_END);
        char *want = twin(2);
        for (size_t k = 0; k < n; k++) memcpy(want + k * vector, tile + where[k] * vector, vector);
        RUN(t, t->k->collect(tile, where, n, rows));
        if (!same(2)) fail(t, "n=%zu", n);
    }
}

/* Bank of the kernels' form, with random spans; `entries` rows of them (pairs: bands + 1 segments). */
static fsp_bank random_bank(check *t, size_t n_bands, size_t n_bins, int pairs, size_t longest)
{
    const size_t entries = n_bands + (size_t)pairs;
    fsp_bank bank = {.n_bands = n_bands, .pairs = pairs};
    size_t total = 0, next = 0;
    bank.start = guarded_bytes(3, entries * sizeof *bank.start, 0, 1);
    bank.count = guarded_bytes(4, entries * sizeof *bank.count, 0, 1);
    bank.first_weight = guarded_bytes(5, entries * sizeof *bank.first_weight, 0, 1);
    for (size_t s = 0; s < entries; s++) {
        const size_t start = pairs ? next : random_below(t, n_bins), left = n_bins - start;
        bank.start[s] = (uint32_t)start;
        bank.count[s] = (uint32_t)random_below(t, (longest < left ? longest : left) + 1);
        bank.first_weight[s] = total;
        total += bank.count[s] * (pairs ? 2u : 1u);
        next = start + bank.count[s];
    }
    bank.weights = noise(t, 6, total, AT_END);
    return bank;
}

/* A sum of products, and that of their magnitudes. */
typedef struct { wide sum, size; } dot;

static void add(check *t, const fsp_bank *bank, size_t entry, size_t side, const void *x, const uint32_t *where, size_t lane,
                dot *d)
{
    const size_t step = bank->pairs ? 2 : 1;
    for (size_t k = 0; k < bank->count[entry]; k++) {
        const wide p = (wide)get(t, bank->weights, bank->first_weight[entry] + k * step + side) *
                       get(t, x, at(t, where[bank->start[entry] + k], lane));
        d->sum += p;
        d->size += fabsl(p);
    }
}

static void bank_case(check *t, size_t n_bands, size_t n_bins, int pairs, size_t longest)
{
    const fsp_bank bank = random_bank(t, n_bands, n_bins, pairs, longest);
    const size_t n_vectors = 2 * n_bins;
    const void *x = noise(t, 0, n_vectors * t->k->lanes, AT_END);
    const uint32_t *where = shuffled(t, 1, n_bins, n_vectors);
    void *bands = guarded(t, 2, n_bands * t->k->lanes, AT_END);
    expected *e = expect(t, 2);
    for (size_t b = 0; b < n_bands; b++) {
        const size_t n = bank.count[b] + (pairs ? bank.count[b + 1] : 0);
        for (size_t l = 0; l < t->k->lanes; l++) {
            dot d = {0, 0};
            if (pairs) {
                add(t, &bank, b, 1, x, where, l, &d);
                add(t, &bank, b + 1, 0, x, where, l, &d);
            } else {
                add(t, &bank, b, 0, x, where, l, &d);
            }
            e[at(t, b, l)] = (expected){d.sum, dot_factor(n) * t->u * d.size};
        }
    }
    RUN(t, (pairs ? t->k->bank_pairs : t->k->bank_rows)(&bank, x, where, bands));
    if (!met(t, 2)) fail(t, "n_bands=%zu n_bins=%zu longest=%zu", n_bands, n_bins, longest);
}

static void check_bank(check *t, int pairs)
{
    for (size_t i = 1; i < n_lengths(); i++) {
        const size_t n_bins = 1 + length_at(t, i - 1, 800);
        bank_case(t, 1 + random_below(t, 40), n_bins, pairs, 1 + random_below(t, 12));
        bank_case(t, 1 + random_below(t, 3), n_bins, pairs, n_bins);
    }
}

void check_bank_pairs(check *t) { check_bank(t, 1); }
void check_bank_rows(check *t) { check_bank(t, 0); }

/* Parts of the sums of complex bins, and their products with a turn. */
static void complex_case(check *t, size_t n_bands, size_t n_bins, int power)
{
    fsp_bank bank = random_bank(t, n_bands, n_bins, 0, n_bins < 20 ? n_bins : 20);
    size_t total = 0;
    for (size_t b = 0; b < n_bands; b++, total += 2 * bank.count[b - 1]) bank.first_weight[b] = total;
    bank.weights = noise(t, 6, total, AT_END);
    const void *x = noise(t, 0, (2 * n_bins + 1) * t->k->lanes, AT_END), *turns = noise(t, 8, 2 * n_bands, AT_END);
    const uint32_t *where = shuffled(t, 1, n_bins, 2 * n_bins);
    void *bands = guarded(t, 2, (power ? 1 : 2) * n_bands * t->k->lanes, AT_END);
    expected *e = expect(t, 2);
    for (size_t b = 0; b < n_bands; b++) {
        const wide c = get(t, turns, 2 * b), s = get(t, turns, 2 * b + 1), factor = (dot_factor(bank.count[b]) + 4) * t->u;
        for (size_t l = 0; l < t->k->lanes; l++) {
            wide part[2] = {0, 0}, size = 0;
            for (size_t k = 0; k < 2 * bank.count[b]; k++) {
                const size_t row = where[bank.start[b] + k / 2] + k % 2;
                const wide p = (wide)get(t, bank.weights, bank.first_weight[b] + k) * get(t, x, at(t, row, l));
                part[k % 2] += p;
                size += fabsl(p);
            }
            const wide bound = factor * size * (fabsl(c) + fabsl(s));
            if (power) {
                e[at(t, b, l)] = (expected){part[0] * part[0] + part[1] * part[1], 4 * factor * size * size};
            } else {
                e[at(t, 2 * b, l)] = (expected){part[0] * c - part[1] * s, bound};
                e[at(t, 2 * b + 1, l)] = (expected){part[1] * c + part[0] * s, bound};
            }
        }
    }
    RUN(t, t->k->bank_complex(&bank, x, where, turns, power, bands));
    if (!met(t, 2)) fail(t, "n_bands=%zu n_bins=%zu power=%d", n_bands, n_bins, power);
}

void check_bank_complex(check *t)
{
    for (size_t i = 1; i < n_lengths(); i++)
        for (int power = 0; power < 2; power++) complex_case(t, 1 + random_below(t, 20), 1 + length_at(t, i - 1, 300), power);
}

/* Where row `i` of the groups finds column k's band, or bands: in a folded matrix the first group's columns are sums of
 * mirrored bands, the middle one alone; the second's are differences, from the middle outward. */
static void add_column(const check *t, const fsp_matrix *m, int group, size_t k, wide w, const void *x, size_t lane, dot *d)
{
    const size_t n = m->n_in, first = group ? n / 2 - 1 - k : k, mirrored = n - 1 - first;
    const wide a = get(t, x, at(t, first, lane)),
               b = m->folded && mirrored != first ? get(t, x, at(t, mirrored, lane)) : 0;
    d->sum += w * (group ? a - b : a + b);
    d->size += fabsl(w) * (fabsl(a) + fabsl(b));
}

static void matrix_case(check *t, size_t n_out, size_t n_in, int folded, size_t place)
{
    const size_t n_even = folded ? random_below(t, n_out + 1) : n_out;
    fsp_matrix m = {.n_out = n_out, .n_in = n_in, .folded = folded};
    m.groups[0] = (fsp_rows){.n_rows = n_even, .n_columns = folded ? (n_in + 1) / 2 : n_in};
    m.groups[1] = (fsp_rows){.n_rows = n_out - n_even, .n_columns = n_in / 2, .first_column = (n_in + 1) / 2,
                             .first_weight = n_even * m.groups[0].n_columns};
    m.weights = noise(t, 0, m.groups[1].first_weight + m.groups[1].n_rows * m.groups[1].n_columns, place);
    m.target = shuffled(t, 3, n_out, n_out);
    void *x = noise(t, 1, n_in * t->k->lanes, AT_END), *y = guarded(t, 2, n_out * t->k->lanes, AT_END);
    expected *ex = expect(t, 1), *ey = expect(t, 2);
    for (size_t i = 0; i < n_in * t->k->lanes && folded; i++) ex[i].bound = UNSPECIFIED;  /* folded where they are */
    for (size_t i = 0; i < n_out; i++) {
        const int group = i >= n_even;
        const fsp_rows *rows = &m.groups[group];
        const size_t w = rows->first_weight + (i - (group ? n_even : 0)) * rows->n_columns;
        for (size_t l = 0; l < t->k->lanes; l++) {
            dot d = {0, 0};
            for (size_t k = 0; k < rows->n_columns; k++)
                add_column(t, &m, group, k, get(t, m.weights, w + k), x, l, &d);
            ey[at(t, m.target[i], l)] = (expected){d.sum, dot_factor(n_in) * t->u * d.size};
        }
    }
    RUN(t, t->k->matrix(&m, x, y));
    if (!met(t, 1) || !met(t, 2)) fail(t, "n_out=%zu n_in=%zu folded=%d offset=%zu", n_out, n_in, folded, place);
}

void check_matrix(check *t)
{
    for (size_t i = 0; i < n_lengths(); i++)
        for (int folded = 0; folded < 2; folded++)
            matrix_case(t, random_below(t, 14), length_at(t, i, 400), folded, i % N_PLACES);
    for (size_t n_out = 0; n_out < 42; n_out++)
        for (int folded = 0; folded < 2; folded++) matrix_case(t, n_out, 1 + random_below(t, 40), folded, AT_END);
}
