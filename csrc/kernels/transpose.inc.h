/* In-register transposes: the only place where data crosses lanes. */

#if LANES == 16
#define ZIP_LO 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23
#define ZIP_HI 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31
#define EVEN 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30
#define ODD 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31
#elif LANES == 8
#define ZIP_LO 0, 8, 1, 9, 2, 10, 3, 11
#define ZIP_HI 4, 12, 5, 13, 6, 14, 7, 15
#define EVEN 0, 2, 4, 6, 8, 10, 12, 14
#define ODD 1, 3, 5, 7, 9, 11, 13, 15
#elif LANES == 4
#define ZIP_LO 0, 4, 1, 5
#define ZIP_HI 2, 6, 3, 7
#define EVEN 0, 2, 4, 6
#define ODD 1, 3, 5, 7
#elif LANES == 2
#define ZIP_LO 0, 2
#define ZIP_HI 1, 3
#define EVEN 0, 2
#define ODD 1, 3
#endif

#if LANES > 1
INLINE V v_zip_lo(V a, V b) { return __builtin_shufflevector(a, b, ZIP_LO); }
INLINE V v_zip_hi(V a, V b) { return __builtin_shufflevector(a, b, ZIP_HI); }
INLINE V v_even(V a, V b) { return __builtin_shufflevector(a, b, EVEN); }
INLINE V v_odd(V a, V b) { return __builtin_shufflevector(a, b, ODD); }
#endif

/* One perfect shuffle of rows: x -> y, interleaving row i with row i + LANES/2. */
INLINE void v_shuffle_rows(const V *x, V *y)
{
#if LANES > 1
    UNROLL for (int i = 0; i < LANES / 2; i++) {
        y[2 * i] = v_zip_lo(x[i], x[i + LANES / 2]);
        y[2 * i + 1] = v_zip_hi(x[i], x[i + LANES / 2]);
    }
#else
    y[0] = x[0];
#endif
}

/* LANES x LANES transpose as log2(LANES) perfect shuffles; on AVX-512 and AVX2 as 4 x 4 transposes within 128-bit
 * lanes, then one of the lanes, whose instructions are cheaper. */
#if defined(__AVX512F__) && !FSP_DOUBLE
INLINE void v_transpose(V *x)
{
    __m512 t[LANES];
    UNROLL for (int i = 0; i < LANES; i += 4) {
        __m512 a = (__m512)x[i], b = (__m512)x[i + 1], c = (__m512)x[i + 2], d = (__m512)x[i + 3];
        __m512d p = (__m512d)_mm512_unpacklo_ps(a, b), q = (__m512d)_mm512_unpacklo_ps(c, d);
        __m512d r = (__m512d)_mm512_unpackhi_ps(a, b), s = (__m512d)_mm512_unpackhi_ps(c, d);
        t[i] = (__m512)_mm512_unpacklo_pd(p, q);
        t[i + 1] = (__m512)_mm512_unpackhi_pd(p, q);
        t[i + 2] = (__m512)_mm512_unpacklo_pd(r, s);
        t[i + 3] = (__m512)_mm512_unpackhi_pd(r, s);
    }
    UNROLL for (int i = 0; i < 4; i++) {
        __m512 a = _mm512_shuffle_f32x4(t[i], t[i + 4], 0x88), b = _mm512_shuffle_f32x4(t[i], t[i + 4], 0xdd);
        __m512 c = _mm512_shuffle_f32x4(t[i + 8], t[i + 12], 0x88), d = _mm512_shuffle_f32x4(t[i + 8], t[i + 12], 0xdd);
        x[i] = (V)_mm512_shuffle_f32x4(a, c, 0x88);
        x[i + 4] = (V)_mm512_shuffle_f32x4(b, d, 0x88);
        x[i + 8] = (V)_mm512_shuffle_f32x4(a, c, 0xdd);
        x[i + 12] = (V)_mm512_shuffle_f32x4(b, d, 0xdd);
    }
}
#elif defined(__AVX2__) && !FSP_DOUBLE
INLINE void v_transpose(V *x)
{
    __m256 t[LANES];
    UNROLL for (int i = 0; i < LANES; i += 4) {
        __m256 a = (__m256)x[i], b = (__m256)x[i + 1], c = (__m256)x[i + 2], d = (__m256)x[i + 3];
        __m256d p = (__m256d)_mm256_unpacklo_ps(a, b), q = (__m256d)_mm256_unpacklo_ps(c, d);
        __m256d r = (__m256d)_mm256_unpackhi_ps(a, b), s = (__m256d)_mm256_unpackhi_ps(c, d);
        t[i] = (__m256)_mm256_unpacklo_pd(p, q);
        t[i + 1] = (__m256)_mm256_unpackhi_pd(p, q);
        t[i + 2] = (__m256)_mm256_unpacklo_pd(r, s);
        t[i + 3] = (__m256)_mm256_unpackhi_pd(r, s);
    }
    UNROLL for (int i = 0; i < 4; i++) {
        x[i] = (V)_mm256_permute2f128_ps(t[i], t[i + 4], 0x20);
        x[i + 4] = (V)_mm256_permute2f128_ps(t[i], t[i + 4], 0x31);
    }
}
#else
INLINE void v_transpose(V *x)
{
    V t[LANES];
#if LANES == 16
    v_shuffle_rows(x, t);
    v_shuffle_rows(t, x);
    v_shuffle_rows(x, t);
    v_shuffle_rows(t, x);
#elif LANES == 8
    v_shuffle_rows(x, t);
    v_shuffle_rows(t, x);
    v_shuffle_rows(x, t);
    UNROLL for (int i = 0; i < LANES; i++) x[i] = t[i];
#elif LANES == 4
    v_shuffle_rows(x, t);
    v_shuffle_rows(t, x);
#elif LANES == 2
    v_shuffle_rows(x, t);
    x[0] = t[0];
    x[1] = t[1];
#else
    (void)t;
    (void)x;
#endif
}
#endif

