"""The STFT at any frequencies, and the signal that is nearest to such spectra."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..._engine import backward as _backward
from ..._engine.kept import kept
from ..._engine.spec import Framing, Padding, Spec, Spectrum, precision_of
from ..._front.lines import Lines, finer_fft, spec_of
from ..._front.walk import run_frames
from ..._gate.samples import ParameterError, check_size

# Rounds of conjugate gradients at most, and what is left of the spectra when they end, by precision.
_MOST_ROUNDS = 30
_GOOD_ENOUGH = (1e-6, 1e-12)


def transform(y: np.ndarray, lines: Lines, spectrum: Spectrum = Spectrum.COMPLEX, *, guard: float = 0.0) -> np.ndarray:
    """Spectra (..., lines, frames), frames contiguous, of native float samples (..., n)."""
    spec = spec_of(lines, precision_of(y.dtype), spectrum, guard)
    return run_frames(spec, y, lines.n_frames(y.shape[-1]), frame_major=True)[0]


def inverse(D: np.ndarray, lines: Lines, length: int | None, *, name: str) -> np.ndarray:
    """The signal whose `transform` is nearest to D (..., lines, frames), in squares that count the same for each hertz.

    Signals that no line has seen have no part in it. float32 for complex64, else float64.
    """
    n_frames = D.shape[-1]
    n_padded = lines.n_fft + lines.hop_length * (n_frames - 1) if n_frames else 0
    n = max(0, n_padded - 2 * lines.pad) if length is None else length
    dtype = np.dtype(np.float32 if D.dtype == np.complex64 else np.float64)
    check_size((*D.shape[:-2], max(n, n_padded)), dtype)
    y = np.zeros((*D.shape[:-2], n), dtype)
    if not (y.size and n_padded):
        return y
    if not np.isfinite(D).all():
        where = tuple(int(i) for i in np.argwhere(~np.isfinite(D))[0])
        index = ", ".join(map(str, where))
        raise ParameterError(f"{name}[{index}] is {D[where]}; clean it with np.nan_to_num({name})")
    for channel in np.ndindex(*D.shape[:-2]):
        found = _nearest(D[channel], lines, n_padded, dtype)[lines.pad : lines.pad + n]
        y[channel][: len(found)] = found
    return y


def spacings(frequencies: np.ndarray, n_fft: int) -> np.ndarray:
    """What part of the spectrum each line stands for, in cycles per sample: no more than a frame can tell apart."""
    place = np.abs((frequencies + 0.5) % 1 - 0.5)
    order = np.argsort(place, kind="stable")
    edges = np.concatenate([[-np.inf], (place[order][1:] + place[order][:-1]) / 2, [np.inf]])
    widths = np.empty_like(place)
    widths[order] = np.clip(np.diff(edges), 1e-3 / n_fft, 1.0 / n_fft)
    return widths


def _nearest(D: np.ndarray, lines: Lines, n_padded: int, dtype: np.dtype) -> np.ndarray:
    """Conjugate gradients on the normal equations.

    Of a frame, the way to its lines and back is a Toeplitz matrix between two windows, so a product with the gain of
    twice as many bins; what overlaps adds up, divided by the sums of squared windows. In the inner product that these
    weigh, that is symmetric.
    """
    gain, weights = _normal(lines, dtype)
    forward, back = _frames(lines, dtype), _overlap_add(lines, dtype)
    squares = _window_sums(np.frombuffer(lines.window), lines.hop_length, n_padded)
    n_frames = D.shape[-1]

    def normal(y: np.ndarray) -> np.ndarray:
        Z, _ = run_frames(forward, y, n_frames, frame_major=True, check_finite=False)
        Z *= gain[:, np.newaxis]
        out = np.zeros_like(y)
        _backward.run_inverse(back, 2 * lines.n_fft, Z, out)
        return out

    def product(a: np.ndarray, b: np.ndarray) -> float:
        return float(np.sum(squares * a * b, dtype=np.float64))

    y = np.zeros(n_padded, dtype)
    rest = _adjoint(D, lines, weights, dtype, n_padded, squares)
    step = rest.copy()
    left = start = product(rest, rest)
    for _ in range(_MOST_ROUNDS):
        if not left > _GOOD_ENOUGH[precision_of(dtype)] ** 2 * start:
            break
        image = normal(step)
        energy = product(step, image)
        if not energy > 0:
            break
        share = left / energy
        y += dtype.type(share) * step
        rest -= dtype.type(share) * image
        left, before = product(rest, rest), left
        step *= dtype.type(left / before)
        step += rest
    return y


@kept(8)
def _normal(lines: Lines, dtype: np.dtype) -> tuple[np.ndarray, np.ndarray]:
    """The gain of the finer FFT's bins, and the weights of the lines."""
    frequencies = np.frombuffer(lines.frequencies)
    n, weights = lines.n_fft, 2 * spacings(frequencies, lines.n_fft)
    row = np.array([weights @ np.cos(2 * np.pi * (frequencies * m % 1)) for m in range(n)])
    circle = np.concatenate([row, [0.0], row[:0:-1]])
    return np.fft.rfft(circle).real.astype(dtype), weights


