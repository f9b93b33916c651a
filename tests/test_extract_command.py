"""`fastspec extract`: features and options as words, jobs in files, what is refused, and the summary as JSON."""

from __future__ import annotations

import json
import re
import sys
from types import SimpleNamespace

import numpy as np
import pytest

import fastspec
from fastspec import ParameterError, cli, dataset
from fastspec.cli._extract import size
from fastspec.dataset._cluster import ClusterExecutor

SR = 8000
Y = np.random.default_rng(4).normal(size=(2, 4000)).astype(np.float32) * 0.1


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    fastspec.write("y.wav", Y[0], SR)
    fastspec.write("z.wav", Y[1], SR)
    return tmp_path


def run(*args: object) -> int:
    try:
        return cli.main(["extract", *map(str, args)])
    except SystemExit as ended:
        return ended.code


def refused(capsys, *args: object) -> str:
    """What is said of a command that stores nothing."""
    assert run(*args) in (1, 2)
    told = capsys.readouterr().err
    assert told.startswith("fastspec: error: ")
    assert told.count("\n") == 1
    return told


def test_functions_with_options(capsys):
    options = "mfcc:n-mfcc=5,dct_type=3,norm=null"
    assert (
        run("y.wav", "z.wav", "-o", "set", "--feature", options, "--feature", "other=mfcc", "--sr", SR, "--json") == 0
    )
    told = json.loads(capsys.readouterr().out)
    assert (told["items"], told["entries"], told["failures"]) == (2, 2, [])
    data, y = dataset.open("set"), fastspec.load("y.wav", sr=None)[0]
    want = fastspec.feature.mfcc(y=y, sr=SR, n_mfcc=5, dct_type=3, norm=None)
    np.testing.assert_array_equal(data["y.wav"]["mfcc"], want.T)
    np.testing.assert_array_equal(data["y.wav"]["other"], fastspec.feature.mfcc(y=y, sr=SR).T)


def test_a_job_in_a_file():
    with open("job.toml", "w") as file:
        file.write('dtype = "float16"\n[features]\nmel = "whisper"\n')
    assert run("y.wav", "-o", "set", "--job", "job.toml") == 0
    assert run("y.wav", "-o", "same", "--recipe", "mel=whisper", "--dtype", "float16") == 0
    with open("recipe.json", "w") as file:
        file.write(fastspec.recipe("whisper").to_json())
    assert run("y.wav", "-o", "third", "--recipe", "mel=recipe.json", "--dtype", "float16") == 0
    one, other, third = (dataset.open(name)[0] for name in ("set", "same", "third"))
    assert one.dtype == np.float16
    assert one.tobytes() == other.tobytes() == third.tobytes()


def test_processes_store_the_same():
    assert run("y.wav", "z.wav", "-o", "one", "--recipe", "whisper") == 0
    assert run("y.wav", "z.wav", "-o", "many", "--recipe", "whisper", "--processes", "--workers", 2) == 0
    one, many = dataset.open("one"), dataset.open("many")
    assert [one[i].tobytes() for i in range(2)] == [many[i].tobytes() for i in range(2)]


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ((), "name what to compute: --recipe whisper, --feature mfcc, or --job FILE"),
        (("--feature", "mfcc:n_mfcc"), "n_mfcc has no value; write n_mfcc=..."),
        (("--feature", "mfcc", "--feature", "mfcc:n_mfcc=3"), "two features are called mfcc; name one of them"),
        (("--feature", "mfcc", "--job", "job.toml"), "--job says all that is computed"),
        (("--recipe", "whisper", "--processes", "--scheduler", "tcp://127.0.0.1:1"), "exclude each other"),
        (("--recipe", "whisper", "--memory", "3 kk"), "is no size; write 512MiB"),
        (("--recipe", "whisper", "--memory", "0"), "is no size above 0"),
        (("--recipe", "nothing.json"), "nothing.json: cannot be read: No such file or directory"),
        (("--job", "y.wav"), "y.wav: is no JSON"),
        (("--job", "list.json"), "list.json: must hold a table of names and values"),
        (("--job", "odd.json"), "a job has no 'feature'; did you mean 'features'?"),
        (("--job", "empty.json"), "a job must have features"),
        (("--job", "field.json"), "features: "),
    ],
)
def test_refusals(capsys, folder, options, told):
    (folder / "list.json").write_text("[1, 2]")
    (folder / "odd.json").write_text('{"feature": {}}')
    (folder / "empty.json").write_text('{"dtype": "float16"}')
    (folder / "field.json").write_text('{"features": {"a": {"n_mel": 3}}}')
    assert told in refused(capsys, "y.wav", "-o", "set", *options)
    assert not (folder / "set").exists()


def test_a_place_that_cannot_be_written(capsys):
    assert "y.wav/set: cannot be written: Not a directory" in refused(
        capsys, "y.wav", "-o", "y.wav/set", "--recipe", "whisper"
    )


@pytest.mark.parametrize(("text", "n"), [("512MiB", 2**29), ("2GB", 2 * 10**9), ("7", 7), ("1.5k", 1536)])
def test_sizes(text, n):
    assert size(text) == n


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("no json", "is no job"),
        ('{"features": {}}', "is no job"),
        ('{"job": 99, "features": {}}', "job=99 is a version"),
    ],
)
def test_texts_that_are_no_job(text, told):
    with pytest.raises(ParameterError, match=told):
        dataset.Job.from_json(text)


