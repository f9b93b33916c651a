"""Sample conversion against SoX's arithmetic (pcm_reference.py), SoX's own results, and the program."""

from __future__ import annotations

import functools
import json
import shutil
import subprocess
import tracemalloc

import numpy as np
import pytest
from support import pcm_reference

import fastspec
from fastspec import DTypeError, ParameterError, float_to_pcm, pcm_convert, pcm_to_float

TARGETS = [
    *((dtype, None) for dtype in ("uint8", "int8", "uint16", "int16", "int32", "float32", "float64")),
    ("int32", "int24"),
    ("uint8", "ulaw"),
    ("uint8", "alaw"),
]
to_targets = pytest.mark.parametrize(("dtype", "encoding"), TARGETS, ids=lambda value: value or "")


def check(x, dtype, encoding, from_encoding=None):
    """All of x, bit for bit, and its clips; then a misaligned and a strided part."""
    want, clips = pcm_reference.convert(x, dtype, from_encoding, encoding)
    got, got_clips = pcm_convert(x, dtype, from_encoding=from_encoding, to_encoding=encoding, return_clips=True)
    assert got.dtype == dtype
    np.testing.assert_array_equal(got, want)
    assert got_clips == clips
    for part in (slice(1, 1 + 77), slice(None, None, -3)):
        got = pcm_convert(x[part], dtype, from_encoding=from_encoding, to_encoding=encoding)
        np.testing.assert_array_equal(got, want[part])


def all_of(dtype) -> np.ndarray:
    return np.arange(np.iinfo(dtype).min, np.iinfo(dtype).max + 1).astype(dtype)


@functools.cache
def edges_of_samples(all_bits=(8, 13, 14, 16)) -> np.ndarray:
    """32-bit samples on both sides of every decision of these bits, some of 24, and around the ends."""
    found = [np.arange(-300, 300), np.array([-(2**31), -(2**31) + 1, 2**31 - 129, 2**31 - 65, 2**31 - 64, 2**31 - 1])]
    for bits in (*all_bits, 24):
        codes = np.arange(-(2 ** (bits - 1)), 2 ** (bits - 1)) if bits < 24 else random_codes()
        decision = codes * 2 ** (32 - bits) + 2 ** (31 - bits)
        found += [decision - 1, decision, decision + 1, decision[-3:] + 2 ** (31 - bits)]
    return np.clip(np.unique(np.concatenate(found)), -(2**31), 2**31 - 1).astype(np.int32)


def random_codes() -> np.ndarray:
    """Of 24 bits, with both ends."""
    return np.concatenate([[-(2**23), 2**23 - 2, 2**23 - 1], np.random.default_rng(1).integers(-(2**23), 2**23, 5000)])


@functools.cache
def edges_of_floats(dtype) -> np.ndarray:
    """Such samples and what lies half way to the next, with both neighbours; the ends; and what is no number."""
    s = edges_of_samples((8, 16)).astype(np.float64)
    points = np.concatenate([s, s + 0.5, [2.0**31, 2.0**31 + 0.5, -(2.0**31) - 0.5, -(2.0**31) - 1]]) / 2.0**31
    x = np.unique(points.astype(dtype))
    special = [0.0, -0.0, 1.0, -1.0, 2.0, -2.0, np.inf, -np.inf, np.nan, -np.nan, np.finfo(dtype).max]
    x = np.concatenate([x, np.nextafter(x, dtype(np.inf)), np.nextafter(x, dtype(-np.inf))])
    return np.concatenate([np.unique(x), np.array(special, dtype)])


@to_targets
@pytest.mark.parametrize("source", ["uint8", "int8", "uint16", "int16"])
def test_every_code_of_8_and_16_bits(source, dtype, encoding):
    check(all_of(source), dtype, encoding)


