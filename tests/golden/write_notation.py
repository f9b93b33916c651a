"""Writes notation.npz: run with librosa 1.0 installed, ``python tests/golden/write_notation.py``."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from itertools import product

SCALES = ("maj", "min", "ion", "dor", "phr", "lyd", "mix", "aeo", "loc")
LONG_SCALES = (
    "major",
    "minor",
    "ionian",
    "dorian",
    "phryg",
    "phrygian",
    "lydian",
    "mixolyd",
    "mixolydian",
    "aeol",
    "aeolian",
    "locr",
    "locrian",
)
BAD_KEYS = ("C", "C:", "C:MAJ", "H:maj", ":maj", "C4:maj", "C:majo", "C:blues", "", "C:maj ", "C maj")
BAD_NAMES = ("None", "3.5", "b'C'", "['C:maj']")


def key_calls():
    for tonic, sign, scale in product("CDEFGAB", ("", "#", "b", "##", "bb"), SCALES):
        yield f"lib.key_to_notes('{tonic}{sign}:{scale}')"
        yield f"lib.key_to_degrees('{tonic}{sign}:{scale}')"
    for tonic, scale in product(("C", "Eb", "F#", "B#", "Fb"), SCALES):
        yield f"lib.key_to_notes('{tonic}:{scale}', natural=True)"
        yield f"lib.key_to_notes('{tonic}:{scale}', natural=True, unicode=False)"
    for tonic in ("a", "C###", "D###", "Fbbb", "E𝄪", "G𝄫", "B♯", "C♭", "c", "Cn", "F♮", "D!", "C#b"):
        yield f"lib.key_to_notes('{tonic}:maj', unicode=False)"
        yield f"lib.key_to_notes('{tonic}:min', natural=True)"
        yield f"lib.key_to_degrees('{tonic}:min')"
        yield f"lib.key_to_notes('{tonic}:lydian')"
    for scale in LONG_SCALES:
        yield f"lib.key_to_notes('Eb:{scale}')"
        yield f"lib.key_to_degrees('Eb:{scale}')"
    for key in BAD_KEYS:
        yield f"lib.key_to_notes({key!r})"
        yield f"lib.key_to_degrees({key!r})"
    for key in BAD_NAMES:
        yield f"lib.key_to_notes({key})"
        yield f"lib.key_to_degrees({key})"
    yield "lib.key_to_notes('C:maj', True)"


def raga_calls():
    yield "lib.list_mela()"
    yield "lib.list_thaat()"
    for thaat in (
        "bilaval",
        "khamaj",
        "kafi",
        "asavari",
        "bhairavi",
        "kalyan",
        "marva",
        "poorvi",
        "todi",
        "bhairav",
        "Todi",
    ):
        yield f"lib.thaat_to_degrees({thaat!r})"
    yield "lib.thaat_to_degrees('blues')"
    for mela in range(1, 73):
        yield f"lib.mela_to_degrees({mela})"
        yield f"lib.mela_to_svara({mela})"
    for options in ("abbr=False", "unicode=False", "abbr=False, unicode=False"):
        for mela in (1, 15, 36, 37, 57, 65, 72):
            yield f"lib.mela_to_svara({mela}, {options})"
    for mela in ("'Kanakangi'", "'rasikapriya'", "'nothing'", "0", "73", "-1", "None", "[1]"):
        yield f"lib.mela_to_degrees({mela})"
        yield f"lib.mela_to_svara({mela})"


def fifths_calls():
    for unison in ("C", "F", "B", "Eb", "F#", "G𝄫", "c#4", "An"):
        for fifths in (-40, -15, -7, -3, -1, 0, 1, 2, 6, 7, 14, 33):
            yield f"lib.fifths_to_note(unison={unison!r}, fifths={fifths})"
        yield f"lib.fifths_to_note(unison={unison!r}, fifths=-11, unicode=False)"
    for arguments in (
        "unison='H', fifths=1",
        "unison='', fifths=1",
        "unison='C', fifths=1.5",
        "unison='C', fifths='1'",
        "unison=None, fifths=1",
        "unison='C'",
        "fifths=1",
    ):
        yield f"lib.fifths_to_note({arguments})"
    yield "lib.fifths_to_note('C', 1)"


def fjs_calls(table):
    # librosa's own table decides; every one of its intervals is asked for, in three octaves
    for first in range(0, len(table), 37):
        ratios = table[first : first + 37]
        yield f"lib.interval_to_fjs({ratios})"
        yield f"lib.interval_to_fjs(8 * np.array({ratios}), unicode=False)"
        yield f"lib.interval_to_fjs(0.25 * np.array({ratios}), unison='F#')"
    for interval in (
        "1",
        "1.5",
        "np.float32(1.25)",
        "np.array(1.75)",
        "[[1, 3/2], [5/4, 8/5]]",
        "[]",
        "2",
        "[7/5, 11/8, 23/16]",
    ):
        for options in (
            "",
            ", unicode=False",
            ", unison='Bb3'",
            ", tolerance=1.0001",
            ", tolerance=1.2",
            ", tolerance=0",
        ):
            yield f"lib.interval_to_fjs({interval}{options})"
    for interval in (
        "0",
        "-1.5",
        "[1, 0]",
        "1.234",
        "float('nan')",
        "float('inf')",
        "[1.5, float('nan')]",
        "None",
        "'3/2'",
    ):
        yield f"lib.interval_to_fjs({interval})"
    yield "lib.interval_to_fjs(1.5, unison='X')"
    yield "lib.interval_to_fjs(1.5, 'C')"


if __name__ == "__main__":
    import librosa
    from librosa.core.intervals import INTERVALS
    from support.calls import save

    known = sorted(INTERVALS)
    calls = [*key_calls(), *raga_calls(), *fifths_calls(), *fjs_calls(known)]
    save(__file__, "notation", calls, librosa)
