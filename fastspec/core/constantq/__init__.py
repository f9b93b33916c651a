"""Constant-Q and variable-Q transforms: spectra whose bins are spaced as the notes of a scale are."""

from __future__ import annotations

from ._forward import cqt, hybrid_cqt, pseudo_cqt, vqt
from ._inverse import griffinlim_cqt, icqt

__all__ = [
    "cqt", "griffinlim_cqt", "hybrid_cqt", "icqt", "pseudo_cqt", "vqt",
]  # fmt: skip
