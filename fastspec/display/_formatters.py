"""What stands at the ticks of an axis."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import numpy as np
from matplotlib.ticker import EngFormatter, Formatter

from .._gate.samples import ParameterError
from ..core.convert import hz_to_fjs, hz_to_note, hz_to_svara_c, hz_to_svara_h, midi_to_note
from ..core.convert import midi_to_svara_c as svara_c
from ..core.convert import midi_to_svara_h as svara_h
from ..core.intervals import interval_frequencies
from ..core.notation import interval_to_fjs
from ..util.matching import match_events

UNITS = ("h", "m", "s", "ms", None)


class TimeFormatter(Formatter):
    """Times, as long as the axis makes them: seconds, minutes and seconds, or hours, minutes and seconds.

    Parameters
    ----------
    lag : bool, default False
        Times are lags: what lies beyond the middle of the data is negative.
    unit : {'h', 'm', 's', 'ms', None}, default None
        ``'h'`` is H:MM:SS, ``'m'`` M:SS, the others are numbers. None: 'h' where the axis shows more than an hour,
        'm' more than a minute, else seconds.

    Raises
    ------
    ParameterError
        If `unit` is unknown.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> import fastspec.display
    >>> ax = Figure().subplots()
    >>> ax.xaxis.set_major_formatter(fastspec.display.TimeFormatter(unit="m"))
    >>> ax.xaxis.get_major_formatter()(75.0)
    '1:15'
    """

    def __init__(self, lag: bool = False, unit: str | None = None) -> None:
        if unit not in UNITS:
            raise ParameterError(f"unit={unit!r} must be one of {', '.join(map(repr, UNITS))}")
        super().__init__()
        self.unit = unit
        self.lag = lag

    def __call__(self, x: float, pos: int | None = None) -> str:
        assert self.axis is not None
        last = self.axis.get_data_interval()[1]
        if not self.lag or x < last * 0.5:
            return self._text(x)
        return "" if x > last else "-" + self._text(abs(x - last))

    def _text(self, seconds: float) -> str:
        assert self.axis is not None
        low, high = self.axis.get_view_interval()
        span = high - low
        if self.unit == "h" or (self.unit is None and span > 3600):
            return f"{int(seconds / 3600)}:{int(np.mod(seconds / 60, 60)):02d}:{int(np.mod(seconds, 60)):02d}"
        if self.unit == "m" or (self.unit is None and span > 60):
            return f"{int(seconds / 60)}:{int(np.mod(seconds, 60)):02d}"
        if self.unit == "s":
            return f"{seconds:.3g}"
        if self.unit == "ms":
            return f"{seconds * 1000:.3g}"
        return f"{seconds:.2g}" if span >= 1 else f"{seconds:.3f}"


class AdaptiveFormatterBase(Formatter):
    """Formatter of frequencies, whose minor ticks have labels only where the axis shows two octaves or less.

    Subclasses define ``_format_tick(x, pos)``, and find the ends of the axis in ``vmin`` and ``vmax``.

    Parameters
    ----------
    major : bool, default True
        Always write labels.
    """

    def __init__(self, major: bool = True) -> None:
        super().__init__()
        self.major = major
        self.vmin: float | None = None
        self.vmax: float | None = None

    def __call__(self, x: float, pos: int | None = None) -> str:
        if x <= 0:
            return ""
        assert self.axis is not None
        self.vmin, self.vmax = sorted(self.axis.get_view_interval())
        if not self.major and self.vmax > 4 * max(1, self.vmin):
            return ""
        return self._format_tick(x, pos)

    def _format_tick(self, x: float, pos: int | None = None) -> str:
        raise NotImplementedError(f"{type(self).__name__} must define _format_tick(x, pos)")


class NoteFormatter(AdaptiveFormatterBase):
    """Names of the notes of frequencies, with cents where the axis shows an octave or less.

    Parameters
    ----------
    octave : bool, default True
        Write the octave's number.
    major : bool, default True
        Always write labels; False: where the axis shows two octaves or less.
    key : str, default 'C:maj'
        Key in which to spell; see `fastspec.hz_to_note`.
    unicode : bool, default True
        Signs such as ♯; False: ``#``.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> import fastspec.display
    >>> ax = Figure().subplots()
    >>> ax.yaxis.set_major_formatter(fastspec.display.NoteFormatter())
    >>> _ = ax.set_ylim(100, 1000)
    >>> ax.yaxis.get_major_formatter()(440.0)
    'A4'
    """

    def __init__(self, octave: bool = True, major: bool = True, key: str = "C:maj", unicode: bool = True) -> None:
        super().__init__(major=major)
        self.octave = octave
        self.key = key
        self.unicode = unicode

    def _format_tick(self, x: float, pos: int | None = None) -> str:
        assert self.vmin is not None, "set by who calls this"
        assert self.vmax is not None
        cents = self.vmax <= 2 * max(1, self.vmin)
        return str(hz_to_note(x, octave=self.octave, cents=cents, key=self.key, unicode=self.unicode))


class SvaraFormatter(AdaptiveFormatterBase):
    """Names of the svara of frequencies.

    Parameters
    ----------
    Sa : float > 0
        Frequency of Sa in Hz.
    octave, major, unicode
        As for `NoteFormatter`.
    abbr : bool, default False
        Abbreviate names.
    mela : str or int, optional
        Melakarta raga: names are Carnatic. Default: Hindustani names.

    Raises
    ------
    ParameterError
        If `Sa` is None.
    """

    def __init__(
        self,
        Sa: float,
        octave: bool = True,
        major: bool = True,
        abbr: bool = False,
        mela: str | int | None = None,
        unicode: bool = True,
    ) -> None:
        if Sa is None:
            raise ParameterError("Sa=None: svara need the frequency of Sa")
        super().__init__(major=major)
        self.Sa = Sa
        self.octave = octave
        self.abbr = abbr
        self.mela = mela
        self.unicode = unicode

    def _format_tick(self, x: float, pos: int | None = None) -> str:
        options: dict[str, Any] = {"Sa": self.Sa, "octave": self.octave, "abbr": self.abbr, "unicode": self.unicode}
        if self.mela is None:
            return str(hz_to_svara_h(x, **options))
        return str(hz_to_svara_c(x, mela=self.mela, **options))


class FJSFormatter(AdaptiveFormatterBase):
    """Names of just intervals, in the Functional Just System: of the interval that is nearest to a frequency.

    Parameters
    ----------
    fmin : float > 0
        Frequency of the unison in Hz.
    n_bins, bins_per_octave, intervals
        As for `fastspec.interval_frequencies`.
    major : bool, default True
        Always write labels; False: where the axis shows two octaves or less.
    unison : str, optional
        The unison's name. Default: that of the note at `fmin`.
    unicode : bool, default True
        Signs such as ♯; False: ``#``.
    """

    def __init__(
        self,
        *,
        fmin: float,
        n_bins: int,
        bins_per_octave: int,
        intervals: str | Collection[float],
        major: bool = True,
        unison: str | None = None,
        unicode: bool = True,
    ) -> None:
        super().__init__(major=major)
        self.fmin = fmin
        self.unison = unison
        self.unicode = unicode
        self.intervals = intervals
        self.n_bins = n_bins
        self.bins_per_octave = bins_per_octave
        self.frequencies_ = interval_frequencies(
            n_bins, fmin=fmin, intervals=intervals, bins_per_octave=bins_per_octave
        )

    def _format_tick(self, x: float, pos: int | None = None) -> str:
        nearest = self.frequencies_[match_events(np.atleast_1d(x), self.frequencies_)[0]]
        return str(hz_to_fjs(nearest, fmin=self.fmin, unison=self.unison, unicode=self.unicode))


class LogHzFormatter(AdaptiveFormatterBase):
    """Frequencies in Hz.

    Parameters
    ----------
    major : bool, default True
        Always write labels; False: where the axis shows two octaves or less.
    """

    def __init__(self, major: bool = True) -> None:
        super().__init__(major=major)

    def _format_tick(self, x: float, pos: int | None = None) -> str:
        return f"{x:g}"


class AdaptiveEngFormatter(AdaptiveFormatterBase):
    """Frequencies with the prefixes of engineers, such as 2 kHz.

    Parameters
    ----------
    major : bool, default True
        Always write labels; False: where the axis shows two octaves or less.
    **kwargs
        For `matplotlib.ticker.EngFormatter`.
    """

    def __init__(self, major: bool = True, **kwargs: Any) -> None:
        super().__init__(major=major)
        self._formatter = EngFormatter(**kwargs)

    def _format_tick(self, x: float, pos: int | None = None) -> str:
        return self._formatter(x, pos)


class ChromaFormatter(Formatter):
    """Names of pitch classes: of 0, 1, ... semitones above C.

    Parameters
    ----------
    key : str, default 'C:maj'
        Key in which to spell; see `fastspec.midi_to_note`.
    unicode : bool, default True
        Signs such as ♯; False: ``#``.

    Examples
    --------
    >>> import fastspec.display
    >>> fastspec.display.ChromaFormatter(key="F:maj")(10)
    'B♭'
    """

    def __init__(self, key: str = "C:maj", unicode: bool = True) -> None:
        super().__init__()
        self.key = key
        self.unicode = unicode

    def __call__(self, x: float, pos: int | None = None) -> str:
        return str(midi_to_note(int(x), octave=False, cents=False, key=self.key, unicode=self.unicode))


class ChromaSvaraFormatter(Formatter):
    """Names of svara: of 0, 1, ... semitones above C.

    Parameters
    ----------
    Sa : float, optional
        Which of them Sa is. Default: 0.
    mela : str or int, optional
        Melakarta raga: names are Carnatic. Default: Hindustani names.
    abbr : bool, default True
        Abbreviate names.
    unicode : bool, default True
        Signs above and below the letters.
    """

    def __init__(
        self, Sa: float | None = None, mela: int | str | None = None, abbr: bool = True, unicode: bool = True
    ) -> None:
        super().__init__()
        self.Sa = 0 if Sa is None else Sa
        self.mela = mela
        self.abbr = abbr
        self.unicode = unicode

    def __call__(self, x: float, pos: int | None = None) -> str:
        options: dict[str, Any] = {"Sa": self.Sa, "octave": False, "abbr": self.abbr, "unicode": self.unicode}
        if self.mela is None:
            return str(svara_h(int(x), **options))
        return str(svara_c(int(x), mela=self.mela, **options))


class ChromaFJSFormatter(Formatter):
    """Names of the just intervals of an octave, in the Functional Just System.

    Parameters
    ----------
    intervals : str or collection of float in [1, 2)
        As for `fastspec.interval_frequencies`.
    unison : str, default 'C'
        The unison's name.
    unicode : bool, default True
        Signs such as ♯; False: ``#``.
    bins_per_octave : int, optional
        How many intervals, if `intervals` is a name. Default: as many as it holds.

    Raises
    ------
    ParameterError
        If `intervals` is neither a name nor numbers, or is a name and `bins_per_octave` no integer.
    """

    def __init__(
        self,
        *,
        intervals: str | Collection[float],
        unison: str = "C",
        unicode: bool = True,
        bins_per_octave: int | None = None,
    ) -> None:
        super().__init__()
        self.unison = unison
        self.unicode = unicode
        self.intervals = intervals
        if not isinstance(intervals, str):
            if not np.iterable(intervals):
                raise ParameterError(f"intervals={intervals!r} must be a name or numbers from 1 to 2")
            bins_per_octave = len(intervals)
        if not isinstance(bins_per_octave, (int, np.integer)):
            raise ParameterError(f"bins_per_octave={bins_per_octave!r} must be an integer for intervals={intervals!r}")
        self.bins_per_octave = bins_per_octave
        try:
            self.intervals_ = interval_frequencies(
                bins_per_octave, fmin=1, intervals=intervals, bins_per_octave=bins_per_octave
            )
        except TypeError as error:
            raise ParameterError(f"intervals={intervals!r} must be a name or numbers from 1 to 2") from error

    def __call__(self, x: float, pos: int | None = None) -> str:
        interval = self.intervals_[int(x) % self.bins_per_octave]
        return str(interval_to_fjs(interval, unison=self.unison, unicode=self.unicode))


class TonnetzFormatter(Formatter):
    """The six dimensions of the tonnetz: two each for fifths, minor and major thirds.

    Examples
    --------
    >>> import fastspec.display
    >>> fastspec.display.TonnetzFormatter()(5)
    'M3$_x$'
    """

    def __call__(self, x: float, pos: int | None = None) -> str:
        return ("5$_y$", "5$_x$", "m3$_y$", "m3$_x$", "M3$_y$", "M3$_x$")[int(x)]
