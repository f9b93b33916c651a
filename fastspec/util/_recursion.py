"""Recursive filters of the first order: what scipy.signal.lfilter does for them, without its import."""

from __future__ import annotations

import numpy as np

from .._engine import arrays as _arrays
from .._gate.samples import ParameterError


def first_order(
    b: tuple[float, float], a: float, x: np.ndarray, *, zi: np.ndarray | float = 0.0, axis: int = -1
) -> tuple[np.ndarray, np.ndarray]:
    """``y[n] = b[0] x[n] + b[1] x[n - 1] - a y[n - 1]``, and the final state.

    Parameters
    ----------
    b, a : float
        Coefficients.
    x : np.ndarray
        Samples; native float32 and float64 are filtered here, anything else by scipy.
    zi : array_like
        What the first samples have added to them; its shape broadcasts to that of `x`, but for a 1 along `axis`.
    axis : int, default -1
        That of time.

    Returns
    -------
    y : np.ndarray [shape=x.shape]
        In the dtype of `x`, which is that of the arithmetic; C order.
    zf : np.ndarray
        As `zi`, for samples to follow.
    """
    shape = [*x.shape]
    shape[axis], shape[-1] = shape[-1], 1
    if not x.flags.aligned:
        x = x.copy()
    states = np.empty(shape, x.dtype)
    zf = states.swapaxes(axis, -1)
    try:
        zf[...] = zi
    except ValueError:
        raise ParameterError(f"zi.shape={np.shape(zi)} must be {zf.shape}: one for each channel") from None
    y = np.empty(x.shape, x.dtype)
    if x.size == 0:
        return y, zf
    if x.dtype not in (np.float32, np.float64):
        from scipy.signal import lfilter

        return lfilter(np.array(b, x.dtype), np.array([1, a], x.dtype), x, zi=zf, axis=axis)
    lanes, target = x.swapaxes(axis, -1), y.swapaxes(axis, -1)
    if x.ndim == 1:
        _arrays.recur((*b, a), lanes[np.newaxis], target[np.newaxis], states)
        return y, zf
    for outer in np.ndindex(lanes.shape[:-2]) if x.ndim > 2 else ((),):
        _arrays.recur((*b, a), lanes[outer], target[outer], states[outer])
    return y, zf
