"""Results that are there already: left out if the command would make the same again, else refused or made anew.

An .npz and a .png tell how they were made; an .npy has its shape and dtype alone.
"""

from __future__ import annotations

import json
import os
import stat
import zipfile
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, BinaryIO, cast

from ._targets import Task
from ._terminal import STREAM, UsageError, printable, say, shown

_PNG_START, _PNG_HEADER = b"\x89PNG\r\n\x1a\n", 33  # bytes of the mark and the first chunk, which comes before others
_KEYWORD = b"fastspec\0"


def left_to_do(
    tasks: Sequence[Task], kind: str, describe: Callable[[float], dict[str, Any]], rows: str | None, *, quiet: bool
) -> list[Task]:
    """The tasks whose result is not there, or older than its source is now.

    Parameters
    ----------
    describe : callable
        How a result would be made now, at a sampling rate.
    rows : str, optional
        The parameter that counts the rows of a result.

    Raises
    ------
    UsageError
        If a result was made otherwise, or is none: then there would be results of two kinds in one folder.
    """
    if any(task.target is None for task in tasks):
        raise UsageError("--skip-existing is for files, and -o - is none; leave one out")
    there = [task for task in tasks if task.target is not None and os.path.isfile(task.target)]
    otherwise: dict[str, list[Task]] = {}
    outdated: dict[str, list[Task]] = {}
    for task in there:
        newer = _is_newer(task)
        if difference := _difference(task, kind, describe, rows, newer):
            otherwise.setdefault(difference, []).append(task)
        elif change := _change_of_source(task, kind, newer):
            outdated.setdefault(change, []).append(task)
    if otherwise:
        said = "; ".join(f"{_names(alike)} {difference}" for difference, alike in list(otherwise.items())[:3])
        more = f"; and {len(otherwise) - 3} kinds more" if len(otherwise) > 3 else ""
        raise UsageError(
            f"--skip-existing: {said}{more}; nothing was done; name another -o, or leave out --skip-existing to make "
            "all anew"
        )
    for change, alike in outdated.items():
        if not quiet:
            say(f"warning: {_names(alike)}: made anew, {change}")
    done = set(there) - {task for alike in outdated.values() for task in alike}
    return [task for task in tasks if task not in done]


def size_of(source: str) -> int | None:
    """Bytes of a file; None for what has no size of its own, such as stdin."""
    found = _status(source)
    return found.st_size if found else None


def with_parameters(png: bytes, described: dict[str, Any]) -> bytes:
    """A PNG that tells how it was made, as a text in it that viewers do not show."""
    content = b"tEXt" + _KEYWORD + json.dumps(described).encode("ascii")
    chunk = (len(content) - 4).to_bytes(4, "big") + content + zlib.crc32(content).to_bytes(4, "big")
    return png[:_PNG_HEADER] + chunk + png[_PNG_HEADER:]


def _names(tasks: Sequence[Task]) -> str:
    return shown(tasks[0].target) + (f" and {len(tasks) - 1} more" if len(tasks) > 1 else "")


def _status(source: str) -> os.stat_result | None:
    try:
        found = None if source == STREAM else os.stat(source)
    except (OSError, ValueError):
        return None
    return found if found and stat.S_ISREG(found.st_mode) else None


def _difference(
    task: Task, kind: str, describe: Callable[[float], dict[str, Any]], rows: str | None, newer: bool
) -> str:
    """What of an existing result is not as it would be made now, in words; "" if nothing is, as far as can be known."""
    from .._gate.samples import ParameterError

    try:
        was = _kept(cast(Path, task.target), kind)
        sr = was["sr"] if kind != "npy" else 0.0
    except Exception:  # whatever is wrong with it
        return "is no whole result of this command"
    try:
        now = _expected_of_array(task, describe, rows) if kind == "npy" else json.loads(json.dumps(describe(sr)))
    except ParameterError as error:
        return f"could not be made now: {error}"
    if newer and "shape" in now:  # other sound, other length
        now["shape"][-1:] = was["shape"][-1:]
    if was.get("feature") != now.get("feature"):
        now = {"feature": now.get("feature")}  # which have other options
    elif kind != "npy":
        from .. import __version__

        now |= {"source": os.path.basename(task.source), "fastspec": __version__}
        was["source"] = os.path.basename(was.get("source", ""))
    if "recipe" in now and "recipe" in was:  # field by field; what is not named there has its default
        ours, theirs = json.loads(now.pop("recipe")), json.loads(was.pop("recipe"))
        names = sorted(ours.keys() | theirs.keys())
        now |= {name: ours.get(name) for name in names}
        was |= {name: theirs.get(name) for name in names}
    said = [
        f"{name}={_plain(was.get(name))} and not {_plain(value)}"
        for name, value in now.items()
        if was.get(name) != value
    ]
    return f"was made with {', '.join(said)}" if said else ""


def _is_newer(task: Task) -> bool:
    source = _status(task.source)
    return source is not None and source.st_mtime_ns > os.stat(cast(Path, task.target)).st_mtime_ns


def _change_of_source(task: Task, kind: str, newer: bool) -> str:
    """What happened to the source after the result was made, in words; the result is a whole one."""
    size = size_of(task.source)
    then = size if kind == "npy" or size is None else _kept(cast(Path, task.target), kind).get("source_size", size)
    if then not in (None, size):
        return f"as the source has changed: {then} bytes then, {size} now"
    return "as the source is newer" if newer else ""


def _kept(path: Path, kind: str) -> dict[str, Any]:
    """What a result tells of itself."""
    import numpy as np

    if kind == "npy":
        array = np.load(path, mmap_mode="r", allow_pickle=False)
        return {"shape": list(array.shape), "dtype": str(array.dtype)}
    if kind == "png":
        with open(path, "rb") as file:
            return json.loads(_text_of(file))
    with zipfile.ZipFile(path) as archive, archive.open("parameters.npy") as entry:
        return json.loads(str(np.lib.format.read_array(entry, allow_pickle=False)))


def _text_of(file: BinaryIO) -> bytes:
    """What `with_parameters` put into a PNG; an error for one that is cut short or not ours."""
    start = file.read(_PNG_HEADER + 8)
    length = int.from_bytes(start[_PNG_HEADER : _PNG_HEADER + 4], "big")
    text = file.read(length)
    file.seek(-12, os.SEEK_END)
    if start[:8] != _PNG_START or text[: len(_KEYWORD)] != _KEYWORD or file.read(12)[4:8] != b"IEND":
        raise ValueError
    return text[len(_KEYWORD) :]


def _expected_of_array(task: Task, describe: Callable[[float], dict[str, Any]], rows: str | None) -> dict[str, Any]:
    """The dtype and shape that the features of a source would have; nothing if it cannot be read any more."""
    from .._soundfiles.sound import AudioFileError, open_audio

    if rows is None or _status(task.source) is None:
        return {}
    try:
        with open_audio(task.source) as sound:
            channels, own_sr, n = sound.channels, sound.samplerate, sound.total()
    except AudioFileError:
        return {}
    now = describe(own_sr)
    n = -(-n * now["sr"] // own_sr) if now["sr"] != own_sr else n  # as `resample` rounds up
    beyond = 0 if now.get("center", True) else now["n_fft"]
    shape = [now[rows], int((n - beyond) // now["hop_length"]) + 1]
    return {"dtype": now["dtype"], "shape": [channels, *shape] if channels > 1 and now["channels"] == "keep" else shape}


def _plain(value: object) -> str:
    return printable(value) if isinstance(value, str) else json.dumps(value)
