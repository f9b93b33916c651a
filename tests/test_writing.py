"""`write`: every format that libsndfile writes, what each cannot hold, and what else than a path can be written to."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
import soundfile

import fastspec
from fastspec import AudioFileError, DTypeError, ParameterError
from fastspec._soundfiles import formats as _formats
from fastspec._soundfiles import writing as _writing

RATES = (
    *(1, 100, 3999, 8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000, 65535, 65536, 65540, 96000, 192000),
    *(200_000, 200_001, 384_000, 655_350, 655_360, 1_048_576, 2**24 + 1, 800_000_001, 2**31 - 1, 2**31),
)
CHANNELS = (1, 2, 3, 8, 9, 255, 256, 257, 1024)
LENGTHS = (0, 1, 2, 63, 64, 3000, 3001)
KINDS = [
    (name, subtype)
    for name in soundfile.available_formats()
    for subtype in soundfile.available_subtypes(name)
    if soundfile.check_format(name, subtype)
]
PADDED = ("GSM610", "IMA_ADPCM", "MS_ADPCM", "G721_32", "G723_24", "G723_40", "NMS_ADPCM")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def noise(*shape: int) -> np.ndarray:
    return np.random.default_rng(0).uniform(-0.5, 0.5, shape).astype(np.float32)


def run_python(program: str, *arguments: object) -> subprocess.CompletedProcess:
    return subprocess.run([sys.executable, "-c", program, *map(str, arguments)], capture_output=True, text=True)


# What is written reads back as asked, or is refused


def written(name: str, subtype: str, sr: int, channels: int, n: int) -> bool:
    """Whether a file could be written; then it is what was asked for."""
    memory = io.BytesIO()
    try:
        fastspec.write(memory, noise(channels, n), sr, subtype, format=name)
    except ParameterError:
        refused = memory.getvalue() == b""
        assert refused
        return False
    memory.seek(0)
    with soundfile.SoundFile(memory) as file:
        assert (file.samplerate, file.channels) == (sr, channels)
        assert n <= file.frames < n + 2**13 if subtype.startswith(PADDED) else file.frames == n
        assert len(file.read(file.frames)) == file.frames
    return True


@pytest.mark.parametrize(("name", "subtype"), KINDS)
def test_what_is_written_reads_back_as_asked(name, subtype):
    cases = [(sr, 1, 3001) for sr in RATES] + [(8000, c, 1000) for c in CHANNELS] + [(8000, 1, n) for n in LENGTHS]
    count = sum(written(name, subtype, *case) for case in cases)
    left_out = (None, subtype) in _formats._LEFT_OUT or (name, subtype) in _formats._LEFT_OUT
    if name in _formats._FORMATS_LEFT_OUT or left_out:
        assert count == 0
    elif name not in ("WVE", "XI", "VOC"):
        assert count >= 10


# In dB, for a sine that begins with the file.
QUALITY = {"PCM_16": 90, "ALAC_16": 90, "DPCM_16": 90, "PCM_24": 135, "PCM_32": 180, "FLOAT": 150, "DOUBLE": 250}


@pytest.mark.parametrize(("name", "subtype"), KINDS)
def test_files_hold_the_samples(name, subtype):
    """Channels apart: libsndfile's ALAC of 32 bits has noise in the second one."""
    sr = {"WVE": 8000, "XI": 44100}.get(name, 16000)
    for channels in (1, 2, 3):
        time = np.arange(6000) / sr
        y = np.stack([0.5 * np.sin(2 * np.pi * time * (200 + 37 * k) + k) for k in range(channels)])
        memory = io.BytesIO()
        try:
            fastspec.write(memory, y, sr, subtype, format=name)
        except ParameterError:
            continue
        memory.seek(0)
        with soundfile.SoundFile(memory) as file:
            got = file.read(file.frames, always_2d=True).T[:, : y.shape[1]]
        error = np.sum((got - y) ** 2, axis=1) + 1e-30
        assert (10 * np.log10(np.sum(y**2, axis=1) / error)).min() > QUALITY.get(subtype, 20)


