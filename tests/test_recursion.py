"""Recursive filters of the first order against scipy.signal.lfilter."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
import scipy.signal

import fastspec
from fastspec import ParameterError
from fastspec.util._recursion import first_order

COEFFICIENTS = [((1.0, 0.0), -0.97), ((0.1, 0.0), -0.9), ((1.0, -1.0), -0.99), ((0.5, 0.25), 0.3)]


def _layouts(shape, dtype):
    x = np.random.default_rng(0).standard_normal((2 * shape[0], *shape[1:])).astype(dtype)
    yield np.ascontiguousarray(x[: shape[0]])
    yield np.asfortranarray(x[: shape[0]])
    yield x[::-2]


@pytest.mark.parametrize("coefficients", COEFFICIENTS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.complex128, np.longdouble])
@pytest.mark.parametrize("shape", [(1,), (100,), (1, 40), (7, 50), (8, 3), (19, 64), (3, 5, 21), (2, 0)])
def test_as_scipy(coefficients, dtype, shape):
    """To the bit: the operations and their order are scipy's, in the precision of the samples."""
    (b0, b1), a = coefficients
    for axis in range(len(shape)):
        states = np.random.default_rng(1).standard_normal([1 if i == axis else n for i, n in enumerate(shape)])
        zi = states.astype(dtype)
        for x in _layouts(shape, dtype):
            y, zf = first_order((b0, b1), a, x, zi=zi, axis=axis)
            if x.size:
                ba = np.array([b0, b1], dtype), np.array([1, a], dtype)
                wanted = scipy.signal.lfilter(*ba, x, zi=zi, axis=axis)
            else:
                wanted = np.empty(shape, dtype), zi
            np.testing.assert_array_equal(y, wanted[0])
            np.testing.assert_array_equal(zf, np.broadcast_to(wanted[1], zf.shape))
            assert y.dtype == zf.dtype == dtype


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_pieces_make_the_whole(dtype):
    x = np.random.default_rng(2).standard_normal((9, 300)).astype(dtype)
    whole, last = first_order((0.3, 0.1), -0.8, x)
    state, pieces = np.zeros((9, 1), dtype), []
    for first, end in ((0, 1), (1, 120), (120, 300)):
        y, state = first_order((0.3, 0.1), -0.8, x[:, first:end], zi=state)
        pieces.append(y)
    np.testing.assert_array_equal(np.concatenate(pieces, axis=1), whole)
    np.testing.assert_array_equal(state, last)


@pytest.mark.parametrize("step", [1, -1])
def test_fields_of_packed_records(step):
    """Numbers that lie nine bytes apart, as the engine cannot read them."""
    records = np.zeros(50, np.dtype([("flag", "u1"), ("value", "f8")]))
    records["value"] = np.random.default_rng(3).standard_normal(50)
    x = records["value"][::step]
    wanted, _ = first_order((0.3, 0.1), -0.8, x.copy())
    np.testing.assert_array_equal(first_order((0.3, 0.1), -0.8, x)[0], wanted)
    spans = {"pre_max": 3, "post_max": 3, "pre_avg": 3, "post_avg": 5, "delta": 0.1, "wait": 2}
    np.testing.assert_array_equal(fastspec.util.peak_pick(x, **spans), fastspec.util.peak_pick(x.copy(), **spans))


def test_the_input_and_its_states_stay():
    x, zi = np.ones((3, 4)), np.ones((3, 1))
    first_order((1.0, 0.0), -0.5, x, zi=zi)
    assert (x == 1).all()
    assert (zi == 1).all()


def test_states_of_another_shape():
    with pytest.raises(ParameterError, match=r"zi.shape=\(2,\) must be \(3, 1\)"):
        first_order((1.0, 0.0), -0.5, np.ones((3, 4)), zi=np.ones(2))
    with pytest.raises(ParameterError, match=r"zi\.shape"):
        fastspec.pcen(np.ones((3, 4)), zi=np.ones((2, 1)))


@pytest.mark.parametrize(
    "call",
    [
        "pcen(np.ones((3, 4)))",
        "effects.deemphasis(effects.preemphasis(y))",
        "onset.onset_strength(y=y, detrend=True)",
        "feature.tempogram(y=y)",
        "pyin(y, fmin=100, fmax=1000)",
        "feature.chroma_cqt(y=y, fmin=500, n_octaves=3)",
        "griffinlim(np.abs(stft(y)), n_iter=1)",
    ],
)
def test_scipy_is_not_imported(call):
    """It takes longer to import than most recordings to analyse."""
    program = (
        "import sys, numpy as np; from fastspec import *; from fastspec import effects, feature, onset;"
        f"y = np.sin(np.arange(8192, dtype=np.float32)); {call}; assert 'scipy' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
