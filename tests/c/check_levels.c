/* levels: logarithms within 2 ulp, and everything else bit for bit; in tiles, over arrays, and through fastspec.h. */
#include "check.h"

static wide ulp(const check *t, wide x)
{
    int exponent;
    frexpl(x, &exponent);
    const int bits = t->precision == FSP_F32 ? 24 : 53, lowest = t->precision == FSP_F32 ? -149 : -1074;
    return ldexpl(1, exponent - bits > lowest ? exponent - bits : lowest);
}

/* Float: a double's log10 is exact enough, and this runs ten million times. */
static wide log10_of(const check *t, double x) { return t->precision == FSP_F32 ? (wide)log10(x) : log10l((wide)x); }

/* What a logarithm may be off by, in ulp. Over all positive floats and multiplier 10 the worst is 1.84 (1.28 with FMA, 1.38
 * with AVX-512). */
static const wide LOG_ULP = 2;

typedef struct { double multiplier, floor, offset; } scale;

/* multiplier log10 max(x, floor), within that. An offset costs the rounding of the sum, and two of what it and the
 * mantissa's logarithm (at most multiplier log10 sqrt 2) make on the way. */
static expected level_of(const check *t, const scale *s, double x)
{
    const double smallest = t->precision == FSP_F32 ? 0x1p-149 : 0x1p-1074, floor = rounded(t, s->floor);
    const double low = floor > smallest ? floor : smallest;
    if (isnan(x) || isinf(x)) return (expected){x > 0 ? INFINITY : x < 0 ? 0 : NAN, UNSPECIFIED};
    const wide level = s->multiplier * log10_of(t, x > low ? x : low), sum = level + (wide)rounded(t, s->offset);
    wide bound = LOG_ULP * ulp(t, level);
    if (s->offset != 0) bound += ulp(t, sum) / 2 + ulp(t, fabs(s->offset) + 0.1506 * fabs(s->multiplier));
    return (expected){sum, bound};
}

static const scale SCALES[] = {{10, 1e-10, 0}, {20, 1e-5, 0}, {10, 1e-10, 3.5}, {1, 1e-30, 0},
                               {2.302585092994045684, 1e-6, 0}, {10, 1e-300, -17},
                               {3.32192809488736234787, 1e-10, 0}};
enum { N_SCALES = sizeof SCALES / sizeof *SCALES };

/* Positive numbers of every magnitude, some near 1, below the floor, zero, negative, not finite. */
static double any_power(check *t)
{
    switch (random_below(t, 12)) {
    case 0: return 0;
    case 1: return -fabs(random_real(t));
    case 2: return rounded(t, 1 + random_real(t) * 1e-3);
    case 3: return rounded(t, 0x1p-140 * fabs(random_real(t)));
    default: return rounded(t, ldexp(fabs(random_real(t)), (int)random_below(t, 200) - 100));
    }
}

static void fill_powers(check *t, void *x, size_t n)
{
    for (size_t i = 0; i < n; i++) put(t, x, i, any_power(t));
}

void check_levels(check *t)
{
    const size_t lanes = t->k->lanes;
    for (size_t i = 0; i < n_lengths(); i++) {
        const scale *s = &SCALES[i % N_SCALES];
        const fsp_levels levels = fsp_levels_of(s->multiplier, s->floor, s->offset, t->precision);
        const size_t n = length_at(t, i, 600), valid = i % 2 ? lanes : 1 + random_below(t, lanes);
        void *x = guarded(t, 0, n * lanes, AT_END), *extent = guarded(t, 1, 2 * lanes, AT_END);
        fill_powers(t, x, n * lanes);
        expected *e = expect(t, 0);
        for (size_t j = 0; j < n * lanes; j++) e[j] = level_of(t, s, get(t, x, j));
        for (size_t l = 0; l < 2 * lanes; l++) put(t, extent, l, (l < lanes ? -1 : 1) * (i % 3 ? INFINITY : -50));
        void *want = twin(1);
        RUN(t, t->k->levels(x, n, &levels, valid, extent));
        for (size_t j = 0, l = 0; j < n * lanes; j++, l = j % lanes) {
            if (l >= valid) continue;
            put(t, want, l, fmax(get(t, want, l), get(t, x, j)));
            put(t, want, lanes + l, fmin(get(t, want, lanes + l), get(t, x, j)));
        }
        if (!met(t, 0)) fail(t, "n_bands=%zu multiplier=%g floor=%g offset=%g", n, s->multiplier, s->floor, s->offset);
        if (!same(1)) fail(t, "n_bands=%zu valid=%zu: not the highest or lowest level", n, valid);
    }
}

