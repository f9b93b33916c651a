"""From an item to its entries: decoded once, in blocks, for all features."""

from __future__ import annotations

import contextlib
import io
import threading
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .._front.recipe import Recipe
from .._front.walk import RecipeStream, Resampler, converter, mixed
from .._gate.samples import ParameterError
from .._soundfiles.sound import ALL, AudioFileError, frames_of, open_audio, read_blocks
from ..pcm import as_dtype
from ._items import HDF5, Item, stamp_of
from ._job import Call, Job

# Files are decoded so much at a time. Resamplers are fed by it, and their results depend on it: it never changes.
_SECONDS = 30.0

# What a clip takes that is made at once, in bytes for each byte of its samples: these in pieces and put together, and
# features in two layouts. Functions hold whole spectra, too, which recipes do not.
_RECIPE_BYTES, _FUNCTION_BYTES = 4, 8


# Of samples (n, channels), each with whether it is the last.
Blocks = Generator[tuple[np.ndarray, bool], None, None]

# What takes a piece (frames, rows), and returns its place and its size in bytes.
Put = Callable[[np.ndarray], tuple[int, int]]


@dataclass
class Stored:
    """One feature of one entry: where its pieces are, and what they are."""

    rows: int
    dtype: str
    n_frames: int = 0
    pieces: list[tuple[int, int]] = field(default_factory=list)
    statistics: dict[str, Any] | None = None


@dataclass
class Entry:
    """What one item became, or a part of what it became."""

    id: str
    label: str
    path: str
    duration: float
    features: dict[str, Stored]


class ItemError(ParameterError):
    """An item that cannot be used; the message says why."""


@dataclass(frozen=True)
class Memory:
    """Bytes for a clip that is made at once: beyond its `share` it waits for its turn, beyond `most` it fails."""

    share: int
    most: int


UNBOUNDED = Memory(2**62, 2**62)


class Stopped(BaseException):
    """Nobody waits for the part any more."""


class _Room:
    """The memory of one item. Clips above their share take turns: a few long ones may be among many short ones."""

    _turn = threading.Lock()

    def __init__(self, item: Item, memory: Memory) -> None:
        self._item, self._memory = item, memory
        self._used, self._has_turn = 0, False

    def __enter__(self) -> _Room:
        return self

    def __exit__(self, *_: object) -> None:
        if self._has_turn:
            self._turn.release()

    def take(self, n_bytes: int) -> None:
        self._used += n_bytes
        if self._used > self._memory.most:
            raise ItemError(
                f"{self._item.path}: a feature needs the whole clip at once, more than memory={self._memory.most} "
                "bytes (a worker) hold; allow more (--memory), cut the clip by start and end in a manifest, or use a "
                "recipe that goes by blocks: without levels below the clip's peak and such, pooling and patches"
            )
        if self._used > self._memory.share and not self._has_turn:
            self._has_turn = self._turn.acquire()


def entries_of(
    item: Item, job: Job, put: Put, memory: Memory = UNBOUNDED, stop: threading.Event | None = None
) -> list[Entry]:
    """Compute an item's features, handing each piece (frames, rows) to `put`, which returns its place.

    What the item lacks or breaks is an exception; once `stop` is set, `Stopped` is.
    """
    with _Room(item, memory) as room:
        return _computed(item, job, put, room, stop)


def _check_unchanged(item: Item) -> None:
    """The file is the one that the plan knows. One that has gone is found out by reading."""
    if item.stamp != (0, 0) and (now := stamp_of(item.path)) not in ((0, 0), item.stamp):
        raise ItemError(f"{item.path}: changed while the job ran: {now[0]} bytes, {item.stamp[0]} before; run it again")


def _computed(item: Item, job: Job, put: Put, room: _Room, stop: threading.Event | None) -> list[Entry]:
    _check_unchanged(item)
    rate, blocks = _blocks_of(item)
    makers: list[_Maker] = []
    resamplers: dict[float, Resampler] = {}
    n_samples = 0
    with contextlib.closing(blocks):  # at once, whatever happens: the file is open
        for block, last in blocks:
            if stop is not None and stop.is_set():
                raise Stopped
            block = mixed(block) if job.channels == "mix" else block
            if not makers:
                makers = [_Maker(name, feature, job, rate, put, room) for name, feature in job.features]
                rates = {maker.sr for maker in makers}
                resamplers = {sr: converter(rate, sr, block.shape[1], block.shape[1] == 1, block.dtype) for sr in rates}
            n_samples += len(block)
            at_rate = {sr: resample(block, last) for sr, resample in resamplers.items()}
            for maker in makers:
                maker.take(at_rate[maker.sr], last)
    _check_unchanged(item)
    return _entries(item, job, makers, n_samples / rate)


