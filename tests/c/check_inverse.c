/* spectrum -> samples: the inverse FFT by way of the Hartley spectrum, overlap-add, and fsp_inverse over them. */
#include "scene.h"

enum { MOST_LANES = 16 };

/* Frames of 2 * (n / 2 + 1) reals, one per lane, each ending at a page's end or not (slot `slot` holds all). */
static const char *spectra(check *t, int slot, size_t n_reals, const void **frames)
{
    const char *x = noise(t, slot, n_reals * t->k->lanes, AT_END);
    for (size_t l = 0; l < t->k->lanes; l++) frames[l] = x + (t->k->lanes - 1 - l) * n_reals * t->k->itemsize;
    return x;
}

static wide_complex bin_of(const check *t, const void *frame, size_t n, size_t k)
{
    const int is_real = k == 0 || 2 * k == n;  /* whatever stands in the imaginary part's place */
    return (wide_complex){get(t, frame, 2 * k), is_real ? 0 : get(t, frame, 2 * k + 1)};
}

/* Places for n_bins bins in a slot's page, any even vectors below 4 n_bins; none at all if not `direct`. */
static fsp_places some_places(check *t, int slot, size_t n_bins, int direct)
{
    fsp_places places = {.way = direct ? FSP_DIRECT : FSP_HARTLEY};
    if (!direct) return places;
    places.at = shuffled(t, slot, n_bins, 2 * n_bins);
    places.sign = guarded(t, slot + 1, n_bins, AT_END);
    for (size_t k = 0; k < n_bins; k++) {
        places.at[k] *= 2;
        put(t, places.sign, k, random_bits(t) & 1 ? 1 : -1);
    }
    return places;
}

static size_t spectrum_vectors(size_t n, const fsp_places *places)
{
    return places->way == FSP_DIRECT ? 4 * (n / 2 + 1) : fsp_spread(n - 1) + 1;
}

/* That bin k of lane l comes where it is wanted, within `err`. */
static void expect_bin(const check *t, expected *e, size_t n, size_t k, size_t l, const fsp_places *places, wide_complex x, wide err)
{
    const size_t lanes = t->k->lanes;
    if (k == 0 || 2 * k == n) x.i = 0;
    if (places->way == FSP_DIRECT) {
        e[places->at[k] * lanes + l] = (expected){x.i * get(t, places->sign, k), err};
        e[(places->at[k] + 1) * lanes + l] = (expected){x.r, err};
    } else {
        if (k) e[fsp_spread(n - k) * lanes + l] = (expected){x.r + x.i, 2 * err + t->u * fabsl(x.r + x.i)};
        e[fsp_spread(k) * lanes + l] = (expected){x.r - x.i, 2 * err + t->u * fabsl(x.r - x.i)};
    }
}

void check_load_spectra(check *t)
{
    const void *frames[MOST_LANES];
    const size_t lanes = t->k->lanes;
    for (size_t i = 2; i < 2 * n_lengths(); i++) {
        const size_t n = 1 + length_at(t, i / 2 - 1, 600);
        const fsp_places places = some_places(t, 2, n / 2 + 1, (int)(i % 2));
        spectra(t, 0, 2 * (n / 2 + 1), frames);
        void *h = guarded(t, 1, spectrum_vectors(n, &places) * lanes, AT_END);
        expected *e = expect(t, 1);
        for (size_t k = 0; k <= n / 2; k++)
            for (size_t l = 0; l < lanes; l++) expect_bin(t, e, n, k, l, &places, bin_of(t, frames[l], n, k), 0);
        RUN(t, t->k->load_spectra(frames, n, &places, h));
        if (!met(t, 1)) fail(t, "n=%zu places=%zu", n, i % 2);
    }
}

/* wanted * X / |X|, X = bin - momentum * before */
static wide_complex rephased(const check *t, wide_complex bin, wide wanted, wide_complex before, double momentum, wide *err)
{
    const wide m = rounded(t, momentum);
    const wide_complex x = {bin.r - m * before.r, bin.i - m * before.i};
    const wide size = magnitude(x), rounding = 2 * t->u * (3 + 3 * fabsl(m)); /* of X, whose parts are at most 1 + |m| */
    *err = wanted * (2 * rounding / size + 8 * t->u);
    return (wide_complex){wanted * x.r / size, wanted * x.i / size};
}

