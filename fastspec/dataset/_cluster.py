"""A Dask cluster as an executor: parts are tasks with names, and what a lost worker had is done by another."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from typing import Any

from .._gate.samples import DTypeError


@contextlib.contextmanager
def cluster(address: str) -> Iterator[Executor]:
    """The cluster whose scheduler listens there, for instance at ``tcp://host:8786``."""
    try:
        from distributed import Client
    except ModuleNotFoundError as error:
        words = "a cluster needs distributed: pip install 'fastspec-audio[dask]'"
        raise ImportError(words, name="distributed") from error
    try:
        client = Client(address, timeout=30, name="fastspec-extract")  # type: ignore[no-untyped-call]  # theirs
    except OSError as error:
        raise OSError(f"{address}: no scheduler answers there ({error})") from None
    with client:
        yield ClusterExecutor(client)


def as_executor(given: Any) -> Executor | None:
    """What runs parts, checked: an executor, or a Dask client, which has a `submit` of its own."""
    distributed = sys.modules.get("distributed")
    if distributed and isinstance(given, distributed.Client):
        return ClusterExecutor(given)
    if given is None or callable(getattr(given, "submit", None)):
        return given
    raise DTypeError(f"executor={given!r} must be a concurrent.futures.Executor, or a distributed.Client")


class ClusterExecutor(Executor):
    """What `extract` asks of an executor, by a `distributed.Client`.

    A task is called by the part that it makes, ``compute_part-00000012``, which the dashboard shows.

    Parameters
    ----------
    client : distributed.Client
    """

    def __init__(self, client: Any) -> None:
        self._client = client

    def submit(self, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        path = next((arg for arg in args if isinstance(arg, str)), "")
        name = os.path.splitext(os.path.basename(path))[0]
        # Random digits: a task of the same name from a run before would be taken for it.
        key = f"{function.__name__}-{name}-{os.urandom(4).hex()}"
        task = self._client.submit(function, *args, key=key, pure=False, retries=3, **kwargs)

        def pass_on(task: Any) -> None:
            try:
                result = task.result()
            except BaseException as error:
                future.set_exception(error)
            else:
                future.set_result(result)

        future.set_running_or_notify_cancel()
        task.add_done_callback(pass_on)
        future.task = task  # type: ignore[attr-defined]  # which Dask forgets when nobody refers to it
        return future
