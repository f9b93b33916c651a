"""Named recipes: the front ends of deployed models, as numbers in ``named.json``.

An entry holds the fields of a `Recipe`, and beside them ``about``, ``aliases`` (models that use it), ``tokens_of``
(those that make other tokens of its frames) and ``source`` (where the numbers were read). The numbers of a name never
change: a correction is a new name, ``nemo@2``.
"""

from __future__ import annotations

import json
import re
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any

from .._front.notebook import Recipes
from .._front.recipe import Recipe
from .._front.written import made
from .._gate.samples import DTypeError, ParameterError

_FILE = Path(__file__).parent / "named.json"
_ABOUT = ("about", "aliases", "tokens_of", "source", "name")


class UnknownRecipeError(ParameterError, KeyError):
    """No recipe has this name."""

    __str__ = Exception.__str__  # KeyError would show the message in quotes


def recipe(name: str, **changes: Any) -> Recipe:
    """The recipe of a deployed model, by its name or that of a model that uses it.

    Parameters
    ----------
    name : str
        A name of `recipes`, or an alias: 'whisper', 'nemo', 'parakeet', 'hifigan', ... Case, hyphens and the like do
        not count. 'nemo@1' is the first version of 'nemo'; if its numbers are ever corrected, 'nemo@2' is the second.
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
    fields = {key: value for key, value in described(name).items() if key not in (*_ABOUT, "recipe")}
    return made(Recipe, {**fields, **changes})


def recipes() -> dict[str, str]:
    """The names of all recipes, and what each is.

    Returns
    -------
    dict
        Name: one sentence. A notebook shows it as a table.

    Examples
    --------
    >>> import fastspec
    >>> fastspec.recipes()["tacotron2"]
    'Tacotron 2'
    """
    return Recipes({name: entry["about"] for name, entry in _named().items()})


def described(name: str) -> dict[str, Any]:
    """What stands under a name or alias, and the ``name`` itself."""
    asked = _squeezed(name)
    if asked.endswith("@1"):
        asked = asked[:-2]
    if asked not in _places():
        near = get_close_matches(name.strip().lower(), [each for each, _ in _places().values()], n=3)
        hint = f"did you mean {', '.join(map(repr, near))}?" if near else "fastspec.recipes() lists them"
        raise UnknownRecipeError(f"name={name!r} is no recipe; {hint}")
    alias, key = _places()[asked]
    entry = _named()[key]
    tokens = entry.get("tokens_of", {}).get(alias)
    return {"name": key, **entry, **({"tokens": tokens} if tokens else {})}


def _squeezed(name: str) -> str:
    """Of a name what counts."""
    return re.sub(r"[-_\s.]", "", name.lower())


@cache
def _named() -> dict[str, dict[str, Any]]:
    return json.loads(_FILE.read_text(encoding="utf-8"))


@cache
def _places() -> dict[str, tuple[str, str]]:
    """For each name and alias, squeezed: itself, and the name under which it stands."""
    return {_squeezed(each): (each, name) for name, e in _named().items() for each in (name, *e["aliases"])}
