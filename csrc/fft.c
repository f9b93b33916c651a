/* The real FFT of `lanes` frames at once, for every length.
 *
 * Even n: one real pass of radix 16, 8, 4 or 2 (window fused in) leaves radix/2 independent complex FFTs of n / radix
 * points; if that is odd, without twiddles (Good's and Thomas's order). Odd n: real passes of odd radix, each leaving a
 * shorter real FFT and some complex ones. A prime factor above 97: Bluestein's convolution, whose two FFTs have friendly
 * lengths. Tables are computed with more precision than they keep, and rounded once. */
#include "internal.h"

#include <complex.h>
#include <math.h>
#include <string.h>

enum { FIRST_LEVEL = 32 << 10 };  /* bytes, on most CPUs */
enum { LONG = 1 << 15 };  /* points whose passes take milliseconds: whether to stop is asked between them */

/* Butterflies from one stop to fetch lines (fsp_ahead) to the next: four are faster than one. But fetching more lines at a stop
 * than the cache can wait for makes the butterflies wait: if that would be more than MANY_LINES, there is a stop after each. */
static const size_t PACES[FSP_PACES] = {4, 1};
enum { MANY_LINES = 4 };

#define PI_L 3.14159265358979323846264338327950288L

typedef long double complex exact;

/* exp(2 pi i j / n) for any j: the angle is first brought into one octant. sin and cos may be off by an ulp, which is too much
 * for a table in double: it is computed in long double. A table in float is not, which saves time. */
static exact unit_root(size_t j, size_t n, size_t itemsize)
{
    size_t a = 8 * (j % n), octant = a / n;
    size_t r = a - octant * n;  /* angle = (octant + r / n) pi / 4 */
    long double x = (long double)(octant & 1 ? n - r : r) / (long double)n * (PI_L / 4), t;
    const int fine = itemsize > sizeof(float);
    long double c = fine ? cosl(x) : (long double)cos((double)x), s = fine ? sinl(x) : (long double)sin((double)x);
    switch ((octant + 1) / 2) {
    case 0: break;
    case 1: t = c; c = octant & 1 ? s : -s; s = t; break;
    case 2: c = -c; s = octant & 1 ? s : -s; break;
    case 3: t = c; c = octant & 1 ? -s : s; s = -t; break;
    default: s = -s;
    }
    return c + s * I;
}

static void put(void *table, size_t i, exact w, size_t itemsize)
{
    if (itemsize == sizeof(float)) {
        ((float *)table)[2 * i] = (float)creall(w);
        ((float *)table)[2 * i + 1] = (float)cimagl(w);
    } else {
        ((double *)table)[2 * i] = (double)creall(w);
        ((double *)table)[2 * i + 1] = (double)cimagl(w);
    }
}

/* W_(radix m)^(j a) for j < m and a = 1 .. n_arms, in the order of use. */
static void *column_twiddles(size_t radix, size_t m, size_t n_arms, size_t itemsize)
{
    void *table = fsp_allocate(n_arms * m, 2 * itemsize);
    if (!table) return NULL;
    for (size_t j = 0; j < m; j++)
        for (size_t a = 1; a <= n_arms; a++)
            put(table, j * n_arms + a - 1, conjl(unit_root(j * a, radix * m, itemsize)), itemsize);
    return table;
}

static fsp_status pass_create(fsp_pass *pass, size_t radix, size_t m, size_t n_arms, size_t itemsize)
{
    pass->radix = radix;
    pass->m = m;
    pass->twiddles = column_twiddles(radix, m, n_arms, itemsize);
    if (!pass->twiddles) return FSP_ENOMEM;
    if (radix % 2) {
        pass->roots = fsp_allocate(radix, 2 * itemsize);
        if (!pass->roots) return FSP_ENOMEM;
        for (size_t j = 0; j < radix; j++) put(pass->roots, j, unit_root(j, radix, itemsize), itemsize);
    }
    return FSP_OK;
}

