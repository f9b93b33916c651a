"""From a recipe's bands back to audio: the least spectrum with these bands, phases by Griffin and Lim, the signal."""

from __future__ import annotations

from typing import Any

import numpy as np

from .._engine import foreign as _foreign
from .banks import bank_of, window_of
from .recipe import Recipe
from .specs import lifter_of


def power_of(recipe: Recipe, levels: np.ndarray, energy: np.ndarray | None = None) -> np.ndarray:
    """The power spectrum (bins, frames) of least norm with these natural logarithms (bands, frames) of bands, as nearly
    as can be; its sum over the bins is that of the logarithms `energy` (frames), if given.
    """
    from ..util import nnls

    highest = levels.max(axis=0)  # of each frame: so none is too small or too large for the solver
    bank: Any = bank_of(recipe, 1)
    power = nnls(bank, np.exp(levels - highest))
    if energy is not None:
        sums = power.sum(axis=0)
        return power * (np.exp(energy) / np.where(sums == 0, 1, sums))
    return power * np.exp(highest)


def bands_of_cepstrum(recipe: Recipe, cepstrum: np.ndarray) -> np.ndarray:
    """Logarithms of bands (bands, frames) of their first cepstral coefficients; those that are not there count as 0."""
    import scipy.fft

    if recipe.lifter > 0:
        ramp = lifter_of(np.arange(len(cepstrum)) + recipe.lifter_from, recipe.lifter)[:, np.newaxis]
        cepstrum = np.divide(cepstrum, ramp, out=np.zeros(cepstrum.shape), where=ramp != 0)
    n, work = recipe.n_mels, 20 * recipe.n_mels * cepstrum.shape[1]
    return _foreign.call(scipy.fft.idct, cepstrum, axis=0, norm=recipe.dct_norm, n=n, work=work)


def audio_of_power(recipe: Recipe, power: np.ndarray, *, n_iter: int, rng: Any) -> np.ndarray:
    """Samples with this power spectrum (bins, frames). Frames start with the signal, and pre-emphasis is taken back."""
    from ..core.spectrum import griffinlim
    from ..effects import deemphasis

    frame = recipe.frame_length or recipe.n_fft
    window = window_of(recipe)[:frame]
    # In the middle of a longer frame of griffinlim's, whose hops are the same.
    y = griffinlim(
        np.sqrt(power), n_iter=n_iter, hop_length=recipe.hop_length, n_fft=recipe.n_fft, win_length=frame,
        window=window, center=False, rng=rng,
    )  # fmt: skip
    start = (recipe.n_fft - frame) // 2
    y = y[start : start + (power.shape[-1] - 1) * recipe.hop_length + frame]
    return deemphasis(y, coef=recipe.preemphasis, zi=np.zeros(1)) if recipe.preemphasis else y
