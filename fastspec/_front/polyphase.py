"""Resampling by a windowed sinc, evaluated where each output sample lies between the input's.

Outputs repeat their places every `new` of them, so a block of inputs times one sparse matrix gives a block of outputs:
the engine's bank does that, many blocks side by side. Rates with no common divisor would need a matrix without end; for
them, scipy filters with the same weights in one row.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from .._engine import foreign as _foreign
from .._engine.kept import kept
from .._engine.spec import Spec
from .given import bank_spec
from .walk import run_given

# Outputs of a block, at least: fewer would leave the engine busy with the blocks themselves.
_BLOCK = 32
# Weights of a matrix, zeros included, at most.
_MOST_WEIGHTS = 1 << 20


@dataclass(frozen=True)
class Sinc:
    """From `orig` to `new` samples in the same time, which have no common divisor.

    ``sinc(t) window(t)``, where t counts zero crossings of a sinc that passes frequencies up to `rolloff` of the lower
    Nyquist frequency, for \\|t\\| < `width`. `beta`: None for a Hann window, else Kaiser's.
    """

    orig: int
    new: int
    width: float
    rolloff: float
    beta: float | None

    @property
    def crossings(self) -> float:
        """Zero crossings in the time of `orig` inputs."""
        return min(self.orig, self.new) * self.rolloff

    @property
    def reach(self) -> int:
        """Input samples to either side that an output can feel."""
        return math.ceil(self.width * self.orig / self.crossings)

    def weights(self, t: np.ndarray) -> np.ndarray:
        within = np.abs(t) < self.width
        t = np.where(within, t, 0)
        if self.beta is None:
            window = np.cos(t * (np.pi / 2 / self.width)) ** 2
        else:
            window = np.i0(self.beta * np.sqrt(1 - (t / self.width) ** 2)) / np.i0(self.beta)
        return np.where(within, np.sinc(t) * window * (self.crossings / self.orig), 0)


def resample(x: np.ndarray, filter: Sinc, n_out: int) -> np.ndarray:
    """The first `n_out` samples (..., n_out) of `x` (..., n), in its dtype, at the new rate."""
    if not x.size or not n_out:
        return np.zeros((*x.shape[:-1], n_out), x.dtype)
    if filter.new * (2 * filter.reach + filter.orig) > _MOST_WEIGHTS:
        return _by_scipy(x, filter, n_out)
    n_blocks_in_one = -(-_BLOCK // min(filter.new, filter.orig))
    spec = _bank(filter, n_blocks_in_one, int(x.dtype == np.float64))
    n_taken, step = spec.framing.n_fft, filter.orig * n_blocks_in_one
    n_blocks = -(-n_out // (filter.new * n_blocks_in_one))
    padded = np.zeros((*x.shape[:-1], (n_blocks - 1) * step + n_taken), x.dtype)
    n_kept = min(x.shape[-1], padded.shape[-1] - filter.reach)
    padded[..., filter.reach : filter.reach + n_kept] = x[..., :n_kept]
    blocks = np.lib.stride_tricks.sliding_window_view(padded, n_taken, axis=-1)[..., ::step, :]
    y = run_given(spec, blocks.swapaxes(-1, -2), frame_major=True)
    return y.swapaxes(-1, -2).reshape(*x.shape[:-1], -1)[..., :n_out]


@kept(32)
def _bank(filter: Sinc, n_blocks: int, precision: int) -> Spec:
    places = np.arange(-filter.reach, filter.reach + filter.orig * n_blocks) / filter.orig
    outputs = np.arange(filter.new * n_blocks)[:, np.newaxis] / filter.new
    return bank_spec(filter.weights((places - outputs) * filter.crossings), precision)


def _by_scipy(x: np.ndarray, filter: Sinc, n_out: int) -> np.ndarray:
    import scipy.signal

    taps, skipped = _taps(filter, x.dtype)
    n_terms = 2 * filter.reach * n_out * (x.size // x.shape[-1]) + 10 * len(taps)
    y = _foreign.call(scipy.signal.upfirdn, taps, x, filter.new, filter.orig, axis=-1, work=n_terms)
    return y[..., skipped : skipped + n_out]


@kept(32)
def _taps(filter: Sinc, dtype: np.dtype) -> tuple[np.ndarray, int]:
    """The filter at `orig` times `new` places in a block's time, and outputs before the first one."""
    last = math.ceil(filter.width * filter.orig * filter.new / filter.crossings)
    skipped = -(-last // filter.orig)
    first = -skipped * filter.orig
    return _foreign.call(_taps_between, filter, first, last, dtype, work=100 * (last - first)), skipped


def _taps_between(filter: Sinc, first: int, last: int, dtype: np.dtype) -> np.ndarray:
    places = np.arange(first, last + 1) / (filter.orig * filter.new)
    return filter.weights(places * filter.crossings).astype(dtype)
