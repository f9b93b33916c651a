"""The part of `_engine` for the heading "atoms" of csrc/fastspec.h."""

cdef extern from "fastspec.h" nogil:
    ctypedef struct fsp_atoms_config:
        fsp_precision precision
        const char *isa
        size_t hop_length, lead
        fsp_padding padding
        size_t n_halvings
        const size_t *n_taps
        const double *taps
        size_t n_atoms, n_bins
        const size_t *rate
        const size_t *bin
        const size_t *n_pairs
        const double *even
        const double *odd
        const double *factors
    ctypedef struct fsp_atoms:
        pass
    fsp_status fsp_atoms_create(const fsp_atoms_config *, fsp_atoms **)
    void fsp_atoms_destroy(fsp_atoms *)
    fsp_status fsp_atoms_run(const fsp_atoms *, const fsp_input *, const fsp_output *, int)
    ctypedef struct fsp_atom_sum:
        pass
    fsp_status fsp_atom_sum_create(const fsp_atoms_config *, fsp_atom_sum **)
    void fsp_atom_sum_destroy(fsp_atom_sum *)
    size_t fsp_atom_sum_step(const fsp_atom_sum *)
    fsp_status fsp_atom_sum_run(const fsp_atom_sum *, const fsp_spectra *, void *, const ptrdiff_t *, size_t, size_t, int)


cdef const size_t *sizes(opened *buffers, object array) except NULL:
    """A contiguous array of uintp."""
    return <const size_t *>hold(buffers, array, 0).buf


cdef int describe_atoms(fsp_atoms_config *config, opened *buffers, bytes isa, description) except -1:
    """From an object with the fields of fsp_atoms_config."""
    config.precision, config.isa, config.padding = <fsp_precision><int>description.precision, isa, <fsp_padding><int>description.padding
    config.hop_length, config.lead, config.n_bins = description.hop_length, description.lead, description.n_bins
    config.n_halvings, config.n_atoms = len(description.n_taps), len(description.rate)
    config.n_taps, config.taps = sizes(buffers, description.n_taps), doubles(buffers, description.taps)
    config.rate, config.bin = sizes(buffers, description.rate), sizes(buffers, description.bin)
    config.n_pairs = sizes(buffers, description.n_pairs)
    config.even, config.odd = doubles(buffers, description.even), doubles(buffers, description.odd)
    config.factors = doubles(buffers, description.factors)
    return 0


cdef class Atoms:
    """Atoms at the rates they are correlated at (fsp_atoms), immutable and shareable between threads."""
    cdef fsp_atoms *atoms

    def __cinit__(self, bytes isa not None, description not None):
        cdef fsp_atoms_config config
        cdef opened buffers
        cdef fsp_status status
        buffers.n = 0
        try:
            describe_atoms(&config, &buffers, isa, description)
            with nogil:
                status = fsp_atoms_create(&config, &self.atoms)
        finally:
            release(&buffers)
        check(status)

    def __dealloc__(self):
        fsp_atoms_destroy(self.atoms)

    def run(self, x not None, out not None, size_t first_frame, size_t total_frames, int n_threads):
        """Frames first_frame .. of x (..., samples) into out (..., bins, frames)."""
        cdef opened buffers
        cdef Py_buffer *target
        cdef fsp_input given
        cdef fsp_output result
        cdef offsets x_channels, out_channels
        cdef fsp_status status = FSP_EBUG
        buffers.n = 0
        x_channels.at = out_channels.at = NULL
        try:
            describe_samples(&given, hold(&buffers, x, 0), &x_channels)
            target = hold(&buffers, out, PyBUF_WRITABLE)
            describe_output(&result, target, &out_channels)
            given.first_frame, given.total_frames, given.check_finite = first_frame, total_frames, 1
            given.n_frames = <size_t>target.shape[target.ndim - 1]
            if out_channels.n == x_channels.n:
                with nogil:
                    status = fsp_atoms_run(self.atoms, &given, &result, n_threads)
            check(status)
        finally:
            free(x_channels.at)
            free(out_channels.at)
            release(&buffers)


cdef class AtomSum:
    """Atoms to be added up (fsp_atom_sum), immutable and shareable between threads."""
    cdef fsp_atom_sum *sum
    cdef readonly size_t step

    def __cinit__(self, bytes isa not None, description not None):
        cdef fsp_atoms_config config
        cdef opened buffers
        cdef fsp_status status
        buffers.n = 0
        try:
            describe_atoms(&config, &buffers, isa, description)
            with nogil:
                status = fsp_atom_sum_create(&config, &self.sum)
        finally:
            release(&buffers)
        check(status)
        self.step = fsp_atom_sum_step(self.sum)

    def __dealloc__(self):
        fsp_atom_sum_destroy(self.sum)

    def run(self, spectra not None, out not None, size_t first_sample, int n_threads):
        """out (..., samples), from a multiple of `step` on, from spectra (..., bins, frames), the bins of a frame contiguous."""
        cdef opened buffers
        cdef Py_buffer *target
        cdef fsp_spectra given
        cdef offsets channels, out_channels
        cdef fsp_status status = FSP_EBUG
        cdef size_t n_samples
        buffers.n = 0
        channels.at = out_channels.at = NULL
        try:
            target = hold(&buffers, out, PyBUF_WRITABLE)
            describe_spectra(hold(&buffers, spectra, 0), target.itemsize, &given, &channels)
            channel_offsets(target, 1, target.itemsize, &out_channels)
            n_samples = <size_t>target.shape[target.ndim - 1]
            if channels.n == out_channels.n:
                with nogil:
                    status = fsp_atom_sum_run(self.sum, &given, target.buf, out_channels.at, first_sample, n_samples, n_threads)
            check(status)
        finally:
            free(channels.at)
            free(out_channels.at)
            release(&buffers)
