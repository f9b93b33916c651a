"""Whole sound files, read and written with the conversions of `pcm`: libsndfile only carries the samples."""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np

from . import _batch, pcm
from ._arrays import DTypeError, ParameterError, as_index
from ._complaints import public

if TYPE_CHECKING:
    import numpy.typing as npt

    from .pcm import Encoding

MOST_CHANNELS = 1024  # libsndfile's own limit

# Of each kind of samples in files: what they are made into, and what libsndfile then takes, which loses nothing.
_CODES: dict[str, tuple[type, Encoding | None, type]] = {
    "PCM_U8": (np.int8, None, np.int32),
    "PCM_S8": (np.int8, None, np.int32),
    "PCM_16": (np.int16, None, np.int16),
    "PCM_24": (np.int32, "int24", np.int32),
    "PCM_32": (np.int32, None, np.int32),
    "ULAW": (np.uint8, "ulaw", np.int16),
    "ALAW": (np.uint8, "alaw", np.int16),
    "DOUBLE": (np.float64, None, np.float64),
}
_OTHERS: tuple[type, Encoding | None, type] = (np.float32, None, np.float32)


@public
def read(path: str | os.PathLike, always_2d: bool = False, dtype: npt.DTypeLike = np.float32) -> tuple[np.ndarray, int]:
    """Read a sound file whole, at its own rate, into samples of any kind.

    `load` mixes and resamples; this gives what is in the file, converted as by `pcm_convert`: integers to integers
    without a detour through floats.

    Parameters
    ----------
    path : str, path-like or file object
        Anything libsndfile reads.
    always_2d : bool, default False
        Whether one channel is (1, n) too, not (n,).
    dtype : {float32, float64, uint8, int8, uint16, int16, int32}, default float32
        Of the samples.

    Returns
    -------
    y : np.ndarray [shape=(n,) or (channels, n)]
        The samples; channels first, as everywhere here (soundfile has them last).
    sr : int
        Sampling rate in Hz.

    Raises
    ------
    AudioFileError
        If the file is missing, no sound file, damaged, or shorter than its header says.
    DTypeError
        If `dtype` is none of these.

    Examples
    --------
    >>> import fastspec, os, tempfile
    >>> import numpy as np
    >>> path = os.path.join(tempfile.mkdtemp(), "levels.wav")
    >>> fastspec.write(path, np.array([-1.0, -0.5, 0.0, 0.5]), 8000, subtype="PCM_U8")
    0
    >>> fastspec.read(path, dtype=np.uint8)
    (array([  0,  64, 128, 192], dtype=uint8), 8000)
    """
    from .core import _audio_file

    pcm.check_dtype(dtype)
    y, sr, complaint = _audio_file.read(path, dtype=None)
    if complaint:
        raise _audio_file.AudioFileError(_audio_file.name_of(path), complaint)
    y = pcm.as_dtype(y, dtype)
    return (y[np.newaxis] if always_2d and y.ndim == 1 else y), sr


