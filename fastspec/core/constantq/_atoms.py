"""Atoms at their rates: which halvings of the signal's rate a set of wavelets is best correlated at, and how.

An atom that holds nothing near half the sampling rate may as well be correlated with a signal of half that rate, at
half the cost. This module chooses each atom's rate, designs the filters in between, samples the atoms, and splits them
into the even and odd halves that the engine works with. `docs/cqt.md` has the error that this leaves, and why.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import TYPE_CHECKING

import numpy as np

from ..._engine.kept import kept
from ..._engine.spec import AtomSpec
from ..._front.windows import cosine_sum, cosine_terms, get_window
from ...util.utils import normalize

if TYPE_CHECKING:
    import numpy.typing as npt

    from ..._front.windows import Window

# What an atom's spectrum may hold, relative to its peak, beyond half of its rate, which is lost; and beyond the band
# that the filters keep whole, which is weakened, and overlaid by as much of what folds back.
LOST_TAIL = 3e-6
WEAKENED_TAIL = 1e-4
STOPBAND_DB = 130.0

# The longest atom keeps this many samples. Where a frame is silent but for the far end of that atom, its ends matter.
FEWEST_SAMPLES = 256

# A tap is a multiplication, an addition and some loads; an atom's weight is a multiplication.
TAP_COST = 2.3

# What the odd half of a window may hold beside the even one and be left out.
ASYMMETRY = 1e-9

# Edges of the band kept, in cycles per sample of the rate: those tried at the first halving, and at all others. A
# wider band lets more atoms go down, and makes every filter above longer.
_FIRST_EDGES = (0.10, 0.14, 0.16, 0.18, 0.22, 0.26, 0.30, 0.34)
_OTHER_EDGES = (0.18, 0.22, 0.26, 0.30, 0.34, 0.38)


@dataclass(frozen=True)
class AtomRates:
    """The rate of each atom, as the number of halvings, and half the taps of each halving's filter."""

    rate: npt.NDArray[np.intp]
    taps: tuple[npt.NDArray[np.float64], ...]
    cost: float  # multiplications a frame


@kept(32)
def _tail_widths(window: Window) -> tuple[float, float]:
    """How far from its peak, in cycles per length, a window's spectrum falls below the two limits above for good."""
    if callable(window):  # its shape at other lengths is unknown
        return np.inf, np.inf
    size, finer = 512, 32
    spectrum = np.abs(np.fft.rfft(get_window(window, size), size * finer))
    highest_after = np.maximum.accumulate(spectrum[::-1])[::-1] / spectrum[0]
    widths = [np.count_nonzero(highest_after >= tail) / finer for tail in (LOST_TAIL, WEAKENED_TAIL)]
    # Near half its own rate the spectrum is no longer that of a longer window; nor does the shape of some windows, of
    # so many samples' width, grow with the length.
    known = np.allclose(get_window(window, 2 * size)[::2], get_window(window, size))
    lost, weakened = (width if known and width < size / 4 else np.inf for width in widths)
    return lost, weakened


def choose_rates(frequencies: np.ndarray, lengths: np.ndarray, window: Window, hop_length: int) -> AtomRates:
    """The cheapest rates for atoms of these frequencies (cycles per sample) and lengths (samples)."""
    lost, weakened = (frequencies + width / lengths for width in _tail_widths(window))
    most = min((hop_length & -hop_length).bit_length() - 1, int(np.log2(max(lengths.max() / FEWEST_SAMPLES, 1))))
    deepest = np.floor(-np.log2(2 * lost)).clip(0, most).astype(int)
    halvings = np.arange(1, most + 1)

    # Axes: the edges tried, halvings, atoms.
    edges = np.array([(first, *[other] * (most - 1))[:most] for first, other in product(_FIRST_EDGES, _OTHER_EDGES)])
    limits = edges / 2.0**halvings
    passes = (weakened <= limits[..., np.newaxis]) & (halvings[:, np.newaxis] <= deepest)
    rate = np.max(passes * halvings[:, np.newaxis], axis=1, initial=0)
    # Whatever goes on to a rate or further must pass on the way there; what folds onto that band must not.
    goes_on = rate[:, np.newaxis] >= halvings[:, np.newaxis]
    kept = np.max(np.where(goes_on, weakened, 0), axis=2) * 2.0 ** (halvings - 1)
    counts = np.where(goes_on.any(axis=2), _tap_count(kept, halfband=halvings > 1), 0)
    cost = np.sum(lengths / 2.0**rate, axis=1) + TAP_COST * np.sum(counts * hop_length / 2.0**halvings, axis=1)

    best = int(cost.argmin())
    taps = tuple(_lowpass(edge, halfband=s > 0) for s, edge in enumerate(kept[best, : rate[best].max()].tolist()))
    return AtomRates(rate[best], taps, float(cost[best]))


