"""What type checkers see of the package through its stubs."""

from __future__ import annotations

import importlib
import inspect
import os
import pkgutil
import re
import subprocess
import sys
import typing
from pathlib import Path

import numpy as np
import pytest
from support import arguments

import fastspec

USER = """
import numpy as np

import fastspec
from fastspec.feature import logmel

y, sr = fastspec.load("speech.flac", sr=None)
with fastspec.threads(2):
    D = fastspec.stft(y, n_fft=1024)
reveal_type(D)
reveal_type(sr)
reveal_type(logmel(y=y, sr=sr))
reveal_type(fastspec.feature.mfcc(y=y, sr=sr, n_mfcc=13))
reveal_type(fastspec.util.frame(y, frame_length=400, hop_length=160))
reveal_type(fastspec.filters.mel(sr=sr, n_fft=2048))
for block in fastspec.stream("speech.flac", block_length=1, frame_length=400, hop_length=160, sr=None):
    reveal_type(block)
reveal_type(fastspec.sequence.dtw(C=np.eye(3), backtrack=False))
reveal_type(fastspec.sequence.dtw(C=np.eye(3), return_steps=True))
reveal_type(fastspec.sequence.rqa(np.eye(3)))
reveal_type(fastspec.sequence.viterbi(np.eye(2), np.eye(2)))
reveal_type(fastspec.segment.recurrence_matrix(np.eye(9), mode="affinity"))
reveal_type(fastspec.segment.recurrence_to_lag(np.eye(9)))
fastspec.power_to_db(np.abs(D) ** 2, ref=np.max)
try:
    fastspec.to_mono(y)
except fastspec.ParameterError as error:
    reveal_type(error)
fastspec.stft(y, n_fft="1024")
fastspec.segment.recurrence_matrix(y, mode="near")
fastspec.feature.logmel(y)
fastspec.stream("speech.flac", block_length="1", frame_length=400, hop_length=160)
fastspec.onset.onset_detect(y=y, units="seconds")
fastspec.hz_to_mel("440")
fastspec.stft(y, pad_mode="zeros")
codes = np.zeros(4000, np.int16)
fastspec.stft(codes)
fastspec.feature.spectral_centroid(S=D)
fastspec.no_such_name
"""


def public_functions() -> dict:
    """Functions, and methods of classes, that the public modules export, by their full names."""
    names = ["fastspec", *(module.name for module in pkgutil.walk_packages(fastspec.__path__, "fastspec."))]
    modules = [importlib.import_module(name) for name in names if not re.search(r"\._|\.cli$", name)]
    things = [getattr(module, name) for module in modules for name in module.__all__]
    members = [member for thing in things for member in (vars(thing).values() if inspect.isclass(thing) else [thing])]
    functions = [f for f in members if inspect.isfunction(f) and not re.match("_[a-z]", f.__name__)]
    functions = [f for f in functions if inspect.unwrap(f).__code__.co_filename != "<string>"]  # of dataclasses
    return {f"{f.__module__}.{f.__qualname__}": f for f in functions}


# What dataclasses write is not annotated.
FUNCTIONS = {
    name: function
    for name, function in public_functions().items()
    if not name.endswith((".Recipe.__eq__", ".Recipe.__hash__", ".Recipe.__setattr__", ".Recipe.__delattr__"))
}


