/* decode: the most likely path through any states, by Viterbi's algorithm.
 *
 * As in viterbi.c, the way there stores values but not predecessors; the way back finds these again, by the same sums. */
#include "internal.h"

#include <math.h>

/* best[j] = max(best[j], from + weights[j]); NaN raises nothing. */
static void raise_all(size_t n, double from, const double *restrict weights, double *restrict best)
{
    for (size_t j = 0; j < n; j++) {
        const double cost = from + weights[j];
        best[j] = cost > best[j] ? cost : best[j];
    }
}

/* The same from four states in a row, in one pass over what they reach. */
static void raise_all_by_four(size_t n, const double *from, const double *restrict weights, size_t stride, double *restrict best)
{
    const double a = from[0], b = from[1], c = from[2], d = from[3];
    for (size_t j = 0; j < n; j++) {
        const double p = a + weights[j], q = b + weights[stride + j], r = c + weights[2 * stride + j],
                     s = d + weights[3 * stride + j];
        double x = best[j];
        x = p > x ? p : x;
        x = q > x ? q : x;
        x = r > x ? r : x;
        best[j] = s > x ? s : x;
    }
}

/* Transitions outside of all runs weigh `elsewhere`, which no transition is below: so the best of all states reaches every state
 * with at least this value. */
static double from_anywhere(const fsp_transitions *t, const double *values)
{
    double best = -INFINITY;
    if (t->elsewhere == -INFINITY) return best;
    for (size_t k = 0; k < t->n_states; k++) best = values[k] > best ? values[k] : best;
    return best + t->elsewhere;
}

/* State by state, from what its runs hold: for matrices of few runs. */
static void advance_by_runs(const fsp_transitions *t, const double *before, double *best)
{
    const double least = from_anywhere(t, before);
    for (size_t j = 0; j < t->n_states; j++) {
        const double *weights = t->into + j * t->n_states;
        double most = least;
        for (size_t run = t->first_run[j]; run < t->first_run[j + 1]; run++)
            for (size_t k = t->runs[2 * run]; k < t->runs[2 * run + 1]; k++) {
                const double cost = before[k] + weights[k];
                most = cost > most ? cost : most;
            }
        best[j] = most;
    }
}

static void advance(const fsp_transitions *t, const double *before, double *best)
{
    const size_t n = t->n_states;
    if (t->kind == FSP_RUNS) return advance_by_runs(t, before, best);
    for (size_t j = 0; j < n; j++) best[j] = -INFINITY;
    size_t k = 0;
    for (; k + 4 <= n; k += 4) raise_all_by_four(n, before + k, t->from + k * n, n, best);
    for (; k < n; k++) raise_all(n, before[k], t->from + k * n, best);
}

/* Two states, as each label of many has them: the values stay in registers from frame to frame. */
static void forward_of_two(const double *from, size_t n_frames, double *values)
{
    double a = values[-2], b = values[-1];
    for (size_t f = 0; f < n_frames; f++) {
        const double stay = a + from[0], leave = a + from[1], arrive = b + from[2], remain = b + from[3];
        double first = stay > -INFINITY ? stay : -INFINITY, second = leave > -INFINITY ? leave : -INFINITY;
        first = arrive > first ? arrive : first;
        second = remain > second ? remain : second;
        values[2 * f] = a = values[2 * f] + first;
        values[2 * f + 1] = b = values[2 * f + 1] + second;
    }
}

fsp_status fsp_decode_forward(const fsp_transitions *t, size_t first, size_t end, double *values)
{
    if (t->n_states == 0 || first == 0) return FSP_EBUG;
    if (t->n_states == 2 && t->from) {
        if (end > first) forward_of_two(t->from, end - first, values + 2 * first);
        return FSP_OK;
    }
    double *best = fsp_allocate(t->n_states, sizeof *best);
    if (!best) return FSP_ENOMEM;
    for (size_t f = first; f < end; f++) {
        double *seen = values + f * t->n_states;
        advance(t, seen - t->n_states, best);
        for (size_t j = 0; j < t->n_states; j++) seen[j] += best[j];
    }
    fsp_free(best);
    return FSP_OK;
}

/* The first of the states that reach `state` best; 0 if none does. */
static size_t predecessor(const fsp_transitions *t, const double *values, size_t state)
{
    size_t which = 0;
    double best = -INFINITY;
    for (size_t k = 0; k < t->n_states; k++) {
        const double cost = values[k] + t->into[state * t->n_states + k];
        which = cost > best ? k : which;
        best = cost > best ? cost : best;
    }
    return which;
}

fsp_status fsp_decode_back(const fsp_transitions *t, const double *values, size_t first, size_t end, uint16_t *states)
{
    for (size_t f = end; f-- > first;) {
        if (states[f + 1] >= t->n_states) return FSP_EBUG;
        states[f] = (uint16_t)predecessor(t, values + f * t->n_states, states[f + 1]);
    }
    return FSP_OK;
}
