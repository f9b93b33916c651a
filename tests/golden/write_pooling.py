"""Writes pooling.npz: run with torch 2.13, ``python tests/golden/write_pooling.py``."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np
import torch
import torch.nn.functional as F
from support import goldens
from support.pool_cases import AREAS, CASES, numbers


def main() -> None:
    stored = {"torch_version": np.array(torch.__version__), "numpy_version": np.array(np.__version__)}
    for i, (name, shape, size, dtype) in enumerate(CASES):
        for nan in (False, True):
            x = torch.from_numpy(numbers(shape, dtype, nan=nan))
            n_axes = int(name[-2])
            pooled = getattr(F, name)(x.reshape((1, -1, *x.shape[-n_axes:])), size)
            stored[f"case{i}{'nan' * nan}"] = pooled.reshape(x.shape[:-n_axes] + pooled.shape[-n_axes:]).numpy()
    for i, (shape, size, scale_factor, dtype) in enumerate(AREAS):
        x = torch.from_numpy(numbers(shape, dtype))
        stored[f"area{i}"] = F.interpolate(x, size=size, scale_factor=scale_factor, mode="area").numpy()
    goldens.save(__file__, "pooling", **stored)


main()
