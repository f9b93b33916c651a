"""From features back to spectra and audio."""

from __future__ import annotations

import numpy as np
import pytest
from support import calls

import fastspec
from fastspec.feature import inverse
from fastspec.util import _nnls_bands

optimize = pytest.importorskip("scipy.optimize")


@pytest.mark.parametrize("case", calls.load("inverse_features"), ids=lambda case: case["call"])
def test_mfcc_to_mel_as_librosa(case):
    calls.check(case, fastspec, rtol=1e-11)


def bands(bank, n_frames=6, *, sign=1):
    """Random spectra through a bank; with sign=0 they have negative values, and no spectrum explains the bands."""
    spectra = np.random.RandomState(2).randint(-900 * (1 - sign), 901, size=(bank.shape[1], n_frames)) / 100
    return (bank @ spectra**3).astype(bank.dtype)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("power", [1.0, 2.0, 3.0])
@pytest.mark.parametrize(("n_fft", "n_mels"), [(2048, 128), (1024, 40), (512, 20)])
def test_mel_to_stft_explains_the_bands(n_fft, n_mels, power, dtype):
    bank = fastspec.filters.mel(sr=22050, n_fft=n_fft, n_mels=n_mels, dtype=dtype)
    M = bands(bank)
    S = inverse.mel_to_stft(M, n_fft=n_fft, power=power)
    assert S.dtype == dtype
    assert S.flags.c_contiguous
    assert (S >= 0).all()
    # the damping, 1e-6, leaves 1e-5 at the worst condition of these banks
    assert np.linalg.norm(bank @ S**power - M) <= 1e-5 * np.linalg.norm(M)


@pytest.mark.parametrize("options", [{"htk": True}, {"norm": None}, {"fmax": 6000.0, "fmin": 50.0}])
def test_options_of_the_bank(options):
    bank = fastspec.filters.mel(sr=22050, n_fft=1024, n_mels=40, **options)
    M = bands(bank)
    S = inverse.mel_to_stft(M, n_fft=1024, **options)
    assert np.linalg.norm(bank @ S**2 - M) <= 1e-5 * np.linalg.norm(M)


@pytest.mark.filterwarnings("ignore:Empty filters")
@pytest.mark.parametrize(("n_fft", "n_mels"), [(512, 20), (512, 80)])
def test_bands_that_no_spectrum_explains_get_the_least_squares(n_fft, n_mels):
    bank = fastspec.filters.mel(sr=22050, n_fft=n_fft, n_mels=n_mels, dtype=np.float64)
    M = bands(bank, sign=0)
    X = fastspec.util.nnls(bank, M)
    for column, target in zip(X.T, M.T, strict=True):
        exact = optimize.nnls(bank, target)[1]
        assert np.linalg.norm(bank @ column - target) <= exact * (1 + 1e-5)


def test_the_solution_has_the_least_norm():
    bank = fastspec.filters.mel(sr=8000, n_fft=64, n_mels=8, dtype=np.float64)
    target = bands(bank, 1)[:, 0]
    solution = fastspec.util.nnls(bank, target[:, np.newaxis])[:, 0]
    # a second, independent solver: the least norm is the least squares of (weight * A, I) for a large weight
    stacked = np.concatenate([1e6 * bank, np.eye(bank.shape[1])])
    reference = optimize.nnls(stacked, np.concatenate([1e6 * target, np.zeros(bank.shape[1])]))[0]
    np.testing.assert_allclose(solution, reference, atol=1e-3 * reference.max())


def test_channels_and_silent_frames():
    bank = fastspec.filters.mel(sr=22050, n_fft=512, n_mels=20)
    M = np.stack([bands(bank), 2 * bands(bank)])
    M[..., 2] = 0
    X = fastspec.util.nnls(bank, M)
    np.testing.assert_allclose(X[1], 2 * X[0], rtol=1e-5, atol=1e-5)
    assert (X[..., 2] == 0).all()


@pytest.mark.parametrize(
    ("A", "banded"),
    [
        (np.eye(3, 5), True),
        (np.eye(3), False),
        (np.ones((3, 5)), False),
        (np.ones((2, 5)), True),
        (np.zeros((0, 3)), False),
    ],
)
def test_which_banks_are_banded(A, banded):
    assert _nnls_bands.is_banded(A) == banded


def test_chroma_to_stft_explains_the_chroma():
    bank = fastspec.filters.chroma(sr=22050, n_fft=512)
    C = bands(bank)
    S = inverse.chroma_to_stft(C, n_fft=512)
    assert S.dtype == np.float32
    assert (S >= 0).all()
    assert np.linalg.norm(bank @ S**2 - C) <= 1e-3 * np.linalg.norm(C)


def test_audio_has_the_mel_spectrogram_again():
    y = fastspec.chirp(fmin=200, fmax=2000, sr=22050, length=22050).astype(np.float32)
    M = fastspec.feature.melspectrogram(y=y)
    back = inverse.mel_to_audio(M, length=y.size, n_iter=16)
    assert back.shape == y.shape
    assert back.dtype == np.float32
    again = fastspec.feature.melspectrogram(y=back)
    # Griffin-Lim's own accuracy after 16 rounds
    assert np.linalg.norm(again - M) <= 0.3 * np.linalg.norm(M)


def test_audio_of_mfcc_goes_through_both():
    coefficients = fastspec.feature.mfcc(y=fastspec.tone(440.0, sr=22050, length=11025))
    y = inverse.mfcc_to_audio(coefficients, n_mels=40, n_iter=2, length=11025, dtype=np.float64)
    assert y.shape == (11025,)
    assert y.dtype == np.float64


def test_audio_is_repeatable_where_a_seed_is_given():
    M = fastspec.feature.melspectrogram(y=fastspec.tone(440.0, sr=22050, length=4096), n_mels=40)
    first, again, other = (inverse.mel_to_audio(M, n_iter=2, rng=seed) for seed in (0, 0, 1))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)
    coefficients = fastspec.feature.mfcc(S=fastspec.power_to_db(M))
    first, again = (inverse.mfcc_to_audio(coefficients, n_mels=40, n_iter=2, rng=0) for _ in range(2))
    assert np.array_equal(first, again)


def test_errors_name_the_argument():
    with pytest.raises(fastspec.ParameterError, match="lifter=-1"):
        inverse.mfcc_to_mel(np.ones((3, 4)), lifter=-1)


def test_chroma_to_stft_is_the_smallest_of_all_that_explain_the_chroma():
    """The damped problem has one solution, which scipy finds exactly, a frame at a time, as a larger system."""
    bank = fastspec.filters.chroma(sr=22050, n_fft=256, dtype=np.float64)
    C = np.stack([bands(bank, 3), bands(bank, 3, sign=0)])
    S = inverse.chroma_to_stft(C, n_fft=256, power=1)
    damping = np.sqrt(_nnls_bands._DAMPINGS[-1] * np.sum(bank**2) / len(bank))
    stacked = np.concatenate([bank, damping * np.eye(bank.shape[1])])
    for channel, t in np.ndindex(2, 3):
        b = np.concatenate([C[channel, :, t], np.zeros(bank.shape[1])])
        want = optimize.nnls(stacked, b, maxiter=10_000)[0]
        # the residual of unit bands that Newton's method ends at, over the damping of the normal equations
        assert np.linalg.norm(stacked @ S[channel, :, t] - b) <= np.linalg.norm(stacked @ want - b) * (1 + 1e-6)
        np.testing.assert_allclose(bank @ S[channel, :, t], bank @ want, atol=1e-5 * np.linalg.norm(b))
