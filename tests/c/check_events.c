/* Squared magnitudes, peaks of curves, and the nearest of other events. */
#include "check.h"

void check_array_squares(check *t)
{
    for (size_t i = 0; i < n_lengths(); i++) {
        const size_t n = length_at(t, i, 3000);
        const void *z = noise(t, 0, 2 * n, i % N_PLACES);
        void *out = guarded(t, 1, n, (i + 3) % N_PLACES), *want = twin(1);
        for (size_t j = 0; j < n; j++) {
            const double re = get(t, z, 2 * j), im = get(t, z, 2 * j + 1);
            put(t, want, j, rounded(t, rounded(t, re * re) + rounded(t, im * im)));
        }
        RUN(t, t->k->array_squares(z, n, out));
        if (!same(1)) fail(t, "n=%zu", n);
        if (fsp_array_squares(t->precision, t->k->isa, z, n, out, 1 + (int)(i % 3)) || !same(1))
            fail(t, "n=%zu in chunks", n);
    }
    if (fsp_array_squares(t->precision, "abacus", NULL, 0, NULL, 1) != FSP_EBUG) fail(t, "an unknown instruction set");
}

void check_array_phasors(check *t)
{
    const double most = t->precision == FSP_F32 ? 0x1p12 : 0x1p20;
    for (size_t i = 0; i < n_lengths(); i++) {
        const size_t n = length_at(t, i, 3000);
        void *x = noise(t, 0, n, i % N_PLACES), *out = guarded(t, 1, 2 * n, (i + 3) % N_PLACES);
        for (size_t j = 0; j < n; j++) {
            const double scale = j % 3 ? 7 : most, near = (double)random_below(t, 900) * 1.5707963267948966;
            put(t, x, j, j % 5 ? scale * get(t, x, j) : near);
        }
        if (n) put(t, x, n - 1, -0.0);
        expected *e = expect(t, 1);
        for (size_t j = 0; j < n; j++) {
            const wide angle = get(t, x, j), c = cosl(angle), s = sinl(angle);
            /* what the last part's product is rounded by */
            const wide slack = t->precision == FSP_F32 ? 0x1p-62L * (1 + fabsl(angle)) : 0x1p-121L * (1 + fabsl(angle));
            e[2 * j] = (expected){c, 3 * t->u * fabsl(c) + slack};
            e[2 * j + 1] = (expected){s, 3 * t->u * fabsl(s) + slack};
        }
        int reached = 0, within;
        RUN(t, within = t->k->array_phasors(x, n, out));
        if (!within || !met(t, 1)) fail(t, "n=%zu", n);
        if (n && !signbit(get(t, out, 2 * n - 1))) fail(t, "n=%zu: the sign of zero is lost", n);
        if (fsp_array_phasors(t->precision, t->k->isa, x, n, out, 1 + (int)(i % 3), &reached) || !reached || !met(t, 1))
            fail(t, "n=%zu in chunks", n);
        if (n == 0) continue;
        put(t, x, random_below(t, n), i % 3 == 0 ? NAN : i % 3 == 1 ? 1.01 * most : -INFINITY);
        if (t->k->array_phasors(x, n, out)) fail(t, "n=%zu: an angle beyond reach is taken", n);
    }
}

