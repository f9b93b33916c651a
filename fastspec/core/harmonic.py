"""Energy at harmonics: of every frequency, of one fundamental, and their sum, the salience."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from .._engine.foreign import call
from .._gate.complaints import public, warn
from .._gate.samples import ParameterError, as_array
from ..util._matrices import is_unique

if TYPE_CHECKING:
    import numpy.typing as npt

    from .._gate.kinds import FloatArray, Interpolation, RealArray

__all__ = ["f0_harmonics", "interp_harmonics", "salience"]

BLOCK_VALUES = 2**14  # of a row interpolated at a time: what is in between stays in the cache


@public
def salience(
    S: RealArray,
    *,
    freqs: RealArray,
    harmonics: Sequence[float],
    weights: npt.ArrayLike | None = None,
    aggregate: Callable[..., Any] | None = None,
    filter_peaks: bool = True,
    fill_value: float = np.nan,
    kind: Interpolation = "linear",
    axis: int = -2,
) -> FloatArray:
    """How strongly each frequency is supported by its harmonics: their weighted mean.

    Parameters
    ----------
    S : np.ndarray [shape=(..., d, t)]
        Magnitudes, real and not negative.
    freqs : np.ndarray [shape=(d,) or S.shape]
        Frequencies of the bins, fixed or for each frame.
    harmonics : list of float
        Which multiples to look at; 1 is the bin itself, less than 1 a subharmonic.
    weights : list of float, optional
        One for each harmonic; equal by default. For ``aggregate=np.average`` only.
    aggregate : callable, optional
        What makes one number of the harmonics, `np.average` by default. It takes ``axis``.
    filter_peaks : bool, default True
        Keep the result at local maxima of `S` only.
    fill_value : float, default NaN
        What stands elsewhere then.
    kind : str, default 'linear'
        How to interpolate; see `scipy.interpolate.interp1d`.
    axis : int, default -2
        The axis of frequencies.

    Returns
    -------
    np.ndarray [shape=S.shape]

    Raises
    ------
    ParameterError
        If `freqs` does not go with `S`.

    See Also
    --------
    interp_harmonics

    Examples
    --------
    >>> import numpy as np
    >>> import fastspec
    >>> S = np.array([[0.0], [2.0], [0.0], [0.0], [1.0], [0.0]])
    >>> fastspec.salience(S, freqs=np.arange(6.0), harmonics=[1, 4], fill_value=0).ravel().tolist()
    [0.0, 1.5, 0.0, 0.0, 0.5, 0.0]
    """
    S, ratios = as_array(S, name="S"), as_array(harmonics, name="harmonics")
    aggregate = np.average if aggregate is None else aggregate
    weights = np.ones(len(ratios)) if weights is None else np.array(as_array(weights, name="weights"), dtype=float)
    energies = interp_harmonics(S, freqs=freqs, harmonics=ratios, kind=kind, axis=axis)
    result = _average(energies, axis - 1, weights) if aggregate is np.average else aggregate(energies, axis=axis - 1)
    if not filter_peaks:
        return result if result.base is None else result.copy()  # a view would keep all energies alive
    peaks = _strict_maxima(S, axis)
    kept = np.full(S.shape, fill_value, dtype=np.float64)
    np.copyto(kept, result, where=peaks)
    return kept


def _average(energies: np.ndarray, axis: int, weights: np.ndarray) -> np.ndarray:
    """`np.average` along an axis of few entries, in the memory of `energies`; the same sums in the same order."""
    parts, total = np.moveaxis(energies, axis, 0), weights.sum()
    if total == 0 or weights.shape != parts.shape[:1]:
        return np.average(energies, axis=axis, weights=weights)  # which says what is wrong
    for part, weight in zip(parts, weights, strict=True):
        part *= weight
    for part in parts[1:]:
        parts[0] += part
    parts[0] /= total
    return parts[0]


def _strict_maxima(S: np.ndarray, axis: int) -> npt.NDArray[np.bool_]:
    """Where values exceed both neighbours; never at the ends."""
    values = S.swapaxes(axis, -1)
    peaks = np.zeros_like(S, dtype=bool)
    inner = peaks.swapaxes(axis, -1)[..., 1:-1]
    np.greater(values[..., 1:-1], values[..., :-2], out=inner)
    inner &= values[..., 1:-1] > values[..., 2:]
    return peaks


@public
def interp_harmonics(
    x: np.ndarray,
    *,
    freqs: np.ndarray,
    harmonics: npt.ArrayLike,
    kind: Interpolation = "linear",
    fill_value: float = 0,
    axis: int = -2,
) -> np.ndarray:
    """Energy at multiples of every frequency of a spectrogram or tempogram.

    Parameters
    ----------
    x : np.ndarray [shape=(..., d, t)]
        Energies.
    freqs : np.ndarray [shape=(d,) or x.shape]
        Frequencies of the bins, fixed or for each frame.
    harmonics : list of float
        Which multiples. One number gives no axis of harmonics.
    kind : str, default 'linear'
        How to interpolate; see `scipy.interpolate.interp1d`.
    fill_value : float, default 0
        What stands beyond the lowest and highest of `freqs`.
    axis : int, default -2
        The axis of frequencies.

    Returns
    -------
    np.ndarray [shape=(..., len(harmonics), d, t)]
        A new axis, of harmonics, stands before that of frequencies.

    Raises
    ------
    ParameterError
        If `freqs` does not go with `x`.

    Warns
    -----
    UserWarning
        If frequencies occur twice.

    Examples
    --------
    >>> import numpy as np
    >>> import fastspec
    >>> x = np.array([0.0, 10.0, 20.0, 30.0])
    >>> fastspec.interp_harmonics(x, freqs=np.arange(4.0), harmonics=[0.5, 1, 2], axis=0).tolist()
    [[0.0, 5.0, 10.0, 15.0], [0.0, 10.0, 20.0, 30.0], [0.0, 20.0, 0.0, 0.0]]
    """
    x, freqs, harmonics = as_array(x, name="x"), as_array(freqs, name="freqs"), as_array(harmonics, name="harmonics")
    if np.ndim(harmonics) != 1:  # their shape stands in the result, and none for a single number
        options: dict[str, Any] = {"kind": kind, "fill_value": fill_value, "axis": axis}
        found = interp_harmonics(x, freqs=freqs, harmonics=np.ravel(harmonics), **options)
        at = axis % x.ndim
        return found.reshape(*x.shape[:at], *np.shape(harmonics), *found.shape[at + 1 :])
    if _one_grid(x, freqs, axis):
        wanted = np.multiply.outer(harmonics, freqs)
        if _plain(freqs, kind, fill_value):
            return _linear_rows(x, freqs, wanted, fill_value, axis)
        work = 100 * wanted.size * (x.size // max(len(freqs), 1))
        return call(lambda: _interpolator(freqs, x, kind, fill_value, axis)(wanted), work=work)

    grids, values = freqs.swapaxes(axis, -1), x.swapaxes(axis, -1)
    wanted = np.multiply.outer(grids, harmonics)
    rows = [
        _at(grids[frame], values[frame], wanted[frame], kind, fill_value) for frame in np.ndindex(grids.shape[:-1])
    ]
    return np.array(rows).reshape(wanted.shape).swapaxes(-2, axis).swapaxes(-1, axis - 1)


@public
def f0_harmonics(
    x: np.ndarray,
    *,
    f0: np.ndarray,
    freqs: np.ndarray,
    harmonics: npt.ArrayLike,
    kind: Interpolation = "linear",
    fill_value: float = 0,
    axis: int = -2,
) -> np.ndarray:
    """Energy at multiples of a fundamental that moves: timbre without pitch, or rhythm without tempo.

    Parameters
    ----------
    x : np.ndarray [shape=(..., d, t)]
        Energies.
    f0 : np.ndarray [shape=(..., t)]
        The fundamental of each frame, in the unit of `freqs`.
    freqs : np.ndarray [shape=(d,) or x.shape]
        Frequencies of the bins, fixed or for each frame. Those that are not finite do not count.
    harmonics : list of float
        Which multiples of `f0`.
    kind : str, default 'linear'
        How to interpolate; see `scipy.interpolate.interp1d`.
    fill_value : float, default 0
        What stands beyond the lowest and highest of `freqs`, and where the result would be NaN.
    axis : int, default -2
        The axis of frequencies.

    Returns
    -------
    np.ndarray [shape=(..., len(harmonics), t)]

    Raises
    ------
    ParameterError
        If `freqs` does not go with `x`.

    Warns
    -----
    UserWarning
        If frequencies occur twice.

    Examples
    --------
    >>> import numpy as np
    >>> import fastspec
    >>> x = np.arange(12.0).reshape(4, 3)
    >>> fastspec.f0_harmonics(x, f0=np.array([1, 1.5, 2]), freqs=np.arange(4.0), harmonics=[1, 2]).tolist()
    [[3.0, 5.5, 8.0], [6.0, 10.0, 0.0]]
    """
    x, freqs, harmonics = as_array(x, name="x"), as_array(freqs, name="freqs"), as_array(harmonics, name="harmonics")
    f0 = as_array(f0, name="f0")
    fixed = _one_grid(x, freqs, axis)
    values = x.swapaxes(axis, -1)
    wanted = np.multiply.outer(f0, harmonics)
    if fixed and wanted.shape[:-1] == values.shape[:-1] and _plain(freqs, kind, fill_value):
        found = _linear_of_frames(values, freqs, wanted, fill_value)
    else:
        try:
            frames = np.broadcast_shapes(values.shape[:-1], wanted.shape[:-1])
        except ValueError:
            raise ParameterError(
                f"f0.shape={np.shape(f0)} does not go with x.shape={x.shape}; give one for each frame"
            ) from None
        values, wanted = (np.broadcast_to(a, (*frames, a.shape[-1])) for a in (values, wanted))
        grids = freqs if fixed else np.broadcast_to(freqs.swapaxes(axis, -1), values.shape)
        rows = []
        for frame in np.ndindex(frames):
            grid = grids if fixed else grids[frame]
            there = np.isfinite(grid)
            rows.append(_at(grid[there], values[frame][there], wanted[frame], kind, fill_value))
        found = np.array(rows).reshape(wanted.shape)
    return np.nan_to_num(found.swapaxes(axis, -1), copy=False, nan=fill_value)


def _one_grid(x: np.ndarray, freqs: np.ndarray, axis: int) -> bool:
    """Whether all frames share their frequencies; warns where some of these are equal."""
    fixed = freqs.ndim == 1 and len(freqs) == x.shape[axis]
    if not fixed and freqs.shape != x.shape:
        raise ParameterError(
            f"freqs.shape={freqs.shape} must be that of x, {x.shape}, or its length along axis={axis} alone"
        )
    if not np.all(is_unique(freqs, axis=0 if fixed else axis)):
        warn("Frequencies are not unique: values between equal ones may be wrong")
    return fixed


def _plain(freqs: np.ndarray, kind: str, fill_value: Any) -> bool:
    """Whether linear interpolation by hand gives what `interp1d` would give."""
    return (
        isinstance(kind, str)
        and kind == "linear"
        and len(freqs) > 1
        and freqs.dtype.kind in "fiu"
        and isinstance(fill_value, (int, float, np.number))
        and bool(np.isfinite(freqs[0]) and np.all(np.diff(freqs) > 0) and np.isfinite(freqs[-1]))
    )


def _interpolator(freqs: np.ndarray, x: np.ndarray, kind: str, fill_value: Any, axis: int) -> Callable[..., Any]:
    from scipy.interpolate import interp1d

    return interp1d(freqs, x, kind=kind, axis=axis, copy=False, bounds_error=False, fill_value=fill_value)


def _cells(freqs: np.ndarray, wanted: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """For each wanted frequency: the bin below it, its place from there (0) to the next (1), whether it is in range."""
    below = np.searchsorted(freqs, wanted).clip(1, len(freqs) - 1) - 1
    left = freqs[below]
    place = (wanted - left) / (freqs[below + 1] - left)
    return below, place, ~((wanted < freqs[0]) | (wanted > freqs[-1]))


def _linear_rows(x: np.ndarray, freqs: np.ndarray, wanted: np.ndarray, fill_value: Any, axis: int) -> np.ndarray:
    """x at the wanted (harmonics, d), axes that replace `axis`. Whole rows of frames are read at a time."""
    rows = np.ascontiguousarray(np.moveaxis(x, axis, 0), dtype=np.result_type(x.dtype, np.float64))
    flat = rows.reshape(len(rows), -1)
    # Zeros that nobody writes to cost nothing: the system hands out such memory when it is first used.
    found = np.zeros((len(wanted), *flat.shape), dtype=rows.dtype)
    step = max(1, BLOCK_VALUES // max(flat.shape[1], 1))
    for frequencies, out in zip(wanted, found, strict=True):
        below, place, inside = _cells(freqs, frequencies)
        here = np.flatnonzero(inside)
        for first in range(0, len(here), step):
            part = here[first : first + step]
            low = flat[below[part]]
            values = flat[below[part] + 1]
            values -= low
            values *= place[part, np.newaxis]
            values += low
            out[_span(part)] = values
        if fill_value != 0:
            out[~inside] = fill_value
    at = axis % x.ndim
    return np.moveaxis(found.reshape(len(wanted), *rows.shape), (0, 1), (at, at + 1))


def _span(places: np.ndarray) -> slice | np.ndarray:
    """Ascending places as a slice where they have no gap, which is quicker to write to."""
    whole = places[-1] - places[0] == len(places) - 1
    return slice(places[0], places[-1] + 1) if whole else places


def _linear_of_frames(values: np.ndarray, freqs: np.ndarray, wanted: np.ndarray, fill_value: Any) -> np.ndarray:
    """Each row of `values` at its own row of wanted frequencies."""
    below, place, inside = _cells(freqs, wanted)
    low = np.take_along_axis(values, below, axis=-1).astype(np.result_type(values.dtype, np.float64))
    low += (np.take_along_axis(values, below + 1, axis=-1) - low) * place
    low[~inside] = fill_value
    return low


def _at(grid: np.ndarray, values: np.ndarray, wanted: np.ndarray, kind: str, fill_value: Any) -> np.ndarray:
    """One frame."""
    if not _plain(grid, kind, fill_value):
        return _interpolator(grid, values, kind, fill_value, 0)(wanted)
    return _linear_of_frames(values, grid, wanted.ravel(), fill_value).reshape(wanted.shape)
