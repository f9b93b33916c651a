"""Long calls of other libraries, which ignore signals (Ctrl-C) until they end."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextvars import copy_context
from functools import wraps
from typing import Any, TypeVar

import numpy as np

F = TypeVar("F", bound=Callable[..., Any])

# Estimated nanoseconds. A shorter call is simply waited for.
LONG = 100_000_000


def call(function: Callable[..., Any], *args: Any, work: float, **kwargs: Any) -> Any:
    """``function(*args, **kwargs)``, which takes about `work` nanoseconds, such that Ctrl-C is answered meanwhile.

    A long one runs in a thread of its own while the main thread, where Python runs the handlers of signals, waits
    for it. If a handler raises, the call goes on behind the scenes to its end, and what it returns is dropped: there
    is no way to stop other people's code. Hence only for what changes nothing but the arrays that it returns.
    """
    if work < LONG or threading.current_thread() is not threading.main_thread():
        return function(*args, **kwargs)
    outcome: list[Any] = []
    done = threading.Event()
    floating = np.geterr()  # NumPy 1 keeps these per thread, not in the context

    def run() -> None:
        try:
            with np.errstate(**floating):
                outcome.append((function(*args, **kwargs), None))
        except BaseException as error:
            outcome.append((None, error))
        finally:
            done.set()

    # In the caller's context, so that numpy.errstate and the like apply.
    thread = threading.Thread(target=copy_context().run, args=(run,), daemon=True)
    thread.start()
    while not done.wait(0.1):  # not for ever: Windows looks for signals only between waits
        pass
    thread.join()  # so that the next thread reuses its heap and the memory freed there
    result, error = outcome.pop()
    if error is not None:
        raise error
    return result


def patient(nanoseconds: float) -> Callable[[F], F]:
    """Decorate a function that spends this many nanoseconds in NumPy for each element of its largest array."""

    def decorate(function: F) -> F:
        @wraps(function)
        def answering(*args: Any, **kwargs: Any) -> Any:
            sizes = [x.size for x in (*args, *kwargs.values()) if isinstance(x, np.ndarray)]
            return call(function, *args, work=nanoseconds * max(sizes, default=0), **kwargs)

        return answering  # type: ignore[return-value]

    return decorate
