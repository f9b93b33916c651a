"""Pictures of waveforms that lie along their fundamental frequency."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.transforms import Transform

from .._gate.samples import ParameterError
from ..core.convert import times_like
from ..util.utils import tiny
from ._axes import Options, axes_or_current, decorate
from ._waveplot import AdaptiveWaveplot
from ._waves import wavebars, waveshow

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.collections import PatchCollection
    from numpy.typing import ArrayLike


class Transformf0(Transform):
    """Transform of matplotlib's that moves samples to the fundamental frequency of their time.

    A sample `y` at a time `t` goes to ``f0(t) * 2 ** (y / norm / bins_per_octave)`` Hz.

    Parameters
    ----------
    f0 : np.ndarray [shape=(t,)]
        Fundamental frequencies of frames in Hz; NaN where there is none.
    sr : float, default 22050
        Sampling rate in Hz.
    hop_length : int, default 512
        Samples between frames.
    bins_per_octave : int, default 12
        A sample of `norm` moves by one of these bins.
    norm : float > 0, default 1
        The largest sample.
    offset : float, default 0
        Time of the first frame, in seconds.
    transpose : bool, default False
        Time runs up.
    is_inverted : bool, default False
        Move from frequencies to samples.

    Raises
    ------
    ParameterError
        If an `f0` is not positive, or none is finite.

    Examples
    --------
    >>> import numpy as np
    >>> import fastspec.display
    >>> transform = fastspec.display.Transformf0(np.array([100.0, 100.0]), bins_per_octave=1)
    >>> transform.transform([[0.0, 0.0], [0.01, 1.0]]).tolist()
    [[0.0, 100.0], [0.01, 200.0]]
    """

    input_dims = output_dims = 2
    is_separable = False

    def __init__(
        self,
        f0: np.ndarray,
        *,
        sr: float = 22050,
        hop_length: int = 512,
        bins_per_octave: int = 12,
        norm: float = 1,
        offset: float = 0,
        transpose: bool = False,
        is_inverted: bool = False,
    ) -> None:
        super().__init__(shorthand_name="Transformf0")
        f0 = np.asarray(f0)
        if not np.isfinite(f0).any() or np.nanmin(f0) <= 0:
            raise ParameterError("f0 must be positive, or NaN where there is none, and finite somewhere")
        from scipy.interpolate import interp1d

        times = offset + times_like(f0, sr=sr, hop_length=hop_length)
        self.f0_interp = interp1d(times, f0, kind="previous", copy=False, bounds_error=False, assume_sorted=True)
        self.f0 = f0
        self.sr = sr
        self.hop_length = hop_length
        self.bins_per_octave = bins_per_octave
        self.norm = norm
        self.offset = offset
        self.transpose = transpose
        self.is_inverted = is_inverted

    def transform_non_affine(self, values: ArrayLike) -> np.ndarray:
        """Move points.

        Parameters
        ----------
        values : array_like [shape=(n, 2)]
            Times and samples, or samples and times if transposed.

        Returns
        -------
        np.ndarray [shape=(n, 2)]
            Times and frequencies, or the other way round.
        """
        values = np.asarray(values)
        time, sample = (1, 0) if self.transpose else (0, 1)
        f0, octave = self.f0_interp(values[:, time]), self.norm * self.bins_per_octave
        moved = np.empty_like(values)
        moved[:, time] = values[:, time]
        if self.is_inverted:
            moved[:, sample] = (np.log2(values[:, sample]) - np.log2(f0)) * octave
        else:
            moved[:, sample] = 2.0 ** (values[:, sample] / octave) * f0
        return moved

    def inverted(self) -> Transformf0:
        """The way back.

        Returns
        -------
        Transformf0
            From frequencies to samples, or from samples to frequencies.
        """
        return Transformf0(
            self.f0,
            sr=self.sr,
            hop_length=self.hop_length,
            bins_per_octave=self.bins_per_octave,
            norm=self.norm,
            offset=self.offset,
            transpose=self.transpose,
            is_inverted=not self.is_inverted,
        )


def wavef0(
    y: np.ndarray,
    *,
    f0: np.ndarray,
    sr: float = 22050,
    hop_length: int = 512,
    bins_per_octave: int = 12,
    time_axis: str = "time",
    freq_axis: str = "cqt_note",
    offset: float = 0.0,
    key: str = "C:maj",
    Sa: float | None = None,
    mela: str | int | None = None,
    thaat: str | None = None,
    unicode: bool = True,
    ax: Axes | None = None,
    method: Literal["waveshow", "wavebars"] = "waveshow",
    transpose: bool = False,
    **kwargs: Any,
) -> AdaptiveWaveplot | PatchCollection:
    """Draw a waveform along its fundamental frequency, for instance on top of a spectrogram.

    Parameters
    ----------
    y : np.ndarray [shape=(n,) or (2, n)]
        Samples.
    f0 : np.ndarray [shape=(t,)]
        Fundamental frequencies in Hz, NaN where there is none; see `fastspec.pyin`.
    sr : float, default 22050
        Sampling rate in Hz.
    hop_length : int, default 512
        Samples between frames of `f0`.
    bins_per_octave : int, default 12
        The waveform is as high as one of these bins, up and down.
    time_axis, freq_axis : str or None, default 'time' and 'cqt_note'
        Kinds of axes; see `specshow`.
    offset : float, default 0.0
        Time of the first sample, in seconds.
    key, Sa, mela, thaat, unicode
        For the axis of frequency; see `specshow`.
    ax : matplotlib.axes.Axes, optional
        Where to draw. Default: the current axes.
    method : {'waveshow', 'wavebars'}, default 'waveshow'
        How to draw.
    transpose : bool, default False
        Time runs up.
    **kwargs
        For `waveshow` or `wavebars`.

    Returns
    -------
    AdaptiveWaveplot or matplotlib.collections.PatchCollection
        What `method` returns.

    Raises
    ------
    ParameterError
        If `method` is unknown, or `f0` is not positive.

    See Also
    --------
    Transformf0, waveshow, wavebars

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> import numpy as np
    >>> import fastspec.display
    >>> y = fastspec.tone(220, sr=8000, duration=1)
    >>> ax = Figure().subplots()
    >>> _ = fastspec.display.wavef0(y, f0=np.full(16, 220.0), sr=8000, ax=ax)
    >>> ax.get_ylabel()
    'Note'
    """
    axes = axes_or_current(ax)
    if method not in ("waveshow", "wavebars"):
        raise ParameterError(f"method={method!r} must be 'waveshow' or 'wavebars'")
    y, f0 = np.asarray(y), np.asarray(f0)
    norm = float(tiny(y)) + (max(y.max(), -y.min()) if y.size else 0)
    move = Transformf0(
        f0, sr=sr, hop_length=hop_length, bins_per_octave=bins_per_octave, norm=norm, offset=offset, transpose=transpose
    )
    options = Options(key=key, Sa=Sa, mela=mela, thaat=thaat, unicode=unicode)
    decorate(axes.xaxis if transpose else axes.yaxis, freq_axis, len(f0), options)
    common: dict[str, Any] = {"sr": sr, "axis": time_axis, "offset": offset, "ax": axes, "transpose": transpose}
    if method == "wavebars":
        return wavebars(y, transform=move + axes.transData, **common, **kwargs)
    mask = np.isfinite(move.f0_interp(offset + np.arange(y.shape[-1]) / sr))
    plot = waveshow(y, transform=move + axes.transData, mask=mask, **common, **kwargs)
    assert plot.envelope is not None, "the axes hold it"
    _fit_view(axes, plot.envelope.get_datalim(move + axes.transData).get_points(), f0, transpose)
    return plot


def _fit_view(axes: Axes, corners: np.ndarray, f0: np.ndarray, transpose: bool) -> None:
    """Let the axes show the frequencies: what is drawn through another transform does not count for their limits."""
    height = 0 if transpose else 1
    points = corners.copy()
    points[:, height] += [np.nanmin(f0), np.nanmax(f0)]
    span = Line2D(points[:, 0], points[:, 1])
    axes.add_line(span)
    axes.autoscale_view()
    span.remove()
