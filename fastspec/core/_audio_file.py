"""Reading sound files through libsndfile; every complaint about a file is raised here.

This is the one module that imports soundfile, and it is itself imported on first use only.
"""

from __future__ import annotations

import errno
import os
import re
from typing import BinaryIO

import numpy as np
import soundfile

from .._arrays import LibrosaError, ParameterError, as_number

# A writer that cannot seek back (a pipe) leaves a size such as 0xFFFFFFFF or 0x7FFFFFFF in the header.
# No more can be concluded from it than that the length was unknown at the time of writing.
_PLACEHOLDER_SIZE = 0x7FFF0000
_UNKNOWN_FRAMES = 2**62
# The length of an MP3 without a frame count in its header is an estimate, off by up to the decoder's
# delay. Two MPEG frames cover that.
_MP3_SLACK = 2 * 1152

# What libsndfile's log says of a chunk that is longer than the rest of the file, by format.
_SHORT_CHUNK = re.compile(r"^\s*(?:data|SSND|Data Size|riff)\s*:\s*(\d+) \(should be (\d+)\)", re.MULTILINE)
_SHORT_RF64 = re.compile(r"Calculated frame count (\d+) does not match value from 'ds64' chunk of (\d+)")
_CUT_OGG = ("Ogg: Last page lacks an end-of-stream bit", "Ogg: Junk after the last page")


class AudioFileError(LibrosaError, soundfile.LibsndfileError, OSError):
    """A sound file cannot be read: not there, not audio, damaged, or shorter than its header says.

    It is all of what scripts written for librosa catch: a `soundfile.LibsndfileError` (what librosa 1.0
    lets through), an `OSError`, and for a file that is not there a `FileNotFoundError` as well. The
    message names the file and quotes libsndfile.

    Attributes
    ----------
    filename : str
        The file, as it was named in the call.
    reason : str
        What is wrong with it, with libsndfile's own words.
    code : int
        The number of libsndfile's error, 0 where libsndfile saw no error.
    errno : int or None
        The operating system's error number, where there is one.

    Examples
    --------
    >>> import fastspec
    >>> try:
    ...     y, sr = fastspec.load("no-such-file.wav")
    ... except FileNotFoundError as error:
    ...     print(error.filename)
    no-such-file.wav
    """

    def __init__(self, filename: str, reason: str, code: int = 0, errno: int | None = None) -> None:
        OSError.__init__(self, errno, reason, filename)
        soundfile.LibsndfileError.__init__(self, code, prefix=f"{filename}: ")
        self.errno, self.strerror, self.filename = errno, reason, filename
        self.reason = reason

    def __str__(self) -> str:
        return f"{self.filename}: {self.reason}"

    def __reduce__(self) -> tuple[type, tuple]:
        return type(self), (self.filename, self.reason, self.code, self.errno)


class AudioFileNotFoundError(AudioFileError, FileNotFoundError):
    """An `AudioFileError` that is a `FileNotFoundError` too."""


AudioSource = str | bytes | os.PathLike[str] | int | BinaryIO | soundfile.SoundFile


def name_of(source: AudioSource) -> str:
    """What to call a path, file object, descriptor or `soundfile.SoundFile` in a message."""
    if isinstance(source, soundfile.SoundFile):
        source = source.name
    if isinstance(source, (str, bytes, os.PathLike)):
        return os.fsdecode(source)
    if isinstance(source, int):
        return f"file descriptor {source}"
    name = getattr(source, "name", None)
    return name if isinstance(name, str) else f"<{type(source).__name__}>"


def open_audio(source: AudioSource) -> soundfile.SoundFile:
    """Open a path, file object or descriptor for reading; a `soundfile.SoundFile` is passed through."""
    if isinstance(source, soundfile.SoundFile):
        return source
    try:
        return soundfile.SoundFile(source)
    except soundfile.LibsndfileError as error:
        raise _opening_error(source, error) from None
    except TypeError as error:
        if not isinstance(source, (str, bytes, os.PathLike)):
            raise
        # The suffix .raw: headerless samples, which soundfile does not guess at.
        raise AudioFileError(
            name_of(source),
            f"has no header that says how to read it ({error}); pass an opened soundfile.SoundFile",
        ) from None


def _opening_error(source, error: soundfile.LibsndfileError) -> AudioFileError:
    name, said = name_of(source), f"(libsndfile: {error.error_string})"
    if isinstance(source, (str, bytes, os.PathLike)):
        if not os.path.exists(source):
            return AudioFileNotFoundError(name, f"no such file {said}", error.code, errno.ENOENT)
        if os.path.isdir(source):
            return AudioFileError(name, f"is a directory, not a sound file {said}", error.code, errno.EISDIR)
        if not os.access(source, os.R_OK):
            return AudioFileError(name, f"permission denied {said}", error.code, errno.EACCES)
        if os.path.getsize(source) == 0:
            return AudioFileError(name, f"is empty: it holds no bytes {said}", error.code)
    return AudioFileError(name, f"is not a sound file that can be read {said}", error.code)


def reading_error(file: soundfile.SoundFile, error: soundfile.LibsndfileError) -> AudioFileError:
    """What to raise when decoding an opened file fails."""
    reason = f"is damaged or cut short: reading its {file.frames} frames failed (libsndfile: {error.error_string})"
    return AudioFileError(name_of(file), reason, error.code)


