"""From features back to spectra and audio."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .. import filters
from .._engine import foreign as _foreign
from .._gate.complaints import public, warn
from .._gate.samples import ParameterError, as_array, as_number
from ..core.spectrum import db_to_power
from ..util._nnls import least_norm, nnls
from ..util.utils import expand_to, tiny

if TYPE_CHECKING:
    import numpy.typing as npt

    from .._front.windows import Window
    from .._gate.kinds import DCTNorm, DCTType, FloatArray, PadMode, Seed

__all__ = ["chroma_to_stft", "mel_to_audio", "mel_to_stft", "mfcc_to_audio", "mfcc_to_mel"]


def __dir__() -> list[str]:
    return __all__


@public
def mel_to_stft(
    M: FloatArray, *, sr: float = 22050, n_fft: int = 2048, power: float = 2.0, **kwargs: Any
) -> FloatArray:
    """The magnitude spectrogram of least norm that has, as nearly as can be, this mel spectrogram.

    Parameters
    ----------
    M : np.ndarray [shape=(..., n_mels, t)], non-negative
        Mel spectrogram.
    sr : float, default 22050
        Sampling rate in Hz.
    n_fft : int, default 2048
        Length of the FFT.
    power : float > 0, default 2.0
        Exponent of the magnitude in `M`.
    **kwargs
        Passed to `fastspec.filters.mel`: `fmin`, `fmax`, `htk`, `norm`, as they were for `M`.

    Returns
    -------
    np.ndarray [shape=(..., 1 + n_fft // 2, t), dtype=M.dtype], non-negative

    See Also
    --------
    fastspec.feature.melspectrogram, fastspec.util.nnls

    Examples
    --------
    >>> import fastspec
    >>> import numpy as np
    >>> M = fastspec.feature.melspectrogram(y=fastspec.tone(440.0, sr=22050, length=22050))
    >>> S = fastspec.feature.inverse.mel_to_stft(M)
    >>> S.shape, bool(np.allclose(fastspec.filters.mel(sr=22050, n_fft=2048) @ S**2, M, atol=1e-3 * M.max()))
    ((1025, 44), True)
    """
    M = as_array(M, name="M", kinds="fiub")
    power = _exponent(power)
    bank = filters.mel(sr=sr, n_fft=n_fft, n_mels=M.shape[-2], dtype=M.dtype, **kwargs)
    return _magnitudes(nnls(bank, M), power)


@public
def chroma_to_stft(
    C: FloatArray, *, sr: float = 22050, n_fft: int = 2048, power: float = 2.0, **kwargs: Any
) -> FloatArray:
    """A magnitude spectrogram that has, as nearly as can be, this chromagram.

    Not in librosa 1.0; the sibling of `mel_to_stft` for `fastspec.filters.chroma`. Twelve numbers say little about
    a spectrum: its energy ends up spread over all octaves.

    Parameters
    ----------
    C : np.ndarray [shape=(..., n_chroma, t)], non-negative
        Chromagram that has not been normalised.
    sr : float, default 22050
        Sampling rate in Hz.
    n_fft : int, default 2048
        Length of the FFT.
    power : float > 0, default 2.0
        Exponent of the magnitude in `C`.
    **kwargs
        Passed to `fastspec.filters.chroma`: `tuning`, `ctroct`, `octwidth`, `norm`, `base_c`.

    Returns
    -------
    np.ndarray [shape=(..., 1 + n_fft // 2, t), dtype=C.dtype], non-negative

    Examples
    --------
    >>> import fastspec
    >>> import numpy as np
    >>> bank = fastspec.filters.chroma(sr=22050, n_fft=512)
    >>> C = bank @ np.ones((257, 3), np.float32)
    >>> S = fastspec.feature.inverse.chroma_to_stft(C, n_fft=512)
    >>> S.shape, bool(np.allclose(bank @ S**2, C, rtol=0.05))
    ((257, 3), True)
    """
    C = as_array(C, name="C", kinds="fiub")
    power = _exponent(power)
    bank = filters.chroma(sr=sr, n_fft=n_fft, n_chroma=C.shape[-2], dtype=C.dtype, **kwargs)
    few = len(bank) <= min(_MOST_DENSE_ROWS, bank.shape[1] // 2)
    return _magnitudes(least_norm(bank, C) if few else nnls(bank, C), power)


# Beyond it, systems of all rows take longer than they are worth.
_MOST_DENSE_ROWS = 64


def _exponent(power: float) -> float:
    """Checked before the spectrum is solved for, which takes long."""
    power = as_number(power, name="power")
    if not 0 < power < np.inf:
        raise ParameterError(f"power={power} must be positive and finite; 2 is usual, of energies")
    return power


def _magnitudes(S: np.ndarray, power: float) -> np.ndarray:
    if power == 2:
        return np.sqrt(S, out=S)
    return S if power == 1 else np.power(S, 1.0 / power, out=S)


@public
def mel_to_audio(
    M: FloatArray,
    *,
    sr: float = 22050,
    n_fft: int = 2048,
    hop_length: int | None = None,
    win_length: int | None = None,
    window: Window = "hann",
    center: bool = True,
    pad_mode: PadMode = "constant",
    power: float = 2.0,
    n_iter: int = 32,
    length: int | None = None,
    dtype: npt.DTypeLike = np.float32,
    rng: Seed | None = None,
    **kwargs: Any,
) -> FloatArray:
    """Audio with this mel spectrogram: `mel_to_stft`, then phases by `griffinlim`.

    Parameters
    ----------
    M : np.ndarray [shape=(..., n_mels, t)], non-negative
        Mel spectrogram.
    sr : float, default 22050
        Sampling rate in Hz.
    n_fft, hop_length, win_length, window, center, pad_mode
        Of the STFT that `M` came from, see `stft`.
    power : float > 0, default 2.0
        Exponent of the magnitude in `M`.
    n_iter : int, default 32
        Rounds of Griffin-Lim.
    length : int, optional
        Samples to return. Default: as many as the frames span.
    dtype : real dtype, default float32
        Of the result.
    rng : None, int, Generator, RandomState, ..., optional
        Of the phases that the search begins with, see `griffinlim`: a number makes the result repeatable.
    **kwargs
        Passed to `fastspec.filters.mel`.

    Returns
    -------
    np.ndarray [shape=(..., n), dtype=dtype]

    See Also
    --------
    mel_to_stft, fastspec.griffinlim

    Examples
    --------
    >>> import fastspec
    >>> M = fastspec.feature.melspectrogram(y=fastspec.tone(440.0, sr=22050, length=22050))
    >>> fastspec.feature.inverse.mel_to_audio(M, n_iter=2, length=22050).shape
    (22050,)
    """
    from ..core.spectrum import griffinlim

    S = mel_to_stft(M, sr=sr, n_fft=n_fft, power=power, **kwargs)
    return griffinlim(
        S,
        n_iter=n_iter,
        hop_length=hop_length,
        win_length=win_length,
        n_fft=n_fft,
        window=window,
        center=center,
        dtype=dtype,
        length=length,
        pad_mode=pad_mode,
        rng=rng,
    )


@public
def mfcc_to_mel(
    mfcc: np.ndarray,
    *,
    n_mels: int = 128,
    dct_type: DCTType = 2,
    norm: DCTNorm | None = "ortho",
    ref: float = 1.0,
    lifter: float = 0,
) -> FloatArray:
    """Mel powers of cepstral coefficients: inverse liftering and DCT, then decibels to power.

    Parameters
    ----------
    mfcc : np.ndarray [shape=(..., n_mfcc, t)]
        Cepstral coefficients; those beyond `n_mfcc` count as zero.
    n_mels : int, default 128
        Number of mel bands.
    dct_type : {1, 2, 3}, default 2
        Type of the DCT that `mfcc` took.
    norm : {None, 'ortho'}, default 'ortho'
        Its normalisation.
    ref : float, default 1.0
        The power of 0 dB.
    lifter : float >= 0, default 0
        The lifter that `mfcc` took; 0: none.

    Returns
    -------
    np.ndarray [shape=(..., n_mels, t)]

    Raises
    ------
    ParameterError
        If `lifter` is negative.

    Warns
    -----
    UserWarning
        If the lifter has a zero that it would have to divide by.

    See Also
    --------
    fastspec.feature.mfcc

    Examples
    --------
    >>> import fastspec
    >>> import numpy as np
    >>> y = np.cos(np.arange(22050.0) ** 2 / 30000)
    >>> M = fastspec.feature.melspectrogram(y=y)
    >>> coefficients = fastspec.feature.mfcc(S=fastspec.power_to_db(M), n_mfcc=128)
    >>> levels = fastspec.power_to_db(fastspec.feature.inverse.mfcc_to_mel(coefficients))
    >>> bool(np.allclose(levels, fastspec.power_to_db(M)))
    True
    """
    if not lifter >= 0:
        raise ParameterError(f"lifter={lifter} must be a non-negative number; 0 means no liftering")
    mfcc = as_array(mfcc, name="mfcc", kinds="fiub")
    if lifter > 0:
        mfcc = mfcc / (_lifter(mfcc, lifter) + tiny(mfcc))

    import scipy.fft

    work = 20 * n_mels * mfcc.size // max(mfcc.shape[-2], 1)
    levels = _foreign.call(scipy.fft.idct, mfcc, axis=-2, type=dct_type, norm=norm, n=n_mels, work=work)
    return db_to_power(levels, ref=ref)


def _lifter(mfcc: np.ndarray, lifter: float) -> np.ndarray:
    """The weights that `mfcc` gave its coefficients."""
    index = expand_to(np.arange(1, 1 + mfcc.shape[-2], dtype=mfcc.dtype), ndim=mfcc.ndim, axes=-2)
    weights = 1 + lifter * 0.5 * np.sin(np.pi * index / lifter)
    if np.any(np.abs(weights) < np.finfo(weights.dtype).eps):
        warn(
            f"lifter={lifter} has critical values, where a coefficient has no weight: dividing may meet underflow",
        )
    return weights


@public
def mfcc_to_audio(
    mfcc: np.ndarray,
    *,
    n_mels: int = 128,
    dct_type: DCTType = 2,
    norm: DCTNorm | None = "ortho",
    ref: float = 1.0,
    lifter: float = 0,
    **kwargs: Any,
) -> FloatArray:
    """Audio with these cepstral coefficients: `mfcc_to_mel`, then `mel_to_audio`.

    Parameters
    ----------
    mfcc : np.ndarray [shape=(..., n_mfcc, t)]
        Cepstral coefficients.
    n_mels, dct_type, norm, ref, lifter
        See `mfcc_to_mel`.
    **kwargs
        Passed to `mel_to_audio`, `rng` among them.

    Returns
    -------
    np.ndarray [shape=(..., n)]

    See Also
    --------
    mfcc_to_mel, mel_to_audio

    Examples
    --------
    >>> import fastspec
    >>> coefficients = fastspec.feature.mfcc(y=fastspec.tone(440.0, sr=22050, length=22050))
    >>> fastspec.feature.inverse.mfcc_to_audio(coefficients, n_iter=2, length=22050).shape
    (22050,)
    """
    M = mfcc_to_mel(mfcc, n_mels=n_mels, dct_type=dct_type, norm=norm, ref=ref, lifter=lifter)
    return mel_to_audio(M, **kwargs)
