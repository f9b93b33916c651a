"""`core.audio`: librosa's values (goldens), formulas in float64, and input that is wrong."""

from __future__ import annotations

import io
import os
import pickle
import sys
import types
from pathlib import Path

import numpy as np
import pytest
import soundfile
from support import audio_signals as signals

import fastspec
from fastspec import ParameterError
from fastspec._engine import ranges as _ranges
from fastspec._soundfiles import sound as _audio_file
from fastspec.util import files

GOLDEN = np.load(Path(__file__).parent / "golden" / "audio.npz")
# Rounding of float64 results that are not sums: a few units in the last place.
TIGHT = {"rtol": 1e-12, "atol": 1e-12}


def golden_is(name: str, ours, **tolerance):
    """Shape and dtype as in librosa, and the values within a tolerance, or equal."""
    theirs = GOLDEN[name]
    assert ours.shape == theirs.shape
    assert ours.dtype == theirs.dtype
    if tolerance:
        np.testing.assert_allclose(ours, theirs, **tolerance)
    else:
        np.testing.assert_array_equal(ours, theirs)


def numbered(cases):
    return pytest.mark.parametrize(("i", "case"), list(enumerate(cases)))


@pytest.fixture
def wav(tmp_path):
    path = tmp_path / "two channels.wav"
    path.write_bytes(signals.wave_bytes())
    return path


# librosa's values. soxr and libsndfile give the same bits in other versions only by luck: hence 1e-6.


@numbered(signals.LOAD_CASES)
def test_load_golden(i, case):
    y, sr = fastspec.load(io.BytesIO(signals.wave_bytes()), **case)
    golden_is(f"load_{i}", y, rtol=0, atol=1e-6)
    assert sr == (case.get("sr", 22050) or 22050)


@numbered(signals.STREAM_CASES)
def test_stream_golden(i, case):
    blocks = list(fastspec.stream(io.BytesIO(signals.wave_bytes()), **case))
    assert len(blocks) == sum(name.startswith(f"stream_{i}_") for name in GOLDEN)
    for k, block in enumerate(blocks):
        golden_is(f"stream_{i}_{k}", block, rtol=0, atol=1e-6)
        assert block.flags.c_contiguous


@numbered(signals.RESAMPLE_CASES)
def test_resample_golden(i, case):
    y = signals.noise(2, dtype=np.float32, seed=1)
    golden_is(f"resample_{i}", fastspec.resample(y, **case), rtol=0, atol=1e-6)


@numbered(signals.ZERO_CROSSING_CASES)
def test_zero_crossings_golden(i, case):
    golden_is(f"zero_crossings_{i}", fastspec.zero_crossings(signals.noise(), **case))


@numbered(signals.CLICK_CASES)
def test_clicks_golden(i, case):
    golden_is(f"clicks_{i}", fastspec.clicks(**case), rtol=0, atol=1e-6)


@numbered(signals.CHIRP_CASES)
def test_chirp_golden(i, case):
    golden_is(f"chirp_{i}", fastspec.chirp(**case), rtol=0, atol=1e-10)


def test_other_goldens():
    y, stereo = signals.noise(), signals.noise(2, dtype=np.float32, seed=1)
    golden_is("tone", fastspec.tone(440.0, sr=8000, duration=0.05), **TIGHT)
    golden_is("mu_compress", fastspec.mu_compress(y))
    golden_is("mu_compress_15", fastspec.mu_compress(y, mu=15))
    golden_is("mu_expand", fastspec.mu_expand(fastspec.mu_compress(y)), **TIGHT)
    golden_is("autocorrelate", fastspec.autocorrelate(y, max_size=100), rtol=0, atol=1e-10)
    golden_is("lpc", fastspec.lpc(np.stack([y, y[::-1].cumsum()]), order=12), rtol=0, atol=1e-9)
    golden_is("to_mono", fastspec.to_mono(stereo, y[:1500]), **TIGHT)
    golden_is("to_stereo", fastspec.to_stereo(left=stereo, right=y[:1500], downmix=False), **TIGHT)
    golden_is("to_multi", fastspec.to_multi(stereo, y[:1500], pad=False, norm=False), **TIGHT)


