"""What is wrong is said at once, by the right exception with name, value and way out; `out` is left alone."""

from __future__ import annotations

import inspect
import sys
import threading
import warnings

import numpy as np
import pytest
import soundfile
from support.spectral_signals import noise, power

import fastspec
from fastspec import DTypeError, LibrosaError, ParameterError, Stream
from fastspec._front import specs
from fastspec.core.spectrum._stft import _spectrogram
from fastspec.feature import logmel, logmel_file, melspectrogram, mfcc

Y = noise(3000)
AUDIO = {
    "stft": fastspec.stft,
    "_spectrogram": lambda y, **options: _spectrogram(y=y, **options)[0],
    "melspectrogram": lambda y, **options: melspectrogram(y=y, n_mels=4, **options),
    "logmel": lambda y, **options: logmel(y=y, n_mels=4, **options),
    "mfcc": lambda y, **options: mfcc(y=y, n_mels=4, **options),
}
on_audio = pytest.mark.parametrize("function", AUDIO.values(), ids=AUDIO)


def test_errors_are_librosas_and_pythons():
    assert issubclass(ParameterError, LibrosaError)
    assert issubclass(ParameterError, ValueError)
    assert issubclass(DTypeError, ParameterError)
    assert issubclass(DTypeError, TypeError)


# Samples


@on_audio
@pytest.mark.parametrize(
    ("y", "words"),
    [
        ("music.wav", "(str|U9)"),
        (b"RIFF", "(bytes|S4)"),
        ({"y": Y}, "(dict|object)"),
        (np.zeros(3000, object), "object"),
        (np.zeros(3000, bool), "bool"),
        (np.zeros(3000, "M8[s]"), "datetime64"),
        (np.zeros(3000, "m8[s]"), "timedelta64"),
        (np.zeros(3000, complex), "complex128.*real"),
        (np.zeros(3000, np.complex64), "complex64"),
        (np.array(["a"] * 3000), "U1"),
        (np.zeros(3000, [("left", "f4")]), "left"),
        (np.ma.masked_array(np.zeros(3000), mask=np.arange(3000) > 2000), "masked.*filled"),
    ],
    ids=lambda value: getattr(value, "dtype", value) if not isinstance(value, dict) else "dict",
)
def test_what_is_not_audio(function, y, words):
    with pytest.raises(DTypeError, match=rf"(?s)y.*{words}"):
        function(y)


def test_no_audio_at_all():
    with pytest.raises(DTypeError, match="y is NoneType"):
        fastspec.stft(None)
    for function in (melspectrogram, mfcc, _spectrogram):
        with pytest.raises(ParameterError, match="y"):
            function()
    with pytest.raises(ParameterError):
        logmel(y=None)


@pytest.mark.parametrize("name", [name for name in AUDIO if name != "logmel"])  # which takes them
@pytest.mark.parametrize("dtype", [np.int16, np.int32, np.uint8, np.int8, ">i2"])
def test_integers_are_told_of_pcm_to_float(name, dtype):
    function = AUDIO[name]
    with pytest.raises(DTypeError, match=rf"y\.dtype={np.dtype(dtype)}.*pcm_to_float\(y\)"):
        function(np.zeros(3000, dtype))


@on_audio
def test_long_integers_are_no_samples(function):
    with pytest.raises(DTypeError, match=r"y\.dtype=int64.*pcm_to_float"):
        function(np.zeros(3000, np.int64))


@on_audio
def test_no_dimensions(function):
    with pytest.raises(ParameterError, match=r"y\.shape=\(\)"):
        function(np.array(0.5))


@on_audio
@pytest.mark.parametrize("shape", [(0,), (2, 0)])
@pytest.mark.filterwarnings("ignore:n_fft=")
def test_no_samples_have_nothing_to_be_padded_with(function, shape):
    with pytest.raises(ParameterError, match="y"):
        function(np.empty(shape), pad_mode="reflect")
    with pytest.raises(ParameterError, match="n_fft=64"):
        function(np.empty(shape), n_fft=64, center=False)


@on_audio
def test_no_channels_give_no_channels(function):
    result = function(np.empty((0, 3000), np.float32), n_fft=64, hop_length=30)
    assert (len(result), result.shape[-1]) == (0, 101)


