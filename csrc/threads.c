/* Scoped threads: started and joined inside the call, so that fork, exit and subinterpreters meet none of ours. */
#include "internal.h"

#include <pthread.h>
#include <stdatomic.h>

enum { MOST_THREADS = 64 };

typedef struct {
    fsp_work *work;
    void *context;
    size_t n_jobs;
    atomic_size_t next;
} pool;

static void *take_jobs(void *argument)
{
    pool *p = argument;
    size_t job;
    while ((job = atomic_fetch_add(&p->next, 1)) < p->n_jobs) p->work(p->context, job);
    return NULL;
}

void fsp_parallel(fsp_work *work, void *context, size_t n_jobs, int n_threads)
{
    pool p = {.work = work, .context = context, .n_jobs = n_jobs};
    atomic_init(&p.next, 0);
    pthread_t helpers[MOST_THREADS];
    int started = 0;
    if (n_threads > MOST_THREADS) n_threads = MOST_THREADS;
    while (started + 1 < n_threads && (size_t)started + 1 < n_jobs &&
           pthread_create(&helpers[started], NULL, take_jobs, &p) == 0)
        started++;
    take_jobs(&p);
    for (int i = 0; i < started; i++) pthread_join(helpers[i], NULL);
}
