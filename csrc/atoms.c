/* atoms: weights in the order that the kernels read them, and the filters between the rates. Both directions, correlation
 * and synthesis, work with these. */
#include "internal.h"

#include <string.h>

static int valid(const fsp_atoms_config *c)
{
    if (c->hop_length < 1 || c->hop_length > PTRDIFF_MAX / 4 || c->n_halvings > FSP_MOST_HALVINGS || c->n_bins < 1) return 0;
    if (c->n_bins > UINT32_MAX / 2) return 0;
    if (c->hop_length % ((uint64_t)1 << c->n_halvings) || c->lead > PTRDIFF_MAX / 4) return 0;
    if (c->n_halvings && (!c->n_taps || !c->taps)) return 0;
    if (c->n_atoms && (!c->rate || !c->bin || !c->n_pairs || !c->even || !c->odd || !c->factors)) return 0;
    for (size_t a = 0; a < c->n_atoms; a++) {
        if (c->n_pairs[a] < 1 || c->n_pairs[a] > FSP_MOST_N_FFT || c->bin[a] >= c->n_bins) return 0;
        if (c->rate[a] > c->n_halvings || (a && c->rate[a] < c->rate[a - 1])) return 0;
        if (a && c->rate[a] == c->rate[a - 1] && c->n_pairs[a] > c->n_pairs[a - 1]) return 0;
    }
    for (size_t s = 0; s < c->n_halvings; s++)
        if (c->n_taps[s] < 1 || c->n_taps[s] > FSP_MOST_N_FFT) return 0;
    return 1;
}

/* How many atoms of the group have a weight for pair i. */
static size_t atoms_at(const fsp_atom_bank *bank, const fsp_atom_group *g, size_t i)
{
    size_t trios = bank->kernels->atom_trios;
    for (size_t tier = 0; trios > 0 && i >= g->ends[tier]; tier++) trios--;
    return 3 * trios;
}

/* Neighbouring atoms of one rate, of which the longest are first, as many at a time as a kernel takes. */
static void make_groups(fsp_atom_bank *bank, const fsp_atoms_config *config)
{
    const size_t trios = bank->kernels->atom_trios;
    size_t weight = 0;
    for (size_t a = 0; a < config->n_atoms; bank->n_groups++) {
        fsp_atom_rate *r = &bank->rates[config->rate[a]];
        fsp_atom_group *g = &bank->groups[bank->n_groups];
        if (r->n_groups++ == 0) r->first_group = bank->n_groups;
        *g = (fsp_atom_group){.first_atom = a, .first_weight = weight};
        for (; g->n_atoms < 3 * trios && a < config->n_atoms && config->rate[a] == config->rate[g->first_atom]; a++)
            if (g->n_atoms++ % 3 == 0) g->ends[trios - 1 - (g->n_atoms - 1) / 3] = (uint32_t)config->n_pairs[a];
        r->n_pairs = fsp_larger(r->n_pairs, g->ends[trios - 1]);
        for (size_t i = 0; i < g->ends[trios - 1]; i++) weight += 2 * atoms_at(bank, g, i);
    }
    bank->n_weights = weight;
}

static fsp_status make_weights(fsp_atom_bank *bank, const fsp_atoms_config *config)
{
    double *weights = fsp_allocate(bank->n_weights, sizeof *weights), *w = weights;
    size_t *start = fsp_allocate(config->n_atoms + 1, sizeof *start);
    if (weights && start) {
        start[0] = 0;
        for (size_t a = 0; a < config->n_atoms; a++) start[a + 1] = start[a] + config->n_pairs[a];
        for (const fsp_atom_group *g = bank->groups; g < bank->groups + bank->n_groups; g++) {
            for (size_t i = 0, n; (n = atoms_at(bank, g, i)) > 0; i++) {
                for (size_t a = 0; a < 2 * n; a++) {
                    const size_t atom = g->first_atom + a % n;
                    const int there = a % n < g->n_atoms && i < config->n_pairs[atom];
                    *w++ = there ? (a < n ? config->even : config->odd)[start[atom] + i] : 0;
                }
            }
        }
        bank->weights = fsp_to_real(weights, bank->n_weights, bank->kernels->itemsize);
    }
    fsp_free(weights);
    fsp_free(start);
    return bank->weights ? FSP_OK : FSP_ENOMEM;
}

