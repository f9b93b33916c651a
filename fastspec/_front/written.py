"""Recipes by their fields' names, and as JSON."""

from __future__ import annotations

import json
import reprlib
from dataclasses import fields
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from .._gate.samples import ParameterError

if TYPE_CHECKING:
    from .recipe import Recipe

# Version of the JSON.
FORMAT = 1


def made(kind: type[Recipe], values: dict[str, Any]) -> Recipe:
    """A recipe of these fields; a name that is none of them is a TypeError with the nearest."""
    names = [f.name for f in fields(kind)]
    for name in values:
        if name not in names:
            near = get_close_matches(name, names, n=1)
            raise TypeError(f"Recipe has no field {name!r}" + (f"; did you mean {near[0]!r}?" if near else ""))
    return kind(**values)


def as_json(recipe: Recipe) -> str:
    return json.dumps({"recipe": FORMAT, **recipe.items()}, allow_nan=False)


def of_json(kind: type[Recipe], text: str) -> Recipe:
    try:
        found = json.loads(text)
        version = found.pop("recipe")
    except (ValueError, TypeError, AttributeError, KeyError, RecursionError) as error:
        raise ParameterError(
            f"text={reprlib.repr(text)} is no recipe; it must be what Recipe.to_json writes"
        ) from error
    if not isinstance(version, int) or not 1 <= version <= FORMAT:
        raise ParameterError(f"recipe={version!r} is a version that cannot be read here; 1 to {FORMAT} can")
    try:
        return made(kind, found)
    except TypeError as error:
        raise ParameterError(f"{error}; this recipe may be of a later fastspec") from None
