"""compat.kaldi: against goldens, against the peers live where they are installed, and as streams against itself."""

from __future__ import annotations

import copy
import json
import pickle
import re
import sys
import types

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import fastspec
from fastspec import ParameterError
from fastspec._front import banks
from fastspec.compat import kaldi

FUNCTIONS = {"fbank": kaldi.fbank, "mfcc": kaldi.mfcc, "spectrogram": kaldi.spectrogram}
GOLDENS = [
    *(f"torchaudio_kaldi_fbank_{i}" for i in range(7)), *(f"torchaudio_kaldi_mfcc_{i}" for i in range(3)),
    "torchaudio_kaldi_spectrogram_0",
]  # fmt: skip


def noise(n: int, seed: int = 0, scale: float = 1.0) -> np.ndarray:
    return (scale * np.random.default_rng(seed).standard_normal(n)).astype(np.float32)


def golden(shared, name: str):
    import soundfile

    stored = np.load(shared / "goldens" / f"{name}.npz")
    case = json.loads(str(stored["case"]))
    part, step = case["input"], case["input"].get("step", 1)
    y, _ = soundfile.read(shared / "audio" / part["file"], dtype="float32", always_2d=True)
    y = y.mean(axis=1, dtype=np.float32)[part["start"] : part["start"] + part["length"] * step : step]
    return y, case["params"], stored["out"].astype(np.float64)


def single_noise(function, y: np.ndarray, params: dict) -> np.ndarray:
    """How far noise of a unit in the last place of the largest sample nearby moves each number, in float64: what
    single precision leaves open."""
    from scipy.ndimage import maximum_filter1d

    rng, there = np.random.default_rng(0), function(y, **params)
    unit = 2.0**-23 * maximum_filter1d(np.abs(y), int(0.025 * params["sample_frequency"]), axis=1)
    moved = [np.abs(function(y + unit * rng.standard_normal(y.shape), **params) - there) for _ in range(8)]
    return np.max(moved, axis=0)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("case", GOLDENS)
def test_goldens_of_torchaudio(shared, case, dtype):
    """Within 1e-4 (1 + |value|) and `single_noise`, which in near-empty bands of these clips is much more."""
    y, params, want = golden(shared, case)
    y = (y * np.float32(32768))[np.newaxis].astype(np.float64)
    function = FUNCTIONS[case.split("_")[2]]
    got = function(y.astype(dtype), **params)
    assert got.dtype == dtype
    assert got.shape == want.shape
    bound = 1e-4 * (1 + np.abs(want)) + single_noise(function, y, params)
    assert (np.abs(got - want) <= bound).all()


def extracted(online, y, size: int, sr: float) -> np.ndarray:
    """All frames of a waveform that comes in pieces."""
    for i in range(0, len(y), size):
        online.accept_waveform(sr, y[i : i + size])
    online.input_finished()
    n = online.num_frames_ready
    return np.stack([online.get_frame(i) for i in range(n)]) if n else np.empty((0, online.dim), np.float32)


@pytest.mark.parametrize("case", ["knf_icefall", "knf_paraformer", "knf_whisper"])
def test_goldens_of_kaldi_native_fbank(shared, case):
    y, params, want = golden(shared, case)
    y = y * np.float32(params.pop("scale", 1.0))
    if case == "knf_whisper":
        online = kaldi.OnlineWhisperFbank(kaldi.WhisperFeatureOptions(**params))
    else:
        options = kaldi.FbankOptions()
        for name, value in params.items():
            part, _, field = name.rpartition(".")
            setattr(getattr(options, part), field, value)
        online = kaldi.OnlineFbank(options)
    got = extracted(online, y, 160, 16000)
    assert np.allclose(got, want, rtol=1e-4, atol=3e-4 if case != "knf_whisper" else 1e-7 * want.max())


def test_golden_of_nemo(shared):
    y, params, want = golden(shared, "knf_nemo")
    online = kaldi.OnlineNemoFbank(kaldi.NemoFbankOptions(**params))
    online.accept_waveform(16000, y)
    online.input_finished()
    frames, offset = online.get_frames(0, online.num_frames_ready, True)
    assert offset == 0
    assert np.allclose(frames, want, rtol=1e-4, atol=3e-4)


# --- torchaudio live


@pytest.fixture(scope="module")
def torchaudio_kaldi():
    """torchaudio's own module; its compiled part, which it does not use, may be missing."""
    torch = pytest.importorskip("torch")
    extension = types.ModuleType("torchaudio._extension")
    extension._IS_TORCHAUDIO_EXT_AVAILABLE = extension._IS_RIR_AVAILABLE = extension._IS_ALIGN_AVAILABLE = False
    extension.fail_if_no_align = lambda function: function
    extension._check_cuda_version = lambda: None
    sys.modules.setdefault("torchaudio._extension", extension)
    pytest.importorskip("torchaudio")
    import torchaudio.compliance.kaldi as module

    return torch, module


