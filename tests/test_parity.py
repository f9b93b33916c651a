"""Corners where librosa 1.0 was found to do something else, and the small names around its functions."""

from __future__ import annotations

import importlib
import pkgutil
import warnings

import numpy as np
import pytest

import fastspec
from fastspec import feature, util
from fastspec.compat import python_speech_features
from fastspec.compat import scipy as compat_scipy

Y = np.sin(np.arange(6000, dtype=np.float32) ** 2 / 3e4)


@pytest.mark.parametrize("y", [Y, np.stack([Y, -Y])], ids=["mono", "stereo"])
def test_no_mel_bands_give_no_rows(y):
    assert feature.melspectrogram(y=y, n_mels=0).shape == (*y.shape[:-1], 0, 12)
    assert feature.melspectrogram(S=np.abs(fastspec.stft(y)), n_mels=0).shape == (*y.shape[:-1], 0, 12)
    assert feature.logmel(y=y, n_mels=0).shape == (*y.shape[:-1], 0, 12)
    with pytest.raises(fastspec.ParameterError, match=r"0, 12\) has no bands"):
        feature.mfcc(y=y, n_mels=0)


@pytest.mark.parametrize(
    "function",
    [
        fastspec.stft,
        lambda y: feature.melspectrogram(y=y),
        lambda y: feature.mfcc(y=y),
        lambda y: feature.spectral_flatness(y=y),
        lambda y: fastspec.onset.onset_strength(y=y),
    ],
)
def test_long_double_gives_single_precision(function):
    assert function(Y.astype(np.longdouble)).dtype == function(Y).dtype


@pytest.mark.parametrize(
    ("function", "x"),
    [
        (lambda S: feature.spectral_flatness(S=S), np.abs(fastspec.stft(Y))),
        (lambda D: fastspec.decompose.hpss(D)[0], fastspec.stft(Y)),
    ],
)
def test_results_have_the_byte_order_of_the_machine(function, x):
    plain, swapped = function(x), function(x.astype(x.dtype.newbyteorder()))
    assert swapped.dtype == plain.dtype
    np.testing.assert_allclose(swapped, plain, rtol=1e-5)


def test_nan_is_no_parameter():
    with pytest.raises(fastspec.ParameterError, match="lifter=nan"):
        feature.inverse.mfcc_to_mel(np.zeros((5, 3)), lifter=np.nan)
    with pytest.raises(fastspec.ParameterError, match="momentum=nan"):
        fastspec.griffinlim(np.ones((5, 3)), momentum=np.nan)
    with pytest.raises(fastspec.ParameterError, match="momentum=nan"):
        fastspec.griffinlim_cqt(np.ones((5, 3)), momentum=np.nan)


def test_vocoder_takes_one_sequence_of_times():
    with pytest.raises(fastspec.ParameterError, match=r"t_out\.shape=\(1, 2\)"):
        fastspec.phase_vocoder(np.ones((5, 3), complex), t_out=[[0.0, 1.0]])


@pytest.mark.parametrize("kind", ["linear", "cubic"])
def test_vocoder_takes_the_frames_of_one_bin(kind):
    D = fastspec.stft(Y, n_fft=512)[7]
    found = fastspec.phase_vocoder(D, rate=0.7, kind=kind)
    np.testing.assert_array_equal(found, fastspec.phase_vocoder(D[np.newaxis], rate=0.7, kind=kind)[0])
    assert found.shape == (68,)
    assert np.ptp(np.abs(found)) > 1


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_vocoder_makes_complex_spectra_of_a_single_frame(dtype):
    found = fastspec.phase_vocoder(np.ones((5, 1), dtype), rate=0.5)
    np.testing.assert_array_equal(found, np.ones((5, 2)))
    assert found.dtype == util.dtype_r2c(dtype)


def as_zeros(row, widths, axis, options):
    row[: widths[0]] = row[len(row) - widths[1] :] = 0


