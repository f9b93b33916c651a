"""Emphasise diagonals of similarity matrices: the largest of several smoothings at different angles."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

import numpy as np

from .._engine import ranges as _ranges
from .._engine import sequences as _sequences
from .._gate.complaints import public
from .._gate.samples import DTypeError, ParameterError, as_array, as_index, as_number, whole
from ..filters import diagonal_filter

if TYPE_CHECKING:
    from .._front.windows import Window

__all__ = ["path_enhance"]


@public
def path_enhance(
    R: np.ndarray,
    n: int,
    *,
    window: Window = "hann",
    max_ratio: float = 2.0,
    min_ratio: float | None = None,
    n_filters: int = 7,
    zero_mean: bool = False,
    clip: bool = True,
    **kwargs: Any,
) -> np.ndarray:
    """Bring out the diagonals of a similarity matrix, also those of other tempos: the largest of several smoothings.

    Parameters
    ----------
    R : np.ndarray [shape=(..., n, m)]
        A self- or cross-similarity matrix, not sparse. Leading axes are channels. A recurrence matrix should have its
        diagonal (``self=True``).
    n : int > 0
        Length of the filters.
    window : str, tuple, number, callable or array_like, default 'hann'
        Their shape; see `fastspec.filters.get_window`.
    max_ratio : float > 0, default 2.0
        The largest ratio of tempos: the steepest of the filters' slopes.
    min_ratio : float > 0, optional
        The smallest one. Default: ``1 / max_ratio``.
    n_filters : int > 0, default 7
        Number of slopes. With an odd number and the default `min_ratio`, 1 is among them.
    zero_mean : bool, default False
        Filters of sum zero, which suppress what is constant.
    clip : bool, default True
        Replace negative results by 0.
    **kwargs
        For `scipy.ndimage.convolve`, such as `mode` and `cval`: what stands beyond the edges.

    Returns
    -------
    np.ndarray [shape=(..., n, m)]
        The smoothed matrix, in the dtype of `R`; float32 if that is float16.

    Raises
    ------
    ParameterError
        If `R` has fewer than two axes, a length or ratio is not positive, or `min_ratio` exceeds `max_ratio`.

    See Also
    --------
    recurrence_matrix, fastspec.filters.diagonal_filter

    References
    ----------
    .. [1] M. Müller and F. Kurth, "Enhancing similarity matrices for music audio analysis", ICASSP 2006.

    Examples
    --------
    >>> import fastspec
    >>> import numpy as np
    >>> R = np.eye(21)
    >>> R[10, 10] = 0  # a gap
    >>> fastspec.segment.path_enhance(R, 9)[10, 10].round(2).item()
    0.75
    """
    if hasattr(R, "tocoo"):
        raise DTypeError(f"R is a sparse {type(R).__name__}; pass R.toarray()")
    R = as_array(R, name="R")
    if R.dtype.char in "gG":
        raise DTypeError(f"R.dtype={R.dtype} is wider than scipy.ndimage can filter; pass R.astype(np.float64)")
    if R.dtype.char == "e":
        R = R.astype(np.float32)
    if R.ndim < 2:
        raise ParameterError(f"R.shape={R.shape} must be (..., n, m)")
    n, n_filters = as_index(whole(n), name="n"), as_index(whole(n_filters), name="n_filters")
    max_ratio = as_number(max_ratio, name="max_ratio")
    if min_ratio is None:
        min_ratio = 1.0 / max_ratio if max_ratio > 0 else 0.0
    min_ratio = as_number(min_ratio, name="min_ratio")
    if not 0 < max_ratio < np.inf or not min_ratio > 0:
        raise ParameterError(f"max_ratio={max_ratio} and min_ratio={min_ratio} must be positive numbers")
    if min_ratio > max_ratio:
        raise ParameterError(f"min_ratio={min_ratio} cannot exceed max_ratio={max_ratio}")
    slopes = np.logspace(np.log2(min_ratio), np.log2(max_ratio), num=n_filters, base=2)
    kernels = [diagonal_filter(window, n, slope=slope, zero_mean=zero_mean) for slope in slopes]
    mode = kwargs.get("mode", "reflect")
    fits = min(R.shape[-2:]) >= max(len(kernel) for kernel in kernels)
    if R.dtype.char in "fd" and fits and kwargs.keys() <= {"mode", "cval"} and mode in _EDGES:
        return _smoothed(R, kernels, mode, kwargs.get("cval", 0.0), bool(clip))
    from scipy.ndimage import convolve

    shaped = [kernel.reshape((1,) * (R.ndim - 2) + kernel.shape) for kernel in kernels]
    smooth = functools.reduce(np.maximum, (convolve(R, kernel, **kwargs) for kernel in shaped))
    return np.clip(smooth, 0, None, out=smooth) if clip else smooth


# scipy.ndimage's edge modes: functions that map places beyond the edges of n numbers to indices.
_EDGES = {
    **dict.fromkeys(("reflect", "grid-mirror"), lambda at, n: np.minimum(at % (2 * n), 2 * n - 1 - at % (2 * n))),
    **dict.fromkeys(("constant", "grid-constant")),
    "mirror": lambda at, n: n - 1 - np.abs(at % max(2 * n - 2, 1) - (n - 1)),
    "nearest": lambda at, n: np.clip(at, 0, n - 1),
    "grid-wrap": lambda at, n: at % n,
}


def _with_edges(R: np.ndarray, reach: int, mode: str, cval: float) -> np.ndarray:
    """The matrix in float64, with `reach` more rows and columns on each side."""
    place = _EDGES[mode]
    if place is None:
        return np.pad(R.astype(np.float64, copy=False), reach, constant_values=cval)
    rows, columns = (place(np.arange(-reach, n + reach), n) for n in R.shape)
    return R[np.ix_(rows, columns)].astype(np.float64, copy=False)


# Columns that are smoothed at once are a multiple of this.
_COLUMNS = 16


def _smoothed(R: np.ndarray, kernels: list[np.ndarray], mode: str, cval: float, clip: bool) -> np.ndarray:
    """The largest of the convolutions of the last two axes, summed in float64."""
    out = np.empty_like(R, dtype=R.dtype.newbyteorder("="), order="C", subok=False)
    n_rows, n_columns = R.shape[-2:]
    reach = max(len(kernel) for kernel in kernels) // 2 + 1
    beyond = -n_columns % _COLUMNS
    stride = n_columns + 2 * reach + beyond
    sums = [_weights_and_offsets(kernel, reach, stride) for kernel in kernels]
    for channel in np.ndindex(R.shape[:-2]):
        padded = np.pad(_with_edges(R[channel], reach, mode, cval), ((0, 0), (0, beyond)))
        for first, end in _ranges.ranges_of_rows(n_rows, n_columns * sum(len(weights) for weights, _ in sums) // 8):
            rows = np.empty((2, end - first, n_columns + beyond))
            for i, (weights, offsets) in enumerate(sums):
                _sequences.smooth_rows(padded[first:], weights, offsets, rows[int(i > 0)])
                if i:
                    np.maximum(rows[0], rows[1], out=rows[0])
            out[channel][first:end] = rows[0, :, :n_columns]
    return np.maximum(out, 0, out=out) if clip else out


def _weights_and_offsets(kernel: np.ndarray, reach: int, stride: int) -> tuple[np.ndarray, np.ndarray]:
    """The non-zero weights of a convolution, and their offsets from `reach` rows and columns before a place."""
    turned = kernel[::-1, ::-1]
    rows, columns = np.nonzero(np.abs(turned) > np.finfo(np.float64).eps)
    start = reach - (len(kernel) - 1) // 2
    return np.ascontiguousarray(turned[rows, columns]), ((start + rows) * stride + start + columns).astype(np.uintp)
