"""A recording in three: tones, strokes, and what is neither.

python harmonic_percussive.py fastspec music.flac parts.npz
"""

import importlib
import sys

import numpy as np


def main(library: str, source: str, target: str, margin: float = 2.0) -> None:
    librosa = importlib.import_module(library)
    y, sr = librosa.load(source)
    D = librosa.stft(y)
    plain = librosa.decompose.hpss(D)
    tones, strokes = librosa.decompose.hpss(D, margin=(margin, 2 * margin))
    remainder = D - tones - strokes
    harmonic, percussive = librosa.effects.hpss(y, margin=margin)
    residual = y - harmonic - percussive
    masks = librosa.decompose.hpss(np.abs(D), kernel_size=(13, 31), power=1, mask=True)
    energy = [librosa.feature.rms(y=part)[0] for part in (harmonic, percussive, residual)]
    np.savez(
        target,
        plain=np.abs(plain),
        parts=np.abs([tones, strokes, remainder]),
        masks=masks,
        signals=np.stack([harmonic, percussive, residual]),
        energy=energy,
        onsets=librosa.onset.onset_strength(y=librosa.istft(strokes, length=len(y)), sr=sr),
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
