"""fastspec: audio features, fast, under librosa's names.

>>> import fastspec
>>> fastspec.mel_to_hz(0.0).item()
0.0
"""

from ._lazy import attach

__version__ = "0.1.0"

__getattr__, __dir__, __all__ = attach(__name__)
