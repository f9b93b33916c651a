"""Levels: librosa's record of decibels, the formula in float64, peaks and references, logmel's short cut."""

from __future__ import annotations

import numpy as np
import pytest
from support import reference, spectral_goldens
from support.spectral_signals import median, noise, power

import fastspec

NAMES = ("power_to_db", "amplitude_to_db", "db_to_power", "db_to_amplitude")

# The level of x is 10 log10 x + offset. The product is good to 2 ulp of the logarithm and the sum rounds
# once: levels up to 256 dB have an ulp of 3.1e-5 in float32 and 5.7e-14 in float64.
ULP_OF_LEVELS = {np.dtype(np.float32): 3.1e-5, np.dtype(np.float64): 5.7e-14}


@pytest.mark.parametrize("case", spectral_goldens.cases(*NAMES), ids=lambda case: case["call"])
def test_as_librosa(case):
    spectral_goldens.check(case)


def assert_levels(found, truth):
    np.testing.assert_allclose(found, truth, rtol=0, atol=2 * ULP_OF_LEVELS[found.dtype])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(
    "options", [{}, {"ref": 1e-3}, {"amin": 1e-7}, {"top_db": None}, {"top_db": 20.0}, {"ref": -2.0}]
)
@pytest.mark.parametrize("shape", [(1, 1), (5, 1000), (3, 17, 9), (129, 700)])
def test_decibels_are_ten_logarithms(shape, options, dtype):
    S = power(*shape, dtype=dtype)
    L = fastspec.power_to_db(S, **options)
    assert L.dtype == dtype
    assert_levels(L, reference.decibels(S.astype(np.float64), **options))


def test_decibels_of_every_magnitude():
    # Both ends of the range, all mantissas near 1, where the logarithm cancels, and every power of two.
    S = np.concatenate(
        [
            np.geomspace(1e-37, 1e37, 20_001, dtype=np.float32),
            np.float32(1) + np.arange(-4000, 4000, dtype=np.float32) * np.float32(2**-23),
            np.exp2(np.arange(-126, 128)).astype(np.float32),
        ]
    )
    L = fastspec.power_to_db(S, amin=1e-45, top_db=None)
    truth = 10 * np.log10(S.astype(np.float64))
    # 2 ulp of the logarithm (RELIABILITY.md, A), relative near 1; the offset of 0 dB adds nothing.
    np.testing.assert_allclose(L, truth, rtol=3 * 2.0**-23, atol=0)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_denormals_are_not_flushed(dtype):
    tiny = np.finfo(dtype).smallest_subnormal
    S = tiny * np.array([1, 2, 1000, 2**20], dtype)
    L = fastspec.power_to_db(S, amin=float(tiny), top_db=None)
    np.testing.assert_allclose(L, 10 * np.log10(S.astype(np.longdouble)).astype(np.float64), rtol=1e-6)


def test_amplitude_is_the_root_of_power():
    S = noise(40, 50)
    # Squares round once, 4.3 u dB.
    np.testing.assert_allclose(
        fastspec.amplitude_to_db(S), fastspec.power_to_db(S.astype(np.float64) ** 2), rtol=0, atol=7e-5
    )


@pytest.mark.parametrize("ref", [np.max, np.min, np.mean, median])
def test_reference_is_taken_of_each_channel(ref):
    S = power(4, 30, 20) * np.array([1, 10, 1e3, 1e-2], np.float32)[:, None, None]
    L = fastspec.power_to_db(S, ref=ref, top_db=30)
    for channel, one in zip(S, L, strict=True):
        assert_levels(one, fastspec.power_to_db(channel, ref=ref, top_db=30))


def test_peak_is_taken_over_the_axes_named():
    S = power(4, 30, 20, dtype=np.float64)
    for axes in (None, 0, -1, (0, 2), (-2, -1), (0, 1, 2)):
        L = 10 * np.log10(np.maximum(S, 1e-10))
        truth = np.maximum(L, L.max(axis=axes, keepdims=True) - 25)
        assert_levels(fastspec.power_to_db(S, top_db=25, axes=axes), truth)
    for wrong in ("ab", (0.5,), [1j]):
        with pytest.raises(fastspec.DTypeError, match=r"axes=.* must be None, 'auto', an axis or a tuple of axes"):
            fastspec.power_to_db(S, top_db=25, axes=wrong)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", ["power_to_db", "amplitude_to_db"])
def test_peak_of_ref_max_is_zero_exactly(name, dtype):
    # As it is in librosa, where the same function computes both logarithms.
    for seed in range(50):
        assert getattr(fastspec, name)(noise(30, 20, seed=seed, dtype=dtype) ** 2 / 7, ref=np.max).max() == 0


