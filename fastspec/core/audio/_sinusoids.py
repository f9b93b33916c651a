"""A signal as a sum of sinusoids, and the sum."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..._engine.foreign import call
from ..._gate.complaints import public
from ..._gate.samples import (
    ParameterError,
    as_array,
    as_index,
    as_samples,
    check_rate,
    check_size,
    first_nonfinite,
    working_dtype,
)

if TYPE_CHECKING:
    import numpy.typing as npt

# Samples of one sinusoid that are made at a time.
_PIECE = 1 << 16

# How far from a whole number of periods a frequency may be that counts as one.
_WHOLE = 1e-9


@public
def sinusoids(y: np.ndarray, n: int | None = None, *, sr: float = 22050) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The sinusoids that a signal is the sum of: all of them, or the largest.

    ``y[..., t] = sum_k amplitude[..., k] * cos(2 pi frequency[k] * t / sr + phase[..., k])`` when all are taken, with
    frequencies that make whole numbers of periods of the signal's length.

    Parameters
    ----------
    y : np.ndarray [shape=(..., n_samples)], real floating-point
        Samples; leading axes are channels.
    n : int, optional
        How many, the largest first. Default: all, the lowest first.
    sr : float, default 22050
        Sampling rate, in Hz.

    Returns
    -------
    frequency : np.ndarray [shape=(1 + n_samples // 2,); with `n`: (..., n)]
        In Hz, float64. With `n` they are each channel's own.
    amplitude : np.ndarray [shape=(..., 1 + n_samples // 2 or n)]
        Not negative; in the precision of `y`.
    phase : np.ndarray [shape as amplitude]
        In radians, of a cosine at the first sample.

    Raises
    ------
    ParameterError
        If `y` is not real floating-point audio, is empty or not finite, or `n` exceeds ``1 + n_samples // 2``.

    See Also
    --------
    isinusoids : the sum.

    Examples
    --------
    >>> import fastspec
    >>> import numpy as np
    >>> t = np.arange(800) / 8000
    >>> y = 0.5 + 2 * np.cos(2 * np.pi * 440 * t + 1) + np.sin(2 * np.pi * 1000 * t)
    >>> f, a, p = fastspec.sinusoids(y, 3, sr=8000)
    >>> f.round(6).tolist(), a.round(6).tolist(), p.round(6).tolist()
    ([440.0, 1000.0, 0.0], [2.0, 1.0, 0.5], [1.0, -1.570796, 0.0])
    """
    x = as_samples(y)
    check_rate(sr)
    n_samples = x.shape[-1]
    if not n_samples:
        raise ParameterError(f"y.shape={x.shape} is empty; pass some samples")
    n_all = 1 + n_samples // 2
    n_wanted = n_all if n is None else as_index(n, name="n")
    if n_wanted > n_all:
        raise ParameterError(f"n={n} exceeds the {n_all} sinusoids that {n_samples} samples have; use a smaller n")
    if not np.isfinite(x).all():
        raise first_nonfinite(x)
    X = call(np.fft.rfft, x, work=60 * x.size)
    X *= _factors(n_samples)
    frequency, amplitude = np.arange(n_all) * (sr / n_samples), np.abs(X)
    if n is not None:
        places = np.argsort(-amplitude, axis=-1, kind="stable")[..., :n_wanted]
        frequency, amplitude, X = frequency[places], *(np.take_along_axis(v, places, -1) for v in (amplitude, X))
    return frequency, amplitude.astype(x.dtype, copy=False), np.angle(X).astype(x.dtype, copy=False)


