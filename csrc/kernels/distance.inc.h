/* Sums of squared differences between points, a few of one list by two vectors of the other. */

enum { POINTS_AT_ONCE = 4 };

/* Sums go feature by feature, each product and each sum rounded, as a scalar loop would: the compiler may not fuse. */
INLINE void distances_of(const REAL *panel, size_t d, const REAL *x, size_t x_stride, size_t count, V sums[][2])
{
    for (size_t q = 0; q < count; q++) sums[q][0] = sums[q][1] = v_set(0);
    for (size_t k = 0; k < d; k++) {
        const V left = v_load(panel + 2 * k * LANES), right = v_load(panel + (2 * k + 1) * LANES);
        for (size_t q = 0; q < count; q++) {
            const V point = v_set(x[q * x_stride + k]), a = point - left, b = point - right;
            sums[q][0] += a * a;
            sums[q][1] += b * b;
        }
    }
}

INLINE void store_distances(const V sums[2], int root, size_t valid, REAL *out)
{
    const V left = root ? v_sqrt(sums[0]) : sums[0], right = root ? v_sqrt(sums[1]) : sums[1];
    if (valid >= LANES) v_store(out, left);
    else v_store_some(out, left, valid);
    if (valid >= 2 * LANES) v_store(out + LANES, right);
    else if (valid > LANES) v_store_some(out + LANES, right, valid - LANES);
}

/* out[i][j] of n points x and the first `valid` of the panel's 2 LANES. */
static void k_distances(const void *panel, size_t d, const void *x, size_t n, int root, void *out, size_t out_stride,
                        size_t valid)
{
    const REAL *points = x;
    REAL *rows = out;
    V sums[POINTS_AT_ONCE][2];
    for (size_t i = 0; i < n;) {
        const size_t count = n - i < POINTS_AT_ONCE ? 1 : POINTS_AT_ONCE;
        if (count == 1) distances_of(panel, d, points + i * d, d, 1, sums);
        else distances_of(panel, d, points + i * d, d, POINTS_AT_ONCE, sums);
        for (size_t q = 0; q < count; q++) store_distances(sums[q], root, valid, rows + (i + q) * out_stride);
        i += count;
    }
}
