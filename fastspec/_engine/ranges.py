"""Work cut into ranges, between which Python looks for signals (Ctrl-C).

What the engine shares out between threads asks for itself whether a handler has raised (`fsp_ask`).
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator

from .install import engine as _engine


def _remember_main_thread() -> None:
    """Only calls from the main thread ask about signals. In the child of a fork it may be another thread."""
    _engine.set_main_thread(threading.main_thread().ident)


_remember_main_thread()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_remember_main_thread)

# Some tens of milliseconds of work, a unit of which takes about a nanosecond: how long a signal may wait.
WORK_PER_RANGE = 2**25


def step_of(work_per_item: int, least: int = 1) -> int:
    """Items of no more work than a signal's handler may wait for, or the `least` number of them."""
    return max(least, WORK_PER_RANGE // max(work_per_item, 1))


def ranges(n: int, work_per_item: int, least: int = 1) -> Iterator[slice]:
    """Cut n items into runs of no more work than a signal's handler may wait for, or of the `least` number of items."""
    step = step_of(work_per_item, least)
    return (slice(first, min(first + step, n)) for first in range(0, n, step))


def ranges_of_rows(n_rows: int, work_per_row: int) -> list[tuple[int, int]]:
    """First and end of ranges of rows, each short enough for Ctrl-C."""
    step = step_of(8 * work_per_row, 2)
    return [(first, min(first + step, n_rows)) for first in range(0, n_rows, step)]
