"""Frequency weightings for loudness: A, B, C, D and Z. Part of the API of `core.convert`.

A, B and C are rational functions of f², given by their poles in IEC 61672-1 (B: IEC 60651).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from inspect import unwrap
from math import log10
from typing import TYPE_CHECKING, Any, overload

import numpy as np
import numpy.typing as npt

from ..._engine.numbers import as_numbers
from ..._gate.complaints import public, warn
from ..._gate.numbers import look_up
from ..._gate.samples import ParameterError

if TYPE_CHECKING:
    from ..._gate.kinds import Double, Doubles, FloatArray, Numbers, Real

Floats = np.floating | npt.NDArray[np.floating]

# Poles in Hz with their multiplicity on the f axis. All three curves share the double ones at both ends.
_ENDS = ((12194.217, 2), (20.598997, 2))
_A_POLES = (*_ENDS, (107.65265, 1), (737.86223, 1))
_B_POLES = (*_ENDS, (158.48932, 1))
_C_POLES = _ENDS


@overload
def A_weighting(frequencies: Double, *, min_db: float | None = ...) -> np.float64: ...
@overload
def A_weighting(frequencies: np.floating[Any], *, min_db: float | None = ...) -> np.floating[Any]: ...
@overload
def A_weighting(frequencies: Doubles, *, min_db: float | None = ...) -> npt.NDArray[np.float64]: ...
@overload
def A_weighting(frequencies: Numbers, *, min_db: float | None = ...) -> FloatArray: ...
@public
def A_weighting(frequencies: npt.ArrayLike, *, min_db: float | None = -80.0) -> Floats:
    """A-weighting, for levels near the threshold of hearing.

    Parameters
    ----------
    frequencies : scalar or array_like
        Hz.
    min_db : float or None, default -80.0
        Lowest value to return; None for no limit.

    Returns
    -------
    np.float64 or np.ndarray [shape=frequencies.shape, dtype=float64]
        Weights in dB, 0 at 1 kHz to within 0.1.

    Raises
    ------
    DTypeError
        If `frequencies` holds no numbers.

    Warns
    -----
    UserWarning
        If `min_db` is None and a weight is not finite, as at 0 Hz.

    References
    ----------
    .. [1] IEC 61672-1:2013, "Electroacoustics: Sound level meters. Part 1: Specifications", Annex E.

    Examples
    --------
    >>> import fastspec
    >>> fastspec.A_weighting([100, 200]).round(1).tolist()
    [-19.1, -10.8]
    """
    return _limit(_rational(frequencies, 2.0, 4, _A_POLES), min_db, "A")


@overload
def B_weighting(frequencies: Double, *, min_db: float | None = ...) -> np.float64: ...
@overload
def B_weighting(frequencies: np.floating[Any], *, min_db: float | None = ...) -> np.floating[Any]: ...
@overload
def B_weighting(frequencies: Doubles, *, min_db: float | None = ...) -> npt.NDArray[np.float64]: ...
@overload
def B_weighting(frequencies: Numbers, *, min_db: float | None = ...) -> FloatArray: ...
@public
def B_weighting(frequencies: npt.ArrayLike, *, min_db: float | None = -80.0) -> Floats:
    """B-weighting, for moderate levels.

    Parameters
    ----------
    frequencies : scalar or array_like
        Hz.
    min_db : float or None, default -80.0
        Lowest value to return; None for no limit.

    Returns
    -------
    np.float64 or np.ndarray [shape=frequencies.shape, dtype=float64]
        Weights in dB, 0 at 1 kHz to within 0.1.

    Raises
    ------
    DTypeError
        If `frequencies` holds no numbers.

    Warns
    -----
    UserWarning
        If `min_db` is None and a weight is not finite, as at 0 Hz.

    Examples
    --------
    >>> import fastspec
    >>> fastspec.B_weighting([50, 100]).round(1).tolist()
    [-11.6, -5.6]
    """
    return _limit(_rational(frequencies, 0.17, 3, _B_POLES), min_db, "B")


@overload
def C_weighting(frequencies: Double, *, min_db: float | None = ...) -> np.float64: ...
@overload
def C_weighting(frequencies: np.floating[Any], *, min_db: float | None = ...) -> np.floating[Any]: ...
@overload
def C_weighting(frequencies: Doubles, *, min_db: float | None = ...) -> npt.NDArray[np.float64]: ...
@overload
def C_weighting(frequencies: Numbers, *, min_db: float | None = ...) -> FloatArray: ...
@public
def C_weighting(frequencies: npt.ArrayLike, *, min_db: float | None = -80.0) -> Floats:
    """C-weighting, for high levels.

    Parameters
    ----------
    frequencies : scalar or array_like
        Hz.
    min_db : float or None, default -80.0
        Lowest value to return; None for no limit.

    Returns
    -------
    np.float64 or np.ndarray [shape=frequencies.shape, dtype=float64]
        Weights in dB, 0 at 1 kHz to within 0.1.

    Raises
    ------
    DTypeError
        If `frequencies` holds no numbers.

    Warns
    -----
    UserWarning
        If `min_db` is None and a weight is not finite, as at 0 Hz.

    References
    ----------
    .. [1] IEC 61672-1:2013, "Electroacoustics: Sound level meters. Part 1: Specifications", Annex E.

    Examples
    --------
    >>> import fastspec
    >>> fastspec.C_weighting([20, 100]).round(1).tolist()
    [-6.2, -0.3]
    """
    return _limit(_rational(frequencies, 0.062, 2, _C_POLES), min_db, "C")


@overload
def D_weighting(frequencies: Double, *, min_db: float | None = ...) -> np.float64: ...
@overload
def D_weighting(frequencies: np.floating[Any], *, min_db: float | None = ...) -> np.floating[Any]: ...
@overload
def D_weighting(frequencies: Doubles, *, min_db: float | None = ...) -> npt.NDArray[np.float64]: ...
@overload
def D_weighting(frequencies: Numbers, *, min_db: float | None = ...) -> FloatArray: ...
@public
def D_weighting(frequencies: npt.ArrayLike, *, min_db: float | None = -80.0) -> Floats:
    """D-weighting, for aircraft noise.

    Parameters
    ----------
    frequencies : scalar or array_like
        Hz.
    min_db : float or None, default -80.0
        Lowest value to return; None for no limit.

    Returns
    -------
    np.float64 or np.ndarray [shape=frequencies.shape, dtype=float64]
        Weights in dB, 0 at 1 kHz to within 0.1.

    Raises
    ------
    DTypeError
        If `frequencies` holds no numbers.

    Warns
    -----
    UserWarning
        If `min_db` is None and a weight is not finite, as at 0 Hz.

    References
    ----------
    .. [1] IEC 537:1976, "Frequency weighting for the measurement of aircraft noise (D-weighting)".

    Examples
    --------
    >>> import fastspec
    >>> fastspec.D_weighting([100, 4000]).round(1).tolist()
    [-7.2, 11.1]
    """
    f_sq = _squared(frequencies)
    with np.errstate(divide="ignore"):
        gain = 0.5 * (np.log10(f_sq) - np.log10(f_sq + 282.7**2) - np.log10(f_sq + 1160.0**2))
        gain += 0.5 * (_log_resonance(f_sq, 1018.7, 1039.6) - _log_resonance(f_sq, 3136.5, 3424.0))
    return _limit(20.0 * (gain - np.log10(0.0083046305**2)), min_db, "D")


@overload
def Z_weighting(frequencies: Real, *, min_db: float | None = ...) -> np.float64: ...
@overload
def Z_weighting(frequencies: Numbers, *, min_db: float | None = ...) -> npt.NDArray[np.float64]: ...
@public
def Z_weighting(frequencies: npt.ArrayLike, *, min_db: float | None = None) -> Floats:
    """Z-weighting: none, 0 dB at all frequencies.

    Parameters
    ----------
    frequencies : scalar or array_like
        Hz.
    min_db : float or None, default None
        Lowest value to return; None for no limit.

    Returns
    -------
    np.float64 or np.ndarray [shape=frequencies.shape, dtype=float64]
        Zeros, or `min_db` if that is larger.

    Raises
    ------
    DTypeError
        If `frequencies` holds no numbers.

    Examples
    --------
    >>> import fastspec
    >>> fastspec.Z_weighting([100, 1000]).tolist()
    [0.0, 0.0]
    """
    shape = as_numbers(frequencies, "frequencies").shape
    if min_db is None and shape:
        return np.zeros(shape)
    return np.full(shape, 0.0 if min_db is None else np.maximum(min_db, 0.0))[()]


WEIGHTING_FUNCTIONS: dict[str | None, Callable[..., Floats]] = {
    "A": A_weighting,
    "B": B_weighting,
    "C": C_weighting,
    "D": D_weighting,
    "Z": Z_weighting,
    None: Z_weighting,
}


@overload
def frequency_weighting(frequencies: Double, *, kind: str | None = ..., **kwargs: Any) -> np.float64: ...
@overload
def frequency_weighting(
    frequencies: np.floating[Any], *, kind: str | None = ..., **kwargs: Any
) -> np.floating[Any]: ...
@overload
def frequency_weighting(frequencies: Doubles, *, kind: str | None = ..., **kwargs: Any) -> npt.NDArray[np.float64]: ...
@overload
def frequency_weighting(frequencies: Numbers, *, kind: str | None = ..., **kwargs: Any) -> FloatArray: ...
@public
def frequency_weighting(frequencies: npt.ArrayLike, *, kind: str | None = "A", **kwargs: Any) -> Floats:
    """Weighting of a given kind.

    Parameters
    ----------
    frequencies : scalar or array_like
        Hz.
    kind : {'A', 'B', 'C', 'D', 'Z', None}, default 'A'
        The curve, in either case; None is ``'Z'``.
    **kwargs
        `min_db` of that curve.

    Returns
    -------
    np.float64 or np.ndarray [shape=frequencies.shape, dtype=float64]
        Weights in dB.

    Raises
    ------
    ParameterError
        If there is no such curve (also a KeyError).

    Examples
    --------
    >>> import fastspec
    >>> fastspec.frequency_weighting([100, 200], kind='a').round(1).tolist()
    [-19.1, -10.8]
    """
    return look_up(WEIGHTING_FUNCTIONS, kind.upper() if isinstance(kind, str) else kind, name="kind")(
        frequencies, **kwargs
    )


@public
def multi_frequency_weighting(
    frequencies: npt.ArrayLike, *, kinds: Iterable[str | None] = "ZAC", **kwargs: Any
) -> npt.NDArray[np.float64]:
    """Weightings of several kinds.

    Parameters
    ----------
    frequencies : scalar or array_like
        Hz.
    kinds : iterable of str, default 'ZAC'
        The curves; see `frequency_weighting`.
    **kwargs
        `min_db`, for all of them.

    Returns
    -------
    np.ndarray [shape=(len(kinds), ...), that of `frequencies` behind; dtype=float64]
        Weights in dB.

    Raises
    ------
    ParameterError
        If `kinds` is empty or holds an unknown curve.

    Examples
    --------
    >>> import fastspec
    >>> fastspec.multi_frequency_weighting([100, 200], kinds='ZA').round(1).tolist()
    [[0.0, 0.0], [-19.1, -10.8]]
    """
    curves = [_weighting(frequencies, kind=kind, **kwargs) for kind in kinds]
    if not curves:
        raise ParameterError(f"kinds={kinds!r} is empty; name at least one curve, such as 'A'")
    return np.stack(curves, axis=0)


_weighting: Callable[..., Floats] = unwrap(frequency_weighting)


def _squared(frequencies: npt.ArrayLike) -> Any:
    """f² in float64, where float16 and float32 would overflow or lose the small terms."""
    numbers = as_numbers(frequencies, "frequencies")
    return numbers.astype(np.result_type(numbers.dtype, np.float64), copy=False)[()] ** 2.0


def _rational(frequencies: npt.ArrayLike, at_1khz: float, zeros: int, poles: tuple[Any, ...]) -> Floats:
    """``at_1khz`` dB plus the level of ``f^zeros * 12194² / prod((f² + pole²)^(multiplicity / 2))``."""
    f_sq = _squared(frequencies)
    with np.errstate(divide="ignore"):
        level = np.log10(f_sq)
    level *= 10.0 * zeros
    for pole, multiplicity in poles:
        term = np.log10(f_sq + pole**2)
        term *= 10.0 * multiplicity
        level -= term
    level += at_1khz + 20.0 * log10(poles[0][0] ** 2)
    return level


def _log_resonance(f_sq: Any, centre: float, width: float) -> np.ndarray:
    return np.log10((centre**2 - f_sq) ** 2 + width**2 * f_sq)


def _limit(weights: Floats, min_db: float | None, kind: str) -> Floats:
    if min_db is not None:
        return np.maximum(min_db, weights)
    if not np.all(np.isfinite(weights)):
        warn(f"{kind}-weighting returned non-finite values, as it does at 0 Hz; pass min_db to limit it")
    return weights
