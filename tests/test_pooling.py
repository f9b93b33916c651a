"""Adaptive pooling against the naive loop over windows in float64, torch's outputs, and itself in other layouts."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.pool_cases import AREAS, CASES, numbers

import fastspec
from fastspec import DTypeError, ParameterError

MEANS = (fastspec.adaptive_avg_pool1d, fastspec.adaptive_avg_pool2d, fastspec.adaptive_avg_pool3d)
MAXIMA = (fastspec.adaptive_max_pool1d, fastspec.adaptive_max_pool2d)


def windows(n: int, m: int) -> list[slice]:
    return [slice(j * n // m, -(-(j + 1) * n // m)) for j in range(m)]


def naive(x: np.ndarray, sizes: tuple[int, ...], function) -> np.ndarray:
    """`function` of every window, one by one, float64 in."""
    axes = [windows(n, m) for n, m in zip(x.shape[-len(sizes) :], sizes, strict=True)]
    out = np.empty(x.shape[: -len(sizes)] + sizes)
    for index, window in zip(np.ndindex(*sizes), itertools.product(*axes), strict=True):
        part = x[(..., *window)].reshape(*x.shape[: -len(sizes)], -1)
        out[(..., *index)] = np.apply_along_axis(function, -1, part)
    return out


def exact_mean(values: np.ndarray) -> float:
    return math.fsum(values) / len(values)


def ulps(got: np.ndarray, want: np.ndarray) -> float:
    """The largest distance in units in the last place of the wanted number."""
    unit = np.spacing(np.abs(want).astype(got.dtype)).astype(np.float64)
    return float(np.max(np.abs(got.astype(np.float64) - want) / unit))


def same_bits(a: np.ndarray, b: np.ndarray) -> bool:
    return a.shape == b.shape and a.dtype == b.dtype and a.tobytes() == b.tobytes()


SHAPES = [
    *(
        ((2, n), (m,))
        for n, m in [(10, 4), (3, 5), (1, 1), (1, 7), (500, 100), (501, 100), (700, 3), (5000, 1), (40, 39)]
    ),
    *(((40, n), (m,)) for n, m in [(9, 4), (200, 67), (8, 1), (3, 11)]),
    *(((2, *n), m) for n, m in [((17, 23), (5, 7)), ((5, 6), (11, 13)), ((64, 40), (1, 1)), ((40, 300), (3, 2))]),
    *(((33, *n), m) for n, m in [((7, 7), (1, 1)), ((7, 7), (3, 2)), ((4, 5), (6, 3))]),
    *(((2, *n), m) for n, m in [((5, 9, 11), (2, 4, 3)), ((5, 4, 3), (7, 2, 8)), ((8, 8, 40), (2, 8, 1))]),
]


@pytest.mark.parametrize("dtype", ["f4", "f8"])
@pytest.mark.parametrize(("shape", "sizes"), SHAPES)
def test_means_and_maxima_of_windows(shape, sizes, dtype):
    """Positive numbers, so that nothing cancels: within an ulp of the exact mean of each window."""
    x = np.random.default_rng(1).random(shape).astype(dtype)
    got = MEANS[len(sizes) - 1](x, sizes)
    assert got.dtype == x.dtype
    # fastspec.h: 0.51 ulp for float32, two roundings for float64
    assert ulps(got, naive(x.astype(np.float64), sizes, exact_mean)) <= (0.51 if dtype == "f4" else 2)
    if len(sizes) < 3:
        assert np.array_equal(MAXIMA[len(sizes) - 1](x, sizes), naive(x.astype(np.float64), sizes, np.max))


@pytest.mark.parametrize(("dtype", "bound"), [("f4", 0.51), ("f8", 2)])
@pytest.mark.parametrize("axis", [0, 1])
def test_means_of_huge_windows(dtype, bound, axis):
    """Three million numbers of all sizes to a window: neither naive float32 nor naive float64 would do."""
    x = np.exp(np.random.default_rng(2).normal(0, 4, (2, 3_000_001))).astype(dtype)
    want = np.array([[exact_mean(row.astype(np.float64))] for row in x])
    S = x if axis == 1 else np.ascontiguousarray(x.T)
    got = fastspec.pool_frames(S, 1, axis=axis)
    assert ulps(got if axis == 1 else got.T, want) <= bound


def test_cancelled_means_in_double_are_nearly_exact():
    x = np.array([1e17, 1.0, -1e17, 3.0] * 50)
    assert fastspec.adaptive_avg_pool1d(x, 1)[0] == 1.0
    assert fastspec.adaptive_avg_pool1d(x, 50).tolist() == [1.0] * 50


def test_constants_stay_constant():
    for dtype, value in itertools.product(("f4", "f8"), (0.1, 1 / 3, 1e30)):
        x = np.full((3, 41, 53), value, dtype)
        # float64 rounds the sum and the quotient.
        assert ulps(fastspec.adaptive_avg_pool2d(x, (7, 9)), x[:, :7, :9].astype(np.float64)) <= (
            0 if dtype == "f4" else 1
        )


@pytest.mark.parametrize("nan", [False, True])
@pytest.mark.parametrize("i", range(len(CASES)))
def test_torch(root, i, nan):
    """Means of numbers of both signs: torch adds float32 in float32, so it is the one that is off."""
    name, shape, size, dtype = CASES[i]
    x = numbers(shape, dtype, nan=nan)
    with np.load(root / "tests/golden/pooling.npz") as golden:
        want = golden[f"case{i}{'nan' * nan}"]
    got = getattr(fastspec, name)(x, size)
    assert got.shape == want.shape
    assert got.dtype == want.dtype
    if "max" in name:
        assert np.array_equal(got, want, equal_nan=True)
    else:
        n = x.size / max(want.size, 1) + 4
        np.testing.assert_allclose(
            got, want, rtol=0, atol=n * np.finfo(dtype).eps * np.abs(numbers(shape, dtype)).max()
        )


@pytest.mark.parametrize("i", range(len(AREAS)))
def test_torch_area(root, i):
    shape, size, scale_factor, dtype = AREAS[i]
    with np.load(root / "tests/golden/pooling.npz") as golden:
        want = golden[f"area{i}"]
    got = fastspec.interpolate_area(numbers(shape, dtype), size, scale_factor)
    assert got.dtype == want.dtype
    np.testing.assert_allclose(got, want, rtol=0, atol=30 * np.finfo(dtype).eps)


# Properties


@st.composite
def poolings(draw):
    """An array in some layout, its C-contiguous twin, and sizes for its last axes."""
    n_axes = draw(st.integers(1, 3))
    most = (300, 40, 12)[n_axes - 1]
    shape = draw(st.lists(st.integers(1, 20), max_size=2)) + draw(
        st.lists(st.integers(1, most), min_size=n_axes, max_size=n_axes)
    )
    sizes = tuple(draw(st.lists(st.integers(1, most), min_size=n_axes, max_size=n_axes)))
    dtype = draw(st.sampled_from(["f4", "f8"]))
    # Sizes from 1e-6 to 1e6: every order of additions has its own rounding errors.
    rng = np.random.default_rng(draw(st.integers(0, 99)))
    x = (rng.standard_normal(shape) * 10 ** rng.uniform(-6, 6, shape)).astype(dtype)
    order = draw(st.permutations(range(len(shape))))
    steps = tuple(slice(None, None, draw(st.sampled_from([1, 1, -1, 2]))) for _ in shape)
    spread = np.zeros([n * abs(step.step) for n, step in zip(shape, steps, strict=True)], dtype).transpose(order).copy()
    laid = spread.transpose(np.argsort(order))[steps]
    laid[...] = x
    return laid, x, sizes


@given(poolings())
def test_layouts_threads_and_batches_do_not_change_a_bit(pooling):
    laid, x, sizes = pooling
    functions = (MEANS, MAXIMA) if len(sizes) < 3 else (MEANS,)
    for function in (table[len(sizes) - 1] for table in functions):
        want = function(x, sizes)
        assert same_bits(function(laid, sizes), want)
        with fastspec.threads(3):
            assert same_bits(function(x, sizes), want)
        for index in np.ndindex(x.shape[: -len(sizes)]):
            assert same_bits(function(x[index], sizes), want[index])


@given(poolings())
def test_out_is_filled_in_any_layout(pooling):
    laid, x, sizes = pooling
    function = MEANS[len(sizes) - 1]
    want = function(x, sizes)
    out = np.empty_like(laid, shape=want.shape)[..., ::-1]
    assert function(laid, sizes, out=out) is out
    assert same_bits(np.ascontiguousarray(out), want)


@given(st.integers(1, 30), st.integers(1, 12), st.integers(0, 99))
def test_equal_windows_preserve_the_mean(m, width, seed):
    x = np.random.default_rng(seed).random((3, m * width))
    np.testing.assert_allclose(fastspec.adaptive_avg_pool1d(x, m).mean(-1), x.mean(-1), rtol=1e-14)


def test_none_keeps_a_size():
    x = np.random.default_rng(3).standard_normal((2, 5, 6, 7))
    assert same_bits(fastspec.adaptive_avg_pool1d(x, None), x)
    assert same_bits(fastspec.adaptive_avg_pool3d(x, None), x)
    assert same_bits(fastspec.adaptive_max_pool2d(x, (None, None)), x)
    assert same_bits(fastspec.adaptive_avg_pool2d(x, (None, 3)), fastspec.adaptive_avg_pool2d(x, (6, 3)))
    assert np.allclose(fastspec.adaptive_avg_pool2d(x, (3, None)), x.reshape(2, 5, 3, 2, 7).mean(3))


def test_many_threads_on_a_large_array():
    x = np.random.default_rng(4).standard_normal((5, 700, 1001)).astype(np.float32)
    for view in (x, x.swapaxes(1, 2), np.moveaxis(x, 0, -1)):
        results = []
        for n in (1, 2, 7):
            with fastspec.threads(n):
                results.append(fastspec.adaptive_avg_pool2d(view, (90, 3)))
        assert same_bits(results[0], results[1])
        assert same_bits(results[0], results[2])


def test_results_keep_the_order_of_memory():
    x = np.moveaxis(np.ones((2, 8, 9, 3), np.float32), -1, 1)
    out = fastspec.adaptive_avg_pool2d(x, (4, 3))
    assert np.moveaxis(out, 1, -1).flags.c_contiguous
    assert fastspec.adaptive_avg_pool2d(x.copy(), (4, 3)).flags.c_contiguous


# NaN, infinity, signs of zero


@pytest.mark.parametrize("dtype", ["f4", "f8"])
@pytest.mark.parametrize("n", [10, 40, 1000])
def test_nan_and_infinity_stay_in_their_windows(n, dtype):
    x = np.ones((3, n), dtype)
    x[0, n // 2 + 1], x[1, n // 2 + 1], x[2, n // 2 + 1] = np.nan, np.inf, -np.inf
    for S, axis in ((x, 1), (np.ascontiguousarray(x.T), 0)):
        means = np.moveaxis(fastspec.pool_frames(S, 2, axis=axis), axis, 1)
        assert np.array_equal(means, np.array([[1, np.nan], [1, np.inf], [1, -np.inf]], dtype), equal_nan=True)
    maxima = fastspec.adaptive_max_pool1d(x, 2)
    assert np.array_equal(maxima, np.array([[1, np.nan], [1, np.inf], [1, 1]], dtype), equal_nan=True)
    assert np.isnan(fastspec.adaptive_avg_pool1d(np.array([np.inf, -np.inf], dtype), 1)).all()


def test_maxima_of_minus_infinity_and_of_zeros():
    assert fastspec.adaptive_max_pool1d(np.full(50, -np.inf), 1)[0] == -np.inf
    assert not np.signbit(fastspec.adaptive_max_pool1d(np.full(50, -0.0), 3)).any()
    assert not np.signbit(fastspec.adaptive_avg_pool1d(np.full(50, -0.0), 3)).any()


# Other dtypes and empty arrays


@pytest.mark.parametrize("dtype", [*np.typecodes["AllInteger"], "?"])
def test_integers_and_booleans_become_float64(dtype):
    x = np.random.default_rng(5).integers(0, 2 if dtype == "?" else 100, (2, 9)).astype(dtype)
    got = fastspec.adaptive_avg_pool1d(x, 3)
    assert got.dtype == np.float64
    assert np.allclose(got, x.reshape(2, 3, 3).mean(-1), rtol=1e-15)
    assert np.array_equal(fastspec.adaptive_max_pool1d(x, 3), x.reshape(2, 3, 3).max(-1).astype(float))


@pytest.mark.parametrize("dtype", ["f2", ">f4", ">f8", ">i2"])
def test_what_must_be_converted_is(dtype):
    x = np.arange(12).reshape(2, 6).astype(dtype)
    got = fastspec.adaptive_avg_pool1d(x, 2)
    assert got.dtype == (np.float64 if dtype in (">f8", ">i2") else np.float32)
    assert got.tolist() == [[1, 4], [7, 10]]


def test_misaligned_read_only_and_subclassed_input():
    x = np.arange(12.0).reshape(2, 6)
    raw = np.zeros(x.nbytes + 1, np.uint8)
    misaligned = raw[1:].view(np.float64).reshape(2, 6)
    misaligned[...] = x
    fixed = x.copy()
    fixed.flags.writeable = False
    for given_array in (misaligned, fixed, x.view(type("Mine", (np.ndarray,), {}))):
        got = fastspec.adaptive_avg_pool1d(given_array, 2)
        assert type(got) is np.ndarray
        assert got.tolist() == [[1, 4], [7, 10]]


def test_empty_batches_give_empty_results():
    assert fastspec.adaptive_avg_pool1d(np.zeros((0, 5)), 2).shape == (0, 2)
    assert fastspec.adaptive_max_pool2d(np.zeros((3, 0, 5, 6), np.float32), (2, None)).shape == (3, 0, 2, 6)
    assert fastspec.interpolate_area(np.zeros((0, 3, 8)), scale_factor=0.5).shape == (0, 3, 4)
    assert fastspec.pool_frames(np.zeros((0, 8)), 3).shape == (0, 3)


# pool_frames


@pytest.mark.parametrize("axis", [0, 1, 2, -1, -2, -3])
def test_frames_along_any_axis(axis):
    S = np.random.default_rng(6).random((4, 50, 6)).astype(np.float32)
    got = fastspec.pool_frames(S, 3, axis=axis)
    want = np.moveaxis(fastspec.adaptive_avg_pool1d(np.ascontiguousarray(np.moveaxis(S, axis, -1)), 3), -1, axis)
    assert same_bits(np.ascontiguousarray(got), np.ascontiguousarray(want))
    out = np.empty(got.shape, np.float32)
    assert fastspec.pool_frames(S, 3, axis=axis, out=out) is out
    assert np.array_equal(out, got)


def test_clips_of_any_length_become_one_shape():
    shapes = {fastspec.pool_frames(np.ones((20, n), np.float32), 16).shape for n in (1, 5, 16, 17, 3000)}
    assert shapes == {(20, 16)}


# Bad input

X = np.zeros((2, 3, 8))


@pytest.mark.parametrize(
    ("call", "error", "says"),
    [
        (lambda: fastspec.adaptive_avg_pool1d(X, 0), ParameterError, "output_size=0"),
        (lambda: fastspec.adaptive_avg_pool1d(X, -1), ParameterError, "output_size=-1"),
        (lambda: fastspec.adaptive_avg_pool1d(X, 2.0), DTypeError, "output_size=2.0"),
        (lambda: fastspec.adaptive_avg_pool1d(X, "2"), DTypeError, "output_size='2'"),
        (lambda: fastspec.adaptive_avg_pool1d(X, True), ParameterError, "output_size=True"),
        (lambda: fastspec.adaptive_avg_pool1d(X, (2, 2)), ParameterError, "must have 1 numbers"),
        (lambda: fastspec.adaptive_avg_pool2d(X, (2, 0)), ParameterError, "output_size=0"),
        (lambda: fastspec.adaptive_avg_pool2d(X, (2, 1.5)), DTypeError, "output_size=1.5"),
        (lambda: fastspec.adaptive_avg_pool2d(X, (2,)), ParameterError, "must have 2 numbers"),
        (lambda: fastspec.adaptive_avg_pool2d(X[0, 0], 2), ParameterError, r"x\.shape=\(8,\)"),
        (lambda: fastspec.adaptive_avg_pool1d(np.float64(3), 2), DTypeError, "float64"),
        (lambda: fastspec.adaptive_avg_pool1d(np.zeros(()), 2), ParameterError, r"x\.shape=\(\)"),
        (lambda: fastspec.adaptive_avg_pool1d(np.zeros((2, 0)), 2), ParameterError, r"x\.shape=\(2, 0\)"),
        (lambda: fastspec.adaptive_avg_pool1d(np.zeros((0, 0)), None), ParameterError, "empty axis"),
        (lambda: fastspec.adaptive_avg_pool3d(np.zeros((0, 3, 4)), 2), ParameterError, "empty axis"),
        (lambda: fastspec.adaptive_avg_pool1d([[1.0, 2.0], [3.0]], 1), ParameterError, "different lengths"),
        (lambda: fastspec.adaptive_avg_pool1d(["a"], 1), DTypeError, "U1"),
        (lambda: fastspec.adaptive_avg_pool1d(None, 1), DTypeError, "NoneType"),
        (lambda: fastspec.adaptive_avg_pool1d("audio", 1), DTypeError, "str"),
        (lambda: fastspec.adaptive_avg_pool1d(X + 1j, 1), DTypeError, r"x\.real"),
        (lambda: fastspec.adaptive_avg_pool1d(X.astype(object), 1), DTypeError, "object"),
        (lambda: fastspec.adaptive_avg_pool1d(X.astype("M8[s]"), 1), DTypeError, "datetime"),
        (lambda: fastspec.adaptive_avg_pool1d(X.astype(np.longdouble), 1), DTypeError, "float128|longdouble"),
        (lambda: fastspec.adaptive_avg_pool1d(np.ma.masked_array(X), 1), DTypeError, "masked"),
        (lambda: fastspec.adaptive_avg_pool2d(X, (2**40, 2**40)), ParameterError, "address space"),
        (lambda: fastspec.adaptive_max_pool1d(X, 2, out=np.zeros((2, 3, 3))), ParameterError, r"out\.shape"),
        (lambda: fastspec.adaptive_max_pool1d(X, 2, out=[0.0]), ParameterError, r"out\.shape"),
        (lambda: fastspec.adaptive_max_pool1d(X, 2, out=np.zeros((2, 3, 2), "f4")), DTypeError, r"out\.dtype"),
        (lambda: fastspec.adaptive_max_pool1d(X, 2, out=X[..., :2]), ParameterError, "overlaps x"),
        (lambda: fastspec.interpolate_area(X), ParameterError, "give one"),
        (lambda: fastspec.interpolate_area(X, 2, 0.5), ParameterError, "give one"),
        (lambda: fastspec.interpolate_area(X[0], 2), ParameterError, "batch, channels"),
        (lambda: fastspec.interpolate_area(np.zeros((1, 1, 2, 2, 2, 2)), 2), ParameterError, "batch, channels"),
        (lambda: fastspec.interpolate_area(X, 0), ParameterError, "size=0"),
        (lambda: fastspec.interpolate_area(X, (None,)), DTypeError, "adaptive_avg_pool1d"),
        (lambda: fastspec.interpolate_area(X, scale_factor=0.1), ParameterError, "larger factors"),
        (lambda: fastspec.interpolate_area(X, scale_factor=-1.0), ParameterError, "larger factors"),
        (lambda: fastspec.interpolate_area(X, scale_factor=np.nan), ParameterError, "finite"),
        (lambda: fastspec.interpolate_area(X, scale_factor=np.inf), ParameterError, "finite"),
        (lambda: fastspec.interpolate_area(X, scale_factor="x"), ParameterError, "finite"),
        (lambda: fastspec.interpolate_area(X, scale_factor=(0.5, 0.5)), ParameterError, "each of the 1"),
        (lambda: fastspec.pool_frames(X, 0), ParameterError, "n=0"),
        (lambda: fastspec.pool_frames(X, None), DTypeError, "n=None"),
        (lambda: fastspec.pool_frames(X, 2.5), DTypeError, r"n=2\.5"),
        (lambda: fastspec.pool_frames(X, 2, axis=3), ParameterError, "axis=3"),
        (lambda: fastspec.pool_frames(X, 2, axis=-4), ParameterError, "axis=-4"),
        (lambda: fastspec.pool_frames(X, 2, axis=None), DTypeError, "axis=None"),
        (lambda: fastspec.pool_frames(np.zeros(()), 2), ParameterError, "axis"),
        (lambda: fastspec.pool_frames(np.zeros((3, 0)), 2), ParameterError, r"S\.shape=\(3, 0\)"),
        (lambda: fastspec.pool_frames(X, 2, out=np.zeros((2, 3, 3))), ParameterError, r"out\.shape"),
        (lambda: fastspec.pool_frames("S", 2), DTypeError, "S is str"),
    ],
)  # fmt: skip
def test_bad_input(call, error, says):
    with pytest.raises(error, match=says):
        call()


def test_read_only_out():
    out = np.zeros((2, 3, 2))
    out.flags.writeable = False
    with pytest.raises(ParameterError, match="read-only"):
        fastspec.adaptive_avg_pool1d(X, 2, out=out)


def test_lists_are_numbers_too():
    assert fastspec.adaptive_avg_pool1d([0, 1, 2], 5).tolist() == [0, 0.5, 1, 1.5, 2]
    assert fastspec.adaptive_max_pool1d([[1.0, 3.0, 2.0]], 1).tolist() == [[3.0]]
    assert fastspec.interpolate_area([[[1.0, 3.0]]], size=1).tolist() == [[[2.0]]]
    assert fastspec.pool_frames([[1.0, 3.0]], 1).tolist() == [[2.0]]
