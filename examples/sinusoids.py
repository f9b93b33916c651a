"""A tenth of a second as a sum of sinusoids: its largest ones, and the signal back from all of them.

python sinusoids.py recording.flac sinusoids.npz
"""

import sys

import numpy as np

import fastspec


def main(source: str, target: str, at: float = 1.0) -> None:
    y, sr = fastspec.load(source, sr=None, offset=at, duration=0.1)
    frequency, amplitude, phase = fastspec.sinusoids(y, 10, sr=sr)
    for f, a, p in zip(frequency, amplitude, phase, strict=True):
        print(f"{a:.4f} cos(2 pi {f:.0f} t {p:+.2f})")
    few = fastspec.isinusoids(frequency, amplitude, phase, length=len(y), sr=sr)
    every = fastspec.sinusoids(y, sr=sr)
    back = fastspec.isinusoids(*every, length=len(y), sr=sr)
    np.savez(target, few=few, back=back, frequency=every[0], amplitude=every[1], phase=every[2])
    held = np.sum(few**2) / np.sum(y**2)
    print(f"10 hold {held:.0%} of the energy; all {len(every[0])}: within {np.abs(back - y).max():.0e} of the signal")


if __name__ == "__main__":
    main(*sys.argv[1:])
