"""`fastspec.dataset.extract` beside merely reading the same files with soundfile, and soxr where there is resampling.

Both sides have as many workers and go through the same list. Reading keeps nothing; extracting writes an HDF5 file.
"""

from __future__ import annotations

import argparse
import cProfile
import os
import pstats
import re
import shutil
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter, process_time

import numpy as np
import soundfile
import soxr
from measure import headline, table

import fastspec
from fastspec.dataset import Job, extract

FORMATS = ("wav", "flac", "mp3")
SECONDS = {"small": 1.0, "long": 600.0}
RATES = (22050, 44100)
SPEECH_RATE = 16000  # of what is resampled


@dataclass(frozen=True)
class Case:
    """A folder of files of one kind, and what is made of them."""

    size: str
    format: str
    rate: int
    resampled: bool

    @property
    def name(self) -> str:
        return f"{self.size} {self.format} {self.rate}" + f" to {SPEECH_RATE}" * self.resampled

    @property
    def job(self) -> Job:
        rate, n_fft, hop_length, n_mels = (SPEECH_RATE, 400, 160, 80) if self.resampled else (self.rate, 2048, 512, 128)
        recipe = fastspec.Recipe(sr=rate, n_fft=n_fft, hop_length=hop_length, n_mels=n_mels, log="ln")
        return Job(features={"mel": recipe})


CASES = [
    Case(size, format, rate, resampled)
    for size in SECONDS
    for format in FORMATS
    for rate in RATES
    for resampled in (False, True)
]


@dataclass
class Times:
    """Of one contender, a number a round. That of processes is not in the CPU time."""

    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)


def make_files(root: Path, case: Case, minutes: float) -> Path:
    """So many minutes of a tone in noise, or two files at least, whatever is more."""
    folder = root / f"{case.size}-{case.format}-{case.rate}"
    if folder.exists():
        return folder
    folder.mkdir()
    n = round(case.rate * SECONDS[case.size])
    noise = np.random.default_rng(0).normal(0, 0.03, n)
    tone = 0.3 * np.sin(2 * np.pi * 440 / case.rate * np.arange(n)) * np.linspace(1, 0.1, n)
    for i in range(max(2, round(60 * minutes / SECONDS[case.size]))):
        soundfile.write(folder / f"{i:05d}.{case.format}", (tone + np.roll(noise, 997 * i)).astype("f4"), case.rate)
    return folder


# --- contenders


def read_one(path: str, sr: int | None) -> None:
    y, rate = soundfile.read(path, dtype="float32")
    if sr is not None:
        soxr.resample(y, rate, sr)


def read_many(paths: Sequence[str], sr: int | None) -> None:
    for path in paths:
        read_one(path, sr)


def reading(paths: Sequence[str], case: Case, executor: Executor, workers: int) -> None:
    """Dealt out in stretches, as small files would otherwise measure the executor."""
    size = max(1, min(64, len(paths) // (4 * workers)))
    stretches = [paths[i : i + size] for i in range(0, len(paths), size)]
    list(executor.map(read_many, stretches, [SPEECH_RATE if case.resampled else None] * len(stretches)))


def extracting(folder: Path, out: Path, case: Case, executor: Executor | None, workers: int) -> None:
    summary = extract([folder], out, case.job, workers=workers, executor=executor)
    assert not summary.failures, summary.failures[0]


def contenders(folder: Path, case: Case, workers: int, processes: bool) -> dict[str, Callable[[], None]]:
    paths = sorted(str(path) for path in folder.iterdir())
    out = folder.parent / "out.h5"
    threads = ThreadPoolExecutor(workers)
    calls = {
        "read": lambda: reading(paths, case, threads, workers),
        "extract": lambda: extracting(folder, out, case, None, workers),
    }
    if processes:
        pool = ProcessPoolExecutor(workers, get_context("forkserver"))
        calls["read, processes"] = lambda: reading(paths, case, pool, workers)
        calls["extract, processes"] = lambda: extracting(folder, out, case, pool, workers)
    return calls


# --- measured


def measured(calls: dict[str, Callable[[], None]], out: Path, rounds: int) -> dict[str, Times]:
    """In turns. The first round warms disk and decoders, and does not count."""
    times = {name: Times() for name in calls}
    for i in range(rounds + 1):
        for name, call in calls.items():
            out.unlink(missing_ok=True)
            os.sync()
            wall, cpu = perf_counter(), process_time()
            call()
            if i:
                times[name].wall.append(perf_counter() - wall)
                times[name].cpu.append(process_time() - cpu)
    return times


def row(case: Case, n_files: int, times: dict[str, Times]) -> list[str]:
    hours = n_files * SECONDS[case.size] / 3600
    wall = {name: float(np.median(found.wall)) for name, found in times.items()}
    cpu = {name: float(np.median(found.cpu)) for name, found in times.items()}
    cells = [
        case.name, f"{wall['read']:.3f}", f"{wall['extract']:.3f}", f"{wall['extract'] / wall['read']:.2f}",
        f"{cpu['extract'] / cpu['read']:.2f}", f"{hours / cpu['extract'] * 3600:.0f}",
    ]  # fmt: skip
    if "extract, processes" in wall:
        cells += [f"{wall['extract, processes']:.3f}", f"{wall['extract, processes'] / wall['read, processes']:.2f}"]
    return cells


HEADER = ["files", "read s", "extract s", "ratio", "CPU ratio", "hours per core-hour", "processes s", "ratio"]


def profiled(call: Callable[[], None]) -> None:
    profile = cProfile.Profile()
    profile.runcall(call)
    pstats.Stats(profile).sort_stats("cumulative").print_stats(60)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="", help="cases whose name this pattern finds, such as 'long flac'")
    parser.add_argument("--workers", type=int, default=fastspec.get_num_threads())
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--minutes", type=float, default=15.0, help="of audio in each case (default: %(default)s)")
    parser.add_argument("--processes", action="store_true", help="measure worker processes, too")
    parser.add_argument("--profile", action="store_true", help="where the time goes, by one worker in this thread")
    parser.add_argument("--markdown", action="store_true")
    args = parser.parse_args()
    root = Path(tempfile.mkdtemp(prefix="fastspec-jobs-"))
    rows = []
    try:
        for case in CASES:
            if not re.search(args.only, case.name):
                continue
            folder = make_files(root, case, args.minutes)
            if args.profile:
                for run in (lambda call: call(), profiled):  # imports and plans are made by the first
                    run(lambda case=case, folder=folder: extracting(folder, root / "out.h5", case, Inline(), 1))
                    (root / "out.h5").unlink()
                continue
            calls = contenders(folder, case, args.workers, args.processes)
            rows.append(row(case, len(list(folder.iterdir())), measured(calls, root / "out.h5", args.rounds)))
            print(*rows[-1], sep="\t", flush=True)
    finally:
        shutil.rmtree(root)
    if rows:
        print(headline(), f"{args.workers} workers, {args.rounds} rounds", "", sep="\n")
        print(table(HEADER[: len(rows[0])], rows, markdown=args.markdown))


class Inline(Executor):
    """Works at once, in the caller's thread, so that a profile sees it."""

    def submit(self, function, /, *args, **kwargs):
        from concurrent.futures import Future

        future: Future = Future()
        future.set_result(function(*args, **kwargs))
        return future
