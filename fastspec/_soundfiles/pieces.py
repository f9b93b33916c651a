"""Where the sounds of a file begin and end, where libsndfile would miss some of them.

libsndfile reads one sound per file, as long as its header says. But files are put end to end (speech services, radio
recordings), recorders die before they have written the length, and an MP3 may not say how long it is. `pieces` finds
all the sounds of a file; each becomes a `PieceFile`, which libsndfile reads as if it were a file of its own.
"""

from __future__ import annotations

import dataclasses
import io
import re
from collections.abc import Iterator
from typing import Any, BinaryIO, Literal

_CHUNK = 1 << 18
_NIST = b"NIST_1A\n"
_NIST_COUNT = re.compile(rb"^(sample_count|channel_count|sample_n_bytes) -\w+ (\d+)\s*$", re.MULTILINE)
_OGG_PAGE = re.compile(rb"OggS\0")


class Content:
    """The bytes of a file object from where it stands, for looking here and there: it keeps what it read last."""

    def __init__(self, file: BinaryIO) -> None:
        self.file = file
        self._base = file.tell()
        self._held, self._first = b"", 0
        self._size: int | None = None

    @property
    def size(self) -> int:
        if self._size is None:
            self._size = self.file.seek(0, io.SEEK_END) - self._base
        return self._size

    def at(self, start: int, count: int) -> bytes:
        """Up to `count` bytes from `start`: fewer at the end of the file."""
        begin = start - self._first
        if begin < 0 or begin + count > len(self._held):
            self.file.seek(self._base + start)
            # Headers are small, and a file's first one is often all that is wanted.
            self._held, self._first, begin = self.file.read(max(count, _CHUNK if start else 4096)), start, 0
        return self._held[begin : begin + count]

    def find(self, pattern: re.Pattern[bytes], length: int, start: int) -> int:
        """Where a pattern of so many bytes is next found, or -1."""
        while True:
            begin = start - self._first
            if not 0 <= begin <= len(self._held) - length:
                if len(self.at(start, length)) < length:
                    return -1
                begin = 0
            found = pattern.search(self._held, begin)
            if found:
                return self._first + found.start()
            start = self._first + len(self._held) - length + 1

    def only_zeros(self, start: int, stop: int) -> bool:
        return all(not any(self.at(at, min(_CHUNK, stop - at))) for at in range(start, stop, _CHUNK))

    def rewind(self) -> None:
        """Leave the file as it was found: others read it from there."""
        self.file.seek(self._base)

    def whole(self) -> PieceFile | LenientFile:
        """All of it, for libsndfile, to which the start of a file is 0."""
        return self.open(Piece(0, self.size)) if self._base else LenientFile(self.file)

    def open(self, piece: Piece) -> PieceFile:
        return PieceFile(self.file, self._base, piece)


@dataclasses.dataclass(frozen=True)
class Piece:
    """Bytes `start` to `stop` of a file, which are a sound file by themselves.

    `head` stands in place of its first bytes, where these are wrong. `claimed` is the size in bytes that the piece
    pretends to have, if that is more: so a decoder that guesses the length by the size guesses enough.
    """

    start: int
    stop: int
    head: bytes = b""
    claimed: int = 0


class PieceFile(io.RawIOBase):
    """A piece as a file."""

    # A decoder looks for a tag in the last 128 bytes, and refuses a file that has fewer than it claims there.
    _TAIL = 128

    def __init__(self, file: BinaryIO, base: int, piece: Piece) -> None:
        self._file, self._base, self._piece = file, base, piece
        self._length = piece.stop - piece.start
        self._size = max(self._length, piece.claimed)
        self._at = 0

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._at = max(0, offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence])
        return self._at

    def readinto(self, buffer: Any) -> int:
        data = self._read(memoryview(buffer).nbytes)
        memoryview(buffer).cast("B")[: len(data)] = data
        self._at += len(data)
        return len(data)

    def _read(self, count: int) -> bytes:
        head = self._piece.head
        if self._at < len(head):
            return head[self._at : self._at + count]
        if self._at < self._length:
            self._file.seek(self._base + self._piece.start + self._at)
            return self._file.read(min(count, self._length - self._at))
        return bytes(max(0, min(count, self._size - self._at))) if self._at >= self._size - self._TAIL else b""


