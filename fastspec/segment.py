"""Structure: which frames repeat one another, and where segments begin."""

from __future__ import annotations

import functools
import inspect
from typing import TYPE_CHECKING, Any, Literal, NoReturn, TypeVar, cast, overload

import numpy as np

from ._engine import sequences as _sequences
from ._gate.complaints import public
from ._gate.samples import ParameterError, as_array, as_index, whole
from ._lazy import missing
from ._sequences import neighbours as _neighbours
from ._sequences.path_enhance import path_enhance
from .util._matrices import shear, sheared, sheared_sparse
from .util._segments import fix_frames

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt
    from scipy.sparse import csc_array, csr_array

    Mode = Literal["connectivity", "distance", "affinity"]

Bandwidth = np.ndarray | float | str | None
Matrix = TypeVar("Matrix")
Filter = TypeVar("Filter", bound="Callable[..., Any]")

__all__ = [
    "agglomerative",
    "cross_similarity",
    "lag_to_recurrence",
    "path_enhance",
    "recurrence_matrix",
    "recurrence_to_lag",
    "subsegment",
    "timelag_filter",
]


def __dir__() -> list[str]:
    return __all__


@overload
def cross_similarity(
    data: npt.ArrayLike, data_ref: npt.ArrayLike, *, k: int | None = ..., metric: str = ...,
    sparse: Literal[False] = ..., mode: Mode = ..., bandwidth: Bandwidth = ..., full: bool = ...,
) -> np.ndarray: ...  # fmt: skip
@overload
def cross_similarity(
    data: npt.ArrayLike, data_ref: npt.ArrayLike, *, k: int | None = ..., metric: str = ...,
    sparse: Literal[True], mode: Mode = ..., bandwidth: Bandwidth = ..., full: bool = ...,
) -> csc_array: ...  # fmt: skip
@public
def cross_similarity(
    data: npt.ArrayLike,
    data_ref: npt.ArrayLike,
    *,
    k: int | None = None,
    metric: str = "euclidean",
    sparse: bool = False,
    mode: Mode = "connectivity",
    bandwidth: Bandwidth = None,
    full: bool = False,
) -> Any:
    """Which frames of a reference are among the nearest of each frame of another sequence.

    Parameters
    ----------
    data : np.ndarray [shape=(..., d, n)]
        Features; leading axes count as further features.
    data_ref : np.ndarray [shape=(..., d, n_ref)]
        Features of the reference.
    k : int > 0, optional
        How many neighbours. Default: ``2 * ceil(sqrt(n_ref))``, at most `n_ref`.
    metric : str, default 'euclidean'
        A distance by scipy's or scikit-learn's name, or 'precomputed'.
    sparse : bool, default False
        Return a sparse array.
    mode : {'connectivity', 'distance', 'affinity'}, default 'connectivity'
        Entries are True, distances, or ``exp(-distance / bandwidth)``.
    bandwidth : float, np.ndarray [shape=(n, n_ref)] or str, optional
        Of affinities; see `recurrence_matrix`.
    full : bool, default False
        Distances or affinities of the nearest `n` frames, not of the nearest `k`.

    Returns
    -------
    np.ndarray or scipy.sparse.csc_array [shape=(n_ref, n)]
        Column `j` has the neighbours of ``data[..., j]``; bool or float64.

    Raises
    ------
    ParameterError
        If features do not match, are not finite, or an argument is out of range or not known.

    See Also
    --------
    recurrence_matrix

    Notes
    -----
    As in librosa, distances of exactly 0 are no entries of a distance or affinity matrix.

    Examples
    --------
    >>> import fastspec
    >>> import numpy as np
    >>> fastspec.segment.cross_similarity(np.array([1.1, 4.2]), np.arange(6.0), k=1).nonzero()[0].tolist()
    [1, 4]
    """
    x, y = np.atleast_2d(as_array(data, name="data")), np.atleast_2d(as_array(data_ref, name="data_ref"))
    if x.shape[:-1] != y.shape[:-1] and metric != "precomputed":
        raise ParameterError(f"data_ref.shape={y.shape} and data.shape={x.shape} do not match on leading dimension(s)")
    x, y = _neighbours.as_frames(x, -1, "data"), _neighbours.as_frames(y, -1, "data_ref")
    n, n_ref = len(x), len(y)
    _check_mode(mode)
    k = min(n_ref, int(2 * np.ceil(np.sqrt(n_ref)))) if k is None else as_index(whole(k), name="k")
    by_place = mode == "connectivity"
    n_nearest = min(n_ref, n if full and not by_place else k)
    xsim = _neighbours.nearest(
        _neighbours.distances(x, y, metric), (n, n_ref), n_nearest, k=None if full else k, width=1, by_place=by_place,
        to_itself=True,
    )  # fmt: skip
    xsim.data = xsim.data.astype(_neighbours.dtype_of(metric, data, data_ref), copy=False)
    return _finished(xsim, mode, bandwidth, k, sparse)


