"""fastspec.filters against librosa 1.0's results, scipy's windows, definitions, and on bad input."""

import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest
from support.goldens import as_arrays
from support.util_cases import FILTERS, FREQS, noise

import fastspec
from fastspec import filters
from fastspec._front.windows import _SHAPES

GOLDEN = np.load(Path(__file__).parent / "golden" / "filters.npz")

# Powers and logarithms differ by a few units between C libraries, and a Gaussian's exponent magnifies them by
# its own size, up to a few hundred; scipy's elliptic filters are a matter of its version.
# A wavelet's phase is tens of radians.
LOOSE = {
    "wavelet_unpadded": 64,
    "chroma": 64,
    "chroma_a_24": 4096,
    "semitone_filterbank": 2**20,
    "diagonal_filter_slope": 64,
}


@pytest.mark.parametrize("case", sorted(FILTERS))
def test_as_librosa(case, monkeypatch):
    # Measured at another length before, a bandwidth would be that one.
    monkeypatch.delitem(filters.WINDOW_BANDWIDTHS, ("kaiser", 8.0), raising=False)
    with warnings.catch_warnings():
        # A bank that runs backwards has no positive weights where it is expected to.
        warnings.simplefilter("ignore" if case == "mel_backwards" else "error", UserWarning)
        result = FILTERS[case](filters)
    for i, ours in enumerate(as_arrays(result)):
        theirs = GOLDEN[f"{case}.{i}"]
        assert ours.dtype == theirs.dtype
        assert ours.shape == theirs.shape
        bound = LOOSE.get(case, 8) * np.finfo(ours.dtype).eps
        np.testing.assert_allclose(ours, theirs, rtol=bound, atol=bound * np.abs(theirs).max())


@pytest.mark.parametrize("name", filters.__all__)
def test_every_name_is_documented(name):
    assert getattr(filters, name).__doc__.count("Examples\n") == 1


# --- windows ---


@pytest.mark.parametrize("name", sorted(_SHAPES))
@pytest.mark.parametrize("fftbins", [True, False])
def test_window_has_the_bits_of_scipy(name, fftbins):
    signal = pytest.importorskip("scipy.signal")
    for n in (1, 2, 3, 4, 5, 16, 17, 400, 1023, 2048):
        ours = filters.get_window(name, n, fftbins=fftbins)
        assert ours.dtype == np.float64
        assert ours.tobytes() == signal.get_window(name, n, fftbins=fftbins).tobytes()


@pytest.mark.parametrize("spec", ["parzen", ("kaiser", 4.0), 4.0, np.float32(4), ("tukey", 0.5)])
def test_window_from_scipy(spec):
    signal = pytest.importorskip("scipy.signal")
    np.testing.assert_array_equal(filters.get_window(spec, 30), signal.get_window(spec, 30))


def test_window_given_as_samples_or_function():
    samples = noise(8)
    assert filters.get_window(samples, 8) is samples
    assert filters.get_window([1, 2], 2).tolist() == [1, 2]
    assert filters.get_window(np.hanning, 8).tolist() == np.hanning(8).tolist()


@pytest.mark.parametrize(
    ("window", "n", "error"),
    [
        (None, 8, fastspec.ParameterError),
        ({}, 8, fastspec.ParameterError),
        ([1, 2], 8, fastspec.ParameterError),
        ("no such window", 8, ValueError),
        ("kaiser", 8, ValueError),
        ("hann", 0, ValueError),
        ("hann", -1, ValueError),
        ("hann", 8.5, ValueError),
        ("hann", "8", TypeError),
    ],
)
def test_window_rejects(window, n, error):
    with pytest.raises(error):
        filters.get_window(window, n)


