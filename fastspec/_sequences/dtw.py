"""Dynamic time warping: costs row by row, accumulated in C, and the way back."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal, overload

import numpy as np

from .._engine import memory as _memory
from .._engine import sequences as _sequences
from .._gate.complaints import public
from .._gate.samples import DTypeError, ParameterError, as_array, as_index, as_number, check_size, whole

if TYPE_CHECKING:
    import numpy.typing as npt

__all__ = ["dtw", "dtw_backtracking", "path_to_steps"]

Doubles = np.ndarray[tuple[int, int], np.dtype[np.float64]]
Pairs = np.ndarray[tuple[int, int], np.dtype[np.int_]]
Choices = np.ndarray[tuple[int, int], np.dtype[np.int32]]

# The steps that always count as the first three, in this order.
DEFAULT_STEPS = np.array([[1, 1], [0, 1], [1, 0]])

# Costs are made and read this many at a time, so that they stay in the cache.
BLOCK = 2**16


@overload
def dtw(
    X: npt.ArrayLike | None = ...,
    Y: npt.ArrayLike | None = ...,
    *,
    C: npt.ArrayLike | None = ...,
    metric: str = ...,
    step_sizes_sigma: npt.ArrayLike | None = ...,
    weights_add: npt.ArrayLike | None = ...,
    weights_mul: npt.ArrayLike | None = ...,
    subseq: bool = ...,
    backtrack: Literal[True] = ...,
    global_constraints: bool = ...,
    band_rad: float = ...,
    return_steps: Literal[False] = ...,
) -> tuple[Doubles, Pairs]: ...
@overload
def dtw(
    X: npt.ArrayLike | None = ...,
    Y: npt.ArrayLike | None = ...,
    *,
    C: npt.ArrayLike | None = ...,
    metric: str = ...,
    step_sizes_sigma: npt.ArrayLike | None = ...,
    weights_add: npt.ArrayLike | None = ...,
    weights_mul: npt.ArrayLike | None = ...,
    subseq: bool = ...,
    backtrack: Literal[True] = ...,
    global_constraints: bool = ...,
    band_rad: float = ...,
    return_steps: Literal[True],
) -> tuple[Doubles, Pairs, Choices]: ...
@overload
def dtw(
    X: npt.ArrayLike | None = ...,
    Y: npt.ArrayLike | None = ...,
    *,
    C: npt.ArrayLike | None = ...,
    metric: str = ...,
    step_sizes_sigma: npt.ArrayLike | None = ...,
    weights_add: npt.ArrayLike | None = ...,
    weights_mul: npt.ArrayLike | None = ...,
    subseq: bool = ...,
    backtrack: Literal[False],
    global_constraints: bool = ...,
    band_rad: float = ...,
    return_steps: Literal[False] = ...,
) -> Doubles: ...
@overload
def dtw(
    X: npt.ArrayLike | None = ...,
    Y: npt.ArrayLike | None = ...,
    *,
    C: npt.ArrayLike | None = ...,
    metric: str = ...,
    step_sizes_sigma: npt.ArrayLike | None = ...,
    weights_add: npt.ArrayLike | None = ...,
    weights_mul: npt.ArrayLike | None = ...,
    subseq: bool = ...,
    backtrack: Literal[False],
    global_constraints: bool = ...,
    band_rad: float = ...,
    return_steps: Literal[True],
) -> tuple[Doubles, Choices]: ...
@public
def dtw(
    X: npt.ArrayLike | None = None,
    Y: npt.ArrayLike | None = None,
    *,
    C: npt.ArrayLike | None = None,
    metric: str = "euclidean",
    step_sizes_sigma: npt.ArrayLike | None = None,
    weights_add: npt.ArrayLike | None = None,
    weights_mul: npt.ArrayLike | None = None,
    subseq: bool = False,
    backtrack: bool = True,
    global_constraints: bool = False,
    band_rad: float = 0.25,
    return_steps: bool = False,
) -> Any:
    """Dynamic time warping: the cheapest way to align two sequences.

    Parameters
    ----------
    X : np.ndarray [shape=(..., d, n)], optional
        Features of the first sequence; leading axes count as further features.
    Y : np.ndarray [shape=(..., d, m)], optional
        Features of the second one.
    C : np.ndarray [shape=(n, m)], optional
        Costs of pairing each frame with each other, in place of `X` and `Y`. None may be NaN.
    metric : str, default 'euclidean'
        Costs of `X` and `Y`, by a name that `scipy.spatial.distance.cdist` knows.
    step_sizes_sigma : np.ndarray [shape=(k, 2), integer], optional
        Steps over frames of the first and of the second sequence. Default: (1, 1), (0, 1), (1, 0).
    weights_add : np.ndarray [shape=(k,)], optional
        A summand for the cost of each step. Default: 0.
    weights_mul : np.ndarray [shape=(k,)], optional
        A factor of the cost of each step. Default: 1.
    subseq : bool, default False
        Find the shorter sequence anywhere within the longer one.
    backtrack : bool, default True
        Return the path.
    global_constraints : bool, default False
        Stay near the diagonal: a Sakoe-Chiba band.
    band_rad : float, default 0.25
        Half the band's width, as a share of the shorter sequence.
    return_steps : bool, default False
        Return which step led to each pair.

    Returns
    -------
    D : np.ndarray [shape=(n, m), dtype=float64]
        The least cost of a path to each pair, infinity where none leads.
    wp : np.ndarray [shape=(l, 2), dtype=int]
        With `backtrack`: the pairs of the path, from the last to the first.
    steps : np.ndarray [shape=(n, m), dtype=int32]
        With `return_steps`: the number of the step that led to each pair. Steps that you pass are numbered from 3 on.

    Raises
    ------
    ParameterError
        If neither `C` nor both `X` and `Y` are given, or all of them; if shapes do not fit, costs are NaN, a step is
        negative, weights are not as many as steps, or no path leads to the end.

    See Also
    --------
    dtw_backtracking, path_to_steps, rqa

    Notes
    -----
    With ``subseq=True`` and `X` longer than `Y`, `D` and `steps` are transposed; the path is not. Where `C` is taller
    than wide and ``subseq=True``, pairs of the path are swapped, as in librosa.

    References
    ----------
    .. [1] M. Müller, "Fundamentals of Music Processing", Springer 2015, chapter 3.

    Examples
    --------
    >>> import fastspec
    >>> import numpy as np
    >>> D, wp = fastspec.sequence.dtw(np.array([1.0, 2, 3]), np.array([1.0, 1, 2, 3]))
    >>> D[-1, -1].item(), wp[::-1].tolist()
    (0.0, [[0, 0], [0, 1], [1, 2], [2, 3]])
    """
    sizes = _steps_and_weights(step_sizes_sigma, weights_add, weights_mul)
    if C is None and (X is None or Y is None):
        raise ParameterError("C=None needs both X and Y: give two sequences, or their costs C")
    if C is not None and (X is not None or Y is not None):
        raise ParameterError("C is given, and so are sequences: give either X and Y or C")
    shape, cost_of, transposed = _given_costs(C) if C is not None else _costs(X, Y, metric, subseq)
    if global_constraints:
        cost_of = _within_band(cost_of, shape, as_number(band_rad, name="band_rad"))
    steps = (*sizes, bool(subseq))
    check_size(shape, np.dtype(np.float64))
    D = _memory.empty(shape, np.dtype(np.float64))
    chosen = np.empty(shape, np.int32) if return_steps else None
    height = max(1, BLOCK // shape[1])
    for first in range(0, shape[0], height):
        cost = cost_of(slice(first, first + height), slice(None))
        _check_costs(cost)
        _sequences.warp_rows(steps, first, cost, D, chosen)
    results: list[Any] = [D]
    if backtrack:
        path = _path_of(D, steps, cost_of)
        results.append(path[:, ::-1] if subseq and (transposed or shape[0] > shape[1]) else path)
    if return_steps:
        results.append(chosen)
    return tuple(results) if len(results) > 1 else D


def _steps_and_weights(sizes: Any, add: Any, multiply: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Sizes (uintp), factors and summands of all steps. Default steps cost infinity where the caller has other ones."""
    n = len(DEFAULT_STEPS) if sizes is None else len(_step_sizes(sizes))
    add = _weights(add, 0.0, n, "weights_add")
    multiply = _weights(multiply, 1.0, n, "weights_mul")
    if sizes is None:
        return DEFAULT_STEPS.astype(np.uintp), multiply, add
    never = np.full(len(DEFAULT_STEPS), np.inf)
    sizes = np.concatenate((DEFAULT_STEPS, _step_sizes(sizes))).astype(np.uintp)
    return sizes, np.concatenate((never, multiply)), np.concatenate((never, add))


