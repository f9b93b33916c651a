"""`logfreq_stft`: a spectrogram on a logarithmic axis of frequencies, and the way back."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np

from ..._engine.kept import kept
from ..._engine.spec import Spectrum, padding_of
from ..._front.lines import Lines
from ..._front.specs import CACHED, StftArguments, padded_window, stft_arguments
from ..._gate.complaints import public
from ..._gate.samples import ParameterError, as_array, as_index, as_number, as_samples, check_rate
from . import _lines
from ._decibels import amplitude_to_db

if TYPE_CHECKING:
    from ..._front.windows import Window

_OUTPUTS = {
    "complex": Spectrum.COMPLEX, "magnitude": Spectrum.MAGNITUDE, "power": Spectrum.POWER, "db": Spectrum.MAGNITUDE,
}  # fmt: skip


@public
def logfreq_stft(
    y: np.ndarray,
    *,
    sr: float = 22050,
    n_fft: int = 2048,
    hop_length: int | None = None,
    win_length: int | None = None,
    window: Window = "hann",
    fmin: float = 32.70319566257483,
    fmax: float | None = None,
    n_bins: int | None = None,
    bins_per_octave: int | None = None,
    center: bool = True,
    pad_mode: str = "constant",
    output: Literal["complex", "magnitude", "power", "db"] = "complex",
    ref: float | Callable[..., np.ndarray] = 1.0,
    top_db: float | None = 80.0,
) -> np.ndarray:
    """Short-time Fourier transform on a logarithmic axis: bins from a start frequency on, each a fixed ratio higher.

    Every bin is the discrete-time Fourier transform of the windowed frame at its own frequency, not an FFT bin that
    lies near. All have the window's bandwidth, unlike those of `cqt`: low bins, closer than it, overlap.

    Parameters
    ----------
    y : np.ndarray [shape=(..., n)], real floating-point
        Samples; leading axes are channels.
    sr : float, default 22050
        Sampling rate, in Hz.
    n_fft : int, default 2048
        Length of a frame.
    hop_length, win_length, window, center, pad_mode
        As in `stft`.
    fmin : float, default 32.7 (C1)
        Start frequency: that of the first bin, in Hz.
    fmax : float, optional
        Where the axis ends, in Hz: the bin after the last would lie there. Default: half the sampling rate, or wherever
        `n_bins` of `bins_per_octave` lead.
    n_bins : int, optional
        Number of bins. Default: ``1 + n_fft // 2``, or as many of `bins_per_octave` as lie below `fmax`.
    bins_per_octave : int, optional
        Bins in an octave. Default: as many as `n_bins` between `fmin` and `fmax` make.
    output : {'complex', 'magnitude', 'power', 'db'}, default 'complex'
        Spectra, with the phases of frames that start at their first sample; their magnitudes; the squares of these; or
        decibels of magnitudes, as `amplitude_to_db` makes them.
    ref : float or function, default 1.0
        With 'db', the magnitude that is 0 dB; or a function that takes it from the magnitudes, as ``np.max``.
    top_db : float or None, default 80.0
        With 'db', how far below the highest the lowest may be.

    Returns
    -------
    np.ndarray [shape=(..., n_bins, t)]
        Complex, or real, in the precision of `y`. Against the sum over the frame, float32 is within 3e-7 of the peak of
        all, float64 within 1e-12.

    Raises
    ------
    ParameterError
        If samples, sizes or the window would be refused by `stft`, frequencies are not positive and ascending, or all
        of `fmax`, `n_bins` and `bins_per_octave` are given, of which two make the third.

    See Also
    --------
    ilogfreq_stft : the way back.
    logfreq_frequencies : what the bins stand for.

    Examples
    --------
    >>> import fastspec
    >>> import numpy as np
    >>> y = fastspec.tone(440, sr=22050, duration=1.0)
    >>> S = fastspec.logfreq_stft(y, fmin=110.0, n_bins=36, bins_per_octave=12, output="db")
    >>> S.shape, int(S[:, 20].argmax())
    ((36, 44), 24)
    """
    if output not in _OUTPUTS:
        raise ParameterError(f"output={output!r} must be one of {', '.join(_OUTPUTS)}")
    x = as_samples(y)
    ref = ref if callable(ref) else as_number(ref, name="ref")
    top_db = None if top_db is None else as_number(top_db, name="top_db")
    arguments = stft_arguments(n_fft, hop_length, win_length, window, center, pad_mode)
    axis = _axis(sr, fmin, fmax, n_bins, bins_per_octave, arguments.n_fft)
    lines = _lines_of(arguments, axis)
    check_frames(lines, x, arguments.pad_mode)
    S = _lines.transform(x, lines, _OUTPUTS[output])
    return amplitude_to_db(S, ref=ref, top_db=top_db) if output == "db" else S


@public
def ilogfreq_stft(
    D: np.ndarray,
    *,
    sr: float = 22050,
    n_fft: int = 2048,
    hop_length: int | None = None,
    win_length: int | None = None,
    window: Window = "hann",
    fmin: float = 32.70319566257483,
    fmax: float | None = None,
    bins_per_octave: int | None = None,
    center: bool = True,
    length: int | None = None,
) -> np.ndarray:
    """Inverse of `logfreq_stft`: the signal whose spectra are nearest to those given.

    It is found by conjugate gradients, in the squares of differences that count the same for each hertz. What no bin
    has seen cannot come back: below the first bin, above the last, and, with few bins, in between, where
    the next bin is farther than the window is wide.

    Parameters
    ----------
    D : np.ndarray [shape=(..., n_bins, t)], complex
        Spectra, as `logfreq_stft` makes them.
    sr, n_fft, hop_length, win_length, window, fmin, fmax, bins_per_octave, center
        As they were in `logfreq_stft`.
    length : int, optional
        Samples to return; zeros follow where frames have ended. Default: all that the frames give.

    Returns
    -------
    np.ndarray [shape=(..., n)]
        float32 for complex64, else float64.

    Raises
    ------
    ParameterError
        If `D` is not (..., bins, frames), is not finite, or an argument would be refused by `logfreq_stft`.

    References
    ----------
    .. [1] D. W. Griffin and J. S. Lim, "Signal estimation from modified short-time Fourier transform",
       IEEE Trans. ASSP 32 (1984).

    Examples
    --------
    >>> import fastspec
    >>> import numpy as np
    >>> y = fastspec.tone(440, sr=22050, duration=1.0)
    >>> D = fastspec.logfreq_stft(y)
    >>> found = fastspec.ilogfreq_stft(D, length=len(y))
    >>> bool(np.abs(found - y)[2048:-2048].max() < 0.01)
    True
    """
    x = as_array(D, name="D")
    if x.ndim < 2 or not x.shape[-2]:
        raise ParameterError(f"D.shape={x.shape} must be (..., bins, frames), with a bin at least")
    x = x.astype(np.complex64 if x.dtype.itemsize <= 4 + 4 * (x.dtype.kind == "c") else np.complex128, copy=False)
    arguments = stft_arguments(n_fft, hop_length, win_length, window, center, "constant")
    axis = _axis(sr, fmin, fmax, x.shape[-2], bins_per_octave, arguments.n_fft)
    n = None if length is None else as_index(length, name="length", minimum=0)
    return _lines.inverse(x, _lines_of(arguments, axis), n, name="D")


@public
def logfreq_frequencies(
    n_bins: int, *, fmin: float = 32.70319566257483, fmax: float | None = None, bins_per_octave: int | None = None,
    sr: float = 22050,
) -> np.ndarray:  # fmt: skip
    """Frequencies of the bins of `logfreq_stft`.

    Parameters
    ----------
    n_bins : int
        Number of bins.
    fmin, fmax, bins_per_octave, sr
        As in `logfreq_stft`.

    Returns
    -------
    np.ndarray [shape=(n_bins,)]
        In Hz, ascending from `fmin`; float64.

    Raises
    ------
    ParameterError
        As in `logfreq_stft`.

    Examples
    --------
    >>> import fastspec
    >>> fastspec.logfreq_frequencies(3, fmin=100.0, fmax=800.0).round(6).tolist()
    [100.0, 200.0, 400.0]
    """
    return _frequencies(_axis(sr, fmin, fmax, as_index(n_bins, name="n_bins"), bins_per_octave, 1))


class _Axis(NamedTuple):
    """Bin k lies at ``fmin * ratio ** k``."""

    sr: float
    fmin: float
    octaves_per_bin: float
    n_bins: int


def _axis(
    sr: float, fmin: Any, fmax: Any, n_bins: int | None, bins_per_octave: int | None, n_fft: int
) -> _Axis:
    check_rate(sr)
    start = as_number(fmin, name="fmin")
    if not 0 < start < np.inf:
        raise ParameterError(f"fmin={fmin} must be a positive frequency in Hz; a logarithmic axis has no zero")
    end = sr / 2 if fmax is None else as_number(fmax, name="fmax")
    if not start < end < np.inf:
        raise ParameterError(f"fmax={end} must exceed fmin={fmin}; use a higher fmax or a lower fmin")
    n = None if n_bins is None else as_index(n_bins, name="n_bins")
    if bins_per_octave is None:
        n = 1 + n_fft // 2 if n is None else n
        return _Axis(float(sr), start, np.log2(end / start) / n, n)
    per_octave = as_index(bins_per_octave, name="bins_per_octave")
    fitting = int(np.ceil(per_octave * np.log2(end / start) - 1e-9))
    if n is None:
        return _Axis(float(sr), start, 1 / per_octave, fitting)
    if fmax is not None and n != fitting:
        raise ParameterError(
            f"n_bins={n} and bins_per_octave={per_octave} do not end at fmax={fmax}, which {fitting} bins would; "
            "leave out one of the three"
        )
    if n > fitting:
        raise ParameterError(f"n_bins={n} of bins_per_octave={per_octave} reach beyond sr/2={sr / 2}; use {fitting}")
    return _Axis(float(sr), start, 1 / per_octave, n)


def _frequencies(axis: _Axis) -> np.ndarray:
    return axis.fmin * 2.0 ** (np.arange(axis.n_bins) * axis.octaves_per_bin)


@kept(CACHED)
def _lines_of(a: StftArguments, axis: _Axis) -> Lines:
    if axis.n_bins > 2**24:
        raise ParameterError(f"n_bins={axis.n_bins} exceeds {2**24}; use fewer bins")
    window = padded_window(a.window, a.win_length, a.n_fft)
    pad = a.n_fft // 2 if a.center else 0
    frequencies = _frequencies(axis) / axis.sr
    return Lines(a.n_fft, a.hop_length, pad, padding_of(a.pad_mode), window.tobytes(), frequencies.tobytes())


def check_frames(lines: Lines, x: np.ndarray, pad_mode: str) -> None:
    """There must be a frame, and a sample to pad from."""
    n = x.shape[-1]
    if not lines.n_frames(n):
        raise ParameterError(f"y.shape={x.shape} is too short for a frame of n_fft={lines.n_fft}; use center=True")
    if n == 0 and pad_mode not in ("constant", "empty"):
        raise ParameterError(f"y.shape={x.shape} has no samples to pad from; use pad_mode='constant'")