void check_clamp(check *t)
{
    for (size_t i = 0; i < n_lengths(); i++) {
        const size_t n = length_at(t, i, 600) * t->k->lanes;
        const double shift = 40 * random_real(t), lower = random_real(t), s = rounded(t, shift),
                     low = rounded(t, lower);
        void *x = noise(t, 0, n, AT_END);
        if (n) put(t, x, random_below(t, n), NAN);
        void *want = twin(0);
        for (size_t j = 0; j < n; j++) {
            const double y = rounded(t, get(t, x, j) + s);
            put(t, want, j, low > y ? low : y);
        }
        RUN(t, t->k->clamp(x, n / t->k->lanes, shift, lower));
        if (!same(0)) fail(t, "n_bands=%zu shift=%g lower=%g", n / t->k->lanes, shift, lower);
    }
}

static double peak_of(const check *t, const void *x, size_t n, int magnitude_wanted)
{
    double top = -INFINITY;
    for (size_t i = 0; i < n; i++) {
        const double v = magnitude_wanted ? fabs(get(t, x, i)) : get(t, x, i);
        if (isnan(v)) return NAN;
        top = v > top ? v : top;
    }
    return top;
}

void check_array_peak(check *t)
{
    for (size_t i = 0; i < n_lengths(); i++) {
        const size_t n = length_at(t, i, 2000);
        void *x = noise(t, 0, n, i % N_PLACES);
        for (int trouble = 0; trouble < 4; trouble++) {
            const double put_in[] = {n ? get(t, x, 0) : 0, INFINITY, -INFINITY, NAN};
            if (n) put(t, x, random_below(t, n), put_in[trouble]);
            for (int m = 0; m < 2; m++) {
                const double want = peak_of(t, x, n, m);
                double found;
                RUN(t, found = t->k->array_peak(x, n, m));
                if (found != want && !(isnan(found) && isnan(want)))
                    fail(t, "n=%zu magnitude=%d: %g instead of %g", n, m, found, want);
            }
        }
        for (size_t j = 0; j < n && n < 130; j++) { /* the highest anywhere */
            x = noise(t, 0, n, i % N_PLACES);
            put(t, x, j, -7);
            if (t->k->array_peak(x, n, 1) != 7) fail(t, "n=%zu: a peak of magnitude at %zu is not seen", n, j);
            put(t, x, j, 7);
            if (t->k->array_peak(x, n, 0) != 7) fail(t, "n=%zu: a peak at %zu is not seen", n, j);
        }
    }
}

/* Levels of x, shifted: one more rounding. */
static void expect_levels(const check *t, expected *e, const scale *s, const void *x, size_t n, int square,
                          double shift, double lower)
{
    for (size_t j = 0; j < n; j++) {
        const double v = get(t, x, j);
        e[j] = level_of(t, s, square ? rounded(t, v * v) : v);
        e[j].value += rounded(t, shift);
        if (shift != 0) e[j].bound += ulp(t, e[j].value) / 2;
        if (e[j].bound < UNSPECIFIED && e[j].value < rounded(t, lower)) e[j].value = rounded(t, lower);
    }
}

static int is_extent(const check *t, fsp_extent extent, const void *x, size_t n)
{
    double lowest = INFINITY;
    for (size_t i = 0; i < n; i++)
        if (get(t, x, i) < lowest) lowest = get(t, x, i);
    const double highest = peak_of(t, x, n, 0);
    return extent.lowest == lowest && (extent.highest == highest || (isnan(highest) && isnan(extent.highest)));
}

