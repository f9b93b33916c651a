"""Shapes of spectra in a few numbers a frame: centroid, bandwidth, contrast, rolloff, flatness,
polynomials."""

from __future__ import annotations

import warnings
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from .._arrays import DTypeError, ParameterError, as_index
from .._transforms import CACHED
from ..core.convert import fft_frequencies
from ..core.spectrum import _spectrogram, power_to_db
from ..util.utils import expand_to, normalize, tiny
from ._blocks import StftOptions, check_magnitudes, moments, open_frames

if TYPE_CHECKING:
    from .._windows import Window


def spectral_centroid(
    *,
    y: np.ndarray | None = None,
    sr: float = 22050,
    S: np.ndarray | None = None,
    n_fft: int = 2048,
    hop_length: int = 512,
    freq: np.ndarray | None = None,
    win_length: int | None = None,
    window: Window = "hann",
    center: bool = True,
    pad_mode: str = "constant",
) -> np.ndarray:
    """Spectral centroid: the mean frequency of each frame, weighted by magnitude.

    Parameters
    ----------
    y : np.ndarray [shape=(..., n)], optional
        Samples, if there is no `S`.
    sr : float, default 22050
        Sampling rate in Hz.
    S : np.ndarray [shape=(..., 1 + n_fft // 2, t)], optional
        A magnitude spectrogram.
    n_fft, hop_length, win_length, window, center, pad_mode
        See `fastspec.stft`.
    freq : np.ndarray [shape=(d,) or (..., d, t)], optional
        Frequencies of the bins in Hz, the same for all frames or one set for each. Default: those of the FFT.

    Returns
    -------
    np.ndarray [shape=(..., 1, t)]
        Centroids in Hz; 0 for silence.

    Raises
    ------
    ParameterError
        If `S` is complex, negative somewhere or not finite; as `fastspec.stft`.

    References
    ----------
    .. [1] A. Klapuri and M. Davy (eds.), "Signal Processing Methods for Music Transcription", Springer, 2006, ch. 5.

    Examples
    --------
    >>> import fastspec
    >>> import numpy as np
    >>> fastspec.feature.spectral_centroid(S=np.array([[0.0], [1.0], [3.0]]), sr=4000).tolist()
    [[1750.0]]
    """
    stft = StftOptions(n_fft, hop_length, win_length, window, center, pad_mode)
    check_magnitudes(S, "spectral centroid")
    freq = _frequencies(freq, sr, S, n_fft)
    sums = moments(y, S, stft, freq, 1) if _in_one_pass(y, S, freq) else None
    if sums is not None:
        dtype = np.result_type(freq.dtype, sums.dtype)
        return _mean(sums.first(), sums.total(), sums.dtype)[..., np.newaxis, :].astype(dtype, copy=False)
    S, _ = _spectrogram(y=y, S=S, **stft._asdict())
    return np.sum(_along_bins(freq, S.ndim) * normalize(S, norm=1, axis=-2), axis=-2, keepdims=True)


def _frequencies(freq, sr: float, S: np.ndarray | None, n_fft: int) -> np.ndarray:
    if freq is not None:
        return freq
    n_fft = as_index(n_fft, name="n_fft") if S is None else _spectrogram(S=S, n_fft=n_fft)[1]
    return fft_frequencies(sr=sr, n_fft=n_fft)


def _in_one_pass(y: np.ndarray | None, S: np.ndarray | None, freq: np.ndarray) -> bool:
    """Whether `moments` can have a go at it: one set of real, finite frequencies, one for each bin."""
    if freq.ndim != 1 or freq.dtype.kind not in "fiu" or not np.isfinite(freq).all():
        return False
    return y is not None if S is None else S.ndim >= 2 and len(freq) == S.shape[-2]


def _along_bins(freq: np.ndarray, ndim: int) -> np.ndarray:
    return expand_to(freq, ndim=ndim, axes=-2) if freq.ndim == 1 else freq


def _mean(weighted: np.ndarray, total: np.ndarray, dtype: np.dtype) -> np.ndarray:
    """Quotient of two sums; what `normalize` takes for zero is not divided by."""
    return weighted / np.where(total < tiny(dtype.type(0)), 1, total)


