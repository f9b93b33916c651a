"""What a transform is, stage by stage, as plain frozen values; every rule about the numbers in it is checked here.

`Spec` is the one description that all front ends translate into and `_run` carries out:

    samples -> Framing -> Window -> spectrum -> Bands (or Summary) -> Levels -> Feature
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from ._arrays import ParameterError, as_hop_length, as_index

MOST_N_FFT = 2**26


class Padding(IntEnum):
    """What stands beyond the ends of the signal, by numpy.pad's names; the order is fsp_padding's."""

    CONSTANT = 0
    EDGE = 1
    REFLECT = 2
    SYMMETRIC = 3
    LINEAR_RAMP = 4


class Spectrum(IntEnum):
    """What a frame becomes; the order is fsp_spectrum's."""

    COMPLEX = 0
    POWER = 1
    MAGNITUDE = 2
    GIVEN = 3


def padding_of(pad_mode) -> Padding:
    """numpy.pad's mode as a `Padding`. Unset samples ("empty") are zeros here."""
    if pad_mode == "empty":
        return Padding.CONSTANT
    for padding in Padding:
        if pad_mode == padding.name.lower():
            return padding
    known = ", ".join(p.name.lower() for p in Padding)
    raise ParameterError(
        f"pad_mode={pad_mode!r} is not supported by stft; use one of {known}, or pad y yourself and center=False"
    )


@dataclass(frozen=True, slots=True, eq=False)
class Framing:
    """Frames of `n_fft` samples every `hop_length`; frame 0 starts `lead` samples before the first sample."""

    n_fft: int
    hop_length: int
    lead: int
    padding: Padding = Padding.CONSTANT

    def __post_init__(self):
        as_index(self.n_fft, name="n_fft")
        as_hop_length(self.hop_length)

    def n_frames(self, n_samples: int) -> int:
        """Frames that fit into the (padded) signal."""
        return max(0, 1 + (n_samples + 2 * self.lead - self.n_fft) // self.hop_length)


@dataclass(frozen=True, slots=True, eq=False)
class Levels:
    """multiplier * log10(max(x, floor)) + offset."""

    multiplier: float
    floor: float
    offset: float = 0.0

    def __post_init__(self):
        if not self.floor > 0:
            raise ParameterError(f"amin={self.floor} must be strictly positive; use for instance amin=1e-10")


class SummaryKind(IntEnum):
    """A few numbers about a frame's bins that no bank gives; the order is fsp_summary_kind's from 1 on."""

    ROLLOFF = 1
    FLATNESS = 2
    SQUARES_FLATNESS = 3
    EXTREMES = 4


@dataclass(frozen=True, slots=True, eq=False)
class Summary:
    """Stands in place of a bank. `groups`: for EXTREMES, the bins of each group and how many of them are extremes."""

    kind: SummaryKind
    amount: float = 0.0
    groups: tuple[tuple[np.ndarray, int], ...] = ()


# Real and complex ones, by precision.
_DTYPES = (
    (np.dtype(np.float32), np.dtype(np.float64)),
    (np.dtype(np.complex64), np.dtype(np.complex128)),
)


@dataclass(frozen=True, slots=True, eq=False)
class Spec:
    """One transform. Identity is equality: the caches in `_transforms` hand out one object per set of parameters."""

    precision: int
    framing: Framing
    spectrum: Spectrum
    window: np.ndarray | None = None
    bank: np.ndarray | None = None
    summary: Summary | None = None
    levels: Levels | None = None
    matrix: np.ndarray | None = None

    @property
    def dtype(self) -> np.dtype:
        """Of the output."""
        return _DTYPES[self.spectrum is Spectrum.COMPLEX][self.precision]


def precision_of(dtype: np.dtype) -> int:
    """fsp_precision: 0 for float32, complex64, what is smaller and integers; 1 for the double ones."""
    return 0 if dtype.char in "fFe" or dtype.kind in "iu" else 1


@dataclass(frozen=True, eq=False)
class AtomSpec:
    """Atoms at their rates: the fields of fsp_atoms_config, and the work that a frame is."""

    precision: int
    hop_length: int
    lead: int
    padding: int
    n_bins: int
    n_taps: np.ndarray
    taps: np.ndarray
    rate: np.ndarray
    bin: np.ndarray
    n_pairs: np.ndarray
    even: np.ndarray
    odd: np.ndarray
    factors: np.ndarray
    work: int
