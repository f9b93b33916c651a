# Adaptive pooling (fsp_pool).

cdef extern from "fastspec.h" nogil:
    ctypedef enum fsp_pool_kind:
        FSP_POOL_MEAN, FSP_POOL_MAX
    ctypedef struct fsp_pool_axis:
        size_t in_size, out_size
        ptrdiff_t in_stride, out_stride
    ctypedef struct fsp_pooling:
        fsp_pool_kind kind
        size_t n_batch, n_pooled
        fsp_pool_axis axes[64]
    size_t fsp_pool_pieces(fsp_precision, const char *, const fsp_pooling *)
    fsp_status fsp_pool(fsp_precision, const char *, const fsp_pooling *, const void *, void *, size_t, size_t, int)


def pool(x not None, out not None, size_t n_pooled, bint largest, bytes isa not None, int n_threads):
    """Fill `out` with means (or the largest values) of windows over the last `n_pooled` axes of `x`, neither being empty."""
    cdef Py_buffer source, target
    cdef const char *name = isa
    cdef fsp_pooling pooling
    cdef fsp_status status = FSP_EBUG
    cdef size_t n_pieces
    cdef int i
    describe(&source, x, 0)
    try:
        describe(&target, out, PyBUF_WRITABLE)
        try:
            pooling.kind = FSP_POOL_MAX if largest else FSP_POOL_MEAN
            pooling.n_pooled, pooling.n_batch = n_pooled, source.ndim - n_pooled
            for i in range(source.ndim):
                pooling.axes[i].in_size, pooling.axes[i].out_size = source.shape[i], target.shape[i]
                pooling.axes[i].in_stride = source.strides[i] // source.itemsize
                pooling.axes[i].out_stride = target.strides[i] // target.itemsize
            n_pieces = fsp_pool_pieces(precision_of(&source), name, &pooling)
            if n_pieces:
                with nogil:
                    status = fsp_pool(precision_of(&source), name, &pooling, source.buf, target.buf, 0, n_pieces, n_threads)
            check(status)
        finally:
            PyBuffer_Release(&target)
    finally:
        PyBuffer_Release(&source)
