"""What no argument should be, by its annotation: for calls that may only end in documented exceptions."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np

from fastspec._gate.complaints import ARRAYS, FUNCTIONS, NAMES

# By what the annotation says of an argument: what cannot be meant, and what a function may make sense of.
NO_NUMBERS = {"text": "512", "bytes": b"5", "a dict": {}, "an object": object(), "a date": np.datetime64("2020-01-01")}
ODD_NUMBERS = {"nan": np.nan, "infinity": np.inf, "0": 0, "-1": -1, "two": [1.0, 2.0], "tiny": 1e-300, "a complex": 1j}
ODD_INTEGERS = {"2.5": 2.5, "0": 0, "-3": -3, "2**64": 2**64, "int8": np.int8(5), "int8 below 0": np.int8(-3)}
ODD_NAMES = {"no such name": "nonsense", "nothing": "", "3": 3}
ODD_DTYPES = {"no such dtype": "nonsense", "a number": 3, "text": "U3", "dates": "M8[s]"}
ODD_WINDOWS = {"no such window": "nonsense", "no samples": lambda n: "x", "not finite": np.nan}
ODD_FUNCTIONS = {"text": "max", "a number": 3, "of nothing": lambda: 1}

# As many rounds as asked for; rates so far apart that soxr takes ages.
SLOW = {"path", "n_iter", "orig_sr", "target_sr"}


def of_arrays(x) -> Iterator[tuple[str, object, bool]]:
    x = np.asarray(x)
    if x.dtype.kind not in "fciub":
        return
    yield "array of text", x.astype(str), True
    yield "array of objects", x.astype(object), True
    yield "array of dates", (x.real * 100).astype("i8").astype("M8[s]"), True
    yield "masked", np.ma.masked_array(x, mask=np.ones(x.shape, bool)), True
    yield "records", np.zeros(x.shape or (2,), [("a", "f4")]), True
    yield "text", "music.wav", True
    yield "a dict", {"y": 1}, True
    yield "ragged", [[1.0, 2.0], [3.0]], True
    yield "one number", np.array(x.flat[0]), False
    yield "nothing", np.zeros(0), False
    yield "one dimension", np.ravel(x)[:9], False
    yield "complex", x + 1j, False
    yield "beyond double", x.real.astype(np.longdouble), False


def rows(annotation: str, good) -> Iterator[tuple[str, object, bool]]:
    """What is passed, and whether it must be refused."""
    words = set(re.findall(r"\w+", annotation))
    if words & ARRAYS:
        yield from of_arrays(np.arange(1.0, 4.0) if good is None else good)
    elif words & {"Sequence", "Iterable", "Collection", "Any"}:
        return
    if words & {"int", "float", "DCTType"} and not words & NAMES:
        yield from ((row, value, True) for row, value in NO_NUMBERS.items())
        odd = ODD_INTEGERS if words & {"int", "DCTType"} else ODD_NUMBERS
        yield from ((row, value, False) for row, value in odd.items())
    for those, odd in (
        (NAMES - {"Window"}, ODD_NAMES),
        ({"DTypeLike"}, ODD_DTYPES),
        ({"Window"}, ODD_WINDOWS),
        (FUNCTIONS - {"Window"}, ODD_FUNCTIONS),
    ):
        if words & those:
            yield from ((row, value, False) for row, value in odd.items())
