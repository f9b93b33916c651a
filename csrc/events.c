/* events: peaks of a curve, which of them to keep, and the nearest of other events and intervals. */
#include "internal.h"

#include <math.h>

/* Inlined with a constant precision into loops that are short and many. */
INLINE double value_at(const void *x, size_t i, fsp_precision precision)
{
    return precision == FSP_F32 ? (double)((const float *)x)[i] : ((const double *)x)[i];
}

/* Sums and differences of floats, made in double, round to what float arithmetic gives. */
INLINE double rounded(double x, fsp_precision precision) { return precision == FSP_F32 ? (double)(float)x : x; }

typedef struct { size_t start, stop; } span;

/* i - before .. i + after - 1, as far as it exists. */
INLINE span around(const fsp_peaks *p, size_t i, size_t before, size_t after)
{
    return (span){i < before ? 0 : i - before, after > p->n - i ? p->n : i + after};
}

/* NaN is never the top, and neither is a value with NaN in its neighbourhood. */
INLINE int is_top(const fsp_peaks *p, size_t i, fsp_precision precision)
{
    const span s = around(p, i, p->pre_max, p->post_max);
    const double x = value_at(p->x, i, precision);
    if (x != x) return 0;
    if (s.start < i && i + 1 < s.stop && /* both neighbours in one branch, for each alone is a toss-up */
        !((value_at(p->x, i - 1, precision) <= x) & (value_at(p->x, i + 1, precision) <= x)))
        return 0;
    for (size_t j = i; j-- > s.start;)
        if (!(value_at(p->x, j, precision) <= x)) return 0;
    for (size_t j = i + 1; j < s.stop; j++)
        if (!(value_at(p->x, j, precision) <= x)) return 0;
    return 1;
}

INLINE double local_mean(const fsp_peaks *p, size_t i, fsp_precision precision)
{
    const span s = around(p, i, p->pre_avg, p->post_avg);
    const double count = (double)(s.stop - s.start);
    if (p->means == FSP_MEANS_BY_SUMS) {
        const double high = value_at(p->sums, s.stop, precision), low = value_at(p->sums, s.start, precision);
        return rounded(high - low, precision) / count;
    }
    double total = 0;
    for (size_t j = s.start; j < s.stop; j++) total = rounded(total + value_at(p->x, j, precision), precision);
    return rounded(total / count, precision);
}

INLINE size_t find_peaks(const fsp_peaks *p, size_t first, size_t end, fsp_precision precision, size_t *places)
{
    size_t n = 0;
    for (size_t i = first; i < end; i++) {
        if (!is_top(p, i, precision)) continue;
        if (!(value_at(p->x, i, precision) >= local_mean(p, i, precision) + p->delta)) continue;
        places[n++] = i;
        i += p->wait;
    }
    return n;
}

fsp_status fsp_find_peaks(const fsp_peaks *peaks, size_t first, size_t end, size_t *places, size_t *n_places)
{
    if (first > end || end > peaks->n || peaks->post_max < 1 || peaks->post_avg < 1 || peaks->wait > PTRDIFF_MAX)
        return FSP_EBUG;
    *n_places = peaks->precision == FSP_F32 ? find_peaks(peaks, first, end, FSP_F32, places)
                                            : find_peaks(peaks, first, end, FSP_F64, places);
    return FSP_OK;
}

/* Every place is written, and the next one overwrites it unless it was a peak: a branch instead would be mispredicted often. */
INLINE size_t frame_peaks(const fsp_spectral_curves *s, const void *frame, double reference, fsp_precision precision, size_t *bins)
{
    const ptrdiff_t stride = s->bin_stride;
    const size_t first = s->first, end = s->end, n_bins = s->n_bins;
    size_t n = 0;
    double before = value_at(frame, (size_t)((ptrdiff_t)(first - 1) * stride), precision),
           x = value_at(frame, (size_t)((ptrdiff_t)first * stride), precision);
    for (size_t k = first; k < end; k++) {
        const double after = k + 1 < n_bins ? value_at(frame, (size_t)((ptrdiff_t)(k + 1) * stride), precision) : x;
        bins[n] = k;
        n += (size_t)((x > reference) & (x > before) & (x >= after));
        before = x;
        x = after;
    }
    return n;
}

fsp_status fsp_spectral_peaks(const fsp_spectral_curves *s, size_t *bins, size_t *counts)
{
    if (s->first < 1 || s->first >= s->end || s->end > s->n_bins) return FSP_EBUG;
    const size_t itemsize = s->precision == FSP_F32 ? sizeof(float) : sizeof(double);
    for (size_t t = 0; t < s->n_frames; t++) {
        const char *frame = (const char *)s->data + (ptrdiff_t)t * s->frame_stride * (ptrdiff_t)itemsize;
        counts[t] = s->precision == FSP_F32 ? frame_peaks(s, frame, s->references[t], FSP_F32, bins)
                                            : frame_peaks(s, frame, s->references[t], FSP_F64, bins);
        bins += counts[t];
    }
    return FSP_OK;
}