def _step_sizes(sizes: Any) -> np.ndarray:
    sizes = as_array(sizes, name="step_sizes_sigma")
    if sizes.ndim != 2 or sizes.shape[1] != 2:
        raise ParameterError(f"step_sizes_sigma.shape={sizes.shape} must be (k, 2): two numbers of frames a step")
    if sizes.dtype.kind not in "iu" and not (sizes.dtype.kind == "f" and np.all(sizes == np.floor(sizes))):
        raise DTypeError(f"step_sizes_sigma.dtype={sizes.dtype} must be of integers; steps are over whole frames")
    if np.any(sizes < 0):
        raise ParameterError(f"step_sizes_sigma={sizes.tolist()} cannot contain negative values")
    return sizes


def _weights(weights: Any, default: float, n: int, name: str) -> np.ndarray:
    if weights is None:
        return np.full(n, default)
    weights = _numbers(weights, name)
    if weights.shape != (n,):
        raise ParameterError(f"{name}.shape={weights.shape} must be ({n},): as many as there are steps")
    return np.ascontiguousarray(weights, np.float64)


def _numbers(x: Any, name: str) -> np.ndarray:
    x = as_array(x, name=name)
    if x.dtype.kind not in "fiub":
        raise DTypeError(f"{name}.dtype={x.dtype} must be real; pass numbers, for instance {name}.astype(float)")
    return x


