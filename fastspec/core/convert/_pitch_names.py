"""Pitches in hertz, MIDI numbers and names: notes, just intervals. Part of `core.convert`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from inspect import unwrap
from typing import TYPE_CHECKING, Any, overload

import numpy as np
import numpy.typing as npt

from ..._engine.numbers import as_numbers, as_scalar_or_array
from ..._gate.complaints import public
from ..._gate.numbers import spell
from ..._gate.samples import DTypeError, ParameterError
from ..notation import SEMITONES, interval_to_fjs, key_to_notes, match_note, place_of, split

if TYPE_CHECKING:
    from ..._gate.kinds import Double, Doubles, FloatArray, Numbers, Real

Floats = np.floating | npt.NDArray[np.floating]
Names = str | npt.NDArray[np.str_]

LOG2_440 = np.log2(440.0)  # NumPy's float64, which widens float32
_CENTS_SPAN = 1000  # packs a note number and its cents, which lie in [-50, 50], into one key


@overload
def midi_to_hz(notes: Double) -> np.float64: ...
@overload
def midi_to_hz(notes: np.floating[Any]) -> np.floating[Any]: ...
@overload
def midi_to_hz(notes: Doubles) -> npt.NDArray[np.float64]: ...
@overload
def midi_to_hz(notes: Numbers) -> FloatArray: ...
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


@overload
def hz_to_midi(frequencies: Double) -> np.float64: ...
@overload
def hz_to_midi(frequencies: np.floating[Any]) -> np.floating[Any]: ...
@overload
def hz_to_midi(frequencies: Doubles) -> npt.NDArray[np.float64]: ...
@overload
def hz_to_midi(frequencies: Numbers) -> FloatArray: ...
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


# As it is without `public`, and for whatever is like an array.
midi_of: Callable[[npt.ArrayLike], Floats] = unwrap(hz_to_midi)


@overload
def note_to_midi(note: str, *, round_midi: bool = ...) -> float: ...  # type: ignore[overload-overlap]
@overload
def note_to_midi(note: Iterable[str], *, round_midi: bool = ...) -> npt.NDArray[np.float64 | np.int64]: ...
@public
def note_to_midi(note: str | Iterable[str], *, round_midi: bool = True) -> float | np.int64 | np.ndarray:
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


@overload
def note_to_hz(note: str, *, round_midi: bool = ...) -> np.float64: ...  # type: ignore[overload-overlap]
@overload
def note_to_hz(note: Iterable[str], *, round_midi: bool = ...) -> npt.NDArray[np.float64]: ...
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


@overload
def midi_to_note(midi: Real, *, octave: bool = ..., cents: bool = ..., key: str = ..., unicode: bool = ...) -> str: ...
@overload
def midi_to_note(
    midi: Numbers, *, octave: bool = ..., cents: bool = ..., key: str = ..., unicode: bool = ...
) -> npt.NDArray[np.str_]: ...
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
    keys, within = rounded(numbers)
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


@overload
def hz_to_note(frequencies: Real, **kwargs: Any) -> str: ...
@overload
def hz_to_note(frequencies: Numbers, **kwargs: Any) -> npt.NDArray[np.str_]: ...
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
    return midi_to_note(midi_of(frequencies), **kwargs)


@overload
def hz_to_fjs(frequencies: Real, *, fmin: float | None = ..., unison: str | None = ..., unicode: bool = ...) -> str: ...
@overload
def hz_to_fjs(
    frequencies: Numbers, *, fmin: float | None = ..., unison: str | None = ..., unicode: bool = ...
) -> npt.NDArray[np.str_]: ...
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


def rounded(numbers: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Nearest whole numbers (NaN where there is none) and what they leave."""
    whole = np.round(np.where(np.isfinite(numbers), numbers, np.nan))
    return whole, numbers - whole
