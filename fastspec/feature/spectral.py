"""Mel spectrograms, log-mel spectrograms, mel-frequency cepstral coefficients."""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from .._engine import arrays as _arrays
from .._engine import plans as _plans
from .._engine.spec import Spectrum, precision_of
from .._front import specs
from .._front.walk import run_given
from .._gate.complaints import public
from .._gate.samples import DTypeError, ParameterError, as_array, as_samples, check_channels_first, promoted
from .._lazy import gather
from ..core.spectrum import power_to_db
from ..core.spectrum._stft import _spectrogram, check_length, framed
from ..pcm import pcm_to_float

if TYPE_CHECKING:
    import numpy.typing as npt

    from .._front.windows import Window


@public
def melspectrogram(
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
    power: float = 2.0,
    **kwargs: Any,
) -> np.ndarray:
    """Mel spectrogram: energy in bands that are equally wide to the ear.

    From audio, frames go through window, FFT, power and filter bank one small block at a time; the spectrogram itself
    is never stored.

    Parameters
    ----------
    y : np.ndarray [shape=(..., n)], optional
        Samples, if there is no `S`.
    sr : float, default 22050
        Sampling rate in Hz.
    S : np.ndarray [shape=(..., 1 + n_fft // 2, t)], optional
        A spectrogram to sum into bands.
    n_fft, hop_length, win_length, window, center, pad_mode
        See `fastspec.stft`.
    power : float, default 2.0
        Exponent of the magnitude spectrogram: 2 for power, 1 for magnitude.
    **kwargs
        For `fastspec.filters.mel`: `n_mels`, `fmin`, `fmax`, `htk`, `norm`, `dtype`.

    Returns
    -------
    np.ndarray [shape=(..., n_mels, t)]
        In the precision of `y` or `S`.

    Raises
    ------
    ParameterError
        As `fastspec.stft` and `fastspec.filters.mel`; if there is neither `y` nor `S`.

    Examples
    --------
    >>> import fastspec
    >>> import numpy as np
    >>> y = np.random.default_rng(0).standard_normal(16000).astype(np.float32)
    >>> fastspec.feature.melspectrogram(y=y, sr=16000, n_fft=400, hop_length=160, n_mels=80).shape
    (80, 101)
    """
    if S is None and y is not None and power in (1, 2):
        stft = (n_fft, hop_length, win_length, window, center, pad_mode)
        return _mel_of_samples(y, sr, stft, power, None, kwargs)[0]
    S, n_fft = _spectrogram(
        y=y, S=S, n_fft=n_fft, hop_length=hop_length, power=power, win_length=win_length, window=window, center=center,
        pad_mode=pad_mode,
    )  # fmt: skip
    return _mel_of_spectrum(S, sr, n_fft, kwargs)


def _mel_of_samples(
    y, sr, stft: tuple, power: float, levels: tuple | None, bank: dict, *, check_finite: bool = True,
    pcm: bool = False,
):  # fmt: skip
    """The fused path: (mel bands or their levels, the highest and lowest level of each channel)."""
    x, arguments = framed(y, *stft, pcm=pcm)
    x = promoted(x, power)
    bank_key, weights = specs.mel_bank(sr=sr, n_fft=arguments.n_fft, **bank)
    kind = Spectrum.POWER if power == 2 else Spectrum.MAGNITUDE
    precision = max(precision_of(x.dtype), precision_of(weights.dtype))
    spec = specs.mel_spec(arguments, precision, kind, bank_key, levels)
    n_frames = check_length(
        spec.framing, x, center=arguments.center, pad_mode=arguments.pad_mode
    )
    if not len(weights):
        return _no_bands(x, n_frames, spec.dtype)
    out = _plans.allocate(spec, x.shape[:-1], n_frames, frame_major=False)
    return out, _plans.run(spec, x, out, check_finite=check_finite)


def _no_bands(x: np.ndarray, n_frames: int, dtype: np.dtype):
    """What `n_mels=0` gives; to C, a bank without bands is no bank."""
    extent = np.full((2, prod(x.shape[:-1])), -np.inf)
    extent[1] = np.inf
    return np.empty((*x.shape[:-1], 0, n_frames), dtype), extent


def _mel_of_spectrum(S: np.ndarray, sr, n_fft: int, bank_arguments: dict) -> np.ndarray:
    bank_key, bank = specs.mel_bank(sr=sr, n_fft=n_fft, **bank_arguments)
    direct = S.dtype in (np.float32, np.float64) and bank.dtype.itemsize <= S.itemsize and len(bank)
    if not direct or S.shape[-2] != bank.shape[-1]:
        return np.einsum("...ft,mf->...mt", S, bank, optimize=True)
    spec = specs.mel_of_spectrum_spec(S.shape[-2], precision_of(S.dtype), bank_key)
    return run_given(spec, S)


