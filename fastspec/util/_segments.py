"""Frame indices and the segments between them, and intervals of time."""

from __future__ import annotations

from itertools import repeat
from typing import TYPE_CHECKING

import numpy as np

from .._engine.foreign import call
from .._gate.complaints import public
from .._gate.samples import MOST_INDEX, ParameterError, as_array, as_index, refuse_mask

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    import numpy.typing as npt

    from .._gate.kinds import T


@public
def valid_intervals(intervals: np.ndarray) -> bool:
    """Check that an array holds intervals ``[start, end]`` with ``start <= end``.

    Parameters
    ----------
    intervals : np.ndarray [shape=(n, 2)]
        One interval a row.

    Returns
    -------
    bool
        True; anything else raises.

    Raises
    ------
    ParameterError
        If the shape is not (n, 2), or an interval ends before it starts.

    Examples
    --------
    >>> import numpy as np
    >>> import fastspec
    >>> fastspec.util.valid_intervals(np.array([[0.0, 1.5], [1.5, 1.5]]))
    True
    """
    intervals = as_array(intervals, name="intervals")
    if intervals.ndim != 2 or intervals.shape[-1] != 2:
        raise ParameterError(f"intervals.shape={intervals.shape} must be (n, 2): a start and an end a row")
    backward = np.flatnonzero(intervals[:, 0] > intervals[:, 1])
    if len(backward):
        row = int(backward[0])
        raise ParameterError(f"intervals[{row}]={intervals[row].tolist()} ends before it starts")
    return True


@public
def fix_frames(
    frames: npt.ArrayLike, *, x_min: int | None = 0, x_max: int | None = None, pad: bool = True
) -> npt.NDArray[np.int_]:
    """Sorted frame indices without repetition, within limits.

    Parameters
    ----------
    frames : array_like of int [shape=(n,)]
        Frame indices, none negative.
    x_min : int or None, default 0
        Lower limit; None for none.
    x_max : int or None, default None
        Upper limit; None for none.
    pad : bool, default True
        True moves indices beyond a limit to it and includes the limits themselves; False drops such indices.

    Returns
    -------
    np.ndarray [shape=(m,), dtype=int]
        The indices, ascending.

    Raises
    ------
    ParameterError
        If an index is negative.

    Examples
    --------
    >>> import fastspec
    >>> fastspec.util.fix_frames([5, 3, 12], x_max=10).tolist()
    [0, 3, 5, 10]
    >>> fastspec.util.fix_frames([5, 3, 12], x_max=10, pad=False).tolist()
    [3, 5]
    """
    frames = as_array(frames, name="frames")
    if np.any(frames < 0):
        raise ParameterError(f"frames has the negative index {frames.min()}; frames count from 0")
    if pad:
        limits = [limit for limit in (x_min, x_max) if limit is not None]
        if limits:
            frames = np.concatenate((np.asarray(limits), np.clip(frames, x_min, x_max)))
    if x_min is not None:
        frames = frames[frames >= x_min]
    if x_max is not None:
        frames = frames[frames <= x_max]
    return call(np.unique, frames, work=200 * np.size(frames)).astype(int)


@public
def index_to_slice(
    idx: npt.ArrayLike,
    *,
    idx_min: int | None = None,
    idx_max: int | None = None,
    step: int | None = None,
    pad: bool = True,
) -> list[slice]:
    """Slices between neighbouring indices.

    Parameters
    ----------
    idx : array_like of int [shape=(n,)]
        Boundaries, none negative.
    idx_min, idx_max : int or None, default None
        Limits, as in `fix_frames`.
    step : int or None, default None
        Step of every slice.
    pad : bool, default True
        Let the limits be boundaries too.

    Returns
    -------
    list of slice
        One slice from each boundary to the next.

    Raises
    ------
    ParameterError
        If an index is negative.

    Examples
    --------
    >>> import fastspec
    >>> [list(range(9))[part] for part in fastspec.util.index_to_slice([2, 5], idx_min=0, idx_max=9)]
    [[0, 1], [2, 3, 4], [5, 6, 7, 8]]
    """
    if step is not None:
        step = as_index(step, name="step", minimum=-MOST_INDEX)
    bounds = fix_frames(as_array(idx, name="idx"), x_min=idx_min, x_max=idx_max, pad=pad).tolist()
    return list(map(slice, bounds, bounds[1:], repeat(step)))


@public
def sync(
    data: npt.NDArray[T],
    idx: Sequence[int] | Sequence[slice],
    *,
    aggregate: Callable[..., Any] | None = None,
    pad: bool = True,
    axis: int = -1,
) -> npt.NDArray[T]:
    """Aggregate data over segments, for instance the frames of a feature between beats.

    Parameters
    ----------
    data : np.ndarray
        The data, of any shape.
    idx : sequence of int or sequence of slice
        Boundaries of the segments, or the segments themselves, along `axis`.
    aggregate : callable, optional
        Called as ``aggregate(segment, axis=axis)``. Default: `np.mean`.
    pad : bool, default True
        With boundaries: begin the first segment at 0 and end the last at the end of the data.
    axis : int, default -1
        The axis to aggregate.

    Returns
    -------
    np.ndarray [shape=(..., n_segments, ...), dtype=data.dtype]
        One value for each segment in place of `axis`.

    Raises
    ------
    ParameterError
        If `idx` is neither all integers nor all slices.

    Examples
    --------
    >>> import numpy as np
    >>> import fastspec
    >>> fastspec.util.sync(np.arange(6.0), [2, 4]).tolist()
    [0.5, 2.5, 4.5]
    """
    data = as_array(data, name="data", subok=True)
    refuse_mask(idx, name="idx")
    combine: Callable[..., Any] = np.mean if aggregate is None else aggregate
    segments: list[Any]
    if all(isinstance(item, slice) for item in idx):
        segments = list(idx)
    elif all(np.issubdtype(type(item), np.integer) for item in idx):
        segments = index_to_slice(np.asarray(idx), idx_min=0, idx_max=data.shape[axis], pad=pad)
    else:
        raise ParameterError(f"idx={idx!r} must be all integers (boundaries) or all slices (segments)")
    shape = list(data.shape)
    shape[axis] = len(segments)
    result = np.empty(shape, dtype=data.dtype, order="F" if np.isfortran(data) else "C")
    to = np.moveaxis(result, axis, 0)
    before = (slice(None),) * (axis % data.ndim)
    for i, segment in enumerate(segments):
        to[i] = combine(data[(*before, segment)], axis=axis)
    return result
