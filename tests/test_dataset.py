"""Data sets: what is read, what is computed of it, what is stored, and that nothing of it is lost or mixed."""

from __future__ import annotations

import contextlib
import importlib.util
import io
import json
import os
import pickle
import re
import shutil
import signal
import subprocess
import sys
import tarfile
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pytest
import soundfile
from support.recordings import MEL, SR, STORES, fingerprint, noise, recordings_in

import fastspec
from fastspec import ParameterError, dataset
from fastspec._soundfiles.whole_file import OutputError
from fastspec.dataset import Item, Job, _compute, _run, _stores, extract, items_of, load_job
from fastspec.dataset._stores._contents import NotAStoreError, read_header

h5py = pytest.importorskip("h5py")
_hdf5, _tar = (_stores._module(name) for name in ("hdf5", "tar"))


@pytest.fixture
def folder(tmp_path):
    return recordings_in(tmp_path)


# --- what is read


def test_folders_are_read_in_the_order_of_names(folder):
    items = items_of([folder])
    assert [item.id for item in items] == sorted(item.id for item in items)
    assert len(items) == 12
    assert items[0].id == "cats/01.flac"
    assert all(item.stamp == (os.path.getsize(item.path), os.stat(item.path).st_mtime_ns) for item in items)


def test_labels_are_folders(folder):
    assert {item.label for item in items_of(folder, label_of="folder")} == {"cats", "dogs"}


def test_patterns(folder):
    found = [item.id for item in items_of([str(folder / "**" / "*.wav")])]
    assert found == ["cats/03.wav", "cats/09.wav", "dogs/00.wav", "dogs/06.wav"]


@pytest.mark.parametrize("kind", ["csv", "tsv", "jsonl"])
def test_manifests(folder, kind):
    rows = [
        {"path": "dogs/00.wav", "start": 0.05, "end": 0.2, "label": "dog", "id": "first"},
        {"path": "cats/01.flac", "label": "cat"},
        {"path": "cats/01.flac", "start": 0.1, "label": "cat"},
    ]
    path = folder / f"list.{kind}"
    if kind == "jsonl":
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    else:
        columns, between = list(rows[0]), "," if kind == "csv" else "\t"
        lines = [columns, *([str(row.get(column, "")) for column in columns] for row in rows)]
        path.write_text("".join(between.join(line) + "\n" for line in lines))
    items = items_of(path)
    assert [(i.id, i.start, i.end, i.label) for i in items] == [
        ("first", 0.05, 0.2, "dog"), ("cats/01.flac", None, None, "cat"), ("cats/01.flac#2", 0.1, None, "cat"),
    ]  # fmt: skip
    extract([path], folder / "out", Job(features={"mel": MEL}))
    y, _ = fastspec.load(folder / "dogs/00.wav", sr=None)
    part = y[int(0.05 * SR) : int(0.2 * SR)]
    np.testing.assert_array_equal(dataset.open(folder / "out")["first"], MEL(part).T)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('{"start": 1}', "there is no path"),
        ('{"path": "a.wav", "start": "soon"}', "start='soon' must be seconds"),
        ('{"path": "a.wav", "start": 2, "end": 1}', "end=1.0 is not after start=2.0"),
        ('{"path"', "is no JSON"),
        ("3", "must be an object"),
    ],
)
def test_broken_manifests_name_the_line(tmp_path, line, words):
    (tmp_path / "list.jsonl").write_text('{"path": "b.wav"}\n' + line)
    with pytest.raises(ParameterError, match="line 2") as caught:
        items_of(tmp_path / "list.jsonl")
    assert words in str(caught.value)


def test_hdf5_of_samples(tmp_path):
    clips = np.stack([noise(5000, i) for i in range(3)], axis=1)
    with h5py.File(tmp_path / "raw.h5", "w") as file:
        file.attrs["sr"] = SR
        file["blues"], file["one"] = clips, clips[:, 0]
    items = items_of(tmp_path / "raw.h5")
    assert [item.id for item in items] == ["blues/0", "blues/1", "blues/2", "one"]
    assert [item.label for item in items] == ["blues", "blues", "blues", ""]
    extract([tmp_path / "raw.h5"], tmp_path / "out", Job(features={"mel": MEL}))
    np.testing.assert_array_equal(dataset.open(tmp_path / "out")["blues/1"], MEL(clips[:, 1]).T)


def test_tar_of_files(folder):
    with tarfile.open(folder / "all.tar", "w") as tar:
        for path in sorted(folder.rglob("*.wav")):
            tar.add(path, path.name)
        (folder / "00.cls").write_text("dog\n")
        tar.add(folder / "00.cls", "00.cls")
    items = items_of(folder / "all.tar")
    assert {i.id: i.label for i in items} == {"00.wav": "dog", "03.wav": "", "06.wav": "", "09.wav": ""}
    extract([folder / "all.tar"], folder / "out", Job(features={"mel": MEL}))
    y, _ = fastspec.load(folder / "cats/03.wav", sr=None)
    np.testing.assert_array_equal(dataset.open(folder / "out")["03.wav"], MEL(y).T)


def test_a_compressed_tar_is_refused(folder):
    with tarfile.open(folder / "all.tar.gz", "w:gz") as tar:
        tar.add(folder / "dogs/00.wav", "00.wav")
    with pytest.raises(ParameterError, match="is no uncompressed tar"):
        items_of(folder / "all.tar.gz")


@pytest.mark.parametrize(
    ("sources", "words"),
    [
        ([], "names nothing"),
        (["no/such"], "is not there"),
        (["no/*.wav"], "is not there"),
        (["empty"], "no sound files"),
    ],
)
def test_sources_that_are_none(tmp_path, monkeypatch, sources, words):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    with pytest.raises(ParameterError, match=words):
        items_of(sources)


def test_ids_are_unique(folder):
    shutil.copytree(folder, folder.parent / "copy")
    with pytest.raises(ParameterError, match=r"would both be 'cats/01\.flac'"):
        items_of([folder, folder.parent / "copy"])


def test_ids_of_given_items_are_unique(folder):
    items = items_of(folder)
    with pytest.raises(ParameterError, match="would both be"):
        extract([*items, items[0]], folder.parent / "out", Job(features={"mel": MEL}))
    assert not (folder.parent / "out.parts").exists()


# --- what is computed


