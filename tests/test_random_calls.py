"""Random calls of all public functions, several arguments odd at once; and files, recipes, stores with bytes changed.

Only what the documentation names may come out: `ParameterError`, for files `AudioFileError`, and `MemoryError`. What is
odd is that of `test_every_argument`, which changes one argument at a time. FASTSPEC_HYPOTHESIS=thorough looks further.
"""

from __future__ import annotations

import contextlib
import io
import json
import shutil

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st
from support import arguments, everything
from support.odd_values import SLOW, rows

import fastspec
from fastspec import AudioFileError, ParameterError, dataset
from fastspec.dataset import Job, extract, items_of

pytestmark = pytest.mark.filterwarnings("ignore")


def _choices(call) -> dict[str, list]:
    """The odd values of each argument, with their names."""
    odd = {
        name: list(rows(str(p.annotation), call.arguments.get(name)))
        for name, p in call.parameters.items()
        if name not in SLOW
    }
    return {name: values for name, values in odd.items() if values}


CHOICES = [(call, choices) for call in arguments.calls() if (choices := _choices(call))]


@given(st.data())
def test_random_calls(data):
    # By number: `sampled_from` may print all there is, and arrays are long.
    pick = lambda values: values[data.draw(st.integers(0, len(values) - 1))]  # noqa: E731
    call, choices = pick(CHOICES)
    names = data.draw(st.lists(st.sampled_from(sorted(choices)), min_size=1, max_size=4, unique=True))
    odd = {name: pick(choices[name]) for name in names}
    said = f"{call.name} of " + ", ".join(f"{name}: {row}" for name, (row, _, _) in odd.items())
    try:
        call(**{name: value for name, (_, value, _) in odd.items()})
    except (ParameterError, MemoryError):
        pass
    except Exception as error:
        raise AssertionError(f"{said}: {type(error).__name__}: {error}") from error


def _sound(format: str, subtype: str) -> bytes:
    file = io.BytesIO()
    soundfile.write(file, np.stack([everything.Y, -everything.Y])[:, :900].T, 8000, format=format, subtype=subtype)
    return file.getvalue()


SOUNDS = [
    _sound(*kind)
    for kind in [
        ("WAV", "PCM_16"), ("WAV", "FLOAT"), ("WAV", "IMA_ADPCM"), ("WAVEX", "PCM_24"), ("RF64", "PCM_16"),
        ("W64", "PCM_16"), ("AIFF", "PCM_16"), ("AU", "ULAW"), ("CAF", "PCM_16"), ("FLAC", "PCM_16"),
        ("OGG", "VORBIS"), ("OGG", "OPUS"), ("MP3", "MPEG_LAYER_III"),
    ]
]  # fmt: skip


@st.composite
def changed(draw, originals):
    """Bytes of one of them with some overwritten, cut out or put in; more of them near the start, where headers are."""
    content = bytearray(draw(st.sampled_from(originals)))
    for _ in range(draw(st.integers(1, 5))):
        at = draw(st.integers(0, min(len(content), 64)) | st.integers(0, len(content)))
        content[at : at + draw(st.integers(0, 8))] = draw(st.binary(max_size=8))
    return bytes(content[: draw(st.none() | st.integers(0, len(content)))])


@given(changed(SOUNDS))
def test_changed_sound_files(tmp_path_factory, content):
    """What can be read is samples, whole, in pieces, or counted."""
    for reader in (fastspec.read, fastspec.load):
        try:
            y, sr = reader(io.BytesIO(content))
        except (AudioFileError, ParameterError):
            continue
        assert isinstance(y, np.ndarray)
        assert y.dtype == np.float32
        assert sr > 0
    path = tmp_path_factory.getbasetemp() / "sound"
    path.write_bytes(content)
    readers = (
        fastspec.get_samplerate,
        lambda p: fastspec.get_duration(path=p),
        lambda p: list(fastspec.stream(p, **BLOCKS)),
    )
    for reader in readers:
        with contextlib.suppress(AudioFileError, ParameterError):
            assert reader(path) is not None


