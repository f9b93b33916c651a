"""Decomposition of spectrograms: harmonic and percussive parts by median filters."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NoReturn

import numpy as np

from . import _run
from ._arrays import DTypeError, ParameterError, as_array, as_number, promoted
from ._complaints import public
from ._lazy import missing
from .util._matrices import softmask

if TYPE_CHECKING:
    import numpy.typing as npt

__all__ = ["hpss"]


def __dir__() -> list[str]:
    return __all__


# Masks are made of this many values at a time, so that a dozen passes over them stay in the cache.
BLOCK = 2**15


@public
def hpss(
    S: np.ndarray,
    *,
    kernel_size: int | tuple[int, int] | list[int] = 31,
    power: float = 2.0,
    mask: bool = False,
    margin: float | tuple[float, float] | list[float] = 1.0,
) -> tuple[np.ndarray, np.ndarray]:
    """Split a spectrogram into a harmonic part, smooth in time, and a percussive one, smooth in frequency.

    Running medians along either axis keep what is smooth there. Soft masks then share out the spectrogram by
    the ratio of the two: ``H + P = S`` for ``margin=1``, less than `S` for larger margins.

    Parameters
    ----------
    S : np.ndarray [shape=(..., d, t)], real or complex
        Spectrogram; leading axes are channels. Complex ones keep their phase.
    kernel_size : int or (int, int), default 31
        Width of the medians: over frames for the harmonic part, over bins for the percussive one.
    power : float > 0, default 2.0
        Exponent of the masks' ratio; infinity makes them hard (and boolean).
    mask : bool, default False
        Return the masks themselves.
    margin : float or (float, float), default 1.0
        At least 1: how many times larger the harmonic median must be than the percussive one to take half of
        a bin; and the other way round.

    Returns
    -------
    H, P : np.ndarray [shape=(..., d, t)]
        The two parts, or their masks, in the layout and precision of `S`.

    Raises
    ------
    ParameterError
        If a margin is below 1, a width is not positive, `power` is not positive, or medians are negative.

    References
    ----------
    .. [1] D. Fitzgerald, "Harmonic/percussive separation using median filtering", DAFx 2010.
    .. [2] J. Driedger, M. Müller and S. Disch, "Extending harmonic-percussive separation of audio signals",
       ISMIR 2014.

    Examples
    --------
    >>> import fastspec
    >>> import numpy as np
    >>> S = np.full((65, 40), 0.001, np.float32)
    >>> S[20], S[:, 10] = 1, 1
    >>> H, P = fastspec.decompose.hpss(S)
    >>> H[20, 30].item() > 0.99, P[50, 10].item() > 0.99
    (True, True)
    """
    harmonic, percussive = separate(S, kernel_size, power, mask, margin)
    return harmonic, percussive


def separate(S, kernel_size, power, mask: bool, margin, parts: tuple[int, ...] = (0, 1)) -> list[np.ndarray]:
    """`hpss` with a choice of its parts: 0 the harmonic, 1 the percussive one."""
    S = as_array(S, name="S")
    if S.dtype.char in "gG":  # which scipy's filters do not take
        raise DTypeError(f"S.dtype={S.dtype} is beyond double precision; pass S.astype(np.float64)")
    margins = _pair(margin)
    widths = [int(as_number(width, name="kernel_size")) for width in _pair(kernel_size)]
    if S.ndim < 2:
        raise ParameterError(f"S.shape={S.shape} must have an axis of frequency and one of time")
    if min(margins) < 1:
        raise ParameterError(f"margin={margin!r} must be at least 1; 1 to 10 is usual")
    if min(widths) < 1:
        raise ParameterError(f"kernel_size={kernel_size!r} must be positive; 31 is usual")
    if not power > 0:
        raise ParameterError(f"power={power} must be positive; 2 is usual, np.inf for hard masks")
    if np.isfinite(power):
        S = promoted(S, power)
    magnitude = np.abs(S) if np.iscomplexobj(S) else S
    medians = [_running_median(magnitude, width, axis) for width, axis in zip(widths, (-1, -2), strict=True)]
    split_zeros = margins == (1, 1)

    def mask_of(i: int, block: tuple) -> np.ndarray:
        threshold = medians[1 - i][block]
        if margins[i] != 1:
            threshold = threshold * margins[i]
        return softmask(medians[i][block], threshold, power=power, split_zeros=split_zeros)

    if magnitude.dtype not in (np.float32, np.float64) or magnitude.size == 0:
        masks = [mask_of(i, (...,)) for i in parts]
        return masks if mask else [S * ratio for ratio in masks]
    dtype = np.dtype(bool) if mask and np.isinf(power) else magnitude.dtype if mask else S.dtype.newbyteorder("=")
    results = [np.empty_like(S, dtype=dtype) for _ in parts]
    for block in _blocks(S):
        for i, result in zip(parts, results, strict=True):
            if mask:
                result[block] = mask_of(i, block)
            else:
                np.multiply(S[block], mask_of(i, block), out=result[block])
    return results


def _pair(value) -> tuple:
    return (value[0], value[1]) if isinstance(value, (tuple, list)) else (value, value)


def _blocks(S: np.ndarray) -> Iterator[tuple]:
    """Indices of parts of `S` that lie together in memory."""
    n_rows, n_frames = S.shape[-2:]
    by_frame = S.strides[-2] < S.strides[-1]
    length, step = (n_frames, n_rows) if by_frame else (n_rows, n_frames)
    step = max(1, BLOCK // step)
    for channel in np.ndindex(S.shape[:-2]):
        for first in range(0, length, step):
            part = slice(first, first + step)
            yield (*channel, slice(None), part) if by_frame else (*channel, part)


def _running_median(x: np.ndarray, width: int, axis: int) -> np.ndarray:
    """scipy.ndimage.median_filter along the last axis or the last but one, its ends mirrored."""
    if x.dtype not in (np.float32, np.float64) or np.isnan(x.max(initial=0)):
        return _median_by_scipy(x, width, axis)  # of NaN it makes what it makes, and so does librosa
    out = np.empty_like(x)
    direct = x.dtype.isnative and x.flags.aligned and all(x.itemsize in a.strides[-2:] for a in (x, out))
    source = x if direct else np.ascontiguousarray(x, dtype=x.dtype.newbyteorder("="))
    target = out if direct else np.empty_like(source)
    rows, medians = (source, target) if axis == -1 else (source.swapaxes(-1, -2), target.swapaxes(-1, -2))
    for channel in np.ndindex(x.shape[:-2]):
        _run.running_median(rows[channel], medians[channel], width)
    if not direct:
        out[...] = target
    return out


def _median_by_scipy(x: np.ndarray, width: int, axis: int) -> npt.NDArray:
    from scipy.ndimage import median_filter

    out = np.empty_like(x)
    size = [1] * x.ndim
    size[axis] = width
    out[...] = median_filter(x, size=size, mode="reflect")
    return out


def __getattr__(name: str) -> NoReturn:
    raise missing(__name__, name)
