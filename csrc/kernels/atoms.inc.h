/* Frames correlated with atoms. A table has one row per sample of a hop and one column per hop (gather.inc.h), so that
 * a filter along time is a sum of rows, and LANES neighbouring hops are filtered at once. */

enum { HALVED = FSP_REGISTERS >= 32 ? 8 : 4 };

/* How to leave the loop over taps in the middle. With `break`, clang does not unroll it, and keeps its arrays in memory (cqt takes
 * 1.2 to 1.5 times as long); with `continue`, gcc runs out of registers (1.4 times as long with AVX-512). */
#ifdef __clang__
#define PAST_END continue
#else
#define PAST_END break
#endif

/* A tile of n rows of half the rate, from `in`, the row that the first of them is centred on. What one tap reads for an
 * output, the next (of every tap, or of every second one) reads for its neighbour: a window of n rows on either side stays
 * in registers, and gets one new row a tap. */
INLINE void halve_rows(const fsp_halving *h, const REAL *in, ptrdiff_t stride, REAL *out, size_t out_stride, int n)
{
    const ptrdiff_t pair = 2 * stride, apart = 2 / h->step;
    const REAL *const taps = h->taps, *const end = taps + h->n_taps;
    V sum[HALVED], right[HALVED], left[HALVED];
    UNROLL for (int i = 0; i < n; i++) sum[i] = v_set((REAL)h->centre) * v_load(in + i * pair);
    for (ptrdiff_t p = 0; p < apart; p++) {
        const REAL *after = in + (h->right + p * h->step) * stride, *before = in - (1 + p * h->step) * stride;
        UNROLL for (int i = 1; i < n; i++, after += pair) {
            right[i - 1] = v_load(after);
            left[i] = v_load(before + i * pair);
        }
        for (const REAL *tap = taps + p; tap < end;) {
            UNROLL for (int k = 0; k < n; k++) {
                if (k > 0 && tap >= end) PAST_END;
                right[(n - 1 + k) % n] = v_load(after);
                left[(n - k) % n] = v_load(before);
                UNROLL for (int i = 0; i < n; i++)
                    sum[i] = v_fma(v_set(*tap), right[(i + k) % n] + left[(i + n - k) % n], sum[i]);
                after += pair;
                before -= pair;
                tap += apart;
            }
        }
    }
    UNROLL for (int i = 0; i < n; i++) v_store(out + (size_t)i * out_stride, sum[i]);
}

static void k_halve(const fsp_halving *h, const void *in, size_t in_stride, size_t rows, void *out, size_t out_stride)
{
    const ptrdiff_t stride = (ptrdiff_t)in_stride;
    const REAL *x = in;
    REAL *y = out;
    size_t r = 0;
    for (; r + HALVED <= rows; r += HALVED, x += 2 * HALVED * stride, y += HALVED * out_stride)
        halve_rows(h, x, stride, y, out_stride, HALVED);
    for (; r < rows; r++, x += 2 * stride, y += out_stride) halve_rows(h, x, stride, y, out_stride, 1);
}

/* Rows -n .. -1 of a tile of columns: the last ones of the columns before. */
static void k_wrap_rows(void *table, size_t rows, size_t stride, size_t n)
{
    REAL *to = table;
    for (size_t i = 1; i <= n; i++) {
        const size_t before = (i + rows - 1) / rows;
        to -= stride;
        v_store(to, v_load((const REAL *)table + (before * rows - i) * stride - before));
    }
}

enum { ATOM_GROUP = FSP_REGISTERS >= 32 ? 12 : 6, TRIOS = ATOM_GROUP / 3 };

/* The a-th of ATOM_GROUP atoms times a frame: sums[2 a] and sums[2 a + 1], of its even and its odd part. Atoms are
 * in trios, the longest first; of the first ends[0] pairs of samples all atoms have weights, of those up to ends[1] all
 * trios but the last, and so on. Weights: per pair the even ones of these atoms, then the odd ones. */
