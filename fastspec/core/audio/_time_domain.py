"""What is computed from samples without frames or a spectrum: companding, crossings, correlation, LPC."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal, overload

import numpy as np

from ..._engine import arrays as _arrays
from ..._engine import foreign as _foreign
from ..._engine.foreign import patient
from ..._gate.complaints import public
from ..._gate.samples import ParameterError, as_array, as_index, working_dtype
from ...util._complex import abs2
from ...util.utils import valid_audio

if TYPE_CHECKING:
    import numpy.typing as npt

    from ..._gate.kinds import Double, Doubles, FloatArray, Numbers, Real


@overload
def mu_compress(x: Real, *, mu: float = ..., quantize: Literal[True] = ...) -> np.int64: ...
@overload
def mu_compress(x: Double, *, mu: float = ..., quantize: Literal[False]) -> np.float64: ...
@overload
def mu_compress(x: np.floating[Any], *, mu: float = ..., quantize: Literal[False]) -> np.floating[Any]: ...
@overload
def mu_compress(x: Numbers, *, mu: float = ..., quantize: Literal[True] = ...) -> npt.NDArray[np.int64]: ...
@overload
def mu_compress(x: Numbers, *, mu: float = ..., quantize: Literal[False]) -> FloatArray: ...
@public
def mu_compress(x: npt.ArrayLike, *, mu: float = 255, quantize: bool = True) -> np.number[Any] | np.ndarray:
    """Compress by the mu-law, ``sign(x) ln(1 + mu |x|) / ln(1 + mu)``.

    Parameters
    ----------
    x : array_like or number
        Values from -1 to 1.
    mu : float > 0, default 255
        How strong the compression is; 255, or another ``2**n - 1``.
    quantize : bool, default True
        If True, the result is one of ``1 + mu`` integers around 0; if False, it is real.

    Returns
    -------
    np.ndarray or NumPy scalar [shape as `x`]
        Integers from ``-(1 + mu) // 2``, or numbers from -1 to 1.

    Raises
    ------
    ParameterError
        If `mu` is not positive, or a value of `x` is outside [-1, 1].

    See Also
    --------
    mu_expand

    References
    ----------
    ITU-T Recommendation G.711, "Pulse code modulation (PCM) of voice frequencies", 1988.

    Examples
    --------
    >>> import numpy as np, fastspec
    >>> fastspec.mu_compress(np.array([-1.0, -0.1, 0.0, 0.1, 1.0])).tolist()
    [-128, -75, 0, 75, 127]
    """
    _check_companding(mu)
    x = as_array(x, name="x")
    _check_unit_range(x, "x")
    compressed = _foreign.call(lambda: np.sign(x) * np.log1p(mu * np.abs(x)) / np.log1p(mu), work=20 * x.size)
    if not quantize:
        return compressed
    levels = np.linspace(-1, 1, num=int(1 + mu), endpoint=True)
    codes = _foreign.call(np.digitize, compressed, levels, right=True, work=100 * x.size)
    return codes - int(mu + 1) // 2


@overload
def mu_expand(x: Double, *, mu: float = ..., quantize: bool = ...) -> np.float64: ...
@overload
def mu_expand(x: np.floating[Any], *, mu: float = ..., quantize: bool = ...) -> np.floating[Any]: ...
@overload
def mu_expand(x: Doubles, *, mu: float = ..., quantize: bool = ...) -> npt.NDArray[np.float64]: ...
@overload
def mu_expand(x: Numbers, *, mu: float = ..., quantize: bool = ...) -> FloatArray: ...
@public
def mu_expand(x: npt.ArrayLike, *, mu: float = 255.0, quantize: bool = True) -> np.floating[Any] | np.ndarray:
    """Undo `mu_compress`: ``sign(x) ((1 + mu)**|x| - 1) / mu``.

    Parameters
    ----------
    x : array_like or number
        Compressed values.
    mu : float > 0, default 255.0
        As it was in `mu_compress`.
    quantize : bool, default True
        If True, `x` holds the integers that `mu_compress` makes; if False, numbers from
        -1 to 1.

    Returns
    -------
    np.ndarray or NumPy scalar [shape as `x`]
        Values from -1 to 1.

    Raises
    ------
    ParameterError
        If `mu` is not positive, or `x` (once scaled, if quantized) is outside [-1, 1].

    See Also
    --------
    mu_compress

    Examples
    --------
    >>> import numpy as np, fastspec
    >>> x = np.array([-0.5, 0.0, 0.25])
    >>> np.allclose(fastspec.mu_expand(fastspec.mu_compress(x, quantize=False), quantize=False), x)
    True
    """
    _check_companding(mu)
    x = as_array(x, name="x")
    if quantize:
        x = x * 2.0 / (1 + mu)
    _check_unit_range(x, "x" if not quantize else "2 x / (1 + mu)")
    # (1 + mu)**|x| - 1 by expm1: the difference would lose all digits of small values.
    return np.sign(x) * np.expm1(np.abs(x) * math.log1p(mu)) / mu


def _check_companding(mu: float) -> None:
    if mu <= 0:
        raise ParameterError(f"mu={mu} must be positive; 255 is usual")


def _check_unit_range(x: np.ndarray, name: str) -> None:
    outside = (x < -1) | (x > 1)
    if np.any(outside):
        worst = np.abs(x[outside]).max()
        raise ParameterError(f"{name} reaches {worst} in magnitude; scale it to stay within [-1, 1]")


@public
@patient(10)
def zero_crossings(
    y: np.ndarray,
    *,
    threshold: float = 1e-10,
    ref_magnitude: float | Callable[..., Any] | None = None,
    pad: bool = True,
    zero_pos: bool = True,
    axis: int = -1,
) -> npt.NDArray[np.bool_]:
    """Mark the samples whose sign differs from that of the sample before.

    Parameters
    ----------
    y : np.ndarray [shape=(..., n, ...)]
        Real signal.
    threshold : float >= 0, default 1e-10
        What is no larger than this in magnitude counts as 0.
    ref_magnitude : float or callable, optional
        `threshold` is multiplied by it; a callable is given ``abs(y)`` first.
    pad : bool, default True
        What to say of the first sample, which has none before it.
    zero_pos : bool, default True
        If True, 0 counts as positive; if False, going to 0 and leaving it are crossings.
    axis : int, default -1
        The axis of time.

    Returns
    -------
    np.ndarray [shape=y.shape, dtype=bool]
        True where the sign changes.

    Raises
    ------
    ParameterError
        If there are no samples along `axis`.

    Examples
    --------
    >>> import numpy as np, fastspec
    >>> fastspec.zero_crossings(np.array([1.0, -1.0, -2.0, 3.0])).tolist()
    [True, True, False, True]
    """
    y = as_array(y, name="y")
    if y.ndim == 0 or y.shape[axis] == 0:
        raise ParameterError(f"y.shape={y.shape} has no samples along axis={axis} to mark")
    if callable(ref_magnitude):
        threshold = threshold * ref_magnitude(np.abs(y))
    elif ref_magnitude is not None:
        threshold = threshold * ref_magnitude

    samples = y.swapaxes(-1, axis)
    zero = np.abs(samples) <= _threshold_like(threshold, samples)
    crossings = np.empty_like(y, dtype=bool)
    marks = crossings.swapaxes(-1, axis)
    marks[..., 0] = pad
    if zero_pos:
        negative = np.signbit(samples) & ~zero
        np.not_equal(negative[..., 1:], negative[..., :-1], out=marks[..., 1:])
    else:
        sign = np.where(zero, 0, np.sign(samples))
        np.not_equal(sign[..., 1:], sign[..., :-1], out=marks[..., 1:])
    return crossings


def _threshold_like(threshold: Any, samples: np.ndarray) -> np.ndarray:
    """The threshold per channel in the precision of the samples, which need no wider copy then.

    For a float32 x, ``|x| <= t`` holds exactly where it holds for the largest float32 not above t.
    """
    exact = as_array(threshold, name="threshold", kinds="fiub").astype(np.float64)[..., np.newaxis]
    if samples.dtype.kind != "f":
        return exact
    rounded = exact.astype(samples.dtype)
    return np.where(rounded > exact, np.nextafter(rounded, samples.dtype.type(-np.inf)), rounded)


@public
def autocorrelate(y: np.ndarray, *, max_size: int | None = None, axis: int = -1) -> np.ndarray:
    """Autocorrelation, ``r[k] = sum(y[n + k] conj(y[n]))``, by way of the power spectrum.

    Parameters
    ----------
    y : np.ndarray [shape=(..., n, ...)]
        Real or complex signal.
    max_size : int > 0, optional
        How many lags to return, from 0 on. Default: all n.
    axis : int, default -1
        The axis of time.

    Returns
    -------
    np.ndarray [shape=(..., max_size, ...)]
        The autocorrelation, not normalised; complex if `y` is.

    Raises
    ------
    ParameterError
        If there are no samples along `axis`, or `max_size` is negative.

    Examples
    --------
    >>> import numpy as np, fastspec
    >>> fastspec.autocorrelate(np.array([1.0, 2.0, 3.0])).round(6).tolist()
    [14.0, 8.0, 3.0]
    """
    import scipy.fft

    y = as_array(y, name="y")
    if y.ndim == 0 or y.shape[axis] == 0:
        raise ParameterError(f"y.shape={y.shape} has no samples along axis={axis} to correlate")
    if not y.dtype.isnative:  # SciPy knows float16 of this machine's byte order only
        y = y.astype(y.dtype.newbyteorder("="))
    n = y.shape[axis]
    n_lags = n if max_size is None else int(min(max_size, n))
    if n_lags < 0:
        raise ParameterError(f"max_size={max_size} must not be negative; it is the number of lags to return")

    real = not np.iscomplexobj(y)
    # Zeros up to 2 n - 1 keep the ends of the signal from meeting in the circular correlation.
    n_fft = scipy.fft.next_fast_len(2 * n - 1, real=real)
    forward, inverse = (scipy.fft.rfft, scipy.fft.irfft) if real else (scipy.fft.fft, scipy.fft.ifft)
    work = 20 * n_fft * (y.size // n)  # of either transform
    spectrum = _foreign.call(forward, y, n=n_fft, axis=axis, work=work)
    power = abs2(spectrum)
    lags = [slice(None)] * y.ndim
    lags[axis] = slice(n_lags)
    return _foreign.call(inverse, power, n=n_fft, axis=axis, work=work)[tuple(lags)]


@public
def lpc(y: FloatArray, *, order: int, axis: int = -1) -> FloatArray:
    """Linear prediction coefficients by Burg's method.

    Parameters
    ----------
    y : np.ndarray [shape=(..., n, ...), real floating-point]
        Signal; each channel is predicted by itself.
    order : int > 0
        Order of the filter; beyond n - 1 nothing is left to predict, and the coefficients are 0.
    axis : int, default -1
        The axis of time.

    Returns
    -------
    np.ndarray [shape=(..., order + 1, ...), dtype as `y`]
        Coefficients of the prediction error filter along `axis`, the first of which is 1.

    Raises
    ------
    ParameterError
        If `order` is not a positive integer, or `y` is not valid audio.

    References
    ----------
    L. Marple, "A new autoregressive spectrum analysis algorithm", IEEE Transactions on Acoustics,
    Speech, and Signal Processing 28(4), 441-454, 1980 (Burg's method in its introduction).

    Examples
    --------
    >>> import numpy as np, fastspec
    >>> decay = 0.5 ** np.arange(20.0)
    >>> fastspec.lpc(decay, order=1).round(2).tolist()
    [1.0, -0.8]
    """
    order = as_index(order, name="order")
    valid_audio(y)
    samples = y.swapaxes(axis, 0)
    coefficients = np.empty((order + 1, *samples.shape[1:]), dtype=y.dtype)
    for channel in np.ndindex(samples.shape[1:]):
        each = (slice(None), *channel)
        coefficients[each] = _arrays.predict(samples[each].astype(working_dtype(y.dtype), copy=False), order)
    return coefficients.swapaxes(0, axis)
