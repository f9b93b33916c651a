"""The constant-Q picture with colours for the change of phase, and the spectrogram with its energy put in place.

python rainbowgram.py fastspec music.flac rainbow.npz
"""

import importlib
import sys

import numpy as np


def main(library: str, source: str, target: str) -> None:
    librosa = importlib.import_module(library)
    y, sr = librosa.load(source)
    C = librosa.cqt(y, sr=sr, bins_per_octave=36, n_bins=36 * 6, hop_length=256)
    strength = np.abs(C) / np.abs(C).max()
    change = np.diff(np.unwrap(np.angle(C), axis=1), axis=1, prepend=0)
    # The phase of a bin whose tone lies at its centre turns as fast as the bin says.
    centres = librosa.cqt_frequencies(n_bins=216, fmin=librosa.note_to_hz("C1"), bins_per_octave=36)
    deviation = change - 2 * np.pi * 256 / sr * centres[:, np.newaxis]
    colours = np.cos(deviation) * strength
    frequencies, times, magnitudes = librosa.reassigned_spectrogram(y, sr=sr, n_fft=1024, ref_power=1e-3)
    loud = np.isfinite(frequencies) & (magnitudes > 0.5)
    np.savez(
        target,
        strength=strength,
        colours=colours,
        frequencies=np.where(loud, frequencies, 0),
        times=np.where(loud, times, 0),
        magnitudes=magnitudes,
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
