"""sequence: every call of librosa's record, slow twins by the definitions, exhaustive searches, and what must fail."""

from __future__ import annotations

import itertools
import tracemalloc

import numpy as np
import pytest
from scipy.spatial.distance import cdist
from support.calls import check, load

import fastspec
from fastspec import sequence

RNG = np.random.default_rng(18)


@pytest.mark.parametrize("case", load("sequence"), ids=lambda case: case["call"][:150])
def test_as_librosa(case):
    check(case, fastspec, rtol=1e-12, atol=1e-15)


def warp_plainly(C, steps, add, mul, subseq):
    """Accumulated costs and steps by the definition."""
    D, chosen = np.full(C.shape, np.inf), np.zeros(C.shape, int)
    for i, j in np.ndindex(C.shape):
        if i == 0 and (j == 0 or subseq):
            D[i, j] = C[i, j]
        for k, (down, over) in enumerate(steps):
            if down <= i and over <= j and (total := D[i - down, j - over] + (mul[k] * C[i, j] + add[k])) < D[i, j]:
                D[i, j], chosen[i, j] = total, k
    return D, chosen


@pytest.mark.parametrize("seed", range(30))
def test_costs_and_steps_are_the_definition(seed):
    rng = np.random.default_rng(seed)
    C = rng.integers(0, 6, rng.integers(1, 30, 2)) / 4
    steps = np.array([[1, 1], [0, 1], [1, 0], *rng.integers(0, 4, (rng.integers(0, 4), 2))])
    steps = steps[steps.sum(axis=1) > 0]
    add, mul, subseq = rng.integers(0, 3, len(steps)) / 2, rng.random(len(steps)), bool(seed % 2)
    found = sequence.dtw(
        C=C, step_sizes_sigma=steps, weights_add=add, weights_mul=mul, subseq=subseq, return_steps=True
    )
    D, chosen = warp_plainly(C, steps, add, mul, subseq)
    np.testing.assert_array_equal(found[0], D)
    np.testing.assert_array_equal(np.where(chosen_somewhere(D, C, subseq), chosen + 3, 0), found[2])
    path = found[1][:, ::-1] if subseq and C.shape[0] > C.shape[1] else found[1]
    assert path[0].tolist() == [C.shape[0] - 1, D[-1].argmin() if subseq else C.shape[1] - 1]
    total = C[tuple(path[-1])]
    for (i, j), (down, over) in zip(path[-2::-1], np.diff(path[::-1], axis=0), strict=True):
        k = chosen[i, j]
        assert (down, over) == tuple(steps[k])
        total = total + (mul[k] * C[i, j] + add[k])
    assert total == D[tuple(path[0])]


def chosen_somewhere(D, C, subseq):
    """Places that a step led to."""
    reached = np.isfinite(D)
    reached[0, : None if subseq else 1] &= D[0, : None if subseq else 1] < C[0, : None if subseq else 1]
    return reached


def all_paths(n, m, steps):
    """All paths from (0, 0) to (n - 1, m - 1)."""
    if (n, m) == (1, 1):
        yield [(0, 0)]
    for down, over in steps:
        if n > down and m > over:
            yield from ([*path, (n - 1, m - 1)] for path in all_paths(n - down, m - over, steps))


@pytest.mark.parametrize("steps", [[(1, 1), (0, 1), (1, 0)], [(1, 1), (1, 2), (2, 1)]])
def test_no_path_is_cheaper(steps):
    C = RNG.random((5, 6))
    D, path = sequence.dtw(C=C, step_sizes_sigma=np.array(steps))
    best = min(all_paths(5, 6, steps), key=lambda p: sum(C[place] for place in p))
    assert path[::-1].tolist() == [list(place) for place in best]
    np.testing.assert_allclose(D[-1, -1], sum(C[place] for place in best), rtol=1e-14)


@pytest.mark.parametrize("metric", ["euclidean", "sqeuclidean", "cityblock", "cosine"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.int16])
def test_costs_of_features_are_scipys(metric, dtype):
    X, Y = (RNG.uniform(1, 30, (7, n)).astype(dtype) for n in (40, 133))
    D, path = sequence.dtw(X, Y, metric=metric)
    expected, by_costs = sequence.dtw(C=cdist(X.T, Y.T, metric))
    np.testing.assert_array_equal(D, expected)
    np.testing.assert_array_equal(path, by_costs)


