"""`compat.torchaudio`: formulas in float64, what torchaudio made of recordings, and torchaudio itself where it runs."""

from __future__ import annotations

import copy
import json
import pickle
import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import fastspec
from fastspec import DTypeError, ParameterError
from fastspec.compat import torchaudio as ta

F = ta.functional

# Of 128 mel bands, some fall between the bins of n_fft=400, which torchaudio's defaults are.
pytestmark = pytest.mark.filterwarnings("ignore:some of n_mels")


def noise(*shape: int, seed: int = 0, dtype=np.float32) -> np.ndarray:
    return (0.1 * np.random.default_rng(seed).standard_normal(shape)).astype(dtype)


def near(got, want, share: float, of: float | None = None) -> None:
    """Within a share of the largest number, and of each number's own if `of` says how much."""
    assert got.shape == want.shape
    error = np.abs(got - want) - (0 if of is None else of * np.abs(want))
    assert error.max(initial=0) <= share * np.abs(want).max(initial=0), f"{error.max() / np.abs(want).max():.1e}"


# --- goldens


def golden(shared, name: str):
    import soundfile

    stored = np.load(shared / "goldens" / f"torchaudio_{name}.npz")
    case = json.loads(str(stored["case"]))
    described = case["input"]
    y, _ = soundfile.read(shared / "audio" / described["file"], dtype="float32", always_2d=True)
    y = y[described["start"] : described["start"] + described["length"]].T
    return y.mean(axis=0, dtype=np.float32) if described["channels"] == "mono" else y, case, stored["out"]


GOLDENS = [
    *(f"spectrogram_{i}" for i in range(7)), "spectrogram_stereo", *(f"mel_{i}" for i in range(3)),
    *(f"mfcc_{i}" for i in range(3)),
]  # fmt: skip


@pytest.mark.parametrize("name", GOLDENS)
def test_goldens(shared, name):
    """1e-4 of each number, and 1e-5 (coefficients, sums of logarithms) or 2e-7 of the largest: float32."""
    y, case, want = golden(shared, name)
    got = getattr(ta, case["call"].rpartition(".")[2])(**case["params"])(y)
    assert got.dtype == want.dtype
    near(got, want, 1e-5 if "mfcc" in name else 2e-7, of=1e-4)


@pytest.mark.parametrize("name", [f"amplitude_to_db_{i}" for i in range(3)])
def test_golden_levels(shared, name):
    """As powers: near -100 dB, 140 below the peak, torchaudio's levels are its float32 noise (2 dB off the formula)."""
    y, case, want = golden(shared, name)
    got = ta.AmplitudeToDB(**case["params"])(ta.MelSpectrogram(44100, n_fft=1024)(y))
    multiplier = 10 if case["params"]["stype"] == "power" else 20
    near(10 ** (got / multiplier), 10 ** (want.astype(np.float64) / multiplier), 1e-10, of=3e-4)


def test_golden_griffinlim(shared):
    """32 rounds magnify rounding."""
    y, case, want = golden(shared, "griffinlim_0")
    near(ta.GriffinLim(**case["params"])(ta.Spectrogram(1024, hop_length=256, power=1)(y)), want, 2e-3)


# --- formulas

_PADDINGS = {"reflect": "reflect", "constant": "constant", "replicate": "edge", "circular": "wrap"}


