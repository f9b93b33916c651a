"""The mel filter bank. It is acoustics, in float64 until the end; the engine knows nothing of mels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from .._gate.complaints import public, warn
from .._gate.samples import ParameterError, as_index, check_rate, whole
from ..core.convert import fft_frequencies, mel_frequencies
from ..util.utils import normalize

if TYPE_CHECKING:
    import numpy.typing as npt

    from .._gate.kinds import FloatArray


@public
def mel(
    *,
    sr: float,
    n_fft: int,
    n_mels: int = 128,
    fmin: float = 0.0,
    fmax: float | None = None,
    htk: bool = False,
    norm: Literal["slaney"] | float | None = "slaney",
    dtype: npt.DTypeLike = np.float32,
) -> FloatArray:
    """Triangular filters, equally spaced in mels, that sum FFT bins into mel bands.

    Parameters
    ----------
    sr : float
        Sampling rate in Hz.
    n_fft : int
        Length of the FFT.
    n_mels : int, default 128
        Number of bands; a float that is a whole number will do.
    fmin : float, default 0.0
        Lower edge of the first band in Hz.
    fmax : float, optional
        Upper edge of the last band in Hz. Default: ``sr / 2``.
    htk : bool, default False
        Use HTK's mel scale in place of Slaney's; see `hz_to_mel`.
    norm : 'slaney', float or None, default 'slaney'
        'slaney' divides each triangle by half its width in Hz, which makes the areas equal; a number scales
        each row to that norm (see `normalize`); None leaves every peak at 1.
    dtype : dtype_like, default float32
        Dtype of the result.

    Returns
    -------
    np.ndarray [shape=(n_mels, 1 + n_fft // 2)]
        The weights: ``mel(...) @ np.abs(stft) ** 2`` is a mel power spectrogram.

    Raises
    ------
    ParameterError
        If `sr` is not positive and finite, `n_fft` not positive, `n_mels` negative, or `norm` not known.
    DTypeError
        If `n_fft` or `n_mels` is no whole number.

    Warns
    -----
    UserWarning
        If a band falls between two FFT bins, so that its row is zero.

    References
    ----------
    .. [1] M. Slaney, "Auditory Toolbox, version 2", Interval Research Corporation, TR 1998-010.

    Examples
    --------
    >>> import fastspec
    >>> bank = fastspec.filters.mel(sr=22050, n_fft=2048, n_mels=40)
    >>> bank.shape, bank.dtype.name
    ((40, 1025), 'float32')
    """
    weights, complaint = mel_weights(
        sr=sr, n_fft=n_fft, n_mels=n_mels, fmin=fmin, fmax=fmax, htk=htk, norm=norm, dtype=dtype
    )
    if complaint:
        warn(complaint)
    return weights


def mel_weights(
    *, sr: float, n_fft: int, n_mels: int, fmin: Any, fmax: Any, htk: bool, norm: Any, dtype: Any
) -> tuple[np.ndarray, str | None]:
    """What `mel` returns, and its warning or None. A cache keeps both; catching warnings would not be thread-safe."""
    check_rate(sr)
    n_mels = as_index(whole(n_mels), name="n_mels", minimum=0)
    edges = mel_frequencies(n_mels + 2, fmin=fmin, fmax=float(sr) / 2 if fmax is None else fmax, htk=htk)
    weights = _triangles(edges, fft_frequencies(sr=sr, n_fft=n_fft), dtype)
    if not isinstance(norm, str):
        weights = normalize(weights, norm=norm, axis=-1)
    elif norm == "slaney":
        weights *= (2.0 / (edges[2:] - edges[:-2]))[:, np.newaxis]
    else:
        raise ParameterError(f"norm={norm!r} must be 'slaney', a number or None")
    if np.all((edges[:-2] == 0) | (weights.max(axis=1) > 0)):
        return weights, None
    if wrong := mel_range_complaint(sr, fmin, fmax):
        return weights, f"Empty filters detected: {wrong}"
    return weights, (
        f"Empty filters detected: n_mels={n_mels} leaves some bands without an FFT bin at n_fft={n_fft}; "
        "use fewer bands, a larger n_fft, or a higher fmax"
    )


def mel_range_complaint(sr: float, fmin: float, fmax: float | None) -> str | None:
    """What is wrong with a range of frequencies, or None; librosa does not check it."""
    if fmax is not None and fmax > sr / 2:
        return f"fmax={fmax} exceeds sr/2={sr / 2}, above which there is nothing; use fmax=None or less than sr/2"
    top = sr / 2 if fmax is None else fmax
    if fmin >= top:
        name, way_out = ("sr/2", "a smaller fmin") if top == sr / 2 else ("fmax", "a smaller fmin or a larger fmax")
        return f"fmin={fmin} must be below {name}={top}; use {way_out}"
    return None


def _triangles(edges: np.ndarray, freqs: np.ndarray, dtype: npt.DTypeLike) -> np.ndarray:
    """Row i rises from 0 at ``edges[i]`` to 1 at ``edges[i + 1]`` and falls to 0 at ``edges[i + 2]``."""
    widths = np.diff(edges)
    if not np.all(widths > 0):
        # Edges out of order (fmax < fmin) or equal: any bin may lie in any triangle, so compute them all.
        ramps = np.subtract.outer(edges, freqs)
        lower = -ramps[:-2] / widths[:-1, np.newaxis]
        upper = ramps[2:] / widths[1:, np.newaxis]
        return np.maximum(0, np.minimum(lower, upper)).astype(dtype)
    # Between two edges lie one falling and one rising flank: two weights a bin, whatever the number of bands.
    n_bands = len(edges) - 2
    weights = np.zeros((n_bands, len(freqs)), dtype=dtype)
    segment = np.searchsorted(edges, freqs, side="right") - 1
    rising = np.flatnonzero((segment >= 0) & (segment < n_bands))
    falling = np.flatnonzero((segment >= 1) & (segment <= n_bands))
    band = segment[rising]
    weights[band, rising] = (freqs[rising] - edges[band]) / widths[band]
    band = segment[falling] - 1
    weights[band, falling] = (edges[band + 2] - freqs[falling]) / widths[band + 1]
    return weights
