/* spectrum -> samples, for an inverse FFT of its own (inverse_fft.inc.h), or by way of the forward one: with H = Re X - Im X
 * (the Hartley spectrum, n real numbers), F = FFT(H) gives x[i] = Re F[i] - Im F[i] and x[n-i] = Re F[i] + Im F[i], the 1/n
 * being in the FFT's window.
 *
 * Lanes are stretches of the signal that lie far apart, each going forward frame by frame: overlap-add never crosses
 * lanes, and adds frames in the order of time. */

#ifndef FSP_RSQRT
INLINE V v_rsqrt(V x) { return v_set(1) / v_sqrt(x); }
#endif

enum {
    BINS_A_ROW = LANES > 1 ? LANES / 2 : 1,  /* complex numbers in a vector */
    LONG_ROW = 4096 / REAL_BYTES,
};

/* Fetches each lane's line eight lines ahead: the hardware does not follow so many streams by itself. Long rows come from main
 * memory, for which the first level cannot wait often enough at a time: their lines 32 ahead go to the second level. */
INLINE void fetch_rows(const REAL *const *frames, size_t at, size_t n)
{
    for (int l = 0; l < LANES; l++) __builtin_prefetch(frames[l] + at + 8 * A_LINE);
    for (int l = 0; l < LANES && n >= LONG_ROW; l++) fetch_far(frames[l] + at + 32 * A_LINE);
}

/* Bins from k on of one frame per lane, BINS_A_ROW of them or the `count` that there are. */
INLINE void load_bins(const REAL *const *frames, size_t k, size_t count, V *re, V *im)
{
#if LANES > 1
    V v[LANES];
    UNROLL for (int l = 0; l < LANES; l++)
        v[l] = count >= BINS_A_ROW ? v_load(frames[l] + 2 * k) : v_load_some(frames[l] + 2 * k, 2 * count);
    v_transpose(v);
    UNROLL for (int j = 0; j < LANES / 2; j++) {
        re[j] = v[2 * j];
        im[j] = v[2 * j + 1];
    }
#else
    (void)count;
    re[0] = v_set(frames[0][2 * k]);
    im[0] = v_set(frames[0][2 * k + 1]);
#endif
}

INLINE void put_hartley(V *h, size_t n, size_t k, V re, V im)
{
    if (k == 0 || 2 * k == n) {
        h[fsp_spread(k)] = re;
    } else {
        h[fsp_spread(k)] = re - im;
        h[fsp_spread(n - k)] = re + im;
    }
}

INLINE void put_bin(V *spectrum, size_t k, const fsp_places *places, V re, V im)
{
    V *z = spectrum + places->at[k];
    z[0] = im * v_set(((const REAL *)places->sign)[k]);
    z[1] = re;
}

/* Bin 0 and, if n is even, bin n/2 are real: their imaginary parts are ignored. (put_hartley does so by itself.) */
INLINE void clear_imaginary(V *spectrum, size_t n, const fsp_places *places)
{
    spectrum[places->at[0]] = v_set(0);
    if (n % 2 == 0) spectrum[places->at[n / 2]] = v_set(0);
}

INLINE void load_spectra(const REAL *const *frames, size_t n, const fsp_places *places, fsp_inverse_way way, V *spectrum)
{
    const size_t n_bins = n / 2 + 1;
    V re[BINS_A_ROW], im[BINS_A_ROW];
    for (size_t k = 0; k < n_bins; k += BINS_A_ROW) {
        const size_t count = n_bins - k;
        if (2 * k % A_LINE == 0) fetch_rows(frames, 2 * k, 2 * n_bins);
        load_bins(frames, k, count, re, im);
        for (size_t j = 0; j < BINS_A_ROW && j < count; j++) {
            if (way == FSP_DIRECT)
                put_bin(spectrum, k + j, places, re[j], im[j]);
            else
                put_hartley(spectrum, n, k + j, re[j], im[j]);
        }
    }
    if (way == FSP_DIRECT) clear_imaginary(spectrum, n, places);
}

static void k_load_spectra(const void *const *frames, size_t n, const fsp_places *places, void *spectrum)
{
    if (places->way == FSP_DIRECT)
        load_spectra((const REAL *const *)frames, n, places, FSP_DIRECT, spectrum);
    else
        load_spectra((const REAL *const *)frames, n, places, FSP_HARTLEY, spectrum);
}

INLINE V *ring_at(const fsp_ring *ring, size_t i) { return (V *)((REAL *)ring->at + ring->place[i]); }

/* Adds window * x to what is there if that is `held`; else overwrites it. */
INLINE void add_windowed(V *at, int held, const REAL *window, V x)
{
    *at = held ? v_fma_at(x, window, *at) : v_mul_at(x, window);
}

/* Zeros at the places that no sample of a frame of n goes to. */
INLINE void clear_rest(const fsp_ring *ring, size_t n)
{
    for (size_t i = n; i < ring->length; i++) *ring_at(ring, i) = v_set(0);
}

