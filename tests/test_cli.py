"""The command line: what it writes, where, and what it says when something is wrong."""

from __future__ import annotations

import errno
import io
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
import types
from pathlib import Path

import numpy as np
import pytest
import soundfile

import fastspec
from fastspec import cli
from fastspec._soundfiles.whole_file import whole_file
from fastspec.cli import _features, _targets, _terminal

ROOT = Path(__file__).parent.parent
EXAMPLES = ROOT / "examples"


def reference_logmel(
    *, y, sr, n_fft=2048, hop_length=512, n_mels=128, fmin=0.0, fmax=None, ref=1.0, top_db=80.0, **defaults
):
    """Log-mel levels by their formulas in float64: periodic Hann window, zero padding, Slaney's mels."""
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(n_fft) / n_fft)
    padded = np.pad(y.astype(float), [(0, 0)] * (y.ndim - 1) + [(n_fft // 2, n_fft // 2)])
    frames = np.lib.stride_tricks.sliding_window_view(padded, n_fft, axis=-1)[..., ::hop_length, :]
    power = np.abs(np.fft.rfft(frames * window)) ** 2
    edges = fastspec.mel_frequencies(n_mels + 2, fmin=fmin, fmax=fmax or sr / 2)
    bins = np.fft.rfftfreq(n_fft, 1 / sr)
    lower, centre, upper = (edges[k : k + n_mels, np.newaxis] for k in range(3))
    triangles = np.maximum(0, np.minimum((bins - lower) / (centre - lower), (upper - bins) / (upper - centre)))
    mel = np.swapaxes(power @ (triangles * 2 / (upper - lower)).T, -1, -2)
    level = ref(mel, axis=(-2, -1), keepdims=True) if callable(ref) else ref
    levels = 10 * np.log10(np.maximum(1e-10, mel)) - 10 * np.log10(np.maximum(1e-10, level))
    return levels if top_db is None else np.maximum(levels, levels.max(axis=(-2, -1), keepdims=True) - top_db)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty working directory."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def sound(folder):
    """Half a second of stereo noise at 16 kHz."""
    y = np.random.RandomState(0).uniform(-0.5, 0.5, (8000, 2))
    soundfile.write("noise.wav", y, 16000, subtype="FLOAT")
    return "noise.wav"


def run(*arguments: object) -> int:
    return cli.main(["mel", *map(str, arguments)])


def parameters_of(data) -> dict:
    return json.loads(str(data["parameters"]))


# What is written


def test_npz_holds_all_that_is_needed(sound, capfd):
    assert run(sound, "-o", "out.npz") == 0
    assert capfd.readouterr() == ("", "")
    y, sr = fastspec.load(sound, sr=None)
    with np.load("out.npz", allow_pickle=False) as data:
        # 0.001 dB is what float32 leaves of levels within 40 dB of the peak, where noise stays.
        np.testing.assert_allclose(data["features"], reference_logmel(y=y, sr=sr), rtol=0, atol=1e-3)
        assert data["features"].dtype == np.float32
        np.testing.assert_allclose(data["times"], np.arange(16) * 512 / 16000)
        edges = fastspec.mel_frequencies(130, fmin=0, fmax=8000)
        np.testing.assert_allclose(data["frequencies"], edges[1:-1])
        assert parameters_of(data) == {
            "feature": "logmel",
            "unit": "dB",
            "fastspec": fastspec.__version__,
            "source": "noise.wav",
            "source_size": os.path.getsize("noise.wav"),
            "channels": "mix",
            "dtype": "float32",
            "sr": 16000,
            "n_fft": 2048,
            "hop_length": 512,
            "win_length": 2048,
            "window": "hann",
            "center": True,
            "pad_mode": "constant",
            "power": 2.0,
            "n_mels": 128,
            "fmin": 0.0,
            "fmax": 8000.0,
            "htk": False,
            "norm": "slaney",
            "ref": 1.0,
            "amin": 1e-10,
            "top_db": 80.0,
        }


def test_npy_is_the_features_alone(sound):
    assert run(sound, "-o", "out.npy", "--dtype", "float64", "--n-mels", 20, "--ref", "max") == 0
    y, sr = fastspec.load(sound, sr=None, dtype=np.float64)
    expected = reference_logmel(y=y, sr=sr, n_mels=20, ref=np.max)
    features = np.load("out.npy")
    assert features.dtype == np.float64
    # The mel bank is float32, as in librosa: 2**-24 of a value is 2.6e-7 dB, twice with a reference.
    np.testing.assert_allclose(features, expected, rtol=0, atol=6e-7)
    assert features.max() == 0


def test_channels_are_kept(sound):
    options = ("--channels", "keep", "--fmax", 4000, "--top-db", "none", "--threads", 2)
    assert run(sound, "-o", "out.npy", *options) == 0
    y, sr = fastspec.load(sound, sr=None, mono=False)
    expected = reference_logmel(y=y, sr=sr, fmax=4000, top_db=None)
    np.testing.assert_allclose(np.load("out.npy"), expected, rtol=0, atol=1e-3)


def test_rate_is_converted(sound):
    assert run(sound, "-o", "out.npz", "--sr", 8000) == 0
    y, sr = fastspec.load(sound, sr=8000)
    with np.load("out.npz") as data:
        np.testing.assert_allclose(data["features"], reference_logmel(y=y, sr=sr), rtol=0, atol=1e-2)
        assert parameters_of(data)["sr"] == 8000
        assert parameters_of(data)["fmax"] == 4000


def test_every_option_reaches_the_function(sound, monkeypatch):
    calls = []

    def logmel(**arguments):
        calls.append(arguments)
        return np.zeros((arguments["n_mels"], 3), dtype=np.float32)

    monkeypatch.setattr(fastspec.feature, "logmel", logmel)
    options = (
        "--n-fft 512 --hop-length 100 --win-length 400 --window gaussian:60 --no-center --pad-mode reflect "
        "--power 1 --n-mels 40 --fmin 50 --fmax 7000 --htk --norm 1 --ref 0.5 --amin 1e-5 --top-db 60"
    )
    assert run(sound, "-o", "out.npz", *options.split()) == 0
    (call,) = calls
    assert call.pop("y").shape == (8000,)
    assert call == {
        "sr": 16000,
        "n_fft": 512,
        "hop_length": 100,
        "win_length": 400,
        "window": ("gaussian", 60.0),
        "center": False,
        "pad_mode": "reflect",
        "power": 1.0,
        "n_mels": 40,
        "fmin": 50.0,
        "fmax": 7000.0,
        "htk": True,
        "norm": 1.0,
        "ref": 0.5,
        "amin": 1e-5,
        "top_db": 60.0,
    }
    with np.load("out.npz") as data:
        # Uncentred frames are centred half a window after their start.
        np.testing.assert_allclose(data["times"], (np.arange(3) * 100 + 256) / 16000)


@pytest.mark.parametrize(
    ("option", "text", "value"),
    [
        ("window", "hamming", "hamming"),
        ("window", "14.5", 14.5),
        ("norm", "none", None),
        ("norm", "inf", np.inf),
        ("ref", "max", "max"),
        ("top-db", "None", None),
    ],
)
def test_values_with_words(option, text, value):
    args = cli.build_parser().parse_args(["mel", "in", "-o", "out", f"--{option}", text])
    assert getattr(args, option.replace("-", "_")) == value


@pytest.mark.parametrize("extra", [(), ("--channels", "keep", "--ref", "max"), ("--fmin", "1000", "--fmax", "1100")])
def test_picture(sound, extra):
    assert run(sound, "-o", "out.png", *extra) == 0
    from matplotlib.image import imread

    pixels = imread("out.png")[..., :3]
    assert pixels.shape[1] == 1500
    assert np.ptp(pixels) > 0.5
    # White paper at the corners; the picture itself is coloured.
    assert pixels[0, 0].min() == pixels[-1, -1].min() == 1
    assert len(np.unique((pixels * 255).astype(int).reshape(-1, 3), axis=0)) > 100


def test_picture_labels():
    from matplotlib.figure import Figure

    from fastspec._picture import draw_mel

    seen = {}

    def remember(figure, file, **options):
        seen["axes"] = figure.axes

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Figure, "savefig", remember)
        draw_mel(
            io.BytesIO(),
            np.arange(80.0).reshape(2, 4, 10),
            time_range=(-0.5, 9.5),
            frequency_range=(0, 8000),
            to_mel=fastspec.hz_to_mel,
            title="a $5 and $6 file.wav",
            level_label="Level (dB re 1)",
        )
    top, bottom, bar = seen["axes"]
    assert top.get_title(loc="left") == "a $5 and $6 file.wav"
    assert bottom.get_xlabel() == "Time"
    assert bottom.get_xlim() == (0, 9.5)
    assert {ax.get_ylabel() for ax in (top, bottom)} == {"Frequency (Hz)"}
    labels = [tick.get_text() for tick in top.get_yticklabels()]
    assert labels == ["0", "250", "500", "1000", "2000", "4000", "8000"]
    np.testing.assert_allclose(top.get_yticks(), fastspec.hz_to_mel(list(map(float, labels))))
    assert bar.get_ylabel() == "Level (dB re 1)"


@pytest.mark.parametrize("name", ["speech.flac", "music.flac"])
def test_examples(folder, name):
    assert run(EXAMPLES / name, "-o", "out.npy") == 0
    features = np.load("out.npy")
    seconds = fastspec.get_duration(path=EXAMPLES / name)
    assert features.shape == (128, 1 + int(seconds * 22050) // 512)
    # Full scale is neither missed by much nor exceeded: the loudest band of a full-scale tone is about 34 dB.
    assert 0 < features.max() < 40


# Constant-Q


def cqt(*arguments: object) -> int:
    return cli.main(["cqt", *map(str, arguments)])


def test_cqt_npz_holds_all_that_is_needed(sound):
    assert cqt(sound, "-o", "out.npz", "--fmin", "C3", "--n-bins", 30, "--hop-length", 300) == 0
    y, sr = fastspec.load(sound, sr=None)
    C = np.abs(fastspec.cqt(y, sr=sr, fmin=fastspec.note_to_hz("C3"), n_bins=30, hop_length=300))
    with np.load("out.npz") as data:
        np.testing.assert_array_equal(data["features"], fastspec.amplitude_to_db(C, ref=np.max))
        np.testing.assert_allclose(data["times"], np.arange(27) * 300 / 16000)
        np.testing.assert_allclose(data["frequencies"][[0, 12]], fastspec.note_to_hz(["C3", "C4"]))
        parameters = parameters_of(data)
    assert parameters["feature"] == "cqt"
    assert (parameters["sr"], parameters["n_bins"], parameters["tuning"], parameters["ref"]) == (16000, 30, 0.0, "max")


def test_every_cqt_option_reaches_the_function(sound, monkeypatch):
    calls = []

    def remember(y, **arguments):
        calls.append(arguments)
        return np.ones((24, 3), dtype=np.complex64)

    monkeypatch.setattr(fastspec, "cqt", remember)
    monkeypatch.setattr(fastspec, "estimate_tuning", lambda **arguments: 0.25)
    options = (
        "--hop-length 100 --fmin 110 --n-bins all --bins-per-octave 24 --tuning auto --filter-scale 0.5 "
        "--window kaiser:8 --no-scale --pad-mode reflect --ref 0.5 --amin 1e-3 --top-db none"
    )
    assert cqt(sound, "-o", "out.npz", *options.split()) == 0
    assert calls == [
        {
            "sr": 16000,
            "hop_length": 100,
            "fmin": 110,
            "n_bins": None,
            "bins_per_octave": 24,
            "tuning": 0.25,
            "filter_scale": 0.5,
            "window": ("kaiser", 8.0),
            "scale": False,
            "pad_mode": "reflect",
        }
    ]
    with np.load("out.npz") as data:
        np.testing.assert_allclose(data["features"], 20 * np.log10(2), rtol=1e-6)
        assert parameters_of(data)["n_bins"] == 24


@pytest.mark.parametrize("extra", [(), ("--channels", "keep", "--bins-per-octave", 24), ("--n-bins", 1)])
def test_cqt_picture(sound, extra):
    assert cqt(sound, "-o", "out.png", "--fmin", "A3", "--n-bins", 40, *extra) == 0
    from matplotlib.image import imread

    assert np.ptp(imread("out.png")[..., :3]) > 0.5


@pytest.mark.parametrize(
    ("first", "last", "names"),
    [
        (24, 107, ["C1", "C2", "C3", "C4", "C5", "C6", "C7"]),
        (57, 83.5, ["C4", "F♯4", "C5", "F♯5"]),
        (60, 71, ["C4", "D♯4", "F♯4", "A4"]),
        (60.2, 63, ["C4", "C♯4", "D4", "D♯4"]),
    ],
)
def test_notes_are_named(first, last, names):
    from matplotlib.figure import Figure

    from fastspec._picture import draw_notes

    seen, pitches = {}, np.arange(first, last + 0.5, 0.5)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Figure, "savefig", lambda figure, file, **options: seen.update(axes=figure.axes))
        draw_notes(
            io.BytesIO(),
            np.arange(10.0 * len(pitches)).reshape(-1, 10),
            time_range=(-0.5, 9.5),
            pitches=pitches,
            name_of=fastspec.midi_to_note,
            title="notes",
            level_label="Level (dB re maximum)",
        )
    ax, _ = seen["axes"]
    np.testing.assert_allclose(ax.get_ylim(), (first - 0.25, pitches[-1] + 0.25))
    assert [tick.get_text() for tick in ax.get_yticklabels()] == names
    np.testing.assert_allclose(ax.get_yticks(), fastspec.note_to_midi(names))


def test_cqt_that_does_not_fit_is_told_with_the_way_out(sound, capsys):
    assert cqt(sound, "-o", "out.npy", "--n-bins", 100) == 1
    assert re.fullmatch(
        r"fastspec: error: noise.wav: --n-bins 100 do not fit .* 8000 Hz, but 95 do; use fewer bins.*\n",
        capsys.readouterr().err,
    )
    assert not Path("out.npy").exists()


def test_cqt_of_a_low_rate_takes_what_there_is_room_for(folder, capsys):
    y = np.random.RandomState(0).uniform(-0.5, 0.5, 40000)
    soundfile.write("low.wav", y, 4000, subtype="FLOAT")
    assert cqt("low.wav", "-o", "out.npz") == 0
    n_bins = len(fastspec.cqt(y, sr=4000, n_bins=None))
    (said, *_) = capsys.readouterr().err.splitlines()
    assert said.startswith(f"fastspec: warning: low.wav: {n_bins} of the usual 84 bins fit below half the")
    with np.load("out.npz") as data:
        assert data["features"].shape[0] == len(data["frequencies"]) == parameters_of(data)["n_bins"] == n_bins < 84
        assert data["frequencies"][-1] < 2000
    assert cqt("low.wav", "-o", "out.npz", "--n-bins", "all") == 0
    assert "usual" not in capsys.readouterr().err


# Where it goes


@pytest.mark.parametrize(
    ("inputs", "out", "kind", "expected"),
    [
        (["a.wav"], "b.npz", None, ["b.npz"]),
        (["a.wav"], "B.PNG", None, ["B.PNG"]),
        (["a.wav"], "b.npy", "npy", ["b.npy"]),
        (["x/a.wav", "y/b.flac"], "out", None, ["out/a.npz", "out/b.npz"]),
        (["a.b.wav"], "out.d/", "png", ["out.d/a.b.png"]),
        (["a.wav", "b.wav"], "out/{name}.mel.npy", None, ["out/a.mel.npy", "out/b.mel.npy"]),
    ],
)
def test_plan(inputs, out, kind, expected):
    tasks, _ = _targets.plan(inputs, out, kind, ("npz", "npy", "png"))
    assert [str(task.target) for task in tasks] == expected


@pytest.mark.parametrize(
    ("inputs", "out", "kind", "words"),
    [
        (["a.wav"], "b.jpg", None, ".jpg is none of .npz, .npy, .png"),
        (["a.wav"], "b.npz", "png", "contradict"),
        (["a.wav", "b.wav"], "c.npz", None, "one file for 2 inputs"),
        (["x/a.wav", "y/a.wav"], "out", None, "would both become out"),
    ],
)
def test_plan_refuses(inputs, out, kind, words):
    with pytest.raises(_terminal.UsageError, match=re.escape(words)):
        _targets.plan(inputs, out, kind, ("npz", "npy", "png"))


def test_misuse_is_told_in_one_line(sound, capsys):
    with pytest.raises(SystemExit) as caught:
        run(sound, "-o", "out.jpg")
    assert caught.value.code == 2
    assert re.fullmatch(r"fastspec: error: -o out.jpg: .*\n", capsys.readouterr().err)


@pytest.mark.parametrize(
    ("command", "options", "words"),
    [
        ("mel", ["--n-fft", "0"], "0 is not a positive integer"),
        ("mel", ["--n-fft", "2.5"], "'2.5' is not an integer"),
        ("mel", ["--sr", "-1"], "-1 is not a positive number"),
        ("mel", ["--sr", "nan"], "nan is not a positive number"),
        ("mel", ["--norm", "x"], "'x' is not a number"),
        ("mel", ["--window", "gaussian:x"], "'x' is not a number"),
        ("mel", ["--top-db", "x"], "'x' is not a number"),
        ("mel", ["--wrong"], "unrecognized"),
        ("mel", ["--hop", "100"], "unrecognized option --hop; did you mean --hop-length?"),
        ("mel", ["--n_fft", "100"], "did you mean --n-fft?"),
        ("mel", ["-output", "x"], "did you mean --output?"),
        ("mel", ["-x.wav"], "a file of that name is ./-x.wav"),
        ("mel", ["--pad-mode", "reflct"], "invalid choice: 'reflct'"),
        ("mel", ["--window", "hannn"], "window='hannn'"),
        ("mel", ["--fmin", "-1"], "-1 is below 0"),
        ("mel", ["--fmin", "nan"], "nan is not a finite number"),
        ("mel", ["--fmax", "inf"], "inf is not a positive number"),
        ("mel", ["--power", "0"], "0 is not a positive number"),
        ("mel", ["--top-db", "-1"], "-1 is below 0"),
        ("mel", ["--ref", "0"], "0 is not a positive number"),
        ("mel", ["--fmax", "100", "--fmin", "100"], "is not above --fmin 100; use a higher --fmax"),
        ("mel", ["--fmax", "4001", "--sr", "8000"], "exceeds half the sampling rate, 4000 Hz"),
        ("mel", ["--win-length", "4096"], "exceeds --n-fft 2048"),
        ("cqt", ["--fmin", "H9"], "note='H9' is not a note name"),
        ("cqt", ["--fmin", "-5"], "-5 is not a positive number"),
        ("cqt", ["--tuning", "x"], "'x' is not a number"),
        ("cqt", ["--tuning", "inf"], "inf is not a finite number"),
        ("cqt", ["--n-bins", "85", "--sr", "8000"], "do not fit below half the sampling rate, 4000 Hz"),
        ("cqt", ["--n-fft", "512"], "unrecognized option --n-fft"),
    ],
)
def test_bad_options(command, options, words, capsys):
    with pytest.raises(SystemExit) as caught:
        cli.main([command, "in.wav", "-o", "out.npz", *options])
    assert caught.value.code == 2
    (said,) = capsys.readouterr().err.splitlines()
    assert said.startswith("fastspec: error: ")
    assert options[0] in said
    assert words in said


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "name a command: mel, mfcc, cqt, extract, stats, plot, compare, convert, recipes, diff"),
        (["mle", "a.wav"], "there is no command mle; did you mean mel?"),
        (["con"], "did you mean convert?"),
        (["speech.wav"], "there is no command speech.wav; use mel, mfcc, cqt, extract"),
        (["--versoin"], "unrecognized option --versoin; did you mean --version?"),
        (["-V"], "did you mean --version?"),
        (["version"], "did you mean --version?"),
        (["mel", "a.wav"], "-o/--output"),
        (["mel", "a.wav", "-o", "x.npz", "b.wav"], "unrecognized arguments: b.wav"),
        (["convert", "a.wav", "b.wav", "c.wav"], "unrecognized arguments: c.wav"),
        (["convert", "a.wav", "b.wav", "--dither", "--seed", "-1"], "--seed: -1 is not an integer from 0"),
        (["convert", "a.wav", "b.wav", "--bit", "8"], "did you mean --bits?"),
        (["convert", "a.wav", "b"], "b has no suffix that says the format; add --format"),
        (["convert", "a.wav", "-"], "<stdout> has no suffix that says the format; add --format"),
        (["convert", "a.wav", "b.flac", "--format", "wav"], "b.flac and --format wav contradict each other"),
        (["convert", "a.wav", "b/"], "b/ is a folder"),
        (["convert", "a.wav", ""], "OUTPUT names no file"),
        (["mel", "a.wav", "-o", ""], "-o '' names no file"),
        (["mel", "a.wav", "b.wav", "-o", "-"], "-o - is one file for 2 inputs"),
        (["mel", "a.wav", "-o", "-", "--skip-existing"], "--skip-existing is for files"),
    ],
)
def test_misuse_of_any_kind_is_one_line_with_a_way_out(folder, capsys, arguments, words):
    with pytest.raises(SystemExit) as caught:
        cli.main(arguments)
    assert caught.value.code == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert re.fullmatch(r"fastspec: error: [^\n]+\n", err)
    assert words in err
    assert os.listdir() == []


