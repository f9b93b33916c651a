/* Atoms from end to end: frames of a signal, against the definition in fastspec.h. */
#include "material.h"

static void near_reference(check *t, const material *m, const char *got)
{
    sized bins[2 * MOST_BINS];
    for (size_t ch = 0, at = 0; ch < m->n_channels; ch++)
        for (size_t f = 0; f < m->n_frames; f++) {
            reference_frame(t, m, ch, f, bins);
            for (size_t k = 0; k < 2 * m->c.n_bins; k++, at++)
                if (!(fabsl(get(t, got, at) - bins[k].x) <= m->roundings * t->u * bins[k].size))
                    return fail(t, "frame %zu bin %zu: %g, not %Lg: %s", f, k / 2, get(t, got, at), bins[k].x,
                                name_of(m));
        }
}

/* Whatever the layout, the threads and the range of frames: the bits are those of `whole`. */
static void other_manners(check *t, const material *m, const fsp_atoms *atoms, const char *whole)
{
    char *part = must_have(malloc(all_bytes(t, m) + 1));
    const ptrdiff_t strides[] = {1, 2, -1, 3, -2};
    for (int i = 0; i < 8; i++) {
        manner w = plain_manner(t, m);
        w.n_threads = 1 + i % 5;
        w.by_rows = i & 1;
        w.gap = random_below(t, 4);
        w.stride = strides[random_below(t, 5)];
        w.precision = random_below(t, 2) ? FSP_F32 : FSP_F64;
        if (i > 2) {
            w.first = random_below(t, m->n_frames);
            w.n_frames = random_below(t, m->n_frames - w.first + 1);
        }
        const fsp_status status = run_atoms(t, m, atoms, &w, part);
        const size_t row = frame_bytes(t, m);
        for (size_t ch = 0; ch < m->n_channels; ch++)
            if (status || memcmp(part + ch * w.n_frames * row, whole + (ch * m->n_frames + w.first) * row,
                                 w.n_frames * row))
                fail(t, "status %d or other bits: first=%zu n=%zu threads=%d by_rows=%d stride=%td: %s", status,
                     w.first, w.n_frames, w.n_threads, w.by_rows, w.stride, name_of(m));
    }
    free(part);
}

static void atoms_case(check *t, material *m)
{
    fsp_atoms *atoms = create_atoms(t, m);
    if (!atoms) return;
    char *whole = must_have(malloc(all_bytes(t, m) + 1));
    const manner w = plain_manner(t, m);
    const fsp_status status = run_atoms(t, m, atoms, &w, whole);
    if (status) fail(t, "status %d: %s", status, name_of(m));
    else {
        near_reference(t, m, whole);
        other_manners(t, m, atoms, whole);
    }
    free(whole);
    fsp_atoms_destroy(atoms);
}

void check_atoms(check *t)
{
    for (size_t i = 0; i < (options.quick ? 60 : 300) && !t->failed; i++) {
        material *m = random_material(t, i);
        atoms_case(t, m);
        discard_material(m);
    }
    for (size_t i = 0; i < N_HUGE_HOPS; i++) {
        material *m = huge_material(t, i);
        atoms_case(t, m);
        discard_material(m);
    }
    material *none = random_material(t, 9);
    for (none->c.n_atoms = 0; none->c.hop_length < 3000; none->c.hop_length *= 5) {
        measure(none);
        atoms_case(t, none);
    }
    discard_material(none);
}

/* finite ----------------------------------------------------------------------------------------------------------- */

/* One sample is not finite: the whole sees it, and one of three ranges; unasked, the frames near it are what it
 * changes, and without halvings those that reach it. */
static void trouble_case(check *t, material *m, const fsp_atoms *atoms, const char *whole, char *got, size_t at,
                         double trouble)
{
    manner w = plain_manner(t, m);
    const double was = get(t, m->signal, at);
    const size_t total = m->n_frames, cuts[] = {0, total / 3, total - total / 3, total};
    int seen = 0;
    put(t, m->signal, at, trouble);
    if (run_atoms(t, m, atoms, &w, got) != FSP_ENONFINITE)
        fail(t, "%g at %zu is not seen: %s", trouble, at, name_of(m));
    for (int i = 0; i < 3; i++) {
        w = plain_manner(t, m);
        w.first = cuts[i];
        w.n_frames = cuts[i + 1] - cuts[i];
        w.n_threads = 1 + i;
        w.stride = 1 + (ptrdiff_t)(at % 2);
        seen += run_atoms(t, m, atoms, &w, got) == FSP_ENONFINITE;
    }
    if (!seen) fail(t, "%g at %zu is seen by no range: %s", trouble, at, name_of(m));
    w = plain_manner(t, m);
    w.look = 0;
    if (run_atoms(t, m, atoms, &w, got)) fail(t, "%g at %zu is seen though nobody asked: %s", trouble, at, name_of(m));
    for (size_t f = 0; f < total; f++) {
        const ptrdiff_t i = (ptrdiff_t)at - (ptrdiff_t)(f * m->c.hop_length), half = (ptrdiff_t)m->half[0];
        const int near = i >= -half && i <= half, reached = m->c.n_halvings == 0 && i >= -half && i < half;
        const int equal = !memcmp(got + f * frame_bytes(t, m), whole + f * frame_bytes(t, m), frame_bytes(t, m));
        if ((!near && !equal) || (reached && equal))
            fail(t, "%g at %zu: frame %zu is %s: %s", trouble, at, f, equal ? "as if nothing were" : "changed",
                 name_of(m));
    }
    put(t, m->signal, at, was);
}