@pytest.mark.parametrize("y", [Y, np.stack([Y, -Y]).astype(np.float64)])
def test_search_for_phases_pads_by_a_function(y):
    S = np.abs(fastspec.stft(y, n_fft=512))
    expected = fastspec.griffinlim(S, n_iter=4, rng=0)
    found = fastspec.griffinlim(S, n_iter=4, rng=0, pad_mode=as_zeros)
    assert found.dtype == y.dtype
    np.testing.assert_allclose(found, expected, atol=2e-4)
    uncentred = {"center": False, "n_iter": 2, "rng": 0}
    np.testing.assert_array_equal(
        fastspec.griffinlim(S, pad_mode=as_zeros, **uncentred), fastspec.griffinlim(S, **uncentred)
    )


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_spectrum_asked_to_be_real_loses_its_imaginary_part(dtype):
    with pytest.warns(np.exceptions.ComplexWarning):
        found = fastspec.stft(Y, dtype=dtype)
    assert found.dtype == dtype
    np.testing.assert_allclose(found, fastspec.stft(Y).real, rtol=1e-5, atol=1e-3)
    with pytest.raises(fastspec.DTypeError, match="holds no spectra"):
        fastspec.stft(Y, dtype="U1")


@pytest.mark.parametrize("dtype", [np.complex64, np.complex128])
def test_samples_asked_to_be_complex_are_so(dtype):
    D = fastspec.stft(Y)
    found = fastspec.istft(D, dtype=dtype)
    assert found.dtype == dtype
    np.testing.assert_array_equal(found, fastspec.istft(D))


@pytest.mark.parametrize("dtype", [np.complex64, int])
def test_samples_found_are_real(dtype):
    with pytest.raises(fastspec.ParameterError, match="not a real floating-point dtype"):
        fastspec.griffinlim(np.ones((5, 3)), dtype=dtype)


def test_inverse_without_gains_keeps_the_precision():
    C = fastspec.cqt(Y, fmin=220.0, n_bins=12, scale=False)
    options = {"fmin": 220.0, "scale": False}
    assert fastspec.icqt(C, **options).dtype == np.float32
    assert fastspec.icqt(C.astype(np.complex128), **options).dtype == np.float64
    assert fastspec.griffinlim_cqt(np.abs(C), n_iter=1, rng=0, **options).dtype == np.float32
    assert fastspec.icqt(C, fmin=220.0).dtype == np.float64


@pytest.mark.parametrize("argument", ["fmin", "tuning"])
@pytest.mark.parametrize("function", [fastspec.cqt, fastspec.vqt, fastspec.pseudo_cqt])
def test_names_are_no_frequencies(function, argument):
    with pytest.raises(TypeError, match=f"{argument}='C2' must be a number"):
        function(Y, n_bins=12, **{argument: "C2"})


@pytest.mark.parametrize("freqs", [np.arange(6.0), np.arange(12.0).reshape(6, 2)], ids=["fixed", "each"])
def test_harmonics_of_any_shape(freqs):
    x = np.random.default_rng(0).random((6, 2))
    found = fastspec.interp_harmonics(x, freqs=freqs, harmonics=[[1, 2, 3], [0.5, 0.25, 1]])
    assert found.shape == (2, 3, 6, 2)
    flat = fastspec.interp_harmonics(x, freqs=freqs, harmonics=[1, 2, 3, 0.5, 0.25, 1])
    np.testing.assert_array_equal(found.reshape(6, 6, 2), flat)
    np.testing.assert_array_equal(fastspec.interp_harmonics(x, freqs=freqs, harmonics=2), flat[1])


def test_stereo_needs_samples_on_each_side():
    with pytest.raises(fastspec.ParameterError, match=r"right=3\.0 has no sample axis"):
        fastspec.to_stereo(left=Y, right=np.float32(3))


@pytest.mark.parametrize("kind", ["nearest", "linear", "cubic"])
def test_mellin_transform_is_double(kind):
    assert fastspec.fmt(Y[:50], kind=kind).dtype == np.complex128


def end_of_ones(row, widths, axis, options):
    row[: widths[0]] = 1
    row[len(row) - widths[1] :] = row[widths[0]]


