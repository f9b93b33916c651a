# cython: language_level=3, boundscheck=False, wraparound=False, embedsignature=False
"""The C contract (csrc/fastspec.h): arrays in, statuses turned into exceptions, the GIL let go. And one look at numbers
(_numbers.pxi), at which Python is slower than all that follows.

Arguments have passed the gate (`fastspec._gate`) before they come here.
"""

from cpython.buffer cimport PyBUF_C_CONTIGUOUS, PyBUF_FORMAT, PyBUF_STRIDES, PyBUF_WRITABLE
from cpython.buffer cimport PyBuffer_Release, PyObject_GetBuffer
from libc.stdint cimport uint64_t
from libc.stdlib cimport free, malloc
from libc.string cimport strlen

cdef extern from "fastspec.h" nogil:
    ctypedef enum fsp_status:
        FSP_OK, FSP_ENOMEM, FSP_EBUG, FSP_ENONFINITE, FSP_ESTOPPED
    void fsp_ask(int (*)() noexcept nogil)
    ctypedef enum fsp_precision:
        FSP_F32, FSP_F64
    ctypedef enum fsp_pcm:
        FSP_REALS, FSP_U8, FSP_S8, FSP_U16, FSP_S16, FSP_S24, FSP_S32
    ctypedef enum fsp_padding:
        pass
    ctypedef enum fsp_spectrum:
        FSP_COMPLEX, FSP_POWER, FSP_MAGNITUDE, FSP_GIVEN
    ctypedef enum fsp_summary_kind:
        pass
    ctypedef enum fsp_energy_kind:
        pass
    ctypedef struct fsp_margin:
        fsp_padding padding
        size_t before, after
    ctypedef struct fsp_conditioning:
        double dither
        uint64_t dither_key
        double emphasis
        int remove_mean
        double frame_emphasis
    ctypedef struct fsp_energy:
        fsp_energy_kind kind
        int replaces
        size_t row
        double multiplier, floor, offset
    ctypedef struct fsp_complex_bank:
        size_t width
        const size_t *first
        const double *weights
        const double *turns
    ctypedef struct fsp_config:
        fsp_precision precision
        const char *isa
        size_t n_fft, length, hop_length
        const double *window
        size_t turn
        ptrdiff_t lead
        fsp_margin margin
        fsp_conditioning conditioning
        fsp_spectrum spectrum
        double guard, least
        size_t n_bands
        const double *bank
        fsp_complex_bank complex_bank
        fsp_summary_kind summary
        double amount
        size_t n_groups
        const size_t *group_sizes
        const size_t *group_extremes
        const size_t *group_bins
        double multiplier, floor, offset, add, for_zero
        size_t n_features
        const double *matrix
        fsp_energy energy
    ctypedef struct fsp_plan:
        pass
    ctypedef struct fsp_input:
        const void *data
        fsp_pcm pcm
        fsp_precision precision
        size_t n_channels, n_samples, first_place
        const ptrdiff_t *channel_offset
        ptrdiff_t stride, row_stride, frame_stride
        size_t first_frame, n_frames
        int check_finite
        size_t total_frames
        const double *clamp
    ctypedef struct fsp_output:
        void *data
        const ptrdiff_t *channel_offset
        ptrdiff_t row_stride, frame_stride
        double *peak
        double *lowest
    fsp_status fsp_plan_create(const fsp_config *, fsp_plan **)
    void fsp_plan_destroy(fsp_plan *)
    size_t fsp_plan_rows(const fsp_plan *)
    fsp_status fsp_run(const fsp_plan *, const fsp_input *, const fsp_output *, int)
    ctypedef struct fsp_inverse:
        pass
    ctypedef struct fsp_inverse_config:
        fsp_precision precision
        const char *isa
        size_t n_fft, hop_length
        const double *window
        size_t lead
        double smallest
    ctypedef struct fsp_spectra:
        const void *data
        size_t n_channels, n_frames
        const ptrdiff_t *channel_offset
        ptrdiff_t frame_stride
    fsp_status fsp_inverse_create(const fsp_inverse_config *, fsp_inverse **)
    void fsp_inverse_destroy(fsp_inverse *)
    fsp_status fsp_inverse_run(const fsp_inverse *, const fsp_spectra *, void *, const ptrdiff_t *, size_t, int)
    ctypedef struct fsp_search:
        pass
    fsp_status fsp_search_create(const fsp_inverse_config *, fsp_padding, const fsp_spectra *, size_t, fsp_search **)
    void fsp_search_destroy(fsp_search *)
    fsp_status fsp_search_start(fsp_search *, const void *, const ptrdiff_t *)
    fsp_status fsp_search_round(fsp_search *, double, int)
    fsp_status fsp_search_result(fsp_search *, void *, const ptrdiff_t *)
    ctypedef struct fsp_vocoder:
        const void *data
        void *out
        size_t n_channels, n_bins, n_out
        const ptrdiff_t *channel_offset
        const ptrdiff_t *out_offset
        ptrdiff_t frame_stride, out_stride
        const ptrdiff_t *from_ "from"
        const ptrdiff_t *to
        const ptrdiff_t *low
        ptrdiff_t span
        const double *fraction
    fsp_status fsp_vocode(fsp_precision, const char *, const fsp_vocoder *, int)
    const char *fsp_best_isa()
    int fsp_has_isa(const char *)
    size_t fsp_lanes(const char *, fsp_precision)


