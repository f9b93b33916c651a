"""What comes again in a piece: recurrence and lag matrices, straight paths made clear, clusters of like frames.

python structure.py fastspec music.flac structure.npz
"""

import importlib
import sys

import numpy as np
import scipy.ndimage


def main(library: str, source: str, target: str) -> None:
    librosa = importlib.import_module(library)
    y, sr = librosa.load(source)
    y = np.concatenate([y, y[::-1], y])
    mfcc = librosa.feature.mfcc(y=y, sr=sr, hop_length=1024)
    history = librosa.feature.stack_memory(mfcc, n_steps=10, delay=3, mode="edge")
    links = librosa.segment.recurrence_matrix(history, width=9, sym=True)
    affinity = librosa.segment.recurrence_matrix(history, width=9, mode="affinity", sparse=True, self=True)
    distance = librosa.segment.recurrence_matrix(history, k=12, mode="distance", metric="cosine")
    lag = librosa.segment.recurrence_to_lag(affinity, pad=True)
    back = librosa.segment.lag_to_recurrence(lag)
    filtered = librosa.segment.timelag_filter(scipy.ndimage.gaussian_filter)(affinity.toarray(), sigma=(0, 2))
    enhanced = librosa.segment.path_enhance(affinity.toarray(), 31, window="hann", n_filters=7)
    across = librosa.segment.cross_similarity(history[:, :90], history, k=8)
    bounds = librosa.segment.agglomerative(history, 9)
    beats = librosa.util.fix_frames(np.arange(0, history.shape[1], 16), x_min=0, x_max=history.shape[1])
    np.savez(
        target,
        links=links,
        affinity=affinity.toarray(),
        distance=distance,
        lag=lag.toarray(),
        back=back.toarray(),
        filtered=filtered,
        enhanced=enhanced,
        across=across,
        bounds=bounds,
        parts=librosa.segment.subsegment(history, beats[:-1], n_segments=3),
    )
    print(f"bounds at {librosa.frames_to_time(bounds, sr=sr, hop_length=1024).round(2).tolist()}")


if __name__ == "__main__":
    main(*sys.argv[1:])
