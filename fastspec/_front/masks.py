"""Runs of rows or frames that are overwritten, at random places."""

from __future__ import annotations

import numpy as np


def random_spans(
    rng: np.random.Generator, shape: tuple[int, ...], size: int, longest: float
) -> tuple[np.ndarray, np.ndarray]:
    """First and end of runs shorter than `longest` within `size`, uniform in length, then in place."""
    lengths = rng.random(shape) * longest
    # Towards 0, as places before the first would be where `longest` exceeds `size`.
    first = np.trunc(rng.random(shape) * (size - lengths)).astype(np.intp)
    return first, first + lengths.astype(np.intp)


def overwritten(S: np.ndarray, first: np.ndarray, end: np.ndarray, axis: int, value: float) -> np.ndarray:
    """A copy of S with `value` from `first` to `end` along one of its last two axes; spans are by the leading axes."""
    places = np.arange(S.shape[axis])
    inside = (places >= first[..., np.newaxis]) & (places < end[..., np.newaxis])
    inside = np.expand_dims(inside, -1 if axis % S.ndim == S.ndim - 2 else -2)
    return np.where(inside, S.dtype.type(value), S)
