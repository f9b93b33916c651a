/* spectrum -> a few numbers a frame, one tile: rolloff, flatness, and means of the lowest and highest bins. */

/* The first bin whose running sum is not below `share` of the whole, both summed in ascending order. */
static void k_rolloff(const void *spectrum, const uint32_t *where, size_t n_bins, double share, void *bin)
{
    const V *x = spectrum;
    const V one = v_set(1);
    V total = v_set(0), sum = v_set(0), below = v_set(0);
    for (size_t k = 0; k < n_bins; k++) total += x[where[k]];
    const V threshold = v_set((REAL)share) * total;
    for (size_t k = 0; k < n_bins; k++) {
        sum += x[where[k]];
        below += (V)((VU)(sum < threshold) & (VU)one);  /* running sums ascend, so the bins below come first; NaN is not below */
    }
    *(V *)bin = below;
}

/* Adds y = max(x, floor), or max(x^2, floor), to sums[0]; ln y in two parts, a whole number of ln 2 and the rest, to the
 * others. */
INLINE void add_flatness(V x, int square, int may_be_tiny, V floor, const LOG_SCALE *ln, V *sums)
{
    V e;
    const V y = v_max(floor, square ? x * x : x);
    sums[2] += log_parts(y, may_be_tiny, ln, &e);
    sums[1] += e;
    sums[0] += y;
}

INLINE void flatness(const V *x, const uint32_t *where, size_t n_bins, int square, int may_be_tiny, V floor, V *rows)
{
    const LOG_SCALE ln = log_scale(1);
    V sums[ABREAST][3] = {0};
    size_t k = 0;
    for (; k + ABREAST <= n_bins; k += ABREAST) {
        UNROLL for (int i = 0; i < ABREAST; i++) add_flatness(x[where[k + i]], square, may_be_tiny, floor, &ln, sums[i]);
    }
    for (; k < n_bins; k++) add_flatness(x[where[k]], square, may_be_tiny, floor, &ln, sums[0]);
    for (int i = 0; i < 3; i++) rows[i] = sums[0][i] + sums[1][i];
}

static void k_flatness(const void *spectrum, const uint32_t *where, size_t n_bins, int square, double floor, void *rows)
{
    const V lowest = v_set((REAL)floor);
    if (floor < SMALLEST_NORMAL)
        flatness(spectrum, where, n_bins, square, 1, lowest, rows);
    else if (square)
        flatness(spectrum, where, n_bins, 1, 0, lowest, rows);
    else
        flatness(spectrum, where, n_bins, 0, 0, lowest, rows);
}

/* Up to here, keeping a sorted list of each end costs less than sorting everything. */
enum { FEW_EXTREMES = 12 };

/* The n lowest so far, ascending, and the n highest, descending, after x. */
INLINE void keep_extremes(V *lowest, V *highest, size_t n, V x)
{
    V y = x;
    for (size_t i = 0; i < n; i++) {
        const V low = lowest[i], high = highest[i];
        lowest[i] = v_min(low, x);
        x = v_max(low, x);
        highest[i] = v_max(high, y);
        y = v_min(high, y);
    }
}

/* Batcher's merge exchange (Knuth, The Art of Computer Programming 3, algorithm 5.2.2M): the same exchanges for every
 * lane, whatever the numbers. */
static void sort_rows(V *x, size_t n)
{
    size_t top = 1;
    while (2 * top < n) top *= 2;
    for (size_t p = top; p > 0 && n > 1; p /= 2) {
        size_t r = 0, d = p;
        for (size_t q = top;; q /= 2) {
            for (size_t i = 0; i + d < n; i++) {
                if ((i & p) != r) continue;
                const V a = x[i], b = x[i + d];
                x[i] = v_min(a, b);
                x[i + d] = v_max(a, b);
            }
            if (q == p) break;
            d = q - p;
            r = p;
        }
    }
}

/* x, or infinity for NaN; `nan` collects the lanes that had one. */
INLINE V without_nan(V x, VU *nan)
{
    *nan |= (VU)(x != x);
    return v_if_le(x, v_set((REAL)__builtin_inf()), x, v_set((REAL)__builtin_inf()));
}

/* means[0] of the lowest, means[1] of the highest `n_extremes` <= n of n bins. A lane with NaN has NaN for the highest,
 * and for the lowest if there are not enough numbers. `sorted`: n vectors of scratch. */
static void k_extremes(const void *spectrum, const uint32_t *at, size_t n, size_t n_extremes, void *sorted, void *means)
{
    const V *x = spectrum;
    const V infinity = v_set((REAL)__builtin_inf()), count = v_set((REAL)n_extremes);
    V few[2 * FEW_EXTREMES], *lowest = sorted, *highest = few + FEW_EXTREMES;
    VU nan = {0};
    ptrdiff_t down = -1;  /* from one of the highest to the next lower one */
    if (n_extremes <= FEW_EXTREMES) {
        lowest = few;
        down = 1;
        for (size_t i = 0; i < n_extremes; i++) lowest[i] = infinity, highest[i] = -infinity;
        for (size_t k = 0; k < n; k++) keep_extremes(lowest, highest, n_extremes, without_nan(x[at[k]], &nan));
    } else {
        for (size_t k = 0; k < n; k++) lowest[k] = without_nan(x[at[k]], &nan);
        sort_rows(lowest, n);
        highest = lowest + n - 1;
    }
    V low = v_set(0), high = v_set(0);
    for (size_t i = 0; i < n_extremes; i++) low += lowest[i];
    for (size_t i = n_extremes; i-- > 0;) high += highest[(ptrdiff_t)i * down];
    low /= count;
    high /= count;
    ((V *)means)[0] = (V)((VU)low | (nan & (VU)(low > v_set(LARGEST))));
    ((V *)means)[1] = (V)((VU)high | nan);
}
