"""Transforms that are no STFT: the Mellin (scale) transform, and a bank of semitone filters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from ..._engine.foreign import call
from ..._gate.complaints import public
from ..._gate.samples import ParameterError, as_array, as_hop_length, as_index, check_rate
from ...util.utils import fix_length, pad_axis, valid_audio
from ..audio import resample

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..._gate.kinds import ComplexArray, FloatArray, Interpolation, WholePadMode


@public
def fmt(
    y: np.ndarray,
    *,
    t_min: float = 0.5,
    n_fmt: int | None = None,
    kind: Interpolation = "cubic",
    beta: float = 0.5,
    over_sample: float = 1,
    axis: int = -1,
) -> ComplexArray:
    """Fast Mellin transform: a Fourier transform over logarithmic time.

    Stretching the signal turns the phase and leaves the magnitude, as shifting does to a Fourier transform. With
    ``beta=0.5`` it is the scale transform.

    Parameters
    ----------
    y : np.ndarray, real
        Signals of at least 3 samples along `axis`.
    t_min : float > 0, default 0.5
        The first instant, in samples. Below 1, little is lost.
    n_fmt : int > 2, optional
        Number of points on the logarithmic grid. Default: as many as make its steps nowhere longer than a sample.
    kind : str, default 'cubic'
        Interpolation, as in `scipy.interpolate.interp1d`. 'linear' is faster.
    beta : float, default 0.5
        Exponent of time in the window.
    over_sample : float >= 1, default 1
        Refines the grid.
    axis : int, default -1
        Time.

    Returns
    -------
    np.ndarray, complex
        The transform along `axis`, ``1 + n_fmt // 2`` values.

    Raises
    ------
    ParameterError
        If `y` is too short or not finite, or a number is out of its range.

    References
    ----------
    .. [1] A. De Sena and D. Rocchesso, "A fast Mellin and scale transform", EURASIP Journal on Advances in Signal
       Processing, 2007.
    .. [2] L. Cohen, "The scale representation", IEEE Transactions on Signal Processing 41(12), 1993.

    Examples
    --------
    >>> import fastspec
    >>> import numpy as np
    >>> hump = lambda n: np.sin(np.pi * np.arange(n) / n) ** 2 / np.sqrt(n)
    >>> short, long = (np.abs(fastspec.fmt(hump(n), n_fmt=256)) for n in (400, 500))
    >>> bool(np.abs(short - long).max() < 0.05 * short.max())
    True
    """
    y = as_array(y, name="y")
    n = y.shape[axis]
    if n < 3:
        raise ParameterError(f"y.shape[{axis}]={n} is too short for a Mellin transform, which needs 3 samples")
    if t_min <= 0:
        raise ParameterError(f"t_min={t_min} must be strictly positive")
    grid = _exponential_grid(n, t_min, n_fmt, over_sample)
    if not np.isfinite(y).all():
        raise ParameterError("y is not finite everywhere; clean it with np.nan_to_num(y)")

    import scipy.fft
    from scipy.interpolate import interp1d

    between = call(interp1d, np.arange(n) / n, y, kind=kind, axis=axis, work=500 * y.size)
    # In parts, for SciPy lets no other thread hear a signal meanwhile.
    parts = [between(part) for part in np.array_split(grid, 1 + len(grid) * (y.size // n) // _MOST_AT_ONCE)]
    resampled = np.concatenate(parts, axis=axis)
    shape = [1] * resampled.ndim
    shape[axis] = -1
    resampled = resampled * (grid**beta * (np.sqrt(n) / len(grid))).reshape(shape)
    return call(scipy.fft.rfft, resampled, axis=axis, work=20 * resampled.size)


_MOST_AT_ONCE = 1 << 20  # values


def _exponential_grid(n: int, t_min: float, n_fmt: int | None, over_sample: float) -> np.ndarray:
    """Instants from t_min / n up to the last sample at (n - 1) / n, in equal ratios."""
    if n_fmt is None:
        if over_sample < 1:
            raise ParameterError(f"over_sample={over_sample} must be at least 1")
        ratio = np.log(n - 1) - np.log(n - 2)  # of the last two samples: nowhere are steps longer than a sample
        n_fmt = int(np.ceil(over_sample * (np.log(n - 1) - np.log(t_min)) / ratio))
    elif n_fmt < 3:
        raise ParameterError(f"n_fmt={n_fmt} must be at least 3")
    else:
        ratio = (np.log(n_fmt - 1) - np.log(n_fmt - 2)) / over_sample
    beyond = int(np.ceil(over_sample))  # points that would lie after the last sample
    start = (np.log(t_min) - np.log(n)) / ratio
    grid = np.logspace(start, 0, num=n_fmt + beyond, endpoint=False, base=np.exp(ratio))[:-beyond]
    grid = np.clip(grid, t_min / n, (n - 1) / n)
    if np.any(grid[1:] <= grid[:-1]):
        raise ParameterError(f"t_min={t_min}, n_fmt={n_fmt} and y.shape={n} make grid points coincide; lower t_min")
    return grid


@public
def iirt(
    y: FloatArray,
    *,
    sr: float = 22050,
    win_length: int = 2048,
    hop_length: int | None = None,
    center: bool = True,
    tuning: float = 0.0,
    pad_mode: WholePadMode = "constant",
    flayout: Literal["ba", "sos"] = "sos",
    res_type: str = "soxr_hq",
    **kwargs: Any,
) -> FloatArray:
    """Short-time power of the bands of a semitone filter bank.

    The signal is resampled to a few rates, so that each elliptic band-pass is well conditioned; each filter runs forth
    and back, for zero phase; the powers are summed over a window and multiplied by the rate's ratio.

    Parameters
    ----------
    y : np.ndarray [shape=(..., n)], real
        Samples; leading axes are channels.
    sr : float, default 22050
        Sampling rate in Hz.
    win_length : int, default 2048
        Samples (at `sr`) that a frame sums over.
    hop_length : int, optional
        Samples from one frame to the next. Default: ``win_length // 4``.
    center : bool, default True
        True: pad by half a window on either side, frame `t` being centred at ``y[t * hop_length]``.
    tuning : float, default 0.0
        Deviation from A440 in fractions of a semitone.
    pad_mode : str, default 'constant'
        See `numpy.pad`.
    flayout : {'sos', 'ba'}, default 'sos'
        Filters as second-order sections, or as one fraction: faster, and less accurate.
    res_type : str, default 'soxr_hq'
        See `resample`.
    **kwargs
        Passed to `fastspec.filters.semitone_filterbank`: `center_freqs` and `sample_rates` of another bank.

    Returns
    -------
    np.ndarray [shape=(..., n_bands, t), dtype=y.dtype]
        Powers; 85 bands from MIDI 24 to 108 by default.

    Raises
    ------
    ParameterError
        If `y` is no audio or shorter than a window, `flayout` is unknown, or a rate or length not positive.

    References
    ----------
    .. [1] M. Müller, "Information Retrieval for Music and Motion", Springer 2007.

    Examples
    --------
    >>> import fastspec
    >>> power = fastspec.iirt(fastspec.tone(440.0, sr=22050, length=22050))
    >>> power.shape, int(power[:, 20].argmax()) + 24
    ((85, 44), 69)
    """
    if flayout not in ("ba", "sos"):
        raise ParameterError(f"flayout={flayout!r} must be 'ba' or 'sos'")
    valid_audio(y)
    check_rate(sr)
    win_length = as_index(win_length, name="win_length")
    hop_length = as_hop_length(win_length // 4 if hop_length is None else hop_length)
    if center:
        y = pad_axis(y, -1, (win_length // 2, win_length // 2), {"mode": pad_mode})
    n_frames = int(1 + (y.shape[-1] - win_length) // hop_length)

    from ...filters import semitone_filterbank

    bank, rates = semitone_filterbank(tuning=tuning, flayout=flayout, **kwargs)
    bands = np.empty((*y.shape[:-1], len(bank), n_frames), y.dtype)
    for i, rate, filtered in _filtered(y, sr, bank, rates, flayout, res_type):
        ratio = sr / rate
        bands[..., i, :] = ratio * _window_powers(filtered, round(win_length / ratio), hop_length / ratio, n_frames)
    return bands


def _filtered(
    y: np.ndarray, sr: float, bank: Any, rates: np.ndarray, flayout: str, res_type: str
) -> Iterator[tuple[int, float, np.ndarray]]:
    """Each band's index, rate and signal."""
    from scipy.signal import filtfilt, sosfiltfilt

    at_rate = {rate: resample(y, orig_sr=sr, target_sr=rate, res_type=res_type) for rate in np.unique(rates)}
    for i, (rate, coefficients) in enumerate(zip(rates, bank, strict=True)):
        x = at_rate[rate]
        there_and_back = (sosfiltfilt, coefficients) if flayout == "sos" else (filtfilt, *coefficients)
        yield i, rate, call(*there_and_back, x, work=100 * x.size)


def _window_powers(x: np.ndarray, length: int, hop: float, n_frames: int) -> np.ndarray:
    """Sums of squares of `length` samples at every `hop`, a fraction; rounded per frame so that no error adds up."""
    starts = np.arange(0, x.shape[-1] - length, hop)
    if len(starts) < n_frames:
        x = fix_length(x, size=int(np.ceil(n_frames * hop)) + length)
        starts = np.arange(0, x.shape[-1] - length, hop)
    starts = np.round(starts).astype(int)[:n_frames]
    windows = np.lib.stride_tricks.sliding_window_view(x, length, axis=-1)[..., starts, :]
    return np.einsum("...tn,...tn->...t", windows, windows)
