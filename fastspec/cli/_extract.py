"""``fastspec extract``: `fastspec.dataset.extract`, from folders of recordings to a data set."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import fastspec

from .._soundfiles.whole_file import OutputError
from . import _parser, _terminal
from ._recipes import recipe_of
from ._terminal import UsageError, printable, say

_EPILOG = """\
sources:
  sound files; folders, with all below them; patterns such as 'data/**/*.flac'; manifests (.csv, .tsv, .jsonl with the
  columns path, start, end, label, id); HDF5 files of samples; tars of sound files

outputs:
  .h5       all frames of a feature one below the other, offsets, ids, labels, durations (needs h5py)
  .parquet  a row for each recording, with --pool (needs pyarrow)
  a folder  .npy files, or with --store tar shards in WebDataset's layout
  fastspec.dataset.open reads all of them.
What is done is never lost: the same command goes on after a kill, a full disk or Ctrl-C, and its result has the same
bytes. Recordings that fail are reported and left out, and tried again by the same command; the exit status is 1.

examples:
  fastspec extract recordings/ -o features.h5 --recipe whisper
  fastspec extract train.csv -o train.h5 --recipe nemo --recipe pitch=cqt.toml --statistics --dtype float16
  fastspec extract genres/ -o genres.h5 --labels folder --feature cqt:n_bins=96,bins_per_octave=24,fmin=65.4 --sr 22050
  fastspec extract 'calls/**/*.wav' -o calls.parquet --feature mfcc:n_mfcc=13 --sr 16000 --pool mean
