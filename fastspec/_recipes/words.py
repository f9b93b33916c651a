"""A recipe in words, stage by stage: for the shell and the documents, made of its fields alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .._front.recipe import Recipe

_LOGARITHMS = {"db": "dB", "amplitude_db": "dB of amplitudes", "ln": "ln", "log2": "log2", "log10": "log10"}
_SCALES = {"slaney": "Slaney's scale", "htk": "HTK's scale", "kaldi": "Kaldi's scale", "linear": "equal widths"}
_NORMS = {"slaney": "of equal areas", "sum": "of weights that sum to 1", None: "of height 1"}
_TRIANGLES = {
    "hz": "straight in Hz", "mel": "straight in mel", "htk": "straight in mel, without the first weight",
    "left": "as wide right as left", "bins": "between whole bins", "inner": "between whole bins, within them",
}  # fmt: skip
_PADDED = {
    "constant": "{} zeros", "reflect": "{} reflected samples", "symmetric": "{} mirrored samples",
    "edge": "{} of the samples at the ends", "wrap": "{} samples of the other end",
}  # fmt: skip
_OVER = {
    "frame": "within each frame",
    "signal": "over the signal",
    "valid": "over the signal, without its first sample",
}


def stages(recipe: Recipe) -> dict[str, str]:
    """What is done at each stage."""
    made = {
        "samples": _samples(recipe), "frames": _frames(recipe), "each frame": _conditioned(recipe),
        "window": _window(recipe), "spectrum": _spectrum(recipe), "bands": _bands(recipe), "levels": _levels(recipe),
        "coefficients": _coefficients(recipe), "over the clip": _clip(recipe), "result": _result(recipe),
    }  # fmt: skip
    return {stage: "; ".join(parts) or "nothing" for stage, parts in made.items()}


def differences(one: Recipe, other: Recipe) -> dict[str, tuple[str, str]]:
    """The stages that differ, in words; what words do not show is there by the fields' names."""
    pairs = {stage: (words, stages(other)[stage]) for stage, words in stages(one).items()}
    found = {stage: pair for stage, pair in pairs.items() if pair[0] != pair[1]}
    if not found:
        found = {name: (repr(a), repr(b)) for name, (a, b) in one.diff(other).items()}
    return found


def _samples(r: Recipe) -> list[str]:
    parts = [f"{r.sr:g} Hz"]
    if r.sample_norm:
        parts.append("less their mean" + (", over their standard deviation" if r.sample_norm == "standard" else ""))
    if r.dither:
        parts.append(f"noise of {r.dither:g} added")
    if r.scale != 1:
        parts.append(f"times {r.scale:g}")
    if r.samples:
        tiled = ", short clips repeated first" if r.tile else ""
        filled = " or filled with zeros" if r.fill else ""
        parts.append(f"cut{filled} to {r.samples} ({r.samples / r.sr:g} s){tiled}")
    if r.prepend:
        parts.append(f"{r.prepend} zeros before")
    if r.append:
        parts.append(f"{r.append} zeros behind")
    if r.min_samples:
        parts.append(f"{r.min_samples} at least" + (", by zeros at both ends" if r.min_sides == "both" else ""))
    if r.multiple > 1:
        parts.append(f"filled with zeros to a multiple of {r.multiple}")
    return parts


def _frames(r: Recipe) -> list[str]:
    parts = [f"{r.frame_length or r.n_fft} samples every {r.hop_length}", _padding(r)]
    if r.count == "partial":
        parts.append("the last one need not be whole")
    if r.count == "stacks":
        parts.append(f"samples // hop of them, up to a multiple of {r.stack}, zeros behind as far as the last needs")
    if r.beyond:
        parts.append(f"{r.beyond} more must follow")
    if r.drop_last:
        parts.append("without the last frame")
    return parts


def _padding(r: Recipe) -> str:
    if r.pad == "kaldi":
        return f"one for each hop, in its middle, {_PADDED[r.pad_mode].format('as many as needed')}"
    before, after = r.pad if isinstance(r.pad, tuple) else 2 * (_PAD_LENGTHS[r.pad](r),)
    if not before and not after:
        return "from the first sample on"
    if before == after:
        return f"{_PADDED[r.pad_mode].format(before)} at both ends"
    return f"{_PADDED[r.pad_mode].format(before)} before, {after} behind"


_PAD_LENGTHS: dict[str, Callable[[Recipe], int]] = {
    "center": lambda r: r.n_fft // 2,
    "same": lambda r: (r.n_fft - r.hop_length) // 2,
    "none": lambda r: 0,
}


def _conditioned(r: Recipe) -> list[str]:
    parts = ["less its mean"] if r.remove_mean else []
    return [*parts, f"pre-emphasis of {r.preemphasis:g} {_OVER[r.preemphasis_over]}"] if r.preemphasis else parts


def _window(r: Recipe) -> list[str]:
    name = r.window if isinstance(r.window, str) else "numbers of its own" if _is_numbers(r.window) else repr(r.window)
    kind = [] if _is_numbers(r.window) else ["periodic" if r.periodic else "symmetric"]
    frame = r.frame_length or r.n_fft
    short = [f"{r.win_length} samples in the middle"] if r.win_length and r.win_length != frame else []
    return [name, *kind, *short]


def _is_numbers(window: Any) -> bool:
    return isinstance(window, tuple) and not isinstance(window[0], str)


