"""What the descriptors read: summaries and moments of spectra, from samples or from a spectrogram that is there."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from .._engine import plans as _plans
from .._engine.kept import kept
from .._engine.spec import Framing, Spec, Spectrum, Summary, SummaryKind, precision_of
from .._front import specs
from .._gate.samples import ParameterError
from ..core.spectrum._stft import _spectrogram, check_length, framed
from .spectral import run_given

if TYPE_CHECKING:
    from .._front.windows import Window

# Bins whose moments the engine adds up before float64 takes over; see `moments`.
SECTION_WIDTH = 32


class StftOptions(NamedTuple):
    """What the descriptors pass on to the STFT."""

    n_fft: int
    hop_length: int
    win_length: int | None
    window: Window
    center: bool
    pad_mode: str


class Source(NamedTuple):
    """Samples to be cut into frames, or a spectrogram: what a descriptor begins with, and the front of its `Spec`."""

    x: np.ndarray
    base: Spec
    n_frames: int
    n_fft: int

    @property
    def n_bins(self) -> int:
        return self.base.framing.n_fft if self.base.spectrum is Spectrum.GIVEN else 1 + self.base.framing.n_fft // 2

    def run(self, spec: Spec) -> np.ndarray:
        """The rows (..., rows, t) of a `Spec` that begins with `base`."""
        if spec.spectrum is Spectrum.GIVEN:
            return run_given(spec, self.x)
        out = _plans.allocate(spec, self.x.shape[:-1], self.n_frames, frame_major=False)
        _plans.run(spec, self.x, out)
        return out

    def summary(self, kind: SummaryKind, amount: float) -> np.ndarray:
        return self.run(_summary_spec(self.base, kind, float(amount)))


def open_source(y: np.ndarray | None, S: np.ndarray | None, stft: StftOptions, *, power: float = 1) -> Source:
    """The spectrogram of audio, or the one given. To be called by the function that the user called."""
    if S is None and y is not None and stft.n_fft is not None:
        x, base, n_frames = prepare(y, stft, power)
        return Source(x, base, n_frames, base.framing.n_fft)
    S, n_fft = _spectrogram(S=S, n_fft=stft.n_fft)
    if S.dtype not in (np.float32, np.float64):
        S = S.astype(np.float64)
    return Source(S, _given_spec(S.shape[-2], precision_of(S.dtype)), S.shape[-1], n_fft)


@kept(specs.CACHED)
def _given_spec(n_bins: int, precision: int) -> Spec:
    return Spec(precision, Framing(n_bins, 1, 0), Spectrum.GIVEN)


@kept(specs.CACHED)
def _summary_spec(base: Spec, kind: SummaryKind, amount: float) -> Spec:
    return replace(base, summary=Summary(kind, amount))


def prepare(y: np.ndarray, stft: StftOptions, power: float) -> tuple[np.ndarray, Spec, int]:
    x, arguments = framed(y, *stft)
    kind = Spectrum.POWER if power == 2 else Spectrum.MAGNITUDE
    spec = specs.stft_spec(arguments, precision_of(x.dtype), kind)
    n_frames = check_length(
        spec.framing, x, center=arguments.center, pad_mode=arguments.pad_mode
    )
    return x, spec, n_frames


def check_magnitudes(S: np.ndarray | None, what: str) -> None:
    """Complex and negative values have no place in a distribution of energy."""
    if S is None:
        return
    if not np.isrealobj(S):
        raise ParameterError(f"S.dtype={S.dtype} is complex; {what} is defined for magnitudes, pass np.abs(S)")
    lowest = S.min() if S.size else 0
    # The minimum of an array with NaN is NaN, whatever else is in it.
    if lowest < 0 or (lowest != lowest and np.any(S < 0)):
        raise ParameterError(f"S.min()={lowest} is negative; {what} is defined for magnitudes, pass np.abs(S)")


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


def moments(source: Source, freq: np.ndarray, order: int) -> Moments | None:
    """The moments over frequency up to `order` of a magnitude spectrogram, in one pass of the engine.

    A filter bank whose rows are ``(freq - centre)**k`` on `SECTION_WIDTH` bins gives partial sums of few
    enough float32 terms to be added up in float64: as good as float64 throughout, at the price of a mel
    spectrogram. None if there is not one frequency for each bin, or the moments are not finite.
    """
    key = np.asarray(freq, dtype=np.float64).tobytes()
    if 8 * source.n_bins != len(key):
        return None
    sums = source.run(_moments_spec(source.base, key, order))
    centres = _sections(key, order)[0]
    split = sums.reshape(*sums.shape[:-2], len(centres), order + 1, sums.shape[-1])
    parts = np.moveaxis(split, -2, 0).astype(np.float64, order="C")
    return Moments(centres, parts, sums.dtype) if np.isfinite(parts).all() else None


@kept(specs.CACHED)
def _moments_spec(base: Spec, freq: bytes, order: int) -> Spec:
    return replace(base, bank=_sections(freq, order)[1])


def moments_bank(key: bytes, order: int) -> np.ndarray:
    """``bank[s, k, f]``: what bin f counts in the k-th moment of section s."""
    centres, bank = _sections(key, order)
    return bank.reshape(len(centres), order + 1, -1)


@kept(specs.CACHED)
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
