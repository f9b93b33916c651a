"""core.pitch: librosa's record, the definitions written out slowly, and what must fail."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import scipy.special
import scipy.stats
from support.calls import check, load
from support.pitch_signals import SR, bench, glide, heights, noise, stereo

import fastspec
from fastspec.core import pitch
from fastspec.core.pitch import _pyin

BENCH = bench(fastspec)
# librosa correlates float32 signals in float32, ours are double: 2^-24 of the energy, which a parabola over a
# difference of some percent of it makes 50 times as much. Double on both sides agrees to a few ulp.
RTOL = {"float32": 5e-6, "float64": 1e-11}


@pytest.mark.parametrize("case", load("pitch"), ids=lambda case: case["call"])
def test_as_librosa(case):
    exact = "dtype=np.float64" in case["call"] or "pyin" in case["call"]
    with np.errstate(all="ignore"):
        check(case, BENCH, rtol=RTOL["float64" if exact else "float32"], atol=1e-12)


def difference_function(frame: np.ndarray, max_period: int) -> np.ndarray:
    """d'(k), k = 0 .. max_period, by sums over the frame as librosa has them; entry 0 is not used."""
    n = len(frame)
    d = np.zeros(max_period + 1)
    for k in range(1, max_period + 1):
        correlation = np.dot(frame[: n - k], frame[k:])
        d[k] = 2 * (np.dot(frame, frame) - correlation) - (np.dot(frame[:k], frame[:k]) if k > 1 else 0)
    means = np.cumsum(d[1:]) / np.arange(1, max_period + 1)
    return np.append(0, d[1:] / (means + np.finfo(float).tiny))


