/* Tiles in and out of arrays. A tile is LANES frames of n rows, row k at tile[where[k]]; `valid` frames of it count.
 * An array is row-major (frames contiguous) or frame-major (rows contiguous). Edges are partial vectors. */

/* The first `count` lanes, or all there are. */
INLINE void store_up_to(REAL *p, V v, size_t count)
{
    if (count >= LANES)
        v_store(p, v);
    else
        v_store_some(p, v, count);
}

INLINE V load_up_to(const REAL *p, size_t count) { return count >= LANES ? v_load(p) : v_load_some(p, count); }

/* `count` complex numbers, or as many as there are lanes. */
INLINE void store_complex_up_to(REAL *p, V re, V im, size_t count)
{
#if LANES > 1
    const V pairs[2] = {v_zip_lo(re, im), v_zip_hi(re, im)};
#else
    const V pairs[2] = {re, im};
#endif
    store_up_to(p, pairs[0], 2 * count);
    if (2 * count > LANES) store_up_to(p + LANES, pairs[1], 2 * count - LANES);
}

/* out[k * row_stride + frame], real. */
static void k_store_rows(const void *tile, const uint32_t *where, size_t n, void *out, ptrdiff_t row_stride, size_t valid)
{
    const V *x = tile;
    REAL *p = out;
    if (valid == LANES)
        for (size_t k = 0; k < n; k++, p += row_stride) v_store(p, x[where[k]]);
    else
        for (size_t k = 0; k < n; k++, p += row_stride) v_store_some(p, x[where[k]], valid);
}

/* out[k * row_stride + 2 * frame], complex; sign[k] is -1 where the tile holds the conjugate. */
static void k_store_rows_complex(const void *tile, const uint32_t *where, const void *sign, size_t n, void *out,
                                 ptrdiff_t row_stride, size_t valid)
{
    const V *x = tile;
    REAL *p = out;
    for (size_t k = 0; k < n; k++, p += row_stride) {
        const V re = x[where[k]], im = x[where[k] + 1] * v_set(((const REAL *)sign)[k]);
        store_complex_up_to(p, re, im, valid);
    }
}

/* n values to `out`, in stores that do not cross cache lines: those that do cost three times as much. AVX-512,
 * which stores whole lines faster than they come from memory, also fetches those at `next`, which will be written next: without
 * that, stft takes 4 to 10 % longer. */
INLINE void copy_run(REAL *out, const REAL *x, size_t n, const REAL *next)
{
    size_t i = (0 - (uintptr_t)out) % FSP_VECTOR_BYTES / sizeof(REAL);
    if (i > n) i = n;
    v_store_some(out, v_load_some(x, i), i);
    for (; i + LANES <= n; i += LANES) {
        if (LANES == A_LINE) __builtin_prefetch(next + i, 1);
        v_store(out + i, v_load(x + i));
    }
    v_store_some(out + i, v_load_some(x + i, n - i), n - i);
}

/* LANES rows of a tile from row i: its own, or in complex tiles the real and imaginary rows in turn, which transpose as
 * any rows do. Rows from n on are anything: they are not stored. */
INLINE void tile_rows(const V *x, const uint32_t *where, const REAL *sign, size_t i, size_t n, V *v)
{
    if (i + LANES > n || (LANES == 1 && sign)) {
        for (size_t j = 0; j < LANES; j++) {
            const size_t row = i + j < n ? i + j : n - 1;
            v[j] = !sign ? x[where[row]] : row % 2 ? x[where[row / 2] + 1] * v_set(sign[row / 2]) : x[where[row / 2]];
        }
    } else if (sign) {
        UNROLL for (int j = 0; j < LANES / 2; j++) {
            v[2 * j] = x[where[i / 2 + j]];
            v[2 * j + 1] = x[where[i / 2 + j] + 1] * v_set(sign[i / 2 + j]);
        }
    } else {
        UNROLL for (int j = 0; j < LANES; j++) v[j] = x[where[i + j]];
    }
}

/* out[frame * frame_stride + i] for i < n. A run of rows, a KiB or two of each frame, is transposed in the cache, then copied
 * frame by frame: long stores to one place at a time. */
INLINE void store_frame_rows(const V *x, const uint32_t *where, const REAL *sign, size_t n, REAL *out,
                             ptrdiff_t frame_stride, size_t valid)
{
    enum { RUN = (LANES == A_LINE ? 1024 : 2048) / REAL_BYTES };
    enum { RUN_STRIDE = RUN + LANES };  /* frames on cache sets of their own */
    V run[LANES * RUN_STRIDE / LANES];
    REAL *const r = (REAL *)run;
    for (size_t start = 0; start < n; start += RUN) {
        const size_t count = n - start < RUN ? n - start : RUN;
        for (size_t i = 0; i < count; i += LANES) {
            V v[LANES];
            tile_rows(x, where, sign, start + i, n, v);
            v_transpose(v);
            UNROLL for (int l = 0; l < LANES; l++) v_store(r + l * RUN_STRIDE + i, v[l]);
        }
        for (size_t l = 0; l < valid; l++) {
            REAL *const frame = out + (ptrdiff_t)l * frame_stride + start;
            copy_run(frame, r + l * RUN_STRIDE, count, frame + frame_stride);
        }
    }
}

/* out[frame * frame_stride + k], real. */
static void k_store_frames(const void *tile, const uint32_t *where, size_t n, void *out, ptrdiff_t frame_stride,
                           size_t valid)
{
    store_frame_rows(tile, where, NULL, n, out, frame_stride, valid);
}

/* out[frame * frame_stride + 2 * k], complex. */
static void k_store_frames_complex(const void *tile, const uint32_t *where, const void *sign, size_t n, void *out,
                                   ptrdiff_t frame_stride, size_t valid)
{
    store_frame_rows(tile, where, sign, 2 * n, out, frame_stride, valid);
}

/* tile[k] = in[k * row_stride + frame]; frames past `valid` are silent. */
static void k_load_rows(const void *in, ptrdiff_t row_stride, size_t n, void *tile, size_t valid)
{
    const REAL *p = in;
    V *x = tile;
    for (size_t k = 0; k < n; k++, p += row_stride) {
        x[k] = load_up_to(p, valid);
        __builtin_prefetch(p + LANES);  /* the next tile's: too many rows for the hardware to follow */
    }
}

/* tile[k] = in[frame * frame_stride + k]; frames past `valid` are silent. */
static void k_load_frames(const void *in, ptrdiff_t frame_stride, size_t n, void *tile, size_t valid)
{
    V *x = tile;
    for (size_t k = 0; k < n; k += LANES, x += LANES) {
        const size_t count = n - k < LANES ? n - k : LANES;
        V v[LANES];
        for (size_t l = 0; l < LANES; l++) {
            const REAL *p = (const REAL *)in + (ptrdiff_t)l * frame_stride + k;
            v[l] = l < valid ? load_up_to(p, count) : v_set(0);
        }
        v_transpose(v);
        for (size_t j = 0; j < count; j++) x[j] = v[j];
    }
}
