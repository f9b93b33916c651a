/* Maxima over windows, in any order: NaN if there is one, and +0 where zeros of both signs are the largest. Rows of
 * maxima are REAL, like the input, so that `wide` changes nothing here. */

INLINE V max_of(V m, V x) { return v_if_le(m, m, v_max(m, x), m); }
INLINE REAL max1_of(REAL m, REAL x) { return m > x || m != m ? m : x; }

INLINE V v_lowest(void) { return -v_set((REAL)__builtin_inf()); }

INLINE void max_columns(const REAL *x, ptrdiff_t row_stride, size_t n_rows, int add, REAL *maxima, const int vectors)
{
    V m[ROW_VECTORS];
    UNROLL for (int k = 0; k < vectors; k++) m[k] = add ? v_load(maxima + k * LANES) : v_lowest();
    for (size_t r = 0; r < n_rows; r++, x += row_stride)
        UNROLL for (int k = 0; k < vectors; k++) m[k] = max_of(m[k], v_load(x + k * LANES));
    UNROLL for (int k = 0; k < vectors; k++) v_store(maxima + k * LANES, m[k]);
}

static void k_pool_rows_max(const void *rows, ptrdiff_t row_stride, size_t n_rows, size_t n, int add, void *maxima, size_t rest)
{
    const REAL *x = rows;
    REAL *y = maxima;
    (void)rest;
    size_t i = 0;
    for (; i + ROW_VECTORS * LANES <= n; i += ROW_VECTORS * LANES)
        max_columns(x + i, row_stride, n_rows, add, y + i, ROW_VECTORS);
    for (; i + LANES <= n; i += LANES) max_columns(x + i, row_stride, n_rows, add, y + i, 1);
    if (i == n) return;
    V m = add ? v_load(y + i) : v_lowest();
    for (size_t r = 0; r < n_rows; r++) m = max_of(m, v_load_some(x + i + (ptrdiff_t)r * row_stride, n - i));
    v_store(y + i, m);
}

INLINE REAL max_along(const REAL *x, size_t width)
{
    REAL best = -(REAL)__builtin_inf();
    if (width < 2 * LANES) {
        for (size_t i = 0; i < width; i++) best = max1_of(best, x[i]);
        return best;
    }
    V m[4] = {v_lowest(), v_lowest(), v_lowest(), v_lowest()};
    size_t i = 0;
    for (; i + 4 * LANES <= width; i += 4 * LANES)
        UNROLL for (int u = 0; u < 4; u++) m[u] = max_of(m[u], v_load(x + i + u * LANES));
    for (; i + LANES <= width; i += LANES) m[0] = max_of(m[0], v_load(x + i));
    m[1] = max_of(m[1], v_load(x + width - LANES));
    const V all = max_of(max_of(m[0], m[1]), max_of(m[2], m[3]));
    for (int l = 0; l < LANES; l++) best = max1_of(best, all[l]);
    return best;
}

static void k_pool_along_max(const void *src, int wide, const fsp_windows *of, size_t rest, void *out, ptrdiff_t out_stride)
{
    const REAL *x = src;
    REAL *y = out;
    (void)wide, (void)rest;
    WINDOW w = window_first(of);
    for (size_t j = 0; j < of->count; j++, y += out_stride, w = window_after(w, of)) *y = max_along(x + w.start, w.width) + 0;
}

INLINE void store_maxima(V m, REAL *out, ptrdiff_t stride, size_t count)
{
    m = m + v_set(0);
    if (stride == 1 && count >= LANES) {
        v_store(out, m);
    } else if (stride == 1) {
        v_store_some(out, m, count);
    } else {
        for (size_t l = 0; l < count && l < LANES; l++) out[(ptrdiff_t)l * stride] = m[l];
    }
}

INLINE void max_across(const fsp_across *a, const REAL *x, size_t width, REAL *out, const int vectors, size_t valid)
{
    V m[ROW_VECTORS] = {v_lowest(), v_lowest(), v_lowest(), v_lowest()};
    for (size_t i = 0; i < width; i++, x += a->stride) {
        for (size_t d = 0; d < a->n_rows[0]; d++) {
            const REAL *row = x + (ptrdiff_t)d * a->row_stride[0];
            for (size_t r = 0; r < a->n_rows[1]; r++, row += a->row_stride[1])
                UNROLL for (int k = 0; k < vectors; k++)
                    m[k] = max_of(m[k], valid < LANES ? v_load_some(row, valid) : v_load(row + k * LANES));
        }
    }
    UNROLL for (int k = 0; k < vectors; k++) store_maxima(m[k], out + k * LANES * a->out_inner, a->out_inner, valid);
}

static void k_pool_across_max(const fsp_across *across, int wide, const fsp_windows *of, size_t rest, void *out)
{
    const fsp_across *a = across;
    REAL *y = out;
    (void)wide, (void)rest;
    WINDOW w = window_first(of);
    for (size_t j = 0; j < of->count; j++, y += a->out_stride, w = window_after(w, of)) {
        const REAL *x = (const REAL *)a->src + (ptrdiff_t)w.start * a->stride;
        size_t c = 0;
        for (; c + ROW_VECTORS * LANES <= a->n; c += ROW_VECTORS * LANES)
            max_across(a, x + c, w.width, y + (ptrdiff_t)c * a->out_inner, ROW_VECTORS, LANES);
        for (; c + LANES <= a->n; c += LANES) max_across(a, x + c, w.width, y + (ptrdiff_t)c * a->out_inner, 1, LANES);
        if (c < a->n) max_across(a, x + c, w.width, y + (ptrdiff_t)c * a->out_inner, 1, a->n - c);
    }
}
