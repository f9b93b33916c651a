"""Other libraries, for tests beside them: imported where they are, else the test is skipped."""

from __future__ import annotations

import sys
import warnings
from types import ModuleType
from unittest import mock

import pytest


def peer(name: str) -> ModuleType:
    """A module of another library; a torchaudio that was built for another torch counts as none."""
    without = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            import torchaudio  # noqa: F401
        except (ImportError, OSError):
            without = {"torchaudio": None}
        with mock.patch.dict(sys.modules, without):
            return pytest.importorskip(name, exc_type=ImportError)
