"""Normalisers against plain loops and scipy in float64, across layouts, dtypes and pieces."""

from __future__ import annotations

import json
import pickle

import numpy as np
import pytest
import scipy.ndimage
import scipy.signal
from hypothesis import given, settings
from hypothesis import strategies as st

import fastspec
from fastspec import DTypeError, ParameterError, Scaler
from fastspec.normalize import OnlineCmvn

RNG = np.random.default_rng(5)
X = RNG.normal(3, 2, (3, 7, 50))


def layouts(x: np.ndarray):
    yield np.asfortranarray(x)
    yield np.repeat(x, 2, axis=-1)[..., ::2]
    yield x[..., ::-1].copy()[..., ::-1]
    yield np.pad(x, 1)[1:-1, 1:-1, 1:-1]


CALLS = {
    "cmvn": lambda x: fastspec.cmvn(x),
    "sliding": lambda x: fastspec.cmvn(x, cmn_window=20, min_cmn_window=5),
    "lcn": lambda x: fastspec.lcn(x),
    "online": lambda x: fastspec.OnlineCmvn(cmn_window=20, norm_vars=True).push(x),
    "instance": lambda x: Scaler("instance")(x),
    "minmax": lambda x: Scaler("instance", "minmax", (-1, -2))(x),
    "dataset": lambda x: Scaler("dataset", dims=(2,)).fit([X])(x),
    "augmented": lambda x: fastspec.spec_augment(x, freq_mask_param=3, time_mask_param=9, time_warp=4, rng=3),
}


@pytest.mark.parametrize("name", CALLS)
def test_layouts_dtypes_batches(name):
    call = CALLS[name]
    before = X.copy()
    want = call(X)
    assert want.dtype == np.float64
    assert want.shape == X.shape
    assert np.array_equal(X, before)
    assert not np.shares_memory(want, X)
    for x in layouts(X):
        assert np.allclose(call(x), want, rtol=1e-13, atol=1e-13)
    assert call(X.tolist()).tolist() == want.tolist()
    for narrow, bound in ((np.float32, 2e-5), (np.float16, 0.1), (">f4", 2e-5)):
        got = call(X.astype(narrow))
        assert got.dtype == np.float32
        assert np.allclose(got, want, atol=bound)
    assert call(np.round(X).astype(np.int16)).dtype == np.float64
    assert call(np.round(X).astype(np.int16)).tolist() == call(np.round(X)).tolist()
    if name != "augmented":  # whose masks are drawn clip after clip
        for clip, alone in zip(want, X, strict=True):
            assert np.array_equal(clip, call(alone[np.newaxis])[0])


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_what_is_not_finite(name, bad):
    x = X.copy()
    x[1, 2, 3] = bad
    with pytest.raises(ParameterError, match=rf"X\[1, 2, 3\] is {bad}"):
        CALLS[name](x)


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("shape", [(0, 7, 50), (2, 7, 0), (2, 7, 1)])
def test_few_or_none(name, shape):
    if name == "dataset" and shape[-1] != 50:
        shape = (shape[0], 7, shape[-1])
    x = np.ones(shape, np.float32)
    got = CALLS[name](x)
    assert got.shape == shape
    assert np.isfinite(got).all()


@pytest.mark.parametrize("name", ["cmvn", "sliding", "lcn", "instance", "minmax"])
def test_silence_is_zero(name):
    for level in (0.0, -100.0, 7.5):
        assert np.abs(CALLS[name](np.full((2, 7, 50), level, np.float32))).max() < 1e-6


def test_big_arrays_in_pieces():
    """More elements than are worked on at a time, along any axis."""
    for shape in ((3, 40, 9000), (600, 900), (2, 3, 300_000)):
        x = RNG.normal(1e4, 1, shape).astype(np.float32)
        wide = x.astype(np.float64)
        want = (wide - wide.mean(-1, keepdims=True)) / wide.std(-1, keepdims=True)
        assert np.allclose(fastspec.cmvn(x), want, atol=1e-6)
        sliding = fastspec.cmvn(x, cmn_window=300)
        cut = fastspec.cmvn(x[..., -1:, :].copy(), cmn_window=300)
        assert np.array_equal(sliding[..., -1:, :], cut)
    scaled = Scaler("instance", dims=(1, 2))(x)
    assert np.allclose(scaled.std((1, 2)), 1, atol=1e-5)
    assert np.abs(scaled.mean((1, 2), dtype=np.float64)).max() < 1e-5


