"""MPEG audio (MP3, MP2): where its sounds begin, and how many frames each has, counted one by one.

An MP3 says how long it is in its first frame, which then holds a "Xing" (or "Info") header instead of sound, or it does
not say it at all, and libsndfile guesses from the size of the file and the first frame: far off where the bit rate
varies. And of files that were put end to end it would only read the first.
"""

from __future__ import annotations

import dataclasses
import functools
import re
from typing import Any, NamedTuple

from .pieces import Content, Found, Piece

_RATES = (44100, 48000, 32000)
_KBPS = {  # by MPEG version 1 (or 2 and 2.5) and layer
    (True, 1): (32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
    (True, 2): (32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (True, 3): (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (False, 1): (32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    (False, 2): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
    (False, 3): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
# The first bytes of a frame: bits that are set, a layer, a bit rate.
_SYNC = re.compile(rb"\xff[\xe2-\xff][\x10-\xef].", re.DOTALL)
_FAR = 1 << 16  # how much may precede the first frame
_SHORTEST, _LONGEST = 24, 1441
# What a header of a length needs: the longest side information and the four fields behind it.
_HEADER = 4 + 32 + 4 + 12


class _Frame(NamedTuple):
    size: int  # in bytes, with its header
    samples: int  # per channel
    rate: int
    layer: int
    tag_at: int  # where a Xing header would stand, in stereo and in mono
    tag_at_mono: int


@functools.cache
def _frame(second: int, third: int) -> _Frame | None:
    """What the second and third byte of a frame's header say; None if there is no such frame."""
    version, layer, bits, rate = second >> 3 & 3, 4 - (second >> 1 & 3), third >> 4, third >> 2 & 3
    # "Free format" (bits 0) has no size of its own; it is left to libsndfile.
    if second & 0xE0 != 0xE0 or version == 1 or layer == 4 or bits in (0, 15) or rate == 3:
        return None
    first = version == 3
    hertz = _RATES[rate] >> (0 if first else 1 if version == 2 else 2)
    rate_of_bits, padding = 1000 * _KBPS[first, layer][bits - 1], third >> 1 & 1
    samples = 384 if layer == 1 else 1152 if layer == 2 or first else 576
    size = (12 * rate_of_bits // hertz + padding) * 4 if layer == 1 else samples // 8 * rate_of_bits // hertz + padding
    return _Frame(size, samples, hertz, layer, 36 if first else 21, 21 if first else 13)


@dataclasses.dataclass
class _Run:
    """Frames of one kind that follow each other without a gap."""

    start: int
    stop: int
    kind: tuple[Any, ...]
    first: _Frame
    samples: int
    tag: int | None = None  # where its Xing header stands, and
    promised: int | None = None  # how many frames it promises
    n_frames: int = 0


def _skip_id3(content: Content, at: int) -> int:
    """Where the ID3v2 tags at a place end."""
    while True:
        tag = content.at(at, 10)
        if tag[:3] != b"ID3" or len(tag) < 10:
            return at
        # Sizes have seven bits a byte. A flag announces a copy of the header at the end.
        at += 10 + functools.reduce(lambda size, byte: size << 7 | byte & 127, tag[6:10], 0) + (tag[5] & 16) * 10 // 16


def _parsed(header: bytes) -> _Frame | None:
    return _frame(header[1], header[2]) if len(header) >= 4 and header[0] == 0xFF else None


def start_of(content: Content) -> int | None:
    """Where the first frame of MPEG audio is, if any: recordings of a radio stream begin anywhere within a frame."""
    start = _skip_id3(content, 0)
    if _parsed(content.at(start, 4)):
        return start
    while (found := _next_frame(content, start, start + _FAR)) is not None:
        at = found
        for _ in range(4):  # so many in a row are no accident
            frame = _parsed(content.at(at, 4))
            if frame is None:
                break
            at += frame.size
        else:
            return found
        start = found
    return None


def find(content: Content, start: int) -> Found:
    """The sounds of a file of MPEG audio whose first frame is at `start`."""
    if _is_healthy(content, start):
        # What stands before may begin like a frame, which the decoder would fall for.
        return Found() if start == _skip_id3(content, 0) else Found((Piece(start, content.size),))
    runs = _runs(content, start)
    pieces = tuple(_piece(content, run) for run in runs)
    missing = sum(_missing_frames(content, run, runs[i + 1 :]) for i, run in enumerate(runs))
    complaint = f"is cut short: {missing} of its MPEG frames are missing" if missing else None
    # What follows damage may not be decoded from its first frame on: then the samples are counted by decoding them.
    is_simple = len(runs) == 1 and runs[0].promised is None and runs[0].tag is None
    return Found(pieces, runs[0].n_frames * runs[0].samples if is_simple else None, guessed=True, complaint=complaint)


def _missing_frames(content: Content, run: _Run, later: list[_Run]) -> int:
    """How many frames fewer there are than promised, in a run and what damage parted from it."""
    if run.tag is None or run.promised is None:
        return 0
    there = run.n_frames
    for other in later:
        if other.tag is not None or there >= run.promised:
            break
        there += other.n_frames
    size = _field(content, run.tag, 1)
    is_cut = size is not None and run.start + size > content.size
    # Some encoders count the frame that holds the count.
    return max(0, run.promised - there - (0 if is_cut else 1))


def _tag(content: Content, at: int, frame: _Frame, header: bytes) -> int | None:
    """Where the Xing header stands in the frame at `at`, if it has one."""
    if frame.layer != 3:
        return None
    where = frame.tag_at_mono if header[3] >> 6 == 3 else frame.tag_at
    return at + where if header[where : where + 4] in (b"Xing", b"Info") else None


def _field(content: Content, tag: int, number: int) -> int | None:
    """A field of a Xing header: 0 is the number of frames, 1 that of bytes."""
    flags = int.from_bytes(content.at(tag + 4, 4), "big")
    if not flags >> number & 1:
        return None
    at = tag + 8 + (4 if number and flags & 1 else 0)
    return int.from_bytes(content.at(at, 4), "big")


def _is_healthy(content: Content, start: int) -> bool:
    """Whether the file is one sound as long as its first frame says, give or take a tag at the end."""
    header = content.at(start, _HEADER)
    frame = _parsed(header)
    tag = _tag(content, start, frame, header) if frame else None
    if tag is None:
        return False
    n_frames, size = _field(content, tag, 0), _field(content, tag, 1)
    if n_frames is None or size is None or not 0 <= content.size - start - size <= 512:
        return False
    # No frame is shorter or longer than these, so a count that does not fit the size was damaged.
    return _SHORTEST * n_frames <= size <= _LONGEST * (n_frames + 1)


def _runs(content: Content, at: int) -> list[_Run]:
    runs: list[_Run] = []
    run: _Run | None = None
    while True:
        header = content.at(at, _HEADER)
        frame = _parsed(header)
        if frame is None:
            next_at = _next_frame(content, at, content.size)
            if next_at is None:
                return runs
            at, run = next_at, None
            continue
        if at + frame.size > content.size:  # the last frame is cut
            return runs
        kind = (header[1] & 0xFE, header[2] & 0x0C, header[3] >> 6 == 3)
        tag = _tag(content, at, frame, header)
        if run is None or tag is not None or kind != run.kind:
            run = _Run(at, at, kind, frame, frame.samples, tag, None if tag is None else _field(content, tag, 0))
            runs.append(run)
        run.n_frames += tag is None
        at += frame.size
        run.stop = at


def _next_frame(content: Content, at: int, limit: int) -> int | None:
    """Where frames go on behind something else: a tag or damage. Two headers in a row are taken for frames."""
    behind = _skip_id3(content, at)
    if behind > at and _parsed(content.at(behind, 4)):
        return behind
    at = content.find(_SYNC, 4, at + 1)
    while 0 <= at <= limit:
        frame = _parsed(content.at(at, 4))
        if frame is not None:
            following = _parsed(content.at(at + frame.size, 4))
            if following is not None and (following.rate, following.layer) == (frame.rate, frame.layer):
                return at
        at = content.find(_SYNC, 4, at + 1)
    return None


def _piece(content: Content, run: _Run) -> Piece:
    """A run as a file that says how long it is, or that is at least long enough."""
    if run.promised is None:
        per_frame = run.first.size + 1
        return Piece(run.start, run.stop, claimed=max(run.stop - run.start, (run.n_frames + 4) * per_frame) + 256)
    if run.promised >= run.n_frames:
        return Piece(run.start, run.stop)
    assert run.tag is not None
    head = bytearray(content.at(run.start, run.tag - run.start + 12))
    head[-4:] = run.n_frames.to_bytes(4, "big")
    return Piece(run.start, run.stop, bytes(head))