@overload
def recurrence_matrix(
    data: npt.ArrayLike, *, k: int | None = ..., width: int = ..., metric: str = ..., sym: bool = ...,
    sparse: Literal[False] = ..., mode: Mode = ..., bandwidth: Bandwidth = ..., self: bool = ..., axis: int = ...,
    full: bool = ...,
) -> np.ndarray: ...  # fmt: skip
@overload
def recurrence_matrix(
    data: npt.ArrayLike, *, k: int | None = ..., width: int = ..., metric: str = ..., sym: bool = ...,
    sparse: Literal[True], mode: Mode = ..., bandwidth: Bandwidth = ..., self: bool = ..., axis: int = ...,
    full: bool = ...,
) -> csc_array: ...  # fmt: skip
@public
def recurrence_matrix(
    data: npt.ArrayLike,
    *,
    k: int | None = None,
    width: int = 1,
    metric: str = "euclidean",
    sym: bool = False,
    sparse: bool = False,
    mode: Mode = "connectivity",
    bandwidth: Bandwidth = None,
    self: bool = False,
    axis: int = -1,
    full: bool = False,
) -> Any:
    """Which frames of a sequence are among the nearest of each other.

    Parameters
    ----------
    data : np.ndarray [shape=(..., d, t)]
        Features; all axes but `axis` count as features.
    k : int > 0, optional
        How many neighbours. Default: ``2 * ceil(sqrt(t - 2 * width + 1))``.
    width : int > 0, default 1
        Only frames at least so far apart are neighbours; below ``(t - 1) // 2``.
    metric : str, default 'euclidean'
        A distance by scipy's or scikit-learn's name, or 'precomputed'.
    sym : bool, default False
        Keep only what is mutual.
    sparse : bool, default False
        Return a sparse array.
    mode : {'connectivity', 'distance', 'affinity'}, default 'connectivity'
        Entries are True, distances, or ``exp(-distance / bandwidth)``.
    bandwidth : float, np.ndarray [shape=(t, t)] or str, optional
        Of affinities. 'med_k_scalar' (default): the median of all frames' distances to their k-th neighbour.
        'mean_k', 'gmean_k': for each pair the arithmetic or geometric mean of its two frames' distances to their k-th
        neighbour. 'mean_k_avg', 'gmean_k_avg': the same of their mean distances to the first k. 'mean_k_avg_and_pair':
        the mean of these two and the pair's own distance.
    self : bool, default False
        Link each frame to itself: True, or affinity 1.
    axis : int, default -1
        The axis of time.
    full : bool, default False
        All distances or affinities; `k` then serves the bandwidth alone, and `width` nothing. With connectivity: the
        ``k + 2 * width`` nearest frames, however near in time.

    Returns
    -------
    np.ndarray or scipy.sparse.csc_array [shape=(t, t)]
        Column `j` has the neighbours of frame `j`; bool or float64.

    Raises
    ------
    ParameterError
        If `width` or another argument is out of range or not known, or data are not finite.

    See Also
    --------
    cross_similarity, recurrence_to_lag, fastspec.feature.stack_memory

    Notes
    -----
    As in librosa, distances of exactly 0 are no entries of a distance or affinity matrix; and connectivity keeps, of
    those among the ``k + 2 * width`` nearest frames that are `width` away, the first k in time, not the nearest.

    References
    ----------
    .. [1] L. Zelnik-Manor and P. Perona, "Self-tuning spectral clustering", NIPS 2004 ('gmean_k').
    .. [2] B. Wang et al., "Similarity network fusion for aggregating data types on a genomic scale", Nature Methods 11,
       2014 ('mean_k_avg_and_pair').

    Examples
    --------
    >>> import fastspec
    >>> import numpy as np
    >>> R = fastspec.segment.recurrence_matrix(np.tile(np.arange(5.0) ** 2, 2), k=1, mode="distance", full=True)
    >>> R.shape, R[0, 1].item(), R[0, 5].item()
    ((10, 10), 1.0, 0.0)
    """
    frames = _neighbours.as_frames(data, axis, "data")
    t = len(frames)
    width = as_index(whole(width), name="width", minimum=-(2**62))
    if not 1 <= width < (t - 1) // 2:
        raise ParameterError(
            f"width={width} must be at least 1 and below (data.shape[{axis}] - 1) // 2={(t - 1) // 2}; give more frames"
        )
    _check_mode(mode)
    k = int(2 * np.ceil(np.sqrt(t - 2 * width + 1))) if k is None else as_index(whole(k), name="k", minimum=0)
    by_place = mode == "connectivity"
    n_nearest = t - 1 if full and not by_place else min(t - 1, k + 2 * width)
    rec = _neighbours.nearest(
        _neighbours.distances(frames, frames, metric), (t, t), n_nearest, k=None if full else k,
        width=1 if full else width, by_place=by_place, to_itself=False,
    )  # fmt: skip
    rec.data = rec.data.astype(_neighbours.dtype_of(metric, data), copy=False)
    if self and mode != "distance":
        # A mark below all distances; marked entries become 0 later.
        rec = rec + _diagonal(t, rec.dtype.type(1 if by_place else -1))
    if sym:
        rec = rec.minimum(rec.T.tocsr())
        rec.eliminate_zeros()
    np.maximum(rec.data, 0, out=rec.data)
    return _finished(rec, mode, bandwidth, k, sparse)