@pytest.mark.parametrize("shape", [(7,), (64, 5), (1000, 300)])
@pytest.mark.parametrize("name", ["power_to_db", "amplitude_to_db"])
@pytest.mark.parametrize("options", [{}, {"ref": np.max, "top_db": None}])
def test_nan_spoils_its_slice_wherever_it_stands(shape, name, options):
    for at in (0, 1, -1):
        S = power(*shape)
        S.flat[at] = np.nan
        assert np.isnan(getattr(fastspec, name)(S, **options)).all()
        assert np.isnan(getattr(fastspec, name)(S, top_db=None)).sum() == 1


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", ["power_to_db", "amplitude_to_db"])
def test_each_channel_has_the_bits_that_it_has_alone(name, dtype):
    """Of three and four dimensions, in any memory order; and they are within 2 ulp of the formula."""
    to_db = getattr(fastspec, name)
    factor = 10 if name == "power_to_db" else 20
    for shape in ((3, 33, 21), (2, 3, 17, 5)):
        S = power(*shape, dtype=dtype, seed=len(shape)) + dtype(1e-4)  # above amin
        for stored in (S, np.asfortranarray(S), S[..., ::-1], S.swapaxes(-1, -2)):
            L = to_db(stored, top_db=None)
            for channel in np.ndindex(stored.shape[:-2]):
                np.testing.assert_array_equal(L[channel], to_db(stored[channel], top_db=None))
            clamped = to_db(stored, top_db=40)
            for channel in np.ndindex(stored.shape[:-2]):
                np.testing.assert_array_equal(clamped[channel], to_db(stored[channel], top_db=40))
        truth = factor * np.log10(S.astype(np.longdouble))
        ulp = np.spacing(np.abs(truth).astype(dtype)).astype(np.longdouble)
        assert (np.abs(to_db(S, top_db=None) - truth) <= 2 * ulp).all()


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("name", ["power_to_db", "amplitude_to_db"])
def test_memory_order_is_kept_and_the_input_left_alone(name, order):
    S = np.asarray(power(33, 40), order=order)
    before = S.copy(order="K")
    L = getattr(fastspec, name)(S)
    assert L.strides == S.strides
    np.testing.assert_array_equal(S, before)


def test_strides_do_not_matter():
    S = power(40, 60)
    for view in (S[:, ::2], S[::-1], S.T, np.broadcast_to(S[0], (9, 60)), S.astype(">f4")):
        assert_levels(fastspec.power_to_db(view), fastspec.power_to_db(view.astype("f4", order="C")))


@pytest.mark.parametrize("name", ["power", "amplitude"])
@pytest.mark.parametrize("ref", [1.0, 0.01, 20.0])
def test_levels_and_back(name, ref):
    S = power(20, 30, dtype=np.float64) + 1e-9
    there = getattr(fastspec, f"{name}_to_db")(S, ref=ref, amin=1e-12, top_db=None)
    np.testing.assert_allclose(getattr(fastspec, f"db_to_{name}")(there, ref=ref), S, rtol=1e-13)


@pytest.mark.parametrize("name", NAMES)
def test_half_precision_stays(name):
    S = power(4, 5, dtype=np.float16) + np.float16(0.25)  # amin and its square are zero in half precision
    result = getattr(fastspec, name)(S)
    assert result.dtype == np.float16
    np.testing.assert_allclose(result, getattr(fastspec, name)(S.astype(np.float64)), rtol=4e-3, atol=4e-3)


def test_lists_are_taken_as_arrays():
    assert fastspec.db_to_power([0.0, 20.0]).tolist() == [1.0, 100.0]
    assert fastspec.db_to_amplitude([0.0, 20.0]).tolist() == [1.0, 10.0]


# logmel


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("exponent", [1, 2, 0.5])
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"ref": np.max},
        {"ref": np.max, "top_db": None},
        {"ref": median},
        {"ref": 0.25},
        {"ref": -2.0},
        {"ref": 0.0},
        {"amin": 0.5},
        {"amin": 1e-30, "top_db": None},
        {"top_db": 3.0},
        {"top_db": 0},
    ],
)
def test_logmel_is_the_level_of_the_melspectrogram(options, exponent, dtype):
    y = noise(2, 3000, dtype=dtype) * np.array([[1], [1e-3]], dtype)
    stft = {"n_fft": 256, "hop_length": 64, "n_mels": 24, "power": exponent}
    L = fastspec.feature.logmel(y=y, **stft, **options)
    assert L.dtype == dtype
    assert_levels(L, fastspec.power_to_db(fastspec.feature.melspectrogram(y=y, **stft), **options))


@pytest.mark.parametrize("pad_mode", ["constant", "edge", "reflect", "symmetric", "linear_ramp"])
@pytest.mark.parametrize("n", [2048, 2500, 4095, 5000])
@pytest.mark.parametrize("offset", [0.0, 0.9])
def test_peak_counts_frames_only(pad_mode, n, offset):
    """The last tile of frames is rarely full; what its spare lanes see must not be anyone's peak."""
    y = noise(n) * np.float32(1e-3)
    y[-100:] += np.float32(offset)
    stft = {"y": y, "n_fft": 256, "hop_length": 256, "n_mels": 20, "pad_mode": pad_mode}
    wanted = fastspec.power_to_db(fastspec.feature.melspectrogram(**stft), ref=np.max, top_db=10)
    assert_levels(fastspec.feature.logmel(**stft, ref=np.max, top_db=10), wanted)


@pytest.mark.parametrize("n", [1000, 1023, 1100, 2047, 4000])
def test_peak_does_not_count_samples_after_the_last_frame(n):
    y = noise(n) * np.float32(1e-3)
    n_left_over = (n - 256) % 128
    if n_left_over:
        y[-n_left_over:] = 0.9
    stft = {"y": y, "n_fft": 256, "hop_length": 128, "n_mels": 20, "center": False}
    wanted = fastspec.power_to_db(fastspec.feature.melspectrogram(**stft), ref=np.max, top_db=10)
    assert_levels(fastspec.feature.logmel(**stft, ref=np.max, top_db=10), wanted)


def test_silence_has_the_level_of_amin():
    y = np.zeros(3000, np.float32)
    options = {"y": y, "n_fft": 256, "n_mels": 20}
    np.testing.assert_allclose(fastspec.feature.logmel(**options), -100, atol=2e-5)
    np.testing.assert_allclose(fastspec.feature.logmel(**options, ref=np.max), 0, atol=2e-5)
    np.testing.assert_allclose(fastspec.feature.logmel(**options, amin=1e-3, top_db=None), -30, atol=2e-5)
