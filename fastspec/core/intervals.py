"""Musical intervals as frequency ratios: stacks of fifths, just intonation, and axes built on them."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Literal, overload

import numpy as np
import numpy.typing as npt

from .._engine.kept import kept
from .._gate.complaints import public
from .._gate.numbers import nonzero
from .._gate.samples import ParameterError, as_array, as_index

__all__ = ["interval_frequencies", "plimit_intervals", "pythagorean_intervals"]

Factors = dict[int, int]

_JUST_PRIMES = {"ji3": (3,), "ji5": (3, 5), "ji7": (3, 5, 7)}


@public
def interval_frequencies(
    n_bins: int,
    *,
    fmin: float,
    intervals: str | Collection[float],
    bins_per_octave: int = 12,
    tuning: float = 0.0,
    sort: bool = True,
) -> npt.NDArray[np.float64]:
    """Frequencies that repeat a set of intervals in every octave.

    Parameters
    ----------
    n_bins : int
        Number of frequencies.
    fmin : float
        Frequency of the unison in the lowest octave, in Hz.
    intervals : {'equal', 'pythagorean', 'ji3', 'ji5', 'ji7'} or array_like of float
        Equal temperament, a stack of fifths, just intonation with primes up to 3, 5 or 7, or the ratios
        themselves, which should lie in [1, 2).
    bins_per_octave : int, default 12
        Frequencies to the octave; the number of ratios if `intervals` lists them.
    tuning : float, default 0.0
        Shift of the equal temperament in fractions of a bin. Other systems do not use it.
    sort : bool, default True
        Return the frequencies in rising order, in place of the order in which the system makes them.

    Returns
    -------
    np.ndarray [shape=(n_bins,), dtype=float64]
        Hz.

    Raises
    ------
    ParameterError
        If `intervals` is an unknown name or empty, or `bins_per_octave` is zero.

    Examples
    --------
    >>> import fastspec
    >>> fastspec.interval_frequencies(4, fmin=100, intervals=[1, 1.5]).tolist()
    [100.0, 150.0, 200.0, 300.0]
    """
    ratios = _ratios(intervals, bins_per_octave=bins_per_octave, tuning=tuning, sort=sort)
    n_octaves = np.ceil(n_bins / len(ratios))
    all_ratios = np.multiply.outer(2.0 ** np.arange(n_octaves), ratios).ravel()[:n_bins]
    return (np.sort(all_ratios) if sort else all_ratios) * fmin


def _ratios(intervals: Any, *, bins_per_octave: int, tuning: float, sort: bool) -> np.ndarray:
    if not isinstance(intervals, str):
        ratios = np.array(intervals)
        if ratios.size == 0:
            raise ParameterError("intervals=[] is empty; list at least the unison, [1.0]")
        return ratios
    bins = nonzero(bins_per_octave, "bins_per_octave")
    if intervals == "equal":
        return 2.0 ** ((tuning + np.arange(bins, dtype=np.float64)) / bins)
    if intervals == "pythagorean":
        return pythagorean_intervals(bins_per_octave=bins, sort=sort)
    if intervals in _JUST_PRIMES:
        return plimit_intervals(primes=_JUST_PRIMES[intervals], bins_per_octave=bins, sort=sort)
    known = ", ".join(["equal", "pythagorean", *_JUST_PRIMES])
    raise ParameterError(f"intervals={intervals!r} is not known; use one of {known}, or list the ratios")


@overload
def pythagorean_intervals(
    *, bins_per_octave: int = ..., sort: bool = ..., return_factors: Literal[False] = ...
) -> npt.NDArray[np.float64]: ...
@overload
def pythagorean_intervals(
    *, bins_per_octave: int = ..., sort: bool = ..., return_factors: Literal[True]
) -> list[Factors]: ...
@public
def pythagorean_intervals(
    *, bins_per_octave: int = 12, sort: bool = True, return_factors: bool = False
) -> npt.NDArray[np.float64] | list[Factors]:
    """Intervals of a stack of perfect fifths, brought into one octave.

    Parameters
    ----------
    bins_per_octave : int, default 12
        Number of intervals, the unison included.
    sort : bool, default True
        Return them in rising order, in place of the order of the stack.
    return_factors : bool, default False
        Return exponents of primes in place of ratios.

    Returns
    -------
    np.ndarray [shape=(bins_per_octave,), dtype=float64] or list of dict
        Ratios in [1, 2), or for each a dictionary with the exponents of 2 and 3.

    Examples
    --------
    >>> import fastspec
    >>> fastspec.pythagorean_intervals(bins_per_octave=3).round(6).tolist()
    [1.0, 1.125, 1.5]
    >>> fastspec.pythagorean_intervals(bins_per_octave=3, return_factors=True)
    [{2: 0, 3: 0}, {2: -3, 3: 2}, {2: -1, 3: 1}]
    """
    fifths = np.arange(bins_per_octave)
    log_ratios, octaves = _fold(fifths * np.log2(3))
    order = np.argsort(log_ratios) if sort else fifths
    if return_factors:
        return [{2: -int(octaves[i]), 3: int(fifths[i])} for i in order]
    return 2.0 ** log_ratios[order]


_MOST_BINS = 2**14


@overload
def plimit_intervals(
    *, primes: npt.ArrayLike, bins_per_octave: int = ..., sort: bool = ..., return_factors: Literal[False] = ...
) -> npt.NDArray[np.float64]: ...
@overload
def plimit_intervals(
    *, primes: npt.ArrayLike, bins_per_octave: int = ..., sort: bool = ..., return_factors: Literal[True]
) -> list[Factors]: ...
@public
def plimit_intervals(
    *, primes: npt.ArrayLike, bins_per_octave: int = 12, sort: bool = True, return_factors: bool = False
) -> npt.NDArray[np.float64] | list[Factors]:
    """Just intervals over a set of primes, grown as a crystal in harmonic space.

    Starting from the unison, each step adds the neighbour (one prime factor away from an interval that is
    in already) whose harmonic distances to all intervals so far have the smallest sum.

    Parameters
    ----------
    primes : array_like of int
        The odd primes of which the ratios are made. Powers of 2 bring them into one octave.
    bins_per_octave : int, default 12
        Number of intervals, the unison included.
    sort : bool, default True
        Return them in rising order, in place of the order of growth.
    return_factors : bool, default False
        Return exponents of primes in place of ratios.

    Returns
    -------
    np.ndarray [shape=(bins_per_octave,), dtype=float64] or list of dict
        Ratios in [1, 2), or for each a dictionary with the exponents that are not zero.

    Raises
    ------
    ParameterError
        If `primes` is empty and more than the unison is asked for.

    References
    ----------
    .. [1] J. Tenney, "On 'crystal growth' in harmonic space (1993-1998)", Contemporary Music Review 27, 2008.

    Examples
    --------
    >>> import fastspec
    >>> fastspec.plimit_intervals(primes=[3, 5], bins_per_octave=3).round(6).tolist()
    [1.0, 1.333333, 1.5]
    >>> fastspec.plimit_intervals(primes=[3, 5], bins_per_octave=3, return_factors=True)
    [{}, {2: 2, 3: -1}, {2: -1, 3: 1}]
    """
    primes = np.atleast_1d(as_array(primes, name="primes", kinds="fiub"))
    bins_per_octave = as_index(bins_per_octave, name="bins_per_octave", minimum=0)
    if bins_per_octave > _MOST_BINS:
        raise ParameterError(f"bins_per_octave={bins_per_octave} exceeds {_MOST_BINS}: growing them would take hours")
    if primes.size == 0 and bins_per_octave > 1:
        raise ParameterError("primes=[] is empty; list at least one prime, such as [3]")
    logs = np.log2(primes, dtype=np.float64)
    exponents = _grow_crystal(logs, bins_per_octave)
    log_ratios, octaves = _fold(exponents.astype(np.float64).dot(logs))
    order = np.argsort(log_ratios) if sort else np.arange(len(exponents))
    if return_factors:
        bases = [2, *primes.tolist()]
        rows = np.column_stack([-octaves, exponents])[order].tolist()
        return [{base: power for base, power in zip(bases, row, strict=True) if power} for row in rows]
    return 2.0 ** log_ratios[order]


def _fold(log_ratios: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Fractions in [0, 1) of base-2 logarithms, and the whole octaves taken away."""
    fractions, octaves = np.modf(log_ratios)
    below = fractions < 0
    return fractions + below, (octaves - below).astype(np.int64)


