"""Windows and filter banks of recipes, in float64."""

from __future__ import annotations

from typing import Any

import numpy as np

from .._gate.samples import ParameterError
from ..core.convert import hz_to_mel, mel_to_hz
from ..util.utils import pad_center
from .mel import mel_weights
from .recipe import Recipe
from .windows import get_window


def window_of(recipe: Recipe) -> np.ndarray:
    """The window in the middle of its frame, zeros up to n_fft behind it, and what the spectrum is to be divided by."""
    frame = recipe.frame_length or recipe.n_fft
    samples = _samples(recipe, recipe.win_length or frame)
    window = np.zeros(recipe.n_fft)
    window[:frame] = pad_center(samples, size=frame)
    divisor = {
        None: 1.0, "window": np.sqrt(np.sum(samples**2)), "sum": np.sum(samples), "n_fft": np.sqrt(recipe.n_fft),
    }[recipe.spectrum_norm]  # fmt: skip
    if not divisor:
        raise ParameterError(f"window sums to 0, and spectrum_norm={recipe.spectrum_norm!r} divides by that; use None")
    return window * (recipe.scale / divisor)


def _samples(recipe: Recipe, length: int) -> np.ndarray:
    window = recipe.window
    if isinstance(window, tuple) and not isinstance(window[0], str):
        if len(window) != length:
            raise ParameterError(f"window has {len(window)} samples, win_length={length}; they must agree")
        return np.array(window, dtype=np.float64)
    return window_samples(window, length, periodic=recipe.periodic)


def window_samples(window: Any, length: int, *, periodic: bool) -> np.ndarray:
    """`get_window`, Povey's, and Kaldi's sine."""
    if window == "povey":
        return get_window("hann", length, fftbins=periodic) ** 0.85
    if window == "sine":
        return np.sin(np.pi * np.arange(length) / max(length - (not periodic), 1))
    return np.asarray(get_window(window, length, fftbins=periodic), dtype=np.float64)


def bank_of(recipe: Recipe, precision: int) -> np.ndarray | None:
    """The bands' weights (bands, bins), `log_gain` included; None for none."""
    return weights_of(recipe, precision) if recipe.n_mels else None


def weights_of(recipe: Recipe, precision: int) -> np.ndarray:
    """Likewise, where there are bands."""
    weights = _weights(recipe, precision) * recipe.log_gain
    return weights if recipe.energy != "spectrum" else _with_sum(weights, recipe)


def _with_sum(weights: np.ndarray, recipe: Recipe) -> np.ndarray:
    """One more band, of all bins alike: behind the others, or where it is to be if no DCT follows."""
    ones = np.ones((1, weights.shape[1]))
    place = recipe.energy_place if recipe.n_mfcc is None else "last"
    parts = {"first": (ones, weights), "last": (weights, ones), "c0": (ones, weights[1:])}
    return np.concatenate(parts[place])


