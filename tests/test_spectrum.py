"""Spectra: librosa's record, the error of the FFT, dtypes, memory layouts, `out`, magnitudes, phases."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.signal
from support import reference, spectral_goldens
from support.spectral_signals import noise, spikes

import fastspec
from fastspec.core.spectrum._stft import _spectrogram

EXTENDED = pytest.mark.skipif(
    np.finfo(np.longdouble).eps == np.finfo(np.float64).eps,
    reason="long double is double here: nothing judges float64",
)
DTYPES = [np.float32, pytest.param(np.float64, marks=EXTENDED)]


@pytest.mark.parametrize(
    "case", spectral_goldens.cases("stft", "_spectrogram", "magphase"), ids=lambda case: case["call"]
)
def test_as_librosa(case):
    spectral_goldens.check(case)


# The error of the FFT


def uniform_frames(n_fft: int, dtype) -> np.ndarray:
    n_frames = max(8, min(128, 100_000 // n_fft))
    return np.random.default_rng(n_fft).uniform(-1, 1, n_frames * n_fft).astype(dtype)


def errors_on_noise(n_fft: int, dtype) -> np.ndarray:
    """Uniform noise, no window: the error is the FFT's own. In u sqrt(log2 n), see reference.fft_errors."""
    y = uniform_frames(n_fft, dtype)
    D = fastspec.stft(y, n_fft=n_fft, hop_length=n_fft, window="boxcar", center=False)
    truth = reference.stft(reference.wider(y), n_fft=n_fft, hop_length=n_fft, window_name="boxcar", center=False)
    return reference.fft_errors(D, truth, n_fft)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(
    "n_fft",
    [64, 80, 81, 100, 128, 160, 210, 243, 256, 320, 400, 512, 729, 735, 882, 1000, 1024, 2048, 2500, 4096, 6000, 16384],
)
def test_error_of_smooth_lengths(n_fft, dtype):
    # RELIABILITY.md, A: SciPy's float32 FFT has 0.54 to 0.67 and at most 0.79.
    errors = errors_on_noise(n_fft, dtype)
    assert errors.mean() <= 0.70
    assert errors.max() <= 1.0


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("n_fft", [66, 88, 104, 127, 131, 509, 527, 1009, 1018, 2039, 4093])
def test_error_of_other_lengths(n_fft, dtype):
    # Bluestein's convolution is two FFTs of twice the length.
    assert errors_on_noise(n_fft, dtype).max() <= 1.5


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("n_fft", [400, 512, 1009, 2048])
def test_window_adds_little_error(n_fft, dtype):
    # Rounding w and w y adds up to 1 u in L2, about 0.3 in the unit at these lengths.
    y = uniform_frames(n_fft, dtype)
    D = fastspec.stft(y, n_fft=n_fft, hop_length=n_fft // 4)
    truth = reference.stft(reference.wider(y), n_fft=n_fft, hop_length=n_fft // 4)
    assert reference.fft_errors(D, truth, n_fft).max() <= 1.8


@pytest.mark.parametrize("scale", [2.0**-60, 2.0**60])
def test_error_is_relative(scale):
    y = noise(4096)
    D = fastspec.stft(y, n_fft=512, window="boxcar")
    np.testing.assert_array_equal(
        fastspec.stft(y * np.float32(scale), n_fft=512, window="boxcar"), D * np.float32(scale)
    )


# Dtypes, layouts


@pytest.mark.parametrize(
    ("given", "dtype", "wanted"),
    [
        (np.float32, None, np.complex64),
        (np.float64, None, np.complex128),
        (np.float16, None, np.complex64),
        (np.float32, np.complex128, np.complex128),
        (np.float64, np.complex64, np.complex64),
        (np.float64, "complex64", np.complex64),
    ],
)
def test_dtype(given, dtype, wanted):
    y = noise(300, dtype=given)
    D = fastspec.stft(y, n_fft=64, dtype=dtype)
    assert D.dtype == wanted
    truth = reference.stft(y.astype(np.float64), n_fft=64, hop_length=16)
    wide = wanted == np.complex128
    assert reference.fft_errors(D.astype(np.complex128 if wide else np.complex64), truth, 64).max() < 1.8


def test_frames_are_contiguous():
    assert fastspec.stft(noise(300), n_fft=64).flags.f_contiguous
    D = fastspec.stft(noise(2, 3, 300), n_fft=64)
    assert D.shape == (2, 3, 33, 19)
    assert all(channel.flags.f_contiguous for channel in D.reshape(6, 33, 19))


# out=


def outs(shape, dtype):
    """Arrays of one shape in all the memory orders that a caller may have."""
    yield np.full(shape, 7, dtype)
    yield np.full(shape, 7, dtype, order="F")
    yield np.full(shape[::-1], 7, dtype).T
    yield np.full((*shape[:-1], 2 * shape[-1]), 7, dtype)[..., ::2]
    yield np.full((*shape[:-2], 3 * shape[-2], shape[-1]), 7, dtype)[..., ::3, :]
    yield np.full(shape, 7, dtype)[..., ::-1]
    yield np.full(shape, 7, dtype)[..., ::-1, :]
    yield np.full((*shape[:-1], shape[-1] + 5), 7, dtype)


@pytest.mark.parametrize("leading", [(), (2,), (2, 3)])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_out_holds_the_same_bits(leading, dtype):
    y = noise(*leading, 500, dtype=dtype)
    fresh = fastspec.stft(y, n_fft=60, hop_length=13)
    for out in outs(fresh.shape, fresh.dtype):
        result = fastspec.stft(y, n_fft=60, hop_length=13, out=out)
        assert result is out or np.shares_memory(result, out)
        assert (result is out) == (out.shape == fresh.shape)
        np.testing.assert_array_equal(result, fresh)
        assert (out[..., fresh.shape[-1] :] == 7).all()


@pytest.mark.parametrize("out_dtype", [np.complex64, np.complex128, ">c8", ">c16"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_out_decides_the_dtype(dtype, out_dtype):
    y = noise(500, dtype=dtype)
    wanted = fastspec.stft(y, n_fft=60, dtype=np.dtype(out_dtype).newbyteorder("="))
    out = np.full(wanted.shape, 7, out_dtype)
    assert fastspec.stft(y, n_fft=60, out=out) is out
    np.testing.assert_allclose(out, wanted, rtol=0, atol=1e-6 * np.abs(wanted).max())


@pytest.mark.parametrize("shape", [(0,), (2, 0)])
def test_out_of_no_samples(shape):
    y = np.zeros(shape, np.float32)
    out = np.full((*shape[:-1], 31, 1), 7, np.complex64)
    with pytest.warns(UserWarning, match="n_fft=60 is too large"):
        assert fastspec.stft(y, n_fft=60, out=out) is out
    assert not out.any()


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("layout", [np.asarray, np.asfortranarray, lambda y: np.repeat(y, 2, axis=-1)[..., ::2]])
def test_out_is_untouched_where_samples_are_not_finite(bad, layout):
    y = layout(np.ones((2, 500), np.float32))
    y[1, 499] = bad
    out = np.full((2, 31, 34), 7, np.complex64)
    with pytest.raises(fastspec.ParameterError, match=r"y\[1, 499\]"):
        fastspec.stft(y, n_fft=60, out=out)
    assert (out == 7).all()


# Magnitudes


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("power", [1, 2, 0.5, 3])
def test_spectrogram_is_the_magnitude_of_the_stft(dtype, power):
    y = noise(2, 2000, dtype=dtype)
    S, n_fft = _spectrogram(y=y, n_fft=256, hop_length=64, power=power)
    D = np.abs(fastspec.stft(y, n_fft=256, hop_length=64)).astype(np.longdouble) ** power
    u = reference.ROUNDOFF[np.dtype(dtype)]
    # |X|^2 is within 2 u, its root 2 u, |D| of numpy 2 u: a power multiplies that.
    np.testing.assert_allclose(S, D.astype(dtype), rtol=6 * u * max(1, power), atol=0)
    assert (S.dtype, n_fft) == (dtype, 256)


def test_given_spectrogram_is_handed_back():
    S = noise(33, 4)
    for n_fft, wanted in [(None, 64), (64, 64), (65, 65), (10, 64)]:
        same, n_fft_found = _spectrogram(S=S, n_fft=n_fft)
        assert same is S
        assert n_fft_found == wanted


@pytest.mark.parametrize("dtype", [np.complex64, np.complex128])
def test_magnitude_times_phase_is_the_spectrum(dtype):
    D = fastspec.stft(noise(2, 2000, dtype=np.float64), n_fft=512).astype(dtype)
    S, P = fastspec.magphase(D)
    u = reference.ROUNDOFF[np.dtype(dtype)]
    np.testing.assert_allclose(S * P, D, rtol=4 * u)
    np.testing.assert_allclose(np.abs(P), 1, rtol=4 * u)
    np.testing.assert_array_equal(fastspec.magphase(D, power=2)[0], S**2)
    np.testing.assert_array_equal(fastspec.magphase(D, power=2)[1], P)


def test_phase_of_silence_is_one_and_denormals_keep_theirs():
    S, P = fastspec.magphase(spikes())
    assert (P.ravel()[:2] == 1).all()
    assert (S.ravel()[:2] == 0).all()
    assert P.ravel()[5:7].tolist() == [1, -1j]
    assert (S.ravel()[5:8] > 0).all()


@pytest.mark.parametrize("kind", ["c8", "c16", ">c8", ">c16", "G"])
def test_phase_has_the_dtype_of_the_spectrum(kind):
    D = spikes().astype(kind)
    S, P = fastspec.magphase(D)
    assert P.dtype == D.dtype
    assert S.dtype == np.abs(D).dtype


def test_padding_that_numpy_leaves_unset_is_zeros():
    y = noise(3000)
    np.testing.assert_array_equal(fastspec.stft(y, n_fft=512, pad_mode="empty"), fastspec.stft(y, n_fft=512))


@pytest.mark.parametrize("window", [("general_cosine", [0.5, 0.3, 0.2]), ("kaiser", np.array(3.0))])
def test_windows_whose_parameters_have_no_hash(window):
    y = noise(3000)
    want = fastspec.stft(y, n_fft=512, window=scipy.signal.get_window(window, 512))
    np.testing.assert_array_equal(fastspec.stft(y, n_fft=512, window=window), want)
