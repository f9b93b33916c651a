/* frames -> spectrum: the passes of the FFT, one kernel at a time. Tables (twiddles, windows) are random numbers where
 * the kernel's formula allows it, so that two entries swapped cannot look alike. */
#include "check.h"

/* Complex point `at`, lane l, of an array of vectors; `at` counts complex points, or in `real_at` single vectors. */
static size_t part(const check *t, size_t at, size_t lane) { return 2 * at * t->k->lanes + lane; }
static size_t real_at(const check *t, size_t at, size_t lane) { return at * t->k->lanes + lane; }

static wide_complex point(const check *t, const void *z, size_t at, size_t lane)
{
    return (wide_complex){get(t, z, part(t, at, lane)), get(t, z, part(t, at, lane) + t->k->lanes)};
}

static wide_complex entry(const check *t, const void *table, size_t i)
{
    return (wide_complex){get(t, table, 2 * i), get(t, table, 2 * i + 1)};
}

static void expect_point(const check *t, expected *e, size_t at, size_t lane, wide_complex value, wide bound)
{
    e[part(t, at, lane)] = (expected){value.r, bound};
    e[part(t, at, lane) + t->k->lanes] = (expected){value.i, bound};
}

/* |X|^2 of a value known within `bound` (each part: sqrt(2) of it at most), and 2u of its own; what stands in the
 * imaginary part's place is nobody's business. */
static void expect_power(const check *t, expected *e, size_t at, size_t lane, wide_complex x, wide bound)
{
    const wide power = x.r * x.r + x.i * x.i;
    e[part(t, at, lane)] = (expected){power, 2 * sqrtl(2 * power) * bound + 2 * bound * bound + 2 * t->u * power};
    e[part(t, at, lane) + t->k->lanes] = (expected){0, UNSPECIFIED};
}

static size_t vectors(const check *t, size_t n) { return n * t->k->lanes; }

/* Where the tables' unaligned reads may start so that `lanes` elements stay inside. */
static uint32_t *random_offsets(check *t, int slot, size_t n, size_t table_length)
{
    uint32_t *offsets = guarded_bytes(slot, n * sizeof *offsets, 0, 1);
    for (size_t i = 0; i < n; i++) offsets[i] = (uint32_t)random_below(t, table_length - t->k->lanes + 1);
    if (n) offsets[n - 1] = (uint32_t)(table_length - t->k->lanes);
    return offsets;
}

/* real_even: v_i = table * window, i < radix; class k: W_n^... sum v_i W_radix^(i k), times its twiddle if there are any */
static void real_even_case(check *t, size_t radix, size_t m, size_t gap, int twiddled, size_t place)
{
    const size_t n = radix * m, length = n + t->k->lanes, half = radix / 2, class_stride = m + gap;
    const void *table = noise(t, 0, length, place), *window = noise(t, 1, n, AT_END);
    const void *twiddles = twiddled ? noise(t, 2, 2 * (half - 1) * m, AT_END) : NULL;
    const uint32_t *offsets = random_offsets(t, 3, n, length);
    void *z = guarded(t, 4, vectors(t, 2 * (class_stride * (half - 1) + m)), AT_END);
    expected *e = expect(t, 4);
    for (size_t j = 0; j < m; j++) {
        for (size_t l = 0; l < t->k->lanes; l++) {
            wide_complex v[16];
            wide size = 0, even = 0, odd = 0;
            for (size_t i = 0; i < radix; i++) {
                v[i] = (wide_complex){(wide)get(t, table, offsets[j * radix + i] + l) * get(t, window, j * radix + i),
                                      0};
                size += fabsl(v[i].r);
                *(i % 2 ? &odd : &even) += v[i].r;
            }
            const wide bound = dot_factor(radix) * t->u * size;
            e[real_at(t, twiddled ? j : 2 * j, l)] = (expected){even, bound};
            e[real_at(t, twiddled ? j + m : (2 * j + m) % (2 * m), l)] = (expected){odd, bound};
            for (size_t k = 1; k < half; k++) {
                const wide_complex one = {1, 0}, w = twiddled ? entry(t, twiddles, j * (half - 1) + k - 1) : one;
                expect_point(t, e, k * class_stride + j, l, times(dft_bin(v, radix, k), w), bound);
            }
        }
    }
    const fsp_real_pass pass = {twiddled ? FSP_TWIDDLED : FSP_COPRIME, radix, m, class_stride, NULL, window, twiddles};
    RUN(t, t->k->real_even(&pass, table, offsets, z, &(fsp_ahead){.every = 1 + m % 3}));
    if (!met(t, 4))
        fail(t, "radix=%zu m=%zu class_stride=%zu twiddled=%d offset=%zu", radix, m, class_stride, twiddled, place);
}

