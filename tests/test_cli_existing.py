"""`--skip-existing`: what is there stays, and nothing that was made otherwise passes for it."""

from __future__ import annotations

import os
import re
from pathlib import Path

import numpy as np
import pytest
import soundfile

import fastspec
from fastspec import cli

KINDS = ("npz", "npy", "png")


@pytest.fixture
def sound(tmp_path, monkeypatch):
    """Half a second of stereo noise at 16 kHz, in a working directory of its own."""
    monkeypatch.chdir(tmp_path)
    soundfile.write("noise.wav", np.random.RandomState(0).uniform(-0.5, 0.5, (8000, 2)), 16000, subtype="FLOAT")
    return "noise.wav"


def run(*arguments: object, command: str = "mel") -> int:
    return cli.main([command, *map(str, arguments)])


def refused(capsys, *arguments: object, command: str = "mel") -> str:
    capsys.readouterr()
    with pytest.raises(SystemExit) as caught:
        run(*arguments, "--skip-existing", command=command)
    assert caught.value.code == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert re.fullmatch(r"fastspec: error: --skip-existing: [^\n]+; nothing was done; name another -o, [^\n]+\n", err)
    return err


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("command", ["mel", "cqt", "mfcc"])
def test_what_would_be_the_same_is_left_out(sound, capfd, kind, command):
    if kind == "png":
        pytest.importorskip("matplotlib")
    options = ("-o", f"out.{kind}", "--sr", 11025, "--channels", "keep")
    assert run(sound, *options, command=command) == 0
    before = os.stat(f"out.{kind}").st_mtime_ns
    capfd.readouterr()
    assert run(sound, *options, "--skip-existing", command=command) == 0
    assert capfd.readouterr() == ("", "")
    assert os.stat(f"out.{kind}").st_mtime_ns == before


def test_result_of_other_options_is_refused(sound, capsys):
    Path("other.wav").write_bytes(Path(sound).read_bytes())
    assert run(sound, "other.wav", "-o", "out/") == 0
    before = Path("out/noise.npz").read_bytes()
    assert run(sound, "other.wav", "-o", "out/", "--skip-existing", "--window", "hann", "--ref", 1) == 0
    words = "out/noise.npz and 1 more was made with channels=mix and not keep, n_mels=128 and not 20; nothing was done"
    assert words in refused(capsys, sound, "other.wav", "-o", "out/", "--n-mels", 20, "--channels", "keep")
    said = refused(capsys, "elsewhere/noise.flac", "-o", "out/", "--sr", 8000, "--fmax", 3000)
    for words in ("sr=16000 and not 8000", "fmax=8000.0 and not 3000", "source=noise.wav and not noise.flac"):
        assert words in said
    assert "made with feature=logmel and not cqt; " in refused(capsys, sound, "-o", "out/", command="cqt")
    assert "could not be made now: --fmax 8001 exceeds" in refused(capsys, sound, "-o", "out/", "--fmax", 8001)
    assert Path("out/noise.npz").read_bytes() == before
    Path("out/noise.npz").write_bytes(before[:1000])
    assert "out/noise.npz is no whole result of this command" in refused(capsys, sound, "-o", "out/")


def test_nothing_is_done_beside_a_refused_result(sound, capsys):
    Path("new.wav").write_bytes(Path(sound).read_bytes())
    assert run(sound, "-o", "out/") == 0
    refused(capsys, sound, "new.wav", "-o", "out/", "--hop-length", 256)
    assert os.listdir("out") == ["noise.npz"]


def test_result_of_another_version_is_refused(sound, capsys, monkeypatch):
    assert run(sound, "-o", "out.npz") == 0
    monkeypatch.setattr(fastspec, "__version__", "9.9")
    assert "fastspec=0.1.0 and not 9.9" in refused(capsys, sound, "-o", "out.npz")


