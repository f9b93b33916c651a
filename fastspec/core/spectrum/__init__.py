"""Spectrograms: the STFT and back, magnitudes, decibels, and what else a spectrum is made of."""

from __future__ import annotations

from ._decibels import amplitude_to_db, db_to_amplitude, db_to_power, power_to_db
from ._fmt_iirt import fmt, iirt
from ._inverse import griffinlim, istft, phase_vocoder
from ._pcen import pcen, perceptual_weighting
from ._reassigned import __reassign_frequencies as __reassign_frequencies
from ._reassigned import __reassign_times as __reassign_times
from ._reassigned import reassigned_spectrogram
from ._stft import _spectrogram as _spectrogram
from ._stft import magphase, stft

__all__ = [
    "amplitude_to_db", "db_to_amplitude", "db_to_power", "fmt", "griffinlim", "iirt", "istft", "magphase", "pcen",
    "perceptual_weighting", "phase_vocoder", "power_to_db", "reassigned_spectrogram", "stft",
]  # fmt: skip