def test_jobs_are_data(tmp_path):
    job = Job(features={"mel": MEL, "cqt": {"kind": "cqt", "n_bins": 12}, "w": "whisper"}, pool="mean", sr=22050)
    assert Job.from_json(job.to_json()) == job
    assert hash(Job.from_json(job.to_json())) == hash(job)
    text = 'sr = 22050\npool = "mean"\n[features]\nw = "whisper"\n[features.cqt]\nkind = "cqt"\nn_bins = 12\n'
    (tmp_path / "job.toml").write_text(text)
    (tmp_path / "job.json").write_text(load_job(tmp_path / "job.toml").to_json())
    assert load_job(tmp_path / "job.json") == load_job(tmp_path / "job.toml")
    assert job.digest != Job(features={"mel": MEL}).digest
    assert eval(repr(job), {"Job": Job, "fastspec": fastspec}) == job
    assert repr(Job(features=fastspec.Recipe())) == "Job(features={'features': fastspec.Recipe(sr=22050)})"
    assert re.findall("<th>(.*?)</th>", job._repr_html_()) == ["feature mel", "feature cqt", "feature w", "sr", "pool"]


def test_features_may_be_a_list_of_names():
    assert Job(features=["whisper", "cqt"]) == Job(features={"whisper": "whisper", "cqt": "cqt"})
    assert Job(features=[("mel", MEL)]) == Job(features={"mel": MEL})


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"features": {}}, "asks for nothing"),
        ({"features": {"a": "whispr"}}, "did you mean 'whisper'"),
        ({"features": {"a": {"kind": "cqtt"}}}, "did you mean 'cqt'"),
        ({"features": {"a": {"kind": "cqt", "nbins": 3}}}, "did you mean 'n_bins'"),
        ({"features": {"a/b": "whisper"}}, "is no name"),
        ({"features": {"a": 3}}, "use a Recipe"),
        ({"features": 3}, "features=3 must be a recipe, names, or a dict"),
        ({"features": [MEL]}, "must be a recipe, names, or a dict"),
        ({"features": [("a", "whisper", 3)]}, "must be a recipe, names, or a dict"),
        ({"features": "whisper", "pool": "mode"}, "pool='mode'"),
        ({"features": "whisper", "pool": "mean", "patch_frames": 3}, "exclude each other"),
        ({"features": "whisper", "sr": -1}, "sr=-1"),
        ({"features": "whisper", "dtype": "float31"}, "did you mean 'float32'"),
        ({"features": fastspec.Recipe(power=None, parts=True, n_mels=0, log=None)}, "parts=True"),
    ],
)
def test_jobs_that_make_no_sense(fields, words):
    with pytest.raises(ParameterError) as caught:
        Job(**fields)
    assert words in str(caught.value)


@pytest.mark.parametrize("store", STORES)
def test_entries_are_what_the_api_makes(folder, store):
    job = Job(features={"mel": MEL, "mfcc": {"kind": "mfcc", "n_mfcc": 13}, "cqt": {"kind": "cqt", "n_bins": 12}})
    summary = extract([folder], folder.parent / STORES[store], job, store=store, label_of="folder")
    assert (summary.n_items, summary.n_entries, summary.failures) == (12, 12, ())
    assert not (folder.parent / f"{STORES[store]}.parts").exists()
    data = dataset.open(folder.parent / STORES[store])
    for item in items_of(folder, label_of="folder"):
        y, _ = fastspec.load(item.path, sr=None)
        entry = data[item.id]
        np.testing.assert_array_equal(entry["mel"], MEL(y).T)
        np.testing.assert_array_equal(entry["mfcc"], fastspec.feature.mfcc(y=y, sr=SR, n_mfcc=13).T)
        with pytest.warns() if len(y) < 16384 else contextlib.nullcontext():
            C = np.abs(fastspec.cqt(y, sr=SR, n_bins=12))
        np.testing.assert_array_equal(entry["cqt"], C.T)
        i = data.ids.index(item.id)
        assert data.labels[i] == item.label
        assert data.durations[i] == len(y) / SR
        assert data.n_frames(i, "mel") == len(entry["mel"])


def test_long_files_have_the_bits_of_short_ones(tmp_path):
    """Blocks of thirty seconds, and a recipe that needs no whole clip."""
    y = noise(SR * 70)
    fastspec.write(tmp_path / "long.wav", y, SR, subtype="FLOAT")
    extract([tmp_path / "long.wav"], tmp_path / "out", Job(features={"mel": MEL}))
    np.testing.assert_array_equal(dataset.open(tmp_path / "out")[0], MEL(y).T)


def test_resampling_is_that_of_a_recipes_file(folder):
    recipe = MEL.replace(sr=8000, n_fft=256)
    extract([folder], folder.parent / "out", Job(features={"a": recipe, "b": MEL}))
    data = dataset.open(folder.parent / "out")
    np.testing.assert_array_equal(data["dogs/00.wav"]["a"], recipe.file(folder / "dogs/00.wav").T)
    np.testing.assert_array_equal(data["dogs/00.wav"]["b"], MEL.file(folder / "dogs/00.wav").T)


def test_channels(tmp_path):
    y = np.stack([noise(5000), noise(5000, 1)])
    fastspec.write(tmp_path / "two.wav", y, SR, subtype="FLOAT")
    extract([tmp_path / "two.wav"], tmp_path / "mix", Job(features={"mel": MEL}))
    extract([tmp_path / "two.wav"], tmp_path / "keep", Job(features={"mel": MEL}, channels="keep"))
    np.testing.assert_array_equal(dataset.open(tmp_path / "mix")[0], MEL(fastspec.to_mono(y)).T)
    data = dataset.open(tmp_path / "keep")
    assert data.ids == ["two.wav:0", "two.wav:1"]
    np.testing.assert_array_equal(np.stack(data[:]), MEL(y).swapaxes(-1, -2))


@pytest.mark.parametrize("store", STORES)
def test_a_store_is_on_the_disk_before_it_has_its_name(folder, store, monkeypatch):
    out, synced, when_named = folder.parent / STORES[store], set(), []
    replace = os.replace

    def named(old, new):
        if os.fspath(new) == str(out):
            when_named.append(set(synced))
        replace(old, new)

    monkeypatch.setattr(os, "fsync", lambda descriptor: synced.add(os.fstat(descriptor).st_ino))
    monkeypatch.setattr(os, "replace", named)
    extract([folder], out, Job(features={"mel": MEL}), store=store)
    files = [out, *out.rglob("*")] if out.is_dir() else [out]
    assert len(when_named) == 1
    assert {file.stat().st_ino for file in files} <= when_named[0]
    assert out.parent.stat().st_ino in synced - when_named[0]  # the name itself


@pytest.mark.parametrize("store", STORES)
def test_file_systems_without_fsync(folder, store, monkeypatch):
    def unknown(descriptor):
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr(os, "fsync", unknown)
    extract([folder], folder.parent / STORES[store], Job(features={"mel": MEL}), store=store)
    assert len(dataset.open(folder.parent / STORES[store])) == 12


