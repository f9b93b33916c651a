"""The constant-Q and variable-Q transforms against their definition in float64."""

from __future__ import annotations

import numpy as np
import pytest
from support import cqt_reference as definition
from support.spectral_signals import noise

import fastspec
from fastspec import ParameterError
from fastspec.core.constantq._atoms import describe

# Signals here are as short as tests like them; that they are shorter than the longest atom is no news.
pytestmark = pytest.mark.filterwarnings("ignore:.*too large for input signal:UserWarning")

C1 = 32.70319566257483

# docs/cqt.md states these: of the frame's peak in every bin, and of the whole.
OF_PEAK, OF_ALL = 1e-4, 1e-5


def music(n: int, dtype=np.float32, sr: float = 22050) -> np.ndarray:
    """Tones over all of the range, a chirp, and some noise: no bin and no frame is empty."""
    t = np.arange(n) / sr
    y = sum(np.sin(2 * np.pi * f * t + f) / (3 + i) for i, f in enumerate((33, 58.5, 110, 247, 523.3, 1318, 3729)))
    y = y + 0.3 * np.sin(2 * np.pi * 50 * t * (1 + 10 * t)) + 0.03 * noise(n, dtype=np.float64)
    return y.astype(dtype)


def assert_close(found: np.ndarray, wanted: np.ndarray) -> None:
    off = np.abs(found - wanted)
    assert (off / np.abs(wanted).max(axis=-2, keepdims=True)).max() <= OF_PEAK
    assert np.linalg.norm(off) <= OF_ALL * np.linalg.norm(wanted)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"hop_length": 511},
        {"hop_length": 1000, "scale": False},
        {"window": "hamming"},
        {"window": ("kaiser", 8.0), "filter_scale": 1.7},
        {"filter_scale": 0.5},
        {"norm": 1.0, "pad_mode": "reflect"},
        {"pad_mode": "edge"},
        {"pad_mode": "symmetric"},
    ],
    ids=str,
)
def test_cqt_is_its_definition(options, dtype):
    y = music(12000, dtype)
    found = fastspec.cqt(y, n_bins=80, **options)
    wanted = definition.vqt(y, definition.equal_frequencies(80, fmin=C1), **options)
    assert found.dtype == (np.complex64 if dtype == np.float32 else np.complex128)
    assert_close(found, wanted)


@pytest.mark.parametrize(("sr", "fmin", "n_bins", "per_octave"), [(16000, 65.4, 96, 24), (8000, 30.0, 1, 7)])
def test_other_rates_and_resolutions(sr, fmin, n_bins, per_octave):
    y = music(9000, sr=sr)
    found = fastspec.cqt(y, sr=sr, fmin=fmin, n_bins=n_bins, bins_per_octave=per_octave, hop_length=256)
    freqs = definition.equal_frequencies(n_bins, fmin=fmin, bins_per_octave=per_octave)
    assert_close(found, definition.vqt(y, freqs, sr=sr, hop_length=256, bins_per_octave=per_octave))


@pytest.mark.parametrize("gamma", [0, 20, None])
@pytest.mark.parametrize("intervals", ["equal", "pythagorean", "ji3", "ji5", (1, 1.2, 1.5)])
def test_vqt_is_its_definition(intervals, gamma):
    y, n_bins = music(8000), 15 if isinstance(intervals, tuple) else 60
    found = fastspec.vqt(y, fmin=55.0, n_bins=n_bins, intervals=intervals, gamma=gamma)
    freqs = fastspec.interval_frequencies(n_bins, fmin=55.0, intervals=intervals)
    assert_close(found, definition.vqt(y, freqs, gamma=gamma))


@pytest.mark.parametrize("norm", [1, 2, np.inf, None])
@pytest.mark.parametrize("window", ["hann", "hamming", "flattop", "boxcar", ("kaiser", 5.0), np.hanning])
def test_rows_are_the_wavelets(window, norm):
    """At the full rate, rows and factors rebuild `filters.wavelet`: any length, any symmetry."""
    sr, freqs, alpha = 8192.0, np.array([64.0, 100.0, 333.3, 3000.0]), np.array([1.0, 0.5, 0.41, 1.82])
    atoms, lengths = fastspec.filters.wavelet(freqs=freqs, sr=sr, window=window, norm=norm, alpha=alpha, dtype=complex)
    rows = describe(freqs / sr, lengths, window, norm, np.arange(1.0, 5.0), hop_length=1, padding=0, precision=1)
    middle = atoms.shape[1] // 2
    found = np.zeros_like(atoms)
    ends = np.cumsum(rows.n_pairs)
    for bin_, start, end, factors in zip(rows.bin, ends - rows.n_pairs, ends, rows.factors, strict=True):
        even = (factors[0] + 1j * factors[1]) * rows.even[start:end]
        odd = (factors[2] + 1j * factors[3]) * rows.odd[start:end]
        found[bin_, middle : middle + len(even)] += (even + odd)[: atoms.shape[1] - middle]
        found[bin_, middle - len(even) : middle] += (even - odd)[::-1]
    np.testing.assert_allclose(found.conj(), atoms * [[1], [2], [3], [4]], atol=1e-13 * np.abs(atoms).max())


