"""Frames when they are asked for, of samples that come in small pieces.

Taking a piece is a copy. What can be computed waits until somebody wants it or the buffer is full, so that the engine
meets as many frames at once as the caller allows. The bits are those of the whole signal, however it was cut.
"""

from __future__ import annotations

from abc import ABC, abstractmethod

import numpy as np

from .._engine import plans as _plans
from .._engine.arrays import is_finite
from .._engine.spec import Framing
from .._gate.samples import first_nonfinite
from .banks import window_of
from .program import framing_of, program_of
from .recipe import Recipe
from .walk import samples_to_forget

# A longer piece is taken in parts, in float32 a megabyte each.
_MOST_SAMPLES = 1 << 18

# Of a new buffer of samples, and of one of frames.
_FEWEST_SAMPLES, _FEWEST_FRAMES = 1 << 13, 1 << 8


class OnlineSamples(ABC):
    """The samples (n,) of one channel in float32 that are still wanted."""

    def __init__(self) -> None:
        self.finished = False
        # Samples from place `_dropped` of the signal on: `_end` of them.
        self._samples = np.empty(_FEWEST_SAMPLES, np.float32)
        self._dropped = self._end = 0

    @property
    def n_seen(self) -> int:
        return self._dropped + self._end

    def push(self, x: np.ndarray) -> None:
        """Take samples (n,) in float32; all of them, or none if one is not finite."""
        _check_finite(x)
        end = self._end + len(x)
        if end <= len(self._samples):
            self._samples[self._end : end] = x
            self._end = end
            return
        for i in range(0, len(x), _MOST_SAMPLES):
            part = x[i : i + _MOST_SAMPLES]
            self._make_room(len(part))
            self._samples[self._end : self._end + len(part)] = part
            self._end += len(part)

    def finish(self) -> None:
        """Say that there are no more samples."""
        self.finished = True

    def _make_room(self, n: int) -> None:
        drop = self._unwanted()
        kept = self._samples[drop : self._end]
        if len(kept) + n > len(self._samples) // 2:  # else they would soon be moved again
            self._samples = np.empty(max(2 * (len(kept) + n), _FEWEST_SAMPLES), np.float32)
        self._samples[: len(kept)] = kept
        self._dropped += drop
        self._end = len(kept)

    @abstractmethod
    def _unwanted(self) -> int:
        """How many of the samples that are held may go."""


def _check_finite(x: np.ndarray) -> None:
    if len(x) and not is_finite(x):
        raise first_nonfinite(x, name="waveform")


class OnlineExcerpts(OnlineSamples):
    """Samples of which stretches are wanted, each beginning no earlier than the one before it."""

    first = 0

    def excerpt(self, first: int, last: int) -> np.ndarray:
        """Samples first .. last - 1 of the signal; earlier ones may go from now on."""
        self.first = first
        return self._samples[first - self._dropped : last - self._dropped]

    def _unwanted(self) -> int:
        return min(self.first - self._dropped, self._end)


