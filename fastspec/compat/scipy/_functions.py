"""`stft`, `istft` and `spectrogram` with scipy.signal's arguments."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from ..._engine import foreign as _foreign
from ..._engine.kept import kept
from ..._engine.spec import Spectrum
from ..._front import segments as _segments
from ..._front.segments import Cut
from ..._front.specs import CACHED
from ..._front.windows import get_window
from ..._gate.complaints import warn
from ..._gate.samples import DTypeError, ParameterError, as_array, as_number, check_rate, one_of
from .._peer import peer

Window = str | tuple[Any, ...] | npt.ArrayLike
Detrend = str | bool | Callable[[np.ndarray], np.ndarray]

# What stands beyond the ends of the signal, by numpy.pad's modes.
_BOUNDARIES = {"even": "reflect", "odd": "odd", "constant": "edge", "zeros": "constant", None: "constant"}
_LINEAR, _CONSTANT = ("linear", "l"), ("constant", "c")


@peer()
def stft(
    x: npt.ArrayLike,
    fs: float = 1.0,
    window: Window = "hann_periodic",
    nperseg: int | None = 256,
    noverlap: int | None = None,
    nfft: int | None = None,
    detrend: Detrend = False,
    return_onesided: bool = True,
    boundary: str | None = "zeros",
    padded: bool = True,
    axis: int = -1,
    scaling: str = "spectrum",
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Short-time Fourier transform, as `scipy.signal.stft` has it.

    Parameters
    ----------
    x : array_like
        Samples, real or complex; integers count as the numbers that they are.
    fs : float, default 1.0
        Sampling rate in Hz.
    window : str, tuple or array_like, default 'hann_periodic'
        A name of `scipy.signal.get_window`, one with parameters, or `nperseg` samples. A name without '_symmetric' is
        a periodic window.
    nperseg : int, default 256
        Length of a segment; a signal that is shorter is one segment, with a warning. None: that of a window of samples.
    noverlap : int, optional
        Samples that neighbouring segments share. Default: ``nperseg // 2``.
    nfft : int, optional
        Length of the FFT, with zeros behind the segment. Default: `nperseg`.
    detrend : {False, 'constant', 'linear'} or callable, default False
        What segments lose first: nothing, their mean, their line; or a function of the segments (..., time, n).
    return_onesided : bool, default True
        Whether frequencies below 0 are left out; complex samples have all of them, with a warning.
    boundary : {'zeros', 'even', 'odd', 'constant', None}, default 'zeros'
        What stands ``nperseg // 2`` samples before and behind the signal.
    padded : bool, default True
        Whether zeros fill the last segment; it is dropped otherwise.
    axis : int, default -1
        Axis of the samples.
    scaling : {'spectrum', 'psd'}, default 'spectrum'
        Divides by the window's sum, or by the root of `fs` times its squares' sum.

    Returns
    -------
    f, t : np.ndarray [shape=(bins,), (segments,)]
        Frequencies in Hz, and times of the segments' middles in seconds.
    Zxx : np.ndarray, complex
        Bins in place of `axis`, segments last. complex64 for float32, float16, and integers up to 16 bits.

    Raises
    ------
    ParameterError
        If a number or word breaks its rule, or the signal is shorter than a window of samples or than the boundary.

    Warns
    -----
    UserWarning
        If `nperseg` is longer than the signal; if `x` is complex and `return_onesided`.

    Examples
    --------
    >>> import numpy as np
    >>> from fastspec.compat import scipy
    >>> f, t, Zxx = scipy.stft(np.sin(np.arange(16000) / 3), fs=16000, nperseg=512)
    >>> Zxx.shape, round(float(np.abs(Zxx).max()), 1)
    ((257, 64), 0.5)
    """
    if scaling not in ("spectrum", "psd"):
        raise ParameterError(f"scaling={scaling!r} must be 'spectrum' or 'psd'")
    options = (fs, window, nperseg, noverlap, nfft, detrend, return_onesided, axis, boundary, padded)
    return _transform(x, *options, density=scaling == "psd", kind=Spectrum.COMPLEX)