def test_channels_are_independent():
    y = np.stack([music(9000), noise(9000)])
    for function in (fastspec.cqt, fastspec.vqt, fastspec.hybrid_cqt, fastspec.pseudo_cqt):
        whole = function(y[:, np.newaxis])
        for found, channel in zip(whole[:, 0], y, strict=True):
            np.testing.assert_array_equal(found, function(channel))


@pytest.mark.parametrize("window", [np.hanning, lambda n: np.hanning(n)], ids=["named", "lambda"])
def test_window_may_be_a_function(window):
    y = music(6000)
    found = fastspec.cqt(y, fmin=110.0, n_bins=40, window=window)
    reference = definition.vqt(y, definition.equal_frequencies(40, fmin=110.0))
    # numpy's Hann window is the symmetric one, which is not quite the periodic one.
    assert 1e-4 < np.linalg.norm(found - reference) / np.linalg.norm(reference) < 0.05


def edges(vector, width, axis, options):
    """As `numpy.pad` calls it: the ends of the vector are to be filled."""
    vector[: width[0]] = vector[width[0]]
    vector[vector.size - width[1] :] = vector[-width[1] - 1]


@pytest.mark.parametrize("hop_length", [512, 200, 4096])
@pytest.mark.parametrize("name", ["cqt", "vqt", "pseudo_cqt", "hybrid_cqt"])
def test_padding_may_be_a_function(name, hop_length):
    y = noise(2, 30001)
    transform, options = getattr(fastspec, name), {"fmin": 110.0, "n_bins": 48, "hop_length": hop_length}
    result = transform(y, pad_mode=edges, **options)
    expected = transform(y, pad_mode="edge", **options)
    assert result.shape == expected.shape
    assert result.dtype == expected.dtype
    np.testing.assert_allclose(result, expected, rtol=0, atol=2e-6 * np.abs(expected).max())


def test_samples_may_lie_anywhere():
    y = music(9000)
    wanted = fastspec.cqt(y, fmin=110.0, n_bins=24)
    assert wanted.flags.f_contiguous
    for other in (np.repeat(y, 2)[::2], y[::-1].copy()[::-1], y.astype(">f4")):
        np.testing.assert_array_equal(fastspec.cqt(other, fmin=110.0, n_bins=24), wanted)


@pytest.mark.parametrize(
    ("call", "complaint"),
    [
        (lambda y: fastspec.cqt(y, fmin=12000), "fmin=12000.0 must be less than sr/2=11025.0"),
        (lambda y: fastspec.cqt(y, fmin=0), "fmin=0.0 must be strictly positive"),
        (lambda y: fastspec.cqt(y, n_bins=110), "n_bins=110"),
        (lambda y: fastspec.cqt(y, n_bins=0), "n_bins=0"),
        (lambda y: fastspec.cqt(y, n_bins=84.0), "n_bins=84.0"),
        (lambda y: fastspec.cqt(y, bins_per_octave=0), "bins_per_octave=0"),
        (lambda y: fastspec.cqt(y, hop_length=0), "hop_length=0"),
        (lambda y: fastspec.cqt(y, hop_length=512.0), "hop_length=512.0"),
        (lambda y: fastspec.cqt(y, hop_length=2**62), f"hop_length={2**62} exceeds"),
        (lambda y: fastspec.pseudo_cqt(y, hop_length=2**40), f"n_fft={2**41}"),
        (lambda y: fastspec.cqt(y, sr=np.inf), "sr=inf"),
        (lambda y: fastspec.cqt(y, fmin=np.nan), "fmin=nan"),
        (lambda y: fastspec.cqt(y, filter_scale=np.nan), "filter_scale=nan"),
        (lambda y: fastspec.cqt(y, filter_scale=0), "filter_scale=0"),
        (lambda y: fastspec.cqt(y, filter_scale=0, n_bins=None), "filter_scale=0"),
        (lambda y: fastspec.cqt(y, sparsity=1), "sparsity=1"),
        (lambda y: fastspec.pseudo_cqt(y, sparsity=-0.1), "sparsity=-0.1"),
        (lambda y: fastspec.cqt(y, norm="max"), "norm='max'"),
        (lambda y: fastspec.cqt(y, pad_mode="wrap"), "pad_mode='wrap'"),
        (lambda y: fastspec.cqt(y, res_type="best"), "res_type='best'"),
        (lambda y: fastspec.cqt(y, dtype=np.float32), "is not complex"),
        (lambda y: fastspec.cqt(y, window=np.ones(5)), "window has 5 samples"),
        (lambda y: fastspec.cqt(y.tolist()), "y is list"),
        (lambda y: fastspec.cqt((y * 99).astype(np.int16)), "y.dtype=int16"),
        (lambda y: fastspec.cqt(np.append(y, np.nan)), "not finite"),
        (lambda y: fastspec.cqt(y[:0], pad_mode="edge"), "no samples to pad from"),
        (lambda y: fastspec.cqt(y[:20], hop_length=4096, n_bins=12), "too short"),
        (lambda y: fastspec.vqt(y, gamma=-1), "gamma=-1"),
        (lambda y: fastspec.vqt(y, intervals="just"), "intervals='just'"),
        (lambda y: fastspec.vqt(y, intervals=[]), "bins_per_octave=0"),
        (lambda y: fastspec.hybrid_cqt(y, n_bins=110), "above the Nyquist frequency"),
        (lambda y: fastspec.pseudo_cqt(y, n_bins=110), "above the Nyquist frequency"),
        (lambda y: fastspec.cqt(y, sr=10, fmin=4.9, n_bins=None), "leaves no room"),
    ],
)
def test_bad_input(call, complaint):
    with pytest.raises(ParameterError) as caught:
        call(music(22050))
    assert complaint in str(caught.value)


