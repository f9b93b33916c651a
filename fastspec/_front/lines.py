"""`Lines`: a spectrum at any frequencies, not only those of an FFT's bins.

The spectrum of a frame between the bins is a weighted sum of bins of a finer FFT, of twice the length, of which the
nearest few are enough if the window has been divided by the weights' own transform: what A. Dutt and V. Rokhlin, "Fast
Fourier transforms for nonequispaced data", SIAM J. Sci. Comput. 14 (1993) found. Weights are J. F. Kaiser's window.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .._engine.kept import kept
from .._engine.spec import ComplexBank, Framing, Padding, Spec, Spectrum

# Bins that a line is made of, by precision: what is left out, and folds back, is less than the rounding of the FFT.
_WIDTH = (8, 16)


@dataclass(frozen=True, slots=True)
class Lines:
    """Frames, and where in the spectrum they are looked at.

    Frame 0 starts `pad` samples before the first; beyond the ends there are `pad` samples of `padding`, then zeros.
    """

    n_fft: int
    hop_length: int
    pad: int
    padding: Padding
    window: bytes  # n_fft doubles
    frequencies: bytes  # doubles, in cycles per sample

    @property
    def n_lines(self) -> int:
        return len(self.frequencies) // 8

    def n_frames(self, n_samples: int) -> int:
        """Frames that lie within the padded signal."""
        return max(0, 1 + (n_samples + 2 * self.pad - self.n_fft) // self.hop_length)


@kept(32)
def finer_fft(lines: Lines, precision: int) -> tuple[np.ndarray, ComplexBank]:
    """The window of the FFT of twice the length, and the lines as sums of its bins. Phases are those of frames that
    start at their first sample."""
    frequencies = np.frombuffer(lines.frequencies)
    size, left = 2 * lines.n_fft, (lines.n_fft + 1) // 2
    width = _WIDTH[precision]
    places = np.arange(size) - lines.n_fft
    window = np.zeros(size)
    window[left : left + lines.n_fft] = np.frombuffer(lines.window)
    window /= _transform_of_weights(places / size, width)
    angles = -2 * np.pi * frequencies * (lines.n_fft - left)
    first, weights = _bank(frequencies * size, size, width)
    return window, ComplexBank(first, weights, np.stack([np.cos(angles), np.sin(angles)], axis=1))


@kept(32)
def spec_of(lines: Lines, precision: int, spectrum: Spectrum, guard: float = 0.0) -> Spec:
    """The spectrum at these lines. `guard`: see `Spec`."""
    framing = Framing(
        2 * lines.n_fft, lines.hop_length, lines.pad + (lines.n_fft + 1) // 2, lines.padding, before=lines.pad,
        after=lines.pad, slack=lines.hop_length + 2 * lines.pad - lines.n_fft,
    )  # fmt: skip
    window, bank = finer_fft(lines, precision)
    return Spec(precision, framing, spectrum, window=window, complex_bank=bank, guard=guard)


def _shape(width: int) -> float:
    """Kaiser's parameter that suits an FFT of twice the length (P. J. Beatty et al., IEEE Trans. Med. Imaging 24)."""
    return np.pi * np.sqrt((width * 0.75) ** 2 - 0.8)


def _weights(distance: np.ndarray, width: int) -> np.ndarray:
    return np.i0(_shape(width) * np.sqrt(np.maximum(0, 1 - (2 * distance / width) ** 2)))


def _transform_of_weights(place: np.ndarray, width: int) -> np.ndarray:
    """At places of a frame, in lengths of the FFT from its middle: at most a half."""
    root = np.sqrt(_shape(width) ** 2 - (np.pi * width * place) ** 2)
    return width * np.sinh(root) / root


def _bank(bins: np.ndarray, size: int, width: int) -> tuple[np.ndarray, np.ndarray]:
    """First bins, and weights (lines, width, real and imaginary), of lines at fractional `bins` of the finer FFT.

    Beyond both ends its bins are the conjugates of those before. The middle of a frame is half the length in: every
    other bin has changed its sign.
    """
    n_bins = size // 2 + 1
    bins = bins % size
    k = np.ceil(bins - width / 2)[:, np.newaxis] + np.arange(width)
    weights = _weights(bins[:, np.newaxis] - k, width) * (1 - 2 * (k % 2))
    k = (k % size).astype(np.intp)
    mirrored = k >= n_bins
    k = np.where(mirrored, size - k, k)
    span = min(width, n_bins)
    first = np.minimum(k.min(axis=1), n_bins - span)
    bank = np.zeros((len(bins), span, 2))
    line = np.arange(len(bins))[:, np.newaxis]
    np.add.at(bank[..., 0], (line, k - first[:, np.newaxis]), weights)
    np.add.at(bank[..., 1], (line, k - first[:, np.newaxis]), np.where(mirrored, -weights, weights))
    return first.astype(np.uintp), bank
