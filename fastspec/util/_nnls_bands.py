"""Non-negative least squares for filter banks whose neighbours alone overlap: mel, linear triangles.

Of all non-negative spectra that explain the bands equally well, the one of least norm is wanted: minimise
``||A x - b||^2 / d + ||x||^2`` for a small d. Its solution is ``x = max(0, A' u)``, where u has one value a band and
solves ``A max(0, A' u) + d u = b``: the gradient of a convex, piecewise quadratic function of u. Newton's method with
halved steps finds its root in a dozen rounds, and as each bin feeds two neighbouring bands at most, each
round's linear systems are tridiagonal, one for each frame: elimination runs over all frames at once. Banks of a few
rows that all overlap, such as chroma, have small dense systems instead.
"""

from __future__ import annotations

from typing import Any

import numpy as np

# The weight d against the mean of the diagonal of A A', first and last: the root for a larger d is the best place to
# start from. Bands that can be explained at all keep a relative residual of about 1e-5.
_DAMPINGS = (1e-4, 1e-6)
_TOLERANCE = 1e-6  # of the gradient, for bands of unit norm
_MAX_ROUNDS = 50
_MAX_HALVINGS = 30
_FRAMES_PER_CHUNK = 64  # spectra that stay in the cache
_BINS_PER_CHUNK = 64  # few bins touch few bands: small dense products instead of one that is mostly zeros


def is_banded(A: np.ndarray) -> bool:
    """Whether no column of `A` has nonzeros that are more than one row apart, and there are fewer rows than columns."""
    if not 0 < len(A) < A.shape[1]:
        return False
    nonzero = A != 0
    first, last = nonzero.argmax(axis=0), len(A) - 1 - nonzero[::-1].argmax(axis=0)
    return bool(np.all((last - first <= 1) | ~nonzero.any(axis=0)))


def solve(A: np.ndarray, B: np.ndarray) -> np.ndarray:
    """The float64 solution (d, n) for a banded `A` (m, d), or one of few rows, and columns `B` (m, n)."""
    scale = np.linalg.norm(B, axis=0)
    scale[scale == 0] = 1.0
    b, bank = B / scale, _Bank(A) if is_banded(A) else _FewRows(A)
    dual: Any = None
    for damping in _DAMPINGS:
        bank.damping = damping * bank.mean_square
        dual = _dual(bank, b, bank.unconstrained(b) if dual is None else dual)
    return bank.spectrum(dual) * scale


