/* alignment: rows of dynamic time warping and of recurrence quantification, and the way back through their steps.
 * Sequences: a row waits for those before it. */
#include "internal.h"

#include <math.h>

/* dynamic time warping --------------------------------------------------------------------------------------------- */

/* A step down: every column at once. Of equal costs the first step's stays, and NaN is no improvement. */
static void step_down(size_t n, const double *restrict before, const double *restrict cost, double multiply, double add,
                      int32_t number, double *restrict best, int32_t *restrict chosen)
{
    for (size_t j = 0; j < n; j++) {
        const double total = before[j] + (multiply * cost[j] + add);
        const int better = total < best[j];
        best[j] = better ? total : best[j];
        chosen[j] = better ? number : chosen[j];
    }
}

/* A step within the row waits for the columns before it. `from` tells apart cells that no step has reached: those are taken
 * from only if cheaper; of equal costs the step of the lower number counts. */
static void steps_along(const fsp_warp *w, const double *cost, double *row, int32_t *chosen)
{
    for (size_t j = 1; j < w->n_columns; j++) {
        double best = row[j];
        int32_t which = chosen[j];
        for (size_t k = 0; k < w->n_steps; k++) {
            const size_t over = w->steps[2 * k + 1];
            if (w->steps[2 * k] || over == 0 || over > j) continue;
            const double total = row[j - over] + (w->multiply[k] * cost[j] + w->add[k]);
            const int better = total < best || (total == best && (int32_t)k < which);
            best = better ? total : best;
            which = better ? (int32_t)k : which;
        }
        row[j] = best;
        chosen[j] = which;
    }
}

/* The same for the one step (0, 1), whose cost is all that the next column waits for. */
static void one_step_along(size_t n, const double *restrict cost, double multiply, double add, int32_t number,
                           double *restrict row, int32_t *restrict chosen)
{
    double before = row[0];
    for (size_t j = 1; j < n; j++) {
        const double total = before + (multiply * cost[j] + add), down = row[j];
        const int better = (total < down) | ((total == down) & (number < chosen[j]));
        row[j] = before = total < down ? total : down;
        chosen[j] = better ? number : chosen[j];
    }
}

static void fill_row(const fsp_warp *w, size_t i, const double *cost, double *D, int32_t *chosen)
{
    const size_t m = w->n_columns;
    double *row = D + i * m;
    size_t n_along = 0, along = 0;
    for (size_t j = 0; j < m; j++) {
        row[j] = i == 0 && (j == 0 || w->subsequence) ? cost[j] : INFINITY;
        chosen[j] = 0;
    }
    for (size_t k = 0; k < w->n_steps; k++) {
        const size_t down = w->steps[2 * k], over = w->steps[2 * k + 1];
        if (down == 0) {
            n_along += over > 0;
            along = over > 0 ? k : along;
        } else if (down <= i && over < m) {
            step_down(m - over, D + (i - down) * m, cost + over, w->multiply[k], w->add[k], (int32_t)k, row + over,
                      chosen + over);
        }
    }
    if (n_along == 1 && w->steps[2 * along + 1] == 1)
        one_step_along(m, cost, w->multiply[along], w->add[along], (int32_t)along, row, chosen);
    else if (n_along)
        steps_along(w, cost, row, chosen);
}

fsp_status fsp_warp_rows(const fsp_warp *warp, size_t first, size_t end, const double *cost, double *D, int32_t *chosen,
                         size_t chosen_stride)
{
    if (warp->n_columns == 0 || first > end || warp->n_steps > INT32_MAX) return FSP_EBUG;
    for (size_t i = first; i < end; i++)
        fill_row(warp, i, cost + (i - first) * warp->n_columns, D, chosen + i * chosen_stride);
    return FSP_OK;
}

fsp_status fsp_trace_steps(const int32_t *chosen, size_t n_columns, const size_t *steps, size_t n_steps, int to_first_row,
                           size_t row, size_t column, ptrdiff_t *path, size_t *length)
{
    for (size_t n = 0;; n++) {
        path[2 * n] = (ptrdiff_t)row;
        path[2 * n + 1] = (ptrdiff_t)column;
        *length = n + 1;
        if (row == 0 && (to_first_row || column == 0)) return FSP_OK;
        const int32_t k = chosen[row * n_columns + column];
        if (k < 0 || (size_t)k >= n_steps) return FSP_EBUG;
        const size_t down = steps[2 * k], over = steps[2 * k + 1];
        if (down > row || over > column || (down == 0 && over == 0)) return FSP_OK;
        row -= down;
        column -= over;
    }
}

