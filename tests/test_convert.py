"""core.convert: every call of librosa's record, the definitions in plain Python, and what must fail."""

from __future__ import annotations

import math
import warnings

import numpy as np
import pytest
from support.calls import check, load

import fastspec
from fastspec.core import convert

# What differs is the log and exp of the machine, a few ulp (2.2e-16) each, and in dB also the order of the
# terms, of which the largest is 350 dB: 350 * 10 ulp < 1e-12.
RTOL = ATOL = 1e-12
# librosa squares float32 frequencies in float32; its error is up to 3 log10 terms of 160 dB * 6e-8.
ATOL_WEIGHTS_SINGLE = 5e-5

FREQUENCIES = np.geomspace(1.0, 24000.0, 301)


@pytest.mark.parametrize("case", load("convert"), ids=lambda case: case["call"])
def test_as_librosa(case):
    single = "_weighting(" in case["call"] and "float32" in case["call"]
    check(case, fastspec, rtol=RTOL, atol=ATOL_WEIGHTS_SINGLE if single else ATOL)


def test_module_exports_what_the_stubs_promise():
    for name in convert.__all__:
        if name != "WEIGHTING_FUNCTIONS":
            assert getattr(fastspec, name) is getattr(fastspec.core, name) is getattr(convert, name)


# Time


@pytest.mark.parametrize("hop_length", [1, 160, 512])
@pytest.mark.parametrize("n_fft", [None, 401, 2048])
def test_frames_survive_the_way_to_samples_and_back(hop_length, n_fft):
    frames = np.arange(1000)
    samples = convert.frames_to_samples(frames, hop_length=hop_length, n_fft=n_fft)
    np.testing.assert_array_equal(convert.samples_to_frames(samples, hop_length=hop_length, n_fft=n_fft), frames)


def test_samples_survive_the_way_to_time_and_back_at_a_power_of_two():
    samples = np.arange(0, 1 << 20, 997)  # sr = 2^14 divides exactly, other rates cut n - 1e-16 down to n - 1
    times = convert.samples_to_time(samples, sr=16384)
    np.testing.assert_array_equal(convert.time_to_samples(times, sr=16384), samples)


@pytest.mark.parametrize("dtype", [np.int8, np.uint8, np.int16, np.uint16, np.int32, np.uint32])
def test_narrow_integers_do_not_overflow(dtype):
    frames = np.array([0, 1, 127], dtype=dtype)
    assert convert.frames_to_samples(frames).tolist() == [0, 512, 65024]
    assert convert.samples_to_frames(frames, hop_length=1, n_fft=512).tolist() == [-256, -255, -129]
    assert convert.time_to_samples(frames, sr=44100).tolist() == [0, 44100, 5600700]
    assert convert.blocks_to_frames(frames, block_length=1000).tolist() == [0, 1000, 127000]


def test_like_takes_anything_with_a_shape():
    assert convert.samples_like([[1, 2, 3]]).tolist() == [0, 512, 1024]
    assert convert.times_like([[1, 2, 3]], axis=0).tolist() == [0.0]


@pytest.mark.parametrize(("X", "axis"), [(np.zeros((2, 3)), 2), (np.zeros((2, 3)), -3), (np.array(5), -1)])
def test_like_needs_the_axis(X, axis):
    with pytest.raises(fastspec.ParameterError, match=rf"axis={axis} .*X\.shape="):
        convert.times_like(X, axis=axis)


# Frequency scales


def slaney(hz: float) -> float:
    return 3 * hz / 200 if hz < 1000 else 15 + 27 * math.log(hz / 1000) / math.log(6.4)


def htk(hz: float) -> float:
    return 2595 * math.log10(1 + hz / 700)


@pytest.mark.parametrize(("scale", "is_htk"), [(slaney, False), (htk, True)])
def test_mel_scale_is_its_definition(scale, is_htk):
    wanted = [scale(hz) for hz in FREQUENCIES]
    np.testing.assert_allclose(convert.hz_to_mel(FREQUENCIES, htk=is_htk), wanted, rtol=1e-14)


@pytest.mark.parametrize("is_htk", [False, True])
def test_mels_survive_the_way_to_hz_and_back(is_htk):
    # HTK's 10^x - 1 loses 700 Hz * 2 ulp absolutely, 3e-13 of the lowest frequency, 1 Hz
    there = convert.hz_to_mel(FREQUENCIES, htk=is_htk)
    np.testing.assert_allclose(convert.mel_to_hz(there, htk=is_htk), FREQUENCIES, rtol=1e-12)


@pytest.mark.parametrize("is_htk", [False, True])
def test_mel_frequencies_are_even_in_mels(is_htk):
    mels = convert.hz_to_mel(convert.mel_frequencies(64, fmin=50, fmax=8000, htk=is_htk), htk=is_htk)
    np.testing.assert_allclose(np.diff(mels), (mels[-1] - mels[0]) / 63, rtol=1e-11)


