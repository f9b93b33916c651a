"""Where large results go: into the memory of large results that are gone.

What is larger than the C library keeps (32 MiB) goes back to the system when it is freed; and the system clears every
page of the next one, which takes longer than converting it or transforming it. So the last one or two such blocks stay
here. They are free again when nobody else refers to them: a result is a view, and a view refers to its block.
"""

from __future__ import annotations

from collections import deque
from math import prod
from sys import getrefcount

import numpy as np

LEAST_BYTES = 32 << 20
# Of all blocks together; a result that is larger than this is none of them.
MOST_BYTES = 64 << 20

_blocks: deque[np.ndarray] = deque()


def empty(shape: tuple[int, ...], dtype: np.dtype) -> np.ndarray:
    """As `numpy.empty`."""
    n_bytes = prod(shape) * dtype.itemsize
    if not LEAST_BYTES <= n_bytes <= MOST_BYTES:
        return np.empty(shape, dtype)
    return _part_of_a_block(n_bytes).view(dtype).reshape(shape)


def empty_like(x: np.ndarray, dtype: np.dtype) -> np.ndarray:
    """As `numpy.empty_like`, but never of a subclass."""
    if x.size * dtype.itemsize < LEAST_BYTES or not x.flags.forc:
        return np.empty_like(x, dtype, subok=False)
    return empty(x.shape, dtype) if x.flags.c_contiguous else empty(x.shape[::-1], dtype).T


def _part_of_a_block(n_bytes: int) -> np.ndarray:
    """Threads may meet here: a block that is out of the queue is in one function's hands."""
    for _ in range(len(_blocks)):
        try:
            block = _blocks.popleft()
        except IndexError:
            break
        part = block[:n_bytes] if block.nbytes >= n_bytes and getrefcount(block) == _ALONE else None
        _blocks.append(block)
        if part is not None:
            return part
    block = np.empty(n_bytes, np.uint8)
    part = block[:]
    _blocks.append(block)
    _drop_excess()
    return part


def _drop_excess() -> None:
    while sum(block.nbytes for block in tuple(_blocks)) > MOST_BYTES:
        try:
            _blocks.popleft()
        except IndexError:  # all of them are in other threads' hands
            return


def _references_when_alone() -> int:
    """What counts where one variable refers to an array."""
    block = np.empty(0)
    return getrefcount(block)


_ALONE = _references_when_alone()
