#include "internal.h"

#include <stdlib.h>

void *fsp_allocate(size_t count, size_t size)
{
    if (size && count > (SIZE_MAX - 127) / size) return NULL;
    size_t bytes = (count * size + 63) / 64 * 64;
    return aligned_alloc(64, bytes ? bytes : 64);
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
