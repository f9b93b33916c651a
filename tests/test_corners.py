"""Corners that coverage found nobody in: rules of recipes that exclude one another, streams before and after their
samples, scalers that do not fit, and what `fastspec recipes` says of rare fields."""

from __future__ import annotations

import os
import re
import sys
from types import SimpleNamespace

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
    with pytest.raises(ParameterError, match=re.escape(told)):
        Recipe(**{**SMALL, **fields})


def test_fields_of_numpy_become_plain():
    recipe = Recipe(**SMALL, shift=np.arange(8.0), gain=np.float64(2), dtype=np.float32)
    assert recipe.shift == tuple(np.arange(8.0).tolist())
    assert type(recipe.gain) is float
    assert recipe.dtype == "float32"
    assert recipe == Recipe.from_json(recipe.to_json())


def test_top_and_energy_exclude_one_another():
    recipe = Recipe(**SMALL, log="ln", n_mfcc=4, energy="raw", top=8.0)
    with pytest.raises(ParameterError, match=r"top=8\.0 and energy='raw' cannot go together"):
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
    with pytest.raises(DTypeError, match=r"clips='y\.wav' is text"):
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


class Tensor:
    """As much of torch's as is asked for: its memory, and its class."""

    def __init__(self, array: np.ndarray) -> None:
        self.array = array

    def __dlpack__(self, **options):
        return self.array.__dlpack__(**options)

    def __dlpack_device__(self):
        return self.array.__dlpack_device__()


def test_tensors_come_back_as_tensors(monkeypatch):
    """Where torch is loaded: by keyword and by place, alone and in lists, without a copy of what may be written to."""
    monkeypatch.setitem(sys.modules, "torch", SimpleNamespace(Tensor=Tensor, from_numpy=Tensor))
    functional = fastspec.compat.torchaudio.functional
    power = np.abs(np.random.default_rng(2).normal(size=(5, 7))).astype(np.float32) + 0.1
    want = functional.amplitude_to_DB(power, 10.0, 1e-10, 0.0)
    assert isinstance(want, np.ndarray)
    for made in (
        functional.amplitude_to_DB(Tensor(power), 10.0, 1e-10, 0.0),
        functional.amplitude_to_DB(x=Tensor(power), multiplier=10.0, amin=1e-10, db_multiplier=0.0),
    ):
        assert isinstance(made, Tensor)
        assert made.array.tobytes() == want.tobytes()

    from fastspec.compat._peer import _arrays, _tensors

    torch = sys.modules["torch"]
    (first, second), third = _arrays(torch, ([Tensor(power), 3], "name"), "the tensor")
    assert np.shares_memory(first, power)
    assert (second, third) == (3, "name")
    frozen = power.copy()
    frozen.flags.writeable = False
    assert _tensors(torch, np.float32(3)).array == 3
    made = _tensors(torch, (power, [frozen], None))
    assert made[0].array is power
    assert not np.shares_memory(made[1][0].array, frozen)
    assert made[2] is None


def test_signs_that_a_tensor_has_not_turned_yet_are_turned():
    """torch exports memory without such a mark: ``z.conj().imag`` would have the other sign."""

    class Marked(Tensor):
        dtype = "torch.strange"

        def resolve_conj(self):
            return self

        def resolve_neg(self):
            return Tensor(-self.array)

    y = np.random.default_rng(0).standard_normal(4000).astype(np.float32)
    np.testing.assert_array_equal(fastspec.stft(Marked(y)), fastspec.stft(-y))
    np.testing.assert_array_equal(fastspec.feature.rms(y=Marked(y)), fastspec.feature.rms(y=-y))
    with pytest.raises(DTypeError, match=r"Strange of torch\.strange and cannot be read: .*; pass .* as float32"):
        fastspec.stft(type("Strange", (Marked,), {"__dlpack__": None, "resolve_neg": lambda self: self})(y))


def test_processors_of_every_python_and_system(monkeypatch):
    """Those of the process, by whichever function there is."""
    from fastspec._engine.threads import _cpus

    monkeypatch.setattr(os, "process_cpu_count", lambda: 5, raising=False)
    assert _cpus() == 5
    monkeypatch.delattr(os, "process_cpu_count")
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: {0, 1, 7}, raising=False)
    assert _cpus() == 3
    monkeypatch.delattr(os, "sched_getaffinity")
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    assert _cpus() == 1
