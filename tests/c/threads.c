/* Threads of the caller: 64 of them run one plan at once while others create, run and destroy plans of their own; each
 * result has the bits of a run alone. Meant for ThreadSanitizer. */
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
    N_CHANNELS = 2
};

static double window[N_FFT], bank[N_BANDS * (N_FFT / 2 + 1)];
static float signal[N_CHANNELS * N_SAMPLES], want[N_CHANNELS * N_FRAMES * N_BANDS];
static double want_peak[N_CHANNELS];
static fsp_plan *shared;

static fsp_plan *make_plan(void)
{
    fsp_plan *plan = NULL;
    const fsp_config config = {.precision = FSP_F32,
                               .n_fft = N_FFT,
                               .hop_length = HOP,
                               .window = window,
                               .lead = N_FFT / 2,
                               .padding = FSP_PAD_REFLECT,
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

/* How many of the runs were as a run alone. */
static void *run_shared(void *index)
{
    float *out = malloc(sizeof want);
    size_t good = 0;
    for (size_t i = 0; i < RUNS && out; i++)
        good += (size_t)as_alone(shared, i % 16 == 0 ? 1 + (int)((size_t)index % 4) : 1, out);
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
        good += plan && as_alone(plan, 1 + (int)(i % 3), out);
        fsp_plan_destroy(plan);
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
    fsp_plan_destroy(shared);
    if (n_started < N_RUNNERS + N_MAKERS) printf("FAILED only %zu threads could be started\n", n_started);
    printf("%zu passed, %zu failed\n", n_passed, wanted - n_passed);
    return wanted != n_passed || n_started < N_RUNNERS + N_MAKERS;
}