# --- cmvn


def test_cmvn_of_a_clip():
    wide = (X - X.mean(-1, keepdims=True)) / X.std(-1, keepdims=True)
    assert np.allclose(fastspec.cmvn(X), wide, rtol=1e-12)
    assert np.allclose(fastspec.cmvn(X, norm_vars=False), X - X.mean(-1, keepdims=True), rtol=1e-12)
    turned = X.swapaxes(-1, -2)
    assert np.allclose(fastspec.cmvn(turned, axis=-2).swapaxes(-1, -2), wide, rtol=1e-12)
    assert np.allclose(fastspec.cmvn(turned, axis=1).swapaxes(-1, -2), wide, rtol=1e-12)


def test_cmvn_by_given_statistics():
    mean, std = np.arange(7.0), np.arange(1.0, 8.0)
    want = (X - mean[:, None]) / std[:, None]
    assert np.allclose(fastspec.cmvn(X, mean=mean, std=std), want)
    assert np.allclose(fastspec.cmvn(X.swapaxes(-1, -2), axis=-2, mean=mean, std=std).swapaxes(-1, -2), want)
    assert np.allclose(fastspec.cmvn(X, mean=mean[:, None], std=std[:, None]), want)
    assert np.allclose(fastspec.cmvn(X, mean=mean), X - mean[:, None])
    assert np.allclose(fastspec.cmvn(X, mean=mean, std=std, norm_vars=False), X - mean[:, None])
    assert np.allclose(fastspec.cmvn(X, mean=1.0, std=2.0), (X - 1) / 2)
    per_clip = X.mean(-1)
    assert np.allclose(fastspec.cmvn(X, mean=per_clip[..., None]), X - per_clip[..., None])
    for wrong in (
        {"mean": np.ones(6)}, {"std": std}, {"std": -std, "mean": mean}, {"mean": mean, "cmn_window": 9},
        {"mean": np.full(7, np.nan)}, {"axis": 3}, {"axis": -4}, {"cmn_window": 0},
        {"cmn_window": 5, "min_cmn_window": 0},
    ):  # fmt: skip
        with pytest.raises(ParameterError, match=next(iter(wrong))):
            fastspec.cmvn(X, **wrong)
    with pytest.raises(ParameterError, match=r"X\.shape"):
        fastspec.cmvn(np.ones(5))


