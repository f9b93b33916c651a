"""What errors and warnings say: the user's own argument, the function that was called, the way out."""

from __future__ import annotations

import pickle
import re
import warnings

import numpy as np
import pytest
import soundfile
from support.spectral_signals import noise

import fastspec
from fastspec import DTypeError, ParameterError, Stream, feature

Y = noise(22050).astype(np.float32)
S = np.abs(fastspec.stft(Y, n_fft=128))


def test_the_users_own_functions_fail_with_their_own_errors():
    def loudest(x, **kwargs):
        return {}["loudest"]

    with pytest.raises(KeyError) as caught:
        fastspec.power_to_db(S, ref=loudest)
    assert not isinstance(caught.value, ParameterError)


def test_programs_written_for_librosa_catch_what_they_did():
    with pytest.raises(IndexError, match=r"axis=7 is no axis of data.shape=\(65, .*use -2 to 1") as caught:
        feature.delta(S, axis=7)
    assert isinstance(caught.value, ParameterError)
    assert isinstance(pickle.loads(pickle.dumps(caught.value)), ParameterError)
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


def test_the_cause_is_kept():
    with pytest.raises(ParameterError, match=r"^softmask\(X=.*, power=\[1, 2\]\)|^power=\[1, 2\]") as caught:
        fastspec.util.softmask(S, S, power=[1, 2])
    assert isinstance(caught.value.__cause__, TypeError)


@pytest.mark.parametrize("ref", ["max", "median"])
def test_names_of_functions(ref):
    for call in (lambda: fastspec.power_to_db(S, ref=ref), lambda: fastspec.amplitude_to_db(S, ref=ref)):
        with pytest.raises(DTypeError, match=rf"ref='{ref}' must be .* a function, .* pass np\.{ref}"):
            call()
    with pytest.raises(DTypeError, match=r"ref='max' must be a number or a function.* np\.max"):
        feature.logmel(y=Y, ref="max")


@pytest.mark.parametrize(
    "call",
    [
        lambda y: feature.logmel(y=y),
        lambda y: fastspec.power_to_db(y),
        lambda y: fastspec.hz_to_mel(y),
        lambda y: fastspec.util.normalize(y),
        lambda y: fastspec.db_to_power(y),
    ],
)
def test_ragged_lists(call):
    with pytest.raises(DTypeError, match="is ragged; pass rows of one length"):
        call([[1.0, 2.0], [3.0]])


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: feature.melspectrogram(y=Y, nmels=40), r"melspectrogram\(\) got .*'nmels'; did you mean 'n_mels'"),
        (lambda: feature.logmel(y=Y, n_mel=40), r"logmel\(\) got .*'n_mel'; did you mean 'n_mels'"),
        (lambda: feature.mfcc(y=Y, nmfcc=13), r"mfcc\(\) got .*'nmfcc'; did you mean 'n_mfcc'"),
        (lambda: Stream("logmel", nmels=40), r"Stream\(\) got .*'nmels'; did you mean 'n_mels'"),
        (lambda: fastspec.stft(Y, hop=128), r"stft\(\) got .*'hop'"),
        (lambda: fastspec.stft(Y, hoplength=128), r"stft\(\) got .*'hoplength'; did you mean 'hop_length'"),
        (lambda: fastspec.cqt(Y, bins_per_oct=24), r"cqt\(\) got .*did you mean 'bins_per_octave'"),
        (lambda: feature.delta(S, frobnicate=1), r"delta\(\) got an unexpected keyword argument 'frobnicate'$"),
    ],
)
def test_misspelt_keywords(call, words):
    with pytest.raises(TypeError, match=words):
        call()


@pytest.mark.parametrize(
    ("name", "home", "meant"),
    [
        ("melspectogram", fastspec, "fastspec.feature.melspectrogram"),
        ("melspectogram", feature, "fastspec.feature.melspectrogram"),
        ("stff", fastspec, "fastspec.stft"),
        ("pitch_shfit", fastspec, "fastspec.effects.pitch_shift"),
    ],
)
def test_misspelt_names(name, home, meant):
    with pytest.raises(AttributeError, match=rf"did you mean {meant}"):
        getattr(home, name)
    with pytest.raises(AttributeError) as caught:
        fastspec.xylophone  # noqa: B018
    assert "did you mean" not in str(caught.value)


# Channels last


