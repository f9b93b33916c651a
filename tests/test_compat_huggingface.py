"""`compat.huggingface` beside transformers: its goldens, itself where installed, and plain NumPy where not."""

from __future__ import annotations

import json
import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.other_libraries import peer
from support.recipe_goldens import golden, noise

from fastspec import ParameterError
from fastspec.compat import huggingface

WHISPER = {"norm": "slaney", "mel_scale": "slaney"}


@pytest.fixture(scope="module")
def audio_utils():
    return peer("transformers.audio_utils")


# --- goldens


@pytest.mark.parametrize("number", range(6))
def test_golden_spectrograms(shared, number):
    """3e-5 (1 + |value|) in float32, 1e-6 in float64, by which transformers' complex64 is off."""
    name = f"hf_spectrogram_{number}"
    (clip,), want = golden(shared, name)
    params = json.loads(str(np.load(shared / "goldens" / f"{name}.npz")["case"]))["params"]
    filters = huggingface.mel_filter_bank(**params["bank"]) if params["bank"] else None
    window = huggingface.window_function(**params["window"])
    for y, bound in ((clip, 3e-5), (clip.astype(np.float64), 1e-6)):
        got = huggingface.spectrogram(y, window, mel_filters=filters, **params["kwargs"])
        assert got.shape == want.shape
        assert (np.abs(got - want) / (1 + np.abs(want))).max() < bound


@pytest.mark.parametrize("name", ["mel_filter_bank_0", "mel_filter_bank_1", "mel_filter_bank_2", "chroma_filter_bank"])
@pytest.mark.filterwarnings("ignore:Empty filters")
def test_golden_banks(shared, name):
    stored = np.load(shared / "goldens" / f"hf_{name}.npz")
    params = json.loads(str(stored["case"]))["params"]
    got = huggingface.chroma_filter_bank(**params) if "chroma" in name else huggingface.mel_filter_bank(**params).T
    assert np.abs(got - stored["out"]).max() < 1e-7  # stored in float32


# --- plain NumPy


def plain(x, window, frame_length, hop_length, fft_length, power, filters=None, preemphasis=0.0, less_mean=False):
    """Powers of magnitudes, or bands of them, a frame at a time in float64."""
    half = frame_length // 2
    x = np.pad(np.asarray(x, np.float64), half, mode="reflect")
    columns = []
    for i in range(0, len(x) - frame_length + 1, hop_length):
        frame = x[i : i + frame_length] - (x[i : i + frame_length].mean() if less_mean else 0)
        frame = frame - preemphasis * np.concatenate([frame[:1], frame[:-1]])
        columns.append(np.abs(np.fft.rfft(frame * window, fft_length or frame_length)) ** power)
    S = np.array(columns).T
    return S if filters is None else filters.T @ S


@pytest.mark.parametrize("power", [1.0, 2.0, 0.5, 3.0])
def test_against_plain_numpy(power):
    x, window = noise(3000).astype(np.float64), huggingface.window_function(300, "hamming")
    filters = huggingface.mel_filter_bank(257, 30, 50.0, 7000.0, 16000)
    for bank in (None, filters):
        want = plain(x, window, 300, 110, 512, power, bank, 0.97, True)
        options = {"power": power, "preemphasis": 0.97, "remove_dc_offset": True, "mel_filters": bank, "mel_floor": 0.0}
        got = huggingface.spectrogram(x, window, 300, 110, 512, **options)
        assert got.dtype == np.float64
        np.testing.assert_allclose(got, want, rtol=1e-9, atol=1e-12)
        levels = huggingface.spectrogram(x, window, 300, 110, 512, **options, log_mel="log", dtype=np.float64)
        np.testing.assert_allclose(levels, np.log(want), rtol=0, atol=1e-9)
    if power in (1, 2):
        got = huggingface.spectrogram(x, window, 300, 110, 512, power=power, log_mel="dB", reference=3.0, db_range=30.0)
        levels = 20 / power * np.log10(np.maximum(plain(x, window, 300, 110, 512, power), 1e-10) / 3)
        np.testing.assert_allclose(got, np.maximum(levels, levels.max() - 30), rtol=0, atol=1e-5)
        assert got.dtype == np.float32


