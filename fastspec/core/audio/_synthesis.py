"""Test signals: `tone`, `chirp`, `clicks`."""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING

import numpy as np

from ..._engine.foreign import call
from ..._gate.complaints import public
from ..._gate.samples import ParameterError, check_rate
from ...util.utils import valid_audio
from ..convert import frames_to_samples, time_to_samples

if TYPE_CHECKING:
    import numpy.typing as npt

    from ..._gate.kinds import FloatArray

_DEFAULT_PHASE = -np.pi * 0.5


def _n_samples(length: int | None, duration: float | None, sr: float) -> int:
    check_rate(sr)
    if length is not None:
        return int(np.ceil(length))
    if duration is None:
        raise ParameterError("length=None and duration=None leave the length open; pass one of them")
    return max(int(duration * sr), 0)


@public
def tone(
    frequency: float,
    *,
    sr: float = 22050,
    length: int | None = None,
    duration: float | None = None,
    phi: float | None = None,
) -> npt.NDArray[np.float64]:
    """Synthesise a pure tone, ``cos(2 pi frequency t + phi)``.

    Parameters
    ----------
    frequency : float > 0
        Frequency in Hz.
    sr : float > 0, default 22050
        Sampling rate in Hz.
    length : int > 0, optional
        Number of samples; goes before `duration`.
    duration : float > 0, optional
        Length in seconds.
    phi : float, optional
        Phase at t = 0 in radians. Default: ``-pi / 2``, which makes it a sine.

    Returns
    -------
    np.ndarray [shape=(length,), dtype=float64]
        The tone, of amplitude 1.

    Raises
    ------
    ParameterError
        If `frequency` is None, or both `length` and `duration` are, or `sr` is not positive and finite.

    Examples
    --------
    >>> import fastspec
    >>> fastspec.tone(440, sr=8000, duration=0.5).shape
    (4000,)
    """
    if frequency is None:
        raise ParameterError("frequency=None: give the frequency of the tone in Hz")
    samples = np.arange(_n_samples(length, duration, sr))
    phase = _DEFAULT_PHASE if phi is None else phi
    return call(lambda: np.cos(2 * np.pi * frequency * samples / sr + phase), work=30 * len(samples))


@public
def chirp(
    *,
    fmin: float,
    fmax: float,
    sr: float = 22050,
    length: int | None = None,
    duration: float | None = None,
    linear: bool = False,
    phi: float | None = None,
) -> npt.NDArray[np.float64]:
    """Synthesise a sine sweep from `fmin` to `fmax`.

    Parameters
    ----------
    fmin, fmax : float > 0
        Frequency in Hz at the start, and at the end.
    sr : float > 0, default 22050
        Sampling rate in Hz.
    length : int > 0, optional
        Number of samples; goes before `duration`. (librosa 1.0 returns one sample less for about one
        length in a hundred, by rounding; here it is always `length`.)
    duration : float > 0, optional
        Length in seconds.
    linear : bool, default False
        If True, the frequency grows by the same number of Hz in each second; if False, by
        the same ratio.
    phi : float, optional
        Phase at t = 0 in radians. Default: ``-pi / 2``.

    Returns
    -------
    np.ndarray [shape=(length,), dtype=float64]
        The sweep, of amplitude 1.

    Raises
    ------
    ParameterError
        If `fmin` or `fmax` is None, both `length` and `duration` are, or an exponential sweep would
        pass through 0 Hz.

    Examples
    --------
    >>> import fastspec
    >>> fastspec.chirp(fmin=110, fmax=7040, sr=22050, duration=1).shape
    (22050,)
    """
    if fmin is None or fmax is None:
        raise ParameterError(f"fmin={fmin} and fmax={fmax} must both be frequencies in Hz")
    t = np.arange(_n_samples(length, duration, sr)) / sr
    if length is not None:
        duration = length / sr
    assert duration is not None, "else the length is open"
    if linear:
        turns = fmin * t + 0.5 * (fmax - fmin) / duration * t * t
    elif fmin == fmax:
        turns = fmin * t
    else:
        if fmin * fmax <= 0:
            raise ParameterError(f"fmin={fmin}, fmax={fmax}: only a sweep with linear=True can pass 0 Hz")
        # Frequency fmin * exp(t / growth), integrated; expm1 keeps the start exact.
        growth = duration / np.log(fmax / fmin)
        turns = growth * fmin * call(lambda: np.expm1(t / growth), work=30 * len(t))
    phase = _DEFAULT_PHASE if phi is None else phi
    return call(lambda: np.cos(2 * np.pi * turns + phase), work=30 * len(t))


