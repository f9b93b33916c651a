"""Pictures of spectrograms, chromagrams, tempograms and the like."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import numpy as np

from .._gate.samples import ParameterError
from ._axes import Options, axes_or_current, coordinates, decorate, same_axes, scale
from ._colors import as_cmap, infer_cmap, normalization, scaled

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.collections import QuadMesh
    from matplotlib.colors import Colormap


def specshow(
    data: np.ndarray,
    *,
    x_coords: np.ndarray | None = None,
    y_coords: np.ndarray | None = None,
    x_axis: str | None = None,
    y_axis: str | None = None,
    vscale: str | None = None,
    sr: float = 22050,
    hop_length: int = 512,
    n_fft: int | None = None,
    win_length: int | None = None,
    fmin: float | None = None,
    fmax: float | None = None,
    tempo_min: float | None = 16,
    tempo_max: float | None = 480,
    tuning: float = 0.0,
    bins_per_octave: int = 12,
    key: str = "C:maj",
    Sa: float | None = None,
    mela: str | int | None = None,
    thaat: str | None = None,
    auto_aspect: bool = True,
    htk: bool = False,
    unicode: bool = True,
    intervals: str | np.ndarray | None = None,
    unison: str | None = None,
    top_db: float | None = 80.0,
    cmap_seq: str | Colormap = "magma",
    cmap_bool: str | Colormap = "gray_r",
    cmap_div: str | Colormap = "coolwarm",
    cmap_cyclic: str | Colormap = "twilight_shifted",
    div_thresh: float = 0.0,
    ax: Axes | None = None,
    **kwargs: Any,
) -> QuadMesh:
    """Draw a spectrogram, chromagram, constant-Q transform, tempogram or the like, with the axes that it has.

    Parameters
    ----------
    data : np.ndarray [shape=(d, n)]
        What to draw; of complex numbers the magnitude, with a warning, unless `vscale` says otherwise.
    x_coords, y_coords : np.ndarray [shape=(n,) or (n + 1,), and (d,) or (d + 1,)], optional
        Coordinates of the columns and rows (or of their edges), in place of those of the kind of axis.
    x_axis, y_axis : str or None, default None
        Kind of axis. None and ``'off'``: no ticks.

        - Frequencies of an STFT: ``'linear'``, ``'fft'``, ``'hz'``; ``'log'``; with names ``'fft_note'`` and
          ``'fft_svara'``; in third octaves ``'oct3'`` and ``'log_oct3'``.
        - Others: ``'mel'``, ``'mel_oct3'``; ``'cqt_hz'``, ``'cqt_note'``, ``'cqt_svara'``, ``'cqt_oct3'``;
          ``'vqt_hz'``, ``'vqt_note'``, ``'vqt_fjs'``, ``'vqt_oct3'``.
        - Pitch classes: ``'chroma'``, ``'chroma_h'``, ``'chroma_c'``, ``'chroma_fjs'``, ``'tonnetz'``.
        - Time: ``'time'``, ``'h'``, ``'m'``, ``'s'``, ``'ms'``, ``'frames'``; lags ``'lag'``, ``'lag_h'``,
          ``'lag_m'``, ``'lag_s'``, ``'lag_ms'``; tempi ``'tempo'``, ``'fourier_tempo'``.
    vscale : str or None, default None
        Draw levels: ``'dB'``, of amplitudes and relative to 1; ``'dB[power]'``; ``'dB[0.5]'`` and
        ``'dB[power,0.5]'``, relative to 0.5; ``'dBFS'`` and ``'dBFS[power]'``, relative to the largest value. Or
        draw phases: ``'phase'``; ``'dphase'`` and ``'dphase_t'``, by how much steps in time and in frequency
        differ from those of a bin's own frequency and a frame's own time.
    sr : float, default 22050
        Sampling rate in Hz.
    hop_length : int, default 512
        Samples between frames.
    n_fft : int, optional
        Default: what makes `d` bins.
    win_length : int, optional
        Window of a Fourier tempogram. Default: what makes `d` bins.
    fmin : float, optional
        Frequency of the lowest bin in Hz. Default: 0 for mel, C1 for others.
    fmax : float, optional
        Upper end of mel bands in Hz. Default: ``sr / 2``.
    tempo_min, tempo_max : float or None, default 16 and 480
        Limits of tempo axes; None leaves them as they are.
    tuning : float, default 0.0
        Of a CQT, in bins.
    bins_per_octave : int, default 12
        Of CQT, VQT and chroma.
    key : str, default 'C:maj'
        Key in which to spell notes.
    Sa : float, optional
        Frequency of Sa in Hz; for chroma its number of semitones above C.
    mela : str or int, optional
        Melakarta raga: svara are Carnatic.
    thaat : str, optional
        Thaat whose svara ``'chroma_h'`` names. Default: all twelve.
    auto_aspect : bool, default True
        Make a picture square whose axes are of one kind, and show the same.
    htk : bool, default False
        Mel bands are HTK's.
    unicode : bool, default True
        Signs such as ♯; False: ``#``.
    intervals : str or array of float in [1, 2), optional
        Of VQT and ``'chroma_fjs'``; see `fastspec.interval_frequencies`.
    unison : str, optional
        Name of the unison of FJS axes. Default: of the note at `fmin`.
    top_db : float or None, default 80.0
        Draw levels no lower than this below the highest.
    cmap_seq, cmap_bool, cmap_div, div_thresh
        As for `infer_cmap`, which chooses unless there is a ``cmap``.
    cmap_cyclic : str or matplotlib.colors.Colormap, default 'twilight_shifted'
        For phases.
    ax : matplotlib.axes.Axes, optional
        Where to draw. Default: the current axes.
    **kwargs
        For `matplotlib.axes.Axes.pcolormesh`.

    Returns
    -------
    matplotlib.collections.QuadMesh
        The picture.

    Raises
    ------
    ParameterError
        If a kind of axis or `vscale` is unknown, coordinates do not fit the data, an axis lacks what it needs, or
        `ax` is no axes.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> import numpy as np
    >>> import fastspec.display
    >>> D = fastspec.stft(fastspec.chirp(fmin=100, fmax=8000, sr=22050, duration=1))
    >>> ax = Figure().subplots()
    >>> image = fastspec.display.specshow(D, vscale="dBFS", x_axis="time", y_axis="log", ax=ax)
    >>> ax.get_xlabel(), ax.get_ylabel(), image.get_array().max().item()
    ('Time', 'Hz', 0.0)
    """
    data = np.asanyarray(data)
    if data.ndim < 2:
        raise ParameterError(f"data.shape={data.shape} must have rows and columns")
    options = Options(
        sr=sr,
        hop_length=hop_length,
        n_fft=n_fft,
        win_length=win_length,
        fmin=fmin,
        fmax=fmax,
        tempo_min=tempo_min,
        tempo_max=tempo_max,
        tuning=tuning,
        bins_per_octave=bins_per_octave,
        key=key,
        Sa=Sa,
        mela=mela,
        thaat=thaat,
        htk=htk,
        unicode=unicode,
        intervals=intervals,
        unison=unison,
    )
    y_coords = coordinates(y_axis, y_coords, data.shape[0], options)
    x_coords = coordinates(x_axis, x_coords, data.shape[1], options)
    data = scaled(data, vscale, top_db, x_coords, y_coords)
    if np.iscomplexobj(data):
        warnings.warn("Trying to display complex-valued input; its magnitude is shown", stacklevel=2)
        data = np.abs(data)
    style = {"rasterized": True, "edgecolors": "None", "shading": "auto", **kwargs}
    if vscale is None:
        _choose_colors(style, data, cmap_seq, cmap_bool, cmap_div, div_thresh)
    elif "phase" in vscale:
        style = {"cmap": cmap_cyclic, "vmin": -np.pi, "vmax": np.pi, **style}
    else:
        style.setdefault("cmap", cmap_seq)
    axes = axes_or_current(ax)
    image = axes.pcolormesh(x_coords, y_coords, data, **style)
    if ax is None:
        import matplotlib.pyplot as plt

        plt.sci(image)
    scale(axes, x_axis, "x", options)
    scale(axes, y_axis, "y", options)
    decorate(axes.xaxis, x_axis, len(x_coords), options)
    decorate(axes.yaxis, y_axis, len(y_coords), options)
    if auto_aspect and same_axes(x_axis, y_axis, axes.get_xlim(), axes.get_ylim()):
        axes.set_aspect("equal")
    return image


def _choose_colors(
    style: dict[str, Any], data: np.ndarray, cmap_seq: Any, cmap_bool: Any, cmap_div: Any, div_thresh: float
) -> None:
    """A map and its norm, unless the caller has chosen one."""
    if "cmap" in style:
        return
    cmap = infer_cmap(data, cmap_seq=cmap_seq, cmap_bool=cmap_bool, cmap_div=cmap_div, div_thresh=div_thresh)
    style["cmap"] = as_cmap(cmap)
    norm = normalization(cmap, data, style, cmap_bool=cmap_bool, cmap_div=cmap_div, div_thresh=div_thresh)
    if norm is not None:
        style.setdefault("norm", norm)