class NonFinite(Exception):
    """The input held NaN or infinity; `first_nonfinite` of the gate names the place."""


cdef extern from "Python.h":
    int PyErr_CheckSignals() noexcept
    unsigned long PyThread_get_thread_ident() noexcept nogil

cdef unsigned long main_thread = 0


def set_main_thread(unsigned long identifier):
    """In which thread Python runs the handlers of signals."""
    global main_thread
    main_thread = identifier


cdef int handlers_have_raised() noexcept nogil:
    """Whether a handler of a signal has raised: what it has stays raised, and `check` hands it on."""
    if PyThread_get_thread_ident() != main_thread:
        return 0
    with gil:
        return PyErr_CheckSignals() != 0


cdef int check(fsp_status status) except -1:
    if status == FSP_OK:
        return 0
    if status == FSP_ESTOPPED:
        return -1
    if status == FSP_ENOMEM:
        raise MemoryError("out of memory: no room for the work; use a smaller n_fft, fewer threads or a part of the input")
    if status == FSP_ENONFINITE:
        raise NonFinite
    raise RuntimeError("fastspec: a broken internal precondition; please report this with the call that led to it")


cdef int describe(Py_buffer *view, object array, int flags) except -1:
    PyObject_GetBuffer(array, view, flags | PyBUF_STRIDES | PyBUF_FORMAT)
    return 0


# The buffers that a call holds; what has been opened is released however the call ends.
cdef struct opened:
    int n
    Py_buffer views[8]


cdef Py_buffer *hold(opened *buffers, object array, int flags) except NULL:
    cdef Py_buffer *view = &buffers.views[buffers.n]
    cdef int i
    if buffers.n == sizeof(buffers.views) // sizeof(Py_buffer):
        check(FSP_EBUG)
    describe(view, array, flags)
    buffers.n += 1
    for i in range(view.ndim):
        if view.strides[i] % view.itemsize:
            check(FSP_EBUG)
    return view


cdef const double *doubles(opened *buffers, object array) except? NULL:
    """A contiguous float64 array, or NULL for None."""
    if array is None:
        return NULL
    return <const double *>hold(buffers, array, PyBUF_C_CONTIGUOUS).buf


cdef void release(opened *buffers) noexcept:
    cdef int i
    for i in range(buffers.n):
        PyBuffer_Release(&buffers.views[i])


cdef fsp_precision precision_of(Py_buffer *view) noexcept nogil:
    """float32 and complex64 are FSP_F32; formats may carry a byte-order mark, which the gate has made native."""
    cdef Py_ssize_t size = view.itemsize
    return FSP_F32 if size == 4 or (size == 8 and view.format[0] == b'Z') else FSP_F64