static void k_correlate(const void *table, const uint32_t *right, const uint32_t *left, const uint32_t *ends,
                        const void *weights, void *sums)
{
    const REAL *t = table, *w = weights;
    V even[ATOM_GROUP], odd[ATOM_GROUP];
    UNROLL for (int a = 0; a < ATOM_GROUP; a++) even[a] = odd[a] = v_set(0);
    size_t i = 0;
    UNROLL for (int trios = TRIOS; trios > 0; trios--) {
        const int n = 3 * trios;
        for (; i < ends[TRIOS - trios]; i++, w += 2 * n) {
            const V x = v_load(t + right[i]), y = v_load(t + left[i]), sum = x + y, difference = x - y;
            UNROLL for (int a = 0; a < n; a++) {
                even[a] = v_fma(v_set(w[a]), sum, even[a]);
                odd[a] = v_fma(v_set(w[n + a]), difference, odd[a]);
            }
        }
    }
    UNROLL for (int a = 0; a < ATOM_GROUP; a++) {
        ((V *)sums)[2 * a] = even[a];
        ((V *)sums)[2 * a + 1] = odd[a];
    }
}

/* Each atom's two sums, times complex factors (even and odd), into its bin of a complex tile. */
static void k_mix(const void *sums, size_t n, const void *factors, const uint32_t *bin, void *tile)
{
    const V *s = sums;
    const REAL *f = factors;
    for (size_t a = 0; a < n; a++, s += 2, f += 4) {
        V *out = (V *)tile + 2 * bin[a];
        out[0] = v_fma(v_set(f[0]), s[0], v_fma(v_set(f[2]), s[1], out[0]));
        out[1] = v_fma(v_set(f[1]), s[0], v_fma(v_set(f[3]), s[1], out[1]));
    }
}

/* The reverse of k_mix: the factors of each atom's even and odd part, from its bin of a complex tile. */
static void k_unmix(const void *tile, size_t n, const void *factors, const uint32_t *bin, void *sums)
{
    const REAL *f = factors;
    V *s = sums;
    for (size_t a = 0; a < n; a++, s += 2, f += 4) {
        const V *x = (const V *)tile + 2 * bin[a];
        s[0] = v_fma(v_set(f[0]), x[0], v_set(f[1]) * x[1]);
        s[1] = v_fma(v_set(f[2]), x[0], v_set(f[3]) * x[1]);
    }
}

/* Add a group of atoms, each times its two sums, to frames in a table; see k_correlate. */
static void k_spread(const void *sums, const uint32_t *right, const uint32_t *left, const uint32_t *ends,
                     const void *weights, void *table)
{
    REAL *t = table;
    const REAL *w = weights;
    V even[ATOM_GROUP], odd[ATOM_GROUP];
    UNROLL for (int a = 0; a < ATOM_GROUP; a++) {
        even[a] = ((const V *)sums)[2 * a];
        odd[a] = ((const V *)sums)[2 * a + 1];
    }
    size_t i = 0;
    UNROLL for (int trios = TRIOS; trios > 0; trios--) {
        const int n = 3 * trios;
        for (; i < ends[TRIOS - trios]; i++, w += 2 * n) {
            V sum = v_set(0), difference = v_set(0);
            UNROLL for (int a = 0; a < n; a++) {
                sum = v_fma(v_set(w[a]), even[a], sum);
                difference = v_fma(v_set(w[n + a]), odd[a], difference);
            }
            /* One after the other: both may be the same sample. */
            v_store(t + right[i], v_load(t + right[i]) + (sum + difference));
            v_store(t + left[i], v_load(t + left[i]) + (sum - difference));
        }
    }
}

INLINE void add_rows(const void *const *rows, const REAL *weights, size_t n, size_t c, REAL *out, int vectors)
{
    V sum[4];
    UNROLL for (int v = 0; v < vectors; v++) sum[v] = v_load(out + c + v * LANES);
    for (size_t i = 0; i < n; i++) {
        const REAL *row = (const REAL *)rows[i] + c;
        const V weight = v_set(weights[i]);
        UNROLL for (int v = 0; v < vectors; v++) sum[v] = v_fma(weight, v_load(row + v * LANES), sum[v]);
    }
    UNROLL for (int v = 0; v < vectors; v++) v_store(out + c + v * LANES, sum[v]);
}

/* out[c] += sum_i weights[i] rows[i][c], for `columns` that are a multiple of LANES. */
static void k_add_rows(const void *const *rows, const void *weights, size_t n, size_t columns, void *out)
{
    size_t c = 0;
    for (; c + 4 * LANES <= columns; c += 4 * LANES) add_rows(rows, weights, n, c, out, 4);
    for (; c < columns; c += LANES) add_rows(rows, weights, n, c, out, 1);
}
