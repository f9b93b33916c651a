/* Means over windows. Everything is summed in double; where REAL is double, the sum has a companion, `rest`: the sum of
 * what rounding took from it, exact at every step (Knuth's two-sum; Ogita, Rump and Oishi 2005).
 *
 * The order of additions depends on the shape alone. Positions of a window are taken one by one; or, from LONG on, dealt to
 * DLANES partial sums, the last few apart; or, from VERY_LONG on, so in each of four segments. `sum_along`, for windows along
 * memory, where a vector holds positions, and `sum_across`, where a vector holds neighbours, give the same bits. */

/* DLANES doubles, read from REAL and rounded to REAL. */
#if FSP_DOUBLE
INLINE D d_load(const REAL *p) { return v_load(p); }
INLINE D d_load_some(const REAL *p, size_t count) { return v_load_some(p, count); }
INLINE void d_store(REAL *p, D d) { v_store(p, d); }
INLINE void d_store_some(REAL *p, D d, size_t count) { v_store_some(p, d, count); }
#else
typedef union { V v; H low; } HALVES;

INLINE D d_load(const REAL *p) { return d_widen(*(const H_UNALIGNED *)p); }
INLINE D d_load_some(const REAL *p, size_t count)
{
    return d_widen(((HALVES){.v = v_load_some(p, count)}).low);
}
INLINE void d_store(REAL *p, D d) { *(H_UNALIGNED *)p = d_narrow(d); }
INLINE void d_store_some(REAL *p, D d, size_t count)
{
    HALVES h = {.v = v_set(0)};
    h.low = d_narrow(d);
    v_store_some(p, h.v, count);
}
#endif

/* A type of sums of T. Sums start at +0, so that none is ever -0. */
#if FSP_DOUBLE
#define FSP_SUMS(T, SUM, add, join)                                    \
    typedef struct { T sum, rest; } SUM;                               \
    INLINE SUM add(SUM s, T x)                                         \
    {                                                                  \
        const T sum = s.sum + x, taken = sum - s.sum;                  \
        const T lost = (s.sum - (sum - taken)) + (x - taken);          \
        return (SUM){sum, s.rest + lost};                              \
    }                                                                  \
    INLINE SUM join(SUM s, SUM other)                                  \
    {                                                                  \
        SUM both = add(s, other.sum);                                  \
        both.rest += other.rest;                                       \
        return both;                                                   \
    }
#else
#define FSP_SUMS(T, SUM, add, join)                                    \
    typedef struct { T sum; } SUM;                                     \
    INLINE SUM add(SUM s, T x) { return (SUM){s.sum + x}; }            \
    INLINE SUM join(SUM s, SUM other) { return (SUM){s.sum + other.sum}; }
#endif
FSP_SUMS(double, SUM1, sum1_add, sum1_join)
FSP_SUMS(D, SUM, sum_add, sum_join)

enum { ROW_VECTORS = 4, LONG = 2 * DLANES, VERY_LONG = 16 * DLANES, SEGMENTS = 4 };
_Static_assert((int)SEGMENTS * DLANES <= FSP_POOL_PARTS, "scratch is made for fewer partial sums");

/* Rows of sums in memory: the sums, and `rest` numbers further what belongs to them. */
INLINE SUM load_sum(const double *p, size_t rest)
{
    SUM s = {.sum = *(const D_UNALIGNED *)p};
#if FSP_DOUBLE
    s.rest = *(const D_UNALIGNED *)(p + rest);
#else
    (void)rest;
#endif
    return s;
}

INLINE void store_sum(double *p, size_t rest, SUM s)
{
    *(D_UNALIGNED *)p = s.sum;
#if FSP_DOUBLE
    *(D_UNALIGNED *)(p + rest) = s.rest;
#else
    (void)rest;
#endif
}

/* s plus number i of `src`: a vector of REAL, or (wide) of sums. */
INLINE SUM add_at(SUM s, const void *src, ptrdiff_t i, int wide, size_t rest)
{
    if (wide) return sum_join(s, load_sum((const double *)src + i, rest));
    return sum_add(s, d_load((const REAL *)src + i));
}

