"""Colours of pictures: which map goes with which data, levels in dB, phases, bars beside pictures, outlines of text."""

from __future__ import annotations

import colorsys
import re
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from matplotlib import colormaps, ticker
from matplotlib.cm import ScalarMappable
from matplotlib.colors import BoundaryNorm, Colormap, TwoSlopeNorm, to_rgba
from matplotlib.patheffects import withStroke

from .._gate.samples import ParameterError
from ..core.spectrum import amplitude_to_db, power_to_db
from ..util.decorators import moved

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.colorbar import Colorbar
    from matplotlib.figure import FigureBase
    from matplotlib.patheffects import AbstractPathEffect


def infer_cmap(
    data: np.ndarray,
    *,
    robust: bool = True,
    cmap_seq: str | Colormap = "magma",
    cmap_bool: str | Colormap = "gray_r",
    cmap_div: str | Colormap = "coolwarm",
    div_thresh: float = 0.0,
) -> Colormap:
    """Colour map that suits data: for booleans, for values on one side of a threshold, or for values on both.

    Parameters
    ----------
    data : np.ndarray
        The data; what is not finite does not count.
    robust : bool, default True
        Leave the highest and the lowest 2 % out of account.
    cmap_seq, cmap_bool, cmap_div : str or matplotlib.colors.Colormap, default 'magma', 'gray_r' and 'coolwarm'
        The maps to choose from: for one side, booleans, both sides.
    div_thresh : float, default 0.0
        The threshold.

    Returns
    -------
    matplotlib.colors.Colormap
        The map.

    Examples
    --------
    >>> import fastspec.display
    >>> fastspec.display.infer_cmap([0, 1, 2]).name, fastspec.display.infer_cmap([-1, 0, 1]).name
    ('magma', 'coolwarm')
    """
    data = np.atleast_1d(data)
    if data.dtype.kind == "b":
        return as_cmap(cmap_bool)
    one_sided = _is_one_sided(data, (2, 98) if robust else (0, 100), div_thresh)
    return as_cmap(cmap_seq if one_sided else cmap_div)


def _is_one_sided(data: np.ndarray, percentiles: tuple[int, int], threshold: float) -> bool:
    least, most = (data.min(), data.max()) if data.size else (np.nan, np.nan)
    if np.isfinite(least) and np.isfinite(most) and (least >= threshold or most <= threshold):
        return True  # no need to sort
    low, high = np.percentile(data[np.isfinite(data)], percentiles)
    return bool(low >= threshold or high <= threshold)


def as_cmap(cmap: str | Colormap) -> Colormap:
    return cmap if isinstance(cmap, Colormap) else colormaps[cmap]


cmap = moved(moved_from="display.cmap", version="1.0", version_removed="1.1")(infer_cmap)


def normalization(
    cmap: Colormap, data: np.ndarray, limits: dict[str, Any], *, cmap_bool: Any, cmap_div: Any, div_thresh: float
) -> Any:
    """The norm that goes with an inferred map, or None; takes vmin and vmax out of `limits` where it holds them."""
    if cmap == as_cmap(cmap_div):
        return TwoSlopeNorm(vcenter=div_thresh, vmin=limits.pop("vmin", None), vmax=limits.pop("vmax", None))
    if cmap == as_cmap(cmap_bool) and data.dtype.kind == "b":
        return BoundaryNorm(boundaries=[0, 0.5, 1], ncolors=cmap.N)
    return None


_NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
_VSCALE = re.compile(rf"(dBFS|dB)(?:\[(?:(power)(?:,({_NUMBER}))?|({_NUMBER}))\])?")


def parse_vscale(vscale: str) -> tuple[str, str, float | Literal["max"] | None]:
    """``dBFS[power]`` and the like: dB or dBFS, whether values are of power or amplitude, and the reference."""
    match = _VSCALE.fullmatch(vscale)
    if not match:
        raise ParameterError(
            f"vscale={vscale!r} must be 'dB', 'dBFS', 'phase', 'dphase' or 'dphase_t'; dB[power], dB[0.5], "
            "dB[power,0.5] and dBFS[power] say what the values are and what 0 dB is"
        )
    mode, power, of_power, of_amplitude = match.groups()
    reference = of_power or of_amplitude
    if mode == "dBFS" and reference is not None:
        raise ParameterError(f"vscale={vscale!r}: dBFS is relative to the largest value; use dB with a reference")
    if mode == "dBFS":
        return mode, power or "amplitude", "max"
    return mode, power or "amplitude", None if reference is None else float(reference)


def scaled(data: np.ndarray, vscale: str | None, top_db: float | None, x: Any, y: Any) -> np.ndarray:
    """Levels, phases or deviations of phase, as `vscale` has it."""
    if vscale is None:
        return data
    if vscale == "phase":
        return np.angle(data)
    if vscale in ("dphase", "dphase_t"):
        return _phase_deviation(data, x, y, along_time=vscale == "dphase")
    _, kind, reference = parse_vscale(vscale)
    magnitude = np.abs(data)
    to_db = power_to_db if kind == "power" else amplitude_to_db
    ref = np.max(magnitude) if reference == "max" else 1.0 if reference is None else reference
    return np.asarray(to_db(magnitude, ref=ref, top_db=top_db))


def _phase_deviation(data: np.ndarray, x: Any, y: Any, *, along_time: bool) -> np.ndarray:
    """How far the phase moves from one frame (or bin) to the next, beyond what its coordinates explain."""
    steps = np.diff(np.unwrap(np.angle(data), axis=-1 if along_time else 0), axis=-1 if along_time else 0, prepend=0.0)
    if along_time:
        steps -= np.multiply.outer(2 * np.pi * np.asarray(y), np.diff(x, prepend=0.0))
    else:
        steps -= np.multiply.outer(np.diff(y, prepend=0.0), 2 * np.pi * np.asarray(x))
    steps += np.pi
    np.mod(steps, 2 * np.pi, out=steps)
    steps -= np.pi
    return steps


