"""Kaldi's words as fields of recipes; and kaldi-native-fbank's options as recipes."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..._front.banks import bank_of
from ..._front.recipe import Recipe
from ..._gate.samples import ParameterError, as_index, as_number, one_of
from ._options import (
    FbankOptions,
    FrameExtractionOptions,
    MelBanksOptions,
    MfccOptions,
    NemoFbankOptions,
    RawAudioSamplesOptions,
    WhisperFeatureOptions,
)

# Smallest number whose logarithm Kaldi takes: float32's epsilon.
EPSILON = 2.0**-23
# And float32's smallest, where the peers take the logarithm of 0.
SMALLEST = 2.0**-149

WINDOWS = {
    "povey": "povey", "hanning": "hann", "hann": "hann", "hamming": "hamming", "rectangular": "boxcar",
    "blackman": "blackman", "sine": "sine",
}  # fmt: skip


# --- what torchaudio and kaldi-native-fbank have in common


def fft_size(size: int, to_power_of_two: bool, told: str = "") -> int:
    """Points of the FFT of a frame of `size` samples, an even number; `told`: the argument that this size is from."""
    if to_power_of_two:
        return 1 << (size - 1).bit_length()
    if size % 2 and told:
        raise ParameterError(f"{told} is {size} samples, an odd number; use another, or round_to_power_of_two=True")
    return size


def check_preemphasis(coefficient: float, *, name: str = "preemph_coeff") -> None:
    if not 0 <= coefficient <= 1:
        raise ParameterError(f"{name}={coefficient} must be between 0 and 1")


def edges(snip_edges: bool) -> dict[str, Any]:
    return {"pad": "none"} if snip_edges else {"pad": "kaldi", "pad_mode": "symmetric"}


def window_of(window_type: str, blackman_coeff: float, known: dict[str, str]) -> Any:
    if one_of(window_type, known, name="window_type") != "blackman":
        return known[window_type]
    return ("general_cosine", (blackman_coeff, 0.5, 0.5 - blackman_coeff))


def band_range(low_freq: float, high_freq: float, sr: float) -> dict[str, Any]:
    nyquist = sr / 2
    top = high_freq if high_freq > 0 else nyquist + high_freq
    if not 0 <= low_freq < top <= nyquist:
        raise ParameterError(
            f"low_freq={low_freq}, high_freq={high_freq}: bands must lie between 0 and {nyquist} Hz, half the sampling "
            "rate, low_freq below high_freq; a high_freq of 0 or less counts from there"
        )
    return {"fmin": low_freq, "fmax": high_freq}


def cepstral_fields(num_ceps: int, cepstral_lifter: float, htk_compat: bool, use_energy: bool) -> dict[str, Any]:
    """With `htk_compat`, energy or coefficient 0, which HTK makes larger, comes last: the others begin at 1."""
    num_ceps = as_index(num_ceps, name="num_ceps")
    # A negative lifter is the positive one: both its factors change their sign.
    fields: dict[str, Any] = {"n_mfcc": num_ceps, "lifter": abs(as_number(cepstral_lifter, name="cepstral_lifter"))}
    if use_energy:
        fields |= {"energy_place": "c0"}
        if htk_compat and num_ceps > 1:
            fields |= {"n_mfcc": num_ceps - 1, "first_mfcc": 1, "energy_place": "last"}
    elif htk_compat:
        fields |= {"dct_norm": "htk", "c0_last": True}
    return fields


# --- kaldi-native-fbank


def of_fbank(options: FbankOptions) -> Recipe:
    fields = _of_frames(options.frame_opts) | _of_bands(options.mel_opts, options.frame_opts)
    fields["power"] = 2 if options.use_power else 1
    if options.use_log_fbank:
        fields |= _logarithm(options.use_log_floor, options.eps)
    else:
        fields["log"] = None
    if options.use_energy:
        fields |= _energy(options) | {"energy_place": "last" if options.htk_compat else "first"}
    return _with_full_bands(Recipe(**fields))


def of_mfcc(options: MfccOptions) -> Recipe:
    n_bands = options.mel_opts.num_bins
    if not 1 <= options.num_ceps <= n_bands:
        raise ParameterError(f"num_ceps={options.num_ceps} must be between 1 and mel_opts.num_bins={n_bands}")
    fields = _of_frames(options.frame_opts) | _of_bands(options.mel_opts, options.frame_opts)
    fields |= _logarithm(True, EPSILON) | (_energy(options) if options.use_energy else {})
    fields |= cepstral_fields(options.num_ceps, options.cepstral_lifter, options.htk_compat, options.use_energy)
    return _with_full_bands(Recipe(**fields))


def of_raw(options: RawAudioSamplesOptions) -> Recipe:
    """Frames without a spectrum: what it says of these counts for nothing."""
    return Recipe(**_of_frames(options.frame_opts, needs_fft=False), power=None, n_mels=0, log=None)


def of_whisper(options: WhisperFeatureOptions) -> Recipe:
    """Whatever `frame_opts` say: powers in Slaney's bands, of frames about the middles of hops."""
    _check_count("dim", options.dim)
    recipe = Recipe(
        sr=16000.0, n_fft=400, hop_length=160, pad="kaldi", pad_mode="symmetric", n_mels=options.dim, log=None,
        frames="first",
    )  # fmt: skip
    return _with_full_bands(recipe, "dim")


