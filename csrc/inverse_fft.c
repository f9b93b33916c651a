/* The inverse real FFT of `lanes` frames at once, windowed and added into a ring.
 *
 * Even n: fft.c's passes backwards. The complex columns come first, in place, then one real pass makes samples and adds them to
 * the ring. Odd n, large n whose data would not stay in a second-level cache, and rings of a great many columns, whose tables of
 * places would be too large: the forward FFT of the Hartley spectrum, then overlap-add. */
#include "internal.h"

enum { MOST_POINTS = 8192, MOST_PLACES = 1 << 20 };

static fsp_status direct_create(fsp_inverse_fft *inverse)
{
    const fsp_real_fft *fft = &inverse->fft;
    const size_t itemsize = fft->kernels->itemsize;
    inverse->places = (fsp_places){FSP_DIRECT, fsp_allocate(fft->n_bins, sizeof *inverse->places.at), fsp_allocate(fft->n_bins, itemsize)};
    if (!inverse->places.at || !inverse->places.sign) return FSP_ENOMEM;
    for (size_t k = 0; k < fft->n_bins; k++) {
        size_t column, point;
        const int mirrored = fsp_even_fft_point(fft, k, &column, &point);
        inverse->places.at[k] = (uint32_t)(2 * (column * fft->first.class_stride + point));
        fsp_put_real(inverse->places.sign, k, mirrored ? -1 : 1, itemsize);
    }
    inverse->n_vectors = fft->tile_vectors;
    return FSP_OK;
}

static fsp_status hartley_create(fsp_inverse_fft *inverse, const double *window)
{
    const fsp_real_fft *fft = &inverse->fft;
    inverse->offsets = fsp_allocate(fft->n, sizeof *inverse->offsets);
    inverse->window = fsp_to_real(window, fft->n, fft->kernels->itemsize);
    if (!inverse->offsets || !inverse->window) return FSP_ENOMEM;
    for (size_t i = 0; i < fft->n; i++) inverse->offsets[i] = (uint32_t)(fsp_spread(fft->sample[i]) * fft->kernels->lanes);
    inverse->n_vectors = fsp_spread(fft->n);
    inverse->n_scratch = fft->tile_vectors;
    return FSP_OK;
}

fsp_status fsp_inverse_fft_create(fsp_inverse_fft *inverse, size_t n, size_t n_columns, const double *window,
                                  const fsp_kernels *kernels)
{
    const int direct = fsp_fft_kind_of(n) == FSP_FFT_EVEN && n <= MOST_POINTS && n * n_columns <= MOST_PLACES;
    *inverse = (fsp_inverse_fft){.places = {.way = direct ? FSP_DIRECT : FSP_HARTLEY}};
    double *weights = fsp_allocate(n, sizeof *weights);
    if (!weights) return FSP_ENOMEM;
    for (size_t i = 0; i < n; i++) weights[i] = direct ? 2 * window[i] / (double)n : 1 / (double)n;
    fsp_status status = fsp_real_fft_create(&inverse->fft, n, weights, kernels);
    fsp_free(weights);
    if (status == FSP_OK) status = direct ? direct_create(inverse) : hartley_create(inverse, window);
    if (status) fsp_inverse_fft_destroy(inverse);
    return status;
}

void fsp_inverse_fft_destroy(fsp_inverse_fft *inverse)
{
    fsp_real_fft_destroy(&inverse->fft);
    fsp_free(inverse->places.at);
    fsp_free(inverse->places.sign);
    fsp_free(inverse->offsets);
    fsp_free(inverse->window);
    *inverse = (fsp_inverse_fft){.n_scratch = 0};
}

static void direct_run(const fsp_real_fft *fft, void *spectrum, const fsp_ring *ring, fsp_ahead *ahead)
{
    const fsp_kernels *k = fft->kernels;
    const fsp_real_pass *first = &fft->first;
    k->repack(spectrum, first->m, fft->half_twiddles);
    fsp_complex_fft_run(&fft->columns, k, spectrum, first->radix / 2, first->class_stride, FSP_PASS_LAST, ahead);
    k->real_even_back(first, spectrum, fft->columns.order, ring, ahead);
}

void fsp_inverse_fft_run(const fsp_inverse_fft *inverse, void *spectrum, void *scratch, const fsp_ring *ring, fsp_ahead ahead)
{
    const fsp_real_fft *fft = &inverse->fft;
    if (inverse->places.way == FSP_DIRECT) {
        fsp_share_ahead(fft, &ahead);
        direct_run(fft, spectrum, ring, &ahead);
    } else {
        fsp_real_fft_run(fft, spectrum, inverse->offsets, 0, scratch, ahead);
        fft->kernels->overlap_add(scratch, fft->where, fft->sign, fft->n, inverse->window, ring);
    }
}
