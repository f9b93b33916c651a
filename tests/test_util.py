"""fastspec.util against librosa 1.0's results, against definitions, and on bad input."""

import os
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
import scipy.optimize
from support.goldens import as_arrays
from support.util_cases import CX, PEAKS, UTIL, X, noise, steps

import fastspec
from fastspec import util

GOLDEN = np.load(Path(__file__).parent / "golden" / "util.npz")


def assert_close(ours, theirs):
    """Equal dtype and shape; floats within 8 units of their dtype's precision, others exactly equal."""
    assert ours.dtype == theirs.dtype
    assert ours.shape == theirs.shape
    if ours.dtype.kind not in "fc":
        np.testing.assert_array_equal(ours, theirs)
        return
    bound = 8 * np.finfo(ours.dtype).eps
    np.testing.assert_allclose(ours, theirs, rtol=bound, atol=bound * np.abs(theirs).max())


@pytest.mark.parametrize("case", sorted(set(UTIL) - {"nnls_matrix"}))
def test_as_librosa(case):
    for i, ours in enumerate(as_arrays(UTIL[case](util))):
        assert_close(ours, GOLDEN[f"{case}.{i}"])


@pytest.mark.parametrize("name", util.__all__)
def test_every_name_resolves(name):
    assert getattr(util, name) is not None


@pytest.mark.parametrize("name", ["localmax", "stack", "sync", "peak_pick", "nnls"])
def test_import_path_of_librosa(name):
    assert getattr(util.utils, name) is getattr(util, name)


def test_unknown_name_of_utils():
    with pytest.raises(AttributeError, match="no_such"):
        util.utils.no_such  # noqa: B018


# --- frames, padding, shapes ---


def test_frame_is_a_readonly_view():
    frames = util.frame(X, frame_length=4, hop_length=2)
    assert np.shares_memory(frames, X)
    assert not frames.flags.writeable
    assert util.frame(X.copy(), frame_length=4, hop_length=2, writeable=True).flags.writeable


@pytest.mark.parametrize("axis", [0, 1, 2, -1, -2, -3])
def test_frame_by_definition(axis):
    x = noise(4, 5, 6)
    frames = util.frame(x, frame_length=3, hop_length=1, axis=axis)
    # The frame axis is next to the one within a frame: before it for axis >= 0, after it otherwise.
    at = axis if axis >= 0 else x.ndim + axis + 1
    for j in range(frames.shape[at]):
        np.testing.assert_array_equal(np.take(frames, j, axis=at), np.take(x, range(j, j + 3), axis=axis))


def test_frame_of_strided_readonly_and_subclass():
    x = np.arange(20.0)[::-2]
    x.flags.writeable = False
    np.testing.assert_array_equal(util.frame(x, frame_length=2, hop_length=4)[0], [19, 11, 3])
    masked = np.ma.masked_array(x)
    with pytest.raises(util.exceptions.ParameterError, match="x is a masked array"):
        util.frame(masked, frame_length=2, hop_length=4)
    assert isinstance(util.frame(masked, frame_length=2, hop_length=4, subok=True), np.ma.MaskedArray)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"frame_length": 10, "hop_length": 1}, util.exceptions.ParameterError, r"frame_length=10 exceeds"),
        ({"frame_length": 2, "hop_length": 0}, ValueError, "hop_length=0"),
        ({"frame_length": 2, "hop_length": 2.0}, TypeError, "hop_length=2.0"),
        ({"frame_length": "2", "hop_length": 2}, TypeError, "frame_length='2'"),
        ({"frame_length": 2, "hop_length": 2, "axis": 2}, IndexError, "axis=2"),
    ],
)
def test_frame_rejects(arguments, error, message):
    with pytest.raises(error, match=message):
        util.frame(X, **arguments)


@pytest.mark.parametrize("x", [[1, 2, 3], (1, 2, 3), 3.0])
def test_frame_rejects_what_it_cannot_view(x):
    with pytest.raises(ValueError, match="no memory to view"):
        util.frame(x, frame_length=2, hop_length=1)


def test_fix_length_returns_its_input_at_size():
    assert util.fix_length(X, size=9) is X
    assert util.fix_length(X, size=5, axis=0) is X


