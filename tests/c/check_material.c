/* The definition of atoms, frame by frame, and the engine on the same material. */
#include "material.h"
#include "scene.h"

void *must_have(void *p)
{
    if (!p) abort();
    return p;
}

static void fill(check *t, double *x, size_t n)
{
    for (size_t i = 0; i < n; i++) x[i] = random_real(t);
}

/* Atoms at the rates that are in the mask: rates ascend, and lengths descend within one. */
static void random_atoms(check *t, material *m, unsigned mask, size_t longest)
{
    fsp_atoms_config *c = &m->c;
    for (size_t s = 0; s <= c->n_halvings; s++) {
        if (!(mask >> s & 1)) continue;
        size_t n_pairs = 1 + random_below(t, longest), n = 1 + random_below(t, MOST_ATOMS / MOST_RATES);
        for (; n > 0; n--, c->n_atoms++) {
            m->rate[c->n_atoms] = s;
            m->bin[c->n_atoms] = random_below(t, c->n_bins);
            m->n_pairs[c->n_atoms] = n_pairs;
            n_pairs -= random_below(t, n_pairs < 4 ? n_pairs : 4);
        }
    }
    fill(t, m->even, MOST_ATOMS * MOST_PAIRS);
    fill(t, m->odd, MOST_ATOMS * MOST_PAIRS);
    fill(t, m->factors, 4 * MOST_ATOMS);
    fill(t, m->taps, MOST_RATES * MOST_TAPS);
}

void measure(material *m)
{
    const fsp_atoms_config *c = &m->c;
    size_t longest[MOST_RATES] = {0}, below = 0;
    m->roundings = (wide)(4 + MOST_PAIRS + 2 * c->n_atoms + 4);
    for (size_t a = 0; a < c->n_atoms; a++)
        if (m->n_pairs[a] > longest[m->rate[a]]) longest[m->rate[a]] = m->n_pairs[a];
    for (size_t s = c->n_halvings + 1; s-- > 0;) {
        if (s < c->n_halvings) {
            below = 2 * m->half[s + 1] + 2 * m->n_taps[s];
            m->roundings += (wide)(m->n_taps[s] + 4);
        }
        m->half[s] = longest[s] > below ? longest[s] : below;
    }
    if (m->half[0] > MOST_HALF) abort();
}

void random_signal(check *t, material *m)
{
    free(m->signal);
    m->signal = must_have(malloc(m->n_channels * m->n_samples * t->k->itemsize + 1));
    for (size_t j = 0; j < m->n_channels * m->n_samples; j++) put(t, m->signal, j, (float)random_real(t));
}

material *random_material(check *t, size_t i)
{
    static const fsp_padding paddings[] = {FSP_PAD_CONSTANT, FSP_PAD_EDGE, FSP_PAD_REFLECT, FSP_PAD_SYMMETRIC,
                                           FSP_PAD_LINEAR_RAMP};
    material *m = must_have(calloc(1, sizeof *m));
    const size_t n_halvings = i % 4, unit = (size_t)1 << n_halvings;
    m->c = (fsp_atoms_config){.precision = t->precision, .isa = t->k->isa, .padding = paddings[i % 5],
                              .n_halvings = n_halvings, .n_bins = 1 + random_below(t, MOST_BINS), .n_taps = m->n_taps,
                              .taps = m->taps, .rate = m->rate, .bin = m->bin, .n_pairs = m->n_pairs, .even = m->even,
                              .odd = m->odd, .factors = m->factors};
    for (size_t s = 0; s < n_halvings; s++) m->n_taps[s] = 1 + random_below(t, MOST_TAPS);
    random_atoms(t, m, i % 7 ? 1 + (unsigned)random_below(t, 15) : 15, i / 4 % 3 ? MOST_PAIRS : 6);
    measure(m);
    /* Hops: a sample or few; shorter than most atoms; as long as all that a frame reads, or so; much longer. */
    const size_t reach = 2 * m->half[0] / unit;
    size_t hop = i / 4 % 4 == 0 ? 1 + random_below(t, 3) : i / 4 % 4 == 1 ? 1 + random_below(t, 20)
               : i / 4 % 4 == 2 ? 1 + reach / 2 + random_below(t, reach + 1) : reach + 1 + random_below(t, 50);
    m->c.hop_length = hop * unit;
    m->c.lead = random_below(t, 3) ? random_below(t, 2 * m->half[0] + 2) : 0;
    m->n_channels = 1 + random_below(t, 3);
    m->n_frames = 1 + random_below(t, i % 3 ? 20 : 150);
    const size_t span = (m->n_frames + 2) * m->c.hop_length;
    m->n_samples = i % 11 < 2 ? i % 11 : random_below(t, i % 11 == 2 ? 12 : span < 6000 ? span : 6000);
    random_signal(t, m);
    return m;
}

