"""The one reader: every kind of file that libsndfile writes here, and files that hold more or less than they say."""

from __future__ import annotations

import functools
import io
import os
import shutil
import subprocess
import sys
import threading
import warnings
from pathlib import Path

import numpy as np
import pytest
import soundfile

import fastspec
from fastspec import AudioFileError
from fastspec._soundfiles import flac as _flac
from fastspec._soundfiles import other_decoders as _audio_other
from fastspec._soundfiles import pieces as _pieces
from fastspec._soundfiles import sound as _audio_file


def noise(n: int, channels: int = 1, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).uniform(-0.6, 0.6, (n, channels))


def kinds():
    """Every (container, codec, rate, channels) that this libsndfile writes: it is asked to."""
    for container in soundfile.available_formats():
        for codec in soundfile.available_subtypes(container):
            for rate, channels in ((8000, 1), (16000, 2), (22050, 1), (44100, 1), (44100, 2), (48000, 6)):
                if container != "RAW" and soundfile.check_format(container, codec):
                    yield container, codec, rate, channels


@functools.cache
def content_of(container: str, codec: str, rate: int, channels: int) -> bytes | None:
    """A file of that kind, of 20011 samples, or None if libsndfile refuses to write or to read it."""
    if container == "SD2":  # a file of two forks, which cannot be written into memory
        return None
    file = io.BytesIO()
    try:
        # A block at a time: libvorbis keeps what it is given at once on its stack.
        with soundfile.SoundFile(file, "w", rate, channels, subtype=codec, format=container) as sound:
            for block in np.array_split(noise(20011, channels), 5):
                sound.write(block)
        soundfile.SoundFile(io.BytesIO(file.getvalue())).close()
    except (soundfile.LibsndfileError, RuntimeError):
        return None
    return file.getvalue()


def straight(content: bytes) -> tuple[np.ndarray, int]:
    """What libsndfile decodes when it is only ever asked for the next samples: the reference. And the rate."""

    class Straight(soundfile.SoundFile):
        def seekable(self):
            return False

    with Straight(io.BytesIO(content)) as file:
        if (file.format, file.subtype) == ("PAF", "PCM_24"):  # libsndfile's floats lose their channels' order there
            return (file.read(file.frames, dtype="int32", always_2d=True) / 2**31).astype(np.float32), file.samplerate
        return file.read(file.frames, dtype="float32", always_2d=True), file.samplerate


def channels_last(y: np.ndarray) -> np.ndarray:
    return y[:, np.newaxis] if y.ndim == 1 else y.T


@pytest.mark.parametrize(("container", "codec", "rate", "channels"), list(kinds()))
def test_every_kind_of_file(tmp_path, container, codec, rate, channels):
    content = content_of(container, codec, rate, channels)
    if content is None:
        pytest.skip("this libsndfile does not write it")
    path = tmp_path / f"{codec}.{container.lower()}"
    path.write_bytes(content)
    want, rate = straight(content)  # XI, SDS and VOC have rates of their own
    assert len(want) >= 20000
    load = functools.partial(fastspec.load, path, sr=None, mono=False)

    y, sr = load()
    assert (sr, y.dtype) == (rate, np.float32)
    np.testing.assert_array_equal(channels_last(y), want)
    assert fastspec.get_duration(path=path) == len(want) / rate
    assert fastspec.get_samplerate(path) == rate
    for offset, duration in ((0.1, None), (0.2001, 0.1), (len(want) / rate - 0.02, None), (-0.05, None), (-0.3, 0.01)):
        start = int(offset * rate) if offset > 0 else len(want) - int(-offset * rate)
        stop = None if duration is None else start + int(duration * rate)
        y, _ = load(offset=offset, duration=duration)
        np.testing.assert_array_equal(channels_last(y), want[start:stop])
    for size in (999, 4096):
        blocks = list(fastspec.stream(path, block_length=1, frame_length=size, hop_length=size, sr=None, mono=False))
        np.testing.assert_array_equal(np.concatenate([channels_last(block) for block in blocks]), want)
    with soundfile.SoundFile(path) as file:  # not ours to open: no seeking, either
        blocks = list(fastspec.stream(file, block_length=1, frame_length=999, hop_length=999, sr=None, mono=False))
    np.testing.assert_array_equal(np.concatenate([channels_last(block) for block in blocks]), want)
    samples, _ = fastspec.read(path)
    assert samples.shape == (*y.shape[:-1], len(want))
    np.testing.assert_allclose(channels_last(samples), want, rtol=0, atol=2**-23)


# Sound that a header does not count.


def in_blocks(path, channels: int = 1) -> np.ndarray:
    blocks = fastspec.stream(path, block_length=7, frame_length=1000, hop_length=1000, sr=None, mono=False)
    return np.concatenate([channels_last(block) for block in blocks])


