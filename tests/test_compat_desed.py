"""The sound-event front end against its formula, and `Scaler` against the original's, in NumPy and torch."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

import fastspec
from fastspec import ParameterError
from fastspec.compat import desed

RNG = np.random.default_rng(8)
DATA = [RNG.normal(3, 2, (4 - i % 2, 16, 20 + i)) for i in range(5)]
X = DATA[0]


def original(statistic, normtype, dims, eps, data, x):
    if statistic == "dataset":
        mean = np.mean([d.mean(dims, keepdims=True).mean(0) for d in data], axis=0)[np.newaxis]
        squared = np.mean([(d**2).mean(dims, keepdims=True).mean(0) for d in data], axis=0)[np.newaxis]
        return x - mean if normtype == "mean" else (x - mean) / (np.sqrt(squared - mean**2) + eps)
    if normtype == "minmax":
        low, high = x.min(dims, keepdims=True), x.max(dims, keepdims=True)
        return (x - low) / (high - low + eps)
    mean = x.mean(dims, keepdims=True)
    return x - mean if normtype == "mean" else (x - mean) / (x.std(dims, keepdims=True, ddof=1) + eps)


@pytest.mark.parametrize("dims", [(1, 2), (2,), (1,), (-1, -2)])
@pytest.mark.parametrize(
    ("statistic", "normtype"),
    [("instance", "mean"), ("instance", "standard"), ("instance", "minmax"), ("dataset", "mean"),
     ("dataset", "standard")],
)  # fmt: skip
def test_scaler(statistic, normtype, dims):
    data = DATA if dims != (1,) else [d[..., :20] for d in DATA]
    scaler = desed.Scaler(statistic, normtype, dims, 1e-3)
    if statistic == "dataset":
        with pytest.raises(ParameterError, match="fit"):
            scaler(X)
        scaler.fit([(d, "labels") for d in data])
    want = original(statistic, normtype, dims, 1e-3, data, X)
    assert np.allclose(scaler(X), want, rtol=1e-10, atol=1e-10)
    assert np.allclose(scaler(X.astype(np.float32)), want, rtol=1e-5, atol=1e-5)
    assert np.array_equal(pickle.loads(pickle.dumps(scaler))(X), scaler.forward(X))


def test_files_and_state(tmp_path):
    scaler = desed.Scaler().fit(DATA, transform_func=lambda batch: batch)
    scaler.save(tmp_path / "scaler")
    read = desed.Scaler.load(tmp_path / "scaler")
    assert type(read) is desed.Scaler
    assert np.array_equal(read(X), scaler(X))
    again = desed.TorchScaler()
    again.load_state_dict(scaler.state_dict())
    assert np.allclose(again(X), scaler(X))
    assert desed.Scaler("instance").state_dict() == {}
    desed.Scaler("instance").load_state_dict({})
    again = eval(repr(desed.Scaler("dataset", "standard", (1, 2), 0.5)), vars(desed))
    assert (again.statistic, again.normtype, again.dims, again.eps) == ("dataset", "standard", (1, 2), 0.5)
    for wrong in ({"mean": 1}, None, [1, 2]):
        with pytest.raises(ParameterError, match="mean_squared"):
            desed.Scaler().load_state_dict(wrong)


def test_what_it_refuses():
    scaler = desed.Scaler("dataset", "minmax")
    with pytest.raises(NotImplementedError):
        scaler.fit(DATA, transform_func=lambda batch: batch)
    with pytest.raises(NotImplementedError, match="normtype='minmax'") as complaint:
        scaler(X)
    assert isinstance(complaint.value, ParameterError)
    with pytest.raises(ParameterError, match="mean of the dataset"):
        desed.Scaler().fit([DATA])(X[0])
    for wrong in ({"statistic": "clip"}, {"normtype": "max"}, {"dims": None}):
        with pytest.raises(ParameterError, match=next(iter(wrong))):
            desed.Scaler(**wrong)
    assert np.array_equal(desed.Scaler(None)(X), X)
    assert np.array_equal(desed.Scaler("instance")(np.ones((2, 1, 1))), np.zeros((2, 1, 1)))
    assert desed.Scaler("instance")(np.ones((0, 4, 4))).shape == (0, 4, 4)


def test_front_end():
    y = RNG.normal(size=(2, 16000)).astype(np.float32)
    n = np.arange(2048)
    window = 0.54 - 0.46 * np.cos(2 * np.pi * n / 2047)
    padded = np.pad(y.astype(float), [(0, 0), (1024, 1024)], "reflect")
    frames = np.lib.stride_tricks.sliding_window_view(padded, 2048, -1)
    S = np.abs(np.fft.rfft(frames[:, ::256] * window)).swapaxes(-1, -2)
    hz = fastspec.mel_frequencies(130, fmin=0, fmax=8000, htk=True)
    f = np.linspace(0, 8000, 1025)
    bank = np.array([np.maximum(0, np.minimum((f - a) / (b - a), (c - f) / (c - b))) for a, b, c in
                     zip(hz, hz[1:], hz[2:], strict=False)])  # fmt: skip
    mels = bank @ S
    assert desed.mel_spec(y).dtype == np.float32
    assert np.allclose(desed.mel_spec(y), mels, rtol=1e-4)
    want = np.clip(20 * np.log10(np.maximum(mels, 1e-5)), -50, 80)
    assert np.allclose(desed.log_mel(y), want, atol=1e-3)
    assert np.allclose(desed.take_log(desed.mel_spec(y)), desed.log_mel(y), atol=1e-4)
    assert (desed.log_mel(np.zeros(2000, np.float32)) == -50).all()
    assert desed.recipe.n_mels == 128
    with pytest.raises(ParameterError, match="1024"):
        desed.log_mel(np.zeros(1024, np.float32))


def test_tensors():
    torch = pytest.importorskip("torch")
    x = torch.from_numpy(X.astype(np.float32))
    y = desed.Scaler("instance", "standard")(x)
    want = (x - x.mean((1, 2), keepdim=True)) / (x.std((1, 2), keepdim=True) + 1e-8)
    assert isinstance(y, torch.Tensor)
    assert torch.allclose(y, want, atol=1e-5)
    assert desed.log_mel(torch.zeros(2, 4000)).shape == (2, 128, 16)
    scaler = desed.Scaler().fit([(x, 0), (x + 1, 0)])
    assert isinstance(scaler(x), torch.Tensor)
