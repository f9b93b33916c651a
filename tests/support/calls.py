"""Goldens as calls: an expression, and what librosa made of it. Writers and tests share this module.

The expressions hold their whole input, so that the tests need nothing but the .npz file.
"""

from __future__ import annotations

import json
import platform
import warnings
from importlib.metadata import version

import numpy as np

from . import goldens

EXACT_KINDS = "iubU"
# NumPy 1 promotes float32 scalars to float64, and so does librosa on it. There the comparison is with float32
# rounding, which HTK's 10^x - 1 turns into 6e-8 / 2.7e-3 at 3 mels.
NUMPY_2 = int(np.__version__.split(".")[0]) >= 2
RTOL_SINGLE = 1e-6 if NUMPY_2 else 5e-5


def outcome(expression: str, module) -> dict:
    """Run ``expression`` on the names of `module`; the result, or the names of the error and its bases."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            found = {"value": eval(expression, {"np": np, "lib": module})}
        except Exception as error:
            found = {"error": [c.__name__ for c in type(error).__mro__], "message": str(error)}
    return found | {"warns": sorted({w.category.__name__ for w in caught})}


def save(writer: str, area: str, expressions: list[str], module) -> None:
    assert len(set(expressions)) == len(expressions), "a case is there twice"
    cases, arrays = [], {}
    for i, expression in enumerate(expressions):
        found = outcome(expression, module)
        case = {"call": expression, "warns": found["warns"]}
        if "error" in found:
            case["error"] = found["error"][0]
        elif isinstance(found["value"], (np.ndarray, np.generic, float)):
            arrays[f"v{i}"] = np.asarray(found["value"])
            case["type"] = type(found["value"]).__name__
        else:
            case["type"], case["repr"] = type(found["value"]).__name__, repr(plain(found["value"]))
        cases.append(case)
    versions = {name: version(name) for name in ("librosa", "numpy", "scipy")}
    versions["python"] = platform.python_version()
    goldens.save(writer, area, cases=json.dumps(cases), versions=json.dumps(versions), **arrays)
    print(f"{area}: {len(cases)} calls")


def load(area: str) -> list[dict]:
    with np.load(goldens.FOLDER / f"{area}.npz") as stored:
        cases = json.loads(str(stored["cases"]))
        for i, case in enumerate(cases):
            if f"v{i}" in stored:
                case["value"] = stored[f"v{i}"]
    return cases


def plain(value):
    """`value` with NumPy's scalars turned into Python's, for comparison by repr."""
    if isinstance(value, dict):
        return {plain(k): plain(v) for k, v in value.items()}
    if isinstance(value, list):
        return [plain(v) for v in value]
    if isinstance(value, np.str_):
        return str(value)
    return value.item() if isinstance(value, np.generic) else value


def check(case: dict, module, *, rtol: float, atol: float = 0.0) -> None:
    """Assert that `module` does what the case says: error class, warnings, type, dtype, shape and values."""
    found = outcome(case["call"], module)
    if "error" in case:
        accepted = "TypeError" if case["error"] == "UFuncTypeError" else case["error"]
        assert accepted in found.get("error", []), f"wanted {accepted}, got {found}"
        return
    assert "error" not in found, found
    assert found["warns"] == case["warns"]
    if "repr" in case:
        assert (type(found["value"]).__name__, repr(plain(found["value"]))) == (case["type"], case["repr"])
        return
    wanted, value = case["value"], found["value"]
    actual = np.asarray(value)
    assert actual.shape == wanted.shape
    assert isinstance(value, np.ndarray) == (case["type"] == "ndarray")
    if NUMPY_2:
        assert (type(value).__name__, actual.dtype) == (case["type"], wanted.dtype)
    if wanted.dtype.kind in EXACT_KINDS:
        np.testing.assert_array_equal(actual, wanted)
    else:
        # librosa's float64 bands of float32 audio come from a spectrum that it has rounded to complex64.
        rounded = "lib.noise(" in case["call"] and "dtype=np.float64" in case["call"]
        single = wanted.dtype.itemsize < 8 or "float32" in case["call"] or rounded
        np.testing.assert_allclose(actual, wanted, rtol=RTOL_SINGLE if single else rtol, atol=atol)
