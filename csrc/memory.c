#define _DEFAULT_SOURCE  /* madvise */
#include "internal.h"

#include <stdlib.h>
#ifdef __linux__
#include <sys/mman.h>
#elif defined(_WIN32)
#include <malloc.h>
#define aligned_alloc(alignment, bytes) _aligned_malloc(bytes, alignment)
#define free _aligned_free
#endif

/* Pages of 2 MiB where the system has them: mapping a large block of small pages can cost more than the work on it. The block is
 * aligned to 64 bytes only: with more alignment, the C library would map each such block anew instead of reusing the last one. */
enum { PAGE = 2 << 20, SMALL_PAGE = 64 << 10 };  /* small ones are of 4, 16 or 64 KiB */

static void *allocate_pages(size_t bytes)
{
    char *p = aligned_alloc(64, bytes);
#ifdef MADV_HUGEPAGE
    const size_t before = (0 - (uintptr_t)p) % SMALL_PAGE;
    if (p) madvise(p + before, bytes - before, MADV_HUGEPAGE);
#endif
    return p;
}

void *fsp_allocate_small_pages(size_t bytes) { return aligned_alloc(64, (bytes + 63) / 64 * 64); }

static _Thread_local size_t allocated;

size_t fsp_allocated(void) { return allocated; }

void fsp_add_allocated(size_t bytes) { allocated += bytes; }

void *fsp_allocate(size_t count, size_t size)
{
    if (size && count > (SIZE_MAX - 2 * PAGE) / size) return NULL;
    const size_t bytes = (count * size + 63) / 64 * 64;
    allocated += bytes;
    return bytes >= 2 * PAGE ? allocate_pages(bytes) : aligned_alloc(64, bytes ? bytes : 64);
}

void fsp_free(void *p) { free(p); }

size_t fsp_reserve(size_t *size, size_t count, size_t bytes)
{
    const size_t at = *size;
    if (at > SIZE_MAX - 127 || (bytes && count > (SIZE_MAX - 127 - at) / bytes))
        *size = SIZE_MAX;
    else
        *size += (count * bytes + 127) / 64 * 64;
    return at;
}

void *fsp_to_real(const double *x, size_t n, size_t itemsize)
{
    void *out = fsp_allocate(n, itemsize);
    if (!out) return NULL;
    for (size_t i = 0; i < n; i++) fsp_put_real(out, i, x[i], itemsize);
    return out;
}
