"""Other libraries, for tests beside them: imported where they are, else the test is skipped."""

from __future__ import annotations

import sys
import warnings
from types import ModuleType

import pytest


def peer(name: str) -> ModuleType:
    """A module of another library; a torchaudio that was built for another torch counts as none, as long as we run."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            import torchaudio  # noqa: F401
        except (ImportError, OSError):
            sys.modules["torchaudio"] = None  # type: ignore[assignment]
        return pytest.importorskip(name, exc_type=ImportError)
