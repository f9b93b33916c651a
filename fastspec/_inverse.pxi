# Part of _engine.pyx: from spectra back to samples (fsp_inverse), and the phase vocoder.

cdef class Inverse:
    """A prepared inverse transform (fsp_inverse), immutable and shareable between threads."""
    cdef fsp_inverse *inverse

    def __cinit__(self, *, int precision, bytes isa, size_t n_fft, size_t hop_length, window not None, size_t lead):
        cdef fsp_inverse_config config
        cdef opened buffers
        cdef fsp_status status
        buffers.n = 0
        config.precision = <fsp_precision>precision
        config.isa = isa
        config.n_fft, config.hop_length, config.lead = n_fft, hop_length, lead
        try:
            config.window = doubles(&buffers, window)
            with nogil:
                status = fsp_inverse_create(&config, &self.inverse)
        finally:
            release(&buffers)
        check(status, 64 * n_fft)

    def __dealloc__(self):
        fsp_inverse_destroy(self.inverse)

    def run(self, spectra not None, out not None, previous, magnitudes, double momentum, int n_threads):
        """Complex spectra (..., bins, frames), bins contiguous, into out (..., samples), samples contiguous. With
        `previous` (laid out like `spectra`) and `magnitudes`, of magnitudes * phase(spectra - momentum * previous)."""
        cdef opened buffers
        cdef Py_buffer *source
        cdef Py_buffer *target
        cdef Py_buffer *level
        cdef fsp_spectra given
        cdef offsets channels, level_channels, out_channels
        cdef Py_ssize_t real
        cdef fsp_status status = FSP_EBUG
        buffers.n = 0
        channels.at = level_channels.at = out_channels.at = NULL
        level_channels.n = 0
        try:
            source = hold(&buffers, spectra, 0)
            target = hold(&buffers, out, PyBUF_WRITABLE)
            real = target.itemsize
            given.data = source.buf
            given.previous = given.magnitudes = NULL
            given.magnitudes_stride = 0
            given.momentum = momentum
            channel_offsets(source, 2, real, &channels)
            channel_offsets(target, 1, real, &out_channels)
            if magnitudes is not None:
                given.previous = hold(&buffers, previous, 0).buf
                level = hold(&buffers, magnitudes, 0)
                given.magnitudes = level.buf
                given.magnitudes_stride = level.strides[level.ndim - 1] // real
                channel_offsets(level, 2, real, &level_channels)
            given.n_channels = channels.n
            given.channel_offset = channels.at
            given.magnitudes_offset = level_channels.at
            given.n_frames = <size_t>source.shape[source.ndim - 1]
            given.frame_stride = source.strides[source.ndim - 1] // real
            if channels.n == out_channels.n:
                with nogil:
                    status = fsp_inverse_run(self.inverse, &given, target.buf, out_channels.at,
                                             <size_t>target.shape[target.ndim - 1], n_threads)
            check(status, target.len)
        finally:
            free(channels.at)
            free(level_channels.at)
            free(out_channels.at)
            release(&buffers)


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
        check(status, target.len)
    finally:
        free(channels.at)
        free(out_channels.at)
        release(&buffers)
