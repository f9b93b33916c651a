"""The reassigned spectrogram: each cell's energy moved to where in time and frequency it came from."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from ..._gate.complaints import public
from ..._gate.samples import ParameterError, check_rate
from ...filters import get_window
from ...util._matrices import cyclic_gradient
from ...util.utils import dtype_r2c, pad_center
from ..convert import fft_frequencies, frames_to_time
from ._stft import stft

if TYPE_CHECKING:
    import numpy.typing as npt

    from ..._front.windows import Window
    from ..._gate.kinds import FloatArray, PadMode


@public
def reassigned_spectrogram(
    y: FloatArray,
    *,
    sr: float = 22050,
    S: np.ndarray | None = None,
    n_fft: int = 2048,
    hop_length: int | None = None,
    win_length: int | None = None,
    window: Window = "hann",
    center: bool = True,
    reassign_frequencies: bool = True,
    reassign_times: bool = True,
    ref_power: float | Callable[..., Any] = 1e-6,
    fill_nan: bool = False,
    clip: bool = True,
    dtype: npt.DTypeLike | None = None,
    pad_mode: PadMode = "constant",
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Frequency, time and magnitude of each cell of an STFT, the first two by its phase's derivatives.

    With ``S_h`` the STFT, ``S_d`` the one whose window is the derivative of the window and ``S_t`` the one whose
    window is multiplied by the time from its centre, the energy of a cell belongs to the frequency
    ``w - imag(S_d / S_h)`` (in radians a sample) and to the time ``t + real(S_t / S_h)`` (in samples).

    Parameters
    ----------
    y : np.ndarray [shape=(..., n)], real
        Samples; leading axes are channels.
    sr : float, default 22050
        Sampling rate in Hz.
    S : np.ndarray [shape=(..., 1 + n_fft // 2, t)], complex, optional
        The STFT of `y` with the same arguments, if there is one already.
    n_fft, hop_length, win_length, window, center, pad_mode
        See `stft`. ``center=False`` is the better choice here: padding shifts no time, but its edges are no signal.
    reassign_frequencies, reassign_times : bool, default True
        False: that output is a read-only view of the bins' (or frames') own values. One must be True.
    ref_power : float >= 0 or callable, default 1e-6
        Cells of less power count as empty. A function gets the powers and returns the threshold.
    fill_nan : bool, default False
        What empty cells get: NaN, or with True the values of their bin and frame.
    clip : bool, default True
        Limit frequencies to ``[0, sr / 2]`` and times to the duration of `y`.
    dtype : complex dtype, optional
        Of the STFTs, see `stft`. Default: that of `S`, if given.

    Returns
    -------
    freqs : np.ndarray [shape=(..., 1 + n_fft // 2, t)]
        Hz.
    times : np.ndarray [shape=(..., 1 + n_fft // 2, t)]
        Seconds.
    mags : np.ndarray [shape=(..., 1 + n_fft // 2, t)]
        ``abs(stft(y))``

    Raises
    ------
    ParameterError
        If `ref_power` is negative, nothing is to be reassigned, or `stft` would refuse.

    Warns
    -----
    RuntimeWarning
        Where a cell of exactly zero divides.

    References
    ----------
    .. [1] P. Flandrin, F. Auger and E. Chassande-Mottin, "Time-frequency reassignment: from principles to
       algorithms", in Applications in Time-Frequency Signal Processing, CRC Press 2002, equations 5.20 and 5.23.
    .. [2] S. A. Fulop and K. Fitz, "Algorithms for computing the time-corrected instantaneous frequency
       (reassigned) spectrogram, with applications", J. Acoust. Soc. Am. 119 (2006).

    Examples
    --------
    A tone between two bins is found at its own frequency:

    >>> import fastspec
    >>> import numpy as np
    >>> y = np.sin(2 * np.pi * 1010 * np.arange(8000) / 8000)
    >>> freqs, times, mags = fastspec.reassigned_spectrogram(y, sr=8000, n_fft=512, center=False)
    >>> round(freqs[mags[:, 20].argmax(), 20].item(), 1)
    1010.0
    """
    if not callable(ref_power) and ref_power < 0:
        raise ParameterError(f"ref_power={ref_power} must be non-negative or a function of the powers")
    if not (reassign_frequencies or reassign_times):
        raise ParameterError("reassign_frequencies=False and reassign_times=False leave nothing to do; use stft")
    check_rate(sr)
    from .. import spectrum

    win_length = n_fft if win_length is None else win_length
    hop_length = win_length // 4 if hop_length is None else hop_length
    shape = pad_center(get_window(window, win_length, fftbins=True), size=n_fft)
    analysis = (n_fft, hop_length, n_fft, shape, center, dtype, pad_mode)
    if reassign_frequencies:
        freqs, S = spectrum.__reassign_frequencies(y, sr, S, *analysis)
    if reassign_times:
        times, S = spectrum.__reassign_times(y, sr, S, *analysis)
    assert S is not None, "one of both has made it"
    mags = np.abs(S)
    low = ~(mags >= _threshold(ref_power, mags))
    bins = fft_frequencies(sr=sr, n_fft=n_fft)[:, np.newaxis]
    frames = _frame_times(S, sr, n_fft, hop_length, center)
    if reassign_frequencies:
        _finish(freqs, bins, low, fill_nan, sr / 2.0 if clip else None)
    else:
        freqs = np.broadcast_to(bins, S.shape)
    if reassign_times:
        _finish(times, frames, low, fill_nan, y.shape[-1] / float(sr) if clip else None)
    else:
        times = np.broadcast_to(frames, S.shape)
    return freqs, times, mags


