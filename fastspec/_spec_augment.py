"""`spec_augment`: masks over time and frequency, and time that is warped."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

from ._gate.complaints import public
from ._gate.samples import ParameterError, as_generator, as_index, as_number
from ._moments import PIECE, as_features, empty_result

if TYPE_CHECKING:
    import numpy.typing as npt

_MOST_MASKS = 1000


@public
def spec_augment(
    X: npt.ArrayLike,
    *,
    n_time_masks: int = 2,
    time_mask_param: int = 100,
    n_freq_masks: int = 2,
    freq_mask_param: int = 27,
    p: float = 1.0,
    time_warp: int = 0,
    mask_value: float | Literal["mean"] = 0.0,
    rng: int | np.random.Generator | None = None,
) -> np.ndarray:
    """SpecAugment: some runs of frames and of rows are masked, after time has been warped; by a seed.

    Parameters
    ----------
    X : array_like [shape=(..., rows, frames)], real
        Features. Leading axes are a batch, each clip of which gets masks of its own.
    n_time_masks, n_freq_masks : int, default 2
        Masks over frames, and over rows.
    time_mask_param, freq_mask_param : int, default 100, 27
        Each mask is 0 to that many frames or rows wide, all widths being equally likely.
    p : float, default 1.0
        What part of the frames a mask over time covers at most.
    time_warp : int, default 0
        If not 0, a frame at least that far from both ends is moved by up to that many frames, and those between are
        interpolated. Clips of no more than twice that are left alone.
    mask_value : float or 'mean', default 0.0
        What masked values become: a number, or the clip's mean (before it is masked).
    rng : int, np.random.Generator or None, default None
        The seed. None takes another one each time.

    Returns
    -------
    np.ndarray [shape=X.shape]
        A new array in the precision of `X` (float32 for float16, float64 for integers).

    Raises
    ------
    ParameterError
        If `X` has less than two dimensions or holds NaN or infinity, a number of masks, a width or `time_warp` is
        negative, `p` is not between 0 and 1, `mask_value` is not finite, or `rng` is no seed.

    References
    ----------
    .. [1] D. S. Park et al., "SpecAugment: A simple data augmentation method for automatic speech recognition",
       Interspeech 2019.

    Examples
    --------
    >>> import fastspec
    >>> import numpy as np
    >>> X = np.ones((4, 9), np.float32)
    >>> fastspec.spec_augment(X, n_freq_masks=0, n_time_masks=1, time_mask_param=5, rng=7)[0].tolist()
    [1.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0]
    """
    x = as_features(X)
    sizes = {
        "n_time_masks": n_time_masks, "time_mask_param": time_mask_param, "n_freq_masks": n_freq_masks,
        "freq_mask_param": freq_mask_param, "time_warp": time_warp,
    }  # fmt: skip
    n_time, time_width, n_freq, freq_width, warp = (as_index(v, name=name, minimum=0) for name, v in sizes.items())
    for name in ("n_time_masks", "n_freq_masks"):
        if sizes[name] > _MOST_MASKS:
            raise ParameterError(f"{name}={sizes[name]} exceeds {_MOST_MASKS}; a few masks cover all there is")
    share = as_number(p, name="p")
    if not 0 <= share <= 1:
        raise ParameterError(f"p={p} must be between 0 and 1: the part of the frames that a mask may cover")
    value = mask_value if isinstance(mask_value, str) else as_number(mask_value, name="mask_value")
    if value != "mean" and (isinstance(value, str) or not np.isfinite(value)):
        raise ParameterError(f"mask_value={mask_value!r} must be 'mean' or a finite number")
    generator = as_generator(rng)
    out = empty_result(x)
    out[...] = x
    if not x.size:
        return out
    n_rows, n_frames = x.shape[-2:]
    for index in np.ndindex(*x.shape[:-2]):
        clip = out[index]
        if warp:
            _warp(clip, warp, generator)
        fill = clip.mean(dtype=np.float64) if value == "mean" else value
        for _ in range(n_time):
            clip[:, _mask(n_frames, min(time_width, int(share * n_frames)), generator)] = fill
        for _ in range(n_freq):
            clip[_mask(n_rows, freq_width, generator)] = fill
    return out


def _mask(n: int, width: int, generator: np.random.Generator) -> slice:
    size = int(generator.integers(0, min(width, n), endpoint=True))
    first = int(generator.integers(0, n - size, endpoint=True))
    return slice(first, first + size)


def _warp(clip: np.ndarray, most: int, generator: np.random.Generator) -> None:
    """In place: frame `at` of the result is frame `source` of the clip, the ends stay, and between is interpolated."""
    n = clip.shape[-1]
    if n <= 2 * most:
        return
    source = int(generator.integers(most, n - most))
    at = source + int(generator.integers(-most, most, endpoint=True))
    at = min(max(at, 1), n - 2) if n > 2 else source
    places = np.interp(np.arange(n), [0, at, n - 1], [0, source, n - 1])
    left = np.minimum(places.astype(np.intp), n - 2) if n > 1 else np.zeros(n, np.intp)
    share = (places - left).astype(clip.dtype)
    for first in range(0, len(clip), max(1, PIECE // n)):
        rows = clip[first : first + max(1, PIECE // n)]
        before = rows[:, left]
        before += share * (rows[:, np.minimum(left + 1, n - 1)] - before)
        rows[...] = before
