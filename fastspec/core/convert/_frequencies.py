"""Hertz, mels, octaves and tuning, and the axes in these units."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, overload

import numpy as np
import numpy.typing as npt

from ..._engine.numbers import as_scalar_or_array
from ..._gate.complaints import public
from ..._gate.numbers import nonzero
from ..._gate.samples import ParameterError, as_index, as_number, check_rate
from ._pitch_names import (
    LOG2_440,
)

if TYPE_CHECKING:
    from ..._gate.kinds import Double, Doubles, FloatArray, Numbers

# Slaney's mel scale (Auditory Toolbox, 1998): linear up to 1 kHz, from there 27 mels per factor of 6.4.
# LOG_STEP stays a NumPy float64, so that float32 input is worked out in float64 above the knee.
HZ_PER_MEL = 200.0 / 3
KNEE_HZ = 1000.0
KNEE_MEL = KNEE_HZ / HZ_PER_MEL
LOG_STEP = np.log(6.4) / 27.0

Floats = np.floating | npt.NDArray[np.floating]


@overload
def hz_to_mel(frequencies: Double, *, htk: bool = ...) -> np.float64: ...
@overload
def hz_to_mel(frequencies: np.floating[Any], *, htk: bool = ...) -> np.floating[Any]: ...
@overload
def hz_to_mel(frequencies: Doubles, *, htk: bool = ...) -> npt.NDArray[np.float64]: ...
@overload
def hz_to_mel(frequencies: Numbers, *, htk: bool = ...) -> FloatArray: ...
@public
def hz_to_mel(frequencies: npt.ArrayLike, *, htk: bool = False) -> Floats:
    """Hertz to mels.

    Parameters
    ----------
    frequencies : scalar or array_like
        Hz.
    htk : bool, default False
        Use HTK's ``2595 log10(1 + f / 700)`` in place of Slaney's scale, which is linear up to 1 kHz
        (3 mels per 200 Hz) and logarithmic above.

    Returns
    -------
    np.floating or np.ndarray [shape=frequencies.shape]
        Mels.

    Raises
    ------
    DTypeError
        If `frequencies` holds no numbers.

    References
    ----------
    .. [1] M. Slaney, "Auditory Toolbox, version 2", Interval Research Corporation, TR 1998-010.
    .. [2] S. Young et al., "The HTK Book", Cambridge University Engineering Department.

    Examples
    --------
    >>> import fastspec
    >>> round(fastspec.hz_to_mel(1000).item(), 9)
    15.0
    """
    f = as_scalar_or_array(frequencies, "frequencies")
    if htk:
        return 2595.0 * np.log10(1.0 + f / 700.0)
    return _by_knee(
        f,
        KNEE_HZ,
        below=lambda hz: hz / HZ_PER_MEL,
        above=lambda hz: KNEE_MEL + np.log(hz / KNEE_HZ) / LOG_STEP,
    )


@overload
def mel_to_hz(mels: Double, *, htk: bool = ...) -> np.float64: ...
@overload
def mel_to_hz(mels: np.floating[Any], *, htk: bool = ...) -> np.floating[Any]: ...
@overload
def mel_to_hz(mels: Doubles, *, htk: bool = ...) -> npt.NDArray[np.float64]: ...
@overload
def mel_to_hz(mels: Numbers, *, htk: bool = ...) -> FloatArray: ...
@public
def mel_to_hz(mels: npt.ArrayLike, *, htk: bool = False) -> Floats:
    """Mels to hertz, the inverse of `hz_to_mel`.

    Parameters
    ----------
    mels : scalar or array_like
        Mels.
    htk : bool, default False
        The mels are HTK's in place of Slaney's.

    Returns
    -------
    np.floating or np.ndarray [shape=mels.shape]
        Hz.

    Raises
    ------
    DTypeError
        If `mels` holds no numbers.

    Examples
    --------
    >>> import fastspec
    >>> fastspec.mel_to_hz([0, 3]).tolist()
    [0.0, 200.0]
    """
    m = as_scalar_or_array(mels, "mels")
    if htk:
        return 700.0 * (10.0 ** (m / 2595.0) - 1.0)
    return _by_knee(
        m,
        KNEE_MEL,
        below=lambda mel: HZ_PER_MEL * mel,
        above=lambda mel: KNEE_HZ * np.exp(LOG_STEP * (mel - KNEE_MEL)),
    )


def _by_knee(values: Any, knee: float, below: Any, above: Any) -> Any:
    """``below(values)`` under the knee, ``above(values)`` from it on; neither sees the other's values."""
    if values.ndim == 0:
        return above(values) if values >= knee else below(values)
    upper = values >= knee
    result = below(values)
    result[upper] = above(values[upper])
    return result