def test_pad_center_puts_the_odd_one_last():
    assert util.pad_center(np.ones(1), size=4).tolist() == [0, 1, 0, 0]
    with pytest.raises(ValueError, match="size=8 is smaller than"):
        util.pad_center(X, size=8)


@pytest.mark.parametrize(("ndim", "axes"), [(1, (0, 1)), (3, 0), (3, (0, 1, 2)), (3, None), (3, slice(2)), (3, 1.0)])
def test_expand_to_rejects(ndim, axes):
    with pytest.raises(fastspec.ParameterError):
        util.expand_to(X, ndim=ndim, axes=axes)


# --- numbers ---


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_abs2_is_one_rounding_off(dtype):
    x = CX.astype(np.result_type(dtype, np.complex64))
    truth = x.real.astype(np.longdouble) ** 2 + x.imag.astype(np.longdouble) ** 2
    # Two rounded squares and a rounded sum of positive terms: 2 units relative.
    np.testing.assert_allclose(util.abs2(x), truth, rtol=2 * np.finfo(dtype).eps)
    assert util.abs2(x).dtype == dtype


def test_abs2_of_integers_and_scalars():
    assert util.abs2(np.array([-3], dtype=np.int16)).dtype == np.int16
    assert util.abs2(3 + 4j).item() == 25
    assert util.abs2(-3) == 9
    with pytest.raises(TypeError):
        util.abs2(CX, dtype=np.int16)


def test_abs2_keeps_the_layout():
    assert util.abs2(np.asfortranarray(CX)).flags.f_contiguous


@pytest.mark.parametrize(("angle", "dtype"), [(0.5, np.complex128), (1, np.complex64), (np.float32(1), np.complex64)])
def test_phasor_of_scalars(angle, dtype):
    z = util.phasor(angle, mag=2)
    assert isinstance(z, dtype)
    assert z == pytest.approx(2 * np.exp(1j * angle), rel=float(4 * np.finfo(dtype).eps))


@pytest.mark.parametrize(("dtype", "reach"), [(np.float32, 2.0**12), (np.float64, 2.0**20)])
def test_phasor_of_arrays(dtype, reach):
    """Three half units in the last place; beyond the engine's reach it is NumPy's."""
    quarter_turns = np.arange(-60, 60) * np.pi / 2
    angles = np.concatenate([noise(3000) * 7, noise(3000) * reach, quarter_turns]).astype(dtype)
    wide = angles.astype(np.longdouble)
    for x in (angles.reshape(-1, 40), np.append(angles, dtype(100 * reach))):
        z = util.phasor(x).ravel()[: len(angles)]
        bound = 1.6 * np.finfo(dtype).eps
        np.testing.assert_array_less(np.abs(z.real - np.cos(wide)), bound * np.abs(np.cos(wide)))
        np.testing.assert_array_less(np.abs(z.imag - np.sin(wide)), bound * np.abs(np.sin(wide)) + 1e-300)
    assert np.signbit(util.phasor(np.array([-0.0], dtype)).imag[0])
    with np.errstate(invalid="ignore"):
        assert np.isnan(util.phasor(np.array([0, np.inf], dtype))[1])


@pytest.mark.parametrize("dtype", [np.complex64, np.complex128])
@pytest.mark.parametrize("n", [0, 1, 7, 33, 100_003])
def test_abs2_rounds_as_numpy_does(dtype, n):
    z = (noise(n) + 1j * noise(n, seed=1)).astype(dtype)
    for x in (z, z[::-1]):
        np.testing.assert_array_equal(util.abs2(x), np.square(x.real) + np.square(x.imag))


def test_tiny():
    assert util.tiny(np.float32(1)) == np.finfo(np.float32).tiny
    assert util.tiny([1j]) == np.finfo(np.float64).tiny
    assert util.tiny(3).dtype == np.float32


@pytest.mark.parametrize(
    ("real", "complex_"), [("f4", "c8"), ("f8", "c16"), ("i2", "c8"), ("f2", "c8"), ("c16", "c16")]
)
def test_dtype_r2c(real, complex_):
    assert util.dtype_r2c(real) == complex_


@pytest.mark.parametrize(("complex_", "real"), [("c8", "f4"), ("c16", "f8"), ("i2", "f4"), ("f2", "f2")])
def test_dtype_c2r(complex_, real):
    assert util.dtype_c2r(complex_) == real