FRAMES = {
    "blackman_coeff": st.sampled_from([0.42, 0.3]), "channel": st.sampled_from([-1, 0, 1]),
    "energy_floor": st.sampled_from([0.0, 1.0, 1e5]), "frame_length": st.sampled_from([25.0, 20.0, 31.7, 12.5]),
    "frame_shift": st.sampled_from([10.0, 5.0, 7.3, 40.0]), "min_duration": st.sampled_from([0.0, 0.1]),
    "preemphasis_coefficient": st.floats(0, 1), "raw_energy": st.booleans(), "remove_dc_offset": st.booleans(),
    "round_to_power_of_two": st.booleans(), "sample_frequency": st.sampled_from([8000.0, 16000.0, 11025.0, 22050.0]),
    "snip_edges": st.booleans(), "subtract_mean": st.booleans(),
    "window_type": st.sampled_from(["hamming", "hanning", "povey", "rectangular", "blackman"]),
}  # fmt: skip
BANDS = {
    "high_freq": st.sampled_from([0.0, -300.0, 3700.0]), "htk_compat": st.booleans(),
    "low_freq": st.sampled_from([20.0, 0.0, 77.7]), "num_mel_bins": st.integers(4, 40), "use_energy": st.booleans(),
    "vtln_high": st.sampled_from([-500.0, 3000.0]), "vtln_low": st.sampled_from([100.0, 400.0]),
    "vtln_warp": st.sampled_from([1.0, 0.8, 1.25]),
}  # fmt: skip
OWN = {
    "spectrogram": {},
    "fbank": BANDS | {"use_log_fbank": st.booleans(), "use_power": st.booleans()},
    "mfcc": BANDS | {"num_ceps": st.integers(1, 40), "cepstral_lifter": st.sampled_from([22.0, 0.0, -7.0])},
}


@pytest.mark.parametrize("name", FUNCTIONS)
@given(data=st.data(), n=st.integers(150, 4000))
def test_torchaudio_live(torchaudio_kaldi, name, data, n):
    """In float64, in which what differs is torchaudio's filter bank and DCT, made in single precision: 1e-3 of DCTs."""
    torch, module = torchaudio_kaldi
    options = data.draw(st.fixed_dictionaries({}, optional=FRAMES | OWN[name]))
    y = torch.from_numpy(1000 * np.random.default_rng(n).standard_normal((2, n)))
    try:
        want = getattr(module, name)(y, **options)
    except AssertionError:
        with pytest.raises(AssertionError):
            FUNCTIONS[name](y, **options)
        return
    except (RuntimeError, IndexError):  # mfcc of signals shorter than min_duration
        assert FUNCTIONS[name](y, **options).shape == (0,)
        return
    got = FUNCTIONS[name](y, **options)
    assert isinstance(got, torch.Tensor)
    assert got.dtype == torch.float64 if want.numel() else got.numel() == 0
    assert got.shape == want.shape
    if want.numel():
        bound = 1e-3 * (1 + want.abs().amax(dim=1, keepdim=True)) if name == "mfcc" else 1e-4 * (1 + want.abs())
        linear = 1e-4 * want.abs().max() if not options.get("use_log_fbank", True) else 0
        assert bool(((got - want).abs() <= bound + linear).all())


def test_torchaudios_singles_and_layout(torchaudio_kaldi):
    torch, module = torchaudio_kaldi
    y = torch.from_numpy(noise(8000, scale=1000.0))[None]
    for name, function in FUNCTIONS.items():
        got, want = function(y), getattr(module, name)(y)
        assert got.dtype == torch.float32
        assert got.is_contiguous()
        assert float((got - want).abs().max()) < 2e-3  # of both, in single precision
        assert np.array_equal(function(y.numpy()), got.numpy())


# --- kaldi-native-fbank live


@pytest.fixture(scope="module")
def knf():
    return pytest.importorskip("kaldi_native_fbank")


RATES = st.sampled_from([8000.0, 16000.0, 11025.0, 22050.0, 44100.0])
FRAME_OPTIONS = st.fixed_dictionaries({
    "samp_freq": RATES, "frame_shift_ms": st.sampled_from([10.0, 5.0, 12.5, 7.3, 30.0, 40.0]),
    "frame_length_ms": st.sampled_from([25.0, 20.0, 32.0, 10.0, 37.1]), "dither": st.just(0.0),
    "preemph_coeff": st.floats(0, 1), "remove_dc_offset": st.booleans(),
    "window_type": st.sampled_from(["povey", "hanning", "hann", "hamming", "rectangular", "blackman", "sine"]),
    "round_to_power_of_two": st.sampled_from([True, True, False]), "blackman_coeff": st.sampled_from([0.42, 0.3]),
    "snip_edges": st.booleans(),
})  # fmt: skip
MEL_OPTIONS = st.fixed_dictionaries({
    "num_bins": st.sampled_from([2, 3, 13, 23, 40, 80]), "low_freq": st.sampled_from([0.0, 20.0, 133.3]),
    "high_freq": st.sampled_from([0.0, -200.0, -400.0, 3800.0, 9000.0]), "htk_mode": st.booleans(),
    "is_librosa": st.booleans(), "norm": st.sampled_from(["", "slaney"]), "use_slaney_mel_scale": st.booleans(),
    "floor_to_int_bin": st.booleans(),
})  # fmt: skip
ENERGY = {
    "use_energy": st.booleans(), "energy_floor": st.sampled_from([0.0, 1.0, 1e-3, -1.0]), "raw_energy": st.booleans(),
    "htk_compat": st.booleans(),
}  # fmt: skip
FBANK = st.fixed_dictionaries(ENERGY | {
    "use_log_fbank": st.booleans(), "use_log_floor": st.booleans(), "eps": st.sampled_from([2.0**-23, 2.0**-24, 1e-3]),
    "use_power": st.booleans(),
})  # fmt: skip
MFCC = st.fixed_dictionaries(ENERGY | {
    "num_ceps": st.sampled_from([1, 3, 13, 30]), "cepstral_lifter": st.sampled_from([22.0, 0.0, 10.5, -5.0]),
})  # fmt: skip