static void rephase_case(check *t, size_t n, double momentum, int direct)
{
    const size_t lanes = t->k->lanes, n_bins = n / 2 + 1;
    const void *tile = noise(t, 0, 4 * n_bins * lanes, AT_END);
    uint32_t *where = shuffled(t, 1, n_bins, 2 * n_bins);
    const fsp_places places = some_places(t, 5, n_bins, direct);
    void *sign = guarded(t, 2, n_bins, AT_END), *h = guarded(t, 4, spectrum_vectors(n, &places) * lanes, AT_END);
    char *bins = noise(t, 3, 3 * n_bins * lanes, AT_END);
    for (size_t k = 0; k < n_bins; k++) {
        where[k] *= 2;
        put(t, sign, k, random_bits(t) & 1 ? 1 : -1);
        for (size_t l = 0; l < lanes; l++) put(t, bins, k * lanes + l, fabs(get(t, bins, k * lanes + l)));
    }
    for (size_t i = n_bins * lanes; momentum == 0 && i < 3 * n_bins * lanes; i++) put(t, bins, i, NAN);
    expected *e = expect(t, 4);
    void *remembered = twin(3);
    for (size_t k = 0; k < n_bins; k++)
        for (size_t l = 0; l < lanes; l++) {
            const wide_complex bin = {get(t, tile, where[k] * lanes + l),
                                      (wide)get(t, tile, (where[k] + 1) * lanes + l) * get(t, sign, k)};
            const size_t at = (n_bins + 2 * k) * lanes + l;
            const wide_complex before = {momentum == 0 ? 0 : get(t, bins, at), momentum == 0 ? 0 : get(t, bins, at + lanes)};
            wide err;
            const wide_complex x = rephased(t, bin, get(t, bins, k * lanes + l), before, momentum, &err);
            put(t, remembered, at, (double)bin.r);
            put(t, remembered, at + lanes, (double)bin.i);
            expect_bin(t, e, n, k, l, &places, x, err);  /* of a real bin, the phase has heeded x.i, and no one else will */
        }
    const fsp_rephasing step = {n, where, sign, &places, momentum != 0, momentum};
    RUN(t, t->k->rephase(&step, tile, bins, h));
    if (!met(t, 4)) fail(t, "n=%zu momentum=%g", n, momentum);
    if (!same(3)) fail(t, "n=%zu momentum=%g: the spectrum is not remembered", n, momentum);
}

void check_rephase(check *t)
{
    for (size_t i = 1; i < n_lengths(); i++)
        rephase_case(t, 1 + length_at(t, i - 1, 600), i % 3 ? 0.99 * random_real(t) : 0, (int)(i / 3 % 2));
}

void check_replace(check *t)
{
    const size_t lanes = t->k->lanes;
    for (size_t i = 0; i < n_lengths(); i++) {
        const size_t n = length_at(t, i, 700);
        void *out = guarded(t, 2, n * lanes, AT_END), *want = twin(2);
        const void *slot = noise(t, 0, fsp_spread(n) * lanes, AT_END), *scale = noise(t, 1, n * lanes, AT_END);
        for (size_t j = 0; j < n * lanes; j++)
            put(t, want, j, get(t, slot, fsp_spread(j / lanes) * lanes + j % lanes) * get(t, scale, j));
        RUN(t, t->k->replace(slot, scale, n, out));
        if (!same(2)) fail(t, "n=%zu: not the bits of one multiplication", n);
    }
}

static void join_case(check *t, size_t i, int scaled)
{
    const size_t lanes = t->k->lanes, n = length_at(t, i, 700), stride = lanes + random_below(t, 5);
    void *columns = noise(t, 0, n * lanes, AT_END);
    const void *scale = noise(t, 1, n * lanes, AT_END), *tails = noise(t, 2, n ? (n - 1) * stride + lanes : 0, i % N_PLACES);
    expected *e = expect(t, 0);
    for (size_t j = 0; j < n; j++)
        for (size_t l = 0; l < lanes; l++) {
            const wide a = get(t, tails, j * stride + l), b = get(t, columns, j * lanes + l), c = scaled ? get(t, scale, j * lanes + l) : 1;
            e[j * lanes + l] = (expected){(a + b) * c, 2 * t->u * fabsl((a + b) * c)};
        }
    if (scaled)
        RUN(t, t->k->join_scaled(columns, tails, stride, scale, n));
    else
        RUN(t, t->k->join(columns, tails, stride, n));
    if (!met(t, 0)) fail(t, "n=%zu stride=%zu", n, stride);
}