@pytest.mark.parametrize(
    ("name", "subtype"), [kind for kind in KINDS if kind[1].startswith(("PCM_", "ALAC_", "DPCM_"))]
)
def test_codes_are_those_of_pcm_convert(name, subtype):
    """Loud noise: lossless coders then have nothing to save."""
    codes = {"8": (np.int8, None), "16": (np.int16, None), "24": (np.int32, "int24"), "32": (np.int32, None)}
    sr = 44100 if name == "XI" else 16000
    for channels in (1, 2, 3, 8):
        y = 3 * noise(channels, 9000)
        memory = io.BytesIO()
        try:
            clips = fastspec.write(memory, y, sr, subtype, format=name)
        except ParameterError:
            continue
        dtype, encoding = codes[re.search(r"\d+", subtype)[0]]
        want, count = fastspec.pcm_convert(y, dtype, to_encoding=encoding, return_clips=True)
        assert clips == count
        want = fastspec.pcm_convert(want, np.int32, from_encoding=encoding)
        memory.seek(0)
        with soundfile.SoundFile(memory) as file:
            got = file.read(file.frames, dtype="int32", always_2d=True).T
        np.testing.assert_array_equal(got, want)


def test_codecs_of_16_bits_clip_as_sox_does():
    """libsndfile would let 1.5 come out at the other end of the range."""
    y = 1.5 * np.sin(np.arange(4800) / 8)
    want, clips = fastspec.float_to_pcm(y, np.int16, return_clips=True)
    for name, subtype in (("WAV", "GSM610"), ("WAV", "MS_ADPCM"), ("W64", "IMA_ADPCM"), ("CAF", "ALAC_16")):
        memory = io.BytesIO()
        assert fastspec.write(memory, y, 8000, subtype, format=name) == clips > 1000
        memory.seek(0)
        with soundfile.SoundFile(memory) as file:
            got = file.read(file.frames, dtype="int16")[:4800]
        assert np.corrcoef(got, want)[0, 1] > 0.95


@pytest.mark.parametrize("subtype", ["PCM_S8", "PCM_U8", "ULAW"])
def test_odd_lengths_of_aiff(folder, subtype):
    y = noise(5)
    fastspec.write("x.aiff", y, 8000, subtype)
    content = Path("x.aiff").read_bytes()
    assert len(content) == 8 + int.from_bytes(content[4:8], "big")
    assert content[content.index(b"COMM") + 10 :][:4] == (5).to_bytes(4, "big")
    assert content[content.index(b"SSND") + 4 :][:4] == (8 + 5).to_bytes(4, "big")
    np.testing.assert_allclose(fastspec.read("x.aiff")[0], y, atol=0.02)


@pytest.mark.parametrize(
    ("name", "sr", "n", "words"),
    [
        ("x.opus", 44100, 100, "8000, 12000, 16000, 24000, 48000"),
        ("x.ogg", 256_000, 100, "1 to 200000"),
        ("x.mp3", 96_000, 100, "48000"),
        ("x.flac", 700_000, 100, "655350"),
        ("x.flac", 8000, 0, "y has 0 samples, too few"),
        ("x.htk", 22050, 100, "divisors of 10000000"),
        ("x.voc", 8000, 2**24, "use RF64, W64 or CAF"),
        ("x.sds", 8000, 2**21, "2097151"),
        ("x.wav", 2**31, 100, "2147483647"),
    ],
)
def test_refusals_say_what_there_is(folder, name, sr, n, words):
    Path(name).write_bytes(b"as it was")
    with pytest.raises(ParameterError, match=rf"^{name}: .*{words}") as caught:
        fastspec.write(name, np.broadcast_to(np.float32(0), n), sr)
    assert f"sr={sr}" in str(caught.value) or f"{n} samples" in str(caught.value)
    assert Path(name).read_bytes() == b"as it was"
    assert os.listdir() == [name]


def test_suffix_opus_is_opus(folder):
    for name, options, subtype in (
        ("x.opus", {}, "OPUS"),
        ("x.ogg", {}, "VORBIS"),
        ("x.oga", {}, "VORBIS"),
        ("x.ogg", {"subtype": "OPUS"}, "OPUS"),
        ("x.opus", {"subtype": "VORBIS"}, "VORBIS"),
        ("x.opus", {"format": "OGG"}, "OPUS"),
        ("x", {"format": "opus"}, "OPUS"),
    ):
        fastspec.write(name, noise(500), 48000, **options)
        assert (soundfile.info(name).format, soundfile.info(name).subtype) == ("OGG", subtype)
    assert not _formats.can_hold("x.opus", "VORBIS")


