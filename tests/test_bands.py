"""Bands: librosa's record of mel spectrograms, and float64 triangles on float64 spectra."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from support import reference, spectral_goldens
from support.spectral_signals import noise, power

import fastspec
from fastspec.feature import melspectrogram


@pytest.mark.parametrize("case", spectral_goldens.cases("melspectrogram"), ids=lambda case: case["call"])
def test_as_librosa(case):
    spectral_goldens.check(case)


def true_mel(y, *, sr, n_fft, hop_length, exponent=2.0, bank=None, **framing):
    S = np.abs(reference.stft(y.astype(np.float64), n_fft=n_fft, hop_length=hop_length, **framing)) ** exponent
    return reference.mel_bank(sr=sr, n_fft=n_fft, **(bank or {})) @ S


@pytest.mark.parametrize("exponent", [1, 2])
@pytest.mark.parametrize(
    ("sr", "n_fft", "hop_length", "bank"),
    [
        (16000, 400, 160, {"n_mels": 80}),
        (22050, 2048, 512, {}),
        (16000, 512, 160, {"n_mels": 40, "fmin": 20.0, "fmax": 7600.0, "htk": True}),
        (44100, 1024, 441, {"n_mels": 64, "norm": None}),
        (8000, 255, 80, {"n_mels": 20}),
        (22050, 1009, 300, {"n_mels": 40}),
    ],
)
def test_float32_mel_is_within_a_millionth_of_the_frame_maximum(sr, n_fft, hop_length, bank, exponent):
    y = noise(sr // 4)
    M = melspectrogram(y=y, sr=sr, n_fft=n_fft, hop_length=hop_length, power=exponent, **bank)
    truth = true_mel(y, sr=sr, n_fft=n_fft, hop_length=hop_length, exponent=exponent, bank=bank)
    assert M.dtype == np.float32
    assert reference.of_frame_maximum(M, truth) < 1e-6


def test_float64_mel_has_the_error_of_its_bank():
    # filters.mel rounds to float32 unless told otherwise, in librosa as here.
    y = noise(5000, dtype=np.float64)
    options = {"sr": 16000, "n_fft": 512, "hop_length": 128}
    truth = true_mel(y, **options, bank={"n_mels": 40})
    assert reference.of_frame_maximum(melspectrogram(y=y, n_mels=40, **options), truth) < 1e-7
    assert reference.of_frame_maximum(melspectrogram(y=y, n_mels=40, dtype=np.float64, **options), truth) < 1e-14


@pytest.mark.parametrize("pad_mode", ["reflect", "edge"])
def test_framing_options_reach_the_fused_path(pad_mode):
    y = noise(3, 4000)
    options = {"n_fft": 512, "hop_length": 100, "win_length": 400, "pad_mode": pad_mode}
    M = melspectrogram(y=y, sr=16000, n_mels=30, window="hamming", **options)
    truth = true_mel(y, sr=16000, bank={"n_mels": 30}, window_name="hamming", **options)
    assert reference.of_frame_maximum(M, truth) < 1e-6


@pytest.mark.parametrize(
    "S", [power(33, 7), power(2, 33, 7), power(7, 33).T, power(2, 33, 14)[..., ::-2], power(33, 0)]
)
@pytest.mark.parametrize("dtype", [np.float32, np.float64, ">f4"])
def test_bands_of_a_spectrogram_are_sums(S, dtype):
    bank = fastspec.filters.mel(sr=22050, n_fft=64, n_mels=5)
    M = melspectrogram(S=S.astype(dtype), n_mels=5)
    # A dot product of 33 positive terms: (log2 33 + 4) u of the sum, in any order.
    u = 2.0**-24 if np.dtype(dtype).itemsize == 4 else 2.0**-53
    np.testing.assert_allclose(M, bank.astype(np.float64) @ S.astype(np.float64), rtol=10 * u, atol=1e-38)


def test_spectrogram_and_audio_give_the_same():
    y = noise(2, 4000)
    S = np.abs(fastspec.stft(y, n_fft=256, hop_length=64)) ** 2
    np.testing.assert_allclose(
        melspectrogram(S=S, n_mels=32), melspectrogram(y=y, n_fft=256, hop_length=64, n_mels=32), rtol=2e-6
    )


def test_spectrogram_given_beside_audio_counts():
    S = power(33, 5)
    np.testing.assert_array_equal(melspectrogram(y=noise(4000), S=S, n_mels=5), melspectrogram(S=S, n_mels=5))


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.float16])
def test_dtype_follows_samples_and_bank(dtype):
    wanted = np.float64 if dtype == np.float64 else np.float32
    y = noise(400, dtype=dtype)
    assert melspectrogram(y=y, n_fft=64, n_mels=4).dtype == wanted
    assert melspectrogram(y=y, n_fft=64, n_mels=4, dtype=np.float64).dtype == np.float64


def test_rows_are_contiguous():
    assert melspectrogram(y=noise(4000)).flags.c_contiguous
    assert melspectrogram(y=noise(2, 4000)).flags.c_contiguous
    assert melspectrogram(S=np.asfortranarray(power(33, 9)), n_mels=4).flags.c_contiguous


@pytest.mark.parametrize("name", ["melspectrogram", "logmel", "mfcc"])
def test_empty_bands_warn_the_caller_every_time(name):
    for _ in range(2):
        with pytest.warns(UserWarning, match=r"(?i)empty") as caught:
            getattr(fastspec.feature, name)(y=noise(4000), n_fft=256, n_mels=128)
        assert [w.filename for w in caught] == [__file__]


def test_bank_arguments_are_told_apart():
    """The caches' keys: what compares equal must mean the same."""
    y = noise(2000)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        results = [
            melspectrogram(y=y, n_fft=256, n_mels=10, norm=norm, htk=htk, fmin=fmin)
            for norm in ("slaney", None, 1, 2, np.inf)
            for htk in (False, True)
            for fmin in (0.0, 100)
        ]
    for i, a in enumerate(results):
        assert all(not np.array_equal(a, b) for b in results[:i])
