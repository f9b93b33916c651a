# Peaks of curves, matches of events, filters (csrc/events.c, recursion.c, prediction.c).

from libc.stdint cimport int32_t, uint32_t

cdef extern from "fastspec.h" nogil:
    ctypedef enum fsp_mean_kind:
        FSP_MEANS_BY_SUMS, FSP_MEANS_BY_ADDING
    ctypedef struct fsp_peaks:
        const void *x
        const void *sums
        fsp_mean_kind means
        fsp_precision precision
        size_t n, pre_max, post_max, pre_avg, post_avg, wait
        double delta
    fsp_status fsp_find_peaks(const fsp_peaks *, size_t, size_t, size_t *, size_t *)
    ctypedef struct fsp_spectral_curves:
        const void *data
        fsp_precision precision
        ptrdiff_t bin_stride, frame_stride
        size_t n_bins, n_frames, first, end
        const double *references
    fsp_status fsp_spectral_peaks(const fsp_spectral_curves *, size_t *, size_t *)
    ctypedef struct fsp_beats:
        fsp_precision precision
        const void *onsets
        void *scores
        void *totals
        ptrdiff_t *links
        size_t n, n_periods
        const double *periods
        const double *log_periods
        const double *logs
        double tightness, threshold
    fsp_status fsp_smooth_onsets(const fsp_beats *, size_t, size_t)
    fsp_status fsp_link_beats(const fsp_beats *, size_t, size_t, int *)
    fsp_status fsp_keep_best(size_t *, const double *, size_t, size_t, size_t *)
    fsp_status fsp_match_events(const double *, size_t, const double *, const ptrdiff_t *, size_t, int, int, int32_t *)
    fsp_status fsp_match_intervals(fsp_precision, const void *, size_t, const void *, size_t, uint32_t *, size_t *)
    ctypedef struct fsp_recursion:
        fsp_precision precision
        const char *isa
        double coefficients[3]
        size_t n_channels, n
        const void *in_ "in"
        void *out
        void *states
        ptrdiff_t in_channel, in_step, out_channel, out_step
    fsp_status fsp_recur(const fsp_recursion *)
    fsp_status fsp_predict(fsp_precision, const char *, void *, void *, size_t, size_t, size_t, double *)


def find_peaks(x not None, sums, size_t pre_max, size_t post_max, size_t pre_avg, size_t post_avg, size_t wait,
               double delta, size_t first, size_t end, places not None):
    """Write the peaks among first .. end - 1 of a contiguous x into `places`; returns how many."""
    cdef opened buffers
    cdef fsp_peaks peaks
    cdef Py_buffer *source
    cdef size_t *found
    cdef size_t n = 0
    cdef fsp_status status
    buffers.n = 0
    try:
        source = hold(&buffers, x, 0)
        peaks.x, peaks.precision, peaks.n = source.buf, precision_of(source), <size_t>source.shape[0]
        peaks.means = FSP_MEANS_BY_ADDING if sums is None else FSP_MEANS_BY_SUMS
        if sums is not None:
            peaks.sums = hold(&buffers, sums, 0).buf
        peaks.pre_max, peaks.post_max, peaks.pre_avg, peaks.post_avg = pre_max, post_max, pre_avg, post_avg
        peaks.wait, peaks.delta = wait, delta
        found = <size_t *>hold(&buffers, places, PyBUF_WRITABLE).buf
        with nogil:
            status = fsp_find_peaks(&peaks, first, end, found, &n)
        check(status)
    finally:
        release(&buffers)
    return n


def spectral_peaks(S not None, size_t first, size_t end, references not None, bins not None, counts not None):
    """Peaks among bins first .. end - 1 of S (bins, frames); see fsp_spectral_peaks."""
    cdef opened buffers
    cdef Py_buffer *source
    cdef fsp_spectral_curves spectra
    cdef size_t *found
    cdef size_t *number
    cdef fsp_status status
    buffers.n = 0
    try:
        source = hold(&buffers, S, 0)
        spectra.data, spectra.precision, spectra.references = source.buf, precision_of(source), doubles(&buffers, references)
        spectra.bin_stride, spectra.frame_stride = source.strides[0] // source.itemsize, source.strides[1] // source.itemsize
        spectra.n_bins, spectra.n_frames, spectra.first, spectra.end = source.shape[0], source.shape[1], first, end
        found = <size_t *>hold(&buffers, bins, PyBUF_WRITABLE).buf
        number = <size_t *>hold(&buffers, counts, PyBUF_WRITABLE).buf
        with nogil:
            status = fsp_spectral_peaks(&spectra, found, number)
        check(status)
    finally:
        release(&buffers)


def keep_peaks(places not None, values not None, size_t wait):
    """Thin out ascending places in place, for the largest sum of `values`; returns how many stay."""
    cdef opened buffers
    cdef size_t *found
    cdef const double *weights
    cdef size_t n = len(places), kept = 0
    cdef fsp_status status
    buffers.n = 0
    try:
        found = <size_t *>hold(&buffers, places, PyBUF_WRITABLE).buf
        weights = doubles(&buffers, values)
        with nogil:
            status = fsp_keep_best(found, weights, n, wait, &kept)
        check(status)
    finally:
        release(&buffers)
    return kept


