"""Frames and their spectra: python_speech_features.sigproc."""

from __future__ import annotations

import decimal
import logging
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from ..._engine.spec import MOST_N_FFT, Spectrum
from ..._front import segments as _segments
from ..._front.windows import get_window
from ..._gate.complaints import both
from ..._gate.samples import ParameterError, as_array, as_index, as_number
from ...core.spectrum import power_to_db
from ...util import frame
from .._peer import peer

__all__ = [
    "deframesig", "framesig", "logpowspec", "magspec", "powspec", "preemphasis", "rolling_window", "round_half_up",
]  # fmt: skip

WindowFunction = Callable[[int], np.ndarray] | str | npt.ArrayLike


def __dir__() -> list[str]:
    return __all__


@peer()
def round_half_up(number: float) -> int:
    """The nearest integer, and of two the one farther from 0.

    Parameters
    ----------
    number : float
        A finite number.

    Returns
    -------
    int

    Examples
    --------
    >>> from fastspec.compat.python_speech_features import sigproc
    >>> sigproc.round_half_up(2.5)
    3
    """
    return _rounded(number, "number")


def _rounded(value: Any, name: str) -> int:
    number = as_number(value, name=name)
    if not np.isfinite(number):
        raise ParameterError(f"{name}={number} must be finite")
    return int(decimal.Decimal(number).to_integral_value(decimal.ROUND_HALF_UP))


@peer()
def rolling_window(a: npt.ArrayLike, window: int, step: int = 1) -> np.ndarray:
    """Frames of an array's last axis, as a view.

    Parameters
    ----------
    a : array_like [shape=(..., n)]
        Samples.
    window : int
        Length of a frame.
    step : int, default 1
        Samples from frame to frame.

    Returns
    -------
    np.ndarray [shape=(frames, ..., window)]
        Read-only. Frames are the first axis, as in the original.

    Raises
    ------
    ParameterError
        If the array is shorter than `window`.

    Examples
    --------
    >>> import numpy as np
    >>> from fastspec.compat.python_speech_features import sigproc
    >>> sigproc.rolling_window(np.arange(5), 3, 2).tolist()
    [[0, 1, 2], [2, 3, 4]]
    """
    a, window, step = as_array(a, name="a"), as_index(window, name="window"), as_index(step, name="step")
    if not a.ndim or a.shape[-1] < window:
        raise ParameterError(f"window={window} exceeds the samples of a.shape={a.shape}; use a shorter one")
    frames = np.lib.stride_tricks.sliding_window_view(a, window, axis=-1)
    return np.moveaxis(frames, -2, 0)[::step]


@peer()
def framesig(
    sig: npt.ArrayLike,
    frame_len: float,
    frame_step: float,
    winfunc: WindowFunction = np.ones,
    stride_trick: bool = True,
) -> np.ndarray:
    """Frames of a signal, windowed; zeros fill the last one.

    Parameters
    ----------
    sig : array_like [shape=(n,)]
        Samples.
    frame_len, frame_step : float
        Samples of a frame, and from frame to frame; rounded, halves up.
    winfunc : callable, default `numpy.ones`
        The window, from its length. A name (of the symmetric window) or the samples do as well.
    stride_trick : bool, default True
        Without effect, as on the original's results.

    Returns
    -------
    np.ndarray [shape=(frames, frame_len)]

    Raises
    ------
    ParameterError
        If a length is below one sample, or `sig` is no signal.

    Examples
    --------
    >>> from fastspec.compat.python_speech_features import sigproc
    >>> sigproc.framesig([1, 2, 3, 4], 3, 2).tolist()
    [[1.0, 2.0, 3.0], [3.0, 4.0, 0.0]]
    """
    sig = as_array(sig, name="sig")
    if sig.ndim != 1:
        raise ParameterError(f"sig.shape={sig.shape} must be (n,); pass one channel at a time")
    length, step = _length(frame_len, "frame_len"), _length(frame_step, "frame_step")
    n_frames = 1 if len(sig) <= length else 1 - (length - len(sig)) // step
    whole = np.zeros((n_frames - 1) * step + length, np.result_type(sig, np.float64))
    whole[: len(sig)] = sig
    return frame(whole, frame_length=length, hop_length=step, axis=0) * window_samples(winfunc, length)