void discard_material(material *m)
{
    free(m->signal);
    free(m);
}

const char *name_of(const material *m)
{
    static char name[160];
    snprintf(name, sizeof name,
             "halvings=%zu hop=%zu reach=%zu atoms=%zu channels=%zu samples=%zu frames=%zu padding=%d lead=%zu",
             m->c.n_halvings, m->c.hop_length, m->half[0], m->c.n_atoms, m->n_channels, m->n_samples, m->n_frames,
             (int)m->c.padding, m->c.lead);
    return name;
}

/* the definition --------------------------------------------------------------------------------------------------- */

/* At -MOST_HALF .. MOST_HALF of each rate. */
static sized rates[MOST_RATES][2 * MOST_HALF + 1];

static sized *sample(size_t rate, ptrdiff_t i) { return &rates[rate][MOST_HALF + i]; }

static void add(sized *to, wide weight, const sized *x)
{
    to->x += weight * x->x;
    to->size += fabsl(weight) * x->size;
}

/* f(weight, s, n, i) for all samples i of rate s that sample n of rate s + 1 weighs, and all n. */
typedef void each(wide weight, size_t s, ptrdiff_t n, ptrdiff_t i);

static void halving(const material *m, size_t s, const double *taps, each *f)
{
    const ptrdiff_t half = (ptrdiff_t)m->half[s + 1];
    for (ptrdiff_t n = -half; n <= half; n++) {
        if (s > 0) f(0.5L, s, n, 2 * n);
        for (ptrdiff_t j = 0; j < (ptrdiff_t)m->n_taps[s]; j++) {
            f(taps[j], s, n, s > 0 ? 2 * n + 2 * j + 1 : 2 * n + j);
            f(taps[j], s, n, s > 0 ? 2 * n - 2 * j - 1 : 2 * n - 1 - j);
        }
    }
}

static void gather_one(wide weight, size_t s, ptrdiff_t n, ptrdiff_t i) { add(sample(s + 1, n), weight, sample(s, i)); }
static void spread_one(wide weight, size_t s, ptrdiff_t n, ptrdiff_t i) { add(sample(s, i), weight, sample(s + 1, n)); }

static const double *taps_of(const material *m, size_t s)
{
    const double *taps = m->taps;
    for (size_t i = 0; i < s; i++) taps += m->n_taps[i];
    return taps;
}

