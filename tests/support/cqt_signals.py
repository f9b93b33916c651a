"""The bench that the goldens of the constant-Q family are called on: ``lib.cqt(lib.chord(16000), hop_length=1024)``."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from .spectral_signals import layout, noise, parameters

NAMES = ("cqt", "vqt", "hybrid_cqt", "pseudo_cqt", "icqt", "griffinlim_cqt")
FEATURES = ("chroma_cqt", "chroma_cens", "chroma_vqt", "tonnetz")


def chord(n: int, dtype=np.float32, sr: float = 22050) -> np.ndarray:
    """A note in each octave, a chirp and a little noise, fading in and out: no bin and no frame is empty."""
    t = np.arange(n) / sr
    y = sum(np.sin(2 * np.pi * f * t + f) for f in (34, 73.4, 110, 247, 523.3, 1318, 3729)) / 4
    y = y + 0.3 * np.sin(2 * np.pi * 50 * t * (1 + 20 * t)) + 0.01 * noise(n, dtype=np.float64)
    return (y * np.sin(np.pi * np.arange(n) / max(n, 1)) ** 2).astype(dtype)


def bench(library) -> SimpleNamespace:
    """All that an expression may name."""
    functions = {name: getattr(library, name) for name in NAMES}
    functions |= {name: getattr(library.feature, name) for name in FEATURES}
    return SimpleNamespace(**functions, chord=chord, noise=noise, layout=layout, parameters=parameters)
