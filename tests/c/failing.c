/* The wrappers by which memory, threads and time are taken from the library; linked with --wrap for each. */
#include "failing.h"

#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

int counting;          /* within the library only */
long n_calls, n_live;  /* allocations asked for; blocks the library holds */
long failing;          /* the call that fails; 0: none */
long threads_left = -1;  /* how many may still be started; -1: any number */

void *__real_aligned_alloc(size_t alignment, size_t size);
void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t size);
void __real_free(void *p);
int __real_pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*start)(void *), void *argument);

/* Blocks that the library holds. Linked statically, these wrappers serve libc too: its blocks are not ours to count. */
enum { MOST_BLOCKS = 256 };
static void *blocks[MOST_BLOCKS];

static int fails_now(void)
{
    if (!counting || ++n_calls != failing) return 0;
    errno = ENOMEM;
    return 1;
}

static void *live(void *p)
{
    if (!counting || !p) return p;
    for (size_t i = 0; i < MOST_BLOCKS; i++) {
        if (blocks[i]) continue;
        blocks[i] = p;
        n_live++;
        return p;
    }
    abort();
}

static void dead(void *p)
{
    for (size_t i = 0; i < MOST_BLOCKS && p; i++) {
        if (blocks[i] != p) continue;
        blocks[i] = NULL;
        n_live--;
    }
}

void *__wrap_aligned_alloc(size_t alignment, size_t size)
{
    return fails_now() ? NULL : live(__real_aligned_alloc(alignment, size));
}

void *__wrap_malloc(size_t size) { return fails_now() ? NULL : live(__real_malloc(size)); }

void *__wrap_calloc(size_t n, size_t size) { return fails_now() ? NULL : live(__real_calloc(n, size)); }

void *__wrap_realloc(void *p, size_t size)
{
    if (fails_now()) return NULL;
    dead(p);
    return live(__real_realloc(p, size));
}

void __wrap_free(void *p)
{
    dead(p);
    __real_free(p);
}

int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*start)(void *), void *argument)
{
    if (threads_left == 0) return EAGAIN;
    if (threads_left > 0) threads_left--;
    const int was = counting;
    counting = 0;
    const int status = __real_pthread_create(thread, attributes, start, argument);
    counting = was;
    return status;
}

int hurried;

int __real_clock_gettime(clockid_t clock, struct timespec *now);

int __wrap_clock_gettime(clockid_t clock, struct timespec *now)
{
    static _Atomic long n_looks;
    const int status = __real_clock_gettime(clock, now);
    if (hurried) now->tv_sec += ++n_looks;
    return status;
}

size_t n_passed, n_failed;

void result(int good, const char *what, size_t i, long n)
{
    if (!good) printf("FAILED %s, case %zu, n = %ld\n", what, i, n);
    *(good ? &n_passed : &n_failed) += 1;
}
