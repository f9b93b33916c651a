"""The part of `_engine` for the heading "pitch" of csrc/fastspec.h."""

cdef extern from "fastspec.h" nogil:
    ctypedef struct fsp_yin_config:
        const char *isa
        size_t frame_length, hop_length, lead, min_period, max_period
    ctypedef struct fsp_yin:
        pass
    fsp_status fsp_yin_create(const fsp_yin_config *, fsp_yin **)
    void fsp_yin_destroy(fsp_yin *)
    fsp_status fsp_yin_run(const fsp_yin *, const fsp_input *, double, double *, int)
    ctypedef struct fsp_pyin_prior:
        size_t n_thresholds
        const double *thresholds
        const double *beta
        const double *beta_below
        const double *scale
        const double *decay
        double no_trough
    size_t fsp_yin_most_troughs(const fsp_yin *)
    fsp_status fsp_pyin_run(const fsp_yin *, const fsp_input *, const fsp_pyin_prior *, size_t *, double *, double *, int)
    ctypedef struct fsp_band:
        ptrdiff_t first
        size_t width
        const double *weights
    ctypedef struct fsp_trellis:
        size_t n_pitches, margin
        fsp_band stay, cross
        double elsewhere
    ctypedef struct fsp_observations:
        size_t n_candidates
        const size_t *start
        const size_t *bin
        const double *log_probability
        const double *log_unvoiced
        double log_floor
    ctypedef enum fsp_path_start:
        FSP_GOES_ON, FSP_BEGINS
    fsp_status fsp_viterbi_forward(const fsp_trellis *, const fsp_observations *, fsp_path_start, double, size_t, double *)
    fsp_status fsp_viterbi_trace(const fsp_trellis *, const double *, size_t, int, size_t *, size_t *)



cdef class Yin:
    """Difference functions of frames (fsp_yin), immutable and shareable between threads."""
    cdef fsp_yin *yin
    cdef readonly size_t most_troughs

    def __cinit__(self, *, bytes isa not None, size_t frame_length, size_t hop_length, size_t lead, size_t min_period,
                  size_t max_period):
        cdef fsp_yin_config config
        cdef fsp_status status
        config.isa = isa
        config.frame_length, config.hop_length, config.lead = frame_length, hop_length, lead
        config.min_period, config.max_period = min_period, max_period
        with nogil:
            status = fsp_yin_create(&config, &self.yin)
        check(status)
        self.most_troughs = fsp_yin_most_troughs(self.yin)

    def __dealloc__(self):
        fsp_yin_destroy(self.yin)

    def run(self, x not None, size_t first_frame, size_t n_frames, double threshold, prior, counts, periods not None,
            probabilities, int n_threads):
        """Periods of frames of x (..., samples): (channels, n_frames) doubles, or, given a prior, candidates."""
        cdef opened buffers, priors
        cdef fsp_input given
        cdef fsp_pyin_prior belief
        cdef double *period
        cdef double *probability
        cdef size_t *count
        cdef offsets channels
        cdef bint candidates = prior is not None
        cdef fsp_status status
        buffers.n = priors.n = 0
        channels.at = NULL
        try:
            describe_samples(&given, hold(&buffers, x, 0), &channels)
            given.first_frame, given.n_frames = first_frame, n_frames
            period = <double *>hold(&buffers, periods, PyBUF_WRITABLE).buf
            if candidates:
                probability = <double *>hold(&buffers, probabilities, PyBUF_WRITABLE).buf
                count = <size_t *>hold(&buffers, counts, PyBUF_WRITABLE).buf
                belief.n_thresholds = len(prior.thresholds)
                belief.thresholds, belief.beta = doubles(&priors, prior.thresholds), doubles(&priors, prior.beta)
                belief.beta_below = doubles(&priors, prior.beta_below)
                belief.scale, belief.decay = doubles(&priors, prior.scale), doubles(&priors, prior.decay)
                belief.no_trough = prior.no_trough
                with nogil:
                    status = fsp_pyin_run(self.yin, &given, &belief, count, period, probability, n_threads)
            else:
                with nogil:
                    status = fsp_yin_run(self.yin, &given, threshold, period, n_threads)
            check(status)
        finally:
            free(channels.at)
            release(&priors)
            release(&buffers)


cdef int describe_trellis(fsp_trellis *trellis, opened *buffers, object given) except -1:
    trellis.n_pitches, trellis.margin, trellis.elsewhere = given.n_pitches, given.margin, given.elsewhere
    trellis.stay.first, trellis.stay.width = given.stay_first, given.stay_width
    trellis.cross.first, trellis.cross.width = given.cross_first, given.cross_width
    trellis.stay.weights = doubles(buffers, given.stay)
    trellis.cross.weights = doubles(buffers, given.cross)
    return 0


def viterbi_forward(trellis not None, start not None, bins not None, log_probability not None, log_unvoiced not None,
                    double log_floor, log_init, rows not None):
    """Fill rows (1 + frames, ...) after the first one; `log_init` is None if that row counts."""
    cdef opened buffers
    cdef fsp_trellis way
    cdef fsp_observations seen
    cdef double init = 0 if log_init is None else log_init
    cdef fsp_path_start begin = FSP_GOES_ON if log_init is None else FSP_BEGINS
    cdef double *values
    cdef size_t n_frames = len(log_unvoiced)
    cdef fsp_status status
    buffers.n = 0
    try:
        describe_trellis(&way, &buffers, trellis)
        seen.start = <const size_t *>hold(&buffers, start, 0).buf
        seen.bin = <const size_t *>hold(&buffers, bins, 0).buf
        seen.log_probability = doubles(&buffers, log_probability)
        seen.log_unvoiced = doubles(&buffers, log_unvoiced)
        seen.log_floor, seen.n_candidates = log_floor, len(bins)
        values = <double *>hold(&buffers, rows, PyBUF_WRITABLE).buf
        with nogil:
            status = fsp_viterbi_forward(&way, &seen, begin, init, n_frames, values)
        check(status)
    finally:
        release(&buffers)


def viterbi_trace(trellis not None, rows not None, size_t state, bint to_the_start, states not None):
    """Fill `states`, back from `state`; returns the state before them."""
    cdef opened buffers
    cdef fsp_trellis way
    cdef const double *values
    cdef size_t *path
    cdef size_t n_frames = len(states)
    cdef fsp_status status
    buffers.n = 0
    try:
        describe_trellis(&way, &buffers, trellis)
        values = doubles(&buffers, rows)
        path = <size_t *>hold(&buffers, states, PyBUF_WRITABLE).buf
        with nogil:
            status = fsp_viterbi_trace(&way, values, n_frames, to_the_start, &state, path)
        check(status)
    finally:
        release(&buffers)
    return state