@public
def clicks(
    *,
    times: npt.ArrayLike | None = None,
    frames: npt.ArrayLike | None = None,
    sr: float = 22050,
    hop_length: int = 512,
    click_freq: float = 1000.0,
    click_duration: float = 0.1,
    click: np.ndarray | None = None,
    length: int | None = None,
) -> FloatArray:
    """Place a click at each of some points in time.

    Parameters
    ----------
    times : array_like [shape=(k,)], optional
        Where the clicks start, in seconds; goes before `frames`.
    frames : array_like [shape=(k,)], optional
        Where the clicks start, in frames of `hop_length` samples.
    sr : float > 0, default 22050
        Sampling rate in Hz.
    hop_length : int > 0, default 512
        Samples from one frame to the next.
    click_freq : float > 0, default 1000.0
        Frequency of the default click in Hz.
    click_duration : float > 0, default 0.1
        Length of the default click in seconds; it decays by 60 dB (ten halvings) over it.
    click : np.ndarray [shape=(..., m)], optional
        A click of your own, which may have several channels.
    length : int > 0, optional
        Number of samples of the result. Default: just enough for the last click.

    Returns
    -------
    np.ndarray [shape=(..., length), dtype=float32]
        Silence with the clicks added in.

    Raises
    ------
    ParameterError
        If neither `times` nor `frames` is given, a place lies before 0, or a number breaks its rule.

    Examples
    --------
    >>> import fastspec
    >>> fastspec.clicks(times=[0.5, 1.0], sr=22050).shape
    (24255,)
    """
    check_rate(sr)
    if times is None and frames is None:
        raise ParameterError("times=None and frames=None leave no place for a click; pass one of them")
    if times is None:
        starts = np.atleast_1d(frames_to_samples(frames, hop_length=hop_length))  # type: ignore[arg-type]  # any array_like
    else:
        starts = np.atleast_1d(time_to_samples(times, sr=sr))  # type: ignore[arg-type]  # any array_like
    if starts.size and starts.min() < 0:
        raise ParameterError(f"a click at sample {starts.min()} lies before the start of the signal, which is 0")

    if click is None:
        click = _decaying_tone(sr, click_freq, click_duration)
    else:
        valid_audio(click)
    if length is None:
        if not starts.size:
            raise ParameterError("no clicks and length=None leave the length open; pass length")
        length = starts.max() + click.shape[-1]
    elif length < 1:
        raise ParameterError(f"length={length} must be a positive integer")

    y = np.zeros((*click.shape[:-1], operator.index(length)), dtype=np.float32)
    for start in starts[starts < length]:
        part = y[..., start : start + click.shape[-1]]
        part += click[..., : part.shape[-1]]
    return y


def _decaying_tone(sr: float, frequency: float, duration: float) -> np.ndarray:
    if duration <= 0:
        raise ParameterError(f"click_duration={duration} must be a positive number of seconds")
    if frequency <= 0:
        raise ParameterError(f"click_freq={frequency} must be a positive number of Hz")
    n = int(sr * duration)
    return np.logspace(0, -10, num=n, base=2.0) * np.sin(2 * np.pi * frequency / float(sr) * np.arange(n))
