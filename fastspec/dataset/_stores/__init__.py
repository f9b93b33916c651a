"""Where features are kept. A store writes parts in their order, and opens what it wrote.

Each is a module with ``write(path, parts, meta)`` and ``Opened(path)``, which has ``contents`` and whose
``read(feature, i)`` gives the frames of an entry.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from ..._gate.samples import ParameterError
from .._job import Job
from ._contents import Contents as Contents
from ._contents import Meta as Meta
from ._contents import NotAStoreError as NotAStoreError

_MODULES = {"hdf5": "_hdf5", "npy": "_folder", "tar": "_tar", "parquet": "_parquet"}
_BY_SUFFIX = {".h5": "hdf5", ".hdf5": "hdf5", ".hdf": "hdf5", ".parquet": "parquet", "": "npy"}


@dataclass(frozen=True)
class Store:
    """A kind of store, by its name; its module is imported when it is used."""

    name: str

    def write(self, path: str, parts: Any, meta: Meta) -> None:
        _module(self.name).write(path, parts, meta)

    def check(self, job: Job) -> None:
        """Refuse, before the work, what this kind cannot hold."""
        if self.name == "parquet" and not job.pool:
            raise ParameterError("pool=None: a Parquet table has a row of one size for each; use pool='mean' or 'max'")

    def open(self, path: str) -> Any:
        return _module(self.name).Opened(path)

    def summary(self, path: str) -> dict[str, Any]:
        """The header of a store that has all its files; NotAStoreError for anything else."""
        try:
            opened = self.open(path)
            opened.contents.check()
            header = opened.contents.header
            missing = next((name for name in opened.files() if not os.path.exists(name)), None)
            opened.close()
        except (NotAStoreError, MemoryError, PermissionError):
            raise
        except Exception as error:  # what a library says of broken bytes
            raise NotAStoreError(f"is damaged ({type(error).__name__}: {error})") from error
        if missing is not None:
            raise NotAStoreError(f"has lost {missing!r}")
        return header


def store_of(path: str, name: str | None) -> Store:
    """The kind that was asked for, or that the path's suffix says."""
    suffix = os.path.splitext(path)[1].lower()
    if name is None and suffix not in _BY_SUFFIX:
        raise ParameterError(f"{path}: {suffix} is no store; use .h5, .parquet or a folder's name, or say store=")
    name = _BY_SUFFIX[suffix] if name is None else name
    if name not in _MODULES:
        raise ParameterError(f"store={name!r} is unknown; use {', '.join(map(repr, _MODULES))}")
    _module(name)
    return Store(name)


def open_any(path: str) -> Any:
    """A store of any kind, opened."""
    if not os.path.exists(path):
        raise FileNotFoundError(2, "no such data set", path)
    kinds = ["npy", "tar"] if os.path.isdir(path) else ["parquet" if path.lower().endswith(".parquet") else "hdf5"]
    words = ""
    for kind in kinds:
        try:
            return Store(kind).open(path)
        except NotAStoreError as error:
            words = words or str(error)
    unfinished = os.path.exists(f"{path}.parts/plan.json")
    raise ParameterError(f"{path}: {words}" + ("; its run is unfinished: run it again" if unfinished else ""))


def _module(name: str) -> Any:
    try:
        return import_module(f".{_MODULES[name]}", __name__)
    except ModuleNotFoundError as error:
        packages = {"h5py": "dataset", "pyarrow": "parquet"}
        if error.name not in packages:
            raise
        extra = packages[error.name]
        raise ImportError(
            f"this store needs {error.name}: pip install 'fastspec-audio[{extra}]'", name=error.name
        ) from error