@kept(8)
def _frames(lines: Lines, dtype: np.dtype) -> Spec:
    n, window = lines.n_fft, np.frombuffer(lines.window)
    framing = Framing(2 * n, lines.hop_length, 0, Padding.CONSTANT, length=n, slack=lines.hop_length - n)
    return Spec(precision_of(dtype), framing, Spectrum.COMPLEX, window=np.concatenate([window, np.zeros(n)]))


@kept(8)
def _overlap_add(lines: Lines, dtype: np.dtype) -> Any:
    window = np.concatenate([np.frombuffer(lines.window), np.zeros(lines.n_fft)])
    return _backward.inverse_of(2 * lines.n_fft, lines.hop_length, 0, precision_of(dtype), window.tobytes())


def _window_sums(window: np.ndarray, hop_length: int, n_padded: int) -> np.ndarray:
    """Sums of squared windows that overlap."""
    squares, sums = window**2, np.zeros(n_padded)
    for first in range(0, n_padded - len(window) + 1, hop_length):
        sums[first : first + len(window)] += squares
    return sums


def _adjoint(D: Any, lines: Lines, weights: Any, dtype: np.dtype, n_padded: int, squares: np.ndarray) -> np.ndarray:
    """The weighted sum of lines at all frames, over the sums of squared windows."""
    from scipy import sparse

    n_frames, size = D.shape[-1], 2 * lines.n_fft
    (window, bank), n_bins = finer_fft(lines, precision_of(dtype)), lines.n_fft + 1
    span = bank.weights.shape[1]
    columns = (bank.first.astype(np.intp)[:, np.newaxis] + np.arange(span)).ravel()
    starts = np.arange(0, len(columns) + 1, span)
    parts = [
        sparse.csr_matrix((bank.weights[..., part].ravel(), columns, starts), (lines.n_lines, n_bins)).T.tocsr()
        for part in (0, 1)
    ]
    turned = np.asarray(D) * (weights * (bank.turns[:, 0] - 1j * bank.turns[:, 1]))[:, np.newaxis]
    Z = np.empty((n_frames, n_bins), np.result_type(dtype, np.complex64)).T
    Z.real, Z.imag = parts[0] @ turned.real, parts[1] @ turned.imag
    Z *= size / 2
    Z[0] *= 2
    Z[-1] *= 2
    left = (lines.n_fft + 1) // 2
    plan = _backward.inverse_of(size, lines.hop_length, left, precision_of(dtype), window.tobytes())
    y = np.zeros(n_padded, dtype)
    _backward.run_inverse(plan, size, Z, y)
    y *= _window_sums(window[left : left + lines.n_fft], lines.hop_length, n_padded)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(squares > np.finfo(np.float32).tiny, y / squares, 0).astype(dtype)