def made(module, kind: str, frame: dict, mel: dict, rest: dict):
    parts = {"frame_opts": module.FrameExtractionOptions(**frame), "mel_opts": module.MelBanksOptions(**mel)}
    return getattr(module, f"Online{kind}")(getattr(module, f"{kind}Options")(**parts, **rest))


@pytest.mark.parametrize("kind", ["Fbank", "Mfcc"])
@given(FRAME_OPTIONS, MEL_OPTIONS, st.data(), st.integers(0, 3000), st.integers(1, 500))
def test_kaldi_native_fbank_live(knf, kind, frame, mel, data, n, size):
    """Both in single precision: 5e-4 (1 + |value|), of cepstra (1 + the largest), linear bands by their sizes."""
    rest = data.draw(FBANK if kind == "Fbank" else MFCC)
    y, sr = noise(n, seed=n, scale=(1.0, 0.1, 3000.0)[n % 3]), frame["samp_freq"]
    try:
        theirs = made(knf, kind, frame, mel, rest)
    except ValueError:
        with pytest.raises(ParameterError):
            made(kaldi, kind, frame, mel, rest)
        return
    ours = made(kaldi, kind, frame, mel, rest)
    assert (ours.dim, ours.frame_shift_in_seconds) == (theirs.dim, theirs.frame_shift_in_seconds)
    want, got = extracted(theirs, y, len(y) or 1, sr), extracted(ours, y, size, sr)
    assert got.shape == want.shape
    if want.size:
        largest = np.abs(want).max(axis=1, keepdims=True)
        linear = kind == "Fbank" and not rest["use_log_fbank"]
        bound = np.abs(want) + 0.01 * largest if linear else 1 + (largest if kind == "Mfcc" else np.abs(want))
        assert (np.abs(got - want) <= 5e-4 * bound).all()


@given(st.sampled_from([3, 20, 80, 128]), st.integers(0, 3000), st.integers(1, 500))
def test_whisper_live(knf, dim, n, size):
    y = noise(n, seed=n)
    theirs, ours = (m.OnlineWhisperFbank(m.WhisperFeatureOptions(dim=dim)) for m in (knf, kaldi))
    assert (ours.dim, ours.frame_shift_in_seconds) == (theirs.dim, theirs.frame_shift_in_seconds)
    want, got = extracted(theirs, y, len(y) or 1, 16000), extracted(ours, y, size, 16000)
    assert got.shape == want.shape
    assert np.allclose(got, want, rtol=5e-4, atol=1e-5)


@given(FRAME_OPTIONS, st.integers(0, 3000), st.integers(1, 500))
def test_raw_frames_live(knf, frame, n, size):
    """Exact, where nothing is done to them. (The peer overruns its memory where frames are padded.)"""
    frame |= {"round_to_power_of_two": False}
    y = noise(n, seed=n)
    for options in (frame, {}):
        both = []
        for module in (knf, kaldi):
            parts = {"frame_opts": module.FrameExtractionOptions(**options)} if options else {}
            online = module.OnlineRawAudioSamples(module.RawAudioSamplesOptions(**parts))
            both.append(extracted(online, y, size, options.get("samp_freq", 16000.0)))
        want, got = both
        assert got.shape[0] == want.shape[0]
        assert np.allclose(got, want, atol=1e-5) if options else np.array_equal(got, want)


@given(st.data())
def test_nemo_live(knf, data):
    """Requests going forward, with and without the end, a full buffer, and what cannot be had."""
    options = {
        "num_mel_bins": st.sampled_from([20, 80]), "frame_shift_ms": st.sampled_from([10.0, 12.5]),
        "frame_length_ms": st.sampled_from([25.0, 37.1]), "low_freq": st.sampled_from([0.0, 60.0]),
        "high_freq": st.sampled_from([0.0, -500.0]), "preemph_coeff": st.sampled_from([0.0, 0.97]),
        "buffered_capacity": st.integers(0, 5),
    }  # fmt: skip
    options = data.draw(st.fixed_dictionaries(options))
    theirs, ours = (m.OnlineNemoFbank(m.NemoFbankOptions(**options)) for m in (knf, kaldi))
    y = noise(data.draw(st.integers(0, 3000)), scale=0.1)
    for i in range(0, len(y), 700):
        for online in (theirs, ours):
            online.accept_waveform(16000, y[i : i + 700])
    if data.draw(st.booleans()):
        theirs.input_finished()
        ours.input_finished()
    for name in ("dim", "frame_shift_in_seconds", "num_frames_ready", "num_trailing_samples"):
        assert getattr(ours, name) == getattr(theirs, name)
    ready = ours.num_frames_ready
    assert ours.is_last_frame(ready - 1) == theirs.is_last_frame(ready - 1)
    for _ in range(3):
        request = (data.draw(st.integers(0, 20)), data.draw(st.integers(0, 6)), data.draw(st.booleans()))
        if data.draw(st.booleans()):
            request = (max(ready - request[1], 0), *request[1:])
        try:
            want, offset = theirs.get_frames(*request)
        except ValueError:
            with pytest.raises(ParameterError):
                ours.get_frames(*request)
            continue
        frames, own_offset = ours.get_frames(*request)
        assert own_offset == offset
        assert frames.shape == want.shape
        assert np.allclose(frames, want, rtol=1e-4, atol=1e-3)