# load


def test_load_reads_whatever_names_a_file(wav):
    expected = soundfile.read(wav, dtype="float32")[0].T
    opened, content = soundfile.SoundFile(wav), io.BytesIO(wav.read_bytes())
    sources = [wav, str(wav), os.fsencode(wav), content, opened, os.open(wav, os.O_RDONLY)]
    for source in sources:
        y, sr = fastspec.load(source, sr=None, mono=False)
        assert sr == 22050
        np.testing.assert_array_equal(y, expected)
    assert opened.closed


@pytest.mark.parametrize("dtype", [np.float32, np.float64, "float32"])
def test_load_mono_is_the_mean_of_the_channels(wav, dtype):
    y, _ = fastspec.load(wav, dtype=dtype)
    expected = soundfile.read(wav, dtype="float64")[0].mean(axis=1)
    assert y.dtype == dtype
    # Sixteen-bit samples and their halved sums are exact in float32.
    np.testing.assert_array_equal(y, expected)


@pytest.mark.parametrize(("offset", "duration"), [(0, 0.03), (0.05, None), (0.012, 0.02), (-0.04, 0.01), (0.09, 9)])
def test_load_excerpt(wav, offset, duration):
    y, sr = fastspec.load(wav, sr=None, offset=offset, duration=duration)
    whole, _ = fastspec.load(wav, sr=None)
    start = int(offset * sr) if offset >= 0 else len(whole) - int(-offset * sr)
    stop = len(whole) if duration is None else min(len(whole), start + int(duration * sr))
    np.testing.assert_array_equal(y, whole[start:stop])


@pytest.mark.parametrize("sr", [8000, 16000, 44100, 12345.6])
def test_load_resamples_to_the_length_of_the_ratio(wav, sr):
    y, got = fastspec.load(wav, sr=sr, mono=False)
    assert got == sr
    assert y.shape == (2, int(np.ceil(2205 * sr / 22050)))


def test_load_excerpt_outside_the_file(wav):
    for offset in (0.2, -0.2):
        with pytest.raises(_audio_file.AudioFileError, match=r"two channels.wav: offset=.* outside its 0.1 s"):
            fastspec.load(wav, offset=offset)


@pytest.mark.parametrize("subtype", ["PCM_16", "PCM_24", "FLOAT", "DOUBLE"])
def test_load_without_a_dtype_is_double(tmp_path, subtype):
    path = tmp_path / "a.wav"
    soundfile.write(path, signals.noise() / 4, 22050, subtype=subtype)
    y, _ = fastspec.load(path, dtype=None)
    assert y.dtype == np.float64
    np.testing.assert_array_equal(y, soundfile.read(path)[0])


@pytest.mark.parametrize("sr", ["x", [1], -5, 0, np.nan])
def test_load_refuses_what_is_no_rate(wav, sr):
    with pytest.raises(ParameterError, match=r"sr=.* must be"):
        fastspec.load(wav, sr=sr)


def test_load_refuses_what_is_no_file():
    with pytest.raises(TypeError, match="Invalid file"):
        fastspec.load(None)
    with pytest.raises(ValueError, match="dtype"):
        fastspec.load(io.BytesIO(signals.wave_bytes()), dtype=np.float16)


# Files that cannot be read. "what libsndfile said" is quoted where it said anything.


