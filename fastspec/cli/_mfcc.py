"""``fastspec mfcc``: `fastspec.feature.mfcc` of sound files."""

from __future__ import annotations

import argparse
import functools
from typing import TYPE_CHECKING, Any

import fastspec

from . import _features, _mel, _parser
from ._terminal import UsageError

if TYPE_CHECKING:
    import numpy as np

_EPILOG = (
    _features.OUTPUTS.format(rows="", n_rows="n_mfcc", picture="labelled picture")
    .replace("features (dB)", "features")
    .replace("frequencies (Hz, of the )", "coefficients (their numbers)")
    + """
examples:
  fastspec mfcc speech.wav -o speech.npz
  fastspec mfcc speech.wav -o speech.png --n-mfcc 13 --lifter 22
  fastspec mfcc recordings/*.flac -o features/ --format npy --sr 16000 --n-fft 400 --hop-length 160 --n-mels 40
"""
)


def add(commands: Any) -> None:
    parser = commands.add_parser(
        "mfcc",
        help="mel-frequency cepstral coefficients",
        description="Write the mel-frequency cepstral coefficients of each sound file.",
        epilog=_EPILOG,
    )
    feature = _features.Feature(_check, _parameters, _compute, rows="n_mfcc")
    parser.set_defaults(command=functools.partial(_features.job, feature))
    _features.add_files(parser)
    coefficients = parser.add_argument_group("coefficients").add_argument
    coefficients("--n-mfcc", type=_parser.positive_int, default=20, help="how many, from the mean level on")
    coefficients("--dct-type", type=int, choices=(1, 2, 3), default=2, help="type of the DCT")
    coefficients("--dct-norm", choices=("ortho", "none"), default="ortho", help="whether the DCT is orthonormal")
    coefficients("--lifter", type=_parser.not_negative, default=0, help="cepstral liftering; 0 is none")
    _mel.add_options(parser)
    _features.add_levels(parser, ref=1.0, amin=1e-10)


def _check(args: argparse.Namespace) -> None:
    _mel.check(args)
    if args.n_mfcc > args.n_mels:
        raise UsageError(f"--n-mfcc {args.n_mfcc} exceeds --n-mels {args.n_mels}; use fewer, or a larger --n-mels")
    if args.dct_type == 1 and args.n_mels < 2:
        raise UsageError(f"--dct-type 1 needs two bands, and --n-mels is {args.n_mels}; use more, or --dct-type 2")


def _transform(args: argparse.Namespace) -> dict[str, Any]:
    norm = None if args.dct_norm == "none" else args.dct_norm
    return {"n_mfcc": args.n_mfcc, "dct_type": args.dct_type, "norm": norm, "lifter": args.lifter}


def _parameters(args: argparse.Namespace, sr: float) -> dict[str, Any]:
    """Those of the spectrogram, whose norm is called mel_norm here, and those of the transform."""
    mel = _mel.parameters(args, sr)
    return mel | {"mel_norm": mel["norm"]} | _transform(args) | {"feature": "mfcc"}


def _compute(args: argparse.Namespace, y: np.ndarray, sr: float) -> _features.Result:
    import numpy as np

    S = _mel.levels(args, y, _mel.parameters(args, sr))
    features = fastspec.feature.mfcc(S=S, sr=sr, **_transform(args))

    def draw(file: Any, levels: Any, **labels: Any) -> None:
        from .._picture import draw_rows

        draw_rows(file, levels, **labels)

    return _features.Result(
        features,
        functools.partial(_mel.times, args, sr),
        np.arange(args.n_mfcc),
        _parameters(args, sr),
        draw,
        rows_name="coefficients",
        level_label="Coefficient",
    )