def _grow_crystal(logs: np.ndarray, n_points: int) -> np.ndarray:
    """Exponents, one row for each of the `n_points` intervals, in the order of Tenney's algorithm.

    The sum of distances is kept for each candidate and grows by one term a step, so that a step is one
    vector operation over the candidates. They stay in the order of discovery, on which ties depend.
    """
    steps = np.kron(np.eye(len(logs), dtype=np.int64), [[1], [-1]])
    taken = [np.zeros(len(logs), dtype=np.int64)]
    seen = {taken[0].tobytes()}
    points = np.empty((0, len(logs)), dtype=np.int64)
    scores, sizes = np.empty(0), np.empty(0)
    while len(taken) < n_points:
        newest = taken[-1]
        scores = scores + _distances(points, newest, logs)
        fresh = [point for point in newest + steps if point.tobytes() not in seen]
        seen.update(point.tobytes() for point in fresh)
        points = np.concatenate([points, np.reshape(fresh, (-1, len(logs)))])
        sizes = np.append(sizes, [logs.dot(np.abs(point)) for point in fresh])
        # cumsum adds in order, as the update above does, so that equal sums are equal to the last bit
        crystal = np.array(taken)
        scores = np.append(scores, [np.cumsum(_distances(crystal, point, logs))[-1] for point in fresh])
        best = _first_choice(scores, sizes)
        taken.append(points[best])
        scores[best] = np.inf
    return np.array(taken)


