"""Mean and variance of the frames around each frame."""

from __future__ import annotations

import numpy as np


def normalised(F: np.ndarray, first: np.ndarray, end: np.ndarray, *, variance: bool) -> np.ndarray:
    """F (..., frames, rows), each frame less the mean of frames ``first[t]`` to ``end[t]``, in float64 inside.

    With `variance`, divided by their standard deviation too: 0 where that is 0.
    """
    if not F.size:
        return F.copy()
    centred = F - F.mean(axis=-2, keepdims=True, dtype=np.float64)
    n = (end - first)[:, np.newaxis]
    mean = _sums(centred, first, end) / n
    out = centred - mean
    if variance:
        spread = _sums(centred * centred, first, end) / n - mean * mean
        # What is left of equal numbers by rounding is no spread.
        seen = spread > 1e-12 * np.square(centred).max(axis=-2, keepdims=True)
        out *= np.where(seen & (n > 1), 1 / np.sqrt(np.where(seen, spread, 1)), 0)
    return out.astype(F.dtype)


def _sums(x: np.ndarray, first: np.ndarray, end: np.ndarray) -> np.ndarray:
    total = np.concatenate([np.zeros((*x.shape[:-2], 1, x.shape[-1])), np.cumsum(x, axis=-2)], axis=-2)
    return total[..., end, :] - total[..., first, :]


def span_around(n: int, width: int) -> tuple[np.ndarray, np.ndarray]:
    """`width` frames with frame t in their middle, moved where they would reach beyond the ends."""
    first = np.maximum(np.arange(n) - width // 2, 0)
    first = np.maximum(np.minimum(first, n - width), 0)
    return first, np.minimum(first + width, n)


def span_before(n: int, width: int, least: int) -> tuple[np.ndarray, np.ndarray]:
    """Frame t and the `width` frames before it; at the beginning, the first `least` frames."""
    t = np.arange(n)
    first, end = np.maximum(t - width, 0), np.maximum(t + 1, least)
    return np.maximum(first - np.maximum(end - n, 0), 0), np.minimum(end, n)