@pytest.mark.parametrize("options", [{}, {"channels": "keep"}, {"patch_frames": 5}])
def test_seconds_are_those_of_the_recordings(tmp_path, options):
    """Whatever they are called, and however many entries each becomes."""
    for name in ("a@0.wav", "a@1.wav", "b:0.wav"):
        fastspec.write(tmp_path / name, np.stack([noise(8000), noise(8000, 1)]), SR)
    summary = extract([tmp_path], tmp_path / "out", Job(features={"mel": MEL}, **options))
    assert summary.seconds == dataset.open(tmp_path / "out").summary()["hours"] * 3600 == 1.5


def test_pooling(folder):
    F = MEL(fastspec.load(folder / "dogs/00.wav", sr=None)[0])
    for kind, expected in (("mean", fastspec.pool_frames(F, 3).T), ("max", fastspec.adaptive_max_pool1d(F, 3).T)):
        extract([folder], folder.parent / kind, Job(features={"mel": MEL}, pool=kind, pool_frames=3))
        np.testing.assert_array_equal(dataset.open(folder.parent / kind)["dogs/00.wav"], expected)


def test_patches(folder):
    extract([folder], folder.parent / "out", Job(features={"mel": MEL}, patch_frames=10, patch_hop=5))
    data = dataset.open(folder.parent / "out")
    F = MEL(fastspec.load(folder / "dogs/00.wav", sr=None)[0]).T
    names = [name for name in data.ids if name.startswith("dogs/00.wav@")]
    assert len(names) == 1 + (len(F) - 10) // 5
    for i, name in enumerate(names):
        np.testing.assert_array_equal(data[name], F[5 * i : 5 * i + 10])


def test_statistics_are_those_of_all_frames(folder):
    extract([folder], folder.parent / "out", Job(features={"mel": MEL}, statistics=True))
    data = dataset.open(folder.parent / "out")
    frames = np.concatenate(list(data)).astype(np.float64)
    found = data.statistics
    assert found["count"] == len(frames)
    for name in ("mean", "std", "min", "max"):
        np.testing.assert_allclose(found[name], getattr(frames, name)(axis=0), rtol=1e-12)
    scaled = np.concatenate(list(dataset.open(folder.parent / "out", normalize="standard")))
    np.testing.assert_allclose(scaled.mean(0), 0, atol=1e-5)
    np.testing.assert_allclose(scaled.std(0), 1, rtol=1e-5)
    scaled = np.concatenate(list(dataset.open(folder.parent / "out", normalize="minmax")))
    assert (scaled.min(), scaled.max()) == pytest.approx((0, 1), abs=1e-6)


def test_dtype(folder):
    extract([folder], folder.parent / "out.h5", Job(features={"mel": MEL}, dtype="float16"))
    data = dataset.open(folder.parent / "out.h5")
    F = MEL(fastspec.load(folder / "dogs/00.wav", sr=None)[0]).T
    np.testing.assert_array_equal(data["dogs/00.wav"], F.astype(np.float16))


# --- what is stored


def test_hdf5_is_plain(folder):
    """Readable without fastspec: all frames, where each entry begins, names, and how it was made."""
    extract([folder], folder.parent / "out.h5", Job(features={"mel": MEL}), label_of="folder")
    with h5py.File(folder.parent / "out.h5") as file:
        offsets, ids = file["offsets"][:], [name.decode() for name in file["ids"][:]]
        assert file["features"].shape == (offsets[-1], 40)
        i = ids.index("dogs/00.wav")
        y, _ = fastspec.load(folder / ids[i], sr=None)
        np.testing.assert_array_equal(file["features"][offsets[i] : offsets[i + 1]], MEL(y).T)
        assert file["labels"][i] == b"dogs"
        assert file["durations"][i] == len(y) / SR
        assert fastspec.Recipe.from_json(file.attrs["recipe"]) == MEL
        assert file.attrs["fastspec"] == fastspec.__version__


def test_tars_are_webdatasets(folder):
    extract([folder], folder.parent / "out", Job(features={"mel": MEL}), store="tar", label_of="folder")
    with tarfile.open(folder.parent / "out" / "shard-000000.tar") as tar:
        names = tar.getnames()
    assert names[:3] == ["cats/01_flac.json", "cats/01_flac.cls", "cats/01_flac.npy"]
    assert len(names) == 36


def test_parquet(folder):
    pq = pytest.importorskip("pyarrow.parquet")
    job = Job(features={"mel": MEL}, pool="mean", pool_frames=2)
    extract([folder], folder.parent / "out.parquet", job, label_of="folder")
    table = pq.read_table(folder.parent / "out.parquet")
    data = dataset.open(folder.parent / "out.parquet")
    assert table["id"].to_pylist() == data.ids
    np.testing.assert_array_equal(np.array(table["mel"][0].as_py(), np.float32).reshape(2, 40), data[0])
    with pytest.raises(ParameterError, match="use pool='mean'"):
        extract([folder], folder.parent / "other.parquet", Job(features={"mel": MEL}))