def of_nemo(options: NemoFbankOptions) -> Recipe:
    """Of the samples of one request, whose first one the pre-emphasis leaves as it is."""
    _check_count("num_mel_bins", options.num_mel_bins)
    shift, size = sizes(options.samp_freq, options.frame_shift_ms, options.frame_length_ms)
    check_preemphasis(options.preemph_coeff)
    recipe = Recipe(
        sr=options.samp_freq, preemphasis=options.preemph_coeff, preemphasis_over="signal",
        n_fft=fft_size(size, True), hop_length=shift, win_length=size, periodic=False, n_mels=options.num_mel_bins,
        log="ln", log_floor=SMALLEST, log_add=2.0**-24, frames="first",
        **band_range(options.low_freq, options.high_freq, options.samp_freq),
    )  # fmt: skip
    return _with_full_bands(recipe, "num_mel_bins")


def sizes(samp_freq: float, frame_shift_ms: float, frame_length_ms: float) -> tuple[int, int]:
    """Samples of a shift and of a frame, cut to whole ones in single precision, as the peer does."""
    if not 0 < samp_freq < np.inf:
        raise ParameterError(f"samp_freq={samp_freq} must be positive and finite; it is the sampling rate in Hz")
    found = []
    for name, milliseconds in (("frame_shift_ms", frame_shift_ms), ("frame_length_ms", frame_length_ms)):
        samples = np.float32(samp_freq) * np.float32(0.001) * np.float32(milliseconds)
        if not 1 <= samples < 2**26:
            raise ParameterError(f"{name}={milliseconds} is {samples:g} samples at {samp_freq:g} Hz; use 1 to 2**26")
        found.append(int(samples))
    return found[0], found[1]


def _of_frames(o: FrameExtractionOptions, *, needs_fft: bool = True) -> dict[str, Any]:
    shift, size = sizes(o.samp_freq, o.frame_shift_ms, o.frame_length_ms)
    told = f"frame_length_ms={o.frame_length_ms}" if needs_fft else ""
    n_fft = fft_size(size, o.round_to_power_of_two, told)
    check_preemphasis(o.preemph_coeff)
    return {
        "sr": o.samp_freq, "dither": o.dither, "n_fft": n_fft, "hop_length": shift, "frame_length": size,
        "remove_mean": o.remove_dc_offset, "preemphasis": o.preemph_coeff,
        "window": window_of(o.window_type, o.blackman_coeff, WINDOWS), "periodic": o.window_type == "hann",
        "frames": "first", **edges(o.snip_edges),
    }  # fmt: skip


def _check_count(name: str, n: int) -> None:
    if n < 3:
        raise ParameterError(f"{name}={n} must be at least 3: so many mel bands are the fewest")


def _of_bands(o: MelBanksOptions, frame_opts: FrameExtractionOptions) -> dict[str, Any]:
    _check_count("num_bins", o.num_bins)
    fields = {"n_mels": o.num_bins, **band_range(o.low_freq, o.high_freq, frame_opts.samp_freq)}
    fields["band_floor"] = 1.0 if o.htk_mode else 0.0
    if not o.is_librosa:
        return fields | {"mel_scale": "kaldi", "mel_norm": None, "triangles": "htk" if o.htk_mode else "mel"}
    if o.norm not in ("", "slaney"):
        raise ParameterError(f"norm={o.norm!r} must be 'slaney' or ''")
    return fields | {
        "mel_scale": "slaney" if o.use_slaney_mel_scale else "kaldi", "mel_norm": o.norm or None,
        "triangles": "inner" if o.floor_to_int_bin else "hz",
    }  # fmt: skip


def _logarithm(use_log_floor: bool, eps: float) -> dict[str, Any]:
    if use_log_floor:
        return {"log": "ln", "log_floor": max(eps, SMALLEST)}
    if not eps >= 0:
        raise ParameterError(f"eps={eps} must not be negative where it is added; use 0.0 or more")
    return {"log": "ln", "log_floor": SMALLEST, "log_add": eps}


def _energy(options: FbankOptions | MfccOptions) -> dict[str, Any]:
    return {
        "energy": "raw" if options.raw_energy else "windowed", "energy_floor": max(options.energy_floor, EPSILON),
    }  # fmt: skip


def _with_full_bands(recipe: Recipe, name: str = "num_bins") -> Recipe:
    """The recipe, if no band lies between two bins; `name` is the argument that says how many there are."""
    weights = bank_of(recipe.replace(triangles="mel") if recipe.triangles == "htk" else recipe, 1)
    if weights is not None and not weights.any(axis=1).all():
        n = int(np.sum(~weights.any(axis=1)))
        raise ParameterError(
            f"{name}={recipe.n_mels} leaves {n} bands without an FFT bin; use fewer, a wider range or longer frames"
        )
    return recipe