def _tap_count(kept: npt.ArrayLike, *, halfband: npt.ArrayLike) -> npt.NDArray[np.intp]:
    """How many taps half of a filter has; see `_lowpass`."""
    length = 1 + (STOPBAND_DB - 7.95) / (14.36 * (0.5 - 2 * np.asarray(kept)))
    return np.ceil(length / np.where(halfband, 4, 2)).astype(np.intp)


@kept(512)
def _lowpass(kept: float, *, halfband: bool) -> npt.NDArray[np.float64]:
    """Half of a filter that passes `kept` cycles per sample and stops 0.5 - `kept`: a sinc in a Kaiser window.

    Its cutoff is a quarter of the rate, so that one centred on a sample has zeros at all even distances: these and the
    middle, 1/2, are left out. The other kind is centred between samples.

    References
    ----------
    .. [1] J. F. Kaiser, "Nonrecursive digital filter design using the I0-sinh window function", ISCAS 1974.
    """
    n_taps, beta = int(_tap_count(kept, halfband=halfband)), 0.1102 * (STOPBAND_DB - 8.7)
    distance = 2 * np.arange(n_taps) + 1.0 if halfband else np.arange(n_taps) + 0.5
    reach = 2 * n_taps if halfband else n_taps
    taps = np.sinc(distance / 2) * np.i0(beta * np.sqrt(1 - (distance / reach) ** 2))
    return taps * ((0.25 if halfband else 0.5) / taps.sum())


