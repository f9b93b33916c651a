"""Parts: what a run has done so far, in files of their own that are whole or not there.

A part is a zip of the features of a stretch of the items, piece by piece as raw bytes, and an index in JSON at its end.
Zips have a checksum for each member, and nothing of the moment gets into them.
"""

from __future__ import annotations

import json
import os
import traceback
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .._gate.complaints import heard
from .._gate.samples import LibrosaError
from .._soundfiles.whole_file import OutputError, whole_file
from ._compute import UNBOUNDED, Entry, Memory, Stored, entries_of
from ._items import Item
from ._job import Job

_INDEX = "index.json"


@dataclass(frozen=True)
class Done:
    """What became of a part."""

    n_items: int
    n_entries: int
    seconds: float
    failures: tuple[tuple[str, str], ...]
    warnings: tuple[tuple[str, str], ...]


def compute_part(job: Job, items: Sequence[Item], path: str, memory: Memory = UNBOUNDED) -> Done:
    """Compute the items and write the part; runs in any thread or process, on any machine that sees the files."""
    import fastspec

    entries: list[Entry] = []
    failures: list[tuple[str, str]] = []
    warnings: list[tuple[str, str]] = []
    seconds = 0.0
    with fastspec.threads(1), whole_file(path) as file, zipfile.ZipFile(file, "w", allowZip64=True) as archive:
        for item in items:
            try:
                with heard() as said:
                    made = entries_of(item, job, lambda piece: _put(archive, piece), memory)
                entries += made
                seconds += made[0].duration if made else 0.0
                warnings += [(item.id, words) for words in dict.fromkeys(said)]
            except OutputError:
                raise
            except Exception as error:
                if isinstance(error, OSError) and not isinstance(error, LibrosaError) and error.filename is None:
                    raise  # the part itself cannot be written
                failures.append((item.id, _told(item, error)))
        index = {
            "entries": [_plain(entry) for entry in entries], "failures": failures, "warnings": warnings,
            "items": len(items), "seconds": seconds,
        }  # fmt: skip
        archive.writestr(zipfile.ZipInfo(_INDEX), json.dumps(index))
    return _done(index)


def _put(archive: zipfile.ZipFile, piece: np.ndarray) -> str:
    name = str(len(archive.filelist))
    archive.writestr(zipfile.ZipInfo(name), memoryview(piece).cast("B"))
    return name


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
        index = json.loads(self._archive.read(_INDEX))
        self.done = _done(index)
        self.entries = [_entry(values) for values in index["entries"]]

    def __enter__(self) -> Part:
        return self

    def __exit__(self, *_: object) -> None:
        self._archive.close()

    def pieces(self, stored: Stored) -> Iterator[np.ndarray]:
        """The pieces (frames, rows) of a feature, in the order of time."""
        for name in stored.pieces:
            yield np.frombuffer(self._archive.read(name), stored.dtype).reshape(-1, stored.rows)


def _entry(values: dict[str, Any]) -> Entry:
    return Entry(**{**values, "features": {name: Stored(**stored) for name, stored in values["features"].items()}})


def done_before(path: str) -> Done | None:
    """What a part that is there holds, if it is whole."""
    try:
        with Part(path) as part:
            return part.done
    except (zipfile.BadZipFile, KeyError, ValueError, OSError):
        return None