void check_real_even(check *t)
{
    const size_t radices[] = {2, 4, 8, 16};
    for (size_t r = 0; r < 4; r++)
        for (size_t m = 1; m < (options.quick ? 20 : 65); m++)
            for (int twiddled = m % 2 ? 0 : 1; twiddled < 2; twiddled++)
                real_even_case(t, radices[r], m, random_below(t, 4), twiddled, (m + r) % N_PLACES);
}

void check_window(check *t)
{
    for (size_t i = 0; i < n_lengths(); i++) {
        const size_t n = length_at(t, i, 2000), length = n + t->k->lanes;
        const void *table = noise(t, 0, length, i % N_PLACES), *window = noise(t, 1, n, AT_END);
        const uint32_t *offsets = random_offsets(t, 2, n, length);
        void *r = guarded(t, 3, vectors(t, n), AT_END);
        void *want = twin(3);
        for (size_t j = 0; j < n; j++)
            for (size_t l = 0; l < t->k->lanes; l++)
                put(t, want, real_at(t, j, l), get(t, table, offsets[j] + l) * get(t, window, j));
        RUN(t, t->k->window(table, offsets, window, n, r));
        if (!same(3)) fail(t, "n=%zu offset=%zu: not the bits of one multiplication", n, i % N_PLACES);
    }
}

/* The tables of a pass: exact roots, random twiddles (each j < m: 1 .. n_arms). */
static fsp_pass random_pass(check *t, size_t radix, size_t m, size_t n_arms)
{
    fsp_pass pass = {.radix = radix, .m = m, .twiddles = noise(t, 6, 2 * n_arms * m, AT_END)};
    if (radix % 2) {
        pass.roots = guarded(t, 7, 2 * radix, AT_END);
        for (size_t j = 0; j < radix; j++) {
            put(t, pass.roots, 2 * j, (double)roots_of(radix)[j].r);
            put(t, pass.roots, 2 * j + 1, (double)-roots_of(radix)[j].i);
        }
    }
    return pass;
}

/* Large radices are slow to check, and a loop over any. */
static size_t most_of(size_t radix) { return (radix <= 8 ? 50 : radix <= 31 ? 12 : 3) / (options.quick ? 3 : 1); }

static void real_odd_case(check *t, size_t radix, size_t m, size_t gap)
{
    const size_t n = radix * m, half = radix / 2, class_stride = m + gap;
    const fsp_pass pass = random_pass(t, radix, m, half);
    void *r = noise(t, 0, vectors(t, n), AT_END),
         *z = guarded(t, 1, vectors(t, 2 * (class_stride * (half - 1) + m)), AT_END);
    expected *er = expect(t, 0), *ez = expect(t, 1);
    for (size_t j = 0; j < m; j++) {
        for (size_t l = 0; l < t->k->lanes; l++) {
            wide_complex v[FSP_LARGEST_RADIX];
            wide size = 0;
            for (size_t i = 0; i < radix; i++) {
                v[i] = (wide_complex){get(t, r, real_at(t, i * m + j, l)), 0};
                size += fabsl(v[i].r);
            }
            const wide bound = dot_factor(radix) * t->u * size;
            er[real_at(t, j, l)] = (expected){dft_bin(v, radix, 0).r, bound};
            for (size_t k = 1; k <= half; k++)
                expect_point(t, ez, (k - 1) * class_stride + j, l,
                             times(dft_bin(v, radix, k), entry(t, pass.twiddles, j * half + k - 1)), bound);
        }
    }
    /* what the other classes held is not needed any more */
    for (size_t i = vectors(t, m); i < vectors(t, n); i++) er[i].bound = UNSPECIFIED;
    RUN(t, t->k->real_odd(r, &pass, class_stride, z));
    if (!met(t, 0) || !met(t, 1)) fail(t, "radix=%zu m=%zu class_stride=%zu", radix, m, class_stride);
}

void check_real_odd(check *t)
{
    for (size_t radix = 3; radix <= FSP_LARGEST_RADIX; radix += 2)
        for (size_t m = 1; m <= most_of(radix); m++) real_odd_case(t, radix, m, random_below(t, 3));
}

