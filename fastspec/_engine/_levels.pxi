# Peaks, levels, squares, phasors and running medians of whole arrays (csrc/levels.c, median.c).

cdef extern from "fastspec.h" nogil:
    fsp_status fsp_array_peak(fsp_precision, const char *, const void *, size_t, int, int, double *)
    ctypedef struct fsp_level_scale:
        int square
        double multiplier, floor, shift, lower, range
    fsp_status fsp_array_levels(fsp_precision, const char *, const void *, size_t, const fsp_level_scale *, void *, int, double *)
    fsp_status fsp_array_clamp(fsp_precision, const char *, const void *, size_t, double, double, void *, int)
    ctypedef struct fsp_medians:
        size_t n, n_series, width
        ptrdiff_t in_step, in_series, out_step, out_series
    fsp_status fsp_running_median(fsp_precision, const char *, const fsp_medians *, const void *, void *, int)
    fsp_status fsp_array_squares(fsp_precision, const char *, const void *, size_t, void *, int)
    fsp_status fsp_array_phasors(fsp_precision, const char *, const void *, size_t, void *, int, int *)
    ctypedef struct fsp_turning:
        const void *angles
        const void *magnitudes
        void *out
        ptrdiff_t angle_stride, magnitude_stride, out_stride
        size_t n_bins, n_frames
    fsp_status fsp_turn(fsp_precision, const char *, const fsp_turning *)


def array_peak(x not None, bytes isa not None, bint magnitude, int n_threads):
    """The largest value (or magnitude) of a contiguous float array; NaN if there is one; -inf if it is empty."""
    cdef Py_buffer view
    cdef double peak = 0
    cdef const char *name = isa
    cdef fsp_status status
    describe(&view, x, 0)
    try:
        with nogil:
            status = fsp_array_peak(precision_of(&view), name, view.buf, <size_t>(view.len // view.itemsize), magnitude,
                                    n_threads, &peak)
        check(status)
    finally:
        PyBuffer_Release(&view)
    return peak


def array_levels(x not None, out not None, bytes isa not None, bint square, double multiplier, double floor, double shift,
                 double lower, double range, int n_threads):
    """out = max(multiplier log10(max(x or x^2, floor)) + shift, lower), raised to `range` below the highest, which is returned:
    NaN if any is NaN, and then nothing is raised. Memory orders of x and out agree."""
    cdef Py_buffer view, result
    cdef const char *name = isa
    cdef fsp_level_scale scale
    cdef fsp_status status
    cdef double peak
    scale.square, scale.multiplier, scale.floor = square, multiplier, floor
    scale.shift, scale.lower, scale.range = shift, lower, range
    describe(&view, x, 0)
    try:
        describe(&result, out, PyBUF_WRITABLE)
        with nogil:
            status = fsp_array_levels(precision_of(&view), name, view.buf, <size_t>(view.len // view.itemsize), &scale,
                                      result.buf, n_threads, &peak)
        PyBuffer_Release(&result)
        check(status)
        return peak
    finally:
        PyBuffer_Release(&view)


def array_clamp(x not None, bytes isa not None, double shift, double lower, int n_threads):
    """x = max(x + shift, lower), in place, x contiguous in any order."""
    cdef Py_buffer view
    cdef const char *name = isa
    cdef fsp_status status
    describe(&view, x, PyBUF_WRITABLE)
    try:
        with nogil:
            status = fsp_array_clamp(precision_of(&view), name, view.buf, <size_t>(view.len // view.itemsize), shift, lower,
                                     view.buf, n_threads)
        check(status)
    finally:
        PyBuffer_Release(&view)


def running_median(x not None, out not None, bytes isa not None, size_t width, int n_threads):
    """Rows of out = running medians of the rows of x; both 2-D, contiguous along one of their axes."""
    cdef Py_buffer source, target
    cdef const char *name = isa
    cdef fsp_medians medians
    cdef fsp_status status
    describe(&source, x, 0)
    try:
        describe(&target, out, PyBUF_WRITABLE)
        medians.n_series, medians.n, medians.width = source.shape[0], source.shape[1], width
        medians.in_series, medians.in_step = source.strides[0] // source.itemsize, source.strides[1] // source.itemsize
        medians.out_series, medians.out_step = target.strides[0] // target.itemsize, target.strides[1] // target.itemsize
        with nogil:
            status = fsp_running_median(precision_of(&source), name, &medians, source.buf, target.buf, n_threads)
        PyBuffer_Release(&target)
        check(status)
    finally:
        PyBuffer_Release(&source)


def array_squares(z not None, out not None, bytes isa not None, int n_threads):
    """out = |z|^2; both contiguous, in one memory order."""
    cdef opened buffers
    cdef Py_buffer *source
    cdef Py_buffer *target
    cdef const char *name = isa
    cdef fsp_status status
    buffers.n = 0
    try:
        source = hold(&buffers, z, 0)
        target = hold(&buffers, out, PyBUF_WRITABLE)
        with nogil:
            status = fsp_array_squares(precision_of(target), name, source.buf, <size_t>(source.len // source.itemsize),
                                       target.buf, n_threads)
        check(status)
    finally:
        release(&buffers)


def array_phasors(angles not None, out not None, bytes isa not None, int n_threads):
    """out = exp(i angles); both contiguous, in one memory order. Returns whether all angles were small enough for it."""
    cdef opened buffers
    cdef Py_buffer *source
    cdef Py_buffer *target
    cdef const char *name = isa
    cdef fsp_status status
    cdef int reached = 0
    buffers.n = 0
    try:
        source = hold(&buffers, angles, 0)
        target = hold(&buffers, out, PyBUF_WRITABLE)
        with nogil:
            status = fsp_array_phasors(precision_of(source), name, source.buf,
                                       <size_t>(source.len // source.itemsize), target.buf, n_threads, &reached)
        check(status)
    finally:
        release(&buffers)
    return bool(reached)


def turn(angles not None, magnitudes not None, out not None, bytes isa not None):
    """out = -magnitudes exp(i angles); angles (bins, frames), frames contiguous, the others the other way round."""
    cdef opened buffers
    cdef Py_buffer *by
    cdef Py_buffer *source
    cdef Py_buffer *target
    cdef fsp_turning t
    cdef const char *name = isa
    cdef fsp_status status
    buffers.n = 0
    try:
        by = hold(&buffers, angles, 0)
        source = hold(&buffers, magnitudes, 0)
        target = hold(&buffers, out, PyBUF_WRITABLE)
        t.angles, t.magnitudes, t.out = by.buf, source.buf, target.buf
        t.angle_stride, t.magnitude_stride = by.strides[0] // source.itemsize, source.strides[1] // source.itemsize
        t.out_stride = target.strides[1] // source.itemsize
        t.n_bins, t.n_frames = <size_t>target.shape[0], <size_t>target.shape[1]
        with nogil:
            status = fsp_turn(precision_of(source), name, &t)
        check(status)
    finally:
        release(&buffers)
