"""`Source`: what goes in. Samples of any kind, as the engine reads them; one clip, or many."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from .._arrays import DTypeError, ParameterError, as_array, as_samples


def as_clip(y, *, name: str = "y") -> np.ndarray:
    """Samples (..., n): floating-point ones, or integers of `PCM_DTYPES`, which count as `pcm_to_float` has them."""
    return as_samples(y if isinstance(y, np.ndarray) else from_elsewhere(y, name=name), name=name, pcm=True)


def as_clips(clips: Iterable) -> Iterator:
    """One clip after the other; a single array of one axis is one clip, and likely a mistake."""
    if isinstance(clips, np.ndarray) and clips.ndim < 2:
        raise ParameterError(f"clips.shape={clips.shape} is one clip; pass a list of clips, or call the recipe on it")
    if isinstance(clips, (str, bytes)):
        raise DTypeError(f"clips={clips[:40]!r} is text; pass a list of arrays (a recipe's `file` reads sound files)")
    try:
        return iter(clips)
    except TypeError:
        raise DTypeError(f"clips is {type(clips).__name__}; pass a list of arrays") from None


def from_elsewhere(y, *, name: str) -> np.ndarray:
    """An array of what is none: lists, and what gives its memory by DLPack or the array protocol, without a copy."""
    if hasattr(y, "__dlpack__"):
        return _from_dlpack(y, name=name)
    return as_array(y, name=name)


def _from_dlpack(y, *, name: str) -> np.ndarray:
    if getattr(y, "requires_grad", False):
        raise DTypeError(f"{name} requires grad, which cannot be followed here; pass {name}.detach()")
    device = getattr(y, "device", None)
    kind = getattr(device, "type", device if isinstance(device, str) else "cpu")
    if kind != "cpu":
        raise DTypeError(f"{name} is on {device}, and samples are read by the CPU; pass {name}.cpu()")
    try:
        return np.from_dlpack(y)
    except (BufferError, RuntimeError, TypeError, ValueError) as error:
        raise DTypeError(f"{name} is {type(y).__name__} and cannot be read: {error}") from None
