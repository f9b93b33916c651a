"""Streams: the frames of the one-shot call, bit for bit, whatever the pieces."""

import os

import numpy as np
import pytest
import soundfile

import fastspec
from fastspec import ParameterError, Stream

FRAMINGS = [
    {"n_fft": 64, "hop_length": 16},
    {"n_fft": 400, "hop_length": 160, "pad_mode": "reflect"},
    {"n_fft": 37, "hop_length": 50, "pad_mode": "edge"},
    {"n_fft": 128, "hop_length": 128, "center": False},
    {"n_fft": 64, "hop_length": 10, "pad_mode": "linear_ramp"},
    {"n_fft": 65, "hop_length": 65, "pad_mode": "symmetric"},
]
MEL = {"n_mels": 5}


def test_repr_says_how_far_it_is():
    stream = Stream("stft", n_fft=64, hop_length=16, center=False)
    assert repr(stream) == "<Stream of stft, sr=22050, n_fft=64, hop_length=16: 0 samples, 0 frames>"
    stream.push(np.zeros(100, np.float32))
    assert repr(stream).endswith(": 100 samples, 3 frames>")


def noise(*shape, seed=0, dtype=np.float32):
    return np.random.default_rng(seed).uniform(-1, 1, shape).astype(dtype)


def one_shot(feature, y, framing):
    if feature == "stft":
        return fastspec.stft(y, **framing)
    if feature == "melspectrogram":
        return fastspec.feature.melspectrogram(y=y, **framing, **MEL)
    levels = fastspec.feature.logmel(y=y, top_db=None, **framing, **MEL)
    return levels if feature == "logmel" else fastspec.feature.mfcc(S=levels, n_mfcc=4)


def streamed(feature, y, framing, sizes):
    stream = Stream(feature, dtype=y.dtype, **framing, **({} if feature == "stft" else MEL), n_mfcc=4)
    parts, at = [], 0
    while at < y.shape[-1]:
        size = int(next(sizes))
        parts.append(stream.push(y[..., at : at + size]))
        at += size
    return np.concatenate([*parts, stream.finish()], axis=-1)


@pytest.mark.parametrize("framing", FRAMINGS, ids=str)
@pytest.mark.parametrize("feature", ["stft", "melspectrogram", "logmel", "mfcc"])
@pytest.mark.parametrize("shape", [(3001,), (2, 1700)])
def test_same_bits_for_any_pieces(feature, framing, shape):
    y = noise(*shape)
    wanted = one_shot(feature, y, framing)
    rng = np.random.default_rng(1)
    for choices in ([1000], [7, 0, 1, 160], [5000]):
        sizes = iter(lambda choices=choices: rng.choice(choices), None)
        np.testing.assert_array_equal(streamed(feature, y, framing, sizes), wanted)


def test_float64():
    y = noise(2000, dtype=np.float64)
    framing = {"n_fft": 64, "hop_length": 16}
    found = streamed("stft", y, framing, iter(lambda: 333, None))
    assert found.dtype == np.complex128
    np.testing.assert_array_equal(found, fastspec.stft(y, **framing))


def test_memory_is_bounded():
    stream = Stream("logmel", n_fft=64, hop_length=16, n_mels=4)
    held = []
    for i in range(200):
        stream.push(noise(1000, seed=i))
        held.append(stream._frames._pending.shape[-1])
    assert max(held) < 1000 + 3 * 64


def test_frames_come_as_soon_as_they_are_decided():
    stream = Stream("stft", n_fft=64, hop_length=16)
    assert stream.push(noise(31)).shape == (33, 0)
    assert stream.push(noise(1)).shape == (33, 1)
    assert stream.push(noise(16)).shape == (33, 1)


@pytest.mark.parametrize(
    ("call", "complaint"),
    [
        (lambda: Stream("chroma"), "feature='chroma'"),
        (lambda: Stream(power=3), "power=3"),
        (lambda: Stream(ref=np.max), "ref="),
        (lambda: Stream(dtype=np.int16), "dtype="),
        (lambda: Stream().finish(), "no samples"),
        (lambda: Stream().push(np.zeros(5, np.int64)), "int64"),
        (lambda: Stream().push([0.0, np.nan]), r"y\[1\] is nan"),
        (lambda: fastspec.feature.logmel_file("x", top_db=-1), "top_db=-1"),
        (lambda: fastspec.feature.logmel_file("x", block_seconds=0), "block_seconds=0"),
    ],
)
def test_bad_input(call, complaint):
    with pytest.raises(ParameterError, match=complaint):
        call()


def test_channels_must_stay():
    stream = Stream(n_fft=64, hop_length=16, n_mels=4)
    stream.push(noise(2, 100))
    with pytest.raises(ParameterError, match="channels"):
        stream.push(noise(100))


def test_finished_is_finished():
    stream = Stream(n_fft=64, hop_length=16, n_mels=4)
    stream.push(noise(100))
    stream.finish()
    with pytest.raises(ParameterError, match="finished"):
        stream.push(noise(100))


@pytest.mark.parametrize("mono", [True, False])
def test_file_is_as_its_samples(tmp_path, mono):
    path = tmp_path / "a.wav"
    soundfile.write(path, noise(20000, 2), 16000)
    arguments = {"n_fft": 400, "hop_length": 160, "n_mels": 10}
    L, sr = fastspec.feature.logmel_file(path, mono=mono, block_seconds=0.1, **arguments)
    y, _ = fastspec.load(path, sr=None, mono=mono)
    assert sr == 16000
    np.testing.assert_array_equal(L, fastspec.feature.logmel(y=y, sr=16000, **arguments))


def test_file_resampled(tmp_path):
    path = tmp_path / "a.wav"
    soundfile.write(path, noise(44100), 44100)
    L, sr = fastspec.feature.logmel_file(path, sr=16000, block_seconds=0.3, n_fft=400, hop_length=160, n_mels=10)
    y, _ = fastspec.load(path, sr=16000)
    wanted = fastspec.feature.logmel(y=y, sr=16000, n_fft=400, hop_length=160, n_mels=10)
    assert sr == 16000
    np.testing.assert_allclose(L, wanted[:, : L.shape[-1]], atol=1e-3)  # dB; soxr in pieces is soxr at once


def test_cut_file_is_an_error(tmp_path):
    path = tmp_path / "a.wav"
    soundfile.write(path, noise(20000), 16000)
    os.truncate(path, 20000)
    with pytest.raises(fastspec.AudioFileError, match="cut short"):
        fastspec.feature.logmel_file(path)


@pytest.mark.parametrize("feature", ["stft", "melspectrogram", "logmel", "mfcc"])
def test_a_second_finish_has_no_frames(feature):
    stream = Stream(feature, n_fft=64, hop_length=16, **({} if feature == "stft" else MEL))
    rows = stream.push(noise(2, 1000)).shape[-2]
    assert stream.finish().shape[-1] > 0
    assert stream.finish().shape == (2, rows, 0)