static void pass_destroy(fsp_pass *pass)
{
    fsp_free(pass->twiddles);
    fsp_free(pass->roots);
}

static size_t smallest_odd_factor(size_t n)
{
    for (size_t p = 3; p * p <= n; p += 2)
        if (n % p == 0) return p;
    return n;
}

/* Powers of two first, in few passes of like sizes, the larger ones last. A pass of 16 keeps too many numbers to be worth
 * it, unless it is the very last one, which needs no twiddles. Then nines, for each pass costs accuracy; then odd primes. */
static size_t next_radix(size_t n)
{
    if (n % 2) return n % 9 == 0 ? 9 : smallest_odd_factor(n);
    size_t bits = 0;
    while ((n >> bits) % 2 == 0) bits++;
    const size_t last = n >> bits == 1 && bits > 3;  /* nothing follows: the last pass may take a fourth bit */
    const size_t n_passes = (bits + 2 - last) / 3;
    return (size_t)1 << bits / n_passes;
}

static fsp_status complex_create(fsp_complex_fft *fft, size_t n, size_t itemsize)
{
    fft->n = n;
    fft->n_passes = 0;
    for (size_t left = n; left > 1; fft->n_passes++) {
        size_t radix = next_radix(left);
        left /= radix;
        fsp_status status = pass_create(&fft->passes[fft->n_passes], radix, left, radix - 1, itemsize);
        if (status) return fft->n_passes++, status;
    }
    fft->order = fsp_allocate(n, sizeof *fft->order);
    if (!fft->order) return FSP_ENOMEM;
    for (size_t k = 0; k < n; k++) {
        size_t rest = k, at = 0;
        for (size_t i = 0; i < fft->n_passes; i++) {
            at += rest % fft->passes[i].radix * fft->passes[i].m;
            rest /= fft->passes[i].radix;
        }
        fft->order[k] = (uint32_t)at;
    }
    return FSP_OK;
}

static void complex_destroy(fsp_complex_fft *fft)
{
    for (size_t i = 0; i < fft->n_passes; i++) pass_destroy(&fft->passes[i]);
    fsp_free(fft->order);
}

/* How often `n` butterflies in a row stop to fetch lines; see `butterflies` in complex_fft.inc.h. */
static size_t stops(size_t n, size_t every) { return n < every ? 1 : n / every; }

static void add_stops(fsp_real_fft *fft, const fsp_complex_fft *columns, size_t n_columns)
{
    for (size_t i = 0; i < columns->n_passes; i++) {
        const size_t m = columns->passes[i].m, n = columns->n / columns->passes[i].radix, run = m > 1 ? m : n;
        for (int p = 0; p < FSP_PACES; p++) fft->n_stops[p] += n_columns * (n / run) * stops(run, PACES[p]);
    }
}

static char *vectors(void *tile, size_t n, const fsp_kernels *kernels)
{
    return (char *)tile + n * kernels->lanes * kernels->itemsize;
}

/* `count` transforms of neighbours, `stride` points apart, in place; `last` says what the last pass leaves. Each pass does as
 * many of them as fit into a first-level cache, so that the next pass finds them there. A transform of one point has no passes,
 * but |X|^2 must still be computed. */
void fsp_complex_fft_run(const fsp_complex_fft *fft, const fsp_kernels *kernels, char *z, size_t count, size_t stride,
                         int last, fsp_ahead *ahead)
{
    static const fsp_pass nothing = {.radix = 1, .m = 1};
    const size_t bytes = 2 * stride * kernels->lanes * kernels->itemsize;
    const size_t together = count * bytes <= FIRST_LEVEL ? count : 1;
    for (; count; count -= together, z += together * bytes) {
        size_t blocks = 1;
        for (size_t i = 0; i < fft->n_passes; i++) {
            if (fft->n >= LONG && !fsp_go_on()) return;
            kernels->pass(z, together, stride, blocks, &fft->passes[i], i + 1 < fft->n_passes ? FSP_PASS_TWIDDLE : last,
                          ahead);
            blocks *= fft->passes[i].radix;
        }
        if (fft->n_passes == 0 && last == FSP_PASS_POWER)
            kernels->pass(z, together, stride, 1, &nothing, FSP_PASS_POWER, ahead);
    }
}

