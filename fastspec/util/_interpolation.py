"""Arrays over different positions, brought together on one grid."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, overload

import numpy as np

from .._engine.foreign import call
from .._gate.complaints import public
from .._gate.samples import ParameterError, as_array

if TYPE_CHECKING:
    from collections.abc import Callable

    from .._gate.kinds import Interpolation


@overload
def interp_broadcast(
    *, x1: np.ndarray, x1_pos: np.ndarray, x2: np.ndarray, x2_pos: np.ndarray, interp_pos: np.ndarray | None = ...,
    op: None, kind: Interpolation = ..., fill_value: float = ..., axis: int = ...,
) -> tuple[np.ndarray, np.ndarray]: ...  # fmt: skip
@overload
def interp_broadcast(
    *, x1: np.ndarray, x1_pos: np.ndarray, x2: np.ndarray, x2_pos: np.ndarray, interp_pos: np.ndarray | None = ...,
    op: Callable[[np.ndarray, np.ndarray], np.ndarray] = ..., kind: Interpolation = ..., fill_value: float = ...,
    axis: int = ...,
) -> np.ndarray: ...  # fmt: skip
@public
def interp_broadcast(
    *,
    x1: np.ndarray,
    x1_pos: np.ndarray,
    x2: np.ndarray,
    x2_pos: np.ndarray,
    interp_pos: np.ndarray | None = None,
    op: Callable[[np.ndarray, np.ndarray], np.ndarray] | None = np.multiply,
    kind: Interpolation = "linear",
    fill_value: float = 0,
    axis: int = -2,
) -> np.ndarray | tuple[np.ndarray, np.ndarray]:
    """Bring two arrays to a common grid by interpolation, and combine them.

    Parameters
    ----------
    x1, x2 : np.ndarray
        The arrays. Apart from `axis`, their shapes must broadcast.
    x1_pos, x2_pos : np.ndarray [shape=(x1.shape[axis],) and (x2.shape[axis],)]
        Positions of the values along `axis`.
    interp_pos : np.ndarray, optional
        Positions of the grid. Default: `x1_pos`.
    op : callable or None, default np.multiply
        How to combine the two; None returns them apart.
    kind : str, default 'linear'
        Kind of interpolation; see `scipy.interpolate.interp1d`.
    fill_value : float, default 0
        Value outside the positions given.
    axis : int, default -2
        The axis along which to interpolate.

    Returns
    -------
    np.ndarray or (np.ndarray, np.ndarray)
        ``op(y1, y2)`` of the interpolated arrays, or the two of them.

    Raises
    ------
    ParameterError
        If `axis` is out of range, or the interpolated shapes do not broadcast.

    References
    ----------
    .. [1] G. Peeters, "Spectral and temporal periodicity representations of rhythm for the automatic
       classification of music audio signal", IEEE TASLP 19(5), 2011.

    Examples
    --------
    >>> import numpy as np
    >>> import fastspec
    >>> x1, x1_pos = np.ones(3), np.array([0.0, 0.5, 1.0])
    >>> x2, x2_pos = np.array([5.0, 10.0]), np.array([0.0, 1.0])
    >>> fastspec.util.interp_broadcast(x1=x1, x1_pos=x1_pos, x2=x2, x2_pos=x2_pos, axis=0).tolist()
    [5.0, 7.5, 10.0]
    """
    x1, x1_pos = as_array(x1, name="x1"), as_array(x1_pos, name="x1_pos")
    x2, x2_pos = as_array(x2, name="x2"), as_array(x2_pos, name="x2_pos")
    n_axes = min(x1.ndim, x2.ndim)
    if not -n_axes <= axis < n_axes:
        raise ParameterError(f"axis={axis} is out of range: x1.shape={x1.shape}, x2.shape={x2.shape}")
    grid = x1_pos if interp_pos is None else as_array(interp_pos, name="interp_pos")
    y1, y2 = (
        call(_interpolated, x, pos, grid, axis, kind, fill_value, work=200 * x.size)
        for x, pos in ((x1, x1_pos), (x2, x2_pos))
    )
    if op is None:
        return y1, y2
    try:
        np.broadcast_shapes(y1.shape, y2.shape)
    except ValueError:
        raise ParameterError(
            f"x1.shape={x1.shape} and x2.shape={x2.shape} become {y1.shape} and {y2.shape} on the grid, "
            f"which do not broadcast; they may differ along axis={axis} only"
        ) from None
    return op(y1, y2)


def _interpolated(
    x: np.ndarray, pos: np.ndarray, grid: np.ndarray, axis: int, kind: str, fill_value: Any
) -> np.ndarray:
    from scipy.interpolate import interp1d

    return interp1d(pos, x, axis=axis, kind=kind, copy=False, bounds_error=False, fill_value=fill_value)(grid)
