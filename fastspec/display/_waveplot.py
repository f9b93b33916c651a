"""A waveform that is drawn as its envelope from afar, and sample by sample from near."""

from __future__ import annotations

import weakref
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.legend import Legend
from matplotlib.legend_handler import HandlerBase, HandlerLine2D, HandlerPatch
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.collections import PolyCollection

# The waveplots of axes, which live as long as what stands for them in legends is on the axes: axes know their callbacks
# by weak references only.
WAVEPLOTS: weakref.WeakKeyDictionary[Axes, weakref.WeakSet[AdaptiveWaveplot]] = weakref.WeakKeyDictionary()


class AdaptiveWaveplot:
    """The two drawings of a waveform, and which of them is shown: `fastspec.display.waveshow` makes it.

    Parameters
    ----------
    times : np.ndarray [shape=(n,)]
        Times of the samples, in seconds.
    y : np.ndarray [shape=(n,)]
        Samples.
    steps : matplotlib.lines.Line2D
        The samples in view, one by one.
    envelope : matplotlib.collections.PolyCollection
        The envelope of all.
    sr : float, default 22050
        Sampling rate in Hz.
    max_samples : int, default 11025
        The most samples to draw one by one.
    transpose : bool, default False
        Time runs up.
    label : str, optional
        Name in legends.

    Attributes
    ----------
    steps, envelope, ax : matplotlib artists or None
        The two drawings, and the axes to whose limits they are bound: None, when they are gone.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> import fastspec.display
    >>> ax = Figure().subplots()
    >>> plot = fastspec.display.waveshow(fastspec.tone(100, sr=8000, duration=2), sr=8000, ax=ax)
    >>> plot.envelope.get_visible(), plot.steps.get_visible()
    (True, False)
    >>> _ = ax.set_xlim(0.5, 0.6)
    >>> plot.envelope.get_visible(), plot.steps.get_visible()
    (False, True)
    """

    def __init__(
        self,
        times: np.ndarray,
        y: np.ndarray,
        steps: Line2D,
        envelope: PolyCollection,
        sr: float = 22050,
        max_samples: int = 11025,
        transpose: bool = False,
        label: str | None = None,
    ) -> None:
        self.times = times
        self.samples = y
        # Only the axes hold the drawings, so that removing them from the axes frees them.
        self._steps_ref = weakref.ref(steps)
        self._envelope_ref = weakref.ref(envelope)
        self._ax_ref: weakref.ref[Axes] | None = None
        self.sr = sr
        self.max_samples = max_samples
        self.transpose = transpose
        self.cid: int | None = None
        self.label_proxy_ = _InLegend(self)
        self.label_proxy_.set_in_layout(False)
        if label is not None:
            self.label_proxy_.set_label(label)

    @property
    def steps(self) -> Line2D | None:
        return self._steps_ref()

    @property
    def envelope(self) -> PolyCollection | None:
        return self._envelope_ref()

    @property
    def ax(self) -> Axes | None:
        return None if self._ax_ref is None else self._ax_ref()

    def __del__(self) -> None:
        self.disconnect(strict=True)

    def connect(self, ax: Axes, *, signal: str = "xlim_changed") -> None:
        """Follow the limits of axes from now on, and of no others.

        Parameters
        ----------
        ax : matplotlib.axes.Axes
            The axes.
        signal : str, default 'xlim_changed'
            What they call when their limits have changed; 'ylim_changed' where time runs up.
        """
        self.disconnect()
        self._ax_ref = weakref.ref(ax)
        if self.label_proxy_.axes is not ax:
            if self.label_proxy_.axes is not None:
                self.label_proxy_.remove()
            ax.add_artist(self.label_proxy_)
        WAVEPLOTS.setdefault(ax, weakref.WeakSet()).add(self)
        self.cid = ax.callbacks.connect(signal, self.update)

    def disconnect(self, *, strict: bool = False) -> None:
        """Follow no axes any longer.

        Parameters
        ----------
        strict : bool, default False
            Forget the axes, too.
        """
        ax = self.ax
        if ax is not None and self.cid is not None:
            ax.callbacks.disconnect(self.cid)
            self.cid = None
        if strict:
            self._ax_ref = None

    def update(self, ax: Axes) -> None:
        """Show the samples if few enough are in view, else the envelope.

        Parameters
        ----------
        ax : matplotlib.axes.Axes
            The axes whose limits count.
        """
        steps, envelope = self.steps, self.envelope
        if steps is None or envelope is None:
            return
        view = ax.viewLim
        first, last = (view.y0, view.y1) if self.transpose else (view.x0, view.x1)
        span = view.height if self.transpose else view.width
        near = bool(span * self.sr <= self.max_samples)
        envelope.set_visible(not near)
        steps.set_visible(near)
        drawn = np.asarray(steps.get_ydata() if self.transpose else steps.get_xdata())
        if near and (first <= drawn[0] or last >= drawn[-1]):
            middle = (first + last) / 2
            start = np.searchsorted(self.times, middle - 0.5 * self.max_samples / self.sr)
            part = slice(start, start + self.max_samples)
            data = (self.times[part], self.samples[part])
            steps.set_data(*(data[::-1] if self.transpose else data))


class _InLegend(Line2D):
    """Invisible line that legends find on the axes in place of the two drawings, and that keeps their waveplot."""

    def __init__(self, waveplot: AdaptiveWaveplot) -> None:
        super().__init__([], [], color="none")
        self.waveplot = waveplot


class _LegendHandler(HandlerBase):
    """A line of the waveform's colour, on the axes' background, which stands out where colours are inverted."""

    def create_artists(
        self,
        legend: Legend,
        orig_handle: Any,
        xdescent: Any,
        ydescent: Any,
        width: Any,
        height: Any,
        fontsize: Any,
        trans: Any,
    ) -> list[Artist]:
        plot, place = orig_handle.waveplot, (xdescent, ydescent, width, height, fontsize, trans)
        background = "none" if plot.ax is None else plot.ax.get_facecolor()
        patch = Rectangle((0, 0), 1, 1, facecolor=background, edgecolor="none")
        line = Line2D([], [])
        if plot.steps is not None:
            line.update_from(plot.steps)
        line.set_visible(True)
        patches = HandlerPatch().create_artists(legend, patch, *place)
        return [*patches, *HandlerLine2D().create_artists(legend, line, *place)]


Legend.update_default_handler_map({_InLegend: _LegendHandler()})
