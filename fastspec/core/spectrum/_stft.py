"""The STFT: complex, by magnitude and phase, or as a power."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ..._engine import arrays as _arrays
from ..._engine.foreign import patient
from ..._engine.spec import precision_of
from ..._front.source import StftOptions, of_either, of_samples, of_spectrogram
from ..._front.walk import run_frames, run_source
from ..._gate.complaints import public
from ..._gate.samples import (
    DTypeError,
    ParameterError,
    as_array,
    first_nonfinite,
)
from ...util.utils import dtype_r2c

if TYPE_CHECKING:
    import numpy.typing as npt

    from ..._front.windows import Window
    from ..._gate.kinds import ComplexArray, FloatArray, PadMode


@public
def stft(
    y: FloatArray,
    *,
    n_fft: int = 2048,
    hop_length: int | None = None,
    win_length: int | None = None,
    window: Window = "hann",
    center: bool = True,
    dtype: npt.DTypeLike | None = None,
    pad_mode: PadMode = "constant",
    out: np.ndarray | None = None,
) -> ComplexArray:
    """Short-time Fourier transform: one spectrum for each windowed frame of a signal.

    ``D[..., f, t]`` is the FFT bin `f` of frame `t`, whose phase refers to the start of the frame.

    Parameters
    ----------
    y : np.ndarray [shape=(..., n)], real floating-point
        Samples; leading axes are channels. Any strides; only what is not contiguous along the last axis is copied,
        a block at a time.
    n_fft : int, default 2048
        Length of the FFT, and of a frame. Every length has a fast path.
    hop_length : int, optional
        Samples from one frame to the next. Default: ``win_length // 4``.
    win_length : int, optional
        Length of the window, which stands in the middle of the frame with zeros around. Default: `n_fft`.
    window : str, tuple, number, callable or array_like, default 'hann'
        See `fastspec.filters.get_window`.
    center : bool, default True
        True: frame `t` is centred at ``y[t * hop_length]``, the signal being padded by ``n_fft // 2`` on each side.
        False: it starts there.
    dtype : complex dtype, optional
        Of the result. Default: complex64 for float32 (and float16), complex128 for float64. The arithmetic has the
        precision of the wider one of input and result.
    pad_mode : {'constant', 'edge', 'reflect', 'symmetric', 'linear_ramp', 'empty'} or function, default 'constant'
        What the padding holds, as in `numpy.pad`.
    out : np.ndarray [shape=(..., 1 + n_fft // 2, at least t)], complex, optional
        Where to put the result. Re-using one saves the first touch of its memory, which costs more than the FFT.

    Returns
    -------
    np.ndarray [shape=(..., 1 + n_fft // 2, t)]
        Frames are contiguous in memory, as in librosa; `out` itself if given and of that shape, else its first frames.

    Raises
    ------
    ParameterError
        If `y` is not real floating-point audio, is not finite, or is shorter than `n_fft` with ``center=False``; if a
        length is not a positive integer, the window does not fit, or `out` has the wrong shape or dtype.

    Warns
    -----
    UserWarning
        If `n_fft` exceeds the length of `y` and ``center=True``.
    numpy.exceptions.ComplexWarning
        If `dtype` is real: the imaginary part is discarded.

    See Also
    --------
    magphase, fastspec.feature.melspectrogram

    References
    ----------
    .. [1] J. B. Allen and L. R. Rabiner, "A unified approach to short-time Fourier analysis and synthesis",
       Proc. IEEE 65 (1977).

    Examples
    --------
    >>> import fastspec
    >>> import numpy as np
    >>> y = np.sin(2 * np.pi * 1000 * np.arange(8000) / 8000).astype(np.float32)
    >>> D = fastspec.stft(y, n_fft=512, hop_length=128)
    >>> D.shape, D.dtype.name
    ((257, 63), 'complex64')
    >>> int(np.abs(D[:, 30]).argmax()) * 8000 / 512
    1000.0
    """
    source = of_samples(y, n_fft, hop_length, win_length, window, center, pad_mode)
    target = _dtype_of_spectrum(dtype, y.dtype if isinstance(y, np.ndarray) else source.x.dtype, out)
    spec = source.spec(None, precision_of(target))
    n_frames = source.n_frames(spec)
    if out is None:
        result, _ = run_frames(spec, source.x, n_frames, frame_major=True)
        return result if result.dtype == target else result.astype(target)
    return _stft_into(out, spec, source.x, n_frames)


def _dtype_of_spectrum(dtype: Any, samples_dtype: np.dtype, out: np.ndarray | None) -> np.dtype:
    """The result's dtype: `out`'s, `dtype` (a real one discards the imaginary part), or the one of the samples."""
    if isinstance(out, np.ndarray) and np.iscomplexobj(out):
        return out.dtype
    target = np.dtype(dtype_r2c(samples_dtype) if dtype is None else dtype)
    if target.kind not in "cf":
        raise DTypeError(f"dtype={dtype!r} holds no spectra; use complex64 or complex128")
    return target


def complex_dtype(dtype: Any, samples_dtype: np.dtype) -> np.dtype:
    """The dtype of a constant-Q spectrum: `dtype`, or the complex one that goes with the samples."""
    target = _dtype_of_spectrum(dtype, samples_dtype, None)
    if target.kind != "c":
        raise DTypeError(f"dtype={dtype!r} is not complex; use complex64 or complex128")
    return target


def _stft_into(out: np.ndarray, spec: Any, x: np.ndarray, n_frames: int) -> np.ndarray:
    wanted = (*x.shape[:-1], 1 + spec.framing.n_fft // 2, n_frames)
    if not isinstance(out, np.ndarray) or out.shape[:-1] != wanted[:-1] or out.shape[-1:] < wanted[-1:]:
        raise ParameterError(f"out.shape={np.shape(out)} does not fit the result's shape {wanted}")
    if not np.iscomplexobj(out):
        raise DTypeError(f"out.dtype={out.dtype} is not complex; allocate it as {spec.dtype.name}")
    if not out.flags.writeable:
        raise ParameterError("out is read-only; pass an array that can be written")
    if np.may_share_memory(out, x) and np.shares_memory(out, x):
        raise ParameterError("out overlaps y; pass memory of its own")
    if not _arrays.is_finite(x):  # before the first byte of out is written
        raise first_nonfinite(x)
    result = out if out.shape == wanted else out[..., :n_frames]
    direct = (
        result.dtype == spec.dtype
        and result.dtype.isnative
        and result.flags.aligned
        and result.itemsize in (result.strides[-1], result.strides[-2])
    )
    if direct:
        run_frames(spec, x, n_frames, out=result, check_finite=False)
    else:
        result[...] = run_frames(spec, x, n_frames, check_finite=False)[0]
    return result


def _spectrogram(
    *,
    y: np.ndarray | None = None,
    S: np.ndarray | None = None,
    n_fft: int | None = 2048,
    hop_length: int | None = 512,
    power: float = 1,
    win_length: int | None = None,
    window: Window = "hann",
    center: bool = True,
    pad_mode: PadMode = "constant",
) -> tuple[np.ndarray, int]:
    """A magnitude (or power) spectrogram from audio, or the one given, and its n_fft.

    Parameters
    ----------
    y : np.ndarray [shape=(..., n)], optional
        Samples, if there is no `S`.
    S : np.ndarray [shape=(..., 1 + n_fft // 2, t)], optional
        A spectrogram, handed back as it is.
    n_fft, hop_length, win_length, window, center, pad_mode
        See `stft`. An `n_fft` that does not fit `S` is replaced by the one that does.
    power : float, default 1
        Exponent of the magnitude: 1 or 2, which cost the same, or any other.

    Returns
    -------
    S : np.ndarray [shape=(..., 1 + n_fft // 2, t)]
    n_fft : int

    Raises
    ------
    ParameterError
        If there is neither `y` nor `S`, or `stft` would refuse.

    Examples
    --------
    >>> import numpy as np
    >>> from fastspec.core.spectrum import _spectrogram
    >>> S, n_fft = _spectrogram(y=np.zeros(4096, np.float32), power=2)
    >>> S.shape, n_fft
    ((1025, 9), 2048)
    """
    if S is not None:
        given = of_spectrogram(S, n_fft)
        return given.x, given.n_fft
    source = of_either(y, None, StftOptions(n_fft, hop_length, win_length, window, center, pad_mode), power=power)
    made, _ = run_source(source.spec(power), source)
    if power not in (1, 2):
        made **= power
    return made, source.n_fft


@public
@patient(40)
def magphase(D: np.ndarray, *, power: float = 1) -> tuple[FloatArray, ComplexArray]:
    """Split a complex spectrogram into magnitude and phase, ``D = S * P``.

    Parameters
    ----------
    D : np.ndarray [shape=(..., d, t)], complex
        Spectrogram.
    power : float, default 1
        Exponent of the magnitude: 1 for energy's root, 2 for power.

    Returns
    -------
    S : np.ndarray [shape=(..., d, t)], real
        ``abs(D) ** power``
    P : np.ndarray [shape=(..., d, t)], complex
        ``exp(i angle(D))``; 1 where `D` is zero. Denormal magnitudes keep their phase.

    Examples
    --------
    >>> import fastspec
    >>> import numpy as np
    >>> S, P = fastspec.magphase(np.array([[3 + 4j, 0]]))
    >>> S.tolist(), P.tolist()
    ([[5.0, 0.0]], [[(0.6+0.8j), (1+0j)]])
    """
    D = as_array(D, name="D")
    magnitude = np.abs(D)
    # Silence has phase 1: 0 / (0 + 1) + 1.
    silent = magnitude == 0
    divisor = magnitude + silent
    phase = np.empty_like(D, dtype=dtype_r2c(D.dtype))
    phase.real = D.real / divisor + silent
    phase.imag = D.imag / divisor
    magnitude **= power
    return magnitude, phase