@pytest.mark.parametrize("command", ["mel", "cqt", "convert"])
def test_every_option_is_known_by_its_whole_name_only(folder, command, capsys):
    names = set(re.findall(r"(?m)^  (?:-\w,? ?\w*,? )?(--[\w-]+)", program(command, "--help").stdout)) - {"--help"}
    assert len(names) > 5
    for name in sorted(names):
        with pytest.raises(SystemExit) as caught:
            cli.main([command, "a.wav", "b.npz", f"{name[:-1]}"])
        assert caught.value.code == 2
        assert re.fullmatch(rf"fastspec: error: .*{name[:-1]}; did you mean .*{name}.*\n", capsys.readouterr().err)


def test_folder_is_made_and_existing_results_are_written_over(sound):
    assert run(sound, "-o", "deep/er/") == 0
    target = Path("deep/er/noise.npz")
    target.write_bytes(b"old")
    assert run(sound, "-o", "deep/er/") == 0
    assert np.load(target)["features"].shape == (128, 16)


@pytest.mark.parametrize("name", ["...wav", "..wav", " .wav", ". .wav", "....wav"])
def test_no_name_leaves_its_folder(sound, name, capsys):
    Path(name).write_bytes(Path(sound).read_bytes())
    assert run(name, sound, "-o", "job/out/{name}/mel.npy") == 1
    err = capsys.readouterr().err.splitlines()
    assert len(err) == 2
    assert err[0].startswith(f"fastspec: error: {name}: {{name}} would make {Path(name).stem!r} of it")
    assert [str(path) for path in Path().rglob("*.npy")] == ["job/out/noise/mel.npy"]
    assert run(name, "-o", "below/") == 0  # a suffix makes a name of it
    assert os.listdir("below") == [f"{Path(name).stem}.npz"]