Costs = Callable[[slice, slice], np.ndarray]


def _given_costs(C: Any) -> tuple[tuple[int, int], Costs, bool]:
    C = np.atleast_2d(_numbers(C, "C"))
    if C.ndim != 2 or not C.size:
        raise ParameterError(f"C.shape={C.shape} must be (n, m), neither of them 0")
    return C.shape, lambda i, j: np.ascontiguousarray(C[i, j], np.float64), False


def _costs(X: Any, Y: Any, metric: Any, subseq: bool) -> tuple[tuple[int, int], Costs, bool]:
    """The costs of two sequences: their shape, what makes them of slices, and whether they are transposed."""
    x, y = (_frames(features, name) for features, name in ((X, "X"), (Y, "Y")))
    transposed = bool(subseq) and len(x) > len(y)
    rows, columns = (y, x) if transposed else (x, y)
    shape = (len(rows), len(columns))
    if x.shape[1] != y.shape[1]:
        raise ParameterError(
            f"X has {x.shape[1]} features and Y has {y.shape[1]}: both must be (d, frames); reshape sequences of "
            "single numbers to (1, frames)"
        )
    if isinstance(metric, str) and metric.lower() in ("euclidean", "sqeuclidean"):
        root = metric.lower() == "euclidean"
        return shape, lambda i, j: _sequences.distances(rows[i], columns[j], root=root), transposed
    from scipy.spatial.distance import cdist

    try:
        C = cdist(x, y, metric=metric)
    except (ValueError, TypeError) as error:
        raise ParameterError(f"metric={metric!r} cannot be computed by scipy.spatial.distance: {error}") from error
    C = C.T if transposed else C
    return shape, lambda i, j: np.ascontiguousarray(C[i, j]), transposed


def _frames(features: Any, name: str) -> np.ndarray:
    """(frames, features), all leading axes being features."""
    features = np.atleast_2d(_numbers(features, name))
    if not features.size:
        raise ParameterError(f"{name}.shape={features.shape} is empty; a sequence has at least one frame and feature")
    turned = np.swapaxes(features, -1, 0)
    return np.ascontiguousarray(turned.reshape((len(turned), -1), order="F"), np.float64)


def _within_band(cost_of: Costs, shape: tuple[int, int], radius: float) -> Costs:
    """Costs that are infinite where `fastspec.util.fill_off_diagonal` would write."""
    n_rows, n_columns = shape
    width = int(np.round(radius * min(shape)))
    above, below = width + max(0, n_columns - n_rows), width + max(0, n_rows - n_columns)

    row_numbers, column_numbers = (np.arange(n, dtype=np.int32) for n in shape)

    def banded(i: slice, j: slice) -> np.ndarray:
        cost = cost_of(i, j)
        _check_costs(cost)
        beside = column_numbers[j] - row_numbers[i, np.newaxis]
        return np.where((beside > -below) & (beside < above), cost, np.inf)

    return banded


def _check_costs(cost: np.ndarray) -> None:
    if np.isnan(cost.min()):
        raise ParameterError("the cost matrix C has NaN values; replace them, for instance by np.inf")


def _path_of(D: np.ndarray, steps: tuple[Any, ...], cost_of: Costs) -> np.ndarray:
    subseq = steps[-1]
    row, column = (n - 1 for n in D.shape)
    if subseq:
        column = int(np.argmin(D[-1]))
    if np.isinf(D[row, column]):
        raise ParameterError(
            f"D[-1, {column}] is {D[row, column]}: no valid warping path reaches the end with these step sizes and "
            "constraints; allow other steps or a wider band"
        )
    return _sequences.warp_back(steps, cost_of, D, row, column)


