"""``fastspec plot``: pictures of sound files, over `fastspec.display`."""

from __future__ import annotations

import argparse
import functools
import importlib.util
import io
import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import fastspec

from .._soundfiles.whole_file import whole_file
from . import _jobs, _parser, _targets, _terminal
from ._terminal import STREAM, UsageError

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.axes import Axes

FORMATS = ("png", "svg", "pdf")

_EPILOG = """\
kinds:
  mel        log-mel spectrogram         chroma     pitch classes
  cqt        constant-Q, by notes        mfcc       cepstral coefficients
  stft       spectrogram, log frequency  tempogram  beats per minute
  wave       the waveform
Levels are in dB re the maximum. In .svg and .pdf the data are an image of --dpi, the rest is lines and letters.

examples:
  fastspec plot speech.wav -o speech.png
  fastspec plot music.mp3 -o music.pdf --kind cqt --start 30 --end 45 --size 12x5
  fastspec plot music.mp3 -o music.svg --kind wave --colors darkorange --channels keep
  recorder | fastspec plot - -o - --kind stft --format png > picture.png
"""

# The kinds that an option is for.
_FRAMED = ("mel", "stft", "cqt", "chroma", "mfcc", "tempogram")
_FOR = {
    "n_fft": ("mel", "stft", "chroma", "mfcc"),
    "hop_length": _FRAMED,
    "n_mels": ("mel", "mfcc"),
    "n_mfcc": ("mfcc",),
}


class Picture(NamedTuple):
    """What `specshow` gets: rows by frames, the kind of their axis, and what the bar beside it says."""

    data: np.ndarray
    axis: str | None
    label: str
    options: dict[str, Any] = {}  # noqa: RUF012 (read alone)


def add(commands: Any) -> None:
    parser = commands.add_parser(
        "plot",
        help="pictures: mel, cqt, stft, wave, chroma, mfcc, tempogram",
        description="Draw a sound file, or a part of it.",
        epilog=_EPILOG,
    )
    parser.set_defaults(command=_command)
    add = parser.add_argument
    add("input", metavar="INPUT", help="a sound file (WAV, FLAC, Ogg, MP3, AIFF, ...), or - for stdin")
    add("-o", "--output", required=True, metavar="OUT", help="a .png, .svg or .pdf, a folder, or - for stdout")
    add("--format", choices=FORMATS, help="what to write into a folder or to stdout (default: png)")
    add("--kind", choices=(*_KINDS, "wave"), default="mel", help="what to draw")
    _parser.add_quiet(parser)
    part = parser.add_argument_group("audio").add_argument
    part("--start", type=_parser.not_negative, default=0.0, metavar="SECONDS", help="where to begin")
    part("--end", type=_parser.positive_float, metavar="SECONDS", help="where to end (default: at the end)")
    part("--sr", type=_parser.positive_float, help="convert to this sampling rate (default: that of the file)")
    part("--channels", choices=("mix", "keep"), default="mix", help="mix to mono, or draw each channel")
    look = parser.add_argument_group("picture").add_argument
    add_look(look, size="10x4")
    look("--title", help="text above (default: the name of the file)")
    frames = parser.add_argument_group("frames and rows").add_argument
    frames("--n-fft", type=_parser.positive_int, help="length of the transform (default: 2048)")
    frames("--hop-length", type=_parser.positive_int, help="samples from frame to frame (default: 512)")
    frames("--n-mels", type=_parser.positive_int, help="mel bands (default: 128)")
    frames("--n-mfcc", type=_parser.positive_int, help="coefficients (default: 20)")


def add_look(add: Any, size: str) -> None:
    add("--size", type=_parser.size_of_picture, default=size, metavar="WIDTHxHEIGHT", help="in inches")
    add("--dpi", type=_parser.dpi, default=150, help="dots per inch")
    add("--colors", metavar="NAME", help="a colour map of matplotlib's, or for lines a colour (default: what suits)")


def check_pictures(colors: str | None, *, map_wanted: bool) -> None:
    """Refuse to draw without matplotlib, or with colours that it does not know."""
    if importlib.util.find_spec("matplotlib") is None:
        raise UsageError("pictures need matplotlib: pip install 'fastspec-audio[plot]'")
    if colors is None:
        return
    from difflib import get_close_matches

    from matplotlib import colormaps
    from matplotlib.colors import get_named_colors_mapping, is_color_like

    if colors in colormaps if map_wanted else is_color_like(colors):
        return
    near = get_close_matches(colors, list(colormaps) if map_wanted else get_named_colors_mapping(), 1)
    what, usual = ("colour map", "magma") if map_wanted else ("colour", "navy")
    hint = f"did you mean {near[0]}?" if near else f"use for instance {usual}"
    raise UsageError(f"--colors {_terminal.printable(colors)} is no {what} of matplotlib's; {hint}")