/* n_transforms of `blocks` runs each, a random gap apart. */
static void pass_case(check *t, size_t radix, size_t m, size_t blocks, int mode)
{
    const fsp_pass pass = random_pass(t, radix, m, radix - 1);
    const size_t points = radix * m * blocks, n_transforms = 1 + random_below(t, 3), stride = points + random_below(t, 3);
    void *z = noise(t, 0, vectors(t, 2 * (stride * (n_transforms - 1) + points)), AT_END);
    expected *e = expect(t, 0);
    for (size_t b = 0; b < n_transforms * blocks; b++) {
        for (size_t j = 0; j < m; j++) {
            for (size_t l = 0; l < t->k->lanes; l++) {
                const size_t start = b / blocks * stride + b % blocks * radix * m + j;
                wide_complex x[FSP_LARGEST_RADIX];
                wide size = 0;
                for (size_t a = 0; a < radix; a++) {
                    x[a] = point(t, z, start + a * m, l);
                    size += magnitude(x[a]);
                }
                const wide bound = dot_factor(radix) * t->u * size;
                for (size_t a = 0; a < radix; a++) {
                    wide_complex y = dft_bin(x, radix, a);
                    if (mode == FSP_PASS_TWIDDLE && a) y = times(y, entry(t, pass.twiddles, j * (radix - 1) + a - 1));
                    if (mode == FSP_PASS_POWER)
                        expect_power(t, e, start + a * m, l, y, bound);
                    else
                        expect_point(t, e, start + a * m, l, y, bound);
                }
            }
        }
    }
    /* Of `lines` lines, at every start of some butterflies of a run (`every` or, the last of it, up to twice as many) one is
     * fetched to read, two to write; none beyond the last. */
    const size_t lines = random_below(t, 2 * m * blocks + 2), every = 1 + random_below(t, 4);
    const size_t n_runs = n_transforms * (mode == FSP_PASS_TWIDDLE ? blocks : 1);
    const size_t run = mode == FSP_PASS_TWIDDLE ? m : blocks, n_times = n_runs * (run < every ? 1 : run / every);
    const char *const at = z;
    fsp_ahead ahead = {.read = {at, 64, lines, 1}, .write = {at, -64, lines, 2}, .every = every};
    RUN(t, t->k->pass(z, n_transforms, stride, blocks, &pass, mode, &ahead));
    if (!met(t, 0))
        fail(t, "radix=%zu m=%zu blocks=%zu mode=%d n_transforms=%zu stride=%zu every=%zu", radix, m, blocks, mode,
             n_transforms, stride, every);
    const size_t n_read = lines < n_times ? lines : n_times, n_write = lines < 2 * n_times ? lines : 2 * n_times;
    if (radix > 1 && (ahead.read.left != lines - n_read || ahead.read.at != at + 64 * n_read ||
                      ahead.write.left != lines - n_write || ahead.write.at != at - 64 * n_write))
        fail(t, "radix=%zu m=%zu blocks=%zu mode=%d n_transforms=%zu every=%zu lines=%zu: fetched %zu and %zu", radix, m,
             blocks, mode, n_transforms, every, lines, lines - ahead.read.left, lines - ahead.write.left);
}

void check_pass(check *t)
{
    const size_t even[] = {2, 4, 8, 16};
    for (size_t i = 0; i < 4 + FSP_LARGEST_RADIX / 2; i++) {
        const size_t radix = i < 4 ? even[i] : 2 * (i - 4) + 3, most = most_of(radix);
        for (size_t m = 1; m <= most; m++) pass_case(t, radix, m, 1 + random_below(t, 4), FSP_PASS_TWIDDLE);
        for (size_t blocks = 1; blocks <= most; blocks++) {
            pass_case(t, radix, 1, blocks, FSP_PASS_LAST);
            pass_case(t, radix, 1, blocks, FSP_PASS_POWER);
        }
    }
    pass_case(t, 1, 1, 1, FSP_PASS_POWER); /* |X|^2 of a transform of one point */
}

/* U[k] = (Z[k] + conj Z[m-k]) / 2 - i w^k (Z[k] - conj Z[m-k]) / 2, w = exp(-pi i / m), k = 0 .. m */
static void unpack_case(check *t, size_t m, int mode)
{
    void *z = noise(t, 0, vectors(t, 2 * (m + 1)), AT_END), *half = guarded(t, 1, 2 * (m / 2 + 1), AT_END);
    uint32_t *order = shuffled(t, 2, m, m);
    for (size_t k = 0; k < m; k++) /* bin 0 is always the first point */
        if (order[k] == 0) order[k] = order[0];
    order[0] = 0;
    for (size_t k = 0; k <= m / 2; k++) {
        put(t, half, 2 * k, (double)(roots_of(2 * m)[k].r / 2));
        put(t, half, 2 * k + 1, (double)(roots_of(2 * m)[k].i / 2));
    }
    expected *e = expect(t, 0);
    for (size_t k = 0; k <= m; k++) {
        for (size_t l = 0; l < t->k->lanes; l++) {
            const wide_complex a = point(t, z, order[k % m], l), b = point(t, z, order[(m - k) % m], l);
            const wide_complex w = k < m ? roots_of(2 * m)[k] : (wide_complex){-1, 0};
            const wide_complex d = times(w, (wide_complex){(a.r - b.r) / 2, (a.i + b.i) / 2});
            const wide_complex u = {(a.r + b.r) / 2 + d.i, (a.i - b.i) / 2 - d.r};
            const wide bound = dot_factor(4) * t->u * (magnitude(a) + magnitude(b));
            const size_t at = k < m ? order[k] : m;
            if (mode == FSP_PASS_POWER)
                expect_power(t, e, at, l, u, bound);
            else
                expect_point(t, e, at, l, u, bound);
        }
    }
    RUN(t, t->k->unpack(z, m, order, half, mode));
    if (!met(t, 0)) fail(t, "m=%zu mode=%d", m, mode);
}

