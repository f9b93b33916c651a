"""Sound files read and written with SoX's scaling, and the command `fastspec convert`."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
import soundfile
from support import pcm_reference

import fastspec
from fastspec import AudioFileError, DTypeError, ParameterError, cli

EXAMPLES = Path(__file__).parent.parent / "examples"
# Of each subtype of WAV, what `pcm_convert` calls it.
SUBTYPES = {
    "PCM_U8": ("uint8", None),
    "PCM_16": ("int16", None),
    "PCM_24": ("int32", "int24"),
    "PCM_32": ("int32", None),
    "ULAW": ("uint8", "ulaw"),
    "ALAW": ("uint8", "alaw"),
}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def sox(*arguments: str) -> None:
    if not shutil.which("sox"):
        pytest.skip("sox is not installed")
    subprocess.run(["sox", "-V1", "-D", *map(str, arguments)], check=True)


def loud_noise(shape, dtype=np.float32) -> np.ndarray:
    return np.random.default_rng(0).normal(0, 0.5, shape).astype(dtype)


# read and write


@pytest.mark.parametrize("subtype", SUBTYPES)
@pytest.mark.parametrize("dtype", ["float32", "float64", "int16", "uint8", "int32"])
def test_files_hold_what_pcm_convert_makes(folder, subtype, dtype):
    x = loud_noise((2, 1001), "float64")
    if dtype[0] != "f":
        x = fastspec.pcm_convert(x, dtype)
    want, clips = pcm_reference.convert(x, SUBTYPES[subtype][0], None, SUBTYPES[subtype][1])
    assert fastspec.write("x.wav", x, 8000, subtype) == clips
    assert soundfile.info("x.wav").subtype == subtype
    for target in ("float32", "float64", "int16", "uint8", "int32"):
        y, sr = fastspec.read("x.wav", dtype=target)
        assert (sr, y.dtype) == (8000, target)
        np.testing.assert_array_equal(y, pcm_reference.convert(want, target, SUBTYPES[subtype][1])[0])


def test_8_bit_wav_is_unsigned(folder):
    fastspec.write("x.wav", np.array([-1.0, 0.0, 0.5]), 8000, "PCM_U8")
    assert Path("x.wav").read_bytes()[-4:] == bytes([0, 128, 192, 0])  # and a byte to make it even
    with pytest.raises(ParameterError, match=r"subtype='PCM_S8' is not for WAV files; use one of .*PCM_U8"):
        fastspec.write("x.wav", np.zeros(3), 8000, "PCM_S8")


def test_floats_stay_as_they_are(folder):
    x = 3 * loud_noise(100)
    assert fastspec.write("x.wav", x, 8000, "FLOAT") == 0
    np.testing.assert_array_equal(fastspec.read("x.wav")[0], x)
    assert fastspec.write("x.wav", x.astype(np.float64) / 3, 8000, "double") == 0
    np.testing.assert_array_equal(fastspec.read("x.wav", dtype=np.float64)[0], x.astype(np.float64) / 3)


def test_shapes(folder):
    for x, subtype in ((loud_noise(50), "PCM_16"), (loud_noise((1, 50)), "PCM_16"), (loud_noise((3, 0)), "FLOAT")):
        fastspec.write("x.wav", x, 8000, subtype)
        flat, _ = fastspec.read("x.wav")
        assert flat.shape == (x.shape if len(x) == 3 else (50,))
        assert fastspec.read("x.wav", always_2d=True)[0].shape == np.atleast_2d(x).shape
    fastspec.write("x.flac", loud_noise((2, 50)), 44100)
    assert (soundfile.info("x.flac").subtype, fastspec.read("x.flac")[0].shape) == ("PCM_16", (2, 50))


def test_levels_as_a_waveform(folder):
    levels = [10, 11, 12, 13, 14]
    assert fastspec.write("x.wav", levels, 8000, "PCM_16", lo=10, hi=14) == 0
    want = fastspec.float_to_pcm(2 * (np.array(levels) - 10) / 4 - 1, np.int16)
    np.testing.assert_array_equal(fastspec.read("x.wav", dtype=np.int16)[0], want)
    assert fastspec.write("x.wav", levels, 8000, lo=10) == 0
    np.testing.assert_array_equal(fastspec.read("x.wav", dtype=np.int16)[0], want)
    assert fastspec.write("x.wav", [*levels, np.nan, 9], 8000, lo=10, hi=13) == 3
    assert fastspec.read("x.wav", dtype=np.int16)[0].tolist()[3:] == [32767, 32767, 0, -32768]


@pytest.mark.parametrize(
    ("arguments", "options", "error", "words"),
    [
        (("x.wav", [1, 1, 1], 8000), {"lo": 1}, ParameterError, r"lo=1\.0 must be below hi=1\.0"),
        (("x.wav", [1, 2], 8000), {"lo": 2, "hi": 1}, ParameterError, r"lo=2\.0 must be below hi=1\.0"),
        (("x.wav", [1, 2], 8000), {"lo": 0, "hi": np.inf}, ParameterError, "finite"),
        (("x.wav", [1j], 8000), {"lo": 0, "hi": 1}, DTypeError, "complex"),
        (("x.wav", [1, 2], 8000), {}, DTypeError, "int64"),
        (("x.wav", 0.5, 8000), {}, ParameterError, r"y\.shape=\(\)"),
        (("x.wav", np.zeros((1, 2, 3)), 8000), {}, ParameterError, r"\(1, 2, 3\)"),
        (("x.wav", np.zeros((8000, 2)), 8000), {}, ParameterError, r"8000 channels.*y\.T"),
        (("x.wav", np.zeros(9), 0), {}, ParameterError, "sr=0"),
        (("x.wav", np.zeros(9), 8000.5), {}, DTypeError, r"sr=8000\.5"),
        (("x.xyz", np.zeros(9), 8000), {}, ParameterError, r"'\.xyz' is no format .*WAV"),
        (("x", np.zeros(9), 8000), {}, ParameterError, "no format"),
        (("x.wav", np.zeros(9), 8000, "PCM_9"), {}, ParameterError, "subtype='PCM_9'"),
        (("x.flac", np.zeros((9, 100)), 8000), {}, ParameterError, r"x\.flac.*9 channels.*use WAV"),
        (("x.wav", np.zeros(9), 8000, "FLOAT"), {"dither": "tpdf"}, ParameterError, "dither"),
        (("no/such/x.wav/y.wav", np.zeros(9), 8000), {}, None, ""),
        (("there.wav/y.wav", np.zeros(9), 8000), {}, AudioFileError, r"there\.wav.y\.wav: cannot be written: .+"),
    ],
)
def test_write_refuses(folder, arguments, options, error, words):
    Path("there.wav").write_bytes(b"as it was")
    if error is None:
        fastspec.write(*arguments, **options)
        assert Path(arguments[0]).is_file()
        return
    with pytest.raises(error, match=f"(?s){words}"):
        fastspec.write(*arguments, **options)
    assert [path.name for path in folder.iterdir()] == ["there.wav"]
    assert Path("there.wav").read_bytes() == b"as it was"


def test_a_full_disk_leaves_the_old_file(folder, monkeypatch):
    fastspec.write("x.wav", loud_noise(100), 8000)
    before = Path("x.wav").read_bytes()

    def no_space(source, target):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.replace", no_space)
    with pytest.raises(AudioFileError, match=r"^x\.wav: cannot be written: No space left on device$") as caught:
        fastspec.write("x.wav", loud_noise(200), 8000)
    assert caught.value.errno == 28
    assert [path.name for path in folder.iterdir()] == ["x.wav"]
    assert Path("x.wav").read_bytes() == before


def test_read_refuses(folder):
    fastspec.write("cut.wav", loud_noise(5000), 8000)
    Path("cut.wav").write_bytes(Path("cut.wav").read_bytes()[:5000])
    Path("text.wav").write_text("no sound")
    for name, words in {"cut.wav": "cut short", "text.wav": "not a sound file", "none.wav": "no such file"}.items():
        with pytest.raises(AudioFileError, match=rf"^{re.escape(name)}: .*{words}"):
            fastspec.read(name)
    with pytest.raises(DTypeError, match="dtype=float16"):
        fastspec.read(EXAMPLES / "music.flac", dtype=np.float16)


# fastspec convert


def run(*arguments: object) -> int:
    return cli.main(["convert", *map(str, arguments)])


@pytest.mark.parametrize("n", [1000, 1001])
@pytest.mark.parametrize("channels", [1, 2])
def test_16_bit_wav_to_8_bits_is_that_of_sox(folder, capfd, n, channels):
    x = np.random.default_rng(0).integers(-32768, 32768, (channels, n)).astype(np.int16)
    x[0, :4] = [-32768, 32767, 32640, 32639]
    fastspec.write("x.wav", x, 16000)
    sox("x.wav", "-b", "8", "-e", "unsigned", "want.wav")
    assert run("x.wav", "got.wav", "--bits", 8, "--encoding", "unsigned") == 0
    assert Path("got.wav").read_bytes() == Path("want.wav").read_bytes()
    codes, clips = fastspec.pcm_convert(x, np.uint8, return_clips=True)
    assert Path("want.wav").read_bytes()[44:].rstrip(b"\0") == codes.T.tobytes().rstrip(b"\0")
    out, err = capfd.readouterr()
    assert out == f"got.wav: {n} samples x {channels}, 16000 Hz, PCM_U8; {clips} clipped\n"
    assert err == ""


@pytest.mark.parametrize(
    ("options", "soxs"),
    [
        (["--bits", 16], ["-b", "16", "-e", "signed"]),
        (["--encoding", "ulaw"], ["-e", "mu-law"]),
        (["--encoding", "alaw"], ["-e", "a-law"]),
        (["--bits", 8], ["-b", "8"]),
    ],
    ids=str,
)
def test_other_kinds_are_those_of_sox(folder, options, soxs):
    fastspec.write("x.wav", loud_noise((2, 5000)), 8000, "PCM_24")
    sox("x.wav", *soxs, "want.wav")
    assert run("x.wav", "got.wav", *options) == 0
    for dtype in ("int16", "int32"):
        np.testing.assert_array_equal(
            fastspec.read("got.wav", dtype=dtype)[0], fastspec.read("want.wav", dtype=dtype)[0]
        )


def test_subtypes_that_are_not_asked_for(folder):
    fastspec.write("x.wav", loud_noise(500), 8000, "PCM_24")
    for arguments, subtype in {
        ("y.wav",): "PCM_24",
        ("y.flac",): "PCM_24",
        ("y.ogg",): "VORBIS",
        ("y.flac", "--bits", 8): "PCM_S8",
        ("y.wav", "--encoding", "float"): "FLOAT",
        ("y.wav", "--bits", 64): "DOUBLE",
        ("y.aiff", "--bits", 8, "--encoding", "unsigned"): "PCM_U8",
    }.items():
        assert run("x.wav", *arguments) == 0
        assert soundfile.info(arguments[0]).subtype == subtype, arguments


def test_dither_is_seeded(folder):
    contents = {}
    for name, options in {"a": [], "b": ["--dither", "--seed", 1], "c": ["--dither", "--seed", 1]}.items():
        assert run(EXAMPLES / "speech.flac", f"{name}.wav", "--bits", 8, *options) == 0
        contents[name] = Path(f"{name}.wav").read_bytes()
    assert contents["b"] == contents["c"] != contents["a"]


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (("none.wav", "y.wav"), 1, "none.wav: no such file"),
        (("text.wav", "y.wav"), 1, "text.wav: is not a sound file"),
        (("x.wav", "y.xyz"), 2, r"y\.xyz.*no format"),
        (("x.wav", "y.wav", "--bits", 8, "--encoding", "signed"), 2, "PCM_S8.*WAV.*PCM_U8"),
        (("x.wav", "y.wav", "--bits", 24, "--encoding", "ulaw"), 2, "no 24-bit ulaw"),
        (("x.wav", "y.wav", "--seed", 1), 2, "--seed is for --dither"),
        (("x.wav", "y.wav", "--encoding", "float", "--dither"), 1, "x.wav: dither='tpdf' is for codes"),
        (("x.wav", "text.wav/y.wav"), 1, r"text\.wav.y\.wav: cannot be written"),
    ],
)
def test_convert_refuses_in_one_line(folder, capfd, arguments, status, words):
    fastspec.write("x.wav", loud_noise(50), 8000)
    Path("text.wav").write_text("no sound")
    if status == 2:
        with pytest.raises(SystemExit, match="2"):
            run(*arguments)
    else:
        assert run(*arguments) == status
    out, err = capfd.readouterr()
    assert out == ""
    assert re.fullmatch(f"fastspec: error: .*{words}.*\n", err), err
    assert sorted(path.name for path in folder.iterdir()) == ["text.wav", "x.wav"]


def test_mel_of_integer_files_is_that_of_their_floats(folder):
    for subtype in ("PCM_U8", "PCM_16", "PCM_24", "PCM_32"):
        fastspec.write("x.wav", loud_noise(8000), 16000, subtype)
        assert cli.main(["mel", "x.wav", "-o", "x.npy"]) == 0
        y, sr = fastspec.read("x.wav")
        np.testing.assert_array_equal(np.load("x.npy"), fastspec.feature.logmel(y=y, sr=sr))
