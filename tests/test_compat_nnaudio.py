"""compat.nnaudio against nnAudio's outputs that are stored, against formulas, and against nnAudio itself where it is.

Bounds: 2e-6 of the largest magnitude (float32 noise of nnAudio's sums of 2048 products; ours are ten times nearer to
float64), and rtol 1e-4 besides; decibels and cepstra 2e-3 of them.
"""

from __future__ import annotations

import json
import os
import pickle
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from scipy.fft import dct

import fastspec
from fastspec import ParameterError
from fastspec.compat import nnaudio
from fastspec.core.constantq import _octaves

RNG = np.random.default_rng(9)
Y = RNG.normal(size=(2, 12000)).astype(np.float32)
SHARED = Path(os.environ.get("FASTSPEC_SHARED", "/nowhere"))
LAYERS = {
    "STFT": {"n_fft": 512}, "MelSpectrogram": {"n_mels": 40}, "MFCC": {"n_mfcc": 13}, "Gammatonegram": {},
    "CQT1992v2": {"n_bins": 36, "fmin": 220.0}, "CQT": {"n_bins": 36, "fmin": 220.0},
    "CQT2010v2": {"n_bins": 36, "fmin": 220.0}, "VQT": {"n_bins": 36, "fmin": 220.0, "gamma": 3.0},
}  # fmt: skip


def near(got, want, noise: float = 2e-6) -> bool:
    return got.shape == want.shape and np.allclose(got, want, rtol=1e-4, atol=noise * np.abs(want).max(initial=0))


@pytest.mark.parametrize("path", sorted(SHARED.glob("goldens/nnaudio_*.npz")), ids=str)
def test_stored_outputs(path):
    stored = np.load(path)
    case = json.loads(str(stored["case"]))
    clip = case["input"]
    samples, _ = fastspec.load(SHARED / "audio" / clip["file"], sr=None, mono=False)
    y = samples.mean(axis=0, dtype=np.float32)[clip["start"] : clip["start"] + clip["length"]]
    name = case["call"].split(",")[0].rpartition(".")[2]
    layer = getattr(nnaudio, name)(**{"sr": clip["sr"], **case["params"]})
    got = layer(y) if name == "MelSpectrogram" else layer(y, "Magnitude")
    assert near(got[0], stored["out"])


# --- the live peer


def pair(name, **options):
    features = pytest.importorskip("nnAudio.features")
    return getattr(features, name)(verbose=False, **options), getattr(nnaudio, name)(**options)


def both_of(name, y, formats=(None,), noise=2e-6, call=None, **options):
    torch = pytest.importorskip("torch")
    theirs, ours = pair(name, **options)
    with torch.no_grad():
        for form in formats:
            more = {} if form is None else {"output_format": form}
            want, got = theirs(torch.from_numpy(y), **more, **(call or {})).numpy(), ours(y, **more, **(call or {}))
            assert got.shape == want.shape, (form, got.shape, want.shape)
            assert near(got, want, noise), (form, np.abs(got - want).max() / np.abs(want).max())
    return theirs, ours


RARE = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


