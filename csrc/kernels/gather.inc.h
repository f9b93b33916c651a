/* samples -> frames: the signal, cut at every hop, stands in a table T with one row per position within the hop
 * and one column per hop. Sample n of frame f is then T[n % rows][f + n / rows]: the same sample of LANES
 * neighbouring frames is one unaligned load, and no sample is stored n_fft / hop times. */

/* T[r][c] = x[c * column_stride + r] for r < rows and c < columns, a multiple of LANES. */
static void k_gather(const void *samples, ptrdiff_t column_stride, size_t rows, size_t columns, void *table,
                     size_t table_stride)
{
    const REAL *x = samples;
    REAL *t = table;
    const size_t whole = rows - rows % LANES;
    for (size_t c = 0; c < columns; c += LANES, x += LANES * column_stride, t += LANES) {
        for (size_t r = 0; r < whole; r += LANES) {
            V v[LANES];
            UNROLL for (int l = 0; l < LANES; l++) v[l] = v_load(x + l * column_stride + r);
            v_transpose(v);
            UNROLL for (int l = 0; l < LANES; l++) v_store(t + (r + l) * table_stride, v[l]);
        }
        for (size_t r = whole; r < rows; r++)
            for (size_t l = 0; l < LANES; l++) t[r * table_stride + l] = x[(ptrdiff_t)l * column_stride + r];
    }
}

/* Columns from .. from + count - 1 become columns 0 .. : what the next block of frames shares with this one.
 * May write up to LANES - 1 columns more, which the next gather fills; from >= LANES keeps the copies apart. */
static void k_carry(void *table, size_t rows, size_t table_stride, size_t from, size_t count)
{
    for (size_t r = 0; r < rows; r++) {
        REAL *t = (REAL *)table + r * table_stride;
        for (size_t c = 0; c < count; c += LANES) v_store(t + c, v_load(t + from + c));
    }
}

/* Whether all n values are finite: x - x is zero for those and NaN for the rest. */
static int k_all_finite(const void *values, size_t n)
{
    const REAL *x = values;
    V a = {0}, b = {0}, c = {0}, d = {0};
    size_t i = 0;
    for (; i + 4 * LANES <= n; i += 4 * LANES) {
        V p = v_load(x + i), q = v_load(x + i + LANES), r = v_load(x + i + 2 * LANES), s = v_load(x + i + 3 * LANES);
        a += p - p;
        b += q - q;
        c += r - r;
        d += s - s;
    }
    a = (a + b) + (c + d);
    REAL sum = 0;
    for (int l = 0; l < LANES; l++) sum += a[l];
    for (; i < n; i++) sum += x[i] - x[i];
    return sum == 0;
}
