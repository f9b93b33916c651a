"""Which fastspec is here: the engine, or an error that says why there is none; and the packages that bear the name."""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).parent
DISTRIBUTION = "fastspec-audio"


def installed() -> list[str]:
    """Names and versions of the installed packages whose import name is fastspec, ours first. Takes some milliseconds."""
    from importlib.metadata import packages_distributions, version

    names = sorted(set(packages_distributions().get(__package__, ())), key=lambda name: (name != DISTRIBUTION, name))
    return [f"{name} {version(name)}" for name in names]


def strangers(found: list[str]) -> str:
    """A warning about packages of others among those that are `installed`; "" if there are none."""
    others = [name for name in found if name.split()[0] != DISTRIBUTION]
    if not others:
        return ""
    return (
        f"{' and '.join(others)} has the import name fastspec, too, and its files and those of {DISTRIBUTION} replace one "
        f"another; uninstall both, then install the one that is wanted"
    )


def why_no_engine(error: ImportError) -> str:
    """What to do about the engine, which did not load from FOLDER."""
    found = installed()
    if any(FOLDER.glob("_engine.*.so")) or any(FOLDER.glob("_engine*.pyd")):
        text = f"fastspec's engine in {FOLDER} does not load here: {error}; install {DISTRIBUTION} again with this Python"
    else:
        text = f"fastspec's engine is not built in {FOLDER}; leave this folder, or run: pip install -e ."
    text += f". Installed under this name: {', '.join(found) or 'nothing'}"
    return f"{text}. {strangers(found)}" if strangers(found) else text


try:
    from . import _engine as engine
except ImportError as error:
    raise ImportError(why_no_engine(error)) from error
