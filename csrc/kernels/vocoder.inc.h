/* The phase vocoder's step, over interleaved complex bins: plain loops, which the compiler turns into vectors. */

/* x / |x| for squares that do not underflow; 1 for silence, whose phase is 0. */
INLINE REAL inverse_magnitude(REAL square) { return square > SMALLEST_SQUARE ? 1 / SQRT(square) : 0; }

/* phase *= direction(to) / direction(from), kept at length 1; starts at direction(from) where `first`. */
static void k_advance_phase(const void *from, const void *to, size_t n_bins, int first, void *phase)
{
    const REAL *a = from, *b = to;
    REAL *p = phase;
    VECTORIZE for (size_t k = 0; k < n_bins; k++) {
        const REAL ar = a[2 * k], ai = a[2 * k + 1], br = b[2 * k], bi = b[2 * k + 1];
        const REAL sa = inverse_magnitude(ar * ar + ai * ai), sb = inverse_magnitude(br * br + bi * bi);
        const REAL ur = sa > 0 ? ar * sa : 1, ui = sa > 0 ? ai * sa : 0;
        const REAL vr = sb > 0 ? br * sb : 1, vi = sb > 0 ? bi * sb : 0;
        const REAL pr = p[2 * k], pi = p[2 * k + 1];  /* read in any case: clang gathers what is read on a condition */
        const REAL re = first ? 1 : pr, im = first ? 0 : pi;
        const REAL sr = first ? ur : vr * ur + vi * ui, si = first ? ui : vi * ur - vr * ui;
        const REAL x = re * sr - im * si, y = re * si + im * sr;
        const REAL scale = (REAL)1.5 - (REAL)0.5 * (x * x + y * y);  /* Newton's step toward length 1 */
        p[2 * k] = x * scale;
        p[2 * k + 1] = y * scale;
    }
}

/* out = phase * (|low| + fraction * (|high| - |low|)) */
static void k_set_magnitude(const void *phase, const void *low, const void *high, double fraction, size_t n_bins, void *out)
{
    const REAL *p = phase, *a = low, *b = high, f = (REAL)fraction;
    REAL *o = out;
    for (size_t k = 0; k < n_bins; k++) {
        const REAL ma = SQRT(a[2 * k] * a[2 * k] + a[2 * k + 1] * a[2 * k + 1]);
        const REAL mb = SQRT(b[2 * k] * b[2 * k] + b[2 * k + 1] * b[2 * k + 1]);
        const REAL m = ma + f * (mb - ma);
        o[2 * k] = p[2 * k] * m;
        o[2 * k + 1] = p[2 * k + 1] * m;
    }
}
