/* medians: a running median over each of many series, which are cut into parts. Narrow windows are kept sorted, tiles of
 * LANES series at a time; wide ones are counted (wide_median.c). */
#include "internal.h"

#include <string.h>

enum {
    WIDE = 64,          /* from so many values a lane on: a sorted window costs width / lanes steps, a counted one a hundred */
    PART = 4096,        /* outputs at once, of narrow windows */
    WIDE_PART = 1 << 16,
    PER_WIDTH = 4,      /* and no fewer than so many for each value of a window, which is made anew for each part */
};

typedef struct {
    const fsp_kernels *kernels;
    const fsp_medians *medians;
    const char *in;
    char *out;
    size_t part, n_parts, n_jobs, n_workers;
    char *scratch;
    size_t scratch_bytes;  /* of a worker */
    uint32_t *identity;
} median_job;

/* The series is mirrored at both ends, again and again. */
size_t fsp_mirrored(const fsp_medians *m, const fsp_part *p, size_t i)
{
    const size_t period = 2 * m->n;
    const size_t place = i >= p->before ? (p->low + (i - p->before)) % period : period - 1 - (p->before - 1 - i) % period;
    return (place < m->n ? place : period - 1 - place) - p->low;
}

/* What windows reach beyond an end mirrors what they reach before it. */
static fsp_part part_of(const median_job *job, size_t number)
{
    const fsp_medians *m = job->medians;
    const size_t before = m->width / 2, after = m->width - 1 - before, first = number * job->part, left = m->n - first;
    fsp_part p = {.first = first, .count = left < job->part ? left : job->part};
    p.low = first > before ? first - before : 0;
    p.high = after < left - p.count ? first + p.count + after : m->n;
    p.before = before - (first - p.low);
    return p;
}

static size_t vector_bytes(const median_job *job) { return job->kernels->lanes * job->kernels->itemsize; }

/* The rows that windows reach; the first value of the first window is row 1. */
static void load_tile(const median_job *job, const fsp_part *p, const char *in, size_t valid, char *rows)
{
    const fsp_kernels *k = job->kernels;
    const fsp_medians *m = job->medians;
    const size_t row_bytes = vector_bytes(job), n_given = p->high - p->low, n_rows = p->count + m->width - 1;
    char *const given = rows + (1 + p->before) * row_bytes;
    in += (ptrdiff_t)p->low * m->in_step * (ptrdiff_t)k->itemsize;
    if (m->in_series == 1)
        k->load_rows(in, m->in_step, n_given, given, valid);
    else
        k->load_frames(in, m->in_series, n_given, given, valid);
    for (size_t i = 0; i < n_rows; i++)
        if (i < p->before || i >= p->before + n_given)
            memcpy(rows + (1 + i) * row_bytes, given + fsp_mirrored(m, p, i) * row_bytes, row_bytes);
}

static void median_tile(const median_job *job, const fsp_part *p, size_t first, char *rows)
{
    const fsp_kernels *k = job->kernels;
    const fsp_medians *m = job->medians;
    const ptrdiff_t itemsize = (ptrdiff_t)k->itemsize;
    const size_t left = m->n_series - first, valid = left < k->lanes ? left : k->lanes;
    char *out = job->out + ((ptrdiff_t)first * m->out_series + (ptrdiff_t)p->first * m->out_step) * itemsize;
    load_tile(job, p, job->in + (ptrdiff_t)first * m->in_series * itemsize, valid, rows);
    k->median(rows, p->count, m->width, rows + (p->count + m->width) * vector_bytes(job));
    if (m->out_series == 1)
        k->store_rows(rows, job->identity, p->count, out, m->out_step, valid);
    else
        k->store_frames(rows, job->identity, p->count, out, m->out_series, valid);
}

