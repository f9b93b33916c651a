"""Correlation of samples with wavelets at every hop, and its adjoint: all that the constant-Q family needs.

`docs/cqt.md` says what these are; `_atoms` how the engine goes about it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ... import filters
from ..._engine import atoms as _atoms
from ..._engine import memory as _memory
from ..._engine.kept import kept
from ..._engine.spec import AtomSpec, Padding, padding_of, precision_of
from ..._gate.samples import check_size
from ._atoms import describe

if TYPE_CHECKING:
    from ..._front.windows import HashableWindow


@dataclass(frozen=True)
class AtomParameters:
    """The arguments of `filters.wavelet`, at the full sampling rate. Hashable: plans are kept by it."""

    sr: float
    frequencies: tuple[float, ...]
    window: HashableWindow
    filter_scale: float
    norm: float | None
    gamma: float | None
    alpha: tuple[float, ...] | None


def transform(
    y: np.ndarray,
    atoms: AtomParameters,
    *,
    hop_length: int,
    factors: np.ndarray,
    pad_mode: str,
    dtype: np.dtype,
) -> np.ndarray:
    """Inner products of the padded signal, around every hop, with the conjugates of the atoms.

    Parameters
    ----------
    y : np.ndarray [shape=(..., n)], native float32 or float64
    atoms : AtomParameters
    hop_length : int > 0
    factors : np.ndarray [shape=(n_bins,)]
        What bin k is multiplied with.
    pad_mode : str
        As in `fastspec.stft`.
    dtype : complex dtype
        Of the result, and of the arithmetic.

    Returns
    -------
    np.ndarray [shape=(..., n_bins, 1 + n // hop_length)]
        ``C[..., k, t] = factors[k] * sum_m y[t * hop_length + m] * conj(atom[k][m])``, frames contiguous.

    Raises
    ------
    ParameterError
        If `y` holds a value that is not finite, or `pad_mode` is not known.
    """
    dtype = np.dtype(dtype)
    plan, work = _correlator(atoms, hop_length, _frozen(factors), padding_of(pad_mode), dtype)
    out = _memory.empty((*y.shape[:-1], 1 + y.shape[-1] // hop_length, len(factors)), dtype).swapaxes(-1, -2)
    _atoms.correlate(plan, y, out, work)
    return out


def synthesize(
    C: np.ndarray,
    atoms: AtomParameters,
    *,
    hop_length: int,
    factors: np.ndarray,
    n_samples: int,
    dtype: np.dtype,
    out: np.ndarray | None = None,
) -> np.ndarray:
    """The adjoint of `transform` with zeros for padding: atoms at every hop, added up, and of that the real part.

    Parameters
    ----------
    C : np.ndarray [shape=(..., n_bins, n_frames)], complex
    atoms : AtomParameters
    hop_length : int > 0
    factors : np.ndarray [shape=(n_bins,)]
        What bin k is multiplied with.
    n_samples : int
        Length of the result: what frames put beyond it is cut, where they leave a rest there are zeros.
    dtype : real dtype
        Of the result, and of the arithmetic.
    out : np.ndarray, optional
        An earlier result of the same kind, to be overwritten: its memory need not be touched for the first time.

    Returns
    -------
    np.ndarray [shape=(..., n_samples)]
        ``y[..., n] = Re sum_t sum_k factors[k] * C[..., k, t] * atom[k][n - t * hop_length]``
    """
    dtype = np.dtype(dtype)
    plan, work = _synthesizer(atoms, hop_length, _frozen(factors), dtype)
    frames = np.ascontiguousarray(C.swapaxes(-1, -2), dtype=np.result_type(dtype, np.complex64)).swapaxes(-1, -2)
    if out is None:
        check_size((*C.shape[:-2], n_samples), dtype)
        out = np.empty((*C.shape[:-2], n_samples), dtype)
    _atoms.synthesize(plan, frames, out, work)
    return out


def _frozen(factors: np.ndarray) -> bytes:
    return np.ascontiguousarray(factors, dtype=np.float64).tobytes()


@kept(16)
def _correlator(atoms: AtomParameters, hop_length: int, factors: bytes, padding: Padding, dtype: np.dtype) -> Any:
    description = _describe(atoms, hop_length, factors, padding, dtype)
    return _atoms.correlator_of(description), description.work


@kept(16)
def _synthesizer(atoms: AtomParameters, hop_length: int, factors: bytes, dtype: np.dtype) -> Any:
    description = _describe(atoms, hop_length, factors, Padding.CONSTANT, dtype)
    return _atoms.synthesizer_of(description), description.work


def _describe(atoms: AtomParameters, hop_length: int, factors: bytes, padding: Padding, dtype: np.dtype) -> AtomSpec:
    freqs = np.array(atoms.frequencies)
    lengths, _ = filters.wavelet_lengths(
        freqs=freqs, sr=atoms.sr, filter_scale=atoms.filter_scale, gamma=atoms.gamma, alpha=atoms.alpha
    )
    return describe(
        freqs / atoms.sr,
        lengths,
        atoms.window,
        atoms.norm,
        np.frombuffer(factors),
        hop_length=hop_length,
        padding=padding,
        precision=precision_of(dtype),
    )