INLINE SUM add_some_at(SUM s, const void *src, ptrdiff_t i, int wide, size_t rest, size_t count)
{
    if (wide) return add_at(s, src, i, wide, rest);  /* rows of sums are padded */
    return sum_add(s, d_load_some((const REAL *)src + i, count));
}

INLINE SUM1 add1_at(SUM1 s, const void *src, size_t i, int wide, size_t rest)
{
    if (!wide) return sum1_add(s, ((const REAL *)src)[i]);
    const double *p = (const double *)src + i;
#if FSP_DOUBLE
    return sum1_join(s, (SUM1){p[0], p[rest]});
#else
    (void)rest;
    return sum1_add(s, *p);
#endif
}

/* What sums are divided by. For float, a product with the reciprocal errs by 2^-53 more, which rounding to float hides. */
INLINE double scale_of(size_t width, size_t n_rows)
{
    const double count = (double)width * (double)n_rows;
    return FSP_DOUBLE ? count : 1 / count;
}

/* Where infinity or an overflow made `rest` NaN, the sum alone is what plain summation gives. */
#if FSP_DOUBLE
INLINE REAL mean1_of(SUM1 s, double scale) { return (s.rest == s.rest ? s.sum + s.rest : s.sum) / scale; }
INLINE D mean_of(SUM s, D scale) { return v_if_le(s.rest, d_set(__builtin_inf()), s.sum + s.rest, s.sum) / scale; }
#else
INLINE REAL mean1_of(SUM1 s, double scale) { return (REAL)(s.sum * scale); }
INLINE D mean_of(SUM s, D scale) { return s.sum * scale; }
#endif

/* Windows, one after the other, without a division: start = floor(j n_in / n_out), end = ceil((j + 1) n_in / n_out). */
typedef struct { size_t start, width, next, over; } WINDOW;

INLINE WINDOW window_after(WINDOW w, const fsp_windows *of)
{
    w.start = w.next;
    w.next += of->step;
    w.over += of->remainder;
    if (w.over >= of->n_out) {
        w.over -= of->n_out;
        w.next++;
    }
    w.width = w.next + (w.over != 0) - w.start;
    return w;
}

INLINE WINDOW window_first(const fsp_windows *of)
{
    return window_after((WINDOW){.next = of->start, .over = of->over}, of);
}

/* sums (+)= the rows; `vectors` of them at once keeps the adders busy. */
INLINE void sum_columns(const REAL *x, ptrdiff_t row_stride, size_t n_rows, int add, double *sums, size_t rest,
                        const int vectors)
{
    SUM s[ROW_VECTORS] = {0};
    if (add) UNROLL for (int k = 0; k < vectors; k++) s[k] = load_sum(sums + k * DLANES, rest);
    for (size_t r = 0; r < n_rows; r++, x += row_stride)
        UNROLL for (int k = 0; k < vectors; k++) s[k] = sum_add(s[k], d_load(x + k * DLANES));
    UNROLL for (int k = 0; k < vectors; k++) store_sum(sums + k * DLANES, rest, s[k]);
}

static void k_pool_rows_mean(const void *rows, ptrdiff_t row_stride, size_t n_rows, size_t n, int add, void *sums, size_t rest)
{
    const REAL *x = rows;
    double *y = sums;
    size_t i = 0;
    for (; i + ROW_VECTORS * DLANES <= n; i += ROW_VECTORS * DLANES)
        sum_columns(x + i, row_stride, n_rows, add, y + i, rest, ROW_VECTORS);
    for (; i + DLANES <= n; i += DLANES) sum_columns(x + i, row_stride, n_rows, add, y + i, rest, 1);
    if (i == n) return;
    SUM s = {0};
    if (add) s = load_sum(y + i, rest);
    for (size_t r = 0; r < n_rows; r++) s = sum_add(s, d_load_some(x + i + (ptrdiff_t)r * row_stride, n - i));
    store_sum(y + i, rest, s);
}