/* Bin k is at complex point `slot`. */
static void place(fsp_real_fft *fft, size_t k, size_t slot, int conjugate)
{
    fft->where[k] = (uint32_t)(2 * slot);
    fsp_put_real(fft->sign, k, conjugate ? -1 : 1, fft->kernels->itemsize);
}

/* even ------------------------------------------------------------------------------------------------------------- */

/* Without twiddles, bin k is bin k mod m of class k mod radix; with them, bin k / radix. */
int fsp_even_fft_point(const fsp_real_fft *fft, size_t k, size_t *column, size_t *point)
{
    const size_t r = fft->first.radix, m = fft->first.m;
    const int coprime = fft->first.factors == FSP_COPRIME;
    int mirrored;
    if (k % (r / 2) == 0) {
        size_t q = k / (r / 2);
        if (coprime) q = k % m % 2 == k / (r / 2) % 2 ? k % m : k % m + m;  /* as k modulo 2 and modulo m */
        mirrored = q > m;
        *column = 0;
        *point = mirrored ? 2 * m - q : q;
    } else {
        mirrored = k % r > r / 2;
        const size_t bin = mirrored ? fft->n - k : k;
        *column = bin % r;
        *point = coprime ? bin % m : bin / r;
    }
    return mirrored;
}

static void place_even(fsp_real_fft *fft)
{
    for (size_t k = 0; k < fft->n_bins; k++) {
        size_t column, point;
        const int mirrored = fsp_even_fft_point(fft, k, &column, &point);
        place(fft, k, column * fft->first.class_stride + (point == fft->first.m ? point : fft->columns.order[point]), mirrored);
    }
}

static fsp_status even_create(fsp_real_fft *fft)
{
    const size_t itemsize = fft->kernels->itemsize, n = fft->n;
    fft->first.radix = n % 16 == 0 ? 16 : n % 8 == 0 ? 8 : n % 4 == 0 ? 4 : 2;
    fft->first.m = n / fft->first.radix;
    fft->first.class_stride = fft->first.m + 2;  /* one for the last bin; two keep classes off each other's cache sets */
    fft->tile_vectors = 2 * fft->first.class_stride * (fft->first.radix / 2);
    fft->first.factors = fft->first.m % 2 ? FSP_COPRIME : FSP_TWIDDLED;
    const int coprime = fft->first.factors == FSP_COPRIME;
    const size_t step = coprime ? fft->first.radix : 1;
    for (size_t i = 0; i < n; i++)
        fft->sample[i] = (uint32_t)((i % fft->first.radix * fft->first.m + i / fft->first.radix * step) % n);
    if (!coprime) fft->twiddles = column_twiddles(fft->first.radix, fft->first.m, fft->first.radix / 2 - 1, itemsize);
    fft->half_twiddles = fsp_allocate(fft->first.m / 2 + 1, 2 * itemsize);
    if ((!coprime && !fft->twiddles) || !fft->half_twiddles) return FSP_ENOMEM;
    for (size_t k = 0; k <= fft->first.m / 2; k++)
        put(fft->half_twiddles, k, 0.5L * conjl(unit_root(k, 2 * fft->first.m, itemsize)), itemsize);
    fsp_status status = complex_create(&fft->columns, fft->first.m, itemsize);
    if (status) return status;
    for (int p = 0; p < FSP_PACES; p++) fft->n_stops[p] = stops(fft->first.m, PACES[p]);
    add_stops(fft, &fft->columns, fft->first.radix / 2);
    place_even(fft);
    return FSP_OK;
}

