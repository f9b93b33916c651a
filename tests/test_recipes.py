"""Recipes: as data, against plain NumPy in float64, against what the models' own front ends made, and on every way."""

from __future__ import annotations

import contextlib
import hashlib
import json
import math
import pickle
import re
import warnings

import numpy as np
import pytest
import scipy.fft
from hypothesis import given
from hypothesis import strategies as st
from support.recipe_goldens import close, golden, noise
from support.recipe_reference import features

import fastspec
from fastspec import ParameterError, Recipe

NAMES = sorted(fastspec.recipes())


# --- as data


@pytest.mark.parametrize("name", NAMES)
def test_named_ones_are_data(name):
    recipe = fastspec.recipe(name)
    again = Recipe.from_json(recipe.to_json())
    assert again == recipe
    assert hash(again) == hash(recipe)
    assert eval(repr(recipe), {"fastspec": fastspec}) == recipe
    assert recipe.diff(again) == {}


def test_a_notebook_shows_a_table():
    shown = Recipe(sr=16000, n_mels=80, window="hamming")._repr_html_()
    assert shown.startswith("<table><caption>Recipe</caption>")
    assert re.findall("<th>(.*?)</th>", shown) == ["sr", "window", "n_mels"]
    assert "<td>&#x27;hamming&#x27;</td>" in shown
    names = fastspec.recipes()._repr_html_()
    assert re.findall("<th>(.*?)</th>", names) == NAMES
    assert "<tr><th>hifigan</th><td>HiFi-GAN</td></tr>" in names
    differing = fastspec.Recipe(n_mels=40).diff(fastspec.Recipe(log="ln"))
    shown = differing._repr_html_()
    assert "<tr><th>n_mels</th><td>40</td><td>128</td></tr>" in shown
    assert "<tr><th>log</th><td>&#x27;db&#x27;</td><td>&#x27;ln&#x27;</td></tr>" in shown
    assert pickle.loads(pickle.dumps(differing)) == {"n_mels": (40, 128), "log": ("db", "ln")}


def test_names_aliases_and_typos():
    assert fastspec.recipe("parakeet") == fastspec.recipe("NeMo") == fastspec.recipe("nemo")
    assert fastspec.recipe("w2v_bert") == fastspec.recipe("seamless") == fastspec.recipe("Seamless M4T")
    assert fastspec.recipe("nemo@1") == fastspec.recipe("nemo")
    with pytest.raises(ParameterError, match="'nemo@9' is no recipe; did you mean 'nemo'"):
        fastspec.recipe("nemo@9")
    with pytest.raises(ParameterError, match="did you mean 'whisper'"):
        fastspec.recipe("wisper")
    with pytest.raises(TypeError, match="did you mean 'n_mels'"):
        fastspec.recipe("whisper", nmels=3)
    with pytest.raises(TypeError, match="did you mean 'n_mels'"):
        Recipe().replace(nmel=3)
    with pytest.raises(ParameterError, match=r"name=3 must be text"):
        fastspec.recipe(3)


def test_aliases_are_told_apart(root):
    """No alias leads to two recipes, or hides a name, whatever its hyphens."""
    files = json.loads((root / "fastspec" / "_recipes" / "named.json").read_text())
    leads = {}
    for name, file in files.items():
        for alias in (name, *file["aliases"]):
            assert leads.setdefault(re.sub(r"[-_ .]", "", alias), name) == name
        assert set(file.get("tokens_of", {})) <= set(file["aliases"])
    assert all(file["about"] and file["source"] for file in files.values())