def spectral_bandwidth(
    *,
    y: np.ndarray | None = None,
    sr: float = 22050,
    S: np.ndarray | None = None,
    n_fft: int = 2048,
    hop_length: int = 512,
    win_length: int | None = None,
    window: Window = "hann",
    center: bool = True,
    pad_mode: str = "constant",
    freq: np.ndarray | None = None,
    centroid: np.ndarray | None = None,
    norm: bool = True,
    p: float = 2,
) -> np.ndarray:
    """Spectral bandwidth: how far, in the p-th mean, the magnitude of a frame lies from its centroid.

    Parameters
    ----------
    y : np.ndarray [shape=(..., n)], optional
        Samples, if there is no `S`.
    sr : float, default 22050
        Sampling rate in Hz.
    S : np.ndarray [shape=(..., 1 + n_fft // 2, t)], optional
        A magnitude spectrogram.
    n_fft, hop_length, win_length, window, center, pad_mode
        See `fastspec.stft`.
    freq : np.ndarray [shape=(d,) or (..., d, t)], optional
        Frequencies of the bins in Hz. Default: those of the FFT.
    centroid : np.ndarray [shape=(..., 1, t)], optional
        Where to measure from, in Hz. Default: `spectral_centroid`.
    norm : bool, default True
        Divide by the sum of the magnitudes of the frame.
    p : float > 0, default 2
        The power of the distance: 2 gives a standard deviation.

    Returns
    -------
    np.ndarray [shape=(..., 1, t)]
        ``(sum of S |freq - centroid|**p) ** (1 / p)``, in Hz if `norm`.

    Raises
    ------
    ParameterError
        As `spectral_centroid`.

    References
    ----------
    .. [1] A. Klapuri and M. Davy (eds.), "Signal Processing Methods for Music Transcription", Springer, 2006, ch. 5.

    Examples
    --------
    >>> import fastspec
    >>> import numpy as np
    >>> fastspec.feature.spectral_bandwidth(S=np.array([[1.0], [0.0], [1.0]]), sr=4000).tolist()
    [[1000.0]]
    """
    stft = StftOptions(n_fft, hop_length, win_length, window, center, pad_mode)
    check_magnitudes(S, "spectral bandwidth")
    freq = _frequencies(freq, sr, S, n_fft)
    fast = p == 2 and _in_one_pass(y, S, freq) and (centroid is None or np.isfinite(centroid).all())
    sums = moments(y, S, stft, freq, 2) if fast else None
    if sums is not None:
        total = sums.total()
        centre = _mean(sums.first(), total, sums.dtype) if centroid is None else centroid[..., 0, :]
        spread = sums.second_about(centre)
        bandwidth = np.sqrt(_mean(spread, total, sums.dtype) if norm else spread)
        return bandwidth[..., np.newaxis, :].astype(np.result_type(freq.dtype, sums.dtype, centre.dtype), copy=False)
    S, _ = _spectrogram(y=y, S=S, **stft._asdict())
    if centroid is None:
        centroid = spectral_centroid(S=S, freq=freq)
    distance = np.abs(_along_bins(freq, S.ndim) - centroid)
    S = normalize(S, norm=1, axis=-2) if norm else S
    return np.sum(S * distance**p, axis=-2, keepdims=True) ** (1.0 / p)


