"""Recipes whose window and bands are arrays: too large for a field, too free for a rule."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace
from math import log10

import numpy as np

from .._engine.kept import kept
from .._engine.spec import Framing, Spec, Spectrum
from .._gate.samples import ParameterError
from .given import raised
from .program import Program, levels_of, program_of
from .recipe import Recipe
from .walk import finish, run_given, run_program

# Arrays that were met last; a plan is found by the object here, which costs a comparison and no hash of its bytes.
_MET: deque[Held] = deque(maxlen=16)


@dataclass(frozen=True, eq=False)
class Held:
    """An array that will not change, as the key of a cache: equal only to itself."""

    array: np.ndarray


def held(array: np.ndarray) -> Held:
    """The same object for the same numbers, as long as they are among the last few."""
    for one in tuple(_MET):
        if one.array.shape == array.shape and np.array_equal(one.array, array):
            return one
    one = Held(np.array(array, dtype=np.float64))
    _MET.append(one)
    return one


@dataclass(frozen=True)
class Arrays:
    """What stands in place of a recipe's window and bands, and what its levels are relative to.

    `bank` is (bins, bands), its bins those of the whole spectrum if it is `two_sided`. `power` is the exponent of
    the magnitude, if it is another than the recipe can have.
    """

    window: Held
    bank: Held | None = None
    reference: float = 1.0
    two_sided: bool = False
    power: float | None = None


def run_with(recipe: Recipe, arrays: Arrays, x: np.ndarray, precision: int) -> np.ndarray:
    """Features (..., rows, frames) of samples (..., n)."""
    first, then = _programs(recipe, arrays, precision)
    F = run_program(first, x)
    if arrays.power is not None:
        F = raised(F, arrays.power)
    if then:
        F = finish(then, run_given(then.first, F), x.shape[-1])
    return _both_sides(F, recipe.n_fft) if arrays.two_sided and arrays.bank is None else F


@kept(64)
def _programs(recipe: Recipe, arrays: Arrays, precision: int) -> tuple[Program, Program | None]:
    """What goes from samples to features; or to magnitudes, of whose powers the second one makes features."""
    spec = replace(program_of(recipe.replace(log=None, top=None), precision).first, window=_window(recipe, arrays))
    bank = None if arrays.bank is None else _bank(arrays.bank.array, recipe.n_fft, arrays.two_sided)
    levels = levels_of(recipe)
    if levels:
        # The smallest number of the precision that is not a denormal one: a floor of less would be none.
        floor = max(levels.floor, np.finfo(spec.dtype).tiny)
        levels = replace(levels, floor=floor, offset=-levels.multiplier * log10(arrays.reference))
    if arrays.power is None or (bank is None and levels is None):
        return Program(replace(spec, bank=bank, levels=levels), top=recipe.top, recipe=recipe), None
    given = Spec(precision, Framing(1 + recipe.n_fft // 2, 1, 0), Spectrum.GIVEN, bank=bank, levels=levels)
    plain = recipe.replace(log=None, top=None, least=None)
    return Program(spec, recipe=plain), Program(given, recipe=recipe)


def _window(recipe: Recipe, arrays: Arrays) -> np.ndarray:
    """Zeros up to n_fft behind it."""
    window = np.zeros(recipe.n_fft)
    window[: len(arrays.window.array)] = arrays.window.array
    return window


def _bank(bank: np.ndarray, n_fft: int, two_sided: bool) -> np.ndarray:
    """(bands, bins) for the bins up to the highest, which stand for those below 0 Hz, too."""
    n_bins = 1 + n_fft // 2
    if len(bank) != (n_fft if two_sided else n_bins):
        raise ParameterError(
            f"the filters are for {len(bank)} bins, fft_length={n_fft} has {n_fft if two_sided else n_bins}; "
            "make them for that many"
        )
    weights = bank[:n_bins].T.copy()
    if two_sided:
        weights[:, 1 : n_fft - n_bins + 1] += bank[: n_bins - 1 : -1].T
    return weights


def _both_sides(F: np.ndarray, n_fft: int) -> np.ndarray:
    """The bins below 0 Hz behind the others: of real samples they are the conjugates."""
    below = F[..., n_fft - F.shape[-2] : 0 : -1, :]
    return np.concatenate([F, below.conj()], axis=-2)


def end_to_end(x: np.ndarray, length: int, hop_length: int, noise: np.ndarray) -> np.ndarray:
    """The frames of a clip (n,), each with noise of its own, one after the other, as a clip of that hop length."""
    frames = np.lib.stride_tricks.sliding_window_view(x, length)[::hop_length]
    return (frames + noise[: len(frames)]).ravel()