def _distances(points: np.ndarray, point: np.ndarray, logs: np.ndarray) -> np.ndarray:
    """Tenney's harmonic distance, octaves aside: log2 of all prime factors in which two ratios differ."""
    return np.around(np.abs(points - point).dot(logs), 6)


def _first_choice(scores: np.ndarray, sizes: np.ndarray) -> int:
    """Index that a scan in order ends on, if it moves to a lower score, or to an equal one of smaller size.

    "Equal" has `numpy.isclose`'s tolerance, so the outcome can depend on the order. Nothing before the
    first minimum matters, as the scan moves there from any score; from there on it makes few moves.
    """
    best = int(np.argmin(scores))
    while True:
        later = slice(best + 1, None)
        close = np.isclose(scores[later], scores[best]) & (sizes[later] < sizes[best])
        moves = np.flatnonzero(close | (scores[later] < scores[best]))
        if moves.size == 0:
            return best
        best += 1 + int(moves[0])


# The table holds stacks of up to 71 fifths and crystals over these primes, with so many intervals each.
_TABLE_FIFTHS = 72
_TABLE_CRYSTALS = (((3,), 72), ((3, 5), 72), ((3, 5, 7), 72), ((3, 5, 7, 11, 13, 17, 19, 23), 190))

# Its ratios are 6e-5 apart or more. librosa compares after rounding both sides to six decimals.
KNOWN_WITHIN = 1e-6


@kept(1)
def interval_table() -> tuple[np.ndarray, list[Factors]]:
    """The intervals that `interval_to_fjs` can name: ratios in rising order, and the factors of each."""
    factors = pythagorean_intervals(bins_per_octave=_TABLE_FIFTHS, return_factors=True)
    for primes, count in _TABLE_CRYSTALS:
        factors += plimit_intervals(primes=primes, bins_per_octave=count, return_factors=True)
    table = {float(np.prod([float(p) ** e for p, e in row.items()])): row for row in factors}
    return np.array(sorted(table)), [table[ratio] for ratio in sorted(table)]
