"""The one reader of sound files: `load`, `read`, `stream`, `logmel_file` and the command line all read through `Sound`.

This is the one module that imports soundfile, and it is itself imported on first use only. Every complaint about a file
is raised here, or is a sentence here that the caller raises or warns with.
"""

from __future__ import annotations

import contextlib
import errno
import io
import os
import re
import reprlib
import shutil
import stat
import tempfile
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO, TypeAlias, cast

import numpy as np
import soundfile

from .. import pcm
from .._engine.foreign import undisturbed
from .._gate.samples import DTypeError, LibrosaError, ParameterError, as_number
from . import other_decoders as _audio_other
from . import pieces as _audio_pieces

# A writer that cannot seek back (a pipe) leaves a size such as 0xFFFFFFFF or 0x7FFFFFFF in the header.
# No more can be concluded from it than that the length was unknown at the time of writing.
_PLACEHOLDER_SIZE = 0x7FFF0000
_UNKNOWN_FRAMES = ALL = 2**62
# Samples per read when the length is unknown.
_BLOCK = 1 << 18
# Pipes are copied into memory up to this size, and to a temporary file beyond.
_IN_MEMORY = 64 << 20
# The length of an MP3 without a frame count in its header is an estimate, off by up to the decoder's
# delay. Two MPEG frames cover that.
_MP3_SLACK = 2 * 1152

# What libsndfile's log says of a chunk that is longer than the rest of the file, by format.
_SHORT_CHUNK = re.compile(
    r"^\s*(?:(?:data|SSND|BODY|Data Size|riff)\s*:|Data length)\s*(\d+) \(?should be (\d+)", re.MULTILINE
)
_SHORT_MAT4 = re.compile(r"File seems to be truncated\. (\d+) <--> (\d+)")
_COUNTED = re.compile(r"(?:^\s*Frames\s*:|Cols :)\s*(\d+)\s*$", re.MULTILINE)
_COUNTING_FORMATS = ("AVR", "MPC2K", "MAT5")  # their log has the header's number, `frames` what there is
_SHORT_RF64 = re.compile(r"Calculated frame count (\d+) does not match value from 'ds64' chunk of (\d+)")
_CUT_OGG = ("Ogg: Last page lacks an end-of-stream bit", "Ogg: Junk after the last page")


class AudioFileError(LibrosaError, soundfile.LibsndfileError, OSError):  # type: ignore[misc]  # no types there
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

    def __reduce__(self) -> tuple[type, tuple[object, ...]]:
        return type(self), (self.filename, self.reason, self.code, self.errno)


class AudioFileNotFoundError(AudioFileError, FileNotFoundError):
    """An `AudioFileError` that is a `FileNotFoundError` too."""


AudioSource: TypeAlias = str | bytes | os.PathLike[str] | os.PathLike[bytes] | int | BinaryIO | soundfile.SoundFile


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


