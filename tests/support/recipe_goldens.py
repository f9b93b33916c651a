"""What tests of recipes and of `compat` share: signals, bounds, and what other libraries made of recordings."""

from __future__ import annotations

import json

import numpy as np


def noise(n: int, seed: int = 0) -> np.ndarray:
    return (0.1 * np.random.default_rng(seed).standard_normal(n)).astype(np.float32)


def close(got, want, bound):
    """Within `bound` times 1 + |value|, and as much again of what normalisation has magnified."""
    assert got.shape == want.shape
    error = np.abs(got - want) / (1 + np.abs(want))
    assert error.max() <= bound, f"{error.max():.2e} at {np.unravel_index(error.argmax(), error.shape)}"


def golden(shared, name: str):
    """The clips, and what was made of them."""
    import soundfile

    stored = np.load(shared / "goldens" / f"{name}.npz")
    described = json.loads(str(stored["case"]))["input"]
    clips = []
    for part in described if isinstance(described, list) else [described]:
        y, _ = soundfile.read(shared / "audio" / part["file"], dtype="float32", always_2d=True)
        step, start = part.get("step", 1), part["start"]
        y = y.mean(axis=1, dtype=np.float32)[start : start + part["length"] * step : step]
        clips.append(np.concatenate([y, np.zeros(part.get("zeros", 0), np.float32)]))
    return clips, stored["out"]