def test_dtype_defaults():
    assert util.dtype_r2c("i4", default=np.complex128) == np.complex128
    assert util.dtype_c2r("i4", default=None) == np.float64


@pytest.mark.parametrize("n_bytes", [1, 2, 4, 8])
def test_buf_to_float_is_exact(n_bytes):
    ends = np.array([np.iinfo(f"<i{n_bytes}").min, 0, 1], dtype=f"<i{n_bytes}")
    samples = util.buf_to_float(ends, n_bytes=n_bytes, dtype=np.float64)
    assert samples.tolist() == [-1.0, 0.0, 2.0 ** (1 - 8 * n_bytes)]


def test_buf_to_float_rejects():
    with pytest.raises(TypeError, match="n_bytes=3"):
        util.buf_to_float(b"123", n_bytes=3)
    with pytest.raises(ValueError, match="multiple"):
        util.buf_to_float(b"123")


@pytest.mark.parametrize("norm", [np.inf, 1, 2, 3.5])
@pytest.mark.parametrize("axis", [0, -1, None])
def test_normalize_gives_unit_norm(norm, axis):
    S = util.normalize(CX, norm=norm, axis=axis)
    length = np.linalg.norm(S.ravel() if axis is None else S, ord=norm, axis=axis)
    np.testing.assert_allclose(length, 1, rtol=1e-14)


@pytest.mark.parametrize("norm", [1, 2, np.inf])
@pytest.mark.parametrize("axis", [0, 1, None])
def test_normalize_fill(norm, axis):
    zeros = np.zeros((3, 4))
    np.testing.assert_array_equal(util.normalize(zeros, norm=norm, axis=axis), zeros)
    np.testing.assert_array_equal(util.normalize(zeros, norm=norm, axis=axis, fill=False), zeros)
    filled = util.normalize(zeros, norm=norm, axis=axis, fill=True)
    size = 12 if axis is None else zeros.shape[axis]
    assert filled == pytest.approx(np.full((3, 4), 1.0 if norm == np.inf else size ** (-1 / norm)))


def test_normalize_threshold():
    S = np.array([[1e-3, 1.0], [0.0, 0.0]])
    np.testing.assert_array_equal(util.normalize(S, threshold=0.01), [[1e-3, 1], [0, 0]])
    np.testing.assert_array_equal(util.normalize(S, threshold=0.01, fill=False), [[0, 1], [0, 0]])


def test_normalize_none_returns_its_input():
    assert util.normalize(X, norm=None) is X


@pytest.mark.parametrize(
    "arguments",
    [
        {"norm": -1},
        {"norm": "inf"},
        {"norm": np.nan},
        {"threshold": 0},
        {"fill": 3},
        {"norm": 0, "fill": True},
    ],
)
def test_normalize_rejects(arguments):
    with pytest.raises(fastspec.ParameterError, match=next(iter(arguments))):
        util.normalize(X, **arguments)


@pytest.mark.parametrize("norm", [2, None])
def test_normalize_rejects_nan(norm):
    with pytest.raises(fastspec.ParameterError, match="finite"):
        util.normalize(np.array([1.0, np.nan]), norm=norm)


# --- checks ---


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.longdouble, ">f8"])
def test_valid_audio_accepts(dtype):
    assert util.valid_audio(X.astype(dtype)) is True


@pytest.mark.parametrize(
    ("y", "message"),
    [
        ([0.0], "list"),
        (None, "NoneType"),
        (np.zeros(3, dtype=np.int16), "int16"),
        (CX, "complex128"),
        (np.array(0.0), r"\(\)"),
        (np.array([[0.0, 1.0], [0.0, np.inf]]), r"y\[1, 1\] is inf"),
    ],
)
def test_valid_audio_rejects(y, message):
    with pytest.raises(fastspec.ParameterError, match=message):
        util.valid_audio(y)


def test_valid_int():
    assert util.valid_int(np.float32(-0.5)) == -1
    with pytest.raises(fastspec.ParameterError, match="cast=3"):
        util.valid_int(1.0, cast=3)
    with pytest.raises(TypeError):
        util.valid_int(None)


