"""`Source`: what goes in. Samples of any kind, as the engine reads them; one clip, or many."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from .._gate.samples import DTypeError, ParameterError, as_array, as_samples


def as_clip(y, *, name: str = "y") -> np.ndarray:
    """Samples (..., n): floating-point ones, or integers of `PCM_DTYPES`, which count as `pcm_to_float` has them."""
    return as_samples(y if isinstance(y, np.ndarray) else as_array(y, name=name), name=name, pcm=True)


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