@pytest.mark.parametrize("source", ["..", "/", ".", "x/..", "", "a\0b.wav"])
def test_inputs_that_have_no_name(sound, source, capsys):
    assert run(source, sound, "-o", "job/out/{name}/mel.npy") == 1
    assert [str(path) for path in Path().rglob("*.npy")] == ["job/out/noise/mel.npy"]
    assert len(capsys.readouterr().err.splitlines()) == 2


@pytest.mark.parametrize(
    ("name", "windows", "is_one"),
    [
        ("a", True, True),
        (".a", True, True),
        ("a/b", False, False),
        ("..", False, False),
        ("", False, False),
        ("a\0", False, False),
        ("C:a", False, True),
        ("C:a", True, False),
        ("a\\b", True, False),
        (".. .", True, False),
    ],
)
def test_what_is_one_name(name, windows, is_one, monkeypatch):
    if windows:
        monkeypatch.setattr(_targets, "os", types.SimpleNamespace(name="nt", sep="\\", altsep="/"))
    assert _targets._is_one_name(name) == is_one


def test_names_are_text_and_no_format(sound):
    for name in ("{0}.wav", "{name}.wav", "%s.wav", "{name.__class__}.wav"):
        Path(name).write_bytes(Path(sound).read_bytes())
        assert run(name, "-o", "out/{name}.npy") == 0
        assert Path("out", name).with_suffix(".npy").exists()
        Path("out", name).with_suffix(".npy").unlink()
    assert os.listdir("out") == []