@pytest.mark.parametrize(
    ("x", "answer"), [(1, True), (np.int8(3), True), (0, False), (-1, False), (2.0, False), (None, False)]
)
def test_is_positive_int(x, answer):
    assert util.is_positive_int(x) is answer


@pytest.mark.parametrize("intervals", [np.zeros(2), np.zeros((2, 3)), np.array([[0.0, 1.0], [2.0, 1.0]])])
def test_valid_intervals_rejects(intervals):
    with pytest.raises(fastspec.ParameterError, match="intervals"):
        util.valid_intervals(intervals)


# --- peaks ---


@pytest.mark.parametrize("axis", [0, 1, -1])
@pytest.mark.parametrize("dtype", [np.float32, np.int8, np.uint8])
def test_local_extrema_by_definition(axis, dtype):
    x = np.moveaxis((noise(6, 30) * 8 + 4).astype(dtype), axis, 0)
    maxima = np.moveaxis(util.localmax(np.moveaxis(x, 0, axis), axis=axis), axis, 0)
    minima = np.moveaxis(util.localmin(np.moveaxis(x, 0, axis), axis=axis), axis, 0)
    for n in range(len(x)):
        after = x[min(n + 1, len(x) - 1)]
        assert (maxima[n] == ((n > 0) & (x[n] > x[n - 1]) & (x[n] >= after))).all()
        assert (minima[n] == ((n > 0) & (x[n] < x[n - 1]) & (x[n] <= after))).all()


def test_local_extrema_of_short_input():
    assert util.localmax(np.ones(1)).tolist() == [False]
    assert util.localmax(np.ones(0)).tolist() == []


def plain_candidates(x, pre_max, post_max, pre_avg, post_avg, delta, wait):
    return [
        n
        for n in range(len(x))
        if x[n] == max(x[max(0, n - pre_max) : n + post_max])
        and x[n] >= np.mean(x[max(0, n - pre_avg) : n + post_avg]) + delta
    ]


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("spans", [(0, 1, 0, 1), (1, 1, 3, 3), (7, 2, 0, 20), (100, 100, 100, 100)])
def test_peak_pick_greedy_by_definition(seed, spans):
    x = noise(70, seed=seed)
    names = ("pre_max", "post_max", "pre_avg", "post_avg")
    arguments = dict(zip(names, spans, strict=True), delta=0.01, wait=seed)
    expected, free = [], 0
    for n in plain_candidates(x, **arguments):
        if n >= free:
            expected.append(n)
            free = n + seed + 1
    assert util.peak_pick(x, **arguments).tolist() == expected


def best_subset(places, values, wait):
    """The largest total over all ways to choose places more than `wait` apart, by trying them all."""
    if not places:
        return 0.0
    with_first = [k for k, place in enumerate(places) if place > places[0] + wait]
    rest = with_first[0] if with_first else len(places)
    return max(values[0] + best_subset(places[rest:], values[rest:], wait), best_subset(places[1:], values[1:], wait))


@pytest.mark.parametrize("method", ["dp_count", "dp_value"])
@pytest.mark.parametrize("wait", [0, 3, 9])
def test_peak_pick_dp_is_the_best_choice(method, wait):
    x = noise(40, seed=5) + 0.5
    arguments = PEAKS | {"pre_max": 1, "post_max": 2, "wait": wait}
    peaks = util.peak_pick(x, method=method, **arguments)
    candidates = plain_candidates(x, **arguments)
    values = [1.0] * len(candidates) if method == "dp_count" else x[candidates].tolist()
    assert set(peaks.tolist()) <= set(candidates)
    assert (np.diff(peaks) > wait).all()
    total = len(peaks) if method == "dp_count" else x[peaks].sum()
    assert total == pytest.approx(best_subset(candidates, values, wait))


@pytest.mark.parametrize("method", ["greedy", "dp_value"])
def test_peak_pick_of_rows_is_that_of_each(method):
    x = noise(2, 3, 50)
    mask = util.peak_pick(x, sparse=False, method=method, **PEAKS)
    for i in np.ndindex(2, 3):
        assert np.flatnonzero(mask[i]).tolist() == util.peak_pick(x[i], method=method, **PEAKS).tolist()


