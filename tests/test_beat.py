"""Beats, pulses and decompositions against librosa 1.0's results, against definitions, and on bad input."""

import itertools
import sys
from pathlib import Path

import numpy as np
import pytest
from support.beat_cases import BEAT, BOTH, DECOMPOSE, LONG, NEAR, SPECTRA, Factors
from support.goldens import as_arrays
from support.util_cases import noise

import fastspec
from fastspec import beat, decompose
from fastspec._engine import events as _events
from fastspec._engine import ranges as _ranges

GOLDEN = Path(__file__).parent / "golden"


@pytest.mark.parametrize("case", sorted(BEAT))
def test_beats_as_librosa(case):
    """The same beats; pulses within float rounding, a hundredfold of it after audio, whose envelopes are float32."""
    with np.load(GOLDEN / "beat.npz") as golden:
        for i, ours in enumerate(as_arrays(BEAT[case](fastspec))):
            theirs = golden[f"{case}.{i}"]
            assert (ours.dtype, ours.shape) == (theirs.dtype, theirs.shape)
            if case.startswith("plp"):
                bound = 5e-5 if "audio" in case or "stereo" in case else 5e-6 if ours.dtype == np.float32 else 1e-12
                np.testing.assert_allclose(ours, theirs, rtol=0, atol=bound)
            else:
                np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize("case", sorted(DECOMPOSE))
def test_decompositions_as_librosa(case):
    with np.load(GOLDEN / "decompose.npz") as golden:
        for i, ours in enumerate(as_arrays(DECOMPOSE[case](fastspec))):
            theirs = golden[f"{case}.{i}"]
            assert ours.dtype == theirs.dtype
            np.testing.assert_allclose(ours, theirs, rtol=1e-6 if ours.dtype == np.float32 else 1e-14)


def test_the_chain_is_the_best_of_all_chains():
    """Of every chain through a few frames none that ends where ours does is worth more."""
    scores, period = np.abs(noise(12, seed=3)), np.array([3.0])
    totals, links = _events.link_beats(scores, period, np.log(period), 1.0, 0.0)
    best = np.full(len(scores), -np.inf)
    for size in range(1, 8):
        for chain in itertools.combinations(range(len(scores)), size):
            gaps = np.diff(chain)
            if np.all((gaps >= 2) & (gaps <= 6)):
                worth = scores[list(chain)].sum() - np.sum(np.log(gaps / 3) ** 2)
                best[chain[-1]] = max(best[chain[-1]], worth)
    # A frame with a frame before it in reach always takes one, even at a loss.
    taken = links >= 0
    np.testing.assert_array_equal(taken, np.arange(12) >= 2)
    assert np.all(totals <= best + 1e-12)
    assert np.sum(best - totals < 1e-12) >= 6


def test_ranges_make_no_difference(monkeypatch):
    envelope = np.tile(LONG, 3)
    whole = beat.beat_track(onset_envelope=envelope)[1]
    monkeypatch.setattr(_ranges, "WORK_PER_RANGE", 1)
    np.testing.assert_array_equal(beat.beat_track(onset_envelope=envelope)[1], whole)


def test_channels_are_tracked_alone():
    tempo, beats = beat.beat_track(onset_envelope=BOTH, sparse=False)
    assert tempo.shape == (2, 1)
    for channel, envelope in zip(beats, BOTH, strict=True):
        np.testing.assert_array_equal(np.flatnonzero(channel), beat.beat_track(onset_envelope=envelope)[1])
    pulses = beat.plp(onset_envelope=BOTH, win_length=100)
    np.testing.assert_allclose(pulses[1], beat.plp(onset_envelope=BOTH[1], win_length=100), rtol=0, atol=1e-12)


def test_clicks_are_found_where_they_are():
    at = np.arange(0.5, 15, 60 / 100)
    y = fastspec.clicks(times=at, sr=22050, length=16 * 22050)
    tempo, found = beat.beat_track(y=y, units="time")
    assert abs(tempo[0] - 100) < 4
    assert len(found) >= len(at) - 2
    assert np.abs(found[:, np.newaxis] - at).min(axis=1).max() < 0.05


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_strides_and_lists_are_the_same(dtype):
    spread = np.zeros((600, 3), dtype)
    spread[:, 1] = LONG
    whole = beat.beat_track(onset_envelope=LONG.astype(dtype))[1]
    np.testing.assert_array_equal(beat.beat_track(onset_envelope=spread[:, 1])[1], whole)
    np.testing.assert_array_equal(beat.beat_track(onset_envelope=LONG.astype(dtype)[::-1][::-1].byteswap().view(
        np.dtype(dtype).newbyteorder()))[1], whole)  # fmt: skip


@pytest.mark.parametrize("dtype", ["f2", "i1", "u1", "i2", "u2", "i4", "i8", ">f4", ">f8", "g"])
def test_envelopes_of_any_dtype_are_tracked_as_their_numbers(dtype):
    """The engine has two precisions; what is neither must not be read as if it were."""
    envelope = np.round(100 * LONG / LONG.max()).astype(dtype)
    np.testing.assert_array_equal(
        beat.beat_track(onset_envelope=envelope, bpm=120)[1],
        beat.beat_track(onset_envelope=envelope.astype(np.float64), bpm=120)[1],
    )


