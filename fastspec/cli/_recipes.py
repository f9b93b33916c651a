"""``fastspec recipes`` and ``fastspec diff``: the named recipes, and in what two of them differ."""

from __future__ import annotations

import argparse
import os
import textwrap
from pathlib import Path
from typing import Any

import fastspec

from ._terminal import UsageError, report, shown

_EPILOG = """\
A recipe is a name that `fastspec recipes` lists, the name of a model that uses it, or a file of JSON that ends in
.json. Fields are changed behind it: 'nemo,n_mels=128'.

examples:
  fastspec recipes
  fastspec recipes show nemo
  fastspec recipes show parakeet,n_mels=128 --json > parakeet.json
  fastspec diff whisper nemo
  fastspec mel speech.wav -o speech.npy --recipe whisper
"""


def add(commands: Any) -> None:
    parser = commands.add_parser(
        "recipes",
        help="the front ends of models",
        description="List the named recipes, or show one.",
        epilog=_EPILOG,
    )
    parser.add_argument(
        "what", nargs="?", choices=("list", "show"), default="list", help="list them (default), or show"
    )
    parser.add_argument("recipe", nargs="?", metavar="RECIPE", help="the one to show")
    parser.add_argument("--json", action="store_true", help="show it as JSON alone")
    parser.set_defaults(command=_recipes)
    parser = commands.add_parser(
        "diff",
        help="in what two recipes differ",
        description="Say in words in what two recipes differ. The exit status is 0 whether they do or not.",
        epilog=_EPILOG,
    )
    parser.add_argument("one", metavar="RECIPE")
    parser.add_argument("other", metavar="RECIPE")
    parser.set_defaults(command=_diff)


def _recipes(args: argparse.Namespace) -> int:
    if args.what == "show" and args.recipe is None:
        raise UsageError("name the recipe to show, for instance whisper")
    if args.what == "list":
        if args.recipe is not None or args.json:
            raise UsageError("RECIPE and --json are for show; use fastspec recipes show")
        known = fastspec.recipes()
        width = max(map(len, known))
        _say(*(f"{name:{width}}  {about}" for name, about in known.items()))
        return 0
    from .._recipes.words import stages

    recipe = recipe_of(args.recipe)
    if args.json:
        _say(recipe.to_json())
        return 0
    _say(*_head(args.recipe), *_table((stage, words) for stage, words in stages(recipe).items()))
    _say("", *textwrap.wrap(repr(recipe), 100, subsequent_indent="    ", break_long_words=False))
    return 0


def _head(text: str) -> list[str]:
    """What is known of a recipe that has a name."""
    from .._recipes import described

    name = text.partition(",")[0]
    if name.endswith(".json"):
        return []
    entry = described(name)
    users = ", ".join(entry["aliases"])
    return [entry["name"], entry["about"], *([f"also: {users}"] if users else []), f"read in: {entry['source']}", ""]


def _diff(args: argparse.Namespace) -> int:
    from .._recipes.words import differences

    one, other = recipe_of(args.one), recipe_of(args.other)
    found = differences(one, other)
    if not found:
        _say(f"{args.one} and {args.other} are the same")
    for i, (stage, words) in enumerate(found.items()):
        _say(*([""] if i else []), stage)
        _say(*_table(zip((f"  {args.one}", f"  {args.other}"), words, strict=True)))
    return 0


def _table(rows: Any) -> list[str]:
    rows = list(rows)
    width = max(len(name) for name, _ in rows)
    return [f"{name:{width}}  {words}" for name, words in rows]


def _say(*lines: str) -> None:
    for line in lines:
        report(line, aside=False)


def recipe_of(text: str) -> fastspec.Recipe:
    """The recipe that is meant: a name or a file, and changes behind it."""
    name, *changes = text.split(",")
    if name.endswith(".json"):
        recipe = _read(name)
    else:
        recipe = fastspec.recipe(name)
    try:
        return recipe.replace(**dict(_change(change) for change in changes)) if changes else recipe
    except TypeError as error:
        raise UsageError(f"{shown(text)}: {error}") from None


def _read(path: str) -> fastspec.Recipe:
    try:
        return fastspec.Recipe.from_json(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"{shown(path)}: cannot be read: {error.strerror or error}") from None
    except (UnicodeDecodeError, fastspec.ParameterError) as error:
        raise UsageError(f"{shown(os.path.basename(path))}: {error}") from None


def _change(text: str) -> tuple[str, object]:
    """``name=value``: a number, none, true, false, or a word."""
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise UsageError(f"{shown(text)} changes nothing; write NAME=VALUE, for instance n_mels=128")
    words: dict[str, object] = {"true": True, "false": False}
    if name.strip() != "pad":  # whose word it is
        words["none"] = None
    for kind in (int, float):
        try:
            return name.strip(), kind(value)
        except ValueError:
            continue
    return name.strip(), words.get(value.strip().lower(), value.strip())
