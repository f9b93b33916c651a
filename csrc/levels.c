/* levels: decibels and other logarithms of a positive quantity, as constants for the kernels; and over arrays. */
#include "internal.h"

#include <float.h>
#include <math.h>
#include <stdatomic.h>

/* The largest number of `bits` below x > 0, so that its product with an exponent is exact, and what is left, times an
 * infinite one, infinite and of the same sign. */
static double short_part(double x, int bits)
{
    int exponent;
    double mantissa = frexp(x, &exponent);
    return ldexp(ceil(ldexp(mantissa, bits)) - 1, exponent - bits);
}

fsp_levels fsp_levels_of(double multiplier, double floor, double offset, fsp_precision precision)
{
    const double per_octave = multiplier * 0.30102999566398119521;
    const double smallest = precision == FSP_F32 ? (double)FLT_TRUE_MIN : DBL_TRUE_MIN;
    fsp_levels levels = {
        .per_octave_high = short_part(per_octave, precision == FSP_F32 ? 12 : 40),
        .per_neper = multiplier * 0.43429448190325182765,
        .floor = floor > smallest ? floor : smallest,
        .offset = offset,
    };
    levels.per_octave_low = per_octave - levels.per_octave_high;
    return levels;
}

typedef struct {
    const fsp_kernels *kernels;
    const char *in;
    char *out;
    size_t n, chunk;
    fsp_levels levels;
    int square, magnitude;
    double shift, lower, range;
    _Atomic double highest;  /* so far */
    fsp_extent extents[64];  /* of each chunk */
    atomic_int beyond;
} array_job;

enum { CHUNK = 1 << 14 };  /* elements: in and out stay in L2 */

static size_t chunk_length(const array_job *job, size_t i)
{
    size_t left = job->n - i * job->chunk;
    return left < job->chunk ? left : job->chunk;
}

/* A level `range` below the highest one so far is too low in any case, so it can be raised at once: most chunks then need no
 * second pass. */
static void levels_chunk(void *context, size_t i)
{
    array_job *job = context;
    const size_t at = i * job->chunk * job->kernels->itemsize;
    double highest = atomic_load(&job->highest);
    const double lower = highest - job->range > job->lower ? highest - job->range : job->lower;
    job->extents[i] = job->kernels->array_levels(job->in + at, chunk_length(job, i), &job->levels, job->square, job->shift,
                                                 lower, job->out + at);
    while (job->extents[i].highest > highest &&
           !atomic_compare_exchange_weak(&job->highest, &highest, job->extents[i].highest));
}

static void clamp_chunk(void *context, size_t i)
{
    const array_job *job = context;
    size_t at = i * job->chunk * job->kernels->itemsize;
    job->kernels->array_clamp(job->in + at, chunk_length(job, i), job->shift, job->lower, job->out + at);
}

static void raise_chunk(void *context, size_t i)
{
    const array_job *job = context;
    char *at = job->out + i * job->chunk * job->kernels->itemsize;
    if (job->extents[i].lowest < job->lower) job->kernels->array_clamp(at, chunk_length(job, i), 0, job->lower, at);
}

static void squares_chunk(void *context, size_t i)
{
    const array_job *job = context;
    const size_t at = i * job->chunk * job->kernels->itemsize;
    job->kernels->array_squares(job->in + 2 * at, chunk_length(job, i), job->out + at);
}

static void phasors_chunk(void *context, size_t i)
{
    array_job *job = context;
    const size_t at = i * job->chunk * job->kernels->itemsize;
    if (!job->kernels->array_phasors(job->in + at, chunk_length(job, i), job->out + 2 * at)) atomic_store(&job->beyond, 1);
}

static void peak_chunk(void *context, size_t i)
{
    array_job *job = context;
    size_t at = i * job->chunk * job->kernels->itemsize;
    job->extents[i] = (fsp_extent){job->kernels->array_peak(job->in + at, chunk_length(job, i), job->magnitude), INFINITY};
}

static fsp_status start_array_job(array_job *job, fsp_precision precision, const char *isa, const void *in, size_t n, void *out)
{
    *job = (array_job){.kernels = fsp_find_kernels(isa, precision), .in = in, .out = out, .n = n, .chunk = CHUNK};
    return job->kernels ? FSP_OK : FSP_EBUG;
}

