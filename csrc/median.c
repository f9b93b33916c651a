/* medians: a running median over each of many series, tiles of LANES series at a time. */
#include "internal.h"

#include <string.h>

typedef struct {
    const fsp_kernels *kernels;
    const fsp_medians *medians;
    const char *in;
    char *out;
    char *scratch;     /* per worker: n + width rows, then the sorted window */
    uint32_t *identity;
    size_t n_workers;
} median_job;

static size_t vector_bytes(const median_job *job) { return job->kernels->lanes * job->kernels->itemsize; }

/* Where position i of a series of n stands that is mirrored at both ends, again and again. */
static size_t mirrored(ptrdiff_t i, ptrdiff_t n)
{
    i %= 2 * n;
    if (i < 0) i += 2 * n;
    return (size_t)(i < n ? i : 2 * n - 1 - i);
}

/* Fill the rows before and after the n rows of the series themselves, which begin at row 1 + width / 2. */
static void mirror_edges(char *rows, size_t n, size_t width, size_t row_bytes)
{
    const size_t before = width / 2;
    char *const series = rows + (1 + before) * row_bytes;
    for (size_t i = 0; i + 1 < width; i++) {
        const size_t row = i < before ? 1 + i : 1 + n + i;
        const size_t from = mirrored((ptrdiff_t)row - (ptrdiff_t)(1 + before), (ptrdiff_t)n);
        memcpy(rows + row * row_bytes, series + from * row_bytes, row_bytes);
    }
}

static void median_tile(const median_job *job, char *rows, size_t first)
{
    const fsp_kernels *k = job->kernels;
    const fsp_medians *m = job->medians;
    const size_t left = m->n_series - first, valid = left < k->lanes ? left : k->lanes;
    const size_t row_bytes = vector_bytes(job);
    const char *in = job->in + (ptrdiff_t)first * m->in_series * (ptrdiff_t)k->itemsize;
    char *out = job->out + (ptrdiff_t)first * m->out_series * (ptrdiff_t)k->itemsize;
    char *const series = rows + (1 + m->width / 2) * row_bytes;
    if (m->in_series == 1)
        k->load_rows(in, m->in_step, m->n, series, valid);
    else
        k->load_frames(in, m->in_series, m->n, series, valid);
    mirror_edges(rows, m->n, m->width, row_bytes);
    k->median(rows, m->n, m->width, rows + (m->n + m->width) * row_bytes);
    if (m->out_series == 1)
        k->store_rows(rows, job->identity, m->n, out, m->out_step, valid);
    else
        k->store_frames(rows, job->identity, m->n, out, m->out_series, valid);
}

static void median_worker(void *context, size_t worker)
{
    const median_job *job = context;
    const fsp_medians *m = job->medians;
    const size_t lanes = job->kernels->lanes;
    char *rows = job->scratch + worker * (m->n + 2 * m->width) * vector_bytes(job);
    for (size_t first = worker * lanes; first < m->n_series; first += job->n_workers * lanes) median_tile(job, rows, first);
}

fsp_status fsp_running_median(fsp_precision precision, const char *isa, const fsp_medians *medians, const void *in, void *out,
                              int n_threads)
{
    median_job job = {.kernels = fsp_find_kernels(isa, precision), .medians = medians, .in = in, .out = out};
    const fsp_medians *m = medians;
    if (!job.kernels || n_threads < 1 || m->width == 0) return FSP_EBUG;
    if ((m->in_series != 1 && m->in_step != 1) || (m->out_series != 1 && m->out_step != 1)) return FSP_EBUG;
    if (m->n == 0 || m->n_series == 0) return FSP_OK;
    if (m->width > PTRDIFF_MAX / 4 || m->n > UINT32_MAX) return FSP_ENOMEM;
    const size_t n_tiles = fsp_divide_up(m->n_series, job.kernels->lanes);
    job.n_workers = (size_t)n_threads < n_tiles ? (size_t)n_threads : n_tiles;
    job.scratch = fsp_allocate(m->n + 2 * m->width, vector_bytes(&job) * job.n_workers);
    job.identity = fsp_allocate(m->n, sizeof *job.identity);
    if (job.scratch && job.identity) {
        for (size_t i = 0; i < m->n; i++) job.identity[i] = (uint32_t)i;
        fsp_parallel(median_worker, &job, job.n_workers, n_threads);
    }
    const fsp_status status = job.scratch && job.identity ? FSP_OK : FSP_ENOMEM;
    fsp_free(job.scratch);
    fsp_free(job.identity);
    return status;
}
