"""Kinds of axes: where a kind's rows or columns lie, how it is scaled, and what stands at its ticks."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib import ticker
from matplotlib.axes import Axes

from .._gate.samples import ParameterError
from ..core.convert import (
    cqt_frequencies,
    fft_frequencies,
    fourier_tempo_frequencies,
    frames_to_time,
    hz_to_note,
    mel_frequencies,
    note_to_hz,
    tempo_frequencies,
)
from ..core.intervals import interval_frequencies
from ..core.notation import key_to_degrees, mela_to_degrees, thaat_to_degrees
from ..util.matching import match_events
from ._formatters import (
    AdaptiveEngFormatter,
    ChromaFJSFormatter,
    ChromaFormatter,
    ChromaSvaraFormatter,
    FJSFormatter,
    LogHzFormatter,
    NoteFormatter,
    SvaraFormatter,
    TimeFormatter,
    TonnetzFormatter,
)

if TYPE_CHECKING:
    from matplotlib.axis import Axis

TIME_UNITS = {"h": "hours", "m": "minutes", "s": "seconds", "ms": "milliseconds"}
# Middles of third-octave bands (IEC 61260), in Hz: ten a decade, on into ultrasound.
THIRD_OCTAVES = np.array([
    float(f"{digits}e{exponent}")
    for exponent in range(1, 6)
    for digits in ("1", "1.25", "1.6", "2", "2.5", "3.15", "4", "5", "6.3", "8")
][5:])  # fmt: skip


@dataclass(frozen=True)
class Options:
    """What the coordinates and ticks of axes depend on, under the names of `specshow`."""

    sr: float = 22050
    hop_length: int = 512
    n_fft: int | None = None
    win_length: int | None = None
    fmin: float | None = None
    fmax: float | None = None
    tempo_min: float | None = None
    tempo_max: float | None = None
    tuning: float = 0.0
    bins_per_octave: int = 12
    key: str = "C:maj"
    Sa: float | None = None
    mela: str | int | None = None
    thaat: str | None = None
    htk: bool = False
    unicode: bool = True
    intervals: str | Collection[float] | None = None
    unison: str | None = None

    @property
    def tonic(self) -> float:
        if self.Sa is None:
            raise ParameterError("Sa=None: svara need the frequency of Sa")
        return self.Sa

    @property
    def raga(self) -> str | int:
        if self.mela is None:
            raise ParameterError("mela=None: a chroma_c axis needs a melakarta raga, by name or number")
        return self.mela

    @property
    def ratios(self) -> str | Collection[float]:
        if self.intervals is None:
            raise ParameterError("intervals=None: the frequencies of a VQT axis, and FJS, need intervals")
        return self.intervals

    @property
    def lowest(self) -> float:
        return float(note_to_hz("C1")) if self.fmin is None else self.fmin


def axes_or_current(ax: Axes | None) -> Axes:
    if ax is None:
        import matplotlib.pyplot as plt

        return plt.gca()
    if not isinstance(ax, Axes):
        raise ParameterError(f"ax={ax!r} must be an instance of matplotlib.axes.Axes, or None for the current one")
    return ax


# Coordinates


def coordinates(kind: str | None, given: Any, n: int, o: Options) -> Any:
    """Where the `n` rows or columns of an axis lie, or its ``n + 1`` edges where they are given."""
    if given is not None:
        if len(given) not in (n, n + 1):
            raise ParameterError(f"{len(given)} coordinates do not fit {n} rows or columns: {n} or {n + 1} are wanted")
        return given
    if kind not in _COORDINATES:
        raise ParameterError(f"axis type {kind!r} is unknown; there are {_named(_COORDINATES)}")
    return _COORDINATES[kind](n, o)


def _named(kinds: Collection[str | None]) -> str:
    return ", ".join(sorted(kind for kind in kinds if kind))


def _fft_bins(n: int, o: Options) -> np.ndarray:
    return fft_frequencies(sr=o.sr, n_fft=2 * (n - 1) if o.n_fft is None else o.n_fft)


def _mel_bands(n: int, o: Options) -> np.ndarray:
    fmax = 0.5 * o.sr if o.fmax is None else o.fmax
    return mel_frequencies(n, fmin=0.0 if o.fmin is None else o.fmin, fmax=fmax, htk=o.htk)


def _cqt_bins(n: int, o: Options) -> np.ndarray:
    fmin = o.lowest * 2.0 ** (o.tuning / o.bins_per_octave)
    return _below_nyquist(cqt_frequencies(n, fmin=fmin, bins_per_octave=o.bins_per_octave), o.sr)


def _vqt_bins(n: int, o: Options) -> np.ndarray:
    frequencies = interval_frequencies(n, fmin=o.lowest, intervals=o.ratios, bins_per_octave=o.bins_per_octave)
    return _below_nyquist(frequencies, o.sr)


def _below_nyquist(frequencies: np.ndarray, sr: float) -> np.ndarray:
    if np.any(frequencies > 0.5 * sr):
        # To the caller of specshow, which calls coordinates, which calls the kind's function, which calls this.
        warnings.warn(
            f"Frequency axis exceeds Nyquist, sr / 2 = {0.5 * sr:g} Hz; give specshow sr, fmin and bins_per_octave "
            "as they were for the transform",
            stacklevel=5,
        )
    return frequencies


def _chroma_bins(n: int, o: Options) -> np.ndarray:
    return np.linspace(0, 12.0 * n / o.bins_per_octave, num=n, endpoint=False)


def _lags_as_tempi(n: int, o: Options) -> np.ndarray:
    return tempo_frequencies(n + 1, sr=o.sr, hop_length=o.hop_length)[1:]


def _fourier_tempi(n: int, o: Options) -> np.ndarray:
    win_length = 2 * (n - 1) if o.win_length is None else o.win_length
    return fourier_tempo_frequencies(sr=o.sr, hop_length=o.hop_length, win_length=win_length)


def _frame_times(n: int, o: Options) -> np.ndarray:
    return frames_to_time(np.arange(n), sr=o.sr, hop_length=o.hop_length)


def _numbers(n: int, o: Options) -> np.ndarray:
    return np.arange(n)


TIME_KINDS = ("time", *TIME_UNITS)
LAG_KINDS = ("lag", *(f"lag_{unit}" for unit in TIME_UNITS))
FFT_KINDS = ("linear", "fft", "hz", "fft_note", "fft_svara", "oct3")
CQT_KINDS = ("cqt_hz", "cqt_note", "cqt_svara", "cqt_oct3")
VQT_KINDS = ("vqt_hz", "vqt_note", "vqt_oct3", "vqt_fjs")
CHROMA_KINDS = ("chroma", "chroma_h", "chroma_c", "chroma_fjs")
OTHER_KINDS = ("tempo", "fourier_tempo", "mel", "mel_oct3", "log", "tonnetz", "frames")

_COORDINATES: dict[str | None, Callable[[int, Options], np.ndarray]] = {
    **dict.fromkeys((*FFT_KINDS, "log", "log_oct3"), _fft_bins),
    **dict.fromkeys(("mel", "mel_oct3"), _mel_bands),
    **dict.fromkeys(("cqt", *CQT_KINDS), _cqt_bins),
    **dict.fromkeys(VQT_KINDS, _vqt_bins),
    **dict.fromkeys(CHROMA_KINDS, _chroma_bins),
    **dict.fromkeys((*TIME_KINDS, *LAG_KINDS), _frame_times),
    **dict.fromkeys(("chroma_fjs", "tonnetz", "off", "frames", None), _numbers),
    "tempo": _lags_as_tempi,
    "fourier_tempo": _fourier_tempi,
}


def same_axes(x_kind: str | None, y_kind: str | None, x_limits: tuple[Any, ...], y_limits: tuple[Any, ...]) -> bool:
    """Whether both axes show the same coordinates of the same kind, so that the picture is square."""
    families = (TIME_KINDS, LAG_KINDS, FFT_KINDS, CQT_KINDS, VQT_KINDS, CHROMA_KINDS)
    alike = any(x_kind in family and y_kind in family for family in families)
    return (alike or (x_kind == y_kind and x_kind in OTHER_KINDS)) and x_limits == y_limits


# Scales


def scale(axes: Axes, kind: str | None, which: str, o: Options) -> None:
    """Make the axis (`which`: x or y) linear or logarithmic, and limit it where the kind has limits."""
    set_scale = axes.set_xscale if which == "x" else axes.set_yscale
    if kind in ("mel", "mel_oct3"):
        set_scale("symlog", linthresh=1000.0, base=2)
    elif kind in ("log", "log_oct3", "fft_note", "fft_svara"):
        set_scale("symlog", linthresh=float(note_to_hz("C2")), base=2, linscale=0.5)
    elif kind in ("cqt", *CQT_KINDS, *VQT_KINDS):
        set_scale("log", base=2)
    elif kind in ("tempo", "fourier_tempo"):
        (axes.set_xlim if which == "x" else axes.set_ylim)(o.tempo_min, o.tempo_max)
        set_scale("log", base=2)


# Ticks and labels


def decorate(axis: Axis, kind: str | None, n_bins: int, o: Options) -> None:
    """Set the locators, formatters and label of an axis of `n_bins` rows or columns."""
    if kind not in _DECORATIONS:
        raise ParameterError(f"axis type {kind!r} has no ticks; there are {_named(_DECORATIONS)}")
    _DECORATIONS[kind](axis, n_bins, o)


def _set(
    axis: Axis,
    label: str,
    formatter: Any = None,
    locator: Any = None,
    minor_formatter: Any = None,
    minor_locator: Any = None,
) -> None:
    if formatter is not None:
        axis.set_major_formatter(formatter)
    if locator is not None:
        axis.set_major_locator(locator)
    if minor_formatter is not None:
        axis.set_minor_formatter(minor_formatter)
        axis.set_minor_locator(minor_locator)
    axis.set_label_text(label)


def _no_ticks(axis: Axis, n_bins: int, o: Options) -> None:
    axis.set_label_text("")
    axis.set_ticks([])


def _time(unit: str | None, lag: bool, axis: Axis, n_bins: int, o: Options) -> None:
    label = ("Lag" if lag else "Time") + (f" ({TIME_UNITS[unit]})" if unit else "")
    _set(axis, label, TimeFormatter(unit=unit, lag=lag), ticker.MaxNLocator(prune=None, steps=[1, 1.5, 5, 6, 10]))


def _tonnetz(axis: Axis, n_bins: int, o: Options) -> None:
    _set(axis, "Tonnetz", TonnetzFormatter(), ticker.FixedLocator(range(6)))


def _tempo(axis: Axis, n_bins: int, o: Options) -> None:
    _set(axis, "BPM", ticker.ScalarFormatter(), ticker.LogLocator(base=2.0))


def _every_octave(degrees: np.ndarray) -> ticker.FixedLocator:
    return _fixed(np.add.outer(12.0 * np.arange(10), degrees).ravel())


def _chroma(axis: Axis, n_bins: int, o: Options) -> None:
    _set(axis, "Pitch class", ChromaFormatter(key=o.key, unicode=o.unicode), _every_octave(key_to_degrees(o.key)))


def _chroma_hindustani(axis: Axis, n_bins: int, o: Options) -> None:
    degrees = np.arange(12) if o.thaat is None else thaat_to_degrees(o.thaat)
    _chroma_svara(axis, degrees, ChromaSvaraFormatter(Sa=o.Sa, unicode=o.unicode))


def _chroma_carnatic(axis: Axis, n_bins: int, o: Options) -> None:
    formatter = ChromaSvaraFormatter(Sa=o.Sa, mela=o.mela, unicode=o.unicode)
    _chroma_svara(axis, mela_to_degrees(o.raga), formatter)


def _chroma_svara(axis: Axis, degrees: np.ndarray, formatter: ChromaSvaraFormatter) -> None:
    _set(axis, "Svara", formatter, _every_octave(np.mod(degrees + formatter.Sa, 12)))


def _chroma_fjs(axis: Axis, n_bins: int, o: Options) -> None:
    unison = hz_to_note(o.lowest, octave=False, cents=False) if o.unison is None else o.unison
    per_octave = o.bins_per_octave
    formatter = ChromaFJSFormatter(intervals=o.ratios, unison=unison, unicode=o.unicode, bins_per_octave=per_octave)
    degrees: np.ndarray = np.arange(per_octave)
    if isinstance(o.ratios, str) and per_octave > 7:  # the first seven that the system makes are enough
        of_octave = partial(interval_frequencies, fmin=1, intervals=o.ratios, bins_per_octave=per_octave)
        degrees = match_events(of_octave(7, sort=False), of_octave(per_octave, sort=True))
    _set(axis, "Pitch class", formatter, _fixed(degrees))


def _within_octave(frequency: float) -> float:
    """The frequency, put down by octaves to between 1 and 2."""
    octaves = np.log2(frequency)
    return 2.0 ** (octaves - np.floor(octaves))


def _octaves(start: float) -> ticker.LogLocator:
    return ticker.LogLocator(base=2.0, subs=(start,))


def _semitones(start: float) -> ticker.LogLocator:
    return _within_octaves(start * 2.0 ** (np.arange(1, 12) / 12))


# matplotlib takes arrays, too, but its annotations do not say so.


def _within_octaves(places: np.ndarray) -> ticker.LogLocator:
    return ticker.LogLocator(base=2.0, subs=places.tolist())


def _fixed(places: np.ndarray) -> ticker.FixedLocator:
    return ticker.FixedLocator(places.tolist())


def _cqt_note(axis: Axis, n_bins: int, o: Options) -> None:
    major, minor = (NoteFormatter(key=o.key, unicode=o.unicode, major=major) for major in (True, False))
    C = _within_octave(note_to_hz("C1"))
    _set(axis, "Note", major, _octaves(C), minor, _semitones(C))


def _cqt_hz(axis: Axis, n_bins: int, o: Options) -> None:
    minor = _semitones(_within_octave(note_to_hz("C1")))
    _set(axis, "Hz", LogHzFormatter(), ticker.LogLocator(base=2.0), LogHzFormatter(major=False), minor)


def _svara_formatters(o: Options) -> tuple[SvaraFormatter, SvaraFormatter]:
    major = SvaraFormatter(Sa=o.tonic, mela=o.mela, unicode=o.unicode)
    return major, SvaraFormatter(Sa=o.tonic, mela=o.mela, unicode=o.unicode, major=False)


def _cqt_svara(axis: Axis, n_bins: int, o: Options) -> None:
    major, minor = _svara_formatters(o)
    Sa = _within_octave(o.tonic)
    _set(axis, "Svara", major, _octaves(Sa), minor, _semitones(Sa))


def _vqt_hz(axis: Axis, n_bins: int, o: Options) -> None:
    _vqt(axis, "Hz", LogHzFormatter(), LogHzFormatter(major=False), o)


def _vqt_note(axis: Axis, n_bins: int, o: Options) -> None:
    major, minor = (NoteFormatter(key=o.key, unicode=o.unicode, major=major) for major in (True, False))
    _vqt(axis, "Note", major, minor, o)


def _vqt(axis: Axis, label: str, major: ticker.Formatter, minor: ticker.Formatter, o: Options) -> None:
    start = _within_octave(o.lowest)
    intervals = interval_frequencies(12, fmin=start, intervals=o.ratios, bins_per_octave=12)
    _set(axis, label, major, _octaves(start), minor, _within_octaves(intervals))


def _vqt_fjs(axis: Axis, n_bins: int, o: Options) -> None:
    names = partial(
        FJSFormatter,
        intervals=o.ratios,
        fmin=o.lowest,
        unison=o.unison,
        unicode=o.unicode,
        bins_per_octave=o.bins_per_octave,
        n_bins=n_bins,
    )
    n_minor = n_bins * 12 // o.bins_per_octave
    minor = interval_frequencies(n_minor, fmin=o.lowest, intervals=o.ratios, bins_per_octave=12)
    start = _octaves(_within_octave(o.lowest))
    _set(axis, "Note", names(), start, names(major=False), _fixed(minor))


def _fft_note(axis: Axis, n_bins: int, o: Options) -> None:
    major, minor = (NoteFormatter(key=o.key, unicode=o.unicode, major=major) for major in (True, False))
    _set(axis, "Note", major, ticker.SymmetricalLogLocator(axis.get_transform()), minor, _semitones(1.0))


def _fft_svara(axis: Axis, n_bins: int, o: Options) -> None:
    major, minor = _svara_formatters(o)
    Sa = _within_octave(o.tonic)
    locator = ticker.SymmetricalLogLocator(axis.get_transform(), base=2.0, subs=[Sa])
    _set(axis, "Svara", major, locator, minor, _semitones(Sa))


def _symlog_hz(axis: Axis, n_bins: int, o: Options) -> None:
    _set(axis, "Hz", ticker.ScalarFormatter(), ticker.SymmetricalLogLocator(axis.get_transform()))


def _linear_hz(axis: Axis, n_bins: int, o: Options) -> None:
    _set(axis, "Hz", ticker.ScalarFormatter())


def _third_octaves(first: int, axis: Axis, n_bins: int, o: Options) -> None:
    major, minor = (AdaptiveEngFormatter(major=major, unit="Hz") for major in (True, False))
    _set(axis, "Frequency", major, _fixed(THIRD_OCTAVES[first::3]), minor, _fixed(THIRD_OCTAVES))


def _frames(axis: Axis, n_bins: int, o: Options) -> None:
    _set(axis, "Frames")


_DECORATIONS: dict[str | None, Callable[[Axis, int, Options], None]] = {
    **dict.fromkeys(("off", "none", None), _no_ticks),
    **{kind: partial(_time, unit, False) for kind, unit in zip(TIME_KINDS, (None, *TIME_UNITS), strict=True)},
    **{kind: partial(_time, unit, True) for kind, unit in zip(LAG_KINDS, (None, *TIME_UNITS), strict=True)},
    **dict.fromkeys(("linear", "hz", "fft"), _linear_hz),
    **dict.fromkeys(("mel", "log"), _symlog_hz),
    **dict.fromkeys(("oct3", "cqt_oct3", "vqt_oct3", "log_oct3"), partial(_third_octaves, 0)),
    "mel_oct3": partial(_third_octaves, 5),
    **dict.fromkeys(("tempo", "fourier_tempo"), _tempo),
    "fft_note": _fft_note,
    "fft_svara": _fft_svara,
    "cqt_hz": _cqt_hz,
    "cqt_note": _cqt_note,
    "cqt_svara": _cqt_svara,
    "vqt_hz": _vqt_hz,
    "vqt_note": _vqt_note,
    "vqt_fjs": _vqt_fjs,
    "chroma": _chroma,
    "chroma_h": _chroma_hindustani,
    "chroma_c": _chroma_carnatic,
    "chroma_fjs": _chroma_fjs,
    "tonnetz": _tonnetz,
    "frames": _frames,
}
