/* spectrum -> summary: rolloff, flatness, extremes, and plans that end in them. */
#include "check.h"

static size_t at(const check *t, size_t row, size_t lane) { return row * t->k->lanes + lane; }

static double added(const check *t, double a, double b) { return rounded(t, a + b); }

void check_rolloff(check *t)
{
    for (size_t i = 0; i < n_lengths(); i++) {
        const size_t n = 1 + length_at(t, i, 900), n_vectors = n + random_below(t, n + 2);
        void *x = noise(t, 0, n_vectors * t->k->lanes, AT_END);
        for (size_t j = 0; j < n_vectors * t->k->lanes; j++)
            put(t, x, j, random_below(t, 4) ? fabs(get(t, x, j)) : i % 5 ? 0 : INFINITY);
        if (i % 3 == 0) put(t, x, random_below(t, n_vectors * t->k->lanes), NAN);
        const uint32_t *where = shuffled(t, 1, n, n_vectors);
        const double share = rounded(t, 0.01 + 0.98 * fabs(random_real(t)));
        void *bin = guarded(t, 2, t->k->lanes, AT_END), *want = twin(2);
        for (size_t l = 0; l < t->k->lanes; l++) {
            double total = 0, sum = 0;
            for (size_t k = 0; k < n; k++) total = added(t, total, get(t, x, at(t, where[k], l)));
            size_t first = 0;
            for (; first < n; first++) {
                sum = added(t, sum, get(t, x, at(t, where[first], l)));
                if (!(sum < rounded(t, share * total))) break;
            }
            put(t, want, l, (double)first);
        }
        RUN(t, t->k->rolloff(x, where, n, share, bin));
        if (!same(2)) fail(t, "n_bins=%zu share=%g", n, share);
    }
}

/* ln of each bin within 2 u (|ln(1 + f)| <= 0.35, the polynomial and its rounding), sums within n u of their sizes. */
static void flatness_case(check *t, size_t n, int square, double floor)
{
    const size_t n_vectors = n + random_below(t, n + 2);
    void *x = noise(t, 0, n_vectors * t->k->lanes, AT_END);
    for (size_t j = 0; j < n_vectors * t->k->lanes; j++)
        put(t, x, j, fabs(get(t, x, j)) * pow(2, -(double)random_below(t, square ? 40 : 80)));
    const uint32_t *where = shuffled(t, 1, n, n_vectors);
    void *rows = guarded(t, 2, 3 * t->k->lanes, AT_END);
    RUN(t, t->k->flatness(x, where, n, square, floor, rows));
    for (size_t l = 0; l < t->k->lanes; l++) {
        wide sum = 0, logs = 0;
        for (size_t k = 0; k < n; k++) {
            const wide v = get(t, x, at(t, where[k], l)), power = square ? rounded(t, (double)(v * v)) : v;
            const wide y = power > (wide)rounded(t, floor) ? power : (wide)rounded(t, floor);
            sum += y;
            logs += logl(y);
        }
        const wide got = (wide)get(t, rows, at(t, 1, l)) * logl(2) + (wide)get(t, rows, at(t, 2, l));
        const wide off = fabsl((wide)get(t, rows, at(t, 0, l)) - sum), n_wide = (wide)n;
        if (off > n_wide * t->u * sum || fabsl(got - logs) > n_wide * (4 + (wide)0.35 * n_wide / 2) * t->u ||
            get(t, rows, at(t, 1, l)) != rint(get(t, rows, at(t, 1, l))) || !canaries_alive(2))
            fail(t, "n_bins=%zu square=%d floor=%g: sum off by %Lg, logarithms by %Lg", n, square, floor, off,
                 fabsl(got - logs));
    }
}

void check_flatness(check *t)
{
    const double tiny = t->precision == FSP_F32 ? 0x1p-140 : 0x1p-1060;
    for (size_t i = 0; i < n_lengths(); i++)
        flatness_case(t, 1 + length_at(t, i, 900), (int)(i & 1), i % 5 == 0 ? tiny : i % 7 ? 1e-10 : 1e-3);
}

static int ascending(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    if (x != x || y != y) return (x != x) - (y != y);
    return (x > y) - (x < y);
}

static double mean_of(const check *t, const double *x, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) sum = added(t, sum, x[i]);
    return rounded(t, sum / (double)n);
}

enum { MOST_BINS = 1200 };

static int agree(double a, double b) { return a == b || (a != a && b != b); }

