"""Decibels of power and amplitude, and back."""

from __future__ import annotations

import itertools
import math
import operator
from collections.abc import Callable, Sequence
from inspect import unwrap
from reprlib import repr as short
from typing import TYPE_CHECKING, Any, Literal, overload

import numpy as np

from ..._engine import arrays as _arrays
from ..._engine import memory as _memory
from ..._gate.complaints import public, warn
from ..._gate.samples import DTypeError, ParameterError, as_array, check_amin, promoted

if TYPE_CHECKING:
    import numpy.typing as npt

    from ..._gate.kinds import Double, Doubles, FloatArray, Number, Numbers

    Axes = Literal["auto"] | int | tuple[int, ...] | None
    Ref = float | Callable[..., Any]


@overload
def power_to_db(
    S: Double, *, ref: Ref = ..., amin: float = ..., top_db: float | None = ..., axes: Axes = ...
) -> np.float64: ...
@overload
def power_to_db(
    S: Number, *, ref: Ref = ..., amin: float = ..., top_db: float | None = ..., axes: Axes = ...
) -> np.floating[Any]: ...
@overload
def power_to_db(
    S: Doubles, *, ref: Ref = ..., amin: float = ..., top_db: float | None = ..., axes: Axes = ...
) -> npt.NDArray[np.float64]: ...
@overload
def power_to_db(
    S: Numbers, *, ref: Ref = ..., amin: float = ..., top_db: float | None = ..., axes: Axes = ...
) -> FloatArray: ...
@public
def power_to_db(
    S: npt.ArrayLike,
    *,
    ref: float | Callable[..., Any] = 1.0,
    amin: float = 1e-10,
    top_db: float | None = 80.0,
    axes: Literal["auto"] | int | tuple[int, ...] | None = "auto",
) -> np.floating[Any] | np.ndarray:
    """Decibels of a power: ``10 log10(S / ref)``, floored at `amin` and `top_db` below the peak.

    Parameters
    ----------
    S : array_like
        Power. Complex input is taken by its magnitude, with a warning.
    ref : float or callable, default 1.0
        The power of 0 dB; or a function like `numpy.max` that computes it from `S` with `axis` and `keepdims`.
    amin : float > 0, default 1e-10
        Smaller powers (and references) count as this much.
    top_db : float >= 0 or None, default 80.0
        Nothing ends up more than this below the peak. None: no such floor.
    axes : 'auto', int, tuple or None, default 'auto'
        Over which axes the peak and a callable `ref` are taken. 'auto': the last two (frequency and time), so that
        each channel has its own; None: all.

    Returns
    -------
    np.ndarray or scalar
        Decibels in the shape and precision of `S`; in double precision if `amin` or `top_db` is a NumPy number of that.

    Raises
    ------
    ParameterError
        If `amin` is not positive, `top_db` negative, or `ref` cannot take `axis` and `keepdims`.

    Warns
    -----
    UserWarning
        If `S` is complex.

    Examples
    --------
    >>> import fastspec
    >>> fastspec.power_to_db([1.0, 0.01, 1e-20]).tolist()
    [0.0, -20.0, -80.0]
    """
    x = as_array(S, name="S")
    check_amin(amin, nan=True)
    if np.iscomplexobj(x):
        _warn_about_phase("power_to_db", "np.abs(D)**2")
        x = np.abs(x)
    return _to_db(x, False, ref, amin, top_db, axes)