@peer()
def spectrogram(
    x: npt.ArrayLike,
    fs: float = 1.0,
    window: Window = ("tukey_periodic", 0.25),
    nperseg: int | None = None,
    noverlap: int | None = None,
    nfft: int | None = None,
    detrend: Detrend = "constant",
    return_onesided: bool = True,
    scaling: str = "density",
    axis: int = -1,
    mode: str = "psd",
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Spectrogram, as `scipy.signal.spectrogram` has it.

    Parameters
    ----------
    x, fs, nfft, return_onesided, axis
        As in `stft`.
    window : str, tuple or array_like, default ('tukey_periodic', 0.25)
        As in `stft`.
    nperseg : int, optional
        Length of a segment. Default: 256, or that of a window of samples.
    noverlap : int, optional
        Samples that neighbouring segments share. Default: ``nperseg // 8``.
    detrend : {False, 'constant', 'linear'} or callable, default 'constant'
        As in `stft`.
    scaling : {'density', 'spectrum'}, default 'density'
        Power divided by `fs` times the sum of the window's squares, or by its sum squared.
    mode : {'psd', 'complex', 'magnitude', 'angle', 'phase'}, default 'psd'
        Power, of a one-sided spectrum doubled but for the ends; the spectrum itself, not doubled; its magnitude; its
        angle; or that without jumps along the frequencies.

    Returns
    -------
    f, t : np.ndarray [shape=(bins,), (segments,)]
        Frequencies in Hz, and times of the segments' middles in seconds.
    Sxx : np.ndarray
        Bins in place of `axis`, segments last. In single precision for float32, float16, and integers up to 16 bits.

    Raises
    ------
    ParameterError
        As in `stft`.

    Warns
    -----
    UserWarning
        As in `stft`.

    Examples
    --------
    >>> import numpy as np
    >>> from fastspec.compat import scipy
    >>> f, t, Sxx = scipy.spectrogram(np.zeros(16000, np.int16), fs=16000)
    >>> Sxx.shape, Sxx.dtype.name
    ((129, 71), 'float32')
    """
    one_of(mode, ("psd", "complex", "magnitude", "angle", "phase"), name="mode")
    if scaling not in ("density", "spectrum"):
        raise ParameterError(f"scaling={scaling!r} must be 'density' or 'spectrum'")
    kind = {"psd": Spectrum.POWER, "magnitude": Spectrum.MAGNITUDE}.get(mode, Spectrum.COMPLEX)
    options = (fs, window, nperseg, noverlap, nfft, detrend, return_onesided, axis, None, False)
    f, t, S = _transform(x, *options, density=scaling == "density", kind=kind, part_of_overlap=8)
    if mode in ("angle", "phase"):
        S = _foreign.call(np.angle, S, work=20 * S.size)
    if mode == "phase":
        S = _foreign.call(np.unwrap, S, axis=axis - 1 if axis < 0 else axis, work=20 * S.size)
    return f, t, S


def _transform(
    x: Any, fs: Any, window: Any, nperseg: Any, noverlap: Any, nfft: Any, detrend: Any,
    return_onesided: Any, axis: Any, boundary: Any, padded: bool, *, density: Any, kind: Any, part_of_overlap: Any = 2,
) -> Any:  # fmt: skip
    x = as_array(x, name="x")
    if x.size == 0:
        return np.empty(x.shape), np.empty(x.shape), np.empty(x.shape)
    x, axis = _samples_last(x, axis)
    check_rate(fs, name="fs")
    lengths = _lengths(window, nperseg, noverlap, nfft, x.shape[-1], part_of_overlap)
    step = lengths.nperseg - lengths.noverlap
    cut, n_extended = _cut(x.shape[-1], lengths, boundary, padded)
    one_sided = bool(return_onesided)
    if one_sided and x.dtype.kind == "c":
        warn("Input data is complex, switching to return_onesided=False")
        one_sided = False
    dtype = np.result_type(x, np.complex64)
    S = _scaled(x, lengths.window, cut, detrend, axis, one_sided, float(fs), density, kind, int(dtype != np.complex64))
    S = S.astype(dtype if S.dtype.kind == "c" else np.empty(0, dtype).real.dtype, copy=False)
    freqs = (np.fft.rfftfreq if one_sided else np.fft.fftfreq)(lengths.nfft, 1 / fs)
    half = lengths.nperseg / 2
    times = np.arange(half, n_extended - half + 1, step) / float(fs)
    if boundary is not None:
        times -= half / fs
    return freqs, times, np.moveaxis(S, -2, axis - 1 if axis < 0 else axis)


def _samples_last(x: np.ndarray, axis: Any) -> tuple[np.ndarray, int]:
    axis = _integer(axis, "axis")
    if not -x.ndim <= axis < x.ndim:
        raise ParameterError(f"axis={axis} is none of x.shape={x.shape}; use -1 for the last one")
    return np.moveaxis(x, axis, -1), axis


def _integer(value: Any, name: str) -> int:
    """As scipy has it: what is behind the point is cut off."""
    number = as_number(value, name=name)
    if not abs(number) < 2**60:
        raise ParameterError(f"{name}={value} must be an integer within the size of an array")
    return int(number)


class Lengths(NamedTuple):
    window: np.ndarray
    nperseg: int
    noverlap: int
    nfft: int


def _lengths(window: Any, nperseg: int, noverlap: Any, nfft: int, n_samples: int, part_of_overlap: int) -> Lengths:
    if nperseg is not None and (nperseg := _integer(nperseg, "nperseg")) < 1:
        raise ParameterError(f"nperseg={nperseg} must be a positive integer")
    if isinstance(window, (str, tuple)):
        nperseg = 256 if nperseg is None else nperseg
        if nperseg > n_samples:
            warn(f"nperseg = {nperseg} is greater than input length  = {n_samples}, using nperseg = {n_samples}")
            nperseg = n_samples
        window = named_window(window, nperseg)
    else:
        window = _window_samples(window)
        if len(window) > n_samples:
            raise ParameterError(
                f"window of {len(window)} samples is longer than the signal of {n_samples}; use a name"
            )
        if nperseg is not None and nperseg != len(window):
            raise ParameterError(f"nperseg={nperseg} differs from the window's {len(window)} samples; use nperseg=None")
        nperseg = len(window)
    nfft = nperseg if nfft is None else _integer(nfft, "nfft")
    if nfft < nperseg:
        raise ParameterError(f"nfft={nfft} must be greater than or equal to nperseg={nperseg}")
    noverlap = nperseg // part_of_overlap if noverlap is None else _integer(noverlap, "noverlap")
    if noverlap >= nperseg:
        raise ParameterError(f"noverlap={noverlap} must be less than nperseg={nperseg}")
    return Lengths(window, nperseg, noverlap, nfft)


def _window_samples(window: Any) -> np.ndarray:
    window = as_array(window, name="window")
    if window.ndim != 1 or not window.size:
        raise ParameterError(f"window.shape={window.shape} must be 1-D; pass its samples, or a name")
    return window if window.dtype.kind in "fc" else window.astype(np.float64)


def named_window(window: str | tuple[Any, ...] | float, length: int, periodic: bool = True) -> np.ndarray:
    """By scipy's name, which may end in what newer ones of scipy have: '_periodic' or '_symmetric'."""
    try:
        return _named_window(window, length, periodic)
    except TypeError:  # parameters that cannot be hashed
        return _named_window.__wrapped__(window, length, periodic)


@kept(CACHED)
def _named_window(window: str | tuple[Any, ...] | float, length: int, periodic: bool) -> np.ndarray:
    name, *others = window if isinstance(window, tuple) and window else (window,)
    if isinstance(name, str):
        stem, _, ending = name.rpartition("_")
        if ending in ("periodic", "symmetric"):
            name, periodic = stem, ending == "periodic"
    samples = get_window((name, *others) if isinstance(window, tuple) else name, length, fftbins=periodic)
    samples.setflags(write=False)
    return samples


def _cut(n_samples: int, lengths: Lengths, boundary: Any, padded: bool) -> tuple[Cut, int]:
    """How segments are cut, and of how many samples, those beyond the ends included."""
    one_of(boundary, _BOUNDARIES, name="boundary")
    nperseg, step = lengths.nperseg, lengths.nperseg - lengths.noverlap
    side = nperseg // 2 if boundary is not None else 0
    n = n_samples + 2 * side
    if padded:
        n += -(n - nperseg) % step % nperseg
    n_frames = 1 + (n - nperseg) // step
    return Cut(lengths.nfft, step, nperseg, n_frames, side, _BOUNDARIES[boundary], side, side), n


def _scaled(
    x: Any,
    window: Any,
    cut: Cut,
    detrend: Any,
    axis: int,
    one_sided: bool,
    fs: float,
    density: bool,
    kind: Any,
    precision: int,
) -> Any:
    """Spectra (..., bins, segments), scaled; power doubled where half of it is left out."""
    scale = 1.0 / (fs * (window * window).sum()) if density else 1.0 / window.sum() ** 2
    if one_sided:
        window = window.real
    doubled = one_sided and kind is Spectrum.POWER
    # Into the window, wherever it can be: then it takes no pass over the spectra.
    before = np.sqrt(scale * (1 + doubled)) if np.isreal(scale) and 0 < scale.real < np.inf else 1.0
    after = 1.0 if before != 1.0 else scale * (1 + doubled) if kind is Spectrum.POWER else np.sqrt(scale + 0j)
    if callable(detrend):
        x, cut = _segments.end_to_end(_detrended(_segments.segments(x, cut), detrend, axis), cut.n_fft)
        detrend = False
    window = window * np.real(before)
    options = {"precision": precision, "kind": kind, "two_sided": not one_sided}
    named = isinstance(detrend, str)
    if named and detrend in _LINEAR:
        S = _segments.spectra_without_lines(x, window, cut, **options)
    elif (named and detrend in _CONSTANT) or (not np.ndim(detrend) and not detrend):
        S = _segments.spectra(x, window, cut, remove_mean=bool(detrend), **options)
    else:
        raise ParameterError(f"detrend={detrend!r} must be False, 'constant', 'linear' or a function")
    if doubled:
        S[..., 0, :] *= 0.5
        if cut.n_fft % 2 == 0:
            S[..., -1, :] *= 0.5
    if np.any(after != 1.0):
        S = S * after
        S = S.real if kind is Spectrum.POWER else np.abs(S) if kind is Spectrum.MAGNITUDE else S
    return S


def _detrended(frames: np.ndarray, detrend: Callable[..., Any], axis: int) -> np.ndarray:
    """What a function makes of all segments, whose samples lie along `axis` then."""
    if axis == -1:
        out = np.asarray(detrend(frames.copy()))
    else:
        out = np.moveaxis(np.asarray(detrend(np.moveaxis(frames, -1, axis).copy())), axis, -1)
    if out.shape != frames.shape:
        raise ParameterError(f"detrend gave shape {out.shape} for segments of {frames.shape}; it must keep it")
    return out


@peer()
def istft(
    Zxx: npt.ArrayLike,
    fs: float = 1.0,
    window: Window = "hann_periodic",
    nperseg: int | None = None,
    noverlap: int | None = None,
    nfft: int | None = None,
    input_onesided: bool = True,
    boundary: bool = True,
    time_axis: int = -1,
    freq_axis: int = -2,
    scaling: str = "spectrum",
) -> tuple[np.ndarray, np.ndarray]:
    """Inverse short-time Fourier transform, as `scipy.signal.istft` has it.

    Segments are transformed back, windowed again, added where they overlap, and divided by the sum of the squared
    windows where that exceeds 1e-10.

    Parameters
    ----------
    Zxx : array_like [at least 2-D]
        Spectra, as `stft` makes them.
    fs, window, scaling
        As they were in `stft`.
    nperseg : int, optional
        Length of a segment. Default: that of the FFT.
    noverlap : int, optional
        Samples that neighbouring segments share. Default: ``nperseg // 2``.
    nfft : int, optional
        Length of the FFT. Default: ``2 * (bins - 1)`` (the next odd number, if that is `nperseg`); the number of bins
        of a two-sided spectrum.
    input_onesided : bool, default True
        Whether frequencies below 0 are left out of `Zxx`, so that the signal is real.
    boundary : bool, default True
        Whether ``nperseg // 2`` samples at each end go.
    time_axis, freq_axis : int, default -1, -2
        Axes of segments and bins.

    Returns
    -------
    t : np.ndarray [shape=(n,)]
        Times of the samples in seconds. (scipy's has as many as the first axis of `x` has, which is wrong beyond 1-D.)
    x : np.ndarray
        Samples in place of the segments, without the axis of bins. float32 for complex64.

    Raises
    ------
    ParameterError
        If a number or word breaks its rule, or `Zxx` is not at least 2-D.

    Warns
    -----
    UserWarning
        If windows do not overlap so that each sample can be told.

    Examples
    --------
    >>> import numpy as np
    >>> from fastspec.compat import scipy
    >>> y = np.sin(np.arange(16000) / 3)
    >>> _, x = scipy.istft(scipy.stft(y)[2])
    >>> bool(np.allclose(x[:16000], y))
    True
    """
    if scaling not in ("spectrum", "psd"):
        raise ParameterError(f"scaling={scaling!r} must be 'spectrum' or 'psd'")
    Z = as_array(Zxx, name="Zxx")
    check_rate(fs, name="fs")
    Z, time_place = _bins_and_segments(Z, time_axis, freq_axis)
    nperseg, step, nfft = _inverse_lengths(Z.shape[-2], nperseg, noverlap, nfft, bool(input_onesided))
    window = named_window(window, nperseg) if isinstance(window, (str, tuple)) else _window_samples(window)
    if len(window) != nperseg:
        raise ParameterError(f"window must have length of nperseg={nperseg}; it has {len(window)}")
    gain = window.sum() if scaling == "spectrum" else np.sqrt(fs * (window**2).sum())
    trim = nperseg // 2 if boundary else 0
    n = nperseg + (Z.shape[-1] - 1) * step - 2 * trim
    if not _all_reached(window, Z.shape[-1], step, trim):
        tail = " Possibly due to missing boundary" if not boundary else ""
        warn("NOLA condition failed, STFT may not be invertible." + tail)
    two_sided = not input_onesided
    x = _inverted(Z, window, gain, {"n_fft": nfft, "hop": step, "lead": trim, "n_samples": n, "two_sided": two_sided})
    return np.arange(n) / float(fs), np.moveaxis(x, -1, time_place)


def _bins_and_segments(Z: np.ndarray, time_axis: Any, freq_axis: Any) -> tuple[np.ndarray, int]:
    """(..., bins, segments), and which axis of the result the samples are."""
    if Z.ndim < 2:
        raise ParameterError(f"Zxx.shape={Z.shape} must be at least 2-D, bins and segments")
    axes = []
    for name, axis in (("time_axis", time_axis), ("freq_axis", freq_axis)):
        axis = _integer(axis, name)
        if not -Z.ndim <= axis < Z.ndim:
            raise ParameterError(f"{name}={axis} is none of Zxx.shape={Z.shape}")
        axes.append(axis % Z.ndim)
    time, freq = axes
    if time == freq:
        raise ParameterError(f"time_axis={time_axis} and freq_axis={freq_axis} must be different ones")
    if not Z.shape[time] or not Z.shape[freq]:
        raise ParameterError(f"Zxx.shape={Z.shape} has no segments or no bins")
    return np.moveaxis(Z, (freq, time), (-2, -1)), time - (freq < time)


def _inverse_lengths(n_bins: int, nperseg: Any, noverlap: Any, nfft: Any, one_sided: bool) -> tuple[int, int, int]:
    usual = 2 * (n_bins - 1) if one_sided else n_bins
    nperseg = usual if nperseg is None else _integer(nperseg, "nperseg")
    if nperseg < 1:
        raise ParameterError(f"nperseg={nperseg} must be a positive integer; Zxx has {n_bins} bins")
    if nfft is None:
        nfft = nperseg if one_sided and nperseg == usual + 1 else usual
    nfft = _integer(nfft, "nfft")
    if nfft < nperseg:
        raise ParameterError(f"nfft={nfft} must be greater than or equal to nperseg={nperseg}")
    noverlap = nperseg // 2 if noverlap is None else _integer(noverlap, "noverlap")
    if noverlap >= nperseg:
        raise ParameterError(f"noverlap={noverlap} must be less than nperseg={nperseg}")
    return nperseg, nperseg - noverlap, nfft


_SMALLEST = 1e-10


def _all_reached(window: np.ndarray, n_segments: int, step: int, trim: int) -> bool:
    """Whether the squared windows' sum exceeds 1e-10 at each sample. It repeats where all segments are that can be."""
    n_segments = min(n_segments, 2 * -(-len(window) // step) + 1)
    sums = _segments.overlap_add(np.broadcast_to(window**2, (n_segments, len(window))), step)
    return bool(np.all(np.abs(sums[trim : len(sums) - trim]) > _SMALLEST))


def _inverted(Z: np.ndarray, window: np.ndarray, gain: Any, how: dict[str, Any]) -> np.ndarray:
    """Samples; multiplied by `gain` by way of the window, whose square divides them."""
    dtype = np.result_type(Z, np.complex64)
    Z = Z.astype(dtype, copy=False)
    if window.dtype.kind == "f" and 0 < abs(gain) < np.inf:
        x = _segments.samples(Z, window / gain, smallest=_SMALLEST / gain**2, **how)
        return x.astype(dtype if how["two_sided"] else np.empty(0, dtype).real.dtype, copy=False)
    if window.dtype.kind == "c" and not how["two_sided"]:
        raise DTypeError(f"window.dtype={window.dtype} needs input_onesided=False; use a real window")
    x = _segments.samples(Z, window * gain, **how)
    sums = _segments.overlap_add(np.broadcast_to(window**2, (Z.shape[-1], len(window))), how["hop"])
    sums = sums[how["lead"] : how["lead"] + how["n_samples"]]
    return x / np.where(np.abs(sums) > _SMALLEST, sums, 1)
