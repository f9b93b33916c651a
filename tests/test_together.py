"""All public functions, found by introspection, in many threads at once: each has the bits that it has alone.

Threads start at different calls, so that each function meets others, and itself, in caches and in the engine.
"""

from __future__ import annotations

import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from support import arguments

N_THREADS = 4


@pytest.fixture
def impatient():
    """Python changes between threads every few microseconds, so that more of their orders are tried."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(2e-5)
    yield
    sys.setswitchinterval(interval)


@pytest.mark.filterwarnings("ignore")
def test_all_functions_in_many_threads(impatient):
    calls = arguments.calls()
    alone = [arguments.plain(call()) for call in calls]
    drawn = {"rng", "random_state", "seed"}  # by chance, unless it is given; two draws may be alike
    repeatable = [
        i
        for i, call in enumerate(calls)
        if not drawn & (call.parameters.keys() - call.arguments) and arguments.plain(call()) == alone[i]
    ]
    assert len(repeatable) > 0.9 * len(calls)
    at_once = threading.Barrier(N_THREADS)

    def differing(thread: int) -> list[str]:
        at_once.wait()
        first = thread * len(repeatable) // N_THREADS
        order = repeatable[first:] + repeatable[:first] if thread % 2 else repeatable
        return [calls[i].name for i in order if arguments.plain(calls[i]()) != alone[i]]

    with ThreadPoolExecutor(N_THREADS) as pool:
        assert [name for names in pool.map(differing, range(N_THREADS)) for name in names] == []