def damaged(folder: Path, kind: str) -> Path:
    """A file that is wrong in the way that `kind` names."""
    path = folder / f"{kind}.wav"
    samples = np.random.RandomState(3).uniform(-0.5, 0.5, (20000, 2))
    if kind == "directory":
        path.mkdir()
    elif kind == "empty":
        path.write_bytes(b"")
    elif kind == "text":
        path.write_text("no sound " * 100)
    elif kind == "flac":
        path = folder / "flac.flac"
        soundfile.write(path, samples, 44100)
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    elif kind == "length":
        path = folder / "length.flac"
        soundfile.write(path, samples, 44100)
        content = bytearray(path.read_bytes())
        # The 36-bit count of samples in STREAMINFO, set to all ones: a file of three weeks.
        content[21:26] = bytes([content[21] | 0x0F, 0xFF, 0xFF, 0xFF, 0xFF])
        path.write_bytes(content)
    elif kind == "raw":
        path = folder / "raw.raw"
        path.write_bytes(bytes(1000))
    return path


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("missing", "no such file (libsndfile: "),
        ("directory", "is a directory"),
        ("empty", "is empty"),
        ("text", "is not a sound file that can be read (libsndfile: "),
        ("flac", "is damaged or cut short"),
        ("length", "frames of 2 channels"),
        ("raw", "has no header"),
    ],
)
@pytest.mark.parametrize("read", [fastspec.load, _audio_file.read_whole])
def test_unreadable_file(tmp_path, kind, words, read):
    path = damaged(tmp_path, kind)
    with pytest.raises(fastspec.AudioFileError) as caught:
        read(str(path))
    error = caught.value
    assert str(error).startswith(f"{path}: ")
    assert words in str(error)
    assert "\n" not in str(error)
    assert isinstance(error, (soundfile.LibsndfileError, OSError))
    assert isinstance(error, fastspec.LibrosaError)
    assert isinstance(error, FileNotFoundError) == (kind == "missing")
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), str(again), again.filename) == (type(error), str(error), str(path))


@pytest.mark.parametrize("extension", ["wav", "aiff", "au", "w64", "rf64", "ogg", "mp3"])
def test_truncated_file_warns_in_load_and_is_an_error_in_a_job(tmp_path, extension):
    path = tmp_path / f"cut.{extension}"
    if extension.upper() not in soundfile.available_formats():
        pytest.skip(f"this libsndfile knows no {extension}")
    soundfile.write(path, np.random.RandomState(3).uniform(-0.5, 0.5, (30000, 2)), 44100)
    assert len(_audio_file.read_whole(path)[0].T) >= 30000
    if extension == "ogg" and tuple(map(int, soundfile.__libsndfile_version__.split("."))) < (1, 2, 2):
        pytest.skip("this libsndfile reads nothing of an Ogg file without an end")
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(fastspec.AudioFileError, match=r"cut\.\w+: is cut short.*libsndfile"):
        _audio_file.read_whole(path)
    with pytest.warns(UserWarning, match=r"cut\.\w+: is cut short"):
        y, _ = fastspec.load(path, sr=None)
    assert len(y) < 30000


@pytest.mark.parametrize("size", [0xFFFFFFFF, 0x7FFFFFFF, 0xFFFFFFFF - 36])
def test_length_unknown_when_written_to_a_pipe_is_no_truncation(tmp_path, size):
    content = bytearray(signals.wave_bytes())
    at = content.index(b"data") + 4
    content[at : at + 4] = size.to_bytes(4, "little")
    path = tmp_path / "piped.wav"
    path.write_bytes(content)
    y, _ = _audio_file.read_whole(path)
    assert y.shape == (2, 2205)


def test_no_samples(tmp_path):
    path = tmp_path / "silence.wav"
    soundfile.write(path, np.zeros((0, 1)), 8000)
    assert fastspec.load(path)[0].shape == (0,)
    with pytest.raises(fastspec.AudioFileError, match="holds no samples"):
        _audio_file.read_whole(path)


def test_not_finite_samples(tmp_path):
    path = tmp_path / "nan.wav"
    soundfile.write(path, np.array([0.0, np.nan]), 8000, subtype="FLOAT")
    with pytest.raises(ParameterError, match="finite"):
        fastspec.load(path, sr=None)


# stream


def test_stream_is_the_file_in_overlapping_blocks(wav):
    whole, _ = fastspec.load(wav, sr=None)
    blocks = list(fastspec.stream(wav, block_length=3, frame_length=200, hop_length=50, sr=None))
    for k, block in enumerate(blocks):
        np.testing.assert_array_equal(block, whole[150 * k : 150 * k + 300])
    assert 150 * (len(blocks) - 1) < len(whole)


