"""`Source`: what goes in. Samples of any kind, or a spectrogram that is there; one clip, or many."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

import numpy as np

from .._engine.spec import Spec, precision_of
from .._gate.complaints import warn
from .._gate.samples import DTypeError, ParameterError, as_array, as_samples, channels_last, promoted
from ..pcm import pcm_to_float
from ..util.utils import pad_axis
from .specs import StftArguments, given_spec, spectrum_of, stft_arguments, stft_spec

if TYPE_CHECKING:
    from .._gate.kinds import PadMode
    from .windows import Window


class StftOptions(NamedTuple):
    """The arguments of `stft` that other functions pass on, as the user gave them."""

    n_fft: int | None
    hop_length: int | None
    win_length: int | None
    window: Window
    center: bool
    pad_mode: PadMode


Cut = TypeVar("Cut", bound=StftArguments | None, covariant=True)


class Source(NamedTuple, Generic[Cut]):
    """Samples (..., n) with the arguments that cut them into frames, or a spectrogram (..., bins, frames)."""

    x: np.ndarray
    n_fft: int
    stft: Cut  # None: a spectrogram

    @property
    def n_bins(self) -> int:
        return 1 + self.n_fft // 2 if self.stft else self.x.shape[-2]

    def spec(self, power: float | None, precision: int = 0) -> Spec:
        """How a plan on this source begins: up to the spectrum of that power, in the wider of both precisions."""
        precision = precision or precision_of(self.x.dtype)
        if self.stft is None:
            return given_spec(self.x.shape[-2], precision)
        return stft_spec(self.stft, precision, spectrum_of(power))

    def n_frames(self, spec: Spec) -> int:
        return self.x.shape[-1] if self.stft is None else count_frames(spec, self.x, self.stft)


def of_samples(
    y: Any,
    n_fft: Any,
    hop_length: Any,
    win_length: Any,
    window: Any,
    center: bool,
    pad_mode: Any,
    *,
    power: float = 1,
    pcm: bool = False,
) -> Source[StftArguments]:
    """Samples and arguments, checked. Padding by a function, as `numpy.pad` calls it, is done here."""
    by_function = callable(pad_mode)
    if by_function:
        stft = stft_arguments(n_fft, hop_length, win_length, window, False, "constant")
    else:
        stft = stft_arguments(n_fft, hop_length, win_length, window, center, pad_mode)
    x = as_samples(y, pcm=pcm)
    if by_function and center:
        x = x if x.dtype.kind == "f" else pcm_to_float(x)
        half = stft.n_fft // 2
        _warn_of_length(n_fft, x)
        x = pad_axis(x, -1, (half, half), {"mode": pad_mode})
    return Source(x if type(power) in (int, float) else promoted(x, power), stft.n_fft, stft)


def of_spectrogram(S: Any, n_fft: int | None) -> Source[None]:
    """A spectrogram as it is. An `n_fft` that does not fit its bins is replaced by the one that does."""
    S = as_array(S, name="S")
    if S.ndim < 2:
        raise ParameterError(f"S.shape={S.shape} must be (..., bins, frames)")
    if n_fft is None or n_fft // 2 + 1 != S.shape[-2]:
        n_fft = 2 * (S.shape[-2] - 1)
    return Source(S, n_fft, None)


def of_either(y: Any, S: Any, stft: StftOptions, *, power: float = 1) -> Source[StftArguments | None]:
    """The spectrogram, as floats, if there is one; else the samples."""
    if S is not None:
        source = of_spectrogram(S, stft.n_fft)
        return source if source.x.dtype in (np.float32, np.float64) else source._replace(x=source.x.astype(np.float64))
    if stft.n_fft is None:
        raise ParameterError(f"n_fft={stft.n_fft} must be given to compute a spectrogram of y")
    if y is None:
        raise ParameterError("y=None and S=None: give audio or a spectrogram")
    return of_samples(y, *stft, power=power)


def count_frames(spec: Spec, x: np.ndarray, stft: StftArguments) -> int:
    """The number of frames; librosa's complaints about signals shorter than a frame."""
    framing, n = spec.framing, x.shape[-1]
    if n < framing.n_fft:
        _check_short(framing.n_fft, x, stft.center, stft.pad_mode)
    n_frames = framing.n_frames(n)
    if n_frames == 0:
        raise ParameterError(
            f"y.shape={x.shape} is too short for a frame of n_fft={framing.n_fft}; use an even n_fft or more samples"
        )
    return n_frames


def _check_short(n_fft: int, x: np.ndarray, center: bool, pad_mode: str) -> None:
    if not center:
        raise ParameterError(
            f"n_fft={n_fft} is too large for uncentered analysis of y.shape[-1]={x.shape[-1]}; use center=True"
            f"{channels_last(x, n_fft)}"
        )
    _warn_of_length(n_fft, x)
    check_padding(x, pad_mode)


def check_padding(x: np.ndarray, pad_mode: Any) -> None:
    """An empty signal can be padded with constants only."""
    if x.shape[-1] == 0 and pad_mode not in ("constant", "empty"):
        raise ParameterError(
            f"y.shape={x.shape} has no samples to pad from with pad_mode={pad_mode!r}; use pad_mode='constant'"
        )


def _warn_of_length(n_fft: int, x: np.ndarray) -> None:
    if n_fft > x.shape[-1]:
        told = channels_last(x, n_fft)
        warn(f"n_fft={n_fft} is too large for input signal of length={x.shape[-1]}{told}")


def as_clip(y: Any, *, name: str = "y") -> np.ndarray:
    """Samples (..., n): floating-point ones, or integers of `PCM_DTYPES`, which count as `pcm_to_float` has them."""
    return as_samples(y if isinstance(y, np.ndarray) else as_array(y, name=name), name=name, pcm=True)


def as_clips(clips: Iterable[Any]) -> Iterator[Any]:
    """One clip after the other; a single array of one axis is one clip, and likely a mistake."""
    if isinstance(clips, np.ndarray) and clips.ndim < 2:
        raise ParameterError(f"clips.shape={clips.shape} is one clip; pass a list of clips, or call the recipe on it")
    if isinstance(clips, (str, bytes)):
        raise DTypeError(f"clips={clips[:40]!r} is text; pass a list of arrays (a recipe's `file` reads sound files)")
    try:
        return iter(clips)
    except TypeError:
        raise DTypeError(f"clips is {type(clips).__name__}; pass a list of arrays") from None
