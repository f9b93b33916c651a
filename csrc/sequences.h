/* Sequences and segments: the part of the contract that is about rows of numbers one after the other. Comes with fastspec.h. */
#ifndef FSP_SEQUENCES_H
#define FSP_SEQUENCES_H

#include "fastspec.h"

/* Viterbi's algorithm over any states: into[j * n_states + k] is the logarithm of the probability to go from k to j.
 * `from`, if there is one, has the same the other way round, from[k * n_states + j], and serves matrices that are full. Where
 * it is NULL, runs of k say where the logarithm may be more than `elsewhere`, which is what all others are: those into state j
 * are first_run[j] .. first_run[j + 1] - 1, each a first k and an end in `runs`. */
typedef struct {
    size_t n_states;
    const double *into, *from;
    double elsewhere;
    const size_t *first_run, *runs;
} fsp_transitions;

/* Frames first .. end - 1 (first >= 1) of `values`, n_states each: what is seen, to which the best way there is added. */
fsp_status fsp_decode_forward(const fsp_transitions *transitions, size_t first, size_t end, double *values);
/* States of frames end - 1 down to first, given that of frame `end`. Ties go to the lower state. */
fsp_status fsp_decode_back(const fsp_transitions *transitions, const double *values, size_t first, size_t end, uint16_t *states);

/* Dynamic time warping. D[i][j] is the least, over steps (down, over), of D[i - down][j - over] + (multiply cost + add), or
 * cost[0][0] where the path begins; with `subsequence` it may begin anywhere in the first row. Steps (0, 0) are passed over. */
typedef struct {
    size_t n_columns, n_steps;
    const size_t *steps;  /* down, over; one after the other */
    const double *multiply, *add;
    int subsequence;
} fsp_warp;

/* Rows first .. end - 1 of D, the whole of which is given; `cost` is theirs alone. */
fsp_status fsp_warp_rows(const fsp_warp *warp, size_t first, size_t end, const double *cost, double *D);
/* Which step led to each place of these rows: the first of the cheapest; 0 where a path begins or none leads. */
fsp_status fsp_warp_steps(const fsp_warp *warp, size_t first, size_t end, const double *cost, const double *D, int32_t *chosen);

/* Paths are pairs (row, column), back from their last places. The caller writes the first pair, at which *length is 1, and has
 * room for row + column + 1 of them. They end at (0, 0), or in the first row, or where a step would leave the matrix.
 * One of these goes on while rows are first or more, whose costs are given; *ended says that the path does not go on. The other
 * goes by steps that were chosen. */
fsp_status fsp_warp_back(const fsp_warp *warp, size_t first, const double *cost, const double *D, ptrdiff_t *path, size_t *length,
                         int *ended);
fsp_status fsp_trace_steps(const int32_t *chosen, size_t n_columns, const size_t *steps, size_t n_steps, int to_first_row,
                           ptrdiff_t *path, size_t *length);

/* Scores of recurrences (Serra, Serra and Andrzejak 2009). Where sim > 0, it is added to the best score on the diagonal or,
 * with `knight`, a knight's move before; elsewhere the best of these goes on at a cost, `onset` after a place with sim > 0 and
 * `extend` after others, while it is above 0. If one of the costs is not finite, there are no gaps. Scores are rounded to the
 * kind that the caller will store. */
typedef enum { FSP_SCORE_DOUBLE, FSP_SCORE_SINGLE, FSP_SCORE_INTEGER, FSP_SCORE_BOOLEAN } fsp_score_kind;

typedef struct {
    size_t n_columns;
    double onset, extend;
    int knight;
    fsp_score_kind kind;
} fsp_scoring;

/* Rows first .. end - 1, each from the two rows before it. Row 0 is the matrix's first. */
fsp_status fsp_score_rows(const fsp_scoring *scoring, size_t first, size_t end, const double *sim, double *score);
/* As fsp_warp_back, until the score is 0 outside of links, or in the first row or column. */
fsp_status fsp_score_back(const fsp_scoring *scoring, size_t first, const double *sim, const double *score, ptrdiff_t *path,
                          size_t *length, int *ended);

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
