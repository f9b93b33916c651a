"""Onsets: how strongly each frame begins something, and which frames do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, overload

import numpy as np

from ._engine.foreign import call, patient
from ._front.mel import mel_range_complaint
from ._gate.complaints import public
from ._gate.samples import ParameterError, as_array, as_hop_length, as_samples, channels_last, check_rate
from .core.convert import frames_to_samples, frames_to_time
from .core.spectrum import power_to_db
from .feature.spectral import logmel, melspectrogram
from .util._peaks import peak_pick
from .util._recursion import first_order
from .util._segments import fix_frames, sync
from .util.matching import match_events
from .util.utils import is_positive_int, pad_axis, tiny

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    import numpy.typing as npt

    from ._gate.kinds import FloatArray, RealArray, Units

__all__ = ["onset_backtrack", "onset_detect", "onset_strength", "onset_strength_multi"]


def __dir__() -> list[str]:
    return __all__


@overload
def onset_detect(
    *, y: FloatArray | None = ..., sr: float = ..., onset_envelope: RealArray | None = ..., hop_length: int = ...,
    backtrack: bool = ..., energy: np.ndarray | None = ..., units: Literal["frames", "samples"] = ...,
    normalize: bool = ..., sparse: Literal[True] = ..., **kwargs: Any,
) -> npt.NDArray[np.int_]: ...  # fmt: skip
@overload
def onset_detect(
    *, y: FloatArray | None = ..., sr: float = ..., onset_envelope: RealArray | None = ..., hop_length: int = ...,
    backtrack: bool = ..., energy: np.ndarray | None = ..., units: Literal["time"], normalize: bool = ...,
    sparse: Literal[True] = ..., **kwargs: Any,
) -> npt.NDArray[np.float64]: ...  # fmt: skip
@overload
def onset_detect(
    *, y: FloatArray | None = ..., sr: float = ..., onset_envelope: RealArray | None = ..., hop_length: int = ...,
    backtrack: bool = ..., energy: np.ndarray | None = ..., units: Units = ..., normalize: bool = ...,
    sparse: Literal[False], **kwargs: Any,
) -> npt.NDArray[np.bool_]: ...  # fmt: skip
@public
def onset_detect(
    *,
    y: FloatArray | None = None,
    sr: float = 22050,
    onset_envelope: RealArray | None = None,
    hop_length: int = 512,
    backtrack: bool = False,
    energy: np.ndarray | None = None,
    units: Units = "frames",
    normalize: bool = True,
    sparse: bool = True,
    **kwargs: Any,
) -> np.ndarray:
    """Onsets of notes: the peaks of an onset strength envelope.

    Parameters
    ----------
    y : np.ndarray [shape=(..., n)], optional
        Samples, if there is no `onset_envelope`.
    sr : float, default 22050
        Sampling rate in Hz.
    onset_envelope : np.ndarray [shape=(..., t)], optional
        An envelope, for instance from `onset_strength`.
    hop_length : int, default 512
        Samples between frames.
    backtrack : bool, default False
        Move each onset back to the local minimum of `energy` before it; with ``sparse=True`` only.
    energy : np.ndarray [shape=(t,)], optional
        Default: the envelope.
    units : {'frames', 'samples', 'time'}, default 'frames'
        In what to give the onsets, if sparse; time is in seconds.
    normalize : bool, default True
        Bring the envelope to the range from 0 to 1 first.
    sparse : bool, default True
        True gives indices, and takes a single channel; False gives a mask over frames.
    **kwargs
        For `fastspec.util.peak_pick`, in frames. Default: maxima over 30 ms before, means over 100 ms on both
        sides, 0.07 above them, 30 ms apart.

    Returns
    -------
    np.ndarray [shape=(n_onsets,)] or [shape=onset_envelope.shape, dtype=bool]
        Empty (or False throughout) for an envelope that is zero everywhere or not finite.

    Raises
    ------
    ParameterError
        If there is neither `y` nor an envelope, `units` is unknown, or `sparse` does not go with the rest.

    See Also
    --------
    onset_strength, onset_backtrack, fastspec.util.peak_pick

    Examples
    --------
    >>> import fastspec
    >>> import numpy as np
    >>> y = fastspec.clicks(times=np.array([0.25, 0.5]), sr=8000, length=8000)
    >>> fastspec.onset.onset_detect(y=y, sr=8000, hop_length=80, units="time").round(1).tolist()
    [0.2, 0.5]
    """
    check_rate(sr)
    hop_length = as_hop_length(hop_length)
    if onset_envelope is None:
        if y is None:
            raise ParameterError("y=None and onset_envelope=None: give audio or an envelope")
        onset_envelope = onset_strength(y=y, sr=sr, hop_length=hop_length)
    onset_envelope = as_array(onset_envelope, name="onset_envelope")
    if not onset_envelope.shape[-1]:
        raise ParameterError(f"onset_envelope.shape={onset_envelope.shape} holds no frames to look for onsets in")
    if normalize:
        onset_envelope = onset_envelope - np.min(onset_envelope, keepdims=True, axis=-1)
        top = np.max(onset_envelope, keepdims=True, axis=-1)
        onset_envelope = onset_envelope / (top + tiny(onset_envelope))
    if onset_envelope.any() and np.isfinite(onset_envelope).all():
        arguments = _peak_defaults(sr, hop_length) | kwargs
        onsets = peak_pick(onset_envelope, sparse=sparse, axis=-1, **arguments)
        if backtrack:
            if not sparse:
                raise ParameterError("backtrack=True needs sparse=True: the frames of a mask cannot move")
            onsets = onset_backtrack(onsets, onset_envelope if energy is None else energy)
    else:
        onsets = np.array([], dtype=int) if sparse else np.zeros_like(onset_envelope, dtype=bool)
    return in_units(onsets, units, sr, hop_length) if sparse else onsets


def _peak_defaults(sr: float, hop_length: int) -> dict[str, float]:
    return {
        "pre_max": 0.03 * sr // hop_length,
        "post_max": 0.00 * sr // hop_length + 1,
        "pre_avg": 0.10 * sr // hop_length,
        "post_avg": 0.10 * sr // hop_length + 1,
        "wait": 0.03 * sr // hop_length,
        "delta": 0.07,
    }


def in_units(onsets: np.ndarray, units: str, sr: float, hop_length: int) -> np.ndarray:
    """Frames, or the samples or seconds at which they are."""
    if units == "frames":
        return onsets
    if units == "samples":
        return frames_to_samples(onsets, hop_length=hop_length)
    if units == "time":
        return frames_to_time(onsets, hop_length=hop_length, sr=sr)
    raise ParameterError(f"units={units!r} must be 'frames', 'samples' or 'time'")


@public
def onset_strength(
    *,
    y: FloatArray | None = None,
    sr: float = 22050,
    S: np.ndarray | None = None,
    lag: int = 1,
    max_size: int = 1,
    ref: np.ndarray | None = None,
    detrend: bool = False,
    center: bool = True,
    feature: Callable[..., Any] | None = None,
    aggregate: Callable[..., Any] | bool | None = None,
    **kwargs: Any,
) -> FloatArray:
    """Onset strength: by how much the log-mel spectrum rises at each frame, on average over its bands.

    ``mean(max(0, S[:, t] - ref[:, t - lag]))``, known as spectral flux.

    Parameters
    ----------
    y : np.ndarray [shape=(..., n)], optional
        Samples, if there is no `S`.
    sr : float, default 22050
        Sampling rate in Hz.
    S : np.ndarray [shape=(..., d, t)], optional
        A spectrogram, usually in decibels.
    lag : int > 0, default 1
        Over how many frames to take the rise.
    max_size : int > 0, default 1
        Compare with the maximum over so many neighbouring bands, which hides vibrato; 1 for the band itself.
    ref : np.ndarray [shape=(..., d, t)], optional
        What to compare with, instead.
    detrend : bool, default False
        Take out the mean, by a high-pass filter. The result is float64 then.
    center : bool, default True
        Delay the envelope by ``n_fft // (2 * hop_length)`` frames, as centred frames begin that much earlier.
    feature : callable, optional
        Makes the spectrogram (its power): ``feature(y=, sr=, n_fft=, hop_length=, **kwargs)``.
        Default: `fastspec.feature.melspectrogram` up to ``sr / 2``.
    aggregate : callable, optional
        Of the bands, called with ``axis``. Default: `numpy.mean`.
    **kwargs
        `n_fft` (2048) and `hop_length` (512); the rest is for `feature`.

    Returns
    -------
    np.ndarray [shape=(..., t)]
        In the precision of `y` or `S`; the first frames, which have nothing to be compared with, are 0.

    Raises
    ------
    ParameterError
        If there is neither `y` nor `S`, `lag` or `max_size` is not a positive integer, `ref` has another
        shape than `S`, or `aggregate` is False.

    See Also
    --------
    onset_strength_multi, onset_detect

    References
    ----------
    .. [1] S. Böck and G. Widmer, "Maximum filter vibrato suppression for onset detection", DAFx 2013.

    Examples
    --------
    >>> import fastspec
    >>> import numpy as np
    >>> y = np.zeros(22050, np.float32)
    >>> y[11264] = 1
    >>> envelope = fastspec.onset.onset_strength(y=y, sr=22050)
    >>> envelope.shape, envelope.argmax().item()
    ((44,), 23)
    """
    if aggregate is False:
        raise ParameterError("aggregate=False leaves more than one band; use onset_strength_multi")
    strength = onset_strength_multi(
        y=y, sr=sr, S=S, lag=lag, max_size=max_size, ref=ref, detrend=detrend, center=center, feature=feature,
        aggregate=aggregate, channels=None, **kwargs,
    )  # fmt: skip
    return strength[..., 0, :]


@public
def onset_strength_multi(
    *,
    y: FloatArray | None = None,
    sr: float = 22050,
    S: np.ndarray | None = None,
    n_fft: int = 2048,
    hop_length: int = 512,
    lag: int = 1,
    max_size: int = 1,
    ref: np.ndarray | None = None,
    detrend: bool = False,
    center: bool = True,
    feature: Callable[..., Any] | None = None,
    aggregate: Callable[..., Any] | bool | None = None,
    channels: Sequence[int] | Sequence[slice] | None = None,
    **kwargs: Any,
) -> FloatArray:
    """Onset strength envelopes of several groups of bands.

    Parameters
    ----------
    y, sr, S, lag, max_size, ref, detrend, center, feature
        As in `onset_strength`.
    n_fft : int, default 2048
        Length of the FFT.
    hop_length : int, default 512
        Samples between frames.
    aggregate : callable or False, optional
        As in `onset_strength`; False keeps the bands apart.
    channels : sequence of int or of slice, optional
        The groups: their boundaries, or the slices of bands that they are. Default: one group of all bands.
    **kwargs
        For `feature`, if there is no `S`.

    Returns
    -------
    np.ndarray [shape=(..., n_channels, t)]
        One envelope a group, or a band with ``aggregate=False``.

    Raises
    ------
    ParameterError
        As in `onset_strength`.

    See Also
    --------
    onset_strength, fastspec.util.sync

    Examples
    --------
    >>> import fastspec
    >>> import numpy as np
    >>> y = np.random.default_rng(0).standard_normal(22050).astype(np.float32)
    >>> fastspec.onset.onset_strength_multi(y=y, channels=[0, 32, 64, 96, 128]).shape
    (4, 44)
    """
    for name, value in (("lag", lag), ("max_size", max_size)):
        if not is_positive_int(value):
            raise ParameterError(f"{name}={value!r} must be a positive integer")
    lag, max_size = int(lag), int(max_size)
    if S is None:
        S = _power_levels(y, sr, n_fft, hop_length, feature, kwargs)
    S = np.atleast_2d(as_array(S, name="S"))
    if S.shape[-2] == 0:
        raise ParameterError(f"S.shape={S.shape} has no bands whose rise could be measured")
    if ref is None:
        ref = S if max_size == 1 else _maxima_of_neighbours(S, max_size)
    elif ref.shape != S.shape:
        raise ParameterError(f"ref.shape={ref.shape} must be that of S, {S.shape}")
    hop_length = as_hop_length(hop_length)
    rise = call(lambda: np.maximum(0.0, S[..., lag:] - ref[..., :-lag]), work=10 * S.size)
    aggregate = np.mean if aggregate is None else aggregate
    if callable(aggregate):
        groups = [slice(None)] if channels is None else channels
        rise = sync(rise, groups, aggregate=aggregate, pad=channels is None, axis=-2)
    delay = lag + (n_fft // (2 * hop_length) if center else 0)
    strength = pad_axis(rise, -1, (int(delay), 0), {})
    if detrend:
        strength, _ = first_order((1.0, -1.0), -0.99, np.asarray(strength, np.result_type(strength, np.float64)))
    return strength[..., : S.shape[-1]] if center else strength


def _power_levels(
    y: Any, sr: float, n_fft: int, hop_length: int, feature: Any, arguments: dict[str, Any]
) -> np.ndarray:
    """The spectrogram in decibels, fused where it is the default one."""
    if feature is not None:
        power = np.abs(feature(y=y, sr=sr, n_fft=n_fft, hop_length=hop_length, **arguments))
        return np.asarray(power_to_db(power))
    if y is None:
        raise ParameterError("y=None and S=None: give audio or a spectrogram")
    unknown = sorted(arguments.keys() & {"amin", "top_db", "check_finite"})
    if unknown:
        raise TypeError(f"{unknown[0]!r} is not an argument of melspectrogram; give S instead")
    check_rate(sr)
    arguments = {"fmax": 0.5 * sr} | arguments
    y = as_samples(y)
    if mel_range_complaint(sr, arguments.get("fmin", 0.0), arguments["fmax"]) or channels_last(y, n_fft):
        # librosa's functions warn of these, our own raise.
        power = melspectrogram(y=y, sr=sr, n_fft=n_fft, hop_length=hop_length, **arguments)
        return np.asarray(power_to_db(power))
    return logmel(y=y, sr=sr, n_fft=n_fft, hop_length=hop_length, **arguments)


@patient(20)
def _maxima_of_neighbours(S: np.ndarray, size: int) -> np.ndarray:
    """Maxima over `size` rows around each, the edges mirrored; even sizes reach one further down than up."""
    n = S.shape[-2]
    size = min(size, 2 * n + 1)  # this reaches every row from any other
    widths = [(0, 0)] * S.ndim
    widths[-2] = (size // 2, size - size // 2 - 1)
    top = np.pad(S, widths, mode="symmetric")
    # Maxima over 1, 2, 4, ... rows; two of the last ones cover the whole size.
    span = 1
    while 2 * span <= size:
        top = np.maximum(top[..., :-span, :], top[..., span:, :])
        span *= 2
    return np.maximum(top[..., :n, :], top[..., size - span : size - span + n, :])


@public
def onset_backtrack(events: np.ndarray, energy: np.ndarray) -> npt.NDArray[np.int_]:
    """Move onsets back to where their energy began to rise: the local minimum before each.

    Parameters
    ----------
    events : np.ndarray of int [shape=(n,)]
        Frames of onsets.
    energy : np.ndarray [shape=(t,)]
        Energy of each frame, for instance the onset strength or the RMS.

    Returns
    -------
    np.ndarray of int [shape=(n,)]
        The last local minimum not after each event, or frame 0.

    Raises
    ------
    ParameterError
        If there are no events.

    References
    ----------
    .. [1] T. Jehan, "Creating music by listening", PhD thesis, MIT, 2005.

    Examples
    --------
    >>> import fastspec
    >>> import numpy as np
    >>> energy = np.array([3.0, 1.0, 0.0, 4.0, 9.0, 2.0, 5.0, 6.0])
    >>> fastspec.onset.onset_backtrack(np.array([4, 7]), energy).tolist()
    [2, 5]
    """
    events, energy = as_array(events, name="events"), as_array(energy, name="energy")
    minima = np.flatnonzero((energy[1:-1] <= energy[:-2]) & (energy[1:-1] < energy[2:]))
    minima = fix_frames(1 + minima, x_min=0)
    return minima[match_events(events, minima, right=False)]
