"""The constant-Q family beside librosa 1.0: shapes, dtypes, layouts, warnings, errors; peaks, phases, values.

librosa's decimation and its sparse basis, and the mirrored windows of its atoms, make a difference that is larger than
any rounding; docs/cqt.md states it, and these are its bounds: of the whole, in complex numbers and in magnitudes.
"""

from __future__ import annotations

import numpy as np
import pytest
from support import calls, cqt_signals

import fastspec

BENCH = cqt_signals.bench(fastspec)

# The first pattern that a call contains holds.
BOUNDS = {
    "pseudo_cqt": (2e-5, 2e-5),  # where values of a spectrum are alike, rounding says which one is dropped
    "hop_length=2047, sparsity=0": (0.005, 0.001),  # nothing decimated, nothing dropped
    "hop_length=2047": (0.009, 0.005),
    # librosa decimates as for gamma=0, though wider atoms reach beyond what is left.
    "gamma=20": (0.09, 0.07),
    "gamma=10": (0.03, 0.03),
    "gamma=0": (0.06, 0.04),
    "vqt": (0.08, 0.045),
    "pad_mode": (0.03, 0.02),
    "hybrid_cqt(lib.chord(24000), hop_length=2048, sparsity=0.1": (0.035, 0.035),
    "hybrid": (0.01, 0.01),
    "chroma_cqt": (0.01, 0.01),
    "chroma_cens": (0.02, 0.02),
    "tonnetz": (0.01, 0.01),
    "cqt": (0.03, 0.013),
}


@pytest.mark.parametrize("case", calls.load("cqt"), ids=lambda case: case["call"][4:])
def test_as_librosa(case):
    values = case.get("value")
    if values is None or values.ndim < 2:
        calls.check(case, BENCH, rtol=0)
        return
    calls.check(case, BENCH, rtol=0, atol=1e30)
    found = calls.outcome(case["call"], BENCH)["value"]
    whole, of_magnitudes = next(bound for pattern, bound in BOUNDS.items() if pattern in case["call"])
    size = np.linalg.norm(values)
    assert np.linalg.norm(found - values) <= whole * size
    assert np.linalg.norm(np.abs(found) - np.abs(values)) <= of_magnitudes * size
    if np.iscomplexobj(values) and values.any() and "pad_mode" not in case["call"]:
        assert_same_peaks(found, values)


def assert_same_peaks(found: np.ndarray, wanted: np.ndarray) -> None:
    """In frames that are not faint, the largest bin is the same or, where two are alike, as large; so is its phase."""
    magnitude = np.abs(wanted)
    peaks = magnitude.max(axis=-2)
    index = np.abs(found).argmax(axis=-2, keepdims=True)
    at_ours = np.take_along_axis(wanted, index, axis=-2).squeeze(-2)
    loud = peaks > 0.1 * magnitude.max()
    assert (np.abs(at_ours)[loud] > 0.9 * peaks[loud]).all()
    turn = np.angle(np.take_along_axis(found, index, axis=-2).squeeze(-2)[loud] / at_ours[loud])
    assert np.abs(turn).max() < 0.1
