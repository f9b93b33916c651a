/* exp(i x) of an array: both functions from one reduction to |r| <= pi / 4 (Cody and Waite), in two polynomials. */

#if FSP_DOUBLE
/* pi / 2 in parts; their products with as many quarter turns as MOST_ANGLE has are exact, the last part's aside. */
static const REAL QUARTER[] = {0x1.921fb544p0, 0x1.0b4611a6p-34, 0x1.3198a2e037073p-69}, MOST_ANGLE = 0x1p20;
/* (sin r - r) / r^3 and (cos r - 1 + r^2 / 2) / r^4 in r^2, interpolated at Chebyshev's nodes; off by 1.3e-17 r at most. */
static const REAL SINE[] = {1.5917771759341917141e-10, -2.505112687608533784e-08, 2.755731607868067025e-06,
                            -0.00019841269836712494999, 0.0083333333333309184826, -0.16666666666666665741};
static const REAL COSINE[] = {-1.1382408754153254317e-11, 2.087614315990944053e-09, -2.7557317256796041046e-07,
                              2.4801587298736862904e-05, -0.0013888888888887378041, 0.041666666666666664354};
#else
static const REAL QUARTER[] = {0x1.92p0f, 0x1.fb4p-12f, 0x1.444p-24f, 0x1.68c234p-39f}, MOST_ANGLE = 0x1p12f;  /* off by 1.3e-8 r */
static const REAL SINE[] = {-0.00019587249321738545572f, 0.0083327452973629492772f, -0.16666664646996701138f};
static const REAL COSINE[] = {2.4547299172481798664e-05f, -0.0013888300056586712003f, 0.041666664644155811115f};
#endif

enum { PHASOR_TERMS = sizeof SINE / sizeof *SINE };

/* Angles up to MOST_ANGLE in magnitude. Rounding r costs a unit in its last place, the polynomials less than one more:
 * three half units of each result. */
INLINE void v_phasor(V x, V *cosine, V *sine)
{
    const V turns = v_fma(x, v_set((REAL)0.63661977236758134308), v_set(MAGIC));
    const V q = turns - v_set(MAGIC);
    V r = x;
    UNROLL for (int i = 0; i < (int)(sizeof QUARTER / sizeof *QUARTER); i++) r = v_fnma(q, v_set(QUARTER[i]), r);
    const V z = r * r, half = z * v_set((REAL)0.5), whole = v_set(1) - half;
    V s = v_set(SINE[0]), c = v_set(COSINE[0]);
    UNROLL for (int i = 1; i < PHASOR_TERMS; i++) {
        s = v_fma(s, z, v_set(SINE[i]));
        c = v_fma(c, z, v_set(COSINE[i]));
    }
    s = v_select((VU)(r == v_set(0)), r, v_fma(r * z, s, r));  /* zero keeps its sign */
    c = whole + v_fma(z * z, c, (v_set(1) - whole) - half);
    const VU n = (VU)turns, odd = (VU){0} - (n & 1);
    const int to_sign = 8 * REAL_BYTES - 2;
    *sine = (V)((VU)v_select(odd, c, s) ^ ((n & 2) << to_sign));
    *cosine = (V)((VU)v_select(odd, s, c) ^ (((n + 1) & 2) << to_sign));
}

/* out[i] = exp(i in[i]) as n complex numbers, and whether all angles were within reach; if not, `out` is unspecified. */
static int k_array_phasors(const void *in, size_t n, void *out)
{
    const REAL *x = in;
    REAL *z = out;
    VU far = {0};
    for (size_t i = 0; i < n; i += LANES, x += LANES, z += 2 * LANES) {
        const V angle = load_up_to(x, n - i);
        V c, s;
        far |= ~(VU)((VU)(angle <= v_set(MOST_ANGLE)) & (VU)(angle >= v_set(-MOST_ANGLE)));
        v_phasor(angle, &c, &s);
        store_complex_up_to(z, c, s, n - i);
    }
    UINT any = 0;
    for (int l = 0; l < LANES; l++) any |= far[l];
    return any == 0;
}

/* Of a bin k and a frame f, the complex number out[f][k] = -magnitudes[f][k] exp(i angles[k][f]), strides between the
 * outer of these; angles are within reach. */
static void k_turn(const void *angles, ptrdiff_t angle_stride, const void *magnitudes, ptrdiff_t magnitude_stride,
                   size_t n_bins, size_t n_frames, void *out, ptrdiff_t out_stride)
{
    for (size_t f = 0; f < n_frames; f += LANES)
        for (size_t k = 0; k < n_bins; k += LANES) {
            const REAL *x = (const REAL *)angles + (ptrdiff_t)k * angle_stride + f;
            const REAL *m = (const REAL *)magnitudes + (ptrdiff_t)f * magnitude_stride + k;
            REAL *z = (REAL *)out + (ptrdiff_t)f * out_stride + 2 * k;
            V v[LANES];
            for (size_t l = 0; l < LANES; l++, x += angle_stride) v[l] = k + l < n_bins ? load_up_to(x, n_frames - f) : v_set(0);
            v_transpose(v);
            for (size_t l = 0; l < LANES && f + l < n_frames; l++, m += magnitude_stride, z += out_stride) {
                const V magnitude = load_up_to(m, n_bins - k);
                V c, s;
                __builtin_prefetch(m + LANES * magnitude_stride);  /* for the next frames: a few bins of each are too short */
                __builtin_prefetch(z + LANES * out_stride, 1);     /* for the hardware to see where it goes */
                __builtin_prefetch(z + LANES * out_stride + LANES, 1);
                v_phasor(v[l], &c, &s);
                store_complex_up_to(z, -magnitude * c, -magnitude * s, n_bins - k);
            }
        }
}
