"""`compat.whisper` beside openai-whisper's outputs, and the formula."""

from __future__ import annotations

import json

import numpy as np
import pytest
from support.recipe_goldens import close, golden, noise
from support.recipe_reference import features

import fastspec
from fastspec import ParameterError
from fastspec.compat import whisper


@pytest.mark.parametrize("n_mels", [80, 128])
def test_goldens(shared, n_mels):
    """1e-4 (1 + |value|): the original computes in float32."""
    name = f"whisper_log_mel_{n_mels}"
    (clip,), want = golden(shared, name)
    assert json.loads(str(np.load(shared / "goldens" / f"{name}.npz")["case"]))["params"]["n_mels"] == n_mels
    got = whisper.log_mel_spectrogram(clip, n_mels)
    assert got.dtype == np.float32
    close(got, want, 1e-4)


def test_against_the_formula():
    y = noise(5000)
    for padding in (0, 777):
        got = whisper.log_mel_spectrogram(y, padding=padding)
        close(got, features(fastspec.recipe("whisper"), np.pad(y, (0, padding))), 2e-5)
    assert np.array_equal(whisper.log_mel_spectrogram(y), fastspec.recipe("whisper")(y))
    assert whisper.N_FRAMES == 3000
    assert whisper.log_mel_spectrogram(whisper.pad_or_trim(y), 128).shape == (128, 3000)


def test_one_peak_for_all_channels():
    loud, soft = noise(5000), 1e-6 * noise(5000, 1)
    together = whisper.log_mel_spectrogram(np.stack([loud, soft]))
    assert together[1].min() == together[0].max() - 2
    assert np.array_equal(together[0], whisper.log_mel_spectrogram(loud))
    alone = fastspec.recipe("whisper")(np.stack([loud, soft]))
    assert not np.array_equal(alone[1], together[1])


def test_pad_or_trim():
    x = np.arange(24.0).reshape(2, 3, 4)
    assert np.array_equal(whisper.pad_or_trim(x, 2), x[..., :2])
    assert np.array_equal(whisper.pad_or_trim(x, 2, axis=1), x[:, :2])
    assert np.array_equal(whisper.pad_or_trim(x, 5, axis=0), np.pad(x, ((0, 3), (0, 0), (0, 0))))
    assert whisper.pad_or_trim(x, 4) is x
    assert whisper.pad_or_trim(x, 0).shape == (2, 3, 0)
    assert whisper.pad_or_trim(np.arange(3, dtype=np.int16)).shape == (480000,)


def test_files_and_filters(tmp_path):
    y = noise(16000)
    fastspec.write(tmp_path / "a.wav", y, 16000, subtype="FLOAT")
    assert np.array_equal(whisper.log_mel_spectrogram(tmp_path / "a.wav"), whisper.log_mel_spectrogram(y))
    assert np.array_equal(whisper.log_mel_spectrogram(str(tmp_path / "a.wav")), whisper.log_mel_spectrogram(y))
    want = fastspec.filters.mel(sr=16000, n_fft=400, n_mels=80)
    assert np.array_equal(whisper.mel_filters("cpu", 80), want)


def test_edges_and_bad_input():
    assert (whisper.log_mel_spectrogram(np.zeros(1600, np.float32)) == -1.5).all()
    assert whisper.log_mel_spectrogram(np.zeros(0, np.float32), padding=480).shape == (80, 3)
    for call, message in (
        (lambda: whisper.log_mel_spectrogram(noise(200)), r"audio\.shape=\(200,\)"),
        (lambda: whisper.log_mel_spectrogram(noise(999), 64), "n_mels=64 must be 80 or 128"),
        (lambda: whisper.log_mel_spectrogram(noise(999), device="cuda"), "device='cuda'"),
        (lambda: whisper.log_mel_spectrogram(np.full(999, np.nan)), "nan"),
        (lambda: whisper.pad_or_trim(noise(9), -1), "length=-1"),
        (lambda: whisper.pad_or_trim(noise(9), 3, axis=1), "axis=1"),
        (lambda: whisper.pad_or_trim(3.0), r"axis=-1 is no axis of array.shape=\(\)"),
    ):
        with pytest.raises(ParameterError, match=message) as caught:
            call()
        assert isinstance(caught.value, RuntimeError)
    with pytest.raises(AssertionError):
        whisper.log_mel_spectrogram(noise(999), 64)


def test_tensors_become_tensors():
    torch = pytest.importorskip("torch")
    x = torch.from_numpy(noise(2000))
    got = whisper.log_mel_spectrogram(x)
    assert isinstance(got, torch.Tensor)
    assert np.array_equal(got.numpy(), whisper.log_mel_spectrogram(x.numpy()))
    assert isinstance(whisper.pad_or_trim(x, 10), torch.Tensor)


def test_clips_of_several_channels():
    y = noise(2 * 2 * 3000).reshape(2, 2, 3000)
    got = whisper.log_mel_spectrogram(y)
    assert got.shape == (2, 2, 80, 18)
    assert np.array_equal(got, np.reshape(whisper.log_mel_spectrogram(y.reshape(4, 3000)), got.shape))