BLOCKS = {"block_length": 4, "frame_length": 256, "hop_length": 64}


RECIPES = [fastspec.recipe(name).to_json().encode() for name in ("whisper", "kaldi-fbank")]


@given(changed(RECIPES) | st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(sorted(json.loads(RECIPES[0]))) | st.text(max_size=5), inner, max_size=4
    ),
).map(json.dumps).map(str.encode))  # fmt: skip
def test_changed_recipes(content):
    """A recipe that is read makes features of a second, or says why not."""
    try:
        recipe = fastspec.Recipe.from_json(content.decode("utf-8", "replace"))
    except ParameterError:
        return
    assert recipe == fastspec.Recipe.from_json(recipe.to_json())


JOB = Job(features={"mel": "whisper", "cqt": {"kind": "cqt", "n_bins": 12}}, pool="mean", sr=16000)
JOBS = [JOB.to_json().encode()]


@given(changed(JOBS))
def test_changed_jobs(content):
    try:
        job = Job.from_json(content.decode("utf-8", "replace"))
    except ParameterError:
        return
    assert job == Job.from_json(job.to_json())


LISTS = {
    "csv": b'path,start,end,label,id\ndogs/0.wav,0.05,0.2,dog,first\n"a,b.wav",,,cat,\n',
    "tsv": b"path\tstart\tduration\nx.wav\t1\t2\n",
    "jsonl": b'{"path": "a.wav", "start": 1}\n{"path": "b.wav", "label": "b", "id": "3"}\n',
}


@given(st.sampled_from(sorted(LISTS)).flatmap(lambda kind: st.tuples(st.just(kind), changed([LISTS[kind]]))))
def test_changed_manifests(tmp_path_factory, case):
    kind, content = case
    path = tmp_path_factory.getbasetemp() / f"list.{kind}"
    path.write_bytes(content)
    try:
        items = items_of([path])
    except (AudioFileError, ParameterError, FileNotFoundError):
        return
    assert all(isinstance(item.id, str) and item.id for item in items)


@pytest.mark.parametrize(
    ("name", "character"), [("path", "\0"), ("path", "\ud800"), ("id", "\ud800"), ("label", "\ud800")]
)
def test_characters_that_no_path_has(tmp_path, name, character):
    """Found by tests/fuzz/readers.py."""
    (tmp_path / "list.jsonl").write_text(json.dumps({"path": "a.wav", name: f"a{character}b"}))
    with pytest.raises(ParameterError, match=rf"line 1: {name}='a.+b' has a character"):
        items_of([tmp_path / "list.jsonl"])


@pytest.fixture(scope="module")
def stores(tmp_path_factory):
    return make_stores(tmp_path_factory.mktemp("sets"))


def make_stores(folder):
    fastspec.write(folder / "y.wav", everything.Y.astype(np.float32), 16000)
    job = Job(features={"mel": fastspec.Recipe(n_fft=256, hop_length=200, n_mels=4, log="ln")})
    for store in ("npy", "tar"):
        extract([folder / "y.wav"], folder / store, job, store=store)
    return folder


def read_store(folder):
    """What is read is an array, or an error says what is wrong."""
    try:
        features = dataset.open(folder)
        read = [features[i] for i in range(len(features))]
    except (ParameterError, AudioFileError, MemoryError):
        return
    assert all(isinstance(x, np.ndarray) for x in read)


@given(st.data())
def test_changed_stores(stores, tmp_path_factory, data):
    """One file of a store is another one."""
    name = data.draw(st.sampled_from(["npy", "tar"]))
    copy = tmp_path_factory.mktemp("changed") / name
    shutil.copytree(stores / name, copy)
    path = data.draw(st.sampled_from(sorted(p.relative_to(copy) for p in copy.rglob("*") if p.is_file())))
    (copy / path).write_bytes(data.draw(changed([(copy / path).read_bytes()])))
    read_store(copy)
