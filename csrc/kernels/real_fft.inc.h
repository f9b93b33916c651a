/* frames -> spectrum: the window and the first, real pass of the FFT; then what the complex passes leave to do. */

/* The windowed sample n of LANES frames. `offsets` says where T keeps it; both tables are in the order of use. */
INLINE V windowed(const REAL *t, const uint32_t *offsets, const REAL *window, size_t n)
{
    return v_mul_at(v_load(t + offsets[n]), window + n);
}

typedef struct { V sum_even, sum_odd; C x[8]; } REAL_DFT;  /* x[k] for 0 < k < radix/2 */

/* X0 = e + o, X1 = x1, X2 = e - o of four real points. */
INLINE void real_4(V a, V b, V c, V d, V *e, V *o, C *x1)
{
    *e = a + c;
    *o = b + d;
    *x1 = (C){a - c, d - b};
}

/* X0 = e + o, X4 = e - o and X1..X3 of eight real points. */
INLINE void real_8(const V *v, V *e, V *o, C *x)
{
    const V h = v_set(HALF_ROOT);
    V ee, eo, oe, oo;
    C e1, o1;
    real_4(v[0], v[2], v[4], v[6], &ee, &eo, &e1);
    real_4(v[1], v[3], v[5], v[7], &oe, &oo, &o1);
    *e = ee + eo;
    *o = oe + oo;
    x[2] = (C){ee - eo, oo - oe};
    V p = o1.r + o1.i, q = o1.i - o1.r;
    x[1] = (C){v_fma(h, p, e1.r), v_fma(h, q, e1.i)};
    x[3] = (C){v_fnma(h, p, e1.r), v_fma(h, q, -e1.i)};
}

INLINE REAL_DFT real_dft(const V *v, int radix)
{
    REAL_DFT y;
    if (radix == 2) {
        y.sum_even = v[0];
        y.sum_odd = v[1];
    } else if (radix == 4) {
        real_4(v[0], v[1], v[2], v[3], &y.sum_even, &y.sum_odd, &y.x[1]);
    } else if (radix == 8) {
        real_8(v, &y.sum_even, &y.sum_odd, y.x);
    } else {
        const V h = v_set(HALF_ROOT), c = v_set(COS_PI_8), s = v_set(SIN_PI_8);
        V even[8] = {v[0], v[2], v[4], v[6], v[8], v[10], v[12], v[14]};
        V odd[8] = {v[1], v[3], v[5], v[7], v[9], v[11], v[13], v[15]};
        V ee, eo, oe, oo;
        C e[4], o[4];
        real_8(even, &ee, &eo, e);
        real_8(odd, &oe, &oo, o);
        y.sum_even = ee + eo;
        y.sum_odd = oe + oo;
        y.x[4] = (C){ee - eo, oo - oe};
        C t = c_mul(o[1], c, -s);
        y.x[1] = c_add(e[1], t);
        y.x[7] = (C){e[1].r - t.r, t.i - e[1].i};
        V p = o[2].r + o[2].i, q = o[2].i - o[2].r;
        y.x[2] = (C){v_fma(h, p, e[2].r), v_fma(h, q, e[2].i)};
        y.x[6] = (C){v_fnma(h, p, e[2].r), v_fma(h, q, -e[2].i)};
        t = c_mul(o[3], s, -c);
        y.x[3] = c_add(e[3], t);
        y.x[5] = (C){e[3].r - t.r, t.i - e[3].i};
    }
    return y;
}

/* N = radix * m: column n holds samples n, n + m, ... Class k of the outputs (bins = k mod radix) is an m-point
 * complex FFT at z + k * class_stride; classes 0 and radix/2 are the 2m-point FFT of the real sequence
 * (sum_even, sum_odd), packed as m complex points at z.
 * COPRIME: column n holds samples radix n, radix n + m, ... modulo N. The real sequence then has sum_even
 * of column n at 2n and sum_odd at 2n + m modulo 2m. */