/* Cuts the arrays into no more chunks than there is room for extents; returns how many. */
static size_t cut_for_extents(array_job *job)
{
    const size_t most = sizeof job->extents / sizeof *job->extents;
    if (job->n > most * CHUNK) job->chunk = fsp_round_up(fsp_divide_up(job->n, most), CHUNK / 64);
    return fsp_divide_up(job->n, job->chunk);
}

static fsp_extent whole_extent(const array_job *job, size_t n_chunks)
{
    fsp_extent whole = {-INFINITY, INFINITY};
    for (size_t i = 0; i < n_chunks; i++) {
        const fsp_extent *part = &job->extents[i];
        if (whole.highest == whole.highest && !(part->highest <= whole.highest)) whole.highest = part->highest;  /* NaN stays */
        if (part->lowest < whole.lowest) whole.lowest = part->lowest;
    }
    return whole;
}

fsp_status fsp_array_levels(fsp_precision precision, const char *isa, const void *in, size_t n, const fsp_level_scale *scale,
                            void *out, int n_threads, double *peak)
{
    array_job job;
    fsp_status status = scale->multiplier > 0 ? start_array_job(&job, precision, isa, in, n, out) : FSP_EBUG;
    if (status) return status;
    job.levels = fsp_levels_of(scale->multiplier, scale->floor, 0, precision);
    job.shift = scale->shift;
    job.square = scale->square;
    job.lower = scale->lower;
    job.range = scale->range;
    atomic_init(&job.highest, -INFINITY);
    const size_t n_chunks = cut_for_extents(&job);
    status = fsp_parallel(levels_chunk, &job, n_chunks, n_threads);
    const fsp_extent extent = whole_extent(&job, n_chunks);
    *peak = extent.highest;
    job.lower = extent.highest - scale->range;
    if (status || !(extent.lowest < job.lower)) return status;
    return fsp_parallel(raise_chunk, &job, n_chunks, n_threads);
}

fsp_status fsp_array_clamp(fsp_precision precision, const char *isa, const void *in, size_t n, double shift, double lower,
                           void *out, int n_threads)
{
    array_job job;
    fsp_status status = start_array_job(&job, precision, isa, in, n, out);
    if (status) return status;
    job.shift = shift;
    job.lower = lower;
    return fsp_parallel(clamp_chunk, &job, fsp_divide_up(n, CHUNK), n_threads);
}

fsp_status fsp_array_squares(fsp_precision precision, const char *isa, const void *in, size_t n, void *out, int n_threads)
{
    array_job job;
    fsp_status status = start_array_job(&job, precision, isa, in, n, out);
    if (status) return status;
    return fsp_parallel(squares_chunk, &job, fsp_divide_up(n, CHUNK), n_threads);
}

fsp_status fsp_array_phasors(fsp_precision precision, const char *isa, const void *in, size_t n, void *out, int n_threads,
                             int *reached)
{
    array_job job;
    fsp_status status = start_array_job(&job, precision, isa, in, n, out);
    if (status) return status;
    atomic_init(&job.beyond, 0);
    status = fsp_parallel(phasors_chunk, &job, fsp_divide_up(n, CHUNK), n_threads);
    *reached = !atomic_load(&job.beyond);
    return status;
}

fsp_status fsp_turn(fsp_precision precision, const char *isa, const fsp_turning *t)
{
    const fsp_kernels *kernels = fsp_find_kernels(isa, precision);
    if (!kernels) return FSP_EBUG;
    kernels->turn(t->angles, t->angle_stride, t->magnitudes, t->magnitude_stride, t->n_bins, t->n_frames, t->out, t->out_stride);
    return FSP_OK;
}

fsp_status fsp_array_peak(fsp_precision precision, const char *isa, const void *in, size_t n, int magnitude, int n_threads,
                          double *peak)
{
    array_job job;
    fsp_status status = start_array_job(&job, precision, isa, in, n, NULL);
    if (status) return status;
    job.magnitude = magnitude;
    const size_t n_chunks = cut_for_extents(&job);
    status = fsp_parallel(peak_chunk, &job, n_chunks, n_threads);
    *peak = whole_extent(&job, n_chunks).highest;
    return status;
}