def _length(value: Any, name: str) -> int:
    if not 1 <= (length := _rounded(value, name)) <= MOST_N_FFT:
        raise ParameterError(f"{name}={value} must be 1 to {MOST_N_FFT} samples")
    return length


def fft_length(value: Any, name: str) -> int:
    if (n := as_index(value, name=name)) > MOST_N_FFT:
        raise ParameterError(f"{name}={n} exceeds {MOST_N_FFT}; use a shorter FFT")
    return n


def window_samples(winfunc: Any, length: int, kinds: str = "fciub") -> np.ndarray:
    if isinstance(winfunc, (str, tuple)):
        return get_window(winfunc, length, fftbins=False)
    window = as_array(winfunc(length) if callable(winfunc) else winfunc, name="winfunc", kinds=kinds)
    if window.shape != (length,):
        raise ParameterError(f"winfunc gave {window.shape} values for a frame of {length} samples; they must agree")
    return window


@peer()
def deframesig(
    frames: npt.ArrayLike,
    siglen: int,
    frame_len: float,
    frame_step: float,
    winfunc: WindowFunction = np.ones,
) -> np.ndarray:
    """A signal of its frames: added where they overlap, and divided by the sum of the windows.

    Parameters
    ----------
    frames : array_like [shape=(frames, frame_len)]
        Frames, as `framesig` makes them.
    siglen : int
        Samples to return; 0 for all.
    frame_len, frame_step, winfunc
        As they were in `framesig`.

    Returns
    -------
    np.ndarray [shape=(siglen,)], float64

    Raises
    ------
    ParameterError
        If frames are not of `frame_len`; it is an AssertionError, too.

    Examples
    --------
    >>> from fastspec.compat.python_speech_features import sigproc
    >>> sigproc.deframesig(sigproc.framesig([1, 2, 3, 4], 3, 2), 4, 3, 2).round(9).tolist()
    [1.0, 2.0, 3.0, 4.0]
    """
    frames = as_array(frames, name="frames", kinds="fiub").astype(np.float64, copy=False)
    length, step = _length(frame_len, "frame_len"), _length(frame_step, "frame_step")
    if frames.ndim != 2 or frames.shape[1] != length or not len(frames):
        raise both(ParameterError, AssertionError)(f"frames.shape={frames.shape} must be (frames, {length})")
    windows = np.broadcast_to(window_samples(winfunc, length) + 1e-15, frames.shape)  # never quite 0
    y = _segments.overlap_add(frames, step) / _reached(_segments.overlap_add(windows, step))
    siglen = as_index(siglen, name="siglen", minimum=-(2**62))
    return y[:siglen] if siglen > 0 else y


def _reached(sums: np.ndarray) -> np.ndarray:
    """NaN where no frame reaches, whose samples nothing tells."""
    return np.where(sums == 0, np.nan, sums)


@peer()
def magspec(frames: npt.ArrayLike, NFFT: int) -> np.ndarray:
    """Magnitude spectra of frames.

    Parameters
    ----------
    frames : array_like [shape=(frames, n)]
        Frames; longer ones than `NFFT` are cut to it, and a warning is logged.
    NFFT : int
        Length of the FFT.

    Returns
    -------
    np.ndarray [shape=(frames, NFFT // 2 + 1)]
        float32 for float32, else float64.

    Raises
    ------
    ParameterError
        If `frames` is no matrix, or `NFFT` not positive.

    Examples
    --------
    >>> import numpy as np
    >>> from fastspec.compat.python_speech_features import sigproc
    >>> sigproc.magspec(np.ones((1, 4)), 4).round(9).tolist()
    [[4.0, 0.0, 0.0]]
    """
    return np.sqrt(_power(frames, NFFT, 1.0))