def _check_mode(mode: Any) -> None:
    if mode not in _neighbours.MODES:
        raise ParameterError(f"Invalid mode={mode!r}: it must be one of {_neighbours.MODES}")


def _diagonal(n: int, value: np.floating[Any]) -> csr_array:
    from scipy.sparse import csr_array

    places = np.arange(n + 1, dtype=np.int32)
    return csr_array((np.full(n, value, value.dtype), places[:-1], places), shape=(n, n))


def _finished(links: csr_array, mode: Any, bandwidth: Any, k: int, sparse: bool) -> Any:
    """Links of each row to its neighbours, in columns, as entries of the mode."""
    if mode == "connectivity":
        links = links.astype(bool)
    elif mode == "affinity":
        links.data[:] = np.exp(links.data / -_neighbours.bandwidth(links, bandwidth, k))
    turned = links.T
    return turned if sparse else turned.toarray()


@public
def recurrence_to_lag(rec: Matrix, *, pad: bool = True, axis: int = -1) -> Matrix:
    """A recurrence matrix with lags in place of one of its times: ``lag[i, j] == rec[i + j, j]``.

    Diagonals, which are repetitions, become rows.

    Parameters
    ----------
    rec : np.ndarray or scipy.sparse array [shape=(n, n)]
        A recurrence matrix.
    pad : bool, default True
        Put `n` zeros behind, so that lags do not wrap around.
    axis : int, default -1
        The axis that stays time: 1 or -1, or 0.

    Returns
    -------
    np.ndarray or scipy.sparse array [shape=(2 * n, n), (n, 2 * n) for axis=0, (n, n) without pad]
        The lags, in the sparse format of `rec` if it is sparse.

    Raises
    ------
    ParameterError
        If `rec` is not square, or `axis` none of these.

    See Also
    --------
    lag_to_recurrence, timelag_filter, fastspec.util.shear

    References
    ----------
    .. [1] J. Serrà, M. Müller, P. Grosche and J. L. Arcos, "Unsupervised music structure annotation by time series
       structure features and segment similarity", IEEE Transactions on Multimedia 16(5), 2014.

    Examples
    --------
    >>> import fastspec
    >>> import numpy as np
    >>> fastspec.segment.recurrence_to_lag(np.eye(2, k=-1, dtype=int)).tolist()
    [[0, 0], [1, 0], [0, 0], [0, 0]]
    """
    matrix, axis = _matrix_and_axis(rec, axis, "rec")
    if matrix.shape[0] != matrix.shape[1]:
        raise ParameterError(f"rec.shape={matrix.shape} is of a non-square recurrence matrix; it must be (n, n)")
    n = matrix.shape[0]
    if not hasattr(matrix, "tocoo"):
        zeros = [(0, n), (0, 0)] if axis else [(0, 0), (0, n)]
        return shear(np.pad(matrix, zeros) if pad else matrix, factor=-1, axis=axis)  # type: ignore[return-value]
    from scipy import sparse

    fmt = matrix.format
    if pad:
        matrix = matrix.tocsc() if axis else matrix.tocsr()
        padded = sparse.csc_array if axis else sparse.csr_array
        shape = (2 * n, n) if axis else (n, 2 * n)
        matrix = padded((matrix.data, matrix.indices, matrix.indptr), shape=shape)
    return shear(matrix, factor=-1, axis=axis).asformat(fmt)


