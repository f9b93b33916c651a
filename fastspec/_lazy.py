"""Lazy attributes: `import fastspec` reads no submodule until a name of it is used."""

from __future__ import annotations

import re
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any


def attach(package: str) -> Any:
    """Module `__getattr__`, `__dir__` and `__all__` for a package, read from its `__init__.pyi`.

    The stub is the one list of the API: each ``from .module import name as name`` in it makes `name`
    an attribute that imports `module` on first use; ``from . import module as module`` a submodule. Other public
    submodules are attributes, too: librosa's appear as soon as something has imported them.
    """
    homes = _read_stub(f"{import_module(package).__file__}i")

    def __getattr__(name: str) -> Any:
        home = homes.get(name)
        if name not in homes and (name.startswith("_") or not find_spec(f"{package}.{name}")):
            raise missing(package, name)
        module = import_module("." + (home or name), package)
        value = getattr(module, name) if home else module
        setattr(import_module(package), name, value)
        return value

    return __getattr__, lambda: sorted(homes), sorted(homes)


def gather(module: str, *parts: str) -> Any:
    """`attach` for a module of librosa's whose functions fastspec spreads over `parts` beside it."""
    package, _, own = module.rpartition(".")
    homes = _read_stub(f"{import_module(package).__file__}i")
    names = sorted(name for name, home in homes.items() if home in (own, *parts))

    def __getattr__(name: str) -> Any:
        if name in names:
            return getattr(import_module(package), name)
        raise missing(module, name)

    return __getattr__, lambda: names, names


def missing(module: str, name: str) -> AttributeError:
    """The error for a name that `module` has not, which librosa's may have."""
    near = "" if name.startswith("_") else _nearest(module, name)
    return AttributeError(f"{module} has no attribute {name!r} (yet){near}; docs/coverage.md lists what there is")


def _nearest(module: str, name: str) -> str:
    """The name that is most like it, here or anywhere else in the package; sources are read, not imported."""
    from difflib import get_close_matches

    root = module.partition(".")[0]
    places = _public_places(import_module(root).__file__)
    near = get_close_matches(name, [place.rpartition(".")[2] for place in places], 1)
    found = [f"{root}.{place}" for place in places if near and place.rpartition(".")[2] == near[0]]
    own = [place for place in found if place.rpartition(".")[0] == module]
    return f"; did you mean {(own or found)[0]}" if found else ""


@cache
def _public_places(package: str) -> list[str]:
    """Every public name below the package, without the package's own name."""
    home = Path(package).parent
    places = list(_read_stub(package + "i"))
    for path in sorted(home.iterdir()):
        if path.is_dir() and (path / "__init__.pyi").exists():
            places += [f"{path.name}.{name}" for name in _read_stub(str(path / "__init__.pyi"))]
        elif path.suffix == ".py" and not path.name.startswith("_"):
            defined = re.findall(r"^def ([a-zA-Z]\w*)", path.read_text("utf-8"), re.MULTILINE)
            places += [f"{path.stem}.{name}" for name in defined]
    return sorted(places, key=lambda place: (place.count("."), place.startswith("core."), place))


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