@RARE
@given(
    n_fft=st.integers(4, 600), shorter=st.integers(0, 200), freq_bins=st.none() | st.integers(1, 400),
    hop=st.none() | st.integers(1, 300), window=st.sampled_from(["hann", "hamming", "blackman", "boxcar"]),
    scale=st.sampled_from(["no", "linear", "log", "log2"]), center=st.booleans(), n=st.integers(4, 3000),
    mode=st.sampled_from(["reflect", "constant"]), fmin=st.floats(0.5, 300), fmax=st.floats(301, 15000),
    sr=st.sampled_from([8000, 22050, 44100]), trainable=st.booleans(), seed=st.integers(0, 99),
)  # fmt: skip
def test_stft_live(n_fft, shorter, freq_bins, hop, window, scale, center, n, mode, fmin, fmax, sr, trainable, seed):
    win_length = max(4, n_fft - shorter)
    assume(n > n_fft // 2 and n + 2 * center * (n_fft // 2) >= n_fft)
    y = np.random.default_rng(seed).normal(size=(2, n)).astype(np.float32)
    theirs, ours = both_of(
        "STFT", y, ("Complex", "Magnitude"), n_fft=n_fft, win_length=win_length, freq_bins=freq_bins, hop_length=hop,
        window=window, freq_scale=scale, center=center, pad_mode=mode, fmin=fmin, fmax=fmax, sr=sr, trainable=trainable,
    )  # fmt: skip
    assert np.allclose(theirs.bins2freq, ours.bins2freq)
    assert np.allclose(theirs.bin_list, ours.bin_list)


@RARE
@given(
    n_fft=st.sampled_from([256, 400, 1024]), hop=st.integers(50, 300), n_mels=st.integers(2, 60), htk=st.booleans(),
    power=st.sampled_from([1.0, 2.0, 0.5, 3]), norm=st.sampled_from([1, None]), fmax=st.none() | st.floats(2000, 8000),
    center=st.booleans(), trainable=st.booleans(), n_mfcc=st.integers(1, 30),
    top_db=st.sampled_from([None, 80.0, 20.0]), ref=st.sampled_from([1.0, 0.3, -2.0]),
    amin=st.sampled_from([1e-10, 1e-3]),
)  # fmt: skip
def test_bands_live(n_fft, hop, n_mels, htk, power, norm, fmax, center, trainable, n_mfcc, top_db, ref, amin):
    options = {
        "sr": 16000, "n_fft": n_fft, "hop_length": hop, "power": power, "fmax": fmax, "center": center,
        "trainable_STFT": trainable,
    }  # fmt: skip
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # narrow bands
        mel = {"n_mels": n_mels, "htk": htk, "norm": norm}
        both_of("MelSpectrogram", Y, noise=1e-5, **options, **mel)
        both_of("Gammatonegram", Y, noise=1e-5, **options, n_bins=n_mels)
        both_of("MFCC", Y, noise=2e-5, n_mfcc=n_mfcc, top_db=top_db, ref=ref, amin=amin, **options, **mel)


@RARE
@given(
    hop=st.sampled_from([128, 256, 300, 512]), fmin=st.floats(100, 400), n_bins=st.integers(1, 40),
    per_octave=st.sampled_from([5, 12, 24]), scale=st.sampled_from([0.5, 1, 1.3]), norm=st.sampled_from([1, 2, 0]),
    window=st.sampled_from(["hann", "hamming", ("gaussian", 60)]), center=st.booleans(),
    mode=st.sampled_from(["reflect", "constant"]), gains=st.sampled_from(["librosa", "convolutional", "wrap"]),
    trainable=st.booleans(),
)  # fmt: skip
def test_cqt1992v2_live(hop, fmin, n_bins, per_octave, scale, norm, window, center, mode, gains, trainable):
    longest = scale / (2 ** (1 / per_octave) - 1) * 22050 / fmin
    assume(fmin * 2 ** (n_bins / per_octave) < 10000 and longest < 8192)
    both_of(
        "CQT1992v2", Y, ("Magnitude", "Complex"), 1e-5, {"normalization_type": gains}, hop_length=hop, fmin=fmin,
        n_bins=n_bins, bins_per_octave=per_octave, filter_scale=scale, norm=norm, window=window, center=center,
        pad_mode=mode, trainable=trainable,
    )  # fmt: skip


@RARE
@given(
    name=st.sampled_from(["CQT2010v2", "VQT"]), hop=st.sampled_from([128, 256, 512, 384]), fmin=st.floats(60, 200),
    n_bins=st.integers(1, 60), per_octave=st.sampled_from([12, 24]), scale=st.sampled_from([0.5, 1]),
    norm=st.sampled_from([1, 2]), early=st.booleans(), mode=st.sampled_from(["reflect", "constant"]),
    gains=st.sampled_from(["librosa", "convolutional", "wrap"]), gamma=st.sampled_from([0, 5.0, 20.0]),
)  # fmt: skip
def test_octaves_live(name, hop, fmin, n_bins, per_octave, scale, norm, early, mode, gains, gamma):
    import warnings

    assume(fmin * 2 ** (n_bins / per_octave) < 10000)
    options = {"gamma": gamma} if name == "VQT" else {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        both_of(
            name, Y, ("Magnitude", "Complex"), 1e-5, {"normalization_type": gains}, hop_length=hop, fmin=fmin,
            n_bins=n_bins, bins_per_octave=per_octave, filter_scale=scale, basis_norm=norm, earlydownsample=early,
            pad_mode=mode, **options,
        )  # fmt: skip


# --- without it


@pytest.mark.parametrize("name", LAYERS)
def test_every_layer(name):
    layer = getattr(nnaudio, name)(**LAYERS[name])
    want = layer(Y)
    assert want.dtype == np.float32
    assert len(want) == 2
    assert np.array_equal(layer(Y[:, np.newaxis]), want)
    assert np.array_equal(layer(Y[1]), want[1:])
    assert np.array_equal(layer.forward(Y), want)
    assert np.array_equal(layer(np.repeat(Y, 2, axis=-1)[:, ::2]), want)
    assert np.array_equal(pickle.loads(pickle.dumps(layer))(Y), want)
    assert layer(Y[:0]).shape == (0, *want.shape[1:])
    assert layer(Y.astype(np.float64)).dtype == np.float64
    assert near(layer(Y.astype(np.float64)), want, 1e-4)
    assert np.isfinite(layer(0 * Y)).all()
    assert next(iter(LAYERS[name]), "") in repr(layer)
    for wrong in (np.zeros((2, 3, 5000), np.float32), np.zeros((1, 1, 1, 9000), np.float32)):
        with pytest.raises(ParameterError, match=r"x\.shape"):
            layer(wrong)
    with pytest.raises(ParameterError, match=r"\[1, 7\] is nan"):
        layer(np.where((np.arange(12000) == 7) & (np.arange(2)[:, np.newaxis] == 1), np.float32(np.nan), Y))
    with pytest.raises(fastspec.DTypeError):
        layer("samples")


def test_tensors():
    torch = pytest.importorskip("torch")
    for name, options in LAYERS.items():
        layer = getattr(nnaudio, name)(**options)
        got = layer(torch.from_numpy(Y))
        assert isinstance(got, torch.Tensor)
        assert np.array_equal(got.numpy(), layer(Y))


def test_phases():
    layer = nnaudio.STFT(n_fft=256)
    parts = layer(Y)
    assert np.allclose(layer(Y, "Phase"), np.arctan2(parts[..., 1], parts[..., 0]))
    assert not layer(0 * Y, "Phase").any()
    cqt = nnaudio.CQT1992v2(n_bins=24, fmin=220.0)
    parts, phase = cqt(Y, "Complex"), cqt(Y, "Phase")
    assert np.allclose(phase * cqt(Y)[..., np.newaxis], parts, atol=1e-5)
    assert (cqt(0 * Y, "Phase") == [1, 0]).all()


@pytest.mark.parametrize("center", [True, False])
def test_inverse_of_bins(center):
    layer = nnaudio.STFT(n_fft=512, center=center, iSTFT=True)
    back = layer.inverse(layer(Y), length=12000)
    inner = slice(None) if center else slice(512, 11000)
    assert np.abs(back - Y)[:, inner].max() < 1e-5
    whole = nnaudio.STFT(n_fft=512, center=center, freq_bins=512, iSTFT=True)
    assert np.abs(whole.inverse(whole(Y), onesided=False, length=12000) - back)[:, inner].max() < 1e-5
    assert layer.inverse(layer(Y)).shape == (2, 12000 - 12000 % 128 if center else 512 + 128 * (layer(Y).shape[2] - 1))


@pytest.mark.parametrize("scale", ["log", "log2", "linear"])
def test_inverse_of_other_axes(scale):
    t = np.arange(22050) / 22050
    y = (np.sin(2 * np.pi * 440 * t) + 0.5 * np.sin(2 * np.pi * 2500 * t))[np.newaxis]
    layer = nnaudio.STFT(freq_scale=scale, hop_length=512, iSTFT=True)
    z = layer.inverse(layer(y), length=22050)
    inner = np.s_[:, 2048:-2048]
    assert np.sum(y[inner] ** 2) > 1e5 * np.sum((y - z)[inner] ** 2)  # 50 dB
    assert layer.inverse(layer(y.astype(np.float32))).dtype == np.float32


def test_inverse_is_nnaudios():
    torch = pytest.importorskip("torch")
    for options in ({"n_fft": 512}, {"n_fft": 400, "hop_length": 100, "win_length": 300, "center": False}):
        theirs, ours = pair("STFT", iSTFT=True, **options)
        X = ours(Y)
        for length in (None, 11000, 5000):
            want = theirs.inverse(torch.from_numpy(np.ascontiguousarray(X)), length=length).numpy()
            got = ours.inverse(X, length=length)
            inner = slice(512, min(want.shape[1], got.shape[1]) - 512)
            assert near(got[:, inner], want[:, inner], 1e-5)


@pytest.mark.parametrize("name", ["MelSpectrogram", "Gammatonegram"])
def test_negative_powers_of_silence(name):
    """Infinite, and no warning comes of it."""
    silent = getattr(nnaudio, name)(power=-1.0)(np.zeros(4000, np.float32))
    assert np.isposinf(silent).any()


def test_what_is_refused():
    for name, wrong in (
        ("STFT", {"n_fft": 0}), ("STFT", {"freq_scale": "mel"}), ("STFT", {"fmin": 0, "freq_scale": "log"}),
        ("STFT", {"pad_mode": "edge"}), ("STFT", {"win_length": 4096}), ("STFT", {"output_format": "Power"}),
        ("STFT", {"hop_length": 0}), ("MelSpectrogram", {"norm": 2}), ("MelSpectrogram", {"n_mels": 0}),
        ("MFCC", {"amin": 0.0}), ("MFCC", {"ref": np.inf}), ("MFCC", {"top_db": -1.0}),
        ("Gammatonegram", {"fmin": 9000.0, "fmax": 8000.0}),
        ("STFT", {"freq_scale": ["no"]}),
        ("CQT1992v2", {"n_bins": 200}), ("CQT1992v2", {"fmin": 0}), ("CQT2010v2", {"n_bins": 120}),
        ("VQT", {"gamma": -1}), ("CQT2010v2", {"bins_per_octave": 0}),
    ):  # fmt: skip
        with pytest.raises(ParameterError, match=next(iter(wrong))):
            getattr(nnaudio, name)(**wrong)
    with pytest.raises(TypeError):
        nnaudio.MelSpectrogram(n_mel=3)
    short = nnaudio.STFT()
    with pytest.raises(AssertionError, match="reflected"):
        short(np.zeros(1000, np.float32))
    with pytest.raises(RuntimeError, match="reflected"):
        short(np.zeros(1024, np.float32))
    assert short(np.ones(1025, np.float32)).shape == (1, 1025, 3, 2)
    with pytest.raises(NameError, match="iSTFT"):
        short.inverse(short(Y))
    ready = nnaudio.STFT(iSTFT=True)
    with pytest.raises(AssertionError, match="X.shape"):  # noqa: RUF043
        ready.inverse(np.zeros((1, 1025, 5)))
    with pytest.warns(SyntaxWarning, match="n_bins will be ignored"):
        assert nnaudio.CQT1992v2(fmin=110.0, fmax=440.0).n_bins == 24
    with pytest.raises(RuntimeError, match="reflected"):
        nnaudio.CQT1992v2()(np.zeros(8000, np.float32))
    with pytest.raises(ParameterError, match="hop_length"):
        nnaudio.CQT2010v2(hop_length=4)(Y)


def test_constant_q_of_whole_frames_alone():
    """The frames that no padding reaches are those of centred analysis that begin at the same samples."""
    options = {"fmin": 440.0, "n_bins": 24, "hop_length": 256}
    whole = nnaudio.CQT1992v2(**options, center=False)
    half = whole.kernel_width // 2
    assert half % 256 == 0
    got = whole(Y, "Complex")
    n_frames = 1 + (Y.shape[1] - whole.kernel_width) // 256
    assert got.shape == (2, 24, n_frames, 2)
    assert np.array_equal(got, nnaudio.CQT1992v2(**options)(Y, "Complex")[:, :, half // 256 :][:, :, :n_frames])
    assert near(nnaudio.CQT1992v2(**options | {"hop_length": 200}, center=False)(Y, "Complex")[:, :, ::32],
                nnaudio.CQT1992v2(**options | {"hop_length": 6400}, center=False)(Y, "Complex"))  # fmt: skip


def test_guards_of_trained_layers_are_below_the_root():
    for options in ({"freq_scale": "no"}, {"freq_scale": "linear", "freq_bins": 64, "fmin": 100, "fmax": 4000}):
        layer = nnaudio.STFT(256, trainable=True, **options)
        real, imag = np.moveaxis(layer(Y, "Complex").astype(np.float64), -1, 0)
        assert near(layer(Y, "Magnitude"), np.sqrt(real**2 + imag**2 + 1e-8))
    layer = nnaudio.CQT2010v2(fmin=440.0, n_bins=24, trainable=True)
    real, imag = np.moveaxis(layer(Y, "Complex").astype(np.float64), -1, 0)
    assert near(layer(Y, "Magnitude"), np.sqrt(real**2 + imag**2 + 1e-8))


@pytest.mark.parametrize("more", [{"power": 1.5}, {"power": 1.0, "trainable_STFT": True}])
def test_cepstra_of_powers_that_no_recipe_has(more):
    layer = nnaudio.MFCC(n_mfcc=13, n_mels=40, **more)
    assert layer.recipe is None
    levels = fastspec.power_to_db(nnaudio.MelSpectrogram(n_mels=40, **more)(Y), top_db=80.0)
    assert near(layer(Y), dct(levels.astype(np.float64), axis=1, norm="ortho")[:, :13], noise=1e-5)


@pytest.mark.filterwarnings("ignore:.*cannot be reflected")
def test_octaves_of_too_few_samples_and_uneven_hops():
    """CQT2010v2 takes no hops that the octaves cannot share; VQT stretches. Reflection ends where samples do."""
    few = Y[:1, :2000]
    options = {"fmin": 110.0, "n_bins": 36}
    got = nnaudio.CQT2010v2(**options)(few)
    lowest = nnaudio.CQT2010v2(**options, pad_mode="constant")(few)[:, :12]
    assert np.array_equal(got[:, :12], lowest)
    with pytest.warns(UserWarning, match=r"samples cannot be reflected by \d+: zeros are taken"):
        nnaudio.CQT2010v2(**options)(few)
    with pytest.raises(ParameterError, match=r"hop_length=20 gives octaves of .* frames; use a power of two"):
        nnaudio.CQT2010v2(**options, hop_length=20)(Y)
    with pytest.raises(ParameterError, match="is too short to be decimated"):
        nnaudio.CQT2010v2(**options, pad_mode="constant")(Y[:1, :1])


def test_octaves_are_stretched_linearly():
    """Between the middles of frames, with the first and the last one beyond them: as `interpolate` of torch does."""
    part = RNG.normal(size=(3, 10)) + 1j * RNG.normal(size=(3, 10))
    for n_frames in (4, 7, 25):
        places = (np.arange(n_frames) + 0.5) * 10 / n_frames - 0.5
        want = [np.interp(places, np.arange(10), row) for row in part]
        assert np.allclose(_octaves._stretched(part, n_frames), want, rtol=1e-13, atol=1e-14)
    assert np.array_equal(_octaves._stretched(part[:, :1], 3), np.repeat(part[:, :1], 3, axis=1))
    assert nnaudio.VQT(fmin=110.0, n_bins=36, hop_length=20)(Y).shape == (2, 36, 601)
