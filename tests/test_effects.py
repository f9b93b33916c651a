"""fastspec.effects and decompose.hpss against librosa 1.0's results, against definitions, and on bad input."""

from pathlib import Path

import numpy as np
import pytest
from support.goldens import as_arrays
from support.rhythm_cases import EFFECTS, LOUD_PARTS, SR, STEREO, D, Y
from support.util_cases import noise

import fastspec
from fastspec import decompose, effects

GOLDEN = np.load(Path(__file__).parent / "golden" / "effects.npz")
# Rounding through an STFT, masks and the inverse, in units of the largest value. Masks without phases, inverted, grow
# large where the sum of windows is small, at the edges: there (hpss_uncentered) librosa is as far from float64 as this.
BOUNDS = {np.dtype(np.float32): 4e-6, np.dtype(np.complex64): 1e-6}


@pytest.mark.parametrize("case", sorted(EFFECTS))
def test_as_librosa(case):
    for i, ours in enumerate(as_arrays(EFFECTS[case](fastspec))):
        theirs = GOLDEN[f"{case}.{i}"]
        assert ours.dtype == theirs.dtype
        assert ours.shape == theirs.shape
        if ours.dtype.kind in "bi":
            np.testing.assert_array_equal(ours, theirs)
        elif ours.size:
            bound = BOUNDS.get(ours.dtype, 1e-10) * (2 if case == "hpss_uncentered" else 1)
            np.testing.assert_allclose(ours, theirs, rtol=0, atol=bound * np.abs(theirs).max())


