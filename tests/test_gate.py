"""What every public function does with arguments that make no sense: one error, of one line, or the right result."""

from __future__ import annotations

import inspect
from contextlib import contextmanager
from functools import reduce

import numpy as np
import pytest
from support import everything

import fastspec
from fastspec import ParameterError

TABLES = [
    ("y", everything.OF_SAMPLES, everything.Y),
    ("S", everything.OF_SPECTRA, everything.S),
    ("D", everything.OF_COMPLEX, everything.D),
    ("onset_envelope", everything.OF_ENVELOPES, everything.ENVELOPE),
]
# Not in the signature, but passed on.
HOPS_PASSED_ON = {"feature.mfcc", "feature.tonnetz", "onset.onset_strength"} | {
    f"effects.{name}" for name in ("pitch_shift", "time_stretch")
}
NOT_TRIED = {"write"}  # which begins with a path, and has tests of its own

pytestmark = [
    pytest.mark.filterwarnings("ignore:n_fft=.* is too large"),
    pytest.mark.filterwarnings("ignore:Empty filters"),
    pytest.mark.filterwarnings("ignore:Trying to estimate tuning"),
    pytest.mark.filterwarnings("ignore:less than two periods"),
    pytest.mark.filterwarnings("ignore:the longest"),
    pytest.mark.filterwarnings("ignore:.*(divide by zero|invalid value)"),
    pytest.mark.filterwarnings("ignore:.*encountered in"),
]


class Case:
    """A function, the array it works on, and what else it is told."""

    def __init__(self, argument: str, name: str, options: dict, array: np.ndarray) -> None:
        self.name, self.array, self.options = name, array, options
        self.function = reduce(getattr, name.split("."), fastspec)
        self.parameters = inspect.signature(self.function).parameters
        first = next(iter(self.parameters.values()))
        by_name = first.kind is first.KEYWORD_ONLY or argument in self.parameters
        self.keyword = (argument if argument in self.parameters else "S") if by_name else None
        self.id = f"{name}({argument})"

    def __call__(self, array: np.ndarray | None = None, **options):
        array = self.array if array is None else array
        options = self.options | options
        return self.function(**{self.keyword: array}, **options) if self.keyword else self.function(array, **options)

    def takes(self, name: str) -> bool:
        return name in self.parameters or (name == "hop_length" and self.name in HOPS_PASSED_ON)


CASES = [Case(argument, name, options, x) for argument, table, x in TABLES for name, options in table.items()]


def every(name: str | None = None):
    """Parametrise over the functions that take an argument of this name."""
    cases = [case for case in CASES if name is None or case.takes(name)]
    return pytest.mark.parametrize("case", cases, ids=[case.id for case in cases])


def same(a, b) -> bool:
    if isinstance(a, (tuple, list)):
        return len(a) == len(b) and all(map(same, a, b))
    return np.shape(a) == np.shape(b) and np.allclose(a, b, rtol=1e-9, atol=1e-12, equal_nan=True)


@contextmanager
def one_error_at_most():
    """A `ParameterError` of one line."""
    try:
        yield
    except ParameterError as error:
        assert "\n" not in str(error)  # noqa: PT017


def test_every_function_is_tried():
    tried = {case.function for case in CASES}
    for place in ("", "decompose.", "effects.", "feature.", "feature.inverse.", "onset.", "util."):
        package = reduce(getattr, filter(None, place.split(".")), fastspec)
        for name in package.__all__:
            function = getattr(package, name)
            if inspect.isfunction(function) and {"y", "S"} & inspect.signature(function).parameters.keys():
                assert function in tried or place + name in NOT_TRIED, place + name


@every("hop_length")
@pytest.mark.parametrize("hop_length", [0, -1, 2.5, 2**62, 2**64])
def test_hops(case, hop_length):
    with one_error_at_most():
        assert same(case(hop_length=hop_length), case())


@pytest.mark.parametrize("sr", [0, -1, np.nan, np.inf, "22050"])
@pytest.mark.parametrize(
    ("case", "name"),
    [
        pytest.param(c, name, id=f"{c.id}-{name}")
        for name in ("sr", "orig_sr", "target_sr")
        for c in CASES
        if c.takes(name)
    ],
)
def test_rates(case, name, sr):
    with one_error_at_most():
        assert same(case(**{name: sr}), case())


@every()
@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_not_finite(case, value):
    """As in librosa, some functions let it spread."""
    array = case.array.copy()
    array[..., -3] = value
    with one_error_at_most():
        case(array)


@every()
def test_masks(case):
    masked = np.ma.masked_array(case.array, mask=case.array.real > 0.9)
    with one_error_at_most():
        assert isinstance(case(masked), np.ma.MaskedArray)


def field_like(array: np.ndarray) -> np.ndarray:
    """The same values, each behind a byte of something else."""
    records = np.zeros(array.shape, np.dtype([("a", "u1"), ("b", array.dtype)]))
    records["b"] = array
    return records["b"]


@every()
def test_fields_of_packed_records(case):
    plain = case()
    backwards = np.ascontiguousarray(case.array[..., ::-1])
    for array in (field_like(case.array), field_like(backwards)[..., ::-1]):
        assert same(case(array), plain)


@every()
@pytest.mark.parametrize("n", [0, 1, 3])
@pytest.mark.parametrize("axis", [-1, 0])
def test_too_little(case, n, axis):
    arrays = [case.array.take(range(n), axis)]
    if case.array.ndim == 1:
        arrays.append(np.stack(arrays * 2))
    for array in arrays:
        with one_error_at_most():
            case(array)


class Column:
    """As the columns of tables and the data sets of files are: NumPy makes an array of it."""

    def __init__(self, values: np.ndarray) -> None:
        self.values = values

    def __array__(self, dtype=None, copy=None) -> np.ndarray:
        return np.array(self.values, dtype)


class Interface:
    def __init__(self, values: np.ndarray) -> None:
        self.values, self.__array_interface__ = values, values.__array_interface__


@every()
@pytest.mark.parametrize("kind", [Column, Interface])
def test_whatever_says_it_is_an_array(case, kind):
    assert same(case(kind(case.array)), case())
