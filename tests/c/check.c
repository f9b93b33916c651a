/* The list of checks, and the program around them.
 *
 *   check [--quick] [--exhaustive-log] [--report] [--isa NAME] [--only SUBJECT] */
#include "check.h"

#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <unistd.h>

typedef struct {
    const char *subject;
    check_function *function;
    size_t kernel;  /* where in fsp_kernels; 0: not one kernel but several */
} entry;

#define KERNEL(name) {#name, check_##name, offsetof(fsp_kernels, name)}

#define POOL(name, kind, at) {"pool_" #name "_" #kind, check_pool_##name##_##kind, offsetof(fsp_kernels, pool_##name[at])}

static const entry SUBJECTS[] = {
    /* samples -> frames */
    KERNEL(all_finite), KERNEL(gather), KERNEL(carry), KERNEL(add_noise), KERNEL(emphasise), KERNEL(condition),
    /* frames -> spectrum */
    KERNEL(real_even), KERNEL(window), KERNEL(real_odd), KERNEL(pass), KERNEL(unpack), KERNEL(chirp_in),
    KERNEL(chirp_multiply), KERNEL(chirp_out), KERNEL(root), KERNEL(fill_zeros), KERNEL(collect),
    /* spectrum -> bands -> levels -> feature */
    KERNEL(bank_pairs), KERNEL(bank_rows), KERNEL(rolloff), KERNEL(flatness), KERNEL(extremes), KERNEL(levels),
    KERNEL(clamp), KERNEL(matrix),
    /* tiles in and out of arrays */
    KERNEL(store_rows), KERNEL(store_rows_complex), KERNEL(store_frames), KERNEL(store_frames_complex),
    KERNEL(load_rows), KERNEL(load_frames),
    /* spectrum -> samples */
    KERNEL(load_spectra), KERNEL(repack), KERNEL(real_even_back), KERNEL(overlap_add), KERNEL(emit), KERNEL(rephase),
    KERNEL(replace), KERNEL(join),
    KERNEL(advance_phase), KERNEL(set_magnitude), KERNEL(recur), KERNEL(predict), KERNEL(distances),
    /* atoms and back */
    KERNEL(halve), KERNEL(wrap_rows), KERNEL(correlate), KERNEL(mix), KERNEL(unmix), KERNEL(spread), KERNEL(add_rows),
    /* arrays, medians */
    KERNEL(median), KERNEL(array_peak), KERNEL(array_levels), KERNEL(array_clamp),
    KERNEL(array_squares), KERNEL(array_phasors), KERNEL(turn),
    /* pooling: means, maxima */
    POOL(rows, mean, 0), POOL(rows, max, 1), POOL(along, mean, 0), POOL(along, max, 1), POOL(across, mean, 0),
    POOL(across, max, 1),
    /* PCM codes, samples, real numbers */
    KERNEL(widen), KERNEL(narrow), KERNEL(to_samples), KERNEL(from_samples), KERNEL(decode), KERNEL(encode), KERNEL(dither),
    /* several kernels at once */
    {"log", check_log, 0}, {"array calls", check_array_calls, 0},
    {"FFT error", check_fft_error, 0}, {"FFT error's growth", check_fft_growth, 0}, {"FFT laws", check_fft_laws, 0},
    {"FFT power", check_fft_power, 0},
    /* the engine */
    {"scenes", check_scenes, 0}, {"given", check_given, 0}, {"blocks", check_blocks, 0}, {"threads", check_threads, 0},
    {"finite", check_finite, 0}, {"inverse", check_inverse, 0}, {"medians", check_medians, 0},
    {"summaries", check_summaries, 0}, {"events", check_events, 0}, {"sequences", check_sequences, 0}, {"pools", check_pools, 0},
    {"atoms", check_atoms, 0}, {"atom sums", check_atom_sums, 0}, {"atoms finite", check_atoms_finite, 0},
    {"atoms refusals", check_atoms_refusals, 0}, {"vocode", check_vocode, 0}, {"convert", check_convert, 0}, {"peak", check_peak, 0},
    {"refusals", check_refusals, 0},
};
enum { N_SUBJECTS = sizeof SUBJECTS / sizeof *SUBJECTS };

static const char *const ISAS[] = {"scalar", "sse2", "avx2", "avx512", "neon"};

check_options options;
static size_t n_passed, n_failed;

