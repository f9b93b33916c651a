"""The bench that the goldens of the spectral API are called on: a library's functions, signals, helpers.

An expression of a golden sees it as ``lib``: ``lib.stft(lib.noise(300), n_fft=64)``.
"""

from __future__ import annotations

import inspect
from types import SimpleNamespace

import numpy as np


def noise(*shape: int, dtype=np.float32, seed: int = 0) -> np.ndarray:
    """Multiples of 1/1000 in [-0.9, 0.9]; the same in every version of numpy."""
    steps = np.random.RandomState(seed).randint(-900, 901, size=shape)
    return (steps / 1000).astype(dtype)


def power(*shape: int, dtype=np.float32, seed: int = 0) -> np.ndarray:
    """Powers over 140 dB, some below 1e-10, one exactly zero."""
    steps = np.random.RandomState(seed).randint(-140, 0, size=shape)
    S = (10.0 ** (steps / 10)).astype(dtype)
    S.flat[:1] = 0
    return S


def layout(array) -> str:
    """Which memory orders an array has."""
    return f"C={array.flags.c_contiguous} F={array.flags.f_contiguous}"


def parameters(function) -> list[tuple[str, str, str]]:
    """Names, kinds and defaults; annotations differ by taste."""
    return [(p.name, p.kind.name, repr(p.default)) for p in inspect.signature(function).parameters.values()]


def median(x, axis=None, keepdims=False):
    return np.median(x, axis=axis, keepdims=keepdims)


def spikes() -> np.ndarray:
    """A complex spectrogram of what `magphase` has to take care of."""
    tiny = np.finfo(np.float32).smallest_subnormal
    values = [
        0,
        complex(-0.0, -0.0),
        3 + 4j,
        -1,
        1j,
        complex(tiny, 0),
        complex(0, -tiny),
        complex(tiny, tiny),
        1e-30j,
    ]
    return np.array(values, dtype=np.complex64).reshape(3, 3)


HELPERS = (noise, power, layout, parameters, median, spikes)


def bench(library, spectrogram) -> SimpleNamespace:
    """All that an expression may name: our helpers, and the functions of `library`."""
    functions = (
        *HELPERS,
        *(getattr(library, name) for name in ("stft", "magphase", "power_to_db", "amplitude_to_db")),
        *(getattr(library, name) for name in ("db_to_power", "db_to_amplitude")),
        *(library.feature.melspectrogram, library.feature.mfcc, spectrogram),
    )
    return SimpleNamespace(**{function.__name__: function for function in functions})
