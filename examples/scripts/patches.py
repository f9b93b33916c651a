"""Patches of five seconds of a log-mel spectrogram, as training data has them.

python patches.py fastspec recording.flac patches.npy
"""

import importlib
import sys

import numpy as np


def main(library: str, source: str, target: str, seconds: float = 5.0) -> None:
    librosa = importlib.import_module(library)
    y, sr = librosa.load(source, sr=16000)
    y = np.tile(y, 1 + int(4 * seconds * sr) // len(y))[: int(4 * seconds * sr)]
    mel = librosa.feature.melspectrogram(y=y, sr=sr, n_fft=1024, hop_length=160, n_mels=64, fmax=8000)
    log_mel = librosa.power_to_db(mel, ref=np.max)
    frames = librosa.time_to_frames(seconds, sr=sr, hop_length=160)
    patches = librosa.util.frame(log_mel, frame_length=frames, hop_length=frames // 2)
    np.save(target, np.moveaxis(patches, -1, 0).astype(np.float32))


if __name__ == "__main__":
    main(*sys.argv[1:])
