"""A folder of .npy files, named as the recordings, with an index."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from typing import Any

import numpy as np

from ._contents import Contents, Meta, NotAStoreError, contents_of, frames, read_header, write_npy

NAME = "npy"
_LONGEST_PART, _LONGEST = 200, 2000  # bytes of a file's name, and of a path; systems have 255 and 4096
_HEADER, _INDEX = "header.json", "index.jsonl"


def write(path: str, parts: Any, meta: Meta) -> None:
    contents = contents_of(parts, meta)
    os.makedirs(path)
    files = file_names(contents.ids)
    names = list(contents.features)
    for i, name, pieces in frames(parts, names):
        target = os.path.join(path, _file(files[i], name, names))
        os.makedirs(os.path.dirname(target), exist_ok=True)
        with open(target, "wb") as file:
            write_npy(file, contents.features[name], contents.n_frames(name, i), pieces)
    write_index(path, contents, [{"file": file} for file in files])


def write_index(path: str, contents: Contents, places: list[dict[str, Any]]) -> None:
    """The header, and a line for each entry; `places` say where its frames are."""
    with open(os.path.join(path, _INDEX), "w", encoding="utf-8") as file:
        for i, place in enumerate(places):
            counts = {name: contents.n_frames(name, i) for name in contents.offsets}
            line = {"id": contents.ids[i], "label": contents.labels[i], "duration": contents.durations[i]}
            file.write(json.dumps({**line, "frames": counts, **place}) + "\n")
    with open(os.path.join(path, _HEADER), "w", encoding="utf-8") as file:
        json.dump({**contents.header, "store": "tar" if places and "shard" in places[0] else "npy"}, file)


def read_index(path: str, store: str) -> tuple[Contents, list[dict[str, Any]]]:
    try:
        with open(os.path.join(path, _HEADER), encoding="utf-8") as file:
            header = read_header(file.read())
        with open(os.path.join(path, _INDEX), encoding="utf-8") as file:
            lines = [json.loads(line) for line in file]
    except (FileNotFoundError, NotADirectoryError):
        raise NotAStoreError("is no data set of fastspec's") from None
    if header.pop("store") != store:
        raise NotAStoreError("is a data set of another kind")
    counts = {name: [0, *(line["frames"][name] for line in lines)] for name in header["features"]}
    offsets = {name: np.cumsum(count, dtype=np.int64) for name, count in counts.items()}
    durations = np.array([line["duration"] for line in lines])
    ids, labels = [line["id"] for line in lines], [line["label"] for line in lines]
    return Contents(header, ids, labels, durations, offsets), lines


def file_names(ids: list[str]) -> list[str]:
    """Paths below the folder, without suffix: the ids, but where they would leave it, are too long or meet.

    A file system may not tell capitals apart. Nor can one name be a file's and a folder's: none ends in .npy.
    """
    names, taken = [], set()
    for i, name in enumerate(ids):
        *folders, _ = parts = name.split("/")
        fits = all(part.strip(". ") and len(part.encode()) <= _LONGEST_PART for part in parts)
        fits = fits and len(name.encode()) <= _LONGEST and not any(f.casefold().endswith(".npy") for f in folders)
        if not fits or name.casefold() in taken or parts[0] == "_" or os.path.isabs(name):
            name = f"_/{i:09d}"
        taken.add(name.casefold())
        names.append(name)
    return names


def _file(name: str, feature: str, features: list[str]) -> str:
    return f"{name}.npy" if len(features) == 1 else f"{name}.{feature}.npy"


class Opened:
    """A store that is there."""

    def __init__(self, path: str) -> None:
        self._path = path
        self.contents, lines = read_index(path, NAME)
        self._files, self._names = [line["file"] for line in lines], list(self.contents.features)

    def read(self, name: str, i: int) -> np.ndarray:
        return np.load(os.path.join(self._path, _file(self._files[i], name, self._names)), allow_pickle=False)

    def files(self) -> Iterator[str]:
        names = self._names
        return (os.path.join(self._path, _file(file, name, names)) for file in self._files for name in names)

    def close(self) -> None:
        pass