@pytest.mark.parametrize("n", [0, 1, 5, 700])
def test_short_signals_warn_and_have_a_frame(n):
    y = music(n)
    with pytest.warns(UserWarning, match="too large for input signal"):
        C = fastspec.cqt(y)
    assert C.shape == (84, 1 + n // 512)
    if n:
        assert_close(C, definition.vqt(y, definition.equal_frequencies(84, fmin=C1)))
    else:
        assert not C.any()


def test_no_channels_give_no_channels():
    assert fastspec.cqt(np.zeros((0, 3000), np.float32), fmin=440.0, n_bins=12).shape == (0, 12, 6)


def test_same_bits_for_any_number_of_threads():
    y = music(60000)
    C = fastspec.cqt(y, hop_length=256)
    results = []
    for n in (1, 2, 3, 8):
        with fastspec.threads(n):
            found = fastspec.cqt(y, hop_length=256), fastspec.icqt(C, hop_length=256), fastspec.pseudo_cqt(y)
        results.append(found)
    for found in results[1:]:
        for one, other in zip(results[0], found, strict=True):
            np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("hop_length", [512, 300, 77])
def test_a_shift_by_a_hop_is_a_shift_by_a_frame(hop_length):
    y = music(40000)
    C = fastspec.cqt(y, fmin=110.0, n_bins=40, hop_length=hop_length)
    shifted = fastspec.cqt(y[hop_length:], fmin=110.0, n_bins=40, hop_length=hop_length)
    inner = slice(12000 // hop_length, -12000 // hop_length)  # where neither end is seen
    np.testing.assert_array_equal(C[:, 1:][:, inner], shifted[:, inner])


def test_linear():
    y, z = music(20000, np.float64), noise(20000, dtype=np.float64)
    options = {"fmin": 110.0, "n_bins": 40}
    wanted = fastspec.cqt(y, **options) - 2.5 * fastspec.cqt(z, **options)
    found = fastspec.cqt(y - 2.5 * z, **options)
    assert np.linalg.norm(found - wanted) <= 1e-13 * np.linalg.norm(wanted)


@pytest.mark.parametrize("seed", range(40))
def test_any_arguments(seed):
    """Rates are chosen by cost, so that neighbouring arguments may take other ways through the engine."""
    pick = np.random.default_rng(seed)
    sr, per_octave = int(pick.choice([8000, 16000, 22050, 44100])), int(pick.choice([3, 5, 12, 24, 36]))
    fmin, hop_length = sr * pick.uniform(0.003, 0.03), int(pick.choice([64, 100, 256, 384, 777, 1024, 4096]))
    options = {
        "sr": sr,
        "hop_length": hop_length,
        "window": ["hann", "hamming", ("kaiser", 6.0), ("tukey", 0.5), "cosine", "boxcar"][pick.integers(6)],
        "filter_scale": float(pick.choice([0.3, 0.7, 1, 1.5, 3])),
        "gamma": [0.0, 0.0, 5.0, 50.0, None][pick.integers(5)],
        "scale": bool(pick.integers(2)),
        "pad_mode": ["constant", "reflect", "edge", "symmetric", "linear_ramp"][pick.integers(5)],
        "bins_per_octave": per_octave,
    }
    y = music(int(pick.integers(500, 9000)), [np.float32, np.float64][pick.integers(2)], sr=sr)
    try:
        found = fastspec.vqt(y, fmin=fmin, n_bins=None, **options)
    except ParameterError:
        pytest.skip("these atoms are too wide for any bin")
    wanted = definition.vqt(
        y, definition.equal_frequencies(found.shape[0], fmin=fmin, bins_per_octave=per_octave), **options
    )
    assert_close(found[:, : wanted.shape[1]], wanted)


def test_pseudo_cqt_finds_the_tuning_itself():
    y = fastspec.tone(440 * 2 ** (0.3 / 12), length=8000)
    tuning = fastspec.estimate_tuning(y=y)
    assert abs(tuning - 0.3) < 0.05
    options = {"fmin": 220.0, "n_bins": 24}
    np.testing.assert_array_equal(
        fastspec.pseudo_cqt(y, tuning=None, **options), fastspec.pseudo_cqt(y, tuning=tuning, **options)
    )
