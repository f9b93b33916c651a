"""Frames when they are asked for, of samples that come in small pieces.

Taking a piece is a copy. What can be computed waits until somebody wants it or the buffer is full, so that the engine
meets as many frames at once as the caller allows. The bits are those of the whole signal, however it was cut.
"""

from __future__ import annotations

import numpy as np

from .._engine import plans as _plans
from .._gate.samples import first_nonfinite
from .program import program_of
from .recipe import Recipe
from .walk import complete_frames, samples_to_forget

# A longer piece is taken in parts, in float32 a megabyte each.
_MOST_SAMPLES = 1 << 18

# Of an empty buffer of samples, and of frames in a new one.
_FEWEST_SAMPLES, _FEWEST_FRAMES = 1 << 13, 1 << 8


class OnlineFrames:
    """Frames (frames, rows) in float32 of a recipe that needs nothing done after the engine, of one channel."""

    def __init__(self, recipe: Recipe) -> None:
        program = program_of(recipe, 0)
        assert recipe.frames == "first" and not program.second and not recipe.whole_clip_parts()
        self._spec, self._framing = program.first, program.first.framing
        self.n_rows: int = _plans.plan_of(program.first).n_rows
        self.finished = False
        # Samples from place `_dropped` of the signal on: `_end` of them.
        self._samples = np.empty(_FEWEST_SAMPLES, np.float32)
        self._dropped = self._end = 0
        # Frames from number `_kept_from` on, up to `_made`; those before `popped` are given up.
        self._frames = np.empty((0, self.n_rows), np.float32)
        self._kept_from = self._made = self.popped = 0

    def push(self, x: np.ndarray) -> None:
        """Take samples (n,) in float32; all of them, or none if one is not finite."""
        # The sum of squares tells, but for those that overflow: some ten times as fast as a look at each.
        if not np.isfinite(x.dot(x)) and not np.isfinite(x).all():
            raise first_nonfinite(x, name="waveform")
        if len(x) > _MOST_SAMPLES:
            for i in range(0, len(x), _MOST_SAMPLES):
                self._take(x[i : i + _MOST_SAMPLES])
        else:
            self._take(x)

    def n_ready(self) -> int:
        """Frames that can be had, those that were popped counted."""
        if self.finished:
            return self._framing.n_frames(self._dropped + self._end)
        return complete_frames(self._framing, self._dropped + self._end)

    def frame(self, i: int) -> np.ndarray:
        """A copy of a frame between the popped ones and `n_ready`."""
        if i >= self._made:
            self._compute()
        return self._frames[i - self._kept_from].copy()

    def frames(self, first: int, last: int) -> np.ndarray:
        """A copy of frames first .. last - 1, all between the popped ones and `n_ready`."""
        if last > self._made:
            self._compute()
        return self._frames[first - self._kept_from : last - self._kept_from].copy()

    def pop(self, n: int) -> None:
        """Give up the first n of the frames that are there, or as many as can be had."""
        self.popped = min(self.popped + n, self.n_ready())

    # --- samples

    def _take(self, x: np.ndarray) -> None:
        end = self._end + len(x)
        if end > len(self._samples):
            self._make_room(len(x))
            end = self._end + len(x)
        self._samples[self._end : end] = x
        self._end = end

    def _make_room(self, n: int) -> None:
        self._compute()
        drop = samples_to_forget(self._framing, self._dropped + self._end, self._made, self._dropped)
        kept = self._samples[drop : self._end]
        if len(kept) + n > len(self._samples) // 2:  # else each piece to come would move them
            self._samples = np.empty(max(2 * (len(kept) + n), _FEWEST_SAMPLES), np.float32)
        self._samples[: len(kept)] = kept
        self._dropped += drop
        self._end = len(kept)

    # --- frames

    def _compute(self) -> None:
        """All frames that are ready; those that were popped before anybody wanted them never come to be."""
        end, first = self.n_ready(), max(self._made, self.popped)
        self._made = first
        if end <= first:
            return
        self._reserve(end)
        hops_dropped, at = self._dropped // self._framing.hop_length, self._kept_from
        x, out = self._samples[: self._end], self._frames[first - at : end - at].T
        _plans.run_part(self._spec, x, out, first - hops_dropped, self._dropped)
        self._made = end

    def _reserve(self, end: int) -> None:
        """Room for frames up to `end`, in new memory where the old one is full."""
        if end - self._kept_from <= len(self._frames):
            return
        kept = self._frames[self.popped - self._kept_from : self._made - self._kept_from]
        frames = np.empty((max(_FEWEST_FRAMES, 2 * (end - self.popped)), self.n_rows), np.float32)
        frames[: len(kept)] = kept
        self._frames, self._kept_from = frames, self.popped
