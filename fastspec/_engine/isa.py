"""The instruction set that is used."""

from __future__ import annotations

import os
import warnings

from .install import engine as _engine


def _choose_isa() -> bytes:
    """The best instruction set, or a lower one that FASTSPEC_ISA names."""
    best = _engine.best_isa()
    wanted = os.environ.get("FASTSPEC_ISA", "").encode()
    if not wanted or _engine.has_isa(wanted):
        return wanted or best
    warnings.warn(
        f"FASTSPEC_ISA={wanted.decode()!r} is not an instruction set of this CPU and build; using {best.decode()!r}",
        stacklevel=2,
    )
    return best


ISA = _choose_isa()
