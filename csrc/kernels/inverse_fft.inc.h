/* The real FFT of even length backwards, into a ring. The forward passes
 * become inverse ones if the real and imaginary parts of all numbers are swapped, as they are from put_bin to real_columns_back. */

/* x * (w[0] - i w[1]) of a swapped x */
INLINE C c_unscale_swapped(C x, const REAL *w)
{
    return (C){v_fma_at(x.r, w + 1, v_mul_at(x.i, w)), v_fnma_at(x.i, w + 1, v_mul_at(x.r, w))};
}

/* `unpack` backwards, over swapped numbers: of bins 0 .. m of a real sequence of 2m points, half of what its m-point complex
 * FFT would be. Z[k]/2, conj(Z[m-k])/2 = (U[k] + conj U[m-k])/2 +- i w^-k (U[k] - conj U[m-k])/2 */
static void k_repack(void *swapped, size_t m, const void *half_twiddles)
{
    const V half = v_set((REAL)0.5);
    C *z = swapped;
    const V first = half * z[0].i, last = half * z[m].i;
    z[0] = (C){first - last, first + last};
    for (size_t k = 1; k <= m / 2; k++) {
        C *p = z + k, *q = z + m - k;
        const C e = {half * (p->i + q->i), half * (p->r - q->r)}, o = {p->r + q->r, p->i - q->i};
        const C t = c_unscale_swapped(o, (const REAL *)half_twiddles + 2 * k);
        *q = (C){t.r - e.i, e.r + t.i};
        *p = (C){e.i + t.r, e.r - t.i};
    }
}

/* v[j] = e or o, as j is even or odd, + Re sum_k x[k] exp(2 pi i j k / radix), 0 < k < radix / 2 */
INLINE void real_4_back(V e, V o, C x1, V *v)
{
    v[0] = e + x1.r;
    v[1] = o - x1.i;
    v[2] = e - x1.r;
    v[3] = o + x1.i;
}

INLINE void real_8_back(V e, V o, const C *x, V *v)
{
    const V h = v_set(HALF_ROOT);
    V u[4];
    real_4_back(e, o, x[2], u);
    const V even_r = x[1].r + x[3].r, even_i = x[1].i - x[3].i, odd_r = x[1].r - x[3].r, odd_i = x[1].i + x[3].i;
    const V p = odd_r - odd_i, q = odd_r + odd_i;
    v[0] = u[0] + even_r;
    v[4] = u[0] - even_r;
    v[1] = v_fma(h, p, u[1]);
    v[5] = v_fnma(h, p, u[1]);
    v[2] = u[2] - even_i;
    v[6] = u[2] + even_i;
    v[3] = v_fnma(h, q, u[3]);
    v[7] = v_fma(h, q, u[3]);
}

INLINE void real_16_back(V e, V o, const C *x, V *v)
{
    const V h = v_set(HALF_ROOT), c = v_set(COS_PI_8), s = v_set(SIN_PI_8);
    const C even[4] = {{e, e}, x[2], x[4], x[6]};
    V u[8];
    real_8_back(e, o, even, u);
    const V a_r = x[1].r + x[7].r, a_i = x[1].i - x[7].i, b_r = x[3].r + x[5].r, b_i = x[3].i - x[5].i;
    const V p = a_r - b_r, q = a_i + b_i, sum = a_r + b_r, difference = b_i - a_i;
    v[0] = u[0] + sum;
    v[8] = u[0] - sum;
    v[4] = u[4] + difference;
    v[12] = u[4] - difference;
    v[2] = v_fma(h, p - q, u[2]);
    v[10] = v_fnma(h, p - q, u[2]);
    v[6] = v_fnma(h, p + q, u[6]);
    v[14] = v_fma(h, p + q, u[6]);
    const V f_r = x[1].r - x[7].r, f_i = x[1].i + x[7].i, g_r = x[3].r - x[5].r, g_i = x[3].i + x[5].i;
    const C y = c_mul((C){f_r - g_i, g_r - f_i}, c, -s), z = c_mul((C){f_r + g_i, f_i + g_r}, s, c);
    v[1] = u[1] + y.r;
    v[9] = u[1] - y.r;
    v[5] = u[5] + y.i;
    v[13] = u[5] - y.i;
    v[3] = u[3] + z.r;
    v[11] = u[3] - z.r;
    v[7] = u[7] - z.i;
    v[15] = u[7] + z.i;
}

