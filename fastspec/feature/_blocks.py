"""What the descriptors read: a spectrogram a block of frames at a time, or its moments from the engine."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from .. import _run, _threads, _transforms
from .._arrays import ParameterError, as_samples, first_nonfinite
from .._spec import Framing, Spec, Spectrum, precision_of
from ..core.spectrum import _spectrogram, check_length
from .spectral import run_given

if TYPE_CHECKING:
    from .._windows import Window

# Values in a block: in float32, it and a copy of it stay in the cache of a core. A block that is allocated
# once also spares the first touch of a spectrogram's memory, which costs more than the FFT.
BLOCK_VALUES = 2**16
# Frames that fill any engine's vectors.
TILE = 16

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


@dataclass(frozen=True)
class Frames:
    """A spectrogram (..., n_bins, n_frames) that comes in blocks."""

    n_fft: int
    n_bins: int
    n_frames: int
    leading: tuple[int, ...]
    dtype: np.dtype
    fill: Callable[[tuple[int, ...], int, np.ndarray], None]

    def blocks(self) -> Iterator[tuple[tuple, np.ndarray]]:
        """Yield (index, block): ``block[t, f]`` are the frames at index ``[*channel, frames]``, for any use.

        The size of a block depends on the number of bins alone, so that nothing else can show in the results.
        """
        size = TILE * -(-BLOCK_VALUES // (TILE * max(1, self.n_bins)))
        buffer = np.empty((min(size, self.n_frames), self.n_bins), self.dtype)
        for channel in np.ndindex(self.leading):
            for first in range(0, self.n_frames, size):
                block = buffer[: self.n_frames - first]
                self.fill(channel, first, block)
                yield (*channel, slice(first, first + len(block))), block

    def reduce(self, function: Callable[[np.ndarray], np.ndarray], *rows: int, dtype) -> np.ndarray:
        """Apply a function of blocks, (t, f) to (*rows, t), to all frames: (..., *rows, n_frames)."""
        result = np.empty((*self.leading, *rows, self.n_frames), dtype)
        for (*channel, part), block in self.blocks():
            result[(*channel, ..., part)] = function(block)
        return result


def open_frames(y: np.ndarray | None, S: np.ndarray | None, stft: StftOptions, *, power: float = 1) -> Frames:
    """The spectrogram of audio, or the one given. To be called by the function that the user called."""
    if S is None and y is not None and stft.n_fft is not None:
        return _frames_of_samples(y, stft, power)
    S, n_fft = _spectrogram(S=S, n_fft=stft.n_fft)
    dtype = S.dtype if S.dtype in (np.float32, np.float64) else np.dtype(np.float64)

    def fill(channel: tuple[int, ...], first: int, block: np.ndarray) -> None:
        np.copyto(block, S[channel][:, first : first + len(block)].T, casting="unsafe")

    return Frames(n_fft, S.shape[-2], S.shape[-1], S.shape[:-2], dtype.newbyteorder("="), fill)


def _frames_of_samples(y: np.ndarray, stft: StftOptions, power: float) -> Frames:
    x, spec, n_frames = prepare(y, stft, power, stacklevel=6)
    plan = _run.plan_of(spec)

    def fill(channel: tuple[int, ...], first: int, block: np.ndarray) -> None:
        n_threads = _threads.for_work(spec.framing.n_fft * len(block))
        try:
            plan.run(x[channel], block.T, first, n_frames, True, None, None, n_threads)
        except _run._engine.NonFinite:
            raise first_nonfinite(x) from None

    return Frames(spec.framing.n_fft, plan.n_rows, n_frames, x.shape[:-1], spec.dtype, fill)


def prepare(y: np.ndarray, stft: StftOptions, power: float, *, stacklevel: int) -> tuple[np.ndarray, Spec, int]:
    arguments = _transforms.stft_arguments(*stft)
    x = as_samples(y)
    kind = Spectrum.POWER if power == 2 else Spectrum.MAGNITUDE
    spec = _transforms.stft_spec(arguments, precision_of(x.dtype), kind)
    n_frames = check_length(spec.framing, x, center=stft.center, pad_mode=arguments.pad_mode, stacklevel=stacklevel)
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


def moments(
    y: np.ndarray | None, S: np.ndarray | None, stft: StftOptions, freq: np.ndarray, order: int
) -> Moments | None:
    """The moments over frequency up to `order` of a magnitude spectrogram, in one pass of the engine.

    A filter bank whose rows are ``(freq - centre)**k`` on `SECTION_WIDTH` bins gives partial sums of few
    enough float32 terms to be added up in float64: as good as float64 throughout, at the price of a mel
    spectrogram. None if the spectrogram is not one for the engine (dtype, bins), or its moments are not
    finite.
    """
    key = np.asarray(freq, dtype=np.float64).tobytes()
    if S is None:
        x, base, n_frames = prepare(y, stft, 1, stacklevel=5)
        if 8 * (1 + base.framing.n_fft // 2) != len(key):
            return None
        spec = _moments_spec(base, key, order)
        sums = _run.allocate(spec, x.shape[:-1], n_frames, frame_major=False)
        _run.run(spec, x, sums)
    elif S.dtype in (np.float32, np.float64) and S.ndim >= 2:
        sums = run_given(_moments_of_spectrum_spec(S.shape[-2], precision_of(S.dtype), key, order), S)
    else:
        return None
    centres = _sections(key, order)[0]
    split = sums.reshape(*sums.shape[:-2], len(centres), order + 1, sums.shape[-1])
    parts = np.moveaxis(split, -2, 0).astype(np.float64, order="C")
    return Moments(centres, parts, sums.dtype) if np.isfinite(parts).all() else None


@lru_cache(_transforms.CACHED)
def _moments_spec(base: Spec, freq: bytes, order: int) -> Spec:
    return replace(base, bank=_sections(freq, order)[1])


@lru_cache(_transforms.CACHED)
def _moments_of_spectrum_spec(n_bins: int, precision: int, freq: bytes, order: int) -> Spec:
    return Spec(precision, Framing(n_bins, 1, 0), Spectrum.GIVEN, bank=_sections(freq, order)[1])


@lru_cache(_transforms.CACHED)
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