NAMES = ("FrameExtraction", "MelBanks", "Fbank", "Mfcc", "WhisperFeature", "RawAudioSamples", "NemoFbank")


def test_options_are_the_peers(knf):
    for name in NAMES:
        theirs, ours = (getattr(module, f"{name}Options")() for module in (knf, kaldi))
        assert ours.as_dict() == theirs.as_dict()
        assert list(ours.as_dict()) == list(theirs.as_dict())
        assert str(ours) == str(theirs)


# --- options alone


@pytest.mark.parametrize("name", NAMES)
def test_options_go_round(name):
    kind = getattr(kaldi, f"{name}Options")
    options = kind()
    first = next(iter(options.as_dict()))
    if name in ("FrameExtraction", "NemoFbank"):
        options.samp_freq = 8000
    elif first == "frame_opts":
        options.frame_opts.samp_freq = 8000
    else:
        options.num_bins = 7
    for again in (
        kind.from_dict(options.as_dict()), pickle.loads(pickle.dumps(options)), copy.deepcopy(options),
        copy.copy(options), eval(repr(options), vars(kaldi)),
    ):  # fmt: skip
        assert again is not options
        assert again.as_dict() == options.as_dict() != kind().as_dict()
    assert kind.from_dict({"nonsense": 3}).as_dict() == kind().as_dict()


def test_options_within_options_are_copied_in_and_shared_out():
    frame = kaldi.FrameExtractionOptions(dither=0)
    options = kaldi.FbankOptions(frame_opts=frame)
    frame.dither = 1
    assert options.frame_opts.dither == 0
    options.frame_opts.dither = 2
    assert options.as_dict()["frame_opts"]["dither"] == 2
    assert kaldi.FbankOptions().frame_opts.dither == float(np.float32(3e-5))


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        (lambda o: setattr(o, "use_energy", "yes"), TypeError, "use_energy='yes' must be True or False"),
        (lambda o: setattr(o, "energy_floor", "1"), TypeError, "energy_floor='1' must be a number"),
        (lambda o: setattr(o.mel_opts, "num_bins", 3.5), TypeError, r"num_bins=3\.5 must be an integer"),
        (lambda o: setattr(o.frame_opts, "window_type", 3), TypeError, "window_type=3 must be text"),
        (lambda o: setattr(o, "frame_opts", 3), TypeError, "frame_opts=3 must be FrameExtractionOptions"),
        (lambda o: setattr(o, "nonsense", 3), AttributeError, "no attribute 'nonsense'"),
    ],
)
def test_options_refuse(change, error, message):
    with pytest.raises(error, match=message):
        change(kaldi.FbankOptions())


@pytest.mark.parametrize(
    ("part", "name", "value", "message"),
    [
        ("mel_opts", "num_bins", 2, "num_bins=2 must be at least 3"),
        ("mel_opts", "num_bins", 200, "num_bins=200 leaves"),
        ("mel_opts", "low_freq", 9000, "low_freq=9000"), ("mel_opts", "low_freq", -1, "low_freq=-1"),
        ("mel_opts", "high_freq", 8001, "high_freq=8001"), ("mel_opts", "high_freq", -9000, "high_freq=-9000"),
        ("frame_opts", "preemph_coeff", 1.5, "preemph_coeff=1.5"),
        ("frame_opts", "window_type", "nope", "window_type='nope'"),
        ("frame_opts", "frame_shift_ms", 0, "frame_shift_ms=0"),
        ("frame_opts", "frame_length_ms", 0, "frame_length_ms=0"),
        ("frame_opts", "frame_length_ms", 1e9, r"frame_length_ms=1"), ("frame_opts", "samp_freq", -1, "samp_freq=-1"),
        ("frame_opts", "samp_freq", np.nan, "samp_freq=nan"), ("frame_opts", "samp_freq", np.inf, "samp_freq=inf"),
        ("frame_opts", "dither", np.nan, "dither=nan"), ("frame_opts", "blackman_coeff", np.inf, None),
    ],
)  # fmt: skip
def test_extractors_refuse(part, name, value, message):
    options = kaldi.FbankOptions()
    setattr(getattr(options, part), name, value)
    if message is None:  # no Blackman window: of no effect, as in the peer
        kaldi.OnlineFbank(options)
        return
    with pytest.raises(ParameterError, match=message):
        kaldi.OnlineFbank(options)


