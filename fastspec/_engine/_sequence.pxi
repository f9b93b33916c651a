# Alignment, decoding and segments (csrc/alignment.c, decode.c, segment.c).

from libc.stdint cimport uint16_t

cdef extern from "fastspec.h" nogil:
    ctypedef enum fsp_transition_kind:
        FSP_FULL, FSP_RUNS
    ctypedef struct fsp_transitions:
        fsp_transition_kind kind
        size_t n_states
        const double *into
        const double *from_ "from"
        double elsewhere
        const size_t *first_run
        const size_t *runs
    fsp_status fsp_decode_forward(const fsp_transitions *, size_t, size_t, double *)
    fsp_status fsp_decode_back(const fsp_transitions *, const double *, size_t, size_t, uint16_t *)
    ctypedef struct fsp_warp:
        size_t n_columns, n_steps
        const size_t *steps
        const double *multiply
        const double *add
        int subsequence
    fsp_status fsp_warp_rows(const fsp_warp *, size_t, size_t, const double *, double *)
    fsp_status fsp_warp_steps(const fsp_warp *, size_t, size_t, const double *, const double *, int32_t *)
    fsp_status fsp_warp_back(const fsp_warp *, size_t, size_t, const double *, const double *, ptrdiff_t *, size_t *, int *)
    fsp_status fsp_trace_steps(const int32_t *, size_t, const size_t *, size_t, int, ptrdiff_t *, size_t *)
    ctypedef enum fsp_score_kind:
        pass
    ctypedef struct fsp_scoring:
        size_t n_columns
        double onset, extend
        int knight
        fsp_score_kind kind
    fsp_status fsp_score_rows(const fsp_scoring *, size_t, size_t, const double *, double *)
    fsp_status fsp_score_back(const fsp_scoring *, size_t, const double *, const double *, ptrdiff_t *, size_t *, int *)
    ctypedef struct fsp_points:
        const void *x
        const void *y
        size_t n_x, n_y, n_features
        int root
    fsp_status fsp_distances(fsp_precision, const char *, const fsp_points *, void *)
    ctypedef struct fsp_smoothing:
        size_t n_weights, n_columns, in_stride
        const void *weights
        const size_t *offsets
    fsp_status fsp_smooth_rows(fsp_precision, const char *, const fsp_smoothing *, size_t, const void *, void *)
    fsp_status fsp_join_neighbours(double *, size_t, size_t, size_t, size_t *)


cdef int describe_transitions(fsp_transitions *t, opened *buffers, tuple given) except -1:
    """given: into and from (states, states), the latter or what follows None; elsewhere, first_run, runs."""
    into, back, elsewhere, first_run, runs = given
    t.n_states, t.elsewhere = len(into), elsewhere
    t.into, t.from_ = doubles(buffers, into), doubles(buffers, back)
    t.kind = FSP_RUNS if back is None else FSP_FULL
    if t.kind == FSP_RUNS:
        t.first_run = <const size_t *>hold(buffers, first_run, 0).buf
        t.runs = <const size_t *>hold(buffers, runs, 0).buf
    return 0


def decode_forward(tuple transitions not None, size_t first, size_t end, values not None):
    """Add to frames first .. end - 1 of values (frames, states) the best way there."""
    cdef opened buffers
    cdef fsp_transitions t
    cdef double *seen
    cdef fsp_status status
    buffers.n = 0
    try:
        describe_transitions(&t, &buffers, transitions)
        seen = <double *>hold(&buffers, values, PyBUF_WRITABLE).buf
        with nogil:
            status = fsp_decode_forward(&t, first, end, seen)
        check(status)
    finally:
        release(&buffers)