def test_a_subsequence_is_found_wherever_it_is():
    Y = RNG.random((4, 50))
    X = Y[:, 17:30]
    D, path = sequence.dtw(X, Y, subseq=True)
    assert D[-1].min() == 0
    assert path[::-1].tolist() == [[i, 17 + i] for i in range(13)]
    assert sequence.dtw(Y, X, subseq=True)[1][::-1].tolist() == [[17 + i, i] for i in range(13)]


def test_band_leaves_what_fill_off_diagonal_writes():
    for shape, radius in itertools.product([(12, 12), (9, 30), (30, 9)], [0.1, 0.25, 0.6]):
        C = RNG.random(shape)
        banded = C.copy()
        fastspec.util.fill_off_diagonal(banded, radius=radius, value=np.inf)
        D = sequence.dtw(C=C, global_constraints=True, band_rad=radius, backtrack=False)
        np.testing.assert_array_equal(D, sequence.dtw(C=banded, backtrack=False))


def test_the_path_may_be_found_from_the_steps():
    steps = np.array([[1, 1], [1, 2], [2, 1]])
    _, path, chosen = sequence.dtw(C=RNG.random((30, 40)), step_sizes_sigma=steps, return_steps=True)
    np.testing.assert_array_equal(sequence.dtw_backtracking(chosen, step_sizes_sigma=steps), path)
    with pytest.raises(fastspec.ParameterError, match="step_sizes_sigma"):
        sequence.dtw_backtracking(chosen)


@pytest.mark.parametrize("shape", [(1, 1), (1, 300), (2, 129), (3, 2), (7, 400), (6, 128), (300, 5)])
@pytest.mark.parametrize("subseq", [False, True])
def test_sums_are_those_of_one_place_after_the_other(shape, subseq):
    """Rows are filled two at a time, a stretch of columns after the other, and paths go back by rectangles."""
    C = np.round(RNG.random(shape), 1)  # many ways are as good as each other
    expected = np.full((shape[0] + 1, shape[1] + 1), np.inf)
    expected[0, : None if subseq else 1] = 0
    for i, j in np.ndindex(shape):
        before = (expected[i, j], expected[i + 1, j], expected[i, j + 1])
        expected[i + 1, j + 1] = C[i, j] if i == 0 and (subseq or j == 0) else C[i, j] + min(before)
        if i == 0 and subseq and j:
            expected[1, j + 1] = min(C[0, j], C[0, j] + expected[1, j])
    D, path, steps = sequence.dtw(C=C, subseq=subseq, return_steps=True)
    np.testing.assert_array_equal(D, expected[1:, 1:])
    start = int(np.argmin(D[-1])) if subseq else None
    by_steps = sequence.dtw_backtracking(steps, subseq=subseq, start=start)
    np.testing.assert_array_equal(path, by_steps[:, ::-1] if subseq and shape[0] > shape[1] else by_steps)


def test_many_rows_are_one():
    """Ranges of rows (BLOCK in `_sequences/dtw.py`) leave no seams."""
    C = RNG.random((900, 400))
    D, path = sequence.dtw(C=C)
    again = sequence.dtw(C=C, return_steps=True)
    np.testing.assert_array_equal(sequence.dtw_backtracking(again[2]), path)
    expected = np.minimum.accumulate(np.cumsum(C[0]))  # the first row has one way only
    np.testing.assert_allclose(D[0], np.cumsum(C[0]))
    assert expected[0] == D[0, 0]
    total = sum(C[tuple(place)] for place in path)
    np.testing.assert_allclose(D[-1, -1], total)


def score_plainly(sim, onset, extend, knight):
    score = sim.copy()
    moves = [(1, 1), (1, 2), (2, 1)][: 3 if knight else 1]
    for i, j in itertools.product(range(1, sim.shape[0]), range(1, sim.shape[1])):
        before = [(i - down, j - over) for down, over in moves if down <= i and over <= j]
        if sim[i, j] > 0:
            score[i, j] = max(score[place] for place in before) + sim[i, j]
        else:
            score[i, j] = max(0, *(score[p] - (onset if sim[p] > 0 else extend) for p in before))
    return score