void check_join(check *t)
{
    for (size_t i = 0; i < n_lengths(); i++) join_case(t, i, 0);
}

void check_join_scaled(check *t)
{
    for (size_t i = 0; i < n_lengths(); i++) join_case(t, i, 1);
}

/* A ring in slot 4, its places any, for samples made in the order of `sample`; in those that are not read, NaN. */
static fsp_ring some_ring(check *t, size_t n, const uint32_t *sample, size_t held, size_t length)
{
    const size_t lanes = t->k->lanes;
    uint32_t *place = shuffled(t, 5, length, length + 3);
    void *at = noise(t, 4, (length + 3) * lanes, AT_END);
    for (size_t i = 0; i < length; i++) place[i] *= (uint32_t)lanes;
    for (size_t i = 0; i < length; i++)
        for (size_t l = 0; (i < n ? sample[i] : i) >= held && l < lanes; l++) put(t, at, place[i] + l, NAN);
    return (fsp_ring){at, place, length, held};
}

/* Zeros after a frame of n; its samples are for expect_sum. */
static expected *expect_ring(const check *t, const fsp_ring *ring, size_t n)
{
    expected *e = expect(t, 4);
    for (size_t i = n; i < ring->length; i++)
        for (size_t l = 0; l < t->k->lanes; l++) e[ring->place[i] + l] = (expected){0, 0};
    return e;
}

/* That lane l of the i-th sample, which is `sample`, is what it was, if that counts, and w x, known within `err`. */
static void expect_sum(const check *t, const fsp_ring *ring, expected *e, size_t sample, size_t i, size_t l, wide w, value x)
{
    const wide before = sample < ring->held ? get(t, ring->at, ring->place[i] + l) : 0;
    e[ring->place[i] + l] = (expected){before + w * x.x, t->u * (fabsl(before) + 2 * fabsl(w * x.x)) + fabsl(w) * x.err};
}

/* x[i] = Re F[i] - Im F[i], x[n-i] = Re F[i] + Im F[i] */
static void overlap_add_case(check *t, size_t n, size_t held, size_t length)
{
    const size_t lanes = t->k->lanes, n_bins = n / 2 + 1;
    const void *tile = noise(t, 0, 4 * n_bins * lanes, AT_END), *window = noise(t, 3, n, AT_END);
    uint32_t *where = shuffled(t, 1, n_bins, 2 * n_bins), *sample = guarded_bytes(6, n * sizeof *sample, 0, 1);
    void *sign = guarded(t, 2, n_bins, AT_END);
    for (size_t k = 0; k < n_bins; k++) {
        where[k] *= 2;
        put(t, sign, k, random_bits(t) & 1 ? 1 : -1);
    }
    for (size_t i = 0; i < n; i++) sample[i] = (uint32_t)i;
    const fsp_ring ring = some_ring(t, n, sample, held, length);
    expected *e = expect_ring(t, &ring, n);
    for (size_t i = 0; i < n; i++) {
        const size_t k = i <= n / 2 ? i : n - i;
        for (size_t l = 0; l < lanes; l++) {
            const wide re = get(t, tile, where[k] * lanes + l),
                       im = get(t, tile, (where[k] + 1) * lanes + l) * get(t, sign, k), x = i == k ? re - im : re + im;
            expect_sum(t, &ring, e, i, i, l, get(t, window, i), (value){x, 2 * t->u * (fabsl(re) + fabsl(im))});
        }
    }
    RUN(t, t->k->overlap_add(tile, where, sign, n, window, &ring));
    if (!met(t, 4)) fail(t, "n=%zu held=%zu length=%zu", n, held, length);
}

void check_overlap_add(check *t)
{
    for (size_t i = 1; i < n_lengths(); i++) {
        const size_t n = 1 + length_at(t, i - 1, 400);
        overlap_add_case(t, n, random_below(t, n + 1), n + random_below(t, n + 1));
        overlap_add_case(t, n, n, n);
        overlap_add_case(t, n, 0, n);
    }
}

