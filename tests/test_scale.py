"""Sizes beyond 32 bits, hours of audio, thousands of calls: right values in little memory, or one clear error.

What takes minutes, gigabytes or many processors' time is marked `long`.
"""

from __future__ import annotations

import subprocess
import sys
from contextlib import nullcontext

import numpy as np
import pytest
from support.sparse import MEASURE, needs_proc, sparse_samples, sparse_wav

import fastspec
from fastspec import ParameterError, dataset
from fastspec._front.gathered import gathered
from fastspec.dataset import Job

MIB = 1 << 20
SIZES = [2**31 - 1, 2**31, 2**31 + 1, 2**32, 2**62]


def program(code: str, timeout: float = 600) -> list[str]:
    """What a program of its own prints, whose memory is nobody else's."""
    needs_proc()
    command = [sys.executable, "-c", MEASURE + code]
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=timeout).stdout.split()


# Arithmetic of sizes, without arrays of them


@pytest.mark.parametrize("n", SIZES)
def test_units(n):
    hop, sr = 512, 22050
    assert fastspec.samples_to_frames(n, hop_length=hop) == n // hop
    assert fastspec.samples_to_time(n, sr=sr) == n / sr
    for call, wanted in (
        (lambda: fastspec.frames_to_samples(n, hop_length=hop), n * hop),
        (lambda: fastspec.frames_to_samples([0, -n], hop_length=hop)[1], -n * hop),
        (lambda: fastspec.frames_to_samples(n, hop_length=hop, n_fft=2**31)[()], n * hop + 2**30),
        (lambda: fastspec.frames_to_time(n, sr=sr, hop_length=hop), n * hop / sr),
        (lambda: fastspec.time_to_samples(n, sr=sr), n * sr),
        (lambda: fastspec.time_to_frames(n, sr=sr, hop_length=hop), n * sr // hop),
        (lambda: fastspec.blocks_to_frames(n, block_length=hop), n * hop),
        (lambda: fastspec.blocks_to_samples(n, block_length=2, hop_length=hop), 2 * n * hop),
        (lambda: fastspec.blocks_to_time(n, block_length=2, hop_length=hop, sr=sr), 2 * n * hop / sr),
    ):
        with pytest.raises(ParameterError, match="exceeds 9223372036854775807") if n == 2**62 else nullcontext():
            assert call() == wanted
    with pytest.warns(RuntimeWarning, match="invalid value") if n == 2**62 else nullcontext():  # by NumPy
        assert fastspec.time_to_samples(float(n), sr=sr) == n * sr or n == 2**62


@pytest.mark.parametrize("n", SIZES)
@pytest.mark.parametrize("hop", [1, 160, 2**31 + 1])
def test_numbers_of_frames(n, hop):
    options = {"n_fft": 400, "hop_length": hop, "n_mels": 0, "log": None}
    assert fastspec.Recipe(**options).n_frames(n) == 1 + n // hop
    assert fastspec.Recipe(pad="none", **options).n_frames(n) == 1 + (n - 400) // hop


@pytest.mark.parametrize("n", [2**31 - 1, 2**31 + 1, 2**32])
def test_views_of_frames(n):
    x = np.broadcast_to(np.float32(1), n)
    assert fastspec.util.frame(x, frame_length=2**28, hop_length=1).shape == (2**28, n - 2**28 + 1)
    assert fastspec.util.frame(x, frame_length=4, hop_length=2**30 + 1).shape == (4, 1 + (n - 4) // (2**30 + 1))
    assert fastspec.get_duration(y=x, sr=1) == n
    assert fastspec.util.fix_length(x, size=3).shape == (3,)


@pytest.mark.parametrize("n", [2**31 - 1, 2**31 + 1, 2**32])
@pytest.mark.parametrize("by_frames", [False, True])
def test_frames_put_together(n, by_frames):
    """Nobody has touched the memory that was expected but not needed."""
    part = np.arange(6, dtype=np.float32).reshape(2, 3)
    part = np.asfortranarray(part) if by_frames else part
    found = gathered(iter([part, part[:, :1].copy("K"), part]), n if by_frames else n // 2)
    np.testing.assert_array_equal(found, np.concatenate([part, part[:, :1], part], axis=1))


@pytest.mark.parametrize("channels", [(), (2,), (3, 2)])
@pytest.mark.parametrize("expected", [0, 5, 10, 13])
@pytest.mark.parametrize("by_frames", [False, True])
def test_frames_are_put_together_in_place(channels, expected, by_frames):
    F = np.random.default_rng(0).normal(size=(*channels, 4, 10)).astype(np.float32)
    parts = [F[..., a:b] for a, b in ((0, 3), (3, 3), (3, 7), (7, 10))]
    if by_frames:
        parts = [part.swapaxes(-1, -2).copy().swapaxes(-1, -2) for part in parts]
    np.testing.assert_array_equal(gathered(iter(parts), expected), F)


@pytest.mark.parametrize("n", SIZES[:-1])
def test_offsets_of_a_store(n):
    """Those of all frames before an entry, of entries so long."""
    from fastspec.dataset._compute import Entry, Stored
    from fastspec.dataset._parts import Done
    from fastspec.dataset._stores import Meta
    from fastspec.dataset._stores._contents import contents_of

    part = nullcontext()
    part.done = Done(3, 3, 3.0, (), ())
    part.entries = [Entry(f"{i}", "", f"{i}.wav", 1.0, {"mel": Stored(40, "<f4", n)}) for i in range(3)]
    contents = contents_of(lambda: iter([part]), Meta(Job(features={"mel": "whisper"}), "", {}, [], 3))
    assert contents.offsets["mel"].tolist() == [0, n, 2 * n, 3 * n]
    assert contents.header["features"]["mel"]["frames"] == 3 * n
    assert contents.n_frames("mel", 2) == n


def test_samples_beyond_32_bits(tmp_path):
    """Of frames far apart, so that little is read: each is that of its samples alone."""
    n, hop = 2**32 + 2**20, 2**28 + 1
    marks = {i * hop: np.random.default_rng(i).normal(size=600) for i in (7, 8, 9, 16)}
    y = sparse_samples(tmp_path / "y", n, marks)
    recipe = fastspec.Recipe(pad="none", n_fft=512, hop_length=hop, n_mels=0, log=None)
    D = recipe(y, check_finite=False)
    assert D.shape == (257, 1 + (n - 512) // hop)
    for i in range(D.shape[1]):
        np.testing.assert_array_equal(D[:, i], recipe(np.array(y[i * hop : i * hop + 512]))[:, 0])
    assert (D[:, list(range(7, 10))] != 0).all()


@pytest.mark.long
def test_sizes_of_all_functions():
    """Every whole number that a public function takes, in 2 GiB: a result, a ParameterError, a MemoryError."""
    code = """
import re, resource, sys, warnings
sys.path.insert(0, "tests")
from support import arguments
from support.odd_values import SLOW
from fastspec import ParameterError
warnings.simplefilter("ignore")
calls = arguments.calls()
for call in calls:
    call()
with open("/proc/self/statm") as file:
    room = int(file.read().split()[0]) * 4096 + (2 << 30)
resource.setrlimit(resource.RLIMIT_AS, (room, room))
tried = 0
for call in calls:
    for name, parameter in call.parameters.items():
        if name in SLOW or "int" not in re.findall(r"\\w+", str(parameter.annotation)):
            continue
        for size in (2**31 - 1, 2**31 + 1, 2**32, 2**62):
            tried += 1
            try:
                call(**{name: size})
            except (ParameterError, MemoryError):
                pass
print(tried)
"""
    assert int(program(code)[0]) > 500


# Memory


# What a file takes beyond its result, and its result.
OF_A_FILE = """
import numpy as np
import fastspec, soundfile
fastspec.feature.logmel(y=np.zeros(48000, np.float32))
before = clear()
L, sr = fastspec.feature.logmel_file({path!r}, hop_length={hop})
print(most() - before - L.nbytes, L.nbytes)
"""


@pytest.mark.parametrize(("hours", "hop"), [(0.2, 32), pytest.param(13, 512, marks=pytest.mark.long)])
def test_hours_take_the_memory_of_their_result(tmp_path, hours, hop):
    sr = 16000 if hours < 1 else 48000
    sparse_wav(tmp_path / "long.wav", sr, int(hours * 3600 * sr), {})
    beyond, size = map(int, program(OF_A_FILE.format(path=str(tmp_path / "long.wav"), hop=hop)))
    print(f"{beyond >> 20} MiB beyond the result's {size >> 20} MiB")
    assert size > 150 * MIB
    assert beyond <= 64 * MIB


STREAMED = """
import numpy as np
import fastspec
y = np.memmap({path!r}, np.float32, "r")
stream = fastspec.Stream("logmel", sr=48000, n_fft=2048, hop_length=480, n_mels=80)
frames, i, block = stream.push(y[:48000]).shape[-1], 48000, 10 * 48000
before = clear()
while i < len(y):
    made = stream.push(y[i : i + block])
    y._mmap.madvise(mmap.MADV_DONTNEED)  # the mapping's own pages are not counted
    frames, i = frames + made.shape[-1], i + block
frames += stream.finish().shape[-1]
print(most() - before, frames)
"""


@pytest.mark.long
def test_thirteen_hours_stream_in_little_memory(tmp_path):
    n = 13 * 3600 * 48000
    assert n > 2**31
    sparse_samples(tmp_path / "y", n, {0: np.ones(9)})
    growth, frames = map(int, program(STREAMED.format(path=str(tmp_path / "y"))))
    print(f"{growth >> 20} MiB")
    assert frames == 1 + n // 480
    assert growth <= 64 * MIB


EXTRACTED = """
import numpy as np
import fastspec, soundfile
from fastspec.dataset import Job, extract
fastspec.write({folder!r} + "/short.wav", np.zeros(4_800_000, np.int16), 48000)
job = Job(features={{"mel": fastspec.Recipe(sr=48000, n_fft=2048, hop_length=480, n_mels=80, log="ln")}})
extract([{folder!r} + "/short.wav"], {folder!r} + "/short", job, workers=1)
before = clear()
summary = extract([{folder!r} + "/long.wav"], {folder!r} + "/set" + {suffix!r}, job, workers=1)
assert not summary.failures, summary.failures
print(most() - before)
"""


@pytest.mark.long
@pytest.mark.parametrize("suffix", ["", ".h5"])
def test_thirteen_hours_are_extracted_in_little_memory(tmp_path, suffix):
    """A part of 1.4 GiB; frames beyond the 2^31st sample are those of their samples."""
    n, sr = 13 * 3600 * 48000, 48000
    middle = np.random.default_rng(0).integers(-9000, 9000, 4 * sr)
    at = (2**31 - 2 * sr) // 480 * 480
    sparse_wav(tmp_path / "long.wav", sr, n, {at: middle})
    growth = int(program(EXTRACTED.format(folder=str(tmp_path), suffix=suffix))[0])
    F = dataset.open(tmp_path / f"set{suffix}")[0]
    assert len(F) == 1 + n // 480
    recipe = fastspec.Recipe(sr=48000, n_fft=2048, hop_length=480, n_mels=80, log="ln")
    wanted = recipe((middle / 32768).astype(np.float32)).T[5:390]
    np.testing.assert_array_equal(F[at // 480 + 5 : at // 480 + 390], wanted)
    print(f"{growth >> 20} MiB")
    assert growth <= 64 * MIB


@pytest.mark.long
def test_more_than_two_to_the_31_samples_and_outputs(tmp_path):
    """8.6 GB of samples, and as many values of one band; needs 10 GB of memory."""
    n = 2**31 + 2**20
    with open("/proc/meminfo") as file:
        free = next(int(line.split()[1]) >> 20 for line in file if line.startswith("MemAvailable"))
    if free < 14:
        pytest.skip(f"{free} GiB of memory are free, 14 are needed")
    at = 2**31 - 300
    mark = np.random.default_rng(0).normal(size=700).astype(np.float32)
    y = sparse_samples(tmp_path / "y", n, {at: mark})
    recipe = fastspec.Recipe(pad="none", n_fft=8, hop_length=1, n_mels=0, log=None, power=2.0)
    alone = recipe(np.concatenate([np.zeros(8, np.float32), mark, np.zeros(8, np.float32)]))
    E = fastspec.feature.melspectrogram(y=y, sr=16000, n_fft=8, hop_length=1, n_mels=1, center=False)
    assert E.shape == (1, n - 7)
    assert E.size > 2**31
    near = np.concatenate([np.zeros(8, np.float32), mark, np.zeros(8, np.float32)])
    wanted = fastspec.feature.melspectrogram(y=near, sr=16000, n_fft=8, hop_length=1, n_mels=1, center=False)
    assert wanted.shape[1] == alone.shape[1]
    np.testing.assert_array_equal(E[:, at - 8 : at - 8 + wanted.shape[1]], wanted)
    assert np.count_nonzero(E) == np.count_nonzero(wanted)


FLAT = """
import gc, sys, tracemalloc
import numpy as np
import fastspec
y = np.random.default_rng(0).standard_normal(4096).astype(np.float32)
S = np.abs(fastspec.stft(y))
def once():
    fastspec.stft(y)
    fastspec.feature.logmel(y=y, n_mels=40)
    fastspec.feature.mfcc(y=y, n_mels=40)
    fastspec.power_to_db(S)
    fastspec.istft(S.astype(np.complex64))
    try:
        fastspec.stft(y[:0])
    except fastspec.ParameterError:
        pass
def resident():
    gc.collect()
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * 4096
def run(n):
    for _ in range(n):
        once()
run({n} // 10 + 50)
before = resident()
run({n})
grown = resident() - before
tracemalloc.start()
run(50)
gc.collect()
before = tracemalloc.get_traced_memory()[0]
run({n} // 10)
gc.collect()
print(grown, tracemalloc.get_traced_memory()[0] - before)
"""


@pytest.mark.parametrize("n", [100, pytest.param(20_000, marks=pytest.mark.long)])
def test_calls_leave_nothing(n):
    """Six calls each time, one of which fails; so the long one makes 120,000."""
    resident, traced = map(int, program(FLAT.format(n=n)))
    print(f"{resident >> 10} KiB resident, {traced} bytes traced")
    assert resident <= MIB
    assert traced <= 1 << 10


PLANS = """
import gc
import numpy as np
import fastspec
y = np.random.default_rng(0).standard_normal(4096).astype(np.float32)
def resident():
    gc.collect()
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * 4096
def plan(i):
    fastspec.stft(y, n_fft=64 + i % 191, hop_length=16 + i // 191)
for i in range(2000):
    plan(i)
before = resident()
for i in range(2000, 12000):
    plan(i)
print(resident() - before)
"""


@pytest.mark.long
def test_ten_thousand_plans_are_flat():
    growth = int(program(PLANS)[0])
    print(f"{growth >> 10} KiB")
    assert growth <= 2 * MIB