@public
def logmel(
    *,
    y: npt.ArrayLike,
    sr: float = 22050,
    n_fft: int = 2048,
    hop_length: int = 512,
    win_length: int | None = None,
    window: Window = "hann",
    center: bool = True,
    pad_mode: str = "constant",
    power: float = 2.0,
    ref: float | Callable[..., Any] = 1.0,
    amin: float = 1e-10,
    top_db: float | None = 80.0,
    check_finite: bool = True,
    **kwargs: Any,
) -> np.ndarray:
    """Mel spectrogram in decibels: `melspectrogram` and `power_to_db` in one go, with the same values.

    Parameters
    ----------
    y : array_like [shape=(..., n)]
        Samples, floating-point; or int16, int32, uint8, int8 or uint16, which count as `fastspec.pcm_to_float` has them
        and are never copied into floats as a whole.
    sr, n_fft, hop_length, win_length, window, center, pad_mode, power, **kwargs
        As in `melspectrogram`.
    ref : float or callable, default 1.0
        The power of 0 dB. ``np.max``: the loudest band of each channel.
    amin : float > 0, default 1e-10
        Smaller powers count as this much.
    top_db : float >= 0 or None, default 80.0
        Nothing ends up more than this below the peak of its channel.
    check_finite : bool, default True
        Whether NaN or infinity in `y` is an error. False: it shows in the frames that touch it and no others.

    Returns
    -------
    np.ndarray [shape=(..., n_mels, t)]
        Decibels, in the precision of `y`; float32 for integers.

    Raises
    ------
    ParameterError
        As `melspectrogram` and `power_to_db`.

    Examples
    --------
    >>> import fastspec
    >>> import numpy as np
    >>> y = np.random.default_rng(0).standard_normal(22050).astype(np.float32)
    >>> L = fastspec.feature.logmel(y=y, sr=22050, ref=np.max)
    >>> L.shape, L.max().item()
    ((128, 44), 0.0)
    """
    if not isinstance(y, np.ndarray):
        y = as_array(y, name="y")
    if y.ndim == 2:
        check_channels_first(y, n_fft)
    specs.check_amin(amin)
    specs.check_top_db(top_db)
    if "fmin" in kwargs or "fmax" in kwargs:
        specs.check_mel_range(sr, kwargs)
    by_peak = ref is np.max
    if (callable(ref) and not by_peak) or power not in (1, 2):
        y = as_samples(y, pcm=True)
        S = melspectrogram(
            y=y if y.dtype.kind == "f" else pcm_to_float(y), sr=sr, n_fft=n_fft, hop_length=hop_length,
            win_length=win_length, window=window, center=center, pad_mode=pad_mode, power=power, **kwargs,
        )  # fmt: skip
        return np.asarray(power_to_db(S, ref=ref, amin=amin, top_db=top_db))
    offset = 0.0 if by_peak else specs.offset_of(ref, amin)
    stft = (n_fft, hop_length, win_length, window, center, pad_mode)
    levels = (10.0, float(amin), offset)
    L, extent = _mel_of_samples(y, sr, stft, power, levels, kwargs, check_finite=check_finite, pcm=True)
    if L.size and (by_peak or top_db is not None):
        _clamp_channels(L, extent, by_peak, top_db)
    return L


def _clamp_channels(L: np.ndarray, extent: np.ndarray, by_peak: bool, top_db: float | None) -> None:
    """Levels below the peak, or no further than `top_db` from it, in place; most of the time there is nothing to do."""
    channels = L.reshape(-1, *L.shape[-2:]) if L.ndim > 2 else (L,)
    for i, channel in enumerate(channels):
        peak, lowest = extent.item(0, i), extent.item(1, i)
        shift, lower = -peak if by_peak else 0.0, -np.inf if top_db is None else peak - top_db
        if shift or not lowest >= lower:
            _arrays.clamp(channel, shift=shift, lower=lower + shift)


