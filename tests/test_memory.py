"""Large results in the memory of large results that are gone."""

from __future__ import annotations

import sys
from collections import deque
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

import fastspec
from fastspec import _memory

F32 = np.dtype(np.float32)
LARGE = (_memory.LEAST_BYTES // 4,)  # two of them may be kept


@pytest.fixture(autouse=True)
def no_blocks():
    _memory._blocks.clear()
    yield
    _memory._blocks.clear()


def address(x: np.ndarray) -> int:
    return x.__array_interface__["data"][0]


def test_memory_of_what_is_gone_is_used_again():
    first = _memory.empty(LARGE, F32)
    where = address(first)
    del first
    assert address(_memory.empty((2, LARGE[0] // 2), F32)) == where
    assert len(_memory._blocks) == 1


def test_what_is_still_there_is_left_alone():
    first = _memory.empty(LARGE, F32)
    first.fill(1)
    seen = first[5:10]
    where = address(first)
    del first  # not the view
    second = _memory.empty(LARGE, F32)
    second.fill(2)
    assert address(second) != where
    assert seen.tolist() == [1] * 5
    del seen
    assert address(_memory.empty(LARGE, F32)) == where


def test_a_block_too_small_is_left_alone():
    small = _memory.empty(LARGE, F32)
    where = address(small)
    del small
    assert address(_memory.empty((LARGE[0] + 1,), F32)) != where


def test_no_more_is_kept_than_the_limit():
    results = [_memory.empty(LARGE, F32) for _ in range(10)]
    assert sum(block.nbytes for block in _memory._blocks) <= _memory.MOST_BYTES
    assert len({address(result) for result in results}) == 10
    beyond = _memory.empty((_memory.MOST_BYTES // 4 + 1,), F32)
    assert beyond.base is None


def test_small_results_own_their_memory():
    assert _memory.empty((1000, 10), F32).flags.owndata
    assert fastspec.pcm_to_float(np.zeros(1000, np.int16)).flags.owndata


@pytest.mark.parametrize("order", ["C", "F"])
def test_like_another_array(order):
    x = np.zeros((LARGE[0] // 4, 4), np.int16, order=order)
    like = _memory.empty_like(x, F32)
    assert (like.shape, like.dtype, like.flags.c_contiguous) == (x.shape, F32, order == "C")
    assert like.base is not None
    spread = _memory.empty_like(np.zeros((LARGE[0] // 4, 8), np.int16)[:, ::2], F32)
    assert spread.flags.owndata


def test_blocks_in_other_hands_are_not_dropped(monkeypatch):
    """Between counting and dropping, other threads may have taken out every block."""

    class Taken(deque):
        def popleft(self):
            raise IndexError

    monkeypatch.setattr(_memory, "_blocks", Taken([np.empty(_memory.MOST_BYTES, np.uint8)]))
    assert _memory.empty(LARGE, F32).shape == LARGE


def test_threads_never_share_a_block(monkeypatch):
    """Small blocks, often, from threads that take turns as often as they can, each with a few results in hand."""
    monkeypatch.setattr(_memory, "LEAST_BYTES", 1 << 10)
    monkeypatch.setattr(_memory, "MOST_BYTES", 2 << 10)
    wrong = []

    def work(mark: int) -> None:
        held = []
        for i in range(400):
            result = _memory.empty((256,), F32)
            result[:] = number = 1000 * mark + i
            held = [*held[-3:], (result, number)]
            wrong.extend(number for result, number in held if not (result == number).all())

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(8) as pool:
            for done in [pool.submit(work, mark) for mark in range(8)]:
                done.result()
    finally:
        sys.setswitchinterval(interval)
    assert not wrong


def test_a_long_result_stays_what_it_was():
    y = np.zeros(_memory.LEAST_BYTES // 2, np.int16)
    first = fastspec.pcm_to_float(y)
    y += 1
    second = fastspec.pcm_to_float(y)
    assert not np.shares_memory(first, second)
    assert first.max() == 0
    assert second.min() == 2.0**-15