def spectral_contrast(
    *,
    y: np.ndarray | None = None,
    sr: float = 22050,
    S: np.ndarray | None = None,
    n_fft: int = 2048,
    hop_length: int = 512,
    win_length: int | None = None,
    window: Window = "hann",
    center: bool = True,
    pad_mode: str = "constant",
    freq: np.ndarray | None = None,
    fmin: float = 200.0,
    n_bands: int = 6,
    quantile: float = 0.02,
    linear: bool = False,
) -> np.ndarray:
    """Spectral contrast: in each octave band, the level of the peaks above that of the valleys.

    Parameters
    ----------
    y : np.ndarray [shape=(..., n)], optional
        Samples, if there is no `S`.
    sr : float, default 22050
        Sampling rate in Hz.
    S : np.ndarray [shape=(..., 1 + n_fft // 2, t)], optional
        A magnitude spectrogram.
    n_fft, hop_length, win_length, window, center, pad_mode
        See `fastspec.stft`.
    freq : np.ndarray [shape=(d,)], optional
        Frequencies of the bins in Hz. Default: those of the FFT.
    fmin : float > 0, default 200.0
        Upper edge of the lowest band in Hz; the next ones span an octave each, the last all that is left.
    n_bands : int >= 1, default 6
        Number of bands above the lowest.
    quantile : float, default 0.02
        Which part of a band's bins, at least one, makes its peaks, and which its valleys; between 0 and 1.
    linear : bool, default False
        The difference of the mean magnitudes, in place of that of their levels by `fastspec.power_to_db`.

    Returns
    -------
    np.ndarray [shape=(..., n_bands + 1, t)], float64

    Raises
    ------
    ParameterError
        If `freq` does not fit `S`, `fmin`, `n_bands` or `quantile` is out of its range, or a band starts
        above ``sr / 2``; as `fastspec.stft`.

    References
    ----------
    .. [1] D.-N. Jiang, L. Lu, H.-J. Zhang, J.-H. Tao and L.-H. Cai, "Music type classification by spectral contrast
       feature", Proc. ICME (2002).

    Examples
    --------
    >>> import fastspec
    >>> import numpy as np
    >>> y = np.sin(2 * np.pi * 1000 * np.arange(8192) / 22050)
    >>> int(fastspec.feature.spectral_contrast(y=y)[:, 8].argmax())
    3
    """
    frames = open_frames(y, S, StftOptions(n_fft, hop_length, win_length, window, center, pad_mode))
    freq = np.atleast_1d(fft_frequencies(sr=sr, n_fft=frames.n_fft) if freq is None else freq)
    if freq.shape != (frames.n_bins,):
        raise ParameterError(f"freq.shape={freq.shape} must be ({frames.n_bins},), one frequency for each bin")
    if n_bands < 1 or not isinstance(n_bands, (int, np.integer)):
        raise ParameterError(f"n_bands={n_bands} must be a positive integer")
    if not 0.0 < quantile < 1.0:
        raise ParameterError(f"quantile={quantile} must lie between 0 and 1, as in quantile=0.02")
    if fmin <= 0:
        raise ParameterError(f"fmin={fmin} must be positive; it is the upper edge of the lowest band in Hz")
    edges = np.concatenate(([0.0], fmin * 2.0 ** np.arange(n_bands + 1)))
    if edges[-2] >= 0.5 * sr:
        raise ParameterError(f"n_bands={n_bands} bands from fmin={fmin} exceed sr/2={0.5 * sr}; reduce either")
    bands = [_contrast_band(freq, k, edges, quantile) for k in range(n_bands + 1)]
    ends = np.cumsum([n for _, n in bands])
    extremes = frames.reduce(lambda block: _extremes(block, bands), 2, ends[-1], dtype=frames.dtype)
    valley, peak = np.empty((2, *frames.leading, n_bands + 1, frames.n_frames))
    for k, end in enumerate(ends):
        part = slice(end - bands[k][1], end)
        valley[..., k, :] = extremes[..., 0, part, :].mean(axis=-2)
        peak[..., k, :] = extremes[..., 1, part, :].mean(axis=-2)
    return peak - valley if linear else power_to_db(peak) - power_to_db(valley)


def _contrast_band(freq: np.ndarray, k: int, edges: np.ndarray, quantile: float) -> tuple[slice | np.ndarray, int]:
    """The bins of band k, and how many of them are peaks.

    Bands share a bin: each starts one below its lower edge. The upper one is left out, but counts for the
    quantile.
    """
    inside = (freq >= edges[k]) & (freq <= edges[k + 1])
    bins = np.flatnonzero(inside)
    last = k == len(edges) - 2
    if k > 0:
        if not bins.size:
            raise ParameterError(
                f"n_bands and fmin leave no bin between {edges[k]} and {edges[k + 1]} Hz; "
                "use fewer bands or a larger n_fft"
            )
        inside[bins[0] - 1] = True
    if last:
        inside[bins[-1] + 1 :] = True
    bins = np.flatnonzero(inside)
    n_extremes = int(max(np.rint(quantile * len(bins)), 1))
    bins = bins if last else bins[:-1]
    n_extremes = min(n_extremes, max(len(bins), 1))
    contiguous = len(bins) > 0 and bins[-1] - bins[0] == len(bins) - 1
    return (slice(bins[0], bins[-1] + 1) if contiguous else bins), n_extremes