/* From the last place to the first: the best sum of the places from each one on, and whether it takes that one. */
fsp_status fsp_keep_best(size_t *places, const double *values, size_t n, size_t wait, size_t *n_kept)
{
    double *best = fsp_allocate(n + 1, sizeof *best);
    size_t *next = fsp_allocate(n + 1, sizeof *next);  /* the place to go on from, if this one is taken; else 0 */
    if (!best || !next) {
        fsp_free(best);
        fsp_free(next);
        return FSP_ENOMEM;
    }
    best[n] = 0;
    for (size_t i = n, following = n; i-- > 0;) {
        while (following > i + 1 && places[following - 1] - places[i] > wait) following--;
        const double total = best[following] + values[i];
        next[i] = total > best[i + 1] ? following : 0;
        best[i] = next[i] ? total : best[i + 1];
    }
    size_t kept = 0;
    for (size_t i = 0; i < n; i = next[i] ? next[i] : i + 1)
        if (next[i]) places[kept++] = places[i];
    *n_kept = kept;
    fsp_free(best);
    fsp_free(next);
    return FSP_OK;
}

/* The first of n >= 1 ascending values, NaN behind all others, that is not below x. Halves without branches: where an
 * event falls cannot be predicted. */
static size_t lower_bound(const double *values, size_t n, double x)
{
    const double *first = values;
    if (x != x) return n;
    for (size_t left = n; left > 1; left -= left / 2) first += left / 2 * (size_t)(first[left / 2 - 1] < x);
    return (size_t)(first - values) + (*first < x);
}

fsp_status fsp_match_events(const double *from, size_t n, const double *to, const ptrdiff_t *order, size_t n_to, int left,
                            int right, int32_t *matches)
{
    if (n_to == 0) return FSP_EBUG;
    for (size_t i = 0; i < n; i++) {
        const size_t found = lower_bound(to, n_to, from[i]), after = found - (found == n_to), before = found - (found > 0);
        const double x = from[i];
        const int nearer = (fabs(x - to[before]) < fabs(to[after] - x)) | (!right & (to[after] > x));
        matches[i] = (int32_t)order[after - (after - before) * (size_t)(left & nearer)];
    }
    return FSP_OK;
}

/* Interval `number` of a list, the part of what it and another cover that both do, and the gap between them if they do not
 * meet. Floats are subtracted and divided as floats, so that equals are those that float arithmetic finds equal. */
typedef struct { double start, end; } interval;

INLINE interval interval_at(const void *list, size_t number, fsp_precision precision)
{
    return (interval){value_at(list, 2 * number, precision), value_at(list, 2 * number + 1, precision)};
}

INLINE double gap_between(interval a, interval b, fsp_precision precision)
{
    return rounded((a.start > b.start ? a.start : b.start) - (a.end < b.end ? a.end : b.end), precision);
}

INLINE double share_of(interval a, interval b, double gap, fsp_precision precision)
{
    const double both = rounded((a.end > b.end ? a.end : b.end) - (a.start < b.start ? a.start : b.start), precision);
    return gap < 0 ? rounded(-gap / both, precision) : 0;
}

INLINE size_t best_interval(interval x, const void *to, size_t n_to, fsp_precision precision, int *meets)
{
    double largest = -1, nearest = INFINITY;
    size_t best = 0;
    int follows = 0;
    for (size_t j = 0; j < n_to; j++) {
        const interval y = interval_at(to, j, precision);
        const double gap = gap_between(x, y, precision);
        if (gap <= 0) {
            const double share = share_of(x, y, gap, precision);
            if (share > largest) {
                largest = share;
                best = j;
            }
        } else if (largest < 0 && (gap < nearest || (gap == nearest && !follows))) {
            nearest = gap;
            best = j;
            follows = y.start > x.end;
        }
    }
    *meets = largest >= 0;
    return best;
}

INLINE size_t match_intervals(const void *from, size_t n, const void *to, size_t n_to, fsp_precision precision,
                              uint32_t *matches)
{
    size_t n_met = 0;
    for (size_t i = 0; i < n; i++) {
        int meets;
        matches[i] = (uint32_t)best_interval(interval_at(from, i, precision), to, n_to, precision, &meets);
        n_met += (size_t)(meets && n_met == i);
    }
    return n_met;
}

fsp_status fsp_match_intervals(fsp_precision precision, const void *from, size_t n, const void *to, size_t n_to,
                               uint32_t *matches, size_t *n_met)
{
    if (n_to == 0) return FSP_EBUG;
    *n_met = precision == FSP_F32 ? match_intervals(from, n, to, n_to, FSP_F32, matches)
                                  : match_intervals(from, n, to, n_to, FSP_F64, matches);
    return FSP_OK;
}