/* recurrence quantification ---------------------------------------------------------------------------------------- */

/* A row above, and what it costs to go on from each of its places into a gap. */
typedef struct {
    const double *score, *sim;
} row_above;

INLINE double gap_after(const fsp_scoring *s, double sim) { return sim > 0 ? s->onset : s->extend; }

/* Of equals the first, and NaN above all. */
INLINE void pick(double candidate, int8_t number, double *best, int8_t *which)
{
    const int better = !(candidate <= *best) & (*best == *best);
    *best = better ? candidate : *best;
    *which = better ? number : *which;
}

/* Columns first .. end - 1 from the best of the diagonal (0) and knight's moves over two columns (1) and down two rows (2). */
INLINE void score_columns(const fsp_scoring *s, size_t first, size_t end, const double *sim, row_above one, row_above two,
                          int over, int down, double *restrict score, int8_t *restrict from)
{
    for (size_t j = first; j < end; j++) {
        const int on = sim[j] > 0;
        int8_t which = 0;
        double best = one.score[j - 1] - (on ? 0 : gap_after(s, one.sim[j - 1]));
        if (over) pick(one.score[j - 2] - (on ? 0 : gap_after(s, one.sim[j - 2])), 1, &best, &which);
        if (down) pick(two.score[j - 1] - (on ? 0 : gap_after(s, two.sim[j - 1])), 2, &best, &which);
        const double gap = best > 0 ? best : 0;
        score[j] = on ? best + sim[j] : gap;
        from[j] = which;
    }
}

/* A score is rounded to what the caller's array will hold, for that is what the next rows read. */
static void round_scores(fsp_score_kind kind, size_t n, double *score)
{
    if (kind == FSP_SCORE_SINGLE)
        for (size_t j = 0; j < n; j++) score[j] = (double)(float)score[j];
    else if (kind == FSP_SCORE_INTEGER)
        for (size_t j = 0; j < n; j++) score[j] = trunc(score[j]);
    else if (kind == FSP_SCORE_BOOLEAN)
        for (size_t j = 0; j < n; j++) score[j] = score[j] != 0;
}

/* The first row and the first column begin paths: -2 where they hold something, -1 where they do not. */
static void begin_paths(size_t n, const double *sim, double *score, int8_t *from)
{
    for (size_t j = 0; j < n; j++) {
        score[j] = sim[j];
        from[j] = sim[j] != 0 ? -2 : -1;
    }
}

static void score_row(const fsp_scoring *s, size_t i, const double *sims, double *scores, int8_t *from)
{
    const size_t m = s->n_columns;
    const double *sim = sims + i * m;
    double *score = scores + i * m;
    if (i == 0) return begin_paths(m, sim, score, from);
    const row_above one = {score - m, sim - m}, two = i > 1 ? (row_above){score - 2 * m, sim - 2 * m} : one;
    begin_paths(1, sim, score, from);
    if (s->knight && i > 1) {
        score_columns(s, 1, m < 2 ? m : 2, sim, one, two, 0, 1, score, from);
        score_columns(s, 2, m, sim, one, two, 1, 1, score, from);
    } else if (s->knight) {
        score_columns(s, 1, m < 2 ? m : 2, sim, one, two, 0, 0, score, from);
        score_columns(s, 2, m, sim, one, two, 1, 0, score, from);
    } else {
        score_columns(s, 1, m, sim, one, two, 0, 0, score, from);
    }
    round_scores(s->kind, m, score);
    for (size_t j = 1; j < m; j++) from[j] = !(sim[j] > 0) && score[j] == 0 ? -1 : from[j];
}

fsp_status fsp_score_rows(const fsp_scoring *scoring, size_t first, size_t end, const double *sim, double *score, int8_t *from)
{
    if (scoring->n_columns == 0 || first > end) return FSP_EBUG;
    fsp_scoring s = *scoring;
    if (!(isfinite(s.onset) && isfinite(s.extend))) s.onset = s.extend = NAN;  /* no gap is ever worth it */
    for (size_t i = first; i < end; i++) score_row(&s, i, sim, score, from + i * s.n_columns);
    return FSP_OK;
}
