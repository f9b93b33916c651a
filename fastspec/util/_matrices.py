"""Tools for whole matrices: sorting, shearing, masking, stacking, counting."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar, overload

import numpy as np

from .._engine.foreign import call, patient
from .._gate.complaints import public
from .._gate.samples import DTypeError, ParameterError, as_array, refuse_mask

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any, Literal

    import numpy.typing as npt
    from scipy import sparse

    from .._gate.kinds import T

    Sparse = TypeVar("Sparse", bound="sparse.sparray | sparse.spmatrix")
    Rolled = TypeVar("Rolled", bound="np.ndarray | sparse.sparray | sparse.spmatrix")


@overload
def axis_sort(
    S: npt.NDArray[T], *, axis: int = ..., index: Literal[False] = ..., value: Callable[..., Any] | None = ...
) -> npt.NDArray[T]: ...
@overload
def axis_sort(
    S: npt.NDArray[T], *, axis: int = ..., index: Literal[True], value: Callable[..., Any] | None = ...
) -> tuple[npt.NDArray[T], npt.NDArray[np.intp]]: ...
@public
@patient(10)
def axis_sort(
    S: np.ndarray, *, axis: int = -1, index: bool = False, value: Callable[..., Any] | None = None
) -> np.ndarray | tuple[np.ndarray, npt.NDArray[np.intp]]:
    """Sort the rows or columns of a matrix, for instance the components of a decomposition by their peak.

    Parameters
    ----------
    S : np.ndarray [shape=(d, n)]
        The matrix.
    axis : int, default -1
        The axis to reorder: -1 or 1 for the columns, 0 for the rows.
    index : bool, default False
        Return the order too.
    value : callable, optional
        Called as ``value(S, axis=...)`` with the other axis; gives the keys to sort by. Default: `np.argmax`.

    Returns
    -------
    S_sort : np.ndarray [shape=(d, n)]
        The reordered matrix.
    idx : np.ndarray [shape=(d,) or (n,)]
        With ``index=True``: the order, so that ``S_sort`` is `S` taken at `idx` along `axis`.

    Raises
    ------
    ParameterError
        If `S` is not two-dimensional or is empty.

    Examples
    --------
    >>> import numpy as np
    >>> import fastspec
    >>> fastspec.util.axis_sort(np.array([[0, 0, 5], [0, 4, 0], [3, 0, 0]])).tolist()
    [[5, 0, 0], [0, 4, 0], [0, 0, 3]]
    """
    S = as_array(S, name="S")
    if S.ndim != 2:
        raise ParameterError(f"S.ndim={S.ndim} must be 2: rows and columns")
    if not S.size:
        raise ParameterError(f"S.shape={S.shape} is empty; there is nothing to sort by")
    value = np.argmax if value is None else value
    order = np.argsort(value(S, axis=(1 - axis) % 2))
    result = S[order] if axis % 2 == 0 else S[:, order]
    return (result, order) if index else result


@public
def stack(arrays: Sequence[npt.NDArray[T]], *, axis: int = 0) -> npt.NDArray[T]:
    """Stack arrays of one shape along a new axis.

    Parameters
    ----------
    arrays : sequence of np.ndarray
        At least one array, all of one shape.
    axis : int, default 0
        Where the new axis goes.

    Returns
    -------
    np.ndarray
        As `np.stack` returns it; with ``axis=0`` in Fortran order, which keeps what the arrays hold at one
        place together.

    Raises
    ------
    ParameterError
        If there is no array, or the shapes differ.

    Examples
    --------
    >>> import numpy as np
    >>> import fastspec
    >>> y = fastspec.util.stack([np.zeros(4), np.ones(4)])
    >>> y.shape, y.flags.f_contiguous
    ((2, 4), True)
    """
    arrays = [as_array(array, name="arrays") for array in arrays]
    shapes = {array.shape for array in arrays}
    if len(shapes) != 1:
        given = f"shapes {sorted(shapes)}" if shapes else "no array"
        raise ParameterError(f"arrays holds {given}; pass at least one array, all of the same shape")
    result = None
    if axis == 0:
        result = np.empty((len(arrays), *shapes.pop()), dtype=np.result_type(*arrays), order="F")
    return call(np.stack, arrays, axis=axis, out=result, work=10 * len(arrays) * arrays[0].size)


@public
def sparsify_rows(x: np.ndarray, *, quantile: float = 0.01, dtype: npt.DTypeLike | None = None) -> sparse.csr_array:
    """Drop the smallest values of each row, as many as make up a given share of its magnitude.

    Parameters
    ----------
    x : np.ndarray [shape=(n,) or (d, n)]
        Real or complex data.
    quantile : float, default 0.01
        Share of each row's summed magnitude to drop, in [0, 1).
    dtype : dtype_like, optional
        Dtype of the result. Default: that of `x`.

    Returns
    -------
    scipy.sparse.csr_array [shape=(1, n) or (d, n)]
        The values that are left.

    Raises
    ------
    ParameterError
        If `x` has more than two dimensions, or `quantile` lies outside [0, 1).
    DTypeError
        If the result would be float16.

    Examples
    --------
    >>> import numpy as np
    >>> import fastspec
    >>> fastspec.util.sparsify_rows(np.array([1.0, 8.0, 1.0]), quantile=0.3).toarray().tolist()
    [[0.0, 8.0, 0.0]]
    """
    from scipy.sparse import csr_array

    x = as_array(x, name="x")
    if x.ndim > 2:
        raise ParameterError(f"x.shape={x.shape} must have one or two dimensions; reshape to rows first")
    if not 0.0 <= quantile < 1:
        raise ParameterError(f"quantile={quantile} must lie in [0, 1)")
    dtype = np.dtype(dtype or x.dtype)
    if dtype.char == "e":
        raise DTypeError(f"dtype={dtype}: scipy.sparse has no rows of float16; pass dtype=np.float32")
    rows = np.atleast_2d(x)
    kept = largest_of_rows(rows, quantile) & (rows != 0)
    ends = np.concatenate(([0], np.cumsum(np.count_nonzero(kept, axis=1))))
    values = rows[kept].astype(dtype.newbyteorder("="), copy=False)
    return csr_array((values, np.nonzero(kept)[1], ends), shape=rows.shape)


def largest_of_rows(x: np.ndarray, quantile: float) -> npt.NDArray[np.bool_]:
    """Which values `sparsify_rows` keeps."""
    magnitude = np.abs(x)
    total = magnitude.sum(axis=1, keepdims=True)
    ascending, below = _in_order(magnitude, quantile * total)
    # A row of zeros divides by zero; its threshold does not matter, as there is nothing to keep.
    with np.errstate(invalid="ignore"):
        first_kept = np.argmin((below + np.cumsum(ascending, axis=1)) / total < quantile, axis=1)
    return magnitude >= np.take_along_axis(ascending, first_kept[:, np.newaxis], axis=1)


_WIDE = 1024


@patient(100)
def _in_order(magnitude: np.ndarray, dropped: np.ndarray) -> tuple[np.ndarray, np.ndarray | float]:
    """The largest values of each row, sorted, and the sum of the others, which is at most what is `dropped`.

    Of n values, those of up to an n-th of this cannot exceed it together. Spectra hold little else.
    """
    n = magnitude.shape[1]
    n_small = np.count_nonzero(magnitude <= dropped / n, axis=1).min(initial=n - 1) if n >= _WIDE else 0
    if 2 * n_small < n:
        return np.sort(magnitude, axis=1), 0.0
    parted = np.partition(magnitude, n_small, axis=1)
    return np.sort(parted[:, n_small:], axis=1), parted[:, :n_small].sum(axis=1, keepdims=True)


@overload
def shear(X: npt.NDArray[T], *, factor: int = ..., axis: int = ...) -> npt.NDArray[T]: ...
@overload
def shear(X: Sparse, *, factor: int = ..., axis: int = ...) -> Sparse: ...
@public
def shear(
    X: np.ndarray | sparse.sparray | sparse.spmatrix, *, factor: int = 1, axis: int = -1
) -> np.ndarray | sparse.sparray | sparse.spmatrix:
    """Shift each column (or row) of a matrix cyclically, in proportion to its index.

    Shearing turns diagonals of a recurrence matrix into rows of a lag matrix, and back.

    Parameters
    ----------
    X : np.ndarray or scipy.sparse array or matrix [shape=(d, n)]
        The matrix.
    factor : int, default 1
        Column `i` moves down by ``factor * i`` places.
    axis : int, default -1
        -1 or 1 shifts columns; 0 shifts rows, to the right.

    Returns
    -------
    np.ndarray or scipy.sparse array or matrix [shape=(d, n)]
        The sheared matrix, in the sparse format of `X` if it is sparse.

    Raises
    ------
    ParameterError
        If `factor` is not an integer or `X` not a matrix.

    Examples
    --------
    >>> import numpy as np
    >>> import fastspec
    >>> fastspec.util.shear(np.eye(3, dtype=int), factor=-1).tolist()
    [[1, 1, 1], [0, 0, 0], [0, 0, 0]]
    """
    if not hasattr(X, "tocoo"):
        X = as_array(X, name="X")
    if not np.issubdtype(type(factor), np.integer):
        raise ParameterError(f"factor={factor!r} must be an integer")
    if X.ndim != 2:
        raise ParameterError(f"Input must be 2D, which X.shape={X.shape} is not")
    along = 0 if axis % 2 else 1
    if hasattr(X, "tocoo"):
        lines = sheared_sparse(X, factor, along)
        if lines.format == X.format:  # type: ignore[union-attr]
            lines.sort_indices()  # which a conversion does anyway
        return lines.asformat(X.format)  # type: ignore[union-attr]
    return sheared(X, factor, along, X.shape[along])


def sheared(X: np.ndarray, factor: int, along: int, n_kept: int) -> np.ndarray:
    """The first rows (or columns, along=1) of a dense matrix that has been sheared."""
    # Memory order as in librosa: C where columns move, Fortran where rows do.
    shape = (X.shape[0], n_kept) if along else (n_kept, X.shape[1])
    result = np.empty(shape, dtype=X.dtype, order="F" if along else "C")
    source, target = (X, result) if along == 0 else (X.T, result.T)
    length = len(source)
    for i in range(source.shape[1] if length else 0):
        shift = min(factor * i % length, n_kept)
        target[shift:, i] = source[: n_kept - shift, i]
        start = -factor * i % length
        target[:shift, i] = source[start : start + shift, i]
    return result


def sheared_sparse(X: Any, factor: int, along: int) -> Any:
    """A sparse matrix sheared, compressed along the lines that move, whose entries are out of order."""
    lines, length = X.tocsr(copy=True) if along else X.tocsc(copy=True), X.shape[along]
    n_lines = len(lines.indptr) - 1
    shifts = factor * np.arange(n_lines, dtype=np.int64) % max(length, 1)
    moved = lines.indices + np.repeat(shifts, np.diff(lines.indptr))
    np.subtract(moved, length, out=moved, where=moved >= length)
    lines.indices[:] = moved
    lines.has_sorted_indices = False
    return lines


@public
def roll_sparse(x: Rolled, shift: int, axis: int = 0) -> Rolled:
    """Shift a sparse matrix cyclically, as `np.roll` does a dense one.

    librosa 1.0 has no such name any more; it is here for code written for older releases.

    Parameters
    ----------
    x : scipy.sparse array or matrix, or np.ndarray [shape=(d, n)]
        The matrix. A dense one goes through `np.roll`.
    shift : int
        Number of places.
    axis : int, default 0
        0 moves rows, 1 or -1 columns.

    Returns
    -------
    scipy.sparse array or matrix, or np.ndarray [shape=(d, n)]
        The shifted matrix, in the same sparse format.

    Examples
    --------
    >>> import numpy as np
    >>> import scipy.sparse
    >>> import fastspec
    >>> fastspec.util.roll_sparse(scipy.sparse.csr_array(np.eye(3)), 1).toarray().tolist()
    [[0.0, 0.0, 1.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]
    """
    if not hasattr(x, "tocoo"):
        if isinstance(shift, (str, bytes)):
            raise DTypeError(f"shift={shift!r} must be an integer")
        return np.roll(as_array(x, name="x", subok=True), shift, axis=axis)  # type: ignore[return-value]
    return _moved(x.tocoo(), shift, axis % 2, x.format)  # type: ignore[union-attr]


def _moved(entries: Any, shift: int, along: int, fmt: str) -> Any:
    """Sparse entries moved along an axis, cyclically, and converted to `fmt`."""
    places = [entries.row, entries.col]
    places[along] = (places[along] + shift) % entries.shape[along]
    return type(entries)((entries.data, tuple(places)), shape=entries.shape).asformat(fmt)


@public
def fill_off_diagonal(x: np.ndarray, *, radius: float, value: float = 0) -> None:
    """Overwrite what lies far from the diagonal: a Sakoe-Chiba band, in place.

    Parameters
    ----------
    x : np.ndarray [shape=(n, m)]
        The matrix, which is changed.
    radius : float
        Half the width of the band, as a share of the shorter side. A wide or tall matrix also keeps all the
        diagonals between its two corners.
    value : float, default 0
        What to write.

    Raises
    ------
    ParameterError
        If `x` is not a matrix.

    References
    ----------
    .. [1] H. Sakoe and S. Chiba, "Dynamic programming algorithm optimization for spoken word recognition",
       IEEE Transactions on Acoustics, Speech, and Signal Processing 26(1), 1978.

    Examples
    --------
    >>> import numpy as np
    >>> import fastspec
    >>> x = np.ones((4, 4), dtype=int)
    >>> fastspec.util.fill_off_diagonal(x, radius=0.25)
    >>> x.tolist()
    [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]]
    """
    if as_array(x, name="x").ndim != 2:
        raise ParameterError(f"x.shape={x.shape} must be two-dimensional")
    n_rows, n_columns = x.shape
    width = int(np.round(radius * min(x.shape)))
    diagonal = np.arange(n_columns) - np.arange(n_rows)[:, np.newaxis]
    above = width + max(0, n_columns - n_rows)
    below = width + max(0, n_rows - n_columns)
    far = (diagonal >= above) | (diagonal <= -below)
    x[far] = as_array(value, name="value")


@public
@patient(60)
def softmask(X: np.ndarray, X_ref: np.ndarray, *, power: float = 1, split_zeros: bool = False) -> np.ndarray:
    """Soft mask: the share of one magnitude in the sum of two, ``X**p / (X**p + X_ref**p)``.

    Parameters
    ----------
    X : np.ndarray
        Magnitudes of what to keep, not negative.
    X_ref : np.ndarray [shape=X.shape]
        Magnitudes of what to suppress, not negative.
    power : float > 0, default 1
        The exponent; 1 and 2 are usual. `np.inf` gives the hard mask ``X > X_ref``.
    split_zeros : bool, default False
        Where both magnitudes vanish, the mask is 0.5 if True and 0 if False.

    Returns
    -------
    np.ndarray [shape=X.shape]
        The mask, floating-point; boolean for infinite `power`.

    Raises
    ------
    ParameterError
        If the shapes differ, a value is negative, or `power` is not positive.

    Examples
    --------
    >>> import numpy as np
    >>> import fastspec
    >>> fastspec.util.softmask(np.array([3.0, 0.0]), np.array([1.0, 0.0]), power=2).round(6).tolist()
    [0.9, 0.0]
    """
    X, X_ref = as_array(X, name="X"), as_array(X_ref, name="X_ref")
    if X.shape != X_ref.shape:
        raise ParameterError(f"X.shape={X.shape} differs from X_ref.shape={X_ref.shape}")
    if np.any(X < 0) or np.any(X_ref < 0):
        raise ParameterError("X and X_ref must not be negative; pass magnitudes, for instance np.abs(X)")
    if power <= 0:
        raise ParameterError(f"power={power} must be positive")
    if not np.isfinite(power):
        return np.greater(X, X_ref)
    dtype = X.dtype if X.dtype.kind == "f" else np.dtype(np.float32)
    # Scaled by the larger of the two, neither power can overflow.
    scale = np.maximum(X, X_ref).astype(dtype)
    vanish = scale < np.finfo(dtype).tiny
    scale[vanish] = 1
    mask = (X / scale) ** power
    other = (X_ref / scale) ** power
    np.divide(mask, mask + other, out=mask, where=~vanish)
    mask[vanish] = 0.5 if split_zeros else 0.0
    return mask


@public
@patient(20)
def cyclic_gradient(data: np.ndarray, *, edge_order: Literal[1, 2] = 1, axis: int = -1) -> np.ndarray:
    """Central differences along an axis that wraps around, such as time in a loop or pitch class.

    Parameters
    ----------
    data : np.ndarray
        The data.
    edge_order : {1, 2}, default 1
        As in `np.gradient`. It has no effect, since a cycle has no edges.
    axis : int, default -1
        The axis.

    Returns
    -------
    np.ndarray [shape=data.shape]
        ``(data[i + 1] - data[i - 1]) / 2``, floating-point.

    Raises
    ------
    ParameterError
        If `edge_order` is neither 1 nor 2.

    Examples
    --------
    >>> import numpy as np
    >>> import fastspec
    >>> fastspec.util.cyclic_gradient(np.array([0, 1, 4, 9])).tolist()
    [-4.0, 2.0, 4.0, -2.0]
    """
    if edge_order not in (1, 2):
        raise ParameterError(f"edge_order={edge_order!r} must be 1 or 2")
    data = as_array(data, name="data", subok=True)
    if data.dtype.kind not in "fc":
        data = data.astype(np.float64)
    return (np.roll(data, -1, axis=axis) - np.roll(data, 1, axis=axis)) / 2


@public
@patient(100)
def count_unique(data: np.ndarray, *, axis: int = -1) -> npt.NDArray[np.int_]:
    """Number of distinct values along an axis.

    Parameters
    ----------
    data : np.ndarray
        The data. NaNs count as one value.
    axis : int, default -1
        The axis.

    Returns
    -------
    np.ndarray [shape=data.shape without `axis`, dtype=int]

    Examples
    --------
    >>> import numpy as np
    >>> import fastspec
    >>> fastspec.util.count_unique(np.array([[1, 2, 1], [3, 3, 3]])).tolist()
    [2, 1]
    """
    refuse_mask(data, name="data")
    ascending = np.moveaxis(np.sort(data, axis=axis), axis, 0)
    changes = ascending[1:] != ascending[:-1]
    if ascending.dtype.kind in "fc":  # sorted last, and unequal to themselves
        changes &= ~(np.isnan(ascending[1:]) & np.isnan(ascending[:-1]))
    return np.asarray(np.count_nonzero(changes, axis=0) + min(len(ascending), 1))


@public
@patient(100)
def is_unique(data: np.ndarray, *, axis: int = -1) -> npt.NDArray[np.bool_]:
    """Whether all values along an axis are distinct.

    Parameters
    ----------
    data : np.ndarray
        The data. NaNs count as equal.
    axis : int, default -1
        The axis.

    Returns
    -------
    np.ndarray [shape=data.shape without `axis`, dtype=bool]

    Examples
    --------
    >>> import numpy as np
    >>> import fastspec
    >>> fastspec.util.is_unique(np.array([[1, 2, 1], [3, 2, 1]])).tolist()
    [False, True]
    """
    return np.asarray(count_unique(data, axis=axis) == np.shape(data)[axis])
