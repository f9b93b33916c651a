"""Our side of spectral.npz: the same expressions, with fastspec's functions."""

from __future__ import annotations

import numpy as np

import fastspec
from fastspec.core.spectrum._stft import _spectrogram

from . import calls
from .spectral_signals import bench

BENCH = bench(fastspec, _spectrogram)
STORED = calls.load("spectral")

# By digits of the result, as a fraction of its largest magnitude. librosa computes in float64 and rounds;
# float32 arithmetic on frames of a few dozen samples is within 10 u. In float64 the order of operations
# differs, and powers and logarithms do by an ulp from one version of NumPy to the next.
TOLERANCE = {11: 2e-3, 24: 2e-6, 53: 1e-13}


def cases(*names: str) -> list[dict]:
    """What was recorded of these functions: their calls, layouts and parameters."""
    openings = tuple(
        f"lib.{prefix}{name}"
        for name in names
        for prefix in ("", "layout(lib.", "layout(np.abs(lib.", "parameters(lib.")
    )
    return [case for case in STORED if case["call"].startswith(openings)]


def check(case: dict) -> None:
    """Type, dtype, shape, warnings, error class, and values within TOLERANCE."""
    tolerance = scale = 0.0
    value = case.get("value")
    if value is not None and value.dtype.kind in "fc":
        tolerance = TOLERANCE[1 + np.finfo(value.dtype).nmant]
        if "lib.noise(" in case["call"] and "dtype=np.float64" in case["call"]:
            tolerance = TOLERANCE[24]  # float64 bands of float32 audio: librosa rounds the spectrum to complex64
        scale = np.abs(value)[np.isfinite(value)].max(initial=0)
        if "_to_db" in case["call"]:
            scale = max(scale, 100)  # a difference of two levels
    with np.errstate(all="ignore"):
        calls.check(case, BENCH, rtol=tolerance, atol=tolerance * scale)
