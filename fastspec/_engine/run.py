"""Carry out a `Spec`: plans, threads, answers to Ctrl-C. Only this module knows the engine.

What the engine shares out between threads asks for itself whether a signal's handler has raised (`fsp_ask`). The rest,
loops over sequences and NumPy's own, is done in `ranges`, between which Python looks for signals.
"""

from __future__ import annotations

import os
import threading
import warnings
from collections.abc import Iterator
from dataclasses import astuple
from math import prod
from typing import Any

import numpy as np

from .._gate.samples import ParameterError, first_nonfinite
from . import install as _install
from . import memory as _memory
from . import threads as _threads
from .foreign import call
from .install import engine as _engine
from .kept import kept
from .spec import AtomSpec, Spec, Spectrum

open_gate, as_numbers, as_scalar_or_array = _engine.open_gate, _engine.as_numbers, _engine.as_scalar_or_array


def _remember_main_thread() -> None:
    """The one whose calls ask about signals. In the child of a fork it may be another."""
    _engine.set_main_thread(threading.main_thread().ident)


_remember_main_thread()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_remember_main_thread)

# Some tens of milliseconds of work, a unit of which takes about a nanosecond: how long a signal may wait.
WORK_PER_RANGE = 2**25

MOST_BYTES = np.iinfo(np.intp).max


# The highest and the lowest of no levels.
_NOTHING = np.array([[-np.inf], [np.inf]])