def test_both_sides_are_those_of_the_whole_spectrum():
    x, window = noise(700).astype(np.float64), huggingface.window_function(65)
    for n_fft in (65, 70):
        whole = huggingface.spectrogram(x, window, 65, 20, n_fft, power=None, onesided=False)
        frame = np.pad(x, 32, mode="reflect")[40:105] * window
        np.testing.assert_allclose(whole[:, 2], np.fft.fft(frame, n_fft), atol=1e-6)
        bank = np.random.default_rng(0).normal(size=(n_fft, 7))
        powers = huggingface.spectrogram(x, window, 65, 20, n_fft, power=2.0, onesided=False)
        options = {"power": 2.0, "onesided": False, "mel_filters": bank, "mel_floor": -9e9}
        bands = huggingface.spectrogram(x, window, 65, 20, n_fft, **options)
        np.testing.assert_allclose(bands, bank.T @ powers, atol=1e-9)


# --- transformers itself

KINDS = st.sampled_from


@st.composite
def options(draw):
    frame_length = draw(st.integers(16, 200))
    fft_length = draw(KINDS([None, frame_length, 256, 201]))
    if fft_length is not None and fft_length < frame_length:
        fft_length = None
    power = draw(KINDS([1.0, 2.0, None, 1.5]))
    n_fft = fft_length or frame_length
    onesided = draw(st.booleans())
    chosen = {
        "frame_length": frame_length,
        "hop_length": draw(st.integers(1, 250)),
        "fft_length": fft_length,
        "power": power,
        "center": draw(st.booleans()),
        "pad_mode": draw(KINDS(["reflect", "constant", "edge", "symmetric", "wrap", "linear_ramp", "mean"])),
        "onesided": onesided,
        "dither": draw(KINDS([0.0, 0.0, 0.1])),
        "preemphasis": draw(KINDS([None, 0.97, 0.5])),
        "remove_dc_offset": draw(st.booleans()),
        "log_mel": draw(KINDS([None, "log", "log10", "dB"] if power in (1.0, 2.0) else [None, "log", "log10"])),
        "reference": draw(KINDS([1.0, 30.0, 1e-12])),
        "min_value": draw(KINDS([1e-10, 1e-3])),
        "db_range": draw(KINDS([None, 20.0])),
        "mel_floor": draw(KINDS([1e-10, 1e-2, 0.0])),
        "dtype": draw(KINDS([np.float32, np.float64])),
    }
    if power is not None and draw(st.booleans()):
        bins = 1 + n_fft // 2 if onesided else n_fft
        chosen["mel_filters"] = np.random.default_rng(bins).uniform(0.01, 1, (bins, 5))
    name = draw(KINDS(["hann", "hamming", "boxcar", "povey"]))
    return chosen | {"window": huggingface.window_function(frame_length, name, draw(st.booleans()))}


# Of `log_mel`, in its unit: nepers by how much an amplitude may be less than the largest before it is rounding alone.
UNITS = {"log": 1.0, "log10": 1 / np.log(10), "dB": 20 / np.log(10)}


def agree(got, want, x, levels):
    """Magnitudes and powers as far as rounding goes: of transformers' complex64, or of a float32 FFT.

    Levels down to 1e-5 of the largest amplitude (1e-10 in double), where bins without a floor are rounding alone.
    """
    assert got.shape == want.shape
    assert got.dtype == want.dtype
    single = x.dtype == np.float32
    if not levels:
        assert np.abs(got - want).max(initial=0) <= (2e-6 if single else 1e-6) * np.abs(want).max(initial=0)
    elif want.size:
        lowest = want.max() - UNITS[levels] * (5 if single else 20)
        got, want = np.maximum(got, lowest), np.maximum(want, lowest)
        assert np.abs(got - want).max() <= UNITS[levels] * (1e-2 if single else 1e-5)


