"""Calls that reach all parts of the wrapper in little time."""

from __future__ import annotations

import numpy as np

import fastspec

from . import everything

Y = everything.Y.astype(np.float32)
CALLS = {
    "stft": lambda: fastspec.stft(Y),
    "logmel": lambda: fastspec.feature.logmel(y=Y),
    "istft": lambda: fastspec.istft(everything.D),
    "power_to_db": lambda: fastspec.power_to_db(everything.S),
    "pool": lambda: fastspec.adaptive_avg_pool1d(everything.S, 4),
}