@pytest.mark.parametrize("x", [steps(50), (steps(50) * 8).astype(np.int16), steps(50) > 0])
def test_peak_pick_of_plateaus_and_other_dtypes(x):
    kept = util.peak_pick(x, **PEAKS | {"delta": 0.0})
    assert set(kept) <= set(plain_candidates(x.astype(float), **PEAKS | {"delta": 0.0}))
    assert len(kept) > 0


def test_peak_pick_of_nothing():
    assert util.peak_pick(np.zeros(0), **PEAKS).tolist() == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("pre_max", -1),
        ("pre_avg", -1),
        ("delta", -0.1),
        ("wait", -1),
        ("post_max", 0),
        ("post_avg", 0),
        ("method", "best"),
    ],
)
def test_peak_pick_rejects(name, value):
    with pytest.raises(fastspec.ParameterError, match=name):
        util.peak_pick(X[0], **PEAKS | {name: value})


def test_peak_pick_sparse_rejects_rows():
    with pytest.raises(fastspec.ParameterError, match="sparse=False"):
        util.peak_pick(X, **PEAKS)


# --- segments ---


@pytest.mark.parametrize("pad", [True, False])
def test_fix_frames_rejects_negative(pad):
    with pytest.raises(fastspec.ParameterError, match="-2"):
        util.fix_frames([4, -2], pad=pad)


def test_fix_frames_without_limits():
    frames = util.fix_frames([], x_min=None)
    assert frames.dtype == int
    assert frames.size == 0


def test_index_to_slice_covers_everything():
    parts = util.index_to_slice([3, 8, 5], idx_min=0, idx_max=9)
    assert [n for part in parts for n in range(9)[part]] == list(range(9))
    assert util.index_to_slice([3, 5], step=2) == [slice(3, 5, 2)]


def test_sync_keeps_layout_and_dtype():
    assert util.sync(np.asfortranarray(X), [4]).flags.f_contiguous
    assert util.sync(np.arange(4), [1]).tolist() == [0, 2]


@pytest.mark.parametrize("idx", [[1.5], [slice(0, 2), 3], "ab"])
def test_sync_rejects(idx):
    with pytest.raises(fastspec.ParameterError, match="idx"):
        util.sync(X, idx)


# --- matrices ---


@pytest.mark.parametrize("kind", ["csr_array", "csc_array", "coo_array", "lil_array", "csr_matrix"])
@pytest.mark.parametrize("axis", [0, 1, -1])
def test_shear_of_sparse_is_that_of_dense(kind, axis):
    sparse = pytest.importorskip("scipy.sparse")
    x = getattr(sparse, kind)(np.round(X))
    sheared = util.shear(x, factor=-3, axis=axis)
    assert type(sheared) is type(x)
    np.testing.assert_array_equal(sheared.toarray(), util.shear(np.round(X), factor=-3, axis=axis))


def test_shear_undoes_itself():
    np.testing.assert_array_equal(util.shear(util.shear(X, factor=2), factor=-2), X)


@pytest.mark.parametrize(
    ("x", "factor", "words"), [(X, 1.5, "factor=1.5 must be an integer"), (X[0], 1, "Input must be 2D")]
)
def test_shear_rejects(x, factor, words):
    with pytest.raises(fastspec.ParameterError, match=words):
        util.shear(x, factor=factor)


@pytest.mark.parametrize("axis", [0, 1, -1])
def test_roll_sparse(axis):
    sparse = pytest.importorskip("scipy.sparse")
    for x in (X, sparse.csr_matrix(X), sparse.lil_array(X)):
        rolled = util.roll_sparse(x, 4, axis=axis)
        assert type(rolled) is type(x)
        dense = rolled if isinstance(rolled, np.ndarray) else rolled.toarray()
        np.testing.assert_array_equal(dense, np.roll(X, 4, axis=axis))


def test_stack_rejects():
    with pytest.raises(fastspec.ParameterError, match="no array"):
        util.stack([])
    with pytest.raises(fastspec.ParameterError, match="same shape"):
        util.stack([np.ones(2), np.ones(3)])


def test_axis_sort_rejects():
    with pytest.raises(fastspec.ParameterError, match=r"S.ndim=1"):
        util.axis_sort(X[0])