@dataclass(frozen=True, eq=False)
class Pairs:
    """Where atoms are sampled: in pairs about the middle, time -1/2, of which nearly all are symmetric.

    Samples of rate 0 are at whole times, half a sample from the middle, one and a half, and so on. Those of other rates
    are at the middle, which is met twice, and at multiples of `step` from there.
    """

    step: npt.NDArray[np.intp]  # an item for each atom
    before: npt.NDArray[np.intp]  # samples at the full rate until time 0
    after: npt.NDArray[np.intp]  # and from there on

    @property
    def size(self) -> npt.NDArray[np.intp]:
        return self.before + self.after

    @cached_property
    def count(self) -> npt.NDArray[np.intp]:
        return -(-self.before // self.step)

    @cached_property
    def starts(self) -> npt.NDArray[np.intp]:
        return np.cumsum(self.count) - self.count

    def spread(self, values: np.ndarray) -> np.ndarray:
        """Values, one for each atom, repeated for each of its pairs."""
        return np.repeat(values, self.count)

    @cached_property
    def index(self) -> npt.NDArray[np.intp]:
        """Of each pair of each atom, atom after atom."""
        return np.arange(self.count.sum()) - self.spread(self.starts)

    @cached_property
    def distance(self) -> npt.NDArray[np.float64]:
        """Of pairs' samples from the middle, in samples at the full rate."""
        return self.index * self.spread(self.step) + self.spread(np.where(self.step == 1, 0.5, 0.0))

    def window(self, window: Window) -> tuple[np.ndarray, np.ndarray]:
        """What the windows hold after the middle and before it, in pairs."""
        terms = cosine_terms(window) if self.size.min() > 1 else None  # a window of one sample is 1, whatever its name
        right, left = self._window_by_samples(window) if terms is None else self._window_by_terms(terms)
        middles = self.starts[self.step > 1]
        right[middles] /= 2
        left[middles] /= 2
        return right, left

    def _window_by_terms(self, terms: tuple[float, ...]) -> tuple[np.ndarray, np.ndarray]:
        per_sample, late = self.spread(2 * np.pi / self.size), self.spread((self.after - self.before + 1) / 2)
        right, left = (cosine_sum(per_sample * (self.distance + side * late), terms) for side in (-1, 1))
        right[self.distance >= self.spread(self.after)] = 0
        return right, left

    def _window_by_samples(self, window: Window) -> tuple[np.ndarray, np.ndarray]:
        """A window twice as long has the values halfway between samples."""
        right, left = np.zeros((2, len(self.index)))
        for first, step, before, size in zip(self.starts, self.step, self.before, self.size, strict=True):
            if step == 1:
                samples = get_window(window, int(size))
                sides = samples[before:], samples[before - 1 :: -1]
            else:
                samples, middle = get_window(window, int(2 * size)), 2 * before - 1
                sides = samples[middle : 2 * size - 2 : 2 * step], samples[middle : 0 : -2 * step]
            for side, values in zip((right, left), sides, strict=True):
                side[first : first + len(values)] = values
        return right, left


def _rows(pairs: Pairs, window: Window) -> tuple[Pairs, np.ndarray, np.ndarray, np.ndarray]:
    """The real rows that atoms are made of: their pairs, the window's part, of which atom, and whether its odd half."""
    right, left = pairs.window(window)
    even, odd = (right + left) / 2, (right - left) / 2
    lopsided = np.add.reduceat(np.abs(odd), pairs.starts) > ASYMMETRY * np.add.reduceat(np.abs(even), pairs.starts)
    row = np.repeat(np.arange(len(pairs.count)), 1 + lopsided)
    of_odd = np.diff(row, prepend=-1) == 0
    if not of_odd.any():
        return pairs, even, row, of_odd
    rows = Pairs(pairs.step[row], pairs.before[row], pairs.after[row])
    at = rows.index + rows.spread(pairs.starts[row])
    return rows, np.where(rows.spread(of_odd), odd[at], even[at]), row, of_odd


def scales_of(window: Window, sizes: np.ndarray, norm: float | None) -> npt.NDArray[np.float64]:
    """What `util.normalize` multiplies windows of these sizes with."""
    terms = cosine_terms(window)
    if norm == 1 and terms is not None and sizes.min() > len(terms) and _never_negative(terms):
        return 1 / (terms[0] * sizes)  # the cosines add up to nothing
    scales = np.empty(len(sizes))
    for k, size in enumerate(sizes.tolist()):
        samples = np.abs(get_window(window, size))
        peak = int(np.argmax(samples))
        scales[k] = normalize(samples, norm=norm)[peak] / samples[peak]
    return scales


@kept(32)
def _never_negative(terms: tuple[float, ...]) -> bool:
    return bool(cosine_sum(np.linspace(0, np.pi, 1000), terms).min() > -1e-9)


def describe(
    frequencies: np.ndarray,
    lengths: np.ndarray,
    window: Window,
    norm: float | None,
    factors: np.ndarray,
    *,
    hop_length: int,
    padding: int,
    precision: int,
) -> AtomSpec:
    """`filters.wavelet`'s atoms, each times a factor. Frequencies are in cycles per sample, lengths in samples.

    Of a wave in a symmetric window, the even half about the middle is real and the odd half imaginary, but for the
    phase that the wave has there: two real rows, and a complex factor for their products. What a window lacks in
    symmetry takes two rows more, the same way around.
    """
    rates = choose_rates(frequencies, lengths, window, hop_length)
    # Longest first at every rate, as the engine's groups want them.
    order = np.lexsort((-np.ceil(lengths / 2.0 ** (rates.rate + 1)), rates.rate))
    before, after = (half(lengths / 2).astype(np.intp) for half in (np.ceil, np.floor))
    pairs, weights, row, of_odd = _rows(Pairs(2 ** rates.rate[order], before[order], after[order]), window)
    bins = order[row]
    weights *= pairs.spread(pairs.step * scales_of(window, pairs.size, norm))
    angles = pairs.distance * pairs.spread(2 * np.pi * frequencies[bins])
    if of_odd.any():
        angles -= pairs.spread(np.where(of_odd, np.pi / 2, 0))
    mix = factors[bins] * np.exp(1j * np.pi * (frequencies[bins] - of_odd / 2))
    return AtomSpec(
        precision=precision,
        hop_length=hop_length,
        # Half of the power of two that holds the longest atom, as librosa pads.
        lead=2 ** int(np.ceil(np.log2(lengths.max()))) // 2,
        padding=padding,
        n_bins=len(lengths),
        n_taps=np.array([len(taps) for taps in rates.taps], np.uintp),
        taps=np.concatenate([[], *rates.taps]),
        rate=rates.rate[bins].astype(np.uintp),
        bin=bins.astype(np.uintp),
        n_pairs=pairs.count.astype(np.uintp),
        even=weights * np.cos(angles),
        odd=weights * np.sin(angles, out=angles),
        factors=np.stack([mix.real, mix.imag, mix.imag, -mix.real], axis=1),
        work=int(rates.cost),
    )
