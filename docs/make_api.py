"""The pages of the API: one for each public namespace, with a table of its names, made from the code."""

from __future__ import annotations

import importlib
import inspect
from pathlib import Path

# What each namespace is for, in their order.
NAMESPACES = {
    "fastspec": "Spectra, constant Q, audio, units, recipes",
    "fastspec.feature": "Spectral, harmonic and rhythm features",
    "fastspec.feature.inverse": "From features back",
    "fastspec.filters": "Filter banks and windows",
    "fastspec.onset": "Onsets",
    "fastspec.beat": "Beats and tempo",
    "fastspec.effects": "Changes to a signal",
    "fastspec.decompose": "Decompositions",
    "fastspec.segment": "Structure",
    "fastspec.sequence": "Alignment and decoding",
    "fastspec.display": "Pictures",
    "fastspec.util": "Tools",
    "fastspec.util.decorators": "For authors of functions",
    "fastspec.util.deprecation": "Arguments that go away",
    "fastspec.pcm": "Integers and floats, with SoX's scaling",
    "fastspec.pooling": "Adaptive pooling",
    "fastspec.dataset": "From a folder to a data set",
    "fastspec.version": "Versions",
    "fastspec.compat": "Other libraries' names",
}


def write(folder: Path) -> None:
    """Write what has changed, so that Sphinx reads that alone, and delete pages of names that are gone."""
    folder.mkdir(exist_ok=True)
    namespaces = {**NAMESPACES, **inside("fastspec.compat")}
    pages = {f"{name}.rst": page(name, about) for name, about in namespaces.items()}
    pages["index.rst"] = index(namespaces)
    for name, text in pages.items():
        path = folder / name
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
    for path in folder.glob("*.rst"):
        if path.name not in pages:
            path.unlink()
    alive = {f"{name}.{each}.rst" for name in namespaces for each in names_of(name)}
    for path in folder.glob("generated/*.rst"):
        if path.name not in alive:
            path.unlink()


def inside(package: str) -> dict[str, str]:
    """The public modules of a package that have more names than it has, at any depth, each with its first line."""
    found = {}
    things = things_of(package)
    for thing in things.values():
        if inspect.ismodule(thing) and not things_of(thing.__name__).items() <= things.items():
            found[thing.__name__] = first_sentence(thing)
            found.update(inside(thing.__name__))
    return found


def things_of(name: str) -> dict[str, object]:
    module = importlib.import_module(name)
    return {each: getattr(module, each) for each in module.__all__}


def first_sentence(thing) -> str:
    return inspect.getdoc(thing).split("\n\n")[0].replace("\n", " ").split(". ")[0]


def index(namespaces: dict[str, str]) -> str:
    rows = [f"   * - :doc:`{name} <{name}>`\n     - {about.rstrip('.')}" for name, about in namespaces.items()]
    listed = "\n".join(f"   {name}" for name in namespaces)
    table = [".. list-table::", "   :widths: 40 60", "", *rows]
    contents = [".. toctree::", "   :hidden:", "   :maxdepth: 1", "", listed]
    title = ["API reference", "============="]
    return "\n".join([*title, "", "Every public name, by its namespace.", "", *table, "", *contents, ""])


def names_of(name: str) -> list[str]:
    """The functions and classes of a namespace that have something to say."""
    return [each for each, thing in things_of(name).items() if callable(thing) and inspect.getdoc(thing)]


def constants_of(name: str) -> dict[str, object]:
    return {each: thing for each, thing in things_of(name).items() if isinstance(thing, int | float | str)}


def page(name: str, about: str) -> str:
    names = names_of(name)
    lines = [name, "=" * len(name), "", about.rstrip(".") + ".", ""]
    if values := constants_of(name):
        lines += ["Constants: " + ", ".join(f"``{each} = {value!r}``" for each, value in values.items()) + ".", ""]
    if modules := list(inside(name)) if name.startswith("fastspec.compat") else []:
        lines += ["Modules: " + ", ".join(f":doc:`{each} <{each}>`" for each in modules) + ".", ""]
    if names:
        lines += [f".. currentmodule:: {name}", "", ".. autosummary::", "   :toctree: generated", ""]
        lines += [*(f"   {each}" for each in names), ""]
    if "\n\n" in inspect.getdoc(importlib.import_module(name)) and name.startswith("fastspec.compat."):
        lines += ["Conventions", "-----------", "", f".. automodule:: {name}", "   :no-members:", ""]
    return "\n".join(lines)