static void even_run(const fsp_real_fft *fft, const void *table, const uint32_t *offsets, int last, void *tile,
                     fsp_ahead *ahead)
{
    const fsp_kernels *kernels = fft->kernels;
    const fsp_real_pass *first = &fft->first;
    void *classes = vectors(tile, 2 * first->class_stride, kernels);
    kernels->real_even(first, table, offsets, tile, ahead);
    fsp_complex_fft_run(&fft->columns, kernels, tile, 1, 0, FSP_PASS_LAST, ahead);
    kernels->unpack(tile, first->m, fft->columns.order, fft->half_twiddles, last);
    fsp_complex_fft_run(&fft->columns, kernels, classes, first->radix / 2 - 1, first->class_stride, last, ahead);
}

/* odd -------------------------------------------------------------------------------------------------------------- */

static void place_odd(fsp_real_fft *fft)
{
    for (size_t k = 0; k < fft->n_bins; k++) {
        size_t bin = k, i = 0;
        while (i < fft->n_levels && bin % fft->levels[i].radix == 0) bin /= fft->levels[i++].radix;
        if (i == fft->n_levels) {
            place(fft, k, 0, 0);
            continue;
        }
        const size_t p = fft->levels[i].radix, m = fft->levels[i].m;
        int mirrored = bin % p > p / 2;
        if (mirrored) bin = p * m - bin;
        size_t class_start = fft->level_start[i] / 2 + (bin % p - 1) * m;
        place(fft, k, class_start + fft->level_columns[i].order[bin / p], mirrored);
    }
}

static fsp_status odd_create(fsp_real_fft *fft)
{
    const size_t itemsize = fft->kernels->itemsize, n = fft->n;
    for (size_t i = 0; i < n; i++) fft->sample[i] = (uint32_t)i;
    fft->tile_vectors = (n < 4 ? 4 : n) + 1;
    for (size_t left = n; left > 1;) {
        size_t i = fft->n_levels++, p = smallest_odd_factor(left);
        left /= p;
        fsp_status status = pass_create(&fft->levels[i], p, left, p / 2, itemsize);
        if (status == FSP_OK) status = complex_create(&fft->level_columns[i], left, itemsize);
        if (status) return status;
        add_stops(fft, &fft->level_columns[i], p / 2);
        fft->level_start[i] = fft->tile_vectors += fft->tile_vectors % 2;
        fft->tile_vectors += 2 * (p / 2) * left;
    }
    place_odd(fft);
    return FSP_OK;
}

static void odd_run(const fsp_real_fft *fft, const void *table, const uint32_t *offsets, int last, void *tile,
                    fsp_ahead *ahead)
{
    static const uint32_t one_point = 0;
    const fsp_kernels *kernels = fft->kernels;
    kernels->window(table, offsets, fft->window, fft->n, tile);
    for (size_t i = 0; i < fft->n_levels; i++) {
        const fsp_pass *level = &fft->levels[i];
        char *z = vectors(tile, fft->level_start[i], kernels);
        kernels->real_odd(tile, level, level->m, z);
        fsp_complex_fft_run(&fft->level_columns[i], kernels, z, level->radix / 2, level->m, last, ahead);
    }
    /* Bin 0 is left, which is real: unpack takes it as a packed real FFT of one point. */
    memset(vectors(tile, 1, kernels), 0, kernels->lanes * kernels->itemsize);
    kernels->unpack(tile, 1, &one_point, NULL, last);
}

/* Bluestein -------------------------------------------------------------------------------------------------------- */

static size_t friendly_length(size_t least)
{
    for (size_t n = least;; n++) {
        size_t left = n;
        for (size_t p = 2; p <= 7; p++)
            while (left % p == 0) left /= p;
        if (left == 1) return n;
    }
}

