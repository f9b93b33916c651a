"""Codes from 0 on for samples compressed by the mu-law, rounded to the nearest of equally spaced levels."""

from __future__ import annotations

import numpy as np

from .._engine import foreign as _foreign


def encode(x: np.ndarray, mu: float) -> np.ndarray:
    """Integers 0 to `mu` for samples -1 to 1, in the samples' precision; beyond for those beyond."""
    return _foreign.call(_encode, x, x.dtype.type(mu), work=30 * x.size)


def _encode(x: np.ndarray, mu: np.floating) -> np.ndarray:
    half = x.dtype.type(0.5)
    compressed = np.sign(x) * np.log1p(mu * np.abs(x)) / np.log1p(mu)
    return ((compressed + 1) * half * mu + half).astype(np.int64)


def decode(codes: np.ndarray, mu: float) -> np.ndarray:
    """Samples of floating-point codes."""
    return _foreign.call(_decode, codes, codes.dtype.type(mu), work=30 * codes.size)


def _decode(codes: np.ndarray, mu: np.floating) -> np.ndarray:
    compressed = codes / mu * 2 - 1
    return np.sign(compressed) * np.expm1(np.abs(compressed) * np.log1p(mu)) / mu
