"""torchaudio.compliance.kaldi's three functions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import numpy as np

from ..._engine.kept import kept
from ..._front.recipe import Recipe
from ..._gate.complaints import both
from ..._gate.samples import DTypeError, ParameterError, as_array, as_index, as_number, as_samples
from .._peer import peer
from ._recipes import EPSILON, band_range, cepstral_fields, check_preemphasis, edges, fft_size, window_of

if TYPE_CHECKING:
    import numpy.typing as npt

WINDOWS = {"hamming": "hamming", "hanning": "hann", "povey": "povey", "rectangular": "boxcar", "blackman": "blackman"}


class _Frames(NamedTuple):
    """What becomes of samples before the FFT; how long they are; and what is said of energy."""

    blackman_coeff: float
    dither: float
    energy_floor: float
    frame_length: float
    frame_shift: float
    preemphasis_coefficient: float
    raw_energy: bool
    remove_dc_offset: bool
    round_to_power_of_two: bool
    sample_frequency: float
    snip_edges: bool
    window_type: str


class _Bands(NamedTuple):
    high_freq: float
    htk_compat: bool
    low_freq: float
    num_mel_bins: int
    use_energy: bool
    vtln_high: float
    vtln_low: float
    vtln_warp: float
    use_log_fbank: bool = True
    use_power: bool = True


class _Cepstrum(NamedTuple):
    num_ceps: int
    cepstral_lifter: float


_T = TypeVar("_T", _Frames, _Bands)


@peer(AssertionError)
def spectrogram(
    waveform: npt.ArrayLike,
    blackman_coeff: float = 0.42,
    channel: int = -1,
    dither: float = 0.0,
    energy_floor: float = 1.0,
    frame_length: float = 25.0,
    frame_shift: float = 10.0,
    min_duration: float = 0.0,
    preemphasis_coefficient: float = 0.97,
    raw_energy: bool = True,
    remove_dc_offset: bool = True,
    round_to_power_of_two: bool = True,
    sample_frequency: float = 16000.0,
    snip_edges: bool = True,
    subtract_mean: bool = False,
    window_type: str = "povey",
) -> np.ndarray:
    """Logarithm of the power spectrum, as Kaldi's ``compute-spectrogram-feats`` has it.

    Parameters
    ----------
    waveform : array_like [shape=(channels, n)], floating-point
        Samples, at the scale that they are to have: Kaldi's own are integers of 16 bits, so multiply those in -1 .. 1
        by 32768 for its numbers.
    blackman_coeff : float, default 0.42
        Of the Blackman window.
    channel : int, default -1
        Which channel; -1 is the first one.
    dither : float, default 0.0
        Standard deviation of Gaussian noise. It is told by each sample's place in the signal: the same call gives the
        same numbers, where torchaudio draws new ones for each frame.
    energy_floor : float, default 1.0
        Smallest energy of a frame; 0 for float32's epsilon, the floor of all else.
    frame_length, frame_shift : float, default 25.0, 10.0
        In milliseconds.
    min_duration : float, default 0.0
        Shorter signals, in seconds, give an array of shape (0,).
    preemphasis_coefficient : float, default 0.97
        Between 0 and 1; the first sample of each frame is taken to follow itself.
    raw_energy : bool, default True
        Whether energy is that before pre-emphasis and window.
    remove_dc_offset : bool, default True
        Whether each frame loses its mean.
    round_to_power_of_two : bool, default True
        Whether zeros behind each frame fill it up to a power of two.
    sample_frequency : float, default 16000.0
        In Hz.
    snip_edges : bool, default True
        Whether frames lie within the signal; else there is one for each shift, about its middle, and the signal is
        mirrored at its ends.
    subtract_mean : bool, default False
        Whether each column loses its mean over the frames.
    window_type : {'hamming', 'hanning', 'povey', 'rectangular', 'blackman'}, default 'povey'

    Returns
    -------
    np.ndarray [shape=(frames, bins)]
        In place of the lowest bin, the logarithm of each frame's energy. A tensor for a tensor.

    Raises
    ------
    ParameterError
        Also an AssertionError, as torchaudio's: if an argument breaks its rule, a signal is shorter than a frame, or
        samples are not finite.

    Examples
    --------
    >>> import fastspec.compat.kaldi
    >>> import numpy as np
    >>> y = np.random.default_rng(0).standard_normal((1, 16000)).astype(np.float32)
    >>> fastspec.compat.kaldi.spectrogram(y).shape
    (98, 257)
    """
    frames = _of_them(_Frames, locals())
    return _features(waveform, channel, min_duration, _recipe(frames, None, None, bool(subtract_mean)))


@peer(AssertionError)
def fbank(
    waveform: npt.ArrayLike,
    blackman_coeff: float = 0.42,
    channel: int = -1,
    dither: float = 0.0,
    energy_floor: float = 1.0,
    frame_length: float = 25.0,
    frame_shift: float = 10.0,
    high_freq: float = 0.0,
    htk_compat: bool = False,
    low_freq: float = 20.0,
    min_duration: float = 0.0,
    num_mel_bins: int = 23,
    preemphasis_coefficient: float = 0.97,
    raw_energy: bool = True,
    remove_dc_offset: bool = True,
    round_to_power_of_two: bool = True,
    sample_frequency: float = 16000.0,
    snip_edges: bool = True,
    subtract_mean: bool = False,
    use_energy: bool = False,
    use_log_fbank: bool = True,
    use_power: bool = True,
    vtln_high: float = -500.0,
    vtln_low: float = 100.0,
    vtln_warp: float = 1.0,
    window_type: str = "povey",
) -> np.ndarray:
    """Logarithms of mel bands, as Kaldi's ``compute-fbank-feats`` has them.

    Parameters
    ----------
    waveform, blackman_coeff, channel, dither, energy_floor, frame_length, frame_shift, min_duration, \
