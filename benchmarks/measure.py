"""Timing: interleaved rounds, pinned CPUs, medians, ratios with an interval; the machine and the versions."""

from __future__ import annotations

import ctypes
import gc
import importlib.metadata
import os
import platform
import random
import sys
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from time import perf_counter

import numpy as np

Call = Callable[[], object]

# A turn repeats short calls until it lasts this long: far above the clock's resolution, below a time slice.
TURN_SECONDS = 1e-3
FEWEST_ROUNDS = 5
# Several times any L2. A server's last level is shared and larger: what lies there counts as cold.
FLUSH_BYTES = 64 << 20
PEERS = (
    "numpy",
    "scipy",
    "librosa",
    "numba",
    "torch",
    "torchaudio",
    "kaldi-native-fbank",
    "python_speech_features",
    "nnAudio",
)


@dataclass(frozen=True)
class Ratio:
    """Median over median, with the 5 % and 95 % quantiles of its bootstrap distribution."""

    value: float
    low: float
    high: float


def ratio_of_medians(slower: np.ndarray, faster: np.ndarray, *, draws: int = 2000) -> Ratio:
    """Rounds are drawn with replacement, in pairs: what slows a round slows both of its sides."""
    rounds = np.random.default_rng(0).integers(len(slower), size=(draws, len(slower)))
    ratios = np.median(slower[rounds], axis=1) / np.median(faster[rounds], axis=1)
    low, high = np.quantile(ratios, [0.05, 0.95])
    return Ratio(float(np.median(slower) / np.median(faster)), float(low), float(high))


class CPUs:
    """Puts this process on its last `n` CPUs (the first ones serve interrupts) and tells the thread pools."""

    def __init__(self) -> None:
        self._all = (
            sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else list(range(os.cpu_count() or 1))
        )
        self._used = 0
        self._pools = None

    def __len__(self) -> int:
        return len(self._all)

    def use(self, n: int) -> None:
        if n == self._used:
            return
        self._used = n
        if hasattr(os, "sched_setaffinity"):
            os.sched_setaffinity(0, self._all[-n:])
        if "torch" in sys.modules:
            sys.modules["torch"].set_num_threads(n)
        self._limit_pools(n)

    def _limit_pools(self, n: int) -> None:
        """BLAS and OpenMP, which count CPUs once, at import. Needs threadpoolctl."""
        try:
            import threadpoolctl
        except ImportError:
            return
        if self._pools is None:
            self._pools = threadpoolctl.ThreadpoolController()
        self._pools.limit(limits=n)


class Flush:
    """Empties the caches; with `pages`, gives freed memory back, so that outputs fault anew."""

    def __init__(self, *, caches: bool, pages: bool) -> None:
        self._block = np.ones(FLUSH_BYTES // 8) if caches else None
        self._trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if pages else None

    def __bool__(self) -> bool:
        return self._block is not None or self._trim is not None

    def __call__(self) -> None:
        if self._trim is not None:
            self._trim(0)
        if self._block is not None:
            self._block += 1.0


def interleave(
    calls: dict[Hashable, Call],
    *,
    rounds: int,
    budget: float,
    flush: Call | None = None,
    turn: Callable | None = None,
    clock: Callable[[], float] = perf_counter,
) -> dict[Hashable, np.ndarray]:
    """Seconds per call, one number a round. A round gives every call one turn, in random order.

    `turn(key)` prepares the process for a call (its CPUs). A warm turn starts with an untimed call, as the
    turn before has used the caches; a cold one starts with `flush` and times a single call. Rounds are cut to
    fit `budget` seconds.
    """
    prepare = turn or (lambda key: None)
    repeats, cost = {}, 0.0
    for key, call in calls.items():
        prepare(key)
        one = warm_up(call, clock)
        repeats[key] = 1 if flush else max(1, int(TURN_SECONDS / one))
        cost += one * (1 + repeats[key]) + (0.01 if flush else 0.0)
    rounds = max(FEWEST_ROUNDS, min(rounds, int(budget / cost)))
    seconds = {key: np.empty(rounds) for key in calls}
    order = list(calls)
    shuffle = random.Random(0).shuffle
    gc.collect()
    gc.disable()
    try:
        for i in range(rounds):
            shuffle(order)
            for key in order:
                prepare(key)
                (flush or calls[key])()
                seconds[key][i] = timed(calls[key], repeats[key], clock)
    finally:
        gc.enable()
    return seconds


def warm_up(call: Call, clock: Callable[[], float] = perf_counter) -> float:
    """Compile, plan, import whatever the first calls do. Returns what a later call takes."""
    call()
    call()
    return max(timed(call, 1, clock), 1e-7)


def timed(call: Call, repeats: int, clock: Callable[[], float] = perf_counter) -> float:
    start = clock()
    for _ in range(repeats):
        call()
    return (clock() - start) / repeats


def machine() -> dict[str, object]:
    """What the numbers were measured on."""
    import fastspec._engine.isa

    return {
        "cpu": _cpu_model(),
        "cpus": os.cpu_count(),
        "affinity": len(CPUs()),
        "load": round(os.getloadavg()[0], 2),
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "python": platform.python_version(),
        "instruction set": fastspec._engine.isa.ISA.decode(),
    }


def _cpu_model() -> str:
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as lines:
            pairs = (line.split(":", 1) for line in lines if ":" in line)
            fields = {name.strip(): value.strip() for name, value in pairs}
        return f"{fields['model name']} family {fields.get('cpu family')} model {fields.get('model')}"
    except (OSError, KeyError):
        return platform.processor() or "unknown"


def versions() -> dict[str, str]:
    import fastspec

    found = {"fastspec": fastspec.__version__}
    for name in PEERS:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def headline() -> str:
    """Machine and versions, as the first lines of every report."""
    return "\n".join(", ".join(f"{key} {value}" for key, value in facts.items()) for facts in (machine(), versions()))


def duration(seconds: float) -> str:
    """Three figures and a unit."""
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}" if seconds < 999.5 * size else f"{seconds / size:.0f} {unit}"
    return f"{seconds * 1e9:.0f} ns"


def table(header: Sequence[str], rows: Sequence[Sequence[str]], *, markdown: bool = False, left: int = 1) -> str:
    """Aligned columns, the first `left` of them flush left; or the same as a Markdown table."""
    widths = [max(len(row[i]) for row in (header, *rows)) for i in range(len(header))]

    def line(row: Sequence[str]) -> str:
        cells = [c.ljust(w) if i < left else c.rjust(w) for i, (c, w) in enumerate(zip(row, widths, strict=True))]
        return "| " + " | ".join(cells) + " |" if markdown else "  ".join(cells).rstrip()

    rule = [("-" * w if i < left else "-" * (w - 1) + ":") if markdown else "-" * w for i, w in enumerate(widths)]
    return "\n".join([line(header), line(rule), *map(line, rows)])
