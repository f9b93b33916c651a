"""The commands mfcc, stats, plot and compare, completion, and help that imports nothing heavy."""

from __future__ import annotations

import io
import json
import math
import os
import re
import runpy
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import soundfile

import fastspec
from fastspec import cli

ROOT = Path(__file__).parent.parent
COMMANDS = ("mel", "mfcc", "cqt", "extract", "stats", "plot", "compare", "convert")
TALKING = ("recipes", "diff")  # which only print what they are asked for


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def clips(folder):
    """Two cuts of one tone with a beat, noise, and another noise; 1.5 s at 22050 Hz."""
    sr, n, rng = 22050, 33000, np.random.default_rng(0)
    t = np.arange(n + 3000) / sr
    tone = 0.3 * np.sin(2 * np.pi * 220 * t) * (1 + 0.5 * np.sin(2 * np.pi * 3 * t))
    sounds = [tone[:n], tone[3000:], rng.normal(0, 0.1, n), np.cumsum(rng.normal(0, 0.003, n))]
    for k, y in enumerate(sounds):
        soundfile.write(f"c{k}.wav", np.clip(y, -1, 1), sr, subtype="FLOAT")
    return [f"c{k}.wav" for k in range(4)]


def run(*arguments: object) -> int:
    return cli.main([str(argument) for argument in arguments])


def misuse(capsys, *arguments: object) -> str:
    with pytest.raises(SystemExit) as caught:
        run(*arguments)
    assert caught.value.code == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert re.fullmatch(r"fastspec: error: [^\n]+\n", err)
    return err


def program(*arguments: str, **options) -> subprocess.CompletedProcess:
    command = [sys.executable, "-m", "fastspec", *arguments]
    return subprocess.run(command, capture_output=True, check=False, env=environment(), timeout=120, **options)


def environment() -> dict[str, str]:
    """What finds this fastspec, installed or not."""
    return os.environ | {"PYTHONPATH": str(Path(fastspec.__file__).parent.parent)}


# What every command has


@pytest.mark.parametrize(
    "arguments", [["--help"], ["--version"], *([command, "--help"] for command in (*COMMANDS, *TALKING))]
)
def test_help_imports_no_numpy(arguments):
    code = f"import sys, fastspec.cli as cli\ntry: cli.main({arguments})\nexcept SystemExit: pass\n"
    code += "heavy = {'numpy', 'scipy', 'soundfile', 'matplotlib', 'tqdm', 'shtab'} & set(sys.modules)\n"
    code += "assert not heavy, heavy"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, env=environment(), text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_can_be_quiet(command):
    assert "--quiet" in program(command, "--help", text=True).stdout


def test_quiet_says_errors_alone(clips, capsys):
    soundfile.write("low.wav", np.random.default_rng(0).normal(0, 0.1, 4000), 4000)  # the usual bins do not fit
    assert run("cqt", "low.wav", "-o", "out.npy") == 0
    assert "warning: low.wav" in capsys.readouterr().err
    assert run("cqt", "low.wav", "missing.wav", "-o", "out/", "--quiet") == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert re.fullmatch(r"fastspec: error: missing.wav: no such file.*\nfastspec: 1 of 2 files failed\n", err)
    assert run("convert", "c0.wav", "c0.flac", "--quiet") == 0
    assert capsys.readouterr() == ("", "")


def test_convert_tells_programs(clips, capsys):
    assert run("convert", "c0.wav", "c0.flac", "--bits", 16, "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert told == {
        "path": "c0.flac", "samples": 33000, "channels": 1, "sr": 22050, "subtype": "PCM_16", "clipped": 0,
    }  # fmt: skip