INLINE void real_dft_back(V e, V o, const C *x, V *v, int radix)
{
    if (radix == 2) {
        v[0] = e;
        v[1] = o;
    } else if (radix == 4) {
        real_4_back(e, o, x[1], v);
    } else if (radix == 8) {
        real_8_back(e, o, x, v);
    } else {
        real_16_back(e, o, x, v);
    }
}

/* real_columns backwards: from the passes' results to samples, windowed and added where they belong. */
INLINE void real_columns_back(const fsp_real_pass *pass, const C *z, const uint32_t *order, const fsp_ring *ring, int radix,
                              fsp_factors factors, fsp_ahead *ahead)
{
    C x[8];
    V v[16];
    const REAL *window = pass->window, *twiddles = pass->twiddles;
    const uint32_t *sample = pass->sample, *place = ring->place, held = (uint32_t)ring->held;
    const size_t m = pass->m, class_stride = pass->class_stride;
    REAL *const at = ring->at;
    size_t odd = m / 2;
    for (size_t n = 0; n < m;) {
        fetch_ahead(ahead);
        const size_t end = m - n < 2 * ahead->every ? m : n + ahead->every;
        for (; n < end; n++, sample += radix, place += radix, window += radix) {
            V sum_even, sum_odd;
            if (factors == FSP_TWIDDLED) {
                const C *a = z + order[n / 2], *b = z + order[(n + m) / 2];
                sum_even = n % 2 ? a->r : a->i;
                sum_odd = n % 2 ? b->r : b->i;
            } else {
                sum_even = z[order[n]].i;
                sum_odd = z[order[odd]].r;
                odd = odd + 1 < m ? odd + 1 : 0;
            }
            UNROLL for (int k = 1; k < radix / 2; k++) {
                const C y = z[k * class_stride + order[n]];
                x[k] = factors == FSP_TWIDDLED ? c_unscale_swapped(y, twiddles + 2 * (k - 1)) : (C){y.i, y.r};
            }
            real_dft_back(sum_even, sum_odd, x, v, radix);
            /* To 16, not to radix: a loop with branches of which clang 14 learns the length late stays a loop, which cost
             * istft 6 % with AVX-512. */
            UNROLL for (int i = 0; i < 16; i++)
                if (i < radix) add_windowed((V *)(at + place[i]), sample[i] < held, window + i, v[i]);
            if (factors == FSP_TWIDDLED) twiddles += radix - 2;
        }
    }
}

INLINE void real_even_back(const fsp_real_pass *pass, const void *z, const uint32_t *order, const fsp_ring *ring, int radix,
                           fsp_ahead *ahead)
{
    if (pass->factors == FSP_TWIDDLED)
        real_columns_back(pass, z, order, ring, radix, FSP_TWIDDLED, ahead);
    else
        real_columns_back(pass, z, order, ring, radix, FSP_COPRIME, ahead);
}

static void k_real_even_back(const fsp_real_pass *pass, const void *z, const uint32_t *order, const fsp_ring *ring,
                             fsp_ahead *ahead)
{
    switch (pass->radix) {
    case 2: real_even_back(pass, z, order, ring, 2, ahead); break;
    case 4: real_even_back(pass, z, order, ring, 4, ahead); break;
    case 8: real_even_back(pass, z, order, ring, 8, ahead); break;
    default: real_even_back(pass, z, order, ring, 16, ahead); break;
    }
    clear_rest(ring, pass->radix * pass->m);
}
