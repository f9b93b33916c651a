"""Features of a signal that comes in pieces: the very frames of the call on the whole, in bounded memory."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from . import _run, _transforms
from ._arrays import (
    PCM_DTYPES,
    DTypeError,
    ParameterError,
    as_array,
    as_index,
    as_number,
    as_samples,
    check_channels_first,
    first_nonfinite,
)
from ._complaints import public
from ._spec import Padding, Spectrum, precision_of
from .feature.spectral import run_given

if TYPE_CHECKING:
    import numpy.typing as npt

    from ._windows import Window
    from .core._audio_file import AudioSource


class Stream:
    """Frames of a feature as the samples arrive.

    What `push` and `finish` return, put together along the last axis, is bit for bit what the function of the same
    name returns for the whole signal, whatever the sizes of the pieces. Levels have no `top_db` here: the peak is
    not known before the end.

    Parameters
    ----------
    feature : {'logmel', 'melspectrogram', 'mfcc', 'stft'}, default 'logmel'
        What to compute: ``feature.logmel(..., top_db=None)``, ``feature.melspectrogram``, ``stft``, or
        ``feature.mfcc`` of levels without `top_db`.
    sr : float, default 22050
        Sampling rate in Hz.
    n_fft, hop_length, win_length, window, center, pad_mode
        As in `fastspec.feature.melspectrogram`. With ``center=True``, a frame is complete half an `n_fft` after its
        middle.
    power : {1, 2}, default 2
        Exponent of the magnitude.
    ref, amin
        As in `fastspec.feature.logmel`; `ref` is a number.
    n_mfcc, lifter
        As in `fastspec.feature.mfcc`.
    dtype : {float32, float64}, default float32
        Precision; samples are converted to it.
    **kwargs
        For `fastspec.filters.mel`.

    Raises
    ------
    ParameterError
        If an argument breaks its rule, samples are not finite, or a piece has other channels than the first.

    Examples
    --------
    >>> import fastspec
    >>> import numpy as np
    >>> y = np.random.default_rng(0).standard_normal(16000).astype(np.float32)
    >>> stream = fastspec.Stream("logmel", sr=16000, n_fft=400, hop_length=160, n_mels=80)
    >>> parts = [stream.push(y[i : i + 1000]) for i in range(0, 16000, 1000)] + [stream.finish()]
    >>> whole = fastspec.feature.logmel(y=y, sr=16000, n_fft=400, hop_length=160, n_mels=80, top_db=None)
    >>> bool(np.array_equal(np.concatenate(parts, axis=-1), whole))
    True
    """

    @public
    def __init__(
        self,
        feature: Literal["logmel", "melspectrogram", "mfcc", "stft"] = "logmel",
        *,
        sr: float = 22050,
        n_fft: int = 2048,
        hop_length: int = 512,
        win_length: int | None = None,
        window: Window = "hann",
        center: bool = True,
        pad_mode: str = "constant",
        power: float = 2.0,
        ref: float = 1.0,
        amin: float = 1e-10,
        n_mfcc: int = 20,
        lifter: float = 0,
        dtype: npt.DTypeLike = np.float32,
        **kwargs: Any,
    ) -> None:
        if feature not in ("logmel", "melspectrogram", "mfcc", "stft"):
            raise ParameterError(f"feature={feature!r} must be 'logmel', 'melspectrogram', 'mfcc' or 'stft'")
        if power not in (1, 2):
            raise ParameterError(f"power={power} must be 1 or 2")
        _transforms.check_amin(amin)
        _transforms.check_lifter(lifter)
        offset, n_mfcc = _transforms.offset_of(ref, amin), as_index(n_mfcc, name="n_mfcc")
        self._dtype = np.dtype(dtype)
        if self._dtype not in (np.float32, np.float64):
            raise DTypeError(f"dtype={dtype!r} must be float32 or float64")
        arguments = _transforms.stft_arguments(n_fft, hop_length, win_length, window, center, pad_mode)
        precision = precision_of(self._dtype)
        self._cepstrum = None
        if feature == "stft":
            if kwargs:
                raise TypeError(f"Stream('stft') takes no {', '.join(map(repr, kwargs))}")
            self._spec = _transforms.stft_spec(arguments, precision, Spectrum.COMPLEX)
        else:
            _transforms.check_mel_range(sr, kwargs)
            bank, _ = _transforms.mel_bank(sr=sr, n_fft=arguments.n_fft, **kwargs)
            kind = Spectrum.POWER if power == 2 else Spectrum.MAGNITUDE
            levels = None if feature == "melspectrogram" else (10.0, float(amin), offset)
            self._spec = _transforms.mel_spec(arguments, precision, kind, bank, levels)
        if feature == "mfcc":
            n_bands = len(self._spec.bank)
            self._cepstrum = _transforms.cepstrum_spec(n_bands, min(n_mfcc, n_bands), precision, 2, "ortho", lifter)
        self._pending: np.ndarray | None = None
        self._first_sample = 0  # of the signal, in `_pending`
        self._next_frame = 0
        self._finished = False

    @public
    def push(self, y: npt.ArrayLike) -> np.ndarray:
        """Take the next samples; return the frames that they complete.

        Parameters
        ----------
        y : array_like [shape=(..., n)], floating-point, int16, int32, uint8, int8 or uint16
            Any number of samples, none included; the same leading axes each time. Integers are of one dtype throughout;
            they count as `fastspec.pcm_to_float` has them in the stream's `dtype`, and are kept as they are.

        Returns
        -------
        np.ndarray [shape=(..., rows, new frames)]
        """
        if self._finished:
            raise ParameterError("this Stream is finished; make another one for another signal")
        y = as_samples(y if isinstance(y, np.ndarray) else as_array(y, name="y"), pcm=True)
        check_channels_first(y, self._spec.framing.n_fft)
        is_pcm = y.dtype in PCM_DTYPES
        if self._pending is not None and y.shape[:-1] != self._pending.shape[:-1]:
            raise ParameterError(
                f"y.shape={y.shape} differs from the first piece's channels {self._pending.shape[:-1]}"
            )
        if not (is_pcm or np.isfinite(y).all()):
            raise first_nonfinite(y)
        y = y if is_pcm else y.astype(self._dtype, copy=False)
        if self._pending is not None and y.dtype != self._pending.dtype:
            raise DTypeError(
                f"y.dtype={y.dtype} differs from the first piece's {self._pending.dtype}; keep to one of them"
            )
        self._pending = y.copy() if self._pending is None else np.concatenate([self._pending, y], axis=-1)
        return self._frames_before(self._n_complete())

    def finish(self) -> np.ndarray:
        """Return the frames that reach past the last sample, and close the stream.

        It may be called again, and returns no frames then.

        Returns
        -------
        np.ndarray [shape=(..., rows, new frames)]

        Raises
        ------
        ParameterError
            If there were no samples, or too few of them for a frame.
        """
        if self._pending is None:
            raise ParameterError("this Stream has seen no samples; push some first")
        framing = self._spec.framing
        n_samples = self._first_sample + self._pending.shape[-1]
        n_frames = framing.n_frames(n_samples)
        if n_frames == 0:
            raise ParameterError(
                f"{n_samples} samples are too few for a frame of n_fft={framing.n_fft}; use center=True"
            )
        self._finished = True
        return self._frames_before(n_frames)

    def _n_complete(self) -> int:
        """Frames that what has come so far decides: no padding behind, and all that padding before is made of."""
        framing = self._spec.framing
        n_samples = self._first_sample + self._pending.shape[-1]
        if framing.lead and framing.padding is not Padding.CONSTANT and n_samples <= framing.lead:
            return self._next_frame
        return max(self._next_frame, 1 + (n_samples + framing.lead - framing.n_fft) // framing.hop_length)

    def _frames_before(self, end: int) -> np.ndarray:
        skipped = self._first_sample // self._spec.framing.hop_length
        x = self._pending
        out = _run.allocate(self._spec, x.shape[:-1], end - self._next_frame, frame_major=self._spec.bank is None)
        _run.run(self._spec, x, out, check_finite=False, first_frame=self._next_frame - skipped)
        self._next_frame = end
        self._forget()
        return out if self._cepstrum is None else run_given(self._cepstrum, out)

    def _forget(self) -> None:
        """Drop whole hops that no later frame reads, nor reflects the end of the signal into."""
        framing = self._spec.framing
        oldest = self._next_frame * framing.hop_length - 2 * framing.lead - 1
        hops = max(0, oldest) // framing.hop_length - self._first_sample // framing.hop_length
        if hops > 0:
            drop = min(hops * framing.hop_length, self._pending.shape[-1] // framing.hop_length * framing.hop_length)
            self._first_sample += drop
            self._pending = self._pending[..., drop:].copy()


@public
def logmel_file(
    path: AudioSource,
    *,
    sr: float | None = None,
    mono: bool = True,
    top_db: float | None = 80.0,
    block_seconds: float = 30.0,
    **kwargs: Any,
) -> tuple[np.ndarray, float]:
    """Log-mel spectrogram of an audio file, reading a block at a time.

    The samples of a ten-hour file never stand in memory together; the features do.

    Parameters
    ----------
    path : str, path or file object
        Anything libsndfile reads.
    sr : float, optional
        Rate to convert to. Default: the file's own, unlike `fastspec.load`.
    mono : bool, default True
        Whether to average the channels.
    top_db : float >= 0 or None, default 80.0
        As in `fastspec.feature.logmel`.
    block_seconds : float > 0, default 30.0
        How much to read at a time.
    **kwargs
        For `Stream`: `n_fft`, `hop_length`, `n_mels`, `fmin`, `ref`, ...

    Returns
    -------
    L : np.ndarray [shape=(n_mels, t) or (channels, n_mels, t)]
        Decibels; bit for bit `fastspec.feature.logmel` of the whole file at its own rate.
    sr : float
        The rate of the samples they were computed from.

    Raises
    ------
    ParameterError
        As `Stream`; if `top_db` is negative or `block_seconds` not positive.
    AudioFileError
        If the file is missing, not audio, or ends before its header says.

    Examples
    --------
    >>> import fastspec, tempfile, os, soundfile
    >>> import numpy as np
    >>> path = os.path.join(tempfile.mkdtemp(), "a.wav")
    >>> soundfile.write(path, np.sin(np.arange(32000) / 9), 16000)
    >>> L, sr = fastspec.feature.logmel_file(path, n_fft=400, hop_length=160, n_mels=40)
    >>> L.shape, sr
    ((40, 201), 16000)
    """
    from .core._audio_file import open_audio, read_blocks

    _transforms.check_top_db(top_db)
    if not 0 < as_number(block_seconds, name="block_seconds") < math.inf:
        raise ParameterError(f"block_seconds={block_seconds} must be positive and finite; 30 is the default")
    with open_audio(path) as file:
        rate = file.samplerate
        stream = Stream("logmel", sr=rate if sr is None else sr, **kwargs)
        convert = _converter(rate, sr, file.channels, mono, stream._dtype)
        parts = []
        for block, last in read_blocks(file, max(1, int(block_seconds * rate)), stream._dtype.name):
            parts.append(stream.push(convert(block.mean(axis=1, keepdims=True) if mono else block, last)))
        parts.append(stream.finish())
    L = np.concatenate(parts, axis=-1)
    if top_db is not None:
        for channel in L.reshape(-1, *L.shape[-2:]):
            _run.clamp(channel, shift=0.0, lower=_run.peak(channel) - top_db)
    return L, rate if sr is None else sr


def _converter(rate: float, sr: float | None, n_channels: int, mono: bool, dtype: np.dtype):
    """From a block (samples, channels) to samples (n) or (channels, n), resampled if asked for."""
    shape = (lambda block: block[:, 0]) if mono or n_channels == 1 else (lambda block: block.T)
    if sr is None or sr == rate:
        return lambda block, _: shape(block)
    import soxr

    resampler = soxr.ResampleStream(rate, sr, 1 if mono else n_channels, dtype=dtype.name, quality="HQ")
    return lambda block, last: shape(resampler.resample_chunk(block, last=last).reshape(-1, 1 if mono else n_channels))