void reference_frame(const check *t, const material *m, size_t channel, size_t frame, sized *bins)
{
    const char *x = m->signal + channel * m->n_samples * t->k->itemsize;
    const ptrdiff_t half = (ptrdiff_t)m->half[0];
    memset(rates, 0, sizeof rates);
    memset(bins, 0, 2 * m->c.n_bins * sizeof *bins);
    for (ptrdiff_t i = -half; i <= half; i++) {
        const ptrdiff_t at = (ptrdiff_t)(frame * m->c.hop_length) + i;
        const wide v = padded_sample(t, x, m->n_samples, (fsp_margin){m->c.padding, m->c.lead, m->c.lead}, at);
        *sample(0, i) = (sized){v, fabsl(v)};
    }
    for (size_t s = 0; s < m->c.n_halvings; s++) halving(m, s, taps_of(m, s), gather_one);
    const double *even = m->even, *odd = m->odd, *f = m->factors;
    for (size_t a = 0; a < m->c.n_atoms; a++, f += 4) {
        sized e = {0, 0}, o = {0, 0};
        for (ptrdiff_t i = 0; i < (ptrdiff_t)m->n_pairs[a]; i++, even++, odd++) {
            const sized *later = sample(m->rate[a], i), *earlier = sample(m->rate[a], m->rate[a] ? -i : -1 - i);
            add(&e, *even, later);
            add(&e, *even, earlier);
            add(&o, *odd, later);
            add(&o, -(wide)*odd, earlier);
        }
        for (int part = 0; part < 2; part++) {
            add(&bins[2 * m->bin[a] + part], f[part], &e);
            add(&bins[2 * m->bin[a] + part], f[2 + part], &o);
        }
    }
}

void reference_sum(const check *t, const material *m, const char *spectrum, size_t frame, sized *out)
{
    memset(rates, 0, sizeof rates);
    const double *even = m->even, *odd = m->odd, *f = m->factors;
    for (size_t a = 0; a < m->c.n_atoms; a++, f += 4) {
        const wide re = get(t, spectrum, 2 * m->bin[a]), im = get(t, spectrum, 2 * m->bin[a] + 1);
        const sized e = {f[0] * re + f[1] * im, fabsl(f[0] * re) + fabsl(f[1] * im)};
        const sized o = {f[2] * re + f[3] * im, fabsl(f[2] * re) + fabsl(f[3] * im)};
        for (ptrdiff_t i = 0; i < (ptrdiff_t)m->n_pairs[a]; i++, even++, odd++) {
            sized *later = sample(m->rate[a], i), *earlier = sample(m->rate[a], m->rate[a] ? -i : -1 - i);
            add(later, *even, &e);
            add(later, *odd, &o);
            add(earlier, *even, &e);
            add(earlier, -(wide)*odd, &o);
        }
    }
    for (size_t s = m->c.n_halvings; s-- > 0;) halving(m, s, taps_of(m, s), spread_one);
    for (ptrdiff_t i = -(ptrdiff_t)m->half[0]; i <= (ptrdiff_t)m->half[0]; i++) {
        const ptrdiff_t at = (ptrdiff_t)(frame * m->c.hop_length) + i;
        if (at >= 0 && at < (ptrdiff_t)m->n_samples) add(&out[at], 1, sample(0, i));
    }
}

/* Roundings of a sample of a sum: those of a bin, and one for every frame and pair that is added to it. */
wide roundings_of_sum(const material *m)
{
    wide n = m->roundings;
    for (size_t a = 0; a < m->c.n_atoms; a++)
        n += 2 * (2 * (wide)m->n_pairs[a] / (wide)(m->c.hop_length >> m->rate[a]) + 2);
    for (size_t s = 0; s < m->c.n_halvings; s++) n += 2 * (wide)m->n_taps[s];
    return n;
}

/* Hops that are longer than anything: tables may not grow with them. */
static const size_t HUGE_HOPS[N_HUGE_HOPS] = {(size_t)1 << 20, 1000000000, (size_t)1 << 31, (size_t)1 << 33,
                                                PTRDIFF_MAX / 4 / 8 * 8};

material *huge_material(check *t, size_t i)
{
    material *m = random_material(t, 4 * i + 3);
    m->c.hop_length = HUGE_HOPS[i];
    m->n_frames = 1 + (HUGE_HOPS[i] < (size_t)1 << 40);
    return m;
}

/* running ---------------------------------------------------------------------------------------------------------- */

manner plain_manner(const check *t, const material *m)
{
    return (manner){.n_frames = m->n_frames, .n_threads = 1, .stride = 1, .precision = t->precision, .look = 1};
}

size_t frame_bytes(const check *t, const material *m) { return 2 * m->c.n_bins * t->k->itemsize; }

