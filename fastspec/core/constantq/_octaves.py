"""Constant-Q transforms octave by octave, as nnAudio's CQT2010v2 and VQT have them: the same kernels, or as long ones,
at half the rate for each octave below the highest, after the very filters that these layers halve the rate with.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, log2

import numpy as np

from ..._engine.foreign import call
from ..._engine.kept import kept
from ..._gate.complaints import warn
from ..._gate.samples import ParameterError, first_nonfinite
from ...util.utils import dtype_r2c
from ._bank import atoms_of, early_factor, gains_of
from ._correlation import AtomParameters, transform


@dataclass(frozen=True)
class Octave:
    """Kernels, gains, and samples that are padded at each end."""

    atoms: AtomParameters
    factors: np.ndarray
    pad: int


@dataclass(frozen=True)
class Octaves:
    """From the highest down. `early`: by how much the rate is lowered before all of them."""

    early: int
    hop_length: int
    octaves: tuple[Octave, ...]
    frequencies: np.ndarray
    lengths: np.ndarray


@kept(16)
def octaves_of(
    sr: float, hop_length: int, fmin: float, n_bins: int, filter_scale: float, bins_per_octave: int,
    norm: float | None, gamma: float, early: bool, full_rate: bool, normalization: str,
) -> Octaves:  # fmt: skip
    """`full_rate`: kernels are made for the rate before it was lowered early, which is what VQT does."""
    alpha = 2 ** (1 / bins_per_octave) - 1
    Q = filter_scale / alpha
    n_octaves, n_filters = ceil(n_bins / bins_per_octave), min(bins_per_octave, n_bins)
    over = n_bins % bins_per_octave or bins_per_octave
    highest = fmin * 2 ** (n_octaves - 1 + (over - 1) / bins_per_octave)
    if highest > sr / 2:
        raise ParameterError(f"n_bins={n_bins} puts the top bin at {highest:.1f} Hz, beyond sr/2={sr / 2}; use fewer")
    factor = early_factor(sr, hop_length, highest, Q, n_octaves) if early else 1
    lowest = highest / 2 ** (1 - 1 / bins_per_octave)  # of the highest octave
    frequencies = fmin * 2.0 ** (np.arange(n_bins) / bins_per_octave)
    lengths = np.ceil(Q * (sr / factor) / (frequencies + gamma / alpha))
    gains = factor * gains_of(lengths, normalization)
    octaves = []
    for i in range(n_octaves):
        rate = (sr if full_rate else sr / factor) / 2**i
        ours = lowest / 2**i * 2.0 ** (np.arange(n_filters) / bins_per_octave)
        sizes = np.ceil(Q * rate / (ours + gamma / alpha))
        end = n_bins - i * n_filters
        used = slice(max(0, n_filters - end), n_filters)
        mine = gains[max(0, end - n_filters) : end]
        kernels = atoms_of(rate, ours[used], sizes[used], "hann", norm, mine)
        octaves.append(Octave(*kernels, pad=2 ** ceil(log2(sizes.max())) // 2))
    return Octaves(factor, hop_length // factor, tuple(octaves), frequencies, lengths)


def transform_octaves(y: np.ndarray, plan: Octaves, pad_mode: str, *, stretch: bool) -> np.ndarray:
    """Spectra (..., bins, frames) of native float samples (..., n).

    Octaves have as many frames as the samples that are left make; `stretch` brings them to the fewest, as VQT does.
    """
    if not np.isfinite(y).all():  # before a filter spreads it
        raise first_nonfinite(y)
    x = _lowered(y, plan.early, 0.03) if plan.early > 1 else y
    hop, parts = plan.hop_length, []
    for i, octave in enumerate(plan.octaves):
        if i:
            x, hop = _lowered(x, 2, 0.001), hop // 2
        if not hop:
            raise ParameterError(
                f"hop_length={plan.hop_length * plan.early} cannot be halved for {len(plan.octaves)} octaves; "
                "use a larger one, a multiple of a power of two"
            )
        mode = pad_mode
        if mode == "reflect" and octave.pad >= x.shape[-1]:
            warn(f"{x.shape[-1]} samples cannot be reflected by {octave.pad}: zeros are taken; use pad_mode='constant'")
            mode = "constant"
        parts.append(
            transform(x, octave.atoms, hop_length=hop, factors=octave.factors, pad_mode=mode, dtype=dtype_r2c(x.dtype))
        )
    fewest = min(part.shape[-1] for part in parts)
    if not stretch and any(part.shape[-1] != fewest for part in parts):
        counts = ", ".join(str(part.shape[-1]) for part in parts)
        hop = plan.hop_length * plan.early
        raise ParameterError(f"hop_length={hop} gives octaves of {counts} frames; use a power of two")
    return np.concatenate([_stretched(part, fewest) for part in parts[::-1]], axis=-2)


def _lowered(x: np.ndarray, factor: int, transition: float) -> np.ndarray:
    """Every `factor`-th sample after a filter of 256 taps, for which 127 zeros are added at each end."""
    from scipy.signal import oaconvolve

    taps = _lowpass(factor, transition).astype(x.dtype)
    n = (x.shape[-1] + 2 * 127 - len(taps)) // factor + 1
    if n < 1:
        raise ParameterError(f"x.shape={x.shape} is too short to be decimated; pass more samples")
    taps = taps.reshape((1,) * (x.ndim - 1) + (-1,))
    full = call(oaconvolve, x, taps, axes=-1, work=40 * x.size) if x.size else np.empty((*x.shape[:-1], n), x.dtype)
    return np.ascontiguousarray(full[..., 128 : 128 + factor * n : factor] if x.size else full)


@kept(16)
def _lowpass(factor: int, transition: float) -> np.ndarray:
    from scipy.signal import firwin2

    edges = [0.0, 1 / factor / (1 + transition), 1 / factor * (1 + transition), 1.0]
    return firwin2(256, edges, [1.0, 1.0, 0.0, 0.0]).astype(np.float32)


def _stretched(part: np.ndarray, n_frames: int) -> np.ndarray:
    """Interpolated between frames so that their ends, not their middles, stay where they are."""
    n = part.shape[-1]
    if n == n_frames:
        return part
    places = np.clip((np.arange(n_frames) + 0.5) * (n / n_frames) - 0.5, 0, n - 1)
    left = np.minimum(places.astype(np.intp), max(n - 2, 0))
    share = (places - left).astype(part.real.dtype)
    before = part[..., left]
    return before + share * (part[..., np.minimum(left + 1, n - 1)] - before)
