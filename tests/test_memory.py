"""Large results in the memory of large results that are gone: never in that of results that are still there."""

from __future__ import annotations

import gc
import os
import pickle
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from support.programs import run_python

import fastspec
from fastspec._engine import memory as _memory

F32 = np.dtype(np.float32)
LARGE = (_memory.LEAST_BYTES // 4,)  # two of them may wait
engine = _memory.engine


@pytest.fixture(autouse=True)
def nothing_kept():
    gc.collect()  # other tests' results, which would wait for ours
    engine.drop_kept()
    yield
    engine.drop_kept()


def address(x: np.ndarray) -> int:
    return x.__array_interface__["data"][0]


def test_memory_of_what_is_gone_is_used_again():
    first = _memory.empty(LARGE, F32)
    where = address(first)
    assert engine.kept_bytes() == 0
    del first
    assert engine.kept_bytes() == _memory.LEAST_BYTES
    again = _memory.empty((2, LARGE[0] // 2), F32)
    assert address(again) == where
    assert engine.kept_bytes() == 0


def as_buffer_of_ctypes(x):
    import ctypes

    return (ctypes.c_char * x.nbytes).from_buffer(x)


HOLDERS = {
    "a view": lambda x: x[5:10],
    "a view of a view": lambda x: x.reshape(2, -1).T[:3],
    "another dtype": lambda x: x.view(np.uint8),
    "a subclass": lambda x: x.view(np.ma.MaskedArray),
    "its base": lambda x: x.base,
    "a memoryview": memoryview,
    "a part of a memoryview": lambda x: memoryview(x)[3:4],
    "a memoryview of the base": lambda x: memoryview(x.base),
    "DLPack": np.from_dlpack,
    "a capsule of DLPack": lambda x: x.__dlpack__(),
    "an array interface": lambda x: x.__array_struct__,
    "frombuffer": lambda x: np.frombuffer(x, np.uint8),
    "ctypes": as_buffer_of_ctypes,
    "an iterator": lambda x: x.flat,
    "nditer": lambda x: np.nditer(x),
    "broadcast": lambda x: np.broadcast_to(x, (3, *x.shape)),
    "strides": lambda x: np.lib.stride_tricks.sliding_window_view(x, 100),
    "a closure": lambda x: lambda: x,
    "a cycle": lambda x: (lambda circle: circle.append(circle) or circle)([x]),
}


@pytest.mark.parametrize("hold", HOLDERS.values(), ids=HOLDERS)
def test_whatever_uses_the_memory_keeps_it(hold):
    result = _memory.empty(LARGE, F32)
    where = address(result)
    holder = hold(result)
    del result
    assert engine.kept_bytes() == 0
    others = [_memory.empty(LARGE, F32) for _ in range(3)]
    assert where not in map(address, others)
    del holder, others
    gc.collect()
    assert engine.kept_bytes() == _memory.MOST_BYTES


def test_an_exception_keeps_what_its_frames_hold():
    def fail():
        result = _memory.empty(LARGE, F32)
        result.fill(3)
        raise KeyError(address(result))

    with pytest.raises(KeyError) as caught:
        fail()
    other = _memory.empty(LARGE, F32)
    assert address(other) != caught.value.args[0]
    assert engine.kept_bytes() == 0


def test_copies_are_on_their_own():
    result = _memory.empty(LARGE, F32)
    result[:] = 7
    loaded = pickle.loads(pickle.dumps(result, protocol=5))
    where = address(result)
    del result
    other = _memory.empty(LARGE, F32)
    other[:] = 8
    assert address(other) == where
    assert loaded.min() == loaded.max() == 7


def test_buffers_of_pickles_keep_it():
    result = _memory.empty(LARGE, F32)
    result[:] = 7
    buffers = []
    data = pickle.dumps(result, protocol=5, buffer_callback=buffers.append)
    del result
    other = _memory.empty(LARGE, F32)
    other[:] = 8
    assert pickle.loads(data, buffers=buffers).max() == 7


def test_it_is_not_resized_in_place():
    result = _memory.empty(LARGE, F32)
    view = result[:4]
    view[:] = 1
    for refcheck in (True, False):
        with pytest.raises(ValueError, match="does not own its data"):
            result.resize(10, refcheck=refcheck)
    assert np.resize(view, 8).sum() == 8


@pytest.mark.parametrize(("n", "fits"), [(0, True), (1, False), (-(1 << 21), True), (-(1 << 21) - 1, False)])
def test_blocks_fit(n, fits):
    """What waits is taken unless it is too small or too large: a result holds a quarter more than it shows at most."""
    result = _memory.empty((10 << 20,), F32)
    where = address(result)
    del result
    other = _memory.empty(((10 << 20) + n,), F32)
    assert (address(other) == where) is fits
    assert engine.kept_bytes() == (0 if fits else 40 << 20)


def test_no_more_waits_than_the_limit():
    results = [_memory.empty(LARGE, F32) for _ in range(5)]
    assert len({address(result) for result in results}) == 5
    results += [_memory.empty((_memory.MOST_BYTES // 4,), F32), _memory.empty((LARGE[0] + 1000,), F32)]
    while results:
        results.pop(0)
        assert 0 < engine.kept_bytes() <= _memory.MOST_BYTES
    beyond = _memory.empty((_memory.MOST_BYTES // 4 + 1,), F32)
    assert beyond.flags.owndata


def test_the_newest_waits():
    old, new = _memory.empty(LARGE, F32), _memory.empty((LARGE[0] + 1000,), F32)
    where = address(new)
    del old
    del new
    assert engine.kept_bytes() == _memory.LEAST_BYTES + 4000
    assert address(_memory.empty((LARGE[0] + 1000,), F32)) == where


def test_the_setting_turns_it_off(monkeypatch):
    del (waiting := [_memory.empty(LARGE, F32)])[:]
    assert not waiting
    assert engine.kept_bytes()
    monkeypatch.setenv("FASTSPEC_REUSE_MEMORY", "0")
    assert _memory.empty(LARGE, F32).flags.owndata
    assert engine.kept_bytes() == 0
    for on in ("1", ""):
        monkeypatch.setenv("FASTSPEC_REUSE_MEMORY", on)
        assert not _memory.empty(LARGE, F32).flags.owndata


@pytest.mark.parametrize("text", ["no", "2", "-1", " "])
def test_the_setting_is_checked(text, monkeypatch):
    monkeypatch.setenv("FASTSPEC_REUSE_MEMORY", text)
    with pytest.raises(fastspec.ParameterError, match=f"FASTSPEC_REUSE_MEMORY='{text}' must be 0 or 1"):
        fastspec.pcm_to_float(np.zeros(LARGE[0], np.int16))
    assert fastspec.pcm_to_float(np.zeros(10, np.int16)).flags.owndata


def test_small_results_own_their_memory():
    assert _memory.empty((1000, 10), F32).flags.owndata
    assert fastspec.pcm_to_float(np.zeros(1000, np.int16)).flags.owndata


@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.float64, np.complex64, np.complex128])
def test_it_is_as_numpy_makes_it(dtype):
    shape = (3, _memory.LEAST_BYTES // 2 // np.dtype(dtype).itemsize)
    ours, theirs = _memory.empty(shape, np.dtype(dtype)), np.empty(shape, dtype)
    assert (ours.shape, ours.dtype, ours.strides) == (theirs.shape, theirs.dtype, theirs.strides)
    for flag in ("C_CONTIGUOUS", "F_CONTIGUOUS", "WRITEABLE", "ALIGNED", "WRITEBACKIFCOPY"):
        assert ours.flags[flag] == theirs.flags[flag]
    assert address(ours) % 64 == 0


@pytest.mark.parametrize("order", ["C", "F"])
def test_like_another_array(order):
    x = np.zeros((LARGE[0] // 4, 4), np.int16, order=order)
    like = _memory.empty_like(x, F32)
    assert (like.shape, like.dtype, like.flags.c_contiguous) == (x.shape, F32, order == "C")
    assert like.base is not None
    spread = _memory.empty_like(np.zeros((LARGE[0] // 4, 8), np.int16)[:, ::2], F32)
    assert spread.flags.owndata


def test_no_memory_is_numpys_error(monkeypatch):
    def refuse(n_bytes):
        raise MemoryError("no block")

    monkeypatch.setattr(_memory.engine, "Block", refuse)
    assert _memory.empty(LARGE, F32).flags.owndata
    monkeypatch.setattr(np, "empty", lambda *_: refuse(0))
    with pytest.raises(MemoryError):
        _memory.empty(LARGE, F32)


def test_threads_never_share_a_block(monkeypatch):
    """Small blocks, often, from threads that take turns as often as they can, each with a few results in hand."""
    monkeypatch.setattr(_memory, "LEAST_BYTES", 1 << 10)
    wrong, most = [], []

    def work(mark: int) -> None:
        held = []
        for i in range(400):
            result = _memory.empty((256 + (i * mark) % 7,), F32)
            result[:] = number = 1000 * mark + i
            held = [*held[-3:], (result, number)]
            wrong.extend(number for result, number in held if not (result == number).all())
            most.append(engine.kept_bytes())

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(8) as pool:
            for done in [pool.submit(work, mark) for mark in range(8)]:
                done.result()
    finally:
        sys.setswitchinterval(interval)
    assert not wrong
    assert 0 < max(most) <= 2 * 4 * 262  # both places were in use


def test_threads_together_keep_no_more_than_the_limit():
    met, most = threading.Barrier(8), []

    def work(i: int) -> None:
        for _ in range(3):
            result = _memory.empty((LARGE[0] + i * 100_000,), F32)
            met.wait()
            del result
            most.append(engine.kept_bytes())

    with ThreadPoolExecutor(8) as pool:
        for done in [pool.submit(work, i) for i in range(8)]:
            done.result()
    assert 0 < max(most) <= _memory.MOST_BYTES


def test_a_long_result_stays_what_it_was():
    y = np.zeros(_memory.LEAST_BYTES // 2, np.int16)
    first = fastspec.pcm_to_float(y)
    y += 1
    second = fastspec.pcm_to_float(y)
    assert not np.shares_memory(first, second)
    assert first.max() == 0
    assert second.min() == 2.0**-15


def test_tracers_that_read_frames_change_nothing():
    """Of a tracer's frame.f_locals Python keeps what the function held: at the import, in the calls, in both."""
    code = """
import sys
import numpy as np
kept = []
def tracer(frame, event, arg):
    if "fastspec" in frame.f_code.co_filename:
        kept.append(dict(frame.f_locals)) if {keep} else frame.f_locals
    return tracer
x = np.zeros(9_000_000, np.int16)
sys.settrace(tracer)
import fastspec
fastspec.pcm_to_float(x[:10])
if not {throughout}:
    sys.settrace(None)
results = [fastspec.pcm_to_float(x + np.int16(i)) for i in range(4)]
sys.settrace(None)
kept.clear()
del results[1]
results += [fastspec.pcm_to_float(x + np.int16(i)) for i in range(4, 6)]
for result, i in zip(results, (0, 2, 3, 4, 5), strict=True):
    assert result[0] == result[-1] == i / 32768, (result[0], i)
"""
    for keep in (False, True):
        for throughout in (False, True):
            run_python(code.format(keep=keep, throughout=throughout))


@pytest.mark.parametrize("end", ["", "sys.exit(3)", "raise SystemExit(3)", "os._exit(3)", "x.circle = x"])
def test_interpreters_end_with_results_alive(end):
    """In modules, cycles, other threads and while a thread runs; at the end there may be no module left."""
    code = f"""
import os, sys, threading
import numpy as np
import fastspec
class Holder:
    def __del__(self):
        assert self.result[0] == 0.5
x = Holder()
x.result = fastspec.pcm_to_float(np.full(9_000_000, 1 << 14, np.int16))
y = fastspec.pcm_to_float(np.full(9_000_000, 1 << 14, np.int16))
sys.keep = memoryview(y)
def forever():
    while True:
        fastspec.pcm_to_float(np.zeros(9_000_000, np.int16))
threading.Thread(target=forever, daemon=True).start()
{end}
"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert (run.returncode, run.stderr) == (3 if "3" in end else 0, "")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_forks_have_their_own():
    code = """
import os
import numpy as np
import fastspec
x = np.full(9_000_000, 1 << 14, np.int16)
mine = fastspec.pcm_to_float(x)
del mine
held = fastspec.pcm_to_float(x)
for i in range(3):
    child = os.fork()
    if not child:
        other = fastspec.pcm_to_float(x + np.int16(i))
        ok = held[0] == 0.5 and other[0] == 0.5 + i / 32768
        del other
        os._exit(not ok)
    assert os.waitpid(child, 0)[1] == 0
    other = fastspec.pcm_to_float(np.zeros(9_000_000, np.int16))
    assert held[0] == 0.5 and other[0] == 0
"""
    run_python(code)


def test_results_in_a_loop_cost_no_new_pages():
    if not Path("/proc/self/statm").exists():
        pytest.skip("how many pages a process has touched is known on Linux alone")
    import resource

    y = np.zeros(_memory.LEAST_BYTES // 4, np.int16)
    out = None
    for _ in range(3):  # one in hand, one waiting
        out = fastspec.pcm_to_float(y)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(10):
        out = fastspec.pcm_to_float(y)
    faults = resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before
    assert out.nbytes == _memory.LEAST_BYTES
    assert faults < 1000  # ten times 32 MiB are 160 large pages or 81920 small ones, without what is written by hand
