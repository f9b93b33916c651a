"""What holds for every signal: linearity, energy, shifts, impulses, channels, layouts, signs and scales."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from support import reference

import fastspec
from fastspec.feature import logmel, melspectrogram, mfcc

DTYPES = st.sampled_from([np.float32, np.float64])
# Lengths with every kind of pass: radix 2 to 16, odd radices, primes up to 31, Bluestein.
N_FFT = st.one_of(st.integers(1, 200), st.sampled_from([37, 64, 74, 97, 128, 202, 210, 243, 256, 400, 509, 512]))
SEEDS = st.integers(0, 2**32 - 1)
CENTER = st.booleans()
WINDOWS = st.sampled_from(["hann", "boxcar", "hamming", "blackman"])


def signal(seed: int, *shape: int, dtype=np.float32) -> np.ndarray:
    return np.random.default_rng(seed).uniform(-1, 1, shape).astype(dtype)


def roundoff(dtype) -> float:
    return reference.ROUNDOFF[np.dtype(dtype)]


def l2(x, axis=None):
    return np.sqrt((np.abs(x) ** 2).sum(axis=axis))


@st.composite
def stft_options(draw, *, center=CENTER):
    n_fft = draw(N_FFT)
    return {
        "n_fft": n_fft,
        "hop_length": draw(st.integers(max(1, n_fft // 8), n_fft + 3)),
        "window": draw(WINDOWS),
        "center": draw(center),
        "pad_mode": draw(st.sampled_from(["constant", "reflect", "edge", "symmetric"])),
    }


@given(seed=SEEDS, dtype=DTYPES, options=stft_options(), a=st.floats(-4, 4), b=st.floats(-4, 4))
def test_linearity(seed, dtype, options, a, b):
    n = 3 * options["n_fft"] + 17
    x, y = signal(seed, 2, n, dtype=np.float64)
    both = fastspec.stft((a * x + b * y).astype(dtype), **options)
    apart = a * fastspec.stft(x.astype(dtype), **options) + b * fastspec.stft(y.astype(dtype), **options)
    # Three transforms of at most (1 + 1.8) u sqrt(log2 n) each, and samples rounded before and after.
    size = np.sqrt(options["n_fft"]) * l2(reference.window(options["window"], *2 * [options["n_fft"]])) * 1.2
    bound = 3 * 4 * roundoff(dtype) * np.sqrt(np.log2(options["n_fft"]) + 1) * (abs(a) + abs(b) + 1e-30) * size
    assert l2(both - apart, axis=0).max() <= bound


@given(seed=SEEDS, dtype=DTYPES, n_fft=N_FFT)
def test_parseval(seed, dtype, n_fft):
    y = signal(seed, 4 * n_fft, dtype=dtype)
    D = fastspec.stft(y, n_fft=n_fft, hop_length=n_fft, window="boxcar", center=False)
    twice = np.full(len(D), 2.0)
    twice[0] = 1
    if n_fft % 2 == 0:
        twice[-1] = 1
    energy = (twice[:, np.newaxis] * np.abs(D.astype(np.complex128)) ** 2).sum(axis=0) / n_fft
    truth = (y.astype(np.float64).reshape(4, n_fft) ** 2).sum(axis=1)
    # The summing is float64 on either side: for float64 it adds an error of its own.
    np.testing.assert_allclose(energy, truth, rtol=8 * roundoff(dtype))


@given(seed=SEEDS, dtype=DTYPES, options=stft_options(), shift=st.integers(1, 5))
def test_shift_by_hops_shifts_frames_bit_for_bit(seed, dtype, options, shift):
    hop_length, n_fft = options["hop_length"], options["n_fft"]
    y = signal(seed, 40 * hop_length + 2 * n_fft, dtype=dtype)
    D = fastspec.stft(y, **options)
    moved = fastspec.stft(y[shift * hop_length :], **options)
    # Frames that touch no padding, on either end of the shorter one.
    edge = -(-n_fft // hop_length) if options["center"] else 0
    inner = moved.shape[-1] - edge
    assert inner > edge
    np.testing.assert_array_equal(moved[:, edge:inner], D[:, edge + shift : inner + shift])


@given(dtype=DTYPES, options=stft_options(center=st.just(False)), where=st.floats(0, 1, exclude_max=True))
def test_impulse_gives_the_window(dtype, options, where):
    n_fft = options["n_fft"]
    at = int(where * n_fft)
    y = np.zeros(n_fft, dtype)
    y[at] = 1
    D = fastspec.stft(y, **options)[:, 0]
    w = reference.window(options["window"], n_fft, n_fft)[at]
    truth = w * np.exp(-2j * np.pi * ((np.arange(len(D)) * at) % n_fft) / n_fft)
    np.testing.assert_allclose(
        D, truth, rtol=0, atol=8 * roundoff(dtype) * np.sqrt(np.log2(n_fft) + 1) * abs(w) + 1e-16
    )


@given(seed=SEEDS, dtype=DTYPES, options=stft_options(), leading=st.sampled_from([(1,), (2,), (3, 2), (1, 1, 3)]))
def test_channels_are_independent(seed, dtype, options, leading):
    n = 2 * options["n_fft"] + 100
    y = signal(seed, *leading, n, dtype=dtype)
    D = fastspec.stft(y, **options)
    M = melspectrogram(y=y, **options, n_mels=1)
    assert D.shape[:-2] == leading
    for at in np.ndindex(leading):
        np.testing.assert_array_equal(D[at], fastspec.stft(y[at], **options))
        np.testing.assert_array_equal(M[at], melspectrogram(y=y[at], **options, n_mels=1))


def layouts(y: np.ndarray):
    """The samples of `y` (channels, n) in every layout that may come along."""
    yield np.repeat(y, 3, axis=-1)[..., ::3]
    yield np.ascontiguousarray(y[..., ::-1])[..., ::-1]
    yield np.asfortranarray(y)
    yield np.concatenate([y, y])[::2] if len(y) == 1 else np.repeat(y, 2, axis=0)[::2]
    unaligned = np.empty(y.nbytes + 1, np.uint8)[1:].view(y.dtype).reshape(y.shape)
    unaligned[:] = y
    yield unaligned
    frozen = y.copy()
    frozen.flags.writeable = False
    yield frozen
    yield y.view(type("Samples", (np.ndarray,), {}))
    yield np.lib.stride_tricks.as_strided(y, y.shape, y.strides, writeable=False)


@given(seed=SEEDS, dtype=DTYPES, options=stft_options(), n_channels=st.integers(1, 3))
def test_layouts_do_not_matter(seed, dtype, options, n_channels):
    y = signal(seed, n_channels, 2 * options["n_fft"] + 50, dtype=dtype)
    wanted = fastspec.stft(y, **options)
    mel = melspectrogram(y=y, **options, n_mels=1)
    for view in layouts(y):
        np.testing.assert_array_equal(fastspec.stft(view, **options), wanted)
        np.testing.assert_array_equal(melspectrogram(y=view, **options, n_mels=1), mel)


@given(seed=SEEDS, options=stft_options(), kind=st.sampled_from([">f4", "<f4", ">f8", "f2", ">f2"]))
def test_byte_order_and_half_precision_do_not_matter(seed, options, kind):
    y = signal(seed, 2 * options["n_fft"] + 50).astype(kind)
    native = y.astype(np.float64 if y.itemsize == 8 else np.float32)
    np.testing.assert_array_equal(
        fastspec.stft(y, **options, dtype=np.complex128),
        fastspec.stft(native, **options, dtype=np.complex128),
    )
    np.testing.assert_array_equal(
        melspectrogram(y=y, **options, n_mels=1), melspectrogram(y=native, **options, n_mels=1)
    )


@given(seed=SEEDS, dtype=DTYPES, options=stft_options(), extra=st.integers(0, 3), order=st.sampled_from("CF"))
def test_out_is_as_fresh(seed, dtype, options, extra, order):
    y = signal(seed, 2, 2 * options["n_fft"] + 50, dtype=dtype)
    fresh = fastspec.stft(y, **options)
    n_frames = fresh.shape[-1]
    out = np.full((*fresh.shape[:-1], n_frames + extra), 7, fresh.dtype, order=order)
    result = fastspec.stft(y, **options, out=out)
    assert (result is out) == (extra == 0)
    np.testing.assert_array_equal(out[..., :n_frames], fresh)
    assert (out[..., n_frames:] == 7).all()


@given(seed=SEEDS, dtype=DTYPES, options=stft_options(), power=st.sampled_from([1, 2, 0.5]))
def test_sign_does_not_matter(seed, dtype, options, power):
    y = signal(seed, 2 * options["n_fft"] + 50, dtype=dtype)
    np.testing.assert_array_equal(fastspec.stft(-y, **options), -fastspec.stft(y, **options))
    for function in (melspectrogram, logmel):
        np.testing.assert_array_equal(
            function(y=-y, **options, power=power, n_mels=1), function(y=y, **options, power=power, n_mels=1)
        )


@given(seed=SEEDS, dtype=DTYPES, options=stft_options(), exponent=st.integers(-20, 20))
def test_powers_of_two_are_exact(seed, dtype, options, exponent):
    # Every step is a product or a sum of products: scaling by a power of two changes no rounding.
    y = signal(seed, 2 * options["n_fft"] + 50, dtype=dtype)
    scale = dtype(2.0**exponent)
    np.testing.assert_array_equal(fastspec.stft(scale * y, **options), scale * fastspec.stft(y, **options))
    np.testing.assert_array_equal(
        melspectrogram(y=scale * y, **options, n_mels=1), scale**2 * melspectrogram(y=y, **options, n_mels=1)
    )


@given(seed=SEEDS, dtype=DTYPES, options=stft_options(), n_threads=st.integers(2, 8))
def test_number_of_threads_does_not_matter(seed, dtype, options, n_threads):
    y = signal(seed, 3, 2 * options["n_fft"] + 50, dtype=dtype)
    with pytest.MonkeyPatch.context() as patch, fastspec.threads(n_threads):
        patch.setattr("fastspec._engine.threads.WORK_PER_THREAD", 1)  # threads even where they do not pay
        many = fastspec.stft(y, **options), logmel(y=y, **options, n_mels=1), mfcc(y=y, **options, n_mels=1)
    with fastspec.threads(1):
        one = fastspec.stft(y, **options), logmel(y=y, **options, n_mels=1), mfcc(y=y, **options, n_mels=1)
    for a, b in zip(many, one, strict=True):
        np.testing.assert_array_equal(a, b)


@given(seed=SEEDS, dtype=DTYPES, ref=st.floats(1e-3, 1e3), top_db=st.floats(1, 100))
def test_decibels_are_monotonic_and_bounded(seed, dtype, ref, top_db):
    S = np.sort(np.exp(signal(seed, 300, dtype=np.float64) * 30)).astype(dtype)
    L = fastspec.power_to_db(S, ref=ref, top_db=top_db)
    assert (np.diff(L) >= 0).all()
    assert L.max() - L.min() <= top_db * (1 + 1e-5)


@given(seed=SEEDS, exponent=st.floats(-3, 3))
def test_a_factor_is_an_offset_in_decibels(seed, exponent):
    S = np.exp(signal(seed, 40, 30, dtype=np.float64) * 5)
    assume(10**exponent != 0)
    louder = fastspec.power_to_db(S * 10**exponent, amin=1e-30)
    np.testing.assert_allclose(louder, fastspec.power_to_db(S, amin=1e-30) + 10 * exponent, rtol=0, atol=1e-11)
