/* Overlap-add, as the inverse (inverse.c) and Griffin and Lim's search (search.c) do it.
 *
 * The output is cut at every hop into columns. Frame q begins with column q and reaches `overlap` columns further, so column q
 * sums the frames q - overlap .. q, and is complete once frame q has been added. A ring keeps the overlap + 1 columns that are
 * not complete yet; each holds a vector per sample, the lanes being stretches of the signal that do not touch. */
#include "internal.h"

#include <float.h>
#include <string.h>

void fsp_ring_scales(const fsp_ring_plan *plan, size_t q, size_t n_frames, double *scales)
{
    memset(scales, 0, plan->hop * sizeof *scales);
    for (size_t c = 0; c <= plan->overlap && c <= q; c++) {
        const double *const squares = plan->squares + c * plan->hop;
        const size_t left = plan->n_fft - c * plan->hop, n = left < plan->hop ? left : plan->hop;
        if (q - c < n_frames)
            for (size_t r = 0; r < n; r++) scales[r] += squares[r];
    }
    for (size_t r = 0; r < plan->hop; r++) scales[r] = scales[r] > plan->smallest ? 1 / scales[r] : 1;
}

char *fsp_ring_column(const fsp_ring_plan *plan, char *ring, size_t step)
{
    return ring + step % (plan->overlap + 1) * plan->column;
}

fsp_ring fsp_ring_at(const fsp_ring_plan *plan, char *ring, size_t step)
{
    const size_t n_columns = plan->overlap + 1;
    const uint32_t *const place = plan->place + step % n_columns * plan->turn;
    return (fsp_ring){ring, place, n_columns * plan->hop, step && plan->n_fft > plan->hop ? plan->n_fft - plan->hop : 0};
}

/* A direct inverse FFT makes samples in the order of `sample`. So that it need not look up each one's place through that,
 * there is a table in this order for each column that a frame can begin with. */
static fsp_status order_places(fsp_ring_plan *plan, const uint32_t *sample)
{
    const size_t n_columns = plan->overlap + 1, length = n_columns * plan->hop;
    uint32_t *const around = plan->place;
    plan->place = fsp_allocate(n_columns * length, sizeof *plan->place);
    for (size_t column = 0; plan->place && column < n_columns; column++)
        for (size_t i = 0; i < length; i++)
            plan->place[column * length + i] = around[column * plan->hop + (i < plan->n_fft ? sample[i] : i)];
    fsp_free(around);
    plan->turn = length;
    return plan->place ? FSP_OK : FSP_ENOMEM;
}

/* The tables of places: of samples in the ring, twice around it, so that a frame may begin anywhere in the first turn. */
static fsp_status make_places(fsp_ring_plan *plan)
{
    const size_t hop = plan->hop, length = (plan->overlap + 1) * hop, column = fsp_spread(hop), lanes = plan->kernels->lanes;
    plan->place = fsp_allocate(length, 2 * sizeof *plan->place);
    plan->identity = fsp_allocate(hop, sizeof *plan->identity);
    plan->spread = fsp_allocate(hop, sizeof *plan->spread);
    if (!plan->place || !plan->identity || !plan->spread) return FSP_ENOMEM;
    for (size_t r = 0; r < hop; r++) {
        plan->identity[r] = (uint32_t)r;
        plan->spread[r] = (uint32_t)fsp_spread(r);
    }
    for (size_t i = 0; i < 2 * length; i++)
        plan->place[i] = (uint32_t)((i % length / hop * column + plan->spread[i % hop]) * lanes);
    plan->turn = hop;
    plan->column = column * lanes * plan->kernels->itemsize;
    return plan->fft.places.way == FSP_DIRECT ? order_places(plan, plan->fft.fft.sample) : FSP_OK;
}

static fsp_status make_tables(fsp_ring_plan *plan, const double *window)
{
    const size_t n = plan->n_fft;
    double *scales = fsp_allocate(plan->hop, sizeof *scales);
    plan->squares = fsp_allocate(n, sizeof *plan->squares);
    if (scales && plan->squares) {
        for (size_t i = 0; i < n; i++) plan->squares[i] = window[i] * window[i];
        fsp_ring_scales(plan, plan->overlap, plan->overlap + 1, scales);
        plan->interior = fsp_to_real(scales, plan->hop, plan->kernels->itemsize);
    }
    fsp_free(scales);
    if (!plan->interior) return FSP_ENOMEM;
    const fsp_status status = fsp_inverse_fft_create(&plan->fft, n, plan->overlap + 1, window, plan->kernels);
    return status ? status : make_places(plan);
}

fsp_status fsp_ring_create(fsp_ring_plan *plan, const fsp_inverse_config *config)
{
    *plan = (fsp_ring_plan){.kernels = fsp_find_kernels(config->isa, config->precision), .n_fft = config->n_fft,
                            .hop = config->hop_length, .lead = config->lead};
    if (!plan->kernels || !config->window || config->n_fft < 1 || config->n_fft > FSP_MOST_N_FFT) return FSP_EBUG;
    if (config->hop_length < 1 || config->hop_length > PTRDIFF_MAX / 4) return FSP_EBUG;
    plan->overlap = fsp_divide_up(plan->n_fft, plan->hop) - 1;
    if ((plan->overlap + 1) * plan->hop > UINT32_MAX / 2 / plan->kernels->lanes) return FSP_ENOMEM;  /* places are of 32 bits */
    plan->smallest = config->precision == FSP_F32 ? (double)FLT_MIN : DBL_MIN;
    if (config->smallest > 0) plan->smallest = config->smallest;
    const fsp_status status = make_tables(plan, config->window);
    if (status) fsp_ring_destroy(plan);
    return status;
}

void fsp_ring_destroy(fsp_ring_plan *plan)
{
    void *owned[] = {plan->interior, plan->identity, plan->squares, plan->place, plan->spread};
    fsp_inverse_fft_destroy(&plan->fft);
    for (size_t i = 0; i < sizeof owned / sizeof *owned; i++) fsp_free(owned[i]);
    *plan = (fsp_ring_plan){0};
}