def test_extractors_refuse_other_things():
    options = kaldi.FbankOptions()
    options.mel_opts.is_librosa = True
    options.mel_opts.norm = "area"
    with pytest.raises(ParameterError, match="norm='area' must be 'slaney' or ''"):
        kaldi.OnlineFbank(options)
    with pytest.raises(ParameterError, match="eps=-1"):
        kaldi.OnlineFbank(kaldi.FbankOptions(eps=-1, use_log_floor=False))
    odd = kaldi.FrameExtractionOptions(frame_length_ms=25.0625, round_to_power_of_two=False)
    with pytest.raises(ParameterError, match=r"frame_length_ms=25\.0625 is 401 samples, an odd number"):
        kaldi.OnlineFbank(kaldi.FbankOptions(frame_opts=odd))
    for n in (0, 24):
        with pytest.raises(ParameterError, match=f"num_ceps={n} must be between 1 and mel_opts.num_bins=23"):
            kaldi.OnlineMfcc(kaldi.MfccOptions(num_ceps=n))
    with pytest.raises(ParameterError, match="dim=2 must be at least 3"):
        kaldi.OnlineWhisperFbank(kaldi.WhisperFeatureOptions(dim=2))
    with pytest.raises(ParameterError, match="num_mel_bins=400 leaves"):
        kaldi.OnlineNemoFbank(kaldi.NemoFbankOptions(num_mel_bins=400))
    for kind in ("Fbank", "Mfcc", "WhisperFbank", "NemoFbank", "RawAudioSamples"):
        with pytest.raises(TypeError, match="opts=3 must be"):
            getattr(kaldi, f"Online{kind}")(3)


# --- streams


def quiet_fbank(**changes) -> kaldi.OnlineFbank:
    return kaldi.OnlineFbank(kaldi.FbankOptions(kaldi.FrameExtractionOptions(dither=0.0, **changes)))


ONLINE = {
    "fbank": lambda frame: kaldi.OnlineFbank(kaldi.FbankOptions(frame, use_energy=True)),
    "mfcc": lambda frame: kaldi.OnlineMfcc(kaldi.MfccOptions(frame)),
    "raw": lambda frame: kaldi.OnlineRawAudioSamples(kaldi.RawAudioSamplesOptions(frame)),
    "whisper": lambda frame: kaldi.OnlineWhisperFbank(kaldi.WhisperFeatureOptions(frame)),
}


@pytest.mark.parametrize("name", ONLINE)
@given(
    n=st.integers(0, 60000), sizes=st.lists(st.integers(100, 30000), min_size=1, max_size=5), snip=st.booleans(),
    dither=st.sampled_from([0.0, 0.1]), shift=st.sampled_from([10.0, 2.5, 60.0]), every=st.integers(0, 3),
    pop=st.booleans(),
)  # fmt: skip
def test_pieces_do_not_show(name, n, sizes, snip, dither, shift, every, pop):
    """Whatever the pieces, whenever frames are asked for or given up, with dither as without."""
    frame = kaldi.FrameExtractionOptions(dither=dither, snip_edges=snip, frame_shift_ms=shift)
    y, whole, pieces = noise(n, seed=n), ONLINE[name](frame), ONLINE[name](frame)
    whole.accept_waveform(16000, y)
    whole.input_finished()
    want = whole.get_frames(0, whole.num_frames_ready)
    if name != "raw" and len(want):
        assert np.array_equal(want, whole.recipe(y))
    at = seen = 0
    for i in range(10**6):
        if at >= n:
            break
        pieces.accept_waveform(16000.0, y[at : at + sizes[i % len(sizes)]])
        at += sizes[i % len(sizes)]
        if every and i % every == 0:
            if pop:  # some of them before they were ever computed
                pieces.pop(2)
                seen = max(seen, min(pieces.num_frames_ready, pieces._frames.popped))
            ready = pieces.num_frames_ready
            assert all(np.array_equal(pieces.get_frame(k), want[k]) for k in range(seen, ready))
            seen = max(seen, ready)
    pieces.input_finished()
    assert pieces.num_frames_ready == len(want)
    first = pieces._frames.popped
    assert np.array_equal(pieces.get_frames(first, len(want)), want[first:])
    assert pieces.is_last_frame(len(want) - 1)
    assert not pieces.is_last_frame(len(want))


def test_frames_are_the_callers_own():
    online = quiet_fbank()
    online.accept_waveform(16000, noise(1000))
    frame, frames = online.get_frame(1), online.get_frames(0, 4)
    kept = frame.copy()
    assert np.array_equal(frames[1], kept)
    frame[:] = frames[:] = 0
    assert np.array_equal(online.get_frame(1), kept)


def test_frames_that_are_not_there():
    online = quiet_fbank()
    online.accept_waveform(16000, noise(1600))
    assert online.num_frames_ready == 8
    online.pop(2)
    assert online.num_frames_ready == 8
    with pytest.raises(IndexError, match="frame=8 is not there yet: 8 frames are ready"):
        online.get_frame(8)
    with pytest.raises(RuntimeError, match="frame=1 is not there any more: frames before 2 were popped"):
        online.get_frame(1)
    with pytest.raises(RuntimeError, match="frame=-1 is no frame"):
        online.get_frame(-1)
    with pytest.raises(RuntimeError, match="first=0 is not there any more"):
        online.get_frames(0, 4)
    with pytest.raises(IndexError, match="last - 1=8 is not there yet"):
        online.get_frames(2, 9)
    assert online.get_frames(3, 3).shape == online.get_frames(100, 3).shape == (0, 23)
    assert np.array_equal(online.get_frame(np.int64(2)), online.get_frames(2, 3)[0])
    with pytest.raises(TypeError, match=r"frame=1\.5"):
        online.get_frame(1.5)
    online.pop(-5)
    online.pop(100)
    with pytest.raises(RuntimeError, match="frame=7"):
        online.get_frame(7)
    online.accept_waveform(16000, noise(160))
    assert online.num_frames_ready == 9
    assert online.get_frame(8).shape == (23,)


