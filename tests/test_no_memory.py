"""Python's memory fails at the n-th allocation, threads cannot be started: the same result, or MemoryError.

What C allocates itself fails in `tests/c/oom.c`; here the wrapper meets it, and then works as before.
"""

from __future__ import annotations

import subprocess
import sys

import pytest
from support.short_calls import CALLS

# In a process of its own: an interpreter without memory may be in no state for the tests after it.
SWEEP = """
import sys
sys.path[:0] = sys.argv[2:]
import _testcapi
import numpy as np
from support.short_calls import CALLS

call = CALLS[sys.argv[1]]
want = call()
failed = n = right = 0
while right < 20 and n < 4000:
    n += 1
    _testcapi.set_nomemory(n, n + 1)
    try:
        got = call()
    except (MemoryError, SystemError) as error:  # CPython's own iterators end without a word then
        _testcapi.remove_mem_hooks()
        assert isinstance(error, MemoryError) or "without setting an exception" in str(error)
        assert "fastspec" not in str(error)
        failed += 1
        right = 0
    else:
        _testcapi.remove_mem_hooks()
        assert got.tobytes() == want.tobytes(), n
        right += 1
assert call().tobytes() == want.tobytes()
print(n, failed)
"""


@pytest.mark.parametrize("name", CALLS)
def test_no_memory_for_python(name, root):
    pytest.importorskip("_testcapi")
    done = subprocess.run([sys.executable, "-c", SWEEP, name, str(root / "tests")], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    n, failed = map(int, done.stdout.split())
    assert failed > 0
    assert n < 4000


def test_no_threads(root):
    """None starts as soon as the limit of threads is reached: the caller then does all the work."""
    pytest.importorskip("resource")
    code = """
import os, resource, sys
import numpy as np
import fastspec
from fastspec._engine import foreign

y = np.random.default_rng(5).normal(size=(8, 200_000)).astype(np.float32)
fastspec.set_num_threads(4)
want = fastspec.feature.logmel(y=y)
sound, sr = fastspec.load(sys.argv[1], sr=None)
file = open(sys.argv[1], "rb")
if os.getuid() == 0:
    os.setgroups([]); os.setgid(65534); os.setuid(65534)
resource.setrlimit(resource.RLIMIT_NPROC, (1, 1))
import threading
try:
    threading.Thread(target=int).start()
except RuntimeError:
    assert fastspec.feature.logmel(y=y).tobytes() == want.tobytes()
    assert fastspec.load(file, sr=None)[0].tobytes() == sound.tobytes()
    assert foreign.call(sum, [1, 2], work=1e12) == 3
    print("none started")
"""
    command = [sys.executable, "-c", code, str(root / "examples" / "speech.flac")]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    if done.stdout != "none started\n":
        pytest.skip("threads are not limited here")
