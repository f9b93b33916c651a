"""The envelope of a waveform, as a plot draws it, and how loud it is at 0.15 s.

python envelope.py fastspec recording.flac envelope.npz
"""

import importlib
import sys

import numpy as np


def main(library: str, source: str, target: str, time: float = 0.15) -> None:
    librosa = importlib.import_module(library)
    y, sr = librosa.load(source, sr=None)
    hop_length = 64
    frames = librosa.util.frame(np.abs(y), frame_length=hop_length, hop_length=hop_length)
    envelope = frames.max(axis=0)
    times = librosa.times_like(envelope, sr=sr, hop_length=hop_length)
    smooth = librosa.feature.rms(y=y, frame_length=512, hop_length=hop_length)[0]
    at = librosa.time_to_frames(time, sr=sr, hop_length=hop_length)
    sample = y[librosa.time_to_samples(time, sr=sr)]
    np.savez(target, times=times, envelope=envelope, rms=smooth, peak=envelope[at], level=smooth[at], sample=sample)
    print(f"at {time} s: sample {sample:.4f}, peak {envelope[at]:.4f}, RMS {smooth[at]:.4f}")


if __name__ == "__main__":
    main(*sys.argv[1:])