def test_waveforms_that_are_refused_leave_no_trace():
    online, other = quiet_fbank(), quiet_fbank()
    y = noise(1000)
    bad = y.copy()
    bad[17] = np.nan
    for waveform, message in ((bad, r"waveform\[17\] is nan"), (np.full(10, 1e300), r"waveform\[0\] is inf"),
                              ([1.0, np.inf], r"waveform\[1\] is inf")):  # fmt: skip
        with pytest.raises(ParameterError, match=message):
            online.accept_waveform(16000, waveform)
    shapes = (y.reshape(2, -1), np.empty((0, 3)), 3.0)
    kinds = ("", "abc", y.astype(complex), np.ma.masked_array(y, y > 0), [[1.0], [2.0, 3.0]])
    for waveform in (*shapes, *kinds):
        with pytest.raises(TypeError, match=r"waveform|ragged"):
            online.accept_waveform(16000, waveform)
    with pytest.raises(ValueError, match=re.escape("sampling_rate=8000 differs from the options' 16000 Hz")):
        online.accept_waveform(8000, y)
    with pytest.raises(TypeError, match="sampling_rate='16000' must be a number"):
        online.accept_waveform("16000", y)
    large = np.full(400, 3e19, np.float32)  # whose squares overflow
    for each in (online, other):
        each.accept_waveform(16000, y)
        each.accept_waveform(16000, large)
        each.input_finished()
        each.input_finished()
        each.accept_waveform(16000, [])
    frames, same = (each.get_frames(0, each.num_frames_ready) for each in (online, other))
    assert np.array_equal(frames, same, equal_nan=True)  # sums of such squares are not finite
    with pytest.raises(RuntimeError, match="the input is finished"):
        online.accept_waveform(16000, y)


def test_waveforms_that_are_refused_leave_no_dither():
    online, other = (
        kaldi.OnlineRawAudioSamples(kaldi.RawAudioSamplesOptions(kaldi.FrameExtractionOptions(dither=1.0)))
        for _ in range(2)
    )
    with pytest.raises(ParameterError, match=r"waveform\[1\] is nan"):
        online.accept_waveform(16000, [0.0, np.nan])
    for each in (online, other):
        each.accept_waveform(16000, noise(1000))
    assert online.num_frames_ready == other.num_frames_ready > 0
    assert np.array_equal(online.get_frame(1), other.get_frame(1))


def test_waveforms_of_all_kinds_are_what_they_hold():
    y = np.random.default_rng(0).integers(-3000, 3000, 900).astype(np.int16)
    want = None
    for waveform in (y, y.astype(np.float32), y.astype(np.float64), y.tolist(), y.astype(">f4"), np.repeat(y, 2)[::2]):
        online = quiet_fbank()
        online.accept_waveform(16000, waveform)
        frames = online.get_frames(0, online.num_frames_ready)
        want = frames if want is None else want
        assert np.array_equal(frames, want)


def test_long_waveforms_take_no_memory_for_what_was_popped():
    online, n = quiet_fbank(), 0
    for i in range(3000):
        online.accept_waveform(16000, noise(320, seed=i % 7))
        ready = online.num_frames_ready
        while n < ready:
            online.get_frame(n)
            n += 1
        online.pop(ready)  # more than there are
    held = online._frames
    assert n == 5998
    assert held._frames.size + held._samples.size < 100_000


def test_silence_is_the_logarithm_of_its_floor():
    online = quiet_fbank()
    online.accept_waveform(16000, np.zeros(400))
    assert np.allclose(online.get_frame(0), np.log(2.0**-23))
    assert np.allclose(kaldi.fbank(np.zeros((1, 400), np.float32)), np.log(2.0**-23))
    nothing = kaldi.OnlineFbank(kaldi.FbankOptions(kaldi.FrameExtractionOptions(dither=0.0), eps=0.0))
    nothing.accept_waveform(16000, np.zeros(400))
    assert np.allclose(nothing.get_frame(0), np.log(2.0**-149))  # the peer's is minus infinity


def test_recipes_and_texts():
    online = quiet_fbank()
    assert online.recipe == fastspec.Recipe.from_json(online.recipe.to_json())
    assert repr(online) == "<OnlineFbank: 23 numbers a frame, 0 frames>"
    online.input_finished()
    assert "finished" in repr(online)
    assert repr(kaldi.OnlineNemoFbank(kaldi.NemoFbankOptions())) == "<OnlineNemoFbank: 80 numbers a frame, 0 frames>"
    for name in ("num_frames_ready", "dim", "frame_shift_in_seconds"):
        with pytest.raises(AttributeError):
            setattr(online, name, 3)