@overload
def amplitude_to_db(
    S: Double, *, ref: Ref = ..., amin: float = ..., top_db: float | None = ..., axes: Axes = ...
) -> np.float64: ...
@overload
def amplitude_to_db(
    S: Number, *, ref: Ref = ..., amin: float = ..., top_db: float | None = ..., axes: Axes = ...
) -> np.floating[Any]: ...
@overload
def amplitude_to_db(
    S: Doubles, *, ref: Ref = ..., amin: float = ..., top_db: float | None = ..., axes: Axes = ...
) -> npt.NDArray[np.float64]: ...
@overload
def amplitude_to_db(
    S: Numbers, *, ref: Ref = ..., amin: float = ..., top_db: float | None = ..., axes: Axes = ...
) -> FloatArray: ...
@public
def amplitude_to_db(
    S: npt.ArrayLike,
    *,
    ref: float | Callable[..., Any] = 1.0,
    amin: float = 1e-5,
    top_db: float | None = 80.0,
    axes: Literal["auto"] | int | tuple[int, ...] | None = "auto",
) -> np.floating[Any] | np.ndarray:
    """Decibels of an amplitude: ``20 log10(|S| / ref)``, floored at `amin` and `top_db` below the peak.

    Parameters
    ----------
    S : array_like
        Amplitude. Complex input is taken by its magnitude, with a warning.
    ref : float or callable, default 1.0
        The amplitude of 0 dB; or a function like `numpy.max` that computes it from ``|S|`` with `axis` and `keepdims`.
    amin : float > 0, default 1e-5
        Smaller amplitudes (and references) count as this much.
    top_db, axes
        As in `power_to_db`.

    Returns
    -------
    np.ndarray or scalar
        Decibels in the shape and precision of `S`.

    Raises
    ------
    ParameterError
        As `power_to_db`.

    Warns
    -----
    UserWarning
        If `S` is complex.

    Examples
    --------
    >>> import fastspec
    >>> fastspec.amplitude_to_db([1.0, 0.1]).tolist()
    [0.0, -20.0]
    """
    x = as_array(S, name="S")
    check_amin(amin, exponent=2, nan=True)
    if np.iscomplexobj(x):
        _warn_about_phase("amplitude_to_db", "np.abs(D)")
        x = np.abs(x)
    return _to_db(x, True, ref, amin, top_db, axes)


def _warn_about_phase(function: str, way_out: str) -> None:
    warn(
        f"{function} was called on complex input so phase information will be discarded; {function}({way_out}) says so",
    )


def _to_db(x: np.ndarray, square: bool, ref: Any, amin: Any, top_db: Any, axes: Any) -> Any:
    """Decibels of x, or of x^2, with `ref` and `amin` in the units of x."""
    x = promoted(x, amin, top_db)
    if axes == "auto":
        axes = None if x.ndim <= 2 else (-2, -1)
    n_batch = _n_batch(axes, x.ndim)
    if (
        n_batch >= 0
        and x.dtype.char in "fd"
        and x.dtype.isnative
        and x.ndim
        and x.size
        and (type(ref) is float or ref is np.max or (not callable(ref) and np.ndim(ref) == 0))
        and x[(0,) * n_batch].flags.forc
        and x.flags.aligned
        and (top_db is None or top_db >= 0)
    ):
        return _to_db_fast(x, square, ref, amin, top_db, n_batch)
    return _to_db_by_axes(x, square, ref, amin, top_db, axes)


def _n_batch(axes: Any, ndim: int) -> int:
    """How many leading axes have peaks of their own, if `axes` names each of the others once; else -1."""
    if axes is None:
        return 0
    try:
        named = {operator.index(a) % ndim for a in np.atleast_1d(axes) if -ndim <= a < ndim}
    except TypeError:
        raise DTypeError(f"axes={short(axes)} must be None, 'auto', an axis or a tuple of axes") from None
    trailing = set(range(ndim - len(named), ndim))
    return ndim - len(named) if named == trailing and len(named) == np.size(axes) else -1


def _to_db_fast(x: np.ndarray, square: bool, ref: Any, amin: float, top_db: Any, n_batch: int) -> np.ndarray:
    """Levels of each channel by itself, so that they are what the channel alone would give."""
    out = _memory.empty_like(x, x.dtype)
    if top_db is None and not callable(ref) and x.flags.forc:
        n_batch = 0  # levels do not depend on the channel
    for index in itertools.product(*map(range, x.shape[:n_batch])):
        _to_db_of_one(x[index], out[index], square, ref, amin, top_db)
    return out


