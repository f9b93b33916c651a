"""Windows and spectrograms."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ..._engine.kept import kept
from ..._engine.spec import precision_of
from ..._front.banks import window_samples
from ..._front.by_arrays import Arrays, end_to_end, held, run_with
from ..._front.recipe import Recipe
from ..._gate.samples import ParameterError, as_array, as_hop_length, as_index, as_number, first_nonfinite, one_of
from ...util.utils import pad_center
from .._peer import peer
from ._banks import real_dtype
from ._levels import checked_levels

_WINDOWS = {
    "boxcar": "boxcar", "hamming": "hamming", "hamming_window": "hamming", "hann": "hann", "hann_window": "hann",
    "povey": "povey",
}  # fmt: skip
# What the engine pads itself; numpy.pad does the others.
_PADDINGS = ("constant", "edge", "reflect", "symmetric")
_ALL_PADDINGS = (*_PADDINGS, "linear_ramp", "maximum", "mean", "median", "minimum", "wrap", "empty")
# Of a floor that is none: logarithms end here, or at float32's smallest number.
_SMALLEST = 2.0**-1022
_LOGARITHMS = {None: None, "log": "ln", "log10": "log10", "dB": "db"}


@peer()
def window_function(
    window_length: int,
    name: str = "hann",
    periodic: bool = True,
    frame_length: int | None = None,
    center: bool = True,
) -> np.ndarray:
    """A window, with zeros around it up to a frame if asked for.

    Parameters
    ----------
    window_length : int
        Samples of the window.
    name : {'hann', 'hamming', 'povey', 'boxcar'}, default 'hann'
        'hann_window' and 'hamming_window' are taken, too. Povey's is Hann's to the power of 0.85.
    periodic : bool, default True
        Periodic or symmetric.
    frame_length : int, optional
        Samples of the result. Default: `window_length`.
    center : bool, default True
        Whether the zeros are on both sides, or behind only.

    Returns
    -------
    np.ndarray [shape=(window_length,) or (frame_length,)]
        float64.

    Raises
    ------
    ParameterError
        If there is no window of this name, or it is longer than the frame. A ValueError.

    Examples
    --------
    >>> from fastspec.compat import huggingface
    >>> huggingface.window_function(4).round(12).tolist()
    [0.0, 0.5, 1.0, 0.5]
    """
    window_length = as_index(window_length, name="window_length")
    one_of(name, _WINDOWS, name="name")
    if frame_length is not None and window_length > as_index(frame_length, name="frame_length"):
        raise ParameterError(f"window_length={window_length} exceeds frame_length={frame_length}; use a longer frame")
    # Cut from the symmetric one, of which a window of one sample is a zero, as NumPy's are.
    window = window_samples(_WINDOWS[name], window_length + bool(periodic), periodic=False)[:window_length]
    if frame_length is None:
        return window
    if center:
        return pad_center(window, size=frame_length)
    return np.pad(window, (0, frame_length - window_length))


@peer()
def optimal_fft_length(window_length: int) -> int:
    """The next power of two.

    Parameters
    ----------
    window_length : int
        Samples of a window or frame.

    Returns
    -------
    int

    Raises
    ------
    ParameterError
        If `window_length` is not positive.

    Examples
    --------
    >>> from fastspec.compat import huggingface
    >>> huggingface.optimal_fft_length(400)
    512
    """
    return 1 << (as_index(window_length, name="window_length") - 1).bit_length()


@peer()
def spectrogram(
    waveform: npt.ArrayLike,
    window: npt.ArrayLike,
    frame_length: int,
    hop_length: int,
    fft_length: int | None = None,
    power: float | None = 1.0,
    center: bool = True,
    pad_mode: str | Callable[..., Any] = "reflect",
    onesided: bool = True,
    dither: float = 0.0,
    preemphasis: float | None = None,
    mel_filters: npt.ArrayLike | None = None,
    mel_floor: float = 1e-10,
    log_mel: str | None = None,
    reference: float = 1.0,
    min_value: float = 1e-10,
    db_range: float | None = None,
    remove_dc_offset: bool = False,
    dtype: npt.DTypeLike = np.float32,
) -> np.ndarray:
    """Spectrogram of a clip: of amplitudes, powers, complex numbers or levels, of bins or bands.

    Parameters
    ----------
    waveform : array_like [shape=(n,)]
        Samples; integers count as they are.
    window : array_like [shape=(frame_length,)]
        Window; see `window_function`.
    frame_length : int
        Samples of a frame.
    hop_length : int
        Samples from frame to frame.
    fft_length : int, optional
        Length of the FFT. Default: `frame_length`.
    power : float, optional, default 1.0
        Exponent of the magnitude; None for complex numbers.
    center : bool, default True
        Whether to pad by half a frame on both sides.
    pad_mode : str or function, default 'reflect'
        How, as in `numpy.pad`.
    onesided : bool, default True
        Whether to leave out the bins below 0 Hz.
    dither : float, default 0.0
        Standard deviation of noise, which NumPy's global generator draws for each frame, as transformers has it: after
        the same `numpy.random.seed` it is the same.
    preemphasis : float, optional
        ``x[i] - preemphasis * x[i - 1]`` within each frame.
    mel_filters : array_like [shape=(bins, bands)], optional
        Weights; see `mel_filter_bank`.
    mel_floor : float, default 1e-10
        Smallest value of a band.
    log_mel : {None, 'log', 'log10', 'dB'}, default None
        Logarithm; 'dB' needs a power of 1 or 2. Complex spectra have none.
    reference, min_value, db_range : float
        Of 'dB'; see `power_to_db`.
    remove_dc_offset : bool, default False
        Whether each frame loses its mean.
    dtype : dtype_like, default float32
        Of levels.

    Returns
    -------
    np.ndarray [shape=(bands or bins, frames)]
        complex64 with ``power=None``, `dtype` with `log_mel`, else float64. Logarithms of bins, which have no floor,
        end at that of the smallest normal number (float32's: -87.3 with 'log') where transformers has -inf.

    Raises
    ------
    ParameterError
        If lengths do not agree, the clip is shorter than a frame, samples are not finite, or an option is unknown. A
        ValueError.

    Examples
    --------
    >>> from fastspec.compat import huggingface
    >>> import numpy as np
    >>> filters = huggingface.mel_filter_bank(201, 80, 0.0, 8000.0, 16000, norm="slaney", mel_scale="slaney")
    >>> window = huggingface.window_function(400)
    >>> levels = huggingface.spectrogram(np.zeros(16000), window, 400, 160, mel_filters=filters, log_mel="log10")
    >>> levels.shape
    (80, 101)
    """
    job = _job(
        window, frame_length, hop_length, fft_length, power, center, pad_mode, onesided, dither, preemphasis,
        mel_filters, mel_floor, log_mel, reference, min_value, db_range, remove_dc_offset, dtype,
    )  # fmt: skip
    return _spectra(job, [(_wave(waveform, "waveform"), "waveform")])[0]


@peer()
def spectrogram_batch(
    waveform_list: Iterable[npt.ArrayLike],
    window: npt.ArrayLike,
    frame_length: int,
    hop_length: int,
    fft_length: int | None = None,
    power: float | None = 1.0,
    center: bool = True,
    pad_mode: str | Callable[..., Any] = "reflect",
    onesided: bool = True,
    dither: float = 0.0,
    preemphasis: float | None = None,
    mel_filters: npt.ArrayLike | None = None,
    mel_floor: float = 1e-10,
    log_mel: str | None = None,
    reference: float = 1.0,
    min_value: float = 1e-10,
    db_range: float | None = None,
    remove_dc_offset: bool = False,
    dtype: npt.DTypeLike = np.float32,
    *,
    neighbours: bool = False,
) -> list[np.ndarray]:
    """Spectrograms of many clips, each as by itself.

    Parameters
    ----------
    waveform_list : iterable of array_like [shape=(n,)]
        Clips, of any lengths; they are rounded to `dtype` first, as transformers does.
    window, frame_length, hop_length, fft_length, power, center, pad_mode, onesided, dither, preemphasis
        As in `spectrogram`.
    mel_filters, mel_floor, log_mel, reference, min_value, db_range, remove_dc_offset, dtype
        As in `spectrogram`.
    neighbours : bool, default False
        Whether the peak that `db_range` counts from is taken over the frames that lie in part beyond a clip's end, too,
        as far as the longest clip has frames. transformers does so; a clip's levels then depend on the others.

    Returns
    -------
    list of np.ndarray [shape=(bands or bins, frames)]

    Raises
    ------
    ParameterError
        As for `spectrogram`, with the number of the clip; or if there is no clip.

    Examples
    --------
    >>> from fastspec.compat import huggingface
    >>> import numpy as np
    >>> clips = [np.zeros(800), np.ones(1600)]
    >>> spectra = huggingface.spectrogram_batch(clips, huggingface.window_function(400), 400, 160)
    >>> [spectrum.shape for spectrum in spectra]
    [(201, 6), (201, 11)]
    """
    job = _job(
        window, frame_length, hop_length, fft_length, power, center, pad_mode, onesided, dither, preemphasis,
        mel_filters, mel_floor, log_mel, reference, min_value, db_range, remove_dc_offset, dtype,
    )  # fmt: skip
    waves = [(_wave(wave, f"waveform_list[{i}]"), f"waveform_list[{i}]") for i, wave in enumerate(waveform_list)]
    if not waves:
        raise ParameterError("waveform_list is empty; pass one clip at least")
    return _spectra(job, [(x.astype(job.dtype, copy=False), name) for x, name in waves], neighbours=bool(neighbours))


@dataclass(frozen=True)
class _Job:
    """What is to be done to each clip: `recipe` to one that is padded already, `centred` to one that is not."""

    recipe: Recipe
    centred: Recipe | None
    arrays: Arrays
    frame_length: int
    pad: int
    pad_mode: str | Callable[..., Any]
    dither: float
    dtype: np.dtype
    result_dtype: np.dtype

    def n_frames(self, n: int, name: str) -> int:
        if not n and self.pad and self.pad_mode not in ("constant", "empty"):
            raise ParameterError(f"pad_mode={self.pad_mode!r} needs a sample to go by, and {name} has none")
        n_frames = 1 + (n + 2 * self.pad - self.frame_length) // self.recipe.hop_length
        if n_frames < 0:
            raise ParameterError(
                f"{name} has {n} samples, which are too few for frame_length={self.frame_length}; use a shorter frame"
            )
        return n_frames

    def padded(self, x: np.ndarray) -> np.ndarray:
        if not self.pad:
            return x
        return np.pad(x, self.pad, mode=self.pad_mode)  # type: ignore[call-overload]  # names are checked

    def features(self, recipe: Recipe, x: np.ndarray, name: str) -> np.ndarray:
        # Of levels in double precision more is asked than of float32 samples.
        precision = 1 if self.result_dtype == np.float64 and recipe.log else precision_of(x.dtype)
        try:
            F = run_with(recipe, self.arrays, x, precision)
        except ParameterError:
            if np.isfinite(x).all():
                raise
            raise first_nonfinite(x, name=name) from None
        return F.astype(self.result_dtype, copy=False)


def _spectra(job: _Job, clips: list[tuple[np.ndarray, str]], *, neighbours: bool = False) -> list[np.ndarray]:
    n_frames = [job.n_frames(len(x), name) for x, name in clips]
    if job.recipe.top is not None and not max(n_frames):
        raise ParameterError(f"db_range={job.recipe.top} counts from a peak, and {clips[0][1]} has no frame; use None")
    if job.centred and all(n_frames) and not (job.dither or neighbours):
        return [job.features(job.centred, x, name) for x, name in clips]
    padded = [job.padded(x) for x, _ in clips]
    longest = max(map(len, padded))
    noise = job.dither * np.random.randn(max(n_frames), len(clips), job.frame_length) if job.dither else None
    results = []
    for i, (x, n) in enumerate(zip(padded, n_frames, strict=True)):
        recipe = job.recipe
        x = np.pad(x, (0, (longest if neighbours else max(len(x), job.frame_length)) - len(x)))
        if noise is not None and n:
            x = end_to_end(x, job.frame_length, recipe.hop_length, noise[:, i])
            recipe = recipe.replace(hop_length=job.frame_length)
        results.append(job.features(recipe, x, clips[i][1])[..., :n])
    return results


def _job(
    window: Any, frame_length: int, hop_length: int, fft_length: int | None, power: Any, center: bool, pad_mode: Any,
    onesided: bool, dither: Any, preemphasis: Any, mel_filters: Any, mel_floor: Any, log_mel: Any,
    reference: Any, min_value: Any, db_range: Any, remove_dc_offset: bool, dtype: Any,
) -> _Job:  # fmt: skip
    frame_length, hop_length = as_index(frame_length, name="frame_length"), as_hop_length(hop_length)
    fft_length = frame_length if fft_length is None else as_index(fft_length, name="fft_length")
    if frame_length > fft_length:
        raise ParameterError(f"frame_length={frame_length} exceeds fft_length={fft_length}; use a longer FFT")
    exponent = None if power is None else as_number(power, name="power")
    _check_options(exponent, mel_filters, log_mel, pad_mode)
    levels = _levels(exponent, log_mel, mel_filters is not None, mel_floor, reference, min_value, db_range)
    dtype = real_dtype(dtype)
    pad = frame_length // 2 if center else 0
    emphasis = 0.0 if preemphasis is None else as_number(preemphasis, name="preemphasis")
    fields = (fft_length, hop_length, frame_length, exponent, emphasis, bool(remove_dc_offset), *levels[1:])
    return _Job(
        recipe=_recipe(*fields, 0, "constant"),
        centred=_recipe(*fields, pad, pad_mode) if pad_mode in _PADDINGS else None,
        arrays=_arrays(window, frame_length, mel_filters, exponent, levels[0], bool(onesided)),
        frame_length=frame_length, pad=pad, pad_mode=pad_mode, dither=as_number(dither, name="dither"), dtype=dtype,
        result_dtype=np.dtype(np.complex64) if exponent is None else dtype if log_mel else np.dtype(np.float64),
    )  # fmt: skip


def _check_options(power: float | None, mel_filters: Any, log_mel: Any, pad_mode: Any) -> None:
    if power is None and mel_filters is not None:
        raise ParameterError("power=None leaves complex numbers, of which mel_filters make nothing; use power=2.0")
    if power is not None and not np.isfinite(power):
        raise ParameterError(f"power={power} must be finite, or None for complex numbers")
    if one_of(log_mel, _LOGARITHMS, name="log_mel") == "dB" and power not in (None, 1, 2):
        raise ParameterError(f"log_mel='dB' needs power=1.0 or 2.0, not power={power}")
    if not callable(pad_mode):
        one_of(pad_mode, _ALL_PADDINGS, name="pad_mode")


def _levels(
    power: Any, log_mel: Any, has_bank: bool, mel_floor: Any, reference: Any, min_value: Any, db_range: Any
) -> tuple[float, Any, Any, Any, Any]:
    """The reference; and of the recipe: logarithm, its floor, `top`, and the floor without logarithm."""
    named = {"mel_floor": mel_floor, "reference": reference, "min_value": min_value}
    for name, value in (named if db_range is None else named | {"db_range": db_range}).items():
        as_number(value, name=name)
    floor = float(mel_floor) if has_bank else 0.0
    if power is None or log_mel is None:
        return 1.0, None, 1.0, None, floor if has_bank else None
    if log_mel != "dB":
        return 1.0, _LOGARITHMS[log_mel], floor, None, None
    reference, min_value, db_range = checked_levels(reference, min_value, db_range)
    return reference, "db" if power == 2 else "amplitude_db", max(floor, min_value), db_range, None


@kept(128)
def _recipe(
    fft_length: int, hop_length: int, frame_length: int, power: Any, preemphasis: Any, remove_dc_offset: bool,
    log: Any, log_floor: Any, top: Any, least: Any, pad: Any, pad_mode: Any,
) -> Recipe:  # fmt: skip
    return Recipe(
        n_fft=fft_length, hop_length=hop_length, frame_length=frame_length, pad=(pad, pad), pad_mode=pad_mode,
        remove_mean=remove_dc_offset, preemphasis=preemphasis, power=power if power in (None, 2) else 1, n_mels=0,
        log=log, log_floor=max(log_floor, _SMALLEST), top=top, least=least,
    )  # fmt: skip


def _arrays(
    window: Any, frame_length: int, mel_filters: Any, power: float | None, reference: float, onesided: bool
) -> Arrays:
    window = as_array(window, name="window", kinds="fiub")
    if window.shape != (frame_length,):
        raise ParameterError(f"window.shape={window.shape} must be (frame_length,)={(frame_length,)}")
    bank = None if mel_filters is None else as_array(mel_filters, name="mel_filters", kinds="fiub")
    if bank is not None and (bank.ndim != 2 or not bank.size):
        raise ParameterError(f"mel_filters.shape={bank.shape} must be (bins, bands)")
    own_power = None if power in (None, 1, 2) else power
    return Arrays(held(window), None if bank is None else held(bank), reference, not onesided, own_power)


def _wave(waveform: Any, name: str) -> np.ndarray:
    """Samples in a precision that computes; integers count as they are."""
    x = as_array(waveform, name=name, kinds="fiub")
    if x.ndim != 1:
        raise ParameterError(f"{name}.shape={x.shape} must be of one axis; pass one channel of one clip")
    if x.dtype.kind == "f" and x.dtype.itemsize in (4, 8) and x.dtype.isnative and x.flags.aligned:
        return x
    return x.astype(np.float32 if x.dtype.itemsize <= 2 else np.float64)
