"""Sequences in which each row depends on the one before: alignment, decoding, recurrence, distances."""

from __future__ import annotations

from typing import Any

import numpy as np

from .install import engine as _engine
from .isa import ISA
from .ranges import ranges_of_rows, step_of

TILE = 64  # places of a side of the rectangles in which a path goes back


def decode(transitions: tuple[Any, ...], values: np.ndarray) -> np.ndarray:
    """The most likely states (uint16) of frames of log-likelihoods (frames, states), to which the best ways are added.

    `transitions`: into, from, elsewhere, first_run, runs; see fsp_transitions.
    """
    n_frames, n_states = values.shape
    step = step_of(n_states**2)
    for first in range(1, n_frames, step):
        _engine.decode_forward(transitions, first, min(first + step, n_frames), values)
    states = np.zeros(n_frames, np.uint16)
    states[-1] = np.argmax(values[-1])
    step = step_of(8 * n_states)
    for end in range(n_frames - 1, 0, -step):
        _engine.decode_back(transitions, values, max(end - step, 0), end, states)
    return states


def warp_rows(steps: tuple[Any, ...], first: int, cost: np.ndarray, D: np.ndarray, chosen: np.ndarray | None) -> None:
    """Rows first .. of accumulated costs, and which steps were chosen. `steps`: their sizes (uintp), factors, summands,
    and whether a path may begin anywhere in the first row."""
    _engine.warp_rows(steps, first, cost, D, None if chosen is None else chosen[first : first + len(cost)])


def _back(go_on: Any, ranges: list[tuple[int, int]], row: int, column: int) -> np.ndarray:
    """A path back from a place; go_on(first, end, path, length) takes it through some rows."""
    path, length = np.empty((row + column + 1, 2), np.intp), 1
    path[0] = row, column
    for first, end in reversed(ranges):
        if first <= path[length - 1, 0] < end:
            length, ended = go_on(first, end, path, length)
            if ended:
                break
    return path[:length].copy()


def warp_back(steps: tuple[Any, ...], cost_of: Any, D: np.ndarray, row: int, column: int) -> np.ndarray:
    """The path back from (row, column); cost_of(rows, columns) makes costs of two slices.

    Only those near the path are made: of rectangles whose lower right corner is where the path has come to.
    """
    path, length, ended = np.empty((row + column + 1, 2), np.intp), 1, False
    path[0] = row, column
    while not ended:
        row, column = path[length - 1].tolist()
        top, left = max(row + 1 - TILE, 0), max(column + 1 - TILE, 0)
        cost = cost_of(slice(top, row + 1), slice(left, column + 1))
        length, ended = _engine.warp_back(steps, top, left, cost, D, path, length)
    return path[:length].copy()


def trace_steps(chosen: np.ndarray, steps: np.ndarray, to_first_row: bool, row: int, column: int) -> np.ndarray:
    """The path back from (row, column), by the steps (uintp) that were chosen (int32)."""
    path = np.empty((row + column + 1, 2), np.intp)
    path[0] = row, column
    return path[: _engine.trace_steps(chosen, steps, to_first_row, path)].copy()


def score_recurrence(scoring: tuple[Any, ...], sim: np.ndarray, score: np.ndarray) -> None:
    """Fill the scores of a recurrence, of its dtype. `scoring`: cost of a gap's begin and of its going on, whether a
    knight moves, kind of the scores; see fsp_scoring."""
    for first, end in ranges_of_rows(*sim.shape):
        top = max(first - 2, 0)
        similar = np.ascontiguousarray(sim[top:end], np.float64)
        if score.dtype == np.float64:
            total = score[top:end]
        else:
            total = np.empty(similar.shape)
            total[: first - top] = score[top:first]
        _engine.score_rows(scoring, first - top, end - top, similar, total)
        if total.base is not score:
            score[first:end] = total[first - top :]


def score_back(scoring: tuple[Any, ...], sim: np.ndarray, score: np.ndarray, row: int, column: int) -> np.ndarray:
    """The path back from (row, column), until it begins."""

    def go_on(first: int, end: int, path: np.ndarray, length: int) -> tuple[int, bool]:
        top = max(first - 2, 0)
        parts = (np.ascontiguousarray(x[top:end], np.float64) for x in (sim, score))
        path[length - 1, 0] -= top
        was = length
        length, ended = _engine.score_back(scoring, first - top, *parts, path, length)
        path[was - 1 : length, 0] += top
        return length, ended

    return _back(go_on, ranges_of_rows(*sim.shape), row, column)


def distances(x: np.ndarray, y: np.ndarray, *, root: bool) -> np.ndarray:
    """Euclidean distances, or their squares, between points (n, features), contiguous and of one precision."""
    out = np.empty((len(x), len(y)), x.dtype)
    step = step_of(y.size, 64)  # with fewer points of x, y would be transposed too often
    for first in range(0, len(x), step):
        part = slice(first, first + step)
        _engine.distances(x[part], y, root, out[part], ISA)
    return out


def smooth_rows(x: np.ndarray, weights: np.ndarray, offsets: np.ndarray, out: np.ndarray) -> None:
    """Rows of weighted sums of numbers that lie `offsets` away; see fsp_smoothing."""
    _engine.smooth_rows(x, weights, offsets, out, ISA)


def join_neighbours(points: np.ndarray, n_clusters: int) -> np.ndarray:
    """Where Ward's clusters of neighbouring points (float64, overwritten) start."""
    starts = np.empty(n_clusters, np.uintp)
    _engine.join_neighbours(points, starts)
    return starts.astype(np.intp)