def test_an_input_given_twice_is_one(sound):
    assert run(sound, f"./{sound}", sound, "-o", "out/") == 0
    assert os.listdir("out") == ["noise.npz"]


def test_links_to_one_target_are_refused(sound, capsys):
    Path("other.wav").write_bytes(Path(sound).read_bytes())
    Path("out").mkdir()
    os.symlink("noise.npz", "out/other.npz")
    with pytest.raises(SystemExit, match="2"):
        run(sound, "other.wav", "-o", "out")
    assert "would both become" in capsys.readouterr().err
    assert os.listdir("out") == ["other.npz"]


# An output that is an input


@pytest.mark.parametrize("output", ["noise.wav", "./noise.wav", "sub/../noise.wav", "link.wav", "hard.wav"])
def test_output_that_is_the_input(sound, output, capsys):
    os.mkdir("sub")
    os.symlink(sound, "link.wav")
    os.link(sound, "hard.wav")
    before = Path(sound).read_bytes()
    with pytest.raises(SystemExit, match="2"):
        cli.main(["convert", sound, output, "--bits", "8"])
    assert re.fullmatch(r"fastspec: error: .* input.*, which would be lost; .*\n", capsys.readouterr().err)
    assert Path(sound).read_bytes() == Path(output).read_bytes() == before


