"""Centroids of bands: of each band's weighted spectrum the mean frequency."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from .._engine.kept import kept
from .program import Program, program_of
from .recipe import Recipe
from .source import as_clip
from .specs import CACHED
from .walk import precision_for, run_program


def centroids(recipe: Recipe, y: Any, *, lowest: float) -> np.ndarray:
    """Of a recipe's bands, frames first. Bins count as `lowest` .. sr / 2 Hz, evenly; a silent band as a white one."""
    x = as_clip(y)
    both = run_program(_moments(recipe, precision_for(recipe, x.dtype), lowest), x, check_finite=False)
    sums, moments = np.split(both, 2, axis=-1)
    bank: Any = program_of(recipe, 1).first.bank
    with np.errstate(invalid="ignore"):  # a band without bins has no centroid
        white = (bank @ _frequencies(recipe, lowest)) / bank.sum(axis=1)
        return np.where(sums == 0, white, moments / sums)


def _frequencies(recipe: Recipe, lowest: float) -> np.ndarray:
    return np.linspace(lowest, recipe.sr / 2, recipe.n_fft // 2 + 1)


@kept(CACHED)
def _moments(recipe: Recipe, precision: int, lowest: float) -> Program:
    """The bands, and behind them the same bands of the spectrum times frequency."""
    program = program_of(recipe, precision)
    bank = program.first.bank
    both = np.concatenate([bank, bank * _frequencies(recipe, lowest)])
    return replace(program, first=replace(program.first, bank=both))
