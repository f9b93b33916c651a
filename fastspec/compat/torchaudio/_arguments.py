"""From torchaudio's arguments to recipes, once for each set of them; what torch refuses is refused here."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from ..._engine.kept import kept
from ..._engine.spec import MOST_N_FFT
from ..._front.program import program_of
from ..._front.recipe import Recipe
from ..._front.specs import window_key
from ..._front.walk import precision_for, run_program
from ..._gate.samples import DTypeError, ParameterError, as_array, as_hop_length, as_index, as_number, one_of
from .._peer import as_audio

# torch's names of paddings, and NumPy's.
_PADDINGS = {"reflect": "reflect", "constant": "constant", "replicate": "edge", "circular": "wrap"}


# A longer silence is a mistake.
_MOST_ZEROS = 2**40


class Stft(NamedTuple):
    """A spectrogram's arguments, checked and hashable. `window`: a name, or bytes of float64 samples."""

    n_fft: int
    hop_length: int
    win_length: int
    window: str | bytes
    pad: int
    power: float | None
    normalized: str | None
    center: bool
    pad_mode: str
    onesided: bool

    @property
    def lead(self) -> int:
        return self.n_fft // 2 if self.center else 0


def stft_arguments(
    n_fft: int, hop_length: int, win_length: Any, window: Any, *, pad: Any = 0, power: Any = 2.0,
    normalized: bool | str = False, center: bool = True, pad_mode: Any = "reflect", onesided: bool = True,
) -> Stft:  # fmt: skip
    n_fft, win_length = as_index(n_fft, name="n_fft"), as_index(win_length, name="win_length")
    if n_fft > MOST_N_FFT:
        raise ParameterError(f"n_fft={n_fft} exceeds {MOST_N_FFT}; use a smaller n_fft")
    if win_length > n_fft:
        raise ParameterError(f"win_length={win_length} exceeds n_fft={n_fft}; use a larger n_fft or a shorter window")
    if center:
        one_of(pad_mode, _PADDINGS, name="pad_mode")
    return Stft(
        n_fft, as_hop_length(hop_length), win_length, _window(window, win_length), _pad(pad),
        None if power is None else as_number(power, name="power"), _norm(normalized), bool(center),
        _PADDINGS[pad_mode] if center else "constant", bool(onesided),
    )  # fmt: skip


def _window(window: Any, win_length: int) -> str | bytes:
    if isinstance(window, str):
        return window
    samples = as_array(window, name="window", kinds="fiub")
    if samples.shape != (win_length,):
        raise ParameterError(f"window.shape={samples.shape} must be ({win_length},), for win_length={win_length}")
    return window_key(samples, win_length)


def _pad(pad: Any) -> int:
    pad = as_index(pad, name="pad", minimum=0)
    if pad > _MOST_ZEROS:
        raise ParameterError(f"pad={pad} zeros are too many; use a smaller pad")
    return pad


def _norm(normalized: bool | str) -> str | None:
    if isinstance(normalized, (bool, np.bool_)):
        return "window" if normalized else None
    if not isinstance(normalized, str):
        raise DTypeError(f"normalized={normalized!r} must be True, False, 'window' or 'frame_length'")
    if normalized not in ("window", "frame_length"):
        raise ParameterError(f"normalized={normalized!r} must be 'window' or 'frame_length', or True for 'window'")
    return {"window": "window", "frame_length": "n_fft"}[normalized]


def sampled_window(window_fn: Any, win_length: int, wkwargs: dict[str, Any] | None) -> np.ndarray | str:
    """What `window_fn` makes; a name stays one, unless it is to be symmetric."""
    from ...filters import get_window

    options = dict(wkwargs or {})
    if not isinstance(window_fn, str):
        if not callable(window_fn):
            raise DTypeError(f"window_fn={window_fn!r} must be a function of the length, or the name of a window")
        return as_array(window_fn(win_length, **options), name="window_fn", kinds="fiub")
    # torch's options about its memory have no part here.
    for ignored in ("dtype", "layout", "device", "requires_grad", "pin_memory"):
        options.pop(ignored, None)
    periodic = options.pop("periodic", True)
    if options:
        raise DTypeError(f"wkwargs={wkwargs!r}: {window_fn!r} takes periodic alone; pass a function as window_fn")
    return window_fn if periodic else get_window(window_fn, win_length, fftbins=False)


@kept(64)
def window_samples(window: str | bytes, win_length: int) -> np.ndarray:
    from ...filters import get_window

    return np.frombuffer(window) if isinstance(window, bytes) else get_window(window, win_length)


@kept(64)
def recipe_of(a: Stft) -> Recipe:
    """From samples to the lower half of the bins, as squares, magnitudes (for all exponents but 2) or complex."""
    window = tuple(np.frombuffer(a.window).tolist()) if isinstance(a.window, bytes) else a.window
    return Recipe(
        n_fft=a.n_fft, hop_length=a.hop_length, win_length=a.win_length, window=window, prepend=a.pad, append=a.pad,
        pad="center" if a.center else "none", pad_mode=a.pad_mode,
        power=None if a.power is None else 2 if a.power == 2 else 1, spectrum_norm=a.normalized, n_mels=0, log=None,
    )  # fmt: skip


def has_recipe(a: Stft) -> bool:
    """Whether nothing is left to do behind `recipe_of`."""
    return a.onesided and a.power in (None, 1, 2)


def run(a: Stft, recipe: Recipe, waveform: Any) -> np.ndarray:
    """A recipe that begins with `recipe_of`, on the samples that the user has passed as `waveform`."""
    x = as_waveform(waveform)
    check_length(a, x)
    return run_program(program_of(recipe, precision_for(recipe, x.dtype)), x)


def as_waveform(waveform: Any) -> np.ndarray:
    return as_audio(waveform, name="waveform")


def check_length(a: Stft, x: np.ndarray) -> None:
    """torch pads by samples that are there, and takes no empty batches."""
    if not x.size:
        raise ParameterError(f"waveform.shape={x.shape} is empty; pass some samples")
    n = x.shape[-1] + 2 * a.pad
    if a.pad_mode == "reflect" and n <= a.lead:
        raise ParameterError(
            f"waveform.shape={x.shape}: pad_mode='reflect' needs more than n_fft//2={a.lead} samples; "
            "use pad_mode='constant' or a smaller n_fft"
        )
    if a.pad_mode == "wrap" and n < a.lead:
        raise ParameterError(
            f"waveform.shape={x.shape}: pad_mode='circular' needs n_fft//2={a.lead} samples; use a smaller n_fft"
        )
    if n + 2 * a.lead < a.n_fft:
        raise ParameterError(
            f"waveform.shape={x.shape}: center=False needs n_fft={a.n_fft} samples or more; use a smaller n_fft"
        )
