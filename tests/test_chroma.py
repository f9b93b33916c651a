"""Chroma and tonal centroids: librosa's goldens, and what single notes must give."""

from __future__ import annotations

import numpy as np
import pytest
from support import calls
from support.feature_goldens import bench, check
from support.spectral_signals import noise, power

import fastspec
from fastspec import feature

BENCH = bench(fastspec)


@pytest.mark.parametrize("case", calls.load("chroma"), ids=lambda case: case["call"][4:70])
def test_as_librosa(case):
    check(case, BENCH)


@pytest.mark.parametrize("midi", range(57, 69))
def test_a_note_is_its_pitch_class(midi):
    y = np.sin(2 * np.pi * 440 * 2 ** ((midi - 69) / 12) * np.arange(22050) / 22050).astype(np.float32)
    chroma = feature.chroma_stft(y=y, tuning=0.0, n_fft=4096)
    assert np.all(chroma[:, 5:-5].argmax(axis=0) == midi % 12)


@pytest.mark.parametrize(("dtype", "atol"), [(np.float32, 5e-6), (np.float64, 1e-12)])
def test_audio_and_its_power_agree_with_the_bank(dtype, atol):
    y = noise(2, 6000, dtype=dtype)
    S = np.abs(fastspec.stft(y.astype(np.float64), n_fft=512)) ** 2
    bank = fastspec.filters.chroma(sr=22050, n_fft=512, tuning=0.1).astype(np.float64)
    raw = bank @ S
    expected = raw / raw.max(axis=-2, keepdims=True)
    found = feature.chroma_stft(y=y, n_fft=512, hop_length=128, tuning=0.1)
    assert found.dtype == dtype
    np.testing.assert_allclose(found, expected, atol=atol)
    np.testing.assert_allclose(feature.chroma_stft(S=S.astype(dtype), tuning=0.1), expected, atol=atol)


def test_channels_and_threads_do_not_matter():
    y = noise(3, 30000)
    together = feature.chroma_stft(y=y, tuning=0.0)
    np.testing.assert_array_equal(together[1], feature.chroma_stft(y=y[1], tuning=0.0))
    with fastspec.threads(2):
        np.testing.assert_array_equal(together, feature.chroma_stft(y=y, tuning=0.0))


def test_constant_q_bins_are_summed_by_class():
    C = power(84, 6, dtype=np.float64)
    expected = C.reshape(7, 12, 6).sum(axis=0)
    np.testing.assert_allclose(feature.chroma_cqt(C=C, bins_per_octave=12, norm=None), expected, rtol=1e-12)
    found = feature.chroma_vqt(V=C, intervals="equal", norm=None)
    np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_cens_counts_steps():
    """Shares of 0.5, 0.3, 0.15, 0.05 pass 4, 3, 2 and none of the thresholds 0.05, 0.1, 0.2, 0.4."""
    C = np.zeros((12, 1))
    C[:4, 0] = 0.5, 0.3, 0.15, 0.05
    cens = feature.chroma_cens(C=C, bins_per_octave=12, win_len_smooth=None, norm=None)
    assert cens[:5, 0].tolist() == [1.0, 0.75, 0.5, 0.0, 0.0]


def test_memory_order_of_cens():
    C = np.asfortranarray(np.random.default_rng(0).random((84, 50)))
    assert feature.chroma_cens(C=C, win_len_smooth=None).flags.f_contiguous
    assert feature.chroma_cens(C=C).flags.c_contiguous


def test_cens_does_not_smear_constant_chroma():
    C = np.ones((12, 200))
    C[3] = 9
    cens = feature.chroma_cens(C=C, bins_per_octave=12, norm=None)
    # Shares of 0.45 and 0.05: all four steps, and none.
    expected = np.zeros((12, 150))
    expected[3] = 1
    np.testing.assert_allclose(cens[:, 25:-25], expected, atol=1e-12)


@pytest.mark.parametrize("n_chroma", [12, 24])
def test_tonal_centroids_of_single_classes_lie_on_their_circles(n_chroma):
    points = feature.tonnetz(chroma=np.eye(n_chroma))
    radii = np.hypot(points[::2], points[1::2])
    np.testing.assert_allclose(radii, np.broadcast_to([[1.0], [1.0], [0.5]], radii.shape), rtol=1e-12)
    fifths = points[0] + 1j * points[1]
    semitone = n_chroma // 12
    # A fifth up is the smallest step on the first circle: 7 times 7/12 of a turn, a twelfth more than four.
    step = np.roll(fifths, -7 * semitone)[: 5 * semitone] / fifths[: 5 * semitone]
    np.testing.assert_allclose(np.abs(np.angle(step)), np.pi / 6, rtol=1e-9)


@pytest.mark.parametrize("note", ["C3", "F#4", "A5"])
def test_a_note_is_its_pitch_class_in_each_chroma_of_audio(note):
    y = fastspec.tone(fastspec.note_to_hz(note), sr=22050, duration=2.0).astype(np.float32)
    wanted = int(fastspec.note_to_midi(note)) % 12
    for chroma in (
        feature.chroma_cqt(y=y, tuning=0.0, n_octaves=6, fmin=65.4),
        feature.chroma_cqt(y=y, tuning=0.0, cqt_mode="hybrid", n_octaves=6, fmin=65.4),
        feature.chroma_cens(y=y, tuning=0.0, n_octaves=6, fmin=65.4),
        feature.chroma_vqt(y=y, intervals="ji5", n_octaves=6, fmin=65.4),
    ):
        assert set(chroma[:, 3:-3].argmax(axis=0)) == {wanted}
    points = feature.tonnetz(y=y, tuning=0.0, n_octaves=6, fmin=65.4)
    np.testing.assert_allclose(points[:, 10], feature.tonnetz(chroma=np.eye(12)[:, [wanted]])[:, 0], atol=0.35)


def test_modes_that_are_not_there():
    with pytest.raises(fastspec.ParameterError, match="cqt_mode='half'"):
        feature.chroma_cqt(y=noise(4000), cqt_mode="half")


def test_cens_of_no_frames():
    assert feature.chroma_cens(C=np.ones((36, 0)), bins_per_octave=36, n_octaves=1, win_len_smooth=5).shape == (12, 0)
