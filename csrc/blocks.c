/* The memory of large results: blocks that are freed are kept for later results. */
#include "internal.h"

#include <stdatomic.h>
#include <stdlib.h>

typedef struct {
    void *at;
    size_t size;
} block;

/* The kept blocks, the newest first. They belong to the process and not to an interpreter, and results may be freed by any
 * thread at any time: so nobody waits here. A call that finds the list busy (also forever, if a fork copied it in that
 * state) does without the kept blocks. */
static block kept[2];
static atomic_flag busy = ATOMIC_FLAG_INIT;

static int enter(void) { return !atomic_flag_test_and_set_explicit(&busy, memory_order_acquire); }
static void leave(void) { atomic_flag_clear_explicit(&busy, memory_order_release); }

/* Takes a block that holds `bytes` and at most a quarter more, which nobody else can use as long as the result lives. */
static block take(size_t bytes)
{
    block found = {NULL, 0};
    if (!enter()) return found;
    for (int i = 0; i < 2 && !found.at; i++)
        if (kept[i].at && kept[i].size >= bytes && kept[i].size - bytes <= bytes / 4) {
            found = kept[i];
            kept[i] = (block){NULL, 0};
        }
    leave();
    return found;
}

void *fsp_block_create(size_t bytes, size_t *size)
{
    block b = take(bytes);
    if (!b.at) b = (block){fsp_allocate(bytes, 1), bytes};
    *size = b.size;
    return b.at;
}

void fsp_block_destroy(void *at, size_t size)
{
    void *left_over[2] = {at, NULL};  /* freed after `leave`, since giving pages back takes long */
    if (at && size <= FSP_MOST_KEPT && enter()) {
        left_over[0] = NULL;
        if (kept[0].at) {
            left_over[0] = kept[1].at;
            kept[1] = kept[0];
        }
        kept[0] = (block){at, size};
        if (kept[1].size > FSP_MOST_KEPT - size) {
            left_over[1] = kept[1].at;
            kept[1] = (block){NULL, 0};
        }
        leave();
    }
    fsp_free(left_over[0]);
    fsp_free(left_over[1]);
}

size_t fsp_blocks_kept(void)
{
    if (!enter()) return 0;
    const size_t size = kept[0].size + kept[1].size;
    leave();
    return size;
}

void fsp_blocks_drop(void)
{
    if (!enter()) return;
    void *at[2] = {kept[0].at, kept[1].at};
    kept[0] = kept[1] = (block){NULL, 0};
    leave();
    fsp_free(at[0]);
    fsp_free(at[1]);
}