/* The lower half of the lanes and the upper one, joined, until one is left. */
#if DLANES >= 8
typedef double D4 __attribute__((vector_size(32)));
FSP_SUMS(D4, SUM4, sum4_add, sum4_join)
#endif
#if DLANES >= 4
typedef double D2 __attribute__((vector_size(16)));
FSP_SUMS(D2, SUM2, sum2_add, sum2_join)
#endif
#define FSP_HALF_OF(H, x, which) \
    ((union { __typeof__(x) all; __typeof__(((H *)0)->sum) half[2]; }){x}).half[which]
#if FSP_DOUBLE
#define FSP_HALF(H, s, which) (H){FSP_HALF_OF(H, (s).sum, which), FSP_HALF_OF(H, (s).rest, which)}
#else
#define FSP_HALF(H, s, which) (H){FSP_HALF_OF(H, (s).sum, which)}
#endif

INLINE SUM1 lane_tree(SUM s)
{
#if DLANES == 8
    const SUM4 four = sum4_join(FSP_HALF(SUM4, s, 0), FSP_HALF(SUM4, s, 1));
    const SUM2 two = sum2_join(FSP_HALF(SUM2, four, 0), FSP_HALF(SUM2, four, 1));
#elif DLANES == 4
    const SUM2 two = sum2_join(FSP_HALF(SUM2, s, 0), FSP_HALF(SUM2, s, 1));
#else
    const SUM two = s;
#endif
#if DLANES == 1
    return FSP_HALF(SUM1, two, 0);
#else
    return sum1_join(FSP_HALF(SUM1, two, 0), FSP_HALF(SUM1, two, 1));
#endif
}

/* Positions of a segment, a multiple of DLANES; 0: the window is not huge. */
INLINE size_t segment_of(size_t width) { return width < VERY_LONG ? 0 : width / (SEGMENTS * DLANES) * DLANES; }

INLINE SUM1 sum_along(const void *src, size_t start, size_t width, int wide, size_t rest)
{
    SUM1 last = {0};
    size_t i = start;
    const size_t end = start + width, segment = width < LONG ? 0 : segment_of(width);
    if (width < LONG) {
        for (; i < end; i++) last = add1_at(last, src, i, wide, rest);
        return last;
    }
    SUM s[SEGMENTS] = {0};
    for (size_t k = 0; k < segment; k += DLANES)
        UNROLL for (size_t u = 0; u < SEGMENTS; u++) s[u] = add_at(s[u], src, (ptrdiff_t)(i + u * segment + k), wide, rest);
    for (i += SEGMENTS * segment; i + DLANES <= end; i += DLANES) s[0] = add_at(s[0], src, (ptrdiff_t)i, wide, rest);
    for (; i < end; i++) last = add1_at(last, src, i, wide, rest);
    if (segment) s[0] = sum_join(sum_join(s[0], s[1]), sum_join(s[2], s[3]));
    return sum1_join(lane_tree(s[0]), last);
}

INLINE void means_along(const void *src, int wide, const fsp_windows *of, size_t rest, REAL *out, ptrdiff_t out_stride)
{
    WINDOW w = window_first(of);
    size_t width = w.width;
    double scale = scale_of(width, of->n_rows);
    for (size_t j = 0; j < of->count; j++, out += out_stride, w = window_after(w, of)) {
        if (w.width != width) {
            width = w.width;
            scale = scale_of(width, of->n_rows);
        }
        *out = mean1_of(sum_along(src, w.start, w.width, wide, rest), scale);
    }
}

static void k_pool_along_mean(const void *src, int wide, const fsp_windows *of, size_t rest, void *out, ptrdiff_t out_stride)
{
    if (wide)
        means_along(src, 1, of, rest, out, out_stride);
    else
        means_along(src, 0, of, rest, out, out_stride);
}