def _multiple_of_pi(x: float, pos: int | None = None) -> str:
    """Radians as a fraction of pi, with a place for the sign."""
    fraction = Fraction(x / np.pi).limit_denominator(16)
    if fraction == 0:
        return " 0"
    factor, below = abs(fraction.numerator), fraction.denominator
    return f"{'-' if fraction < 0 else ' '}{factor if factor > 1 else ''}π{f'/{below}' if below > 1 else ''}"


def colorbar_phase(
    im: ScalarMappable, *, numticks: int = 9, ax: Axes | None = None, fig: FigureBase | None = None, **kwargs: Any
) -> Colorbar:
    """Colour bar for phases, its ticks multiples of π.

    Parameters
    ----------
    im : matplotlib.cm.ScalarMappable
        The picture.
    numticks : int, default 9
        How many ticks.
    ax : matplotlib.axes.Axes, optional
        Where to take the place for the bar. Default: the picture's axes.
    fig : matplotlib.figure.FigureBase, optional
        Default: the picture's figure.
    **kwargs
        For ``fig.colorbar``.

    Returns
    -------
    matplotlib.colorbar.Colorbar
        The bar.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> import numpy as np
    >>> import fastspec.display
    >>> D = np.exp(1j * np.arange(12.0)).reshape(3, 4)
    >>> image = fastspec.display.specshow(D, vscale="phase", ax=Figure().subplots())
    >>> fastspec.display.colorbar_phase(image).ax.get_ylabel()
    'radians'
    """
    defaults = {
        "label": "radians",
        "ticks": ticker.LinearLocator(numticks=numticks),
        "format": ticker.FuncFormatter(_multiple_of_pi),
    }
    return _colorbar(im, ax, fig, {**defaults, **kwargs})


def colorbar_db(
    im: ScalarMappable,
    *,
    ax: Axes | None = None,
    fig: FigureBase | None = None,
    format: str | ticker.Formatter = "% -3.f",
    **kwargs: Any,
) -> Colorbar:
    """Colour bar for levels in dB.

    Parameters
    ----------
    im, ax, fig, **kwargs
        As for `colorbar_phase`.
    format : str or matplotlib.ticker.Formatter, default '% -3.f'
        How to write levels: whole numbers, with a place for the sign.

    Returns
    -------
    matplotlib.colorbar.Colorbar
        The bar.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> import numpy as np
    >>> import fastspec.display
    >>> image = fastspec.display.specshow(np.eye(3), vscale="dB", ax=Figure().subplots())
    >>> fastspec.display.colorbar_db(image).ax.get_ylabel()
    'dB'
    """
    return _colorbar(im, ax, fig, {"label": "dB", "format": format, **kwargs})


def _colorbar(im: Any, ax: Axes | None, fig: FigureBase | None, options: dict[str, Any]) -> Colorbar:
    figure = im.figure if fig is None else fig
    return figure.colorbar(im, ax=im.axes if ax is None else ax, **options)


def highlight(
    *,
    artist: Artist | None = None,
    ax: Axes | None = None,
    color: Any | None = None,
    bright_color: Any = "white",
    dark_color: Any = "black",
    luminance_threshold: float = 0.5,
    **kwargs: Any,
) -> list[AbstractPathEffect]:
    """Outline text or a line in a colour that stands out from the picture behind it.

    Parameters
    ----------
    artist : matplotlib.artist.Artist, optional
        What to outline. Default: nothing yet.
    ax : matplotlib.axes.Axes, optional
        Where the picture is. Default: the axes of the `artist`, else the current ones.
    color : colour, optional
        Colour of the outline. Default: by the picture's median, or by the background without one.
    bright_color, dark_color : colour, default 'white' and 'black'
        Outlines for dark and for bright pictures.
    luminance_threshold : float, default 0.5
        Luminance up to which a picture is dark, from 0 to 1.
    **kwargs
        For `matplotlib.patheffects.withStroke`; by default 2 points wide, and opaque.

    Returns
    -------
    list of matplotlib.patheffects.AbstractPathEffect
        The outline, for ``artist.set_path_effects``.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> import fastspec.display
    >>> ax = Figure().subplots()
    >>> line, = ax.plot([0, 1])
    >>> effects = fastspec.display.highlight(artist=line)
    >>> line.get_path_effects() == effects
    True
    """
    if ax is None:
        ax = getattr(artist, "axes", None)
    if ax is None:
        import matplotlib.pyplot as plt

        ax = plt.gca()
    color = kwargs.pop("foreground", color)
    if color is None:
        color = bright_color if _luminance(ax) <= luminance_threshold else dark_color
    effects: list[AbstractPathEffect] = [withStroke(foreground=color, **{"linewidth": 2, "alpha": 1.0, **kwargs})]
    if artist is not None:
        artist.set_path_effects(effects)
    return effects


def _luminance(ax: Axes) -> float:
    """Of the median of the first picture on the axes, or of their background."""
    for child in ax.get_children():
        if isinstance(child, ScalarMappable) and child.get_array() is not None:
            color = child.get_cmap()(child.norm(np.nanmedian(np.asarray(child.get_array()))))
            break
    else:
        color = to_rgba(ax.get_facecolor())
        if color[3] == 0:
            color = to_rgba(ax.figure.get_facecolor())
    return colorsys.rgb_to_yiq(*color[:3])[0]