def test_stream_with_gaps_between_frames(wav):
    """Where hops exceed frames, librosa 1.0 stops with a broadcasting error in longer files."""
    whole, _ = fastspec.load(wav, sr=None)
    blocks = list(fastspec.stream(wav, block_length=1, frame_length=30, hop_length=100, sr=None))
    assert len(blocks) == 23
    for k, block in enumerate(blocks):
        np.testing.assert_array_equal(block, whole[100 * k : 100 * k + 30])


def test_stream_warns_of_the_default_rate_at_the_call(wav):
    with pytest.warns(FutureWarning, match="sr=None"):
        fastspec.stream(wav, block_length=1, frame_length=2, hop_length=2)


def test_stream_leaves_a_soundfile_open(wav):
    with soundfile.SoundFile(wav) as file:
        list(fastspec.stream(file, block_length=4, frame_length=100, hop_length=100, sr=None))
        assert not file.closed


@pytest.mark.parametrize(
    "wrong",
    [
        {"block_length": 0},
        {"frame_length": 2.0},
        {"hop_length": -1},
        {"sr": 0},
        {"sr": np.nan},
        {"sr": 16000},
        {"res_type": "fft"},
    ],
)
def test_stream_bad_input(wav, wrong):
    arguments = {"block_length": 1, "frame_length": 64, "hop_length": 64, "sr": None} | wrong
    with pytest.raises(ParameterError, match=next(iter(wrong)) if "sr" not in wrong else "sr="):
        next(fastspec.stream(wav, **arguments))


def test_stream_of_a_damaged_file(tmp_path):
    path = damaged(tmp_path, "flac")
    blocks = fastspec.stream(path, block_length=1, frame_length=4096, hop_length=4096, sr=None)
    with pytest.raises(fastspec.AudioFileError, match=r"flac\.flac: is damaged"):
        list(blocks)


# resample


@pytest.mark.parametrize("res_type", ["soxr_hq", "soxr_vhq", "fft", "polyphase"])
@pytest.mark.parametrize("target", [11025, 32000])
def test_resample_keeps_a_tone(res_type, target):
    """A tone far below both Nyquist frequencies is the same tone at the new rate, but at the ends."""
    y = fastspec.tone(440, sr=22050, length=22050)
    ours = fastspec.resample(y, orig_sr=22050, target_sr=target, res_type=res_type)
    expected = fastspec.tone(440, sr=target, length=target)
    middle = slice(target // 10, -target // 10)
    # -60 dB: scipy's polyphase filter, the least exact of the four, ripples by 1e-3.
    np.testing.assert_allclose(ours[middle], expected[middle], rtol=0, atol=2e-3)


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize(("shape", "axis"), [((2, 300), -1), ((300, 2), 0), ((2, 300, 3), 1), ((0, 300), -1)])
def test_resample_each_channel_by_itself(shape, axis, order):
    y = np.asarray(np.random.RandomState(0).uniform(-1, 1, shape), order=order)
    ours = fastspec.resample(y, orig_sr=3, target_sr=2, axis=axis)
    channels = np.moveaxis(y, axis, -1)
    assert ours.shape[axis] == 200
    for index in np.ndindex(channels.shape[:-1]):
        alone = fastspec.resample(channels[index].copy(), orig_sr=3, target_sr=2)
        np.testing.assert_array_equal(np.moveaxis(ours, axis, -1)[index], alone)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.longdouble])
def test_resample_keeps_the_dtype(dtype):
    assert fastspec.resample(np.ones(10, dtype), orig_sr=1, target_sr=2).dtype == dtype


def test_resample_to_the_same_rate_is_the_same_array():
    y = np.ones(10)
    assert fastspec.resample(y, orig_sr=8000, target_sr=8000.0) is y


