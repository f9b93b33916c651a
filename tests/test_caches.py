"""Caches: bounded in bytes as well as in number, the newest entries kept, small calls a look-up."""

from __future__ import annotations

import os
import sys
import threading
import weakref
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import pytest
from support.programs import run_python

import fastspec
from fastspec._engine import kept as _kept
from fastspec._engine import plans as _plans
from fastspec._front import specs

MIB = 1 << 20


@pytest.fixture(autouse=True)
def own_budget(monkeypatch):
    """Caches that tests make are not known to the others, nor they to them."""
    budget = _kept._Budget()
    monkeypatch.setattr(_kept, "_budget", budget)
    return budget


class Made:
    """What a cached function makes, which tells whether it is still there."""

    def __init__(self, size: int) -> None:
        self.alive = weakref.WeakValueDictionary()
        self.calls = 0
        self.size = size

    def __call__(self, i: int) -> np.ndarray:
        self.calls += 1
        self.alive[self.calls] = array = np.empty(self.size, np.uint8)
        return array

    @property
    def bytes(self) -> int:
        return self.size * len(self.alive)


def test_bytes_are_bounded_over_all_caches():
    made = Made(10 * MIB)
    first, second = (_kept.kept(64)(lambda i: made(i)) for _ in range(2))
    for i in range(100):
        (first if i % 2 else second)(i)
        assert made.bytes <= _kept.MOST_BYTES + 2 * made.size
    assert made.bytes >= 2 * made.size


def test_numbers_are_bounded():
    made = Made(1)
    few = _kept.kept(3)(made.__call__)
    for i in range(10):
        few(i)
    assert made.bytes == 3


def test_what_is_kept_is_made_once():
    made = Made(MIB)
    cached = _kept.kept(64)(lambda i: made(i))
    for _ in range(3):
        for i in range(50):
            assert cached(i) is cached(i)
    assert made.calls == 50


