"""Onsets of notes, once by the plain flux of the spectrum and once by SuperFlux, which vibrato does not deceive.

python onsets.py fastspec music.flac onsets.npz

SuperFlux (Boeck and Widmer, DAFx 2013) compares each band with the loudest of its neighbours two frames before.
"""

import importlib
import sys

import numpy as np


def main(library: str, source: str, target: str) -> None:
    librosa = importlib.import_module(library)
    y, sr = librosa.load(source, sr=44100)
    hop_length = int(librosa.time_to_samples(0.005, sr=sr))
    mel = librosa.feature.melspectrogram(
        y=y, sr=sr, n_fft=1024, hop_length=hop_length, fmin=27.5, fmax=16000, n_mels=138
    )
    S = librosa.power_to_db(mel, ref=np.max)
    flux = librosa.onset.onset_strength(S=S, sr=sr, hop_length=hop_length)
    super_flux = librosa.onset.onset_strength(S=S, sr=sr, hop_length=hop_length, lag=2, max_size=3)
    found = {"flux": flux, "super_flux": super_flux}
    for name, envelope in list(found.items()):
        onsets = librosa.onset.onset_detect(onset_envelope=envelope, sr=sr, hop_length=hop_length)
        found[f"{name}_times"] = librosa.frames_to_time(onsets, sr=sr, hop_length=hop_length)
        found[f"{name}_starts"] = librosa.onset.onset_backtrack(onsets, envelope)
    bands = librosa.onset.onset_strength_multi(S=S, sr=sr, hop_length=hop_length, channels=[0, 32, 64, 96, 138])
    clicks = librosa.clicks(times=found["super_flux_times"], sr=sr, length=len(y))
    np.savez(target, bands=bands, clicks=clicks, **found)
    print(f"{len(found['flux_times'])} onsets by flux, {len(found['super_flux_times'])} by SuperFlux")


if __name__ == "__main__":
    main(*sys.argv[1:])