def test_resample_pads_as_told():
    y = np.ones(1, dtype=np.float32)
    # One sample at less than half the rate comes out as none, which fix makes one.
    padded = fastspec.resample(y, orig_sr=44100.5, target_sr=22050, mode="constant", constant_values=7)
    assert padded.tolist() == [7.0]


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"orig_sr": 0}, "orig_sr=0"),
        ({"target_sr": -1}, "target_sr=-1"),
        ({"target_sr": np.inf}, "target_sr=inf"),
        ({"res_type": "soxr_best"}, "soxr_best"),
        ({"res_type": "polyphase", "orig_sr": 1.5}, "polyphase"),
        ({"y": [1.0, 2.0]}, "y is list"),
        ({"y": np.ones(4, dtype=int)}, "int"),
        ({"y": np.array([1.0, np.inf])}, "finite"),
    ],
)
def test_resample_bad_input(wrong, words):
    arguments = {"y": np.ones(10), "orig_sr": 2, "target_sr": 1} | wrong
    with pytest.raises(ParameterError, match=words):
        fastspec.resample(arguments.pop("y"), **arguments)


@pytest.mark.parametrize(("res_type", "package"), [("linear", "samplerate"), ("kaiser_best", "resampy")])
def test_resample_by_a_package_that_is_not_there(monkeypatch, res_type, package):
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(ModuleNotFoundError, match=f"needs the package {package}"):
        fastspec.resample(np.ones(10), orig_sr=2, target_sr=1, res_type=res_type)


# Channels


def test_to_mono_of_many_channels_is_the_mean():
    y = np.random.RandomState(0).uniform(-1, 1, (3, 4, 100)).astype(np.float32)
    # Twelve float32 sums round by at most 12 u of the magnitude, u = 2**-24.
    expected = y.astype(float).mean(axis=(0, 1))
    np.testing.assert_allclose(fastspec.to_mono(y), expected, rtol=0, atol=12 * 2**-24)


def test_to_mono_is_a_copy_or_out():
    y = np.ones(5, dtype=np.float32)
    mono = fastspec.to_mono(y)
    mono[:] = 0
    assert y.sum() == 5
    out = np.full(5, 9.0)
    assert fastspec.to_mono(y, y, norm=False, out=out) is out
    np.testing.assert_array_equal(out, 2)


def test_to_stereo_sides():
    left, right = np.ones((2, 3)), np.full(5, 3.0)
    np.testing.assert_array_equal(fastspec.to_stereo(left=left, right=right), [[1, 1, 1, 0, 0], [3, 3, 3, 3, 3]])
    np.testing.assert_array_equal(fastspec.to_stereo(left=None, right=right, pad=False), [[0] * 5, [3] * 5])
    np.testing.assert_array_equal(
        fastspec.to_stereo(left=left, right=right, downmix=False, pad=False), [[0.5] * 3, [2] * 3]
    )


def test_to_multi_stacks_or_mixes():
    a, b = np.ones((2, 3)), np.full((2, 4), 2.0)
    np.testing.assert_array_equal(fastspec.to_multi(a, b, norm=False), [[2, 2, 2, 0], [4, 4, 4, 4]])
    np.testing.assert_array_equal(fastspec.to_multi(a, b, downmix=False), [[1.5] * 3 + [1]] * 2)


@pytest.mark.parametrize(
    "call",
    [
        lambda: fastspec.to_mono(),
        lambda: fastspec.to_mono([1.0]),
        lambda: fastspec.to_mono(np.array([np.nan])),
        lambda: fastspec.to_mono(np.ones(3), out=np.ones(4)),
        lambda: fastspec.to_mono(np.ones(3), out=np.ones(3, np.float32)),
        lambda: fastspec.to_stereo(left=None, right=None),
        lambda: fastspec.to_stereo(left=np.ones((3, 4)), right=None, downmix=False),
        lambda: fastspec.to_multi(),
        lambda: fastspec.to_multi(np.ones(3), np.ones((2, 3)), downmix=False),
    ],
)
def test_channels_bad_input(call):
    with pytest.raises(ParameterError):
        call()


# Synthesis


@pytest.mark.parametrize("length", [0, 1, 7, 4410])
def test_tone_and_chirp_have_their_length(length):
    assert fastspec.tone(440, length=length).shape == (length,)
    if length:
        # librosa returns one sample less for 969 of the first 100,000 lengths at 22050 Hz.
        assert fastspec.chirp(fmin=100, fmax=200, length=length).shape == (length,)


