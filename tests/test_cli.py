"""The command line: what it writes, where, and what it says when something is wrong."""

from __future__ import annotations

import errno
import functools
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
from fastspec import _batch, cli

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
    assert bottom.get_xlabel() == "Time (s)"
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
    assert "use fewer bins" in capsys.readouterr().err


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
    assert [str(target) for _, target in _batch.plan(inputs, out, kind, ("npz", "npy", "png"))] == expected


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
    with pytest.raises(_batch.UsageError, match=re.escape(words)):
        _batch.plan(inputs, out, kind, ("npz", "npy", "png"))


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
        ("cqt", ["--fmin", "H9"], "note='H9' is not a note name"),
        ("cqt", ["--fmin", "-5"], "-5 is not a positive number"),
        ("cqt", ["--tuning", "x"], "'x' is not a number"),
    ],
)
def test_bad_options(command, options, words, capsys):
    with pytest.raises(SystemExit) as caught:
        cli.main([command, "in.wav", "-o", "out.npz", *options])
    assert caught.value.code == 2
    said = capsys.readouterr().err.splitlines()[-1]
    assert options[0] in said
    assert words in said


def test_folder_is_made_and_existing_results_can_be_kept(sound):
    assert run(sound, "-o", "deep/er/") == 0
    target = Path("deep/er/noise.npz")
    target.write_bytes(b"kept")
    assert run(sound, "-o", "deep/er/", "--skip-existing") == 0
    assert target.read_bytes() == b"kept"
    assert run(sound, "-o", "deep/er/") == 0
    assert np.load(target)["features"].shape == (128, 16)


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
    soundfile.write("nan.wav", np.full(4000, np.nan), 8000, subtype="FLOAT")
    assert run("48000.wav", "nan.wav", "-o", "out", "--fmax", 16000) == 1
    err = capsys.readouterr().err
    assert "fastspec: error: nan.wav: " in err
    assert "fmax=16000.0 exceeds sr/2=4000" in err
    assert os.listdir("out") == ["48000.npz"]


def test_unwritable_output(sound, capsys):
    Path("file").touch()
    assert run(sound, "-o", "file/out.npz") == 1
    assert re.fullmatch(r"fastspec: error: file/out.npz: cannot be written: .*\n", capsys.readouterr().err)


@pytest.mark.parametrize("suffix", ["npz", "npy", "png"])
def test_full_disk_leaves_nothing_and_the_old_file_as_it_was(sound, suffix, monkeypatch, capsys):
    def full(file, *arguments, **more):
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
        with _batch.without_interrupts():
            signal.raise_signal(signal.SIGINT)
            Path("written").touch()
        Path("too late").touch()

    for _ in range(2):  # the handler of before is back
        with pytest.raises(KeyboardInterrupt):
            interrupted()
        assert os.listdir() == ["written"]


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
        with _batch.without_interrupts():
            Path("written").touch()

    thread = threading.Thread(target=write)
    thread.start()
    thread.join()
    assert os.listdir() == ["written"]


def test_interrupt_while_writing_leaves_no_part(folder):
    def interrupted():
        with _batch.whole_file(Path("out.npz")) as file:
            file.write(b"half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert os.listdir() == []


def test_pictures_without_matplotlib(sound, monkeypatch, capsys):
    monkeypatch.setattr(cli.importlib.util, "find_spec", lambda name: None)
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
    monkeypatch.setattr(_batch, "sys", types.SimpleNamespace(stderr=Terminal(), modules=sys.modules))
    assert run(sound, "other.wav", "-o", "out") == 0
    assert "2/2" in _batch.sys.stderr.getvalue()


class Terminal(io.StringIO):
    def isatty(self):
        return True


# As a program


def program(*arguments: str, **options) -> subprocess.CompletedProcess:
    command = [sys.executable, "-m", "fastspec", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, env=environment(), **options)


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
    # A background job of a shell ignores SIGINT, and so would what the tests start from there.
    heed = functools.partial(signal.signal, signal.SIGINT, signal.SIG_DFL)
    job = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment(), preexec_fn=heed)
    deadline = time.monotonic() + 30
    while not Path("out/1.npz").exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    job.send_signal(signal.SIGINT)
    _, err = job.communicate(timeout=30)
    assert job.returncode == 130, err
    assert re.fullmatch(r"fastspec: interrupted: \d+ of 3000 files are done\n", err)
    for path in Path("out").iterdir():
        assert path.suffix == ".npz"
        with np.load(path) as data:
            assert data["features"].shape[0] == 128