@given(options(), st.integers(0, 900), st.sampled_from([np.float32, np.float64]))
def test_any_options(audio_utils, chosen, n, dtype):
    x = noise(n, seed=n).astype(dtype)
    with np.errstate(all="ignore"):
        np.random.seed(n)
        try:
            want = audio_utils.spectrogram(x, **chosen)
        except ValueError:
            want = None
        np.random.seed(n)
        if want is None:
            with pytest.raises(ParameterError):
                huggingface.spectrogram(x, **chosen)
            return
        agree(huggingface.spectrogram(x, **chosen), want, x, chosen["power"] and chosen["log_mel"])


@given(options(), st.lists(st.integers(0, 900), min_size=1, max_size=3))
def test_any_options_in_batches(audio_utils, chosen, lengths):
    least = chosen["frame_length"]
    clips = [noise(least + n, seed=n).astype(np.float64) for n in lengths]
    with np.errstate(all="ignore"):
        np.random.seed(1)
        wants = audio_utils.spectrogram_batch(clips, **chosen)
        np.random.seed(1)
        gots = huggingface.spectrogram_batch(clips, **chosen, neighbours=True)
    for got, want, clip in zip(gots, wants, clips, strict=True):
        agree(got, want, clip.astype(chosen["dtype"]), chosen["power"] and chosen["log_mel"])
    if chosen["dither"] == 0:
        alone = [huggingface.spectrogram(clip.astype(chosen["dtype"]), **chosen) for clip in clips]
        together = huggingface.spectrogram_batch(clips, **chosen)
        assert all(np.array_equal(a, b) for a, b in zip(alone, together, strict=True))


@given(st.tuples(
    st.integers(2, 300), st.integers(1, 40), st.floats(0, 3000), st.floats(3001, 9000), st.sampled_from([8000, 16001]),
    st.sampled_from([None, "slaney"]), st.sampled_from(["htk", "kaldi", "slaney"]), st.booleans(),
    st.sampled_from([np.float32, np.float64]),
))  # fmt: skip
def test_any_filters(audio_utils, arguments):
    with warnings.catch_warnings(record=True) as theirs:
        warnings.simplefilter("always")
        want = audio_utils.mel_filter_bank(*arguments)
    with warnings.catch_warnings(record=True) as ours:
        warnings.simplefilter("always")
        got = huggingface.mel_filter_bank(*arguments)
    assert got.dtype == want.dtype
    np.testing.assert_allclose(got, want, rtol=1e-6 if got.dtype == np.float32 else 1e-9, atol=1e-9)
    assert bool(ours) == bool(theirs)


@given(st.tuples(
    st.integers(2, 3000), st.sampled_from([12, 24, 7]), st.sampled_from([16000, 22050]), st.floats(-0.5, 0.5),
    st.sampled_from([2.0, 1.0, None]), st.sampled_from([(5.0, 2.0), (4.0, 1.0), None]), st.booleans(),
))  # fmt: skip
def test_any_chroma_filters(audio_utils, arguments):
    np.testing.assert_allclose(
        huggingface.chroma_filter_bank(*arguments), audio_utils.chroma_filter_bank(*arguments), rtol=1e-8, atol=1e-12
    )


@given(st.tuples(
    st.integers(1, 300), st.sampled_from(["hann", "hamming_window", "boxcar", "povey"]), st.booleans(),
    st.sampled_from([None, 300, 401]), st.booleans(),
))  # fmt: skip
def test_any_window(audio_utils, arguments):
    np.testing.assert_allclose(
        huggingface.window_function(*arguments), audio_utils.window_function(*arguments), rtol=0, atol=1e-12
    )
    assert huggingface.optimal_fft_length(arguments[0]) == audio_utils.optimal_fft_length(arguments[0])


@pytest.mark.parametrize("name", ["power_to_db", "amplitude_to_db", "power_to_db_batch", "amplitude_to_db_batch"])
@given(reference=st.sampled_from([1.0, 2.0, 1e-12]), min_value=st.sampled_from([1e-10, 1e-3]),
       db_range=st.sampled_from([None, 10.0]))  # fmt: skip