INLINE void store_means(D mean, REAL *out, ptrdiff_t stride, size_t count)
{
    if (stride == 1 && count >= DLANES) {
        d_store(out, mean);
    } else if (stride == 1) {
        d_store_some(out, mean, count);
    } else {
        for (size_t l = 0; l < count && l < DLANES; l++) out[(ptrdiff_t)l * stride] = (REAL)mean[l];
    }
}

/* How many positions a window has, and what their mean is made with (scale_of). */
typedef struct {
    size_t width;
    D scale;
} SPAN;

/* Windows of few positions, each the sum of rows, in registers: `vectors` of neighbours, or (valid < DLANES) a part of one. */
INLINE void short_across(const fsp_across *a, const char *src, SPAN span, int wide, size_t rest, REAL *out, const int vectors,
                         size_t valid)
{
    const ptrdiff_t size = wide ? sizeof(double) : sizeof(REAL);
    SUM s[ROW_VECTORS] = {0};
    for (size_t i = 0; i < span.width; i++, src += a->stride * size) {
        SUM position[ROW_VECTORS] = {0};
        for (size_t d = 0; d < a->n_rows[0]; d++) {
            const char *row = src + (ptrdiff_t)d * a->row_stride[0] * size;
            for (size_t r = 0; r < a->n_rows[1]; r++, row += a->row_stride[1] * size)
                UNROLL for (int k = 0; k < vectors; k++)
                    position[k] = valid < DLANES ? add_some_at(position[k], row, 0, wide, rest, valid)
                                                 : add_at(position[k], row, k * DLANES, wide, rest);
        }
        UNROLL for (int k = 0; k < vectors; k++) s[k] = sum_join(s[k], position[k]);
    }
    UNROLL for (int k = 0; k < vectors; k++)
        store_means(mean_of(s[k], span.scale), out + k * DLANES * a->out_inner, a->out_inner, valid);
}

INLINE void all_short_across(const fsp_across *a, const char *src, SPAN span, int wide, size_t rest, REAL *out)
{
    const size_t size = wide ? sizeof(double) : sizeof(REAL);
    size_t c = 0;
    for (; c + ROW_VECTORS * DLANES <= a->n; c += ROW_VECTORS * DLANES)
        short_across(a, src + c * size, span, wide, rest, out + (ptrdiff_t)c * a->out_inner, ROW_VECTORS, DLANES);
    for (; c + 2 * DLANES <= a->n; c += 2 * DLANES)
        short_across(a, src + c * size, span, wide, rest, out + (ptrdiff_t)c * a->out_inner, 2, DLANES);
    for (; c + DLANES <= a->n; c += DLANES)
        short_across(a, src + c * size, span, wide, rest, out + (ptrdiff_t)c * a->out_inner, 1, DLANES);
    if (c < a->n) short_across(a, src + c * size, span, wide, rest, out + (ptrdiff_t)c * a->out_inner, 1, a->n - c);
}

/* Vectors of neighbours that a cache line holds: of rows that lie 4 KiB apart the cache keeps few, so that a line should
 * not be read twice. */
enum { LINE_VECTORS = FSP_DOUBLE ? 1 : 2, ROWS_IN_CACHE = 4 * DLANES };

/* Lane l of the segment (+)= position l, l + DLANES, ... of at most ROWS_IN_CACHE positions, for `vectors` of neighbours: s has
 * DLANES sums for each. */
INLINE void deal_positions(SUM *s, const char *src, ptrdiff_t step, size_t n_positions, int wide, size_t rest,
                           const int vectors, size_t valid)
{
    for (size_t i = 0; i < n_positions; i += DLANES)
        UNROLL for (int l = 0; l < DLANES; l++, src += step)
            UNROLL for (int v = 0; v < vectors; v++) {
                SUM *const sum = s + v * DLANES + l;
                *sum = valid < DLANES ? add_some_at(*sum, src, 0, wide, rest, valid)
                                      : add_at(*sum, src, v * DLANES, wide, rest);
            }
}