void check_turn(check *t)
{
    for (size_t i = 0; i < n_lengths(); i++) {
        const size_t n_bins = 1 + length_at(t, i, 70), n_frames = 1 + random_below(t, 50), gap = i % 3;
        const size_t in_stride = n_bins + gap, out_stride = 2 * n_bins + gap, angle_stride = n_frames + gap;
        void *angles = noise(t, 0, n_bins * angle_stride, i % N_PLACES);
        const void *magnitudes = noise(t, 1, n_frames * in_stride, (i + 5) % N_PLACES);
        for (size_t j = 0; j < n_bins * angle_stride; j++) put(t, angles, j, (i % 2 ? 3.14159265 : 0x1p12) * get(t, angles, j));
        void *out = guarded(t, 2, n_frames * out_stride, (i + 3) % N_PLACES);
        expected *e = expect(t, 2);
        for (size_t f = 0; f < n_frames; f++)
            for (size_t k = 0; k < out_stride; k++) {
                expected *x = &e[f * out_stride + k];
                x->bound = UNTOUCHED;
                if (k >= 2 * n_bins) continue;
                const wide angle = get(t, angles, k / 2 * angle_stride + f), m = -get(t, magnitudes, f * in_stride + k / 2);
                const wide phasor = k % 2 ? sinl(angle) : cosl(angle);
                const wide slack = t->precision == FSP_F32 ? 0x1p-62L * (1 + fabsl(angle)) : 0x1p-121L * (1 + fabsl(angle));
                *x = (expected){m * phasor, fabsl(m) * (4.01L * t->u * fabsl(phasor) + slack)};
            }
        RUN(t, t->k->turn(angles, (ptrdiff_t)angle_stride, magnitudes, (ptrdiff_t)in_stride, n_bins, n_frames, out, (ptrdiff_t)out_stride));
        if (!met(t, 2)) fail(t, "%zu bins, %zu frames", n_bins, n_frames);
    }
    if (fsp_turn(t->precision, "abacus", &(fsp_turning){.n_bins = 0}) != FSP_EBUG) fail(t, "an unknown instruction set");
}

/* By the definition, one place after the other. */
static int is_peak(const check *t, const fsp_peaks *p, size_t i)
{
    const double x = get(t, p->x, i);
    double mean = 0;
    size_t count = 0;
    for (size_t j = 0; j < p->n; j++) {
        if (j + p->pre_max >= i && j < i + p->post_max && !(get(t, p->x, j) <= x)) return 0;
        if (j + p->pre_avg < i || j >= i + p->post_avg) continue;
        mean = rounded(t, mean + get(t, p->x, j));
        count++;
    }
    if (p->means == FSP_MEANS_BY_SUMS) {
        const size_t start = i < p->pre_avg ? 0 : i - p->pre_avg;
        return x >= rounded(t, get(t, p->sums, start + count) - get(t, p->sums, start)) / (double)count + p->delta;
    }
    return x >= rounded(t, mean / (double)count) + p->delta;
}

static void peaks_case(check *t, size_t n, int with_sums)
{
    void *x = noise(t, 0, n, AT_END), *sums = guarded(t, 1, n + 1, AT_END);
    const int flat = random_bits(t) & 1;
    for (size_t i = 0; i < n && flat; i++) put(t, x, i, (double)random_below(t, 4) / 4);
    if (n && random_below(t, 4) == 0) put(t, x, random_below(t, n), NAN);
    put(t, sums, 0, 0);
    for (size_t i = 0; i < n; i++) put(t, sums, i + 1, rounded(t, get(t, sums, i) + get(t, x, i)));
    const fsp_peaks p = {.x = x, .sums = sums, .means = with_sums ? FSP_MEANS_BY_SUMS : FSP_MEANS_BY_ADDING,
                         .precision = t->precision, .n = n,
                         .pre_max = random_below(t, 9), .post_max = 1 + random_below(t, 9),
                         .pre_avg = random_below(t, 30), .post_avg = 1 + random_below(t, 30),
                         .wait = random_below(t, 6), .delta = random_bits(t) & 1 ? 0 : 0.1};
    size_t *places = guarded_bytes(2, (n + 1) * sizeof *places, 0, 1), found = 0, expected_at = 0, free_from = 0;
    if (fsp_find_peaks(&p, 0, n, places, &found)) fail(t, "n=%zu: no peaks", n);
    for (size_t i = 0; i < n; i++) {
        if (i < free_from || !is_peak(t, &p, i)) continue;
        if (expected_at >= found || places[expected_at] != i) return fail(t, "n=%zu: peak %zu is not at %zu", n, expected_at, i);
        expected_at++;
        free_from = i + p.wait + 1;
    }
    if (found != expected_at) fail(t, "n=%zu: %zu peaks, not %zu", n, found, expected_at);
}

