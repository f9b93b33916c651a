/* Alignment, decoding and segments against plain loops: the same operations in the same order, so that every bit is given. */
#include "check.h"

/* dynamic time warping --------------------------------------------------------------------------------------------- */

/* By the definition: one place after the other, one step after the other. */
static void warp_plainly(const fsp_warp *w, size_t n, const double *cost, double *D, int32_t *chosen)
{
    const size_t m = w->n_columns;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < m; j++) {
            const size_t at = i * m + j;
            D[at] = i == 0 && (j == 0 || w->subsequence) ? cost[at] : INFINITY;
            chosen[at] = 0;
            for (size_t k = 0; k < w->n_steps; k++) {
                const size_t down = w->steps[2 * k], over = w->steps[2 * k + 1];
                if (down > i || over > j || down + over == 0) continue;
                const double total = D[at - down * m - over] + (w->multiply[k] * cost[at] + w->add[k]);
                if (!(total < D[at])) continue;
                D[at] = total;
                chosen[at] = (int32_t)k;
            }
        }
}

enum { MOST_PLACES = 320 };

/* On with a path within the rectangle that begins at (top, left), whose costs alone are given. */
static int go_back_within(const fsp_warp *w, size_t top, size_t left, const double *cost, const double *D, ptrdiff_t *path,
                          size_t *length, int *ended)
{
    static double part[20 * MOST_PLACES];
    const size_t bottom = (size_t)path[2 * *length - 2], right = (size_t)path[2 * *length - 1];
    double *place = part;
    for (size_t i = top; i <= bottom; i++)
        for (size_t j = left; j <= right; j++) *place++ = cost[i * w->n_columns + j];
    return fsp_warp_back(w, top, left, part, D, path, length, ended) == FSP_OK;
}

static void warp_case(check *t, size_t n, size_t m, size_t n_steps)
{
    double *cost = guarded_bytes(0, n * m * sizeof *cost, 0, 1), *D = guarded_bytes(1, n * m * sizeof *D, 0, 1);
    int32_t *chosen = guarded_bytes(2, n * m * sizeof *chosen, 0, 1);
    size_t steps[2 * 8] = {1, 1, 0, 1, 1, 0};
    double multiply[8] = {1, 1, 1}, add[8] = {0};
    for (size_t k = 0; k < n_steps && n_steps > 3; k++) {
        steps[2 * k] = random_below(t, 4);
        steps[2 * k + 1] = random_below(t, 4);
        multiply[k] = k ? (double)random_below(t, 3) / 2 : INFINITY;
        add[k] = k ? (double)random_below(t, 3) : INFINITY;
    }
    for (size_t i = 0; i < n * m; i++) cost[i] = random_below(t, 9) ? (double)random_below(t, 4) : i % 2 ? INFINITY : 0.3;
    const fsp_warp w = {m, n_steps, steps, multiply, add, (int)random_below(t, 2)};
    double *want = twin(1);
    int32_t *want_chosen = twin(2);
    warp_plainly(&w, n, cost, want, want_chosen);
    const size_t half = random_below(t, n + 1);
    if (fsp_warp_rows(&w, 0, half, cost, D) || fsp_warp_rows(&w, half, n, cost + half * m, D) || !same(1))
        return fail(t, "n=%zu m=%zu n_steps=%zu: costs", n, m, n_steps);
    if (fsp_warp_steps(&w, 0, half, cost, D, chosen) || fsp_warp_steps(&w, half, n, cost + half * m, D, chosen + half * m) ||
        !same(2))
        return fail(t, "n=%zu m=%zu n_steps=%zu: steps", n, m, n_steps);
    if (!(D[n * m - 1] < INFINITY)) return;
    ptrdiff_t path[2 * MOST_PLACES] = {(ptrdiff_t)n - 1, (ptrdiff_t)m - 1}, other[2 * MOST_PLACES] = {path[0], path[1]};
    size_t length = 1, other_length = 1;
    int ended = 0;
    if (half < n && !go_back_within(&w, half, random_below(t, m), cost, D, path, &length, &ended)) fail(t, "no way back");
    if (!ended && !go_back_within(&w, 0, 0, cost, D, path, &length, &ended)) fail(t, "no way back");
    if (fsp_trace_steps(chosen, m, steps, n_steps, w.subsequence, other, &other_length) || !ended || length != other_length ||
        memcmp(path, other, 2 * length * sizeof *path))
        fail(t, "n=%zu m=%zu n_steps=%zu: a path of %zu places, and one of %zu", n, m, n_steps, length, other_length);
}

/* recurrences ------------------------------------------------------------------------------------------------------ */

