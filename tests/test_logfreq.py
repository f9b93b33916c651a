"""The STFT at any frequencies against the sum over each frame in float64, and the signal that comes back."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import fastspec
from fastspec import ParameterError
from fastspec._engine.spec import Padding, Spectrum
from fastspec._front.lines import Lines
from fastspec.core.spectrum import _lines

RNG = np.random.default_rng(3)


def sums(y, frequencies, n_fft, hop_length, window, pad, mode="constant"):
    """Spectra by their definition, float64."""
    z = np.pad(y.astype(np.float64), [(0, 0)] * (y.ndim - 1) + [(pad, pad)], mode=mode)
    frames = np.lib.stride_tricks.sliding_window_view(z, n_fft, axis=-1)[..., ::hop_length, :] * window
    atoms = np.exp(-2j * np.pi * (np.outer(np.arange(n_fft), frequencies) % 1))
    return np.swapaxes(frames @ atoms, -1, -2)


@settings(max_examples=150, deadline=None)
@given(
    n_fft=st.integers(1, 300), hop=st.integers(1, 90), n_lines=st.integers(1, 40), n=st.integers(1, 700),
    center=st.booleans(), mode=st.sampled_from(["constant", "reflect", "edge", "symmetric"]),
    low=st.floats(-1.5, 1.5), high=st.floats(-1.5, 1.5), seed=st.integers(0, 99), double=st.booleans(),
)  # fmt: skip
def test_any_frequencies(n_fft, hop, n_lines, n, center, mode, low, high, seed, double):
    """Negative ones, those beyond half the rate, frames of one sample."""
    rng = np.random.default_rng(seed)
    pad = n_fft // 2 if center else 0
    if n + 2 * pad < n_fft:
        return
    y = rng.normal(size=(2, n)).astype(np.float64 if double else np.float32)
    window, frequencies = rng.normal(size=n_fft), np.linspace(low, high, n_lines)
    lines = Lines(n_fft, hop, pad, Padding[mode.upper()], window.tobytes(), frequencies.tobytes())
    want = sums(y, frequencies, n_fft, hop, window, pad, mode)
    # Against the largest that a frame of such samples and windows may be.
    scale = max(np.abs(want).max(), np.linalg.norm(window) * np.abs(y).max())
    bound = (1e-12 if double else 1e-6) * scale
    got = _lines.transform(y, lines)
    assert got.shape == want.shape
    assert np.abs(got - want).max() <= bound
    assert np.abs(_lines.transform(y, lines, Spectrum.MAGNITUDE) - np.abs(want)).max() <= bound
    assert np.abs(_lines.transform(y, lines, Spectrum.POWER) - np.abs(want) ** 2).max() <= 4 * bound * scale


def test_any_threads_and_layout():
    y = RNG.normal(size=(3, 60_000)).astype(np.float32)
    want = fastspec.logfreq_stft(y, n_fft=512)
    for n in (1, 2, 7):
        with fastspec.threads(n):
            assert np.array_equal(fastspec.logfreq_stft(y, n_fft=512), want)
    assert np.array_equal(fastspec.logfreq_stft(np.repeat(y, 2, axis=-1)[:, ::2], n_fft=512), want)
    assert np.array_equal(fastspec.logfreq_stft(y[1], n_fft=512), want[1])
    assert fastspec.logfreq_stft(y[0].astype(np.float16), n_fft=512).dtype == np.complex64


@pytest.mark.parametrize("center", [True, False])
@pytest.mark.parametrize(("win_length", "window"), [(None, "hann"), (700, "hamming"), (None, ("kaiser", 5.0))])
def test_logfreq(center, win_length, window):
    y, sr = RNG.normal(size=8000), 16000
    options = {"sr": sr, "n_fft": 1024, "hop_length": 200, "win_length": win_length, "window": window}
    samples = fastspec.util.pad_center(fastspec.filters.get_window(window, win_length or 1024), size=1024)
    hz = 50 * (5000 / 50) ** (np.arange(80) / 80)
    want = sums(y, hz / sr, 1024, 200, samples, 512 if center else 0, "reflect")
    axis = {"fmin": 50.0, "fmax": 5000.0, "n_bins": 80}
    got = fastspec.logfreq_stft(y, center=center, pad_mode="reflect", **options, **axis)
    assert np.abs(got - want).max() < 1e-11 * np.abs(want).max()
    assert np.allclose(fastspec.logfreq_frequencies(80, fmin=50.0, fmax=5000.0, sr=sr), hz)
    for output, values in (("magnitude", np.abs(want)), ("power", np.abs(want) ** 2)):
        real = fastspec.logfreq_stft(y, center=center, pad_mode="reflect", output=output, **options, **axis)
        assert np.allclose(real, values, rtol=1e-9, atol=1e-12)
    levels = fastspec.logfreq_stft(
        y, center=center, pad_mode="reflect", output="db", ref=np.max, top_db=60.0, **options, **axis
    )
    assert levels.max() == 0
    assert np.allclose(levels, fastspec.amplitude_to_db(np.abs(want), ref=np.max, top_db=60.0))


def test_axes():
    """Two of `fmax`, `n_bins` and `bins_per_octave` make the third."""
    y, options = np.zeros(4000), {"sr": 8000.0, "n_fft": 256}
    for axis, n_bins in (
        ({}, 129), ({"n_bins": 50}, 50), ({"bins_per_octave": 12, "fmin": 100.0, "fmax": 1600.0}, 48),
        ({"bins_per_octave": 12, "fmin": 500.0}, 36), ({"bins_per_octave": 3, "n_bins": 9, "fmin": 100.0}, 9),
        ({"bins_per_octave": 3, "n_bins": 9, "fmin": 100.0, "fmax": 800.0}, 9),
    ):  # fmt: skip
        assert len(fastspec.logfreq_stft(y, **options, **axis)) == n_bins
    hz = fastspec.logfreq_frequencies(24, fmin=55.0, bins_per_octave=12)
    assert np.allclose(hz, fastspec.cqt_frequencies(24, fmin=55.0))
    for wrong in (
        {"fmin": 0.0}, {"fmin": 5000.0}, {"fmax": 10.0}, {"n_bins": 0}, {"output": "decibels"}, {"bins_per_octave": 0},
        {"n_bins": 9, "bins_per_octave": 3, "fmin": 100.0, "fmax": 900.0}, {"n_bins": 99, "bins_per_octave": 2},
        {"fmin": np.nan}, {"n_bins": 2**30}, {"pad_mode": "wrap"}, {"hop_length": 0}, {"window": "nothing"},
    ):  # fmt: skip
        with pytest.raises(ParameterError, match=next(iter(wrong))):
            fastspec.logfreq_stft(y, **options, **wrong)
    with pytest.raises(ParameterError, match="too short"):
        fastspec.logfreq_stft(np.zeros(10), center=False)
    with pytest.raises(ParameterError, match=r"y\[7\] is nan"):
        fastspec.logfreq_stft(np.where(np.arange(4000) == 7, np.nan, 0.0))


def signal_to_noise(y, found, margin) -> float:
    inner = slice(margin, -margin)
    return 10 * np.log10(np.sum(y[inner] ** 2) / np.sum((y[inner] - found[inner]) ** 2))


def band_noise(n, low, high):
    spectrum = np.fft.rfft(RNG.normal(size=n))
    f = np.fft.rfftfreq(n)
    spectrum[(f < low) | (f > high)] = 0
    return np.fft.irfft(spectrum, n)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(
    ("n_fft", "hop", "n_bins"), [(2048, 512, None), (1024, 256, 400), (512, 100, 300), (2048, 1024, None)]
)
def test_there_and_back(dtype, n_fft, hop, n_bins):
    y = band_noise(22050, 0.008, 0.2).astype(dtype)
    options = {"n_fft": n_fft, "hop_length": hop, "fmin": 60.0, "fmax": 6000.0}
    D = fastspec.logfreq_stft(y, n_bins=n_bins, **options)
    found = fastspec.ilogfreq_stft(D, length=len(y), **options)
    assert found.dtype == dtype
    assert signal_to_noise(y, found, n_fft) > 50
    again = fastspec.logfreq_stft(found, n_bins=n_bins, **options)
    assert np.linalg.norm(again - D) < 2e-2 * np.linalg.norm(D)
    both = fastspec.ilogfreq_stft(np.stack([0 * D, D]), length=len(y), **options)
    assert np.array_equal(both[1], found)
    assert not both[0].any()


def test_nearest_is_the_least_squares_solution():
    """Of spectra that no signal has, against the dense normal equations."""
    n_fft, hop, n_frames = 16, 4, 6
    lines = Lines(n_fft, hop, 0, Padding.CONSTANT, np.hanning(18)[1:-1].tobytes(), (np.arange(40) / 79).tobytes())
    n = n_fft + hop * (n_frames - 1)
    D = RNG.normal(size=(40, n_frames, 2)) @ [1, 1j]
    A = np.stack([_lines.transform(unit, lines) for unit in np.eye(n)], axis=-1)
    roots = np.sqrt(_lines.spacings(np.arange(40) / 79, n_fft))[:, np.newaxis]
    rows, wanted = (A * roots[..., np.newaxis]).reshape(-1, n), (D * roots).ravel()
    rows, wanted = (np.concatenate([x.real, x.imag]) for x in (rows, wanted))
    want = np.linalg.lstsq(rows, wanted, rcond=None)[0]
    got = _lines.inverse(D, lines, None, name="D")
    assert np.allclose(got, want, atol=1e-6 * np.abs(want).max())


def test_lengths_of_what_comes_back():
    y = band_noise(5000, 0.02, 0.2)
    D = fastspec.logfreq_stft(y, n_fft=512)
    assert len(fastspec.ilogfreq_stft(D, n_fft=512)) == 39 * 128
    longer = fastspec.ilogfreq_stft(D, n_fft=512, length=9000)
    assert len(longer) == 9000
    assert not longer[39 * 128 + 512 :].any()
    assert fastspec.ilogfreq_stft(D[:, :0], n_fft=512, length=7).tolist() == [0.0] * 7
    assert fastspec.ilogfreq_stft(D[np.newaxis][:0], n_fft=512).shape[0] == 0
    real = fastspec.ilogfreq_stft(np.abs(D), n_fft=512)
    assert np.isfinite(real).all()
    D[3, 2] = np.inf
    with pytest.raises(ParameterError, match=r"D\[3, 2\] is"):
        fastspec.ilogfreq_stft(D, n_fft=512)
    with pytest.raises(ParameterError, match=r"D\.shape"):
        fastspec.ilogfreq_stft(D[0])


def test_spectra_as_small_as_numbers_get():
    """Squares of what is left vanish; the search ends there, with numbers."""
    options = {"n_fft": 256, "hop_length": 64}
    D = fastspec.logfreq_stft(np.random.default_rng(0).normal(size=2000), **options)
    for exponent in np.arange(-158, -162, -0.1):
        y = fastspec.ilogfreq_stft(D * 10.0**exponent, **options)
        assert np.isfinite(y).all(), exponent
