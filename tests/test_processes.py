"""Forks, pools, many threads, and the end of an interpreter: each process computes what a single one does.

Programs of their own, for forks are told from the threads that other tests have started.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

if os.name == "nt":
    pytest.skip("forks of POSIX", allow_module_level=True)

COMMON = """
import hashlib, multiprocessing, os, sys, threading, time
import numpy as np
import fastspec
fastspec.set_num_threads(4)
y = np.random.default_rng(0).standard_normal(150_000).astype(np.float32)
def result():
    D = fastspec.stft(y, n_fft=512, hop_length=128)
    L = fastspec.feature.logmel(y=y, n_fft=1024, hop_length=128, n_mels=40)
    return hashlib.sha256(D.tobytes() + L.tobytes()).hexdigest()
def check_child():
    child = os.fork()
    if not child:
        try:
            os._exit(0 if result() == wanted else 2)
        finally:
            os._exit(3)
    assert os.waitpid(child, 0)[1] == 0
"""


def run(code: str, timeout: float = 300) -> str:
    command = [sys.executable, "-W", "error", "-W", "ignore::DeprecationWarning", "-c", COMMON + code]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=timeout)
    assert (ended.returncode, ended.stderr) == (0, "")
    return ended.stdout


@pytest.mark.parametrize("times", [4, pytest.param(100, marks=pytest.mark.long)])
def test_forks_after_threads(times):
    run(f"""
wanted = result()
for _ in range({times}):
    check_child()
    assert result() == wanted
""")


@pytest.mark.parametrize("times", [4, pytest.param(100, marks=pytest.mark.long)])
def test_forks_during_another_threads_run(times):
    """At any moment of it: locks are held, plans are half-made, large results wait for their use."""
    run(f"""
wanted, stop = result(), threading.Event()
def forever():
    i = 0
    while not stop.is_set():
        i += 1
        fastspec.stft(y, n_fft=256 + 2 * (i % 100), hop_length=64)
        fastspec.pcm_to_float(np.zeros(9_000_000, np.int16))
threads = [threading.Thread(target=forever) for _ in range(2)]
for thread in threads:
    thread.start()
rng = np.random.default_rng(0)
for _ in range({times}):
    time.sleep(rng.uniform(0, 0.02))
    check_child()
stop.set()
for thread in threads:
    thread.join()
assert result() == wanted
""")


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_pools(tmp_path, method):
    """Of four; the parent has used threads before."""
    program = tmp_path / "program.py"
    program.write_text(
        COMMON
        + f"""
def of(seed):
    y = np.random.default_rng(seed).standard_normal(100_000).astype(np.float32)
    return hashlib.sha256(fastspec.stft(y, n_fft=512, hop_length=128).tobytes()).hexdigest()
if __name__ == "__main__":
    wanted = [of(seed) for seed in range(12)]
    with multiprocessing.get_context({method!r}).Pool(4) as pool:
        assert pool.map(of, range(12)) == wanted
    assert result() == result()
"""
    )
    subprocess.run([sys.executable, "-W", "error", program], check=True, timeout=300)


@pytest.mark.skipif(not os.path.exists("/proc/self/task"), reason="threads can be counted on Linux alone")
@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_a_worker_keeps_one_thread(tmp_path, method):
    """As those that load data for training, one for each processor: while it works there is no thread but its own,
    and the one that counts."""
    program = tmp_path / "program.py"
    program.write_text(
        f"""
import multiprocessing, os, threading
import numpy as np
import fastspec
def most_threads(queue):
    y = np.random.default_rng(0).standard_normal(1_500_000).astype(np.float32)
    counts, done = [], threading.Event()
    def count():
        while not done.is_set():
            counts.append(len(os.listdir("/proc/self/task")))
    fastspec.stft(y[:3000])
    before = len(os.listdir("/proc/self/task"))
    counter = threading.Thread(target=count)
    counter.start()
    fastspec.feature.logmel(y=y, hop_length=64)
    done.set()
    counter.join()
    queue.put((max(counts) - before - 1, len(counts)))
if __name__ == "__main__":
    context = multiprocessing.get_context({method!r})
    fastspec.stft(np.zeros(1_000_000, np.float32))
    queue = context.Queue()
    worker = context.Process(target=most_threads, args=(queue,))
    worker.start()
    more, looks = queue.get()
    worker.join()
    assert looks > 10, looks
    raise SystemExit(more)
"""
    )
    subprocess.run([sys.executable, program], check=True, timeout=300)


def test_many_threads_on_one_plan():
    """64 of them, all at once, each with signals of its own."""
    run("""
fastspec.set_num_threads(2)
signals = [np.random.default_rng(i).standard_normal(30_000).astype(np.float32) for i in range(64)]
def of(y):
    return fastspec.feature.logmel(y=y, n_fft=512, hop_length=128, n_mels=40).tobytes()
wanted = [of(y) for y in signals]
met, wrong = threading.Barrier(64), []
def work(i):
    met.wait()
    for k in range(64):
        j = (i + k) % 64
        if of(signals[j]) != wanted[j]:
            wrong.append(j)
