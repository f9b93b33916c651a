/* spectrum -> samples. The inverse real FFT is the forward one: with H = Re X - Im X (the Hartley spectrum, n real
 * numbers), F = FFT(H) gives x[i] = Re F[i] - Im F[i] and x[n-i] = Re F[i] + Im F[i]. The 1/n is in the FFT's window.
 *
 * Lanes are stretches of the signal that lie far apart, each going forward frame by frame: overlap-add never crosses
 * lanes, and adds frames in the order of time. */

#ifndef FSP_RSQRT
INLINE V v_rsqrt(V x) { return v_set(1) / v_sqrt(x); }
#endif

enum {
    BINS_A_ROW = LANES > 1 ? LANES / 2 : 1,  /* complex numbers in a vector */
    ROW_AHEAD = 512 / REAL_BYTES,  /* eight cache lines: more streams are read at once than the hardware follows */
};

/* Bins k .. of one frame per lane; `count` of them are there. */
INLINE void load_bins(const REAL *const *frames, size_t k, size_t count, V *re, V *im)
{
#if LANES > 1
    V v[LANES];
    UNROLL for (int l = 0; l < LANES; l++)
        v[l] = count >= BINS_A_ROW ? v_load(frames[l] + 2 * k) : v_load_some(frames[l] + 2 * k, 2 * count);
    for (int l = 0; l < LANES; l++) __builtin_prefetch(frames[l] + 2 * k + ROW_AHEAD);
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

/* Bin 0 and, of even n, bin n/2 are real: what stands as their imaginary part is not looked at. */
INLINE void put_hartley(V *h, size_t n, size_t k, V re, V im)
{
    if (k == 0 || 2 * k == n) {
        h[fsp_hartley_at(k)] = re;
    } else {
        h[fsp_hartley_at(k)] = re - im;
        h[fsp_hartley_at(n - k)] = re + im;
    }
}

static void k_hartley(const void *const *frames, size_t n, void *hartley)
{
    const size_t n_bins = n / 2 + 1;
    V re[BINS_A_ROW], im[BINS_A_ROW];
    for (size_t k = 0; k < n_bins; k += BINS_A_ROW) {
        const size_t count = n_bins - k;
        load_bins((const REAL *const *)frames, k, count, re, im);
        for (size_t j = 0; j < BINS_A_ROW && j < count; j++) put_hartley(hartley, n, k + j, re[j], im[j]);
    }
}

/* Place `start + i` of a ring. */
INLINE V *ring_at(V *ring, size_t length, size_t start, size_t i)
{
    const size_t at = start + i;
    return ring + (at < length ? at : at - length);
}

/* ring[(start + i) mod length] = window[i] * x[i] for the last `fresh` of the n samples, += before; and 0 from n on, so
 * that what the ring has held before is never read. */
static void k_overlap_add(const void *tile, const uint32_t *where, const void *sign, size_t n, size_t fresh,
                          const void *window, void *ring, size_t length, size_t start)
{
    const V *f = tile;
    const REAL *s = sign, *w = window;
    for (size_t i = 0; i <= n / 2; i++) {
        const V re = f[where[i]], im = f[where[i] + 1], s_i = v_set(s[i]);
        const V x = v_fnma(s_i, im, re), y = v_fma(s_i, im, re);
        V *at = ring_at(ring, length, start, i);
        *at = i + fresh < n ? v_fma_at(x, w + i, *at) : v_mul_at(x, w + i);
        if (i == 0 || 2 * i == n) continue;
        at = ring_at(ring, length, start, n - i);
        *at = i > fresh ? v_fma_at(y, w + n - i, *at) : v_mul_at(y, w + n - i);
    }
    for (size_t i = n; i < length; i++) *ring_at(ring, length, start, i) = v_set(0);
}

/* out[l][i + j] = x[j][l] * scale[j] for j < count <= LANES */
INLINE void emit_some(const V *x, const REAL *scale, size_t count, void *const *out, size_t i)
{
    V v[LANES];
    UNROLL for (size_t j = 0; j < LANES; j++) v[j] = j < count ? x[j] * v_set(scale[j]) : v_set(0);
    v_transpose(v);
    UNROLL for (int l = 0; l < LANES; l++) store_up_to((REAL *)out[l] + i, v[l], count);
}

/* out[l][i] = slot[i][l] * scale[i] for i < n */
static void k_emit(const void *slot, const void *scale, size_t n, void *const *out)
{
    const V *x = slot;
    const REAL *s = scale;
    size_t i = 0;
    for (; i + LANES <= n; i += LANES) emit_some(x + i, s + i, LANES, out, i);
    if (i < n) emit_some(x + i, s + i, n - i, out, i);
}

/* Griffin and Lim's step from the spectrum that a tile holds: the phases of it - momentum * the one before, with the
 * magnitudes wanted. `bins` holds these, then the spectrum before, two vectors a bin, which the new one replaces; without
 * momentum that is not read, and may be anything. Below SMALLEST_SQUARE, |.|^2 would lose its digits to underflow; such a
 * bin fades instead. */
INLINE void rephase(const V *f, const uint32_t *where, const REAL *s, size_t n, V *bins, REAL momentum, int remembers, V *hartley)
{
    const V a = v_set(momentum), smallest = v_set(SMALLEST_SQUARE), largest = v_set(LARGEST);
    const V *magnitude = bins;
    V *before = bins + n / 2 + 1;
    for (size_t k = 0; k <= n / 2; k++, before += 2) {
        const V re = f[where[k]], im = f[where[k] + 1] * v_set(s[k]);
        const V x = remembers ? v_fnma(a, before[0], re) : re, y = remembers ? v_fnma(a, before[1], im) : im;
        const V square = v_min(largest, v_max(smallest, v_fma(x, x, y * y)));
        const V scale = magnitude[k] * v_rsqrt(square);
        before[0] = re;
        before[1] = im;
        put_hartley(hartley, n, k, x * scale, y * scale);
    }
}

static void k_rephase(const void *tile, const uint32_t *where, const void *sign, size_t n, void *bins, double momentum,
                      void *hartley)
{
    if (momentum == 0)
        rephase(tile, where, sign, n, bins, 0, 0, hartley);
    else
        rephase(tile, where, sign, n, bins, (REAL)momentum, 1, hartley);
}

/* out[i] = slot[i] * scale[i], a vector each */
static void k_replace(const void *slot, const void *scale, size_t n, void *out)
{
    for (size_t i = 0; i < n; i++) ((V *)out)[i] = ((const V *)slot)[i] * ((const V *)scale)[i];
}

/* columns[i] = (tails[i * tails_stride ..] + columns[i]) * scale[i]: what the stretches before have left comes first, as
 * it is earlier in time. No `scale`: ones. */
static void k_join(void *columns, const void *tails, size_t tails_stride, const void *scale, size_t n)
{
    V *x = columns;
    for (size_t i = 0; i < n; i++) {
        const V sum = v_load((const REAL *)tails + i * tails_stride) + x[i];
        x[i] = scale ? sum * ((const V *)scale)[i] : sum;
    }
}
