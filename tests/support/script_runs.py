"""The scripts in examples/scripts, run as programs: what they take and what they leave."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
GALLERY = (
    "alignment", "beat_features", "chroma_variants", "components", "harmonic_percussive", "onsets", "pcen_stream",
    "rainbowgram", "repetition_filter", "sections", "structure", "tempo",
)  # fmt: skip
LONGEST = 1000  # values of one array that are kept: a golden is small
# What follows the library's name; {} is the folder for results.
RUNS = {
    "patches": ("examples/music.flac", "{}/patches.npy"),
    "mfcc_distances": ("examples/speech.flac", "examples/music.flac", "{}/distances.npz"),
    "mel_to_wav": ("examples/speech.flac", "{}/out.wav"),
    "envelope": ("examples/speech.flac", "{}/envelope.npz"),
    "folder": ("examples", "{}/features"),
    "pictures": ("examples/music.flac", "{}/pictures.npz", "{}/pictures.png"),
    **{name: ("examples/music.flac", f"{{}}/{name}.npz") for name in GALLERY},
    **{name: ("examples/speech.flac", f"{{}}/{name}.npz") for name in ("defaults", "harmonics", "voice_activity")},
}


def run(script: str, library: str, folder: Path) -> str:
    """Run a script where `library` is installed; what it printed."""
    arguments = [argument.format(folder) for argument in RUNS[script]]
    strict = ("-W", "error::UserWarning", "-W", "error::FutureWarning")
    command = [sys.executable, *strict, f"examples/scripts/{script}.py", library, *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def results(folder: Path) -> dict[str, np.ndarray]:
    """All arrays in the .npy and .npz files of a folder, by file and name: of long ones their shape, and values at
    equal steps."""
    found = {}
    for path in sorted(folder.rglob("*.np[yz]")):
        with open(path, "rb") as file:
            stored = np.load(file)
            arrays = {"": stored} if path.suffix == ".npy" else dict(stored)
        found |= {f"{path.stem}.{name}".rstrip("."): array for name, array in arrays.items()}
    for name, array in list(found.items()):
        if array.size > LONGEST:
            found[f"{name}.shape"] = np.array(array.shape)
            found[name] = array.ravel()[:: array.size // LONGEST]
    return found


def mel_distance(original: np.ndarray, rebuilt: np.ndarray) -> float:
    """Mean difference in dB between two signals' mel bands, of those within 60 dB of the loudest."""
    import fastspec

    levels = [
        fastspec.feature.logmel(
            y=fastspec.util.normalize(y), sr=22050, n_fft=1024, hop_length=256, n_mels=80, top_db=60
        )
        for y in (original, rebuilt)
    ]
    return float(np.abs(levels[0] - levels[1]).mean())
