"""Features of frames of samples: root mean square, zero-crossing rate."""

from __future__ import annotations

from math import gcd
from typing import TYPE_CHECKING, Any

import numpy as np

from .._engine import ranges as _ranges
from .._gate.complaints import public
from .._gate.samples import ParameterError, as_array, as_hop_length, as_index
from ..core.audio import zero_crossings
from ..util._complex import abs2
from ..util.utils import frame, pad_axis, valid_audio

if TYPE_CHECKING:
    import numpy.typing as npt

    from .._gate.kinds import FloatArray, WholePadMode


@public
def rms(
    *,
    y: FloatArray | None = None,
    S: np.ndarray | None = None,
    frame_length: int = 2048,
    hop_length: int = 512,
    center: bool = True,
    pad_mode: WholePadMode = "constant",
    dtype: npt.DTypeLike = np.float32,
) -> FloatArray:
    """Root mean square of each frame, from samples or from a spectrogram.

    Parameters
    ----------
    y : np.ndarray [shape=(..., n)], optional
        Samples; the more exact source, for no window weights them.
    S : np.ndarray [shape=(..., 1 + frame_length // 2, t)], optional
        A magnitude (or complex) spectrogram, if there is no `y`.
    frame_length : int, default 2048
        Samples in a frame; the `n_fft` of `S`.
    hop_length : int, default 512
        Samples from one frame to the next, if `y` is given.
    center : bool, default True
        Pad `y` by half a frame on each side, so that frame `t` is centred at ``y[t * hop_length]``.
    pad_mode : str or callable, default 'constant'
        How, as in `numpy.pad`.
    dtype : dtype_like, default float32
        Of the result, and of the squares that it is made from.

    Returns
    -------
    np.ndarray [shape=(..., 1, t)]

    Raises
    ------
    ParameterError
        If there is neither `y` nor `S`, if `y` is no audio, or if `S` does not have the bins of
        `frame_length`.

    Examples
    --------
    >>> import fastspec
    >>> import numpy as np
    >>> fastspec.feature.rms(y=np.full(8, 0.5), frame_length=4, hop_length=4, center=False).tolist()
    [[0.5, 0.5]]
    """
    if y is not None:
        power = _mean_square(y, frame_length, hop_length, center, pad_mode, dtype)
    elif S is not None:
        power = _mean_square_of_spectrum(as_array(S, name="S"), frame_length, dtype)
    else:
        raise ParameterError("y=None and S=None: give audio or a spectrogram")
    return np.sqrt(power)


def _mean_square(
    y: np.ndarray, frame_length: int, hop_length: int, center: bool, pad_mode: Any, dtype: Any
) -> np.ndarray:
    valid_audio(y)
    frame_length, hop_length = as_index(frame_length, name="frame_length"), as_hop_length(hop_length)
    if center:
        y = _padded(y, frame_length, pad_mode)
    dtype = np.dtype(y.dtype if dtype is None else dtype)
    if dtype not in (np.float32, np.float64):
        framed = frame(y, frame_length=frame_length, hop_length=hop_length)
        return np.mean(abs2(framed, dtype=dtype), axis=-2, keepdims=True)
    y = y.astype(dtype, order="C", copy=False)  # sums of samples elsewhere in memory may round otherwise
    framed = frame(y, frame_length=frame_length, hop_length=hop_length)
    return (_energies(y, framed, frame_length, hop_length) / dtype.type(frame_length))[..., np.newaxis, :]


# Pieces of frames shorter than this are no gain: their sums cost more than those of whole frames.
_SHORTEST_PIECE = 64