class OnlineFrames(OnlineSamples):
    """Frames (frames, rows) in float32 of a recipe that needs nothing done after the engine."""

    def __init__(self, recipe: Recipe) -> None:
        super().__init__()
        self._framing, self.n_rows = self._prepare(recipe)
        framing = self._framing
        # Before the end, a frame is ready when its last sample is there, and all that margins before it are made of.
        self._slack = min(framing.slack, framing.hop_length + framing.lead - framing.length)
        self._hop_length, self._mirrored = framing.hop_length, min(framing.before, framing.lead)
        # Frames from number `_kept_from` on, up to `_made`; those before `popped` are given up.
        self._frames = np.empty((0, self.n_rows), np.float32)
        self._kept_from = self._made = self.popped = 0

    def n_ready(self) -> int:
        """Frames that can be had, those that were popped counted."""
        n = self._dropped + self._end
        return max((n + self._slack) // self._hop_length, 0) if n > self._mirrored else 0

    def finish(self) -> None:
        super().finish()
        self._slack, self._mirrored = self._framing.slack, -1

    def frame(self, i: int) -> np.ndarray | None:
        """A copy of a frame; None if it is not there, not yet or not any more."""
        if i >= self._made:
            self._compute()
        return self._frames[i - self._kept_from].copy() if self.popped <= i < self._made else None

    def frames(self, first: int, last: int) -> np.ndarray | None:
        """A copy of frames first .. last - 1, likewise."""
        if last > self._made:
            self._compute()
        there = self.popped <= first and last <= self._made
        return self._frames[first - self._kept_from : last - self._kept_from].copy() if there else None

    def pop(self, n: int) -> None:
        """Give up the first n of the frames that are there, or as many as can be had."""
        self.popped = min(self.popped + n, self.n_ready())

    def _prepare(self, recipe: Recipe) -> tuple[Framing, int]:
        """Framing, and numbers of a frame."""
        program = program_of(recipe, 0)
        assert recipe.frames == "first", "the engine writes frames one after the other"
        assert not recipe.whole_clip_parts(), "nothing waits for the end"
        self._plan = _plans.plan_of(program.first)
        return program.first.framing, self._plan.n_rows

    def _fill(self, out: np.ndarray, first: int) -> None:
        """Frames from number `first` on, as many as `out` (frames, rows) has."""
        x, first = self._samples[: self._end], first - self._dropped // self._hop_length
        _plans.run_part(self._plan, self._framing.n_fft, x, out.T, first, self._dropped)

    def _compute(self) -> None:
        """All frames that are ready; those that were popped before anybody wanted them never come to be."""
        end, first = self.n_ready(), self._made
        if first < self.popped:
            first = self._made = self.popped
        if end <= first:
            return
        if end - self._kept_from > len(self._frames):
            self._reserve(end)
        self._fill(self._frames[first - self._kept_from : end - self._kept_from], first)
        self._made = end

    def _reserve(self, end: int) -> None:
        """Room for frames up to `end`: new memory, for nothing moves in the old one."""
        kept = self._frames[self.popped - self._kept_from : self._made - self._kept_from]
        frames = np.empty((max(_FEWEST_FRAMES, 2 * (end - self.popped)), self.n_rows), np.float32)
        frames[: len(kept)] = kept
        self._frames, self._kept_from = frames, self.popped

    def _unwanted(self) -> int:
        self._compute()
        return samples_to_forget(self._framing, self._dropped + self._end, self._made, self._dropped)


class OnlineRawFrames(OnlineFrames):
    """The samples of each frame, conditioned and windowed: what would go into the FFT."""

    def _prepare(self, recipe: Recipe) -> tuple[Framing, int]:
        framing = framing_of(recipe)
        self._recipe, self._window = recipe, window_of(recipe)[: framing.length].astype(np.float32)
        # A spectrum of one bin is the sample, to which the engine adds the noise of its place.
        alone = Recipe(
            dither=recipe.dither, n_fft=1, hop_length=1, pad="none", window="boxcar", power=None, n_mels=0, log=None
        )
        self._dither = alone.stream() if recipe.dither else None
        return framing, framing.length

    def push(self, x: np.ndarray) -> None:
        _check_finite(x)
        super().push(self._dither.push(x)[0].real if self._dither and len(x) else x)

    def _fill(self, out: np.ndarray, first: int) -> None:
        framing, n, recipe = self._framing, self._end, self._recipe
        starts = np.arange(first, first + len(out)) * framing.hop_length - framing.lead - self._dropped
        places = (starts[:, np.newaxis] + np.arange(framing.length)) % (2 * n)
        np.take(self._samples, np.minimum(places, 2 * n - 1 - places), out=out)
        if recipe.remove_mean:
            out -= out.mean(axis=1, keepdims=True)
        if recipe.preemphasis:
            out[:, 1:] -= np.float32(recipe.preemphasis) * out[:, :-1]
            out[:, 0] *= np.float32(1 - recipe.preemphasis)
        out *= self._window
