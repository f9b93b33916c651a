"""Another sampling rate, by soxr, scipy or what else is installed."""

from __future__ import annotations

import functools
import math
from typing import TYPE_CHECKING, Any

import numpy as np

from ..._engine import foreign as _foreign
from ..._gate.complaints import public
from ..._gate.samples import ParameterError, check_rate, working_dtype
from ...util.utils import fix_length, valid_audio

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..._gate.kinds import FloatArray


# soxr's filters grow with the ratio of rates: designing one takes seconds at this ratio, minutes beyond.
FARTHEST_RATES = 100_000
# A polyphase filter has some twenty taps for each unit of the larger rate, their common divisor taken out.
_LARGEST_POLYPHASE = 10_000_000

SOXR_STREAMING = ("soxr_vhq", "soxr_hq", "soxr_mq", "soxr_lq", "soxr_qq")
_SOXR = (*SOXR_STREAMING, "soxr_VHQ", "soxr_HQ", "soxr_MQ", "soxr_LQ", "soxr_QQ")
_SAMPLERATE = ("linear", "zero_order_hold", "sinc_best", "sinc_medium", "sinc_fastest")
_RESAMPY = ("kaiser_best", "kaiser_fast", "sinc_window")


@public
def resample(
    y: FloatArray,
    *,
    orig_sr: float,
    target_sr: float,
    res_type: str = "soxr_hq",
    fix: bool = True,
    scale: bool = False,
    axis: int = -1,
    **kwargs: Any,
) -> FloatArray:
    """Convert audio from one sampling rate to another.

    Parameters
    ----------
    y : np.ndarray [shape=(..., n, ...), real floating-point]
        Audio.
    orig_sr, target_sr : float > 0
        Sampling rate in Hz of `y`, and of the result.
    res_type : str, default 'soxr_hq'
        The method:

        - ``"soxr_hq"``, ``"soxr_vhq"``, ``"soxr_mq"``, ``"soxr_lq"``: band-limited, by soxr, in
          high, very high, medium and low quality; ``"soxr_qq"``: quick cubic interpolation
        - ``"fft"`` or ``"scipy"``: in the frequency domain, by `scipy.signal.resample`
        - ``"polyphase"``: by `scipy.signal.resample_poly`, for integer rates
        - ``"linear"``, ``"zero_order_hold"``, ``"sinc_best"``, ``"sinc_medium"``, ``"sinc_fastest"``: by
          the package samplerate, where that is installed
        - ``"kaiser_best"``, ``"kaiser_fast"``, ...: by the package resampy, where that is installed.
    fix : bool, default True
        If True, make the result ``ceil(n * target_sr / orig_sr)`` samples long.
    scale : bool, default False
        If True, keep the energy rather than the level: divide by ``sqrt(target_sr / orig_sr)``.
    axis : int, default -1
        The axis of time.
    **kwargs
        How `fix` pads, as for `util.fix_length`.

    Returns
    -------
    np.ndarray [shape=(..., ceil(n * target_sr / orig_sr), ...), dtype as `y`]
        The converted audio; `y` itself if the rates are equal.

    Raises
    ------
    ParameterError
        If `y` is not valid audio, a rate is not positive, one is more than 100,000 times the other, or there is no
        such method.
    ModuleNotFoundError
        If the method needs a package that is not installed.

    Examples
    --------
    >>> import fastspec
    >>> y = fastspec.tone(440, sr=44100, duration=1)
    >>> fastspec.resample(y, orig_sr=44100, target_sr=16000).shape
    (16000,)
    """
    valid_audio(y)
    if orig_sr == target_sr:
        return y
    for name, rate in (("orig_sr", orig_sr), ("target_sr", target_sr)):
        check_rate(rate, name=name)

    ratio = float(target_sr) / orig_sr
    if not 1 / FARTHEST_RATES <= ratio <= FARTHEST_RATES:
        raise ParameterError(
            f"orig_sr={orig_sr} and target_sr={target_sr} are too far apart to convert; "
            f"one may be {FARTHEST_RATES:,} times the other at most"
        )
    n_samples = math.ceil(y.shape[axis] * ratio)
    convert = _resampler(res_type, orig_sr, target_sr, n_samples)
    if y.size == 0:
        shape = list(y.shape)
        shape[axis] = n_samples
        return np.zeros(shape, dtype=y.dtype)
    work = 20 * (y.size + n_samples * (y.size // y.shape[axis]))
    converted = _foreign.call(convert, y.astype(working_dtype(y.dtype), copy=False), axis, work=work)
    if fix:
        converted = fix_length(converted, size=n_samples, axis=axis, **kwargs)
    if scale:
        converted /= np.sqrt(ratio)
    return np.asarray(converted, dtype=y.dtype)


def _resampler(res_type: str, orig_sr: float, target_sr: float, n_samples: int) -> Any:
    """The conversion, as a function of an array and an axis; its package is imported here."""
    check_res_type(res_type)
    if res_type in _SOXR:
        import soxr

        rates = (orig_sr, target_sr)
        return functools.partial(_along_axis, lambda x: soxr.resample(x, *rates, quality=res_type))
    if res_type in ("fft", "scipy"):
        from scipy.signal import resample as by_fft

        return lambda y, axis: by_fft(y, n_samples, axis=axis)
    if res_type == "polyphase":
        from scipy.signal import resample_poly

        if int(orig_sr) != orig_sr or int(target_sr) != target_sr:
            raise ParameterError(f"orig_sr={orig_sr}, target_sr={target_sr}: res_type='polyphase' needs integer rates")
        divisor = math.gcd(int(orig_sr), int(target_sr))
        up, down = int(target_sr) // divisor, int(orig_sr) // divisor
        if max(up, down) > _LARGEST_POLYPHASE:
            raise ParameterError(
                f"orig_sr={orig_sr} and target_sr={target_sr} are as {down} to {up}: res_type='polyphase' takes no "
                f"more than {_LARGEST_POLYPHASE:,}; round the rates or use res_type='soxr_hq'"
            )
        return lambda y, axis: resample_poly(y, up, down, axis=axis)
    if res_type in _SAMPLERATE:
        samplerate = _optional("samplerate", res_type)
        ratio = target_sr / orig_sr
        return functools.partial(_along_axis, lambda x: samplerate.resample(x, ratio, converter_type=res_type))
    resampy = _optional("resampy", res_type)
    return lambda y, axis: resampy.resample(y, orig_sr, target_sr, filter=res_type, axis=axis)


def check_res_type(res_type: str | Callable[..., Any]) -> None:
    known = (*SOXR_STREAMING, "fft", "scipy", "polyphase", *_SAMPLERATE, *_RESAMPY)
    if res_type not in (*known, *_SOXR) and not callable(res_type):
        raise ParameterError(f"res_type={res_type!r} is not a resampling method; use one of {', '.join(known)}")


def _optional(module: str, res_type: str) -> Any:
    try:
        return __import__(module)
    except ModuleNotFoundError:
        raise ModuleNotFoundError(
            f"res_type={res_type!r} needs the package {module}, which is not installed; "
            "use res_type='soxr_hq' (the default), 'fft' or 'polyphase'",
            name=module,
        ) from None


def _along_axis(convert: Any, y: np.ndarray, axis: int) -> np.ndarray:
    """Apply a function of contiguous 1-D arrays to each channel, `axis` being that of time."""
    channels = np.moveaxis(y, axis, -1)
    rows = [convert(np.ascontiguousarray(channels[index])) for index in np.ndindex(channels.shape[:-1])]
    if y.ndim == 1:
        return rows[0]
    return np.moveaxis(np.stack(rows).reshape(*channels.shape[:-1], -1), -1, axis)
