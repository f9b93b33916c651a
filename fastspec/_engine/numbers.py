"""The gate for numbers with its shortcut in C, which lets nearly all arguments pass at a glance."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .._gate.numbers import AS_THEY_ARE, numbers_of
from .install import engine as _engine

_engine.open_gate(np.ndarray, AS_THEY_ARE, numbers_of)
as_numbers: Callable[[Any, str], np.ndarray] = _engine.as_numbers
as_scalar_or_array: Callable[[Any, str], Any] = _engine.as_scalar_or_array
