"""core.harmonic: librosa's record, numpy.interp frame by frame, and what must fail."""

from __future__ import annotations

import numpy as np
import pytest
from support.calls import check, load
from support.pitch_signals import bench, grid, heights, moving_grid

import fastspec

BENCH = bench(fastspec)
HARMONICS = [0.5, 1, 2.5]
RTOL = 1e-12  # a line between two doubles, by one of two formulas, relative to values of up to 16


@pytest.mark.parametrize("case", load("harmonic"), ids=lambda case: case["call"])
def test_as_librosa(case):
    check(case, BENCH, rtol=RTOL, atol=16 * RTOL)


def interpolated(at, freqs, values):
    return np.interp(at, freqs, values, left=0, right=0)


@pytest.mark.parametrize("order", ["C", "F"])
def test_interp_harmonics_is_interp(order):
    x, freqs = np.array(heights(40, 6), order=order), grid(40)
    found = fastspec.interp_harmonics(x, freqs=freqs, harmonics=HARMONICS)
    assert found.shape == (3, 40, 6)
    for h, harmonic in enumerate(HARMONICS):
        for t in range(6):
            np.testing.assert_allclose(found[h, :, t], interpolated(harmonic * freqs, freqs, x[:, t]), atol=16 * RTOL)


def test_moving_frequencies_are_those_of_each_frame():
    x, freqs = heights(40, 6), moving_grid(40, 6)
    f0 = np.linspace(100, 600, 6)
    whole = fastspec.interp_harmonics(x, freqs=freqs, harmonics=HARMONICS)
    one = fastspec.f0_harmonics(x, f0=f0, freqs=freqs, harmonics=HARMONICS)
    for t in range(6):
        wanted = interpolated(np.outer(HARMONICS, freqs[:, t]), freqs[:, t], x[:, t])
        np.testing.assert_allclose(whole[:, :, t], wanted, atol=16 * RTOL)
        wanted = interpolated(np.multiply(HARMONICS, f0[t]), freqs[:, t], x[:, t])
        np.testing.assert_allclose(one[:, t], wanted, atol=16 * RTOL)


def test_frames_with_one_grid_are_as_with_equal_grids():
    x, freqs, f0 = heights(2, 40, 6), grid(40), np.linspace([100, 90], [600, 700], 6).T
    moving = np.broadcast_to(freqs[:, np.newaxis], x.shape)
    for name, options in (("interp_harmonics", {}), ("f0_harmonics", {"f0": f0})):
        function = getattr(fastspec, name)
        fixed = function(x, freqs=freqs, harmonics=HARMONICS, **options)
        np.testing.assert_allclose(fixed, function(x, freqs=moving, harmonics=HARMONICS, **options), atol=16 * RTOL)


def test_salience_is_a_weighted_mean_at_peaks():
    S, freqs = heights(40, 6), grid(40)
    found = fastspec.salience(S, freqs=freqs, harmonics=[1, 2], weights=[3, 1])
    energies = fastspec.interp_harmonics(S, freqs=freqs, harmonics=[1, 2])
    peaks = np.zeros(S.shape, dtype=bool)
    peaks[1:-1] = (S[1:-1] > S[:-2]) & (S[1:-1] > S[2:])
    assert peaks.any()
    np.testing.assert_array_equal(np.isfinite(found), peaks)
    np.testing.assert_allclose(found[peaks], (0.75 * energies[0] + 0.25 * energies[1])[peaks], rtol=RTOL)


@pytest.mark.parametrize("name", ["interp_harmonics", "f0_harmonics", "salience"])
def test_frequencies_must_fit(name):
    options = {"f0": np.ones(6)} if name == "f0_harmonics" else {}
    with pytest.raises(fastspec.ParameterError, match=r"freqs\.shape=\(39,\) must be that of x, \(40, 6\)"):
        getattr(fastspec, name)(heights(40, 6), freqs=grid(39), harmonics=[1], **options)


def test_frequencies_must_fit_a_single_frame():
    with pytest.raises(fastspec.ParameterError, match=r"freqs\.shape=\(9, 4\)"):
        fastspec.interp_harmonics(np.ones(9), freqs=np.ones((9, 4)), harmonics=[1])


@pytest.mark.parametrize("axis", [0, 1, -1, -2])
def test_one_number_gives_no_axis_of_harmonics(axis):
    x = heights(40, 40)
    options = {"freqs": grid(40), "axis": axis}
    one = fastspec.interp_harmonics(x, harmonics=1.5, **options)
    assert one.shape == x.shape
    at = axis - 1 if axis < 0 else axis
    np.testing.assert_array_equal(one, fastspec.interp_harmonics(x, harmonics=[1.5], **options).take(0, axis=at))


def test_nan_frequencies_are_equal_frequencies():
    with pytest.warns(UserWarning, match="Frequencies are not unique"), np.errstate(all="ignore"):
        fastspec.interp_harmonics(heights(5, 2), freqs=np.full((5, 2), np.nan), harmonics=[1])


def test_equal_frequencies_warn():
    with pytest.warns(UserWarning, match="Frequencies are not unique") as caught, np.errstate(all="ignore"):
        fastspec.interp_harmonics(heights(3, 2), freqs=np.array([0.0, 1, 1]), harmonics=[1])
    assert caught[0].filename == __file__


def test_salience_of_all_bins_and_other_weights():
    S, freqs = heights(40, 6), grid(40)
    energies = fastspec.interp_harmonics(S, freqs=freqs, harmonics=[1, 2])
    found = fastspec.salience(S, freqs=freqs, harmonics=[1, 2], weights=[3, 1], filter_peaks=False)
    np.testing.assert_allclose(found, 0.75 * energies[0] + 0.25 * energies[1], rtol=RTOL)
    assert found.base is None
    each = np.random.default_rng(1).random(energies.shape)
    found = fastspec.salience(S, freqs=freqs, harmonics=[1, 2], weights=each, filter_peaks=False)
    np.testing.assert_allclose(found, (each * energies).sum(axis=0) / each.sum(axis=0), rtol=RTOL)
    for weights in ([1, -1], [1, 2, 3]):
        with pytest.raises(fastspec.ParameterError, match=r"(?i)weights"):
            fastspec.salience(S, freqs=freqs, harmonics=[1, 2], weights=weights)


def test_what_lies_beyond_the_frequencies_is_filled():
    S, freqs = heights(40, 6), grid(40)
    found = fastspec.interp_harmonics(S, freqs=freqs, harmonics=[1, 3], fill_value=7.0)
    beyond = 3 * freqs > freqs[-1]
    assert (found[1, beyond] == 7).all()
    plain = fastspec.interp_harmonics(S, freqs=freqs, harmonics=[1, 3])
    np.testing.assert_array_equal(found[1, ~beyond], plain[1, ~beyond])
    np.testing.assert_array_equal(found[0], plain[0])
