/* Complex FFT of n points per lane, in place, decimation in frequency: the passes leave bin k where
 * `order` in fft.c says. A pass of radix R splits every run of R * m points into R runs of m. */

static const REAL HALF_ROOT = (REAL)0.70710678118654752440;  /* cos(pi/4) */
static const REAL COS_PI_8 = (REAL)0.92387953251128675613;
static const REAL SIN_PI_8 = (REAL)0.38268343236508977173;

/* x * (c + i s) */
INLINE C c_mul(C x, V c, V s)
{
    return (C){v_fnma(x.i, s, x.r * c), v_fma(x.i, c, x.r * s)};
}

INLINE C c_scale(C x, const REAL *w) { return c_mul(x, v_set(w[0]), v_set(w[1])); }

INLINE void fft_2(C *x)
{
    C t = c_sub(x[0], x[1]);
    x[0] = c_add(x[0], x[1]);
    x[1] = t;
}

INLINE void fft_4(C *x)
{
    C a = c_add(x[0], x[2]), b = c_sub(x[0], x[2]);
    C c = c_add(x[1], x[3]), d = c_mul_minus_i(c_sub(x[1], x[3]));
    x[0] = c_add(a, c);
    x[1] = c_add(b, d);
    x[2] = c_sub(a, c);
    x[3] = c_sub(b, d);
}

INLINE void fft_8(C *x)
{
    const V h = v_set(HALF_ROOT);
    C e[4] = {x[0], x[2], x[4], x[6]}, o[4] = {x[1], x[3], x[5], x[7]};
    fft_4(e);
    fft_4(o);
    C o1 = {o[1].r + o[1].i, o[1].i - o[1].r}, o2 = c_mul_minus_i(o[2]), o3 = {o[3].i - o[3].r, o[3].r + o[3].i};
    x[0] = c_add(e[0], o[0]);
    x[4] = c_sub(e[0], o[0]);
    x[2] = c_add(e[2], o2);
    x[6] = c_sub(e[2], o2);
    x[1] = (C){v_fma(h, o1.r, e[1].r), v_fma(h, o1.i, e[1].i)};
    x[5] = (C){v_fnma(h, o1.r, e[1].r), v_fnma(h, o1.i, e[1].i)};
    x[3] = (C){v_fma(h, o3.r, e[3].r), v_fnma(h, o3.i, e[3].i)};
    x[7] = (C){v_fnma(h, o3.r, e[3].r), v_fma(h, o3.i, e[3].i)};
}

INLINE void fft_16(C *x)
{
    const V h = v_set(HALF_ROOT), c = v_set(COS_PI_8), s = v_set(SIN_PI_8);
    C y[4][4];
    UNROLL for (int j = 0; j < 4; j++) {
        UNROLL for (int a = 0; a < 4; a++) y[a][j] = x[j + 4 * a];
        C t[4] = {y[0][j], y[1][j], y[2][j], y[3][j]};
        fft_4(t);
        UNROLL for (int a = 0; a < 4; a++) y[a][j] = t[a];
    }
    /* Twiddles W16^(a j); those on the diagonals cost one multiplication by cos(pi/4). */
    y[1][1] = c_mul(y[1][1], c, -s);
    y[1][2] = (C){h * (y[1][2].r + y[1][2].i), h * (y[1][2].i - y[1][2].r)};
    y[1][3] = c_mul(y[1][3], s, -c);
    y[2][1] = (C){h * (y[2][1].r + y[2][1].i), h * (y[2][1].i - y[2][1].r)};
    y[2][2] = c_mul_minus_i(y[2][2]);
    y[2][3] = (C){h * (y[2][3].i - y[2][3].r), -h * (y[2][3].r + y[2][3].i)};
    y[3][1] = c_mul(y[3][1], s, -c);
    y[3][2] = (C){h * (y[3][2].i - y[3][2].r), -h * (y[3][2].r + y[3][2].i)};
    y[3][3] = c_mul(y[3][3], -c, s);
    UNROLL for (int a = 0; a < 4; a++) {
        fft_4(y[a]);
        UNROLL for (int b = 0; b < 4; b++) x[a + 4 * b] = y[a][b];
    }
}

/* Any odd p from its definition, halved by symmetry: with a_j, b_j = x_j +- x_(p-j),
 * X_k, X_(p-k) = (x_0 + sum a_j cos) -+ i (sum b_j sin). roots: cos(2 pi j/p), sin(2 pi j/p) for j < p. */
