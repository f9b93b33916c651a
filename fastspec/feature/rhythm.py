"""Rhythm: tempograms and tempo, from an onset strength envelope."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

import numpy as np

from .._engine.kept import kept
from .._engine.spec import Framing, Spec, Spectrum
from .._front.specs import CACHED
from .._front.walk import run_frames
from .._gate.complaints import public
from .._gate.samples import ParameterError, as_array, as_hop_length, as_index, check_rate
from ..core.convert import fourier_tempo_frequencies, tempo_frequencies, time_to_frames
from ..core.spectrum import stft
from ..filters import get_window
from ..util.utils import expand_to, normalize, pad_axis

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    import numpy.typing as npt

    from .._front.windows import Window
    from .._gate.kinds import ComplexArray, FloatArray, Interpolation, Prior

__all__ = ["fourier_tempogram", "hybrid_tempogram", "metrogram", "tempo", "tempogram", "tempogram_ratio"]

# Frames whose lags are dealt with at a time, so that they stay in the cache.
BLOCK = 256

# Multiples of the tempo that simple and compound metres have levels at.
RATIOS = (4, 8 / 3, 3, 2, 4 / 3, 3 / 2, 1, 2 / 3, 3 / 4, 1 / 2, 1 / 3, 3 / 8, 1 / 4)

# Beats in a bar, as the tempo of the bar over that of the beat.
BARS = (1 / 3, 1 / 4, 1 / 5, 1 / 7)


@public
def tempogram(
    *,
    y: FloatArray | None = None,
    sr: float = 22050,
    onset_envelope: np.ndarray | None = None,
    hop_length: int = 512,
    win_length: int = 384,
    center: bool = True,
    window: Window = "hann",
    norm: float | None = np.inf,
) -> FloatArray:
    """Tempogram: the autocorrelation of the onset strength around each frame.

    Parameters
    ----------
    y : np.ndarray [shape=(..., n)], optional
        Samples, if there is no `onset_envelope`.
    sr : float, default 22050
        Sampling rate in Hz.
    onset_envelope : np.ndarray [shape=(..., t)], optional
        An envelope, for instance from `fastspec.onset.onset_strength`.
    hop_length : int, default 512
        Samples between frames.
    win_length : int > 0, default 384
        Frames to correlate, 8.9 seconds by default.
    center : bool, default True
        Frames are in the middle of their windows, the envelope falling to 0 linearly beyond its ends. False:
        at their start.
    window : str, tuple, number, callable or array_like, default 'hann'
        See `fastspec.filters.get_window`.
    norm : {np.inf, -np.inf, 0, float > 0, None}, default np.inf
        Norm of each frame; see `fastspec.util.normalize`. None for the plain autocorrelation.

    Returns
    -------
    np.ndarray [shape=(..., win_length, t), dtype=float64]
        Row `k` is lag `k`; see `fastspec.tempo_frequencies`.

    Raises
    ------
    ParameterError
        If there is neither `y` nor an envelope, `win_length` is not a positive integer, or the envelope is
        shorter than `win_length` with ``center=False``.

    See Also
    --------
    fourier_tempogram, tempo, fastspec.autocorrelate

    References
    ----------
    .. [1] P. Grosche, M. Müller and F. Kurth, "Cyclic tempogram: a mid-level tempo representation for music
       signals", ICASSP 2010.

    Examples
    --------
    >>> import fastspec
    >>> import numpy as np
    >>> envelope = np.zeros(200)
    >>> envelope[::20] = 1
    >>> T = fastspec.feature.tempogram(onset_envelope=envelope, win_length=100)
    >>> T.shape, 10 + T[10:30, 100].argmax().item()
    ((100, 200), 20)
    """
    win_length = as_index(win_length, name="win_length")
    weights = get_window(window, win_length, fftbins=True)
    envelope = _envelope(y, sr, onset_envelope, hop_length)
    n_frames = envelope.shape[-1]
    if center:
        envelope = pad_axis(envelope, -1, (win_length // 2,) * 2, {"mode": "linear_ramp", "end_values": 0})
    if envelope.shape[-1] < win_length:
        raise ParameterError(
            f"win_length={win_length} exceeds the {envelope.shape[-1]} frames of the envelope; "
            "use center=True or a shorter window"
        )
    if not center:
        n_frames = envelope.shape[-1] - win_length + 1
    result = np.empty((*envelope.shape[:-1], win_length, n_frames))
    for first in range(0, n_frames, BLOCK):
        part = slice(first, min(first + BLOCK, n_frames))
        frames = _local_autocorrelation(envelope[..., first : part.stop + win_length - 1], weights)
        result[..., part] = normalize(frames, norm=norm, axis=-1).swapaxes(-1, -2)
    return result


def _envelope(y: Any, sr: float, onset_envelope: np.ndarray | None, hop_length: int) -> np.ndarray:
    if onset_envelope is not None:
        return as_array(onset_envelope, name="onset_envelope")
    if y is None:
        raise ParameterError("y=None and onset_envelope=None: give audio or an envelope")
    from ..onset import onset_strength

    return onset_strength(y=y, sr=sr, hop_length=hop_length)


def _local_autocorrelation(x: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Autocorrelations (..., frames, lags), in float64, of each window ``weights * x[..., t : t + len(weights)]``."""
    n_lags = len(weights)
    n_frames = x.shape[-1] - n_lags + 1
    # Zeros up to 2 n - 1 keep the ends of a window from meeting in the circular correlation.
    n_fft = 2 * _fast_length(n_lags)
    x = pad_axis(np.asarray(x, dtype=np.float64), -1, (0, n_fft - n_lags), {})
    squares, blocks = _autocorrelation_specs(np.asarray(weights, dtype=np.float64).tobytes(), n_fft)
    half = _transformed(squares, x, n_frames)
    # The inverse FFT of what is real and even is its forward FFT.
    power = np.concatenate((half, half[..., -2:0:-1]), axis=-1)
    return _transformed(blocks, power.reshape(*x.shape[:-1], n_frames * n_fft), n_frames).real[..., :n_lags]


