/* The FFT as a whole, through fastspec.h: its error for every length, how that grows, and what any Fourier transform
 * obeys. Signals are uniform noise, errors relative in the L2 norm. */
#include "check.h"

enum { N_FRAMES = 16, MOST_POINTS = 1 << 16 };

static int smooth(size_t n, size_t largest)
{
    for (size_t p = 2; p <= largest; p++)
        while (n % p == 0) n /= p;
    return n == 1;
}

/* Relative errors in units of u sqrt(log2 n). */
typedef struct { double mean, most; } fft_bound;

/* Lengths that are products of 2, 3, 5 and 7, and the others. Nines are done in one pass: two of radix 3 round twice
 * for 1.58 bits each, and brought 6561 = 3^8 to 0.80 in double. */
static fft_bound fft_bound_of(size_t n)
{
    return n < 64 || !smooth(n, 7) ? (fft_bound){1.5, 1.5} : (fft_bound){0.70, 1.0};
}

static wide unit(const check *t, size_t n) { return t->u * sqrtl(log2l((wide)(n > 2 ? n : 2))); }

/* n_frames transforms of n points, frames one after the other; bins of a frame neighbours. Window: ones. */
static void *transform(check *t, size_t n, fsp_spectrum spectrum, const void *x, size_t n_frames, int slot)
{
    static double window[MOST_POINTS];
    const size_t width = spectrum == FSP_COMPLEX ? 2 : 1, row = (n / 2 + 1) * width;
    const ptrdiff_t start = 0;
    for (size_t i = 0; i < n; i++) window[i] = 1;
    fsp_plan *plan;
    fsp_config config = {.precision = t->precision, .isa = t->k->isa, .n_fft = n, .hop_length = n, .window = window,
                         .spectrum = spectrum};
    fsp_input in = {.data = x, .precision = t->precision, .n_channels = 1, .n_samples = n * n_frames,
                    .channel_offset = &start, .stride = 1, .n_frames = n_frames, .total_frames = n_frames};
    fsp_output out = {.data = guarded(t, slot, row * n_frames, AT_END), .channel_offset = &start,
                      .row_stride = (ptrdiff_t)width, .frame_stride = (ptrdiff_t)row};
    fsp_status status = fsp_plan_create(&config, &plan);
    if (status == FSP_OK) status = fsp_run(plan, &in, &out, 1);
    if (status) fail(t, "n=%zu: status %d", n, status);
    if (!canaries_alive(slot)) fail(t, "n=%zu: writes outside the output", n);
    fsp_plan_destroy(plan);
    return out.data;
}

/* The bins of two real frames from one complex transform. */
static void reference_pair(const check *t, size_t n, const void *x, size_t first, size_t second, wide_complex *a,
                           wide_complex *b)
{
    static wide_complex z[MOST_POINTS], s[MOST_POINTS];
    for (size_t i = 0; i < n; i++) z[i] = (wide_complex){get(t, x, first * n + i), get(t, x, second * n + i)};
    dft(z, n, s);
    for (size_t k = 0; k <= n / 2; k++) {
        const wide_complex p = s[k], q = s[(n - k) % n];
        a[k] = (wide_complex){(p.r + q.r) / 2, (p.i - q.i) / 2};
        b[k] = (wide_complex){(p.i + q.i) / 2, (q.r - p.r) / 2};
    }
}

static wide relative_error(const check *t, size_t n_bins, const void *found, size_t frame, const wide_complex *want)
{
    wide error = 0, size = 0;
    for (size_t k = 0; k < n_bins; k++) {
        const size_t at = 2 * (frame * n_bins + k);
        const wide_complex d = {get(t, found, at) - want[k].r, get(t, found, at + 1) - want[k].i};
        error += d.r * d.r + d.i * d.i;
        size += want[k].r * want[k].r + want[k].i * want[k].i;
    }
    return size > 0 ? sqrtl(error / size) : sqrtl(error);
}

/* Mean and most over frames of noise, in units of u sqrt(log2 n). */
static fft_bound fft_error(check *t, size_t n, size_t n_frames)
{
    static wide_complex want[2][MOST_POINTS / 2 + 1];
    const void *x = noise(t, 0, n * n_frames, AT_END), *y = transform(t, n, FSP_COMPLEX, x, n_frames, 1);
    fft_bound e = {0, 0};
    for (size_t f = 0; f < n_frames; f += 2) {
        reference_pair(t, n, x, f, f + 1, want[0], want[1]);
        for (size_t i = 0; i < 2; i++) {
            const double r = (double)(relative_error(t, n / 2 + 1, y, f + i, want[i]) / unit(t, n));
            e.mean += r / (double)n_frames;
            e.most = r > e.most || isnan(r) ? r : e.most;
        }
    }
    return e;
}