INLINE void fft_odd(C *x, const REAL *roots, int p)
{
    C a[FSP_LARGEST_RADIX / 2 + 1], b[FSP_LARGEST_RADIX / 2 + 1], y[FSP_LARGEST_RADIX];
    const int half = p / 2;
    y[0] = x[0];
    UNROLL for (int j = 1; j <= half; j++) {
        a[j] = c_add(x[j], x[p - j]);
        b[j] = c_sub(x[j], x[p - j]);
        y[0] = c_add(y[0], a[j]);
    }
    UNROLL for (int k = 1; k <= half; k++) {
        C even = x[0], odd = {v_set(roots[2 * k + 1]) * b[1].r, v_set(roots[2 * k + 1]) * b[1].i};
        UNROLL for (int j = 1; j <= half; j++) {
            V c = v_set(roots[2 * (j * k % p)]);
            even = (C){v_fma(c, a[j].r, even.r), v_fma(c, a[j].i, even.i)};
        }
        UNROLL for (int j = 2; j <= half; j++) {
            V s = v_set(roots[2 * (j * k % p) + 1]);
            odd = (C){v_fma(s, b[j].r, odd.r), v_fma(s, b[j].i, odd.i)};
        }
        y[k] = c_add(even, c_mul_minus_i(odd));
        y[p - k] = c_sub(even, c_mul_minus_i(odd));
    }
    UNROLL for (int k = 0; k < p; k++) x[k] = y[k];
}

INLINE void butterfly(C *x, const REAL *roots, int radix)
{
    switch (radix) {
    case 2: fft_2(x); break;
    case 4: fft_4(x); break;
    case 8: fft_8(x); break;
    case 16: fft_16(x); break;
    default: fft_odd(x, roots, radix);
    }
}

INLINE void fetch(fsp_lines *lines, int write)
{
    size_t n = lines->each < lines->left ? lines->each : lines->left;
    for (lines->left -= n; n; n--, lines->at += lines->step) {
        if (write)
            __builtin_prefetch(lines->at, 1);
        else
            __builtin_prefetch(lines->at);
    }
}

INLINE void fetch_ahead(fsp_ahead *ahead)
{
    fetch(&ahead->read, 0);
    fetch(&ahead->write, 1);
}

INLINE V c_power(C x) { return v_fma(x.r, x.r, x.i * x.i); }

/* One pass over `blocks` runs of radix * m points. A last pass (m = 1) needs no twiddles and may leave
 * |X|^2 in place of the real part. twiddles: W_(radix m)^(j a), a = 1 .. radix-1 within j = 0 .. m-1. */
INLINE void pass(C *z, size_t blocks, size_t m, const REAL *twiddles, const REAL *roots, int mode, int radix,
                 fsp_ahead *ahead)
{
    C x[FSP_LARGEST_RADIX];
    for (size_t b = 0; b < blocks; b++, z += (size_t)radix * m) {
        const REAL *w = twiddles;
        for (size_t j = 0; j < m; j++, w += 2 * (radix - 1)) {
            UNROLL for (int a = 0; a < radix; a++) x[a] = z[a * m + j];
            butterfly(x, roots, radix);
            fetch_ahead(ahead);
            if (mode == FSP_PASS_POWER) {
                UNROLL for (int a = 0; a < radix; a++) z[a * m + j].r = c_power(x[a]);
            } else if (mode == FSP_PASS_LAST) {
                UNROLL for (int a = 0; a < radix; a++) z[a * m + j] = x[a];
            } else {
                z[j] = x[0];
                UNROLL for (int a = 1; a < radix; a++) z[a * m + j] = c_scale(x[a], w + 2 * (a - 1));
            }
        }
    }
}

/* The three modes as three loops, so that each inner loop is straight code. */
INLINE void pass_modes(void *z, size_t blocks, const fsp_pass *p, int mode, int radix, fsp_ahead *ahead)
{
    if (mode == FSP_PASS_POWER)
        pass(z, blocks, 1, p->twiddles, p->roots, FSP_PASS_POWER, radix, ahead);
    else if (mode == FSP_PASS_LAST)
        pass(z, blocks, 1, p->twiddles, p->roots, FSP_PASS_LAST, radix, ahead);
    else
        pass(z, blocks, p->m, p->twiddles, p->roots, FSP_PASS_TWIDDLE, radix, ahead);
}

static void k_pass(void *z, size_t blocks, const fsp_pass *p, int mode, fsp_ahead *ahead)
{
    switch (p->radix) {
    case 2: pass_modes(z, blocks, p, mode, 2, ahead); break;
    case 3: pass_modes(z, blocks, p, mode, 3, ahead); break;
    case 4: pass_modes(z, blocks, p, mode, 4, ahead); break;
    case 5: pass_modes(z, blocks, p, mode, 5, ahead); break;
    case 7: pass_modes(z, blocks, p, mode, 7, ahead); break;
    case 8: pass_modes(z, blocks, p, mode, 8, ahead); break;
    case 9: pass_modes(z, blocks, p, mode, 9, ahead); break;
    case 16: pass_modes(z, blocks, p, mode, 16, ahead); break;
    default: pass_modes(z, blocks, p, mode, (int)p->radix, ahead);
    }
}
