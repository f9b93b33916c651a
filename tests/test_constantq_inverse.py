"""Back from constant-Q spectra: how much of a signal returns, and the phases that Griffin and Lim's rounds find."""

from __future__ import annotations

import numpy as np
import pytest
from support import cqt_reference as definition
from support.spectral_signals import noise

import fastspec
from fastspec import ParameterError
from fastspec.core.constantq import _correlation as engine
from fastspec.core.constantq._bins import bins_of

pytestmark = pytest.mark.filterwarnings("ignore:.*too large for input signal:UserWarning")


def in_band(n: int, dtype=np.float64, seed: int = 0) -> np.ndarray:
    """Noise between 150 and 2500 Hz at 22050 Hz, fading at its ends: all of it lies under four octaves from 110 Hz."""
    spectrum = np.fft.rfft(noise(n, dtype=np.float64, seed=seed))
    freqs = np.fft.rfftfreq(n, 1 / 22050)
    spectrum[(freqs < 150) | (freqs > 2500)] = 0
    return (np.fft.irfft(spectrum, n) * np.sin(np.pi * np.arange(n) / n)).astype(dtype)


def signal_to_noise(wanted: np.ndarray, found: np.ndarray) -> float:
    return 10 * np.log10(np.sum(wanted**2) / np.sum((found - wanted) ** 2))