def slow_yin(y, fmin, fmax, frame_length, hop_length, threshold=0.1):
    min_period, max_period = int(SR // fmax), int(np.ceil(SR / fmin))
    found = []
    for start in range(0, len(y) - frame_length + 1, hop_length):
        c = difference_function(y[start : start + frame_length].astype(float), max_period)[min_period:]
        before, after = np.append(np.inf, c[:-1]), np.append(c[1:], np.inf)
        troughs = np.flatnonzero((c < before) & (c <= after) & (c < threshold))
        troughs = troughs[(troughs > 0) | (c[0] < c[1])]
        i = troughs[0] if troughs.size else np.argmin(c)
        shift = 0.0
        if 0 < i < len(c) - 1:
            a, b = c[i + 1] + c[i - 1] - 2 * c[i], (c[i + 1] - c[i - 1]) / 2
            shift = -b / a if abs(b) < abs(a) else 0.0
        found.append(SR / (min_period + i + shift))
    return np.array(found)


@pytest.mark.parametrize("y", [glide(6000), noise(6000)], ids=["voice", "noise"])
@pytest.mark.parametrize(("frame_length", "hop_length"), [(1024, 256), (1000, 333), (600, 600), (601, 900), (700, 1)])
def test_yin_is_its_definition(y, frame_length, hop_length):
    y = y if hop_length > 1 else y[:760]
    found = fastspec.yin(y, fmin=90, fmax=1000, frame_length=frame_length, hop_length=hop_length, center=False)
    np.testing.assert_allclose(found, slow_yin(y, 90, 1000, frame_length, hop_length), rtol=1e-10)


@pytest.mark.parametrize("f", [110.0, 220.5, 441.0, 800.0])
def test_pitch_of_a_tone(f):
    # Truncated frames bias the troughs of a sine; half a percent is what librosa's is off, too.
    y = fastspec.tone(f, sr=SR, duration=0.5)
    np.testing.assert_allclose(fastspec.yin(y, fmin=80, fmax=1000)[4:-4], f, rtol=5e-3)
    f0, voiced, probability = fastspec.pyin(y, fmin=80, fmax=1000)
    assert voiced[4:-4].all()
    assert probability[4:-4].min() > 0.7
    np.testing.assert_allclose(f0[4:-4], f, rtol=1.2e-2)  # and half a bin of a tenth of a semitone


def slow_viterbi(observed, transition, min_prob):
    """Values and pointers over the dense matrix: (states, frames), (states, states)."""
    n = len(transition)
    log = np.log(transition + _pyin.TINY)
    if min_prob:
        log[log < np.log(min_prob + _pyin.TINY)] = -np.inf
    seen = np.log(observed + _pyin.TINY).T
    values, pointers = [seen[0] + np.log(1 / n + _pyin.TINY)], []
    for row in seen[1:]:
        costs = values[-1][:, np.newaxis] + log
        pointers.append(np.argmax(costs, axis=0))
        values.append(row + costs.max(axis=0))
    states = [int(np.argmax(values[-1]))]
    for pointer in reversed(pointers):
        states.append(int(pointer[states[-1]]))
    return np.array(states[::-1])


def random_observations(n, frames, seed):
    rng = np.random.RandomState(seed)
    dense = np.where(rng.uniform(size=(frames, n)) < 0.1, rng.uniform(0, 0.2, size=(frames, n)), 0)
    frame, bins = np.nonzero(dense)
    voiced = dense.sum(axis=1).clip(0, 1)
    seen = _pyin.Observations(
        start=np.append(0, np.cumsum(np.bincount(frame, minlength=frames))).astype(np.uintp),
        bins=bins.astype(np.uintp),
        log_probability=np.log(dense[frame, bins] + _pyin.TINY),
        log_unvoiced=np.log((1 - voiced) / n + _pyin.TINY),
        voiced_prob=voiced,
    )
    return seen, np.vstack([dense.T, np.tile((1 - voiced) / n, (n, 1))])


@pytest.mark.parametrize("parameters", [(2, 18), (1, 1), (18.0, 2), (60, 41), (60, 42), (2.5, 7), (0.5, 0.5)])
def test_beta_distribution(parameters):
    """By binomials where both are whole and few, to a few ulp of what scipy's continued fraction gives."""
    x = np.linspace(0, 1, 101)
    found = _pyin.beta_cdf(*parameters, x)
    np.testing.assert_allclose(found, scipy.special.betainc(*parameters, x), rtol=1e-13, atol=1e-300)
    assert found.dtype == np.float64


@pytest.mark.parametrize("parameters", [(2, 18), (1, 1), (18.0, 2), (60, 41), (2.5, 7)])
def test_no_threshold_is_less_likely_than_never(parameters, monkeypatch):
    """Nor are all together more than certain, whatever rounding does to their distribution."""
    exact = _pyin.beta_cdf
    wobble = np.random.default_rng(0).uniform(1 - 3e-16, 1 + 3e-16, 101)
    monkeypatch.setattr(_pyin, "beta_cdf", lambda a, b, x: exact(a, b, x) * wobble)
    prior = _pyin.prior_of(100, parameters, 2.0, 0.01, 10)
    assert prior.beta.min() >= 0
    assert prior.beta.sum() <= 1 + 1e-15


@pytest.mark.parametrize("min_prob", [1e-3, None, 0.0])
@pytest.mark.parametrize(("n", "width"), [(2, 1), (13, 5), (30, 11), (31, 30), (40, 6)])
@pytest.mark.parametrize("rows_bytes", [2**26, 1])
def test_path_is_that_of_the_dense_matrix(n, width, min_prob, rows_bytes, monkeypatch):
    monkeypatch.setattr(_pyin, "ROWS_BYTES", rows_bytes)  # 1: many segments
    trellis = _pyin.trellis_of(n, width, 0.1, min_prob)
    local = np.zeros((n, n))
    table = _pyin._local_transitions(n, width)
    for i in range(n):
        for d in range(-(width // 2), width // 2 + 1):
            if 0 <= i + d < n:
                local[i, i + d] = table[i, d + width // 2]
    np.testing.assert_allclose(local.sum(axis=1), 1)
    stay = 1 - 0.1
    transition = np.kron([[stay, 1 - stay], [1 - stay, stay]], local)
    for seed in range(3):
        seen, observed = random_observations(n, 37, seed)
        np.testing.assert_array_equal(_pyin.decode(trellis, seen), slow_viterbi(observed, transition, min_prob))


def test_probability_of_troughs_is_its_definition():
    """Thresholds above a trough give it their part of the prior; those above none, a little to the lowest one."""
    y = glide(5000)
    seen = fastspec.pyin(y, fmin=90, fmax=1000, center=False, n_thresholds=10)[2]
    edges = np.linspace(0, 1, 11)
    # the distribution function of beta(2, 18), by parts: 19 choose 0 and 1 successes are what it leaves out
    share = np.diff(1 - (1 - edges) ** 19 - 19 * edges * (1 - edges) ** 18)
    for frame, start in enumerate(range(0, len(y) - 2047, 512)):
        c = difference_function(y[start : start + 2048].astype(float), int(np.ceil(SR / 90)))[SR // 1000 :]
        inner = np.flatnonzero((c[1:-1] < c[:-2]) & (c[1:-1] <= c[2:])) + 1
        lowest = c[inner].min()
        wanted = share[edges[1:] > lowest].sum() + 0.01 * share[edges[1:] <= lowest].sum()
        assert seen[frame] == pytest.approx(wanted, rel=1e-9)


@pytest.mark.parametrize("name", ["yin", "pyin"])
def test_same_bits_for_any_threads_layout_and_channel(name):
    y = stereo(20000)
    arguments = {"fmin": 80, "fmax": 900, "hop_length": 100}
    function = getattr(fastspec, name)
    with fastspec.threads(1):
        one = np.array(function(y, **arguments))
    with fastspec.threads(3):
        np.testing.assert_array_equal(np.array(function(y, **arguments)), one)
    np.testing.assert_array_equal(np.array(function(np.asfortranarray(y), **arguments)), one)
    for channel in range(2):
        np.testing.assert_array_equal(np.array(function(y[channel], **arguments)), one[..., channel, :])


def test_ranges_of_frames_join(monkeypatch):
    y = glide(30000)
    whole = fastspec.pyin(y, fmin=80, fmax=900, hop_length=64)
    monkeypatch.setattr("fastspec._engine.ranges.WORK_PER_RANGE", 1)
    for a, b in zip(whole, fastspec.pyin(y, fmin=80, fmax=900, hop_length=64), strict=True):
        np.testing.assert_array_equal(a, b)


def slow_peaks(S, sr, fmin, fmax, threshold, ref=None):
    n_fft = 2 * (len(S) - 1)
    pitches, magnitudes = np.zeros(S.shape), np.zeros(S.shape)
    for t in range(S.shape[1]):
        column = np.where(S[:, t] > (threshold * S[:, t].max() if ref is None else ref[:, t]), S[:, t], 0)
        for f in range(1, len(S)):
            last = f + 1 == len(S)
            if not fmin <= f * sr / n_fft < fmax or column[f] <= column[f - 1]:
                continue
            if not last and column[f] < column[f + 1]:
                continue
            left, peak, right = S[f - 1, t], S[f, t], S[min(f + 1, len(S) - 1), t]
            a, b = left + right - 2 * peak, (right - left) / 2
            shift = 0 if last or abs(b) >= abs(a) else -b / a
            pitches[f, t], magnitudes[f, t] = (f + shift) * sr / n_fft, peak + 0.5 * b * shift
    return pitches, magnitudes


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize(("fmin", "fmax"), [(0, 1e9), (1500, 6000), (50, 60), (11000, 12000)])
def test_piptrack_is_its_definition(order, fmin, fmax):
    S = np.array(heights(33, 20), order=order)
    found = fastspec.piptrack(S=S, fmin=fmin, fmax=fmax, threshold=0.2)
    for a, b in zip(found, slow_peaks(S, SR, fmin, min(fmax, SR / 2), 0.2), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-14)
        assert a.flags.c_contiguous == (order == "C")


def test_peaks_of_channels_in_any_memory_order():
    S = np.stack([heights(33, 20), heights(33, 20)[:, ::-1]])
    for order in itertools.permutations(range(3)):
        turned = S.transpose(order).copy().transpose(np.argsort(order))
        for channel, *found in zip(S, *fastspec.piptrack(S=turned), strict=True):
            for a, b in zip(found, slow_peaks(channel, SR, 150, 4000, 0.1), strict=True):
                np.testing.assert_allclose(a, b, rtol=1e-14)


@pytest.mark.parametrize(
    "ref", [np.mean, np.asfortranarray([[[3.0, 4.0, 5.0]], [[0.5, 0.6, 0.7]]])], ids=["function", "array"]
)
def test_reference_of_each_frame_in_any_memory_order(ref):
    S = np.random.default_rng(5).random((2, 257, 3)) * 4
    found = fastspec.piptrack(S=np.asfortranarray(S), ref=ref)
    for channel in range(2):
        alone = fastspec.piptrack(S=S[channel], ref=ref if callable(ref) else ref[channel])
        np.testing.assert_array_equal(np.stack(found)[:, channel], np.stack(alone))


def test_tuning_of_a_scale():
    for tuning in (-0.5, -0.31, 0.0, 0.2, 0.49):
        frequencies = 440 * 2 ** ((np.arange(-20, 20) + tuning + 0.001) / 12)
        assert fastspec.pitch_tuning(frequencies) == pytest.approx(tuning, abs=1e-9)


def test_tuning_counts_the_louder_half():
    S = np.zeros((1025, 4))
    S[100] = [1, 1, 1, 1]
    S[200, :2] = 0.5
    pitches, magnitudes = fastspec.piptrack(S=S)
    loud = pitches[(pitches > 0) & (magnitudes >= np.median(magnitudes[pitches > 0]))]
    assert fastspec.estimate_tuning(S=S) == fastspec.pitch_tuning(loud)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"fmin": None}, "fmin=None and fmax=900 must both be given"),
        ({"fmax": 20000}, "fmax=20000 exceeds half of sr=22050"),
        ({"fmin": 900}, "fmin=900 must be below fmax=900"),
        ({"fmin": 0}, "fmin=0 must be positive"),
        ({"fmin": 5}, "frame_length=2048 holds no whole period of fmin=5"),
        ({"hop_length": 0}, "hop_length=0"),
        ({"frame_length": 2**25, "fmin": 80}, "frame_length=33554432 exceeds"),
        ({"center": False, "frame_length": 9000}, "frame_length=9000 exceeds the 4096 samples of y"),
    ],
)
@pytest.mark.parametrize("name", ["yin", "pyin"])
def test_bad_argument(name, arguments, message):
    with pytest.raises(fastspec.ParameterError) as caught:
        getattr(fastspec, name)(noise(4096), **({"fmin": 80, "fmax": 900} | arguments))
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"fmin": 700}, "use a wider range"),
        ({"fmin": 899.9}, "leave 1 pitch bins"),
        ({"switch_prob": np.nan}, "switch_prob=nan"),
        ({"transition_min_prob": -1}, "transition_min_prob=-1"),
        ({"transition_min_prob": 0.9}, "leaves no way to pitch bin"),
        ({"resolution": 1e-4}, "use a coarser resolution"),
    ],
)
def test_bad_states(arguments, message):
    with pytest.raises(fastspec.ParameterError) as caught:
        fastspec.pyin(noise(4096), **({"fmin": 80, "fmax": 900} | arguments))
    assert message in str(caught.value)


