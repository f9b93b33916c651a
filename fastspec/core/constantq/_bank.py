"""The other view of the constant-Q transform: convolution with a bank of kernels of whole lengths.

That is how nnAudio's layers see it. A front end under its names needs no more than this function; what differs from
`fastspec.cqt` are the bandwidth, lengths that are rounded up, reflection at the ends, and gains.
"""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from ... import filters
from ..._engine.kept import kept
from ..._gate.samples import ParameterError, as_hop_length, as_index, as_samples, check_rate
from ...util.utils import normalize
from ..convert import cqt_frequencies
from ..spectrum._stft import complex_dtype
from ._bins import SampledWindow
from ._correlation import AtomParameters, transform

if TYPE_CHECKING:
    import numpy.typing as npt


def bank_cqt(
    y: np.ndarray,
    *,
    sr: float = 22050,
    hop_length: int = 512,
    fmin: float = 32.70,
    n_bins: int = 84,
    bins_per_octave: int = 12,
    filter_scale: float = 1,
    norm: float | None = 1,
    window: str | tuple[Any, ...] = "hann",
    pad_mode: str = "reflect",
    normalization: Literal["librosa", "convolutional", "wrap"] = "librosa",
    dtype: npt.DTypeLike | None = None,
) -> np.ndarray:
    """Constant-Q transform by the conventions of nnAudio's CQT1992v2.

    Parameters
    ----------
    y : np.ndarray [shape=(..., n)], real floating-point
        Samples.
    sr, hop_length, fmin, n_bins, bins_per_octave, filter_scale, window, pad_mode, dtype
        As in `fastspec.cqt`.
    norm : float or None, default 1
        Norm of the kernels; None: each is divided by its length.
    normalization : {'librosa', 'convolutional', 'wrap'}, default 'librosa'
        Factor: the square root of the kernel's length, 1, or 2.

    Returns
    -------
    np.ndarray [shape=(..., n_bins, 1 + n // hop_length)], complex
        Its magnitude is nnAudio's 'Magnitude'; its real and imaginary part are the last axis of nnAudio's 'Complex'.

    Raises
    ------
    ParameterError
        If an argument is not one of these, or a bin lies above half the sampling rate.

    References
    ----------
    .. [1] K. W. Cheuk, H. Anderson, K. Agres and D. Herremans, "nnAudio: An on-the-fly GPU audio to spectrogram
       conversion toolbox using 1D convolutional neural networks", IEEE Access 8, 2020.

    Examples
    --------
    >>> import numpy as np
    >>> import fastspec
    >>> from fastspec.core.constantq._bank import bank_cqt
    >>> y = fastspec.tone(440, sr=22050, duration=1.0)
    >>> C = bank_cqt(y, fmin=110.0, n_bins=36)
    >>> C.shape, int(np.abs(C[:, 20]).argmax())
    ((36, 44), 24)
    """
    x = as_samples(y)
    target = complex_dtype(dtype, y.dtype)
    hop_length = as_hop_length(hop_length)
    n_bins, bins_per_octave = as_index(n_bins, name="n_bins"), as_index(bins_per_octave, name="bins_per_octave")
    if normalization not in ("librosa", "convolutional", "wrap"):
        raise ParameterError(f"normalization={normalization!r} must be 'librosa', 'convolutional' or 'wrap'")
    if not filter_scale > 0:
        raise ParameterError(f"filter_scale={filter_scale} must be positive")
    normalize(np.ones(1), norm=norm)
    check_rate(sr)
    if not fmin > 0 or fmin * 2 ** ((n_bins - 1) / bins_per_octave) > sr / 2:
        raise ParameterError(f"fmin={fmin} and n_bins={n_bins} must keep all bins between 0 and sr/2={sr / 2}")
    atoms, factors = _bank(
        float(sr), hop_length, float(fmin), n_bins, bins_per_octave, float(filter_scale), norm, window, normalization,
    )  # fmt: skip
    return transform(x, atoms, hop_length=hop_length, factors=factors, pad_mode=pad_mode, dtype=target)


@kept(16)
def _bank(
    sr: float,
    hop_length: int,
    fmin: Any,
    n_bins: int,
    bins_per_octave: int,
    filter_scale: float,
    norm: Any,
    window: Any,
    normalization: Any,
) -> tuple[AtomParameters, np.ndarray]:
    freqs = cqt_frequencies(n_bins, fmin=fmin, bins_per_octave=bins_per_octave)
    Q = filter_scale / (2 ** (1 / bins_per_octave) - 1)
    lengths = np.ceil(Q * sr / freqs)
    return atoms_of(sr, freqs, lengths, window, norm, gains_of(lengths, normalization))


def gains_of(lengths: np.ndarray, normalization: str) -> np.ndarray:
    """What kernels of these lengths are multiplied with."""
    if normalization == "librosa":
        return np.sqrt(lengths)
    return np.full(len(lengths), 2.0 if normalization == "wrap" else 1.0)


def atoms_of(
    sr: float,
    freqs: np.ndarray,
    lengths: np.ndarray,
    window: str | tuple[Any, ...],
    norm: float | None,
    gains: np.ndarray,
) -> tuple[AtomParameters, np.ndarray]:
    """Kernels of whole lengths, and their factors."""
    sizes, sampled = _whole_lengths(lengths, window)
    atoms = AtomParameters(sr, tuple(freqs.tolist()), sampled, 1.0, norm, 0, tuple((sr / (sizes * freqs)).tolist()))
    return atoms, gains if norm is not None else gains / lengths


def early_factor(sr: float, hop_length: int, highest: float, Q: float, n_octaves: int) -> int:
    """The factor by which nnAudio decimates before it splits octaves."""
    cutoff = highest * (1 + 0.75 / Q)
    room = max(0, math.ceil(math.log2(0.85 * (sr // 2) / cutoff)) - 2)
    hops = max(0, math.ceil(math.log2(hop_length)) - n_octaves + 1)
    return 2 ** min(room, hops)


def _whole_lengths(lengths: np.ndarray, window: str | tuple[Any, ...]) -> tuple[np.ndarray, SampledWindow]:
    """Lengths and windows with which `filters.wavelet` makes atoms of just these numbers of samples.

    It makes an odd number n for all lengths between n - 1 and n + 1, but an even one for no length beside it, which is
    too narrow for a quotient. So even windows are filled up with zeros, one more in front than behind, to an odd number
    that no other window has.
    """
    odd = {int(n): int(n) for n in lengths if n % 2}
    for n in sorted({int(n) for n in lengths if n % 2 == 0}):
        odd[n] = next(m for m in range(n + 1, 3 * len(lengths) + n, 2) if m not in odd.values())
    samples = []
    for n, size in odd.items():
        behind = (size - n) // 2
        values = np.pad(_window(window, n), (size - n - behind, behind))
        samples.append((size, np.asarray(values, dtype=np.float64).tobytes()))
    sampled = SampledWindow(tuple(samples), partial(_window, window))
    return np.array([odd[int(n)] for n in lengths]), sampled


def _window(window: str | tuple[Any, ...], n: int) -> np.ndarray:
    """A Gaussian is given by how many decibels its ends lie below its middle."""
    if isinstance(window, tuple) and window[:1] == ("gaussian",) and window[1] > 0:
        window = ("gaussian", -np.floor(-n / 2 / np.sqrt(0.1 * np.log(10) * window[1])))
    return filters.get_window(window, n)
