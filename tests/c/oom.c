/* Memory and threads that are not there: the n-th allocation fails, for n = 1, 2, ... until the call succeeds. Every failure
 * says so, leaks nothing and leaves the output alone; threads that cannot be started are done without, and the result has the same
 * bits. More of the calls are in oom_calls.c. */
#include "failing.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* what is run ------------------------------------------------------------------------------------------------------ */

enum { MOST_FFT = 400, N_SAMPLES = 20000, N_FRAMES = 200, MOST_ROWS = 402 };

static double numbers[MOST_FFT * MOST_FFT / 2];
static double samples[N_SAMPLES], out_data[N_FRAMES * MOST_ROWS], want[N_FRAMES * MOST_ROWS];
static const size_t GROUP_SIZES[] = {20, 13}, GROUP_EXTREMES[] = {13, 1}, GROUP_BINS[33] = {0, 1, 2, 3}, FIRST_BINS[] = {0, 62};

/* Each kind of FFT, bank and output; the tables of all stages. */
static const fsp_config CASES[] = {
    {.n_fft = 400, .hop_length = 160, .lead = 200, .spectrum = FSP_COMPLEX},
    {.n_fft = 1, .hop_length = 1, .spectrum = FSP_COMPLEX},
    {.n_fft = 64, .length = 50, .hop_length = 20, .spectrum = FSP_POWER, .n_bands = 9, .conditioning = {.remove_mean = 1},
     .energy = {.kind = FSP_WINDOWED_ENERGY, .floor = 1}},
    {.n_fft = 256, .hop_length = 64, .spectrum = FSP_POWER, .n_bands = 20, .multiplier = 10, .floor = 1e-10},
    {.n_fft = 105, .hop_length = 20, .spectrum = FSP_MAGNITUDE, .n_features = 13},
    {.n_fft = 37, .hop_length = 50, .spectrum = FSP_POWER, .n_bands = 3, .n_features = 2},
    {.n_fft = 64,
     .hop_length = 16,
     .spectrum = FSP_MAGNITUDE,
     .summary = FSP_EXTREMES,
     .n_groups = 2,
     .group_sizes = GROUP_SIZES,
     .group_extremes = GROUP_EXTREMES,
     .group_bins = GROUP_BINS},
    {.n_fft = 128, .hop_length = 30, .spectrum = FSP_COMPLEX, .n_bands = 2, .complex_bank = {.width = 3, .first = FIRST_BINS}},
    {.n_fft = 64,
     .hop_length = 1,
     .spectrum = FSP_GIVEN,
     .n_bands = 20,
     .multiplier = 10,
     .floor = 1e-10,
     .n_features = 13},
};
enum { N_CASES = sizeof CASES / sizeof *CASES };

static fsp_config case_config(size_t i, fsp_precision precision, int pairs)
{
    static double bank[MOST_FFT * 20];
    fsp_config c = CASES[i];
    const size_t n_bins = c.spectrum == FSP_GIVEN ? c.n_fft : c.n_fft / 2 + 1;
    c.precision = precision;
    c.window = numbers;
    c.matrix = numbers;
    for (size_t b = 0; b < c.n_bands; b++)
        for (size_t k = 0; k < n_bins; k++) bank[b * n_bins + k] = !pairs || k / 3 == b || k / 3 == b + 1;
    c.bank = c.complex_bank.width ? NULL : bank;
    c.complex_bank.weights = c.complex_bank.turns = numbers;
    return c;
}

static fsp_status run(const fsp_plan *plan, const fsp_config *c, int n_threads, double *data)
{
    static float floats[N_SAMPLES];
    const ptrdiff_t start = 0;
    const int given = c->spectrum == FSP_GIVEN;
    const ptrdiff_t width = c->spectrum == FSP_COMPLEX ? 2 : 1, rows = (ptrdiff_t)fsp_plan_rows(plan);
    for (size_t i = 0; i < N_SAMPLES; i++) floats[i] = (float)samples[i];
    const fsp_input in = {.data = c->precision == FSP_F32 ? (const void *)floats : samples,
                          .precision = c->precision,
                          .n_channels = 1,
                          .n_samples = N_SAMPLES,
                          .channel_offset = &start,
                          .stride = 1,
                          .row_stride = given,
                          .frame_stride = given ? (ptrdiff_t)c->n_fft : 0,
                          .n_frames = N_FRAMES,
                          .total_frames = N_FRAMES,
                          .check_finite = 1};
    const fsp_output out = {.data = data, .channel_offset = &start, .row_stride = width, .frame_stride = width * rows};
    counting = 1;
    const fsp_status status = fsp_run(plan, &in, &out, n_threads);
    counting = 0;
    return status;
}

