"""Tempo and its changes: tempograms, one tempo, a tempo for each frame, beats, and the predominant local pulse.

python tempo.py fastspec music.flac tempo.npz
"""

import importlib
import sys

import numpy as np
import scipy.stats


def main(library: str, source: str, target: str) -> None:
    librosa = importlib.import_module(library)
    y, sr = librosa.load(source)
    fast = np.interp(np.arange(0, len(y), 1.25), np.arange(len(y)), y)
    y = np.concatenate([y, y, fast, fast]).astype(np.float32)
    envelope = librosa.onset.onset_strength(y=y, sr=sr, aggregate=np.median)
    prior = scipy.stats.lognorm(loc=np.log(120), scale=120, s=1)
    dynamic = librosa.feature.tempo(onset_envelope=envelope, sr=sr, aggregate=None, std_bpm=4)
    pulse = librosa.beat.plp(onset_envelope=envelope, sr=sr, tempo_min=60, tempo_max=300)
    tempo, beats = librosa.beat.beat_track(onset_envelope=envelope, sr=sr)
    followed = librosa.beat.beat_track(onset_envelope=envelope, sr=sr, bpm=dynamic, units="time", tightness=50)[1]
    np.savez(
        target,
        tempogram=librosa.feature.tempogram(onset_envelope=envelope, sr=sr),
        fourier=np.abs(librosa.feature.fourier_tempogram(onset_envelope=envelope, sr=sr)),
        ratios=librosa.feature.tempogram_ratio(onset_envelope=envelope, sr=sr),
        one=librosa.feature.tempo(onset_envelope=envelope, sr=sr, prior=prior),
        dynamic=dynamic,
        pulse=pulse,
        peaks=np.flatnonzero(librosa.util.localmax(pulse)),
        beats=beats,
        followed=followed,
    )
    print(f"{np.ravel(tempo)[0]:.1f} bpm, {len(beats)} beats")


if __name__ == "__main__":
    main(*sys.argv[1:])
