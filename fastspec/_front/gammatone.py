"""Gammatone filters as weights of an FFT's bins.

M. Slaney, "An efficient implementation of the Patterson-Holdsworth auditory filter bank", Apple technical report 35,
1993: four poles each, as far from the unit circle as the ear's bands are wide, and four zeros.
"""

from __future__ import annotations

import numpy as np

from .._engine.kept import kept
from .._engine.spec import Framing, Spec, Spectrum

# Glasberg and Moore's bands: as wide as this at 0 Hz, and one hertz wider for so many.
_LEAST_WIDTH, _EAR_Q = 24.7, 9.26449


def center_frequencies(n_bins: int, fmin: float, fmax: float) -> np.ndarray:
    """In Hz, ascending from `fmin`, evenly spaced as the ear's bands are; `fmax` is left out."""
    corner = _EAR_Q * _LEAST_WIDTH
    k = np.arange(n_bins, 0, -1)
    return (fmax + corner) * np.exp(k / n_bins * np.log((fmin + corner) / (fmax + corner))) - corner


def gammatone_bank(sr: float, n_fft: int, n_bins: int, fmin: float, fmax: float) -> np.ndarray:
    """Magnitudes of the filters' responses (filters, bins of the FFT), 1 at their centres, over n_fft."""
    centers = center_frequencies(n_bins, fmin, fmax)[:, np.newaxis]
    angle = 2 * np.pi * centers / sr
    radius = np.exp(-1.019 * 2 * np.pi * (centers / _EAR_Q + _LEAST_WIDTH) / sr)

    def response(u: np.ndarray) -> np.ndarray:
        total = np.abs((radius * np.exp(1j * angle) - u) * (radius * np.exp(-1j * angle) - u)) ** -4.0
        for root in (np.sqrt(3 + 2**1.5), -np.sqrt(3 + 2**1.5), np.sqrt(3 - 2**1.5), -np.sqrt(3 - 2**1.5)):
            total = total * np.abs(u - radius * (np.cos(angle) + root * np.sin(angle)))
        return total

    bins = np.exp(2j * np.pi * np.arange(n_fft // 2 + 1) / n_fft)
    return response(bins) / response(np.exp(1j * angle)) / n_fft


@kept(16)
def spec_of(precision: int, sr: float, n_fft: int, n_bins: int, fmin: float, fmax: float) -> Spec:
    """From a spectrogram's bins to bands."""
    bank = gammatone_bank(sr, n_fft, n_bins, fmin, fmax)
    return Spec(precision, Framing(n_fft // 2 + 1, 1, 0), Spectrum.GIVEN, bank=bank)