INLINE void real_columns(const fsp_real_pass *pass, const REAL *t, const uint32_t *offsets, C *z, int radix, fsp_factors factors,
                         fsp_ahead *ahead)
{
    V v[16];
    const REAL *window = pass->window, *twiddles = pass->twiddles;
    const size_t m = pass->m, class_stride = pass->class_stride;
    size_t odd = m / 2;
    for (size_t n = 0; n < m;) {
        fetch_ahead(ahead);
        const size_t end = m - n < 2 * ahead->every ? m : n + ahead->every;
        for (; n < end; n++, offsets += radix, window += radix) {
            UNROLL for (int i = 0; i < radix; i++) v[i] = windowed(t, offsets, window, i);
            REAL_DFT y = real_dft(v, radix);
            if (factors == FSP_TWIDDLED) {
                ((V *)z)[n] = y.sum_even;
                ((V *)z)[n + m] = y.sum_odd;
                UNROLL for (int k = 1; k < radix / 2; k++)
                    z[k * class_stride + n] = c_scale(y.x[k], twiddles + 2 * (k - 1));
                twiddles += radix - 2;
            } else {
                z[n].r = y.sum_even;
                z[odd].i = y.sum_odd;
                odd = odd + 1 < m ? odd + 1 : 0;
                UNROLL for (int k = 1; k < radix / 2; k++) z[k * class_stride + n] = y.x[k];
            }
        }
    }
}

INLINE void real_even(const fsp_real_pass *pass, const void *t, const uint32_t *offsets, void *z, int radix, fsp_ahead *ahead)
{
    if (pass->factors == FSP_TWIDDLED)
        real_columns(pass, t, offsets, z, radix, FSP_TWIDDLED, ahead);
    else
        real_columns(pass, t, offsets, z, radix, FSP_COPRIME, ahead);
}

static void k_real_even(const fsp_real_pass *pass, const void *t, const uint32_t *offsets, void *z, fsp_ahead *ahead)
{
    switch (pass->radix) {
    case 2: real_even(pass, t, offsets, z, 2, ahead); break;
    case 4: real_even(pass, t, offsets, z, 4, ahead); break;
    case 8: real_even(pass, t, offsets, z, 8, ahead); break;
    default: real_even(pass, t, offsets, z, 16, ahead); break;
    }
}

/* From the m-point complex FFT Z (bin k at order[k]) of a packed 2m-point real sequence to its bins 0 .. m.
 * U[k], conj(U[m-k]) = (Z[k] + conj Z[m-k])/2 -+ i w^k (Z[k] - conj Z[m-k])/2; half_twiddles: w^k / 2.
 * U[m] goes to the slot after the last. */
INLINE void unpack(C *z, size_t m, const uint32_t *order, const REAL *half_twiddles, int mode)
{
    const V half = v_set((REAL)0.5);
    const V first = z[0].r + z[0].i, last = z[0].r - z[0].i;
    z[0] = (C){mode == FSP_PASS_POWER ? first * first : first, v_set(0)};
    z[m] = (C){mode == FSP_PASS_POWER ? last * last : last, v_set(0)};
    for (size_t k = 1; k <= m / 2; k++) {
        C *p = z + order[k], *q = z + order[m - k];
        C e = {p->r + q->r, p->i - q->i}, o = {p->r - q->r, p->i + q->i};
        C t = c_mul_minus_i(c_scale(o, half_twiddles + 2 * k));
        C u = {v_fma(half, e.r, t.r), v_fma(half, e.i, t.i)}, w = {v_fma(half, e.r, -t.r), v_fma(half, -e.i, t.i)};
        if (mode == FSP_PASS_POWER) {
            p->r = c_power(u);
            q->r = c_power(w);
        } else {
            *q = w;
            *p = u;
        }
    }
}