def test_completion(monkeypatch, capsysbinary):
    pytest.importorskip("shtab")
    for shell in ("bash", "zsh", "tcsh"):
        with pytest.raises(SystemExit) as caught:
            run("--print-completion", shell)
        assert caught.value.code == 0
        script = capsysbinary.readouterr().out.decode()
        assert "fastspec" in script
        assert "compare" in script
    script = program("--print-completion", "bash", text=True).stdout
    script += 'COMP_WORDS=(fastspec pl); COMP_CWORD=1; _shtab_fastspec fastspec pl fastspec; echo "${COMPREPLY[@]}"'
    if Path("/bin/bash").exists():
        assert subprocess.run(["/bin/bash", "-c", script], capture_output=True, check=False).stdout == b"plot\n"


def test_completion_needs_shtab_and_a_shell(monkeypatch, capsys):
    assert "--print-completion: invalid choice: 'fish'" in misuse(capsys, "--print-completion", "fish")
    monkeypatch.setitem(sys.modules, "shtab", None)
    assert "needs shtab: pip install 'fastspec-audio[cli]'" in misuse(capsys, "--print-completion", "bash")


# mfcc


def test_mfcc_is_that_of_the_api(clips, capfd):
    assert run("mfcc", "c0.wav", "-o", "out.npz", "--n-mfcc", 13, "--lifter", 22, "--n-fft", 1024) == 0
    assert capfd.readouterr() == ("", "")
    y, sr = fastspec.load("c0.wav", sr=None)
    want = fastspec.feature.mfcc(y=y, sr=sr, n_mfcc=13, lifter=22, n_fft=1024)
    with np.load("out.npz") as data:
        np.testing.assert_allclose(data["features"], want, rtol=1e-4, atol=1e-3)
        np.testing.assert_array_equal(data["coefficients"], np.arange(13))
        np.testing.assert_allclose(data["times"], np.arange(want.shape[1]) * 512 / sr)
        told = json.loads(str(data["parameters"]))
    assert {
        "feature": "mfcc",
        "n_mfcc": 13,
        "lifter": 22,
        "norm": "ortho",
        "mel_norm": "slaney",
    }.items() <= told.items()
    done = program("mfcc", "-", "-o", "-", "--format", "npy", input=Path("c0.wav").read_bytes())
    assert done.returncode == 0
    assert np.load(io.BytesIO(done.stdout)).shape == (20, want.shape[1])


def test_mfcc_of_other_transforms(clips):
    options = {"dct_type": 3, "norm": None}
    assert run("mfcc", "c2.wav", "-o", "out.npy", "--dct-type", 3, "--dct-norm", "none", "--norm", "none") == 0
    y, sr = fastspec.load("c2.wav", sr=None)
    want = fastspec.feature.mfcc(y=y, sr=sr, mel_norm=None, **options)
    np.testing.assert_allclose(np.load("out.npy"), want, rtol=1e-4, atol=1e-2)


def test_mfcc_misuse(folder, capsys):
    assert "--n-mfcc 50 exceeds --n-mels 40" in misuse(
        capsys, "mfcc", "a.wav", "-o", "a.npy", "--n-mfcc", 50, "--n-mels", 40
    )
    assert "--dct-type 1 needs two bands, and --n-mels is 1" in misuse(
        capsys, "mfcc", "a.wav", "-o", "a.npy", "--n-mfcc", 1, "--n-mels", 1, "--dct-type", 1
    )
    Path("file").touch()
    assert "-o file/ is a file, not a folder" in misuse(capsys, "mfcc", "a.wav", "-o", "file/")
    assert "-o file is a file, not a folder" in misuse(capsys, "mfcc", "a.wav", "-o", "file")


def test_inputs_and_ranges_that_cannot_be(clips, capsys):
    assert run("mfcc", "", "c0.wav", "-o", "out/") == 1
    assert "an empty name is no file" in capsys.readouterr().err
    assert os.listdir("out") == ["c0.npz"]
    assert run("mel", "c0.wav", "-o", "a.npy", "--fmin", 20000) == 1
    assert "--fmin 20000 is not below half the sampling rate, 11025 Hz; use a lower --fmin" in capsys.readouterr().err


class Full(io.StringIO):
    """Standard output onto a disk that is full."""

    def flush(self):
        raise OSError(28, "No space left on device")


