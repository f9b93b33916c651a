"""Features of features: derivatives in time, stacked history."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from .._engine import foreign as _foreign
from .._engine.kept import kept
from .._front.specs import CACHED
from .._gate.complaints import public
from .._gate.samples import DTypeError, ParameterError, as_array, whole
from ..util.utils import pad_axis

if TYPE_CHECKING:
    import numpy.typing as npt

    from .._gate.kinds import FloatArray, T

__all__ = ["delta", "stack_memory"]

# numpy.pad's names of the ways that scipy.ndimage continues an array.
_PADDING: dict[str, Literal["edge", "reflect", "constant", "wrap"]] = {
    "nearest": "edge", "mirror": "reflect", "constant": "constant", "wrap": "wrap",
}  # fmt: skip

# Values per block: few enough for malloc not to ask the system for fresh pages at every
# block.
_BLOCK_VALUES = 2**13
# From this length on, a row is worth a call of its own.
_LONG_ROW = 200


@public
def delta(
    data: np.ndarray,
    *,
    width: int = 9,
    order: int = 1,
    axis: int = -1,
    mode: Literal["interp", "nearest", "mirror", "constant", "wrap"] = "interp",
    **kwargs: Any,
) -> FloatArray:
    """Derivative of features in time: that of a polynomial fitted to the `width` frames around each one.

    Parameters
    ----------
    data : np.ndarray
        Features, for instance MFCCs.
    width : int, default 9
        Frames to fit to; odd, at least 3. With ``mode='interp'``, there must be as many.
    order : int, default 1
        Which derivative: 1 for velocity, 2 for acceleration.
    axis : int, default -1
        The axis of time.
    mode : {'interp', 'nearest', 'mirror', 'constant', 'wrap'}, default 'interp'
        What to do for frames nearer to an end than half the width. 'interp': evaluate the polynomial of the
        first (last) `width` frames there; the others continue the data as `scipy.ndimage` does.
    **kwargs
        `polyorder` (degree of the polynomial, default `order`), `delta` (time from frame to frame, default
        1.0), `cval` (what 'constant' continues with, default 0.0).

    Returns
    -------
    np.ndarray [shape=data.shape]
        float32 for float32, else float64.

    Raises
    ------
    ParameterError
        If `width`, `order`, `mode` or `polyorder` breaks its rule, or NaN or infinity stands where 'interp' fits.

    References
    ----------
    .. [1] A. Savitzky and M. J. E. Golay, "Smoothing and differentiation of data by simplified least squares
       procedures", Analytical Chemistry 36 (1964).

    Examples
    --------
    >>> import fastspec
    >>> import numpy as np
    >>> fastspec.feature.delta(np.arange(10.0) ** 2)[2:5].round(6).tolist()
    [8.0, 8.0, 8.0]
    """
    data = np.atleast_1d(as_array(data, name="data"))
    if mode == "interp" and width > data.shape[axis]:
        raise ParameterError(
            f"width={width} exceeds data.shape[{axis}]={data.shape[axis]}, and mode='interp' needs as many frames; "
            "use a smaller width or mode='nearest'"
        )
    if width < 3 or np.mod(width, 2) != 1:
        raise ParameterError(f"width={width} must be an odd integer of at least 3")
    if order <= 0 or not isinstance(order, (int, np.integer)):
        raise ParameterError(f"order={order} must be a positive integer")
    kwargs.pop("deriv", None)
    return _savitzky_golay(data, int(width), int(order), axis, mode, **{"polyorder": order, **kwargs})


def _savitzky_golay(
    data: np.ndarray,
    width: int,
    order: int,
    axis: int,
    mode: str,
    *,
    polyorder: int,
    delta: float = 1.0,
    cval: float = 0.0,
) -> np.ndarray:
    if mode != "interp" and mode not in _PADDING:
        raise ParameterError(f"mode={mode!r} must be 'interp', {', '.join(map(repr, _PADDING))}")
    if polyorder >= width:
        raise ParameterError(f"polyorder={polyorder} must be less than width={width}")
    if data.dtype not in (np.float32, np.float64):
        data = data.astype(np.float64)
    half = width // 2
    taps, first, last = _slopes(width, int(polyorder), order)
    scale = float(delta) ** order
    result = np.empty(data.shape, data.dtype.newbyteorder("="))
    if not result.size:
        return result
    target = np.moveaxis(result, axis, -1)
    source = np.moveaxis(data, axis, -1)
    if mode == "interp":
        inner = target[..., half : source.shape[-1] - half]
        ends = source[..., :width], source[..., source.shape[-1] - width :]
        if not all(np.isfinite(end).all() for end in ends):
            raise ParameterError(
                f"data must be finite in its first and last {width} frames, to which mode='interp' fits polynomials; "
                "use mode='nearest' or clean it with np.nan_to_num(data)"
            )
        work = 100 * ends[0].size
        target[..., :half] = _foreign.call(np.matmul, ends[0], first / scale, work=work)
        target[..., source.shape[-1] - half :] = _foreign.call(np.matmul, ends[1], last / scale, work=work)
    else:
        inner = target
        widths = [(0, 0)] * (source.ndim - 1) + [(half, half)]
        beyond: dict[str, Any] = {"constant_values": cval} if mode == "constant" else {}
        source = np.pad(source, widths, _PADDING[mode], **beyond)
    work = source.size * len(taps)
    _foreign.call(_correlate, source, taps / scale, inner, odd=order % 2 == 1, work=work)
    return result


@kept(CACHED)
def _slopes(width: int, polyorder: int, order: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Derivatives of the polynomial fitted to `width` values: taps for the middle, matrices for both halves."""
    half = width // 2
    places = np.arange(-half, half + 1) / half
    fit = np.linalg.pinv(np.vander(places, polyorder + 1, increasing=True))
    powers = np.arange(order, polyorder + 1)
    # d^order/dx^order x^p = p! / (p - order)! x^(p - order)
    factors = np.prod(powers[:, np.newaxis] - np.arange(order), axis=1) / float(half) ** order
    slopes = places[:, np.newaxis] ** (powers - order) * factors @ fit[order:]
    return slopes[half], slopes[:half].T, slopes[half + 1 :].T


