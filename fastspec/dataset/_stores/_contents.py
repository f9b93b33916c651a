"""What all stores hold beside the numbers: entries, where their frames are, and how they were made."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import IO, Any

import numpy as np

from ..._gate.samples import ParameterError
from .._compute import Stored, merged
from .._job import Job
from .._parts import Part

# Of the header.
FORMAT = 1


class NotAStoreError(Exception):
    """Whatever it is, it was not written here."""


@dataclass(frozen=True)
class Meta:
    """How a store is made."""

    job: Job
    digest: str
    versions: dict[str, str]
    failures: list[tuple[str, str]]
    n_items: int


@dataclass
class Contents:
    """The entries of a store, and its header.

    ``offsets[name][i]`` is the first frame of entry i among all frames of that feature; there is one more at the end.
    """

    header: dict[str, Any]
    ids: list[str]
    labels: list[str]
    durations: np.ndarray
    offsets: dict[str, np.ndarray] = field(default_factory=dict)

    @property
    def features(self) -> dict[str, Any]:
        return self.header["features"]

    def n_frames(self, name: str, i: int) -> int:
        return int(self.offsets[name][i + 1] - self.offsets[name][i])


def contents_of(parts: Callable[[], Iterator[Part]], meta: Meta) -> Contents:
    """One look at all parts."""
    ids, labels, durations = [], [], []
    counts: dict[str, list[int]] = {name: [0] for name, _ in meta.job.features}
    kinds: dict[str, dict[str, Any]] = {}
    statistics: dict[str, dict[str, Any] | None] = dict.fromkeys(counts)
    seconds = 0.0
    for part in parts():
        with part:
            seconds += part.done.seconds
            for entry in part.entries:
                ids.append(entry.id)
                labels.append(entry.label)
                durations.append(entry.duration)
                for name, stored in entry.features.items():
                    _check_alike(kinds, name, stored, entry)
                    counts[name].append(stored.n_frames)
                    if stored.statistics:
                        statistics[name] = merged(statistics[name], _arrays(stored.statistics))
    for name, feature in kinds.items():
        feature["frames"] = int(sum(counts[name]))
        if found := statistics[name]:
            feature["statistics"] = _told(found)
    header = {
        "fastspec_dataset": FORMAT, "digest": meta.digest, "job": json.loads(meta.job.to_json()),
        "versions": meta.versions, "items": meta.n_items, "entries": len(ids), "seconds": seconds,
        "features": kinds, "failures": meta.failures,
    }  # fmt: skip
    offsets = {name: np.cumsum(count, dtype=np.int64) for name, count in counts.items()}
    return Contents(header, ids, labels, np.array(durations), offsets)


def _check_alike(kinds: dict[str, dict[str, Any]], name: str, stored: Stored, entry: Any) -> None:
    kind = {"rows": stored.rows, "dtype": stored.dtype}
    first = kinds.setdefault(name, kind)
    if any(first[key] != value for key, value in kind.items()):
        raise ParameterError(
            f"{entry.path}: {name} has {stored.rows} rows of {stored.dtype}, recordings before it {first['rows']} of "
            f"{first['dtype']}; say sr= and all sizes, so that they do not depend on the file"
        )


def _arrays(statistics: dict[str, Any]) -> dict[str, Any]:
    return {name: value if name == "count" else np.array(value) for name, value in statistics.items()}


def _told(statistics: dict[str, Any]) -> dict[str, Any]:
    """Mean, standard deviation (divided by n), least and most."""
    std = np.sqrt(statistics["m2"] / statistics["count"])
    rest = {name: statistics[name].tolist() for name in ("mean", "min", "max")}
    return {"count": statistics["count"], "std": std.tolist(), **rest}


def frames(parts: Callable[[], Iterator[Part]], names: Any) -> Iterator[tuple[int, str, Iterator[np.ndarray]]]:
    """The number of each entry, the name of each of its features, and the pieces of that."""
    i = 0
    for part in parts():
        with part:
            for entry in part.entries:
                for name in names:
                    yield i, name, part.pieces(entry.features[name])
                i += 1


def write_npy(file: IO[bytes], feature: dict[str, Any], n_frames: int, pieces: Iterable[np.ndarray]) -> None:
    """What `numpy.save` writes of the frames (n_frames, rows), without having them all at once."""
    dtype = np.dtype(feature["dtype"])
    about = {"descr": np.lib.format.dtype_to_descr(dtype), "fortran_order": False, "shape": (n_frames, feature["rows"])}
    np.lib.format.write_array_header_1_0(file, about)
    for piece in pieces:
        file.write(piece.data.cast("B"))


def read_header(text: str | bytes) -> dict[str, Any]:
    try:
        header = json.loads(text)
        version = header["fastspec_dataset"]
    except (ValueError, TypeError, KeyError):
        raise NotAStoreError("is no data set of fastspec's") from None
    if version != FORMAT:
        raise NotAStoreError(f"is a data set of a later fastspec (format {version}; {FORMAT} can be read here)")
    return header
