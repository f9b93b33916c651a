/* viterbi: the most likely path through pYIN's states, pitches twice over: voiced, then unvoiced.
 *
 * The way there stores the values of all states but not their predecessors, so that a step is additions and maxima, which compilers
 * vectorise. The way back finds the predecessors of the states on the path again, by the same sums. */
#include "internal.h"

#include <math.h>

static size_t row_length(const fsp_trellis *t) { return 2 * (t->n_pitches + 2 * t->margin); }

static const double *half_of(const fsp_trellis *t, const double *row, size_t half)
{
    return row + half * (row_length(t) / 2) + t->margin;
}

static int band_fits(const fsp_trellis *t, const fsp_band *band)
{
    const ptrdiff_t margin = (ptrdiff_t)t->margin;
    return band->width < PTRDIFF_MAX / 64 && band->width % FSP_BAND_STEP == 0 && band->first >= -margin &&
           band->first + (ptrdiff_t)band->width <= margin + 1 && (band->weights || !band->width);
}

static int valid(const fsp_trellis *t)
{
    return t && t->n_pitches > 0 && t->n_pitches < PTRDIFF_MAX / 64 && t->margin < PTRDIFF_MAX / 64 &&
           band_fits(t, &t->stay) && band_fits(t, &t->cross);
}

static double larger(double a, double b) { return a > b ? a : b; }

/* Returns x, but hides that from clang. Otherwise clang sees that x[j + 1] is the next step's x[j], keeps it in a register instead
 * of loading it again, and cannot vectorise the loop any more (pyin takes 1.2 to 1.7 times as long). */
static const double *apart_from(const double *x)
{
#ifdef __clang__
    __asm__("" : "+r"(x));
#endif
    return x;
}

/* Raise best_x[j] to the largest x[j + first + d] + weight d, j over the band, best_y likewise. A NaN raises nothing.
 * Four offsets a pass, so that most of the work is in registers; written out, as compilers make vectors of that. */
static void raise_best(const fsp_band *band, size_t n, const double *x, const double *y, double *restrict best_x,
                       double *restrict best_y)
{
    x += band->first;
    y += band->first;
    for (size_t d = 0; d < band->width; d += FSP_BAND_STEP, x += FSP_BAND_STEP, y += FSP_BAND_STEP) {
        const double *w0 = band->weights + d * n, *w1 = w0 + n, *w2 = w1 + n, *w3 = w2 + n;
        const double *x1 = apart_from(x + 1), *x2 = apart_from(x + 2), *x3 = apart_from(x + 3);
        const double *y1 = apart_from(y + 1), *y2 = apart_from(y + 2), *y3 = apart_from(y + 3);
        for (size_t j = 0; j < n; j++) {
            double p = larger(x[j] + w0[j], best_x[j]), q = larger(y[j] + w0[j], best_y[j]);
            p = larger(x1[j] + w1[j], p);
            q = larger(y1[j] + w1[j], q);
            p = larger(x2[j] + w2[j], p);
            q = larger(y2[j] + w2[j], q);
            best_x[j] = larger(x3[j] + w3[j], p);
            best_y[j] = larger(y3[j] + w3[j], q);
        }
    }
}

/* What reaches every state from any other: the best value of all, plus the transition outside of the bands. Within a band this is
 * no larger than what the band's own transition gives, so it can be applied there, too. */
static double from_anywhere(const fsp_trellis *t, const double *row)
{
    double best = -INFINITY;
    if (t->elsewhere == -INFINITY) return best;
    for (size_t half = 0; half < 2; half++)
        for (size_t k = 0; k < t->n_pitches; k++) {
            const double x = half_of(t, row, half)[k];
            if (x > best) best = x;
        }
    return best + t->elsewhere;
}

static void advance(const fsp_trellis *t, const double *before, double *voiced, double *unvoiced)
{
    const double *from_voiced = half_of(t, before, 0), *from_unvoiced = half_of(t, before, 1);
    const double least = from_anywhere(t, before);
    for (size_t j = 0; j < t->n_pitches; j++) voiced[j] = unvoiced[j] = least;
    raise_best(&t->stay, t->n_pitches, from_voiced, from_unvoiced, voiced, unvoiced);
    raise_best(&t->cross, t->n_pitches, from_unvoiced, from_voiced, voiced, unvoiced);
}

