"""Corners that coverage found nobody in: rules of recipes that exclude one another, streams before and after their samples,
scalers that do not fit, and what `fastspec recipes` says of rare fields."""

from __future__ import annotations

import numpy as np
import pytest

import fastspec
from fastspec import DTypeError, ParameterError, Recipe, Scaler

Y = np.random.default_rng(8).normal(size=4000).astype(np.float32)
SMALL = {"n_fft": 256, "hop_length": 100, "n_mels": 8, "sr": 16000}


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"pad": "kaldi", "beyond": 1}, "pad='kaldi' has its own count"),
        ({"stack_step": 2}, "stack_step=2, stack_before=0 need stack"),
        ({"stack_fill": 0.0}, "stack_fill=0.0 needs stack"),
        ({"parts": True}, "parts=True, drop_nyquist=False are for complex spectra"),
        ({"energy": "spectrum", "n_mels": 0}, "energy='spectrum' is one more band"),
    ],
)
def test_fields_that_exclude_one_another(fields, told):
    with pytest.raises(ParameterError, match=told):
        Recipe(**{**SMALL, **fields})


def test_fields_of_numpy_become_plain():
    recipe = Recipe(**SMALL, shift=np.arange(8.0), gain=np.float64(2), dtype=np.float32)
    assert recipe.shift == tuple(np.arange(8.0).tolist())
    assert type(recipe.gain) is float
    assert recipe.dtype == "float32"
    assert recipe == Recipe.from_json(recipe.to_json())


def test_top_and_energy_exclude_one_another():
    recipe = Recipe(**SMALL, log="ln", n_mfcc=4, energy="raw", top=8.0)
    with pytest.raises(ParameterError, match="top=8.0 and energy='raw' cannot go together"):
        recipe(Y)


def test_a_recipe_differs_from_recipes_alone():
    with pytest.raises(DTypeError, match="other is dict, not a Recipe"):
        Recipe().diff({"n_mels": 40})


def test_numbers_for_rows_that_are_not_there():
    with pytest.raises(ParameterError, match="3 numbers for 8 rows"):
        Recipe(**SMALL, shift=(1.0, 2.0, 3.0))(Y)


def test_emphasis_that_begins_with_the_second_sample():
    """`preemphasis_over="valid"`: the first difference is the first sample, in a clip and in a stream."""
    recipe = Recipe(**SMALL, preemphasis=0.97, preemphasis_over="valid", pad="none", log=None)
    differences = (Y[1:] - np.float32(0.97) * Y[:-1]).astype(np.float32)
    want = Recipe(**SMALL, pad="none", log=None)(differences)
    np.testing.assert_allclose(recipe(Y), want, rtol=1e-4, atol=1e-6 * want.max())
    stream = recipe.stream()
    made = [stream.push(part) for part in np.array_split(Y, 7)]
    made.append(stream.finish())
    assert np.concatenate(made, axis=-1).tobytes() == np.concatenate([recipe(Y)], axis=-1).tobytes()


def test_streams_without_and_with_samples():
    stream = Recipe(**SMALL).stream()
    assert repr(stream).startswith("<RecipeStream: 0 samples, 0 frames, ")
    with pytest.raises(ParameterError, match="has seen no samples; push some first"):
        stream.finish()
    stream = Recipe(**SMALL).stream()
    frames = stream.push(Y).shape[-1]
    assert repr(stream).startswith(f"<RecipeStream: 4000 samples, {frames} frames, ")


def test_no_clips_cannot_be_padded_to_one_array():
    assert Recipe(**SMALL).batch([], padded=False) == []
    with pytest.raises(ParameterError, match=r"clips is empty: .*padded=False"):
        Recipe(**SMALL).batch([], padded=True)
    with pytest.raises(DTypeError, match="clips='y.wav' is text"):
        Recipe(**SMALL).batch("y.wav")
    with pytest.raises(DTypeError, match="clips is int"):
        Recipe(**SMALL).batch(3)


def test_scalers_of_other_shapes():
    one, other = Scaler(dims=(2,)), Scaler(dims=(2,))
    one.partial_fit(np.random.default_rng(0).normal(size=(3, 4, 5)))
    assert one.merge(Scaler(dims=(2,))) is one
    other.partial_fit(np.random.default_rng(0).normal(size=(3, 7, 5)))
    assert one.mean.shape != other.mean.shape
    with pytest.raises(ParameterError, match=r"other\.mean\.shape=.* fit them to one kind"):
        one.merge(other)
    with pytest.raises(ParameterError, match=r"is not mean_squared\.shape="):
        Scaler().set_moments([1.0, 2.0], [2.0, 5.0, 6.0])


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"prepend": 40}, "40 zeros before"),
        ({"warp": 1.1, "triangles": "mel"}, "warped by 1.1 from"),
        ({"norm": "minmax"}, "taken to 0 .. 1"),
    ],
)
def test_words_for_rare_fields(fields, words):
    from fastspec._recipes.words import stages

    assert words in "\n".join(stages(Recipe(**{**SMALL, **fields})).values())


def test_arrays_that_are_no_clip_are_not_written(tmp_path):
    with pytest.raises(ParameterError, match=r"y\.shape=\(1, 2, 100\) must be \(n,\) or \(channels, n\)"):
        fastspec.write(tmp_path / "y.wav", np.zeros((1, 2, 100)), 8000)
    with pytest.raises(ParameterError, match=r"is 5000 channels of 2 samples.*pass y\.T"):
        fastspec.write(tmp_path / "y.wav", np.zeros((5000, 2)), 8000)
    with pytest.raises(DTypeError, match="dtype=complex128"):
        fastspec.write(tmp_path / "y.wav", np.zeros(100, complex), 8000)
    assert list(tmp_path.iterdir()) == []