def _extremes(block: np.ndarray, bands: list[tuple[slice | np.ndarray, int]]) -> np.ndarray:
    """The n smallest and the n largest bins of all bands, (2, sum of n, t)."""
    found = np.full((2, sum(n for _, n in bands), len(block)), np.nan, block.dtype)
    first = 0
    for bins, n in bands:
        ascending = np.sort(block[:, bins], axis=1).T
        n_found = min(n, len(ascending))
        found[0, first : first + n_found] = ascending[:n]
        found[1, first : first + n_found] = ascending[-n:]
        first += n
    return found


def spectral_rolloff(
    *,
    y: np.ndarray | None = None,
    sr: float = 22050,
    S: np.ndarray | None = None,
    n_fft: int = 2048,
    hop_length: int = 512,
    win_length: int | None = None,
    window: Window = "hann",
    center: bool = True,
    pad_mode: str = "constant",
    freq: np.ndarray | None = None,
    roll_percent: float = 0.85,
) -> np.ndarray:
    """Spectral rolloff: the frequency below which a given part of a frame's magnitude lies.

    Parameters
    ----------
    y : np.ndarray [shape=(..., n)], optional
        Samples, if there is no `S`.
    sr : float, default 22050
        Sampling rate in Hz.
    S : np.ndarray [shape=(..., 1 + n_fft // 2, t)], optional
        A magnitude spectrogram.
    n_fft, hop_length, win_length, window, center, pad_mode
        See `fastspec.stft`.
    freq : np.ndarray [shape=(d,) or (..., d, t)], optional
        Frequencies of the bins in Hz. Default: those of the FFT.
    roll_percent : float, default 0.85
        Which part, between 0 and 1.

    Returns
    -------
    np.ndarray [shape=(..., 1, t)]
        The lowest frequency of the bins up to which the sum is `roll_percent` of the whole, or more.

    Raises
    ------
    ParameterError
        If `roll_percent` is out of range, `S` is complex or negative somewhere; as `fastspec.stft`.

    Examples
    --------
    >>> import fastspec
    >>> import numpy as np
    >>> fastspec.feature.spectral_rolloff(S=np.ones((5, 1)), sr=8000, roll_percent=0.5).tolist()
    [[2000.0]]
    """
    if not 0.0 < roll_percent < 1.0:
        raise ParameterError(f"roll_percent={roll_percent} must lie between 0 and 1, as in roll_percent=0.85")
    check_magnitudes(S, "spectral rolloff")
    frames = open_frames(y, S, StftOptions(n_fft, hop_length, win_length, window, center, pad_mode))
    if freq is None:
        freq = fft_frequencies(sr=sr, n_fft=frames.n_fft)
    places = frames.reduce(lambda block: _roll_bins(block, roll_percent), dtype=np.intp)
    if freq.ndim == 1:
        return _lowest_from(freq, -1)[places][..., np.newaxis, :]
    lowest = _lowest_from(freq, -2)
    places = places[..., np.newaxis, :]
    lowest = np.broadcast_to(lowest, np.broadcast_shapes(lowest.shape, (*places.shape[:-2], 1, places.shape[-1])))
    return np.take_along_axis(lowest, places, axis=-2)


def _roll_bins(block: np.ndarray, roll_percent: float) -> np.ndarray:
    """The first bin of each frame that brings the sum to the threshold, both in the precision of the block."""
    sums = np.cumsum(block, axis=1, out=block)
    return np.argmax(~(sums < sums.dtype.type(roll_percent) * sums[:, -1:]), axis=1)


def _lowest_from(freq: np.ndarray, axis: int) -> np.ndarray:
    """Entry k is the smallest of entries k, k + 1, ..: the frequencies themselves, if they ascend. NaN do not count."""
    upwards = np.asarray(freq, dtype=np.result_type(freq.dtype, np.float64))
    return np.flip(np.fmin.accumulate(np.flip(upwards, axis), axis=axis), axis)


