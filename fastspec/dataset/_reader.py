"""Data sets that `extract` made, to be read: by number, by id, in order or shuffled."""

from __future__ import annotations

import contextlib
import operator
import os
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from .._front.notebook import table
from .._front.recipe import Recipe
from .._gate.complaints import public
from .._gate.samples import ParameterError
from ._job import Call, feature_of
from ._stores import open_any


@contextlib.contextmanager
def _told_if_damaged(path: str) -> Iterator[None]:
    """Whatever a library says of broken bytes becomes one error that names the data set."""
    try:
        yield
    except (ParameterError, MemoryError):
        raise
    except Exception as error:
        if isinstance(error, FileNotFoundError) and error.filename == path:  # not a part of it
            raise
        said = f"{type(error).__name__}: {error}"
        raise ParameterError(f"{path}: cannot be read as a data set, is it damaged? ({said})") from error


class Dataset(Sequence[Any]):
    """A data set, opened by `open`: it has a length and gives an entry for a number, as torch's `DataLoader` wants it.

    Copies in other processes open the files anew. An entry is an array (frames, rows), or a dict of arrays if there are
    several features; with labels, a tuple of that and the number of its class.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> import numpy as np
    >>> import fastspec
    >>> from fastspec import dataset
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> _ = fastspec.write(folder / "a.wav", np.zeros(16000, np.float32), 16000)
    >>> _ = dataset.extract([folder], folder / "features", dataset.Job(features="whisper"))
    >>> data = dataset.open(folder / "features")
    >>> len(data), data.ids, data["a.wav"].shape
    (1, ['a.wav'], (100, 80))
    """

    def __init__(self, path: str, features: tuple[str, ...] | None, normalize: str | None, labels: bool) -> None:
        self.path, self._normalize, self._with_labels = path, normalize, labels
        with _told_if_damaged(path):
            self._open(features)

    def _open(self, features: tuple[str, ...] | None) -> None:
        path, normalize = self.path, self._normalize
        self._process, self._opened = os.getpid(), open_any(path)
        contents = self._opened.contents
        self._names = tuple(contents.features) if features is None else features
        for name in self._names:
            if name not in contents.features:
                raise ParameterError(f"features: {path} has no {name!r}; it has {', '.join(contents.features)}")
        self.ids, self.labels, self.durations = contents.ids, contents.labels, contents.durations
        self.classes = sorted(set(self.labels))
        self._numbers = {name: i for i, name in enumerate(self.ids)}
        self._class_numbers = {name: i for i, name in enumerate(self.classes)}
        self._scales = {name: _scale_of(path, name, contents.features[name], normalize) for name in self._names}

    def __repr__(self) -> str:
        header = self._opened.contents.header
        features = ", ".join(f"{name} ({header['features'][name]['rows']})" for name in self._names)
        return f"<Dataset {self.path}: {len(self)} entries, {header['seconds'] / 3600:.4g} hours, {features}>"

    def _repr_html_(self) -> str:
        held = self.summary()
        features = (
            (name, f"{f['rows']} rows, {f['frames']} frames, {f['dtype']}") for name, f in held["features"].items()
        )
        classes = ((f"class {name}", f"{n} entries") for name, n in held["classes"].items())
        counts = [("entries", held["entries"]), ("hours", f"{held['hours']:.4g}"), ("failures", held["failures"])]
        return table(f"Dataset {self.path}", [*counts, *features, *classes])

    def __len__(self) -> int:
        return len(self.ids)

    def __getitem__(self, key: Any) -> Any:
        """By number, by id, or a list of entries by a slice or an array of numbers."""
        if isinstance(key, slice):
            return [self._entry(i) for i in range(*key.indices(len(self)))]
        if isinstance(key, str):
            if key not in self._numbers:
                raise KeyError(f"{key!r} is no id in {self.path}; its ids are in .ids")
            return self._entry(self._numbers[key])
        if isinstance(key, (list, np.ndarray)):
            return [self[i] for i in (key if isinstance(key, list) else key.tolist())]
        i = operator.index(key)
        if not -len(self) <= i < len(self):
            raise IndexError(f"{i} is no entry of {self.path}, which has {len(self)}")
        return self._entry(i % len(self))

    def __iter__(self) -> Iterator[Any]:
        return (self._entry(i) for i in range(len(self)))

    def shuffled(self, seed: int) -> Iterator[Any]:
        """All entries in an order that the seed decides.

        Parameters
        ----------
        seed : int

        Returns
        -------
        iterator
        """
        return (self._entry(int(i)) for i in np.random.default_rng(seed).permutation(len(self)))

    def n_frames(self, i: int, feature: str | None = None) -> int:
        """Frames of an entry, without reading it.

        Parameters
        ----------
        i : int
        feature : str, optional
            Default: the first.

        Returns
        -------
        int
        """
        offsets = self._opened.contents.offsets[feature or self._names[0]]
        return int(offsets[i + 1] - offsets[i])

    @property
    def recipes(self) -> dict[str, Recipe | Call]:
        """How each feature was made."""
        made = self._opened.contents.header["job"]["features"]
        return {name: feature_of(made[name]) for name in self._names}

    @property
    def recipe(self) -> Recipe | Call:
        """How the first feature was made."""
        return self.recipes[self._names[0]]

    @property
    def statistics(self) -> dict[str, Any]:
        """Of the first feature: count, mean, std, min, max of each row, if the job asked for them."""
        return self._opened.contents.features[self._names[0]].get("statistics", {})

    def summary(self) -> dict[str, Any]:
        """What it holds.

        Returns
        -------
        dict
            entries, hours, features (rows, frames, dtype), classes (entries of each), failures, versions.
        """
        header = self._opened.contents.header
        return {
            "entries": len(self),
            "hours": header["seconds"] / 3600,
            "features": {n: {k: f[k] for k in ("rows", "frames", "dtype")} for n, f in header["features"].items()},
            "classes": {name: self.labels.count(name) for name in self.classes if name},
            "failures": len(header["failures"]),
            "versions": header["versions"],
        }

    def close(self) -> None:
        """Close the files."""
        self._opened.close()

    def __enter__(self) -> Dataset:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __getstate__(self) -> dict[str, Any]:
        return {"path": self.path, "args": (self._names, self._normalize, self._with_labels)}

    def __setstate__(self, state: dict[str, Any]) -> None:
        Dataset.__init__(self, state["path"], *state["args"])

    def _entry(self, i: int) -> Any:
        if os.getpid() != self._process:  # a fork shares its parent's file, and the place in it
            self._process, self._opened = os.getpid(), open_any(self.path)
        with _told_if_damaged(self.path):
            arrays = {name: self._scaled(name, self._opened.read(name, i)) for name in self._names}
        features = arrays[self._names[0]] if len(self._names) == 1 else arrays
        return (features, self._class_numbers[self.labels[i]]) if self._with_labels else features

    def _scaled(self, name: str, F: np.ndarray) -> np.ndarray:
        scale = self._scales[name]
        return F if scale is None else ((F - scale[0]) * scale[1]).astype(F.dtype, copy=False)


