"""Scales of pitch, and filters over the bins of a spectrum."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from ..._engine.foreign import call
from ..._front.banks import SCALES, from_mel, to_mel, triangles
from ..._gate.complaints import warn
from ..._gate.samples import DTypeError, ParameterError, as_index, as_number, check_rate, one_of
from ...core.convert import hz_to_octs
from ...filters import chroma
from .._peer import peer


@peer()
def hertz_to_mel(freq: npt.ArrayLike, mel_scale: str = "htk") -> np.ndarray:
    """Hertz to mels.

    Parameters
    ----------
    freq : scalar or array_like
        Hz.
    mel_scale : {'htk', 'kaldi', 'slaney'}, default 'htk'
        ``2595 log10(1 + f / 700)``, ``1127 ln(1 + f / 700)``, or linear up to 1 kHz and logarithmic above.

    Returns
    -------
    np.ndarray or scalar [shape=freq.shape]
        Mels.

    Raises
    ------
    ParameterError
        If there is no such scale. A ValueError.

    Examples
    --------
    >>> from fastspec.compat import huggingface
    >>> round(float(huggingface.hertz_to_mel(700.0)), 3)
    781.173
    """
    return to_mel(freq, one_of(mel_scale, SCALES, name="mel_scale"))


@peer()
def mel_to_hertz(mels: npt.ArrayLike, mel_scale: str = "htk") -> np.ndarray:
    """Mels to hertz.

    Parameters
    ----------
    mels : scalar or array_like
        Mels.
    mel_scale : {'htk', 'kaldi', 'slaney'}, default 'htk'
        See `hertz_to_mel`.

    Returns
    -------
    np.ndarray or scalar [shape=mels.shape]
        Hz.

    Raises
    ------
    ParameterError
        If there is no such scale. A ValueError.

    Examples
    --------
    >>> from fastspec.compat import huggingface
    >>> round(float(huggingface.mel_to_hertz(15.0, "slaney")), 3)
    1000.0
    """
    return from_mel(mels, one_of(mel_scale, SCALES, name="mel_scale"))


@peer()
def hertz_to_octave(freq: npt.ArrayLike, tuning: float = 0.0, bins_per_octave: int = 12) -> np.ndarray:
    """Hertz to octaves above 27.5 Hz.

    Parameters
    ----------
    freq : scalar or array_like
        Hz.
    tuning : float, default 0.0
        How far A4 is from 440 Hz, in fractions of a bin.
    bins_per_octave : int, default 12
        The bins that `tuning` counts in.

    Returns
    -------
    np.ndarray or scalar [shape=freq.shape]
        Octaves.

    Raises
    ------
    ParameterError
        If `bins_per_octave` is zero.

    Examples
    --------
    >>> from fastspec.compat import huggingface
    >>> huggingface.hertz_to_octave([55.0, 440.0]).tolist()
    [1.0, 4.0]
    """
    return hz_to_octs(freq, tuning=tuning, bins_per_octave=bins_per_octave)  # type: ignore[arg-type]  # any array_like


@peer()
def mel_filter_bank(
    num_frequency_bins: int,
    num_mel_filters: int,
    min_frequency: float,
    max_frequency: float,
    sampling_rate: float,
    norm: str | None = None,
    mel_scale: str = "htk",
    triangularize_in_mel_space: bool = False,
    dtype: npt.DTypeLike = np.float64,
) -> np.ndarray:
    """Triangular filters over the bins of a spectrum.

    Parameters
    ----------
    num_frequency_bins : int >= 2
        Bins, ``fft_length // 2 + 1``.
    num_mel_filters : int
        Filters.
    min_frequency, max_frequency : float
        Ends of the range in Hz.
    sampling_rate : float
        In Hz.
    norm : {None, 'slaney'}, default None
        Triangles of height 1, or of equal areas.
    mel_scale : {'htk', 'kaldi', 'slaney'}, default 'htk'
        See `hertz_to_mel`.
    triangularize_in_mel_space : bool, default False
        Whether the flanks are straight in mel, as Kaldi's, and not in Hz.
    dtype : dtype_like, default float64
        Dtype of the triangles before `norm`, and of the result.

    Returns
    -------
    np.ndarray [shape=(num_frequency_bins, num_mel_filters)]

    Raises
    ------
    ParameterError
        If there are fewer than two bins, the range is upside down, or a name is unknown. A ValueError.

    Warns
    -----
    UserWarning
        If a filter is zero everywhere.

    Examples
    --------
    >>> from fastspec.compat import huggingface
    >>> huggingface.mel_filter_bank(201, 80, 0.0, 8000.0, 16000, norm="slaney", mel_scale="slaney").shape
    (201, 80)
    """
    n_bins = as_index(num_frequency_bins, name="num_frequency_bins", minimum=2)
    n_filters = as_index(num_mel_filters, name="num_mel_filters", minimum=0)
    low, high = as_number(min_frequency, name="min_frequency"), as_number(max_frequency, name="max_frequency")
    check_rate(sampling_rate, name="sampling_rate")
    one_of(norm, (None, "slaney"), name="norm")
    one_of(mel_scale, SCALES, name="mel_scale")
    if not 0 <= low <= high < np.inf:
        raise ParameterError(f"min_frequency={low}, max_frequency={high} must be ascending, from 0 Hz; swap them")
    work = 50 * n_bins * n_filters
    weights = call(
        triangles, n_bins, n_filters, low, high, sampling_rate, mel_scale, in_mel=bool(triangularize_in_mel_space),
        norm=norm, dtype=real_dtype(dtype), work=work,
    )  # fmt: skip
    if (weights.max(axis=1) == 0).any():
        warn(
            f"Empty filters: num_mel_filters={n_filters} leaves some without one of num_frequency_bins={n_bins}; "
            "use fewer filters, or more bins"
        )
    return call(np.ascontiguousarray, weights.T, work=work)


@peer()
def chroma_filter_bank(
    num_frequency_bins: int,
    num_chroma: int,
    sampling_rate: float,
    tuning: float = 0.0,
    power: float | None = 2.0,
    weighting_parameters: tuple[float, float] | None = (5.0, 2.0),
    start_at_c_chroma: bool = True,
) -> np.ndarray:
    """Filters that sum the bins of a spectrum into pitch classes.

    Parameters
    ----------
    num_frequency_bins : int
        Length of the FFT (not its number of bins, in spite of the name).
    num_chroma : int
        Pitch classes.
    sampling_rate : float
        In Hz.
    tuning : float, default 0.0
        Deviation from A4 = 440 Hz in fractions of a class.
    power : float, optional, default 2.0
        Norm of each column; None for none.
    weighting_parameters : (float, float), optional, default (5.0, 2.0)
        Octave that counts most, and the width in octaves of the Gaussian around it; None weights all the same.
    start_at_c_chroma : bool, default True
        Start from C; False starts from A.

    Returns
    -------
    np.ndarray [shape=(num_chroma, 1 + num_frequency_bins // 2)]
        float64.

    Raises
    ------
    ParameterError
        If a number is not positive. A ValueError.

    Examples
    --------
    >>> from fastspec.compat import huggingface
    >>> huggingface.chroma_filter_bank(2048, 12, 32000).shape
    (12, 1025)
    """
    if power is not None and not as_number(power, name="power") > 0:
        raise ParameterError(f"power={power} must be positive; use None for no norm")
    try:
        centre, width = (0.0, None) if weighting_parameters is None else weighting_parameters
    except (TypeError, ValueError):
        raise DTypeError(f"weighting_parameters={weighting_parameters!r} must be two numbers, or None") from None
    return chroma(
        sr=sampling_rate, n_fft=as_index(num_frequency_bins, name="num_frequency_bins", minimum=2),
        n_chroma=as_index(num_chroma, name="num_chroma"), tuning=as_number(tuning, name="tuning"), ctroct=centre,
        octwidth=width, norm=power, base_c=bool(start_at_c_chroma), dtype=np.float64,
    )  # fmt: skip


def real_dtype(dtype: Any) -> np.dtype:
    try:
        found = np.dtype(dtype)
    except TypeError:
        found = np.dtype(object)
    if found.kind != "f":
        raise DTypeError(f"dtype={dtype!r} must be floating-point; use np.float64")
    return found
