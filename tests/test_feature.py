"""Features: librosa's record of MFCCs, and whole chains against float64, a recording and other libraries."""

from __future__ import annotations

import json

import numpy as np
import pytest
from support import reference, spectral_goldens
from support.spectral_signals import noise

import fastspec
from fastspec.feature import logmel, melspectrogram, mfcc


@pytest.mark.parametrize("case", spectral_goldens.cases("mfcc"), ids=lambda case: case["call"])
def test_as_librosa(case):
    spectral_goldens.check(case)


# Cepstra of given levels


def dot_product_bound(S, n: int, dtype) -> float:
    """(ceil(log2 n) + 4) u sum |a b|, with |a| at most 2 in any DCT used here."""
    u = reference.ROUNDOFF[np.dtype(dtype)]
    return (np.ceil(np.log2(n)) + 4) * u * 2 * float(np.abs(S).sum(axis=-2).max())


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("norm", ["ortho", None])
@pytest.mark.parametrize("dct_type", [1, 2, 3])
@pytest.mark.parametrize("n_mels", [2, 3, 40, 128])
@pytest.mark.parametrize("lifter", [0, 22])
def test_cepstrum_is_scipys_dct(n_mels, dct_type, norm, dtype, lifter):
    S = 40 * noise(2, n_mels, 9, dtype=dtype)
    options = {"n_mfcc": 13, "dct_type": dct_type, "norm": norm, "lifter": lifter}
    M = mfcc(S=S, **options)
    truth = reference.cepstrum(S.astype(np.longdouble), **options)
    assert (M.dtype, M.shape) == (dtype, (2, min(13, n_mels), 9))
    bound = dot_product_bound(S, n_mels, dtype) * (1 + lifter / 2)
    np.testing.assert_allclose(M, truth.astype(np.float64), rtol=0, atol=bound)


@pytest.mark.parametrize("n_mfcc", [0, 1, 5, 40, 41, -1, -39, -40, -100, None])
def test_coefficients_are_a_slice(n_mfcc):
    S = noise(2, 40, 6)
    whole = mfcc(S=S, n_mfcc=None)
    assert whole.shape == (2, 40, 6)
    np.testing.assert_array_equal(mfcc(S=S, n_mfcc=n_mfcc), whole[..., :n_mfcc, :])


@pytest.mark.parametrize("view", [lambda S: S[:, ::2], lambda S: S[::-1], lambda S: S.T[:40]])
def test_strides_do_not_matter(view):
    S = view(30 * noise(40, 60))
    np.testing.assert_array_equal(mfcc(S=S), mfcc(S=np.ascontiguousarray(S, dtype=np.float32)))


@pytest.mark.parametrize("dtype", [">f4", ">f8", np.float16, np.int16])
def test_other_dtypes_have_the_same_values(dtype):
    S = (30 * noise(40, 6)).astype(dtype)
    np.testing.assert_allclose(mfcc(S=S), mfcc(S=S.astype(np.float64)), rtol=0, atol=1e-4 if S.itemsize < 8 else 1e-12)