@public
def write(
    path: str | os.PathLike,
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

    Parameters
    ----------
    path : str or path-like
        Its suffix says the format: .wav, .flac, .aiff, .ogg, ...
    y : array_like [shape=(n,) or (channels, n)], of a dtype that `pcm_convert` takes
        The samples; floating-point ones from -1 to 1. (soundfile has channels last: pass ``y.T``.)
    sr : int > 0
        Sampling rate in Hz.
    subtype : str, optional
        The samples in the file, by libsndfile's name: 'PCM_16', 'PCM_24', 'PCM_32', 'PCM_S8', 'PCM_U8' (8-bit WAV is
        unsigned), 'FLOAT', 'DOUBLE', 'ULAW', 'ALAW', ... By default the usual one of the format.
    format : str, optional
        The format, if the suffix does not say it: 'WAV', 'FLAC', ...
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
        If an argument breaks its rule, the format has no such `subtype`, or `lo` is not below `hi`.
    DTypeError
        If `y` has another dtype.
    AudioFileError
        If the file cannot be written.

    Examples
    --------
    >>> import fastspec, os, tempfile
    >>> path = os.path.join(tempfile.mkdtemp(), "steps.wav")
    >>> fastspec.write(path, [0, 1, 2, 3, 4], 8000, lo=0, hi=4)
    0
    >>> fastspec.read(path, dtype="int16")[0].tolist()
    [-32768, -16384, 0, 16384, 32767]
    """
    target = Path(os.fspath(path))
    file_format, subtype = sound_format(target, format, subtype)
    y = np.asarray(y)
    if not 1 <= y.ndim <= 2:
        raise ParameterError(f"y.shape={y.shape} must be (n,) or (channels, n)")
    if y.ndim == 2 and not 1 <= y.shape[0] <= MOST_CHANNELS:
        raise ParameterError(
            f"y.shape={y.shape} is {y.shape[0]} channels of {y.shape[1]} samples, and a file has 1 to {MOST_CHANNELS}; "
            "channels come first, so pass y.T"
        )
    sr = as_index(int(sr) if isinstance(sr, float) and sr % 1 == 0 else sr, name="sr")
    outside = None
    if lo is not None or hi is not None:
        y, outside = _full_scale(y, lo, hi)
    data, clips = _file_samples(y, subtype, dither, rng)
    _write_whole(target, data.T, sr, subtype, file_format)
    return clips if outside is None else outside


def sound_format(path: Path, format: str | None, subtype: str | None) -> tuple[str, str]:
    """libsndfile's names of a format that it can write; the suffix and the usual subtype stand in for None."""
    import soundfile

    name = (format or path.suffix[1:]).upper()
    known = [known for known in soundfile.available_formats() if known != "RAW"]
    aliases = {"AIF": "AIFF", "OGA": "OGG", "OPUS": "OGG"}
    name = aliases.get(name, name)
    if name not in known:
        raise ParameterError(
            f"path={str(path)!r}: {format or path.suffix!r} is no format that can be written; "
            f"use one of {', '.join(known)}"
        )
    chosen = subtype.upper() if subtype else soundfile.default_subtype(name)
    if not soundfile.check_format(name, chosen):
        there = [kind for kind in soundfile.available_subtypes(name) if soundfile.check_format(name, kind)]
        raise ParameterError(f"subtype={subtype!r} is not for {name} files; use one of {', '.join(there)}")
    return name, chosen


def can_hold(path: Path, subtype: str) -> bool:
    """Whether files of the name's format can have such samples."""
    try:
        sound_format(path, None, subtype)
    except ParameterError:
        return False
    return True


def _full_scale(y: np.ndarray, lo: float | None, hi: float | None) -> tuple[np.ndarray, int]:
    """Levels lo .. hi as -1 .. 1, and how many are outside."""
    if y.dtype.kind not in "iuf":
        raise DTypeError(f"y.dtype={y.dtype} is not real")
    if y.size == 0:
        return y.astype(np.float64), 0
    lo = float(np.nanmin(y) if lo is None else lo)
    hi = float(np.nanmax(y) if hi is None else hi)
    if not -np.inf < lo < hi < np.inf:
        raise ParameterError(f"lo={lo} must be below hi={hi}, and both finite; give the range that y's levels may have")
    outside = int(np.count_nonzero(~((y >= lo) & (y <= hi))))
    return 2 * (y.astype(np.float64) - lo) / (hi - lo) - 1, outside


def _file_samples(y: np.ndarray, subtype: str, dither, rng) -> tuple[np.ndarray, int]:
    """What libsndfile takes to make the file's samples of, and the clips that it took."""
    kind, encoding, carrier = _CODES.get(subtype, _OTHERS)
    codes, clips = pcm.pcm_convert(y, kind, to_encoding=encoding, return_clips=True, dither=dither, rng=rng)
    if encoding:
        return pcm.pcm_convert(codes, carrier, from_encoding=encoding), clips
    return pcm.as_dtype(codes, carrier), clips


def _write_whole(path: Path, data: np.ndarray, sr: int, subtype: str, file_format: str) -> None:
    """`data` is (n,) or (n, channels). Made in memory, so that errors of the disk come from Python's own file."""
    import soundfile

    from .core._audio_file import AudioFileError

    content = io.BytesIO()
    try:
        soundfile.write(content, data, sr, subtype=subtype, format=file_format)
    except soundfile.LibsndfileError as error:
        channels = data.shape[1] if data.ndim == 2 else 1
        raise ParameterError(
            f"{path}: sr={sr}, {channels} channels: libsndfile cannot write this as {file_format} {subtype} "
            f"({error.error_string}); use WAV"
        ) from None
    try:
        with _batch.whole_file(path) as file:
            file.write(content.getbuffer())
    except _batch.OutputError as error:
        cause = error.__cause__
        reason, number = getattr(cause, "strerror", None) or str(cause), getattr(cause, "errno", None)
        raise AudioFileError(str(path), f"cannot be written: {reason}", errno=number) from None
