"""Version of fastspec, and of what it runs on, under librosa's names."""

from __future__ import annotations

import sys
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as version_of

from . import __version__

__all__ = ["short_version", "show_versions", "version"]

version = __version__
short_version = ".".join(version.split(".")[:2])

REQUIRED = ("numpy", "scipy", "soundfile", "soxr")
OPTIONAL = ("matplotlib", "tqdm", "pytest", "hypothesis")


def show_versions() -> None:
    """Print the versions of Python, fastspec and the packages it uses, for a bug report.

    See Also
    --------
    show_config : What the engine runs on.

    Examples
    --------
    >>> import fastspec
    >>> fastspec.show_versions()  # doctest: +ELLIPSIS
    INSTALLED VERSIONS
    ...
    """
    print("INSTALLED VERSIONS")
    print("------------------")
    print(f"python: {sys.version}\n")
    print(f"fastspec: {version}\n")
    print("\n".join(f"{name}: {_installed(name)}" for name in REQUIRED))
    print()
    print("\n".join(f"{name}: {_installed(name)}" for name in OPTIONAL))


def _installed(name: str) -> str | None:
    try:
        return version_of(name)
    except PackageNotFoundError:
        return None
