"""``fastspec compare``: how alike recordings are, and which belong together."""

from __future__ import annotations

import argparse
import functools
import itertools
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import fastspec

from . import _extract, _jobs, _parser, _plot, _targets, _terminal
from ._terminal import STREAM, UsageError, printable, say, shown

if TYPE_CHECKING:
    import numpy as np

_EPILOG = """\
Features are 20 MFCC at 22050 Hz, or those of --recipe. Without --align a recording is the mean of its frames; with
--align dtw, dynamic time warping finds the frames that belong together, and the distance is the mean along the path.
Groups: recordings are joined, the nearest first, up to the distance --threshold.
--json prints an object: files, feature, distances (a matrix), threshold, groups (a number for each file).
A file that fails is reported and left out; the exit status is 1.

examples:
  fastspec compare calls/*.wav
  fastspec compare a.wav b.wav c.wav -o distances.png --threshold 40
  fastspec compare *.flac --recipe whisper --align dtw --metric cosine --threshold 25% --json
"""

_METRICS = ("euclidean", "cityblock", "cosine", "correlation", "chebyshev", "sqeuclidean")
_LINKAGES = ("average", "single", "complete", "weighted")


def add(commands: Any) -> None:
    parser = commands.add_parser(
        "compare",
        help="distances between files, and groups of them",
        description="Compare sound files by their features, two by two, and group them.",
        epilog=_EPILOG,
    )
    parser.set_defaults(command=_command)
    add = parser.add_argument
    add("inputs", nargs="+", metavar="INPUT", help="two sound files or more; - is stdin")
    add("-o", "--output", metavar="OUT", help="draw the distances: a .png, .svg or .pdf, or - for stdout")
    add("--format", choices=_plot.FORMATS, help="what to write to stdout (default: png)")
    add("--json", action="store_true", help="print all as JSON")
    _parser.add_quiet(parser)
    _parser.add_progress(parser)
    what = parser.add_argument_group("features and distances").add_argument
    what("--recipe", metavar="RECIPE", help="a named recipe, or a .json or .toml file (default: 20 MFCC)")
    what("--sr", type=_parser.positive_float, help="sampling rate for MFCC (default: 22050); recipes have their own")
    what("--align", choices=("none", "dtw"), default="none", help="compare means, or frame by frame")
    what("--metric", choices=_METRICS, default="euclidean", help="distance, by scipy's names")
    groups = parser.add_argument_group("groups").add_argument
    groups("--linkage", choices=_LINKAGES, default="average", help="distance of groups, by scipy's names")
    groups(
        "--threshold",
        type=_parser.distance_or_share,
        default="30%",
        metavar="DISTANCE",
        help="up to where to join: a distance, or a share of the largest one in %%",
    )
    _plot.add_look(parser.add_argument_group("picture").add_argument, size="8x7")


def _command(args: argparse.Namespace) -> int:
    inputs = list(dict.fromkeys(args.inputs))
    if len(inputs) < 2:
        raise UsageError(f"INPUT {printable(inputs[0])} is one file; name two or more to compare")
    feature = _feature(args)
    target, kind = _target(args, inputs)
    features: dict[str, np.ndarray] = {}

    def work(source: str, _: Path | None) -> None:
        features[source] = _features_of(feature, args, source)

    tasks = [_targets.task_for(source, None) for source in inputs]
    status = _jobs.do_all(tasks, work, progress=args.progress, quiet=args.quiet)
    if status == 130:
        return status
    if len(features) < 2:
        say("error: fewer than two files are left to compare")
        return 1
    distances = _distances(list(features.values()), args)
    share, value = args.threshold
    threshold = value / 100 * float(distances.max()) if share else value
    groups, order = _grouped(distances, threshold, args.linkage)
    _report(args, list(features), feature[0], distances, threshold, groups)
    if args.output is not None:
        draw = functools.partial(_draw, args, kind, list(features), distances, groups, order)
        drawn = _jobs.do_all([_targets.Task(args.output, target)], lambda _, path: _plot.write_picture(path, draw))
        return status or drawn
    return status


def _feature(args: argparse.Namespace) -> Any:
    """The name of what is compared, and the recipe or call that makes it."""
    from ..dataset._job import feature_of

    if args.recipe is None:
        return "mfcc", feature_of("mfcc")
    if args.sr is not None:
        raise UsageError("--sr is for MFCC, and --recipe has its own sampling rate; leave one out")
    recipe = _extract.named_recipe(args.recipe)[1]
    if getattr(recipe, "parts", False):
        raise UsageError(f"--recipe {printable(args.recipe)} has parts=True, which no distance is for; use another")
    return args.recipe, recipe


def _target(args: argparse.Namespace, inputs: Sequence[str]) -> tuple[Path | None, str]:
    """Where the picture goes, and of what kind it is."""
    target, kind = None, args.format or "png"
    if args.output is not None:
        (task, *_), kind = _targets.plan(inputs[:1], args.output, args.format, _plot.FORMATS)
        target = task.target
        _targets.check_apart([_targets.task_for(source, target) for source in inputs])
        _plot.check_pictures(args.colors, map_wanted=True)
    elif args.format or args.colors:
        raise UsageError(f"{'--format' if args.format else '--colors'} is for pictures; name one: -o distances.png")
    _terminal.check_streams(reads=STREAM in inputs, writes=args.output == STREAM)
    return target, kind