@pytest.mark.parametrize("y", [Y, np.stack([Y, -Y]).astype(np.float64), Y[:300], Y.astype(np.float16)])
def test_function_pads_as_by_hand(y):
    padded = np.pad(y, [(0, 0)] * (y.ndim - 1) + [(256, 256)], mode=end_of_ones)
    expected = fastspec.stft(padded, n_fft=512, center=False)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        found = fastspec.stft(y, n_fft=512, pad_mode=end_of_ones)
        mel = feature.melspectrogram(y=y, n_fft=512, hop_length=128, pad_mode=end_of_ones)
    np.testing.assert_array_equal(found, expected)
    np.testing.assert_array_equal(mel, feature.melspectrogram(y=padded, n_fft=512, hop_length=128, center=False))
    assert [str(w.message) for w in caught] == ["n_fft=512 is too large for input signal of length=300"] * (
        2 * (y.shape[-1] < 512)
    )
    assert all(w.filename == __file__ for w in caught)


@pytest.mark.parametrize(
    "descriptor",
    [
        feature.spectral_centroid,
        feature.spectral_contrast,
        feature.spectral_rolloff,
        feature.spectral_flatness,
        feature.poly_features,
        lambda **arguments: feature.chroma_stft(tuning=0.0, **arguments),
    ],
)
def test_descriptors_take_a_function_that_pads(descriptor):
    padded = np.pad(Y, 256, mode=end_of_ones)
    found = descriptor(y=Y, n_fft=512, hop_length=128, pad_mode=end_of_ones)
    np.testing.assert_array_equal(found, descriptor(y=padded, n_fft=512, hop_length=128, center=False))


@pytest.mark.parametrize("ref", [1.0, np.median], ids=["one", "median"])
def test_function_pads_codes_as_the_levels_they_are(ref):
    codes = np.round(128 + 100 * Y).astype(np.uint8)
    options = {"n_fft": 512, "pad_mode": end_of_ones, "ref": ref}
    expected = feature.logmel(y=fastspec.pcm_to_float(codes), **options)
    np.testing.assert_array_equal(feature.logmel(y=codes, **options), expected)


@pytest.mark.parametrize("y", [np.array(["1"]), np.array([None]), np.array([1j]), np.array(1.0), None])
@pytest.mark.parametrize("ref", [1.0, np.median], ids=["one", "median"])
def test_logmel_says_what_is_no_audio(y, ref):
    with pytest.raises(fastspec.ParameterError, match=r"^y"):
        feature.logmel(y=y, ref=ref)


def test_function_pads_nothing_without_centring():
    np.testing.assert_array_equal(fastspec.stft(Y, center=False, pad_mode=end_of_ones), fastspec.stft(Y, center=False))


