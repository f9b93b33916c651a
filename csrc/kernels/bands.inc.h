/* spectrum -> bands -> levels -> feature, one tile: LANES frames of every bin or band. */

/* What the FFT left as |X|^2 becomes sqrt(max(|X|^2 + add, floor)), in place. */
static void k_root(void *spectrum, const uint32_t *where, size_t n_bins, double add, double floor)
{
    V *x = spectrum;
    const V more = v_set((REAL)add), least = v_set((REAL)floor);
    for (size_t k = 0; k < n_bins; k++) x[where[k]] = v_sqrt(v_max(least, x[where[k]] + more));
}

static void k_collect(const void *tile, const uint32_t *where, size_t n, void *rows)
{
    for (size_t k = 0; k < n; k++) ((V *)rows)[k] = ((const V *)tile)[where[k]];
}

/* A bank whose bins feed at most two neighbouring bands (mel triangles): each bin is read once and added to the band
 * that falls (s - 1) and the one that rises (s). Most segments have a few bins: one loop, whose weights lie in order,
 * costs less than more sums at a time. */
static void k_bank_pairs(const fsp_bank *bank, const void *spectrum, const uint32_t *where, void *bands)
{
    const V *x = spectrum;
    V *out = bands;
    const size_t n_bands = bank->n_bands;
    const uint32_t *const start = bank->start, *const count = bank->count;
    const REAL *w = bank->weights;
    V before = v_set(0);
    for (size_t s = 0; s <= n_bands; s++) {
        const uint32_t *at = where + start[s];
        V fall = v_set(0), rise = v_set(0);
        for (const uint32_t *const end = at + count[s]; at < end; at++, w += 2) {
            const V p = x[*at];
            fall = v_fma_at(p, w, fall);
            rise = v_fma_at(p, w + 1, rise);
        }
        if (s > 0) out[s - 1] = before + fall;
        before = rise;
    }
}

/* Any other bank, band by band over the bins between its first and last weight, in four chains. */
static void k_bank_rows(const fsp_bank *bank, const void *spectrum, const uint32_t *where, void *bands)
{
    const V *x = spectrum;
    for (size_t b = 0; b < bank->n_bands; b++) {
        const uint32_t *at = where + bank->start[b];
        const REAL *w = (const REAL *)bank->weights + bank->first_weight[b];
        const size_t count = bank->count[b];
        V sum[4] = {v_set(0), v_set(0), v_set(0), v_set(0)};
        size_t k = 0;
        for (; k + 4 <= count; k += 4) {
            UNROLL for (int j = 0; j < 4; j++) sum[j] = v_fma(v_set(w[k + j]), x[at[k + j]], sum[j]);
        }
        for (; k < count; k++) sum[0] = v_fma(v_set(w[k]), x[at[k]], sum[0]);
        ((V *)bands)[b] = (sum[0] + sum[1]) + (sum[2] + sum[3]);
    }
}

/* As above, of complex bins, whose imaginary parts stand next to the real ones. Each sum is multiplied by a cosine and i times a
 * sine, and leaves both its parts, or (`power`) the sum of their squares, which no turn changes. */
static void k_bank_complex(const fsp_bank *bank, const void *spectrum, const uint32_t *where, const void *turns, int power,
                           void *bands)
{
    const V *x = spectrum;
    V *out = bands;
    const REAL *turn = turns;
    for (size_t b = 0; b < bank->n_bands; b++, turn += 2) {
        const uint32_t *at = where + bank->start[b];
        const REAL *w = (const REAL *)bank->weights + bank->first_weight[b];
        V re[2] = {v_set(0), v_set(0)}, im[2] = {v_set(0), v_set(0)};
        for (size_t k = 0; k < bank->count[b]; k++, w += 2) {
            const V *z = x + at[k];
            re[k % 2] = v_fma_at(z[0], w, re[k % 2]);
            im[k % 2] = v_fma_at(z[1], w + 1, im[k % 2]);
        }
        const V r = re[0] + re[1], i = im[0] + im[1], c = v_set(turn[0]), s = v_set(turn[1]);
        if (power) {
            out[b] = v_fma(r, r, i * i);
        } else {
            out[2 * b] = v_fma(r, c, -(i * s));
            out[2 * b + 1] = v_fma(i, c, r * s);
        }
    }
}