def sliding(x: np.ndarray, window: int, least: int, center: bool, norm_vars: bool) -> np.ndarray:
    """Kaldi's rule, a frame at a time, of (rows, frames)."""
    n, out = x.shape[-1], np.empty_like(x)
    for t in range(n):
        first, end = (t - window // 2, t - window // 2 + window) if center else (t - window, t + 1)
        if first < 0:
            first, end = 0, end - first
        if not center and end > t:
            end = max(t + 1, least)
        if end > n:
            first, end = max(0, first - (end - n)), n
        part = x[:, first:end]
        out[:, t] = x[:, t] - part.mean(-1)
        if norm_vars:
            out[:, t] *= 0 if end - first == 1 else 1 / np.sqrt(np.maximum(part.var(-1), 1e-10))
    return out


@settings(max_examples=80, deadline=None)
@given(st.integers(1, 40), st.integers(1, 60), st.integers(1, 60), st.booleans(), st.booleans(), st.integers(0, 9))
def test_sliding_windows(n, window, least, center, norm_vars, seed):
    x = np.random.default_rng(seed).normal(1000, 1, (3, n))
    got = fastspec.cmvn(x, cmn_window=window, min_cmn_window=least, center=center, norm_vars=norm_vars)
    assert np.allclose(got, sliding(x, window, least, center, norm_vars), rtol=1e-9, atol=1e-9)


@settings(max_examples=30, deadline=None)
@given(st.integers(2, 40), st.integers(2, 60), st.integers(1, 60), st.booleans(), st.booleans())
def test_sliding_windows_are_torchaudios(n, window, least, center, norm_vars):
    torchaudio = pytest.importorskip("torchaudio")
    import torch

    x = np.random.default_rng(n).normal(size=(2, 3, n))
    want = torchaudio.functional.sliding_window_cmn(
        torch.from_numpy(x.swapaxes(-1, -2).copy()), window, least, center, norm_vars
    ).numpy()
    got = fastspec.cmvn(
        x, cmn_window=window, min_cmn_window=least, center=center, norm_vars=norm_vars
    ).swapaxes(-1, -2)  # fmt: skip
    firsts = np.isfinite(want)  # where a row of two equal frames has no variance theirs is infinite
    assert np.allclose(got[firsts], want[firsts], rtol=1e-6, atol=1e-6)


def online(x, window, norm_vars, mean, std, prior_frames):
    out = np.empty_like(x)
    for t in range(x.shape[-1]):
        part = x[:, max(0, t + 1 - window) : t + 1]
        n, total, squares = part.shape[-1], part.sum(-1), (part**2).sum(-1)
        if mean is not None:
            k = min(window - n, prior_frames)
            n, total, squares = n + k, total + k * mean, squares + k * (std**2 + mean**2)
        out[:, t] = x[:, t] - total / n
        if norm_vars:
            out[:, t] /= np.sqrt(np.maximum(squares / n - (total / n) ** 2, 1e-20))
    return out


@pytest.mark.parametrize("norm_vars", [False, True])
@pytest.mark.parametrize("prior", [None, 0, 5, 100])
def test_online(norm_vars, prior):
    x, mean, std = X[0], np.arange(7.0), np.arange(1.0, 8.0)
    options = {"cmn_window": 12, "norm_vars": norm_vars}
    if prior is not None:
        options |= {"mean": mean, "std": std, "prior_frames": prior}
    whole = fastspec.OnlineCmvn(**options).push(x)
    want = online(x, 12, norm_vars, mean if prior is not None else None, std, prior or 0)
    # A first frame alone has no variance: its distance is rounding, over the least deviation.
    assert np.allclose(whole[:, 1:], want[:, 1:], atol=1e-9)
    for cuts in ([1, 2, 3], [0, 13, 13, 49], [12, 24]):
        stream = fastspec.OnlineCmvn(**options)
        parts = [stream.push(part) for part in np.split(x, cuts, axis=-1)]
        assert np.array_equal(np.concatenate(parts, axis=-1), whole)
    stream = fastspec.OnlineCmvn(**options)
    stream.push(x[:, :9])
    stream = pickle.loads(pickle.dumps(stream))
    assert np.array_equal(stream.push(x[:, 9:]), whole[:, 9:])
    with pytest.raises(ParameterError, match="go on"):
        stream.push(x[:5])


# --- lcn


def reference_lcn(x: np.ndarray, smooth, floor="mean") -> np.ndarray:
    v = x - smooth(x)
    s = np.sqrt(smooth(v * v))
    s = np.maximum(s, s.mean() if floor == "mean" else floor)
    return v / np.where(s == 0, 1, s)


@pytest.mark.parametrize("pad_mode", ["symmetric", "reflect", "edge", "constant", "wrap"])
@pytest.mark.parametrize("sigma", [2.0, (0.7, 3.0), (0, 1.5)])
def test_lcn_by_a_gaussian(sigma, pad_mode):
    mode = {"symmetric": "reflect", "reflect": "mirror", "edge": "nearest"}.get(pad_mode, pad_mode)
    x = np.abs(X[0])
    want = reference_lcn(x, lambda v: scipy.ndimage.gaussian_filter(v, sigma, mode=mode))
    assert np.allclose(fastspec.lcn(x, sigma=sigma, pad_mode=pad_mode), want, atol=1e-12)
    for floor in (0.0, 0.5):
        want = reference_lcn(x, lambda v: scipy.ndimage.gaussian_filter(v, sigma, mode=mode), floor)
        assert np.allclose(fastspec.lcn(x, sigma=sigma, pad_mode=pad_mode, floor=floor), want, atol=1e-12)


@pytest.mark.parametrize("shape", [(1, 1), (3, 5), (4, 6), (5, 2), (7, 70)])
@pytest.mark.parametrize("separable", [True, False])
def test_lcn_by_a_kernel(shape, separable):
    rng = np.random.default_rng(1)
    kernel = np.outer(rng.random(shape[0]), rng.random(shape[1])) if separable else rng.random(shape)

    def smooth(v):
        before, behind = [n // 2 for n in shape], [(n - 1) // 2 for n in shape]
        padded = np.pad(v, list(zip(before, behind, strict=True)), mode="symmetric")
        return scipy.signal.convolve2d(padded, kernel / kernel.sum(), mode="valid")

    # What 'same' means for even sizes is checked against scipy itself.
    if shape[1] < X.shape[-1]:
        same = scipy.signal.convolve2d(X[0], kernel / kernel.sum(), mode="same", boundary="symm")
        assert np.allclose(smooth(X[0]), same)
    assert np.allclose(fastspec.lcn(X[0], kernel=kernel), reference_lcn(X[0], smooth), atol=1e-12)


def test_lcn_of_a_chord_recogniser():
    """Half a Hamming window over time, a Gaussian over frequency, as CONVENTIONS of a CQT front end have it."""
    kernel = np.outer(scipy.signal.windows.gaussian(9, 0.25 * 9), np.hamming(40)[20:])
    got = fastspec.lcn(np.abs(X), kernel=kernel, floor="mean")
    assert got.shape == X.shape
    assert np.isfinite(got).all()


@pytest.mark.parametrize(
    "wrong",
    [
        {"sigma": -1.0}, {"sigma": (1.0, 2.0, 3.0)}, {"sigma": np.inf}, {"kernel": np.ones(3)}, {"floor": "median"},
        {"kernel": np.zeros((3, 3))}, {"kernel": -np.ones((3, 3))}, {"kernel": np.full((2, 2), np.nan)},
        {"pad_mode": "mirror"}, {"floor": -1.0}, {"floor": np.nan}, {"truncate": -1.0},
    ],
)  # fmt: skip
def test_lcn_refuses(wrong):
    with pytest.raises(ParameterError, match=next(iter(wrong))):
        fastspec.lcn(X, **wrong)


# --- Scaler


@pytest.mark.parametrize("dims", [(1, 2), (2,), (1,), (0, 1, 2), (-1,)])
@pytest.mark.parametrize("ddof", [0, 1])
def test_instance(dims, ddof):
    mean, std = X.mean(dims, keepdims=True), X.std(dims, keepdims=True, ddof=ddof)
    low, high = X.min(dims, keepdims=True), X.max(dims, keepdims=True)
    wanted = {"mean": X - mean, "standard": (X - mean) / (std + 1e-3), "minmax": (X - low) / (high - low + 1e-3)}
    for normtype, want in wanted.items():
        got = Scaler("instance", normtype, dims, 1e-3, ddof=ddof)(X)
        assert np.allclose(got, want, rtol=1e-12)
    assert np.array_equal(Scaler(None)(X), X)
    assert np.array_equal(Scaler("instance", None)(X), X)


def batches(n: int = 5, offset: float = 0.0):
    rng = np.random.default_rng(2)
    return [rng.normal(3 + offset, 2, (1 + i, 7, 20 + i)) for i in range(n)]


def stacked(dims):
    return np.concatenate([b.transpose(1, 0, 2).reshape(7, -1) for b in batches()], axis=1)


def test_dataset():
    for dims, axis in (((1, 2), None), ((2,), 1)):
        values = stacked(dims)
        mean, std = values.mean(axis), values.std(axis)

        def shaped(v):
            return np.reshape(v, (1, -1, 1))

        scaler = Scaler("dataset", "standard", dims).fit(batches())
        x = batches()[2]
        assert np.allclose(scaler(x), (x - shaped(mean)) / (shaped(std) + 1e-8), rtol=1e-12)
        assert np.allclose(scaler.inverse(scaler(x)), x, rtol=1e-12)
        low, high = values.min(axis), values.max(axis)
        scaler = Scaler("dataset", "minmax", dims).fit(batches())
        assert np.allclose(scaler(x), (x - shaped(low)) / (shaped(high - low) + 1e-8), rtol=1e-12)
        assert np.allclose(scaler.inverse(scaler(x)), x, rtol=1e-12)
        assert scaler.weight == values.size / scaler.mean.size


def test_batches_may_count_the_same():
    each = [b.mean() for b in batches()]
    squares = [(b**2).mean() for b in batches()]
    scaler = Scaler(weigh="batches").fit(batches())
    assert np.allclose(scaler.mean, np.mean(each))
    assert scaler.weight == 5
    assert np.allclose(scaler.variance, np.mean(squares) - np.mean(each) ** 2)


def test_large_means_cancel_nothing():
    scaler = Scaler().fit([b.astype(np.float64) for b in batches(offset=1e9)])
    near = Scaler().fit(batches())
    assert np.allclose(scaler.variance, near.variance, rtol=1e-6)
    narrow = Scaler().fit([(b + 4096).astype(np.float32) for b in batches()])
    assert np.allclose(narrow.variance, near.variance, rtol=1e-3)


def test_merge_and_order():
    whole = Scaler(dims=(2,)).fit(batches())
    first, second = Scaler(dims=(2,)).fit(batches()[:2]), Scaler(dims=(2,)).fit(batches()[2:])
    kept = second.mean.copy()
    merged = first.merge(second).merge(Scaler(dims=(2,)))
    for name in ("mean", "variance", "minimum", "maximum", "weight"):
        assert np.allclose(getattr(merged, name), getattr(whole, name), rtol=1e-12)
    assert np.array_equal(second.mean, kept)
    empty = Scaler(dims=(2,)).merge(second)
    empty.partial_fit(batches()[0])
    assert np.array_equal(second.mean, kept)
    with pytest.raises(ParameterError, match="other"):
        first.merge(Scaler(dims=(1,)))
    with pytest.raises(DTypeError, match="other"):
        first.merge("scaler")


@pytest.mark.parametrize("name", ["scaler", "scaler.json", "scaler.npz", "é.npz"])
@pytest.mark.parametrize("options", [{}, {"statistic": "instance", "normtype": "minmax"}, {"dims": (2,), "ddof": 1}])
def test_files(tmp_path, name, options):
    scaler = Scaler(**options)
    if options.get("statistic") != "instance":
        scaler.fit(batches())
    scaler.save(tmp_path / name)
    scaler.save(str(tmp_path / name))
    read = Scaler.load(tmp_path / name)
    assert repr(read) == repr(scaler)
    assert read.weight == scaler.weight
    assert np.array_equal(read(batches()[1]), scaler(batches()[1]))
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert np.array_equal(pickle.loads(pickle.dumps(scaler))(X), scaler(X))
    assert read.partial_fit(X).weight > scaler.weight


def test_files_that_hold_none(tmp_path):
    path = tmp_path / "file"
    poison = np.array([object()], dtype=object)
    np.savez(tmp_path / "pickled.npz", settings=poison, mean=poison)
    good = json.loads(_saved(tmp_path))
    for bad in (b"", b"{}", b"[1]", b"PK\x03\x04broken", b"\x80\x04pickle", json.dumps(good | {"scaler": 9}).encode(),
                json.dumps(good | {"mean": ["a"]}).encode(), json.dumps(good | {"dims": 5}).encode()):  # fmt: skip
        path.write_bytes(bad)
        with pytest.raises(ParameterError, match="holds no Scaler"):
            Scaler.load(path)
    with pytest.raises(ParameterError, match="holds no Scaler"):
        Scaler.load(tmp_path / "pickled.npz")
    with pytest.raises(FileNotFoundError):
        Scaler.load(tmp_path / "nowhere")


def _saved(tmp_path) -> bytes:
    Scaler().fit(batches()).save(tmp_path / "good")
    return (tmp_path / "good").read_bytes()


def test_scaler_refuses():
    for wrong in (
        {"statistic": "clip"}, {"normtype": "std"}, {"dims": ()}, {"dims": (1, 1)}, {"dims": "12"}, {"eps": -1.0},
        {"eps": np.nan}, {"ddof": -1}, {"weigh": "clips"}, {"statistic": 3}, {"dims": (1.5,)},
    ):  # fmt: skip
        with pytest.raises(ParameterError, match=next(iter(wrong))):
            Scaler(**wrong)
    scaler = Scaler()
    with pytest.raises(ParameterError, match="fit"):
        scaler(X)
    with pytest.raises(ParameterError, match="batches"):
        scaler.fit([])
    with pytest.raises(DTypeError, match="batches"):
        scaler.fit(X)
    with pytest.raises(ParameterError, match="dims"):
        scaler.fit([np.ones((2, 3))])
    scaler.fit(iter([X]))
    with pytest.raises(ParameterError, match="batches before"):
        scaler.partial_fit(X[np.newaxis])
    with pytest.raises(ParameterError, match="does not fit"):
        scaler(X[0])
    mean = scaler.mean
    with pytest.raises(ParameterError):
        scaler.fit([X, X * np.nan])
    assert scaler.mean is mean  # what failed half way has changed nothing
    with pytest.raises(ParameterError, match="instance"):
        Scaler("instance").inverse(X)
    assert scaler.fit([{"mel": X}], transform_func=lambda batch: batch["mel"]).weight == X.size


# --- spec_augment


def test_masks():
    x = np.ones((200, 30, 60), np.float32)
    out = fastspec.spec_augment(x, n_time_masks=1, time_mask_param=20, n_freq_masks=1, freq_mask_param=6, rng=1)
    assert np.array_equal(out, fastspec.spec_augment(x, n_time_masks=1, time_mask_param=20, n_freq_masks=1,
                                                     freq_mask_param=6, rng=1))  # fmt: skip
    assert not np.array_equal(out, fastspec.spec_augment(x, n_time_masks=1, time_mask_param=20, rng=2))
    widths = []
    for clip in out:
        frames, rows = (clip == 0).all(0), (clip == 0).all(1)
        assert np.array_equal(clip == 0, frames | rows[:, None])
        for masked in (frames, rows):
            assert np.count_nonzero(np.diff(masked.astype(int)) == 1) + masked[0] <= 1  # one run
        widths.append((frames.sum(), rows.sum()))
    widths = np.array(widths)
    assert widths.min(0).tolist() == [0, 0]
    assert widths.max(0).tolist() == [20, 6]
    few = fastspec.spec_augment(x, n_time_masks=1, n_freq_masks=0, p=0.1, rng=1)
    assert (few == 0).all(1).sum(-1).max() == 6
    same = fastspec.spec_augment(x, n_time_masks=0, n_freq_masks=0)
    assert np.array_equal(same, x)
    assert same is not x
    levels = RNG.normal(5, 1, (2, 30, 60))
    means = fastspec.spec_augment(levels, mask_value="mean", n_time_masks=1, time_mask_param=50, rng=4)
    for before, after in zip(levels, means, strict=True):
        changed = after[before != after]
        assert changed.size
        assert np.allclose(changed, before.mean())


def test_warped_time():
    ramp = np.broadcast_to(np.arange(60.0), (50, 4, 60))
    warped = fastspec.spec_augment(ramp, n_time_masks=0, n_freq_masks=0, time_warp=10, rng=0)
    assert (np.diff(warped) >= 0).all()
    assert (warped[..., 0] == 0).all()
    assert (warped[..., -1] == 59).all()
    assert 0 < np.abs(warped - ramp).max() <= 10
    for clip in warped:  # two straight lines
        slopes = np.unique(np.diff(clip[0]).round(9))
        assert len(slopes) <= 3
    short = ramp[..., :20]
    assert np.array_equal(fastspec.spec_augment(short, n_time_masks=0, n_freq_masks=0, time_warp=10), short)


@pytest.mark.parametrize(
    "wrong",
    [{"n_time_masks": -1}, {"time_mask_param": 2.5}, {"p": 1.5}, {"mask_value": np.nan}, {"rng": -1},
     {"mask_value": "max"}, {"time_warp": -2}, {"freq_mask_param": None}],
)  # fmt: skip
def test_spec_augment_refuses(wrong):
    with pytest.raises(ParameterError, match=next(iter(wrong))):
        fastspec.spec_augment(X, **wrong)


def test_one_axis_nothing_and_no_way_back():
    scaler = Scaler(dims=2)
    assert scaler.dims == (2,)
    scaler.partial_fit(X)
    mean, weight = scaler.mean, scaler.weight
    assert scaler.partial_fit(X[..., :0]) is scaler
    assert scaler.mean is mean
    assert scaler.weight == weight
    assert np.array_equal(Scaler(None).inverse(X), X)
    assert np.array_equal(Scaler("dataset", None).inverse(X), X)


def test_online_is_shown_by_its_arguments():
    online = OnlineCmvn(cmn_window=50, norm_vars=True, mean=[1.0, 2.0], std=[3.0, 4.0], prior_frames=7)
    again = eval(repr(online), {"OnlineCmvn": OnlineCmvn, "array": np.array})
    assert repr(again) == repr(online)
    assert again.std.tolist() == [3, 4]
    with pytest.raises(ParameterError, match="std=None"):
        OnlineCmvn(norm_vars=True, mean=[1.0, 2.0])