def test_cqt_results_are_compared_too(sound, capsys):
    options = ("--fmin", "A3", "--n-bins", 20)
    assert run(sound, "-o", "out/", *options, "--tuning", "auto", command="cqt") == 0
    assert run(sound, "-o", "out/", "--skip-existing", *options, "--tuning", "auto", command="cqt") == 0
    assert capsys.readouterr().err == ""
    said = refused(capsys, sound, "-o", "out/", *options, "--bins-per-octave", 24, command="cqt")
    assert "bins_per_octave=12 and not 24" in said


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--n-mels", 20), "shape=[128, 16] and not [20, 16]"),
        (("--hop-length", 256), "shape=[128, 16] and not [128, 32]"),
        (("--no-center",), "shape=[128, 16] and not [128, 12]"),
        (("--sr", 8000), "shape=[128, 16] and not [128, 8]"),
        (("--channels", "keep"), "shape=[128, 16] and not [2, 128, 16]"),
        (("--dtype", "float64"), "dtype=float32 and not float64"),
    ],
)
def test_array_is_known_by_its_shape_and_dtype(sound, capsys, options, words):
    assert run(sound, "-o", "out.npy") == 0
    assert words in refused(capsys, sound, "-o", "out.npy", *options)
    assert run(sound, "-o", "out.npy", *options) == 0
    assert run(sound, "-o", "out.npy", *options, "--skip-existing") == 0


def test_picture_tells_how_it_was_made(sound, capsys):
    pytest.importorskip("matplotlib")
    assert run(sound, "-o", "out.png") == 0
    assert "window=hann and not hamming" in refused(capsys, sound, "-o", "out.png", "--window", "hamming")
    assert "ref=1.0 and not max" in refused(capsys, sound, "-o", "out.png", "--ref", "max")
    picture = Path("out.png").read_bytes()
    Image = pytest.importorskip("PIL.Image")
    with Image.open("out.png") as image:  # every reader of PNG finds the text, and a sound picture
        image.load()
        assert '"n_mels": 128' in image.text["fastspec"]
    for broken in (picture[:-20], picture[:40], b"", b"a picture of somebody else"):
        Path("out.png").write_bytes(broken)
        assert "out.png is no whole result" in refused(capsys, sound, "-o", "out.png")


@pytest.mark.parametrize("kind", KINDS)
def test_result_of_an_older_source_is_made_anew(sound, capsys, kind):
    if kind == "png":
        pytest.importorskip("matplotlib")
    Path("other.wav").write_bytes(Path(sound).read_bytes())
    assert run(sound, "other.wav", "-o", "out/", "--format", kind) == 0
    kept, before = os.stat(f"out/other.{kind}"), Path(f"out/noise.{kind}").read_bytes()
    soundfile.write(sound, np.full((8000, 2), 0.25), 16000, subtype="FLOAT")
    later = kept.st_mtime_ns + 10**9
    os.utime(sound, ns=(later, later))
    assert run(sound, "other.wav", "-o", "out/", "--format", kind, "--skip-existing") == 0
    said = f"fastspec: warning: out/noise.{kind}: made anew, as the source is newer\n"
    assert capsys.readouterr() == ("", said)
    assert Path(f"out/noise.{kind}").read_bytes() != before
    assert os.stat(f"out/other.{kind}").st_mtime_ns == kept.st_mtime_ns


@pytest.mark.parametrize("kind", ["npz", "png"])
def test_result_of_a_source_of_another_size_is_made_anew(sound, capsys, kind):
    if kind == "png":
        pytest.importorskip("matplotlib")
    assert run(sound, "-o", f"out.{kind}") == 0
    size = os.path.getsize(sound)
    soundfile.write(sound, np.full((9000, 2), 0.25), 16000, subtype="FLOAT")
    os.utime(sound, ns=(0, 0))  # an older file, put in the place of the other
    assert run(sound, "-o", f"out.{kind}", "--skip-existing") == 0
    assert f"the source has changed: {size} bytes then, {os.path.getsize(sound)} now" in capsys.readouterr().err
    assert run(sound, "-o", f"out.{kind}", "--skip-existing") == 0
    assert capsys.readouterr().err == ""


def test_longer_source_of_an_array_is_seen_by_the_frames(sound, capsys):
    assert run(sound, "-o", "out.npy") == 0
    soundfile.write(sound, np.full((16000, 2), 0.25), 16000, subtype="FLOAT")
    os.utime(sound, ns=(0, 0))
    assert "shape=[128, 16] and not [128, 32]" in refused(capsys, sound, "-o", "out.npy")


def test_array_whose_source_is_gone_or_broken(sound, capsys):
    """Nothing can be said of what its features would be: the array stays."""
    assert run(sound, "-o", "out.npy") == 0
    Path(sound).write_bytes(b"no sound any more")
    os.utime(sound, ns=(0, 0))
    before = Path("out.npy").read_bytes()
    assert run(sound, "-o", "out.npy", "--skip-existing") == 0
    os.unlink(sound)
    assert run(sound, "-o", "out.npy", "--skip-existing") == 0
    assert Path("out.npy").read_bytes() == before
