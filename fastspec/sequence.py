"""Sequences: alignment by dynamic time warping and by recurrences, and decoding of states."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NoReturn, overload

import numpy as np

from ._engine import sequences as _sequences
from ._gate.complaints import public
from ._gate.samples import DTypeError, ParameterError, as_array, as_number
from ._lazy import missing
from ._sequences.dtw import dtw, dtw_backtracking, path_to_steps
from ._sequences.viterbi import viterbi, viterbi_binary, viterbi_discriminative
from .filters import get_window
from .util.utils import is_positive_int, pad_center

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ._front.windows import Window

Matrix = np.ndarray[tuple[int, int], np.dtype[np.float64]]

__all__ = [
    "dtw",
    "dtw_backtracking",
    "path_to_steps",
    "rqa",
    "transition_cycle",
    "transition_local",
    "transition_loop",
    "transition_uniform",
    "viterbi",
    "viterbi_binary",
    "viterbi_discriminative",
]


def __dir__() -> list[str]:
    return __all__


@overload
def rqa(
    sim: np.ndarray,
    *,
    gap_onset: float = ...,
    gap_extend: float = ...,
    knight_moves: bool = ...,
    backtrack: Literal[False],
) -> np.ndarray: ...
@overload
def rqa(
    sim: np.ndarray,
    *,
    gap_onset: float = ...,
    gap_extend: float = ...,
    knight_moves: bool = ...,
    backtrack: Literal[True] = ...,
) -> tuple[np.ndarray, np.ndarray[tuple[int, int], np.dtype[np.uint]]]: ...
@public
def rqa(
    sim: np.ndarray, *, gap_onset: float = 1, gap_extend: float = 1, knight_moves: bool = True, backtrack: bool = True
) -> Any:
    """Recurrence quantification: the diagonals of a similarity matrix, added up, and the best of them.

    Where ``sim > 0``, a score is the best one a move before plus `sim`. Elsewhere the best goes on into a gap, at a
    cost, as long as it stays above 0. Moves are diagonal, or a chess knight's.

    Parameters
    ----------
    sim : np.ndarray [shape=(n, m), non-negative]
        A recurrence matrix or a cross-similarity: similar frames have positive values.
    gap_onset : float >= 0, default 1
        What it costs to begin a gap.
    gap_extend : float >= 0, default 1
        What each further step of a gap costs. Infinity for either of the two allows no gaps.
    knight_moves : bool, default True
        Allow moves by (1, 2) and (2, 1), beside (1, 1).
    backtrack : bool, default True
        Return the path.

    Returns
    -------
    score : np.ndarray [shape=(n, m)]
        The score of the best path that ends at each pair, in the dtype of `sim` (float32 for float16).
    path : np.ndarray [shape=(k, 2), dtype=uint]
        With `backtrack`: the pairs of the best path, from the first to the last; (0, 2) if there is none.

    Raises
    ------
    ParameterError
        If a cost is negative or `sim` is no matrix, or empty.

    See Also
    --------
    dtw, fastspec.segment.recurrence_matrix, fastspec.segment.cross_similarity

    References
    ----------
    .. [1] J. Serrà, X. Serra and R. G. Andrzejak, "Cross recurrence quantification for cover song identification",
       New Journal of Physics 11, 2009.

    Examples
    --------
    >>> import fastspec
    >>> import numpy as np
    >>> score, path = fastspec.sequence.rqa(np.eye(4)[:, 1:])
    >>> score.max().item(), path.tolist()
    (3.0, [[1, 0], [2, 1], [3, 2]])
    """
    gaps = as_number(gap_onset, name="gap_onset"), as_number(gap_extend, name="gap_extend")
    for name, gap in zip(("gap_onset", "gap_extend"), gaps, strict=True):
        if gap < 0:
            raise ParameterError(f"{name}={gap} must not be negative; it is a cost")
    sim = as_array(sim, name="sim")
    if sim.dtype.kind not in "fiub":
        raise DTypeError(f"sim.dtype={sim.dtype} must be real; similarities are numbers, for instance np.abs(sim)")
    if sim.ndim != 2 or not sim.size:
        raise ParameterError(f"sim.shape={sim.shape} must be (n, m), neither of them 0")
    dtype = sim.dtype.newbyteorder("=")
    if dtype.kind == "f":
        dtype = np.dtype(np.float32 if dtype.itemsize <= 4 else np.float64)
    kind = {"f": _SINGLE if dtype == np.float32 else _DOUBLE, "b": _BOOLEAN}.get(dtype.kind, _INTEGER)
    scoring = (*gaps, bool(knight_moves), kind)
    score = np.empty(sim.shape, dtype)
    _sequences.score_recurrence(scoring, sim, score)
    if not backtrack:
        return score
    row, column = (int(i) for i in np.unravel_index(np.argmax(score), score.shape))
    return score, _sequences.score_back(scoring, sim, score, row, column)[::-1].astype(np.uint)


# What scores are rounded to, as csrc/sequences.h numbers them.
_DOUBLE, _SINGLE, _INTEGER, _BOOLEAN = range(4)


@public
def transition_uniform(n_states: int) -> Matrix:
    """A transition matrix by which every state follows every other with the same probability.

    Parameters
    ----------
    n_states : int > 0
        Number of states.

    Returns
    -------
    np.ndarray [shape=(n_states, n_states), dtype=float64]
        All of it is ``1 / n_states``.

    Raises
    ------
    ParameterError
        If `n_states` is not a positive integer.

    Examples
    --------
    >>> import fastspec
    >>> fastspec.sequence.transition_uniform(2).tolist()
    [[0.5, 0.5], [0.5, 0.5]]
    """
    if not is_positive_int(n_states):
        raise ParameterError(f"n_states={n_states!r} must be a positive integer")
    transition = np.empty((n_states, n_states))
    transition.fill(1.0 / n_states)  # in half the time of `np.full`
    return transition


@public
def transition_loop(n_states: int, prob: float | Iterable[float]) -> Matrix:
    """A transition matrix by which states tend to last: else all others follow with the same probability.

    Parameters
    ----------
    n_states : int > 1
        Number of states.
    prob : float or iterable [length=n_states]
        Probability, from 0 to 1, to stay in any state, or in each of them.

    Returns
    -------
    np.ndarray [shape=(n_states, n_states), dtype=float64]
        The matrix.

    Raises
    ------
    ParameterError
        If `n_states` is below 2, or `prob` of another length or out of range.

    Examples
    --------
    >>> import fastspec
    >>> fastspec.sequence.transition_loop(3, 0.5).tolist()
    [[0.5, 0.25, 0.25], [0.25, 0.5, 0.25], [0.25, 0.25, 0.5]]
    """
    stay = _stay_probabilities(n_states, prob)
    transition = np.repeat((1.0 - stay)[:, np.newaxis] / (n_states - 1), n_states, axis=1)
    np.fill_diagonal(transition, stay)
    return transition


@public
def transition_cycle(n_states: int, prob: float | Iterable[float]) -> Matrix:
    """A transition matrix of states that last or go on to the next one, the last to the first.

    Parameters
    ----------
    n_states : int > 1
        Number of states.
    prob : float or iterable [length=n_states]
        Probability, from 0 to 1, to stay in any state, or in each of them.

    Returns
    -------
    np.ndarray [shape=(n_states, n_states), dtype=float64]
        The matrix.

    Raises
    ------
    ParameterError
        If `n_states` is below 2, or `prob` of another length or out of range.

    Examples
    --------
    >>> import fastspec
    >>> fastspec.sequence.transition_cycle(3, 0.75).tolist()
    [[0.75, 0.25, 0.0], [0.0, 0.75, 0.25], [0.25, 0.0, 0.75]]
    """
    stay = _stay_probabilities(n_states, prob)
    transition = np.diag(stay)
    states = np.arange(n_states)
    transition[states, (states + 1) % n_states] = 1.0 - stay
    return transition


def _check_several(n_states: int) -> None:
    if not (is_positive_int(n_states) and n_states > 1):
        raise ParameterError(f"n_states={n_states!r} must be a positive integer > 1")


def _stay_probabilities(n_states: int, prob: Any) -> np.ndarray:
    _check_several(n_states)
    try:
        stay = np.asarray(prob if np.ndim(prob) or not hasattr(prob, "__iter__") else list(prob), dtype=np.float64)
    except (TypeError, ValueError):
        raise DTypeError(f"prob={prob!r} must be a number or {n_states} of them") from None
    if stay.ndim == 0:
        stay = np.full(n_states, stay)
    if stay.shape != (n_states,):
        raise ParameterError(f"prob={prob} must be one number, or as many as n_states={n_states}")
    if not np.all((stay >= 0) & (stay <= 1)):
        raise ParameterError(f"prob={prob} must have values in the range [0, 1]")
    return stay


@public
def transition_local(
    n_states: int, width: int | Iterable[int], *, window: Window = "triangle", wrap: bool = False
) -> Matrix:
    """A transition matrix by which states near one another follow one another.

    Parameters
    ----------
    n_states : int > 1
        Number of states.
    width : int > 0 or iterable [length=n_states]
        Over how many states the window reaches, from any state or from each.
    window : str, tuple, number, callable or array_like, default 'triangle'
        How probabilities fall off; see `fastspec.filters.get_window`. Some windows are 0 at both ends.
    wrap : bool, default False
        The last and the first state are neighbours.

    Returns
    -------
    np.ndarray [shape=(n_states, n_states), dtype=float64]
        The matrix, its rows of sum 1.

    Raises
    ------
    ParameterError
        If `n_states` is below 2, `width` is below 1, above `n_states` or of another length.

    Examples
    --------
    >>> import fastspec
    >>> fastspec.sequence.transition_local(3, 3, wrap=True).tolist()
    [[0.5, 0.25, 0.25], [0.25, 0.5, 0.25], [0.25, 0.25, 0.5]]
    """
    _check_several(n_states)
    try:
        widths = np.asarray(width, dtype=int)
    except (TypeError, ValueError):
        raise DTypeError(f"width={width!r} must be an integer or {n_states} of them") from None
    if widths.ndim == 0:
        widths = np.full(n_states, widths)
    if widths.shape != (n_states,):
        raise ParameterError(f"width={width} must be one number, or as many as n_states={n_states}")
    if np.any(widths < 1):
        raise ParameterError(f"width={width} must be at least 1")
    transition = np.zeros((n_states, n_states))
    for i, reach in enumerate(widths.tolist()):
        row = np.roll(pad_center(get_window(window, reach, fftbins=False), size=n_states), n_states // 2 + i + 1)
        if not wrap:
            row[min(n_states, i + reach // 2 + 1) :] = 0
            row[: max(0, i - reach // 2)] = 0
        transition[i] = row
    transition /= transition.sum(axis=1, keepdims=True)
    return transition


def __getattr__(name: str) -> NoReturn:
    raise missing(__name__, name)