void check_unpack(check *t)
{
    for (size_t i = 1; i < n_lengths(); i++) {
        const size_t m = 1 + length_at(t, i - 1, 500);
        unpack_case(t, m, FSP_PASS_LAST);
        unpack_case(t, m, FSP_PASS_POWER);
    }
}

void check_chirp_in(check *t)
{
    for (size_t i = 0; i < n_lengths(); i++) {
        const size_t n = length_at(t, i, 700), n_conv = n + random_below(t, 1 + n), length = n + t->k->lanes;
        const void *table = noise(t, 0, length, i % N_PLACES), *weights = noise(t, 1, 2 * n, AT_END);
        const uint32_t *offsets = random_offsets(t, 2, n, length);
        void *z = guarded(t, 3, vectors(t, 2 * n_conv), AT_END);
        char *want = twin(3);
        memset(want, 0, vectors(t, 2 * n_conv) * t->k->itemsize);
        for (size_t j = 0; j < n; j++) {
            for (size_t l = 0; l < t->k->lanes; l++) {
                const double x = get(t, table, offsets[j] + l);
                put(t, want, part(t, j, l), x * get(t, weights, 2 * j));
                put(t, want, part(t, j, l) + t->k->lanes, x * get(t, weights, 2 * j + 1));
            }
        }
        RUN(t, t->k->chirp_in(table, offsets, weights, n, n_conv, z));
        if (!same(3)) fail(t, "n=%zu n_conv=%zu: not the bits of one multiplication", n, n_conv);
    }
}

void check_chirp_multiply(check *t)
{
    for (size_t i = 0; i < n_lengths(); i++) {
        const size_t n = length_at(t, i, 700);
        const void *z = noise(t, 0, vectors(t, 2 * n), AT_END), *filter = noise(t, 1, 2 * n, AT_END);
        const uint32_t *order = shuffled(t, 2, n, n);
        void *y = guarded(t, 3, vectors(t, 2 * n), AT_END);
        expected *e = expect(t, 3);
        for (size_t k = 0; k < n; k++) {
            for (size_t l = 0; l < t->k->lanes; l++) {
                const wide_complex a = point(t, z, order[k], l), f = entry(t, filter, k), p = times(a, f);
                expect_point(t, e, k, l, (wide_complex){p.i, p.r}, dot_factor(2) * t->u * magnitude(a) * magnitude(f));
            }
        }
        RUN(t, t->k->chirp_multiply(z, order, filter, n, y));
        if (!met(t, 3)) fail(t, "n_conv=%zu", n);
    }
}

static void chirp_out_case(check *t, size_t n_bins, int mode)
{
    const size_t n_conv = n_bins + random_below(t, n_bins + 1);
    const void *y = noise(t, 0, vectors(t, 2 * n_conv), AT_END), *chirp = noise(t, 1, 2 * n_bins, AT_END);
    const uint32_t *order = shuffled(t, 2, n_conv, n_conv);
    void *z = guarded(t, 3, vectors(t, 2 * n_bins), AT_END);
    expected *e = expect(t, 3);
    for (size_t k = 0; k < n_bins; k++) {
        for (size_t l = 0; l < t->k->lanes; l++) {
            const wide_complex a = point(t, y, order[k], l), swapped = {a.i, a.r}, c = entry(t, chirp, k);
            if (mode == FSP_PASS_POWER)
                expect_power(t, e, k, l, a, 0);
            else
                expect_point(t, e, k, l, times(swapped, c), dot_factor(2) * t->u * magnitude(a) * magnitude(c));
        }
    }
    RUN(t, t->k->chirp_out(y, order, chirp, n_bins, z, mode));
    if (!met(t, 3)) fail(t, "n_bins=%zu mode=%d", n_bins, mode);
}

void check_chirp_out(check *t)
{
    for (size_t i = 0; i < n_lengths(); i++) {
        const size_t n = length_at(t, i, 500);
        chirp_out_case(t, n, FSP_PASS_LAST);
        chirp_out_case(t, n, FSP_PASS_POWER);
    }
}
