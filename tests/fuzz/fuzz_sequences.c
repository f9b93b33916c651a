/* Peaks, beats, paths, distances and segments: a range of a sequence has the bits of the whole. */
#include "fuzz.h"

static void check_peaks(fuzz *f)
{
    const size_t n = few(f, 256), cut = below(f, n + 1);
    const fsp_peaks p = {.x = reals(f, n, f->precision, odd), .sums = reals(f, n + 1, f->precision, odd), .means = (fsp_mean_kind)below(f, 2),
                         .precision = f->precision, .n = n, .pre_max = few(f, 256), .post_max = few(f, 256),
                         .pre_avg = few(f, 256), .post_avg = few(f, 256), .delta = plain(f)};
    size_t *all = sizes(f, n, 1), *parts = sizes(f, n, 1), n_all, n_early, n_late;
    if (fsp_find_peaks(&p, 0, n, all, &n_all)) return;
    HOLDS(fsp_find_peaks(&p, 0, cut, parts, &n_early) == FSP_OK && n_early <= cut);
    HOLDS(fsp_find_peaks(&p, cut, n, parts + n_early, &n_late) == FSP_OK);
    HOLDS(n_all == n_early + n_late && !memcmp(all, parts, n_all * sizeof *all));
    const double *values = doubles(f, n_all, odd);
    const size_t wait = below(f, 40);
    HOLDS(fsp_keep_best(all, values, n_all, wait, &n_late) == FSP_OK && n_late <= n_all);
    for (size_t i = 1; i < n_late; i++) HOLDS(all[i] > all[i - 1] && all[i] - all[i - 1] > wait);
}

static void check_spectral_peaks(fuzz *f)
{
    const size_t n_bins = 2 + few(f, 180), n_frames = few(f, 2 * MOST_FRAMES), first = 1 + below(f, n_bins - 1);
    fsp_spectral_curves s = {.data = reals(f, n_bins * n_frames, f->precision, odd), .precision = f->precision, .bin_stride = 1,
                             .frame_stride = (ptrdiff_t)n_bins, .n_bins = n_bins, .n_frames = n_frames, .first = first,
                             .end = first + 1 + below(f, n_bins - first), .references = doubles(f, n_frames, odd)};
    const size_t most = 1 + (s.end - first + 1) / 2;
    size_t *bins = sizes(f, n_frames * most, 1), *again = sizes(f, most, 1), *counts = sizes(f, n_frames, 1), alone;
    HOLDS(fsp_spectral_peaks(&s, bins, counts) == FSP_OK);
    if (n_frames == 0) return;
    s.n_frames = 1;
    HOLDS(fsp_spectral_peaks(&s, again, &alone) == FSP_OK && alone == counts[0] && !memcmp(bins, again, alone * sizeof *bins));
}

static void check_matches(fuzz *f)
{
    const size_t n = few(f, 120), n_to = few(f, 120);
    double *from = doubles(f, n, odd), *to = doubles(f, n_to, plain);
    ptrdiff_t *order = array(f, n_to * sizeof *order);
    for (size_t i = 0; i < n_to; i++) {
        order[i] = (ptrdiff_t)i;
        to[i] = i ? to[i - 1] + fabs(to[i]) : to[i];
    }
    if (n_to && below(f, 8) == 0) to[n_to - 1] = NAN;
    int32_t *matches = array(f, n * sizeof *matches);
    if (fsp_match_events(from, n, to, order, n_to, (int)below(f, 2), (int)below(f, 2), matches) == FSP_OK)
        for (size_t i = 0; i < n; i++) HOLDS(matches[i] >= 0 && (size_t)matches[i] < n_to);
    const void *spans = reals(f, 2 * n, f->precision, plain), *others = reals(f, 2 * n_to, f->precision, plain);
    uint32_t *nearest = array(f, n * sizeof *nearest);
    size_t n_met;
    if (fsp_match_intervals(f->precision, spans, n, others, n_to, nearest, &n_met) == FSP_OK)
        for (size_t i = 0; i < n_met; i++) HOLDS(nearest[i] < n_to);
}

