/* prediction: the coefficients of linear prediction, by Burg's method. */
#include "internal.h"

#include <float.h>
#include <string.h>

/* Levinson's step: a[i] of i + 1 coefficients is still 0. */
static void extend(double *a, size_t i, double reflection)
{
    for (size_t low = 0, high = i; low <= high && high > 0; low++, high--) {
        const double x = a[low], y = a[high];
        a[low] = x + reflection * y;
        if (low < high) a[high] = y + reflection * x;
    }
}

fsp_status fsp_predict(fsp_precision precision, const char *isa, const void *samples, size_t n, size_t order,
                       double *coefficients)
{
    const fsp_kernels *k = fsp_find_kernels(isa, precision);
    if (!k || order > SIZE_MAX / sizeof(double) - 1) return FSP_EBUG;
    const double tiny = precision == FSP_F32 ? (double)FLT_MIN : DBL_MIN;
    char *forward = fsp_allocate(n, k->itemsize), *backward = fsp_allocate(n, k->itemsize);
    if (forward && backward) {
        memset(coefficients, 0, (order + 1) * sizeof *coefficients);
        coefficients[0] = 1;
        memcpy(forward, samples, n * k->itemsize);
        memcpy(backward, samples, n * k->itemsize);
        double reflection = 0;
        /* Each step leaves one prediction less: forward of the samples from i on, backward of those before the last i. */
        for (size_t i = 0; i < order && i + 1 < n; i++) {
            double energy, product;
            k->predict(forward + i * k->itemsize, backward, n - i, reflection, &energy, &product);
            reflection = -2 * product / (energy + tiny);
            extend(coefficients, i + 1, reflection);
        }
    }
    const fsp_status status = forward && backward ? FSP_OK : FSP_ENOMEM;
    fsp_free(forward);
    fsp_free(backward);
    return status;
}
