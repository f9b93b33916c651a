/* What is done to samples and frames before the window. */

/* From the last to the first: each still meets its neighbour as it was. */
static void k_emphasise(void *values, size_t n, double before, double emphasis)
{
    REAL *x = values;
    const REAL e = (REAL)emphasis;
    for (; n > LANES; n -= LANES) {
        REAL *at = x + n - LANES;
        v_store(at, v_load(at) - v_set(e) * v_load(at - 1));
    }
    for (; n > 1; n--) x[n - 1] -= e * x[n - 2];
    if (n) x[0] -= e * (REAL)before;
}

/* The sum over the frame of x (squared: x^2; with a window: x^2 of what it leaves), in four chains. */
INLINE V sum_of_frame(const V *x, size_t n, int squared, const REAL *window)
{
    V sum[4] = {v_set(0), v_set(0), v_set(0), v_set(0)};
    for (size_t i = 0; i < n; i++) {
        const V y = window ? x[i] * v_set(window[i]) : x[i];
        sum[i % 4] = squared ? v_fma(y, y, sum[i % 4]) : sum[i % 4] + y;
    }
    return (sum[0] + sum[1]) + (sum[2] + sum[3]);
}

static void k_condition(const void *table, const uint32_t *offsets, const fsp_frame_conditioning *c, void *frames, void *energy)
{
    const size_t n = c->length;
    const V e = v_set((REAL)c->emphasis);
    V *x = frames;
    for (size_t i = 0; i < n; i++) x[i] = v_load((const REAL *)table + offsets[i]);
    if (c->remove_mean) {
        const V mean = sum_of_frame(x, n, 0, NULL) * v_set((REAL)(1.0 / (double)n));
        for (size_t i = 0; i < n; i++) x[i] = x[i] - mean;
    }
    if (c->measure && !c->window) *(V *)energy = sum_of_frame(x, n, 1, NULL);
    if (c->emphasis != 0) {
        for (size_t i = n; --i > 0;) x[i] = v_fnma(e, x[i - 1], x[i]);
        x[0] = x[0] * (v_set(1) - e);
    }
    if (c->measure && c->window) *(V *)energy = sum_of_frame(x, n, 1, c->window);
}
