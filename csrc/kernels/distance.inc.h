/* Sums of squared differences between points, a few of one list by two vectors of the other. */

enum { POINTS_AT_ONCE = 4 };

INLINE void store_distances(const V sums[2], int root, size_t valid, REAL *out)
{
    const V left = root ? v_sqrt(sums[0]) : sums[0], right = root ? v_sqrt(sums[1]) : sums[1];
    if (valid >= LANES) v_store(out, left);
    else v_store_some(out, left, valid);
    if (valid >= 2 * LANES) v_store(out + LANES, right);
    else if (valid > LANES) v_store_some(out + LANES, right, valid - LANES);
}

/* Sums go feature by feature, each product and each sum rounded, as scipy's do. */
INLINE void distances_of(const REAL *panel, size_t d, const REAL *x, const size_t count, int root, size_t valid, REAL *out,
                         size_t out_stride)
{
    V sums[POINTS_AT_ONCE][2];
    UNROLL for (size_t q = 0; q < count; q++) sums[q][0] = sums[q][1] = v_set(0);
    for (size_t k = 0; k < d; k++) {
        const V left = v_load(panel + 2 * k * LANES), right = v_load(panel + (2 * k + 1) * LANES);
        UNROLL for (size_t q = 0; q < count; q++) {
            const V point = v_set(x[q * d + k]), a = point - left, b = point - right;
            sums[q][0] += a * a;
            sums[q][1] += b * b;
        }
    }
    UNROLL for (size_t q = 0; q < count; q++) store_distances(sums[q], root, valid, out + q * out_stride);
}

/* out[i][j] of n points x and the first `valid` of the panel's 2 LANES. */
static void k_distances(const void *panel, size_t d, const void *x, size_t n, int root, void *out, size_t out_stride,
                        size_t valid)
{
    const REAL *points = x;
    REAL *rows = out;
    size_t i = 0;
    for (; i + POINTS_AT_ONCE <= n; i += POINTS_AT_ONCE)
        distances_of(panel, d, points + i * d, POINTS_AT_ONCE, root, valid, rows + i * out_stride, out_stride);
    for (; i < n; i++) distances_of(panel, d, points + i * d, 1, root, valid, rows + i * out_stride, out_stride);
}
