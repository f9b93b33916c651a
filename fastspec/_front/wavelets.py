"""Wavelets: the complex filters of the constant-Q and variable-Q transforms, and their lengths."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .._gate.complaints import public
from .._gate.samples import ParameterError, as_array
from ..core.convert import cqt_frequencies, note_to_hz
from ..util._complex import phasor
from ..util.utils import normalize, pad_center
from .windows import get_window, window_bandwidth

if TYPE_CHECKING:
    import numpy.typing as npt

    from .._gate.kinds import ComplexArray, FloatArray, RealArray
    from .windows import Window


@public
def relative_bandwidth(*, freqs: npt.ArrayLike) -> FloatArray:
    """Bandwidth of each filter over its centre frequency, as the spacing of the frequencies suggests.

    Parameters
    ----------
    freqs : array_like [shape=(n,)]
        Centre frequencies in Hz, two or more, ascending.

    Returns
    -------
    np.ndarray [shape=(n,)]
        ``(r**2 - 1) / (r**2 + 1)``, where `r` is the ratio of neighbouring frequencies: at the ends that to
        the only neighbour, elsewhere the mean of both in octaves. In the precision of `freqs`.

    Raises
    ------
    ParameterError
        If there are fewer than two frequencies.

    References
    ----------
    .. [1] C. Schörkhuber, A. Klapuri, N. Holighaus and M. Dörfler, "A Matlab toolbox for efficient perfect
       reconstruction time-frequency transforms with log-frequency resolution", AES 53rd Conference, 2014.

    Examples
    --------
    >>> import fastspec
    >>> fastspec.filters.relative_bandwidth(freqs=[100.0, 200.0, 400.0]).round(6).tolist()
    [0.6, 0.6, 0.6]
    """
    freqs = as_array(freqs, name="freqs")
    if len(freqs) <= 1:
        raise ParameterError(f"freqs={freqs} must hold two frequencies or more; for a single one pass alpha")
    octaves = np.log2(freqs if freqs.dtype.kind == "f" else freqs.astype(np.float64))
    bins_per_octave = np.empty(len(freqs), np.result_type(octaves, np.float32))
    bins_per_octave[0] = 1 / (octaves[1] - octaves[0])
    bins_per_octave[-1] = 1 / (octaves[-1] - octaves[-2])
    bins_per_octave[1:-1] = 2 / (octaves[2:] - octaves[:-2])
    return _bandwidth_at(bins_per_octave)


def _bandwidth_at(bins_per_octave: Any) -> Any:
    """Relative bandwidth of filters that are spaced evenly in octaves."""
    squared_ratio = 2.0 ** (2 / bins_per_octave)
    return (squared_ratio - 1) / (squared_ratio + 1)


@public
def wavelet_lengths(
    *,
    freqs: npt.ArrayLike,
    sr: float = 22050,
    window: Window = "hann",
    filter_scale: float = 1,
    gamma: float | None = 0,
    alpha: npt.ArrayLike | None = None,
) -> tuple[FloatArray, float]:
    """Lengths of the filters of a wavelet basis.

    Parameters
    ----------
    freqs : array_like [shape=(n,)]
        Centre frequencies in Hz, positive and ascending.
    sr : float, default 22050
        Sampling rate in Hz.
    window : str, tuple, number, callable or array_like, default 'hann'
        The window; see `get_window`.
    filter_scale : float, default 1
        Scales the lengths: smaller values give shorter filters, which are sharper in time.
    gamma : float or None, default 0
        Bandwidth offset in Hz: 0 keeps the quality factor constant; None gives bandwidths proportional to
        those of the ear (ERB).
    alpha : number or array_like [shape=(n,)], optional
        Relative bandwidths. Default: `relative_bandwidth` of `freqs`.

    Returns
    -------
    lengths : np.ndarray [shape=(n,)]
        Lengths in samples, fractional; in the precision of `freqs`.
    f_cutoff : float
        The highest frequency, in Hz, that any of the filters passes.

    Raises
    ------
    ParameterError
        If `filter_scale` or a frequency is not positive, `gamma` is negative, or `freqs` is not ascending;
        and if there is one frequency only and no `alpha`.

    References
    ----------
    .. [1] B. R. Glasberg and B. C. J. Moore, "Derivation of auditory filter shapes from notched-noise data",
       Hearing Research 47, 1990.

    Examples
    --------
    >>> import fastspec
    >>> lengths, f_cutoff = fastspec.filters.wavelet_lengths(freqs=[100.0, 200.0], sr=1200)
    >>> lengths.round(6).tolist()
    [20.0, 10.0]
    """
    freqs = as_array(freqs, name="freqs")
    if filter_scale <= 0:
        raise ParameterError(f"filter_scale={filter_scale} must be positive")
    if gamma is not None and gamma < 0:
        raise ParameterError(f"gamma={gamma} must be at least 0, or None for ERB bandwidths")
    if np.any(freqs <= 0):
        raise ParameterError(f"freqs holds {freqs.min()}; frequencies must be positive")
    if np.any(freqs[1:] < freqs[:-1]):
        raise ParameterError(f"freqs={freqs} must be in ascending order; use np.sort(freqs)")
    alpha = relative_bandwidth(freqs=freqs) if alpha is None else as_array(alpha, name="alpha")
    # The ERB of f is 0.108 f + 24.7 Hz: None scales its constant by the width of the filter.
    offset = alpha * 24.7 / 0.108 if gamma is None else gamma
    Q = float(filter_scale) / alpha
    f_cutoff = np.max(freqs * (1 + 0.5 * window_bandwidth(window) / Q) + 0.5 * offset)
    return Q * sr / (freqs + offset / alpha), f_cutoff


@public
def wavelet(
    *,
    freqs: RealArray,
    sr: float = 22050,
    window: Window = "hann",
    filter_scale: float = 1,
    pad_fft: bool = True,
    norm: float | None = 1,
    dtype: npt.DTypeLike = np.complex64,
    gamma: float | None = 0,
    alpha: npt.ArrayLike | None = None,
    **kwargs: Any,
) -> tuple[ComplexArray, FloatArray]:
    """Basis of windowed complex exponentials, one per frequency.

    Parameters
    ----------
    freqs : array_like [shape=(n,)]
        Centre frequencies in Hz, positive and ascending.
    sr : float, default 22050
        Sampling rate in Hz.
    window : str, tuple, number or callable, default 'hann'
        The window; see `get_window`.
    filter_scale : float, default 1
        Scales the lengths, see `wavelet_lengths`.
    pad_fft : bool, default True
        Pad the filters to the next power of two, instead of to the length of the longest.
    norm : float or None, default 1
        Norm of each filter; see `normalize`.
    dtype : dtype_like, default complex64
        Dtype of the filters.
    gamma : float or None, default 0
        Bandwidth offset in Hz, see `wavelet_lengths`.
    alpha : number or array_like [shape=(n,)], optional
        Relative bandwidths, see `wavelet_lengths`.
    **kwargs
        Passed to `np.pad`, which centres the filters.

    Returns
    -------
    filters : np.ndarray [shape=(n, n_samples)]
        One filter a row, in the time domain, centred.
    lengths : np.ndarray [shape=(n,)]
        Lengths before padding, fractional.

    Raises
    ------
    ParameterError
        As in `wavelet_lengths`.

    Examples
    --------
    >>> import fastspec
    >>> filters, lengths = fastspec.filters.wavelet(freqs=[100.0, 200.0], sr=1200)
    >>> filters.shape, filters.dtype.name
    ((2, 32), 'complex64')
    """
    lengths, _ = wavelet_lengths(freqs=freqs, sr=sr, window=window, filter_scale=filter_scale, gamma=gamma, alpha=alpha)
    longest = np.max(lengths)
    size = int(2.0 ** np.ceil(np.log2(longest)) if pad_fft else np.ceil(longest))
    filters = np.empty((len(lengths), size), dtype=dtype)
    for row, length, freq in zip(filters, lengths, freqs, strict=True):
        row[:] = pad_center(atom(length, freq / sr, window, norm), size=size, **kwargs)
    return filters, lengths


def atom(length: float, frequency: float, window: Window, norm: float | None) -> npt.NDArray[np.complex128]:
    """One wavelet, of `frequency` cycles per sample; its first sample is at time ``-length // 2``."""
    time = np.arange(-length // 2, length // 2, dtype=float)
    waves: Any = phasor(time * 2 * np.pi * frequency) * get_window(window, len(time))
    return normalize(waves, norm=norm)


@public
def constant_q_lengths(
    *,
    sr: float,
    fmin: float,
    n_bins: int = 84,
    bins_per_octave: int = 12,
    window: Window = "hann",
    filter_scale: float = 1,
    gamma: float | None = 0,
) -> FloatArray:
    """Lengths of the filters of a constant-Q basis.

    librosa 1.0 has no such name any more; it is here for code written for older releases. `wavelet_lengths`
    takes any frequencies.

    Parameters
    ----------
    sr : float
        Sampling rate in Hz.
    fmin : float
        Lowest centre frequency in Hz.
    n_bins : int, default 84
        Number of filters.
    bins_per_octave : int, default 12
        Filters per octave.
    window, filter_scale, gamma
        See `wavelet_lengths`.

    Returns
    -------
    np.ndarray [shape=(n_bins,)]
        Lengths in samples, fractional.

    Raises
    ------
    ParameterError
        If a frequency, `bins_per_octave`, `n_bins` or `filter_scale` is not positive, or the highest filter
        passes more than half the sampling rate.

    Examples
    --------
    >>> import fastspec
    >>> fastspec.filters.constant_q_lengths(sr=22050, fmin=32.7, n_bins=24).shape
    (24,)
    """
    freqs, alpha = _constant_q_bands(fmin, n_bins, bins_per_octave)
    lengths, f_cutoff = wavelet_lengths(
        freqs=freqs, sr=sr, window=window, filter_scale=filter_scale, gamma=gamma, alpha=alpha
    )
    if f_cutoff > sr / 2:
        raise ParameterError(
            f"n_bins={n_bins} from fmin={fmin} reach {f_cutoff:.0f} Hz, above sr/2={sr / 2}; use fewer bins"
        )
    return lengths


@public
def constant_q(
    *,
    sr: float,
    fmin: float | None = None,
    n_bins: int = 84,
    bins_per_octave: int = 12,
    window: Window = "hann",
    filter_scale: float = 1,
    pad_fft: bool = True,
    norm: float | None = 1,
    dtype: npt.DTypeLike = np.complex64,
    gamma: float | None = 0,
    **kwargs: Any,
) -> tuple[ComplexArray, FloatArray]:
    """Basis of a constant-Q transform.

    librosa 1.0 has no such name any more; it is here for code written for older releases. `wavelet` takes any
    frequencies.

    Parameters
    ----------
    sr : float
        Sampling rate in Hz.
    fmin : float, optional
        Lowest centre frequency in Hz. Default: C1, about 32.7 Hz.
    n_bins : int, default 84
        Number of filters.
    bins_per_octave : int, default 12
        Filters per octave.
    window, filter_scale, pad_fft, norm, dtype, gamma, **kwargs
        See `wavelet`.

    Returns
    -------
    filters : np.ndarray [shape=(n_bins, n_samples)]
        One filter a row, in the time domain, centred.
    lengths : np.ndarray [shape=(n_bins,)]
        Lengths before padding, fractional.

    Raises
    ------
    ParameterError
        As in `constant_q_lengths`.

    References
    ----------
    .. [1] J. C. Brown, "Calculation of a constant Q spectral transform", JASA 89(1), 1991.

    Examples
    --------
    >>> import fastspec
    >>> filters, lengths = fastspec.filters.constant_q(sr=22050, n_bins=24)
    >>> filters.shape
    (24, 16384)
    """
    fmin = note_to_hz("C1") if fmin is None else fmin
    shared: dict[str, Any] = {"sr": sr, "window": window, "filter_scale": filter_scale, "gamma": gamma}
    constant_q_lengths(fmin=fmin, n_bins=n_bins, bins_per_octave=bins_per_octave, **shared)
    freqs, alpha = _constant_q_bands(fmin, n_bins, bins_per_octave)
    return wavelet(freqs=freqs, alpha=alpha, pad_fft=pad_fft, norm=norm, dtype=dtype, **shared, **kwargs)


def _constant_q_bands(fmin: float, n_bins: int, bins_per_octave: int) -> tuple[np.ndarray, float]:
    if fmin <= 0 or n_bins <= 0 or bins_per_octave <= 0:
        raise ParameterError(f"fmin={fmin}, n_bins={n_bins} and bins_per_octave={bins_per_octave} must all be positive")
    freqs = cqt_frequencies(n_bins, fmin=fmin, bins_per_octave=bins_per_octave)
    return freqs, _bandwidth_at(bins_per_octave)
