"""Pitches as the svaras of Hindustani and of Carnatic music. Part of the API of `core.convert`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, overload

import numpy as np
import numpy.typing as npt

from ..._engine.numbers import as_numbers
from ..._gate.complaints import public
from ..._gate.numbers import spell
from ..._gate.samples import as_number
from ..notation import mela_to_svara
from ._pitch_names import Names, hz_to_midi, midi_of, note_to_midi, rounded

if TYPE_CHECKING:
    from ..._gate.kinds import Numbers, Real

_SVARAS_H = ("Sa", "re", "Re", "ga", "Ga", "ma", "Ma", "Pa", "dha", "Dha", "ni", "Ni")
_DOT_ABOVE, _DOT_BELOW = "\u0307", "\u0323"


@overload
def midi_to_svara_h(midi: Real, *, Sa: float, abbr: bool = ..., octave: bool = ..., unicode: bool = ...) -> str: ...
@overload
def midi_to_svara_h(
    midi: Numbers, *, Sa: float, abbr: bool = ..., octave: bool = ..., unicode: bool = ...
) -> npt.NDArray[np.str_]: ...
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


@overload
def hz_to_svara_h(
    frequencies: Real, *, Sa: float, abbr: bool = ..., octave: bool = ..., unicode: bool = ...
) -> str: ...
@overload
def hz_to_svara_h(
    frequencies: Numbers, *, Sa: float, abbr: bool = ..., octave: bool = ..., unicode: bool = ...
) -> npt.NDArray[np.str_]: ...
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
    return midi_to_svara_h(midi_of(frequencies), Sa=hz_to_midi(Sa), abbr=abbr, octave=octave, unicode=unicode)


@overload
def note_to_svara_h(  # type: ignore[overload-overlap]
    notes: str, *, Sa: str, abbr: bool = ..., octave: bool = ..., unicode: bool = ...
) -> str: ...
@overload
def note_to_svara_h(
    notes: Iterable[str], *, Sa: str, abbr: bool = ..., octave: bool = ..., unicode: bool = ...
) -> npt.NDArray[np.str_]: ...
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


@overload
def midi_to_svara_c(
    midi: Real, *, Sa: float, mela: int | str, abbr: bool = ..., octave: bool = ..., unicode: bool = ...
) -> str: ...
@overload
def midi_to_svara_c(
    midi: Numbers, *, Sa: float, mela: int | str, abbr: bool = ..., octave: bool = ..., unicode: bool = ...
) -> npt.NDArray[np.str_]: ...
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


@overload
def hz_to_svara_c(
    frequencies: Real, *, Sa: float, mela: int | str, abbr: bool = ..., octave: bool = ..., unicode: bool = ...
) -> str: ...
@overload
def hz_to_svara_c(
    frequencies: Numbers, *, Sa: float, mela: int | str, abbr: bool = ..., octave: bool = ..., unicode: bool = ...
) -> npt.NDArray[np.str_]: ...
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
    midi = midi_of(frequencies)
    return midi_to_svara_c(midi, Sa=hz_to_midi(Sa), mela=mela, abbr=abbr, octave=octave, unicode=unicode)


@overload
def note_to_svara_c(  # type: ignore[overload-overlap]
    notes: str, *, Sa: str, mela: str | int, abbr: bool = ..., octave: bool = ..., unicode: bool = ...
) -> str: ...
@overload
def note_to_svara_c(
    notes: Iterable[str], *, Sa: str, mela: str | int, abbr: bool = ..., octave: bool = ..., unicode: bool = ...
) -> npt.NDArray[np.str_]: ...
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


def _svaras(midi: Any, Sa: Any, svara_names: Any, *, octave: bool, unicode: bool) -> Names:
    numbers = as_numbers(midi, "midi").astype(np.float64)
    steps = rounded(numbers - as_number(Sa, name="Sa"))[0]
    names = svara_names() if np.isfinite(numbers).any() else []

    def name_of(key: float) -> str:
        step = int(key)
        name = names[step % 12]
        mark = {1: (_DOT_ABOVE, "'"), -1: (_DOT_BELOW, ",")}.get(step // 12) if octave else None
        if mark is None:
            return name
        return name[0] + mark[0] + name[1:] if unicode else name + mark[1]

    return spell(steps, name_of, like=midi)
