"""librosa's exception classes under librosa's import path."""

from .._gate.samples import DTypeError, LibrosaError, ParameterError

__all__ = ["DTypeError", "LibrosaError", "ParameterError"]