class LenientFile:
    """A file object for libsndfile, which in broken files seeks to before their start; Python's objects refuse that."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        try:
            return self._file.seek(offset, whence)
        except (OSError, ValueError):
            return self._file.seek(0)


@dataclasses.dataclass(frozen=True)
class Found:
    """What a file holds.

    Attributes
    ----------
    pieces : tuple of Piece, optional
        The sounds, one after the other; None if libsndfile finds what there is by itself.
    frames : int, optional
        How many samples per channel they hold together, where that was counted.
    guessed : bool
        Whether libsndfile's own number of samples may be wrong.
    complaint : str, optional
        What is there that cannot be read.
    """

    pieces: tuple[Piece, ...] | None = None
    frames: int | None = None
    guessed: bool = False
    complaint: str | None = None


AS_IT_IS = Found()


def find(content: Content, whole: bool = True) -> Found:
    """Look at a file of any kind; if it will not be read whole, only where libsndfile might not open it otherwise."""
    from . import flac as _audio_flac
    from . import mpeg as _audio_mpeg
    from . import other_decoders as _audio_other

    head = content.at(0, 16)
    if _layout(head) is not None:
        return _in_chunks(content)
    if not whole:
        return AS_IT_IS
    if head[:4] == b"OggS":
        return _several(_ogg_starts(content), content.size)
    if head[:4] == b"fLaC":
        return _audio_flac.find(content)
    if head[:8] == _NIST:
        return _nist_files(content)
    if _audio_other.kind_of(content.at(0, 512)) is None:
        start = _audio_mpeg.start_of(content)
        if start is not None:
            return _audio_mpeg.find(content, start)
    return AS_IT_IS


def _several(starts: list[int], size: int) -> Found:
    """Pieces from each start to the next; a file that is one piece is left to libsndfile."""
    if len(starts) < 2:
        return AS_IT_IS
    return Found(tuple(Piece(a, b) for a, b in zip(starts, [*starts[1:], size], strict=True)))


def _ogg_starts(content: Content) -> list[int]:
    """Where chained streams begin: first pages that come after others. Several in a row belong to one stream."""
    starts, at, in_headers = [0], 0, True
    while at >= 0:
        page = content.at(at, 27 + 255)
        if len(page) < 27 or page[:4] != b"OggS":
            at = content.find(_OGG_PAGE, 5, at + 1)
            continue
        is_first = bool(page[5] & 2)
        if is_first and not in_headers:
            starts.append(at)
        in_headers = is_first
        at += 27 + page[26] + sum(page[27 : 27 + page[26]])
        if at >= content.size:
            break
    return starts


def _nist_files(content: Content) -> Found:
    """Files of NIST's (SPHERE), of which libsndfile reads all that follows the first header, and no count."""
    starts, end = [0], _nist_end(content, 0)
    while end and content.at(end, 8) == _NIST:
        starts.append(end)
        end = _nist_end(content, end)
    short = end and end > content.size
    complaint = f"is cut short: {end} bytes are promised, {content.size} are there" if short else None
    return dataclasses.replace(_several(starts, content.size), complaint=complaint)


def _nist_end(content: Content, start: int) -> int | None:
    """Where the samples end that a header counts, if it does."""
    length = content.at(start + 8, 8).strip()
    if not length.isdigit():
        return None
    counts = {name: int(n) for name, n in _NIST_COUNT.findall(content.at(start, int(length)))}
    n, channels, width = (counts.get(name, 0) for name in (b"sample_count", b"channel_count", b"sample_n_bytes"))
    return start + int(length) + n * channels * width if n * channels * width else None


# Files of chunks, each with a name, a size and content.


@dataclasses.dataclass(frozen=True)
class _Layout:
    """How a container lays its chunks out."""

    first: int  # where the first one begins
    name: int  # bytes of a name,
    size: int  # and of a size,
    order: Literal["little", "big"]  # whose byte order this is
    counts_header: bool  # whether the size includes name and size
    align: int  # chunks begin at multiples of this
    samples: bytes  # the name of the chunk that holds them
    extra: int = 0  # bytes in it that precede the samples


_RIFF = _Layout(12, 4, 4, "little", False, 2, b"data")
_RIFX = dataclasses.replace(_RIFF, order="big")
_AIFF = dataclasses.replace(_RIFX, samples=b"SSND", extra=8)
_CAF = _Layout(8, 4, 8, "big", False, 1, b"data", extra=4)
_W64 = _Layout(40, 16, 8, "little", True, 8, b"data\xf3\xac\xd3\x11\x8c\xd1\x00\xc0\x4f\x8e\xdb\x8a")
_AU = _Layout(0, 4, 4, "big", False, 1, b".snd")
_TAGS = (b"LIST", b"id3 ", b"ID3 ", b"cue ", b"smpl", b"bext", b"fact", b"PEAK", b"COMT", b"MARK", b"INST")
_W64_START = b"riff\x2e\x91\xcf\x11\xa5\xd6\x28\xdb"


def _layout(head: bytes) -> _Layout | None:
    """The layout of the container that begins with these bytes."""
    kind = head[8:12]
    if head[:4] in (b"RIFF", b"RF64") and kind == b"WAVE":
        return _RIFF
    if head[:4] == b"RIFX" and kind == b"WAVE":
        return _RIFX
    if head[:4] == b"FORM" and kind in (b"AIFF", b"AIFC"):
        return _AIFF
    if head[:6] == b"caff\x00\x01":
        return _CAF
    if head[:12] == _W64_START:
        return _W64
    return _AU if head[:4] == b".snd" else None


@dataclasses.dataclass(frozen=True)
class _Samples:
    """Where a container's samples begin, how many bytes its header counts, and where that count stands."""

    begin: int
    counted: int
    count_at: int
    is_unknown: bool  # the count is the one that stands for "not known yet"