void check_array_levels(check *t)
{
    for (size_t i = 0; i < n_lengths(); i++) {
        const scale *s = &SCALES[i % N_SCALES];
        const fsp_levels levels = fsp_levels_of(s->multiplier, s->floor, s->offset, t->precision);
        const size_t n = length_at(t, i, 2000);
        for (int variant = 0; variant < 4; variant++) {
            const int square = variant & 1, in_place = variant & 2;
            const double lower = i % 2 ? -INFINITY : 10 * random_real(t), shift = i % 3 ? 0 : 20 * random_real(t);
            void *x = guarded(t, 0, n, i % N_PLACES), *y = guarded(t, 1, n, (i * 5) % N_PLACES);
            fill_powers(t, x, n);
            const int slot = in_place ? 0 : 1;
            expect_levels(t, expect(t, slot), s, x, n, square, shift, lower);
            void *out = in_place ? x : y;
            fsp_extent extent;
            RUN(t, extent = t->k->array_levels(x, n, &levels, square, shift, lower, out));
            if (!met(t, slot))
                fail(t, "n=%zu square=%d in_place=%d multiplier=%g", n, square, in_place / 2, s->multiplier);
            if (!is_extent(t, extent, out, n)) fail(t, "n=%zu: %g to %g", n, extent.lowest, extent.highest);
        }
        /* NaN and infinity pass through, whatever the length */
        void *x = noise(t, 0, n, AT_END);
        if (n == 0) continue;
        put(t, x, 0, INFINITY);
        put(t, x, n - 1, NAN);
        fsp_extent extent;
        RUN(t, extent = t->k->array_levels(x, n, &levels, 0, 0, -INFINITY, x));
        if (!isnan(get(t, x, n - 1)) || (n > 1 && get(t, x, 0) != INFINITY) || !isnan(extent.highest))
            fail(t, "n=%zu: NaN or infinity is lost", n);
        put(t, x, n - 1, INFINITY);
        if (t->k->array_levels(x, n, &levels, 0, 0, -INFINITY, x).highest != INFINITY) fail(t, "n=%zu: infinity is not highest", n);
    }
}

void check_array_clamp(check *t)
{
    for (size_t i = 0; i < n_lengths(); i++) {
        const size_t n = length_at(t, i, 2000);
        for (int in_place = 0; in_place < 2; in_place++) {
            const double shift = 3 * random_real(t), lower = random_real(t), s = rounded(t, shift),
                         low = rounded(t, lower);
            void *x = noise(t, 0, n, i % N_PLACES), *y = guarded(t, 1, n, (i * 3) % N_PLACES);
            if (n) put(t, x, n - 1, NAN);
            const int slot = in_place ? 0 : 1;
            void *want = twin(slot);
            for (size_t j = 0; j < n; j++) {
                const double v = rounded(t, get(t, x, j) + s);
                put(t, want, j, low > v ? low : v);
            }
            RUN(t, t->k->array_clamp(x, n, shift, lower, in_place ? x : y));
            if (!same(slot)) fail(t, "n=%zu in_place=%d", n, in_place);
        }
    }
}

/* log: ten million numbers, or every positive float ---------------------------------------------------------------- */

enum { BATCH = 4096 };

typedef struct { double multiplier; fsp_levels levels; wide worst; double worst_at; } log_run;

static void log_batch(const check *t, log_run *run, const void *x, void *y, size_t n)
{
    t->k->array_levels(x, n, &run->levels, 0, 0, -INFINITY, y);
    for (size_t i = 0; i < n; i++) {
        const wide want = run->multiplier * log10_of(t, get(t, x, i)), off = fabsl(get(t, y, i) - want) / ulp(t, want);
        if (off <= run->worst) continue;  /* so that NaN is a worst, too */
        run->worst = off;
        run->worst_at = get(t, x, i);
    }
}

/* Half uniform in bits, so in magnitude; a quarter within a factor of 2 of 1, where log changes sign; the rest
 * closer. */
static void log_numbers(check *t, void *x)
{
    for (size_t i = 0; i < BATCH; i++) {
        const uint64_t bits = random_bits(t), below = t->precision == FSP_F32 ? 0x7f7fffffu : 0x7fefffffffffffffu;
        const double r = random_real(t), near = ldexp(r, -(int)((bits >> 2) % 24));
        const uint64_t wanted = 1 + (bits >> 1) % below;
        if (bits & 1)
            memcpy((char *)x + i * t->k->itemsize, &wanted, t->k->itemsize);
        else
            put(t, x, i, bits & 2 ? exp2(r) : 1 + near / 2);
    }
}

static void log_at_random(check *t, log_run *run, size_t n)
{
    void *x = guarded(t, 0, BATCH, 0), *y = guarded(t, 1, BATCH, 0);
    for (size_t done = 0; done < n; done += BATCH) {
        log_numbers(t, x);
        log_batch(t, run, x, y, BATCH);
    }
}

static void log_of_every_float(const check *t, log_run *run)
{
    float *x = guarded(t, 0, BATCH, 0), *y = guarded(t, 1, BATCH, 0);
    for (uint32_t bits = 1; bits < 0x7f800000u;) {
        size_t n = 0;
        for (; n < BATCH && bits < 0x7f800000u; bits++) memcpy(x + n++, &bits, sizeof bits);
        log_batch(t, run, x, y, n);
    }
}