@to_targets
@pytest.mark.parametrize("law", ["ulaw", "alaw"])
def test_every_code_of_the_laws(law, dtype, encoding):
    if encoding != law:  # from itself to itself, codes stay as they are
        check(all_of("uint8"), dtype, encoding, law)
    assert np.array_equal(pcm_convert(all_of("uint8"), "uint8", from_encoding=law, to_encoding=law), all_of("uint8"))


@to_targets
def test_every_edge_of_32_bit_samples(dtype, encoding):
    check(edges_of_samples(), dtype, encoding)
    check(edges_of_samples() >> 8, dtype, encoding, "int24")


@to_targets
@pytest.mark.parametrize("source", [np.float32, np.float64])
def test_every_edge_of_floats(source, dtype, encoding):
    if not dtype.startswith("float"):
        check(edges_of_floats(source), dtype, encoding)


def test_scaling_is_as_documented():
    for dtype in (np.float32, np.float64):
        np.testing.assert_array_equal(pcm_to_float(all_of("int16"), dtype), all_of("int16").astype(dtype) / 32768)
        np.testing.assert_array_equal(pcm_to_float(all_of("uint8"), dtype), (all_of("uint8").astype(dtype) - 128) / 128)
        assert pcm_to_float(all_of("int8"), dtype).dtype == dtype
    x = np.array([np.nan, np.inf, -np.inf, 1, -1, np.nextafter(np.float32(1), np.float32(2))], np.float32)
    codes, clips = float_to_pcm(x, np.int32, return_clips=True)
    assert codes.tolist() == [0, 2**31 - 1, -(2**31), 2**31 - 1, -(2**31), 2**31 - 1]
    assert clips == 4
    assert float_to_pcm(np.array([2.0]), np.int16, return_clips=True)[1] == 2  # at either step, as documented


def test_half_precision_is_computed_in_single():
    x = np.random.default_rng(0).normal(0, 0.6, 999).astype(np.float16)
    np.testing.assert_array_equal(float_to_pcm(x, np.int16), float_to_pcm(x.astype(np.float32), np.int16))


def test_16_to_8_bits_by_the_short_formula():
    v = all_of("int16").astype(int)
    codes, clips = pcm_convert(all_of("int16"), np.uint8, return_clips=True)
    np.testing.assert_array_equal(codes, np.minimum(127, (v + 128) >> 8) + 128)
    assert clips == np.sum(v >= 32640)


def test_packed_bytes_are_the_24_bit_codes():
    x = np.concatenate([edges_of_floats(np.float64)[::99], edges_of_floats(np.float64)[-20:]])
    whole, clips = float_to_pcm(x, np.int32, encoding="int24", return_clips=True)
    packed, packed_clips = float_to_pcm(x, np.uint8, encoding="int24", return_clips=True)
    assert packed.shape == (3 * x.size,)
    assert packed.tobytes() == b"".join(int(v).to_bytes(3, "little", signed=True) for v in whole)
    assert packed_clips == clips
    for dtype in (np.float32, np.float64):
        np.testing.assert_array_equal(pcm_to_float(packed, dtype, encoding="int24"), whole.astype(dtype) / 2**23)
    twice = np.stack([packed, packed])[:, ::-1][:, ::-1]
    assert pcm_to_float(twice, encoding="int24").shape == (2, x.size)
    np.testing.assert_array_equal(
        pcm_to_float(np.asfortranarray(twice), encoding="int24")[1], whole.astype(np.float32) / 2**23
    )
    low = whole & 0xFFFFFF  # as SoX's macro leaves them, without their sign
    np.testing.assert_array_equal(pcm_convert(low, np.int16, from_encoding="int24"), pcm_convert(whole << 8, np.int16))


