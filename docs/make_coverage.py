"""What of librosa fastspec covers, read off the code into the documents.

    python docs/make_coverage.py            rewrite coverage.md
    python docs/make_coverage.py --names    rewrite librosa_names.txt from the librosa that is installed

tests/test_docs.py fails where the documents are not what this makes of the code.
"""

from __future__ import annotations

import argparse
import ast
import importlib.util
from pathlib import Path

HERE = Path(__file__).resolve().parent
NAMES, PAGE = HERE / "librosa_names.txt", HERE / "coverage.md"

# The pages of librosa's documentation; the names of the first stand in the package itself.
NAMESPACES = (
    *("", "feature", "feature.inverse", "filters", "util", "util.decorators", "util.exceptions", "effects", "onset"),
    *("decompose", "beat", "segment", "sequence", "display"),
)
YES, NO = "yes", "not yet"


def librosa_names() -> str:
    """The public names of each namespace of the librosa that is installed, a line each."""
    import librosa

    lines = [f"librosa {librosa.__version__}"]
    for namespace in NAMESPACES:
        names = _public(f"librosa.{namespace}".rstrip("."))
        kept = {name for name in names if f"{namespace}.{name}".lstrip(".") not in (*NAMESPACES, "core")}
        lines.append(f"{namespace or 'librosa'}: {' '.join(sorted(kept, key=str.lower))}")
    return "\n".join(lines) + "\n"


def _public(module: str) -> list[str]:
    """`__all__` as the source has it, since importing may need more than librosa; or what the module defines."""
    source = Path(importlib.util.find_spec(module).origin).read_text(encoding="utf-8")
    for node in ast.parse(source).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            return ast.literal_eval(node.value)
    loaded = importlib.import_module(module)
    return getattr(loaded, "__all__", None) or [
        name for name, value in vars(loaded).items() if getattr(value, "__module__", None) == module
    ]


def coverage() -> tuple[str, dict[str, dict[str, str]]]:
    """librosa's version, and for each namespace its names and whether fastspec has them."""
    title, *lines = NAMES.read_text(encoding="utf-8").splitlines()
    found = {}
    for line in lines:
        namespace, names = line.split(": ")
        found[namespace] = {name: state(namespace, name) for name in names.split()}
    return title, found


def state(namespace: str, name: str) -> str:
    place = importlib.import_module("fastspec")
    try:
        for step in [] if namespace == "librosa" else namespace.split("."):
            place = getattr(place, step)
        getattr(place, name)
    except AttributeError:
        return NO
    return YES


def page(title: str, found: dict[str, dict[str, str]]) -> str:
    lines = [
        "# Coverage",
        "",
        f"Every public name of {title}, and whether fastspec has it: *yes*, or *not yet*, where using it raises",
        "an `AttributeError`.",
        "`docs/make_coverage.py` makes this page from the code.",
        "",
        *table(title, found),
    ]
    for namespace, names in found.items():
        home = "librosa" if namespace == "librosa" else f"librosa.{namespace}"
        lines += ["", f"## {home}", "", "| name | |", "| --- | --- |"]
        lines += [f"| `{name}` | {where} |" for name, where in names.items()]
    return "\n".join(lines) + "\n"


def table(title: str, found: dict[str, dict[str, str]]) -> list[str]:
    """Per namespace how many names there are, and which are missing."""
    lines = [f"| {title} | names | covered | not yet |", "| --- | ---: | ---: | --- |"]
    for namespace, names in found.items():
        missing = [f"`{name}`" for name, where in names.items() if where == NO]
        n_covered = len(names) - len(missing)
        home = "`librosa`" if namespace == "librosa" else f"`{namespace}`"
        lines.append(f"| {home} | {len(names)} | {n_covered} | {', '.join(missing) if n_covered else 'all'} |")
    return lines


def documents() -> dict[Path, str]:
    """The text that each document should have."""
    title, found = coverage()
    return {PAGE: page(title, found)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--names", action="store_true", help="rewrite the list of librosa's names first")
    if parser.parse_args().names:
        NAMES.write_text(librosa_names(), encoding="utf-8")
    for path, text in documents().items():
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
