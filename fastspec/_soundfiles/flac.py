"""FLAC: where its streams begin, and whether their headers count all the samples.

libsndfile stops where the header says that the stream ends. The last frame knows better: it holds its own place.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from .pieces import AS_IT_IS, Content, Found, Piece

_STREAM = re.compile(rb"fLaC[\0\x80]\0\0\x22")
_FRAME = re.compile(rb"\xff[\xf8\xf9]")
_TAIL = 1 << 16  # bytes in which the last frame begins, unless frames are larger
_LONGEST_HEADER = 16
_TOTAL = slice(21, 26)  # where a stream has its number of samples: 4 bits, and 4 bytes


class _Stream(NamedTuple):
    block: int  # samples in every frame but the last, 0 if that varies
    largest: int  # bytes of a frame, 0 if not known
    channels: int
    bits: int
    total: int  # samples, 0 if not known


def find(content: Content) -> Found:
    """The streams of a file; those whose headers count too few samples get a header that counts none."""
    starts = _starts(content)
    pieces = [_piece(content, a, b) for a, b in zip(starts, [*starts[1:], content.size], strict=True)]
    return AS_IT_IS if len(pieces) == 1 and not pieces[0].head else Found(tuple(pieces))


def _starts(content: Content) -> list[int]:
    """Where streams begin: the mark, and behind it a description of the stream, always 34 bytes long."""
    starts = [0]
    while (at := content.find(_STREAM, 8, starts[-1] + 8)) > 0:
        starts.append(at)
    return starts


def _piece(content: Content, start: int, stop: int) -> Piece:
    head = content.at(start, 42)
    stream = _described(head)
    if not 0 < stream.total < _counted(content, start, stop, stream):
        return Piece(start, stop)
    uncounted = bytes([head[21] & 0xF0, 0, 0, 0, 0])
    return Piece(start, stop, head[: _TOTAL.start] + uncounted)


def _described(head: bytes) -> _Stream:
    least, most = (int.from_bytes(head[at : at + 2], "big") for at in (8, 10))
    numbers = int.from_bytes(head[18:26], "big")  # rate (20 bits), channels (3), bits (5), samples (36)
    return _Stream(
        most if least == most else 0,
        int.from_bytes(head[15:18], "big"),
        (numbers >> 41 & 7) + 1,
        (numbers >> 36 & 31) + 1,
        numbers & (1 << 36) - 1,
    )


def _counted(content: Content, start: int, stop: int, stream: _Stream) -> int:
    """How many samples there are by the last frame that begins near the end; 0 if there is none."""
    begin = max(start + 42, stop - max(_TAIL, 2 * stream.largest))
    tail = content.at(begin, stop - begin)[: stop - begin] + bytes(_LONGEST_HEADER)  # whole frames may be shorter
    ends = (_end_of(tail[found.start() : found.start() + _LONGEST_HEADER], stream) for found in _FRAME.finditer(tail))
    return max(ends, default=0)


def _end_of(header: bytes, stream: _Stream) -> int:
    """The number of samples up to the end of a frame, by its header; 0 for what is no header."""
    if not _fits(header, stream):
        return 0
    length = max(1, 8 - (header[4] ^ 0xFF).bit_length())  # of the number, coded as in UTF-8
    if length > 7 or any(byte & 0xC0 != 0x80 for byte in header[5 : 4 + length]):
        return 0
    number = header[4] & (0x7F >> (length if length > 1 else 0))
    for byte in header[5 : 4 + length]:
        number = number << 6 | byte & 0x3F
    block, at = _block_size(header, 4 + length)
    at += {12: 1, 13: 2, 14: 2}.get(header[2] & 15, 0)  # a rate of its own
    if not block or _crc(header[:at]) != header[at]:
        return 0
    counts_frames = not header[1] & 1
    return number * (stream.block if counts_frames else 1) + block


def _fits(header: bytes, stream: _Stream) -> bool:
    """Whether what a frame says of channels and bits is what the stream has."""
    channels, bits = header[3] >> 4, (0, 8, 12, 0, 16, 20, 24, 32)[header[3] >> 1 & 7]
    of_stream = channels + 1 == stream.channels if channels < 8 else stream.channels == 2 and channels < 11
    return of_stream and bits in (0, stream.bits) and not header[3] & 1 and header[2] & 15 != 15


def _block_size(header: bytes, at: int) -> tuple[int, int]:
    """Samples of a frame, and where its header goes on."""
    code = header[2] >> 4
    if code in (6, 7):
        width = code - 5
        return int.from_bytes(header[at : at + width], "big") + 1, at + width
    return (0, 192, 576, 1152, 2304, 4608)[code] if code < 6 else 1 << code, at


def _crc(data: bytes) -> int:
    """The checksum of a header, of 8 bits."""
    crc = 0
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc << 1 ^ (0x107 if crc & 0x80 else 0)) & 0x1FF
    return crc
