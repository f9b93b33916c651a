"""Kinds of arguments and results, for annotations alone: modules import them for type checkers, not when they run.

`complaints` and the tests look for some of these words in annotations; see `complaints._WORDS`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Literal, Protocol, TypeVar

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.floating[Any]]
ComplexArray = npt.NDArray[np.complexfloating[Any, Any]]
# Audio is real and floating, and the engine refuses the rest. Of spectrograms, whole numbers will do.
RealArray = npt.NDArray[np.floating[Any] | np.integer[Any]]

# What moves values about leaves their dtype as it is.
T = TypeVar("T", bound=np.generic)


class HasArray(Protocol):
    """Other libraries' arrays."""

    def __array__(self) -> npt.NDArray[Any]: ...


class Prior(Protocol):
    """A distribution of scipy.stats, or what has this much of one."""

    def logpdf(self, x: npt.NDArray[Any], /) -> npt.NDArray[Any]: ...


# What is worked out in double precision whatever it is: a number, and many of them.
Double = float | np.integer[Any] | np.bool_
Doubles = Sequence[float] | npt.NDArray[np.float64 | np.integer[Any] | np.bool_]

Real = float | np.floating[Any] | np.integer[Any] | np.bool_
Number = complex | np.number[Any] | np.bool_
# Spelt out, since text is a sequence of texts. NumPy's scalars are arrays here.
Row = Sequence[complex] | Sequence[HasArray]
Numbers = HasArray | Row | Sequence[Sequence[complex]] | Sequence[Sequence[HasArray]]

# Padding of frames, which knows the ends of a signal only; and that of a signal which is whole.
PadName = Literal["constant", "edge", "linear_ramp", "reflect", "symmetric", "empty"]
PadMode = PadName | Callable[..., Any]
WholePadMode = PadMode | Literal["maximum", "mean", "median", "minimum", "wrap"]

Interpolation = Literal[
    "linear", "nearest", "nearest-up", "zero", "slinear", "quadratic", "cubic", "previous", "next"
]  # fmt: skip
Units = Literal["frames", "samples", "time"]
DCTType = Literal[1, 2, 3, 4]
DCTNorm = Literal["backward", "ortho", "forward"]
Seed = int | np.integer[Any] | Sequence[int] | np.random.SeedSequence | np.random.BitGenerator | np.random.Generator
