"""Tars of .npy files in WebDataset's layout: members of one entry follow one another and share a key."""

from __future__ import annotations

import io
import json
import os
import tarfile
from types import TracebackType
from typing import Any

import numpy as np

from ._contents import Contents, Meta, contents_of, frames, write_npy
from ._folder import file_names, read_index, write_index

NAME = "tar"
_SHARD_BYTES = 256 << 20


def write(path: str, parts: Any, meta: Meta) -> None:
    contents = contents_of(parts, meta)
    os.makedirs(path)
    keys = _keys(contents.ids)
    names = list(contents.features)
    places: list[dict[str, Any]] = []
    with _Shards(path) as shards:
        for i, name, pieces in frames(parts, names):
            if name == names[0]:
                shards.begin()
                places.append({"shard": shards.name, "at": {}})
                shards.add(f"{keys[i]}.json", json.dumps(_about(contents, i)).encode())
                if contents.labels[i]:
                    shards.add(f"{keys[i]}.cls", contents.labels[i].encode())
            data = io.BytesIO()
            write_npy(data, contents.features[name], contents.n_frames(name, i), pieces)
            suffix = "npy" if len(names) == 1 else f"{name}.npy"
            places[i]["at"][name] = shards.add(f"{keys[i]}.{suffix}", data.getbuffer())
    write_index(path, contents, places)


def _about(contents: Contents, i: int) -> dict[str, Any]:
    return {"id": contents.ids[i], "label": contents.labels[i], "duration": float(contents.durations[i])}


def _keys(ids: list[str]) -> list[str]:
    """WebDataset takes what is before the first dot of a name for the key, so there is none in it."""
    keys, taken = [], set()
    for i, name in enumerate(file_names(ids)):
        folder, _, base = name.rpartition("/")
        base = base.replace(".", "_")
        key = f"{folder}/{base}" if folder else base
        keys.append(key if key not in taken else f"{key}_{i}")
        taken.add(keys[-1])
    return keys


class _Shards:
    """Tars of some size, with nothing of the moment in them."""

    def __init__(self, folder: str) -> None:
        self._folder, self._number = folder, -1
        self._tar: tarfile.TarFile | None = None
        self.name = ""

    def __enter__(self) -> _Shards:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._tar is not None:
            self._tar.__exit__(kind, error, trace)

    def begin(self) -> None:
        """An entry, which stays in one shard."""
        if self._tar is None or self._tar.offset >= _SHARD_BYTES:
            if self._tar is not None:
                self._tar.close()
            self._number += 1
            self.name = f"shard-{self._number:06d}.tar"
            self._tar = tarfile.open(os.path.join(self._folder, self.name), "w", format=tarfile.PAX_FORMAT)  # noqa: SIM115

    def add(self, name: str, data: Any) -> int:
        """Add a member; return where its data is."""
        assert self._tar is not None, "begin() comes first"
        info = tarfile.TarInfo(name)
        info.size = len(data)
        self._tar.addfile(info, io.BytesIO(data))
        padded = -(-len(data) // tarfile.BLOCKSIZE) * tarfile.BLOCKSIZE
        return self._tar.offset - padded


class Opened:
    """A store that is there."""

    def __init__(self, path: str) -> None:
        self._path = path
        self.contents, self._lines = read_index(path, NAME)

    def read(self, name: str, i: int) -> np.ndarray:
        line = self._lines[i]
        with open(os.path.join(self._path, line["shard"]), "rb") as file:
            file.seek(line["at"][name])
            return np.load(file, allow_pickle=False)

    def close(self) -> None:
        pass
