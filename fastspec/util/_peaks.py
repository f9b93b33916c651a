"""Local maxima and minima, and the picking of peaks."""

from __future__ import annotations

from typing import TYPE_CHECKING, overload

import numpy as np

from .._engine import events as _events
from .._gate.complaints import public
from .._gate.samples import ParameterError, as_array
from .utils import valid_int

if TYPE_CHECKING:
    from typing import Literal

    import numpy.typing as npt

    from .._gate.kinds import RealArray


@public
def localmax(x: np.ndarray, *, axis: int = 0) -> npt.NDArray[np.bool_]:
    """Local maxima: greater than the neighbour before, not smaller than the one after.

    Parameters
    ----------
    x : np.ndarray
        Real data.
    axis : int, default 0
        The axis along which to compare.

    Returns
    -------
    np.ndarray [shape=x.shape, dtype=bool]
        The first value is never a maximum, the last one is if it exceeds the one before.

    Examples
    --------
    >>> import numpy as np
    >>> import fastspec
    >>> np.flatnonzero(fastspec.util.localmax(np.array([0, 2, 2, 1, 3]))).tolist()
    [1, 4]
    """
    return _local_extrema(x, axis, np.greater, np.greater_equal)


@public
def localmin(x: np.ndarray, *, axis: int = 0) -> npt.NDArray[np.bool_]:
    """Local minima: smaller than the neighbour before, not greater than the one after.

    Parameters
    ----------
    x : np.ndarray
        Real data.
    axis : int, default 0
        The axis along which to compare.

    Returns
    -------
    np.ndarray [shape=x.shape, dtype=bool]
        The first value is never a minimum, the last one is if it is below the one before.

    Examples
    --------
    >>> import numpy as np
    >>> import fastspec
    >>> np.flatnonzero(fastspec.util.localmin(np.array([3, 1, 1, 2, 0]))).tolist()
    [1, 4]
    """
    return _local_extrema(x, axis, np.less, np.less_equal)


def _local_extrema(x: np.ndarray, axis: int, beyond: np.ufunc, not_within: np.ufunc) -> npt.NDArray[np.bool_]:
    x = as_array(x, name="x", subok=True)
    result = np.zeros_like(x, dtype=bool, subok=False)
    values, marks = x.swapaxes(-1, axis), result.swapaxes(-1, axis)
    beyond(values[..., 1:], values[..., :-1], out=marks[..., 1:])
    marks[..., 1:-1] &= not_within(values[..., 1:-1], values[..., 2:])
    return result


