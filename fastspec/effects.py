"""Effects on audio: separation, stretching, shifting, cutting and emphasis."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, overload

import numpy as np

from . import decompose
from ._gate.complaints import public
from ._gate.samples import DTypeError, ParameterError, as_array, as_number, as_samples, check_rate
from .core.audio._channels import to_mono
from .core.audio._time_domain import zero_crossings
from .core.convert import frames_to_samples
from .core.spectrum import amplitude_to_db, stft
from .util._recursion import first_order
from .util.matching import match_events
from .util.utils import fix_length, is_positive_int

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

    import numpy.typing as npt

    from ._front.windows import Window
    from ._gate.kinds import FloatArray, PadMode

__all__ = [
    "deemphasis",
    "harmonic",
    "hpss",
    "percussive",
    "pitch_shift",
    "preemphasis",
    "remix",
    "split",
    "time_stretch",
    "trim",
]


def __dir__() -> list[str]:
    return __all__


@public
def hpss(
    y: FloatArray,
    *,
    kernel_size: int | tuple[int, int] | list[int] = 31,
    power: float = 2.0,
    mask: bool = False,
    margin: float | tuple[float, float] | list[float] = 1.0,
    n_fft: int = 2048,
    hop_length: int | None = None,
    win_length: int | None = None,
    window: Window = "hann",
    center: bool = True,
    pad_mode: PadMode = "constant",
) -> tuple[FloatArray, FloatArray]:
    """Split audio into a harmonic and a percussive part: STFT, `fastspec.decompose.hpss`, inverse STFT.

    Parameters
    ----------
    y : np.ndarray [shape=(..., n)]
        Samples; leading axes are channels.
    kernel_size, power, mask, margin
        As in `fastspec.decompose.hpss`.
    n_fft, hop_length, win_length, center, pad_mode
        As in `fastspec.stft`.
    window : str, tuple, number, callable or array_like, default 'hann'
        Without effect, as in librosa: the window is 'hann'.

    Returns
    -------
    y_harmonic, y_percussive : np.ndarray [shape=(..., n)]
        In the dtype of `y`.

    Raises
    ------
    ParameterError
        As `fastspec.stft` and `fastspec.decompose.hpss`.

    See Also
    --------
    harmonic, percussive, fastspec.decompose.hpss

    Examples
    --------
    >>> import fastspec
    >>> y = fastspec.chirp(fmin=200, fmax=400, sr=8000, duration=1)
    >>> y_harmonic, y_percussive = fastspec.effects.hpss(y, n_fft=512)
    >>> y_harmonic.shape, abs(y_harmonic + y_percussive - y).max().item() < 1e-5
    ((8000,), True)
    """
    arguments = (kernel_size, power, mask, margin, n_fft, hop_length, win_length, center, pad_mode)
    y_harmonic, y_percussive = _separate(y, (0, 1), *arguments)
    return y_harmonic, y_percussive


@public
def harmonic(
    y: FloatArray,
    *,
    kernel_size: int | tuple[int, int] | list[int] = 31,
    power: float = 2.0,
    mask: bool = False,
    margin: float | tuple[float, float] | list[float] = 1.0,
    n_fft: int = 2048,
    hop_length: int | None = None,
    win_length: int | None = None,
    window: Window = "hann",
    center: bool = True,
    pad_mode: PadMode = "constant",
) -> FloatArray:
    """The harmonic part of audio; see `hpss`.

    Parameters
    ----------
    y, kernel_size, power, mask, margin, n_fft, hop_length, win_length, window, center, pad_mode
        As in `hpss`.

    Returns
    -------
    np.ndarray [shape=(..., n)]

    Examples
    --------
    >>> import fastspec
    >>> y = fastspec.tone(440, sr=8000, length=8000)
    >>> (fastspec.effects.harmonic(y).std() / y.std()).item() > 0.95
    True
    """
    arguments = (kernel_size, power, mask, margin, n_fft, hop_length, win_length, center, pad_mode)
    return _separate(y, (0,), *arguments)[0]


@public
def percussive(
    y: FloatArray,
    *,
    kernel_size: int | tuple[int, int] | list[int] = 31,
    power: float = 2.0,
    mask: bool = False,
    margin: float | tuple[float, float] | list[float] = 1.0,
    n_fft: int = 2048,
    hop_length: int | None = None,
    win_length: int | None = None,
    window: Window = "hann",
    center: bool = True,
    pad_mode: PadMode = "constant",
) -> FloatArray:
    """The percussive part of audio; see `hpss`.

    Parameters
    ----------
    y, kernel_size, power, mask, margin, n_fft, hop_length, win_length, window, center, pad_mode
        As in `hpss`.

    Returns
    -------
    np.ndarray [shape=(..., n)]

    Examples
    --------
    >>> import fastspec
    >>> y = fastspec.tone(440, sr=8000, length=8000)
    >>> (fastspec.effects.percussive(y).std() / y.std()).item() < 0.3
    True
    """
    arguments = (kernel_size, power, mask, margin, n_fft, hop_length, win_length, center, pad_mode)
    return _separate(y, (1,), *arguments)[0]


def _separate(
    y: Any, parts: Any, kernel_size: Any, power: Any, mask: Any, margin: Any, n_fft: int, hop_length: Any,
    win_length: Any, center: bool, pad_mode: Any,
) -> list[np.ndarray]:  # fmt: skip
    from .core.spectrum import istft

    framing = {"n_fft": n_fft, "hop_length": hop_length, "win_length": win_length, "center": center}
    D = stft(y, pad_mode=pad_mode, **framing)
    separated = decompose.separate(D, kernel_size, power, mask, margin, parts)
    return [istft(part, dtype=y.dtype, length=y.shape[-1], **framing) for part in separated]


@public
def time_stretch(y: FloatArray, *, rate: float, **kwargs: Any) -> FloatArray:
    """Change the speed of audio, not its pitch, with a phase vocoder.

    Parameters
    ----------
    y : np.ndarray [shape=(..., n)]
        Samples; leading axes are channels.
    rate : float > 0
        How much faster: 2 halves the duration.
    **kwargs
        For `fastspec.stft` and `fastspec.istft`.

    Returns
    -------
    np.ndarray [shape=(..., round(n / rate))]

    Raises
    ------
    ParameterError
        If `rate` is not positive; as `fastspec.stft`.

    Warns
    -----
    FutureWarning
        Twice at every call, as librosa 1.0 does: for `phase_vocoder`'s two deprecated arguments.

    See Also
    --------
    pitch_shift, fastspec.phase_vocoder

    Examples
    --------
    >>> import fastspec
    >>> y = fastspec.tone(440, sr=8000, length=8000)
    >>> fastspec.effects.time_stretch(y, rate=2.0).shape
    (4000,)
    """
    from .core.spectrum import istft, phase_vocoder

    if not rate > 0:
        raise ParameterError(f"rate={rate} must be positive; 2 is twice as fast")
    # As in librosa 1.0, whose vocoder is handed both; code that counts on these warnings finds them.
    unused: dict[str, Any] = {name: kwargs.get(name) for name in ("hop_length", "n_fft")}
    stretched = phase_vocoder(stft(y, **kwargs), rate=rate, **unused)
    return istft(stretched, dtype=y.dtype, length=round(y.shape[-1] / rate), **kwargs)


@public
def pitch_shift(
    y: FloatArray,
    *,
    sr: float,
    n_steps: float,
    bins_per_octave: int = 12,
    res_type: str = "soxr_hq",
    scale: bool = False,
    **kwargs: Any,
) -> FloatArray:
    """Change the pitch of audio, not its duration: `time_stretch`, undone by resampling.

    Parameters
    ----------
    y : np.ndarray [shape=(..., n)]
        Samples; leading axes are channels.
    sr : float
        Sampling rate in Hz.
    n_steps : float
        Steps up (or, if negative, down).
    bins_per_octave : int > 0, default 12
        Steps in an octave.
    res_type : str, default 'soxr_hq'
        See `fastspec.resample`.
    scale : bool, default False
        Keep the energy in resampling; see `fastspec.resample`.
    **kwargs
        For `time_stretch`.

    Returns
    -------
    np.ndarray [shape=(..., n)]

    Raises
    ------
    ParameterError
        If `bins_per_octave` is not a positive integer or `sr` no rate; as `time_stretch`.

    See Also
    --------
    time_stretch, fastspec.resample

    Examples
    --------
    >>> import fastspec
    >>> y = fastspec.tone(440, sr=8000, length=8000)
    >>> fastspec.effects.pitch_shift(y, sr=8000, n_steps=4).shape
    (8000,)
    """
    from .core.audio import resample

    if not is_positive_int(bins_per_octave):
        raise ParameterError(f"bins_per_octave={bins_per_octave!r} must be a positive integer")
    check_rate(sr)
    rate = 2.0 ** (-as_number(n_steps, name="n_steps") / bins_per_octave)
    stretched = time_stretch(y, rate=rate, **kwargs)
    shifted = resample(stretched, orig_sr=float(sr) / rate, target_sr=sr, res_type=res_type, scale=scale)
    return fix_length(shifted, size=y.shape[-1])


@public
def remix(y: FloatArray, intervals: Iterable[tuple[int, int]], *, align_zeros: bool = True) -> FloatArray:
    """Put intervals of audio together in a new order.

    Parameters
    ----------
    y : np.ndarray [shape=(..., n)]
        Samples; leading axes are channels.
    intervals : iterable of (start, end) [samples]
        The intervals in their new order, for instance the rows of an array.
    align_zeros : bool, default True
        Move each boundary to the nearest zero crossing (of the mono mix), or the end of `y`.

    Returns
    -------
    np.ndarray [shape=(..., d)]

    Raises
    ------
    ParameterError
        If there are no intervals.

    See Also
    --------
    fastspec.zero_crossings

    Examples
    --------
    >>> import fastspec
    >>> import numpy as np
    >>> y = np.arange(8.0)
    >>> fastspec.effects.remix(y, [(4, 8), (0, 2)], align_zeros=False).tolist()
    [4.0, 5.0, 6.0, 7.0, 0.0, 1.0]
    """
    bounds = as_array(intervals if isinstance(intervals, np.ndarray) else list(intervals), name="intervals")
    if not len(bounds):
        raise ParameterError("intervals is empty: nothing to put together")
    bounds = bounds[:, :2]
    if align_zeros:
        crossings = np.flatnonzero(zero_crossings(to_mono(y)))
        crossings = np.append(crossings, y.shape[-1])
        bounds = crossings[match_events(bounds.ravel(), crossings)].reshape(-1, 2)
    return np.concatenate([y[..., start:end] for start, end in bounds.tolist()], axis=-1)


@public
def trim(
    y: FloatArray,
    *,
    top_db: float = 60,
    ref: float | Callable[..., Any] = np.max,
    frame_length: int = 2048,
    hop_length: int = 512,
    aggregate: Callable[..., Any] = np.max,
) -> tuple[FloatArray, npt.NDArray[np.int_]]:
    """Cut silence off both ends of audio.

    Parameters
    ----------
    y : np.ndarray [shape=(..., n)]
        Samples; leading axes are channels.
    top_db : float, default 60
        Frames whose RMS level is at most this much below `ref` are kept. Negative: those that exceed `ref` by
        so much.
    ref : float or callable, default numpy.max
        The amplitude of 0 dB, or what computes it from the frames' RMS. With `numpy.max`, a signal that is
        equally quiet all along is not silent.
    frame_length, hop_length : int, default 2048 and 512
        Length of frames, and samples between them.
    aggregate : callable, default numpy.max
        Makes one level of all channels'.

    Returns
    -------
    y_trimmed : np.ndarray [shape=(..., m)]
        A view of `y`.
    index : np.ndarray of int [shape=(2,)]
        ``y_trimmed = y[..., index[0]:index[1]]``, empty if all is silent.

    Raises
    ------
    ParameterError
        As `fastspec.feature.rms` and `fastspec.amplitude_to_db`.

    See Also
    --------
    split

    Examples
    --------
    >>> import fastspec
    >>> import numpy as np
    >>> y = np.zeros(16384)
    >>> y[5120:10240] = 0.5
    >>> fastspec.effects.trim(y)[1].tolist()
    [4608, 11264]
    """
    loud = np.flatnonzero(_loud_frames(y, frame_length, hop_length, top_db, ref, aggregate))
    start = end = 0
    if loud.size:
        start = int(frames_to_samples(loud[0], hop_length=hop_length))
        end = min(y.shape[-1], int(frames_to_samples(loud[-1] + 1, hop_length=hop_length)))
    return y[..., start:end], np.asarray([start, end])


@public
def split(
    y: FloatArray,
    *,
    top_db: float = 60,
    ref: float | Callable[..., Any] = np.max,
    frame_length: int = 2048,
    hop_length: int = 512,
    aggregate: Callable[..., Any] = np.max,
) -> npt.NDArray[np.int_]:
    """The intervals of audio that are not silent.

    Parameters
    ----------
    y, top_db, ref, frame_length, hop_length, aggregate
        As in `trim`.

    Returns
    -------
    np.ndarray of int [shape=(m, 2)]
        Start and end of each interval, in samples.

    Raises
    ------
    ParameterError
        As `trim`.

    See Also
    --------
    trim

    Examples
    --------
    >>> import fastspec
    >>> import numpy as np
    >>> y = np.zeros(32768)
    >>> y[5120:10240] = y[20480:25600] = 0.5
    >>> fastspec.effects.split(y).tolist()
    [[4608, 11264], [19968, 26624]]
    """
    loud = _loud_frames(y, frame_length, hop_length, top_db, ref, aggregate)
    edges = np.flatnonzero(np.diff(loud, prepend=False, append=False))
    return np.minimum(frames_to_samples(edges, hop_length=hop_length), y.shape[-1]).reshape(-1, 2)


def _loud_frames(
    y: Any, frame_length: int, hop_length: int, top_db: Any, ref: Any, aggregate: Any
) -> npt.NDArray[np.bool_]:
    from .feature.spectral import rms

    amplitude = rms(y=y, frame_length=frame_length, hop_length=hop_length)[..., 0, :]
    level = np.asarray(amplitude_to_db(amplitude, ref=ref, top_db=None))
    if level.ndim > 1:
        level = np.apply_over_axes(aggregate, level, range(level.ndim - 1)).reshape(-1)
    return level > -top_db


@overload
def preemphasis(
    y: np.ndarray, *, coef: float = ..., zi: npt.ArrayLike | None = ..., return_zf: Literal[False] = ...
) -> np.ndarray: ...
@overload
def preemphasis(
    y: np.ndarray, *, coef: float = ..., zi: npt.ArrayLike | None = ..., return_zf: Literal[True]
) -> tuple[np.ndarray, np.ndarray]: ...
@public
def preemphasis(
    y: np.ndarray, *, coef: float = 0.97, zi: npt.ArrayLike | None = None, return_zf: bool = False
) -> np.ndarray | tuple[np.ndarray, np.ndarray]:
    """Raise the treble: ``y[n] - coef * y[n - 1]``.

    Parameters
    ----------
    y : np.ndarray [shape=(..., n)], floating-point
        Samples; leading axes are channels.
    coef : float, default 0.97
        How much: 0 for nothing, 1 for differences.
    zi : array_like [shape=(..., 1)], optional
        What to add to the first sample: the final state of the block before. Default: ``2 * y[0] - y[1]``,
        the linear extrapolation.
    return_zf : bool, default False
        Return the final state as well.

    Returns
    -------
    y_out : np.ndarray [shape=(..., n)]
    zf : np.ndarray [shape=(..., 1)]
        With ``return_zf=True``.

    Raises
    ------
    ParameterError
        If `y` is not a floating-point array, is empty, or has one sample and there is no `zi`.

    See Also
    --------
    deemphasis

    Examples
    --------
    >>> import fastspec
    >>> import numpy as np
    >>> fastspec.effects.preemphasis(np.array([1.0, 2.0, 4.0]), coef=0.5).tolist()
    [1.0, 1.5, 3.0]
    """
    y = _filterable(y)
    state = 2 * y[..., :1] - _second(y, zi) if zi is None else _state(zi, y)
    factor = y.dtype.type(-coef)
    out = np.empty(y.shape, y.dtype)
    np.multiply(y[..., :-1], factor, out=out[..., 1:])
    out[..., 1:] += y[..., 1:]
    out[..., :1] = y[..., :1] + state
    return (out, y[..., -1:] * factor) if return_zf else out


@overload
def deemphasis(
    y: np.ndarray, *, coef: float = ..., zi: npt.ArrayLike | None = ..., return_zf: Literal[False] = ...
) -> np.ndarray: ...
@overload
def deemphasis(
    y: np.ndarray, *, coef: float = ..., zi: npt.ArrayLike | None = ..., return_zf: Literal[True]
) -> tuple[np.ndarray, np.ndarray]: ...
@public
def deemphasis(
    y: np.ndarray, *, coef: float = 0.97, zi: npt.ArrayLike | None = None, return_zf: bool = False
) -> np.ndarray | tuple[np.ndarray, np.ndarray]:
    """Undo `preemphasis`: ``x[n] = y[n] + coef * x[n - 1]``.

    Parameters
    ----------
    y : np.ndarray [shape=(..., n)], floating-point
        Samples; leading axes are channels.
    coef : float, default 0.97
        As it was in `preemphasis`.
    zi : array_like [shape=(..., 1)], optional
        What to add to the first sample: the final state of the block before. Default: what undoes the default
        of `preemphasis`, ``-((2 - coef) * y[0] - y[1]) / (3 - coef)``.
    return_zf : bool, default False
        Return the final state as well; without `zi`, as librosa has it, that of a filter that began with 0.

    Returns
    -------
    y_out : np.ndarray [shape=(..., n)]
    zf : np.ndarray [shape=(..., 1)]
        With ``return_zf=True``.

    Raises
    ------
    ParameterError
        If `y` is not a floating-point array, is empty, or has one sample and there is no `zi`.

    See Also
    --------
    preemphasis

    Examples
    --------
    >>> import fastspec
    >>> import numpy as np
    >>> y = np.array([1.0, 2.0, 4.0, 3.0])
    >>> fastspec.effects.deemphasis(fastspec.effects.preemphasis(y)).round(12).tolist()
    [1.0, 2.0, 4.0, 3.0]
    """
    y = _filterable(y)
    extrapolated = 0
    if zi is None:
        extrapolated = ((2 - coef) * y[..., :1] - _second(y, zi)) / (3 - coef)
        zi = -extrapolated
    out, zf = first_order((1.0, 0.0), -coef, y, zi=_state(zi, y))
    if not return_zf:
        return out
    return out, (zf + extrapolated * coef ** y.shape[-1]).astype(y.dtype, copy=False)


def _filterable(y: Any) -> np.ndarray:
    """Samples for filters, which may also be complex or wider than float64."""
    if not isinstance(y, np.ndarray) or y.ndim == 0 or y.dtype.char not in "FDgG":
        y = as_samples(y)
    if y.shape[-1] == 0:
        raise ParameterError(f"y.shape={y.shape} has no samples")
    return y


def _second(y: np.ndarray, zi: Any) -> np.ndarray:
    if y.shape[-1] < 2:
        raise ParameterError(f"zi={zi} needs two samples to begin from, and y.shape={y.shape}; give zi")
    return y[..., 1:2]


def _state(zi: npt.ArrayLike, y: np.ndarray) -> np.ndarray:
    """The state of the filter of each channel."""
    state, wanted = np.asarray(zi), (*y.shape[:-1], 1)
    if state.dtype.kind not in "biufc":
        raise DTypeError(f"zi.dtype={state.dtype} is not a number")
    try:
        return np.broadcast_to(state, wanted).astype(y.dtype)
    except ValueError:
        raise ParameterError(f"zi.shape={state.shape} must be {wanted}: one for each channel") from None
