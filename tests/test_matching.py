"""Matching of events and intervals, by definition and on bad input; librosa's results are in test_util.py."""

import numpy as np
import pytest
from support.util_cases import noise

import fastspec
from fastspec.util import match_events, match_intervals


def spans(n, seed):
    return np.sort(np.round(noise(n, 2, seed=seed) * 40), axis=1)


def jaccard(a, b):
    union = max(a[1], b[1]) - min(a[0], b[0])
    return max(0.0, min(a[1], b[1]) - max(a[0], b[0])) / union if union else 0.0


def gap(a, b):
    return max(0.0, a[0] - b[1], b[0] - a[1])


@pytest.mark.parametrize("seed", range(8))
def test_match_intervals_by_definition(seed):
    source, target = spans(12, seed + 1), spans(7, seed + 50)
    for row, match in zip(source, match_intervals(source, target, strict=False), strict=True):
        gaps = [gap(row, other) for other in target]
        if min(gaps) > 0:
            assert gaps[match] == min(gaps)
        else:
            scores = [jaccard(row, other) for other in target]
            assert scores[match] == max(scores)
            assert gaps[match] == 0


def test_match_intervals_nearest_on_either_side():
    target = np.array([[0.0, 1.0], [6.5, 7.0], [100.0, 101.0]])
    assert match_intervals(np.array([[5.0, 6.0], [2.0, 3.0]]), target, strict=False).tolist() == [1, 0]
    assert match_intervals(np.array([[5.0, 6.0]]), target[1:2], strict=False).tolist() == [0]


def test_match_intervals_equally_near():
    """Of what precedes, the last one (as librosa's documentation shows); of both sides, what follows."""
    queries = np.array([[0, 2], [1, 3], [4, 5], [6, 7]])
    assert match_intervals(queries, np.array([[3, 5], [1, 4], [4, 5]]), strict=False).tolist() == [1, 1, 2, 2]
    assert match_intervals(np.array([[4, 5]]), np.array([[1, 3], [6, 7], [6, 9]]), strict=False).tolist() == [1]


def test_match_intervals_of_points_and_touching_ends():
    target = np.array([[1.0, 1.0], [2.0, 3.0]])
    assert match_intervals(np.array([[1.0, 1.0], [3.0, 5.0]]), target).tolist() == [0, 1]


def test_match_intervals_strict():
    with pytest.raises(fastspec.ParameterError, match=r"intervals_from\[1\]=\[9.0, 10.0\]"):
        match_intervals(np.array([[0.0, 1.0], [9.0, 10.0]]), np.array([[0.0, 2.0]]))


@pytest.mark.parametrize(
    ("source", "target"),
    [
        (np.zeros((0, 2)), np.zeros((1, 2))),
        (np.zeros((1, 2)), np.zeros((0, 2))),
        (np.zeros((1, 3)), np.zeros((1, 2))),
        (np.zeros((1, 2)), np.array([[2.0, 1.0]])),
    ],
)
def test_match_intervals_rejects(source, target):
    with pytest.raises(fastspec.ParameterError):
        match_intervals(source, target)


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize(("left", "right"), [(True, True), (True, False), (False, True)])
def test_match_events_by_definition(seed, left, right):
    source = np.round(noise(15, seed=seed + 1) * 40)
    target = np.concatenate((np.round(noise(9, seed=seed + 60) * 40), [-21, 21]))
    for event, match in zip(source, match_events(source, target, left, right), strict=True):
        allowed = [t for t in target if (left or t >= event) and (right or t <= event)]
        assert target[match] in allowed
        assert abs(target[match] - event) == min(abs(t - event) for t in allowed)


def test_match_events_of_equal_events():
    assert match_events([3, 1, 2], [1, 2, 3], left=False, right=False).tolist() == [2, 0, 1]


@pytest.mark.parametrize(
    ("source", "target", "sides"),
    [
        ([], [1], {}),
        ([1], [], {}),
        ([1, 5], [1, 4], {"left": False}),
        ([1, 5], [2, 6], {"right": False}),
        ([1, 5], [1, 4], {"left": False, "right": False}),
    ],
)
def test_match_events_rejects(source, target, sides):
    with pytest.raises(fastspec.ParameterError):
        match_events(source, target, **sides)
