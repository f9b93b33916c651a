/* Every call that takes threads, and every one that allocates and has no case in oom.c: without its n-th allocation it says
 * FSP_ENOMEM and leaves the output alone; stopped by the n-th answer, it says FSP_ESTOPPED; it holds nothing afterwards; and the next
 * time it does all its work, with the same bits. */
#include "failing.h"

#include <math.h>

enum { N = 1 << 18 };

static double reals[N], out_data[N], want[N];
static float singles[N];
static const ptrdiff_t START;

static const void *data_of(fsp_precision precision) { return precision == FSP_F32 ? (const void *)singles : reals; }

static fsp_input signal_of(fsp_precision precision, size_t n_samples, size_t n_frames)
{
    return (fsp_input){.data = data_of(precision), .precision = precision, .n_channels = 1, .n_samples = n_samples,
                       .channel_offset = &START, .stride = 1, .n_frames = n_frames, .total_frames = n_frames, .check_finite = 1};
}

/* plans, inverses and searches */

static fsp_status spectra(fsp_precision precision, size_t n_fft, size_t n_samples, size_t n_frames, int n_threads)
{
    const fsp_config c = {.precision = precision, .n_fft = n_fft, .hop_length = n_samples / n_frames, .window = reals, .spectrum = FSP_POWER};
    const fsp_input in = signal_of(precision, n_samples, n_frames);
    const fsp_output out = {.data = out_data, .channel_offset = &START, .row_stride = 1, .frame_stride = (ptrdiff_t)(n_fft / 2 + 1)};
    fsp_plan *plan;
    fsp_status status = fsp_plan_create(&c, &plan);
    if (status == FSP_OK) status = fsp_run(plan, &in, &out, n_threads);
    fsp_plan_destroy(plan);
    return status;
}

static fsp_status prime_spectra(fsp_precision p, int n_threads) { return spectra(p, 1009, 40000, 400, n_threads); }
static fsp_status long_spectra(fsp_precision p, int n_threads) { return spectra(p, 1 << 17, N, 2, n_threads); }

static fsp_status inverse(fsp_precision precision, size_t n_fft, size_t n_frames, int n_threads)
{
    const fsp_inverse_config c = {.precision = precision, .n_fft = n_fft, .hop_length = n_fft / 4, .window = reals, .smallest = 1e-8};
    const fsp_spectra in = {data_of(precision), 1, n_frames, &START, (ptrdiff_t)(n_fft / 2 + 1) * 2};
    fsp_inverse *inv;
    fsp_status status = fsp_inverse_create(&c, &inv);
    if (status == FSP_OK) status = fsp_inverse_run(inv, &in, out_data, &START, n_frames * c.hop_length, n_threads);
    fsp_inverse_destroy(inv);
    return status;
}

static fsp_status even_inverse(fsp_precision p, int n_threads) { return inverse(p, 64, 3900, n_threads); }
static fsp_status odd_inverse(fsp_precision p, int n_threads) { return inverse(p, 45, 400, n_threads); }
static fsp_status prime_inverse(fsp_precision p, int n_threads) { return inverse(p, 1009, 60, n_threads); }
static fsp_status long_inverse(fsp_precision p, int n_threads) { return inverse(p, 16384, 15, n_threads); }

static fsp_status search(fsp_precision precision, int n_threads)
{
    const fsp_inverse_config c = {.precision = precision, .n_fft = 32, .hop_length = 8, .window = reals, .lead = 16};
    const fsp_spectra magnitudes = {data_of(precision), 1, 3000, &START, 17};
    const size_t n_samples = 8 * 2999;
    fsp_search *s;
    fsp_status status = fsp_search_create(&c, FSP_PAD_REFLECT, &magnitudes, n_samples, &s);
    if (status == FSP_OK) status = fsp_search_start(s, data_of(precision), &START);
    for (int i = 0; i < 2 && status == FSP_OK; i++) status = fsp_search_round(s, 0.99 * i, n_threads);
    if (status == FSP_OK) status = fsp_search_result(s, out_data, &START);
    fsp_search_destroy(s);
    return status;
}

static fsp_status vocoder(fsp_precision precision, int n_threads)
{
    static ptrdiff_t frames[400];
    const fsp_vocoder v = {.data = data_of(precision), .out = out_data, .n_channels = 1, .n_bins = 300, .n_out = 400, .channel_offset = &START,
                           .out_offset = &START, .frame_stride = 600, .out_stride = 600, .from = frames, .to = frames, .low = frames,
                           .span = 1, .fraction = reals};
    return fsp_vocode(precision, NULL, &v, n_threads);
}