def test_any_decibels(audio_utils, name, **arguments):
    S = np.random.default_rng(0).lognormal(0, 5, (3, 4, 5))
    S[1, 2] = 0
    for x in (S, S.astype(np.float32)):
        want = getattr(audio_utils, name)(x, **arguments)
        got = getattr(huggingface, name)(x, **arguments)
        assert got.dtype == np.float64
        np.testing.assert_allclose(got, want, rtol=0, atol=1e-10 if x is S else 1e-4)


@given(st.floats(0, 20000), st.sampled_from(["htk", "kaldi", "slaney"]))
def test_any_pitch(audio_utils, hertz, scale):
    mel = huggingface.hertz_to_mel(hertz, scale)
    assert np.isclose(mel, audio_utils.hertz_to_mel(hertz, scale), rtol=1e-12)
    assert np.isclose(huggingface.mel_to_hertz(mel, scale), audio_utils.mel_to_hertz(mel, scale), rtol=1e-12)
    octave = audio_utils.hertz_to_octave(hertz + 1, 0.3, 24)
    assert np.isclose(huggingface.hertz_to_octave(hertz + 1, 0.3, 24), octave, atol=1e-12)


# --- what is refused, and what becomes of edges


def test_bad_input():
    x, window = noise(1000), huggingface.window_function(400)
    bank = huggingface.mel_filter_bank(201, 20, 0.0, 8000.0, 16000)
    for call, message in (
        (lambda: huggingface.spectrogram(x, window, 401, 160), r"window\.shape=\(400,\)"),
        (lambda: huggingface.spectrogram(x, window, 400, 0), "hop_length=0"),
        (lambda: huggingface.spectrogram(x, window, 400, 160, 256), "frame_length=400 exceeds fft_length=256"),
        (lambda: huggingface.spectrogram(x[None], window, 400, 160), r"waveform\.shape=\(1, 1000\)"),
        (lambda: huggingface.spectrogram(x + 0j, window, 400, 160), "complex"),
        (lambda: huggingface.spectrogram(x, window, 400, 160, power=None, mel_filters=bank), "power=None"),
        (lambda: huggingface.spectrogram(x, window, 400, 160, log_mel="db"), "log_mel='db' must be one of"),
        (lambda: huggingface.spectrogram(x, window, 400, 160, power=3.0, log_mel="dB"), "power=1.0 or 2.0"),
        (lambda: huggingface.spectrogram(x, window, 400, 160, pad_mode="mirror"), "pad_mode='mirror'"),
        (lambda: huggingface.spectrogram(x, window, 400, 160, 512, mel_filters=bank), "201 bins, fft_length=512"),
        (lambda: huggingface.spectrogram(x[:100], window, 400, 160, center=False), "too few for frame_length=400"),
        (lambda: huggingface.spectrogram(x, window, 400, 160, log_mel="dB", reference=0.0), r"reference=0\.0"),
        (lambda: huggingface.spectrogram(np.where(x == x[7], np.nan, x), window, 400, 160), r"waveform\[7\] is nan"),
        (lambda: huggingface.spectrogram_batch([x, x[:0]], window, 400, 160), "needs a sample"),
        (lambda: huggingface.spectrogram_batch([], window, 400, 160), "waveform_list is empty"),
        (lambda: huggingface.window_function(10, "kaiser"), "name='kaiser' must be one of"),
        (lambda: huggingface.window_function(10, frame_length=9), "exceeds frame_length=9"),
        (lambda: huggingface.mel_filter_bank(1, 2, 0, 100, 16000), "num_frequency_bins=1"),
        (lambda: huggingface.mel_filter_bank(100, 2, 200, 100, 16000), "min_frequency=200"),
        (lambda: huggingface.mel_filter_bank(100, 2, 0, 100, 16000, norm="area"), "norm='area'"),
        (lambda: huggingface.hertz_to_mel(3.0, "bark"), "mel_scale='bark'"),
        (lambda: huggingface.power_to_db(x, db_range=0.0), r"db_range=0\.0"),
        (lambda: huggingface.amplitude_to_db_batch(x, db_range=3.0), "three axes"),
    ):  # fmt: skip
        with pytest.raises(ParameterError, match=message):
            call()