@pytest.mark.parametrize("arguments", [["--version"], ["recipes", "list"]])
def test_standard_output_that_cannot_be_written(monkeypatch, capsys, arguments):
    monkeypatch.setattr(sys, "stdout", Full())
    assert run(*arguments) == 1
    assert capsys.readouterr().err.endswith("fastspec: error: <stdout>: cannot be written: No space left on device\n")


# stats


def stats(capsys, *arguments: object) -> list[dict]:
    assert run("stats", *arguments, "--json") == 0
    out, err = capsys.readouterr()
    assert err == ""
    return json.loads(out, parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))


@pytest.mark.parametrize("subtype", ["PCM_16", "PCM_24", "PCM_U8", "PCM_32", "FLOAT", "DOUBLE", "ULAW", "ALAW"])
def test_stats_of_a_clipped_tone(folder, capsys, subtype):
    """Twice full scale, cut: more than half of a sine, 1 s of sound and 1 s of silence."""
    sr = 8000
    t = np.arange(sr) / sr
    y = np.concatenate([np.clip(2 * np.sin(2 * np.pi * 100 * t + 0.1), -1, 1), np.zeros(sr)])
    soundfile.write("a.wav", np.stack([y, y], axis=1), sr, subtype=subtype)
    (told,) = stats(capsys, "a.wav")
    x = soundfile.read("a.wav", dtype="float64")[0]
    assert told["clipped"] == 2 * np.count_nonzero(np.abs(y) == 1)
    assert told["peak"] == np.abs(x).max()
    assert told["rms"] == pytest.approx(np.sqrt(np.mean(x**2)), rel=1e-12)
    assert told["mean"] == pytest.approx(x.mean(), abs=1e-12)
    assert told["rms_db"] == pytest.approx(20 * math.log10(told["rms"]))
    known = {"sr": sr, "channels": 2, "samples": 2 * sr, "seconds": 2.0, "format": "WAV", "subtype": subtype}
    assert known.items() <= told.items()
    assert told["silence"] == 0.5


def test_stats_by_blocks_are_those_of_the_whole(folder, capsys):
    """More samples than a block, of a rate that 20 ms do not divide."""
    y = np.random.default_rng(1).normal(0, 0.05, 700001) * (np.arange(700001) % 100000 > 37777)
    soundfile.write("a.wav", y, 11025, subtype="DOUBLE")
    (told,) = stats(capsys, "a.wav", "--silence", -40)
    stretch = round(0.02 * 11025)
    parts = [y[i : i + stretch] for i in range(0, len(y), stretch)]
    silent = sum(len(part) for part in parts if np.mean(part**2) < 1e-4)
    assert told["silence"] == silent / len(y)
    assert told["rms"] == pytest.approx(np.sqrt(np.mean(y**2)), rel=1e-12)


def test_stats_of_silence_and_of_no_numbers(folder, capsys):
    soundfile.write("zero.wav", np.zeros(100), 8000)
    soundfile.write("nan.wav", np.array([0.5, np.nan, np.inf, -0.5]), 8000, subtype="FLOAT")
    zero, nan = stats(capsys, "zero.wav", "nan.wav")
    assert (zero["peak_db"], zero["rms_db"], zero["silence"]) == (None, None, 1.0)
    assert (nan["nonfinite"], nan["peak"], nan["rms"], nan["clipped"]) == (2, 0.5, 0.5, 1)


def test_stats_table_and_broken_files(clips, capsys):
    Path("text.wav").write_text("no sound")
    whole = Path("c0.wav").read_bytes()
    Path("cut.wav").write_bytes(whole[:-1000])
    assert run("stats", "c0.wav", "text.wav", "cut.wav", "missing.wav", "c2.wav") == 1
    out, err = capsys.readouterr()
    lines = out.splitlines()
    assert lines[0].split() == ["file", "format", "rate", "ch", "length", "peak", "RMS", "clipped", "silence"]
    assert [line.split()[0] for line in lines[1:]] == ["c0.wav", "c2.wav", "all"]
    assert "WAV FLOAT  22050   1  0:01.50" in lines[1]
    assert len({len(line) for line in lines}) == 1
    assert len(err.splitlines()) == 4
    assert "cut.wav: is cut short" in err
    assert err.endswith("3 of 5 files failed\n")