def test_audio_tokens():
    """By the models' own arithmetic; transformers' processors and asrfront have it so."""
    up = lambda n, k=2: -(-n // k)  # noqa: E731
    for n in (0, 1, 159, 160, 400, 8000, 16001, 48000, 480000, 479999):
        frames = n // 160
        assert fastspec.recipe("whisper").n_tokens(n) == up(frames)
        assert fastspec.recipe("qwen2-audio").n_tokens(n) == up(frames) // 2
        assert fastspec.recipe("voxtral").n_tokens(n) == up(frames) // 4
        assert fastspec.recipe("parakeet").n_tokens(n) == fastspec.recipe("nemo", n_mels=128).n_tokens(n)
        assert fastspec.recipe("parakeet").n_tokens(n) == up(up(up(frames)))
        asr = max(n, 8000) // 160
        assert fastspec.recipe("qwen3-asr").n_tokens(n) == asr // 100 * 13 + up(up(up(asr % 100)))
        assert fastspec.recipe("gemma4").n_tokens(n) == up(up(max(0, 1 + (n - 161) // 160)))
        assert fastspec.recipe("granite").n_tokens(n) == 3 * up((1 + frames) // 2, 15)
    assert fastspec.recipe("whisper", samples=480000).n_tokens(5) == 1500
    assert fastspec.recipe("qwen2-audio") == fastspec.recipe("whisper")
    with pytest.raises(ParameterError, match=r"tokens=\(\)"):
        fastspec.recipe("hifigan").n_tokens(100)
    with pytest.raises(ParameterError, match="tokens="):
        Recipe(tokens=((3, 2),))


def test_a_name_never_changes_its_numbers(root):
    """A correction is a new name, ``nemo@2``; a new recipe adds its line here."""
    numbers = {name: fastspec.recipe(name).replace(tokens=(), tokens_chunk=0).to_json() for name in NAMES}
    found = {name: hashlib.sha256(text.encode()).hexdigest()[:12] for name, text in numbers.items()}
    assert found == json.loads((root / "tests" / "recipe_hashes.json").read_text())


def test_json_of_other_things():
    for text, message in (
        ("{", "is no recipe"), ("[]", "is no recipe"), ('{"sr": 1}', "is no recipe"),
        ('{"recipe": 99}', "cannot be read"),
        ('{"recipe": 1, "n_melons": 3}', "no field 'n_melons'"), ('{"recipe": 1, "n_mels": "x"}', "n_mels='x'"),
    ):  # fmt: skip
        with pytest.raises(ParameterError, match=message):
            Recipe.from_json(text)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"pad": None}, "pad=None must be 'center'"),
        ({"pad": 3}, "pad=3 must be 'center'"),
        ({"sr": 0}, "sr=0"),
        ({"n_fft": 0}, "n_fft=0"),
        ({"hop_length": 1.5}, r"hop_length=1\.5"),
        ({"frame_length": 4096}, "frame_length=4096 exceeds n_fft=2048"),
        ({"win_length": 4096}, "win_length=4096 exceeds"),
        ({"fmax": 20000.0}, r"fmax=20000\.0"),
        ({"fmin": 5000.0, "fmax": 3000.0}, r"fmin=5000\.0"),
        ({"log": "log3"}, "log='log3' must be one of"),
        ({"log_floor": 0.0}, r"log_floor=0\.0 must be positive"),
        ({"n_mfcc": 200}, "n_mfcc=200"),
        ({"n_mfcc": 2, "n_mels": 0}, "needs bands"),
        ({"power": None}, "power=None leaves complex"),
        ({"pad": "centre"}, "pad='centre'"),
        ({"pad": (1,)}, r"pad=\(1,\)"),
        ({"shift": "x"}, "shift='x'"),
        ({"window": object()}, "window="),
        ({"top": -1.0}, r"top=-1\.0"),
        ({"pad_mode": "wrap", "count": "partial"}, "pad_mode='wrap'"),
        ({"mel_scale": "linear", "triangles": "bins"}, "triangles='bins'"),
        ({"mel_scale": "chroma"}, "mel_norm=None .not 'slaney'"),
        ({"mel_scale": "chroma", "mel_norm": None, "fmin": 30.0}, r"fmin=30\.0"),
        ({"delta_width": 4}, "delta_width=4 must be odd"),
        ({"deltas": -1}, "deltas=-1"),
        ({"count": "stacks", "drop_last": True}, "drop_last=True"),
        ({"tile": True, "samples": 9, "fill": False}, "fill=False"),
        ({"scale": float("nan")}, "scale=nan must be finite"),
        ({"warp": 1.1}, r"warp=1\.1 moves mel bands"),
        ({"warp": -1.0, "triangles": "mel"}, r"warp=-1\.0 must be positive"),
        ({"warp": 1.1, "triangles": "mel", "warp_high": 12000.0}, r"warp_high=12000\.0 must lie between"),
        ({"drop_last": "no"}, "drop_last='no' must be True or False"),
        ({"periodic": (1, 2)}, r"periodic=\(1, 2\)"),
        ({"window": ()}, r"window=\(\) has no samples"),
        ({"window": (1.0, "x")}, "window='x'"),
        ({"window": (1.0, float("inf"))}, "window=inf"),
        ({"shift": float("nan")}, "shift=nan must be finite"),
        ({"gain": (1.0, float("inf"))}, "gain=inf must be finite"),
        ({"n_fft": 2**40}, "n_fft=1099511627776 exceeds"),
        ({"pad": (2**62, 2**62)}, "pad=4611686018427387904 exceeds"),
        ({"prepend": 2**70}, "prepend=1180591620717411303424 exceeds"),
        ({"scale": 0}, "scale=0"),
        ({"energy_floor": -1.0}, r"energy_floor=-1\.0 must not be negative"),
        ({"dither": -1.0}, r"dither=-1\.0"),
        ({"log_floor": -1.0, "log_add": 1.0}, r"log_floor=-1\.0"),
        ({"norm_ddof": "x"}, "norm_ddof='x'"),
        ({"first_mfcc": -1, "n_mfcc": 3}, "first_mfcc=-1"),
        ({"lifter_from": 2}, "lifter_from=2 must be one of 0, 1"),
        ({"least": 3.0, "most": 1.0}, r"least=3\.0 exceeds most=1\.0"),
        ({"band_floor": 1.0, "n_mels": 0}, r"band_floor=1\.0"),
        ({"hop_length": None}, "hop_length=None must be"),
        ({"pad": None}, "pad=None must be"),
        ({"pad": float("inf")}, "pad=inf must be"),
        ({"pad": True}, "pad=True must be"),
        ({"pad": "same", "n_fft": 100}, "pad='same' needs n_fft=100"),
        ({"window": float("nan")}, "window=nan must be finite"),
        ({"window": ("kaiser", float("inf"))}, "window=.*must have finite"),
        ({"n_mels": 2**31}, "n_mels=2147483648 exceeds"),
    ],
)
def test_bad_fields(fields, message):
    with pytest.raises(ParameterError, match=message):
        Recipe(**fields)


# --- numbers


@pytest.mark.parametrize("name", NAMES)
def test_named_ones_against_float64(name):
    """Levels within 2e-4 of the formula, as far as float32 lets them (see `close`); every named recipe."""
    recipe = fastspec.recipe(name).replace(samples=0, tile=False)
    y = noise(3 * recipe.n_fft + 4321)
    want = features(recipe, y)
    close(recipe(y), want, 2e-4)
    close(recipe.replace(dtype="float64")(y.astype(np.float64)), want, 1e-9)


@pytest.mark.parametrize("triangles", ["hz", "mel", "htk", "left", "bins", "inner"])
def test_triangles_of_every_kind_against_float64(triangles):
    recipe = fastspec.Recipe(
        sr=16000, n_fft=512, n_mels=40, fmin=20.0, mel_scale="htk", mel_norm=None, triangles=triangles, log=None,
        dtype="float64",
    )  # fmt: skip
    y = noise(5000).astype(np.float64)
    close(recipe(y), features(recipe, y), 1e-9)


CHOICES = {
    "sample_norm": [None, "mean", "standard"], "remove_mean": [False, True], "preemphasis": [0.0, 0.97],
    "preemphasis_over": ["frame", "signal", "valid"], "frame_length": [None, 200, 256], "prepend": [0, 70],
    "append": [0, 50], "samples": [0, 2500], "fill": [True, False],
    "min_samples": [0, 3000], "min_sides": ["behind", "both"],
    "multiple": [1, 128], "pad": ["center", "same", "none", "kaldi", (100, 30)],
    "pad_mode": ["constant", "reflect", "symmetric", "edge", "wrap"], "count": ["whole", "partial", "stacks"],
    "beyond": [0, 1],
    "drop_last": [False, True], "window": ["hann", "hamming", "povey", "sine", ("kaiser", 5.0)],
    "win_length": [None, 150],
    "periodic": [True, False], "power": [1, 2], "spectrum_norm": [None, "window", "sum", "n_fft"],
    "root_add": [0.0, 1e-3], "root_floor": [0.0, 1e-2], "n_mels": [0, 20], "fmin": [0.0, 60.0],
    "fmax": [None, 3000.0, -200.0], "mel_scale": ["slaney", "htk", "kaldi", "linear", "chroma"],
    "mel_norm": ["slaney", None],
    "triangles": ["hz", "mel", "htk", "left", "bins", "inner"], "warp": [1.0, 0.8, 1.2], "warp_low": [100.0, 300.0],
    "warp_high": [-500.0, 2500.0], "band_floor": [0.0, 1e-2],
    "log": [None, "db", "ln", "log2", "log10", "amplitude_db"], "log_add": [0.0, 1e-3],
    "log_zero": [0.0, 1e-5], "top": [None, 20.0], "n_mfcc": [None, 7], "first_mfcc": [0, 1], "c0_last": [False, True],
    "dct_norm": ["ortho", None, "htk"], "lifter": [0.0, 22.0], "lifter_from": [0, 1],
    "energy": [None, "raw", "windowed", "spectrum"],
    "energy_place": ["first", "last", "c0"], "energy_floor": [0.0, 1.0], "shift": [0.0, 4.0], "gain": [1.0, 0.25],
    "norm": [None, "mean", "standard", "minmax"], "norm_over": ["time", "all"], "norm_ddof": [0, 1],
    "norm_eps": [1e-2], "norm_eps_in_root": [False, True], "valid": ["all", "hops", "inside"], "one_hot": [False, True],
    "deltas": [0, 1, 2], "delta_width": [3, 9], "stack": [1, 2, 3],
    "stack_before": [0, 1], "stack_fill": [None, 1.0], "cut": [0, 9], "frames_multiple": [1, 8],
    "frames": ["last", "first"],
}  # fmt: skip


@st.composite
def random_recipes(draw):
    names = draw(st.lists(st.sampled_from(sorted(CHOICES)), max_size=12, unique=True))
    fields = {"sr": 8000, "n_fft": 256, "hop_length": 80, "n_mels": 20, "scale": draw(st.sampled_from([1.0, 100.0]))}
    fields |= {name: draw(st.sampled_from(CHOICES[name])) for name in names}
    if fields.get("n_mfcc") and fields["n_mels"] == 0:
        fields["n_mels"] = 20
    if fields.get("top") and fields.get("energy"):
        fields["energy"] = None
    if fields.get("energy") == "spectrum":
        fields |= {"energy_floor": 0.0, "n_mels": 20}
    if fields.get("n_mels") == 0:
        fields.pop("band_floor", None)
    if fields.get("log", "db") is None:
        fields.pop("top", None)
    if fields.get("mel_scale") == "chroma":
        fields |= {"mel_norm": None, "fmin": 0.0, "fmax": None}
    if fields.get("mel_scale") in ("linear", "chroma"):
        fields.pop("triangles", None)
        fields.pop("warp", None)
    if fields.get("warp", 1.0) != 1:
        fields |= {"triangles": draw(st.sampled_from(["mel", "htk"])), "n_mels": 20}
        if fields.get("fmax") == 3000.0:
            fields["warp_high"] = 2500.0
    if fields.get("triangles") in ("bins", "inner"):
        fields.pop("fmax", None)  # edges on whole bins: rounding would decide
    if fields.get("triangles") == "left" and fields.get("frame_length"):
        fields["triangles"] = "mel"
    if fields.get("stack", 1) == 1:
        fields.pop("stack_before", None)
        fields.pop("stack_fill", None)
    if fields.get("stack_before"):
        fields["stack_fill"] = None
    if fields.get("pad_mode") == "wrap" and (fields.get("pad") == "kaldi" or fields.get("count") == "partial"):
        fields["pad_mode"] = "reflect"
    if fields.get("one_hot") and (fields.get("norm") or fields.get("energy")):
        fields["one_hot"] = False  # numbers that differ by rounding alone
    if fields.get("count") == "stacks":
        fields |= {"pad": "center", "pad_mode": "reflect", "beyond": 0, "drop_last": False}
    if fields.get("pad") == "kaldi":
        fields |= {"count": "whole", "beyond": 0}
    return Recipe(**fields)


@given(random_recipes(), st.integers(1500, 4000))
def test_any_fields_against_float64(recipe, n):
    """In double, where rounding hides nothing: 1e-7 leaves room for what normalising near-equal numbers magnifies."""
    y = noise(n, seed=n).astype(np.float64)
    want = features(recipe, y)
    got = recipe(y)
    close(got, want, 1e-7)
    assert recipe.n_frames(n) == want.shape[-1 if recipe.frames == "last" else 0]
    single = recipe(y.astype(np.float32))
    assert single.dtype == np.float32
    assert single.shape == want.shape


@given(random_recipes(), st.integers(1500, 4000), st.integers(1, 700))
def test_streams_have_the_bits_of_the_whole(recipe, n, size):
    y = noise(n, seed=n)
    if recipe.whole_clip_parts():
        with pytest.raises(ParameterError, match=recipe.whole_clip_parts()[0]):
            recipe.stream()
        return
    stream = recipe.stream()
    parts = [stream.push(y[i : i + size]) for i in range(0, n, size)] + [stream.finish()]
    assert np.array_equal(np.concatenate(parts, axis=-1 if recipe.frames == "last" else 0), recipe(y))


HOSTILE = (
    None, True, 0, -1, 1, 0.5, math.inf, -math.inf, math.nan, 2**31, 2**63, 10**40, "", "x", [], [1], [1, 2, 3], {},
    [[1]], [None], "\ud800", -0.0, 1e-320, [1e308] * 5, ["a", "b"],
)  # fmt: skip


@pytest.mark.parametrize("name", ["whisper", "nemo", "kaldi", "hifigan", "demucs"])
def test_json_of_anything_is_a_recipe_or_told(name):
    """Whatever stands in a field: an error of ours, or a recipe that can be written down again, and runs or is told."""
    data, y = json.loads(fastspec.recipe(name).to_json()), noise(8000)
    for field in data:
        for value in HOSTILE:
            try:
                recipe = Recipe.from_json(json.dumps({**data, field: value}))
            except ParameterError:
                continue
            assert Recipe.from_json(recipe.to_json()) == recipe
            assert eval(repr(recipe), {"fastspec": fastspec}) == recipe
            with contextlib.suppress(ValueError, TypeError), warnings.catch_warnings():
                warnings.simplefilter("ignore")
                recipe(y)


@pytest.mark.parametrize("text", [None, 3, "[" * 100_000, '{"a":' * 100_000, "1" * 5000, b"\xff"])
def test_what_is_no_json_is_told(text):
    with pytest.raises(ParameterError, match=r"text=.{,100} is no recipe"):
        Recipe.from_json(text)


def test_batches_of_more_than_rows_and_frames():
    demucs, clips = fastspec.recipe("demucs"), [noise(n, seed=n) for n in (9000, 20001)]
    padded, lengths = demucs.batch(clips, fill=3.0)
    for row, n, clip in zip(padded, lengths, clips, strict=True):
        assert np.array_equal(row[..., :n], demucs(clip))
        assert (row[..., n:] == 3).all()
    whisper, stereo = fastspec.recipe("whisper"), np.stack([noise(9000), noise(9000, seed=1)])
    padded, lengths = whisper.batch([stereo, stereo[:, :5000]])
    assert np.array_equal(padded[1, :, :, : lengths[1]], whisper(stereo[:, :5000]))
    with pytest.raises(ParameterError, match=r"clips\[1\] gives features of shape .* use padded=False"):
        whisper.batch([stereo, stereo[0]])


def test_numbers_beyond_the_precision_are_told():
    with pytest.raises(ParameterError, match="grows beyond float32"):
        fastspec.recipe("nemo", preemphasis=1e40)(noise(8000))


@pytest.mark.parametrize("name", NAMES)
def test_channels_threads_and_batches_have_the_bits_of_one(name):
    recipe = fastspec.recipe(name)
    clips = [noise(n, seed=n) for n in (9000, 20001, 12345)]
    alone = [recipe(clip) for clip in clips]
    with fastspec.threads(7):
        together = recipe.batch(clips, padded=False)
    assert all(np.array_equal(a, b) for a, b in zip(alone, together, strict=True))
    if recipe.power is None:
        return
    padded, lengths = recipe.batch(clips, fill=-7.0)
    axis = -1 if recipe.frames == "last" else 0
    for row, length, result in zip(padded, lengths, alone, strict=True):
        assert np.array_equal(np.take(row, range(length), axis), result)
        assert (np.take(row, range(length, row.shape[axis]), axis) == -7).all()
    both = np.stack([clips[1], clips[1][::-1]])
    assert np.array_equal(recipe(both)[0], alone[1])


def test_flags_are_truths_however_they_come():
    assert Recipe(periodic=0, drop_last=np.True_) == Recipe(periodic=False, drop_last=True)
    assert '"drop_last": true' in Recipe(drop_last=1).to_json()


def test_energy_of_samples_turned_over():
    y = noise(5000)
    recipe = Recipe(n_fft=256, hop_length=80, n_mels=20, energy="raw", log="ln", scale=-30.0)
    close(recipe(y), features(recipe, y), 2e-4)


def test_dither():
    """Normal numbers of the size asked for, the same for the same place, whatever the piece."""
    recipe = Recipe(n_fft=1, hop_length=1, pad="none", window="boxcar", power=None, n_mels=0, log=None, dither=0.5)
    drawn = recipe(np.zeros(200_000, np.float32))[0].real
    assert abs(drawn.std() - 0.5) < 0.005
    assert abs(drawn.mean()) < 0.005
    assert abs((np.abs(drawn) < 0.5).mean() - 0.6827) < 0.005  # of a normal distribution, within one deviation
    stream = recipe.stream()
    parts = [stream.push(np.zeros(70_000, np.float32)), stream.push(np.zeros(130_000, np.float32)), stream.finish()]
    assert np.array_equal(np.concatenate(parts, axis=-1)[0].real, drawn)


def test_one_peak_for_all_channels_of_a_clip():
    y = noise(6 * 3000).reshape(3, 2, 3000) * np.array([1, 1e-6], np.float32)[:, np.newaxis]
    for fields in ({}, {"n_mfcc": 7}, {"n_mels": 0}):
        recipe = Recipe(n_fft=256, hop_length=80, n_mels=20, top=30.0).replace(**fields)
        plain = recipe.replace(top=None, n_mfcc=None)(y)
        clamped = np.maximum(plain, plain.max(axis=(1, 2, 3), keepdims=True) - 30)
        got = recipe.replace(top_over="channels")(y)
        if "n_mfcc" in fields:
            clamped = scipy.fft.dct(clamped, axis=-2, norm="ortho")[..., :7, :]
        assert np.allclose(got, clamped, atol=1e-3)
        assert not np.allclose(got[:, 1], recipe(y)[:, 1], atol=1), "each channel by its own peak is another thing"
        assert np.array_equal(recipe.replace(top_over="channels")(y[0, 0]), recipe(y[0, 0]))
        assert recipe.replace(top_over="channels")(y[:0]).shape == (0, *got.shape[1:])


def test_zeros_that_are_added_to_codes_are_silence():
    codes = np.full(500, 200, np.uint8)
    recipe = Recipe(n_fft=64, hop_length=32, n_mels=8, prepend=40, append=50)
    stream = recipe.stream()
    parts = [stream.push(codes), stream.finish()]
    assert np.array_equal(np.concatenate(parts, axis=-1), recipe(codes))
    assert np.array_equal(recipe(codes), recipe(fastspec.pcm_to_float(codes)))


def test_librosa_ones_are_the_functions():
    y = noise(30_000)
    assert np.array_equal(fastspec.recipe("librosa-logmel")(y), fastspec.feature.logmel(y=y))
    assert np.array_equal(fastspec.recipe("librosa-mfcc")(y), fastspec.feature.mfcc(y=y))


# --- what goes in


def test_samples_of_any_kind():
    recipe = Recipe(n_fft=512, hop_length=128, n_mels=20)
    codes = (noise(5000) * 30000).astype(np.int16)
    want = recipe(fastspec.pcm_to_float(codes))
    assert np.array_equal(recipe(codes), want)
    assert np.array_equal(recipe(memoryview(codes)), want)
    assert recipe(codes.astype(float).tolist()).dtype == np.float64

    class Foreign:
        """Memory that is given away by DLPack, as a tensor's is."""

        def __init__(self, array, device="cpu", requires_grad=False):
            self.array, self.device, self.requires_grad = array, device, requires_grad

        def __dlpack__(self, **kwargs):
            return self.array.__dlpack__(**kwargs)

        def __dlpack_device__(self):
            return self.array.__dlpack_device__()

    y = noise(5000)
    assert np.array_equal(recipe(Foreign(y)), recipe(y))
    for function in (fastspec.stft, fastspec.to_mono, fastspec.autocorrelate, fastspec.feature.zero_crossing_rate):
        assert np.array_equal(function(Foreign(y)), function(y))
    with pytest.raises(fastspec.DTypeError, match="requires grad"):
        fastspec.to_mono(Foreign(y, requires_grad=True))
    assert np.array_equal(fastspec.power_to_db(Foreign(np.abs(y))), fastspec.power_to_db(np.abs(y)))
    with pytest.raises(fastspec.DTypeError, match=r"y is on cuda:0.*y\.cpu\(\)"):
        recipe(Foreign(y, device="cuda:0"))
    with pytest.raises(fastspec.DTypeError, match=r"y requires grad.*y\.detach\(\)"):
        recipe(Foreign(y, requires_grad=True))
    with pytest.raises(ParameterError, match=r"y\[17\] is nan"):
        recipe(np.where(np.arange(5000) == 17, np.nan, y))
    with pytest.raises(ParameterError, match="too short"):
        recipe.replace(pad="none")(y[:100])
    with pytest.raises(fastspec.DTypeError, match="y"):
        recipe("speech.wav")
    with pytest.raises(ParameterError, match=r"clips\[1\]"):
        recipe.batch([y, np.where(np.arange(5000) == 17, np.nan, y)])
    with pytest.raises(ParameterError, match="one clip"):
        recipe.batch(y)
    assert recipe.batch([], padded=False) == []
    with pytest.raises(ParameterError, match="window sums to 0, and spectrum_norm='sum'"):
        recipe.replace(window=(0.0,) * 512, spectrum_norm="sum")(y)


def test_files(tmp_path):
    y = noise(20_000)
    fastspec.write(tmp_path / "a.wav", y, 16000, subtype="FLOAT")
    recipe = Recipe(sr=16000, n_fft=512, hop_length=128, n_mels=20)
    assert np.array_equal(recipe.file(tmp_path / "a.wav"), recipe(y))
    assert np.array_equal(
        recipe.replace(sr=8000).file(tmp_path / "a.wav"),
        recipe.replace(sr=8000)(fastspec.resample(y, orig_sr=16000, target_sr=8000)),
    )


# --- what the models' own front ends made; see the README beside the files

GOLDENS = {
    "hf_whisper_0": ("whisper", {"samples": 32000}), "hf_whisper_numpy": ("whisper", {}),
    "hf_whisper_short": ("whisper", {}),
    "hf_whisper_1": ("whisper", {"n_mels": 128}), "faster_whisper": ("faster-whisper", {}),
    "hf_qwen3_asr": ("qwen3-asr", {}), "hf_voxtral_realtime_0": ("voxtral-realtime", {}),
    "hf_voxtral_realtime_1": ("voxtral-realtime", {"n_mels": 80, "pad": "none"}), "hf_granite_speech": ("granite", {}),
    "hf_granite_speech5": ("granite5", {"n_mels": 40}), "hf_musicgen_melody": ("musicgen-melody", {}),
    "hf_speech2text_0": ("speech2text", {}), "hf_seamless_0": ("seamless", {}), "hf_ast_0": ("ast", {"cut": 128}),
    "wespeaker": ("wespeaker", {}), "knf_icefall": ("icefall", {}), "lhotse_fbank_0": ("icefall", {}),
    "hf_fun_asr_nano": ("fun-asr-nano", {}), "funasr_wav": ("paraformer", {}), "nemo_0": ("nemo", {}),
    "nemo_1": ("nemo", {"win_length": 320, "n_mels": 64, "frames_multiple": 16}),
    "nemo_2": ("nemo", {"norm_over": "all"}),
    "nemo_4": ("nemo", {}), "nemo_5": ("nemo", {"norm": None}), "hf_parakeet_0": ("parakeet", {"frames": "first"}),
    "hf_nemotron_streaming_0": ("nemotron-streaming", {}), "hf_phi4": ("phi4", {}), "hf_gemma3n_0": ("gemma3n", {}),
    "hf_gemma4_0": ("gemma4", {}), "hf_lasr": ("lasr", {}), "hf_inkling": ("inkling", {}), "vggish": ("vggish", {}),
    "yamnet": ("yamnet", {}), "panns": ("panns", {}), "hf_clap_0": ("clap", {"samples": 48000}), "passt": ("passt", {}),
    "speechbrain_ecapa": ("ecapa", {}), "espnet_asr": ("espnet", {}), "espnet_tts": ("espnet-tts", {"sr": 22050}),
    "tacotron2": ("tacotron2", {}), "hifigan_0": ("hifigan", {}), "hifigan_short": ("hifigan", {}),
    "bigvgan": ("bigvgan", {}),
    "matcha_cosyvoice2": ("cosyvoice2", {}), "hf_univnet": ("bigvgan", {"frames": "first", "fmax": 12000.0}),
    "vocos_0": ("vocos", {}), "hf_speecht5": ("speecht5", {}), "hf_clvp": ("clvp", {}), "musicnn": ("musicnn", {}),
    "essentia_tempocnn": ("essentia-tempocnn", {}), "essentia_vggish": ("essentia-vggish", {}),
    "torchaudio_mel_0": ("torchaudio-mel", {"sr": 44100}),
    "torchaudio_mel_2": ("torchaudio-mel", {"sr": 44100, "n_fft": 1024, "hop_length": 512, "n_mels": 64, "fmin": 50.0,
                                            "mel_norm": "slaney", "mel_scale": "slaney"}),
    "psf_logfbank_0": ("psf-logfbank", {"sr": 44100, "n_fft": 2048, "frame_length": 1103, "hop_length": 441}),
    "essentia_musicnn": ("essentia-musicnn", {}), "hf_pop2piano": ("pop2piano", {}), "htk_fbank_0": ("htk", {}),
    "htk_mfcc_0": ("htk", {"n_mels": 26, "power": 2, "remove_mean": True, "n_mfcc": 13, "c0_last": True, "lifter": 22.0,
                           "dct_norm": "htk"}),
    "demucs_0": ("demucs", {"n_fft": 1024, "hop_length": 256, "pad": (384, 384)}),
    "openunmix_0": ("umx", {"n_fft": 1024, "hop_length": 512}),
    "knf_paraformer": ("paraformer", {"stack": 1, "stack_step": None, "stack_before": 0}),
    "lhotse_mfcc_0": ("icefall", {"n_mels": 23, "n_mfcc": 13, "lifter": 22.0}),
}  # fmt: skip


@pytest.mark.parametrize("case", sorted(GOLDENS))
def test_goldens(shared, case):
    """3e-4 (1 + |value|), the originals' own float32."""
    name, changes = GOLDENS[case]
    clips, want = golden(shared, case)
    if name in ("htk", "psf-logfbank"):
        clips = [np.clip(np.rint(clip * 32767), -32768, 32767).astype(np.int16) for clip in clips]
    recipe = fastspec.recipe(name, **changes)
    got = recipe(clips[0]) if len(clips) == 1 else recipe.batch(clips)[0]
    if case in ("hf_whisper_1", "hf_qwen3_asr"):  # the shorter one was padded before: its own frames alone are compared
        for clip, row in zip(clips, want, strict=True):
            alone = recipe.replace(frames_multiple=1)(clip)
            n = min(alone.shape[-1] - 3, row.shape[-1])
            close(alone[:, :n], row[:, :n].astype(np.float64), 3e-4)
        return
    close(got, want, 3e-4)


def test_samples_are_normalised_before_anything_else():
    y = 3 + 5 * noise(6000).astype(np.float64)
    recipe = Recipe(sr=16000, n_fft=512, hop_length=128, n_mels=20)
    less_mean, standard = recipe.replace(sample_norm="mean"), recipe.replace(sample_norm="standard")
    close(less_mean(y), recipe(y - y.mean()), 1e-9)
    close(standard(y), recipe((y - y.mean()) / np.sqrt(y.var() + 1e-7)), 1e-9)
    assert np.array_equal(standard(y[:0]), recipe(y[:0]))


def test_numbers_for_each_row():
    y, shift, gain = noise(6000), tuple(range(20)), tuple(np.linspace(0.5, 2, 20))
    recipe = Recipe(sr=16000, n_fft=512, hop_length=128, n_mels=20)
    want = (recipe(y.astype(np.float64)) + np.arange(20.0)[:, np.newaxis]) * np.array(gain)[:, np.newaxis]
    close(recipe.replace(shift=shift, gain=gain)(y.astype(np.float64)), want, 1e-12)
    with pytest.raises(ParameterError, match="shift, gain: 3 numbers for 20 rows; pass one for each"):
        recipe.replace(gain=(1.0, 2.0, 3.0))(y)


@pytest.mark.parametrize("norm", ["mean", "standard", "minmax"])
def test_frames_that_count_for_nothing(norm):
    """A clip shorter than a hop has none that counts for the norm, and what does not count is 0."""
    recipe = Recipe(sr=16000, n_fft=512, hop_length=128, n_mels=20, norm=norm, valid="hops")
    found = recipe(noise(100))
    assert found.shape == (20, 1)
    assert not found.any()


def test_frames_of_differences():
    """A sample goes; frames are counted as they are made."""
    recipe = fastspec.recipe("passt")
    for n in (0, 1, 2, 319, 320, 321, 322, 640, 641, 3000):
        assert recipe.n_frames(n) == recipe(noise(n)).shape[-1], n
    stream = recipe.replace(pad_mode="constant").stream()
    y = noise(3000)
    parts = [stream.push(y[i : i + 700]) for i in range(0, 3000, 700)] + [stream.finish()]
    assert np.array_equal(np.concatenate(parts, axis=-1), recipe.replace(pad_mode="constant")(y))


def test_streams_that_end_too_early():
    stream = Recipe(sr=16000, n_fft=512, pad="none").stream()
    assert stream.push(noise(511)).shape == (128, 0)
    with pytest.raises(ParameterError, match="511 samples are too few for a frame of 512; use more, or another pad"):
        stream.finish()
    assert stream.push(noise(1)).shape == (128, 1)


def test_streams_below_a_fixed_peak():
    """Levels are brought up to `top` below `top_of` as they come."""
    recipe = fastspec.recipe("voxtral-realtime")
    y = noise(8000) * (np.arange(8000) < 5000)
    stream = recipe.stream()
    parts = [stream.push(y[i : i + 700]) for i in range(0, 8000, 700)] + [stream.finish()]
    whole = recipe(y)
    assert np.array_equal(np.concatenate(parts, axis=-1), whole)
    assert np.isclose(whole, whole.min()).sum() > 10


@pytest.mark.parametrize("name", ["clap", "demucs", "umx", "passt"])
def test_files_of_recipes_that_need_the_whole_clip_or_have_no_levels(tmp_path, name):
    recipe = fastspec.recipe(name)
    y = noise(30_000)
    fastspec.write(tmp_path / "a.wav", y, int(recipe.sr), subtype="FLOAT")
    assert np.array_equal(recipe.file(tmp_path / "a.wav"), recipe(y))


@pytest.mark.parametrize(("over", "axes"), [("time", -1), ("all", (-2, -1))])
def test_levels_from_0_to_1(over, axes):
    """Where all are the same, they are 0."""
    recipe = Recipe(sr=16000, n_fft=512, hop_length=128, n_mels=20)
    scaled = recipe.replace(norm="minmax", norm_over=over, norm_eps=0.5)
    y = noise(6000).astype(np.float64).reshape(2, 3000)
    F = recipe(y)
    low, high = F.min(axis=axes, keepdims=True), F.max(axis=axes, keepdims=True)
    close(scaled(y), (F - low) / (high - low + 0.5), 1e-12)
    without_eps = recipe.replace(norm="minmax", norm_over=over)
    found = without_eps(y)
    assert (found.min(axis=axes), found.max(axis=axes)) == pytest.approx((0, 1))
    assert not without_eps(np.zeros(3000)).any()