/* The signal in slot 0: channels from the last to the first, strides of either sign. */
static const void *lay_out_signal(const check *t, const material *m, const manner *w, ptrdiff_t *offsets)
{
    const size_t step = (size_t)(w->stride < 0 ? -w->stride : w->stride), length = m->n_samples * step + w->gap;
    const size_t size = w->precision == FSP_F32 ? sizeof(float) : sizeof(double);
    char *in = guarded_bytes(0, m->n_channels * length * size, 0, 1);
    for (size_t ch = 0; ch < m->n_channels; ch++) {
        const size_t start = (m->n_channels - 1 - ch) * length;
        offsets[ch] = (ptrdiff_t)(w->stride < 0 && m->n_samples ? start + (m->n_samples - 1) * step : start);
        for (size_t i = 0; i < m->n_samples; i++) {
            const ptrdiff_t at = offsets[ch] + (ptrdiff_t)i * w->stride;
            const double x = get(t, m->signal, ch * m->n_samples + i);
            if (w->precision == FSP_F32) ((float *)(void *)in)[at] = (float)x;
            else ((double *)(void *)in)[at] = x;
        }
    }
    return in;
}

size_t n_written(const check *t, const char *p, size_t n)
{
    size_t count = 0;
    for (size_t i = 0; i < n; i++)
        for (size_t b = 0; b < t->k->itemsize; b++)
            if ((unsigned char)p[i * t->k->itemsize + b] != 0xcb) {
                count++;
                break;
            }
    return count;
}

fsp_status run_atoms(check *t, const material *m, const fsp_atoms *atoms, const manner *w, char *out)
{
    ptrdiff_t in_offsets[MOST_CHANNELS], out_offsets[MOST_CHANNELS];
    const size_t lines = w->by_rows ? m->c.n_bins : w->n_frames;
    const size_t line = 2 * (w->by_rows ? w->n_frames : m->c.n_bins) + w->gap;
    const fsp_input in = {.data = lay_out_signal(t, m, w, in_offsets), .precision = w->precision,
                          .n_channels = m->n_channels, .n_samples = m->n_samples, .channel_offset = in_offsets,
                          .stride = w->stride, .first_frame = w->first, .n_frames = w->n_frames,
                          .check_finite = w->look, .total_frames = m->n_frames};
    const size_t n = m->n_channels * lines * line;
    char *data = guarded(t, 1, n, AT_END);
    for (size_t ch = 0; ch < m->n_channels; ch++)
        out_offsets[ch] = (ptrdiff_t)((m->n_channels - 1 - ch) * lines * line);
    const fsp_output to = {.data = data, .channel_offset = out_offsets, .row_stride = w->by_rows ? (ptrdiff_t)line : 2,
                           .frame_stride = w->by_rows ? 2 : (ptrdiff_t)line};
    const fsp_status status = fsp_atoms_run(atoms, &in, &to, w->n_threads);
    if (!canaries_alive(0) || !canaries_alive(1)) fail(t, "writes where it must not: %s", name_of(m));
    if (status) return status;
    const size_t pair = 2 * t->k->itemsize;
    for (size_t ch = 0; ch < m->n_channels; ch++)
        for (size_t f = 0; f < w->n_frames; f++)
            for (size_t k = 0; k < m->c.n_bins; k++, out += pair) {
                const ptrdiff_t at = out_offsets[ch] + (ptrdiff_t)f * to.frame_stride + (ptrdiff_t)k * to.row_stride;
                memcpy(out, data + (size_t)at * t->k->itemsize, pair);
            }
    if (n_written(t, data, n) != 2 * m->n_channels * w->n_frames * m->c.n_bins)
        fail(t, "gaps are written: %s", name_of(m));
    return FSP_OK;
}

size_t all_bytes(const check *t, const material *m) { return m->n_channels * m->n_frames * frame_bytes(t, m); }

fsp_atoms *create_atoms(check *t, const material *m)
{
    fsp_atoms *atoms = NULL;
    const fsp_status status = fsp_atoms_create(&m->c, &atoms);
    if (status) fail(t, "status %d: %s", status, name_of(m));
    return atoms;
}
