"""Pitch, peaks, beats, and the matching of events."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod
from typing import Any

import numpy as np

from . import threads as _threads
from .install import engine as _engine
from .isa import ISA
from .kept import kept
from .plans import make
from .ranges import ranges, step_of


@kept(32)
def yin_of(frame_length: int, hop_length: int, lead: int, min_period: int, max_period: int) -> _engine.Yin:
    return make(
        _engine.Yin,
        frame_length,
        isa=ISA,
        frame_length=frame_length,
        hop_length=hop_length,
        lead=lead,
        min_period=min_period,
        max_period=max_period,
    )


def yin_ranges(
    yin: _engine.Yin, x: np.ndarray, frame_length: int, n_frames: int, threshold: float, prior: Any = None
) -> Iterator[Any]:
    """Yield for each range of frames its slice, and its periods (..., frames) or its candidates (counts, periods,
    probabilities)."""
    work_per_frame = 12 * frame_length * prod(x.shape[:-1])  # two transforms of more than a frame, in double
    for part in ranges(n_frames, work_per_frame, least=64):
        shape = (*x.shape[:-1], part.stop - part.start)
        n_threads = _threads.for_work(work_per_frame * shape[-1])
        counts = probabilities = None
        if prior is None:
            periods = np.empty(shape)
        else:
            counts = np.empty(shape, np.uintp)
            periods, probabilities = np.empty((2, *shape, yin.most_troughs))
        yin.run(x, part.start, shape[-1], threshold, prior, counts, periods, probabilities, n_threads)
        yield part, counts, periods, probabilities


def viterbi_forward(trellis: Any, observations: Any, log_init: float | None, rows: np.ndarray) -> None:
    """Fill `rows` after the first one from observations (start, bins, log_probability, log_unvoiced, log_floor)."""
    _engine.viterbi_forward(trellis, *observations, log_init, rows)


def viterbi_trace(trellis: Any, rows: np.ndarray, state: int, states: np.ndarray, *, to_the_start: bool) -> int:
    """Fill `states` back from the last one, `state`; return the one before them."""
    return _engine.viterbi_trace(trellis, rows, state, to_the_start, states)


def find_peaks(
    x: np.ndarray, sums: np.ndarray | None, spans: tuple[int, int, int, int], wait: int, delta: float
) -> np.ndarray:
    """The places (uintp) of the peaks of one contiguous curve, `wait` values passed over after each one.

    `spans`: pre_max, post_max, pre_avg, post_avg. `sums` of the first 0, 1, .. values, for the means.
    """
    places = np.empty(len(x), np.uintp)
    n = first = 0
    for part in ranges(len(x), 1 + sum(spans)):
        first = max(first, part.start)
        if first < part.stop:
            n += _engine.find_peaks(x, sums, *spans, wait, delta, first, part.stop, places[n:])
            first = int(places[n - 1]) + wait + 1 if n else 0
    return places[:n]


def spectral_peaks(S: np.ndarray, first: int, end: int, references: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Bins and frames of the peaks of `S` (bins, frames) among bins first .. end - 1, above a reference a frame."""
    n_frames = S.shape[1]
    most = 1 + (end - first + 1) // 2
    parts = list(ranges(n_frames, 16 * (end - first), least=64))
    counts, found = np.empty(n_frames, np.uintp), []
    buffer = np.empty(max((part.stop - part.start for part in parts), default=0) * most, np.uintp)
    for part in parts:
        _engine.spectral_peaks(S[:, part], first, end, references[part], buffer, counts[part])
        found.append(buffer[: counts[part].sum()].astype(np.intp))
    return np.concatenate(found or [np.empty(0, np.intp)]), np.repeat(np.arange(n_frames), counts.astype(np.intp))


def keep_peaks(places: np.ndarray, values: np.ndarray, wait: int) -> np.ndarray:
    """Choose, among ascending places, those more than `wait` apart whose values have the largest sum."""
    return places[: _engine.keep_peaks(places, values, wait)]


def smooth_onsets(onsets: np.ndarray, periods: np.ndarray) -> np.ndarray:
    """How much each frame of contiguous onsets looks like a beat: sums weighted by a narrow bell."""
    scores = np.empty_like(onsets)
    step = step_of(8 + 20 * int(min(periods.max(), len(onsets))), 64)
    for first in range(0, len(onsets), step):
        _engine.smooth_onsets(onsets, scores, periods, first, min(first + step, len(onsets)))
    return scores


def link_beats(
    scores: np.ndarray, periods: np.ndarray, log_periods: np.ndarray, tightness: float, threshold: float
) -> tuple[np.ndarray, np.ndarray]:
    """The chain of beats through contiguous scores: each frame's total, and the frame before it (-1: none)."""
    totals, links = np.empty_like(scores), np.empty(len(scores), np.intp)
    with np.errstate(divide="ignore"):
        logs = np.log(np.arange(len(scores), dtype=np.float64))
    step = step_of(8 + 16 * int(min(periods.max(), len(scores))), 64)
    begun = False
    for first in range(0, len(scores), step):
        end = min(first + step, len(scores))
        begun = _engine.link_beats(
            scores, totals, links, periods, log_periods, logs, tightness, threshold, first, end, begun
        )
    return totals, links


def match_events(source: np.ndarray, target: np.ndarray, order: np.ndarray, *, left: bool, right: bool) -> np.ndarray:
    """For each source (float64) the entry of `order` that goes with the nearest of the ascending targets."""
    matches = np.empty(len(source), np.int32)
    for part in ranges(len(source), 20 * len(target).bit_length()):
        _engine.match_events(source[part], target, order, left, right, matches[part])
    return matches


def match_intervals(source: np.ndarray, target: np.ndarray) -> tuple[np.ndarray, int]:
    """The best target for each source interval (contiguous, one precision), and how many were matched before
    the first that meets none."""
    matches = np.empty(len(source), np.uint32)
    n_met = 0
    for part in ranges(len(source), 4 * len(target)):
        met = _engine.match_intervals(source[part], target, matches[part])
        n_met += met if n_met == part.start else 0
    return matches, n_met