@public
def dtw_backtracking(
    steps: np.ndarray,
    *,
    step_sizes_sigma: npt.ArrayLike | None = None,
    subseq: bool = False,
    start: int | np.integer[Any] | None = None,
) -> Pairs:
    """The path of a `dtw` whose steps have been returned.

    Parameters
    ----------
    steps : np.ndarray [shape=(n, m), integer]
        The number of the step that led to each pair.
    step_sizes_sigma : np.ndarray [shape=(k, 2), integer], optional
        The steps that `dtw` was given; they are numbered from 3 on, after the default ones.
    subseq : bool, default False
        The path may begin anywhere in the first row.
    start : int, optional
        The column of the last row to begin at, with `subseq`. Default: the last one.

    Returns
    -------
    np.ndarray [shape=(l, 2), dtype=int]
        The pairs of the path, from the last to the first.

    Raises
    ------
    ParameterError
        If `start` is given without `subseq` or is no column, or `steps` holds a number that is no step's.

    See Also
    --------
    dtw

    Examples
    --------
    >>> import fastspec
    >>> import numpy as np
    >>> D, steps = fastspec.sequence.dtw(C=np.ones((2, 3)), backtrack=False, return_steps=True)
    >>> fastspec.sequence.dtw_backtracking(steps)[::-1].tolist()
    [[0, 0], [0, 1], [1, 2]]
    """
    if not subseq and start is not None:
        raise ParameterError(f"start={start} is only allowed with subseq=True, and subseq={subseq}")
    steps = as_array(steps, name="steps")
    if steps.ndim != 2 or not steps.size:
        raise ParameterError(f"steps.shape={steps.shape} must be (n, m), neither of them 0")
    if steps.dtype.kind not in "iu":
        raise DTypeError(f"steps.dtype={steps.dtype} must be of integers, as dtw(return_steps=True) gives them")
    sizes = DEFAULT_STEPS
    if step_sizes_sigma is not None:
        sizes = np.concatenate((DEFAULT_STEPS, _step_sizes(step_sizes_sigma)))
    if steps.min() < 0 or steps.max() >= len(sizes):
        raise ParameterError(f"steps goes to {steps.max()}, and steps are 0 to {len(sizes) - 1}; pass step_sizes_sigma")
    n_rows, n_columns = steps.shape
    column = n_columns - 1 if start is None else as_index(whole(start), name="start", minimum=-n_columns)
    if column >= n_columns:
        raise ParameterError(f"start={start} is no column of steps.shape={steps.shape}")
    chosen = np.ascontiguousarray(steps, np.int32)
    path = _sequences.trace_steps(chosen, sizes.astype(np.uintp), bool(subseq), n_rows - 1, column % n_columns)
    last = tuple(path[-1])
    if last[0] and not sizes[chosen[last]].any():
        raise ParameterError(f"the step at {last} is (0, 0), and leads nowhere; leave it out of step_sizes_sigma")
    return path


@public
def path_to_steps(path: np.ndarray, *, inverse: bool = False) -> npt.NDArray[np.float64]:
    """A warping path as a grid of frames: where in one sequence each frame of the other lies.

    Parameters
    ----------
    path : np.ndarray [shape=(l, 2)]
        Pairs of frames, for instance from `dtw`.
    inverse : bool, default False
        False says for frames of the second sequence where they lie in the first; True the other way round.

    Returns
    -------
    np.ndarray [shape=(t,), dtype=float64]
        Fractional frames, interpolated linearly, one for each frame from the first to the last of the path.

    Raises
    ------
    ParameterError
        If `path` is not (l, 2), or empty.

    See Also
    --------
    dtw, fastspec.phase_vocoder

    Examples
    --------
    >>> import fastspec
    >>> import numpy as np
    >>> fastspec.sequence.path_to_steps(np.array([[2, 4], [0, 0]])).tolist()
    [0.0, 0.5, 1.0, 1.5, 2.0]
    """
    path = _numbers(path, "path")
    if path.ndim != 2 or path.shape[1] != 2 or not len(path):
        raise ParameterError(f"path.shape={path.shape} must be (l, 2), l at least 1")
    from scipy.interpolate import interp1d

    here, there = (path[:, 0], path[:, 1]) if inverse else (path[:, 1], path[:, 0])
    return interp1d(here, there, kind="linear")(np.arange(here.min(), here.max() + 1))