def is_read_whole(path, want: np.ndarray, rate: int) -> None:
    """Every function gives the same samples (n, channels), and none complains."""
    for y in (fastspec.load(path, sr=None, mono=False)[0], fastspec.load(path, sr=None, mono=False, offset=0)[0]):
        np.testing.assert_array_equal(channels_last(y), want)
    np.testing.assert_allclose(channels_last(fastspec.read(path)[0]), want, rtol=0, atol=2**-23)
    np.testing.assert_array_equal(in_blocks(path), want)
    assert fastspec.get_duration(path=path) == len(want) / rate
    for offset in (0.25, -0.25):
        y, _ = fastspec.load(path, sr=None, mono=False, offset=offset)
        start = int(offset * rate) if offset > 0 else len(want) - int(-offset * rate)
        np.testing.assert_array_equal(channels_last(y), want[start:])
    whole = fastspec.feature.logmel(y=want.T if want.shape[1] > 1 else want[:, 0], sr=rate, n_mels=20)
    L, _ = fastspec.feature.logmel_file(path, mono=False, block_seconds=0.3, n_mels=20)
    np.testing.assert_array_equal(L, whole)


def lacks_some(path, words: str) -> np.ndarray:
    """librosa's functions give what there is and warn; ours raise. All name the file."""
    match = rf"{path.name}: .*{words}"
    with pytest.warns(UserWarning, match=match):
        y = channels_last(fastspec.load(path, sr=None, mono=False)[0])
    with pytest.warns(UserWarning, match=match):
        np.testing.assert_array_equal(in_blocks(path), y)
    for read in (fastspec.read, _audio_file.read_whole, functools.partial(fastspec.feature.logmel_file, n_mels=20)):
        with pytest.raises(AudioFileError, match=match):
            read(path)
    return y


def encoded(kind: str, y: np.ndarray, rate: int = 16000, **options) -> bytes:
    file = io.BytesIO()
    with soundfile.SoundFile(file, "w", rate, y.shape[1], format=kind, **options) as sound:
        sound.write(y)
    return file.getvalue()


def decoded(content: bytes) -> np.ndarray:
    return straight(content)[0]


@pytest.fixture(scope="module")
def variable_mp3() -> bytes:
    """Silence, then noise, at variable bit rate; half a minute."""
    if "MP3" not in soundfile.available_formats():
        pytest.skip("this libsndfile knows no MP3")
    y = np.concatenate((np.zeros((16000 * 20, 1)), noise(16000 * 10)))
    try:
        return encoded("MP3", y, bitrate_mode="VARIABLE", compression_level=0.3)
    except TypeError:
        pytest.skip("this soundfile cannot ask for a variable bit rate")


def without_length(mp3: bytes) -> bytes:
    """The frames of an MP3 that hold sound: without the first, which says how many there are."""
    assert mp3[0] == 0xFF
    second = mp3.index(mp3[:2], 4)
    assert b"Xing" in mp3[:second] or b"Info" in mp3[:second]
    return mp3[second:]


LATENCY = 529 + 576  # of decoder and encoder: what a first frame of LAME's says to leave out


def test_mp3_of_unknown_length(tmp_path, variable_mp3):
    (tmp_path / "a.mp3").write_bytes(without_length(variable_mp3))
    want = decoded(variable_mp3)
    y = channels_last(fastspec.load(tmp_path / "a.mp3", sr=None)[0])
    assert len(want) == 480000 <= len(y) < 480000 + 3 * 1152
    np.testing.assert_array_equal(y[LATENCY : LATENCY + len(want)], want)
    is_read_whole(tmp_path / "a.mp3", y, 16000)


def test_mp3_that_begins_loud_is_guessed_too_short(tmp_path, variable_mp3):
    loud = without_length(encoded("MP3", noise(16000 * 2), bitrate_mode="VARIABLE", compression_level=0.3))
    (tmp_path / "a.mp3").write_bytes(loud + without_length(variable_mp3))
    y = channels_last(fastspec.load(tmp_path / "a.mp3", sr=None)[0])
    assert abs(len(y) - 32 * 16000) < 6 * 1152
    is_read_whole(tmp_path / "a.mp3", y, 16000)


@pytest.mark.parametrize(
    "between", [b"", b"TAG" + bytes(125), b"ID3\x04\x00\x00\x00\x00\x01\x00" + bytes(128), bytes(5000)]
)
@pytest.mark.parametrize("kind", ["MP3", "OGG", "FLAC", "WAV", "AIFF", "AU", "CAF", "W64", "RF64", "NIST"])
def test_files_end_to_end(tmp_path, kind, between):
    if kind not in soundfile.available_formats() or (between and kind != "MP3"):
        pytest.skip("not for this kind")
    channels = 1 if between else 2
    parts = [encoded(kind, noise(n, channels, seed=n)) for n in (16000, 24001, 8003)]
    path = tmp_path / f"joined.{kind.lower()}"
    path.write_bytes(between.join(parts))
    is_read_whole(path, np.concatenate([decoded(part) for part in parts]), 16000)


