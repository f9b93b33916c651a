"""What type checkers see of the package through its stubs."""

from __future__ import annotations

import importlib
import inspect
import os
import pkgutil
import re
import subprocess
import sys
from pathlib import Path

import pytest

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


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_parameters_are_annotated(name):
    signature = inspect.signature(FUNCTIONS[name])
    assert not [p.name for p in signature.parameters.values() if p.annotation is p.empty and p.name != "self"]
    assert signature.return_annotation is not signature.empty


def test_a_program_is_checked_through_the_stubs(tmp_path):
    pytest.importorskip("mypy", reason="the type checker is not installed")
    program = tmp_path / "user.py"
    program.write_text(USER)
    home = Path(fastspec.__file__).resolve().parent.parent
    run = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(tmp_path / "cache"), str(program)],
        env=os.environ | {"MYPYPATH": "" if home.name == "site-packages" else str(home)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=300,
    )
    kinds = [re.split(r"[\[\"]", found)[0] for found in re.findall(r'Revealed type is "(.*)"', run.stdout)]
    array = "numpy.ndarray"
    of_sequences = [array, "tuple", "tuple", array, array, array]
    error = "fastspec._gate.samples.ParameterError"
    assert kinds == [array, "float", array, array, array, array, array, *of_sequences, error], run.stdout
    errors = re.findall(r"error: .*\[([\w-]+)\]", run.stdout)
    assert errors == ["arg-type", "call-overload", "call-arg", "arg-type", "attr-defined"], run.stdout + run.stderr
