"""Arrays, element by element or row by row: levels, medians, pooling, samples, recursions."""

from __future__ import annotations

import numpy as np

from . import threads as _threads
from .install import engine as _engine
from .isa import ISA
from .ranges import ranges


def peak(x: np.ndarray, *, magnitude: bool = False) -> float:
    """The largest value (or magnitude) of a float array that is contiguous in some order; NaN if it holds one."""
    return _engine.array_peak(x, ISA, magnitude, _threads.for_work(x.size // 4))


def is_finite(x: np.ndarray) -> bool:
    """Whether float samples hold neither NaN nor infinity."""
    return peak(x, magnitude=True) < np.inf if x.flags.forc else bool(np.isfinite(x).all())


def levels(
    x: np.ndarray,
    out: np.ndarray,
    *,
    square: bool,
    floor: float,
    multiplier: float = 10.0,
    shift: float = 0.0,
    lower: float = -np.inf,
    top_db: float = np.inf,
) -> float:
    """out = max(multiplier log10(max(x or x^2, floor)) + shift, lower), and no more than `top_db` below the highest.

    Returns the highest level; NaN if `x` holds a NaN, whose place alone becomes NaN. x and out share one memory order.
    """
    n_threads = _threads.for_work(x.size)
    return _engine.array_levels(x, out, ISA, square, multiplier, floor, shift, lower, top_db, n_threads)


def clamp(x: np.ndarray, *, shift: float, lower: float) -> None:
    """x = max(x + shift, lower) in place."""
    _engine.array_clamp(x, ISA, shift, lower, _threads.for_work(x.size // 4))


def running_median(x: np.ndarray, out: np.ndarray, width: int) -> None:
    """Running medians of the rows of `x` into those of `out`: 2-D, one dtype, contiguous along one axis, no NaN."""
    # About four operations for each value of the window, in the units of `_threads`; of a wide one, a hundred in all.
    work_per_value = min(max(width // 8, 1), 64)
    _engine.running_median(x, out, ISA, width, _threads.for_work(work_per_value * x.size))


def pool(x: np.ndarray, out: np.ndarray, n_pooled: int, largest: bool) -> None:
    """Pool the last `n_pooled` axes of `x` into those of `out`; see `_engine.pool`."""
    work = (x.size + out.size) // 2  # in the units of `_threads`, at least
    _engine.pool(x, out, n_pooled, largest, ISA, _threads.for_work(work))


def convert_samples(
    x: np.ndarray, x_pcm: int, out: np.ndarray, out_pcm: int, key: int | None = None, number: int = 0
) -> int:
    """Convert samples to `out`, of the same shape (see `_engine.convert_samples`); returns how many were clipped."""
    if x.ndim != 1 and x.flags.c_contiguous and out.flags.c_contiguous:
        x, out = x.reshape(-1), out.reshape(-1)
    elif x.ndim != 1 and key is None:
        # Noise is counted in C order; else the order is that of memory, or of the longest rows there are.
        if x.flags.f_contiguous and out.flags.f_contiguous:
            x, out = x.T.reshape(-1), out.T.reshape(-1)
        else:
            longest = max(range(x.ndim), key=x.shape.__getitem__)
            x, out = np.moveaxis(x, longest, -1), np.moveaxis(out, longest, -1)
    return _engine.convert_samples(x, x_pcm, out, out_pcm, ISA, 0, x.size, key, number, _threads.for_work(4 * x.size))


def squares(z: np.ndarray, out: np.ndarray) -> None:
    """out = |z|^2 of complex numbers; z and out have one memory order, without gaps."""
    _engine.array_squares(z, out, ISA, _threads.for_work(z.size // 4))


def phasors(angles: np.ndarray, out: np.ndarray) -> bool:
    """out = exp(i angles), in one memory order. False, and `out` is unspecified, if an angle is too large for it."""
    return _engine.array_phasors(angles, out, ISA, _threads.for_work(2 * angles.size))


def recur(coefficients: tuple[float, float, float], x: np.ndarray, out: np.ndarray, states: np.ndarray) -> None:
    """out[t] = b0 x[t] + state, then state = b1 x[t] - a out[t], along the last axis of (channels, n)."""
    for channels in ranges(len(x), 8 * 1024):
        for part in ranges(x.shape[-1], 8 * (channels.stop - channels.start), least=1024):
            _engine.recur(*coefficients, x[channels, part], out[channels, part], states[channels], ISA)


def predict(y: np.ndarray, order: int) -> np.ndarray:
    """Burg's order + 1 coefficients (float64) of float32 or float64 samples (n,)."""
    coefficients = np.zeros(order + 1)
    coefficients[0] = 1
    forward, backward = y.copy(), y.copy()
    for part in ranges(min(order, len(y)), 4 * len(y)):
        _engine.predict(forward, backward, coefficients, part.start, part.stop, ISA)
    return coefficients