def test_results_of_sox_macros(shared):
    path = shared / "goldens" / "sox_samples.npz"
    if not path.exists():
        pytest.skip("SoX's results are not here")
    with np.load(path) as stored:
        clips = json.loads(str(stored["clips"]))
        for name, dtype in {"u8": "uint8", "s8": "int8", "u16": "uint16", "s16": "int16", "s24": "int32"}.items():
            encoding = "int24" if name == "s24" else None
            got, n = pcm_convert(stored["in_s"], dtype, to_encoding=encoding, return_clips=True)
            if encoding:
                got &= 0xFFFFFF  # the macro leaves the sign out
            np.testing.assert_array_equal(got, stored[f"out_s_{name}"])
            assert n == clips[f"s_{name}"], name
        for name in ("f32", "f64"):
            got, n = pcm_convert(stored["in_s"], f"float{name[1:]}", return_clips=True)
            np.testing.assert_array_equal(got, stored[f"out_s_{name}"])
            assert n == clips[f"s_{name}"], name
        for name in ("u8", "s8", "u16", "s16", "f32", "f64"):
            got, n = pcm_convert(stored[f"in_{name}"], np.int32, return_clips=True)
            np.testing.assert_array_equal(got, stored[f"out_{name}_s"])
            assert n == clips[f"{name}_s"], name


def sox_raw(data: bytes, source: list[str], target: list[str]) -> bytes:
    if not shutil.which("sox"):
        pytest.skip("sox is not installed")
    command = ["sox", "-V1", "-D", "-t", "raw", "-r", "8000", "-c", "1", *source, "-", "-t", "raw", *target, "-"]
    return subprocess.run(command, input=data, stdout=subprocess.PIPE, check=True).stdout


SOX = {
    ("uint8", None): ["-e", "unsigned", "-b", "8"],
    ("int8", None): ["-e", "signed", "-b", "8"],
    ("uint16", None): ["-e", "unsigned", "-b", "16"],
    ("int16", None): ["-e", "signed", "-b", "16"],
    ("int32", None): ["-e", "signed", "-b", "32"],
    ("uint8", "int24"): ["-e", "signed", "-b", "24"],
    ("uint8", "ulaw"): ["-e", "mu-law", "-b", "8"],
    ("uint8", "alaw"): ["-e", "a-law", "-b", "8"],
}


@pytest.mark.parametrize(("dtype", "encoding"), SOX, ids=lambda value: value or "")
def test_program_sox(dtype, encoding):
    x = edges_of_samples()
    want = sox_raw(x.tobytes(), SOX["int32", None], SOX[dtype, encoding])
    codes = pcm_convert(x, dtype, to_encoding=encoding)
    assert codes.tobytes() == want
    back = sox_raw(want, SOX[dtype, encoding], SOX["int32", None])
    assert pcm_convert(codes, np.int32, from_encoding=encoding).tobytes() == back


def test_laws_as_libsndfile_reads_them():
    import io

    import soundfile

    for law in ("ulaw", "alaw"):
        raw = io.BytesIO(all_of("uint8").tobytes())
        want, _ = soundfile.read(raw, format="RAW", subtype=law.upper(), samplerate=8000, channels=1, dtype="int16")
        np.testing.assert_array_equal(pcm_convert(all_of("uint8"), np.int16, from_encoding=law), want)


# Shapes, memory, threads


