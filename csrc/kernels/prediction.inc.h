/* Linear prediction by Burg's method: the errors of predicting a signal forward and backward. */

enum { STRIP = 64 * LANES };  /* numbers that stay in L1 between one loop and the next, and whose sums are REAL */

/* Sums over first <= i < end of f[i]^2 + b[i - 1]^2 and of f[i] b[i - 1]. */
INLINE void add_products(const REAL *f, const REAL *b, size_t first, size_t end, double *energy, double *product)
{
    V squares = v_set(0), products = v_set(0);
    for (size_t i = first; i < end; i += LANES) {
        const V x = end - i < LANES ? v_load_some(f + i, end - i) : v_load(f + i);
        const V y = end - i < LANES ? v_load_some(b + i - 1, end - i) : v_load(b + i - 1);
        squares += v_fma(x, x, y * y);
        products = v_fma(x, y, products);
    }
    REAL each[2][LANES];
    v_store(each[0], squares);
    v_store(each[1], products);
    for (size_t l = 0; l < LANES; l++) {
        *energy += (double)each[0][l];
        *product += (double)each[1][l];
    }
}

/* f[i], b[i] = f[i] + reflection b[i], b[i] + reflection f[i]; sums as in add_products for what that gives, from i = 1 on. */
static void k_predict(void *forward, void *backward, size_t n, double reflection, double *energy, double *product)
{
    REAL *restrict f = forward, *restrict b = backward;
    const REAL r = (REAL)reflection;
    *energy = *product = 0;
    for (size_t start = 0; start < n; start += STRIP) {
        const size_t end = n - start < STRIP ? n : start + STRIP;
        for (size_t i = start; i < end; i++) {
            const REAL x = f[i], y = b[i];
            f[i] = x + r * y;
            b[i] = y + r * x;
        }
        add_products(f, b, start ? start : 1, end, energy, product);
    }
}
