"""Correlation of samples with wavelets at every hop, and its adjoint: all that the constant-Q family asks of an engine.

Plain NumPy in float64, which defines what any faster evaluation has to give; `docs/cqt.md` has it in words.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from .. import filters
from .._arrays import first_nonfinite
from .._spec import padding_of

if TYPE_CHECKING:
    from collections.abc import Hashable

# Samples that a block of frames is cut into, for one size of atom.
_BLOCK_SAMPLES = 2**21


@dataclass(frozen=True)
class Atoms:
    """The arguments of `filters.wavelet`, at the full sampling rate. Hashable: plans are kept by it."""

    sr: float
    frequencies: tuple[float, ...]
    window: Hashable
    filter_scale: float
    norm: float | None
    gamma: float | None
    alpha: tuple[float, ...] | None


@dataclass(frozen=True, eq=False)
class _Group:
    """Atoms that one power of two holds: rows of `samples`, whose column ``size // 2`` is time 0."""

    bins: np.ndarray
    samples: np.ndarray

    @property
    def size(self) -> int:
        return self.samples.shape[1]


@lru_cache(4)
def _groups(atoms: Atoms) -> tuple[_Group, ...]:
    freqs, alpha = np.array(atoms.frequencies), np.array(atoms.alpha)
    shared = {"sr": atoms.sr, "window": atoms.window, "filter_scale": atoms.filter_scale, "gamma": atoms.gamma}
    lengths, _ = filters.wavelet_lengths(freqs=freqs, alpha=alpha, **(shared | {"window": "hann"}))
    sizes = np.ceil(np.log2(lengths))
    groups = []
    for size in np.unique(sizes):
        bins = np.flatnonzero(sizes == size)
        rows, _ = filters.wavelet(freqs=freqs[bins], alpha=alpha[bins], norm=atoms.norm, dtype=complex, **shared)
        groups.append(_Group(bins, rows))
    return tuple(groups)


def transform(
    y: np.ndarray, atoms: Atoms, *, hop_length: int, factors: np.ndarray, pad_mode: str, dtype: np.dtype
) -> np.ndarray:
    """Inner products of the padded signal, around every hop, with the conjugates of the atoms.

    Parameters
    ----------
    y : np.ndarray [shape=(..., n)], native float32 or float64
    atoms : Atoms
    hop_length : int > 0
    factors : np.ndarray [shape=(n_bins,)]
        What bin k is multiplied with.
    pad_mode : str
        As in `fastspec.stft`.
    dtype : complex dtype
        Of the result; the arithmetic has the precision of the wider one of `y` and this.

    Returns
    -------
    np.ndarray [shape=(..., n_bins, 1 + n // hop_length)]
        ``C[..., k, t] = factors[k] * sum_m y[t * hop_length + m] * conj(atom[k][m])``, frames contiguous.

    Raises
    ------
    ParameterError
        If `y` holds a value that is not finite, or `pad_mode` is not known.
    """
    padding = padding_of(pad_mode)
    if not np.isfinite(y).all():
        raise first_nonfinite(y)
    n_frames, n_bins = 1 + y.shape[-1] // hop_length, len(atoms.frequencies)
    out = np.empty((*y.shape[:-1], n_frames, n_bins), dtype)
    groups = _groups(atoms)
    lead = max(group.size for group in groups) // 2
    for channel in np.ndindex(y.shape[:-1]):
        x = np.pad(y[channel].astype(np.float64), lead, mode=padding.name.lower())
        x = np.append(x, np.zeros(hop_length))  # so that the view below has the last frame in any case
        for group in groups:
            matrix = np.concatenate([group.samples.real, -group.samples.imag]).T
            for part, cut in _frames(x[lead - group.size // 2 :], group.size, hop_length, n_frames):
                real, imag = np.split(cut @ matrix, 2, axis=1)
                out[channel][part, group.bins] = (real + 1j * imag) * factors[group.bins]
    return out.swapaxes(-1, -2)


def _frames(x: np.ndarray, size: int, hop_length: int, n_frames: int) -> Iterator[tuple[slice, np.ndarray]]:
    step = max(1, _BLOCK_SAMPLES // size)
    view = np.lib.stride_tricks.sliding_window_view(x, size)[::hop_length]
    for first in range(0, n_frames, step):
        part = slice(first, min(first + step, n_frames))
        yield part, np.ascontiguousarray(view[part])


def synthesize(
    C: np.ndarray, atoms: Atoms, *, hop_length: int, factors: np.ndarray, n_samples: int, dtype: np.dtype
) -> np.ndarray:
    """The adjoint of `transform` with zeros for padding: atoms at every hop, added up, and of that the real part.

    Parameters
    ----------
    C : np.ndarray [shape=(..., n_bins, n_frames)], complex
    atoms : Atoms
    hop_length : int > 0
    factors : np.ndarray [shape=(n_bins,)]
        What bin k is multiplied with.
    n_samples : int
        Length of the result: what frames put beyond it is cut, where they leave a rest there are zeros.
    dtype : real dtype
        Of the result; the arithmetic has the precision of the wider one of `C` and this.

    Returns
    -------
    np.ndarray [shape=(..., n_samples)]
        ``y[..., n] = Re sum_t sum_k factors[k] * C[..., k, t] * atom[k][n - t * hop_length]``
    """
    out = np.empty((*C.shape[:-2], n_samples), dtype)
    groups = _groups(atoms)
    lead, n_frames = max(group.size for group in groups) // 2, C.shape[-1]
    for channel in np.ndindex(C.shape[:-2]):
        y = np.zeros(max(n_samples, n_frames * hop_length) + 2 * lead)
        for group in groups:
            rows = (C[channel][group.bins] * factors[group.bins, np.newaxis]).T
            rows = np.concatenate([rows.real, rows.imag], axis=1)
            matrix = np.concatenate([group.samples.real, -group.samples.imag])
            first = lead - group.size // 2
            step = max(1, _BLOCK_SAMPLES // group.size)
            for t in range(0, n_frames, step):
                for i, frame in enumerate(rows[t : t + step] @ matrix, start=t):
                    y[first + i * hop_length :][: group.size] += frame
        out[channel] = y[lead : lead + n_samples]
    return out
