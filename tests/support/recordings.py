"""Recordings to extract features of, what is made of them, and whether two results have the same bytes."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np

import fastspec

SR = 16000
MEL = fastspec.Recipe(sr=SR, n_fft=400, hop_length=160, n_mels=40, log="ln")
STORES = {"hdf5": "set.h5", "npy": "set", "tar": "set.tars"}


def noise(n: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, 0.1, n).astype(np.float32)


def recordings_in(folder: Path) -> Path:
    """Twelve recordings of two classes, lengths and formats mixed, with a stray file of a Mac's."""
    source = folder / "recordings"
    for i in range(12):
        place = source / ("cats" if i % 2 else "dogs")
        place.mkdir(parents=True, exist_ok=True)
        fastspec.write(place / f"{i:02d}.{'flac' if i % 3 else 'wav'}", noise(4000 + 997 * i, i), SR)
    (source / "cats" / "._01.wav").write_bytes(b"no sound")
    (source / "notes.txt").write_text("no sound")
    return source


def fingerprint(path: Path) -> str:
    """Of a file, or of all files of a folder and their names."""
    files = [path] if path.is_file() else sorted(p for p in path.rglob("*") if p.is_file())
    digest = hashlib.sha256()
    for file in files:
        digest.update(str(file.relative_to(path)).encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()