static void fft_error_case(check *t, size_t n, size_t n_frames)
{
    const fft_bound allowed = fft_bound_of(n);
    fft_bound e = fft_error(t, n, n_frames);
    if (e.mean > allowed.mean) e = fft_error(t, n, 4 * n_frames);  /* the mean of a few frames wanders */
    if (options.report)
        printf("%-7s f%zu %6zu  mean %.3f  most %.3f%s\n", t->k->isa, 8 * t->k->itemsize, n, e.mean, e.most,
               e.mean <= allowed.mean && e.most <= allowed.most ? "" : "  above the bound");
    if (!(e.mean <= allowed.mean && e.most <= allowed.most))
        fail(t, "n=%zu: mean %.3f (bound %.2f), most %.3f (bound %.2f) times u sqrt(log2 n)", n, e.mean, allowed.mean,
             e.most, allowed.most);
}

void check_fft_error(check *t)
{
    const size_t more[] = {625,  640,  729,  768,  800,  882,  961,   1000,  1009, 1024, 1102,
                           1103, 1200, 1323, 1536, 1764, 2000, 2048,  2053,  2205, 2400, 3072,
                           4000, 4096, 4410, 4800, 6561, 8192, 10000, 16384, 16807};
    const size_t most = options.quick ? 100 : 600, longest = options.quick ? 1024 : MOST_POINTS;
    for (size_t n = 1; n <= most; n++) fft_error_case(t, n, n >= 64 && smooth(n, 7) ? N_FRAMES : 4);
    for (size_t i = 0; i < sizeof more / sizeof *more; i++)
        if (more[i] <= longest) fft_error_case(t, more[i], smooth(more[i], 31) ? N_FRAMES : 4);
}

/* The error grows as sqrt(log n) does: in units of it, the last third of the lengths is no worse than the middle one
 * by more than a tenth. (The first third is better: its transforms are a pass or two, with few inexact twiddles.) */
void check_fft_growth(check *t)
{
    const size_t top = 16;
    if (options.quick) return;
    double mean[17] = {0}, middle = 0, last = 0;
    for (size_t bits = 4; bits <= top; bits++)
        mean[bits] = fft_error(t, (size_t)1 << bits, bits < 12 ? N_FRAMES : 4).mean;
    for (size_t bits = top - 3; bits <= top; bits++) {
        middle += mean[bits - 4] / 4;
        last += mean[bits] / 4;
    }
    if (options.report)
        for (size_t bits = 4; bits <= top; bits++)
            printf("%-7s f%zu 2^%-2zu  mean %.3f\n", t->k->isa, 8 * t->k->itemsize, bits, mean[bits]);
    if (!(last <= 1.1 * middle))
        fail(t, "%.3f at 2^%zu..2^%zu after %.3f four powers before", last, top - 3, top, middle);
}

/* laws ------------------------------------------------------------------------------------------------------------- */

static wide distance(const check *t, size_t n_bins, const void *y, size_t frame, const wide_complex *want)
{
    return relative_error(t, n_bins, y, frame, want);
}

static wide_complex bin(const check *t, const void *y, size_t n_bins, size_t frame, size_t k)
{
    const size_t at = 2 * (frame * n_bins + k);
    return (wide_complex){get(t, y, at), get(t, y, at + 1)};
}

/* Impulses: bin k of one at sample j is W_n^(j k). */
static void impulses(check *t, size_t n)
{
    static wide_complex want[MOST_POINTS];
    const wide allowed = 1.5L * unit(t, n);
    const size_t n_bins = n / 2 + 1, n_frames = n < 40 ? n : 8;
    void *x = guarded(t, 0, n * n_frames, AT_END);
    size_t at[40];
    for (size_t i = 0; i < n * n_frames; i++) put(t, x, i, 0);
    for (size_t f = 0; f < n_frames; f++) put(t, x, f * n + (at[f] = n < 40 ? f : random_below(t, n)), 1);
    const void *y = transform(t, n, FSP_COMPLEX, x, n_frames, 1);
    for (size_t f = 0; f < n_frames; f++) {
        for (size_t k = 0; k < n_bins; k++) want[k] = roots_of(n)[at[f] * k % n];
        const wide d = distance(t, n_bins, y, f, want);
        if (!(d <= allowed))
            fail(t, "n=%zu: impulse at %zu off by %.2f u sqrt(log2 n)", n, at[f], (double)(d / unit(t, n)));
    }
}