# --- harmonic and percussive ---


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("shape", [(1, 1), (5, 1), (17, 40), (40, 17), (2, 33, 35)])
@pytest.mark.parametrize("widths", [(1, 2), (3, 4), (31, 9), (6, 70)])
@pytest.mark.parametrize("order", ["C", "F"])
def test_medians_by_definition(dtype, shape, widths, order):
    """Order statistics: exact. Hard masks show which of the two is larger, soft ones by how much."""
    S = np.asarray(np.abs(np.round(noise(*shape, seed=3) * 40)), dtype=dtype, order=order)
    medians = []
    for width, axis in zip(widths, (-1, -2), strict=True):
        around = [(0, 0)] * S.ndim
        around[axis] = (width // 2, width - 1 - width // 2)
        windows = np.lib.stride_tricks.sliding_window_view(np.pad(S, around, "symmetric"), width, axis)
        medians.append(np.sort(windows, axis=-1)[..., width // 2])
    hard = decompose.hpss(S, kernel_size=widths, mask=True, power=np.inf)
    np.testing.assert_array_equal(hard[0], medians[0] > medians[1])
    np.testing.assert_array_equal(hard[1], medians[1] > medians[0])
    soft = decompose.hpss(S, kernel_size=widths, mask=True, power=1)
    total = medians[0] + medians[1]
    wanted = np.where(total > 0, medians[0] / np.where(total > 0, total, 1), 0.5)
    np.testing.assert_allclose(soft[0], wanted, atol=4 * np.finfo(dtype).eps)


def test_half_precision_is_computed_in_single():
    S = np.abs(noise(65, 50)).astype(np.float16)
    for half, single in zip(decompose.hpss(S), decompose.hpss(S.astype(np.float32)), strict=True):
        assert half.dtype == np.float32
        np.testing.assert_array_equal(half, single)


@pytest.mark.parametrize("arrange", [np.asfortranarray, np.ascontiguousarray, lambda S: S[::-1, ::-1]])
def test_parts_add_up_and_keep_the_layout(arrange):
    S = arrange(D)
    H, P = decompose.hpss(S)
    np.testing.assert_allclose(H + P, S, atol=1e-15 * np.abs(S).max())
    assert H.strides == P.strides == np.empty_like(S).strides
    reference = decompose.hpss(D)[0]
    np.testing.assert_allclose(H, reference[::-1, ::-1] if S.strides[0] < 0 else reference, rtol=2e-15)


def test_margins_leave_a_rest():
    H, P = decompose.hpss(np.abs(D), margin=3, mask=True)
    assert np.all(H + P < 1)
    assert np.all(np.stack(decompose.hpss(np.abs(D), margin=(1, 3), mask=True)).sum(axis=0) <= 1 + 1e-15)


def test_each_channel_is_its_own_mono_run_for_any_number_of_threads():
    S = np.abs(fastspec.stft(STEREO, n_fft=1024, hop_length=16))
    with fastspec.threads(1):
        alone = [decompose.hpss(channel) for channel in S]
    with fastspec.threads(3):
        both = decompose.hpss(S)
    for i, parts in enumerate(alone):
        for part, of_both in zip(parts, both, strict=True):
            np.testing.assert_array_equal(of_both[i], part)


def test_nan_is_left_to_scipy():
    S = np.abs(D)
    S[3, 4] = np.nan
    assert decompose.hpss(S, kernel_size=3)[0].shape == S.shape


def test_tone_is_harmonic_and_click_percussive():
    tone = np.sin(2 * np.pi * 440 * np.arange(SR) / SR)
    click = np.zeros(SR)
    click[4000] = 20.0
    y_harmonic, y_percussive = effects.hpss(tone + click, n_fft=512)
    inner = slice(1000, 3000)
    assert np.abs(y_harmonic - tone)[inner].max() < 0.02
    assert np.abs(y_percussive).argmax() == 4000
    np.testing.assert_array_equal(effects.harmonic(tone + click, n_fft=512), y_harmonic)
    np.testing.assert_array_equal(effects.percussive(tone + click, n_fft=512), y_percussive)


# --- time and pitch ---


@pytest.mark.parametrize("rate", [0.5, 1.0, 1.7])
def test_stretching_keeps_pitch_and_shifting_keeps_length(rate):
    tone = np.sin(2 * np.pi * 500 * np.arange(SR) / SR)
    stretched = effects.time_stretch(tone, rate=rate)
    assert stretched.shape == (round(SR / rate),)
    assert _pitch(stretched) == pytest.approx(500, rel=0.01)
    shifted = effects.pitch_shift(tone, sr=SR, n_steps=12 * np.log2(rate))
    assert shifted.shape == tone.shape
    assert _pitch(shifted) == pytest.approx(500 * rate, rel=0.01)


@pytest.mark.parametrize("change", ["time_stretch", "pitch_shift"])
def test_librosas_warnings_at_every_call(change):
    options = {"rate": 2.0} if change == "time_stretch" else {"sr": SR, "n_steps": 1}
    with pytest.warns(FutureWarning) as caught:
        getattr(effects, change)(np.ones(SR), **options)
    assert [str(w.message).split()[1] for w in caught] == ["`hop_length`", "`n_fft`"]


def _pitch(y: np.ndarray) -> float:
    """Frequency of the largest bin of the whole signal, windowed."""
    return np.abs(np.fft.rfft(y * np.hanning(len(y)))).argmax() * SR / len(y)


# --- cutting ---


def test_trim_gives_a_view_of_what_its_index_says():
    trimmed, (start, end) = effects.trim(LOUD_PARTS, frame_length=256, hop_length=64)
    assert np.shares_memory(trimmed, LOUD_PARTS)
    np.testing.assert_array_equal(trimmed, LOUD_PARTS[start:end])
    # sound from 1024 to 7168: no further away than half a frame and a hop
    assert 1024 - 192 <= start <= 1024
    assert 7168 <= end <= 7168 + 192


def test_split_gives_what_is_loud():
    intervals = effects.split(LOUD_PARTS, frame_length=256, hop_length=64)
    assert len(intervals) == 2
    np.testing.assert_allclose(intervals, [[1024, 3072], [5120, 7168]], atol=192)


def test_remix_cuts_at_zero_crossings():
    crossings = np.flatnonzero(fastspec.zero_crossings(Y))
    intervals = np.array([[50, 700], [2000, 2300]])
    nearest = crossings[np.abs(crossings - intervals[..., np.newaxis]).argmin(axis=-1)]
    wanted = np.concatenate([Y[start:end] for start, end in nearest])
    np.testing.assert_array_equal(effects.remix(Y, intervals), wanted)
    np.testing.assert_array_equal(effects.remix(Y, iter(intervals.tolist())), wanted)


# --- emphasis ---


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.complex64, np.complex128])
def test_preemphasis_is_a_difference(dtype):
    y = STEREO.astype(dtype)
    out, zf = effects.preemphasis(y, coef=0.9, zi=0, return_zf=True)
    previous = np.pad(y, [(0, 0), (1, 0)])[:, :-1]
    assert out.dtype == dtype
    np.testing.assert_allclose(out, y - 0.9 * previous, atol=2 * np.finfo(dtype).eps)
    np.testing.assert_allclose(zf, -0.9 * y[:, -1:], rtol=2 * np.finfo(dtype).eps)


@pytest.mark.parametrize("coef", [0, 0.5, 0.97])
@pytest.mark.parametrize("zi", [None, 0.25])
def test_deemphasis_undoes_preemphasis(coef, zi):
    y = STEREO.astype(np.float64)
    zi_back = None if zi is None else -zi
    back = effects.deemphasis(effects.preemphasis(y, coef=coef, zi=zi), coef=coef, zi=zi_back)
    np.testing.assert_allclose(back, y, atol=1e-14 / (1 - coef))


@pytest.mark.parametrize("function", [effects.preemphasis, effects.deemphasis])
def test_blocks_make_the_whole(function):
    whole = function(Y, zi=[0.5])
    first, state = function(Y[:1000], zi=[0.5], return_zf=True)
    rest = function(Y[1000:], zi=state)
    np.testing.assert_array_equal(np.concatenate([first, rest]), whole)


def test_bad_input_of_filters_is_left_alone():
    y = Y.copy()
    effects.preemphasis(y)
    effects.deemphasis(y)
    np.testing.assert_array_equal(y, Y)


# --- bad input ---

S = np.abs(D)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: decompose.hpss(S, margin=0.5), r"margin=0\.5"),
        (lambda: decompose.hpss(S, margin=(1, 0.9)), r"margin=\(1, 0\.9\)"),
        (lambda: decompose.hpss(S, kernel_size=0), "kernel_size=0"),
        (lambda: decompose.hpss(S, power=0), "power=0"),
        (lambda: decompose.hpss(S, power=np.nan), "power=nan"),
        (lambda: decompose.hpss(-S), "negative"),
        (lambda: decompose.hpss(S[0]), r"S.shape=\(30,\)"),
        (lambda: effects.hpss(Y.astype(int)), "int64"),
        (lambda: effects.harmonic(Y * np.inf), "finite"),
        (lambda: effects.time_stretch(Y, rate=0), "rate=0"),
        (lambda: effects.time_stretch(Y, rate=np.nan), "rate=nan"),
        (lambda: effects.pitch_shift(Y, sr=SR, n_steps=2, bins_per_octave=0), "bins_per_octave=0"),
        (lambda: effects.pitch_shift(Y, sr=SR, n_steps=2, bins_per_octave=12.5), r"bins_per_octave=12\.5"),
        (lambda: effects.remix(Y, []), "intervals is empty"),
        (lambda: effects.trim(Y.astype(np.int16)), "int16"),
        (lambda: effects.split(Y * np.nan), "nan"),
        (lambda: effects.preemphasis([0.0, 1.0]), "y is list"),
        (lambda: effects.preemphasis(np.arange(9)), "int64"),
        (lambda: effects.preemphasis(Y[:0]), r"y.shape=\(0,\)"),
        (lambda: effects.preemphasis(Y[:1]), "give zi"),
        (lambda: effects.deemphasis(Y[:1]), "give zi"),
        (lambda: effects.deemphasis(np.float32(1)), "float32"),
        (lambda: effects.deemphasis(Y, zi=[0.0, 1.0]), r"zi.shape=\(2,\)"),
        (lambda: effects.deemphasis(Y, zi="0"), "zi.dtype"),
    ],
)
@pytest.mark.filterwarnings("ignore:invalid value:RuntimeWarning")
def test_bad_input(call, message):
    with pytest.raises(fastspec.ParameterError, match=message):
        call()
