"""Jobs over many files: naming results, writing them whole or not at all, progress, one-line errors."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from types import FrameType

from ._arrays import LibrosaError
from ._whole_file import OutputError as OutputError
from ._whole_file import overwrites as overwrites
from ._whole_file import whole_file as whole_file


class UsageError(Exception):
    """The command line asks for something that cannot be; nothing was done."""


def plan(inputs: Sequence[str], out: str, kind: str | None, kinds: Sequence[str]) -> list[tuple[str, Path]]:
    """Pair each input with its output file.

    `out` is a file that ends in one of `kinds`, a pattern where ``{name}`` stands for the input's name, or a
    folder, where results are called as their inputs.
    """
    suffix = Path(out).suffix.lower().removeprefix(".")
    is_folder = out.endswith(("/", os.sep)) or os.path.isdir(out) or not suffix
    if not is_folder and suffix not in kinds:
        options = ", ".join("." + k for k in kinds)
        raise UsageError(f"-o {out}: .{suffix} is none of {options}; end a folder's name in /")
    if not is_folder and kind and kind != suffix:
        raise UsageError(f"-o {out} and --format {kind} contradict each other; leave one out")

    pattern = os.path.join(out, "{name}." + (kind or kinds[0])) if is_folder else out
    if len(inputs) > 1 and "{name}" not in pattern:
        raise UsageError(f"-o {out} is one file for {len(inputs)} inputs; use a folder, or {{name}} in the file name")
    pairs = [(source, Path(pattern.replace("{name}", Path(source).stem))) for source in inputs]
    taken: dict[Path, str] = {}
    for source, target in pairs:
        if taken.setdefault(target, source) != source:
            raise UsageError(f"{taken[target]} and {source} would both become {target}; use a folder for each")
    return pairs


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


def run(
    pairs: Sequence[tuple[str, Path]],
    work: Callable[[str, Path], None],
    *,
    progress: bool | None = None,
    skip_existing: bool = False,
) -> int:
    """Do `work` for each pair; say in one line each what failed, and return the exit status.

    `progress` is shown for several files on a terminal, or as told.
    """
    if skip_existing:
        pairs = [pair for pair in pairs if not pair[1].exists()]
    if progress is None:
        progress = len(pairs) > 1 and sys.stderr.isatty()
    done = failed = 0
    try:
        for source, target in _with_progress(pairs) if progress else pairs:
            try:
                with _warnings_in_one_line(source):
                    work(source, target)
            except Exception as error:
                failed += 1
                say(f"error: {_explain(source, error)}")
            else:
                done += 1
    except KeyboardInterrupt:
        say(f"interrupted: {done} of {len(pairs)} files are done")
        return 130
    if failed and len(pairs) > 1:
        say(f"{failed} of {len(pairs)} files failed")
    return 1 if failed else 0


def say(message: str) -> None:
    """A line on stderr, above the progress bar if there is one."""
    line = f"fastspec: {' '.join(message.split())}"
    tqdm = getattr(sys.modules.get("tqdm"), "tqdm", None)
    if tqdm is None:
        print(line, file=sys.stderr, flush=True)
    else:
        tqdm.write(line, file=sys.stderr)


def _explain(source: str, error: Exception) -> str:
    if isinstance(error, OutputError) or getattr(error, "filename", None) == source:
        return str(error)
    if isinstance(error, MemoryError):
        return f"{source}: not enough memory{f' ({error})' if str(error) else ''}"
    if isinstance(error, (LibrosaError, OSError, ImportError, ValueError)):
        return f"{source}: {error}"
    return f"{source}: {type(error).__name__}: {error} (this should not happen; please report it)"


def _with_progress(pairs: Sequence[tuple[str, Path]]) -> Iterable[tuple[str, Path]]:
    try:
        from tqdm import tqdm
    except ImportError:
        return _with_lines(pairs)
    return tqdm(pairs, unit="file", file=sys.stderr)


def _with_lines(pairs: Sequence[tuple[str, Path]]) -> Iterator[tuple[str, Path]]:
    for i, pair in enumerate(pairs, start=1):
        say(f"{i}/{len(pairs)} {pair[0]}")
        yield pair


@contextlib.contextmanager
def _warnings_in_one_line(source: str) -> Iterator[None]:
    """Say each UserWarning once, with the file it is about instead of a line of our code."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("ignore")
        warnings.simplefilter("always", UserWarning)
        yield
    for message in dict.fromkeys(str(w.message) for w in caught):
        say(f"warning: {source}: {message}")
