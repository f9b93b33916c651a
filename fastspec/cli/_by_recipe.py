"""``fastspec mel --recipe``: what a model's front end makes of sound files."""

from __future__ import annotations

import argparse
import functools
from typing import TYPE_CHECKING, Any

import fastspec

from . import _features
from ._recipes import recipe_of
from ._terminal import UsageError

if TYPE_CHECKING:
    import numpy as np


def job(options: dict[str, str], args: argparse.Namespace) -> int:
    """`options`: the names of the other options of this command, and how they are written."""
    recipe = recipe_of(args.recipe)
    given = [written for name, written in options.items() if getattr(args, name) != args.defaults[name]]
    if given:
        raise UsageError(f"{given[0]} is for --recipe to say; change it there: --recipe {args.recipe},FIELD=VALUE")
    args.sr = recipe.sr
    return _features.job(
        _features.Feature(
            functools.partial(_check, recipe),
            functools.partial(_described, recipe),
            functools.partial(_compute, recipe),
        ),
        args,
    )


def _check(recipe: fastspec.Recipe, args: argparse.Namespace) -> None:
    if recipe.power is None and args.kind == "png":
        raise UsageError(f"--recipe {args.recipe} gives complex numbers, of which there is no picture; use npz or npy")


def _described(recipe: fastspec.Recipe, args: argparse.Namespace, sr: float) -> dict[str, Any]:
    return {"feature": "recipe", "unit": recipe.log or "none", "sr": sr, "recipe": recipe.to_json()}


def _compute(recipe: fastspec.Recipe, args: argparse.Namespace, y: np.ndarray, sr: float) -> _features.Result:
    features = recipe(y)
    axis = -1 if recipe.frames == "last" else -2
    return _features.Result(
        features,
        functools.partial(_times, recipe),
        _frequencies(recipe, features.shape[-1 if axis == -2 else -2]),
        _described(recipe, args, sr),
        functools.partial(_draw, recipe),
        frames_axis=axis,
        level_label=f"Level ({recipe.log})" if recipe.log else "Value",
    )


def _times(recipe: fastspec.Recipe, frames: np.ndarray) -> np.ndarray:
    """Of the middles of frames, or of those that became one."""
    from .._front.program import framing_of

    framing = framing_of(recipe)
    middle = framing.length / 2 - framing.lead + (recipe.stack - 1 - 2 * recipe.stack_before) / 2 * recipe.hop_length
    step = recipe.stack_step or recipe.stack
    return (frames * step * recipe.hop_length + middle) / recipe.sr


def _band_range(recipe: fastspec.Recipe) -> tuple[float, float]:
    nyquist = recipe.sr / 2
    fmax = nyquist if recipe.fmax is None else recipe.fmax if recipe.fmax > 0 else nyquist + recipe.fmax
    return recipe.fmin, fmax


def _has_frequencies(recipe: fastspec.Recipe) -> bool:
    rows = recipe.stack > 1 or recipe.n_mfcc is not None or recipe.energy or recipe.deltas
    return not rows and recipe.mel_scale != "chroma"


def _frequencies(recipe: fastspec.Recipe, n_rows: int) -> np.ndarray:
    """Of the bands or bins; numbers of rows, where they are neither."""
    import numpy as np

    if not _has_frequencies(recipe):
        return np.arange(n_rows, dtype=np.float64)
    if not recipe.n_mels:
        return np.arange(n_rows) * (recipe.sr / recipe.n_fft)
    from .._front.banks import from_mel, to_mel

    low, high = to_mel(np.array(_band_range(recipe)), recipe.mel_scale)
    return np.asarray(from_mel(np.linspace(low, high, recipe.n_mels + 2)[1:-1], recipe.mel_scale))


def _draw(recipe: fastspec.Recipe, file: Any, levels: np.ndarray, **labels: Any) -> None:
    import numpy as np

    from .._front.banks import to_mel
    from .._picture import draw_mel, draw_rows

    levels = levels if recipe.frames == "last" else levels.swapaxes(-1, -2)
    if _has_frequencies(recipe):
        span = _band_range(recipe) if recipe.n_mels else (0.0, recipe.sr / 2)
        scale = functools.partial(to_mel, scale=recipe.mel_scale) if recipe.n_mels else np.positive
        draw_mel(file, levels, frequency_range=span, to_mel=scale, **labels)
    else:
        draw_rows(file, levels, **labels)
