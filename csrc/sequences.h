/* Peaks, beats, paths and distances: the part of the contract that fastspec.h includes at its end. Calls are for ranges of a
 * sequence (first .. end - 1), short enough for a user who wants to stop: these calls take no threads and do not ask. */
#ifndef FSP_SEQUENCES_H
#define FSP_SEQUENCES_H

#include "fastspec.h"

/* peaks, beats and events --------------------------------------------------------------------------------------------- */

/* How means of a stretch are found, in the precision of x: as differences of `sums`, those of the first 0 .. n values; or by
 * adding from left to right. */
typedef enum { FSP_MEANS_BY_SUMS, FSP_MEANS_BY_ADDING } fsp_mean_kind;

/* Peaks of a curve x of n values: places whose value none exceeds among the pre_max before and those to post_max - 1
 * after, and which is at least `delta` above the mean of the pre_avg before to post_avg - 1 after; neighbourhoods are cut off at
 * the ends.
 * NaN is no peak, nor is a value with NaN in its neighbourhood. After a peak, `wait` values are passed over. post_max and
 * post_avg are at least 1. */
typedef struct {
    const void *x, *sums;
    fsp_mean_kind means;
    fsp_precision precision;
    size_t n, pre_max, post_max, pre_avg, post_avg, wait;
    double delta;
} fsp_peaks;

/* The peaks among first .. end - 1; `places` has room for end - first. */
fsp_status fsp_find_peaks(const fsp_peaks *peaks, size_t first, size_t end, size_t *places, size_t *n_places);
/* Peaks of n_frames spectra: bins first .. end - 1 (first >= 1) above the frame's reference and the bin before, and not
 * below the one after, if there is one. Strides are in elements. */
typedef struct {
    const void *data;
    fsp_precision precision;
    ptrdiff_t bin_stride, frame_stride;
    size_t n_bins, n_frames, first, end;
    const double *references;  /* one a frame */
} fsp_spectral_curves;

/* `counts` says how many each frame has, `bins` which, frame by frame; it has room for 1 + (end - first + 1) / 2 a frame. */
fsp_status fsp_spectral_peaks(const fsp_spectral_curves *spectra, size_t *bins, size_t *counts);


/* Of n ascending places keep those, more than `wait` apart, whose values have the largest sum; of equal sums the latest. */
fsp_status fsp_keep_best(size_t *places, const double *values, size_t n, size_t wait, size_t *n_kept);

/* A chain of beats through n frames. Scores are onsets smoothed by a bell a sixteenth of the period wide. Each frame's total
 * is its score plus the best of (total of an earlier frame - tightness (log of the distance - log of the period)^2) among
 * those half a period to two periods before, the nearest of equals. Frames before the first that reaches the threshold have
 * no link. `periods`, in frames, and their logarithms are one number or one a frame; logs[d] is the logarithm of d,
 * 1 <= d < n. */
typedef struct {
    fsp_precision precision;
    const void *onsets;
    void *scores, *totals;
    ptrdiff_t *links;  /* the frame before in the chain, or -1 */
    size_t n, n_periods;
    const double *periods, *log_periods, *logs;
    double tightness, threshold;
} fsp_beats;

/* Scores of frames first .. end - 1. */
fsp_status fsp_smooth_onsets(const fsp_beats *beats, size_t first, size_t end);
/* Totals and links of frames first .. end - 1, after those before them; *begun, 0 at first, says whether a score has reached
 * the threshold. */
fsp_status fsp_link_beats(const fsp_beats *beats, size_t first, size_t end, int *begun);

/* The nearest of n_to >= 1 ascending events (NaN last) for each of n, as order[its index]; of two the later one. `left`
 * allows earlier ones, `right` later ones. */
fsp_status fsp_match_events(const double *from, size_t n, const double *to, const ptrdiff_t *order, size_t n_to, int left,
                            int right, int32_t *matches);

/* For each of n intervals, starts and ends in turn, that of n_to >= 1 with which it shares the largest part of what both
 * cover, the first of equals; for one that meets none the nearest: of these the first that follows, else the last. *n_met:
 * how many, from the first on, meet one. Neither list holds NaN. */
fsp_status fsp_match_intervals(fsp_precision precision, const void *from, size_t n, const void *to, size_t n_to,
                               uint32_t *matches, size_t *n_met);

/* decoding ------------------------------------------------------------------------------------------------------------ */