@pytest.mark.parametrize("linear", [True, False])
def test_chirp_against_scipy(linear):
    import scipy.signal

    t = np.arange(8000) / 8000
    expected = scipy.signal.chirp(t, 50, 1, 3000, method="linear" if linear else "logarithmic", phi=-90)
    ours = fastspec.chirp(fmin=50, fmax=3000, sr=8000, duration=1, linear=linear)
    # The phase reaches 2 pi 1500 = 1e4, whose rounding is 1e4 u = 1e-12 per operation.
    np.testing.assert_allclose(ours, expected, rtol=0, atol=1e-10)


def test_clicks_add_up_where_they_overlap():
    click = np.array([1.0, 2.0, 4.0])
    y = fastspec.clicks(times=[0, 0.01, 0.05], sr=100, click=click, length=7)
    np.testing.assert_array_equal(y, [1, 3, 6, 4, 0, 1, 2])
    assert y.dtype == np.float32
    np.testing.assert_array_equal(fastspec.clicks(frames=[], length=3), np.zeros(3))


@pytest.mark.parametrize(
    "call",
    [
        lambda: fastspec.tone(None, length=1),
        lambda: fastspec.tone(440),
        lambda: fastspec.chirp(fmin=None, fmax=1, length=1),
        lambda: fastspec.chirp(fmin=1, fmax=2),
        lambda: fastspec.chirp(fmin=0, fmax=2, length=9),
        lambda: fastspec.clicks(),
        lambda: fastspec.clicks(times=[]),
        lambda: fastspec.clicks(times=[-0.1]),
        lambda: fastspec.clicks(times=[0.1], length=0),
        lambda: fastspec.clicks(times=[0.1], click_freq=0),
        lambda: fastspec.clicks(times=[0.1], click_duration=0),
        lambda: fastspec.clicks(times=[0.1], click=np.ones(3, int)),
    ],
)
def test_synthesis_bad_input(call):
    with pytest.raises(ParameterError):
        call()


# Companding


@pytest.mark.parametrize("mu", [15, 255, 1000.5])
def test_mu_law_there_and_back(mu):
    x = np.linspace(-1, 1, 1001)
    compressed = fastspec.mu_compress(x, mu=mu, quantize=False)
    expanded = fastspec.mu_expand(compressed, mu=mu, quantize=False)
    np.testing.assert_allclose(expanded, x, rtol=1e-12, atol=1e-15)


def test_mu_law_quantized_there_and_back():
    codes = np.arange(-128, 128)
    again = fastspec.mu_compress(fastspec.mu_expand(codes))
    # A code's value is the upper edge of the next step or of its own.
    assert np.abs(again - codes).max() <= 1


def test_mu_expand_keeps_digits_of_small_float32():
    x = np.float32([1e-5])
    expected = np.expm1(1e-5 * np.log(256)) / 255
    # Three roundings; the formula (256**x - 1) / 255 in float32 is off by 1e-3 here.
    np.testing.assert_allclose(fastspec.mu_expand(x, quantize=False), expected, rtol=8 * 2**-24)


def test_mu_law_of_a_number():
    assert fastspec.mu_compress(0.5) == 112
    assert fastspec.mu_expand(0) == 0


@pytest.mark.parametrize("function", [fastspec.mu_compress, fastspec.mu_expand])
def test_mu_law_bad_input(function):
    with pytest.raises(ParameterError, match="mu=0"):
        function(np.zeros(2), mu=0)
    with pytest.raises(ParameterError, match=r"reaches 1.5.*\[-1, 1\]"):
        function(np.array([0.0, -1.5]), quantize=function is fastspec.mu_compress)


