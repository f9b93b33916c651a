/* The list of checks, and the program around them.
 *
 *   check [--quick] [--exhaustive-log] [--report] [--benchmark] [--isa NAME] [--only SUBJECT]
 *
 * --benchmark judges nothing, but measures the calls of kernels that the checks make (RUN): a line for each kernel,
 * instruction set and precision, with their number and the sum of their shortest times in nanoseconds. */
#include "check.h"

#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <unistd.h>

typedef struct {
    const char *subject;
    check_function *function;
} entry;

/* Every kernel of the list has a check of its name: one that has none does not compile. */
#define KERNEL_SUBJECT(result, name, parameters) {#name, check_##name},

static const entry SUBJECTS[] = {
    FSP_ALL_KERNELS(KERNEL_SUBJECT)
    /* several kernels at once */
    {"log", check_log}, {"array calls", check_array_calls},
    {"FFT error", check_fft_error}, {"FFT error's growth", check_fft_growth}, {"FFT laws", check_fft_laws},
    {"FFT power", check_fft_power},
    /* the engine */
    {"scenes", check_scenes}, {"given", check_given}, {"blocks", check_blocks}, {"threads", check_threads},
    {"finite", check_finite}, {"inverse", check_inverse}, {"medians", check_medians},
    {"summaries", check_summaries}, {"events", check_events}, {"sequences", check_sequences}, {"pools", check_pools},
    {"atoms", check_atoms}, {"atom sums", check_atom_sums}, {"atoms finite", check_atoms_finite},
    {"atoms refusals", check_atoms_refusals}, {"vocode", check_vocode}, {"convert", check_convert}, {"peak", check_peak},
    {"refusals", check_refusals}, {"broken calls", check_broken_calls}, {"long pools", check_long_pools},
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
    if (sigsetjmp(after_fault, 1))
        fail(t, "touches memory that is not its");
    else
        s->function(t);
}

/* The kernel's calls are the same for any build: their sum is what a change to the kernel is judged by. */
static void report_benchmark(const entry *s, const char *isa, const check *t)
{
    if (t->n_calls == 0) return;
    printf("%s %s %s %zu %.0f\n", s->subject, isa, t->precision == FSP_F32 ? "f32" : "f64", t->n_calls, t->nanoseconds);
    fflush(stdout);
}

static void check_subject(const entry *s, const char *isa, fsp_precision precision)
{
    check t = {.k = fsp_find_kernels(isa, precision), .precision = precision, .state = seed_of(s->subject)};
    t.u = precision == FSP_F32 ? 0x1p-24L : 0x1p-53L;
    run_check(s, &t);
    if (options.benchmark) return report_benchmark(s, isa, &t);
    count(s->subject, isa, precision == FSP_F32 ? "f32" : "f64", &t);
}

static const char USAGE[] = "usage: check [--quick] [--exhaustive-log] [--report] [--benchmark] [--isa NAME] [--only SUBJECT]\n";

int main(int argc, char **argv)
{
    const char *only_isa = NULL, *only_subject = NULL;
    for (int i = 1; i < argc; i++) {
        if (!strcmp(argv[i], "--quick")) options.quick = 1;
        else if (!strcmp(argv[i], "--exhaustive-log")) options.exhaustive_log = 1;
        else if (!strcmp(argv[i], "--report")) options.report = 1;
        else if (!strcmp(argv[i], "--benchmark")) options.benchmark = 1;
        else if (!strcmp(argv[i], "--isa") && i + 1 < argc) only_isa = argv[++i];
        else if (!strcmp(argv[i], "--only") && i + 1 < argc) only_subject = argv[++i];
        else return fputs(USAGE, stderr), 2;
    }
    catch_faults();
    for (size_t s = 0; s < N_SUBJECTS; s++) {
        if (only_subject && strcmp(only_subject, SUBJECTS[s].subject)) continue;
        for (size_t i = 0; i < sizeof ISAS / sizeof *ISAS; i++) {
            if (!fsp_has_isa(ISAS[i]) || (only_isa && strcmp(only_isa, ISAS[i]))) continue;
            check_subject(&SUBJECTS[s], ISAS[i], FSP_F32);
            check_subject(&SUBJECTS[s], ISAS[i], FSP_F64);
        }
    }
    if (options.benchmark) return 0;
    printf("%zu passed, %zu failed\n", n_passed, n_failed);
    return n_failed ? 1 : 0;
}