def test_names_that_would_leave_the_folder_do_not(tmp_path):
    fastspec.write(tmp_path / "a.wav", noise(4000), SR)
    rows = [{"path": "a.wav", "id": name} for name in ("../../up", "/etc/x", "ok", "OK", "x" * 300, "..", "nul\0")]
    (tmp_path / "list.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    for store in ("npy", "tar"):
        out = tmp_path / "in" / "side" / store
        extract([tmp_path / "list.jsonl"], out, Job(features={"mel": MEL}), store=store)
        assert len(dataset.open(out)) == len(rows)
        assert dataset.open(out)["../../up"].shape == dataset.open(out)["OK"].shape
    assert sorted(os.listdir(tmp_path)) == ["a.wav", "in", "list.jsonl"]
    assert sorted(os.listdir(tmp_path / "in" / "side")) == ["npy", "tar"]


@pytest.mark.parametrize("store", STORES)
def test_reading(folder, store):
    out = folder.parent / STORES[store]
    extract([folder], out, Job(features={"mel": MEL}), store=store, label_of="folder")
    data = dataset.open(out, labels=True)
    assert len(data) == 12
    assert data.classes == ["cats", "dogs"]
    features, number = data[-1]
    assert data.classes[number] == data.labels[-1]
    np.testing.assert_array_equal(features, data[11][0])
    assert [len(F) for F, _ in data[2:5]] == [len(data[i][0]) for i in (2, 3, 4)]
    assert len(data[np.array([0, 5])]) == 2
    assert sorted(len(F) for F, _ in data.shuffled(3)) == sorted(len(F) for F, _ in data)
    assert [len(F) for F, _ in data.shuffled(3)] == [len(F) for F, _ in data.shuffled(3)]
    assert data.recipe == MEL
    assert data.summary()["classes"] == {"cats": 6, "dogs": 6}
    assert "12 entries" in repr(data)
    shown = data._repr_html_()
    assert "<tr><th>entries</th><td>12</td></tr>" in shown
    assert "<tr><th>class cats</th><td>6 entries</td></tr>" in shown
    again = pickle.loads(pickle.dumps(data))
    np.testing.assert_array_equal(again[3][0], data[3][0])
    with ProcessPoolExecutor(1, get_context("fork")) as pool:
        np.testing.assert_array_equal(pool.submit(entry_of, data, 3).result()[0], data[3][0])
    with pytest.raises(IndexError, match="12 is no entry"):
        data[12]
    with pytest.raises(KeyError, match="is no id"):
        data["nobody"]


def entry_of(data, i):
    return data[i]


def test_torch_reads_it(folder):
    torch_data = pytest.importorskip("torch.utils.data")
    extract([folder], folder.parent / "out.h5", Job(features={"mel": MEL}, pool="mean"), label_of="folder")
    data = dataset.open(folder.parent / "out.h5", labels=True)
    loader = torch_data.DataLoader(data, batch_size=5, num_workers=2)
    assert [tuple(features.shape) for features, _ in loader] == [(5, 1, 40), (5, 1, 40), (2, 1, 40)]


def test_what_is_no_data_set(tmp_path):
    (tmp_path / "text.h5").write_text("no")
    (tmp_path / "folder").mkdir()
    with h5py.File(tmp_path / "other.h5", "w") as file:
        file["x"] = 3
    (tmp_path / "text.parquet").write_text("no")
    (tmp_path / "folder" / "later").mkdir()
    for name in ("text.h5", "folder", "other.h5"):
        with pytest.raises(ParameterError, match="is no data set"):
            dataset.open(tmp_path / name)
    if importlib.util.find_spec("pyarrow"):
        with pytest.raises(ParameterError, match="is no Parquet table"):
            dataset.open(tmp_path / "text.parquet")
    with pytest.raises(NotAStoreError, match=r"of a later fastspec \(format 99; \d+ can be read here\)"):
        read_header(json.dumps({"fastspec_dataset": 99}))
    with pytest.raises(FileNotFoundError):
        dataset.open(tmp_path / "nothing.h5")


def test_a_module_that_a_store_lacks_is_told_as_it_is(monkeypatch):
    def lacking(name, package=None):
        raise ModuleNotFoundError("No module named 'nothing'", name="nothing")

    monkeypatch.setattr(_stores, "import_module", lacking)
    with pytest.raises(ModuleNotFoundError, match="No module named 'nothing'"):
        _stores._module("hdf5")


@pytest.mark.parametrize("store", ["h5", "tar"])
def test_a_fork_reads_by_a_file_of_its_own(folder, store):
    """Its parent's has one place for both."""
    out = folder.parent / STORES[{"h5": "hdf5"}.get(store, store)]
    extract([folder], out, Job(features={"mel": MEL}), store={"h5": "hdf5"}.get(store, store))
    data = dataset.open(out)
    first, opened = data[0], data._opened
    data._process = -1  # as a fork finds it
    np.testing.assert_array_equal(data[0], first)
    assert data._opened is not opened
    assert data._process == os.getpid()


def test_patches_of_what_is_shorter_than_one(folder):
    (folder / "short").mkdir()
    fastspec.write(folder / "short" / "a.wav", noise(1000), SR)
    job = Job(features={"mel": MEL}, patch_frames=10)
    summary = extract([folder / "short", folder / "dogs"], folder.parent / "out", job)
    assert summary.failures == ()
    assert not [name for name in dataset.open(folder.parent / "out").ids if "a.wav" in name]


@pytest.mark.parametrize(
    ("job", "words"),
    [
        (Job(features={"a": MEL, "b": MEL.replace(hop_length=64)}, patch_frames=4), "use features of one hop length"),
    ],
)
def test_features_that_do_not_go_together(folder, job, words):
    summary = extract([folder / "dogs"], folder.parent / "out", job)
    assert len(summary.failures) == 6
    assert all(words in told for _, told in summary.failures)


def test_recordings_whose_features_differ_in_rows(folder):
    """A function without sizes of its own makes as many rows as the rate has."""
    fastspec.write(folder / "dogs" / "zz.wav", noise(9000), 2 * SR)
    out = folder.parent / "out.h5"
    with pytest.raises(ParameterError, match=r"zz\.wav: .* rows of .*, recordings before it .*; say sr= and all sizes"):
        extract([folder / "dogs"], out, Job(features={"cqt": {"kind": "cqt", "fmin": 500.0, "n_bins": None}}))
    assert not out.exists()


def test_manifests_whose_ends_are_beyond_the_file(folder):
    (folder / "list.csv").write_text("path,start,end\ndogs/00.wav,0.1,0.2\ndogs/06.wav,0.1,99\n")
    summary = extract([folder / "list.csv"], folder.parent / "out", Job(features={"mel": MEL}))
    assert (summary.n_entries, len(summary.failures)) == (1, 1)
    assert "end=99.0 s is beyond its end; correct the manifest" in summary.failures[0][1]


def test_hdf5_of_samples_without_a_rate(tmp_path):
    with h5py.File(tmp_path / "raw.h5", "w") as file:
        file["one"] = noise(5000)
    summary = extract([tmp_path / "raw.h5"], tmp_path / "out", Job(features={"mel": MEL}))
    ((_, words),) = summary.failures
    assert words.endswith("raw.h5: one has no attribute sr, in Hz; add it to the data set or the file")


def test_labels_that_are_given_stay(folder):
    (folder / "list.csv").write_text("path,label\ndogs/00.wav,wolf\ndogs/06.wav,\n")
    assert [item.label for item in items_of(folder / "list.csv", label_of="folder")] == ["wolf", "dogs"]


def test_what_should_not_happen_is_told_with_its_place(folder, monkeypatch):
    def broken(self, y):
        raise KeyError("window")

    monkeypatch.setattr(_compute, "_entries", broken)
    items = items_of(folder)
    assert re.fullmatch(
        r".*: TypeError: .* \(_parts\.py:\d+; this should not happen, please report it\)|"
        r".*: .*: .* \(\w+\.py:\d+; this should not happen, please report it\)",
        extract([items[0]], folder.parent / "out", Job(features={"mel": MEL}), workers=1).failures[0][1],
    )


def test_a_plan_that_is_none(folder, monkeypatch):
    out = folder.parent / "out.h5"
    interrupted(monkeypatch, [folder], out, Job(features={"mel": MEL}))
    (plan,) = (path for path in Path(f"{out}.parts").iterdir() if path.suffix == ".json")
    plan.write_text("{")
    with pytest.raises(ParameterError, match=r"json: is no plan; remove it, or start anew with fresh=True"):
        extract([folder], out, Job(features={"mel": MEL}))
    assert extract([folder], out, Job(features={"mel": MEL}), fresh=True).n_entries == 12


def test_children_of_a_fork_hold_no_lock(tmp_path):
    with open(tmp_path / "lock", "ab") as lock:
        _run._locks.add(lock)
        _run._close_locks()
        assert lock.closed
    assert not _run._locks


def test_hdf5_on_a_full_disk(folder, monkeypatch):
    """h5py says that it cannot close the file, and nothing of the disk."""

    def full(*arguments):
        raise RuntimeError("Can't decrement id ref count (file write failed)")

    monkeypatch.setattr(_hdf5, "_write", full)
    with pytest.raises(OutputError, match=r"the disk may be full \(Can't decrement id ref count"):
        extract([folder], folder.parent / "out.h5", Job(features={"mel": MEL}))


def test_tars_are_cut_into_shards(folder, monkeypatch):
    monkeypatch.setattr(_tar, "_SHARD_BYTES", 40_000)
    extract([folder], folder.parent / "out", Job(features={"mel": MEL}), store="tar")
    shards = sorted((folder.parent / "out").glob("shard-*.tar"))
    assert len(shards) > 2
    names = []
    for shard in shards:
        with tarfile.open(shard) as tar:
            names.append(tar.getnames())
    assert all(len(some) % 2 == 0 for some in names)  # entries stay together
    assert len({name for some in names for name in some}) == 24
    data = dataset.open(folder.parent / "out")
    y, _ = fastspec.load(folder / "dogs/00.wav", sr=None)
    np.testing.assert_array_equal(data["dogs/00.wav"], MEL(y).T)


# --- nothing lost, nothing mixed


@pytest.mark.parametrize("store", STORES)
def test_same_bytes_for_any_workers(folder, store):
    job = Job(features={"mel": MEL, "mfcc": {"kind": "mfcc"}}, statistics=True)
    found = set()
    for i, workers in enumerate((1, 3)):
        extract([folder], folder.parent / f"{i}{STORES[store]}", job, store=store, workers=workers)
        found.add(fingerprint(folder.parent / f"{i}{STORES[store]}"))
    with ProcessPoolExecutor(2, get_context("forkserver")) as pool:
        extract([folder], folder.parent / f"p{STORES[store]}", job, store=store, executor=pool)
    found.add(fingerprint(folder.parent / f"p{STORES[store]}"))
    assert len(found) == 1


def test_a_run_that_is_done_is_done(folder):
    out = folder.parent / "out.h5"
    extract([folder], out, Job(features={"mel": MEL}))
    before = fingerprint(out), out.stat().st_mtime_ns
    summary = extract([folder], out, Job(features={"mel": MEL}))
    assert (summary.n_entries, summary.resumed) == (12, 12)
    assert (fingerprint(out), out.stat().st_mtime_ns) == before
    assert not Path(f"{out}.parts").exists()


def test_what_a_kill_left_of_a_finished_run_goes(folder):
    """It may come while the parts are removed, the plan before them."""
    out = folder.parent / "out.h5"
    extract([folder], out, Job(features={"mel": MEL}))
    before = fingerprint(out)
    Path(f"{out}.parts").mkdir()
    Path(f"{out}.parts", "00000003.zip").write_bytes(b"")
    assert extract([folder], out, Job(features={"mel": MEL})).resumed == 12
    assert not Path(f"{out}.parts").exists()
    assert fingerprint(out) == before


def test_failures_are_told_left_out_and_tried_again(folder):
    whole = (folder / "cats/05.flac").read_bytes()
    out, expected = folder.parent / "out.h5", folder.parent / "expected.h5"
    stamp = (folder / "cats/05.flac").stat()
    (folder / "cats/05.flac").write_bytes(whole[: len(whole) // 2] + bytes(len(whole) - len(whole) // 2))
    os.utime(folder / "cats/05.flac", ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    summary = extract([folder], out, Job(features={"mel": MEL}))
    ((name, words),) = summary.failures
    assert name == "cats/05.flac"
    assert "05.flac" in words
    assert dataset.open(out).summary()["failures"] == 1
    assert len(dataset.open(out)) == 11
    (folder / "cats/05.flac").write_bytes(whole)
    os.utime(folder / "cats/05.flac", ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    summary = extract([folder], out, Job(features={"mel": MEL}))
    assert (summary.failures, summary.resumed) == ((), 11)
    extract([folder], expected, Job(features={"mel": MEL}))
    assert fingerprint(out) == fingerprint(expected)


def test_where_all_fail_nothing_is_made(tmp_path):
    (tmp_path / "a.wav").write_text("no sound")
    summary = extract([tmp_path / "a.wav"], tmp_path / "out.h5", Job(features={"mel": MEL}))
    assert (summary.n_entries, len(summary.failures)) == (0, 1)
    assert not (tmp_path / "out.h5").exists()
    fastspec.write(tmp_path / "a.wav", noise(4000), SR)
    extract([tmp_path / "a.wav"], tmp_path / "out.h5", Job(features={"mel": MEL}), fresh=True)
    assert len(dataset.open(tmp_path / "out.h5")) == 1


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda folder: {"job": Job(features={"mel": MEL.replace(n_mels=41)})}, "n_mels: 40 there, 41 now"),
        (lambda folder: fastspec.write(folder / "new.wav", noise(4000), SR), "1 recordings are new (new.wav)"),
        (lambda folder: (folder / "cats/01.flac").unlink(), "1 recordings are gone (cats/01.flac)"),
        (lambda folder: os.utime(folder / "cats/01.flac", (1, 1)), "1 recordings are changed (cats/01.flac)"),
    ],
)
def test_other_jobs_and_files_do_not_mix(folder, monkeypatch, change, words):
    out = folder.parent / "out.h5"
    interrupted(monkeypatch, [folder], out, Job(features={"mel": MEL}))
    changes = change(folder)
    job = changes["job"] if isinstance(changes, dict) else Job(features={"mel": MEL})
    with pytest.raises(ParameterError) as caught:
        extract([folder], out, job)
    assert words in str(caught.value)
    assert "fresh=True" in str(caught.value)
    assert extract([folder], out, job, fresh=True).failures == ()


def interrupted(monkeypatch, sources, out, job):
    """A run that ends by Ctrl-C when some parts are done."""

    def stop(done, n_done, total):
        if n_done > 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        extract(sources, out, job, workers=1, progress=stop)
    assert not out.exists()
    assert any(name.endswith(".zip") for name in os.listdir(f"{out}.parts"))


def test_a_finished_set_of_something_else_stays(folder):
    out = folder.parent / "out.h5"
    extract([folder], out, Job(features={"mel": MEL}))
    before = fingerprint(out)
    with pytest.raises(ParameterError, match="is there already"):
        extract([folder], out, Job(features={"mel": MEL.replace(n_mels=12)}))
    assert fingerprint(out) == before
    (folder.parent / "mine.h5").write_text("precious")
    with pytest.raises(ParameterError, match="is there already and is no data set of fastspec's"):
        extract([folder], folder.parent / "mine.h5", Job(features={"mel": MEL}))
    assert (folder.parent / "mine.h5").read_text() == "precious"


def test_a_source_that_changes_meanwhile_is_a_failure(folder):
    items = items_of(folder)
    changed = Item(**{**vars(items[0]), "stamp": (1, 1)})
    summary = extract([changed, *items[1:]], folder.parent / "out", Job(features={"mel": MEL}))
    assert "changed while the job ran" in summary.failures[0][1]


def test_two_runs_on_one_output(folder):
    out = folder.parent / "out.h5"
    met = []

    def meanwhile(done, n_done, total):
        try:
            extract([folder], out, Job(features={"mel": MEL}))
        except OutputError as error:
            met.append(str(error))

    extract([folder], out, Job(features={"mel": MEL}), progress=meanwhile)
    assert met
    assert "another run is writing to it" in met[0]


# --- memory

PEAK = """
import resource
import sys
from fastspec.dataset import Job, extract
summary = extract([sys.argv[1]], sys.argv[2], Job.from_json(sys.argv[3]), workers=1)
assert not summary.failures, summary.failures
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10)
"""


def test_an_hour_takes_the_memory_of_minutes(tmp_path):
    """Its samples alone would be 220 MiB of float32."""
    peaks = []
    for minutes in (2, 60):
        path = tmp_path / f"{minutes}.wav"
        with soundfile.SoundFile(path, "w", SR, 1, "PCM_16") as file:
            for i in range(minutes):
                file.write(noise(60 * SR, i))
        command = [sys.executable, "-c", PEAK, path, tmp_path / f"{minutes}.h5", Job(features={"mel": MEL}).to_json()]
        peaks.append(int(subprocess.run(command, check=True, capture_output=True, text=True).stdout))
    assert peaks[1] < peaks[0] + 60
    data = dataset.open(tmp_path / "60.h5")
    assert len(data[0]) == 60 * 60 * 100 + 1


@pytest.mark.parametrize("feature", ["whisper", {"kind": "mfcc"}])
@pytest.mark.parametrize("processes", [False, True])
def test_a_clip_that_memory_does_not_hold_fails_alone(folder, feature, processes):
    fastspec.write(folder / "long.wav", noise(120 * SR), SR)
    out, job = folder.parent / "out.h5", Job(features={"mel": feature}, sr=SR)
    with ProcessPoolExecutor(2, get_context("forkserver")) if processes else contextlib.nullcontext() as pool:
        summary = extract([folder], out, job, executor=pool, workers=2, memory=20_000_000)
    ((name, words),) = summary.failures
    assert name == "long.wav"
    assert "long.wav: a feature needs the whole clip at once" in words
    assert "memory=" in words
    assert summary.n_entries == 12
    assert extract([folder], out, job).failures == ()  # with the default's, it goes on


def test_clips_above_their_share_take_turns(tmp_path, monkeypatch):
    """Four of them, by three threads that have memory for one and a half."""
    monkeypatch.setattr("fastspec.dataset._run._WORKER_BYTES", 1)
    for i in range(4):
        fastspec.write(tmp_path / "in" / f"{i}.wav", noise(30 * SR, i), SR)
    job = Job(features={"mel": "whisper"})
    assert extract([tmp_path / "in"], tmp_path / "a.h5", job, workers=3, memory=12_000_000).failures == ()
    assert extract([tmp_path / "in"], tmp_path / "b.h5", job, workers=3).failures == ()
    assert fingerprint(tmp_path / "a.h5") == fingerprint(tmp_path / "b.h5")


# --- a cluster


def test_a_cluster_whose_worker_is_killed(folder):
    distributed = pytest.importorskip("distributed")
    job = Job(features={"mel": MEL})
    extract([folder], folder.parent / "expected.h5", job)
    with (
        distributed.LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0") as cluster,
        distributed.Client(cluster) as client,
    ):
        killed = []

        def kill_one(done, n_done, total):
            if not killed:
                killed.extend(client.run(os.getpid).values())
                os.kill(killed[0], signal.SIGKILL)

        summary = extract([folder], folder.parent / "out.h5", job, executor=client, progress=kill_one)
    assert killed
    assert summary.failures == ()
    assert fingerprint(folder.parent / "out.h5") == fingerprint(folder.parent / "expected.h5")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"sources": 5}, "sources"),
        ({"sources": [5]}, "sources"),
        ({"job": None}, "job"),
        ({"job": 5}, "job"),
        ({"out": 5}, "out"),
        ({"store": "zip"}, "store='zip'"),
        ({"workers": 0}, "workers=0"),
        ({"workers": "2"}, "workers='2'"),
        ({"memory": -1}, "memory=-1"),
        ({"executor": 4}, "executor=4"),
        ({"label_of": "file"}, "label_of='file'"),
        ({"out": "there.txt"}, "is no store"),
    ],
)
def test_arguments_that_make_no_sense(folder, monkeypatch, arguments, words):
    monkeypatch.chdir(folder.parent)
    call = {"sources": [folder], "out": "out", "job": Job(features={"mel": MEL}), **arguments}
    with pytest.raises(ParameterError) as caught:
        extract(call.pop("sources"), call.pop("out"), call.pop("job"), **call)
    assert words in str(caught.value)
    assert os.listdir() == ["recordings"]


