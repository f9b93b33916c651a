"""Lazy attributes: `import fastspec` reads no submodule until a name of it is used."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from importlib.util import find_spec


def attach(package: str):
    """Module `__getattr__`, `__dir__` and `__all__` for a package, read from its `__init__.pyi`.

    The stub is the one list of the API: each ``from .module import name as name`` in it makes `name`
    an attribute that imports `module` on first use; ``from . import module as module`` a submodule. Other public
    submodules are attributes, too: librosa's appear as soon as something has imported them.
    """
    homes = _read_stub(import_module(package).__file__ + "i")

    def __getattr__(name: str):
        home = homes.get(name)
        if name not in homes and (name.startswith("_") or not find_spec(f"{package}.{name}")):
            raise missing(package, name)
        module = import_module("." + (home or name), package)
        value = getattr(module, name) if home else module
        setattr(import_module(package), name, value)
        return value

    return __getattr__, lambda: sorted(homes), sorted(homes)


def gather(module: str, *parts: str):
    """`attach` for a module whose names librosa has in one place, and fastspec in `parts` beside it as well."""
    package, _, own = module.rpartition(".")
    homes = _read_stub(import_module(package).__file__ + "i")
    names = sorted(name for name, home in homes.items() if home in (own, *parts))

    def __getattr__(name: str):
        if name in names:
            return getattr(import_module(package), name)
        raise missing(module, name)

    return __getattr__, lambda: names, names


def missing(module: str, name: str) -> AttributeError:
    """The error for a name that `module` has not, which librosa's may have."""
    return AttributeError(f"{module} has no attribute {name!r} (yet); see the README for what is covered")


@cache
def _read_stub(path: str) -> dict[str, str]:
    """Map each exported name to its module, "" for a submodule; the stub holds one name a line."""
    homes = {}
    with open(path, encoding="utf-8") as stub:
        for line in stub:
            words = line.split()
            if len(words) == 6 and words[0] == "from" and words[1].startswith(".") and words[3] == words[5]:
                homes[words[3]] = words[1][1:]
    return homes