def test_usual_suffixes(folder):
    kinds = {"aif": "AIFF", "aifc": "AIFF", "wave": "WAV", "snd": "AU", "sph": "NIST", "mp3": "MP3", "caf": "CAF"}
    for suffix, name in kinds.items():
        fastspec.write(f"x.{suffix}", noise(2000), 8000)
        assert soundfile.info(f"x.{suffix}").format == name


@pytest.mark.parametrize("limit", [2**32 - 2**12 + 2])
def test_wav_beyond_4_gib_is_rf64(folder, monkeypatch, limit):
    longest = np.broadcast_to(np.int16(5), limit // 2)
    with pytest.raises(ParameterError, match=f"{limit // 2} samples x 1 are too many for WAV PCM_16, .*format='RF64'"):
        fastspec.write("x.wav", longest, 48000, format="WAV")
    with pytest.raises(ParameterError, match="too many for AIFF"):
        fastspec.write("x.aiff", longest, 48000)
    with pytest.raises(ParameterError, match="too many for WAV IMA_ADPCM"):
        fastspec.write("x.wav", np.broadcast_to(np.int16(5), 2**32), 48000, "IMA_ADPCM")
    assert os.listdir() == []
    monkeypatch.setattr(_formats, "_MOST_BYTES_OF_OTHERS", 1000)  # real files of 4 GiB take minutes
    fastspec.write("x.wav", noise(2, 251), 48000)
    found = soundfile.info("x.wav")
    assert (found.format, found.subtype, found.samplerate, found.frames) == ("RF64", "PCM_16", 48000, 251)
    np.testing.assert_allclose(fastspec.read("x.wav")[0], noise(2, 251), atol=2**-15)


# Blocks


@pytest.mark.parametrize("options", [{}, {"dither": "tpdf", "rng": 1}, {"lo": -0.25, "hi": 0.4}], ids=str)
@pytest.mark.parametrize("shape", [(40_000,), (3, 20_000)])
@pytest.mark.parametrize("layout", ["C", "F", "strided", "big-endian", "half"])
def test_blocks_do_not_change_a_bit(folder, monkeypatch, options, shape, layout):
    y = noise(*shape)
    if layout == "half":
        y = y.astype(np.float16)
    whole = y if "lo" not in options else 2 * (y.astype(np.float64) + 0.25) / 0.65 - 1
    noisy = {key: value for key, value in options.items() if key != "lo" and key != "hi"}
    want, clips = fastspec.pcm_convert(whole, np.int16, return_clips=True, **noisy)
    if layout == "strided":
        y = np.repeat(y, 2, axis=-1)[..., ::2]
    elif layout == "big-endian":
        y = y.astype(">f4")
    else:
        y = np.array(y, order=layout if layout != "half" else "C")
    for block in (1 << 16, 1000, 7):
        monkeypatch.setattr(_writing, "_BLOCK", block)
        got = fastspec.write("x.wav", y[..., : 2000 if block == 7 else None], 8000, **options)
        if block == 7:
            continue
        np.testing.assert_array_equal(fastspec.read("x.wav", dtype=np.int16)[0], want)
        assert got == (int(((y < -0.25) | (y > 0.4)).sum()) if "lo" in options else clips)


def test_a_generator_is_asked_once(folder):
    y, rng, again = noise(2, 100_000), np.random.default_rng(5), np.random.default_rng(5)
    fastspec.write("x.wav", y, 8000, dither="tpdf", rng=rng)
    want = fastspec.float_to_pcm(y, np.int16, dither="tpdf", rng=again)
    np.testing.assert_array_equal(fastspec.read("x.wav", dtype=np.int16)[0], want)
    assert rng.integers(1 << 60) == again.integers(1 << 60)


LONG = """
import sys, threading, numpy as np, fastspec
path, sr, n, channels, stack = sys.argv[1], *map(int, sys.argv[2:])
y = np.random.default_rng(0).uniform(-1, 1, (channels, n)).astype(np.float32)
threading.stack_size(stack)
thread = threading.Thread(target=fastspec.write, args=(path, y, sr))
thread.start()
thread.join()
"""


@pytest.mark.parametrize(
    ("name", "sr", "channels"), [("x.ogg", 44100, 1), ("x.ogg", 44100, 6), ("x.opus", 48000, 2), ("x.mp3", 44100, 2)]
)
def test_long_files_on_a_small_stack(folder, name, sr, channels):
    n = 20 * sr // channels
    done = run_python(LONG, name, sr, n, channels, 1 << 19)
    assert (done.returncode, done.stderr) == (0, "")
    assert soundfile.info(name).frames == n


MEMORY = """
import resource, sys, numpy as np, fastspec
fastspec.write(sys.argv[1], np.zeros((2, 1000), np.float32), 48000)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
y = np.broadcast_to(np.float32(0.5), (2, 5_000_000))
fastspec.write(sys.argv[1], y, 48000)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="ru_maxrss is in kilobytes on Linux")
@pytest.mark.parametrize("name", ["x.wav", "x.flac"])
def test_memory_does_not_grow_with_the_signal(folder, name):
    assert int(run_python(MEMORY, name).stdout) < 8192  # kilobytes; the samples are 40 MB


# Values


@pytest.mark.parametrize("name", ["x.mp3", "x.ogg", "x.opus"])
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 1e10, -1e30])
def test_lossy_codecs_take_no_values_that_kill_them(folder, name, value):
    """LAME aborts the process; the others make noise or silence of the whole file."""
    y = noise(2, 30_000)
    y[1, 20_001] = value
    Path(name).write_bytes(b"as it was")
    with pytest.raises(ParameterError, match=r"^y\[1, 20001\] is -?(nan|inf|1).*finite"):
        fastspec.write(name, y, 48000)
    assert (os.listdir(), Path(name).read_bytes()) == ([name], b"as it was")
    fastspec.write(name, np.clip(np.nan_to_num(y), -(2.0**15), 2.0**15), 48000)
    assert soundfile.info(name).frames == 30_000


@pytest.mark.parametrize("name", ["x.wav", "x.mp3"])
@pytest.mark.parametrize(
    ("y", "words"),
    [
        (np.ma.masked_less(noise(90), 0), "y is a masked array"),
        (np.zeros(90, bool), "y.dtype=bool"),
        (np.zeros((2, 0), np.int64), "y.dtype=int64"),
        (np.array(["a"]), "y.dtype=<U1"),
        (np.array([None]), "y.dtype=object"),
        (np.zeros(90, complex), "y.dtype=complex128"),
    ],
)
def test_samples_that_are_none(folder, name, y, words):
    with pytest.raises(ParameterError, match=words if y.size or name == "x.wav" else "y has 0 samples, too few"):
        fastspec.write(name, y, 8000)
    assert os.listdir() == []


# What else can be written to


class Slow:
    """A raw file that takes what it wants."""

    def __init__(self):
        self.content = b""

    def write(self, data):
        self.content += bytes(data[:7])
        return min(7, len(data))


@pytest.mark.parametrize("name", ["WAV", "FLAC", "OGG", "MP3", "AIFF", "CAF", "RF64"])
def test_file_objects(folder, name):
    y = noise(2, 3000)
    fastspec.write("x", y, 8000, format=name)
    memory, slow = io.BytesIO(b"before" * 10), Slow()
    memory.seek(6)
    fastspec.write(memory, y, 8000, format=name)
    fastspec.write(slow, y, 8000, format=name)
    with open("y", "wb") as file, open("z", "wb", buffering=0) as raw:
        fastspec.write(file, y, 8000, format=name)
        fastspec.write(raw.fileno(), y, 8000, format=name)
    read, write = os.pipe()
    got = []
    reader = threading.Thread(target=lambda: got.append(Path(f"/dev/fd/{read}").read_bytes()))
    reader.start()
    with open(write, "wb") as pipe:
        fastspec.write(pipe, y, 8000, format=name)
    reader.join()
    want = fastspec.read("x")[0]
    for content in (memory.getvalue()[6:], slow.content, Path("y").read_bytes(), Path("z").read_bytes(), got[0]):
        np.testing.assert_array_equal(fastspec.read(io.BytesIO(content))[0], want)


def test_format_of_a_file_object(folder):
    with open("x.flac", "wb") as file:
        fastspec.write(file, noise(500), 8000)
    assert soundfile.info("x.flac").format == "FLAC"
    for target in (io.BytesIO(), 1):
        with pytest.raises(ParameterError, match=r"^format=None: (<BytesIO>|file descriptor 1) .*format='WAV'"):
            fastspec.write(target, noise(9), 8000)
    with pytest.raises(ParameterError, match="'NONE' is no format"):
        fastspec.write(io.BytesIO(), noise(9), 8000, format="NONE")


def test_what_is_no_file_to_write_to(folder):
    Path("x.wav").write_bytes(b"as it was")
    with open("x.wav", "rb") as reading, open("y.wav", "w") as text:
        for target in (reading, text, io.StringIO()):
            with pytest.raises(ParameterError, match="mode='wb'"):
                fastspec.write(target, noise(9), 8000, format="WAV")
    closed = io.BytesIO()
    closed.close()
    with pytest.raises(ParameterError, match="mode='wb'"):
        fastspec.write(closed, noise(9), 8000, format="WAV")
    for target in (None, 1.5, True, ["x.wav"]):
        with pytest.raises(DTypeError, match="must be a path, or a file object"):
            fastspec.write(target, noise(9), 8000, format="WAV")
    for target in (-1, 987_654):
        with pytest.raises(ParameterError, match=f"path={target}"):
            fastspec.write(target, noise(9), 8000, format="WAV")
    with pytest.raises(ParameterError, match="NUL"):
        fastspec.write("x\0.wav", noise(9), 8000)
    assert Path("x.wav").read_bytes() == b"as it was"


def test_errors_of_file_objects(folder):
    class Full(io.BytesIO):
        def write(self, data):
            raise OSError(28, "No space left on device")

    with pytest.raises(AudioFileError, match=r"^<Full>: cannot be written: No space left on device$") as caught:
        fastspec.write(Full(), noise(9), 8000, format="WAV")
    assert caught.value.errno == 28


def test_names_of_any_bytes(folder):
    name = os.fsencode("stra") + b"\xdfe.wav"
    try:
        fastspec.write(name, noise(100), 8000)
    except AudioFileError:
        pytest.skip("this file system wants UTF-8")
    fastspec.write(os.fsdecode(name), noise(200), 8000)
    fastspec.write(Path(os.fsdecode(name)), noise(300), 8000)
    assert os.listdir(b".") == [name]
    with open(name, "rb") as file:
        assert soundfile.info(file).frames == 300


FULL = """
import resource, sys, numpy as np, fastspec
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
y = np.random.default_rng(0).uniform(-1, 1, 100_000).astype(np.float32)
try:
    fastspec.write(sys.argv[1], y, 8000, format=sys.argv[2])
except fastspec.AudioFileError as error:
    print(error.errno, error)
"""


@pytest.mark.skipif(os.name == "nt", reason="no resource limits")
@pytest.mark.parametrize("name", ["WAV", "FLAC", "OGG", "MP3", "OPUS", "CAF", "AIFF", "W64"])
def test_a_full_disk(folder, name):
    Path("x").write_bytes(b"as it was")
    done = run_python(FULL, "x", name)
    assert done.stdout.startswith("27 x: cannot be written: File too large"), done
    assert (os.listdir(), Path("x").read_bytes()) == (["x"], b"as it was")


def test_levels_of_nothing(folder):
    """Their range is no matter, and there are none that the format could not hold."""
    fastspec.write("x.wav", np.zeros(0), 8000, lo=-80.0)
    assert fastspec.get_duration(path="x.wav") == 0


def test_what_libsndfile_refuses_only_when_it_writes(folder, monkeypatch):
    class Refusing(soundfile.SoundFile):
        def write(self, block):
            raise soundfile.LibsndfileError(22)

    monkeypatch.setattr(soundfile, "SoundFile", Refusing)
    with pytest.raises(ParameterError, match=r"^x\.wav: sr=8000, 1 channels: libsndfile cannot write this as WAV"):
        fastspec.write("x.wav", noise(100), 8000)
    assert os.listdir() == []