def test_hdf5_that_may_not_be_read_says_so(folder, monkeypatch):
    extract([folder], folder.parent / "out.h5", Job(features={"mel": MEL}))

    def refused(*arguments):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(_hdf5.h5py, "File", refused)
    with pytest.raises((PermissionError, ParameterError), match="Permission denied"):
        dataset.open(folder.parent / "out.h5")


# What manifests, tars and HDF5 files of others' making hold.


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("path,label\nx,y.wav,cat\nz.wav,dog\n", r"line 2: has 3 values for 2 columns"),
        ('path,label\na.wav,"x\nb.wav,y\n', r"is no table \(line 3"),
        ("path,label,path\na.wav,x,b.wav\n", "two columns have the name 'path'"),
        ("path,label\n", "has no rows"),
        ("", "has no rows"),
    ],
)
def test_tables_that_would_lose_something(tmp_path, text, words):
    (tmp_path / "list.csv").write_text(text)
    with pytest.raises(ParameterError, match=words):
        items_of(tmp_path / "list.csv")


def test_sources_without_anything_say_what_is_missing(tmp_path):
    (tmp_path / "a.csv").write_text("path,label\n")
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["cube"] = np.zeros((2, 2, 2))
    (tmp_path / "empty").mkdir()
    for name, words in (("a.csv", "has no rows"), ("a.h5", "holds no samples"), ("empty", "holds no sound files")):
        with pytest.raises(ParameterError, match=words):
            items_of(tmp_path / name)


