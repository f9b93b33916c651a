"""Per-channel energy normalisation and perceptual weighting."""

from __future__ import annotations

import numpy as np
import pytest
from support import calls

import fastspec

pytest.importorskip("scipy")


@pytest.mark.parametrize("case", calls.load("pcen"), ids=lambda case: case["call"])
def test_as_librosa(case):
    # the order of float64 operations and libm differ between versions of NumPy
    calls.check(case, fastspec, rtol=1e-11, atol=1e-11)


def spectrum(*shape):
    return np.random.RandomState(3).randint(1, 900, size=shape) / 100


def test_is_the_papers_recursion():
    S, b = spectrum(4, 30), 0.2
    mean, state = np.empty_like(S), np.ones(4)
    for t in range(S.shape[1]):
        mean[:, t] = state = (1 - b) * state + b * S[:, t]
    expected = (S / (1e-6 + mean) ** 0.98 + 2) ** 0.5 - 2**0.5
    # the root cancels against sqrt(2): 16 digits less the two that the smallest values lose
    np.testing.assert_allclose(fastspec.pcen(S, b=b), expected, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("cut", [1, 7, 29])
def test_blocks_with_the_state_handed_on_are_the_whole(cut):
    S = spectrum(4, 30)
    first, state = fastspec.pcen(S[:, :cut], return_zf=True)
    second = fastspec.pcen(S[:, cut:], zi=state)
    np.testing.assert_allclose(np.concatenate([first, second], axis=1), fastspec.pcen(S), rtol=1e-13)


def test_leaves_its_input_alone():
    S = spectrum(4, 30)
    before = S.copy()
    fastspec.pcen(S, ref=S, b=1)
    np.testing.assert_array_equal(S, before)


@pytest.mark.parametrize(("name", "value"), [("gain", -1), ("eps", 0), ("b", 1.5), ("max_size", 2.5), ("power", -0.1)])
def test_errors_name_the_argument(name, value):
    with pytest.raises(fastspec.ParameterError, match=f"{name}={value}"):
        fastspec.pcen(spectrum(4, 5), **{name: value})


def test_weighting_adds_the_curve():
    S, frequencies = spectrum(2, 3, 5), np.array([100.0, 1000.0, 5000.0])
    found = fastspec.perceptual_weighting(S, frequencies, top_db=None)
    expected = 10 * np.log10(S) + fastspec.A_weighting(frequencies)[:, np.newaxis]
    np.testing.assert_allclose(found, expected, rtol=1e-13, atol=1e-12)