def decode_back(tuple transitions not None, values not None, size_t first, size_t end, states not None):
    """States of frames end - 1 down to `first`, given that of frame `end`."""
    cdef opened buffers
    cdef fsp_transitions t
    cdef const double *seen
    cdef uint16_t *path
    cdef fsp_status status
    buffers.n = 0
    try:
        describe_transitions(&t, &buffers, transitions)
        seen = doubles(&buffers, values)
        path = <uint16_t *>hold(&buffers, states, PyBUF_WRITABLE).buf
        with nogil:
            status = fsp_decode_back(&t, seen, first, end, path)
        check(status)
    finally:
        release(&buffers)


cdef int describe_warp(fsp_warp *w, opened *buffers, tuple given, size_t n_columns) except -1:
    """given: sizes (steps, 2), factors, summands, whether to find a subsequence."""
    sizes, multiply, add, subsequence = given
    w.steps = <const size_t *>hold(buffers, sizes, 0).buf
    w.multiply, w.add = doubles(buffers, multiply), doubles(buffers, add)
    w.n_steps, w.n_columns, w.subsequence = len(sizes), n_columns, subsequence
    return 0


def warp_rows(tuple steps not None, size_t first, cost not None, D not None, chosen):
    """Rows first .. of D (rows, columns) from their costs, and which steps were chosen, unless that is None."""
    cdef opened buffers
    cdef fsp_warp w
    cdef const double *given
    cdef double *total
    cdef int32_t *which = NULL
    cdef size_t end = first + <size_t>len(cost)
    cdef fsp_status status
    buffers.n = 0
    try:
        describe_warp(&w, &buffers, steps, D.shape[1])
        given = doubles(&buffers, cost)
        total = <double *>hold(&buffers, D, PyBUF_WRITABLE).buf
        if chosen is not None:
            which = <int32_t *>hold(&buffers, chosen, PyBUF_WRITABLE).buf
        with nogil:
            status = fsp_warp_rows(&w, first, end, given, total)
            if status == FSP_OK and which != NULL:
                status = fsp_warp_steps(&w, first, end, given, total, which)
        check(status)
    finally:
        release(&buffers)


def warp_back(tuple steps not None, size_t top, size_t left, cost not None, D not None, path not None, size_t length):
    """Go on with a path of `length` pairs while it is within `cost`, which begins at row `top` and column `left`; its new
    length, and whether it has ended."""
    cdef opened buffers
    cdef fsp_warp w
    cdef const double *given
    cdef const double *total
    cdef ptrdiff_t *places
    cdef int ended = 0
    cdef fsp_status status
    buffers.n = 0
    try:
        describe_warp(&w, &buffers, steps, D.shape[1])
        given, total = doubles(&buffers, cost), doubles(&buffers, D)
        places = <ptrdiff_t *>hold(&buffers, path, PyBUF_WRITABLE).buf
        with nogil:
            status = fsp_warp_back(&w, top, left, given, total, places, &length, &ended)
        check(status)
    finally:
        release(&buffers)
    return length, bool(ended)


def trace_steps(chosen not None, steps not None, bint to_first_row, path not None):
    """Go on with a path of one pair by the steps that were chosen; its length."""
    cdef opened buffers
    cdef const int32_t *which
    cdef const size_t *moves
    cdef ptrdiff_t *places
    cdef size_t n_columns = chosen.shape[1], n_steps = len(steps), length = 1
    cdef fsp_status status
    buffers.n = 0
    try:
        which = <const int32_t *>hold(&buffers, chosen, 0).buf
        moves = <const size_t *>hold(&buffers, steps, 0).buf
        places = <ptrdiff_t *>hold(&buffers, path, PyBUF_WRITABLE).buf
        with nogil:
            status = fsp_trace_steps(which, n_columns, moves, n_steps, to_first_row, places, &length)
        check(status)
    finally:
        release(&buffers)
    return length


cdef fsp_scoring scoring_of(tuple given, size_t n_columns) except *:
    """given: onset, extend, whether a knight moves, kind of the scores."""
    cdef fsp_scoring s
    onset, extend, knight, kind = given
    s.n_columns, s.onset, s.extend, s.knight, s.kind = n_columns, onset, extend, knight, <fsp_score_kind><int>kind
    return s