def _entries(item: Item, job: Job, makers: list[_Maker], duration: float) -> list[Entry]:
    """One for each channel, and for each patch of it."""
    entries = []
    for channel in range(len(makers[0].made)):
        counts = {len(maker.made[channel]) for maker in makers}
        if len(counts) > 1:
            raise ItemError(f"{item.path}: its features have {sorted(counts)} patches; use features of one hop length")
        for patch in range(counts.pop()):
            name = f"{item.id}:{channel}" if job.channels == "keep" else item.id
            name += f"@{patch}" if job.patch_frames else ""
            features = {maker.name: maker.made[channel][patch] for maker in makers}
            entries.append(Entry(name, item.label, item.path, duration, features))
    return entries


def _frames_first(F: np.ndarray, recipe: Recipe) -> np.ndarray:
    return F if recipe.frames == "first" else F.swapaxes(-1, -2)


class _Maker:
    """One feature, made of samples as they come: at once where it must, else a block at a time."""

    def __init__(self, name: str, feature: Recipe | Call, job: Job, rate: float, put: Any, room: _Room) -> None:
        self.name, self._feature, self._job, self._put, self._room = name, feature, job, put, room
        self.sr = feature.sr if isinstance(feature, Recipe) else job.sr or rate
        self.made: list[list[Stored]] = []  # of each channel, of each patch
        self._stream: RecipeStream | None = None
        self._waiting: list[np.ndarray] = []

    def take(self, y: np.ndarray, last: bool) -> None:
        """The next samples, (n) or (channels, n)."""
        feature, whole = self._feature, self._job.pool or self._job.patch_frames
        if isinstance(feature, Call) or whole or feature.whole_clip_parts() or (last and self._stream is None):
            self._room.take(y.nbytes * (_FUNCTION_BYTES if isinstance(feature, Call) else _RECIPE_BYTES))
            self._waiting.append(y)
            if last:
                y = self._waiting[0] if len(self._waiting) == 1 else np.concatenate(self._waiting, axis=-1)
                self._waiting = []
                self._store_whole(self._features(y))
            return
        if self._stream is None:
            self._stream = feature.stream()
        self._append(_frames_first(self._stream.push(y), feature))
        if last:
            self._append(_frames_first(self._stream.finish(), feature))

    def _features(self, y: np.ndarray) -> np.ndarray:
        if isinstance(self._feature, Call):
            return self._feature(y, self.sr).swapaxes(-1, -2)
        return _frames_first(self._feature(y), self._feature)

    def _store_whole(self, F: np.ndarray) -> None:
        """F (channels, frames, rows), or of a single one."""
        job = self._job
        if not (job.pool or job.patch_frames):
            self._append(F)
            return
        for channel in F if F.ndim > 2 else F[np.newaxis]:
            parts = [_pooled(channel, job)] if job.pool else _patches(channel, job)
            self.made.append([])
            for part in parts:
                self.made[-1].append(self._new(part))
                self._write(self.made[-1][-1], part)

    def _append(self, F: np.ndarray) -> None:
        channels = F if F.ndim > 2 else F[np.newaxis]
        if not self.made:
            self.made = [[self._new(channel)] for channel in channels]
        for (stored,), channel in zip(self.made, channels, strict=True):
            self._write(stored, channel)

    def _new(self, F: np.ndarray) -> Stored:
        dtype = np.dtype(self._job.dtype if F.dtype.kind == "f" else F.dtype)
        return Stored(F.shape[1], dtype.str)

    def _write(self, stored: Stored, F: np.ndarray) -> None:
        """Contiguous, in the dtype that was asked for."""
        F = np.ascontiguousarray(F, stored.dtype)
        if len(F):
            stored.pieces.append(self._put(F))
            stored.n_frames += len(F)
            if self._job.statistics:
                stored.statistics = merged(stored.statistics, _statistics_of(F))


