"""compat.python_speech_features: against the library itself, against what it made of a recording, and the way back."""

from __future__ import annotations

import json
import pickle
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fastspec import ParameterError
from fastspec.compat import python_speech_features as ours
from fastspec.compat.python_speech_features import sigproc

pytestmark = [  # of the peer: bands without bins have no centroid, and it logs by an old name
    pytest.mark.filterwarnings("ignore:invalid value:RuntimeWarning"),
    pytest.mark.filterwarnings("ignore:The 'warn':DeprecationWarning"),
]
EPS = np.finfo(float).eps


@pytest.fixture(scope="module")
def theirs():
    return pytest.importorskip("python_speech_features")


def noise(n: int, dtype="int16", seed: int = 0) -> np.ndarray:
    return (3000 * np.random.default_rng(seed).standard_normal(n)).astype(dtype)


def close(got, want, bound=1e-9):
    """Both in float64: rounding alone, which logarithms of nearly empty bands magnify."""
    want = np.asarray(want)
    assert got.shape == want.shape
    assert got.dtype == want.dtype
    assert np.array_equal(np.isnan(got), np.isnan(want))
    error = np.abs(got - want) / (1 + np.abs(want))
    assert np.nanmax(error, initial=0) <= bound


WINDOWS = [None, np.hamming, np.hanning, np.blackman, lambda n: np.linspace(0.1, 1, n)]


