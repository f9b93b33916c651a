"""Ctrl-C at a line that a test chooses."""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection


def interrupted(call: Callable[[], object], files: Collection[str], step: int) -> bool:
    """Raise KeyboardInterrupt in `call` at the given line of these files that it comes to; whether it came so far."""

    def stop(count: int, frame) -> None:
        if count == step:
            raise KeyboardInterrupt

    try:
        return _traced(call, files, stop) >= step
    except KeyboardInterrupt:
        return True


def first_steps(call: Callable[[], object], files: Collection[str]) -> list[int]:
    """The steps, for `interrupted`, at which `call` comes to a line for the first time."""
    seen: dict[tuple[str, int], int] = {}
    _traced(call, files, lambda count, frame: seen.setdefault((frame.f_code.co_filename, frame.f_lineno), count))
    return list(seen.values())


def _traced(call: Callable[[], object], files: Collection[str], at_line: Callable) -> int:
    """Tell `at_line` of each line of these files, with its number; return how many there were."""
    count = 0

    def trace(frame, event, arg):
        nonlocal count
        if frame.f_code.co_filename not in files:
            return None
        if event == "line":
            count += 1
            at_line(count, frame)
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        call()
    finally:
        sys.settrace(before)
    return count
