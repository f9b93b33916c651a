"""Spectra back to samples: istft, griffinlim, phase_vocoder."""

import numpy as np
import pytest
from support import calls
from support.inverse_signals import bench, spectrum
from support.spectral_signals import noise

import fastspec
from fastspec import ParameterError

BENCH = bench(fastspec)
# As a fraction of the largest magnitude. The phases of Griffin-Lim turn on what is left when momentum has cancelled
# most of a bin, so that rounding comes out tens of times larger than it went in.
TOLERANCE = {np.dtype(np.float32): 1e-5, np.dtype(np.float64): 1e-10}


@pytest.mark.parametrize("case", calls.load("inverse"), ids=lambda case: case["call"])
def test_as_librosa(case):
    value = case.get("value")
    tolerance = scale = 0.0
    if value is not None:
        single = "complex128" not in case["call"] and "astype(np.float64)" not in case["call"]
        tolerance = TOLERANCE[np.dtype(np.float32 if single else value.real.dtype)]
        scale = np.abs(value).max(initial=0)
    if "random_state=0" in case["call"]:
        tolerance *= 10
    with np.errstate(all="ignore"):
        calls.check(case, BENCH, rtol=tolerance, atol=tolerance * scale)


def plain_istft(D, n_fft, hop, window, center):
    """The definition: sum of windowed inverse FFTs over sum of squared windows."""
    frames = np.fft.irfft(D, n=n_fft, axis=0) * window[:, None]
    total = np.zeros(n_fft + hop * (D.shape[1] - 1))
    weight = np.zeros_like(total)
    for t in range(D.shape[1]):
        total[t * hop : t * hop + n_fft] += frames[:, t]
        weight[t * hop : t * hop + n_fft] += window**2
    total[weight > 0] /= weight[weight > 0]
    return total[n_fft // 2 : len(total) - n_fft // 2] if center else total


@pytest.mark.parametrize(
    ("n_fft", "hop"),
    [(2, 1), (3, 1), (16, 4), (64, 64), (64, 80), (50, 7), (101, 30), (202, 50), (206, 50), (400, 160), (1024, 32)],
)
@pytest.mark.parametrize("center", [True, False])
@pytest.mark.parametrize("dtype", [np.complex64, np.complex128])
def test_definition(n_fft, hop, center, dtype):
    D = spectrum(n_fft // 2 + 1, 45, dtype=dtype)
    window = 0.54 - 0.46 * np.cos(2 * np.pi * (np.arange(n_fft) + 0.5) / n_fft)
    found = fastspec.istft(D, n_fft=n_fft, hop_length=hop, window=window, center=center)
    wanted = plain_istft(D.astype(np.complex128), n_fft, hop, window, center)
    u = np.finfo(dtype).eps / 2
    # The inverse FFT's own bound, u sqrt(log2 n), and a few roundings of window, sum and quotient.
    bound = (1.5 * np.sqrt(np.log2(max(n_fft, 2))) + 4) * u
    assert np.linalg.norm(found - wanted) <= bound * np.linalg.norm(wanted)


# 16384 points take the way of odd lengths.
@pytest.mark.parametrize(
    ("n_fft", "hop"), [(2048, 512), (400, 160), (512, 128), (551, 100), (1103, 275), (8192, 2048), (16384, 5000)]
)
@pytest.mark.parametrize(("dtype", "u"), [(np.float32, 2.0**-24), (np.float64, 2.0**-53)])
def test_undoes_stft(n_fft, hop, dtype, u):
    y = noise(20 * n_fft, dtype=dtype)
    D = fastspec.stft(y, n_fft=n_fft, hop_length=hop)
    back = fastspec.istft(D, n_fft=n_fft, hop_length=hop, length=len(y))
    inner = slice(n_fft, -n_fft)
    assert np.linalg.norm((back - y)[inner]) <= 8 * u * np.linalg.norm(y[inner])


def test_same_bits_for_any_number_of_threads():
    D = np.asfortranarray(spectrum(257, 3000))
    S = np.abs(D)
    with fastspec.threads(1):
        y, z, v = fastspec.istft(D), fastspec.griffinlim(S, n_iter=2, rng=0), fastspec.phase_vocoder(D, rate=1.3)
    for n in (2, 3, 8):
        with fastspec.threads(n):
            np.testing.assert_array_equal(fastspec.istft(D), y)
            np.testing.assert_array_equal(fastspec.griffinlim(S, n_iter=2, rng=0), z)
            np.testing.assert_array_equal(fastspec.phase_vocoder(D, rate=1.3), v)


def test_channels_are_independent():
    D = spectrum(3, 65, 40)
    for name, arguments in (("istft", {}), ("phase_vocoder", {"rate": 0.7})):
        function = getattr(fastspec, name)
        for whole, channel in zip(function(D, **arguments), D, strict=True):
            np.testing.assert_array_equal(whole, function(channel, **arguments))


@pytest.mark.parametrize("order", ["C", "F"])
def test_layout_of_input_and_output_do_not_matter(order):
    D = np.array(spectrum(65, 40), order=order)
    wanted = fastspec.istft(spectrum(65, 40))
    np.testing.assert_array_equal(fastspec.istft(D), wanted)
    np.testing.assert_array_equal(fastspec.istft(D.astype(">c8")), wanted)
    for out in (np.empty_like(wanted), np.empty(2 * len(wanted), np.float32)[::2], np.empty_like(wanted, dtype=">f4")):
        assert fastspec.istft(D, out=out) is out
        np.testing.assert_array_equal(out, wanted)


def test_spectral_convergence_improves():
    y = noise(20000)
    S = np.abs(fastspec.stft(y, n_fft=512))

    def distance(n_iter):
        z = fastspec.griffinlim(S, n_iter=n_iter, rng=0)
        return np.linalg.norm(np.abs(fastspec.stft(z, n_fft=512)) - S)

    assert distance(30) < 0.5 * distance(1)


def test_griffinlim_of_silence_is_silence():
    assert not fastspec.griffinlim(np.zeros((33, 9), np.float32), rng=0).any()


def test_griffinlim_of_nothing_is_nothing():
    assert fastspec.griffinlim(np.ones((33, 1), np.float32)).shape == (0,)
    assert fastspec.griffinlim(np.ones((0, 33, 9), np.float32)).shape == (0, 128)


@pytest.mark.parametrize("dtype", [np.uint8, np.int16, bool, np.float16])
def test_griffinlim_of_any_real_numbers(dtype):
    S = (np.random.default_rng(0).random((33, 9)) * 9).astype(dtype)
    wanted = fastspec.griffinlim(S.astype(np.float32), n_iter=0, rng=0)
    np.testing.assert_allclose(fastspec.griffinlim(S, n_iter=0, rng=0), wanted, atol=1e-6 * np.abs(wanted).max())


@pytest.mark.parametrize(("dtype", "result"), [(np.complex64, np.float32), (np.complex128, np.float64)])
def test_griffinlim_of_complex_magnitudes_turns_the_phases_it_finds(dtype, result):
    S = spectrum(33, 20, dtype=dtype)
    y = fastspec.istft(S)
    for _ in range(2):
        found = fastspec.stft(y, n_fft=64)
        y = fastspec.istft(S * found / np.abs(found))
    z = fastspec.griffinlim(S, init=None, n_iter=2, momentum=0)
    assert z.dtype == result
    np.testing.assert_allclose(z, y, rtol=0, atol=1e-5 * np.abs(y).max())
    plain = fastspec.griffinlim(np.abs(S), n_iter=2, rng=0)
    np.testing.assert_allclose(
        fastspec.griffinlim(np.abs(S).astype(dtype), n_iter=2, rng=0), plain, rtol=0, atol=1e-4 * np.abs(plain).max()
    )


def test_griffinlim_says_where_samples_are_not_finite():
    S = np.ones((2, 33, 9), np.float32)
    S[1, 3, 4] = np.nan
    with pytest.raises(ParameterError, match=r"y\[1, \d+\] is nan"):
        fastspec.griffinlim(S)


def test_phase_vocoder_keeps_frequency():
    """A steady tone at half the speed is twice as long, as loud, and on the same bin."""
    y = np.sin(2 * np.pi * 40 / 512 * np.arange(20480)).astype(np.float32)
    D = fastspec.stft(y, n_fft=512, hop_length=128, center=False)
    z = fastspec.istft(fastspec.phase_vocoder(D, rate=0.5), hop_length=128)
    inner = np.abs(fastspec.stft(z, n_fft=512, hop_length=128))[:, 20:-20]
    assert len(z) == pytest.approx(2 * len(y), rel=0.03)
    assert set(inner.argmax(axis=0)) == {40}
    np.testing.assert_allclose(inner.max(axis=0), np.abs(D)[40, 40], rtol=1e-3)


@pytest.mark.parametrize(
    ("call", "complaint"),
    [
        (lambda: fastspec.istft(np.zeros(5)), "stft_matrix.shape"),
        (lambda: fastspec.istft(np.zeros((1, 5), complex)), "n_fft"),
        (lambda: fastspec.istft(spectrum(33, 9), dtype=np.int16), "dtype="),
        (lambda: fastspec.istft(spectrum(33, 9), hop_length=0), "hop_length=0"),
        (lambda: fastspec.griffinlim(np.full((33, 9), "x")), "holds no numbers"),
        (lambda: fastspec.griffinlim(np.ones((33, 9)), length=1000, init=None), "length=1000"),
    ],
)
def test_bad_input(call, complaint):
    with pytest.raises(ParameterError, match=complaint):
        call()


def test_out_that_cannot_be_written():
    out = np.empty(128, np.float32)
    out.flags.writeable = False
    with pytest.raises(ParameterError, match="read-only"):
        fastspec.istft(spectrum(33, 9), out=out)


def plain_griffinlim(y, S, n_iter, momentum, n_fft, hop, center, pad_mode):
    """The rounds by their definition, with a rectangle for a window, in float64."""
    lead = n_fft // 2 if center else 0
    window, previous = np.ones(n_fft), 0
    for _ in range(n_iter):
        padded = np.pad(y, lead, mode=pad_mode)
        frames = np.stack([padded[t * hop : t * hop + n_fft] for t in range(S.shape[-1])], axis=-1)
        X = np.fft.rfft(frames, axis=0)
        Z = X - momentum / (1 + momentum) * previous
        previous = X
        total = plain_istft(S * Z / np.maximum(np.abs(Z), 1e-300), n_fft, hop, window, center=False)
        y = np.pad(total, (0, n_fft))[lead : lead + len(y)]
    return y


# From one frame to several blocks of stretches; hops that divide, do not, and leave gaps; all paddings.
@pytest.mark.parametrize(
    ("n_fft", "hop", "n_frames"),
    [
        (16, 4, 2),
        (16, 4, 7),
        (16, 4, 900),
        (32, 1, 40),
        (33, 7, 300),
        (21, 21, 50),
        (21, 24, 431),
        (64, 5, 33),
        (38, 9, 70),
    ],
)
@pytest.mark.parametrize("center", [True, False])
@pytest.mark.parametrize("pad_mode", ["constant", "edge", "reflect", "symmetric", "linear_ramp"])
def test_griffinlim_definition(n_fft, hop, n_frames, center, pad_mode):
    if pad_mode == "symmetric":
        n_fft |= 1  # a first frame of even length would be its own mirror image, which leaves its last bin no phase
    rng = np.random.default_rng(n_frames)
    S = rng.random((n_fft // 2 + 1, n_frames)) + 0.5
    arguments = {"n_fft": n_fft, "hop_length": hop, "window": "boxcar", "center": center}
    # The same random phases as the function draws, with frames made by its own, tested inverse.
    start = S * np.exp(2j * np.pi * np.random.default_rng(5).random(size=S.shape))
    y = fastspec.istft(start, **arguments)
    wanted = plain_griffinlim(y, S, 3, 0.9, n_fft, hop, center, pad_mode)
    found = fastspec.griffinlim(S, n_iter=3, momentum=0.9, rng=5, pad_mode=pad_mode, **arguments)
    np.testing.assert_allclose(found, wanted, rtol=0, atol=1e-9 * np.abs(wanted).max())
