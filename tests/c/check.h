/* The C checker: every kernel of every instruction set this CPU has, and the engine over them, against plain
 * references in long double (64 bits of mantissa on x86-64, 113 on AArch64).
 *
 * Buffers come from `guarded`: they end right before a page that may not be touched (or start right after one), with
 * canaries where there is room. A check says what every element must be, those that must not change included. */
#ifndef CHECK_H
#define CHECK_H

#include "internal.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef long double wide;
typedef struct { wide r, i; } wide_complex;

/* One line of the report: a subject on one instruction set in one precision. */
typedef struct {
    const fsp_kernels *k;
    fsp_precision precision;
    wide u;          /* half a unit in the last place of 1 */
    uint64_t state;  /* of the random numbers */
    int failed;
    char why[240];   /* the first failure */
    size_t n_calls;      /* of kernels, to be measured; and what the shortest runs of each took, added up */
    double nanoseconds;
} check;

typedef void check_function(check *t);

typedef struct {
    int quick;           /* fewer lengths and samples: for emulators and sanitizers */
    int exhaustive_log;  /* every positive float */
    int report;          /* print the accuracy of the FFT, length by length */
    int benchmark;       /* measure kernels instead of judging them */
} check_options;
extern check_options options;

void fail(check *t, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A call of a kernel, in a check: what is checked is what is measured. To measure, it is made again and again, so that arrays
 * are in the cache and what it leaves in them is no longer what the check expects. */
typedef struct { double began, shortest; int n; } stopwatch;
int once_more(check *t, stopwatch *watch);
#define RUN(t, ...) \
    do { \
        __VA_ARGS__; \
        for (stopwatch watch = {.n = 0}; options.benchmark && once_more(t, &watch);) { __VA_ARGS__; } \
    } while (0)

/* random numbers --------------------------------------------------------------------------------------------------- */

uint64_t random_bits(check *t);
size_t random_below(check *t, size_t n);  /* 0 .. n-1 */
double random_real(check *t);             /* in [-1, 1), of the precision */

/* 0 .. 129 and some hundred random ones up to `most`; `i` runs from 0 to n_lengths() - 1. */
size_t n_lengths(void);
size_t length_at(check *t, size_t i, size_t most);

/* arrays of the precision ------------------------------------------------------------------------------------------ */

double get(const check *t, const void *p, size_t i);
void put(const check *t, void *p, size_t i, double x);
/* The nearest number of the precision. Of one operation (+ - * / sqrt) on two such numbers, done in double, this is
 * the correctly rounded result: 53 >= 2 * 24 + 2 bits make the second rounding harmless. */
double rounded(const check *t, double x);

/* guarded buffers -------------------------------------------------------------------------------------------------- */

enum { MOST_SLOTS = 10, N_PLACES = 17, AT_END = 16 };

/* n elements in a slot, holding canaries: 0 .. 15 elements after the page before, or AT_END. */
void *guarded(const check *t, int slot, size_t n, size_t place);
void *guarded_bytes(int slot, size_t bytes, size_t offset, int at_end);
void *noise(check *t, int slot, size_t n, size_t place);     /* random_real */
void *rough(check *t, int slot, size_t n, size_t place);     /* any bits, NaN and denormals among them */
uint32_t *shuffled(check *t, int slot, size_t n, size_t range);  /* n different numbers below range */

/* A copy of the slot's buffer to write expectations into; `same` compares it and the canaries. */
void *twin(int slot);
int same(int slot);
int canaries_alive(int slot);

/* What each element must be within; made UNTOUCHED (bit for bit as it is now). */
typedef struct { wide value, bound; } expected;
#define UNTOUCHED (-1)
#define UNSPECIFIED ((wide)INFINITY)
expected *expect(const check *t, int slot);
int met(const check *t, int slot);  /* of the slot's expectations and canaries */

/* reference -------------------------------------------------------------------------------------------------------- */

/* exp(-2 pi i j / n), j < n; kept for the life of the program. */
const wide_complex *roots_of(size_t n);
wide_complex times(wide_complex a, wide_complex b);
wide_complex dft_bin(const wide_complex *x, size_t n, size_t k);
void dft(const wide_complex *x, size_t n, wide_complex *out);  /* n <= 2^17 */
wide magnitude(wide_complex a);
/* ceil(log2 n) + 4: times u and the sum of |a b|, what a dot product may be off by */
wide dot_factor(size_t n);

/* the checks: one for each kernel, and those of several at once and of the engine ----------------------------------- */

#define CHECK_OF_KERNEL(result, name, parameters) check_function check_##name;
FSP_ALL_KERNELS(CHECK_OF_KERNEL)

check_function check_log, check_array_calls;                                        /* check_levels.c */
check_function check_fft_error, check_fft_growth, check_fft_laws, check_fft_power;  /* check_accuracy.c */
check_function check_inverse;                                                       /* check_inverse.c */
check_function check_summaries;                                                     /* check_summary.c */
check_function check_events;                                                        /* check_events.c */
check_function check_medians;                                                       /* check_median.c */
check_function check_pools;                                                         /* check_pool.c */
check_function check_vocode;                                                        /* check_vocoder.c */
check_function check_sequences;                                                     /* check_sequences.c */
check_function check_atoms, check_atoms_finite, check_atoms_refusals;               /* check_atom_runs.c */
check_function check_atom_sums;                                                     /* check_atom_sums.c */
check_function check_broken_calls, check_long_pools;                                /* check_calls.c */
check_function check_convert;                                                       /* check_pcm.c */
check_function check_scenes, check_given, check_blocks, check_threads, check_finite, check_peak, check_refusals;  /* check_run.c */

#endif
