/* Threads of the caller: 64 of them run one plan at once, atoms and their sum as well, while others create, run and
 * destroy plans of their own; each result has the bits of a run alone. Blocks for results go from hand to hand. Meant for ThreadSanitizer. */
#include "fastspec.h"

#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    N_RUNNERS = 64,
    N_MAKERS = 8,
    RUNS = 160,
    PLANS = 40,
    N_FFT = 64,
    HOP = 16,
    N_SAMPLES = 2000,
    N_FRAMES = 120,
    N_BANDS = 10,
    N_CHANNELS = 2,
    N_ATOM_BINS = 3,
    N_ATOM_FRAMES = 40,
    N_ATOM_SAMPLES = N_ATOM_FRAMES * HOP,
    BLOCK = 4000
};

static double window[N_FFT], bank[N_BANDS * (N_FFT / 2 + 1)];
static float signal[N_CHANNELS * N_SAMPLES], want[N_CHANNELS * N_FRAMES * N_BANDS];
static double want_peak[N_CHANNELS];
static fsp_plan *shared;

/* What atoms make of the signal's beginning, and their sum of that. */
typedef struct {
    float frames[2 * N_ATOM_FRAMES * N_ATOM_BINS], samples[N_ATOM_SAMPLES];
} there_and_back;

static there_and_back want_atoms;
static fsp_atoms *shared_atoms;
static fsp_atom_sum *shared_sum;

static fsp_plan *make_plan(void)
{
    fsp_plan *plan = NULL;
    const fsp_config config = {.precision = FSP_F32,
                               .n_fft = N_FFT,
                               .hop_length = HOP,
                               .window = window,
                               .lead = N_FFT / 2,
                               .margin = {FSP_PAD_REFLECT, N_FFT / 2, N_FFT / 2},
                               .spectrum = FSP_POWER,
                               .n_bands = N_BANDS,
                               .bank = bank,
                               .multiplier = 10,
                               .floor = 1e-10};
    return fsp_plan_create(&config, &plan) == FSP_OK ? plan : NULL;
}

static fsp_status run(const fsp_plan *plan, int n_threads, float *out_data, double *peak)
{
    const ptrdiff_t in_start[] = {0, N_SAMPLES}, out_start[] = {0, N_FRAMES * N_BANDS};
    const fsp_input in = {.data = signal,
                          .precision = FSP_F32,
                          .n_channels = N_CHANNELS,
                          .n_samples = N_SAMPLES,
                          .channel_offset = in_start,
                          .stride = 1,
                          .n_frames = N_FRAMES,
                          .total_frames = N_FRAMES,
                          .check_finite = 1};
    const fsp_output out = {
        .data = out_data, .channel_offset = out_start, .row_stride = 1, .frame_stride = N_BANDS, .peak = peak};
    peak[0] = peak[1] = -INFINITY;
    return fsp_run(plan, &in, &out, n_threads);
}

static int as_alone(const fsp_plan *plan, int n_threads, float *out)
{
    double peak[N_CHANNELS];
    memset(out, 0, sizeof want);
    return run(plan, n_threads, out, peak) == FSP_OK && !memcmp(out, want, sizeof want) &&
           !memcmp(peak, want_peak, sizeof peak);
}

static int make_atoms(fsp_atoms **atoms, fsp_atom_sum **sum)
{
    static const size_t n_taps[] = {4, 3}, rate[] = {0, 1, 2}, bin[] = {0, 1, 2}, n_pairs[] = {30, 20, 16};
    const fsp_atoms_config config = {.precision = FSP_F32, .hop_length = HOP, .n_halvings = 2, .n_taps = n_taps,
                                     .taps = window, .n_atoms = 3, .n_bins = N_ATOM_BINS, .rate = rate, .bin = bin,
                                     .n_pairs = n_pairs, .even = bank, .odd = bank, .factors = window};
    return fsp_atoms_create(&config, atoms) == FSP_OK && fsp_atom_sum_create(&config, sum) == FSP_OK;
}

static int run_atoms(const fsp_atoms *atoms, const fsp_atom_sum *sum, int n_threads, there_and_back *to)
{
    const ptrdiff_t start = 0;
    const fsp_input in = {.data = signal, .precision = FSP_F32, .n_channels = 1, .n_samples = N_ATOM_SAMPLES,
                          .channel_offset = &start, .stride = 1, .n_frames = N_ATOM_FRAMES,
                          .total_frames = N_ATOM_FRAMES, .check_finite = 1};
    const fsp_output out = {.data = to->frames, .channel_offset = &start, .row_stride = 2,
                            .frame_stride = 2 * N_ATOM_BINS};
    const fsp_spectra frames = {.data = to->frames, .n_channels = 1, .n_frames = N_ATOM_FRAMES,
                                .channel_offset = &start, .frame_stride = 2 * N_ATOM_BINS};
    return fsp_atoms_run(atoms, &in, &out, n_threads) == FSP_OK &&
           fsp_atom_sum_run(sum, &frames, to->samples, &start, 0, N_ATOM_SAMPLES, n_threads) == FSP_OK;
}