def test_recordings_that_fail_are_told_and_counted(capsys, folder):
    for name in ("a.wav", "b.wav"):
        (folder / name).write_bytes((folder / "y.wav").read_bytes()[:-2000])
    assert run("a.wav", "b.wav", "z.wav", "-o", "set", "--recipe", "whisper", "--json") == 1
    out, err = capsys.readouterr()
    told = json.loads(out)
    assert (told["items"], told["entries"]) == (3, 1)
    assert [words.partition(":")[0] for _, words in told["failures"]] == ["a.wav", "b.wav"]
    assert err.count("is cut short: 8000 bytes are promised, 6000 are there") == 2


def test_reading_says_what_a_data_set_lacks():
    assert run("y.wav", "-o", "set", "--recipe", "whisper") == 0
    with pytest.raises(ParameterError, match=r"features: set has no 'mel'; it has whisper"):
        dataset.open("set", features=["mel"])
    with pytest.raises(ParameterError, match="normalize='most' is unknown; use None, 'mean', 'standard' or 'minmax'"):
        dataset.open("set", normalize="most")
    with pytest.raises(ParameterError, match="whisper has no statistics; make it with statistics=True"):
        dataset.open("set", normalize="mean")
    with dataset.open("set") as data:
        assert len(data) == 1


def test_manifests_that_are_no_tables(folder):
    (folder / "latin.csv").write_bytes("path\nÄ.wav\n".encode("latin-1"))
    with pytest.raises(ParameterError, match=r"latin\.csv: is no text in UTF-8"):
        dataset.items_of("latin.csv")
    (folder / "long.csv").write_text("path\n" + "y" * 200_000 + ".wav\n")
    with pytest.raises(ParameterError, match=r"long\.csv: is no table"):
        dataset.items_of("long.csv")


def test_no_scheduler_and_no_dask(capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    told = refused(capsys, "y.wav", "-o", "set", "--recipe", "whisper", "--scheduler", "tcp://127.0.0.1:1")
    assert "a cluster needs distributed: pip install 'fastspec-audio[dask]'" in told

    class Client:
        def __init__(self, address: str, **options: object) -> None:
            raise OSError("timed out")

    monkeypatch.setitem(sys.modules, "distributed", SimpleNamespace(Client=Client))
    told = refused(capsys, "y.wav", "-o", "set", "--recipe", "whisper", "--scheduler", "tcp://127.0.0.1:1")
    assert "tcp://127.0.0.1:1: no scheduler answers there (timed out)" in told


@pytest.mark.parametrize(("name", "extra"), [("h5py", "dataset"), ("pyarrow", "parquet")])
def test_stores_without_their_library(capsys, monkeypatch, name, extra):
    store = {"h5py": "_hdf5", "pyarrow": "_parquet"}[name]
    for module in [found for found in sys.modules if found.startswith((name, f"fastspec.dataset._stores.{store}"))]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.setitem(sys.modules, name, None)
    target = {"h5py": "set.h5", "pyarrow": "set.parquet"}[name]
    told = refused(capsys, "y.wav", "-o", target, "--recipe", "whisper", "--pool", "mean")
    assert f"pip install 'fastspec-audio[{extra}]'" in told


def test_values_that_are_words():
    assert run("y.wav", "-o", "set", "--feature", "mfcc:norm=ortho,lifter=22", "--sr", SR) == 0
    y = fastspec.load("y.wav", sr=None)[0]
    want = fastspec.feature.mfcc(y=y, sr=SR, norm="ortho", lifter=22)
    np.testing.assert_array_equal(dataset.open("set")["y.wav"], want.T)


def test_what_the_data_set_says_is_in_options_words(capsys):
    assert run("y.wav", "-o", "set", "--recipe", "whisper", "--quiet") == 0
    told = refused(capsys, "y.wav", "-o", "set", "--recipe", "nemo")
    assert "--fresh" in told
    assert "fresh=True" not in told


def test_warnings_are_told_once(capsys):
    assert run("y.wav", "z.wav", "-o", "set", "--feature", "stft:n_fft=8192", "--sr", SR) == 0
    err = capsys.readouterr().err
    assert err.count("fastspec: warning: y.wav and 1 more: ") == err.count("warning: ") == 1


def test_parts_are_sent_to_a_cluster(monkeypatch):
    """A client that runs them at once stands for Dask's; of one that fails, the error arrives."""

    class Done:
        def __init__(self, function, args):
            self._function, self._args = function, args

        def result(self):
            return self._function(*self._args)

        def add_done_callback(self, call):
            call(self)

    keys = []

    class Client:
        def __init__(self, address, **options):
            assert address == "tcp://there:8786"

        def submit(self, function, *args, key, pure, retries):
            keys.append(key)
            return Done(function, args)

        def __enter__(self):
            return self

        def __exit__(self, *error):
            keys.append("closed")

    monkeypatch.setitem(sys.modules, "distributed", SimpleNamespace(Client=Client))
    assert run("y.wav", "z.wav", "-o", "set", "--recipe", "whisper", "--scheduler", "tcp://there:8786") == 0
    assert run("y.wav", "z.wav", "-o", "here", "--recipe", "whisper") == 0
    assert keys[-1] == "closed"
    assert all(re.fullmatch(r"compute_part-\d{8}-[0-9a-f]{8}", key) for key in keys[:-1]), keys
    for name in ("y.wav", "z.wav"):
        np.testing.assert_array_equal(dataset.open("set")[name], dataset.open("here")[name])
    future = ClusterExecutor(Client("tcp://there:8786")).submit(int, "no number")
    with pytest.raises(ValueError, match="no number"):
        future.result()
