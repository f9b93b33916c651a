"""What is done along frames: slopes, sliding means, masks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from ...._engine import foreign as _foreign
from ...._front import given, masks, sliding
from ...._gate.samples import ParameterError, as_array, as_generator, as_index, as_number, one_of
from ..._peer import peer

if TYPE_CHECKING:
    import numpy.typing as npt

# Frames to either side that a slope may look at.
_LONGEST = 100_000

# torch's names of paddings, and those of `feature.delta`.
_ENDS: dict[str, Literal["nearest", "constant", "mirror", "wrap"]] = {
    "replicate": "nearest", "constant": "constant", "reflect": "mirror", "circular": "wrap",
}  # fmt: skip


@peer(RuntimeError)
def compute_deltas(specgram: npt.ArrayLike, win_length: int = 5, mode: str = "replicate") -> np.ndarray:
    """Slopes along time: ``sum(k * x[t + k]) / sum(k * k)`` for k from -n to n, n = ``(win_length - 1) // 2``.

    Parameters
    ----------
    specgram : array_like [shape=(..., frames)]
        Features.
    win_length : int >= 3, default 5
        Frames that count; of an even number, one less.
    mode : {'replicate', 'constant', 'reflect', 'circular'}, default 'replicate'
        What stands beyond the ends.

    Returns
    -------
    np.ndarray [shape as `specgram`]
        Slopes.

    Raises
    ------
    ParameterError
        If `win_length` is below 3, or `mode` needs more frames than there are; a ValueError and a RuntimeError.

    Examples
    --------
    >>> import numpy as np
    >>> from fastspec.compat.torchaudio import functional as F
    >>> F.compute_deltas(np.arange(6.0) ** 2).round(6).tolist()
    [0.9, 2.2, 4.0, 6.0, 5.8, 4.1]
    """
    from ....feature import delta

    x = given.as_floats(specgram, name="specgram")
    n = (as_index(win_length, name="win_length", minimum=3) - 1) // 2
    if n > _LONGEST:
        raise ParameterError(f"win_length={win_length} is too long a window; use {2 * _LONGEST} frames at most")
    one_of(mode, _ENDS, name="mode")
    if x.ndim == 0 or not x.size:
        raise ParameterError(f"specgram.shape={x.shape} has no frames; pass some")
    short = x.shape[-1] <= n if mode == "reflect" else x.shape[-1] < n and mode == "circular"
    if short:
        raise ParameterError(f"specgram.shape={x.shape} has too few frames for mode={mode!r}, win_length={win_length}")
    return delta(x, width=2 * n + 1, order=1, axis=-1, mode=_ENDS[mode])


@peer(RuntimeError)
def sliding_window_cmn(
    specgram: npt.ArrayLike,
    cmn_window: int = 600,
    min_cmn_window: int = 100,
    center: bool = False,
    norm_vars: bool = False,
) -> np.ndarray:
    """Features less the mean of the frames around or before.

    Parameters
    ----------
    specgram : array_like [shape=(..., frames, features)]
        Features, frame by frame.
    cmn_window : int, default 600
        Frames that the mean is taken of; without `center`, so many before the frame, and itself.
    min_cmn_window : int, default 100
        At the beginning, the mean of so many frames; for ``center=False``.
    center : bool, default False
        Whether the frame is in the middle of them, or the last.
    norm_vars : bool, default False
        Whether to divide by the standard deviation, too. Where that is 0, so is the result, in place of torchaudio's
        NaN or what rounding leaves there.

    Returns
    -------
    np.ndarray [shape as `specgram`]
        Normalised features; sums are float64.

    Raises
    ------
    ParameterError
        If a window is too short, or features are not finite; it is a ValueError and a RuntimeError.

    Examples
    --------
    >>> import numpy as np
    >>> from fastspec.compat.torchaudio import functional as F
    >>> F.sliding_window_cmn(np.arange(5.0)[:, np.newaxis], 3, center=True).ravel().tolist()
    [-1.0, 0.0, 0.0, 0.0, 1.0]
    """
    x = given.as_floats(specgram, name="specgram")
    if x.ndim < 2:
        raise ParameterError(f"specgram.shape={x.shape} must be (..., frames, features)")
    if not np.isfinite(x).all():
        raise ParameterError("specgram is not finite everywhere; clean it with np.nan_to_num(specgram)")
    n = x.shape[-2]
    # Twice as many frames as there are change nothing more.
    width = min(as_index(cmn_window, name="cmn_window", minimum=1 if center else 0), 2 * n + 2)
    least = min(as_index(min_cmn_window, name="min_cmn_window", minimum=0), 2 * n + 2)
    first, end = sliding.span_around(n, width) if center else sliding.span_before(n, width, least)
    return _foreign.call(sliding.normalised, x, first, end, variance=bool(norm_vars), work=40 * x.size)


@peer(ValueError)
def mask_along_axis(
    specgram: npt.ArrayLike, mask_param: int, mask_value: float, axis: int, p: float = 1.0, *, rng: Any = None
) -> np.ndarray:
    """Overwrite a random run of bins or frames, the same one in all of a batch.

    Parameters
    ----------
    specgram : array_like [shape=(..., bins, frames)]
        Features.
    mask_param : int
        The run is shorter than this; below 1, the input comes back.
    mask_value : float
        What is written.
    axis : int
        The last axis but one, or the last, counted from the first.
    p : float, 0 <= p <= 1, default 1.0
        The run is shorter than this share of the axis, too.
    rng : None, int, Generator, ..., optional
        What `numpy.random.default_rng` takes. torchaudio uses torch's global generator; a Generator that is passed to
        every call has the same effect.

    Returns
    -------
    np.ndarray [shape as `specgram`]
        A copy with the run overwritten.

    Raises
    ------
    ParameterError
        If `axis` is another one, or `p` out of range.

    Examples
    --------
    >>> import numpy as np
    >>> from fastspec.compat.torchaudio import functional as F
    >>> F.mask_along_axis(np.ones((4, 6)), 5, 0.0, 1, rng=1).tolist()[0]
    [1.0, 1.0, 1.0, 0.0, 0.0, 1.0]
    """
    return _masked(specgram, mask_param, mask_value, axis, p, rng, "specgram", least=2)


@peer(ValueError)
def mask_along_axis_iid(
    specgrams: npt.ArrayLike, mask_param: int, mask_value: float, axis: int, p: float = 1.0, *, rng: Any = None
) -> np.ndarray:
    """Overwrite a random run of bins or frames, another one for each of a batch.

    Parameters
    ----------
    specgrams : array_like [shape=(..., bins, frames)], of three axes or more
        Features.
    mask_param, mask_value, axis, p, rng
        As in `mask_along_axis`.

    Returns
    -------
    np.ndarray [shape as `specgrams`]
        A copy with the runs overwritten.

    Raises
    ------
    ParameterError
        As `mask_along_axis`; if there are two axes only.

    Examples
    --------
    >>> import numpy as np
    >>> from fastspec.compat.torchaudio import functional as F
    >>> F.mask_along_axis_iid(np.ones((2, 1, 6)), 5, 0.0, 2, rng=1).tolist()
    [[[0.0, 0.0, 1.0, 1.0, 1.0, 1.0]], [[1.0, 0.0, 0.0, 0.0, 0.0, 1.0]]]
    """
    return _masked(specgrams, mask_param, mask_value, axis, p, rng, "specgrams", least=3)


def _masked(
    specgram: Any, mask_param: Any, mask_value: Any, axis: Any, p: Any, rng: Any, name: str, *, least: int
) -> np.ndarray:
    S = as_array(specgram, name=name)
    if S.ndim < least:
        raise ParameterError(f"{name}.shape={S.shape} has {S.ndim} dimensions; at least {least} are wanted")
    if as_index(axis, name="axis", minimum=0) not in (S.ndim - 2, S.ndim - 1):
        raise ParameterError(
            f"axis={axis} must be {S.ndim - 2} or {S.ndim - 1}, bins or frames of {name}.shape={S.shape}"
        )
    check_share(p)
    longest, value = as_number(mask_param, name="mask_param"), as_number(mask_value, name="mask_value")
    if not longest < np.inf:
        raise ParameterError(f"mask_param={mask_param} must be finite; p says which share of the axis is allowed")
    longest = longest if p == 1 else min(longest, int(S.shape[axis] * p))
    generator = as_generator(rng)
    if longest < 1:
        return S
    shape = S.shape[:-2] if least == 3 else ()
    spans = masks.random_spans(generator, shape, S.shape[axis], longest)
    return _foreign.call(masks.overwritten, S, *spans, axis, value, work=2 * S.size)


def check_share(p: Any) -> None:
    if not 0 <= as_number(p, name="p") <= 1:
        raise ParameterError(f"p={p} must be between 0 and 1")
