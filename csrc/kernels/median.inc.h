/* Running medians of LANES series at once: their windows are kept sorted, one value out and one in at each step. */

/* sorted[0 .. width) loses `gone`, which it holds, and gains `fresh`. */
INLINE void replace_sorted(V *sorted, size_t width, V gone, V fresh)
{
    V current = sorted[0], below = -v_set((REAL)__builtin_inf());
    for (size_t i = 0; i + 1 < width; i++) {
        const V next = sorted[i + 1];
        const V other = v_if_le(gone, current, next, current);  /* the i-th of those that stay */
        sorted[i] = v_max(below, v_min(other, fresh));
        below = other;
        current = next;
    }
    sorted[width - 1] = v_max(below, fresh);
}

/* rows[0 .. n) become the values of rank width / 2 among each `width` of rows[1 .. n + width), none of which is NaN.
 * `sorted`: scratch, `width` vectors. */
static void k_median(void *rows, size_t n, size_t width, void *sorted)
{
    V *x = rows, *s = sorted;
    const V highest = v_set((REAL)__builtin_inf());
    for (size_t i = 1; i < width; i++) {
        s[i - 1] = highest;
        replace_sorted(s, i, highest, x[i]);
    }
    s[width - 1] = highest;
    for (size_t t = 0; t < n; t++) {
        replace_sorted(s, width, t ? x[t] : highest, x[t + width]);
        x[t] = s[width / 2];
    }
}
