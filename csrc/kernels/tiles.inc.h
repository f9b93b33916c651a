/* Tiles in and out of arrays. A tile is LANES frames of n rows, row k at tile[where[k]]; `valid` frames of it count.
 * An array is row-major (frames contiguous) or frame-major (rows contiguous). A full tile moves as vectors;
 * what is left at the edges goes through a buffer of the same shape. */

INLINE void store_some(REAL *p, V v, size_t count)
{
    __builtin_memcpy(p, &v, count * sizeof(REAL));
}

/* out[k * row_stride + frame], real. */
static void k_store_rows(const void *tile, const uint32_t *where, size_t n, void *out, ptrdiff_t row_stride, size_t valid)
{
    const V *x = tile;
    REAL *p = out;
    if (valid == LANES)
        for (size_t k = 0; k < n; k++, p += row_stride) v_store(p, x[where[k]]);
    else
        for (size_t k = 0; k < n; k++, p += row_stride) store_some(p, x[where[k]], valid);
}

/* out[k * row_stride + 2 * frame], complex; sign[k] is -1 where the tile holds the conjugate. */
static void k_store_rows_complex(const void *tile, const uint32_t *where, const void *sign, size_t n, void *out,
                                 ptrdiff_t row_stride, size_t valid)
{
    const V *x = tile;
    REAL *p = out;
    for (size_t k = 0; k < n; k++, p += row_stride) {
        V re = x[where[k]], im = x[where[k] + 1] * v_set(((const REAL *)sign)[k]);
#if LANES > 1
        V pairs[2] = {v_zip_lo(re, im), v_zip_hi(re, im)};
#else
        V pairs[2] = {re, im};
#endif
        if (valid == LANES) {
            v_store(p, pairs[0]);
            v_store(p + LANES, pairs[1]);
        } else {
            __builtin_memcpy(p, pairs, 2 * valid * sizeof(REAL));
        }
    }
}

/* LANES values of each of `valid` frames, `count` of them to keep. */
INLINE void store_transposed(V *v, REAL *out, ptrdiff_t frame_stride, size_t count, size_t valid)
{
    v_transpose(v);
    if (count == LANES && valid == LANES) {
        UNROLL for (int l = 0; l < LANES; l++) v_store(out + l * frame_stride, v[l]);
    } else {
        for (size_t l = 0; l < valid; l++) store_some(out + (ptrdiff_t)l * frame_stride, v[l], count);
    }
}

/* out[frame * frame_stride + k], real. */
static void k_store_frames(const void *tile, const uint32_t *where, size_t n, void *out, ptrdiff_t frame_stride,
                           size_t valid)
{
    const V *x = tile;
    size_t k = 0;
    V v[LANES];
    for (; k + LANES <= n; k += LANES) {
        UNROLL for (int j = 0; j < LANES; j++) v[j] = x[where[k + j]];
        store_transposed(v, (REAL *)out + k, frame_stride, LANES, valid);
    }
    if (k < n) {
        for (size_t j = 0; j < LANES; j++) v[j] = k + j < n ? x[where[k + j]] : v_set(0);
        store_transposed(v, (REAL *)out + k, frame_stride, n - k, valid);
    }
}

/* out[frame * frame_stride + 2 * k], complex: real and imaginary rows alternate, then transpose as any rows do. */
static void k_store_frames_complex(const void *tile, const uint32_t *where, const void *sign, size_t n, void *out,
                                   ptrdiff_t frame_stride, size_t valid)
{
    const V *x = tile;
    const REAL *s = sign;
#if LANES > 1
    size_t k = 0;
    V v[LANES];
    for (; k + LANES / 2 <= n; k += LANES / 2) {
        UNROLL for (int j = 0; j < LANES / 2; j++) {
            v[2 * j] = x[where[k + j]];
            v[2 * j + 1] = x[where[k + j] + 1] * v_set(s[k + j]);
        }
        store_transposed(v, (REAL *)out + 2 * k, frame_stride, LANES, valid);
    }
    if (k < n) {
        for (size_t j = 0; j < LANES; j++) v[j] = v_set(0);
        for (size_t j = 0; k + j < n; j++) {
            v[2 * j] = x[where[k + j]];
            v[2 * j + 1] = x[where[k + j] + 1] * v_set(s[k + j]);
        }
        store_transposed(v, (REAL *)out + 2 * k, frame_stride, 2 * (n - k), valid);
    }
#else
    (void)frame_stride;
    for (size_t k = 0; k < n && valid; k++) {
        ((REAL *)out)[2 * k] = x[where[k]][0];
        ((REAL *)out)[2 * k + 1] = x[where[k] + 1][0] * s[k];
    }
#endif
}

/* tile[k] = in[k * row_stride + frame]; frames past `valid` are silent. */
static void k_load_rows(const void *in, ptrdiff_t row_stride, size_t n, void *tile, size_t valid)
{
    const REAL *p = in;
    V *x = tile;
    for (size_t k = 0; k < n; k++, p += row_stride) {
        if (valid == LANES) {
            x[k] = v_load(p);
        } else {
            x[k] = v_set(0);
            __builtin_memcpy(x + k, p, valid * sizeof(REAL));
        }
    }
}

/* tile[k] = in[frame * frame_stride + k]; frames past `valid` are silent. */
static void k_load_frames(const void *in, ptrdiff_t frame_stride, size_t n, void *tile, size_t valid)
{
    V *x = tile;
    for (size_t k = 0; k < n; k += LANES) {
        const size_t count = n - k < LANES ? n - k : LANES;
        V v[LANES];
        for (size_t l = 0; l < LANES; l++) {
            v[l] = v_set(0);
            if (l < valid) __builtin_memcpy(v + l, (const REAL *)in + (ptrdiff_t)l * frame_stride + k, count * sizeof(REAL));
        }
        v_transpose(v);
        for (size_t j = 0; j < count; j++) x[k + j] = v[j];
    }
}