@overload
def hz_to_octs(frequencies: Double, *, tuning: float = ..., bins_per_octave: int = ...) -> np.float64: ...
@overload
def hz_to_octs(
    frequencies: np.floating[Any], *, tuning: float = ..., bins_per_octave: int = ...
) -> np.floating[Any]: ...
@overload
def hz_to_octs(frequencies: Doubles, *, tuning: float = ..., bins_per_octave: int = ...) -> npt.NDArray[np.float64]: ...
@overload
def hz_to_octs(frequencies: Numbers, *, tuning: float = ..., bins_per_octave: int = ...) -> FloatArray: ...
@public
def hz_to_octs(frequencies: npt.ArrayLike, *, tuning: float = 0.0, bins_per_octave: int = 12) -> Floats:
    """Hertz to octave numbers: A0 (27.5 Hz in standard tuning) is 0, A4 is 4.

    Parameters
    ----------
    frequencies : scalar or array_like
        Hz.
    tuning : float, default 0.0
        How far A4 is from 440 Hz, in fractions of a bin.
    bins_per_octave : int, default 12
        The bins that `tuning` counts in.

    Returns
    -------
    np.floating or np.ndarray [shape=frequencies.shape]
        Octaves above A0.

    Raises
    ------
    DTypeError
        If `frequencies` holds no numbers.
    ParameterError
        If `bins_per_octave` is zero.

    Examples
    --------
    >>> import fastspec
    >>> fastspec.hz_to_octs([55, 440]).tolist()
    [1.0, 4.0]
    """
    return np.log2(as_scalar_or_array(frequencies, "frequencies") / _a0(tuning, bins_per_octave))


@overload
def octs_to_hz(octs: Double, *, tuning: float = ..., bins_per_octave: int = ...) -> np.float64: ...
@overload
def octs_to_hz(octs: np.floating[Any], *, tuning: float = ..., bins_per_octave: int = ...) -> np.floating[Any]: ...
@overload
def octs_to_hz(octs: Doubles, *, tuning: float = ..., bins_per_octave: int = ...) -> npt.NDArray[np.float64]: ...
@overload
def octs_to_hz(octs: Numbers, *, tuning: float = ..., bins_per_octave: int = ...) -> FloatArray: ...
@public
def octs_to_hz(octs: npt.ArrayLike, *, tuning: float = 0.0, bins_per_octave: int = 12) -> Floats:
    """Octave numbers to hertz, the inverse of `hz_to_octs`.

    Parameters
    ----------
    octs : scalar or array_like
        Octaves above A0.
    tuning : float, default 0.0
        How far A4 is from 440 Hz, in fractions of a bin.
    bins_per_octave : int, default 12
        The bins that `tuning` counts in.

    Returns
    -------
    np.floating or np.ndarray [shape=octs.shape]
        Hz.

    Raises
    ------
    DTypeError
        If `octs` holds no numbers.
    ParameterError
        If `bins_per_octave` is zero.

    Examples
    --------
    >>> import fastspec
    >>> fastspec.octs_to_hz([0, 4]).tolist()
    [27.5, 440.0]
    """
    return _a0(tuning, bins_per_octave) * 2.0 ** as_scalar_or_array(octs, "octs")


def _a0(tuning: float, bins_per_octave: int) -> float:
    if type(tuning) is float and bins_per_octave:
        return 440.0 * 2.0 ** (tuning / bins_per_octave) / 16
    nonzero(bins_per_octave, "bins_per_octave")
    return float(tuning_to_A4(tuning, bins_per_octave=bins_per_octave)) / 16


