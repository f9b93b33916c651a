"""From python_speech_features' arguments to a Recipe, once for each set of them."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..._engine.kept import kept
from ..._engine.spec import MOST_N_FFT
from ..._front import specs
from ..._front.recipe import Recipe
from ..._gate.complaints import both
from ..._gate.samples import ParameterError, as_array, as_index, as_number, check_rate
from .sigproc import fft_length, round_half_up, warn_if_cut, window_samples

EPS = float(np.finfo(float).eps)


def samples_of(signal: Any) -> tuple[np.ndarray, float]:
    """A signal (n,) or (n, 1) that the engine reads, and what makes its numbers those of the array."""
    x = as_array(signal, name="signal", kinds="fiub")
    if x.ndim == 2 and x.shape[1] == 1:
        x = x[:, 0]
    if x.ndim != 1 or not x.size:
        raise ParameterError(
            f"signal.shape={x.shape} is not (n,) with n > 0; pass one channel at a time, for instance signal[:, 0]"
        )
    if x.dtype.newbyteorder("=") == np.int16:
        return x, 32768.0
    return x if x.dtype.kind == "f" and x.itemsize in (4, 8) else x.astype(np.float64), 1.0


def recipe_of(
    samplerate: float,
    winlen: Any,
    winstep: Any,
    nfilt: int,
    nfft: int | None,
    lowfreq: Any,
    highfreq: Any,
    preemph: Any,
    winfunc: Any,
    **others: Any,
) -> Recipe:
    """`others`: fields of the recipe."""
    check_rate(samplerate, name="samplerate")
    nfft = calculate_nfft(samplerate, winlen) if nfft is None else fft_length(nfft, "nfft")
    length, hop = samples_in(winlen, samplerate, "winlen"), samples_in(winstep, samplerate, "winstep")
    warn_if_cut(length, nfft)
    frame = (length, hop, nfft, window_key(winfunc, length))
    bands = bands_key(samplerate, nfilt, nfft, lowfreq, highfreq)
    return _recipe(frame, bands, finite(preemph, "preemph"), tuple(others.items()))


def finite(value: Any, name: str) -> float:
    if not abs(number := as_number(value, name=name)) < np.inf:
        raise ParameterError(f"{name}={number} must be finite")
    return number


def calculate_nfft(samplerate: float, winlen: Any) -> int:
    needed, nfft = as_number(winlen, name="winlen") * samplerate, 1
    while nfft < needed:
        nfft *= 2
    return nfft


def samples_in(seconds: Any, samplerate: float, name: str) -> int:
    n = as_number(seconds, name=name) * samplerate
    if not 0.5 <= n <= 2**40:
        raise ParameterError(f"{name}={seconds} s is {n:.3g} samples at samplerate={samplerate}; give 1 at least")
    return round_half_up(n)


def window_key(winfunc: Any, length: int) -> str | bytes:
    if winfunc is np.ones:
        return "boxcar"
    return window_samples(winfunc, length, "fiub").astype(np.float64).tobytes()


def bands_key(samplerate: float, nfilt: int, nfft: int, lowfreq: Any, highfreq: Any) -> tuple[Any, ...]:
    """The arguments of the filter bank, checked; 0 for the highest frequency is half the rate, as None is."""
    check_rate(samplerate, name="samplerate")
    nyquist = samplerate / 2
    low = as_number(lowfreq, name="lowfreq")
    high = nyquist if highfreq is None else as_number(highfreq, name="highfreq") or nyquist
    if high > nyquist:
        raise both(ParameterError, AssertionError)(
            f"highfreq={highfreq} is greater than samplerate/2={nyquist}; use highfreq=None for that"
        )
    if not 0 <= low < high:
        raise ParameterError(f"lowfreq={lowfreq} must lie between 0 and highfreq={high}; use lowfreq=0")
    if (nfilt := as_index(nfilt, name="nfilt")) > MOST_N_FFT:
        raise ParameterError(f"nfilt={nfilt} exceeds {MOST_N_FFT}; use fewer bands")
    return samplerate, nfilt, nfft, low, high


@kept(specs.CACHED)
def bank_recipe(samplerate: float, nfilt: int, nfft: int, low: float, high: float) -> Recipe:
    return Recipe(
        sr=samplerate, n_fft=nfft, n_mels=nfilt, fmin=low, fmax=high, mel_scale="htk", mel_norm=None, triangles="bins",
    )  # fmt: skip


@kept(specs.CACHED)
def _recipe(frame: tuple[Any, ...], bands: tuple[Any, ...], preemph: float, others: tuple[Any, ...]) -> Recipe:
    length, hop, nfft, window = frame
    if isinstance(window, bytes):
        window = tuple(np.frombuffer(window)[:nfft])
    return bank_recipe(*bands).replace(
        hop_length=hop, frame_length=min(length, nfft), beyond=max(length - nfft, 0), window=window, pad="none",
        count="partial", preemphasis=preemph, preemphasis_over="signal", spectrum_norm="n_fft", frames="first",
        dtype="float64", **dict(others),
    )  # fmt: skip
