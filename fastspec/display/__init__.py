"""librosa's `display` namespace: pictures of features and waveforms, drawn by matplotlib."""

from importlib import import_module
from typing import Any

from .._lazy import attach

_named, __dir__, __all__ = attach(__name__)

# Names that librosa keeps to itself, but that its own tests use: where they are here.
_INNER = {
    "__same_axes": ("_axes", "same_axes"),
    "__parse_vscale": ("_colors", "parse_vscale"),
    "_WAVESHOW_ADAPTORS": ("_waveplot", "WAVEPLOTS"),
    "_squeeze_shape": ("_multiplot", "without_ones"),
    "_resolve_multiplot": ("_multiplot", "resolve"),
    "_mp_get_layout": ("_multiplot", "layout"),
    "_mp_setup_axes": ("_multiplot", "places_for"),
    "_mp_setup_labels": ("_multiplot", "names_of"),
    "_mp_setup_prop_group": ("_multiplot", "groups_of"),
    "_mp_setup_properties": ("_multiplot", "styles_of"),
}


def __getattr__(name: str) -> Any:
    try:
        if name in _INNER:
            module, inner = _INNER[name]
            return getattr(import_module(f".{module}", __name__), inner)
        return _named(name)
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != "matplotlib":
            raise
        raise ImportError(
            f"fastspec.display.{name} needs matplotlib: pip install 'fastspec-audio[plot]'", name="matplotlib"
        ) from error
