"""The pictures that the command line draws: spectrograms with seconds, Hz or notes, and dB on their axes."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_INK = "#333333"
WIDTH = 10.0
DPI = 150
# Frequency labels closer than this part of the axis would touch.
_MIN_LABEL_DISTANCE = 0.055
_OCTAVES = np.array([0, *(125 * 2**k for k in range(12))], dtype=float)


def draw_mel(
    file: BinaryIO,
    levels: np.ndarray,
    *,
    time_range: tuple[float, float],
    frequency_range: tuple[float, float],
    to_mel: Callable[[np.ndarray], np.ndarray],
    title: str,
    level_label: str,
) -> None:
    """Write a PNG.

    Parameters
    ----------
    file : binary file
        where to write
    levels : np.ndarray [shape=(n_mels, t) or (channels, n_mels, t)]
        levels in dB; channels become panels, one above the other
    time_range : (float, float)
        where the first frame starts and the last one ends, in seconds
    frequency_range : (float, float)
        lower end of the lowest band, upper end of the highest, in Hz
    to_mel : callable
        Hz to the unit in which the bands are equally spaced
    title : str
        text above the picture
    level_label : str
        text beside the colour bar
    """
    low, high = to_mel(np.asarray(frequency_range))
    # Band k of n peaks (k + 1) / (n + 1) of the way up; its row of the picture is centred on the peak.
    half_band = (high - low) / (levels.shape[-2] + 1) / 2
    labelled = _labels(frequency_range, to_mel)
    _draw(
        file,
        levels,
        time_range=time_range,
        rows=(low + half_band, high - half_band),
        limits=(low, high),
        ticks={float(to_mel(hz)): f"{hz:g}" for hz in labelled},
        frequency_label="Frequency (Hz)",
        title=title,
        level_label=level_label,
    )


def draw_rows(
    file: BinaryIO, levels: np.ndarray, *, time_range: tuple[float, float], title: str, level_label: str
) -> None:
    """Write a PNG of rows that have numbers alone, such as coefficients; the arguments are those of `draw_mel`."""
    n_rows = levels.shape[-2]
    rows = (-0.5, n_rows - 0.5)
    _draw(
        file,
        levels,
        time_range=time_range,
        rows=rows,
        limits=rows,
        ticks={float(row): str(row) for row in range(0, n_rows, max(1, n_rows // 8))},
        frequency_label="Row",
        title=title,
        level_label=level_label,
    )


def draw_notes(
    file: BinaryIO,
    levels: np.ndarray,
    *,
    time_range: tuple[float, float],
    pitches: np.ndarray,
    name_of: Callable[[float], str],
    title: str,
    level_label: str,
) -> None:
    """Write a PNG of a constant-Q spectrogram.

    Parameters
    ----------
    file, levels, time_range, title, level_label
        As in `draw_mel`.
    pitches : np.ndarray [shape=(n_bins,)]
        MIDI numbers of the bins, which need not be whole, in even steps.
    name_of : callable
        A whole MIDI number's name.
    """
    half_bin = (pitches[-1] - pitches[0]) / max(len(pitches) - 1, 1) / 2 or 0.5
    rows = (pitches[0] - half_bin, pitches[-1] + half_bin)
    # C alone, or as many notes more as make four labels.
    for step in (12, 6, 3, 1):
        first = step * int(np.ceil(rows[0] / step))
        named = range(first, int(np.floor(rows[1])) + 1, step)
        if len(named) >= 4:
            break
    _draw(
        file,
        levels,
        time_range=time_range,
        rows=rows,
        limits=rows,
        ticks={pitch: name_of(pitch) for pitch in named},
        frequency_label="Note",
        title=title,
        level_label=level_label,
    )


def _draw(
    file: BinaryIO,
    levels: np.ndarray,
    *,
    time_range: tuple[float, float],
    rows: tuple[float, float],
    limits: tuple[float, float],
    ticks: dict[float, str],
    frequency_label: str,
    title: str,
    level_label: str,
) -> None:
    """`rows`: lower edge of the first bin and upper edge of the last; `limits`: of the axis, in the same unit."""
    from .display._axes import Options, decorate
    from .display._colors import colorbar_db

    panels = levels.reshape(-1, *levels.shape[-2:])
    height = {1: 3.8, 2: 2.8}.get(len(panels), 2.0)
    figure = new_figure((WIDTH, height * len(panels) + 0.9), DPI)
    axes = figure.subplots(len(panels), sharex=True, squeeze=False)[:, 0]
    for i, (ax, panel) in enumerate(zip(axes, panels, strict=True)):
        image = ax.imshow(
            panel,
            origin="lower",
            aspect="auto",
            extent=(*time_range, *rows),
            cmap="magma",
            vmin=panels.min(),
            vmax=panels.max(),
            interpolation="nearest" if panel.shape[1] < 1000 else "antialiased",
        )
        ax.set_xlim(max(0.0, time_range[0]), time_range[1])
        ax.set_yticks(list(ticks), list(ticks.values()))
        ax.set_ylim(limits)
        ax.set_facecolor(image.cmap(0.0))
        ax.set_ylabel(frequency_label, color=_INK)
        if len(panels) > 1:
            ax.annotate(
                f"channel {i + 1}", (1, 1), (-6, -6), xycoords="axes fraction", textcoords="offset points",
                ha="right", va="top", color="white", fontsize=9,
            )  # fmt: skip
        _soften(ax)
    decorate(axes[-1].xaxis, "time", panels.shape[-1], Options())
    axes[-1].xaxis.label.set_color(_INK)
    entitle(axes[0], title)

    bar = colorbar_db(
        image,
        fig=figure,
        ax=list(axes),  # type: ignore[arg-type]  # matplotlib takes several
        label=level_label,
        pad=0.015,
        fraction=0.04,
        aspect=24 * len(panels),
    )
    bar.ax.yaxis.label.set_color(_INK)
    bar.outline.set_visible(False)
    _soften(bar.ax)
    save(figure, file, "png")


def new_figure(size: tuple[float, float], dpi: float) -> Figure:
    """A figure of so many inches. It has its own canvas: no global state, no display, safe in threads."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=size, dpi=dpi, layout="constrained")
    FigureCanvasAgg(figure)
    return figure


