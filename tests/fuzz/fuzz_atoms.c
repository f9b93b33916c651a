/* Atoms and their adjoint, and the periods of YIN and pYIN: a range of frames or samples has the bits of the whole. */
#include "fuzz.h"

static fsp_atoms_config read_atoms(fuzz *f)
{
    fsp_atoms_config c = {.precision = f->precision, .isa = f->isa, .padding = (fsp_padding)below(f, 5), .n_halvings = below(f, 4)};
    c.hop_length = (1 + few(f, 80)) << c.n_halvings;
    c.lead = few(f, 256);
    c.n_atoms = few(f, 40);
    c.n_bins = 1 + few(f, 24);
    size_t *taps = sizes(f, c.n_halvings, 1 + (24u >> f->shift)), *rate = sizes(f, c.n_atoms, c.n_halvings + 1), *pairs = sizes(f, c.n_atoms, 1 + (180u >> f->shift));
    size_t n_taps = 0, n_pairs = 0;
    for (size_t i = 0; i < c.n_halvings; i++) n_taps += ++taps[i];
    for (size_t a = 0; a < c.n_atoms; a++) {  /* mostly in the order that the contract wants */
        pairs[a]++;
        if (a && rate[a] < rate[a - 1]) rate[a] = rate[a - 1];
        if (a && rate[a] == rate[a - 1] && pairs[a] > pairs[a - 1]) pairs[a] = pairs[a - 1];
        n_pairs += pairs[a];
    }
    c.n_taps = taps;
    c.taps = doubles(f, n_taps, plain);
    c.rate = rate;
    c.bin = sizes(f, c.n_atoms, c.n_bins + (below(f, 16) == 0));
    c.n_pairs = pairs;
    c.even = doubles(f, n_pairs, plain);
    c.odd = doubles(f, n_pairs, plain);
    c.factors = doubles(f, 4 * c.n_atoms, plain);
    return c;
}

static void check_frames(fuzz *f, const fsp_atoms_config *c)
{
    fsp_atoms *atoms;
    if (fsp_atoms_create(c, &atoms)) return;
    const size_t n = few(f, 256) * (1 + few(f, 16)), total = 1 + few(f, 2 * MOST_FRAMES), frame = 2 * c->n_bins;
    const size_t first = below(f, total), count = 1 + below(f, total - first);
    const ptrdiff_t start = 0;
    fsp_input in = {.data = reals(f, n, f->precision, odd), .precision = f->precision, .n_channels = 1, .n_samples = n, .channel_offset = &start,
                    .stride = 1, .n_frames = total, .total_frames = total};
    char *all = filled(f, total * frame), *part = filled(f, count * frame);
    fsp_output out = {.data = all, .channel_offset = &start, .row_stride = 2, .frame_stride = (ptrdiff_t)frame};
    HOLDS(fsp_atoms_run(atoms, &in, &out, 1) == FSP_OK);
    in.first_frame = first;
    in.n_frames = count;
    out.data = part;
    HOLDS(fsp_atoms_run(atoms, &in, &out, threads(f)) == FSP_OK);
    HOLDS(same_reals(all + first * frame * f->itemsize, part, count * frame, f->precision));
    fsp_atoms_destroy(atoms);
}

static void check_sum(fuzz *f, const fsp_atoms_config *c)
{
    fsp_atom_sum *sum;
    if (fsp_atom_sum_create(c, &sum)) return;
    const size_t n_frames = few(f, 2 * MOST_FRAMES), n = 1 + few(f, 256) * (1 + few(f, 32)), step = fsp_atom_sum_step(sum);
    const size_t first = step ? step * below(f, n / step + 1) : 0;
    const size_t count = first < n ? 1 + below(f, n - first) : 0;
    const ptrdiff_t start = 0;
    const fsp_spectra in = {reals(f, n_frames * c->n_bins * 2, f->precision, odd), 1, n_frames, &start, (ptrdiff_t)(2 * c->n_bins)};
    char *all = filled(f, n), *part = filled(f, count);
    HOLDS(fsp_atom_sum_run(sum, &in, all, &start, 0, n, 1) == FSP_OK);
    HOLDS(fsp_atom_sum_run(sum, &in, part, &start, first, count, threads(f)) == FSP_OK);
    HOLDS(same_reals(all + first * f->itemsize, part, count, f->precision));
    fsp_atom_sum_destroy(sum);
}

static void check_yin(fuzz *f)
{
    fsp_yin_config c = {.isa = f->isa, .frame_length = 3 + few(f, 250), .hop_length = 1 + few(f, 120), .lead = few(f, 250)};
    c.min_period = 1 + below(f, c.frame_length);
    c.max_period = c.min_period + 1 + below(f, c.frame_length);
    fsp_yin *yin;
    if (fsp_yin_create(&c, &yin)) return;
    const size_t n = few(f, 256) * (1 + few(f, 8)), total = 1 + few(f, 2 * MOST_FRAMES);
    const size_t first = below(f, total), count = 1 + below(f, total - first), most = fsp_yin_most_troughs(yin);
    const ptrdiff_t start = 0;
    fsp_input in = {.data = reals(f, n, f->precision, odd), .precision = f->precision, .n_channels = 1, .n_samples = n, .channel_offset = &start,
                    .stride = 1, .n_frames = total, .total_frames = total};
    double *all = doubles(f, total, plain), *part = doubles(f, count, plain);
    HOLDS(fsp_yin_run(yin, &in, 0.1, all, 1) == FSP_OK);
    const double thresholds[] = {0.05, 0.2, 0.6}, beta[] = {0.2, 0.5, 0.3}, beta_below[] = {0, 0.2, 0.7, 1};
    const fsp_pyin_prior prior = {3, thresholds, beta, beta_below, doubles(f, most + 1, plain), doubles(f, most, plain), 0.01};
    size_t *counts = sizes(f, total, 2), *of_part = sizes(f, count, 2);
    double *periods = doubles(f, total * most, plain), *p = doubles(f, total * most, plain);
    double *part_periods = doubles(f, count * most, plain), *part_p = doubles(f, count * most, plain);
    HOLDS(fsp_pyin_run(yin, &in, &prior, counts, periods, p, 1) == FSP_OK);
    in.first_frame = first;
    in.n_frames = count;
    HOLDS(fsp_yin_run(yin, &in, 0.1, part, threads(f)) == FSP_OK);
    HOLDS(fsp_pyin_run(yin, &in, &prior, of_part, part_periods, part_p, 1) == FSP_OK);
    HOLDS(same_reals(all + first, part, count, FSP_F64));
    for (size_t i = 0; i < count; i++) {
        HOLDS(of_part[i] == counts[first + i] && of_part[i] <= most);
        HOLDS(same_reals(part_periods + i * most, periods + (first + i) * most, of_part[i], FSP_F64));
        HOLDS(same_reals(part_p + i * most, p + (first + i) * most, of_part[i], FSP_F64));
    }
    fsp_yin_destroy(yin);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz f = begin(data, size);
    const size_t kind = below(&f, 3);
    if (kind == 2) {
        check_yin(&f);
        return 0;
    }
    const fsp_atoms_config c = read_atoms(&f);
    (kind ? check_sum : check_frames)(&f, &c);
    return 0;
}
