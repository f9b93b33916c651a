# Part of _c.pyx: sample conversion (fsp_convert).

cdef extern from "fastspec.h" nogil:
    ctypedef struct fsp_format:
        fsp_pcm pcm
        fsp_precision precision
    ctypedef struct fsp_conversion:
        const void *in_ "in"
        void *out
        fsp_format from_ "from"
        fsp_format to
        size_t n_rows, n
        const ptrdiff_t *in_offset
        const ptrdiff_t *out_offset
        ptrdiff_t in_stride, out_stride
        size_t begin, end
        int dither
        unsigned long long key
        size_t first
    fsp_status fsp_convert(const char *, const fsp_conversion *, int, size_t *)


def convert_samples(x not None, int x_pcm, out not None, int out_pcm, bytes isa not None, size_t begin, size_t end, key,
                    size_t number, int n_threads):
    """Elements begin .. end - 1 of x (..., n) into those of out, of one shape; how many clips that took.

    x_pcm, out_pcm: fsp_pcm, or 0 for what the dtype says. key: None for no dither, else which noise; number: what it calls element 0."""
    cdef opened buffers
    cdef Py_buffer *source
    cdef Py_buffer *target
    cdef fsp_conversion c
    cdef offsets x_rows, out_rows
    cdef const char *name = isa
    cdef size_t clips = 0
    cdef fsp_status status
    buffers.n = 0
    x_rows.at = out_rows.at = NULL
    try:
        source = hold(&buffers, x, 0)
        target = hold(&buffers, out, PyBUF_WRITABLE)
        c.in_, c.out = source.buf, target.buf
        c.from_.pcm = <fsp_pcm>x_pcm if x_pcm else pcm_of(source)
        c.to.pcm = <fsp_pcm>out_pcm if out_pcm else pcm_of(target)
        c.from_.precision, c.to.precision = precision_of(source), precision_of(target)
        channel_offsets(source, 1, 1, &x_rows)
        channel_offsets(target, 1, 1, &out_rows)
        c.in_offset, c.out_offset = x_rows.at, out_rows.at
        c.n_rows, c.n = x_rows.n, <size_t>source.shape[source.ndim - 1]
        c.in_stride, c.out_stride = source.strides[source.ndim - 1], target.strides[target.ndim - 1]
        c.begin, c.end = begin, end
        c.dither = key is not None
        c.key = 0 if key is None else key
        c.first = number
        with nogil:
            status = fsp_convert(name, &c, n_threads, &clips)
        check(status)
    finally:
        free(x_rows.at)
        free(out_rows.at)
        release(&buffers)
    return clips