def _in_chunks(content: Content) -> Found:
    """The containers in a file: one, as a rule; several end to end; the last one without a length."""
    pieces: list[Piece] = []
    start: int | None = 0
    complaint = None
    while start is not None:
        piece, start, complaint = _container(content, start)
        pieces.append(piece)
    if len(pieces) == 1 and not pieces[0].head:
        return Found(complaint=complaint)
    return Found(tuple(pieces), complaint=complaint)


def _container(content: Content, start: int) -> tuple[Piece, int | None, str | None]:
    """One container, where the next one begins, and what is wrong with it."""
    layout = _layout(content.at(start, 16))
    assert layout is not None
    samples, whole = _find_samples(content, start, layout), Piece(start, content.size)
    if samples is None:  # an AIFF file of no samples may have no chunk for them
        return whole, None, None if layout is _AIFF else "is cut short: it ends before its samples begin"
    end = samples.begin + samples.counted
    if layout is _CAF and (samples.is_unknown or end > content.size):  # which libsndfile takes for malformed
        there = content.size - samples.begin
        complaint = f"is cut short: {samples.counted} bytes are promised, {there} are there"
        return _uncounted(content, start, layout, samples), None, None if samples.is_unknown else complaint
    if samples.is_unknown or end >= content.size:
        return whole, None, None
    follows = _behind_chunks(content, end, layout, start)
    if samples.counted == 0 and follows == end:
        return _uncounted(content, start, layout, samples), None, None
    if _layout(content.at(follows, 16)) is not None:
        return Piece(start, follows), follows, None
    # W64 is read on by libsndfile, whatever its header counts.
    if layout is _W64 or _is_nothing(content, follows):
        return whole, None, None
    complaint = (
        f"goes on behind its end: {content.size - follows} bytes follow the {follows - start} that its header counts, "
        "and may be samples that were never counted"
    )
    return whole, None, complaint


def _is_nothing(content: Content, at: int) -> bool:
    """Whether what follows a file is too little for samples, padding, or a tag."""
    left = content.size - at
    return left <= 8 or content.only_zeros(at, content.size) or (left == 128 and content.at(at, 3) == b"TAG")


def _chunks(content: Content, at: int, layout: _Layout, origin: int) -> Iterator[tuple[bytes, int, int]]:
    """Name, place and size in bytes of each chunk's content; stops where there is none that can be."""
    header = layout.name + layout.size
    while at + header <= content.size:
        chunk = content.at(at, header)
        name, size = chunk[: layout.name], int.from_bytes(chunk[layout.name :], layout.order)
        if not all(32 <= letter < 127 for letter in name[:4]):
            return
        size -= header if layout.counts_header else 0
        yield name, at + header, size
        at += header + max(size, 0)
        at += -(at - origin) % layout.align


def _find_samples(content: Content, start: int, layout: _Layout) -> _Samples | None:
    if layout is _AU:
        begin, count = (int.from_bytes(content.at(start + at, 4), "big") for at in (4, 8))
        return _Samples(start + max(begin, 24), count, start + 8, count == 0xFFFFFFFF)
    is_rf64, long_size = content.at(start, 4) == b"RF64", 0
    for name, at, size in _chunks(content, start + layout.first, layout, start):
        if name == b"ds64" and is_rf64:
            long_size = int.from_bytes(content.at(at + 8, 8), "little")
        if name == layout.samples:
            unknown = size >> (8 * layout.size - 1) == 1 and not is_rf64
            if is_rf64 and size == 0xFFFFFFFF:
                size = long_size
            return _Samples(at + layout.extra, max(0, size - layout.extra), at - layout.size, unknown)
    return None


def _behind_chunks(content: Content, at: int, layout: _Layout, origin: int) -> int:
    """Where the chunks behind the samples end: tags, cue points, loops. More samples are none of them."""
    if layout is _AU:
        return at
    aligned = at + -(at - origin) % layout.align
    if content.at(at, 4) in _TAGS:  # their writer has left out the byte that makes an odd length even
        origin = aligned = at
    for name, place, size in _chunks(content, aligned, layout, origin):
        if name == layout.samples:
            break
        if _layout(name + content.at(place - layout.size, 12)) is not None or place + size > content.size + 1:
            break  # another file begins, or the size cannot be: no chunk
        at = place + size + -(place + size - origin) % layout.align
    return at


def _uncounted(content: Content, start: int, layout: _Layout, samples: _Samples) -> Piece:
    """A container whose header says that there are no samples: its recorder had no time to count them."""
    head = bytearray(content.at(start, samples.begin - start))

    def put(at: int, width: int, value: int) -> None:
        head[at - start : at - start + width] = min(value, 256**width - 1).to_bytes(width, layout.order)

    counted = content.size - samples.begin + layout.extra + (24 if layout.counts_header else 0)
    put(samples.count_at, layout.size, counted)
    if layout in (_RIFF, _RIFX, _AIFF):
        put(start + 4, 4, content.size - start - 8)
    if head[:4] == b"RF64":  # an ordinary WAV if it is that short; else the size is where RF64 has it
        at = head.find(b"ds64") + 8
        head[at : at + 16] = (content.size - start - 8).to_bytes(8, "little") + counted.to_bytes(8, "little")
    return Piece(start, content.size, bytes(head))
