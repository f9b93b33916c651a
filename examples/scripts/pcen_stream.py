"""PCEN of a recording that comes in blocks: each block starts from the state in which the one before it ended.

python pcen_stream.py fastspec music.flac pcen.npz
"""

import importlib
import sys

import numpy as np
import soundfile


def main(library: str, source: str, target: str) -> None:
    librosa = importlib.import_module(library)
    sr = soundfile.info(source).samplerate
    n_fft, hop_length = 2048, 512
    state, blocks, decibels = None, [], []
    stream = librosa.stream(
        source, block_length=16, frame_length=n_fft, hop_length=hop_length, sr=None, mono=True, fill_value=0
    )
    for block in stream:
        D = librosa.stft(block, n_fft=n_fft, hop_length=hop_length, center=False)
        mel = librosa.feature.melspectrogram(S=np.abs(D) ** 2, sr=sr, n_mels=64)
        part, state = librosa.pcen(np.sqrt(mel) * 2**31, sr=sr, hop_length=hop_length, zi=state, return_zf=True)
        blocks.append(part)
        decibels.append(librosa.power_to_db(mel, ref=1.0))
    np.savez(target, pcen=np.concatenate(blocks, axis=1), decibels=np.concatenate(decibels, axis=1), state=state)
    print(f"{len(blocks)} blocks")


if __name__ == "__main__":
    main(*sys.argv[1:])