def test_output_that_is_another_input(sound, capsys):
    """Whatever it holds: nothing is done, not even for the files before it."""
    os.rename(sound, "b.npz")
    Path("a.wav").write_bytes(Path("b.npz").read_bytes())
    before = Path("b.npz").read_bytes()
    with pytest.raises(SystemExit, match="2"):
        run("a.wav", "b.npz", "-o", ".")
    assert "b.npz is an input, which would be lost" in capsys.readouterr().err
    assert sorted(os.listdir()) == ["a.wav", "b.npz"]
    assert Path("b.npz").read_bytes() == before


def test_stream_that_is_the_input(sound):
    before = Path(sound).read_bytes()
    with open(sound, "rb") as file:
        done = program("convert", "-", sound, stdin=file)
    assert (done.returncode, done.stdout) == (2, "")
    assert "noise.wav is the same file as the input <stdin>" in done.stderr
    with open(sound, "ab") as file:
        done = subprocess.run(
            [sys.executable, "-m", "fastspec", "mel", sound, "-o", "-"], stdout=file, stderr=subprocess.PIPE,
            env=environment(), check=False,
        )  # fmt: skip
    assert done.returncode == 2
    assert Path(sound).read_bytes() == before


def test_device_may_be_both(sound):
    """As /dev/tty or a null device may."""
    task = _targets.Task(os.devnull, Path(os.devnull))
    _targets.check_apart([task])


# Standard streams


@pytest.mark.parametrize("kind", ["npz", "npy", "png"])
def test_features_from_and_to_streams(sound, kind):
    assert run(sound, "-o", f"want.{kind}") == 0
    done = program("mel", "-", "-o", "-", "--format", kind, input=Path(sound).read_bytes(), text=False)
    assert (done.returncode, done.stderr) == (0, b"")
    if kind == "npz":
        with np.load(io.BytesIO(done.stdout)) as got, np.load("want.npz") as want:
            np.testing.assert_array_equal(got["features"], want["features"])
            assert parameters_of(got) == parameters_of(want) | {"source": "-", "source_size": None}
    elif kind == "npy":
        assert done.stdout == Path("want.npy").read_bytes()
    else:
        assert done.stdout.startswith(b"\x89PNG")
    assert sorted(os.listdir()) == ["noise.wav", f"want.{kind}"]


def test_stream_without_a_kind_is_an_archive(sound):
    done = program("cqt", sound, "-o", "-", "--fmin", "A3", "--n-bins", "12", text=False)
    with np.load(io.BytesIO(done.stdout)) as data:
        assert data["features"].shape[0] == 12


def test_name_of_a_result_of_stdin(sound):
    done = program("mel", "-", "-o", "out/", input=Path(sound).read_bytes(), text=False)
    assert (done.returncode, done.stderr) == (0, b"")
    assert os.listdir("out") == ["stdin.npz"]


def test_hyphen_is_a_name_in_a_folder(sound):
    os.rename(sound, "-")
    assert run("./-", "-o", "out/") == 0
    assert os.listdir("out") == ["-.npz"]


@pytest.mark.parametrize("kind", ["wav", "flac", "aiff"])
def test_convert_from_and_to_streams(sound, kind):
    options = ("--bits", "16", "--encoding", "signed")
    assert cli.main(["convert", sound, f"want.{kind}", *options]) == 0
    done = program("convert", "-", "-", "--format", kind, *options, input=Path(sound).read_bytes(), text=False)
    assert done.returncode == 0
    assert done.stderr == b"<stdout>: 8000 samples x 2, 16000 Hz, PCM_16; 0 clipped\n"
    got, want = soundfile.read(io.BytesIO(done.stdout)), soundfile.read(f"want.{kind}")
    np.testing.assert_array_equal(got[0], want[0])


def test_convert_keeps_the_kind_of_samples_of_a_stream(sound):
    done = program("convert", "-", "-", "--format", "wav", input=Path(sound).read_bytes(), text=False)
    assert soundfile.info(io.BytesIO(done.stdout)).subtype == "FLOAT"


def test_convert_resamples(sound):
    assert cli.main(["convert", sound, "out.wav", "--sr", "8000"]) == 0
    y, sr = fastspec.read(sound)
    got, rate = fastspec.read("out.wav")
    assert (sr, rate, got.shape) == (16000, 8000, (2, 4000))
    np.testing.assert_array_equal(got, fastspec.resample(y, orig_sr=16000, target_sr=8000))


def test_format_stands_in_for_a_suffix(sound):
    assert cli.main(["convert", sound, "noise", "--format", "FLAC", "--bits", "16"]) == 0
    assert soundfile.info("noise").format == "FLAC"
    assert cli.main(["convert", sound, "noise.dat", "--format", ".aif", "--bits", "16"]) == 0
    assert soundfile.info("noise.dat").format == "AIFF"