def test_manifests_of_other_programs(tmp_path):
    (tmp_path / "a.csv").write_bytes('\ufeffPath,Label,\r\na.wav,x,\r\n\r\nb.wav,"y, z",,\r\n'.encode())
    assert [(i.id, i.label) for i in items_of(tmp_path / "a.csv")] == [("a.wav", "x"), ("b.wav", "y, z")]
    (tmp_path / "a.jsonl").write_text('\ufeff{"path": "a.wav", "id": 0, "label": 0}\n', encoding="utf-8")
    assert [(i.id, i.label) for i in items_of(tmp_path / "a.jsonl")] == [("0", "0")]
    for row, words in (('{"path": 5}', "path=5 must be text"), ('{"path": "a", "start": true}', "start=True must be")):
        (tmp_path / "b.jsonl").write_text(row)
        with pytest.raises(ParameterError, match=words):
            items_of(tmp_path / "b.jsonl")


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"start": -1.0}, "start=-1.0 must be seconds"),
        ({"end": float("nan")}, "end=nan must be seconds"),
        ({"start": 1.0, "end": 0.5}, "end=0.5 is not after"),
        ({"id": 5}, "id=5 must be text"),
        ({"label": None}, "label=None must be text"),
        ({"id": "a\0"}, "has a character that no id can have"),
        ({"label": "\udcff"}, "has a character that no label can have"),
    ],
)
def test_items_that_make_no_sense(values, words):
    with pytest.raises(ParameterError, match=words):
        Item(**{"id": "a", "path": "a.wav", **values})