def test_common_filters_do_not_import_scipy():
    code = (
        "import sys; from fastspec import filters;"
        "filters.mel(sr=16000, n_fft=512, n_mels=40); filters.get_window('hann', 512);"
        "filters.window_sumsquare(window='hamming', n_frames=3); filters.window_bandwidth('hann');"
        "filters.chroma(sr=22050, n_fft=2048);"
        "sys.exit(any(name.split('.')[0] == 'scipy' for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize(
    ("window", "bandwidth"),
    [
        # Of a long sum of cosines: 1 + sum(a[k]**2) / (2 a[0]**2).
        ("hann", 1 + 0.25 / (2 * 0.25)),
        ("hamming", 1 + 0.46**2 / (2 * 0.54**2)),
        ("blackman", 1 + (0.5**2 + 0.08**2) / (2 * 0.42**2)),
        ("boxcar", 1.0),
        ("bartlett", 4 / 3),
        ("cosine", np.pi**2 / 8),
    ],
)
def test_bandwidth_of_long_windows(window, bandwidth):
    # 8193 points stand for a continuous window up to a relative error of the order of 1 / 8192.
    assert filters.window_bandwidth(window) == pytest.approx(bandwidth, rel=2 / 8192)


def test_bandwidth_of_functions_and_samples():
    def hann(n):
        raise AssertionError("a function that bears a window's name is taken for it, as in librosa")

    assert filters.window_bandwidth(hann) == filters.window_bandwidth("hann")
    assert filters.window_bandwidth(np.ones(10), 10) == pytest.approx(1)
    assert filters.window_bandwidth(lambda n: np.ones(n), 7) == pytest.approx(1)
    with pytest.raises(fastspec.ParameterError):
        filters.window_bandwidth(np.ones(10))


def test_table_of_bandwidths_holds_what_is_measured():
    for name, bandwidth in filters.WINDOW_BANDWIDTHS.items():
        if isinstance(name, str) and not name.startswith("fl"):  # the flat top's is librosa's, by another formula
            w = filters.get_window(name, 8193, fftbins=False)
            assert bandwidth == pytest.approx(len(w) * np.sum(w**2) / np.sum(w) ** 2, rel=1e-12)


def test_table_of_bandwidths_is_read_and_filled(monkeypatch):
    table, kaiser = filters.WINDOW_BANDWIDTHS, ("kaiser", 8.125)
    monkeypatch.setitem(table, "hann", 3.0)
    assert filters.window_bandwidth("hann") == 3.0
    monkeypatch.delitem(table, kaiser, raising=False)
    measured = filters.window_bandwidth(kaiser, 500)
    assert table[kaiser] == filters.window_bandwidth(kaiser, 50) == measured
    for window in (np.hanning, np.ones(9)):
        n_known = len(table)
        assert filters.window_bandwidth(window, 9) > 0
        assert len(table) == n_known


