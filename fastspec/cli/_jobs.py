"""Work on one file after another: progress, an error of one line for each that fails, and the exit status."""

from __future__ import annotations

import contextlib
import sys
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from .._soundfiles.whole_file import OutputError
from ._targets import Task
from ._terminal import printable, say, shown


def do_all(
    tasks: Sequence[Task],
    work: Callable[[str, Path | None], None],
    *,
    progress: bool | None = None,
    quiet: bool = False,
) -> int:
    """Do `work` for each task; say in one line each what failed, and return the exit status.

    `progress` is shown for several files on a terminal, or as told. `quiet` leaves out warnings, and progress that is
    not asked for.
    """
    if progress is None:
        progress = not quiet and len(tasks) > 1 and sys.stderr is not None and sys.stderr.isatty()
    done = failed = 0
    try:
        for task in _with_progress(tasks) if progress else tasks:
            try:
                if task.fault:
                    raise ValueError(task.fault)
                with _warnings_in_one_line(task, quiet):
                    work(task.source, task.target)
            except Exception as error:
                failed += 1
                say(f"error: {_explain(task, error)}")
            else:
                done += 1
    except KeyboardInterrupt:
        say(f"interrupted: {done} of {len(tasks)} files are done")
        return 130
    if failed and len(tasks) > 1:
        say(f"{failed} of {len(tasks)} files failed")
    return 1 if failed else 0


def _explain(task: Task, error: Exception) -> str:
    """The message for a failed file: its name, and what went wrong."""
    from .._gate.samples import LibrosaError

    source, said = shown(task.source), _said(task, error)
    if isinstance(error, OutputError) or said.startswith((f"{source}: ", f"{shown(task.target)}: ")):
        return said
    if isinstance(error, MemoryError):
        return f"{source}: not enough memory{f' ({said})' if said else ''}"
    if isinstance(error, (LibrosaError, OSError, ImportError, ValueError)):
        return f"{source}: {said}"
    return f"{source}: {type(error).__name__}: {said} (this should not happen; please report it)"


def _said(task: Task, message: object) -> str:
    """A message with the names in it made printable before its lines are joined: a name may hold an end of line."""
    said = str(message)
    for name in map(str, filter(None, (task.source, task.target))):
        said = said.replace(name, printable(name))
    return said


def _with_progress(tasks: Sequence[Task]) -> Iterable[Task]:
    try:
        from tqdm import tqdm
    except ImportError:
        return _with_lines(tasks)
    return tqdm(tasks, unit="file", file=sys.stderr)


def _with_lines(tasks: Sequence[Task]) -> Iterator[Task]:
    for i, task in enumerate(tasks, start=1):
        say(f"{i}/{len(tasks)} {shown(task.source)}")
        yield task


@contextlib.contextmanager
def _warnings_in_one_line(task: Task, quiet: bool) -> Iterator[None]:
    """Say each UserWarning once, with the file it is about instead of a line of our code."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("ignore")
        warnings.simplefilter("always", UserWarning)
        yield
    source = shown(task.source)
    told = [] if quiet else [w.message for w in caught if "Deprecat" not in w.category.__name__]
    for said in dict.fromkeys(_said(task, message) for message in told):
        say(f"warning: {said}" if said.startswith(f"{source}: ") else f"warning: {source}: {said}")
