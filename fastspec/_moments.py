"""Features as numbers: what may be normalised, its moments, and the step from one range to another.

Sums are float64, a piece of the array at a time, so that no wide copy of a big array is made.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from ._engine import arrays as _arrays
from ._gate.samples import ParameterError, as_array, working_dtype

# Numbers that are float64 at a time: two megabytes, which a second-level cache may still hold.
PIECE = 2**18


def as_features(X: Any, *, name: str = "X", n_dim: int = 2) -> np.ndarray:
    """Real, finite numbers of at least so many dimensions, in a precision that `pieces` are worked on in."""
    x = as_array(X, name=name, kinds="fiub")
    if x.ndim < n_dim:
        wanted = "(..., rows, frames)" if n_dim == 2 else f"of at least {n_dim} dimensions"
        raise ParameterError(f"{name}.shape={x.shape} must be {wanted}; pass for instance {name}[np.newaxis]")
    dtype = working_dtype(x.dtype) if x.dtype.kind == "f" else np.dtype(np.float64)
    if x.dtype.kind == "f" and not (x.dtype == dtype and x.dtype.isnative and x.flags.aligned):
        x = x.astype(dtype)
    if x.dtype.kind == "f" and not _arrays.is_finite(x):
        where = tuple(int(i) for i in np.argwhere(~np.isfinite(x))[0])
        index = ", ".join(map(str, where))
        raise ParameterError(
            f"{name}[{index}] is {x[where]}, and would spread to what is beside it; replace it, "
            f"for instance by np.nan_to_num({name})"
        )
    return x


def empty_result(x: np.ndarray) -> np.ndarray:
    """Of the shape, the memory order and the precision of `x`."""
    return np.empty_like(x, dtype=x.dtype if x.dtype.kind == "f" else np.float64, subok=False)


def pieces(shape: tuple[int, ...]) -> Iterator[tuple[slice, ...]]:
    """Cut an array into parts of some hundred thousand elements, the first axis first."""
    inner = int(np.prod(shape[1:], dtype=object))
    step = max(1, PIECE // max(inner, 1))
    for first in range(0, shape[0], step):
        rows = slice(first, min(first + step, shape[0]))
        for rest in pieces(shape[1:]) if inner > PIECE else [(slice(None),) * (len(shape) - 1)]:
            yield (rows, *rest)


def moments(x: np.ndarray, axes: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Mean, and sum of squared distances from it, over axes that are kept with length 1; float64.

    Two passes: what is squared is the distance from the mean, so that nothing cancels however large the mean is.
    """
    shape = tuple(1 if axis in axes else size for axis, size in enumerate(x.shape))
    mean, squares = np.zeros(shape), np.zeros(shape)
    n = max(1, int(np.prod([x.shape[axis] for axis in axes])))
    for part in pieces(x.shape):
        mean[_kept(part, axes)] += x[part].sum(axis=axes, keepdims=True, dtype=np.float64)
    mean /= n
    for part in pieces(x.shape):
        distance = x[part] - mean[_kept(part, axes)]
        squares[_kept(part, axes)] += np.square(distance, out=distance).sum(axis=axes, keepdims=True)
    return mean, squares


def _kept(part: tuple[slice, ...], axes: tuple[int, ...]) -> tuple[slice, ...]:
    return tuple(slice(None) if axis in axes else piece for axis, piece in enumerate(part))


def standardise(x: np.ndarray, shift: np.ndarray, scale: np.ndarray) -> np.ndarray:
    """``(x - shift) * scale`` by float64 numbers of as many dimensions as `x`, rounded once."""
    out = empty_result(x)
    for part in pieces(x.shape):
        np.multiply(x[part] - _of(shift, part), _of(scale, part), out=out[part], casting="same_kind")
    return out


def _of(numbers: np.ndarray, part: tuple[slice, ...]) -> np.ndarray:
    """The numbers of a piece; an axis of length 1 is everywhere the same."""
    return numbers[tuple(slice(None) if size == 1 else rows for size, rows in zip(numbers.shape, part, strict=True))]


def inverse_of(deviation: np.ndarray) -> np.ndarray:
    """1 / deviation; 1 where nothing varies, so that such a row becomes zeros."""
    return 1 / np.where(deviation == 0, 1.0, deviation)
