"""The example that goes from an HDF5 file of clips to frames, constant-Q spectra and normalised spectra."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import numpy as np
import pytest

import fastspec

h5py = pytest.importorskip("h5py")

PATH = Path(__file__).parent.parent / "examples" / "gtzan_cqt.py"


@pytest.fixture(scope="module")
def example():
    spec = importlib.util.spec_from_file_location("gtzan_cqt", PATH)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_small_form(example, tmp_path, capsys):
    target = tmp_path / "features.hdf5"
    example.main(["-o", str(target)])
    said = capsys.readouterr().out
    assert "Xa (2, 2, 63, 2, 1024), Xs (2, 2, 63, 2, 96), Xn (2, 2, 63, 2, 96)" in said
    assert "peak memory" in said
    source = tmp_path / "clips.hdf5"
    example.make_clips(str(source), 2, 2, 66_000)  # the same clips again
    with h5py.File(source) as clips, h5py.File(target) as out:
        assert dict(clips.attrs).items() <= dict(out.attrs).items()
        assert json.loads(out.attrs["genres"]) == ["blues", "classical"]
        y, Xa = clips["classical"][:, 1], out["Xa"][1, 1]
        np.testing.assert_array_equal(Xa[:, 0].ravel(), y[: 63 * 1024])
        np.testing.assert_array_equal(Xa[:, 1].ravel(), y[512:][: 63 * 1024])
        np.testing.assert_array_equal(Xa[3, 1, :512], Xa[3, 0, 512:])
        C = fastspec.cqt(y[512:], sr=22050, hop_length=1024, fmin=65.40639132514966, n_bins=96, bins_per_octave=24)
        S = np.abs(C)[:, :63]
        np.testing.assert_array_equal(out["Xs"][1, 1, :, 1], S.T)
        np.testing.assert_array_equal(out["Xn"][1, 1, :, 1], fastspec.lcn(S, sigma=example.SIGMA).T)


def test_full_size_has_644_frames(example):
    assert example.frame_count(660_000) == 644


def test_contrast_without_fastspecs_own(example):
    """What the script does under librosa is the same normalisation."""
    pytest.importorskip("scipy")
    S = np.random.default_rng(0).random((96, 63), dtype=np.float32)
    expected = example.normaliser(fastspec)(S)
    np.testing.assert_allclose(example.normaliser(object())(S), expected, atol=1e-5)
    np.testing.assert_array_equal(example.normaliser(object())(0 * S), 0 * S)


def test_clips_of_ones_own(example, tmp_path):
    """Genres of different lengths: what all have."""
    with h5py.File(tmp_path / "mine.hdf5", "w") as file:
        file.attrs["sr"] = 22050
        file["a"], file["b"] = np.ones((20_000, 3), np.float32), np.ones((22_000, 2), np.float32)
    seconds = example.process("fastspec", str(tmp_path / "mine.hdf5"), str(tmp_path / "out.hdf5"))
    assert min(seconds.values()) > 0
    with h5py.File(tmp_path / "out.hdf5") as out:
        assert out["Xs"].shape == (2, 2, 19, 2, 96)
