"""Samples to samples: another rate, mu-law codes."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from ...._front import given, mu_law, polyphase
from ...._gate.complaints import warn
from ...._gate.samples import DTypeError, ParameterError, as_array, as_index, as_number, whole
from ..._peer import peer
from .._arguments import as_waveform

if TYPE_CHECKING:
    import numpy.typing as npt

# Of a Kaiser window, if none is given.
_BETA = 14.769656459379492
# Of a filter, to one side; hundreds of megabytes from here on.
_MOST_TAPS = 2**24
_METHODS = ("sinc_interp_hann", "sinc_interp_kaiser")
_OLD_METHODS = {"sinc_interpolation": _METHODS[0], "kaiser_window": _METHODS[1]}


@peer(RuntimeError)
def resample(
    waveform: npt.ArrayLike,
    orig_freq: int,
    new_freq: int,
    lowpass_filter_width: int = 6,
    rolloff: float = 0.99,
    resampling_method: str = "sinc_interp_hann",
    beta: float | None = None,
) -> np.ndarray:
    """Samples at another rate, by a windowed sinc.

    Parameters
    ----------
    waveform : array_like [shape=(..., n)], floating-point
        Samples.
    orig_freq, new_freq : int
        The rate that they have, and the one wanted.
    lowpass_filter_width : int, default 6
        Zero crossings of the sinc to either side.
    rolloff : float, default 0.99
        Where the filter ends, as a share of the lower Nyquist frequency.
    resampling_method : {'sinc_interp_hann', 'sinc_interp_kaiser'}, default 'sinc_interp_hann'
        The window.
    beta : float, optional
        Of the Kaiser window. Default: 14.77.

    Returns
    -------
    np.ndarray [shape=(..., ceil(n * new_freq / orig_freq))]
        Samples; the input itself if the rates are equal. The length is rounded in float32 as torchaudio's is, which
        shows in signals of more than 8 million samples.

    Raises
    ------
    ParameterError
        If a rate is no positive whole number, or another argument breaks its rule; a ValueError and a RuntimeError.

    Warns
    -----
    UserWarning
        If `resampling_method` is one of torchaudio's older names.

    Examples
    --------
    >>> import numpy as np
    >>> from fastspec.compat.torchaudio import functional as F
    >>> F.resample(np.zeros((2, 44100), np.float32), 44100, 16000).shape
    (2, 16000)
    """
    x = as_waveform(waveform)
    rates = as_rates(orig_freq, new_freq)
    sinc = sinc_of(*rates, lowpass_filter_width, rolloff, resampling_method, beta)
    return x if rates[0] == rates[1] else run_resample(x, sinc)


def as_rates(orig_freq: int, new_freq: int) -> tuple[int, int]:
    rates = []
    for name, value in (("orig_freq", orig_freq), ("new_freq", new_freq)):
        number = as_number(value, name=name)
        if not 0 < number < np.inf or not float(number).is_integer():
            raise ParameterError(f"{name}={value} must be a positive whole number; for a ratio, multiply both rates")
        rates.append(as_index(whole(value), name=name))
    return rates[0], rates[1]


def sinc_of(
    orig: int, new: int, lowpass_filter_width: Any, rolloff: Any, resampling_method: Any, beta: Any
) -> polyphase.Sinc:
    if resampling_method in _OLD_METHODS:
        warn(f"resampling_method={resampling_method!r} is the old name of {_OLD_METHODS[resampling_method]!r}")
        resampling_method = _OLD_METHODS[resampling_method]
    if resampling_method not in _METHODS:
        raise ParameterError(f"resampling_method={resampling_method!r} must be {_METHODS[0]!r} or {_METHODS[1]!r}")
    limits = {"lowpass_filter_width": (lowpass_filter_width, 10_000), "rolloff": (rolloff, 100)}
    for name, (value, most) in limits.items():
        if not 0 < as_number(value, name=name) <= most:
            raise ParameterError(f"{name}={value} must be positive, and {most} at most")
    if not rolloff >= 1e-4:
        raise ParameterError(f"rolloff={rolloff} leaves nothing to hear; use 0.0001 or more")
    beta = _BETA if beta is None else as_number(beta, name="beta")
    if not abs(beta) <= 700:
        raise ParameterError(f"beta={beta} must be finite, and 700 at most")
    common = math.gcd(orig, new)
    sinc = polyphase.Sinc(
        orig // common, new // common, float(lowpass_filter_width), float(rolloff),
        beta if resampling_method == _METHODS[1] else None,
    )  # fmt: skip
    if sinc.reach * sinc.new > _MOST_TAPS:
        raise ParameterError(
            f"orig_freq={orig}, new_freq={new}: a filter of {sinc.reach} x {sinc.new} weights is too long; use rates "
            "with a larger common divisor, or a smaller lowpass_filter_width"
        )
    return sinc


def run_resample(x: np.ndarray, sinc: polyphase.Sinc) -> np.ndarray:
    n = x.shape[-1]
    if sinc.new * n / sinc.orig > 2**48:
        raise ParameterError(f"new_freq makes too many samples of waveform.shape={x.shape}; use a lower new_freq")
    n_out = int(np.ceil(np.float32(sinc.new * n / sinc.orig)))
    return polyphase.resample(x, sinc, min(n_out, sinc.new * (n // sinc.orig + 1)))


@peer(RuntimeError)
def mu_law_encoding(x: npt.ArrayLike, quantization_channels: int) -> np.ndarray:
    """Codes 0 to ``quantization_channels - 1`` for samples -1 to 1, compressed by the mu-law.

    Parameters
    ----------
    x : array_like
        Samples; floating-point is meant, integers become float32 with a warning.
    quantization_channels : int >= 2
        Number of codes.

    Returns
    -------
    np.ndarray [shape as `x`], int64
        Codes.

    Raises
    ------
    ParameterError
        If a sample is not finite, or there are fewer than two codes; it is a ValueError and a RuntimeError.

    Warns
    -----
    UserWarning
        If `x` holds integers.

    Examples
    --------
    >>> import numpy as np
    >>> from fastspec.compat.torchaudio import functional as F
    >>> F.mu_law_encoding(np.array([-1.0, 0.0, 0.5, 1.0]), 256).tolist()
    [0, 128, 239, 255]
    """
    x = as_array(x, name="x", kinds="fiub")
    if x.dtype.kind != "f":
        warn(f"x.dtype={x.dtype} is not floating-point; mu-law is for samples from -1 to 1")
    x = given.as_floats(x, name="x")
    if not np.isfinite(x).all():
        raise ParameterError("x is not finite everywhere, and there is no code for NaN; use np.nan_to_num(x)")
    return mu_law.encode(x, as_codes(quantization_channels) - 1.0)


def as_codes(quantization_channels: int) -> int:
    n = as_index(whole(quantization_channels), name="quantization_channels", minimum=2)
    if n > 2**53:
        raise ParameterError(f"quantization_channels={n} are too many codes; 256 are usual")
    return n


@peer(RuntimeError)
def mu_law_decoding(x_mu: npt.ArrayLike, quantization_channels: int) -> np.ndarray:
    """Samples of codes that `mu_law_encoding` has made.

    Parameters
    ----------
    x_mu : array_like
        Codes.
    quantization_channels : int >= 2
        Number of codes.

    Returns
    -------
    np.ndarray [shape as `x_mu`]
        Samples; float32 for integers.

    Raises
    ------
    ParameterError
        If there are fewer than two codes; it is a ValueError and a RuntimeError.

    Examples
    --------
    >>> from fastspec.compat.torchaudio import functional as F
    >>> F.mu_law_decoding([0, 255], 256).tolist()
    [-1.0, 1.0]
    """
    codes = as_array(x_mu, name="x_mu", kinds="fiub")
    if codes.dtype == bool:
        raise DTypeError("x_mu.dtype=bool holds no codes; pass integers")
    return mu_law.decode(given.as_floats(codes, name="x_mu"), as_codes(quantization_channels) - 1.0)