static void count(const char *subject, const char *isa, const char *precision, const check *t)
{
    if (t->failed) {
        printf("FAILED %s, %s, %s: %s\n", subject, isa, precision, t->why);
        fflush(stdout);
    }
    *(t->failed ? &n_failed : &n_passed) += 1;
}

/* A kernel without a check is a failure. All members after the numbers are function pointers, but for one. */
static void check_the_list(void)
{
    const size_t first = offsetof(fsp_kernels, itemsize) + sizeof(size_t), size = sizeof(void (*)(void));
    check t = {0};
    for (size_t at = first; at < sizeof(fsp_kernels); at += size) {
        size_t n = at == offsetof(fsp_kernels, atom_trios);
        for (size_t i = 0; i < N_SUBJECTS; i++) n += SUBJECTS[i].kernel == at;
        if (n != 1) fail(&t, "kernel number %zu of kernels.h has %zu checks", (at - first) / size + 1, n);
    }
    count("list of kernels", "any", "any", &t);
}

/* The same random numbers whatever runs before. */
static uint64_t seed_of(const char *subject)
{
    uint64_t seed = 14695981039346656037u;
    for (; *subject; subject++) seed = (seed ^ (unsigned char)*subject) * 1099511628211u;
    return seed;
}

/* A page that may not be touched was: the subject has failed, and the next one is tried. (ASan says more by itself.) */
static sigjmp_buf after_fault;
static pthread_t main_thread;

static void on_fault(int signal_number)
{
    (void)signal_number;
    if (pthread_equal(pthread_self(), main_thread)) siglongjmp(after_fault, 1);
    const char message[] = "FAILED: a thread touches memory that is not its\n";
    _exit(write(1, message, sizeof message - 1) > 0 ? 1 : 2);
}

static void catch_faults(void)
{
#ifdef __SANITIZE_ADDRESS__
    const int sanitized = 1;
#else
    const int sanitized = 0;
#endif
    if (sanitized) return;
    struct sigaction action = {.sa_handler = on_fault};
    main_thread = pthread_self();
    sigaction(SIGSEGV, &action, NULL);
    sigaction(SIGBUS, &action, NULL);
}

static void run_check(const entry *s, check *t)
{
    void *kernel = t;
    if (s->kernel) memcpy(&kernel, (const char *)t->k + s->kernel, sizeof kernel);
    if (!kernel)
        fail(t, "is not in the table");
    else if (sigsetjmp(after_fault, 1))
        fail(t, "touches memory that is not its");
    else
        s->function(t);
}

static void check_subject(const entry *s, const char *isa, fsp_precision precision)
{
    check t = {.k = fsp_find_kernels(isa, precision), .precision = precision, .state = seed_of(s->subject)};
    t.u = precision == FSP_F32 ? 0x1p-24L : 0x1p-53L;
    run_check(s, &t);
    count(s->subject, isa, precision == FSP_F32 ? "f32" : "f64", &t);
}

static const char USAGE[] = "usage: check [--quick] [--exhaustive-log] [--report] [--isa NAME] [--only SUBJECT]\n";

int main(int argc, char **argv)
{
    const char *only_isa = NULL, *only_subject = NULL;
    for (int i = 1; i < argc; i++) {
        if (!strcmp(argv[i], "--quick")) options.quick = 1;
        else if (!strcmp(argv[i], "--exhaustive-log")) options.exhaustive_log = 1;
        else if (!strcmp(argv[i], "--report")) options.report = 1;
        else if (!strcmp(argv[i], "--isa") && i + 1 < argc) only_isa = argv[++i];
        else if (!strcmp(argv[i], "--only") && i + 1 < argc) only_subject = argv[++i];
        else return fputs(USAGE, stderr), 2;
    }
    catch_faults();
    check_the_list();
    for (size_t s = 0; s < N_SUBJECTS; s++) {
        if (only_subject && strcmp(only_subject, SUBJECTS[s].subject)) continue;
        for (size_t i = 0; i < sizeof ISAS / sizeof *ISAS; i++) {
            if (!fsp_has_isa(ISAS[i]) || (only_isa && strcmp(only_isa, ISAS[i]))) continue;
            check_subject(&SUBJECTS[s], ISAS[i], FSP_F32);
            check_subject(&SUBJECTS[s], ISAS[i], FSP_F64);
        }
    }
    printf("%zu passed, %zu failed\n", n_passed, n_failed);
    return n_failed ? 1 : 0;
}