class _Bank:
    """The products with a banded matrix that Newton's method needs, by chunks of bins."""

    def __init__(self, A: np.ndarray):
        self.shape = A.shape
        self.mean_square = np.sum(A**2) / len(A) or 1.0
        self.damping = 0.0
        self.chunks = []
        for start in range(0, A.shape[1], _BINS_PER_CHUNK):
            part = A[:, start : start + _BINS_PER_CHUNK]
            used = np.flatnonzero(part.any(axis=1))
            if used.size:
                rows = slice(used[0], used[-1] + 1)
                part = np.ascontiguousarray(part[rows])
                # one product with the mask of positive bins gives both diagonals of the Jacobian
                squares = np.concatenate([part**2, part[:-1] * part[1:]])
                self.chunks.append((slice(start, start + part.shape[1]), rows, part, squares))

    def spectrum(self, dual: np.ndarray) -> np.ndarray:
        x = np.zeros((self.shape[1], dual.shape[1]))
        for bins, rows, part, _ in self.chunks:
            np.maximum(part.T @ dual[rows], 0.0, out=x[bins])
        return x

    def value(self, dual: np.ndarray) -> np.ndarray:
        """``A x + d u``."""
        value = self.damping * dual
        for _, rows, part, _ in self.chunks:
            x = part.T @ dual[rows]
            np.maximum(x, 0.0, out=x)
            value[rows] += part @ x
        return value

    def evaluate(self, dual: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The value, and the Jacobian's diagonal (m rows) above its off-diagonal (m - 1 rows)."""
        n_bands, n_frames = dual.shape
        value = self.damping * dual
        jacobian = np.zeros((2 * n_bands - 1, n_frames))
        jacobian[:n_bands] = self.damping
        for _, rows, part, squares in self.chunks:
            x = part.T @ dual[rows]
            np.maximum(x, 0.0, out=x)
            value[rows] += part @ x
            sums = squares @ (x > 0).astype(np.float64)
            jacobian[rows] += sums[: len(part)]
            jacobian[n_bands + rows.start : n_bands + rows.stop - 1] += sums[len(part) :]
        return value, jacobian

    def unconstrained(self, b: np.ndarray) -> np.ndarray:
        """The root if negative bins were allowed: the damped pseudo-inverse, where the search starts."""
        jacobian = np.zeros((2 * len(b) - 1, 1))
        jacobian[: len(b)] = self.damping
        for _, rows, part, squares in self.chunks:
            sums = squares.sum(axis=1, keepdims=True)
            jacobian[rows] += sums[: len(part)]
            jacobian[len(b) + rows.start : len(b) + rows.stop - 1] += sums[len(part) :]
        return self.divide(b, jacobian)

    @staticmethod
    def divide(right: np.ndarray, jacobian: np.ndarray) -> np.ndarray:
        return _solve_tridiagonal(jacobian, right)


class _FewRows:
    """The same products with a dense matrix: a Jacobian has the m (m + 1) / 2 entries of its lower triangle."""

    def __init__(self, A: np.ndarray):
        self.matrix = np.ascontiguousarray(A)
        self.mean_square = np.sum(A**2) / len(A) or 1.0
        self.damping = 0.0
        self._triangle = np.tril_indices(len(A))
        self._pairs = A[self._triangle[0]] * A[self._triangle[1]]

    def spectrum(self, dual: np.ndarray) -> np.ndarray:
        return np.maximum(self.matrix.T @ dual, 0.0)

    def value(self, dual: np.ndarray) -> np.ndarray:
        """``A x + d u``."""
        value = self.damping * dual
        for first in range(0, dual.shape[1], _FRAMES_PER_CHUNK):
            part = slice(first, first + _FRAMES_PER_CHUNK)
            value[:, part] += self.matrix @ self.spectrum(dual[:, part])
        return value

    def evaluate(self, dual: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The value, and the Jacobian, a column of entries for each frame."""
        value, jacobian = self.damping * dual, np.empty((len(self._pairs), dual.shape[1]))
        for first in range(0, dual.shape[1], _FRAMES_PER_CHUNK):
            part = slice(first, first + _FRAMES_PER_CHUNK)
            x = self.spectrum(dual[:, part])
            value[:, part] += self.matrix @ x
            jacobian[:, part] = self._pairs @ (x > 0).astype(np.float64)
        return value, jacobian

    def unconstrained(self, b: np.ndarray) -> np.ndarray:
        return self.divide(b, self._pairs.sum(axis=1, keepdims=True))

    def divide(self, right: np.ndarray, jacobian: np.ndarray) -> np.ndarray:
        m = len(right)
        systems = np.empty((jacobian.shape[1], m, m))
        systems[:, *self._triangle] = jacobian.T
        systems.swapaxes(1, 2)[:, *self._triangle] = jacobian.T
        systems[:, range(m), range(m)] += self.damping
        if len(systems) == 1:
            return np.linalg.solve(systems[0], right)
        return np.linalg.solve(systems, right.T[..., np.newaxis])[..., 0].T


def _solve_tridiagonal(matrix: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Solve symmetric positive definite systems, one a column, by L D L' without pivots."""
    n = len(right)
    diagonal, off, x = matrix[:n].copy(), matrix[n:], right.copy()
    factor = np.empty_like(off)
    for i in range(n - 1):
        np.divide(off[i], diagonal[i], out=factor[i])
        diagonal[i + 1] -= factor[i] * off[i]
        x[i + 1] -= factor[i] * x[i]
    x /= diagonal
    for i in range(n - 2, -1, -1):
        x[i] -= factor[i] * x[i + 1]
    return x


def _objective(dual: np.ndarray, value: np.ndarray, b: np.ndarray) -> np.ndarray:
    """The function whose gradient is ``value - b``, by frame: ``||x||^2 = u' A x`` saves a pass over x."""
    return np.einsum("mt,mt->t", dual, 0.5 * value - b)


def _dual(bank: _Bank | _FewRows, b: np.ndarray, start: np.ndarray) -> np.ndarray:
    """Newton's method on all frames; those that are done drop out."""
    active, dual, result = np.arange(b.shape[1]), start, start.copy()
    value, jacobian = bank.evaluate(dual)
    for _ in range(_MAX_ROUNDS):
        open_ = np.linalg.norm(value - b, axis=0) > _TOLERANCE
        if not open_.any():
            break
        if not open_.all():
            active, dual, b = active[open_], dual[:, open_], b[:, open_]
            value, jacobian = value[:, open_], jacobian[:, open_]
        dual, value, jacobian = _newton_step(bank, dual, value, jacobian, b)
        result[:, active] = dual
    return result


def _newton_step(bank: _Bank | _FewRows, dual: Any, value: Any, jacobian: Any, b: Any) -> Any:
    """A step down for each frame: the full one, or as many halves as the objective asks for (Armijo's rule)."""
    step = bank.divide(b - value, jacobian)
    before = _objective(dual, value, b)
    slope = np.einsum("mt,mt->t", step, value - b)
    trial = dual + step
    value, jacobian = bank.evaluate(trial)
    size, todo, halved = 1.0, np.arange(b.shape[1]), None
    for _ in range(_MAX_HALVINGS):
        gain = before[todo] - _objective(trial[:, todo], value[:, todo], b[:, todo])
        # near the root the objective is level to its last bits
        todo = todo[gain < -1e-4 * size * slope[todo] - 1e-13 * np.abs(before[todo])]
        if not todo.size:
            break
        halved = todo if halved is None else halved
        size /= 2
        trial[:, todo] = dual[:, todo] + size * step[:, todo]
        value[:, todo] = bank.value(trial[:, todo])
    if halved is not None:
        value[:, halved], jacobian[:, halved] = bank.evaluate(trial[:, halved])
    return trial, value, jacobian