@peer()
def powspec(frames: npt.ArrayLike, NFFT: int) -> np.ndarray:
    """Power spectra of frames, divided by `NFFT`.

    Parameters
    ----------
    frames, NFFT
        As in `magspec`.

    Returns
    -------
    np.ndarray [shape=(frames, NFFT // 2 + 1)]
        float32 for float32, else float64.

    Raises
    ------
    ParameterError
        As in `magspec`.

    Examples
    --------
    >>> import numpy as np
    >>> from fastspec.compat.python_speech_features import sigproc
    >>> sigproc.powspec(np.ones((1, 4)), 4).round(9).tolist()
    [[4.0, 0.0, 0.0]]
    """
    return _power(frames, NFFT, as_index(NFFT, name="NFFT") ** -0.5)


def _power(frames: Any, NFFT: int, scale: float) -> np.ndarray:
    frames, NFFT = as_array(frames, name="frames", kinds="fiub"), fft_length(NFFT, "NFFT")
    if frames.ndim != 2 or not frames.shape[1]:
        raise ParameterError(f"frames.shape={frames.shape} must be (frames, samples)")
    warn_if_cut(frames.shape[1], NFFT)
    x, cut = _segments.end_to_end(frames[:, :NFFT], NFFT)
    window = np.full(cut.length, scale)
    return _segments.spectra(x, window, cut, precision=int(frames.dtype != np.float32), kind=Spectrum.POWER).swapaxes(
        -1, -2
    )


def warn_if_cut(length: int, nfft: int) -> None:
    if length > nfft:
        logging.getLogger(__name__).warning(
            "frame length (%d) is greater than FFT size (%d), frame will be truncated. Increase NFFT to avoid.",
            length, nfft,
        )  # fmt: skip


@peer()
def logpowspec(frames: npt.ArrayLike, NFFT: int, norm: bool = 1) -> np.ndarray:  # type: ignore[assignment]
    """Power spectra of frames in decibels, none below -300.

    Parameters
    ----------
    frames, NFFT
        As in `magspec`.
    norm : bool, default 1
        Whether the highest level of all is to be 0.

    Returns
    -------
    np.ndarray [shape=(frames, NFFT // 2 + 1)]

    Raises
    ------
    ParameterError
        As in `magspec`.

    Examples
    --------
    >>> import numpy as np
    >>> from fastspec.compat.python_speech_features import sigproc
    >>> sigproc.logpowspec(np.ones((1, 4)), 4)[0, 0].item()
    0.0
    """
    return power_to_db(powspec(frames, NFFT), amin=1e-30, top_db=None, ref=np.max if norm else 1.0)


@peer()
def preemphasis(signal: npt.ArrayLike, coeff: float = 0.95) -> np.ndarray:
    """A signal less `coeff` times the sample before; the first sample stays.

    Parameters
    ----------
    signal : array_like [shape=(n,)]
        Samples.
    coeff : float, default 0.95
        0 for the signal itself.

    Returns
    -------
    np.ndarray [shape=(n,)]

    Raises
    ------
    ParameterError
        If `signal` has no samples.

    Examples
    --------
    >>> from fastspec.compat.python_speech_features import sigproc
    >>> sigproc.preemphasis([1, 2, 3], 0.5).tolist()
    [1.0, 1.5, 2.0]
    """
    x = as_array(signal, name="signal")
    if x.ndim != 1 or not x.size:
        raise ParameterError(f"signal.shape={x.shape} must be (n,), with one sample at least")
    x = x if x.dtype.kind in "fc" else x.astype(np.float64)
    return _segments.differences(x, as_number(coeff, name="coeff"))
