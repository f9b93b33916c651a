"""core.intervals: every call of librosa's record, exact fractions, a slow twin, and what must fail."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from support.calls import check, load

import fastspec
from fastspec.core import intervals

# 2^x after a sum of exponents times logarithms of up to 84 bits: 84 * 2.2e-16 * ln 2, twice over
RTOL = 1e-13


@pytest.mark.parametrize("case", load("intervals"), ids=lambda case: case["call"])
def test_as_librosa(case):
    check(case, fastspec, rtol=RTOL)


def exact(factors: dict[int, int]) -> Fraction:
    ratio = Fraction(1)
    for prime, power in factors.items():
        ratio *= Fraction(prime) ** power
    return ratio


@pytest.mark.parametrize("sort", [True, False])
@pytest.mark.parametrize("primes", [None, [3], [3, 5], [3, 5, 7], [3, 5, 7, 11, 13, 17, 19, 23]])
def test_factors_are_the_ratios(primes, sort):
    function = intervals.pythagorean_intervals if primes is None else intervals.plimit_intervals
    options = {"bins_per_octave": 53, "sort": sort} | ({} if primes is None else {"primes": primes})
    fractions = [exact(factors) for factors in function(return_factors=True, **options)]
    assert all(1 <= ratio < 2 for ratio in fractions)
    assert len(set(fractions)) == 53
    assert not sort or fractions == sorted(fractions)
    np.testing.assert_allclose(function(**options), [float(ratio) for ratio in fractions], rtol=RTOL)


def test_crystal_grows_by_the_smallest_sum_of_distances():
    logs = np.log2([3, 5, 7])
    points = intervals._grow_crystal(logs, 40)
    for n in range(1, 40):
        crystal, new = points[:n], points[n]
        neighbours = (crystal[:, None, :] + np.vstack([np.eye(3), -np.eye(3)])).reshape(-1, 3)
        outside = neighbours[~(neighbours[:, None] == crystal).all(axis=-1).any(axis=-1)]
        sums = np.abs(outside[:, None] - crystal).dot(logs).sum(axis=1)
        # ties count as equal to 1e-5, numpy.isclose's tolerance, and the scan may take a few of them
        assert np.abs(new - crystal).dot(logs).sum() <= sums.min() * (1 + 1e-4)


def test_table_of_known_intervals():
    ratios, factors = intervals.interval_table()
    assert len(ratios) == 333  # librosa's count
    assert np.diff(ratios).min() > 10 * intervals.KNOWN_WITHIN
    np.testing.assert_allclose(ratios, [float(exact(row)) for row in factors], rtol=RTOL)


@pytest.mark.parametrize("name", ["equal", "pythagorean", "ji3", "ji5", "ji7"])
@pytest.mark.parametrize("bins_per_octave", [5, 12])
def test_frequencies_double_each_octave(name, bins_per_octave):
    found = intervals.interval_frequencies(
        4 * bins_per_octave, fmin=30, intervals=name, bins_per_octave=bins_per_octave
    )
    np.testing.assert_allclose(found[bins_per_octave:], 2 * found[:-bins_per_octave], rtol=RTOL)
    assert found[0] == 30


def test_equal_temperament_is_the_cqt_axis():
    found = intervals.interval_frequencies(40, fmin=55, intervals="equal", bins_per_octave=17, tuning=0.3)
    np.testing.assert_allclose(found, fastspec.cqt_frequencies(40, fmin=55, bins_per_octave=17, tuning=0.3), rtol=RTOL)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: intervals.interval_frequencies(3, fmin=1, intervals="ji11"),
            "intervals='ji11' is not known",
        ),
        (lambda: intervals.interval_frequencies(3, fmin=1, intervals=[]), "intervals=[] is empty"),
        (
            lambda: intervals.interval_frequencies(3, fmin=1, intervals="equal", bins_per_octave=0),
            "bins_per_octave=0",
        ),
        (lambda: intervals.plimit_intervals(primes=[]), "primes=[] is empty"),
    ],
)
def test_bad_value(call, message):
    with pytest.raises(fastspec.ParameterError) as caught:
        call()
    assert message in str(caught.value)