def _factors(n_samples: int) -> np.ndarray:
    """From an FFT's bins to amplitudes: bins between the ends stand for their mirrored ones, too."""
    factors = np.full(1 + n_samples // 2, 2 / n_samples)
    factors[0] = 1 / n_samples
    if n_samples % 2 == 0:
        factors[-1] = 1 / n_samples
    return factors


@public
def isinusoids(
    frequency: npt.ArrayLike, amplitude: npt.ArrayLike, phase: npt.ArrayLike, *, length: int, sr: float = 22050
) -> np.ndarray:
    """A sum of sinusoids: the signal that `sinusoids` has taken apart, if all are there, or any other.

    Parameters
    ----------
    frequency : array_like [shape=(n,) or (..., n)], real
        Frequencies, in Hz; any, not only those of `sinusoids`.
    amplitude, phase : array_like [shape=(..., n)], real
        Amplitudes, and phases at the first sample in radians. Leading axes are channels; shapes go together as
        NumPy's do.
    length : int
        Number of samples.
    sr : float, default 22050
        Sampling rate, in Hz.

    Returns
    -------
    np.ndarray [shape=(..., length)]
        In the precision of the amplitudes (float64 for integers). Where all frequencies make whole numbers of periods
        of `length`, by an FFT, which loses nothing: what `sinusoids` took apart is back within its rounding.

    Raises
    ------
    ParameterError
        If shapes do not go together, numbers are not finite, or `length` is negative.

    Examples
    --------
    >>> import fastspec
    >>> import numpy as np
    >>> y = np.random.default_rng(0).normal(size=(2, 99))
    >>> back = fastspec.isinusoids(*fastspec.sinusoids(y), length=99)
    >>> bool(np.abs(back - y).max() < 1e-14)
    True
    """
    n_samples = as_index(length, name="length", minimum=0)
    check_rate(sr)
    given = {"frequency": frequency, "amplitude": amplitude, "phase": phase}
    numbers = {name: as_array(values, name=name, kinds="fiub") for name, values in given.items()}
    for name, values in numbers.items():
        if not np.isfinite(values).all():
            raise ParameterError(f"{name} must be finite; it holds {values[~np.isfinite(values)].flat[0]}")
    try:
        shape = np.broadcast_shapes(*(values.shape for values in numbers.values()))
    except ValueError:
        shapes = ", ".join(f"{name}.shape={values.shape}" for name, values in numbers.items())
        raise ParameterError(f"{shapes} do not go together; pass as many of each") from None
    if not shape:
        raise ParameterError("frequency, amplitude and phase are single numbers; pass lists, for instance [440.0]")
    kept = numbers["amplitude"].dtype
    dtype = working_dtype(kept) if kept.kind == "f" else np.dtype(np.float64)
    check_size((*shape[:-1], n_samples), dtype)
    f, a, p = (np.broadcast_to(values, shape).astype(np.float64, copy=False) for values in numbers.values())
    periods = f * (n_samples / sr)
    whole = np.rint(periods)
    # Of no samples all is a whole number of periods.
    if (np.abs(periods - whole) <= _WHOLE * np.maximum(1, np.abs(whole))).all() and n_samples:
        return _by_fft(whole, a, p, n_samples).astype(dtype, copy=False)
    return _one_by_one(f / sr, a, p, n_samples, dtype)


def _by_fft(periods: np.ndarray, a: np.ndarray, p: np.ndarray, n_samples: int) -> np.ndarray:
    """Bins beyond half of all are the conjugates of those that they look like."""
    n_bins = 1 + n_samples // 2
    places = (periods % n_samples).astype(np.intp)
    mirrored = places >= n_bins
    places = np.where(mirrored, n_samples - places, places)
    values = a * np.exp(1j * np.where(mirrored, -p, p))
    X = np.zeros((*a.shape[:-1], n_bins), np.complex128)
    rows = np.arange(X.size // n_bins).reshape(*a.shape[:-1], 1) * n_bins
    np.add.at(X.reshape(-1), rows + places, values)
    X /= _factors(n_samples)
    return call(np.fft.irfft, X, n=n_samples, work=60 * X.size)


def _one_by_one(f: np.ndarray, a: np.ndarray, p: np.ndarray, n_samples: int, dtype: np.dtype) -> np.ndarray:
    y = np.zeros((*f.shape[:-1], n_samples), dtype)
    for index in np.ndindex(*f.shape[:-1]):
        for first in range(0, n_samples, _PIECE):
            t = np.arange(first, min(first + _PIECE, n_samples))
            total = np.zeros(len(t))
            for each in zip(f[index], a[index], p[index], strict=True):
                total += each[1] * np.cos(2 * np.pi * (each[0] * t % 1) + each[2])
            y[index][first : first + len(t)] = total
    return y
