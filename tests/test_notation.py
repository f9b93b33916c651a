"""core.notation: every call of librosa's record, music theory in plain Python, and what must fail."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from support.calls import check, load

import fastspec
from fastspec.core import convert, notation

TONICS = [letter + sign for letter, sign in product("CDEFGAB", ("", "#", "b", "##", "bb"))]
MODES = ("ion", "dor", "phr", "lyd", "mix", "aeo", "loc")


@pytest.mark.parametrize("case", load("notation"), ids=lambda case: case["call"][:80])
def test_as_librosa(case):
    check(case, fastspec, rtol=0)


@pytest.mark.parametrize("tonic", TONICS)
@pytest.mark.parametrize("scale", ["maj", "min", "phr"])
def test_notes_are_the_twelve_pitch_classes_in_order(tonic, scale):
    notes = notation.key_to_notes(f"{tonic}:{scale}")
    np.testing.assert_array_equal(convert.note_to_midi(notes) % 12, np.arange(12))


@pytest.mark.parametrize("tonic", TONICS)
@pytest.mark.parametrize("scale", ["maj", "min", *MODES])
def test_a_scale_uses_each_letter_once(tonic, scale):
    key = f"{tonic}:{scale}"
    notes = notation.key_to_notes(key)
    letters = [notes[degree][0] for degree in notation.key_to_degrees(key)]
    start = "CDEFGAB".index(tonic[0])
    assert "".join(letters) == ("CDEFGAB" * 2)[start : start + 7]


@pytest.mark.parametrize("mode", MODES)
def test_modes_are_rotations_of_the_major_scale(mode):
    white = notation.key_to_degrees("C:maj")
    tonic = "CDEFGAB"[MODES.index(mode)]
    np.testing.assert_array_equal(notation.key_to_degrees(f"{tonic}:{mode}"), np.roll(white, -MODES.index(mode)))
    assert notation.key_to_notes(f"{tonic}:{mode}") == notation.key_to_notes("C:maj")


def test_natural_signs_are_on_the_letters_outside_the_key():
    notes = notation.key_to_notes("D:maj", natural=True, unicode=False)
    assert [note for note in notes if note.endswith("n")] == ["Cn", "Fn"]


@pytest.mark.parametrize("fifths", [-25, -1, 0, 3, 30])
def test_a_fifth_is_seven_semitones(fifths):
    note = notation.fifths_to_note(unison="Eb", fifths=fifths)
    assert (convert.note_to_midi(note) - convert.note_to_midi("Eb") - 7 * fifths) % 12 == 0


def test_melas_are_all_different_scales_in_rising_order():
    scales = [tuple(notation.mela_to_degrees(mela).tolist()) for mela in range(1, 73)]
    assert len(set(scales)) == 72
    assert all(list(scale) == sorted(scale) and {0, 7} <= set(scale) for scale in scales)
    assert sorted(notation.list_mela().values()) == list(range(1, 73))


@pytest.mark.parametrize("mela", range(1, 73, 7))
def test_svaras_of_a_mela_use_each_syllable_once(mela):
    svaras = notation.mela_to_svara(mela)
    assert "".join(svaras[degree][0] for degree in notation.mela_to_degrees(mela)) == "SRGMPDN"


def test_lists_are_copies():
    notation.list_mela().clear()
    notation.list_thaat().clear()
    assert len(notation.list_mela()) == 72
    assert len(notation.list_thaat()) == 10


@pytest.mark.parametrize("thaat", notation.list_thaat())
def test_each_thaat_is_a_mela_with_seven_degrees(thaat):
    melas = {tuple(notation.mela_to_degrees(mela).tolist()) for mela in range(1, 73)}
    assert tuple(notation.thaat_to_degrees(thaat).tolist()) in melas


@pytest.mark.parametrize(
    ("ratio", "name"),
    [(5 / 4, "E^5"), (6 / 5, "Eb_5"), (7 / 4, "Bb^7"), (11 / 8, "F^11"), (13 / 8, "Ab^13"), (81 / 64, "E")],
)
def test_just_intervals_have_their_names(ratio, name):
    assert notation.interval_to_fjs(ratio, unicode=False) == name


@pytest.mark.parametrize("ratio", [243 / 128, 1.9999999, 1.0000004])
def test_interval_on_the_edge_of_six_decimals_is_found(ratio):
    # librosa rounds both sides and can land on different decimals; 243/128 is not known there
    assert notation.interval_to_fjs(ratio) in ("B", "C")


def test_intervals_of_any_shape():
    ratios = np.array([1, 3 / 2, 5 / 4, 8 / 5, 9 / 8, 16 / 9])
    flat = notation.interval_to_fjs(ratios)
    np.testing.assert_array_equal(notation.interval_to_fjs(ratios.reshape(1, 3, 2)), flat.reshape(1, 3, 2))
    assert notation.interval_to_fjs(1.5) == "G"


@pytest.mark.parametrize(
    ("call", "kind", "message"),
    [
        (lambda: notation.key_to_notes("C"), fastspec.ParameterError, "key='C'"),
        (lambda: notation.key_to_degrees(None), fastspec.DTypeError, "key=None"),
        (lambda: notation.fifths_to_note(unison="H", fifths=1), fastspec.ParameterError, "unison='H'"),
        (lambda: notation.fifths_to_note(unison="C", fifths=1.0), TypeError, "integer"),
        (lambda: notation.interval_to_fjs([1.5, 0.0]), fastspec.ParameterError, "interval=0.0"),
        (lambda: notation.interval_to_fjs(1.2345), fastspec.ParameterError, "interval=1.2345"),
        (lambda: notation.interval_to_fjs("3/2"), fastspec.DTypeError, "interval='3/2'"),
        (
            lambda: notation.thaat_to_degrees("blues"),
            KeyError,
            "thaat='blues' is not known; use one of bilaval",
        ),
        (lambda: notation.thaat_to_degrees(3), fastspec.DTypeError, "thaat=3"),
        (lambda: notation.mela_to_degrees(73), fastspec.ParameterError, "mela=73"),
        (lambda: notation.mela_to_svara("none"), KeyError, "mela='none'"),
    ],
)
def test_bad_value(call, kind, message):
    with pytest.raises(kind) as caught:
        call()
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("name", "argument", "result"),
    [
        ("__note_to_degree", "e##b4", 5),
        ("__note_to_degree", "Cb", 11),
        ("__simplify_note", "g###bb", "G♯"),
        ("__simplify_note", "D𝄫b", "D♭𝄫"),
        ("__mode_to_key", "E:phryg", "C:maj"),
        ("__mode_to_key", "Bb:dor", "A♭:maj"),
        ("__mode_to_key", "f#b#:minor", "F♯:minor"),
    ],
)
def test_spellings_below_the_public_names(name, argument, result):
    function = getattr(notation, name)
    assert function(argument) == result
    with pytest.raises(fastspec.ParameterError, match="key='H'"):
        function("H")
    if name != "__note_to_degree":
        assert function(argument, unicode=False) == result.translate({0x266F: "#", 0x266D: "b", 0x1D12B: "bb"})
    if name != "__mode_to_key":
        assert function([argument, "C"]).tolist() == [result, function("C")]


def test_accidentals_to_be_added_count():
    assert getattr(notation, "__simplify_note")(["C", "D#"], "b").tolist() == ["C♭", "D"]
