"""What sound files can hold: the formats that libsndfile writes, and the rates, channels and lengths of each."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import PurePath

from .._gate.samples import ParameterError

MOST_CHANNELS = 1024  # libsndfile's own limit
HIGHEST_RATE = 2**31 - 1  # and this

_ALIASES = {"AIF": "AIFF", "AIFC": "AIFF", "OGA": "OGG", "OPUS": "OGG", "SND": "AU", "SPH": "NIST", "WAVE": "WAV"}
_DEFAULTS = {"OPUS": "OPUS"}  # other than libsndfile's, by suffix or `format`

# RAW has no header that says what it holds. SD2 has it in a second file, which libsndfile puts into the working folder.
_FORMATS_LEFT_OUT = ("RAW", "SD2")
# libsndfile lists them, but cannot write them, or not so that they read back: ALAC of more than 16 bits, for instance,
# comes back as noise wherever loud noise was written.
_LEFT_OUT = (
    *((None, subtype) for subtype in ("DWVW_12", "DWVW_16", "DWVW_24", "MPEG_LAYER_I", "MPEG_LAYER_II")),
    *((None, subtype) for subtype in ("ALAC_20", "ALAC_24", "ALAC_32")),
    *(("WAV", "MPEG_LAYER_III"), ("PAF", "PCM_24"), ("SDS", "PCM_S8"), ("SDS", "PCM_24")),
)

# Most channels by format or subtype.
_CHANNELS = {
    **dict.fromkeys(("GSM610", "G721_32", "G723_24", "G723_40", "HTK", "SDS", "SVX", "WVE", "XI"), 1),
    **dict.fromkeys(("NMS_ADPCM_16", "NMS_ADPCM_24", "NMS_ADPCM_32"), 1),
    **dict.fromkeys(("IMA_ADPCM", "MS_ADPCM", "MPEG_LAYER_III", "AVR", "MPC2K", "VOC"), 2),
    **dict.fromkeys(("ALAC_16", "FLAC"), 8),
    **dict.fromkeys(("VORBIS", "OPUS"), 255),
    "IRCAM": 256,
}


def _one_of(*rates: int) -> tuple[Callable[[int], bool], str]:
    return rates.__contains__, ", ".join(map(str, rates))


_16_BITS = (lambda sr: sr < 2**16), "1 to 65535"

# Allowed rates by format, subtype or both, and how to say them.
_RATES: dict[str | tuple[str, str], tuple[Callable[[int], bool], str]] = {
    "OPUS": _one_of(8000, 12000, 16000, 24000, 48000),
    "MPEG_LAYER_III": _one_of(8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000),
    "VORBIS": ((lambda sr: sr <= 200_000), "1 to 200000"),
    "FLAC": ((lambda sr: sr < 2**16 or (sr <= 655_350 and sr % 10 == 0)), "1 to 65535, and multiples of 10 to 655350"),
    "HTK": ((lambda sr: 10**7 % sr == 0), "the divisors of 10000000 (8000, 10000, 16000, 20000, ...)"),
    "MPC2K": _16_BITS,
    "SVX": _16_BITS,
    "WVE": _one_of(8000),
    "XI": _one_of(44100),
    ("VOC", "PCM_U8"): (
        (lambda sr: 10**6 % sr == 0 and 10**6 // sr <= 256),
        "the divisors of 1000000 from 4000 (8000, 10000, 12500, 20000, ...)",
    ),
}

# Bytes of samples, by format: what the header's numbers can say, less room for the header itself.
_MOST_BYTES = {"VOC": 2**24 - 2**12, "HTK": 2**31 - 2**12}
_MOST_BYTES_OF_OTHERS = 2**32 - 2**12
_ANY_LENGTH = ("AU", "CAF", "FLAC", "IRCAM", "MP3", "NIST", "OGG", "PAF", "PVF", "RF64", "W64")
_BYTES = {"PCM_16": 2, "DPCM_16": 2, "PCM_24": 3, "PCM_32": 4, "FLOAT": 4, "DOUBLE": 8}  # others take 1 at most

# Samples of a channel; libsndfile reads none of an SDS file that is shorter than one of its packets.
_SAMPLES = {"SDS": (64, 2**21 - 1), "FLAC": (1, 2**36 - 1), "MP3": (1, None), "OPUS": (1, None)}


def sound_format(path: PurePath | str, format: str | None, subtype: str | None) -> tuple[str, str]:
    """libsndfile's names of a format that it can write; the suffix and the usual subtype stand in for None."""
    import soundfile

    suffix = PurePath(path).suffix
    asked = (format or suffix[1:]).upper()
    name = _ALIASES.get(asked, asked)
    known = _written_formats()
    if name not in known:
        raise ParameterError(
            f"path={str(path)!r}: {format or suffix!r} is no format that can be written; use one of {', '.join(known)}"
        )
    usual = _DEFAULTS.get(asked) or (name == "OGG" and _DEFAULTS.get(suffix[1:].upper()))
    chosen = subtype.upper() if subtype else usual or soundfile.default_subtype(name)
    if not _is_written(name, chosen):
        there = [kind for kind in soundfile.available_subtypes(name) if _is_written(name, kind)]
        raise ParameterError(f"subtype={subtype!r} is not for {name} files; use one of {', '.join(there)}")
    return name, chosen