@pytest.mark.parametrize("bpm", [1e-300, 1.0, 5000.0, 1e300])
def test_tempi_beyond_all_measure_end(bpm):
    _, beats = beat.beat_track(onset_envelope=LONG, bpm=bpm, sparse=False)
    assert beats.shape == LONG.shape


@pytest.mark.parametrize("n", [0, 1, 2, 3])
def test_short_envelopes(n):
    _, beats = beat.beat_track(onset_envelope=LONG[:n], bpm=100.0, sparse=False)
    assert beats.shape == (n,)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: beat.beat_track(), "onset_envelope=None"),
        (lambda: beat.beat_track(onset_envelope=BOTH), r"shape=\(2, 600\).*sparse=False"),
        (lambda: beat.beat_track(onset_envelope=LONG, bpm=0), "bpm=0 must be positive"),
        (lambda: beat.beat_track(onset_envelope=LONG, bpm=np.nan), "bpm=nan"),
        (lambda: beat.beat_track(onset_envelope=LONG, bpm=np.ones(599)), r"\(599,\).*\(600,\)"),
        (lambda: beat.beat_track(onset_envelope=BOTH, bpm=np.ones(3), sparse=False), r"\(3,\).*\(2, 600\)"),
        (lambda: beat.beat_track(onset_envelope=LONG, tightness=0), "tightness=0"),
        (lambda: beat.beat_track(onset_envelope=LONG, units="bars"), "units='bars'"),
        (lambda: beat.beat_track(onset_envelope=LONG, hop_length=0), "hop_length=0"),
        (lambda: beat.plp(), "onset_envelope=None"),
        (lambda: beat.plp(onset_envelope=LONG, tempo_min=90, tempo_max=80), "tempo_max=80.*tempo_min=90"),
        (lambda: beat.plp(onset_envelope=LONG, win_length=0), "win_length=0"),
        (lambda: decompose.decompose(SPECTRA, fit=False), "fit=False"),
        (lambda: decompose.decompose(SPECTRA[None], transformer=Factors(), sort=True), "sort=True"),
        (lambda: decompose.decompose(SPECTRA[0]), r"S\.shape=\(50,\)"),
        (lambda: decompose.nn_filter(SPECTRA, rec=NEAR[:40, :40]), r"rec\.shape=\(40, 40\).*50"),
        (lambda: decompose.nn_filter(SPECTRA, rec=NEAR[:40]), r"rec\.shape=\(40, 50\)"),
    ],
)
def test_bad_input(call, message):
    with pytest.raises(fastspec.ParameterError, match=message):
        call()


def test_transformers_need_not_be_fitted_again():
    fitted = Factors()
    components, _ = decompose.decompose(SPECTRA, transformer=fitted)
    again, activations = decompose.decompose(SPECTRA[:, :7], transformer=fitted, fit=False)
    np.testing.assert_array_equal(again, components)
    np.testing.assert_allclose(activations, components.T @ SPECTRA[:, :7], rtol=1e-12)


@pytest.mark.parametrize("channels", [(), (2,)])
def test_default_transformer_is_scikit_learns_nmf(channels):
    """With its options passed on, and spectra of several channels factorised as one."""
    NMF = pytest.importorskip("sklearn.decomposition", reason="scikit-learn is not installed").NMF
    S = np.abs(noise(*channels, 9, 40, seed=4))
    options = {"init": "nndsvda", "random_state": 0, "max_iter": 500}
    components, activations = decompose.decompose(S, n_components=3, **options)
    flat = np.moveaxis(S, -1, 0).reshape(40, -1)
    theirs = NMF(n_components=3, **options)
    wanted = theirs.fit_transform(flat).T
    np.testing.assert_allclose(activations, wanted, rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(components, theirs.components_.T.reshape(*channels, 9, 3), rtol=1e-6, atol=1e-9)
    order = np.argmax(components, axis=-2)
    if not channels:
        by_peak = decompose.decompose(S, n_components=3, sort=True, **options)[0]
        np.testing.assert_array_equal(np.argmax(by_peak, axis=-2), np.sort(order))


def test_decompose_without_scikit_learn_says_what_to_install(monkeypatch):
    for name in ("sklearn", "sklearn.decomposition"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(ImportError, match=r"pip install 'fastspec-audio\[decompose\]'"):
        decompose.decompose(SPECTRA)


def test_sparse_matrices_of_any_kind_filter():
    from scipy import sparse

    dense = decompose.nn_filter(SPECTRA, rec=NEAR)
    for kind in (sparse.csr_matrix, sparse.coo_matrix, sparse.csc_array):
        np.testing.assert_array_equal(decompose.nn_filter(SPECTRA, rec=kind(NEAR)), dense)


def test_neighbours_are_found_where_none_are_given():
    rec = fastspec.segment.recurrence_matrix(SPECTRA, k=4, width=3, sparse=True)
    np.testing.assert_array_equal(decompose.nn_filter(SPECTRA, k=4, width=3), decompose.nn_filter(SPECTRA, rec=rec))


def test_no_tempo_between_the_limits():
    """Nothing is left of the pulse."""
    y = np.random.default_rng(2).random(400)
    assert not beat.plp(onset_envelope=y, tempo_min=21.0, tempo_max=22.0).any()