/* The first failing call that is not made: all of them succeeded. */
static fsp_plan *create_with_failures(const fsp_config *c, size_t i)
{
    for (failing = 1;; failing++) {
        fsp_plan *plan = (fsp_plan *)numbers;
        n_calls = 0;
        counting = 1;
        const fsp_status status = fsp_plan_create(c, &plan);
        counting = 0;
        if (n_calls < failing) {
            result(status == FSP_OK && plan, "a plan with all its memory", i, failing);
            failing = 0;
            return plan;
        }
        result(status == FSP_ENOMEM && !plan && n_live == 0, "a plan without its n-th allocation", i, failing);
        if (status == FSP_OK) fsp_plan_destroy(plan);
    }
}

static int untouched(void)
{
    for (size_t i = 0; i < sizeof out_data; i++)
        if (((unsigned char *)out_data)[i] != 0xcb) return 0;
    return 1;
}

/* Memory that is missing is said to be, with nothing written. But one allocation is for the stacks of helpers, which are
 * done without; and where the C library is linked in, its own two for the CPUs of each of at most three helpers are seen,
 * too, which are left to run anywhere. `n_without` counts those. */
enum { MOST_WITHOUT = 1 + 2 * 3 };

static int survives(fsp_status status, long held, int *n_without)
{
    if (n_live != held) return 0;
    if (status == FSP_ENOMEM) return untouched();
    return status == FSP_OK && ++*n_without <= MOST_WITHOUT && !memcmp(out_data, want, sizeof want);
}

static void run_with_failures(const fsp_plan *plan, const fsp_config *c, size_t i)
{
    memset(want, 0xcb, sizeof want);
    result(run(plan, c, 1, want) == FSP_OK, "a run", i, 0);
    const long held = n_live;  /* the plan's */
    int n_without = 0;
    for (failing = 1;; failing++) {
        memset(out_data, 0xcb, sizeof out_data);
        n_calls = 0;
        const fsp_status status = run(plan, c, 3, out_data);
        if (n_calls < failing) {
            result(status == FSP_OK && n_live == held && !memcmp(out_data, want, sizeof want),
                   "a run with all its memory", i, failing);
            break;
        }
        result(survives(status, held, &n_without), "a run without its n-th allocation", i, failing);
    }
    failing = 0;
    for (long n = 0; n < 6; n++) {
        memset(out_data, 0xcb, sizeof out_data);
        threads_left = n;
        const fsp_status status = run(plan, c, 7, out_data);
        result(status == FSP_OK && !memcmp(out_data, want, sizeof want), "a run with n helping threads", i, n);
    }
    threads_left = -1;
}

/* Arrays allocate nothing but their helpers' stacks, so that nothing can fail. */
static void arrays_without_threads(fsp_precision precision)
{
    double peak = 0;
    memset(out_data, 0, sizeof out_data);
    const size_t n = sizeof out_data / sizeof *out_data;
    const fsp_level_scale scale = {.multiplier = 10, .floor = 1e-10, .lower = -300, .range = INFINITY};
    fsp_array_levels(precision, NULL, out_data, n, &scale, want, 1, &peak);
    threads_left = 1;
    failing = 1;
    n_calls = 0;
    counting = 1;
    fsp_status status = fsp_array_levels(precision, NULL, out_data, n, &scale, out_data, 8, &peak);
    if (status == FSP_OK) status = fsp_array_peak(precision, NULL, out_data, n, 0, 8, &peak);
    if (status == FSP_OK && peak == -100) status = fsp_array_clamp(precision, NULL, out_data, n, 0, -300, out_data, 8);
    counting = 0;
    failing = 0;
    threads_left = -1;
    const size_t bytes = n * (precision == FSP_F32 ? sizeof(float) : sizeof(double));
    result(status == FSP_OK && peak == -100 && n_calls <= 3 * MOST_WITHOUT && !memcmp(out_data, want, bytes),
           "arrays with one helping thread", 0, 0);
}