/* pYIN's states: 0 .. n_pitches - 1 are voiced, as many follow that are not. Logarithms of transition probabilities from state k
 * to j depend on both pitches: `stay` where voicing stays as it is, `cross` where it changes. A band has them for
 * k - j = first .. first + width - 1, within -margin .. margin: weights[(k - j - first) * n_pitches + j], -infinity where k
 * does not exist. Others are `elsewhere`, no larger than any in the bands that exists, or -infinity.
 * A row of values is two times: margin, the pitches, margin; the margins hold -infinity. */
#define FSP_BAND_STEP 4

typedef struct {
    ptrdiff_t first;
    size_t width;  /* a multiple of FSP_BAND_STEP */
    const double *weights;
} fsp_band;

typedef struct {
    size_t n_pitches, margin;
    fsp_band stay, cross;
    double elsewhere;
} fsp_trellis;

/* Frame f has candidates start[f] .. start[f + 1] - 1: pitch bins and their log probability, that of other voiced states
 * being log_floor, and that of each unvoiced one log_unvoiced[f]. */
typedef struct {
    size_t n_candidates;
    const size_t *start, *bin;
    const double *log_probability, *log_unvoiced;
    double log_floor;
} fsp_observations;

/* Where the first frame's paths come from: from row 0; or they begin there, each state with log_init, and row 0 is not read. */
typedef enum { FSP_GOES_ON, FSP_BEGINS } fsp_path_start;

/* Row f + 1 of `rows` from row f, for each frame; the margins of `rows` are the caller's. */
fsp_status fsp_viterbi_forward(const fsp_trellis *trellis, const fsp_observations *seen, fsp_path_start start, double log_init,
                               size_t n_frames, double *rows);
/* Back from *state at the last frame: the states of all frames, and in *state that of the frame before them, unless the
 * path starts here. Ties go to the lower state. */
fsp_status fsp_viterbi_trace(const fsp_trellis *trellis, const double *rows, size_t n_frames, int to_the_start, size_t *state,
                             size_t *states);

/* Viterbi's algorithm over any states: into[j * n_states + k] is the logarithm of the probability to go from k to j.
 * FULL: most of them count. `from` has the same the other way round, from[k * n_states + j].
 * RUNS: few do. Runs of k say where the logarithm may be more than `elsewhere`, which all others are: those into state j
 * are first_run[j] .. first_run[j + 1] - 1, each a first k and an end in `runs`. */
typedef enum { FSP_FULL, FSP_RUNS } fsp_transition_kind;

typedef struct {
    fsp_transition_kind kind;
    size_t n_states;
    const double *into, *from;     /* from: FULL */
    double elsewhere;              /* and these: RUNS */
    const size_t *first_run, *runs;
} fsp_transitions;

/* Frames first .. end - 1 (first >= 1) of `values`, n_states each: what is seen, to which the best way there is added. */
fsp_status fsp_decode_forward(const fsp_transitions *transitions, size_t first, size_t end, double *values);
/* States of frames end - 1 down to first, given that of frame `end`. Ties go to the lower state. */
fsp_status fsp_decode_back(const fsp_transitions *transitions, const double *values, size_t first, size_t end, uint16_t *states);

/* alignment ----------------------------------------------------------------------------------------------------------- */

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

/* Paths are pairs (row, column), from the last place back to the first. The caller writes the first pair, sets *length to 1,
 * and has room for row + column + 1 of them. They end at (0, 0), or in the first row, or where a step would leave the matrix.
 * fsp_warp_back finds each step anew, from the costs of a rectangle: its upper left corner is (top, left), its lower right one
 * the path's last place. It stops where the path leaves the rectangle; *ended says whether the path has ended. fsp_trace_steps
 * follows the steps that fsp_warp_steps has found. */
fsp_status fsp_warp_back(const fsp_warp *warp, size_t top, size_t left, const double *cost, const double *D, ptrdiff_t *path,
                         size_t *length, int *ended);
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
/* On from the path's last place, down to row `first`, until the score is 0 outside of links, or in the first row or column. */
fsp_status fsp_score_back(const fsp_scoring *scoring, size_t first, const double *sim, const double *score, ptrdiff_t *path,
                          size_t *length, int *ended);

/* distances and segments ---------------------------------------------------------------------------------------------- */

/* out[i][j]: the sum of squared differences of points x[i] and y[j], added feature by feature; or its root. */
typedef struct {
    const void *x, *y;
    size_t n_x, n_y, n_features;
    int root;
} fsp_points;

fsp_status fsp_distances(fsp_precision precision, const char *isa, const fsp_points *points, void *out);

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