def spectral_flatness(
    *,
    y: np.ndarray | None = None,
    S: np.ndarray | None = None,
    n_fft: int = 2048,
    hop_length: int = 512,
    win_length: int | None = None,
    window: Window = "hann",
    center: bool = True,
    pad_mode: str = "constant",
    amin: float = 1e-10,
    power: float = 2.0,
) -> np.ndarray:
    """Spectral flatness: geometric over arithmetic mean of a frame's power; 1 for white, near 0 for tonal.

    Parameters
    ----------
    y : np.ndarray [shape=(..., n)], optional
        Samples, if there is no `S`.
    S : np.ndarray [shape=(..., 1 + n_fft // 2, t)], optional
        A magnitude spectrogram.
    n_fft, hop_length, win_length, window, center, pad_mode
        See `fastspec.stft`.
    amin : float > 0, default 1e-10
        Smaller powers count as this much.
    power : float, default 2.0
        Exponent of the magnitude.

    Returns
    -------
    np.ndarray [shape=(..., 1, t)]
        Between 0 and 1, in the precision of the spectrogram.

    Raises
    ------
    ParameterError
        If `amin` is not positive, `S` is complex or negative somewhere; as `fastspec.stft`.

    References
    ----------
    .. [1] S. Dubnov, "Generalization of spectral flatness measure for non-Gaussian linear processes", IEEE Signal
       Processing Letters 11 (2004).

    Examples
    --------
    >>> import fastspec
    >>> import numpy as np
    >>> fastspec.feature.spectral_flatness(S=np.ones((5, 1))).tolist()
    [[1.0]]
    """
    if amin <= 0:
        raise ParameterError(f"amin={amin} must be strictly positive; use for instance amin=1e-10")
    check_magnitudes(S, "spectral flatness")
    squared = S is None and power == 2
    stft = StftOptions(n_fft, hop_length, win_length, window, center, pad_mode)
    frames = open_frames(y, S, stft, power=2 if squared else 1)
    dtype = frames.dtype if S is None or S.dtype.kind != "f" else S.dtype
    flatness = frames.reduce(lambda block: _flatness(block, amin, 1 if squared else power), dtype=dtype)
    return flatness[..., np.newaxis, :]


def _flatness(block: np.ndarray, amin: float, power: float) -> np.ndarray:
    if power == 2:
        np.multiply(block, block, out=block)
    elif power != 1:
        np.power(block, power, out=block)
    np.maximum(block, amin, out=block)
    n_bins = block.dtype.type(block.shape[1])
    arithmetic = np.einsum("tf->t", block) / n_bins  # many sums side by side: faster than np.mean's, and as good
    return np.exp(np.einsum("tf->t", np.log(block, out=block)) / n_bins) / arithmetic


