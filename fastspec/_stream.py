"""Features of a signal that comes in pieces: the very frames of the call on the whole, in bounded memory."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from ._engine.spec import precision_of
from ._front import specs
from ._front.gathered import frames_expected, gathered
from ._front.program import Program, mel_program
from ._front.source import as_clip
from ._front.walk import FrameStream, below_the_peak, extent_of, file_pieces, stream_parts
from ._gate.complaints import public
from ._gate.samples import PCM_DTYPES, DTypeError, ParameterError, as_index, as_number, check_amin, check_channels_first

if TYPE_CHECKING:
    import numpy.typing as npt

    from ._front.windows import Window
    from ._gate.kinds import FloatArray
    from ._soundfiles.sound import AudioSource


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
        check_amin(amin)
        specs.check_lifter(lifter)
        offset, n_mfcc = specs.offset_of(ref, amin), as_index(n_mfcc, name="n_mfcc")
        self._dtype = np.dtype(dtype)
        if self._dtype not in (np.float32, np.float64):
            raise DTypeError(f"dtype={dtype!r} must be float32 or float64")
        arguments = specs.stft_arguments(n_fft, hop_length, win_length, window, center, pad_mode)
        precision = precision_of(self._dtype)
        if feature == "stft":
            if kwargs:
                raise DTypeError(f"Stream('stft') takes no {', '.join(map(repr, kwargs))}")
            program = Program(specs.stft_spec(arguments, precision, specs.spectrum_of(None)))
        else:
            specs.check_mel_range(sr, kwargs)
            bank_key, bank = specs.mel_bank(sr=sr, n_fft=arguments.n_fft, **kwargs)
            levels = None if feature == "melspectrogram" else (10.0, float(amin), offset)
            second = None
            if feature == "mfcc":
                second = specs.cepstrum_spec(len(bank), min(n_mfcc, len(bank)), precision, 2, "ortho", lifter)
            program = mel_program(arguments, precision, power, bank_key, levels, second)
        self._frames = FrameStream(program)
        self._about = f"{feature}, sr={sr}, n_fft={arguments.n_fft}, hop_length={arguments.hop_length}"

    def __repr__(self) -> str:
        return f"<Stream of {self._about}: {self._frames.n_seen} samples, {self._frames.n_made} frames>"

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
        y = as_clip(y)
        check_channels_first(y, self._frames.program.first.framing.n_fft)
        y = y if y.dtype in PCM_DTYPES else y.astype(self._dtype, copy=False)
        return below_the_peak(self._frames.program, self._frames.push(y), None)

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
        return below_the_peak(self._frames.program, self._frames.finish(), None)


@public
def logmel_file(
    path: AudioSource,
    *,
    sr: float | None = None,
    mono: bool = True,
    top_db: float | None = 80.0,
    block_seconds: float = 30.0,
    **kwargs: Any,
) -> tuple[FloatArray, float]:
    """Log-mel spectrogram of an audio file, reading a block at a time.

    The samples of a ten-hour file never stand in memory together; the features do.

    Parameters
    ----------
    path : str, bytes, path-like, int, binary file object or soundfile.SoundFile
        Anything that `fastspec.load` reads.
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
        If the file is missing, not audio, ends before its header says, or holds no samples.

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
    from ._soundfiles.sound import open_audio

    specs.check_top_db(top_db)
    if not 0 < as_number(block_seconds, name="block_seconds") < math.inf:
        raise ParameterError(f"block_seconds={block_seconds} must be positive and finite; 30 is the default")
    with open_audio(path) as sound:
        rate = sound.samplerate if sr is None else sr
        stream = Stream("logmel", sr=rate, **kwargs)
        expected = frames_expected(sound, stream._frames.program, rate)
        pieces = file_pieces(sound, sr, mono, stream._dtype, block_seconds)
        L = gathered(stream_parts(stream, pieces), expected)
    program = replace(stream._frames.program, top=top_db)
    return below_the_peak(program, L, extent_of(L)), rate