# Samples


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.int16])
def test_zero_crossings_count_of_a_tone(dtype):
    y = (1000 * fastspec.tone(50, sr=8000, length=8000, phi=1.0)).astype(dtype)
    assert fastspec.zero_crossings(y, pad=False).sum() == 100


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_zero_crossings_threshold_is_compared_in_double_precision(dtype):
    """1e-10 is no float32: the nearest one is above it, and must not count as zero."""
    above, below = np.nextafter(dtype(1e-10), dtype(1)), np.nextafter(dtype(1e-10), dtype(0))
    marks = fastspec.zero_crossings(np.array([1, -above, 1, -below, 1], dtype=dtype), pad=False)
    assert marks.tolist() == [False, True, True, False, False]
    nearest = dtype(1e-10)
    counts_as_zero = float(nearest) <= 1e-10
    assert fastspec.zero_crossings(np.array([1, -nearest], dtype=dtype), pad=False)[1] != counts_as_zero


def test_zero_crossings_axis_and_reference_per_channel():
    y = np.array([[4.0, -1.0, 4.0], [2.0, -1.0, 2.0]])
    marks = fastspec.zero_crossings(y, threshold=0.3, ref_magnitude=lambda a: a.max(axis=-1), pad=False)
    assert marks.tolist() == [[False, False, False], [False, True, True]]
    np.testing.assert_array_equal(fastspec.zero_crossings(y.T, axis=0), fastspec.zero_crossings(y).T)