def _scale_of(path: str, name: str, feature: dict[str, Any], normalize: str | None) -> Any:
    """What is taken away from each row, and what the rest is multiplied by."""
    if normalize is None:
        return None
    if normalize not in ("mean", "standard", "minmax"):
        raise ParameterError(f"normalize={normalize!r} is unknown; use None, 'mean', 'standard' or 'minmax'")
    if "statistics" not in feature:
        raise ParameterError(f"{path}: {name} has no statistics; make it with statistics=True")
    found = {key: np.array(value, np.float32) for key, value in feature["statistics"].items() if key != "count"}
    if normalize == "minmax":
        spread = found["max"] - found["min"]
        return found["min"], 1 / np.where(spread > 0, spread, np.float32(1))
    scale = np.where(found["std"] > 0, found["std"], np.float32(1)) if normalize == "standard" else np.float32(1)
    return found["mean"], 1 / scale


@public
def open(
    path: str | os.PathLike[str],
    *,
    features: str | Sequence[str] | None = None,
    normalize: str | None = None,
    labels: bool = False,
) -> Dataset:
    """Open a data set that `extract` or ``fastspec extract`` made.

    Parameters
    ----------
    path : path
        The store, of any kind.
    features : str or sequence of str, optional
        Those to read. Default: all.
    normalize : {None, 'mean', 'standard', 'minmax'}, default None
        What is done to each row by the statistics of the whole set, if the job stored them: the mean taken away;
        divided by the standard deviation, too; or taken to 0 .. 1.
    labels : bool, default False
        Whether an entry is a tuple of features and the number of its class.

    Returns
    -------
    Dataset

    Raises
    ------
    FileNotFoundError
        If nothing is there.
    ParameterError
        If it is no data set, or has not what is asked for.

    Examples
    --------
    >>> from fastspec import dataset
    >>> dataset.open("no-such-file.h5")
    Traceback (most recent call last):
        ...
    FileNotFoundError: [Errno 2] no such data set: 'no-such-file.h5'
    """
    wanted = (features,) if isinstance(features, str) else features
    return Dataset(os.fspath(path), None if wanted is None else tuple(wanted), normalize, labels)