threads = [threading.Thread(target=work, args=(i,)) for i in range(64)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
assert not wrong
""")


@pytest.mark.parametrize("times", [1, pytest.param(50, marks=pytest.mark.long)])
@pytest.mark.parametrize("work", ["stft", "extract"])
def test_interpreters_end_while_threads_run(tmp_path, work, times):
    run(
        f"""
import subprocess
code = '''
import threading, time, sys
import numpy as np
import fastspec
import fastspec.dataset
y = np.random.default_rng(0).standard_normal(2_000_000).astype(np.float32)
fastspec.write({str(tmp_path)!r} + "/a.wav", y[:400_000], 16000)
begun = threading.Event()
def stft():
    fastspec.stft(y, hop_length=64)
def extract():
    fastspec.dataset.extract([{str(tmp_path)!r}], {str(tmp_path)!r} + "/x" + sys.argv[2], "whisper", fresh=True)
def forever():
    while True:
        {work}()
        begun.set()
threading.Thread(target=forever, daemon=True).start()
begun.wait(60)
time.sleep(float(sys.argv[1]))
'''
for i in range({times}):
    arguments = [str(np.random.default_rng(i).uniform(0, 0.1)), str(i)]
    ended = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, timeout=120)
    assert ended.returncode == 0, (ended.returncode, ended.stderr[-2000:])
    assert {work == "extract"} or ended.stderr == "", ended.stderr[-2000:]
""",
        timeout=1200,
    )


@pytest.mark.parametrize("seconds", [0.15, 0.3])
def test_ctrl_c_in_a_long_call_of_another_library(seconds):
    """Whose thread goes on; C++ would abort if it ended with the interpreter."""
    code = f"""
import signal, threading, time, os
import numpy as np, soxr, fastspec
y = np.zeros(40_000_000, np.float32)
signal.setitimer(signal.ITIMER_REAL, {seconds})
signal.signal(signal.SIGALRM, lambda *_: os.kill(os.getpid(), signal.SIGINT))
while True:
    fastspec.resample(y, orig_sr=16000, target_sr=44100)
"""
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert ended.returncode == -signal.SIGINT, ended.stderr
    assert ended.stderr.rstrip().endswith("KeyboardInterrupt")


INTERRUPTED = """
import gc, signal
fastspec.feature.mfcc(y=y)
X = np.random.default_rng(0).standard_normal((20, 3000))
def resident():
    gc.collect()
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * 4096
long = np.broadcast_to(y, (40, len(y)))
calls = [
    lambda: fastspec.stft(long, hop_length=32),
    lambda: fastspec.feature.logmel(y=long, hop_length=32),
    lambda: fastspec.cqt(np.tile(y, 8)),
    lambda: fastspec.sequence.dtw(X, X),
    lambda: fastspec.effects.hpss(y),
    lambda: fastspec.griffinlim(np.abs(fastspec.stft(y)), n_iter=500),
    lambda: fastspec.yin(np.tile(y, 10), fmin=60, fmax=400),
    lambda: fastspec.resample(np.tile(y, 10), orig_sr=22050, target_sr=16000),
]
wanted, waits = result(), []
short = np.ascontiguousarray(y[:30_000])
for function in (fastspec.cqt, fastspec.effects.hpss, lambda y: fastspec.yin(y, fmin=60, fmax=400)):
    function(short)  # an import that is interrupted is no use to anybody
fastspec.griffinlim(np.abs(fastspec.stft(short)), n_iter=2)
fastspec.sequence.dtw(X[:, :50], X[:, :50])
fastspec.resample(short, orig_sr=22050, target_sr=16000)
sent = 0.0
def send(*_):
    global sent
    sent = time.monotonic()
    os.kill(os.getpid(), signal.SIGINT)
signal.signal(signal.SIGALRM, send)
rng = np.random.default_rng(0)
def interrupt(i):
    try:
        signal.setitimer(signal.ITIMER_REAL, rng.uniform(0.01, 0.05))
        calls[i % len(calls)]()
        signal.setitimer(signal.ITIMER_REAL, 0)
    except KeyboardInterrupt:
        waits.append(time.monotonic() - sent)
    signal.setitimer(signal.ITIMER_REAL, 0)
for i in range({warm}):
    interrupt(i)
while threading.active_count() > 1:
    time.sleep(0.01)
before = resident()
for i in range({times}):
    interrupt(i)
while threading.active_count() > 1:  # what other libraries were left at ends in its own time
    time.sleep(0.01)
print(len(waits), max(waits) * 1000, (resident() - before) >> 10)
assert result() == wanted
assert len(waits) > {times} / 2
"""


@pytest.mark.parametrize("times", [16, pytest.param(400, marks=pytest.mark.long)])
def test_interrupts_leave_nothing(times):
    """SIGINT at random moments of long calls: the next result is right, no thread is left, and no memory."""
    if not os.path.exists("/proc/self/statm"):
        pytest.skip("how much memory is resident is known on Linux alone")
    answered, longest, grown = map(float, run(INTERRUPTED.format(times=times, warm=16)).split())
    print(f"{answered:.0f} answered, after {longest:.0f} ms at most; {grown:.0f} KiB more memory")
    assert longest < 5000
    assert grown < 64 << 10  # results of these calls are tens of MiB each


def test_a_second_ctrl_c_does_not_wait_for_what_the_first_one_left():
    """The end of the interpreter waits for another library's call, unless whoever stopped it says so again."""
    code = """
import atexit, signal, sys, threading, time
from fastspec._engine import foreign
hear = lambda *_: signal.default_int_handler(signal.SIGINT, None)
signal.signal(signal.SIGALRM, hear)
released = threading.Event()
try:
    signal.setitimer(signal.ITIMER_REAL, 0.3)
    foreign.call(released.wait, 200, work=1e12)
except KeyboardInterrupt:
    print("heard", flush=True)
atexit.register(signal.setitimer, signal.ITIMER_REAL, 0.3)  # runs before the wait, which was registered first
"""
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=100)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "heard\n", "")
