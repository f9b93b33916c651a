"""How many frames torchaudio's Spectrogram makes, which samples each is about, and which frame a sample is in.

python torchaudio_frame_count.py fastspec.compat.torchaudio recording.flac
python torchaudio_frame_count.py torchaudio recording.flac
"""

import importlib
import sys

import numpy as np
import soundfile


def main(library: str, source: str, n_fft: int = 512, hop_length: int = 32) -> None:
    transforms = importlib.import_module(f"{library}.transforms")
    tensor = importlib.import_module("torch").from_numpy if library == "torchaudio" else np.asarray
    y, sr = soundfile.read(source, dtype="float32", always_2d=True)
    y = np.ascontiguousarray(y.T)
    n = y.shape[-1]
    print(f"{y.shape[0]} x {n} samples at {sr} Hz; n_fft={n_fft}, hop_length={hop_length}")
    for center, pad in ((True, 0), (False, 0), (True, 100)):
        # The padded signal is cut wherever a whole frame fits: `pad` zeros and n_fft // 2 more samples at either side.
        lead = pad + (n_fft // 2 if center else 0)
        expected = 1 + (n + 2 * lead - n_fft) // hop_length
        spectrogram = transforms.Spectrogram(n_fft, hop_length=hop_length, center=center, pad=pad)
        n_frames = spectrogram(tensor(y)).shape[-1]
        print(f"center={center}, pad={pad}: 1 + ({n} + 2 * {lead} - {n_fft}) // {hop_length} = {expected} frames")
        assert n_frames == expected

        # Frame t begins at sample t * hop_length - lead, and is about the one n_fft // 2 later.
        frame = n_frames // 2
        sample = frame * hop_length - lead + n_fft // 2
        print(f"  frame {frame} is about sample {sample}, {sample / sr:.3f} s")

        # The other way: an impulse at a sample is loudest in the frame whose middle is nearest.
        impulse = np.zeros(n, np.float32)
        impulse[sample + hop_length // 4] = 1
        nearest = round((sample + hop_length // 4 + lead - n_fft // 2) / hop_length)
        loudest = int(np.asarray(spectrogram(tensor(impulse))).sum(axis=0).argmax())
        print(f"  an impulse at sample {sample + hop_length // 4} is loudest in frame {loudest}")
        assert loudest == nearest == frame


if __name__ == "__main__":
    main(*sys.argv[1:3], *map(int, sys.argv[3:]))
