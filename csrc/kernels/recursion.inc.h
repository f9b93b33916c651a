/* Filters of the first order: plain loops, whose channels wait for their own last samples but not for one another's. */

enum { SIDE_BY_SIDE = 8 };

typedef struct {
    REAL b0, b1, a;
    fsp_steps in, out;
} recursion;

/* `count` channels; `states` is what each adds to its next sample. */
INLINE void recur_some(recursion r, size_t count, size_t n, const REAL *x, REAL *y, REAL *states)
{
    REAL s[SIDE_BY_SIDE];
    for (size_t c = 0; c < count; c++) s[c] = states[c];
    for (; n > 0; n--, x += r.in.step, y += r.out.step)
        for (size_t c = 0; c < count; c++) {
            const REAL in = x[(ptrdiff_t)c * r.in.channel], out = r.b0 * in + s[c];
            s[c] = r.b1 * in - r.a * out;
            y[(ptrdiff_t)c * r.out.channel] = out;
        }
    for (size_t c = 0; c < count; c++) states[c] = s[c];
}

static void k_recur(const double *coefficients, size_t n_channels, size_t n, const void *in, fsp_steps in_steps, void *out,
                    fsp_steps out_steps, void *states)
{
    const recursion r = {(REAL)coefficients[0], (REAL)coefficients[1], (REAL)coefficients[2], in_steps, out_steps};
    const REAL *x = in;
    REAL *y = out, *s = states;
    size_t c = 0;
    for (; c + SIDE_BY_SIDE <= n_channels; c += SIDE_BY_SIDE)
        recur_some(r, SIDE_BY_SIDE, n, x + (ptrdiff_t)c * in_steps.channel, y + (ptrdiff_t)c * out_steps.channel, s + c);
    for (; c < n_channels; c++)
        recur_some(r, 1, n, x + (ptrdiff_t)c * in_steps.channel, y + (ptrdiff_t)c * out_steps.channel, s + c);
}