def test_fill_of_the_largest_norm_takes_any_axes():
    np.testing.assert_array_equal(util.normalize(np.zeros((2, 3)), axis=(0, 1), fill=True), np.ones((2, 3)))


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize(
    ("name", "numbers", "names"),
    [
        (fastspec.midi_to_note, [[60.0, 62, 64], [70.9, np.nan, 72]], [["C4", "D4", "E4"], ["B4", "", "C5"]]),
        (fastspec.interval_to_fjs, [[1, 3 / 2], [9 / 8, 2]], [["C", "G"], ["D", "C"]]),
    ],
)
def test_names_lie_in_memory_as_their_numbers(name, numbers, names, order):
    numbers = np.array(numbers, order=order)
    found = name(numbers)
    assert found.tolist() == names
    assert found.strides == tuple(stride // 8 * found.itemsize for stride in numbers.strides)


# NumPy's own numbers


@pytest.mark.parametrize(
    ("function", "options"),
    [
        (feature.melspectrogram, {"sr": 22050, "fmin": 50.0, "fmax": 8000.0, "n_mels": 20, "n_fft": 512}),
        (feature.melspectrogram, {"S": np.abs(fastspec.stft(Y)), "sr": 22050, "fmax": 8000.0}),
        (feature.logmel, {"sr": 22050, "n_mels": 20}),
        (feature.mfcc, {"sr": 22050, "n_mfcc": 13, "lifter": 22, "dct_type": 3}),
        (feature.chroma_stft, {"sr": 22050, "tuning": 0.1, "n_chroma": 24, "octwidth": 1.5}),
        (feature.chroma_stft, {"S": np.abs(fastspec.stft(Y)), "sr": 22050}),
        (feature.spectral_contrast, {"sr": 22050, "quantile": 0.1}),
        (feature.tempogram, {"sr": 22050, "win_length": 4}),
        (fastspec.onset.onset_strength, {"sr": 22050, "n_mels": 20}),
        (fastspec.onset.onset_detect, {"sr": 22050}),
        (fastspec.cqt, {"sr": 22050, "fmin": 500.0, "n_bins": 12}),
        (fastspec.vqt, {"sr": 22050, "fmin": 500.0, "n_bins": 12, "gamma": 2.0}),
        (lambda y, **options: fastspec.pyin(y, fmin=200, fmax=900, **options)[1], {"sr": 22050, "switch_prob": 0.1}),
        (lambda y, **options: feature.stack_memory(y, **options), {"delay": 2}),
        (lambda y, **options: fastspec.Stream("mfcc", **options).push(y), {"sr": 22050, "n_mfcc": 5, "lifter": 9}),
        (lambda y, **options: fastspec.Stream("logmel", **options).push(y), {"fmax": 8000.0, "ref": 0.5, "amin": 1e-3}),
    ],
)
def test_arrays_without_axes_are_numbers(function, options):
    stored = {name: np.array(value) for name, value in options.items()}
    samples = {} if "S" in options else {"y": Y}
    np.testing.assert_array_equal(function(**samples, **stored), function(**samples, **options))


SPECTRUM = np.abs(fastspec.stft(Y, n_fft=512))
WIDENING = pytest.mark.parametrize(
    ("number", "dtype"),
    [
        (lambda x: x, np.float32),
        (int, np.float32),
        (np.float32, np.float32),
        (np.float64, np.float64),
        (np.int64, np.float64),
        (np.longdouble, np.float64),
        (np.array, np.float64),
    ],
    ids=["float", "int", "float32", "float64", "int64", "long", "0-d"],
)


by_type = pytest.mark.skipif(np.__version__ < "2", reason="NumPy 1 widens by value")


@by_type
@WIDENING
@pytest.mark.parametrize(
    "function",
    [
        lambda n: fastspec.power_to_db(SPECTRUM, top_db=n(50.0)),
        lambda n: fastspec.power_to_db(SPECTRUM, amin=n(1.0), ref=np.max, top_db=None),
        lambda n: fastspec.power_to_db(SPECTRUM[::2], amin=n(1.0)),
        lambda n: fastspec.amplitude_to_db(SPECTRUM, top_db=n(50.0), ref=np.max),
        lambda n: fastspec.amplitude_to_db(SPECTRUM, amin=n(1.0)),
        lambda n: feature.melspectrogram(y=Y, power=n(1.0)),
        lambda n: feature.melspectrogram(y=Y, power=n(3.0)),
        lambda n: feature.mfcc(y=Y, power=n(2.0)),
        lambda n: feature.spectral_flatness(y=Y, amin=n(1.0)),
        lambda n: feature.spectral_flatness(y=Y, power=n(3.0)),
        lambda n: feature.spectral_flatness(S=SPECTRUM, power=n(2.0)),
        lambda n: feature.spectral_flatness(S=SPECTRUM, amin=n(1.0)),
        lambda n: fastspec.decompose.hpss(SPECTRUM, power=n(2.0), margin=n(2.0))[1],
        lambda n: fastspec.decompose.hpss(SPECTRUM * 1j, power=n(2.0))[0].real,
        lambda n: fastspec.decompose.hpss(SPECTRUM, power=n(2.0), mask=True)[0],
    ],
)
def test_numbers_widen_results_as_in_numpys_arithmetic(function, number, dtype):
    found = function(number)
    assert found.dtype == dtype
    np.testing.assert_allclose(found, function(float), rtol=1e-3, atol=1e-3)


@WIDENING
def test_reference_and_infinite_exponent_widen_nothing(number, dtype):
    assert fastspec.power_to_db(SPECTRUM, ref=number(2.0)).dtype == np.float32
    assert fastspec.decompose.hpss(SPECTRUM, power=np.float64(np.inf), margin=number(2.0))[0].dtype == np.float32


@by_type
def test_doubles_are_computed_as_such():
    wide = fastspec.power_to_db(SPECTRUM, amin=np.float64(1e-10))
    np.testing.assert_array_equal(wide, fastspec.power_to_db(SPECTRUM.astype(np.float64)))
    wide = feature.melspectrogram(y=Y, power=np.float64(2))
    np.testing.assert_array_equal(wide, feature.melspectrogram(y=Y.astype(np.float64)))


# Words of warnings that programs filter by


@pytest.mark.parametrize(
    ("words", "call"),
    [
        ("Empty filters detected", lambda: fastspec.filters.mel(sr=44100, n_fft=1024, fmax=2000, htk=True)),
        ("A-weighting returned non-finite values", lambda: fastspec.A_weighting(0.0, min_db=None)),
        ("Trying to estimate tuning from empty frequency set", lambda: fastspec.pitch_tuning([])),
        ("less than two periods of fmin fit into the frame", lambda: fastspec.yin(Y, fmin=15, fmax=1000)),
        ("n_fft=8192 is too large for input signal of length=6000", lambda: fastspec.stft(Y, n_fft=8192)),
        ("power_to_db was called on complex input so phase", lambda: fastspec.power_to_db(1j * np.ones((2, 2)))),
        ("amplitude_to_db was called on complex input so", lambda: fastspec.amplitude_to_db(1j * np.ones((2, 2)))),
        ("pcen was called on complex input so phase", lambda: fastspec.pcen(1j * np.ones((2, 2)))),
        ("momentum=1.5 > 1 can be unstable", lambda: fastspec.griffinlim(np.ones((5, 9)), momentum=1.5)),
        ("momentum=1.5 > 1 can be unstable", lambda: fastspec.griffinlim_cqt(np.ones((5, 9)), n_iter=1, momentum=1.5)),
        ("t_out is not monotonic.* unstable", lambda: fastspec.phase_vocoder(np.ones((5, 3)), t_out=[1.0, 0.0])),
        ("critical values.* underflow", lambda: feature.inverse.mfcc_to_mel(np.ones((5, 3)), lifter=2)),
        (
            "Frequencies are not unique",
            lambda: fastspec.interp_harmonics(np.ones(3), freqs=np.ones(3), harmonics=[1], axis=0),
        ),
    ],
)
def test_warnings_hold_librosas_words(words, call):
    with np.errstate(all="ignore"), pytest.warns(UserWarning, match=words):
        call()


@pytest.mark.parametrize(
    ("words", "call"),
    [
        ("has been renamed to 'rng'", lambda: fastspec.griffinlim(np.ones((5, 9)), n_iter=1, random_state=0)),
        ("has been renamed to 'rng'", lambda: fastspec.griffinlim_cqt(np.ones((5, 9)), n_iter=1, random_state=0)),
        ("value of 'sr' will change", lambda: fastspec.stream("", block_length=1, frame_length=1, hop_length=1)),
        ("`n_fft` parameter is deprecated", lambda: fastspec.phase_vocoder(np.ones((5, 3)), rate=2.0, n_fft=8)),
        ("`hop_length` parameter is deprecated", lambda: fastspec.phase_vocoder(np.ones((5, 3)), rate=2, hop_length=2)),
    ],
)
def test_warnings_of_what_is_to_go_hold_librosas_words(words, call):
    with pytest.warns(FutureWarning, match=words):
        call()


# Decorators


def half(x, by=2):
    """Divide."""
    return x / by


@pytest.mark.parametrize(
    ("decorate", "words"),
    [
        (util.decorators.deprecated(version="1.1", version_removed="2.0"), ["half", "Deprecated", "1.1", "2.0"]),
        (
            util.decorators.moved(moved_from="a.b", version="1.1", version_removed="2.0"),
            ["a.b", "moved", "half", "1.1", "2.0"],
        ),
    ],
)
def test_decorated_functions_warn_where_they_are_called(decorate, words):
    going = decorate(half)
    assert (going.__name__, going.__doc__) == ("half", "Divide.")
    with pytest.warns(FutureWarning) as caught:
        assert going(3, by=3) == 1
    assert len(caught) == 1
    assert caught[0].filename == __file__
    assert all(word in str(caught[0].message) for word in words)


def test_future_default_warns_only_those_who_rely_on_it():
    changing = util.decorators.future_default(param_name="by", old_default=2, new_default=3, version="2.0")(half)
    with pytest.warns(FutureWarning, match="The default value of 'by' will change"):
        assert changing(6) == 3
    assert (changing(6, 2), changing(6, by=2)) == (3, 3)


def test_vectorized_function_of_one_value_and_many():
    each = util.decorators.vectorize(otypes="d")(half)
    assert type(each(3)) is float
    assert each(np.arange(3)).tolist() == [0, 0.5, 1]
    assert each.__doc__ == "Divide."


# Names that programs meet


def public_modules():
    names = (module.name for module in pkgutil.walk_packages(fastspec.__path__, "fastspec."))
    return [name for name in names if "._" not in name and name != "fastspec.cli"]


@pytest.mark.parametrize("name", public_modules())
def test_modules_say_what_they_export(name):
    bound = {}
    exec(f"from {name} import *", bound)
    module = importlib.import_module(name)
    assert sorted(module.__all__) == sorted(bound.keys() - {"__builtins__"})
    for public in module.__all__:
        assert getattr(bound[public], "__module__", name).startswith("fastspec"), public


@pytest.mark.parametrize(
    ("module", "names"),
    [
        (feature.spectral, ["chroma_cens", "mfcc", "rms", "spectral_contrast", "tonnetz", "zero_crossing_rate"]),
        (util.utils, ["MAX_MEM_BLOCK", "axis_sort", "frame", "localmax", "softmask", "sync", "valid_intervals"]),
        (fastspec.effects, ["hpss", "trim"]),
        (fastspec.onset, ["onset_detect"]),
        (fastspec.decompose, ["hpss"]),
        (fastspec.beat, ["beat_track"]),
        (fastspec.segment, ["timelag_filter"]),
        (fastspec.sequence, ["dtw"]),
        (compat_scipy, ["stft"]),
        (python_speech_features, ["mfcc", "sigproc"]),
        (python_speech_features.base, ["mfcc"]),
        (python_speech_features.sigproc, ["framesig"]),
        (feature.inverse, ["mel_to_audio"]),
    ],
)
def test_modules_show_what_they_export_and_nothing_else(module, names):
    assert dir(module) == sorted(module.__all__)
    assert set(names) <= set(dir(module))
    with pytest.raises(AttributeError, match="no attribute 'no_such_name'"):
        _ = module.no_such_name


def test_cache_is_there_and_does_nothing(tmp_path, monkeypatch):
    monkeypatch.setenv("LIBROSA_CACHE_DIR", str(tmp_path))
    assert fastspec.cache(level=10)(half) is half
    assert fastspec.cache.eval(half, 3) == 1.5
    assert fastspec.cache.clear() is None
    assert fastspec.cache.memory.location is None
    assert fastspec.cache.memory.clear() is None
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("thing", "text"),
    [(5, "5"), ("x", "'x'"), ([[[[1]]]], "[[[[...]]]]"), (np.zeros(65), "array([0., ..., 0.]")],
)
def test_cache_formats_things(thing, text):
    assert fastspec.cache.format(thing).startswith(text)


def test_cache_warns_through_logging(caplog):
    assert fastspec.cache.warn("x") is None
    assert caplog.record_tuples == [("fastspec", 30, "cache: x")]


def test_cite_knows_what_librosas_documentation_names():
    assert fastspec.cite("0.10.1") == util.cite("0.10.1") == "https://doi.org/10.5281/zenodo.8252662"
    for arguments in ({"version": "9.9"}, {}, {"version": "0.10.1", "bib": True}):
        with pytest.raises(fastspec.ParameterError, match=r"0\.10\.1"):
            fastspec.cite(**arguments)


def test_versions_are_printed(capsys):
    fastspec.show_versions()
    printed = capsys.readouterr().out
    assert printed.startswith("INSTALLED VERSIONS\n")
    assert f"numpy: {np.__version__}\n" in printed
    assert f"fastspec: {fastspec.version.version}\n" in printed


def test_versions_of_what_is_not_installed(capsys, monkeypatch):
    monkeypatch.setattr(fastspec.version, "OPTIONAL", ("no-such-package",))
    fastspec.show_versions()
    assert capsys.readouterr().out.endswith("\nno-such-package: None\n")
