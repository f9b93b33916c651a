"""A recording, by way of its mel spectrogram alone: Griffin and Lim's phases, a WAV file.

python mel_to_wav.py fastspec recording.flac out.wav
"""

import importlib
import sys

import soundfile


def main(library: str, source: str, target: str) -> None:
    librosa = importlib.import_module(library)
    y, sr = librosa.load(source, sr=None)
    mel = librosa.feature.melspectrogram(y=y, sr=sr, n_fft=1024, hop_length=256, n_mels=80)
    magnitudes = librosa.feature.inverse.mel_to_stft(mel, sr=sr, n_fft=1024)
    signal = librosa.griffinlim(magnitudes, n_iter=32, hop_length=256, length=len(y), rng=0)
    soundfile.write(target, librosa.util.normalize(signal) * 0.9, sr)


if __name__ == "__main__":
    main(*sys.argv[1:])
