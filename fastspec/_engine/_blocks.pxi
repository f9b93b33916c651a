# Part of _c.pyx: memory for large results (fsp_block_create), and the bytes of what is created.

from cpython.buffer cimport PyBuffer_FillInfo

cdef extern from "fastspec.h" nogil:
    void *fsp_block_create(size_t, size_t *)
    void fsp_block_destroy(void *, size_t)
    size_t fsp_blocks_kept()
    void fsp_blocks_drop()
    size_t fsp_allocated()
    void fsp_add_allocated(size_t)


cdef class Block:
    """Memory that is kept for a next result when this object is gone: when nothing refers to it, and no buffer is open.

    The deallocation runs no Python code, so that nothing can come between: no tracer, no signal, no end of an interpreter."""
    cdef void *at
    cdef size_t size
    cdef Py_ssize_t n_bytes

    def __cinit__(self, Py_ssize_t n_bytes):
        self.n_bytes = n_bytes
        self.at = fsp_block_create(n_bytes, &self.size)
        if self.at == NULL:
            raise MemoryError(f"out of memory: no room for a result of {n_bytes} bytes")

    def __dealloc__(self):
        fsp_block_destroy(self.at, self.size)

    def __getbuffer__(self, Py_buffer *view, int flags):
        PyBuffer_FillInfo(view, self, self.at, self.n_bytes, 0, flags)


def kept_bytes():
    """Of blocks that wait for a next result."""
    return fsp_blocks_kept()


def drop_kept():
    fsp_blocks_drop()


def allocated():
    """Bytes that this thread has asked the engine's memory for, freed or not."""
    return fsp_allocated()


def add_allocated(size_t n_bytes):
    fsp_add_allocated(n_bytes)
