"""Decomposition of spectrograms: harmonic and percussive parts, factors, and means of frames that are alike."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np

from ._engine import arrays as _arrays
from ._engine.foreign import call
from ._gate.complaints import public
from ._gate.samples import DTypeError, ParameterError, as_array, as_number, promoted
from ._lazy import missing
from .util._matrices import axis_sort, softmask

if TYPE_CHECKING:
    import numpy.typing as npt

__all__ = ["decompose", "hpss", "nn_filter"]


def __dir__() -> list[str]:
    return __all__


# Masks are made of this many values at a time, so that a dozen passes over them stay in the cache.
BLOCK = 2**15


@public
def decompose(
    S: np.ndarray,
    *,
    n_components: int | None = None,
    transformer: Any | None = None,
    sort: bool = False,
    fit: bool = True,
    **kwargs: Any,
) -> tuple[np.ndarray, np.ndarray]:
    """Split a spectrogram into components, spectra as a rule, and how strong each one is in each frame.

    Parameters
    ----------
    S : np.ndarray [shape=(..., d, t)]
        Spectrogram, or other features; leading axes are channels, whose components go together.
    n_components : int > 0, optional
        How many, if there is no `transformer`. Default: as many as features, ``d``.
    transformer : object, optional
        Has ``fit_transform(X)`` or ``transform(X)``, for ``X`` of shape (t, d), and then ``components_``, as
        scikit-learn's decompositions do. Default: ``sklearn.decomposition.NMF(n_components, **kwargs)``.
    sort : bool, default False
        Order components by their strongest feature; for two dimensions only.
    fit : bool, default True
        Learn the components. False: the `transformer` has learnt them already.
    **kwargs
        For ``sklearn.decomposition.NMF``.

    Returns
    -------
    components : np.ndarray [shape=(..., d, n_components)]
        The components.
    activations : np.ndarray [shape=(n_components, t)]
        Their strengths; ``components @ activations`` is like `S`.

    Raises
    ------
    ParameterError
        If ``fit=False`` without a `transformer`, or ``sort=True`` with channels.
    ImportError
        If there is neither a `transformer` nor scikit-learn.

    See Also
    --------
    hpss, fastspec.util.nnls

    Examples
    --------
    >>> import fastspec
    >>> import numpy as np
    >>> class Loudest:
    ...     def fit_transform(self, X):
    ...         self.components_ = X[[X.sum(axis=1).argmax()]]
    ...         return X @ self.components_.T
    >>> S = np.abs(fastspec.stft(fastspec.tone(440, sr=8000, duration=0.5)))
    >>> components, activations = fastspec.decompose.decompose(S, transformer=Loudest())
    >>> components.shape, activations.shape
    ((1025, 1), (1, 8))
    """
    S = as_array(S, name="S")
    if S.ndim < 2:
        raise ParameterError(f"S.shape={S.shape} must have an axis of features and one of time")
    if sort and S.ndim > 2:
        raise ParameterError(f"sort=True needs S.ndim=2, but S.shape={S.shape}; use sort=False")
    X = S.reshape(math.prod(S.shape[:-1]), S.shape[-1]).T
    if transformer is None:
        if not fit:
            raise ParameterError("fit=False needs a transformer that has been fitted")
        transformer = _nmf()(n_components=X.shape[1] if n_components is None else n_components, **kwargs)
    activations = (transformer.fit_transform(X) if fit else transformer.transform(X)).T
    components = transformer.components_.T.reshape(*S.shape[:-1], len(transformer.components_))
    if sort:
        components, order = axis_sort(components, index=True)
        activations = activations[order]
    return components, activations


def _nmf() -> Callable[..., Any]:
    try:
        from sklearn.decomposition import NMF
    except ModuleNotFoundError as error:
        raise ImportError(
            "decompose() without a transformer needs scikit-learn: pip install 'fastspec-audio[decompose]'; "
            "or pass transformer=, any object with fit_transform and components_"
        ) from error
    return NMF


@public
def nn_filter(
    S: np.ndarray,
    *,
    rec: Any | None = None,
    aggregate: Callable[..., Any] | None = None,
    axis: int = -1,
    **kwargs: Any,
) -> np.ndarray:
    """Put in the place of each frame the mean of the frames that are like it.

    Parameters
    ----------
    S : np.ndarray
        Spectrogram, or other features.
    rec : np.ndarray or scipy.sparse matrix or array [shape=(t, t)], optional
        What is not 0 in column `i` says which frames are like frame `i`, and by how much. Default:
        ``fastspec.segment.recurrence_matrix(S, axis=axis, sparse=True, **kwargs)``.
    aggregate : callable, optional
        Makes one frame of those, called with ``axis=0``; `numpy.average` is told their weights. Default:
        `numpy.mean`.
    axis : int, default -1
        Axis of time.
    **kwargs
        For `fastspec.segment.recurrence_matrix`.

    Returns
    -------
    np.ndarray [shape=S.shape]
        Frames that no other is like stay as they are.

    Raises
    ------
    ParameterError
        If `rec` is not square, or not of as many frames as `S`.

    See Also
    --------
    decompose, hpss

    References
    ----------
    .. [1] A. Buades, B. Coll and J.-M. Morel, "A non-local algorithm for image denoising", CVPR 2005.
    .. [2] Z. Rafii and B. Pardo, "Music/voice separation using the similarity matrix", ISMIR 2012.

    Examples
    --------
    >>> import fastspec
    >>> import numpy as np
    >>> S = np.array([[1.0, 5.0, 3.0]])
    >>> alike = np.array([[0, 0, 1], [0, 0, 0], [1, 0, 0]])
    >>> fastspec.decompose.nn_filter(S, rec=alike)
    array([[3., 5., 1.]])
    """
    from scipy import sparse

    S = as_array(S, name="S")
    if rec is None:
        from .segment import recurrence_matrix

        rec = recurrence_matrix(S, axis=axis, **{**kwargs, "sparse": True})
    links = sparse.csc_matrix(rec)
    if links.shape != (S.shape[axis],) * 2:
        raise ParameterError(
            f"rec.shape={links.shape} must be ({S.shape[axis]}, {S.shape[axis]}), the frames of S.shape={S.shape}"
        )
    return _aggregate_alike(links, S.swapaxes(0, axis), np.mean if aggregate is None else aggregate).swapaxes(0, axis)


def _aggregate_alike(links: Any, S: np.ndarray, aggregate: Callable[..., Any]) -> np.ndarray:
    """`nn_filter` of frames along the first axis."""
    out = np.empty_like(S)
    for i, (first, end) in enumerate(zip(links.indptr[:-1], links.indptr[1:], strict=True)):
        alike = S[links.indices[first:end]]
        if first == end:
            out[i] = S[i]
        elif aggregate is np.average:
            out[i] = np.average(alike, axis=0, weights=links.data[first:end])
        else:
            out[i] = aggregate(alike, axis=0)
    return out


@public
def hpss(
    S: np.ndarray,
    *,
    kernel_size: int | tuple[int, int] | list[int] = 31,
    power: float = 2.0,
    mask: bool = False,
    margin: float | tuple[float, float] | list[float] = 1.0,
) -> tuple[np.ndarray, np.ndarray]:
    """Split a spectrogram into a harmonic part, smooth in time, and a percussive one, smooth in frequency.

    Running medians along either axis keep what is smooth there. Soft masks then share out the spectrogram by
    the ratio of the two: ``H + P = S`` for ``margin=1``, less than `S` for larger margins.

    Parameters
    ----------
    S : np.ndarray [shape=(..., d, t)], real or complex
        Spectrogram; leading axes are channels. Complex ones keep their phase.
    kernel_size : int or (int, int), default 31
        Width of the medians: over frames for the harmonic part, over bins for the percussive one.
    power : float > 0, default 2.0
        Exponent of the masks' ratio; infinity makes them hard (and boolean).
    mask : bool, default False
        Return the masks themselves.
    margin : float or (float, float), default 1.0
        At least 1: how many times larger the harmonic median must be than the percussive one to take half of
        a bin; and the other way round.

    Returns
    -------
    H, P : np.ndarray [shape=(..., d, t)]
        The two parts, or their masks, in the layout and precision of `S` (float32 for float16).

    Raises
    ------
    ParameterError
        If a margin is below 1, a width is not positive, `power` is not positive, or medians are negative.

    References
    ----------
    .. [1] D. Fitzgerald, "Harmonic/percussive separation using median filtering", DAFx 2010.
    .. [2] J. Driedger, M. Müller and S. Disch, "Extending harmonic-percussive separation of audio signals",
       ISMIR 2014.

    Examples
    --------
    >>> import fastspec
    >>> import numpy as np
    >>> S = np.full((65, 40), 0.001, np.float32)
    >>> S[20], S[:, 10] = 1, 1
    >>> H, P = fastspec.decompose.hpss(S)
    >>> H[20, 30].item() > 0.99, P[50, 10].item() > 0.99
    (True, True)
    """
    harmonic, percussive = separate(S, kernel_size, power, mask, margin)
    return harmonic, percussive


def separate(
    S: Any, kernel_size: Any, power: Any, mask: bool, margin: Any, parts: tuple[int, ...] = (0, 1)
) -> list[np.ndarray]:
    """`hpss` with a choice of its parts: 0 the harmonic, 1 the percussive one."""
    S = as_array(S, name="S")
    if S.dtype.char in "gG":  # which scipy's filters do not take
        raise DTypeError(f"S.dtype={S.dtype} is beyond double precision; pass S.astype(np.float64)")
    if S.dtype == np.float16:
        S = S.astype(np.float32)
    margins = _pair(margin)
    widths = [int(as_number(width, name="kernel_size")) for width in _pair(kernel_size)]
    if S.ndim < 2:
        raise ParameterError(f"S.shape={S.shape} must have an axis of frequency and one of time")
    if min(margins) < 1:
        raise ParameterError(f"margin={margin!r} must be at least 1; 1 to 10 is usual")
    if min(widths) < 1:
        raise ParameterError(f"kernel_size={kernel_size!r} must be positive; 31 is usual")
    if not power > 0:
        raise ParameterError(f"power={power} must be positive; 2 is usual, np.inf for hard masks")
    if np.isfinite(power):
        S = promoted(S, power)
    magnitude = np.abs(S) if np.iscomplexobj(S) else S
    medians = [_running_median(magnitude, width, axis) for width, axis in zip(widths, (-1, -2), strict=True)]
    split_zeros = margins == (1, 1)

    def mask_of(i: int, block: tuple[Any, ...]) -> np.ndarray:
        threshold = medians[1 - i][block]
        if margins[i] != 1:
            threshold = threshold * margins[i]
        return softmask(medians[i][block], threshold, power=power, split_zeros=split_zeros)

    if magnitude.dtype not in (np.float32, np.float64) or magnitude.size == 0:
        masks = [mask_of(i, (...,)) for i in parts]
        return masks if mask else [S * ratio for ratio in masks]
    dtype = np.dtype(bool) if mask and np.isinf(power) else magnitude.dtype if mask else S.dtype.newbyteorder("=")
    results = [np.empty_like(S, dtype=dtype) for _ in parts]
    for block in _blocks(S):
        for i, result in zip(parts, results, strict=True):
            if mask:
                result[block] = mask_of(i, block)
            else:
                np.multiply(S[block], mask_of(i, block), out=result[block])
    return results


def _pair(value: Any) -> tuple[Any, ...]:
    return (value[0], value[1]) if isinstance(value, (tuple, list)) else (value, value)


def _blocks(S: np.ndarray) -> Iterator[tuple[Any, ...]]:
    """Indices of parts of `S` that lie together in memory."""
    n_rows, n_frames = S.shape[-2:]
    by_frame = S.strides[-2] < S.strides[-1]
    length, step = (n_frames, n_rows) if by_frame else (n_rows, n_frames)
    step = max(1, BLOCK // step)
    for channel in np.ndindex(S.shape[:-2]):
        for first in range(0, length, step):
            part = slice(first, first + step)
            yield (*channel, slice(None), part) if by_frame else (*channel, part)


def _running_median(x: np.ndarray, width: int, axis: int) -> np.ndarray:
    """scipy.ndimage.median_filter along the last axis or the last but one, its ends mirrored."""
    if x.dtype not in (np.float32, np.float64) or np.isnan(x.max(initial=0)):
        return _median_by_scipy(x, width, axis)  # NaN is left to scipy, as in librosa
    out = np.empty_like(x)
    direct = x.dtype.isnative and x.flags.aligned and all(x.itemsize in a.strides[-2:] for a in (x, out))
    source = x if direct else np.ascontiguousarray(x, dtype=x.dtype.newbyteorder("="))
    target = out if direct else np.empty_like(source)
    rows, medians = (source, target) if axis == -1 else (source.swapaxes(-1, -2), target.swapaxes(-1, -2))
    for channel in np.ndindex(x.shape[:-2]):
        _arrays.running_median(rows[channel], medians[channel], width)
    if not direct:
        out[...] = target
    return out


def _median_by_scipy(x: np.ndarray, width: int, axis: int) -> npt.NDArray[Any]:
    from scipy.ndimage import median_filter

    out = np.empty_like(x)
    size = [1] * x.ndim
    size[axis] = width
    out[...] = call(median_filter, x, size=size, mode="reflect", work=5 * width * x.size)
    return out


def __getattr__(name: str) -> NoReturn:
    raise missing(__name__, name)