def added(tar: tarfile.TarFile, name: str, content: bytes = b"", link: str = "", hard: bool = False) -> None:
    member = tarfile.TarInfo(name)
    member.size, member.linkname = len(content), link
    if link:
        member.type = tarfile.LNKTYPE if hard else tarfile.SYMTYPE
    tar.addfile(member, io.BytesIO(content))


def test_links_in_tars_are_recordings(folder):
    content = (folder / "dogs/00.wav").read_bytes()
    with tarfile.open(folder / "all.tar", "w") as tar:
        added(tar, "in/a.wav", content)
        added(tar, "b.wav", link="in/a.wav", hard=True)
        added(tar, "in/c.wav", link="a.wav")
        added(tar, "d.wav", link="d.wav")  # of itself
        added(tar, "e.wav", link="/gone.wav")
    summary = extract([folder / "all.tar"], folder / "out", Job(features={"mel": MEL}))
    assert [name for name, _ in summary.failures] == ["d.wav", "e.wav"]
    assert all("is a link to what the tar does not have" in words for _, words in summary.failures)
    data = dataset.open(folder / "out")
    assert data.ids == ["in/a.wav", "b.wav", "in/c.wav"]
    np.testing.assert_array_equal(data["b.wav"], data["in/a.wav"])
    np.testing.assert_array_equal(data["in/c.wav"], data["in/a.wav"])


def test_tars_with_headers_that_are_of_all_members(folder):
    """As `git archive` writes one, also behind the end of another tar; and kinds of members that hold no files."""
    for name, note in (("a.tar", "one"), ("b.tar", "two")):
        with tarfile.open(folder / name, "w", format=tarfile.PAX_FORMAT, pax_headers={"comment": note * 400}) as tar:
            tar.add(folder / "dogs/00.wav", f"{note}.wav")
            listing = tarfile.TarInfo("folder")
            listing.type, listing.size = b"D", 700  # what GNU tar keeps of a folder that it may have to restore
            tar.addfile(listing, io.BytesIO(b"Y" * 700))
            tar.add(folder / "dogs/02.flac", f"{note}.flac")
    (folder / "ab.tar").write_bytes((folder / "a.tar").read_bytes() + (folder / "b.tar").read_bytes())
    assert [item.id for item in items_of(folder / "a.tar")] == ["one.wav", "one.flac"]
    assert [item.id for item in items_of(folder / "ab.tar")] == ["one.wav", "one.flac", "two.wav", "two.flac"]
    extract([folder / "ab.tar"], folder.parent / "out", Job(features={"mel": MEL}))
    data = dataset.open(folder.parent / "out")
    np.testing.assert_array_equal(data["one.wav"], data["two.wav"])
    content = bytearray((folder / "b.tar").read_bytes())
    content[3] ^= 1  # of the header's name, and so of its sum
    (folder / "b.tar").write_bytes(content)
    with pytest.raises(ParameterError, match="is damaged: bytes 0 to "):
        items_of(folder / "b.tar")