/* Rows of sums, partial sums, a tile, a gathered row; `along`: the axis that is contiguous. */
static void pools_with_failures(fsp_precision precision, size_t along, size_t n_out)
{
    fsp_pooling p = {.n_batch = 1, .n_pooled = 2, .axes = {{20, 20, 0, 9 * (ptrdiff_t)n_out}, {30, 9, 0, (ptrdiff_t)n_out},
                                                           {20, n_out, 0, 1}}};
    ptrdiff_t stride = 1;
    for (size_t i = 0; i < 3; i++) {
        fsp_pool_axis *axis = &p.axes[(along + 3 - i) % 3];
        axis->in_stride = stride;
        stride *= (ptrdiff_t)axis->in_size;
    }
    const size_t n_pieces = fsp_pool_pieces(precision, NULL, &p);
    static float floats[N_SAMPLES];
    for (size_t i = 0; i < N_SAMPLES; i++) floats[i] = (float)samples[i];
    const void *in = precision == FSP_F32 ? (const void *)floats : samples;
    memset(want, 0xcb, sizeof want);
    result(fsp_pool(precision, NULL, &p, in, want, 0, n_pieces, 1) == FSP_OK, "a pooling", along, 0);
    int n_without = 0;
    for (failing = 1;; failing++) {
        memset(out_data, 0xcb, sizeof out_data);
        n_calls = 0;
        threads_left = failing;
        counting = 1;
        const fsp_status status = fsp_pool(precision, NULL, &p, in, out_data, 0, n_pieces, 4);
        counting = 0;
        if (n_calls < failing) {
            result(status == FSP_OK && n_live == 0 && !memcmp(out_data, want, sizeof want), "a pooling with all its memory",
                   along, failing);
            break;
        }
        result(survives(status, 0, &n_without), "a pooling without its n-th allocation", along, failing);
    }
    failing = 0;
    threads_left = -1;
}

static void keep_best_with_failures(void)
{
    const double values[] = {1, 3, 1};
    for (failing = 1; failing <= 3; failing++) {
        size_t places[] = {0, 1, 2}, kept = 7;
        n_calls = 0;
        counting = 1;
        const fsp_status status = fsp_keep_best(places, values, 3, 1, &kept);
        counting = 0;
        const int good = failing <= 2 ? status == FSP_ENOMEM && kept == 7 && places[0] == 0
                                      : status == FSP_OK && kept == 1 && places[0] == 1;
        result(good && n_live == 0, "the best peaks without the n-th allocation", 0, failing);
    }
    failing = 0;
}

static void beats_with_failures(void)
{
    const double onsets[] = {1, 0, 1}, period = 2;
    for (failing = 1; failing <= 2; failing++) {
        double scores[] = {7, 7, 7};
        const fsp_beats beats = {.precision = FSP_F64, .onsets = onsets, .scores = scores, .n = 3, .n_periods = 1, .periods = &period};
        n_calls = 0;
        counting = 1;
        const fsp_status status = fsp_smooth_onsets(&beats, 0, 3);
        counting = 0;
        const int good = failing == 1 ? status == FSP_ENOMEM && scores[2] == 7 : status == FSP_OK && scores[2] == 1;
        result(good && n_live == 0, "scores of beats without the n-th allocation", 0, failing);
    }
    failing = 0;
}

static void blocks_with_failures(void)
{
    size_t size = 0;
    failing = 1;
    n_calls = 0;
    counting = 1;
    void *none = fsp_block_create(1000, &size), *at = fsp_block_create(1000, &size), *next;
    fsp_block_destroy(none, 1000);
    fsp_block_destroy(at, size);
    failing = n_calls + 1;  /* what is kept needs no allocation */
    next = fsp_block_create(900, &size);
    fsp_block_destroy(next, size);
    fsp_blocks_drop();
    counting = 0;
    failing = 0;
    result(!none && at && next == at && size == 1000 && n_live == 0 && !fsp_blocks_kept(), "blocks for results", 0, 0);
}

static fsp_status run_sequence(int which, fsp_precision precision, size_t *starts)
{
    static const size_t no_runs[4] = {0}, offsets[] = {0, 3};
    double points[] = {0, 0, 5};
    const fsp_transitions transitions = {FSP_RUNS, 3, numbers, NULL, -1, no_runs, NULL};
    const fsp_points pairs = {samples, samples, 3, 4, 5, 1};
    const fsp_smoothing smoothing = {2, 16, 20, numbers, offsets};
    switch (which) {
    case 0: return fsp_decode_forward(&transitions, 1, 2, out_data);
    case 1: return fsp_distances(precision, NULL, &pairs, out_data);
    case 2: return fsp_smooth_rows(precision, NULL, &smoothing, 2, samples, out_data);
    default: return fsp_join_neighbours(points, 3, 1, 2, starts);
    }
}

static void sequences_with_failures(fsp_precision precision)
{
    for (int which = 0; which < 4; which++)
        for (failing = 1;; failing++) {
            size_t starts[] = {7, 7};
            memset(out_data, 0xcb, sizeof out_data);
            n_calls = 0;
            counting = 1;
            const fsp_status status = run_sequence(which, precision, starts);
            counting = 0;
            if (n_calls < failing) {
                result(status == FSP_OK && n_live == 0 && failing > 1 && (which < 3 || starts[1] == 2), "a sequence with all its memory",
                       (size_t)which, failing);
                break;
            }
            result(status == FSP_ENOMEM && n_live == 0 && untouched() && starts[0] == 7, "a sequence without its n-th allocation",
                   (size_t)which, failing);
        }
    failing = 0;
}

