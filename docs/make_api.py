"""The pages of the API: one for each public namespace, with a table of its names, made from the code."""

from __future__ import annotations

import importlib
import inspect
import shutil
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
    "fastspec.pcm": "Integers and floats, with SoX's scaling",
    "fastspec.pooling": "Adaptive pooling",
    "fastspec.dataset": "From a folder to a data set",
    "fastspec.compat": "Other libraries' names",
}


def write(folder: Path) -> None:
    """Make the folder anew."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    namespaces = dict(NAMESPACES)
    compat = importlib.import_module("fastspec.compat")
    for name in compat.__all__:
        module = f"fastspec.compat.{name}"
        namespaces[module] = inspect.getdoc(importlib.import_module(module)).splitlines()[0]
    for name, about in namespaces.items():
        (folder / f"{name}.rst").write_text(page(name, about), encoding="utf-8")
    listed = "\n   ".join(namespaces)
    title = "API reference\n=============\n\nEvery public name, by its namespace.\n\n"
    (folder / "index.rst").write_text(f"{title}.. toctree::\n   :maxdepth: 1\n\n   {listed}\n", encoding="utf-8")


def page(name: str, about: str) -> str:
    module = importlib.import_module(name)
    things = {each: getattr(module, each) for each in module.__all__}
    names = [each for each, thing in things.items() if not inspect.ismodule(thing) and inspect.getdoc(thing)]
    names = [each for each in names if callable(things[each])]
    lines = [name, "=" * len(name), "", about.rstrip(".") + ".", ""]
    if names:
        lines += [f".. currentmodule:: {name}", "", ".. autosummary::", "   :toctree: generated", ""]
        lines += [f"   {each}" for each in names]
    return "\n".join(lines) + "\n"