# In dB, some below what is reached. At 256, hops are longer than the highest atoms.
@pytest.mark.parametrize(
    ("options", "wanted"),
    [
        ({"hop_length": 32}, 70),
        ({"hop_length": 64}, 42),
        ({"hop_length": 63, "window": "hamming"}, 40),
        ({"hop_length": 32, "scale": False}, 70),
        ({"hop_length": 32, "norm": 2}, 70),
        ({"hop_length": 32, "norm": None, "window": ("kaiser", 6.0)}, 57),
        ({"hop_length": 32, "filter_scale": 0.5}, 36),
        ({"hop_length": 64, "filter_scale": 2}, 24),
        ({"hop_length": 32, "window": "blackmanharris"}, 64),
        ({"hop_length": 64, "bins_per_octave": 24}, 68),
        ({"hop_length": 256}, 5),
    ],
    ids=str,
)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_what_the_bins_cover_returns(options, wanted, dtype):
    y = in_band(20000, dtype)
    C = fastspec.cqt(y, fmin=110.0, n_bins=60 * options.get("bins_per_octave", 12) // 12, **options)
    found = fastspec.icqt(C, fmin=110.0, length=len(y), **options)
    assert found.dtype == (np.float64 if options.get("scale", True) else dtype)
    assert signal_to_noise(y, found) >= wanted


def test_undoes_tuning():
    y = in_band(16000)
    C = fastspec.cqt(y, fmin=110.0, n_bins=60, hop_length=64, tuning=0.4)
    assert signal_to_noise(y, fastspec.icqt(C, fmin=110.0, hop_length=64, tuning=0.4, length=len(y))) > 28


@pytest.mark.parametrize("length", [3000, 16000, 16383, 16384, 20000])
def test_length_cuts_or_fills(length):
    y = in_band(16000)
    C = fastspec.cqt(y, fmin=110.0, n_bins=60, hop_length=64)
    found = fastspec.icqt(C, fmin=110.0, hop_length=64, length=length)
    assert found.shape == (length,)
    n = min(length, len(y))
    assert signal_to_noise(y[:n], found[:n]) > 25
    assert not found[len(y) + 64 :].any()


def test_without_length_it_ends_at_the_last_frame():
    y = in_band(16050)
    found = fastspec.icqt(fastspec.cqt(y, fmin=110.0, n_bins=60, hop_length=64), fmin=110.0, hop_length=64)
    assert len(found) == 16000
    assert signal_to_noise(y[:16000], found) > 25


def test_synthesis_is_the_adjoint_of_analysis():
    """<T y, C> = <y, T* C>, in the real part: the one thing that the rounds of `icqt` rely on."""
    bins = bins_of(
        sr=8000, fmin=100.0, n_bins=30, bins_per_octave=9, tuning=0.0, filter_scale=1, norm=2, window="hamming"
    )
    y = np.stack([noise(5000, dtype=np.float64), noise(5000, dtype=np.float64, seed=5)])
    factors = np.linspace(0.5, 2, 30)
    for hop in (100, 77, 4000):
        T = engine.transform(
            y, bins.atoms, hop_length=hop, factors=factors, pad_mode="constant", dtype=np.dtype(complex)
        )
        C = noise(*T.shape, dtype=np.float64, seed=1) + 1j * noise(*T.shape, dtype=np.float64, seed=2)
        z = engine.synthesize(
            C, bins.atoms, hop_length=hop, factors=factors, n_samples=5000, dtype=np.dtype(np.float64)
        )
        for i in range(2):
            there, back = np.vdot(T[i], C[i]).real, np.dot(y[i], z[i])
            assert there == pytest.approx(back, abs=1e-5 * np.linalg.norm(T[i]) * np.linalg.norm(C[i]))


@pytest.mark.parametrize("dtype", [np.complex64, np.complex128])
def test_synthesis_is_its_sum(dtype):
    freqs = definition.equal_frequencies(26, fmin=150.0)
    bins = bins_of(
        sr=22050, fmin=150.0, n_bins=26, bins_per_octave=12, tuning=0.0, filter_scale=1, norm=1, window="hann"
    )
    C = (noise(26, 11, dtype=np.float64) + 1j * noise(26, 11, dtype=np.float64, seed=1)).astype(dtype)
    factors = np.linspace(0.5, 2, 26)
    found = engine.synthesize(
        C, bins.atoms, hop_length=300, factors=factors, n_samples=4000, dtype=np.dtype(C.real.dtype)
    )
    wanted, lead = np.zeros(4000 + 2 * 4096), 4096
    for k, size in enumerate(definition.lengths(freqs, sr=22050)):
        first, wave = definition.atom(freqs[k], size, sr=22050)
        for t in range(11):
            start = lead + t * 300 + first
            wanted[start : start + len(wave)] += factors[k] * (C[k, t] * wave).real
    wanted = wanted[lead : lead + 4000]
    assert found.dtype == C.real.dtype
    assert np.linalg.norm(found - wanted) <= 1e-5 * np.linalg.norm(wanted)


def test_channels_are_independent():
    y = np.stack([in_band(9000, np.float32), in_band(9000, np.float32, seed=3)])
    options = {"fmin": 110.0, "hop_length": 128}
    C = fastspec.cqt(y, n_bins=40, **options)
    whole = fastspec.icqt(C[:, np.newaxis], **options)
    for found, channel in zip(whole[:, 0], C, strict=True):
        np.testing.assert_array_equal(found, fastspec.icqt(channel, **options))
    S = np.abs(C)
    whole = fastspec.griffinlim_cqt(S, n_iter=3, init=None, **options)
    for found, channel in zip(whole, S, strict=True):
        np.testing.assert_array_equal(found, fastspec.griffinlim_cqt(channel, n_iter=3, init=None, **options))


def test_magnitudes_and_layouts_are_accepted():
    C = np.abs(fastspec.cqt(in_band(9000), fmin=110.0, n_bins=40, hop_length=128))
    wanted = fastspec.icqt(C.astype(complex), fmin=110.0, hop_length=128)
    np.testing.assert_array_equal(fastspec.icqt(C, fmin=110.0, hop_length=128), wanted)
    np.testing.assert_array_equal(fastspec.icqt(np.ascontiguousarray(C), fmin=110.0, hop_length=128), wanted)


@pytest.mark.parametrize("factor", [1e-30, 1e25])
def test_level_does_not_matter(factor):
    C = fastspec.cqt(in_band(9000, np.float32), fmin=110.0, n_bins=40, hop_length=128)
    wanted = factor * fastspec.icqt(C, fmin=110.0, hop_length=128)
    found = fastspec.icqt(C * np.float32(factor), fmin=110.0, hop_length=128)
    assert np.linalg.norm(found - wanted) <= 1e-5 * np.linalg.norm(wanted)


def test_no_channels_give_no_channels():
    assert fastspec.icqt(np.zeros((0, 40, 9), np.complex64)).shape == (0, 4096)
    assert fastspec.icqt(np.ones((5, 1), np.complex64), hop_length=1).shape == (0,)
    assert fastspec.griffinlim_cqt(np.zeros((0, 40, 9), np.float32)).shape == (0, 4096)


def test_silence_is_silence():
    assert not fastspec.icqt(np.zeros((40, 9), np.complex64)).any()
    assert not fastspec.griffinlim_cqt(np.zeros((40, 9), np.float32), n_iter=2, rng=0).any()


def distance(S: np.ndarray, y: np.ndarray, **options) -> float:
    return np.linalg.norm(np.abs(fastspec.cqt(y, n_bins=len(S), **options))[:, : S.shape[1]] - S) / np.linalg.norm(S)


@pytest.mark.parametrize("momentum", [0, 0.99])
def test_rounds_come_closer_to_the_magnitudes(momentum):
    options = {"fmin": 110.0, "hop_length": 128}
    y = in_band(12000, np.float32)
    S = np.abs(fastspec.cqt(y, n_bins=60, **options))
    few, many = (
        distance(S, fastspec.griffinlim_cqt(S, n_iter=n, rng=0, momentum=momentum, length=len(y), **options), **options)
        for n in (1, 24)
    )
    assert many < 0.65 * few
    assert many < 0.2


def test_numbers_that_are_random_can_be_repeated():
    S = np.abs(fastspec.cqt(in_band(9000, np.float32), fmin=110.0, n_bins=40))
    one, other, third = (
        fastspec.griffinlim_cqt(S, fmin=110.0, n_iter=1, rng=rng)
        for rng in (7, np.random.default_rng(7), np.random.RandomState(7))
    )
    np.testing.assert_array_equal(one, other)
    assert np.abs(one - third).max() > 0
    with pytest.warns(FutureWarning, match="random_state"):
        old = fastspec.griffinlim_cqt(S, fmin=110.0, n_iter=1, random_state=7)
    np.testing.assert_array_equal(one, old)


@pytest.mark.parametrize("dtype", [np.complex64, np.complex128])
@pytest.mark.parametrize("scale", [True, False])
def test_search_takes_complex_magnitudes(dtype, scale):
    C = fastspec.cqt(in_band(9000, np.float32), fmin=110.0, n_bins=40).astype(dtype)
    options = {"fmin": 110.0, "scale": scale, "init": None}
    unturned = fastspec.griffinlim_cqt(C, n_iter=0, **options)
    np.testing.assert_array_equal(unturned, fastspec.icqt(C, fmin=110.0, scale=scale))
    assert unturned.dtype == (np.float64 if scale else C.real.dtype)
    plain = fastspec.griffinlim_cqt(np.abs(C), n_iter=2, **options)
    found = fastspec.griffinlim_cqt(np.abs(C).astype(dtype), n_iter=2, **options)
    np.testing.assert_allclose(found, plain, rtol=0, atol=1e-4 * np.abs(plain).max())
    before = C.copy()
    fastspec.griffinlim_cqt(C, n_iter=1, **options | {"init": "random"})
    np.testing.assert_array_equal(C, before)


C = np.ones((30, 9), np.complex64)


@pytest.mark.parametrize(
    ("call", "complaint"),
    [
        (lambda: fastspec.icqt(C[0]), "C.shape=(9,)"),
        (lambda: fastspec.icqt(C[:, :0]), "C.shape=(30, 0)"),
        (lambda: fastspec.icqt(C[:0]), "C.shape=(0, 9)"),
        (lambda: fastspec.icqt(np.full((30, 9), "x")), "holds no numbers"),
        (lambda: fastspec.icqt(C * np.nan), "C is not finite"),
        (lambda: fastspec.icqt(C, dtype=complex), "is not a real"),
        (lambda: fastspec.icqt(C, hop_length=0), "hop_length=0"),
        (lambda: fastspec.icqt(C, length=-1), "length=-1"),
        (lambda: fastspec.icqt(C, sparsity=2), "sparsity=2"),
        (lambda: fastspec.icqt(C, fmin=9000), "above the Nyquist frequency"),
        (lambda: fastspec.icqt(C, res_type="best"), "res_type='best'"),
        (lambda: fastspec.icqt(C, norm=-3), "norm=-3"),
        (lambda: fastspec.griffinlim_cqt(C.real * np.nan), "C is not finite"),
        (lambda: fastspec.griffinlim_cqt(C.real, momentum=-1), "momentum=-1"),
        (lambda: fastspec.griffinlim_cqt(C.real, init="zeros"), "init='zeros'"),
        (lambda: fastspec.griffinlim_cqt(C.real, length=100), "length=100"),
        (lambda: fastspec.griffinlim_cqt(C.real, pad_mode="wrap"), "pad_mode='wrap'"),
        (lambda: fastspec.griffinlim_cqt(C.real, rng=1, random_state=1), "use rng alone"),
    ],
)
def test_bad_input(call, complaint):
    with pytest.raises(ParameterError) as caught:
        call()
    assert complaint in str(caught.value)
