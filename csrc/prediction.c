/* prediction: the coefficients of linear prediction, by Burg's method. */
#include "internal.h"

#include <float.h>

/* Levinson's step: a[i] of i + 1 coefficients is still 0, and becomes the reflection. */
static void extend(double *a, size_t i, double reflection)
{
    for (size_t low = 0, high = i; low <= high; low++, high--) {
        const double x = a[low], y = a[high];
        a[low] = x + reflection * y;
        if (low < high) a[high] = y + reflection * x;
    }
}

fsp_status fsp_predict(fsp_precision precision, const char *isa, void *forward, void *backward, size_t n, size_t first,
                       size_t end, double *coefficients)
{
    const fsp_kernels *k = fsp_find_kernels(isa, precision);
    if (!k) return FSP_EBUG;
    const double tiny = precision == FSP_F32 ? (double)FLT_MIN : DBL_MIN;
    /* Each step leaves one prediction less: forward of the samples from i on, backward of those before the last i. */
    for (size_t i = first; i < end && i + 1 < n; i++) {
        double energy, product;
        k->predict((char *)forward + i * k->itemsize, backward, n - i, i ? coefficients[i] : 0, &energy, &product);
        extend(coefficients, i + 1, -2 * product / (energy + tiny));
    }
    return FSP_OK;
}