@on_audio
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.float16])
def test_not_finite(function, value, dtype):
    y = np.zeros((4, 20_000), dtype)
    y[3, 17041] = y[3, 18000] = value
    with pytest.raises(ParameterError, match=rf"y\[3, 17041\] is {value}.*nan_to_num"):
        function(y)
    with pytest.raises(ParameterError, match=rf"y\[1999\] is {value}"):
        function(y[3, ::-1])


@on_audio
def test_frames_longer_than_the_signal(function):
    with pytest.raises(ParameterError, match=r"n_fft=4096 .*3000.*center=True"):
        function(Y, n_fft=4096, center=False)
    with pytest.warns(UserWarning, match="n_fft=4096 is too large for input signal of length=3000"):
        function(Y, n_fft=4096, hop_length=1024)


# Numbers


@on_audio
@pytest.mark.parametrize("name", ["n_fft", "hop_length", "win_length"])
@pytest.mark.parametrize("value", [0, -1, 512.0, "512", np.float32(512), [512], 1 + 0j, np.array([512, 1])])
def test_lengths_are_positive_integers(function, name, value):
    with pytest.raises(ParameterError, match=f"{name}=.*integer"):
        function(Y, **{name: value})


@pytest.mark.parametrize("value", [np.int8(64), np.uint16(64), np.int64(64)])
@pytest.mark.parametrize("name", ["n_fft", "hop_length", "win_length"])
def test_numpys_integers_will_do(name, value):
    options = {"n_fft": 64, "hop_length": 64, "win_length": 64}
    np.testing.assert_array_equal(fastspec.stft(Y, **options | {name: value}), fastspec.stft(Y, **options))


@on_audio
@pytest.mark.parametrize("n_fft", [2**45, 2**62, 2**63, 2**64, 10**30])
def test_frames_beyond_all_memory(function, n_fft):
    with pytest.raises(ParameterError, match=f"n_fft={n_fft}"):
        function(Y, n_fft=n_fft, hop_length=512)


@pytest.mark.parametrize("hop_length", [2**31, 2**62, 2**63, 10**30])
def test_hops_beyond_the_signal(hop_length):
    """One frame, or a refusal beyond what an index can hold; never an overflow."""
    if hop_length > 2**60:
        with pytest.raises(ParameterError, match=f"hop_length={hop_length}"):
            fastspec.stft(Y, hop_length=hop_length)
    else:
        D = fastspec.stft(Y, hop_length=hop_length)
        np.testing.assert_array_equal(D, fastspec.stft(Y, hop_length=5000))


@pytest.mark.parametrize(
    ("shape", "options"),
    [((2**40, 4096), {}), ((2**36,), {"n_fft": 2**16, "hop_length": 1}), ((2**30, 2**20), {"hop_length": 1})],
)
def test_results_beyond_all_memory(shape, options):
    y = np.broadcast_to(np.float32(0), shape)
    for function in (fastspec.stft, AUDIO["_spectrogram"]):
        with pytest.raises((MemoryError, ParameterError), match=r"\d"):
            function(y, **options)


def test_hop_that_a_tiny_window_leaves():
    with pytest.raises(ParameterError, match=r"win_length=3 .*hop_length"):
        fastspec.stft(Y, n_fft=64, win_length=3)


@on_audio
def test_window_longer_than_the_frame(function):
    with pytest.raises(ParameterError, match=r"win_length=65 .*n_fft=64"):
        function(Y, n_fft=64, win_length=65)


@on_audio
@pytest.mark.parametrize(
    "window",
    [
        np.ones(63),
        np.ones(65),
        np.ones((64, 1)),
        np.ones((64, 3)),
        np.ones((1, 64)),
        [1.0] * 63,
        lambda n: np.ones(n + 1),
        lambda n: np.ones((n, 2)),
        lambda n: 3.0,
        None,
        {},
        np.ones(64) * 1j,
    ],
)
def test_window_that_does_not_fit(function, window):
    with pytest.raises((ParameterError, TypeError)):
        function(Y, n_fft=64, window=window)


