"""Frames: where they start, what stands beyond the ends of the signal, which samples are looked at."""

from __future__ import annotations

import itertools
import warnings

import numpy as np
import pytest
from support import reference
from support.spectral_signals import noise

import fastspec

PADDINGS = ("constant", "edge", "reflect", "symmetric", "linear_ramp")


def spectra(y, **options):
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="n_fft=.* is too large for input signal")
        return fastspec.stft(y, window="boxcar", **options)


def assert_same_frames(y, **options):
    """A rectangular window and the inverse FFT give back the frames themselves."""
    n_fft = options["n_fft"]
    found = np.fft.irfft(spectra(y, **options), n_fft, axis=-2)
    np.testing.assert_allclose(found, reference.frames(y, **options), rtol=0, atol=1e-13)


@pytest.mark.parametrize("pad_mode", PADDINGS)
@pytest.mark.parametrize("n_fft", [1, 2, 3, 8, 9, 30, 37])
def test_frames_are_those_of_the_padded_signal(n_fft, pad_mode):
    lengths = {1, 2, 3, max(1, n_fft // 2), n_fft // 2 + 1, n_fft, 2 * n_fft + 5, 100}
    hops = {1, 2, max(1, n_fft // 2), n_fft, n_fft + 5, 1000}
    for n, hop_length in itertools.product(sorted(lengths), sorted(hops)):
        if n + 2 * (n_fft // 2) >= n_fft:
            assert_same_frames(noise(n, dtype=np.float64), n_fft=n_fft, hop_length=hop_length, pad_mode=pad_mode)


@pytest.mark.parametrize("n_fft", [1, 2, 9, 30, 64])
@pytest.mark.parametrize("hop_length", [1, 7, 30, 64, 100, 1000])
def test_uncentred_frames_start_at_the_first_sample(n_fft, hop_length):
    assert_same_frames(noise(200, dtype=np.float64), n_fft=n_fft, hop_length=hop_length, center=False)


@pytest.mark.parametrize("hop_length", [8, 16, 20])
def test_reflection_at_the_end_reads_the_whole_signal(hop_length):
    # librosa reflects a cut-out of n_fft / 2 samples, one too few,
    # if the signal ends on a hop of n_fft / 2 or more.
    y = noise(10 * hop_length, dtype=np.float64)
    assert_same_frames(y, n_fft=16, hop_length=hop_length, pad_mode="reflect")


@pytest.mark.parametrize("n", [16, 17, 63, 64, 65, 1000])
@pytest.mark.parametrize("hop_length", [1, 5, 16, 33])
def test_number_of_frames(n, hop_length):
    assert spectra(noise(n), n_fft=16, hop_length=hop_length).shape == (9, 1 + n // hop_length)
    assert spectra(noise(n), n_fft=15, hop_length=hop_length).shape == (8, 1 + (n - 1) // hop_length)
    assert spectra(noise(n), n_fft=16, hop_length=hop_length, center=False).shape == (
        9,
        1 + (n - 16) // hop_length,
    )


@pytest.mark.parametrize("n_frames", [1, 2, 15, 16, 17, 31, 33, 64, 65, 200])
def test_blocks_and_tiles_of_frames_have_no_seams(n_frames):
    y = noise(16 * n_frames + 47, dtype=np.float64)
    assert_same_frames(y[: 16 * (n_frames - 1) + 40], n_fft=40, hop_length=16, center=False)


def test_empty_signal_has_a_frame_of_padding():
    np.testing.assert_array_equal(spectra(np.empty(0), n_fft=8, hop_length=2), np.zeros((5, 1)))


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize(
    ("n_fft", "hop_length", "center"),
    [(16, 4, True), (16, 40, False), (16, 16, False), (15, 99, True), (8, 1000, True)],
)
def test_every_sample_is_looked_at_also_between_frames(value, n_fft, hop_length, center):
    for at in range(0, 130, 3):
        y = np.zeros((2, 130), np.float32)
        y[1, at] = value
        with pytest.raises(fastspec.ParameterError, match=rf"y\[1, {at}\] is {value}"):
            fastspec.stft(y, n_fft=n_fft, hop_length=hop_length, center=center)


@pytest.mark.parametrize("power", [1, 2])
def test_unchecked_nan_stays_in_the_frames_that_touch_it(power):
    y = noise(3000)
    clean = fastspec.feature.logmel(y=y, n_fft=256, hop_length=64, power=power, n_mels=32, top_db=None)
    y[1500] = np.nan
    dirty = fastspec.feature.logmel(
        y=y, n_fft=256, hop_length=64, power=power, n_mels=32, top_db=None, check_finite=False
    )
    touched = np.isnan(dirty).any(axis=0)
    assert np.flatnonzero(touched).tolist() == [22, 23, 24, 25]
    np.testing.assert_array_equal(dirty[:, ~touched], clean[:, ~touched])


def test_warning_is_blamed_on_the_caller():
    functions = (
        lambda: fastspec.stft(noise(100), n_fft=128),
        lambda: fastspec.feature.melspectrogram(y=noise(100), n_fft=128, n_mels=8),
        lambda: fastspec.feature.logmel(y=noise(100), n_fft=128, n_mels=8),
        lambda: fastspec.feature.mfcc(y=noise(100), n_fft=128, n_mels=8),
    )
    for function in functions:
        with pytest.warns(UserWarning, match="n_fft=128 is too large for input signal of length=100") as caught:
            function()
        assert [w.filename for w in caught] == [__file__]