def _matrix_and_axis(matrix: Any, axis: int, name: str) -> tuple[Any, int]:
    if axis not in (0, 1, -1):
        raise ParameterError(f"axis={axis} must be 0, 1 or -1")
    matrix = matrix if hasattr(matrix, "tocoo") else as_array(matrix, name=name)
    if matrix.ndim != 2:
        raise ParameterError(f"{name}.shape={matrix.shape} must be two-dimensional")
    return matrix, abs(axis)


@public
def lag_to_recurrence(lag: Matrix, *, axis: int = -1) -> Matrix:
    """A lag matrix back as a recurrence matrix.

    Parameters
    ----------
    lag : np.ndarray or scipy.sparse array [shape=(2 * n, n) or (n, n)]
        From `recurrence_to_lag`.
    axis : int, default -1
        The axis that is time: 1 or -1, or 0.

    Returns
    -------
    np.ndarray or scipy.sparse array [shape=(n, n)]
        The recurrence matrix, in the sparse format of `lag` if it is sparse.

    Raises
    ------
    ParameterError
        If lags are neither as many as times nor twice as many, or `axis` is none of these.

    See Also
    --------
    recurrence_to_lag

    Examples
    --------
    >>> import fastspec
    >>> import numpy as np
    >>> lag = fastspec.segment.recurrence_to_lag(np.eye(3))
    >>> fastspec.segment.lag_to_recurrence(lag).tolist() == np.eye(3).tolist()
    True
    """
    matrix, axis = _matrix_and_axis(lag, axis, "lag")
    n, n_lags = matrix.shape[axis], matrix.shape[1 - axis]
    if n_lags not in (n, 2 * n):
        raise ParameterError(f"lag.shape={matrix.shape} must have {n} or {2 * n} lags along axis {1 - axis}")
    if not hasattr(matrix, "tocoo"):
        return sheared(matrix, 1, 1 - axis, n)  # type: ignore[return-value]
    rec = sheared_sparse(matrix, 1, 1 - axis)
    return (rec[:n] if axis else rec[:, :n]).asformat(matrix.format)


@public
def timelag_filter(function: Filter, pad: bool = True, index: int = 0) -> Filter:
    """Make a filter of matrices work on lags: what smooths along rows then smooths along diagonals.

    Parameters
    ----------
    function : callable
        A filter, for instance `scipy.ndimage.median_filter`.
    pad : bool, default True
        As in `recurrence_to_lag`.
    index : int, default 0
        Which of the filter's positional arguments is the recurrence matrix.

    Returns
    -------
    callable
        The filter, with lags of its argument for it, and recurrences of its result.

    See Also
    --------
    recurrence_to_lag, lag_to_recurrence

    Examples
    --------
    >>> import fastspec
    >>> import numpy as np
    >>> from scipy.ndimage import median_filter
    >>> smooth = fastspec.segment.timelag_filter(median_filter)
    >>> smooth(np.eye(5), size=(1, 3)).trace().item()
    5.0
    """
    index = as_index(index, name="index", minimum=0)
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):  # functions of C may have none
        signature = None

    @functools.wraps(function)
    def filtered(*args: Any, **kwargs: Any) -> Any:
        if signature and len(args) <= index:  # given by name
            bound = signature.bind(*args, **kwargs)
            bound.apply_defaults()
            args, kwargs = bound.args, bound.kwargs
        positional = list(args)
        positional[index] = recurrence_to_lag(positional[index], pad=pad)
        return lag_to_recurrence(function(*positional, **kwargs))

    return cast(Filter, filtered)


