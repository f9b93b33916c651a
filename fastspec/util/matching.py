"""Matching of events and intervals to their nearest counterparts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .._engine import events as _events
from .._engine import foreign as _foreign
from .._gate.complaints import public
from .._gate.samples import ParameterError, as_array
from ._segments import valid_intervals

if TYPE_CHECKING:
    import numpy.typing as npt

__all__ = ["match_events", "match_intervals"]


@public
def match_intervals(
    intervals_from: np.ndarray, intervals_to: np.ndarray, strict: bool = True
) -> npt.NDArray[np.uint32]:
    """Match each interval to the one of a second list that it overlaps most.

    The overlap of two intervals is measured by the Jaccard index: the length of their intersection over that
    of the smallest interval that contains both.

    Parameters
    ----------
    intervals_from : np.ndarray [shape=(n, 2)]
        Intervals to match, ``[start, end]``.
    intervals_to : np.ndarray [shape=(m, 2)]
        Intervals to choose from.
    strict : bool, default True
        True raises for an interval that meets none of `intervals_to`; False gives it the one across the
        smallest gap.

    Returns
    -------
    np.ndarray [shape=(n,), dtype=uint32]
        For each interval the row of its match in `intervals_to`, the first of those that overlap equally. Across a gap,
        what follows at the same distance comes first, then the last of what precedes.

    Raises
    ------
    ParameterError
        If a list is empty or holds no valid intervals, or an interval has no match and `strict` is set.

    Examples
    --------
    >>> import numpy as np
    >>> import fastspec
    >>> beats, segments = np.array([[0, 2], [1, 4], [9, 10]]), np.array([[0, 3], [2, 6]])
    >>> fastspec.util.match_intervals(beats, segments, strict=False).tolist()
    [0, 0, 1]
    """
    if len(intervals_from) == 0 or len(intervals_to) == 0:
        raise ParameterError(
            f"intervals_from has {len(intervals_from)} rows, intervals_to has {len(intervals_to)}; "
            "both need at least one"
        )
    queries, targets = as_array(intervals_from, name="intervals_from"), as_array(intervals_to, name="intervals_to")
    valid_intervals(queries)
    valid_intervals(targets)
    dtype = np.float32 if queries.dtype == targets.dtype == np.float32 else np.float64
    queries, targets = np.ascontiguousarray(queries, dtype), np.ascontiguousarray(targets, dtype)
    matches, n_met = _events.match_intervals(queries, targets)
    if strict and n_met < len(queries):
        raise ParameterError(
            f"intervals_from[{n_met}]={queries[n_met].tolist()} meets none of intervals_to; "
            "use strict=False to match it with the nearest"
        )
    return matches


@public
def match_events(
    events_from: npt.ArrayLike, events_to: npt.ArrayLike, left: bool = True, right: bool = True
) -> npt.NDArray[np.int32]:
    """Match each event to the nearest one of a second list.

    Parameters
    ----------
    events_from : array_like [shape=(n,)]
        Events to match: times, frames or samples, in any order.
    events_to : array_like [shape=(m,)]
        Events to choose from, in any order.
    left : bool, default True
        Allow a match that comes before the event.
    right : bool, default True
        Allow a match that comes after the event.

    Returns
    -------
    np.ndarray [shape=(n,), dtype=int32]
        For each event the index of its match in `events_to`.

    Raises
    ------
    ParameterError
        If a list is empty or not one-dimensional, or `left` and `right` leave an event without a match.

    Examples
    --------
    >>> import fastspec
    >>> fastspec.util.match_events([1, 4, 9], [0, 3, 10]).tolist()
    [0, 1, 2]
    >>> fastspec.util.match_events([1, 4, 9], [0, 3, 10], left=False).tolist()
    [1, 2, 2]
    """
    source, target = as_array(events_from, name="events_from"), as_array(events_to, name="events_to")
    if source.ndim != 1 or target.ndim != 1:
        raise ParameterError(
            f"events_from.shape={source.shape} and events_to.shape={target.shape} must be one-dimensional; "
            "pass one list of events after the other"
        )
    if len(source) == 0 or len(target) == 0:
        raise ParameterError(f"events_from has {len(source)} events, events_to has {len(target)}; both need one")
    _check_matchable(source, target, left=left, right=right)
    source, target = source.astype(np.float64, copy=False), target.astype(np.float64, copy=False)
    order = _foreign.call(np.argsort, target, kind="stable", work=100 * len(target))
    return _events.match_events(np.ascontiguousarray(source), target[order], order, left=left, right=right)


def _check_matchable(source: np.ndarray, target: np.ndarray, *, left: bool, right: bool) -> None:
    if not left and not right:
        found = _foreign.call(np.isin, source, target, work=200 * (len(source) + len(target)))
        alone = source[~found]
        if alone.size:
            raise ParameterError(f"left=right=False needs equal events, and events_to has no {alone[0]}")
    if not left and target.max() < source.max():
        raise ParameterError(f"left=False, and no event of events_to comes at or after {source.max()}")
    if not right and target.min() > source.min():
        raise ParameterError(f"right=False, and no event of events_to comes at or before {source.min()}")
