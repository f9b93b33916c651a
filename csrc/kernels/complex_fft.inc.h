/* Complex FFT of n points per lane, in place, decimation in frequency: the passes leave bin k where
 * `order` in fft.c says. A pass of radix R splits every run of R * m points into R runs of m. */

static const REAL HALF_ROOT = (REAL)0.70710678118654752440;  /* cos(pi/4) */
static const REAL COS_PI_8 = (REAL)0.92387953251128675613;
static const REAL SIN_PI_8 = (REAL)0.38268343236508977173;
static const REAL SIN_120 = (REAL)0.86602540378443864676;  /* sin(2 pi/3) */
static const REAL SIN_72 = (REAL)0.95105651629515357212;  /* sin(2 pi/5) */
static const REAL SIN_144 = (REAL)0.58778525229247312917;
static const REAL COS_72 = (REAL)0.30901699437494742410;
static const REAL COS_144 = (REAL)-0.80901699437494742410;

/* x * *p, y + x * *p and y - x * *p */
#ifndef FSP_EMBEDS
INLINE V v_mul_at(V x, const REAL *p) { return x * v_set(*p); }
INLINE V v_fma_at(V x, const REAL *p, V y) { return v_fma(x, v_set(*p), y); }
INLINE V v_fnma_at(V x, const REAL *p, V y) { return v_fnma(x, v_set(*p), y); }
#endif

/* x * (c + i s) */
INLINE C c_mul(C x, V c, V s)
{
    return (C){v_fnma(x.i, s, x.r * c), v_fma(x.i, c, x.r * s)};
}

/* x * (w[0] + i w[1]) */
INLINE C c_scale(C x, const REAL *w)
{
    return (C){v_fnma_at(x.i, w + 1, v_mul_at(x.r, w)), v_fma_at(x.i, w, v_mul_at(x.r, w + 1))};
}

/* y + h x, y - h x */
INLINE C c_fma(V h, C x, C y) { return (C){v_fma(h, x.r, y.r), v_fma(h, x.i, y.i)}; }
INLINE C c_fnma(V h, C x, C y) { return (C){v_fnma(h, x.r, y.r), v_fnma(h, x.i, y.i)}; }

INLINE void fft_2(C *x)
{
    C t = c_sub(x[0], x[1]);
    x[0] = c_add(x[0], x[1]);
    x[1] = t;
}

/* x (1 - i): an eighth of a turn back, and longer by 1 / HALF_ROOT. */
INLINE C c_eighth(C x) { return (C){x.r + x.i, x.i - x.r}; }

/* The last step of four points: from x0 +- x2 and x1 + x3, -i (x1 - x3). */
INLINE void halves_4(C a, C b, C c, C d, C *x)
{
    x[0] = c_add(a, c);
    x[1] = c_add(b, d);
    x[2] = c_sub(a, c);
    x[3] = c_sub(b, d);
}

INLINE void fft_4(C *x)
{
    halves_4(c_add(x[0], x[2]), c_sub(x[0], x[2]), c_add(x[1], x[3]), c_mul_minus_i(c_sub(x[1], x[3])), x);
}

INLINE void fft_8(C *x)
{
    const V h = v_set(HALF_ROOT);
    C e[4] = {x[0], x[2], x[4], x[6]}, o[4] = {x[1], x[3], x[5], x[7]};
    fft_4(e);
    fft_4(o);
    C o1 = c_eighth(o[1]), o2 = c_mul_minus_i(o[2]), o3 = c_mul_minus_i(c_eighth(o[3]));
    x[0] = c_add(e[0], o[0]);
    x[4] = c_sub(e[0], o[0]);
    x[1] = c_fma(h, o1, e[1]);
    x[5] = c_fnma(h, o1, e[1]);
    x[2] = c_add(e[2], o2);
    x[6] = c_sub(e[2], o2);
    x[3] = c_fma(h, o3, e[3]);
    x[7] = c_fnma(h, o3, e[3]);
}

/* fft_4 of y0, u y1, h (1 - i) y2 or h (-1 - i) y2, v y3. The products are fused with the sums: most of the work of 16 points
 * is additions, and so some of them cost nothing. */
INLINE void turned_4(C *y, C u, C y2, C v)
{
    const V h = v_set(HALF_ROOT);
    const C p = c_mul(y[1], u.r, u.i), q = y[3];
    const C sum = {v_fnma(q.i, v.i, v_fma(q.r, v.r, p.r)), v_fma(q.i, v.r, v_fma(q.r, v.i, p.i))};
    const C difference = {v_fma(q.i, v.i, v_fnma(q.r, v.r, p.r)), v_fnma(q.i, v.r, v_fnma(q.r, v.i, p.i))};
    halves_4(c_fma(h, y2, y[0]), c_fnma(h, y2, y[0]), sum, c_mul_minus_i(difference), y);
}

