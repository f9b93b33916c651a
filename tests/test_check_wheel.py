"""That `check_wheel.py`, which CI runs over wheels and objects, fails for what it is there to find."""

from __future__ import annotations

import importlib.util
import platform
import shutil
import subprocess
from pathlib import Path

import pytest

pytestmark = [
    pytest.mark.skipif(platform.machine() != "x86_64", reason="objects and symbols of x86-64"),
    pytest.mark.skipif(not all(map(shutil.which, ("gcc", "objdump", "readelf"))), reason="gcc or binutils is not here"),
]

SUM = "float sum(const float *x, int n) { float s = 0; for (int i = 0; i < n; i++) s += x[i] * x[i]; return s; }"
WHEEL = Path("fastspec_audio-1.0-cp311-abi3-manylinux_2_17_x86_64.whl")


@pytest.fixture(scope="module")
def check_wheel():
    found = importlib.util.spec_from_file_location("check_wheel", Path(__file__).parent / "check_wheel.py")
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


def compiled(path: Path, text: str, *flags: str) -> Path:
    path.with_suffix(".c").write_text(text)
    subprocess.run(["gcc", "-O3", *flags, str(path.with_suffix(".c")), "-o", str(path)], check=True)
    return path


def test_avx_in_an_object_for_every_processor(check_wheel, tmp_path):
    for name in ("cpu", "sse2_f32", "_c"):
        compiled(tmp_path / f"{name}-0123.o", SUM, "-c")
    compiled(tmp_path / "avx2_f32-0123.o", SUM, "-c", "-mavx2", "-ffast-math")
    assert list(check_wheel.instructions(tmp_path)) == []
    compiled(tmp_path / "sse2_f32-0123.o", SUM, "-c", "-mavx2", "-ffast-math")
    found = list(check_wheel.instructions(tmp_path))
    assert found
    assert all(words.startswith("sse2_f32-0123.o sum: ") for words in found)
    (tmp_path / "cpu-0123.o").unlink()
    assert f"{tmp_path} lacks objects" in check_wheel.instructions(tmp_path)


def test_symbols_and_libraries_beyond_the_promised(check_wheel, tmp_path):
    entry = 'void *PyInit__c(void) { return "x"; }'
    library = ("-shared", "-fPIC", "-Wl,-s")
    assert list(check_wheel.linkage(WHEEL, compiled(tmp_path / "good.so", entry, *library))) == ["needs glibc None"]
    odd = compiled(tmp_path / "odd.so", f"{entry} int fsp_leaked;", *library, "-Wl,--no-as-needed", "-lgcc_s")
    found = list(check_wheel.linkage(WHEEL, odd))
    assert [words for words in found if words.startswith("exports") and "fsp_leaked" in words]
    assert "needs libgcc_s.so.1" in found
    whole = compiled(tmp_path / "whole.so", entry, "-shared", "-fPIC", "-g", "-Wl,-z,execstack", "-Wl,-rpath,/tmp")
    found = " ".join(check_wheel.linkage(WHEEL, whole))
    assert all(words in found for words in (".symtab", ".debug", "where it was built", "GNU_STACK")), found


def test_names_of_wheels(check_wheel, tmp_path):
    assert list(check_wheel.tags(tmp_path / "fastspec_audio-1.0-cp312-cp312-manylinux_2_17_x86_64.whl"))
