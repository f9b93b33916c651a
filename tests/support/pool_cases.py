"""Inputs of the pooling goldens, made in the test and by the writer alike: calls by name, arguments and a seed."""

from __future__ import annotations

import numpy as np

# name, shape, output size, dtype
CASES = (
    ("adaptive_avg_pool1d", (2, 3, 10), 4, "f4"),
    ("adaptive_avg_pool1d", (3,), 5, "f8"),
    ("adaptive_avg_pool1d", (4, 500), 100, "f4"),
    ("adaptive_avg_pool1d", (2, 1000), 7, "f4"),
    ("adaptive_avg_pool1d", (2, 1000), 1, "f8"),
    ("adaptive_avg_pool1d", (40, 9), 4, "f4"),
    ("adaptive_avg_pool2d", (1, 32, 50), (8, 10), "f4"),
    ("adaptive_avg_pool2d", (2, 17, 23), (5, 7), "f4"),
    ("adaptive_avg_pool2d", (2, 17, 23), (5, 7), "f8"),
    ("adaptive_avg_pool2d", (1, 5, 6), (11, 13), "f4"),
    ("adaptive_avg_pool2d", (20, 7, 7), (3, None), "f4"),
    ("adaptive_avg_pool2d", (1, 64, 64), 1, "f4"),
    ("adaptive_avg_pool3d", (2, 5, 9, 11), (2, 4, 3), "f4"),
    ("adaptive_avg_pool3d", (2, 5, 9, 11), (None, 4, 20), "f8"),
    ("adaptive_max_pool1d", (2, 3, 10), 4, "f4"),
    ("adaptive_max_pool1d", (2, 1000), 7, "f8"),
    ("adaptive_max_pool2d", (2, 17, 23), (5, 7), "f4"),
    ("adaptive_max_pool2d", (1, 5, 6), (11, 3), "f8"),
)
# shape, size, scale_factor, dtype
AREAS = (
    ((1, 2, 30), 7, None, "f4"),
    ((1, 2, 30), None, 0.3, "f4"),
    ((2, 1, 12, 15), (5, 6), None, "f4"),
    ((2, 1, 12, 15), None, 1.7, "f8"),
    ((2, 1, 12, 15), None, (0.5, 2.0), "f4"),
    ((1, 1, 6, 7, 8), 3, None, "f4"),
)


def numbers(shape, dtype, *, nan: bool = False) -> np.ndarray:
    """Normal numbers; with `nan`, one NaN and both infinities among them."""
    x = np.random.default_rng(7).standard_normal(shape).astype(dtype)
    if nan and x.size > 8:
        x.flat[2], x.flat[5], x.flat[-1] = np.nan, np.inf, -np.inf
    return x
