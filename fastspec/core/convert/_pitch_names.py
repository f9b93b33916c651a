"""Pitches in hertz, MIDI numbers and names: notes, svaras, just intervals. Part of `core.convert`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt

from ..._engine.numbers import as_numbers, as_scalar_or_array
from ..._gate.complaints import public
from ..._gate.numbers import spell
from ..._gate.samples import DTypeError, ParameterError, as_number
from ..notation import SEMITONES, interval_to_fjs, key_to_notes, match_note, mela_to_svara, place_of, split

Floats = np.floating | npt.NDArray[np.floating]
Names = str | npt.NDArray[np.str_]

_SVARAS_H = ("Sa", "re", "Re", "ga", "Ga", "ma", "Ma", "Pa", "dha", "Dha", "ni", "Ni")
LOG2_440 = np.log2(440.0)  # NumPy's float64, which widens float32
_DOT_ABOVE, _DOT_BELOW = "\u0307", "\u0323"
_CENTS_SPAN = 1000  # packs a note number and its cents, which lie in [-50, 50], into one key


@public
def midi_to_hz(notes: npt.ArrayLike) -> Floats:
    """MIDI numbers to hertz, in equal temperament with A4 (69) at 440 Hz.

    Parameters
    ----------
    notes : scalar or array_like
        MIDI numbers; fractions are allowed.

    Returns
    -------
    np.floating or np.ndarray [shape=notes.shape]
        Hz.

    Raises
    ------
    DTypeError
        If `notes` holds no numbers.

    Examples
    --------
    >>> import fastspec
    >>> fastspec.midi_to_hz([57, 69]).tolist()
    [220.0, 440.0]
    """
    return 440.0 * 2.0 ** ((as_scalar_or_array(notes, "notes") - 69.0) / 12.0)


@public
def hz_to_midi(frequencies: npt.ArrayLike) -> Floats:
    """Hertz to MIDI numbers, with fractions.

    Parameters
    ----------
    frequencies : scalar or array_like
        Hz. Zero gives ``-inf`` and a RuntimeWarning.

    Returns
    -------
    np.floating or np.ndarray [shape=frequencies.shape]
        MIDI numbers.

    Raises
    ------
    DTypeError
        If `frequencies` holds no numbers.

    Examples
    --------
    >>> import fastspec
    >>> fastspec.hz_to_midi(440).item()
    69.0
    """
    return 12 * (np.log2(as_scalar_or_array(frequencies, "frequencies")) - LOG2_440) + 69


@public
def note_to_midi(note: str | Iterable[str], *, round_midi: bool = True) -> float | np.ndarray:
    """Note names to MIDI numbers.

    Parameters
    ----------
    note : str or iterable of str
        A letter in either case, accidentals (``# b ! n`` or ♯ ♭ 𝄪 𝄫 ♮, any number of them), an octave
        (0 if missing) and cents with a sign: ``'C'``, ``'Eb3'``, ``'A4+15'``. ``''`` gives NaN.
    round_midi : bool, default True
        Round to whole numbers, halves to even.

    Returns
    -------
    int, np.float64, np.int64 or np.ndarray
        MIDI numbers: an int (a NumPy number if not rounded) for one name, an array for many.

    Raises
    ------
    ParameterError
        If a name cannot be read.
    DTypeError
        If `note` is neither a str nor an iterable of them.

    Examples
    --------
    >>> import fastspec
    >>> fastspec.note_to_midi(['C4', 'Bb3']).tolist()
    [60, 58]
    """
    if not isinstance(note, str):
        if not np.iterable(note):
            raise DTypeError(f"note={note!r} must be a str or an iterable of them, such as ['C4', 'E4']")
        return np.array([note_to_midi(name, round_midi=round_midi) for name in note])
    if note == "":
        return np.nan
    match = match_note(note)
    letter, sharps = split(place_of(match))
    octave, cents = int(match["octave"] or 0), int(match["cents"] or 0)
    semitones = 12 * (octave + 1) + SEMITONES[letter] + sharps + cents * 0.01
    if round_midi:
        return int(np.round(semitones))
    # librosa's sum over accidentals is an integer where there are any, and stays one without cents.
    return np.int64(semitones) if match["accidentals"] and not match["cents"] else np.float64(semitones)


@public
def note_to_hz(note: str | Iterable[str], *, round_midi: bool = False) -> Floats:
    """Note names to hertz, in equal temperament with A4 at 440 Hz.

    Parameters
    ----------
    note : str or iterable of str
        Note names; see `note_to_midi`.
    round_midi : bool, default False
        Round to whole MIDI numbers first, which drops cents.

    Returns
    -------
    np.float64 or np.ndarray
        Hz.

    Raises
    ------
    ParameterError
        If a name cannot be read.
    DTypeError
        If `note` is neither a str nor an iterable of them.

    Examples
    --------
    >>> import fastspec
    >>> fastspec.note_to_hz(['A3', 'A4']).tolist()
    [220.0, 440.0]
    """
    return midi_to_hz(note_to_midi(note, round_midi=round_midi))


@public
def midi_to_note(
    midi: npt.ArrayLike, *, octave: bool = True, cents: bool = False, key: str = "C:maj", unicode: bool = True
) -> Names:
    """MIDI numbers to note names.

    Parameters
    ----------
    midi : scalar or array_like
        MIDI numbers, rounded to the nearest note. NaN and infinity give ``''``.
    octave : bool, default True
        Add the octave number.
    cents : bool, default False
        Add the distance from the note in cents, with its sign.
    key : str, default 'C:maj'
        Key that decides the spelling; see `key_to_notes`.
    unicode : bool, default True
        Write ♯ ♭ in place of ``# b``.

    Returns
    -------
    str or np.ndarray [shape=midi.shape, dtype=str]
        Note names.

    Raises
    ------
    ParameterError
        If `cents` is asked for without `octave`, or `key` cannot be read.
    DTypeError
        If `midi` holds no numbers.

    Examples
    --------
    >>> import fastspec
    >>> fastspec.midi_to_note([60, 70.25], cents=True, key='F:maj', unicode=False).tolist()
    ['C4+0', 'Bb4+25']
    """
    if cents and not octave:
        raise ParameterError("cents=True needs octave=True: without it, 'C+5' would read as octave 5")
    numbers = as_numbers(midi, "midi").astype(np.float64)
    keys, within = _rounded(numbers)
    if cents:
        keys = keys * _CENTS_SPAN + _CENTS_SPAN // 2 + np.trunc(100 * np.around(within, 2))
    names = key_to_notes(key, unicode=unicode) if np.isfinite(numbers).any() else []

    def name_of(key: float) -> str:
        number, offset = divmod(int(key), _CENTS_SPAN) if cents else (int(key), 0)
        name = names[number % 12]
        if octave:
            name += str(int(number / 12) - 1)  # cut towards zero: -11 to 11 are octave -1
        return f"{name}{offset - _CENTS_SPAN // 2:+d}" if cents else name

    return spell(keys, name_of, like=midi)


@public
def hz_to_note(frequencies: npt.ArrayLike, **kwargs: Any) -> Names:
    """Hertz to the names of the nearest notes.

    Parameters
    ----------
    frequencies : scalar or array_like
        Hz.
    **kwargs
        `octave`, `cents`, `key` and `unicode` of `midi_to_note`.

    Returns
    -------
    str or np.ndarray [shape=frequencies.shape, dtype=str]
        Note names.

    Raises
    ------
    ParameterError
        As `midi_to_note` does.
    DTypeError
        If `frequencies` holds no numbers.

    Examples
    --------
    >>> import fastspec
    >>> fastspec.hz_to_note([440, 32.7]).tolist()
    ['A4', 'C1']
    """
    return midi_to_note(hz_to_midi(frequencies), **kwargs)


@public
def midi_to_svara_h(
    midi: npt.ArrayLike, *, Sa: float, abbr: bool = True, octave: bool = True, unicode: bool = True
) -> Names:
    """MIDI numbers to Hindustani svara names.

    Parameters
    ----------
    midi : scalar or array_like
        MIDI numbers, rounded to the nearest semitone from `Sa`. NaN and infinity give ``''``.
    Sa : float
        MIDI number of the tonic.
    abbr : bool, default True
        Write one letter; lower case is the flat form, and upper case Ma the sharp one.
    octave : bool, default True
        Mark the octave above and the one below that of `Sa`.
    unicode : bool, default True
        Mark octaves with a dot above or below in place of ``'`` or ``,`` at the end.

    Returns
    -------
    str or np.ndarray [shape=midi.shape, dtype=str]
        Svara names.

    Raises
    ------
    DTypeError
        If `midi` holds no numbers.

    Examples
    --------
    >>> import fastspec
    >>> fastspec.midi_to_svara_h([60, 61, 72], Sa=60, unicode=False).tolist()
    ['S', 'r', "S'"]
    """
    names = [svara[0] for svara in _SVARAS_H] if abbr else _SVARAS_H
    return _svaras(midi, Sa, lambda: names, octave=octave, unicode=unicode)


@public
def hz_to_svara_h(
    frequencies: npt.ArrayLike, *, Sa: float, abbr: bool = True, octave: bool = True, unicode: bool = True
) -> Names:
    """Hertz to Hindustani svara names.

    Parameters
    ----------
    frequencies : scalar or array_like
        Hz.
    Sa : float
        Frequency of the tonic in Hz.
    abbr, octave, unicode : bool, default True
        See `midi_to_svara_h`.

    Returns
    -------
    str or np.ndarray [shape=frequencies.shape, dtype=str]
        Svara names.

    Raises
    ------
    DTypeError
        If `frequencies` holds no numbers.

    Examples
    --------
    >>> import fastspec
    >>> fastspec.hz_to_svara_h([220, 330], Sa=220).tolist()
    ['S', 'P']
    """
    midi = hz_to_midi(frequencies)
    return midi_to_svara_h(midi, Sa=hz_to_midi(Sa), abbr=abbr, octave=octave, unicode=unicode)


@public
def note_to_svara_h(
    notes: str | Iterable[str], *, Sa: str, abbr: bool = True, octave: bool = True, unicode: bool = True
) -> Names:
    """Note names to Hindustani svara names.

    Parameters
    ----------
    notes : str or iterable of str
        Note names; see `note_to_midi`.
    Sa : str
        Note name of the tonic.
    abbr, octave, unicode : bool, default True
        See `midi_to_svara_h`.

    Returns
    -------
    str or np.ndarray [dtype=str]
        Svara names.

    Raises
    ------
    ParameterError
        If a note name cannot be read.

    Examples
    --------
    >>> import fastspec
    >>> fastspec.note_to_svara_h(['C4', 'Db4'], Sa='C4', abbr=False).tolist()
    ['Sa', 're']
    """
    midi = note_to_midi(notes, round_midi=False)
    return midi_to_svara_h(midi, Sa=note_to_midi(Sa), abbr=abbr, octave=octave, unicode=unicode)


@public
def midi_to_svara_c(
    midi: npt.ArrayLike,
    *,
    Sa: float,
    mela: int | str,
    abbr: bool = True,
    octave: bool = True,
    unicode: bool = True,
) -> Names:
    """MIDI numbers to Carnatic svara names in a melakarta raga.

    Parameters
    ----------
    midi : scalar or array_like
        MIDI numbers, rounded to the nearest semitone from `Sa`. NaN and infinity give ``''``.
    Sa : float
        MIDI number of the tonic.
    mela : int or str
        Number or name of the raga; see `mela_to_svara`.
    abbr : bool, default True
        Write one letter in place of the full name.
    octave : bool, default True
        Mark the octave above and the one below that of `Sa`.
    unicode : bool, default True
        Write dots for octaves and subscripts in place of ``'``, ``,`` and plain digits.

    Returns
    -------
    str or np.ndarray [shape=midi.shape, dtype=str]
        Svara names.

    Raises
    ------
    ParameterError
        If there is no such raga.
    DTypeError
        If `midi` holds no numbers.

    Examples
    --------
    >>> import fastspec
    >>> fastspec.midi_to_svara_c([60, 62, 48], Sa=60, mela=1, unicode=False).tolist()
    ['S', 'G1', 'S,']
    """
    return _svaras(midi, Sa, lambda: mela_to_svara(mela, abbr=abbr, unicode=unicode), octave=octave, unicode=unicode)


@public
def hz_to_svara_c(
    frequencies: npt.ArrayLike,
    *,
    Sa: float,
    mela: int | str,
    abbr: bool = True,
    octave: bool = True,
    unicode: bool = True,
) -> Names:
    """Hertz to Carnatic svara names in a melakarta raga.

    Parameters
    ----------
    frequencies : scalar or array_like
        Hz.
    Sa : float
        Frequency of the tonic in Hz.
    mela : int or str
        Number or name of the raga; see `mela_to_svara`.
    abbr, octave, unicode : bool, default True
        See `midi_to_svara_c`.

    Returns
    -------
    str or np.ndarray [shape=frequencies.shape, dtype=str]
        Svara names.

    Raises
    ------
    ParameterError
        If there is no such raga.
    DTypeError
        If `frequencies` holds no numbers.

    Examples
    --------
    >>> import fastspec
    >>> fastspec.hz_to_svara_c([220, 330], Sa=220, mela='kanakangi').tolist()
    ['S', 'P']
    """
    midi = hz_to_midi(frequencies)
    return midi_to_svara_c(midi, Sa=hz_to_midi(Sa), mela=mela, abbr=abbr, octave=octave, unicode=unicode)


@public
def note_to_svara_c(
    notes: str | Iterable[str],
    *,
    Sa: str,
    mela: str | int,
    abbr: bool = True,
    octave: bool = True,
    unicode: bool = True,
) -> Names:
    """Note names to Carnatic svara names in a melakarta raga.

    Parameters
    ----------
    notes : str or iterable of str
        Note names; see `note_to_midi`.
    Sa : str
        Note name of the tonic.
    mela : str or int
        Name or number of the raga; see `mela_to_svara`.
    abbr, octave, unicode : bool, default True
        See `midi_to_svara_c`.

    Returns
    -------
    str or np.ndarray [dtype=str]
        Svara names.

    Raises
    ------
    ParameterError
        If a note name cannot be read, or there is no such raga.

    Examples
    --------
    >>> import fastspec
    >>> fastspec.note_to_svara_c(['C4', 'G4'], Sa='C4', mela=29).tolist()
    ['S', 'P']
    """
    midi = note_to_midi(notes, round_midi=False)
    return midi_to_svara_c(midi, Sa=note_to_midi(Sa), mela=mela, abbr=abbr, octave=octave, unicode=unicode)


@public
def hz_to_fjs(
    frequencies: npt.ArrayLike, *, fmin: float | None = None, unison: str | None = None, unicode: bool = False
) -> Names:
    """Hertz to note names of the Functional Just System.

    Parameters
    ----------
    frequencies : scalar or array_like
        Hz.
    fmin : float, optional
        Frequency of the unison in Hz; the lowest of `frequencies` if None.
    unison : str, optional
        Name of the note at `fmin`; the nearest in equal temperament if None.
    unicode : bool, default False
        Write ♯ ♭ and raised or lowered digits in place of ``# b ^5 _7``.

    Returns
    -------
    str or np.ndarray [shape=frequencies.shape, dtype=str]
        Note names; see `interval_to_fjs`.

    Raises
    ------
    ParameterError
        If `frequencies` is empty and `fmin` None, or a ratio to `fmin` is not a known interval.
    DTypeError
        If `frequencies` holds no numbers.

    Examples
    --------
    >>> import fastspec
    >>> fastspec.hz_to_fjs([440, 550, 660]).tolist()
    ['A', 'C#^5', 'E']
    """
    numbers = as_numbers(frequencies, "frequencies")
    if fmin is None:
        if numbers.size == 0:
            raise ParameterError(f"frequencies.shape={numbers.shape} is empty and has no minimum; pass fmin")
        fmin = np.min(numbers)
    if unison is None:
        unison = hz_to_note(fmin, octave=False, unicode=False)
    return interval_to_fjs(numbers / fmin, unison=unison, unicode=unicode)


def _rounded(numbers: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Nearest whole numbers (NaN where there is none) and what they leave."""
    whole = np.round(np.where(np.isfinite(numbers), numbers, np.nan))
    return whole, numbers - whole


def _svaras(midi, Sa, svara_names, *, octave: bool, unicode: bool) -> Names:
    numbers = as_numbers(midi, "midi").astype(np.float64)
    steps = _rounded(numbers - as_number(Sa, name="Sa"))[0]
    names = svara_names() if np.isfinite(numbers).any() else []

    def name_of(key: float) -> str:
        step = int(key)
        name = names[step % 12]
        mark = {1: (_DOT_ABOVE, "'"), -1: (_DOT_BELOW, ",")}.get(step // 12) if octave else None
        if mark is None:
            return name
        return name[0] + mark[0] + name[1:] if unicode else name + mark[1]

    return spell(steps, name_of, like=midi)
