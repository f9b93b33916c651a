"""A page of pictures: waveform, spectrograms on several axes, chroma with keys, a rhythm, with their legends.

python pictures.py fastspec music.flac pictures.npz page.png
"""

import importlib
import sys

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np


def draw(librosa, display, y, sr, axes) -> list:
    S = librosa.amplitude_to_db(np.abs(librosa.stft(y)), ref=np.max)
    mel = librosa.power_to_db(librosa.feature.melspectrogram(y=y, sr=sr), ref=np.max)
    C = librosa.amplitude_to_db(np.abs(librosa.cqt(y, sr=sr)), ref=np.max)
    chroma = librosa.feature.chroma_stft(y=y, sr=sr, tuning=0)
    tempogram = librosa.feature.tempogram(y=y, sr=sr)
    display.waveshow(y, sr=sr, ax=axes[0], label="signal")
    axes[0].legend(loc="upper right")
    return [
        display.specshow(S, sr=sr, x_axis="time", y_axis="log", ax=axes[1]),
        display.specshow(mel, sr=sr, x_axis="time", y_axis="mel", fmax=8000, ax=axes[2]),
        display.specshow(C, sr=sr, x_axis="time", y_axis="cqt_note", ax=axes[3]),
        display.specshow(chroma, sr=sr, x_axis="time", y_axis="chroma", key="A:min", ax=axes[4]),
        display.specshow(tempogram, sr=sr, x_axis="time", y_axis="tempo", ax=axes[5]),
    ]


def main(library: str, source: str, target: str, picture: str) -> None:
    librosa = importlib.import_module(library)
    display = importlib.import_module(f"{library}.display")
    y, sr = librosa.load(source)
    figure, axes = plt.subplots(nrows=6, sharex=True, figsize=(8, 14))
    meshes = draw(librosa, display, y, sr, axes)
    figure.colorbar(meshes[0], ax=axes[:2], format="%+2.0f dB")
    figure.savefig(picture)
    labels = [[text.get_text() for text in ax.get_yticklabels()] for ax in axes]
    np.savez(
        target,
        limits=[(*ax.get_xlim(), *ax.get_ylim()) for ax in axes],
        labels=["|".join(words) for words in labels],
        names=[ax.get_ylabel() for ax in axes],
        shown=np.concatenate([np.ravel(mesh.get_array())[::101] for mesh in meshes[:2]]),
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
