"""A signal as a sum of sinusoids, against the sum."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import fastspec
from fastspec import ParameterError

RNG = np.random.default_rng(4)


def added_up(f, a, p, n, sr) -> np.ndarray:
    t = np.arange(n) / sr
    return np.sum(a[..., np.newaxis] * np.cos(2 * np.pi * f[..., np.newaxis] * t + p[..., np.newaxis]), axis=-2)


@given(st.integers(1, 130), st.floats(1, 1e5), st.integers(0, 99))
def test_all_of_them_are_the_signal(n, sr, seed):
    y = np.random.default_rng(seed).normal(size=(2, 3, n))
    f, a, p = fastspec.sinusoids(y, sr=sr)
    assert f.shape == (1 + n // 2,)
    assert a.shape == p.shape == (2, 3, 1 + n // 2)
    assert (a >= 0).all()
    assert np.allclose(f, np.fft.rfftfreq(n, 1 / sr))
    assert np.abs(added_up(f, a, p, n, sr) - y).max() < 1e-11
    assert np.abs(fastspec.isinusoids(f, a, p, length=n, sr=sr) - y).max() < 1e-13


def test_precision_and_layout():
    y = RNG.normal(size=(2, 5000)).astype(np.float32)
    f, a, p = fastspec.sinusoids(y)
    assert (f.dtype, a.dtype, p.dtype) == (np.float64, np.float32, np.float32)
    back = fastspec.isinusoids(f, a, p, length=5000)
    assert back.dtype == np.float32
    assert np.abs(back - y).max() < 3e-6
    assert np.allclose(fastspec.sinusoids(np.repeat(y, 2, axis=-1)[:, ::2])[1], a, rtol=1e-5, atol=1e-9)
    assert np.allclose(fastspec.sinusoids(y[1])[1], a[1], rtol=1e-5, atol=1e-9)


def test_the_largest():
    y = RNG.normal(size=(3, 256))
    f, a, _ = fastspec.sinusoids(y, sr=64.0)
    strong, largest, phase = fastspec.sinusoids(y, 5, sr=64.0)
    assert strong.shape == largest.shape == phase.shape == (3, 5)
    for row in range(3):
        order = np.argsort(-a[row])[:5]
        assert np.allclose(largest[row], a[row][order])
        assert np.allclose(strong[row], f[order])
    few = fastspec.isinusoids(strong, largest, phase, length=256, sr=64.0)
    assert np.allclose(few, added_up(strong, largest, phase, 256, 64.0))
    # What is left has the energy of the others; the ends' sinusoids have twice that of their amplitudes.
    energies = a**2 * np.r_[256, np.full(127, 128), 256]
    others = [np.sum(np.delete(energies[row], np.argsort(-a[row])[:5])) for row in range(3)]
    assert np.allclose(np.sum((y - few) ** 2, axis=-1), others)
    assert fastspec.sinusoids(y, 129)[0].shape == (3, 129)


def test_any_frequencies():
    f, a, p = RNG.uniform(-40, 90, (2, 7)), RNG.normal(size=(2, 7)), RNG.normal(size=(2, 7))
    for n in (0, 1, 100, 70_000):
        want = added_up(f, a, p, n, 64.0)
        assert np.abs(fastspec.isinusoids(f, a, p, length=n, sr=64.0) - want).max(initial=0) < 1e-9
    beyond = np.array([0.0, 32.0, 33.0, 64.0, -3.0, 130.0])  # whole periods, beyond half the rate
    got = fastspec.isinusoids(beyond, a[0, :6], p[0, :6], length=64, sr=64.0)
    assert np.allclose(got, added_up(beyond, a[0, :6], p[0, :6], 64, 64.0))
    assert fastspec.isinusoids([1.0], [2], [0.0], length=4, sr=4).round(9).tolist() == [2.0, 0.0, -2.0, 0.0]


def test_what_it_refuses():
    y = np.zeros((2, 8))
    for call, told in (
        (lambda: fastspec.sinusoids(y, 6), "n=6"),
        (lambda: fastspec.sinusoids(y, 0), "n=0"),
        (lambda: fastspec.sinusoids(np.zeros((2, 0))), "empty"),
        (lambda: fastspec.sinusoids(np.full((2, 8), np.nan)), r"y\[0, 0\] is nan"),
        (lambda: fastspec.sinusoids(y, sr=0), "sr=0"),
        (lambda: fastspec.isinusoids([1.0, 2.0], [1.0, 2.0, 3.0], [0.0], length=4), "amplitude"),
        (lambda: fastspec.isinusoids([np.inf], [1.0], [0.0], length=4), "frequency"),
        (lambda: fastspec.isinusoids([1.0], [1.0], [0.0], length=-1), "length"),
        (lambda: fastspec.isinusoids(1.0, 1.0, 0.0, length=4), "single"),
    ):
        with pytest.raises(ParameterError, match=told):
            call()
