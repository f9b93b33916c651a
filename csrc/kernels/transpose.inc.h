/* In-register transposes: the only place where data crosses lanes. */

#if LANES == 16
#define ZIP_LO 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23
#define ZIP_HI 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31
#elif LANES == 8
#define ZIP_LO 0, 8, 1, 9, 2, 10, 3, 11
#define ZIP_HI 4, 12, 5, 13, 6, 14, 7, 15
#elif LANES == 4
#define ZIP_LO 0, 4, 1, 5
#define ZIP_HI 2, 6, 3, 7
#elif LANES == 2
#define ZIP_LO 0, 2
#define ZIP_HI 1, 3
#endif

#if LANES > 1
INLINE V v_zip_lo(V a, V b) { return __builtin_shufflevector(a, b, ZIP_LO); }
INLINE V v_zip_hi(V a, V b) { return __builtin_shufflevector(a, b, ZIP_HI); }
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

/* LANES x LANES transpose as log2(LANES) perfect shuffles. */
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
