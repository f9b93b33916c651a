"""Which fastspec is here: the engine, or an error that says why there is none; and the packages that bear the name."""

from __future__ import annotations

from pathlib import Path

__all__ = ["FOLDER", "engine", "installed", "warning_of_others"]

FOLDER = Path(__file__).parent.parent
PACKAGE = __package__.partition(".")[0]
DISTRIBUTION = "fastspec-audio"


def installed() -> list[str]:
    """Names and versions of the installed packages that are imported as fastspec, ours first. Takes milliseconds."""
    from importlib.metadata import packages_distributions, version

    names = sorted(set(packages_distributions().get(PACKAGE, ())), key=lambda name: (name != DISTRIBUTION, name))
    return [f"{name} {version(name)}" for name in names]


def warning_of_others(found: list[str]) -> str:
    """What to do if other packages named fastspec are `installed`; "" if there are none."""
    others = [name for name in found if name.split()[0] != DISTRIBUTION]
    if not others:
        return ""
    return (
        f"fastspec is the import name of {' and '.join(others)}, too: what was installed last has replaced files of "
        f"the others; uninstall all of them, then install the one you want"
    )


def _why_no_engine(error: ImportError) -> str:
    """Why the engine did not load from this folder, and what to do."""
    if any(path.suffix in (".so", ".pyd") for path in FOLDER.glob("_engine/_c.*")):
        text = f"fastspec's engine in {FOLDER} does not load: {error}; install {DISTRIBUTION} again with this Python"
    else:
        text = f"fastspec's engine is not built in {FOLDER}; leave this folder, or run: pip install -e ."
    found = installed()
    text += f". Installed as fastspec: {', '.join(found) or 'nothing'}"
    return ". ".join(part for part in (text, warning_of_others(found)) if part)


try:
    from . import _c as engine  # type: ignore[attr-defined]  # compiled
except ImportError as error:
    raise ImportError(_why_no_engine(error)) from error
