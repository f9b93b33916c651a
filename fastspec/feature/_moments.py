"""Moments of spectra over frequency, in one pass of the engine."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from .._engine.kept import kept
from .._engine.spec import Spec
from .._front.source import Source
from .._front.specs import CACHED, StftArguments
from .._front.walk import run_source

# Bins whose moments the engine adds up before float64 takes over; see `moments`.
SECTION_WIDTH = 32
# Bytes of a bank, which grows with the square of the bins: it is the faster way up to n_fft=16384.
_LARGEST_BANK = 1 << 27


class Moments(NamedTuple):
    """Per section of bins: ``parts[k, ..., s, t]`` is the sum of ``S (freq - centres[s])**k``, in float64."""

    centres: np.ndarray
    parts: np.ndarray
    dtype: np.dtype

    def total(self) -> np.ndarray:
        """Sum of S (..., t)."""
        return self.parts[0].sum(axis=-2)

    def first(self) -> np.ndarray:
        """Sum of S freq (..., t)."""
        return self.parts[1].sum(axis=-2) + np.einsum("s,...st->...t", self.centres, self.parts[0])

    def second_about(self, centre: np.ndarray) -> np.ndarray:
        """Sum of S (freq - centre)^2 for a centre per frame (..., t).

        Each section is shifted by itself: what cancels is of the size of a section, not of the whole
        spectrum.
        """
        shift = self.centres[:, np.newaxis] - centre[..., np.newaxis, :]
        zeroth, first, second = self.parts
        return np.maximum(0, (second + shift * (2 * first + shift * zeroth)).sum(axis=-2))


def moments(source: Source[StftArguments | None], freq: np.ndarray, order: int) -> Moments | None:
    """The moments over frequency up to `order` of a magnitude spectrogram, in one pass of the engine.

    A filter bank whose rows are ``(freq - centre)**k`` on `SECTION_WIDTH` bins gives partial sums of few
    enough float32 terms to be added up in float64: as good as float64 throughout, at the price of a mel
    spectrogram. None if there is not one frequency for each bin, there are so many bins that the bank would be huge,
    or the moments are not finite.
    """
    key = np.asarray(freq, dtype=np.float64).tobytes()
    if 8 * source.n_bins != len(key) or source.n_bins // SECTION_WIDTH * (order + 1) * len(key) > _LARGEST_BANK:
        return None
    sums, _ = run_source(_moments_spec(source.spec(1), key, order), source)
    centres = _sections(key, order)[0]
    split = sums.reshape(*sums.shape[:-2], len(centres), order + 1, sums.shape[-1])
    parts = np.moveaxis(split, -2, 0).astype(np.float64, order="C")
    return Moments(centres, parts, sums.dtype) if np.isfinite(parts).all() else None


@kept(CACHED)
def _moments_spec(base: Spec, freq: bytes, order: int) -> Spec:
    return replace(base, bank=_sections(freq, order)[1])


def moments_bank(key: bytes, order: int) -> np.ndarray:
    """``bank[s, k, f]``: what bin f counts in the k-th moment of section s."""
    centres, bank = _sections(key, order)
    return bank.reshape(len(centres), order + 1, -1)


@kept(CACHED)
def _sections(key: bytes, order: int) -> tuple[np.ndarray, np.ndarray]:
    """The sections' centres, and the bank: row ``s (order + 1) + k`` gives the k-th moment of section s."""
    freq = np.frombuffer(key)
    starts = np.arange(0, len(freq), SECTION_WIDTH)
    centres = np.add.reduceat(freq, starts) / np.diff(starts, append=len(freq))
    section = np.arange(len(freq)) // SECTION_WIDTH
    bank = np.zeros((len(starts), order + 1, len(freq)))
    powers = (freq - centres[section]) ** np.arange(order + 1)[:, np.newaxis]
    bank[section, :, np.arange(len(freq))] = powers.T
    return centres, bank.reshape(-1, len(freq))
