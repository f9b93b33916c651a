"""Nearest neighbours of frames: distances a block at a time, the nearest of each row, widths of affinity kernels."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from .._engine import sequences as _sequences
from .._gate.samples import DTypeError, ParameterError, as_array, first_nonfinite

if TYPE_CHECKING:
    from scipy.sparse import csr_array

# Distances are made and ranked this many at a time.
BLOCK = 2**18

MODES = ("connectivity", "distance", "affinity")
BANDWIDTHS = ("med_k_scalar", "mean_k", "gmean_k", "mean_k_avg", "gmean_k_avg", "mean_k_avg_and_pair")

# scikit-learn's names, which librosa passes on, by what they are here or in scipy.
_SAME_AS = {
    **dict.fromkeys(("l2", "minkowski", "p", "nan_euclidean"), "euclidean"),
    **dict.fromkeys(("l1", "manhattan"), "cityblock"),
    "infinity": "chebyshev",
}
_OF_BOOLEANS = ("dice", "jaccard", "rogerstanimoto", "russellrao", "sokalmichener", "sokalsneath", "yule")

Block = Callable[[int, int], np.ndarray]


def as_frames(data: Any, axis: int, name: str) -> np.ndarray:
    """(frames, features) as float64, all other axes being features."""
    data = np.atleast_2d(as_array(data, name=name))
    if data.dtype.kind not in "fiub":
        raise DTypeError(f"{name}.dtype={data.dtype} must be real; features are numbers, for instance np.abs({name})")
    if not -data.ndim <= axis < data.ndim:
        raise ParameterError(f"axis={axis} is no axis of {name}.shape={data.shape}")
    if not data.size:
        raise ParameterError(f"{name}.shape={data.shape} is empty; give at least one frame of one feature")
    turned = np.swapaxes(data, axis, 0)
    frames = np.ascontiguousarray(turned.reshape((len(turned), -1), order="F"), np.float64)
    if not np.isfinite(np.dot(frames.reshape(-1), frames.reshape(-1))) and not np.isfinite(frames).all():
        raise first_nonfinite(data, name=name)
    return frames


def distances(x: np.ndarray, y: np.ndarray, metric: Any) -> Block:
    """A function that makes rows first .. end - 1 of the distances between x and y, both (frames, features)."""
    metric = _SAME_AS.get(metric, metric) if isinstance(metric, str) else metric
    if metric in ("euclidean", "sqeuclidean"):
        root = metric == "euclidean"
        return lambda first, end: _sequences.distances(x[first:end], y, root=root)
    if metric == "cosine":
        return _cosine_distances(x, y)
    if metric == "precomputed":
        if x.shape[1] != len(y):
            raise ParameterError(
                f"metric='precomputed' needs distances to {len(y)} frames, and data has {x.shape[1]} rows"
            )
        return lambda first, end: x[first:end].copy()
    from scipy.spatial.distance import cdist

    options = {}
    if metric == "seuclidean":
        options["V"] = np.var(np.concatenate((x, y)), axis=0, ddof=1)
    if metric in _OF_BOOLEANS:
        x, y = x != 0, y != 0

    def block(first: int, end: int) -> np.ndarray:
        try:
            return cdist(x[first:end], y, metric=metric, **options)
        except (ValueError, TypeError) as error:
            raise ParameterError(f"metric={metric!r} cannot be computed: {error}") from error

    return block


def _cosine_distances(x: np.ndarray, y: np.ndarray) -> Block:
    """1 - cos is half the squared distance of unit vectors; frames of zeros are at distance 1 from all."""
    norms = [np.linalg.norm(points, axis=1, keepdims=True) for points in (x, y)]
    units = [points / np.where(norm > 0, norm, 1) for points, norm in zip((x, y), norms, strict=True)]

    def block(first: int, end: int) -> np.ndarray:
        found = _sequences.distances(units[0][first:end], units[1], root=False) / 2
        found[norms[0][first:end, 0] == 0] = 1
        found[:, norms[1][:, 0] == 0] = 1
        return found

    return block


def dtype_of(metric: Any, *data: Any) -> np.dtype:
    """The dtype of distances: float64, or float32 for cosines between float32 frames."""
    single = metric == "cosine" and all(getattr(x, "dtype", None) == np.float32 for x in data)
    return np.dtype(np.float32 if single else np.float64)


def nearest(
    block_of: Block,
    shape: tuple[int, int],
    n_nearest: int,
    *,
    k: int | None,
    width: int,
    by_place: bool,
    to_itself: bool,
) -> csr_array:
    """The nearest columns of each row, and their distances (1 if `by_place`).

    Of the `n_nearest` ones, those `width` or more off the diagonal count; of these the nearest k, or the first k if
    `by_place`. Unless `by_place`, distances of 0 are no entries. Without `to_itself` no row meets its own column.
    """
    from scipy.sparse import csr_array

    n_rows, n_columns = shape
    height = max(1, BLOCK // n_columns)
    counts, places, values = [], [], []
    for first in range(0, n_rows, height):
        rows = np.arange(first, min(first + height, n_rows))
        found = block_of(first, first + len(rows))
        if not to_itself:
            found[rows - first, rows] = np.inf
        columns = _nearest_of_rows(found, n_nearest)
        gaps = np.take_along_axis(found, columns, axis=1)
        keep = gaps < np.inf if to_itself else (columns != rows[:, np.newaxis])
        if width > 1:
            keep &= np.abs(columns - rows[:, np.newaxis]) >= width
        if not by_place:
            keep &= gaps != 0
        if k is not None:
            keep &= _first_of_rows(keep, k) if by_place else _lowest_of_rows(gaps, keep, k)
        counts.append(keep.sum(axis=1))
        places.append(columns[keep].astype(np.int32))
        values.append(np.ones(len(places[-1])) if by_place else gaps[keep])
    starts = np.concatenate(([0], np.cumsum(np.concatenate(counts))))
    if starts[-1] <= np.iinfo(np.int32).max:
        starts = starts.astype(np.int32)
    return csr_array((np.concatenate(values), np.concatenate(places), starts), shape=shape)


def _nearest_of_rows(distances: np.ndarray, n: int) -> np.ndarray:
    """Columns, ascending, of the n lowest of each row."""
    if n >= distances.shape[1]:
        return np.broadcast_to(np.arange(distances.shape[1]), distances.shape)
    columns = np.argpartition(distances, n - 1, axis=1)[:, :n]
    columns.sort(axis=1)
    return columns


def _first_of_rows(keep: np.ndarray, k: int) -> np.ndarray:
    return np.cumsum(keep, axis=1) <= k


def _lowest_of_rows(values: np.ndarray, keep: np.ndarray, k: int) -> np.ndarray:
    """Which are among the k lowest of those to keep; of equals the first."""
    order = np.argsort(np.where(keep, values, np.inf), axis=1, kind="stable")
    chosen = np.zeros(values.shape, bool)
    np.put_along_axis(chosen, order[:, :k], True, axis=1)
    return chosen


def bandwidth(rec: csr_array, given: Any, k: int) -> float | np.ndarray:
    """The width of an affinity kernel, one for all entries of `rec` or one for each."""
    rows = np.repeat(np.arange(rec.shape[0]), np.diff(rec.indptr))
    if isinstance(given, np.ndarray) and given.ndim:
        if given.shape != rec.shape:
            raise ParameterError(f"Invalid bandwidth.shape={given.shape}: it must be {rec.shape}, one for each pair")
        if not (given > 0).all():
            raise ParameterError("Invalid bandwidth: all entries must be strictly positive")
        return given[rows, rec.indices]
    if given is None or isinstance(given, str):
        return _estimated(rec, rows, given or "med_k_scalar", k)
    try:
        width = float(given)
    except (TypeError, ValueError):
        raise DTypeError(f"bandwidth={given!r} must be a number, an array, or one of {BANDWIDTHS}") from None
    if not width > 0:
        raise ParameterError(f"Invalid scalar bandwidth={given}: it must be strictly positive")
    return width


def _estimated(rec: csr_array, rows: np.ndarray, kind: str, k: int) -> float | np.ndarray:
    """From the distances of each row to its k nearest: the last of them, or their mean."""
    if kind not in BANDWIDTHS:
        raise ParameterError(f"Invalid bandwidth={kind!r}: it must be a positive number or one of {BANDWIDTHS}")
    counts = np.diff(rec.indptr)
    if not counts.any() or k < 1:
        raise ParameterError("Cannot estimate bandwidth from an empty graph: no frame has a neighbour; use a larger k")
    ordered = rec.data[np.lexsort((rec.data, rows))]
    some = counts > 0
    last = ordered[rec.indptr[:-1][some] + np.minimum(counts[some], k) - 1]
    if kind == "med_k_scalar":
        return float(np.median(last))
    if not some.all():
        raise ParameterError(
            f"The sample at time point {int(np.argmin(some))} has no neighbors; use a scalar bandwidth or a larger k"
        )
    if rec.indices.max() >= len(counts):
        raise ParameterError(f"bandwidth={kind!r} needs as many frames in data as in data_ref: {rec.shape}")
    if "avg" in kind:
        rank = np.arange(len(ordered)) - np.repeat(rec.indptr[:-1], counts)
        last = np.add.reduceat(np.where(rank < k, ordered, 0), rec.indptr[:-1]) / np.minimum(counts, k)
    own, other = (last[places].astype(rec.dtype, copy=False) for places in (rows, rec.indices))
    if kind.startswith("gmean"):
        return (own * other) ** 0.5
    return (own + other + rec.data) / 3 if kind.endswith("pair") else (own + other) / 2
