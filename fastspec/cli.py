"""The command ``fastspec``: features of sound files from the shell.

Each sub-command translates its options into keyword arguments of the API function it stands for.
"""

from __future__ import annotations

import argparse
import contextlib
import functools
import importlib.util
import json
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

import fastspec

from . import _batch

_KINDS = ("npz", "npy", "png")

_LOGMEL_OPTIONS = (
    "n_fft",
    "hop_length",
    "win_length",
    "window",
    "center",
    "pad_mode",
    "power",
    "n_mels",
    "fmin",
    "fmax",
    "htk",
    "norm",
    "ref",
    "amin",
    "top_db",
)

_EPILOG = """\
examples:
  fastspec mel speech.wav -o speech.png
  fastspec mel speech.wav -o speech.npz --sr 16000 --n-fft 400 --hop-length 160 --n-mels 80
  fastspec mel recordings/*.flac -o features/ --format npy --ref max
  fastspec cqt music.wav -o music.png
  fastspec convert speech.flac speech.wav --bits 8 --encoding unsigned
"""

_MEL_EPILOG = """\
outputs:
  .npz  features (dB), times (s, of the frames), frequencies (Hz, of the bands' centres), parameters (JSON)
  .npy  the features alone, shape (n_mels, frames), or (channels, n_mels, frames)
  .png  a labelled picture (needs matplotlib)
A result gets its name when it is complete. A file that fails is reported and left out; the exit status is 1.

examples:
  fastspec mel speech.wav -o speech.png
  fastspec mel music.mp3 -o music.png --channels keep --ref max
  fastspec mel speech.wav -o speech.npz --sr 16000 --n-fft 400 --hop-length 160 --n-mels 80 --htk --norm none
  fastspec mel recordings/*.flac -o features/ --format npy --skip-existing
  fastspec mel recordings/*.flac -o 'pictures/{name}.mel.png'

reading an .npz:
  data = numpy.load("speech.npz"); data["features"]; json.loads(str(data["parameters"]))
"""

_CONVERT_EPILOG = """\
Scaling, rounding and clipping are those of SoX 14.4.2 with -D; the clips are counted, and the count is printed.
The output gets its name when it is complete.

examples:
  fastspec convert in.flac out.wav --bits 8 --encoding unsigned
  fastspec convert in.wav out.flac --bits 16 --dither --seed 1
  fastspec convert in.wav out.wav --encoding ulaw
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


_CQT_OPTIONS = (
    "hop_length",
    "fmin",
    "n_bins",
    "bins_per_octave",
    "tuning",
    "filter_scale",
    "window",
    "scale",
    "pad_mode",
)

_CQT_EPILOG = """\
outputs:
  .npz  features (dB), times (s, of the frames), frequencies (Hz, of the bins), parameters (JSON)
  .npy  the features alone, shape (n_bins, frames), or (channels, n_bins, frames)
  .png  a picture with the names of notes (needs matplotlib)
A result gets its name when it is complete. A file that fails is reported and left out; the exit status is 1.

