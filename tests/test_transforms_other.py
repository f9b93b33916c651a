"""The Mellin transform and the semitone filter bank."""

from __future__ import annotations

import numpy as np
import pytest
from support import calls

import fastspec

pytest.importorskip("scipy")
pytest.importorskip("soxr")


@pytest.mark.parametrize("case", calls.load("transforms_other"), ids=lambda case: case["call"])
def test_as_librosa(case):
    # Filters of order 8 with poles near the circle amplify the last bits of another version of SciPy's design.
    calls.check(case, fastspec, rtol=1e-6, atol=1e-9)


def test_fmt_is_a_sum_over_logarithmic_time():
    y, n_fmt = np.cos(np.arange(40) / 5), 64
    grid = np.exp(np.linspace(np.log(0.5 / 40), 0, n_fmt + 2)[:-2])
    samples = np.interp(np.minimum(grid, 39 / 40), np.arange(40) / 40, y) * np.sqrt(grid * 40) / n_fmt
    samples[grid > 39 / 40] = y[-1] * np.sqrt(39 / 40 * 40) / n_fmt
    np.testing.assert_allclose(fastspec.fmt(y, n_fmt=n_fmt, kind="linear"), np.fft.rfft(samples), atol=1e-12)


@pytest.mark.parametrize("n_fmt", [2, 0, -3])
def test_fmt_names_what_is_too_small(n_fmt):
    with pytest.raises(fastspec.ParameterError, match=f"n_fmt={n_fmt}"):
        fastspec.fmt(np.ones(20), n_fmt=n_fmt)


def test_iirt_channels_are_their_own_runs():
    y = np.random.RandomState(0).randint(-900, 901, size=(2, 3000)) / 1000
    both = fastspec.iirt(y, sr=8000, win_length=512)
    np.testing.assert_allclose(both[1], fastspec.iirt(y[1], sr=8000, win_length=512), rtol=1e-9)


def test_iirt_measures_the_power_of_a_tone():
    y = np.sin(2 * np.pi * 440 * np.arange(22050) / 22050)
    power = fastspec.iirt(y, win_length=2205, hop_length=2205, center=False)
    # a window of 44 whole periods; the filter's ripple is 1 dB, run twice, and the tone lies in its passband
    assert power[69 - 24, 5] == pytest.approx(2205 / 2, rel=0.4)
    assert power[:, 5].argmax() == 69 - 24


def test_iirt_names_the_layout():
    with pytest.raises(fastspec.ParameterError, match="flayout='zpk'"):
        fastspec.iirt(np.ones(1000), flayout="zpk")
