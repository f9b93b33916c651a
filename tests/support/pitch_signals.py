"""The bench that the goldens of pitch and harmonics are called on: signals, and the functions of a library.

An expression of a golden sees it as ``lib``: ``lib.yin(lib.glide(9000), fmin=80, fmax=900)``.
"""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

SR = 22050
PITCH = ("yin", "pyin", "piptrack", "estimate_tuning", "pitch_tuning")
HARMONIC = ("salience", "interp_harmonics", "f0_harmonics")


def glide(n: int, *, noise: float = 0.02, dtype=np.float32, lowest: float = 150.0) -> np.ndarray:
    """Three partials whose pitch wanders over an octave, with a pause, some noise, and a quiet end.

    Rounded to multiples of 2^-15: the same in every version of numpy.
    """
    t = np.arange(n) / SR
    phase = 2 * np.pi * np.cumsum(lowest * 2 ** (0.5 + 0.5 * np.sin(2 * np.pi * 1.3 * t))) / SR
    y = 0.4 * np.sin(phase) + 0.2 * np.sin(2 * phase) + 0.1 * np.sin(3 * phase)
    y[n // 3 : n // 2] = 0
    y += noise * np.random.RandomState(1).uniform(-1, 1, n)
    y[-n // 8 :] *= 0.01
    return (np.round(y * 32768) / 32768).astype(dtype)


def noise(*shape: int, dtype=np.float32, seed: int = 0) -> np.ndarray:
    """Multiples of 1/1000 in [-0.9, 0.9]."""
    return (np.random.RandomState(seed).randint(-900, 901, size=shape) / 1000).astype(dtype)


def stereo(n: int) -> np.ndarray:
    return np.stack([glide(n), glide(n, lowest=260.0)])


def heights(*shape: int, dtype=np.float64, seed: int = 0) -> np.ndarray:
    """Magnitudes: multiples of 1/64 up to 16."""
    return (np.random.RandomState(seed).randint(0, 1024, size=shape) / 64).astype(dtype)


def grid(n: int, *, step: float = 50.0) -> np.ndarray:
    return step * np.arange(n)


def moving_grid(n: int, frames: int, *, gaps: bool = False) -> np.ndarray:
    """Ascending frequencies that differ from frame to frame; with `gaps`, one of them is NaN in each frame."""
    steps = np.random.RandomState(2).randint(20, 80, size=(n, frames)).astype(float)
    freqs = np.cumsum(steps, axis=0)
    if gaps:
        freqs[np.arange(frames) % n, np.arange(frames)] = np.nan
    return freqs


def mean(S, axis):
    return np.mean(S, axis=axis)


def bench(library) -> SimpleNamespace:
    """All that an expression may name."""
    helpers = (glide, noise, stereo, heights, grid, moving_grid, mean)
    functions = [getattr(library, name) for name in (*PITCH, *HARMONIC)]
    return SimpleNamespace(**{function.__name__: function for function in (*helpers, *functions)})