def poly_features(
    *,
    y: np.ndarray | None = None,
    sr: float = 22050,
    S: np.ndarray | None = None,
    n_fft: int = 2048,
    hop_length: int = 512,
    win_length: int | None = None,
    window: Window = "hann",
    center: bool = True,
    pad_mode: str = "constant",
    order: int = 1,
    freq: np.ndarray | None = None,
) -> np.ndarray:
    """Coefficients of the polynomial in frequency that fits each frame best, in the least squares.

    Parameters
    ----------
    y : np.ndarray [shape=(..., n)], optional
        Samples, if there is no `S`.
    sr : float, default 22050
        Sampling rate in Hz.
    S : np.ndarray [shape=(..., 1 + n_fft // 2, t)], optional
        A magnitude spectrogram.
    n_fft, hop_length, win_length, window, center, pad_mode
        See `fastspec.stft`.
    order : int >= 0, default 1
        Degree of the polynomial.
    freq : np.ndarray [shape=(d,) or (..., d, t)], optional
        Frequencies of the bins in Hz. Default: those of the FFT.

    Returns
    -------
    np.ndarray [shape=(..., order + 1, t)], float64
        The highest power comes first, as in `numpy.polyfit`.

    Raises
    ------
    ParameterError
        As `fastspec.stft`; if `freq` does not fit `S` or `order` is negative.

    Warns
    -----
    numpy.exceptions.RankWarning
        If the frequencies do not determine the polynomial.

    Examples
    --------
    >>> import fastspec
    >>> import numpy as np
    >>> S = np.array([[1.0], [3.0], [5.0]])
    >>> fastspec.feature.poly_features(S=S, freq=np.arange(3)).round(6).tolist()
    [[2.0], [1.0]]
    """
    stft = StftOptions(n_fft, hop_length, win_length, window, center, pad_mode)
    frames = open_frames(y, S, stft)
    if order < 0:
        raise ParameterError(f"order={order} must be a non-negative integer")
    if freq is None:
        freq = fft_frequencies(sr=sr, n_fft=frames.n_fft)
    if freq.shape[-2 if freq.ndim > 1 else -1] != frames.n_bins:
        raise DTypeError(f"freq.shape={freq.shape} does not have one frequency for each of {frames.n_bins} bins")
    if freq.ndim > 1:
        return _fit_each(freq, _spectrogram(y=y, S=S, **stft._asdict())[0], order)
    solver, well_posed = _solver(np.asarray(freq, dtype=np.float64).tobytes(), order)
    if not well_posed:
        _warn_of_rank(order)
    if S is not None and np.iscomplexobj(S):
        return solver @ S
    wide = np.empty((0, frames.n_bins))

    def fit(block: np.ndarray) -> np.ndarray:
        nonlocal wide
        if len(wide) < len(block):  # once: the first block is the longest
            wide = np.empty(block.shape)
        np.copyto(wide[: len(block)], block)
        return solver @ wide[: len(block)].T

    return frames.reduce(fit, len(solver), dtype=np.float64)


@lru_cache(CACHED)
def _solver(freq: bytes, order: int) -> tuple[np.ndarray, bool]:
    return _least_squares(np.frombuffer(freq), order)


def _least_squares(freq: np.ndarray, order: int) -> tuple[np.ndarray, bool]:
    """The matrices (..., order + 1, n) that fit values at `freq` (..., n), and whether all are of full rank.

    Columns are scaled to unit length first, for then the singular values tell of the frequencies and not of
    their unit.
    """
    powers = (freq[..., np.newaxis] + 0.0) ** np.arange(order, -1, -1)
    scale = np.sqrt((powers * powers).sum(axis=-2, keepdims=True))
    u, s, vt = np.linalg.svd(powers / scale, full_matrices=False)
    keep = s > freq.shape[-1] * np.finfo(np.float64).eps * s[..., :1]
    inverse = np.divide(1, s, out=np.zeros_like(s), where=keep)
    solver = (vt.swapaxes(-1, -2) * inverse[..., np.newaxis, :]) @ u.swapaxes(-1, -2)
    return solver / scale.swapaxes(-1, -2), bool(keep.all()) and s.shape[-1] == order + 1


def _fit_each(freq: np.ndarray, S: np.ndarray, order: int) -> np.ndarray:
    """Every frame has frequencies of its own, and a system of equations; a block of frames at a time."""
    leading = np.broadcast_shapes(freq.shape[:-2], S.shape[:-2])
    n_frames = np.broadcast_shapes(freq.shape[-1:], S.shape[-1:])[0]
    freq = np.broadcast_to(freq, (*leading, *freq.shape[-2:-1], n_frames)).swapaxes(-1, -2)
    S = np.broadcast_to(S, (*leading, *S.shape[-2:-1], n_frames)).swapaxes(-1, -2)
    result = np.empty((*leading, n_frames, order + 1), np.result_type(S.dtype, np.float64))
    full_rank = True
    for channel in np.ndindex(leading):
        for first in range(0, n_frames, 64):
            part = (*channel, slice(first, first + 64))
            solvers, well_posed = _least_squares(freq[part], order)
            full_rank &= well_posed
            result[part] = np.einsum("tkf,tf->tk", solvers, S[part])
    if not full_rank:
        _warn_of_rank(order)
    return result.swapaxes(-1, -2)


def _warn_of_rank(order: int) -> None:
    warnings.warn(
        f"order={order} polynomials are not determined by the given frequencies; use a lower order",
        getattr(np.exceptions, "RankWarning", None) or np.RankWarning,  # the latter before NumPy 2
        stacklevel=3,
    )
