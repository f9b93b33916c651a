"""HDF5: all frames of a feature one below the other, and where each entry begins."""

from __future__ import annotations

import errno
import json
from typing import Any

import h5py
import numpy as np

from ._contents import Contents, Meta, NotAStoreError, contents_of, frames, read_header

_MOST_ATTRIBUTE = 60_000  # bytes; HDF5 takes 64 KiB
_GATHERED = 8 << 20  # bytes of frames written at a time


def write(path: str, parts: Any, meta: Meta) -> None:
    contents = contents_of(parts, meta)
    try:
        _write(path, parts, contents)
    except RuntimeError as error:  # what h5py makes of a full disk when it closes a file
        raise OSError(errno.ENOSPC, f"the disk may be full ({' '.join(str(error).split())[:120]})") from error


def _write(path: str, parts: Any, contents: Contents) -> None:
    with h5py.File(path, "w", track_order=False) as file:
        _write_header(file, contents)
        text = h5py.string_dtype("utf-8")
        for name, values in (("ids", contents.ids), ("labels", contents.labels)):
            longest = max((len(value.encode()) for value in values), default=0) or 1
            encoded = np.array([value.encode() for value in values], h5py.string_dtype("utf-8", longest))
            file.create_dataset(name, data=encoded, track_times=False)
        file.create_dataset("durations", data=contents.durations, track_times=False)
        file.create_dataset("header", data=json.dumps(contents.header), dtype=text, track_times=False)
        writers = {}
        for name, feature in contents.features.items():
            shape = feature["frames"], feature["rows"]
            data = file.create_dataset(_place("features", name, contents), shape, feature["dtype"], track_times=False)
            offsets = contents.offsets[name]
            file.create_dataset(_place("offsets", name, contents), data=offsets, track_times=False)
            writers[name] = _Rows(data)
        for _, name, pieces in frames(parts, list(writers)):
            for piece in pieces:
                writers[name].add(piece)
        for writer in writers.values():
            writer.flush()


def _write_header(file: h5py.File, contents: Contents) -> None:
    header = contents.header
    values = {"fastspec": header["versions"]["fastspec"], "job": json.dumps(header["job"])}
    for name, recipe in header["job"]["features"].items():
        values[_place("recipe", name, contents)] = json.dumps(recipe)
    for name, value in values.items():
        if len(value) <= _MOST_ATTRIBUTE:
            file.attrs[name] = value


def _place(kind: str, name: str, contents: Contents) -> str:
    """One feature needs no name."""
    return kind if len(contents.features) <= 1 else f"{kind}/{name}"


class _Rows:
    """Frames that follow one another, gathered: a call of HDF5's costs as much as thousands of them."""

    def __init__(self, data: h5py.Dataset) -> None:
        self._data, self._done = data, 0
        self._waiting: list[np.ndarray] = []
        self._bytes = 0

    def add(self, piece: np.ndarray) -> None:
        self._waiting.append(piece)
        self._bytes += piece.nbytes
        if self._bytes >= _GATHERED:
            self.flush()

    def flush(self) -> None:
        if self._waiting:
            block = np.concatenate(self._waiting)
            self._data[self._done : self._done + len(block)] = block
            self._done += len(block)
        self._waiting, self._bytes = [], 0


class Opened:
    """A store that is there."""

    def __init__(self, path: str) -> None:
        try:
            self._file = h5py.File(path, "r")
            header = self._file["header"][()]
        except (OSError, KeyError) as error:
            if isinstance(error, (FileNotFoundError, PermissionError)):
                raise
            raise NotAStoreError("is no data set of fastspec's") from None
        contents = Contents(read_header(header), [], [], np.empty(0))
        contents.ids, contents.labels = (list(self._file[name].asstr()[:]) for name in ("ids", "labels"))
        contents.durations = self._file["durations"][:]
        contents.offsets = {name: self._file[_place("offsets", name, contents)][:] for name in contents.features}
        self.contents = contents
        self._data = {name: self._file[_place("features", name, contents)] for name in contents.features}

    def read(self, name: str, i: int) -> np.ndarray:
        begin, end = self.contents.offsets[name][i : i + 2]
        return self._data[name][begin:end]

    def files(self) -> list[str]:
        return []

    def close(self) -> None:
        self._file.close()