def _pooled(F: np.ndarray, job: Job) -> np.ndarray:
    import fastspec

    if job.pool == "mean":
        return fastspec.pool_frames(F, job.pool_frames, axis=0)
    return fastspec.adaptive_max_pool1d(F.T, job.pool_frames).T


def _patches(F: np.ndarray, job: Job) -> np.ndarray:
    n, hop = job.patch_frames, job.patch_hop or job.patch_frames
    if len(F) < n:
        return F[:0].reshape(0, n, F.shape[1])
    return np.lib.stride_tricks.sliding_window_view(F, n, axis=0)[::hop].swapaxes(-1, -2)


# --- statistics of rows


def _statistics_of(F: np.ndarray) -> dict[str, Any]:
    """Count, mean and sum of squared differences from it, least and most: of each row, in float64."""
    mean = F.mean(axis=0, dtype=np.float64)
    m2 = np.square(F - mean).sum(axis=0)
    least, most = F.min(axis=0), F.max(axis=0)
    return {"count": len(F), "mean": mean, "m2": m2, "min": least.astype(float), "max": most.astype(float)}


def merged(a: dict[str, Any] | None, b: dict[str, Any]) -> dict[str, Any]:
    """Statistics of both. T. F. Chan et al., 1979: no differences of large sums."""
    if a is None:
        return b
    n, delta = a["count"] + b["count"], b["mean"] - a["mean"]
    return {
        "count": n,
        "mean": a["mean"] + delta * (b["count"] / n),
        "m2": a["m2"] + b["m2"] + delta * delta * (a["count"] * b["count"] / n),
        "min": np.minimum(a["min"], b["min"]),
        "max": np.maximum(a["max"], b["max"]),
    }


# --- samples


def _blocks_of(item: Item) -> tuple[float, Blocks]:
    """The rate of an item, and its samples in blocks (n, channels), each with whether it is the last."""
    if item.path.lower().endswith(HDF5) and item.member:
        return _of_hdf5(item)
    source: Any = item.path if not item.member else _member(item)
    sound = open_audio(source)
    return sound.samplerate, _of_sound(sound, item)


def _of_sound(sound: Any, item: Item) -> Blocks:
    with sound:
        try:
            if item.start:
                sound.go_to(item.start)
            count = ALL if item.end is None else frames_of(item.end, sound, name="end")
            count -= 0 if item.end is None else frames_of(item.start or 0.0, sound, name="start")
            done = 0
            for block, last in read_blocks(sound, max(1, int(_SECONDS * sound.samplerate)), "float32", count):
                done += len(block)
                yield block, last
            if item.end is not None and done < count - 1:
                raise ItemError(f"{item.path}: end={item.end} s is beyond its end; correct the manifest")
        except AudioFileError as error:  # of a member of a tar: with its name
            raise error if not item.member else ItemError(f"{item.path}: {item.id}: {error.reason}") from None


def _member(item: Item) -> io.BytesIO:
    place, size, _ = item.member.split(":", 2)
    with open(item.path, "rb") as file:
        file.seek(int(place))
        return io.BytesIO(file.read(int(size)))


def _of_hdf5(item: Item) -> tuple[float, Blocks]:
    import h5py

    name, _, column = item.member.partition(":")
    file = h5py.File(item.path, "r")
    data = file[name]
    rates = [attrs[key] for attrs in (data.attrs, file.attrs) for key in ("sr", "samplerate", "rate") if key in attrs]
    if not rates:
        file.close()
        raise ItemError(f"{item.path}: {name} has no attribute sr, in Hz; add it to the data set or the file")
    rate = float(rates[0])
    first, end = int((item.start or 0) * rate), len(data) if item.end is None else int(item.end * rate)

    def blocks() -> Blocks:
        size = int(_SECONDS * rate)
        with file:
            for begin in range(first, end, size):
                part = slice(begin, min(begin + size, end))
                codes = data[part, int(column)] if column else data[part]
                yield as_dtype(codes, np.float32)[:, np.newaxis], begin + size >= end

    return rate, blocks()