static void spectral_case(check *t, size_t n_bins, size_t n_frames, int by_frame)
{
    const size_t gap = random_below(t, 3), stride = (by_frame ? n_bins : n_frames) + gap;
    const size_t first = 1 + random_below(t, n_bins - 1), end = first + 1 + random_below(t, n_bins - first);
    const size_t most = 1 + (end - first + 1) / 2;
    void *S = noise(t, 0, (by_frame ? n_frames : n_bins) * stride - gap, AT_END);
    double *references = guarded_bytes(1, n_frames * sizeof *references, 0, 1);
    size_t *bins = guarded_bytes(2, n_frames * most * sizeof *bins, 0, 1);
    size_t *counts = guarded_bytes(3, n_frames * sizeof *counts, 0, 1);
    const size_t of_bin = by_frame ? 1 : stride, of_frame = by_frame ? stride : 1;
    for (size_t f = 0; f < n_frames; f++) {
        references[f] = random_below(t, 2) ? -2 : 0.2;
        for (size_t k = 0; k < n_bins; k++)
            if (random_below(t, 9) == 0) put(t, S, k * of_bin + f * of_frame, k % 2 ? NAN : 0.5);
    }
    const fsp_spectral_curves spectra = {S, t->precision, (ptrdiff_t)of_bin, (ptrdiff_t)of_frame, n_bins, n_frames, first, end,
                                         references};
    if (fsp_spectral_peaks(&spectra, bins, counts))
        return fail(t, "n_bins=%zu first=%zu end=%zu: refused", n_bins, first, end);
    for (size_t f = 0, at = 0; f < n_frames; f++) {
        const size_t until = at + counts[f];
        for (size_t k = first; k < end; k++) {
            const double x = get(t, S, k * of_bin + f * of_frame);
            if (!(x > references[f] && x > get(t, S, (k - 1) * of_bin + f * of_frame))) continue;
            if (k + 1 < n_bins && !(x >= get(t, S, (k + 1) * of_bin + f * of_frame))) continue;
            if (at == until || bins[at++] != k) return fail(t, "n_bins=%zu: frame %zu, bin %zu", n_bins, f, k);
        }
        if (at != until) return fail(t, "n_bins=%zu: %zu peaks too many in frame %zu", n_bins, until - at, f);
    }
}

/* Against every subset of few places. */
static void best_case(check *t, size_t n, size_t wait)
{
    size_t places[12], at = 0, kept = 0;
    double values[12], best = 0, got = 0;
    for (size_t i = 0; i < n; i++) {
        places[i] = at += 1 + random_below(t, 4);
        values[i] = (double)(1 + random_below(t, 9));
    }
    for (unsigned set = 0; set < 1u << n; set++) {
        double sum = 0;
        size_t last = 0, any = 0;
        for (size_t i = 0; i < n && sum >= 0; i++) {
            if (!(set >> i & 1)) continue;
            sum = any && places[i] - last <= wait ? -1 : sum + values[i];
            last = places[i];
            any = 1;
        }
        if (sum > best) best = sum;
    }
    const size_t all[12] = {places[0], places[1], places[2], places[3], places[4], places[5],
                            places[6], places[7], places[8], places[9], places[10], places[11]};
    if (fsp_keep_best(places, values, n, wait, &kept) || kept > n) return fail(t, "n=%zu wait=%zu: status", n, wait);
    for (size_t k = 0, i = 0; k < kept; k++, i++) {
        while (i < n && all[i] != places[k]) i++;
        if (i == n || (k && places[k] - places[k - 1] <= wait)) return fail(t, "n=%zu wait=%zu: place %zu", n, wait, k);
        got += values[i];
    }
    if (got != best) fail(t, "n=%zu wait=%zu: %g, not %g", n, wait, got, best);
}

