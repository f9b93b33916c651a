/* alignment: rows of dynamic time warping and of recurrence quantification, and the way back along their paths.
 *
 * The way there stores sums but not which step each came from, so that most of it is additions and minima, which compilers
 * vectorise. The way back finds the steps of the places on the path again, by the same sums. */
#include "internal.h"

#include <math.h>

/* dynamic time warping --------------------------------------------------------------------------------------------- */

/* A step from a row above: every column at once. NaN is no improvement. */
static void step_down(size_t n, const double *restrict above, const double *restrict cost, double multiply, double add,
                      double *restrict row)
{
    for (size_t j = 0; j < n; j++) {
        const double total = above[j] + (multiply * cost[j] + add);
        row[j] = total < row[j] ? total : row[j];
    }
}

/* The step (0, 1) needs the result of the column before, so this loop does nothing but a sum and a minimum. */
static void step_along(size_t n, const double *restrict cost, double multiply, double add, double *restrict row)
{
    double before = row[-1];
    for (size_t j = 0; j < n; j++) {
        const double total = before + (multiply * cost[j] + add), down = row[j];
        row[j] = before = total < down ? total : down;
    }
}

/* The same in two rows, each of which goes on while the other waits. */
static void step_along_two(size_t n, const double *const cost[2], double multiply, double add, double *const row[2])
{
    const double *restrict cost_a = cost[0], *restrict cost_b = cost[1];
    double *restrict row_a = row[0], *restrict row_b = row[1];
    double a = row_a[-1], b = row_b[-1];
    for (size_t j = 0; j < n; j++) {
        const double total_a = a + (multiply * cost_a[j] + add), down_a = row_a[j];
        const double total_b = b + (multiply * cost_b[j] + add), down_b = row_b[j];
        row_a[j] = a = total_a < down_a ? total_a : down_a;
        row_b[j] = b = total_b < down_b ? total_b : down_b;
    }
}

/* Any steps within the row, at each column in turn. */
static void steps_along(const fsp_warp *w, const double *cost, double *row)
{
    for (size_t j = 1; j < w->n_columns; j++)
        for (size_t k = 0; k < w->n_steps; k++) {
            const size_t down = w->steps[2 * k], over = w->steps[2 * k + 1];
            if (down > 0 || over == 0 || over > j) continue;
            const double total = row[j - over] + (w->multiply[k] * cost[j] + w->add[k]);
            if (total < row[j]) row[j] = total;
        }
}

static int begins(const fsp_warp *w, size_t i, size_t j) { return i == 0 && (j == 0 || w->subsequence); }

static int never_cheaper(const fsp_warp *w, size_t k) { return w->add[k] == INFINITY || w->steps[2 * k + 1] >= w->n_columns; }

/* Columns first .. end - 1 of row i by the steps from rows above; `cost` is the row's. */
static void fill_from_above(const fsp_warp *w, size_t i, size_t first, size_t end, const double *cost, double *D)
{
    const size_t m = w->n_columns;
    double *row = D + i * m;
    for (size_t j = first; j < end; j++) row[j] = begins(w, i, j) ? cost[j] : INFINITY;
    for (size_t k = 0; k < w->n_steps; k++) {
        const size_t down = w->steps[2 * k], over = w->steps[2 * k + 1], from = first > over ? first : over;
        if (down == 0 || down > i || from >= end || never_cheaper(w, k)) continue;
        step_down(end - from, D + (i - down) * m + from - over, cost + from, w->multiply[k], w->add[k], row + from);
    }
}

/* The step within a row, if there is one and it is (0, 1); n_steps if there is none, SIZE_MAX if there are others. */
static size_t only_step_along(const fsp_warp *w)
{
    size_t found = w->n_steps;
    for (size_t k = 0; k < w->n_steps; k++) {
        if (w->steps[2 * k] > 0 || w->steps[2 * k + 1] == 0 || never_cheaper(w, k)) continue;
        if (found < w->n_steps || w->steps[2 * k + 1] > 1) return SIZE_MAX;
        found = k;
    }
    return found;
}

/* Row i and the one below it, which follows a stretch behind. `k` is the step (0, 1). */
static void fill_two_rows(const fsp_warp *w, size_t i, size_t k, const double *cost, double *D)
{
    enum { STRETCH = 128 };
    const size_t m = w->n_columns;
    const double multiply = w->multiply[k], add = w->add[k], *cost_below = cost + m;
    double *row = D + i * m, *below = row + m;
    size_t first = 1, behind = 1;
    fill_from_above(w, i, 0, m, cost, D);
    fill_from_above(w, i + 1, 0, 1, cost_below, D);
    for (; first < m; first += STRETCH) {
        const size_t n = m - first < STRETCH ? m - first : STRETCH;
        if (first == 1) {
            step_along(n, cost + 1, multiply, add, row + 1);
        } else {
            step_along_two(n, (const double *[]){cost + first, cost_below + behind}, multiply, add,
                           (double *[]){row + first, below + behind});
            behind += n;
        }
        fill_from_above(w, i + 1, first, first + n, cost_below, D);
    }
    if (behind < m) step_along(m - behind, cost_below + behind, multiply, add, below + behind);
}