@pytest.mark.parametrize("n_frames", [0, 1, 2, 7, 40])
@pytest.mark.parametrize(("n_fft", "hop_length"), [(64, 16), (60, 16), (64, 1), (64, 64), (16, 40)])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_sumsquare_has_the_bits_of_the_plain_loop(n_frames, n_fft, hop_length, dtype):
    window = filters.get_window("hann", 12)
    padded = np.zeros(n_fft)
    padded[(n_fft - 12) // 2 :][:12] = window**2
    expected = np.zeros(max(0, n_fft + hop_length * (n_frames - 1)), dtype=dtype)
    for start in range(0, n_frames * hop_length, hop_length):
        expected[start : start + n_fft] += padded
    ours = filters.window_sumsquare(
        window="hann", n_frames=n_frames, hop_length=hop_length, win_length=12, n_fft=n_fft, dtype=dtype
    )
    np.testing.assert_array_equal(ours, expected)


@pytest.mark.parametrize("bad", [{"n_frames": -1}, {"hop_length": 0}, {"win_length": 65}, {"window": None}])
def test_sumsquare_rejects(bad):
    with pytest.raises(fastspec.ParameterError):
        filters.window_sumsquare(**{"window": "hann", "n_frames": 3, "n_fft": 64, **bad})


# --- mel ---


@pytest.mark.parametrize("htk", [False, True])
@pytest.mark.parametrize(("sr", "n_fft", "n_mels"), [(22050, 2048, 128), (16000, 400, 80), (8000, 255, 10)])
@pytest.mark.parametrize(("fmin", "fmax"), [(0.0, None), (60.0, 3500.0)])
def test_mel_by_definition(sr, n_fft, n_mels, htk, fmin, fmax):
    edges = fastspec.mel_frequencies(n_mels + 2, fmin=fmin, fmax=fmax or sr / 2, htk=htk)
    freqs = np.arange(1 + n_fft // 2) * sr / n_fft
    expected = np.array([np.interp(freqs, edges[i : i + 3], [0, 1, 0]) for i in range(n_mels)])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        ours = filters.mel(
            sr=sr, n_fft=n_fft, n_mels=n_mels, htk=htk, fmin=fmin, fmax=fmax, norm=None, dtype=np.float64
        )
    # A weight is a difference of frequencies up to sr/2 over a width of at least 1 Hz.
    np.testing.assert_allclose(ours, expected, atol=sr * np.finfo(np.float64).eps)


@pytest.mark.parametrize("norm", [1, 2, np.inf])
def test_mel_rows_have_unit_norm(norm):
    bank = filters.mel(sr=22050, n_fft=2048, n_mels=40, norm=norm, dtype=np.float64)
    np.testing.assert_allclose(np.linalg.norm(bank, ord=norm, axis=1), 1, rtol=1e-13)


def test_mel_slaney_is_the_triangle_over_half_its_width():
    arguments = {"sr": 22050, "n_fft": 2048, "n_mels": 40, "dtype": np.float64}
    edges = fastspec.mel_frequencies(42, fmax=11025)
    expected = filters.mel(norm=None, **arguments) * (2 / (edges[2:] - edges[:-2]))[:, np.newaxis]
    np.testing.assert_array_equal(filters.mel(**arguments), expected)


def test_mel_warns_of_empty_bands():
    with pytest.warns(UserWarning, match="Empty filters detected: n_mels=128"):
        filters.mel(sr=22050, n_fft=256)


def test_mel_takes_what_librosa_takes():
    assert filters.mel(sr=22050, n_fft=512, n_mels=10.0).shape == (10, 257)
    assert filters.mel(sr=22050, n_fft=512, n_mels=0).shape == (0, 257)


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"norm": "area"}, fastspec.ParameterError),
        ({"norm": -1}, fastspec.ParameterError),
        ({"n_fft": 0}, (ValueError, ZeroDivisionError)),
        ({"n_fft": 512.0}, ValueError),
        ({"n_mels": -3}, ValueError),
        ({"sr": 0}, (ValueError, ZeroDivisionError)),
        ({"dtype": int}, TypeError),
    ],
)
@pytest.mark.filterwarnings("ignore")
def test_mel_rejects(arguments, error):
    with pytest.raises(error):
        filters.mel(**{"sr": 22050, "n_fft": 512, **arguments})


# --- chroma ---