/* exp(2 pi i j / n) */
static wide_complex turn(size_t j, size_t n)
{
    const wide angle = 2 * 3.14159265358979323846264338327950288L * (wide)(j % n) / (wide)n;
    return (wide_complex){cosl(angle), sinl(angle)};
}

static wide_complex product(wide_complex a, wide_complex b)
{
    return (wide_complex){a.r * b.r - a.i * b.i, a.r * b.i + a.i * b.r};
}

static wide_complex swapped_at(const check *t, const void *z, size_t point, size_t l)
{
    const size_t at = 2 * point * t->k->lanes + l;
    return (wide_complex){get(t, z, at + t->k->lanes), get(t, z, at)};
}

void check_repack(check *t)
{
    const size_t lanes = t->k->lanes;
    for (size_t i = 1; i < n_lengths(); i++) {
        const size_t m = 1 + length_at(t, i - 1, 500);
        void *z = noise(t, 0, 2 * (m + 1) * lanes, AT_END), *half = guarded(t, 1, 2 * (m / 2 + 1), AT_END);
        for (size_t k = 0; k <= m / 2; k++) {
            const wide_complex w = turn(k, 2 * m);
            put(t, half, 2 * k, (double)(w.r / 2));
            put(t, half, 2 * k + 1, (double)(-w.i / 2));
        }
        expected *e = expect(t, 0);
        for (size_t k = 0; k < m; k++)
            for (size_t l = 0; l < lanes; l++) {
                wide_complex a = swapped_at(t, z, k, l), b = swapped_at(t, z, m - k, l);
                if (k == 0) a.i = b.i = 0;
                const wide_complex turned = product((wide_complex){a.r - b.r, a.i + b.i}, turn(k, 2 * m));
                const wide bound = 6 * t->u * (fabsl(a.r) + fabsl(a.i) + fabsl(b.r) + fabsl(b.i));
                e[2 * k * lanes + l] = (expected){(a.i - b.i + turned.r) / 2, bound};
                e[(2 * k + 1) * lanes + l] = (expected){(a.r + b.r - turned.i) / 2, bound};
            }
        for (size_t l = 0; l < lanes; l++) {  /* real bins have no imaginary part that is looked at */
            put(t, z, l, NAN);
            put(t, z, 2 * m * lanes + l, NAN);
            e[2 * m * lanes + l].bound = UNSPECIFIED;
        }
        RUN(t, t->k->repack(z, m, half));
        if (!met(t, 0)) fail(t, "m=%zu", m);
    }
}

/* Sample j of column n from the classes that the complex passes have left, by the definition. */
static value column_sample(const check *t, const fsp_real_pass *pass, const void *z, const uint32_t *order, size_t n, size_t j,
                           size_t l)
{
    const size_t radix = pass->radix, m = pass->m, class_stride = pass->class_stride;
    const int twiddled = pass->factors == FSP_TWIDDLED;
    const size_t real = twiddled ? n + j % 2 * m : (2 * n + j % 2 * m) % (2 * m);
    const wide_complex pair = swapped_at(t, z, order[real / 2], l);
    value x = {real % 2 ? pair.i : pair.r, 0};
    x.err = fabsl(x.x);
    for (size_t k = 1; k < radix / 2; k++) {
        const wide_complex y = swapped_at(t, z, k * class_stride + order[n], l);
        const wide_complex turned = product(y, product(turn(j * k, radix), twiddled ? turn(n * k, radix * m) : turn(0, 1)));
        x.x += turned.r;
        x.err += fabsl(y.r) + fabsl(y.i);
    }
    x.err *= 8 * t->u;
    return x;
}

