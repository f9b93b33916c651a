"""Non-negative least squares."""

from __future__ import annotations

from inspect import signature
from typing import TYPE_CHECKING, Any

import numpy as np

from .._engine.foreign import call
from .._gate.complaints import public
from .._gate.samples import ParameterError, as_array
from . import _nnls_bands
from .utils import MAX_MEM_BLOCK

if TYPE_CHECKING:
    from .._gate.kinds import FloatArray

# L-BFGS-B's own default: the largest projected gradient at which it stops.
_PGTOL = 1e-5
# Corrections that L-BFGS-B keeps. More of them only pay after as many iterations, and cost memory at once.
_MAX_CORRECTIONS = 50


@public
def nnls(A: np.ndarray, B: np.ndarray, **kwargs: Any) -> FloatArray:
    """Solve ``min ||A @ X - B||`` for `X` without negative values.

    The search starts at the unconstrained solution with its negative values set to zero, and goes on by
    L-BFGS-B, in blocks of columns, until the projected gradient of ``||A @ X - B||**2 / (2 * B.size)`` is
    small. A start that meets this test is the answer.

    Filter banks whose bins feed two neighbouring bands at most, such as mel banks, have a solver of their own as
    long as no option asks for L-BFGS-B. Of all non-negative spectra that fit equally well it gives (very nearly)
    the one of least norm.

    Parameters
    ----------
    A : np.ndarray [shape=(m, d)]
        The basis.
    B : np.ndarray [shape=(..., m, n)]
        What to approximate. A vector of shape (m,) is solved exactly, by `scipy.optimize.nnls`.
    **kwargs
        Passed to `scipy.optimize.fmin_l_bfgs_b`: `pgtol`, `maxiter` and others.

    Returns
    -------
    np.ndarray [shape=(..., d, n), dtype=A.dtype]
        The solution; float64 of shape (d,) for a vector.

    Raises
    ------
    ParameterError
        If `A` is no matrix, or `A` and `B` do not have the same number of rows.
    TypeError
        If SciPy's `fmin_l_bfgs_b` has no such keyword.

    References
    ----------
    .. [1] R. H. Byrd, P. Lu, J. Nocedal and C. Zhu, "A limited memory algorithm for bound constrained
       optimization", SIAM Journal on Scientific Computing 16(5), 1995.

    Examples
    --------
    >>> import numpy as np
    >>> import fastspec
    >>> A = np.array([[1.0, 0.0], [1.0, 1.0]])
    >>> fastspec.util.nnls(A, np.array([[2.0, 1.0], [1.0, 3.0]])).round(3).tolist()
    [[1.5, 1.0], [0.0, 2.0]]
    """
    A, B = as_array(A, name="A"), as_array(B, name="B")
    n_rows = B.shape[-min(B.ndim, 2)] if B.ndim else 0
    if A.ndim != 2 or A.shape[0] != n_rows:
        raise ParameterError(f"A.shape={A.shape} and B.shape={B.shape} must be (m, d) and (..., m, n)")
    if B.ndim == 1:
        from scipy.optimize import nnls as solve_vector

        return call(solve_vector, A, B, work=100 * A.size)[0]
    if kwargs:
        from scipy.optimize import fmin_l_bfgs_b

        signature(fmin_l_bfgs_b).bind_partial(**kwargs)  # if the start is good enough, scipy never sees them
    elif _nnls_bands.is_banded(A):
        return least_norm(A, B)
    return _solve_in_blocks(A.astype(np.float64), B, A.itemsize, kwargs).astype(A.dtype, copy=False)


def least_norm(A: np.ndarray, B: np.ndarray) -> np.ndarray:
    """Each channel by the solver for filter banks, which gives (very nearly) the smallest of all good solutions."""
    basis = A.astype(np.float64)
    X = np.empty((*B.shape[:-2], A.shape[1], B.shape[-1]), dtype=A.dtype)
    for channel in np.ndindex(B.shape[:-2]):
        X[channel] = _nnls_bands.solve(basis, B[channel].astype(np.float64))
    return X


def _solve_in_blocks(A: np.ndarray, B: np.ndarray, itemsize: int, options: dict[str, Any]) -> np.ndarray:
    """Solve for so many columns at a time that a block of `B` takes `MAX_MEM_BLOCK`."""
    rcond = max(A.shape) * np.finfo(np.float64).eps
    work = A.size * (100 + B.size // max(len(A), 1))
    X = np.maximum(call(lambda: np.linalg.pinv(A, rcond=rcond) @ B, work=work), 0)
    step = max(1, MAX_MEM_BLOCK // max(1, int(np.prod(B.shape[:-1])) * itemsize))
    for start in range(0, X.shape[-1], step):
        block = slice(start, start + step)
        X[..., block] = _solve_block(A, B[..., block], X[..., block], options)
    return X


def _solve_block(A: np.ndarray, B: np.ndarray, start: np.ndarray, options: dict[str, Any]) -> np.ndarray:
    """Improve a start until L-BFGS-B's test holds, which is often at once."""

    def objective(flat: np.ndarray) -> tuple[float, np.ndarray]:
        residual = A @ flat.reshape(start.shape) - B
        return 0.5 * np.sum(residual**2) / B.size, (A.T @ residual).ravel() / B.size

    flat = start.ravel()
    gradient = objective(flat)[1]
    # Downhill is open everywhere, except that a value cannot fall further than to zero.
    projected = np.minimum(gradient, flat)
    if np.max(np.abs(projected), initial=0.0) <= options.get("pgtol", _PGTOL):
        return start
    from scipy.optimize import fmin_l_bfgs_b

    options = {"m": min(A.shape[1], _MAX_CORRECTIONS), **options}
    return fmin_l_bfgs_b(objective, flat, bounds=[(0, None)] * flat.size, **options)[0].reshape(start.shape)