@pytest.mark.parametrize("shape", [(64,), (2, 65), (3, 2, 17)])
def test_autocorrelate_is_the_sum_of_products(shape):
    y = np.random.RandomState(0).uniform(-1, 1, shape)
    ours = fastspec.autocorrelate(y)
    for index in np.ndindex(shape[:-1]):
        row = y[index]
        expected = np.correlate(row, row, mode="full")[len(row) - 1 :]
        np.testing.assert_allclose(ours[index], expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize("dtype", ["f2", "f4", "f8", "c8"])
def test_autocorrelate_in_the_other_byte_order(dtype):
    y = np.random.default_rng(0).standard_normal(500).astype(dtype)
    swapped = y.astype(y.dtype.newbyteorder())
    np.testing.assert_array_equal(fastspec.autocorrelate(swapped), fastspec.autocorrelate(y))


def test_autocorrelate_of_a_complex_signal():
    z = np.exp(1j * np.arange(20))
    expected = [np.vdot(z[: 20 - k], z[k:]) for k in range(5)]
    np.testing.assert_allclose(fastspec.autocorrelate(z, max_size=5), expected, rtol=0, atol=1e-12)


def test_lpc_finds_the_filter_of_a_long_signal():
    import scipy.signal

    a = np.array([1.0, -1.2, 0.9, -0.3])
    y = scipy.signal.lfilter([1.0], a, np.random.RandomState(0).standard_normal(200_000))
    # The standard error of each coefficient is about 1 / sqrt(n) = 0.0022.
    np.testing.assert_allclose(fastspec.lpc(y, order=3), a, rtol=0, atol=0.01)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_lpc_each_channel_by_itself(dtype):
    y = np.random.RandomState(0).uniform(-1, 1, (2, 3, 500)).astype(dtype)
    ours = fastspec.lpc(y, order=8)
    assert (ours.shape, ours.dtype) == ((2, 3, 9), dtype)
    np.testing.assert_array_equal(ours[..., 0], 1)
    for index in np.ndindex(2, 3):
        np.testing.assert_allclose(ours[index], fastspec.lpc(y[index], order=8), rtol=0, atol=1e-5)


@pytest.mark.parametrize("order", [4, 8, 16])
@pytest.mark.parametrize("fmax", [60.0, 500.0])
def test_lpc_predicts_what_is_predictable(fmax, order):
    # From order 4 on hardly anything of a slow chirp is left over, and no order may make it more.
    y = fastspec.chirp(fmin=50, fmax=fmax, sr=22050, duration=2.0)
    errors = np.convolve(y, fastspec.lpc(y, order=order), "valid")
    assert np.abs(errors).max() < {4: 2e-3, 8: 1e-6, 16: 1e-8}[order]


def test_lpc_may_stop_between_any_two_steps(monkeypatch):
    """For Ctrl-C; it makes no difference to the coefficients."""
    y = np.random.default_rng(0).standard_normal((2, 300)).cumsum(axis=1)
    whole = fastspec.lpc(y, order=40)
    monkeypatch.setattr(_ranges, "WORK_PER_RANGE", 1)
    np.testing.assert_array_equal(fastspec.lpc(y, order=40), whole)


def test_lpc_beyond_the_signal():
    assert fastspec.lpc(np.ones(4), order=5).tolist() == [1, -1, 0, 0, 0, 0]
    assert fastspec.lpc(np.zeros(4), order=2).tolist() == [1, 0, 0]


@pytest.mark.parametrize(
    "call",
    [
        lambda: fastspec.zero_crossings(np.zeros((2, 0))),
        lambda: fastspec.autocorrelate(np.zeros(0)),
        lambda: fastspec.autocorrelate(np.zeros(3), max_size=-1),
        lambda: fastspec.lpc(np.ones(9), order=0),
        lambda: fastspec.lpc(np.ones(9), order=2.0),
        lambda: fastspec.lpc(np.ones(9, int), order=2),
    ],
)
def test_samples_bad_input(call):
    with pytest.raises(ParameterError):
        call()


# Measures


def test_durations_and_rates(wav):
    assert fastspec.get_duration(path=wav) == 0.1
    assert fastspec.get_duration(y=np.zeros((2, 441)), sr=44100) == 0.01
    assert fastspec.get_duration(S=np.zeros((5, 11)), n_fft=8, hop_length=4, sr=4) == 10.0
    assert fastspec.get_duration(S=np.zeros((5, 11)), n_fft=8, hop_length=4, sr=4, center=False) == 12.0
    assert fastspec.get_samplerate(wav) == 22050
    with soundfile.SoundFile(wav) as file:
        assert fastspec.get_samplerate(file) == 22050
        assert not file.closed
    with pytest.raises(ParameterError, match="nothing to measure"):
        fastspec.get_duration()
    for measure in (fastspec.get_samplerate, lambda path: fastspec.get_duration(path=path)):
        with pytest.raises(FileNotFoundError):
            measure("no-such-file.wav")


def test_soundfile_and_soxr_are_not_imported_until_needed():
    import subprocess
    import sys

    code = "import sys, fastspec.core.audio; print({'soundfile', 'soxr', 'scipy'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_a_chirp_between_equal_frequencies_is_a_tone():
    chirp = fastspec.chirp(fmin=440, fmax=440, sr=8000, duration=0.5)
    np.testing.assert_allclose(chirp, fastspec.tone(440, sr=8000, duration=0.5), rtol=0, atol=1e-12)


@pytest.mark.parametrize(("res_type", "package"), [("sinc_fastest", "samplerate"), ("kaiser_fast", "resampy")])
def test_resample_by_other_packages(monkeypatch, res_type, package):
    """They are handed one channel at a time, or an axis, with their own names of rates and filters."""

    def of_samplerate(x, ratio, converter_type):
        assert (x.ndim, ratio, converter_type) == (1, 0.5, res_type)
        return x[::2]

    def of_resampy(y, sr_orig, sr_new, *, filter, axis):
        assert (sr_orig, sr_new, filter) == (8000, 4000, res_type)
        return np.moveaxis(np.moveaxis(y, axis, -1)[..., ::2], -1, axis)

    there = types.SimpleNamespace(resample=of_samplerate if package == "samplerate" else of_resampy)
    monkeypatch.setitem(sys.modules, package, there)
    y = np.arange(60.0).reshape(3, 20)
    for axis, x in ((-1, y), (0, y.T)):
        got = fastspec.resample(x, orig_sr=8000, target_sr=4000, res_type=res_type, axis=axis)
        np.testing.assert_array_equal(got, x[:, ::2] if axis else x[::2])


def test_loadx_loads_the_example(monkeypatch, wav):
    monkeypatch.setattr(files, "example", lambda key, hq: {("brahms", True): wav}[key, hq])
    y, sr = fastspec.loadx("brahms", hq=True, sr=None, duration=0.05)
    want, rate = fastspec.load(wav, sr=None, duration=0.05)
    np.testing.assert_array_equal(y, want)
    assert sr == rate