@overload
def A4_to_tuning(A4: Double, *, bins_per_octave: int = ...) -> np.float64: ...
@overload
def A4_to_tuning(A4: np.floating[Any], *, bins_per_octave: int = ...) -> np.floating[Any]: ...
@overload
def A4_to_tuning(A4: Doubles, *, bins_per_octave: int = ...) -> npt.NDArray[np.float64]: ...
@overload
def A4_to_tuning(A4: Numbers, *, bins_per_octave: int = ...) -> FloatArray: ...
@public
def A4_to_tuning(A4: npt.ArrayLike, *, bins_per_octave: int = 12) -> Floats:
    """Reference pitch in hertz to a deviation from 440 Hz in bins.

    Parameters
    ----------
    A4 : scalar or array_like
        Frequency of A4 in Hz.
    bins_per_octave : int, default 12
        The bins to count in.

    Returns
    -------
    np.floating or np.ndarray [shape=A4.shape]
        Bins above (or, if negative, below) 440 Hz.

    Raises
    ------
    DTypeError
        If `A4` holds no numbers.

    Examples
    --------
    >>> import fastspec
    >>> round(fastspec.A4_to_tuning(432).item(), 4)
    -0.3177
    """
    return bins_per_octave * (np.log2(as_scalar_or_array(A4, "A4")) - LOG2_440)


@overload
def tuning_to_A4(tuning: Double, *, bins_per_octave: int = ...) -> np.float64: ...
@overload
def tuning_to_A4(tuning: np.floating[Any], *, bins_per_octave: int = ...) -> np.floating[Any]: ...
@overload
def tuning_to_A4(tuning: Doubles, *, bins_per_octave: int = ...) -> npt.NDArray[np.float64]: ...
@overload
def tuning_to_A4(tuning: Numbers, *, bins_per_octave: int = ...) -> FloatArray: ...
@public
def tuning_to_A4(tuning: npt.ArrayLike, *, bins_per_octave: int = 12) -> Floats:
    """Deviation from 440 Hz in bins to the reference pitch in hertz.

    Parameters
    ----------
    tuning : scalar or array_like
        Bins above 440 Hz.
    bins_per_octave : int, default 12
        The bins that `tuning` counts in.

    Returns
    -------
    np.floating or np.ndarray [shape=tuning.shape]
        Frequency of A4 in Hz.

    Raises
    ------
    DTypeError
        If `tuning` holds no numbers.

    Examples
    --------
    >>> import fastspec
    >>> fastspec.tuning_to_A4([-12, 0]).tolist()
    [220.0, 440.0]
    """
    return 440.0 * 2.0 ** (as_scalar_or_array(tuning, "tuning") / bins_per_octave)


@public
def fft_frequencies(*, sr: float = 22050, n_fft: int = 2048) -> npt.NDArray[np.float64]:
    """Centre frequencies of the bins of a real FFT.

    Parameters
    ----------
    sr : float, default 22050
        Sampling rate in Hz.
    n_fft : int, default 2048
        FFT length.

    Returns
    -------
    np.ndarray [shape=(1 + n_fft // 2,), dtype=float64]
        Hz, from 0 to ``sr / 2`` (a little less if `n_fft` is odd).

    Raises
    ------
    ParameterError
        If `n_fft` is not positive, or `sr` not positive and finite.
    DTypeError
        If `n_fft` is not an integer.

    Examples
    --------
    >>> import fastspec
    >>> fastspec.fft_frequencies(sr=8000, n_fft=8).tolist()
    [0.0, 1000.0, 2000.0, 3000.0, 4000.0]
    """
    check_rate(sr)
    return _rfft_frequencies(sr, as_index(n_fft, name="n_fft"))