def test_the_newest_is_kept_however_large_and_whatever_else_is_made():
    large, other = Made(_kept.MOST_BYTES + 1), Made(_kept.MOST_BYTES // 2 + 1)
    of_large, of_other = _kept.kept(64)(lambda i: large(i)), _kept.kept(64)(lambda i: other(i))
    kept = of_large(0)
    for i in range(10):
        of_other(i)
        assert of_large(0) is kept
    assert (large.calls, other.calls) == (1, 10)
    assert len(other.alive) <= 2
    del kept
    of_large(1)
    assert len(large.alive) == 1


def test_a_large_one_does_not_keep_others_out():
    """What is over the limit by itself is not counted again and again."""
    large, other = Made(2 * _kept.MOST_BYTES), Made(MIB)
    of_large, of_other = _kept.kept(64)(lambda i: large(i)), _kept.kept(64)(lambda i: other(i))
    of_large(0)
    for _ in range(3):
        for i in range(20):
            of_other(i)
    assert other.calls == 20


def test_the_newest_is_found_by_all_that_it_is_called_with():
    calls = []
    cached = _kept.kept(4, typed=True)(lambda *args, **kwargs: calls.append((args, kwargs)) or len(calls))
    wanted = [((1,), {}), ((1.0,), {}), ((True,), {}), ((1, 2), {}), ((1,), {"a": 2}), ((1,), {"a": 3}), ((-1,), {})]
    for args, kwargs in [*wanted, ((-2,), {})]:  # -1 and -2 have one hash
        number = cached(*args, **kwargs)
        cached.cache_clear()
        assert cached(*args, **kwargs) == number == len(calls)


def test_what_is_found_is_of_its_own_key_whatever_comes_between():
    """While keys are compared, another thread (here: the comparison itself) may make something newer."""

    class Key(str):
        meanwhile = None
        __hash__ = str.__hash__

        def __eq__(self, other):
            if Key.meanwhile:
                key, Key.meanwhile = Key.meanwhile, None
                cached(key)
            return str.__eq__(self, other)

    cached = _kept.kept(4)(lambda key: f"made of {key}")
    cached(Key("one"))
    cached.cache_clear()
    Key.meanwhile = Key("another")
    assert cached(Key("one")) == "made of one"
    assert Key.meanwhile is None


def test_errors_are_not_kept():
    @_kept.kept(4)
    def fail(i):
        raise ValueError(i)

    for i in range(3):
        with pytest.raises(ValueError, match=str(i)):
            fail(i)
    with pytest.raises(TypeError, match="unhashable"):
        fail([])


def test_it_is_the_function_to_those_who_look():
    @_kept.kept(4)
    def double(x: int) -> int:
        """Twice."""
        return 2 * x

    assert (double.__name__, double.__doc__, double.__wrapped__(4)) == ("double", "Twice.", 8)


@dataclass(frozen=True)
class Parts:
    arrays: tuple
    name: str


def counted(*things) -> int:
    budget = _kept._Budget()
    budget.spend(things, 0)
    return budget.total - _kept.ENTRY_BYTES


def test_memory_is_counted_once_and_whole():
    x = np.zeros((1000, 1000))
    slack = 1000
    assert x.nbytes <= counted(x) <= x.nbytes + slack
    assert x.nbytes <= counted(x[:1], x[5:], x.T, Parts((x, x[0]), "x")) <= x.nbytes + slack
    assert counted(np.broadcast_to(np.zeros(3), (10**9, 3))) <= slack
    key = x.tobytes()
    assert len(key) <= counted(key, np.frombuffer(key), np.frombuffer(key)[3:]) <= len(key) + slack
    assert counted((0.5,) * 10**5) >= 8 * 10**5
    assert counted(x, x.copy()) >= 2 * x.nbytes


def test_the_engines_own_memory_is_counted(own_budget):
    plan = _kept.kept(4)(_plans.plan_of.__wrapped__)
    spec = specs.stft_spec(specs.stft_arguments(2**20, None, None, "hann", True, "constant"), 1, 0)
    before = own_budget.total
    plan(spec)
    window, twiddles = 8 << 20, 8 << 20
    assert own_budget.total - before >= 2 * window + twiddles


def test_threads():
    """Many of them, over and over the limit: right values, bytes bounded."""
    made = Made(8 * MIB)
    cached = _kept.kept(64)(lambda i: (made(i), i))
    wrong = []

    def work(seed: int) -> None:
        for i in np.random.default_rng(seed).integers(0, 64, 60).tolist():
            wrong.extend([i] if cached(i)[1] != i else [])

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(8) as pool:
            for done in [pool.submit(work, seed) for seed in range(8)]:
                done.result()
    finally:
        sys.setswitchinterval(interval)
    assert not wrong
    assert made.bytes <= _kept.MOST_BYTES + 9 * made.size  # one that each thread was about to keep


def test_bytes_are_counted_by_one_thread_at_a_time(own_budget):
    before = own_budget.total
    with own_budget.lock:
        thread = threading.Thread(target=own_budget.spend, args=((), 1))
        thread.start()
        thread.join(0.1)
        assert own_budget.total == before
    thread.join()
    assert own_budget.total > before + _kept.ENTRY_BYTES


def test_a_finalizer_may_use_a_cache_while_bytes_are_counted(own_budget):
    cached = _kept.kept(4)(lambda i: i)
    with own_budget.lock:
        assert cached(1) == 1


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_child_does_not_wait_for_a_lock_of_its_parent():
    code = """
import os, threading
import numpy as np
import fastspec
from fastspec._engine import kept as _kept
fastspec.stft(np.zeros(4096))
locked, done = threading.Event(), threading.Event()
def hold():
    with _kept._budget.lock:
        locked.set()
        done.wait()
holder = threading.Thread(target=hold)
holder.start()
locked.wait()
child = os.fork()
if not child:
    fastspec.stft(np.zeros(4096), n_fft=300)
    os._exit(0)
assert os.waitpid(child, 0)[1] == 0
done.set()
holder.join()
"""
    run_python(code)


# Through the public functions, with a lower limit, so that it is met soon

LIMIT = 16 * MIB
RESIDENT = """
import gc, sys, warnings
import numpy as np
import fastspec
from fastspec._engine import kept as _kept
_kept.MOST_BYTES = {limit}
warnings.simplefilter("ignore")
fastspec.set_num_threads(1)
y = np.random.default_rng(0).standard_normal(3000).astype(np.float32)
def resident():
    gc.collect()
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * 4 << 10
def call(i):
    {call}
for i in range({warm}):
    call(i)
before = resident()
for i in range({warm}, {warm} + {n}):
    call(i)
print(resident() - before)
"""


def growth(call: str, n: int, warm: int = 1, limit: int = LIMIT) -> int:
    """Bytes that are resident after `n` calls more than before."""
    if not os.path.exists("/proc/self/statm"):
        pytest.skip("how much memory is resident is known on Linux alone")
    return int(run_python(RESIDENT.format(call=call, n=n, warm=warm, limit=limit)).stdout)


# Entries of some MiB each, of which the caches would keep 16 to 64 by number.
LARGE_ENTRIES = {
    "mel": "fastspec.feature.melspectrogram(y=y, sr=22050 + i, n_fft=4096, n_mels=256)",
    "mel of double": "fastspec.feature.melspectrogram(y=y.astype(float), sr=22050 + i, n_fft=4096, n_mels=256)",
    "mel of S": "fastspec.feature.melspectrogram(S=np.ones((2049, 2)), sr=22050 + i, n_mels=256)",
    "stft": "fastspec.stft(y, n_fft=2**17, hop_length=2**16 + i)",
    "samples of a window": "fastspec.stft(y, n_fft=2**17, hop_length=2**16, window=np.full(2**17, 1.0 + i))",
    "istft": "fastspec.istft(np.ones((2**16 + 1, 2), np.complex64), hop_length=2**15 + i)",
    "chroma": "fastspec.feature.chroma_stft(y=y, sr=22050 + i, n_fft=2**15, n_chroma=24, tuning=0.0)",
    "dct": "fastspec.feature.mfcc(S=np.ones((600 + i, 2)), n_mfcc=600)",
    "cqt": "fastspec.cqt(y[:500], fmin=33 + i / 100, hop_length=1, n_bins=48, bins_per_octave=48)",
    "icqt": "fastspec.icqt(np.ones((48, 1)) + 0j, fmin=33 + i / 100, hop_length=63, bins_per_octave=48, length=9)",
    "pseudo_cqt": "fastspec.pseudo_cqt(y, fmin=33 + i / 100, n_bins=48)",
    "moments": "fastspec.feature.spectral_bandwidth(y=y, sr=22050 + i, n_fft=2**13)",
    "polynomials": "fastspec.feature.poly_features(y=y, sr=22050 + i, n_fft=2**13, order=2)",
    "contrast": "fastspec.feature.spectral_contrast(y=y, sr=22050 + i, n_fft=2**16, hop_length=2**15)",
    "tempograms": "fastspec.feature.tempogram(onset_envelope=y[:20], win_length=2**14 + 16 * i)",
    "yin": "fastspec.yin(y, fmin=10, fmax=100 + i, frame_length=2**16, hop_length=2**15)",
}


HOW_MANY = {"cqt": 15, "icqt": 5}


@pytest.mark.parametrize("name", LARGE_ENTRIES)
def test_large_plans_and_banks(name):
    assert growth(LARGE_ENTRIES[name], n=HOW_MANY.get(name, 60)) <= 5 * LIMIT


@pytest.mark.parametrize("name", ["mel", *(pytest.param(name, marks=pytest.mark.long) for name in LARGE_ENTRIES)])
def test_the_limit_is_what_bounds_them(name):
    assert growth(LARGE_ENTRIES[name], n=HOW_MANY.get(name, 60), limit=1 << 40) > 5 * LIMIT


def test_thousands_of_plans():
    call = "fastspec.feature.logmel(y=y[:2048], sr=8000 + i, n_fft=256 + 2 * (i % 97), hop_length=64, n_mels=20)"
    assert growth(call, n=2000, warm=500, limit=_kept.MOST_BYTES) <= 8 * MIB


def test_the_last_plan_is_kept_however_large(monkeypatch):
    """A bank of more than the limit is made once."""
    made = []
    plain = specs.mel_weights
    monkeypatch.setattr(specs, "mel_weights", lambda **kwargs: made.append(1) or plain(**kwargs))
    monkeypatch.setattr(_kept, "MOST_BYTES", 1 << 16)
    y = np.zeros(4096)
    before = fastspec.feature.melspectrogram(y=y, sr=12345)
    for _ in range(5):
        assert np.array_equal(fastspec.feature.melspectrogram(y=y, sr=12345), before)
    assert len(made) == 1
    threading.Thread(target=fastspec.feature.melspectrogram, kwargs={"y": y, "sr": 12345}).start()
    assert len(made) == 1
