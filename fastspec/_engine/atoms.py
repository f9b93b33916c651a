"""Correlate samples with atoms (forward), and add up atoms to samples (backward)."""

from __future__ import annotations

from math import prod

import numpy as np

from .._gate.samples import first_nonfinite
from . import threads as _threads
from .install import engine as _engine
from .isa import ISA
from .spec import AtomSpec


def correlator_of(description: AtomSpec) -> _engine.Atoms:
    return _engine.Atoms(ISA, description)


def synthesizer_of(description: AtomSpec) -> _engine.AtomSum:
    return _engine.AtomSum(ISA, description)


def correlate(atoms: _engine.Atoms, x: np.ndarray, out: np.ndarray, work_per_frame: int) -> None:
    """Fill `out` (..., bins, frames) from samples (..., n). Raises `ParameterError` at the first that is not finite."""
    n_frames = out.shape[-1]
    try:
        atoms.run(x, out, 0, n_frames, _threads.for_work(work_per_frame * n_frames * prod(out.shape[:-2])))
    except _engine.NonFinite:
        raise first_nonfinite(x) from None


def synthesize(atoms: _engine.AtomSum, spectra: np.ndarray, out: np.ndarray, work_per_frame: int) -> None:
    """Fill `out` (..., samples) from spectra (..., bins, frames), the bins of a frame contiguous."""
    work = work_per_frame * spectra.shape[-1] * prod(spectra.shape[:-2])
    atoms.run(spectra, out, 0, _threads.for_work(work))