static double as_kind(fsp_score_kind kind, double x)
{
    if (kind == FSP_SCORE_SINGLE) return (double)(float)x;
    if (kind == FSP_SCORE_INTEGER) return trunc(x);
    return kind == FSP_SCORE_BOOLEAN ? x != 0 : x;
}

/* The best move to a place and the score it gives; 0: none, or a path begins here. */
static size_t best_move(const fsp_scoring *s, size_t i, size_t j, const double *sim, const double *score, double *result)
{
    const size_t m = s->n_columns, at = i * m + j, downs[] = {1, 1, 2}, overs[] = {1, 2, 1};
    double best = -INFINITY;
    size_t which = 0;
    *result = sim[at];
    if (i == 0 || j == 0) return 0;
    for (size_t k = 0; k < (s->knight ? 3 : 1); k++) {
        if (downs[k] > i || overs[k] > j) continue;
        const size_t from = at - downs[k] * m - overs[k];
        const double x = sim[at] > 0 ? score[from] : score[from] - (sim[from] > 0 ? s->onset : s->extend);
        if (!(x > best)) continue;
        best = x;
        which = k + 1;
    }
    *result = as_kind(s->kind, sim[at] > 0 ? best + sim[at] : best > 0 && isfinite(s->onset + s->extend) ? best : 0);
    return which;
}

static void score_case(check *t, size_t n, size_t m, fsp_score_kind kind)
{
    double *sim = guarded_bytes(0, n * m * sizeof *sim, 0, 1), *score = guarded_bytes(1, n * m * sizeof *score, 0, 1);
    for (size_t i = 0; i < n * m; i++)
        sim[i] = random_below(t, 3) ? as_kind(kind, (double)(1 + random_below(t, 40)) / (kind == FSP_SCORE_INTEGER ? 1 : 7)) : 0;
    const double gaps[] = {0, 0.5, 1, 2.25, INFINITY};
    const fsp_scoring s = {m, gaps[random_below(t, 5)], gaps[random_below(t, 5)], (int)random_below(t, 2), kind};
    double *want = twin(1);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < m; j++) best_move(&s, i, j, sim, want, &want[i * m + j]);
    const size_t half = random_below(t, n + 1);
    if (fsp_score_rows(&s, 0, half, sim, score) || fsp_score_rows(&s, half, n, sim, score) || !same(1))
        return fail(t, "n=%zu m=%zu kind=%d: scores", n, m, kind);
    ptrdiff_t path[2 * 80] = {(ptrdiff_t)n - 1, (ptrdiff_t)m - 1};
    size_t length = 1, i = n - 1, j = m - 1;
    int ended = 0;
    if (fsp_score_back(&s, 0, sim, score, path, &length, &ended) || !ended) return fail(t, "no way back");
    for (size_t k = 0;; k++) {
        double result;
        const size_t move = best_move(&s, i, j, sim, score, &result);
        const int outside = i == 0 || j == 0 ? sim[i * m + j] == 0 : !(sim[i * m + j] > 0) && score[i * m + j] == 0;
        if (outside && length == k) return;
        if (outside || k >= length || path[2 * k] != (ptrdiff_t)i || path[2 * k + 1] != (ptrdiff_t)j)
            return fail(t, "n=%zu m=%zu kind=%d: place %zu of %zu", n, m, kind, k, length);
        if (i == 0 || j == 0) {
            if (length != k + 1) fail(t, "a path of %zu places ends at %zu", length, k + 1);
            return;
        }
        i -= move == 3 ? 2 : 1;
        j -= move == 2 ? 2 : 1;
    }
}

/* decoding --------------------------------------------------------------------------------------------------------- */

