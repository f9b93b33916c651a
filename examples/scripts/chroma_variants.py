"""Pitch classes in five ways: from the spectrum, from constant-Q bands, energy normalised, and cleaned in two steps.

python chroma_variants.py fastspec music.flac chroma.npz
"""

import importlib
import sys

import numpy as np
import scipy.ndimage


def main(library: str, source: str, target: str) -> None:
    librosa = importlib.import_module(library)
    y, sr = librosa.load(source)
    harmonic = librosa.effects.harmonic(y, margin=4)
    from_cqt = librosa.feature.chroma_cqt(y=harmonic, sr=sr, tuning=0)
    # What a frame shares with frames like it is music; what it has alone is the attack or noise.
    neighbours = librosa.decompose.nn_filter(from_cqt, aggregate=np.median, metric="cosine")
    shared = np.minimum(from_cqt, neighbours)
    np.savez(
        target,
        stft=librosa.feature.chroma_stft(y=y, sr=sr, tuning=0),
        cqt=from_cqt,
        cens=librosa.feature.chroma_cens(y=harmonic, sr=sr, tuning=0),
        shared=shared,
        smooth=scipy.ndimage.median_filter(shared, size=(1, 9)),
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
