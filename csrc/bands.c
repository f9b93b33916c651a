/* bands: a dense filter bank, most of it zeros, becomes a sparse one. */
#include "internal.h"

/* The segment of each bin in a bank of pairs: s where the bin feeds bands s-1 and s and no other, never falling
 * from bin to bin. A bin that feeds nothing stays in the segment of the one before. */
static int find_segments(size_t n_bands, size_t n_bins, const double *dense, uint32_t *segment)
{
    size_t current = 0;
    for (size_t k = 0; k < n_bins; k++) {
        size_t first = n_bands, last = 0, n_fed = 0;
        for (size_t b = 0; b < n_bands; b++) {
            if (dense[b * n_bins + k] == 0) continue;
            if (n_fed++ == 0) first = b;
            last = b;
        }
        if (n_fed > 0) {
            size_t wanted = current > first ? current : first;
            if (wanted < last) wanted = last;
            if (wanted > first + 1) return 0;
            current = wanted;
        }
        segment[k] = (uint32_t)current;
    }
    return 1;
}

static void extend(fsp_bank *bank, size_t row, size_t bin)
{
    if (bank->count[row] == 0) bank->start[row] = (uint32_t)bin;
    bank->count[row] = (uint32_t)(bin - bank->start[row] + 1);
}

static double weight(const fsp_bank *bank, const double *dense, size_t n_bins, size_t band, size_t bin)
{
    return band < bank->n_bands ? dense[band * n_bins + bin] : 0;
}

static double *collect_weights(const fsp_bank *bank, const double *dense, size_t n_bins, size_t total)
{
    double *weights = fsp_allocate(total, sizeof *weights);
    if (!weights) return NULL;
    const size_t n_rows = bank->n_bands + (bank->pairs != 0);
    for (size_t row = 0; row < n_rows; row++) {
        double *w = weights + bank->first_weight[row];
        for (size_t k = bank->start[row]; k < (size_t)bank->start[row] + bank->count[row]; k++) {
            if (bank->pairs) *w++ = row > 0 ? weight(bank, dense, n_bins, row - 1, k) : 0;
            *w++ = weight(bank, dense, n_bins, row, k);
        }
    }
    return weights;
}

fsp_status fsp_bank_create(fsp_bank *bank, size_t n_bands, size_t n_bins, const double *dense, size_t itemsize)
{
    *bank = (fsp_bank){.n_bands = n_bands};
    uint32_t *segment = fsp_allocate(n_bins, sizeof *segment);
    bank->start = fsp_allocate(n_bands + 1, sizeof *bank->start);
    bank->count = fsp_allocate(n_bands + 1, sizeof *bank->count);
    bank->first_weight = fsp_allocate(n_bands + 1, sizeof *bank->first_weight);
    double *weights = NULL;
    if (segment && bank->start && bank->count && bank->first_weight) {
        for (size_t row = 0; row <= n_bands; row++) bank->start[row] = bank->count[row] = 0;
        bank->pairs = find_segments(n_bands, n_bins, dense, segment);
        for (size_t k = 0; k < n_bins; k++)
            for (size_t b = 0; b < n_bands; b++)
                if (dense[b * n_bins + k] != 0) extend(bank, bank->pairs ? segment[k] : b, k);
        size_t total = 0;
        for (size_t row = 0; row <= n_bands; row++) {
            bank->first_weight[row] = total;
            total += (size_t)bank->count[row] * (bank->pairs ? 2 : 1);
        }
        weights = collect_weights(bank, dense, n_bins, total);
        if (weights) bank->weights = fsp_to_real(weights, total, itemsize);
    }
    fsp_free(weights);
    fsp_free(segment);
    if (bank->weights) return FSP_OK;
    fsp_bank_destroy(bank);
    return FSP_ENOMEM;
}

/* The signs that the FFT's imaginary parts want go into their weights. */
fsp_status fsp_bank_create_complex(fsp_bank *bank, const fsp_config *config, const fsp_real_fft *fft, size_t itemsize)
{
    const fsp_complex_bank *given = &config->complex_bank;
    const size_t n_bands = config->n_bands, width = given->width;
    *bank = (fsp_bank){.n_bands = n_bands};
    bank->start = fsp_allocate(n_bands, sizeof *bank->start);
    bank->count = fsp_allocate(n_bands, sizeof *bank->count);
    bank->first_weight = fsp_allocate(n_bands, sizeof *bank->first_weight);
    bank->weights = fsp_to_real(given->weights, 2 * width * n_bands, itemsize);
    if (!bank->start || !bank->count || !bank->first_weight || !bank->weights) {
        fsp_bank_destroy(bank);
        return FSP_ENOMEM;
    }
    for (size_t b = 0; b < n_bands; b++) {
        bank->start[b] = (uint32_t)given->first[b];
        bank->count[b] = (uint32_t)width;
        bank->first_weight[b] = 2 * width * b;
        for (size_t k = 0; k < width; k++)
            fsp_put_real(bank->weights, 2 * (width * b + k) + 1,
                         given->weights[2 * (width * b + k) + 1] * fsp_real_at(fft->sign, given->first[b] + k, itemsize), itemsize);
    }
    return FSP_OK;
}

void fsp_bank_destroy(fsp_bank *bank)
{
    fsp_free(bank->start);
    fsp_free(bank->count);
    fsp_free(bank->first_weight);
    fsp_free(bank->weights);
    *bank = (fsp_bank){0};
}
