"""A recipe made ready: what the engine runs first and second, and what is left to do to the clip."""

from __future__ import annotations

from dataclasses import dataclass
from math import log10

import numpy as np

from .._engine.kept import kept
from .._engine.spec import Conditioning, Energy, EnergyKind, Framing, Levels, Spec, Spectrum, padding_of
from .._gate.samples import ParameterError
from . import banks
from . import specs as _transforms
from .recipe import Recipe

# Times log10(x).
_MULTIPLIERS = {"db": 10.0, "amplitude_db": 20.0, "ln": 1 / log10(np.e), "log2": 1 / log10(2.0), "log10": 1.0}

# Reflections go on for ever.
_WITHOUT_END = 2**60


@dataclass(frozen=True, slots=True, eq=False)
class Program:
    """`first` goes from samples to features, or to bands of which `second` makes features; `recipe` says the rest.

    """

    recipe: Recipe
    first: Spec
    second: Spec | None = None

    @property
    def by_frames(self) -> bool:
        """Whether the frames of the first run are contiguous: spectra's, as librosa has them, and where asked for."""
        return self.first.bank is None or (self.recipe.frames == "first" and not self.second)

    def n_extended(self, n_samples: int) -> int:
        """Samples of the signal with the zeros that count as such."""
        r = self.recipe
        n = max((r.samples or n_samples) + r.append, r.min_samples)
        n += -n % r.multiple
        return n - 1 if r.preemphasis and r.preemphasis_over == "valid" and n else n

    def n_frames(self, n_samples: int) -> int:
        """Frames that the engine makes."""
        return max(0, self.first.framing.n_frames(self.n_extended(n_samples)) - self.recipe.drop_last)

    def n_results(self, n_samples: int) -> int:
        """Frames of the result."""
        r, n = self.recipe, self.n_frames(n_samples)
        if r.stack > 1:
            step = r.stack_step or r.stack
            n = -(-n // step) if r.stack_before else max(0, 1 + (n - r.stack) // step)
        n = r.cut or n
        return n + -n % r.frames_multiple


@kept(128)
def program_of(recipe: Recipe, precision: int) -> Program:
    """Once for each recipe."""
    bank = banks.bank_of(recipe, precision)
    matrix, energy = matrix_of(recipe), energy_of(recipe)
    waits = recipe.top is not None and recipe.top_of is None and matrix is not None
    if waits and energy:
        raise ParameterError(f"top={recipe.top} and energy={recipe.energy!r} cannot go together; use top=None")
    first = Spec(
        precision=precision,
        framing=framing_of(recipe),
        spectrum={None: Spectrum.COMPLEX, 1: Spectrum.MAGNITUDE, 2: Spectrum.POWER}[recipe.power],
        window=banks.window_of(recipe),
        bank=bank,
        levels=levels_of(recipe),
        matrix=None if waits else matrix,
        conditioning=conditioning_of(recipe),
        guard=recipe.root_add if recipe.power == 1 else 0.0,
        least=recipe.root_floor if recipe.power == 1 else 0.0,
        energy=energy,
    )
    second = Spec(precision, Framing(recipe.n_mels, 1, 0), Spectrum.GIVEN, matrix=matrix) if waits else None
    return Program(recipe, first, second)


def framing_of(recipe: Recipe) -> Framing:
    n_fft, hop, length = recipe.n_fft, recipe.hop_length, recipe.frame_length or recipe.n_fft
    padding = padding_of(recipe.pad_mode)
    if recipe.pad == "kaldi":
        lead = length // 2 - hop // 2
        before, after = (_WITHOUT_END, _WITHOUT_END)
    elif isinstance(recipe.pad, tuple):
        before, after = recipe.pad
        lead = before
    else:
        lead = before = after = {"center": n_fft // 2, "same": (n_fft - hop) // 2, "none": 0}[recipe.pad]
    if recipe.pad == "kaldi":
        slack, least = hop // 2, 0
    elif recipe.count == "partial":
        slack, least = lead + after - length + 2 * hop - 1, 1
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
    if not recipe.energy:
        return None
    multiplier, n_rows = _MULTIPLIERS[recipe.log or "ln"], recipe.n_mfcc or recipe.n_mels or 1 + recipe.n_fft // 2
    raw = recipe.energy == "raw"
    floor = (recipe.energy_floor or recipe.log_floor or np.finfo(np.float32).tiny) / (recipe.scale**2 if raw else 1)
    return Energy(
        EnergyKind.RAW if raw else EnergyKind.WINDOWED,
        row=n_rows if recipe.energy_place == "last" else 0,
        replaces=recipe.energy_place == "c0",
        multiplier=multiplier,
        floor=floor,
        # The window, not the samples, is what `scale` has multiplied.
        offset=multiplier * 2 * log10(recipe.scale) if raw else 0.0,
    )


def matrix_of(recipe: Recipe) -> np.ndarray | None:
    if recipe.n_mfcc is None:
        return None
    n = recipe.n_mels
    if recipe.dct_norm == "htk":
        matrix = _transforms.dct_matrix(n, 2, None) * np.sqrt(0.5 / n)
    else:
        matrix = _transforms.dct_matrix(n, 2, recipe.dct_norm)
    kept = np.arange(recipe.first_mfcc, recipe.first_mfcc + recipe.n_mfcc)
    if recipe.c0_last:
        kept = np.roll(kept, -1)
    matrix = matrix[kept]
    if recipe.lifter > 0:
        ramp = 1 + recipe.lifter / 2 * np.sin(np.pi * (kept + recipe.lifter_from) / recipe.lifter)
        matrix = matrix * ramp[:, np.newaxis]
    return matrix
