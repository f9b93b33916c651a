/* Scoped threads: started and joined inside the call, so that fork, exit and subinterpreters meet none of ours. */
#define _GNU_SOURCE  /* pthread_attr_setstack, and what glibc adds */
#include "internal.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <time.h>

/* Kernels need some tens of KiB of stack; a sanitizer's and the C library's own needs come on top. */
enum { MOST_THREADS = 64, STACK_BYTES = 1 << 20, LOOKS = 20000, ASK_EVERY_MS = 50 };

typedef struct {
    fsp_work *work;
    void *context;
    size_t n_jobs;
    atomic_size_t next;
    atomic_int stopped;
} pool;

/* The pool whose jobs this thread does. Only the thread that made the call asks whether to stop; helpers look at `stopped`. */
typedef struct {
    pool *pool;
    int asks;
    long long asked;  /* when, in milliseconds */
} watch;

static _Atomic(fsp_question *) question;
static _Thread_local watch *watching;

void fsp_ask(fsp_question *to_stop) { atomic_store(&question, to_stop); }

static long long milliseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (long long)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int fsp_go_on(void)
{
    watch *w = watching;
    if (!w) return 1;
    if (atomic_load_explicit(&w->pool->stopped, memory_order_relaxed)) return 0;  /* and the question not asked again */
    if (!w->asks || milliseconds() - w->asked < ASK_EVERY_MS) return 1;
    fsp_question *const to_stop = atomic_load(&question);
    const int stop = to_stop && to_stop();
    if (stop) atomic_store(&w->pool->stopped, 1);
    w->asked = milliseconds();
    return !stop;
}

/* `before`: the question may run code that calls fsp_parallel again, in this thread. */
static void take_jobs(pool *p, int asks)
{
    watch w = {p, asks, asks ? milliseconds() : 0}, *const before = watching;
    size_t job;
    watching = &w;
    while (fsp_go_on() && (job = atomic_fetch_add(&p->next, 1)) < p->n_jobs) p->work(p->context, job);
    watching = before;
}

static void *help(void *p)
{
    take_jobs(p, 0);
    return NULL;
}

/* A new thread may be queued on the CPU of the thread that starts it, and would begin only when that one has done all the work;
 * this is common after a process has been moved. So it may run on any CPU but this one. */
static void keep_off_this_cpu(pthread_attr_t *attributes)
{
#ifdef __GLIBC__
    cpu_set_t cpus;
    const int here = sched_getcpu();
    if (here < 0 || sched_getaffinity(0, sizeof cpus, &cpus)) return;  /* not reached: the system knows */
    CPU_CLR(here, &cpus);
    if (CPU_COUNT(&cpus)) pthread_attr_setaffinity_np(attributes, sizeof cpus, &cpus);
#else
    (void)attributes;
#endif
}

/* On a stack of ours: the C library unmaps, page by page, the one that it gives a thread, and for this stops the other
 * threads for some fifty microseconds. */
static int start(pthread_t *helper, char *stack, pool *p)
{
    pthread_attr_t attributes;
    if (pthread_attr_init(&attributes)) return 0;  /* not reached: allocates nothing */
    keep_off_this_cpu(&attributes);
#ifdef _WIN32  /* where stacks are the system's own */
    (void)stack;
    const int ready = pthread_attr_setstacksize(&attributes, STACK_BYTES) == 0;
#else
    const int ready = pthread_attr_setstack(&attributes, stack, STACK_BYTES) == 0;
#endif
    const int started = ready && pthread_create(helper, &attributes, help, p) == 0;
    pthread_attr_destroy(&attributes);
    return started;
}

/* Helpers end at about the same time as this thread, so polling costs less than sleeping and being woken (25 microseconds).
 * `looks` bounds the polls for all helpers together, to about 50 microseconds. */
static void join(pthread_t helper, int *looks)
{
#ifdef __GLIBC__
    for (; *looks > 0; --*looks)
        if (pthread_tryjoin_np(helper, NULL) == 0) return;
#else
    (void)looks;
#endif
    pthread_join(helper, NULL);
}

fsp_status fsp_parallel(fsp_work *work, void *context, size_t n_jobs, int n_threads)
{
    pool p = {.work = work, .context = context, .n_jobs = n_jobs};
    atomic_init(&p.next, 0);
    atomic_init(&p.stopped, 0);
    pthread_t helpers[MOST_THREADS];
    const size_t most = n_threads > MOST_THREADS ? MOST_THREADS : n_threads > 1 ? (size_t)n_threads : 1;
    const size_t wanted = n_jobs > most ? most - 1 : n_jobs ? n_jobs - 1 : 0;
    size_t started = 0;
    /* Of large pages, each stack would have a whole one cleared. */
    char *stacks = wanted ? fsp_allocate_small_pages(wanted * STACK_BYTES) : NULL;
    if (stacks)
        while (started < wanted && start(&helpers[started], stacks + started * STACK_BYTES, &p)) started++;
    take_jobs(&p, 1);
    int looks = LOOKS;
    for (size_t i = 0; i < started; i++) join(helpers[i], &looks);
    fsp_free(stacks);
    return atomic_load(&p.stopped) ? FSP_ESTOPPED : FSP_OK;
}
