"""``fastspec stats``: what one wants to know of recordings before training on them."""

from __future__ import annotations

import argparse
import math
from pathlib import Path
from typing import Any

from . import _jobs, _parser, _targets, _terminal
from ._terminal import STREAM, shown

_EPILOG = """\
columns:
  peak     largest magnitude, in dB re full scale
  RMS      root of the mean square over all samples, in dB re full scale
  clipped  samples at or beyond full scale: the highest code of integers, 1.0 of others
  silence  share of the time, by stretches of 20 ms whose RMS is below --silence
--json prints a list with an object for each file: path, format, subtype, sr, channels, samples, seconds, peak, peak_db,
rms, rms_db, mean, clipped, nonfinite (NaN and infinity, which the others leave out) and silence (0 to 1).
A file that fails, or is cut short, is reported and left out; the exit status is 1.

examples:
  fastspec stats recordings/*.flac
  fastspec stats speech.wav --silence -50 --json
  recorder | fastspec stats -
"""

_STRETCH = 0.02  # seconds
_BLOCK = 1 << 18  # samples, about
_FULL_SCALE = {"ULAW": 32124 / 32768, "ALAW": 32256 / 32768}  # the highest codes
_HEADS = ("file", "format", "rate", "ch", "length", "peak", "RMS", "clipped", "silence")


def add(commands: Any) -> None:
    parser = commands.add_parser(
        "stats",
        help="levels, clipped samples, silence, rate and length of files",
        description="Print peak, RMS, clipped samples, silence, rate, channels, length and format of each sound file.",
        epilog=_EPILOG,
    )
    parser.set_defaults(command=_command)
    add = parser.add_argument
    add("inputs", nargs="+", metavar="INPUT", help="a sound file (WAV, FLAC, Ogg, MP3, AIFF, ...), or - for stdin")
    add("--silence", type=_parser.finite, default=-60.0, metavar="DB", help="what counts as silence, in dB")
    add("--json", action="store_true", help="print a list of objects as JSON")
    _parser.add_quiet(parser)
    _parser.add_progress(parser)


def _command(args: argparse.Namespace) -> int:
    tasks = [_targets.task_for(source, None) for source in args.inputs]
    _terminal.check_streams(reads=STREAM in args.inputs, writes=False)
    found: list[dict[str, Any]] = []

    def work(source: str, _: Path | None) -> None:
        found.append({"path": source} | stats_of(_terminal.opened(source), args.silence))

    status = _jobs.do_all(tasks, work, progress=args.progress, quiet=args.quiet)
    if args.json:
        _terminal.report_json(found, aside=False)
    elif found:
        rows = [_row(one) for one in found] + ([_sum(found)] if len(found) > 1 else [])
        _terminal.report_table(_HEADS, rows, aside=False)
    return status


def stats_of(source: Any, silence: float) -> dict[str, Any]:
    """All that is told of a sound file, read block by block; levels in dB are re full scale."""
    import numpy as np

    from .._soundfiles.sound import AudioFileError, open_audio, samples

    peak = total = squares = 0.0
    count = n_finite = clipped = silent = 0
    with open_audio(source) as sound:
        stretch = max(1, round(_STRETCH * sound.samplerate))
        full = _full_scale(sound.subtype)
        while len(block := samples(sound, max(1, _BLOCK // stretch) * stretch, np.float64)):
            finite = np.isfinite(block)
            clipped += int(np.count_nonzero(np.abs(block) >= full))  # infinity, too
            if not finite.all():
                block = np.where(finite, block, 0.0)
            n_finite += int(np.count_nonzero(finite))
            count += len(block)
            peak = max(peak, np.abs(block).max())
            total += block.sum()
            powers = np.square(block).sum(axis=-1)
            squares += powers.sum()
            silent += _silent(powers, stretch, 10 ** (silence / 10) * sound.channels)
        if sound.complaint or not count:
            raise AudioFileError(sound.name, sound.complaint or "holds no samples (libsndfile: 0 frames)")
        rms = math.sqrt(squares / n_finite) if n_finite else 0.0
        return {
            "format": sound.format, "subtype": sound.subtype, "sr": sound.samplerate, "channels": sound.channels,
            "samples": count, "seconds": count / sound.samplerate, "peak": float(peak), "peak_db": _db(peak),
            "rms": rms, "rms_db": _db(rms), "mean": float(total / n_finite) if n_finite else 0.0,
            "clipped": int(clipped), "nonfinite": count * sound.channels - int(n_finite), "silence": silent / count,
        }  # fmt: skip


def _silent(powers: Any, stretch: int, limit: float) -> int:
    """How many samples lie in stretches whose mean power is below the limit; the last stretch may be shorter."""
    import numpy as np

    starts = np.arange(0, len(powers), stretch)
    lengths = np.diff(starts, append=len(powers))
    return int(lengths[np.add.reduceat(powers, starts) < limit * lengths].sum())


def _full_scale(subtype: str) -> float:
    """The magnitude of the highest code, which stands for 1.0 in files of integers."""
    bits = subtype.rpartition("_")[2].lstrip("SU")
    if subtype.startswith(("PCM_", "ALAC_")) and bits.isdigit():
        return 1 - 2.0 ** (1 - int(bits))
    return _FULL_SCALE.get(subtype, 1.0)


def _db(value: float) -> float:
    return 20 * math.log10(value) if value > 0 else -math.inf


def _row(one: dict[str, Any]) -> tuple[str, ...]:
    return (
        shown(one["path"]),
        f"{one['format']} {one['subtype']}",
        str(one["sr"]),
        str(one["channels"]),
        _terminal.clock(one["seconds"]),
        f"{one['peak_db']:.2f} dB",
        f"{one['rms_db']:.2f} dB",
        str(one["clipped"]) + (f" + {one['nonfinite']} NaN" if one["nonfinite"] else ""),
        f"{100 * one['silence']:.1f} %",
    )


def _sum(found: list[dict[str, Any]]) -> tuple[str, ...]:
    seconds = sum(one["seconds"] for one in found)
    silence = sum(one["silence"] * one["seconds"] for one in found) / seconds
    peak, clipped = max(one["peak_db"] for one in found), sum(one["clipped"] for one in found)
    length = _terminal.clock(seconds)
    return (f"all {len(found)} files", "", "", "", length, f"{peak:.2f} dB", "", f"{clipped}", f"{100 * silence:.1f} %")