/* v[r][l] = x[l * stride + r]: rows of memory into columns of lanes. On AVX-512 and AVX2, quarters of a row are loaded
 * straight into their 128-bit lane, which leaves half the shuffles. */
#if defined(__AVX512F__) && !FSP_DOUBLE
INLINE __m512 load_quads(const REAL *x, ptrdiff_t stride)
{
    __m512 v = _mm512_castps128_ps512(_mm_loadu_ps(x));
    v = _mm512_insertf32x4(v, _mm_loadu_ps(x + 4 * stride), 1);
    v = _mm512_insertf32x4(v, _mm_loadu_ps(x + 8 * stride), 2);
    return _mm512_insertf32x4(v, _mm_loadu_ps(x + 12 * stride), 3);
}

INLINE void load_transposed(const REAL *x, ptrdiff_t stride, V *v)
{
    UNROLL for (int q = 0; q < LANES; q += 4) {
        __m512 a = load_quads(x + q, stride), b = load_quads(x + stride + q, stride);
        __m512 c = load_quads(x + 2 * stride + q, stride), d = load_quads(x + 3 * stride + q, stride);
        __m512d ab = (__m512d)_mm512_unpacklo_ps(a, b), cd = (__m512d)_mm512_unpacklo_ps(c, d);
        v[q] = (V)_mm512_unpacklo_pd(ab, cd);
        v[q + 1] = (V)_mm512_unpackhi_pd(ab, cd);
        ab = (__m512d)_mm512_unpackhi_ps(a, b);
        cd = (__m512d)_mm512_unpackhi_ps(c, d);
        v[q + 2] = (V)_mm512_unpacklo_pd(ab, cd);
        v[q + 3] = (V)_mm512_unpackhi_pd(ab, cd);
    }
}
#elif defined(__AVX2__) && !FSP_DOUBLE
INLINE __m256 load_halves(const REAL *x, ptrdiff_t stride)
{
    return _mm256_insertf128_ps(_mm256_castps128_ps256(_mm_loadu_ps(x)), _mm_loadu_ps(x + 4 * stride), 1);
}

INLINE void load_transposed(const REAL *x, ptrdiff_t stride, V *v)
{
    UNROLL for (int q = 0; q < LANES; q += 4) {
        __m256 a = load_halves(x + q, stride), b = load_halves(x + stride + q, stride);
        __m256 c = load_halves(x + 2 * stride + q, stride), d = load_halves(x + 3 * stride + q, stride);
        __m256d ab = (__m256d)_mm256_unpacklo_ps(a, b), cd = (__m256d)_mm256_unpacklo_ps(c, d);
        v[q] = (V)_mm256_unpacklo_pd(ab, cd);
        v[q + 1] = (V)_mm256_unpackhi_pd(ab, cd);
        ab = (__m256d)_mm256_unpackhi_ps(a, b);
        cd = (__m256d)_mm256_unpackhi_ps(c, d);
        v[q + 2] = (V)_mm256_unpacklo_pd(ab, cd);
        v[q + 3] = (V)_mm256_unpackhi_pd(ab, cd);
    }
}
#else
INLINE void load_transposed(const REAL *x, ptrdiff_t stride, V *v)
{
    UNROLL for (int l = 0; l < LANES; l++) v[l] = v_load(x + l * stride);
    v_transpose(v);
}
#endif
