"""Peaks of spectra, and the tuning of what was found."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from ..._engine import events as _events
from ..._gate.complaints import public, warn
from ..._gate.samples import ParameterError, as_array, check_rate
from ..convert import hz_to_octs
from ..spectrum._stft import _spectrogram

if TYPE_CHECKING:
    import numpy.typing as npt

    from ..._front.windows import Window
    from ..._gate.kinds import FloatArray, PadMode


@public
def estimate_tuning(
    *,
    y: FloatArray | None = None,
    sr: float = 22050,
    S: np.ndarray | None = None,
    n_fft: int | None = 2048,
    resolution: float = 0.01,
    bins_per_octave: int = 12,
    **kwargs: Any,
) -> float:
    """How far a recording is from A440, in fractions of a bin, by the louder half of its spectral peaks.

    Parameters
    ----------
    y : np.ndarray [shape=(..., n)], optional
        Samples; all channels count together.
    sr : number, default 22050
        Sampling rate in Hz.
    S : np.ndarray [shape=(..., d, t)], optional
        A magnitude or power spectrogram, instead of `y`.
    n_fft : int, default 2048
        Length of a frame, where `y` is given.
    resolution : float, default 0.01
        Step of the estimate, in bins: cents where there are 12 of them.
    bins_per_octave : int, default 12
    **kwargs
        More arguments of `piptrack`.

    Returns
    -------
    float
        From -0.5 to below 0.5; 0 with a warning if there are no peaks.

    Raises
    ------
    ParameterError
        As `piptrack`.

    Examples
    --------
    >>> import fastspec
    >>> y = fastspec.tone(450, sr=22050, duration=1.0)
    >>> round(float(fastspec.estimate_tuning(y=y)), 1)
    0.4
    """
    _, _, pitches, magnitudes = _peaks(y=y, sr=sr, S=S, n_fft=n_fft, **kwargs)
    audible = pitches > 0
    pitches, magnitudes = pitches[audible], magnitudes[audible]
    if pitches.size:
        pitches = pitches[magnitudes >= np.median(magnitudes)]
    return pitch_tuning(pitches, resolution=resolution, bins_per_octave=bins_per_octave)


@public
def pitch_tuning(frequencies: npt.ArrayLike, *, resolution: float = 0.01, bins_per_octave: int = 12) -> float:
    """The most frequent deviation of frequencies from the equal temperament of A440, in fractions of a bin.

    Parameters
    ----------
    frequencies : array_like
        In Hz; those that are not positive do not count.
    resolution : float, default 0.01
        Width of the bins of the histogram, in bins of the octave.
    bins_per_octave : int, default 12

    Returns
    -------
    float
        From -0.5 to below 0.5; 0 with a warning if no frequency counts.

    Examples
    --------
    >>> import fastspec
    >>> float(fastspec.pitch_tuning(fastspec.cqt_frequencies(24, fmin=55, tuning=0.25)))
    0.25
    """
    frequencies = np.atleast_1d(as_array(frequencies, name="frequencies"))
    frequencies = frequencies[frequencies > 0]
    if not np.any(frequencies):
        warn("Trying to estimate tuning from empty frequency set: it is taken to be 0")
        return 0.0
    residual = np.mod(bins_per_octave * hz_to_octs(frequencies), 1.0)
    residual[residual >= 0.5] -= 1.0  # the nearest bin may be the next one up
    counts, edges = np.histogram(residual, np.linspace(-0.5, 0.5, int(np.ceil(1.0 / resolution)) + 1))
    return edges[np.argmax(counts)]


@public
def piptrack(
    *,
    y: FloatArray | None = None,
    sr: float = 22050,
    S: np.ndarray | None = None,
    n_fft: int | None = 2048,
    hop_length: int | None = None,
    fmin: float = 150.0,
    fmax: float = 4000.0,
    threshold: float = 0.1,
    win_length: int | None = None,
    window: Window = "hann",
    center: bool = True,
    pad_mode: PadMode = "constant",
    ref: float | Callable[..., Any] | None = None,
) -> tuple[FloatArray, FloatArray]:
    """Peaks of a spectrogram, their frequencies and heights refined by parabolas.

    Parameters
    ----------
    y : np.ndarray [shape=(..., n)], optional
        Samples.
    sr : number, default 22050
        Sampling rate in Hz.
    S : np.ndarray [shape=(..., d, t)], optional
        A magnitude or power spectrogram, instead of `y`.
    n_fft, hop_length, win_length, window, center, pad_mode
        As in `stft`, where `y` is given.
    fmin, fmax : float, default 150 and 4000
        Peaks of bins from `fmin` to below `fmax`, in Hz, are kept.
    threshold : float, default 0.1
        A peak is higher than `threshold` times the reference.
    ref : callable or number, optional
        The reference: a function that takes ``(S, axis=-2)``, the maximum by default. A number is compared with by
        itself, without `threshold`.

    Returns
    -------
    pitches, magnitudes : np.ndarray [shape=(..., d, t), dtype=S.dtype]
        Frequency in Hz and height at each bin with a peak, 0 elsewhere.

    Raises
    ------
    ParameterError
        If there is neither `y` nor `S`, or `stft` would refuse.

    References
    ----------
    J. O. Smith, "Spectral Audio Signal Processing", W3K Publishing, 2011: quadratic interpolation of spectral peaks.

    Examples
    --------
    >>> import fastspec
    >>> y = fastspec.tone(440, sr=22050, duration=1.0)
    >>> pitches, magnitudes = fastspec.piptrack(y=y)
    >>> round(pitches[magnitudes.argmax(axis=0)[20], 20].item())
    440
    """
    S, index, pitch, magnitude = _peaks(
        y=y,
        sr=sr,
        S=S,
        n_fft=n_fft,
        hop_length=hop_length,
        fmin=fmin,
        fmax=fmax,
        threshold=threshold,
        win_length=win_length,
        window=window,
        center=center,
        pad_mode=pad_mode,
        ref=ref,
    )
    pitches, magnitudes = _zeros_like(S), _zeros_like(S)
    pitches[index], magnitudes[index] = pitch, magnitude
    return pitches, magnitudes


def _zeros_like(S: np.ndarray) -> np.ndarray:
    """As `np.zeros_like`; if the frames of `S` are contiguous, in memory that the system has zeroed already."""
    turned = S.swapaxes(-1, -2)
    return np.zeros(turned.shape, S.dtype).swapaxes(-1, -2) if turned.flags.c_contiguous else np.zeros_like(S)


def _peaks(
    *,
    y: np.ndarray | None = None,
    sr: float = 22050,
    S: np.ndarray | None = None,
    n_fft: int | None = 2048,
    hop_length: int | None = None,
    fmin: float = 150.0,
    fmax: float = 4000.0,
    threshold: float = 0.1,
    ref: float | Callable[..., Any] | None = None,
    **framing: Any,
) -> tuple[np.ndarray, tuple[np.ndarray, ...], np.ndarray, np.ndarray]:
    """What `piptrack` finds, as a list: the spectrogram, the places of the peaks in it, frequencies, heights."""
    check_rate(sr)
    S, n_fft = _spectrogram(y=y, S=S, n_fft=n_fft, hop_length=hop_length, **framing)
    if n_fft < 1:
        raise ParameterError(f"S.shape={S.shape} must have two bins or more for frequencies between them")
    if np.iscomplexobj(S) or (y is None and S.size and S.min() < 0):
        S = np.abs(S)
    frequencies = np.fft.rfftfreq(n_fft, 1 / sr)
    first, end = np.searchsorted(frequencies, (max(fmin, 0), min(fmax, float(sr) / 2)))
    index = _peak_places(S, max(int(first), 1), int(end), _reference(S, threshold, ref))

    before, after = list(index), list(index)
    before[-2], after[-2] = index[-2] - 1, np.minimum(index[-2] + 1, S.shape[-2] - 1)
    left, peak, right = S[tuple(before)], S[index], S[tuple(after)]
    shift = _vertices(left, peak, right, inside=index[-2] + 1 < S.shape[-2]).astype(S.dtype)
    pitch = ((index[-2] + shift) * float(sr) / n_fft).astype(S.dtype)
    height = peak + 0.5 * ((right - left) / 2.0) * shift
    return S, index, pitch, height.astype(S.dtype)


def _reference(S: np.ndarray, threshold: float, ref: float | Callable[..., Any] | None) -> np.ndarray:
    """What a bin must exceed, in a shape that goes with `S`."""
    if ref is None or callable(ref):
        return np.expand_dims(threshold * (ref or np.max)(S, axis=-2), -2)
    return np.abs(ref)


def _peak_places(S: np.ndarray, first: int, end: int, reference: np.ndarray) -> tuple[np.ndarray, ...]:
    """Indices of local maxima among bins first .. end - 1; values that do not exceed the reference count as 0."""
    if first >= end or not S.size:
        return tuple(np.empty(0, np.intp) for _ in S.shape)
    if reference.ndim > 1 and reference.shape[-2] != 1:  # one for each bin: what does not exceed it is silence
        S, reference = np.where(reference < S, S, 0), np.zeros(1)
    if S.dtype not in (np.float32, np.float64) or not (S.dtype.isnative and S.flags.aligned):
        S = S.astype(np.float64)
    lines = np.broadcast_to(reference, (*S.shape[:-2], 1, S.shape[-1]))[..., 0, :].astype(np.float64, order="C")
    found = []
    for channel in np.ndindex(S.shape[:-2]):
        bins, frames = _events.spectral_peaks(S[channel], first, end, lines[channel])
        found.append((*(np.full(len(bins), i) for i in channel), bins, frames))
    return tuple(np.concatenate(parts) for parts in zip(*found, strict=True))


def _vertices(left: np.ndarray, peak: np.ndarray, right: np.ndarray, *, inside: np.ndarray) -> np.ndarray:
    """How far from each peak the vertex of a parabola lies: 0 if beyond a neighbour, or if there is no neighbour."""
    a = (left + right) - 2.0 * peak.astype(np.float64)
    b = (right - left).astype(np.float64) / 2
    useful = inside & (np.abs(b) < np.abs(a))
    return np.divide(-b, a, out=np.zeros_like(a), where=useful)
