/* samples -> frames: the signal, cut at every hop, becomes a table T with one row per position within the hop
 * and one column per hop. Sample n of frame f is then T[n % rows][f + n / rows]: the same sample of LANES
 * neighbouring frames is one unaligned load, and no sample is stored n_fft / hop times. */

/* T[r][c] = x[c * column_stride + r] for r < rows and c < columns, a multiple of LANES. Returns whether all of these
 * samples are finite: 0 * x is NaN for those that are not, and stays so in a sum. */
static int k_gather(const void *samples, ptrdiff_t column_stride, size_t rows, size_t columns, void *table,
                    size_t table_stride)
{
    const REAL *x = samples;
    REAL *t = table;
    const size_t whole = rows - rows % LANES;
    V bad = v_set(0);
    REAL bad_rest = 0;
    for (size_t c = 0; c < columns; c += LANES, x += LANES * column_stride, t += LANES) {
        for (size_t r = 0; r < whole; r += LANES) {
            V v[LANES];
            load_transposed(x + r, column_stride, v);
            UNROLL for (int l = 0; l < LANES; l++) {
                v_store(t + (r + l) * table_stride, v[l]);
                bad = v_fma(v[l], v_set(0), bad);
            }
        }
        for (size_t r = whole; r < rows; r++)
            for (size_t l = 0; l < LANES; l++) {
                const REAL sample = x[(ptrdiff_t)l * column_stride + r];
                t[r * table_stride + l] = sample;
                bad_rest += 0 * sample;
            }
    }
    return v_all_zero(bad) && bad_rest == 0;
}

/* Columns from .. from + count - 1 become columns 0 .. : what the next block of frames shares with this one. Both
 * are multiples of LANES. */
static void k_carry(void *table, size_t rows, size_t table_stride, size_t from, size_t count)
{
    for (size_t r = 0; r < rows; r++) {
        REAL *t = (REAL *)table + r * table_stride;
        for (size_t c = 0; c < count; c += LANES) v_store(t + c, v_load(t + from + c));
    }
}

/* Whether all n values are finite. */
static int k_all_finite(const void *values, size_t n)
{
    const REAL *x = values;
    const V zero = v_set(0);
    V bad[4] = {zero, zero, zero, zero};
    REAL bad_rest = 0;
    size_t i = 0;
    for (; i + 4 * LANES <= n; i += 4 * LANES) {
        UNROLL for (int j = 0; j < 4; j++) bad[j] = v_fma(v_load(x + i + j * LANES), zero, bad[j]);
    }
    for (; i < n; i++) bad_rest += 0 * x[i];
    return v_all_zero((bad[0] + bad[1]) + (bad[2] + bad[3])) && bad_rest == 0;
}
