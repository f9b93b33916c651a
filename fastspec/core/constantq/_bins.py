"""From the arguments of the constant-Q functions to their bins: frequencies, bandwidths, lengths, gains."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import cached_property, lru_cache, partial
from typing import TYPE_CHECKING, Any

import numpy as np

from ... import filters
from ..._engine.kept import kept
from ..._front.specs import hashable
from ..._gate.samples import ParameterError, as_index, as_number, check_rate
from ...util.utils import normalize
from ..convert import note_to_hz
from ..intervals import interval_frequencies
from ._correlation import AtomParameters

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from ..._front.windows import HashableWindow, Window


@dataclass(frozen=True, eq=False)
class Bins:
    """What an analysis is made of. `cutoff`: the highest frequency, in Hz, that any of the atoms passes."""

    atoms: AtomParameters
    lengths: np.ndarray
    cutoff: float
    bins_per_octave: int

    def __len__(self) -> int:
        return len(self.lengths)

    @cached_property
    def longest(self) -> int:
        """The bin of the longest atom."""
        return int(self.lengths.argmax())


@dataclass(frozen=True)
class SampledWindow:
    """A hashable window: samples where atoms have these lengths, a function for all other lengths."""

    samples: tuple[tuple[int, bytes], ...]
    elsewhere: Callable[[int], np.ndarray] = field(compare=False)

    def __call__(self, n: int) -> np.ndarray:
        known = dict(self.samples).get(n)
        return self.elsewhere(n) if known is None else np.frombuffer(known)


def bins_of(
    *,
    sr: float,
    fmin: float | None,
    n_bins: int | None,
    bins_per_octave: int,
    tuning: float,
    filter_scale: float,
    norm: float | None,
    window: Window,
    intervals: str | Collection[float] = "equal",
    gamma: float | None = 0,
) -> Bins:
    """Check the arguments and find the bins; see `fastspec.vqt` for what they mean."""
    if not isinstance(intervals, str):
        intervals = tuple(float(ratio) for ratio in intervals)
        bins_per_octave = len(intervals)
    bins_per_octave = as_index(bins_per_octave, name="bins_per_octave")
    if n_bins is not None:
        n_bins = as_index(n_bins, name="n_bins")
    fmin = _lowest() if fmin is None else as_number(fmin, name="fmin")
    fmin *= 2.0 ** (as_number(tuning, name="tuning") / bins_per_octave)
    check_rate(sr)
    if not 0 < fmin < sr / 2:
        rule = f"less than sr/2={sr / 2}" if fmin > 0 else "strictly positive"
        raise ParameterError(f"fmin={fmin} must be {rule}; choose another fmin")
    arguments = (sr, fmin, n_bins, intervals, gamma, bins_per_octave, filter_scale, norm)
    try:
        if not callable(window):
            return _find_bins(*arguments, window)
    except TypeError:  # something cannot be hashed
        pass
    return _find_bins.__wrapped__(*hashable((*arguments, window)))


@lru_cache(1)
def _lowest() -> float:
    return note_to_hz("C1")


@kept(64, typed=True)
def _find_bins(
    sr: float,
    fmin: Any,
    n_bins: int | None,
    intervals: Any,
    gamma: Any,
    bins_per_octave: int,
    filter_scale: float,
    norm: Any,
    window: Any,
) -> Bins:
    normalize(np.ones(1), norm=norm)  # says what is wrong with it
    if not 0 < filter_scale < math.inf:
        raise ParameterError(f"filter_scale={filter_scale} must be positive")
    count = n_bins
    if count is None:  # an octave more than there is room for, to be cut below
        count = max(2, math.ceil(bins_per_octave * math.log2(sr / fmin)))
    freqs = interval_frequencies(count, fmin=fmin, intervals=intervals, bins_per_octave=bins_per_octave, sort=True)
    if n_bins is None:
        freqs = _below_nyquist(freqs, window, filter_scale, gamma, sr)
    if len(freqs) > 1:
        alpha = filters.relative_bandwidth(freqs=freqs)
    else:
        alpha = np.array([(4 ** (1 / bins_per_octave) - 1) / (4 ** (1 / bins_per_octave) + 1)])
    lengths, cutoff = filters.wavelet_lengths(
        freqs=freqs, sr=sr, window=window, filter_scale=filter_scale, gamma=gamma, alpha=alpha
    )
    atoms = AtomParameters(
        sr=float(sr),
        frequencies=tuple(freqs.tolist()),
        window=_hashable(window, lengths),
        filter_scale=float(filter_scale),
        norm=norm,
        gamma=gamma,
        alpha=tuple(alpha.tolist()),
    )
    return Bins(atoms, lengths, float(cutoff), bins_per_octave)


def _hashable(window: Window, lengths: np.ndarray) -> HashableWindow:
    if isinstance(window, (str, tuple, int, float)):
        return window
    sizes = np.unique(np.floor(lengths / 2) + np.ceil(lengths / 2)).astype(int).tolist()
    samples = ((n, np.asarray(filters.get_window(window, n), dtype=np.float64).tobytes()) for n in sizes)
    return SampledWindow(tuple(samples), partial(filters.get_window, window))


def _below_nyquist(
    freqs: np.ndarray, window: Window, filter_scale: float, gamma: float | None, sr: float
) -> np.ndarray:
    """The frequencies up to the first one whose atom, were it the last, would pass more than half the sampling rate."""
    steps = np.diff(np.log2(freqs))
    ratio = 4.0 ** np.concatenate((steps[:1], steps))
    alpha = (ratio - 1) / (ratio + 1)
    offset = alpha * 24.7 / 0.108 if gamma is None else gamma
    upper = freqs * (1 + 0.5 * filters.window_bandwidth(window) * alpha / filter_scale) + 0.5 * offset
    count = int(np.searchsorted(np.maximum.accumulate(upper), sr / 2, side="left"))
    if count < 1:
        raise ParameterError(
            f"fmin={freqs[0]:.2f} leaves no room for a bin below sr/2={sr / 2}; "
            "use a lower fmin or a larger filter_scale"
        )
    return freqs[:count]


def check_sparsity(sparsity: float) -> None:
    if not 0 <= sparsity < 1:
        raise ParameterError(f"sparsity={sparsity} must lie in [0, 1)")


def check_cutoff(bins: Bins) -> None:
    nyquist = bins.atoms.sr / 2
    if not bins.cutoff <= nyquist:
        raise ParameterError(
            f"n_bins={len(bins)} lead to {max(bins.atoms.frequencies):.1f} Hz, whose atom passes up to "
            f"{bins.cutoff:.1f} Hz, above the Nyquist frequency sr/2={nyquist}; use fewer bins, or n_bins=None"
        )


@dataclass(frozen=True, eq=False)
class LibrosaRates:
    """The power of two by which librosa decimates for each bin, and the one that it applies to all bins first."""

    of_bins: np.ndarray
    of_all: int

    @property
    def decimates(self) -> bool:
        return int(self.of_bins.max()) > 1


@kept(64)
def librosa_rates(bins: Bins, hop_length: int) -> LibrosaRates:
    """The rates that librosa 1.0 works at. We do not; but they decide the gain for some norms, and some shapes."""
    n_bins, sr = len(bins), bins.atoms.sr
    per_octave = min(bins.bins_per_octave, n_bins)
    n_octaves = -(-n_bins // bins.bins_per_octave)
    twos = (hop_length & -hop_length).bit_length() - 1
    room = max(0, math.ceil(math.log2(sr / 2 / bins.cutoff)) - 2)
    rate = first = 2 ** min(room, max(0, twos - n_octaves + 1))
    rates = np.empty(n_bins, dtype=np.int64)
    for top in range(n_bins, 0, -per_octave):
        rates[max(0, top - per_octave) : top] = rate
        below = top - per_octave
        if below > 0 and hop_length % (2 * rate) == 0 and bins.atoms.frequencies[below - 1] <= sr / rate / 5:
            rate *= 2
    return LibrosaRates(rates, first)


@kept(64)
def gains(bins: Bins, rates: LibrosaRates, scale: bool) -> np.ndarray:
    """What the inner products are multiplied with: by `scale`, and by what librosa's rates do to norms other than 1."""
    factors = np.sqrt(bins.lengths) if scale else bins.lengths.copy()
    norm = bins.atoms.norm
    if norm not in (0, 1):
        # librosa normalises the atoms of each octave at the octave's own rate R. A p-norm of R times fewer samples is
        # smaller by R^(1/p), where the sum of products is smaller by R.
        exponent = -1.0 if norm is None or np.isinf(norm) else 1.0 / norm - 1.0
        factors *= rates.of_bins.astype(np.float64) ** exponent
    factors.flags.writeable = False
    return factors