fsp_status fsp_warp_rows(const fsp_warp *warp, size_t first, size_t end, const double *cost, double *D)
{
    const size_t m = warp->n_columns, along = only_step_along(warp);
    if (m == 0 || first > end) return FSP_EBUG;
    for (size_t i = first; i < end; i++, cost += m) {
        if (along < warp->n_steps && i + 1 < end) {
            fill_two_rows(warp, i++, along, cost, D);
            cost += m;
            continue;
        }
        fill_from_above(warp, i, 0, m, cost, D);
        if (along < warp->n_steps) step_along(m - 1, cost + 1, warp->multiply[along], warp->add[along], D + i * m + 1);
        else if (along == SIZE_MAX) steps_along(warp, cost, D + i * m);
    }
    return FSP_OK;
}

/* The first step that gives what D holds; 0 where a path begins or none leads. */
static size_t chosen_step(const fsp_warp *w, size_t i, size_t j, double cost, const double *D)
{
    const double *place = D + i * w->n_columns + j;
    if (!(*place < INFINITY) || (begins(w, i, j) && !(*place < cost))) return 0;
    for (size_t k = 0; k < w->n_steps; k++) {
        const size_t down = w->steps[2 * k], over = w->steps[2 * k + 1];
        if (down > i || over > j || down + over == 0 || w->add[k] == INFINITY) continue;
        if (*(place - down * w->n_columns - over) + (w->multiply[k] * cost + w->add[k]) == *place) return k;
    }
    return 0;
}

fsp_status fsp_warp_steps(const fsp_warp *warp, size_t first, size_t end, const double *cost, const double *D, int32_t *chosen)
{
    if (warp->n_columns == 0 || first > end || warp->n_steps > INT32_MAX) return FSP_EBUG;
    for (size_t i = first; i < end; i++)
        for (size_t j = 0; j < warp->n_columns; j++, chosen++)
            *chosen = (int32_t)chosen_step(warp, i, j, cost[(i - first) * warp->n_columns + j], D);
    return FSP_OK;
}

/* Whether a path goes on from its last place by a step, which is then its next one. */
static int go_back(size_t down, size_t over, ptrdiff_t *path, size_t *length)
{
    const ptrdiff_t row = path[2 * *length - 2] - (ptrdiff_t)down, column = path[2 * *length - 1] - (ptrdiff_t)over;
    if (row < 0 || column < 0 || down + over == 0) return 0;
    path[2 * *length] = row;
    path[2 * *length + 1] = column;
    ++*length;
    return 1;
}

static int at_start(int to_first_row, const ptrdiff_t *path, size_t length)
{
    return path[2 * length - 2] == 0 && (to_first_row || path[2 * length - 1] == 0);
}

fsp_status fsp_warp_back(const fsp_warp *w, size_t top, size_t left, const double *cost, const double *D, ptrdiff_t *path,
                         size_t *length, int *ended)
{
    if (*length == 0 || path[2 * *length - 1] < (ptrdiff_t)left) return FSP_EBUG;
    const size_t width = (size_t)path[2 * *length - 1] - left + 1;
    for (*ended = 0; !*ended && path[2 * *length - 2] >= (ptrdiff_t)top && path[2 * *length - 1] >= (ptrdiff_t)left;) {
        const size_t i = (size_t)path[2 * *length - 2], j = (size_t)path[2 * *length - 1];
        const size_t k = chosen_step(w, i, j, cost[(i - top) * width + (j - left)], D);
        *ended = at_start(w->subsequence, path, *length) || !go_back(w->steps[2 * k], w->steps[2 * k + 1], path, length);
    }
    return FSP_OK;
}

fsp_status fsp_trace_steps(const int32_t *chosen, size_t n_columns, const size_t *steps, size_t n_steps, int to_first_row,
                           ptrdiff_t *path, size_t *length)
{
    if (*length == 0) return FSP_EBUG;
    while (!at_start(to_first_row, path, *length)) {
        const int32_t k = chosen[(size_t)path[2 * *length - 2] * n_columns + (size_t)path[2 * *length - 1]];
        if (k < 0 || (size_t)k >= n_steps) return FSP_EBUG;
        if (!go_back(steps[2 * k], steps[2 * k + 1], path, length)) break;
    }
    return FSP_OK;
}

/* recurrence quantification ---------------------------------------------------------------------------------------- */

/* Of equals the first, and NaN above all. */
INLINE double larger(double best, double candidate)
{
    const double most = candidate <= best ? best : candidate;
    return best == best ? most : best;
}

