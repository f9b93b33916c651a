"""Two performances of one piece, note by note: dynamic time warping of their chroma.

python alignment.py fastspec music.flac alignment.npz
"""

import importlib
import sys

import numpy as np


def main(library: str, source: str, target: str, rate: float = 0.8) -> None:
    librosa = importlib.import_module(library)
    y, sr = librosa.load(source)
    slow = np.interp(np.arange(0, len(y), rate), np.arange(len(y)), y).astype(np.float32)
    slow = np.concatenate([1e-3 * slow[: sr // 4], slow])
    tuning = 12 * np.log2(rate) % 1
    first = librosa.feature.chroma_stft(y=y, sr=sr, hop_length=1024, tuning=0)
    second = librosa.feature.chroma_stft(y=slow, sr=sr, hop_length=1024, tuning=tuning)
    second = np.roll(second, round(-12 * np.log2(rate) // 1), axis=0)
    D, path = librosa.sequence.dtw(first, second, metric="cosine")
    times = librosa.frames_to_time(path, sr=sr, hop_length=1024)
    limited = librosa.sequence.dtw(
        first, second, metric="cosine", step_sizes_sigma=np.array([[1, 1], [1, 2], [2, 1]]), global_constraints=True
    )[1]
    # An excerpt, found within the whole.
    cost, where = librosa.sequence.dtw(first[:, 40:70], second, metric="cosine", subseq=True)
    similarity = librosa.segment.cross_similarity(first, second, mode="affinity", metric="cosine")
    score, aligned = librosa.sequence.rqa(similarity, gap_onset=2, gap_extend=1)
    np.savez(target, D=D, path=path, times=times, limited=limited, cost=cost, where=where, score=score, aligned=aligned)
    print(f"{len(path)} steps; the excerpt ends at frame {where[0, 1]}")


if __name__ == "__main__":
    main(*sys.argv[1:])
