"""The way back, which python_speech_features does not have: audio with given features, which may have been changed."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from ..._front.back import audio_of_power, bands_of_cepstrum, power_of
from ..._front.recipe import Recipe
from ..._gate.samples import ParameterError, as_array, as_index, check_size
from .._peer import peer
from ._recipes import finite, recipe_of
from .base import WindowFunction


@peer()
def logfbank_to_audio(
    feat: npt.ArrayLike,
    samplerate: float = 16000,
    winlen: float = 0.025,
    winstep: float = 0.01,
    nfft: int | None = 512,
    lowfreq: float = 0,
    highfreq: float | None = None,
    preemph: float = 0.97,
    winfunc: WindowFunction = np.ones,
    *,
    n_iter: int = 32,
    length: int | None = None,
    rng: Any = None,
) -> np.ndarray:
    """A signal whose `logfbank` is, as nearly as can be found, `feat`.

    Bands become the least spectrum that has them, Griffin and Lim's search finds phases, and pre-emphasis is undone.

    Parameters
    ----------
    feat : array_like [shape=(frames, nfilt)]
        What `logfbank` gives; for `fbank`, pass its logarithm.
    samplerate, winlen, winstep, nfft, lowfreq, highfreq, preemph, winfunc
        As they were in `logfbank`.
    n_iter : int, default 32
        Rounds of the search.
    length : int, optional
        Samples to return. Default: as many as the frames span.
    rng : None, int, Generator, optional
        What `numpy.random.default_rng` takes, for the phases at the start.

    Returns
    -------
    np.ndarray [shape=(n,)], float64
        Samples, in the numbers of the signal that `feat` came from: up to 32768 for that of int16 samples.

    Raises
    ------
    ParameterError
        If `feat` is no matrix of finite numbers, or a number breaks its rule.

    See Also
    --------
    mfcc_to_audio

    Examples
    --------
    >>> import numpy as np
    >>> from fastspec.compat import python_speech_features as psf
    >>> y = np.sin(np.arange(8000) / 5.0)
    >>> psf.logfbank_to_audio(psf.logfbank(y), length=8000, n_iter=4, rng=0).shape
    (8000,)
    """
    levels = _features(feat)
    recipe = recipe_of(
        samplerate, winlen, winstep, levels.shape[1], nfft, lowfreq, highfreq, preemph, winfunc, log=None
    )
    return _audio(recipe, levels.T, None, n_iter, length, rng)


@peer()
def mfcc_to_audio(
    feat: npt.ArrayLike,
    samplerate: float = 16000,
    winlen: float = 0.025,
    winstep: float = 0.01,
    nfilt: int = 26,
    nfft: int | None = 512,
    lowfreq: float = 0,
    highfreq: float | None = None,
    preemph: float = 0.97,
    ceplifter: float = 22,
    appendEnergy: bool = True,
    winfunc: WindowFunction = np.ones,
    *,
    n_iter: int = 32,
    length: int | None = None,
    rng: Any = None,
) -> np.ndarray:
    """A signal whose `mfcc` is, as nearly as can be found, `feat`.

    Parameters
    ----------
    feat : array_like [shape=(frames, numcep)]
        What `mfcc` gives; coefficients that are not there count as 0, which leaves the bands smoother than they were.
    samplerate, winlen, winstep, nfilt, nfft, lowfreq, highfreq, preemph, ceplifter, appendEnergy, winfunc
        As they were in `mfcc`. With `appendEnergy`, each frame gets the energy that its first coefficient says.
    n_iter, length, rng
        As in `logfbank_to_audio`.

    Returns
    -------
    np.ndarray [shape=(n,)], float64
        Samples.

    Raises
    ------
    ParameterError
        If `feat` is no matrix of finite numbers, has more coefficients than `nfilt`, or a number breaks its rule.

    See Also
    --------
    logfbank_to_audio

    Examples
    --------
    >>> import numpy as np
    >>> from fastspec.compat import python_speech_features as psf
    >>> y = np.sin(np.arange(8000) / 5.0)
    >>> psf.mfcc_to_audio(psf.mfcc(y), length=8000, n_iter=4, rng=0).shape
    (8000,)
    """
    cepstrum = _features(feat).T
    if len(cepstrum) > as_index(nfilt, name="nfilt"):
        raise ParameterError(
            f"feat has {len(cepstrum)} coefficients, more than nfilt={nfilt}; pass the nfilt of `mfcc`"
        )
    recipe = recipe_of(
        samplerate, winlen, winstep, nfilt, nfft, lowfreq, highfreq, preemph, winfunc, log=None, n_mfcc=len(cepstrum),
        lifter=max(finite(ceplifter, "ceplifter"), 0.0),
    )  # fmt: skip
    energy = None
    if appendEnergy:
        energy, cepstrum = cepstrum[0], np.concatenate([np.zeros((1, cepstrum.shape[1])), cepstrum[1:]])
    return _audio(recipe, bands_of_cepstrum(recipe, cepstrum), energy, n_iter, length, rng)


def _features(feat: Any) -> np.ndarray:
    feat = as_array(feat, name="feat", kinds="fiub").astype(np.float64, copy=False)
    if feat.ndim != 2 or not feat.size:
        raise ParameterError(f"feat.shape={feat.shape} must be (frames, features), at least one of each")
    if not np.isfinite(feat).all():
        raise ParameterError("feat is not finite everywhere; clean it with np.nan_to_num(feat)")
    return feat


def _audio(recipe: Recipe, levels: np.ndarray, energy: Any, n_iter: int, length: Any, rng: Any) -> np.ndarray:
    n_iter = as_index(n_iter, name="n_iter", minimum=0)
    if length is not None:
        check_size((as_index(length, name="length", minimum=0),), np.dtype(np.float64))
    y = audio_of_power(recipe, power_of(recipe, levels, energy), n_iter=n_iter, rng=rng)
    if length is None:
        return y
    return y[:length] if length <= len(y) else np.pad(y, (0, length - len(y)))
