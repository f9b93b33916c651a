"""Sound files written: samples converted by `pcm` and handed to libsndfile, both a block at a time."""

from __future__ import annotations

import io
import os
import reprlib
import shutil
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, BinaryIO, Literal

import numpy as np

from .. import pcm
from .._gate.complaints import public
from .._gate.samples import DTypeError, ParameterError, as_array, as_index
from . import formats as _formats
from . import whole_file as _whole_file

if TYPE_CHECKING:
    import numpy.typing as npt

    from ..pcm import Encoding

# For each kind of samples in files: the dtype that `pcm` makes, and the one handed to libsndfile; nothing is lost.
_CODES: dict[str, tuple[type, Encoding | None, type]] = {
    **dict.fromkeys(("PCM_U8", "PCM_S8"), (np.int8, None, np.int32)),
    **dict.fromkeys(("PCM_16", "ALAC_16", "DPCM_16"), (np.int16, None, np.int16)),
    "PCM_24": (np.int32, "int24", np.int32),
    "PCM_32": (np.int32, None, np.int32),
    **dict.fromkeys(("IMA_ADPCM", "MS_ADPCM", "GSM610", "G721_32", "G723_24", "G723_40"), (np.int16, None, np.int16)),
    **dict.fromkeys(("NMS_ADPCM_16", "NMS_ADPCM_24", "NMS_ADPCM_32"), (np.int16, None, np.int16)),
    "DPCM_8": (np.int8, None, np.int32),
    "ULAW": (np.uint8, "ulaw", np.int16),
    "ALAW": (np.uint8, "alaw", np.int16),
    "DOUBLE": (np.float64, None, np.float64),
}
_OTHERS: tuple[type, Encoding | None, type] = (np.float32, None, np.float32)

_BLOCK = 1 << 16  # samples, of all channels together
# libvorbis takes from the stack what is handed over at once, LAME aborts at NaN and far beyond full scale.
_SMALL_BLOCK, _LOSSY, _LOUDEST = 1 << 12, ("VORBIS", "OPUS", "MPEG_LAYER_III"), 2.0**15
_OF_ONE_BYTE = ("PCM_S8", "PCM_U8", "ULAW", "ALAW")
# These fill up the last of their blocks, with fewer samples than this.
_PADDED, _MOST_PADDING = ("GSM610", "IMA_ADPCM", "MS_ADPCM", "G721_32", "G723_24", "G723_40", "NMS_ADPCM"), 1 << 14


@public
def write(
    path: str | bytes | os.PathLike[str] | BinaryIO | int,
    y: npt.ArrayLike,
    sr: int,
    subtype: str | None = None,
    *,
    format: str | None = None,
    lo: float | None = None,
    hi: float | None = None,
    dither: Literal["tpdf"] | None = None,
    rng: int | np.random.Generator | None = None,
) -> int:
    """Write a sound file, rounding and clipping as SoX does.

    The file gets its name when it is complete: what fails leaves nothing behind, nor harms a file that was there.
    Links are followed, and a file that was there keeps its mode and owner. What the format cannot hold is refused:
    what is written reads back with its rate, channels and length, except that codecs which work in blocks (GSM 6.10,
    ADPCM) fill up the last one.

    Parameters
    ----------
    path : str, bytes, path-like, file object or int
        Its suffix says the format: .wav, .flac, .mp3, .ogg (Vorbis), .opus, .aiff, ... A pipe or device is written to
        as it is. Into a binary file object (it needs no more than ``write``) or descriptor goes what would be the file,
        once it is complete.
    y : array_like [shape=(n,) or (channels, n)], of a dtype that `pcm_convert` takes
        The samples; floating-point ones from -1 to 1. (soundfile has channels last: pass ``y.T``.)
    sr : int > 0
        Sampling rate in Hz.
    subtype : str, optional
        The samples in the file, by libsndfile's name: 'PCM_16', 'PCM_24', 'PCM_32', 'PCM_S8', 'PCM_U8' (8-bit WAV is
        unsigned), 'FLOAT', 'DOUBLE', 'ULAW', 'ALAW', ... By default the usual one of the format.
    format : str, optional
        The format, if the suffix does not say it: 'WAV', 'FLAC', ... If it does, .wav of 4 GiB or more becomes RF64.
    lo, hi : float, optional
        Levels that become -1 and 1: ``2 (y - lo) / (hi - lo) - 1`` is written. If one is given, the other is the lowest
        or highest value of `y` by default.
    dither, rng
        As in `float_to_pcm`.

    Returns
    -------
    int
        The number of clips, as `float_to_pcm` counts them; with `lo` or `hi`, of values outside of these.

    Raises
    ------
    ParameterError
        If an argument breaks its rule, `lo` is not below `hi`, or the format has no such `subtype`, or cannot hold this
        rate, so many channels or samples, or such values. Nothing is written.
    DTypeError
        If `y` has another dtype, or `path` is neither a path nor a file.
    AudioFileError
        If the file cannot be written.

    Examples
    --------
    >>> import fastspec, io, os, tempfile
    >>> path = os.path.join(tempfile.mkdtemp(), "steps.wav")
    >>> fastspec.write(path, [0, 1, 2, 3, 4], 8000, lo=0, hi=4)
    0
    >>> fastspec.read(path, dtype="int16")[0].tolist()
    [-32768, -16384, 0, 16384, 32767]
    >>> memory = io.BytesIO()
    >>> fastspec.write(memory, [0.0, 0.5], 8000, format="FLAC")
    0
    >>> memory.getvalue()[:4]
    b'fLaC'
    """
    target, name = _target(path)
    if format is None and not os.path.splitext(name)[1] and not isinstance(target, str):
        raise ParameterError(f"format=None: {name} has no suffix that says the format; use format='WAV', 'FLAC', ...")
    file_format, subtype = _formats.sound_format(name, format, subtype)
    y = as_array(y, name="y")
    if not 1 <= y.ndim <= 2:
        raise ParameterError(f"y.shape={y.shape} must be (n,) or (channels, n)")
    channels, n = np.atleast_2d(y).shape
    if not 1 <= channels <= _formats.MOST_CHANNELS:
        raise ParameterError(
            f"y.shape={y.shape} is {channels} channels of {n} samples, and a file has 1 to {_formats.MOST_CHANNELS}; "
            "channels come first, so pass y.T"
        )
    sr = as_index(int(sr) if isinstance(sr, float) and sr % 1 == 0 else sr, name="sr")
    if format is None:
        file_format = _formats.longer_format(file_format, subtype, channels, n)
    _formats.check_limits(name, file_format, subtype, sr, channels, n)
    content = _Content(y, sr, subtype, file_format, lo, hi, dither, rng)
    _put(target, name, content)
    return content.clips