static fsp_status make_halvings(fsp_atom_bank *bank, const fsp_atoms_config *config)
{
    const double *taps = config->taps;
    for (size_t s = 0; s < config->n_halvings; s++) {
        fsp_halving *h = &bank->rates[s + 1].halving;
        *h = s == 0 ? (fsp_halving){.right = 0, .step = 1} : (fsp_halving){.right = 1, .step = 2, .centre = 0.5};
        h->n_taps = config->n_taps[s];
        h->taps = fsp_to_real(taps, h->n_taps, bank->kernels->itemsize);
        if (!h->taps) return FSP_ENOMEM;
        taps += h->n_taps;
    }
    return FSP_OK;
}

fsp_status fsp_atom_bank_create(fsp_atom_bank *bank, const fsp_atoms_config *config)
{
    *bank = (fsp_atom_bank){.kernels = fsp_find_kernels(config->isa, config->precision)};
    if (!bank->kernels || !valid(config)) return FSP_EBUG;
    const size_t n = config->n_atoms;
    bank->n_rates = config->n_halvings + 1;
    bank->groups = fsp_allocate(n + 1, sizeof *bank->groups);
    bank->bin = fsp_allocate(n, sizeof *bank->bin);
    bank->factors = fsp_to_real(config->factors, 4 * n, bank->kernels->itemsize);
    if (!bank->groups || !bank->bin || !bank->factors) return FSP_ENOMEM;
    for (size_t a = 0; a < n; a++) bank->bin[a] = (uint32_t)config->bin[a];
    make_groups(bank, config);
    const fsp_status status = make_weights(bank, config);
    return status ? status : make_halvings(bank, config);
}

void fsp_atom_bank_destroy(fsp_atom_bank *bank)
{
    for (size_t s = 0; s < bank->n_rates; s++) fsp_free(bank->rates[s].halving.taps);
    fsp_free(bank->groups);
    fsp_free(bank->bin);
    fsp_free(bank->factors);
    fsp_free(bank->weights);
}

/* From the deepest rate up. Until all are known, `rows` are those from the middle on. */
void fsp_atom_spans(const fsp_atom_bank *bank, fsp_atom_span *spans)
{
    for (size_t s = bank->n_rates; s-- > 0;) {
        const size_t n_pairs = bank->rates[s].n_pairs;
        fsp_atom_span *span = &spans[s];
        *span = (fsp_atom_span){.rows = fsp_larger(n_pairs, 1), .delay = n_pairs};
        if (s + 1 == bank->n_rates) continue;
        const fsp_halving *h = &bank->rates[s + 1].halving;
        span->delay = fsp_larger(span->delay, 2 * span[1].delay + fsp_halving_left(h));
        span->rows = fsp_larger(span->rows, 2 * span[1].rows + fsp_halving_right(h));
    }
    for (size_t s = 0; s < bank->n_rates; s++) spans[s].rows += spans[s].delay;
}

ptrdiff_t fsp_column_start(ptrdiff_t column, size_t hop_length)
{
    const ptrdiff_t hop = (ptrdiff_t)hop_length, most = PTRDIFF_MAX / 4 / hop + 1;
    return (column < -most ? -most : column > most ? most : column) * hop;
}

ptrdiff_t fsp_divide_down(ptrdiff_t a, ptrdiff_t b) { return a / b - (a % b < 0); }

fsp_status fsp_pair_offsets(size_t n_pairs, int between, ptrdiff_t delay, size_t rows, size_t stride, ptrdiff_t own,
                            uint32_t **right, uint32_t **left)
{
    *right = fsp_allocate(n_pairs, sizeof **right);
    *left = fsp_allocate(n_pairs, sizeof **left);
    if (!*right || !*left) return FSP_ENOMEM;
    for (size_t i = 0; i < n_pairs; i++) {
        const ptrdiff_t at[2] = {delay + (ptrdiff_t)i, delay - (ptrdiff_t)i - between};
        uint32_t *const out[2] = {&(*right)[i], &(*left)[i]};
        for (int side = 0; side < 2; side++) {
            const ptrdiff_t column = fsp_divide_down(at[side], (ptrdiff_t)rows);
            *out[side] = (uint32_t)((at[side] - column * (ptrdiff_t)rows) * (ptrdiff_t)stride + own + column);
        }
    }
    return FSP_OK;
}