static void decode_case(check *t, size_t n, size_t n_frames, int full)
{
    double into[12 * 12], from[12 * 12], want[40 * 12];
    size_t first_run[13] = {0}, runs[2 * 12 * 12], last_run = 0;
    const double elsewhere = random_below(t, 2) ? -INFINITY : -9;
    for (size_t j = 0; j < n; j++) {
        for (size_t k = 0; k < n; k++) {
            const int in_run = full || random_below(t, 3) == 0;
            into[j * n + k] = in_run ? -(double)random_below(t, 6) : elsewhere;
            from[k * n + j] = into[j * n + k];
            if (!in_run) continue;
            runs[2 * last_run] = k;
            runs[2 * last_run++ + 1] = k + 1;
        }
        first_run[j + 1] = last_run;
    }
    const fsp_transitions with = {full ? FSP_FULL : FSP_RUNS, n, into, from, elsewhere, first_run, runs};
    double *values = guarded_bytes(0, n_frames * n * sizeof *values, 0, 1);
    uint16_t *states = guarded_bytes(1, n_frames * sizeof *states, 0, 1), best_from[40 * 12] = {0};
    for (size_t i = 0; i < n_frames * n; i++) want[i] = values[i] = random_below(t, 30) ? -(double)random_below(t, 9) : NAN;
    for (size_t f = 1; f < n_frames; f++)
        for (size_t j = 0; j < n; j++) {
            double best = -INFINITY;
            for (size_t k = 0; k < n; k++) {
                const double cost = want[(f - 1) * n + k] + into[j * n + k];
                if (!(cost > best)) continue;
                best = cost;
                best_from[f * n + j] = (uint16_t)k;
            }
            want[f * n + j] += best;
        }
    const size_t half = 1 + random_below(t, n_frames);
    if (fsp_decode_forward(&with, 1, half, values) || fsp_decode_forward(&with, half, n_frames, values))
        return fail(t, "n=%zu n_frames=%zu: forward", n, n_frames);
    for (size_t i = 0; i < n_frames * n; i++)
        if (values[i] != want[i] && !(isnan(values[i]) && isnan(want[i])))
            return fail(t, "n=%zu full=%d: frame %zu holds %g, not %g", n, full, i / n, values[i], want[i]);
    states[n_frames - 1] = (uint16_t)random_below(t, n);
    if (fsp_decode_back(&with, values, 0, n_frames - 1, states)) return fail(t, "n=%zu: back", n);
    for (size_t f = n_frames - 1; f > 0; f--)
        if (states[f - 1] != best_from[f * n + states[f]]) return fail(t, "n=%zu n_frames=%zu: state %zu", n, n_frames, f - 1);
    if (!canaries_alive(0) || !canaries_alive(1)) fail(t, "n=%zu: beyond the arrays", n);
}

/* segments --------------------------------------------------------------------------------------------------------- */

static void distances_case(check *t, size_t n_x, size_t n_y, size_t d, int root)
{
    const void *x = noise(t, 0, n_x * d, AT_END), *y = noise(t, 1, n_y * d, AT_END);
    void *out = guarded(t, 2, n_x * n_y, AT_END), *want = twin(2);
    for (size_t i = 0; i < n_x; i++)
        for (size_t j = 0; j < n_y; j++) {
            double sum = 0;
            for (size_t k = 0; k < d; k++) {
                const double difference = rounded(t, get(t, x, i * d + k) - get(t, y, j * d + k));
                sum = rounded(t, sum + rounded(t, difference * difference));
            }
            put(t, want, i * n_y + j, root ? sqrt(sum) : sum);
        }
    const fsp_points points = {x, y, n_x, n_y, d, root};
    fsp_status status;
    RUN(t, status = fsp_distances(t->precision, t->k->isa, &points, out));
    if (status || !same(2))
        fail(t, "n_x=%zu n_y=%zu d=%zu root=%d", n_x, n_y, d, root);
}

void check_distances(check *t)
{
    for (size_t i = 0; i < n_lengths(); i++)
        distances_case(t, random_below(t, 11), length_at(t, i, 200), 1 + random_below(t, 20), i & 1);
    if (fsp_distances(t->precision, "abacus", &(fsp_points){.n_x = 0}, NULL) != FSP_EBUG) fail(t, "an unknown instruction set");
}

static void smoothing_case(check *t, size_t n_rows, size_t n_weights)
{
    const size_t columns = 16 * (1 + random_below(t, 6)), stride = columns + 20;
    const void *in = noise(t, 0, (n_rows + 8) * stride, AT_END), *weights = noise(t, 1, n_weights, AT_END);
    void *out = guarded(t, 2, n_rows * columns, AT_END);
    size_t offsets[30];
    for (size_t i = 0; i < n_weights; i++) offsets[i] = random_below(t, 8) * stride + random_below(t, 21);
    expected *e = expect(t, 2);
    for (size_t r = 0; r < n_rows; r++)
        for (size_t c = 0; c < columns; c++) {
            wide sum = 0, size = 0;
            for (size_t i = 0; i < n_weights; i++) {
                const wide product = (wide)get(t, weights, i) * get(t, in, offsets[i] + r * stride + c);
                sum += product;
                size += fabsl(product);
            }
            e[r * columns + c] = (expected){sum, (wide)(n_weights + 1) * t->u * size};
        }
    const fsp_smoothing s = {n_weights, columns, stride, weights, offsets};
    if (fsp_smooth_rows(t->precision, t->k->isa, &s, n_rows, in, out) || !met(t, 2))
        fail(t, "n_rows=%zu n_weights=%zu columns=%zu", n_rows, n_weights, columns);
}

