"""From a collection of recordings to training data: `extract` computes, `open` reads what it made."""

from .._lazy import attach

__getattr__, __dir__, __all__ = attach(__name__)