/* atoms ------------------------------------------------------------------------------------------------------------ */

enum { N_BINS = 3, N_ATOM_FRAMES = 100 };

static fsp_atoms_config atoms_config(fsp_precision precision, size_t hop_length)
{
    static const size_t n_taps[] = {5, 4}, rate[] = {0, 0, 2, 2}, bin[] = {0, 1, 2, 2}, n_pairs[] = {40, 31, 20, 20};
    return (fsp_atoms_config){.precision = precision, .hop_length = hop_length, .lead = 50, .padding = FSP_PAD_REFLECT,
                              .n_halvings = 2, .n_taps = n_taps, .taps = numbers, .n_atoms = 4, .n_bins = N_BINS,
                              .rate = rate, .bin = bin, .n_pairs = n_pairs, .even = numbers, .odd = numbers,
                              .factors = numbers};
}

/* Either of the two: frames of the samples, or samples from frames. */
typedef struct {
    fsp_atoms *atoms;
    fsp_atom_sum *sum;
} either;

static fsp_status create_either(const fsp_atoms_config *c, int backwards, either *e)
{
    *e = (either){(fsp_atoms *)numbers, (fsp_atom_sum *)numbers};
    n_calls = 0;
    counting = 1;
    const fsp_status status = backwards ? fsp_atom_sum_create(c, &e->sum) : fsp_atoms_create(c, &e->atoms);
    counting = 0;
    if (backwards) e->atoms = NULL;
    else e->sum = NULL;
    return status;
}

static fsp_status run_either(const fsp_atoms_config *c, const either *e, int n_threads, double *data)
{
    const ptrdiff_t start = 0;
    const fsp_input in = {.data = samples, .precision = FSP_F64, .n_channels = 1, .n_samples = 5000,
                          .channel_offset = &start, .stride = 1, .n_frames = N_ATOM_FRAMES,
                          .total_frames = N_ATOM_FRAMES, .check_finite = 1};
    const fsp_output out = {.data = data, .channel_offset = &start, .row_stride = 2, .frame_stride = 2 * N_BINS};
    const fsp_spectra spectra = {.data = numbers, .n_channels = 1, .n_frames = N_ATOM_FRAMES, .channel_offset = &start,
                                 .frame_stride = 2 * N_BINS};
    n_calls = 0;
    counting = 1;
    const size_t n_samples = N_ATOM_FRAMES * c->hop_length;
    const fsp_status status = e->sum ? fsp_atom_sum_run(e->sum, &spectra, data, &start, 0, n_samples, n_threads)
                                     : fsp_atoms_run(e->atoms, &in, &out, n_threads);
    counting = 0;
    return status;
}

static void atoms_with_failures(const fsp_atoms_config *c, int backwards, size_t i)
{
    either e;
    fsp_status status;
    for (failing = 1; (status = create_either(c, backwards, &e)), n_calls >= failing; failing++)
        result(status == FSP_ENOMEM && !e.atoms && !e.sum && n_live == 0, "atoms without their n-th allocation", i,
               failing);
    failing = 0;
    result(status == FSP_OK && (e.atoms || e.sum), "atoms with all their memory", i, 0);
    if (status) return;
    const long held = n_live;
    int n_without = 0;
    memset(want, 0xcb, sizeof want);
    result(run_either(c, &e, 1, want) == FSP_OK && n_live == held, "a run of atoms", i, 0);
    for (failing = 1;; failing++) {
        memset(out_data, 0xcb, sizeof out_data);
        status = run_either(c, &e, 3, out_data);
        if (n_calls < failing) break;
        result(survives(status, held, &n_without), "a run of atoms without its n-th allocation", i, failing);
    }
    failing = 0;
    for (long n = 0; n < 4; n++) {
        memset(out_data, 0xcb, sizeof out_data);
        threads_left = n;
        status = run_either(c, &e, 5, out_data);
        result(status == FSP_OK && n_live == held && !memcmp(out_data, want, sizeof want),
               "atoms with n helping threads", i, n);
    }
    threads_left = -1;
    fsp_atoms_destroy(e.atoms);
    fsp_atom_sum_destroy(e.sum);
    result(n_live == 0, "nothing left of atoms", i, 0);
}

/* Griffin and Lim's search ----------------------------------------------------------------------------------------- */