def test_short_window_of_a_function_is_centred():
    for n in (1, 40, 63, 64):
        samples = np.zeros(64)
        samples[(64 - n) // 2 : (64 - n) // 2 + n] = 1
        np.testing.assert_array_equal(
            fastspec.stft(Y, n_fft=64, window=lambda _, n=n: np.ones(n)),
            fastspec.stft(Y, n_fft=64, window=samples),
        )


@on_audio
@pytest.mark.parametrize("window", ["nonsense", ("kaiser",), ("nonsense", 3), ""])
def test_window_unknown_to_scipy(function, window):
    with pytest.raises(ValueError, match=r"(?i)window|kaiser"):
        function(Y, n_fft=64, window=window)


@on_audio
@pytest.mark.parametrize("pad_mode", ["nonsense", "wrap", "mean", "median", "maximum", "minimum", None, 3, "", b"edge"])
def test_pad_mode_that_is_not_supported(function, pad_mode):
    with pytest.raises(ParameterError, match=f"pad_mode={pad_mode!r}.*constant"):
        function(Y, pad_mode=pad_mode)


def test_pad_mode_says_nothing_without_centring():
    np.testing.assert_array_equal(fastspec.stft(Y, center=False, pad_mode="nonsense"), fastspec.stft(Y, center=False))


@pytest.mark.parametrize("dtype", [np.int16, "U3", "M8[s]", np.dtype([("a", "f4")])])
def test_result_dtype(dtype):
    with pytest.raises(DTypeError, match="dtype="):
        fastspec.stft(Y, dtype=dtype)


# out


def bad_outs():
    shape = fastspec.stft(Y, n_fft=64).shape
    frozen = np.zeros(shape, np.complex64)
    frozen.flags.writeable = False
    yield "short", np.zeros((shape[0], shape[1] - 1), np.complex64), "out.shape"
    yield "bins", np.zeros((shape[0] - 1, shape[1]), np.complex64), "out.shape"
    yield "dimensions", np.zeros((1, *shape), np.complex64), "out.shape"
    yield "flat", np.zeros(shape[0] * shape[1], np.complex64), "out.shape"
    yield "list", [[0j]], "out"
    yield "real", np.zeros(shape, np.float32), "out.dtype=float32.*complex64"
    yield "integer", np.zeros(shape, np.int64), "out.dtype=int64"
    yield "read-only", frozen, "out is read-only"


@pytest.mark.parametrize(("out", "words"), [case[1:] for case in bad_outs()], ids=[case[0] for case in bad_outs()])
def test_out_that_does_not_fit(out, words):
    with pytest.raises(ParameterError, match=words):
        fastspec.stft(Y, n_fft=64, out=out)
    assert not np.any(out)


def test_out_over_the_samples():
    memory = np.zeros(2 * 33 * 200 + 3000, np.float32)
    memory[:3000] = Y
    for offset in (0, 1000, 2998):
        out = memory[offset : offset + 2 * 33 * 188].view(np.complex64).reshape(188, 33).T
        with pytest.raises(ParameterError, match="out overlaps y"):
            fastspec.stft(memory[:3000], n_fft=64, out=out)
    np.testing.assert_array_equal(memory[:3000], Y)
    beside = memory[3000 : 3000 + 2 * 33 * 188].view(np.complex64).reshape(188, 33).T
    np.testing.assert_array_equal(fastspec.stft(memory[:3000], n_fft=64, out=beside), fastspec.stft(Y, n_fft=64))


@pytest.mark.parametrize(
    "options",
    [{"hop_length": 0}, {"window": "nonsense"}, {"pad_mode": "wrap"}, {"n_fft": 4096, "center": False}],
)
def test_out_is_untouched_after_an_error(options):
    out = np.full((33, 200), 7, np.complex64)
    with pytest.raises(ValueError, match="="):
        fastspec.stft(Y, **{"n_fft": 64} | options, out=out)
    assert (out == 7).all()


def test_out_is_untouched_by_samples_that_are_not_finite():
    y = Y.copy()
    y[-1] = np.nan
    out = np.full((33, 200), 7, np.complex64)
    with pytest.raises(ParameterError, match=r"y\[2999\] is nan"):
        fastspec.stft(y, n_fft=64, out=out)
    assert (out == 7).all()


# Levels and features


@pytest.mark.parametrize("function", [fastspec.power_to_db, fastspec.amplitude_to_db])
@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"amin": 0}, "amin=0 must be .*positive"),
        ({"amin": -1e-5}, "amin=-1e-05"),
        ({"top_db": -1}, "top_db=-1 must be non-negative"),
        ({"ref": lambda x: 1.0}, "axis.*keepdims"),
    ],
)
def test_levels(function, options, words):
    if "amin" in options and function is fastspec.amplitude_to_db and options["amin"] < 0:
        pytest.skip("librosa squares the amin of amplitudes first")
    for S in (power(4, 5), power(2, 4, 5), 0.5):
        if np.ndim(S) or "ref" not in options:
            with pytest.raises(ParameterError, match=words):
                function(S, **options)