def _command(args: argparse.Namespace) -> int:
    tasks, kind = _targets.plan([args.input], args.output, args.format, FORMATS)
    _targets.check_apart(tasks)
    _terminal.check_streams(reads=args.input == STREAM, writes=tasks[0].target is None)
    if args.end is not None and args.end <= args.start:
        raise UsageError(f"--end {args.end:g} is not after --start {args.start:g}; use a later --end")
    for name, kinds in _FOR.items():
        if getattr(args, name) is not None and args.kind not in kinds:
            option = f"--{name.replace('_', '-')}"
            raise UsageError(f"{option} is for --kind {' or '.join(kinds)}, not {args.kind}; leave it out")
    n_mels = args.n_mels or 128
    if args.kind == "mfcc" and (args.n_mfcc or 20) > n_mels:
        raise UsageError(f"--n-mfcc {args.n_mfcc or 20} exceeds --n-mels {n_mels}; use fewer, or a larger --n-mels")
    check_pictures(args.colors, map_wanted=args.kind != "wave")
    return _jobs.do_all(tasks, functools.partial(_draw_file, args, kind), quiet=args.quiet)


def _draw_file(args: argparse.Namespace, kind: str, source: str, target: Path | None) -> None:
    y, sr = _part(args, source)
    title = _terminal.shown(source if source == STREAM else Path(source).name) if args.title is None else args.title
    write_picture(target, lambda file: _draw(file, kind, args, y, sr, title))


def write_picture(target: Path | None, draw: Callable[[Any], None]) -> None:
    """To a file, whole or not at all, or to stdout."""
    picture = io.BytesIO()
    draw(picture)
    if target is None:
        _terminal.send(picture.getbuffer())
    else:
        with whole_file(target) as file:
            file.write(picture.getbuffer())


def _part(args: argparse.Namespace, source: str) -> tuple[np.ndarray, float]:
    """The samples to draw, (channels, n), and their rate."""
    import numpy as np

    from .._soundfiles.sound import AudioFileError, name_of, open_audio, read

    sound, duration = _terminal.opened(source), None if args.end is None else args.end - args.start
    if args.start:
        with open_audio(_terminal.again(sound)) as opened:
            seconds = opened.total() / opened.samplerate
        if args.start >= seconds:
            raise AudioFileError(name_of(sound), f"--start {args.start:g} s is beyond its {seconds:.6g} s")
    y, sr, complaint = read(sound, offset=args.start, duration=duration)
    if complaint or y.shape[-1] == 0:
        raise AudioFileError(name_of(sound), complaint or "holds no samples there; use another --start and --end")
    if args.channels == "mix":
        y = fastspec.to_mono(y)
    if args.sr is not None and args.sr != sr:
        y, sr = fastspec.resample(y, orig_sr=sr, target_sr=args.sr), args.sr
    return np.atleast_2d(y), sr


def _draw(file: Any, kind: str, args: argparse.Namespace, y: np.ndarray, sr: float, title: str) -> None:
    from .. import _picture

    figure = _picture.new_figure(args.size, args.dpi)
    axes = list(figure.subplots(len(y), sharex=True, squeeze=False)[:, 0])
    if args.kind == "wave":
        _draw_waves(args, y, sr, axes)
    else:
        _draw_spectra(args, y, sr, axes)
    for ax in axes[:-1]:
        ax.set_xlabel("")
    _picture.entitle(axes[0], title)
    _picture.save(figure, file, kind)


def _draw_waves(args: argparse.Namespace, y: np.ndarray, sr: float, axes: Sequence[Axes]) -> None:
    from .. import display

    # Twice the dots of the width: more points of an envelope cannot be seen.
    points = max(100, int(2 * args.size[0] * args.dpi))
    for channel, ax in zip(y, axes, strict=True):
        ax.set_xlim(args.start, args.start + len(channel) / sr)
        color = args.colors or "#31688e"
        display.waveshow(channel, sr=sr, offset=args.start, ax=ax, max_points=points, color=color)
        ax.set_ylabel("Amplitude")


