"""Hours of samples that cost next to no disk: silence, but for some places, in files with holes."""

from __future__ import annotations

import os
import struct
from pathlib import Path

import numpy as np
import pytest


def sparse_wav(path: Path, sr: int, n: int, marks: dict[int, np.ndarray]) -> None:
    """A WAV (RF64: beyond 4 GiB) of n samples in int16, with `marks` at their places."""
    size = 2 * n
    head = b"RF64" + struct.pack("<I", 0xFFFFFFFF) + b"WAVEds64" + struct.pack("<IQQQI", 28, size + 72, size, n, 0)
    head += b"fmt " + struct.pack("<IHHIIHH", 16, 1, 1, sr, 2 * sr, 2, 16) + b"data" + struct.pack("<I", 0xFFFFFFFF)
    with open(path, "wb") as file:
        file.write(head)
        for place, samples in marks.items():
            file.seek(len(head) + 2 * place)
            file.write(samples.astype("<i2").tobytes())
        file.truncate(len(head) + size)
    _check_holes(path)


def sparse_samples(path: Path, n: int, marks: dict[int, np.ndarray]) -> np.ndarray:
    """n samples in float32, mapped."""
    with open(path, "wb") as file:
        for place, samples in marks.items():
            file.seek(4 * place)
            file.write(samples.astype(np.float32).tobytes())
        file.truncate(4 * n)
    _check_holes(path)
    return np.memmap(path, np.float32, "r")


def _check_holes(path: Path) -> None:
    if os.name == "nt" or os.stat(path).st_blocks > 1 << 18:  # 128 MiB
        pytest.skip("files have no holes here")


# For programs that measure themselves: the most memory resident since `clear`, in bytes.
MEASURE = """
import mmap
def most():
    with open("/proc/self/status") as file:
        return next(int(line.split()[1]) << 10 for line in file if line.startswith("VmHWM"))
def clear():
    with open("/proc/self/clear_refs", "w") as file:
        file.write("5")
    return most()
"""


def needs_proc() -> None:
    if not os.path.exists("/proc/self/clear_refs"):
        pytest.skip("how much memory was resident at most is known on Linux alone")
