"""Levels that adapt or follow the ear: per-channel energy normalisation, perceptual weighting."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, overload

import numpy as np

from ..._engine.foreign import call, patient
from ..._gate.complaints import public, warn
from ..._gate.samples import ParameterError, as_array, as_hop_length, check_rate
from ...util._recursion import first_order
from ...util.utils import is_positive_int
from ..convert import frequency_weighting
from ._decibels import power_to_db

if TYPE_CHECKING:
    import numpy.typing as npt

    from ..._gate.kinds import FloatArray


@public
def perceptual_weighting(S: np.ndarray, frequencies: np.ndarray, *, kind: str = "A", **kwargs: Any) -> FloatArray:
    """Decibels of a power spectrogram plus the ear's sensitivity at each frequency.

    Parameters
    ----------
    S : np.ndarray [shape=(..., d, t)]
        Power spectrogram.
    frequencies : np.ndarray [shape=(d,)]
        Frequency of each row in Hz.
    kind : {'A', 'B', 'C', 'D', 'Z'} or None, default 'A'
        The weighting curve, see `frequency_weighting`.
    **kwargs
        Passed to `power_to_db`: `ref`, `amin`, `top_db`, `axes`. The floor `top_db` is applied before the curve.

    Returns
    -------
    np.ndarray [shape=(..., d, t)]
        Weighted decibels: float64, as the curve is.

    See Also
    --------
    frequency_weighting, power_to_db

    Examples
    --------
    >>> import fastspec
    >>> import numpy as np
    >>> levels = fastspec.perceptual_weighting(np.ones((2, 1)), np.array([100.0, 1000.0]))
    >>> levels.round(1).ravel().tolist()
    [-19.1, 0.0]
    """
    weights = frequency_weighting(frequencies, kind=kind).reshape(-1, 1)
    levels = power_to_db(S, **kwargs)
    if np.ndim(levels) > 1 and levels.shape[-2] != len(weights) and 1 not in (levels.shape[-2], len(weights)):
        raise ParameterError(f"{len(weights)} frequencies do not go with S.shape={levels.shape}; give one for each bin")
    return weights + levels


@overload
def pcen(
    S: np.ndarray, *, sr: float = ..., hop_length: int = ..., gain: float = ..., bias: float = ...,
    power: float = ..., time_constant: float = ..., eps: float = ..., b: float | None = ..., max_size: int = ...,
    ref: np.ndarray | None = ..., axis: int = ..., max_axis: int | None = ..., zi: np.ndarray | None = ...,
    return_zf: Literal[False] = ...,
) -> npt.NDArray[np.float64]: ...  # fmt: skip
@overload
def pcen(
    S: np.ndarray, *, sr: float = ..., hop_length: int = ..., gain: float = ..., bias: float = ...,
    power: float = ..., time_constant: float = ..., eps: float = ..., b: float | None = ..., max_size: int = ...,
    ref: np.ndarray | None = ..., axis: int = ..., max_axis: int | None = ..., zi: np.ndarray | None = ...,
    return_zf: Literal[True],
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]: ...  # fmt: skip
@public
def pcen(
    S: np.ndarray,
    *,
    sr: float = 22050,
    hop_length: int = 512,
    gain: float = 0.98,
    bias: float = 2,
    power: float = 0.5,
    time_constant: float = 0.400,
    eps: float = 1e-6,
    b: float | None = None,
    max_size: int = 1,
    ref: np.ndarray | None = None,
    axis: int = -1,
    max_axis: int | None = None,
    zi: np.ndarray | None = None,
    return_zf: bool = False,
) -> np.ndarray | tuple[np.ndarray, np.ndarray]:
    """Per-channel energy normalisation: automatic gain control by a running mean, then root compression.

    ``(S / (eps + M)**gain + bias)**power - bias**power``, where each row of `M` is `S` after the one-pole low-pass
    ``M[t] = (1 - b) * M[t - 1] + b * S[t]``. The defaults suit audio scaled to ``[-2**31, 2**31)``.

    Parameters
    ----------
    S : np.ndarray, non-negative
        Magnitudes or powers. Complex input is taken by its magnitude, with a warning.
    sr : float, default 22050
        Sampling rate in Hz.
    hop_length : int, default 512
        Samples from one frame to the next.
    gain : float >= 0, default 0.98
        Exponent of the running mean; a little below 1 as a rule.
    bias : float >= 0, default 2
        Where compression sets in.
    power : float >= 0, default 0.5
        Exponent of the compression. 0: the logarithm ``log(1 + S / (eps + M)**gain)``.
    time_constant : float > 0, default 0.4
        Of the low-pass, in seconds, if there is no `b`.
    eps : float > 0, default 1e-6
        Keeps the gain finite in silence.
    b : float in [0, 1], optional
        Coefficient of the low-pass. Default: ``(sqrt(1 + 4 T**2) - 1) / (2 T**2)``, `T` being the time constant in
        frames.
    max_size : int, default 1
        Width in bins of a maximum filter over frequency ahead of the low-pass.
    ref : np.ndarray, optional
        What the low-pass reads instead of `S`.
    axis : int, default -1
        Time.
    max_axis : int, optional
        Frequency, for `max_size`. Default: the other axis of a matrix.
    zi : np.ndarray, optional
        State of the low-pass at the start: the `zf` of the previous block. Default: as if 1 had come before.
    return_zf : bool, default False
        True: return the state at the end, too.

    Returns
    -------
    P : np.ndarray [shape=S.shape]
        In float64, as the low-pass is.
    zf : np.ndarray
        Only with `return_zf`.

    Raises
    ------
    ParameterError
        If a number is out of its range, or the frequency axis is unknown.

    Warns
    -----
    UserWarning
        If `S` is complex.

    References
    ----------
    .. [1] Y. Wang, P. Getreuer, T. Hughes, R. F. Lyon and R. A. Saurous, "Trainable frontend for robust and
       far-field keyword spotting", ICASSP 2017.
    .. [2] V. Lostanlen et al., "Per-channel energy normalization: why and how", IEEE Signal Processing Letters
       26(1), 2019.

    Examples
    --------
    >>> import fastspec
    >>> import numpy as np
    >>> loud, quiet = (fastspec.pcen(level * np.ones((1, 500)))[0, -1] for level in (1e6, 1e3))
    >>> round((loud / quiet).item(), 2)
    1.13
    """
    _check_constants(power, gain, bias, eps, time_constant, max_size)
    if b is None:
        check_rate(sr)
        b = _coefficient(time_constant * sr / as_hop_length(hop_length))
    if not 0 <= b <= 1:
        raise ParameterError(f"b={b} must be between 0 and 1; leave it out to have it from time_constant")
    S = as_array(S, name="S")
    if np.iscomplexobj(S):
        warn(
            "pcen was called on complex input so phase information will be discarded; pcen(np.abs(D)) says so",
        )
        S = np.abs(S)
    if ref is not None:
        ref = as_array(ref, name="ref")
    else:
        ref = S if max_size == 1 else _maximum_over_frequency(S, max_size, axis, max_axis)
    if zi is None:
        zi = np.full((1,) * ref.ndim, 1.0 - b)  # the steady state of an input of ones

    mean, zf = first_order((b, 0.0), b - 1.0, np.asarray(ref, np.result_type(ref, np.float64)), zi=zi, axis=axis)
    compressed = _compress(S, _gain_of(mean, gain, eps), bias, power)
    return (compressed, zf) if return_zf else compressed


def _check_constants(power: Any, gain: Any, bias: Any, eps: Any, time_constant: Any, max_size: Any) -> None:
    for name, value in (("power", power), ("gain", gain), ("bias", bias)):
        if value < 0:
            raise ParameterError(f"{name}={value} must be non-negative")
    for name, value in (("eps", eps), ("time_constant", time_constant)):
        if value <= 0:
            raise ParameterError(f"{name}={value} must be strictly positive")
    if not is_positive_int(max_size):
        raise ParameterError(f"max_size={max_size!r} must be a positive integer; 1 means no maximum filter")


def _coefficient(t_frames: float) -> float:
    """The smoothing coefficient b for a time constant in frames."""
    return (np.sqrt(1 + 4 * t_frames**2) - 1) / (2 * t_frames**2)


def _maximum_over_frequency(S: np.ndarray, size: int, axis: int, max_axis: int | None) -> np.ndarray:
    if S.ndim == 1:
        raise ParameterError(f"max_size={size} needs a frequency axis, which S.shape={S.shape} has not; use max_size=1")
    if max_axis is None:
        if S.ndim != 2:
            raise ParameterError(f"max_axis=None is ambiguous for S.shape={S.shape}; name the frequency axis")
        max_axis = (1 - axis) % 2

    from scipy.ndimage import maximum_filter1d

    size = min(int(size), 2 * S.shape[max_axis] + 1)  # this reaches everything; scipy crashes at 2**62
    return call(maximum_filter1d, S, size, axis=max_axis, work=20 * S.size)


@patient(30)
def _gain_of(mean: np.ndarray, gain: float, eps: float) -> np.ndarray:
    """``(eps + mean) ** -gain`` by logarithms, which neither overflow nor lose a mean far below eps."""
    work = np.divide(mean, eps, out=mean)  # the filter's output is ours
    np.log1p(work, out=work)
    work += np.log(eps)
    work *= -gain
    return np.exp(work, out=work)


@patient(40)
def _compress(S: np.ndarray, smooth: np.ndarray, bias: float, power: float) -> np.ndarray:
    """The root compression. `smooth` has the result's precision and is overwritten where it may be."""
    if power == 0:
        return np.log1p(S * smooth)
    if bias == 0:
        return np.exp(power * (np.log(S) + np.log(smooth)))
    work = S * smooth
    work /= bias
    np.log1p(work, out=work)
    work *= power
    np.expm1(work, out=work)
    work *= bias**power
    return work
