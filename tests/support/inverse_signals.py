"""The bench that the goldens of the inverse transforms are called on: ``lib.istft(lib.spectrum(33, 9))``."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from .spectral_signals import layout, noise, parameters

NAMES = ("istft", "griffinlim", "phase_vocoder")


def spectrum(*shape: int, dtype=np.complex64, seed: int = 0) -> np.ndarray:
    """Any complex numbers: what an inverse makes of them is defined whether or not a signal has them."""
    return (noise(*shape, seed=seed) + 1j * noise(*shape, seed=seed + 1)).astype(dtype)


def bench(module) -> SimpleNamespace:
    functions = {name: getattr(module, name) for name in NAMES}
    return SimpleNamespace(**functions, spectrum=spectrum, noise=noise, layout=layout, parameters=parameters)
