"""The second half of pYIN: priors of thresholds, observed pitches, and the path through them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..._engine import events as _events
from ..._engine.kept import kept
from ..._gate.samples import ParameterError
from ...filters import get_window
from ...util.utils import pad_center

# Rows of the trellis kept at once. A longer path is walked in segments, each of them twice.
ROWS_BYTES = 64 * 2**20
BAND_STEP = 4  # FSP_BAND_STEP
TINY = np.finfo(np.float64).tiny  # keeps logarithms of 0 finite


@dataclass(frozen=True, eq=False)
class Prior:
    """fsp_pyin_prior."""

    thresholds: np.ndarray
    beta: np.ndarray
    beta_below: np.ndarray
    scale: np.ndarray
    decay: np.ndarray
    no_trough: float


def beta_cdf(a: float, b: float, x: np.ndarray) -> np.ndarray:
    """The distribution function of the beta distribution.

    For whole numbers, that many successes or more in a + b - 1 trials: a sum of a few positive terms, which needs no
    scipy.special, slow to import.
    """
    n = a + b - 1
    if not (a >= 1 and b >= 1 and n <= 100 and a == int(a) and b == int(b)):
        from scipy.special import betainc

        return betainc(a, b, x)
    terms = (float(math.comb(int(n), j)) * x**j * (1 - x) ** (n - j) for j in range(int(a), int(n) + 1))
    return sum(terms, np.zeros_like(x))


def prior_of(n_thresholds: int, beta_parameters: Any, boltzmann: float, no_trough: float, most: int) -> Prior:
    """The beta distribution over thresholds, and the truncated geometric one over up to `most` troughs below each."""
    thresholds = np.linspace(0, 1, n_thresholds + 1)
    below = beta_cdf(beta_parameters[0], beta_parameters[1], thresholds)
    beta = np.diff(np.maximum.accumulate(np.minimum(below, 1)))  # whatever rounding does near 1, none is negative
    n_troughs = np.arange(1, most + 1)
    with np.errstate(all="ignore"):
        decay = np.exp(-boltzmann * np.arange(float(most)))
        scale = (1 - np.exp(-boltzmann)) / (1 - np.exp(-boltzmann * n_troughs))
    if not boltzmann > 0:
        scale[:] = np.nan  # there is no such distribution
    return Prior(
        thresholds=thresholds[1:],
        beta=beta,
        beta_below=np.array([np.sum(beta[:n]) for n in range(len(beta) + 1)]),
        scale=np.append(0.0, scale),
        decay=decay,
        no_trough=float(no_trough),
    )


@dataclass(frozen=True, eq=False)
class Trellis:
    """fsp_trellis."""

    n_pitches: int
    margin: int
    elsewhere: float
    stay: np.ndarray
    stay_first: int
    stay_width: int
    cross: np.ndarray
    cross_first: int
    cross_width: int


def _local_transitions(n: int, width: int) -> np.ndarray:
    """Row i, column `width` // 2 + d: the probability of going from pitch i to i + d, a triangle cut at the ends."""
    reach = width // 2
    wave = np.tile(pad_center(get_window("triangle", width, fftbins=False), size=n), 2)
    windows = np.lib.stride_tricks.sliding_window_view(wave, n)
    steps = np.arange(-reach, reach + 1)
    local = np.zeros((n, 2 * reach + 1))
    for first in range(0, n, 256):
        i = np.arange(first, min(first + 256, n))[:, np.newaxis]
        rows = windows[n - (n // 2 + i[:, 0] + 1) % n]
        rows[np.abs(np.arange(n) - i) > reach] = 0
        # Sums over whole rows, zeros included, round as those of a dense matrix do: paths may hang on ties.
        rows /= rows.sum(axis=1, keepdims=True)
        to = i + steps
        local[i[:, 0]] = np.where((to >= 0) & (to < n), np.take_along_axis(rows, to.clip(0, n - 1), axis=1), 0)
    return local


def _band(local: np.ndarray, probability: float, lowest: float) -> tuple[np.ndarray, int, int]:
    """Log probabilities into pitch j, by offset of the pitch before it: weights, first offset, width."""
    n, reach = len(local), local.shape[1] // 2
    log = np.log(local * probability + TINY)
    log[log < lowest] = -np.inf
    offsets = np.arange(-reach, reach + 1)[:, np.newaxis]
    before = np.arange(n) + offsets
    there = (before >= 0) & (before < n)
    weights = np.where(there, log[before.clip(0, n - 1), reach - offsets], -np.inf)
    used = np.flatnonzero((weights > -np.inf).any(axis=1))
    if not used.size:
        return weights[:0], 0, 0
    weights = weights[used[0] : used[-1] + 1]
    rest = np.full((-len(weights) % BAND_STEP, n), -np.inf)
    return np.concatenate([weights, rest]), int(used[0]) - reach, len(weights) + len(rest)


@kept(8)
def trellis_of(n_pitches: int, width: int, switch_prob: float, min_prob: float | None) -> Trellis:
    if n_pitches < 2:
        raise ParameterError(f"fmin and fmax leave {n_pitches} pitch bins, and 2 are needed; use a finer resolution")
    if width < 1 or width > n_pitches:
        raise ParameterError(
            f"{width} pitch bins could follow each other within a hop, of {n_pitches} between fmin and fmax; "
            "use a wider range, a smaller max_transition_rate or a smaller hop_length"
        )
    if not 0 <= switch_prob <= 1:
        raise ParameterError(f"switch_prob={switch_prob} must be a probability, from 0 to 1")
    if min_prob is not None and not min_prob >= 0:
        raise ParameterError(f"transition_min_prob={min_prob} must be None or non-negative")
    if 2 * n_pitches > 2**16:
        raise ParameterError(f"{n_pitches} pitch bins exceed {2**15}; use a coarser resolution or a narrower range")
    lowest = np.log(min_prob + TINY) if min_prob else -np.inf
    stay = 1 - switch_prob
    local = _local_transitions(n_pitches, width)
    stay_band, cross_band = (_band(local, p, lowest) for p in (stay, 1 - stay))
    unlikely = np.log(TINY)
    elsewhere = unlikely if unlikely >= lowest else -np.inf
    if elsewhere == -np.inf:
        ways = sum((band[0] > -np.inf).sum(axis=0) for band in (stay_band, cross_band))
        if not ways.all():
            raise ParameterError(
                f"transition_min_prob={min_prob} leaves no way to pitch bin {int(np.argmin(ways))}; use a smaller one"
            )
    return Trellis(n_pitches, width // 2 + BAND_STEP, float(elsewhere), *stay_band, *cross_band)


@dataclass(frozen=True, eq=False)
class Observations:
    """fsp_observations of one channel, and how likely each frame is voiced."""

    start: np.ndarray
    bins: np.ndarray
    log_probability: np.ndarray
    log_unvoiced: np.ndarray
    voiced_prob: np.ndarray

    def of_frames(self, frames: slice) -> tuple[Any, ...]:
        start = self.start[frames.start : frames.stop + 1]
        return start, self.bins, self.log_probability, self.log_unvoiced[frames], float(np.log(TINY))


def observe(ranges: Any, n_frames: int, n_pitches: int, bin_of: Any) -> Observations:
    """Observations from candidates by ascending period (`_events.yin_ranges`); bin n_pitches is out of range."""
    found: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []
    for part, counts, periods, probabilities in ranges:
        there = np.arange(periods.shape[-1]) < counts[:, np.newaxis]
        frames = np.repeat(np.arange(part.start, part.stop), counts.astype(np.intp))
        found.append((frames, bin_of(periods[there]), probabilities[there]))
    frame, bins, probability = (np.concatenate(parts) for parts in zip(*found, strict=True))
    # Bins descend within a frame. Of candidates that share one, that of the longest period counts.
    last = np.ones(len(frame), dtype=bool)
    last[:-1] = (frame[1:] != frame[:-1]) | (bins[1:] != bins[:-1])
    last &= bins < n_pitches
    frame, bins, probability = frame[last], bins[last], probability[last]
    if np.any(probability < 0) or np.any(probability > 1):
        raise ParameterError(
            f"probabilities of pitches reach from {probability.min()} to {probability.max()}, beyond 0 to 1; "
            "use a no_trough_prob between 0 and 1"
        )
    sums = np.bincount(frame[::-1], weights=probability[::-1], minlength=n_frames)  # in the order of bins
    voiced_prob = np.clip(sums, 0, 1)
    return Observations(
        start=np.append(0, np.cumsum(np.bincount(frame, minlength=n_frames))).astype(np.uintp),
        bins=bins.astype(np.uintp),
        log_probability=np.log(probability + TINY),
        log_unvoiced=np.log((1 - voiced_prob) / n_pitches + TINY),
        voiced_prob=voiced_prob,
    )


def decode(trellis: Trellis, seen: Observations) -> np.ndarray:
    """The most likely states: pitches, plus n_pitches where unvoiced."""
    n_frames, n = len(seen.log_unvoiced), trellis.n_pitches
    half = n + 2 * trellis.margin
    length = max(ROWS_BYTES // (16 * half), math.isqrt(n_frames) + 1)
    segments = [slice(first, min(first + length, n_frames)) for first in range(0, n_frames, length)]
    rows = np.full((min(length, n_frames) + 1, 2, half), -np.inf)
    log_init = float(np.log(1 / (2 * n) + TINY))
    ends: list[np.ndarray] = []

    def walk(i: int) -> None:
        if i > 0:
            rows[0] = ends[i - 1]
        _events.viterbi_forward(trellis, seen.of_frames(segments[i]), None if i else log_init, rows)

    for i, part in enumerate(segments):
        walk(i)
        ends.append(rows[part.stop - part.start].copy())
    state = int(np.argmax(ends[-1][:, trellis.margin : trellis.margin + n]))
    states = np.empty(n_frames, np.uintp)
    for i in reversed(range(len(segments))):
        if i + 1 < len(segments):
            walk(i)
        state = _events.viterbi_trace(trellis, rows, state, states[segments[i]], to_the_start=i == 0)
    return states
