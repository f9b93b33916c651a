"""How many threads a call may use: `threads(n)`, `set_num_threads`, the environment, or as many as there are CPUs."""

from __future__ import annotations

import os
import sys
from contextvars import ContextVar
from functools import cache

from .._gate.complaints import public
from .._gate.samples import ParameterError, as_index
from .quota import cpu_quota

# The `threads` blocks that this thread or task is in, the outermost first.
_scoped: ContextVar[tuple[int, ...]] = ContextVar("fastspec_threads", default=())
_chosen: int | None = None

# Work is counted in n_fft x frames. Below this much per thread (a tenth of a millisecond) starting one does not pay.
WORK_PER_THREAD = 300_000

# The most that csrc/threads.c starts.
MOST_THREADS = 64


@public
def set_num_threads(n: int | None) -> None:
    """Set how many threads a call may use, in the whole process.

    Parameters
    ----------
    n : int or None
        At least 1; None goes back to the default. A call uses 64 at most.

    Examples
    --------
    >>> import fastspec
    >>> fastspec.set_num_threads(1)
    >>> fastspec.get_num_threads()
    1
    >>> fastspec.set_num_threads(None)
    """
    global _chosen
    _chosen = None if n is None else as_index(n, name="n")


def get_num_threads() -> int:
    """Threads that a call may use: `threads(n)`, else `set_num_threads`, else ``FASTSPEC_NUM_THREADS``, else automatic.

    Automatic is the number of CPUs this process may run on (of Python 3.13 on `os.process_cpu_count`, which
    ``PYTHON_CPU_COUNT`` sets), or the CPU quota of its container, rounded up, where that is less; and 1 in a child of
    `multiprocessing`, where the parent already runs one process per CPU. The quota is read once. Results never depend
    on the number; `show_config` says where it comes from.

    Returns
    -------
    int

    Examples
    --------
    >>> import fastspec
    >>> with fastspec.threads(2):
    ...     fastspec.get_num_threads()
    2
    """
    return count_and_reason()[0]


def count_and_reason() -> tuple[int, str]:
    """Threads that a call may use, and what says so."""
    if scoped := _scoped.get():
        return scoped[-1], "threads"
    if _chosen:
        return _chosen, "set_num_threads"
    if number := _from_environment():
        return number, "FASTSPEC_NUM_THREADS"
    return _automatic()


class threads:
    """Context manager: at most `n` threads for the calls inside, in this thread (and asyncio task) only.

    Parameters
    ----------
    n : int
        At least 1.

    Examples
    --------
    >>> import fastspec
    >>> with fastspec.threads(1):
    ...     fastspec.get_num_threads()
    1
    """

    def __init__(self, n: int) -> None:
        self._n = as_index(n, name="n")

    def __repr__(self) -> str:
        return f"fastspec.threads({self._n})"

    def __enter__(self) -> threads:
        _scoped.set((*_scoped.get(), self._n))
        return self

    def __exit__(self, *exception: object) -> None:
        _scoped.set(_scoped.get()[:-1])


def for_work(amount: int) -> int:
    """Threads worth starting for `amount` of work."""
    if amount < 2 * WORK_PER_THREAD:
        return 1
    return min(get_num_threads(), amount // WORK_PER_THREAD, MOST_THREADS)


def _from_environment() -> int | None:
    text = os.environ.get("FASTSPEC_NUM_THREADS")
    if not text:
        return None
    try:
        return as_index(int(text), name="FASTSPEC_NUM_THREADS")
    except ValueError:
        raise ParameterError(f"FASTSPEC_NUM_THREADS={text!r} must be a positive integer") from None


def _automatic() -> tuple[int, str]:
    process = sys.modules.get("multiprocessing.process")
    if process is not None and process.parent_process() is not None:
        return 1, "a child of multiprocessing"
    cpus, quota = _cpus(), _quota()
    if quota is not None and quota < cpus:
        return quota, "the CPU quota of the container"
    return cpus, "the CPUs of this process"


def _cpus() -> int:
    if hasattr(os, "process_cpu_count"):  # since Python 3.13
        return os.process_cpu_count() or 1
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@cache
def _quota() -> int | None:
    return cpu_quota()
