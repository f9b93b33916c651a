"""The transforms: `cqt`, `vqt`, and the two that are made of magnitudes."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from ... import filters
from ..._engine.kept import kept
from ..._engine.spec import MOST_N_FFT, Spec, Spectrum, padding_of, precision_of
from ..._front.source import check_padding, of_samples
from ..._front.specs import StftArguments, stft_spec
from ..._front.walk import run_source
from ..._gate.complaints import public, warn
from ..._gate.samples import ParameterError, as_hop_length, as_samples, channels_last
from ...util._matrices import largest_of_rows
from ...util.utils import dtype_c2r, pad_axis
from ..audio._resampling import check_res_type
from ..pitch import estimate_tuning
from ..spectrum._stft import complex_dtype
from ._bins import Bins, LibrosaRates, bins_of, check_cutoff, check_sparsity, gains, librosa_rates
from ._correlation import transform

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    import numpy.typing as npt

    from ..._front.windows import Window
    from ..._gate.kinds import ComplexArray, FloatArray, PadMode


@public
def cqt(
    y: FloatArray,
    *,
    sr: float = 22050,
    hop_length: int = 512,
    fmin: float | None = None,
    n_bins: int | None = 84,
    bins_per_octave: int = 12,
    tuning: float | None = 0.0,
    filter_scale: float = 1,
    norm: float | None = 1,
    sparsity: float = 0.01,
    window: Window = "hann",
    scale: bool = True,
    pad_mode: PadMode = "constant",
    res_type: str = "soxr_hq",
    dtype: npt.DTypeLike | None = None,
) -> ComplexArray:
    """Constant-Q transform: bins at equal steps of pitch, each with a window of as many periods as all others.

    ``C[..., k, t]`` is the inner product of the signal around sample ``t * hop_length`` with the conjugate of atom k of
    `fastspec.filters.wavelet`, times the square root of the atom's length. It is evaluated as that: neither decimation
    nor a sparse basis shows in the result, as they do in librosa's.

    Parameters
    ----------
    y : np.ndarray [shape=(..., n)], real floating-point
        Samples; leading axes are channels.
    sr : float, default 22050
        Sampling rate in Hz.
    hop_length : int, default 512
        Samples from one frame to the next; any, odd ones too.
    fmin : float, optional
        Frequency of the first bin in Hz. Default: C1, 32.7 Hz.
    n_bins : int or None, default 84
        Number of bins. None: as many as fit below half the sampling rate.
    bins_per_octave : int, default 12
        Bins to the octave.
    tuning : float or None, default 0.0
        Shift of all bins, in fractions of one. None: `fastspec.estimate_tuning` of `y`.
    filter_scale : float, default 1
        Scales the lengths of the atoms: smaller values are sharper in time.
    norm : float or None, default 1
        Norm of each atom; see `fastspec.util.normalize`.
    sparsity : float, default 0.01
        Must lie in [0, 1). librosa drops that share of its basis; nothing is dropped here.
    window : str, tuple, number or callable, default 'hann'
        The atoms' window; see `fastspec.filters.get_window`.
    scale : bool, default True
        Multiply by the square root of the atom's length in samples; False: by the length.
    pad_mode : {'constant', 'edge', 'reflect', 'symmetric', 'linear_ramp', 'empty'} or function, default 'constant'
        What is beyond the ends of the signal, as in `numpy.pad`.
    res_type : str, default 'soxr_hq'
        librosa's method of decimation: a name that `fastspec.resample` knows. It has no effect.
    dtype : complex dtype, optional
        Of the result. Default: complex64 for float32 (and float16), complex128 for float64.

    Returns
    -------
    np.ndarray [shape=(..., n_bins, t)], complex
        ``t = 1 + n // hop_length`` frames, which are contiguous in memory.

    Raises
    ------
    ParameterError
        If `y` is not finite floating-point audio, a parameter is out of its range, or the highest bin passes more than
        half the sampling rate.

    Warns
    -----
    UserWarning
        If `y` is shorter than the window of librosa's that holds the atoms of an octave.

    See Also
    --------
    vqt, icqt, hybrid_cqt, pseudo_cqt, cqt_frequencies

    References
    ----------
    .. [1] J. C. Brown, "Calculation of a constant Q spectral transform", JASA 89(1), 1991.
    .. [2] C. Schörkhuber and A. Klapuri, "Constant-Q transform toolbox for music processing", SMC Conference, 2010.

    Examples
    --------
    >>> import fastspec
    >>> import numpy as np
    >>> y = fastspec.tone(440, sr=22050, duration=1.0)
    >>> C = fastspec.cqt(y, fmin=110.0, n_bins=36)
    >>> C.shape, int(np.abs(C[:, 20]).argmax())  # two octaves above the first bin
    ((36, 44), 24)
    """
    return _vqt(
        y, sr, hop_length, fmin, n_bins, "equal", 0, bins_per_octave, tuning, filter_scale, norm, sparsity, window,
        scale, pad_mode, res_type, dtype,
    )  # fmt: skip


@public
def vqt(
    y: FloatArray,
    *,
    sr: float = 22050,
    hop_length: int = 512,
    fmin: float | None = None,
    n_bins: int | None = 84,
    intervals: str | Collection[float] = "equal",
    gamma: float | None = None,
    bins_per_octave: int = 12,
    tuning: float | None = 0.0,
    filter_scale: float = 1,
    norm: float | None = 1,
    sparsity: float = 0.01,
    window: Window = "hann",
    scale: bool = True,
    pad_mode: PadMode = "constant",
    res_type: str = "soxr_hq",
    dtype: npt.DTypeLike | None = None,
) -> ComplexArray:
    """Variable-Q transform: as `cqt`, with bins at any intervals, and windows that need not grow without bound.

    Parameters
    ----------
    y, sr, hop_length, fmin, n_bins
        As in `cqt`.
    intervals : str or collection of float, default 'equal'
        How the octave is divided: 'equal', 'pythagorean', 'ji3', 'ji5', 'ji7', or ratios from 1 up to 2; see
        `fastspec.interval_frequencies`.
    gamma : float or None, default None
        By how much, in Hz, bandwidths exceed those of constant Q. 0 gives the constant-Q transform; None bandwidths in
        proportion to those of the ear (ERB).
    bins_per_octave : int, default 12
        Bins to the octave, if `intervals` is a name; else there are as many as intervals.
    tuning, filter_scale, norm, sparsity, window, scale, pad_mode, res_type, dtype
        As in `cqt`.

    Returns
    -------
    np.ndarray [shape=(..., n_bins, t)], complex
        As from `cqt`.

    Raises
    ------
    ParameterError
        As `cqt`; if `gamma` is negative or `intervals` not known.

    Warns
    -----
    UserWarning
        As `cqt`.

    References
    ----------
    .. [1] C. Schörkhuber, A. Klapuri, N. Holighaus and M. Dörfler, "A Matlab toolbox for efficient perfect
       reconstruction time-frequency transforms with log-frequency resolution", AES 53rd Conference, 2014.
    .. [2] B. R. Glasberg and B. C. J. Moore, "Derivation of auditory filter shapes from notched-noise data",
       Hearing Research 47, 1990.

    Examples
    --------
    >>> import fastspec
    >>> import numpy as np
    >>> y = fastspec.tone(165, sr=22050, duration=1.0)
    >>> V = fastspec.vqt(y, fmin=110.0, n_bins=10, intervals=[1, 9 / 8, 5 / 4, 3 / 2, 5 / 3])
    >>> V.shape, int(np.abs(V[:, 20]).argmax())  # a fifth above the first bin
    ((10, 44), 3)
    """
    return _vqt(
        y, sr, hop_length, fmin, n_bins, intervals, gamma, bins_per_octave, tuning, filter_scale, norm, sparsity,
        window, scale, pad_mode, res_type, dtype,
    )  # fmt: skip


def _vqt(
    y: Any, sr: float, hop_length: int, fmin: Any, n_bins: int | None, intervals: Any, gamma: Any, bins_per_octave: int,
    tuning: Any, filter_scale: float, norm: Any, sparsity: float, window: Any, scale: Any, pad_mode: Any,
    res_type: Any, dtype: Any,
) -> np.ndarray:  # fmt: skip
    """What `cqt` and `vqt` have in common."""
    x = as_samples(y)
    target = complex_dtype(dtype, y.dtype)
    hop_length = as_hop_length(hop_length)
    check_sparsity(sparsity)
    check_padding(x, pad_mode)
    if tuning is None:
        tuning = estimate_tuning(y=y, sr=sr, bins_per_octave=_per_octave(intervals, bins_per_octave))
    bins = bins_of(
        sr=sr, fmin=fmin, n_bins=n_bins, bins_per_octave=bins_per_octave, tuning=tuning, filter_scale=filter_scale,
        norm=norm, window=window, intervals=intervals, gamma=gamma,
    )  # fmt: skip
    check_cutoff(bins)
    rates = librosa_rates(bins, hop_length)
    if rates.decimates:
        check_res_type(res_type)
    _check_length(bins, rates, x)
    x = _as_long_as_librosa_has_it(x, rates, hop_length, pad_mode)
    n_ahead, n_frames = 0, 1 + x.shape[-1] // hop_length
    if callable(pad_mode):
        x, n_ahead = _padded_by_function(x, bins, hop_length, pad_mode)
        pad_mode = "constant"
    factors = gains(bins, rates, bool(scale))
    wider = np.dtype(np.complex128 if max(precision_of(x.dtype), precision_of(target)) else np.complex64)
    C = transform(x, bins.atoms, hop_length=hop_length, factors=factors, pad_mode=pad_mode, dtype=wider)
    C = C.astype(target, copy=False)
    return C[..., n_ahead : n_ahead + n_frames] if n_ahead else C


def _per_octave(intervals: Any, bins_per_octave: int) -> int:
    return bins_per_octave if isinstance(intervals, str) else len(intervals)


def _check_length(bins: Bins, rates: LibrosaRates, x: np.ndarray) -> None:
    """librosa's complaints about signals that are shorter than an atom."""
    n_samples = x.shape[-1]
    if n_samples < rates.of_all > 1:
        raise ParameterError(f"y.shape[-1]={n_samples} is too short, give at least {rates.of_all} samples")
    # An octave works on frames of a power of two, at its own rate.
    length, rate = bins.lengths[bins.longest], int(rates.of_bins[bins.longest])
    n_fft = 2 ** math.ceil(math.log2(length / rate))
    if n_fft > -(-n_samples // rate):
        warn(
            f"n_fft={n_fft * rate}, the power of two that holds the longest atom ({length:.0f} samples), "
            f"is too large for input signal of length={x.shape[-1]}{channels_last(x, n_fft)}"
        )


def _as_long_as_librosa_has_it(x: np.ndarray, rates: LibrosaRates, hop_length: int, pad_mode: PadMode) -> np.ndarray:
    """The signal with the zeros that librosa's decimation of all octaves adds, where these make one more frame."""
    n = x.shape[-1]
    rounded = -(-n // rates.of_all) * rates.of_all
    if rounded // hop_length == n // hop_length:
        return x
    mode = pad_mode if callable(pad_mode) else padding_of(pad_mode).name.lower()
    return pad_axis(x, -1, (0, rounded - n), {"mode": mode})


def _padded_by_function(
    x: np.ndarray, bins: Bins, hop_length: int, pad_mode: Callable[..., Any]
) -> tuple[np.ndarray, int]:
    """The signal with all that an atom can reach beyond its ends, and the number of frames before its own first one."""
    half = math.ceil(bins.lengths[bins.longest] / 2) + 1
    n_ahead = -(-half // hop_length)
    return pad_axis(x, -1, (n_ahead * hop_length, half), {"mode": pad_mode}), n_ahead


@public
def pseudo_cqt(
    y: FloatArray,
    *,
    sr: float = 22050,
    hop_length: int = 512,
    fmin: float | None = None,
    n_bins: int | None = 84,
    bins_per_octave: int = 12,
    tuning: float | None = 0.0,
    filter_scale: float = 1,
    norm: float | None = 1,
    sparsity: float = 0.01,
    window: Window = "hann",
    scale: bool = True,
    pad_mode: PadMode = "constant",
    dtype: npt.DTypeLike | None = None,
) -> FloatArray:
    """Magnitudes at the bins of a constant-Q transform, summed from those of one STFT: quick and coarse.

    The FFT has the length of the first power of two that holds the longest atom and two hops. The STFT's magnitudes,
    with a Hann window over all of it, are weighted by the magnitudes of the atoms' spectra, as in librosa.

    Parameters
    ----------
    y, sr, hop_length, fmin, n_bins, bins_per_octave, tuning, filter_scale, norm, window, scale, pad_mode
        As in `cqt`.
    sparsity : float, default 0.01
        Share of each atom's spectrum, as a sum of magnitudes, that is left out; in [0, 1).
    dtype : complex dtype, optional
        The result has its real counterpart. Default: float32 for float32, float64 for float64.

    Returns
    -------
    np.ndarray [shape=(..., n_bins, t)], real
        Magnitudes.

    Raises
    ------
    ParameterError
        As `cqt`.

    Warns
    -----
    UserWarning
        If the FFT is longer than `y`.

    Examples
    --------
    >>> import fastspec
    >>> y = fastspec.tone(440, sr=22050, duration=1.0)
    >>> C = fastspec.pseudo_cqt(y, fmin=110.0, n_bins=36)
    >>> C.shape, int(C[:, 20].argmax())
    ((36, 44), 24)
    """
    x = as_samples(y)
    target = complex_dtype(dtype, y.dtype)
    analysis = _magnitude_bins(
        y, hop_length, sparsity, tuning, sr=sr, fmin=fmin, n_bins=n_bins, bins_per_octave=bins_per_octave,
        filter_scale=filter_scale, norm=norm, window=window,
    )  # fmt: skip
    return _pseudo(x, analysis, bool(scale), pad_mode, target)


@dataclass(frozen=True, eq=False)
class _MagnitudeAnalysis:
    """What `pseudo_cqt` and `hybrid_cqt` have in common, checked."""

    bins: Bins
    hop_length: int
    sparsity: float


def _magnitude_bins(y: Any, hop_length: int, sparsity: float, tuning: Any, **of_bins: Any) -> _MagnitudeAnalysis:
    hop_length = as_hop_length(hop_length)
    check_sparsity(sparsity)
    if tuning is None:
        tuning = estimate_tuning(y=y, sr=of_bins["sr"], bins_per_octave=of_bins["bins_per_octave"])
    bins = bins_of(tuning=tuning, **of_bins)
    check_cutoff(bins)
    return _MagnitudeAnalysis(bins, hop_length, float(sparsity))


def _pseudo(x: np.ndarray, analysis: _MagnitudeAnalysis, scale: bool, pad_mode: PadMode, target: Any) -> np.ndarray:
    bins, hop_length = analysis.bins, analysis.hop_length
    n_fft = 2 ** math.ceil(max(math.log2(bins.lengths[bins.longest]), 1 + math.ceil(math.log2(hop_length))))
    if n_fft > MOST_N_FFT:
        raise ParameterError(
            f"atoms of up to {bins.lengths[bins.longest]:.0f} samples and hop_length={hop_length} need n_fft={n_fft}, "
            f"which exceeds {MOST_N_FFT}; use cqt, or a higher fmin"
        )
    source = of_samples(x, n_fft, hop_length, n_fft, "hann", True, pad_mode)
    precision = max(precision_of(x.dtype), precision_of(target))
    out, _ = run_source(_pseudo_spec(bins, source.stft, analysis.sparsity, scale, precision), source)
    return out.astype(dtype_c2r(target), copy=False)


@kept(16)
def _pseudo_spec(bins: Bins, stft: StftArguments, sparsity: float, scale: bool, precision: int) -> Spec:
    atoms, n_fft = bins.atoms, stft.n_fft
    rows, _ = filters.wavelet(
        freqs=np.array(atoms.frequencies), sr=atoms.sr, window=atoms.window, filter_scale=atoms.filter_scale,
        norm=atoms.norm, dtype=complex, gamma=atoms.gamma, alpha=np.array(atoms.alpha),
    )  # fmt: skip
    bank = np.empty((len(bins), n_fft // 2 + 1))
    for row, samples in zip(bank, rows, strict=True):  # one at a time, as the whole is large
        row[:] = np.abs(np.fft.fft(samples, n=n_fft)[: n_fft // 2 + 1])
        row *= largest_of_rows(row[np.newaxis], sparsity)[0]
    gain = bins.lengths / n_fft
    gain *= np.sqrt(1 / n_fft) if scale else np.sqrt(bins.lengths / n_fft)
    bank *= gain[:, np.newaxis]
    return replace(stft_spec(stft, precision, Spectrum.MAGNITUDE), bank=bank)


@public
def hybrid_cqt(
    y: FloatArray,
    *,
    sr: float = 22050,
    hop_length: int = 512,
    fmin: float | None = None,
    n_bins: int | None = 84,
    bins_per_octave: int = 12,
    tuning: float | None = 0.0,
    filter_scale: float = 1,
    norm: float | None = 1,
    sparsity: float = 0.01,
    window: Window = "hann",
    scale: bool = True,
    pad_mode: PadMode = "constant",
    res_type: str = "soxr_hq",
    dtype: npt.DTypeLike | None = None,
) -> FloatArray:
    """Magnitudes of a constant-Q transform where atoms are long, and of `pseudo_cqt` where a hop would step over them.

    Parameters
    ----------
    y, sr, hop_length, fmin, n_bins, bins_per_octave, tuning, filter_scale, norm, window, scale, pad_mode, res_type
        As in `cqt`.
    sparsity : float, default 0.01
        As in `pseudo_cqt`, for the bins that come from there.
    dtype : complex dtype, optional
        The result has its real counterpart. Default: float32 for float32, float64 for float64.

    Returns
    -------
    np.ndarray [shape=(..., n_bins, t)], real
        Magnitudes. Those of atoms whose length, rounded up to a power of two, is below two hops are pseudo.

    Raises
    ------
    ParameterError
        As `cqt`.

    Warns
    -----
    UserWarning
        As `cqt` and `pseudo_cqt`.

    Examples
    --------
    >>> import fastspec
    >>> y = fastspec.tone(440, sr=22050, duration=1.0)
    >>> C = fastspec.hybrid_cqt(y, fmin=110.0, n_bins=36)
    >>> C.shape, int(C[:, 20].argmax())
    ((36, 44), 24)
    """
    x = as_samples(y)
    analysis = _magnitude_bins(
        y, hop_length, sparsity, tuning, sr=sr, fmin=fmin, n_bins=n_bins, bins_per_octave=bins_per_octave,
        filter_scale=filter_scale, norm=norm, window=window,
    )  # fmt: skip
    bins, hop_length = analysis.bins, analysis.hop_length
    target = complex_dtype(dtype, y.dtype)
    n_full = int(np.sum(2.0 ** np.ceil(np.log2(bins.lengths)) >= 2 * hop_length))
    parts = []
    if n_full:
        parts.append(
            np.abs(
                _vqt(
                    y, sr, hop_length, bins.atoms.frequencies[0], n_full, "equal", 0, bins_per_octave, 0.0,
                    filter_scale, norm, sparsity, window, scale, pad_mode, res_type, dtype,
                )
            )
        )  # fmt: skip
    if n_full < len(bins):
        rest = bins_of(
            sr=sr, fmin=bins.atoms.frequencies[n_full], n_bins=len(bins) - n_full, bins_per_octave=bins_per_octave,
            tuning=0.0, filter_scale=filter_scale, norm=norm, window=window,
        )  # fmt: skip
        analysis = _MagnitudeAnalysis(rest, hop_length, analysis.sparsity)
        parts.append(_pseudo(x, analysis, bool(scale), pad_mode, target))
    n_frames = min(part.shape[-1] for part in parts)
    out = np.empty((*x.shape[:-1], n_frames, len(bins)), parts[0].dtype).swapaxes(-1, -2)
    np.concatenate([part[..., :n_frames] for part in parts], axis=-2, out=out)
    return out
