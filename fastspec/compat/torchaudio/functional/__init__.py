"""torchaudio.functional; the conventions are in `fastspec.compat.torchaudio`."""

from ...._lazy import attach

__getattr__, __dir__, __all__ = attach(__name__)
