"""`extract`: items in parts, parts by workers, and the store when all parts are there.

OUT.parts/plan.json     what is computed, of what, by which version: another plan refuses to go on here
OUT.parts/lock          held by the run that writes
OUT.parts/00000012.zip  a part, under its name when it is whole
OUT                     the store, when all is done; then OUT.parts goes, unless some items failed
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import threading
import time
import weakref
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO

from .._gate.complaints import public
from .._gate.samples import ParameterError, as_index
from .._soundfiles.whole_file import OutputError, follow_links, hold, to_disk, whole_file
from ._cluster import as_executor
from ._compute import Memory
from ._items import Item, check_apart, items_of
from ._job import Job
from ._parts import Done, Part, compute_part, done_before
from ._stores import Meta, store_of

if TYPE_CHECKING:
    from distributed import Client

# A part holds so many bytes of files, and so many items, at most; and there are so many parts at least.
_PART_BYTES = 64 << 20
_PART_ITEMS = 256
_LEAST_PARTS = 32

_LOCK = "lock"

# What a plan, or the header of a store, says.
_Told = dict[str, Any]

# Of a cluster, nobody says how many workers it has, and they come and go.
_UNKNOWN_WORKERS = 256

# Memory that one worker takes beside the samples of a block: decoder, spectra, features of a clip.
_WORKER_BYTES = 160 << 20


@dataclass(frozen=True)
class Summary:
    """What a run has done.

    Parameters
    ----------
    path : str
        The store.
    n_items, n_entries : int
        Recordings, and what was made of them.
    seconds : float
        Of audio.
    wall_seconds : float
        That it took.
    failures : tuple of (str, str)
        Ids and why.
    resumed : int
        Items that an earlier run had done.
    warnings : tuple of (str, str), default ()
        Ids and what was warned of.

    Examples
    --------
    >>> from fastspec.dataset import Summary
    >>> Summary("a.h5", 10, 10, 300.0, 1.5, (), 0).real_time_factor
    200.0
    """

    path: str
    n_items: int
    n_entries: int
    seconds: float
    wall_seconds: float
    failures: tuple[tuple[str, str], ...]
    resumed: int
    warnings: tuple[tuple[str, str], ...] = ()

    @property
    def real_time_factor(self) -> float:
        """Seconds of audio a second."""
        return self.seconds / self.wall_seconds if self.wall_seconds else 0.0


@public
def extract(
    sources: Iterable[str | os.PathLike[str] | Item],
    out: str | os.PathLike[str],
    job: Job,
    *,
    label_of: str | None = None,
    store: str | None = None,
    workers: int | None = None,
    executor: Executor | Client | None = None,
    memory: int = 1 << 30,
    fresh: bool = False,
    progress: Callable[[Done, int, int], None] | None = None,
) -> Summary:
    """Compute features of many recordings, and keep them in one store.

    Nothing that is done is lost: a run that is killed goes on where it was when it is started again, and the result has
    the same bytes. A run with another job, other files or another version refuses to mix.

    Parameters
    ----------
    sources : iterable of path or Item
        See `items_of`.
    out : path
        The store: ``.h5``; ``.parquet`` for pooled features; a folder of .npy files, or of tars, by `store`.
    job : Job
        What is computed.
    label_of : {None, 'folder'}, default None
        See `items_of`.
    store : {None, 'hdf5', 'npy', 'tar', 'parquet'}, default None
        The kind of store; None goes by the suffix of `out`, and is 'npy' where there is none.
    workers : int, optional
        Threads. Default: the CPUs of this process.
    executor : concurrent.futures.Executor or distributed.Client, optional
        What runs the parts in place of threads: processes, or a cluster's; all of it must see the files.
    memory : int, default 2**30
        Bytes that all workers may take together, or each worker of a cluster. Long files go by blocks where the feature
        allows that; a clip that does not fit at once fails, and is reported.
    fresh : bool, default False
        Whether to begin anew. What is there is replaced when the new store is whole.
    progress : callable, optional
        Called with each part's `Done`, the number of items done, and that of all.

    Returns
    -------
    Summary

    Raises
    ------
    ParameterError
        If sources are missing, or something else is there already; the message says what differs.
    OutputError
        If the store cannot be written, or another run writes to it.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> import numpy as np
    >>> import fastspec
    >>> from fastspec.dataset import Job, extract
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> _ = fastspec.write(folder / "a.wav", np.zeros(16000, np.float32), 16000)
    >>> extract([folder], folder / "features", Job(features={"mel": "whisper"})).n_entries
    1
    """
    begin = time.monotonic()
    out, job = os.path.abspath(os.fspath(out)), _as_job(job)
    out = follow_links(out) if os.path.islink(out) else out
    kind = store_of(out, store)
    kind.check(job)
    executor = as_executor(executor)
    items, at_once = _as_items(sources, label_of), _workers(workers, memory, executor)
    room = _memory(memory, at_once, executor)
    folder = f"{out}.parts"
    with _held(folder, out):
        plan, there = _plan(folder, out, job, items, kind.name, fresh)
        if there is not None:
            with contextlib.suppress(OSError):
                _clear(folder)  # a run may have been killed while it did that
            return _summary(there, out, begin)
        parts = [(os.path.join(folder, f"{i:08d}.zip"), items[a:b]) for i, (a, b) in enumerate(plan["splits"])]
        before = {i: done_before(path, plan["digest"]) for i, (path, _) in enumerate(parts)}
        done_of = {i: d for i, d in before.items() if d and not d.failures}
        resumed = sum(d.n_items for d in done_of.values())
        _run_parts(job, parts, plan["digest"], done_of, executor, at_once, room, progress)
        done = [done_of[i] for i in range(len(parts))]
        failures = tuple(failure for d in done for failure in d.failures)
        meta = Meta(job, plan["digest"], plan["versions"], list(failures), len(items))
        n_entries = sum(d.n_entries for d in done)
        if n_entries and not _is_published(kind, out, meta, n_entries):  # of no entries there is nothing to keep
            _publish(kind, out, folder, [path for path, _ in parts], meta)
        if not failures:
            with contextlib.suppress(OSError):
                _clear(folder)
    seconds, warnings = sum(d.seconds for d in done), tuple(warning for d in done for warning in d.warnings)
    return Summary(out, len(items), n_entries, seconds, time.monotonic() - begin, failures, resumed, warnings)


def _as_job(job: Any) -> Job:
    return job if isinstance(job, Job) else Job(features=job)


def _as_items(sources: Any, label_of: str | None) -> list[Item]:
    if not isinstance(sources, (str, os.PathLike)):
        sources = list(sources)
        if sources and all(isinstance(source, Item) for source in sources):
            check_apart(sources)
            return sources
    return items_of(sources, label_of=label_of)


def _summary(meta: dict[str, Any], out: str, begin: float) -> Summary:
    return Summary(out, meta["items"], meta["entries"], meta["seconds"], time.monotonic() - begin, (), meta["items"])


def _workers(workers: int | None, memory: int, executor: Executor | None) -> int:
    import fastspec

    if workers is not None:
        n = as_index(workers, name="workers", minimum=1)
    else:
        n = fastspec.get_num_threads() if executor is None else getattr(executor, "_max_workers", _UNKNOWN_WORKERS)
    if executor is not None:
        return n
    return max(1, min(n, as_index(memory, name="memory", minimum=1) // _WORKER_BYTES))


def _memory(memory: int, workers: int, executor: Executor | None) -> Memory:
    """What a clip may take that is made at once. Processes cannot take turns; a cluster has machines for them."""
    memory = as_index(memory, name="memory", minimum=1)
    if executor is None:
        return Memory(memory // workers, memory)
    share = memory if workers == _UNKNOWN_WORKERS else memory // workers
    return Memory(share, share)


# --- the plan


@contextlib.contextmanager
def _held(folder: str, out: str) -> Iterator[None]:
    """Only one run writes to a store."""
    try:
        lock = _locked(folder, os.path.join(folder, _LOCK))
    except OSError as error:
        raise OutputError(f"{out}: cannot be written: {error.strerror}") from None
    if lock is None:
        raise OutputError(f"{out}: another run is writing to it; wait for it, or use another output")
    with lock:
        _locks.add(lock)
        try:
            yield
        finally:
            with contextlib.suppress(OSError):
                if os.listdir(folder) == [_LOCK]:  # nothing came of it, or all is done; nobody else can be in there yet
                    shutil.rmtree(folder)


def _locked(folder: str, path: str) -> BinaryIO | None:
    """The lock, opened and held; None if another run has it. One that just ended may have removed the file: again.

    A file object, which closes itself when Ctrl-C comes before anybody has it.
    """
    while True:
        os.makedirs(folder, exist_ok=True)
        lock = open(path, "ab")  # noqa: SIM115
        held = hold(lock.fileno())
        with contextlib.suppress(FileNotFoundError):
            if held and os.path.samestat(os.stat(path), os.fstat(lock.fileno())):
                return lock
        lock.close()
        if not held:
            return None


def _close_locks() -> None:
    while _locks:
        _locks.pop().close()


# A child has its parent's open files. One that outlives its parent (a worker of a pool) must not keep the lock.
_locks: weakref.WeakSet[BinaryIO] = weakref.WeakSet()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_close_locks)


def _clear(folder: str) -> None:
    """Remove all but the lock."""
    for name in os.listdir(folder):
        if name != _LOCK:
            _remove(os.path.join(folder, name))


def _plan(
    folder: str, out: str, job: Job, items: Sequence[Item], store: str, fresh: bool
) -> tuple[_Told, _Told | None]:
    """The plan to follow; and what the store says of itself, if that has been carried out already."""
    path = os.path.join(folder, "plan.json")
    now: dict[str, Any] = {"job": json.loads(job.to_json()), "store": store, "versions": _versions()}
    now["items"] = [{**vars(item), "stamp": list(item.stamp)} for item in items]
    now["digest"] = hashlib.sha256(json.dumps(now, sort_keys=True).encode()).hexdigest()[:32]
    if fresh:  # the store itself stays until the new one is whole
        _clear(folder)
    try:
        with open(path, encoding="utf-8") as file:
            before = json.load(file)
    except FileNotFoundError:
        before = None
    except ValueError:
        raise ParameterError(f"{path}: is no plan; remove it, or start anew with fresh=True") from None
    if before is not None:
        _refuse_other(before, now, out)
        return before, None
    if os.path.exists(out) and not fresh:
        there = store_of(out, store).summary(out)
        if there is None or there["digest"] != now["digest"]:
            what = "was made of other files, or otherwise" if there else "is no such store"
            raise ParameterError(f"{out}: is there already and {what}; use another output, or fresh=True to replace it")
        if not there["failures"]:
            return now, there
    now["splits"] = _splits(items)
    with whole_file(path) as file:
        file.write(json.dumps(now).encode())
    return now, None


def _versions() -> dict[str, str]:
    """Of what the numbers depend on."""
    import soundfile
    import soxr

    import fastspec

    return {"fastspec": fastspec.__version__, "libsndfile": soundfile.__libsndfile_version__, "soxr": soxr.__version__}


def _refuse_other(before: dict[str, Any], now: dict[str, Any], out: str) -> None:
    if before["digest"] == now["digest"]:
        return
    said = []
    for name in ("job", "store", "versions"):
        if before[name] != now[name]:
            said.append(f"{name}: {_difference(before[name], now[name])}")
    was, are = ({item["id"]: item for item in plan["items"]} for plan in (before, now))
    for word, ids in (
        ("new", are.keys() - was.keys()),
        ("gone", was.keys() - are.keys()),
        ("changed", {name for name in was.keys() & are.keys() if was[name] != are[name]}),
    ):
        if ids:
            said.append(f"{len(ids)} recordings are {word} ({min(ids)}{', ...' if len(ids) > 1 else ''})")
    differences = "; ".join(said) or "the order of the recordings"
    raise ParameterError(
        f"{out}: an unfinished run there differs from this one: {differences}; use another output, or fresh=True to "
        "begin anew"
    )


def _difference(before: Any, now: Any) -> str:
    if not (isinstance(before, dict) and isinstance(now, dict)):
        return f"{json.dumps(before)} there, {json.dumps(now)} now"
    names = [name for name in {**before, **now} if before.get(name) != now.get(name)]
    return ", ".join(f"{name}: {_difference(before.get(name), now.get(name))}" for name in names)


def _splits(items: Sequence[Item]) -> list[tuple[int, int]]:
    """Where parts begin and end; enough of them that some are done when a run ends early."""
    most = min(_PART_ITEMS, max(1, len(items) // _LEAST_PARTS))
    splits, begin, size = [], 0, 0
    for i, item in enumerate(items):
        bytes_here = item.stamp[0] if not item.member else 0
        if i > begin and (i - begin >= most or size + bytes_here > _PART_BYTES):
            splits.append((begin, i))
            begin, size = i, 0
        size += bytes_here
    return [*splits, (begin, len(items))]


# --- carried out


def _run_parts(
    job: Job,
    parts: Sequence[tuple[str, Sequence[Item]]],
    plan: str,
    done: dict[int, Done],
    executor: Executor | None,
    workers: int,
    memory: Memory,
    progress: Callable[[Done, int, int], None] | None,
) -> None:
    """Compute the parts that are not in `done`, a few of them ahead, and put there what became of them."""
    total = sum(len(items) for _, items in parts)
    n_done = sum(d.n_items for d in done.values())
    stop = None
    with contextlib.ExitStack() as stack:
        if executor is None:
            stop = threading.Event()
            executor = stack.enter_context(ThreadPoolExecutor(workers, thread_name_prefix="fastspec-extract"))
        waiting = iter([i for i in range(len(parts)) if i not in done])
        running: dict[Future[Done], int] = {}
        try:
            while True:
                while len(running) < 2 * workers and (i := next(waiting, None)) is not None:
                    path, items = parts[i]
                    running[executor.submit(compute_part, job, items, path, plan, memory, stop)] = i
                if not running:
                    return
                # Not for ever: a signal just before the wait would be heard after it.
                for future in wait(running, timeout=0.1, return_when=FIRST_COMPLETED).done:
                    i = running.pop(future)
                    done[i] = future.result()
                    n_done += done[i].n_items
                    if progress:
                        progress(done[i], n_done, total)
        finally:
            for future in running:
                future.cancel()
            if stop is not None:
                stop.set()


def _is_published(kind: Any, out: str, meta: Meta, n_entries: int) -> bool:
    """Whether the store that is there holds what the parts hold: a run may have been killed between the two."""
    there = kind.summary(out) if os.path.exists(out) else None
    if there is None:
        return False
    failures = [tuple(failure) for failure in there["failures"]]
    return (there["digest"], there["entries"], failures) == (meta.digest, n_entries, meta.failures)


def _publish(kind: Any, out: str, folder: str, paths: Sequence[str], meta: Meta) -> None:
    """Make the store beside its place, and put it there when the disk has it."""
    built = os.path.join(folder, "built")
    _remove(built)
    try:
        kind.write(built, lambda: (Part(path) for path in paths), meta)
        _all_to_disk(built)
        _take_place(built, out, os.path.join(folder, "replaced"))
        _sync(os.path.dirname(out))
    except (OSError, zipfile.BadZipFile) as error:
        with contextlib.suppress(OSError):
            _remove(built)
        reason = getattr(error, "strerror", None) or error
        raise OutputError(f"{out}: cannot be written: {reason}; run it again, what is done is kept") from error


def _take_place(built: str, out: str, aside: str) -> None:
    """Give the store its name. A folder cannot take that of another one at once: the old one steps aside before."""
    try:
        if os.path.exists(out) and (os.path.isdir(built) or os.path.isdir(out)):
            _remove(aside)
            os.replace(out, aside)
        os.replace(built, out)
    except BaseException:
        if os.path.exists(aside) and not os.path.exists(out):
            os.replace(aside, out)
        raise
    _remove(aside)


def _remove(path: str) -> None:
    if os.path.isdir(path) and not os.path.islink(path):
        shutil.rmtree(path)
    else:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(path)


def _all_to_disk(path: str) -> None:
    """A file, or a folder with all that is in it."""
    if os.path.isdir(path):
        for here, _, names in os.walk(path):
            for name in names:
                _sync(os.path.join(here, name))
            _sync(here)
    else:
        _sync(path)


def _sync(path: str) -> None:
    with contextlib.suppress(PermissionError):
        descriptor = os.open(path, os.O_RDONLY)
        try:
            to_disk(descriptor)
        finally:
            os.close(descriptor)