@pytest.mark.parametrize("knight", [True, False])
@pytest.mark.parametrize("gaps", [(1, 1), (0.5, 0.25), (3, 0), (0.2, 0), (0, 0.3), (np.inf, np.inf)])
def test_scores_are_the_definition(gaps, knight):
    # In sparse ones, paths choose between places to come from by what the gap costs from there.
    for least in [0.6] * 10 + [0.9] * 40:
        sim = RNG.random(RNG.integers(1, 30, 2))
        sim[sim < least] = 0
        score, path = sequence.rqa(sim, gap_onset=gaps[0], gap_extend=gaps[1], knight_moves=knight)
        expected = score_plainly(sim, *gaps, knight)
        np.testing.assert_array_equal(score, expected)
        if not len(path):
            assert not sim.any()
            continue
        assert score[tuple(path[-1])] == score.max()
        steps = {tuple(step) for step in np.diff(path.astype(int), axis=0).tolist()}
        assert steps <= ({(1, 1), (1, 2), (2, 1)} if knight else {(1, 1)})
        total = 0
        for (i, j), after in itertools.pairwise([*map(tuple, path.astype(int).tolist()), None]):
            total += sim[i, j]
            np.testing.assert_allclose(score[i, j], total)
            if after and not sim[after] > 0:
                total -= gaps[0] if sim[i, j] > 0 else gaps[1]


def test_scores_of_a_symmetric_matrix_are_symmetric():
    sim = RNG.random((40, 40)) * (RNG.random((40, 40)) < 0.3)
    sim = sim + sim.T
    score = sequence.rqa(sim, backtrack=False)
    np.testing.assert_array_equal(score, score.T)


def test_moves_down_two_rows_into_the_first_column_are_what_they_are():
    """librosa 1.0 takes them for moves over two columns, and ends its path at column -1."""
    sim = np.zeros((4, 3))
    sim[0, 0], sim[2, 1] = 2, 1
    assert sequence.rqa(sim)[1].tolist() == [[0, 0], [2, 1]]


@pytest.mark.parametrize("dtype", [np.float16, np.float32, ">f8", np.uint8, np.int64, bool])
def test_scores_have_the_dtype_of_similarities(dtype):
    sim = (RNG.random((600, 40)) * 3 * (RNG.random((600, 40)) < 0.5)).astype(dtype)
    score = sequence.rqa(sim, backtrack=False)
    assert score.dtype == (np.float32 if dtype is np.float16 else np.dtype(dtype).newbyteorder("="))
    np.testing.assert_array_equal(score, sequence.rqa(np.asfortranarray(sim), backtrack=False))


def likelihood_of(states, prob, transition, init):
    terms = [init[states[0]], *(transition[i, j] for i, j in itertools.pairwise(states))]
    return np.prod(terms) * np.prod([prob[s, t] for t, s in enumerate(states)])


def random_chain(n, t):
    prob, transition, init = RNG.random((n, t)), RNG.random((n, n)), RNG.random(n)
    return prob / prob.sum(axis=0), transition / transition.sum(axis=1, keepdims=True), init / init.sum()


@pytest.mark.parametrize("sparse", [False, True])
def test_no_sequence_of_states_is_likelier(sparse):
    for _ in range(10):
        prob, transition, init = random_chain(4, 5)
        if sparse:
            transition = sequence.transition_cycle(4, RNG.random(4))
        states, logp = sequence.viterbi(prob, transition, p_init=init, return_logp=True)
        best = max(itertools.product(range(4), repeat=5), key=lambda s: likelihood_of(s, prob, transition, init))
        assert tuple(states) == best
        np.testing.assert_allclose(logp, [np.log(likelihood_of(best, prob, transition, init))])


def decode_plainly(log_prob, log_transition, log_init):
    values, best_from = [log_prob[:, 0] + log_init], []
    for seen in log_prob.T[1:]:
        costs = values[-1][:, np.newaxis] + log_transition
        best_from.append(costs.argmax(axis=0))
        values.append(seen + costs.max(axis=0))
    states = [int(values[-1].argmax())]
    for before in best_from[::-1]:
        states.append(int(before[states[-1]]))
    return states[::-1], values[-1].max()


