"""Sections of a piece: beats that sound alike are joined in a graph, whose slowest vibrations show the parts.

python sections.py fastspec music.flac sections.npz

Links join beats of like harmony anywhere, and neighbours of like timbre. The eigenvectors of the graph's Laplacian
(McFee and Ellis, ISMIR 2014) are clustered by k-means from fixed centres, so that every run finds the same.
"""

import importlib
import sys

import numpy as np
import scipy.cluster.vq
import scipy.linalg
import scipy.ndimage


def beat_graph(librosa, y, sr) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The times of beats, links by harmony, and links along the time axis."""
    C = np.abs(librosa.cqt(y, sr=sr, bins_per_octave=24, n_bins=144))
    _, beats = librosa.beat.beat_track(y=y, sr=sr, trim=False)
    bounds = librosa.util.fix_frames(beats, x_min=0)
    harmony = librosa.util.sync(np.log1p(20 * C / C.max()), bounds, aggregate=np.median)
    timbre = librosa.util.sync(librosa.feature.mfcc(y=y, sr=sr), bounds)
    links = librosa.segment.recurrence_matrix(harmony, width=3, mode="affinity", sym=True)
    links = librosa.segment.timelag_filter(scipy.ndimage.median_filter)(links, size=(1, 7))
    steps = np.sum(np.diff(timbre, axis=1) ** 2, axis=0)
    near = np.exp(-steps / np.median(steps))
    path = np.diag(near, k=1) + np.diag(near, k=-1)
    times = librosa.frames_to_time(librosa.util.fix_frames(beats, x_min=0, x_max=C.shape[1]), sr=sr)
    return times, links, path


def labels_of(vectors: np.ndarray, n_sections: int) -> np.ndarray:
    """k-means whose first centres lie evenly over the piece."""
    first = vectors[np.linspace(0, len(vectors) - 1, n_sections).astype(int)]
    return scipy.cluster.vq.kmeans2(vectors, first, iter=50, minit="matrix", missing="warn")[1]


def main(library: str, source: str, target: str, n_sections: int = 2) -> None:
    librosa = importlib.import_module(library)
    y, sr = librosa.load(source)
    first, second = np.tile(y[: len(y) // 2], 5), np.tile(y[len(y) // 2 :], 5)
    times, links, path = beat_graph(librosa, np.concatenate([first, second, first]), sr)
    degree_links, degree_path = links.sum(axis=1), path.sum(axis=1)
    degrees = degree_links + degree_path
    weight = degree_path @ degrees / np.sum(degrees**2)
    graph = weight * links + (1 - weight) * path
    degree = np.sqrt(np.maximum(graph.sum(axis=1), 1e-12))
    laplacian = np.eye(len(graph)) - graph / np.outer(degree, degree)
    values, vectors = scipy.linalg.eigh(laplacian)
    vectors = scipy.ndimage.median_filter(vectors[:, :n_sections], size=(9, 1))
    labels = labels_of(librosa.util.normalize(vectors, norm=2, axis=1), n_sections)
    starts = np.flatnonzero(np.diff(labels, prepend=labels[0] - 1))
    np.savez(target, times=times, path=path, values=values[: 2 * n_sections], starts=times[starts])
    print(f"{len(times)} beats, {len(starts)} parts")


if __name__ == "__main__":
    main(*sys.argv[1:])