static void match_case(check *t, size_t n, size_t n_to, int left, int right)
{
    double *from = guarded_bytes(0, n * sizeof *from, 0, 1), *to = guarded_bytes(1, n_to * sizeof *to, 0, 1);
    ptrdiff_t *order = guarded_bytes(2, n_to * sizeof *order, 0, 1);
    int32_t *matches = guarded_bytes(3, n * sizeof *matches, 0, 1);
    double at = 0;
    for (size_t i = 0; i < n_to; i++) {
        order[i] = (ptrdiff_t)(n_to - i);
        to[i] = at += (double)random_below(t, 4);
    }
    for (size_t i = 0; i < n; i++) from[i] = (double)random_below(t, (size_t)at + 5) - 0.5 * (double)random_below(t, 5);
    if (fsp_match_events(from, n, to, order, n_to, left, right, matches)) return fail(t, "no matches");
    for (size_t i = 0; i < n; i++) {
        double nearest = INFINITY;
        for (size_t j = 0; j < n_to; j++) {
            if ((!left && to[j] < from[i] && to[n_to - 1] >= from[i]) || (!right && to[j] > from[i] && to[0] <= from[i])) continue;
            if (fabs(to[j] - from[i]) < nearest) nearest = fabs(to[j] - from[i]);
        }
        const ptrdiff_t j = (ptrdiff_t)n_to - matches[i];
        if (j < 0 || j >= (ptrdiff_t)n_to || fabs(to[j] - from[i]) != nearest)
            return fail(t, "n=%zu n_to=%zu left=%d right=%d: event %zu", n, n_to, left, right, i);
    }
}

/* Intervals between whole numbers, so that shares can be compared by cross multiplication. */
static void intervals_case(check *t, size_t n, size_t n_to, fsp_precision precision)
{
    const size_t itemsize = precision == FSP_F32 ? sizeof(float) : sizeof(double);
    void *lists[2];
    for (int list = 0; list < 2; list++) {
        const size_t count = list ? n_to : n;
        lists[list] = guarded_bytes(list, 2 * count * itemsize, 0, 1);
        for (size_t i = 0; i < count; i++) {
            const double start = (double)random_below(t, 60);
            fsp_put_real(lists[list], 2 * i, start, itemsize);
            fsp_put_real(lists[list], 2 * i + 1, start + (double)random_below(t, 12), itemsize);
        }
    }
    uint32_t *matches = guarded_bytes(2, n * sizeof *matches, 0, 1);
    size_t n_met = SIZE_MAX, first_alone = n;
    if (fsp_match_intervals(precision, lists[0], n, lists[1], n_to, matches, &n_met)) return fail(t, "no matches");
    for (size_t i = n; i-- > 0;) {
        const double start = fsp_real_at(lists[0], 2 * i, itemsize), end = fsp_real_at(lists[0], 2 * i + 1, itemsize);
        double common = -INFINITY, both = 1;
        size_t best = n_to;
        for (size_t j = 0; j < n_to; j++) {
            const double from = fsp_real_at(lists[1], 2 * j, itemsize), to = fsp_real_at(lists[1], 2 * j + 1, itemsize);
            const double c = fmin(end, to) - fmax(start, from), u = fmax(end, to) - fmin(start, from);
            const int alike = c < 0 && c == common;
            const int better = c >= 0 ? common < 0 || c * both > common * u
                                      : c > common || (alike && fsp_real_at(lists[1], 2 * best, itemsize) <= end);
            if (!better) continue;
            common = c;
            both = u;
            best = j;
        }
        if (common < 0) first_alone = i;
        if (matches[i] != best) return fail(t, "n=%zu n_to=%zu: interval %zu goes to %u, not %zu", n, n_to, i, matches[i], best);
    }
    if (n_met != first_alone || !canaries_alive(2)) fail(t, "n=%zu n_to=%zu: %zu meet, not %zu", n, n_to, n_met, first_alone);
}

/* Scores and chains by their definition, all sums in the order that the header gives. */
static double score_by_definition(const check *t, const void *onsets, size_t n, double period, size_t i)
{
    double sum = 0;
    for (size_t m = n; m-- > 1;) {
        const double distance = fabs((double)m - (double)i), x = distance * 32 / period;
        if (distance <= period) sum = rounded(t, sum + exp(-0.5 * (x * x)) * get(t, onsets, m));
    }
    return sum;
}

