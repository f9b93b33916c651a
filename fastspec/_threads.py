"""How many threads a call may use: `threads(n)`, `set_num_threads`, the environment, or as many as there are CPUs."""

from __future__ import annotations

import os
import sys
from contextvars import ContextVar

from ._arrays import ParameterError, as_index
from ._complaints import public

# Of the `threads` blocks that this thread or task is in, the outermost first.
_scoped: ContextVar[tuple[int, ...]] = ContextVar("fastspec_threads", default=())
_chosen: int | None = None

# Work is counted in n_fft x frames. Below this much per thread (a tenth of a millisecond) starting one does not pay.
WORK_PER_THREAD = 300_000

# What csrc/threads.c starts.
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

    Automatic is the number of CPUs this process may run on, and 1 in a child of `multiprocessing`, where the
    parent already runs one process per CPU. Results never depend on it.

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
    scoped = _scoped.get()
    return (scoped[-1] if scoped else _chosen) or _from_environment() or _automatic()


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


def _automatic() -> int:
    process = sys.modules.get("multiprocessing.process")
    if process is not None and process.parent_process() is not None:
        return 1
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:
        return os.cpu_count() or 1