@pytest.mark.parametrize(("n_chroma", "base_c"), [(12, True), (12, False), (24, True)])
def test_chroma_peaks_at_the_pitch(n_chroma, base_c):
    bank = filters.chroma(sr=22050, n_fft=8192, n_chroma=n_chroma, base_c=base_c)
    freqs = np.arange(4097) * 22050 / 8192
    for octave in (440.0, 880.0, 1760.0):
        nearest = np.argmin(np.abs(freqs - octave))
        assert bank[:, nearest].argmax() == (9 * n_chroma // 12 if base_c else 0)


def test_chroma_columns_have_unit_norm():
    bank = filters.chroma(sr=22050, n_fft=512, octwidth=None, dtype=np.float64)
    np.testing.assert_allclose(np.linalg.norm(bank, axis=0), 1, rtol=1e-14)
    assert filters.chroma(sr=22050, n_fft=2).shape == (12, 2)


def test_chroma_rejects():
    with pytest.raises(fastspec.ParameterError, match="n_fft=1"):
        filters.chroma(sr=22050, n_fft=1)


@pytest.mark.parametrize("fmin", [None, 32.7, 55.0, 100.0])
@pytest.mark.parametrize(("bins_per_octave", "n_chroma"), [(12, 12), (36, 12), (24, 24), (24, 6)])
def test_cq_to_chroma_takes_the_nearest_class(fmin, bins_per_octave, n_chroma):
    fold = filters.cq_to_chroma(70, bins_per_octave=bins_per_octave, n_chroma=n_chroma, fmin=fmin)
    assert (fold.sum(axis=0) == 1).all()
    first = 0 if fmin is None else np.round((fastspec.hz_to_midi(fmin) % 12) * n_chroma / 12)
    distance = (first + np.arange(70) * n_chroma / bins_per_octave - fold.argmax(axis=0)) % n_chroma
    assert (np.minimum(distance, n_chroma - distance) <= 0.5).all()


def test_cq_to_chroma_rejects():
    with pytest.raises(fastspec.ParameterError, match="bins_per_octave=20"):
        filters.cq_to_chroma(60, bins_per_octave=20)


# --- wavelets ---


def test_relative_bandwidth_of_even_spacing():
    ratio = 2.0 ** (1 / 12)
    expected = (ratio**2 - 1) / (ratio**2 + 1)
    np.testing.assert_allclose(filters.relative_bandwidth(freqs=FREQS), expected, rtol=1e-13)
    with pytest.raises(fastspec.ParameterError, match="two frequencies"):
        filters.relative_bandwidth(freqs=FREQS[:1])


def test_wavelet_lengths_keep_the_quality_factor():
    lengths, f_cutoff = filters.wavelet_lengths(freqs=FREQS, sr=22050)
    cycles = lengths * FREQS / 22050
    np.testing.assert_allclose(cycles, cycles[0], rtol=1e-12)
    assert FREQS[-1] < f_cutoff < FREQS[-1] * 1.1


def test_wavelet_lengths_of_integer_frequencies():
    whole = filters.wavelet_lengths(freqs=np.array([100, 150, 225]))[0]
    np.testing.assert_array_equal(whole, filters.wavelet_lengths(freqs=[100.0, 150.0, 225.0])[0])
    np.testing.assert_array_equal(whole, filters.wavelet_lengths(freqs=np.array([100, 150, 225], np.uint8))[0])


def test_wavelet_lengths_are_in_the_precision_of_the_frequencies():
    expected = filters.wavelet_lengths(freqs=FREQS, gamma=20)
    found = filters.wavelet_lengths(freqs=FREQS.astype(np.float32), gamma=20)
    assert [x.dtype.name for x in found] == ["float32", "float32"]
    np.testing.assert_allclose(found[0], expected[0], rtol=1e-5)  # differences of logarithms are small
    assert filters.relative_bandwidth(freqs=FREQS.astype(np.float16)).dtype == np.float32
    assert filters.wavelet(freqs=FREQS.astype(np.float32))[1].dtype == np.float32


@pytest.mark.parametrize(
    ("name", "value"),
    [("filter_scale", 0), ("gamma", -1), ("freqs", -FREQS), ("freqs", FREQS[::-1]), ("freqs", FREQS[:1])],
)
def test_wavelet_lengths_rejects(name, value):
    with pytest.raises(fastspec.ParameterError, match=name):
        filters.wavelet_lengths(**{"freqs": FREQS, name: value})


def test_wavelet_responds_to_its_own_frequency():
    freqs = FREQS * 8
    basis, lengths = filters.wavelet(freqs=freqs, sr=22050)
    assert basis.shape[1] == 2 ** int(np.ceil(np.log2(lengths.max())))
    np.testing.assert_allclose(np.abs(basis).sum(axis=1), 1, rtol=1e-5)
    tones = np.exp(2j * np.pi * np.outer(np.arange(basis.shape[1]), freqs) / 22050)
    assert np.abs(basis.conj() @ tones).argmax(axis=0).tolist() == list(range(len(freqs)))


def test_wavelet_pads_as_told():
    with pytest.raises(ValueError, match="no_such_option"):
        filters.wavelet(freqs=FREQS, no_such_option=1)
    padded = filters.wavelet(freqs=FREQS[:2] * 20, mode="constant", constant_values=3)[0]
    assert padded[0, 0] == 3


def test_constant_q_is_a_wavelet_basis_of_even_spacing():
    basis, lengths = filters.constant_q(sr=22050, fmin=55.0, n_bins=24)
    expected, expected_lengths = filters.wavelet(freqs=FREQS, sr=22050)
    np.testing.assert_allclose(lengths, expected_lengths, rtol=1e-12)
    np.testing.assert_allclose(basis, expected, atol=1e-6)
    np.testing.assert_array_equal(lengths, filters.constant_q_lengths(sr=22050, fmin=55.0, n_bins=24))


@pytest.mark.parametrize("bad", [{"fmin": 0}, {"n_bins": 0}, {"bins_per_octave": 0}, {"n_bins": 110}])
def test_constant_q_rejects(bad):
    with pytest.raises(fastspec.ParameterError):
        filters.constant_q(**{"sr": 22050, "fmin": 32.7, **bad})


# --- recursive filters, diagonal filter ---


def test_semitone_filterbank_passes_its_semitone():
    signal = pytest.importorskip("scipy.signal")
    bank, rates = filters.semitone_filterbank(flayout="sos")
    freqs, expected_rates = filters.mr_frequencies(0.0)
    np.testing.assert_array_equal(rates, expected_rates)
    for sos, freq, rate in zip(bank[::7], freqs[::7], rates[::7], strict=True):
        response = np.abs(signal.sosfreqz(sos, worN=[freq, freq * 2 ** (1 / 12)], fs=rate)[1])
        # By design at most 1 dB of ripple at the centre, and 50 dB down a bandwidth (1/25) away.
        assert 10 ** (-1.01 / 20) <= response[0] <= 1.001
        assert response[1] <= 10 ** (-49.9 / 20)


@pytest.mark.parametrize(
    "arguments",
    [
        {"center_freqs": np.ones(2)},
        {"sample_rates": np.ones(2)},
        {"center_freqs": np.ones(2), "sample_rates": np.ones(3)},
    ],
)
def test_semitone_filterbank_rejects(arguments):
    with pytest.raises(fastspec.ParameterError):
        filters.semitone_filterbank(**arguments)


@pytest.mark.parametrize("slope", [0.5, 1.0, 3.0])
@pytest.mark.parametrize("zero_mean", [True, False])
def test_diagonal_filter(slope, zero_mean):
    kernel = filters.diagonal_filter("hann", 9, slope=slope, zero_mean=zero_mean)
    assert kernel.sum() == pytest.approx(0 if zero_mean else 1, abs=1e-12)
    np.testing.assert_array_equal(
        kernel, filters.diagonal_filter("hann", 9, angle=np.arctan(slope), zero_mean=zero_mean)
    )
    if slope == 1.0 and not zero_mean:
        assert np.count_nonzero(kernel - np.diag(np.diag(kernel))) == 0


@pytest.mark.parametrize("window", ["hann", ("kaiser", 4.0), np.hanning])
def test_window_of_a_fractional_length(window):
    sample = getattr(filters, "__float_window")(window)
    whole = filters.get_window(window, 9)
    np.testing.assert_array_equal(sample(9), whole)
    np.testing.assert_array_equal(sample(9.25), [*whole, 0.0])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("kind", ["f4", "f8", "i8"])
def test_smoothed_chroma_is_its_sum(dtype, kind, monkeypatch):
    """Without SciPy's warning of memory that nobody has written to, whatever is in it."""
    empty = np.empty

    def with_signals(shape, *args, **kwargs):
        made = empty(shape, *args, **kwargs)
        if made.dtype == np.float32:
            made.view(np.uint32)[...] = 0x7FA00000  # NaNs whose conversion is an invalid operation
        return made

    monkeypatch.setattr(np, "empty", with_signals)
    window = np.array([1, 2, 1], dtype=kind)
    plain = fastspec.filters.cq_to_chroma(36, bins_per_octave=36, dtype=dtype)
    found = fastspec.filters.cq_to_chroma(36, bins_per_octave=36, window=window, dtype=dtype)
    want = sum(np.pad(plain, ((0, 0), (1, 1)))[:, i : i + 36] * window[i] for i in range(3))
    np.testing.assert_array_equal(found, want)
    assert found.dtype == np.result_type(dtype, kind)


@pytest.mark.parametrize("Nx", ["abc", None, 4.5, 0, -3])
@pytest.mark.parametrize("window", ["hann", ("kaiser", 5.0), "bohman"])
def test_lengths_of_windows(window, Nx):
    with pytest.raises(fastspec.ParameterError, match=f"^Nx={Nx!r} must be"):
        fastspec.filters.get_window(window, Nx)
