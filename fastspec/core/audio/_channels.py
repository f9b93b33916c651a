"""Mixing channels and signals: `to_mono`, `to_stereo`, `to_multi`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ..._gate.complaints import public
from ..._gate.samples import ParameterError, as_array
from ...util.utils import fix_length, valid_audio

if TYPE_CHECKING:
    from ..._gate.kinds import FloatArray


def _output(out: np.ndarray | None, shape: tuple[int, ...], dtype: np.dtype) -> np.ndarray:
    """Zeros to add to: new ones, or `out` once it is known to fit."""
    if out is None:
        return np.zeros(shape, dtype=dtype)
    if out.shape != shape:
        raise ParameterError(f"out.shape={out.shape} does not fit the result, which has shape={shape}")
    if np.promote_types(out.dtype, dtype) != out.dtype:
        raise ParameterError(f"out.dtype={out.dtype} cannot hold the result, which has dtype={dtype}")
    out[...] = 0
    return out


def _mix(y: np.ndarray, norm: bool) -> np.ndarray:
    """Sum or mean over all axes but the last; a mono signal comes back as it is."""
    if y.ndim == 1:
        return y
    # One channel after another: on interleaved samples this is some ten times faster than np.mean, and
    # it is the same sum (np.mean groups the terms differently from eight channels on).
    channels, dtype = [y[index] for index in np.ndindex(y.shape[:-1])], np.promote_types(y.dtype, np.float32)
    total = channels[0].astype(dtype) if channels else np.zeros(y.shape[-1], dtype)
    for channel in channels[1:]:
        total += channel
    if norm:
        total /= len(channels)
    return total.astype(y.dtype, copy=False)


def _common_size(signals: Any, pad: bool) -> int:
    return (max if pad else min)(y.shape[-1] for y in signals)


@public
def to_mono(*signals: FloatArray, pad: bool = True, norm: bool = True, out: np.ndarray | None = None) -> FloatArray:
    """Mix one or more signals down to a single channel.

    Parameters
    ----------
    *signals : np.ndarray [shape=(..., n), real floating-point]
        Audio; each may have any number of leading channel axes, and a length of its own.
    pad : bool, default True
        If True, shorter signals are continued with zeros; if False, longer ones are cut.
    norm : bool, default True
        If True, channels and then signals are averaged; if False, they are added up.
    out : np.ndarray [shape=(n,)], optional
        Where to put the result; its dtype must be able to hold it.

    Returns
    -------
    np.ndarray [shape=(n,)]
        The mix, in the widest dtype of the signals; always a new array, or `out`.

    Raises
    ------
    ParameterError
        If there is no signal, one is not valid audio, or `out` does not fit.

    Examples
    --------
    >>> import numpy as np, fastspec
    >>> fastspec.to_mono(np.array([[1.0, 2.0], [3.0, 4.0]])).tolist()
    [2.0, 3.0]
    >>> fastspec.to_mono(np.ones(3), np.ones(2), norm=False).tolist()
    [2.0, 2.0, 1.0]
    """
    if not signals:
        raise ParameterError("to_mono() was given no signal; pass at least one array")
    for y in signals:
        valid_audio(y)
    output = _output(out, (_common_size(signals, pad),), np.result_type(*(y.dtype for y in signals)))
    for y in signals:
        mixed = _mix(y, norm)[: output.shape[-1]]
        output[: mixed.shape[-1]] += mixed
    if norm and len(signals) > 1:
        output /= len(signals)
    return output


@public
def to_stereo(
    *,
    left: np.ndarray | None,
    right: np.ndarray | None,
    downmix: bool = True,
    pad: bool = True,
    norm: bool = True,
    out: np.ndarray | None = None,
) -> FloatArray:
    """Put one signal to the left and another to the right.

    Parameters
    ----------
    left, right : np.ndarray [shape=(..., n), real floating-point] or None
        Audio of each side; None is silence, but one of the two must be given.
    downmix : bool, default True
        If True, each side is first mixed to mono. If False, a side may be mono, which goes
        to its own channel only, or stereo, which goes to both.
    pad : bool, default True
        If True, the shorter side is continued with zeros; if False, the longer one is cut.
    norm : bool, default True
        If True, what is mixed is averaged; if False, it is added up.
    out : np.ndarray [shape=(2, n)], optional
        Where to put the result; its dtype must be able to hold it.

    Returns
    -------
    np.ndarray [shape=(2, n)]
        Left and right channel, in the wider dtype of the two signals.

    Raises
    ------
    ParameterError
        If both sides are None, a side has more channels than it may, or `out` does not fit.

    Examples
    --------
    >>> import numpy as np, fastspec
    >>> fastspec.to_stereo(left=np.ones(2), right=None).tolist()
    [[1.0, 1.0], [0.0, 0.0]]
    """
    if left is None and right is None:
        raise ParameterError("left=None and right=None leave nothing to mix; pass at least one of them")
    onesided = left is None or right is None
    left = np.zeros_like(right) if left is None else as_array(left, name="left")
    right = np.zeros_like(left) if right is None else as_array(right, name="right")
    for name, side in (("left", left), ("right", right)):
        if side.ndim == 0:
            raise ParameterError(f"{name}={side} has no sample axis; audio is at least one-dimensional")
    size = _common_size((left, right), pad)
    dtype = np.promote_types(left.dtype, right.dtype)
    left, right = (fix_length(side.astype(dtype, copy=False), size=size) for side in (left, right))

    output = _output(out, (2, size), dtype)
    if downmix:
        to_mono(left, norm=norm, out=output[0])
        to_mono(right, norm=norm, out=output[1])
        return output
    for name, side, channel in (("left", left, 0), ("right", right, 1)):
        if side.ndim == 1:
            output[channel] += side
        elif side.shape == (2, size):
            output += side
        else:
            raise ParameterError(
                f"{name}.shape={side.shape} is not mono or stereo, as downmix=False needs; use downmix=True"
            )
    if norm and not onesided:
        output /= 2
    return output


@public
def to_multi(
    *signals: FloatArray,
    downmix: bool = True,
    pad: bool = True,
    norm: bool = True,
    out: np.ndarray | None = None,
) -> FloatArray:
    """Stack signals as the channels of one, or mix signals that have the same channels.

    Parameters
    ----------
    *signals : np.ndarray [shape=(..., n), real floating-point]
        Audio; the lengths may differ.
    downmix : bool, default True
        If True, each signal is mixed to mono and becomes one channel of the result. If
        False, all signals must have the same channels, and are mixed channel by channel.
    pad : bool, default True
        If True, shorter signals are continued with zeros; if False, longer ones are cut.
    norm : bool, default True
        If True, what is mixed is averaged; if False, it is added up.
    out : np.ndarray, optional
        Where to put the result; shape and dtype must fit it.

    Returns
    -------
    np.ndarray [shape=(len(signals), n) or (..., n)]
        One channel per signal; with ``downmix=False``, the channels of the signals.

    Raises
    ------
    ParameterError
        If there is no signal, one is not valid audio, channels differ under ``downmix=False``, or `out`
        does not fit.

    Examples
    --------
    >>> import numpy as np, fastspec
    >>> fastspec.to_multi(np.ones(2), np.ones((2, 3))).tolist()
    [[1.0, 1.0, 0.0], [1.0, 1.0, 1.0]]
    """
    if not signals:
        raise ParameterError("to_multi() was given no signal; pass at least one array")
    for y in signals:
        valid_audio(y)
    layout = (len(signals),) if downmix else signals[0].shape[:-1]
    if not downmix and any(y.shape[:-1] != layout for y in signals):
        shapes = ", ".join(str(y.shape) for y in signals)
        raise ParameterError(f"downmix=False needs signals of the same channels, but their shapes are {shapes}")
    size = _common_size(signals, pad)
    dtype = np.result_type(*(y.dtype for y in signals))
    output = _output(out, (*layout, size), dtype)
    for i, y in enumerate(signals):
        mixed, target = (_mix(y.astype(dtype, copy=False), norm), output[i]) if downmix else (y, output)
        mixed = mixed[..., :size]
        target[..., : mixed.shape[-1]] += mixed
    if norm and not downmix:
        output /= len(signals)
    return output
