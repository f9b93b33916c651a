"""What is kept from one call to the next: plans, banks, windows. Bounded in number, and in bytes over all caches."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass
from functools import lru_cache, update_wrapper
from threading import RLock
from typing import TYPE_CHECKING, Any, ParamSpec, Protocol, TypeVar

import numpy as np

from .install import engine

P = ParamSpec("P")
R = TypeVar("R", covariant=True)

if TYPE_CHECKING:

    class Kept(Protocol[P, R]):
        """A function with its cache."""

        @property
        def __wrapped__(self) -> Callable[P, R]: ...

        def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R: ...

# Limit of all caches together; the newest entry of each is exempt.
MOST_BYTES = 128 << 20

# Roughly what an entry takes besides its arrays: objects, and its slot in the cache.
ENTRY_BYTES = 1 << 10


def kept(most: int, *, typed: bool = False) -> Callable[[Callable[P, R]], Kept[P, R]]:
    """`functools.lru_cache`, which also lets go of what it holds when all caches hold more than MOST_BYTES.

    What is found costs a look-up in C, as ever: bytes are counted when something new is made. When they are too many,
    every cache is emptied at once, but for its newest entry, so that one that is larger than the limit is kept, too.
    """

    def decorate(function: Any) -> Any:
        newest = None

        def make(*args: Any, **kwargs: Any) -> Any:
            nonlocal newest
            key = hash(args), [type(value) for value in args], args, kwargs
            last = newest  # which another thread may replace while keys are compared
            if last is not None and last[0] == key:
                return last[1]
            before = engine.allocated()
            value = function(*args, **kwargs)
            newest = key, value
            _budget.spend((args, value), engine.allocated() - before)
            return value

        cache = lru_cache(most, typed)(make)
        _budget.caches.append(cache)
        return update_wrapper(cache, function)

    return decorate


class _Budget:
    """Counts the bytes that caches hold, by addresses: what several entries share counts once.

    An address that is met again is either shared memory or in place of memory that is gone. So the count is never
    less than what is held, but for what other threads are about to keep.
    """

    def __init__(self) -> None:
        self.caches: list[Any] = []
        self.start()
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self.start)  # another thread may have held the lock

    def start(self) -> None:
        self.lock = RLock()  # a finalizer may call fastspec while this thread is counting
        self.sizes: dict[int, int] = {}
        self.total = 0

    def spend(self, things: tuple[Any, ...], n_bytes: int) -> None:
        """Count what has just been made, `n_bytes` of it by the engine, and empty the caches if that is too much."""
        with self.lock:
            self.total += n_bytes + ENTRY_BYTES
            for address, size in _memory_of(things):
                self.total += size - self.sizes.get(address, 0)
                self.sizes[address] = size
            if self.total <= MOST_BYTES:
                return
            self.sizes.clear()
            self.total = 0
        for cache in self.caches:
            cache.cache_clear()


def _memory_of(thing: Any) -> Iterator[tuple[int, int]]:
    """Addresses and bytes of all that `thing` holds; numbers and objects of the engine hold nothing here."""
    if isinstance(thing, np.ndarray):
        while isinstance(thing.base, (np.ndarray, bytes)):
            thing = thing.base
            if isinstance(thing, bytes):
                yield from _memory_of(thing)
                return
        yield thing.__array_interface__["data"][0], thing.nbytes
    elif isinstance(thing, (bytes, str)):
        yield id(thing), len(thing)
    elif isinstance(thing, (tuple, list)):
        yield id(thing), sys.getsizeof(thing) + 32 * len(thing)  # numbers of 24 to 32 bytes
        for part in thing:
            yield from _memory_of(part)
    elif is_dataclass(thing):
        for field in fields(thing):
            yield from _memory_of(getattr(thing, field.name))


_budget = _Budget()