@pytest.mark.parametrize("kind", ["MP3", "OGG", "FLAC", "WAV"])
def test_files_end_to_end_that_differ(tmp_path, kind):
    if kind not in soundfile.available_formats():
        pytest.skip("this libsndfile does not know it")
    parts = [encoded(kind, noise(16000)), encoded(kind, noise(16000, 2)), encoded(kind, noise(16000), rate=8000)]
    for i, words in ((1, "2 channels"), (2, "8000 Hz")):
        path = tmp_path / f"joined.{kind.lower()}"
        path.write_bytes(parts[0] + parts[i])
        np.testing.assert_array_equal(lacks_some(path, words), decoded(parts[0]))


def test_wav_with_something_else_behind_it(tmp_path):
    (tmp_path / "a.wav").write_bytes(encoded("WAV", noise(8000)) + os.urandom(5001))
    assert len(lacks_some(tmp_path / "a.wav", "5001 bytes follow")) == 8000
    (tmp_path / "b.wav").write_bytes(encoded("WAV", noise(8000)) + bytes(5001))  # padding
    assert len(fastspec.read(tmp_path / "b.wav")[0]) == 8000


def riff(chunks: bytes) -> bytes:
    return b"RIFF" + (4 + len(chunks)).to_bytes(4, "little") + b"WAVE" + chunks


def test_wav_with_chunks_behind_its_samples(tmp_path):
    path, tag = tmp_path / "a.wav", b"LIST\x0c\0\0\0INFOISFT\0\0\0\0"
    content = encoded("WAV", noise(9999), subtype="PCM_U8")
    chunks = content[12 : content.index(b"data") + 8 + 9999]
    for padding in (b"", b"\0"):  # many writers forget it
        path.write_bytes(riff(chunks + padding + tag))
        is_read_whole(path, decoded(content), 16000)
    content = encoded("WAV", noise(10000))
    path.write_bytes(riff(content[12:] + content[content.index(b"data") :]))  # samples in two chunks
    if shutil.which("ffmpeg"):
        assert len(lacks_some(path, "goes on behind its end")) == 10000
    else:
        with pytest.raises(AudioFileError):
            fastspec.load(path)


# Where each container counts its samples, how, and the counts of a recorder that never came back to write it.
COUNTS = {
    "WAV": (b"data", "little", 4, (0,)),
    "WAVEX": (b"data", "little", 4, (0,)),
    "AIFF": (b"SSND", "big", 4, (0, 8)),
    "AU": (b".snd\x00\x00\x00\x18", "big", 4, (0, 2**32 - 1)),
    "CAF": (b"data", "big", 8, (0, 4, 2**64 - 1)),
    "W64": (b"data\xf3\xac\xd3\x11\x8c\xd1\x00\xc0\x4f\x8e\xdb\x8a", "little", 8, (0, 24)),
}


@pytest.mark.parametrize("codec", ["PCM_16", "PCM_24", "FLOAT", "ULAW"])
@pytest.mark.parametrize("silent", [False, True])
@pytest.mark.parametrize("kind", list(COUNTS))
def test_recorder_that_died(tmp_path, kind, codec, silent):
    y = noise(16000, 2)
    y[:8000] *= not silent
    content = bytearray(encoded(kind, y, subtype=codec))
    mark, order, width, counts = COUNTS[kind]
    for count in counts:
        at = content.index(mark) + len(mark)
        died = content[:at] + count.to_bytes(width, order) + content[at + width :]
        for i, start in enumerate((0, 4)):  # the size of the whole, as it was at the beginning, or its last
            if start and kind not in ("CAF", "AU", "W64"):
                died[4:8] = bytes(4)
            path = tmp_path / f"{count}-{i}.{kind.lower()}"
            path.write_bytes(died)
            is_read_whole(path, decoded(bytes(content)), 16000)


def test_rf64_whose_recorder_died(tmp_path):
    content = bytearray(encoded("RF64", noise(16000, 2)))
    at = content.index(b"ds64") + 8
    (tmp_path / "a.wav").write_bytes(content[:at] + bytes(24) + content[at + 24 :])
    is_read_whole(tmp_path / "a.wav", decoded(bytes(content)), 16000)


def test_flac_of_unknown_length(tmp_path):
    content = bytearray(encoded("FLAC", noise(40000, 2)))
    content[21:26] = bytes([content[21] & 0xF0, 0, 0, 0, 0])  # what an encoder writes that cannot go back
    (tmp_path / "a.flac").write_bytes(content)
    is_read_whole(tmp_path / "a.flac", decoded(encoded("FLAC", noise(40000, 2))), 16000)


@pytest.mark.parametrize("counted", [1, 9999, 16000, 39999])
@pytest.mark.parametrize(("channels", "codec"), [(1, "PCM_16"), (2, "PCM_24"), (6, "PCM_S8")])
def test_flac_whose_header_counts_too_few(tmp_path, counted, channels, codec):
    content = bytearray(encoded("FLAC", noise(40000, channels), subtype=codec))
    want = decoded(bytes(content))
    content[21:26] = bytes([content[21] & 0xF0]) + counted.to_bytes(4, "big")
    (tmp_path / "a.flac").write_bytes(content)
    is_read_whole(tmp_path / "a.flac", want, 16000)
    (tmp_path / "b.flac").write_bytes(content + content)
    is_read_whole(tmp_path / "b.flac", np.concatenate((want, want)), 16000)