class Sound:
    """A sound file that is read from its first sample to its last, in as many pieces as the file has.

    libsndfile is never asked where it is, nor to go there: between blocks soundfile does both, and in MP3, Ogg and some
    others that changes the samples. Only `skip` seeks, in files of which tests show that it is exact.

    Attributes
    ----------
    name : str
        What to call the file in a message.
    samplerate, channels : int
        Of its first piece; where a later one differs, reading ends before it, with a complaint.
    format, subtype : str
        libsndfile's names of the container and of the kind of samples.
    own_dtype : str
        The smallest dtype of libsndfile's that holds the samples as they are in the file, integers at the top of it.
    complaint : str or None
        Once the end was read: what of the file's sound is missing, a sentence that begins after the file's name.
    """

    def __init__(
        self,
        name: str,
        pieces: list[Callable[[], soundfile.SoundFile]],
        found: _audio_pieces.Found = _audio_pieces.AS_IT_IS,
        complaint: str | None = None,
        owned: tuple[BinaryIO, ...] = (),
    ) -> None:
        self.name, self._pieces, self._found, self._owned = name, pieces, found, owned
        self._outside = complaint  # what others had to say about the file
        self._file: Any = None
        self._start()
        first: Any = self._file
        self.samplerate, self.channels = first.samplerate, first.channels
        self.format, self.subtype, self.own_dtype = first.format, first.subtype, _own_dtype(first)

    def __enter__(self) -> Sound:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._leave()
        for file in self._owned:
            file.close()

    def _leave(self) -> None:
        if self._file is not None:
            self._file.close()
        self._file = None

    def _start(self) -> None:
        """Go to the first sample."""
        self._leave()
        self.complaint: str | None = None
        self._next = 1
        self._enter(self._pieces[0]())

    def _enter(self, file: soundfile.SoundFile) -> None:
        # Of a given file that cannot seek, nobody knows where it stands; it is most likely new.
        self._promised = file.frames - (file.tell() if file.seekable() else 0)
        self._done, self._file = 0, file
        _read_straight_on(file)

    def read(self, count: int, dtype: str) -> np.ndarray:
        """The next `count` samples of each channel, or what is left.

        Returns
        -------
        np.ndarray [shape=(n, channels)]
        """
        blocks = []
        while count > 0 and self._file is not None:
            block = self._block(count, dtype)
            blocks.append(block)
            count -= len(block)
            if count > 0 and (self._done >= self._promised or len(block) == 0):
                self._go_on()
        if len(blocks) == 1:
            return blocks[0]
        return np.concatenate(blocks) if blocks else np.empty((0, self.channels), dtype)

    def _block(self, count: int, dtype: str) -> np.ndarray:
        """Samples of this piece; none at its end."""
        most = self._promised - self._done if self._promised < _UNKNOWN_FRAMES else _BLOCK
        try:
            block = np.empty((min(count, most), self.channels), dtype)
        except (MemoryError, ValueError):
            claim = f"claims {self._file.frames} frames of {self.channels} channels, too many for the memory"
            raise AudioFileError(self.name, claim) from None
        filled, at_once = 0, max(1, _BLOCK // self.channels)  # Ctrl-C is heard between two calls of libsndfile
        while filled < len(block):
            part = block[filled : filled + at_once]
            try:
                n = len(_undisturbed(self._file, self._file.read, out=part))
            except soundfile.LibsndfileError as error:
                raise self._damaged(error) from None
            filled += n
            if n < len(part):
                break
        self._done += filled
        return block[:filled]

    def _damaged(self, error: soundfile.LibsndfileError) -> AudioFileError:
        whole = f"its {self._file.frames} frames" if self._file.frames < _UNKNOWN_FRAMES else "it to its end"
        reason = f"is damaged or cut short: reading {whole} failed (libsndfile: {error.error_string})"
        return AudioFileError(self.name, reason, error.code)

    def _go_on(self) -> None:
        """Leave a piece that is at its end for the next one."""
        piece = self._found.pieces[self._next - 1] if self._found.pieces else None
        if not (piece and piece.claimed):
            self._complain(_missing_samples(self._file, self._promised, self._done))
        self._leave()
        while self._file is None and self._next < len(self._pieces):
            where = f"piece {self._next + 1} of the {len(self._pieces)} that it is made of"
            try:
                file = self._pieces[self._next]()
            except soundfile.LibsndfileError as error:
                self._complain(f"lacks {where}, which cannot be read (libsndfile: {error.error_string})")
                self._next += 1
                continue
            if (file.samplerate, file.channels, _own_dtype(file)) != (self.samplerate, self.channels, self.own_dtype):
                self._complain(
                    f"changes on its way: {where}, has {file.channels} channels of {file.samplerate} Hz "
                    f"({file.subtype}) after {self.channels} of {self.samplerate} Hz ({self.subtype}); the "
                    f"{file.frames / file.samplerate:.6g} s of it and all that follows are left out; split the file"
                )
                file.close()
                self._next = len(self._pieces)
                return
            self._next += 1
            self._enter(file)
        if self._file is None:
            self._complain(self._found.complaint or self._outside)

    def _complain(self, words: str | None) -> None:
        self.complaint = self.complaint or words

    def skip(self, count: int) -> int:
        """Go `count` samples on, or to the end; return how many that were."""
        file = self._file
        if file is not None and self._done == 0 and count <= self._promised < _UNKNOWN_FRAMES and self._seeks_well():
            try:
                _undisturbed(file, file.seek, count, soundfile.SEEK_CUR)
            except soundfile.LibsndfileError as error:
                raise self._damaged(error) from None
            self._done = count
            return count
        left = count
        while left > 0 and self._file is not None:
            left -= len(self.read(min(left, _BLOCK), self.own_dtype))
        return count - left

    def _seeks_well(self) -> bool:
        return len(self._pieces) == 1 and self.format in _SEEKING_FORMATS and self.subtype in _SEEKING_SUBTYPES

    @property
    def is_counted(self) -> bool:
        """Whether the number of samples is known, and no guess."""
        counted = len(self._pieces) == 1 and not self._found.guessed and self._promised < _UNKNOWN_FRAMES
        return self._found.frames is not None or counted

    def expected(self) -> int:
        """How many samples each channel has as far as headers say, 0 if they say nothing. Nothing is read for it."""
        if self._found.frames is not None:
            return self._found.frames
        return self._promised if self._promised < _UNKNOWN_FRAMES else 0

    def total(self) -> int:
        """How many samples each channel has. It must be asked before the first is read."""
        if self.is_counted:
            return self.expected()
        total = 0
        while block := self.skip(_BLOCK):
            total += block
        self._start()
        return total

    def go_to(self, offset: float) -> None:
        """Go to `offset` seconds from the start of the file, or from its end where negative."""
        frames = frames_of(abs(offset), self, name="offset")
        if offset < 0:
            total = self.total()
            reached = frames <= total and self.skip(total - frames) == total - frames
        else:
            reached = self.skip(frames) == frames
        if not reached:
            self._start()
            raise AudioFileError(self.name, f"offset={offset} s is outside its {self.total() / self.samplerate:.6g} s")


class _Given(Sound):
    """A `soundfile.SoundFile` of the caller's, read from where it stands."""

    def __init__(self, file: soundfile.SoundFile) -> None:
        self._given = file
        super().__init__(name_of(file), [lambda: file])

    def _start(self) -> None:
        if self._file is not None:
            self._leave()
            if self._given.seekable():
                self._given.seek(0)
        super()._start()

    def _leave(self) -> None:
        if self._file is not None:
            del self._file.seekable  # what `_read_straight_on` put there
        self._file = None

    def go_to(self, offset: float) -> None:
        self._start()
        super().go_to(offset)

    def total(self) -> int:
        return self._given.frames


def _opened(file: Any) -> soundfile.SoundFile:
    """A file object, which libsndfile reads by calling Python back."""
    return undisturbed(soundfile.SoundFile, file)


def _undisturbed(file: soundfile.SoundFile, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """A method of this file. Ctrl-C would be lost in what libsndfile calls back, and samples with it."""
    if isinstance(file.name, (str, bytes, int)):
        return function(*args, **kwargs)
    return undisturbed(function, *args, **kwargs)


def _read_straight_on(file: soundfile.SoundFile) -> None:
    """Keep soundfile from seeking after every block, by telling it that the file cannot."""
    vars(file)["seekable"] = lambda: False


# Where `skip` may seek: headers followed by samples of equal size, and FLAC.
_SEEKING_FORMATS = {"WAV", "WAVEX", "RF64", "W64", "AIFF", "AU", "CAF", "NIST", "IRCAM", "FLAC"}
_SHORT_SUBTYPES = {"PCM_16", "PCM_S8", "PCM_U8", "ULAW", "ALAW", "ALAC_16"}
_LONG_SUBTYPES = {"PCM_24", "PCM_32", "ALAC_20", "ALAC_24", "ALAC_32"}
_SEEKING_SUBTYPES = {"PCM_16", "PCM_S8", "PCM_U8", "ULAW", "ALAW", "PCM_24", "PCM_32", "FLOAT", "DOUBLE"}


def _own_dtype(file: soundfile.SoundFile) -> str:
    if file.format == "SDS":  # words of seven bits, which hold more than the subtype says
        return "int32"
    if file.subtype in _SHORT_SUBTYPES:
        return "int16"
    if file.subtype in _LONG_SUBTYPES:
        return "int32"
    return "float64" if file.subtype == "DOUBLE" else "float32"


def open_audio(source: AudioSource, *, seconds: float | None = None) -> Sound:
    """Open a path, file object, descriptor or `soundfile.SoundFile` for reading.

    What cannot seek is copied first. If no more than some `seconds` are wanted, other decoders stop there.
    """
    if isinstance(source, soundfile.SoundFile):
        return _Given(source)
    with contextlib.ExitStack() as stack:
        try:
            path, file, owned = _as_file(source)
            for ours in owned:
                stack.callback(ours.close)
            content = _audio_pieces.Content(file)
            head, found = content.at(0, 512), _audio_pieces.find(content, whole=seconds is None)
        except DTypeError:
            raise
        except (OSError, ValueError) as error:
            raise _opening_error(source, error) from None
        name = name_of(source)

        def whole() -> soundfile.SoundFile:
            content.rewind()
            if path is not None:
                return soundfile.SoundFile(path)
            return _opened(content.whole())

        pieces = [lambda piece=piece: _opened(content.open(piece)) for piece in found.pieces or ()]
        try:
            sound = Sound(name, cast(Any, pieces) or [whole], found, owned=owned)
        except soundfile.LibsndfileError as error:
            # It has a file of its own, so those opened here are closed; the caller's stays open.
            return _by_another_decoder(source, path, content, head, seconds, error, found.complaint)
        except TypeError as error:
            # The suffix .raw: headerless samples, which soundfile does not guess at.
            reason = f"has no header that says how to read it ({error}); pass an opened soundfile.SoundFile"
            raise AudioFileError(name, reason) from None
        stack.pop_all()
        return sound


def _as_file(source: AudioSource) -> tuple[bytes | None, BinaryIO, tuple[BinaryIO, ...]]:
    """The name of a file, if libsndfile can open it by that; the file, able to seek; and what is to be closed."""
    path = None
    if isinstance(source, (str, bytes, os.PathLike)):
        path = os.fsencode(source)
        file: Any = open(path, "rb", buffering=0)  # noqa: SIM115 (the caller closes it)
    elif isinstance(source, int) and not isinstance(source, bool):  # True would be standard output
        file = os.fdopen(source, "rb")
    elif hasattr(source, "read"):
        if isinstance(source, io.TextIOBase):
            raise DTypeError(f"{name_of(source)} is open as text; open it as binary, with mode='rb'")
        file = source
    else:
        said = reprlib.repr(source)
        raise DTypeError(f"Invalid file: {said}; pass a path, a binary file object or a soundfile.SoundFile")
    owned = () if file is source else (file,)
    if not _can_seek(file):
        copy: Any = tempfile.SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115
        shutil.copyfileobj(file, copy)
        copy.seek(0)
        return None, copy, (*owned, copy)
    return path, file, owned


def _can_seek(file: Any) -> bool:
    """Whether a file object can go back; character devices say so, and cannot."""
    if not (hasattr(file, "seek") and hasattr(file, "tell")):
        return False
    with contextlib.suppress(AttributeError, OSError, ValueError):  # no descriptor
        if stat.S_ISCHR(os.fstat(file.fileno()).st_mode):
            return False
    return not hasattr(file, "seekable") or file.seekable()


def _opening_error(source: Any, error: Exception) -> AudioFileError:
    """What to raise for a file that cannot be opened."""
    name = name_of(source)
    said = f"(libsndfile: {error.error_string})" if isinstance(error, soundfile.LibsndfileError) else f"({error})"
    code = getattr(error, "code", 0)
    if isinstance(error, OSError) and not isinstance(error, AudioFileError):
        said = f"(libsndfile: System error. {error.strerror or error})"
        number = error.errno
        if number == errno.ENOENT:
            return AudioFileNotFoundError(name, f"no such file {said}", 2, number)
        words = {errno.EISDIR: "is a directory; name the files in it", errno.EACCES: "permission denied"}
        return AudioFileError(name, f"{words.get(number or 0, 'cannot be opened')} {said}", 2, number)
    return AudioFileError(name, f"is not a sound file that can be read {said}", code)


def _by_another_decoder(
    source: Any, path: Any, content: Any, head: bytes, seconds: float | None, error: Any, seen: str | None
) -> Sound:
    """What libsndfile refuses, read by PyAV or ffmpeg if it is sound; or the error that says what it is."""
    refused = _opening_error(source, error)
    if content.size == 0:
        said = f"(libsndfile: {error.error_string})"
        raise AudioFileError(refused.filename, f"is empty: it holds no bytes {said}", error.code) from None
    if _audio_other.kind_of(head) is None:
        note = _audio_other.not_sound(head)
        reason = f"{refused.reason}: it {note}" if note else refused.reason
        raise AudioFileError(refused.filename, reason, error.code) from None
    content.rewind()
    try:
        wav, complaint = _audio_other.decode(path, content.file, head, seconds)
    except _audio_other.DecodingError as words:
        raise AudioFileError(refused.filename, str(words), error.code) from None
    return Sound(refused.filename, [lambda: _reopened(wav)], complaint=complaint or seen, owned=(wav,))


def _reopened(file: BinaryIO) -> soundfile.SoundFile:
    file.seek(0)
    return _opened(file)


def float_sink(file: BinaryIO, samplerate: int, channels: int) -> soundfile.SoundFile:
    """A sound file of floats to write to, of any length."""
    return soundfile.SoundFile(file, "w", samplerate, channels, subtype="FLOAT", format="W64")


def frames_of(seconds: float, sound: Sound, *, name: str) -> int:
    """A time as a number of frames that libsndfile can count."""
    if not abs(as_number(seconds, name=name)) * sound.samplerate < _UNKNOWN_FRAMES:
        raise ParameterError(f"{name}={seconds} must be a finite number of seconds; leave it out to read all")
    return int(seconds * sound.samplerate)


def _missing_samples(file: soundfile.SoundFile, expected: int, got: int) -> str | None:
    """What says that a file read to its end holds less than it should: the frame count and libsndfile's log."""
    if got < expected - (_MP3_SLACK if file.format == "MP3" else 0) and expected < _UNKNOWN_FRAMES:
        return f"is cut short: {expected} frames are promised, {got} can be read (libsndfile: no error)"
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
    return _missing_by_log(file, got) or _missing_of_ogg(log, got)


def _missing_by_log(file: soundfile.SoundFile, got: int) -> str | None:
    """The same of formats that are seldom met."""
    log = file.extra_info
    counts = _COUNTED.findall(log) if file.format in _COUNTING_FORMATS else []
    if counts and got < int(counts[-1]):
        return f"is cut short: {counts[-1]} frames are promised, {got} are there (libsndfile: no error)"
    if found := _SHORT_MAT4.search(log):
        return f"is cut short: {found[2]} bytes are promised, {found[1]} are there (libsndfile: {found[0]})"
    if file.format == "VOC" and "Seems to be a truncated file" in log:
        return f"is cut short after {got} frames (libsndfile: Seems to be a truncated file)"
    return None


def _missing_of_ogg(log: str, got: int) -> str | None:
    # One of the two lines alone is common in healthy files: recorded radio streams, appended tags.
    if all(line in log for line in _CUT_OGG):
        return f"is cut short after {got} frames (libsndfile: {'; '.join(_CUT_OGG)})"
    return None


def samples(sound: Sound, count: int, dtype: Any) -> np.ndarray:
    """The next samples as numbers from -1 to 1, (n, channels), with the bits that libsndfile gives.

    Integers come as they are, for `pcm` converts them faster; not those of 32 bits, which it rounds as SoX does.
    """
    dtype = np.dtype(dtype)
    is_narrow = sound.own_dtype == "int16" or (sound.subtype.endswith(("_20", "_24")) and sound.format != "SDS")
    if dtype.kind == "f" and is_narrow and sound.own_dtype != "float32":
        codes = sound.read(count, sound.own_dtype)
        return pcm.as_dtype(codes.reshape(-1), dtype).reshape(codes.shape)  # rows of one sample would be slow
    return sound.read(count, dtype.name)


def shaped(block: np.ndarray) -> np.ndarray:
    """(n, channels) as (n,) or (channels, n)."""
    return block[:, 0] if block.shape[1] == 1 else block.T


def read(source: Any, *, offset: float = 0.0, duration: float | None = None, dtype: Any = np.float32) -> Any:
    """Samples (channels first), sampling rate, and a complaint about missing samples or None.

    The complaint is a sentence for the caller to raise or to warn with: what libsndfile decodes from a
    file that was cut short is sound as far as it goes.
    """
    with open_audio(source) as sound:
        if offset != 0:
            sound.go_to(offset)
        count = ALL if duration is None else frames_of(duration, sound, name="duration")
        count = count if count >= 0 else ALL  # as soundfile takes it, and so librosa
        y = sound.read(count, sound.own_dtype) if dtype is None else samples(sound, count, dtype)
        if isinstance(source, soundfile.SoundFile):
            source.close()
        return shaped(y), sound.samplerate, sound.complaint


def read_whole(source: Any, dtype: Any = None) -> tuple[np.ndarray, int]:
    """All samples (channels first) and the rate; a file that lacks some or holds none is an error.

    Parameters
    ----------
    source : AudioSource
        The file; a pipe, too.
    dtype : dtype_like, optional
        float32 or float64; by default samples are as the file has them, see `Sound.own_dtype`.
    """
    y, sr, complaint = read(source, dtype=dtype)
    if complaint:
        raise AudioFileError(name_of(source), complaint)
    if y.shape[-1] == 0:
        raise AudioFileError(name_of(source), "holds no samples (libsndfile: 0 frames)")
    return y, sr


def read_blocks(sound: Sound, size: int, dtype: str, count: int = ALL) -> Iterator[tuple[np.ndarray, bool]]:
    """Blocks (samples, channels) of the next `count` samples, and of each whether it is the last.

    Missing samples are an error; no samples, too.
    """
    block = samples(sound, min(size, count), dtype)
    if len(block) == 0 and not sound.complaint:
        raise AudioFileError(sound.name, "holds no samples (libsndfile: 0 frames)")
    while True:
        count -= len(block)
        following = samples(sound, min(size, count), dtype)
        if sound.complaint:
            raise AudioFileError(sound.name, sound.complaint)
        yield block, len(following) == 0
        if len(following) == 0:
            return
        block = following
