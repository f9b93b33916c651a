"""Results that are there already: left as they are, with a word about those that were made otherwise."""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from .._gate.samples import ParameterError
from ._targets import Task
from ._terminal import UsageError, printable, say, shown


def left_to_do(tasks: Sequence[Task], kind: str, describe: Callable[[float], dict]) -> list[Task]:
    """The tasks whose target is not there.

    An .npz tells how it was made; `describe` says how one would be made now, at a sampling rate. Where they differ, a
    warning says so.
    """
    if any(task.target is None for task in tasks):
        raise UsageError("--skip-existing is for files, and -o - is none; leave one out")
    there = [task for task in tasks if task.target is not None and os.path.isfile(task.target)]
    kept: dict[str, list[Task]] = {}
    for task in there if kind == "npz" else ():
        kept.setdefault(_difference(task, describe), []).append(task)
    for difference, alike in kept.items():
        if difference:
            others = f" and {len(alike) - 1} more" if len(alike) > 1 else ""
            say(
                f"warning: {shown(alike[0].target)}{others}: left as found, {difference}; "
                "without --skip-existing it is made anew"
            )
    done = set(there)
    return [task for task in tasks if task not in done]


def _difference(task: Task, describe: Callable[[float], dict]) -> str:
    """What of an existing result is not as it would be made now, in words; "" if nothing is."""
    try:
        was = _parameters(task.target)
        sr = was["sr"]
    except Exception:  # whatever is wrong with it
        return "but it is no whole result"
    try:
        now = json.loads(json.dumps(describe(sr)))
    except ParameterError as error:
        return f"though it could not be made now: {error}"
    if was.get("feature") != now["feature"]:
        now = {"feature": now["feature"]}  # which have other options
    now["source"], was["source"] = os.path.basename(task.source), os.path.basename(was.get("source", ""))
    said = [
        f"{name}={_plain(was.get(name))} and not {_plain(value)}"
        for name, value in now.items()
        if was.get(name) != value
    ]
    return f"though made with {', '.join(said)}" if said else ""


def _parameters(path: Path) -> dict:
    with zipfile.ZipFile(path) as archive, archive.open("parameters.npy") as entry:
        return json.loads(str(np.lib.format.read_array(entry, allow_pickle=False)))


def _plain(value: object) -> str:
    return printable(value) if isinstance(value, str) else json.dumps(value)
