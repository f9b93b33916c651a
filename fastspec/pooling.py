"""Means and maxima over windows that divide an axis into a wanted number of outputs, as torch pools adaptively.

Output `j` of an axis of `n` positions that shall have `m` is taken over positions ``floor(j * n / m)`` to
``ceil((j + 1) * n / m) - 1``. Where `m` does not divide `n`, neighbouring windows overlap by one; where `m` exceeds
`n`, positions are repeated or averaged in pairs.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ._engine import arrays as _arrays
from ._gate.complaints import public
from ._gate.samples import DTypeError, ParameterError, as_index, refuse_mask, working_dtype

if TYPE_CHECKING:
    from ._gate.kinds import FloatArray, RealArray

__all__ = [
    "adaptive_avg_pool1d",
    "adaptive_avg_pool2d",
    "adaptive_avg_pool3d",
    "adaptive_max_pool1d",
    "adaptive_max_pool2d",
    "interpolate_area",
    "pool_frames",
]

Sizes = int | None | Sequence[int | None]

_F32, _F64 = np.dtype(np.float32), np.dtype(np.float64)


@public
def adaptive_avg_pool1d(x: RealArray, output_size: Sizes, *, out: np.ndarray | None = None) -> FloatArray:
    """Average the last axis over windows, so that it has a given length.

    Parameters
    ----------
    x : np.ndarray [shape=(..., n)], real
        Leading axes are batch and channels; any strides, without a copy. float32 and float64 are pooled as they are,
        float16 in float32, integers and booleans in float64. NaN makes the outputs NaN whose windows hold it.
    output_size : int, None, or a tuple of one of them
        The length; None keeps `n`. It may exceed `n`.
    out : np.ndarray [shape=(..., output_size)], optional
        Where to put the result: of the result's dtype, any strides, not overlapping `x`.

    Returns
    -------
    np.ndarray [shape=(..., output_size)]
        float32 or float64, with the order of `x` in memory; or `out`. Sums are taken in more than the precision of the
        input: float32 means are within 0.51 ulp, float64 means within 2 ulp, unless numbers of both signs cancel.

    Raises
    ------
    ParameterError
        If `output_size` is not a positive integer, the axis is empty, or `out` does not fit.
    DTypeError
        If `x` is not an array of real numbers.

    References
    ----------
    .. [1] PyTorch, ``torch.nn.AdaptiveAvgPool1d``: the windows.
    .. [2] T. Ogita, S. M. Rump and S. Oishi, "Accurate sum and dot product", SIAM J. Sci. Comput. 26 (2005).

    Examples
    --------
    >>> import fastspec
    >>> import numpy as np
    >>> fastspec.adaptive_avg_pool1d(np.arange(10.0), 4).tolist()
    [1.0, 3.0, 6.0, 8.0]
    """
    return _pool(x, output_size, 1, out)


@public
def adaptive_avg_pool2d(x: RealArray, output_size: Sizes, *, out: np.ndarray | None = None) -> FloatArray:
    """Average the last two axes over windows, so that they have a given shape.

    Parameters
    ----------
    x : np.ndarray [shape=(..., rows, columns)], real
        Leading axes are batch and channels. Dtypes, strides and NaN as in `adaptive_avg_pool1d`.
    output_size : int or None, or a tuple of two
        The shape; one number stands for both, None keeps a size.
    out : np.ndarray [shape=(..., wanted sizes)], optional
        Where to put the result: of the result's dtype, any strides, not overlapping `x`.

    Returns
    -------
    np.ndarray [shape=(..., wanted sizes)]
        As in `adaptive_avg_pool1d`; or `out`.

    Raises
    ------
    ParameterError
        If a size is not a positive integer, a pooled axis is empty or missing, or `out` does not fit.
    DTypeError
        If `x` is not an array of real numbers.

    Examples
    --------
    >>> import fastspec
    >>> import numpy as np
    >>> S = np.arange(24.0).reshape(4, 6)
    >>> fastspec.adaptive_avg_pool2d(S, (2, 3)).tolist()
    [[3.5, 5.5, 7.5], [15.5, 17.5, 19.5]]
    """
    return _pool(x, output_size, 2, out)


@public
def adaptive_avg_pool3d(x: RealArray, output_size: Sizes, *, out: np.ndarray | None = None) -> FloatArray:
    """Average the last three axes over windows, so that they have a given shape.

    Parameters
    ----------
    x : np.ndarray [shape=(..., depth, rows, columns)], real
        Leading axes are batch and channels. Dtypes, strides and NaN as in `adaptive_avg_pool1d`.
    output_size : int or None, or a tuple of three
        The shape; one number stands for all, None keeps a size.
    out : np.ndarray [shape=(..., wanted sizes)], optional
        Where to put the result: of the result's dtype, any strides, not overlapping `x`.

    Returns
    -------
    np.ndarray [shape=(..., wanted sizes)]
        As in `adaptive_avg_pool1d`; or `out`.

    Raises
    ------
    ParameterError
        If a size is not a positive integer, a pooled axis is empty or missing, or `out` does not fit.
    DTypeError
        If `x` is not an array of real numbers.

    Examples
    --------
    >>> import fastspec
    >>> import numpy as np
    >>> fastspec.adaptive_avg_pool3d(np.ones((8, 9, 10), np.float32), (2, None, 5)).shape
    (2, 9, 5)
    """
    return _pool(x, output_size, 3, out)


@public
def adaptive_max_pool1d(x: RealArray, output_size: Sizes, *, out: np.ndarray | None = None) -> FloatArray:
    """Take the largest value of each window of the last axis, so that it has a given length.

    Parameters
    ----------
    x : np.ndarray [shape=(..., n)], real
        As in `adaptive_avg_pool1d`. A window that holds NaN gives NaN.
    output_size : int, None, or a tuple of one of them
        The length; None keeps `n`. It may exceed `n`.
    out : np.ndarray [shape=(..., output_size)], optional
        Where to put the result: of the result's dtype, any strides, not overlapping `x`.

    Returns
    -------
    np.ndarray [shape=(..., output_size)]
        float32 or float64, as in `adaptive_avg_pool1d`; or `out`. Zeros have no sign.

    Raises
    ------
    ParameterError
        If `output_size` is not a positive integer, the axis is empty, or `out` does not fit.
    DTypeError
        If `x` is not an array of real numbers.

    Examples
    --------
    >>> import fastspec
    >>> import numpy as np
    >>> fastspec.adaptive_max_pool1d(np.arange(10.0), 4).tolist()
    [2.0, 4.0, 7.0, 9.0]
    """
    return _pool(x, output_size, 1, out, largest=True)


@public
def adaptive_max_pool2d(x: RealArray, output_size: Sizes, *, out: np.ndarray | None = None) -> FloatArray:
    """Take the largest value of each window of the last two axes, so that they have a given shape.

    Parameters
    ----------
    x : np.ndarray [shape=(..., rows, columns)], real
        As in `adaptive_avg_pool1d`. A window that holds NaN gives NaN.
    output_size : int or None, or a tuple of two
        The shape; one number stands for both, None keeps a size.
    out : np.ndarray [shape=(..., wanted sizes)], optional
        Where to put the result: of the result's dtype, any strides, not overlapping `x`.

    Returns
    -------
    np.ndarray [shape=(..., wanted sizes)]
        As in `adaptive_max_pool1d`; or `out`.

    Raises
    ------
    ParameterError
        If a size is not a positive integer, a pooled axis is empty or missing, or `out` does not fit.
    DTypeError
        If `x` is not an array of real numbers.

    Examples
    --------
    >>> import fastspec
    >>> import numpy as np
    >>> fastspec.adaptive_max_pool2d(np.arange(24.0).reshape(4, 6), (2, None)).tolist()
    [[6.0, 7.0, 8.0, 9.0, 10.0, 11.0], [18.0, 19.0, 20.0, 21.0, 22.0, 23.0]]
    """
    return _pool(x, output_size, 2, out, largest=True)


@public
def interpolate_area(
    x: RealArray,
    size: int | Sequence[int] | None = None,
    scale_factor: float | Sequence[float] | None = None,
    *,
    out: np.ndarray | None = None,
) -> FloatArray:
    """Resize images, signals or volumes by averaging areas: torch's ``interpolate(mode='area')``.

    Parameters
    ----------
    x : np.ndarray [shape=(batch, channels, ...)], real, with 1 to 3 further axes
        The further axes are resized. Dtypes, strides and NaN as in `adaptive_avg_pool1d`.
    size : int, or a tuple with one for each resized axis
        Their new sizes; one number stands for all. Either this or `scale_factor` is given.
    scale_factor : float, or a tuple with one for each resized axis
        New sizes over old ones, which are rounded down.
    out : np.ndarray [shape=(batch, channels, new sizes...)], optional
        Where to put the result: of the result's dtype, any strides, not overlapping `x`.

    Returns
    -------
    np.ndarray [shape=(batch, channels, new sizes...)]
        As in `adaptive_avg_pool1d`; or `out`.

    Raises
    ------
    ParameterError
        If neither or both of `size` and `scale_factor` are given, a new size is not a positive integer, `x` has fewer
        than three or more than five axes, a resized axis is empty, or `out` does not fit.
    DTypeError
        If `x` is not an array of real numbers.

    References
    ----------
    .. [1] PyTorch, ``torch.nn.functional.interpolate``.

    Examples
    --------
    >>> import fastspec
    >>> import numpy as np
    >>> image = np.arange(24.0).reshape(1, 1, 4, 6)
    >>> fastspec.interpolate_area(image, scale_factor=0.5)[0, 0].tolist()
    [[3.5, 5.5, 7.5], [15.5, 17.5, 19.5]]
    """
    x = _as_array(x)
    n_axes = x.ndim - 2
    if not 1 <= n_axes <= 3:
        raise ParameterError(f"x.shape={x.shape} must have batch, channels and 1 to 3 axes more; use x[np.newaxis]")
    if (size is None) == (scale_factor is None):
        raise ParameterError(f"size={size!r}, scale_factor={scale_factor!r}: give one of them, and one only")
    if size is None:
        size = _scaled(x.shape[2:], scale_factor)
    elif None in (size if isinstance(size, (tuple, list)) else ()):
        raise DTypeError(f"size={size!r} must hold integers; adaptive_avg_pool{n_axes}d takes None for a size to keep")
    return _pool(x, size, n_axes, out, name="size")


@public
def pool_frames(S: RealArray, n: int, *, axis: int = -1, out: np.ndarray | None = None) -> FloatArray:
    """Summarise features over time by `n` means: clips of any length become arrays of one shape.

    Parameters
    ----------
    S : np.ndarray [shape=(..., t)], real
        Features, frames along `axis`; at least one. Dtypes, strides and NaN as in `adaptive_avg_pool1d`.
    n : int
        Frames of the result; 1 gives means over all time.
    axis : int, default -1
        The axis of time.
    out : np.ndarray [shape=(..., n)], optional
        Where to put the result: of the result's dtype, any strides, not overlapping `S`.

    Returns
    -------
    np.ndarray [shape=(..., n)]
        float32 or float64, as in `adaptive_avg_pool1d`, `axis` having `n` positions; or `out`.

    Raises
    ------
    ParameterError
        If `n` is not a positive integer, `axis` is not an axis of `S` or is empty, or `out` does not fit.
    DTypeError
        If `S` is not an array of real numbers.

    Examples
    --------
    >>> import fastspec
    >>> import numpy as np
    >>> y = np.sin(np.arange(22050) / 10)
    >>> S = fastspec.feature.logmel(y=y)
    >>> S.shape, fastspec.pool_frames(S, 10).shape
    ((128, 44), (128, 10))
    """
    S = _as_array(S, "S")
    where = _axis_of(S, axis)
    target = None if out is None else _check_out(out, (*S.shape[:where], as_index(n, name="n"), *S.shape[where + 1 :]))
    pooled = _pool(S.swapaxes(where, -1), as_index(n, name="n"), 1, _swapped(target, where), name="n", array="S")
    return out if out is not None else pooled.swapaxes(where, -1)


def _swapped(out: np.ndarray | None, axis: int) -> np.ndarray | None:
    return None if out is None else out.swapaxes(axis, -1)


def _axis_of(S: np.ndarray, axis: Any) -> int:
    number = as_index(axis, name="axis", minimum=-S.ndim)
    if number >= S.ndim:
        raise ParameterError(f"axis={axis} does not exist in S.shape={S.shape}; the last axis is -1")
    return number % S.ndim


def _scaled(shape: tuple[int, ...], scale_factor: Any) -> tuple[int, ...]:
    factors = scale_factor if isinstance(scale_factor, (tuple, list)) else (scale_factor,) * len(shape)
    if len(factors) != len(shape):
        raise ParameterError(f"scale_factor={scale_factor!r} must have a number for each of the {len(shape)} axes")
    try:
        sizes = tuple(math.floor(n * float(factor)) for n, factor in zip(shape, factors, strict=True))
    except (TypeError, ValueError, OverflowError):
        raise ParameterError(f"scale_factor={scale_factor!r} must be finite and positive; 0.5 halves") from None
    if min(sizes) < 1:
        raise ParameterError(f"scale_factor={scale_factor!r} of {shape} leaves {sizes}; use larger factors, or size=")
    return sizes


def _pool(
    x: Any,
    output_size: Any,
    n_axes: int,
    out: Any,
    *,
    largest: bool = False,
    name: str = "output_size",
    array: str = "x",
) -> np.ndarray:
    if type(x) is not np.ndarray or (x.dtype is not _F32 and x.dtype is not _F64) or not x.flags.aligned:
        x = _as_values(x, array)
    shape = x.shape
    if len(shape) < n_axes:
        raise ParameterError(f"{array}.shape={shape} must have {n_axes} axes to pool, at least")
    kept = shape[-n_axes:]
    wanted = shape[:-n_axes] + _sizes(output_size, kept, name)
    if 0 in kept:
        raise ParameterError(f"{array}.shape={shape} has an empty axis to pool; there must be one position at least")
    if out is None:
        try:
            out = np.empty(wanted, x.dtype) if x.flags.c_contiguous else np.empty_like(x, shape=wanted)
        except ValueError:
            raise ParameterError(
                f"{name}={output_size!r} makes an array of shape {wanted}, which exceeds the address space"
            ) from None
    else:
        _check_out(out, wanted, x, array)
    if 0 not in wanted:
        if n_axes > 1 and wanted[-n_axes:] == (1,) * n_axes:
            # One window that is all there is, in any number of dimensions, is a row of its positions.
            _arrays.pool(x.reshape(*shape[:-n_axes], -1), out.reshape(*shape[:-n_axes], 1), 1, largest)
        else:
            _arrays.pool(x, out, n_axes, largest)
    return out


def _as_values(x: Any, name: str) -> np.ndarray:
    """`x` as C can read it: float32 or float64, native, aligned; a copy only where it is not."""
    x = _as_array(x, name)
    dtype = np.dtype(np.float64) if x.dtype.kind in "iub" else working_dtype(x.dtype)
    readable = x.dtype == dtype and x.dtype.isnative and x.flags.aligned
    return x.view(np.ndarray) if readable else np.array(x, dtype=dtype, order="K", subok=False)


def _as_array(x: Any, name: str = "x") -> np.ndarray:
    if isinstance(x, (list, tuple)):
        try:
            x = np.asarray(x)
        except ValueError:
            raise ParameterError(f"{name} holds lists of different lengths; pool them one by one") from None
    if not isinstance(x, np.ndarray):
        raise DTypeError(f"{name} is {type(x).__name__}, not a numpy.ndarray; use np.asarray({name})")
    refuse_mask(x, name=name)
    if x.dtype.kind not in "fiub" or x.dtype.itemsize > 8:
        way_out = f"{name}.real" if x.dtype.kind == "c" else f"{name}.astype(np.float64)"
        raise DTypeError(f"{name}.dtype={x.dtype} is not one of real numbers of up to 64 bits; pass {way_out}")
    return x


def _sizes(output_size: Any, kept: tuple[int, ...], name: str) -> tuple[int, ...]:
    if not isinstance(output_size, (tuple, list)):
        if type(output_size) is not int or output_size < 1:
            output_size = None if output_size is None else as_index(output_size, name=name)
        output_size = (output_size,) * len(kept)
    elif len(output_size) != len(kept):
        raise ParameterError(
            f"{name}={output_size!r} must have {len(kept)} numbers, one for each axis, or be one number"
        )
    for size in output_size:
        if type(size) is not int or size < 1:
            break
    else:
        return tuple(output_size)
    sizes = [old if size is None else as_index(size, name=name) for size, old in zip(output_size, kept, strict=True)]
    return tuple(sizes)


def _check_out(out: Any, shape: tuple[int, ...], x: np.ndarray | None = None, name: str = "x") -> np.ndarray:
    if not isinstance(out, np.ndarray) or out.shape != shape:
        raise ParameterError(f"out.shape={np.shape(out)} must be the result's shape {shape}")
    if x is None:
        return out
    if out.dtype != x.dtype or not out.flags.aligned:
        raise DTypeError(f"out.dtype={out.dtype} must be the result's, aligned: allocate it as np.{x.dtype.name}")
    if not out.flags.writeable:
        raise ParameterError("out is read-only; pass an array that can be written")
    if np.may_share_memory(out, x) and np.shares_memory(out, x):
        raise ParameterError(f"out overlaps {name}; pass memory of its own")
    return out