def entitle(ax: Axes, title: str) -> None:
    # parse_math=False: a file name with two dollar signs is no formula.
    ax.set_title(title, loc="left", fontsize=12, color=_INK, pad=8, parse_math=False)


def save(figure: Figure, file: BinaryIO, kind: str) -> None:
    """Write 'png', 'svg' or 'pdf', the same bytes at any time."""
    from matplotlib import rc_context

    undated = {"svg": {"Date": None}, "pdf": {"CreationDate": None}}.get(kind)
    with warnings.catch_warnings(), rc_context({"svg.hashsalt": "fastspec"}):
        # Characters that the font lacks show as boxes, without a warning for each.
        warnings.filterwarnings("ignore", message="Glyph")
        figure.savefig(file, format=kind, dpi=figure.dpi, facecolor="white", metadata=undated)


def _soften(ax: Any) -> None:
    ax.tick_params(color=_INK, labelcolor=_INK, length=3, width=0.8)
    ax.spines[:].set_visible(False)


def _labels(span: tuple[float, float], to_mel: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
    """Frequencies to label: octaves as far as they do not crowd, round numbers where fewer than three fit."""
    mels = to_mel(_OCTAVES)
    low, high = to_mel(np.asarray(span))
    kept: list[int] = []
    for i in np.flatnonzero((low <= mels) & (mels <= high)):
        if not kept or mels[i] - mels[kept[-1]] >= _MIN_LABEL_DISTANCE * (high - low):
            kept.append(int(i))
    if len(kept) >= 3:
        return _OCTAVES[kept]
    from matplotlib.ticker import MaxNLocator

    ticks: Any = MaxNLocator(5).tick_values(*span)
    return ticks[(span[0] <= ticks) & (ticks <= span[1])]