def score_rows(tuple scoring not None, size_t first, size_t end, sim not None, score not None):
    """Rows first .. end - 1 of a recurrence's scores; all contiguous."""
    cdef opened buffers
    cdef fsp_scoring s = scoring_of(scoring, sim.shape[1])
    cdef const double *given
    cdef double *total
    cdef fsp_status status
    buffers.n = 0
    try:
        given = doubles(&buffers, sim)
        total = <double *>hold(&buffers, score, PyBUF_WRITABLE).buf
        with nogil:
            status = fsp_score_rows(&s, first, end, given, total)
        check(status)
    finally:
        release(&buffers)


def score_back(tuple scoring not None, size_t first, sim not None, score not None, path not None, size_t length):
    """Go on with a path of `length` pairs, back to row `first`; its new length, and whether it has ended."""
    cdef opened buffers
    cdef fsp_scoring s = scoring_of(scoring, sim.shape[1])
    cdef const double *given
    cdef const double *total
    cdef ptrdiff_t *places
    cdef int ended = 0
    cdef fsp_status status
    buffers.n = 0
    try:
        given, total = doubles(&buffers, sim), doubles(&buffers, score)
        places = <ptrdiff_t *>hold(&buffers, path, PyBUF_WRITABLE).buf
        with nogil:
            status = fsp_score_back(&s, first, given, total, places, &length, &ended)
        check(status)
    finally:
        release(&buffers)
    return length, bool(ended)


def distances(x not None, y not None, bint root, out not None, bytes isa not None):
    """Distances between points (n, features), or their squares; all contiguous, of one precision."""
    cdef opened buffers
    cdef Py_buffer *one
    cdef Py_buffer *other
    cdef fsp_points points
    cdef void *target
    cdef const char *name = isa
    cdef fsp_status status
    buffers.n = 0
    try:
        one, other = hold(&buffers, x, 0), hold(&buffers, y, 0)
        target = hold(&buffers, out, PyBUF_WRITABLE).buf
        points.x, points.y, points.root = one.buf, other.buf, root
        points.n_x, points.n_y, points.n_features = one.shape[0], other.shape[0], one.shape[1]
        with nogil:
            status = fsp_distances(precision_of(one), name, &points, target)
        check(status)
    finally:
        release(&buffers)


def smooth_rows(x not None, weights not None, offsets not None, out not None, bytes isa not None):
    """out (rows, columns) from as many rows of x, which has more columns; see fsp_smooth_rows."""
    cdef opened buffers
    cdef Py_buffer *source
    cdef Py_buffer *target
    cdef fsp_smoothing s
    cdef const char *name = isa
    cdef fsp_status status
    buffers.n = 0
    try:
        source = hold(&buffers, x, 0)
        target = hold(&buffers, out, PyBUF_WRITABLE)
        s.weights = hold(&buffers, weights, 0).buf
        s.offsets = <const size_t *>hold(&buffers, offsets, 0).buf
        s.n_weights, s.n_columns = len(weights), <size_t>target.shape[1]
        s.in_stride = <size_t>source.shape[1]
        with nogil:
            status = fsp_smooth_rows(precision_of(target), name, &s, <size_t>target.shape[0], source.buf, target.buf)
        check(status)
    finally:
        release(&buffers)


def join_neighbours(points not None, starts not None):
    """Starts of len(starts) clusters of points (n, features), doubles, which are overwritten."""
    cdef opened buffers
    cdef Py_buffer *source
    cdef size_t *found
    cdef size_t n_clusters = len(starts)
    cdef fsp_status status
    buffers.n = 0
    try:
        source = hold(&buffers, points, PyBUF_WRITABLE)
        found = <size_t *>hold(&buffers, starts, PyBUF_WRITABLE).buf
        with nogil:
            status = fsp_join_neighbours(<double *>source.buf, <size_t>source.shape[0], <size_t>source.shape[1], n_clusters,
                                         found)
        check(status)
    finally:
        release(&buffers)