def test_stats_of_a_pipe(clips, capsys):
    (want,) = stats(capsys, "c0.wav")
    done = program("stats", "-", "--json", input=Path("c0.wav").read_bytes())
    assert (done.returncode, done.stderr) == (0, b"")
    assert json.loads(done.stdout) == [want | {"path": "-"}]


# plot


@pytest.mark.parametrize("kind", ["mel", "cqt", "stft", "wave", "chroma", "mfcc", "tempogram"])
@pytest.mark.parametrize("suffix", ["png", "svg", "pdf"])
def test_plot(clips, capfd, kind, suffix):
    pytest.importorskip("matplotlib")
    assert run("plot", "c0.wav", "-o", f"a.{suffix}", "--kind", kind, "--size", "6x3", "--dpi", 50) == 0
    assert capfd.readouterr() == ("", "")
    picture = Path(f"a.{suffix}").read_bytes()
    assert picture.startswith({"png": b"\x89PNG", "svg": b"<?xml", "pdf": b"%PDF"}[suffix])
    if suffix == "png":
        from matplotlib.image import imread

        pixels = imread("a.png")
        assert pixels.shape[:2] == (150, 300)
        assert len(np.unique(pixels.reshape(-1, pixels.shape[-1]), axis=0)) > 20
    assert run("plot", "c0.wav", "-o", f"b.{suffix}", "--kind", kind, "--size", "6x3", "--dpi", 50) == 0
    assert Path(f"b.{suffix}").read_bytes() == picture


def test_plot_of_a_part_channels_and_colours(folder, monkeypatch):
    pytest.importorskip("matplotlib")
    from fastspec import _picture

    figures = []
    monkeypatch.setattr(_picture, "save", lambda figure, file, kind: figures.append(figure))
    rng = np.random.default_rng(0)
    soundfile.write("a.wav", rng.normal(0, 1, (40000, 2)) * [0.1, 0.01], 8000, subtype="FLOAT")
    options = ("--start", 1, "--end", 3.5, "--channels", "keep", "--colors", "viridis", "--title", "$a$b$")
    assert run("plot", "a.wav", "-o", "a.png", *options) == 0
    upper, lower, _bar = figures[0].axes
    assert upper.get_title(loc="left") == "$a$b$"
    for ax in (upper, lower):
        low, high = ax.get_xlim()
        assert low == 1
        assert abs(high - 3.5) <= 512 / 8000
        assert ax.collections[0].get_cmap().name == "viridis"
    difference = np.subtract(*(np.median(np.asarray(ax.collections[0].get_array())) for ax in (upper, lower)))
    assert difference == pytest.approx(20, abs=0.5)  # levels are those of one scale
    assert run("plot", "a.wav", "-o", "a.png", "--kind", "wave", "--start", 1, "--end", 2) == 0
    assert figures[1].axes[0].get_xlim() == (1, 2)


@pytest.mark.parametrize("n", [1, 100, 600000])
def test_plot_of_short_and_long_sounds(folder, capsys, n):
    pytest.importorskip("matplotlib")
    soundfile.write("a.wav", np.random.default_rng(0).normal(0, 0.1, n), 8000)
    for kind in ("mel", "wave", "mfcc"):
        options = ("--size", "4x3", "--dpi", 40, "--hop-length", 64) if kind != "wave" else ("--size", "4x3")
        assert run("plot", "a.wav", "-o", f"{kind}.png", "--kind", kind, *options, "--quiet") == 0
    assert capsys.readouterr() == ("", "")