def _to_db_of_one(x: np.ndarray, out: np.ndarray, square: bool, ref: Any, amin: float, top_db: Any) -> None:
    """Levels of an array with one peak. A reference taken from it goes through the same arithmetic: it is 0 dB."""
    floor = amin**2 if square else amin
    limits = {}
    if callable(ref):
        peak = np.array([_arrays.peak(x, magnitude=square)], dtype=x.dtype)
        shift = -_arrays.levels(peak, peak, square=square, floor=floor)
        if top_db is not None:
            limits["lower"] = -float(top_db)
    else:
        reference = float(abs(ref))
        power = reference * reference if square else reference
        power = power if power > floor or math.isnan(power) else floor  # NaN in either one stays NaN
        shift = -10.0 * math.log10(power) if power else math.inf
        if top_db is not None:
            limits["top_db"] = float(top_db)
    highest = _arrays.levels(x, out, square=square, floor=floor, shift=shift, **limits)
    if math.isnan(highest) and (limits or callable(ref)):
        out.fill(np.nan)


def _lengths(shape: tuple[int, ...], axes: Any) -> Sequence[int]:
    return shape if axes is None else np.array(shape)[np.ravel(axes).astype(int)]


def _to_db_by_axes(x: np.ndarray, square: bool, ref: Any, amin: Any, top_db: Any, axes: Any) -> Any:
    """The general case in numpy: integers, references of any kind, a peak for each slice."""
    magnitude = np.abs(x) if square else x
    if not x.size and (callable(ref) or top_db is not None) and 0 in _lengths(x.shape, axes):
        raise ParameterError(f"S.shape={x.shape} is empty and has no peak; use a number for ref and top_db=None")
    if callable(ref):
        try:
            reference = ref(magnitude, axis=axes, keepdims=True)
        except TypeError as error:
            raise ParameterError(
                f"ref={ref!r} must take 'axis' and 'keepdims', as np.max does, so that each channel gets its own"
            ) from error
    else:
        reference = np.abs(ref)
    if square:
        magnitude, reference, amin = np.square(magnitude), reference**2, amin**2
    level = 10.0 * np.log10(np.maximum(amin, magnitude))
    level -= 10.0 * np.log10(np.maximum(amin, reference))
    if top_db is not None:
        if top_db < 0:
            raise ParameterError(f"top_db={top_db} must be non-negative; use None for no floor")
        level = np.maximum(level, level.max(axis=axes, keepdims=True) - top_db)
    return level[()]


@overload
def db_to_power(S_db: Double, *, ref: float = ...) -> np.float64: ...
@overload
def db_to_power(S_db: np.floating[Any], *, ref: float = ...) -> np.floating[Any]: ...
@overload
def db_to_power(S_db: Doubles, *, ref: float = ...) -> npt.NDArray[np.float64]: ...
@overload
def db_to_power(S_db: Numbers, *, ref: float = ...) -> FloatArray: ...
@public
def db_to_power(S_db: npt.ArrayLike, *, ref: float = 1.0) -> np.floating[Any] | np.ndarray:
    """Power of decibels: ``ref * 10 ** (S_db / 10)``.

    Parameters
    ----------
    S_db : array_like
        Decibels.
    ref : float, default 1.0
        The power of 0 dB.

    Returns
    -------
    np.ndarray or scalar

    Examples
    --------
    >>> import fastspec
    >>> float(fastspec.db_to_power(20.0))
    100.0
    """
    return ref * np.power(10.0, np.multiply(as_array(S_db, name="S_db"), 0.1))


_power_of: Callable[..., np.floating[Any] | np.ndarray] = unwrap(db_to_power)


@overload
def db_to_amplitude(S_db: Double, *, ref: float = ...) -> np.float64: ...
@overload
def db_to_amplitude(S_db: np.floating[Any], *, ref: float = ...) -> np.floating[Any]: ...
@overload
def db_to_amplitude(S_db: Doubles, *, ref: float = ...) -> npt.NDArray[np.float64]: ...
@overload
def db_to_amplitude(S_db: Numbers, *, ref: float = ...) -> FloatArray: ...
@public
def db_to_amplitude(S_db: npt.ArrayLike, *, ref: float = 1.0) -> np.floating[Any] | np.ndarray:
    """Amplitude of decibels: ``ref * 10 ** (S_db / 20)``.

    Parameters
    ----------
    S_db : array_like
        Decibels.
    ref : float, default 1.0
        The amplitude of 0 dB.

    Returns
    -------
    np.ndarray or scalar

    Examples
    --------
    >>> import fastspec
    >>> float(fastspec.db_to_amplitude(20.0))
    10.0
    """
    return _power_of(S_db, ref=ref**2) ** 0.5