def _rfft_frequencies(sr: float, n_fft: int) -> npt.NDArray[np.float64]:
    # as np.fft.rfftfreq rounds it
    return np.arange(n_fft // 2 + 1, dtype=np.float64) * (1.0 / (n_fft * (1.0 / sr)))


@public
def cqt_frequencies(
    n_bins: int, *, fmin: float, bins_per_octave: int = 12, tuning: float = 0.0
) -> npt.NDArray[np.float64]:
    """Centre frequencies of a constant-Q transform's bins.

    Parameters
    ----------
    n_bins : int
        Number of bins.
    fmin : float
        Frequency of the lowest bin in Hz, before tuning.
    bins_per_octave : int, default 12
        Bins to the octave.
    tuning : float, default 0.0
        Shift of all bins, in fractions of a bin.

    Returns
    -------
    np.ndarray [shape=(n_bins,), dtype=float64]
        ``fmin * 2 ** ((k + tuning) / bins_per_octave)`` for bin k, in Hz.

    Raises
    ------
    ParameterError
        If `bins_per_octave` is zero.

    Examples
    --------
    >>> import fastspec
    >>> fastspec.cqt_frequencies(3, fmin=55, bins_per_octave=1).tolist()
    [55.0, 110.0, 220.0]
    """
    correction = 2.0 ** (as_number(tuning, name="tuning") / nonzero(bins_per_octave, "bins_per_octave"))
    return correction * fmin * 2.0 ** (np.arange(n_bins, dtype=np.float64) / bins_per_octave)


@public
def mel_frequencies(
    n_mels: int = 128, *, fmin: float = 0.0, fmax: float = 11025.0, htk: bool = False
) -> npt.NDArray[np.float64]:
    """Frequencies that are equally spaced in mels.

    Parameters
    ----------
    n_mels : int, default 128
        Number of frequencies, the two ends included.
    fmin : float, default 0.0
        Lowest frequency in Hz.
    fmax : float, default 11025.0
        Highest frequency in Hz.
    htk : bool, default False
        Use HTK's mel scale in place of Slaney's; see `hz_to_mel`.

    Returns
    -------
    np.ndarray [shape=(n_mels,), dtype=float64]
        Hz.

    Raises
    ------
    ParameterError
        If `n_mels` is negative.
    DTypeError
        If `n_mels` is not an integer.

    Examples
    --------
    >>> import fastspec
    >>> fastspec.mel_frequencies(4, fmax=600).round(6).tolist()
    [0.0, 200.0, 400.0, 600.0]
    """
    ends = hz_to_mel(fmin, htk=htk), hz_to_mel(fmax, htk=htk)
    return mel_to_hz(np.linspace(*ends, as_index(n_mels, name="n_mels", minimum=0)), htk=htk)


@public
def tempo_frequencies(n_bins: int, *, hop_length: int = 512, sr: float = 22050) -> npt.NDArray[np.float64]:
    """Tempo of each lag of an onset autocorrelation, in beats per minute.

    Parameters
    ----------
    n_bins : int
        Number of lags, lag 0 included.
    hop_length : int, default 512
        Samples from one lag to the next.
    sr : float, default 22050
        Sampling rate in Hz.

    Returns
    -------
    np.ndarray [shape=(n_bins,), dtype=float64]
        Beats per minute, falling; lag 0 repeats infinitely fast and is ``inf``.

    Raises
    ------
    ParameterError
        If `n_bins` is not a positive whole number.

    Examples
    --------
    >>> import fastspec
    >>> fastspec.tempo_frequencies(3, hop_length=100, sr=200).tolist()
    [inf, 120.0, 60.0]
    """
    if n_bins < 1 or n_bins != int(n_bins):
        raise ParameterError(f"n_bins={n_bins!r} must be a positive whole number; lag 0 is always there")
    tempi = np.empty(int(n_bins))
    tempi[0] = np.inf
    tempi[1:] = 60.0 * sr / (hop_length * np.arange(1.0, n_bins))
    return tempi


@public
def fourier_tempo_frequencies(
    *, sr: float = 22050, win_length: int = 384, hop_length: int = 512
) -> npt.NDArray[np.float64]:
    """Tempo of each bin of a Fourier tempogram, in beats per minute.

    Parameters
    ----------
    sr : float, default 22050
        Sampling rate of the audio in Hz.
    win_length : int, default 384
        Frames of onset strength in a window.
    hop_length : int, default 512
        Samples from one frame of onset strength to the next.

    Returns
    -------
    np.ndarray [shape=(1 + win_length // 2,), dtype=float64]
        Beats per minute, rising from 0.

    Raises
    ------
    ParameterError
        If `win_length` is not positive, or `sr` or `hop_length` is zero.
    DTypeError
        If `win_length` is not an integer.

    Examples
    --------
    >>> import fastspec
    >>> fastspec.fourier_tempo_frequencies(sr=100, win_length=4, hop_length=25).tolist()
    [0.0, 60.0, 120.0]
    """
    frame_rate = sr * 60 / float(nonzero(hop_length, "hop_length"))
    return _rfft_frequencies(nonzero(frame_rate, "sr"), as_index(win_length, name="win_length"))