def test_plot_from_and_to_streams(clips):
    pytest.importorskip("matplotlib")
    options = ("--kind", "stft", "--format", "svg", "--title", "c0.wav")
    done = program("plot", "-", "-o", "-", *options, "--start", "0.5", input=Path("c0.wav").read_bytes())
    assert (done.returncode, done.stderr) == (0, b"")
    assert run("plot", "c0.wav", "-o", "a.svg", "--kind", "stft", "--start", "0.5") == 0
    assert done.stdout == Path("a.svg").read_bytes()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["-o", "a.jpg"], "-o a.jpg: .jpg is none of .png, .svg, .pdf"),
        (["-o", "a.png", "--kind", "mle"], "--kind: invalid choice: 'mle'"),
        (["-o", "a.png", "--size", "3"], "--size: '3' is no size; write WIDTHxHEIGHT"),
        (["-o", "a.png", "--size", "0x3"], "--size: '0x3' is out of range"),
        (["-o", "a.png", "--dpi", "9999"], "--dpi: 9999 is out of range; use 10 to 1200"),
        (
            ["-o", "a.png", "--colors", "magmaa"],
            "--colors magmaa is no colour map of matplotlib's; did you mean magma?",
        ),
        (["-o", "a.png", "--kind", "wave", "--colors", "magma"], "--colors magma is no colour of matplotlib's"),
        (["-o", "a.png", "--start", "2", "--end", "1"], "--end 1 is not after --start 2"),
        (["-o", "a.png", "--kind", "wave", "--n-mels", "3"], "--n-mels is for --kind mel or mfcc, not wave"),
        (["-o", "a.png", "--kind", "mfcc", "--n-mfcc", "200"], "--n-mfcc 200 exceeds --n-mels 128"),
        (["-o", "a.png", "--siz", "3x3"], "unrecognized option --siz; did you mean --size?"),
        (["--", "--siz"], "required: -o"),  # names of files from there on
    ],
)
def test_plot_misuse(folder, capsys, options, words):
    pytest.importorskip("matplotlib")
    assert words in misuse(capsys, "plot", "a.wav", *options)
    assert os.listdir() == []


def test_plot_behind_the_end(clips, capsys):
    pytest.importorskip("matplotlib")
    assert run("plot", "c0.wav", "-o", "a.png", "--start", 9) == 1
    assert capsys.readouterr().err == "fastspec: error: c0.wav: --start 9 s is beyond its 1.4966 s\n"
    assert not Path("a.png").exists()


def test_plot_of_what_is_cut_or_at_another_rate(clips, capsys):
    pytest.importorskip("matplotlib")
    Path("cut.wav").write_bytes(Path("c0.wav").read_bytes()[:-2000])
    assert run("plot", "cut.wav", "-o", "a.png") == 1
    assert "cut.wav: is cut short" in capsys.readouterr().err
    y, sr = soundfile.read("c0.wav", dtype="float32")
    soundfile.write("low.wav", fastspec.resample(y, orig_sr=sr, target_sr=8000), 8000, subtype="FLOAT")
    assert run("plot", "c0.wav", "-o", "a.svg", "--sr", 8000) == 0
    assert run("plot", "low.wav", "-o", "b.svg") == 0
    texts = [re.findall(r"<!-- (.*?) -->", Path(name).read_text()) for name in ("a.svg", "b.svg")]
    assert texts[0] == [text.replace("low.wav", "c0.wav") for text in texts[1]]  # title, ticks and their units