/* Partial sums in memory: for each segment DLANES rows of neighbours, `pitch` doubles apart. `add`: to what they hold. */
typedef struct {
    double *at;
    size_t pitch, rest;
    int add;
} PARTS;

INLINE void add_positions(const char *src, ptrdiff_t step, size_t n_positions, int wide, size_t rest, PARTS parts,
                          const int vectors, size_t valid)
{
    SUM s[LINE_VECTORS * DLANES] = {0};
    for (size_t v = 0; parts.add && v < (size_t)vectors; v++)
        UNROLL for (size_t l = 0; l < DLANES; l++)
            s[v * DLANES + l] = load_sum(parts.at + v * DLANES + l * parts.pitch, parts.rest);
    deal_positions(s, src, step, n_positions, wide, rest, vectors, valid);
    UNROLL for (size_t v = 0; v < (size_t)vectors; v++)
        UNROLL for (size_t l = 0; l < DLANES; l++)
            store_sum(parts.at + v * DLANES + l * parts.pitch, parts.rest, s[v * DLANES + l]);
}

/* A segment, read in the order of memory but for a few rows. */
INLINE void sum_segment(const fsp_across *a, const char *src, size_t n_positions, int wide, size_t rest, PARTS parts)
{
    const ptrdiff_t size = wide ? sizeof(double) : sizeof(REAL), step = a->stride * size;
    for (size_t i = 0; i < n_positions; i += ROWS_IN_CACHE, parts.add = 1) {
        const size_t left = n_positions - i, n = left < ROWS_IN_CACHE ? left : ROWS_IN_CACHE;
        const char *row = src + (ptrdiff_t)i * step;
        PARTS to = parts;
        size_t c = 0;
        for (; c + LINE_VECTORS * DLANES <= a->n; c += LINE_VECTORS * DLANES, to.at += LINE_VECTORS * DLANES)
            add_positions(row + c * (size_t)size, step, n, wide, rest, to, LINE_VECTORS, DLANES);
        for (; c + DLANES <= a->n; c += DLANES, to.at += DLANES)
            add_positions(row + c * (size_t)size, step, n, wide, rest, to, 1, DLANES);
        if (c < a->n) add_positions(row + c * (size_t)size, step, n, wide, rest, to, 1, a->n - c);
    }
}

/* As `lane_tree` joins them. */
INLINE SUM join_lanes(SUM *lane)
{
    UNROLL for (int half = DLANES / 2; half > 0; half /= 2)
        UNROLL for (int l = 0; l < half; l++) lane[l] = sum_join(lane[l], lane[l + half]);
    return lane[0];
}

INLINE SUM join_parts(PARTS parts, size_t c, int segments)
{
    SUM lane[DLANES];
    UNROLL for (size_t l = 0; l < DLANES; l++) {
        SUM s[SEGMENTS];
        UNROLL for (size_t u = 0; u < SEGMENTS; u++)
            s[u] = u < 1 || segments ? load_sum(parts.at + c + (u * DLANES + l) * parts.pitch, parts.rest) : (SUM){0};
        lane[l] = segments ? sum_join(sum_join(s[0], s[1]), sum_join(s[2], s[3])) : s[0];
    }
    return join_lanes(lane);
}

/* Positions of a window that are dealt to lanes; the last few are not. */
INLINE size_t dealt_of(SPAN span) { return span.width / DLANES * DLANES; }

/* One vector of means: what has been dealt and the last few positions. */
INLINE void finish_long(const fsp_across *a, SUM dealt, const char *src, SPAN span, int wide, size_t rest, REAL *out, size_t valid)
{
    const ptrdiff_t step = a->stride * (ptrdiff_t)(wide ? sizeof(double) : sizeof(REAL));
    SUM last = {0};
    for (size_t i = dealt_of(span); i < span.width; i++) {
        const char *row = src + (ptrdiff_t)i * step;
        last = valid < DLANES ? add_some_at(last, row, 0, wide, rest, valid) : add_at(last, row, 0, wide, rest);
    }
    store_means(mean_of(sum_join(dealt, last), span.scale), out, a->out_inner, valid);
}