@pytest.mark.parametrize("kind", ["full", "loop", "cycle", "local"])
@pytest.mark.parametrize("least", [None, 1e-3])
def test_states_are_those_of_a_slow_twin(kind, least):
    n = 60
    prob, transition, init = random_chain(n, 90)
    if kind != "full":
        transition = getattr(sequence, f"transition_{kind}")(n, 7 if kind == "local" else 0.8)
    tiny = np.finfo(float).tiny
    logs = np.log(transition + tiny)
    if least:
        logs[logs < np.log(least + tiny)] = -np.inf
    states, logp = sequence.viterbi(prob, transition, p_init=init, transition_min_prob=least, return_logp=True)
    expected, value = decode_plainly(np.log(prob + tiny), logs, np.log(init + tiny))
    assert states.tolist() == expected
    assert logp[0] == value


def test_channels_are_decoded_one_by_one():
    prob = np.stack([random_chain(6, 20)[0] for _ in range(6)]).reshape(2, 3, 6, 20)
    transition = sequence.transition_loop(6, 0.6)
    for function in (sequence.viterbi, sequence.viterbi_discriminative):
        states, logp = function(prob, transition, return_logp=True)
        for place in np.ndindex(2, 3):
            alone, value = function(prob[place], transition, return_logp=True)
            np.testing.assert_array_equal(states[place], alone)
            assert logp[place] == value
    states, logp = sequence.viterbi_binary(prob, np.array([[0.9, 0.1], [0.3, 0.7]]), return_logp=True)
    alone, value = sequence.viterbi_binary(prob[1, 2], np.array([[0.9, 0.1], [0.3, 0.7]]), return_logp=True)
    np.testing.assert_array_equal(states[1, 2], alone)
    np.testing.assert_array_equal(logp[1, 2], value)


def test_labels_are_decoded_as_pairs_of_states():
    prob, share, start = RNG.random((3, 25)), RNG.random(3), RNG.random(3)
    transition = RNG.random((3, 2, 2))
    transition /= transition.sum(axis=-1, keepdims=True)
    states, logp = sequence.viterbi_binary(prob, transition, p_state=share, p_init=start, return_logp=True)
    for s in range(3):
        both, value = sequence.viterbi_discriminative(
            np.stack([1 - prob[s], prob[s]]), transition[s], p_state=np.array([1 - share[s], share[s]]),
            p_init=np.array([1 - start[s], start[s]]), return_logp=True,
        )  # fmt: skip
        np.testing.assert_array_equal(states[s], both)
        assert logp[s] == value


@pytest.mark.parametrize("change", [np.asfortranarray, lambda x: x.astype(">f8"), lambda x: x[::-1].copy()[::-1], list])
def test_any_array_will_do(change):
    C, (prob, transition, _) = RNG.random((6, 7)), random_chain(4, 9)
    for call in (
        lambda f: sequence.dtw(C=f(C))[0],
        lambda f: sequence.dtw(f(C), f(C[:, :4].copy()))[0],
        lambda f: sequence.rqa(f(C))[0],
        lambda f: sequence.viterbi(f(prob), f(transition)),
        lambda f: sequence.viterbi_discriminative(f(prob), f(transition)),
        lambda f: sequence.viterbi_binary(f(prob), f(np.full((2, 2), 0.5))),
    ):
        np.testing.assert_array_equal(call(change), call(np.array))


