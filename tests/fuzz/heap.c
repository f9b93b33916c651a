/* The library's memory in the fast build, which has no sanitizer: each block ends at a page that nothing may touch. Linked with --wrap
 * for aligned_alloc and free. What is new and what is freed holds rubbish, so that a result that depends on either differs between the
 * two ways in which a target computes it. */
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { N_ROOMS = 192, ROOM = 256 << 10, GUARD = 64 << 10, RUBBISH = 1 << 10, MOST_LARGE = 64 };

void __real_free(void *p);

/* Block i ends at the end of room i. Larger blocks, such as threads' stacks, are mapped one by one, and kept for the next of their
 * size. */
static char *rooms;
static uint32_t sizes[N_ROOMS];
static size_t lowest;  /* no room below it is free */
static struct {
    char *at, *map;
    size_t whole;
} large[MOST_LARGE];
static atomic_flag busy = ATOMIC_FLAG_INIT;

static void enter(void)
{
    while (atomic_flag_test_and_set_explicit(&busy, memory_order_acquire)) continue;
}

static void leave(void) { atomic_flag_clear_explicit(&busy, memory_order_release); }

static char *mapped(size_t bytes)
{
    char *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (p == MAP_FAILED) abort();
    return p;
}

static void *large_block(size_t bytes)
{
    const size_t whole = (bytes + GUARD - 1) / GUARD * GUARD;
    size_t i = 0;
    while (i < MOST_LARGE && (large[i].at || large[i].whole != whole)) i++;
    if (i == MOST_LARGE) {
        for (i = 0; large[i].at; i++)
            if (i == MOST_LARGE - 1) abort();
        if (large[i].map) munmap(large[i].map, large[i].whole + GUARD);
        large[i].map = mapped(whole + GUARD);
        large[i].whole = whole;
        mprotect(large[i].map + whole, GUARD, PROT_NONE);
    }
    return large[i].at = large[i].map + whole - bytes;
}

static void *block(size_t bytes)
{
    if (!rooms) {
        rooms = mapped((size_t)N_ROOMS * (ROOM + GUARD));
        for (size_t i = 0; i < N_ROOMS; i++) mprotect(rooms + i * (ROOM + GUARD) + ROOM, GUARD, PROT_NONE);
    }
    while (lowest < N_ROOMS && sizes[lowest]) lowest++;
    if (bytes > ROOM || lowest == N_ROOMS) return large_block(bytes);
    sizes[lowest] = (uint32_t)bytes;
    return rooms + lowest * (ROOM + GUARD) + ROOM - bytes;
}

/* Whether it was one of ours. */
static int freed(char *p)
{
    const size_t at = (size_t)(p - rooms), i = at / (ROOM + GUARD);
    if (rooms && p >= rooms && i < N_ROOMS) {
        if (!sizes[i] || at % (ROOM + GUARD) + sizes[i] != ROOM) abort();  /* freed twice, or not what was given */
        memset(p, 0xdb, sizes[i] < RUBBISH ? sizes[i] : RUBBISH);
        sizes[i] = 0;
        lowest = i < lowest ? i : lowest;
        return 1;
    }
    for (size_t k = 0; k < MOST_LARGE; k++) {
        if (large[k].at != p) continue;
        large[k].at = NULL;
        return 1;
    }
    return 0;
}

void *__wrap_aligned_alloc(size_t alignment, size_t bytes)
{
    (void)alignment;  /* 64, of which bytes are a multiple */
    if (bytes > (size_t)1 << 30) return NULL;
    enter();
    void *p = block(bytes);
    leave();
    return memset(p, 0x7b, bytes < RUBBISH ? bytes : RUBBISH);
}

void __wrap_free(void *p)
{
    if (!p) return;
    enter();
    const int ours = freed(p);
    leave();
    if (!ours) __real_free(p);  /* libFuzzer's */
}

size_t heap_live(void)
{
    size_t n = 0;
    for (size_t i = 0; i < N_ROOMS; i++) n += sizes[i] > 0;
    for (size_t i = 0; i < MOST_LARGE; i++) n += large[i].at != NULL;
    return n;
}