static void check_beats(fuzz *f)
{
    const size_t n = few(f, 240), n_periods = below(f, 2) ? 1 : n, cut = below(f, n + 1);
    double *periods = doubles(f, n_periods, plain), *logs = doubles(f, n + 1, plain), *log_periods = doubles(f, n_periods, plain);
    for (size_t i = 0; i < n_periods; i++) {
        periods[i] = 1 + 40 * fabs(periods[i]);
        log_periods[i] = log(periods[i]);
    }
    for (size_t d = 1; d <= n; d++) logs[d] = log((double)d);
    fsp_beats b = {.precision = f->precision, .onsets = reals(f, n, f->precision, odd), .scores = filled(f, n), .totals = filled(f, n),
                   .links = array(f, n * sizeof *b.links), .n = n, .n_periods = n_periods, .periods = periods,
                   .log_periods = log_periods, .logs = logs, .tightness = 100, .threshold = plain(f)};
    fsp_beats p = b;
    p.scores = filled(f, n);
    p.totals = filled(f, n);
    p.links = array(f, n * sizeof *p.links);
    int begun = 0;
    HOLDS(fsp_smooth_onsets(&b, 0, n) == FSP_OK && fsp_link_beats(&b, 0, n, &begun) == FSP_OK);
    begun = 0;
    HOLDS(fsp_smooth_onsets(&p, 0, cut) == FSP_OK && fsp_smooth_onsets(&p, cut, n) == FSP_OK);
    HOLDS(fsp_link_beats(&p, 0, cut, &begun) == FSP_OK && fsp_link_beats(&p, cut, n, &begun) == FSP_OK);
    HOLDS(same_reals(b.totals, p.totals, n, f->precision) && !memcmp(b.links, p.links, n * sizeof *b.links));
    for (size_t i = 0; i < n; i++) HOLDS(b.links[i] >= -1 && b.links[i] < (ptrdiff_t)i);
}

/* Weights where state k exists, as the contract wants them. */
static fsp_band read_band(fuzz *f, size_t n, size_t margin)
{
    fsp_band band = {-(ptrdiff_t)margin, FSP_BAND_STEP * (1 + below(f, 2)), NULL};
    double *weights = doubles(f, band.width * n, plain);
    for (size_t d = 0; d < band.width; d++)
        for (size_t j = 0; j < n; j++) {
            const ptrdiff_t k = (ptrdiff_t)(j + d) + band.first;
            if (k < 0 || k >= (ptrdiff_t)n) weights[d * n + j] = -INFINITY;
        }
    band.weights = weights;
    return band;
}

static void check_viterbi(fuzz *f)
{
    const size_t n = 1 + few(f, 60), margin = 4 + below(f, 4), n_frames = 1 + few(f, 40), row = 2 * (n + 2 * margin);
    fsp_trellis t = {n, margin, read_band(f, n, margin), read_band(f, n, margin), below(f, 2) ? -INFINITY : -9};
    size_t *start = sizes(f, n_frames + 1, 5);
    start[0] = 0;
    for (size_t i = 1; i <= n_frames; i++) start[i] += start[i - 1];
    const size_t total = start[n_frames], *bins = sizes(f, total, n + (below(f, 16) == 0));
    fsp_observations seen = {total, start, bins, doubles(f, total, odd), doubles(f, n_frames, odd), -20};
    double *all = doubles(f, (n_frames + 1) * row, plain), *parts;
    for (size_t i = 0; i < (n_frames + 1) * row; i++) all[i] = -INFINITY;
    parts = memcpy(doubles(f, (n_frames + 1) * row, plain), all, (n_frames + 1) * row * sizeof *all);
    if (fsp_viterbi_forward(&t, &seen, FSP_BEGINS, -3, n_frames, all)) return;
    const size_t cut = 1 + below(f, n_frames);
    HOLDS(fsp_viterbi_forward(&t, &seen, FSP_BEGINS, -3, cut, parts) == FSP_OK);
    seen.start += cut;
    seen.log_unvoiced += cut;
    HOLDS(fsp_viterbi_forward(&t, &seen, FSP_GOES_ON, 0, n_frames - cut, parts + cut * row) == FSP_OK);
    HOLDS(same_reals(all, parts, (n_frames + 1) * row, FSP_F64));
    size_t state = below(f, 2 * n), *states = sizes(f, n_frames, 1);
    HOLDS(fsp_viterbi_trace(&t, all + row, n_frames, 1, &state, states) == FSP_OK);
    for (size_t i = 0; i < n_frames; i++) HOLDS(states[i] < 2 * n);
}