/* Decimation in time by the smallest factor, for tables only. roots[j * stride] = exp(-2 pi i j / n). */
static void plain_fft(const exact *x, size_t n, size_t stride, const exact *roots, exact *out, exact *scratch)
{
    if (n == 1) {
        out[0] = x[0];
        return;
    }
    const size_t p = n % 2 ? smallest_odd_factor(n) : 2, m = n / p;
    for (size_t a = 0; a < p; a++) plain_fft(x + a * stride, m, stride * p, roots, out + a * m, scratch);
    for (size_t k = 0; k < n; k++) {
        exact sum = 0;
        for (size_t a = 0; a < p; a++) sum += out[a * m + k % m] * roots[a * k % n * stride];
        scratch[k] = sum;
    }
    memcpy(out, scratch, n * sizeof *out);
}

/* exp(pi i d^2 / n), always in long double: the filter's error adds as much to the result's as a whole FFT. */
static exact chirp_at(size_t d, size_t n) { return unit_root(d * d % (2 * n), 2 * n, sizeof(double)); }

static fsp_status make_filter(fsp_real_fft *fft)
{
    const size_t n = fft->n, length = fft->convolution.n;
    exact *work = fsp_allocate(length, 4 * sizeof *work);
    if (!work) return FSP_ENOMEM;
    exact *roots = work + length, *spectrum = roots + length;
    for (size_t i = 0; i < length; i++) {
        work[i] = 0;
        roots[i] = conjl(unit_root(i, length, sizeof(double)));
    }
    for (size_t d = 0; d < n; d++) {
        if (d <= n / 2) work[d] = chirp_at(d, n);
        if (d > 0) work[length - d] = chirp_at(d, n);
    }
    plain_fft(work, length, 1, roots, spectrum, spectrum + length);
    for (size_t k = 0; k < length; k++)
        put(fft->filter, k, spectrum[k] / (long double)length, fft->kernels->itemsize);
    fsp_free(work);
    return FSP_OK;
}

static fsp_status bluestein_create(fsp_real_fft *fft, const double *window)
{
    const size_t itemsize = fft->kernels->itemsize, n = fft->n, length = friendly_length(n + n / 2);
    fsp_status status = complex_create(&fft->convolution, length, itemsize);
    fft->chirp_window = fsp_allocate(n, 2 * itemsize);
    fft->chirp = fsp_allocate(n, 2 * itemsize);
    fft->filter = fsp_allocate(length, 2 * itemsize);
    if (status || !fft->chirp_window || !fft->chirp || !fft->filter) return FSP_ENOMEM;
    fft->tile_vectors = 4 * length;
    add_stops(fft, &fft->convolution, 2);
    for (size_t i = 0; i < n; i++) {
        exact c = conjl(chirp_at(i, n));
        fft->sample[i] = (uint32_t)i;
        put(fft->chirp, i, c, itemsize);
        put(fft->chirp_window, i, window[i] * c, itemsize);
    }
    for (size_t k = 0; k < fft->n_bins; k++) place(fft, k, k, 0);
    return make_filter(fft);
}

static void bluestein_run(const fsp_real_fft *fft, const void *table, const uint32_t *offsets, int last, void *tile,
                          fsp_ahead *ahead)
{
    const fsp_kernels *kernels = fft->kernels;
    const fsp_complex_fft *convolution = &fft->convolution;
    void *y = vectors(tile, 2 * convolution->n, kernels);
    kernels->chirp_in(table, offsets, fft->chirp_window, fft->n, convolution->n, tile);
    fsp_complex_fft_run(convolution, kernels, tile, 1, 0, FSP_PASS_LAST, ahead);
    kernels->chirp_multiply(tile, convolution->order, fft->filter, convolution->n, y);
    fsp_complex_fft_run(convolution, kernels, y, 1, 0, FSP_PASS_LAST, ahead);
    kernels->chirp_out(y, convolution->order, fft->chirp, fft->n_bins, tile, last);
    /* These bins are real, but the convolution leaves rounding errors as their imaginary parts. */
    memset(vectors(tile, 1, kernels), 0, kernels->lanes * kernels->itemsize);
    if (fft->n % 2 == 0) memset(vectors(tile, fft->n + 1, kernels), 0, kernels->lanes * kernels->itemsize);
}

