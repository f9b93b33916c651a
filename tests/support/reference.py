"""What the spectral functions compute, once more in plain NumPy and SciPy, and how far a result is from it.

Nothing here imports fastspec. Precision is that of the samples given: float64, or np.longdouble to judge
float64 itself.
"""

from __future__ import annotations

import numpy as np
import scipy.fft
import scipy.signal

# Unit roundoff of the precision that computed a result.
ROUNDOFF = {np.dtype(kind): 2.0**-24 for kind in (np.float32, np.complex64)}
ROUNDOFF |= {np.dtype(kind): 2.0**-53 for kind in (np.float64, np.complex128)}


def wider(y: np.ndarray) -> np.ndarray:
    """The same samples in a precision that can judge results computed from `y`."""
    return y.astype(np.float64 if y.dtype.itemsize <= 4 else np.longdouble)


def window(name, win_length: int, n_fft: int) -> np.ndarray:
    samples = scipy.signal.get_window(name, win_length)
    left = (n_fft - win_length) // 2
    return np.pad(samples, (left, n_fft - win_length - left))


def frames(
    y: np.ndarray, n_fft: int, hop_length: int, *, center: bool = True, pad_mode: str = "constant"
) -> np.ndarray:
    """(..., n_fft, t), by padding the whole signal and cutting it."""
    if center:
        y = np.pad(y, [(0, 0)] * (y.ndim - 1) + [(n_fft // 2, n_fft // 2)], mode=pad_mode)
    cut = np.lib.stride_tricks.sliding_window_view(y, n_fft, axis=-1)[..., ::hop_length, :]
    return cut.swapaxes(-1, -2)


def stft(y, *, n_fft, hop_length, win_length=None, window_name="hann", center=True, pad_mode="constant") -> np.ndarray:
    w = window(window_name, win_length or n_fft, n_fft).astype(y.dtype)
    cut = frames(y, n_fft, hop_length, center=center, pad_mode=pad_mode)
    return scipy.fft.rfft(cut * w[:, np.newaxis], axis=-2)


def hz_to_mel(hz, *, htk: bool):
    if htk:
        return 2595 * np.log10(1 + np.asarray(hz) / 700)
    hz = np.asarray(hz, dtype=float)
    return np.where(hz < 1000, 3 * hz / 200, 15 + 27 * np.log(np.maximum(hz, 1) / 1000) / np.log(6.4))


def mel_to_hz(mel, *, htk: bool):
    if htk:
        return 700 * (10 ** (mel / 2595) - 1)
    return np.where(mel < 15, 200 * mel / 3, 1000 * 6.4 ** ((mel - 15) / 27))


def mel_bank(*, sr, n_fft, n_mels=128, fmin=0.0, fmax=None, htk=False, norm="slaney") -> np.ndarray:
    """Triangles of (..., n_mels, 1 + n_fft // 2), one at a time."""
    low, high = hz_to_mel([fmin, sr / 2 if fmax is None else fmax], htk=htk)
    edges = mel_to_hz(np.linspace(low, high, n_mels + 2), htk=htk)
    bins = np.arange(1 + n_fft // 2) * sr / n_fft
    rows = []
    for left, middle, right in zip(edges, edges[1:], edges[2:], strict=False):
        row = np.maximum(0, np.minimum((bins - left) / (middle - left), (right - bins) / (right - middle)))
        rows.append(row * (2 / (right - left) if norm == "slaney" else 1))
    return np.array(rows)


def decibels(power, *, ref=1.0, amin=1e-10, top_db=80.0) -> np.ndarray:
    """Of a power, each (frequency, time) slice with its own peak."""
    levels = 10 * np.log10(np.maximum(power, amin)) - 10 * np.log10(max(amin, abs(ref)))
    return levels if top_db is None else np.maximum(levels, levels.max(axis=(-2, -1), keepdims=True) - top_db)


def cepstrum(levels, *, n_mfcc=20, dct_type=2, norm="ortho", lifter=0) -> np.ndarray:
    M = scipy.fft.dct(levels, axis=-2, type=dct_type, norm=norm)[..., :n_mfcc, :]
    if lifter:
        M = M * (1 + lifter / 2 * np.sin(np.pi * np.arange(1, M.shape[-2] + 1) / lifter))[:, np.newaxis]
    return M


def fft_errors(actual: np.ndarray, truth: np.ndarray, n_fft: int) -> np.ndarray:
    """Relative L2 error of each frame in u sqrt(log2 n_fft), in which the error of an FFT is constant."""
    off = np.sqrt((np.abs(actual - truth) ** 2).sum(axis=-2) / (np.abs(truth) ** 2).sum(axis=-2))
    return (off / (ROUNDOFF[actual.dtype] * np.sqrt(np.log2(n_fft)))).astype(np.float64)


def of_frame_maximum(actual: np.ndarray, truth: np.ndarray) -> float:
    """The largest error, as a fraction of the largest value of its frame."""
    return float((np.abs(actual - truth).max(axis=-2) / np.abs(truth).max(axis=-2)).max())


def of_decibels(actual: np.ndarray, truth: np.ndarray, *, within: float) -> float:
    """The largest error in dB of what is at most `within` dB below the peak of its frame."""
    near = truth >= truth.max(axis=-2, keepdims=True) - within
    return float(np.abs(actual - truth)[near].max())
