"""Frames that come in parts, put together in the memory of the whole: hours of them are large."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from .._soundfiles.sound import Sound
    from .program import Program

_SLACK = 1.0  # seconds, where it is not sure how many samples there will be


def frames_expected(sound: Sound, program: Program, sr: float) -> int:
    """Frames of a file that nobody has read from yet: as many as there will be or a few more; 0 if nobody knows."""
    samples = sound.expected()
    if sr != sound.samplerate or not sound.is_counted:
        samples = int(samples * (sr / sound.samplerate) + _SLACK * sr) if samples else 0
    added = program.recipe.prepend + program.recipe.append
    return program.n_of_signal(samples + added) if samples else 0


def gathered(parts: Iterable[np.ndarray], expected: int) -> np.ndarray:
    """Parts (..., rows, n), one after the other in time. Where there are more frames than expected, it takes twice the
    memory of the result, for they have to be copied."""
    filled, whole = 0, None
    beyond: list[np.ndarray] = []
    for part in parts:
        if whole is None:
            whole = _like(part, expected)
        fits = not beyond and filled + part.shape[-1] <= whole.shape[-1]
        if fits:
            whole[..., filled : filled + part.shape[-1]] = part
            filled += part.shape[-1]
        else:
            beyond.append(part)
    assert whole is not None, "there is one part at least"
    if beyond:
        return np.concatenate([whole[..., :filled], *beyond], axis=-1)
    return whole if filled == whole.shape[-1] else _cut(whole, filled)


def _is_by_frames(F: np.ndarray) -> bool:
    """Whether the rows of a frame are neighbours in memory."""
    return F.swapaxes(-1, -2).flags.c_contiguous and not F.flags.c_contiguous


def _like(part: np.ndarray, n: int) -> np.ndarray:
    """Room for `n` frames in the order of this part's; of none if there is none, as of a header that lies."""
    *channels, rows, _ = part.shape
    try:
        if _is_by_frames(part):
            return np.empty((*channels, n, rows), part.dtype).swapaxes(-1, -2)
        return np.empty((*channels, rows, n), part.dtype)
    except (MemoryError, ValueError):
        return np.empty((*channels, rows, 0), part.dtype)


def _cut(whole: np.ndarray, n: int) -> np.ndarray:
    """The first n frames, moved together where they are."""
    by_frames = _is_by_frames(whole)
    memory = whole.swapaxes(-1, -2) if by_frames else whole
    stretch = memory.shape[-1] if by_frames else 1  # values of one frame that are neighbours
    shape = (*memory.shape[:-2], n, stretch) if by_frames else (*memory.shape[:-1], n)
    flat, size, room = memory.reshape(-1), n * stretch, whole.shape[-1] * stretch
    for i in range(1, flat.size // room):
        flat[i * size : (i + 1) * size] = flat[i * room : i * room + size]
    F = flat[: flat.size // room * size].reshape(shape)
    return F.swapaxes(-1, -2) if by_frames else F
