"""Atoms at their rates: which halvings of the signal's rate a set of wavelets is best correlated at, and how.

An atom that holds nothing near half the sampling rate may as well be correlated with a signal of half that rate, at
half the cost. This module chooses each atom's rate, designs the filters in between, samples the atoms, and splits them
into the even and odd halves that the engine works with. `docs/cqt.md` has the error that this leaves, and why.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from typing import TYPE_CHECKING

import numpy as np

from .._spec import AtomSpec
from .._wavelets import atom
from .._windows import get_window

if TYPE_CHECKING:
    import numpy.typing as npt

    from .._windows import Window

# What an atom's spectrum may hold, relative to its peak, beyond half of its rate, which is lost; and beyond the band
# that the filters keep whole, which is weakened, and overlaid by as much of what folds back.
LOST_TAIL = 3e-6
WEAKENED_TAIL = 1e-4
STOPBAND_DB = 130.0

# The longest atom keeps this many samples. Where a frame is silent but for the far end of that atom, its ends matter.
FEWEST_SAMPLES = 256

# A tap is a multiplication, an addition and some loads; an atom's weight is a multiplication.
TAP_COST = 2.3

# Edges of the band kept, in cycles per sample of the rate: those tried at the first halving, and at all others. A
# wider band lets more atoms go down, and makes every filter above longer.
_FIRST_EDGES = (0.10, 0.14, 0.16, 0.18, 0.22, 0.26, 0.30, 0.34)
_OTHER_EDGES = (0.18, 0.22, 0.26, 0.30, 0.34, 0.38)


@dataclass(frozen=True)
class Rates:
    """The rate of each atom, as the number of halvings, and half the taps of each halving's filter."""

    rate: npt.NDArray[np.intp]
    taps: tuple[npt.NDArray[np.float64], ...]
    cost: float  # multiplications a frame


@lru_cache(32)
def _tail_widths(window: Window) -> tuple[float, float]:
    """From which distances on, in cycles per length, a window's spectrum stays below the two limits above."""
    if callable(window):  # who knows what it is at other lengths
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


def choose_rates(frequencies: np.ndarray, lengths: np.ndarray, window: Window, hop_length: int) -> Rates:
    """The cheapest rates for atoms of these frequencies (cycles per sample) and lengths (samples)."""
    lost, weakened = (frequencies + width / lengths for width in _tail_widths(window))
    most = min((hop_length & -hop_length).bit_length() - 1, int(np.log2(max(lengths.max() / FEWEST_SAMPLES, 1))))
    deepest = np.floor(-np.log2(2 * lost)).clip(0, most).astype(int)

    def rates_for(first_edge: float, other_edge: float) -> Rates:
        limits = np.array([np.inf, first_edge, *[other_edge] * most])[: most + 1] / 2.0 ** np.arange(most + 1)
        allowed = (weakened[:, np.newaxis] <= limits) & (np.arange(most + 1) <= deepest[:, np.newaxis])
        rate = np.max(np.where(allowed, np.arange(most + 1), 0), axis=1)
        # Whatever goes on to a rate or further must pass on the way there; what folds onto that band must not.
        kept = [weakened[rate >= s].max() * 2.0 ** (s - 1) for s in range(1, rate.max() + 1)]
        taps = tuple(_lowpass(edge, halfband=s > 0) for s, edge in enumerate(kept))
        filtering = sum(len(half) * hop_length / 2**s for s, half in enumerate(taps, 1))
        return Rates(rate, taps, float(np.sum(lengths / 2.0**rate) + TAP_COST * filtering))

    return min((rates_for(*edges) for edges in product(_FIRST_EDGES, _OTHER_EDGES)), key=lambda rates: rates.cost)


@lru_cache(512)
def _lowpass(kept: float, *, halfband: bool) -> npt.NDArray[np.float64]:
    """Half of a filter that passes `kept` cycles per sample and stops 0.5 - `kept`: a sinc in a Kaiser window.

    Its cutoff is a quarter of the rate, so that one centred on a sample has zeros at all even distances: these and the
    middle, 1/2, are left out. The other kind is centred between samples.

    References
    ----------
    .. [1] J. F. Kaiser, "Nonrecursive digital filter design using the I0-sinh window function", ISCAS 1974.
    """
    length = 1 + (STOPBAND_DB - 7.95) / (14.36 * (0.5 - 2 * kept))
    beta = 0.1102 * (STOPBAND_DB - 8.7)
    n_taps = int(np.ceil(length / (4 if halfband else 2)))
    distance = 2 * np.arange(n_taps) + 1.0 if halfband else np.arange(n_taps) + 0.5
    reach = 2 * n_taps if halfband else n_taps
    taps = np.sinc(distance / 2) * np.i0(beta * np.sqrt(1 - (distance / reach) ** 2))
    return taps * ((0.25 if halfband else 0.5) / taps.sum())