def ranges(n: int, work_per_item: int, least: int = 1) -> Iterator[slice]:
    """Cut n items into runs of no more work than a signal's handler may wait for, or of the `least` number of items."""
    step = max(least, WORK_PER_RANGE // max(work_per_item, 1))
    return (slice(first, min(first + step, n)) for first in range(0, n, step))


def _choose_isa() -> bytes:
    """The best instruction set, or a lower one that FASTSPEC_ISA names."""
    best = _engine.best_isa()
    wanted = os.environ.get("FASTSPEC_ISA", "").encode()
    if not wanted or _engine.has_isa(wanted):
        return wanted or best
    warnings.warn(
        f"FASTSPEC_ISA={wanted.decode()!r} is not an instruction set of this CPU and build; using {best.decode()!r}",
        stacklevel=2,
    )
    return best


ISA = _choose_isa()


@kept(32)
def plan_of(spec: Spec, isa: bytes | None = None) -> _engine.Plan:
    framing, levels, summary, energy = spec.framing, spec.levels, spec.summary, spec.energy
    return _make(
        _engine.Plan,
        framing.n_fft,
        precision=spec.precision,
        isa=isa or ISA,
        framing=astuple(framing)[:7],
        window=_doubles(spec.window),
        conditioning=astuple(spec.conditioning),
        spectrum=spec.spectrum,
        root=(spec.guard, spec.least),
        bank=_doubles(spec.bank),
        summary=int(summary.kind) if summary else 0,
        amount=summary.amount if summary else 0.0,
        groups=_groups(summary.groups) if summary and summary.groups else None,
        levels=astuple(levels) if levels else (0.0, 1.0, 0.0, 0.0, 0.0),
        matrix=_doubles(spec.matrix),
        energy=astuple(energy) if energy else (0, 0, 0, 1.0, 0.0),
    )


def _make(kind: type, n_points: int, /, **options: Any) -> Any:
    """A plan, a long one without letting Ctrl-C wait: tables of a prime length take it some 20 microseconds a point.

    Others are made here: what another thread frees stays in a heap of its own.
    """
    before = _engine.allocated()
    made, n_bytes = call(_counted, kind, options, work=(100 if _is_smooth(n_points) else 20_000) * n_points)
    _engine.add_allocated(n_bytes - (_engine.allocated() - before))  # none, but for what another thread asked for
    return made


def _is_smooth(n: int) -> bool:
    """Whether an FFT of n points goes without Bluestein's convolution."""
    for p in range(2, 98):
        while n > 1 and n % p == 0:
            n //= p
    return n == 1


def _counted(kind: type, options: dict[str, Any]) -> tuple[Any, int]:
    """An object of the engine, and the bytes that it took."""
    before = _engine.allocated()
    made = kind(**options)
    return made, _engine.allocated() - before


def _doubles(array: np.ndarray | None) -> np.ndarray | None:
    return None if array is None else np.ascontiguousarray(array, dtype=np.float64)


def _groups(groups: tuple[tuple[np.ndarray, int], ...]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Sizes, numbers of extremes, and bins one group after the other, as the engine takes them."""
    sizes = np.array([len(bins) for bins, _ in groups], np.uintp)
    extremes = np.array([n for _, n in groups], np.uintp)
    return sizes, extremes, np.concatenate([bins for bins, _ in groups]).astype(np.uintp)


def allocate(spec: Spec, leading: tuple[int, ...], n_frames: int, *, frame_major: bool) -> np.ndarray:
    """An output (..., rows, frames): frame-major is librosa's layout of spectra, row-major that of features."""
    n_rows, dtype = plan_of(spec).n_rows, spec.dtype
    if n_rows * n_frames * max(prod(leading), 1) > MOST_BYTES // dtype.itemsize:
        raise ParameterError(
            f"{n_rows} rows x {n_frames} frames x {leading} channels exceed the address space; use a larger hop_length"
        )
    if frame_major:
        return _memory.empty((*leading, n_frames, n_rows), dtype).swapaxes(-1, -2)
    return _memory.empty((*leading, n_rows, n_frames), dtype)


def run(
    spec: Spec,
    x: np.ndarray,
    out: np.ndarray,
    *,
    check_finite: bool = True,
    clamp: np.ndarray | None = None,
    first_frame: int = 0,
    first_place: int = 0,
) -> np.ndarray | None:
    """Fill `out` (..., rows, frames) from samples (..., n), or from a given spectrum (..., rows, frames).

    Returns the highest and the lowest level of each channel, (2, channels), where the spec has levels. Raises
    `ParameterError` at the first sample that is not finite.
    """
    plan = plan_of(spec)
    n_frames, n_channels = out.shape[-1], prod(out.shape[:-2]) if out.ndim > 2 else 1
    extent = _NOTHING.repeat(n_channels, axis=1) if spec.levels else None
    check_finite = check_finite and spec.spectrum is not Spectrum.GIVEN
    n_threads = _threads.for_work(spec.framing.n_fft * n_channels * n_frames)
    try:
        plan.run(x, out, first_frame, first_frame + n_frames, check_finite, clamp, extent, n_threads, first_place)
    except _engine.NonFinite:
        raise first_nonfinite(x) from None
    return extent


@kept(32)
def inverse_of(n_fft: int, hop_length: int, lead: int, precision: int, window: bytes) -> _engine.Inverse:
    """`window`: n_fft doubles."""
    options = {"precision": precision, "isa": ISA, "hop_length": hop_length, "lead": lead}
    return _make(_engine.Inverse, n_fft, n_fft=n_fft, window=np.frombuffer(window), **options)


def run_inverse(inverse: _engine.Inverse, n_fft: int, spectra: np.ndarray, out: np.ndarray) -> None:
    """Fill `out` (..., samples) from spectra (..., bins, frames), bins contiguous."""
    inverse.run(spectra, out, _threads.for_work(n_fft * spectra.shape[-1] * prod(spectra.shape[:-2])))


def search_phases(spec: Spec, magnitudes: np.ndarray, y: np.ndarray, n_iter: int, momentum: float) -> np.ndarray:
    """Rounds of Griffin and Lim's search from samples `y` (..., n), which are replaced. magnitudes (..., bins, frames),
    bins contiguous."""
    framing = spec.framing
    search = call(
        _engine.Search,
        work=2000 * framing.n_fft + 10 * magnitudes.size,
        precision=spec.precision,
        isa=ISA,
        n_fft=framing.n_fft,
        hop_length=framing.hop_length,
        window=spec.window,
        lead=framing.lead,
        padding=framing.padding,
        magnitudes=magnitudes,
        samples=y,
    )
    n_threads = _threads.for_work(2 * framing.n_fft * magnitudes.shape[-1] * prod(magnitudes.shape[:-2]))
    for _ in range(n_iter):
        search.round(momentum, n_threads)
    return search.result()


def correlator_of(description: AtomSpec) -> _engine.Atoms:
    return _engine.Atoms(ISA, description)


def synthesizer_of(description: AtomSpec) -> _engine.AtomSum:
    return _engine.AtomSum(ISA, description)


def correlate(atoms: _engine.Atoms, x: np.ndarray, out: np.ndarray, work_per_frame: int) -> None:
    """Fill `out` (..., bins, frames) from samples (..., n). Raises `ParameterError` at the first that is not finite."""
    n_frames = out.shape[-1]
    try:
        atoms.run(x, out, 0, n_frames, _threads.for_work(work_per_frame * n_frames * prod(out.shape[:-2])))
    except _engine.NonFinite:
        raise first_nonfinite(x) from None


def synthesize(atoms: _engine.AtomSum, spectra: np.ndarray, out: np.ndarray, work_per_frame: int) -> None:
    """Fill `out` (..., samples) from spectra (..., bins, frames), the bins of a frame contiguous."""
    work = work_per_frame * spectra.shape[-1] * prod(spectra.shape[:-2])
    atoms.run(spectra, out, 0, _threads.for_work(work))


def vocode(x: np.ndarray, out: np.ndarray, steps: np.ndarray, span: int, fraction: np.ndarray) -> None:
    """The phase vocoder's frames; see `_engine.vocode`."""
    _engine.vocode(x, out, steps, span, fraction, ISA, _threads.for_work(out.size))


def peak(x: np.ndarray, *, magnitude: bool = False) -> float:
    """The largest value (or magnitude) of a float array that is contiguous in some order; NaN if it holds one."""
    return _engine.array_peak(x, ISA, magnitude, _threads.for_work(x.size // 4))


def is_finite(x: np.ndarray) -> bool:
    """Whether float samples hold neither NaN nor infinity."""
    return peak(x, magnitude=True) < np.inf if x.flags.forc else bool(np.isfinite(x).all())


def levels(
    x: np.ndarray,
    out: np.ndarray,
    *,
    square: bool,
    floor: float,
    shift: float = 0.0,
    lower: float = -np.inf,
    top_db: float = np.inf,
) -> float:
    """out = max(10 log10(max(x or x^2, floor)) + shift, lower), and no more than `top_db` below the highest.

    Returns the highest: NaN if `x` holds one, which leaves the others where they are. x and out have one memory order.
    """
    n_threads = _threads.for_work(x.size)
    return _engine.array_levels(x, out, ISA, square, 10.0, floor, shift, lower, top_db, n_threads)


def clamp(x: np.ndarray, *, shift: float, lower: float) -> None:
    """x = max(x + shift, lower) in place."""
    _engine.array_clamp(x, ISA, shift, lower, _threads.for_work(x.size // 4))


def running_median(x: np.ndarray, out: np.ndarray, width: int) -> None:
    """Running medians of the rows of `x` into those of `out`: 2-D, one dtype, contiguous along one axis, no NaN."""
    # About four operations for each value of the window, in the units of `_threads`; of a wide one, a hundred in all.
    work_per_value = min(max(width // 8, 1), 64)
    _engine.running_median(x, out, ISA, width, _threads.for_work(work_per_value * x.size))


def pool(x: np.ndarray, out: np.ndarray, n_pooled: int, largest: bool) -> None:
    """Pool the last `n_pooled` axes of `x` into those of `out`; see `_engine.pool`."""
    work = (x.size + out.size) // 2  # in the units of `_threads`, at least
    _engine.pool(x, out, n_pooled, largest, ISA, _threads.for_work(work))


def convert_samples(
    x: np.ndarray, x_pcm: int, out: np.ndarray, out_pcm: int, key: int | None = None, number: int = 0
) -> int:
    """Convert samples to `out`, of one shape (see `_engine.convert_samples`); returns how many clips that took."""
    if x.ndim != 1 and x.flags.c_contiguous and out.flags.c_contiguous:
        x, out = x.reshape(-1), out.reshape(-1)
    elif x.ndim != 1 and key is None:
        # Noise is counted in C order; else the order is that of memory, or of the longest rows there are.
        if x.flags.f_contiguous and out.flags.f_contiguous:
            x, out = x.T.reshape(-1), out.T.reshape(-1)
        else:
            longest = max(range(x.ndim), key=x.shape.__getitem__)
            x, out = np.moveaxis(x, longest, -1), np.moveaxis(out, longest, -1)
    return _engine.convert_samples(x, x_pcm, out, out_pcm, ISA, 0, x.size, key, number, _threads.for_work(4 * x.size))


@kept(32)
def yin_of(frame_length: int, hop_length: int, lead: int, min_period: int, max_period: int) -> _engine.Yin:
    return _make(
        _engine.Yin,
        frame_length,
        isa=ISA,
        frame_length=frame_length,
        hop_length=hop_length,
        lead=lead,
        min_period=min_period,
        max_period=max_period,
    )


def yin_ranges(yin: _engine.Yin, x: np.ndarray, frame_length: int, n_frames: int, threshold: float, prior=None):
    """Per range of frames its slice, and periods (..., frames); or candidates: their counts, periods, probabilities."""
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


def viterbi_forward(trellis, observations, log_init: float | None, rows: np.ndarray) -> None:
    """Fill `rows` after the first one from observations (start, bins, log_probability, log_unvoiced, log_floor)."""
    _engine.viterbi_forward(trellis, *observations, log_init, rows)


def viterbi_trace(trellis, rows: np.ndarray, state: int, states: np.ndarray, *, to_the_start: bool) -> int:
    """Fill `states` back from the last one, `state`; return the one before them."""
    return _engine.viterbi_trace(trellis, rows, state, to_the_start, states)


def squares(z: np.ndarray, out: np.ndarray) -> None:
    """out = |z|^2 of complex numbers; z and out have one memory order, without gaps."""
    _engine.array_squares(z, out, ISA, _threads.for_work(z.size // 4))


def phasors(angles: np.ndarray, out: np.ndarray) -> bool:
    """out = exp(i angles), in one memory order. False, and `out` is unspecified, if an angle is too large for it."""
    return _engine.array_phasors(angles, out, ISA, _threads.for_work(2 * angles.size))


def turn(angles: np.ndarray, magnitudes: np.ndarray, out: np.ndarray) -> None:
    """out = -magnitudes exp(i angles), all (bins, frames); frames of `angles` contiguous, and bins of the others.
    Angles reach to 2^12."""
    for part in ranges(out.shape[1], 16 * len(out) + 8192):  # new pages of a frame cost more than its numbers
        _engine.turn(angles[:, part], magnitudes[:, part], out[:, part], ISA)


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
    """Of ascending places those, more than `wait` apart, with the largest sum of values."""
    return places[: _engine.keep_peaks(places, values, wait)]


def smooth_onsets(onsets: np.ndarray, periods: np.ndarray) -> np.ndarray:
    """How much each frame of contiguous onsets looks like a beat: sums by a bell that is narrow beside the period."""
    scores = np.empty_like(onsets)
    step = max(64, WORK_PER_RANGE // (8 + 20 * int(min(periods.max(), len(onsets)))))
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
    step = max(64, WORK_PER_RANGE // (8 + 16 * int(min(periods.max(), len(scores)))))
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
    """The best target for each source interval (contiguous, one precision); how many meet one before one does not."""
    matches = np.empty(len(source), np.uint32)
    n_met = 0
    for part in ranges(len(source), 4 * len(target)):
        met = _engine.match_intervals(source[part], target, matches[part])
        n_met += met if n_met == part.start else 0
    return matches, n_met


def recur(coefficients: tuple[float, float, float], x: np.ndarray, out: np.ndarray, states: np.ndarray) -> None:
    """out[t] = b0 x[t] + state, then state = b1 x[t] - a out[t], along the last axis of (channels, n)."""
    for channels in ranges(len(x), 8 * 1024):
        for part in ranges(x.shape[-1], 8 * (channels.stop - channels.start), least=1024):
            _engine.recur(*coefficients, x[channels, part], out[channels, part], states[channels], ISA)


def predict(y: np.ndarray, order: int) -> np.ndarray:
    """Burg's order + 1 coefficients (float64) for samples (n,) of a precision of the kernels."""
    coefficients = np.zeros(order + 1)
    coefficients[0] = 1
    forward, backward = y.copy(), y.copy()
    for part in ranges(min(order, len(y)), 4 * len(y)):
        _engine.predict(forward, backward, coefficients, part.start, part.stop, ISA)
    return coefficients


def decode(transitions: tuple, values: np.ndarray) -> np.ndarray:
    """The most likely states (uint16) of frames of log-likelihoods (frames, states), to which the best ways are added.

    `transitions`: into, from, elsewhere, first_run, runs; see fsp_transitions.
    """
    n_frames, n_states = values.shape
    step = max(1, WORK_PER_RANGE // n_states**2)
    for first in range(1, n_frames, step):
        _engine.decode_forward(transitions, first, min(first + step, n_frames), values)
    states = np.zeros(n_frames, np.uint16)
    states[-1] = np.argmax(values[-1])
    step = max(1, WORK_PER_RANGE // (8 * n_states))
    for end in range(n_frames - 1, 0, -step):
        _engine.decode_back(transitions, values, max(end - step, 0), end, states)
    return states


def ranges_of_rows(n_rows: int, work_per_row: int) -> list[tuple[int, int]]:
    """First and end of ranges of rows, each short enough for Ctrl-C."""
    step = max(2, WORK_PER_RANGE // (8 * max(work_per_row, 1)))
    return [(first, min(first + step, n_rows)) for first in range(0, n_rows, step)]


def warp_rows(steps: tuple, first: int, cost: np.ndarray, D: np.ndarray, chosen: np.ndarray | None) -> None:
    """Rows first .. of accumulated costs, and which steps were chosen. `steps`: their sizes (uintp), factors, summands,
    and whether a path may begin anywhere in the first row."""
    _engine.warp_rows(steps, first, cost, D, None if chosen is None else chosen[first : first + len(cost)])


def _back(go_on, ranges: list[tuple[int, int]], row: int, column: int) -> np.ndarray:
    """A path back from a place; go_on(first, end, path, length) takes it through some rows."""
    path, length = np.empty((row + column + 1, 2), np.intp), 1
    path[0] = row, column
    for first, end in reversed(ranges):
        if first <= path[length - 1, 0] < end:
            length, ended = go_on(first, end, path, length)
            if ended:
                break
    return path[:length].copy()


def warp_back(steps: tuple, cost_of, ranges: list[tuple[int, int]], D: np.ndarray, row: int, column: int) -> np.ndarray:
    """The path back from (row, column); cost_of(first, end) makes costs of the rows of a range."""

    def go_on(first: int, end: int, path: np.ndarray, length: int) -> tuple[int, bool]:
        return _engine.warp_back(steps, first, cost_of(first, end), D, path, length)

    return _back(go_on, ranges, row, column)


def trace_steps(chosen: np.ndarray, steps: np.ndarray, to_first_row: bool, row: int, column: int) -> np.ndarray:
    """The path back from (row, column), by the steps (uintp) that were chosen (int32)."""
    path = np.empty((row + column + 1, 2), np.intp)
    path[0] = row, column
    return path[: _engine.trace_steps(chosen, steps, to_first_row, path)].copy()


def score_recurrence(scoring: tuple, sim: np.ndarray, score: np.ndarray) -> None:
    """Fill the scores of a recurrence, of its dtype. `scoring`: cost of a gap's begin and of its going on, whether a
    knight moves, kind of the scores; see fsp_scoring."""
    for first, end in ranges_of_rows(*sim.shape):
        top = max(first - 2, 0)
        similar = np.ascontiguousarray(sim[top:end], np.float64)
        if score.dtype == np.float64:
            total = score[top:end]
        else:
            total = np.empty(similar.shape)
            total[: first - top] = score[top:first]
        _engine.score_rows(scoring, first - top, end - top, similar, total)
        if total.base is not score:
            score[first:end] = total[first - top :]


def score_back(scoring: tuple, sim: np.ndarray, score: np.ndarray, row: int, column: int) -> np.ndarray:
    """The path back from (row, column), until it begins."""

    def go_on(first: int, end: int, path: np.ndarray, length: int) -> tuple[int, bool]:
        top = max(first - 2, 0)
        parts = (np.ascontiguousarray(x[top:end], np.float64) for x in (sim, score))
        path[length - 1, 0] -= top
        was = length
        length, ended = _engine.score_back(scoring, first - top, *parts, path, length)
        path[was - 1 : length, 0] += top
        return length, ended

    return _back(go_on, ranges_of_rows(*sim.shape), row, column)


def distances(x: np.ndarray, y: np.ndarray, *, root: bool) -> np.ndarray:
    """Euclidean distances, or their squares, between points (n, features), contiguous and of one precision."""
    out = np.empty((len(x), len(y)), x.dtype)
    step = max(
        64, WORK_PER_RANGE // max(y.size, 1)
    )  # with fewer points of x, those of y would be put on their side too often
    for first in range(0, len(x), step):
        part = slice(first, first + step)
        _engine.distances(x[part], y, root, out[part], ISA)
    return out


def smooth_rows(x: np.ndarray, weights: np.ndarray, offsets: np.ndarray, out: np.ndarray) -> None:
    """Rows of weighted sums of numbers that lie `offsets` away; see fsp_smoothing."""
    _engine.smooth_rows(x, weights, offsets, out, ISA)


def join_neighbours(points: np.ndarray, n_clusters: int) -> np.ndarray:
    """Where Ward's clusters of neighbouring points (float64, overwritten) start."""
    starts = np.empty(n_clusters, np.uintp)
    _engine.join_neighbours(points, starts)
    return starts.astype(np.intp)


def show_config() -> None:
    """Print what runs here, for a bug report: version, package and folder, instruction sets, threads.

    Another package has the import name fastspec, too; if it is installed beside this one, that is said.

    See Also
    --------
    show_versions : The versions of Python and the packages that fastspec uses.

    Examples
    --------
    >>> import fastspec
    >>> fastspec.show_config()  # doctest: +ELLIPSIS
    fastspec ...
    """
    from .. import __version__

    names = [name for name in (b"scalar", b"sse2", b"avx2", b"avx512", b"neon") if _engine.has_isa(name)]
    f32, f64 = _engine.lanes(ISA)
    n_threads, reason = _threads.count_and_reason()
    found = _install.installed()
    print(f"fastspec {__version__}")
    print(f"installed: {', '.join(found) or 'no package; these are sources'}")
    print(f"imported from: {_install.FOLDER}")
    print(f"instruction set: {ISA.decode()} ({f32} float32 or {f64} float64 lanes)")
    print(f"available: {', '.join(name.decode() for name in names)} (FASTSPEC_ISA lowers it)")
    print(f"threads: {n_threads} (by {reason}; FASTSPEC_NUM_THREADS, set_num_threads and threads change it)")
    print(f"numpy {np.__version__}")
    if others := _install.warning_of_others(found):
        print(f"warning: {others}")