/* arrays */

static fsp_status levels(fsp_precision precision, int n_threads)
{
    const fsp_level_scale scale = {.multiplier = 10, .floor = 1e-10, .lower = -300, .range = 3};
    double peak;
    return fsp_array_levels(precision, NULL, data_of(precision), N, &scale, out_data, n_threads, &peak);
}

static fsp_status peak(fsp_precision precision, int n_threads)
{
    return fsp_array_peak(precision, NULL, data_of(precision), N, 0, n_threads, out_data);
}

static fsp_status clamp(fsp_precision precision, int n_threads)
{
    return fsp_array_clamp(precision, NULL, data_of(precision), N, 0.5, 0, out_data, n_threads);
}

static fsp_status squares(fsp_precision precision, int n_threads)
{
    return fsp_array_squares(precision, NULL, data_of(precision), N / 2, out_data, n_threads);
}

static fsp_status phasors(fsp_precision precision, int n_threads)
{
    int reached;
    return fsp_array_phasors(precision, NULL, data_of(precision), N / 2, out_data, n_threads, &reached);
}

static fsp_status convert(fsp_precision precision, int n_threads)
{
    const fsp_conversion c = {.in = data_of(precision), .out = out_data, .from = {FSP_REALS, precision}, .to = {FSP_S16, precision},
                              .n_rows = 1, .n = N, .in_offset = &START, .out_offset = &START,
                              .in_stride = precision == FSP_F32 ? 4 : 8, .out_stride = 2, .end = N};
    size_t clips;
    return fsp_convert(NULL, &c, n_threads, &clips);
}

static fsp_status pool(fsp_precision precision, int n_threads)
{
    const fsp_pooling p = {.n_batch = 1, .n_pooled = 1, .axes = {{100, 100, 1, 1}, {N / 100, 300, 100, 100}}};
    const size_t n = fsp_pool_pieces(precision, NULL, &p);
    return fsp_pool(precision, NULL, &p, data_of(precision), out_data, 0, n, n_threads);
}

static fsp_status medians(fsp_precision precision, size_t n, size_t n_series, size_t width, int n_threads)
{
    const fsp_medians m = {n, n_series, width, 1, (ptrdiff_t)n, 1, (ptrdiff_t)n};
    return fsp_running_median(precision, NULL, &m, data_of(precision), out_data, n_threads);
}

static fsp_status narrow_medians(fsp_precision p, int n_threads) { return medians(p, 6000, 40, 9, n_threads); }
static fsp_status wide_medians(fsp_precision p, int n_threads) { return medians(p, 80000, 2, 1101, n_threads); }

/* pitch, atoms and paths */

static fsp_status pitches(fsp_precision precision, int n_threads)
{
    const fsp_yin_config c = {.frame_length = 200, .hop_length = 40, .min_period = 10, .max_period = 100};
    const fsp_input in = signal_of(precision, 16000, 300);
    static const double thresholds[] = {0.1, 0.5}, beta[] = {0.4, 0.6}, beta_below[] = {0, 0.4, 1};
    const fsp_pyin_prior prior = {2, thresholds, beta, beta_below, reals, reals, 0.01};
    static size_t counts[300];
    static double lowest[300];
    fsp_yin *yin;
    fsp_status status = fsp_yin_create(&c, &yin);
    if (status == FSP_OK) status = fsp_yin_run(yin, &in, 0.1, lowest, 1);
    if (status == FSP_OK)
        status = fsp_pyin_run(yin, &in, &prior, counts, out_data, out_data + 300 * fsp_yin_most_troughs(yin), n_threads);
    fsp_yin_destroy(yin);
    return status;
}

static fsp_atoms_config atoms_config(fsp_precision precision)
{
    static const size_t n_taps[] = {5}, rate[] = {0, 1}, bin[] = {0, 1}, n_pairs[] = {40, 31};
    return (fsp_atoms_config){.precision = precision, .hop_length = 16, .lead = 50, .padding = FSP_PAD_REFLECT, .n_halvings = 1,
                              .n_taps = n_taps, .taps = reals, .n_atoms = 2, .n_bins = 2, .rate = rate, .bin = bin, .n_pairs = n_pairs,
                              .even = reals, .odd = reals, .factors = reals};
}

