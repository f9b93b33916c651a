"""Where results go: every input gets a target of its own, which is no input, below the folder that was named."""

from __future__ import annotations

import functools
import os
import stat
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ._terminal import STREAM, UsageError, printable, shown

_NAME = "{name}"
_STDIN_NAME = "stdin"


@dataclass(frozen=True)
class Task:
    """An input (`STREAM` is stdin) and its target (None is stdout), or why it has none."""

    source: str
    target: Path | None
    fault: str | None = None


def plan(inputs: Sequence[str], out: str, kind: str | None, kinds: Sequence[str]) -> tuple[list[Task], str]:
    """Give each input its target, and say which of `kinds` the targets are.

    `out` is a file that ends in one of `kinds`, a pattern where ``{name}`` stands for the input's name, a folder, where
    results are called as their inputs, ``-`` for stdout, or a pipe or device, which have no kind of their own.
    """
    if not out or "\0" in out:
        raise UsageError(f"-o {printable(repr(out))} names no file; name a file, a folder, or a pattern with {{name}}")
    suffix = Path(out).suffix.lower().removeprefix(".")
    if out == STREAM or _is_special(out):
        return _one_target(inputs, out, None if out == STREAM else Path(out)), kind or _kind_of(suffix, kinds)
    is_folder = out.endswith(("/", os.sep)) or os.path.isdir(out) or not suffix
    if is_folder and os.path.isfile(out.rstrip("/" + os.sep)):
        raise UsageError(f"-o {printable(out)} is a file, not a folder; name a folder, or a file with a suffix")
    if not is_folder and suffix not in kinds:
        options = ", ".join("." + k for k in kinds)
        raise UsageError(f"-o {printable(out)}: .{printable(suffix)} is none of {options}; end a folder's name in /")
    if not is_folder and kind and kind != suffix:
        raise UsageError(f"-o {printable(out)} and --format {kind} contradict each other; leave one out")
    pattern = os.path.join(out, f"{_NAME}.{kind or kinds[0]}") if is_folder else out
    tasks = [_named(source, pattern) for source in inputs] if _NAME in pattern else _one_target(inputs, out, Path(out))
    return _each_once(tasks), kind or _kind_of(suffix, kinds)


def check_apart(tasks: Iterable[Task]) -> None:
    """Refuse a target that is an input, by whatever name: the original would be lost before or while it is read."""
    tasks = [task for task in tasks if not task.fault]
    inputs: dict[Any, Any] = {}
    for task in tasks:
        inputs.setdefault(_identity(0 if task.source == STREAM else task.source), task.source)
    for task in tasks:
        identity = _identity(1 if task.target is None else task.target)
        if identity and identity in inputs:
            name, source = shown(task.target), shown(inputs[identity])
            what = "is an input" if name == source else f"is the same file as the input {source}"
            raise UsageError(f"{name} {what}, which would be lost; write to another file")


def _kind_of(suffix: str, kinds: Sequence[str]) -> str:
    return suffix if suffix in kinds else kinds[0]


def _one_target(inputs: Sequence[str], out: str, target: Path | None) -> list[Task]:
    if len(inputs) > 1:
        raise UsageError(
            f"-o {printable(out)} is one file for {len(inputs)} inputs; use a folder, or {{name}} in the file name"
        )
    return [task_for(inputs[0], target)]


def task_for(source: str, target: Path | None) -> Task:
    """A task, unless the input cannot be the name of a file."""
    if not source or "\0" in source:
        return Task(source, None, "a zero byte is in no name of a file" if source else "an empty name is no file")
    return Task(source, target)


def _named(source: str, pattern: str) -> Task:
    """The input's name in place of ``{name}``, if it makes one name of a file or folder: '...wav' makes '..' of it."""
    stem = _STDIN_NAME if source == STREAM else Path(source).stem
    for part in Path(pattern).parts:
        name = part.replace(_NAME, stem)
        if _NAME in part and not _is_one_name(name):
            return Task(
                source, None, f"{{name}} would make {printable(repr(name))} of it, which names no file; rename it"
            )
    return task_for(source, Path(pattern.replace(_NAME, stem)))


def _is_one_name(name: str) -> bool:
    """Whether a path that ends in `name` lies in the folder before it. Windows drops dots and spaces at the end."""
    separators = {"/", os.sep, os.altsep, "\0"} | ({":"} if os.name == "nt" else set())
    return bool(name.strip(". ")) and not any(separator and separator in name for separator in separators)


def _each_once(tasks: Iterable[Task]) -> list[Task]:
    """Drop inputs that are given twice, and refuse two of them that would become one file."""
    taken: dict[str, Task] = {}
    real = functools.cache(os.path.realpath)
    kept = []
    for task in tasks:
        if task.target is not None:
            # Targets are followed if they are links, so two of them may lead to one file.
            folder, name = os.path.split(task.target)
            place = real(task.target) if os.path.islink(task.target) else os.path.join(real(folder), name)
            first = taken.setdefault(os.path.normcase(place), task)
            if first is not task:
                if first.source == task.source or _identity(first.source) == _identity(task.source) is not None:
                    continue
                raise UsageError(
                    f"{shown(first.source)} and {shown(task.source)} would both become {shown(task.target)}; "
                    "use a folder for each"
                )
        kept.append(task)
    return kept


def _is_special(path: str) -> bool:
    """Whether a pipe, a device or a socket is there."""
    try:
        mode = os.stat(path).st_mode
    except (OSError, ValueError):
        return False
    return not stat.S_ISREG(mode) and not stat.S_ISDIR(mode)


def _identity(path: str | Path | int) -> tuple[int, int] | None:
    """What two names of one file have in common; None if there is no file, or one that can be both input and output."""
    try:
        found = os.stat(path)
    except (OSError, ValueError):
        return None
    apart = stat.S_ISCHR(found.st_mode) or stat.S_ISSOCK(found.st_mode)
    return None if apart else (found.st_dev, found.st_ino)
