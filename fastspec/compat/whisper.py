"""openai-whisper's ``audio`` module under its names: log-mel spectrograms as Whisper was trained on them.

==========  ==========================================================================================================
samples     16 kHz, mono; ``padding`` zeros behind them
frames      400 samples every 160, reflected by 200 at both ends, without the last one: ``n_samples // 160``
window      Hann, periodic
spectrum    power
bands       80 or 128 of Slaney's scale with Slaney's norm, 0 to 8000 Hz
levels      log10, 1e-10 at least; no more than 8 below the highest one of the whole array; ``(x + 4) / 4``
result      (..., bands, frames), float32
==========  ==========================================================================================================

`fastspec.recipe("whisper")` has the same numbers, but that the highest level is each channel's own.
"""

from __future__ import annotations

import os
from typing import Any

import numpy as np
import numpy.typing as npt

from .._engine.kept import kept
from .._front.recipe import Recipe
from .._gate.complaints import both
from .._gate.samples import ParameterError, as_array, as_index
from .._recipes import recipe
from ._peer import peer

__all__ = [
    "CHUNK_LENGTH", "FRAMES_PER_SECOND", "HOP_LENGTH", "N_FFT", "N_FRAMES", "N_SAMPLES", "N_SAMPLES_PER_TOKEN",
    "SAMPLE_RATE", "TOKENS_PER_SECOND", "load_audio", "log_mel_spectrogram", "mel_filters", "pad_or_trim",
]  # fmt: skip

SAMPLE_RATE = 16000
N_FFT = 400
HOP_LENGTH = 160
CHUNK_LENGTH = 30
N_SAMPLES = CHUNK_LENGTH * SAMPLE_RATE
N_FRAMES = N_SAMPLES // HOP_LENGTH
# The encoder's first layers make one step of two frames.
N_SAMPLES_PER_TOKEN = HOP_LENGTH * 2
FRAMES_PER_SECOND = SAMPLE_RATE // HOP_LENGTH
TOKENS_PER_SECOND = SAMPLE_RATE // N_SAMPLES_PER_TOKEN


@peer(RuntimeError)
def load_audio(file: str | os.PathLike[str], sr: int = SAMPLE_RATE) -> np.ndarray:
    """Samples of a sound file, mono, at Whisper's rate.

    The original decodes and resamples by ffmpeg and rounds to 16 bits; here `fastspec.load` reads the file, so that
    resampled samples differ by as much as the resamplers do.

    Parameters
    ----------
    file : str, path-like or file object
        Anything that `fastspec.load` reads.
    sr : int, default 16000
        Sampling rate in Hz.

    Returns
    -------
    np.ndarray [shape=(n,)], float32

    Raises
    ------
    AudioFileError
        If the file cannot be read.

    Examples
    --------
    >>> import fastspec
    >>> from fastspec.compat import whisper
    >>> n_clipped = fastspec.write("tone.wav", 0.5 * fastspec.tone(440, sr=16000, duration=1.0), 16000)
    >>> whisper.load_audio("tone.wav").shape
    (16000,)
    """
    from ..core.audio import load

    return load(file, sr=sr)[0]


@peer(RuntimeError)
def pad_or_trim(array: npt.ArrayLike, length: int = N_SAMPLES, *, axis: int = -1) -> np.ndarray:
    """An array cut, or filled with zeros behind, to so many samples.

    Parameters
    ----------
    array : array_like
        Samples, or features.
    length : int, default 480000
        How many; 30 seconds unless told.
    axis : int, default -1
        Along which axis.

    Returns
    -------
    np.ndarray
        The array itself, if it has that length.

    Raises
    ------
    ParameterError
        If there is no such axis, or `length` is negative.

    Examples
    --------
    >>> from fastspec.compat import whisper
    >>> whisper.pad_or_trim([1.0, 2.0, 3.0], 4).tolist()
    [1.0, 2.0, 3.0, 0.0]
    """
    x, length = as_array(array, name="array"), as_index(length, name="length", minimum=0)
    if not -x.ndim <= as_index(axis, name="axis", minimum=-64) < x.ndim:
        raise ParameterError(f"axis={axis} is no axis of array.shape={x.shape}; use the last one, axis=-1")
    n = x.shape[axis]
    if n > length:
        return np.moveaxis(np.moveaxis(x, axis, -1)[..., :length], -1, axis).copy()
    if n == length:
        return x
    shape = list(x.shape)
    shape[axis] = length - n
    return np.concatenate([x, np.zeros(shape, x.dtype)], axis=axis)