def test_pictures_need_matplotlib(clips, capsys, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert "pictures need matplotlib: pip install 'fastspec-audio[plot]'" in misuse(
        capsys, "plot", "c0.wav", "-o", "a.png"
    )


# compare


def test_compare_groups_what_is_alike(clips, capsys):
    assert run("compare", *clips, "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["files"], told["feature"]) == (clips, "mfcc")
    means = []
    for name in clips:
        y, sr = fastspec.load(name, sr=22050)
        means.append(fastspec.feature.mfcc(y=y, sr=sr).mean(axis=1, dtype=np.float64))
    want = [[np.linalg.norm(p - q) for q in means] for p in means]
    np.testing.assert_allclose(told["distances"], want, rtol=1e-5, atol=1e-9)
    assert told["threshold"] == pytest.approx(0.3 * np.max(want))
    assert told["groups"] == [1, 1, 2, 3]
    assert run("compare", *clips) == 0
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert [line[:2] for line in lines[1:]] == [["c0.wav", "1"], ["c1.wav", "1"], ["c2.wav", "2"], ["c3.wav", "3"]]
    assert lines[1][3] == "c1.wav"
    assert run("compare", *clips, "--threshold", 1e6, "--json") == 0
    assert json.loads(capsys.readouterr().out)["groups"] == [1, 1, 1, 1]


def test_compare_by_a_recipe_along_a_path(clips, capsys):
    """A clip and the same clip, paused in the middle, are alike by dtw."""
    y, sr = soundfile.read("c0.wav")
    soundfile.write("slow.wav", np.concatenate([y[:15000], y[8000:15000], y[15000:]]), sr)
    options = ("--recipe", "whisper", "--align", "dtw", "--metric", "cosine", "--json")
    assert run("compare", "c0.wav", "slow.wav", "c2.wav", *options) == 0
    told = json.loads(capsys.readouterr().out)
    F = []
    for name in told["files"]:
        F.append(fastspec.recipe("whisper")(fastspec.load(name, sr=16000)[0]).astype(float))
    D, path = fastspec.sequence.dtw(X=F[0], Y=F[2], metric="cosine")
    assert told["distances"][0][2] == pytest.approx(D[-1, -1] / len(path), rel=1e-6)
    assert told["groups"] == [1, 1, 2]
    assert told["feature"] == "whisper"


def test_compare_draws(clips, capsys):
    pytest.importorskip("matplotlib")
    assert run("compare", *clips, "-o", "a.png", "--quiet", "--size", "4x4", "--dpi", 50) == 0
    assert capsys.readouterr() == ("", "")
    assert Path("a.png").read_bytes().startswith(b"\x89PNG")
    done = program("compare", *clips, "-o", "-", "--format", "svg")
    assert done.returncode == 0
    assert done.stdout.startswith(b"<?xml")
    assert done.stderr.startswith(b"file")  # the table makes room for the picture


def test_compare_goes_on_without_what_is_broken(clips, capsys):
    Path("text.wav").write_text("no sound")
    assert run("compare", "text.wav", "c0.wav", "c2.wav", "--json") == 1
    out, err = capsys.readouterr()
    assert json.loads(out)["files"] == ["c0.wav", "c2.wav"]
    assert err.startswith("fastspec: error: text.wav: is not a sound file")
    assert run("compare", "text.wav", "c0.wav") == 1
    assert "error: fewer than two files are left" in capsys.readouterr().err


def test_compare_of_silences(folder, capsys):
    for name in ("a.wav", "b.wav"):
        soundfile.write(name, np.zeros(8000), 8000)
    assert run("compare", "a.wav", "b.wav", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["distances"], told["groups"]) == ([[0, 0], [0, 0]], [1, 1])


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["c0.wav"], "INPUT c0.wav is one file; name two or more"),
        (["c0.wav", "c0.wav"], "INPUT c0.wav is one file"),
        (["c0.wav", "c1.wav", "--recipe", "whispr"], "--recipe whispr: name='whispr' is no recipe"),
        (["c0.wav", "c1.wav", "--recipe", "whisper", "--sr", "8000"], "--sr is for MFCC"),
        (
            ["c0.wav", "c1.wav", "--recipe", "umx,parts=true"],
            "--recipe umx,parts=true has parts=True, which no distance",
        ),
        (["c0.wav", "c1.wav", "--threshold", "x%"], "--threshold: 'x' is not a number"),
        (["c0.wav", "c1.wav", "--format", "svg"], "--format is for pictures; name one: -o"),
        (["c0.wav", "c1.wav", "-o", "c1.wav"], ".wav is none of .png, .svg, .pdf"),
        (["c0.wav", "c1.wav", "--metric", "euclid"], "--metric: invalid choice: 'euclid'"),
    ],
)
def test_compare_misuse(folder, capsys, options, words):
    assert words in misuse(capsys, "compare", *options)