def test_input_is_left_alone():
    frequencies = np.array([100.0, 5000.0])
    for function in (
        convert.hz_to_mel,
        convert.mel_to_hz,
        convert.hz_to_octs,
        convert.A_weighting,
        convert.D_weighting,
    ):
        function(frequencies)
        assert frequencies.tolist() == [100.0, 5000.0]


def test_pitch_scales_are_their_definitions():
    midi = [69 + 12 * math.log2(hz / 440) for hz in FREQUENCIES]
    np.testing.assert_allclose(convert.hz_to_midi(FREQUENCIES), midi, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(convert.midi_to_hz(midi), FREQUENCIES, rtol=1e-13)
    np.testing.assert_allclose(convert.hz_to_octs(FREQUENCIES), (np.array(midi) - 21) / 12, rtol=0, atol=1e-13)
    np.testing.assert_allclose(convert.octs_to_hz(convert.hz_to_octs(FREQUENCIES)), FREQUENCIES, rtol=1e-13)
    np.testing.assert_allclose(convert.tuning_to_A4(convert.A4_to_tuning([415.3, 440, 466.2])), [415.3, 440, 466.2])


@pytest.mark.parametrize("n_fft", [1, 2, 7, 512])
def test_fft_frequencies_are_multiples_of_the_bin(n_fft):
    wanted = [k * 44100 / n_fft for k in range(n_fft // 2 + 1)]
    np.testing.assert_allclose(convert.fft_frequencies(sr=44100, n_fft=n_fft), wanted, rtol=1e-15)


def test_tempo_axes_are_their_definitions():
    np.testing.assert_allclose(convert.tempo_frequencies(5)[1:], [60 * 22050 / (512 * k) for k in range(1, 5)])
    np.testing.assert_allclose(
        convert.fourier_tempo_frequencies(win_length=8), [60 * 22050 / 512 * k / 8 for k in range(5)]
    )


def test_cqt_frequencies_double_each_octave():
    frequencies = convert.cqt_frequencies(49, fmin=30.0, bins_per_octave=24, tuning=0.5)
    np.testing.assert_allclose(frequencies[24:] / frequencies[:-24], 2.0, rtol=1e-15)
    assert frequencies[0] == pytest.approx(30.0 * 2 ** (0.5 / 24), rel=1e-15)


# Weightings

RAD = 2 * np.pi
LOW, HIGH = -20.598997 * RAD, -12194.217 * RAD
ANALOG = {  # zeros at 0, poles in rad/s, level added so that 1 kHz has 0 dB, to the standard's decimals
    "A": (4, [LOW, LOW, HIGH, HIGH, -107.65265 * RAD, -737.86223 * RAD], 2.0),
    "B": (3, [LOW, LOW, HIGH, HIGH, -158.48932 * RAD], 0.17),
    "C": (2, [LOW, LOW, HIGH, HIGH], 0.062),
}


@pytest.mark.parametrize("kind", "ABC")
def test_weighting_is_the_level_of_the_analog_filter(kind):
    signal = pytest.importorskip("scipy.signal")
    zeros, poles, offset = ANALOG[kind]
    response = signal.freqs_zpk([0] * zeros, poles, HIGH**2, worN=FREQUENCIES * RAD)[1]
    wanted = 20 * np.log10(np.abs(response)) + offset
    # the level of HIGH**2 and of the poles is up to 600 dB: 600 * 2.2e-16 * a few
    found = convert.frequency_weighting(FREQUENCIES, kind=kind, min_db=None)
    np.testing.assert_allclose(found, wanted, rtol=0, atol=1e-11)


def test_d_weighting_is_the_level_of_the_analog_filter():
    signal = pytest.importorskip("scipy.signal")
    numerator = 91104.32 * np.polymul([1, 0], [1, 6532, 4.0975e7])
    denominator = np.polymul(np.polymul([1, 1776.3], [1, 7288.5]), [1, 21514, 3.8836e8])
    wanted = 20 * np.log10(np.abs(signal.freqs(numerator, denominator, worN=FREQUENCIES * RAD)[1]))
    # the analog coefficients are published to five digits: 20 log10(1 ± 1e-4 * a few)
    np.testing.assert_allclose(convert.D_weighting(FREQUENCIES, min_db=None), wanted, atol=0.01)


@pytest.mark.parametrize("kind", "ABCD")
def test_weighting_is_near_0_at_1khz(kind):
    assert abs(convert.frequency_weighting(1000.0, kind=kind)) < 0.05


@pytest.mark.parametrize("dtype", [np.float16, np.float32])
def test_weighting_of_narrow_floats_is_worked_out_in_float64(dtype):
    frequencies = np.array([30, 1000, 16000], dtype=dtype)
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # f² of 16 kHz overflows float16
        found = convert.A_weighting(frequencies)
    np.testing.assert_array_equal(found, convert.A_weighting(frequencies.astype(np.float64)))


def test_z_weighting_has_the_shape_of_the_others():
    assert convert.Z_weighting(440.0) == 0.0
    assert convert.multi_frequency_weighting(np.full((2, 3), 440.0)).shape == (3, 2, 3)


def test_weighting_warns_at_the_caller():
    with pytest.warns(UserWarning, match="B-weighting") as caught:
        convert.B_weighting([0.0, 100.0], min_db=None)
    assert caught[0].filename == __file__


@pytest.mark.parametrize("kind", ["Q", 3, ""])
def test_unknown_weighting_is_a_key_error_with_a_plain_message(kind):
    with pytest.raises(KeyError) as caught:
        convert.frequency_weighting([1.0], kind=kind)
    assert isinstance(caught.value, fastspec.ParameterError)
    assert str(caught.value).startswith(f"kind={kind!r} is not known; use one of A, B")


# Names


@pytest.mark.parametrize("key", ["C:maj", "F#:min", "Eb:dor"])
def test_notes_survive_the_way_to_names_and_back(key):
    midi = np.arange(12, 120)
    np.testing.assert_array_equal(convert.note_to_midi(convert.midi_to_note(midi, key=key)), midi)


def test_cents_are_kept():
    midi = np.linspace(40, 80, 1001)
    found = convert.note_to_midi(convert.midi_to_note(midi, cents=True), round_midi=False)
    np.testing.assert_allclose(found, midi, atol=0.0151)  # rounded to cents, then cut to whole ones


def test_natural_sign_n_reads_as_in_keys():
    assert convert.note_to_midi("Cn4") == 60


@pytest.mark.parametrize(
    ("name", "dtype"),
    [
        ("C4", float),
        ("C#4", np.int64),
        ("C#4+5", float),
        ("C4+5", float),
        (["C#4", "Db4"], np.int64),
        (["C4", "Db"], float),
    ],
)
def test_unrounded_midi_has_librosas_dtype(name, dtype):
    assert convert.note_to_midi(name, round_midi=False).dtype == dtype


@pytest.mark.parametrize(
    ("function", "options"),
    [
        (convert.midi_to_note, {}),
        (convert.hz_to_note, {}),
        (convert.midi_to_svara_h, {"Sa": 60}),
        (convert.midi_to_svara_c, {"Sa": 60, "mela": 1}),
        (convert.hz_to_fjs, {"fmin": 440.0}),
    ],
)
def test_no_numbers_have_no_names(function, options):
    found = function(np.zeros((0, 3)), **options)
    assert found.shape == (0, 3)
    assert found.dtype.kind == "U"


def test_first_argument_works_by_name():
    assert convert.midi_to_note(midi=60) == "C4"
    assert convert.midi_to_svara_h(midi=60, Sa=60) == "S"


# Arguments that must fail


@pytest.mark.parametrize("value", [None, "440", b"440", ["a"], np.datetime64("2020-01-01")])
@pytest.mark.parametrize(
    "function",
    [
        convert.frames_to_samples,
        convert.samples_to_time,
        convert.hz_to_mel,
        convert.mel_to_hz,
        convert.hz_to_midi,
        convert.midi_to_hz,
        convert.A4_to_tuning,
        convert.tuning_to_A4,
        convert.octs_to_hz,
        convert.C_weighting,
        convert.Z_weighting,
        convert.midi_to_note,
        convert.hz_to_fjs,
    ],
)
def test_no_numbers(function, value):
    with pytest.raises(fastspec.DTypeError, match="holds no numbers"):
        function(value)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: convert.fft_frequencies(n_fft=0), "n_fft=0"),
        (lambda: convert.fft_frequencies(n_fft=-4), "n_fft=-4"),
        (lambda: convert.fft_frequencies(sr=0), "sr=0"),
        (lambda: convert.fourier_tempo_frequencies(hop_length=0), "hop_length=0"),
        (lambda: convert.fourier_tempo_frequencies(win_length=0), "win_length=0"),
        (lambda: convert.tempo_frequencies(0), "n_bins=0"),
        (lambda: convert.cqt_frequencies(3, fmin=55, bins_per_octave=0), "bins_per_octave=0"),
        (lambda: convert.mel_frequencies(-2), "n_mels=-2"),
        (lambda: convert.hz_to_octs(440, bins_per_octave=0), "bins_per_octave=0"),
        (lambda: convert.multi_frequency_weighting([1.0], kinds=""), "kinds=''"),
        (lambda: convert.note_to_midi("H4"), "note='H4'"),
        (lambda: convert.midi_to_note(60, octave=False, cents=True), "cents=True"),
        (lambda: convert.hz_to_fjs([]), "frequencies.shape"),
    ],
)
def test_bad_value(call, message):
    with pytest.raises(fastspec.ParameterError) as caught:
        call()
    assert message in str(caught.value)
    assert isinstance(caught.value, ValueError)
