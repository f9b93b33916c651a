"""What all commands that compute features share: options, the way from a sound file to a result, and its forms."""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import functools
import importlib.util
import io
import json
import signal
import threading
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

import fastspec

from .._soundfiles.whole_file import whole_file
from . import _existing, _jobs, _parser, _targets, _terminal
from ._terminal import STREAM, UsageError

if TYPE_CHECKING:
    import numpy as np

KINDS = ("npz", "npy", "png")

OUTPUTS = """\
outputs:
  .npz  features (dB), times (s, of the frames), frequencies (Hz, of the {rows}), parameters (JSON)
  .npy  the features alone, shape ({n_rows}, frames), or (channels, {n_rows}, frames)
  .png  a {picture} (needs matplotlib)
  -     the standard output, as --format says; an INPUT - is the standard input
A result gets its name when it is complete. A file that fails is reported and left out; the exit status is 1.
"""


@dataclass(frozen=True)
class Result:
    """Features of one file, ready to be written: their axes, what they are, and how to draw them."""

    features: np.ndarray
    times: Callable[[np.ndarray], np.ndarray]
    frequencies: np.ndarray
    parameters: dict[str, Any]
    draw: Callable[..., None]
    rows_name: str = "frequencies"
    frames_axis: int = -1
    level_label: str | None = None

    @property
    def n_frames(self) -> int:
        return self.features.shape[self.frames_axis]


@dataclass(frozen=True)
class Feature:
    """What a command computes.

    `check` refuses options that no file could be right for. `parameters` are those of a result at a sampling rate, as
    far as they are known without samples; `compute` makes the result of samples (channels first) and their rate; `rows`
    is the parameter that counts the rows of a result, where one does.
    """

    check: Callable[[argparse.Namespace], None]
    parameters: Callable[[argparse.Namespace, float], dict[str, Any]]
    compute: Callable[[argparse.Namespace, np.ndarray, float], Result]
    rows: str | None = None


def add_files(parser: argparse.ArgumentParser) -> None:
    """What to read and where to write."""
    add = parser.add_argument
    add("inputs", nargs="+", metavar="INPUT", help="a sound file (WAV, FLAC, Ogg, MP3, AIFF, ...), or - for stdin")
    add("-o", "--output", required=True, metavar="OUT", help="a file, a folder, a pattern with {name}, or - for stdout")
    add(
        "--format",
        choices=KINDS,
        help="what to write into a folder or to stdout (default: npz)",
        default=None,
    )
    add(
        "--skip-existing",
        action="store_true",
        help="resume: leave out inputs whose output is there; one that was made with other options, or by another "
        "version, is refused, and one whose source has changed is made anew (of an .npy only shape, dtype and age are "
        "known)",
    )
    _parser.add_quiet(parser)
    _parser.add_progress(parser)
    add(
        "--threads",
        type=_parser.positive_int,
        default=None,
        help="threads to use (default: the free cores)",
    )

    audio = parser.add_argument_group("audio").add_argument
    audio(
        "--sr",
        type=_parser.positive_float,
        default=None,
        help="convert to this sampling rate (default: that of the file)",
    )
    audio("--channels", choices=("mix", "keep"), default="mix", help="mix to mono, or keep each channel")
    audio("--dtype", choices=("float32", "float64"), default="float32", help="precision")


def add_levels(parser: argparse.ArgumentParser, *, ref: float | str, amin: float) -> None:
    levels = parser.add_argument_group("levels").add_argument
    levels("--ref", type=_parser.positive_or_max, default=ref, help="what 0 dB stands for: a number, or max")
    levels("--amin", type=_parser.positive_float, default=amin, help="smallest value that counts")
    levels("--top-db", type=_parser.not_negative_or_none, default=80.0, help="dB kept below the peak, or none")


def check_window(window: float | str | tuple[Any, ...]) -> None:
    try:
        fastspec.filters.get_window(window, 64)
    except fastspec.ParameterError as error:
        raise UsageError(f"--window: {error}") from None