def _transformed(spec: Spec, x: np.ndarray, n_frames: int) -> np.ndarray:
    return run_frames(spec, x, n_frames, check_finite=False)[0].swapaxes(-1, -2)


def _fast_length(n: int) -> int:
    """The least number from n on that 2, 3 and 5 make up."""
    return next(m for m in count(n) if not 30 ** m.bit_length() % m)


@kept(CACHED)
def _autocorrelation_specs(weights: bytes, n_fft: int) -> tuple[Spec, Spec]:
    """|FFT|^2 / n_fft of windows that end in zeros, at every sample; and the FFT of blocks that follow one another."""
    window = pad_axis(np.frombuffer(weights) / np.sqrt(n_fft), 0, (0, n_fft - len(weights) // 8), {})
    squares = Spec(precision=1, framing=Framing(n_fft, 1, 0), spectrum=Spectrum.POWER, window=window)
    blocks = Framing(n_fft, n_fft, 0)
    return squares, Spec(precision=1, framing=blocks, spectrum=Spectrum.COMPLEX, window=np.ones(n_fft))


@public
def fourier_tempogram(
    *,
    y: FloatArray | None = None,
    sr: float = 22050,
    onset_envelope: FloatArray | None = None,
    hop_length: int = 512,
    win_length: int = 384,
    center: bool = True,
    window: Window = "hann",
) -> ComplexArray:
    """Fourier tempogram: the short-time Fourier transform of the onset strength envelope.

    Parameters
    ----------
    y, sr, onset_envelope, hop_length, win_length, window
        As in `tempogram`.
    center : bool, default True
        As in `fastspec.stft`: centred frames see zeros beyond the ends.

    Returns
    -------
    np.ndarray [shape=(..., 1 + win_length // 2, t)], complex
        See `fastspec.fourier_tempo_frequencies` for its rows.

    Raises
    ------
    ParameterError
        If there is neither `y` nor an envelope, or `win_length` is not a positive integer.

    See Also
    --------
    tempogram, fastspec.stft

    References
    ----------
    .. [1] P. Grosche, M. Müller and F. Kurth, "Cyclic tempogram: a mid-level tempo representation for music
       signals", ICASSP 2010.

    Examples
    --------
    >>> import fastspec
    >>> import numpy as np
    >>> envelope = np.zeros(400)
    >>> envelope[::20] = 1
    >>> T = fastspec.feature.fourier_tempogram(onset_envelope=envelope, win_length=200)
    >>> T.shape, 5 + np.abs(T[5:15, 200]).argmax().item()
    ((101, 401), 10)
    """
    win_length = as_index(win_length, name="win_length")
    envelope = _envelope(y, sr, onset_envelope, hop_length)
    return stft(envelope, n_fft=win_length, hop_length=1, center=center, window=window)


@public
def tempo(
    *,
    y: FloatArray | None = None,
    sr: float = 22050,
    onset_envelope: np.ndarray | None = None,
    tg: np.ndarray | None = None,
    hop_length: int = 512,
    start_bpm: float = 120,
    std_bpm: float = 1.0,
    ac_size: float = 8.0,
    max_tempo: float | None = 320.0,
    aggregate: Callable[..., Any] | None = np.mean,
    prior: Prior | None = None,
) -> FloatArray:
    """Tempo in beats per minute: the likeliest lag of the tempogram, given which tempi are usual.

    Parameters
    ----------
    y : np.ndarray [shape=(..., n)], optional
        Samples, if there is neither an envelope nor a tempogram.
    sr : float, default 22050
        Sampling rate in Hz.
    onset_envelope : np.ndarray [shape=(..., t)], optional
        An envelope, for instance from `fastspec.onset.onset_strength`.
    tg : np.ndarray [shape=(..., win_length, t)], optional
        A tempogram.
    hop_length : int, default 512
        Samples between frames.
    start_bpm : float > 0, default 120
        The most usual tempo.
    std_bpm : float > 0, default 1.0
        Standard deviation of tempi around it, in octaves.
    ac_size : float > 0, default 8.0
        Length of the tempogram's windows, in seconds.
    max_tempo : float > 0 or None, default 320.0
        Tempi from here on are ruled out.
    aggregate : callable or None, default numpy.mean
        Makes one frame of all, called with ``axis`` and ``keepdims``; None: a tempo for each frame.
    prior : scipy.stats.rv_continuous, optional
        Distribution of tempi, in place of `start_bpm` and `std_bpm`: an object with ``logpdf``.

    Returns
    -------
    np.ndarray [shape=(..., 1) or (..., t)]

    Raises
    ------
    ParameterError
        If `start_bpm` is not positive, or there is nothing to find the tempo of.

    See Also
    --------
    tempogram

    References
    ----------
    .. [1] D. P. W. Ellis, "Beat tracking by dynamic programming", Journal of New Music Research 36(1), 2007.

    Examples
    --------
    >>> import fastspec
    >>> import numpy as np
    >>> envelope = np.zeros(1000)
    >>> envelope[::20] = 1
    >>> bpm = fastspec.feature.tempo(onset_envelope=envelope, sr=8000, hop_length=200)
    >>> bpm.round(6).tolist()
    [120.0]
    """
    if start_bpm <= 0:
        raise ParameterError(f"start_bpm={start_bpm} must be positive")
    check_rate(sr)
    hop_length = as_hop_length(hop_length)
    if tg is None:
        win_length = int(time_to_frames(ac_size, sr=sr, hop_length=hop_length))
        tg = tempogram(y=y, sr=sr, onset_envelope=onset_envelope, hop_length=hop_length, win_length=win_length)
    else:
        win_length = tg.shape[-2]
    if aggregate is not None:
        tg = aggregate(tg, axis=-1, keepdims=True)
    bpms = tempo_frequencies(win_length, hop_length=hop_length, sr=sr)
    if prior is None:
        log_prior = -0.5 * ((np.log2(bpms) - np.log2(start_bpm)) / std_bpm) ** 2
    else:
        log_prior = prior.logpdf(bpms)
    if max_tempo is not None:
        log_prior[: int(np.argmax(bpms < max_tempo))] = -np.inf
    return np.take(bpms, _likeliest(tg, expand_to(log_prior, ndim=tg.ndim, axes=-2)))


def _likeliest(tg: np.ndarray, log_prior: np.ndarray) -> npt.NDArray[np.intp]:
    """The likeliest lag of each frame."""
    best = np.empty((*tg.shape[:-2], tg.shape[-1]), dtype=np.intp)
    for first in range(0, tg.shape[-1], BLOCK):
        part = slice(first, first + BLOCK)
        best[..., part] = np.argmax(np.log1p(1e6 * tg[..., part]) + log_prior, axis=-2)
    return best


@public
def tempogram_ratio(
    *,
    y: FloatArray | None = None,
    sr: float = 22050,
    onset_envelope: np.ndarray | None = None,
    tg: np.ndarray | None = None,
    bpm: np.ndarray | None = None,
    hop_length: int = 512,
    win_length: int = 384,
    start_bpm: float = 120,
    std_bpm: float = 1.0,
    max_tempo: float | None = 320.0,
    freqs: np.ndarray | None = None,
    factors: np.ndarray | None = None,
    aggregate: Callable[..., Any] | None = None,
    prior: Prior | None = None,
    center: bool = True,
    window: Window = "hann",
    kind: Interpolation = "linear",
    fill_value: float = 0,
    norm: float | None = np.inf,
) -> FloatArray:
    """Tempogram ratio: the tempogram at simple multiples and fractions of the tempo.

    Parameters
    ----------
    y, sr, onset_envelope, hop_length, win_length, center, window, norm
        As in `tempogram`.
    tg : np.ndarray [shape=(..., win_length, t)], optional
        A tempogram.
    bpm : np.ndarray [shape=(..., t)], optional
        The tempo of each frame. Default: from `tempo`.
    start_bpm, std_bpm, max_tempo, prior
        As in `tempo`.
    freqs : np.ndarray [shape=(win_length,)], optional
        Frequencies of the tempogram's rows. Default: `fastspec.tempo_frequencies`.
    factors : np.ndarray [shape=(n,)], optional
        The multiples. Default: 4, 8/3, 3, 2, 4/3, 3/2, 1, 2/3, 3/4, 1/2, 1/3, 3/8, 1/4.
    aggregate : callable, optional
        Makes one frame of all, called with ``axis``.
    kind : str, default 'linear'
        Kind of interpolation; see `scipy.interpolate.interp1d`.
    fill_value : float, default 0
        Stands for multiples outside the tempogram.

    Returns
    -------
    np.ndarray [shape=(..., n, t)], or [shape=(..., n)] with `aggregate`

    Raises
    ------
    ParameterError
        As in `tempogram` and `tempo`; if `freqs` does not fit the tempogram.

    See Also
    --------
    tempogram, tempo, fastspec.f0_harmonics

    References
    ----------
    .. [1] G. Peeters, "Rhythm classification using spectral rhythm patterns", ISMIR 2005.
    .. [2] M. Prockup et al., "Modeling genre with the Music Genome Project: comparing human-labeled
       attributes and audio features", ISMIR 2015.

    Examples
    --------
    >>> import fastspec
    >>> import numpy as np
    >>> envelope = np.zeros(1000)
    >>> envelope[::20] = 1
    >>> R = fastspec.feature.tempogram_ratio(onset_envelope=envelope, sr=8000, hop_length=200)
    >>> R.shape, R[6, 500].item() > 0.9
    ((13, 1000), True)
    """
    from ..core.harmonic import f0_harmonics

    check_rate(sr)
    hop_length = as_hop_length(hop_length)
    if tg is None:
        tg = tempogram(
            y=y, sr=sr, onset_envelope=onset_envelope, hop_length=hop_length, win_length=win_length,
            center=center, window=window, norm=norm,
        )  # fmt: skip
    if freqs is None:
        freqs = tempo_frequencies(sr=sr, n_bins=tg.shape[-2], hop_length=hop_length)
    if bpm is None:
        bpm = tempo(
            sr=sr, tg=tg, hop_length=hop_length, start_bpm=start_bpm, std_bpm=std_bpm, max_tempo=max_tempo,
            aggregate=None, prior=prior,
        )  # fmt: skip
    if factors is None:
        factors = np.array(RATIOS)
    if freqs.ndim == 1 and len(freqs) == tg.shape[-2]:
        # Ascending and finite, as they are quickest to look up; lag 0 has an infinite tempo.
        order = np.argsort(freqs, kind="stable")
        order = order[np.isfinite(freqs[order])]
        freqs, tg = freqs[order], tg[..., order, :]
    ratios = f0_harmonics(tg, freqs=freqs, f0=bpm, harmonics=factors, kind=kind, fill_value=fill_value)
    return ratios if aggregate is None else aggregate(ratios, axis=-1)


@public
def hybrid_tempogram(
    *,
    y: FloatArray | None = None,
    sr: float = 22050,
    onset_envelope: FloatArray | None = None,
    hop_length: int = 512,
    win_length: int = 384,
    center: bool = True,
    window: Window = "hann",
    **kwargs: Any,
) -> FloatArray:
    """Tempogram in which tempi count that both autocorrelation and Fourier transform find.

    The Fourier tempogram shows a tempo's multiples, the autocorrelation its fractions. Their geometric mean, on the
    tempi of the former, keeps what they have in common.

    Parameters
    ----------
    y : np.ndarray [shape=(..., n)], optional
        Samples, if there is no `onset_envelope`.
    sr : float, default 22050
        Sampling rate in Hz.
    onset_envelope : np.ndarray [shape=(..., t)], optional
        An envelope, for instance from `fastspec.onset.onset_strength`.
    hop_length, win_length, center, window
        As in `tempogram`.
    **kwargs
        For `scipy.interpolate.interp1d`, which brings the autocorrelation to the tempi of the Fourier tempogram;
        beyond its own it is 0 by default.

    Returns
    -------
    np.ndarray [shape=(..., 1 + win_length // 2, t)]
        At the tempi that `fastspec.fourier_tempo_frequencies` gives.

    Raises
    ------
    ParameterError
        As in `tempogram` and `fourier_tempogram`.

    See Also
    --------
    tempogram, fourier_tempogram, fastspec.fourier_tempo_frequencies

    References
    ----------
    .. [1] G. Peeters, "Rhythm classification using periodicities and the beat-histogram", ISMIR 2005.

    Examples
    --------
    >>> import fastspec
    >>> import numpy as np
    >>> envelope = np.zeros(1000)
    >>> envelope[::20] = 1
    >>> H = fastspec.feature.hybrid_tempogram(onset_envelope=envelope, sr=8000, hop_length=200)
    >>> tempi = fastspec.fourier_tempo_frequencies(sr=8000, hop_length=200)
    >>> H.shape, tempi[H[:, 500].argmax()].item()
    ((193, 1000), 118.75)
    """
    from scipy.interpolate import interp1d

    check_rate(sr)
    hop_length = as_hop_length(hop_length)
    onset_envelope = _envelope(y, sr, onset_envelope, hop_length)
    plain: dict[str, Any] = {"sr": sr, "hop_length": hop_length, "win_length": win_length}
    shared = {"onset_envelope": onset_envelope, "center": center, "window": window, **plain}
    fourier = np.abs(fourier_tempogram(**shared))
    lags = tempogram(**shared)
    # Lag 0 has an infinite tempo.
    tempi = tempo_frequencies(lags.shape[-2], sr=sr, hop_length=hop_length)[1:]
    options = {"bounds_error": False, "fill_value": 0.0, "copy": False, "axis": -2, **kwargs}
    at_tempi = np.abs(interp1d(tempi, lags[..., 1:, :], **options)(fourier_tempo_frequencies(**plain)))
    n_frames = min(fourier.shape[-1], at_tempi.shape[-1])
    return np.sqrt(fourier[..., :n_frames] * at_tempi[..., :n_frames])


@public
def metrogram(
    *,
    tg: np.ndarray,
    freqs: np.ndarray,
    factors: np.ndarray | None = None,
    aggregate: Callable[..., Any] | None = np.sum,
    kind: Interpolation = "linear",
    fill_value: float = 0,
) -> FloatArray:
    """How strongly pairs of tempi in given ratios occur together: a hint at the metre.

    Parameters
    ----------
    tg : np.ndarray [shape=(..., d, t)]
        A tempogram.
    freqs : np.ndarray [shape=(d,)]
        Its tempi in beats per minute, finite.
    factors : array_like [shape=(n,)], optional
        Ratios of bar to beat. Default: 1/3, 1/4, 1/5, 1/7.
    aggregate : callable or None, default np.sum
        Makes one value of all tempi, called with ``axis``; None keeps them apart.
    kind : str, default 'linear'
        Kind of interpolation; see `scipy.interpolate.interp1d`.
    fill_value : float, default 0
        Stands for tempi outside the tempogram.

    Returns
    -------
    np.ndarray [shape=(..., n, t)], or [shape=(..., n, d, t)] without `aggregate`
        For each ratio the product of the tempogram and itself at that multiple.

    Raises
    ------
    ParameterError
        If `freqs` does not fit the tempogram.

    See Also
    --------
    tempogram, tempogram_ratio, fastspec.interp_harmonics

    References
    ----------
    .. [1] J. Cozens and S. Godsill, "Dynamic time signature recognition, tempo inference, and beat tracking through
       the metrogram transform", IEEE Open Journal of Signal Processing, 2023.

    Examples
    --------
    >>> import fastspec
    >>> import numpy as np
    >>> tempi = np.arange(30.0, 241.0, 30.0)
    >>> tg = np.isin(tempi, (60, 180)).astype(float)[:, np.newaxis]
    >>> fastspec.feature.metrogram(tg=tg, freqs=tempi).ravel().round(6).tolist()
    [1.0, 0.5, 0.2, 0.0]
    """
    from ..core.harmonic import interp_harmonics

    if factors is None:
        factors = np.array(BARS)
    tg = as_array(tg, name="tg")
    slower = interp_harmonics(tg, freqs=freqs, harmonics=factors, kind=kind, fill_value=fill_value, axis=-2)
    product = slower * np.expand_dims(tg, axis=-3)
    return product if aggregate is None else aggregate(product, axis=-2)