def test_bad_samples_are_named():
    y = noise(4096)
    y[77] = np.inf
    with pytest.raises(fastspec.ParameterError, match=r"y\[77\] is inf"):
        fastspec.yin(y, fmin=80, fmax=900)


def test_warnings_point_here():
    with pytest.warns(UserWarning, match="less than two periods") as caught:
        fastspec.yin(noise(4096), fmin=15, fmax=900)
    assert caught[0].filename == __file__
    with pytest.warns(UserWarning, match="empty frequency set") as caught:
        assert pitch.pitch_tuning([0.0]) == 0
    assert caught[0].filename == __file__


def test_yin_pads_as_numpy_does():
    for mode in ("reflect", "edge"):
        found = fastspec.yin(glide(6000), fmin=90, fmax=1000, frame_length=1024, pad_mode=mode)
        padded = np.pad(glide(6000), 512, mode=mode)
        np.testing.assert_array_equal(found, fastspec.yin(padded, fmin=90, fmax=1000, frame_length=1024, center=False))


def test_a_reference_for_each_bin():
    """What does not exceed it is silence."""
    S = np.array(heights(33, 20))
    ref = np.random.default_rng(3).random(S.shape) * S.max()
    found = fastspec.piptrack(S=S, ref=ref)
    for a, b in zip(found, slow_peaks(S, SR, 150, 4000, 0.0, ref), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-14)


def test_no_boltzmann_distribution_rises():
    """SciPy's has no numbers for such a parameter either, and librosa, which uses it, is sure of nothing."""
    for parameter in (0.0, -1.0):
        assert np.isnan(scipy.stats.boltzmann.pmf(0, parameter, 4))
        y = fastspec.tone(200, length=6000) + 0.1 * noise(6000)
        f0, voiced, probs = fastspec.pyin(y, fmin=90, fmax=1000, frame_length=1024, boltzmann_parameter=parameter)
        assert voiced.all()
        assert (f0 < 100).all()  # the lowest bins, for want of anything else
        assert np.isnan(probs).any()