void check_log(check *t)
{
    const double multipliers[] = {10, 20, 1, 2.302585092994045684, 0.3};
    const size_t n = options.quick ? 50000 : 10000000;
    for (size_t i = 0; i < sizeof multipliers / sizeof *multipliers; i++) {
        log_run run = {.multiplier = multipliers[i],
                       .levels = fsp_levels_of(multipliers[i], 0x1p-1074, 0, t->precision)};
        if (options.exhaustive_log && t->precision == FSP_F32 && i == 0)
            log_of_every_float(t, &run);
        else
            log_at_random(t, &run, i ? n / 20 : n);
        if (options.report)
            printf("%-7s f%zu log * %-8g worst %.3Lf ulp at %a\n", t->k->isa, 8 * t->k->itemsize, run.multiplier,
                   run.worst, run.worst_at);
        if (!(run.worst <= LOG_ULP))
            fail(t, "multiplier=%g: off by %.3Lf ulp at %a", run.multiplier, run.worst, run.worst_at);
    }
}

/* The shift -level(y) takes y to exactly zero. */
static void levels_of_reference(check *t, double y)
{
    const fsp_levels levels = fsp_levels_of(10, 1e-10, 0, t->precision);
    void *x = guarded(t, 0, 1, AT_END);
    put(t, x, 0, y);
    t->k->array_levels(x, 1, &levels, 0, 0, -INFINITY, x);
    const double shift = -get(t, x, 0);
    put(t, x, 0, y);
    t->k->array_levels(x, 1, &levels, 0, shift, -INFINITY, x);
    if (get(t, x, 0) != 0) fail(t, "the level of %g against itself is %g", y, get(t, x, 0));
}

/* through fastspec.h: chunks and threads change nothing ------------------------------------------------------------ */

static void array_calls_case(check *t, size_t n, int n_threads)
{
    const char *isa = t->k->isa;
    const scale *s = &SCALES[0];
    const fsp_levels levels = fsp_levels_of(s->multiplier, s->floor, 0, t->precision);
    void *x = noise(t, 0, n, AT_END), *y = guarded(t, 1, n, AT_END);
    void *want = twin(1);
    double peak = 0;
    for (int m = 0; m < 2; m++)
        if (fsp_array_peak(t->precision, isa, x, n, m, n_threads, &peak) || peak != peak_of(t, x, n, m))
            fail(t, "peak, n=%zu, %d threads: %g", n, n_threads, peak);
    for (int by_range = 0; by_range < 2; by_range++) {
        const double lower = by_range ? -INFINITY : -30, range = by_range ? 20 : INFINITY;
        fsp_extent extent;
        extent = t->k->array_levels(x, n, &levels, 1, -2.5, lower, want);
        if (by_range) t->k->array_clamp(want, n, 0, extent.highest - range, want);
        const fsp_level_scale level = {1, s->multiplier, s->floor, -2.5, lower, range};
        if (fsp_array_levels(t->precision, isa, x, n, &level, y, n_threads, &peak) ||
            !same(1) || peak != extent.highest)
            fail(t, "levels, by_range=%d, n=%zu, %d threads", by_range, n, n_threads);
    }
    t->k->array_clamp(x, n, 0.25, 0.5, want);
    if (fsp_array_clamp(t->precision, isa, x, n, 0.25, 0.5, y, n_threads) || !same(1))
        fail(t, "clamp, n=%zu, %d threads", n, n_threads);
    if (n == 0) return;
    put(t, x, random_below(t, n), NAN);
    if (fsp_array_peak(t->precision, isa, x, n, 0, n_threads, &peak) || !isnan(peak))
        fail(t, "peak, n=%zu: NaN is lost", n);
}

void check_array_calls(check *t)
{
    const size_t chunk = 1 << 14, lengths[] = {0, 1, 100, chunk - 1, chunk, chunk + 1, 5 * chunk + 77};
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++)
        for (int n_threads = 1; n_threads <= 64; n_threads *= 4) array_calls_case(t, lengths[i], n_threads);
    for (int i = 0; i < 1000; i++) levels_of_reference(t, 10 * fabs(random_real(t)));
    if (!options.quick)
        array_calls_case(t, 64 * chunk + 12345, 3); /* more than 64 chunks: the peak makes them longer */
}