cdef fsp_pcm pcm_of(Py_buffer *view) noexcept nogil:
    """Of signed and unsigned integers of 1, 2 and 4 bytes, and of items of 3 bytes; everything else is real numbers."""
    cdef char kind = view.format[strlen(view.format) - 1]
    if view.itemsize == 3:
        return FSP_S24
    if kind == b'B' or kind == b'H':
        return FSP_U8 if view.itemsize == 1 else FSP_U16
    if kind == b'b' or kind == b'h':
        return FSP_S8 if view.itemsize == 1 else FSP_S16
    return FSP_S32 if kind == b'i' or kind == b'l' else FSP_REALS


cdef struct offsets:
    size_t n
    ptrdiff_t *at


cdef int channel_offsets(Py_buffer *view, int n_last, Py_ssize_t real_size, offsets *channels) except -1:
    """Where each channel starts, in reals: the leading axes, all but the last `n_last`, in C order."""
    cdef size_t n = 1, i, rest
    cdef Py_ssize_t axis, at, position
    for axis in range(view.ndim - n_last):
        n *= <size_t>view.shape[axis]
    channels.n = n
    channels.at = <ptrdiff_t *>malloc((n or 1) * sizeof(ptrdiff_t))
    if channels.at == NULL:
        raise MemoryError(f"out of memory: offsets of {n} channels")
    for i in range(n):
        rest = i
        at = 0
        for axis in range(view.ndim - n_last - 1, -1, -1):
            position = <Py_ssize_t>(rest % <size_t>view.shape[axis])
            rest //= <size_t>view.shape[axis]
            at += position * view.strides[axis]
        channels.at[i] = at // real_size
    return 0


cdef int describe_samples(fsp_input *given, Py_buffer *source, offsets *channels) except -1:
    """Samples along the last axis."""
    given.data, given.precision, given.pcm = source.buf, precision_of(source), pcm_of(source)
    channel_offsets(source, 1, source.itemsize, channels)
    given.n_channels, given.channel_offset = channels.n, channels.at
    given.n_samples = <size_t>source.shape[source.ndim - 1]
    given.stride = source.strides[source.ndim - 1] // source.itemsize
    return 0


cdef int describe_output(fsp_output *result, Py_buffer *target, offsets *channels) except -1:
    """Rows and frames along the last two axes."""
    cdef Py_ssize_t real = 4 if precision_of(target) == FSP_F32 else 8
    channel_offsets(target, 2, real, channels)
    result.data, result.channel_offset = target.buf, channels.at
    result.row_stride = target.strides[target.ndim - 2] // real
    result.frame_stride = target.strides[target.ndim - 1] // real
    return 0


