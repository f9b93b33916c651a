"""Deltas and stacked history: librosa's goldens, scipy's filter, polynomials whose derivative is known."""

from __future__ import annotations

import numpy as np
import pytest
from support import calls
from support.feature_goldens import bench, check
from support.spectral_signals import noise

import fastspec
from fastspec import feature

BENCH = bench(fastspec)


@pytest.mark.parametrize("case", calls.load("delta"), ids=lambda case: case["call"][4:70])
def test_as_librosa(case):
    check(case, BENCH)


@pytest.mark.parametrize("order", [1, 2, 3])
@pytest.mark.parametrize("width", [5, 9, 21])
def test_derivative_of_a_polynomial_is_exact_up_to_the_ends(order, width):
    x = np.arange(40) / 10
    coefficients = np.array([0.3, -1.0, 0.5, 2.0][-(order + 1) :])
    found = feature.delta(np.polyval(coefficients, x), width=width, order=order, delta=0.1)
    np.testing.assert_allclose(found, np.polyval(np.polyder(coefficients, order), x), atol=1e-8)


@pytest.mark.parametrize("mode", ["interp", "nearest", "mirror", "constant", "wrap"])
@pytest.mark.parametrize(("dtype", "atol"), [(np.float32, 1e-6), (np.float64, 1e-13)])
@pytest.mark.parametrize("shape", [(30,), (700, 30), (2, 3, 30), (3, 0, 30), (2, 3, 300)])
def test_as_scipys_filter(mode, dtype, atol, shape):
    signal = pytest.importorskip("scipy.signal")
    x = noise(*shape, dtype=dtype)
    if x.size == 0:
        assert feature.delta(x, mode=mode).shape == shape
        return
    for width, order in ((9, 1), (9, 2), (21, 1)):
        expected = signal.savgol_filter(x.astype(np.float64), width, order, deriv=order, mode=mode)
        found = feature.delta(x, width=width, order=order, mode=mode)
        assert found.dtype == dtype
        np.testing.assert_allclose(found, expected, atol=atol)


def test_input_is_left_alone_and_any_layout_will_do():
    x = noise(24, 30)
    before = x.copy()
    expected = feature.delta(x)
    np.testing.assert_array_equal(feature.delta(np.asfortranarray(x)), expected)
    np.testing.assert_array_equal(feature.delta(x.T, axis=0).T, expected)
    np.testing.assert_array_equal(feature.delta(np.repeat(x, 2, axis=1)[:, ::2]), expected)
    np.testing.assert_array_equal(x, before)


@pytest.mark.parametrize("delay", [1, 3, -2])
def test_memory_holds_the_frames_that_far_away(delay):
    x = noise(4, 12)
    stacked = feature.stack_memory(x, n_steps=3, delay=delay)
    for step in range(3):
        for t in range(12):
            source = t - step * delay
            expected = x[:, source] if 0 <= source < 12 else np.zeros(4)
            np.testing.assert_array_equal(stacked[4 * step : 4 * step + 4, t], expected)


def test_delay_may_be_a_whole_number_of_any_type():
    x = noise(4, 12)
    for delay in (2.0, np.float32(2), np.int8(2)):
        np.testing.assert_array_equal(feature.stack_memory(x, delay=delay), feature.stack_memory(x, delay=2))


def test_matrices_are_plain_arrays():
    x = noise(4, 12)
    slopes = feature.delta(x.view(np.matrix))
    assert type(slopes) is np.ndarray
    np.testing.assert_array_equal(slopes, feature.delta(x))


@pytest.mark.parametrize("bad", [{"n_steps": 0}, {"delay": 0}, {"n_steps": 1.5}, {"delay": 0.5}])
def test_steps_and_delays_are_whole_numbers(bad):
    with pytest.raises(fastspec.ParameterError, match=next(iter(bad))):
        feature.stack_memory(np.ones((2, 3)), **bad)


@pytest.mark.parametrize(
    "bad", [{"width": 4}, {"width": 99}, {"order": 0}, {"order": 1.0}, {"mode": "odd"}, {"polyorder": 9}]
)
def test_rules_of_deltas(bad):
    with pytest.raises(fastspec.ParameterError, match=next(iter(bad))):
        feature.delta(np.ones((2, 30)), **bad)


@pytest.mark.parametrize(("frame", "fits"), [(0, False), (8, False), (9, True), (20, True), (21, False), (29, False)])
@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_polynomials_are_fitted_to_finite_ends_only(frame, fits, value):
    x = np.ones((3, 30), np.float32)
    x[1, frame] = value
    if fits:
        with np.errstate(invalid="ignore"):
            found = fastspec.feature.delta(x)
        # The frame itself has no weight in its own first derivative, but is asked for all the same.
        np.testing.assert_array_equal(np.flatnonzero(~np.isfinite(found[1])), np.arange(frame - 4, frame + 5))
    else:
        with pytest.raises(fastspec.ParameterError, match="finite in its first and last 9"):
            fastspec.feature.delta(x)


def test_no_frames_give_no_slopes():
    assert fastspec.feature.delta(np.zeros((4, 0)), mode="nearest").shape == (4, 0)