def test_edges():
    window = huggingface.window_function(400)
    assert np.isposinf(huggingface.spectrogram(np.zeros(1600), window, 400, 160, power=-1.0)).all()
    assert huggingface.spectrogram(np.zeros(300), window, 400, 160, center=False).shape == (201, 0)
    assert huggingface.spectrogram(np.zeros(1), window, 400, 160).shape == (201, 1)
    silence = huggingface.spectrogram(np.zeros(1600, np.float32), window, 400, 160, log_mel="log")
    assert np.all(silence == np.float32(np.log(np.finfo(np.float32).tiny)))
    with pytest.raises(ParameterError):
        huggingface.spectrogram(np.zeros(0), window, 400, 160)
    assert huggingface.spectrogram(np.zeros(0), window, 400, 160, pad_mode="constant").shape == (201, 1)
    x = (noise(2000) * 3000).astype(np.int16)
    want = huggingface.spectrogram(x.astype(np.float32), window, 400, 160)
    assert np.array_equal(huggingface.spectrogram(x, window, 400, 160), want)
    assert np.array_equal(huggingface.spectrogram(x.tolist(), window.tolist(), 400, 160), want) or np.allclose(
        huggingface.spectrogram(x.tolist(), window.tolist(), 400, 160), want, rtol=1e-4, atol=1e-2
    )


def test_tensors_become_tensors():
    torch = pytest.importorskip("torch")
    x = torch.from_numpy(noise(2000))
    got = huggingface.spectrogram(x, torch.hann_window(400), 400, 160)
    assert isinstance(got, torch.Tensor)
    want = huggingface.spectrogram(x.numpy(), torch.hann_window(400).numpy(), 400, 160)
    assert np.array_equal(got.numpy(), want)


def test_windows_within_frames():
    """At the start of the frame, if they are not to be in the middle."""
    window = huggingface.window_function(6, "hann")
    got = huggingface.window_function(6, "hann", frame_length=9, center=False)
    assert np.array_equal(got, np.append(window, [0] * 3))


def test_each_frame_has_a_dither_of_its_own():
    """transformers adds it to frames, not to samples: normal numbers, by NumPy's own generator."""
    x, window = noise(900), np.ones(64)
    options = {"power": None, "center": False, "dither": 0.5}
    np.random.seed(5)
    got = huggingface.spectrogram(x, window, 64, 20, **options)
    np.random.seed(5)
    frames = np.lib.stride_tricks.sliding_window_view(x.astype(np.float64), 64)[::20]
    want = np.fft.rfft(frames + 0.5 * np.random.randn(len(frames), 64)).T
    assert got.shape == want.shape
    assert np.abs(got - want).max() < 1e-4


def test_no_frame_has_no_peak():
    x, window = noise(300), huggingface.window_function(400)
    levels = {"center": False, "power": 2.0, "log_mel": "dB"}
    assert huggingface.spectrogram(x, window, 400, 160, **levels).shape == (201, 0)
    with pytest.raises(ParameterError, match=r"db_range=80\.0 counts from a peak, and waveform has no frame; use None"):
        huggingface.spectrogram(x, window, 400, 160, **levels, db_range=80.0)


@pytest.mark.parametrize("dtype", ["int16", "no dtype", complex])
def test_spectra_are_floats(dtype):
    with pytest.raises(ParameterError, match=r"dtype=.* must be floating-point; use np\.float64"):
        huggingface.spectrogram(noise(900), np.ones(64), 64, 20, dtype=dtype)


def test_triangles_in_mel():
    """Straight in mel, between edges that are even there."""
    got = huggingface.mel_filter_bank(65, 10, 100.0, 4000.0, 8000, mel_scale="kaldi", triangularize_in_mel_space=True)
    mels = 1127 * np.log(1 + np.arange(65) * 4000 / 64 / 700)
    edges = np.linspace(*(1127 * np.log(1 + np.array([100.0, 4000.0]) / 700)), 12)
    want = [np.interp(mels, edges[i : i + 3], [0, 1, 0]) for i in range(10)]
    np.testing.assert_allclose(got, np.transpose(want), atol=1e-12)