def _spectrum(r: Recipe) -> list[str]:
    kind = {None: "complex numbers", 1: "magnitudes", 2: "powers"}[r.power]
    inside = f"|X|^2 + {r.root_add:g}" if r.root_add else "|X|^2"
    inside = f"max({inside}, {r.root_floor:g})" if r.root_floor else inside
    parts = [f"FFT of {r.n_fft}", kind if r.power != 1 or inside == "|X|^2" else f"sqrt({inside})"]
    if r.spectrum_norm:
        over = {
            "window": "the root of the window's sum of squares",
            "sum": "the window's sum",
            "n_fft": f"the root of {r.n_fft}",
        }
        parts.append(f"divided by {over[r.spectrum_norm]}")
    if r.drop_nyquist:
        parts.append("without the highest bin")
    return [*parts, "real and imaginary parts apart"] if r.parts else parts


def _bands(r: Recipe) -> list[str]:
    if not r.n_mels:
        return []
    if r.mel_scale == "chroma":
        return [f"{r.n_mels} pitch classes"]
    top = r.sr / 2 if r.fmax is None else r.fmax if r.fmax > 0 else r.sr / 2 + r.fmax
    parts = [f"{r.n_mels} from {r.fmin:g} to {top:g} Hz", _SCALES[r.mel_scale], _NORMS[r.mel_norm]]
    if r.warp != 1:
        parts.append(f"warped by {r.warp:g} from {r.warp_low:g} to {r.warp_high:g} Hz")
    return [*parts, _TRIANGLES[r.triangles], *(["the highest bin at a whole number of Hz"] if r.floor_sr else [])]


def _levels(r: Recipe) -> list[str]:
    if not r.log:
        return [f"{r.band_floor:g} at least"] if r.band_floor else []
    x = f"{r.log_gain:g} x" if r.log_gain != 1 else "x"
    x = f"max({x}, {r.band_floor:g})" if r.band_floor else x
    x = f"{x} + {r.log_add:g}" if r.log_add else x
    x = f"max({x}, {r.log_floor:g})" if r.log_floor else x
    parts = [f"{_LOGARITHMS[r.log]} of {x}"]
    if r.log_zero:
        parts.append(f"{r.log_zero:g} in place of 0")
    if r.top is not None:
        highest = "the clip's highest" + (", of all channels" if r.top_over == "channels" else "")
        of = highest if r.top_of is None else f"{r.top_of:g}"
        parts.append(f"no more than {r.top:g} below {of}")
    return parts


def _coefficients(r: Recipe) -> list[str]:
    parts = []
    if r.n_mfcc is not None:
        last = ", the first one last" if r.c0_last else ""
        kind = {"ortho": "orthonormal DCT", None: "DCT", "htk": "DCT times sqrt(2 / bands)"}[r.dct_norm]
        parts.append(f"{r.first_mfcc} to {r.first_mfcc + r.n_mfcc - 1} of the {kind}{last}")
        if r.lifter > 0:
            parts.append(f"lifter {r.lifter:g}" + (" from 1 on" if r.lifter_from else ""))
    if r.energy:
        place = {"first": "as first row", "last": "as last row", "c0": "in place of the first one"}[r.energy_place]
        before = {"raw": "before the window", "windowed": "after the window", "spectrum": "of its spectrum"}[r.energy]
        parts.append(f"the frame's energy, {before}, {place}")
    return parts


def _clip(r: Recipe) -> list[str]:
    parts = []
    if r.least is not None or r.most is not None:
        low, high = ("any" if bound is None else f"{bound:g}" for bound in (r.least, r.most))
        parts.append(f"within {low} to {high}")
    if r.norm:
        parts.append(_norm(r))
    if r.valid != "all":
        of = "the first samples // hop frames" if r.valid == "hops" else "frames that end within the clip"
        parts.append(f"only {of} count, the others are 0")
    if r.one_hot:
        parts.append("the highest of each frame becomes 1, the others 0")
    affine = [words] if (words := _affine(r)) != "x" else []
    if r.deltas:
        parts += [*affine, f"and the slopes over {r.delta_width} frames" + (f", {r.deltas} times" * (r.deltas > 1))]
    if r.stack > 1:
        rest = "the last repeated" if r.stack_before else "the rest dropped"
        rest = rest if r.stack_fill is None else f"the rest filled with {r.stack_fill:g}"
        before = f", the first {r.stack_before} times more" if r.stack_before else ""
        parts.append(f"{r.stack} frames become one, every {r.stack_step or r.stack}{before}, {rest}")
    if r.cut:
        parts.append(f"cut or filled with zeros to {r.cut} frames")
    if not r.deltas:
        parts += affine
    return [*parts, f"frames of zeros up to a multiple of {r.frames_multiple}"] if r.frames_multiple > 1 else parts


def _norm(r: Recipe) -> str:
    of = "each row" if r.norm_over == "time" else "all"
    if r.norm == "mean":
        return f"{of} less the mean"
    if r.norm == "minmax":
        return f"{of} taken to 0 .. 1"
    within = f"sqrt(variance + {r.norm_eps:g})" if r.norm_eps and r.norm_eps_in_root else "standard deviation"
    eps = f" + {r.norm_eps:g}" if r.norm_eps and not r.norm_eps_in_root else ""
    return f"{of} less the mean, over {within}{eps} (n - {r.norm_ddof})"


def _affine(r: Recipe) -> str:
    shift = (
        "x"
        if r.shift == 0
        else "x + numbers"
        if isinstance(r.shift, tuple)
        else f"x {'+' if r.shift > 0 else '-'} {abs(r.shift):g}"
    )
    if r.gain == 1:
        return shift
    return f"({shift}) * {'numbers' if isinstance(r.gain, tuple) else f'{r.gain:g}'}"


def _result(r: Recipe) -> list[str]:
    rows = "rows, frames" if r.frames == "last" else "frames, rows"
    return [f"({rows})", r.dtype or "the samples' dtype"]
