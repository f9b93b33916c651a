/* samples: PCM codes and real numbers, one into the other, piece by piece through 32-bit samples that stay in L1. */
#include "internal.h"

#include <stdatomic.h>
#include <string.h>

enum { PIECE = 2048, JOB = 1 << 15 };  /* elements; a piece is whole vectors */

/* In the order of fsp_pcm. */
static const fsp_code CODES[] = {
    [FSP_U8] = {1, 8, 0x80000000u, FSP_LAW_NONE},
    [FSP_S8] = {1, 8, 0, FSP_LAW_NONE},
    [FSP_U16] = {2, 16, 0x80000000u, FSP_LAW_NONE},
    [FSP_S16] = {2, 16, 0, FSP_LAW_NONE},
    [FSP_S24] = {3, 24, 0, FSP_LAW_NONE},
    [FSP_S24_IN_32] = {4, 24, 0, FSP_LAW_NONE},
    [FSP_S32] = {4, 32, 0, FSP_LAW_NONE},
    [FSP_MU_LAW] = {1, 14, 0, FSP_LAW_MU},
    [FSP_A_LAW] = {1, 13, 0, FSP_LAW_A},
};

ptrdiff_t fsp_sample_size(fsp_pcm pcm, fsp_precision precision)
{
    if (pcm != FSP_REALS) return (ptrdiff_t)CODES[pcm].bytes;
    return precision == FSP_F32 ? sizeof(float) : sizeof(double);
}

INLINE void move_each(const char *from, ptrdiff_t from_stride, size_t n, size_t size, char *to, ptrdiff_t to_stride)
{
    for (size_t i = 0; i < n; i++, from += from_stride, to += to_stride) memcpy(to, from, size);
}

/* Elements of `size` bytes from one stride to another; each size has a loop whose copies are single moves. */
static void move_elements(const char *from, ptrdiff_t from_stride, size_t n, ptrdiff_t size, char *to, ptrdiff_t to_stride)
{
    switch (size) {
    case 1: move_each(from, from_stride, n, 1, to, to_stride); break;
    case 2: move_each(from, from_stride, n, 2, to, to_stride); break;
    case 3: move_each(from, from_stride, n, 3, to, to_stride); break;
    case 4: move_each(from, from_stride, n, 4, to, to_stride); break;
    case 8: move_each(from, from_stride, n, 8, to, to_stride); break;
    }
}

typedef union {
    double align;
    char bytes[PIECE * sizeof(double)];
} piece;

/* Elements as neighbours: where they are, or in `copy`. */
static const void *gathered(const char *in, ptrdiff_t stride, size_t n, ptrdiff_t size, piece *copy)
{
    if (stride == size) return in;
    move_elements(in, stride, n, size, copy->bytes, size);
    return copy->bytes;
}

/* Whether a kernel does both steps between the code and real numbers. */
static int at_once(fsp_pcm pcm) { return pcm != FSP_REALS && CODES[pcm].bits <= 16 && !CODES[pcm].law; }

void fsp_read_pcm(const fsp_kernels *kernels, fsp_pcm pcm, const void *codes, ptrdiff_t stride, size_t n, void *out)
{
    int32_t samples[PIECE];
    piece copy;
    const char *in = codes;
    char *real = out;
    for (size_t at = 0; at < n; at += PIECE) {
        const size_t count = n - at < PIECE ? n - at : PIECE;
        const void *source = gathered(in, stride, count, (ptrdiff_t)CODES[pcm].bytes, &copy);
        if (at_once(pcm)) {
            kernels->decode(source, count, &CODES[pcm], real);
        } else {
            kernels->widen(source, count, &CODES[pcm], samples);
            kernels->from_samples(samples, count, real);
        }
        in += (ptrdiff_t)count * stride;
        real += count * kernels->itemsize;
    }
}

typedef struct {
    const fsp_conversion *c;
    const fsp_kernels *from, *to;  /* of the precisions */
    ptrdiff_t in_size, out_size;
    atomic_size_t clips;
} convert_job;

/* From neighbours to neighbours, n <= PIECE. */
static size_t convert_piece(const convert_job *job, size_t number, const void *source, size_t n, void *target)
{
    const fsp_conversion *c = job->c;
    const fsp_code *from = &CODES[c->from.pcm], *to = &CODES[c->to.pcm];
    int32_t samples[PIECE];
    size_t clips = 0;
    if (c->to.pcm == FSP_REALS && at_once(c->from.pcm)) {
        job->to->decode(source, n, from, target);
        return 0;
    }
    if (c->from.pcm == FSP_REALS && at_once(c->to.pcm) && !c->dither) return job->from->encode(source, n, to, target);
    if (c->from.pcm == FSP_REALS)
        clips += job->from->to_samples(source, n, samples);
    else
        job->from->widen(source, n, from, samples);
    if (c->dither) clips += job->to->dither(samples, n, (int)to->bits, c->key, c->first + number);
    if (c->to.pcm == FSP_REALS) return clips + job->to->from_samples(samples, n, target);
    return clips + job->to->narrow(samples, n, to, target);
}

/* Elements number .. number + n - 1, n <= PIECE, all of one row; returns how many were clipped. */
static size_t convert_strided(const convert_job *job, size_t number, const char *in, size_t n, char *out)
{
    const fsp_conversion *c = job->c;
    piece in_copy, out_copy;
    const void *source = gathered(in, c->in_stride, n, job->in_size, &in_copy);
    if (c->out_stride == job->out_size) return convert_piece(job, number, source, n, out);
    const size_t clips = convert_piece(job, number, source, n, out_copy.bytes);
    move_elements(out_copy.bytes, job->out_size, n, job->out_size, out, c->out_stride);
    return clips;
}

static void convert_some(void *context, size_t index)
{
    convert_job *job = context;
    const fsp_conversion *c = job->c;
    size_t at = c->begin + index * JOB, clips = 0;
    const size_t end = c->end - at < JOB ? c->end : at + JOB;
    while (at < end) {
        const size_t row = at / c->n, i = at % c->n;
        size_t n = end - at < c->n - i ? end - at : c->n - i;
        if (n > PIECE) n = PIECE;
        clips += convert_strided(job, at, (const char *)c->in + c->in_offset[row] + (ptrdiff_t)i * c->in_stride, n,
                               (char *)c->out + c->out_offset[row] + (ptrdiff_t)i * c->out_stride);
        at += n;
    }
    atomic_fetch_add(&job->clips, clips);
}

fsp_status fsp_convert(const char *isa, const fsp_conversion *c, int n_threads, size_t *clips)
{
    convert_job job = {
        .c = c, .from = fsp_find_kernels(isa, c->from.precision), .to = fsp_find_kernels(isa, c->to.precision),
        .in_size = fsp_sample_size(c->from.pcm, c->from.precision), .out_size = fsp_sample_size(c->to.pcm, c->to.precision),
    };
    *clips = 0;
    if (!job.from || n_threads < 1 || (c->from.pcm == FSP_REALS && c->to.pcm == FSP_REALS)) return FSP_EBUG;
    if (c->dither && (c->to.pcm == FSP_REALS || CODES[c->to.pcm].bits == 32 || CODES[c->to.pcm].law)) return FSP_EBUG;
    if (c->begin >= c->end) return FSP_OK;
    if (c->n == 0 || c->end > c->n * c->n_rows) return FSP_EBUG;
    atomic_init(&job.clips, 0);
    const fsp_status status = fsp_parallel(convert_some, &job, fsp_divide_up(c->end - c->begin, JOB), n_threads);
    *clips = atomic_load(&job.clips);
    return status;
}