void check_atoms_finite(check *t)
{
    const double trouble[] = {NAN, INFINITY, -INFINITY};
    for (size_t i = 0; i < (options.quick ? 16 : 64) && !t->failed; i++) {
        material *m = random_material(t, i);
        m->c.padding = FSP_PAD_CONSTANT;  /* so that a sample stands in one place only */
        m->n_channels = 1;
        if (i % 3 == 0 && m->n_samples) {  /* samples far beyond the last frame */
            m->n_samples = (m->n_frames + 80) * m->c.hop_length;
            random_signal(t, m);
        }
        fsp_atoms *atoms = create_atoms(t, m);
        char *whole = must_have(malloc(all_bytes(t, m) + 1)), *got = must_have(malloc(all_bytes(t, m) + 1));
        const manner w = plain_manner(t, m);
        if (atoms && run_atoms(t, m, atoms, &w, whole) == FSP_OK && m->n_samples)
            for (int n = 0; n < 6; n++)
                trouble_case(t, m, atoms, whole, got, n ? random_below(t, m->n_samples) : m->n_samples - 1,
                             trouble[n % 3]);
        free(whole);
        free(got);
        fsp_atoms_destroy(atoms);
        discard_material(m);
    }
}

/* refusals --------------------------------------------------------------------------------------------------------- */

static void refused(check *t, const char *what, const fsp_atoms_config *c)
{
    fsp_atoms *atoms = (fsp_atoms *)(uintptr_t)c;
    fsp_atom_sum *sum = (fsp_atom_sum *)(uintptr_t)c;
    const fsp_status first = fsp_atoms_create(c, &atoms), second = fsp_atom_sum_create(c, &sum);
    if (first != FSP_EBUG || second != FSP_EBUG || atoms || sum) fail(t, "%s: status %d, %d", what, first, second);
}

#define REFUSED(change)                                                                                               \
    do {                                                                                                              \
        size_t n_taps[] = {2, 2}, rate[] = {0, 1, 1}, bin[] = {0, 1, 2}, n_pairs[] = {3, 3, 2};                       \
        fsp_atoms_config c = {.precision = t->precision, .isa = t->k->isa, .hop_length = 4, .n_halvings = 2,          \
                              .n_taps = n_taps, .taps = numbers, .n_atoms = 3, .n_bins = 3, .rate = rate, .bin = bin,  \
                              .n_pairs = n_pairs, .even = numbers, .odd = numbers, .factors = numbers};               \
        change;                                                                                                       \
        refused(t, #change, &c);                                                                                      \
    } while (0)

void check_atoms_refusals(check *t)
{
    static const double numbers[40] = {1, 1, 1, 1, 1, 1, 1, 1};
    REFUSED(c.isa = "abacus");
    REFUSED(c.hop_length = 0);
    REFUSED(c.hop_length = 6);
    REFUSED(c.hop_length = SIZE_MAX / 4 * 4);
    REFUSED(c.lead = SIZE_MAX);
    REFUSED(c.n_halvings = FSP_MOST_HALVINGS + 1; c.hop_length = (size_t)1 << 40);
    REFUSED(c.n_bins = 0);
    REFUSED(c.n_bins = SIZE_MAX);
    REFUSED(n_taps[1] = 0);
    REFUSED(n_taps[0] = FSP_MOST_N_FFT + 1);
    REFUSED(rate[2] = 0);
    REFUSED(rate[2] = 3);
    REFUSED(bin[1] = 3);
    REFUSED(n_pairs[0] = 0);
    REFUSED(n_pairs[0] = FSP_MOST_N_FFT + 1);
    REFUSED(n_pairs[2] = 4);
    REFUSED(c.taps = NULL);
    REFUSED(c.n_taps = NULL);
    REFUSED(c.rate = NULL);
    REFUSED(c.bin = NULL);
    REFUSED(c.n_pairs = NULL);
    REFUSED(c.even = NULL);
    REFUSED(c.odd = NULL);
    REFUSED(c.factors = NULL);
    const fsp_atoms_config none = {.precision = t->precision, .isa = t->k->isa, .hop_length = 4, .n_bins = 1};
    fsp_atoms *atoms = NULL;
    fsp_atom_sum *sum = NULL;
    if (fsp_atoms_create(&none, &atoms) || fsp_atom_sum_create(&none, &sum)) return fail(t, "no atoms are too few");
    const fsp_input in = {0};
    const fsp_output out = {.row_stride = 2}, scattered = {.row_stride = 4, .frame_stride = 4};
    const fsp_spectra spectra = {0};
    if (fsp_atoms_run(NULL, &in, &out, 1) != FSP_EBUG || fsp_atoms_run(atoms, &in, &out, 0) != FSP_EBUG ||
        fsp_atoms_run(atoms, &in, &scattered, 1) != FSP_EBUG || fsp_atoms_run(atoms, &in, &out, 1) != FSP_OK)
        fail(t, "atoms run on nothing");
    if (fsp_atom_sum_run(NULL, &spectra, NULL, NULL, 0, 0, 1) != FSP_EBUG ||
        fsp_atom_sum_run(sum, &spectra, NULL, NULL, 0, 0, 0) != FSP_EBUG ||
        fsp_atom_sum_run(sum, &spectra, NULL, NULL, 0, 0, 1) != FSP_OK)
        fail(t, "sums of nothing");
    fsp_atoms_destroy(atoms);
    fsp_atom_sum_destroy(sum);
    fsp_atoms_destroy(NULL);
    fsp_atom_sum_destroy(NULL);
}