def test_error_of_a_stream_names_it(folder):
    for content in (b"", b"no sound"):
        done = program("mel", "-", "-o", "out.npz", input=content, text=False)
        assert done.returncode == 1
        assert re.fullmatch(rb"fastspec: error: <stdin>: [^\n]+\n", done.stderr)


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="terminals are made as on POSIX systems")
def test_terminals_get_and_give_no_sound(sound):
    terminal, theirs = os.openpty()
    try:
        for arguments, stream in (
            (["mel", sound, "-o", "-"], "stdout"),
            (["convert", sound, "-", "--format", "wav"], "stdout"),
            (["mel", "-", "-o", "x.npz"], "stdin"),
        ):
            streams = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE} | {stream: theirs}
            command = [sys.executable, "-m", "fastspec", *arguments]
            done = subprocess.run(
                command, stderr=subprocess.PIPE, env=environment(), check=False, timeout=60, **streams
            )
            assert done.returncode == 2
            assert re.fullmatch(rb"fastspec: error: - is standard .*, which is a terminal; [^\n]+\n", done.stderr)
    finally:
        os.close(terminal)
        os.close(theirs)
    assert os.listdir() == [sound]


@pytest.mark.skipif(os.name != "posix", reason="streams are closed as by a POSIX shell")
@pytest.mark.parametrize(
    ("arguments", "closed", "status", "words"),
    [
        ("mel - -o x.npz", 0, 2, "standard input, which is closed"),
        ("mel noise.wav -o -", 1, 2, "standard output, which is closed"),
        ("convert noise.wav x.wav", 1, 0, ""),
        ("mel missing.wav -o -", 2, 1, ""),
    ],
)
def test_closed_streams(sound, arguments, closed, status, words):
    done = program(*arguments.split(), preexec_fn=lambda: os.close(closed))
    assert done.returncode == status
    assert words in done.stderr
    assert (done.stdout, len(done.stderr.splitlines())) == ("", bool(words))


# A pipe whose reader has left; the environment's PYTHONUNBUFFERED decides when that is noticed.
@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize(
    "arguments", ["--help", "mel --help", "--version", "convert noise.wav x.wav", "mel noise.wav -o -",
                  "convert noise.wav - --format wav --encoding alaw"]
)  # fmt: skip
def test_reader_that_has_left_is_no_error(sound, arguments, unbuffered):
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-m", "fastspec", *arguments.split()]
    try:
        done = subprocess.run(
            command, stdout=writing, stderr=subprocess.PIPE, env=environment() | {"PYTHONUNBUFFERED": unbuffered},
            timeout=60, check=False, text=True,
        )  # fmt: skip
    finally:
        os.close(writing)
    assert done.returncode == 0
    assert re.fullmatch(r"(<stdout>: 8000 samples .*\n)?", done.stderr)


def test_errors_that_nobody_reads(folder):
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-m", "fastspec", "mel", "a.wav", "b.wav", "-o", "out"]
    try:
        done = subprocess.run(
            command, stderr=writing, stdout=subprocess.PIPE, env=environment(), timeout=60, check=False
        )
    finally:
        os.close(writing)
    assert (done.returncode, done.stdout) == (1, b"")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no device stands in for a full disk")
@pytest.mark.parametrize("arguments", ["--help", "convert noise.wav x.wav", "mel noise.wav -o -"])
def test_stdout_on_a_full_disk(sound, arguments):
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "fastspec", *arguments.split()], stdout=full, stderr=subprocess.PIPE,
            env=environment() | {"PYTHONUNBUFFERED": ""}, text=True, timeout=60, check=False,
        )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr == "fastspec: error: <stdout>: cannot be written: No space left on device\n"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes have names on POSIX systems")
def test_pipe_has_the_kind_that_is_asked_for(sound):
    os.mkfifo("pipe")
    for out, kind, expected in (("pipe", None, "npz"), ("pipe", "npy", "npy"), ("-", "png", "png"), ("-", None, "npz")):
        (task,), found = _targets.plan([sound], out, kind, ("npz", "npy", "png"))
        assert (task.target, found) == (None if out == "-" else Path(out), expected)


def test_input_can_be_read_again():
    first = _terminal.Input(b"sound")
    second = _terminal.again(first)
    assert (first.read(), first.name) == (b"sound", "<stdin>")
    first.close()
    assert (second.read(), second.name) == (b"sound", "<stdin>")


# Names of strangers

EVIL = ["\x1b]0;title\x07.wav", "line\nfeed\r.wav", "\u202egnp.wav", "\x9b31m.wav", "\u2028.wav", "zero\u200bwidth.wav"]


@pytest.mark.parametrize("name", [*EVIL, "stra\udcdfe.wav", "two  spaces.wav", "straße.wav"])
def test_names_do_not_reach_the_terminal_raw(folder, name, capsys):
    Path(name).write_text("no sound")
    shown = "".join(c if c.isprintable() else repr(c)[1:-1] for c in name)
    for arguments in (
        ("mel", name, f"{name}.gone", "-o", f"{name}/", "--no-progress"),
        ("convert", name, "x.wav"),
        ("convert", name, name),
        ("mel", name, "-o", f"{name}.jpg"),
        ("mel", "x.wav", "-o", "x.npz", f"--{name}"),
        (name, "x"),
        ("mel", name),
        ("convert", name, "x.wav", "--format", name),
        ("mel", "-o", "x.npz", "x.wav", "--norm", name),
        ("mel", "-o", "x.npz", "x.wav", name),
    ):
        try:
            status = cli.main(arguments)
        except SystemExit as end:
            status = end.code
        assert status in (1, 2)
        out, err = capsys.readouterr()
        assert (out, err[-1]) == ("", "\n")
        lines = err[:-1].split("\n")
        assert all(line.isprintable() and line.startswith("fastspec: ") for line in lines), lines
        assert shown in lines[0] or arguments[-1] == name