static fsp_status atoms(fsp_precision precision, int n_threads)
{
    const fsp_atoms_config c = atoms_config(precision);
    const fsp_input in = signal_of(precision, 64000, 4000);
    const fsp_output out = {.data = out_data, .channel_offset = &START, .row_stride = 2, .frame_stride = 4};
    fsp_atoms *a;
    fsp_status status = fsp_atoms_create(&c, &a);
    if (status == FSP_OK) status = fsp_atoms_run(a, &in, &out, n_threads);
    fsp_atoms_destroy(a);
    return status;
}

static fsp_status atom_sum(fsp_precision precision, int n_threads)
{
    const fsp_atoms_config c = atoms_config(precision);
    const fsp_spectra in = {data_of(precision), 1, 4000, &START, 4};
    fsp_atom_sum *sum;
    fsp_status status = fsp_atom_sum_create(&c, &sum);
    if (status == FSP_OK) status = fsp_atom_sum_run(sum, &in, out_data, &START, 0, 64000, n_threads);
    fsp_atom_sum_destroy(sum);
    return status;
}

static fsp_status viterbi(fsp_precision precision, int n_threads)
{
    static const size_t start[3], no_bins[1];
    const fsp_band band = {0, FSP_BAND_STEP, reals};
    const fsp_trellis t = {1, 4, band, band, -9};
    const fsp_observations seen = {0, start, no_bins, reals, reals, -20};
    (void)precision;
    (void)n_threads;
    return fsp_viterbi_forward(&t, &seen, FSP_BEGINS, -3, 1, out_data);
}

static const struct {
    const char *name;
    fsp_status (*run)(fsp_precision, int);
} CALLS[] = {
    {"prime spectra", prime_spectra}, {"long spectra", long_spectra}, {"inverse", even_inverse}, {"odd inverse", odd_inverse},
    {"prime inverse", prime_inverse}, {"long inverse", long_inverse}, {"search", search}, {"vocoder", vocoder}, {"levels", levels},
    {"peak", peak}, {"clamp", clamp}, {"squares", squares}, {"phasors", phasors}, {"conversion", convert}, {"pool", pool},
    {"narrow medians", narrow_medians}, {"wide medians", wide_medians}, {"pitches", pitches}, {"atoms", atoms},
    {"sum of atoms", atom_sum}, {"viterbi", viterbi},
};

static int n_asked, answer;

static int stops_now(void) { return ++n_asked == answer; }

static fsp_status once(size_t i, fsp_precision precision, int n_threads)
{
    memset(out_data, 0xcb, sizeof out_data);
    n_calls = n_asked = 0;
    counting = 1;
    const fsp_status status = CALLS[i].run(precision, n_threads);
    counting = 0;
    return status;
}

static int untouched(void)
{
    for (size_t i = 0; i < sizeof out_data; i++)
        if (((unsigned char *)out_data)[i] != 0xcb) return 0;
    return 1;
}

static int whole(fsp_status status) { return status == FSP_OK && n_live == 0 && !memcmp(out_data, want, sizeof want); }

static void without_memory(size_t i, fsp_precision precision)
{
    for (failing = 1;; failing++) {
        const fsp_status status = once(i, precision, 3);
        if (n_calls < failing) break;
        result(whole(status) || (status == FSP_ENOMEM && n_live == 0 && untouched()), CALLS[i].name, precision, failing);
    }
    failing = 0;
    result(whole(once(i, precision, 3)), CALLS[i].name, precision, 0);
}

static void stopped(size_t i, fsp_precision precision, int n_threads)
{
    fsp_ask(stops_now);
    hurried = 1;
    for (answer = 1;; answer += 1 + answer / 4) {
        const fsp_status status = once(i, precision, n_threads);
        if (n_asked < answer) break;
        result(status == FSP_ESTOPPED && n_live == 0, CALLS[i].name, precision, -answer);
    }
    hurried = 0;
    fsp_ask(NULL);
    result(whole(once(i, precision, n_threads)), CALLS[i].name, precision, -1);
}

void calls_with_failures(void)
{
    for (size_t i = 0; i < N; i++) singles[i] = (float)(reals[i] = 0.25 + (double)(i * i % 1009) / 1009);
    for (size_t i = 0; i < sizeof CALLS / sizeof *CALLS; i++)
        for (int precision = FSP_F32; precision <= FSP_F64; precision++) {
            result(once(i, (fsp_precision)precision, 1) == FSP_OK && n_live == 0, CALLS[i].name, (size_t)precision, 0);
            memcpy(want, out_data, sizeof want);
            without_memory(i, (fsp_precision)precision);
            stopped(i, (fsp_precision)precision, 1);
            stopped(i, (fsp_precision)precision, 3);
        }
}