/* Frames: x, -8x, its parts a and b (x = a + b exactly, both short), x turned by one sample. */
static void linearity_and_shift(check *t, size_t n)
{
    static wide_complex want[MOST_POINTS];
    const size_t n_bins = n / 2 + 1, size = t->k->itemsize;
    const wide allowed = 3 * (wide)fft_bound_of(n).most * unit(t, n);
    char *x = guarded(t, 0, 5 * n, AT_END);
    for (size_t i = 0; i < n; i++) {
        const double v = rounded(t, random_real(t)), a = (double)(float)ldexp(nearbyint(ldexp(v, 10)), -10);
        put(t, x, i, v);
        put(t, x, n + i, -8 * v);
        put(t, x, 2 * n + i, a);
        put(t, x, 3 * n + i, v - a);
        put(t, x, 4 * n + (i + 1) % n, v);
    }
    const char *y = transform(t, n, FSP_COMPLEX, x, 5, 1);
    for (size_t k = 0; k < n_bins; k++) {
        const wide_complex one = bin(t, y, n_bins, 0, k), other = bin(t, y, n_bins, 1, k);
        if (other.r != -8 * one.r || other.i != -8 * one.i)
            fail(t, "n=%zu: bin %zu of -8x is not -8 times that of x", n, k);
        want[k].r = bin(t, y, n_bins, 2, k).r + bin(t, y, n_bins, 3, k).r;
        want[k].i = bin(t, y, n_bins, 2, k).i + bin(t, y, n_bins, 3, k).i;
    }
    if (!(distance(t, n_bins, y, 0, want) <= allowed)) fail(t, "n=%zu: not linear", n);
    for (size_t k = 0; k < n_bins; k++) want[k] = times(bin(t, y, n_bins, 0, k), roots_of(n)[k]);
    if (!(distance(t, n_bins, y, 4, want) <= allowed)) fail(t, "n=%zu: a shift is not a turn of phase", n);
    /* bins 0 and n/2 are real: exactly, but for the convolution's, which is a complex transform */
    const wide imaginary = fmaxl(fabsl(get(t, y, 1)), n % 2 ? 0 : fabsl(get(t, y + 2 * (n_bins - 1) * size, 1)));
    if (!(imaginary <= (smooth(n, FSP_LARGEST_RADIX) ? 0 : allowed * n)))
        fail(t, "n=%zu: bin 0 or n/2 has an imaginary part", n);
    wide energy = 0, power = 0;
    for (size_t i = 0; i < n; i++) energy += (wide)get(t, x, i) * get(t, x, i);
    for (size_t k = 0; k < n_bins; k++) {
        const wide_complex b = bin(t, y, n_bins, 0, k);
        power += (k == 0 || 2 * k == n ? 1 : 2) * (b.r * b.r + b.i * b.i);
    }
    if (!(fabsl(power - energy * n) <= 8 * t->u * energy * n))
        fail(t, "n=%zu: energy is off by %.1f u", n, (double)((power / (energy * n) - 1) / t->u));
}

static const size_t LAWFUL[] = {1,   2,   3,   4,   5,   6,   7,   8,   9,    10,   11,   12,   13,   15,   16,
                                17,  24,  31,  32,  37,  48,  49,  60,  62,   64,   74,   77,   97,   100,  121,
                                128, 210, 256, 289, 331, 400, 512, 961, 1000, 1024, 1103, 2048, 2053, 4096, 8192};

void check_fft_laws(check *t)
{
    for (size_t i = 0; i < sizeof LAWFUL / sizeof *LAWFUL; i++) {
        if (options.quick && LAWFUL[i] > 512) break;
        impulses(t, LAWFUL[i]);
        linearity_and_shift(t, LAWFUL[i]);
    }
}

/* |X|^2 and |X| against the very X of the complex output: 2u, and half of that plus one rounding. Bluestein leaves out
 * the last multiplication by the chirp, of modulus 1: three more u in |X|. */
static void power_case(check *t, size_t n)
{
    enum { FRAMES = 3 };
    const size_t n_bins = n / 2 + 1;
    const wide more = smooth(n, FSP_LARGEST_RADIX) ? 0 : 6;
    const void *x = noise(t, 0, FRAMES * n, AT_END);
    const void *z = transform(t, n, FSP_COMPLEX, x, FRAMES, 1), *p = transform(t, n, FSP_POWER, x, FRAMES, 2);
    const void *m = transform(t, n, FSP_MAGNITUDE, x, FRAMES, 3);
    for (size_t f = 0; f < FRAMES; f++) {
        for (size_t k = 0; k < n_bins; k++) {
            const wide_complex b = bin(t, z, n_bins, f, k);
            const wide power = b.r * b.r + b.i * b.i, size = sqrtl(power);
            if (!(fabsl(get(t, p, f * n_bins + k) - power) <= (2 + more) * t->u * power))
                fail(t, "n=%zu: power of bin %zu", n, k);
            if (!(fabsl(get(t, m, f * n_bins + k) - size) <= (2 + more / 2) * t->u * size))
                fail(t, "n=%zu: magnitude of bin %zu", n, k);
        }
    }
}

void check_fft_power(check *t)
{
    for (size_t n = 1; n <= (options.quick ? 100 : 300); n++) power_case(t, n);
    for (size_t i = 0; i < sizeof LAWFUL / sizeof *LAWFUL && !options.quick; i++)
        if (LAWFUL[i] > 300) power_case(t, LAWFUL[i]);
}