@pytest.mark.parametrize("options", [{"amin": 0}, {"amin": -1.0}, {"top_db": -1}, {"ref": lambda x: 1.0}])
def test_logmel_levels(options):
    with pytest.raises(ParameterError, match=next(iter(options))):
        logmel(y=Y, **options)


@pytest.mark.parametrize("function", [fastspec.power_to_db, fastspec.amplitude_to_db])
def test_complex_levels_warn_the_caller(function):
    with pytest.warns(UserWarning, match="phase") as caught:
        function(np.array([1 + 1j]))
    assert [w.filename for w in caught] == [__file__]


@pytest.mark.parametrize("name", ["melspectrogram", "logmel", "mfcc"])
@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"norm": "nonsense"}, ValueError),
        ({"n_mels": "many"}, (ValueError, TypeError)),
        ({"frobnicate": 1}, TypeError),
    ],
)
def test_bank_arguments(name, options, error):
    with pytest.raises(error):
        getattr(fastspec.feature, name)(y=Y, **options)


@pytest.mark.parametrize("lifter", [-1, -0.5, np.nan])
def test_lifter(lifter):
    with pytest.raises(ParameterError, match=r"lifter=.*non-negative"):
        mfcc(S=power(9, 5), lifter=lifter)


@pytest.mark.parametrize("options", [{"dct_type": 5}, {"dct_type": 0}, {"norm": "nonsense"}])
def test_transform_unknown_to_scipy(options):
    with pytest.raises(ValueError, match=r"(?i)dct|norm"):
        mfcc(S=power(9, 5), **options)


@pytest.mark.parametrize("n_mfcc", [2.5, 4.0, "4"])
def test_coefficients_are_counted(n_mfcc):
    with pytest.raises(DTypeError, match=f"n_mfcc={n_mfcc!r} must be an integer"):
        mfcc(S=power(9, 5), n_mfcc=n_mfcc)


def logmel_stream(**options):
    return Stream("logmel", n_mels=4, **options)


@pytest.mark.parametrize("function", [AUDIO["logmel"], lambda _, **options: logmel_stream(**options)])
@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"ref": np.nan}, "ref=nan must be a power"),
        ({"ref": np.array([1.0, 2.0])}, r"ref=array\(\[1., 2.\]\) must be a number"),
        ({"ref": "loud"}, "ref='loud' must be a number"),
        ({"ref": None}, "ref=None must be a number"),
        ({"ref": 1j}, "ref=1j must be a number"),
        ({"amin": np.nan}, "amin=nan must be strictly positive"),
        ({"amin": "1"}, "amin='1' must be a number"),
    ],
)
def test_references_and_floors_of_levels(function, options, words):
    with pytest.raises(ParameterError, match=words):
        function(Y, **options)


@pytest.mark.parametrize("top_db", [np.nan, "80", -0.5])
def test_depth_of_levels(top_db, tmp_path):
    soundfile.write(tmp_path / "y.wav", Y, 8000)
    for function in (
        lambda **options: logmel(y=Y, **options),
        lambda **options: logmel_file(tmp_path / "y.wav", **options),
    ):
        with pytest.raises(ParameterError, match=f"top_db={top_db!r} must be"):
            function(top_db=top_db)