@pytest.mark.parametrize("scale", [0.0, 1e-4, 1.0])
def test_the_last_frame_of_a_flac_knows_its_length(scale):
    for n in (1, 10, 4095, 4096, 4097, 30000, 600000):
        for channels in (1, 2, 8):
            file = io.BytesIO(encoded("FLAC", scale * noise(n, channels), 44100 if n % 2 else 12345))
            content = _pieces.Content(file)
            stream = _flac._described(content.at(0, 42))
            assert stream.total == n == _flac._counted(content, 0, content.size, stream)


def test_what_only_looks_like_a_frame_of_flac():
    file = io.BytesIO(encoded("FLAC", noise(5000, 1)))
    content = _pieces.Content(file)
    stream = _flac._described(content.at(0, 42))
    at = content.at(0, content.size).index(b"\xff\xf8", 42)
    header = content.at(at, 16)
    assert _flac._end_of(header, stream) == 4096
    for place, value in ((2, header[2] | 15), (4, 0xFF), (4, 0xC0), (5, header[5] ^ 1)):  # rate, number, its bytes, sum
        assert _flac._end_of(header[:place] + bytes([value]) + header[place + 1 :], stream) == 0


def test_a_nist_file_whose_header_has_no_length():
    """libsndfile does without."""
    content = encoded("NIST", noise(500, 1))
    y, _ = fastspec.load(io.BytesIO(content[:8] + b"   many\n" + content[16:]), sr=None)
    np.testing.assert_array_equal(y, fastspec.load(io.BytesIO(content), sr=None)[0])


@pytest.mark.parametrize("kind", ["NIST", "AVR", "SVX", "MAT4", "MAT5", "MPC2K", "VOC", "WVE"])
@pytest.mark.parametrize("codec", ["PCM_16", "ALAW"])
def test_cut_files_of_rare_kinds(tmp_path, kind, codec):
    """libsndfile goes by the size of such files; what their headers count is in its log, or not even there."""
    rate = 8000 if kind == "WVE" else 16000
    try:
        content = encoded(kind, noise(30000, 2 if kind in ("NIST", "AVR", "MAT5") else 1), rate, subtype=codec)
        want = decoded(content)
    except (soundfile.LibsndfileError, ValueError):
        pytest.skip("this libsndfile does not write it")
    (tmp_path / "whole").write_bytes(content)
    is_read_whole(tmp_path / "whole", want, rate)
    for share in (0.3, 0.7):
        (tmp_path / "cut").write_bytes(content[: int(len(content) * share)])
        y = lacks_some(tmp_path / "cut", "is cut short")
        assert share * 30000 - 2000 < len(y) < share * 30000
        np.testing.assert_array_equal(y, want[: len(y)])


@pytest.mark.parametrize("kind", ["MP3", "OGG", "WAV", "AIFF", "AU", "CAF", "W64", "RF64"])
def test_cut_files(tmp_path, kind):
    if kind not in soundfile.available_formats():
        pytest.skip("this libsndfile does not know it")
    content = encoded(kind, noise(240000))
    for share in (0.3, 0.7):
        path = tmp_path / f"{share}.{kind.lower()}"
        path.write_bytes(content[: int(len(content) * share)])
        y = lacks_some(path, "is cut short")
        assert share * 240000 - 20000 < len(y) < share * 240000 + 4000
        np.testing.assert_array_equal(y, decoded(content)[: len(y)])


def test_last_frame_of_an_mp3_that_is_cut(tmp_path):
    if "MP3" not in soundfile.available_formats():
        pytest.skip("this libsndfile knows no MP3")
    (tmp_path / "a.mp3").write_bytes(encoded("MP3", noise(48000))[:-50])
    lacks_some(tmp_path / "a.mp3", r"is cut short: \d of its MPEG frames")


FUZZED = ("WAV", "AIFF", "AU", "CAF", "W64", "RF64", "FLAC", "OGG", "MP3")