def test_no_steps_and_no_channels():
    transition = sequence.transition_uniform(3)
    assert sequence.viterbi(np.ones((3, 0)), transition).shape == (0,)
    states, logp = sequence.viterbi(np.ones((0, 3, 4)), transition, return_logp=True)
    assert (states.shape, logp.shape) == ((0, 4), (0,))


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: sequence.dtw(C=np.ones((2, 2), complex)), fastspec.DTypeError, "C.dtype=complex128"),
        (lambda: sequence.dtw(C="abc"), fastspec.DTypeError, r"C=.*\(<U3\) holds no numbers"),
        (lambda: sequence.dtw(C=np.ones((0, 2))), fastspec.ParameterError, r"C.shape=\(0, 2\)"),
        (lambda: sequence.dtw(C=np.ones((1, 2, 2))), fastspec.ParameterError, r"C.shape=\(1, 2, 2\)"),
        (lambda: sequence.dtw(C=np.ma.ones((2, 2))), fastspec.DTypeError, "C is a masked array"),
        (lambda: sequence.dtw(np.ones((2, 0)), np.ones((2, 3))), fastspec.ParameterError, r"X.shape=\(2, 0\)"),
        (lambda: sequence.dtw(np.ones((1, 2)), None), fastspec.ParameterError, "X and Y"),
        (
            lambda: sequence.dtw(C=np.ones((2, 2)), step_sizes_sigma=[1, 1]),
            fastspec.ParameterError,
            r"step_sizes_sigma.shape=\(2,\)",
        ),
        (
            lambda: sequence.dtw(C=np.ones((2, 2)), step_sizes_sigma=[[0.5, 1]]),
            fastspec.DTypeError,
            "step_sizes_sigma.dtype=float64",
        ),
        (
            lambda: sequence.dtw(C=np.ones((2, 3)), step_sizes_sigma=[[1, 1]]),
            fastspec.ParameterError,
            "no valid warping path",
        ),
        (
            lambda: sequence.dtw(C=np.ones((2, 2)), global_constraints=True, band_rad="wide"),
            fastspec.DTypeError,
            "band_rad='wide'",
        ),
        (lambda: sequence.dtw_backtracking(np.ones(3, int)), fastspec.ParameterError, r"steps.shape=\(3,\)"),
        (lambda: sequence.dtw_backtracking(np.ones((2, 2))), fastspec.DTypeError, "steps.dtype=float64"),
        (
            lambda: sequence.dtw_backtracking(np.ones((2, 2), int), subseq=True, start=2),
            fastspec.ParameterError,
            "start=2",
        ),
        (
            lambda: sequence.dtw_backtracking(np.full((2, 2), 3), step_sizes_sigma=[[0, 0]]),
            fastspec.ParameterError,
            "leads nowhere",
        ),
        (lambda: sequence.path_to_steps(np.ones(3)), fastspec.ParameterError, r"path.shape=\(3,\)"),
        (lambda: sequence.path_to_steps(np.ones((0, 2))), fastspec.ParameterError, r"path.shape=\(0, 2\)"),
        (lambda: sequence.rqa(np.ones((2, 2)), gap_onset="1"), fastspec.DTypeError, "gap_onset='1'"),
        (lambda: sequence.rqa(np.ones(3)), fastspec.ParameterError, r"sim.shape=\(3,\)"),
        (lambda: sequence.rqa(np.ones((0, 3))), fastspec.ParameterError, r"sim.shape=\(0, 3\)"),
        (lambda: sequence.rqa(np.ones((2, 2), complex)), fastspec.DTypeError, "sim.dtype=complex128"),
        (lambda: sequence.viterbi(np.ones(3), np.ones((1, 1))), fastspec.ParameterError, r"prob.shape=\(3,\)"),
        (lambda: sequence.viterbi(np.ones((0, 3)), np.ones((0, 0))), fastspec.ParameterError, r"prob.shape=\(0, 3\)"),
        (lambda: sequence.viterbi(np.ones((1, 2), "U1"), np.ones((1, 1))), fastspec.DTypeError, "prob.dtype=<U1"),
        (lambda: sequence.transition_loop(3, "half"), fastspec.DTypeError, "prob='half'"),
        (lambda: sequence.transition_loop(3, np.nan), fastspec.ParameterError, "prob=nan"),
        (lambda: sequence.transition_local(3, "wide"), fastspec.DTypeError, "width='wide'"),
    ],
)
def test_bad_input(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_costs_of_features_are_not_kept():
    """The largest array is the result; librosa holds three more of its size."""
    X, Y = RNG.random((12, 900)), RNG.random((12, 1000))
    tracemalloc.start()
    try:
        D, _ = sequence.dtw(X, Y)
        assert tracemalloc.get_traced_memory()[1] < 1.5 * D.nbytes
    finally:
        tracemalloc.stop()


def test_of_equal_paths_the_first_states():
    states = fastspec.sequence.viterbi(np.full((3, 6), 1 / 3), np.full((3, 3), 1 / 3))
    assert np.array_equal(states, np.zeros(6))