static void real_even_back_case(check *t, size_t radix, size_t m, size_t held, size_t length)
{
    const size_t lanes = t->k->lanes, n = radix * m, class_stride = m + 1 + random_below(t, 3);
    const void *z = noise(t, 0, 2 * class_stride * (radix / 2) * lanes, AT_END), *window = noise(t, 3, n, AT_END);
    const uint32_t *order = shuffled(t, 1, m, m), *sample = shuffled(t, 6, n, n);
    void *twiddles = m % 2 ? NULL : guarded(t, 2, (radix - 2) * m, AT_END);
    for (size_t i = 0; twiddles && i < m; i++)
        for (size_t k = 1; k < radix / 2; k++) {
            const wide_complex w = turn(i * k, n);
            put(t, twiddles, 2 * (i * (radix / 2 - 1) + k - 1), (double)w.r);
            put(t, twiddles, 2 * (i * (radix / 2 - 1) + k - 1) + 1, (double)-w.i);
        }
    const fsp_real_pass pass = {twiddles ? FSP_TWIDDLED : FSP_COPRIME, radix, m, class_stride, sample, window, twiddles};
    const fsp_ring ring = some_ring(t, n, sample, held, length);
    expected *e = expect_ring(t, &ring, n);
    for (size_t i = 0; i < n; i++)
        for (size_t l = 0; l < lanes; l++)
            expect_sum(t, &ring, e, sample[i], i, l, get(t, window, i),
                       column_sample(t, &pass, z, order, i / radix, i % radix, l));
    fsp_ahead ahead = {.every = 1 + random_below(t, 5)};
    RUN(t, t->k->real_even_back(&pass, z, order, &ring, &ahead));
    if (!met(t, 4)) fail(t, "radix=%zu m=%zu held=%zu length=%zu", radix, m, held, length);
}

void check_real_even_back(check *t)
{
    for (int i = 0; i < (options.quick ? 40 : 200); i++) {
        const size_t radix = (size_t)2 << i % 4, m = 1 + random_below(t, 33), n = radix * m;
        real_even_back_case(t, radix, m, i % 9 ? random_below(t, n + 1) : n, n + (i % 3 ? random_below(t, n) : 0));
    }
}

/* Lanes that start alike within cache lines, and those that do not; some without a place to go. */
void check_emit(check *t)
{
    const size_t lanes = t->k->lanes;
    for (size_t i = 0; i < n_lengths(); i++) {
        const size_t n = length_at(t, i, 700), gap = i % 3 ? (lanes - n % lanes) % lanes : random_below(t, 4);
        const void *slot = noise(t, 0, fsp_spread(n) * lanes, AT_END), *scale = noise(t, 1, n, i % N_PLACES);
        void *out[MOST_LANES];
        char *y = guarded(t, 2, n ? (lanes - 1) * (n + gap) + n : 0, AT_END), *want = twin(2);
        for (size_t l = 0; l < lanes; l++) {
            const size_t first = (lanes - 1 - l) * (n + gap);
            out[l] = random_below(t, 6) ? y + (n ? first : 0) * t->k->itemsize : NULL;
            for (size_t j = 0; out[l] && j < n; j++)
                put(t, want, first + j, get(t, slot, fsp_spread(j) * lanes + l) * get(t, scale, j));
        }
        RUN(t, t->k->emit(slot, scale, n, out));
        if (!same(2)) fail(t, "n=%zu: not the bits of one multiplication", n);
    }
}

/* through fastspec.h ----------------------------------------------------------------------------------------------- */

enum { CHANNELS = 2, MOST_SIGNAL = 1 << 14, MOST_POINTS = 1 << 10 };

typedef struct {
    fsp_inverse_config config;
    size_t n_frames, n_samples, frame_stride;
    const void *data;    /* CHANNELS x n_frames x frame_stride */
    const double *window;
} inverse_scene;