static ptrdiff_t link_by_definition(const check *t, const fsp_beats *b, size_t i, double *best)
{
    const size_t k = b->n_periods > 1 ? i : 0;
    ptrdiff_t link = -1;
    *best = -INFINITY;
    for (size_t j = i; j-- > 0;) {
        const double distance = (double)(i - j), ratio = b->logs[i - j] - b->log_periods[k];
        if (distance < nearbyint(b->periods[k] / 2) || distance > 2 * b->periods[k]) continue;
        const double total = get(t, b->totals, j) - b->tightness * (ratio * ratio);
        if (!(total > *best)) continue;
        *best = total;
        link = (ptrdiff_t)j;
    }
    return link;
}

static void beats_case(check *t, size_t n, int each)
{
    const size_t n_periods = each ? n : 1, cut = random_below(t, n + 1);
    void *onsets = noise(t, 0, n, AT_END), *scores = guarded(t, 1, n, AT_END), *totals = guarded(t, 2, n, AT_END);
    ptrdiff_t *links = guarded_bytes(3, n * sizeof *links, 0, 1);
    double periods[80], log_periods[80], logs[80];
    for (size_t i = 0; i < 80; i++) {
        periods[i] = (double)(1 + random_below(t, each && i ? 9 : 40));
        log_periods[i] = log(periods[i]);
        logs[i] = log((double)i);
    }
    const fsp_beats b = {.precision = t->precision, .onsets = onsets, .scores = scores, .totals = totals, .links = links,
                         .n = n, .n_periods = n_periods, .periods = periods, .log_periods = log_periods, .logs = logs,
                         .tightness = 0.5, .threshold = 0.3};
    int begun = 0, begun_here = 0;
    if (fsp_smooth_onsets(&b, 0, cut) || fsp_smooth_onsets(&b, cut, n) || fsp_link_beats(&b, 0, cut, &begun) ||
        fsp_link_beats(&b, cut, n, &begun))
        return fail(t, "n=%zu: no beats", n);
    for (size_t i = 0; i < n; i++) {
        double best;
        const double score = score_by_definition(t, onsets, n, periods[each ? i : 0], i);
        const ptrdiff_t link = link_by_definition(t, &b, i, &best);
        begun_here |= score >= b.threshold;
        if (get(t, scores, i) != score) return fail(t, "n=%zu: frame %zu scores %g, not %g", n, i, get(t, scores, i), score);
        if (get(t, totals, i) != rounded(t, link < 0 ? score : score + best)) return fail(t, "n=%zu: total %zu", n, i);
        if (links[i] != (begun_here ? link : -1)) return fail(t, "n=%zu: frame %zu follows %td, not %td", n, i, links[i], link);
    }
    if (begun != begun_here || !canaries_alive(3)) fail(t, "n=%zu: begun=%d", n, begun);
}

void check_events(check *t)
{
    for (int i = 0; i < (options.quick ? 200 : 1500); i++) {
        peaks_case(t, random_below(t, i % 3 ? 30 : 200), i & 1);
        spectral_case(t, 2 + random_below(t, 40), 1 + random_below(t, 9), i & 1);
        best_case(t, random_below(t, 11), random_below(t, 6));
        beats_case(t, 1 + random_below(t, 80), i & 1);
        match_case(t, random_below(t, 20), 1 + random_below(t, 30), i % 3 != 1, i % 3 != 2);
        intervals_case(t, random_below(t, 20), 1 + random_below(t, 15), i & 1 ? FSP_F32 : FSP_F64);
    }
    const fsp_beats odd = {.n = 3, .n_periods = 2};
    int begun = 0;
    if (fsp_smooth_onsets(&odd, 0, 3) != FSP_EBUG || fsp_link_beats(&odd, 0, 3, &begun) != FSP_EBUG)
        fail(t, "two periods for three frames are accepted");
    const fsp_peaks none = {.post_max = 1}, far = {.n = 3, .post_max = 1, .post_avg = 1};
    size_t n;
    if (fsp_find_peaks(&none, 0, 0, NULL, &n) != FSP_EBUG || fsp_find_peaks(&far, 0, 4, NULL, &n) != FSP_EBUG ||
        fsp_match_events(NULL, 0, NULL, NULL, 0, 1, 1, NULL) != FSP_EBUG ||
        fsp_match_intervals(FSP_F64, NULL, 0, NULL, 0, NULL, &n) != FSP_EBUG)
        fail(t, "a broken precondition is accepted");
}