def spectrogram(y, o) -> np.ndarray:
    """torchaudio's, in NumPy and float64; `o` has all options but the window, which is Hann's."""
    n_fft, win, hop = o["n_fft"], o["win_length"], o["hop_length"]
    window = np.zeros(n_fft)
    left = (n_fft - win) // 2
    window[left : left + win] = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(win) / win)
    y = np.pad(y.astype(np.float64), o["pad"])
    if o["center"]:
        y = np.pad(y, n_fft // 2, mode=_PADDINGS[o["pad_mode"]])
    frames = np.lib.stride_tricks.sliding_window_view(y, n_fft)[::hop] * window
    X = (np.fft.rfft if o["onesided"] else np.fft.fft)(frames, axis=-1).T
    X /= {False: 1, True: np.linalg.norm(window), "window": np.linalg.norm(window), "frame_length": np.sqrt(n_fft)}[
        o["normalized"]
    ]
    return X if o["power"] is None else np.abs(X) ** o["power"]


@st.composite
def options(draw, powers=(None, 1, 2, 2.0, 0.7, 3), sides=(True, False)):
    n_fft = draw(st.integers(2, 500))
    win_length = draw(st.integers(max(2, n_fft // 3), n_fft))
    return {
        "n_fft": n_fft, "win_length": win_length, "hop_length": draw(st.integers(1, 300)),
        "pad": draw(st.sampled_from([0, 0, 17])), "power": draw(st.sampled_from(powers)),
        "normalized": draw(st.sampled_from([False, True, "window", "frame_length"])),
        "center": draw(st.booleans()), "pad_mode": draw(st.sampled_from(sorted(_PADDINGS))),
        "onesided": draw(st.sampled_from(sides)),
    }  # fmt: skip


@given(options(), st.integers(500, 2500))
def test_spectrogram_against_float64(o, n):
    y = noise(n, seed=n)
    want = spectrogram(y, o)
    transform = ta.Spectrogram(**o)
    near(transform(y.astype(np.float64)), want, 1e-9)
    near(transform(y), want, 1e-5 if o["power"] == 0.7 else 2e-6)
    n_frames = 1 + (n + 2 * o["pad"] + o["center"] * 2 * (o["n_fft"] // 2) - o["n_fft"]) // o["hop_length"]
    assert transform(y).shape[-1] == n_frames
    both = transform(np.stack([y, y[::-1]])[np.newaxis])
    assert np.array_equal(both[0, 0], transform(y))
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(o["win_length"]) / o["win_length"])
    names = ("n_fft", "hop_length", "win_length", "power", "normalized", "center", "pad_mode", "onesided")
    assert np.allclose(F.spectrogram(y, o["pad"], window, *(o[name] for name in names)), transform(y), atol=1e-5)
    assert (transform.recipe is None) == (o["power"] in (0.7, 3) or not o["onesided"])
    if transform.recipe:
        assert np.array_equal(transform.recipe(y), transform(y))


def mel_bank(freqs, f_min, f_max, n, scale: str, norm) -> np.ndarray:
    def to_mel(f):
        if scale == "linear":
            return f
        if scale == "htk":
            return 2595 * np.log10(1 + f / 700)
        return 3 * f / 200 if f < 1000 else 15 + 27 * np.log(f / 1000) / np.log(6.4)

    m = np.linspace(to_mel(f_min), to_mel(f_max), n + 2)
    if scale == "htk":
        m = 700 * (10 ** (m / 2595) - 1)
    elif scale == "slaney":
        m = np.where(m < 15, m * 200 / 3, 1000 * np.exp((m - 15) * np.log(6.4) / 27))
    bank = np.array([np.interp(freqs, m[i : i + 3], [0, 1, 0], left=0, right=0) for i in range(n)])
    return (bank * (2 / (m[2:] - m[:-2]))[:, np.newaxis] if norm else bank).T


@pytest.mark.parametrize("scale", ["htk", "slaney"])
@pytest.mark.parametrize("norm", [None, "slaney"])
@pytest.mark.parametrize(("sr", "n_freqs", "f_min", "f_max"), [(16000, 201, 0.0, 8000.0), (11025, 150, 60.5, 9000.0)])
def test_banks(scale, norm, sr, n_freqs, f_min, f_max):
    freqs = np.linspace(0, sr // 2, n_freqs)
    got = F.melscale_fbanks(n_freqs, f_min, f_max, 24, sr, norm, scale)
    assert got.dtype == np.float32
    near(got, mel_bank(freqs, f_min, f_max, 24, scale, norm), 1e-6)
    near(F.linear_fbanks(n_freqs, f_min, f_max, 24, sr), mel_bank(freqs, f_min, f_max, 24, "linear", None), 1e-6)
    with pytest.warns(UserWarning, match="n_mels=200"):
        F.melscale_fbanks(n_freqs, f_min, f_max, 200, sr, norm, scale)


def test_dct():
    k, n = np.arange(30), np.arange(12)
    cosines = 2 * np.cos(np.pi / 12 * (n[:, np.newaxis] + 0.5) * k)
    near(F.create_dct(30, 12, None), cosines, 1e-6)
    ortho = F.create_dct(12, 12, "ortho")
    near(ortho.T @ ortho, np.eye(12), 1e-6)


def decibels(x, multiplier, amin, db_multiplier, top_db) -> np.ndarray:
    levels = multiplier * np.log10(np.maximum(x, amin)) - multiplier * db_multiplier
    if top_db is None:
        return levels
    clips = levels.reshape(-1, x.shape[-3] if x.ndim > 2 else 1, *x.shape[-2:])
    return np.maximum(clips, clips.max(axis=(1, 2, 3), keepdims=True) - top_db).reshape(x.shape)


@pytest.mark.parametrize("shape", [(9, 20), (3, 9, 20), (4, 3, 9, 20), (2, 2, 3, 9, 20), (0, 9, 20), (0, 3, 9, 20)])
@pytest.mark.parametrize("order", ["C", "F", "frames"])
def test_decibels(shape, order):
    x = np.random.default_rng(1).random(shape) ** 9
    x[1:2] *= 1e-6
    x[2:3] *= 1e3
    x = x.swapaxes(-1, -2).copy().swapaxes(-1, -2) if order == "frames" else np.asarray(x, order=order)
    for top_db in (None, 30.0, 0.0):
        if x.size or top_db is None:
            want = decibels(x, 20.0, 1e-7, 0.5, top_db)
            near(F.amplitude_to_DB(x, 20.0, 1e-7, 0.5, top_db), want, 1e-12)
            assert F.amplitude_to_DB(x.astype(np.float32), 20.0, 1e-7, 0.5, top_db).dtype == np.float32
        assert F.amplitude_to_DB(x, 10.0, 1e-7, 0.5, top_db).shape == shape
    near(F.DB_to_amplitude(F.amplitude_to_DB(x, 20.0, 1e-30, 0.0), 3.0, 0.5), 3 * x, 1e-9)


def test_amplitude_to_db_object():
    x = np.abs(noise(2, 5, 6))
    to_db = ta.AmplitudeToDB(stype="anything")
    assert (to_db.multiplier, to_db.amin, to_db.db_multiplier) == (20.0, 1e-10, 0.0)
    to_db.amin = 1e-2
    near(to_db(x), decibels(x.astype(np.float64), 20, 1e-2, 0, None), 1e-6)
    with pytest.raises(ParameterError, match="top_db=-1"):
        ta.AmplitudeToDB(top_db=-1.0)
    with pytest.raises(IndexError, match=r"x\.shape=\(5,\)"):
        ta.AmplitudeToDB(top_db=80.0)(x[0, :, 0])
    nan = F.amplitude_to_DB(np.where(np.arange(30).reshape(5, 6) == 7, np.nan, x[0]), 20.0, 1e-5, 0.0, 10.0)
    assert np.isnan(nan).sum() == 1


@given(
    options(powers=(1, 2, 1.5), sides=(True,)), st.sampled_from([16000, 11025]),
    st.sampled_from([(0.0, None), (100.0, 3000.0), (0.0, 9000.0), (-50.0, 4000.0)]),
    st.sampled_from(["htk", "slaney"]), st.sampled_from([None, "slaney"]), st.integers(600, 2500),
)  # fmt: skip
def test_mel_and_cepstra_against_float64(o, sr, limits, scale, norm, n):
    y = noise(3, 2, n, seed=n) * np.array([1, 1e-4, 1], np.float32)[:, np.newaxis, np.newaxis]
    o = {**o, "n_fft": max(o["n_fft"], 64)}
    (f_min, f_max), mel_options = limits, {k: v for k, v in o.items() if k != "onesided"}
    bands = {"f_min": f_min, "f_max": f_max, "n_mels": 12, "norm": norm, "mel_scale": scale}
    S = np.stack([[spectrogram(channel, o) for channel in clip] for clip in y])
    freqs = np.linspace(0, sr // 2, 1 + o["n_fft"] // 2)
    top = float(sr // 2) if f_max is None else f_max
    M = np.einsum("fm,...ft->...mt", mel_bank(freqs, f_min, top, 12, scale, norm), S)
    mel = ta.MelSpectrogram(sr, **mel_options, **bands)
    near(mel(y), M, 1e-5)
    near(mel(y.astype(np.float64)), M, 1e-6)  # banks are float32
    mfcc = ta.MFCC(sr, n_mfcc=7, melkwargs={**mel_options, **bands}, norm="ortho" if n % 2 else None)
    cosines = F.create_dct(7, 12, "ortho" if n % 2 else None).astype(np.float64)
    want = np.einsum("mk,...mt->...kt", cosines, decibels(M, 10, 1e-10, 0, 80.0))
    near(mfcc(y.astype(np.float64)), want, 1e-5)
    assert mfcc(y).shape == want.shape
    near(mfcc(y[0].astype(np.float64)), np.einsum("mk,...mt->...kt", cosines, decibels(M[0], 10, 1e-10, 0, 80.0)), 1e-5)
    logs = ta.MFCC(sr, n_mfcc=7, log_mels=True, melkwargs={**mel_options, **bands})
    want = np.einsum("mk,...mt->...kt", F.create_dct(7, 12, "ortho").astype(np.float64), np.log(M + 1e-6))
    near(logs(y.astype(np.float64)), want, 1e-5)
    lfcc = ta.LFCC(sr, 12, 100.0, 4000.0, n_lfcc=min(15, o["n_fft"]) if n % 3 else 7, speckwargs=o)
    B = np.einsum("fm,...ft->...mt", mel_bank(freqs, 100.0, 4000.0, 12, "linear", None), S)
    cosines = lfcc.dct_mat.astype(np.float64)
    near(lfcc(y.astype(np.float64)), np.einsum("mk,...mt->...kt", cosines, decibels(B, 10, 1e-10, 0, 80.0)), 1e-5)


def test_scales_on_spectrograms():
    S = np.abs(noise(2, 129, 7))
    scale = ta.MelScale(20, 8000, n_stft=129)
    assert scale.fb.shape == (129, 20)
    near(scale(S), np.einsum("fm,cft->cmt", scale.fb.astype(np.float64), S), 1e-6)
    assert np.array_equal(scale(S.swapaxes(-1, -2).copy().swapaxes(-1, -2)), scale(S))
    inverse = ta.InverseMelScale(129, 20, 8000)
    M = scale(S)
    solved = np.stack([np.linalg.lstsq(inverse.fb.T.astype(np.float64), m, rcond=None)[0] for m in M])
    near(inverse(M), np.maximum(solved, 0), 1e-5)
    with pytest.raises(ParameterError, match=r"melspec\.shape=.* 20 are wanted"):
        inverse(S)
    with pytest.raises(RuntimeError, match="driver='gels'"):
        ta.InverseMelScale(33, 60, 8000)(np.ones((60, 3)))
    poor = ta.InverseMelScale(33, 60, 8000, driver="gelsd")
    solved = np.linalg.lstsq(poor.fb.T.astype(np.float64), np.ones((60, 3)), rcond=1e-5)[0]
    near(poor(np.ones((60, 3))), np.maximum(solved, 0), 1e-6)
    assert scale(S[:0]).shape == (0, 20, 7)


# --- the ways back


@given(options(powers=(None,)), st.integers(1500, 2500))
def test_inverse_undoes_spectrogram(o, n):
    o = {**o, "center": True, "hop_length": min(o["hop_length"], o["win_length"] // 2), "win_length": o["n_fft"]}
    y = noise(2, n, seed=n, dtype=np.float64)
    plain = {name: value for name, value in o.items() if name != "power"}
    D = ta.Spectrogram(**o)(y)
    near(ta.InverseSpectrogram(**plain)(D, n), y, 1e-6)
    whole = ta.InverseSpectrogram(**plain)(D)
    assert whole.shape[-1] == o["n_fft"] % 2 + o["hop_length"] * (D.shape[-1] - 1)
    known = min(n, whole.shape[-1] - o["pad"])
    near(whole[:, o["pad"] : o["pad"] + known], y[:, :known], 1e-6)


def test_inverse_refuses_gaps():
    D = ta.Spectrogram(power=None, center=False)(noise(4000))
    with pytest.raises(RuntimeError, match="the sum of its squares is 0"):
        ta.InverseSpectrogram(center=False)(D)
    rectangle = {"center": False, "window_fn": np.ones}
    D = ta.Spectrogram(power=None, **rectangle)(noise(4000))
    near(ta.InverseSpectrogram(**rectangle)(D), noise(4000), 1e-6)
    with pytest.raises(RuntimeError, match="hop_length=401 exceeds"):
        ta.InverseSpectrogram(hop_length=401)(D)
    with pytest.raises(ParameterError, match=r"spectrogram\.dtype=float32 is not complex"):
        ta.InverseSpectrogram()(np.abs(D))
    with pytest.raises(RuntimeError, match="is empty"):
        ta.InverseSpectrogram()(D[:, :0])
    with pytest.warns(UserWarning, match="zeros stand behind"):
        assert not ta.InverseSpectrogram(**rectangle)(D, 5000)[4000:].any()
    D = ta.Spectrogram(power=None)(noise(100_000))  # the middle repeats itself: no long sum is needed to know of gaps
    near(ta.InverseSpectrogram()(D, 99_000), noise(100_000)[:99_000], 1e-6)


def test_griffinlim():
    y = np.sin(np.arange(8000) / 9) * np.hanning(8000)
    S = ta.Spectrogram(256, power=1)(y)
    for power in (1.0, 2.0):
        found = ta.GriffinLim(256, n_iter=50, power=power, rng=0)(S**power)
        assert found.shape == (62 * 128,)
        assert np.linalg.norm(ta.Spectrogram(256, power=1)(found) - S) < 0.1 * np.linalg.norm(S)
    again = ta.GriffinLim(256, n_iter=3, rng=3)
    assert np.array_equal(again(S), ta.GriffinLim(256, n_iter=3, rng=3)(S))
    assert not np.array_equal(again(S), ta.GriffinLim(256, n_iter=3, rng=4)(S))
    zero = ta.GriffinLim(256, n_iter=0, rand_init=False)(S**2)
    near(zero, ta.InverseSpectrogram(256)(S.astype(complex)), 1e-9)
    for wrong, message in (({"momentum": 1.0}, "momentum=1"), ({"momentum": -0.1}, "momentum=-0.1")):
        with pytest.raises(ValueError, match=message):
            ta.GriffinLim(256, **wrong)
    with pytest.raises(RuntimeError, match="length=1000"):
        ta.GriffinLim(256, length=1000)(S)
    with pytest.raises(RuntimeError, match="use more frames"):
        ta.GriffinLim(256)(S[:, :2])


@pytest.mark.parametrize("rate", [0.37, 0.8, 1.3, 2.0, 5.5])
def test_phase_vocoder(rate):
    D = ta.Spectrogram(64, power=None)(noise(2, 900, dtype=np.float64))
    times = np.arange(0, D.shape[-1], rate)
    padded = np.pad(D, [(0, 0), (0, 0), (0, 2)])
    at, share = np.floor(times).astype(int), times % 1
    step = np.angle(padded[..., at + 1]) - np.angle(padded[..., at])
    phase = np.concatenate([np.angle(D[..., :1]), step[..., :-1]], axis=-1).cumsum(axis=-1)
    magnitude = (1 - share) * np.abs(padded[..., at]) + share * np.abs(padded[..., at + 1])
    near(ta.TimeStretch(n_freq=33, fixed_rate=rate)(D), magnitude * np.exp(1j * phase), 1e-9)


def test_time_stretch():
    D = ta.Spectrogram(64, power=None)(noise(900))
    stretch = ta.TimeStretch(n_freq=33)
    assert stretch.phase_advance.shape == (33, 1)
    assert stretch(D, 1.0) is D
    with pytest.raises(ValueError, match="overriding_rate"):
        stretch(D)
    with pytest.raises(RuntimeError, match="phase_advance"):
        ta.TimeStretch(n_freq=40)(D, 1.2)
    with pytest.warns(UserWarning, match="is real"):
        assert stretch(np.abs(D), 1.2).dtype == np.complex64


# --- along frames


@given(st.integers(3, 20), st.sampled_from(["replicate", "constant", "reflect", "circular"]), st.integers(10, 60))
def test_deltas(win_length, mode, n_frames):
    x = noise(2, 3, n_frames, dtype=np.float64)
    n = (win_length - 1) // 2
    padded = np.pad(x, [(0, 0), (0, 0), (n, n)], mode=_PADDINGS[mode])
    k = np.arange(-n, n + 1)
    want = (
        np.stack([(padded[..., t : t + 2 * n + 1] * k).sum(axis=-1) for t in range(n_frames)], axis=-1) / (k**2).sum()
    )
    near(ta.ComputeDeltas(win_length, mode)(x), want, 1e-12)
    assert ta.ComputeDeltas(win_length, mode)(x.astype(np.float32)).dtype == np.float32


@given(st.integers(1, 70), st.integers(0, 70), st.booleans(), st.booleans(), st.integers(1, 50))
def test_sliding_means(window, least, center, variances, n):
    x = noise(2, n, 3, seed=n, dtype=np.float64) + 5
    want = np.empty_like(x)
    for t in range(n):
        first, end = (t - window // 2, t - window // 2 + window) if center else (t - window, t + 1)
        if first < 0:
            first, end = 0, end - first
        if not center:
            end = max(t + 1, least)
        if end > n:
            first, end = max(first - (end - n), 0), n
        part = x[:, first:end]
        want[:, t] = x[:, t] - part.mean(axis=1)
        if variances:
            with np.errstate(all="ignore"):
                want[:, t] = want[:, t] / part.std(axis=1) if end - first > 1 else 0
    got = ta.SlidingWindowCmn(window, least, center, variances)(x)
    assert np.abs(got - want).max() < 1e-9


def test_sliding_means_of_equal_frames_are_zeros():
    for options_ in ({"norm_vars": True}, {"norm_vars": True, "center": True, "cmn_window": 7}):
        assert not F.sliding_window_cmn(np.full((50, 3), 0.1, np.float32), **options_).any()
    assert F.sliding_window_cmn(np.zeros((0, 3))).shape == (0, 3)
    with pytest.raises(ParameterError, match="not finite"):
        F.sliding_window_cmn(np.array([[np.nan]]))


def test_masks():
    S = np.ones((50, 20, 30), np.float32)
    one = ta.FrequencyMasking(8, rng=5)
    masked = one(S)
    assert S.all()
    rows = np.flatnonzero(masked[0, :, 0] == 0)
    assert np.array_equal(masked == 0, np.broadcast_to(np.isin(np.arange(20), rows)[:, np.newaxis], S.shape))
    assert len(rows) < 8
    assert np.array_equal(rows, np.arange(rows[0], rows[-1] + 1)) if len(rows) else True
    assert not np.array_equal(masked, one(S)), "a seed makes the masks of all calls to come"
    assert np.array_equal(masked, ta.FrequencyMasking(8, rng=5)(S))
    many = ta.TimeMasking(10, iid_masks=True, p=0.5, rng=5)(S, -1.0)
    lengths = (many[:, 0] == -1).sum(axis=-1)
    assert lengths.max() < 10
    assert len(set(lengths)) > 3
    assert (ta.TimeMasking(1000, True, p=0.1, rng=1)(S) == 0).sum(axis=-1).max() < 3
    # Uniform in length, then in place: 10,000 runs of 0 to 7 of 20 rows.
    runs = np.concatenate([F.mask_along_axis_iid(S, 8, 0.0, 1, rng=i)[:, :, 0] == 0 for i in range(200)])
    assert np.allclose(np.bincount(runs.sum(axis=-1), minlength=8) / len(runs), 1 / 8, atol=0.02)
    assert F.mask_along_axis(S, 0, 0.0, 1) is S
    assert F.mask_along_axis(S[0], 3, 0.0, 0, rng=1).shape == (20, 30)
    for call, message in (
        (lambda: F.mask_along_axis(S, 3, 0.0, 0), "axis=0"),
        (lambda: F.mask_along_axis(S[0, 0], 3, 0.0, 0), "dimensions"),
        (lambda: F.mask_along_axis_iid(S[0], 3, 0.0, 1), "2 dimensions"), (lambda: ta.TimeMasking(3, p=1.5), "p=1.5"),
        (lambda: F.mask_along_axis(S, 3, 0.0, 1, 2.0), r"p=2\.0"), (lambda: ta.TimeMasking(3)(S[0, 0]), "specgram"),
    ):  # fmt: skip
        with pytest.raises(ValueError, match=message):
            call()


# --- samples


def resampled(x, orig, new, width, rolloff, beta) -> np.ndarray:
    """Each output by itself: the sum over all inputs of a sinc around its place."""
    base = min(orig, new) * rolloff
    t = (np.arange(len(x)) / orig - np.arange(-(-len(x) * new // orig))[:, np.newaxis] / new) * base
    within = np.abs(t) < width
    t = np.where(within, t, 0)
    window = np.cos(np.pi * t / width / 2) ** 2
    if beta is not None:
        window = np.i0(beta * np.sqrt(1 - (t / width) ** 2)) / np.i0(beta)
    return (np.sinc(t) * window * within * (base / orig)) @ x.astype(np.float64)


@pytest.mark.parametrize(
    ("orig", "new"), [(44100, 16000), (3, 2), (2, 3), (1, 7), (7, 1), (16000, 16001), (9973, 9967), (1, 1)]
)
@pytest.mark.parametrize(
    ("width", "rolloff", "beta"), [(6, 0.99, None), (16, 0.85, 8.5), (64, 0.9475937167399596, 14.7)]
)
def test_resample(orig, new, width, rolloff, beta):
    x = noise(3, 700, dtype=np.float64)
    method = "sinc_interp_hann" if beta is None else "sinc_interp_kaiser"
    got = F.resample(x, orig, new, width, rolloff, method, beta)
    if orig == new:
        assert got is x
        return
    want = np.stack([resampled(row, orig, new, width, rolloff, beta) for row in x])
    near(got, want, 1e-9)
    transform = ta.Resample(orig, new, method, width, rolloff, beta)
    assert np.array_equal(transform(x), got)
    single = transform(x.astype(np.float32))
    assert single.dtype == np.float32
    near(single, want, 2e-6)
    assert np.array_equal(transform(x[1:2])[0], got[1])
    assert np.array_equal(F.resample(x[:, ::-1][:, ::-1], orig, new, width, rolloff, method, beta), got)


@pytest.mark.parametrize("n", [0, 1, 2, 30, 441, 442])
def test_resample_of_short_clips(n):
    assert F.resample(np.ones(n), 441, 160).shape == (-(-n * 160 // 441),)
    assert F.resample(np.ones((2, 0, n)), 160, 441).shape == (2, 0, -(-n * 441 // 160))


def test_resample_lets_nothing_far_in():
    x = noise(2000)
    x[1000] = np.nan
    y = F.resample(x, 2, 1)
    assert np.isnan(y).sum() < 20
    assert np.array_equal(y[:400], F.resample(noise(2000), 2, 1)[:400])
    with pytest.warns(UserWarning, match="old name of 'sinc_interp_hann'"):
        F.resample(noise(2000), 2, 1, resampling_method="sinc_interpolation")


@pytest.mark.parametrize("channels", [2, 8, 128, 256, 257, 1024])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_mu_law(channels, dtype):
    x = np.concatenate([np.linspace(-1, 1, 3001), noise(500, dtype=np.float64), [1.5, -2.0]])
    mu = channels - 1.0
    compressed = np.sign(x) * np.log1p(mu * np.abs(x)) / np.log1p(mu)
    exact = (compressed + 1) / 2 * mu + 0.5
    codes = F.mu_law_encoding(x.astype(dtype), channels)
    assert codes.dtype == np.int64
    clear = np.abs(exact - np.rint(exact)) > 1e-3  # rounding decides where two codes meet
    assert np.array_equal(codes[clear], exact[clear].astype(np.int64))
    assert np.array_equal(ta.MuLawEncoding(channels)(x.astype(dtype)), codes)
    back = ta.MuLawDecoding(channels)(codes)
    assert back.dtype == np.float32
    halves = codes / mu * 2 - 1
    near(back, np.sign(halves) * ((1 + mu) ** np.abs(halves) - 1) / mu, 1e-5)
    with pytest.warns(UserWarning, match="not floating-point"):
        assert F.mu_law_encoding(np.array([0, 1]), 256).tolist() == [128, 255]


def test_centroid():
    y = noise(2, 3000, dtype=np.float64)
    o = {"n_fft": 301, "win_length": 250, "hop_length": 90, "pad": 11, "power": 1, "normalized": False, "center": True,
         "pad_mode": "reflect", "onesided": True}  # fmt: skip
    S = np.stack([spectrogram(channel, o) for channel in y])
    freqs = np.linspace(0, 11025 // 2, 151)[:, np.newaxis]
    got = ta.SpectralCentroid(11025, 301, 250, 90, 11)(y)
    near(got, (freqs * S).sum(axis=1) / S.sum(axis=1), 1e-6)
    assert not ta.SpectralCentroid(11025)(np.zeros(2000)).any()


# --- objects


def transforms() -> dict:
    return {
        "Spectrogram": (ta.Spectrogram(window_fn=lambda n: np.ones(n)), noise(2, 900)),
        "InverseSpectrogram": (ta.InverseSpectrogram(64), ta.Spectrogram(64, power=None)(noise(2, 900))),
        "MelSpectrogram": (ta.MelSpectrogram(n_fft=512, n_mels=20), noise(2, 900)),
        "MelScale": (ta.MelScale(9, n_stft=65), np.abs(noise(65, 8))),
        "InverseMelScale": (ta.InverseMelScale(65, 9), np.abs(noise(9, 8))),
        "MFCC": (ta.MFCC(n_mfcc=5, melkwargs={"n_mels": 20}), noise(900)),
        "LFCC": (ta.LFCC(n_lfcc=5, n_filter=20), noise(900)),
        "AmplitudeToDB": (ta.AmplitudeToDB(top_db=20), np.abs(noise(9, 8))),
        "GriffinLim": (ta.GriffinLim(64, n_iter=2, rng=1), np.abs(noise(33, 20))),
        "ComputeDeltas": (ta.ComputeDeltas(7), noise(9, 20)),
        "SlidingWindowCmn": (ta.SlidingWindowCmn(5), noise(20, 9)),
        "SpectralCentroid": (ta.SpectralCentroid(8000), noise(900)),
        "TimeStretch": (ta.TimeStretch(n_freq=33, fixed_rate=1.2), ta.Spectrogram(64, power=None)(noise(2, 900))),
        "Resample": (ta.Resample(3, 2), noise(900)),
        "MuLawEncoding": (ta.MuLawEncoding(), noise(900)),
        "MuLawDecoding": (ta.MuLawDecoding(), np.arange(9)),
        "FrequencyMasking": (ta.FrequencyMasking(4, rng=1), noise(9, 20)),
        "TimeMasking": (ta.TimeMasking(4, rng=1), noise(9, 20)),
    }


@pytest.mark.parametrize("name", transforms())
def test_objects(name):
    """Shown with what they were told, picklable and copied with the same results, under every name they have."""
    transform, x = transforms()[name]
    assert type(transform) is getattr(ta.transforms, name)
    assert repr(transform).startswith(f"{name}(")
    assert "=" in repr(transform)
    want = transforms()[name][0](x)
    for again in (pickle.loads(pickle.dumps(transform)), copy.deepcopy(transform)):
        assert np.array_equal(again(x), want)
        assert repr(again) == repr(transform)
    assert np.array_equal(transform.forward(x), want)
    recipe = transform.recipe
    if recipe is not None:
        assert np.array_equal(recipe(x), want)
    assert (recipe is not None) == (name in ("Spectrogram", "MelSpectrogram", "MFCC", "LFCC"))


def test_attributes_count_when_they_are_changed():
    y = noise(2000)
    mel = ta.MelSpectrogram(n_fft=512, n_mels=20)
    assert (mel.n_fft, mel.win_length, mel.hop_length, mel.n_mels, mel.sample_rate) == (512, 512, 256, 20, 16000)
    assert mel.spectrogram.window.shape == (512,)
    assert mel.mel_scale.fb.shape == (257, 20)
    before = mel(y)
    assert mel.recipe is mel.recipe
    mel.spectrogram.power = 1.0
    assert np.array_equal(mel(y), ta.MelSpectrogram(n_fft=512, n_mels=20, power=1.0)(y))
    mel.spectrogram.power = 2.0
    assert np.array_equal(mel(y), before)
    mel.spectrogram.window = np.hamming(512).astype(np.float32)
    near(mel(y), ta.MelSpectrogram(n_fft=512, n_mels=20, window_fn=np.hamming)(y), 1e-6)
    mel.mel_scale.fb = 2 * mel.mel_scale.fb
    assert mel.recipe is None
    near(mel(y), 2 * ta.MelSpectrogram(n_fft=512, n_mels=20, window_fn=np.hamming)(y), 1e-6)
    own = np.hamming(512).astype(np.float32)
    mel.spectrogram.window = own
    own[:] = 0  # the object has a copy
    assert mel(y).any()
    for same in (mel, copy.deepcopy(mel), pickle.loads(pickle.dumps(mel))):
        for array in (same.spectrogram.window, same.mel_scale.fb):
            with pytest.raises(ValueError, match="read-only"):  # it would not count
                array[:] = 0
    mfcc = ta.MFCC(melkwargs={"n_mels": 40, "n_fft": 512})
    before = mfcc(y)
    mfcc.amplitude_to_DB.top_db = None
    assert np.array_equal(mfcc(y), before), "nothing was 80 dB below the peak"
    mfcc.amplitude_to_DB.amin = 1.0
    assert not np.array_equal(mfcc(y), before)
    mfcc.amplitude_to_DB.amin, mfcc.amplitude_to_DB.multiplier = 1e-10, 5.0  # which no recipe has
    assert mfcc.recipe is None
    near(mfcc(y), before / 2, 1e-5)
    mfcc.amplitude_to_DB.multiplier = 10.0
    mfcc.dct_mat = 3 * mfcc.dct_mat
    assert mfcc.recipe is None
    near(mfcc(y), 3 * before, 1e-5)


def test_windows():
    y = noise(2000)
    symmetric = ta.Spectrogram(wkwargs={"periodic": False, "dtype": None})
    near(symmetric(y), ta.Spectrogram(window_fn=np.hanning)(y), 1e-6)
    near(ta.Spectrogram(window_fn=lambda n, beta: np.kaiser(n, beta), wkwargs={"beta": 3.0})(y),
         ta.Spectrogram(window_fn=lambda n: np.kaiser(n, 3.0))(y), 1e-9)  # fmt: skip
    with pytest.raises(ParameterError, match=r"window\.shape=\(3,\) must be \(400,\)"):
        ta.Spectrogram(window_fn=lambda n: np.ones(3))
    with pytest.raises(TypeError, match="wkwargs"):
        ta.Spectrogram(wkwargs={"beta": 3})


BAD = {
    "win_length": (lambda: ta.Spectrogram(win_length=500), "win_length=500 exceeds n_fft=400"),
    "hop_length": (lambda: ta.Spectrogram(hop_length=0), "hop_length=0"),
    "default hop": (lambda: ta.Spectrogram(n_fft=1), "default hop_length of 0"),
    "pad_mode": (lambda: ta.Spectrogram(pad_mode="symmetric"), "pad_mode='symmetric'"),
    "pad": (lambda: ta.Spectrogram(pad=-1), "pad=-1"),
    "normalized": (lambda: ta.Spectrogram(normalized="x"), "normalized='x'"),
    "reflection": (lambda: ta.Spectrogram()(noise(200)), r"needs more than n_fft//2=200 samples"),
    "wrapping": (lambda: ta.Spectrogram(pad_mode="circular")(noise(199)), "pad_mode='circular'"),
    "one frame": (lambda: ta.Spectrogram(center=False)(noise(399)), "center=False needs n_fft=400"),
    "no samples": (lambda: ta.Spectrogram()(noise(0)), r"waveform\.shape=\(0,\) is empty"),
    "no clips": (lambda: ta.Spectrogram(pad_mode="constant")(noise(0, 900)), r"waveform\.shape=\(0, 900\) is empty"),
    "integers": (lambda: ta.MelSpectrogram()(np.zeros(900, np.int16)), "pcm_to_float"),
    "complex": (lambda: ta.Spectrogram()(np.zeros(900, complex)), r"waveform\.dtype=complex128"),
    "nan": (lambda: ta.MFCC()(np.full(900, np.nan)), r"\[0\] is nan"),
    "bins": (lambda: ta.MelScale()(np.ones((200, 3))), r"specgram\.shape=.* 201 are wanted"),
    "range": (lambda: ta.MelScale(f_min=9000.0), "f_min=9000"),
    "norm": (lambda: ta.MelSpectrogram(norm="l2"), "norm='l2'"),
    "mel_scale": (lambda: ta.MelSpectrogram(mel_scale="kaldi"), "mel_scale='kaldi'"),
    "complex bands": (lambda: ta.MelSpectrogram(power=None), "power=None"),
    "coefficients": (lambda: ta.MFCC(n_mfcc=200), "n_mfcc=200 exceeds n_mels=128"),
    "more coefficients": (lambda: ta.LFCC(n_lfcc=500), "n_lfcc=500 exceeds n_fft=400"),
    "dct": (lambda: ta.MFCC(dct_type=3), "dct_type=3"),
    "deltas": (lambda: ta.ComputeDeltas(2)(noise(9)), "win_length=2"),
    "few frames": (lambda: ta.ComputeDeltas(9, "reflect")(noise(4)), "mode='reflect'"),
    "rates": (lambda: ta.Resample(0, 2), "orig_freq=0"),
    "fractional rates": (lambda: F.resample(noise(9), 44100, 5512.5), r"new_freq=5512\.5"),
    "no divisor": (lambda: ta.Resample(99999989, 99999971), "larger common divisor"),
    "width": (lambda: F.resample(noise(9), 3, 2, 0), "lowpass_filter_width=0"),
    "method": (lambda: ta.Resample(3, 2, "linear"), "resampling_method='linear'"),
    "integer waveform": (lambda: F.resample(np.arange(9), 3, 2), r"waveform\.dtype=int64"),
    "codes": (lambda: ta.MuLawEncoding(1), "quantization_channels=1"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input(name):
    """Of torchaudio's kind, ValueError or RuntimeError, with the argument by its name and value."""
    call, message = BAD[name]
    with pytest.raises(ValueError, match=message) as raised:
        call()
    assert isinstance(raised.value, RuntimeError)
    if name in ("integers", "complex", "integer waveform"):
        assert isinstance(raised.value, DTypeError)


def test_what_is_accepted_without_effect():
    with pytest.warns(UserWarning, match="return_complex"):
        ta.Spectrogram(return_complex=True)
    with pytest.warns(UserWarning, match="onesided"):
        ta.MelSpectrogram(onesided=True)
    with pytest.warns(UserWarning, match="return_complex"):
        F.spectrogram(noise(900), 0, "hann", 64, 32, 64, 2.0, False, return_complex=False)


def test_silence_and_least_lengths():
    silence = np.zeros(900, np.float32)
    assert not ta.MelSpectrogram()(silence).any()
    assert np.all(ta.AmplitudeToDB(top_db=80)(ta.MelSpectrogram()(silence)) == -100)
    assert np.isfinite(ta.MFCC()(silence)).all()
    assert ta.Spectrogram()(noise(201)).shape == (201, 2)
    assert ta.Spectrogram(pad_mode="constant")(noise(1)).shape == (201, 1)
    assert ta.Spectrogram(pad_mode="replicate")(noise(1)).shape == (201, 1)
    assert ta.Spectrogram(center=False)(noise(400)).shape == (201, 1)
    assert ta.Spectrogram()(noise(900).tolist()).dtype == np.float64


def test_bits_do_not_depend_on_threads_or_neighbours():
    y = noise(5, 4000)
    for transform in (ta.MelSpectrogram(n_fft=512, n_mels=30), ta.Resample(3, 2), ta.SpectralCentroid(8000)):
        alone = transform(y[2])
        with fastspec.threads(5):
            assert np.array_equal(transform(y)[2], alone)


# --- tensors, and torchaudio itself


@pytest.mark.parametrize("name", transforms())
def test_tensors(name):
    torch = pytest.importorskip("torch")
    transform, x = transforms()[name]
    want = transforms()[name][0](x)
    got = transform(torch.from_numpy(x))
    assert isinstance(got, torch.Tensor)
    assert np.array_equal(got.numpy(), want)


def test_functional_tensors():
    torch = pytest.importorskip("torch")
    y = torch.from_numpy(noise(900))
    S = F.spectrogram(y, 0, torch.hann_window(64), 64, 32, 64, 2.0, False)
    near(S.numpy(), ta.Spectrogram(64)(noise(900)), 1e-6)
    near(
        ta.Spectrogram(64, window_fn=torch.hamming_window)(y).numpy(),
        ta.Spectrogram(64, window_fn="hamming")(noise(900)),
        1e-6,
    )


@pytest.fixture(scope="module")
def peer():
    """torchaudio, where its compiled library goes with torch's."""
    try:
        import torch
        import torchaudio
    except Exception as error:
        pytest.skip(f"torchaudio does not run here: {error}")
    return torch, torchaudio


def same(ours, theirs, share: float) -> None:
    assert ours.dtype == theirs.numpy().dtype
    near(ours, theirs.numpy(), share)


@given(o=options(), n=st.integers(500, 2500))
def test_spectrogram_live(peer, o, n):
    torch, torchaudio = peer
    y = noise(2, n, seed=n)
    theirs = torchaudio.transforms.Spectrogram(**o)(torch.from_numpy(y))
    same(ta.Spectrogram(**o)(y), theirs, 1e-4 if o["power"] == 0.7 else 1e-5)


@given(
    options(powers=(1.0, 2.0, 1.5), sides=(True,)), st.sampled_from([16000, 11025, 44100]),
    st.sampled_from([(0.0, None), (100.0, 3000.0), (0.0, 9000.0)]), st.sampled_from(["htk", "slaney"]),
    st.sampled_from([None, "slaney"]), st.booleans(), st.integers(600, 2500),
)  # fmt: skip
def test_features_live(peer, o, sr, limits, scale, norm, logs, n):
    """Coefficients in decibels or nepers: 1e-4 of the largest, which is some 0.05 dB in near-empty bands."""
    torch, torchaudio = peer
    y = noise(2, 2, n, seed=n)
    o = {**o, "n_fft": max(o["n_fft"], 128)}
    o.pop("onesided")
    bands = {**o, "f_min": limits[0], "f_max": limits[1], "n_mels": 12, "norm": norm, "mel_scale": scale}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = torchaudio.transforms.MelSpectrogram(sr, **bands)(torch.from_numpy(y))
        same(ta.MelSpectrogram(sr, **bands)(y), theirs, 3e-5)
        for name, options_ in (
            ("MFCC", {"n_mfcc": 9, "log_mels": logs, "melkwargs": bands}),
            ("LFCC", {"n_filter": 12, "n_lfcc": 9, "log_lf": logs, "speckwargs": o}),
        ):
            theirs = getattr(torchaudio.transforms, name)(sr, **options_)(torch.from_numpy(y))
            same(getattr(ta, name)(sr, **options_)(y), theirs, 3e-4)


@given(
    st.integers(1, 60), st.integers(1, 60), st.integers(1, 20), st.floats(0.5, 1.0), st.sampled_from([None, 3.0, 14.0]),
    st.integers(1, 900),
)  # fmt: skip
def test_resample_live(peer, orig, new, width, rolloff, beta, n):
    torch, torchaudio = peer
    y = noise(2, n, seed=n)
    method = "sinc_interp_hann" if beta is None else "sinc_interp_kaiser"
    theirs = torchaudio.transforms.Resample(orig, new, method, width, rolloff, beta)
    same(ta.Resample(orig, new, method, width, rolloff, beta)(y), theirs(torch.from_numpy(y)), 1e-4)
    theirs = torchaudio.functional.resample(
        torch.from_numpy(y.astype(np.float64)), orig, new, width, rolloff, method, beta
    )
    same(F.resample(y.astype(np.float64), orig, new, width, rolloff, method, beta), theirs, 1e-6)
