"""Threads, instruction sets and what an import loads: the settings, and that none changes a result."""

from __future__ import annotations

import json
import os
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from support import reference
from support.programs import run_python
from support.spectral_signals import noise

import fastspec
from fastspec._engine import threads as _threads


@pytest.fixture(autouse=True)
def no_settings(monkeypatch):
    monkeypatch.delenv("FASTSPEC_NUM_THREADS", raising=False)
    yield
    fastspec.set_num_threads(None)


# Numbers of threads


def test_repr():
    assert repr(fastspec.threads(2)) == "fastspec.threads(2)"


def test_automatic_is_the_number_of_cpus(monkeypatch):
    cpus = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    for quota, wanted in [(None, cpus), (1, 1), (cpus, cpus), (cpus + 1, cpus)]:
        monkeypatch.setattr(_threads, "_quota", lambda quota=quota: quota)
        assert fastspec.get_num_threads() == wanted


def test_the_quota_is_read_once(monkeypatch):
    asked = []
    monkeypatch.setattr(_threads, "cpu_quota", lambda: asked.append(1))
    _threads._quota.cache_clear()
    for _ in range(3):
        fastspec.get_num_threads()
    _threads._quota.cache_clear()
    assert len(asked) == 1


@pytest.mark.skipif(sys.version_info < (3, 13), reason="PYTHON_CPU_COUNT is of Python 3.13")
def test_pythons_own_setting_counts():
    code = "import fastspec; print(fastspec.get_num_threads())"
    assert run_python(code, PYTHON_CPU_COUNT="1").stdout.split() == ["1"]


def test_config_says_where_the_number_comes_from(capsys, monkeypatch):
    def reason() -> str:
        fastspec.show_config()
        return config(capsys.readouterr().out)["threads"]

    monkeypatch.setattr(_threads, "_cpus", lambda: 64)
    for quota, wanted in [(None, "64 (by the CPUs of this process;"), (2, "2 (by the CPU quota of the container;")]:
        monkeypatch.setattr(_threads, "_quota", lambda quota=quota: quota)
        assert reason().startswith(wanted)
    monkeypatch.setenv("FASTSPEC_NUM_THREADS", "5")
    assert reason().startswith("5 (by FASTSPEC_NUM_THREADS;")
    fastspec.set_num_threads(6)
    assert reason().startswith("6 (by set_num_threads;")
    with fastspec.threads(7):
        assert reason().startswith("7 (by threads;")


def test_the_nearest_setting_counts(monkeypatch):
    monkeypatch.setenv("FASTSPEC_NUM_THREADS", "3")
    assert fastspec.get_num_threads() == 3
    fastspec.set_num_threads(5)
    assert fastspec.get_num_threads() == 5
    with fastspec.threads(7):
        assert fastspec.get_num_threads() == 7
        with fastspec.threads(1):
            assert fastspec.get_num_threads() == 1
        assert fastspec.get_num_threads() == 7
    assert fastspec.get_num_threads() == 5
    fastspec.set_num_threads(None)
    assert fastspec.get_num_threads() == 3


def test_a_scope_ends_with_an_error_too():
    before = fastspec.get_num_threads()
    with pytest.raises(KeyError), fastspec.threads(9):
        raise KeyError
    assert fastspec.get_num_threads() == before


def test_one_scope_in_two_threads():
    before = fastspec.get_num_threads()
    scope, met = fastspec.threads(6), threading.Barrier(2)

    def inside(_):
        with scope:
            met.wait()
            seen = fastspec.get_num_threads()
            met.wait()
        return seen, fastspec.get_num_threads()

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(inside, range(2))) == [(6, before)] * 2
    assert fastspec.get_num_threads() == before


def test_a_scope_can_be_used_again_and_within_itself():
    before = fastspec.get_num_threads()
    scope = fastspec.threads(6)
    with scope:
        with scope:
            assert fastspec.get_num_threads() == 6
        assert fastspec.get_num_threads() == 6
    assert fastspec.get_num_threads() == before


def test_a_scope_is_of_its_thread():
    found = []
    with fastspec.threads(11):
        worker = threading.Thread(target=lambda: found.append(fastspec.get_num_threads()))
        worker.start()
        worker.join()
    assert found == [fastspec.get_num_threads()]


@pytest.mark.parametrize("n", [0, -1, 2.0, "2", True])
def test_numbers_are_positive_integers(n):
    for setting in (fastspec.set_num_threads, fastspec.threads):
        with pytest.raises(fastspec.ParameterError, match="n="):
            setting(n)


def test_a_scope_needs_a_number():
    with pytest.raises(fastspec.ParameterError, match="n=None"):
        fastspec.threads(None)


