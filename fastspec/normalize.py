"""Features brought to one level and one spread: over a clip, a speaker, a window that slides, or a neighbourhood.

All of them take features (..., rows, frames) of any strides and hand back new ones in the input's own precision. Sums
are float64, a piece of the array at a time, so that no wide copy of a big array is made.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from ._gate.complaints import public
from ._gate.samples import DTypeError, ParameterError, as_array, as_index, as_number
from ._moments import PIECE, as_features, empty_result, inverse_of, moments, standardise
from ._scaler import Scaler
from ._spec_augment import spec_augment

if TYPE_CHECKING:
    import numpy.typing as npt

__all__ = ["OnlineCmvn", "Scaler", "cmvn", "lcn", "spec_augment"]

# What a variance of a window that slides is never below: Kaldi's.
_LEAST_VARIANCE = 1e-10


# --- mean and variance


@public
def cmvn(
    X: npt.ArrayLike,
    *,
    axis: int = -1,
    norm_vars: bool = True,
    mean: npt.ArrayLike | None = None,
    std: npt.ArrayLike | None = None,
    cmn_window: int | None = None,
    min_cmn_window: int = 100,
    center: bool = False,
) -> np.ndarray:
    """Cepstral mean and variance normalisation: of a clip, by a speaker's statistics, or over a window that slides.

    Parameters
    ----------
    X : array_like [shape=(..., rows, frames)], real
        Features. Leading axes are a batch, each clip of which is normalised by itself.
    axis : int, default -1
        The axis of time: -2 for features (..., frames, rows), as Kaldi has them. Another one is a row's.
    norm_vars : bool, default True
        Whether each row is divided by its standard deviation (over n, not n - 1), too.
    mean, std : array_like [shape=(rows,), or one that NumPy would broadcast to that of `X`], optional
        Statistics of a speaker, in place of the clip's own. With `mean` alone nothing is divided.
    cmn_window : int, optional
        Frames of a window that slides along, by Kaldi's rule. Default: the whole clip.
    min_cmn_window : int, default 100
        Frames that the first windows hold at least, if ``center=False``.
    center : bool, default False
        Whether a window stands around its frame (and is as long at the ends, shifted inwards) or before it: it then
        holds the frame and `cmn_window` before it.

    Returns
    -------
    np.ndarray [shape=X.shape]
        In the precision of `X` (float32 for float16, float64 for integers). Rows that do not vary become zeros. In a
        window that slides, variances below 1e-10 count as that, and with `norm_vars` a window of one frame gives zeros.

    Raises
    ------
    ParameterError
        If `X` has less than two dimensions or holds NaN or infinity, `axis` is no axis of it, statistics do not fit or
        are given together with a window, `std` is given alone, or a window has no frames.

    See Also
    --------
    OnlineCmvn : the same while frames arrive.
    Scaler : statistics over a dataset, kept in a file.

    References
    ----------
    .. [1] O. Viikki and K. Laurila, "Cepstral domain segmental feature vector normalization for noise robust speech
       recognition", Speech Communication 25 (1998).

    Examples
    --------
    >>> import fastspec
    >>> import numpy as np
    >>> fastspec.cmvn(np.array([[1.0, 2.0, 3.0], [5.0, 5.0, 5.0]])).round(3).tolist()
    [[-1.225, 0.0, 1.225], [0.0, 0.0, 0.0]]
    """
    x = as_features(X)
    time = _time_axis(axis, x)
    least = as_index(min_cmn_window, name="min_cmn_window")
    if mean is not None or std is not None:
        if cmn_window is not None:
            raise ParameterError(f"cmn_window={cmn_window} has statistics of its own; leave out mean and std")
        return _by_given(x, mean, std, time, norm_vars)
    if cmn_window is not None:
        return _sliding(x, time, cmn_window, least, center, norm_vars)
    center_, squares = moments(x, (time,))
    n = max(x.shape[time], 1)
    return standardise(x, center_, inverse_of(np.sqrt(squares / n)) if norm_vars else np.ones_like(center_))


def _time_axis(axis: Any, x: np.ndarray) -> int:
    number = as_index(axis, name="axis", minimum=-x.ndim)
    if number >= x.ndim:
        raise ParameterError(f"axis={axis} is no axis of X.shape={x.shape}; use {-x.ndim} to {x.ndim - 1}")
    return number % x.ndim


def _by_given(x: np.ndarray, mean: Any, std: Any, time: int, norm_vars: bool) -> np.ndarray:
    if mean is None:
        raise ParameterError("std is given and mean=None; pass both (mean=0.0 takes nothing away)")
    shift = _statistics(mean, "mean", x, time)
    if std is None or not norm_vars:
        return standardise(x, shift, np.ones((1,) * x.ndim))
    deviation = _statistics(std, "std", x, time)
    if (deviation < 0).any():
        raise ParameterError(f"std={deviation.min()} is negative; pass standard deviations")
    return standardise(x, shift, inverse_of(deviation))


def _statistics(numbers: Any, name: str, x: np.ndarray, time: int) -> np.ndarray:
    """One number, one for each row, or an array that goes with `x`; as one of as many dimensions."""
    given = as_array(numbers, name=name, kinds="fiub").astype(np.float64)
    if not np.isfinite(given).all():
        raise ParameterError(f"{name} must be finite; it holds {given[~np.isfinite(given)][0]}")
    if given.ndim == 1 and time == x.ndim - 1:
        given = given[:, np.newaxis]
    given = given.reshape((1,) * (x.ndim - given.ndim) + given.shape)
    if any(size not in (1, of) for size, of in zip(given.shape, x.shape, strict=False)) or given.ndim > x.ndim:
        raise ParameterError(f"{name}.shape={np.shape(numbers)} does not fit X.shape={x.shape}; pass one for each row")
    return given


def _sliding(x: np.ndarray, time: int, window: Any, least: int, center: bool, norm_vars: bool) -> np.ndarray:
    window = as_index(window, name="cmn_window")
    first, end = _windows(x.shape[time], window, least, center)
    out = empty_result(x)
    rows, results = np.moveaxis(x, time, -1), np.moveaxis(out, time, -1)
    for part in _whole_rows(rows.shape):
        y = np.asarray(rows[part], dtype=np.float64)
        y = y - y[..., :1]  # what rows have in common would cancel in sums of squares
        mean = _between(_running(y), first, end) / (end - first)
        distance = y - mean
        if norm_vars:
            variance = _between(_running(y * y), first, end) / (end - first) - mean * mean
            distance *= np.where(end - first == 1, 0.0, 1 / np.sqrt(np.maximum(variance, _LEAST_VARIANCE)))
        results[part] = distance
    return out


def _windows(n: int, window: int, least: int, center: bool) -> tuple[np.ndarray, np.ndarray]:
    """First frames and ends of the windows of n frames."""
    t = np.arange(n)
    first = t - (window // 2 if center else window)
    end = first + window if center else t + 1
    end = end + np.maximum(-first, 0)  # what is missing before the clip is taken behind the frame
    first = np.maximum(first, 0)
    if not center:
        end = np.where(end > t, np.maximum(t + 1, least), end)
    first = np.maximum(first - np.maximum(end - n, 0), 0)
    return first, np.minimum(end, n)


def _whole_rows(shape: tuple[int, ...]) -> Iterator[tuple[slice, ...]]:
    """Pieces that hold all frames of their rows."""
    return ((*part, slice(None)) for part in _pieces_of_rows(shape[:-1], shape[-1]))


def _pieces_of_rows(shape: tuple[int, ...], length: int) -> Iterator[tuple[slice, ...]]:
    n_rows = max(1, PIECE // max(length, 1))
    for index in np.ndindex(*shape[:-1]):
        for first in range(0, shape[-1] if length else 0, n_rows):
            yield (*(slice(i, i + 1) for i in index), slice(first, first + n_rows))


def _running(y: np.ndarray) -> np.ndarray:
    """Sums of the first 0, 1, 2, ... frames."""
    sums = np.zeros((*y.shape[:-1], y.shape[-1] + 1))
    np.cumsum(y, axis=-1, out=sums[..., 1:])
    return sums


def _between(sums: np.ndarray, first: np.ndarray, end: np.ndarray) -> np.ndarray:
    return sums[..., end] - sums[..., first]


class OnlineCmvn:
    """Mean and variance normalisation while frames arrive: by the last ones, and by a prior while these are few.

    A frame is normalised by the statistics of itself and the ``cmn_window - 1`` frames before it, by Kaldi's rule. Of
    the prior, a speaker's or a language's, as many frames are counted as are missing from the window, but never more
    than `prior_frames`.

    Parameters
    ----------
    cmn_window : int, default 600
        Frames of the window.
    norm_vars : bool, default False
        Whether rows are divided by their standard deviations, too.
    mean, std : array_like [shape=(rows,)], optional
        The prior's. `std` is for ``norm_vars=True``.
    prior_frames : int, default 200
        Frames that the prior counts for at most.

    Raises
    ------
    ParameterError
        If `cmn_window` is not positive, `prior_frames` is negative, or `norm_vars` lacks the prior's `std`.

    Examples
    --------
    >>> import fastspec
    >>> import numpy as np
    >>> online = fastspec.OnlineCmvn(cmn_window=2)
    >>> online.push(np.array([[1.0, 3.0]])).tolist(), online.push(np.array([[9.0]])).tolist()
    ([[0.0, 1.0]], [[3.0]])
    """

    @public
    def __init__(
        self,
        *,
        cmn_window: int = 600,
        norm_vars: bool = False,
        mean: npt.ArrayLike | None = None,
        std: npt.ArrayLike | None = None,
        prior_frames: int = 200,
    ) -> None:
        self.cmn_window = as_index(cmn_window, name="cmn_window")
        self.norm_vars = bool(norm_vars)
        self.prior_frames = as_index(prior_frames, name="prior_frames", minimum=0)
        self.mean: Any
        self.std: Any
        self.mean, self.std = (
            None if numbers is None else np.atleast_1d(as_array(numbers, name=name, kinds="fiub").astype(np.float64))
            for numbers, name in ((mean, "mean"), (std, "std"))
        )
        if self.norm_vars and mean is not None and std is None:
            raise ParameterError("norm_vars=True needs the prior's std, and std=None; pass it, or no mean")
        self._origin: Any = None
        self._sums = np.empty(0)

    def __repr__(self) -> str:
        return (
            f"OnlineCmvn(cmn_window={self.cmn_window}, norm_vars={self.norm_vars}, mean={self.mean!r}, "
            f"std={self.std!r}, prior_frames={self.prior_frames})"
        )

    @public
    def push(self, X: npt.ArrayLike) -> np.ndarray:
        """Normalise the next frames. In what pieces they come makes no difference, not in a bit.

        Parameters
        ----------
        X : array_like [shape=(..., rows, frames)], real
            Any number of frames; the same leading axes and rows each time.

        Returns
        -------
        np.ndarray [shape=X.shape]

        Raises
        ------
        ParameterError
            If `X` holds NaN or infinity, or its shape does not go on from the piece before.
        """
        x = as_features(X)
        if self._origin is not None and x.shape[:-1] != self._origin.shape[:-1]:
            before = (*self._origin.shape[:-1], "frames")
            raise ParameterError(f"X.shape={x.shape} does not go on from {before}; pass the same rows, or start anew")
        if not x.shape[-1]:
            return empty_result(x)
        if self._origin is None:
            self._start(x)
        out = empty_result(x)
        for first in range(0, x.shape[-1], max(1, PIECE // max(1, x[..., 0].size))):
            part = slice(first, first + max(1, PIECE // max(1, x[..., 0].size)))
            out[..., part] = self._normalised(x[..., part] - self._origin)
        return out

    def _start(self, x: np.ndarray) -> None:
        for name, numbers in (("mean", self.mean), ("std", self.std)):
            if numbers is not None and numbers.shape not in ((1,), x.shape[-2:-1]):
                raise ParameterError(f"{name}.shape={numbers.shape} does not fit X.shape={x.shape}; one for each row")
        self._origin = x[..., :1].astype(np.float64)
        # Sums of the values, and of their squares, of all frames up to each of the last ones.
        self._sums = np.zeros((2, *x.shape[:-1], 1))

    def _normalised(self, y: np.ndarray) -> np.ndarray:
        """Frames of which the first one of all has been taken away."""
        sums = np.concatenate([self._sums, np.stack([y, y * y])], axis=-1)
        n_before = self._sums.shape[-1] - 1
        np.cumsum(sums[..., n_before:], axis=-1, out=sums[..., n_before:])
        end = np.arange(n_before + 1, sums.shape[-1])
        first = np.maximum(end - self.cmn_window, 0)
        total, squares = sums[..., end] - sums[..., first]
        self._sums = sums[..., -(self.cmn_window + 1) :].copy()
        n = (end - first).astype(np.float64)
        if self.mean is not None:
            prior = np.minimum(self.cmn_window - n, self.prior_frames)
            mean = self.mean[:, np.newaxis] - self._origin
            total = total + prior * mean
            if self.norm_vars:
                squares = squares + prior * (self.std[:, np.newaxis] ** 2 + mean**2)
            n = n + prior
        mean = total / n
        if not self.norm_vars:
            return y - mean
        return (y - mean) / np.sqrt(np.maximum(squares / n - mean * mean, 1e-20))


# --- local contrast


# Every weight is a multiplication for each value.
_MOST_RADIUS = 10_000

# numpy.pad's names in scipy.ndimage's words.
_BORDERS = {"symmetric": "reflect", "reflect": "mirror", "edge": "nearest", "constant": "constant", "wrap": "wrap"}


@public
def lcn(
    X: npt.ArrayLike,
    *,
    sigma: float | tuple[float, float] = 2.0,
    kernel: npt.ArrayLike | None = None,
    pad_mode: Literal["symmetric", "reflect", "edge", "constant", "wrap"] = "symmetric",
    floor: float | Literal["mean"] = "mean",
    truncate: float = 4.0,
) -> np.ndarray:
    """Local contrast normalisation over time and frequency: less the mean around each value, over the spread there.

    ``V = X - mean of X around``, ``s = sqrt(mean of V**2 around)``, and the result is ``V / max(s, floor)``.

    Parameters
    ----------
    X : array_like [shape=(..., rows, frames)], real
        Spectrogram or features. Leading axes are a batch, each clip of which is normalised by itself.
    sigma : float or (float, float), default 2.0
        Standard deviation of the Gaussian weights, along rows and frames; 0 along an axis leaves it alone.
    kernel : array_like [shape=(rows, frames)], optional
        Weights in place of the Gaussian, none of them negative; they are divided by their sum. As in a convolution of
        "same" size, the one in the middle (before it, of an even number) is the value's own, and those behind it are
        for what comes before.
    pad_mode : {'symmetric', 'reflect', 'edge', 'constant', 'wrap'}, default 'symmetric'
        What stands beyond the borders, by `numpy.pad`'s names.
    floor : float or 'mean', default 'mean'
        What the spread is never below: a number, or the mean of `s` over the clip.
    truncate : float, default 4.0
        After how many standard deviations the Gaussian ends.

    Returns
    -------
    np.ndarray [shape=X.shape]
        In the precision of `X` (float32 for float16, float64 for integers). Zeros where nothing varies.

    Raises
    ------
    ParameterError
        If `X` has less than two dimensions or holds NaN or infinity, a number is negative or not finite, `kernel` is
        not two-dimensional or adds up to nothing, or a name is not known.

    References
    ----------
    .. [1] K. Jarrett, K. Kavukcuoglu, M. Ranzato and Y. LeCun, "What is the best multi-stage architecture for object
       recognition?", ICCV 2009.
    .. [2] M. Henaff, K. Jarrett, K. Kavukcuoglu and Y. LeCun, "Unsupervised learning of sparse features for scalable
       audio classification", ISMIR 2011.

    Examples
    --------
    >>> import fastspec
    >>> import numpy as np
    >>> S = np.add.outer(np.zeros(9), np.arange(9.0) > 4)
    >>> fastspec.lcn(S, sigma=1.0)[4].round(2).tolist()
    [0.0, -0.0, -0.04, -0.35, -1.24, 1.24, 0.35, 0.04, 0.0]
    """
    x = as_features(X)
    smooth = _smoothing(sigma, kernel, pad_mode, truncate)
    least = floor if isinstance(floor, str) else as_number(floor, name="floor")
    if isinstance(least, str):
        if least != "mean":
            raise ParameterError(f"floor={floor!r} must be 'mean' or a number; there is no other name")
    elif not 0 <= least < np.inf:
        raise ParameterError(f"floor={floor} must not be negative, and finite; use 0.0 for none")
    out = empty_result(x)
    if not x.size:
        return out
    for index in np.ndindex(*x.shape[:-2]):
        _lcn_clip(x[index], out[index], smooth, least)
    return out


def _lcn_clip(x: np.ndarray, out: np.ndarray, smooth: Any, floor: float | Literal["mean"]) -> None:
    np.subtract(x, smooth(x.astype(out.dtype, copy=False)), out=out)
    spread = smooth(out * out)
    np.sqrt(np.maximum(spread, 0, out=spread), out=spread)
    least = spread.mean(dtype=np.float64) if floor == "mean" else floor
    np.maximum(spread, spread.dtype.type(least), out=spread)
    spread[spread == 0] = 1
    out /= spread


def _smoothing(sigma: Any, kernel: Any, pad_mode: Any, truncate: Any) -> Any:
    """From values (rows, frames) to the weighted means around them."""
    from scipy import ndimage

    if not isinstance(pad_mode, str) or pad_mode not in _BORDERS:
        kind = ParameterError if isinstance(pad_mode, str) else DTypeError
        raise kind(f"pad_mode={pad_mode!r} is not known; use one of {', '.join(_BORDERS)}")
    mode = _BORDERS[pad_mode]
    if kernel is None:
        lines: Any = _gaussians(sigma, truncate)
    else:
        weights = _weights(kernel)
        lines = _as_lines(weights)
        if lines is None:
            return lambda x: ndimage.convolve(x, weights, mode=mode)

    def smooth(x: np.ndarray) -> np.ndarray:
        for axis, line in enumerate(lines):
            if len(line) > 1:
                x = ndimage.convolve1d(x, line, axis=axis, mode=mode)
        return x

    return smooth


def _gaussians(sigma: Any, truncate: Any) -> tuple[np.ndarray, np.ndarray]:
    if isinstance(sigma, (tuple, list, np.ndarray)) and np.ndim(sigma):
        sigmas = tuple(sigma)
        if len(sigmas) != 2:
            raise ParameterError(f"sigma={sigma!r} must be one number, or two: for rows and for frames")
    else:
        sigmas = (sigma, sigma)
    reach = as_number(truncate, name="truncate")
    if not 0 <= reach < _MOST_RADIUS:
        raise ParameterError(f"truncate={truncate} must be a few standard deviations; use for instance 4.0")
    return _gaussian(sigmas[0], reach), _gaussian(sigmas[1], reach)


def _gaussian(sigma: Any, truncate: float) -> np.ndarray:
    deviation = as_number(sigma, name="sigma")
    if not 0 <= deviation * max(truncate, 1.0) < _MOST_RADIUS:
        raise ParameterError(f"sigma={sigma} must be a number of rows or frames, not negative; use for instance 2.0")
    radius = int(truncate * deviation + 0.5)
    places = np.arange(-radius, radius + 1)
    weights = np.exp(-0.5 * (places / deviation) ** 2) if radius else np.ones(1)
    return weights / weights.sum()


def _weights(kernel: Any) -> np.ndarray:
    weights = as_array(kernel, name="kernel", kinds="fiub").astype(np.float64)
    if weights.ndim != 2 or not weights.size:
        raise ParameterError(f"kernel.shape={weights.shape} must be (rows, frames); pass a two-dimensional one")
    if not (np.isfinite(weights).all() and (weights >= 0).all() and weights.sum() > 0):
        raise ParameterError(
            f"kernel holds {weights.min()} to {weights.max()}: weights must be finite, not negative, and not all zero"
        )
    # Odd sizes have a middle.
    return np.pad(weights / weights.sum(), [(1 - size % 2, 0) for size in weights.shape])


def _as_lines(weights: np.ndarray) -> tuple[np.ndarray, np.ndarray] | None:
    """The two factors of a kernel that is a product of one along rows and one along frames: far less work."""
    rows, frames = weights.sum(axis=1), weights.sum(axis=0)
    same = np.allclose(np.outer(rows, frames), weights, rtol=0, atol=1e-12 * weights.max())
    return (rows, frames) if same else None