# --- torchaudio's functions alone


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"window_type": "hann"}, "window_type='hann' must be one of 'hamming', 'hanning'"),
        ({"channel": 1}, r"channel=1 is none of waveform\.shape=\(1, 900\)"),
        ({"frame_length": 100.0}, "waveform has 900 samples, fewer than the 1600 of frame_length"),
        ({"frame_length": 0.1}, r"frame_length=0\.1 is 1 samples"),
        ({"frame_shift": 0.01}, r"frame_shift=0\.01 is no sample"),
        ({"frame_length": 25.0625, "round_to_power_of_two": False}, "401 samples, an odd number"),
        ({"preemphasis_coefficient": 1.1}, r"preemphasis_coefficient=1\.1 must be between 0 and 1"),
        ({"sample_frequency": 0.0}, r"sample_frequency=0\.0"), ({"sample_frequency": np.nan}, "sample_frequency=nan"),
        ({"energy_floor": -1.0}, r"energy_floor=-1\.0"), ({"num_mel_bins": 3}, "num_mel_bins=3 must be at least 4"),
        ({"low_freq": 8000.0}, r"low_freq=8000\.0"), ({"high_freq": 8001.0}, r"high_freq=8001\.0"),
        ({"low_freq": -1.0}, r"low_freq=-1\.0"), ({"vtln_warp": 0.0}, r"vtln_warp=0\.0 must be positive"),
        ({"vtln_warp": 1.1, "vtln_low": 10.0}, r"vtln_low=10\.0"),
        ({"vtln_warp": 1.1, "vtln_high": 8000.0}, r"vtln_high=8000\.0"),
        ({"num_ceps": 24}, "num_ceps=24 exceeds num_mel_bins=23"), ({"num_ceps": 0}, "num_ceps=0"),
        ({"dither": np.inf}, "dither=inf"),
    ],
)  # fmt: skip
def test_functions_refuse(options, message):
    with pytest.raises(AssertionError, match=message) as caught:
        kaldi.mfcc(noise(900)[np.newaxis], **options)
    assert isinstance(caught.value, ParameterError)


def test_functions_refuse_waveforms():
    y = noise(900)
    with pytest.raises(IndexError, match=r"waveform\.shape=\(900,\) must be \(channels, samples\)"):
        kaldi.fbank(y)
    with pytest.raises(TypeError, match="dtype=int16 is not floating-point"):
        kaldi.fbank((1000 * y[np.newaxis]).astype(np.int16))
    y[400] = np.nan
    with pytest.raises(ParameterError, match="nan"):
        kaldi.fbank(y[np.newaxis])


def test_functions_of_little():
    y = noise(400)[np.newaxis]
    assert kaldi.fbank(y).shape == (1, 23)
    assert kaldi.fbank(y, min_duration=1.0).shape == kaldi.mfcc(y, min_duration=1.0).shape == (0,)
    few = {"snip_edges": False, "frame_length": 2.0, "frame_shift": 100.0, "num_mel_bins": 4}
    assert kaldi.fbank(y, **few).shape == (0, 4)
    assert kaldi.fbank(y, use_energy=True, subtract_mean=True, **few).shape == (0, 5)


def test_dither_goes_by_the_sample_alone():
    y = noise(4000)[np.newaxis]
    first, again = kaldi.fbank(y, dither=1.0), kaldi.fbank(y, dither=1.0)
    assert np.array_equal(first, again)
    assert not np.allclose(first, kaldi.fbank(y))
    with fastspec.threads(7):
        assert np.array_equal(kaldi.fbank(np.tile(y, 30), dither=1.0)[: len(first)], first)
    silence = kaldi.spectrogram(np.zeros((1, 160000)), dither=2.0, remove_dc_offset=False)
    variance = np.exp(silence[::3, 0]) / 400  # frames that share no sample
    assert abs(variance.mean() - 4) < 0.1


# --- what the peers' own tests above show, where they are not installed


def frames_of(online, y) -> np.ndarray:
    return extracted(online, y, len(y), 16000)


def test_coefficients_in_htks_order():
    """Without an energy, coefficient 0 comes last, times the root of 2."""
    y = noise(4000, scale=1e3)
    frame = kaldi.FrameExtractionOptions(dither=0.0)
    got = frames_of(kaldi.OnlineMfcc(kaldi.MfccOptions(frame, use_energy=False, htk_compat=True)), y)
    own = frames_of(kaldi.OnlineMfcc(kaldi.MfccOptions(frame, use_energy=False)), y)
    assert np.allclose(got, np.roll(own, -1, axis=1) * np.where(np.arange(13) == 12, np.sqrt(2), 1), atol=1e-4)
    got = frames_of(kaldi.OnlineMfcc(kaldi.MfccOptions(frame, htk_compat=True)), y)
    own = frames_of(kaldi.OnlineMfcc(kaldi.MfccOptions(frame)), y)
    assert np.allclose(got, np.roll(own, -1, axis=1), atol=1e-4)


def test_blackmans_window_has_a_coefficient():
    options = kaldi.FbankOptions(kaldi.FrameExtractionOptions(window_type="blackman", blackman_coeff=0.3))
    window = banks.window_of(kaldi.OnlineFbank(options).recipe)
    turns = 2 * np.pi * np.arange(400) / 399
    assert np.allclose(window[:400], 0.3 - 0.5 * np.cos(turns) + 0.2 * np.cos(2 * turns), atol=1e-6)