/* Ward's clustering as it is defined: of all pairs of neighbours, each time, the one whose joining costs least. */
static void join_case(check *t, size_t n, size_t d, size_t n_clusters)
{
    double *points = guarded_bytes(0, n * d * sizeof *points, 0, 1), sums[30 * 4], sizes[30], all[30 * 4];
    size_t *starts = guarded_bytes(1, n_clusters * sizeof *starts, 0, 1), number[30], at[30], left = n;
    for (size_t i = 0; i < n * d; i++) all[i] = sums[i] = points[i] = (double)random_below(t, 5) + (i % 3 ? 0 : random_real(t));
    for (size_t i = 0; i < n; i++) {
        sizes[i] = 1;
        number[i] = at[i] = i;
    }
    for (size_t made = n; left > n_clusters; left--, made++) {
        double least = INFINITY;
        size_t best = 0;
        for (size_t p = 0; p + 1 < left; p++) {
            double cost = 0;
            for (size_t i = 0; i < d; i++) {
                const double difference = sums[p * d + i] / sizes[p] - sums[(p + 1) * d + i] / sizes[p + 1];
                cost += difference * difference;
            }
            cost *= sizes[p] * sizes[p + 1] / (sizes[p] + sizes[p + 1]);
            const size_t high = number[p] > number[p + 1] ? number[p] : number[p + 1],
                         best_high = number[best] > number[best + 1] ? number[best] : number[best + 1];
            if (cost > least || (cost == least && high > best_high)) continue;
            if (cost == least && high == best_high && number[p] + number[p + 1] > number[best] + number[best + 1]) continue;
            least = cost;
            best = p;
        }
        for (size_t i = 0; i < d; i++) sums[best * d + i] += sums[(best + 1) * d + i];
        sizes[best] += sizes[best + 1];
        number[best] = made;
        for (size_t p = best + 1; p + 1 < left; p++) {
            memcpy(sums + p * d, sums + (p + 1) * d, d * sizeof *sums);
            sizes[p] = sizes[p + 1];
            number[p] = number[p + 1];
            at[p] = at[p + 1];
        }
    }
    if (fsp_join_neighbours(points, n, d, n_clusters, starts) || memcmp(starts, at, n_clusters * sizeof *at) || !canaries_alive(1))
        fail(t, "n=%zu d=%zu n_clusters=%zu: the first point is %g", n, d, n_clusters, all[0]);
}

void check_sequences(check *t)
{
    for (int i = 0; i < (options.quick ? 200 : 1500); i++) {
        warp_case(t, 1 + random_below(t, 20), 1 + random_below(t, i % 8 > 1 ? 40 : 300), i & 1 ? 3 : 4 + random_below(t, 5));
        score_case(t, 1 + random_below(t, 20), 1 + random_below(t, 40), (fsp_score_kind)(i % 4));
        decode_case(t, 1 + random_below(t, 12), 1 + random_below(t, 40), i & 1);
        smoothing_case(t, 1 + random_below(t, 5), random_below(t, 30));
        const size_t n = 1 + random_below(t, 30);
        join_case(t, n, 1 + random_below(t, 4), 1 + random_below(t, n));
    }
    const fsp_warp empty = {0};
    const fsp_scoring nothing = {0};
    const fsp_transitions none = {0};
    const fsp_smoothing odd = {.n_columns = 1};
    size_t length = 0;
    int ended;
    if (fsp_warp_rows(&empty, 0, 0, NULL, NULL) != FSP_EBUG || fsp_warp_steps(&empty, 0, 0, NULL, NULL, NULL) != FSP_EBUG ||
        fsp_warp_back(&empty, 0, 0, NULL, NULL, NULL, &length, &ended) != FSP_EBUG ||
        fsp_trace_steps(NULL, 0, NULL, 0, 0, NULL, &length) != FSP_EBUG ||
        fsp_score_rows(&nothing, 0, 0, NULL, NULL) != FSP_EBUG ||
        fsp_score_back(&nothing, 0, NULL, NULL, NULL, &length, &ended) != FSP_EBUG ||
        fsp_decode_forward(&none, 1, 1, NULL) != FSP_EBUG || fsp_join_neighbours(NULL, 1, 1, 2, NULL) != FSP_EBUG ||
        (t->k->lanes > 1 && fsp_smooth_rows(t->precision, t->k->isa, &odd, 0, NULL, NULL) != FSP_EBUG))
        fail(t, "a broken precondition is accepted");
}