/* Four columns of four, and four rows of four that are turned by W16^(a j). */
INLINE void fft_16(C *x)
{
    const V h = v_set(HALF_ROOT), c = v_set(COS_PI_8), s = v_set(SIN_PI_8);
    C y[4][4];
    UNROLL for (int j = 0; j < 4; j++) {
        C t[4] = {x[j], x[j + 4], x[j + 8], x[j + 12]};
        fft_4(t);
        UNROLL for (int a = 0; a < 4; a++) y[a][j] = t[a];
    }
    fft_4(y[0]);
    turned_4(y[1], (C){c, -s}, c_eighth(y[1][2]), (C){s, -c});
    turned_4(y[3], (C){s, -c}, c_mul_minus_i(c_eighth(y[3][2])), (C){-c, s});
    const C p = c_eighth(y[2][1]), r = c_mul_minus_i(y[2][2]), q = c_mul_minus_i(c_eighth(y[2][3]));
    const C a = c_add(y[2][0], r), b = c_sub(y[2][0], r), sum = c_add(p, q), turned = c_mul_minus_i(c_sub(p, q));
    y[2][0] = c_fma(h, sum, a);
    y[2][1] = c_fma(h, turned, b);
    y[2][2] = c_fnma(h, sum, a);
    y[2][3] = c_fnma(h, turned, b);
    UNROLL for (int a = 0; a < 4; a++) {
        UNROLL for (int b = 0; b < 4; b++) x[a + 4 * b] = y[a][b];
    }
}

/* fft_odd of 3, with its constants written out: clang 14 makes slow code of the general form (yin takes 1.2 times as long). */
INLINE void fft_3(C *x)
{
    const V s = v_set(SIN_120);
    const C a = c_add(x[1], x[2]), b = c_sub(x[1], x[2]);
    const C even = c_fma(v_set((REAL)-0.5), a, x[0]), odd = c_mul_minus_i((C){s * b.r, s * b.i});
    x[0] = c_add(x[0], a);
    x[1] = c_add(even, odd);
    x[2] = c_sub(even, odd);
}

/* fft_odd of 5, with its constants written out. */
INLINE void fft_5(C *x)
{
    const V c1 = v_set(COS_72), c2 = v_set(COS_144), s1 = v_set(SIN_72), s2 = v_set(SIN_144);
    const C a = c_add(x[1], x[4]), b = c_add(x[2], x[3]), c = c_sub(x[1], x[4]), d = c_sub(x[2], x[3]);
    const C even1 = c_fma(c2, b, c_fma(c1, a, x[0])), even2 = c_fma(c1, b, c_fma(c2, a, x[0]));
    const C odd1 = c_mul_minus_i(c_fma(s2, d, (C){s1 * c.r, s1 * c.i}));
    const C odd2 = c_mul_minus_i(c_fnma(s1, d, (C){s2 * c.r, s2 * c.i}));
    x[0] = c_add(x[0], c_add(a, b));
    x[1] = c_add(even1, odd1);
    x[2] = c_add(even2, odd2);
    x[3] = c_sub(even2, odd2);
    x[4] = c_sub(even1, odd1);
}

/* Any odd p from its definition, halved by symmetry: with a_j, b_j = x_j +- x_(p-j),
 * X_k, X_(p-k) = (x_0 + sum a_j cos) -+ i (sum b_j sin). roots: cos(2 pi j/p), sin(2 pi j/p) for j < p. */
INLINE void fft_odd(C *x, const REAL *roots, int p)
{
    C a[FSP_LARGEST_RADIX / 2 + 1], b[FSP_LARGEST_RADIX / 2 + 1];
    const C first = x[0];
    const int half = p / 2;
    UNROLL for (int j = 1; j <= half; j++) {
        a[j] = c_add(x[j], x[p - j]);
        b[j] = c_sub(x[j], x[p - j]);
        x[0] = c_add(x[0], a[j]);
    }
    UNROLL for (int k = 1; k <= half; k++) {
        C even = first, odd = {v_set(roots[2 * k + 1]) * b[1].r, v_set(roots[2 * k + 1]) * b[1].i};
        UNROLL for (int j = 1; j <= half; j++) {
            V c = v_set(roots[2 * (j * k % p)]);
            even = (C){v_fma(c, a[j].r, even.r), v_fma(c, a[j].i, even.i)};
        }
        UNROLL for (int j = 2; j <= half; j++) {
            V s = v_set(roots[2 * (j * k % p) + 1]);
            odd = (C){v_fma(s, b[j].r, odd.r), v_fma(s, b[j].i, odd.i)};
        }
        x[k] = c_add(even, c_mul_minus_i(odd));
        x[p - k] = c_sub(even, c_mul_minus_i(odd));
    }
}

