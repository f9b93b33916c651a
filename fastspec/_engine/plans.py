"""Carry out a `Spec`: from samples, or a given spectrum, to features."""

from __future__ import annotations

from dataclasses import astuple
from math import prod
from typing import Any

import numpy as np

from .._gate.samples import ParameterError, first_nonfinite
from . import memory as _memory
from . import threads as _threads
from .foreign import call
from .install import engine as _engine
from .isa import ISA
from .kept import kept
from .spec import ComplexBank, Spec, Spectrum

MOST_BYTES = np.iinfo(np.intp).max
# Initial highest and lowest level, before any level is seen.
_NOTHING = np.array([[-np.inf], [np.inf]])


@kept(32)
def plan_of(spec: Spec, isa: bytes | None = None) -> _engine.Plan:
    framing, levels, summary, energy = spec.framing, spec.levels, spec.summary, spec.energy
    return make(
        _engine.Plan,
        framing.n_fft,
        precision=spec.precision,
        isa=isa or ISA,
        framing=astuple(framing)[:7],
        window=doubles(spec.window),
        turn=spec.turn,
        conditioning=astuple(spec.conditioning),
        spectrum=spec.spectrum,
        root=(spec.guard, spec.least),
        bank=doubles(spec.bank),
        complex_bank=_complex_bank(spec.complex_bank),
        summary=int(summary.kind) if summary else 0,
        amount=summary.amount if summary else 0.0,
        groups=_groups(summary.groups) if summary and summary.groups else None,
        levels=astuple(levels) if levels else (0.0, 0.0, 0.0, 0.0, 0.0),
        matrix=doubles(spec.matrix),
        energy=astuple(energy) if energy else (0, 0, 0, 0.0, 1.0, 0.0),
    )


def _complex_bank(bank: ComplexBank | None) -> tuple[np.ndarray | None, ...] | None:
    return (bank.first, doubles(bank.weights), doubles(bank.turns)) if bank else None


def make(kind: type, n_points: int, /, **options: Any) -> Any:
    """A plan, a long one without letting Ctrl-C wait: tables of a prime length take it some 20 microseconds a point.

    Others are made here: what another thread frees stays in a heap of its own.
    """
    before = _engine.allocated()
    made, n_bytes = call(_counted, kind, options, work=(100 if _is_smooth(n_points) else 20_000) * n_points)
    _engine.add_allocated(n_bytes - (_engine.allocated() - before))  # 0, unless other threads allocated meanwhile
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


def doubles(array: np.ndarray | None) -> np.ndarray | None:
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


def run_part(plan: _engine.Plan, work: int, x: np.ndarray, out: np.ndarray, first_frame: int, first_place: int) -> None:
    """Fill `out` (rows, frames) from finite samples (n,): `run` for a few frames, where looking around costs as much.

    `work`: that of a frame.
    """
    n_frames = out.shape[1]
    n_threads = 1 if n_frames == 1 else _threads.for_work(work * n_frames)
    plan.run(x, out, first_frame, first_frame + n_frames, False, None, None, n_threads, first_place)