enum { N_SEARCH_FRAMES = 300, SEARCH_HOP = 8, N_SEARCH_SAMPLES = (N_SEARCH_FRAMES - 1) * SEARCH_HOP };

static fsp_status create_search(fsp_precision precision, fsp_search **search)
{
    const ptrdiff_t start = 0;
    const fsp_inverse_config c = {.precision = precision, .n_fft = 32, .hop_length = SEARCH_HOP, .window = numbers, .lead = 16};
    static float floats[17 * N_SEARCH_FRAMES];
    for (size_t i = 0; i < 17 * N_SEARCH_FRAMES; i++) floats[i] = (float)numbers[i];
    const fsp_spectra magnitudes = {.data = precision == FSP_F32 ? (const void *)floats : numbers, .n_channels = 1,
                                    .n_frames = N_SEARCH_FRAMES, .channel_offset = &start, .frame_stride = 17};
    *search = (fsp_search *)numbers;
    n_calls = 0;
    counting = 1;
    const fsp_status status = fsp_search_create(&c, FSP_PAD_REFLECT, &magnitudes, N_SEARCH_SAMPLES, search);
    counting = 0;
    return status;
}

/* From the samples anew: start, a round, the result. */
static fsp_status search_once(fsp_search *search, fsp_precision precision, int n_threads, double *data)
{
    static float floats[N_SEARCH_SAMPLES];
    const ptrdiff_t start = 0;
    for (size_t i = 0; i < N_SEARCH_SAMPLES; i++) floats[i] = (float)samples[i];
    n_calls = 0;
    counting = 1;
    fsp_status status = fsp_search_start(search, precision == FSP_F32 ? (const void *)floats : samples, &start);
    if (status == FSP_OK) status = fsp_search_round(search, 0, n_threads);
    if (status == FSP_OK) status = fsp_search_result(search, data, &start);
    counting = 0;
    return status;
}

static void search_with_failures(fsp_precision precision)
{
    fsp_search *search;
    fsp_status status;
    for (failing = 1; (status = create_search(precision, &search)), n_calls >= failing; failing++)
        result(status == FSP_ENOMEM && !search && n_live == 0, "a search without its n-th allocation", 0, failing);
    failing = 0;
    result(status == FSP_OK && search, "a search with all its memory", 0, 0);
    if (status) return;
    const long held = n_live;
    int n_without = 0;
    memset(want, 0xcb, sizeof want);
    result(search_once(search, precision, 1, want) == FSP_OK && n_live == held, "a round", 0, 0);
    for (failing = 1;; failing++) {
        memset(out_data, 0xcb, sizeof out_data);
        status = search_once(search, precision, 3, out_data);
        if (n_calls < failing) break;
        result(survives(status, held, &n_without), "a round without its n-th allocation", 0, failing);
    }
    failing = 0;
    fsp_search_destroy(search);
    result(n_live == 0, "nothing left of a search", 0, 0);
}

int main(void)
{
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) numbers[i] = 0.25 + (double)(i * 37 % 64) / 64;
    for (size_t i = 0; i < N_SAMPLES; i++) samples[i] = (double)(i * i % 1009) / 1009 - 0.3;
    for (size_t i = 0; i < 4 * N_CASES; i++) {
        const fsp_config c = case_config(i / 4, i & 1 ? FSP_F64 : FSP_F32, i & 2);
        fsp_plan *plan = create_with_failures(&c, i / 4);
        if (plan) run_with_failures(plan, &c, i / 4);
        fsp_plan_destroy(plan);
        result(n_live == 0, "nothing left of a plan", i / 4, 0);
    }
    for (size_t i = 0; i < 8; i++) {  /* hops that follow one another, and hops that stand alone */
        const fsp_atoms_config c = atoms_config(i & 1 ? FSP_F64 : FSP_F32, i & 2 ? 16 : 400);
        atoms_with_failures(&c, i & 4 ? 1 : 0, i);
    }
    search_with_failures(FSP_F32);
    search_with_failures(FSP_F64);
    arrays_without_threads(FSP_F32);
    arrays_without_threads(FSP_F64);
    for (size_t i = 0; i < 12; i++) pools_with_failures(i & 1 ? FSP_F64 : FSP_F32, i / 2 % 3, i < 6 ? 4 : 1);
    keep_best_with_failures();
    beats_with_failures();
    blocks_with_failures();
    sequences_with_failures(FSP_F32);
    sequences_with_failures(FSP_F64);
    calls_with_failures();
    printf("%zu passed, %zu failed\n", n_passed, n_failed);
    return n_failed ? 1 : 0;
}
