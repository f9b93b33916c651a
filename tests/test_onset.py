"""fastspec.onset against librosa 1.0's results, against its formula, and on bad input."""

from pathlib import Path

import numpy as np
import pytest
from support.goldens import as_arrays
from support.rhythm_cases import ENVELOPE, LEVELS, ONSET, PLAIN, SMALL, STEREO, TWO_ENVELOPES, Y

import fastspec
from fastspec import onset

GOLDEN = np.load(Path(__file__).parent / "golden" / "onset.npz")


@pytest.mark.parametrize("case", sorted(ONSET))
def test_as_librosa(case):
    """Means of many float32 decibels: 2e-5. The median is a decibel of its own, which carries the rounding of
    the power in one band: 1e-3."""
    for i, ours in enumerate(as_arrays(ONSET[case](fastspec))):
        theirs = GOLDEN[f"{case}.{i}"]
        assert ours.dtype == theirs.dtype
        assert ours.shape == theirs.shape
        if ours.dtype.kind in "bi":
            np.testing.assert_array_equal(ours, theirs)
        else:
            exact = "float64" in case or "levels" in case or "detect" in case
            bound = 1e-12 if exact else 1e-3 if "median" in case else 2e-5
            np.testing.assert_allclose(ours, theirs, rtol=bound, atol=bound)


def test_strength_by_its_formula():
    S = fastspec.power_to_db(fastspec.feature.melspectrogram(y=Y, **SMALL, fmax=4000))
    rise = np.maximum(0, np.diff(S.astype(np.float64))).mean(axis=0)
    ours = onset.onset_strength(y=Y, **SMALL)
    # one frame of lag, two of the centred frames' head start; a mean of 128 float32 numbers
    np.testing.assert_allclose(ours, np.r_[0, 0, 0, rise][: S.shape[-1]], atol=1e-5)


@pytest.mark.parametrize("size", [2, 3, 4, 5, 8, 23, 24, 60])
def test_maxima_of_neighbouring_bands(size):
    ndimage = pytest.importorskip("scipy.ndimage")
    ref = ndimage.maximum_filter1d(LEVELS, size, axis=-2)
    ours = onset.onset_strength(S=LEVELS, max_size=size)
    np.testing.assert_array_equal(ours, onset.onset_strength(S=LEVELS, ref=ref))


def test_each_channel_is_its_own_mono_run():
    both = onset.onset_strength(y=STEREO, **SMALL, max_size=3)
    for channel, y in zip(both, STEREO, strict=True):
        np.testing.assert_array_equal(channel, onset.onset_strength(y=y, **SMALL, max_size=3))


def test_lag_beyond_the_signal_gives_zeros():
    strength = onset.onset_strength(S=LEVELS, lag=80)
    assert strength.shape == (50,)
    assert not strength.any()


def test_detect_finds_pulses_where_they_are():
    found = onset.onset_detect(onset_envelope=ENVELOPE, wait=5)
    np.testing.assert_array_equal(found, np.arange(3, 110, 12))
    mask = onset.onset_detect(onset_envelope=TWO_ENVELOPES, wait=5, sparse=False)
    np.testing.assert_array_equal(np.flatnonzero(mask[0]), found)


@pytest.mark.parametrize(("units", "factor"), [("samples", 64), ("time", 64 / 8000)])
def test_units(units, factor):
    arguments = {"onset_envelope": ENVELOPE, "sr": 8000, "hop_length": 64}
    frames = onset.onset_detect(**arguments)
    np.testing.assert_allclose(onset.onset_detect(**arguments, units=units), frames * factor, rtol=1e-15)


def test_backtracked_onsets_are_minima_not_after_the_onsets():
    events = np.arange(5, 110, 7)
    back = onset.onset_backtrack(events, ENVELOPE)
    assert np.all(back <= events)
    inner = back[back > 0]
    assert np.all(ENVELOPE[inner] <= ENVELOPE[inner - 1])
    assert np.all(ENVELOPE[inner] < ENVELOPE[inner + 1])


def test_the_input_is_left_alone():
    envelope = ENVELOPE.copy()
    onset.onset_detect(onset_envelope=envelope, backtrack=True)
    np.testing.assert_array_equal(envelope, ENVELOPE)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: onset.onset_detect(), "onset_envelope=None"),
        (lambda: onset.onset_detect(onset_envelope=ENVELOPE, units="beats"), "units='beats'"),
        (lambda: onset.onset_detect(onset_envelope=ENVELOPE, backtrack=True, sparse=False), "sparse=True"),
        (lambda: onset.onset_detect(onset_envelope=TWO_ENVELOPES), "sparse=False"),
        (lambda: onset.onset_strength(), "y=None and S=None"),
        (lambda: onset.onset_strength(y=Y, aggregate=False), "onset_strength_multi"),
        (lambda: onset.onset_strength(y=Y, lag=0), "lag=0"),
        (lambda: onset.onset_strength(y=Y, lag=1.5), r"lag=1\.5"),
        (lambda: onset.onset_strength(y=Y, max_size=0), "max_size=0"),
        (lambda: onset.onset_strength(S=LEVELS, ref=LEVELS[:3]), r"ref.shape=\(3, 50\)"),
        (lambda: onset.onset_strength(S=LEVELS, hop_length=0), "hop_length=0"),
        (lambda: onset.onset_strength(y=[0.0, 1.0]), "y is list"),
        (lambda: onset.onset_strength(y=np.arange(9)), "int64"),
        (lambda: onset.onset_strength(y=Y * np.nan, **PLAIN), "nan"),
        (lambda: onset.onset_backtrack(np.array([], int), ENVELOPE), "events"),
    ],
)
def test_bad_input(call, message):
    with pytest.raises(fastspec.ParameterError, match=message):
        call()


@pytest.mark.parametrize("name", ["top_db", "amin", "check_finite", "no_such"])
def test_arguments_that_melspectrogram_has_not(name):
    with pytest.raises(TypeError, match=name):
        onset.onset_strength(y=Y, **{name: 1})


def test_strength_of_another_feature():
    """Its magnitudes, in decibels, in place of the mel bands."""

    def bands(*, y, sr, n_fft, hop_length, n_bands):
        return -(np.abs(fastspec.stft(y, n_fft=n_fft, hop_length=hop_length)[:n_bands]) ** 2)

    y = Y[:8000]
    S = fastspec.power_to_db(-bands(y=y, sr=22050, n_fft=512, hop_length=128, n_bands=50))
    found = onset.onset_strength(y=y, n_fft=512, hop_length=128, feature=bands, n_bands=50)
    np.testing.assert_allclose(found, onset.onset_strength(S=S, n_fft=512, hop_length=128), rtol=1e-5)


def test_nothing_to_look_for_onsets_in():
    with pytest.raises(fastspec.ParameterError, match=r"onset_envelope.shape=\(0,\) holds no frames"):
        onset.onset_detect(onset_envelope=np.zeros(0))
    with pytest.raises(fastspec.ParameterError, match=r"S.shape=\(0, 5\) has no bands"):
        onset.onset_strength_multi(S=np.zeros((0, 5)))
