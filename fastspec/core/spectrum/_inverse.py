"""From spectra back to samples: the inverse STFT, Griffin and Lim's phases, the phase vocoder."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ..._engine import backward as _backward
from ..._engine import memory as _memory
from ..._engine.kept import kept
from ..._engine.spec import Spectrum, precision_of
from ..._front.specs import CACHED, StftArguments, padded_window, stft_arguments, stft_spec
from ..._gate.complaints import public, warn
from ..._gate.samples import (
    MOST_INDEX,
    DTypeError,
    ParameterError,
    as_array,
    as_generator,
    as_index,
    as_number,
    check_size,
    first_nonfinite,
)
from ...util._complex import phasor
from ...util.deprecation import Deprecated
from ...util.utils import dtype_c2r, dtype_r2c, tiny
from ._stft import stft

if TYPE_CHECKING:
    import numpy.typing as npt

    from ..._front.windows import Window
    from ..._gate.kinds import ComplexArray, FloatArray, Interpolation, PadMode, Seed


# How many random numbers are made at once: few enough to be in the cache when they are transposed; of a
# multiple of so many bins, which fill vectors and cache lines.
_AT_ONCE, _BINS_AT_ONCE = 1 << 17, 16


@public
def istft(
    stft_matrix: np.ndarray,
    *,
    hop_length: int | None = None,
    win_length: int | None = None,
    n_fft: int | None = None,
    window: Window = "hann",
    center: bool = True,
    dtype: npt.DTypeLike | None = None,
    length: int | None = None,
    out: np.ndarray | None = None,
) -> FloatArray:
    """Inverse short-time Fourier transform: the signal whose STFT is nearest to the one given.

    Frames are transformed back, windowed again, added where they overlap, and divided by the sum of the squared
    windows wherever that is not zero. With any window and hop that leave no gaps, it undoes `stft`.

    Parameters
    ----------
    stft_matrix : np.ndarray [shape=(..., 1 + n_fft // 2, t)]
        Spectra, as `stft` makes them.
    hop_length : int, optional
        Samples from one frame to the next. Default: ``win_length // 4``.
    win_length : int, optional
        Length of the window. Default: `n_fft`.
    n_fft : int, optional
        Length of the FFT. Default: the even one that fits `stft_matrix`.
    window, center
        As they were in `stft`.
    dtype : real dtype, optional
        Of the result. Default: float32 for complex64, float64 for complex128.
    length : int, optional
        Samples to return; zeros follow where frames have ended. Default: all that the frames give.
    out : np.ndarray [shape=(..., n)], floating-point, optional
        Where to put the result.

    Returns
    -------
    np.ndarray [shape=(..., n)]
        Samples; `out` itself if given.

    Raises
    ------
    ParameterError
        If a length is not a positive integer, the window does not fit, or `out` has the wrong shape.
    DTypeError
        If `dtype`, or that of `out`, is not floating-point.

    References
    ----------
    .. [1] D. W. Griffin and J. S. Lim, "Signal estimation from modified short-time Fourier transform",
       IEEE Trans. ASSP 32 (1984).

    Examples
    --------
    >>> import fastspec
    >>> import numpy as np
    >>> y = np.random.default_rng(0).standard_normal(8000).astype(np.float32)
    >>> D = fastspec.stft(y, n_fft=512)
    >>> bool(np.abs(fastspec.istft(D, length=8000) - y).max() < 1e-5)
    True
    """
    D = as_array(stft_matrix, name="stft_matrix")
    if D.ndim < 2:
        raise ParameterError(f"stft_matrix.shape={D.shape} must be (..., bins, frames)")
    arguments = _inverse_arguments(D.shape[-2], n_fft, hop_length, win_length, window, center)
    # librosa's istft takes a complex dtype, too.
    result_dtype = real_dtype(dtype_c2r(D.dtype) if dtype is None else dtype, kinds="fc")
    n_frames, n_samples = _extent(arguments, D.shape[-1], length)
    D = _frame_major(D[..., :n_frames], arguments.n_fft // 2 + 1)
    shape = (*D.shape[:-2], n_samples)
    y = _output(out, shape, D)
    _backward.run_inverse(_inverse_of(arguments, precision_of(D.dtype)), arguments.n_fft, D, y)
    if out is None:
        return y if y.dtype == result_dtype else y.astype(result_dtype)
    if y is not out:
        out[...] = y
    return out


def real_dtype(dtype: Any, *, kinds: str = "f") -> np.dtype:
    """The dtype of samples, or an error."""
    result = np.dtype(dtype)
    if result.kind not in kinds:
        raise DTypeError(f"dtype={dtype!r} is not a real floating-point dtype; use float32 or float64")
    return result


def _inverse_arguments(
    n_bins: int, n_fft: int | None, hop_length: int | None, win_length: Any, window: Any, center: bool
) -> StftArguments:
    if n_fft is None:
        n_fft = 2 * (n_bins - 1)
        if n_fft < 1:
            raise ParameterError(f"stft_matrix has {n_bins} bins, which tell no n_fft; give n_fft")
    return stft_arguments(n_fft, hop_length, win_length, window, center, "constant")


@kept(CACHED)
def _inverse_of(a: StftArguments, precision: int) -> Any:
    lead = a.n_fft // 2 if a.center else 0
    window = padded_window(a.window, a.win_length, a.n_fft)
    return _backward.inverse_of(a.n_fft, a.hop_length, lead, precision, window.tobytes())


def _extent(a: Any, n_frames: int, length: int | None) -> tuple[int, int]:
    """Frames to use, and samples they make (or that are asked for)."""
    trimmed = 2 * (a.n_fft // 2) if a.center else 0
    if not length:
        return n_frames, max(0, a.n_fft + a.hop_length * (n_frames - 1) - trimmed)
    length = as_index(length, name="length")
    return min(n_frames, -(-(length + trimmed) // a.hop_length)), length


def _frame_major(D: np.ndarray, n_bins: int) -> np.ndarray:
    """Complex spectra of `n_bins` bins, contiguous, cut or filled with zeros as the inverse FFT does."""
    dtype = np.complex64 if D.dtype.newbyteorder("=") in (np.complex64, np.float32, np.float16) else np.complex128
    if (
        D.shape[-2] == n_bins
        and D.dtype == dtype
        and D.dtype.isnative
        and D.flags.aligned
        and D.strides[-2] == D.itemsize
    ):
        return D
    whole = np.zeros((*D.shape[:-2], D.shape[-1], n_bins), dtype).swapaxes(-1, -2)
    kept = min(n_bins, D.shape[-2])
    whole[..., :kept, :] = D[..., :kept, :]
    return whole


def _output(out: np.ndarray | None, shape: tuple[int, ...], D: np.ndarray) -> np.ndarray:
    """`out` if C can write to it, else a fresh array."""
    dtype = np.dtype(np.float32 if D.dtype == np.complex64 else np.float64)
    check_size(shape, dtype)
    if out is None:
        return _memory.empty(shape, dtype)
    if not isinstance(out, np.ndarray) or out.shape != shape:
        raise ParameterError(f"out.shape={np.shape(out)} does not fit the result's shape {shape}")
    if out.dtype.kind != "f":
        raise DTypeError(f"out.dtype={out.dtype} is not floating-point; allocate it as {dtype.name}")
    if not out.flags.writeable:
        raise ParameterError("out is read-only; pass an array that can be written")
    direct = (
        out.dtype == dtype
        and out.dtype.isnative
        and out.flags.aligned
        and (out.strides[-1] == out.itemsize or shape[-1] < 2)
        and not np.may_share_memory(out, D)
    )
    return out if direct else _memory.empty(shape, dtype)


@public
def griffinlim(
    S: np.ndarray,
    *,
    n_iter: int = 32,
    hop_length: int | None = None,
    win_length: int | None = None,
    n_fft: int | None = None,
    window: Window = "hann",
    center: bool = True,
    dtype: npt.DTypeLike | None = None,
    length: int | None = None,
    pad_mode: PadMode = "constant",
    momentum: float = 0.99,
    init: str | None = "random",
    rng: Seed | None = None,
    random_state: Any = Deprecated(),
) -> FloatArray:
    """A signal with a given magnitude spectrogram, its phases found by iteration.

    Each round goes to the time domain and back, keeps the phases that come out and puts the magnitudes wanted in
    place of those that came; momentum speeds this up.

    Parameters
    ----------
    S : np.ndarray [shape=(..., 1 + n_fft // 2, t)], non-negative
        Magnitudes. If they are complex, the phases that a round finds are turned by theirs.
    n_iter : int, default 32
        Rounds.
    hop_length, win_length, n_fft, window, center, dtype, length
        As in `istft`.
    pad_mode : str, default 'constant'
        As in `stft`.
    momentum : float >= 0, default 0.99
        0 gives the original algorithm; above 1 it may diverge.
    init : 'random' or None, default 'random'
        Whether phases start uniformly random or at zero.
    rng : None, int, Generator, RandomState, ..., optional
        What `numpy.random.default_rng` takes, or a RandomState.
    random_state
        Deprecated name of `rng`.

    Returns
    -------
    np.ndarray [shape=(..., n)]
        Samples.

    Raises
    ------
    ParameterError
        If `momentum` is negative, `init` unknown, or `length` does not go with the frames of `S`.

    Warns
    -----
    UserWarning
        If `momentum` exceeds 1.
    FutureWarning
        If `random_state` is used.

    References
    ----------
    .. [1] N. Perraudin, P. Balazs and P. L. Soendergaard, "A fast Griffin-Lim algorithm", WASPAA 2013.

    Examples
    --------
    >>> import fastspec
    >>> import numpy as np
    >>> y = np.sin(np.arange(8192) / 10).astype(np.float32)
    >>> S = np.abs(fastspec.stft(y, n_fft=512))
    >>> fastspec.griffinlim(S, rng=0).shape
    (8192,)
    """
    generator = generator_of(rng, random_state)
    check_search(momentum, init)
    S = as_array(S, name="S")
    if S.dtype.kind not in "fiubc" or S.ndim < 2:
        raise DTypeError(f"S has dtype {S.dtype} and shape {S.shape}; magnitudes are numbers, (..., bins, frames)")
    result_dtype = None if dtype is None else real_dtype(dtype)
    angles = _initial_spectrum(S, generator if init == "random" else None)
    plain: dict[str, Any] = {
        "hop_length": hop_length, "win_length": win_length, "n_fft": n_fft, "window": window, "center": center,
    }  # fmt: skip
    y = istft(angles, dtype=None, length=length, **plain)
    if n_iter > 0:
        y = _refine(S, y, plain, pad_mode, length, n_iter, momentum / (1 + momentum))
    return y if result_dtype is None else y.astype(result_dtype, copy=False)


def check_search(momentum: float, init: str | None) -> None:
    """Check the options of a search for phases. Warnings point at the caller of the caller."""
    if momentum > 1:
        warn(f"Griffin-Lim with momentum={momentum} > 1 can be unstable")
    elif not momentum >= 0:
        raise ParameterError(f"momentum={momentum} must be non-negative; 0 for the plain algorithm")
    if init not in ("random", None):
        raise ParameterError(f"init={init!r} must be 'random' or None")


def generator_of(rng: Any, random_state: Any) -> Any:
    """The source of random numbers; called by the function that the user called."""
    if not isinstance(random_state, Deprecated):
        if rng is not None:
            raise ParameterError(f"random_state={random_state!r} and rng={rng!r} are both given; use rng alone")
        warn(
            "'random_state' has been renamed to 'rng' in version 1.0; the old name goes in version 1.2",
            FutureWarning,
        )
        rng = random_state
    return rng if isinstance(rng, np.random.RandomState) else as_generator(rng)


def _initial_spectrum(S: np.ndarray, rng: Any) -> np.ndarray:
    """S with random phases, or with none, its bins contiguous."""
    dtype = dtype_r2c(S.dtype)
    spectrum = _memory.empty((*S.shape[:-2], S.shape[-1], S.shape[-2]), dtype).swapaxes(-1, -2)
    if rng is None:
        spectrum[...] = S
        return spectrum
    n_bins = max(1, _AT_ONCE // max(S.shape[-1], 1) // _BINS_AT_ONCE) * _BINS_AT_ONCE
    for channel in np.ndindex(S.shape[:-2]):
        for first in range(0, S.shape[-2], n_bins):
            part = (*channel, slice(first, first + n_bins))
            _turn_randomly(S[part], spectrum[part], rng)
    return spectrum


def _turn_randomly(magnitudes: np.ndarray, out: np.ndarray, rng: Any) -> None:
    """Magnitudes (some bins, frames) times exp(2 pi i r), as -exp(2 pi i (r - 1/2)): smaller angles round less."""
    angles = rng.random(size=out.shape)
    angles -= 0.5
    angles *= 2 * np.pi
    angles = angles.astype(out.real.dtype, copy=False)
    if np.iscomplexobj(magnitudes):
        _backward.turn(angles, np.ones_like(out, out.real.dtype), out)
        out *= magnitudes
    else:
        _backward.turn(angles, _bins_contiguous(magnitudes, angles.dtype), out)


def _bins_contiguous(S: np.ndarray, dtype: np.dtype) -> np.ndarray:
    """S with its bins contiguous: S itself if they are, even with gaps between frames."""
    if S.dtype == dtype and S.strides[-2] == S.itemsize:
        return S
    return np.ascontiguousarray(S.swapaxes(-1, -2), dtype=dtype).swapaxes(-1, -2)


def _refine(
    S: Any, y: Any, plain: dict[str, Any], pad_mode: PadMode, length: Any, n_iter: int, momentum: float
) -> np.ndarray:
    """The rounds: samples to spectra, their phases with the wanted magnitudes, back to samples. `y` is overwritten."""
    by_function = callable(pad_mode) and plain["center"]
    arguments = stft_arguments(
        plain["n_fft"] or 2 * (S.shape[-2] - 1), plain["hop_length"], plain["win_length"], plain["window"],
        plain["center"], "constant" if by_function else pad_mode,
    )  # fmt: skip
    spec = stft_spec(arguments, precision_of(y.dtype), Spectrum.COMPLEX)
    if spec.framing.n_frames(y.shape[-1]) != S.shape[-1] or arguments.n_fft // 2 + 1 != S.shape[-2]:
        raise ParameterError(
            f"length={length} gives {spec.framing.n_frames(y.shape[-1])} frames where S.shape={S.shape}; "
            f"leave it out, or pad S to match"
        )
    if y.size == 0:
        return y
    if not np.isfinite(y).all():
        raise first_nonfinite(y)
    if by_function or np.iscomplexobj(S):
        plain["n_fft"] = arguments.n_fft
        return _refine_by_calls(S, y, plain, pad_mode, length, n_iter, momentum)
    n_frames, _ = _extent(arguments, S.shape[-1], length)
    magnitudes = _bins_contiguous(S, y.dtype)[..., :n_frames]
    return _backward.search_phases(spec, magnitudes, y, n_iter, momentum)


def _refine_by_calls(
    S: Any, y: Any, plain: dict[str, Any], pad_mode: Any, length: Any, n_iter: int, momentum: float
) -> np.ndarray:
    """The rounds as calls of `stft` and `istft`: padding by a function and complex magnitudes are Python's."""
    previous = None
    for _ in range(n_iter):
        rebuilt = stft(y, pad_mode=pad_mode, **plain)
        angles = rebuilt if previous is None else rebuilt - momentum * previous
        y = istft(angles / (np.abs(angles) + tiny(angles)) * S, length=length, **plain)
        previous = rebuilt
    return y


@public
def phase_vocoder(
    D: np.ndarray,
    *,
    rate: float | None = None,
    t_out: npt.ArrayLike | None = None,
    kind: Interpolation = "linear",
    hop_length: Any = Deprecated(),
    n_fft: Any = Deprecated(),
) -> ComplexArray:
    """Spectra of the same sound at another speed: magnitudes interpolated, phases advancing as they did.

    Parameters
    ----------
    D : np.ndarray [shape=(..., d, t)], complex
        Spectra.
    rate : float > 0, optional
        Speed: 2 halves the number of frames. Give either this or `t_out`.
    t_out : array_like, optional
        Times, in frames of `D`, of the output's frames; each in [0, t).
    kind : str, default 'linear'
        Interpolation of magnitudes, as in `scipy.interpolate.interp1d`.
    hop_length, n_fft
        Deprecated, without effect.

    Returns
    -------
    np.ndarray [shape=(..., d, t_out)], complex
        Spectra.

    Raises
    ------
    ParameterError
        If both or neither of `rate` and `t_out` are given, or one is out of range.

    Warns
    -----
    UserWarning
        If `t_out` goes backward somewhere.
    FutureWarning
        If `hop_length` or `n_fft` is given.

    References
    ----------
    .. [1] J. L. Flanagan and R. M. Golden, "Phase vocoder", Bell System Technical Journal 45 (1966).

    Examples
    --------
    >>> import fastspec
    >>> import numpy as np
    >>> D = fastspec.stft(np.sin(np.arange(22050) / 9).astype(np.float32))
    >>> fastspec.phase_vocoder(D, rate=2.0).shape
    (1025, 22)
    """
    for name, value in (("hop_length", hop_length), ("n_fft", n_fft)):
        if not isinstance(value, Deprecated):
            warn(
                f"The `{name}` parameter is deprecated as of 1.0 and has no effect; leave it out",
                FutureWarning,
            )
    D = as_array(D, name="D")
    times = _output_times(rate, t_out, D.shape[-1])
    return _vocode(D, times, kind) if D.ndim > 1 else _vocode(D[np.newaxis], times, kind)[0]


def _vocode(D: np.ndarray, times: np.ndarray, kind: str) -> np.ndarray:
    n_frames = D.shape[-1]
    if len(times) == 0 or n_frames < 2:
        # There is no second frame to advance to.
        return np.repeat(D[..., :1], len(times), axis=-1).astype(dtype_r2c(D.dtype), copy=False)
    x = _frame_major(D, D.shape[-2])
    lower = np.floor(times).astype(np.intp)
    # The magnitude after the last frame follows the line through the last two.
    low = np.minimum(lower, n_frames - 2)
    steps = np.stack([lower, np.minimum(lower + 1, n_frames - 1), low])
    out = np.empty((*x.shape[:-2], len(times), x.shape[-2]), x.dtype).swapaxes(-1, -2)
    if kind == "linear":
        _backward.vocode(x, out, steps, 1, times - low)
        return out
    import scipy.interpolate

    _backward.vocode(x, out, steps, 0, np.zeros_like(times))
    magnitude = scipy.interpolate.interp1d(
        np.arange(n_frames), np.abs(x), kind=kind, axis=-1, fill_value="extrapolate", assume_sorted=True, copy=False
    )
    return phasor(np.angle(out), mag=magnitude(times))


def _output_times(rate: Any, t_out: Any, n_frames: int) -> np.ndarray:
    if (rate is None) == (t_out is None):
        raise ParameterError(f"rate={rate} and t_out={t_out}: give exactly one of them")
    if t_out is None:
        if not as_number(rate, name="rate") > 0:
            raise ParameterError(f"rate={rate} must be a positive number")
        if n_frames > rate * MOST_INDEX:
            raise ParameterError(f"rate={rate} makes too many of {n_frames} frames for an array; use a larger rate")
        return np.arange(0.0, n_frames, rate)
    times = np.asarray(t_out, dtype=np.float64)
    if times.ndim != 1:
        raise ParameterError(f"t_out.shape={times.shape} must be one-dimensional, a time for each frame to come")
    if not np.all((times >= 0) & (times < n_frames)):  # nor does NaN pass
        raise ParameterError(
            f"t_out reaches from {times.min()} to {times.max()}; it must stay within 0 and {n_frames} frames"
        )
    if np.any(np.diff(times) < 0):
        warn("t_out is not monotonic; phases may be unstable where it goes back")
    return times
