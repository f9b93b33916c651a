"""Beats: the pulse that a listener taps along with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NoReturn, TypeVar, overload

import numpy as np

from ._engine import events as _events
from ._gate.complaints import public
from ._gate.samples import ParameterError, as_array, as_hop_length, check_rate
from ._lazy import missing
from .core.convert import fourier_tempo_frequencies
from .core.spectrum._inverse import istft
from .feature.rhythm import fourier_tempogram, tempo
from .onset import in_units, onset_strength
from .util._peaks import localmax
from .util.utils import expand_to, normalize, tiny

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ._gate.kinds import FloatArray, Prior, Units

Bpm = TypeVar("Bpm", bound="float | np.floating[Any] | np.integer[Any] | NDArray[np.floating[Any]]")

__all__ = ["beat_track", "plp"]


def __dir__() -> list[str]:
    return __all__


@overload
def beat_track(
    *,
    y: FloatArray | None = None,
    sr: float = 22050,
    onset_envelope: np.ndarray | None = None,
    hop_length: int = 512,
    start_bpm: float = 120.0,
    tightness: float = 100,
    trim: bool = True,
    bpm: None = None,
    prior: Prior | None = None,
    units: Literal["frames", "samples"] = "frames",
    sparse: Literal[True] = True,
) -> tuple[float | NDArray[np.float64], NDArray[np.int_]]: ...
@overload
def beat_track(
    *,
    y: FloatArray | None = None,
    sr: float = 22050,
    onset_envelope: np.ndarray | None = None,
    hop_length: int = 512,
    start_bpm: float = 120.0,
    tightness: float = 100,
    trim: bool = True,
    bpm: Bpm,
    prior: Prior | None = None,
    units: Literal["frames", "samples"] = "frames",
    sparse: Literal[True] = True,
) -> tuple[Bpm, NDArray[np.int_]]: ...
@overload
def beat_track(
    *,
    y: FloatArray | None = None,
    sr: float = 22050,
    onset_envelope: np.ndarray | None = None,
    hop_length: int = 512,
    start_bpm: float = 120.0,
    tightness: float = 100,
    trim: bool = True,
    bpm: Any | None = None,
    prior: Prior | None = None,
    units: Literal["time"],
    sparse: Literal[True] = True,
) -> tuple[Any, NDArray[np.float64]]: ...
@overload
def beat_track(
    *,
    y: FloatArray | None = None,
    sr: float = 22050,
    onset_envelope: np.ndarray | None = None,
    hop_length: int = 512,
    start_bpm: float = 120.0,
    tightness: float = 100,
    trim: bool = True,
    bpm: Any | None = None,
    prior: Prior | None = None,
    units: Units = "frames",
    sparse: Literal[False],
) -> tuple[Any, NDArray[np.bool_]]: ...
@public
def beat_track(
    *,
    y: FloatArray | None = None,
    sr: float = 22050,
    onset_envelope: np.ndarray | None = None,
    hop_length: int = 512,
    start_bpm: float = 120.0,
    tightness: float = 100,
    trim: bool = True,
    bpm: Any | None = None,
    prior: Prior | None = None,
    units: Units = "frames",
    sparse: bool = True,
) -> tuple[Any, np.ndarray]:
    """Beats: the chain of frames that begin something, and lie about a period apart.

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
    start_bpm : float > 0, default 120.0
        The most usual tempo, where `bpm` is to be found.
    tightness : float > 0, default 100
        How much it costs to leave the tempo.
    trim : bool, default True
        Leave out beats before the first and after the last frame that is half as strong as the beats are, by their
        root mean square. False: only those before and after all onsets.
    bpm : float or np.ndarray [shape=(...) or (..., t)], optional
        The tempo: of all, of each channel, or of each frame. Default: `fastspec.feature.tempo`.
    prior : scipy.stats.rv_continuous, optional
        Distribution of tempi, in place of `start_bpm`: an object with ``logpdf``.
    units : {'frames', 'samples', 'time'}, default 'frames'
        In what to give the beats, if sparse; time is in seconds.
    sparse : bool, default True
        True gives indices, and takes a single channel; False gives a mask over frames.

    Returns
    -------
    tempo : float or np.ndarray
        `bpm` if it is given, else one tempo a channel, in an array; 0 where nothing begins.
    beats : np.ndarray [shape=(n_beats,)] or [shape=onset_envelope.shape, dtype=bool]
        The beats.

    Raises
    ------
    ParameterError
        If there is neither `y` nor an envelope, `bpm` or `tightness` is not positive, `bpm` does not go with the
        envelope, `units` is unknown, or there are several channels with ``sparse=True``.

    See Also
    --------
    plp, fastspec.onset.onset_strength, fastspec.feature.tempo

    References
    ----------
    .. [1] D. P. W. Ellis, "Beat tracking by dynamic programming", Journal of New Music Research 36, 2007.

    Examples
    --------
    >>> import fastspec
    >>> import numpy as np
    >>> y = fastspec.clicks(times=np.arange(0.5, 9, 0.5), sr=22050)
    >>> tempo, beats = fastspec.beat.beat_track(y=y, sr=22050, units="time")
    >>> tempo.round().tolist(), np.diff(beats).mean().round(2).item()
    ([117.0], 0.5)
    """
    check_rate(sr)
    hop_length = as_hop_length(hop_length)
    envelope = _envelope(y, sr, onset_envelope, hop_length)
    if sparse and envelope.ndim != 1:
        raise ParameterError(
            f"onset_envelope.shape={envelope.shape} has several channels, for which sparse=True has no place; "
            "use sparse=False, or one channel"
        )
    if not envelope.any():
        silent = (0.0, np.array([], dtype=int)) if sparse else (np.zeros(envelope.shape[:-1]), envelope != 0)
        return silent
    if bpm is None:
        bpm = tempo(onset_envelope=envelope, sr=sr, hop_length=hop_length, start_bpm=start_bpm, prior=prior)
    beats = _track(envelope, _periods(bpm, envelope, sr / hop_length), tightness, trim)
    return bpm, in_units(np.flatnonzero(beats), units, sr, hop_length) if sparse else beats


def _envelope(y: Any, sr: float, onset_envelope: np.ndarray | None, hop_length: int) -> np.ndarray:
    if onset_envelope is not None:
        return as_array(onset_envelope, name="onset_envelope", kinds="fiub")
    if y is None:
        raise ParameterError("y=None and onset_envelope=None: give audio or an envelope")
    return onset_strength(y=y, sr=sr, hop_length=hop_length, aggregate=np.median)


def _periods(bpm: Any, envelope: np.ndarray, frame_rate: float) -> np.ndarray:
    """Whole frames between beats, of shape (..., 1) or (..., t)."""
    each = np.atleast_1d(bpm)
    if not np.all(each > 0):
        raise ParameterError(f"bpm={bpm} must be positive")
    if each.ndim <= envelope.ndim:
        each = expand_to(each, ndim=envelope.ndim, axes=range(each.ndim))
    try:
        fits = np.broadcast_shapes(each.shape, envelope.shape) == envelope.shape
    except ValueError:
        fits = False
    if not fits:
        raise ParameterError(
            f"bpm of shape {np.shape(bpm)} must be one number, one a channel or one a frame of "
            f"onset_envelope.shape={envelope.shape}"
        )
    return np.round(frame_rate * 60.0 / each)


def _track(envelope: np.ndarray, periods: np.ndarray, tightness: float, trim: bool) -> NDArray[np.bool_]:
    if not tightness > 0:
        raise ParameterError(f"tightness={tightness} must be positive; 100 is usual")
    # The engine reads float32 and float64 only; whatever else the envelope is becomes what holds it.
    single = envelope.dtype.kind == "f" and envelope.dtype.itemsize <= 4
    envelope = envelope.astype(np.float32 if single else np.float64, copy=False)
    spread = envelope.std(ddof=1, axis=-1, keepdims=True) if envelope.shape[-1] > 1 else np.nan
    onsets = np.ascontiguousarray(envelope / (spread + tiny(envelope)))
    beats = np.zeros(envelope.shape, dtype=bool)
    periods = np.broadcast_to(periods, (*envelope.shape[:-1], periods.shape[-1]))
    for channel in np.ndindex(envelope.shape[:-1]):
        beats[channel] = _track_channel(onsets[channel], periods[channel], tightness, trim)
    return beats


def _track_channel(onsets: np.ndarray, periods: np.ndarray, tightness: float, trim: bool) -> NDArray[np.bool_]:
    wide = np.ascontiguousarray(periods, dtype=np.float64)
    scores = _events.smooth_onsets(onsets, wide)
    # As in librosa, totals are in single precision if all inputs are.
    chained = scores if periods.dtype == np.float32 else scores.astype(np.float64, copy=False)
    with np.errstate(divide="ignore"):
        log_periods = np.log(periods.astype(chained.dtype)).astype(np.float64)
    totals, links = _events.link_beats(
        chained, wide, log_periods, float(np.float32(tightness)), 0.01 * float(chained.max())
    )
    beats = np.zeros(len(onsets), dtype=bool)
    frame = _last_beat(totals)
    while frame >= 0:
        beats[frame] = True
        frame = links[frame]
    return _trimmed(beats, scores, trim)


def _last_beat(totals: np.ndarray) -> int:
    """The last peak that reaches half the median of all peaks; the last frame, if there is none."""
    peaks = np.flatnonzero(localmax(totals))
    high = peaks[totals[peaks] >= 0.5 * np.median(totals[peaks])] if len(peaks) else peaks
    return high[-1] if len(high) else len(totals) - 1


def _trimmed(beats: NDArray[np.bool_], scores: np.ndarray, trim: bool) -> NDArray[np.bool_]:
    threshold = 0.0
    if trim:
        smooth = np.convolve(scores[beats], np.hanning(5))[2 : len(scores) + 2]
        threshold = 0.5 * np.sqrt(np.mean(np.square(smooth)))
    strong = np.flatnonzero(~(scores <= threshold))
    kept = slice(strong[0], strong[-1] + 1) if len(strong) else slice(0)
    result = np.zeros_like(beats)
    result[kept] = beats[kept]
    return result


@public
def plp(
    *,
    y: FloatArray | None = None,
    sr: float = 22050,
    onset_envelope: FloatArray | None = None,
    hop_length: int = 512,
    win_length: int = 384,
    tempo_min: float | None = 30,
    tempo_max: float | None = 300,
    prior: Prior | None = None,
) -> FloatArray:
    """Predominant local pulse: at each frame the oscillation that the onsets around it follow best, all added up.

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
        Frames in which to look for a tempo, 8.9 seconds by default.
    tempo_min, tempo_max : float > 0 or None, default 30 and 300
        The slowest and the fastest tempo, in beats per minute; None for no limit.
    prior : scipy.stats.rv_continuous, optional
        Distribution of tempi: an object with ``logpdf``. Default: all between the limits alike.

    Returns
    -------
    np.ndarray [shape=(..., t)]
        The pulse, from 0 to 1, in the precision of the envelope; its peaks are beats.

    Raises
    ------
    ParameterError
        If there is neither `y` nor an envelope, or `tempo_max` does not exceed `tempo_min`.

    See Also
    --------
    beat_track, fastspec.feature.fourier_tempogram

    References
    ----------
    .. [1] P. Grosche and M. Müller, "Extracting predominant local pulse information from music recordings", IEEE
       Transactions on Audio, Speech, and Language Processing 19, 2011.

    Examples
    --------
    >>> import fastspec
    >>> import numpy as np
    >>> envelope = np.zeros(800)
    >>> envelope[::20] = 1
    >>> pulse = fastspec.beat.plp(onset_envelope=envelope, win_length=200)
    >>> 395 + pulse[395:410].argmax().item()
    400
    """
    check_rate(sr)
    hop_length = as_hop_length(hop_length)
    envelope = _envelope(y, sr, onset_envelope, hop_length)
    if tempo_min is not None and tempo_max is not None and tempo_max <= tempo_min:
        raise ParameterError(f"tempo_max={tempo_max} must be larger than tempo_min={tempo_min}")
    spectrum = fourier_tempogram(onset_envelope=envelope, sr=sr, hop_length=hop_length, win_length=win_length)
    bpm = fourier_tempo_frequencies(sr=sr, hop_length=hop_length, win_length=win_length)
    _keep_strongest(spectrum, bpm, (tempo_min, tempo_max), prior)
    pulse = istft(spectrum, hop_length=1, n_fft=win_length, length=envelope.shape[-1])
    np.maximum(pulse, 0, out=pulse)
    return normalize(pulse, axis=-1)


def _keep_strongest(
    spectrum: np.ndarray, bpm: np.ndarray, limits: tuple[float | None, float | None], prior: Any
) -> None:
    """Keep only the likeliest tempo between the limits in each frame of `spectrum` (..., tempi, t), at amplitude 1."""
    low, high = limits
    first = 0 if low is None else int(np.searchsorted(bpm, low))
    end = len(bpm) if high is None else int(np.searchsorted(bpm, high, side="right"))
    allowed = spectrum[..., first:end, :]
    spectrum[..., :first, :] = 0
    spectrum[..., end:, :] = 0
    if not allowed.size:
        return
    likelihood = np.log1p(1e6 * np.abs(allowed))
    strongest = likelihood.max(axis=-2, keepdims=True)
    if prior is not None:
        prior_of = prior.logpdf(bpm)
        likelihood += prior_of[first:end, np.newaxis]
        # A frame whose likeliest tempo lies beyond the limits has no pulse.
        beyond = np.concatenate((prior_of[:first], prior_of[end:])).astype(likelihood.dtype)
        strongest = np.maximum(likelihood.max(axis=-2, keepdims=True), beyond.max(initial=-np.inf))
    allowed[likelihood < strongest] = 0
    # librosa's scale: NumPy's largest complex number is the one with the largest real part, or the 0 of another tempo.
    largest = allowed.max(axis=-2, keepdims=True)
    if allowed.shape[-2] < len(bpm):
        largest = np.where(largest.real < 0, 0, largest)
    allowed /= tiny(allowed) ** 0.5 + np.abs(largest)


def __getattr__(name: str) -> NoReturn:
    raise missing(__name__, name)
