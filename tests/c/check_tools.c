/* Random numbers, guarded buffers, expectations and the reference DFT. */
#include "check.h"

#include <stdarg.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

void fail(check *t, const char *format, ...)
{
    if (t->failed++) return;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(t->why, sizeof t->why, format, arguments);
    va_end(arguments);
}

/* An allocation that fails ends the program: nothing here tests the checker's own. */
static void *must(void *p)
{
    if (p && p != MAP_FAILED) return p;
    fprintf(stderr, "the checker is out of memory\n");
    exit(2);
}

/* benchmark -------------------------------------------------------------------------------------------------------- */

static double nanoseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return 1e9 * (double)now.tv_sec + (double)now.tv_nsec;
}

/* Whether to make the call again: seven times. The shortest is what no interrupt has lengthened. */
int once_more(check *t, stopwatch *watch)
{
    const double now = nanoseconds(), took = now - watch->began;
    if (watch->n == 1 || (watch->n > 1 && took < watch->shortest)) watch->shortest = took;
    if (watch->n++ == 7) {
        t->n_calls++;
        t->nanoseconds += watch->shortest;
        return 0;
    }
    watch->began = nanoseconds();
    return 1;
}

/* random numbers --------------------------------------------------------------------------------------------------- */

/* splitmix64 */
uint64_t random_bits(check *t)
{
    uint64_t z = t->state += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

size_t random_below(check *t, size_t n) { return (size_t)(random_bits(t) >> 11) % n; }

double random_real(check *t)
{
    return rounded(t, (double)(int64_t)(random_bits(t) >> 10) * 0x1p-53 - 1.0);
}

enum { N_SMALL = 130, N_RANDOM = 200, N_SMALL_QUICK = 34, N_RANDOM_QUICK = 20 };

size_t n_lengths(void) { return options.quick ? N_SMALL_QUICK + N_RANDOM_QUICK : N_SMALL + N_RANDOM; }

size_t length_at(check *t, size_t i, size_t most)
{
    const size_t small = options.quick ? N_SMALL_QUICK : N_SMALL;
    return i < small ? i : random_below(t, most + 1);
}

/* arrays of the precision ------------------------------------------------------------------------------------------ */

double get(const check *t, const void *p, size_t i)
{
    return t->precision == FSP_F32 ? (double)((const float *)p)[i] : ((const double *)p)[i];
}

void put(const check *t, void *p, size_t i, double x)
{
    if (t->precision == FSP_F32)
        ((float *)p)[i] = (float)x;
    else
        ((double *)p)[i] = x;
}

double rounded(const check *t, double x) { return t->precision == FSP_F32 ? (double)(float)x : x; }

/* guarded buffers -------------------------------------------------------------------------------------------------- */

enum { CANARY = 0xcb, MARGIN = 512 };

typedef struct {
    char *map;        /* `size` bytes between two pages that may not be touched */
    size_t size;
    char *buffer;
    size_t bytes;
    char *copy;       /* twin */
    size_t copy_size;
    expected *expectations;
    size_t n_expected, most_expected;
} buffer_slot;

static buffer_slot *of(int slot)
{
    static buffer_slot slots[MOST_SLOTS];
    if (slot >= 0 && slot < MOST_SLOTS) return &slots[slot];
    fprintf(stderr, "a check asks for slot %d, and there are %d: raise MOST_SLOTS in check.h\n", slot, MOST_SLOTS);
    exit(2);
}

static void make_room(buffer_slot *s, size_t bytes)
{
    const size_t page = (size_t)sysconf(_SC_PAGESIZE), size = (bytes + 2 * MARGIN + page) / page * page;
    if (s->size >= size) return;
    if (s->map) munmap(s->map - page, s->size + 2 * page);
    char *map = must(mmap(NULL, size + 2 * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    if (mprotect(map + page, size, PROT_READ | PROT_WRITE)) must(NULL);
    s->map = map + page;
    s->size = size;
}

static void margins(const buffer_slot *s, char **from, char **to)
{
    char *end = s->buffer + s->bytes, *map = s->map, *map_end = map + s->size;
    *from = s->buffer - map > MARGIN ? s->buffer - MARGIN : map;
    *to = map_end - end > MARGIN ? end + MARGIN : map_end;
}

void *guarded_bytes(int slot, size_t bytes, size_t offset, int at_end)
{
    buffer_slot *s = of(slot);
    char *from, *to;
    make_room(s, bytes + offset);
    s->buffer = at_end ? s->map + s->size - bytes : s->map + offset;
    s->bytes = bytes;
    margins(s, &from, &to);
    memset(from, CANARY, (size_t)(to - from));
    return s->buffer;
}

void *guarded(const check *t, int slot, size_t n, size_t place)
{
    return guarded_bytes(slot, n * t->k->itemsize, place * t->k->itemsize, place == AT_END);
}

void *noise(check *t, int slot, size_t n, size_t place)
{
    void *p = guarded(t, slot, n, place);
    for (size_t i = 0; i < n; i++) put(t, p, i, random_real(t));
    return p;
}

void *rough(check *t, int slot, size_t n, size_t place)
{
    char *p = guarded(t, slot, n, place);
    for (size_t i = 0; i < n; i++) {
        uint64_t bits = random_bits(t);
        memcpy(p + i * t->k->itemsize, &bits, t->k->itemsize);
    }
    return p;
}

uint32_t *shuffled(check *t, int slot, size_t n, size_t range)
{
    static uint32_t all[1 << 16];
    if (range > sizeof all / sizeof *all || n > range) must(NULL);
    for (size_t i = 0; i < range; i++) all[i] = (uint32_t)i;
    uint32_t *out = guarded_bytes(slot, n * sizeof *out, 0, 1);
    for (size_t i = 0; i < n; i++) {
        size_t j = i + random_below(t, range - i);
        out[i] = all[j];
        all[j] = all[i];
    }
    return out;
}

void *twin(int slot)
{
    buffer_slot *s = of(slot);
    if (s->copy_size < s->bytes || !s->copy) {
        free(s->copy);
        s->copy_size = s->bytes + 1;
        s->copy = must(malloc(s->copy_size));
    }
    return memcpy(s->copy, s->buffer, s->bytes);
}

int canaries_alive(int slot)
{
    const buffer_slot *s = of(slot);
    char *from, *to, *end = s->buffer + s->bytes;
    margins(s, &from, &to);
    for (char *p = from; p < s->buffer; p++)
        if ((unsigned char)*p != CANARY) return 0;
    for (char *p = end; p < to; p++)
        if ((unsigned char)*p != CANARY) return 0;
    return 1;
}

int same(int slot)
{
    const buffer_slot *s = of(slot);
    return memcmp(s->copy, s->buffer, s->bytes) == 0 && canaries_alive(slot);
}

expected *expect(const check *t, int slot)
{
    buffer_slot *s = of(slot);
    const size_t n = s->bytes / t->k->itemsize;
    twin(slot);
    if (s->most_expected < n || !s->expectations) {
        free(s->expectations);
        s->most_expected = n;
        s->expectations = must(malloc((n + 1) * sizeof(expected)));
    }
    s->n_expected = n;
    for (size_t i = 0; i < n; i++) s->expectations[i] = (expected){0, UNTOUCHED};
    return s->expectations;
}

int met(const check *t, int slot)
{
    const buffer_slot *s = of(slot);
    const size_t size = t->k->itemsize;
    for (size_t i = 0; i < s->n_expected; i++) {
        const expected *e = &s->expectations[i];
        const wide x = get(t, s->buffer, i);
        if (e->bound < 0) {
            if (memcmp(s->copy + i * size, s->buffer + i * size, size)) return 0;
        } else if (e->bound < UNSPECIFIED && !(fabsl(x - e->value) <= e->bound)) {
            return 0;
        }
    }
    return canaries_alive(slot);
}

/* reference -------------------------------------------------------------------------------------------------------- */

enum { LONGEST = 1 << 17 };

const wide_complex *roots_of(size_t n)
{
    static wide_complex *tables[LONGEST + 1];
    if (n > LONGEST) must(NULL);
    if (!tables[n]) {
        const wide turn = 6.28318530717958647692528676655900576839L;
        tables[n] = must(malloc((n + 1) * sizeof **tables));
        for (size_t j = 0; j < n; j++) {
            /* the nearer to zero the angle, the smaller its error: count from the nearest quarter */
            const size_t quarter = (4 * j + n / 2) / n;
            const wide angle = turn * ((wide)(4 * j) - (wide)(quarter * n)) / (4 * (wide)n), c = cosl(angle),
                       s = sinl(angle);
            const wide_complex w[] = {{c, -s}, {-s, -c}, {-c, s}, {s, c}};
            tables[n][j] = w[quarter % 4];
        }
    }
    return tables[n];
}

wide_complex times(wide_complex a, wide_complex b)
{
    return (wide_complex){a.r * b.r - a.i * b.i, a.r * b.i + a.i * b.r};
}

wide magnitude(wide_complex a) { return sqrtl(a.r * a.r + a.i * a.i); }

wide_complex dft_bin(const wide_complex *x, size_t n, size_t k)
{
    const wide_complex *w = roots_of(n);
    wide_complex sum = {0, 0};
    for (size_t j = 0; j < n; j++) {
        const wide_complex p = times(x[j], w[j * k % n]);
        sum = (wide_complex){sum.r + p.r, sum.i + p.i};
    }
    return sum;
}

static size_t smallest_factor(size_t n)
{
    for (size_t p = 2; p * p <= n; p++)
        if (n % p == 0) return p;
    return n;
}

/* Decimation in time by the smallest factor p; `step` roots of the whole make one of this part. */
static void dft_part(const wide_complex *x, size_t stride, size_t n, const wide_complex *w, size_t step,
                     wide_complex *out)
{
    static wide_complex column[LONGEST];
    if (n == 1) {
        out[0] = x[0];
        return;
    }
    const size_t p = smallest_factor(n), m = n / p;
    for (size_t a = 0; a < p; a++) dft_part(x + a * stride, stride * p, m, w, step * p, out + a * m);
    for (size_t k = 0; k < m; k++) {
        for (size_t a = 0; a < p; a++) column[a] = times(out[a * m + k], w[a * k * step]);
        for (size_t q = 0; q < p; q++) {
            wide_complex sum = column[0];
            for (size_t a = 1, at = 0; a < p; a++) {
                at = at + q < p ? at + q : at + q - p;
                const wide_complex t = times(column[a], w[at * m * step]);
                sum = (wide_complex){sum.r + t.r, sum.i + t.i};
            }
            out[k + q * m] = sum;
        }
    }
}

void dft(const wide_complex *x, size_t n, wide_complex *out) { dft_part(x, 1, n, roots_of(n), 1, out); }

wide dot_factor(size_t n)
{
    size_t bits = 0;
    while ((size_t)1 << bits < n) bits++;
    return (wide)(bits + 4);
}
