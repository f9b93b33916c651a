"""Local maxima and minima, and the picking of peaks.

Which samples could be peaks is worked out for the whole array at once. Which of them are kept depends on
those kept before; that is the loop of `_keep_greedy` and `_keep_best`, over the candidates alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .._arrays import ParameterError
from .utils import valid_int

if TYPE_CHECKING:
    from typing import Literal

    import numpy.typing as npt


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
    x = np.asanyarray(x)
    result = np.zeros_like(x, dtype=bool, subok=False)
    values, marks = x.swapaxes(-1, axis), result.swapaxes(-1, axis)
    beyond(values[..., 1:], values[..., :-1], out=marks[..., 1:])
    marks[..., 1:-1] &= not_within(values[..., 1:-1], values[..., 2:])
    return result


def peak_pick(
    x: np.ndarray,
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
    x = np.asarray(x)
    if sparse and x.ndim != 1:
        raise ParameterError(f"sparse=True needs one dimension, x.shape={x.shape}; use sparse=False")
    pre_max, post_max, pre_avg, post_avg, wait = (
        valid_int(value, cast=np.ceil) for value in (pre_max, post_max, pre_avg, post_avg, wait)
    )
    peaks = np.zeros_like(x, dtype=bool)
    rows, marks = x.swapaxes(axis, -1), peaks.swapaxes(axis, -1)
    for i in np.ndindex(rows.shape[:-1]):
        row = np.ascontiguousarray(rows[i])
        places = _local_tops(row, pre_max, post_max)
        mean = _running_means if method == "greedy" else _cumulative_means
        places = places[row[places] >= mean(row, places, pre_avg, post_avg) + delta]
        if method == "greedy":
            kept = _keep_greedy(places, wait)
        else:
            values = np.ones(len(places)) if method == "dp_count" else row[places].astype(np.float64)
            kept = _keep_best(places, values, wait)
        marks[i][kept] = True
    return np.flatnonzero(peaks) if sparse else peaks


def _local_tops(x: np.ndarray, before: int, after: int) -> npt.NDArray[np.intp]:
    """The indices where `x` equals its maximum over ``x[n - before : n + after]``, cut off at the ends."""
    x = x.astype(np.uint8) if x.dtype.kind == "b" else x
    lowest = -np.inf if x.dtype.kind == "f" else np.iinfo(x.dtype).min
    # A span never needs to reach beyond the signal, however long the caller made it.
    before, after = min(before, len(x)), min(after, max(len(x), 1))
    top = np.pad(x, (before, after - 1), constant_values=lowest)
    # Maxima over spans of length 1, 2, 4, ...; two of the last one cover the whole span.
    span, width = before + after, 1
    while 2 * width <= span:
        top = np.maximum(top[:-width], top[width:])
        width *= 2
    top = np.maximum(top[: len(x)], top[span - width : span - width + len(x)])
    return np.flatnonzero(x == top)


def _span_ends(places: np.ndarray, length: int, before: int, after: int) -> tuple[np.ndarray, np.ndarray]:
    return np.maximum(places - before, 0), np.minimum(places + after, length)


def _running_means(x: np.ndarray, places: np.ndarray, before: int, after: int) -> npt.NDArray[np.float64]:
    """Means of ``x[n - before : n + after]`` at some places, summed from left to right in the dtype of `x`.

    Whether a plateau counts as a peak hangs on the last bit of its mean: order and rounding are librosa's.
    """
    start, stop = _span_ends(places, len(x), before, after)
    total = np.zeros(len(places), dtype=x.dtype if x.dtype.kind == "f" else np.float64)
    for k in range(int((stop - start).max(initial=0))):
        inside = start + k < stop
        total[inside] += x[start[inside] + k]
    return (total / (stop - start)).astype(total.dtype).astype(np.float64)


def _cumulative_means(x: np.ndarray, places: np.ndarray, before: int, after: int) -> npt.NDArray[np.float64]:
    """The same means, from differences of one cumulative sum."""
    start, stop = _span_ends(places, len(x), before, after)
    total = np.concatenate((np.zeros(1, dtype=x.dtype), np.cumsum(x)))
    return (total[stop] - total[start]) / (stop - start)


def _keep_greedy(places: npt.NDArray[np.intp], wait: int) -> list[int]:
    """Every place that lies more than `wait` after the one kept before it."""
    kept = []
    free = 0
    for place in places.tolist():
        if place >= free:
            kept.append(place)
            free = place + wait + 1
    return kept


def _keep_best(places: npt.NDArray[np.intp], values: npt.NDArray[np.float64], wait: int) -> list[int]:
    """The places, more than `wait` apart, whose values have the largest sum; of equal sums the latest."""
    following = np.searchsorted(places, places + wait + 1).tolist()
    best = [0.0] * (len(places) + 1)
    taken = [False] * len(places)
    for i in reversed(range(len(places))):
        total = best[following[i]] + values[i]
        taken[i] = total > best[i + 1]
        best[i] = total if taken[i] else best[i + 1]
    kept, i = [], 0
    while i < len(places):
        if taken[i]:
            kept.append(int(places[i]))
        i = following[i] if taken[i] else i + 1
    return kept
