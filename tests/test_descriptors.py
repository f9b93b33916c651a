"""Spectral descriptors, rms and zero-crossing rate: librosa's goldens, float64 formulas, identities, memory
layouts."""

from __future__ import annotations

import numpy as np
import pytest
from support import calls
from support.feature_goldens import bench, check, tone
from support.spectral_signals import noise, power

import fastspec
from fastspec import feature
from fastspec._engine import ranges as _ranges

BENCH = bench(fastspec)
NAMES = ("spectral_centroid", "spectral_bandwidth", "spectral_contrast", "spectral_rolloff", "spectral_flatness")


@pytest.mark.parametrize("case", calls.load("descriptors"), ids=lambda case: case["call"][4:70])
def test_as_librosa(case):
    check(case, BENCH)


def truth(y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Magnitudes by numpy.fft in float64, and frequencies at 22050 Hz; 512 samples every 200."""
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(512) / 512)
    frames = np.lib.stride_tricks.sliding_window_view(np.pad(y.astype(np.float64), 256), 512)[::200]
    return np.abs(np.fft.rfft(window * frames)), np.fft.rfftfreq(512, 1 / 22050)


# A float32 spectrum is right to about 2e-6 of its largest bin; so are means over it.
@pytest.mark.parametrize(("dtype", "rtol"), [(np.float32, 1e-5), (np.float64, 1e-10)])
def test_centroid_and_bandwidth_are_mean_and_deviation(dtype, rtol):
    y = tone(3000, dtype)[:2400]
    S, f = truth(y)
    weights = S / S.sum(axis=1, keepdims=True)
    mean = weights @ f
    deviation = np.sqrt((weights * (f - mean[:, np.newaxis]) ** 2).sum(axis=1))
    options = {"n_fft": 512, "hop_length": 200}
    np.testing.assert_allclose(feature.spectral_centroid(y=y, **options)[0], mean, rtol=rtol)
    np.testing.assert_allclose(feature.spectral_bandwidth(y=y, **options)[0], deviation, rtol=rtol)


def test_narrow_band_far_from_zero_keeps_its_width():
    """The variance is not the small difference of two large moments."""
    S = np.full((1025, 2), 1e-12, np.float32)
    S[900:903, 0] = 1, 2, 1
    S[:, 1] = np.eye(1, 1025, 700)
    expected = np.sqrt(0.5) * 22050 / 2048
    bandwidth = feature.spectral_bandwidth(S=S)[0]
    np.testing.assert_allclose(bandwidth[0], expected, rtol=1e-4)
    assert bandwidth[1] < 0.05  # u (SECTION_WIDTH / 2 bins)^2 is (0.04 Hz)^2


@pytest.mark.parametrize("n_fft", [1 << 14, 1 << 19])
def test_frames_of_any_length(n_fft):
    """The bank of moments would take 32 GiB of the longer one."""
    y = tone(20000)
    S = np.abs(np.fft.rfft(y[:n_fft].astype(np.float64), n_fft))
    f = np.fft.rfftfreq(n_fft, 1 / 22050)
    padded, options = np.pad(y, (0, max(0, n_fft - y.size))), {"n_fft": n_fft, "window": "boxcar", "center": False}
    mean = S @ f / S.sum()
    assert feature.spectral_centroid(y=padded, **options)[0, 0] == pytest.approx(mean, rel=1e-4)
    deviation = np.sqrt(S @ (f - mean) ** 2 / S.sum())
    assert feature.spectral_bandwidth(y=padded, **options)[0, 0] == pytest.approx(deviation, rel=1e-4)


@pytest.mark.parametrize("p", [1, 2, 3])
def test_bandwidth_of_two_bins_is_half_their_distance(p):
    S = np.zeros((33, 1))
    S[[4, 20]] = 1
    assert feature.spectral_bandwidth(S=S, sr=64, p=p).item() == pytest.approx(8, rel=1e-12)


def test_rolloff_is_where_the_sum_passes_the_threshold():
    S = power(257, 40, dtype=np.float64)
    sums = np.cumsum(S, axis=0)
    expected = [np.searchsorted(column, 0.85 * column[-1]) for column in sums.T]
    np.testing.assert_array_equal(feature.spectral_rolloff(S=S, sr=512)[0], expected)


def test_flatness_of_noise_is_that_of_an_exponential_distribution():
    """E log of an exponential variable is -gamma: exp(-0.5772) = 0.561."""
    y = np.random.default_rng(0).standard_normal(60000)
    assert feature.spectral_flatness(y=y).mean() == pytest.approx(np.exp(-np.euler_gamma), abs=0.01)
    np.testing.assert_allclose(feature.spectral_flatness(y=np.zeros(4096)), np.ones((1, 9)), rtol=1e-13)


def test_contrast_is_the_ratio_of_sorted_bins():
    S = power(257, 6, dtype=np.float64) + 1e-3
    contrast = feature.spectral_contrast(S=S, linear=True, n_bands=1, fmin=43.1 * 100, quantile=0.1)
    low, high = np.sort(S[:100], axis=0), np.sort(S[100:], axis=0)  # 0..100 without the last, 100..256
    np.testing.assert_allclose(contrast[0], low[-10:].mean(axis=0) - low[:10].mean(axis=0), rtol=1e-12)
    np.testing.assert_allclose(contrast[1], high[-16:].mean(axis=0) - high[:16].mean(axis=0), rtol=1e-12)


@pytest.mark.parametrize("order", [0, 1, 2, 4])
def test_polynomials_come_back(order):
    f = fastspec.fft_frequencies(n_fft=64)
    coefficients = noise(order + 1, 7, dtype=np.float64) / 1e3 ** np.arange(order, -1, -1)[:, np.newaxis]
    S = np.polyval(coefficients[:, np.newaxis], f[:, np.newaxis])
    scale = 11025.0 ** np.arange(order, -1, -1)[:, np.newaxis]
    found = feature.poly_features(S=S, order=order)
    np.testing.assert_allclose(found * scale, coefficients * scale, atol=1e-10 * np.abs(S).max())


@pytest.mark.parametrize("freq", [None, np.arange(9.0)[:, np.newaxis] + np.arange(4.0)])
def test_polynomials_through_complex_values_need_no_cast(freq):
    S = np.random.default_rng(0).random((9, 4, 2)).view(complex)[..., 0]
    found = feature.poly_features(S=S, freq=freq)
    np.testing.assert_allclose(found.real, feature.poly_features(S=S.real.copy(), freq=freq), rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(found.imag, feature.poly_features(S=S.imag.copy(), freq=freq), rtol=1e-9, atol=1e-12)


def test_polynomials_that_the_frequencies_leave_open_warn():
    with pytest.warns(getattr(np.exceptions, "RankWarning", None) or np.RankWarning):
        feature.poly_features(S=np.ones((3, 2)), order=2, freq=np.ones(3))


@pytest.mark.parametrize("name", [*NAMES, "poly_features"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_channels_layouts_and_blocks_do_not_matter(name, dtype):
    function = getattr(feature, name)
    y = noise(2, 2, 70 * 200, dtype=dtype)
    options = {"n_fft": 512, "hop_length": 50}  # several blocks of frames
    together = function(y=y, **options)
    # Decibels of several channels and of one take different paths, an ulp apart.
    rtol = 1e-12 if name == "spectral_contrast" else 0
    np.testing.assert_allclose(together[1, 0], function(y=y[1, 0], **options), rtol=rtol)
    np.testing.assert_array_equal(together[..., ::-1, :, :], function(y=y[:, ::-1], **options))
    with fastspec.threads(2):
        np.testing.assert_array_equal(together, function(y=y, **options))
    S, _ = fastspec.core.spectrum._spectrogram(y=y, **options)
    given = function(S=S)
    np.testing.assert_array_equal(given, function(S=np.ascontiguousarray(S)))
    np.testing.assert_allclose(given, together, rtol=1e-3 if dtype == np.float32 else 1e-9)
    assert not np.any(fastspec.core.spectrum._spectrogram(y=y, **options)[0] != S)  # S is as it was


@pytest.mark.parametrize("name", NAMES)
def test_bad_spectra_and_audio(name):
    function = getattr(feature, name)
    for bad in ([0.0] * 3000, np.zeros(3000, np.int16), np.zeros(3000, complex), np.float32(3), "audio"):
        with pytest.raises(fastspec.ParameterError):
            function(y=bad)
    y = np.zeros((2, 300000), np.float32)
    y[1, 299990] = np.nan
    with pytest.raises(fastspec.ParameterError, match=r"y\[1, 299990\]"):
        function(y=y)
    with pytest.warns(UserWarning, match="n_fft=2048") as caught:
        function(y=np.ones(100))
    assert caught[0].filename == __file__


def test_frequencies_must_fit():
    for name in (*NAMES[:4], "poly_features"):
        for n_bins in (1000, 1050):
            with pytest.raises((ValueError, TypeError)):
                getattr(feature, name)(y=noise(4000), freq=np.arange(float(n_bins)))


def test_frequencies_of_channels_and_of_frames():
    S = np.abs(noise(3, 40, 6, dtype=np.float64))
    freq = np.sort(np.abs(noise(3, 40, 6, dtype=np.float64, seed=1)), axis=1)
    found = feature.spectral_rolloff(S=S[0], freq=freq)
    expected = [feature.spectral_rolloff(S=S[0], freq=channel) for channel in freq]
    np.testing.assert_array_equal(found, expected)
    expected = [feature.spectral_rolloff(S=channel, freq=freq[0, :, :1]) for channel in S]
    np.testing.assert_array_equal(feature.spectral_rolloff(S=S, freq=freq[0, :, :1]), expected)


def test_precision_of_what_is_given():
    S, freq = np.abs(noise(40, 6)), np.arange(40, dtype=np.float32)
    assert feature.spectral_bandwidth(S=S, freq=freq).dtype == np.float32
    assert feature.spectral_bandwidth(S=S, freq=freq, centroid=np.ones((1, 6))).dtype == np.float64
    np.testing.assert_array_equal(feature.poly_features(S=S, order=1.0), feature.poly_features(S=S, order=1))
    with pytest.raises(fastspec.ParameterError, match=r"order=1\.5 must be an integer"):
        feature.poly_features(S=S, order=1.5)


def test_rms_of_audio_and_of_its_spectrum_agree():
    """Parseval, for frames that no window weights."""
    y = noise(8000, dtype=np.float64)
    for n_fft in (256, 257):
        S = np.abs(fastspec.stft(y, n_fft=n_fft, hop_length=64, window="boxcar", center=False))
        by_bins = feature.rms(S=S, frame_length=n_fft, dtype=np.float64)
        by_samples = feature.rms(y=y, frame_length=n_fft, hop_length=64, center=False, dtype=np.float64)
        np.testing.assert_allclose(by_bins, by_samples, rtol=1e-12)


def test_rms_has_each_channels_bits_in_any_layout():
    y = noise(2, 22050, dtype=np.float32)
    S = np.abs(fastspec.stft(y))
    for x, name in ((y, "y"), (S, "S")):
        alone = np.stack([feature.rms(**{name: channel}) for channel in x])
        for layout in (x, np.asfortranarray(x), np.ascontiguousarray(x.swapaxes(-1, -2)).swapaxes(-1, -2)):
            np.testing.assert_array_equal(feature.rms(**{name: layout}), alone)
    S = np.ascontiguousarray(S)
    np.testing.assert_array_equal(feature.rms(S=S), np.stack([feature.rms(S=channel) for channel in S]))


def test_quiet_frames_after_loud_ones_keep_their_level():
    y = np.concatenate([np.ones(4096), np.full(4096, 1e-6)]).astype(np.float32)
    np.testing.assert_allclose(feature.rms(y=y, center=False)[0, -2:], 1e-6, rtol=1e-6)


@pytest.mark.parametrize(("frame_length", "hop_length"), [(100, 100), (100, 7), (33, 50)])
def test_zero_crossing_rate_counts(frame_length, hop_length):
    y = noise(1000, dtype=np.float64)
    negative = np.lib.stride_tricks.sliding_window_view(y < -1e-10, frame_length)[::hop_length]
    expected = (negative[:, 1:] != negative[:, :-1]).mean(axis=1) * (frame_length - 1) / frame_length
    found = feature.zero_crossing_rate(y, frame_length=frame_length, hop_length=hop_length, center=False)
    np.testing.assert_allclose(found[0], expected, rtol=1e-14)
    with pytest.raises(fastspec.ParameterError, match="frame_length=0"):
        feature.zero_crossing_rate(y, frame_length=0, hop_length=hop_length)


def test_tones_in_single_precision():
    """Between the partials of a pure tone, float32 spectra hold rounding noise, 2e-7 of the peak, where
    float64 has none.

    Descriptors that look at valleys see it: in single precision they bound what they would say in double.
    """
    y = np.sin(2 * np.pi * 440 * np.arange(22050) / 22050)
    single, double = (feature.spectral_flatness(y=y.astype(dtype))[0, 5:-5] for dtype in (np.float32, np.float64))
    assert np.all(single < 1e-6)
    assert np.all(double < 1e-6)


def test_librosas_import_paths():
    from fastspec.feature.spectral import rms, spectral_centroid

    assert (rms, spectral_centroid) == (feature.rms, feature.spectral_centroid)


def spectrum(dtype, order: str) -> np.ndarray:
    """Magnitudes over seven decades, silence among them, (2, 130, 70)."""
    rng = np.random.default_rng(5)
    S = 10.0 ** rng.uniform(-6, 1, (2, 130, 70))
    S[:, rng.integers(0, 130, 20), rng.integers(0, 70, 20)] = 0
    S[1, :, 3] = 0
    S = S.astype(dtype)
    return S if order == "C" else S.swapaxes(-1, -2).copy().swapaxes(-1, -2)


GIVEN = pytest.mark.parametrize(("dtype", "order"), [(np.float32, "F"), (np.float32, "C"), (np.float64, "C")])


@GIVEN
@pytest.mark.parametrize("quantile", [0.02, 0.3, 0.9])
def test_contrast_of_a_spectrum_is_that_of_sorted_bins(dtype, order, quantile):
    """0.02 keeps lists of the ends, 0.9 sorts the bands. Means of the same bins, to a rounding for each."""
    S, freq = spectrum(dtype, order), np.arange(130) * 50.0
    found = feature.spectral_contrast(S=S, freq=freq, sr=13000, fmin=400, n_bands=3, quantile=quantile, linear=True)
    for k, (low, high) in enumerate(((0, 8), (8, 16), (16, 32), (32, 130))):
        inside = (freq >= freq[low]) & (freq <= freq[min(high, 129)])
        bins = slice(max(low - (k > 0), 0), high)
        n = max(round(quantile * (inside.sum() + (k > 0))), 1)
        ordered = np.sort(S[:, bins].astype(np.float64), axis=1)
        n = min(n, ordered.shape[1])
        want = ordered[:, -n:].mean(axis=1) - ordered[:, :n].mean(axis=1)
        np.testing.assert_allclose(found[:, k], want, rtol=100 * np.finfo(dtype).eps)


@GIVEN
@pytest.mark.parametrize("power", [1, 2, 0.5])
def test_flatness_of_a_spectrum_by_its_means(dtype, order, power):
    S = spectrum(dtype, order)
    raised = np.maximum(S.astype(np.float64) ** power, 1e-10)
    want = np.exp(np.log(raised).mean(axis=1)) / raised.mean(axis=1)
    found = feature.spectral_flatness(S=S, power=power)
    assert found.dtype == dtype
    # sums of 130 numbers, in few chains: 65 roundings
    np.testing.assert_allclose(found[:, 0], want, rtol=70 * np.finfo(dtype).eps)


@GIVEN
@pytest.mark.parametrize("share", [0.01, 0.85, 0.999])
def test_rolloff_of_a_spectrum_by_its_sums(dtype, order, share):
    S = spectrum(dtype, order)
    sums = np.cumsum(S, axis=1)
    want = np.argmax(~(sums < dtype(share) * sums[:, -1:]), axis=1)
    found = feature.spectral_rolloff(S=S, freq=np.arange(130.0), roll_percent=share)
    np.testing.assert_array_equal(found[:, 0], want)


@pytest.mark.parametrize("order", [0, 1, 3, 6])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_polynomials_fit_as_numpy_does(dtype, order):
    """Up to the fourth power moments are added up, beyond it bins are. The condition of the powers is some thousand."""
    S, freq = spectrum(dtype, "F"), np.arange(130) * 0.01
    want = np.stack([np.polyfit(freq, channel.astype(np.float64), order) for channel in S])
    found = feature.poly_features(S=S, freq=freq, order=order)
    np.testing.assert_allclose(found, want, rtol=0, atol=1e4 * np.finfo(dtype).eps * np.abs(want).max())


def test_spectra_that_are_not_finite():
    S = np.ones((40, 4), np.float32)
    S[7, 1], S[9, 2] = np.nan, np.inf
    freq = np.arange(40) * 100.0
    contrast = feature.spectral_contrast(S=S, freq=freq, sr=8000, fmin=500, n_bands=2, linear=True)
    np.testing.assert_array_equal(np.isnan(contrast), [[0, 0, 0, 0], [0, 1, 0, 0], [0, 0, 0, 0]])
    assert contrast[1, 2] == np.inf
    np.testing.assert_array_equal(np.isnan(feature.spectral_flatness(S=S)), [[False, True, True, False]])
    np.testing.assert_array_equal(feature.spectral_rolloff(S=S, freq=freq)[0, 1:3], [0, 900])


@pytest.mark.parametrize("shape", [(), (2,)])
def test_long_signals_are_squared_a_part_at_a_time(shape, monkeypatch):
    """Frames that share no pieces: the same sums, whether of all frames or of some."""
    y = noise(int(np.prod(shape, dtype=int)) * 9000).reshape(*shape, 9000)
    options = {"frame_length": 1000, "hop_length": 77, "center": False}
    frames = np.lib.stride_tricks.sliding_window_view(y.astype(np.float64), 1000, axis=-1)[..., ::77, :]
    want = np.sqrt((frames**2).mean(axis=-1))[..., np.newaxis, :]
    for most in (_ranges.WORK_PER_RANGE, 10_000):
        monkeypatch.setattr(_ranges, "WORK_PER_RANGE", most)
        np.testing.assert_allclose(feature.rms(y=y, **options), want, rtol=1e-6)


def test_frames_with_equal_frequencies_determine_no_line():
    freq = np.tile(np.arange(9.0)[:, np.newaxis], 3)
    freq[:, 1] = 5.0
    S = power(9, 3)
    kind = getattr(np.exceptions, "RankWarning", None) or np.RankWarning  # before NumPy 2
    with pytest.warns(kind, match="do not determine polynomials of order=1"):
        found = feature.poly_features(S=S, freq=freq, order=1)
    for t in (0, 2):
        np.testing.assert_allclose(found[:, t], np.polyfit(freq[:, t], S[:, t], 1), rtol=1e-6)


def test_contrast_wants_a_bin_in_each_band():
    with pytest.raises(fastspec.ParameterError, match=r"leave no bin between .* Hz; use fewer bands or a larger n_fft"):
        feature.spectral_contrast(S=np.ones((17, 3)), sr=22050, fmin=50.0, n_bands=6)