static void check_decode(fuzz *f)
{
    const size_t n = 1 + few(f, 32), n_frames = 1 + few(f, 60), cut = 1 + below(f, n_frames);
    const int full = (int)below(f, 2);
    const double elsewhere = below(f, 2) ? -INFINITY : -9;
    double *into = doubles(f, n * n, plain), *from = doubles(f, n * n, plain);
    size_t *first_run = sizes(f, n + 1, 1), *runs = sizes(f, 2 * n * n, 1), last = 0;
    for (size_t j = 0; j < n; j++) {
        for (size_t k = 0; k < n; k++) {
            const int seen = full || draw(f) % 3 == 0;
            from[k * n + j] = into[j * n + k] = seen ? -fabs(into[j * n + k]) : elsewhere;
            runs[2 * last] = k;
            runs[2 * last + 1] = k + 1;
            last += (size_t)seen;
        }
        first_run[j + 1] = last;
    }
    const fsp_transitions t = {full ? FSP_FULL : FSP_RUNS, n, into, from, elsewhere, first_run, runs};
    double *all = doubles(f, n * n_frames, odd), *parts = memcpy(doubles(f, n * n_frames, plain), all, n * n_frames * sizeof *all);
    HOLDS(fsp_decode_forward(&t, 1, n_frames, all) == FSP_OK);
    HOLDS(fsp_decode_forward(&t, 1, cut, parts) == FSP_OK && fsp_decode_forward(&t, cut, n_frames, parts) == FSP_OK);
    HOLDS(same_reals(all, parts, n * n_frames, FSP_F64));
    uint16_t *states = array(f, n_frames * sizeof *states), *again = array(f, n_frames * sizeof *again);
    states[n_frames - 1] = again[n_frames - 1] = (uint16_t)below(f, n);
    const size_t turn = below(f, n_frames);
    HOLDS(fsp_decode_back(&t, all, 0, n_frames - 1, states) == FSP_OK);
    HOLDS(fsp_decode_back(&t, all, turn, n_frames - 1, again) == FSP_OK && fsp_decode_back(&t, all, 0, turn, again) == FSP_OK);
    HOLDS(!memcmp(states, again, n_frames * sizeof *states));
    for (size_t i = 0; i < n_frames; i++) HOLDS(states[i] < n);
}

static void check_warp(fuzz *f)
{
    const size_t n = 1 + few(f, 60), m = 1 + few(f, 60), n_steps = 1 + below(f, 7), cut = below(f, n + 1);
    size_t *steps = sizes(f, 2 * n_steps, 5);
    const fsp_warp w = {m, n_steps, steps, doubles(f, n_steps, odd), doubles(f, n_steps, odd), (int)below(f, 2)};
    const double *cost = doubles(f, n * m, odd);
    double *all = doubles(f, n * m, plain), *parts = doubles(f, n * m, plain);
    int32_t *chosen = array(f, n * m * sizeof *chosen);
    HOLDS(fsp_warp_rows(&w, 0, n, cost, all) == FSP_OK);
    HOLDS(fsp_warp_rows(&w, 0, cut, cost, parts) == FSP_OK && fsp_warp_rows(&w, cut, n, cost + cut * m, parts) == FSP_OK);
    HOLDS(same_reals(all, parts, n * m, FSP_F64));
    HOLDS(fsp_warp_steps(&w, 0, n, cost, all, chosen) == FSP_OK);
    ptrdiff_t *path = array(f, 2 * (n + m) * sizeof *path), *other = array(f, 2 * (n + m) * sizeof *other);
    path[0] = other[0] = (ptrdiff_t)below(f, n);
    path[1] = other[1] = (ptrdiff_t)below(f, m);
    size_t length = 1, other_length = 1;
    int ended;
    /* The costs of the rectangle between the first place and the path's last one. */
    const size_t width = (size_t)path[1] + 1;
    double *part = doubles(f, n * m, plain);
    for (size_t i = 0; i <= (size_t)path[0]; i++) memcpy(part + i * width, cost + i * m, width * sizeof *part);
    HOLDS(fsp_warp_back(&w, 0, 0, part, all, path, &length, &ended) == FSP_OK && ended);
    HOLDS(fsp_trace_steps(chosen, m, steps, n_steps, w.subsequence, other, &other_length) == FSP_OK);
    HOLDS(length == other_length && !memcmp(path, other, 2 * length * sizeof *path));
}