# extract


def test_extract_names_where_its_parts_are_and_counts_one_run_alone(clips, monkeypatch, capsys):
    def stop(seconds: float) -> str:
        raise KeyboardInterrupt

    command = ("extract", *clips, "-o", "set/", "--recipe", "whisper", "--workers", 1)
    with monkeypatch.context() as patched:
        patched.setattr("fastspec.cli._extract._clock", stop)  # asked for when the first part is done
        assert run(*command, "--progress") == 130
    parts = re.search(r"interrupted: what is done is in (.*); the same command goes on", capsys.readouterr().err)[1]
    assert any(name.endswith(".zip") for name in os.listdir(parts))
    assert run(*command) == 0
    words = capsys.readouterr().err
    assert re.search(r"4 entries of 4 recordings, [1-4] of them done before; .* hours, this run took", words)
    assert "times real time" not in words
    assert run(*command[:-2], "--fresh") == 0
    assert "times real time" in capsys.readouterr().err


def test_extract_and_compare_take_changed_recipes(clips, capsys):
    assert run("extract", *clips, "-o", "set/", "--recipe", "a=whisper,n_mels=20,shift=0", "--recipe", "whisper") == 0
    data = fastspec.dataset.open("set")
    recipe = fastspec.recipe("whisper", n_mels=20, shift=0)
    np.testing.assert_array_equal(data["c0.wav"]["a"], recipe.file("c0.wav").T)
    np.testing.assert_array_equal(data["c0.wav"]["whisper"], fastspec.recipe("whisper").file("c0.wav").T)
    assert run("compare", *clips, "--recipe", "whisper,n_mels=20") == 0
    capsys.readouterr()
    assert "did you mean 'n_mels'" in misuse(capsys, "compare", *clips, "--recipe", "nemo,n_melz=20")


@pytest.mark.parametrize(("option", "other"), [("--patch-hop", "--patch-frames"), ("--pool-frames", "--pool")])
def test_extract_ignores_no_option(clips, capsys, option, other):
    assert f"{option} goes with {other};" in misuse(
        capsys, "extract", *clips, "-o", "set/", "--recipe", "whisper", option, 3
    )
    assert not os.path.exists("set")


# What every command does at Ctrl-C


@pytest.mark.skipif(os.name != "posix", reason="signals are sent as on POSIX systems")
@pytest.mark.parametrize("command", ["stats", "compare"])
def test_interrupt(clips, command):
    for k in range(3000):
        os.link("c0.wav", f"x{k}.wav")
    names = [f"x{k}.wav" for k in range(3000)]
    job = subprocess.Popen(
        [sys.executable, "-m", "fastspec", command, *names, "--progress"],
        stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, env=environment(),
    )  # fmt: skip
    assert job.stderr.read(1)  # progress has begun, and with it the work
    time.sleep(0.1)
    job.send_signal(signal.SIGINT)
    _, err = job.communicate(timeout=60)
    # Python ends by the signal itself if it came while C ran Python's code, as in an import. Shells say 130 of both.
    assert job.returncode in (130, -signal.SIGINT), err
    assert re.search(rb"fastspec: interrupted: \d+ of 3000 files are done\n$", err)


def test_interrupt_while_modules_are_imported(monkeypatch):
    class Interrupted:
        @property
        def main(self):
            raise KeyboardInterrupt

    monkeypatch.setitem(sys.modules, "fastspec.cli", Interrupted())
    with pytest.raises(SystemExit) as ended:
        runpy.run_module("fastspec", run_name="__main__")
    assert ended.value.code == 130


def test_compare_of_what_is_too_short_for_a_frame(clips, capsys):
    soundfile.write("short.wav", np.zeros(100), 16000)
    assert run("compare", "c0.wav", "c1.wav", "short.wav", "--recipe", "granite") == 1
    assert re.search(r"error: short\.wav: is too short for a frame", capsys.readouterr().err)
