/* Sequences and segments: the part of the contract that is about rows of numbers one after the other. Comes with fastspec.h. */
#ifndef FSP_SEQUENCES_H
#define FSP_SEQUENCES_H

#include "fastspec.h"

/* Viterbi's algorithm over any states: weights[k * n_states + j] is the logarithm of the probability to go from k to j. Runs
 * say where it is more than `elsewhere`, or may be: those of state k are first_run[k] .. first_run[k + 1] - 1, each a first
 * state and an end in `runs`. All other weights are `elsewhere`, the least of all. */
typedef struct {
    size_t n_states;
    const double *weights;
    double elsewhere;
    const size_t *first_run, *runs;
} fsp_transitions;

/* Frames first .. end - 1 (first >= 1) of `values`, n_states each: what is seen, to which the best way there is added. */
fsp_status fsp_decode_forward(const fsp_transitions *transitions, size_t first, size_t end, double *values);
/* States of frames end - 1 down to first, given that of frame `end`. Ties go to the lower state. */
fsp_status fsp_decode_back(const fsp_transitions *transitions, const double *values, size_t first, size_t end, uint16_t *states);

/* Dynamic time warping. D[i][j] is the least, over steps (down, over), of D[i - down][j - over] + (multiply cost + add), or
 * cost[0][0] where the path begins; with `subsequence` it may begin anywhere in the first row. chosen[i][j]: the first step of
 * these, 0 where there is none. Steps (0, 0) are passed over. */
typedef struct {
    size_t n_columns, n_steps;
    const size_t *steps;  /* down, over; one after the other */
    const double *multiply, *add;
    int subsequence;
} fsp_warp;

/* Rows first .. end - 1; `cost` is theirs alone. A chosen_stride of 0 keeps no choices but those of the last row. */
fsp_status fsp_warp_rows(const fsp_warp *warp, size_t first, size_t end, const double *cost, double *D, int32_t *chosen,
                         size_t chosen_stride);
/* Back from (row, column) to (0, 0), or to any column of the first row; or to where a step would leave the matrix. `path`, pairs,
 * has room for row + column + 1 of them. */
fsp_status fsp_trace_steps(const int32_t *chosen, size_t n_columns, const size_t *steps, size_t n_steps, int to_first_row,
                           size_t row, size_t column, ptrdiff_t *path, size_t *length);

/* Scores of recurrences (Serra, Serra and Andrzejak 2009). Where sim > 0, it is added to the best score on the diagonal or,
 * with `knight`, a knight's move before; elsewhere the best of these goes on at a cost, `onset` after a place with sim > 0 and
 * `extend` after others, while it is above 0. A cost that is not finite allows no gaps at all.
 * from: 0 for the diagonal, 1 for (1, 2), 2 for (2, 1); -1 outside of paths, -2 at the first place of one in the first row or
 * column. Scores are rounded to the kind that the caller will store. */
typedef enum { FSP_SCORE_DOUBLE, FSP_SCORE_SINGLE, FSP_SCORE_INTEGER, FSP_SCORE_BOOLEAN } fsp_score_kind;

typedef struct {
    size_t n_columns;
    double onset, extend;
    int knight;
    fsp_score_kind kind;
} fsp_scoring;

/* Rows first .. end - 1, of which row 0 is the matrix's first; each reads two rows before it. */
fsp_status fsp_score_rows(const fsp_scoring *scoring, size_t first, size_t end, const double *sim, double *score, int8_t *from);

/* out[i][j]: the sum of squared differences of points x[i] and y[j], added feature by feature; or its root. */
fsp_status fsp_distances(fsp_precision precision, const char *isa, const void *x, size_t n_x, const void *y, size_t n_y,
                         size_t n_features, int root, void *out);

/* out[r][c] = sum_i weights[i] in[offsets[i] + r in_stride + c]; n_columns is a multiple of the lanes of every instruction set, 16. */
typedef struct {
    size_t n_weights, n_columns, in_stride;
    const void *weights;
    const size_t *offsets;
} fsp_smoothing;

fsp_status fsp_smooth_rows(fsp_precision precision, const char *isa, const fsp_smoothing *smoothing, size_t n_rows,
                           const void *in, void *out);

/* Ward's clustering of n points in a row, neighbours only: starts of the n_clusters that are left, ascending. Of equal costs, the
 * neighbours whose later one was made first are joined. `points` are overwritten. */
fsp_status fsp_join_neighbours(double *points, size_t n, size_t n_features, size_t n_clusters, size_t *starts);

#endif