def frames_of(seconds: float, file: soundfile.SoundFile, *, name: str) -> int:
    """A time as a number of frames that libsndfile can count."""
    if not abs(as_number(seconds, name=name)) * file.samplerate < _UNKNOWN_FRAMES:
        raise ParameterError(f"{name}={seconds} must be a finite number of seconds; leave it out to read all")
    return int(seconds * file.samplerate)


def seek_to(file: soundfile.SoundFile, offset: float) -> None:
    """Go to `offset` seconds from the start of the file, or from its end where negative."""
    frames = frames_of(abs(offset), file, name="offset")
    try:
        if offset >= 0:
            file.seek(frames)
        else:
            file.seek(-frames, whence=soundfile.SEEK_END)
    except soundfile.LibsndfileError as error:
        length = file.frames / file.samplerate
        raise AudioFileError(
            name_of(file),
            f"offset={offset} s is outside its {length:.6g} s (libsndfile: {error.error_string})",
            error.code,
        ) from None


_SHORT_SUBTYPES = {"PCM_16", "PCM_S8", "PCM_U8", "ULAW", "ALAW", "ALAC_16"}
_LONG_SUBTYPES = {"PCM_24", "PCM_32", "ALAC_20", "ALAC_24", "ALAC_32"}


def own_dtype(file: soundfile.SoundFile) -> str:
    """The smallest dtype of libsndfile's that holds the samples as they are in the file, integers at the top of it."""
    if file.subtype in _SHORT_SUBTYPES:
        return "int16"
    if file.subtype in _LONG_SUBTYPES:
        return "int32"
    return "float64" if file.subtype == "DOUBLE" else "float32"


def read(source, *, offset: float = 0.0, duration: float | None = None, dtype=np.float32):
    """Samples (channels first), sampling rate, and a complaint about missing samples or None.

    With dtype None, samples come as the file has them: see `own_dtype`.

    The complaint is a sentence for the caller to raise or to warn with: what libsndfile decodes from a
    file that was cut short is sound as far as it goes.
    """
    with open_audio(source) as file:
        if file.frames > _UNKNOWN_FRAMES:
            raise AudioFileError(name_of(file), "does not say how long it is (libsndfile: unknown number of frames)")
        if offset != 0:
            seek_to(file, offset)
        wanted = -1 if duration is None else frames_of(duration, file, name="duration")
        # Only a seekable file knows what is left; a pipe is read as asked.
        left = file.frames - file.tell() if file.seekable() else wanted
        try:
            y = file.read(frames=wanted, dtype=dtype or own_dtype(file), always_2d=False)
        except soundfile.LibsndfileError as error:
            raise reading_error(file, error) from None
        except MemoryError:
            raise AudioFileError(
                name_of(file),
                f"claims {file.frames} frames of {file.channels} channels, too many for the memory",
            ) from None
        reaches_end = wanted < 0 or wanted > left
        expected = left if reaches_end else wanted
        complaint = _missing_samples(file, expected, len(y), reaches_end)
        return y.T, file.samplerate, complaint


def _missing_samples(file: soundfile.SoundFile, expected: int, got: int, reaches_end: bool) -> str | None:
    """What says that the file holds less than it should, from the frame count and libsndfile's log."""
    if got < expected - (_MP3_SLACK if file.format == "MP3" else 0):
        return f"is cut short: {expected} frames are promised, {got} can be read (libsndfile: no error)"
    if not reaches_end:
        return None
    log = file.extra_info
    for found in _SHORT_CHUNK.finditer(log):
        promised, there = map(int, found.groups())
        if there < promised < _PLACEHOLDER_SIZE:
            said = " ".join(found[0].split())
            return f"is cut short: {promised} bytes are promised, {there} are there (libsndfile: {said})"
    for found in _SHORT_RF64.finditer(log):
        there, promised = map(int, found.groups())
        if there < promised:
            return f"is cut short: {promised} frames are promised, {there} are there (libsndfile: {found[0]})"
    # One of the two lines alone is common in healthy files: recorded radio streams, appended tags.
    if all(line in log for line in _CUT_OGG):
        return f"is cut short after {file.frames} frames (libsndfile: {'; '.join(_CUT_OGG)})"
    return None


def read_whole(source, *, dtype=np.float32) -> tuple[np.ndarray, int]:
    """All samples (channels first) and the rate; a file that is cut short or holds none is an error."""
    y, sr, complaint = read(source, dtype=dtype)
    if complaint:
        raise AudioFileError(name_of(source), complaint)
    if y.shape[-1] == 0:
        raise AudioFileError(name_of(source), "holds no samples (libsndfile: 0 frames)")
    return y, sr


def read_blocks(file: soundfile.SoundFile, size: int, dtype: str):
    """Blocks (samples, channels) of an opened file, and of each whether it is the last; a cut file is an error."""
    expected = left = file.frames
    while left > 0:
        try:
            block = file.read(min(size, left), dtype=dtype, always_2d=True)
        except soundfile.LibsndfileError as error:
            raise reading_error(file, error) from None
        left = left - len(block) if len(block) == min(size, left) else 0
        if left == 0:
            complaint = _missing_samples(file, expected, file.tell(), True)
            if complaint:
                raise AudioFileError(name_of(file), complaint)
        yield block, left == 0