preemphasis_coefficient, raw_energy, remove_dc_offset, round_to_power_of_two, sample_frequency, snip_edges, \
subtract_mean, window_type
        As in `spectrogram`.
    high_freq, low_freq : float, default 0.0, 20.0
        Range of the bands in Hz; a `high_freq` of 0 or less counts from half the sampling rate.
    htk_compat : bool, default False
        Whether energy comes last.
    num_mel_bins : int, default 23
        Number of bands, at least 4.
    use_energy : bool, default False
        Whether each frame's logarithm of energy is one more column, the first one.
    use_log_fbank, use_power : bool, default True
        Whether logarithms are taken of the bands, and whether these are sums of powers or of magnitudes.
    vtln_high, vtln_low, vtln_warp : float, default -500.0, 100.0, 1.0
        Vocal tract length normalisation: the bands' edges are divided by `vtln_warp`, less and less so beyond the two
        turning points; a negative `vtln_high` counts from half the sampling rate.

    Returns
    -------
    np.ndarray [shape=(frames, num_mel_bins), or one more with `use_energy`]
        A tensor for a tensor.

    Raises
    ------
    ParameterError
        As `spectrogram`.

    Examples
    --------
    >>> import fastspec.compat.kaldi
    >>> import numpy as np
    >>> y = np.random.default_rng(0).standard_normal((1, 16000)).astype(np.float32)
    >>> fastspec.compat.kaldi.fbank(y, num_mel_bins=80, snip_edges=False).shape
    (100, 80)
    """
    frames = _of_them(_Frames, locals())
    bands = _of_them(_Bands, locals())
    return _features(waveform, channel, min_duration, _recipe(frames, bands, None, bool(subtract_mean)))


@peer(AssertionError)
def mfcc(
    waveform: npt.ArrayLike,
    blackman_coeff: float = 0.42,
    cepstral_lifter: float = 22.0,
    channel: int = -1,
    dither: float = 0.0,
    energy_floor: float = 1.0,
    frame_length: float = 25.0,
    frame_shift: float = 10.0,
    high_freq: float = 0.0,
    htk_compat: bool = False,
    low_freq: float = 20.0,
    num_ceps: int = 13,
    min_duration: float = 0.0,
    num_mel_bins: int = 23,
    preemphasis_coefficient: float = 0.97,
    raw_energy: bool = True,
    remove_dc_offset: bool = True,
    round_to_power_of_two: bool = True,
    sample_frequency: float = 16000.0,
    snip_edges: bool = True,
    subtract_mean: bool = False,
    use_energy: bool = False,
    vtln_high: float = -500.0,
    vtln_low: float = 100.0,
    vtln_warp: float = 1.0,
    window_type: str = "povey",
) -> np.ndarray:
    """Mel-frequency cepstral coefficients, as Kaldi's ``compute-mfcc-feats`` has them.

    Parameters
    ----------
    waveform, blackman_coeff, channel, dither, energy_floor, frame_length, frame_shift, min_duration, \
