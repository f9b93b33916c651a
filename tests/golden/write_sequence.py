"""Writes sequence.npz: run with librosa 1.0 installed, ``python tests/golden/write_sequence.py``."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

X = "np.round(np.sin(np.arange(45) ** 1.3), 3).reshape(3, 15)"
Y = "np.round(np.sin(0.3 + np.arange(36) ** 1.25), 3).reshape(3, 12)"
C = "np.round(1 + np.sin(np.arange(70) ** 1.4), 2).reshape(7, 10)"


def warping_calls():
    options = (
        "",
        ", subseq=True",
        ", global_constraints=True",
        ", global_constraints=True, band_rad=0.5",
        ", weights_add=np.array([0, 0.2, 0.3])",
        ", weights_mul=np.array([2, 1, 1.5])",
        ", step_sizes_sigma=np.array([[1, 1], [1, 2], [2, 1]])",
        ", step_sizes_sigma=np.array([[1, 1], [0, 2], [0, 1], [3, 1], [1, 0]]), weights_add=np.arange(5) / 8",
        ", step_sizes_sigma=np.array([[1, 1], [1, 0]]), subseq=True, weights_mul=np.array([1, 0.5])",
        ", step_sizes_sigma=[[1, 1], [0, 1], [1, 0]]",
    )
    for option in options:
        for part in (0, 1, 2):
            yield f"lib.sequence.dtw({X}, {Y}, return_steps=True{option})[{part}]"
            yield f"lib.sequence.dtw(C={C}, return_steps=True{option})[{part}]"
        yield f"lib.sequence.dtw(C={C}.T, backtrack=False{option})"
    for metric in ("cosine", "cityblock", "sqeuclidean", "correlation", "chebyshev"):
        yield f"lib.sequence.dtw({X}, {Y}, metric='{metric}')[1]"
    yield f"lib.sequence.dtw({Y}, {X}, subseq=True)[1]"
    yield f"lib.sequence.dtw({X}, {Y}, subseq=True)[0]"
    yield f"lib.sequence.dtw(C={C}.T, subseq=True)[1]"
    yield f"lib.sequence.dtw({X}[0], {Y}[1])[1]"
    yield f"lib.sequence.dtw(np.stack([{X}, {X} ** 2]), np.stack([{Y}, {Y} ** 3]))[0]"
    yield f"lib.sequence.dtw(C=({C} * 9).astype(int))[0]"
    yield f"lib.sequence.dtw(C=np.where({C} > 1.9, np.inf, {C}))[0]"
    yield "lib.sequence.dtw(C=np.ones((3, 3)), step_sizes_sigma=np.array([[1, 2]]))"
    yield "lib.sequence.dtw(C=np.array([[1, np.nan]]))"
    yield "lib.sequence.dtw(np.ones((2, 3)), np.ones((3, 3)))"
    yield "lib.sequence.dtw(np.ones((2, 3)), np.ones((2, 3)), metric='no')"
    yield "lib.sequence.dtw(np.ones((2, 3)))"
    yield "lib.sequence.dtw(np.ones((2, 3)), np.ones((2, 3)), C=np.ones((3, 3)))"
    yield "lib.sequence.dtw(C=np.ones((3, 3)), step_sizes_sigma=np.array([[-1, 1]]))"
    yield "lib.sequence.dtw(C=np.ones((3, 3)), weights_add=np.ones(2))"
    yield "lib.sequence.dtw(C=np.ones((3, 3)), weights_mul=np.ones(4))"
    for start in ("", ", subseq=True", ", subseq=True, start=4"):
        yield f"lib.sequence.dtw_backtracking(lib.sequence.dtw(C={C}, return_steps=True)[2]{start})"
    yield f"lib.sequence.dtw_backtracking(lib.sequence.dtw(C={C}, return_steps=True)[2], start=3)"
    for inverse in (False, True):
        yield f"lib.sequence.path_to_steps(lib.sequence.dtw({X}, {Y})[1], inverse={inverse})"


def recurrence_calls():
    sim = "np.maximum(0, np.round(np.sin(np.arange(180) ** 1.7), 2)).reshape(15, 12)"
    for kind in ("", ".astype(np.float32)", " > 0.3"):
        for gaps in ((1, 1), (0.25, 0.5), (0, 0), ("np.inf", "np.inf"), (2, "np.inf")):
            for knight in (True, False):
                call = (
                    f"lib.sequence.rqa(({sim}){kind}, gap_onset={gaps[0]}, gap_extend={gaps[1]}, knight_moves={knight}"
                )
                yield f"{call}, backtrack=False)"
                if not knight:
                    yield f"{call})[1]"
    yield f"lib.sequence.rqa(({sim} * 5).astype(int), gap_onset=0.5)[0]"
    yield "lib.sequence.rqa(np.zeros((3, 4)))[1]"
    yield "lib.sequence.rqa(np.eye(6))[1]"
    yield "lib.sequence.rqa(np.eye(3), gap_onset=-1)"
    yield "lib.sequence.rqa(np.eye(3), gap_extend=-1)"


def decoding_calls():
    prob = "(lambda p: p / p.sum(axis=0))(np.round(1.1 + np.sin(np.arange(60) ** 1.6), 2).reshape(5, 12))"
    transitions = (
        "lib.sequence.transition_loop(5, 0.7)",
        "lib.sequence.transition_cycle(5, 0.6)",
        "lib.sequence.transition_local(5, 3, wrap=True)",
        "(lambda p: p / p.sum(axis=1, keepdims=True))(1.01 + np.cos(np.arange(25.0) ** 2).reshape(5, 5))",
    )
    init = "np.array([0.1, 0.2, 0.3, 0.3, 0.1])"
    for transition in transitions:
        for option in ("", ", transition_min_prob=0.05", f", p_init={init}"):
            for function in ("viterbi", "viterbi_discriminative"):
                for part in (0, 1):
                    yield f"lib.sequence.{function}({prob}, {transition}, return_logp=True{option})[{part}]"
        yield f"lib.sequence.viterbi_discriminative({prob}, {transition}, p_state={init}, return_logp=True)[1]"
        yield f"lib.sequence.viterbi(np.stack([{prob}, {prob}[::-1]]), {transition}, return_logp=True)[1]"
        yield f"lib.sequence.viterbi(np.stack([{prob}, {prob}[::-1]]).astype(np.float32), {transition})"
    for matrix in ("np.array([[0.9, 0.1], [0.2, 0.8]])", "np.tile(np.array([[0.6, 0.4], [0.4, 0.6]]), (5, 1, 1))"):
        for option in ("", f", p_state={init}", f", p_init={init}"):
            yield f"lib.sequence.viterbi_binary({prob} * 2 % 1, {matrix}, return_logp=True{option})[0]"
            yield f"lib.sequence.viterbi_binary({prob} * 2 % 1, {matrix}, return_logp=True{option})[1]"
    yield "lib.sequence.viterbi_binary(np.array([0.1, 0.7, 0.4, 0.8]), np.array([[0.9, 0.1], [0.3, 0.7]]))"
    loop = "lib.sequence.transition_loop(2, 0.5)"
    for wrong in (
        f"viterbi(np.ones((3, 4)), {loop})",
        f"viterbi(np.full((2, 4), 1.5), {loop})",
        f"viterbi(np.full((2, 4), -0.5), {loop})",
        "viterbi(np.ones((2, 4)), np.ones((2, 2)))",
        f"viterbi(np.ones((2, 4)), {loop}, p_init=np.ones(2))",
        f"viterbi(np.ones((2, 4)), {loop}, p_init=np.ones(1))",
        f"viterbi(np.ones((2, 4)), {loop}, transition_min_prob=-1)",
        f"viterbi(np.ones((2, 4)), {loop}, transition_min_prob=0.7)",
        f"viterbi_discriminative(np.ones((2, 4)), {loop})",
        f"viterbi_discriminative(np.full((2, 4), 0.5), {loop}, p_state=np.ones(2))",
        f"viterbi_binary(np.full((2, 4), 1.5), {loop})",
        f"viterbi_binary(np.full((2, 4), 0.5), {loop}, p_state=np.ones(3))",
        "viterbi_binary(np.full((2, 4), 0.5), np.ones((3, 2, 2)) / 2)",
    ):
        yield f"lib.sequence.{wrong}"


def matrix_calls():
    for n in (0, 1, 2, 5, 2.5, "'3'"):
        yield f"lib.sequence.transition_uniform({n})"
        yield f"lib.sequence.transition_loop({n}, 0.3)"
        yield f"lib.sequence.transition_cycle({n}, 0.3)"
        yield f"lib.sequence.transition_local({n}, 2)"
    for prob in ("[0.1, 0.2, 0.3]", "[0.1, 0.2]", "1.5", "-1", "np.float32(0.5)"):
        yield f"lib.sequence.transition_loop(3, {prob})"
        yield f"lib.sequence.transition_cycle(3, {prob})"
    for width in ("1", "3", "5", "4", "[1, 2, 3, 3, 1]", "0", "[1, 2]", "3.7"):
        for option in ("", ", wrap=True", ", window='ones'", ", window=('kaiser', 4.0), wrap=True"):
            yield f"lib.sequence.transition_local(5, {width}{option})"


if __name__ == "__main__":
    import librosa
    from support.calls import save

    save(__file__, "sequence", [*warping_calls(), *recurrence_calls(), *decoding_calls(), *matrix_calls()], librosa)
