"""Pictures of waveforms."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from matplotlib.collections import PatchCollection
from matplotlib.patches import FancyBboxPatch

from .._gate.samples import ParameterError
from ..core.convert import times_like
from ..util.utils import valid_audio
from ._axes import Options, axes_or_current, decorate
from ._waveplot import AdaptiveWaveplot

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis
    from numpy.typing import ArrayLike


def waveshow(
    y: np.ndarray,
    *,
    sr: float = 22050,
    max_points: int = 11025,
    axis: str | None = "time",
    offset: float = 0.0,
    marker: Any = "",
    where: Literal["pre", "post", "mid"] = "post",
    label: str | None = None,
    transpose: bool = False,
    mask: ArrayLike | None = None,
    ax: Axes | None = None,
    invert: bool = False,
    invert_color: str | tuple[Any, ...] | None = None,
    **kwargs: Any,
) -> AdaptiveWaveplot:
    """Draw a waveform: as its envelope, or sample by sample when no more than `max_points` are in view.

    Parameters
    ----------
    y : np.ndarray [shape=(n,) or (2, n)]
        Samples. Of two channels the envelopes are drawn, the first one up and the second one down; one by one
        samples are of the first.
    sr : float, default 22050
        Sampling rate in Hz.
    max_points : int > 0, default 11025
        The most samples to draw one by one, and about the number of points of the envelope.
    axis : str or None, default 'time'
        Kind of the axis of time; see `specshow`.
    offset : float, default 0.0
        Time of the first sample, in seconds.
    marker : str, default ''
        Marker for samples; see `matplotlib.markers`.
    where : {'pre', 'post', 'mid'}, default 'post'
        Where steps from sample to sample are.
    label : str, optional
        Name in legends.
    transpose : bool, default False
        Time runs up.
    mask : array_like of bool [shape=(n,)], optional
        Where to draw the envelope. Default: everywhere.
    ax : matplotlib.axes.Axes, optional
        Where to draw. Default: the current axes.
    invert : bool, default False
        Swap the colours of the waveform and of the background.
    invert_color : colour, optional
        Colour of the inverted waveform. Default: that of the background before.
    **kwargs
        For `matplotlib.axes.Axes.step` and ``fill_between``.

    Returns
    -------
    AdaptiveWaveplot
        Both drawings; it follows the limits of the axes.

    Raises
    ------
    ParameterError
        If `y` is no audio, `max_points` is not positive, or `ax` is no axes.

    See Also
    --------
    wavebars, wavef0

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> import fastspec.display
    >>> ax = Figure().subplots()
    >>> plot = fastspec.display.waveshow(fastspec.tone(100, sr=8000, duration=2), sr=8000, ax=ax)
    >>> ax.get_xlabel(), plot.steps.get_visible()
    ('Time', False)
    """
    y = _channels(y)
    if not max_points > 0:
        raise ParameterError(f"max_points={max_points} must be positive; 11025 is usual")
    axes = axes_or_current(ax)
    hop_length = max(1, y.shape[-1] // max_points)
    envelope = _envelope(y, hop_length)
    times = offset + times_like(y, sr=sr, hop_length=1)
    points = (times[:max_points], y[0, :max_points])
    every_hop = slice(0, envelope.shape[-1] * hop_length, hop_length)
    if mask is not None:
        mask = np.asarray(mask, dtype=bool)[every_hop]
    (steps,) = axes.step(*(points[::-1] if transpose else points), marker=marker, where=where, **kwargs)
    kwargs.setdefault("color", steps.get_color())
    fill = axes.fill_betweenx if transpose else axes.fill_between
    filled = fill(times[every_hop], -envelope[-1], envelope[0], step=where, where=mask, **kwargs)
    plot = AdaptiveWaveplot(times, y[0], steps, filled, sr=sr, max_samples=max_points, transpose=transpose, label=label)
    plot.connect(axes, signal="ylim_changed" if transpose else "xlim_changed")
    plot.update(axes)
    if invert:
        inverted = axes.patch.get_facecolor() if invert_color is None else invert_color
        axes.patch.set_facecolor(steps.get_color())
        steps.set_color(inverted)
        filled.set_color(inverted)
    decorate(_time_axis(axes, transpose), axis, envelope.shape[-1], Options())
    return plot


def _channels(y: np.ndarray) -> np.ndarray:
    """Samples as (channels, n)."""
    y = np.asarray(y)
    valid_audio(y)
    if y.ndim > 2:
        raise ParameterError(f"y.shape={y.shape} must be (n,) or (channels, n)")
    if not y.size:
        raise ParameterError(f"y.shape={y.shape} holds no samples to draw")
    return np.atleast_2d(y)


def _envelope(y: np.ndarray, hop_length: int) -> np.ndarray:
    """The largest magnitude of every hop that is whole."""
    n_hops = y.shape[-1] // hop_length
    hops = y[:, : n_hops * hop_length].reshape(len(y), n_hops, hop_length)
    return np.maximum(hops.max(axis=-1), -hops.min(axis=-1))


def _time_axis(axes: Axes, transpose: bool) -> Axis:
    return axes.yaxis if transpose else axes.xaxis


def wavebars(
    y: np.ndarray,
    *,
    sr: float = 22050,
    n_bars: int = 100,
    gap_ratio: float = 0.4,
    rounding_ratio: float = 0.5,
    axis: str | None = "time",
    offset: float = 0.0,
    invert: bool = False,
    invert_color: str | tuple[Any, ...] | None = None,
    transpose: bool = False,
    label: str | None = None,
    ax: Axes | None = None,
    **patch_kwargs: Any,
) -> PatchCollection:
    """Draw a waveform's envelope as rounded bars.

    Parameters
    ----------
    y : np.ndarray [shape=(n,) or (2, n)]
        Samples; of two channels the first one goes up, the second one down.
    sr : float, default 22050
        Sampling rate in Hz.
    n_bars : int > 0, default 100
        About how many bars.
    gap_ratio : float, default 0.4
        Part of a bar's place that stays empty.
    rounding_ratio : float, default 0.5
        Radius of the corners, in widths of a bar.
    axis, offset, invert, invert_color, transpose, label, ax
        As for `waveshow`.
    **patch_kwargs
        For `matplotlib.collections.PatchCollection`.

    Returns
    -------
    matplotlib.collections.PatchCollection
        The bars.

    Raises
    ------
    ParameterError
        If `y` is no audio, `n_bars` is not positive, or `ax` is no axes.

    See Also
    --------
    waveshow, wavef0

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> import fastspec.display
    >>> ax = Figure().subplots()
    >>> bars = fastspec.display.wavebars(fastspec.tone(100, sr=8000, duration=2), sr=8000, ax=ax)
    >>> len(bars.get_paths())
    100
    """
    y = _channels(y)
    if not n_bars > 0:
        raise ParameterError(f"n_bars={n_bars} must be positive; 100 is usual")
    axes = axes_or_current(ax)
    hop = max(1, y.shape[-1] // n_bars)
    envelope = _envelope(y, hop)
    width = hop / sr * (1 - gap_ratio)
    radius = width * rounding_ratio
    boxstyle = f"round,pad=0,rounding_size={radius}"
    patches = []
    for t, up, down in zip(
        offset + times_like(envelope, sr=sr, hop_length=hop), envelope[0], envelope[-1], strict=True
    ):
        base, top = min(-radius, -down), max(radius, up)
        box = ((base, t), top - base, width) if transpose else ((t, base), width, top - base)
        patches.append(FancyBboxPatch(*box, boxstyle=boxstyle))
    style = {"linewidth": 0, "transform": axes.transData, **patch_kwargs}
    bars = PatchCollection(patches, **style)
    axes.add_collection(bars)
    # Legends cannot show collections of patches: an empty patch represents them.
    in_legend = FancyBboxPatch((np.nan, np.nan), 1, 1, boxstyle=boxstyle, label=label, **style)
    in_legend.set_in_layout(False)
    if label is not None:
        axes.add_patch(in_legend)
    axes.autoscale_view()
    if invert:
        inverted = axes.patch.get_facecolor() if invert_color is None else invert_color
        color: Any = bars.get_facecolor()  # of all patches
        axes.patch.set_facecolor(color)
        in_legend.set_facecolor(color)
        bars.set_facecolor(inverted)
    decorate(_time_axis(axes, transpose), axis, envelope.shape[-1], Options())
    return bars