def _draw_spectra(args: argparse.Namespace, y: np.ndarray, sr: float, axes: Sequence[Axes]) -> None:
    """Channels one above the other, in the same colours, with one bar for all of them."""
    import numpy as np

    hop_length = args.hop_length or 512
    pictures = [_KINDS[args.kind](args, channel, sr, hop_length) for channel in y]
    data = np.stack([picture.data for picture in pictures])
    if pictures[0].label == _LEVEL:
        data = np.maximum(data - data.max(), -_TOP_DB)
    step = math.ceil(data.shape[-1] / max(1, args.size[0] * args.dpi))
    if step > 1:  # more columns than dots: the highest of each few
        data = np.maximum.reduceat(data, np.arange(0, data.shape[-1], step), axis=-1)
    width = step * hop_length / sr
    if data.shape[-1] == 1:  # two columns, for of one `specshow` does not know how wide it is
        data, width = np.repeat(data, 2, axis=-1), width / 2
    times = args.start + np.arange(data.shape[-1]) * width + (step - 1) / 2 * hop_length / sr
    images = [_show(args, *pair, pictures[0], times, sr, hop_length) for pair in zip(axes, data, strict=True)]
    low, high = min(image.norm.vmin for image in images), max(image.norm.vmax for image in images)
    for image, ax in zip(images, axes, strict=True):
        image.set_clim(low, high)
        ax.set_xlim(args.start, times[-1] + width / 2)
    bar = axes[0].figure.colorbar(
        images[0], ax=list(axes), label=pictures[0].label, pad=0.015, fraction=0.04, aspect=24
    )
    bar.outline.set_visible(False)


def _show(
    args: argparse.Namespace,
    ax: Axes,
    data: np.ndarray,
    picture: Picture,
    times: np.ndarray,
    sr: float,
    hop_length: int,
) -> Any:
    from .. import display

    colors = {} if args.colors is None else {"cmap": args.colors}
    image = display.specshow(
        data, x_coords=times, x_axis="time", y_axis=picture.axis, sr=sr, hop_length=hop_length, ax=ax,
        auto_aspect=False, rasterized=True, **picture.options, **colors,
    )  # fmt: skip
    if picture.axis is None:
        from matplotlib.ticker import MaxNLocator

        ax.yaxis.set_major_locator(MaxNLocator(8, integer=True))
        ax.set_ylabel("Coefficient")
    return image


_LEVEL, _TOP_DB = "Level (dB re maximum)", 80.0


def _mel(args: argparse.Namespace, y: np.ndarray, sr: float, hop_length: int) -> Picture:
    n_fft, n_mels = args.n_fft or 2048, args.n_mels or 128
    data = fastspec.feature.logmel(y=y, sr=sr, n_fft=n_fft, hop_length=hop_length, n_mels=n_mels, top_db=None)
    return Picture(data, "mel", _LEVEL, {"fmin": 0.0, "fmax": sr / 2})


def _stft(args: argparse.Namespace, y: np.ndarray, sr: float, hop_length: int) -> Picture:
    import numpy as np

    n_fft = args.n_fft or 2048
    S = np.abs(fastspec.stft(y, n_fft=n_fft, hop_length=hop_length))
    return Picture(fastspec.amplitude_to_db(S, top_db=None), "log", _LEVEL, {"n_fft": n_fft})


def _cqt(args: argparse.Namespace, y: np.ndarray, sr: float, hop_length: int) -> Picture:
    import numpy as np

    from ..core.constantq._bins import bins_of

    fmin = float(fastspec.note_to_hz("C1"))
    room = len(
        bins_of(sr=sr, fmin=fmin, bins_per_octave=12, tuning=0.0, filter_scale=1, window="hann", n_bins=None, norm=1)
    )
    C = np.abs(fastspec.cqt(y, sr=sr, hop_length=hop_length, fmin=fmin, n_bins=min(84, room)))
    return Picture(fastspec.amplitude_to_db(C, top_db=None), "cqt_note", _LEVEL, {"fmin": fmin})


def _chroma(args: argparse.Namespace, y: np.ndarray, sr: float, hop_length: int) -> Picture:
    data = fastspec.feature.chroma_stft(y=y, sr=sr, n_fft=args.n_fft or 2048, hop_length=hop_length)
    return Picture(data, "chroma", "Strength")


def _mfcc(args: argparse.Namespace, y: np.ndarray, sr: float, hop_length: int) -> Picture:
    sizes: dict[str, Any] = {"n_fft": args.n_fft or 2048, "n_mfcc": args.n_mfcc or 20, "n_mels": args.n_mels or 128}
    data = fastspec.feature.mfcc(y=y, sr=sr, hop_length=hop_length, **sizes)
    return Picture(data, None, "Value")


def _tempogram(args: argparse.Namespace, y: np.ndarray, sr: float, hop_length: int) -> Picture:
    import numpy as np

    data = fastspec.feature.tempogram(y=y, sr=sr, hop_length=hop_length)
    # Of an onset strength no autocorrelation is negative, but for rounding.
    return Picture(np.maximum(data, 0), "tempo", "Autocorrelation")


_KINDS: dict[str, Callable[..., Picture]] = {
    "mel": _mel,
    "cqt": _cqt,
    "stft": _stft,
    "chroma": _chroma,
    "mfcc": _mfcc,
    "tempogram": _tempogram,
}