@functools.cache
def _written_formats() -> list[str]:
    import soundfile

    return [name for name in soundfile.available_formats() if name not in _FORMATS_LEFT_OUT]


def can_hold(path: PurePath | str, subtype: str) -> bool:
    """Whether files of the name's format can, and commonly do, have such samples: .opus has no Vorbis."""
    try:
        sound_format(path, None, subtype)
    except ParameterError:
        return False
    return _DEFAULTS.get(PurePath(path).suffix[1:].upper(), subtype) == subtype


def _is_written(name: str, subtype: str) -> bool:
    import soundfile

    if (None, subtype) in _LEFT_OUT or (name, subtype) in _LEFT_OUT:
        return False
    return soundfile.check_format(name, subtype)


def longer_format(name: str, subtype: str, channels: int, n: int) -> str:
    """RF64 for what is too long for WAV, which RF64 was made for; else the format itself."""
    too_long = channels * n * _BYTES.get(subtype, 1) > _MOST_BYTES_OF_OTHERS
    return "RF64" if name in ("WAV", "WAVEX") and too_long and _is_written("RF64", subtype) else name


def check_limits(where: str, name: str, subtype: str, sr: int, channels: int, n: int) -> None:
    """Raise unless files of a format can have this rate, so many channels, and so many samples of each."""
    kind = f"{name} {subtype}"
    most = min(_CHANNELS.get(name, MOST_CHANNELS), _CHANNELS.get(subtype, MOST_CHANNELS))
    if channels > most:
        raise ParameterError(f"{where}: {channels} channels are too many for {kind}, which has {most} at most; use WAV")
    for key in (name, subtype, (name, subtype)):
        possible, words = _RATES.get(key, (HIGHEST_RATE.__ge__, f"1 to {HIGHEST_RATE}"))
        if not possible(sr):
            raise ParameterError(f"{where}: sr={sr} is no rate of {kind}, which has {words} Hz; resample, or use WAV")
    _check_length(where, name, subtype, channels, n)


def _check_length(where: str, name: str, subtype: str, channels: int, n: int) -> None:
    kind, width = f"{name} {subtype}", channels * _BYTES.get(subtype, 1)
    least, most = _SAMPLES.get(name) or _SAMPLES.get(subtype) or (0, None)
    if most is None and name not in _ANY_LENGTH:
        most = _MOST_BYTES.get(name, _MOST_BYTES_OF_OTHERS) // width
    if n < least:
        raise ParameterError(f"{where}: y has {n} samples, too few for {kind}, which needs {least}; use WAV")
    if most is not None and n > most:
        raise ParameterError(
            f"{where}: {n} samples x {channels} are too many for {kind}, which has room for {most}; "
            "use RF64, W64 or CAF (format='RF64')"
        )