static void k_overlap_add(const void *tile, const uint32_t *where, const void *sign, size_t n, const void *window,
                          const fsp_ring *ring)
{
    const V *f = tile;
    const REAL *s = sign, *w = window;
    for (size_t i = 0; i <= n / 2; i++) {
        const V re = f[where[i]], im = f[where[i] + 1], s_i = v_set(s[i]);
        const V x = v_fnma(s_i, im, re), y = v_fma(s_i, im, re);
        add_windowed(ring_at(ring, i), i < ring->held, w + i, x);
        if (i > 0 && 2 * i != n) add_windowed(ring_at(ring, n - i), n - i < ring->held, w + n - i, y);
    }
    clear_rest(ring, n);
}

/* out[l][i + j] = slot[i + j][l] * scale[i + j] for j < count <= LANES. The numbers `after` further on will be written next. */
INLINE void emit_some(const V *slot, const REAL *scale, size_t i, size_t count, size_t after, void *const *out)
{
    V v[LANES];
    UNROLL for (size_t j = 0; j < LANES; j++) v[j] = j < count ? slot[fsp_spread(i + j)] * v_set(scale[i + j]) : v_set(0);
    v_transpose(v);
    UNROLL for (int l = 0; l < LANES; l++) {
        if (!out[l]) continue;
        store_up_to((REAL *)out[l] + i, v[l], count);
        fetch_far((REAL *)out[l] + i + after);
    }
}

/* out[l][i] = slot[i][l] * scale[i] for i < n, the slot being spread; lanes whose out[l] is NULL are not written. The n numbers
 * after these will be written next. */
static void k_emit(const void *slot, const void *scale, size_t n, void *const *out)
{
    size_t i = 0;
    for (; i + LANES <= n; i += LANES) emit_some(slot, scale, i, LANES, n, out);
    if (i < n) emit_some(slot, scale, i, n - i, n, out);
}

/* Griffin and Lim's step: the phases of the tile's spectrum - momentum * the one before, with the magnitudes wanted. `bins`
 * holds these, then the spectrum before, two vectors a bin, which the new one replaces. Below SMALLEST_SQUARE, |.|^2 would
 * lose its digits to underflow; such a bin fades instead. */
INLINE void rephase(const fsp_rephasing *r, const V *f, V *bins, int remembers, fsp_inverse_way way, V *spectrum)
{
    const V momentum = v_set((REAL)r->momentum), smallest = v_set(SMALLEST_SQUARE), largest = v_set(LARGEST);
    const REAL *sign = r->sign;
    const V *magnitude = bins;
    V *before = bins + r->n / 2 + 1;
    for (size_t k = 0; k <= r->n / 2; k++, before += 2) {
        const V re = f[r->where[k]], im = f[r->where[k] + 1] * v_set(sign[k]);
        const V x = remembers ? v_fnma(momentum, before[0], re) : re, y = remembers ? v_fnma(momentum, before[1], im) : im;
        const V square = v_min(largest, v_max(smallest, v_fma(x, x, y * y)));
        const V scale = magnitude[k] * v_rsqrt(square);
        before[0] = re;
        before[1] = im;
        if (way == FSP_DIRECT)
            put_bin(spectrum, k, r->places, x * scale, y * scale);
        else
            put_hartley(spectrum, r->n, k, x * scale, y * scale);
    }
    if (way == FSP_DIRECT) clear_imaginary(spectrum, r->n, r->places);
}

static void k_rephase(const fsp_rephasing *r, const void *tile, void *bins, void *spectrum)
{
    const fsp_inverse_way way = r->places->way;
    if (!r->remembers)
        rephase(r, tile, bins, 0, way, spectrum);
    else if (way == FSP_DIRECT)
        rephase(r, tile, bins, 1, FSP_DIRECT, spectrum);
    else
        rephase(r, tile, bins, 1, FSP_HARTLEY, spectrum);
}

/* out[i] = slot[i] * scale[i], a vector each, the slot being spread */
static void k_replace(const void *slot, const void *scale, size_t n, void *out)
{
    for (size_t i = 0; i < n; i++) ((V *)out)[i] = ((const V *)slot)[fsp_spread(i)] * ((const V *)scale)[i];
}

/* What the stretches before have left for these columns comes first in the sum, as it is earlier in time. */
static void k_join(void *columns, const void *tails, size_t tails_stride, size_t n)
{
    V *x = columns;
    for (size_t i = 0; i < n; i++) x[i] = v_load((const REAL *)tails + i * tails_stride) + x[i];
}

static void k_join_scaled(void *columns, const void *tails, size_t tails_stride, const void *scale, size_t n)
{
    V *x = columns;
    for (size_t i = 0; i < n; i++) x[i] = (v_load((const REAL *)tails + i * tails_stride) + x[i]) * ((const V *)scale)[i];
}
