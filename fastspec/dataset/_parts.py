"""Parts: what a run has done so far, in files of their own that are whole or not there.

A part is a zip of two members: the features of a stretch of the items, one piece after the other as raw bytes, and an
index in JSON. Zips have a checksum for each member, and nothing of the moment gets into them. (A member for each piece
would cost a short clip a tenth of its time.)
"""

from __future__ import annotations

import json
import os
import threading
import traceback
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import IO, Any

import numpy as np

from .._gate.complaints import heard
from .._gate.samples import LibrosaError
from .._soundfiles.whole_file import OutputError, whole_file
from ._compute import UNBOUNDED, Entry, Memory, Stored, entries_of
from ._items import Item
from ._job import Job

_DATA, _INDEX = "data", "index.json"


@dataclass(frozen=True)
class Done:
    """What became of a part."""

    n_items: int
    n_entries: int
    seconds: float
    failures: tuple[tuple[str, str], ...]
    warnings: tuple[tuple[str, str], ...]


def compute_part(
    job: Job,
    items: Sequence[Item],
    path: str,
    plan: str,
    memory: Memory = UNBOUNDED,
    stop: threading.Event | None = None,
) -> Done:
    """Compute the items and write the part of this plan (its digest); runs in any thread or process, on any machine
    that sees the files. A thread ends between two blocks of a file once `stop` is set."""
    import fastspec

    with fastspec.threads(1), whole_file(path) as file, zipfile.ZipFile(file, "w") as archive:
        with archive.open(zipfile.ZipInfo(_DATA), "w", force_zip64=True) as data:
            index = _computed(job, items, _Pieces(data, path), memory, stop)
        archive.writestr(zipfile.ZipInfo(_INDEX), json.dumps({**index, "plan": plan}))
    return _done(index)


def _computed(
    job: Job, items: Sequence[Item], pieces: _Pieces, memory: Memory, stop: threading.Event | None
) -> dict[str, Any]:
    """The index of what became of the items."""
    index: dict[str, Any] = {"entries": [], "failures": [], "warnings": [], "items": len(items), "seconds": 0.0}
    for item in items:
        try:
            with heard() as said:
                made = entries_of(item, job, pieces.put, memory, stop)
        except OutputError:  # the part itself cannot be written
            raise
        except Exception as error:
            index["failures"].append((item.id, _told(item, error)))
            continue
        index["entries"] += map(_plain, made)
        index["seconds"] += made[0].duration if made else 0.0
        index["warnings"] += [(item.id, words) for words in dict.fromkeys(said)]
    return index


class _Pieces:
    """Bytes that follow one another, and where each piece of them begins."""

    def __init__(self, data: IO[bytes], path: str) -> None:
        self._data, self._path, self._end = data, path, 0

    def put(self, piece: np.ndarray) -> tuple[int, int]:
        """Write a piece; return its place and its size."""
        place = self._end
        try:
            self._data.write(piece.data.cast("B"))
        except OSError as error:
            raise OutputError(f"{self._path}: cannot be written: {error.strerror or error}") from error
        self._end += piece.nbytes
        return place, piece.nbytes


def _told(item: Item, error: Exception) -> str:
    said = " ".join(str(error).split()) or type(error).__name__
    if isinstance(error, (LibrosaError, OSError, MemoryError, ImportError)):
        return said if item.path in said else f"{item.path}: {said}"
    where = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{os.path.basename(where.filename)}:{where.lineno}"
    return f"{item.path}: {type(error).__name__}: {said} ({place}; this should not happen, please report it)"


def _plain(entry: Entry) -> dict[str, Any]:
    """As JSON has it. (`asdict` copies all of it deeply, which takes longer than a short clip's features.)"""
    features = {name: {**vars(stored), "statistics": _listed(stored)} for name, stored in entry.features.items()}
    return {**vars(entry), "features": features}


def _listed(stored: Stored) -> dict[str, Any] | None:
    return stored.statistics and {name: np.asarray(value).tolist() for name, value in stored.statistics.items()}


def _done(index: dict[str, Any]) -> Done:
    failures, warnings = (tuple((name, words) for name, words in index[kind]) for kind in ("failures", "warnings"))
    return Done(index["items"], len(index["entries"]), index["seconds"], failures, warnings)


class Part:
    """A part that is there, open for reading."""

    def __init__(self, path: str) -> None:
        self._archive = zipfile.ZipFile(path)
        self._data = self._archive.open(_DATA)
        index = json.loads(self._archive.read(_INDEX))
        self.plan = index["plan"]
        self.done = _done(index)
        self.entries = [_entry(values) for values in index["entries"]]

    def __enter__(self) -> Part:
        return self

    def __exit__(self, *_: object) -> None:
        self._data.close()
        self._archive.close()

    def pieces(self, stored: Stored) -> Iterator[np.ndarray]:
        """The pieces (frames, rows) of a feature, in the order of time."""
        for place, size in stored.pieces:
            self._data.seek(place)
            yield np.frombuffer(self._data.read(size), stored.dtype).reshape(-1, stored.rows)


def _entry(values: dict[str, Any]) -> Entry:
    return Entry(**{**values, "features": {name: Stored(**stored) for name, stored in values["features"].items()}})


def done_before(path: str, plan: str) -> Done | None:
    """What a part that is there holds, if it is whole and of this plan."""
    try:
        with Part(path) as part:
            return part.done if part.plan == plan else None
    except (zipfile.BadZipFile, KeyError, ValueError, OSError):
        return None
