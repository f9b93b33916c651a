"""Two or more builds of fastspec beside each other, every job of versus.py, each build in a process of its own.

Processes take turns on one CPU, so what slows the machine for a while slows all builds alike. Times are the processes'
own CPU time, which leaves out whoever else was running, and freed memory stays theirs: page faults would be most of the
noise.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import subprocess
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from time import process_time

import numpy as np
from measure import FEWEST_ROUNDS, TURN_SECONDS, CPUs, duration, ratio_of_medians, table, timed, warm_up

# glibc's; elsewhere they say nothing.
KEEP_MEMORY = {"MALLOC_MMAP_THRESHOLD_": "1000000000", "MALLOC_TRIM_THRESHOLD_": "1000000000"}


class Build:
    """A process that imports fastspec from `folder` and runs it with one instruction set."""

    def __init__(self, folder: Path, isa: str) -> None:
        environment = {**os.environ, **KEEP_MEMORY, "FASTSPEC_ISA": isa, "PYTHONPATH": str(folder.resolve())}
        self._process = subprocess.Popen(
            [sys.executable, __file__], env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def ask(self, command: str, argument: object = None):
        print(json.dumps([command, argument]), file=self._process.stdin, flush=True)
        answer = self._process.stdout.readline()
        if not answer:
            raise RuntimeError(f"a build ended at {command} {argument}")
        return json.loads(answer)

    def close(self) -> None:
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()


class Server:
    """The other end of a Build: commands are methods."""

    def __init__(self) -> None:
        self._call, self._repeats = None, 1

    def engine(self, _) -> str:
        import fastspec._engine.isa

        return f"{fastspec._engine.install.engine.__file__} {fastspec._engine.isa.ISA.decode()}"

    def prepare(self, name: str) -> list:
        """Seconds of a call, and a digest of its result."""
        from jobs import JOBS

        job = next(job for job in JOBS if job.name == name)
        self._call = next(iter(job.contenders.values()))(*job.make(job.seconds))
        digest = _digest(self._call())
        seconds = warm_up(self._call)
        self._repeats = max(1, round(TURN_SECONDS / seconds))
        return [seconds, digest]

    def turn(self, _) -> float:
        self._call()
        return timed(self._call, self._repeats, process_time)


def _digest(result: object) -> str:
    """Of the bits, where the result is an array or several of them."""
    parts = result if isinstance(result, list | tuple) else [result]
    arrays = [np.ascontiguousarray(part) for part in parts]
    return hashlib.sha256(b"".join(a.tobytes() for a in arrays if a.dtype.kind in "biufc")).hexdigest()


def serve() -> None:
    warnings.simplefilter("ignore")
    CPUs().use(1)
    answers, sys.stdout = sys.stdout, sys.stderr  # whatever else is printed is no answer
    server = Server()
    for line in sys.stdin:
        command, argument = json.loads(line)
        print(json.dumps(getattr(server, command)(argument)), file=answers, flush=True)


def compare(folders: list[Path], isa: str, names: list[str], *, rounds: int, budget: float) -> Iterator[list[str]]:
    """Rows of a table: a job, what it takes with the first build, and the other builds' times over that."""
    builds = [Build(folder, isa) for folder in folders]
    try:
        for build in builds:
            print(build.ask("engine"), file=sys.stderr)
        for name in names:
            print(f"  {isa}: {name} ...", file=sys.stderr, flush=True)
            yield [name, isa, *_compare(builds, name, rounds, budget)]
    finally:
        for build in builds:
            build.close()


def _compare(builds: list[Build], name: str, rounds: int, budget: float) -> list[str]:
    prepared = [build.ask("prepare", name) for build in builds]
    cost = sum(2 * max(seconds, TURN_SECONDS) for seconds, _ in prepared)
    times = np.empty((len(builds), max(FEWEST_ROUNDS, min(rounds, int(budget / cost)))))
    for i in range(times.shape[1]):
        for b in random.sample(range(len(builds)), len(builds)):
            times[b, i] = builds[b].ask("turn")
    cells = [duration(float(np.median(times[0])))]
    for b in range(1, len(builds)):
        ratio = ratio_of_medians(times[b], times[0])
        fastest = times[b].min() / times[0].min()
        cells += [
            f"{ratio.value:.2f}",
            f"{ratio.low:.2f}-{ratio.high:.2f}",
            f"{fastest:.2f}",
            "yes" if prepared[b][1] == prepared[0][1] else "no",
        ]
    return cells


def _engine_bytes(folder: Path) -> bytes:
    """Of the extension; nothing else differs between builds of one source."""
    found = sorted(folder.glob("fastspec/_engine/_c*.so")) + sorted(folder.glob("fastspec/_engine/_c*.pyd"))
    if not found:
        raise SystemExit(f"{folder} holds no build: there is no fastspec/_engine/_c in it")
    return found[0].read_bytes()


def report(
    folders: list[Path], isas: list[str], names: list[str], *, rounds: int, budget: float, markdown: bool
) -> str:
    if len({_engine_bytes(folder) for folder in folders}) < len(folders):
        raise SystemExit("two of these builds are the same; was `build/` removed in between?")
    header = ["job", "isa", str(folders[0])]
    for folder in folders[1:]:
        header += [str(folder), "90 %", "fastest", "same bits"]
    rows = [row for isa in isas for row in compare(folders, isa, names, rounds=rounds, budget=budget)]
    return table(header, rows, markdown=markdown, left=2)


if __name__ == "__main__":
    serve()