void check_extremes(check *t)
{
    for (size_t i = 0; i < n_lengths(); i++) {
        const size_t n = length_at(t, i, 600), n_vectors = n + 1 + random_below(t, n + 2);
        const size_t n_extremes = n == 0 ? 0 : 1 + random_below(t, i % 3 ? (n < 14 ? n : 14) : n);
        void *x = noise(t, 0, n_vectors * t->k->lanes, AT_END);
        for (size_t j = 0; j < n_vectors * t->k->lanes && i % 4 == 0; j++)
            if (random_below(t, n + 1) == 0) put(t, x, j, random_bits(t) & 1 ? NAN : -INFINITY);
        const uint32_t *where = shuffled(t, 1, n, n_vectors);
        void *sorted = guarded(t, 2, n * t->k->lanes, AT_END), *means = guarded(t, 3, 2 * t->k->lanes, AT_END);
        RUN(t, t->k->extremes(x, where, n, n_extremes, sorted, means));
        for (size_t l = 0; l < t->k->lanes; l++) {
            double bins[MOST_BINS];
            for (size_t k = 0; k < n; k++) bins[k] = get(t, x, at(t, where[k], l));
            qsort(bins, n, sizeof *bins, ascending);
            const double low = mean_of(t, bins, n_extremes), high = mean_of(t, bins + n - n_extremes, n_extremes);
            if (!agree(get(t, means, at(t, 0, l)), low) || !agree(get(t, means, at(t, 1, l)), high))
                fail(t, "n=%zu n_extremes=%zu: %g and %g, not %g and %g", n, n_extremes, get(t, means, at(t, 0, l)),
                     get(t, means, at(t, 1, l)), low, high);
        }
        if (!canaries_alive(2) || !canaries_alive(3)) fail(t, "n=%zu n_extremes=%zu: a canary died", n, n_extremes);
    }
}

/* Plans of given spectra: each row is what the kernel makes of a tile; and what plans refuse. */
void check_summaries(check *t)
{
    const size_t sizes[] = {5, 0, 9}, extremes[] = {2, 0, 9}, bins[] = {0, 1, 2, 3, 4, 8, 7, 6, 5, 4, 3, 2, 1, 0};
    enum { N_BINS = 9, MOST_FRAMES = 70 };
    fsp_config c = {.precision = t->precision, .isa = t->k->isa, .n_fft = N_BINS, .hop_length = 1,
                    .spectrum = FSP_GIVEN, .summary = FSP_EXTREMES, .n_groups = 3, .group_sizes = sizes,
                    .group_extremes = extremes, .group_bins = bins};
    fsp_plan *plan = NULL;
    if (fsp_plan_create(&c, &plan) || fsp_plan_rows(plan) != 6) return fail(t, "no plan of extremes");
    for (size_t n = 1; n < MOST_FRAMES; n += 7) {
        const ptrdiff_t offset = 0;
        const void *x = noise(t, 0, N_BINS * n, AT_END);
        void *out = guarded(t, 1, 6 * n, AT_END);
        const fsp_input in = {.data = x, .precision = t->precision, .n_channels = 1, .channel_offset = &offset,
                              .row_stride = 1, .frame_stride = N_BINS, .n_frames = n, .total_frames = n};
        const fsp_output to = {.data = out, .channel_offset = &offset, .row_stride = (ptrdiff_t)n, .frame_stride = 1};
        if (fsp_run(plan, &in, &to, 1 + (int)(n % 3))) fail(t, "n_frames=%zu does not run", n);
        for (size_t f = 0; f < n; f++) {
            double frame[N_BINS];
            for (size_t k = 0; k < N_BINS; k++) frame[k] = get(t, x, f * N_BINS + k);
            qsort(frame, 5, sizeof *frame, ascending);
            const double low = mean_of(t, frame, 2), high = mean_of(t, frame + 3, 2);
            if (get(t, out, f) != low || get(t, out, n + f) != high || get(t, out, 2 * n + f) == 0 ||
                get(t, out, 4 * n + f) != get(t, out, 5 * n + f))
                fail(t, "n_frames=%zu frame %zu", n, f);
        }
    }
    fsp_plan_destroy(plan);
    fsp_config bad[6] = {c, c, c, c, c, c};
    const size_t far[] = {0, 1, 2, 3, 4, 8, 7, 6, 5, 4, 3, 2, 1, 9};
    bad[0].group_extremes = sizes + 1;
    bad[1].group_bins = far;
    bad[2].n_groups = 0;
    bad[3].multiplier = bad[3].floor = 1;
    bad[4].n_features = 1;
    bad[5].spectrum = FSP_COMPLEX;
    for (int i = 0; i < 6; i++)
        if (fsp_plan_create(&bad[i], &plan) != FSP_EBUG || plan) fail(t, "broken precondition %d is accepted", i);
}