@pytest.mark.parametrize("shape", [(5, 5), (4, 9), (9, 4)])
@pytest.mark.parametrize("radius", [0.1, 0.25, 0.5])
def test_fill_off_diagonal_by_definition(shape, radius):
    x = np.ones(shape)
    util.fill_off_diagonal(x, radius=radius, value=7)
    width = int(np.round(radius * min(shape)))
    for (i, j), value in np.ndenumerate(x):
        inside = -width - max(0, shape[0] - shape[1]) < j - i < width + max(0, shape[1] - shape[0])
        assert value == (1 if inside else 7)


def test_fill_off_diagonal_rejects():
    with pytest.raises(fastspec.ParameterError, match=r"x.shape"):
        util.fill_off_diagonal(X[0], radius=0.2)


@pytest.mark.parametrize(
    ("x", "quantile"), [(noise(2, 2, 2), 0.1), (X, 1.0), (X, -0.1)], ids=["ndim", "one", "negative"]
)
def test_sparsify_rows_rejects(x, quantile):
    with pytest.raises(fastspec.ParameterError):
        util.sparsify_rows(x, quantile=quantile)


def test_sparsify_rows_drops_no_more_than_its_share():
    kept = np.abs(util.sparsify_rows(X, quantile=0.3).toarray()).sum(axis=1)
    assert (kept >= 0.7 * np.abs(X).sum(axis=1)).all()
    assert util.sparsify_rows(np.zeros((2, 3))).nnz == 0


@pytest.mark.parametrize("split_zeros", [True, False])
def test_softmask_of_zeros(split_zeros):
    mask = util.softmask(np.zeros(2, dtype=np.float32), np.array([0, 1e-3], "f"), split_zeros=split_zeros)
    assert mask.tolist() == [0.5 if split_zeros else 0.0, 0.0]
    assert mask.dtype == np.float32


def test_softmask_of_large_values_does_not_overflow():
    assert util.softmask(np.full(1, 1e300), np.full(1, 1e300), power=4).tolist() == [0.5]


@pytest.mark.parametrize(
    ("x", "reference", "power"), [(X, np.abs(X), 1), (np.abs(X), np.abs(X[1:]), 1), (np.abs(X), np.abs(X), 0)]
)
def test_softmask_rejects(x, reference, power):
    with pytest.raises(fastspec.ParameterError):
        util.softmask(x, reference, power=power)


def test_cyclic_gradient():
    phase = 2 * np.pi * np.arange(64) / 64
    # The central difference of sin is cos times sin(h): exact but for rounding.
    expected = np.cos(phase) * np.sin(phase[1])
    np.testing.assert_allclose(util.cyclic_gradient(np.sin(phase), edge_order=2), expected, atol=1e-15)
    with pytest.raises(ValueError, match="edge_order=3"):
        util.cyclic_gradient(phase, edge_order=3)


def test_count_unique_against_numpy():
    x = np.round(noise(6, 40) * 20)
    assert util.count_unique(x).tolist() == [len(np.unique(row)) for row in x]
    assert util.count_unique(np.zeros((2, 0))).tolist() == [0, 0]
    assert util.count_unique(np.array([np.nan, np.nan, 1])) == 2
    assert util.count_unique(np.array([np.nan + 1j, 1, np.nan])) == 2
    assert not util.is_unique(np.array([np.nan, np.nan]))
    assert util.is_unique(np.array([1, 2, 3]))
    assert not util.is_unique(np.array([1, 2, 1]))


@pytest.mark.parametrize("dtype", [np.complex64, np.complex128])
def test_phasor_of_complex_angles(dtype):
    angles = (noise(2, 5) + 1j * noise(5)).astype(dtype)
    found = util.phasor(angles, mag=2.0)
    assert found.dtype == dtype
    rtol = 1e-6 if dtype == np.complex64 else 1e-13
    np.testing.assert_allclose(found, 2 * (np.cos(angles) + 1j * np.sin(angles)), rtol=rtol)


@pytest.mark.parametrize("dtype", [np.uint8, np.int8, np.float16])
def test_phasor_of_small_types_is_of_single_precision(dtype):
    angles = np.array([1, 100], dtype)
    np.testing.assert_allclose(util.phasor(angles), np.exp(1j * angles.astype(np.float64)), rtol=1e-6)


def test_fill_of_norm_0_is_refused_for_numbers_too():
    with pytest.raises(util.exceptions.ParameterError, match="norm=0"):
        util.normalize(np.array(5.0), norm=0, fill=True)


