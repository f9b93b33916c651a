/* The same arithmetic over plain arrays, element by element. The last vector is a partial one. */

/* The largest of n values and at least `start`; NaN if any value is NaN, as numpy.max has it. */
static double k_array_peak(const void *values, size_t n, int magnitude)
{
    const REAL *x = values;
    const VU sign = magnitude ? (VU)(-v_set(0)) : (VU){0};
    V top = -v_set((REAL)__builtin_inf()), nan = v_set(0);
    size_t i = 0;
    for (; i + LANES <= n; i += LANES) {
        V v = (V)((VU)v_load(x + i) & ~sign);
        top = v_max(v, top);
        nan = (V)((VU)nan | (VU)(v != v));
    }
    REAL best = top[0];
    for (int l = 1; l < LANES; l++) best = top[l] > best ? top[l] : best;
    UINT bad = 0;
    for (int l = 0; l < LANES; l++) bad |= ((VU)nan)[l];
    for (; i < n; i++) {
        REAL v = magnitude && x[i] < 0 ? -x[i] : x[i];
        bad |= v != v;
        best = v > best ? v : best;
    }
    return bad ? __builtin_nan("") : best;
}

/* out = max(level(x) + shift, lower). With `square`, x^2 stands for x. */
static void k_array_levels(const void *in, size_t n, const fsp_levels *levels, int square, double shift, double lower,
                           void *out)
{
    const REAL *x = in;
    REAL *y = out;
    const LEVEL_SCALE scale = level_scale(levels);
    const V s = v_set((REAL)shift), low = v_set((REAL)lower);
    for (size_t i = 0; i < n; i += LANES) {
        const size_t count = n - i < LANES ? n - i : LANES;
        V v = count == LANES ? v_load(x + i) : v_load_some(x + i, count);
        v = v_max(low, v_level(square ? v * v : v, &scale) + s);
        if (count == LANES)
            v_store(y + i, v);
        else
            v_store_some(y + i, v, count);
    }
}

/* out = max(x + shift, lower); x and out may be the same array. */
static void k_array_clamp(const void *in, size_t n, double shift, double lower, void *out)
{
    const REAL *x = in;
    REAL *y = out;
    const V s = v_set((REAL)shift), low = v_set((REAL)lower);
    size_t i = 0;
    for (; i + LANES <= n; i += LANES) v_store(y + i, v_max(low, v_load(x + i) + s));
    if (i < n) v_store_some(y + i, v_max(low, v_load_some(x + i, n - i) + s), n - i);
}
