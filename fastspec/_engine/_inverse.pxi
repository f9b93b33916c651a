# Part of _c.pyx: from spectra back to samples (fsp_inverse, fsp_search), and the phase vocoder.

cdef fsp_inverse_config inverse_config(int precision, bytes isa, size_t n_fft, size_t hop_length, size_t lead) noexcept:
    """All but the window. `isa` is to outlive it."""
    cdef fsp_inverse_config config
    config.precision = <fsp_precision>precision
    config.isa = isa
    config.n_fft, config.hop_length, config.lead = n_fft, hop_length, lead
    config.window = NULL
    config.smallest = 0
    return config


cdef int describe_spectra(Py_buffer *source, Py_ssize_t real, fsp_spectra *given, offsets *channels) except -1:
    """Frames (..., bins, frames), bins contiguous; `real`: bytes of a real number."""
    channel_offsets(source, 2, real, channels)
    given.data = source.buf
    given.n_channels, given.channel_offset = channels.n, channels.at
    given.n_frames = <size_t>source.shape[source.ndim - 1]
    given.frame_stride = source.strides[source.ndim - 1] // real
    return 0


cdef class Inverse:
    """A prepared inverse transform (fsp_inverse), immutable and shareable between threads."""
    cdef fsp_inverse *inverse

    def __cinit__(self, *, int precision, bytes isa, size_t n_fft, size_t hop_length, window not None, size_t lead,
                  double smallest=0):
        cdef fsp_inverse_config config = inverse_config(precision, isa, n_fft, hop_length, lead)
        cdef opened buffers
        cdef fsp_status status
        buffers.n = 0
        try:
            config.window = doubles(&buffers, window)
            config.smallest = smallest
            with nogil:
                status = fsp_inverse_create(&config, &self.inverse)
        finally:
            release(&buffers)
        check(status)

    def __dealloc__(self):
        fsp_inverse_destroy(self.inverse)

    def run(self, spectra not None, out not None, int n_threads):
        """Complex spectra (..., bins, frames), bins contiguous, into out (..., samples), samples contiguous."""
        cdef opened buffers
        cdef Py_buffer *target
        cdef fsp_spectra given
        cdef offsets channels, out_channels
        cdef fsp_status status = FSP_EBUG
        buffers.n = 0
        channels.at = out_channels.at = NULL
        try:
            target = hold(&buffers, out, PyBUF_WRITABLE)
            describe_spectra(hold(&buffers, spectra, 0), target.itemsize, &given, &channels)
            channel_offsets(target, 1, target.itemsize, &out_channels)
            if channels.n == out_channels.n:
                with nogil:
                    status = fsp_inverse_run(self.inverse, &given, target.buf, out_channels.at,
                                             <size_t>target.shape[target.ndim - 1], n_threads)
            check(status)
        finally:
            free(channels.at)
            free(out_channels.at)
            release(&buffers)


cdef class Search:
    """Griffin and Lim's search (fsp_search): from `magnitudes` (..., bins, frames), bins contiguous, and samples
    (..., n_samples) to start with. One thread at a time."""
    cdef fsp_search *search
    cdef object samples

    def __cinit__(self, *, int precision, bytes isa, size_t n_fft, size_t hop_length, window not None, size_t lead,
                  int padding, magnitudes not None, samples not None):
        cdef fsp_inverse_config config = inverse_config(precision, isa, n_fft, hop_length, lead)
        cdef opened buffers
        cdef Py_buffer *source
        cdef Py_buffer *start
        cdef fsp_spectra given
        cdef offsets channels
        cdef fsp_status status
        buffers.n = 0
        channels.at = NULL
        try:
            config.window = doubles(&buffers, window)
            source = hold(&buffers, magnitudes, 0)
            describe_spectra(source, source.itemsize, &given, &channels)
            start = hold(&buffers, samples, PyBUF_WRITABLE)
            with nogil:
                status = fsp_search_create(&config, <fsp_padding>padding, &given, <size_t>start.shape[start.ndim - 1],
                                           &self.search)
            check(status)
        finally:
            free(channels.at)
            release(&buffers)
        self.samples = samples
        self.exchange(0)

    def __dealloc__(self):
        fsp_search_destroy(self.search)

    def round(self, double momentum, int n_threads):
        cdef fsp_status status
        with nogil:
            status = fsp_search_round(self.search, momentum, n_threads)
        check(status)

    def result(self):
        """The samples that the search was given, filled with what it has come to."""
        self.exchange(1)
        return self.samples

    cdef int exchange(self, int out) except -1:
        cdef opened buffers
        cdef Py_buffer *x
        cdef offsets channels
        cdef fsp_status status
        buffers.n = 0
        channels.at = NULL
        try:
            x = hold(&buffers, self.samples, PyBUF_WRITABLE)
            channel_offsets(x, 1, x.itemsize, &channels)
            with nogil:
                if out:
                    status = fsp_search_result(self.search, x.buf, channels.at)
                else:
                    status = fsp_search_start(self.search, x.buf, channels.at)
            check(status)
        finally:
            free(channels.at)
            release(&buffers)
        return 0


def vocode(x not None, out not None, steps not None, Py_ssize_t span, fraction not None, bytes isa not None, int n_threads):
    """The phase vocoder over complex frames (..., bins, frames), bins contiguous, into the like. steps: contiguous
    intp (3, n_out) of from, to, low; fraction: n_out doubles."""
    cdef opened buffers
    cdef Py_buffer *source
    cdef Py_buffer *target
    cdef fsp_vocoder v
    cdef offsets channels, out_channels
    cdef Py_ssize_t real
    cdef const char *name = isa
    cdef fsp_status status = FSP_EBUG
    buffers.n = 0
    channels.at = out_channels.at = NULL
    try:
        source = hold(&buffers, x, 0)
        target = hold(&buffers, out, PyBUF_WRITABLE)
        real = source.itemsize // 2
        v.data, v.out = source.buf, target.buf
        v.n_bins = <size_t>source.shape[source.ndim - 2]
        v.n_out = <size_t>target.shape[target.ndim - 1]
        v.frame_stride = source.strides[source.ndim - 1] // real
        v.out_stride = target.strides[target.ndim - 1] // real
        channel_offsets(source, 2, real, &channels)
        channel_offsets(target, 2, real, &out_channels)
        v.n_channels, v.channel_offset, v.out_offset = channels.n, channels.at, out_channels.at
        v.from_ = <const ptrdiff_t *>hold(&buffers, steps, 0).buf
        v.to = v.from_ + v.n_out
        v.low = v.to + v.n_out
        v.span = span
        v.fraction = doubles(&buffers, fraction)
        if channels.n == out_channels.n:
            with nogil:
                status = fsp_vocode(precision_of(source), name, &v, n_threads)
        check(status)
    finally:
        free(channels.at)
        free(out_channels.at)
        release(&buffers)
