"""``fastspec convert``: sound files in other formats, and with other kinds of samples."""

from __future__ import annotations

import argparse
import functools
import io
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import fastspec

from . import _jobs, _parser, _targets, _terminal
from ._terminal import STDOUT, STREAM, UsageError, printable, shown

_EPILOG = """\
Scaling, rounding and clipping are those of SoX 14.4.2 with -D; the clips are counted, and the count is printed (on
stderr if the sound goes to stdout). The output gets its name when it is complete.

examples:
  fastspec convert in.flac out.wav --bits 8 --encoding unsigned
  fastspec convert in.wav out.flac --bits 16 --dither --seed 1
  fastspec convert in.wav out.wav --encoding ulaw
  fastspec convert music.mp3 music.opus --sr 48000
  recorder | fastspec convert - - --format flac > speech.flac
"""

# libsndfile's names of what --encoding and --bits ask for, in the order of preference if one of them is not given.
_SUBTYPES = {
    ("signed", 16): "PCM_16",
    ("signed", 24): "PCM_24",
    ("signed", 32): "PCM_32",
    ("signed", 8): "PCM_S8",
    ("unsigned", 8): "PCM_U8",
    ("float", 32): "FLOAT",
    ("float", 64): "DOUBLE",
    ("ulaw", 8): "ULAW",
    ("alaw", 8): "ALAW",
}


def add(commands: Any) -> None:
    parser = commands.add_parser(
        "convert",
        help="other file formats and kinds of samples",
        description="Write a sound file with other samples, or in another format.",
        epilog=_EPILOG,
    )
    parser.set_defaults(command=_convert)
    add = parser.add_argument
    add("input", metavar="INPUT", help="a sound file (WAV, FLAC, Ogg, MP3, AIFF, ...), or - for stdin")
    add("output", metavar="OUTPUT", help="the file to write, whose suffix says the format, or - for stdout")
    add("--format", default=None, help="wav, flac, ogg, opus, mp3, aiff, ...: for an output that has no suffix")
    add("--sr", type=_parser.positive_int, default=None, help="convert to this sampling rate (default: the input's)")
    add(
        "--bits",
        type=int,
        choices=sorted({bits for _, bits in _SUBTYPES}),
        default=None,
        help="bits a sample (default: as in the input, or what is usual)",
    )
    add(
        "--encoding",
        choices=tuple(dict.fromkeys(encoding for encoding, _ in _SUBTYPES)),
        default=None,
        help="kind of samples (default: as in the input, or what is usual); 8 bits in WAV are unsigned",
    )
    add("--dither", action="store_true", help="add triangular noise before rounding (default: none)")
    _parser.add_quiet(parser)
    add("--json", action="store_true", help="print the report as JSON")
    add("--seed", type=_parser.seed, default=None, help="of the noise, to get the same again")


def _convert(args: argparse.Namespace) -> int:
    if args.seed is not None and not args.dither:
        raise UsageError("--seed is for --dither; add that, or leave it out")
    like = _name_of_format(args.output, args.format)
    subtype = _subtype_asked_for(like, args.encoding, args.bits)
    task = _targets.task_for(args.input, None if args.output == STREAM else Path(args.output))
    _targets.check_apart([task])
    _terminal.check_streams(reads=task.source == STREAM, writes=task.target is None)
    return _jobs.do_all([task], functools.partial(_convert_file, args, like, subtype), quiet=args.quiet)


def _name_of_format(output: str, format: str | None) -> Path:
    """A path whose suffix says what to write: --format means what a suffix would."""
    if not output or "\0" in output:
        raise UsageError("OUTPUT names no file; name one, or - for stdout")
    if output != STREAM and (output.endswith(("/", os.sep)) or os.path.isdir(output)):
        raise UsageError(f"{shown(output)} is a folder; name the file in it")
    path, name = Path(output), STDOUT if output == STREAM else shown(output)
    if format is None:
        if not path.suffix:
            raise UsageError(f"{name} has no suffix that says the format; add --format wav, or another")
        return path
    like = Path(f"{path.stem}.{format.lower().lstrip('.')}")
    if _written_as(path) not in (None, _written_as(like)):
        raise UsageError(f"{name} and --format {printable(format)} contradict each other; leave one out")
    return like


def _written_as(path: Path) -> tuple[str, str] | None:
    """libsndfile's names of the format and the usual samples for a suffix; None if it stands for no format."""
    from .._soundfiles import formats as _formats

    try:
        return _formats.sound_format(path, None, None)
    except fastspec.ParameterError:
        return None


def _subtype_asked_for(like: Path, encoding: str | None, bits: int | None) -> str | None:
    """libsndfile's name of the samples to write; None if nothing is asked for."""
    from .._soundfiles import formats as _formats

    kinds = [name for key, name in _SUBTYPES.items() if encoding in (None, key[0]) and bits in (None, key[1])]
    if not kinds:
        raise UsageError(f"there are no {bits}-bit {encoding} samples")
    if encoding is None and bits is None:
        _formats.sound_format(like, None, None)
        return None
    possible = [kind for kind in kinds if _formats.can_hold(like, kind)]
    return _formats.sound_format(like, None, (possible or kinds)[0])[1]  # says what there is, if none is possible


def _convert_file(args: argparse.Namespace, like: Path, subtype: str | None, source: str, target: Path | None) -> None:
    import numpy as np

    from .._soundfiles import formats as _formats
    from .._soundfiles.sound import read_whole
    from ..pcm import as_dtype

    sound = _terminal.opened(source)
    if subtype is None:
        subtype = _own_subtype(_terminal.again(sound), like)
    y, sr = read_whole(sound, dtype=None)
    if args.sr is not None and args.sr != sr:
        exact = as_dtype(y, np.float32 if y.dtype == np.float32 else np.float64)
        y, sr = fastspec.resample(exact, orig_sr=sr, target_sr=args.sr), args.sr
    file_format, subtype = _formats.sound_format(like, None, subtype)
    # Without a format, a suffix .wav lets long files become RF64.
    options: dict[str, Any] = {"format": None if like == target else file_format}
    if args.dither:
        options |= {"dither": "tpdf", "rng": args.seed}
    write: Callable[..., Any] = functools.partial(fastspec.write, y=y, sr=sr, subtype=subtype, **options)
    clips = _send(write) if target is None else write(target)
    channels, n = np.atleast_2d(y).shape
    if args.json:
        name = STDOUT if target is None else str(target)
        told = {"path": name, "samples": n, "channels": channels, "sr": sr, "subtype": subtype, "clipped": clips}
        _terminal.report_json(told, aside=target is None)
    elif not args.quiet:
        message = f"{shown(target)}: {n} samples x {channels}, {sr} Hz, {subtype}; {clips} clipped"
        _terminal.report(message, aside=target is None)


def _own_subtype(sound: Any, like: Path) -> str | None:
    """The input's kind of samples, if the output can have them."""
    from .._soundfiles.formats import can_hold
    from .._soundfiles.sound import open_audio

    with open_audio(sound) as file:
        return file.subtype if can_hold(like, file.subtype) else None


def _send(write: Any) -> int:
    """Write to stdout what `write` makes a file of; the clips."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "sound")
        clips = write(path)
        with open(path, "rb") as file:
            while block := file.read(io.DEFAULT_BUFFER_SIZE * 64):
                _terminal.send(block)
    return clips
