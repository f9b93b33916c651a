"""The bench that the goldens of descriptors, chroma and deltas are called on, and how closely we must
agree."""

from __future__ import annotations

import re
from types import SimpleNamespace

import numpy as np

from . import calls
from .spectral_signals import layout, noise, parameters, power

FUNCTIONS = (
    *("spectral_centroid", "spectral_bandwidth", "spectral_contrast", "spectral_rolloff", "spectral_flatness"),
    *("rms", "zero_crossing_rate", "poly_features", "chroma_stft", "chroma_cqt", "chroma_cens", "chroma_vqt"),
    *("tonnetz", "delta", "stack_memory"),
)


# The input of a call in double precision.
DOUBLE = re.compile(r"(tone|noise|power)\([^()]*float64\)|delta\(np\.arange")


def tone(n: int, dtype=np.float32) -> np.ndarray:
    """Two partials, in noise that falls silent half-way, and a silent end."""
    t = np.arange(n) / 22050
    y = 0.4 * np.sin(2 * np.pi * 523 * t) + 0.2 * np.sin(2 * np.pi * 3000 * t)
    y[: n // 2] += 0.1 * noise(n // 2, dtype=np.float64)
    y[-n // 5 :] = 0
    return y.astype(dtype)


def bench(library) -> SimpleNamespace:
    """All that an expression may name."""
    functions = {name: getattr(library.feature, name) for name in FUNCTIONS}
    return SimpleNamespace(noise=noise, power=power, tone=tone, layout=layout, parameters=parameters, **functions)


def check(case: dict, module: SimpleNamespace) -> None:
    """Errors, warnings, types, shapes; values within a fraction of the largest.

    float64 in: the order of operations. float32 in: librosa's spectra are rounded from float64, ours computed
    in float32, 2e-6 of the largest bin; levels of valleys 60 dB below it differ by a thousand times as much.
    """
    double = DOUBLE.search(case["call"]) is not None
    value = case.get("value")
    scale = np.abs(value)[np.isfinite(value)].max(initial=0) if value is not None and value.dtype.kind == "f" else 0
    tolerance = 1e-10 if double else 5e-6
    scale = max(scale, 1)
    if "contrast(y" in case["call"]:
        tolerance *= 200
    with np.errstate(all="ignore"):
        calls.check(case, module, rtol=tolerance, atol=float(tolerance * scale))
