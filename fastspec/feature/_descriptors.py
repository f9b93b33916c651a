"""Shapes of spectra in a few numbers a frame: centroid, bandwidth, contrast, rolloff, flatness,
polynomials."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from .._engine.kept import kept
from .._engine.spec import Spec, Summary, SummaryKind
from .._front.source import Source, StftOptions, of_either
from .._front.specs import CACHED, StftArguments
from .._front.walk import run_source
from .._gate.complaints import public, warn
from .._gate.samples import DTypeError, ParameterError, as_index, check_amin, check_magnitudes, promoted, whole
from ..core.convert import fft_frequencies
from ..core.spectrum import power_to_db
from ..core.spectrum._stft import _spectrogram
from ..util.utils import expand_to, normalize, tiny
from ._moments import SECTION_WIDTH, moments, moments_bank

if TYPE_CHECKING:
    from .._front.windows import Window
    from .._gate.kinds import FloatArray, PadMode, RealArray


@public
def spectral_centroid(
    *,
    y: FloatArray | None = None,
    sr: float = 22050,
    S: RealArray | None = None,
    n_fft: int = 2048,
    hop_length: int = 512,
    freq: np.ndarray | None = None,
    win_length: int | None = None,
    window: Window = "hann",
    center: bool = True,
    pad_mode: PadMode = "constant",
) -> FloatArray:
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
    sums = moments(of_either(y, S, stft), freq, 1) if _in_one_pass(y, S, freq) else None
    if sums is not None:
        dtype = np.result_type(freq.dtype, sums.dtype)
        return _mean(sums.first(), sums.total(), sums.dtype)[..., np.newaxis, :].astype(dtype, copy=False)
    S, _ = _spectrogram(y=y, S=S, **stft._asdict())
    return np.sum(_along_bins(freq, S.ndim) * normalize(S, norm=1, axis=-2), axis=-2, keepdims=True)


def _frequencies(freq: Any, sr: float, S: np.ndarray | None, n_fft: int) -> np.ndarray:
    if freq is not None:
        return freq
    n_fft = as_index(n_fft, name="n_fft") if S is None else _spectrogram(S=S, n_fft=n_fft)[1]
    return fft_frequencies(sr=sr, n_fft=n_fft)


def _in_one_pass(y: np.ndarray | None, S: np.ndarray | None, freq: np.ndarray) -> bool:
    """Whether `moments` applies: one set of real, finite frequencies, one for each bin."""
    if freq.ndim != 1 or freq.dtype.kind not in "fiu" or not np.isfinite(freq).all():
        return False
    if S is None:
        return y is not None
    return S.ndim >= 2 and len(freq) == S.shape[-2] and S.dtype in (np.float32, np.float64)


def _summary(source: Source[StftArguments | None], power: float, kind: SummaryKind, amount: float) -> np.ndarray:
    return run_source(_summary_spec(source.spec(power), kind, float(amount)), source)[0]


@kept(CACHED)
def _summary_spec(base: Spec, kind: SummaryKind, amount: float) -> Spec:
    return replace(base, summary=Summary(kind, amount))


def _along_bins(freq: np.ndarray, ndim: int) -> np.ndarray:
    return expand_to(freq, ndim=ndim, axes=-2) if freq.ndim == 1 else freq


def _mean(weighted: np.ndarray, total: np.ndarray, dtype: np.dtype) -> np.ndarray:
    """Quotient of two sums; what `normalize` takes for zero is not divided by."""
    return weighted / np.where(total < tiny(dtype.type(0)), 1, total)


@public
def spectral_bandwidth(
    *,
    y: FloatArray | None = None,
    sr: float = 22050,
    S: RealArray | None = None,
    n_fft: int = 2048,
    hop_length: int = 512,
    win_length: int | None = None,
    window: Window = "hann",
    center: bool = True,
    pad_mode: PadMode = "constant",
    freq: np.ndarray | None = None,
    centroid: np.ndarray | None = None,
    norm: bool = True,
    p: float = 2,
) -> FloatArray:
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
    sums = moments(of_either(y, S, stft), freq, 2) if fast else None
    if sums is not None:
        total = sums.total()
        centre = _mean(sums.first(), total, sums.dtype) if centroid is None else centroid[..., 0, :]
        spread = sums.second_about(centre)
        bandwidth = np.sqrt(_mean(spread, total, sums.dtype) if norm else spread)
        dtype = np.result_type(freq.dtype, sums.dtype, sums.dtype if centroid is None else centroid.dtype)
        return bandwidth[..., np.newaxis, :].astype(dtype, copy=False)
    S, _ = _spectrogram(y=y, S=S, **stft._asdict())
    if centroid is None:
        centroid = spectral_centroid(S=S, freq=freq)
    distance = np.abs(_along_bins(freq, S.ndim) - centroid)
    S = normalize(S, norm=1, axis=-2) if norm else S
    return np.sum(S * distance**p, axis=-2, keepdims=True) ** (1.0 / p)


@public
def spectral_contrast(
    *,
    y: FloatArray | None = None,
    sr: float = 22050,
    S: np.ndarray | None = None,
    n_fft: int = 2048,
    hop_length: int = 512,
    win_length: int | None = None,
    window: Window = "hann",
    center: bool = True,
    pad_mode: PadMode = "constant",
    freq: np.ndarray | None = None,
    fmin: float = 200.0,
    n_bands: int = 6,
    quantile: float = 0.02,
    linear: bool = False,
) -> FloatArray:
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
    source = of_either(y, S, StftOptions(n_fft, hop_length, win_length, window, center, pad_mode))
    freq = np.atleast_1d(fft_frequencies(sr=sr, n_fft=source.n_fft) if freq is None else freq)
    if freq.shape != (source.n_bins,):
        raise ParameterError(f"freq.shape={freq.shape} must be ({source.n_bins},), one frequency for each bin")
    if n_bands < 1 or not isinstance(n_bands, (int, np.integer)):
        raise ParameterError(f"n_bands={n_bands} must be a positive integer")
    if not 0.0 < quantile < 1.0:
        raise ParameterError(f"quantile={quantile} must lie between 0 and 1, as in quantile=0.02")
    if fmin <= 0:
        raise ParameterError(f"fmin={fmin} must be positive; it is the upper edge of the lowest band in Hz")
    edges = np.concatenate(([0.0], fmin * 2.0 ** np.arange(n_bands + 1)))
    if edges[-2] >= 0.5 * sr:
        raise ParameterError(f"n_bands={n_bands} bands from fmin={fmin} exceed sr/2={0.5 * sr}; reduce either")
    bands = np.asarray(freq, np.float64).tobytes(), edges.tobytes(), float(quantile)
    means, _ = run_source(_contrast_spec(source.spec(1), *bands), source)
    valley, peak = (means[..., i::2, :].astype(np.float64) for i in (0, 1))
    return peak - valley if linear else power_to_db(peak) - power_to_db(valley)


@kept(CACHED)
def _contrast_spec(base: Spec, freq: bytes, edges: bytes, quantile: float) -> Spec:
    bands = range(len(edges) // 8 - 1)
    groups = tuple(_contrast_band(np.frombuffer(freq), k, np.frombuffer(edges), quantile) for k in bands)
    return replace(base, summary=Summary(SummaryKind.EXTREMES, groups=groups))


def _contrast_band(freq: np.ndarray, k: int, edges: np.ndarray, quantile: float) -> tuple[np.ndarray, int]:
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
    return bins, min(n_extremes, len(bins))


@public
def spectral_rolloff(
    *,
    y: FloatArray | None = None,
    sr: float = 22050,
    S: RealArray | None = None,
    n_fft: int = 2048,
    hop_length: int = 512,
    win_length: int | None = None,
    window: Window = "hann",
    center: bool = True,
    pad_mode: PadMode = "constant",
    freq: np.ndarray | None = None,
    roll_percent: float = 0.85,
) -> FloatArray:
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
        If `roll_percent` is out of range, `freq` does not fit `S`, `S` is complex or negative somewhere; as
        `fastspec.stft`.

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
    source = of_either(y, S, StftOptions(n_fft, hop_length, win_length, window, center, pad_mode))
    if freq is None:
        freq = fft_frequencies(sr=sr, n_fft=source.n_fft)
    if freq.shape[-2 if freq.ndim > 1 else -1] != source.n_bins:
        raise ParameterError(f"freq.shape={freq.shape} does not have one frequency for each of {source.n_bins} bins")
    places = _summary(source, 1, SummaryKind.ROLLOFF, roll_percent).astype(np.intp)
    if freq.ndim == 1:
        return _lowest_from(freq, -1)[places]
    *leading, _, n_frames = np.broadcast_shapes(freq.shape, (*places.shape[:-2], 1, places.shape[-1]))
    lowest = np.broadcast_to(_lowest_from(freq, -2), (*leading, source.n_bins, n_frames))
    return np.take_along_axis(lowest, np.broadcast_to(places, (*leading, 1, n_frames)), axis=-2)


def _lowest_from(freq: np.ndarray, axis: int) -> np.ndarray:
    """Entry k is the smallest of entries k, k + 1, ..: the frequencies themselves, if they ascend. NaN do not count."""
    upwards = np.asarray(freq, dtype=np.result_type(freq.dtype, np.float64))
    return np.flip(np.fmin.accumulate(np.flip(upwards, axis), axis=axis), axis)


@public
def spectral_flatness(
    *,
    y: FloatArray | None = None,
    S: RealArray | None = None,
    n_fft: int = 2048,
    hop_length: int = 512,
    win_length: int | None = None,
    window: Window = "hann",
    center: bool = True,
    pad_mode: PadMode = "constant",
    amin: float = 1e-10,
    power: float = 2.0,
) -> FloatArray:
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
    check_amin(amin, nan=True)
    check_magnitudes(S, "spectral flatness")
    y, S = promoted(y, amin, power), promoted(S, amin, power)
    stft = StftOptions(n_fft, hop_length, win_length, window, center, pad_mode)
    dtype = S.dtype.newbyteorder("=") if S is not None and S.dtype.kind == "f" else None
    if power not in (1, 2):
        S, power = _spectrogram(y=y, S=S, **stft._asdict())[0] ** power, 1
    source = of_either(y, S, stft, power=power)
    squared = power == 2 and S is not None
    sums = _summary(source, power, SummaryKind.SQUARES_FLATNESS if squared else SummaryKind.FLATNESS, amin)
    dtype = sums.dtype if dtype is None else dtype
    return _flatness(sums.astype(np.float64), source.n_bins).astype(dtype, copy=False)


def _flatness(sums: np.ndarray, n_bins: int) -> np.ndarray:
    """Flatness from three rows: the sum, and the sum of logarithms as ln 2 times the second plus the third."""
    total, octaves, rest = (sums[..., i : i + 1, :] for i in range(3))
    total = np.where(np.isinf(total), np.nan, total)  # as a quotient of infinities
    return np.exp((np.log(2) * octaves + rest) / n_bins) * n_bins / total


@public
def poly_features(
    *,
    y: FloatArray | None = None,
    sr: float = 22050,
    S: np.ndarray | None = None,
    n_fft: int = 2048,
    hop_length: int = 512,
    win_length: int | None = None,
    window: Window = "hann",
    center: bool = True,
    pad_mode: PadMode = "constant",
    order: int = 1,
    freq: np.ndarray | None = None,
) -> FloatArray:
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
    # A complex S is fitted as it is, below; its real part serves for the number of bins.
    source = of_either(y, S if S is None or np.isrealobj(S) else S.real, stft)
    order = as_index(whole(order), name="order", minimum=0)
    if freq is None:
        freq = fft_frequencies(sr=sr, n_fft=source.n_fft)
    if freq.shape[-2 if freq.ndim > 1 else -1] != source.n_bins:
        raise DTypeError(f"freq.shape={freq.shape} does not have one frequency for each of {source.n_bins} bins")
    if freq.ndim > 1:
        return _fit_each(freq, _spectrogram(y=y, S=S, **stft._asdict())[0], order)
    solver, well_posed = _solver(np.asarray(freq, dtype=np.float64).tobytes(), order)
    if not well_posed:
        _warn_of_rank(order)
    sums = moments(source, freq, order) if order <= _MOST_MOMENTS and _in_one_pass(y, S, freq) else None
    if sums is None:
        return solver @ _spectrogram(y=y, S=S, **stft._asdict())[0]
    return np.einsum("iks,k...st->...it", _solver_of_moments(np.asarray(freq, np.float64).tobytes(), order), sums.parts)


# Higher powers of frequency would leave the range of float32.
_MOST_MOMENTS = 4


@kept(CACHED)
def _solver_of_moments(freq: bytes, order: int) -> np.ndarray:
    """What `_solver` does to bins, for the moments of sections: its rows are polynomials in frequency, and so combine
    the powers of any section."""
    solver, powers = _solver(freq, order)[0], moments_bank(freq, order)
    n_sections, missing = len(powers), -powers.shape[-1] % SECTION_WIDTH
    every = np.arange(n_sections)
    local = np.pad(powers, ((0, 0), (0, 0), (0, missing))).reshape(n_sections, -1, n_sections, SECTION_WIDTH)[
        every, :, every
    ]
    wanted = np.pad(solver, ((0, 0), (0, missing))).reshape(-1, n_sections, SECTION_WIDTH).swapaxes(0, 1)
    scale = np.abs(local).max(axis=-1, keepdims=True)
    scale[scale == 0] = 1
    weights = wanted @ np.linalg.pinv(local / scale) / scale.swapaxes(-1, -2)
    return np.ascontiguousarray(np.moveaxis(weights, 0, -1))


@kept(CACHED)
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
    warn(
        f"Polyfit may be poorly conditioned: the given frequencies do not determine polynomials of order={order}; "
        "use a lower order",
        getattr(np.exceptions, "RankWarning", None) or np.RankWarning,  # type: ignore[attr-defined]  # before NumPy 2
    )