@pytest.mark.parametrize("text", ["0", "-2", "many", "1.5"])
def test_environment_is_checked(text, monkeypatch):
    monkeypatch.setenv("FASTSPEC_NUM_THREADS", text)
    with pytest.raises(fastspec.ParameterError, match="FASTSPEC_NUM_THREADS"):
        fastspec.get_num_threads()


def test_empty_environment_is_no_setting(monkeypatch):
    default = fastspec.get_num_threads()
    monkeypatch.setenv("FASTSPEC_NUM_THREADS", "")
    assert fastspec.get_num_threads() == default


def test_small_work_starts_no_thread(monkeypatch):
    asked = []
    monkeypatch.setattr("fastspec._engine.threads.get_num_threads", lambda: asked.append(1) or 4)
    fastspec.stft(noise(4096))
    assert not asked
    fastspec.stft(noise(400_000))
    assert asked


def test_child_processes_use_one_thread():
    code = """
import multiprocessing, fastspec
if __name__ == "__main__":
    with multiprocessing.get_context("fork").Pool(1) as pool:
        print(pool.apply(fastspec.get_num_threads))
"""
    if "fork" not in __import__("multiprocessing").get_all_start_methods():
        pytest.skip("no fork here")
    assert run_python(code).stdout.split() == ["1"]


# Results


def results(y) -> list[np.ndarray]:
    return [
        fastspec.stft(y, n_fft=400, hop_length=160),
        fastspec.stft(y, n_fft=509, hop_length=300, pad_mode="reflect"),
        fastspec.feature.melspectrogram(y=y, n_fft=1024, hop_length=256, n_mels=40),
        fastspec.feature.logmel(y=y, n_fft=512, hop_length=256, n_mels=40, ref=np.max),
        fastspec.feature.mfcc(y=y, n_fft=512, hop_length=256, n_mels=40),
        fastspec.power_to_db(np.abs(y) ** 2, ref=np.max),
    ]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("leading", [(), (2,), (9,)])