preemphasis_coefficient, raw_energy, remove_dc_offset, round_to_power_of_two, sample_frequency, snip_edges, \
subtract_mean, window_type
        As in `spectrogram`.
    high_freq, low_freq, num_mel_bins, vtln_high, vtln_low, vtln_warp
        As in `fbank`.
    cepstral_lifter : float, default 22.0
        Coefficient n is multiplied by ``1 + cepstral_lifter / 2 * sin(pi * n / cepstral_lifter)``; 0 for no lifter.
    htk_compat : bool, default False
        Whether energy, or coefficient 0 times sqrt(2), comes last.
    num_ceps : int, default 13
        Number of coefficients, at most `num_mel_bins`.
    use_energy : bool, default False
        Whether each frame's logarithm of energy stands in place of coefficient 0.

    Returns
    -------
    np.ndarray [shape=(frames, num_ceps)]
        A tensor for a tensor. Signals shorter than `min_duration` give an array of shape (0,), as the other two
        functions do, and torchaudio's have an error.

    Raises
    ------
    ParameterError
        As `spectrogram`.

    Examples
    --------
    >>> import fastspec.compat.kaldi
    >>> import numpy as np
    >>> y = np.random.default_rng(0).standard_normal((1, 16000)).astype(np.float32)
    >>> fastspec.compat.kaldi.mfcc(y, num_ceps=20).shape
    (98, 20)
    """
    frames = _of_them(_Frames, locals())
    bands = _of_them(_Bands, locals())
    cepstrum = _Cepstrum(num_ceps, cepstral_lifter)
    return _features(waveform, channel, min_duration, _recipe(frames, bands, cepstrum, bool(subtract_mean)))


def _of_them(kind: type[_T], given: dict[str, Any]) -> _T:
    """Those of the arguments that were given that are fields of this kind."""
    return kind(**{name: value for name, value in given.items() if name in kind._fields})


def _features(waveform: Any, channel: int, min_duration: float, recipe: Recipe) -> np.ndarray:
    x = _channel(waveform, channel)
    length = recipe.frame_length or recipe.n_fft
    if len(x) < length:
        raise ParameterError(
            f"waveform has {len(x)} samples, fewer than the {length} of frame_length; use more, or a shorter frame"
        )
    if len(x) < as_number(min_duration, name="min_duration") * recipe.sr:
        return np.empty(0, x.dtype)
    return recipe(x) if recipe.n_frames(len(x)) else recipe(np.zeros(2 * recipe.hop_length, x.dtype))[:0]


def _channel(waveform: Any, channel: int) -> np.ndarray:
    x = as_array(waveform, name="waveform")
    if x.dtype.kind in "biu":
        raise DTypeError(
            f"waveform.dtype={x.dtype} is not floating-point; Kaldi takes samples as they are: "
            "use waveform.astype(np.float32)"
        )
    x = as_samples(x, name="waveform")
    if x.ndim != 2:
        raise both(ParameterError, IndexError)(
            f"waveform.shape={x.shape} must be (channels, samples); one channel is waveform[np.newaxis]"
        )
    channel = max(as_index(channel, name="channel", minimum=-(2**63)), 0)
    if channel >= len(x):
        raise ParameterError(f"channel={channel} is none of waveform.shape={x.shape}; use 0 to {len(x) - 1}, or -1")
    return x[channel]


_NUMBERS = (
    "blackman_coeff", "dither", "energy_floor", "frame_length", "frame_shift", "preemphasis_coefficient",
    "sample_frequency",
)  # fmt: skip


@kept(256)
def _recipe(frames: _Frames, bands: _Bands | None, cepstrum: _Cepstrum | None, subtract_mean: bool) -> Recipe:
    fields = _of_frames(frames)
    energy = "raw" if frames.raw_energy else "windowed"
    if bands:
        fields |= _of_bands(bands, float(frames.sample_frequency))
        if bands.use_energy:
            fields |= {"energy": energy, "energy_place": "last" if bands.htk_compat else "first"}
    else:
        fields |= {"n_mels": 0, "energy": energy, "energy_place": "c0"}
    if cepstrum and bands:
        fields |= cepstral_fields(cepstrum.num_ceps, cepstrum.cepstral_lifter, bands.htk_compat, bands.use_energy)
        if cepstrum.num_ceps > bands.num_mel_bins:
            raise ParameterError(
                f"num_ceps={cepstrum.num_ceps} exceeds num_mel_bins={bands.num_mel_bins}; use fewer, or more bands"
            )
    return Recipe(**fields, norm="mean" if subtract_mean else None)


def _of_frames(f: _Frames) -> dict[str, Any]:
    numbers = {name: as_number(getattr(f, name), name=name) for name in _NUMBERS}
    sr, milliseconds = numbers["sample_frequency"], 0.001
    if not 0 < sr < np.inf:
        raise ParameterError(f"sample_frequency={sr} must be positive and finite; it is the sampling rate in Hz")
    for name in _NUMBERS:
        if not np.isfinite(numbers[name]):
            raise ParameterError(f"{name}={numbers[name]} must be finite")
    shift, size = int(sr * numbers["frame_shift"] * milliseconds), int(sr * numbers["frame_length"] * milliseconds)
    if size < 2:
        raise ParameterError(f"frame_length={f.frame_length} is {size} samples at {sr} Hz; use 2 of them or more")
    if shift < 1:
        raise ParameterError(f"frame_shift={f.frame_shift} is no sample at {sr} Hz; use a longer one")
    n_fft = fft_size(size, f.round_to_power_of_two, f"frame_length={f.frame_length}")
    check_preemphasis(f.preemphasis_coefficient, name="preemphasis_coefficient")
    if f.energy_floor < 0:
        raise ParameterError(f"energy_floor={f.energy_floor} must not be negative; 0 is float32's epsilon")
    return {
        "sr": sr, "dither": numbers["dither"], "n_fft": n_fft, "hop_length": shift, "frame_length": size,
        "remove_mean": bool(f.remove_dc_offset), "preemphasis": numbers["preemphasis_coefficient"],
        "window": window_of(f.window_type, f.blackman_coeff, WINDOWS), "periodic": False, "log": "ln",
        "frames": "first", "log_floor": EPSILON, "energy_floor": max(numbers["energy_floor"], EPSILON),
        **edges(f.snip_edges),
    }  # fmt: skip


def _of_bands(b: _Bands, sr: float) -> dict[str, Any]:
    if as_index(b.num_mel_bins, name="num_mel_bins") < 4:
        raise ParameterError(f"num_mel_bins={b.num_mel_bins} must be at least 4")
    names = ("low_freq", "high_freq", "vtln_low", "vtln_high", "vtln_warp")
    low_freq, high_freq, vtln_low, vtln_high, vtln_warp = (as_number(getattr(b, name), name=name) for name in names)
    fields = band_range(low_freq, high_freq, sr)
    if vtln_warp != 1:
        top = high_freq if high_freq > 0 else sr / 2 + high_freq
        fields |= _warp(vtln_low, vtln_high, vtln_warp, low_freq, top, sr)
    return fields | {
        "n_mels": b.num_mel_bins, "mel_scale": "kaldi", "mel_norm": None, "triangles": "mel",
        "power": 2 if b.use_power else 1, "log": "ln" if b.use_log_fbank else None,
    }  # fmt: skip


def _warp(low: float, high: float, warp: float, bottom: float, top: float, sr: float) -> dict[str, Any]:
    if not 0 < warp < np.inf:
        raise ParameterError(f"vtln_warp={warp} must be positive and finite; 1.0 warps nothing")
    if not bottom < low < (high + sr / 2 if high < 0 else high) < top:
        raise ParameterError(
            f"vtln_low={low}, vtln_high={high} must lie between low_freq={bottom} and {top} Hz, in this order; a "
            "negative vtln_high counts from half the sampling rate"
        )
    return {"warp": warp, "warp_low": low, "warp_high": high}