/* Samples of one channel, each with a bound: an inverse FFT is off by its L2 error at most, and the sums' rounding. */
static void inverse_reference(const check *t, const inverse_scene *s, size_t channel, value *y)
{
    static wide_complex x[MOST_POINTS], out[MOST_POINTS];
    static wide squares[MOST_SIGNAL];
    const size_t n = s->config.n_fft;
    const wide smallest = t->precision == FSP_F32 ? 0x1p-126L : 0x1p-1022L;
    for (size_t i = 0; i < s->n_samples; i++) y[i] = (value){squares[i] = 0, 0};
    for (size_t f = 0; f < s->n_frames; f++) {
        const char *frame = (const char *)s->data + (channel * s->n_frames + f) * s->frame_stride * t->k->itemsize;
        wide size = 0;
        for (size_t k = 0; k < n; k++) {
            const wide_complex b = bin_of(t, frame, n, k <= n / 2 ? k : n - k);
            x[k] = (wide_complex){b.r, k <= n / 2 ? -b.i : b.i};  /* conjugate: the forward transform is the inverse */
            size += b.r * b.r + b.i * b.i;
        }
        dft(x, n, out);
        const wide err = (3 * sqrtl(log2l((wide)(n > 2 ? n : 2))) + 4) * t->u * sqrtl(size / n);
        for (size_t i = 0; i < n; i++) {
            const ptrdiff_t at = (ptrdiff_t)(f * s->config.hop_length + i) - (ptrdiff_t)s->config.lead;
            if (at < 0 || at >= (ptrdiff_t)s->n_samples) continue;
            const wide w = s->window[i], v = out[i].r / n;
            y[at].x += w * v;
            y[at].err += fabsl(w) * err + 4 * t->u * fabsl(w * v) + t->u * fabsl(y[at].x);
            squares[at] += w * w;
        }
    }
    for (size_t i = 0; i < s->n_samples; i++) {
        const wide by = squares[i] > smallest ? squares[i] : 1;
        y[i] = (value){y[i].x / by, y[i].err / by + 3 * t->u * fabsl(y[i].x / by)};
    }
}

static void inverse_case(check *t, inverse_scene *s)
{
    static value y[MOST_SIGNAL];
    static char first_bits[CHANNELS * MOST_SIGNAL * sizeof(double)];
    const size_t channel_reals = s->n_frames * s->frame_stride, size = t->k->itemsize;
    const ptrdiff_t from[CHANNELS] = {0, (ptrdiff_t)channel_reals}, to[CHANNELS] = {(ptrdiff_t)s->n_samples + 3, 0};
    const fsp_spectra in = {.data = s->data, .n_channels = CHANNELS, .n_frames = s->n_frames, .channel_offset = from,
                            .frame_stride = (ptrdiff_t)s->frame_stride};
    const char *name = "n_fft=%zu hop=%zu lead=%zu frames=%zu samples=%zu: %s";
    fsp_inverse *inverse;
    if (fsp_inverse_create(&s->config, &inverse))
        return fail(t, name, s->config.n_fft, s->config.hop_length, s->config.lead, s->n_frames, s->n_samples,
                    "no plan");
    for (int n_threads = 1; n_threads < 9; n_threads += 3) {
        char *out = guarded(t, 1, 2 * s->n_samples + 3, AT_END);
        expected *e = expect(t, 1);
        for (size_t c = 0; c < CHANNELS; c++) {
            inverse_reference(t, s, c, y);
            for (size_t i = 0; i < s->n_samples; i++) e[to[c] + (ptrdiff_t)i] = (expected){y[i].x, y[i].err};
        }
        const fsp_status status = fsp_inverse_run(inverse, &in, out, to, s->n_samples, n_threads);
        const int good = status == FSP_OK && met(t, 1) && canaries_alive(0);
        if (n_threads == 1) memcpy(first_bits, out, (2 * s->n_samples + 3) * size);
        if (!good || memcmp(first_bits, out, (2 * s->n_samples + 3) * size))
            fail(t, name, s->config.n_fft, s->config.hop_length, s->config.lead, s->n_frames, s->n_samples,
                 good ? "other bits" : "wrong");
    }
    fsp_inverse_destroy(inverse);
}

void check_inverse(check *t)
{
    for (int i = 0; i < (options.quick ? 30 : 100); i++) {
        const size_t n = 1 + random_below(t, i % 3 ? 90 : 300), hop = 1 + random_below(t, i % 5 ? n : n + 9);
        inverse_scene s = {.config = {.precision = t->precision, .isa = t->k->isa, .n_fft = n, .hop_length = hop}};
        s.config.lead = i % 2 ? n / 2 : random_below(t, n + 1);
        s.n_frames = 1 + random_below(t, i % 7 ? 60 : 4000 / hop);
        s.n_samples = random_below(t, s.n_frames * hop + n + 10) % MOST_SIGNAL;
        s.frame_stride = 2 * (n / 2 + 1) + random_below(t, 3);
        double *window = random_reals(t, n, 0.2, 1);
        s.window = s.config.window = window;
        s.data = noise(t, 0, CHANNELS * s.n_frames * s.frame_stride, AT_END);
        inverse_case(t, &s);
        free(window);
    }
}