/* What a row of scores is made of: its similarities, and scores and similarities of the rows one and two above. */
typedef struct {
    const double *sim, *one, *one_sim, *two, *two_sim;
} scored_rows;

/* Columns first .. end - 1 from the best of the diagonal and of knight's moves over two columns and down two rows. */
INLINE void score_columns(const fsp_scoring *s, size_t first, size_t end, const scored_rows *rows, int over, int down,
                          double *restrict score)
{
    const double *restrict sim = rows->sim, *restrict one = rows->one, *restrict one_sim = rows->one_sim;
    const double *restrict two = rows->two, *restrict two_sim = rows->two_sim;
    const double onset = s->onset, extend = s->extend;
    for (size_t j = first; j < end; j++) {
        double best = one[j - 1], gap = best - (one_sim[j - 1] > 0 ? onset : extend);
        if (over) {
            best = larger(best, one[j - 2]);
            gap = larger(gap, one[j - 2] - (one_sim[j - 2] > 0 ? onset : extend));
        }
        if (down) {
            best = larger(best, two[j - 1]);
            gap = larger(gap, two[j - 1] - (two_sim[j - 1] > 0 ? onset : extend));
        }
        gap = gap > 0 ? gap : 0;
        const double longer = best + sim[j];
        score[j] = sim[j] > 0 ? longer : gap;
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

static void score_row(const fsp_scoring *s, size_t i, const double *sim, double *score)
{
    const size_t m = s->n_columns, second = m < 2 ? m : 2;
    for (size_t j = 0; j < (i ? 1 : m); j++) score[j] = sim[j];
    if (i == 0) return;
    const size_t two = i > 1 ? 2 * m : m;  /* the second row has none two above it */
    const scored_rows rows = {sim, score - m, sim - m, score - two, sim - two};
    if (s->knight && i > 1) {
        score_columns(s, 1, second, &rows, 0, 1, score);
        score_columns(s, second, m, &rows, 1, 1, score);
    } else if (s->knight) {
        score_columns(s, 1, second, &rows, 0, 0, score);
        score_columns(s, second, m, &rows, 1, 0, score);
    } else {
        score_columns(s, 1, m, &rows, 0, 0, score);
    }
    round_scores(s->kind, m, score);
}

/* Gaps that cost infinity are never worth it, and neither are those that cost NaN. */
static fsp_scoring with_finite_gaps(const fsp_scoring *scoring)
{
    fsp_scoring s = *scoring;
    if (!(isfinite(s.onset) && isfinite(s.extend))) s.onset = s.extend = NAN;
    return s;
}

fsp_status fsp_score_rows(const fsp_scoring *scoring, size_t first, size_t end, const double *sim, double *score)
{
    if (scoring->n_columns == 0 || first > end) return FSP_EBUG;
    const fsp_scoring s = with_finite_gaps(scoring);
    for (size_t i = first; i < end; i++) score_row(&s, i, sim + i * s.n_columns, score + i * s.n_columns);
    return FSP_OK;
}

/* The move to place (i, j), neither of which is 0: as the row's score was made. */
static void move_to(const fsp_scoring *s, size_t i, size_t j, const double *sim, const double *score, size_t move[2])
{
    static const size_t MOVES[3][2] = {{1, 1}, {1, 2}, {2, 1}};
    const int on = sim[i * s->n_columns + j] > 0;
    double best = 0;
    for (size_t k = 0; k < (s->knight ? 3 : 1); k++) {
        if (MOVES[k][0] > i || MOVES[k][1] > j) continue;
        const size_t from = (i - MOVES[k][0]) * s->n_columns + j - MOVES[k][1];
        const double candidate = on ? score[from] : score[from] - (sim[from] > 0 ? s->onset : s->extend);
        if (k > 0 && (candidate <= best || best != best)) continue;
        best = candidate;
        move[0] = MOVES[k][0];
        move[1] = MOVES[k][1];
    }
}

fsp_status fsp_score_back(const fsp_scoring *scoring, size_t first, const double *sim, const double *score, ptrdiff_t *path,
                          size_t *length, int *ended)
{
    if (*length == 0) return FSP_EBUG;
    const fsp_scoring s = with_finite_gaps(scoring);
    for (*ended = 0; !*ended && path[2 * *length - 2] >= (ptrdiff_t)first;) {
        const size_t i = (size_t)path[2 * *length - 2], j = (size_t)path[2 * *length - 1], at = i * s.n_columns + j;
        size_t move[2];
        const int begins_here = i == 0 || j == 0, outside = begins_here ? sim[at] == 0 : !(sim[at] > 0) && score[at] == 0;
        *ended = begins_here || outside;
        *length -= (size_t)outside;
        if (*ended) break;
        move_to(&s, i, j, sim, score, move);
        go_back(move[0], move[1], path, length);
    }
    return FSP_OK;
}