static void k_unpack(void *z, size_t m, const uint32_t *order, const void *half_twiddles, int mode)
{
    if (mode == FSP_PASS_POWER)
        unpack(z, m, order, half_twiddles, FSP_PASS_POWER);
    else
        unpack(z, m, order, half_twiddles, FSP_PASS_LAST);
}

static void k_window(const void *t, const uint32_t *offsets, const void *window, size_t n, void *r)
{
    for (size_t i = 0; i < n; i++) ((V *)r)[i] = windowed(t, offsets, window, i);
}

/* One real pass of odd radix p over p * m points: class 0 stays real in r[0 .. m-1]; class k = 1 .. p/2 goes,
 * twiddled, to z + (k-1) * class_stride. */
INLINE void real_odd(V *r, size_t m, const REAL *roots, const REAL *twiddles, size_t class_stride, C *z, int p)
{
    V a[FSP_LARGEST_RADIX / 2 + 1], b[FSP_LARGEST_RADIX / 2 + 1];
    const int half = p / 2;
    for (size_t n = 0; n < m; n++, twiddles += p - 1) {
        const V x0 = r[n];
        V sum = x0;
        UNROLL for (int j = 1; j <= half; j++) {
            V u = r[j * m + n], v = r[(p - j) * m + n];
            a[j] = u + v;
            b[j] = u - v;
            sum += a[j];
        }
        r[n] = sum;
        UNROLL for (int k = 1; k <= half; k++) {
            C x = {x0, v_set(0)};
            UNROLL for (int j = 1; j <= half; j++) {
                const REAL *w = roots + 2 * (j * k % p);
                x = (C){v_fma(v_set(w[0]), a[j], x.r), v_fnma(v_set(w[1]), b[j], x.i)};
            }
            z[(k - 1) * class_stride + n] = c_scale(x, twiddles + 2 * (k - 1));
        }
    }
}

static void k_real_odd(void *r, const fsp_pass *pass, size_t class_stride, void *z)
{
    switch (pass->radix) {
    case 3: real_odd(r, pass->m, pass->roots, pass->twiddles, class_stride, z, 3); break;
    case 5: real_odd(r, pass->m, pass->roots, pass->twiddles, class_stride, z, 5); break;
    case 7: real_odd(r, pass->m, pass->roots, pass->twiddles, class_stride, z, 7); break;
    default: real_odd(r, pass->m, pass->roots, pass->twiddles, class_stride, z, (int)pass->radix);
    }
}

/* Bluestein: any N as a circular convolution of n_conv points with a chirp. Window and chirp come multiplied. */
static void k_chirp_in(const void *t, const uint32_t *offsets, const void *weights, size_t n, size_t n_conv, void *z)
{
    const REAL *w = weights;
    C *y = z;
    for (size_t i = 0; i < n; i++) {
        V x = v_load((const REAL *)t + offsets[i]);
        y[i] = (C){v_mul_at(x, w + 2 * i), v_mul_at(x, w + 2 * i + 1)};
    }
    for (size_t i = n; i < n_conv; i++) y[i] = (C){v_set(0), v_set(0)};
}

/* Times the chirp's spectrum, back into natural order, real and imaginary parts swapped: the next forward FFT of
 * it is the inverse one of the product, swapped again. */
static void k_chirp_multiply(const void *z, const uint32_t *order, const void *filter, size_t n_conv, void *y)
{
    for (size_t k = 0; k < n_conv; k++) {
        C p = c_scale(((const C *)z)[order[k]], (const REAL *)filter + 2 * k);
        ((C *)y)[k] = (C){p.i, p.r};
    }
}

static void k_chirp_out(const void *y, const uint32_t *order, const void *chirp, size_t n_bins, void *z, int mode)
{
    C *out = z;
    for (size_t k = 0; k < n_bins; k++) {
        C c = ((const C *)y)[order[k]];
        if (mode == FSP_PASS_POWER)
            out[k].r = c_power(c);  /* |chirp| = 1 */
        else
            out[k] = c_scale((C){c.i, c.r}, (const REAL *)chirp + 2 * k);
    }
}