def job(feature: Feature, args: argparse.Namespace) -> int:
    """Compute the feature of each file, and write it."""
    tasks, kind = _targets.plan(args.inputs, args.output, args.format, KINDS)
    _targets.check_apart(tasks)
    _terminal.check_streams(
        reads=any(task.source == STREAM for task in tasks), writes=any(task.target is None for task in tasks)
    )
    if kind == "png" and importlib.util.find_spec("matplotlib") is None:
        raise UsageError("pictures need matplotlib: pip install 'fastspec-audio[plot]'")
    args.kind = kind
    feature.check(args)
    if args.skip_existing:
        describe = functools.partial(_described, feature, args)
        tasks = _existing.left_to_do(tasks, kind, describe, feature.rows, quiet=args.quiet)
    threads = fastspec.threads(args.threads) if args.threads else contextlib.nullcontext()
    with threads:
        work = functools.partial(_file, feature, args, kind)
        return _jobs.do_all(tasks, work, progress=args.progress, quiet=args.quiet)


def _file(feature: Feature, args: argparse.Namespace, kind: str, source: str, target: Path | None) -> None:
    write, size = WRITERS[f".{kind}"], _existing.size_of(source)
    result = _result(feature, args, source)
    result = dataclasses.replace(result, parameters={"source_size": size} | result.parameters)
    if target is None:
        content = io.BytesIO()
        write(content, result, source, args)
        _terminal.send(content.getbuffer())
    else:
        with whole_file(target) as file:
            write(file, result, source, args)


def _result(feature: Feature, args: argparse.Namespace, source: str) -> Result:
    from .._soundfiles.sound import read_whole
    from ..pcm import as_dtype

    y, sr = read_whole(_terminal.opened(source), dtype=None)
    mix = args.channels == "mix" and y.ndim > 1
    if mix or args.sr is not None or args.dtype != "float32" or y.dtype.kind == "f":
        y = as_dtype(y, args.dtype)
    if mix:
        y = fastspec.to_mono(y)
    if args.sr is not None:
        y, sr = fastspec.resample(y, orig_sr=sr, target_sr=args.sr), args.sr
    return feature.compute(args, y, sr)


def _described(feature: Feature, args: argparse.Namespace, sr: float) -> dict[str, Any]:
    """All that options say about a result, for its reader."""
    return _of_options(args) | feature.parameters(args, sr if args.sr is None else args.sr)


def _of_options(args: argparse.Namespace) -> dict[str, Any]:
    return {"channels": args.channels, "dtype": args.dtype}


@contextlib.contextmanager
def without_interrupts() -> Iterator[None]:
    """Ctrl-C waits for the end, be it an error. For what would fail to close half-written, and hide it behind that."""
    previous = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or not callable(previous):
        yield
        return
    caught: list[tuple[int, FrameType | None]] = []
    signal.signal(signal.SIGINT, lambda *event: caught.append(event))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, previous)
        if caught:
            previous(*caught[0])


def _write_npy(file: Any, result: Result, source: str, args: argparse.Namespace) -> None:
    import numpy as np

    np.save(file, result.features)


def _told(result: Result, source: str, args: argparse.Namespace) -> dict[str, Any]:
    """How a result was made, for its reader."""
    version = fastspec.__version__
    return {"unit": "dB", "fastspec": version, "source": source, **_of_options(args), **result.parameters}


def _write_npz(file: Any, result: Result, source: str, args: argparse.Namespace) -> None:
    import numpy as np

    arrays = {
        "features": result.features,
        "times": result.times(np.arange(result.n_frames)),
        result.rows_name: result.frequencies,
        "parameters": np.array(json.dumps(_told(result, source, args))),
    }
    # As np.savez does it, but closed on a full disk too: NumPy 1's left that to the collector, which complained.
    with without_interrupts(), zipfile.ZipFile(file, "w") as archive:
        for name, array in arrays.items():
            with archive.open(f"{name}.npy", "w", force_zip64=True) as entry:
                np.lib.format.write_array(entry, array, allow_pickle=False)


def _write_png(file: Any, result: Result, source: str, args: argparse.Namespace) -> None:
    import numpy as np

    picture = io.BytesIO()
    result.draw(
        picture,
        result.features,
        time_range=tuple(result.times(np.array([-0.5, result.n_frames - 0.5]))),
        title=_terminal.shown(source if source == STREAM else Path(source).name),
        level_label=result.level_label or _level_label(args),
    )
    file.write(_existing.with_parameters(picture.getvalue(), _told(result, source, args)))


def _level_label(args: argparse.Namespace) -> str:
    return "Level (dB re maximum)" if args.ref == "max" else f"Level (dB re {args.ref:g})"


WRITERS = {".npz": _write_npz, ".npy": _write_npy, ".png": _write_png}