def test_list_is_taken_as_an_array():
    S = noise(4, 3, dtype=np.float64)
    np.testing.assert_allclose(mfcc(S=S.tolist()), mfcc(S=S), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("pad_mode", ["constant", "edge", "reflect"])
@pytest.mark.parametrize("center", [True, False])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_audio_and_levels_give_the_same(dtype, center, pad_mode):
    y = noise(2, 5000, dtype=dtype) * np.array([[1], [1e-4]], dtype)
    y[:, 1000:3000] *= 1e-5  # 100 dB down, where the limit of 80 dB bites
    stft = {"y": y, "n_fft": 512, "hop_length": 300, "n_mels": 30, "center": center, "pad_mode": pad_mode}
    levels = fastspec.power_to_db(melspectrogram(**stft))
    np.testing.assert_allclose(
        mfcc(**stft),
        mfcc(S=levels),
        rtol=0,
        atol=dot_product_bound(levels, 30, dtype) + 1e-4 * (dtype == np.float32),
    )


# Chains, against float64


def true_levels(y, *, sr, n_fft, hop_length, top_db=None, **bank):
    S = np.abs(reference.stft(y.astype(np.float64), n_fft=n_fft, hop_length=hop_length)) ** 2
    return reference.decibels(reference.mel_bank(sr=sr, n_fft=n_fft, **bank) @ S, amin=1e-30, top_db=top_db)


def voiced(sr: int, seconds: float) -> np.ndarray:
    """Gliding harmonics that fall off by 12 dB an octave over faint noise: bands far apart in level."""
    t = np.arange(int(sr * seconds)) / sr
    phase = 2 * np.pi * (110 * t + 40 * t**2)
    y = sum(np.sin(k * phase) / k**2 for k in range(1, 30))
    return (0.3 * y + 1e-5 * noise(len(t), dtype=np.float64)).astype(np.float32)


@pytest.mark.parametrize(
    ("sr", "n_fft", "hop_length", "n_mels"),
    [(16000, 400, 160, 80), (22050, 2048, 512, 128), (44100, 1024, 441, 64)],
)
def test_levels_near_the_peak_of_a_frame(sr, n_fft, hop_length, n_mels):
    # RELIABILITY.md, B. Rounding in the FFT is noise about 130 dB below the frame's power: 1e-3 dB at 40 dB
    # below the peak of the frame would be 78 dB below the band.
    y = voiced(sr, 0.5)
    options = {"sr": sr, "n_fft": n_fft, "hop_length": hop_length, "n_mels": n_mels}
    L = logmel(y=y, **options, amin=1e-30, top_db=None)
    truth = true_levels(y, **options)
    assert reference.of_decibels(L, truth, within=40) <= 0.001
    assert reference.of_decibels(L, truth, within=80) <= 0.05
    C = mfcc(S=L, n_mfcc=13)
    np.testing.assert_allclose(C, reference.cepstrum(L.astype(np.float64), n_mfcc=13), atol=2e-3)


def test_mfcc_of_audio_against_float64():
    y = noise(2, 16000)
    C = mfcc(y=y, sr=16000, n_mfcc=20, n_fft=512, hop_length=160, n_mels=40)
    levels = true_levels(y, sr=16000, n_fft=512, hop_length=160, n_mels=40, top_db=80.0)
    # Noise has no band far below its frame: 1e-5 dB a band from the mel, 3e-5 from the logarithm, 40 bands.
    np.testing.assert_allclose(C, reference.cepstrum(levels), rtol=0, atol=5e-4)


# A recording


@pytest.fixture(scope="module")
def speech(shared):
    path = shared / "audio" / "speech_44100_stereo_24bit.flac"
    if not path.is_file():
        pytest.skip("the recording is not here")
    soundfile = pytest.importorskip("soundfile")
    return soundfile.read(path, dtype="float32")[0].T


def test_recording_against_float64(speech):
    options = {"sr": 44100, "n_fft": 2048, "hop_length": 512, "n_mels": 128}
    L = logmel(y=speech, **options, amin=1e-30, top_db=None)
    for channel, y in zip(L, speech, strict=True):
        truth = true_levels(y, **options)
        frames = truth.max(axis=0) > -200  # digital silence has no level
        assert frames.sum() > 900
        assert reference.of_decibels(channel[:, frames], truth[:, frames], within=40) <= 0.001
        assert reference.of_decibels(channel[:, frames], truth[:, frames], within=80) <= 0.05


# Other libraries, where librosa's parameters say the same


def peer(shared, name: str, speech):
    """A stored output, its parameters, and the samples it was made from."""
    path = shared / "goldens" / f"{name}.npz"
    if not path.is_file():
        pytest.skip(f"no output {name}")
    with np.load(path) as stored:
        case, out = json.loads(str(stored["case"])), stored["out"]
    start, length = case["input"]["start"], case["input"]["length"]
    y = speech[:, start : start + length]
    return out, y if case["input"]["channels"] == "stereo" else y.mean(axis=0, dtype=np.float32)


TORCHAUDIO = {"center": True, "pad_mode": "reflect", "norm": None, "htk": True}


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("torchaudio_mel_0", {"sr": 44100, "n_fft": 400, "hop_length": 200, **TORCHAUDIO}),
        (
            "torchaudio_mel_1",
            {"sr": 44100, "n_fft": 2048, "hop_length": 256, "fmax": 8000.0, "power": 1, **TORCHAUDIO},
        ),
        (
            "torchaudio_mel_2",
            {
                "sr": 44100,
                "n_fft": 1024,
                "hop_length": 512,
                "n_mels": 64,
                "fmin": 50.0,
                "pad_mode": "reflect",
            },
        ),
    ],
)
@pytest.mark.filterwarnings("ignore:.*(empty|Empty)")
def test_torchaudio_mel(shared, speech, name, options):
    out, y = peer(shared, name, speech)
    if name == "torchaudio_mel_1":
        n = np.arange(2048)
        options = options | {"window": 0.54 - 0.46 * np.cos(2 * np.pi * n / 2047)}
    M = melspectrogram(y=y, **options)
    # Its FFT and its bank are float32 throughout.
    np.testing.assert_allclose(M, out, rtol=1e-4, atol=1e-5 * out.max(axis=0).min())


@pytest.mark.parametrize("n_mels", [80, 128])
def test_whisper_log_mel(shared, speech, n_mels):
    out, y = peer(shared, f"whisper_log_mel_{n_mels}", speech)
    options = {"sr": 16000, "n_fft": 400, "hop_length": 160, "n_mels": n_mels, "pad_mode": "reflect"}
    M = melspectrogram(y=y, **options)[:, :-1]
    levels = fastspec.power_to_db(M, top_db=80.0) / 10
    np.testing.assert_allclose((levels + 4) / 4, out, rtol=0, atol=1e-4)


@pytest.mark.parametrize(("name", "options"), [("torchaudio_spectrogram_1", {"n_fft": 400, "hop_length": 200})])
def test_torchaudio_spectrogram(shared, speech, name, options):
    out, y = peer(shared, name, speech)
    S = np.abs(fastspec.stft(y, pad_mode="reflect", **options)) ** 2
    np.testing.assert_allclose(S, out, rtol=1e-4, atol=1e-6 * out.max(axis=0).min())


def test_torchaudio_spectrum(shared, speech):
    out, y = peer(shared, "torchaudio_spectrogram_3", speech)
    D = fastspec.stft(y, n_fft=512, hop_length=128, center=False)
    assert reference.fft_errors(D, out, 512).max() < 3


def test_lifters_without_a_hash():
    S = np.random.default_rng(3).random((20, 9))
    np.testing.assert_array_equal(mfcc(S=S, lifter=np.array(22.0)), mfcc(S=S, lifter=22))
