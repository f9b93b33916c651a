"""A front end made ready: what the engine runs first and second, and what is left to do to the clip."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import e, log10
from typing import Any, cast

import numpy as np

from .._engine.kept import kept
from .._engine.spec import Conditioning, Energy, EnergyKind, Framing, Levels, Spec, padding_of
from .._gate.samples import ParameterError
from . import banks, specs
from .recipe import Recipe

# log(x) = multiplier * log10(x)
_MULTIPLIERS = {"db": 10.0, "amplitude_db": 20.0, "ln": 1 / log10(e), "log2": 1 / log10(2.0), "log10": 1.0}

PLAIN = Recipe()

# Kaldi's padding reflects as often as needed.
_WITHOUT_END = 2**60


@dataclass(frozen=True, slots=True, eq=False)
class Program:
    """`first` goes from samples to features, or to levels of which `second` makes features.

    In between, levels end no lower than `top` below the highest of their channel (or below `top_of`); with `to_peak`,
    the highest becomes 0. `recipe` says what is done to the clip before and after: nothing, by default.
    If levels are `scaled`, the recipe's `shift` and `gain` are in them already, and in `top` and `top_of`.
    """

    first: Spec
    second: Spec | None = None
    top: float | None = None
    top_of: float | None = None
    to_peak: bool = False
    recipe: Recipe = PLAIN
    scaled: bool = False

    @property
    def by_frames(self) -> bool:
        """Whether the frames of the first run are contiguous: spectra's, as librosa has them, and where asked for."""
        return self.first.is_spectrum or (self.recipe.frames == "first" and not self.second)

    def n_extended(self, n_samples: int) -> int:
        """Samples of the signal, appended zeros included."""
        r = self.recipe
        _, n = with_silence(r, n_samples)
        if r.preemphasis and r.preemphasis_over == "valid" and n:
            n -= 1
        return n + sum(wrapped_of(r))

    def n_of_signal(self, n: int) -> int:
        """Frames that the engine makes of an extended signal of n samples."""
        n_frames = self.first.framing.n_frames(n) - self.recipe.drop_last
        return max(0, min(n_frames, whole_stacks(self.recipe, n)) if self.recipe.count == "stacks" else n_frames)

    def n_frames(self, n_samples: int) -> int:
        """Frames that the engine makes."""
        return self.n_of_signal(self.n_extended(n_samples))

    def n_inside(self, n_samples: int) -> int:
        """Frames that end before the last sample of the clip itself, whatever follows."""
        r, framing = self.recipe, self.first.framing
        end = with_silence(r, n_samples)[0] + min(n_samples, r.samples or n_samples) + wrapped_of(r)[0]
        return max(0, 1 + (end + framing.lead - framing.length - r.beyond) // framing.hop_length)

    def n_valid(self, n_samples: int) -> int:
        """Frames, stacked ones if there are such, that are not padding."""
        r, n = self.recipe, self.n_frames(n_samples)
        if r.valid == "hops":
            n = min(n, self.n_extended(n_samples) // r.hop_length)
        elif r.valid == "inside":
            n = min(n, self.n_inside(n_samples))
        return n_stacked(r, n)

    def n_results(self, n_samples: int) -> int:
        """Frames of the result."""
        r = self.recipe
        n = r.cut or n_stacked(r, self.n_frames(n_samples))
        return n + -n % r.frames_multiple


def with_silence(r: Recipe, n_samples: int) -> tuple[int, int]:
    """Zeros before a clip of so many samples, and the samples of both and of the zeros behind."""
    n = r.prepend + (n_samples if not r.samples else r.samples if r.fill else min(n_samples, r.samples)) + r.append
    missing = max(0, r.min_samples - n)
    n += missing
    n += -n % r.multiple
    if r.count == "stacks":
        n = max(n, (whole_stacks(r, n) - 1) * r.hop_length + 1)
    return r.prepend + (missing // 2 if r.min_sides == "both" else 0), n


def whole_stacks(r: Recipe, n: int) -> int:
    """Frames of a signal of n samples by ``count='stacks'``."""
    return -(-(n // r.hop_length) // r.stack) * r.stack


def n_stacked(r: Recipe, n: int) -> int:
    """Of n frames."""
    step = r.stack_step or r.stack
    if r.stack == 1 or not n:
        return n
    if r.stack_before:
        return -(-n // step)
    if r.stack_fill is not None:
        return 1 + max(0, -(-(n - r.stack) // step))
    return max(0, 1 + (n - r.stack) // step)


def n_tokens(r: Recipe, n_frames: int) -> int:
    """Audio tokens of so many frames, chunk by chunk."""
    chunk = r.tokens_chunk or max(n_frames, 1)
    n_chunks, rest = divmod(n_frames, chunk)
    return n_chunks * _n_through(r, chunk) + _n_through(r, rest)


def _n_through(r: Recipe, n: int) -> int:
    """What is left of n frames after the layers."""
    for kernel, stride, padding, times in ((*layer, 1)[:4] for layer in r.tokens):
        n = times * max(0, 1 + (n + 2 * padding - kernel) // stride) if n else 0
    return n


@kept(128)
def program_of(recipe: Recipe, precision: int) -> Program:
    """The program of a recipe."""
    bank = banks.bank_of(recipe, precision)
    matrix, energy = matrix_of(recipe), energy_of(recipe)
    waits = recipe.top is not None and recipe.top_of is None and matrix is not None
    if waits and energy:
        raise ParameterError(f"top={recipe.top} and energy={recipe.energy!r} cannot go together; use top=None")
    scaled = is_scaled(recipe)
    first = Spec(
        precision=precision,
        framing=framing_of(recipe),
        spectrum=specs.spectrum_of(recipe.power),
        window=banks.window_of(recipe),
        bank=bank,
        levels=scaled_levels(recipe) if scaled else levels_of(recipe),
        matrix=None if waits else matrix,
        conditioning=conditioning_of(recipe),
        guard=recipe.root_add if recipe.power == 1 else 0.0,
        least=recipe.root_floor if recipe.power == 1 else 0.0,
        energy=energy,
    )
    second = replace(specs.given_spec(recipe.n_mels, precision), matrix=matrix) if waits else None
    top, top_of = recipe.top, recipe.top_of
    if scaled:
        top, top_of = top and top * cast(float, recipe.gain), None if top_of is None else affine(recipe, top_of)
    return Program(first, second, top, top_of, recipe=recipe, scaled=scaled)


def is_scaled(r: Recipe) -> bool:
    """Whether the logarithm's own factor and offset can stand for `shift` and `gain`: nothing comes between."""
    numbers = not isinstance(r.shift, tuple) and not isinstance(r.gain, tuple) and r.gain > 0
    clipped = r.least is not None or r.most is not None
    between = r.n_mfcc or r.energy or r.norm or r.one_hot or clipped or r.valid != "all"
    return bool(numbers and r.log and not between and r.stack_fill is None and (r.shift or r.gain != 1))


def affine(r: Recipe, x: float) -> float:
    """A number that is shifted and multiplied, where all rows are alike."""
    return (x + r.shift) * r.gain  # type: ignore[operator]  # numbers, see above


def scaled_levels(r: Recipe) -> Levels:
    levels: Any = levels_of(r)
    return replace(levels, multiplier=levels.multiplier * r.gain, offset=affine(r, 0.0))


@kept(specs.CACHED)
def mel_program(
    stft: specs.StftArguments, precision: int, power: float, bank_key: tuple[Any, ...],
    levels: tuple[Any, ...] | None = None, second: Spec | None = None, top: float | None = None, to_peak: bool = False,
) -> Program:  # fmt: skip
    """For librosa's mel functions: bands, their levels by (multiplier, floor, offset), a cepstrum of those."""
    base = specs.stft_spec(stft, precision, specs.spectrum_of(power))
    return Program(specs.mel_spec(base, bank_key, levels), second, top, to_peak=to_peak)


def sides_of(recipe: Recipe) -> tuple[int, int]:
    """Samples of padding before and behind."""
    if isinstance(recipe.pad, tuple):
        return recipe.pad
    n_fft, hop = recipe.n_fft, recipe.hop_length
    return ({"center": n_fft // 2, "same": (n_fft - hop) // 2, "none": 0}[recipe.pad],) * 2


def wrapped_of(recipe: Recipe) -> tuple[int, int]:
    """Samples of the other end, which the walk puts before and behind: the engine pads from the nearer end only."""
    before, behind = sides_of(recipe) if recipe.pad_mode == "wrap" else (0, 0)
    return max(before, 0), max(behind, 0)


def framing_of(recipe: Recipe) -> Framing:
    n_fft, hop, length = recipe.n_fft, recipe.hop_length, recipe.frame_length or recipe.n_fft
    if recipe.pad_mode == "wrap":
        recipe = recipe.replace(pad="none", pad_mode="constant")
    padding = padding_of(recipe.pad_mode)
    if recipe.pad == "kaldi":
        lead = length // 2 - hop // 2
        before, after = (_WITHOUT_END, _WITHOUT_END)
    else:
        before, after = sides_of(recipe)
        lead = before
    if recipe.pad == "kaldi":
        slack, least = hop // 2, 0
    elif recipe.count == "partial":
        slack, least = lead + after - length - recipe.beyond + 2 * hop - 1, 1
        after += hop
    else:
        slack, least = lead + after - length - recipe.beyond + hop, 0
    return Framing(n_fft, hop, lead, padding, length, before, after, slack, least)


def conditioning_of(recipe: Recipe) -> Conditioning:
    over_frame = recipe.preemphasis_over == "frame"
    return Conditioning(
        dither=recipe.dither,
        emphasis=recipe.preemphasis if recipe.preemphasis_over == "signal" else 0.0,
        remove_mean=recipe.remove_mean,
        frame_emphasis=recipe.preemphasis if over_frame else 0.0,
    )


def levels_of(recipe: Recipe) -> Levels | None:
    least = recipe.band_floor
    if not recipe.log:
        return Levels(0.0, least) if least > 0 else None
    floor = recipe.log_floor or np.finfo(np.float64).smallest_subnormal
    if least > 0:  # and there are no zeros
        return Levels(_MULTIPLIERS[recipe.log], max(floor, least + recipe.log_add), 0.0, recipe.log_add)
    return Levels(_MULTIPLIERS[recipe.log], floor, 0.0, recipe.log_add, recipe.log_zero)


def energy_of(recipe: Recipe) -> Energy | None:
    if recipe.energy in (None, "spectrum"):
        return None
    multiplier, n_rows = _MULTIPLIERS[recipe.log or "ln"], recipe.n_mfcc or recipe.n_mels or 1 + recipe.n_fft // 2
    raw = recipe.energy == "raw"
    floor = (recipe.energy_floor or recipe.log_floor or np.finfo(np.float32).tiny) / (recipe.scale**2 if raw else 1)
    return Energy(
        EnergyKind.RAW if raw else EnergyKind.WINDOWED,
        row=n_rows if recipe.energy_place == "last" else 0,
        replaces=recipe.energy_place == "c0",
        multiplier=multiplier,
        floor=float(floor),
        # `scale` is part of the window, which raw energy does not see.
        offset=multiplier * 2 * log10(abs(recipe.scale)) if raw else 0.0,
    )


def matrix_of(recipe: Recipe) -> np.ndarray | None:
    if recipe.n_mfcc is None:
        return None
    n = recipe.n_mels
    if recipe.dct_norm == "htk":
        matrix = specs.dct_matrix(n, 2, None) * np.sqrt(0.5 / n)
    else:
        matrix = specs.dct_matrix(n, 2, recipe.dct_norm)
    kept = np.arange(recipe.first_mfcc, recipe.first_mfcc + recipe.n_mfcc)
    if recipe.c0_last:
        kept = np.roll(kept, -1)
    matrix = specs.liftered(matrix[kept], kept + recipe.lifter_from, recipe.lifter)
    return _with_energy(matrix, recipe) if recipe.energy == "spectrum" else matrix


def _with_energy(matrix: np.ndarray, recipe: Recipe) -> np.ndarray:
    """The matrix over the bands and the energy behind them, which passes as it is."""
    only_energy = np.eye(1, recipe.n_mels + 1, recipe.n_mels)
    matrix = np.pad(matrix, [(0, 0), (0, 1)])
    parts = {"first": (only_energy, matrix), "last": (matrix, only_energy), "c0": (only_energy, matrix[1:])}
    return np.concatenate(parts[recipe.energy_place])
