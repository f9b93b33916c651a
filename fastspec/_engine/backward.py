"""From spectra back to samples: inverse transforms, the search for phases, the phase vocoder."""

from __future__ import annotations

from math import prod

import numpy as np

from . import threads as _threads
from .foreign import call
from .install import engine as _engine
from .isa import ISA
from .kept import kept
from .plans import make
from .ranges import ranges
from .spec import Spec


@kept(32)
def inverse_of(
    n_fft: int, hop_length: int, lead: int, precision: int, window: bytes, smallest: float = 0.0
) -> _engine.Inverse:
    """`window`: n_fft doubles. `smallest`: sums of its squares up to this divide nothing; none does if infinite."""
    options = {"precision": precision, "isa": ISA, "hop_length": hop_length, "lead": lead, "smallest": smallest}
    return make(_engine.Inverse, n_fft, n_fft=n_fft, window=np.frombuffer(window), **options)


def run_inverse(inverse: _engine.Inverse, n_fft: int, spectra: np.ndarray, out: np.ndarray) -> None:
    """Fill `out` (..., samples) from spectra (..., bins, frames), bins contiguous."""
    inverse.run(spectra, out, _threads.for_work(n_fft * spectra.shape[-1] * prod(spectra.shape[:-2])))


def search_phases(spec: Spec, magnitudes: np.ndarray, y: np.ndarray, n_iter: int, momentum: float) -> np.ndarray:
    """Rounds of Griffin and Lim's search from samples `y` (..., n), which are replaced. magnitudes (..., bins, frames),
    bins contiguous."""
    framing = spec.framing
    search = call(
        _engine.Search,
        work=2000 * framing.n_fft + 10 * magnitudes.size,
        precision=spec.precision,
        isa=ISA,
        n_fft=framing.n_fft,
        hop_length=framing.hop_length,
        window=spec.window,
        lead=framing.lead,
        padding=framing.padding,
        magnitudes=magnitudes,
        samples=y,
    )
    n_threads = _threads.for_work(2 * framing.n_fft * magnitudes.shape[-1] * prod(magnitudes.shape[:-2]))
    for _ in range(n_iter):
        search.round(momentum, n_threads)
    return search.result()


def vocode(x: np.ndarray, out: np.ndarray, steps: np.ndarray, span: int, fraction: np.ndarray) -> None:
    """The phase vocoder's frames; see `_engine.vocode`."""
    _engine.vocode(x, out, steps, span, fraction, ISA, _threads.for_work(out.size))


def turn(angles: np.ndarray, magnitudes: np.ndarray, out: np.ndarray) -> None:
    """out = -magnitudes exp(i angles), all (bins, frames); frames of `angles` contiguous, and bins of the others.
    Angles reach to 2^12."""
    for part in ranges(out.shape[1], 16 * len(out) + 8192):  # new pages of a frame cost more than its numbers
        _engine.turn(angles[:, part], magnitudes[:, part], out[:, part], ISA)
