"""Blocks, frames, samples and seconds. Part of the API of `core.convert`.

Every conversion takes a scalar, a sequence or an array of any shape. A scalar comes back as a NumPy scalar.
"""

from __future__ import annotations

from inspect import unwrap
from typing import TYPE_CHECKING, Any, overload

import numpy as np
import numpy.typing as npt

from ..._engine.numbers import as_numbers, as_scalar_or_array
from ..._gate.complaints import public
from ..._gate.samples import ParameterError, as_number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..._gate.kinds import Double, Doubles, FloatArray, Numbers, Real

_MOST = 2**63  # what an int64 does not hold

Ints = np.int64 | npt.NDArray[np.int64]
Floats = np.floating | npt.NDArray[np.floating]


@overload
def frames_to_samples(frames: Real, *, hop_length: int = ..., n_fft: int | None = ...) -> np.int64: ...
@overload
def frames_to_samples(frames: Numbers, *, hop_length: int = ..., n_fft: int | None = ...) -> npt.NDArray[np.int64]: ...
@public
def frames_to_samples(frames: npt.ArrayLike, *, hop_length: int = 512, n_fft: int | None = None) -> Ints:
    """First (or, with `n_fft`, middle) sample of each frame.

    Parameters
    ----------
    frames : scalar or array_like
        Frame numbers.
    hop_length : int, default 512
        Samples from one frame to the next.
    n_fft : int, optional
        Frame length of an analysis without centring; adds ``n_fft // 2`` to every position.

    Returns
    -------
    np.int64 or np.ndarray [shape=frames.shape, dtype=int64]
        Sample numbers, cut towards zero when `frames` has fractions.

    Raises
    ------
    DTypeError
        If `frames` holds no numbers.

    Examples
    --------
    >>> import fastspec
    >>> fastspec.frames_to_samples([0, 1, 2], n_fft=2048).tolist()
    [1024, 1536, 2048]
    """
    samples = _times(as_numbers(frames, "frames"), hop_length, "frames", "hop_length")
    if n_fft is not None:
        samples = samples + _centre(n_fft)
    return samples.astype(np.int64, copy=False)[()]


@overload
def samples_to_frames(samples: Real, *, hop_length: int = ..., n_fft: int | None = ...) -> np.int64: ...
@overload
def samples_to_frames(samples: Numbers, *, hop_length: int = ..., n_fft: int | None = ...) -> npt.NDArray[np.int64]: ...
@public
def samples_to_frames(samples: npt.ArrayLike, *, hop_length: int = 512, n_fft: int | None = None) -> Ints:
    """Frame that starts at or last before each sample.

    Parameters
    ----------
    samples : scalar or array_like
        Sample numbers.
    hop_length : int, default 512
        Samples from one frame to the next.
    n_fft : int, optional
        Frame length of an analysis without centring; takes ``n_fft // 2`` from every position, so that
        samples in the first half frame give a negative number.

    Returns
    -------
    np.int64 or np.ndarray [shape=samples.shape, dtype=int64]
        Frame numbers, rounded down.

    Raises
    ------
    DTypeError
        If `samples` holds no numbers.

    Examples
    --------
    >>> import fastspec
    >>> fastspec.samples_to_frames([0, 511, 512]).tolist()
    [0, 0, 1]
    """
    whole = (as_numbers(samples, "samples") - _centre(n_fft)) // hop_length
    return np.asanyarray(whole, dtype=np.int64)[()]


def _times(numbers: Any, factor: Any, name: str, other: str) -> Any:
    """The product, if an integer of 64 bits can hold it; NumPy's own would be another number, without a word (of floats
    it has a warning). Of an array the ends are looked at, where sorted ones have their largest: a look at all of it
    would take as long as the product."""
    if numbers.dtype.kind != "f" and numbers.size:
        first, last = numbers.item(0), numbers.item(-1)
        if not abs(first * factor) < _MOST > abs(last * factor):
            end = max(first, last, key=abs)
            raise ParameterError(f"{name}={end} times {other}={factor} exceeds {_MOST - 1}; use a smaller number")
    return numbers * factor