def test_no_number_of_threads_changes_a_bit(leading, dtype):
    y = noise(*leading, 700_000 // (leading or (1,))[0], dtype=dtype)
    with fastspec.threads(1):
        one = results(y)
    for n_threads in (2, 3, 8):
        with fastspec.threads(n_threads):
            for a, b in zip(one, results(y), strict=True):
                np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("n_threads", [2, 8])
def test_what_is_not_finite_is_found_from_any_thread(n_threads):
    y = noise(1_000_000)
    with fastspec.threads(n_threads):
        for at in (0, 499_999, 999_999):
            dirty = y.copy()
            dirty[at] = np.nan
            with pytest.raises(fastspec.ParameterError, match=rf"y\[{at}\] is nan"):
                fastspec.stft(dirty)


def test_callers_in_many_threads_share_plans():
    signals = [noise(20_000, seed=seed) for seed in range(32)]
    alone = [results(y) for y in signals]
    with ThreadPoolExecutor(16) as pool:
        together = list(pool.map(results, signals))
    for wanted, found in zip(alone, together, strict=True):
        for a, b in zip(wanted, found, strict=True):
            np.testing.assert_array_equal(a, b)


# Instruction sets


def config(text: str) -> dict[str, str]:
    return dict(line.split(": ", 1) for line in text.splitlines() if ": " in line)


def available() -> list[str]:
    from contextlib import redirect_stdout
    from io import StringIO

    with redirect_stdout(StringIO()) as text:
        fastspec.show_config()
    return config(text.getvalue())["available"].split(" (")[0].split(", ")


def test_config_names_versions_threads_and_instruction_set(capsys):
    with fastspec.threads(13):
        fastspec.show_config()
    text = capsys.readouterr().out
    assert text.startswith(f"fastspec {fastspec.__version__}\n")
    assert config(text)["threads"].startswith("13 ")
    assert config(text)["instruction set"].split()[0] in available()
    assert f"numpy {np.__version__}" in text


TRANSFORMS = """
import sys
import numpy as np
import fastspec
sys.path.insert(0, {tests!r})
from support.spectral_signals import noise
out = {{}}
for dtype in (np.float32, np.float64):
    y = noise(2, 6000, dtype=dtype)
    for n_fft in {lengths}:
        for pad_mode in ("constant", "reflect"):
            D = fastspec.stft(y, n_fft=n_fft, hop_length=n_fft // 3 + 1, pad_mode=pad_mode)
            out[f"stft {{n_fft}} {{pad_mode}} {{D.dtype}}"] = D
    out[f"mel {{y.dtype}}"] = fastspec.feature.melspectrogram(y=y, n_fft=512, hop_length=200, n_mels=40)
    out[f"logmel {{y.dtype}}"] = fastspec.feature.logmel(y=y, n_fft=512, hop_length=200, n_mels=40)
    out[f"mfcc {{y.dtype}}"] = fastspec.feature.mfcc(y=y, n_fft=512, hop_length=200, n_mels=40)
    out[f"level {{y.dtype}}"] = fastspec.power_to_db(np.abs(y), ref=np.max)
np.savez({path!r}, **out)
fastspec.show_config()
"""
LENGTHS = (8, 27, 64, 74, 127, 210, 400, 512, 1009)


@pytest.fixture(scope="module")
def by_isa(root, tmp_path_factory):
    """Results of every instruction set of this machine, and the configuration that it reports."""
    found = {}
    for isa in available():
        path = tmp_path_factory.mktemp(isa) / "results.npz"
        code = TRANSFORMS.format(tests=str(root / "tests"), path=str(path), lengths=LENGTHS)
        run = run_python(code, FASTSPEC_ISA=isa)
        with np.load(path) as stored:
            found[isa] = config(run.stdout), dict(stored)
    return found


def test_environment_chooses_the_instruction_set(by_isa):
    assert len(by_isa) >= 2
    for isa, (reported, _) in by_isa.items():
        assert reported["instruction set"].split()[0] == isa


def test_instruction_sets_agree(by_isa):
    """Each is within 1.8 u sqrt(log2 n) of the truth (test_spectrum.py), so within twice that of another."""
    _, best = by_isa[available()[-1]]
    for _, found in by_isa.values():
        for name, value in found.items():
            u = reference.ROUNDOFF[np.dtype(name.split()[-1])]
            if name.startswith("stft"):
                n_fft = int(name.split()[1])
                size = np.sqrt((np.abs(best[name]) ** 2).sum(axis=-2).max())
                off = np.sqrt((np.abs(value - best[name]) ** 2).sum(axis=-2).max())
                assert off <= 3.6 * u * np.sqrt(np.log2(n_fft)) * size
            elif name.startswith("mel"):
                assert reference.of_frame_maximum(value, best[name]) <= 20 * u
            else:
                np.testing.assert_allclose(value, best[name], rtol=0, atol=5000 * u)


def test_unknown_instruction_set_warns_and_the_best_is_used():
    run = run_python("import fastspec; fastspec.show_config()", FASTSPEC_ISA="mmx")
    assert "FASTSPEC_ISA='mmx' is not an instruction set" in run.stderr
    best = config(run_python("import fastspec; fastspec.show_config()", FASTSPEC_ISA="").stdout)
    assert config(run.stdout)["instruction set"] == best["instruction set"]


# Imports

HEAVY = ("scipy", "soundfile", "soxr", "matplotlib", "numba", "sklearn", "torch", "librosa")


def loaded_after(code: str) -> set[str]:
    run = run_python(f"{code}\nimport json, sys; print(json.dumps(sorted(sys.modules)))")
    return {name.split(".")[0] for name in json.loads(run.stdout.splitlines()[-1])}


@pytest.mark.parametrize(
    "code",
    [
        "import fastspec",
        "import fastspec; dir(fastspec); dir(fastspec.feature); fastspec.filters; fastspec.util",
        "import fastspec, numpy as np; fastspec.feature.logmel(y=np.zeros(4096, np.float32))",
        "import fastspec, numpy as np; fastspec.feature.mfcc(y=np.zeros(4096, np.float32))",
        "import fastspec, numpy as np; fastspec.stft(np.zeros(4096), window='hamming', pad_mode='reflect')",
        "import fastspec, numpy as np; fastspec.power_to_db(np.ones((3, 4)))",
        "import fastspec, numpy as np; fastspec.magphase(np.ones((3, 4), complex))",
    ],
)
def test_numpy_alone_is_loaded(code):
    loaded = loaded_after(code)
    assert "fastspec" in loaded
    assert not loaded.intersection(HEAVY)


def test_import_is_little_more_than_numpy():
    run = run_python("import numpy, sys; a = set(sys.modules); import fastspec; print(*set(sys.modules) - a)")
    ours = [name for name in run.stdout.split() if name.startswith("fastspec")]
    assert sorted(ours) == ["fastspec", "fastspec._lazy"]


def test_import_starts_no_thread_and_keeps_denormals():
    code = """
import threading, numpy as np, fastspec
fastspec.stft(np.zeros(10_000_000, np.float32))
assert threading.active_count() == 1
assert np.float32(1e-45) * np.float32(1) > 0
assert np.finfo(np.float32).smallest_subnormal > 0
"""
    run_python(code)


def test_names_of_the_stubs_are_there():
    for package in (fastspec, fastspec.core, fastspec.feature, fastspec.util):
        for name in dir(package):
            getattr(package, name)
        assert set(package.__all__) == set(dir(package))
    with pytest.raises(AttributeError, match="nonsense"):
        fastspec.nonsense  # noqa: B018