examples:
  fastspec cqt music.wav -o music.png
  fastspec cqt violin.flac -o violin.png --fmin G3 --n-bins 180 --bins-per-octave 36 --hop-length 256 --tuning auto
  fastspec cqt recordings/*.flac -o features/ --n-bins all --top-db none
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; the status is 0, or 1 if a file failed, 2 for misuse, 130 for Ctrl-C."""
    parser = build_parser()
    args = parser.parse_args(argv)
    try:
        return args.command(args)
    except _batch.UsageError as error:
        parser.exit(2, f"fastspec: error: {error}\n")
    except KeyboardInterrupt:
        return 130


def build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="fastspec",
        description="Audio features, fast.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"fastspec {fastspec.__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    _add_mel(commands)
    _add_cqt(commands)
    _add_convert(commands)
    return parser


class _HelpFormatter(argparse.RawDescriptionHelpFormatter):
    """The examples as they are typed, and the defaults that the help of an option does not tell itself."""

    def _get_help_string(self, action: argparse.Action) -> str:
        plain = action.default in (None, argparse.SUPPRESS) or isinstance(action.default, bool)
        return action.help if plain else f"{action.help} (default: %(default)s)"


def _add_mel(commands) -> None:
    parser = commands.add_parser(
        "mel",
        help="log-mel spectrograms",
        description="Write the log-mel spectrogram of each sound file, in dB.",
        epilog=_MEL_EPILOG,
        formatter_class=_HelpFormatter,
    )
    parser.set_defaults(command=functools.partial(_job, _mel_file))
    _add_files(parser)
    frames = parser.add_argument_group("frames and spectrum").add_argument
    frames("--n-fft", type=_positive_int, default=2048, help="length of the transform")
    frames("--hop-length", type=_positive_int, default=512, help="samples from frame to frame")
    frames("--win-length", type=_positive_int, default=None, help="length of the window (default: n_fft)")
    frames("--window", type=_window, default="hann", help="name, name:parameter, or a number for kaiser")
    frames("--center", action=_Flag, default=True, help="centre frames on their times, or not (default: centre)")
    frames("--pad-mode", default="constant", help="what is beyond the ends of the signal")
    frames("--power", type=float, default=2.0, help="exponent of the magnitude")

    bands = parser.add_argument_group("mel bands").add_argument
    bands("--n-mels", type=_positive_int, default=128, help="how many")
    bands("--fmin", type=float, default=0.0, help="lowest frequency in Hz")
    bands("--fmax", type=float, default=None, help="highest frequency in Hz (default: sr / 2)")
    bands("--htk", action=_Flag, default=False, help="HTK's mel formula instead of Slaney's")
    bands("--norm", type=_norm, default="slaney", help="slaney, none, or the order of a vector norm")

    _add_levels(parser, ref=1.0, amin=1e-10)


def _add_cqt(commands) -> None:
    parser = commands.add_parser(
        "cqt",
        help="constant-Q spectrograms",
        description="Write the constant-Q spectrogram of each sound file, in dB.",
        epilog=_CQT_EPILOG,
        formatter_class=_HelpFormatter,
    )
    parser.set_defaults(command=functools.partial(_job, _cqt_file))
    _add_files(parser)
    bins = parser.add_argument_group("bins and frames").add_argument
    bins("--hop-length", type=_positive_int, default=512, help="samples from frame to frame")
    bins("--fmin", type=_note_or_hertz, default="C1", help="lowest bin, a note or Hz")
    bins("--n-bins", type=_positive_int_or_all, default=84, help="how many, or all that there is room for")
    bins("--bins-per-octave", type=_positive_int, default=12, help="12 are semitones")
    bins("--tuning", type=_number_or_auto, default=0.0, help="shift in parts of a bin, or auto to estimate it")
    bins("--filter-scale", type=_positive_float, default=1, help="below 1 sharper in time, above 1 in pitch")
    bins("--window", type=_window, default="hann", help="name, name:parameter, or a number for kaiser")
    bins("--scale", action=_Flag, default=True, help="scale by the root of the filters' lengths (default: do)")
    bins("--pad-mode", default="constant", help="what is beyond the ends of the signal")
    _add_levels(parser, ref="max", amin=1e-5)


def _add_files(parser: argparse.ArgumentParser) -> None:
    """What to read and where to write: the same for all commands."""
    add = parser.add_argument
    add("inputs", nargs="+", metavar="INPUT", help="a sound file: WAV, FLAC, Ogg, MP3, AIFF, ...")
    add("-o", "--output", required=True, metavar="OUT", help="a file, a folder, or a pattern with {name}")
    add(
        "--format",
        choices=_KINDS,
        help="what to write into a folder (default: npz)",
        default=argparse.SUPPRESS,
    )
    add("--skip-existing", action="store_true", help="leave out inputs whose output is there: resumes a job")
    add("--progress", action=_Flag, help="show progress (default: for several files on a terminal)")
    add(
        "--threads",
        type=_positive_int,
        default=argparse.SUPPRESS,
        help="threads to use (default: the free cores)",
    )

    audio = parser.add_argument_group("audio").add_argument
    audio(
        "--sr",
        type=_positive_float,
        default=None,
        help="convert to this sampling rate (default: that of the file)",
    )
    audio("--channels", choices=("mix", "keep"), default="mix", help="mix to mono, or keep each channel")
    audio("--dtype", choices=("float32", "float64"), default="float32", help="precision")


def _add_levels(parser: argparse.ArgumentParser, *, ref: float | str, amin: float) -> None:
    levels = parser.add_argument_group("levels").add_argument
    levels("--ref", type=_ref, default=ref, help="what 0 dB stands for: a number, or max")
    levels("--amin", type=_positive_float, default=amin, help="smallest value that counts")
    levels("--top-db", type=_number_or_none, default=80.0, help="dB kept below the peak, or none")


def _add_convert(commands) -> None:
    parser = commands.add_parser(
        "convert",
        help="other file formats and kinds of samples",
        description="Write a sound file with other samples, or in another format.",
        epilog=_CONVERT_EPILOG,
        formatter_class=_HelpFormatter,
    )
    parser.set_defaults(command=_convert)
    add = parser.add_argument
    add("input", metavar="INPUT", help="a sound file: WAV, FLAC, Ogg, MP3, AIFF, ...")
    add("output", metavar="OUTPUT", help="the file to write; its suffix says the format")
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
    add("--seed", type=int, default=None, help="of the noise, to get the same again")


class _Flag(argparse.BooleanOptionalAction):
    """``--x`` and ``--no-x``."""


def _number(text: str, kind: type = float) -> float:
    """A number, or argparse's error: of a ValueError argparse would tell the name of this function."""
    try:
        return kind(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not {'an integer' if kind is int else 'a number'}") from None


def _positive_int(text: str) -> int:
    number = _number(text, int)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text} is not a positive integer")
    return number


def _positive_float(text: str) -> float:
    number = _number(text)
    if not 0 < number < np.inf:
        raise argparse.ArgumentTypeError(f"{text} is not a positive number")
    return int(number) if number.is_integer() else number


def _number_or_none(text: str) -> float | None:
    return None if text.lower() == "none" else _number(text)


def _positive_int_or_all(text: str) -> int | None:
    return None if text.lower() == "all" else _positive_int(text)


def _number_or_auto(text: str) -> float | None:
    return None if text.lower() == "auto" else _number(text)


def _note_or_hertz(text: str) -> float:
    if not text[:1].isalpha():
        return _positive_float(text)
    try:
        return float(fastspec.note_to_hz(text))
    except fastspec.ParameterError as error:
        raise argparse.ArgumentTypeError(error) from None


def _ref(text: str) -> float | str:
    return "max" if text.lower() == "max" else _number(text)


def _norm(text: str) -> float | str | None:
    return "slaney" if text.lower() == "slaney" else _number_or_none(text)


def _window(text: str) -> float | str | tuple:
    """``hann``, ``gaussian:64`` (name and parameters) or ``14.0`` (kaiser's beta)."""
    with contextlib.suppress(ValueError):
        return float(text)
    name, *parameters = text.split(":")
    return (name, *map(_number, parameters)) if parameters else name


@dataclass(frozen=True)
class _Result:
    """Features of one file, ready to be written: their axes, what they are, and how to draw them."""

    features: np.ndarray
    times: Callable[[np.ndarray], np.ndarray]
    frequencies: np.ndarray
    parameters: dict
    draw: Callable[..., None]


def _job(work: Callable[[argparse.Namespace, np.ndarray, float], _Result], args: argparse.Namespace) -> int:
    """Do `work` on the samples of each file, and write what comes out."""
    pairs = _batch.plan(args.inputs, args.output, getattr(args, "format", None), _KINDS)
    pictures = any(target.suffix == ".png" for _, target in pairs)
    if pictures and importlib.util.find_spec("matplotlib") is None:
        raise _batch.UsageError("pictures need matplotlib: pip install 'fastspec-audio[plot]'")
    threads = fastspec.threads(args.threads) if "threads" in args else contextlib.nullcontext()
    with threads:
        return _batch.run(
            pairs,
            functools.partial(_file, work, args),
            progress=args.progress,
            skip_existing=args.skip_existing,
        )


def _convert(args: argparse.Namespace) -> int:
    target = Path(args.output)
    if args.seed is not None and not args.dither:
        raise _batch.UsageError("--seed is for --dither; add that, or leave it out")
    try:
        subtype = _subtype_asked_for(target, args.encoding, args.bits)
    except fastspec.ParameterError as error:
        raise _batch.UsageError(error) from None
    return _batch.run([(args.input, target)], functools.partial(_convert_file, args, subtype))


def _subtype_asked_for(target: Path, encoding: str | None, bits: int | None) -> str | None:
    """libsndfile's name of the samples to write; None if nothing is asked for."""
    from . import _files

    kinds = [name for key, name in _SUBTYPES.items() if encoding in (None, key[0]) and bits in (None, key[1])]
    if not kinds:
        raise _batch.UsageError(f"there are no {bits}-bit {encoding} samples")
    if encoding is None and bits is None:
        _files.sound_format(target, None, None)
        return None
    possible = [kind for kind in kinds if _files.can_hold(target, kind)]
    return _files.sound_format(target, None, (possible or kinds)[0])[1]  # says what there is, if none is possible


def _convert_file(args: argparse.Namespace, subtype: str | None, source: str, target: Path) -> None:
    from . import _files
    from .core._audio_file import open_audio, read_whole

    if subtype is None:
        with open_audio(source) as file:
            subtype = file.subtype if _files.can_hold(target, file.subtype) else None
    y, sr = read_whole(source, dtype=None)
    dither = {"dither": "tpdf", "rng": args.seed} if args.dither else {}
    clips = _files.write(target, y, sr, subtype, **dither)
    _, subtype = _files.sound_format(target, None, subtype)
    print(f"{target}: {y.shape[-1]} samples x {np.atleast_2d(y).shape[0]}, {sr} Hz, {subtype}; {clips} clipped")


def _file(work, args: argparse.Namespace, source: str, target: Path) -> None:
    from .core._audio_file import read_whole
    from .pcm import as_dtype

    y, sr = read_whole(source, dtype=None)
    mix = args.channels == "mix" and y.ndim > 1
    if mix or args.sr is not None or args.dtype != "float32" or y.dtype.kind == "f":
        y = as_dtype(y, args.dtype)
    if mix:
        y = fastspec.to_mono(y)
    if args.sr is not None:
        y, sr = fastspec.resample(y, orig_sr=sr, target_sr=args.sr), args.sr
    result = work(args, y, sr)
    with _batch.whole_file(target) as file:
        _WRITERS[target.suffix.lower()](file, result, source, args)


def _mel_file(args: argparse.Namespace, y: np.ndarray, sr: float) -> _Result:
    parameters = _mel_parameters(args, sr)
    ref = np.max if args.ref == "max" else args.ref
    features = fastspec.feature.logmel(y=y, **(parameters | {"ref": ref}))
    span = parameters["fmin"], parameters["fmax"]
    edges = fastspec.mel_frequencies(args.n_mels + 2, fmin=span[0], fmax=span[1], htk=args.htk)
    first = 0 if args.center else args.n_fft / 2
    to_mel = functools.partial(fastspec.hz_to_mel, htk=args.htk)

    def draw(file, levels, **labels) -> None:
        from ._picture import draw_mel

        draw_mel(file, levels, frequency_range=span, to_mel=to_mel, **labels)

    return _Result(
        features,
        lambda frames: (frames * args.hop_length + first) / sr,
        edges[1:-1],
        {"feature": "logmel"} | parameters,
        draw,
    )


def _mel_parameters(args: argparse.Namespace, sr: float) -> dict:
    """The keyword arguments of `feature.logmel`, with what None stands for filled in."""
    parameters = {"sr": sr} | {name: getattr(args, name) for name in _LOGMEL_OPTIONS}
    if args.win_length is None:
        parameters["win_length"] = args.n_fft
    if args.fmax is None:
        parameters["fmax"] = sr / 2
    return parameters


def _cqt_file(args: argparse.Namespace, y: np.ndarray, sr: float) -> _Result:
    from .pcm import as_dtype

    y = as_dtype(y, args.dtype)
    parameters = {"sr": sr} | {name: getattr(args, name) for name in _CQT_OPTIONS}
    if args.tuning is None:
        parameters["tuning"] = float(fastspec.estimate_tuning(y=y, sr=sr, bins_per_octave=args.bins_per_octave))
    C = np.abs(fastspec.cqt(y, **parameters))
    parameters["n_bins"] = C.shape[-2]
    levels = {"ref": args.ref, "amin": args.amin, "top_db": args.top_db}
    features = fastspec.amplitude_to_db(C, **(levels | {"ref": np.max if args.ref == "max" else args.ref}))
    named = {name: parameters[name] for name in ("fmin", "bins_per_octave", "tuning")}
    frequencies = fastspec.cqt_frequencies(parameters["n_bins"], **named)

    def draw(file, levels, **labels) -> None:
        from ._picture import draw_notes

        draw_notes(file, levels, pitches=fastspec.hz_to_midi(frequencies), name_of=fastspec.midi_to_note, **labels)

    return _Result(
        features,
        lambda frames: frames * args.hop_length / sr,
        frequencies,
        {"feature": "cqt"} | parameters | levels,
        draw,
    )


def _write_npy(file, result: _Result, source: str, args: argparse.Namespace) -> None:
    np.save(file, result.features)


def _write_npz(file, result: _Result, source: str, args: argparse.Namespace) -> None:
    described = {
        "unit": "dB",
        "fastspec": fastspec.__version__,
        "source": source,
        "channels": args.channels,
        "dtype": args.dtype,
        **result.parameters,
    }
    arrays = {
        "features": result.features,
        "times": result.times(np.arange(result.features.shape[-1])),
        "frequencies": result.frequencies,
        "parameters": np.array(json.dumps(described)),
    }
    # As np.savez does it, but closed on a full disk too: NumPy 1's left that to the collector, which complained.
    with _batch.without_interrupts(), zipfile.ZipFile(file, "w") as archive:
        for name, array in arrays.items():
            with archive.open(f"{name}.npy", "w", force_zip64=True) as entry:
                np.lib.format.write_array(entry, array, allow_pickle=False)


def _write_png(file, result: _Result, source: str, args: argparse.Namespace) -> None:
    result.draw(
        file,
        result.features,
        time_range=tuple(result.times(np.array([-0.5, result.features.shape[-1] - 0.5]))),
        title=Path(source).name,
        level_label="Level (dB re maximum)" if args.ref == "max" else f"Level (dB re {args.ref:g})",
    )


_WRITERS = {".npz": _write_npz, ".npy": _write_npy, ".png": _write_png}
