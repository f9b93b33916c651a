"""A log-frequency spectrogram as an array, in decibels, and the signal back from its spectra.

python log_frequency.py recording.flac spectrogram.npz back.wav
"""

import sys

import numpy as np

import fastspec


def main(source: str, target: str, back: str) -> None:
    y, sr = fastspec.load(source, sr=22050)
    axis = {"sr": sr, "n_fft": 2048, "hop_length": 512, "fmin": 27.5, "fmax": 11000.0}
    D = fastspec.logfreq_stft(y, n_bins=1000, **axis)
    levels = fastspec.amplitude_to_db(np.abs(D), ref=np.max, top_db=80)
    frequencies = fastspec.logfreq_frequencies(1000, fmin=27.5, fmax=11000.0, sr=sr)
    np.savez(target, levels=levels, frequencies=frequencies, times=fastspec.times_like(levels, sr=sr))
    found = fastspec.ilogfreq_stft(D, length=len(y), **axis)
    fastspec.write(back, found, sr)
    lost = 10 * np.log10(np.sum((y - found) ** 2) / np.sum(y**2))
    n_bins, n_frames = levels.shape
    print(f"{n_bins} bins from {frequencies[0]:.1f} Hz, {n_frames} frames; back with an error of {lost:.0f} dB")


if __name__ == "__main__":
    main(*sys.argv[1:])
