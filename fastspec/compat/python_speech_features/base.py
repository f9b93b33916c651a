"""Features of speech, frames first: python_speech_features.base."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from ... import feature
from ..._engine.spec import MOST_N_FFT
from ..._front.banks import weights_of
from ..._front.centroids import centroids
from ..._front.specs import lifter_of
from ..._front.walk import run_clip
from ..._gate.samples import ParameterError, as_array, as_index, check_rate
from ...core.convert import hz_to_mel, mel_to_hz
from .._peer import peer
from . import _recipes
from ._recipes import EPS, bands_key, bank_recipe, finite, recipe_of, samples_of
from .sigproc import fft_length

__all__ = [
    "calculate_nfft", "delta", "fbank", "get_filterbanks", "hz2mel", "lifter", "logfbank", "mel2hz", "mfcc", "ssc",
]  # fmt: skip

WindowFunction = Callable[[int], np.ndarray] | str | npt.ArrayLike


def __dir__() -> list[str]:
    return __all__


@peer()
def mfcc(
    signal: npt.ArrayLike,
    samplerate: float = 16000,
    winlen: float = 0.025,
    winstep: float = 0.01,
    numcep: int = 13,
    nfilt: int = 26,
    nfft: int | None = 512,
    lowfreq: float = 0,
    highfreq: float | None = None,
    preemph: float = 0.97,
    ceplifter: float = 22,
    appendEnergy: bool = True,
    winfunc: WindowFunction = np.ones,
) -> np.ndarray:
    """Cepstral coefficients of a signal's mel bands.

    Parameters
    ----------
    signal : array_like [shape=(n,) or (n, 1)]
        Samples; integers count as the numbers that they are.
    samplerate : float, default 16000
        In Hz.
    winlen, winstep : float, default 0.025, 0.01
        Length of a frame, and from frame to frame, in seconds.
    numcep : int, default 13
        Number of coefficients; `nfilt` of them, if it is more.
    nfilt : int, default 26
        Number of bands.
    nfft : int, optional, default 512
        Length of the FFT; longer frames are cut to it, and a warning is logged. None for the next power of two.
    lowfreq, highfreq : float, default 0, None
        Range of the bands in Hz; None (or 0) for half the rate.
    preemph : float, default 0.97
        Pre-emphasis over the whole signal; 0 for none.
    ceplifter : float, default 22
        The lifter; 0 or less for none.
    appendEnergy : bool, default True
        Whether the logarithm of the frame's energy stands in place of the first coefficient.
    winfunc : callable, default `numpy.ones`
        The window, from its length. A name (of the symmetric window) or the samples do as well.

    Returns
    -------
    np.ndarray [shape=(frames, numcep)], float64

    Raises
    ------
    ParameterError
        If a number breaks its rule, or `signal` is no signal. It is an AssertionError, too, if `highfreq` exceeds half
        the rate.

    Examples
    --------
    >>> import numpy as np
    >>> from fastspec.compat import python_speech_features as psf
    >>> psf.mfcc(np.zeros(16000, np.int16)).shape
    (99, 13)
    """
    x, scale = samples_of(signal)
    numcep, nfilt = as_index(numcep, name="numcep"), as_index(nfilt, name="nfilt")
    recipe = recipe_of(
        samplerate, winlen, winstep, nfilt, nfft, lowfreq, highfreq, preemph, winfunc, scale=scale,
        log="ln", log_floor=0.0, log_zero=EPS, n_mfcc=min(numcep, nfilt),
        lifter=max(finite(ceplifter, "ceplifter"), 0.0),
        energy="spectrum" if appendEnergy else None, energy_place="c0",
    )  # fmt: skip
    return run_clip(recipe, x, check_finite=False)


@peer()
def fbank(
    signal: npt.ArrayLike,
    samplerate: float = 16000,
    winlen: float = 0.025,
    winstep: float = 0.01,
    nfilt: int = 26,
    nfft: int | None = 512,
    lowfreq: float = 0,
    highfreq: float | None = None,
    preemph: float = 0.97,
    winfunc: WindowFunction = np.ones,
) -> tuple[np.ndarray, np.ndarray]:
    """Mel bands of a signal, and its frames' energies.

    Parameters
    ----------
    signal, samplerate, winlen, winstep, nfilt, nfft, lowfreq, highfreq, preemph, winfunc
        As in `mfcc`.

    Returns
    -------
    feat : np.ndarray [shape=(frames, nfilt)], float64
        Power in each band; 2.22e-16 where it is 0.
    energy : np.ndarray [shape=(frames,)], float64
        Sum of each frame's spectrum; the same.

    Raises
    ------
    ParameterError
        As in `mfcc`.

    Examples
    --------
    >>> import numpy as np
    >>> from fastspec.compat import python_speech_features as psf
    >>> feat, energy = psf.fbank(np.ones(16000), nfilt=40)
    >>> feat.shape, energy.shape
    ((99, 40), (99,))
    """
    x, scale = samples_of(signal)
    recipe = recipe_of(
        samplerate, winlen, winstep, nfilt, nfft, lowfreq, highfreq, preemph, winfunc, scale=scale, log=None,
        energy="spectrum", energy_place="last",
    )  # fmt: skip
    both = run_clip(recipe, x, check_finite=False)
    both[both == 0] = EPS
    return np.ascontiguousarray(both[:, :-1]), both[:, -1].copy()


@peer()
def logfbank(
    signal: npt.ArrayLike,
    samplerate: float = 16000,
    winlen: float = 0.025,
    winstep: float = 0.01,
    nfilt: int = 26,
    nfft: int | None = 512,
    lowfreq: float = 0,
    highfreq: float | None = None,
    preemph: float = 0.97,
    winfunc: WindowFunction = np.ones,
) -> np.ndarray:
    """Natural logarithms of a signal's mel bands.

    Parameters
    ----------
    signal, samplerate, winlen, winstep, nfilt, nfft, lowfreq, highfreq, preemph, winfunc
        As in `mfcc`.

    Returns
    -------
    np.ndarray [shape=(frames, nfilt)], float64

    Raises
    ------
    ParameterError
        As in `mfcc`.

    Examples
    --------
    >>> import numpy as np
    >>> from fastspec.compat import python_speech_features as psf
    >>> psf.logfbank(np.zeros(8000), samplerate=8000, nfft=256).max().round(2).item()
    -36.04
    """
    x, scale = samples_of(signal)
    recipe = recipe_of(
        samplerate, winlen, winstep, nfilt, nfft, lowfreq, highfreq, preemph, winfunc, scale=scale, log="ln",
        log_floor=0.0, log_zero=EPS,
    )  # fmt: skip
    return run_clip(recipe, x, check_finite=False)


@peer()
def ssc(
    signal: npt.ArrayLike,
    samplerate: float = 16000,
    winlen: float = 0.025,
    winstep: float = 0.01,
    nfilt: int = 26,
    nfft: int | None = 512,
    lowfreq: float = 0,
    highfreq: float | None = None,
    preemph: float = 0.97,
    winfunc: WindowFunction = np.ones,
) -> np.ndarray:
    """Spectral subband centroids: the mean frequency in each band, where bins are taken for 1 Hz to half the rate.

    Parameters
    ----------
    signal, samplerate, winlen, winstep, nfilt, nfft, lowfreq, highfreq, preemph, winfunc
        As in `mfcc`.

    Returns
    -------
    np.ndarray [shape=(frames, nfilt)], float64
        In Hz; NaN for bands so narrow that they have no bin.

    Raises
    ------
    ParameterError
        As in `mfcc`.

    Examples
    --------
    >>> import numpy as np
    >>> from fastspec.compat import python_speech_features as psf
    >>> bool(np.all(np.diff(psf.ssc(np.sin(np.arange(4000.0)))[0]) > 0))
    True
    """
    x, scale = samples_of(signal)
    recipe = recipe_of(
        samplerate, winlen, winstep, nfilt, nfft, lowfreq, highfreq, preemph, winfunc, scale=scale, log=None
    )
    return centroids(recipe, x, lowest=1.0)


@peer()
def get_filterbanks(
    nfilt: int = 20,
    nfft: int = 512,
    samplerate: float = 16000,
    lowfreq: float = 0,
    highfreq: float | None = None,
) -> np.ndarray:
    """The weights of the mel bands.

    Parameters
    ----------
    nfilt : int, default 20
        Number of bands.
    nfft : int, default 512
        Length of the FFT.
    samplerate : float, default 16000
        In Hz.
    lowfreq, highfreq : float, default 0, None
        Range in Hz; None (or 0) for half the rate.

    Returns
    -------
    np.ndarray [shape=(nfilt, nfft // 2 + 1)], float64

    Raises
    ------
    ParameterError
        As in `mfcc`.

    Examples
    --------
    >>> from fastspec.compat import python_speech_features as psf
    >>> psf.get_filterbanks().shape
    (20, 257)
    """
    key = bands_key(samplerate, nfilt, fft_length(nfft, "nfft"), lowfreq, highfreq)
    return weights_of(bank_recipe(*key), 1)


@peer()
def lifter(cepstra: npt.ArrayLike, L: float = 22) -> np.ndarray:
    """Cepstral coefficients times ``1 + (L / 2) sin(pi n / L)``.

    Parameters
    ----------
    cepstra : array_like [shape=(frames, numcep)]
        Coefficients.
    L : float, default 22
        The lifter; 0 or less for none.

    Returns
    -------
    np.ndarray [shape=(frames, numcep)]

    Raises
    ------
    ParameterError
        If `cepstra` is no matrix.

    Examples
    --------
    >>> import numpy as np
    >>> from fastspec.compat import python_speech_features as psf
    >>> psf.lifter(np.ones((1, 3))).round(3).tolist()
    [[1.0, 2.565, 4.099]]
    """
    cepstra, L = as_array(cepstra, name="cepstra"), finite(L, "L")
    if not L > 0:
        return cepstra
    if cepstra.ndim != 2:
        raise ParameterError(f"cepstra.shape={cepstra.shape} must be (frames, coefficients)")
    return lifter_of(np.arange(cepstra.shape[1]), L) * cepstra


@peer()
def delta(feat: npt.ArrayLike, N: int) -> np.ndarray:
    """Derivatives in time by regression over `N` frames on either side; the first and the last are repeated beyond.

    Parameters
    ----------
    feat : array_like [shape=(frames, n)]
        Features.
    N : int >= 1
        Frames on either side.

    Returns
    -------
    np.ndarray [shape=(frames, n)]
        float32 for float32, else float64.

    Raises
    ------
    ParameterError
        If `N` is not positive, or `feat` no matrix.

    Examples
    --------
    >>> import numpy as np
    >>> from fastspec.compat import python_speech_features as psf
    >>> psf.delta(np.arange(5.0)[:, np.newaxis], 1).ravel().round(9).tolist()
    [0.5, 1.0, 1.0, 1.0, 0.5]
    """
    feat = as_array(feat, name="feat", kinds="fiub")
    if feat.ndim != 2:
        raise ParameterError(f"feat.shape={feat.shape} must be (frames, features)")
    if (N := as_index(N, name="N")) > MOST_N_FFT:
        raise ParameterError(f"N={N} exceeds {MOST_N_FFT}; use fewer frames")
    width = 2 * N + 1
    if not feat.size:
        return feat.astype(np.float64)
    feat = feat if feat.dtype.kind == "f" else feat.astype(np.float64)
    return feature.delta(feat, width=width, axis=0, mode="nearest")


@peer()
def calculate_nfft(samplerate: float, winlen: float) -> int:
    """The least power of two that holds a frame.

    Parameters
    ----------
    samplerate : float
        In Hz.
    winlen : float
        Length of a frame in seconds.

    Returns
    -------
    int

    Examples
    --------
    >>> from fastspec.compat import python_speech_features as psf
    >>> psf.calculate_nfft(44100, 0.025)
    2048
    """
    check_rate(samplerate, name="samplerate")
    _recipes.samples_in(winlen, samplerate, "winlen")
    return _recipes.calculate_nfft(samplerate, winlen)


@peer()
def hz2mel(hz: npt.ArrayLike) -> Any:
    """Mel of frequencies: ``2595 log10(1 + hz / 700)``.

    Parameters
    ----------
    hz : number or array_like
        Frequencies in Hz.

    Returns
    -------
    float or np.ndarray

    Examples
    --------
    >>> from fastspec.compat import python_speech_features as psf
    >>> round(float(psf.hz2mel(1000)), 2)
    999.99
    """
    as_array(hz, name="hz", kinds="fiub")
    return hz_to_mel(hz, htk=True)  # type: ignore[arg-type]  # any array_like


@peer()
def mel2hz(mel: npt.ArrayLike) -> Any:
    """Frequencies of mel: ``700 (10 ** (mel / 2595) - 1)``.

    Parameters
    ----------
    mel : number or array_like
        Mel.

    Returns
    -------
    float or np.ndarray

    Examples
    --------
    >>> from fastspec.compat import python_speech_features as psf
    >>> round(float(psf.mel2hz(1000)), 2)
    1000.02
    """
    as_array(mel, name="mel", kinds="fiub")
    return mel_to_hz(mel, htk=True)  # type: ignore[arg-type]  # any array_like