static void check_scores(fuzz *f)
{
    const size_t n = 1 + few(f, 60), m = 1 + few(f, 60), cut = below(f, n + 1);
    const fsp_scoring s = {m, below(f, 4) ? plain(f) : INFINITY, plain(f), (int)below(f, 2), (fsp_score_kind)below(f, 4)};
    double *sim = doubles(f, n * m, s.kind == FSP_SCORE_INTEGER ? plain : odd), *all = doubles(f, n * m, plain), *parts = doubles(f, n * m, plain);
    for (size_t i = 0; i < n * m; i++)
        if (!(sim[i] > 0)) sim[i] = 0;
    HOLDS(fsp_score_rows(&s, 0, n, sim, all) == FSP_OK);
    HOLDS(fsp_score_rows(&s, 0, cut, sim, parts) == FSP_OK && fsp_score_rows(&s, cut, n, sim, parts) == FSP_OK);
    HOLDS(same_reals(all, parts, n * m, FSP_F64));
    ptrdiff_t *path = array(f, 2 * (n + m) * sizeof *path);
    path[0] = (ptrdiff_t)n - 1;
    path[1] = (ptrdiff_t)m - 1;
    size_t length = 1;
    int ended;
    HOLDS(fsp_score_back(&s, 0, sim, all, path, &length, &ended) == FSP_OK && ended);
}

static void check_segments(fuzz *f)
{
    const size_t n = 1 + few(f, 80), d = 1 + below(f, 9), n_y = few(f, 80), n_clusters = below(f, n + 2);
    const fsp_points p = {reals(f, n * d, f->precision, odd), reals(f, n_y * d, f->precision, odd), n, n_y, d, (int)below(f, 2)};
    char *all = filled(f, n * n_y), *part = filled(f, n_y);
    HOLDS(fsp_distances(f->precision, f->isa, &p, all) == FSP_OK);
    fsp_points last = p;
    last.x = (const char *)p.x + (n - 1) * d * f->itemsize;
    last.n_x = 1;
    HOLDS(fsp_distances(f->precision, f->isa, &last, part) == FSP_OK);
    HOLDS(same_reals(all + (n - 1) * n_y * f->itemsize, part, n_y, f->precision));
    size_t *starts = sizes(f, n_clusters, 1);
    if (fsp_join_neighbours(doubles(f, n * d, odd), n, d, n_clusters, starts)) return;
    for (size_t i = 0; i < n_clusters; i++) HOLDS(i ? starts[i] > starts[i - 1] && starts[i] < n : starts[i] == 0);
    const size_t columns = 16 * (1 + below(f, 4)), n_weights = few(f, 40), rows = few(f, 12), stride = columns + 20;
    size_t *offsets = sizes(f, n_weights, 21);
    const fsp_smoothing s = {n_weights, columns, stride, reals(f, n_weights, f->precision, plain), offsets};
    const void *in = reals(f, (rows + 1) * stride, f->precision, odd);
    HOLDS(fsp_smooth_rows(f->precision, f->isa, &s, rows, in, filled(f, rows * columns)) == FSP_OK);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static void (*const checks[])(fuzz *) = {check_peaks, check_spectral_peaks, check_matches, check_beats, check_viterbi,
                                             check_decode, check_warp, check_scores, check_segments};
    fuzz f = begin(data, size);
    checks[below(&f, sizeof checks / sizeof *checks)](&f);
    return 0;
}
