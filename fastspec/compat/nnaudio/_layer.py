"""What all layers share: the shapes that go in, reflection that is long enough, `repr`."""

from __future__ import annotations

from inspect import signature
from typing import Any

import numpy as np

from ..._engine import arrays as _arrays
from ..._gate.complaints import both
from ..._gate.samples import ParameterError
from .._peer import as_audio


class Layer:
    """Remembers its arguments; `__init__` of each layer begins with ``self._remember(locals())``."""

    def _remember(self, given: dict[str, Any]) -> None:
        names = [name for name in signature(type(self).__init__).parameters if name in given and name != "self"]
        self._arguments = {name: given[name] for name in names}

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in self._arguments.items())})"


def batch_of(x: Any) -> np.ndarray:
    """Samples (batch, n) of any of the three shapes."""
    samples = as_audio(x, name="x")
    if samples.ndim == 3 and samples.shape[1] != 1:
        raise both(ParameterError, RuntimeError)(
            f"x.shape={samples.shape} must have one channel, (batch, 1, samples); pass channels as a batch"
        )
    if samples.ndim > 3:
        raise ParameterError(f"x.shape={samples.shape} must be (samples,), (batch, samples) or (batch, 1, samples)")
    return samples.reshape(-1, samples.shape[-1]) if samples.ndim != 2 else samples


def check_frames(x: np.ndarray, n_fft: int, pad: int, pad_mode: str) -> None:
    """What the peer complains about: too few samples to be reflected, or for a frame."""
    n = x.shape[-1]
    if pad_mode == "reflect" and n <= pad:
        kind = AssertionError if n < pad else RuntimeError
        raise both(ParameterError, kind)(
            f"x.shape={x.shape} has too few samples to be reflected: more than n_fft // 2 = {pad} are needed; "
            "use pad_mode='constant'"
        )
    if n + 2 * pad < n_fft:
        raise both(ParameterError, RuntimeError)(
            f"x.shape={x.shape} is too short for a frame of n_fft={n_fft}; use center=True, or a shorter n_fft"
        )


def as_parts(D: np.ndarray) -> np.ndarray:
    """Complex (batch, bins, frames), frames contiguous, as real (batch, bins, frames, 2)."""
    frames = np.ascontiguousarray(D.swapaxes(-1, -2))
    return frames.view(frames.real.dtype).reshape(*frames.shape, 2).swapaxes(1, 2)


def magnitudes(D: np.ndarray, guard: float) -> np.ndarray:
    """sqrt(|D|^2 + guard)."""
    frames = np.ascontiguousarray(D.swapaxes(-1, -2))
    S = np.empty(frames.shape, frames.real.dtype)
    _arrays.squares(frames, S)
    if guard:
        S += guard
    return np.sqrt(S, out=S).swapaxes(-1, -2)