def test_interp_broadcast():
    arguments = {"x1": X, "x1_pos": np.arange(5), "x2": X, "x2_pos": np.arange(5)}
    np.testing.assert_allclose(util.interp_broadcast(**arguments), X**2, rtol=1e-15)
    y1, y2 = util.interp_broadcast(**arguments, interp_pos=np.array([0.5, 9.0]), op=None)
    np.testing.assert_allclose(y1[0], (X[0] + X[1]) / 2, rtol=1e-14)
    assert (y2[1] == 0).all()
    with pytest.raises(fastspec.ParameterError, match="axis=2"):
        util.interp_broadcast(**arguments, axis=2)
    with pytest.raises(fastspec.ParameterError, match="broadcast"):
        util.interp_broadcast(**arguments | {"x2": X[:, :4]})


# --- non-negative least squares ---


def residual(A, X_, B):
    return np.linalg.norm(A @ X_ - B)


@pytest.mark.parametrize("sign", [0.0, 0.2])
def test_nnls_is_close_to_the_exact_solution(sign):
    optimize = pytest.importorskip("scipy.optimize")
    A, B = np.abs(noise(20, 6)), noise(2, 20, 5, seed=4) + sign
    solution = util.nnls(A, B, pgtol=1e-10)
    assert solution.shape == (2, 6, 5)
    assert (solution >= 0).all()
    for i, column in np.ndindex(2, 5):
        exact = optimize.nnls(A, B[i, :, column])[1]
        # The objective is quadratic: a projected gradient of 1e-10 leaves far less than 1e-6 of the residual.
        assert residual(A, solution[i, :, column], B[i, :, column]) <= exact * (1 + 1e-6)


def test_nnls_is_no_worse_than_librosa():
    from support.util_cases import BASIS

    B = np.abs(noise(12, 6, seed=8))
    ours, theirs = UTIL["nnls_matrix"](util), GOLDEN["nnls_matrix.0"]
    assert ours.dtype == theirs.dtype
    # Both stop at the same test of the gradient.
    assert residual(BASIS, ours, B) <= residual(BASIS, theirs, B) * 1.001


def test_nnls_recovers_what_fits():
    A, truth = np.abs(noise(30, 8)), np.abs(noise(8, 900, seed=3))
    np.testing.assert_allclose(util.nnls(A, A @ truth), truth, atol=1e-12)


def test_nnls_of_a_rank_deficient_basis_stays_finite():
    A = np.zeros((3, 4), dtype=np.float32)
    A[0, 0] = 2
    solution = util.nnls(A, np.ones((3, 2), dtype=np.float32))
    assert solution.dtype == np.float32
    assert np.isfinite(solution).all()
    assert solution[0] == pytest.approx([0.5, 0.5])


@pytest.mark.parametrize("shape", [(4, 2), (4,), ()])
def test_nnls_rejects(shape):
    with pytest.raises(fastspec.ParameterError, match=r"A.shape=\(3, 2\)"):
        util.nnls(np.ones((3, 2)), np.ones(shape))


# --- files ---


