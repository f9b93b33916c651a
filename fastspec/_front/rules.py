"""What the fields of a recipe may hold, and which go together."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from .._engine.spec import MOST_N_FFT
from .._gate.samples import DTypeError, ParameterError, as_index, as_number, check_rate

if TYPE_CHECKING:
    from .recipe import Recipe

# The values that a field may have, in the order of the docstring.
CHOICES: dict[str, tuple[Any, ...]] = {
    "sample_norm": (None, "mean", "standard"),
    "preemphasis_over": ("frame", "signal", "valid"),
    "pad_mode": ("constant", "edge", "reflect", "symmetric", "wrap"),
    "min_sides": ("behind", "both"),
    "count": ("whole", "partial", "stacks"),
    "power": (None, 1, 2),
    "spectrum_norm": (None, "window", "sum", "n_fft"),
    "mel_scale": ("slaney", "htk", "kaldi", "linear", "chroma"),
    "mel_norm": ("slaney", "sum", None),
    "triangles": ("hz", "mel", "htk", "left", "bins", "inner"),
    "log": (None, "ln", "log2", "log10", "db", "amplitude_db"),
    "top_over": ("channel", "channels"),
    "dct_norm": ("ortho", None, "htk"),
    "lifter_from": (0, 1),
    "energy": (None, "raw", "windowed", "spectrum"),
    "energy_place": ("first", "last", "c0"),
    "norm": (None, "mean", "standard", "minmax"),
    "norm_over": ("time", "all"),
    "valid": ("all", "hops", "inside"),
    "frames": ("last", "first"),
    "dtype": (None, "float16", "float32", "float64"),
}
_COUNTS = (
    "n_fft", "hop_length", "frame_length", "win_length", "multiple", "n_mfcc", "stack", "stack_step", "frames_multiple",
    "delta_width",
)  # fmt: skip
_COUNTS_OR_ZERO = (
    "samples", "prepend", "append", "min_samples", "beyond", "n_mels", "first_mfcc", "norm_ddof",
    "stack_before", "cut", "deltas", "tokens_chunk",
)  # fmt: skip
# With more, places of samples and frames would overflow an index.
_MOST = 2**56
_NUMBERS = (
    "scale", "preemphasis", "fmin", "log_gain", "log_add", "lifter", "warp", "warp_low", "warp_high", "band_floor",
)  # fmt: skip
_NUMBERS_OR_ZERO = (
    "dither", "root_add", "root_floor", "log_floor", "log_zero", "energy_floor", "norm_eps",
)  # fmt: skip
_NUMBERS_OR_NONE = ("fmax", "top", "top_of", "least", "most", "stack_fill")


def check(recipe: Recipe) -> None:
    check_rate(recipe.sr)
    for name, known in CHOICES.items():
        value = getattr(recipe, name)
        if value not in known or isinstance(value, bool):
            raise ParameterError(f"{name}={value!r} must be one of {', '.join(map(repr, known))}")
    for name in _COUNTS:
        if (value := getattr(recipe, name)) is not None:
            _check_count(value, name)
    for name in _COUNTS_OR_ZERO:
        _check_count(getattr(recipe, name), name, minimum=0)
    for name in (*_NUMBERS, *_NUMBERS_OR_ZERO, *_NUMBERS_OR_NONE):
        value = getattr(recipe, name)
        if not (value is None and name in _NUMBERS_OR_NONE):
            _check_finite(value, name)
            if name in _NUMBERS_OR_ZERO and value < 0:
                raise ParameterError(f"{name}={value} must not be negative; use 0.0 for none")
    for name in ("shift", "gain"):
        value = getattr(recipe, name)
        for number in value if isinstance(value, tuple) else (value,):
            _check_finite(number, name)
    if isinstance(recipe.window, tuple) and not (recipe.window and isinstance(recipe.window[0], str)):
        _check_samples(recipe.window)
    _check_tokens(recipe)
    _check_together(recipe)


def _check_count(value: Any, name: str, minimum: int = 1) -> None:
    if as_index(value, name=name, minimum=minimum) > _MOST:
        raise ParameterError(f"{name}={value} exceeds {_MOST}; use less")


def _check_finite(value: Any, name: str) -> None:
    if not math.isfinite(as_number(value, name=name)):
        raise ParameterError(f"{name}={value} must be finite")


def _check_samples(window: tuple[Any, ...]) -> None:
    if not window:
        raise ParameterError("window=() has no samples; pass as many as win_length, or a name as 'hann'")
    for number in window:
        _check_finite(number, "window")


def _check_tokens(r: Recipe) -> None:
    for layer in r.tokens if isinstance(r.tokens, tuple) else (r.tokens,):
        if not isinstance(layer, tuple) or len(layer) not in (3, 4):
            raise ParameterError(f"tokens={r.tokens!r} must be kernels, strides and paddings, as ((3, 2, 1), ...)")
        for number, least in zip(layer, (1, 1, 0, 1), strict=False):
            as_index(number, name="tokens", minimum=least)


def _check_together(r: Recipe) -> None:
    if r.n_fft > MOST_N_FFT:
        raise ParameterError(f"n_fft={r.n_fft} exceeds {MOST_N_FFT}; use a smaller n_fft")
    if r.scale == 0:
        raise ParameterError("scale=0.0 would leave nothing of the samples; use 1.0 to leave them as they are")
    if r.frame_length is not None and r.frame_length > r.n_fft:
        raise ParameterError(f"frame_length={r.frame_length} exceeds n_fft={r.n_fft}; use a larger n_fft")
    frame = r.frame_length or r.n_fft
    if r.win_length is not None and r.win_length > frame:
        raise ParameterError(f"win_length={r.win_length} exceeds the frame's {frame} samples; use a longer frame")
    if not isinstance(r.pad, tuple) and r.pad not in ("center", "same", "none", "kaldi"):
        raise ParameterError(f"pad={r.pad!r} must be 'center', 'same', 'none', 'kaldi' or two numbers of samples")
    if r.pad == "kaldi" and (r.count != "whole" or r.beyond):
        raise ParameterError(f"count={r.count!r}, beyond={r.beyond}: pad='kaldi' has its own count; leave them out")
    if r.pad_mode == "wrap" and (r.pad == "kaldi" or r.count == "partial"):
        raise ParameterError(f"pad_mode='wrap' goes with whole frames, not with pad={r.pad!r}, count={r.count!r}")
    if r.count == "stacks" and (r.pad != "center" or r.pad_mode == "wrap" or r.beyond or r.drop_last):
        raise ParameterError(
            f"count='stacks' has frames of its own, not those of pad={r.pad!r}, pad_mode={r.pad_mode!r}, "
            f"beyond={r.beyond}, drop_last={r.drop_last}; use pad='center' and leave the others out"
        )
    if isinstance(r.pad, tuple):
        if len(r.pad) != 2:
            raise ParameterError(f"pad={r.pad!r} must be two numbers of samples, before and behind")
        for side in r.pad:
            _check_count(side, "pad", minimum=0)
    nyquist = r.sr / 2
    top = nyquist if r.fmax is None else r.fmax if r.fmax > 0 else nyquist + r.fmax
    if r.n_mels and not 0 <= r.fmin < top <= nyquist + 1e-9 * nyquist:
        raise ParameterError(
            f"fmin={r.fmin}, fmax={r.fmax}: bands must lie between 0 and sr/2={nyquist}, fmin below fmax; "
            "use fmax=None for sr/2"
        )
    if r.power is None and (r.n_mels or r.log or r.n_mfcc or r.energy or r.norm or r.one_hot or r.deltas):
        raise ParameterError("power=None leaves complex numbers; use it with n_mels=0 and log=None, or power=1 or 2")
    if r.mel_scale == "linear" and r.triangles != "hz":
        raise ParameterError(f"mel_scale='linear' is for triangles='hz', not triangles={r.triangles!r}")
    of_bands = r.triangles != "hz" or r.mel_norm or r.fmin or r.fmax is not None or r.floor_sr
    if r.mel_scale == "chroma" and of_bands:
        raise ParameterError(
            f"mel_scale='chroma' has no bands: use mel_norm=None (not {r.mel_norm!r}), and leave triangles="
            f"{r.triangles!r}, fmin={r.fmin}, fmax={r.fmax} and floor_sr={r.floor_sr} out"
        )
    if r.delta_width < 3 or r.delta_width % 2 == 0:
        raise ParameterError(f"delta_width={r.delta_width} must be odd, and 3 or more")
    if r.stack == 1 and (r.stack_step or r.stack_before):
        raise ParameterError(f"stack_step={r.stack_step}, stack_before={r.stack_before} need stack, of 2 or more")
    if r.stack_fill is not None and (r.stack == 1 or r.stack_before):
        raise ParameterError(f"stack_fill={r.stack_fill} needs stack, of 2 or more, and no stack_before")
    if r.tile and not (r.samples and r.fill):
        raise ParameterError(f"tile=True needs samples={r.samples}, the length to fill, and fill={r.fill}; give both")
    if (r.parts or r.drop_nyquist) and r.power is not None:
        raise ParameterError(f"parts={r.parts}, drop_nyquist={r.drop_nyquist} are for complex spectra; use power=None")
    if r.n_mfcc is not None and not r.n_mels:
        raise ParameterError(f"n_mfcc={r.n_mfcc} needs bands; use n_mels")
    if r.n_mfcc is not None and r.first_mfcc + r.n_mfcc > r.n_mels:
        raise ParameterError(
            f"n_mfcc={r.n_mfcc} from first_mfcc={r.first_mfcc} exceed n_mels={r.n_mels}; use more bands"
        )
    if r.band_floor and (r.band_floor < 0 or not r.n_mels):
        raise ParameterError(f"band_floor={r.band_floor} must be positive, and needs bands; use 0.0 for none")
    if r.log and not (r.log_floor > 0 or r.log_add > 0 or r.log_zero > 0):
        raise ParameterError(f"log_floor={r.log_floor} must be positive, or log_add, for the logarithm of silence")
    if r.top is not None and (r.top < 0 or r.log is None):
        raise ParameterError(f"top={r.top} must be non-negative and needs a logarithm; use log='db'")
    if r.least is not None and r.most is not None and r.least > r.most:
        raise ParameterError(f"least={r.least} exceeds most={r.most}; swap them")
    if r.energy == "spectrum" and (not r.n_mels or r.energy_floor or r.top is not None):
        raise ParameterError(
            f"energy='spectrum' is one more band; n_mels={r.n_mels}, energy_floor={r.energy_floor}, top={r.top} "
            "do not go with it: use bands, energy_floor=0 and top=None"
        )
    if r.warp != 1:
        _check_warp(r, top)


def _check_warp(r: Recipe, top: float) -> None:
    high = r.warp_high + r.sr / 2 if r.warp_high < 0 else r.warp_high
    if not r.n_mels or r.triangles not in ("mel", "htk"):
        raise ParameterError(f"warp={r.warp} moves mel bands; use triangles='mel'")
    if not r.warp > 0:
        raise ParameterError(f"warp={r.warp} must be positive; 1.0 warps nothing")
    if not r.fmin < r.warp_low < high < top:
        raise ParameterError(
            f"warp_low={r.warp_low}, warp_high={r.warp_high} must lie between fmin={r.fmin} and fmax={top}, in order"
        )


def flag(value: Any, name: str) -> bool:
    """Yes or no; 0 and 1, and NumPy's, will do."""
    if isinstance(value, (bool, np.bool_, int, np.integer)) and value in (0, 1):
        return bool(value)
    raise DTypeError(f"{name}={value!r} must be True or False")


def plain(value: Any, name: str) -> Any:
    """A field's value as Python's own numbers, text and tuples, so that it can be compared, hashed and written down."""
    if isinstance(value, np.ndarray):
        value = value.tolist()
    elif isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, (list, tuple)):
        return tuple(plain(item, name) for item in value)
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if name == "dtype":
        return np.dtype(value).name
    raise DTypeError(f"{name}={value!r} is {type(value).__name__}; a recipe holds numbers, text and tuples of them")


def whole_clip_parts(r: Recipe) -> list[str]:
    """The fields whose part cannot be done before the whole clip is there."""
    asked = {
        "sample_norm": r.sample_norm, "top": r.top is not None and r.top_of is None, "norm": r.norm,
        "valid": r.valid != "all", "deltas": r.deltas,
        "count": r.count == "stacks", "cut": r.cut, "frames_multiple": r.frames_multiple > 1,
        "stack": r.stack > 1, "samples": r.samples, "min_samples": r.min_samples,
        "multiple": r.multiple > 1, "pad_mode": r.pad_mode == "wrap" and r.pad != "none",
    }  # fmt: skip
    return [name for name, is_asked in asked.items() if is_asked]