/* Levels in place, and the highest and lowest so far: of `count` neighbours; of all. */
INLINE void few_levels(V *x, int count, const LEVEL_SCALE *scale, int whole, V *top, V *low)
{
    UNROLL for (int i = 0; i < count; i++) {
        x[i] = v_level(x[i], scale, whole);
        *top = v_max(x[i], *top);
        *low = v_min(x[i], *low);
    }
}

INLINE void levels(V *x, size_t n, const LEVEL_SCALE *scale, int whole, V *top, V *low)
{
    size_t i = 0;
    for (; i + ABREAST <= n; i += ABREAST) few_levels(x + i, ABREAST, scale, whole, top, low);
    for (; i < n; i++) few_levels(x + i, 1, scale, whole, top, low);
}

/* Levels in place, and the highest and then the lowest of them in each lane that holds a frame. */
static void k_levels(void *bands, size_t n_bands, const fsp_levels *l, size_t valid, void *extent)
{
    const LEVEL_SCALE scale = level_scale(l);
    REAL *const highest = extent, *const lowest = highest + LANES;
    V top = v_load(highest), low = v_load(lowest);
    if (scale.whole)
        levels(bands, n_bands, &scale, 1, &top, &low);
    else
        levels(bands, n_bands, &scale, 0, &top, &low);
    if (valid == LANES) {
        v_store(highest, top);
        v_store(lowest, low);
    } else {
        v_store_some(highest, top, valid);
        v_store_some(lowest, low, valid);
    }
}

/* x = max(x + shift, lower), in place. */
static void k_clamp(void *bands, size_t n_bands, double shift, double lower)
{
    V *x = bands;
    const V s = v_set((REAL)shift), low = v_set((REAL)lower);
    for (size_t b = 0; b < n_bands; b++) x[b] = v_max(low, x[b] + s);
}

/* Zeros become `value`, in place. */
static void k_fill_zeros(void *bands, size_t n_bands, double value)
{
    V *x = bands;
    const V filling = v_set((REAL)value);
    for (size_t b = 0; b < n_bands; b++) x[b] = v_select((VU)(x[b] == v_set(0)), filling, x[b]);
}

/* Four rows of a matrix at a time, even and odd columns in chains of their own. */
INLINE void matrix_rows(const REAL *w, size_t n_columns, const V *x, const uint32_t *target, V *out, int rows)
{
    V even[4], odd[4];
    UNROLL for (int i = 0; i < rows; i++) even[i] = odd[i] = v_set(0);
    size_t k = 0;
    for (; k + 2 <= n_columns; k += 2) {
        UNROLL for (int i = 0; i < rows; i++) {
            even[i] = v_fma(v_set(w[i * n_columns + k]), x[k], even[i]);
            odd[i] = v_fma(v_set(w[i * n_columns + k + 1]), x[k + 1], odd[i]);
        }
    }
    if (k < n_columns) {
        UNROLL for (int i = 0; i < rows; i++) even[i] = v_fma(v_set(w[i * n_columns + k]), x[k], even[i]);
    }
    UNROLL for (int i = 0; i < rows; i++) out[target[i]] = even[i] + odd[i];
}

/* Sums to the front, differences to the back, each where the band it replaces stood. */
static void fold(V *x, size_t n)
{
    for (size_t k = 0; k < n / 2; k++) {
        const V a = x[k], b = x[n - 1 - k];
        x[k] = a + b;
        x[n - 1 - k] = a - b;
    }
}

static void k_matrix(const fsp_matrix *matrix, void *bands, void *features)
{
    const uint32_t *target = matrix->target;
    if (matrix->folded) fold(bands, matrix->n_in);
    for (int g = 0; g < 2; g++) {
        const fsp_rows *group = &matrix->groups[g];
        const REAL *w = (const REAL *)matrix->weights + group->first_weight;
        const V *x = (const V *)bands + group->first_column;
        size_t i = 0;
        for (; i + 4 <= group->n_rows; i += 4, w += 4 * group->n_columns, target += 4)
            matrix_rows(w, group->n_columns, x, target, features, 4);
        for (; i < group->n_rows; i++, w += group->n_columns, target++)
            matrix_rows(w, group->n_columns, x, target, features, 1);
    }
}