@overload
def peak_pick(
    x: RealArray, *, pre_max: int, post_max: int, pre_avg: int, post_avg: int, delta: float, wait: int,
    sparse: Literal[True] = ..., method: Literal["greedy", "dp_count", "dp_value"] = ..., axis: int = ...,
) -> npt.NDArray[np.int_]: ...  # fmt: skip
@overload
def peak_pick(
    x: RealArray, *, pre_max: int, post_max: int, pre_avg: int, post_avg: int, delta: float, wait: int,
    sparse: Literal[False], method: Literal["greedy", "dp_count", "dp_value"] = ..., axis: int = ...,
) -> npt.NDArray[np.bool_]: ...  # fmt: skip
@overload
def peak_pick(
    x: RealArray, *, pre_max: int, post_max: int, pre_avg: int, post_avg: int, delta: float, wait: int, sparse: bool,
    method: Literal["greedy", "dp_count", "dp_value"] = ..., axis: int = ...,
) -> npt.NDArray[np.bool_ | np.int_]: ...  # fmt: skip
@public
def peak_pick(
    x: RealArray,
    *,
    pre_max: int,
    post_max: int,
    pre_avg: int,
    post_avg: int,
    delta: float,
    wait: int,
    sparse: bool = True,
    method: Literal["greedy", "dp_count", "dp_value"] = "greedy",
    axis: int = -1,
) -> npt.NDArray[np.bool_ | np.int_]:
    """Peaks of a signal: the largest values of their surroundings, well above the local mean.

    Sample `n` is a candidate if

    - ``x[n] == max(x[n - pre_max : n + post_max])``, and
    - ``x[n] >= mean(x[n - pre_avg : n + post_avg]) + delta``.

    Candidates closer than `wait` samples compete; `method` says which are kept.

    Parameters
    ----------
    x : np.ndarray [shape=(n,) or (..., n)]
        The signal.
    pre_max, post_max : int
        Samples before (at least 0) and from the candidate on (at least 1) over which to take the maximum.
    pre_avg, post_avg : int
        Likewise for the mean.
    delta : float
        Threshold above the mean, at least 0.
    wait : int
        Samples to leave out after a peak, at least 0.
    sparse : bool, default True
        True gives the indices of the peaks, and takes one-dimensional `x` only; False gives a mask.
    method : {'greedy', 'dp_count', 'dp_value'}, default 'greedy'
        'greedy' keeps every candidate that comes late enough after the peak before it; 'dp_count' the largest
        number of peaks; 'dp_value' the peaks with the largest sum.
    axis : int, default -1
        The axis of time.

    Returns
    -------
    np.ndarray [shape=(n_peaks,), dtype=int] or [shape=x.shape, dtype=bool]
        Indices or mask.

    Raises
    ------
    ParameterError
        If a parameter is below its minimum, `method` is unknown, or `sparse` meets several dimensions.

    References
    ----------
    .. [1] S. Böck, F. Krebs and M. Schedl, "Evaluating the online capabilities of onset detection methods",
       ISMIR 2012.

    Examples
    --------
    >>> import numpy as np
    >>> import fastspec
    >>> x = np.array([0.0, 3.0, 0.0, 2.0, 0.0, 0.0, 1.0])
    >>> peaks = fastspec.util.peak_pick(x, pre_max=1, post_max=2, pre_avg=1, post_avg=2, delta=0.1, wait=2)
    >>> peaks.tolist()
    [1, 6]
    """
    at_least_0 = {"pre_max": pre_max, "pre_avg": pre_avg, "delta": delta, "wait": wait}
    for name, value in at_least_0.items():
        if value < 0:
            raise ParameterError(f"{name}={value} must be at least 0")
    for name, value in {"post_max": post_max, "post_avg": post_avg}.items():
        if value <= 0:
            raise ParameterError(f"{name}={value} must be positive: the span includes the sample itself")
    if method not in ("greedy", "dp_count", "dp_value"):
        raise ParameterError(f"method={method!r} must be 'greedy', 'dp_count' or 'dp_value'")
    x = as_array(x, name="x", kinds="fiub")
    if sparse and x.ndim != 1:
        raise ParameterError(f"sparse=True needs one dimension, x.shape={x.shape}; use sparse=False")
    pre_max, post_max, pre_avg, post_avg, wait = (
        valid_int(value, cast=np.ceil) for value in (pre_max, post_max, pre_avg, post_avg, wait)
    )
    peaks = np.zeros_like(x, dtype=bool)
    rows, marks = x.swapaxes(axis, -1), peaks.swapaxes(axis, -1)
    for i in np.ndindex(rows.shape[:-1]):
        # Spans need not reach beyond the signal, however long the caller made them.
        n = rows.shape[-1]
        spans = min(pre_max, n), min(post_max, n), min(pre_avg, n), min(post_avg, n)
        row = np.require(rows[i], requirements=["C", "A"])
        marks[i][_kept_places(row, spans, float(delta), min(wait, n), method)] = True
    return np.flatnonzero(peaks) if sparse else peaks


def _kept_places(
    x: np.ndarray, spans: tuple[int, int, int, int], delta: float, wait: int, method: str
) -> npt.NDArray[np.uintp]:
    """The peaks of one row. Whether a plateau counts as one hangs on the last bit of its mean: the engine has librosa's
    order and rounding, in the precision of `x`."""
    if x.dtype not in (np.float32, np.float64):
        x = x.astype(np.float64)
    if not len(x):
        return np.empty(0, np.uintp)
    if method == "greedy":
        return _events.find_peaks(x, None, spans, wait, delta)
    # The optimal methods of librosa take means from one cumulative sum.
    sums = np.concatenate((np.zeros(1, x.dtype), np.cumsum(x)))
    places = _events.find_peaks(x, sums, spans, 0, delta)
    values = np.ones(len(places)) if method == "dp_count" else x[places].astype(np.float64)
    return _events.keep_peaks(places, values, wait)
