"""Magnitudes and angles of complex numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, overload

import numpy as np

from .._engine import arrays as _arrays
from .._engine.foreign import call
from .._gate.complaints import public
from .._gate.samples import as_array
from .utils import _REAL_OF, dtype_c2r, dtype_r2c

if TYPE_CHECKING:
    import numpy.typing as npt

    from .._gate.kinds import ComplexArray, FloatArray, Number, Numbers, Real


@overload
def abs2(x: Number, dtype: npt.DTypeLike | None = ...) -> np.floating[Any]: ...
@overload
def abs2(x: Numbers, dtype: npt.DTypeLike | None = ...) -> FloatArray: ...
@public
def abs2(x: npt.ArrayLike, dtype: npt.DTypeLike | None = None) -> np.floating[Any] | FloatArray:
    """Squared magnitude, without the square root that ``np.abs(x) ** 2`` would take.

    Parameters
    ----------
    x : number or array_like
        Real or complex.
    dtype : dtype_like, optional
        Dtype of the result. Default: that of the real part, integers included.

    Returns
    -------
    np.ndarray or np.number [shape=x.shape]
        ``x.real**2 + x.imag**2``.

    Examples
    --------
    >>> import fastspec
    >>> fastspec.util.abs2(3 + 4j).item()
    25.0
    """
    numbers = as_array(x, name="x", subok=True)
    if numbers.dtype.kind != "c":
        return np.square(x, dtype=dtype)
    x = numbers
    result = np.empty_like(x, dtype=dtype_c2r(x.dtype) if dtype is None else dtype)
    if _gapless(x) and result.dtype == _REAL_OF.get(x.dtype):
        _arrays.squares(x, result)
        return result
    return call(lambda: np.add(np.square(x.real), np.square(x.imag), out=result), work=20 * x.size)


def _gapless(x: np.ndarray) -> bool:
    """Whether the engine can take the elements one after the other."""
    return type(x) is np.ndarray and x.flags.forc and x.flags.aligned and x.dtype.isnative


@overload
def phasor(angles: Real, *, mag: Number | None = ...) -> np.complexfloating[Any, Any]: ...
@overload
def phasor(angles: npt.ArrayLike, *, mag: npt.ArrayLike | None = ...) -> ComplexArray: ...
@public
def phasor(angles: npt.ArrayLike, *, mag: npt.ArrayLike | None = None) -> np.complexfloating[Any, Any] | ComplexArray:
    """Complex numbers of given angles and magnitudes.

    Parameters
    ----------
    angles : number or array_like
        In radians. Complex ones give magnitudes other than 1.
    mag : number or array_like, optional
        Magnitudes, in a shape that broadcasts to that of `angles`. Default: 1.

    Returns
    -------
    np.ndarray or np.complexfloating [shape=angles.shape]
        ``mag * exp(1j * angles)``; complex128 for float64 angles, complex64 for others.

    Examples
    --------
    >>> import fastspec
    >>> fastspec.util.phasor([0.0, 0.0], mag=[1.0, 2.0]).tolist()
    [(1+0j), (2+0j)]
    """
    angles = as_array(angles, name="angles", subok=True)
    if angles.dtype.kind == "c":
        z = np.exp(1j * angles)
    else:
        z = np.empty_like(angles, dtype=dtype_r2c(angles.dtype))
        if angles.itemsize < 4:  # whose cosines NumPy would give in half precision
            angles = angles.astype(np.float32)
        if not (_gapless(angles) and z.real.dtype == angles.dtype and _arrays.phasors(angles, z)):
            call(np.cos, angles, out=z.real, work=50 * angles.size)
            call(np.sin, angles, out=z.imag, work=50 * angles.size)
    if mag is not None:
        z *= as_array(mag, name="mag", subok=True)
    return z[()]