LAYOUTS = {
    "C order": lambda x: x,
    "Fortran order": np.asfortranarray,
    "transposed": lambda x: x.T,
    "swapped axes": lambda x: x.swapaxes(0, 1),
    "backwards": lambda x: x[::-1, :, ::-1],
    "every other": lambda x: x[:, ::2],
    "one of the last": lambda x: x[..., 1],
    "broadcast": lambda x: np.broadcast_to(x[:1], (4, *x.shape[1:])),
    "empty": lambda x: x[:, :0],
    "a number": lambda x: x[0, 0, 0],
    "no dimension": lambda x: x[0, 0, :1].reshape(()),
    "big-endian": lambda x: x.astype(x.dtype.newbyteorder(">")),
    "misaligned": lambda x: np.frombuffer(b"\0" + x.tobytes(), np.uint8)[1:].view(x.dtype).reshape(x.shape),
}


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize(("source", "dtype"), [("int16", "float32"), ("float64", "int16"), ("float32", "int8")])
def test_any_layout(layout, source, dtype):
    rng = np.random.default_rng(0)
    x = (rng.uniform(-1.2, 1.2, (3, 50, 7)) * (1 if source[0] == "f" else 27000)).astype(source)
    part = LAYOUTS[layout](x)
    native = np.asarray(part).astype(source)
    want, clips = pcm_reference.convert(native, dtype)
    got, got_clips = pcm_convert(part, dtype, return_clips=True)
    assert isinstance(got, np.ndarray)
    np.testing.assert_array_equal(got, want)
    assert (got.shape, got_clips) == (native.shape, clips)
    for out in (np.empty(got.shape, dtype), np.empty((*got.shape, 2), dtype)[..., 1], np.empty(got.shape, dtype, "F")):
        assert pcm_convert(part, dtype, out=out) is out
        np.testing.assert_array_equal(out, want)