def test_channels_last():
    stereo = np.stack([Y, Y], axis=-1)
    told = r"y\.shape=\(22050, 2\) looks like channels last, where samples are meant; pass y\.T"
    for function in (fastspec.stft, lambda y: feature.melspectrogram(y=y), lambda y: feature.mfcc(y=y)):
        with pytest.warns(UserWarning, match=rf"n_fft=2048 is too large for input signal of length=2: {told}"):
            function(stereo)
    with pytest.raises(ParameterError, match=told):
        feature.logmel(y=stereo)
    with pytest.raises(ParameterError, match=told):
        Stream("logmel").push(stereo)
    with pytest.raises(ParameterError, match=told):
        fastspec.stft(stereo, center=False)


def test_short_channels_are_not_taken_for_it():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert feature.logmel(y=Y[:4096].reshape(2, 2048), n_fft=256, n_mels=20).shape[0] == 2
        assert Stream("logmel", n_fft=256, n_mels=20).push(Y[:6].reshape(2, 3)).shape[0] == 2


# Ranges of frequencies

RANGES = [
    ({"fmax": 20000}, r"fmax=20000 exceeds sr/2=11025.0"),
    ({"fmin": 3000, "fmax": 1000}, r"fmin=3000 must be below fmax=1000"),
    ({"fmin": 3000, "fmax": 3000}, r"fmin=3000 must be below fmax=3000"),
    ({"fmin": 12000}, r"fmin=12000 must be below sr/2=11025.0"),
]


@pytest.mark.parametrize(("options", "words"), RANGES)
def test_ranges_that_our_own_functions_refuse(options, words, tmp_path):
    soundfile.write(tmp_path / "y.wav", Y, 22050)
    for function in (
        lambda **options: feature.logmel(y=Y, **options),
        lambda **options: Stream("logmel", **options),
        lambda **options: feature.logmel_file(tmp_path / "y.wav", **options),
    ):
        with pytest.raises(ParameterError, match=words):
            function(**options)


@pytest.mark.parametrize(("options", "words"), RANGES)
@pytest.mark.filterwarnings("ignore:(divide by zero|invalid value)")
def test_ranges_that_librosas_functions_warn_of_once(options, words):
    for function in (
        lambda: feature.melspectrogram(y=Y, **options),
        lambda: fastspec.onset.onset_strength(y=Y, **options),
    ):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            function()
        told = [str(w.message) for w in caught if issubclass(w.category, UserWarning)]
        assert len(told) == 1
        assert re.search(f"Empty filters detected: {words}", told[0])


def test_cqts_warning_agrees_with_itself():
    for n, options in ((8000, {"sr": 8000, "n_bins": 72}), (40000, {"bins_per_octave": 36, "n_bins": 252})):
        with pytest.warns(UserWarning, match=r"n_fft=\d+, .* is too large for input signal of length=") as caught:
            fastspec.cqt(Y[:n] if n <= len(Y) else np.zeros(n, np.float32), **options)
        n_fft, atom, length = (int(word) for word in re.findall(r"\d+", str(caught[0].message)))
        assert n_fft >= atom
        assert n_fft > length == n


def test_warnings_point_at_the_users_line():
    with pytest.warns(UserWarning, match="too large") as caught:
        fastspec.onset.onset_strength(y=Y[:100])
    assert {w.filename for w in caught} == {__file__}


# Decibels of batches


@pytest.mark.parametrize("function", [fastspec.power_to_db, fastspec.amplitude_to_db])
@pytest.mark.parametrize("options", [{}, {"top_db": None}, {"ref": np.max}, {"ref": 2.0, "top_db": 40}])
@pytest.mark.parametrize("layout", ["C", "spectra", "strided"])
def test_each_channel_has_its_own_levels(function, options, layout):
    x = np.exp(np.random.default_rng(0).uniform(-9, 9, (2, 3, 40, 30))).astype(np.float32)
    x[1, 2, 3, 4] = 0
    if layout == "spectra":
        x = x.swapaxes(-1, -2)
    elif layout == "strided":
        x = x[..., ::2]
    whole = function(x, **options)
    for index in np.ndindex(2, 3):
        np.testing.assert_array_equal(whole[index], function(x[index], **options))


def test_one_channel_that_is_not_a_number_leaves_the_others_alone():
    x = np.ones((3, 4, 5), np.float32)
    x[1, 2, 3] = np.nan
    levels = fastspec.power_to_db(x)
    assert np.isnan(levels[1]).all()
    assert (levels[[0, 2]] == 0).all()


def test_tensors_that_cannot_be_read():
    class Busy:
        def __dlpack__(self, **options):
            raise BufferError("in use elsewhere")

        def __dlpack_device__(self):
            return 1, 0

    with pytest.raises(DTypeError, match="S is Busy and cannot be read: in use elsewhere"):
        fastspec.power_to_db(Busy())