@st.composite
def cases(draw):
    rate = draw(st.sampled_from([8000, 11025, 16000, 22050, 44100, 48000]))
    low = draw(st.sampled_from([0, 20, 133.3333]))
    options = {
        "samplerate": rate, "winlen": draw(st.sampled_from([0.025, 0.02, 0.0321, 0.01])),
        "winstep": draw(st.sampled_from([0.01, 0.0125, 0.04])), "nfilt": draw(st.integers(1, 60)),
        "nfft": draw(st.sampled_from([256, 400, 512, 1103, 2048])), "lowfreq": low,
        "highfreq": draw(st.sampled_from([None, 0, 3400, rate / 2])), "preemph": draw(st.sampled_from([0.97, 0, 0.5])),
    }  # fmt: skip
    n = draw(st.one_of(st.integers(1, 600), st.integers(600, 6000)))
    dtype = draw(st.sampled_from(["int16", "float32", "float64", "uint8", "int32"]))
    signal = np.abs(noise(n, dtype, n)) if dtype == "uint8" else noise(n, dtype, n)
    if draw(st.booleans()):
        signal[n // 3 :] = 0
    return signal, options, draw(st.sampled_from(WINDOWS))


@given(cases(), st.integers(1, 30), st.sampled_from([22, 0, 10.5]), st.booleans())
def test_features_of_any_options(theirs, case, numcep, ceplifter, append):
    signal, options, window = case
    # The peer's pre-emphasis of float32 is in float32, and all else in float64; ours is in float64.
    bound, rounding = (1e-4, 1e-6) if signal.dtype == np.float32 else (1e-9, 1e-12)
    with_window = options | ({"winfunc": window} if window else {})
    close(ours.logfbank(signal, **options), theirs.logfbank(signal, **options), bound)
    for got, want in zip(ours.fbank(signal, **with_window), theirs.fbank(signal, **with_window), strict=True):
        scale = np.abs(want).max()
        assert np.abs(got - want).max() <= rounding * scale
        assert np.array_equal(got == EPS, want == EPS)
    cepstral = with_window | {"numcep": numcep, "ceplifter": ceplifter, "appendEnergy": append}
    close(ours.mfcc(signal, **cepstral), theirs.mfcc(signal, **cepstral), bound)
    close(ours.ssc(signal, **with_window), theirs.ssc(signal, **with_window), bound)


@given(
    st.integers(1, 80), st.sampled_from([256, 400, 511, 512, 1103, 4096]), st.integers(4000, 48000), st.floats(0, 900)
)
def test_filterbanks_have_the_very_bins(theirs, nfilt, nfft, rate, low):
    assert np.array_equal(ours.get_filterbanks(nfilt, nfft, rate, low), theirs.get_filterbanks(nfilt, nfft, rate, low))
    high = rate / 3
    assert np.array_equal(
        ours.get_filterbanks(nfilt, nfft, rate, low, high), theirs.get_filterbanks(nfilt, nfft, rate, low, high)
    )


@given(st.integers(1, 300), st.integers(1, 90), st.integers(1, 40), st.sampled_from([64, 100, 101]))
def test_sigproc(theirs, n, length, step, nfft):
    signal = noise(n, "float64", n)
    peer = theirs.sigproc
    frames = peer.framesig(signal, length, step, np.hamming)
    assert np.array_equal(sigproc.framesig(signal, length, step, np.hamming), frames)
    if step <= length:
        close(
            sigproc.deframesig(frames, n, length, step, np.hamming),
            peer.deframesig(frames, n, length, step, np.hamming),
        )
        close(sigproc.deframesig(frames, 0, length, step), peer.deframesig(frames, 0, length, step))
    scale = np.abs(frames).sum()
    for name in ("magspec", "powspec"):
        got, want = getattr(sigproc, name)(frames, nfft), getattr(peer, name)(frames, nfft)
        assert got.shape == want.shape
        assert np.abs(got - want).max() <= 1e-13 * scale ** (1 if name == "magspec" else 2)
    for norm in (0, 1):
        got, want = sigproc.logpowspec(frames, nfft, norm), peer.logpowspec(frames, nfft, norm)
        loud = want > want.max() - 150
        assert np.abs(got - want)[loud].max() < 1e-6
    close(sigproc.preemphasis(signal), peer.preemphasis(signal))
    close(sigproc.preemphasis(signal, 0), peer.preemphasis(signal, 0))


@given(st.integers(1, 30), st.integers(1, 5), st.integers(1, 7))
def test_delta_and_lifter(theirs, n_frames, n, width):
    feat = noise(n_frames * n, "float64", n_frames).reshape(n_frames, n)
    close(ours.delta(feat, width), theirs.delta(feat, width), 1e-10)
    for L in (22, 0, -3, 7.5):
        close(ours.lifter(feat, L), theirs.base.lifter(feat, L))


@given(st.floats(-1e6, 1e6))
def test_numbers(theirs, number):
    assert sigproc.round_half_up(number) == theirs.sigproc.round_half_up(number)
    hz = abs(number)
    assert ours.hz2mel(hz) == pytest.approx(theirs.base.hz2mel(hz), rel=1e-14)
    mel = hz % 4000
    assert ours.mel2hz(mel) == pytest.approx(theirs.base.mel2hz(mel), rel=1e-14, abs=1e-9)


def test_names_and_arguments_are_theirs(theirs):
    import inspect

    for module, peer in ((ours, theirs.base), (sigproc, theirs.sigproc)):
        for name in dir(peer):
            thing = getattr(peer, name)
            if inspect.isfunction(thing) and thing.__module__.startswith("python_speech_features"):
                wanted = [(p.name, p.default) for p in inspect.signature(thing).parameters.values()]
                given = [(p.name, p.default) for p in inspect.signature(getattr(module, name)).parameters.values()]
                for (want, default), (got, own) in zip(wanted, given, strict=False):
                    assert want == got
                    assert default == own or want == "winfunc"
                assert len(given) >= len(wanted)


GOLDENS = [f"psf_{kind}_{i}" for kind in ("mfcc", "logfbank", "ssc") for i in range(3)]


@pytest.mark.parametrize("name", GOLDENS)
def test_goldens(shared, name):
    """1e-4 of the value; the files are float32 of the peer's float64."""
    import soundfile

    stored = np.load(shared / "goldens" / f"{name}.npz")
    case = json.loads(str(stored["case"]))
    part = case["input"]
    y, rate = soundfile.read(shared / "audio" / part["file"], dtype="float32", always_2d=True)
    y = y.mean(axis=1, dtype=np.float32)[part["start"] : part["start"] + part["length"]]
    codes = np.clip(np.rint(y * 32767), -32768, 32767).astype(np.int16)
    got = getattr(ours, name.split("_")[1])(codes, rate, **case["params"])
    want = stored["out"]
    assert got.shape == want.shape
    assert np.abs(got - want).max() <= 1e-4 * np.abs(want).max()
    assert (np.abs(got - want) <= 1e-4 * np.abs(want) + 1e-5).all()


# --- what goes in


def test_inputs_and_results():
    x = noise(4000)
    want = ours.mfcc(x)
    assert want.dtype == np.float64
    assert want.flags.c_contiguous
    for same in (
        x.tolist(),
        x[:, np.newaxis],
        x.astype(np.int64),
        x.astype(np.float32),
        x.astype(">i2"),
        x[::-1][::-1],
    ):
        assert np.array_equal(ours.mfcc(same), want) or np.abs(ours.mfcc(same) - want).max() < 1e-9
    close(ours.mfcc(x, winfunc="hamming"), ours.mfcc(x, winfunc=np.hamming))
    assert np.array_equal(ours.mfcc(x, winfunc=np.hamming(400)), ours.mfcc(x, winfunc=np.hamming))
    framed = sigproc.framesig(x, 400, 160, np.hamming)
    for window in ("hamming", np.hamming(400)):
        close(sigproc.framesig(x, 400, 160, window), framed)
        close(sigproc.deframesig(framed, len(x), 400, 160, window), x.astype(np.float64))
    assert ours.mfcc(x, nfft=None).shape == want.shape
    assert ours.calculate_nfft(16000, 0.025) == 512
    assert ours.mfcc(x[:1]).shape == (1, 13)
    silent = ours.logfbank(np.zeros(1000))
    close(silent, np.full(silent.shape, np.log(EPS)))
    assert pickle.loads(pickle.dumps(ours.mfcc)) is ours.mfcc


def test_nan_stays_in_its_frames():
    x = noise(4000, "float64")
    x[2000] = np.nan
    for features in (ours.mfcc(x), ours.logfbank(x), ours.fbank(x)[0], ours.ssc(x)):
        touched = np.isnan(features).all(axis=1)
        assert np.array_equal(np.isnan(features).any(axis=1), touched)
        assert np.array_equal(np.flatnonzero(touched), [11, 12])  # frames of 400 every 160 that hold samples 2000, 2001
    whole = ours.mfcc(noise(4000, "float64"))
    assert np.array_equal(ours.mfcc(x)[~touched], whole[~touched])


@pytest.mark.parametrize(
    ("arguments", "kind", "message"),
    [
        ({"signal": []}, ParameterError, "signal"),
        ({"signal": np.zeros((400, 2))}, ParameterError, r"signal\.shape=\(400, 2\)"),
        ({"signal": np.zeros(400, complex)}, TypeError, r"signal\.dtype=complex128"),
        ({"signal": "a.wav"}, TypeError, "signal"),
        ({"highfreq": 9000}, AssertionError, "highfreq=9000 is greater than samplerate/2"),
        ({"lowfreq": 5000, "highfreq": 4000}, ValueError, "lowfreq=5000"),
        ({"winlen": 0}, ValueError, "winlen=0"),
        ({"winstep": 1e-9}, ValueError, "winstep=1e-09"),
        ({"samplerate": 0}, ValueError, "samplerate=0"),
        ({"nfilt": 0}, ValueError, "nfilt=0"),
        ({"nfft": 512.5}, TypeError, "nfft=512.5"),
        ({"numcep": 0}, ValueError, "numcep=0"),
        ({"winfunc": lambda n: np.ones(3)}, ValueError, r"winfunc gave \(3,\)"),
        ({"nflit": 3}, TypeError, "nflit"),
    ],
)
def test_bad_input(arguments, kind, message):
    with pytest.raises(kind, match=message):
        ours.mfcc(**{"signal": noise(4000)} | arguments)


def test_frames_that_are_cut_are_told_of(caplog):
    ours.mfcc(noise(4000), 44100, nfft=512)
    assert "greater than FFT size" in caplog.text
    caplog.clear()
    sigproc.powspec(noise(60).reshape(2, 30), 16)
    assert "frame length (30) is greater than FFT size (16)" in caplog.text


# --- the way back


def test_audio_has_the_features_again():
    """A chirp: the louder half of its bands within half a neper on average (0.37), and a reproducible result."""
    t = np.arange(16000) / 16000
    x = 3000 * np.sin(2 * np.pi * (200 * t + 1500 * t**2)) * (1 + 0.5 * np.sin(2 * np.pi * 3 * t))
    F = ours.logfbank(x, nfilt=60, nfft=1024)
    y = ours.logfbank_to_audio(F, nfft=1024, length=16000, rng=1)
    assert y.shape == x.shape
    G = ours.logfbank(y, nfilt=60, nfft=1024)
    loud = np.median(F) < F
    assert np.abs(F - G)[loud].mean() < 0.5
    assert np.array_equal(y, ours.logfbank_to_audio(F, nfft=1024, length=16000, rng=1))
    assert 0.5 < np.std(y) / np.std(x) < 2


def test_audio_of_cepstra_has_their_energies():
    x = noise(16000, "float64") * np.linspace(0.1, 1, 16000)
    C = ours.mfcc(x)
    y = ours.mfcc_to_audio(C, length=16000, rng=0)
    D = ours.mfcc(y)
    assert np.abs(C[:, 0] - D[:, 0]).mean() < 0.5  # of 13 or so nepers, which rise by 4.6
    assert np.corrcoef(C[:, 0], D[:, 0])[0, 1] > 0.9
    plain = ours.mfcc_to_audio(ours.mfcc(x, appendEnergy=False, ceplifter=0), appendEnergy=False, ceplifter=0, rng=0)
    assert 0.5 < np.std(plain) / np.std(x) < 2


def test_changed_features_change_the_audio():
    """One neper off the logarithm of power is a factor of exp(-1/2) of the samples."""
    x = noise(8000, "float64")
    F = ours.logfbank(x)
    loud, quiet = (ours.logfbank_to_audio(G, length=8000, rng=0) for G in (F, F - 2))
    assert np.allclose(quiet, loud / np.e, rtol=1e-6, atol=1e-6 * np.abs(loud).max())


def test_script(root, tmp_path):
    """A recording at half its speed, and its cepstra alone: of the length and the loudness over time that they say."""
    import soundfile

    command = [sys.executable, "examples/features_to_wav.py", "examples/speech.flac"]
    subprocess.run([*command, str(tmp_path / "slower.wav"), str(tmp_path / "smooth.wav")], cwd=root, check=True)
    speech, rate = soundfile.read(root / "examples/speech.flac", dtype="int16")
    slower, smooth = (soundfile.read(tmp_path / name, dtype="int16")[0] for name in ("slower.wav", "smooth.wav"))
    energy, slow, plain = (ours.mfcc(y, rate, nfft=1024)[:, 0] for y in (speech, slower, smooth))
    assert abs(len(slow) - 2 * len(energy)) <= 2
    assert len(plain) == len(energy)
    assert np.corrcoef(slow[: 2 * len(energy)][::2][: len(energy)], energy[: len(slow) // 2 + 1])[0, 1] > 0.9
    assert np.corrcoef(plain, energy)[0, 1] > 0.8  # 0.87: of the pauses, whose energy is what the search leaves there


def test_way_back_bad_input():
    with pytest.raises(ParameterError, match=r"feat\.shape=\(5,\)"):
        ours.logfbank_to_audio(np.zeros(5))
    with pytest.raises(ParameterError, match="finite"):
        ours.logfbank_to_audio(np.full((5, 26), np.inf))
    with pytest.raises(ParameterError, match="more than nfilt=26"):
        ours.mfcc_to_audio(np.zeros((5, 40)))
    assert ours.logfbank_to_audio(np.zeros((5, 26)), length=5000, n_iter=1).shape == (5000,)


def test_deltas_of_nothing():
    assert ours.delta(np.zeros((0, 3), np.int16), 2).shape == (0, 3)
    assert ours.delta(np.zeros((0, 3), np.int16), 2).dtype == np.float64
