"""All public functions, found by introspection, in many threads at once: each has the bits that it has alone.

Threads start at different calls, so that each function meets others, and itself, in caches and in the engine.
"""

from __future__ import annotations

import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from support import arguments

N_THREADS = 4


def plain(result):
    """What can be compared bit by bit; of objects their class alone."""
    if isinstance(result, (tuple, list)):
        return tuple(map(plain, result))
    if isinstance(result, dict):
        return tuple((name, plain(value)) for name, value in result.items())
    if isinstance(result, np.ndarray) and result.dtype.kind != "O":
        return result.shape, str(result.dtype), result.tobytes()
    return repr(result) if isinstance(result, (str, int, float, complex)) else type(result).__name__


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
    alone = [plain(call()) for call in calls]
    drawn = {"rng", "random_state", "seed"}  # by chance, unless it is given; two draws may be alike
    repeatable = [
        i
        for i, call in enumerate(calls)
        if not drawn & (call.parameters.keys() - call.arguments) and plain(call()) == alone[i]
    ]
    assert len(repeatable) > 0.9 * len(calls)
    at_once = threading.Barrier(N_THREADS)

    def differing(thread: int) -> list[str]:
        at_once.wait()
        first = thread * len(repeatable) // N_THREADS
        order = repeatable[first:] + repeatable[:first] if thread % 2 else repeatable
        return [calls[i].name for i in order if plain(calls[i]()) != alone[i]]

    with ThreadPoolExecutor(N_THREADS) as pool:
        assert [name for names in pool.map(differing, range(N_THREADS)) for name in names] == []
