"""fastspec beside the other libraries: library x job x size x threads, interleaved, medians and ratios.

    python benchmarks/versus.py --jobs 'log-mel' --target

A ratio is the other library's median over fastspec's: 20x means that fastspec takes a twentieth of the time.
Libraries that are not installed are named and left out.
"""

from __future__ import annotations

import argparse
import importlib
import json
import re
import sys
import time
import warnings
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from jobs import JOBS, THREADS_TARGET, Job
from measure import (
    Call,
    CPUs,
    Flush,
    Ratio,
    duration,
    headline,
    interleave,
    machine,
    ratio_of_medians,
    table,
    versions,
)

MODULES = {"kaldi-native-fbank": "kaldi_native_fbank"}


@dataclass
class Result:
    """One contender in one job. The first has no `ratio`: the others are compared with it."""

    job: str
    seconds: float | None
    threads: int
    contender: str
    times: list[float]
    ratio: Ratio | None = None
    target: float | None = None
    over_ms: float | None = None
    within_ms: float | None = None
    difference: float | None = None

    @property
    def median(self) -> float:
        return float(np.median(self.times))

    @property
    def reached(self) -> bool | None:
        """Whether the target is, if there is one."""
        if self.within_ms is not None and self.over_ms is not None:
            return self.over_ms <= self.within_ms
        return None if self.target is None or self.ratio is None else self.ratio.value >= self.target


class Libraries:
    """Which can be imported; the first import happens here, outside every measurement."""

    def __init__(self) -> None:
        self.missing: dict[str, str] = {}
        self._found: set[str] = set()

    def has(self, contender: str) -> bool:
        name = contender.split()[0]
        if name not in self._found and name not in self.missing:
            try:
                importlib.import_module(MODULES.get(name, name))
                self._found.add(name)
            except (ImportError, OSError) as error:  # a library built for another torch fails to load
                self.missing[name] = "not installed" if isinstance(error, ModuleNotFoundError) else "does not import"
        return name in self._found


def run_job(job: Job, seconds: float | None, cpus: CPUs, libraries: Libraries, options) -> list[Result]:
    """Every contender with every number of threads, in one interleaved measurement."""
    inputs = job.make(seconds)
    names = [name for name in job.contenders if libraries.has(name)]
    calls = {name: job.contenders[name](*inputs) for name in names}
    keys = [(threads, name) for threads in options.threads for name in names]
    flush = Flush(caches=options.cold, pages=options.fresh_pages)
    times = interleave(
        {key: calls[key[1]] for key in keys},
        rounds=options.rounds,
        budget=options.budget,
        flush=flush if flush else None,
        turn=lambda key: cpus.use(key[0]),
        clock=time.process_time if options.cpu_time else time.perf_counter,
    )
    differences = {
        name: _difference(calls[names[0]], calls[name]) for name in names[1:] if name not in job.own_convention
    }
    results = []
    for threads, name in keys:
        mine, base = times[threads, name], times[threads, names[0]]
        result = Result(job.name, seconds, threads, name, mine.tolist(), difference=differences.get(name))
        if name != names[0]:
            result.ratio = ratio_of_medians(mine, base)
            if seconds == job.seconds:
                _set_target(result, job, float(np.median(base)))
        results.append(result)
    return results + _thread_gains(job, seconds, times, names[0], options.threads)


def _set_target(result: Result, job: Job, base: float) -> None:
    result.target = job.targets.get(result.contender)
    result.within_ms = job.within_ms.get(result.contender)
    if result.within_ms is not None:
        result.over_ms = 1e3 * (base - result.median)


def _thread_gains(job: Job, seconds, times: dict, name: str, threads: list[int]) -> Iterator[Result]:
    """The first contender on one thread, as a rival of itself on more."""
    if 1 not in threads:
        return []
    alone = times[1, name]
    gains = []
    for n in threads:
        if n > 1:
            target = THREADS_TARGET if n == 2 and np.median(alone) > 1e-3 else None
            ratio = ratio_of_medians(alone, times[n, name])
            gains.append(Result(job.name, seconds, n, f"{name} on 1 thread", alone.tolist(), ratio, target))
    return gains


def _difference(ours: Call, theirs: Call) -> float | None:
    """The largest difference of two results over the largest value; None where they cannot be compared."""
    a, b = ours(), theirs()
    if not (hasattr(a, "shape") and hasattr(b, "shape")) or tuple(a.shape) != tuple(b.shape):
        return None
    a, b = np.asarray(a), np.asarray(b)
    if a.dtype.kind not in "biufc" or not a.size:
        return None
    if a.dtype.kind in "bu":
        a, b = a.astype(np.float64), b.astype(np.float64)
    return float(np.abs(a - b).max() / max(np.abs(b).max(), np.finfo(np.float32).tiny))