def _weights(recipe: Recipe, precision: int) -> np.ndarray:
    if recipe.mel_scale == "chroma":
        from ..filters import chroma

        return chroma(sr=recipe.sr, n_fft=recipe.n_fft, n_chroma=recipe.n_mels, dtype=np.float64)
    nyquist = recipe.sr / 2
    top = nyquist if recipe.fmax is None else recipe.fmax if recipe.fmax > 0 else nyquist + recipe.fmax
    htk = recipe.mel_scale != "slaney"
    is_linear = recipe.mel_scale == "linear"
    if recipe.triangles == "hz" and recipe.mel_norm != "sum" and not recipe.floor_sr and not is_linear:
        # Exactly the weights of `melspectrogram`.
        return mel_weights(
            sr=recipe.sr, n_fft=recipe.n_fft, n_mels=recipe.n_mels, fmin=recipe.fmin, fmax=top, htk=htk,
            norm=recipe.mel_norm, dtype=np.float64 if precision else np.float32,
        )[0]  # fmt: skip
    edges = np.linspace(hz_to_mel(recipe.fmin, htk=htk), hz_to_mel(top, htk=htk), recipe.n_mels + 2)
    if recipe.warp != 1:
        edges = hz_to_mel(_warped(recipe, mel_to_hz(edges, htk=htk)), htk=htk)
    n_bins = 1 + recipe.n_fft // 2
    freqs = np.arange(n_bins) * (recipe.sr / recipe.n_fft)
    if recipe.floor_sr:
        freqs = np.linspace(0, recipe.sr // 2, n_bins)
    if is_linear:
        return triangular_bank(freqs, recipe.fmin, top, recipe.n_mels, scale="linear", norm=recipe.mel_norm)
    weights = _SHAPES[recipe.triangles](recipe, edges, freqs, htk)
    at = _whole_bins(recipe, edges, htk) if recipe.triangles in ("bins", "inner") else mel_to_hz(edges, htk=htk)
    return _normed(weights, at, recipe.mel_norm)


def triangular_bank(
    freqs: np.ndarray, fmin: float, fmax: float, n_bands: int, *, scale: str, norm: str | None = None
) -> np.ndarray:
    """Triangles in Hz on bins of any frequencies (bands, bins), with edges anywhere: beyond the bins as well."""
    hertz = np.linspace(fmin, fmax, n_bands + 2)
    if scale != "linear":
        htk = scale != "slaney"
        hertz = mel_to_hz(np.linspace(hz_to_mel(fmin, htk=htk), hz_to_mel(fmax, htk=htk), n_bands + 2), htk=htk)
    return _normed(_straight(hertz, freqs), hertz, norm)


def _normed(weights: np.ndarray, edges: np.ndarray, norm: str | None) -> np.ndarray:
    if norm == "slaney":
        widths = edges[2:] - edges[:-2]  # 0 where no whole bin lies between
        return weights * (2.0 / np.where(widths == 0, 1.0, widths))[:, np.newaxis]
    return weights / weights.sum(axis=1, keepdims=True) if norm == "sum" else weights


def _straight(edges: np.ndarray, places: np.ndarray) -> np.ndarray:
    lower = (places - edges[:-2, np.newaxis]) / (edges[1:-1] - edges[:-2])[:, np.newaxis]
    upper = (edges[2:, np.newaxis] - places) / (edges[2:] - edges[1:-1])[:, np.newaxis]
    return np.maximum(0, np.minimum(lower, upper))


def _in_hertz(recipe: Recipe, edges: np.ndarray, freqs: np.ndarray, htk: bool) -> np.ndarray:
    return _straight(mel_to_hz(edges, htk=htk), freqs)


def _in_mel(recipe: Recipe, edges: np.ndarray, freqs: np.ndarray, htk: bool) -> np.ndarray:
    places = hz_to_mel(freqs, htk=htk)
    weights = _straight(edges, places)
    if (np.diff(edges) < 0).any():  # a warp so strong that edges change places: flanks of their own
        left, middle, right = edges[:-2, np.newaxis], edges[1:-1, np.newaxis], edges[2:, np.newaxis]
        rises, falls = (places > left) & (places <= middle), (places > middle) & (places < right)
        weights = np.where(rises, (places - left) / (middle - left), 0.0)
        weights += np.where(falls, (right - places) / (right - middle), 0.0)
    if recipe.n_fft % 2 == 0:
        weights[:, -1] = 0  # Kaldi stops before the highest bin
    return weights


def _warped(recipe: Recipe, hertz: np.ndarray) -> np.ndarray:
    """Divided by `warp` in the middle, straight on to the ends, which stay: their rounding must not leave the range."""
    first, last, warp = hertz[0], hertz[-1], recipe.warp
    highest = recipe.warp_high + recipe.sr / 2 if recipe.warp_high < 0 else recipe.warp_high
    low, high = recipe.warp_low * max(1.0, warp), highest * min(1.0, warp)
    # Below `low` comes first: of a warp so strong that `low` lies above `high`, Kaldi leaves no middle.
    places = np.where(hertz < high, hertz / warp, last + (last - high / warp) / (last - high) * (hertz - last))
    return np.where(hertz < low, first + (low / warp - first) / (low - first) * (hertz - first), places)


def _as_htk(recipe: Recipe, edges: np.ndarray, freqs: np.ndarray, htk: bool) -> np.ndarray:
    weights = _in_mel(recipe, edges, freqs, htk)
    if recipe.fmin and weights[0].any():
        weights[0, np.flatnonzero(weights[0])[0]] = 0
    return weights


def _left_widths(recipe: Recipe, edges: np.ndarray, freqs: np.ndarray, htk: bool) -> np.ndarray:
    hertz = mel_to_hz(edges, htk=htk)
    middles, widths = hertz[1:-1, np.newaxis], np.diff(hertz)[:-1, np.newaxis]
    return np.maximum(0, 1 - np.abs(freqs - middles) / widths)


def _whole_bins(recipe: Recipe, edges: np.ndarray, htk: bool) -> np.ndarray:
    """Edges rounded down to whole bins, of which there are n_fft + 1 up to the sampling rate."""
    return np.floor((recipe.n_fft + 1) * mel_to_hz(edges, htk=htk) / recipe.sr)


def _between_bins(recipe: Recipe, edges: np.ndarray, freqs: np.ndarray, htk: bool) -> np.ndarray:
    at = _whole_bins(recipe, edges, htk)
    k = np.arange(len(freqs))
    weights = np.zeros((len(edges) - 2, len(k)))
    for row, (left, middle, right) in zip(weights, zip(at, at[1:], at[2:], strict=False), strict=True):
        rises, falls = (k >= left) & (k < middle), (k >= middle) & (k < right)
        if recipe.triangles == "inner":
            falls &= k > left
        row[rises] = (k[rises] - left) / (middle - left)
        row[falls] = (right - k[falls]) / (right - middle)
    return weights


_SHAPES = {
    "hz": _in_hertz, "mel": _in_mel, "htk": _as_htk, "left": _left_widths, "bins": _between_bins,
    "inner": _between_bins,
}  # fmt: skip


# --- scales and triangles by themselves, without a recipe

SCALES = ("htk", "kaldi", "slaney")
# Kaldi's mels by HTK's: 1127 times the natural logarithm, not 2595 times the one of 10.
_KALDI = 1127.0 * np.log(10.0) / 2595.0


def to_mel(hertz: Any, scale: str) -> np.ndarray:
    if scale == "linear":
        return np.asarray(hertz)
    mels = hz_to_mel(hertz, htk=scale != "slaney")
    return mels * _KALDI if scale == "kaldi" else mels


def from_mel(mels: Any, scale: str) -> np.ndarray:
    if scale == "linear":
        return np.asarray(mels)
    return mel_to_hz(np.asarray(mels) / _KALDI if scale == "kaldi" else mels, htk=scale != "slaney")


def triangles(
    n_bins: int,
    n_bands: int,
    low: float,
    high: float,
    sr: float,
    scale: str,
    *,
    in_mel: bool,
    norm: str | None,
    dtype: Any,
) -> np.ndarray:
    """Weights (bands, bins). In Hz the bins end at ``sr // 2``; in mel the norm's widths are mel as well."""
    edges = np.linspace(to_mel(low, scale), to_mel(high, scale), n_bands + 2)
    if in_mel:
        places = to_mel(np.arange(n_bins) * (sr / (2 * (n_bins - 1))), scale)
    else:
        edges, places = from_mel(edges, scale), np.linspace(0, sr // 2, n_bins)
    with np.errstate(divide="ignore", invalid="ignore"):  # bands of width 0
        weights = _straight(edges, places).astype(dtype)
        if norm == "slaney":
            weights *= (2.0 / (edges[2:] - edges[:-2]))[:, np.newaxis]
    return weights