/* all -------------------------------------------------------------------------------------------------------------- */

fsp_fft_kind fsp_fft_kind_of(size_t n)
{
    size_t odd = n;
    while (odd % 2 == 0) odd /= 2;
    while (odd > 1) {
        size_t p = smallest_odd_factor(odd);
        if (p > FSP_LARGEST_RADIX) return FSP_FFT_BLUESTEIN;
        odd /= p;
    }
    return n % 2 ? FSP_FFT_ODD : FSP_FFT_EVEN;
}

fsp_status fsp_real_fft_create(fsp_real_fft *fft, size_t n, const double *window, const fsp_kernels *kernels)
{
    *fft = (fsp_real_fft){.kind = fsp_fft_kind_of(n), .kernels = kernels, .n = n, .n_bins = n / 2 + 1};
    fft->where = fsp_allocate(fft->n_bins, sizeof *fft->where);
    fft->sign = fsp_allocate(fft->n_bins, kernels->itemsize);
    fft->sample = fsp_allocate(n, sizeof *fft->sample);
    double *ordered = fsp_allocate(n, sizeof *ordered);
    fsp_status status = FSP_ENOMEM;
    if (fft->where && fft->sign && fft->sample && ordered)
        status = fft->kind == FSP_FFT_EVEN  ? even_create(fft)
                 : fft->kind == FSP_FFT_ODD ? odd_create(fft)
                                            : bluestein_create(fft, window);
    if (status == FSP_OK) {
        for (size_t i = 0; i < n; i++) ordered[i] = window[fft->sample[i]];
        fft->window = fsp_to_real(ordered, n, kernels->itemsize);
        if (!fft->window) status = FSP_ENOMEM;
        fft->first.sample = fft->sample;
        fft->first.window = fft->window;
        fft->first.twiddles = fft->twiddles;
    }
    fsp_free(ordered);
    if (status) fsp_real_fft_destroy(fft);
    return status;
}

void fsp_real_fft_destroy(fsp_real_fft *fft)
{
    void *owned[] = {fft->where, fft->sign, fft->sample, fft->window, fft->twiddles, fft->half_twiddles,
                     fft->chirp_window, fft->chirp, fft->filter};
    for (size_t i = 0; i < sizeof owned / sizeof *owned; i++) fsp_free(owned[i]);
    complex_destroy(&fft->columns);
    complex_destroy(&fft->convolution);
    for (size_t i = 0; i < fft->n_levels; i++) {
        pass_destroy(&fft->levels[i]);
        complex_destroy(&fft->level_columns[i]);
    }
    *fft = (fsp_real_fft){0};
}

static void share_out(fsp_lines *lines, size_t n_times) { lines->each = n_times ? fsp_divide_up(lines->left, n_times) : 0; }

void fsp_share_ahead(const fsp_real_fft *fft, fsp_ahead *ahead)
{
    const size_t lines = ahead->read.left + ahead->write.left;
    const int pace = lines > MANY_LINES * fft->n_stops[1] ? 1 : 0;
    ahead->every = PACES[pace];
    share_out(&ahead->read, fft->n_stops[pace]);
    share_out(&ahead->write, fft->n_stops[pace]);
}

void fsp_real_fft_run(const fsp_real_fft *fft, const void *table, const uint32_t *offsets, int power, void *tile,
                      fsp_ahead ahead)
{
    const int last = power ? FSP_PASS_POWER : FSP_PASS_LAST;
    fsp_share_ahead(fft, &ahead);
    switch (fft->kind) {
    case FSP_FFT_EVEN: even_run(fft, table, offsets, last, tile, &ahead); break;
    case FSP_FFT_ODD: odd_run(fft, table, offsets, last, tile, &ahead); break;
    case FSP_FFT_BLUESTEIN: bluestein_run(fft, table, offsets, last, tile, &ahead); break;
    }
}