@public
def agglomerative(
    data: npt.ArrayLike, k: int | np.integer[Any], *, clusterer: Any = None, axis: int = -1
) -> np.ndarray[tuple[int], np.dtype[np.int_]]:
    """Cut a sequence into segments, joining neighbours from single frames up so that variance grows least.

    Parameters
    ----------
    data : np.ndarray
        Features; all axes but `axis` count as features.
    k : int > 0
        Number of segments, at most that of frames.
    clusterer : object, optional
        In place of Ward's clustering: anything whose ``fit(frames)`` sets ``labels_``, as scikit-learn's clusterers do.
    axis : int, default -1
        The axis of time.

    Returns
    -------
    np.ndarray [shape=(k,), dtype=int]
        The first frame of each segment, beginning with 0.

    Raises
    ------
    ParameterError
        If `k` is not from 1 to the number of frames, or data are not finite.

    See Also
    --------
    subsegment

    Examples
    --------
    >>> import fastspec
    >>> import numpy as np
    >>> fastspec.segment.agglomerative(np.array([0.0, 0, 5, 5, 5, 1]), 3).tolist()
    [0, 2, 5]
    """
    frames = _neighbours.as_frames(data, axis, "data")
    if clusterer is not None:
        clusterer.fit(frames)
        return np.concatenate(([0], 1 + np.flatnonzero(np.diff(clusterer.labels_))))
    k = as_index(k, name="k")
    if k > len(frames):
        raise ParameterError(f"k={k} exceeds the number of frames, {len(frames)}; a segment has at least one")
    own = np.shares_memory(frames, data) if isinstance(data, np.ndarray) else False
    return _sequences.join_neighbours(frames.copy() if own else frames, k)


@public
def subsegment(
    data: npt.ArrayLike, frames: npt.ArrayLike, *, n_segments: int = 4, axis: int = -1
) -> np.ndarray[tuple[int], np.dtype[np.int_]]:
    """Cut each segment of a sequence into smaller ones by `agglomerative`.

    Parameters
    ----------
    data : np.ndarray
        Features; all axes but `axis` count as features.
    frames : np.ndarray [shape=(n,), integer]
        Where segments begin, for instance beats.
    n_segments : int > 0, default 4
        Into how many parts to cut each, at most; a segment of fewer frames is cut into these.
    axis : int, default -1
        The axis of time.

    Returns
    -------
    np.ndarray [shape=(m,), dtype=int]
        The first frame of each part.

    Raises
    ------
    ParameterError
        If `n_segments` is not positive, a frame is negative, or data are not finite.

    See Also
    --------
    agglomerative, fastspec.onset.onset_detect

    Examples
    --------
    >>> import fastspec
    >>> import numpy as np
    >>> fastspec.segment.subsegment(np.array([0.0, 1, 1, 7, 7, 2]), [3], n_segments=2).tolist()
    [0, 1, 3, 5]
    """
    features = _neighbours.as_frames(data, axis, "data")
    n_segments = as_index(whole(n_segments), name="n_segments")
    limits = fix_frames(frames, x_min=0, x_max=len(features), pad=True)
    starts = [
        first + _sequences.join_neighbours(features[first:end].copy(), min(end - first, n_segments))
        for first, end in zip(limits[:-1].tolist(), limits[1:].tolist(), strict=True)
    ]
    return np.concatenate(starts) if starts else np.empty(0, int)


def __getattr__(name: str) -> NoReturn:
    raise missing(__name__, name)
