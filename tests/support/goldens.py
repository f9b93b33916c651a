"""Where goldens lie, and how their writers store them: each file says which script made it, and of what."""

from __future__ import annotations

import warnings
from importlib.metadata import version
from pathlib import Path

import numpy as np

FOLDER = Path(__file__).resolve().parent.parent / "golden"


def save(writer: str, name: str, **arrays) -> None:
    """Store golden `name`; `writer` is the ``__file__`` of the script, the only one that may write this golden."""
    path = FOLDER / f"{name}.npz"
    script = Path(writer).name
    if path.exists():
        with np.load(path) as stored:
            assert stored["writer"] == script, f"{path.name} is written by {stored['writer']}, not by {script}"
    np.savez_compressed(path, writer=script, **arrays)


def save_cases(writer: str, name: str, cases: dict, module) -> None:
    """Store what each call of `cases` makes of librosa's `module`."""
    arrays = {}
    for case, call in cases.items():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            result = call(module)
        arrays |= {f"{case}.{i}": array for i, array in enumerate(as_arrays(result))}
    save(writer, name, versions=versions("librosa", "numpy", "scipy"), **arrays)


def as_arrays(result) -> list[np.ndarray]:
    """The arrays of a result, be it one or a tuple of them."""
    return [np.asarray(part) for part in (result if isinstance(result, tuple) else (result,))]


def versions(*names: str) -> str:
    return ", ".join(f"{name} {version(name)}" for name in names)
