/* Sums of atoms from end to end, against the definition in fastspec.h, and against frames as the adjoint. */
#include "material.h"

/* Channels x frames x bins in `spectra` through the engine into channels x samples. */
static fsp_status run_sum(check *t, const material *m, const fsp_atom_sum *sum, const char *spectra, size_t gap,
                          int n_threads, char *out)
{
    ptrdiff_t in_offsets[MOST_CHANNELS], out_offsets[MOST_CHANNELS];
    const size_t frame = 2 * m->c.n_bins + gap, length = m->n_samples + gap, itemsize = t->k->itemsize;
    const size_t n_in = m->n_channels * m->n_frames * frame, n_out = m->n_channels * length - (length ? gap : 0);
    char *in = guarded(t, 0, n_in - (n_in ? gap : 0), AT_END), *data = guarded(t, 1, n_out, AT_END);
    for (size_t ch = 0; ch < m->n_channels; ch++) {
        in_offsets[ch] = (ptrdiff_t)((m->n_channels - 1 - ch) * m->n_frames * frame);
        out_offsets[ch] = (ptrdiff_t)((m->n_channels - 1 - ch) * length);
        for (size_t f = 0; f < m->n_frames; f++)
            memcpy(in + ((size_t)in_offsets[ch] + f * frame) * itemsize,
                   spectra + (ch * m->n_frames + f) * frame_bytes(t, m), frame_bytes(t, m));
    }
    const fsp_spectra x = {.data = in, .n_channels = m->n_channels, .n_frames = m->n_frames,
                           .channel_offset = in_offsets, .frame_stride = (ptrdiff_t)frame};
    /* In two ranges, where there is a place to cut. */
    const size_t step = fsp_atom_sum_step(sum), cut = step ? m->n_samples / 2 / step * step : 0;
    fsp_status status = cut ? fsp_atom_sum_run(sum, &x, data, out_offsets, 0, cut, n_threads) : FSP_OK;
    if (status == FSP_OK)
        status = fsp_atom_sum_run(sum, &x, data + cut * itemsize, out_offsets, cut, m->n_samples - cut, n_threads);
    if (!canaries_alive(0) || !canaries_alive(1) || n_written(t, data, n_out) != m->n_channels * m->n_samples)
        fail(t, "writes where it must not, or not where it must: %s", name_of(m));
    for (size_t ch = 0; ch < m->n_channels; ch++)
        memcpy(out + ch * m->n_samples * itemsize, data + (size_t)out_offsets[ch] * itemsize, m->n_samples * itemsize);
    return status;
}

static void sum_near_reference(check *t, const material *m, const char *spectra, const char *got, sized *samples)
{
    const wide most = roundings_of_sum(m) * t->u;
    for (size_t ch = 0; ch < m->n_channels; ch++, samples += m->n_samples, got += m->n_samples * t->k->itemsize) {
        for (size_t i = 0; i < m->n_samples; i++) samples[i] = (sized){0, 0};
        for (size_t f = 0; f < m->n_frames; f++)
            reference_sum(t, m, spectra + (ch * m->n_frames + f) * frame_bytes(t, m), f, samples);
        for (size_t i = 0; i < m->n_samples; i++)
            if (!(fabsl(get(t, got, i) - samples[i].x) <= most * samples[i].size))
                return fail(t, "sample %zu: %g, not %Lg: %s", i, get(t, got, i), samples[i].x, name_of(m));
    }
}

/* <A x, C> = <x, A* C>, within what either side may be off by. */
static void adjoint(check *t, const material *m, const char *spectra, const char *sum, const sized *samples)
{
    fsp_atoms *atoms = create_atoms(t, m);
    char *frames = must_have(malloc(all_bytes(t, m) + 1));
    const manner w = plain_manner(t, m);
    if (!atoms || run_atoms(t, m, atoms, &w, frames)) return fail(t, "no frames: %s", name_of(m));
    wide difference = 0, bound = 0;
    sized bins[2 * MOST_BINS];
    for (size_t ch = 0, at = 0; ch < m->n_channels; ch++)
        for (size_t f = 0; f < m->n_frames; f++) {
            reference_frame(t, m, ch, f, bins);
            for (size_t k = 0; k < 2 * m->c.n_bins; k++, at++) {
                difference += (wide)get(t, frames, at) * get(t, spectra, at);
                bound += m->roundings * t->u * bins[k].size * fabs(get(t, spectra, at));
            }
        }
    for (size_t i = 0; i < m->n_channels * m->n_samples; i++) {
        difference -= (wide)get(t, m->signal, i) * get(t, sum, i);
        bound += roundings_of_sum(m) * t->u * samples[i].size * fabs(get(t, m->signal, i));
    }
    if (!(fabsl(difference) <= bound)) fail(t, "not the adjoint, by %Lg of %Lg: %s", difference, bound, name_of(m));
    free(frames);
    fsp_atoms_destroy(atoms);
}

static void sum_case(check *t, material *m)
{
    fsp_atom_sum *sum = NULL;
    m->c.lead = 0;
    m->c.padding = FSP_PAD_CONSTANT;
    const fsp_status created = fsp_atom_sum_create(&m->c, &sum);
    if (created) return fail(t, "status %d: %s", created, name_of(m));
    const size_t n_in = all_bytes(t, m) / t->k->itemsize, n_out = m->n_channels * m->n_samples;
    char *spectra = must_have(malloc(n_in * t->k->itemsize + 1));
    char *whole = must_have(malloc(n_out * t->k->itemsize + 1)), *other = must_have(malloc(n_out * t->k->itemsize + 1));
    sized *samples = must_have(malloc((n_out + 1) * sizeof *samples));
    for (size_t i = 0; i < n_in; i++) put(t, spectra, i, random_real(t));
    const fsp_status status = run_sum(t, m, sum, spectra, 0, 1, whole);
    if (status) fail(t, "status %d: %s", status, name_of(m));
    sum_near_reference(t, m, spectra, whole, samples);
    adjoint(t, m, spectra, whole, samples);
    for (int n_threads = 2; n_threads <= 5; n_threads++)
        if (run_sum(t, m, sum, spectra, random_below(t, 4), n_threads, other) ||
            memcmp(whole, other, n_out * t->k->itemsize))
            fail(t, "other bits from %d threads: %s", n_threads, name_of(m));
    free(samples);
    free(spectra);
    free(whole);
    free(other);
    fsp_atom_sum_destroy(sum);
}

void check_atom_sums(check *t)
{
    for (size_t i = 0; i < (options.quick ? 60 : 300) && !t->failed; i++) {
        material *m = random_material(t, i);
        if (i % 6 == 5) m->n_frames = 0;
        sum_case(t, m);
        discard_material(m);
    }
    for (size_t i = 12; i < 16; i++) {  /* whole blocks, and a frame that begins after the last sample but reaches it */
        material *m = random_material(t, i);
        m->n_channels = 1;
        m->n_frames = 16 * t->k->lanes + 1;
        m->n_samples = (m->n_frames - 1) * m->c.hop_length - m->half[0] / 2;
        random_signal(t, m);
        sum_case(t, m);
        discard_material(m);
    }
    for (size_t i = 0; i < N_HUGE_HOPS; i++) {
        material *m = huge_material(t, i);
        sum_case(t, m);
        discard_material(m);
    }
}