def smooth_onsets(onsets not None, scores not None, periods not None, size_t first, size_t end):
    """Scores of frames first .. end - 1, all contiguous; see fsp_beats."""
    cdef opened buffers
    cdef fsp_beats beats
    cdef Py_buffer *source
    cdef fsp_status status
    buffers.n = 0
    try:
        source = hold(&buffers, onsets, 0)
        beats.onsets, beats.precision, beats.n = source.buf, precision_of(source), <size_t>source.shape[0]
        beats.scores = hold(&buffers, scores, PyBUF_WRITABLE).buf
        beats.n_periods, beats.periods = len(periods), doubles(&buffers, periods)
        with nogil:
            status = fsp_smooth_onsets(&beats, first, end)
        check(status)
    finally:
        release(&buffers)


def link_beats(scores not None, totals not None, links not None, periods not None, log_periods not None,
               logs not None, double tightness, double threshold, size_t first, size_t end, bint begun):
    """Totals and links of frames first .. end - 1, all contiguous; returns whether a score has reached the threshold."""
    cdef opened buffers
    cdef fsp_beats beats
    cdef Py_buffer *source
    cdef int reached = begun
    cdef fsp_status status
    buffers.n = 0
    try:
        source = hold(&buffers, scores, 0)
        beats.scores, beats.precision, beats.n = <void *>source.buf, precision_of(source), <size_t>source.shape[0]
        beats.totals = hold(&buffers, totals, PyBUF_WRITABLE).buf
        beats.links = <ptrdiff_t *>hold(&buffers, links, PyBUF_WRITABLE).buf
        beats.n_periods, beats.tightness, beats.threshold = len(periods), tightness, threshold
        beats.periods, beats.log_periods = doubles(&buffers, periods), doubles(&buffers, log_periods)
        beats.logs = doubles(&buffers, logs)
        with nogil:
            status = fsp_link_beats(&beats, first, end, &reached)
        check(status)
    finally:
        release(&buffers)
    return reached


def match_events(source not None, target not None, order not None, bint left, bint right, matches not None):
    """The nearest of sorted targets, through `order`, for each source."""
    cdef opened buffers
    cdef size_t n = len(source), n_to = len(target)
    cdef const double *x
    cdef const double *y
    cdef const ptrdiff_t *through
    cdef int32_t *found
    cdef fsp_status status
    buffers.n = 0
    try:
        x, y = doubles(&buffers, source), doubles(&buffers, target)
        through = <const ptrdiff_t *>hold(&buffers, order, 0).buf
        found = <int32_t *>hold(&buffers, matches, PyBUF_WRITABLE).buf
        with nogil:
            status = fsp_match_events(x, n, y, through, n_to, left, right, found)
        check(status)
    finally:
        release(&buffers)


def match_intervals(source not None, target not None, matches not None):
    """The best of the target intervals (n, 2) for each source; returns how many, from the first on, meet one."""
    cdef opened buffers
    cdef Py_buffer *x
    cdef Py_buffer *y
    cdef uint32_t *found
    cdef size_t n_met = 0
    cdef fsp_status status
    buffers.n = 0
    try:
        x, y = hold(&buffers, source, 0), hold(&buffers, target, 0)
        found = <uint32_t *>hold(&buffers, matches, PyBUF_WRITABLE).buf
        with nogil:
            status = fsp_match_intervals(precision_of(x), x.buf, <size_t>x.shape[0], y.buf, <size_t>y.shape[0], found, &n_met)
        check(status)
    finally:
        release(&buffers)
    return n_met


def recur(double b0, double b1, double a, x not None, out not None, states not None, bytes isa not None):
    """A filter of the first order over the last axis of x (channels, n), into the like; see fsp_recursion."""
    cdef opened buffers
    cdef fsp_recursion r
    cdef Py_buffer *source
    cdef Py_buffer *target
    cdef fsp_status status
    buffers.n = 0
    try:
        source = hold(&buffers, x, 0)
        target = hold(&buffers, out, PyBUF_WRITABLE)
        r.precision, r.isa = precision_of(target), isa
        r.coefficients[0], r.coefficients[1], r.coefficients[2] = b0, b1, a
        r.n_channels, r.n = <size_t>source.shape[0], <size_t>source.shape[1]
        r.in_, r.out, r.states = source.buf, target.buf, hold(&buffers, states, PyBUF_WRITABLE).buf
        r.in_channel, r.in_step = source.strides[0] // source.itemsize, source.strides[1] // source.itemsize
        r.out_channel, r.out_step = target.strides[0] // target.itemsize, target.strides[1] // target.itemsize
        with nogil:
            status = fsp_recur(&r)
        check(status)
    finally:
        release(&buffers)


def predict(forward not None, backward not None, coefficients not None, size_t first, size_t end, bytes isa not None):
    """Steps first .. end - 1 of linear prediction; all contiguous, see fsp_predict."""
    cdef opened buffers
    cdef Py_buffer *source
    cdef void *other
    cdef double *a
    cdef const char *name = isa
    cdef size_t n = len(forward)
    cdef fsp_status status
    buffers.n = 0
    try:
        source = hold(&buffers, forward, PyBUF_WRITABLE)
        other = hold(&buffers, backward, PyBUF_WRITABLE).buf
        a = <double *>hold(&buffers, coefficients, PyBUF_WRITABLE).buf
        with nogil:
            status = fsp_predict(precision_of(source), name, source.buf, other, n, first, end, a)
        check(status)
    finally:
        release(&buffers)