@peer(RuntimeError)
def mel_filters(device: object = None, n_mels: int = 80) -> np.ndarray:
    """Whisper's filters.

    Parameters
    ----------
    device : optional
        Taken for the sake of code that passes it: 'cpu' or None.
    n_mels : {80, 128}, default 80
        Bands.

    Returns
    -------
    np.ndarray [shape=(n_mels, 201)], float32

    Raises
    ------
    ParameterError
        If `n_mels` is another number, or `device` another device.

    Examples
    --------
    >>> from fastspec.compat import whisper
    >>> whisper.mel_filters(n_mels=128).shape
    (128, 201)
    """
    from .._front.banks import weights_of

    _check_device(device)
    return weights_of(recipe("whisper", n_mels=_checked_bands(n_mels)), 0).astype(np.float32)


@peer(RuntimeError)
def log_mel_spectrogram(
    audio: str | os.PathLike[str] | npt.ArrayLike, n_mels: int = 80, padding: int = 0, device: object = None
) -> np.ndarray:
    """Log-mel spectrogram, as Whisper takes it.

    Parameters
    ----------
    audio : str, path-like or array_like [shape=(..., n)]
        A sound file, or samples at 16 kHz.
    n_mels : {80, 128}, default 80
        Bands; 128 for large-v3.
    padding : int, default 0
        Zeros behind the samples.
    device : optional
        Taken for the sake of code that passes it: 'cpu' or None.

    Returns
    -------
    np.ndarray [shape=(..., n_mels, n // 160)], float32
        Silence is -1.5. All channels of an array share one highest level, as in the original.

    Raises
    ------
    ParameterError
        If there are not more than 200 samples, which is what the ends reflect, or samples are not finite. A
        RuntimeError, which torch raises there.

    Examples
    --------
    >>> import numpy as np
    >>> from fastspec.compat import whisper
    >>> whisper.log_mel_spectrogram(whisper.pad_or_trim(np.zeros(16000, np.float32))).shape
    (80, 3000)
    """
    _check_device(device)
    whisper = _recipe(_checked_bands(n_mels), as_index(padding, name="padding", minimum=0))
    x = load_audio(audio) if isinstance(audio, (str, os.PathLike)) else as_array(audio, name="audio", kinds="fiu")
    if x.ndim and x.shape[-1] + whisper.append <= N_FFT // 2:
        raise ParameterError(
            f"audio.shape={x.shape} has too few samples to reflect {N_FFT // 2} of them; use padding, or pad_or_trim"
        )
    if x.ndim < 3:
        return whisper(x)
    return whisper(x.reshape(-1, x.shape[-1])).reshape(*x.shape[:-1], n_mels, -1)


@kept(32)
def _recipe(n_mels: int, padding: int) -> Recipe:
    return recipe("whisper", n_mels=n_mels, append=padding, top_over="channels")


def _checked_bands(n_mels: int) -> int:
    if as_index(n_mels, name="n_mels") not in (80, 128):
        kind = both(ParameterError, AssertionError)
        raise kind(f"n_mels={n_mels} must be 80 or 128; for others use fastspec.recipe('whisper', n_mels={n_mels})")
    return n_mels


def _check_device(device: Any) -> None:
    if device is not None and str(device).partition(":")[0] != "cpu":
        raise ParameterError(f"device={device!r} is not the CPU, where fastspec works; move the result there")
