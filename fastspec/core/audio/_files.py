"""Sound files: read as a whole or in blocks, their length and rate. soundfile loads on first use."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from ..._gate.complaints import public, warn
from ..._gate.samples import ParameterError, as_array, as_hop_length, check_rate
from ...util.decorators import future_default
from ...util.utils import is_positive_int, valid_audio
from ._channels import to_mono
from ._resampling import SOXR_STREAMING, resample

if TYPE_CHECKING:
    import numpy.typing as npt

    from ..._gate.kinds import FloatArray
    from ..._soundfiles.sound import AudioSource, Sound


@public
def load(
    path: AudioSource,
    *,
    sr: float | None = 22050,
    mono: bool = True,
    offset: float = 0.0,
    duration: float | None = None,
    dtype: npt.DTypeLike | None = np.float32,
    res_type: str = "soxr_hq",
) -> tuple[FloatArray, float]:
    """Read a sound file: any format that libsndfile knows, such as WAV, FLAC, Ogg or MP3, or others by PyAV or ffmpeg.

    Files that were put end to end are read as one. m4a, AAC, WebM, video and the like need the package `av`, or an
    `ffmpeg` on PATH.

    Parameters
    ----------
    path : str, bytes, path-like, int, binary file object or soundfile.SoundFile
        The file, or a pipe; an int is a descriptor. A file object is read from where it stands, and a
        `soundfile.SoundFile`, too, which is then closed.
    sr : float > 0 or None, default 22050
        Sampling rate in Hz to convert to; None keeps that of the file.
    mono : bool, default True
        Mix the channels to one, or keep them.
    offset : float, default 0.0
        Where to start, in seconds; from the end of the file where negative.
    duration : float, optional
        How many seconds to read, as far as there are any. Default: all.
    dtype : dtype_like, default float32
        Precision of the samples, float32 or float64, which None stands for.
    res_type : str, default 'soxr_hq'
        How to convert the rate, see `resample`.

    Returns
    -------
    y : np.ndarray [shape=(n,) or (channels, n)]
        The samples, full scale being 1.
    sr : float
        Their sampling rate in Hz.

    Raises
    ------
    AudioFileError
        If the file is not there (a FileNotFoundError too), is no sound file, or cannot be decoded.
    ParameterError
        If an argument breaks its rule.

    Warns
    -----
    UserWarning
        If the file holds less than its header promises, or more that cannot be read: what can be read is returned.

    Examples
    --------
    >>> import io, numpy as np, soundfile, fastspec
    >>> file = io.BytesIO()
    >>> soundfile.write(file, np.zeros((44100, 2)), 44100, format="WAV")
    >>> y, sr = fastspec.load(io.BytesIO(file.getvalue()))
    >>> y.shape, sr
    ((22050,), 22050)
    """
    from ..._soundfiles.sound import name_of, read

    y, native_sr, complaint = read(path, offset=offset, duration=duration, dtype=np.dtype(dtype))
    if complaint:
        warn(f"{name_of(path)}: {complaint}")
    if mono:
        y = _mixed(y)
    if sr is None:
        return y, native_sr
    return resample(y, orig_sr=native_sr, target_sr=sr, res_type=res_type), sr


def _mixed(y: np.ndarray) -> np.ndarray:
    """The mean of the channels; a file of one channel is not copied."""
    if y.ndim > 1:
        return to_mono(y)
    valid_audio(y)
    return y


@public
def loadx(key: str, *, hq: bool | None = None, **kwargs: Any) -> tuple[FloatArray, float]:
    """Read one of the example recordings, `util.example` and `load` in one.

    Parameters
    ----------
    key : str
        Name of the example.
    hq : bool, optional
        Whether to read the file of higher quality. Default: if `kwargs` ask for more than 22050 Hz, for the rate of the
        file, or for more than one channel.
    **kwargs
        As for `load`.

    Returns
    -------
    y : np.ndarray [shape=(n,) or (channels, n)]
        The samples.
    sr : float
        Their sampling rate in Hz.

    Raises
    ------
    ParameterError
        If there is no example of that name.
    FileNotFoundError
        If it was not downloaded before, see `util.example`.

    Examples
    --------
    >>> import fastspec
    >>> y, sr = fastspec.loadx("trumpet", duration=1.0)  # doctest: +SKIP
    >>> try:
    ...     y, sr = fastspec.loadx("trumpet.wav")
    ... except fastspec.ParameterError as error:
    ...     print(error)
    key='trumpet.wav' is no example recording; a file is read by load(path)
    """
    from ...util.files import example

    if hq is None:
        sr = kwargs.get("sr", 22050)
        hq = sr is None or sr > 22050 or kwargs.get("mono", True) is False
    try:
        path = example(key, hq=hq)
    except ParameterError as error:
        raise ParameterError(f"key={key!r} is no example recording; a file is read by load(path)") from error
    return load(path, **kwargs)


@public
@future_default(param_name="sr", old_default=None, new_default=22050, version="1.1 of librosa")
def stream(
    path: AudioSource,
    *,
    block_length: int,
    frame_length: int,
    hop_length: int,
    sr: float | None = None,
    mono: bool = True,
    offset: float = 0.0,
    duration: float | None = None,
    fill_value: float | None = None,
    res_type: str = "soxr_hq",
    dtype: npt.DTypeLike | None = np.float32,
) -> Iterator[FloatArray]:
    """Read a sound file in blocks of frames, so that a long one need not fit into memory.

    Consecutive blocks overlap by ``frame_length - hop_length`` samples: the uncentred frames of all blocks
    are together those of the whole file. Use ``center=False`` in what you compute from them.

    Parameters
    ----------
    path : str, bytes, path-like, int, binary file object or soundfile.SoundFile
        The file, as for `load`; a `soundfile.SoundFile` is left open.
    block_length : int > 0
        Frames per block.
    frame_length, hop_length : int > 0
        Samples per frame, and from one frame to the next.
    sr : float > 0, optional
        Sampling rate in Hz to convert to; a block must come out as a whole number of samples of the file.
        None keeps that of the file.
    mono : bool, default True
        Mix the channels to one, or keep them.
    offset : float, default 0.0
        Where to start, in seconds; from the end of the file where negative.
    duration : float, optional
        How many seconds to read. Default: all.
    fill_value : float, optional
        What to continue a short last block with. Default: it stays short.
    res_type : str, default 'soxr_hq'
        How to convert the rate: one of the soxr methods of `resample`.
    dtype : dtype_like, default float32
        Precision of the samples, float32 or float64.

    Yields
    ------
    np.ndarray [shape=(m,) or (channels, m)]
        A block, ``m = (block_length - 1) * hop_length + frame_length``, or less at the end.

    Raises
    ------
    ParameterError
        If an argument breaks its rule.
    AudioFileError
        If the file is not there, is no sound file, or cannot be decoded.

    Warns
    -----
    FutureWarning
        If `sr` is not given, because librosa will make 22050 its default.
    UserWarning
        After the last block, if `load` would give it: what the file lacks.

    Examples
    --------
    >>> import io, numpy as np, soundfile, fastspec
    >>> file = io.BytesIO()
    >>> soundfile.write(file, np.zeros(22050), 22050, format="WAV")
    >>> _ = file.seek(0)
    >>> blocks = fastspec.stream(file, block_length=16, frame_length=2048, hop_length=512, sr=None)
    >>> [block.shape[-1] for block in blocks]
    [9728, 9728, 5666]
    """
    lengths = {"block_length": block_length, "frame_length": frame_length, "hop_length": hop_length}
    for name, value in lengths.items():
        if not is_positive_int(value):
            raise ParameterError(f"{name}={value!r} must be a positive integer")
    if sr is not None:
        check_rate(sr)
    if res_type not in SOXR_STREAMING:
        raise ParameterError(f"res_type={res_type!r} cannot stream; use one of {', '.join(SOXR_STREAMING)}")

    from ..._soundfiles.sound import ALL, frames_of, open_audio

    sound = open_audio(path)
    try:
        advance = block_length * hop_length
        step = _native_step(advance, sr, sound.samplerate)
        if offset != 0:
            sound.go_to(offset)
        frames = ALL if duration is None else frames_of(duration, sound, name="duration")
        chunks = _chunks(sound, step, frames, mono, dtype)
        if sr is not None and sr != sound.samplerate:
            chunks = _resampled(chunks, sound.samplerate, sr, 1 if mono else sound.channels, dtype, res_type)
        yield from _overlapping(chunks, (block_length - 1) * hop_length + frame_length, advance, fill_value)
        if sound.complaint:
            warn(f"{sound.name}: {sound.complaint}")
    finally:
        sound.close()


def _chunks(sound: Sound, step: int, frames: int, mono: bool, dtype: Any) -> Iterator[np.ndarray]:
    """The file in chunks of `step` samples, time first; only the last one is shorter."""
    from ..._soundfiles.sound import samples

    while frames > 0:
        chunk = samples(sound, min(step, frames), dtype)
        if len(chunk) == 0:
            return
        frames -= len(chunk)
        if sound.channels == 1:
            yield chunk[:, 0]
        else:
            yield to_mono(chunk.T) if mono else chunk


def _native_step(advance: int, sr: float | None, native_sr: int) -> int:
    """How many samples of the file correspond to `advance` samples of the result."""
    if sr is None or sr == native_sr:
        return advance
    exact = advance * native_sr / sr
    if not np.isclose(exact, round(exact), rtol=1e-7, atol=1e-5):
        raise ParameterError(
            f"block_length * hop_length={advance} samples at sr={sr} are {exact:.6g} samples of the file at "
            f"{native_sr} Hz, not a whole number; choose another block_length or hop_length"
        )
    return round(exact)


def _resampled(chunks: Any, native_sr: int, sr: float, channels: int, dtype: Any, quality: str) -> Iterator[np.ndarray]:
    import soxr

    resampler = soxr.ResampleStream(native_sr, sr, channels, dtype=dtype, quality=quality)
    for chunk in chunks:
        yield resampler.resample_chunk(chunk)
    # What the filter still holds back.
    yield resampler.resample_chunk(np.empty((0,) if channels == 1 else (0, channels), dtype=dtype), last=True)


def _overlapping(chunks: Any, size: int, advance: int, fill_value: float | None) -> Iterator[np.ndarray]:
    """Cut chunks (time first) into blocks of `size` every `advance` samples, the last ones being shorter."""
    held, skip = None, 0
    for chunk in chunks:
        held = chunk if held is None else np.concatenate((held, chunk))
        while len(held) - skip >= size:
            yield held[skip : skip + size].T.copy()
            skip += advance
        # Where blocks do not touch (advance > size), some of what comes next is skipped too.
        done = min(skip, len(held))
        held, skip = held[done:], skip - done
    while held is not None and len(held) > skip:
        block = held[skip : skip + size]
        if fill_value is not None:
            missing = [(0, size - len(block))] + [(0, 0)] * (block.ndim - 1)
            block = np.pad(block, missing, constant_values=fill_value)
        yield block.T.copy()
        skip += advance


@public
def get_duration(
    *,
    y: np.ndarray | None = None,
    sr: float = 22050,
    S: np.ndarray | None = None,
    n_fft: int = 2048,
    hop_length: int = 512,
    center: bool = True,
    path: AudioSource | None = None,
) -> float:
    """How long audio lasts, in seconds: a file, samples, or a spectrogram.

    Parameters
    ----------
    y : np.ndarray [shape=(..., n)], optional
        Samples.
    sr : float > 0, default 22050
        Sampling rate in Hz of `y`, or of what `S` was made of.
    S : np.ndarray [shape=(..., d, t)], optional
        Frames as columns: a spectrogram or a feature; looked at if `y` is None.
    n_fft, hop_length : int > 0, default 2048 and 512
        Samples per frame of `S`, and from one frame to the next.
    center : bool, default True
        Whether the frames of `S` are centred on their times.
    path : str, bytes, path-like, int, binary file object or soundfile.SoundFile, optional
        A file, as for `load`; goes before all else, and its own rate counts. The duration is that of what `load` gives:
        an MP3 that does not say how long it is is counted through.

    Returns
    -------
    float
        Seconds.

    Raises
    ------
    ParameterError
        If none of `y`, `S`, `path` is given.
    AudioFileError
        If the file is not there or is no sound file.

    Examples
    --------
    >>> import numpy as np, fastspec
    >>> fastspec.get_duration(y=np.zeros(11025), sr=22050)
    0.5
    """
    if path is not None:
        from ..._soundfiles.sound import open_audio

        with open_audio(path) as sound:
            return sound.total() / sound.samplerate
    if y is not None:
        n_samples = as_array(y, name="y").shape[-1]
    elif S is not None:
        n_samples = n_fft + as_hop_length(hop_length) * (as_array(S, name="S").shape[-1] - 1)
        if center:
            n_samples -= 2 * int(n_fft // 2)
    else:
        raise ParameterError("y=None, S=None and path=None leave nothing to measure; pass one of them")
    try:
        duration = n_samples / sr
        if duration > 0 and n_samples > 0:  # then so is the rate
            return duration
    except (TypeError, ValueError, ZeroDivisionError):
        pass
    check_rate(sr)
    return float(n_samples) / sr


@public
def get_samplerate(path: AudioSource) -> float:
    """The sampling rate of a sound file.

    Parameters
    ----------
    path : str, bytes, path-like, int, binary file object or soundfile.SoundFile
        The file, as for `load`; a `soundfile.SoundFile` is left open.

    Returns
    -------
    float
        Hz.

    Raises
    ------
    AudioFileError
        If the file is not there or is no sound file.

    Examples
    --------
    >>> import io, numpy as np, soundfile, fastspec
    >>> file = io.BytesIO()
    >>> soundfile.write(file, np.zeros(8), 48000, format="WAV")
    >>> _ = file.seek(0)
    >>> fastspec.get_samplerate(file)
    48000
    """
    from ..._soundfiles.sound import open_audio

    with open_audio(path, seconds=0.1) as sound:
        return sound.samplerate
