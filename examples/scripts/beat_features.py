"""One column of features a beat: timbre with its changes, and harmony, as classifiers of music take them.

python beat_features.py fastspec music.flac features.npz
"""

import importlib
import sys

import numpy as np


def main(library: str, source: str, target: str) -> None:
    librosa = importlib.import_module(library)
    y, sr = librosa.load(source)
    y = np.tile(y, 3)
    harmonic, percussive = librosa.effects.hpss(y)
    tempo, beats = librosa.beat.beat_track(y=percussive, sr=sr)
    mfcc = librosa.feature.mfcc(y=y, sr=sr, n_mfcc=13)
    timbre = librosa.util.sync(np.vstack([mfcc, librosa.feature.delta(mfcc)]), beats)
    chroma = librosa.feature.chroma_stft(y=harmonic, sr=sr, tuning=0)
    harmony = librosa.util.sync(chroma, beats, aggregate=np.median)
    contrast = librosa.util.sync(librosa.feature.spectral_contrast(y=y, sr=sr), beats, aggregate=np.max)
    tonal = librosa.feature.tonnetz(chroma=harmony)
    times = librosa.frames_to_time(beats, sr=sr)
    np.savez(target, times=times, timbre=timbre, harmony=harmony, contrast=contrast, tonal=tonal)
    print(f"{np.ravel(tempo)[0]:.2f} bpm, {timbre.shape[1]} columns")


if __name__ == "__main__":
    main(*sys.argv[1:])