def report(results: list[Result], options) -> str:
    header = ["job", "contender", "size", "threads", "median", "fastest", "ratio", "90 %", "differs by"]
    if options.target:
        header[8:8] = ["target", "reached"]
    if options.all:
        results = sorted((r for r in results if r.ratio), key=lambda r: r.ratio.value)
    rows = []
    for result in results:
        row = [
            result.job,
            result.contender,
            "" if result.seconds is None else f"{result.seconds:g} s",
            str(result.threads),
            duration(result.median),
            duration(min(result.times)),
            f"{result.ratio.value:.2f}x" if result.ratio else "",
            f"{result.ratio.low:.2f}-{result.ratio.high:.2f}" if result.ratio else "",
            "" if result.difference is None else f"{result.difference:.0e}",
        ]
        if options.target:
            row[8:8] = [_target_text(result), {None: "", True: "yes", False: "NO"}[result.reached]]
        rows.append(row)
    return table(header, rows, markdown=options.markdown, left=2)


def _target_text(result: Result) -> str:
    if result.within_ms is not None:
        return f"{result.over_ms:+.0f} of +{result.within_ms:g} ms"
    return "" if result.target is None else f"{result.target:g}x"


def as_json(results: list[Result], options) -> dict:
    return {
        "machine": machine(),
        "versions": versions(),
        "options": {key: str(value) if isinstance(value, Path) else value for key, value in vars(options).items()},
        "results": [{**asdict(r), "median": r.median, "min": min(r.times), "reached": r.reached} for r in results],
    }


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("--jobs", metavar="PATTERN", default="", help="only jobs whose name matches this regular expression")
    add("--list", action="store_true", help="list the jobs and stop")
    add(
        "--threads",
        type=_numbers(int),
        default=[1],
        metavar="N[,N]",
        help="numbers of threads, e.g. 1,2 (default: 1)",
    )
    add(
        "--seconds",
        type=_numbers(float),
        metavar="S[,S]",
        help="lengths of audio (default: the job's own, often 30)",
    )
    add("--rounds", type=int, default=31, help="rounds, each calling every contender once (default: 31)")
    add(
        "--budget",
        type=float,
        default=20.0,
        help="seconds per job at which rounds are cut, to no less than 5 (default: 20)",
    )
    add("--cold", action="store_true", help="flush the caches before every call")
    add("--cpu-time", action="store_true", help="count CPU time, on a busy machine; for one thread only")
    add("--fresh-pages", action="store_true", help="give freed memory back to the system before every call")
    add("--all", action="store_true", help="every pair of all jobs in one table, losers first")
    add("--target", action="store_true", help="show the ratios to reach")
    add("--markdown", action="store_true", help="print a Markdown table")
    add("--json", type=Path, metavar="FILE", help="write every time measured")
    return parser.parse_args(arguments)


def _numbers(kind: type):
    def convert(text: str) -> list:
        return [kind(part) for part in text.split(",")]

    convert.__name__ = f"comma-separated {kind.__name__}s"  # argparse names it in its complaint
    return convert


def main() -> int:
    options = parse()
    jobs = [job for job in JOBS if re.search(options.jobs, job.name)]
    if options.list:
        print("\n".join(job.name for job in jobs))
        return 0
    if options.cpu_time and options.threads != [1]:
        print("--cpu-time adds up what threads take; it needs --threads 1", file=sys.stderr)
        return 2
    cpus, libraries = CPUs(), Libraries()
    if not jobs or max(options.threads) > len(cpus) or min(options.threads) < 1:
        print(f"{len(jobs)} jobs match {options.jobs!r}; this process has {len(cpus)} CPUs", file=sys.stderr)
        return 2
    warnings.simplefilter("ignore")
    print(headline(), flush=True)
    results = []
    for job in jobs:
        sizes = [job.seconds] if job.seconds is None or not options.seconds else options.seconds
        for seconds in sizes:
            print(f"  {job.name} ...", file=sys.stderr, flush=True)
            results += run_job(job, seconds, cpus, libraries, options)
    state = ("cold caches" if options.cold else "warm") + (", fresh pages" if options.fresh_pages else "")
    print(f"{state}; ratio = contender's median over fastspec's\n")
    print(report(results, options))
    if libraries.missing:
        print("\nleft out: " + ", ".join(f"{name} ({why})" for name, why in libraries.missing.items()))
    if options.json:
        options.json.write_text(json.dumps(as_json(results, options), indent=1), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
