"""Spectra that are there already: bands, matrices, levels, exponents, and the other half of the bins."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from .._engine import arrays as _arrays
from .._engine import foreign as _foreign
from .._engine.spec import Spec
from .._gate.samples import ParameterError, as_array
from .specs import given_spec


def as_floats(x: Any, *, name: str) -> np.ndarray:
    """Real numbers in a precision of the kernels: float32, but where they are wider floats."""
    x = as_array(x, name=name, kinds="fiub")
    if x.dtype in (np.float32, np.float64) and x.flags.aligned and x.dtype.isnative:
        return x
    return x.astype(np.float64 if x.dtype == np.float64 else np.float32)


def as_spectra(S: Any, *, name: str, n_bins: int | None = None) -> np.ndarray:
    """Real spectra (..., bins, frames), of so many bins."""
    S = as_floats(S, name=name)
    check_bins(S, name=name, n_bins=n_bins)
    return S


def check_bins(S: np.ndarray, *, name: str, n_bins: int | None) -> None:
    if S.ndim < 2:
        raise ParameterError(f"{name}.shape={S.shape} must be (..., bins, frames)")
    if n_bins is not None and S.shape[-2] != n_bins:
        raise ParameterError(f"{name}.shape={S.shape} has {S.shape[-2]} bins where {n_bins} are wanted; check n_fft")


def bank_spec(weights: np.ndarray, precision: int) -> Spec:
    """Sums of bins by weights (bands, bins), most of which are 0."""
    return replace(given_spec(weights.shape[1], precision), bank=weights)


def matrix_spec(matrix: np.ndarray, precision: int) -> Spec:
    """The product with a matrix (rows, bins)."""
    return replace(given_spec(matrix.shape[1], precision), matrix=matrix)


def levels(
    x: np.ndarray, *, multiplier: float, floor: float, shift: float, top: float | None, clip_ndim: int | None = None
) -> np.ndarray:
    """``multiplier log10(max(x, floor)) + shift``, no more than `top` below the highest of a clip.

    A clip is what the last `clip_ndim` axes hold; None: everything is one.
    """
    if not x.flags.forc:
        x = np.ascontiguousarray(x)
    out = np.empty_like(x)
    options: dict[str, Any] = {"square": False, "multiplier": multiplier, "floor": floor, "shift": shift}
    if top is None:
        _arrays.levels(x, out, **options)
        return out
    for clip in np.ndindex(x.shape[:-clip_ndim] if clip_ndim else ()):
        part, result = x[clip], out[clip]
        if part.flags.forc:
            _arrays.levels(part, result, top_db=top, **options)
        else:
            result[...] = levels(part, multiplier=multiplier, floor=floor, shift=shift, top=top)
    return out


def from_levels(x: np.ndarray, ref: float, exponent: float) -> np.ndarray:
    """``ref * (10 ** (x / 10)) ** exponent``, in the precision of `x`."""
    with np.errstate(over="ignore", under="ignore"):
        return _foreign.call(
            lambda: x.dtype.type(ref) * np.exp(x * x.dtype.type(np.log(10) / 10 * exponent)), work=20 * x.size
        )


def raised(x: np.ndarray, exponent: float) -> np.ndarray:
    """x to a power, in the precision of `x`; what is infinite or no number then is so without a warning."""
    if exponent == 1:
        return x
    with np.errstate(all="ignore"):
        number = float(x.dtype.type(exponent))  # of Python's own: `**` knows fast ways to squares and roots then
        return _foreign.call(lambda: x**number, work=20 * x.size)


def two_sided(S: np.ndarray, n_fft: int) -> np.ndarray:
    """All `n_fft` bins of real signals' spectra (..., 1 + n_fft // 2, frames): those above are mirrored ones."""
    mirrored = S[..., 1 : (n_fft + 1) // 2, :][..., ::-1, :]
    return np.concatenate([S, mirrored.conj() if np.iscomplexobj(S) else mirrored], axis=-2)


def followed_by_zeros(D: np.ndarray, n: int) -> np.ndarray:
    """Spectra (..., bins, frames) in complex numbers, with n frames of zeros behind them; bins are contiguous."""
    shape = (*D.shape[:-2], D.shape[-1] + n, D.shape[-2])
    padded = np.zeros(shape, np.result_type(D, np.complex64)).swapaxes(-1, -2)
    padded[..., : D.shape[-1]] = D
    return padded


def natural_levels(x: np.ndarray, added: float) -> np.ndarray:
    """``ln(x + added)``."""
    return _foreign.call(lambda: np.log(x + x.dtype.type(added)), work=10 * x.size)


def positive(x: np.ndarray) -> np.ndarray:
    """0 in place of negative numbers; x is the caller's own."""
    return np.maximum(x, 0, out=x)


def inverse_of_bank(weights: np.ndarray) -> tuple[np.ndarray, int]:
    """The matrix (bins, bands) that takes bands to the smallest bins that have them, and how many are independent.

    Singular values count as 0 where they would in the precision of `weights`.
    """
    smallest = max(weights.shape) * np.finfo(weights.dtype).eps
    u, values, v = np.linalg.svd(weights.astype(np.float64), full_matrices=False)
    seen = values > smallest * values.max(initial=0)
    return (v.T[:, seen] / values[seen]) @ u.T[seen], int(np.count_nonzero(seen))