def _centre(n_fft: int | None) -> int:
    return 0 if n_fft is None else int(n_fft // 2)


@overload
def frames_to_time(frames: Real, *, sr: float = ..., hop_length: int = ..., n_fft: int | None = ...) -> np.float64: ...
@overload
def frames_to_time(
    frames: Numbers, *, sr: float = ..., hop_length: int = ..., n_fft: int | None = ...
) -> npt.NDArray[np.float64]: ...
@public
def frames_to_time(
    frames: npt.ArrayLike, *, sr: float = 22050, hop_length: int = 512, n_fft: int | None = None
) -> Floats:
    """Time of each frame in seconds.

    Parameters
    ----------
    frames : scalar or array_like
        Frame numbers.
    sr : float, default 22050
        Sampling rate in Hz.
    hop_length : int, default 512
        Samples from one frame to the next.
    n_fft : int, optional
        Frame length of an analysis without centring; moves every time by ``n_fft // 2`` samples.

    Returns
    -------
    np.float64 or np.ndarray [shape=frames.shape, dtype=float64]
        Seconds.

    Raises
    ------
    DTypeError
        If `frames` holds no numbers.

    Examples
    --------
    >>> import fastspec
    >>> fastspec.frames_to_time([0, 100], sr=16000, hop_length=160).tolist()
    [0.0, 1.0]
    """
    return _samples_to_time(_frames_to_samples(frames, hop_length=hop_length, n_fft=n_fft), sr=sr)


@overload
def time_to_frames(times: Real, *, sr: float = ..., hop_length: int = ..., n_fft: int | None = ...) -> np.int64: ...
@overload
def time_to_frames(
    times: Numbers, *, sr: float = ..., hop_length: int = ..., n_fft: int | None = ...
) -> npt.NDArray[np.int64]: ...
@public
def time_to_frames(times: npt.ArrayLike, *, sr: float = 22050, hop_length: int = 512, n_fft: int | None = None) -> Ints:
    """Frame that starts at or last before each time.

    Parameters
    ----------
    times : scalar or array_like
        Seconds.
    sr : float, default 22050
        Sampling rate in Hz.
    hop_length : int, default 512
        Samples from one frame to the next.
    n_fft : int, optional
        Frame length of an analysis without centring; see `samples_to_frames`.

    Returns
    -------
    np.int64 or np.ndarray [shape=times.shape, dtype=int64]
        Frame numbers.

    Raises
    ------
    DTypeError
        If `times` holds no numbers.

    Examples
    --------
    >>> import fastspec
    >>> fastspec.time_to_frames(1.0, sr=16000, hop_length=160).item()
    100
    """
    return _samples_to_frames(_time_to_samples(times, sr=sr), hop_length=hop_length, n_fft=n_fft)


@overload
def time_to_samples(times: Real, *, sr: float = ...) -> np.int64: ...
@overload
def time_to_samples(times: Numbers, *, sr: float = ...) -> npt.NDArray[np.int64]: ...
@public
def time_to_samples(times: npt.ArrayLike, *, sr: float = 22050) -> Ints:
    """Sample number at each time.

    Parameters
    ----------
    times : scalar or array_like
        Seconds.
    sr : float, default 22050
        Sampling rate in Hz.

    Returns
    -------
    np.int64 or np.ndarray [shape=times.shape, dtype=int64]
        ``times * sr`` cut towards zero.

    Raises
    ------
    DTypeError
        If `times` holds no numbers.

    Examples
    --------
    >>> import fastspec
    >>> fastspec.time_to_samples([0, 0.5], sr=44100).tolist()
    [0, 22050]
    """
    return _times(as_scalar_or_array(times, "times"), sr, "times", "sr").astype(np.int64)


@overload
def samples_to_time(samples: Double, *, sr: float = ...) -> np.float64: ...
@overload
def samples_to_time(samples: np.floating[Any], *, sr: float = ...) -> np.floating[Any]: ...
@overload
def samples_to_time(samples: Doubles, *, sr: float = ...) -> npt.NDArray[np.float64]: ...
@overload
def samples_to_time(samples: Numbers, *, sr: float = ...) -> FloatArray: ...
@public
def samples_to_time(samples: npt.ArrayLike, *, sr: float = 22050) -> Floats:
    """Time of each sample in seconds.

    Parameters
    ----------
    samples : scalar or array_like
        Sample numbers.
    sr : float, default 22050
        Sampling rate in Hz.

    Returns
    -------
    np.floating or np.ndarray [shape=samples.shape]
        Seconds: float64 for integers, the precision of `samples` otherwise.

    Raises
    ------
    DTypeError
        If `samples` holds no numbers.

    Examples
    --------
    >>> import fastspec
    >>> fastspec.samples_to_time(8000, sr=16000).item()
    0.5
    """
    return as_scalar_or_array(samples, "samples") / as_number(sr, name="sr")


@overload
def blocks_to_frames(blocks: int | np.integer[Any], *, block_length: int) -> np.int64: ...
@overload
def blocks_to_frames(
    blocks: Sequence[int] | npt.NDArray[np.integer[Any]], *, block_length: int
) -> npt.NDArray[np.int64]: ...
@public
def blocks_to_frames(blocks: npt.ArrayLike, *, block_length: int) -> Ints:
    """First frame of each block, as `stream` numbers them.

    Parameters
    ----------
    blocks : scalar or array_like
        Block numbers.
    block_length : int
        Frames in a block.

    Returns
    -------
    np.int64 or np.ndarray [shape=blocks.shape]
        Frame numbers.

    Raises
    ------
    DTypeError
        If `blocks` holds no numbers.

    Examples
    --------
    >>> import fastspec
    >>> fastspec.blocks_to_frames([0, 1, 2], block_length=16).tolist()
    [0, 16, 32]
    """
    return _times(as_scalar_or_array(blocks, "blocks"), block_length, "blocks", "block_length")


@overload
def blocks_to_samples(blocks: Real, *, block_length: int, hop_length: int) -> np.int64: ...
@overload
def blocks_to_samples(blocks: Numbers, *, block_length: int, hop_length: int) -> npt.NDArray[np.int64]: ...
@public
def blocks_to_samples(blocks: npt.ArrayLike, *, block_length: int, hop_length: int) -> Ints:
    """First sample of each block.

    Parameters
    ----------
    blocks : scalar or array_like
        Block numbers.
    block_length : int
        Frames in a block.
    hop_length : int
        Samples from one frame to the next.

    Returns
    -------
    np.int64 or np.ndarray [shape=blocks.shape, dtype=int64]
        Sample numbers.

    Raises
    ------
    DTypeError
        If `blocks` holds no numbers.

    Examples
    --------
    >>> import fastspec
    >>> fastspec.blocks_to_samples(2, block_length=16, hop_length=512).item()
    16384
    """
    return _frames_to_samples(_blocks_to_frames(blocks, block_length=block_length), hop_length=hop_length)


@overload
def blocks_to_time(blocks: Real, *, block_length: int, hop_length: int, sr: float) -> np.float64: ...
@overload
def blocks_to_time(blocks: Numbers, *, block_length: int, hop_length: int, sr: float) -> npt.NDArray[np.float64]: ...
@public
def blocks_to_time(blocks: npt.ArrayLike, *, block_length: int, hop_length: int, sr: float) -> Floats:
    """Time at which each block starts, in seconds.

    Parameters
    ----------
    blocks : scalar or array_like
        Block numbers.
    block_length : int
        Frames in a block.
    hop_length : int
        Samples from one frame to the next.
    sr : float
        Sampling rate in Hz.

    Returns
    -------
    np.float64 or np.ndarray [shape=blocks.shape, dtype=float64]
        Seconds.

    Raises
    ------
    DTypeError
        If `blocks` holds no numbers.

    Examples
    --------
    >>> import fastspec
    >>> fastspec.blocks_to_time(1, block_length=100, hop_length=160, sr=16000).item()
    1.0
    """
    return _samples_to_time(_blocks_to_samples(blocks, block_length=block_length, hop_length=hop_length), sr=sr)


@public
def samples_like(
    X: npt.ArrayLike, *, hop_length: int = 512, n_fft: int | None = None, axis: int = -1
) -> npt.NDArray[np.int64]:
    """Sample number of every frame of a feature matrix.

    Parameters
    ----------
    X : array_like or scalar
        A matrix whose `axis` counts frames, or their number.
    hop_length : int, default 512
        Samples from one frame to the next.
    n_fft : int, optional
        Frame length of an analysis without centring; see `frames_to_samples`.
    axis : int, default -1
        The frame axis of `X`.

    Returns
    -------
    np.ndarray [shape=(n_frames,), dtype=int64]
        Sample numbers.

    Raises
    ------
    ParameterError
        If `X` has no axis of that number.

    Examples
    --------
    >>> import numpy as np
    >>> import fastspec
    >>> fastspec.samples_like(np.zeros((128, 3))).tolist()
    [0, 512, 1024]
    """
    return _frames_to_samples(np.arange(_n_frames(X, axis)), hop_length=hop_length, n_fft=n_fft)


def _n_frames(X: npt.ArrayLike, axis: int) -> Any:
    if np.isscalar(X):
        return as_scalar_or_array(X, "X")
    shape = np.shape(X)
    try:
        return shape[axis]
    except IndexError:
        raise ParameterError(f"axis={axis} does not exist, X.shape={shape}; pass the frame axis") from None


@public
def times_like(
    X: npt.ArrayLike, *, sr: float = 22050, hop_length: int = 512, n_fft: int | None = None, axis: int = -1
) -> npt.NDArray[np.float64]:
    """Time of every frame of a feature matrix, in seconds.

    Parameters
    ----------
    X : array_like or scalar
        A matrix whose `axis` counts frames, or their number.
    sr : float, default 22050
        Sampling rate in Hz.
    hop_length : int, default 512
        Samples from one frame to the next.
    n_fft : int, optional
        Frame length of an analysis without centring; see `frames_to_samples`.
    axis : int, default -1
        The frame axis of `X`.

    Returns
    -------
    np.ndarray [shape=(n_frames,), dtype=float64]
        Seconds.

    Raises
    ------
    ParameterError
        If `X` has no axis of that number.

    Examples
    --------
    >>> import fastspec
    >>> fastspec.times_like(3, sr=16000, hop_length=8000).tolist()
    [0.0, 0.5, 1.0]
    """
    return _samples_to_time(_samples_like(X, hop_length=hop_length, n_fft=n_fft, axis=axis), sr=sr)


# As they are without `public`, for those above that are made of others.
_frames_to_samples, _samples_to_frames = unwrap(frames_to_samples), unwrap(samples_to_frames)
_samples_to_time, _time_to_samples = unwrap(samples_to_time), unwrap(time_to_samples)
_blocks_to_frames, _blocks_to_samples = unwrap(blocks_to_frames), unwrap(blocks_to_samples)
_samples_like = unwrap(samples_like)
