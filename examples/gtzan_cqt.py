"""From an HDF5 file of clips to frames, constant-Q spectra and normalised spectra, one clip in memory at a time.

    python gtzan_cqt.py --full                    # 10 genres of 100 clips of 30 s, synthetic
    python gtzan_cqt.py --library librosa         # the same by librosa 1.0, of a small set
    python gtzan_cqt.py --input gtzan.hdf5 -o features.hdf5

The input has a data set (samples, clips) for each genre, and the attribute `sr`. The output has

    Xa (genres, clips, frames, 2, 1024)  frames of samples, one after another; at [..., 1, :] half a frame later
    Xs (genres, clips, frames, 2, 96)    magnitudes of 96 quarter tones from C2, for the same frames
    Xn (genres, clips, frames, 2, 96)    those after local contrast normalisation over time and frequency

all float32, the input's attributes, and as attributes of its own how it was made.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import resource
import sys
import tempfile
import time

import h5py
import numpy as np

FRAME = 1024  # samples, also from frame to frame
BINS_PER_OCTAVE, OCTAVES = 24, 4
N_BINS = BINS_PER_OCTAVE * OCTAVES
SIGMA = 2.0  # quarter tones and frames, of the neighbourhood that contrast is normalised in
SR = 22050
GENRES = ("blues", "classical", "country", "disco", "hiphop", "jazz", "metal", "pop", "reggae", "rock")


def make_clips(path: str, n_genres: int, n_clips: int, n_samples: int) -> None:
    """Chords of a few partials that fade, in noise; written clip by clip."""
    rng = np.random.default_rng(0)
    t = np.arange(n_samples, dtype=np.float32) / SR
    with h5py.File(path, "w") as file:
        file.attrs.update(sr=SR, Nclips=n_clips, Ngenres=n_genres, Nsamples=n_samples)
        for genre in GENRES[:n_genres]:
            clips = file.create_dataset(genre, (n_samples, n_clips), "f4", chunks=(n_samples, 1))
            for c in range(n_clips):
                y = rng.normal(0, 0.01, n_samples).astype(np.float32)
                for midi in rng.integers(40, 80, 4):
                    y += 0.1 * np.sin(np.float32(2 * np.pi * 440 * 2 ** ((midi - 69) / 12)) * t) * np.exp(-t % 2)
                clips[:, c] = y


def normaliser(library):
    """Local contrast normalisation (rows, frames); for librosa, which has none, the same in scipy."""
    if hasattr(library, "lcn"):
        return lambda S: library.lcn(S, sigma=SIGMA)
    from scipy.ndimage import gaussian_filter

    def lcn(S: np.ndarray) -> np.ndarray:
        V = S - gaussian_filter(S.astype(float), SIGMA, mode="reflect")  # scipy's name of symmetric borders
        spread = np.sqrt(gaussian_filter(V * V, SIGMA, mode="reflect"))
        floor = spread.mean()
        return V / np.maximum(spread, floor if floor > 0 else 1)

    return lcn


def frame_count(n_samples: int) -> int:
    """Frames that both rows of a clip have; the later one ends half a frame earlier."""
    return (n_samples - FRAME // 2) // FRAME


def process(library_name: str, source: str, target: str) -> dict[str, float]:
    """The whole pipeline. Returns seconds by step."""
    library = importlib.import_module(library_name)
    lcn, seconds = normaliser(library), dict.fromkeys(("read", "cqt", "lcn", "write"), 0.0)
    tones = {"fmin": float(library.note_to_hz("C2")), "n_bins": N_BINS, "bins_per_octave": BINS_PER_OCTAVE}
    with h5py.File(source, "r") as clips, h5py.File(target, "w") as out:
        genres = [name for name in clips if isinstance(clips[name], h5py.Dataset)]
        n_samples, n_clips = (min(clips[name].shape[axis] for name in genres) for axis in (0, 1))
        n_frames, sr = frame_count(n_samples), clips.attrs["sr"]
        out.attrs.update(clips.attrs)
        made = {"library": library_name, "version": library.__version__, "frame": FRAME, "sigma": SIGMA, **tones}
        out.attrs.update(genres=json.dumps(genres), settings=json.dumps(made))
        shape = (len(genres), n_clips, n_frames, 2)
        sizes = {"Xa": FRAME, "Xs": N_BINS, "Xn": N_BINS}
        stored = {name: out.create_dataset(name, (*shape, size), "f4") for name, size in sizes.items()}
        for g, genre in enumerate(genres):
            for c in range(n_clips):
                clock = Clock(seconds)
                y = clips[genre][:, c]
                clock.stop("read")
                for half in (0, 1):
                    z = y[half * FRAME // 2 :]
                    clock.start()
                    S = np.abs(library.cqt(z, sr=sr, hop_length=FRAME, **tones))[:, :n_frames]
                    clock.stop("cqt")
                    N = lcn(S)
                    clock.stop("lcn")
                    stored["Xa"][g, c, :, half] = z[: n_frames * FRAME].reshape(n_frames, FRAME)
                    stored["Xs"][g, c, :, half] = S.T
                    stored["Xn"][g, c, :, half] = N.T
                    clock.stop("write")
    return seconds


class Clock:
    """Adds up what the steps take."""

    def __init__(self, seconds: dict[str, float]) -> None:
        self._seconds = seconds
        self.start()

    def start(self) -> None:
        self._begin = time.perf_counter()

    def stop(self, step: str) -> None:
        now = time.perf_counter()
        self._seconds[step] += now - self._begin
        self._begin = now


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--library", choices=("fastspec", "librosa"), default="fastspec")
    parser.add_argument("--input", metavar="FILE", help="clips to use in place of synthetic ones")
    parser.add_argument("--full", action="store_true", help="make 10 x 100 clips of 660000 samples, not 2 x 2 of 66000")
    parser.add_argument("-o", "--output", metavar="FILE", help="keep the features here")
    args = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        source = args.input or os.path.join(folder, "clips.hdf5")
        if not args.input:
            make_clips(source, *((10, 100, 660_000) if args.full else (2, 2, 66_000)))
        begin = time.perf_counter()
        target = args.output or os.path.join(folder, "features.hdf5")
        seconds = process(args.library, source, target)
        whole = time.perf_counter() - begin
        with h5py.File(target) as out:
            print(*(f"{name} {out[name].shape}" for name in ("Xa", "Xs", "Xn")), sep=", ")
    steps = ", ".join(f"{name} {value:.2f} s" for name, value in seconds.items())
    unit = 1 << 20 if sys.platform == "darwin" else 1 << 10
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit
    print(f"{args.library}: {whole:.2f} s ({steps}), peak memory {peak:.0f} MiB")


if __name__ == "__main__":
    main()