static int atoms_as_alone(const fsp_atoms *atoms, const fsp_atom_sum *sum, int n_threads)
{
    there_and_back got = {{0}, {0}};
    return run_atoms(atoms, sum, n_threads, &got) && !memcmp(&got, &want_atoms, sizeof got);
}

/* Whether two blocks are this thread's alone: what it writes stays there while others create and destroy theirs. */
static int blocks_are_own(size_t mark)
{
    size_t size[2];
    unsigned char *at[2];
    int good = 1;
    for (int i = 0; i < 2; i++) {
        at[i] = fsp_block_create(BLOCK + mark % 512, &size[i]);
        good &= at[i] && size[i] >= BLOCK + mark % 512;
        if (at[i]) memset(at[i], (int)((mark + (size_t)i) % 256), size[i]);
    }
    for (int i = 0; i < 2; i++) {
        for (size_t k = 0; at[i] && k < size[i]; k++) good &= at[i][k] == (mark + (size_t)i) % 256;
        fsp_block_destroy(at[i], size[i]);
    }
    return good && fsp_blocks_kept() <= FSP_MOST_KEPT;
}

/* How many of the runs were as a run alone. */
static void *run_shared(void *index)
{
    float *out = malloc(sizeof want);
    size_t good = 0;
    for (size_t i = 0; i < RUNS && out; i++) {
        const int n_threads = i % 16 == 0 ? 1 + (int)((size_t)index % 4) : 1;
        good += blocks_are_own(RUNS * (size_t)index + i) && as_alone(shared, n_threads, out) &&
                (i % 8 || atoms_as_alone(shared_atoms, shared_sum, n_threads));
    }
    free(out);
    return (void *)good;
}

static void *make_and_run(void *index)
{
    float *out = malloc(sizeof want);
    size_t good = 0;
    (void)index;
    for (size_t i = 0; i < PLANS && out; i++) {
        fsp_plan *plan = make_plan();
        fsp_atoms *atoms = NULL;
        fsp_atom_sum *sum = NULL;
        good += make_atoms(&atoms, &sum) && atoms_as_alone(atoms, sum, 1 + (int)(i % 3)) && plan &&
                as_alone(plan, 1 + (int)(i % 3), out);
        fsp_plan_destroy(plan);
        fsp_atoms_destroy(atoms);
        fsp_atom_sum_destroy(sum);
    }
    free(out);
    return (void *)good;
}

int main(void)
{
    pthread_t threads[N_RUNNERS + N_MAKERS];
    size_t n_passed = 0, n_started = 0;
    for (size_t i = 0; i < N_FFT; i++) window[i] = 1;
    for (size_t i = 0; i < sizeof bank / sizeof *bank; i++) bank[i] = (double)(i % 5);
    for (size_t i = 0; i < N_CHANNELS * N_SAMPLES; i++) signal[i] = (float)(i * i % 1009) / 1009 - 0.5f;
    shared = make_plan();
    if (!shared || run(shared, 1, want, want_peak)) return 2;
    if (!make_atoms(&shared_atoms, &shared_sum) || !run_atoms(shared_atoms, shared_sum, 1, &want_atoms)) return 2;
    for (; n_started < N_RUNNERS + N_MAKERS; n_started++)
        if (pthread_create(&threads[n_started], NULL, n_started % 9 == 8 ? make_and_run : run_shared,
                           (void *)n_started))
            break;
    size_t wanted = 0;
    for (size_t i = 0; i < n_started; i++) {
        void *good;
        pthread_join(threads[i], &good);
        wanted += i % 9 == 8 ? PLANS : RUNS;
        n_passed += (size_t)good;
    }
    fsp_blocks_drop();
    fsp_plan_destroy(shared);
    fsp_atoms_destroy(shared_atoms);
    fsp_atom_sum_destroy(shared_sum);
    if (n_started < N_RUNNERS + N_MAKERS) printf("FAILED only %zu threads could be started\n", n_started);
    printf("%zu passed, %zu failed\n", n_passed, wanted - n_passed);
    return wanted != n_passed || n_started < N_RUNNERS + N_MAKERS;
}
