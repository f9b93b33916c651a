"""All recordings of a folder: silence trimmed, brought to one rate, and their log-mel spectrograms.

python folder.py fastspec recordings features
"""

import importlib
import sys
from pathlib import Path

import numpy as np


def main(library: str, source: str, target: str) -> None:
    librosa = importlib.import_module(library)
    Path(target).mkdir(parents=True, exist_ok=True)
    for path in librosa.util.find_files(source, ext=["wav", "flac"]):
        y, sr = librosa.load(path, sr=None, mono=True)
        y, index = librosa.effects.trim(y, top_db=40)
        y = librosa.resample(y, orig_sr=sr, target_sr=16000)
        mel = librosa.feature.melspectrogram(y=y, sr=16000, n_fft=512, hop_length=160, n_mels=40)
        features = librosa.power_to_db(mel, ref=np.max, top_db=60)
        seconds = librosa.get_duration(y=y, sr=16000)
        np.savez(Path(target) / f"{Path(path).stem}.npz", features=features, index=index, seconds=seconds)


if __name__ == "__main__":
    main(*sys.argv[1:])