def test_power_to_db_spreads_nan_as_librosa_does():
    for options in ({"ref": np.nan}, {"top_db": np.nan}, {"amin": np.nan}):
        assert np.isnan(fastspec.power_to_db(power(4, 5), **options)).all()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"n_mfcc": 0}, "n_mfcc=0 must be a positive integer"),
        ({"n_mfcc": -1}, "n_mfcc=-1 must be a positive integer"),
        ({"n_mfcc": 2.5}, "n_mfcc=2.5 must be an integer"),
        ({"lifter": -1}, "lifter=-1 must be a non-negative number"),
        ({"lifter": np.nan}, "lifter=nan must be a non-negative number"),
        ({"lifter": "x"}, "lifter='x' must be a number"),
        ({"sr": -8000}, "sr=-8000 must be a positive number"),
        ({"n_mels": 4.5}, "n_mels=4.5 must be an integer"),
        ({"hop_length": 2**62}, f"hop_length={2**62} exceeds"),
    ],
)
def test_streams(options, words):
    with pytest.raises(ParameterError, match=words):
        Stream("mfcc", **options)


def test_streams_take_no_masks():
    stream = Stream("mfcc")
    with pytest.raises(DTypeError, match="y is a masked array"):
        stream.push(np.ma.masked_array(Y, mask=Y > 0.5))
    with pytest.raises(DTypeError, match=r"y\.dtype=int64"):
        stream.push([1, 2])
    assert stream.push(Y.tolist()).shape == (20, 4)


# Banks


@pytest.mark.parametrize("sr", [0, -5, np.nan, np.inf, "22050", None])
def test_rates_of_banks(sr):
    for bank in (fastspec.filters.mel, fastspec.filters.chroma):
        with pytest.raises(ParameterError, match=f"sr={sr!r} must be .*samples per second"):
            bank(sr=sr, n_fft=64)


@pytest.mark.parametrize("n_mels", [-1, -2, 40.7, "40"])
def test_bands_are_counted(n_mels):
    with pytest.raises(ParameterError, match=f"n_mels={n_mels!r} must be"):
        fastspec.filters.mel(sr=22050, n_fft=512, n_mels=n_mels)
    np.testing.assert_array_equal(
        fastspec.filters.mel(sr=22050, n_fft=512, n_mels=40.0), fastspec.filters.mel(sr=22050, n_fft=512, n_mels=40)
    )


