"""Sound that libsndfile has no decoder for: m4a, AAC, WebM, video and the like, by PyAV or by an `ffmpeg` on PATH.

Both decode into a nameless temporary file of float samples, which is then read as any sound file.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from typing import Any, BinaryIO

# What a file is by its first bytes: where they stand, the bytes, what to call it.
_SOUNDS = (
    (4, b"ftyp", "an MP4 or M4A file"),
    (4, b"moov", "a QuickTime file"),
    (4, b"mdat", "a QuickTime file"),
    (0, b"\x1aE\xdf\xa3", "a WebM or Matroska file"),
    (0, b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "a WMA or ASF file"),
    (8, b"AVI ", "an AVI file"),
    (0, b"FLV", "a Flash video"),
    (0, b"#!AMR", "an AMR file"),
    (0, b"ADIF", "an AAC file"),
    (0, b"MAC ", "a Monkey's Audio file"),
    (0, b"wvpk", "a WavPack file"),
    (0, b"MPCK", "a Musepack file"),
    (0, b"MP+", "a Musepack file"),
    (0, b"TTA", "a True Audio file"),
    (0, b"\x0b\x77", "an AC-3 file"),
    (0, b"\x7f\xfe\x80\x01", "a DTS file"),
    (0, b"DSD ", "a DSD file"),
    (0, b"FRM8", "a DSD file"),
    (0, b"\x00\x00\x01\xba", "an MPEG video"),
    (0, b"OggS", "an Ogg file that libsndfile cannot read"),
    (8, b"WAVE", "a WAV file that libsndfile cannot read"),
)
_NO_SOUNDS = (
    (0, b"version https://git-lfs", "is a Git LFS pointer: `git lfs pull` fetches the file that it stands for"),
    (0, b"\x89PNG", "is a picture (PNG)"),
    (0, b"\xff\xd8\xff", "is a picture (JPEG)"),
    (0, b"GIF8", "is a picture (GIF)"),
    (0, b"%PDF", "is a PDF"),
    (0, b"PK\x03\x04", "is a zip archive; unpack it"),
    (0, b"\x1f\x8b", "is compressed by gzip; unpack it"),
    (0, b"7z\xbc\xaf\x27\x1c", "is a 7z archive; unpack it"),
    (0, b"Rar!", "is a rar archive; unpack it"),
    (0, b"\xfd7zXZ", "is compressed by xz; unpack it"),
    (257, b"ustar", "is a tar archive; unpack it"),
    (0, b"\x93NUMPY", "is a NumPy array; np.load reads it"),
    (0, b"\x7fELF", "is a program"),
)


class DecodingError(Exception):
    """The error for a file that neither decoder could read."""


def kind_of(head: bytes) -> str | None:
    """What a file is that another decoder may know, by its first bytes."""
    for at, mark, kind in _SOUNDS:
        if head[at : at + len(mark)] == mark:
            return kind
    if head[:1] == b"\xff" and head[1:2] and head[1] & 0xF6 == 0xF0:
        return "an AAC file"
    if head[:1] == b"G" and head[188:189] == b"G":
        return "an MPEG transport stream"
    return None


def not_sound(head: bytes) -> str | None:
    """What a file is that is no sound, by its first bytes."""
    for at, mark, words in _NO_SOUNDS:
        if head[at : at + len(mark)] == mark:
            return words
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:256].lower()
    if text.startswith((b"<!doctype html", b"<html", b"<head", b"<body")) or b"<html" in text:
        return "is a page of HTML, as a server sends in place of a file"
    if text.startswith(b"<?xml"):
        return "is XML, as a server sends in place of a file"
    if text and all(letter in b"\t\r\n" or 32 <= letter < 127 for letter in head):
        return "is text"
    return None


def decode(path: bytes | None, file: BinaryIO, head: bytes, seconds: float | None) -> tuple[BinaryIO, str | None]:
    """The first sound of a file as a WAV file of floats, and a complaint if the decoder had one.

    Parameters
    ----------
    path : bytes, optional
        Its name, if it has one.
    file : binary file object
        The file, at its beginning.
    head : bytes
        The first bytes of it.
    seconds : float, optional
        How much is wanted, if not all.

    Raises
    ------
    DecodingError
        If there is no decoder, or it refuses.
    """
    kind = kind_of(head) or "of a kind that libsndfile does not know"
    if importlib.util.find_spec("av") is not None:
        return _by_av(file, kind, seconds)
    program = shutil.which("ffmpeg")
    if program is None:
        raise DecodingError(
            f"is {kind}, for which libsndfile has no decoder: install PyAV (`pip install fastspec-audio[av]`) "
            "or ffmpeg, or convert it to WAV or FLAC"
        )
    return _by_ffmpeg(program, path, file, kind, seconds)


def _refused(file: BinaryIO, kind: str, program: str, said: str) -> DecodingError:
    """Why a decoder gave nothing, in its own words and, where the file tells, in ours."""
    lock = _lock(file)
    return DecodingError(
        f"is {kind}, {lock or f'from which {program} got no sound; convert it to WAV'} ({program}: {said})"
    )


def _lock(file: BinaryIO) -> str | None:
    """Whether sound is kept from us: encrypted (DRM), or of a codec that no free decoder knows."""
    file.seek(0)
    held = file.read(1 << 20)
    file.seek(max(0, file.seek(0, os.SEEK_END) - (1 << 20)))
    held += file.read()
    if any(mark in held for mark in (b"drms", b"enca", b"aavd", b"pssh")):
        return "encrypted by a shop or a player (DRM), which only its own player opens"
    if b"ac-4" in held:
        return "of Dolby AC-4, for which no free decoder exists; convert it with a tool licensed by Dolby"
    return None


def _by_ffmpeg(
    program: str, path: bytes | None, file: BinaryIO, kind: str, seconds: float | None
) -> tuple[BinaryIO, str | None]:
    limit: list[str] = [] if seconds is None else ["-t", str(seconds)]
    target = ["-map", "0:a:0", "-c:a", "pcm_f32le", "-bitexact", "-f", "wav", "pipe:1"]
    with contextlib.ExitStack() as stack:
        wav = stack.enter_context(tempfile.TemporaryFile())
        with tempfile.NamedTemporaryFile() as copy:
            if path is None:
                shutil.copyfileobj(file, copy)
                copy.flush()
                path = os.fsencode(copy.name)
            # A name is a name, not a protocol, and what a file mentions is not fetched from elsewhere.
            source: list[str | bytes] = ["-protocol_whitelist", "file,pipe,crypto,data", "-i", b"file:" + path]
            command: list[str | bytes] = [program, "-nostdin", "-v", "error", *source, *limit, *target]
            done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=wav, stderr=subprocess.PIPE, check=False)
        said = _last(done.stderr.decode(errors="replace").strip().splitlines())
        if done.returncode or wav.seek(0, os.SEEK_END) == 0:
            raise _refused(file, kind, "ffmpeg", said or f"exit status {done.returncode}")
        stack.pop_all()
        wav.seek(0)
        return wav, f"may lack some of its sound (ffmpeg: {said})" if said else None


def _last(lines: list[str]) -> str:
    """The last line that says something, without what ffmpeg puts before it: [name @ address]."""
    return lines[-1].split("] ", 1)[-1].removeprefix("file:") if lines else ""


def _by_av(file: BinaryIO, kind: str, seconds: float | None) -> tuple[BinaryIO, str | None]:
    import av

    with contextlib.ExitStack() as stack:
        wav = stack.enter_context(tempfile.TemporaryFile())
        seen = 0.0
        complaint = None
        try:
            # Titles in other encodings are no reason to refuse a file; for PyAV 19 they are none by itself.
            old = int(av.__version__.partition(".")[0]) < 19
            lenient: dict[str, Any] = {"metadata_errors": "ignore"} if old else {}
            with av.open(file, **lenient) as container:
                if not container.streams.audio:
                    raise _refused(file, kind, "PyAV", "there is no sound in it")
                promised = _promised_seconds(container)
                for seen in _decoded(container, wav):
                    if seconds is not None and seen >= seconds:
                        promised = None
                        break
        except (av.error.FFmpegError, ValueError) as error:
            said = getattr(error, "strerror", None) or str(error)
            if not seen:
                raise _refused(file, kind, "PyAV", said) from None
            complaint = f"is damaged or cut short after {seen:.6g} s (PyAV: {said})"
            promised = None
        if not seen:
            raise _refused(file, kind, "PyAV", "it decodes to nothing")
        # Encoders add some thousand samples, which containers count or do not count.
        if promised is not None and seen < promised - 0.25:
            complaint = f"is cut short: {promised:.6g} s are promised, {seen:.6g} s can be read (PyAV: no error)"
        stack.pop_all()
        wav.seek(0)
        return wav, complaint


def _promised_seconds(container: Any) -> float | None:
    """How long the sound is, if the container says so; of streams without an index it only guesses."""
    sound = container.streams.audio[0]
    if container.format.name in ("aac", "ac3", "eac3", "dts", "amr", "mpegts", "mpeg", "adts"):
        return None
    if sound.duration is not None and sound.time_base is not None:
        return float(sound.duration * sound.time_base)
    alone = len(container.streams) == 1 and container.duration is not None
    return container.duration / 1e6 if alone else None


def _decoded(container: Any, wav: BinaryIO) -> Iterator[float]:
    """Decode the first sound of a container into a file; yield how many seconds there are so far."""
    from .sound import float_sink

    sink, n_samples = None, 0
    try:
        for frame in container.decode(audio=0):
            channels = len(frame.layout.channels)
            samples = frame.to_ndarray()
            samples = samples.T if frame.format.is_planar else samples.reshape(-1, channels)
            sink = sink or float_sink(wav, frame.sample_rate, channels)
            sink.write(_scaled(samples))
            n_samples += len(samples)
            yield n_samples / frame.sample_rate
    finally:
        if sink is not None:
            sink.close()


def _scaled(samples: Any) -> Any:
    """Samples of any kind as floats with full scale 1."""
    import numpy as np

    from ..pcm import as_dtype

    samples = np.ascontiguousarray(samples)
    return samples if samples.dtype.kind == "f" else as_dtype(samples, "float32")
