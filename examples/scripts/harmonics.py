"""A melody and its harmonics: the pitch by pYIN, the energy at its multiples, and all pitches by their salience.

python harmonics.py fastspec speech.flac harmonics.npz
"""

import importlib
import sys

import numpy as np


def main(library: str, source: str, target: str) -> None:
    librosa = importlib.import_module(library)
    y, sr = librosa.load(source)
    f0, voiced, probability = librosa.pyin(y, sr=sr, fmin=60, fmax=500)
    S = np.abs(librosa.stft(y))
    frequencies = librosa.fft_frequencies(sr=sr)
    along = librosa.f0_harmonics(S, freqs=frequencies, f0=np.nan_to_num(f0), harmonics=np.arange(1, 13))
    every = librosa.interp_harmonics(S, freqs=frequencies, harmonics=[0.5, 1, 2, 3])
    salience = librosa.salience(S, freqs=frequencies, harmonics=[1, 2, 3, 4], weights=[1, 0.45, 0.33, 0.25])
    pitches, magnitudes = librosa.piptrack(S=S, sr=sr, threshold=0.2)
    tuning = librosa.pitch_tuning(pitches[magnitudes > np.median(magnitudes[magnitudes > 0])])
    np.savez(
        target,
        f0=f0,
        voiced=voiced,
        probability=probability,
        along=along,
        every=every[:, :200],
        salience=np.nan_to_num(salience),
        tuning=tuning,
    )
    print(f"voiced: {np.sum(voiced)} of {len(f0)} frames")


if __name__ == "__main__":
    main(*sys.argv[1:])
