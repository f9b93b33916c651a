"""What a transform is, stage by stage, as plain frozen values; every rule about the numbers in it is checked here.

`Spec` is the one description that all front ends translate into and `plans` carries out:

    samples -> Conditioning, Framing -> Window -> spectrum -> Bands (or Summary) -> Levels -> Feature
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import numpy as np

from .._gate.samples import ParameterError, as_hop_length, as_index, check_amin

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


def padding_of(pad_mode: Any) -> Padding:
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


# Of fields that are made of the others where they are not given.
_BY_DEFAULT: Any = None


@dataclass(frozen=True, slots=True, eq=False)
class Framing:
    """Frames of `length` samples (of `n_fft`, if it is 0) every `hop_length`, zeros behind them up to `n_fft`.

    Frame 0 starts `lead` samples before the first sample. `padding` reaches `before` the first sample and `after` the
    last, by default `lead`; zeros lie beyond. Frames are ``(n_samples + slack) // hop_length``, but never less than
    `least`: by default as many as fit between the ends of the padding.
    """

    n_fft: int
    hop_length: int
    lead: int
    padding: Padding = Padding.CONSTANT
    length: int = 0
    before: int = _BY_DEFAULT
    after: int = _BY_DEFAULT
    slack: int = _BY_DEFAULT
    least: int = 0

    def __post_init__(self) -> None:
        as_index(self.n_fft, name="n_fft")
        as_hop_length(self.hop_length)
        put = object.__setattr__
        put(self, "length", self.length or self.n_fft)
        put(self, "before", max(self.lead, 0) if self.before is None else self.before)
        put(self, "after", max(self.lead, 0) if self.after is None else self.after)
        if self.slack is None:
            put(self, "slack", self.hop_length + self.lead + self.after - self.length)

    def n_frames(self, n_samples: int) -> int:
        """Frames of a signal."""
        return max(self.least, (n_samples + self.slack) // self.hop_length)


@dataclass(frozen=True, slots=True, eq=False)
class Conditioning:
    """What is done to samples before their window: the fields of fsp_conditioning."""

    dither: float = 0.0
    dither_key: int = 0
    emphasis: float = 0.0
    remove_mean: bool = False
    frame_emphasis: float = 0.0


class EnergyKind(IntEnum):
    """Which samples of a frame its energy is summed over; the order is fsp_energy_kind's from 1 on."""

    RAW = 1
    WINDOWED = 2


@dataclass(frozen=True, slots=True, eq=False)
class Energy:
    """A row of the output: multiplier * log10(max(E, floor)) + offset of each frame's sum of squares E.

    It stands in place of row `row`, or is one more: the first (`row` is 0) or the last.
    """

    kind: EnergyKind
    row: int
    replaces: bool
    multiplier: float
    floor: float
    offset: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Levels:
    """multiplier * log10(max(x + add, floor)) + offset; `for_zero` stands for x = 0, if it is not 0 itself.

    A multiplier of 0 takes no logarithm: max(x + add, floor).
    """

    multiplier: float
    floor: float
    offset: float = 0.0
    add: float = 0.0
    for_zero: float = 0.0

    def __post_init__(self) -> None:
        check_amin(self.floor)


@dataclass(frozen=True, slots=True, eq=False)
class ComplexBank:
    """Bands of complex bins: the fields of fsp_complex_bank, C-contiguous."""

    first: np.ndarray  # (bands,), uintp
    weights: np.ndarray  # (bands, width, 2): of real and of imaginary parts
    turns: np.ndarray  # (bands, 2): cosine and sine


class SummaryKind(IntEnum):
    """A few numbers about a frame's bins that no bank gives; the order is fsp_summary_kind's from 1 on."""

    ROLLOFF = 1
    FLATNESS = 2
    SQUARES_FLATNESS = 3
    EXTREMES = 4


@dataclass(frozen=True, slots=True, eq=False)
class Summary:
    """Replaces the bank. `groups`: for EXTREMES, the bins of each group and how many of them are extremes."""

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
    """One transform. Identity is equality: the caches in `_front/specs.py` hand out one object per set of parameters.

    A magnitude is sqrt(max(|X|^2 + guard, least)). A `complex_bank` stands in place of a bank, and `spectrum` says what
    its bands become. The first `turn` samples of a windowed frame go behind the others.
    """

    precision: int
    framing: Framing
    spectrum: Spectrum
    window: np.ndarray | None = None
    bank: np.ndarray | None = None
    complex_bank: ComplexBank | None = None
    summary: Summary | None = None
    levels: Levels | None = None
    matrix: np.ndarray | None = None
    conditioning: Conditioning = Conditioning()
    guard: float = 0.0
    least: float = 0.0
    energy: Energy | None = None
    turn: int = 0

    @property
    def is_spectrum(self) -> bool:
        """Whether the spectrum itself is the output."""
        return self.bank is None and self.summary is None and self.matrix is None

    @property
    def dtype(self) -> np.dtype:
        """Of the output."""
        return _DTYPES[self.spectrum is Spectrum.COMPLEX][self.precision]


def precision_of(dtype: np.dtype) -> int:
    """fsp_precision: 0 for float32, complex64, anything narrower, and integers; 1 for double precision."""
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
