"""The constant-Q transform by its definition, in float64 and one frame after the other. Imports nothing of fastspec."""

from __future__ import annotations

import numpy as np
import scipy.signal


def equal_frequencies(n_bins: int, *, fmin: float, bins_per_octave: int = 12) -> np.ndarray:
    return fmin * 2.0 ** (np.arange(n_bins) / bins_per_octave)


def bandwidths(freqs: np.ndarray, bins_per_octave: int = 12) -> np.ndarray:
    """From the distance to the neighbours, in octaves."""
    if len(freqs) == 1:
        steps = np.array([1 / bins_per_octave])
    else:
        octaves = np.log2(freqs)
        steps = np.array([octaves[1] - octaves[0], *(octaves[2:] - octaves[:-2]) / 2, octaves[-1] - octaves[-2]])
    return (4**steps - 1) / (4**steps + 1)


def lengths(freqs, *, sr, gamma=0.0, filter_scale=1.0, bins_per_octave=12) -> np.ndarray:
    alpha = bandwidths(freqs, bins_per_octave)
    offset = alpha * 24.7 / 0.108 if gamma is None else gamma
    return filter_scale * sr / (alpha * freqs + offset)


def atom(freq: float, length: float, *, sr, window="hann", norm=1) -> tuple[int, np.ndarray]:
    """The time of the first sample, and the samples."""
    first, end = int(np.floor(-length / 2)), int(np.floor(length / 2))
    times = np.arange(first, end)
    wave = scipy.signal.get_window(window, len(times)) * np.exp(2j * np.pi * freq / sr * times)
    if norm is None:
        return first, wave
    return first, wave / (np.count_nonzero(wave) if norm == 0 else np.linalg.norm(wave, norm))


def vqt(
    y: np.ndarray, freqs: np.ndarray, *, sr: float = 22050, hop_length: int = 512, window="hann", norm=1,
    filter_scale=1.0, gamma=0.0, scale=True, pad_mode="constant", bins_per_octave=12,
) -> np.ndarray:  # fmt: skip
    """(n_bins, t) of one channel."""
    sizes = lengths(freqs, sr=sr, gamma=gamma, filter_scale=filter_scale, bins_per_octave=bins_per_octave)
    lead = int(2 ** np.ceil(np.log2(sizes.max()))) // 2
    padded = np.pad(y.astype(np.float64), lead, mode=pad_mode)
    out = np.empty((len(freqs), 1 + len(y) // hop_length), complex)
    for k, (freq, size) in enumerate(zip(freqs, sizes, strict=True)):
        first, wave = atom(freq, size, sr=sr, window=window, norm=norm)
        gain = np.sqrt(size) if scale else size
        for t in range(out.shape[1]):
            start = lead + t * hop_length + first
            out[k, t] = gain * np.vdot(wave, padded[start : start + len(wave)])
    return out