@public
def mfcc(
    *,
    y: np.ndarray | None = None,
    sr: float = 22050,
    S: np.ndarray | None = None,
    n_mfcc: int = 20,
    dct_type: Literal[1, 2, 3] = 2,
    norm: Literal["ortho"] | None = "ortho",
    lifter: float = 0,
    mel_norm: Literal["slaney"] | float | None = "slaney",
    **kwargs: Any,
) -> np.ndarray:
    """Mel-frequency cepstral coefficients: the DCT of a log-mel spectrogram over its bands.

    Parameters
    ----------
    y : np.ndarray [shape=(..., n)], optional
        Samples, if there is no `S`.
    sr : float, default 22050
        Sampling rate in Hz.
    S : np.ndarray [shape=(..., d, t)], optional
        A log-mel spectrogram.
    n_mfcc : int, default 20
        Number of coefficients, counted from the mean level.
    dct_type : {1, 2, 3}, default 2
        Type of the DCT.
    norm : 'ortho' or None, default 'ortho'
        Whether the DCT is orthonormal.
    lifter : float >= 0, default 0
        If positive, coefficient n (from 0) is multiplied by ``1 + lifter / 2 * sin(pi (n + 1) / lifter)``.
    mel_norm : 'slaney', float or None, default 'slaney'
        `norm` of `fastspec.filters.mel`.
    **kwargs
        For `melspectrogram`, if `y` is given.

    Returns
    -------
    np.ndarray [shape=(..., n_mfcc, t)]

    Raises
    ------
    ParameterError
        If `lifter` is negative or there are no bands; as `melspectrogram`.

    References
    ----------
    .. [1] S. Davis and P. Mermelstein, "Comparison of parametric representations for monosyllabic word recognition in
       continuously spoken sentences", IEEE Trans. ASSP 28 (1980).

    Examples
    --------
    >>> import fastspec
    >>> import numpy as np
    >>> y = np.random.default_rng(0).standard_normal(22050).astype(np.float32)
    >>> fastspec.feature.mfcc(y=y, sr=22050, n_mfcc=13).shape
    (13, 44)
    """
    specs.check_lifter(lifter)
    clamp = None
    if S is None and y is not None and kwargs.get("S") is None and kwargs.get("power", 2.0) in (1, 2):
        S, (peaks, _) = _levels_for_cepstrum(y, sr, mel_norm, **kwargs)
        clamp = np.stack([np.zeros_like(peaks), peaks - 80.0], axis=-1)
    elif S is None:
        S = np.asarray(power_to_db(melspectrogram(y=y, sr=sr, norm=mel_norm, **kwargs)))
    S = as_array(S, name="S")
    if S.ndim > 1 and S.shape[-2] == 0:
        raise ParameterError(f"S.shape={S.shape} has no bands to transform; use n_mels of at least n_mfcc={n_mfcc}")
    try:
        n_mfcc = len(range(S.shape[-2] if S.ndim > 1 else 0)[:n_mfcc])
    except TypeError:
        raise DTypeError(f"n_mfcc={n_mfcc!r} must be an integer, or None for all coefficients") from None
    if dct_type == 1 and S.ndim > 1 and S.shape[-2] < 2:
        raise ParameterError(f"S.shape={S.shape}: a DCT of dct_type=1 needs two bands; use dct_type=2")
    if S.dtype not in (np.float32, np.float64) or n_mfcc == 0:
        return _cepstrum_by_scipy(S, n_mfcc, dct_type, norm, lifter)
    spec = specs.cepstrum_spec(S.shape[-2], n_mfcc, precision_of(S.dtype), dct_type, norm, lifter)
    return run_given(spec, S, clamp=clamp)


def _levels_for_cepstrum(
    y, sr, mel_norm, *, n_fft=2048, hop_length=512, win_length=None, window="hann", center=True, pad_mode="constant",
    power=2.0, **bank,
):  # fmt: skip
    """Levels not yet limited to 80 dB below the peak: the DCT's pass does that as it reads them."""
    stft = (n_fft, hop_length, win_length, window, center, pad_mode)
    bank.pop("S", None)
    return _mel_of_samples(y, sr, stft, power, (10.0, 1e-10, 0.0), {"norm": mel_norm, **bank})


def _cepstrum_by_scipy(S, n_mfcc, dct_type, norm, lifter):
    """Other dtypes and shapes, which scipy.fft.dct has a rule for."""
    import scipy.fft

    M = scipy.fft.dct(S, axis=-2, type=dct_type, norm=norm)[..., :n_mfcc, :]
    if lifter > 0:
        M *= (1 + lifter / 2 * np.sin(np.pi * np.arange(1, 1 + M.shape[-2]) / lifter))[:, np.newaxis]
    return M


# The rest of librosa's module of this name.
__getattr__, __dir__, __all__ = gather(__name__, "_chroma", "_descriptors", "_energy")