# A tempo of whatever kind `bpm` is; filters of three layouts; whatever was passed under the old name. Not looked at are
# other libraries' words (`compat`), which say `Any` where these do, and stores, whose items are what was put in.
ANY_RESULT = {
    "fastspec.beat.beat_track",
    "fastspec.filters.semitone_filterbank",
    "fastspec.util.deprecation.rename_kw",
}


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_parameters_are_annotated(name):
    signature = inspect.signature(FUNCTIONS[name])
    assert not [p.name for p in signature.parameters.values() if p.annotation is p.empty and p.name != "self"]
    assert signature.return_annotation is not signature.empty


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_results_are_said(name):
    """No bare `Any` comes back; where flags decide, the overloads say what."""
    function = inspect.unwrap(FUNCTIONS[name])
    told = [inspect.signature(each).return_annotation for each in typing.get_overloads(function) or [function]]
    # `floating[Any]` is a kind of numbers, and what a function of the caller's gives is the caller's to know.
    plain = [re.sub(r"(integer|floating|Callable|dict)\[.*?\]", "", str(kind)) for kind in told]
    bare = [kind for kind in plain if re.search(r"\bAny\b", kind)]
    elsewhere = name.startswith(("fastspec.compat.", "fastspec.dataset."))
    assert not bare or elsewhere or name in ANY_RESULT, bare


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_overloads_are_of_the_function_that_runs(name):
    """Names, kinds and order of parameters, and that those with defaults may be left out in some overload."""
    function = inspect.unwrap(FUNCTIONS[name])
    real = inspect.signature(function).parameters
    overloads = [inspect.signature(each).parameters for each in typing.get_overloads(function)]
    for parameters in overloads:
        assert [(p.name, p.kind) for p in parameters.values()] == [(p.name, p.kind) for p in real.values()]
        assert all(real[p.name].default is not p.empty for p in parameters.values() if p.default is not p.empty)
    for parameter in real.values() if overloads else ():
        optional = any(parameters[parameter.name].default is not parameter.empty for parameters in overloads)
        assert optional == (parameter.default is not parameter.empty), parameter


KINDS = {"FloatArray": np.floating, "Features": np.floating, "ComplexArray": np.complexfloating}


def is_of(result, kind: str) -> bool:
    """Whether a result is what an annotation says, as far as it speaks of arrays and their dtypes."""
    if kind.startswith("tuple["):
        parts = re.split(r", (?![^\[]*\])", kind.removeprefix("tuple[").removesuffix("]"))
        return isinstance(result, tuple) and len(result) == len(parts) and all(map(is_of, result, parts))
    said = re.fullmatch(r"npt\.NDArray\[np\.(\w+)(?:\[.*\])?\]", kind)
    if kind not in KINDS and not said:
        return True
    return isinstance(result, np.ndarray) and np.issubdtype(result.dtype, KINDS.get(kind) or getattr(np, said[1]))


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_results_are_what_annotations_say(dtype):
    wrong = []
    for call in arguments.calls():
        given = {k: v.astype(dtype) for k, v in call.arguments.items() if getattr(v, "dtype", None) == np.float64}
        function = inspect.unwrap(call.function)
        kinds = [inspect.signature(each).return_annotation for each in typing.get_overloads(function) or [function]]
        result = call(**given)
        if not any(is_of(result, kind) for kind in kinds):
            wrong.append((call.name, kinds, result))
    assert not wrong


def checked(tmp_path, program: Path) -> str:
    """What mypy says of a program."""
    pytest.importorskip("mypy", reason="the type checker is not installed")
    home = Path(fastspec.__file__).resolve().parent.parent
    run = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(tmp_path / "cache"), str(program)],
        env=os.environ | {"MYPYPATH": "" if home.name == "site-packages" else str(home)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=300,
    )
    return run.stdout + run.stderr


def test_a_typed_program_passes(tmp_path):
    """Scalars and arrays, flags, and a program as librosa's users write it."""
    program = tmp_path / "typed_program.py"
    program.write_text((Path(__file__).parent / "support" / "typed_program.py").read_text())
    said = checked(tmp_path, program)
    assert said.startswith("Success"), said


def test_a_program_is_checked_through_the_stubs(tmp_path):
    program = tmp_path / "user.py"
    program.write_text(USER)
    said = checked(tmp_path, program)
    kinds = [re.split(r"[\[\"]", found)[0] for found in re.findall(r'Revealed type is "(.*)"', said)]
    array = "numpy.ndarray"
    of_sequences = [array, "tuple", "tuple", array, array, array]
    error = "fastspec._gate.samples.ParameterError"
    assert kinds == [array, "float", array, array, array, array, array, *of_sequences, error], said
    errors = re.findall(r"error: .*\[([\w-]+)\]", said)
    wrong_values = ["call-overload", "arg-type", "arg-type", "arg-type", "arg-type"]
    assert errors == ["arg-type", "call-overload", "call-arg", "arg-type", *wrong_values, "attr-defined"], said