def sampled(length: float, frequency: float, window: Window, norm: float | None, rate: int) -> tuple[np.ndarray, int]:
    """An atom at a rate, and the index of its first sample.

    Sample i of rate 0 is at time i; of the others at 2**rate i - 1/2, about which nearly all atoms are symmetric.
    """
    wave, start = atom(length, frequency, window, norm), int(-length // 2)
    if rate == 0:
        return wave, start
    step, size = 2**rate, len(wave)
    shape = get_window(window, size)
    largest = int(np.argmax(shape))
    scale = step * abs(wave[largest]) / shape[largest]
    index = np.arange(-((-start - 1) // step), (start + size - 1) // step + 1)
    # A window twice as long has the values halfway between samples.
    weights = get_window(window, 2 * size)[2 * (step * index - start) - 1]
    return scale * weights * np.exp(2j * np.pi * frequency * (step * index - 0.5)), int(index[0])


def halves(x: np.ndarray, start: int, *, between: bool) -> tuple[np.ndarray, np.ndarray]:
    """Even and odd half about the middle, which lies on sample 0, or between it and the sample before."""
    shift = int(between)
    right, left = np.zeros((2, max(start + len(x), 1 - shift - start)), x.dtype)
    at = np.arange(start, start + len(x))
    right[at[at >= 0]] = x[at >= 0]
    left[-shift - at[at <= -shift]] = x[at <= -shift]
    if not between:  # the engine meets this sample twice
        right[0] = left[0] = right[0] / 2
    return (right + left) / 2, (right - left) / 2


def rows(even: np.ndarray, odd: np.ndarray, factor: float) -> list[tuple[np.ndarray, np.ndarray, list[float]]]:
    """Real halves, and the complex factors that make the product with the conjugate of even + odd from their products.

    A wave in a symmetric window is one row: but for a phase, its even half is real and its odd half imaginary.
    """
    phase = np.sqrt(np.conj(np.sum(even**2)))
    phase = phase / abs(phase) if phase else 1.0
    e, o = even * phase, odd * phase
    if np.abs(e.imag).sum() + np.abs(o.real).sum() <= 1e-9 * (np.abs(e.real).sum() + np.abs(o.imag).sum()):
        c = complex(factor * phase)
        return [(e.real, o.imag, [c.real, c.imag, c.imag, -c.real])]
    return [(even.real, odd.imag, [factor, 0.0, 0.0, -factor]), (even.imag, odd.real, [0.0, -factor, factor, 0.0])]


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
    """`filters.wavelet`'s atoms, each times a factor. Frequencies are in cycles per sample, lengths in samples."""
    rates = choose_rates(frequencies, lengths, window, hop_length)
    table: list[tuple[int, int, np.ndarray, np.ndarray, list[float]]] = []
    for k, rate in enumerate(rates.rate.tolist()):
        wave, start = sampled(lengths[k], frequencies[k], window, norm, rate)
        even, odd = halves(wave, start, between=rate == 0)
        table += [(rate, k, e, o, f) for e, o, f in rows(even, odd, float(factors[k]))]
    table.sort(key=lambda row: (row[0], -len(row[2])))  # longest first, as the engine's groups want them
    rate, bins, even, odd, mix = zip(*table, strict=True)
    return AtomSpec(
        precision=precision,
        hop_length=hop_length,
        # Half of the power of two that holds the longest atom, as librosa pads.
        lead=2 ** int(np.ceil(np.log2(lengths.max()))) // 2,
        padding=padding,
        n_bins=len(lengths),
        n_taps=np.array([len(taps) for taps in rates.taps], np.uintp),
        taps=np.concatenate([[], *rates.taps]),
        rate=np.array(rate, np.uintp),
        bin=np.array(bins, np.uintp),
        n_pairs=np.array([len(e) for e in even], np.uintp),
        even=np.concatenate(even),
        odd=np.concatenate(odd),
        factors=np.array(mix),
        work=int(rates.cost),
    )
