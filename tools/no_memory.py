"""Python's n-th allocation fails in every public function, found by introspection: MemoryError or the same result.

    python tools/no_memory.py [NAME...]     those whose names hold one of these; else all

The first 30 allocations fail one by one, then some of each order of magnitude, up to the last. Crashes are
listed with the line that was run: NumPy's iterators raise their MemoryError without the GIL, which no caller
can help. Exits with 1 if a result was another one, if anything but a MemoryError came, or if the engine crashed.
"""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import warnings
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ONE_BY_ONE = 30
MOST = 100_000
LONGEST = 300  # seconds of one program

# What CPython and NumPy say where their own code has lost a MemoryError, instead of the function that asked.
LOST = re.compile(
    "without (setting an exception|exception set)|returned NULL|can't allocate lock|a result with an exception set"
    "|Unable to avoid copy|invalid index to scalar variable"
)


def sweep(number: int, n: int) -> None:
    """One call, from the n-th allocation on. Prints each n before it, and what is wrong after it."""
    import _testcapi  # type: ignore[import-not-found]

    from support import arguments

    warnings.simplefilter("ignore")
    call = arguments.calls()[number]
    want = arguments.plain(call())
    if arguments.plain(call()) != want:
        return  # random
    right = 0
    while right < 3 and n < MOST:
        print("n", n, flush=True)
        _testcapi.set_nomemory(n, n + 1)
        try:
            got = call()
        except BaseException as error:
            _testcapi.remove_mem_hooks()
            right = 0
            if not isinstance(error, MemoryError) and not LOST.search(f"{error} {error.__cause__}"):
                print("wrong", n, f"{type(error).__name__}: {' '.join(str(error).split())[:160]}", flush=True)
        else:
            _testcapi.remove_mem_hooks()
            right += 1
            if arguments.plain(got) != want:
                print("wrong", n, "another result", flush=True)
        n += 1 if n < ONE_BY_ONE else max(1, n // 10)
    if arguments.plain(call()) != want:
        print("wrong", n, "another result after all", flush=True)


def place_of(stderr: str) -> str:
    """The innermost line of Python that a crash was in."""
    found = re.search(r'File "(.*)", line (\d+) in (\w+)', stderr)
    return f"{found[1]}:{found[2]} {found[3]}" if found else "nowhere"


def run(command: list[str]) -> subprocess.CompletedProcess[str]:
    """A program that hangs is ended, and says where it was: a thread without memory never says that it has begun."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            stdout, stderr = process.communicate(timeout=LONGEST)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGABRT)
            stdout, stderr = process.communicate()
    return subprocess.CompletedProcess(command, process.returncode, stdout, stderr)


def main() -> int:
    sys.path.insert(0, str(ROOT / "tests"))
    from support import arguments

    tried, functions, crashes, wrong = 0, set(), Counter[str](), 0
    for number, call in enumerate(arguments.calls()):
        if sys.argv[1:] and not any(name in call.name for name in sys.argv[1:]):
            continue
        functions.add(call.name)
        n = 1
        while True:
            command = [sys.executable, "-X", "faulthandler", __file__, "--sweep", str(number), str(n)]
            done = run(command)
            reached = [int(k) for k in re.findall(r"^n (\d+)$", done.stdout, re.MULTILINE)]
            tried += len(reached)
            for words in re.findall(r"^wrong (.*)$", done.stdout, re.MULTILINE):
                wrong += 1
                print(f"{call.name}: {words}", flush=True)
            if done.returncode == 0 or not reached:
                break
            crashes[place_of(done.stderr)] += 1
            n = reached[-1] + 1
        if done.returncode:
            wrong += 1
            print(f"{call.name}: {done.stderr[-500:]}")
    # `foreign.call` is where other libraries are called.
    engine = str(ROOT / "fastspec" / "_engine")
    ours = [place for place in crashes if engine in place and f"{engine}/foreign.py" not in place]
    for place, times in crashes.most_common():
        print(f"crashed {times} times in {place}")
    print(
        f"{len(functions)} functions, {tried} failing allocations, {wrong} wrong answers, "
        f"{len(ours)} places of crashes in the engine"
    )
    return int(bool(wrong or ours))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--sweep"]:
        sys.path.insert(0, str(ROOT / "tests"))
        sweep(int(sys.argv[2]), int(sys.argv[3]))
    else:
        sys.exit(main())
