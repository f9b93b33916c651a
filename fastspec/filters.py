"""Filter banks and windows: the acoustics, in float64, that the engine knows nothing about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

from ._engine.foreign import call
from ._front.mel import mel
from ._front.wavelets import constant_q, constant_q_lengths, relative_bandwidth, wavelet, wavelet_lengths
from ._front.windows import (  # noqa: F401
    WINDOW_BANDWIDTHS,
    __float_window,
    get_window,
    window_bandwidth,
    window_sumsquare,
)
from ._gate.complaints import public
from ._gate.samples import ParameterError, as_array, as_index, check_rate, whole
from .core.convert import hz_to_midi, hz_to_octs, midi_to_hz
from .util.utils import normalize

if TYPE_CHECKING:
    from typing import Any

    import numpy.typing as npt

    from ._front.windows import Window
    from ._gate.kinds import FloatArray

__all__ = [
    "chroma",
    "constant_q",
    "constant_q_lengths",
    "cq_to_chroma",
    "diagonal_filter",
    "get_window",
    "mel",
    "mr_frequencies",
    "relative_bandwidth",
    "semitone_filterbank",
    "wavelet",
    "wavelet_lengths",
    "window_bandwidth",
    "window_sumsquare",
]


@public
def chroma(
    *,
    sr: float,
    n_fft: int,
    n_chroma: int = 12,
    tuning: float = 0.0,
    ctroct: float = 5.0,
    octwidth: float | None = 2,
    norm: float | None = 2,
    base_c: bool = True,
    dtype: npt.DTypeLike = np.float32,
) -> FloatArray:
    """Filters that sum FFT bins into pitch classes.

    Parameters
    ----------
    sr : float
        Sampling rate in Hz.
    n_fft : int
        Length of the FFT, at least 2.
    n_chroma : int, default 12
        Number of pitch classes.
    tuning : float, default 0.0
        Deviation from A = 440 Hz, in fractions of a pitch class.
    ctroct : float, default 5.0
        Octave, counted from A0 = 27.5 Hz, that counts most.
    octwidth : float or None, default 2
        Width of the Gaussian in octaves that weights the octaves; None weights all the same.
    norm : float or None, default 2
        Norm of each column, before the octaves are weighted; see `normalize`.
    base_c : bool, default True
        Start from C; False starts from A.
    dtype : dtype_like, default float32
        Dtype of the result.

    Returns
    -------
    np.ndarray [shape=(n_chroma, 1 + n_fft // 2)]
        The weights: a Gaussian over pitch around each class, as wide as the FFT's own resolution.

    Raises
    ------
    ParameterError
        If `sr` is not positive and finite, `n_fft` smaller than 2, or `n_chroma` not positive.

    References
    ----------
    .. [1] D. P. W. Ellis, "Chroma feature analysis and synthesis", LabROSA, Columbia University, 2007.

    Examples
    --------
    >>> import fastspec
    >>> fastspec.filters.chroma(sr=22050, n_fft=4096).shape
    (12, 2049)
    """
    check_rate(sr)
    n_fft = as_index(n_fft, name="n_fft", minimum=2)
    n_chroma = as_index(whole(n_chroma), name="n_chroma")
    n_bins = 1 + n_fft // 2
    # One bin more than the result has, for the width of the last.
    freqs = np.linspace(0, sr, n_fft, endpoint=False)[1 : n_bins + 1]
    pitch = n_chroma * hz_to_octs(freqs, tuning=tuning, bins_per_octave=n_chroma)
    # 0 Hz has no pitch: it is placed one and a half octaves below bin 1, where it hardly counts.
    pitch = np.concatenate(([pitch[0] - 1.5 * n_chroma], pitch))
    width = np.concatenate((np.maximum(np.diff(pitch), 1.0), [1]))[:n_bins]
    pitch = pitch[:n_bins]
    nearness = call(_nearness, pitch, width, n_chroma, work=50 * n_chroma * n_bins)
    weights = normalize(nearness, norm=norm, axis=0)
    if octwidth is not None:
        weights *= np.exp(-0.5 * ((pitch / n_chroma - ctroct) / octwidth) ** 2)
    if base_c:
        weights = np.roll(weights, -3 * (n_chroma // 12), axis=0)
    return np.ascontiguousarray(weights, dtype=dtype)


def _nearness(pitch: np.ndarray, width: np.ndarray, n_chroma: int) -> np.ndarray:
    """Gaussians around each pitch class (n_chroma, bins), of the way around the circle of them."""
    half = np.round(float(n_chroma) / 2)
    distance = pitch - np.arange(n_chroma, dtype=np.float64)[:, np.newaxis]
    distance = np.remainder(distance + half + 10 * n_chroma, n_chroma) - half
    return np.exp(-0.5 * (2 * distance / width) ** 2)


@public
def cq_to_chroma(
    n_input: int,
    *,
    bins_per_octave: int = 12,
    n_chroma: int = 12,
    fmin: float | None = None,
    window: np.ndarray | None = None,
    base_c: bool = True,
    dtype: npt.DTypeLike = np.float32,
) -> FloatArray:
    """Matrix that folds the bins of a constant-Q transform into pitch classes.

    Parameters
    ----------
    n_input : int
        Number of constant-Q bins.
    bins_per_octave : int, default 12
        Constant-Q bins per octave, a multiple of `n_chroma`.
    n_chroma : int, default 12
        Number of pitch classes.
    fmin : float, optional
        Frequency of the first bin in Hz. Default: C1.
    window : np.ndarray, optional
        Smooths each row, by convolution.
    base_c : bool, default True
        Start from C; False starts from A.
    dtype : dtype_like, default float32
        Dtype of the result.

    Returns
    -------
    np.ndarray [shape=(n_chroma, n_input)]
        Each bin counts for the class whose pitch is nearest.

    Raises
    ------
    ParameterError
        If `bins_per_octave` is no multiple of `n_chroma`.

    Examples
    --------
    >>> import fastspec
    >>> fastspec.filters.cq_to_chroma(24, n_chroma=6, bins_per_octave=12).sum(axis=1).tolist()
    [4.0, 4.0, 4.0, 4.0, 4.0, 4.0]
    """
    n_merge, rest = divmod(bins_per_octave, n_chroma)
    if rest:
        raise ParameterError(f"bins_per_octave={bins_per_octave} must be a multiple of n_chroma={n_chroma}")
    n_merge = int(n_merge)
    # Rows are rolled so that class 0 is the first bin's pitch counted from C (or A).
    first = 0.0 if fmin is None else np.mod(hz_to_midi(fmin), 12)
    shift = int(np.round((first if base_c else first - 9) * (n_chroma / 12.0)))
    nearest = (np.arange(n_input) + n_merge // 2) // n_merge
    weights = np.zeros((n_chroma, n_input), dtype=dtype)
    weights[(nearest + shift) % n_chroma, np.arange(n_input)] = 1
    if window is None:
        return weights
    from scipy.signal import convolve

    window = np.atleast_2d(as_array(window, name="window"))
    both = np.result_type(weights, window)  # else SciPy converts memory that nobody has written to, and warns of it
    return convolve(weights.astype(both), window.astype(both), mode="same")


@public
def mr_frequencies(tuning: float) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Centre frequencies and sampling rates of the multirate semitone filter bank.

    Parameters
    ----------
    tuning : float
        Deviation from A = 440 Hz, in semitones.

    Returns
    -------
    center_freqs : np.ndarray [shape=(85,)]
        Frequencies in Hz of the semitones from C1 to C8.
    sample_rates : np.ndarray [shape=(85,)]
        Rates in Hz at which to filter them: 882 for the 36 lowest, 4410 for the next 34, then 22050.

    References
    ----------
    .. [1] M. Müller, "Information Retrieval for Music and Motion", Springer, 2007.

    Examples
    --------
    >>> import fastspec
    >>> center_freqs, sample_rates = fastspec.filters.mr_frequencies(0.0)
    >>> round(center_freqs[45].item(), 6), sample_rates[45].item()
    (440.0, 4410.0)
    """
    center_freqs = midi_to_hz(np.arange(24 + tuning, 109 + tuning))
    return center_freqs, np.repeat([882.0, 4410.0, 22050.0], [36, 34, 15])


@public
def semitone_filterbank(
    *,
    center_freqs: np.ndarray | None = None,
    tuning: float = 0.0,
    sample_rates: np.ndarray | None = None,
    flayout: Literal["ba", "sos", "zpk"] = "ba",
    **kwargs: Any,
) -> tuple[list[Any], FloatArray]:
    """Bank of recursive band-pass filters, one a semitone.

    Parameters
    ----------
    center_freqs : np.ndarray [shape=(n,)], optional
        Centre frequencies in Hz. Default, together with `sample_rates`: `mr_frequencies`.
    tuning : float, default 0.0
        Deviation from A = 440 Hz, in semitones, of the default frequencies.
    sample_rates : np.ndarray [shape=(n,)], optional
        The sampling rate in Hz at which each filter runs.
    flayout : {'ba', 'sos', 'zpk'}, default 'ba'
        Form of the filters: coefficients, second-order sections, or zeros, poles and gain.
    **kwargs
        `Q` (25.0), `passband_ripple` (1 dB), `stopband_attenuation` (50 dB) and `ftype` ('ellip'); see
        `scipy.signal.iirdesign`.

    Returns
    -------
    filterbank : list
        One filter for each frequency.
    sample_rates : np.ndarray [shape=(n,)]
        The sampling rates.

    Raises
    ------
    ParameterError
        If only one of `center_freqs` and `sample_rates` is given, or their shapes differ.

    Examples
    --------
    >>> import fastspec
    >>> bank, rates = fastspec.filters.semitone_filterbank(flayout="sos")
    >>> len(bank), bank[0].shape
    (85, (4, 6))
    """
    if center_freqs is None and sample_rates is None:
        center_freqs, sample_rates = mr_frequencies(tuning)
    return _multirate_fb(center_freqs, sample_rates, flayout=flayout, **kwargs)


def _multirate_fb(
    center_freqs: np.ndarray | None = None,
    sample_rates: np.ndarray | None = None,
    Q: float = 25.0,
    passband_ripple: float = 1,
    stopband_attenuation: float = 50,
    ftype: Literal["butter", "cheby1", "cheby2", "ellip"] = "ellip",
    flayout: Literal["ba", "sos", "zpk"] = "sos",
) -> tuple[list[Any], np.ndarray]:
    """Band-pass filters of quality `Q`; each stop band begins one bandwidth off the centre."""
    if center_freqs is None or sample_rates is None:
        missing = "center_freqs" if center_freqs is None else "sample_rates"
        raise ParameterError(f"{missing}=None; pass both center_freqs and sample_rates, or neither")
    if np.shape(center_freqs) != np.shape(sample_rates):
        raise ParameterError(
            f"center_freqs.shape={np.shape(center_freqs)} and sample_rates.shape={np.shape(sample_rates)} must be equal"
        )
    from scipy.signal import iirdesign

    filterbank = []
    for freq, sr in zip(center_freqs, sample_rates, strict=True):
        bandwidth = freq / float(Q)
        passband, stopband = (
            np.array([freq - half, freq + half]) / (0.5 * sr) for half in (0.5 * bandwidth, bandwidth)
        )
        filterbank.append(
            iirdesign(
                passband,
                stopband,
                passband_ripple,
                stopband_attenuation,
                analog=False,
                ftype=ftype,
                output=flayout,
            )
        )
    return filterbank, sample_rates


@public
def diagonal_filter(
    window: Window, n: int, *, slope: float = 1.0, angle: float | None = None, zero_mean: bool = False
) -> npt.NDArray[np.float64]:
    """Two-dimensional filter that smooths along a diagonal.

    Parameters
    ----------
    window : str, tuple, number, callable or array_like
        The window along the diagonal; see `get_window`.
    n : int
        Length of the window.
    slope : float, default 1.0
        Slope of the diagonal.
    angle : float, optional
        Angle of the diagonal in radians. Default: ``arctan(slope)``.
    zero_mean : bool, default False
        Subtract the mean, so that a constant input gives zero.

    Returns
    -------
    np.ndarray [shape=(m, m)]
        The kernel, with sum 1 before the mean is subtracted; ``m = n`` at 45 degrees, larger elsewhere.

    Examples
    --------
    >>> import fastspec
    >>> fastspec.filters.diagonal_filter("boxcar", 2).tolist()
    [[0.5, 0.0], [0.0, 0.5]]
    """
    if angle is None:
        angle = np.arctan(slope)
    kernel: np.ndarray = np.diag(get_window(window, n, fftbins=False))
    if not np.isclose(angle, np.pi / 4):
        from scipy.ndimage import rotate

        kernel = call(rotate, kernel, 45 - angle * 180 / np.pi, order=5, prefilter=False, work=200 * n * n)
    # Some windows, and interpolation, dip below zero.
    kernel = np.maximum(kernel, 0)
    kernel /= kernel.sum()
    if zero_mean:
        kernel -= kernel.mean()
    return kernel
