"""``fastspec mel``: `fastspec.feature.logmel` of sound files."""

from __future__ import annotations

import argparse
import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import fastspec

from . import _by_recipe, _features, _parser
from ._terminal import UsageError

if TYPE_CHECKING:
    import numpy as np

_OPTIONS = (
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

_EPILOG = (
    _features.OUTPUTS.format(rows="bands' centres", n_rows="n_mels", picture="labelled picture")
    + """
examples:
  fastspec mel speech.wav -o speech.png
  fastspec mel music.mp3 -o music.png --channels keep --ref max
  fastspec mel speech.wav -o speech.npz --sr 16000 --n-fft 400 --hop-length 160 --n-mels 80 --htk --norm none
  fastspec mel recordings/*.flac -o features/ --format npy --skip-existing
  fastspec mel recordings/*.flac -o 'pictures/{name}.mel.png'
  recorder | fastspec mel - -o - --format npy > speech.npy
  fastspec mel recordings/*.flac -o features/ --recipe whisper

reading an .npz:
  data = numpy.load("speech.npz"); data["features"]; json.loads(str(data["parameters"]))
"""
)


def add(commands: Any) -> None:
    parser = commands.add_parser(
        "mel",
        help="log-mel spectrograms",
        description="Write the log-mel spectrogram of each sound file, in dB.",
        epilog=_EPILOG,
    )
    feature = _features.Feature(check, parameters, _compute, rows="n_mels")
    _features.add_files(parser)
    parser.add_argument(
        "--recipe",
        metavar="NAME",
        help="what a model's front end makes instead, at its sampling rate; see fastspec recipes",
    )
    add_options(parser)
    _features.add_levels(parser, ref=1.0, amin=1e-10)
    defaults = {name: parser.get_default(name) for name in (*_OPTIONS, "sr")}
    parser.set_defaults(command=functools.partial(_job, feature), defaults=defaults)


def _job(feature: _features.Feature, args: argparse.Namespace) -> int:
    if args.recipe is None:
        return _features.job(feature, args)
    return _by_recipe.job({name: f"--{name.replace('_', '-')}" for name in args.defaults}, args)


def add_options(parser: argparse.ArgumentParser) -> None:
    """Of a mel spectrogram."""
    frames = parser.add_argument_group("frames and spectrum").add_argument
    frames("--n-fft", type=_parser.positive_int, default=2048, help="length of the transform")
    frames("--hop-length", type=_parser.positive_int, default=512, help="samples from frame to frame")
    frames("--win-length", type=_parser.positive_int, default=None, help="length of the window (default: n_fft)")
    frames("--window", type=_parser.window, default="hann", help="name, name:parameter, or a number for kaiser")
    frames(
        "--center",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="centre frames on their times, or not (default: centre)",
    )
    frames("--pad-mode", choices=_parser.PAD_MODES, default="constant", help="what is beyond the ends of the signal")
    frames("--power", type=_parser.positive_float, default=2.0, help="exponent of the magnitude")

    bands = parser.add_argument_group("mel bands").add_argument
    bands("--n-mels", type=_parser.positive_int, default=128, help="how many")
    bands("--fmin", type=_parser.not_negative, default=0.0, help="lowest frequency in Hz")
    bands("--fmax", type=_parser.positive_float, default=None, help="highest frequency in Hz (default: sr / 2)")
    bands(
        "--htk",
        action=argparse.BooleanOptionalAction,
        default=False,
        help="HTK's mel formula instead of Slaney's",
    )
    bands("--norm", type=_parser.norm, default="slaney", help="slaney, none, or the order of a vector norm")


def check(args: argparse.Namespace) -> None:
    win_length = args.n_fft if args.win_length is None else args.win_length
    if win_length > args.n_fft:
        raise UsageError(f"--win-length {win_length} exceeds --n-fft {args.n_fft}; use a larger --n-fft")
    _features.check_window(args.window)
    if args.fmax is not None and args.fmax <= args.fmin:
        raise UsageError(f"--fmax {args.fmax:g} is not above --fmin {args.fmin:g}; use a higher --fmax")
    if args.sr is not None:
        parameters(args, args.sr)


def parameters(args: argparse.Namespace, sr: float) -> dict[str, Any]:
    """The keyword arguments of `feature.logmel`, with what None stands for filled in."""
    fmax = sr / 2 if args.fmax is None else args.fmax
    if fmax > sr / 2:
        raise fastspec.ParameterError(
            f"--fmax {fmax:g} exceeds half the sampling rate, {sr / 2:g} Hz; use at most that, or leave --fmax out"
        )
    if fmax <= args.fmin:
        raise fastspec.ParameterError(
            f"--fmin {args.fmin:g} is not below half the sampling rate, {sr / 2:g} Hz; use a lower --fmin"
        )
    given = {name: getattr(args, name) for name in _OPTIONS}
    filled_in = {"fmax": fmax, "win_length": args.n_fft if args.win_length is None else args.win_length}
    return {"feature": "logmel", "sr": sr} | given | filled_in


def _compute(args: argparse.Namespace, y: np.ndarray, sr: float) -> _features.Result:
    described = parameters(args, sr)
    span = described["fmin"], described["fmax"]
    edges = fastspec.mel_frequencies(args.n_mels + 2, fmin=span[0], fmax=span[1], htk=args.htk)
    to_mel: Callable[..., Any] = functools.partial(fastspec.hz_to_mel, htk=args.htk)

    def draw(file: Any, levels: Any, **labels: Any) -> None:
        from .._picture import draw_mel

        draw_mel(file, levels, frequency_range=span, to_mel=to_mel, **labels)

    return _features.Result(
        levels(args, y, described),
        functools.partial(times, args, sr),
        edges[1:-1],
        described,
        draw,
    )


def levels(args: argparse.Namespace, y: np.ndarray, described: dict[str, Any]) -> np.ndarray:
    """The log-mel spectrogram that `parameters` describe."""
    import numpy as np

    arguments = described | {"ref": np.max if args.ref == "max" else args.ref}
    del arguments["feature"]
    return fastspec.feature.logmel(y=y, **arguments)


def times(args: argparse.Namespace, sr: float, frames: np.ndarray) -> np.ndarray:
    """Of the middles of frames, in seconds."""
    first = 0 if args.center else args.n_fft / 2
    return (frames * args.hop_length + first) / sr
