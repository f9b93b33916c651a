"""Long calls of other libraries, which ignore signals (Ctrl-C) until they end."""

from __future__ import annotations

import _thread
import atexit
import contextlib
import os
import threading
from collections.abc import Callable
from contextvars import copy_context
from functools import wraps
from typing import Any, TypeVar, cast

import numpy as np

# The locks of calls that nobody waits for any more.
_left_behind: list[Any] = []


@atexit.register
def _wait_for_what_is_left() -> None:
    with contextlib.suppress(KeyboardInterrupt):  # whoever says it again does not want to wait
        for running in _left_behind:
            running.acquire()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_left_behind.clear)  # its threads are its parent's

F = TypeVar("F", bound=Callable[..., Any])
R = TypeVar("R")

# Estimated nanoseconds. A shorter call is simply waited for.
LONG = 100_000_000


def call(function: Callable[..., R], *args: Any, work: float, **kwargs: Any) -> R:
    """``function(*args, **kwargs)``, which takes about `work` nanoseconds, such that Ctrl-C is answered meanwhile.

    A long one runs in a thread of its own while the main thread, where Python runs the handlers of signals, waits
    for it. If a handler raises, the call goes on behind the scenes to its end, and what it returns is dropped: there
    is no way to stop other people's code. Hence only for what changes nothing but the arrays that it returns. Nor may
    the interpreter end before: Python would end the thread, and with it C++ code, which aborts the process.
    """
    if work < LONG or threading.current_thread() is not threading.main_thread():
        return function(*args, **kwargs)
    floating = np.geterr()  # NumPy 1 keeps these per thread, not in the context

    def as_here() -> R:
        with np.errstate(**floating):
            return function(*args, **kwargs)

    made = _Call(as_here)
    # In the caller's context, so that numpy.errstate and the like apply.
    thread = threading.Thread(target=copy_context().run, args=(made.make,), daemon=True)
    try:
        try:
            thread.start()
        except RuntimeError:  # there can be no more threads
            made.make()
        while not made.done:
            _wait(made.running)
    except BaseException:
        # If it is done, the lock may be this thread's own by now: a handler may raise as soon as `_wait` has got it.
        if not made.done and not made.begun.acquire(blocking=False):  # else nobody will begin it any more
            _left_behind[:] = [lock for lock in (*_left_behind, made.running) if lock.locked()]
        raise
    if thread.ident is not None:
        thread.join()  # so that the next thread reuses its heap and the memory freed there
    return made.outcome()


def undisturbed(function: Callable[..., R], *args: Any, **kwargs: Any) -> R:
    """``function(*args, **kwargs)``, a short call of a library that calls Python back, and loses what is raised there.

    Python runs handlers of signals in the main thread, wherever that is: so the call is made by another one. It works
    on what is the caller's, hence it is waited for, whatever a handler raises meanwhile; that is raised afterwards.
    """
    if threading.current_thread() is not threading.main_thread():
        return function(*args, **kwargs)
    made = _Call(lambda: function(*args, **kwargs))
    raised = _started(made)
    while not made.done:
        try:
            _wait(made.running)
        except BaseException as error:
            raised = error
    if raised:
        raise raised
    return made.outcome()


class _Call:
    """A call that another thread makes, once. `running` is locked until it is `done`; that is said without a need of
    memory, for somebody waits for it."""

    __slots__ = ("begun", "done", "error", "function", "result", "running")

    def __init__(self, function: Callable[[], Any]) -> None:
        self.function = function
        self.result: Any = None
        self.error: BaseException | None = None
        self.done = False
        self.begun, self.running = _thread.allocate_lock(), _thread.allocate_lock()
        self.running.acquire()

    def make(self) -> None:
        if not self.begun.acquire(blocking=False):
            return
        try:
            self.result = self.function()
        except BaseException as error:
            self.error = error
        finally:
            self.done = True
            self.running.release()

    def outcome(self) -> Any:
        """What it returned, handed over; or what it raised, raised."""
        try:
            if self.error is not None:
                raise self.error
            return self.result
        finally:
            del self.result, self.error  # or an error's frames would hold themselves


def _started(made: _Call) -> BaseException | None:
    """Begin it in a new thread, or make it here if there can be none; return what a handler raises once the thread is
    there. (`threading.Thread.start` waits for its thread, and would not say whether there is one.)
    """
    try:
        _thread.start_new_thread(made.make, ())
    except (RuntimeError, MemoryError):
        made.make()
    except BaseException as error:
        return error
    return None


def _wait(running: Any) -> None:
    """Until the lock is free, or a tenth of a second: Windows looks for signals only between waits. (An interrupted
    `threading.Event.wait` may raise a RuntimeError of its own in place of what the handler raises.)"""
    if running.acquire(timeout=0.1):
        running.release()


def patient(nanoseconds: float) -> Callable[[F], F]:
    """Decorate a function that spends this many nanoseconds in NumPy for each element of its largest array."""

    def decorate(function: F) -> F:
        @wraps(function)
        def answering(*args: Any, **kwargs: Any) -> Any:
            sizes = [x.size for x in (*args, *kwargs.values()) if isinstance(x, np.ndarray)]
            return call(function, *args, work=nanoseconds * max(sizes, default=0), **kwargs)

        return cast(F, answering)

    return decorate
