"""segment: every call of librosa's record, neighbours and clusters by brute force, identities, and what must fail."""

from __future__ import annotations

import itertools
import tracemalloc

import numpy as np
import pytest
import scipy.ndimage
import scipy.sparse
from scipy.spatial.distance import cdist
from support.calls import check, load

import fastspec
from fastspec import ParameterError, segment

RNG = np.random.default_rng(19)


@pytest.mark.parametrize("case", load("segment"), ids=lambda case: case["call"][:150])
def test_as_librosa(case):
    check(case, fastspec, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("metric", ["euclidean", "sqeuclidean", "cosine", "cityblock", "chebyshev"])
@pytest.mark.parametrize("n_features", [1, 3, 40])
def test_distances_are_scipys(metric, n_features):
    data = RNG.normal(size=(n_features + (metric == "cosine"), 70))
    R = segment.recurrence_matrix(data, metric=metric, mode="distance", full=True)
    expected = cdist(data.T, data.T, metric)
    np.fill_diagonal(expected, 0)
    np.testing.assert_allclose(R, expected, rtol=1e-12, atol=1e-15)
    assert metric == "cosine" or np.array_equal(R, R.T)


@pytest.mark.parametrize(("k", "width"), [(1, 1), (4, 1), (4, 5), (9, 3), (60, 2)])
def test_neighbours_are_the_nearest(k, width):
    data = RNG.normal(size=(4, 50))
    R = segment.recurrence_matrix(data, k=k, width=width, mode="distance")
    D = cdist(data.T, data.T)
    places = np.arange(50)
    for j in range(50):
        # Of the k + 2 * width nearest but itself, those that are far enough, of these the k nearest.
        order = [i for i in np.argsort(D[j]) if i != j][: k + 2 * width]
        wanted = sorted([i for i in order if abs(i - j) >= width][:k])
        assert places[R[:, j] > 0].tolist() == wanted
        np.testing.assert_allclose(R[wanted, j], D[j, wanted], rtol=1e-12)


def test_links_of_each_mode_are_the_same_where_none_is_too_many():
    data, reference = RNG.normal(size=(2, 4, 40))
    links = segment.cross_similarity(data, reference[:, :30], k=5)
    assert (links.sum(axis=0) == 5).all()
    np.testing.assert_array_equal(links, segment.cross_similarity(data, reference[:, :30], k=5, mode="distance") > 0)


def test_mutual_links_are_symmetric_and_no_other():
    data = RNG.normal(size=(3, 60))
    R = segment.recurrence_matrix(data, k=6, mode="distance")
    mutual = segment.recurrence_matrix(data, k=6, mode="distance", sym=True)
    np.testing.assert_array_equal(mutual, np.where(R.T > 0, np.minimum(R, R.T), 0))


@pytest.mark.parametrize("mode", ["connectivity", "distance", "affinity"])
def test_links_to_itself(mode):
    R = segment.recurrence_matrix(RNG.normal(size=(3, 30)), mode=mode, self=True)
    assert (np.diag(R) == (mode != "distance")).all()


def test_affinities_are_of_distances():
    data = RNG.normal(size=(3, 40))
    D = segment.recurrence_matrix(data, k=5, mode="distance")
    last = D.max(axis=0)
    average = np.array([column[column > 0].mean() for column in D.T])
    pairs = {
        "med_k_scalar": np.median(last),
        "mean_k": (last[:, np.newaxis] + last) / 2,
        "gmean_k": np.sqrt(last[:, np.newaxis] * last),
        "mean_k_avg": (average[:, np.newaxis] + average) / 2,
        "gmean_k_avg": np.sqrt(average[:, np.newaxis] * average),
        "mean_k_avg_and_pair": (average[:, np.newaxis] + average + D) / 3,
    }
    for bandwidth, width in (pairs | {0.7: 0.7}).items():
        found = segment.recurrence_matrix(data, k=5, mode="affinity", bandwidth=bandwidth)
        np.testing.assert_allclose(found, np.where(D > 0, np.exp(-D / width), 0), rtol=1e-12)


def test_bandwidths_of_each_pair_go_with_links_to_itself():
    """librosa loses count of the latter, and raises."""
    data, widths = RNG.normal(size=(3, 20)), RNG.uniform(1, 2, (20, 20))
    D = segment.recurrence_matrix(data, mode="distance")
    found = segment.recurrence_matrix(data, mode="affinity", bandwidth=widths, self=True)
    np.testing.assert_allclose(found, np.where(D > 0, np.exp(-D / widths.T), np.eye(20)), rtol=1e-12)


def test_cosines_of_single_precision_are_as_librosas():
    """In float32, though computed in float64."""
    data = RNG.normal(size=(3, 40)).astype(np.float32)
    found = segment.recurrence_matrix(data, metric="cosine", mode="distance", k=4)
    assert found.dtype == np.float32
    assert segment.recurrence_matrix(data, metric="cosine", mode="affinity", self=True).dtype == np.float32
    exact = segment.recurrence_matrix(data.astype(np.float64), metric="cosine", mode="distance", k=4)
    np.testing.assert_array_equal(found, exact.astype(np.float32))
    assert segment.recurrence_matrix(data, mode="distance").dtype == np.float64


def test_frames_of_zeros_are_as_far_by_cosine_as_can_be_said():
    data = np.array([[0.0, 1, -1, 0, 2, 1], [0, 0, 0, 1, 0, 3]])
    R = segment.recurrence_matrix(data, metric="cosine", mode="distance", full=True, k=2)
    assert R[0, 1:].tolist() == [1] * 5
    assert R[1, 2] == 2


def test_distances_may_be_given():
    data = RNG.normal(size=(3, 25))
    D = cdist(data.T, data.T)
    found = segment.recurrence_matrix(D, metric="precomputed", k=3, mode="distance")
    np.testing.assert_allclose(found, segment.recurrence_matrix(data, k=3, mode="distance"))


@pytest.mark.parametrize("n_columns", [40, 3000])
def test_blocks_of_rows_leave_no_seams(n_columns):
    data, reference = RNG.normal(size=(2, 200)), RNG.normal(size=(2, n_columns))
    found = segment.cross_similarity(data, reference, k=3, sparse=True)
    nearest = np.sort(np.argsort(cdist(data.T, reference.T), axis=1)[:, :3], axis=1)
    np.testing.assert_array_equal(found.indices.reshape(-1, 3), nearest)


@pytest.mark.parametrize("axis", [0, 1, -1])
@pytest.mark.parametrize("pad", [True, False])
@pytest.mark.parametrize("fmt", [None, "csr", "csc", "coo", "lil"])
def test_lags_are_differences_of_times(axis, pad, fmt):
    R = RNG.random((9, 9)) * (RNG.random((9, 9)) < 0.5)
    given = R if fmt is None else scipy.sparse.coo_array(R).asformat(fmt)
    lag = segment.recurrence_to_lag(given, pad=pad, axis=axis)
    assert fmt is None or lag.format == fmt
    dense = lag if fmt is None else lag.toarray()
    dense = dense if axis else dense.T
    turned = R if axis else R.T
    assert dense.shape == (18 if pad else 9, 9)
    for i, j in np.ndindex(9, 9):
        assert dense[(i - j) % len(dense), j] == turned[i, j]
    back = segment.lag_to_recurrence(lag, axis=axis)
    assert fmt is None or back.format == fmt
    np.testing.assert_array_equal(back if fmt is None else back.toarray(), R)


def test_filters_work_on_lags():
    R = RNG.random((12, 12))

    def shifted(weight, matrix, *, by=1):
        """The filter's own words."""
        return weight * np.roll(matrix, by, axis=1)

    filtered = segment.timelag_filter(shifted, index=1)
    assert filtered.__doc__ == shifted.__doc__
    expected = segment.lag_to_recurrence(2 * np.roll(segment.recurrence_to_lag(R), 3, axis=1))
    np.testing.assert_array_equal(filtered(2, R, by=3), expected)
    np.testing.assert_array_equal(filtered(weight=2, matrix=R, by=3), expected)
    median = segment.timelag_filter(scipy.ndimage.median_filter, pad=False)
    lag = segment.recurrence_to_lag(R, pad=False)
    wanted = segment.lag_to_recurrence(scipy.ndimage.median_filter(lag, size=(1, 3)))
    np.testing.assert_array_equal(median(R, size=(1, 3)), wanted)


def cluster_plainly(frames, k):
    """Segments as lists of frames, joined where the variance within them grows least."""
    parts = [[i] for i in range(len(frames))]
    spread = lambda part: ((frames[part] - frames[part].mean(axis=0)) ** 2).sum()  # noqa: E731
    while len(parts) > k:
        costs = [spread(a + b) - spread(a) - spread(b) for a, b in itertools.pairwise(parts)]
        i = int(np.argmin(costs))
        parts[i : i + 2] = [parts[i] + parts[i + 1]]
    return [part[0] for part in parts]


@pytest.mark.parametrize("k", [1, 2, 7, 30])
def test_segments_vary_least(k):
    data = np.repeat(RNG.normal(size=(3, 10)), 3, axis=1) + RNG.normal(size=(3, 30)) / 5
    assert segment.agglomerative(data, k).tolist() == cluster_plainly(data.T, k)
    assert segment.agglomerative(data.T, k, axis=0).tolist() == cluster_plainly(data.T, k)


def test_any_clusterer_will_do():
    class Halves:
        def fit(self, frames):
            self.labels_ = np.repeat([1, 0], [4, len(frames) - 4])

    assert segment.agglomerative(np.arange(9.0), 5, clusterer=Halves()).tolist() == [0, 4]


def test_data_are_left_alone():
    frames = np.ascontiguousarray(RNG.normal(size=(12, 3)))
    data = frames.T
    kept = data.copy()
    segment.agglomerative(data, 3)
    segment.subsegment(data, [4, 8], n_segments=2)
    segment.recurrence_matrix(data)
    np.testing.assert_array_equal(data, kept)


def test_parts_of_segments():
    data = RNG.normal(size=(3, 30))
    parts = segment.subsegment(data, [5, 6, 20], n_segments=3)
    wanted = [
        first + start
        for first, end in itertools.pairwise([0, 5, 6, 20, 30])
        for start in segment.agglomerative(data[:, first:end], min(3, end - first))
    ]
    assert parts.tolist() == wanted


@pytest.mark.parametrize("mode", ["reflect", "mirror", "nearest", "wrap", "constant", "grid-wrap"])
@pytest.mark.parametrize("shape", [(50, 50), (30, 47), (9, 40), (2, 40, 40)])
def test_paths_are_the_largest_convolution(shape, mode):
    R = RNG.normal(size=shape)
    for n, options in itertools.product((1, 8, 13), ({}, {"zero_mean": True})):
        found = segment.path_enhance(R, n, n_filters=3, clip=False, mode=mode, **options)
        kernels = [fastspec.filters.diagonal_filter("hann", n, slope=slope, **options) for slope in (0.5, 1, 2)]
        channels = [
            np.max([scipy.ndimage.convolve(channel, kernel, mode=mode) for kernel in kernels], axis=0)
            for channel in R.reshape(-1, *shape[-2:])
        ]
        np.testing.assert_allclose(found, np.reshape(channels, shape), rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("dtype", [np.float32, ">f8", np.int32])
def test_paths_have_the_dtype_of_similarities(dtype):
    R = (3 * RNG.random((40, 40))).astype(dtype)
    found = segment.path_enhance(np.asfortranarray(R)[::-1], 7)
    assert found.dtype == np.dtype(dtype).newbyteorder("=")
    expected = segment.path_enhance(np.ascontiguousarray(R[::-1], np.float64), 7, n_filters=7)
    np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1 if dtype == np.int32 else 0)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: segment.recurrence_matrix(np.full((2, 9), np.nan)), fastspec.ParameterError, r"data\[0, 0\] is nan"),
        (lambda: segment.recurrence_matrix(np.ones((2, 9), complex)), fastspec.DTypeError, "data.dtype=complex128"),
        (lambda: segment.recurrence_matrix(np.ones((2, 0))), fastspec.ParameterError, r"data.shape=\(2, 0\)"),
        (lambda: segment.recurrence_matrix(np.ones((2, 9)), axis=2), fastspec.ParameterError, "axis=2"),
        (lambda: segment.recurrence_matrix(np.ones((2, 9)), k=-1), fastspec.ParameterError, "k=-1"),
        (lambda: segment.recurrence_matrix(np.ones((2, 9)), k="1"), fastspec.DTypeError, "k='1'"),
        (lambda: segment.recurrence_matrix(np.ones((2, 9)), width=1.5), fastspec.DTypeError, "width=1.5"),
        (lambda: segment.recurrence_matrix(RNG.random((2, 9)), metric="no"), fastspec.ParameterError, "metric='no'"),
        (
            lambda: segment.recurrence_matrix(RNG.random((2, 9)), mode="affinity", bandwidth=[1]),
            fastspec.DTypeError,
            "bandwidth",
        ),
        (lambda: segment.recurrence_matrix(np.ones((2, 9)), mode="affinity"), fastspec.ParameterError, "empty graph"),
        (
            lambda: segment.cross_similarity(np.ones((2, 3)), np.ones((3, 3))),
            fastspec.ParameterError,
            r"data_ref.shape=\(3, 3\)",
        ),
        (lambda: segment.cross_similarity(np.ones((2, 3)), np.ones((2, 3)), k=0), fastspec.ParameterError, "k=0"),
        (lambda: segment.agglomerative(np.ones((2, 3)), 4), fastspec.ParameterError, "k=4 exceeds"),
        (lambda: segment.agglomerative(np.ones((2, 3)), 0), fastspec.ParameterError, "k=0"),
        (lambda: segment.agglomerative(np.ones((2, 3)), 1.5), fastspec.DTypeError, "k=1.5"),
        (lambda: segment.subsegment(np.ones((2, 3)), [-1]), fastspec.ParameterError, "negative index -1"),
        (lambda: segment.recurrence_to_lag(np.ones((2, 2)), axis=2), fastspec.ParameterError, "axis=2"),
        (lambda: segment.lag_to_recurrence(np.ones(4)), fastspec.ParameterError, r"lag.shape=\(4,\)"),
        (lambda: segment.path_enhance(np.ones(4), 3), fastspec.ParameterError, r"R.shape=\(4,\)"),
        (lambda: segment.path_enhance(scipy.sparse.csr_array(np.eye(4)), 3), fastspec.DTypeError, "toarray"),
        (lambda: segment.path_enhance(np.eye(4), 0), fastspec.ParameterError, "n=0"),
        (lambda: segment.path_enhance(np.eye(4), 3, n_filters=0), fastspec.ParameterError, "n_filters=0"),
        (lambda: segment.path_enhance(np.eye(4), 3, max_ratio=-1), fastspec.ParameterError, "max_ratio=-1"),
    ],
)
def test_bad_input(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_distances_are_not_kept():
    """A sparse matrix of few links takes a block of distances, not all of them."""
    data = RNG.random((12, 3000))
    tracemalloc.start()
    try:
        segment.recurrence_matrix(data, k=5, sparse=True)
        assert tracemalloc.get_traced_memory()[1] < 3000**2 * 8 / 5
    finally:
        tracemalloc.stop()


def test_distances_that_are_of_all_frames_or_of_booleans():
    """Variances are those of both sequences; what is not 0 is true."""
    x, y = RNG.normal(size=(3, 12)), RNG.normal(size=(3, 9))
    found = segment.cross_similarity(x, y, metric="seuclidean", mode="distance", full=True)
    np.testing.assert_allclose(found, cdist(x.T, y.T, "seuclidean").T, rtol=1e-12)
    x, y = RNG.integers(0, 3, (6, 12)), RNG.integers(0, 3, (6, 9))
    found = segment.cross_similarity(x, y, metric="jaccard", mode="distance", full=True)
    np.testing.assert_allclose(found, cdist(x.T != 0, y.T != 0, "jaccard").T, rtol=1e-12)


def test_bandwidths_of_frames_of_both_need_as_many():
    x, y = RNG.normal(size=(3, 5)), RNG.normal(size=(3, 14))
    with pytest.raises(ParameterError, match=r"needs as many frames in data as in data_ref: \(5, 14\)"):
        segment.cross_similarity(x, y, k=2, mode="affinity", bandwidth="mean_k_avg")


def test_filters_without_a_signature():
    """Of C, some have none that Python can see: they get no `pad` of ours."""

    class Doubled:
        __name__, __doc__ = "doubled", None
        __signature__ = "none"

        def __call__(self, x):
            return 2 * x

    R = segment.recurrence_matrix(RNG.normal(size=(3, 20)), k=3, sym=True).astype(float)
    np.testing.assert_allclose(segment.timelag_filter(Doubled())(R), 2 * R)


def test_path_enhance_of_half_precision_is_that_of_single():
    R = np.random.default_rng(0).random((30, 30)).astype(np.float16)
    for mode in ("reflect", "wrap"):
        smooth = segment.path_enhance(R, 9, mode=mode)
        assert smooth.dtype == np.float32
        np.testing.assert_array_equal(smooth, segment.path_enhance(R.astype(np.float32), 9, mode=mode))