cdef class Plan:
    """A prepared transform (fsp_plan), immutable and shareable between threads."""
    cdef fsp_plan *plan
    cdef fsp_spectrum spectrum
    cdef readonly size_t n_rows

    def __cinit__(self, *, int precision, bytes isa, framing, window, size_t turn, conditioning, int spectrum, root, bank,
                  complex_bank, int summary, double amount, groups, levels, matrix, energy):
        cdef fsp_config config
        cdef opened buffers
        cdef fsp_status status
        buffers.n = 0
        config.precision = <fsp_precision>precision
        config.isa = isa
        config.n_fft, config.hop_length, config.lead = framing[:3]
        config.turn = turn
        config.margin.padding = <fsp_padding><int>framing[3]
        config.length, config.margin.before, config.margin.after = framing[4:]
        config.conditioning.dither, config.conditioning.dither_key, config.conditioning.emphasis = conditioning[:3]
        config.conditioning.remove_mean, config.conditioning.frame_emphasis = conditioning[3:]
        config.spectrum = self.spectrum = <fsp_spectrum>spectrum
        config.guard, config.least = root
        config.multiplier, config.floor, config.offset, config.add, config.for_zero = levels
        config.energy.kind, config.energy.row = <fsp_energy_kind><int>energy[0], energy[1]
        config.energy.replaces, config.energy.multiplier = energy[2:4]
        config.energy.floor, config.energy.offset = energy[4:]
        config.n_bands = 0 if bank is None else len(bank)
        config.n_features = 0 if matrix is None else len(matrix)
        config.summary, config.amount = <fsp_summary_kind>summary, amount
        config.n_groups = 0 if groups is None else len(groups[0])
        config.group_sizes = config.group_extremes = config.group_bins = NULL
        config.complex_bank.width = 0
        try:
            config.window = doubles(&buffers, window)
            config.bank = doubles(&buffers, bank)
            if complex_bank is not None:
                config.n_bands, config.complex_bank.width = complex_bank[1].shape[:2]
                config.complex_bank.first = <const size_t *>hold(&buffers, complex_bank[0], 0).buf
                config.complex_bank.weights = doubles(&buffers, complex_bank[1])
                config.complex_bank.turns = doubles(&buffers, complex_bank[2])
            config.matrix = doubles(&buffers, matrix)
            if groups is not None:
                config.group_sizes = <const size_t *>hold(&buffers, groups[0], 0).buf
                config.group_extremes = <const size_t *>hold(&buffers, groups[1], 0).buf
                config.group_bins = <const size_t *>hold(&buffers, groups[2], 0).buf
            with nogil:
                status = fsp_plan_create(&config, &self.plan)
        finally:
            release(&buffers)
        check(status)
        self.n_rows = fsp_plan_rows(self.plan)

    def __dealloc__(self):
        fsp_plan_destroy(self.plan)

    def run(self, x not None, out not None, size_t first_frame, size_t total_frames, bint check_finite, clamp, extent,
            int n_threads, size_t first_place=0):
        """Frames first_frame .. of x (..., samples), or (..., rows, frames) where the plan is given a spectrum,
        into out (..., rows, frames)."""
        cdef opened buffers
        cdef Py_buffer *source
        cdef Py_buffer *target
        cdef fsp_input given
        cdef fsp_output result
        cdef offsets x_channels, out_channels
        cdef fsp_status status = FSP_OK
        cdef int last = 2 if self.spectrum == FSP_GIVEN else 1
        buffers.n = 0
        x_channels.at = out_channels.at = NULL
        try:
            source = hold(&buffers, x, 0)
            target = hold(&buffers, out, PyBUF_WRITABLE)
            given.clamp = doubles(&buffers, clamp)
            result.peak = <double *>doubles(&buffers, extent)
            if last == 1:
                describe_samples(&given, source, &x_channels)
            else:
                given.data, given.precision, given.pcm = source.buf, precision_of(source), pcm_of(source)
                channel_offsets(source, 2, source.itemsize, &x_channels)
                given.n_channels, given.channel_offset = x_channels.n, x_channels.at
                given.n_samples, given.stride = 0, 0
                given.row_stride = source.strides[source.ndim - 2] // source.itemsize
                given.frame_stride = source.strides[source.ndim - 1] // source.itemsize
            describe_output(&result, target, &out_channels)
            result.lowest = NULL if result.peak == NULL else result.peak + out_channels.n
            given.first_frame, given.total_frames, given.check_finite = first_frame, total_frames, check_finite
            given.first_place = first_place
            given.n_frames = <size_t>target.shape[target.ndim - 1]
            if out_channels.n != x_channels.n:
                status = FSP_EBUG
            else:
                with nogil:
                    status = fsp_run(self.plan, &given, &result, n_threads)
            check(status)
        finally:
            free(x_channels.at)
            free(out_channels.at)
            release(&buffers)


def best_isa():
    return fsp_best_isa()


def has_isa(bytes isa not None):
    return bool(fsp_has_isa(isa))


def lanes(bytes isa not None):
    return fsp_lanes(isa, FSP_F32), fsp_lanes(isa, FSP_F64)


include "_blocks.pxi"
include "_inverse.pxi"
include "_atoms.pxi"
include "_pitch.pxi"
include "_pool.pxi"
include "_levels.pxi"
include "_events.pxi"
include "_sequence.pxi"
include "_samples.pxi"
include "_numbers.pxi"

fsp_ask(handlers_have_raised)