def _correlate(x: np.ndarray, taps: np.ndarray, out: np.ndarray, *, odd: bool) -> None:
    """``out[..., t] = sum of taps[i] x[..., t + i]`` in float64; taps are symmetric or, if `odd`, antisymmetric."""
    if x.shape[-1] >= _LONG_ROW:
        for row in np.ndindex(x.shape[:-1]):
            out[row] = np.correlate(x[row].astype(np.float64), taps)
        return
    n, half = out.shape[-1], len(taps) // 2
    join = np.subtract if odd else np.add
    for index, block in _row_blocks(x):
        wide = block.astype(np.float64)
        # Odd derivatives do not ask the frame itself, but a NaN there is theirs as well.
        total = (0.0 if odd else taps[half]) * wide[..., half : half + n]
        term = np.empty_like(total)
        for i in range(half):
            mirrored = len(taps) - 1 - i
            join(wide[..., mirrored : mirrored + n], wide[..., i : i + n], out=term)
            term *= taps[mirrored]
            total += term
        out[index] = total


def _row_blocks(x: np.ndarray) -> Iterator[Any]:
    """Index and rows (m, t) of an array (..., t), a few at a time."""
    if x.ndim == 1:
        yield ..., x
        return
    step = max(1, _BLOCK_VALUES // max(1, x.shape[-1]))
    for leading in np.ndindex(x.shape[:-2]):
        for first in range(0, x.shape[-2], step):
            index = (*leading, slice(first, first + step))
            yield index, x[index]


@public
def stack_memory(data: npt.NDArray[T], *, n_steps: int = 2, delay: int = 1, **kwargs: Any) -> npt.NDArray[T]:
    """Append to each frame the frames before it (or, with a negative delay, after it).

    Parameters
    ----------
    data : np.ndarray [shape=(..., d, t)]
        Features. A vector counts as one row.
    n_steps : int, default 2
        How many frames to stack, the present one included.
    delay : int, default 1
        How many frames lie between them; not 0. Positive looks back, negative ahead.
    **kwargs
        For `numpy.pad`, which says what precedes (or follows) the data. Default: zeros.

    Returns
    -------
    np.ndarray [shape=(..., n_steps * d, t)]
        Rows ``i d .. (i + 1) d - 1`` are the data, `i` delays away; in the memory order of `data`.

    Raises
    ------
    ParameterError
        If `n_steps` is less than 1, `delay` is 0, or there are no frames.

    Examples
    --------
    >>> import fastspec
    >>> import numpy as np
    >>> fastspec.feature.stack_memory(np.arange(1, 5), n_steps=3).tolist()
    [[1, 2, 3, 4], [0, 1, 2, 3], [0, 0, 1, 2]]
    """
    if n_steps < 1:
        raise ParameterError(f"n_steps={n_steps} must be a positive integer")
    if delay == 0:
        raise ParameterError(f"delay={delay} must not be 0; use 1 to look one frame back")
    delay = whole(delay)
    if not all(isinstance(number, (int, np.integer)) for number in (n_steps, delay)):
        raise DTypeError(f"n_steps={n_steps!r} and delay={delay!r} must be integers")
    data = np.atleast_2d(as_array(data, name="data"))
    n_rows, n_frames = data.shape[-2:]
    if n_frames < 1:
        raise ParameterError(f"data.shape={data.shape} has no frames to stack")
    history = (n_steps - 1) * abs(delay)
    ends = (history, 0) if delay > 0 else (0, history)
    padded = pad_axis(data, -1, ends, kwargs)
    stacked = np.empty_like(padded, shape=(*data.shape[:-2], n_steps * n_rows, n_frames))
    present = history if delay > 0 else 0
    for step in range(n_steps):
        first = present - step * delay
        stacked[..., step * n_rows : (step + 1) * n_rows, :] = padded[..., first : first + n_frames]
    return stacked