def test_tars_end_to_end_cut_and_damaged(folder):
    content = (folder / "dogs/00.wav").read_bytes()
    for name in "ab":
        with tarfile.open(folder / f"{name}.tar", "w") as tar:
            added(tar, f"{name}1.wav", content)
            added(tar, f"{name}2.wav", content)
    second = 512 + -(-len(content) // 512) * 512
    a, b = ((folder / f"{name}.tar").read_bytes() for name in "ab")
    path = folder / "c.tar"
    path.write_bytes(a + b)
    assert [item.id for item in items_of(path)] == ["a1.wav", "a2.wav", "b1.wav", "b2.wav"]
    path.write_bytes(a[:second])
    with pytest.raises(ParameterError, match=r"is cut short: it has no end behind 'a1\.wav'"):
        items_of(path)
    path.write_bytes(a[:second] + bytes([255]) * 512 + a[second + 512 :])
    with pytest.raises(ParameterError, match=r"c\.tar: is damaged|is no uncompressed tar"):
        items_of(path)


@pytest.mark.skipif(shutil.which("tar") is None, reason="there is no tar")
def test_sparse_members_of_tars(tmp_path):
    y = np.zeros((2, 100_000), np.float32)
    y[:, 40_000:50_000] = noise(10_000)
    fastspec.write(tmp_path / "a.wav", y[0], SR, "FLOAT")
    with open(tmp_path / "a.wav", "rb") as whole, open(tmp_path / "holes.wav", "wb") as sparse:
        while block := whole.read(4096):
            sparse.seek(len(block), os.SEEK_CUR) if not any(block) else sparse.write(block)
        sparse.truncate()
    command = ["tar", "-cSf", "all.tar", "holes.wav", "a.wav"]
    if subprocess.run(command, cwd=tmp_path, check=False).returncode:
        pytest.skip("this tar knows no holes")
    extract([tmp_path / "all.tar"], tmp_path / "out", Job(features={"mel": MEL}))
    data = dataset.open(tmp_path / "out")
    np.testing.assert_array_equal(data["holes.wav"], data["a.wav"])


@pytest.mark.parametrize("sr", [0, -1, np.nan, [8000, 8000], "fast"])
def test_hdf5_of_no_rate(tmp_path, sr):
    with h5py.File(tmp_path / "raw.h5", "w") as file:
        file["a"], file.attrs["sr"] = noise(5000), sr
    summary = extract([tmp_path / "raw.h5"], tmp_path / "out", Job(features={"mel": MEL}))
    assert "the attribute sr=" in summary.failures[0][1]


def failure(item: Item) -> str:
    out = os.path.join(os.path.dirname(item.path), "of-one")
    return extract([item], out, Job(features={"mel": MEL}), fresh=True).failures[0][1]


def test_hdf5_of_odd_names_and_sizes(tmp_path):
    with h5py.File(tmp_path / "raw.h5", "w") as file:
        file.attrs["sr"] = [[SR]]  # as Matlab has it
        file["a:b"], file["c"] = noise(5000), noise(5000)
        file["empty"], file["no columns"], file["no rows"] = np.zeros(0), np.zeros((10, 0)), np.zeros((0, 2))
    summary = extract([tmp_path / "raw.h5"], tmp_path / "out", Job(features={"mel": MEL}))
    assert dict(summary.failures).keys() == {"empty", "no rows/0", "no rows/1"}
    assert all("has 0 samples" in words for _, words in summary.failures)
    data = dataset.open(tmp_path / "out")
    np.testing.assert_array_equal(data["a:b"], data["c"])
    for item in (Item("x", str(tmp_path / "raw.h5"), name) for name in ("gone", "c:0", "a:b:c", "no rows:7", "::")):
        assert "is not there" in failure(item)
    for start, end, words in ((0.0, 99.0, "is beyond its end"), (99.0, None, "has 5000 samples, and none from")):
        item = Item("x", str(tmp_path / "raw.h5"), "c", start=start, end=end)
        assert words in failure(item)
    (tmp_path / "junk.h5").write_text("junk")
    with pytest.raises(ParameterError, match=r"junk\.h5: cannot be read as HDF5"):
        items_of(tmp_path / "junk.h5")


@pytest.mark.parametrize("store", ["npy", "tar"])
def test_names_that_would_meet(tmp_path, store):
    fastspec.write(tmp_path / "a.wav", noise(9000), SR)
    names = ["a_b_2", "a_b", "a.b", "A.b", "x", "x.npy/y", "p" * 200, "/".join(["q" * 150] * 30), "f/" * 900, "header"]
    items = [Item(name, str(tmp_path / "a.wav"), end=0.2 + i / 50) for i, name in enumerate(names)]
    features = {"m" * 48: MEL, "mel": MEL}
    extract(items, tmp_path / "out", Job(features=features), store=store)
    data = dataset.open(tmp_path / "out", features="mel")
    assert data.ids == names
    assert [len(F) for F in data] == [data.n_frames(i) for i in range(len(names))]
    assert len({len(F) for F in data}) == len(names)
    if store == "tar":
        with tarfile.open(tmp_path / "out" / "shard-000000.tar") as tar:
            members = [name.casefold() for name in tar.getnames()]
        assert len(set(members)) == len(members) == 3 * len(names)
    with pytest.raises(ParameterError, match="is too long; a name has 48 bytes"):
        Job(features={"m" * 49: MEL})


# Stores and plans that are not what they were.


@pytest.mark.parametrize("plan", ["", "[]", "{}", "3", "null", '{"digest": 3}', "{"])
def test_plans_that_are_none(folder, plan):
    os.mkdir(folder.parent / "out.parts")
    (folder.parent / "out.parts/plan.json").write_text(plan)
    with pytest.raises(ParameterError, match=r"plan\.json: is no plan"):
        extract([folder], folder.parent / "out", Job(features={"mel": MEL}))


@pytest.mark.parametrize("store", STORES)
def test_a_store_that_lost_something_is_not_done(folder, store):
    out = folder.parent / STORES[store]
    extract([folder], out, Job(features={"mel": MEL}), store=store)
    if out.is_dir():
        lost = next(path for path in sorted(out.rglob("*")) if path.suffix in (".npy", ".tar"))
        lost.unlink()
    else:
        out.write_bytes(out.read_bytes()[:-1000])
    before = fingerprint(out)
    with pytest.raises(ParameterError, match=r"is there already and (has lost|is no|is damaged)"):
        extract([folder], out, Job(features={"mel": MEL}), store=store)
    assert fingerprint(out) == before
    extract([folder], out, Job(features={"mel": MEL}), store=store, fresh=True)
    assert len(dataset.open(out)) == 12


@pytest.mark.parametrize("store", ["npy", "tar"])
def test_an_index_that_is_cut_is_no_shorter_set(folder, store):
    out = folder.parent / STORES[store]
    extract([folder], out, Job(features={"mel": MEL}), store=store)
    lines = (out / "index.jsonl").read_text().splitlines(keepends=True)
    (out / "index.jsonl").write_text("".join(lines[:-2]))
    with pytest.raises(ParameterError, match="12 entries are promised, 10 are there"):
        dataset.open(out)
    with pytest.raises(ParameterError, match="is damaged"):
        extract([folder], out, Job(features={"mel": MEL}), store=store)


@pytest.mark.parametrize("broken", ["header", "index"])
def test_a_broken_store_is_told_and_kept(folder, broken):
    out = folder.parent / "out"
    extract([folder], out, Job(features={"mel": MEL}))
    if broken == "header":
        header = json.loads((out / "header.json").read_text())
        (out / "header.json").write_text(json.dumps({**header, "fastspec_dataset": 99}))
    else:
        (out / "index.jsonl").write_text("\n")
    words = {"header": r"a later fastspec \(format 99", "index": "is damaged"}[broken]
    with pytest.raises(ParameterError, match=words):
        extract([folder], out, Job(features={"mel": MEL}))


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"features": ["whisper", "whisper"]}, "two have the name 'whisper'"),
        ({"features": [("a", "whisper"), ("a", "nemo")]}, "two have the name 'a'"),
        ({"features": "whisper", "sr": float("nan")}, "sr=nan must be above 0, and finite"),
        ({"features": "whisper", "statistics": "no"}, "statistics='no' must be True or False"),
    ],
)
def test_jobs_that_would_lose_a_feature_or_fail_late(fields, words):
    with pytest.raises(ParameterError, match=words):
        Job(**fields)


@pytest.mark.parametrize("text", ["[" * 100_000, "[]", "", "3"])
def test_files_that_are_no_job(tmp_path, text):
    """Nor a Scaler, nor a model's settings."""
    for name in ("a.json", "a.toml"):
        (tmp_path / name).write_text(text)
        with pytest.raises(ParameterError, match=re.escape(name)):
            load_job(tmp_path / name)
    with pytest.raises(ParameterError, match=r"text=.* is no job"):
        Job.from_json(text)
    with pytest.raises(ParameterError, match=r"a\.json"):
        fastspec.compat.huggingface.from_preprocessor_config(tmp_path / "a.json")
    with pytest.raises(ParameterError, match=r"a\.json"):
        fastspec.Scaler.load(tmp_path / "a.json")
