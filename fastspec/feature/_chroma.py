"""Pitch classes: chroma from the STFT and from constant-Q spectra, tonal centroids."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from .. import filters
from .._engine.kept import kept
from .._engine.spec import Spec
from .._front.source import StftOptions, of_samples
from .._front.specs import CACHED, key_of
from .._front.walk import run_source
from .._gate.complaints import public
from .._gate.numbers import look_up
from .._gate.samples import ParameterError, as_number
from ..core.constantq import cqt, hybrid_cqt, vqt
from ..core.spectrum._stft import _spectrogram
from ..util.utils import normalize

if TYPE_CHECKING:
    from .._front.windows import Window
    from .._gate.kinds import FloatArray, PadMode

# Shares of a frame's chroma that count as one more step each, in CENS.
_CENS_STEPS = (0.4, 0.2, 0.1, 0.05)


@public
def chroma_stft(
    *,
    y: FloatArray | None = None,
    sr: float = 22050,
    S: np.ndarray | None = None,
    norm: float | None = np.inf,
    n_fft: int = 2048,
    hop_length: int = 512,
    win_length: int | None = None,
    window: Window = "hann",
    center: bool = True,
    pad_mode: PadMode = "constant",
    tuning: float | None = None,
    n_chroma: int = 12,
    **kwargs: Any,
) -> FloatArray:
    """Chromagram of a power spectrogram: the energy of each pitch class, whatever the octave.

    From audio whose `tuning` is given, frames go through window, FFT, power and filter bank a block at a
    time.

    Parameters
    ----------
    y : np.ndarray [shape=(..., n)], optional
        Samples, if there is no `S`.
    sr : float, default 22050
        Sampling rate in Hz.
    S : np.ndarray [shape=(..., 1 + n_fft // 2, t)], optional
        A power spectrogram.
    norm : float or None, default np.inf
        Norm of each frame; see `fastspec.util.normalize`. None: the energies as they are.
    n_fft, hop_length, win_length, window, center, pad_mode
        See `fastspec.stft`.
    tuning : float, optional
        Deviation from A = 440 Hz, in fractions of a pitch class. Default: `fastspec.estimate_tuning` of the
        spectrogram.
    n_chroma : int, default 12
        Number of pitch classes.
    **kwargs
        For `fastspec.filters.chroma`: `ctroct`, `octwidth`, `base_c`, `dtype`.

    Returns
    -------
    np.ndarray [shape=(..., n_chroma, t)]

    Raises
    ------
    ParameterError
        As `fastspec.stft`, `fastspec.filters.chroma` and `fastspec.util.normalize`.

    References
    ----------
    .. [1] D. P. W. Ellis, "Chroma feature analysis and synthesis", LabROSA, Columbia University, 2007.

    Examples
    --------
    >>> import fastspec
    >>> import numpy as np
    >>> y = np.sin(2 * np.pi * 440 * np.arange(22050) / 22050)
    >>> chroma = fastspec.feature.chroma_stft(y=y, tuning=0.0)
    >>> chroma.shape, int(chroma[:, 20].argmax())  # A is the ninth semitone above C
    ((12, 44), 9)
    """
    stft = StftOptions(n_fft, hop_length, win_length, window, center, pad_mode)
    if S is None and y is not None and tuning is not None and n_fft is not None:
        source = of_samples(y, *stft)
        base, key = source.spec(2), _bank_key(sr, source.n_fft, tuning, n_chroma, kwargs)
        if _bank(key).dtype.itemsize <= base.dtype.itemsize:
            chroma, _ = run_source(_spec_of_samples(base, key), source, frame_major=True)
            return normalize(chroma, norm=norm, axis=-2)
    S, n_fft = _spectrogram(y=y, S=S, power=2, **{**stft._asdict(), "n_fft": n_fft})
    if tuning is None:
        from ..core.pitch import estimate_tuning

        tuning = estimate_tuning(S=S, sr=sr, bins_per_octave=n_chroma)
    bank = _bank(_bank_key(sr, n_fft, tuning, n_chroma, kwargs))
    return normalize(_fold(bank, S), norm=norm, axis=-2)


def _bank_key(sr: float, n_fft: int, tuning: Any, n_chroma: int, options: dict[str, Any]) -> tuple[Any, ...]:
    tuning = as_number(tuning, name="tuning")
    return key_of({"sr": sr, "n_fft": n_fft, "tuning": tuning, "n_chroma": n_chroma, **options})


@kept(CACHED)
def _bank(key: tuple[Any, ...]) -> np.ndarray:
    return filters.chroma(**dict(key))


@kept(CACHED)
def _spec_of_samples(base: Spec, key: tuple[Any, ...]) -> Spec:
    return replace(base, bank=_bank(key))


def _fold(bank: np.ndarray, S: np.ndarray) -> np.ndarray:
    """``bank @ S`` with the frames contiguous, as librosa lays them out."""
    return np.matmul(S.swapaxes(-1, -2), bank.T).swapaxes(-1, -2)


@public
def chroma_cqt(
    *,
    y: FloatArray | None = None,
    sr: float = 22050,
    C: np.ndarray | None = None,
    hop_length: int = 512,
    fmin: float | None = None,
    norm: float | None = np.inf,
    threshold: float = 0.0,
    tuning: float | None = None,
    n_chroma: int = 12,
    n_octaves: int = 7,
    window: np.ndarray | None = None,
    bins_per_octave: int | None = 36,
    cqt_mode: Literal["full", "hybrid"] = "full",
) -> FloatArray:
    """Chromagram of a constant-Q spectrogram.

    Parameters
    ----------
    y : np.ndarray [shape=(..., n)], optional
        Samples, if there is no `C`.
    sr : float, default 22050
        Sampling rate in Hz.
    C : np.ndarray [shape=(..., d, t)], optional
        The magnitude of a constant-Q transform.
    hop_length : int, default 512
        Samples from one frame to the next.
    fmin : float, optional
        Frequency of the first bin in Hz. Default: C1.
    norm : float or None, default np.inf
        Norm of each frame; see `fastspec.util.normalize`.
    threshold : float or None, default 0.0
        Smaller sums, before they are normalised, count as 0.
    tuning : float, optional
        Deviation from A = 440 Hz in bins. Default: estimated from `y`.
    n_chroma : int, default 12
        Number of pitch classes.
    n_octaves : int, default 7
        Octaves to analyse from `fmin` upwards.
    window : np.ndarray, optional
        See `fastspec.filters.cq_to_chroma`.
    bins_per_octave : int or None, default 36
        Bins in an octave of the constant-Q transform, a multiple of `n_chroma`. None: `n_chroma`.
    cqt_mode : {'full', 'hybrid'}, default 'full'
        Which constant-Q transform to take of `y`.

    Returns
    -------
    np.ndarray [shape=(..., n_chroma, t)]

    Raises
    ------
    ParameterError
        If there is neither `y` nor `C`, `bins_per_octave` is no multiple of `n_chroma`, or `cqt_mode` is unknown; as
        `fastspec.cqt`.

    Examples
    --------
    >>> import fastspec
    >>> import numpy as np
    >>> fastspec.feature.chroma_cqt(C=np.ones((84, 3)), bins_per_octave=12).shape
    (12, 3)
    """
    if bins_per_octave is None:
        bins_per_octave = n_chroma
    elif np.remainder(bins_per_octave, n_chroma) != 0:
        raise ParameterError(f"bins_per_octave={bins_per_octave} must be an integer multiple of n_chroma={n_chroma}")
    if C is None:
        if y is None:
            raise ParameterError("y=None and C=None: give audio or a constant-Q spectrogram")
        transform = look_up({"full": cqt, "hybrid": hybrid_cqt}, cqt_mode, name="cqt_mode")
        C = np.abs(
            transform(
                y, sr=sr, hop_length=hop_length, fmin=fmin, n_bins=n_octaves * bins_per_octave,
                bins_per_octave=bins_per_octave, tuning=tuning,
            )
        )  # fmt: skip
    bank = filters.cq_to_chroma(
        C.shape[-2], bins_per_octave=bins_per_octave, n_chroma=n_chroma, fmin=fmin, window=window
    )
    return _chroma_of_bins(bank, C, threshold, norm)


def _chroma_of_bins(bank: np.ndarray, C: np.ndarray, threshold: float | None, norm: float | None) -> np.ndarray:
    chroma = _fold(bank, C)
    if threshold is not None:
        chroma[chroma < threshold] = 0.0
    return normalize(chroma, norm=norm, axis=-2)


@public
def chroma_cens(
    *,
    y: FloatArray | None = None,
    sr: float = 22050,
    C: np.ndarray | None = None,
    hop_length: int = 512,
    fmin: float | None = None,
    tuning: float | None = None,
    n_chroma: int = 12,
    n_octaves: int = 7,
    bins_per_octave: int = 36,
    cqt_mode: Literal["full", "hybrid"] = "full",
    window: np.ndarray | None = None,
    norm: float | None = 2,
    win_len_smooth: int | None = 41,
    smoothing_window: Window = "hann",
) -> FloatArray:
    """Chroma energy normalised statistics: chroma in five coarse steps, smoothed in time.

    Parameters
    ----------
    y, sr, C, hop_length, fmin, tuning, n_chroma, n_octaves, bins_per_octave, cqt_mode, window
        See `chroma_cqt`.
    norm : float or None, default 2
        Norm of each frame of the result.
    win_len_smooth : int or None, default 41
        Frames that the smoothing spans. None: no smoothing.
    smoothing_window : str, tuple, number, callable or array_like, default 'hann'
        See `fastspec.filters.get_window`; two samples longer, for windows that are zero at their ends.

    Returns
    -------
    np.ndarray [shape=(..., n_chroma, t)]

    Raises
    ------
    ParameterError
        If `win_len_smooth` is not a positive integer or None; as `chroma_cqt`.

    References
    ----------
    .. [1] M. Müller and S. Ewert, "Chroma Toolbox: MATLAB implementations for extracting variants of chroma-based audio
       features", Proc. ISMIR (2011).

    Examples
    --------
    >>> import fastspec
    >>> import numpy as np
    >>> fastspec.feature.chroma_cens(C=np.ones((252, 60))).shape
    (12, 60)
    """
    if not (win_len_smooth is None or (isinstance(win_len_smooth, (int, np.integer)) and win_len_smooth > 0)):
        raise ParameterError(f"win_len_smooth={win_len_smooth} must be a positive integer, or None for no smoothing")
    chroma = chroma_cqt(
        y=y, sr=sr, C=C, hop_length=hop_length, fmin=fmin, norm=None, tuning=tuning, n_chroma=n_chroma,
        n_octaves=n_octaves, window=window, bins_per_octave=bins_per_octave, cqt_mode=cqt_mode,
    )  # fmt: skip
    chroma = normalize(chroma, norm=1, axis=-2)
    steps = np.zeros_like(chroma)
    for step in _CENS_STEPS:
        steps += 0.25 * (chroma > step)
    if win_len_smooth is not None:
        steps = _smooth(steps, filters.get_window(smoothing_window, win_len_smooth + 2, fftbins=False))
    return normalize(steps, norm=norm, axis=-2)


def _smooth(rows: np.ndarray, window: np.ndarray) -> np.ndarray:
    """The weighted mean around each frame, with zeros beyond the ends."""
    if not rows.size:
        return rows
    weights = np.asarray(window, dtype=np.float64) / np.sum(window)
    smooth = np.empty(rows.shape, rows.dtype)
    for index in np.ndindex(rows.shape[:-1]):
        whole = np.convolve(rows[index], weights)
        smooth[index] = whole[len(weights) // 2 :][: rows.shape[-1]]
    return smooth


@public
def chroma_vqt(
    *,
    y: FloatArray | None = None,
    sr: float = 22050,
    V: np.ndarray | None = None,
    hop_length: int = 512,
    fmin: float | None = None,
    intervals: str | Collection[float],
    norm: float | None = np.inf,
    threshold: float = 0.0,
    n_octaves: int = 7,
    bins_per_octave: int = 12,
    gamma: float = 0,
) -> FloatArray:
    """Chromagram of a variable-Q spectrogram, with as many pitch classes as the octave has intervals.

    Parameters
    ----------
    y : np.ndarray [shape=(..., n)], optional
        Samples, if there is no `V`.
    sr : float, default 22050
        Sampling rate in Hz.
    V : np.ndarray [shape=(..., d, t)], optional
        The magnitude of a variable-Q transform.
    hop_length : int, default 512
        Samples from one frame to the next.
    fmin : float, optional
        Frequency of the first bin in Hz. Default: C1.
    intervals : str or collection of float
        How the octave is divided; see `fastspec.interval_frequencies`.
    norm : float or None, default np.inf
        Norm of each frame; see `fastspec.util.normalize`.
    threshold : float or None, default 0.0
        Smaller sums, before they are normalised, count as 0.
    n_octaves : int, default 7
        Octaves to analyse from `fmin` upwards.
    bins_per_octave : int, default 12
        Bins in an octave, if `intervals` is a name; else there are as many as intervals.
    gamma : float, default 0
        By how much, in Hz, the filters are wider than those of constant Q.

    Returns
    -------
    np.ndarray [shape=(..., bins_per_octave, t)]

    Raises
    ------
    ParameterError
        If there is neither `y` nor `V`; as `fastspec.vqt`.

    Examples
    --------
    >>> import fastspec
    >>> import numpy as np
    >>> fastspec.feature.chroma_vqt(V=np.ones((35, 3)), intervals=[1, 1.125, 1.25, 1.5, 1.75]).shape
    (5, 3)
    """
    if not isinstance(intervals, str):
        bins_per_octave = len(intervals)
    if V is None:
        if y is None:
            raise ParameterError("y=None and V=None: give audio or a variable-Q spectrogram")
        V = np.abs(
            vqt(
                y, sr=sr, hop_length=hop_length, fmin=fmin, intervals=intervals, gamma=gamma,
                n_bins=n_octaves * bins_per_octave, bins_per_octave=bins_per_octave,
            )
        )  # fmt: skip
    bank = filters.cq_to_chroma(V.shape[-2], bins_per_octave=bins_per_octave, n_chroma=bins_per_octave, fmin=fmin)
    return _chroma_of_bins(bank, V, threshold, norm)


@public
def tonnetz(
    *, y: FloatArray | None = None, sr: float = 22050, chroma: np.ndarray | None = None, **kwargs: Any
) -> FloatArray:
    """Tonal centroids: chroma as a point on the circles of fifths, of minor and of major thirds.

    Parameters
    ----------
    y : np.ndarray [shape=(..., n)], optional
        Samples, if there is no `chroma`.
    sr : float, default 22050
        Sampling rate in Hz.
    chroma : np.ndarray [shape=(..., n_chroma, t)], optional
        A chromagram.
    **kwargs
        For `chroma_cqt`, if there is no `chroma`.

    Returns
    -------
    np.ndarray [shape=(..., 6, t)]
        x and y on the circle of fifths, of minor thirds, and of major thirds, whose radius is one half.

    Raises
    ------
    ParameterError
        If there is neither `y` nor `chroma`; as `chroma_cqt`.

    References
    ----------
    .. [1] C. Harte, M. Sandler and M. Gasser, "Detecting harmonic change in musical audio", Proc. ACM Workshop on Audio
       and Music Computing Multimedia (2006).

    Examples
    --------
    >>> import fastspec
    >>> import numpy as np
    >>> fastspec.feature.tonnetz(chroma=np.eye(12)[:, :1]).round(6).T.tolist()
    [[0.0, 1.0, 0.0, 1.0, 0.0, 0.5]]
    """
    if chroma is None:
        if y is None:
            raise ParameterError("y=None and chroma=None: give audio or a chromagram")
        chroma = chroma_cqt(y=y, sr=sr, **kwargs)
    return _fold(_tonal_circles(chroma.shape[-2]), normalize(chroma, norm=1, axis=-2))


def _tonal_circles(n_chroma: int) -> np.ndarray:
    """x and y of each pitch class on the circles: a semitone is a turn by 7/6, 3/2 and 2/3 of pi, from the top."""
    semitones = np.linspace(0, 12, num=n_chroma, endpoint=False)
    half_turns = np.outer([7 / 6, 3 / 2, 2 / 3], semitones)
    radii = np.array([[1.0], [1.0], [0.5]])
    circles = np.stack([np.cos(np.pi * (half_turns - 0.5)), np.cos(np.pi * half_turns)], axis=1)
    return (circles * radii[:, np.newaxis]).reshape(6, n_chroma)
