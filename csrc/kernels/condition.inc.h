/* What is done to samples and frames before the window. */

/* From the last to the first, so that each sample's neighbour is still unchanged. */
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

/* The mean of each frame, its sum in four chains. */
INLINE V frame_mean(const REAL *t, const uint32_t *offsets, size_t n)
{
    V sum[4] = {v_set(0), v_set(0), v_set(0), v_set(0)};
    size_t i = 0;
    for (; i + 4 <= n; i += 4) {
        UNROLL for (int j = 0; j < 4; j++) sum[j] = sum[j] + v_load(t + offsets[i + j]);
    }
    for (; i < n; i++) sum[0] = sum[0] + v_load(t + offsets[i]);
    return ((sum[0] + sum[1]) + (sum[2] + sum[3])) * v_set((REAL)(1.0 / (double)n));
}

/* What becomes of one sample, `before` being the one before it (of the first, itself). */
INLINE void condition_sample(V x, V emphasis, const REAL *window, int measure, V *before, V *out, V *energy)
{
    const V y = v_fnma(emphasis, *before, x), counted = window ? y * v_set(*window) : x;
    if (measure) *energy = v_fma(counted, counted, *energy);
    *before = x;
    *out = y;
}

INLINE V condition_frames(const REAL *t, const uint32_t *offsets, const fsp_frame_conditioning *c, V mean, int measure, V *out)
{
    const V e = v_set((REAL)c->emphasis);
    const REAL *w = c->measure == FSP_MEASURE_WINDOWED ? c->window : NULL;
    V before = v_load(t + offsets[0]) - mean, energy[4] = {v_set(0), v_set(0), v_set(0), v_set(0)};
    size_t i = 0;
    for (; i + 4 <= c->length; i += 4) {
        UNROLL for (int j = 0; j < 4; j++)
            condition_sample(v_load(t + offsets[i + j]) - mean, e, w ? w + i + j : NULL, measure, &before, out + i + j, energy + j);
    }
    for (; i < c->length; i++)
        condition_sample(v_load(t + offsets[i]) - mean, e, w ? w + i : NULL, measure, &before, out + i, energy);
    return (energy[0] + energy[1]) + (energy[2] + energy[3]);
}

static void k_condition(const void *table, const uint32_t *offsets, const fsp_frame_conditioning *c, void *frames, void *energy)
{
    const V mean = c->remove_mean ? frame_mean(table, offsets, c->length) : v_set(0);
    if (c->measure != FSP_MEASURE_NOTHING)
        *(V *)energy = condition_frames(table, offsets, c, mean, 1, frames);
    else
        condition_frames(table, offsets, c, mean, 0, frames);
}
