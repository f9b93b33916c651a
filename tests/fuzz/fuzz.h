/* What the fuzz targets share: bytes become sizes and numbers, and results of two ways are compared.
 *
 * An array is exactly as large as the contract asks for and ends at a page that nothing may touch. So kernels, which clang would
 * take very long to instrument, are seen as well when they read or write beyond it. */
#ifndef FUZZ_H
#define FUZZ_H

#include "fastspec.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { MOST_ARRAYS = 64, MOST_FRAMES = 40, ROOM = 4 << 20, PAGE = 1 << 16 };

/* Bytes of the input, then those that a generator makes of them: short inputs stand for large arrays. */
typedef struct {
    const uint8_t *at, *end;
    uint64_t state;
    fsp_precision precision;
    const char *isa;
    size_t itemsize, n_arrays;
    int shift;  /* how much smaller than they could be sizes are */
} fuzz;

static inline uint64_t draw(fuzz *f)
{
    const uint64_t byte = f->at < f->end ? *f->at++ : 0;
    f->state = (f->state ^ (byte + 1)) * 6364136223846793005u + 1442695040888963407u;
    return f->state >> 33;
}

/* One byte decides, so that libFuzzer finds every value. */
static inline size_t below(fuzz *f, size_t n) { return f->at < f->end ? *f->at++ % n : draw(f) % n; }

/* A size. Those of one input are small together, and most inputs are small: thousands a second, which meet as many edges. */
static inline size_t few(fuzz *f, size_t n) { return below(f, n) >> f->shift; }

/* Starting threads takes longer than most inputs. */
static inline int threads(fuzz *f) { return below(f, 256) ? 1 : 3; }

/* In the fast build, how many blocks the library holds; else it is not there, and ASan looks for leaks. */
size_t heap_live(void) __attribute__((weak));

#define HOLDS(condition) ((condition) ? (void)0 : (fprintf(stderr, "does not hold: %s\n", #condition), abort()))

/* From all bytes: if one byte decided, libFuzzer would keep to the large inputs, which reach more, and be slow. */
static inline int shift_of(const uint8_t *data, size_t size)
{
    uint32_t hash = 2166136261u;
    for (size_t i = 0; i < size; i++) hash = (hash ^ data[i]) * 16777619u;
    const uint32_t kind = (hash ^ hash >> 15) % 64;
    return kind < 32 ? 5 : kind < 48 ? 4 : kind < 58 ? 3 : kind < 62 ? 2 : kind == 62;
}

static inline fuzz begin(const uint8_t *data, size_t size)
{
    static const char *const isas[] = {NULL, "scalar", "sse2", "avx2"};
    HOLDS(!heap_live || heap_live() == 0);
    fuzz f = {.at = data, .end = data + size, .state = size};
    const size_t kind = below(&f, 8);
    f.precision = kind % 2 ? FSP_F64 : FSP_F32;
    f.isa = isas[kind / 2];
    if (f.isa && !fsp_has_isa(f.isa)) f.isa = NULL;
    f.shift = shift_of(data, size);
    f.itemsize = f.precision == FSP_F32 ? sizeof(float) : sizeof(double);
    return f;
}

/* Aligned to 8 bytes at least where its size is, else to what its size is a multiple of. */
static inline void *array(fuzz *f, size_t bytes)
{
    static char *rooms;
    if (!rooms) {
        rooms = mmap(NULL, (size_t)MOST_ARRAYS * (ROOM + PAGE), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (rooms == MAP_FAILED) exit(2);
        for (size_t i = 0; i < MOST_ARRAYS; i++) mprotect(rooms + i * (ROOM + PAGE) + ROOM, PAGE, PROT_NONE);
    }
    if (f->n_arrays == MOST_ARRAYS || bytes > ROOM) {
        fprintf(stderr, "the target asks for too much: array %zu of %zu bytes\n", f->n_arrays, bytes);
        abort();
    }
    return rooms + f->n_arrays++ * (ROOM + PAGE) + ROOM - bytes;
}

static inline double plain(fuzz *f) { return (double)(draw(f) % 2001) / 1000 - 1; }

/* Mostly numbers of -1 .. 1; now and then what no recording should hold. */
static inline double odd(fuzz *f)
{
    static const double hostile[] = {NAN, INFINITY, -INFINITY, 1e38, -1e308, 1e-40, 5e-324, -0.0};
    const uint64_t x = draw(f) % 4096;
    return x < 8 ? hostile[x] : plain(f);
}

static inline double *doubles(fuzz *f, size_t n, double (*one)(fuzz *))
{
    double *x = array(f, n * sizeof *x);
    for (size_t i = 0; i < n; i++) x[i] = one(f);
    return x;
}

static inline void *reals(fuzz *f, size_t n, fsp_precision precision, double (*one)(fuzz *))
{
    if (precision == FSP_F64) return doubles(f, n, one);
    float *x = array(f, n * sizeof *x);
    for (size_t i = 0; i < n; i++) {
        const double value = one(f);
        x[i] = fabs(value) > 3e38 && isfinite(value) ? 3e38f : (float)value;
    }
    return x;
}

static inline size_t *sizes(fuzz *f, size_t n, size_t limit)
{
    size_t *x = array(f, n * sizeof *x);
    for (size_t i = 0; i < n; i++) x[i] = below(f, limit);
    return x;
}

static inline void *filled(fuzz *f, size_t n) { return memset(array(f, n * f->itemsize), 0xcb, n * f->itemsize); }

/* n reals have the same bits, or both are NaN, whose signs may depend on the order of a sum's terms. */
static inline int same_reals(const void *a, const void *b, size_t n, fsp_precision precision)
{
    for (size_t i = 0; i < n; i++) {
        const float *p = a, *q = b;
        const double *x = a, *y = b;
        const int same = precision == FSP_F32 ? !memcmp(p + i, q + i, sizeof *p) || (isnan(p[i]) && isnan(q[i]))
                                              : !memcmp(x + i, y + i, sizeof *x) || (isnan(x[i]) && isnan(y[i]));
        if (!same) return 0;
    }
    return 1;
}

#endif