"""


def add(commands: Any) -> None:
    parser = commands.add_parser(
        "extract",
        help="a folder of recordings to training data",
        description="Compute features of many recordings, and keep them in one data set.",
        epilog=_EPILOG,
    )
    parser.set_defaults(command=_command)
    add = parser.add_argument
    add("sources", nargs="+", metavar="SOURCE", help="files, folders, patterns, manifests, HDF5 files, tars")
    add("-o", "--output", required=True, metavar="OUT", help="the data set: .h5, .parquet, or a folder")
    add("--store", choices=("hdf5", "npy", "tar", "parquet"), help="kind of data set (default: by the name of OUT)")
    add("--labels", choices=("folder",), help="label each recording by the folder that it lies in")

    what = parser.add_argument_group("what is computed").add_argument
    recipe_help = "a named recipe, changed by ',FIELD=VALUE' behind it, or a .json or .toml file"
    what("--recipe", action="append", default=[], metavar="[NAME=]RECIPE", help=recipe_help)
    what(
        "--feature",
        action="append",
        default=[],
        metavar="[NAME=]KIND[:OPTION=VALUE,...]",
        help="stft, cqt, vqt, chroma, mfcc or logmel, with options of that function",
    )
    what("--job", metavar="FILE", help="all of it in a .json or .toml file")
    what("--sr", type=_parser.positive_float, help="sampling rate of what is no recipe (default: that of the file)")
    what("--channels", choices=("mix", "keep"), help="mix to mono (default), or make each channel an entry")
    what("--pool", choices=("mean", "max"), help="summarise each recording over time")
    what("--pool-frames", type=_parser.positive_int, help="in so many frames (default: 1)")
    what("--patch-frames", type=_parser.positive_int, help="cut into patches of so many frames")
    what("--patch-hop", type=_parser.positive_int, help="frames from patch to patch (default: as long as one)")
    what("--statistics", action="store_true", default=None, help="store mean, deviation and range of each row, too")
    what("--dtype", choices=("float32", "float16", "float64"), help="of what is stored (default: float32)")

    run = parser.add_argument_group("the run").add_argument
    run("--workers", type=_parser.positive_int, help="recordings at a time (default: the free cores)")
    run("--processes", action="store_true", help="workers are processes instead of threads")
    run("--scheduler", metavar="ADDRESS", help="a Dask cluster, for instance tcp://host:8786 (needs distributed)")
    run("--memory", type=size, default="1GiB", help="what all workers may take")
    run("--fresh", action="store_true", help="begin anew; what is there is replaced at the end")
    _parser.add_quiet(parser)
    run("--json", action="store_true", help="print the summary as JSON on stdout")
    run("--progress", action=argparse.BooleanOptionalAction, help="show progress (default: on a terminal)")


def size(text: str) -> int:
    """``512MiB``, ``2GB`` or a number of bytes."""
    units = {"": 1, "b": 1, **{f"{p}ib": 1024**i for i, p in enumerate("kmgt", 1)}}
    units |= {f"{p}b": 1000**i for i, p in enumerate("kmgt", 1)} | {p: 1024**i for i, p in enumerate("kmgt", 1)}
    digits = text.rstrip("BbIiKkMmGgTt ")
    unit = text[len(digits) :].strip().lower()
    if unit not in units:
        raise argparse.ArgumentTypeError(f"{text!r} is no size; write 512MiB, 2GiB or a number of bytes")
    value = _parser.number(digits)
    if not 1 <= value * units[unit] < 2**62:
        raise argparse.ArgumentTypeError(f"{text!r} is no size above 0")
    return int(value * units[unit])


def _command(args: argparse.Namespace) -> int:
    from .. import dataset

    job = _job(args)
    if args.processes and args.scheduler:
        raise UsageError("--processes and --scheduler exclude each other; leave one out")
    try:
        with _executor(args) as executor, _progress(args) as progress:
            summary = dataset.extract(
                args.sources, args.output, job, label_of=args.labels, store=args.store, workers=args.workers,
                executor=executor, memory=args.memory, fresh=args.fresh, progress=progress,
            )  # fmt: skip
    except KeyboardInterrupt:
        parts = f"{os.path.realpath(args.output)}.parts"
        say(f"interrupted: what is done is in {printable(parts)}; the same command goes on from there")
        return 130
    except fastspec.ParameterError as error:
        raise UsageError(str(error).replace("fresh=True", "--fresh").replace("store=", "--store")) from None
    except (OutputError, ImportError, OSError) as error:
        say(f"error: {error}")
        return 1
    _report(summary, args)
    return 1 if summary.failures else 0


def _job(args: argparse.Namespace) -> Any:
    from ..dataset import Job, load_job

    given = ("sr", "channels", "pool", "pool_frames", "patch_frames", "patch_hop", "statistics", "dtype")
    options = {name: value for name in given if (value := getattr(args, name)) is not None}
    features = dict(named_recipe(text) for text in args.recipe)
    for text in args.feature:
        name, feature = _named_feature(text)
        if name in features:
            raise UsageError(f"two features are called {name}; name one of them: --feature other={printable(text)}")
        features[name] = feature
    if args.job:
        if features or options:
            raise UsageError("--job says all that is computed; leave out --recipe, --feature and their options")
        return load_job(args.job)
    if not features:
        raise UsageError("name what to compute: --recipe whisper, --feature mfcc, or --job FILE")
    for name, other in (("patch_hop", "patch_frames"), ("pool_frames", "pool")):
        if name in options and other not in options:
            raise UsageError(f"{_option(name)} goes with {_option(other)}; name that, too")
    return Job(features=features, **options)


def _option(name: str) -> str:
    return f"--{name.replace('_', '-')}"


def named_recipe(text: str) -> tuple[str, Any]:
    from ..dataset._job import feature_of, read_data

    name, _, value = text.rpartition("=")
    if value.lower().endswith((".json", ".toml")):
        return name or os.path.splitext(os.path.basename(value))[0], feature_of(read_data(value))
    named, comma, changes = text.partition(",")
    name, _, value = named.rpartition("=")
    try:
        return name or value, recipe_of(f"{value}{comma}{changes}")
    except fastspec.ParameterError as error:
        raise UsageError(f"--recipe {printable(text)}: {error}") from None


def _named_feature(text: str) -> tuple[str, Any]:
    from ..dataset._job import feature_of

    head, _, rest = text.partition(":")
    name, _, kind = head.rpartition("=")
    options = {}
    for part in filter(None, rest.split(",")):
        key, equals, value = part.partition("=")
        if not equals:
            part = printable(part)
            raise UsageError(f"--feature {printable(text)}: {part} has no value; write {part}=...")
        options[key.strip().replace("-", "_")] = _value(value.strip())
    return name or kind, feature_of({"kind": kind, **options})


def _value(text: str) -> Any:
    """A number, true, false, null, or text."""
    with contextlib.suppress(ValueError):
        return json.loads({"True": "true", "False": "false", "None": "null", "none": "null"}.get(text, text))
    return text


@contextlib.contextmanager
def _executor(args: argparse.Namespace) -> Iterator[Any]:
    if args.scheduler:
        from ..dataset._cluster import cluster

        with cluster(args.scheduler) as executor:
            yield executor
    elif args.processes:
        from concurrent.futures import ProcessPoolExecutor
        from multiprocessing import get_context

        workers = args.workers or fastspec.get_num_threads()
        with ProcessPoolExecutor(workers, get_context("forkserver")) as executor:
            yield executor
    else:
        yield None


# --- what is said


@contextlib.contextmanager
def _progress(args: argparse.Namespace) -> Iterator[Callable[..., Any] | None]:
    """A line that is written over: recordings, hours of audio, how much faster than they play, time left."""
    wanted = args.progress
    if wanted is None:
        wanted = not args.quiet and sys.stderr is not None and sys.stderr.isatty()
    if not wanted or sys.stderr is None:
        yield None
        return
    begin, seconds, first = time.monotonic(), 0.0, None

    def show(done: Any, n_done: int, total: int) -> None:
        nonlocal seconds, first
        first = n_done - done.n_items if first is None else first
        seconds += done.seconds
        elapsed = time.monotonic() - begin
        left = elapsed * (total - n_done) / max(1, n_done - first)
        line = f"{n_done}/{total} recordings, {seconds / 3600:.2f} hours, {seconds / elapsed:.0f}x real time, "
        print(f"\r{line}{_clock(left)} left \x1b[K", end="", file=sys.stderr, flush=True)

    try:
        yield show
    finally:
        print("\r\x1b[K", end="", file=sys.stderr, flush=True)


def _clock(seconds: float) -> str:
    minutes, seconds = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{seconds:02d}" if hours else f"{minutes}:{seconds:02d}"


def _report(summary: Any, args: argparse.Namespace) -> None:
    for _, words in summary.failures:
        say(f"error: {words}")
    if not args.quiet:
        for words in dict.fromkeys(words for _, words in summary.warnings):
            names = [name for name, said in summary.warnings if said == words]
            more = f" and {len(names) - 1} more" if len(names) > 1 else ""
            say(f"warning: {names[0]}{more}: {words}")
    failed = f", {len(summary.failures)} failed" if summary.failures else ""
    if args.json:
        values = {
            "path": summary.path, "items": summary.n_items, "entries": summary.n_entries, "seconds": summary.seconds,
            "wall_seconds": summary.wall_seconds, "real_time_factor": summary.real_time_factor,
            "resumed": summary.resumed, "failures": [list(failure) for failure in summary.failures],
        }  # fmt: skip
        _terminal.report_json(values, aside=False)
    elif not args.quiet:
        hours, clock = f"{summary.seconds / 3600:.3g} hours", _clock(summary.wall_seconds)
        speed = f"{hours} in {clock}, {summary.real_time_factor:.0f} times real time"
        resumed = f", {summary.resumed} of them done before" if summary.resumed else ""
        if resumed:  # the hours are those of all runs, the time is that of this one
            speed = f"{hours}, this run took {clock}"
        say(f"{args.output}: {summary.n_entries} entries of {summary.n_items} recordings{resumed}{failed}; {speed}")
