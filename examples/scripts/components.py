"""A spectrogram as few spectra times their loudness over time, by a factorisation of one's own.

python components.py fastspec music.flac components.npz

`decompose` takes any transformer in scikit-learn's style; this one needs NumPy alone (Lee and Seung's rule for the
Euclidean distance, from a start that is always the same).
"""

import importlib
import sys

import numpy as np


class Factors:
    """Non-negative matrices whose product is near the input; `components_` holds the second."""

    def __init__(self, n_components: int, n_steps: int = 40) -> None:
        self.n_components, self.n_steps = n_components, n_steps

    def fit_transform(self, X: np.ndarray) -> np.ndarray:
        rng = np.random.RandomState(0)
        W = rng.uniform(0.1, 1, (len(X), self.n_components))
        H = rng.uniform(0.1, 1, (self.n_components, X.shape[1]))
        for _ in range(self.n_steps):
            H *= (W.T @ X) / np.maximum(W.T @ W @ H, 1e-12)
            W *= (X @ H.T) / np.maximum(W @ H @ H.T, 1e-12)
        self.components_ = H
        return W


def main(library: str, source: str, target: str) -> None:
    librosa = importlib.import_module(library)
    y, _ = librosa.load(source)
    D = librosa.stft(y, n_fft=1024)
    S, phase = librosa.magphase(D)
    spectra, loudness = librosa.decompose.decompose(S, transformer=Factors(6), sort=True)
    loudest = int(np.argmax(loudness.sum(axis=1)))
    one = librosa.istft(np.outer(spectra[:, loudest], loudness[loudest]) * phase, n_fft=1024, length=len(y))
    np.savez(target, spectra=spectra, loudness=loudness, loudest=loudest, one=one)


if __name__ == "__main__":
    main(*sys.argv[1:])