def test_banks_made_by_several_threads_leave_warnings_alone():
    hooks = warnings.showwarning, warnings.filters, warnings._showwarnmsg_impl
    start = threading.Barrier(8)

    def make(i: int) -> None:
        start.wait()
        for n_mels in range(1, 30):
            specs.mel_bank(sr=22050 + i, n_fft=512, n_mels=n_mels, fmin=100.0)

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        threads = [threading.Thread(target=make, args=(i,)) for i in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(interval)
    assert hooks == (warnings.showwarning, warnings.filters, warnings._showwarnmsg_impl)


def test_empty_bands_are_warned_of_at_every_call():
    for _ in range(2):
        with pytest.warns(UserWarning, match="Empty filters detected: n_mels=60") as caught:
            melspectrogram(y=Y, n_fft=64, n_mels=60)
        assert [w.filename for w in caught] == [__file__]


# What once ended in an exception of Python's, numpy's or the engine's, or in nonsense

D = fastspec.stft(Y, n_fft=64)
FMIN = 220.5802796976493  # sr = 172 FMIN and the next larger fmax round to the same period

REFUSED = {
    "vocoder, NaN": (lambda: fastspec.phase_vocoder(D, t_out=[0, np.nan]), "t_out reaches from nan to nan"),
    "vocoder, one time": (lambda: fastspec.phase_vocoder(D, t_out=1.5), r"t_out.shape=\(\) must be one-dimensional"),
    "vocoder, slow": (lambda: fastspec.phase_vocoder(D, rate=1e-300), "rate=1e-300 makes too many"),
    "vocoder, text": (lambda: fastspec.phase_vocoder(D, rate="2"), "rate='2' must be a number"),
    "istft, one frame": (lambda: fastspec.istft(D[:, :1], hop_length=2**62), f"hop_length={2**62} exceeds {2**60}"),
    "istft, far apart": (lambda: fastspec.istft(D, hop_length=2**60), r"\(\d+,\) samples exceed the address space"),
    "istft, long": (lambda: fastspec.istft(D, length=2**62), rf"\({2**62},\) samples exceed the address space"),
    "istft, integers": (lambda: fastspec.istft(D, out=np.zeros(2992, np.int16)), "out.dtype=int16 .*float32"),
    "icqt, far apart": (lambda: fastspec.icqt(D, fmin=400.0, hop_length=2**60), "exceed the address space"),
    "yin, hop": (lambda: fastspec.yin(Y, fmin=100, fmax=400, hop_length=2**62), f"hop_length={2**62} exceeds"),
    "yin, larger hop": (lambda: fastspec.yin(Y, fmin=100, fmax=400, hop_length=2**64), f"hop_length={2**64} exceeds"),
    "yin, one period": (
        lambda: fastspec.yin(Y, fmin=FMIN, fmax=np.nextafter(FMIN, np.inf), sr=172 * FMIN),
        "leave one period, 172 samples; widen the range",
    ),
    "yin, sr": (lambda: fastspec.yin(Y, fmin=100, fmax=400, sr=np.inf), "sr=inf must be a positive number"),
    "yin, large sr": (lambda: fastspec.yin(Y, fmin=1e-9, fmax=400, sr=1e300), "holds no whole period"),
    "yin, fmin": (lambda: fastspec.yin(Y, fmin=np.nan, fmax=400), "fmin=nan must be below fmax=400"),
    "yin, fmax": (lambda: fastspec.yin(Y, fmin=100, fmax="400"), "fmax='400' must be a number"),
    "pyin, resolution": (lambda: fastspec.pyin(Y, fmin=100, fmax=400, resolution=0), "resolution=0 must be a positive"),
    "pyin, rate": (
        lambda: fastspec.pyin(Y, fmin=100, fmax=400, max_transition_rate=np.nan),
        "max_transition_rate=nan must be non-negative",
    ),
    "rms, hop": (lambda: fastspec.feature.rms(y=Y, hop_length=2**62), f"hop_length={2**62} exceeds"),
    "rms, frame": (lambda: fastspec.feature.rms(y=Y, frame_length=0), "frame_length=0 must be a positive integer"),
    "piptrack, bins": (lambda: fastspec.piptrack(S=np.zeros((1, 5))), r"S.shape=\(1, 5\) must have two bins"),
    "spectrogram, bins": (lambda: fastspec.feature.spectral_centroid(S=np.zeros(5)), r"S.shape=\(5,\) must be"),
    "iirt, hop": (lambda: fastspec.iirt(Y, hop_length=0), "hop_length=0 must be a positive integer"),
    "mfcc, one band": (lambda: mfcc(S=power(1, 5), dct_type=1), r"S.shape=\(1, 5\): .*dct_type=1 needs two bands"),
    "rng": (lambda: fastspec.griffinlim(np.abs(D), rng=-1), "rng=-1 is no seed"),
    "rng of dither": (lambda: fastspec.float_to_pcm(Y, np.int16, dither="tpdf", rng=-1), "rng=-1 is no seed"),
    "rng, text": (lambda: fastspec.griffinlim(np.abs(D), rng="x"), "rng='x' is no seed"),
    "events": (lambda: fastspec.util.match_events([[1, 2]], [1, 2]), r"events_from.shape=\(1, 2\) .*one-dimensional"),
    "events to": (lambda: fastspec.util.match_events([1, 2], [[1, 2]]), r"events_to.shape=\(1, 2\) .*one-dimensional"),
    "one event": (lambda: fastspec.util.match_events(1, [1, 2]), r"events_from.shape=\(\) .*one-dimensional"),
    "tone": (lambda: fastspec.tone(440, sr=np.inf, duration=1), "sr=inf must be a positive number"),
    "chirp": (lambda: fastspec.chirp(fmin=1, fmax=2, sr=0, length=9), "sr=0 must be a positive number"),
    "clicks": (lambda: fastspec.clicks(times=[0], sr=np.nan), "sr=nan must be a positive number"),
    "no rate to shift": (lambda: fastspec.effects.pitch_shift(Y, sr=0, n_steps=1), "sr=0 must be a positive number"),
    "weights": (lambda: fastspec.perceptual_weighting(power(4, 5), np.ones(3)), "3 frequencies do not go with"),
    "no sign to pad": (
        lambda: fastspec.feature.zero_crossing_rate(np.zeros(0)),
        r"y.shape=\(0,\) is empty",
    ),
}


@pytest.mark.parametrize(("call", "words"), REFUSED.values(), ids=REFUSED)
@pytest.mark.filterwarnings("ignore:less than two periods")
def test_refused(call, words):
    with pytest.raises(ParameterError, match=words) as caught:
        call()
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"offset": np.inf}, "offset=inf must be a finite number"),
        ({"offset": 1e300}, r"offset=1e\+300 must be a finite number"),
        ({"duration": np.nan}, "duration=nan must be a finite number"),
        ({"duration": "1"}, "duration='1' must be a number"),
    ],
)
def test_times_in_files(options, words, tmp_path):
    soundfile.write(tmp_path / "y.wav", Y, 8000)
    with pytest.raises(ParameterError, match=words):
        fastspec.load(tmp_path / "y.wav", **options)
    with pytest.raises(ParameterError, match=words):
        list(fastspec.stream(tmp_path / "y.wav", block_length=1, frame_length=64, hop_length=64, sr=None, **options))


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"block_seconds": np.inf}, "block_seconds=inf must be positive and finite"),
        ({"block_seconds": 0}, "block_seconds=0 must be positive"),
        ({"sr": -1}, "sr=-1 must be a positive number"),
        ({"sr": np.nan}, "sr=nan must be a positive number"),
    ],
)
def test_files_in_blocks(options, words, tmp_path):
    soundfile.write(tmp_path / "y.wav", Y, 8000)
    with pytest.raises(ParameterError, match=words):
        logmel_file(tmp_path / "y.wav", **options)


