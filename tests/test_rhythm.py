"""Tempograms and tempo against librosa 1.0's results, against definitions, and on bad input."""

from pathlib import Path

import numpy as np
import pytest
import scipy.fft
from support.goldens import as_arrays
from support.rhythm_cases import ENVELOPE, RHYTHM, TWO_ENVELOPES, Y, pulses
from support.util_cases import noise

import fastspec
from fastspec import feature
from fastspec.feature import rhythm

GOLDEN = np.load(Path(__file__).parent / "golden" / "rhythm.npz")


@pytest.mark.parametrize("case", sorted(RHYTHM))
def test_as_librosa(case):
    """float64 throughout, but for envelopes of audio, which are float32 (2e-5, see test_onset)."""
    for i, ours in enumerate(as_arrays(RHYTHM[case](fastspec))):
        theirs = GOLDEN[f"{case}.{i}"]
        assert ours.dtype == theirs.dtype
        assert ours.shape == theirs.shape
        bound = 2e-5 if "audio" in case else 1e-12
        np.testing.assert_allclose(ours, theirs, rtol=bound, atol=bound * np.abs(theirs).max())


@pytest.mark.parametrize("win_length", [1, 2, 3, 8, 31, 60])
@pytest.mark.parametrize("center", [True, False])
def test_tempogram_by_definition(win_length, center):
    ours = feature.tempogram(onset_envelope=ENVELOPE, win_length=win_length, center=center, norm=None)
    x, window = ENVELOPE, fastspec.filters.get_window("hann", win_length)
    if center:
        x = np.pad(x, win_length // 2, mode="linear_ramp")
    for t in range(0, ours.shape[-1], 13):
        frame = window * x[t : t + win_length]
        wanted = np.correlate(frame, frame, "full")[win_length - 1 :]
        # an FFT of up to 128 points and its inverse: a few roundings of the largest value, the one at lag 0
        np.testing.assert_allclose(ours[:, t], wanted, atol=1e-14 * wanted[0])


def test_tempogram_is_c_ordered_and_the_loudest_lag_is_1():
    T = feature.tempogram(onset_envelope=ENVELOPE.astype(np.float32), win_length=50)
    assert T.dtype == np.float64
    assert T.flags.c_contiguous
    np.testing.assert_array_equal(T[0], np.ones(110))


def test_each_channel_is_its_own_mono_run():
    both = feature.tempogram(onset_envelope=TWO_ENVELOPES, win_length=30)
    for channel, envelope in zip(both, TWO_ENVELOPES, strict=True):
        np.testing.assert_array_equal(channel, feature.tempogram(onset_envelope=envelope, win_length=30))


def test_fourier_tempogram_by_definition():
    ours = feature.fourier_tempogram(onset_envelope=ENVELOPE, win_length=40, center=False)
    frames = np.lib.stride_tricks.sliding_window_view(ENVELOPE, 40) * fastspec.filters.get_window("hann", 40)
    np.testing.assert_allclose(ours, np.fft.rfft(frames).T, atol=1e-13)


@pytest.mark.parametrize("every", [10, 15, 20])
def test_tempo_of_pulses(every):
    """Frames of 1/40 s: pulses every 10, 15, 20 are 240, 160, 120 beats a minute."""
    envelope = pulses(800, every) ** 2
    bpm = feature.tempo(onset_envelope=envelope, sr=8000, hop_length=200, start_bpm=2400 / every, std_bpm=0.3)
    np.testing.assert_allclose(bpm, [2400 / every])


def test_tempo_obeys_its_limit():
    """Pulses every 12 frames of 1/80 s are 400 a minute; the next lag that fits is twice as long."""
    arguments = {"onset_envelope": pulses(800) ** 2, "sr": 8000, "hop_length": 100, "start_bpm": 400}
    np.testing.assert_allclose(feature.tempo(**arguments, max_tempo=None), [400])
    np.testing.assert_allclose(feature.tempo(**arguments, max_tempo=400), [200])


def test_ratio_at_the_tempo_itself_is_the_tempogram_there():
    T = np.abs(noise(60, 7, seed=3))
    rows = np.array([5, 9, 20, 30, 41, 8, 59])
    bpm = fastspec.tempo_frequencies(60)[rows]
    ours = feature.tempogram_ratio(tg=T, bpm=bpm, factors=np.array([1.0, 0.5]))
    np.testing.assert_allclose(ours[0], T[rows, np.arange(7)], rtol=1e-12)
    twice = np.where(2 * rows < 60, T[np.minimum(2 * rows, 59), np.arange(7)], 0)
    np.testing.assert_allclose(ours[1], twice, rtol=1e-12)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: feature.tempogram(), "onset_envelope=None"),
        (lambda: feature.fourier_tempogram(), "onset_envelope=None"),
        (lambda: feature.tempo(), "onset_envelope=None"),
        (lambda: feature.tempogram(onset_envelope=ENVELOPE, win_length=0), "win_length=0"),
        (lambda: feature.tempogram(onset_envelope=ENVELOPE, win_length=9.5), r"win_length=9\.5"),
        (lambda: feature.fourier_tempogram(onset_envelope=ENVELOPE, win_length=-1), "win_length=-1"),
        (lambda: feature.tempogram(onset_envelope=ENVELOPE, center=False), "win_length=384 exceeds the 110"),
        (lambda: feature.tempogram(onset_envelope=ENVELOPE * np.nan), "not finite"),
        (lambda: feature.tempogram(onset_envelope=ENVELOPE, window=np.ones(3)), "384"),
        (lambda: feature.fourier_tempogram(onset_envelope=np.arange(300)), "int64"),
        (lambda: feature.tempo(onset_envelope=ENVELOPE, start_bpm=0), "start_bpm=0"),
        (lambda: feature.tempogram(y=Y.astype(int)), "int64"),
    ],
)
def test_bad_input(call, message):
    with pytest.raises(fastspec.ParameterError, match=message):
        call()


def test_lengths_of_autocorrelations():
    """As scipy chooses them; far from the next one, too."""
    for n in (*range(1, 2000), 1_000_001):
        assert rhythm._fast_length(n) == scipy.fft.next_fast_len(n, real=True)


def test_no_channels():
    assert feature.tempogram(onset_envelope=np.zeros((0, 24))).shape == (0, 384, 24)
