"""``fastspec cqt``: `fastspec.cqt` of sound files, as levels."""

from __future__ import annotations

import argparse
import functools
import warnings
from typing import TYPE_CHECKING, Any

import fastspec

from . import _features, _parser

if TYPE_CHECKING:
    import numpy as np

_OPTIONS = (
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
_LEVELS = ("ref", "amin", "top_db")
_USUAL_BINS = 84

_EPILOG = (
    _features.OUTPUTS.format(rows="bins", n_rows="n_bins", picture="picture with the names of notes")
    + """
examples:
  fastspec cqt music.wav -o music.png
  fastspec cqt violin.flac -o violin.png --fmin G3 --n-bins 180 --bins-per-octave 36 --hop-length 256 --tuning auto
  fastspec cqt recordings/*.flac -o features/ --n-bins all --top-db none
"""
)


def add(commands: Any) -> None:
    parser = commands.add_parser(
        "cqt",
        help="constant-Q spectrograms",
        description="Write the constant-Q spectrogram of each sound file, in dB.",
        epilog=_EPILOG,
    )
    feature = _features.Feature(_check, _described, _compute, rows="n_bins")
    parser.set_defaults(command=functools.partial(_features.job, feature))
    _features.add_files(parser)
    bins = parser.add_argument_group("bins and frames").add_argument
    bins("--hop-length", type=_parser.positive_int, default=512, help="samples from frame to frame")
    bins("--fmin", type=_parser.note_or_hertz, default="C1", help="lowest bin, a note or Hz")
    bins(
        "--n-bins",
        type=_parser.positive_int_or_all,
        default=None,
        help=f"how many, or all that there is room for (default: {_USUAL_BINS}, or as many of them as fit)",
    )
    bins("--bins-per-octave", type=_parser.positive_int, default=12, help="12 are semitones")
    bins("--tuning", type=_parser.finite_or_auto, default=0.0, help="shift in parts of a bin, or auto to estimate it")
    bins("--filter-scale", type=_parser.positive_float, default=1, help="below 1 sharper in time, above 1 in pitch")
    bins("--window", type=_parser.window, default="hann", help="name, name:parameter, or a number for kaiser")
    bins(
        "--scale",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="scale by the root of the filters' lengths (default: do)",
    )
    bins("--pad-mode", choices=_parser.PAD_MODES, default="constant", help="what is beyond the ends of the signal")
    _features.add_levels(parser, ref="max", amin=1e-5)


def _check(args: argparse.Namespace) -> None:
    _features.check_window(args.window)
    if args.sr is not None:
        _transform_parameters(args, args.sr)


def _transform_parameters(args: argparse.Namespace, sr: float) -> dict[str, Any]:
    """The keyword arguments of `cqt`, checked to fit below sr / 2; without a tuning that is still to be estimated."""
    parameters = {"sr": sr} | {name: getattr(args, name) for name in _OPTIONS}
    if args.tuning is None:
        del parameters["tuning"]
    return parameters | {"n_bins": _n_bins(args, parameters)}


def _n_bins(args: argparse.Namespace, parameters: dict[str, Any]) -> int:
    from ..core.constantq._bins import bins_of

    names = ("sr", "fmin", "bins_per_octave", "tuning", "filter_scale", "window")
    known = {"tuning": 0.0} | {name: parameters[name] for name in names if name in parameters}
    room = len(bins_of(**known, n_bins=None, norm=1))
    if isinstance(args.n_bins, int) and args.n_bins > room:
        half = parameters["sr"] / 2
        raise fastspec.ParameterError(
            f"--n-bins {args.n_bins} do not fit below half the sampling rate, {half:g} Hz, but {room} do; "
            "use fewer bins, or --n-bins all"
        )
    return {None: min(_USUAL_BINS, room), "all": room}.get(args.n_bins, args.n_bins)


def _described(args: argparse.Namespace, sr: float) -> dict[str, Any]:
    levels = {name: getattr(args, name) for name in _LEVELS}
    return {"feature": "cqt"} | _transform_parameters(args, sr) | levels


def _compute(args: argparse.Namespace, y: np.ndarray, sr: float) -> _features.Result:
    import numpy as np

    from ..pcm import as_dtype

    y = as_dtype(y, args.dtype)
    if args.tuning is None:
        tuning = fastspec.estimate_tuning(y=y, sr=sr, bins_per_octave=args.bins_per_octave)
        args = argparse.Namespace(**{**vars(args), "tuning": float(tuning)})
    parameters = _transform_parameters(args, sr)
    n_bins = parameters["n_bins"]
    if args.n_bins is None and n_bins < _USUAL_BINS:
        warnings.warn(
            f"{n_bins} of the usual {_USUAL_BINS} bins fit below half the sampling rate, {sr / 2:g} Hz, "
            "and are written; --n-bins all asks for them without this warning",
            UserWarning,
            stacklevel=2,
        )
    C = np.abs(fastspec.cqt(y, **(parameters | ({"n_bins": None} if args.n_bins == "all" else {}))))
    levels = {name: getattr(args, name) for name in _LEVELS}
    features = fastspec.amplitude_to_db(C, **(levels | {"ref": np.max if args.ref == "max" else args.ref}))
    named = {name: parameters[name] for name in ("fmin", "bins_per_octave", "tuning")}
    frequencies = fastspec.cqt_frequencies(C.shape[-2], **named)

    def draw(file: Any, levels: Any, **labels: Any) -> None:
        from .._picture import draw_notes

        draw_notes(file, levels, pitches=fastspec.hz_to_midi(frequencies), name_of=fastspec.midi_to_note, **labels)

    return _features.Result(
        features,
        lambda frames: frames * args.hop_length / sr,
        frequencies,
        _described(args, sr) | {"n_bins": C.shape[-2]},
        draw,
    )