def test_nothing_has_no_peak():
    S = np.empty((65, 0), np.float32)
    for function in (fastspec.power_to_db, fastspec.amplitude_to_db):
        assert function(S, top_db=None).shape == S.shape
        assert function(np.empty((0, 65, 3))).shape == (0, 65, 3)
        for options in ({}, {"ref": np.max}, {"ref": np.max, "top_db": None}):
            with pytest.raises(ParameterError, match=r"S.shape=\(65, 0\) is empty and has no peak"):
                function(S, **options)
    assert fastspec.util.normalize(np.empty((0, 5))).shape == (0, 5)
    assert fastspec.piptrack(S=np.zeros((1025, 0)))[0].shape == (1025, 0)


def test_frames_far_apart_are_one_frame():
    for hop_length in (5000, 2**60):
        assert fastspec.util.frame(Y.astype(np.float64), frame_length=64, hop_length=hop_length).shape == (64, 1)
        assert fastspec.feature.rms(y=Y, hop_length=hop_length).shape == (1, 1)


def test_complex_magnitudes_are_left_alone():
    C = fastspec.cqt(Y, fmin=1000.0, n_bins=12)
    copy = C.copy()
    fastspec.griffinlim_cqt(C, fmin=1000.0, n_iter=1, rng=0)
    np.testing.assert_array_equal(C, copy)


PUBLIC = [
    *(fastspec.stft, fastspec.magphase, fastspec.power_to_db, fastspec.amplitude_to_db, fastspec.db_to_power),
    *(fastspec.db_to_amplitude, melspectrogram, logmel, mfcc, _spectrogram),
]


@pytest.mark.parametrize("function", PUBLIC, ids=lambda function: function.__name__)
def test_unknown_keywords_and_positions(function):
    first = next(iter(inspect.signature(function).parameters.values()))
    audio = {"y": Y} if first.kind is first.KEYWORD_ONLY else {}
    positional = [] if audio else [Y]
    with pytest.raises(TypeError, match="frobnicate"):
        function(*positional, **audio, frobnicate=1)
    with pytest.raises(TypeError, match="positional"):
        function(Y, 2048)