/* value = log probability of what was seen + best cost. Of two candidates in one bin, the later counts. */
static fsp_status observe(const fsp_trellis *t, const fsp_observations *seen, size_t frame, double *scratch, double *voiced,
                          double *unvoiced)
{
    const size_t n = t->n_pitches;
    for (size_t j = 0; j < n; j++) scratch[j] = seen->log_floor;
    for (size_t i = seen->start[frame]; i < seen->start[frame + 1]; i++) {
        if (i >= seen->n_candidates || seen->bin[i] >= n) return FSP_EBUG;
        scratch[seen->bin[i]] = seen->log_probability[i];
    }
    for (size_t j = 0; j < n; j++) {
        voiced[j] = scratch[j] + voiced[j];
        unvoiced[j] = seen->log_unvoiced[frame] + unvoiced[j];
    }
    return FSP_OK;
}

fsp_status fsp_viterbi_forward(const fsp_trellis *t, const fsp_observations *seen, fsp_path_start start, double log_init, size_t n_frames,
                               double *rows)
{
    if (!valid(t)) return FSP_EBUG;
    double *scratch = fsp_allocate(t->n_pitches, sizeof *scratch);
    if (!scratch) return FSP_ENOMEM;
    const size_t length = row_length(t);
    fsp_status status = FSP_OK;
    for (size_t f = 0; f < n_frames && status == FSP_OK; f++) {
        double *voiced = rows + (f + 1) * length + t->margin, *unvoiced = voiced + length / 2;
        if (f == 0 && start == FSP_BEGINS)
            for (size_t j = 0; j < t->n_pitches; j++) voiced[j] = unvoiced[j] = log_init;
        else
            advance(t, rows + f * length, voiced, unvoiced);
        status = observe(t, seen, f, scratch, voiced, unvoiced);
    }
    fsp_free(scratch);
    return status;
}

static double weight_of(const fsp_trellis *t, const fsp_band *band, size_t k, size_t j)
{
    const ptrdiff_t d = (ptrdiff_t)k - (ptrdiff_t)j - band->first;
    if (d < 0 || d >= (ptrdiff_t)band->width) return t->elsewhere;
    return band->weights[(size_t)d * t->n_pitches + j];
}

/* The first of the states with the best cost of going on to `state`; 0 if all are -infinity. */
static size_t predecessor(const fsp_trellis *t, const double *row, size_t state)
{
    const size_t n = t->n_pitches, j = state % n;
    size_t best_state = 0;
    double best = -INFINITY;
    for (size_t half = 0; half < 2; half++) {
        const fsp_band *band = half == state / n ? &t->stay : &t->cross;
        const double *x = half_of(t, row, half);
        const int everywhere = t->elsewhere != -INFINITY;
        const ptrdiff_t from = (ptrdiff_t)j + band->first, to = from + (ptrdiff_t)band->width;
        const size_t first = everywhere || from < 0 ? 0 : (size_t)from;
        const size_t end = everywhere || to > (ptrdiff_t)n ? n : to < 0 ? 0 : (size_t)to;
        for (size_t k = first; k < end; k++) {
            const double cost = x[k] + weight_of(t, band, k, j);
            if (cost > best) {
                best = cost;
                best_state = half * n + k;
            }
        }
    }
    return best_state;
}

fsp_status fsp_viterbi_trace(const fsp_trellis *t, const double *rows, size_t n_frames, int to_the_start, size_t *state,
                             size_t *states)
{
    if (!valid(t) || *state >= 2 * t->n_pitches) return FSP_EBUG;
    const size_t length = row_length(t);
    for (size_t f = n_frames; f-- > 0;) {
        states[f] = *state;
        if (f > 0 || !to_the_start) *state = predecessor(t, rows + f * length, *state);
    }
    return FSP_OK;
}
