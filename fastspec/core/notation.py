"""Names of notes, keys, ragas and intervals.

Pitches are worked out on the line of fifths, ... F C G D A E B F♯ C♯ ..., with C at 0: a fifth is one step,
a sharp is seven, the pitch class is seven times the place modulo 12, and a key is a run of neighbours.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Iterable
from functools import lru_cache
from itertools import combinations
from typing import TYPE_CHECKING, Any, overload

import numpy as np
import numpy.typing as npt

from .._engine.foreign import patient
from .._engine.numbers import as_numbers
from .._gate.complaints import public
from .._gate.numbers import look_up, spell
from .._gate.samples import DTypeError, ParameterError, as_number
from .intervals import KNOWN_WITHIN, interval_table

if TYPE_CHECKING:
    from .._gate.kinds import Numbers, Real

__all__ = [
    "fifths_to_note",
    "interval_to_fjs",
    "key_to_degrees",
    "key_to_notes",
    "list_mela",
    "list_thaat",
    "mela_to_degrees",
    "mela_to_svara",
    "thaat_to_degrees",
]

LETTERS = "FCGDAEB"  # from -1 to 5 on the line of fifths
ACCIDENTALS = {"#": 1, "♯": 1, "𝄪": 2, "b": -1, "!": -1, "♭": -1, "𝄫": -2, "♮": 0, "n": 0}
TO_ASCII = str.maketrans({"♯": "#", "𝄪": "##", "♭": "b", "𝄫": "bb", "♮": "n"})
SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")

_TONIC = r"^(?P<letter>[A-Ga-g])(?P<accidentals>[#♯𝄪b!♭𝄫♮n]*)"
NOTE = re.compile(_TONIC + r"(?P<octave>[+-]?\d+)?(?P<cents>[+-]\d+)?$")
KEY = re.compile(
    _TONIC + r":(?P<scale>maj(or)?|min(or)?|ion(ian)?|dor(ian)?|phr(yg(ian)?)?|lyd(ian)?"
    r"|mix(olyd(ian)?)?|aeo(l(ian)?)?|loc(r(ian)?)?)$"
)

SEMITONES = {letter: 7 * place % 12 for place, letter in enumerate(LETTERS, -1)}
MAJOR = np.array([0, 2, 4, 5, 7, 9, 11])
# For each mode the degree of its major scale that it starts on.
MODES = {"maj": 0, "ion": 0, "dor": 1, "phr": 2, "lyd": 3, "mix": 4, "aeo": 5, "min": 5, "loc": 6}

THAATS = {
    "bilaval": np.array([0, 2, 4, 5, 7, 9, 11]),
    "khamaj": np.array([0, 2, 4, 5, 7, 9, 10]),
    "kafi": np.array([0, 2, 3, 5, 7, 9, 10]),
    "asavari": np.array([0, 2, 3, 5, 7, 8, 10]),
    "bhairavi": np.array([0, 1, 3, 5, 7, 8, 10]),
    "kalyan": np.array([0, 2, 4, 6, 7, 9, 11]),
    "marva": np.array([0, 1, 4, 6, 7, 9, 11]),
    "poorvi": np.array([0, 1, 4, 6, 7, 8, 11]),
    "todi": np.array([0, 1, 3, 6, 7, 8, 11]),
    "bhairav": np.array([0, 1, 4, 5, 7, 8, 11]),
}

# The melakarta ragas in order: a line for each chakra, which fixes all but the last two degrees.
_CHAKRAS = """
    kanakangi ratnangi ganamurthi vanaspathi manavathi tanarupi
    senavathi hanumathodi dhenuka natakapriya kokilapriya rupavathi
    gayakapriya vakulabharanam mayamalavagaula chakravakom suryakantham hatakambari
    jhankaradhwani natabhairavi keeravani kharaharapriya gaurimanohari varunapriya
    mararanjini charukesi sarasangi harikambhoji dheerasankarabharanam naganandini
    yagapriya ragavardhini gangeyabhushani vagadheeswari sulini chalanatta
    salagam jalarnavam jhalavarali navaneetham pavani raghupriya
    gavambodhi bhavapriya subhapanthuvarali shadvidhamargini suvarnangi divyamani
    dhavalambari namanarayani kamavardhini ramapriya gamanasrama viswambhari
    syamalangi shanmukhapriya simhendramadhyamam hemavathi dharmavathi neethimathi
    kanthamani rishabhapriya latangi vachaspathi mechakalyani chitrambari
    sucharitra jyotisvarupini dhatuvardhini nasikabhushani kosalam rasikapriya