def test_bands_without_floor_or_logarithm():
    """Librosa's filters on the powers of frames under Kaldi's sine."""
    y = noise(4000)
    frame = kaldi.FrameExtractionOptions(
        dither=0.0, preemph_coeff=0.0, remove_dc_offset=False, window_type="sine", frame_length_ms=32.0
    )
    bands = kaldi.MelBanksOptions(40, is_librosa=True)
    plain = kaldi.FbankOptions(frame, bands, use_log_fbank=False)
    frames = np.lib.stride_tricks.sliding_window_view(y.astype(np.float64), 512)[::160]
    powers = np.abs(np.fft.rfft(frames * np.sin(np.pi * np.arange(512) / 511))) ** 2
    want = powers @ fastspec.filters.mel(sr=16000, n_fft=512, n_mels=40, fmin=20.0, dtype=np.float64).T
    assert np.allclose(frames_of(kaldi.OnlineFbank(plain), y), want, rtol=1e-4)
    added = kaldi.FbankOptions(frame, bands, use_log_floor=False, eps=0.5)
    assert np.allclose(frames_of(kaldi.OnlineFbank(added), y), np.log(want + 0.5), atol=1e-4)


def test_htk_mode_leaves_out_the_first_weight():
    recipes = [
        kaldi.OnlineFbank(kaldi.FbankOptions(mel_opts=kaldi.MelBanksOptions(23, htk_mode=mode, low_freq=low))).recipe
        for mode in (False, True)
        for low in (20.0, 0.0)
    ]
    plain, from_0, htk, htk_from_0 = (banks.bank_of(recipe, 1) for recipe in recipes)
    first = plain[0].nonzero()[0][0]
    assert (first, htk[0].nonzero()[0][0]) == (1, 2)
    assert np.array_equal(np.delete(htk, first, axis=1), np.delete(plain, first, axis=1))
    assert np.array_equal(htk[1:], plain[1:])
    assert htk[0, first] == 0
    assert np.array_equal(htk_from_0, from_0)


def test_nemos_stretches():
    nemo = kaldi.OnlineNemoFbank(kaldi.NemoFbankOptions())
    y = noise(1700, scale=0.1)
    nemo.accept_waveform(16000, y)
    assert nemo.frame_shift_in_seconds == np.float32(0.01)
    assert not nemo.is_last_frame(9)
    nemo.input_finished()
    assert [nemo.is_last_frame(i) for i in (-1, 8, 9, 10)] == [False, False, True, False]
    nothing, offset = nemo.get_frames(3, 0)
    assert (nothing.shape, nothing.dtype, offset) == ((0, 80), np.float32, 0)
    frames, _ = nemo.get_frames(4, 3)
    assert np.array_equal(frames, nemo.recipe(y[640:1120])[:3])
    with pytest.raises(ParameterError, match="frame_index=2, n=3: there are frames 4 to 9"):
        nemo.get_frames(2, 3)
    with pytest.raises(RuntimeError, match="waveform has 1 samples, but the input is finished") as caught:
        nemo.accept_waveform(16000, y[:1])
    assert isinstance(caught.value, ParameterError)
    assert kaldi.OnlineFbank(kaldi.FbankOptions()).frame_shift_in_seconds == np.float32(0.01)


@pytest.mark.parametrize("capacity", [0, 3])
def test_nemos_last_samples(capacity):
    """Those behind the last whole shift belong to the last frames; as many are left out where the buffer is full."""
    nemo = kaldi.OnlineNemoFbank(kaldi.NemoFbankOptions(buffered_capacity=capacity))
    y = noise(1700, scale=0.1)
    nemo.accept_waveform(16000, y[:900])
    nemo.get_frames(2, 3)
    nemo.accept_waveform(16000, y[900:])
    nemo.input_finished()
    frames, offset = nemo.get_frames(7, 3, True)
    assert offset == (100 if capacity else 0)
    assert np.array_equal(frames, nemo.recipe(y[1120 + offset :])[:3])


def test_options_as_text_and_from_other_numbers():
    """As C++ writes them."""
    frame = str(kaldi.FrameExtractionOptions())
    bands = str(kaldi.MelBanksOptions(23))
    fbank = str(kaldi.FbankOptions())
    assert fbank.startswith(f"frame_opts: \n{frame}\n\nmel_opts: \n{bands}\nuse_energy: 0\nenergy_floor: 0\n")
    assert fbank.endswith("\neps: 1.19209e-07\nuse_power: 1\n")
    assert str(kaldi.MfccOptions()) == (
        f"MfccOptions(frame_opts={frame}, mel_opts={bands}, num_ceps=13, use_energy=True, energy_floor=0, "
        "raw_energy=True, cepstral_lifter=22, htk_compat=False)"
    )
    assert str(kaldi.WhisperFeatureOptions()) == f"WhisperFeatureOptions(frame_opts={frame}, dim=80)"
    raw = kaldi.RawAudioSamplesOptions()
    assert str(raw) == f"frame_opts: \n{raw.frame_opts}\n\n"
    assert kaldi.MelBanksOptions.from_dict({"num_bins": 40.0}).num_bins == 40  # as JSON of other languages has it
