"""Pitch: YIN and pYIN, peaks of spectra, and the tuning of what was found."""

from __future__ import annotations

from ._tuning import estimate_tuning, piptrack, pitch_tuning
from ._yin import pyin, yin

__all__ = [
    "estimate_tuning",
    "piptrack",
    "pitch_tuning",
    "pyin",
    "yin",
]