# These two are not public in librosa, but there, in `spectrum`, for programs that use or replace them.


def __reassign_frequencies(
    y: np.ndarray,
    sr: float = 22050,
    S: np.ndarray | None = None,
    n_fft: int = 2048,
    hop_length: int | None = None,
    win_length: int | None = None,
    window: Window = "hann",
    center: bool = True,
    dtype: npt.DTypeLike | None = None,
    pad_mode: PadMode = "constant",
) -> tuple[np.ndarray, np.ndarray]:
    """Frequency of each cell in Hz, as its phase has it, and the STFT."""
    shape, transform = _analysis(y, S, n_fft, hop_length, win_length, window, center, dtype, pad_mode)
    S = transform(shape) if S is None else S
    shift = _ratio(transform(cyclic_gradient(shape)), S).imag * (-0.5 * sr / np.pi)
    return fft_frequencies(sr=sr, n_fft=n_fft)[:, np.newaxis] + shift, S


def __reassign_times(
    y: np.ndarray,
    sr: float = 22050,
    S: np.ndarray | None = None,
    n_fft: int = 2048,
    hop_length: int | None = None,
    win_length: int | None = None,
    window: Window = "hann",
    center: bool = True,
    dtype: npt.DTypeLike | None = None,
    pad_mode: PadMode = "constant",
) -> tuple[np.ndarray, np.ndarray]:
    """Time of each cell in seconds, as its phase has it, and the STFT."""
    if hop_length is None:
        hop_length = (n_fft if win_length is None else win_length) // 4
    shape, transform = _analysis(y, S, n_fft, hop_length, win_length, window, center, dtype, pad_mode)
    S = transform(shape) if S is None else S
    shift = _ratio(transform(shape * _offsets(n_fft)), S).real / sr
    return _frame_times(S, sr, n_fft, hop_length, center) + shift, S


def _analysis(
    y: Any, S: Any, n_fft: int, hop_length: int | None, win_length: Any, window: Any, center: bool, dtype: Any,
    pad_mode: Any,
) -> tuple[np.ndarray, Callable[[np.ndarray], np.ndarray]]:  # fmt: skip
    """The window's samples, and a function from window samples to the STFT of `y`."""
    shape = pad_center(get_window(window, n_fft if win_length is None else win_length, fftbins=True), size=n_fft)
    if dtype is None:
        dtype = dtype_r2c(y.dtype) if S is None else S.dtype
    framing: dict[str, Any] = {"n_fft": n_fft, "hop_length": hop_length, "center": center, "pad_mode": pad_mode}
    return shape, lambda samples: stft(y, window=samples, dtype=dtype, **framing)


def _frame_times(S: np.ndarray, sr: float, n_fft: int, hop_length: int, center: bool) -> np.ndarray:
    return frames_to_time(np.arange(S.shape[-1]), sr=sr, hop_length=hop_length, n_fft=None if center else n_fft)


def _threshold(ref_power: float | Callable[..., Any], mags: np.ndarray) -> float:
    """The magnitude below which a cell is empty."""
    return (ref_power(mags**2) if callable(ref_power) else ref_power) ** 0.5


def _offsets(n_fft: int) -> np.ndarray:
    """Time of each sample of a frame from its centre; an even frame's centre lies between two samples."""
    half = n_fft // 2
    return np.arange(-half, half + 1) if n_fft % 2 else np.arange(0.5 - half, half)


def _ratio(numerator: np.ndarray, denominator: np.ndarray) -> np.ndarray:
    """The quotient in the numerator's memory, NaN where both are zero."""
    with np.errstate(invalid="ignore"):
        return np.divide(numerator, denominator, out=numerator)


def _finish(values: np.ndarray, origin: np.ndarray, low: np.ndarray, fill_nan: bool, upper: float | None) -> None:
    """Mark empty cells or fill them with their `origin`, and limit the rest to [0, upper], in place."""
    np.copyto(values, np.nan, where=low)
    if fill_nan:
        np.copyto(values, origin, where=np.isnan(values))
    if upper is not None:
        np.clip(values, 0, upper, out=values)
