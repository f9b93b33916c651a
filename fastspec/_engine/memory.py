"""Where large results go: into the memory of large results that are gone.

What is larger than the C library keeps (32 MiB) goes back to the system when it is freed; and the system clears every
page of the next one, which takes longer than converting it or transforming it. So the memory of such results is an
object of the engine, `Block`: arrays, views, buffers and whatever else uses the memory refer to it, and when it is
deallocated, since nothing does any more, the memory waits for the next result (csrc/blocks.c).
"""

from __future__ import annotations

import os
from math import prod

import numpy as np

from .._gate.samples import ParameterError
from .install import engine

LEAST_BYTES = 32 << 20
# Larger results are not kept for reuse; nor is more than this, all idle blocks together.
MOST_BYTES = 64 << 20


def empty(shape: tuple[int, ...], dtype: np.dtype) -> np.ndarray:
    """As `numpy.empty`."""
    n_bytes = prod(shape) * dtype.itemsize
    if not LEAST_BYTES <= n_bytes <= MOST_BYTES or not _is_on():
        return np.empty(shape, dtype)
    try:
        block = engine.Block(n_bytes)
    except MemoryError:
        return np.empty(shape, dtype)  # NumPy may find room, or raises the best error
    return np.ndarray(shape, dtype, buffer=block)


def empty_like(x: np.ndarray, dtype: np.dtype) -> np.ndarray:
    """As `numpy.empty_like`, but never of a subclass."""
    if x.size * dtype.itemsize < LEAST_BYTES or not x.flags.forc:
        return np.empty_like(x, dtype, subok=False)
    return empty(x.shape, dtype) if x.flags.c_contiguous else empty(x.shape[::-1], dtype).T


def _is_on() -> bool:
    """Whether memory is kept, by FASTSPEC_REUSE_MEMORY; if not, what has been kept is let go."""
    text = os.environ.get("FASTSPEC_REUSE_MEMORY") or "1"
    if text not in ("0", "1"):
        raise ParameterError(f"FASTSPEC_REUSE_MEMORY={text!r} must be 0 or 1; 0 gives every result memory of its own")
    if text == "0":
        engine.drop_kept()
    return text == "1"
