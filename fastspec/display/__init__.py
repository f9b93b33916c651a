"""librosa's `display` namespace: pictures of features and waveforms, drawn by matplotlib."""

from importlib import import_module
from typing import Any

from .._lazy import attach

_named, __dir__, __all__ = attach(__name__)

# Names that librosa keeps to itself, but that its own tests use.
_INNER = {"__same_axes": "_axes", "__parse_vscale": "_colors"}


def __getattr__(name: str) -> Any:
    try:
        if name in _INNER:
            return getattr(import_module(f".{_INNER[name]}", __name__), name[2:])
        return _named(name)
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != "matplotlib":
            raise
        raise ImportError(
            f"fastspec.display.{name} needs matplotlib: pip install 'fastspec-audio[plot]'", name="matplotlib"
        ) from error