static void narrow_worker(void *context, size_t worker)
{
    const median_job *job = context;
    char *scratch = job->scratch + worker * job->scratch_bytes;
    for (size_t i = worker; i < job->n_jobs && fsp_go_on(); i += job->n_workers) {
        const fsp_part p = part_of(job, i % job->n_parts);
        median_tile(job, &p, i / job->n_parts * job->kernels->lanes, scratch);
    }
}

static void wide_worker(void *context, size_t worker)
{
    const median_job *job = context;
    const fsp_medians *m = job->medians;
    const ptrdiff_t itemsize = (ptrdiff_t)job->kernels->itemsize;
    for (size_t i = worker; i < job->n_jobs && fsp_go_on(); i += job->n_workers) {
        const fsp_part p = part_of(job, i % job->n_parts);
        const ptrdiff_t series = (ptrdiff_t)(i / job->n_parts);
        const char *in = job->in + (series * m->in_series + (ptrdiff_t)p.low * m->in_step) * itemsize;
        char *out = job->out + (series * m->out_series + (ptrdiff_t)p.first * m->out_step) * itemsize;
        fsp_wide_median(m, &p, in, out, job->kernels->itemsize, job->scratch + worker * job->scratch_bytes);
    }
}

static void cut(median_job *job, size_t n_rows, size_t part, int n_threads)
{
    job->part = fsp_larger(part, PER_WIDTH * job->medians->width);
    if (job->part > job->medians->n) job->part = job->medians->n;
    job->n_parts = fsp_divide_up(job->medians->n, job->part);
    job->n_jobs = n_rows * job->n_parts;
    job->n_workers = (size_t)n_threads < job->n_jobs ? (size_t)n_threads : job->n_jobs;
}

static fsp_status run_narrow(median_job *job, int n_threads)
{
    const fsp_medians *m = job->medians;
    cut(job, fsp_divide_up(m->n_series, job->kernels->lanes), PART, n_threads);
    job->scratch_bytes = (job->part + 2 * m->width) * vector_bytes(job);
    job->scratch = fsp_allocate(job->n_workers, job->scratch_bytes);
    job->identity = fsp_allocate(job->part, sizeof *job->identity);
    if (!job->scratch || !job->identity) return FSP_ENOMEM;
    for (size_t i = 0; i < job->part; i++) job->identity[i] = (uint32_t)i;
    return fsp_parallel(narrow_worker, job, job->n_workers, n_threads);
}

static fsp_status run_wide(median_job *job, int n_threads)
{
    const fsp_medians *m = job->medians;
    cut(job, m->n_series, WIDE_PART, n_threads);
    const size_t reach = job->part + m->width - 1;
    job->scratch_bytes = fsp_wide_median_bytes(reach < m->n ? reach : m->n);
    job->scratch = fsp_allocate(job->n_workers, job->scratch_bytes);
    return job->scratch ? fsp_parallel(wide_worker, job, job->n_workers, n_threads) : FSP_ENOMEM;
}

fsp_status fsp_running_median(fsp_precision precision, const char *isa, const fsp_medians *medians, const void *in, void *out,
                              int n_threads)
{
    median_job job = {.kernels = fsp_find_kernels(isa, precision), .medians = medians, .in = in, .out = out};
    const fsp_medians *m = medians;
    if (!job.kernels || n_threads < 1 || m->width == 0) return FSP_EBUG;
    if ((m->in_series != 1 && m->in_step != 1) || (m->out_series != 1 && m->out_step != 1)) return FSP_EBUG;
    if (m->n == 0 || m->n_series == 0) return FSP_OK;
    if (m->width > PTRDIFF_MAX / 64 || m->n > PTRDIFF_MAX / 64) return FSP_ENOMEM;
    const size_t lanes = job.kernels->lanes, most_lanes = m->n_series < lanes ? m->n_series : lanes;
    const fsp_status status = m->width > WIDE * most_lanes ? run_wide(&job, n_threads) : run_narrow(&job, n_threads);
    fsp_free(job.scratch);
    fsp_free(job.identity);
    return status;
}
