/* The same arithmetic over plain arrays, element by element. The last vector is a partial one. */

/* Far enough ahead to hide the memory, which the hardware's own prefetching alone does not. */
enum { AHEAD = 2048 / REAL_BYTES };

/* The largest of n values and at least `start`; NaN if any value is NaN, as numpy.max has it. */
static double k_array_peak(const void *values, size_t n, int magnitude)
{
    const REAL *x = values;
    const VU sign = magnitude ? (VU)(-v_set(0)) : (VU){0};
    V top = -v_set((REAL)__builtin_inf()), nan = v_set(0);
    size_t i = 0;
    for (; i + LANES <= n; i += LANES) {
        V v = (V)((VU)v_load(x + i) & ~sign);
        __builtin_prefetch(x + i + AHEAD);
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

typedef struct { V top, low, sum; } EXTENT;

/* How an array becomes levels: y = max(level(x) + shift, lower), of x^2 if `square`. */
typedef struct {
    LEVEL_SCALE scale;
    V shift, lower;
} ARRAY_SCALE;

INLINE V array_level(V x, const ARRAY_SCALE *to, int whole, int square)
{
    return v_max(to->lower, v_level(square ? x * x : x, &to->scale, whole) + to->shift);
}

INLINE void array_levels_step(const REAL *x, int count, const ARRAY_SCALE *to, int whole, int square, EXTENT *extent, REAL *y)
{
    UNROLL for (int i = 0; i < count; i++) {
        __builtin_prefetch(x + i * LANES + AHEAD);
        const V level = array_level(v_load(x + i * LANES), to, whole, square);
        v_store(y + i * LANES, level);
        extent->top = v_max(level, extent->top);
        extent->low = v_min(level, extent->low);
        extent->sum += level;
    }
}

INLINE fsp_extent array_levels(const REAL *x, size_t n, const ARRAY_SCALE *to, int whole, int square, REAL *y)
{
    const V infinity = v_set((REAL)__builtin_inf());
    EXTENT e = {-infinity, infinity, v_set(0)};
    size_t i = 0;
    for (; i + ABREAST * LANES <= n; i += ABREAST * LANES) array_levels_step(x + i, ABREAST, to, whole, square, &e, y + i);
    for (; i + LANES <= n; i += LANES) array_levels_step(x + i, 1, to, whole, square, &e, y + i);
    fsp_extent extent = {e.top[0], e.low[0]};
    REAL sum = 0;
    for (int l = 0; l < LANES; l++) {
        if (e.top[l] > extent.highest) extent.highest = e.top[l];
        if (e.low[l] < extent.lowest) extent.lowest = e.low[l];
        sum += e.sum[l];
    }
    if (i < n) v_store_some(y + i, array_level(v_load_some(x + i, n - i), to, whole, square), n - i);
    for (; i < n; i++) {
        if (y[i] > extent.highest) extent.highest = y[i];
        if (y[i] < extent.lowest) extent.lowest = y[i];
        sum += y[i];
    }
    if (sum != sum) extent.highest = k_array_peak(y, n, 0);  /* NaN, or infinities of both signs */
    return extent;
}

static fsp_extent k_array_levels(const void *in, size_t n, const fsp_levels *levels, int square, double shift, double lower,
                                 void *out)
{
    const ARRAY_SCALE to = {level_scale(levels), v_set((REAL)shift), v_set((REAL)lower)};
    if (to.scale.whole) return square ? array_levels(in, n, &to, 1, 1, out) : array_levels(in, n, &to, 1, 0, out);
    return square ? array_levels(in, n, &to, 0, 1, out) : array_levels(in, n, &to, 0, 0, out);
}

/* out = max(x + shift, lower); x and out may be the same array. */
static void k_array_clamp(const void *in, size_t n, double shift, double lower, void *out)
{
    const REAL *x = in;
    REAL *y = out;
    const V s = v_set((REAL)shift), low = v_set((REAL)lower);
    size_t i = 0;
    for (; i + LANES <= n; i += LANES) {
        __builtin_prefetch(x + i + AHEAD);
        v_store(y + i, v_max(low, v_load(x + i) + s));
    }
    if (i < n) v_store_some(y + i, v_max(low, v_load_some(x + i, n - i) + s), n - i);
}

/* The squared magnitude of LANES complex numbers, or of the first `count` < LANES. */
INLINE V squares_of(const REAL *z, size_t count)
{
#if LANES > 1
    const size_t n = 2 * count;
    const V a = n >= LANES ? v_load(z) : v_load_some(z, n);
    const V b = n >= 2 * LANES ? v_load(z + LANES) : n > LANES ? v_load_some(z + LANES, n - LANES) : a;
    const V re = v_even(a, b), im = v_odd(a, b);
    return re * re + im * im;
#else
    return v_set(z[0] * z[0] + z[1] * z[1]);
#endif
}

static void k_array_squares(const void *in, size_t n, void *out)
{
    const REAL *z = in;
    REAL *y = out;
    size_t i = 0;
    for (; i + LANES <= n; i += LANES) {
        __builtin_prefetch(z + 2 * i + AHEAD);
        v_store(y + i, squares_of(z + 2 * i, LANES));
    }
    if (i < n) v_store_some(y + i, squares_of(z + 2 * i, n - i), n - i);
}
