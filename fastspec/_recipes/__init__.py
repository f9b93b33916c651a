"""Named recipes: the front ends of deployed models, as numbers in ``named.json``.

An entry holds the fields of a `Recipe`, and beside them ``about``, ``aliases`` (of models that use it) and ``source``
(where the numbers were read). What a name means never changes: a correction is a new name, ``nemo@2``.
"""

from __future__ import annotations

import json
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any

from .._front.recipe import Recipe, make
from .._gate.samples import DTypeError, ParameterError

_FILE = Path(__file__).parent / "named.json"
_ABOUT = ("about", "aliases", "source")


class UnknownRecipeError(ParameterError, KeyError):
    """No recipe has this name."""

    __str__ = Exception.__str__  # KeyError would show the message in quotes


def recipe(name: str, **changes: Any) -> Recipe:
    """The recipe of a deployed model, by its name or that of a model that uses it.

    Parameters
    ----------
    name : str
        A name of `recipes`, or an alias: 'whisper', 'nemo', 'parakeet', 'hifigan', ... Case does not count.
    **changes
        Fields to change, as in `Recipe.replace`.

    Returns
    -------
    Recipe

    Raises
    ------
    ParameterError
        If there is none of this name; the message has the nearest. Or if a change breaks a rule.
    TypeError
        If a change is of no field.

    Examples
    --------
    >>> import fastspec
    >>> import numpy as np
    >>> fastspec.recipe("parakeet", n_mels=128)(np.zeros(16000, np.float32)).shape
    (128, 101)
    """
    if not isinstance(name, str):
        raise DTypeError(f"name={name!r} must be text, for instance 'whisper'")
    fields = {key: value for key, value in described(name).items() if key not in (*_ABOUT, "recipe", "name")}
    return make({**fields, **changes})


def recipes() -> dict[str, str]:
    """The names of all recipes, and what each is.

    Returns
    -------
    dict
        Name: one sentence.

    Examples
    --------
    >>> import fastspec
    >>> fastspec.recipes()["tacotron2"]
    'Tacotron 2'
    """
    return {name: entry["about"] for name, entry in _named().items()}


def described(name: str) -> dict[str, Any]:
    """What stands under a name or alias, and the ``name`` itself."""
    key = name.strip().lower()
    if key not in _named():
        key = _aliases().get(key.replace("_", "-"), key.replace("_", "-"))
    if key not in _named():
        near = get_close_matches(key, [*_named(), *_aliases()], n=3)
        hint = f"did you mean {', '.join(map(repr, near))}?" if near else "fastspec.recipes() lists them"
        raise UnknownRecipeError(f"name={name!r} is no recipe; {hint}")
    return {"name": key, **_named()[key]}


@cache
def _named() -> dict[str, dict[str, Any]]:
    return json.loads(_FILE.read_text(encoding="utf-8"))


@cache
def _aliases() -> dict[str, str]:
    return {alias: name for name, entry in _named().items() for alias in entry["aliases"]}