@pytest.mark.parametrize(
    ("source", "dtype"),
    [("float32", "int32"), ("int32", "float32"), ("int16", "uint16"), ("float32", "int16"), ("float64", "uint8")],
)
def test_in_place(source, dtype):
    rng = np.random.default_rng(0)
    x = (rng.uniform(-1.2, 1.2, 100_001) * (1 if source[0] == "f" else 2**15)).astype(source)
    want = pcm_convert(x, dtype)
    out = x.view(dtype)[:: x.itemsize // np.dtype(dtype).itemsize]
    assert pcm_convert(x, dtype, out=out) is out
    np.testing.assert_array_equal(out, want)


@pytest.mark.parametrize("dither", [None, "tpdf"])
def test_any_number_of_threads(dither):
    x = np.random.default_rng(0).normal(0, 0.6, (3, 300_007))
    with fastspec.threads(1):
        want, clips = float_to_pcm(x, np.int16, return_clips=True, dither=dither, rng=dither and 7)
    assert clips > 1000
    for n in (2, 5):
        with fastspec.threads(n):
            for y in (x, np.asfortranarray(x)):
                got, n_clips = float_to_pcm(y, np.int16, return_clips=True, dither=dither, rng=dither and 7)
                np.testing.assert_array_equal(got, want)
                assert n_clips == clips


# Dither


@pytest.mark.parametrize(
    ("dtype", "encoding", "bits"), [("uint8", None, 8), ("int16", None, 16), ("int32", "int24", 24)]
)
def test_dither_makes_the_error_independent_of_the_level(dtype, encoding, bits):
    """Its mean is 0 and its variance a quarter of a unit squared, whatever the level (Lipshitz and others 1992)."""
    n = 200_000
    codes = {}
    for level in (0.0, 0.25, 0.5, -3.3):
        x = np.full(n, level * 2.0 ** (1 - bits))
        codes[level] = float_to_pcm(x, dtype, encoding=encoding, dither="tpdf", rng=5).astype(np.float64)
        error = codes[level] - (128 if dtype == "uint8" else 0) - level
        assert abs(error.mean()) < 5 * 0.5 / np.sqrt(n)  # five standard deviations of the mean
        assert abs(error.var() - 0.25) < 0.005
        assert np.abs(error).max() < 1.5
        following = np.mean(error[1:] * error[:-1])
        assert abs(following) < 5 * 0.25 / np.sqrt(n)
    again = float_to_pcm(np.zeros(n), dtype, encoding=encoding, dither="tpdf", rng=5)
    other = float_to_pcm(np.zeros(n), dtype, encoding=encoding, dither="tpdf", rng=6)
    np.testing.assert_array_equal(again, codes[0.0])
    assert np.mean(again != other) > 0.3


def test_dither_counts_what_it_pushes_out():
    x = np.full(10_000, -1.0)
    codes, clips = float_to_pcm(x, np.int16, dither="tpdf", rng=0, return_clips=True)
    assert set(codes.tolist()) == {-32768, -32767}
    assert abs(clips - 5000) < 300  # half of the noise is negative


# Bad input


X = np.zeros(30, np.float32)


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: pcm_to_float(X), DTypeError, "floating-point already"),
        (lambda: pcm_to_float(np.zeros(3, np.int64)), DTypeError, "x.dtype=int64 must be one of uint8"),
        (lambda: pcm_to_float(np.zeros(3, np.uint32)), DTypeError, "uint32"),
        (lambda: pcm_to_float(np.zeros(3, bool)), DTypeError, "bool"),
        (lambda: pcm_to_float(None), DTypeError, "object"),
        (lambda: pcm_to_float("abc"), DTypeError, "U3"),
        (lambda: pcm_to_float(b"abc"), DTypeError, "frombuffer"),
        (lambda: pcm_to_float(np.zeros(3, np.int16), np.int32), DTypeError, "pcm_convert"),
        (lambda: pcm_to_float(np.zeros(3, np.int16), np.float16), DTypeError, "float16"),
        (lambda: pcm_to_float(np.zeros(3, np.int16), "int24"), DTypeError, "dtype=int24 must be .* by encoding="),
        (lambda: pcm_to_float(np.ma.zeros(3, np.int16)), DTypeError, "masked"),
        (lambda: pcm_to_float(np.zeros(3, np.int16), encoding="ulaw"), DTypeError, "uint8 for 'ulaw'"),
        (lambda: pcm_to_float(np.zeros(3, np.uint8), encoding="mp3"), ParameterError, "encoding='mp3'"),
        (lambda: pcm_to_float(np.zeros(3, np.uint8), encoding=["ulaw"]), ParameterError, "encoding="),
        (lambda: pcm_to_float(np.zeros(4, np.uint8), encoding="int24"), ParameterError, r"\(4,\).*3 bytes"),
        (lambda: pcm_to_float(np.uint8(4), encoding="int24"), ParameterError, r"x\.shape=\(\)"),
        (lambda: float_to_pcm(np.zeros(3, np.int16), np.uint8), DTypeError, "pcm_convert"),
        (lambda: float_to_pcm(X, np.float64), DTypeError, "is floating-point"),
        (lambda: float_to_pcm(X, None), DTypeError, "dtype=None"),
        (lambda: float_to_pcm(X, np.int64), DTypeError, "int64"),
        (lambda: float_to_pcm(X, ">i2"), DTypeError, ">i2"),
        (lambda: float_to_pcm(X.astype(complex), np.int16), DTypeError, "complex128"),
        (lambda: float_to_pcm(X.astype(np.longdouble), np.int16), DTypeError, "longdouble|float128|float64"),
        (lambda: float_to_pcm(np.float32(1), np.uint8, encoding="int24"), ParameterError, "no axis"),
        (lambda: float_to_pcm(X, np.int16, dither="rectangular"), ParameterError, "dither='rectangular'"),
        (lambda: float_to_pcm(X, np.int32, dither="tpdf"), ParameterError, "the result is int32"),
        (lambda: float_to_pcm(X, np.uint8, encoding="ulaw", dither="tpdf"), ParameterError, "the result is ulaw"),
        (lambda: float_to_pcm(X, np.int16, rng=1), ParameterError, "rng=1"),
        (lambda: float_to_pcm(X, np.int16, out=np.zeros(29, np.int16)), ParameterError, r"\(29,\) must be \(30,\)"),
        (lambda: float_to_pcm(X, np.int16, out=np.zeros(30, np.uint16)), DTypeError, "out.dtype=uint16"),
        (lambda: float_to_pcm(X, np.int16, out=np.zeros(30, ">i2")), DTypeError, "out.dtype=>i2"),
        (lambda: float_to_pcm(X, np.int16, out=[0] * 30), DTypeError, "out is list"),
        (lambda: float_to_pcm(X, np.int16, out=X.view(np.int16)[:30]), ParameterError, "overlaps"),
        (lambda: pcm_convert(np.zeros(60, np.int16)[:30], "int32", out=np.zeros(30, np.float32)), DTypeError, "out"),
        (lambda: float_to_pcm(X, np.int16, out=np.broadcast_to(np.int16(0), 30)), ParameterError, "read-only"),
        (
            lambda: float_to_pcm(X, np.uint8, encoding="int24", out=np.zeros(180, np.uint8)[::2]),
            ParameterError,
            "contiguous last axis",
        ),
    ],
)
def test_bad_input(call, error, words):
    with pytest.raises(error, match=words):
        call()


