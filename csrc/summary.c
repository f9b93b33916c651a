/* summary: a few numbers about the bins of each frame, where a weighted sum of them is not enough. */
#include "internal.h"

#include <float.h>

/* Copies of the groups, the bins as places in a tile. Sums of sizes are checked. */
static fsp_status copy_groups(fsp_summary *summary, const fsp_config *config, size_t n_bins, const uint32_t *where)
{
    size_t total = 0;
    summary->sizes = fsp_allocate(config->n_groups, sizeof *summary->sizes);
    summary->extremes = fsp_allocate(config->n_groups, sizeof *summary->extremes);
    if (!summary->sizes || !summary->extremes) return FSP_ENOMEM;
    for (size_t g = 0; g < config->n_groups; g++) {
        const size_t size = config->group_sizes[g], extremes = config->group_extremes[g];
        if (extremes > size || size > SIZE_MAX - total) return FSP_EBUG;
        summary->sizes[g] = size;
        summary->extremes[g] = extremes;
        if (size > summary->scratch_vectors) summary->scratch_vectors = size;
        total += size;
    }
    summary->at = fsp_allocate(total + 1, sizeof *summary->at);
    if (!summary->at) return FSP_ENOMEM;
    for (size_t i = 0; i < total; i++) {
        if (config->group_bins[i] >= n_bins) return FSP_EBUG;
        summary->at[i] = where[config->group_bins[i]];
    }
    return FSP_OK;
}

size_t fsp_summary_rows(const fsp_config *config)
{
    return config->summary == FSP_ROLLOFF ? 1 : config->summary == FSP_EXTREMES ? 2 * config->n_groups : 3;
}

fsp_status fsp_summary_create(fsp_summary *summary, const fsp_config *config, size_t n_bins, const uint32_t *where)
{
    const double smallest = config->precision == FSP_F32 ? (double)FLT_TRUE_MIN : DBL_TRUE_MIN;
    *summary = (fsp_summary){.kind = config->summary, .amount = config->amount, .n_groups = config->n_groups};
    if (config->summary != FSP_EXTREMES) {
        if (summary->amount < smallest) summary->amount = smallest;  /* no floor is 0 in the plan's precision */
        return FSP_OK;
    }
    const fsp_status status = copy_groups(summary, config, n_bins, where);
    if (status) fsp_summary_destroy(summary);
    return status;
}

void fsp_summary_destroy(fsp_summary *summary)
{
    fsp_free(summary->sizes);
    fsp_free(summary->extremes);
    fsp_free(summary->at);
    *summary = (fsp_summary){0};
}

void fsp_summary_run(const fsp_summary *summary, const fsp_kernels *kernels, const void *spectrum, const uint32_t *where,
                     size_t n_bins, void *scratch, void *rows)
{
    const size_t vector = kernels->lanes * kernels->itemsize;
    if (summary->kind == FSP_ROLLOFF) kernels->rolloff(spectrum, where, n_bins, summary->amount, rows);
    if (summary->kind == FSP_FLATNESS || summary->kind == FSP_SQUARES_FLATNESS)
        kernels->flatness(spectrum, where, n_bins, summary->kind == FSP_SQUARES_FLATNESS, summary->amount, rows);
    if (summary->kind != FSP_EXTREMES) return;
    const uint32_t *at = summary->at;
    for (size_t g = 0; g < summary->n_groups; at += summary->sizes[g++])
        kernels->extremes(spectrum, at, summary->sizes[g], summary->extremes[g], scratch, (char *)rows + 2 * g * vector);
}