@pytest.mark.parametrize("kind", FUZZED)
def test_bytes_gone_wrong(tmp_path, monkeypatch, kind):
    """Whatever a file's bytes: samples or an AudioFileError, of every function the same, and no end of memory."""
    if kind not in soundfile.available_formats():
        pytest.skip("this libsndfile does not know it")
    without(monkeypatch, "av", "ffmpeg")
    random, content = np.random.default_rng(0), encoded(kind, noise(3000, 2), rate=8000)
    path = tmp_path / "a"
    for _ in range(60):
        wrong = bytearray(content * int(random.integers(1, 3)))
        for at in random.integers(0, random.choice([60, 300, len(wrong)]), random.integers(1, 6)):
            wrong[at] = random.choice([0, 1, 4, 127, 255, random.integers(256)])
        path.write_bytes(wrong[: random.integers(len(wrong) // 2, 2 * len(wrong))])
        with warnings.catch_warnings(record=True) as warned:
            warnings.simplefilter("always")
            try:
                y, sr = fastspec.load(path, sr=None, mono=False)
            except AudioFileError:
                continue
            if y.size:
                np.testing.assert_array_equal(in_blocks(path), channels_last(y))
        # Of an MP3, a frame or two may be lost where its bytes are wrong, which only decoding shows.
        if not warned:
            error = abs(fastspec.get_duration(path=path) * sr - y.shape[-1])
            assert error <= (2 * 1152 if kind == "MP3" else 0.01)


# What cannot seek, and names of all kinds.


class Pipe(io.RawIOBase):
    """A file object that only goes forward."""

    def __init__(self, content: bytes) -> None:
        self._content = io.BytesIO(content)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer) -> int:
        return self._content.readinto(buffer)


@pytest.mark.parametrize("kind", ["WAV", "FLAC", "OGG", "MP3", "AU"])
def test_what_cannot_seek(tmp_path, kind):
    if kind not in soundfile.available_formats():
        pytest.skip("this libsndfile does not know it")
    content = encoded(kind, noise(30000, 2))
    want = decoded(content)

    class OnlyRead:
        read = io.BytesIO(content).read

    def fifo() -> Path:
        path = tmp_path / f"{kind}.{len(os.listdir(tmp_path))}"
        os.mkfifo(path)
        threading.Thread(target=path.write_bytes, args=(content,), daemon=True).start()
        return path

    def descriptor() -> int:
        reading, writing = os.pipe()

        def feed() -> None:
            with open(writing, "wb") as file:
                file.write(content)

        threading.Thread(target=feed, daemon=True).start()
        return reading

    for source in (Pipe(content), OnlyRead(), fifo(), descriptor()):
        y, _ = fastspec.load(source, sr=None, mono=False)
        np.testing.assert_array_equal(channels_last(y), want)
    for source in (Pipe(content), fifo(), descriptor()):
        np.testing.assert_array_equal(
            channels_last(fastspec.load(source, sr=None, mono=False, offset=-0.5)[0]), want[-8000:]
        )
    np.testing.assert_allclose(
        channels_last(_audio_file.read_whole(Pipe(content), np.float32)[0]), want, rtol=0, atol=2**-23
    )
    np.testing.assert_array_equal(in_blocks(fifo()), want)
    assert fastspec.get_duration(path=fifo()) == len(want) / 16000
    assert fastspec.get_samplerate(descriptor()) == 16000


def test_standard_input(tmp_path):
    content = encoded("WAV", noise(9000))
    (tmp_path / "a.wav").write_bytes(content)
    code = "import fastspec; print(fastspec.load('/dev/stdin', sr=None)[0].size)"

    done = subprocess.run([sys.executable, "-c", code], input=content, capture_output=True, check=True)
    assert done.stdout.split() == [b"9000"]
    with open(tmp_path / "a.wav", "rb") as file:
        done = subprocess.run([sys.executable, "-c", code], stdin=file, capture_output=True, check=True)
    assert done.stdout.split() == [b"9000"]


def test_file_objects_are_read_from_where_they_stand_and_stay_open(tmp_path):
    content = encoded("OGG", noise(30000))
    file = io.BytesIO(b"before" + content + content)
    for _ in range(2):
        file.seek(6)
        y, _ = fastspec.load(file, sr=None)
        np.testing.assert_array_equal(y, np.tile(decoded(content)[:, 0], 2))
        assert not file.closed
    (tmp_path / "a.txt").write_text("text")
    with open(tmp_path / "a.txt") as file, pytest.raises(TypeError, match="binary"):
        fastspec.load(file)


@pytest.mark.parametrize("kind", ["WAV", "AIFF", "FLAC", "OGG", "MP3", "CAF", "NIST"])
def test_sounds_within_a_file_object(kind):
    """From where it stands, which libsndfile takes for the start of all of it."""
    if kind not in soundfile.available_formats():
        pytest.skip("this libsndfile does not know it")
    content = encoded(kind, noise(30000))
    file = io.BytesIO(b"before" + content)
    file.seek(6)
    np.testing.assert_array_equal(fastspec.load(file, sr=None)[0], decoded(content)[:, 0])


@pytest.mark.skipif(os.name != "posix", reason="names are bytes on POSIX")
def test_names_of_any_bytes(tmp_path):
    name = os.path.join(os.fsencode(tmp_path), b"stra\xdfe \xff.wav")
    with open(name, "wb") as file:
        file.write(encoded("WAV", noise(9000)))

    class Named:
        def __fspath__(self):
            return name

    for path in (name, os.fsdecode(name), Path(os.fsdecode(name)), Named()):
        is_read_whole(path, decoded(encoded("WAV", noise(9000))), 16000)
        assert fastspec.get_samplerate(path) == 16000
    for path in (name + b"gone", os.fsdecode(name) + "gone", "a\0b.wav", "\ud800.wav"):
        with pytest.raises(AudioFileError):
            fastspec.load(path)
    with pytest.raises(FileNotFoundError, match="no such file"):
        fastspec.read(name + b"gone")


@pytest.mark.parametrize("path", [True, False, 1.5, ["a.wav"], bytearray(10_000)])
def test_what_is_no_file_is_told(path):
    """True is no descriptor: it would be standard output, which would be closed."""
    for read in (fastspec.load, fastspec.read, fastspec.get_samplerate):
        with pytest.raises(fastspec.DTypeError, match=r"Invalid file: .{,60}; pass a path") as told:
            read(path)
        assert len(str(told.value)) < 200
    os.fstat(1)


def test_a_negative_duration_is_all_of_it(tmp_path):
    """As for librosa, whose soundfile takes a negative count for all."""
    (tmp_path / "a.wav").write_bytes(encoded("WAV", noise(9000)))
    assert len(fastspec.load(tmp_path / "a.wav", sr=None, offset=0.25, duration=-1)[0]) == 5000


@pytest.mark.parametrize("behind", [0, 3, 4, 7])
@pytest.mark.parametrize("kind", ["WAV", "CAF", "W64"])
def test_cut_before_the_samples(tmp_path, monkeypatch, capfd, kind, behind):
    """No samples and no word would be wrong: an error, or a warning from `load`. Nor do callbacks print anything."""
    without(monkeypatch, "av", "ffmpeg")
    content = encoded(kind, noise(9000))
    content = content[: content.index(b"data") + behind]
    (tmp_path / "a").write_bytes(content)
    for file in (lambda: tmp_path / "a", lambda: io.BytesIO(content)):
        with pytest.raises(AudioFileError):
            fastspec.read(file())
        with pytest.raises((AudioFileError, UserWarning)):  # here, warnings are errors
            fastspec.load(file(), sr=None)
    assert capfd.readouterr() == ("", "")


def test_damage_far_into_a_file_names_it(tmp_path):
    content = bytearray(encoded("FLAC", noise(40000)))
    content[len(content) // 2 :] = bytes(len(content) - len(content) // 2)
    (tmp_path / "a.flac").write_bytes(content)
    for offset in (0.0, 2.0, -0.2):
        with pytest.raises(AudioFileError, match=r"a\.flac: is damaged"):
            fastspec.load(tmp_path / "a.flac", sr=None, offset=offset)


# What libsndfile has no decoder for.


@pytest.fixture(scope="module")
def ffmpeg() -> str:
    return shutil.which("ffmpeg") or pytest.skip("there is no ffmpeg")


@pytest.fixture(scope="module")
def films(ffmpeg, tmp_path_factory) -> Path:
    """Files of other kinds, two seconds of a tone in stereo."""
    folder = tmp_path_factory.mktemp("films")
    tone = ["-f", "lavfi", "-i", "sine=f=1000:r=48000:d=2"]
    picture = ["-f", "lavfi", "-i", "color=s=16x16:r=5:d=2"]
    for name, options in {
        "a.m4a": [],
        "fast.m4a": ["-movflags", "faststart"],
        "a.aac": [],
        "a.webm": ["-c:a", "libopus"],
        "a.mka": ["-c:a", "flac"],
        "a.mp4": [*picture, "-shortest"],
        "a.wma": [],
        "a.ac3": [],
        "a.ts": [],
    }.items():
        command = [ffmpeg, "-v", "error", *tone, *options, "-ac", "2", str(folder / name)]
        if subprocess.run(command, stderr=subprocess.PIPE, check=False).returncode:
            (folder / name).unlink(missing_ok=True)  # this ffmpeg has no encoder for it
    return folder


def without(monkeypatch, *doors: str) -> None:
    if "av" in doors:
        monkeypatch.setattr(_audio_other.importlib.util, "find_spec", lambda name: None)
    if "ffmpeg" in doors:
        monkeypatch.setattr(_audio_other.shutil, "which", lambda name: None)


@pytest.mark.parametrize("door", ["av", "ffmpeg"])
@pytest.mark.parametrize("name", ["a.m4a", "a.aac", "a.webm", "a.mka", "a.mp4", "a.wma", "a.ac3", "a.ts"])
def test_other_decoders(films, monkeypatch, door, name):
    if not (films / name).exists():
        pytest.skip("ffmpeg could not write it")
    if door == "av":
        pytest.importorskip("av")
        without(monkeypatch, "ffmpeg")
    else:
        without(monkeypatch, "av")
    path = films / name
    y, sr = fastspec.load(path, sr=None, mono=False)
    assert (sr, y.shape[0], y.dtype) == (48000, 2, np.float32)
    assert abs(y.shape[1] - 96000) < 5000  # what encoders add
    middle = np.abs(np.fft.rfft(y[0, 20000:68000]))
    assert middle.argmax() == 1000
    assert fastspec.get_duration(path=path) == y.shape[1] / sr
    assert fastspec.get_samplerate(path) == 48000
    np.testing.assert_array_equal(in_blocks(path), y.T)
    np.testing.assert_array_equal(fastspec.read(path)[0], y)
    np.testing.assert_array_equal(fastspec.load(io.BytesIO(path.read_bytes()), sr=None, mono=False)[0], y)
    np.testing.assert_array_equal(
        fastspec.load(path, sr=None, mono=False, offset=0.5, duration=1)[0], y[:, 24000:72000]
    )
    L, _ = fastspec.feature.logmel_file(path, n_mels=20)
    np.testing.assert_array_equal(L, fastspec.feature.logmel(y=fastspec.to_mono(y), sr=sr, n_mels=20))


def test_other_decoders_leave_the_callers_file_open(films, monkeypatch):
    without(monkeypatch, "av")
    with open(films / "a.m4a", "rb") as file:
        y, _ = fastspec.load(file, sr=None)
        assert not file.closed
        file.seek(0)
        np.testing.assert_array_equal(fastspec.load(file, sr=None)[0], y)


@pytest.mark.parametrize("door", ["av", "ffmpeg"])
def test_other_decoders_refuse(films, tmp_path, monkeypatch, door):
    if door == "av":
        pytest.importorskip("av")
    without(monkeypatch, {"av": "ffmpeg", "ffmpeg": "av"}[door])
    program = {"av": "PyAV", "ffmpeg": "ffmpeg"}[door]
    contents = {
        "not.m4a": (b"\0\0\0\x20ftypM4A \0\0\0\0M4A mp42isom" + bytes(200), "an MP4 or M4A file"),
        "locked.m4p": (b"\0\0\0\x20ftypM4P \0\0\0\0M4P mp42isom" + b"\0\0\0\x10drms" + bytes(200), "DRM"),
        "dolby.mp4": (b"\0\0\0\x20ftypmp42\0\0\0\0mp42mp42isom" + b"\0\0\0\x10ac-4" + bytes(200), "Dolby AC-4"),
    }
    for name, (content, words) in contents.items():
        (tmp_path / name).write_bytes(content)
        for read in (fastspec.load, fastspec.read, lambda path: fastspec.get_duration(path=path)):
            with pytest.raises(AudioFileError, match=rf"{name}: .*{words}.*{program}"):
                read(tmp_path / name)
    silent = tmp_path / "silent.mp4"
    command = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "color=s=16x16:r=5:d=1", "-an", str(silent)]
    subprocess.run(command, check=True)
    with pytest.raises(AudioFileError, match=rf"silent\.mp4: is an MP4 .*{program}"):
        fastspec.load(silent)


def test_other_decoders_that_find_nothing(films, monkeypatch):
    pytest.importorskip("av")
    if not (films / "a.m4a").exists():
        pytest.skip("ffmpeg could not write it")
    without(monkeypatch, "ffmpeg")
    monkeypatch.setattr(_audio_other, "_decoded", lambda container, wav: iter(()))
    with pytest.raises(AudioFileError, match=r"a\.m4a: .*PyAV: it decodes to nothing"):
        fastspec.load(films / "a.m4a")


@pytest.mark.parametrize("door", ["av", "ffmpeg"])
@pytest.mark.parametrize("name", ["a.webm", "a.mka", "fast.m4a"])
def test_cut_film(films, tmp_path, monkeypatch, door, name):
    if door == "av":
        pytest.importorskip("av")
    without(monkeypatch, {"av": "ffmpeg", "ffmpeg": "av"}[door])
    content = (films / name).read_bytes()
    path = tmp_path / f"cut {name}"
    path.write_bytes(content[: len(content) * 2 // 3])
    y = lacks_some(path, "ffmpeg" if door == "ffmpeg" else "PyAV")
    assert 0 < len(y) < 96000


def test_without_another_decoder_the_ways_out_are_named(tmp_path, monkeypatch):
    without(monkeypatch, "av", "ffmpeg")
    kinds = {
        "x.m4a": (b"\0\0\0\x20ftypM4A ", "an MP4 or M4A file"),
        "x.webm": (b"\x1aE\xdf\xa3\x9fB\x86\x81\x01B\x82\x84webm", "a WebM or Matroska file"),
        "x.wma": (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "a WMA"),
        "x.aac": (b"\xff\xf1\x50\x80\x00", "an AAC file"),
    }
    for name, (head, words) in kinds.items():
        (tmp_path / name).write_bytes(head + bytes(200))
        for read in (fastspec.load, fastspec.get_samplerate, _audio_file.read_whole):
            with pytest.raises(AudioFileError, match=rf"{name}: is {words}.*PyAV.*ffmpeg.*convert"):
                read(tmp_path / name)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"<!DOCTYPE html>\n<html><body>404</body></html>", "a page of HTML"),
        (b"\n<html>gone</html>", "a page of HTML"),
        (b"<?xml version='1.0'?><Error>AccessDenied</Error>", "XML"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n", "a Git LFS pointer"),
        (b'{"error": "no such file"}', "is text"),
        (b"\x89PNG\r\n\x1a\n" + bytes(50), "a picture"),
        (b"PK\x03\x04" + bytes(50), "a zip archive"),
        (b"\x1f\x8b\x08" + bytes(50), "gzip"),
    ],
)
def test_what_is_no_sound_is_told(tmp_path, content, words):
    (tmp_path / "a.wav").write_bytes(content)
    for read in (fastspec.load, fastspec.read):
        with pytest.raises(
            AudioFileError, match=rf"a\.wav: is not a sound file that can be read \(libsndfile: .*{words}"
        ):
            read(tmp_path / "a.wav")


# What few files have.


def needs_mp3():
    return pytest.mark.skipif("MP3" not in soundfile.available_formats(), reason="this libsndfile knows no MP3")


@needs_mp3()
def test_two_frames_are_no_mp3(tmp_path):
    """What looks like the start of one, in the rest of something else, is passed over."""
    mp3 = encoded("MP3", noise(16000))
    rest = without_length(mp3)
    size = rest.index(rest[:3], 4)
    (tmp_path / "a.mp3").write_bytes(bytes(50) + rest[: 2 * size] + bytes(300) + mp3)
    is_read_whole(tmp_path / "a.mp3", decoded(mp3), 16000)


@needs_mp3()
def test_mp3_of_more_frames_than_it_promises(tmp_path):
    """Somebody appended some. It is read like one that promises them all."""
    mp3 = encoded("MP3", noise(16000))
    more = without_length(encoded("MP3", noise(16000, seed=1)))
    longer = bytearray(mp3 + more)
    (tmp_path / "a.mp3").write_bytes(longer)
    y = channels_last(fastspec.load(tmp_path / "a.mp3", sr=None)[0])
    assert 32000 <= len(y) < 32000 + 4 * 1152
    np.testing.assert_allclose(y[: 16000 - 1152], decoded(mp3)[: 16000 - 1152], atol=1e-6)
    is_read_whole(tmp_path / "a.mp3", y, 16000)


@needs_mp3()
def test_mpeg_audio_of_layer_2(tmp_path):
    """Its first frame says nothing about the others. Frames of zeros are silence."""
    frame = bytes([0xFF, 0xFD, 0x18, 0xC0]) + bytes(140)  # 32 kHz, 32 kbit/s, mono, 1152 samples
    for content in (100 * frame, 50 * frame + bytes(700) + 50 * frame):
        (tmp_path / "a.mp2").write_bytes(content)
        y, sr = fastspec.load(tmp_path / "a.mp2", sr=None)
        assert sr == 32000
        assert not y.any()
        assert 98 * 1152 <= len(y) <= 100 * 1152
        is_read_whole(tmp_path / "a.mp2", channels_last(y), 32000)


@pytest.mark.parametrize("kind", ["WAV", "AIFF"])
def test_chunks_behind_the_samples(tmp_path, kind):
    """Tags, of an odd length as well, end where the next file begins."""
    order = "little" if kind == "WAV" else "big"
    parts = [encoded(kind, noise(n, seed=n)) for n in (16000, 8001)]
    chunks = b"LIST" + (4).to_bytes(4, order) + b"INFO" + b"note" + (3).to_bytes(4, order) + b"abc\0"
    path = tmp_path / f"a.{kind.lower()}"
    path.write_bytes(parts[0] + chunks + parts[1])
    is_read_whole(path, np.concatenate([decoded(part) for part in parts]), 16000)
    path.write_bytes(parts[0] + chunks)
    is_read_whole(path, decoded(parts[0]), 16000)


def test_wav_with_its_bytes_the_other_way_round(tmp_path):
    parts = [encoded("WAV", noise(n, seed=n), endian="BIG") for n in (16000, 8001)]
    assert parts[0][:4] == b"RIFX"
    path = tmp_path / "a.wav"
    path.write_bytes(parts[0] + parts[1])
    is_read_whole(path, np.concatenate([decoded(part) for part in parts]), 16000)
    content = bytearray(parts[0])
    at = content.index(b"data") + 4
    path.write_bytes(content[:at] + bytes(4) + content[at + 4 :])
    is_read_whole(path, decoded(parts[0]), 16000)


def test_offsets_into_a_soundfile_count_from_its_start(tmp_path):
    y = encoded("WAV", noise(16000))
    (tmp_path / "a.wav").write_bytes(y)
    for offset, place in ((0.25, 4000), (-0.25, 12000)):
        with soundfile.SoundFile(tmp_path / "a.wav") as file:
            file.seek(7000)
            got, _ = fastspec.load(file, sr=None, offset=offset)
        np.testing.assert_array_equal(got, decoded(y)[place:, 0])
    with soundfile.SoundFile(tmp_path / "a.wav") as file, pytest.raises(AudioFileError, match="is outside its 1 s"):
        fastspec.load(file, sr=None, offset=2.0)


@pytest.mark.skipif(not os.path.exists("/dev/null"), reason="there are no devices here")
def test_devices_cannot_go_back():
    """They are copied, as pipes are; this one holds nothing."""
    with open("/dev/null", "rb") as file, pytest.raises(AudioFileError, match="is empty"):
        fastspec.load(file)
    with pytest.raises(AudioFileError, match="/dev/null"):
        fastspec.load("/dev/null")


def test_features_of_no_samples(tmp_path):
    (tmp_path / "a.wav").write_bytes(encoded("WAV", np.zeros((0, 1)), subtype="FLOAT"))
    with pytest.raises(AudioFileError, match=r"a\.wav: holds no samples"):
        fastspec.feature.logmel_file(tmp_path / "a.wav")
