"""YIN and pYIN: the fundamental frequency of each frame."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ..._engine import events as _events
from ..._engine.spec import MOST_N_FFT
from ..._front.specs import hashable
from ..._gate.complaints import public, warn
from ..._gate.samples import ParameterError, as_hop_length, as_index, as_number, as_samples, check_rate
from ...util.utils import pad_axis, valid_audio
from . import _pyin

if TYPE_CHECKING:
    import numpy.typing as npt

    from ..._gate.kinds import FloatArray, WholePadMode


@public
def yin(
    y: FloatArray,
    *,
    fmin: float,
    fmax: float,
    sr: float = 22050,
    frame_length: int = 2048,
    hop_length: int | None = None,
    trough_threshold: float = 0.1,
    center: bool = True,
    pad_mode: WholePadMode = "constant",
) -> FloatArray:
    """Fundamental frequency by YIN: the first deep trough of the normalised difference function.

    Parameters
    ----------
    y : np.ndarray [shape=(..., n)]
        Samples; each channel is tracked by itself.
    fmin, fmax : number
        The lowest and the highest frequency to consider, in Hz.
    sr : number, default 22050
        Sampling rate in Hz.
    frame_length : int, default 2048
        Samples in a frame; two periods of `fmin` should fit.
    hop_length : int, optional
        Samples between frames, a quarter of `frame_length` by default.
    trough_threshold : float, default 0.1
        The first trough below it is taken, or else the lowest value of all.
    center : bool, default True
        Pad the signal so that frame `t` is centred on sample ``t * hop_length``.
    pad_mode : str or function, default 'constant'
        How `numpy.pad` does that.

    Returns
    -------
    np.ndarray [shape=(..., n_frames), dtype=float64]
        Hz.

    Raises
    ------
    ParameterError
        If the frequencies are not ``0 < fmin < fmax <= sr / 2``, a period of `fmin` does not fit into a frame, or `y`
        is no valid audio or shorter than a frame.

    Warns
    -----
    UserWarning
        If less than two periods of `fmin` fit into a frame.

    References
    ----------
    A. de Cheveigné and H. Kawahara, "YIN, a fundamental frequency estimator for speech and music", The Journal of the
    Acoustical Society of America 111(4), 1917-1930, 2002.

    Examples
    --------
    >>> import fastspec
    >>> y = fastspec.tone(220, sr=22050, duration=1.0)
    >>> round(fastspec.yin(y, fmin=100, fmax=800)[20].item())
    220
    """
    tracker = _Tracker(y, fmin, fmax, sr, frame_length, hop_length, center, pad_mode)
    periods = np.empty((*tracker.samples.shape[:-1], tracker.n_frames))
    for part, _, found, _ in tracker.ranges(tracker.samples, trough_threshold):
        periods[..., part] = found
    return sr / periods


@public
def pyin(
    y: FloatArray,
    *,
    fmin: float,
    fmax: float,
    sr: float = 22050,
    frame_length: int = 2048,
    hop_length: int | None = None,
    n_thresholds: int = 100,
    beta_parameters: tuple[float, float] = (2, 18),
    boltzmann_parameter: float = 2,
    resolution: float = 0.1,
    max_transition_rate: float = 35.92,
    switch_prob: float = 0.01,
    no_trough_prob: float = 0.01,
    fill_na: float | None = np.nan,
    center: bool = True,
    pad_mode: WholePadMode = "constant",
    transition_min_prob: float | None = 1e-4,
) -> tuple[FloatArray, npt.NDArray[np.bool_], FloatArray]:
    """Fundamental frequency by pYIN: YIN under many thresholds, and the most likely path through what it finds.

    Parameters
    ----------
    y : np.ndarray [shape=(..., n)]
        Samples; each channel is tracked by itself.
    fmin, fmax : number
        The lowest and the highest frequency to consider, in Hz.
    sr : number, default 22050
        Sampling rate in Hz.
    frame_length, hop_length, center, pad_mode
        As in `yin`.
    n_thresholds : int, default 100
        How many thresholds, evenly from 0 to 1.
    beta_parameters : tuple of two floats, default (2, 18)
        Shape of the beta distribution that says how probable each threshold is.
    boltzmann_parameter : number, default 2
        The larger, the more of a threshold's probability its first troughs get.
    resolution : float, default 0.1
        Width of a pitch bin, in semitones.
    max_transition_rate : float, default 35.92
        How many octaves a second the pitch may move.
    switch_prob : float, default 0.01
        How probable a change between voiced and unvoiced is, from one frame to the next.
    no_trough_prob : float, default 0.01
        What part of the probability of thresholds that no trough is below goes to the lowest one.
    fill_na : float or None, default NaN
        `f0` of unvoiced frames; None leaves the best guess there.
    transition_min_prob : float or None, default 1e-4
        Transitions less probable than this are left out. None considers all, which takes longer and rarely differs.

    Returns
    -------
    f0 : np.ndarray [shape=(..., n_frames), dtype=float64]
        Hz, on the grid of pitch bins.
    voiced_flag : np.ndarray [shape=(..., n_frames), dtype=bool]
        Where the path is voiced.
    voiced_prob : np.ndarray [shape=(..., n_frames), dtype=float64]
        How probable it is, frame by frame, that there is a pitch.

    Raises
    ------
    ParameterError
        As `yin`; or if a probability is none, or the range of pitches is too narrow for its transitions.

    Warns
    -----
    UserWarning
        If less than two periods of `fmin` fit into a frame.

    References
    ----------
    M. Mauch and S. Dixon, "pYIN: a fundamental frequency estimator using probabilistic threshold distributions", IEEE
    International Conference on Acoustics, Speech and Signal Processing, 659-663, 2014.

    Examples
    --------
    >>> import fastspec
    >>> y = fastspec.tone(220, sr=22050, duration=1.0)
    >>> f0, voiced, probability = fastspec.pyin(y, fmin=100, fmax=800)
    >>> bool(voiced[20]), round(f0[20].item(), 1)
    (True, 220.6)
    """
    tracker = _Tracker(y, fmin, fmax, sr, frame_length, hop_length, center, pad_mode)
    _check_steps(resolution, max_transition_rate)
    bins_per_semitone = int(np.ceil(1.0 / resolution))
    n_pitches = int(np.floor(12 * bins_per_semitone * np.log2(fmax / fmin))) + 1
    prior = _pyin.prior_of(n_thresholds, beta_parameters, boltzmann_parameter, no_trough_prob, tracker.yin.most_troughs)
    semitones = round(max_transition_rate * 12 * tracker.hop_length / sr)
    transitions = hashable((switch_prob, transition_min_prob))
    trellis = _pyin.trellis_of(n_pitches, semitones * bins_per_semitone + 1, *transitions)

    def bin_of(periods: np.ndarray) -> np.ndarray:
        bins = 12 * bins_per_semitone * np.log2(sr / periods / fmin)
        return np.clip(np.round(bins), 0, n_pitches).astype(int)

    shape = (*tracker.samples.shape[:-1], tracker.n_frames)
    states, voiced_prob = np.empty(shape, np.intp), np.empty(shape)
    for channel in np.ndindex(shape[:-1]):
        ranges = tracker.ranges(tracker.samples[channel], 0.0, prior)
        seen = _pyin.observe(ranges, tracker.n_frames, n_pitches, bin_of)
        states[channel], voiced_prob[channel] = _pyin.decode(trellis, seen), seen.voiced_prob

    voiced = states < n_pitches
    f0 = (fmin * 2 ** (np.arange(n_pitches) / (12 * bins_per_semitone)))[states % n_pitches]
    if fill_na is not None:
        f0[~voiced] = as_number(fill_na, name="fill_na")
    return f0, voiced, voiced_prob


def _check_steps(resolution: float, max_transition_rate: float) -> None:
    if not 0 < as_number(resolution, name="resolution") < np.inf:
        raise ParameterError(f"resolution={resolution} must be a positive part of a semitone; 0.1 is usual")
    if not 0 <= as_number(max_transition_rate, name="max_transition_rate") < np.inf:
        raise ParameterError(f"max_transition_rate={max_transition_rate} must be non-negative and finite")


class _Tracker:
    """Checked arguments of `yin` and `pyin`, and the engine's part of the work."""

    def __init__(
        self, y: Any, fmin: Any, fmax: Any, sr: float, frame_length: int, hop_length: Any, center: bool, pad_mode: Any
    ) -> None:
        if fmin is None or fmax is None:
            raise ParameterError(f"fmin={fmin} and fmax={fmax} must both be given")
        self.frame_length = as_index(frame_length, name="frame_length")
        for name, value in (("fmin", fmin), ("fmax", fmax)):
            as_number(value, name=name)
        _check_range(sr, fmin, fmax, self.frame_length)
        if self.frame_length > MOST_N_FFT // 4:
            raise ParameterError(f"frame_length={frame_length} exceeds {MOST_N_FFT // 4}; use shorter frames")
        self.hop_length = as_hop_length(self.frame_length // 4 if hop_length is None else hop_length)
        valid_audio(y)
        self.samples = as_samples(y)
        lead = self.frame_length // 2 if center else 0
        if lead and pad_mode != "constant":
            self.samples = pad_axis(self.samples, -1, (lead, lead), {"mode": pad_mode})
            lead = 0
        length = self.samples.shape[-1] + 2 * lead
        if length < self.frame_length:
            raise ParameterError(
                f"frame_length={frame_length} exceeds the {length} samples of y; pad it or use shorter frames"
            )
        self.n_frames = 1 + (length - self.frame_length) // self.hop_length
        min_period = int(np.floor(sr / fmax))
        max_period = min(int(np.ceil(sr / fmin)), self.frame_length - 1)
        if min_period == max_period:  # the range is too narrow to hold two periods
            raise ParameterError(f"fmin={fmin} and fmax={fmax} leave one period, {min_period} samples; widen the range")
        self.yin = _events.yin_of(self.frame_length, self.hop_length, lead, min_period, max_period)

    def ranges(self, samples: np.ndarray, threshold: float, prior: Any = None) -> Any:
        return _events.yin_ranges(self.yin, samples, self.frame_length, self.n_frames, threshold, prior)


def _check_range(sr: float, fmin: float, fmax: float, frame_length: int) -> None:
    check_rate(sr)
    if not fmax <= sr / 2:
        raise ParameterError(f"fmax={fmax} exceeds half of sr={sr}; use at most {sr / 2}")
    if not fmin < fmax:
        raise ParameterError(f"fmin={fmin} must be below fmax={fmax}; exchange them, or widen the range")
    if not fmin > 0:
        raise ParameterError(f"fmin={fmin} must be positive; 65.4 Hz, the note C2, is usual")
    if sr / fmin >= frame_length - 1:
        raise ParameterError(
            f"frame_length={frame_length} holds no whole period of fmin={fmin} at sr={sr}; "
            f"use frame_length={np.ceil(sr / fmin) + 2:.0f} or fmin={sr / (frame_length - 1) * 1.001:.3f}, or more"
        )
    if sr / fmin >= frame_length // 2:
        warn(
            f"less than two periods of fmin fit into the frame: fmin={fmin}, sr={sr}, frame_length={frame_length} may "
            f"give wrong pitches; use frame_length={int(np.ceil(sr / fmin)) * 2 + 1} or "
            f"fmin={sr / (frame_length / 2):.3f}, or more",
        )