# Integers straight into the kernels


@pytest.mark.parametrize("dtype", ["uint8", "int8", "uint16", "int16", "int32", ">i4"])
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"center": False},
        {"hop_length": 500},
        {"pad_mode": "reflect"},
        {"pad_mode": "linear_ramp", "dtype": np.float64},
        {"power": 1, "ref": np.max},
        {"ref": np.median},
    ],
    ids=lambda options: "-".join(options) or "defaults",
)
def test_logmel_of_integers_is_that_of_their_floats(dtype, options):
    ends = np.iinfo(dtype)
    x = np.random.default_rng(0).integers(ends.min, ends.max, (2, 9001), np.dtype(dtype).newbyteorder("="), True)
    arguments = {"sr": 16000, "n_fft": 400, "hop_length": 160, "n_mels": 20} | options
    precision = options.get("dtype", np.float32)
    for y in (x.astype(dtype), x[:, ::-2], np.asfortranarray(x), x[0]):
        want = fastspec.feature.logmel(y=pcm_to_float(y, precision), **arguments)
        np.testing.assert_array_equal(fastspec.feature.logmel(y=y, **arguments), want)


@pytest.mark.parametrize("stride", [1, 2])
def test_logmel_of_integers_makes_no_copy_of_floats(stride):
    x = np.zeros(2_000_000, np.int16)[::stride]
    fastspec.feature.logmel(y=x[:5000])  # plans stay
    tracemalloc.start()
    fastspec.feature.logmel(y=x, hop_length=2048, n_mels=20)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < x.size  # bytes: a quarter of such a copy


@pytest.mark.parametrize("dtype", ["uint8", "int16", "int32"])
@pytest.mark.parametrize("precision", [np.float32, np.float64])
@pytest.mark.parametrize("feature", ["logmel", "stft", "mfcc"])
def test_stream_of_integers_is_that_of_their_floats(dtype, precision, feature):
    ends = np.iinfo(dtype)
    x = np.random.default_rng(0).integers(ends.min, ends.max, 5000, dtype, True)
    bank = {} if feature == "stft" else {"sr": 16000, "n_mels": 20}
    results = []
    for y in (x, pcm_to_float(x, precision)):
        stream = fastspec.Stream(feature, n_fft=256, hop_length=100, dtype=precision, **bank)
        parts = [stream.push(y[i : i + 700]) for i in range(0, 5000, 700)]
        results.append(np.concatenate([*parts, stream.finish()], axis=-1))
    np.testing.assert_array_equal(*results)


def test_stream_keeps_to_one_dtype():
    stream = fastspec.Stream(n_fft=64, hop_length=16, n_mels=4)
    stream.push(np.zeros(100, np.int16))
    with pytest.raises(DTypeError, match="float32 differs from the first piece's int16"):
        stream.push(np.zeros(100, np.float32))


def test_files_in_memory_are_arrays(tmp_path):
    """Subclasses of arrays are what they hold."""
    codes = np.arange(-300, 300, 7, dtype=np.int16)
    codes.tofile(tmp_path / "codes")
    mapped = np.memmap(tmp_path / "codes", np.int16, "r")
    got = fastspec.pcm_to_float(mapped)
    assert type(got) is np.ndarray
    np.testing.assert_array_equal(got, fastspec.pcm_to_float(codes))
