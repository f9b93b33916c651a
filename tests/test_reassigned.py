"""The reassigned spectrogram."""

from __future__ import annotations

import numpy as np
import pytest
from support import calls

import fastspec


@pytest.mark.parametrize("case", calls.load("reassigned"), ids=lambda case: case["call"])
def test_as_librosa(case):
    # Quotients of float64 spectra: 1e-13 of the spectrum over its smallest cells, a thousandth of it.
    calls.check(case, fastspec, rtol=1e-9, atol=1e-9)


def test_a_tone_has_its_frequency_everywhere():
    y = np.sin(2 * np.pi * 1003.0 * np.arange(8000) / 8000)
    freqs, _, mags = fastspec.reassigned_spectrogram(y, sr=8000, n_fft=512, center=False)
    strong = mags > 0.1 * mags.max()
    # a difference quotient stands for the window's derivative: wrong by (pi / 512)^2 / 6 of a few bins of 16 Hz
    np.testing.assert_allclose(freqs[strong], 1003.0, atol=0.05)


def test_a_click_has_its_time_everywhere():
    y = np.zeros(4000)
    y[2000] = 1.0
    _, times, mags = fastspec.reassigned_spectrogram(y, sr=8000, n_fft=512, center=False)
    # an even frame's centre is half a sample off
    np.testing.assert_allclose(times[mags**2 > 1e-6], 2000 / 8000, atol=1 / 8000)


def test_float32_is_near_float64():
    y = np.random.RandomState(0).randint(-900, 901, size=3000) / 1000
    single = fastspec.reassigned_spectrogram(y.astype(np.float32), n_fft=256)
    double = fastspec.reassigned_spectrogram(y, n_fft=256)
    strong = double[2] > 0.3 * double[2].max()
    for i, scale in enumerate((11025, 3000 / 22050, double[2].max())):
        # float32 arithmetic: 1e-6 of the strongest cell, at most four times that of these
        np.testing.assert_allclose(single[i][strong], double[i][strong], atol=1e-5 * scale)
    assert [part.dtype.name for part in single] == ["float64", "float64", "float32"]


def test_what_is_not_reassigned_is_a_view():
    y = np.random.RandomState(0).randint(-900, 901, size=1000) / 1000
    freqs, times, _ = fastspec.reassigned_spectrogram(y, n_fft=64, reassign_frequencies=False)
    assert not freqs.flags.writeable
    assert times.flags.writeable
    np.testing.assert_array_equal(freqs[:, 3], fastspec.fft_frequencies(sr=22050, n_fft=64))


def test_errors_name_the_argument():
    with pytest.raises(fastspec.ParameterError, match="ref_power=-2"):
        fastspec.reassigned_spectrogram(np.ones(1000), ref_power=-2)


def test_halves_as_librosa_names_them():
    y = np.sin(np.arange(3000.0) ** 2 / 4000)
    whole = fastspec.reassigned_spectrogram(y, sr=8000, n_fft=300, hop_length=100, clip=False, ref_power=0)
    for i, name in ((0, "__reassign_frequencies"), (1, "__reassign_times")):
        half, S = getattr(fastspec.core.spectrum, name)(y, sr=8000, n_fft=300, hop_length=100)
        np.testing.assert_array_equal(half, whole[i])
        np.testing.assert_array_equal(np.abs(S), whole[2])


def test_halves_can_be_replaced_where_librosa_has_them(monkeypatch):
    halves = {"__reassign_frequencies": np.array([[-1.0, 0.4], [9.0, 5.0]]), "__reassign_times": np.ones((2, 2))}
    for name, values in halves.items():
        monkeypatch.setattr(fastspec.core.spectrum, name, lambda *_, values=values: (values.copy(), np.ones((2, 2))))
    freqs, times, mags = fastspec.reassigned_spectrogram(np.zeros(64), sr=8, n_fft=2, hop_length=8)
    assert freqs.tolist() == [[0.0, 0.4], [4.0, 4.0]]
    assert (times == 1).all()
    assert (mags == 1).all()


def test_hops_are_a_quarter_of_the_window_by_default():
    y = np.sin(np.arange(3000.0) ** 2 / 4000)
    times = getattr(fastspec.core.spectrum, "__reassign_times")
    for win_length, hop in ((None, 64), (200, 50)):
        np.testing.assert_array_equal(
            times(y, n_fft=256, win_length=win_length)[0], times(y, n_fft=256, win_length=win_length, hop_length=hop)[0]
        )


def test_times_of_frames_where_only_frequencies_move():
    y = np.sin(np.arange(3000.0) ** 2 / 4000)
    options = {"sr": 8000, "n_fft": 256, "hop_length": 64}
    freqs, times, _ = fastspec.reassigned_spectrogram(y, **options, reassign_times=False)
    np.testing.assert_array_equal(freqs, fastspec.reassigned_spectrogram(y, **options)[0])
    np.testing.assert_array_equal(times[7], fastspec.frames_to_time(np.arange(47), sr=8000, hop_length=64))