INLINE void medium_columns(const fsp_across *a, const char *src, SPAN span, int wide, size_t rest, REAL *out, const int vectors,
                           size_t valid)
{
    const size_t size = wide ? sizeof(double) : sizeof(REAL);
    SUM s[LINE_VECTORS * DLANES] = {0};
    deal_positions(s, src, a->stride * (ptrdiff_t)size, dealt_of(span), wide, rest, vectors, valid);
    UNROLL for (int v = 0; v < vectors; v++)
        finish_long(a, join_lanes(s + v * DLANES), src + (size_t)v * DLANES * size, span, wide, rest,
                    out + v * DLANES * a->out_inner, valid);
}

/* In registers, where the window is short enough for that. */
INLINE void medium_across(const fsp_across *a, const char *src, SPAN span, int wide, size_t rest, REAL *out)
{
    const size_t size = wide ? sizeof(double) : sizeof(REAL);
    size_t c = 0;
    for (; c + LINE_VECTORS * DLANES <= a->n; c += LINE_VECTORS * DLANES)
        medium_columns(a, src + c * size, span, wide, rest, out + (ptrdiff_t)c * a->out_inner, LINE_VECTORS, DLANES);
    for (; c + DLANES <= a->n; c += DLANES)
        medium_columns(a, src + c * size, span, wide, rest, out + (ptrdiff_t)c * a->out_inner, 1, DLANES);
    if (c < a->n)
        medium_columns(a, src + c * size, span, wide, rest, out + (ptrdiff_t)c * a->out_inner, 1, a->n - c);
}

INLINE void long_across(const fsp_across *a, const char *src, SPAN span, int wide, size_t rest, REAL *out)
{
    const size_t size = wide ? sizeof(double) : sizeof(REAL);
    const ptrdiff_t step = a->stride * (ptrdiff_t)size;
    const size_t pitch = (a->n + DLANES - 1) / DLANES * DLANES;
    const size_t segment = segment_of(span.width), others = SEGMENTS * segment;
    PARTS parts = {a->parts, pitch, FSP_POOL_PARTS * pitch, 0};
    for (size_t u = 0; u < SEGMENTS && segment; u++, parts.at += DLANES * pitch)
        sum_segment(a, src + (ptrdiff_t)(u * segment) * step, segment, wide, rest, parts);
    parts.at = a->parts;
    parts.add = others > 0;
    sum_segment(a, src + (ptrdiff_t)others * step, dealt_of(span) - others, wide, rest, parts);
    for (size_t c = 0; c < a->n; c += DLANES)
        finish_long(a, join_parts(parts, c, others > 0), src + c * size, span, wide, rest, out + (ptrdiff_t)c * a->out_inner,
                    a->n - c);
}

INLINE void means_across(const fsp_across *a, int wide, const fsp_windows *of, size_t rest, REAL *out)
{
    const ptrdiff_t size = wide ? sizeof(double) : sizeof(REAL);
    WINDOW w = window_first(of);
    for (size_t j = 0; j < of->count; j++, out += a->out_stride, w = window_after(w, of)) {
        const char *src = (const char *)a->src + (ptrdiff_t)w.start * a->stride * size;
        const SPAN span = {w.width, d_set(scale_of(w.width, of->n_rows))};
        if (w.width < LONG)
            all_short_across(a, src, span, wide, rest, out);
        else if (w.width < 2 * ROWS_IN_CACHE)
            medium_across(a, src, span, wide, rest, out);
        else
            long_across(a, src, span, wide, rest, out);
    }
}

static void k_pool_across_mean(const fsp_across *across, int wide, const fsp_windows *of, size_t rest, void *out)
{
    if (wide)
        means_across(across, 1, of, rest, out);
    else
        means_across(across, 0, of, rest, out);
}
