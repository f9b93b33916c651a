"""``fastspec recipes``, ``fastspec diff``, ``fastspec mel --recipe``."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest
import soundfile

import fastspec
from fastspec import cli
from fastspec._recipes.words import differences, stages
from fastspec.cli._recipes import recipe_of

NAMES = sorted(fastspec.recipes())


@pytest.fixture
def sound(tmp_path, monkeypatch):
    """A second of mono noise at 16 kHz."""
    monkeypatch.chdir(tmp_path)
    soundfile.write("noise.wav", np.random.default_rng(0).uniform(-0.5, 0.5, 16000), 16000, subtype="FLOAT")
    return "noise.wav"


def said(capsys, *arguments: str) -> str:
    assert cli.main(list(arguments)) == 0
    return capsys.readouterr().out


def test_they_are_listed(capsys):
    lines = said(capsys, "recipes").splitlines()
    assert [line.split()[0] for line in lines] == list(fastspec.recipes())
    assert said(capsys, "recipes", "list").splitlines() == lines


def test_one_is_shown(capsys):
    text = said(capsys, "recipes", "show", "parakeet,n_mels=128")
    assert text.startswith("nemo\nNeMo")
    assert "128 from 0 to 8000 Hz" in text
    assert "pre-emphasis of 0.97 over the signal" in text
    shown = re.search(r"fastspec\.Recipe\(.*\)", text, re.DOTALL)[0]
    assert eval(shown, {"fastspec": fastspec}) == fastspec.recipe("nemo", n_mels=128)
    as_json = said(capsys, "recipes", "show", "nemo", "--json")
    assert fastspec.Recipe.from_json(as_json) == fastspec.recipe("nemo")


def test_difference_in_words(capsys, tmp_path, monkeypatch):
    text = said(capsys, "diff", "whisper", "nemo")
    for words in (
        "frames", "whisper  400 samples every 160; 200 reflected samples at both ends; without the last frame",
        "nemo     512 samples every 160; 256 zeros at both ends", "log10 of max(x, 1e-10)",
    ):  # fmt: skip
        assert words in text
    assert "bands" not in text
    assert said(capsys, "diff", "whisper", "voxtral") == "whisper and voxtral are the same\n"
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.json").write_text(fastspec.recipe("nemo", n_mels=128).to_json())
    assert said(capsys, "diff", "nemo,n_mels=128", "mine.json") == "nemo,n_mels=128 and mine.json are the same\n"


@pytest.mark.parametrize("name", NAMES)
def test_words_tell_all_apart(name):
    """Every stage has words, and no two recipes that differ have the same."""
    recipe = fastspec.recipe(name)
    assert all(stages(recipe).values())
    assert differences(recipe, recipe) == {}
    for other in NAMES:
        same = fastspec.recipe(other) == recipe
        assert (differences(recipe, fastspec.recipe(other)) == {}) == same


def test_every_field_has_words():
    """A change of any field is a difference, in words or by its name."""
    recipe = fastspec.Recipe(n_mfcc=13, stack=2, samples=4000, energy="raw")
    for changes in (
        {"scale": 2.0}, {"sample_norm": "mean"}, {"dither": 1.0}, {"remove_mean": True}, {"preemphasis": 0.9},
        {"samples": 5000}, {"tile": True}, {"append": 3}, {"min_samples": 9000}, {"multiple": 7}, {"pad": (3, 4)},
        {"pad_mode": "edge"}, {"count": "partial"}, {"beyond": 1}, {"drop_last": True}, {"window": ("kaiser", 3.0)},
        {"win_length": 400}, {"periodic": False}, {"power": 1}, {"spectrum_norm": "sum"}, {"floor_sr": True},
        {"power": 1, "root_add": 1.0}, {"power": 1, "root_floor": 1.0}, {"triangles": "left"}, {"log_gain": 2.0},
        {"log_zero": 1.0}, {"top": None, "energy": None}, {"least": 1.0}, {"first_mfcc": 1}, {"c0_last": True},
        {"dct_norm": None}, {"lifter": 22.0}, {"energy_place": "c0"}, {"energy_floor": 1.0}, {"shift": 1.0},
        {"gain": 2.0}, {"norm": "mean"}, {"valid": "hops"}, {"stack_step": 1}, {"stack_fill": 1.0}, {"cut": 9},
        {"frames_multiple": 4}, {"frames": "first"}, {"dtype": "float16"}, {"lifter_from": 1},
    ):  # fmt: skip
        other = recipe.replace(**changes)
        assert bool(differences(recipe, other)) == (other != recipe), changes


@pytest.mark.parametrize("name", ["whisper", "nemo", "seamless", "umx", "kaldi-mfcc", "gpt-sovits", "tacotron2"])
def test_features_of_a_file(sound, name, monkeypatch):
    monkeypatch.chdir(".")
    recipe = fastspec.recipe(name)
    y = soundfile.read(sound, dtype="float32")[0]
    if recipe.sr != 16000:
        y = fastspec.resample(y, orig_sr=16000, target_sr=recipe.sr)
    assert cli.main(["mel", sound, "-o", "a.npy", "--recipe", name]) == 0
    assert np.array_equal(np.load("a.npy"), recipe(y))
    assert cli.main(["mel", sound, "-o", "a.npz", "--recipe", name]) == 0
    with np.load("a.npz") as data:
        parameters = json.loads(str(data["parameters"]))
        assert fastspec.Recipe.from_json(parameters["recipe"]) == recipe
        assert np.array_equal(data["features"], recipe(y))
        frames, rows = data["features"].shape[:: 1 if recipe.frames == "first" else -1]
        assert data["times"].shape == (frames,)
        assert data["frequencies"].shape == (rows,)
    assert parameters["sr"] == recipe.sr


def test_axes_of_a_file(sound):
    assert cli.main(["mel", sound, "-o", "a.npz", "--recipe", "whisper"]) == 0
    with np.load("a.npz") as data:
        np.testing.assert_allclose(data["times"][:3], [0.0, 0.01, 0.02], atol=1e-12)
        np.testing.assert_allclose(data["frequencies"], fastspec.mel_frequencies(82, fmax=8000)[1:-1])
    assert cli.main(["mel", sound, "-o", "a.npz", "--recipe", "panns,sr=16000,fmax=8000,mel_scale=linear,fmin=0"]) == 0
    with np.load("a.npz") as data:
        np.testing.assert_allclose(data["frequencies"], np.linspace(0, 8000, 66)[1:-1])
    assert cli.main(["mel", sound, "-o", "a.npz", "--recipe", "paraformer"]) == 0
    with np.load("a.npz") as data:
        np.testing.assert_allclose(data["times"][:2], [0.0125, 0.0725], atol=1e-12)


@pytest.mark.parametrize("name", ["whisper", "nemo", "paraformer"])
def test_pictures(sound, name):
    pytest.importorskip("matplotlib")
    assert cli.main(["mel", sound, "-o", "a.png", "--recipe", name]) == 0
    with open("a.png", "rb") as file:
        assert file.read(8) == b"\x89PNG\r\n\x1a\n"


def test_changed_and_read_recipes(sound):
    with open("mine.json", "w") as file:
        file.write(fastspec.recipe("nemo", n_mels=64, norm=None).to_json())
    assert cli.main(["mel", sound, "-o", "a.npy", "--recipe", "nemo,n_mels=64,norm=none"]) == 0
    assert cli.main(["mel", sound, "-o", "b.npy", "--recipe", "mine.json"]) == 0
    assert np.array_equal(np.load("a.npy"), np.load("b.npy"))
    assert np.load("a.npy").shape == (64, 101)


def test_existing_results_are_compared(sound, capsys):
    assert cli.main(["mel", sound, "-o", "a.npz", "--recipe", "whisper"]) == 0
    assert cli.main(["mel", sound, "-o", "a.npz", "--recipe", "whisper", "--skip-existing"]) == 0
    assert capsys.readouterr().err == ""
    with pytest.raises(SystemExit) as caught:
        cli.main(["mel", sound, "-o", "a.npz", "--recipe", "nemo", "--skip-existing"])
    assert caught.value.code == 2
    err = capsys.readouterr().err
    for words in ("a.npz was made with unit=log10 and not ln", "preemphasis=null and not 0.97", "drop_last=true"):
        assert words in err


def test_a_recipe_in_a_file_is_shown(sound, capsys):
    Path("mine.json").write_text(fastspec.recipe("nemo", n_mels=33).to_json())
    assert cli.main(["recipes", "show", "mine.json"]) == 0
    shown = capsys.readouterr().out
    assert cli.main(["recipes", "show", "nemo,n_mels=33"]) == 0
    named = capsys.readouterr().out
    assert "33" in shown
    assert named.endswith(shown)


def test_none_is_a_word_of_pad(sound):
    assert recipe_of("panns,pad=none,fmax=none") == fastspec.recipe("panns", pad="none", fmax=None)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["recipes", "show"], "name the recipe to show"),
        (["recipes", "nemo"], "invalid choice: 'nemo'"),
        (["recipes", "list", "nemo"], "are for show"),
        (["recipes", "show", "wisper"], "did you mean 'whisper'"),
        (["recipes", "show", "nemo,nmels=3"], "did you mean 'n_mels'"),
        (["recipes", "show", "nemo,3"], "3 changes nothing"),
        (["recipes", "show", "nemo,n_mels=-3"], "n_mels=-3"),
        (["recipes", "show", "none.json"], "none.json: cannot be read"),
        (["recipes", "show", "noise.json"], "is no recipe"),
        (["diff", "whisper"], "RECIPE"),
        (["diff", "whisper", "nimo"], "did you mean 'nemo'"),
        (["mel", "noise.wav", "-o", "a.npy", "--recipe", "wisper"], "did you mean 'whisper'"),
        (
            ["mel", "noise.wav", "-o", "a.npy", "--recipe", "whisper", "--n-mels", "40"],
            "--n-mels is for --recipe to say",
        ),
        (["mel", "noise.wav", "-o", "a.npy", "--recipe", "whisper", "--sr", "8000"], "--sr is for --recipe to say"),
        (["mel", "noise.wav", "-o", "a.png", "--recipe", "umx"], "there is no picture"),
    ],
)
def test_misuse_is_one_line(sound, capsys, arguments, words):
    with open("noise.json", "w") as file:
        file.write("[]")
    with pytest.raises(SystemExit) as caught:
        cli.main(arguments)
    assert caught.value.code == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert re.fullmatch(r"fastspec: error: [^\n]+\n", err)
    assert words in err