def _features_of(feature: Any, args: argparse.Namespace, source: str) -> np.ndarray:
    """Frames by rows, or the mean of the frames."""
    import numpy as np

    from .._front.recipe import Recipe
    from .._soundfiles.sound import read_whole

    recipe = feature[1]
    wanted = recipe.sr if isinstance(recipe, Recipe) else args.sr or 22050
    y, sr = read_whole(_terminal.opened(source), dtype=np.float32)
    y = fastspec.resample(fastspec.to_mono(y), orig_sr=sr, target_sr=wanted) if sr != wanted else fastspec.to_mono(y)
    if isinstance(recipe, Recipe):
        F = recipe(y)
        F = F if recipe.frames == "first" else F.T
    else:
        F = recipe(y, wanted).T
    F = np.asarray(np.abs(F), np.float64) if F.dtype.kind == "c" else F.astype(np.float64)
    if not len(F):
        raise ValueError("is too short for a frame")
    return F.mean(axis=0, keepdims=True) if args.align == "none" else F


def _distances(features: Sequence[np.ndarray], args: argparse.Namespace) -> np.ndarray:
    """The symmetric matrix of distances, of zeros on its diagonal."""
    import numpy as np
    from scipy.spatial.distance import cdist

    D = np.zeros((len(features), len(features)))
    for i, j in itertools.combinations(range(len(features)), 2):
        C = cdist(features[i], features[j], args.metric)
        # Cosine and correlation have no answer for rows of zeros: nothing is like nothing, and unlike all else.
        C = np.nan_to_num(C, nan=1.0)
        if args.align == "dtw":
            total, path = fastspec.sequence.dtw(C=C)
            D[i, j] = D[j, i] = max(0.0, total[-1, -1] / len(path))
        else:
            D[i, j] = D[j, i] = C[0, 0]
    return D


def _grouped(distances: np.ndarray, threshold: float, linkage: str) -> tuple[list[int], list[int]]:
    """The group of each file, numbered as they come, and an order in which neighbours are alike."""
    from scipy.cluster import hierarchy
    from scipy.spatial.distance import squareform

    tree = hierarchy.linkage(squareform(distances, checks=False), linkage, optimal_ordering=True)
    numbers: dict[int, int] = {}
    labels = hierarchy.fcluster(tree, threshold, "distance").tolist()
    return [numbers.setdefault(label, len(numbers) + 1) for label in labels], hierarchy.leaves_list(tree).tolist()


def _report(
    args: argparse.Namespace, files: Any, feature: str, distances: np.ndarray, threshold: float, groups: Any
) -> None:
    import numpy as np

    aside = args.output == STREAM
    if args.json:
        told = {"files": files, "feature": feature, "distances": distances.tolist()}
        _terminal.report_json(told | {"threshold": threshold, "groups": groups}, aside=aside)
    elif not args.quiet or args.output is None:
        others = distances + np.diag(np.full(len(files), np.inf))
        nearest = others.argmin(axis=1)
        rows = sorted(
            (groups[i], i, (shown(files[i]), str(groups[i]), f"{others[i, j]:.4g}", shown(files[j])))
            for i, j in enumerate(nearest)
        )
        _terminal.report_table(("file", "group", "distance", "nearest"), [row for *_, row in rows], aside=aside)


def _draw(
    args: argparse.Namespace, kind: str, files: Any, distances: np.ndarray, groups: Any, order: list[int], file: Any
) -> None:
    """The matrix, alike files beside each other, with lines between groups."""
    import numpy as np

    from .. import _picture

    figure = _picture.new_figure(args.size, args.dpi)
    ax = figure.subplots()
    image = ax.imshow(distances[np.ix_(order, order)], cmap=args.colors or "magma_r", vmin=0, interpolation="nearest")
    names = [f"{shown(Path(files[i]).name or files[i])} ({groups[i]})" for i in order]
    every = -(-len(names) // 60)  # as many names as there is room for
    places = range(0, len(names), every)
    ax.set_yticks(places, names[::every], fontsize=8, parse_math=False)
    ax.set_xticks(places, names[::every], fontsize=8, rotation=90, parse_math=False)
    for k in range(1, len(order)):
        if groups[order[k]] != groups[order[k - 1]]:
            ax.axhline(k - 0.5, color="white", linewidth=1.5)
            ax.axvline(k - 0.5, color="white", linewidth=1.5)
    bar = figure.colorbar(image, ax=ax, label=f"Distance ({args.metric}{', dtw' if args.align == 'dtw' else ''})")
    bar.outline.set_visible(False)
    _picture.entitle(ax, f"{args.recipe or 'MFCC'}; groups in brackets")
    _picture.save(figure, file, kind)
