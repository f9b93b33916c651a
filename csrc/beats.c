/* beats: the best chain of beats through a curve that says how much each frame looks like one (Ellis 2007). */
#include "internal.h"

#include <math.h>

/* weights[d] for frames d before or after, for d <= reach. */
static void fill_weights(double *weights, size_t reach, double period)
{
    for (size_t d = 0; d <= reach; d++) {
        const double x = (double)d * 32 / period;
        weights[d] = exp(-0.5 * (x * x));
    }
}

/* librosa's sum, whose bits decide between frames that are as good as each other: from the last frame to the first, rounded
 * after each, and without frame 0. */
INLINE void smooth(const fsp_beats *b, size_t first, size_t end, double *weights, size_t itemsize)
{
    const double last = (double)b->n - 1;
    double period = -1;
    size_t reach = 0;
    for (size_t i = first; i < end; i++) {
        const double wanted = b->periods[b->n_periods > 1 ? i : 0];
        if (wanted != period) {
            period = wanted;
            reach = (size_t)(period < last ? period : last);
            fill_weights(weights, reach, period);
        }
        const size_t stop = i > reach ? i - reach : 1;  /* the lowest, which is never frame 0 */
        fsp_put_real(b->scores, i, 0, itemsize);
        for (size_t m = i + reach < b->n ? i + reach : b->n - 1; m >= stop; m--) {
            const double weight = weights[m > i ? m - i : i - m];
            const double sum = fsp_real_at(b->scores, i, itemsize) + weight * fsp_real_at(b->onsets, m, itemsize);
            fsp_put_real(b->scores, i, sum, itemsize);
        }
    }
}

static int is_sound(const fsp_beats *b, size_t first, size_t end)
{
    return first <= end && end <= b->n && (b->n_periods == 1 || b->n_periods == b->n);
}

fsp_status fsp_smooth_onsets(const fsp_beats *beats, size_t first, size_t end)
{
    if (!is_sound(beats, first, end)) return FSP_EBUG;
    double *weights = fsp_allocate(beats->n + 1, sizeof *weights);
    if (!weights) return FSP_ENOMEM;
    if (beats->precision == FSP_F32)
        smooth(beats, first, end, weights, sizeof(float));
    else
        smooth(beats, first, end, weights, sizeof(double));
    fsp_free(weights);
    return FSP_OK;
}

/* The nearest and the farthest frame, in frames before i, that the beat before i may be at: half a period to two. */
typedef struct { size_t nearest, farthest; } reach;

static reach reach_of(double period, size_t i)
{
    const double nearest = nearbyint(period / 2), farthest = 2 * period;
    return (reach){nearest < 1 ? 1 : nearest > (double)i ? i + 1 : (size_t)nearest,
                   farthest > (double)i ? i : (size_t)farthest};
}

/* Writes down which frame it is best to come from, -1 if there is none, and what the chain is worth there. */
INLINE ptrdiff_t best_before(const fsp_beats *b, size_t i, size_t itemsize, double *best)
{
    const size_t k = b->n_periods > 1 ? i : 0;
    const reach r = reach_of(b->periods[k], i);
    ptrdiff_t found = -1;
    *best = -INFINITY;
    for (size_t distance = r.nearest; distance <= r.farthest; distance++) {
        const double octaves = b->logs[distance] - b->log_periods[k];
        const double total = fsp_real_at(b->totals, i - distance, itemsize) - b->tightness * (octaves * octaves);
        if (total > *best) {
            *best = total;
            found = (ptrdiff_t)(i - distance);
        }
    }
    return found;
}

INLINE void link_beats(const fsp_beats *b, size_t first, size_t end, size_t itemsize, int *begun)
{
    for (size_t i = first; i < end; i++) {
        const double score = fsp_real_at(b->scores, i, itemsize);
        double best;
        const ptrdiff_t before = best_before(b, i, itemsize, &best);
        fsp_put_real(b->totals, i, before < 0 ? score : score + best, itemsize);
        *begun |= !(score < b->threshold);
        b->links[i] = *begun ? before : -1;
    }
}

fsp_status fsp_link_beats(const fsp_beats *beats, size_t first, size_t end, int *begun)
{
    if (!is_sound(beats, first, end)) return FSP_EBUG;
    if (beats->precision == FSP_F32)
        link_beats(beats, first, end, sizeof(float), begun);
    else
        link_beats(beats, first, end, sizeof(double), begun);
    return FSP_OK;
}
