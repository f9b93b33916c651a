"""How far four clips lie apart: means of their MFCCs, and the matrix of distances.

python mfcc_distances.py fastspec speech.flac music.flac distances.npz
"""

import importlib
import sys

import numpy as np


def main(library: str, first: str, second: str, target: str) -> None:
    librosa = importlib.import_module(library)
    means = []
    for source in (first, second):
        for offset in (0.0, 1.5):
            y, sr = librosa.load(source, sr=22050, offset=offset, duration=1.5)
            mfcc = librosa.feature.mfcc(y=y, sr=sr, n_mfcc=20)
            means.append(np.mean(mfcc, axis=1))
    means = np.array(means)
    distances = np.linalg.norm(means[:, np.newaxis] - means[np.newaxis], axis=-1)
    np.savez(target, means=means, distances=distances)


if __name__ == "__main__":
    main(*sys.argv[1:])
