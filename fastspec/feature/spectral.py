"""Mel spectrograms, log-mel spectrograms, mel-frequency cepstral coefficients."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from .._engine.spec import Spec, precision_of
from .._front import specs
from .._front.program import Program, mel_program
from .._front.source import Source, of_samples, of_spectrogram
from .._front.walk import features, run_given
from .._gate.complaints import public
from .._gate.samples import DTypeError, ParameterError, as_array, as_samples, check_amin, check_channels_first
from .._lazy import gather
from ..core.spectrum import _spectrogram, power_to_db
from ..pcm import pcm_to_float

if TYPE_CHECKING:
    import numpy.typing as npt

    from .._front.specs import StftArguments
    from .._front.windows import Window
    from .._gate.kinds import DCTNorm, DCTType, FloatArray, PadMode


@public
def melspectrogram(
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
    power: float = 2.0,
    **kwargs: Any,
) -> FloatArray:
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
        source = of_samples(y, n_fft, hop_length, win_length, window, center, pad_mode, power=power)
        return features(_program(source, sr, power, kwargs), source)
    if S is None:
        S, n_fft = _spectrogram(
            y=y, n_fft=n_fft, hop_length=hop_length, power=power, win_length=win_length, window=window, center=center,
            pad_mode=pad_mode,
        )  # fmt: skip
    return _mel_of_spectrum(of_spectrogram(S, n_fft), sr, kwargs)


def _program(
    source: Source[StftArguments], sr: float, power: float, bank: dict[str, Any], levels: tuple[Any, ...] | None = None,
    top: Any = None, *, to_peak: bool = False, cepstrum: tuple[Any, ...] | None = None,
) -> Program:  # fmt: skip
    """Mel bands, their levels by (multiplier, floor, offset) and limits, and a cepstrum of those."""
    bank_key, weights = specs.mel_bank(sr=sr, n_fft=source.n_fft, **bank)
    precision = max(precision_of(source.x.dtype), precision_of(weights.dtype))
    n_bands = len(weights)
    second = _cepstrum(n_bands, precision, *cepstrum) if cepstrum and n_bands > 1 else None
    return mel_program(source.stft, precision, 2 if power == 2 else 1, bank_key, levels, second, top, to_peak)


def _mel_of_spectrum(source: Source[None], sr: float, bank: dict[str, Any]) -> np.ndarray:
    S = source.x
    bank_key, weights = specs.mel_bank(sr=sr, n_fft=source.n_fft, **bank)
    direct = S.dtype in (np.float32, np.float64) and weights.dtype.itemsize <= S.itemsize and len(weights)
    if not direct or S.shape[-2] != weights.shape[-1]:
        return np.einsum("...ft,mf->...mt", S, weights, optimize=True)
    return run_given(specs.mel_spec(specs.given_spec(S.shape[-2], precision_of(S.dtype)), bank_key, None), S)


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
    pad_mode: PadMode = "constant",
    power: float = 2.0,
    ref: float | Callable[..., Any] = 1.0,
    amin: float = 1e-10,
    top_db: float | None = 80.0,
    check_finite: bool = True,
    **kwargs: Any,
) -> FloatArray:
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
    check_amin(amin)
    specs.check_top_db(top_db)
    if "fmin" in kwargs or "fmax" in kwargs:
        specs.check_mel_range(sr, kwargs)
    to_peak = ref is np.max
    if (callable(ref) and not to_peak) or power not in (1, 2):
        y = as_samples(y, pcm=True)
        S = melspectrogram(
            y=y if y.dtype.kind == "f" else pcm_to_float(y), sr=sr, n_fft=n_fft, hop_length=hop_length,
            win_length=win_length, window=window, center=center, pad_mode=pad_mode, power=power, **kwargs,
        )  # fmt: skip
        return np.asarray(power_to_db(S, ref=ref, amin=amin, top_db=top_db))
    levels = (10.0, float(amin), 0.0 if to_peak else specs.offset_of(ref, amin))
    source = of_samples(y, n_fft, hop_length, win_length, window, center, pad_mode, power=power, pcm=True)
    program = _program(source, sr, power, kwargs, levels, None if top_db is None else float(top_db), to_peak=to_peak)
    return features(program, source, check_finite=check_finite)


@public
def mfcc(
    *,
    y: FloatArray | None = None,
    sr: float = 22050,
    S: np.ndarray | None = None,
    n_mfcc: int = 20,
    dct_type: DCTType = 2,
    norm: DCTNorm | None = "ortho",
    lifter: float = 0,
    mel_norm: Literal["slaney"] | float | None = "slaney",
    **kwargs: Any,
) -> FloatArray:
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
    options = (n_mfcc, dct_type, norm, lifter)
    if S is None and y is not None and kwargs.get("S") is None and kwargs.get("power", 2.0) in (1, 2):
        program, source = _levels_for_cepstrum(y, sr, mel_norm, options, **kwargs)
        S = features(program, source)
        if program.second:
            return S
    elif S is None:
        S = np.asarray(power_to_db(melspectrogram(y=y, sr=sr, norm=mel_norm, **kwargs)))
    S = as_array(S, name="S")
    if S.ndim < 2:
        raise ParameterError(f"S.shape={S.shape} must be (..., bands, frames)")
    n_bands = S.shape[-2]
    if n_bands == 0:
        raise ParameterError(f"S.shape={S.shape} has no bands to transform; use n_mels of at least n_mfcc={n_mfcc}")
    if dct_type == 1 and n_bands < 2:
        raise ParameterError(f"S.shape={S.shape}: a DCT of dct_type=1 needs two bands; use dct_type=2")
    second = _cepstrum(n_bands, precision_of(S.dtype), *options)
    if second is None or S.dtype not in (np.float32, np.float64):
        return _cepstrum_by_scipy(S, *options)
    return run_given(second, S)


def _levels_for_cepstrum(
    y: Any, sr: float, mel_norm: Any, cepstrum: tuple[Any, ...], *, n_fft: int = 2048, hop_length: int = 512,
    win_length: Any = None, window: Any = "hann", center: bool = True, pad_mode: Any = "constant", power: Any = 2.0,
    **bank: Any,
) -> tuple[Program, Source[StftArguments]]:  # fmt: skip
    source = of_samples(y, n_fft, hop_length, win_length, window, center, pad_mode, power=power)
    bank.pop("S", None)
    levels = (10.0, 1e-10, 0.0)
    return _program(source, sr, power, {"norm": mel_norm, **bank}, levels, 80.0, cepstrum=cepstrum), source


def _cepstrum(n_bands: int, precision: int, n_mfcc: int, dct_type: Any, norm: Any, lifter: Any) -> Spec | None:
    """The DCT of so many levels; None if no coefficient is asked for."""
    try:
        n_mfcc = len(range(n_bands)[:n_mfcc])
    except TypeError:
        raise DTypeError(f"n_mfcc={n_mfcc!r} must be an integer, or None for all coefficients") from None
    return specs.cepstrum_spec(n_bands, n_mfcc, precision, dct_type, norm, lifter) if n_mfcc else None


def _cepstrum_by_scipy(S: Any, n_mfcc: int, dct_type: Any, norm: Any, lifter: Any) -> np.ndarray:
    """The DCT of other dtypes, as scipy.fft.dct promotes them."""
    import scipy.fft

    M = scipy.fft.dct(S, axis=-2, type=dct_type, norm=norm)[..., :n_mfcc, :]
    return specs.liftered(M, np.arange(1, 1 + M.shape[-2]), lifter).astype(M.dtype, copy=False)


# The rest of librosa's module of this name.
__getattr__, __dir__, __all__ = gather(__name__, "_chroma", "_descriptors", "_energy")