INLINE void butterfly(C *x, const REAL *roots, int radix)
{
    switch (radix) {
    case 2: fft_2(x); break;
    case 3: fft_3(x); break;
    case 4: fft_4(x); break;
    case 5: fft_5(x); break;
    case 8: fft_8(x); break;
    case 16: fft_16(x); break;
    default: fft_odd(x, roots, radix);
    }
}

INLINE void fetch(fsp_lines *lines)
{
    size_t n = lines->each < lines->left ? lines->each : lines->left;
    for (lines->left -= n; n; n--, lines->at += lines->step) fetch_far(lines->at);
}

INLINE void fetch_ahead(fsp_ahead *ahead)
{
    fetch(&ahead->read);
    fetch(&ahead->write);
}

INLINE V c_power(C x) { return v_fma(x.r, x.r, x.i * x.i); }

/* `n` butterflies that start `step` points apart; each takes points m apart. twiddles: W_(radix m)^(j a), a = 1 .. radix-1 for
 * butterfly j; those of a last pass (m = 1) need none. */
typedef struct {
    size_t n, step, m;
    const REAL *twiddles, *roots;
} BUTTERFLIES;

/* In place; a last pass may leave |X|^2 in place of the real part. */
INLINE void butterflies(C *z, BUTTERFLIES b, int mode, int radix, fsp_ahead *ahead)
{
    C x[FSP_LARGEST_RADIX];
    const REAL *w = b.twiddles;
    for (size_t left = b.n; left;) {
        fetch_ahead(ahead);
        const size_t some = left < 2 * ahead->every ? left : ahead->every;
        left -= some;
        for (const C *end = z + some * b.step; z != end; z += b.step) {
            UNROLL for (int a = 0; a < radix; a++) x[a] = z[a * b.m];
            butterfly(x, b.roots, radix);
            if (mode == FSP_PASS_POWER) {
                UNROLL for (int a = 0; a < radix; a++) z[a * b.m].r = c_power(x[a]);
            } else if (mode == FSP_PASS_LAST) {
                UNROLL for (int a = 0; a < radix; a++) z[a * b.m] = x[a];
            } else {
                z[0] = x[0];
                UNROLL for (int a = 1; a < radix; a++) z[a * b.m] = c_scale(x[a], w + 2 * (a - 1));
                w += 2 * (radix - 1);
            }
        }
    }
}

/* One pass over n transforms, `stride` points apart, each of `blocks` runs of radix * m points. The three modes are three
 * loops, so that each inner one is straight. */
INLINE void pass(C *z, size_t n, size_t stride, size_t blocks, const fsp_pass *p, int mode, int radix, fsp_ahead *ahead)
{
    const BUTTERFLIES run = {p->m, 1, p->m, p->twiddles, p->roots}, last = {blocks, (size_t)radix, 1, NULL, p->roots};
    for (; n; n--, z += stride) {
        if (mode == FSP_PASS_POWER)
            butterflies(z, last, FSP_PASS_POWER, radix, ahead);
        else if (mode == FSP_PASS_LAST)
            butterflies(z, last, FSP_PASS_LAST, radix, ahead);
        else
            for (size_t b = 0; b < blocks; b++) butterflies(z + b * radix * p->m, run, FSP_PASS_TWIDDLE, radix, ahead);
    }
}

static void k_pass(void *z, size_t n, size_t stride, size_t blocks, const fsp_pass *p, int mode, fsp_ahead *ahead)
{
    switch (p->radix) {
    case 2: pass(z, n, stride, blocks, p, mode, 2, ahead); break;
    case 3: pass(z, n, stride, blocks, p, mode, 3, ahead); break;
    case 4: pass(z, n, stride, blocks, p, mode, 4, ahead); break;
    case 5: pass(z, n, stride, blocks, p, mode, 5, ahead); break;
    case 7: pass(z, n, stride, blocks, p, mode, 7, ahead); break;
    case 8: pass(z, n, stride, blocks, p, mode, 8, ahead); break;
    case 9: pass(z, n, stride, blocks, p, mode, 9, ahead); break;
    case 16: pass(z, n, stride, blocks, p, mode, 16, ahead); break;
    default: pass(z, n, stride, blocks, p, mode, (int)p->radix, ahead);
    }
}