"""
MELAS = {name: number for number, name in enumerate(_CHAKRAS.split(), 1)}


def place_of(match: re.Match[str]) -> int:
    """Place on the line of fifths of a matched letter with its accidentals."""
    sharps = sum(ACCIDENTALS[sign] for sign in match["accidentals"])
    return LETTERS.index(match["letter"].upper()) - 1 + 7 * sharps


def match_note(note: str, *, name: str = "note") -> re.Match[str]:
    if not isinstance(note, str):
        raise DTypeError(f"{name}={note!r} must be a str such as 'C#4', not {type(note).__name__}")
    match = NOTE.match(note)
    if match is None:
        raise ParameterError(
            f"{name}={note!r} is not a note name: a letter A to G, accidentals (# or b), an octave and"
            " signed cents, such as 'C', 'Bb3' or 'A4+15'"
        )
    return match


def _match_key(key: str) -> re.Match[str]:
    if not isinstance(key, str):
        raise DTypeError(f"key={key!r} must be a str such as 'C:maj', not {type(key).__name__}")
    match = KEY.match(key)
    if match is None:
        raise ParameterError(
            f"key={key!r} is not a key: a letter A to G, accidentals (# or b), a colon and one of maj, min,"
            " ion, dor, phr, lyd, mix, aeo, loc, such as 'C:maj' or 'F#:dorian'"
        )
    return match


def split(place: int) -> tuple[str, int]:
    """Letter and number of sharps (negative: flats) at a place on the line of fifths."""
    sharps, letter = divmod(place + 1, 7)
    return LETTERS[letter], sharps


@public
def key_to_notes(key: str, *, unicode: bool = True, natural: bool = False) -> list[str]:
    """Names of the twelve pitch classes as a key spells them, from C (or its equal) upwards.

    Parameters
    ----------
    key : str
        Tonic and scale, such as ``'C:maj'``, ``'F#:min'`` or ``'Eb:dorian'``. Scales are ``maj`` and
        ``min`` and the modes ``ion, dor, phr, lyd, mix, aeo, loc``, each also in full.
    unicode : bool, default True
        Write ♯ 𝄪 ♭ 𝄫 ♮ in place of ``# ## b bb n``.
    natural : bool, default False
        Mark plain letters that are not in the key with a natural sign. Tonics with a double accidental
        or more do not use it.

    Returns
    -------
    list of str [len=12]
        Note names.

    Raises
    ------
    ParameterError
        If `key` is not of this form.

    Examples
    --------
    >>> import fastspec
    >>> fastspec.key_to_notes('F:maj', unicode=False)
    ['C', 'Db', 'D', 'Eb', 'E', 'F', 'Gb', 'G', 'Ab', 'A', 'Bb', 'B']
    """
    if not isinstance(key, str):
        _match_key(key)  # which says what is wrong with it
    return list(_notes_of_key(key, bool(unicode), bool(natural)))


@lru_cache(256)
def _notes_of_key(key: str, unicode: bool, natural: bool) -> tuple[str, ...]:
    match = _match_key(key)
    tonic, scale = place_of(match), match["scale"][:3]
    minor = scale == "min"
    if not minor:  # a mode is spelled as the major key that has its notes
        tonic -= _fifths_above_major_tonic(scale)
    sharps = split(tonic)[1]
    beyond = sharps - int(np.sign(sharps))  # the key with one accidental, moved by the others as a whole
    first = _first_place(tonic - 7 * beyond - 3 * minor) + 7 * beyond
    notes = [""] * 12
    for place in range(first, first + 12):
        notes[7 * place % 12] = _write(place)
    if natural and not beyond:
        in_key = set(key_to_degrees(key).tolist())
        notes = [n + "♮" if len(n) == 1 and c not in in_key else n for c, n in enumerate(notes)]
    return tuple(notes if unicode else (note.translate(TO_ASCII) for note in notes))


def _fifths_above_major_tonic(mode: str) -> int:
    # the major scale is the places -1 to 5 from its tonic, each met once as 7 * place mod 12
    return next(place for place in range(-1, 6) if 7 * place % 12 == MAJOR[MODES[mode]])


def _first_place(signature: int) -> int:
    """Where a key's twelve notes begin on the line of fifths; `signature` counts its sharps, or -flats.

    Sharp keys run from F to A♯ and flat keys from G♭ to B, until the sixth sharp or flat is E♯ or C♭.
    """
    if signature >= 0:
        return -1 + max(0, signature - 5)
    return -6 - max(0, -signature - 5)


def _write(place: int) -> str:
    letter, sharps = split(place)
    single, double = ("♯", "𝄪") if sharps > 0 else ("♭", "𝄫")
    return letter + single * (abs(sharps) % 2) + double * (abs(sharps) // 2)


@public
def key_to_degrees(key: str) -> npt.NDArray[np.int64]:
    """Pitch classes of a key's scale, from the tonic upwards.

    Parameters
    ----------
    key : str
        Tonic and scale; see `key_to_notes`.

    Returns
    -------
    np.ndarray [shape=(7,), dtype=int64]
        Semitones above C, modulo 12.

    Raises
    ------
    ParameterError
        If `key` is not of this form.

    Examples
    --------
    >>> import fastspec
    >>> fastspec.key_to_degrees('A:min').tolist()
    [9, 11, 0, 2, 4, 5, 7]
    """
    return _degrees_of_key(key if isinstance(key, str) else _match_key(key)).copy()


@lru_cache(64)
def _degrees_of_key(key: str) -> npt.NDArray[np.int64]:
    match = _match_key(key)
    start = MODES[match["scale"][:3]]
    return (np.roll(MAJOR, -start) - MAJOR[start] + 7 * place_of(match)) % 12


@public
def fifths_to_note(*, unison: str, fifths: int, unicode: bool = True) -> str:
    """Name of the note that is a number of perfect fifths from another.

    Parameters
    ----------
    unison : str
        Name of the note to start from. An octave in it is not used.
    fifths : int
        Fifths to go up (or, if negative, down).
    unicode : bool, default True
        Write ♯ 𝄪 ♭ 𝄫 in place of ``# ## b bb``.

    Returns
    -------
    str
        Note name without octave.

    Raises
    ------
    ParameterError
        If `unison` is not a note name.
    TypeError
        If `fifths` is not an integer.

    Examples
    --------
    >>> import fastspec
    >>> fastspec.fifths_to_note(unison='C', fifths=-2, unicode=False)
    'Bb'
    """
    letter, sharps = split(place_of(match_note(unison, name="unison")) + operator.index(fifths))
    single, double = ("♯", "𝄪") if sharps > 0 else ("♭", "𝄫")
    name = letter + double * (abs(sharps) // 2) + single * (abs(sharps) % 2)
    return name if unicode else name.translate(TO_ASCII)


@overload
def interval_to_fjs(interval: Real, *, unison: str = ..., tolerance: float = ..., unicode: bool = ...) -> str: ...
@overload
def interval_to_fjs(
    interval: Numbers, *, unison: str = ..., tolerance: float = ..., unicode: bool = ...
) -> npt.NDArray[np.str_]: ...
@public
def interval_to_fjs(
    interval: npt.ArrayLike, *, unison: str = "C", tolerance: float = 65.0 / 63, unicode: bool = True
) -> str | npt.NDArray[np.str_]:
    """Just intervals in the notation of the Functional Just System.

    An interval is written as the Pythagorean note that is near, with the primes above 3 of its numerator
    as a superscript and of its denominator as a subscript.

    Parameters
    ----------
    interval : float or array_like
        Frequency ratios. They must be intervals that `plimit_intervals` reaches with primes up to 23, or
        fifths stacked up to 71 times, in any octave, to six decimals.
    unison : str, default 'C'
        Name of the note at ratio 1.
    tolerance : float, default 65/63
        How far the Pythagorean note may be, as a ratio. It is the first within it, by number of fifths.
    unicode : bool, default True
        Write ♯ ♭ and raised or lowered digits in place of ``# b ^5 _7``.

    Returns
    -------
    str or np.ndarray [shape=interval.shape, dtype=str]
        Note names.

    Raises
    ------
    ParameterError
        If an interval is not positive or not known, or `unison` is not a note name.
    DTypeError
        If `interval` holds no numbers.

    References
    ----------
    .. [1] "Functional Just System", Xenharmonic Wiki.

    Examples
    --------
    >>> import fastspec
    >>> fastspec.interval_to_fjs([1, 3/2, 5/4, 8/5], unicode=False).tolist()
    ['C', 'G', 'E^5', 'Ab_5']
    """
    if isinstance(interval, (int, float)) and isinstance(unison, str):
        return _fjs_of_one(interval, unison, as_number(tolerance, name="tolerance"), bool(unicode))
    return _fjs_of(interval, unison, tolerance, unicode)


@lru_cache(1024, typed=True)
def _fjs_of_one(interval: float, unison: str, tolerance: float, unicode: bool) -> str:
    return str(_fjs_of(interval, unison, tolerance, unicode))


def _fjs_of(interval: Any, unison: str, tolerance: float, unicode: bool) -> str | np.ndarray:
    ratios = as_numbers(interval, "interval").astype(np.float64)
    if np.any(ratios <= 0):
        raise ParameterError(f"interval={ratios[ratios <= 0][0]} is a frequency ratio and must be positive")
    rows = _known_rows(ratios)
    fifths = _nearby_fifths(ratios, tolerance)

    def name_of(key: float) -> str:
        row, count = divmod(int(key), _FIFTHS_SPAN)
        note = fifths_to_note(unison=unison, fifths=count - _MOST_FIFTHS, unicode=unicode)
        return note + _primes_suffix(interval_table()[1][row], unicode)

    return spell(rows * _FIFTHS_SPAN + fifths + _MOST_FIFTHS, name_of, like=interval)


_MOST_FIFTHS = 32  # the search ends at 31; librosa's answer to a search without a hit is 32
_FIFTHS_SPAN = 2 * _MOST_FIFTHS + 1


@patient(100)
def _known_rows(ratios: np.ndarray) -> np.ndarray:
    """Row of the interval table for each ratio."""
    table = interval_table()[0]
    with np.errstate(invalid="ignore"):  # infinity folds to NaN, which is then not known
        folded = ratios * 2.0 ** -np.floor(np.log2(ratios))
    edges = np.append(table, 2.0)
    right = np.clip(np.searchsorted(edges, folded), 1, len(table))
    nearest = np.where(folded - edges[right - 1] < edges[right] - folded, right - 1, right)
    unknown = ~(np.abs(edges[nearest] - folded) <= KNOWN_WITHIN)
    if unknown.any():
        raise ParameterError(
            f"interval={ratios[unknown][0]} is not within {KNOWN_WITHIN:g} of a just interval in the table;"
            " pass exact ratios, for instance of plimit_intervals"
        )
    return nearest % len(table)


@patient(1000)
def _nearby_fifths(ratios: np.ndarray, tolerance: float) -> np.ndarray:
    """For each ratio the first count of fifths, from 0, 1, -1, 2, ..., that comes within `tolerance`."""
    counts = np.arange(1, _MOST_FIFTHS)
    counts = np.concatenate([[0], np.ravel([counts, -counts], order="F")])
    remainders = ratios[..., np.newaxis] / 3.0**counts
    with np.errstate(divide="ignore", invalid="ignore"):  # a tolerance of 0 admits all, a negative one none
        distances = np.abs(np.log2(remainders * 2.0 ** -np.round(np.log2(remainders))))
        near = distances <= np.abs(np.log2(as_number(tolerance, name="tolerance")))
    return np.where(near.any(axis=-1), counts[near.argmax(axis=-1)], _MOST_FIFTHS)


def _primes_suffix(factors: dict[int, int], unicode: bool) -> str:
    over = under = 1
    for prime, power in factors.items():
        if prime > 3:
            over *= prime ** max(power, 0)
            under *= prime ** max(-power, 0)
    if unicode:
        raised, lowered = str(over).translate(SUPERSCRIPTS), str(under).translate(SUBSCRIPTS)
    else:
        raised, lowered = f"^{over}", f"_{under}"
    return (raised if over > 1 else "") + (lowered if under > 1 else "")


@public
def thaat_to_degrees(thaat: str) -> npt.NDArray[np.int64]:
    """Degrees of a Hindustani thaat.

    Parameters
    ----------
    thaat : str
        Its name, in any case; `list_thaat` has them all.

    Returns
    -------
    np.ndarray [shape=(7,), dtype=int64]
        Semitones above Sa.

    Raises
    ------
    ParameterError
        If there is no such thaat (also a KeyError).
    DTypeError
        If `thaat` is not a str.

    Examples
    --------
    >>> import fastspec
    >>> fastspec.thaat_to_degrees('bilaval').tolist()
    [0, 2, 4, 5, 7, 9, 11]
    """
    if not isinstance(thaat, str):
        raise DTypeError(f"thaat={thaat!r} must be a str; {type(thaat).__name__} is not accepted")
    return look_up(THAATS, thaat.lower(), name="thaat").copy()


def list_thaat() -> list[str]:
    """Names of the thaats that `thaat_to_degrees` knows.

    Returns
    -------
    list of str
        The names.

    Examples
    --------
    >>> import fastspec
    >>> fastspec.list_thaat()[:3]
    ['bilaval', 'khamaj', 'kafi']
    """
    return list(THAATS)


def list_mela() -> dict[str, int]:
    """Names of the 72 melakarta ragas.

    Returns
    -------
    dict of str to int
        The number of each raga, from 1.

    Examples
    --------
    >>> import fastspec
    >>> fastspec.list_mela()['mayamalavagaula']
    15
    """
    return MELAS.copy()


_LOWER, _UPPER = tuple(combinations(range(1, 5), 2)), tuple(combinations(range(8, 12), 2))


def _mela_choices(mela: str | int) -> tuple[int, tuple[int, int], tuple[int, int]]:
    """Degree of Ma, degrees of Ri and Ga, degrees of Dha and Ni of a melakarta raga.

    The 72 ragas are all choices of one of two Ma, two of the four degrees between Sa and Ma, and two of the
    four above Pa; the last choice runs fastest and Ma slowest.
    """
    number = look_up(MELAS, mela.lower(), name="mela") if isinstance(mela, str) else mela
    if not 1 <= number <= 72 or number != int(number):
        raise ParameterError(f"mela={mela!r} must be a number from 1 to 72, or a name of list_mela()")
    half, rest = divmod(int(number) - 1, 36)
    lower, upper = divmod(rest, 6)
    return 5 + half, _LOWER[lower], _UPPER[upper]


@public
def mela_to_degrees(mela: str | int) -> npt.NDArray[np.int64]:
    """Degrees of a Carnatic melakarta raga.

    Parameters
    ----------
    mela : str or int
        Name, in any case, or number from 1 to 72; see `list_mela`.

    Returns
    -------
    np.ndarray [shape=(7,), dtype=int64]
        Semitones above Sa.

    Raises
    ------
    ParameterError
        If there is no such raga (also a KeyError for a name).

    References
    ----------
    .. [1] H. S. Powers, "The Background of the South Indian Raga-System", Princeton University, 1959.

    Examples
    --------
    >>> import fastspec
    >>> fastspec.mela_to_degrees(29).tolist()
    [0, 2, 4, 5, 7, 9, 11]
    """
    known = _known_mela_degrees if isinstance(mela, (str, int)) else _known_mela_degrees.__wrapped__
    return known(mela).copy()


@lru_cache(128, typed=True)
def _known_mela_degrees(mela: str | int) -> npt.NDArray[np.int64]:
    madhyama, lower, upper = _mela_choices(mela)
    return np.array([0, *lower, madhyama, 7, *upper])


@public
def mela_to_svara(mela: str | int, *, abbr: bool = True, unicode: bool = True) -> list[str]:
    """Svara names of the twelve semitones in a Carnatic melakarta raga.

    Four semitones have two names; the raga decides which. Semitones that are not in it get names too.

    Parameters
    ----------
    mela : str or int
        Name, in any case, or number from 1 to 72; see `list_mela`.
    abbr : bool, default True
        Write one letter, S R G M P D N, in place of the full names.
    unicode : bool, default True
        Write the number of a variant as a subscript in place of a plain digit.

    Returns
    -------
    list of str [len=12]
        Names, from Sa upwards.

    Raises
    ------
    ParameterError
        If there is no such raga (also a KeyError for a name).

    Examples
    --------
    >>> import fastspec
    >>> fastspec.mela_to_svara(1, unicode=False)
    ['S', 'R1', 'G1', 'G2', 'G3', 'M1', 'M2', 'P', 'D1', 'N1', 'N2', 'N3']
    """
    _, lower, upper = _mela_choices(mela)
    return list(_svara_names(lower, upper, bool(abbr), bool(unicode)))


@lru_cache(256)
def _svara_names(lower: tuple[int, int], upper: tuple[int, int], abbr: bool, unicode: bool) -> tuple[str, ...]:
    names = [
        *("Sa", "Ri1", "Ga1" if lower == (1, 2) else "Ri2", "Ri3" if lower == (3, 4) else "Ga2", "Ga3"),
        *("Ma1", "Ma2", "Pa"),
        *("Dha1", "Ni1" if upper == (8, 9) else "Dha2", "Dha3" if upper == (10, 11) else "Ni2", "Ni3"),
    ]
    if abbr:
        names = [name[0] + name.lstrip("SRGMPDNahi") for name in names]
    return tuple(name.translate(SUBSCRIPTS) for name in names) if unicode else tuple(names)


# Not public in librosa, but there for programs that use them.


def __note_to_degree(key: str | Iterable[str]) -> int | npt.NDArray[np.int64]:
    """Pitch class of a note, or an array of those of several."""
    if not isinstance(key, str):
        return np.array([__note_to_degree(note) for note in key])
    return 7 * place_of(match_note(key, name="key")) % 12


def __simplify_note(
    key: str | Iterable[str], additional_acc: str = "", unicode: bool = True
) -> str | npt.NDArray[np.str_]:
    """Name of a note with as few accidentals as it takes, or an array of several; `additional_acc` counts too."""
    if not isinstance(key, str):
        return np.array([__simplify_note(note, additional_acc, unicode) for note in key])
    name = _write(place_of(match_note(key + additional_acc, name="key")))
    return name if unicode else name.translate(TO_ASCII)


def __mode_to_key(signature: str, unicode: bool = True) -> str:
    """The major key that has the notes of a mode; major and minor keys stay, simplified."""
    match = _match_key(signature)
    place, scale = place_of(match), match["scale"]
    if scale[:3] not in ("maj", "min"):
        place, scale = place - _fifths_above_major_tonic(scale[:3]), "maj"
    name = _write(place)
    return f"{name if unicode else name.translate(TO_ASCII)}:{scale}"