@pytest.fixture
def folder(tmp_path):
    for name in ("b.wav", "a.OGG", "c.Wav", "notes.txt", ".hidden.wav", "deep/er/d.flac", "deep/.e.wav"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return tmp_path


@pytest.mark.parametrize(
    ("arguments", "names"),
    [
        ({}, ["a.OGG", "b.wav", "deep/er/d.flac"]),
        ({"recurse": False}, ["a.OGG", "b.wav"]),
        ({"case_sensitive": True}, ["b.wav", "deep/er/d.flac"]),
        ({"ext": "txt"}, ["notes.txt"]),
        ({"ext": ["WAV", "ogg"]}, ["a.OGG", "b.wav"]),
        ({"offset": 1, "limit": 1}, ["b.wav"]),
        ({"limit": 0}, []),
    ],
)
def test_find_files(folder, arguments, names):
    assert util.find_files(folder, **arguments) == [str(folder / name) for name in names]
    assert util.find_files(os.fspath(folder), **arguments) == [str(folder / name) for name in names]


def test_example_from_the_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("LIBROSA_DATA_DIR", str(tmp_path))
    (tmp_path / "snare-accelerate.ogg").touch()
    assert util.ex("snare") == str(tmp_path / "snare-accelerate.ogg")
    with pytest.raises(FileNotFoundError, match="downloads no recordings"):
        util.ex("snare", hq=True)
    assert util.ex("snare", hq=True, url=True).endswith("/snare-accelerate.hq.ogg")


def test_example_rejects():
    with pytest.raises(fastspec.ParameterError, match="key='nope'"):
        util.example("nope")


def test_example_cache_folder(monkeypatch, tmp_path):
    monkeypatch.delenv("LIBROSA_DATA_DIR", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr("sys.platform", "linux")
    with pytest.raises(FileNotFoundError, match=str(tmp_path / "librosa" / "pibble")):
        util.example("pibble")
    monkeypatch.setattr("sys.platform", "darwin")
    with pytest.raises(FileNotFoundError, match="Library"):
        util.example("pibble")


def test_example_info(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("LIBROSA_DATA_DIR", str(tmp_path))
    card = 'title = "A <b>"\nattribution = "C"\ndescription = "D\\nE"\nlicense = "CC0-1.0"\n'
    (tmp_path / "snare-accelerate.toml").write_text(card)
    assert util.example_info("snare") is None
    assert capsys.readouterr().out.splitlines()[:3] == ["A <b>", "=====", "Attribution: C"]
    assert "A &lt;b&gt;" in util.example_info("snare", html=True)


def test_list_examples(capsys):
    util.list_examples()
    out = capsys.readouterr().out
    assert "trumpet" in out
    assert "pibble" not in out


def test_rename_kw():
    def renamed(old_value):
        return util.rename_kw(
            old_name="n", old_value=old_value, new_name="size", new_value=2,
            version_deprecated="1", version_removed="2",
        )  # fmt: skip

    assert repr(util.Deprecated()) == "<DEPRECATED parameter>"
    assert renamed(util.Deprecated()) == 2
    with pytest.warns(FutureWarning, match=r"renamed\(\): 'n' has been renamed to 'size'"):
        assert renamed(7) == 7


def test_match_intervals_needs_bounded_memory():
    many = np.arange(4000.0)[:, np.newaxis] + [0, 1]
    tracemalloc.start()
    util.match_intervals(many, many)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    # The scores of all pairs at once would take 128 MB.
    assert peak < 8e6


def test_sparsify_rows_of_what_scipy_has_no_rows_of():
    with pytest.raises(fastspec.ParameterError, match=r"^dtype=float16: .* pass dtype=np\.float32"):
        util.sparsify_rows(np.ones((2, 3), np.float16))
    swapped = util.sparsify_rows(np.ones((2, 3), np.dtype(np.float32).newbyteorder()), quantile=0.1)
    assert swapped.toarray().tolist() == np.ones((2, 3)).tolist()


def test_nnls_refuses_unknown_keywords_even_where_the_start_will_do():
    with pytest.raises(TypeError, match="unexpected keyword argument 'foo'"):
        util.nnls(np.eye(3), np.ones((3, 4)), foo=3)


def test_match_intervals_in_the_precision_of_both():
    """The first target covers a billionth more than the source, which a difference of floats does not show."""
    source, target = np.array([[0.0, 1.0]]), np.array([[-1e-9, 1.0], [0.0, 1.0]])
    assert util.match_intervals(source, target).tolist() == [1]
    assert util.match_intervals(source.astype(np.float32), target.astype(np.float32)).tolist() == [0]


def test_nnls_of_a_single_vector_is_scipys():
    rng = np.random.default_rng(3)
    A, b = rng.random((7, 4)), rng.normal(size=7)
    np.testing.assert_array_equal(util.nnls(A, b), scipy.optimize.nnls(A, b)[0])
    with pytest.raises(fastspec.ParameterError, match=r"B.shape=\(6,\)"):
        util.nnls(A, b[:6])


def test_stack_along_other_axes():
    rows = [X[0], X[1]]
    np.testing.assert_array_equal(util.stack(rows, axis=-1), np.stack(rows, axis=-1))


def test_axis_sort_of_nothing():
    with pytest.raises(fastspec.ParameterError, match=r"S.shape=\(0, 3\) is empty"):
        util.axis_sort(np.zeros((0, 3)))