def _target(path: Any) -> tuple[str | BinaryIO, str]:
    """The path as str, or a binary file to write to; and what to call it, which may say the format."""
    if isinstance(path, (str, bytes, os.PathLike)):
        name = os.fsdecode(path)
        if "\0" in name:
            raise ParameterError(f"path={name!r} has a NUL character, which no path may have")
        return name, name
    if isinstance(path, int) and not isinstance(path, bool):
        return _file_of(path), f"file descriptor {path}"
    if not hasattr(path, "write"):
        raise DTypeError(f"path={reprlib.repr(path)} must be a path, or a file object that is open for writing bytes")
    writable = getattr(path, "closed", False) is False and getattr(path, "writable", lambda: True)()
    if isinstance(path, io.TextIOBase) or not writable:
        raise ParameterError(f"path={path!r} is not open for writing bytes; open it with mode='wb'")
    named = getattr(path, "name", None)
    return path, named if isinstance(named, str) else f"<{type(path).__name__}>"


def _file_of(descriptor: int) -> BinaryIO:
    try:
        return open(descriptor, "wb", closefd=False)
    except (OSError, ValueError) as error:
        raise ParameterError(f"path={descriptor} is no descriptor of an open file ({error})") from None


class _Content:
    """What is to be written, made a block at a time, and what was clipped on the way."""

    def __init__(
        self, y: np.ndarray, sr: int, subtype: str, file_format: str, lo: Any, hi: Any, dither: Any, rng: Any
    ) -> None:
        self.y, self.sr, self.subtype, self.format = y, sr, subtype, file_format
        self.channels, self.n = np.atleast_2d(y).shape
        self.kind = f"{file_format} {subtype}"
        self.clips = 0
        self.span = None if lo is None and hi is None else _span(y, lo, hi)
        dtype, self._encoding, self._carrier = _CODES.get(subtype, _OTHERS)
        self._convert = pcm.block_converter(self.n, dtype, to_encoding=self._encoding, dither=dither, rng=rng)
        self._block(0, 0)  # complains about y's dtype before anything is made

    def blocks(self) -> Iterator[np.ndarray]:
        """(n,) or (n, channels), as soundfile takes them."""
        step = max(1, (_SMALL_BLOCK if self.subtype in _LOSSY else _BLOCK) // self.channels)
        for begin in range(0, self.n, step):
            yield self._block(begin, begin + step).T

    def _block(self, begin: int, end: int) -> np.ndarray:
        block = self.y[..., begin:end]
        if self.span is not None:
            lo, hi = self.span
            self.clips += int(np.count_nonzero(~((block >= lo) & (block <= hi))))
            block = 2 * (block.astype(np.float64) - lo) / (hi - lo) - 1
        codes, clips = self._convert(block, begin)
        if self.span is None:
            self.clips += clips
        if self.subtype in _LOSSY:
            self._check_values(codes, begin)
        if self._encoding:
            return pcm.pcm_convert(codes, self._carrier, from_encoding=self._encoding)
        return pcm.as_dtype(codes, self._carrier)

    def _check_values(self, block: np.ndarray, begin: int) -> None:
        wrong = ~(np.abs(block) <= _LOUDEST)
        if wrong.any():
            at = np.argwhere(wrong)[0]
            place = ", ".join(map(str, (*at[:-1], begin + at[-1])))
            raise ParameterError(
                f"y[{place}] is {block[tuple(at)]}; {self.kind} takes finite samples, from -1 to 1 (and {_LOUDEST:.0f} "
                "at the very most); use FLOAT in WAV to keep such values"
            )


def _span(y: np.ndarray, lo: float | None, hi: float | None) -> tuple[float, float]:
    """The levels that become -1 and 1."""
    if y.dtype.kind not in "iuf":
        raise DTypeError(f"y.dtype={y.dtype} is not real")
    if y.size == 0:
        return -1.0, 1.0
    lo = float(np.nanmin(y) if lo is None else lo)
    hi = float(np.nanmax(y) if hi is None else hi)
    if not -np.inf < lo < hi < np.inf:
        raise ParameterError(f"lo={lo} must be below hi={hi}, and both finite; give the range that y's levels may have")
    return lo, hi


def _put(target: str | BinaryIO, name: str, content: _Content) -> None:
    from .sound import AudioFileError

    try:
        if isinstance(target, str):
            with _whole_file.whole_file(target) as file:
                _encode(file, name, content)
        else:
            with _whole_file.unnamed_file() as file:
                _encode(file, name, content)
                file.seek(0)
                shutil.copyfileobj(file, _Whole(target), 1 << 20)
                getattr(target, "flush", bool)()
    except (OSError, _whole_file.OutputError) as error:
        cause = error if isinstance(error, OSError) else error.__cause__
        reason, number = getattr(cause, "strerror", None) or str(cause), getattr(cause, "errno", None)
        raise AudioFileError(name, f"cannot be written: {reason}", errno=number) from None


class _Whole:
    """Writes all that it is given; raw files and sockets may take a part of it."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def write(self, data: bytes) -> None:
        rest = memoryview(data)
        while rest:
            taken = self._file.write(rest)
            rest = rest[len(rest) if taken is None else taken :]


def _encode(file: BinaryIO, name: str, content: _Content) -> None:
    """By descriptor: libsndfile then writes without calling back into Python, where Ctrl-C would be lost."""
    import soundfile

    try:
        with _opened(file, "w", content.sr, content.channels, content.subtype, format=content.format) as sound:
            for block in content.blocks():
                sound.write(block)
    except soundfile.LibsndfileError as error:
        _complain_of_the_disk(file)
        raise ParameterError(
            f"{name}: sr={content.sr}, {content.channels} channels: libsndfile cannot write this as {content.kind} "
            f"({error.error_string}); use WAV"
        ) from None
    if content.format == "AIFF" and content.subtype in _OF_ONE_BYTE and content.n * content.channels % 2:
        _uncount_padding(file, content.n)
    _check_written(file, name, content)


def _complain_of_the_disk(file: BinaryIO) -> None:
    """libsndfile keeps the system's errors to itself, or sees none; they come again if more is written."""
    os.lseek(file.fileno(), 0, os.SEEK_END)
    for _ in range(4):
        os.write(file.fileno(), bytes(1 << 14))


def _uncount_padding(file: BinaryIO, n: int) -> None:
    """libsndfile 1.2 counts the byte that makes the length of an AIFF file even as one of its samples."""
    file.seek(0)
    head = os.read(file.fileno(), 4096)
    frames, size = head.index(b"COMM") + 10, head.index(b"SSND") + 4
    length = int.from_bytes(head[size : size + 4], "big")
    for place, number in ((frames, n), (size, length - (length + 1) % 2)):
        file.seek(place)
        file.write(number.to_bytes(4, "big"))
    file.flush()


def _check_written(file: BinaryIO, name: str, content: _Content) -> None:
    """What libsndfile finds in the file must be what was asked for: not every format can hold it, and few say so."""
    import soundfile

    file.seek(0)
    try:
        with _opened(file, "r") as sound:
            sr, channels, n = sound.samplerate, sound.channels, sound.frames
    except soundfile.LibsndfileError:
        found = "cannot be read back"
    else:
        padding = n - content.n
        right = 0 <= padding < _MOST_PADDING if content.subtype.startswith(_PADDED) else padding == 0
        if right and (sr, channels) == (content.sr, content.channels):
            return
        found = f"would read back as sr={sr}, {channels} channels, {n} samples"
    _complain_of_the_disk(file)
    raise ParameterError(
        f"{name}: sr={content.sr}, {content.channels} channels, {content.n} samples in {content.kind} {found}; use WAV"
    )


def _opened(file: BinaryIO, *arguments: Any, **options: Any) -> Any:
    import soundfile

    return soundfile.SoundFile(file if os.name == "nt" else file.fileno(), *arguments, closefd=False, **options)
