"""Spectrograms and the ways back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .... import core as _core
from ...._engine import foreign as _foreign
from ...._front import given
from ...._front.windows import lowest_sumsquare
from ...._gate.complaints import warn
from ...._gate.samples import DTypeError, ParameterError, as_array, as_index, as_number
from ..._peer import peer
from .._arguments import Stft, as_waveform, check_length, recipe_of, run, stft_arguments, window_samples

if TYPE_CHECKING:
    import numpy.typing as npt

    from ...._front.windows import Window


@peer(RuntimeError)
def spectrogram(
    waveform: npt.ArrayLike,
    pad: int,
    window: Window,
    n_fft: int,
    hop_length: int,
    win_length: int,
    power: float | None,
    normalized: bool | str,
    center: bool = True,
    pad_mode: str = "reflect",
    onesided: bool = True,
    return_complex: bool | None = None,
) -> np.ndarray:
    """Spectrogram of samples: complex, magnitudes, or a power of them.

    Parameters
    ----------
    waveform : array_like [shape=(..., n)], floating-point
        Samples.
    pad : int >= 0
        Zeros before and behind them, which count as samples.
    window : array_like [shape=(win_length,)] or str
        The window, or its name.
    n_fft : int
        Length of the FFT.
    hop_length : int
        Samples from frame to frame.
    win_length : int <= n_fft
        Length of the window, which lies in the middle of the frame.
    power : float or None
        Exponent of the magnitude; None leaves complex numbers.
    normalized : bool or {'window', 'frame_length'}
        Whether to divide by the root of the window's sum of squares (True, 'window'), or by that of `n_fft`.
    center : bool, default True
        Whether ``n_fft // 2`` samples of padding stand at either side.
    pad_mode : {'reflect', 'constant', 'replicate', 'circular'}, default 'reflect'
        What they hold.
    onesided : bool, default True
        Whether to leave out the upper half of the bins, which mirrors the lower one.
    return_complex : bool, optional
        Of no effect, as in torchaudio, which warns of it.

    Returns
    -------
    np.ndarray [shape=(..., 1 + n_fft // 2, frames)]
        In the precision of the samples; `n_fft` rows if not `onesided`.

    Raises
    ------
    ParameterError
        If an argument breaks its rule, samples are not finite, or too few for the padding; it is a ValueError and a
        RuntimeError.
    DTypeError
        If `waveform` is not real floating-point.

    Warns
    -----
    UserWarning
        If `return_complex` is given.

    Examples
    --------
    >>> import numpy as np
    >>> from fastspec.compat.torchaudio import functional as F
    >>> y = np.sin(np.arange(16000) / 9).astype(np.float32)
    >>> F.spectrogram(y, 0, "hann", 400, 200, 400, 2.0, False).shape
    (201, 81)
    """
    if return_complex is not None:
        warn(f"return_complex={return_complex} has no effect; power=None returns complex numbers")
    a = stft_arguments(
        n_fft, hop_length, win_length, window, pad=pad, power=power, normalized=normalized, center=center,
        pad_mode=pad_mode, onesided=onesided,
    )  # fmt: skip
    return run_spectrogram(a, waveform)


def run_spectrogram(a: Stft, waveform: Any) -> np.ndarray:
    S = run(a, recipe_of(a), waveform)
    if a.power not in (None, 1, 2):
        S = given.raised(S, a.power)
    return S if a.onesided else given.two_sided(S, a.n_fft)


@peer(RuntimeError)
def inverse_spectrogram(
    spectrogram: np.ndarray,
    length: int | None,
    pad: int,
    window: Window,
    n_fft: int,
    hop_length: int,
    win_length: int,
    normalized: bool | str,
    center: bool = True,
    pad_mode: str = "reflect",
    onesided: bool = True,
) -> np.ndarray:
    """The samples whose spectrogram is nearest to a complex one.

    Parameters
    ----------
    spectrogram : np.ndarray [shape=(..., 1 + n_fft // 2, frames)], complex
        Spectra; `n_fft` rows if not `onesided`, of which the upper half is not looked at.
    length : int or None
        Samples to return, cut or with zeros behind; None for all that the frames give.
    pad : int >= 0
        Samples to leave out at either end; it counts with `length` only, as in torchaudio.
    window, n_fft, hop_length, win_length, normalized, center, onesided
        As they were in `spectrogram`; `hop_length` may not exceed `win_length`.
    pad_mode : str, default 'reflect'
        Of no effect, as in torchaudio.

    Returns
    -------
    np.ndarray [shape=(..., n)]
        Samples.

    Raises
    ------
    ParameterError
        If spectra are not complex, or windows leave a gap somewhere, as Hann windows with ``center=False`` do at
        the first sample; it is a ValueError and a RuntimeError.

    Warns
    -----
    UserWarning
        If `length` exceeds what the frames give.

    Examples
    --------
    >>> import numpy as np
    >>> from fastspec.compat.torchaudio import functional as F
    >>> y = np.sin(np.arange(16000) / 9).astype(np.float32)
    >>> D = F.spectrogram(y, 0, "hann", 400, 200, 400, None, False)
    >>> bool(np.abs(F.inverse_spectrogram(D, 16000, 0, "hann", 400, 200, 400, False) - y).max() < 1e-5)
    True
    """
    a = stft_arguments(
        n_fft, hop_length, win_length, window, pad=pad, power=None, normalized=normalized, center=center,
        onesided=onesided,
    )  # fmt: skip
    return run_inverse(a, spectrogram, length)


def run_inverse(a: Stft, spectrogram: Any, length: int | None) -> np.ndarray:
    D = as_array(spectrogram, name="spectrogram")
    if not np.iscomplexobj(D):
        raise DTypeError(f"spectrogram.dtype={D.dtype} is not complex; GriffinLim takes magnitudes")
    given.check_bins(D, name="spectrogram", n_bins=1 + a.n_fft // 2 if a.onesided else a.n_fft)
    if length is not None:
        length = as_index(length, name="length") + 2 * a.pad
    if not a.onesided:
        D = D[..., : 1 + a.n_fft // 2, :]
    window = _unnormalised(a)
    _check_gaps(a, D.shape, length, name="spectrogram")
    y = _core.spectrum.istft(
        D, n_fft=a.n_fft, hop_length=a.hop_length, win_length=a.win_length, window=window, center=a.center,
        length=length,
    )  # fmt: skip
    return y[..., a.pad : -a.pad] if length is not None and a.pad else y


def _unnormalised(a: Stft) -> np.ndarray:
    """The window divided by the norm: what is normalised by it is what such a window would have made."""
    samples = window_samples(a.window, a.win_length)
    if a.normalized is None:
        return samples
    return samples / np.sqrt(np.sum(np.square(samples)) if a.normalized == "window" else a.n_fft)


def _check_gaps(a: Stft, shape: tuple[int, ...], length: int | None, *, name: str) -> None:
    """The inverse divides by the windows' sum of squares, which torch wants to be 1e-11 or more."""
    if 0 in shape:
        raise ParameterError(f"{name}.shape={shape} is empty; pass some frames")
    if a.hop_length > a.win_length:
        raise ParameterError(f"hop_length={a.hop_length} exceeds win_length={a.win_length}: frames leave gaps")
    n_made = a.n_fft + a.hop_length * (shape[-1] - 1)
    end = n_made - a.lead if length is None else a.lead + length
    if end <= a.lead:
        raise ParameterError(f"{name}.shape={shape}: {shape[-1]} frames make no sample; use more, or give length")
    window = window_samples(a.window, a.win_length).astype(np.float64, copy=False).tobytes()
    lowest = lowest_sumsquare(window, a.n_fft, a.hop_length, shape[-1], a.lead, min(end, n_made))
    if not lowest >= 1e-11:
        raise ParameterError(
            f"window: the sum of its squares is {lowest:.1e} at some sample, which cannot be divided out with "
            f"hop_length={a.hop_length}, center={a.center}; use center=True, a smaller hop_length or another window"
        )
    if end > n_made:
        warn(f"length={length} exceeds the {n_made - a.lead} samples that the frames give; zeros stand behind")


@peer(RuntimeError)
def griffinlim(
    specgram: np.ndarray,
    window: Window,
    n_fft: int,
    hop_length: int,
    win_length: int,
    power: float,
    n_iter: int,
    momentum: float,
    length: int | None,
    rand_init: bool,
    *,
    rng: Any = None,
) -> np.ndarray:
    """Samples with a given magnitude spectrogram, their phases found by Griffin and Lim's iteration.

    Parameters
    ----------
    specgram : np.ndarray [shape=(..., 1 + n_fft // 2, frames)]
        Magnitudes, to the power of `power`.
    window, n_fft, hop_length, win_length
        As in `spectrogram`.
    power : float
        Exponent that the magnitudes have.
    n_iter : int
        Rounds.
    momentum : float, 0 <= momentum < 1
        0 is the plain algorithm.
    length : int or None
        Samples to return; it must go with the frames.
    rand_init : bool
        Whether phases are random at first, or zero. torchaudio's random ones come with random magnitudes; here they
        are uniform phases.
    rng : None, int, Generator, ..., optional
        What `numpy.random.default_rng` takes, for them.

    Returns
    -------
    np.ndarray [shape=(..., n)]
        Samples.

    Raises
    ------
    ParameterError
        If `momentum` is out of range, or frames and `length` do not go together; it is a ValueError and a RuntimeError.

    Examples
    --------
    >>> import numpy as np
    >>> from fastspec.compat.torchaudio import functional as F
    >>> S = F.spectrogram(np.sin(np.arange(16000) / 9), 0, "hann", 400, 200, 400, 2.0, False)
    >>> F.griffinlim(S, "hann", 400, 200, 400, 2.0, 8, 0.99, None, True, rng=0).shape
    (16000,)
    """
    a = stft_arguments(n_fft, hop_length, win_length, window)
    return run_griffinlim(a, specgram, power, n_iter, momentum, length, rand_init, rng)


def run_griffinlim(
    a: Stft, specgram: Any, power: Any, n_iter: Any, momentum: Any, length: Any, rand_init: Any, rng: Any
) -> np.ndarray:
    check_momentum(momentum)
    if not as_number(power, name="power") > 0:
        raise ParameterError(f"power={power} must be positive; it is the exponent of the magnitudes")
    S = given.as_spectra(specgram, name="specgram", n_bins=1 + a.n_fft // 2)
    length = None if length is None else as_index(length, name="length")
    _check_gaps(a, S.shape, length, name="specgram")
    n_made = length or a.n_fft + a.hop_length * (S.shape[-1] - 1) - 2 * a.lead
    if n_made <= a.lead:
        raise ParameterError(
            f"specgram.shape={S.shape}: its {n_made} samples are too few to be padded by n_fft//2={a.lead}; "
            "use more frames"
        )
    return _core.spectrum.griffinlim(
        given.raised(S, 1 / power), n_iter=as_index(n_iter, name="n_iter", minimum=0), n_fft=a.n_fft,
        hop_length=a.hop_length, win_length=a.win_length, window=window_samples(a.window, a.win_length), length=length,
        pad_mode="reflect", momentum=momentum, init="random" if rand_init else None, rng=rng,
    )  # fmt: skip


def check_momentum(momentum: Any) -> None:
    if not 0 <= as_number(momentum, name="momentum") < 1:
        raise ParameterError(f"momentum={momentum} must be at least 0 and below 1")


@peer(RuntimeError)
def phase_vocoder(complex_specgrams: np.ndarray, rate: float, phase_advance: npt.ArrayLike) -> np.ndarray:
    """Spectra of the same sound at another speed.

    Parameters
    ----------
    complex_specgrams : np.ndarray [shape=(..., bins, frames)], complex
        Spectra.
    rate : float > 0
        Speed; 1 returns the input itself.
    phase_advance : array_like [shape=(bins, 1)]
        What phases are expected to advance by in a frame. Whole turns do not matter to the result, so that it is
        checked for its shape only.

    Returns
    -------
    np.ndarray [shape=(..., bins, ceil(frames / rate))], complex
        Spectra; the frames behind the last one count as zeros.

    Raises
    ------
    ParameterError
        If `rate` is not positive, or `phase_advance` does not go with the bins; a ValueError and a RuntimeError.

    Warns
    -----
    UserWarning
        If spectra are real.

    Examples
    --------
    >>> import numpy as np
    >>> from fastspec.compat.torchaudio import functional as F
    >>> D = F.spectrogram(np.sin(np.arange(16000) / 9), 0, "hann", 400, 200, 400, None, False)
    >>> F.phase_vocoder(D, 1.3, np.linspace(0, np.pi * 200, 201)[:, np.newaxis]).shape
    (201, 63)
    """
    D = as_array(complex_specgrams, name="complex_specgrams")
    given.check_bins(D, name="complex_specgrams", n_bins=None)
    rate = as_number(rate, name="rate")
    advance = as_array(phase_advance, name="phase_advance", kinds="fiub")
    if advance.shape not in ((D.shape[-2], 1), (1, 1), (1,), ()):
        raise ParameterError(
            f"phase_advance.shape={advance.shape} must be (bins, 1) for complex_specgrams.shape={D.shape}"
        )
    if rate == 1:
        return D
    if not np.iscomplexobj(D):
        warn(f"complex_specgrams.dtype={D.dtype} is real; phases of real spectra mean little, pass complex ones")
    if not 0 < rate < np.inf:
        raise ParameterError(f"rate={rate} must be a positive, finite number")
    if D.shape[-1] / rate > 2**40:
        raise ParameterError(f"rate={rate} makes too many of {D.shape[-1]} frames; use a larger rate")
    times = np.arange(np.ceil(D.shape[-1] / rate)) * rate
    if D.dtype in (np.complex64, np.float32):  # times are rounded as torch rounds them: frames hang on that
        times = times.astype(np.float32).astype(np.float64)
    return _core.spectrum.phase_vocoder(_foreign.call(given.followed_by_zeros, D, 2, work=20 * D.size), t_out=times)


@peer(RuntimeError)
def spectral_centroid(
    waveform: np.ndarray,
    sample_rate: int,
    pad: int,
    window: Window,
    n_fft: int,
    hop_length: int,
    win_length: int,
) -> np.ndarray:
    """The mean frequency of each frame, weighted by magnitude.

    Parameters
    ----------
    waveform : np.ndarray [shape=(..., n)], floating-point
        Samples.
    sample_rate : int
        Sampling rate in Hz; the highest bin is taken for ``sample_rate // 2``.
    pad, window, n_fft, hop_length, win_length
        As in `spectrogram`; padding is reflected.

    Returns
    -------
    np.ndarray [shape=(..., frames)]
        Centroids in Hz; 0 for silence, where torchaudio has NaN.

    Raises
    ------
    ParameterError
        As `spectrogram`.

    Examples
    --------
    >>> import numpy as np
    >>> from fastspec.compat.torchaudio import functional as F
    >>> y = np.sin(2 * np.pi * 1000 * np.arange(16000) / 16000)
    >>> round(F.spectral_centroid(y, 16000, 0, "hann", 400, 200, 400)[40])
    1000
    """
    return run_centroid(stft_arguments(n_fft, hop_length, win_length, window, pad=pad, power=1), waveform, sample_rate)


def run_centroid(a: Stft, waveform: Any, sample_rate: float) -> np.ndarray:
    from ....feature import spectral_centroid as centroid

    x = as_waveform(waveform)
    check_length(a, x)
    if not 0 < as_number(sample_rate, name="sample_rate") < np.inf:
        raise ParameterError(f"sample_rate={sample_rate} must be a positive number")
    if a.pad:
        x = np.pad(x, [(0, 0)] * (x.ndim - 1) + [(a.pad, a.pad)])
    return centroid(
        y=x, n_fft=a.n_fft, hop_length=a.hop_length, win_length=a.win_length, pad_mode="reflect",
        window=a.window if isinstance(a.window, str) else window_samples(a.window, a.win_length),
        freq=np.linspace(0, sample_rate // 2, 1 + a.n_fft // 2).astype(x.dtype),
    )[..., 0, :]  # fmt: skip