def _energies(y: np.ndarray, framed: np.ndarray, frame_length: int, hop_length: int) -> np.ndarray:
    """Sums of squares of frames, from those of the pieces that overlapping frames share."""
    piece = gcd(frame_length, hop_length)
    if frame_length <= hop_length or piece < _SHORTEST_PIECE:
        # A product of each frame with itself: the squares need no memory.
        return _sums_of_squares(framed)
    per_hop, n_frames = hop_length // piece, framed.shape[-1]
    n_pieces = frame_length // piece + (n_frames - 1) * per_hop
    pieces = y[..., : n_pieces * piece].reshape(*y.shape[:-1], n_pieces, piece)
    squares = np.einsum("...pi,...pi->...p", pieces, pieces)
    last = n_pieces - frame_length // piece + 1
    return sum(squares[..., i : i + last : per_hop] for i in range(frame_length // piece))


def _sums_of_squares(framed: np.ndarray) -> np.ndarray:
    """Of each frame, some at a time."""
    if framed.size <= _ranges.WORK_PER_RANGE:
        return np.einsum("...ft,...ft->...t", framed, framed)
    sums = np.empty((*framed.shape[:-2], framed.shape[-1]), framed.dtype)
    for channel in np.ndindex(sums.shape[:-1]):
        for part in _ranges.ranges(sums.shape[-1], framed.shape[-2]):
            frames = framed[(*channel, slice(None), part)]
            np.einsum("ft,ft->t", frames, frames, out=sums[(*channel, part)])
    return sums


def _padded(y: np.ndarray, frame_length: int, pad_mode: Any) -> np.ndarray:
    half = int(frame_length // 2)
    return pad_axis(y, -1, (half, half), {"mode": pad_mode})


def _mean_square_of_spectrum(S: np.ndarray, frame_length: int, dtype: Any) -> np.ndarray:
    """Parseval: the bins between 0 Hz and half the sampling rate stand for two each."""
    S = as_array(S, name="S")
    if S.ndim < 2:
        raise ParameterError(f"S.shape={S.shape} must be (..., bins, frames)")
    n_bins = S.shape[-2]
    if n_bins != frame_length // 2 + 1:
        raise ParameterError(
            f"frame_length={frame_length} does not fit S.shape[-2]={n_bins}; "
            f"use frame_length={2 * n_bins - 2} or {2 * n_bins - 1}"
        )
    if S.dtype == dtype and S.dtype.kind == "f":
        magnitudes = S
    else:
        magnitudes = np.sqrt(abs2(S, dtype=dtype))
    has_nyquist = frame_length % 2 == 0
    edges = magnitudes[..., [0, -1] if has_nyquist else [0], :]
    between = magnitudes[..., 1 : n_bins - has_nyquist, :]
    # The edges are summed apart: subtracting half of them from the sum would cancel.
    total = 2 * _energies_of_columns(between) + _energies_of_columns(edges)
    return (total / float(frame_length) ** 2)[..., np.newaxis, :]


def _energies_of_columns(M: np.ndarray) -> np.ndarray:
    """Sums of squares over the bins. einsum needs no memory for products; of many channels at once, or where neither
    bins nor frames are neighbours in memory, it would add in another order."""
    total = np.empty((*M.shape[:-2], M.shape[-1]), M.dtype)
    for channel in np.ndindex(M.shape[:-2]):
        frames = M[channel].T
        if frames.itemsize not in frames.strides:
            frames = np.ascontiguousarray(frames)
        np.einsum("tf,tf->t", frames, frames, out=total[channel])
    return total


@public
def zero_crossing_rate(
    y: FloatArray, *, frame_length: int = 2048, hop_length: int = 512, center: bool = True, **kwargs: Any
) -> FloatArray:
    """Which part of the samples of each frame differs in sign from the sample before.

    Parameters
    ----------
    y : np.ndarray [shape=(..., n)]
        Samples.
    frame_length : int, default 2048
        Samples in a frame.
    hop_length : int, default 512
        Samples from one frame to the next.
    center : bool, default True
        Repeat the first and the last sample for half a frame, so that frame `t` is centred at ``y[t *
        hop_length]``.
    **kwargs
        For `fastspec.zero_crossings`: `threshold`, `ref_magnitude`, `zero_pos`, and `pad`, here False by
        default.

    Returns
    -------
    np.ndarray [shape=(..., 1, t)], float64
        Between 0 and 1.

    Raises
    ------
    ParameterError
        If `y` is no audio, or is shorter than a frame that is not centred.

    Examples
    --------
    >>> import fastspec
    >>> import numpy as np
    >>> y = np.array([1.0, -1.0, 1.0, -1.0, 1.0, 1.0, 1.0, 1.0])
    >>> fastspec.feature.zero_crossing_rate(y, frame_length=4, hop_length=4, center=False).tolist()
    [[0.75, 0.0]]
    """
    valid_audio(y)
    frame_length, hop_length = as_index(frame_length, name="frame_length"), as_hop_length(hop_length)
    if center:
        y = _padded(y, frame_length, "edge")
    options = {"pad": False, **kwargs, "axis": -1}
    # The view checks the lengths, and is what a callable reference gets.
    framed = frame(y, frame_length=frame_length, hop_length=hop_length)
    if callable(options.get("ref_magnitude")):
        return np.mean(zero_crossings(framed, **{**options, "axis": -2}), axis=-2, keepdims=True)
    pad = bool(options["pad"])
    # Each sample is looked at once. The first of a frame has none before it there: `pad` says what it counts.
    crossings = zero_crossings(y, **{**options, "pad": False})
    starts = np.arange(framed.shape[-1]) * hop_length
    within = np.empty((*crossings.shape[:-1], len(starts)), np.intp)
    for channel in np.ndindex(crossings.shape[:-1]):
        places = np.flatnonzero(crossings[channel])
        before, until = np.searchsorted(places, [starts, starts + frame_length - 1], side="right")
        within[channel] = until - before + pad
    return (within / frame_length)[..., np.newaxis, :]