@pytest.mark.parametrize("name", ["\x1b]0;title\x07.wav", "stra\udcdfe.wav", "straße.wav"])
@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
def test_names_of_all_kinds_can_be_printed(folder, name, encoding):
    Path(name).write_text("no sound")
    done = subprocess.run(
        [sys.executable, "-m", "fastspec", "mel", os.fsencode(name), "-o", "x.npz"],
        capture_output=True, env=environment() | {"PYTHONIOENCODING": encoding}, timeout=60, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (1, b"")
    assert re.fullmatch(r"fastspec: error: [ -~ß]+\n", done.stderr.decode(encoding))


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere all names of files are Unicode")
def test_names_that_are_not_utf8_are_read_and_written(sound):
    os.rename(sound, "stra\udcdfe.wav")
    assert run("stra\udcdfe.wav", "-o", "out/") == 0
    assert os.listdir(b"out") == [b"stra\xdfe.npz"]
    with np.load("out/stra\udcdfe.npz") as data:
        assert parameters_of(data)["source"] == "stra\udcdfe.wav"
    for encoding in ("utf-8", "ascii"):
        command = [sys.executable, "-m", "fastspec", "convert", b"stra\xdfe.wav", b"\xdf.wav"]
        done = subprocess.run(
            command, capture_output=True, env=environment() | {"PYTHONIOENCODING": encoding}, timeout=60, check=False
        )
        assert (done.returncode, done.stderr) == (0, b"")
        assert done.stdout == b"\\udcdf.wav: 8000 samples x 2, 16000 Hz, FLOAT; 0 clipped\n"


def test_report_of_a_name_that_stdout_has_no_letters_for(sound):
    done = program("convert", sound, "straße.wav", env=environment() | {"PYTHONIOENCODING": "ascii"})
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "stra\\xdfe.wav: 8000 samples x 2, 16000 Hz, FLOAT; 0 clipped\n"


@pytest.mark.parametrize("name", EVIL)
def test_reports_and_titles_show_names_escaped(sound, name, monkeypatch, capsys):
    os.rename(sound, name)
    assert cli.main(["convert", name, f"{name}.flac", "--bits", "16"]) == 0
    out, err = capsys.readouterr()
    assert out.startswith(repr(f"{name}.flac")[1:-1] + ": 8000 samples")
    assert (out[:-1].isprintable(), err) == (True, "")
    assert run(name, "-o", "x.npy", "--progress") == 0
    assert repr(name)[1:-1].isprintable()
    monkeypatch.setitem(sys.modules, "tqdm", None)
    assert run(name, "-o", "x.npy", "--progress", "--n-mels", 1000) == 0
    said = capsys.readouterr().err.replace("\r", "\n").splitlines()
    assert f"fastspec: 1/1 {repr(name)[1:-1]}" in said
    assert any(line.startswith(f"fastspec: warning: {repr(name)[1:-1]}: ") for line in said)
    titles = []
    monkeypatch.setattr("fastspec._picture.draw_mel", lambda *_, title, **more: titles.append(title))
    assert run(name, "-o", "x.png") == 0
    assert titles == [repr(name)[1:-1]]


def test_names_in_a_locale_without_letters(sound):
    os.rename(sound, "straße.wav")
    environ = environment() | {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}
    command = [sys.executable, "-m", "fastspec", "mel", "missing-straße.wav", "-o", "out"]
    done = subprocess.run([os.fsencode(word) for word in command], capture_output=True, env=environ, check=False)
    assert done.returncode == 1
    assert re.fullmatch(rb"fastspec: error: missing-stra\\udcc3\\udc9fe\.wav: [^\n]+\n", done.stderr)


# What goes wrong


def test_one_bad_file_does_not_stop_the_others(sound, capsys):
    Path("text.wav").write_text("no sound")
    Path("empty.wav").touch()
    content = Path(sound).read_bytes()
    Path("cut.wav").write_bytes(content[: len(content) // 2])
    bad = ["missing.wav", "text.wav", "empty.wav", "cut.wav", "."]
    assert run(*bad, sound, "-o", "out") == 1
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == len(bad) + 1
    for name, line in zip(bad, lines, strict=False):
        assert line.startswith(f"fastspec: error: {name}: ")
        assert line.count(f"{name}:") == 1
    assert lines[-1] == "fastspec: 5 of 6 files failed"
    assert os.listdir("out") == ["noise.npz"]


def test_a_rule_broken_for_one_file_only(folder, capsys):
    for rate in (8000, 48000):
        soundfile.write(f"{rate}.wav", np.random.RandomState(0).uniform(-0.5, 0.5, rate), rate)
    soundfile.write("nan.wav", np.full(4000, np.nan), 48000, subtype="FLOAT")
    assert run("8000.wav", "48000.wav", "nan.wav", "-o", "out", "--fmax", 16000) == 1
    low, nan, _ = capsys.readouterr().err.splitlines()
    assert low.startswith("fastspec: error: 8000.wav: --fmax 16000 exceeds half the sampling rate, 4000 Hz; ")
    assert nan.startswith("fastspec: error: nan.wav: ")
    assert "finite" in nan
    assert os.listdir("out") == ["48000.npz"]


def test_unwritable_output(sound, capsys):
    Path("file").touch()
    assert run(sound, "-o", "file/out.npz") == 1
    assert re.fullmatch(r"fastspec: error: file/out.npz: cannot be written: .*\n", capsys.readouterr().err)


@pytest.mark.parametrize("suffix", ["npz", "npy", "png"])
def test_full_disk_leaves_nothing_and_the_old_file_as_it_was(sound, suffix, monkeypatch, capsys):
    def full(file, *arguments):
        file.write(b"half")
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setitem(cli._WRITERS, f".{suffix}", full)
    target = Path(f"out.{suffix}")
    target.write_bytes(b"old")
    assert run(sound, "-o", target) == 1
    assert f"fastspec: error: {target}: cannot be written: No space left on device\n" in capsys.readouterr().err
    assert target.read_bytes() == b"old"
    assert sorted(os.listdir()) == ["noise.wav", target.name]


def test_warnings_are_one_line_with_the_file(sound, monkeypatch, capsys):
    import warnings

    def logmel(**arguments):
        warnings.warn("empty\n  bands", UserWarning, stacklevel=1)
        warnings.warn("not for users", DeprecationWarning, stacklevel=1)
        return np.zeros((128, 3))

    monkeypatch.setattr(fastspec.feature, "logmel", logmel)
    assert run(sound, "-o", "out.npy") == 0
    assert capsys.readouterr().err == "fastspec: warning: noise.wav: empty bands\n"


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (MemoryError("9 TB"), "not enough memory (9 TB)"),
        (KeyError("x"), "KeyError: 'x' (this should not happen"),
    ],
)
def test_unforeseen_errors_are_reported_too(sound, monkeypatch, capsys, error, words):
    def logmel(**arguments):
        raise error

    monkeypatch.setattr(fastspec.feature, "logmel", logmel)
    assert run(sound, "-o", "out.npy") == 1
    assert capsys.readouterr().err.startswith(f"fastspec: error: noise.wav: {words}")


def test_interrupt(sound, monkeypatch, capsys):
    def logmel(**arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr(fastspec.feature, "logmel", logmel)
    assert run(sound, "-o", "out.npy") == 130
    assert capsys.readouterr().err == "fastspec: interrupted: 0 of 1 files are done\n"
    assert os.listdir() == [sound]


def test_interrupt_waits_for_an_archive(folder):
    def interrupted():
        with _features.without_interrupts():
            signal.raise_signal(signal.SIGINT)
            Path("written").touch()
        Path("too late").touch()

    for _ in range(2):  # the handler of before is back
        with pytest.raises(KeyboardInterrupt):
            interrupted()
        assert os.listdir() == ["written"]


def test_handlers_of_ones_own_are_called_behind_an_archive(folder):
    seen = []
    before = signal.signal(signal.SIGINT, lambda *event: seen.append(os.listdir()))
    try:
        with _features.without_interrupts():
            signal.raise_signal(signal.SIGINT)
            Path("written").touch()
            assert seen == []
        assert seen == [["written"]]
    finally:
        signal.signal(signal.SIGINT, before)


def test_interrupt_is_not_lost_to_an_error(sound, monkeypatch, capsys):
    def write_array(*arguments, **options):
        signal.raise_signal(signal.SIGINT)
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(np.lib.format, "write_array", write_array)
    assert run(sound, "-o", "out.npz") == 130
    assert capsys.readouterr().err == "fastspec: interrupted: 0 of 1 files are done\n"
    assert os.listdir() == [sound]


def test_archives_are_written_from_other_threads(folder):
    def write():
        with _features.without_interrupts():
            Path("written").touch()

    thread = threading.Thread(target=write)
    thread.start()
    thread.join()
    assert os.listdir() == ["written"]


def test_interrupt_while_writing_leaves_no_part(folder):
    def interrupted():
        with whole_file(Path("out.npz")) as file:
            file.write(b"half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert os.listdir() == []


def test_pictures_without_matplotlib(sound, monkeypatch, capsys):
    monkeypatch.setattr(_features.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(SystemExit) as caught:
        run(sound, "-o", "out.png")
    assert caught.value.code == 2
    assert "matplotlib: pip install" in capsys.readouterr().err
    assert os.listdir() == [sound]


# Progress


def test_progress_by_tqdm(sound, capsys):
    assert run(sound, "missing.wav", "-o", "out", "--progress") == 1
    err = capsys.readouterr().err
    assert "2/2" in err
    assert "fastspec: error: missing.wav: " in err


def test_progress_without_tqdm(sound, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "tqdm", None)
    Path("other.wav").write_bytes(Path(sound).read_bytes())
    assert run(sound, "other.wav", "-o", "out", "--progress") == 0
    assert capsys.readouterr().err.splitlines() == ["fastspec: 1/2 noise.wav", "fastspec: 2/2 other.wav"]


def test_no_progress_unless_on_a_terminal(sound, monkeypatch, capsys):
    Path("other.wav").write_bytes(Path(sound).read_bytes())
    assert run(sound, "other.wav", "-o", "out") == 0
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(sys, "stderr", Terminal())
    assert run(sound, "other.wav", "-o", "out") == 0
    assert "2/2" in sys.stderr.getvalue()


class Terminal(io.StringIO):
    def isatty(self):
        return True


# As a program


def program(*arguments: str, **options) -> subprocess.CompletedProcess:
    command = [sys.executable, "-m", "fastspec", *arguments]
    options = {"text": True, "timeout": 60, "env": environment()} | options
    return subprocess.run(command, capture_output=True, check=False, **options)


def environment() -> dict[str, str]:
    """What finds this fastspec, installed or not."""
    return os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, [str(Path(fastspec.__file__).parent.parent)]))}


def test_program_help_and_version():
    assert program("--version").stdout == f"fastspec {fastspec.__version__}\n"
    helped = program("mel", "--help")
    assert helped.returncode == 0
    for words in ("examples:", "--hop-length", "(default: 512)", "fastspec mel recordings/*.flac"):
        assert words in helped.stdout
    assert program().returncode == 2


def test_help_is_light():
    code = "import sys, fastspec.cli as cli\ntry: cli.main(['mel', '--help'])\nexcept SystemExit: pass\n"
    heavy = ["scipy", "soundfile", "soxr", "matplotlib", "tqdm", "fastspec._engine"]
    code += f"assert not set({heavy}) & set(sys.modules), set({heavy}) & set(sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, env=environment(), text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_program_error_is_one_line(folder):
    done = program("mel", "missing.wav", "-o", "out.npz")
    assert (done.returncode, done.stdout) == (1, "")
    assert re.fullmatch(r"fastspec: error: missing\.wav: no such file \(libsndfile: .*\)\n", done.stderr)


def test_program_with_a_real_size_limit(sound):
    """A file system that takes no more than 1000 bytes per file, as a full disk would be."""
    resource = pytest.importorskip("resource")
    limit = (1000, resource.getrlimit(resource.RLIMIT_FSIZE)[1])
    for suffix in ("npz", "npy"):
        done = program(
            "mel",
            sound,
            "-o",
            f"out.{suffix}",
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, limit),
        )
        assert done.returncode == 1
        assert re.fullmatch(rf"fastspec: error: out\.{suffix}: cannot be written: .*\n", done.stderr)
    assert os.listdir() == [sound]


@pytest.mark.skipif(os.name != "posix", reason="signals are sent as on POSIX systems")
def test_program_interrupted(folder):
    """Ctrl-C in the middle of a long job: status 130, whole files only."""
    names = [f"{k}.flac" for k in range(3000)]
    Path(names[0]).write_bytes((EXAMPLES / "speech.flac").read_bytes())
    for name in names[1:]:
        os.link(names[0], name)
    command = [sys.executable, "-m", "fastspec", "mel", *names, "-o", "out"]
    job = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment())
    deadline = time.monotonic() + 30
    while not Path("out/1.npz").exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    job.send_signal(signal.SIGINT)
    _, err = job.communicate(timeout=30)
    # Python ends by the signal itself if it came while C ran Python's code, as in an import. Shells say 130 of both.
    assert job.returncode in (130, -signal.SIGINT), err
    assert re.fullmatch(r"fastspec: interrupted: \d+ of 3000 files are done\n", err)
    for path in Path("out").iterdir():
        assert path.suffix == ".npz"
        with np.load(path) as data:
            assert data["features"].shape[0] == 128
