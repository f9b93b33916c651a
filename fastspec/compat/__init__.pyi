"""The libraries: one a line, read by `_lazy.attach` and by type checkers."""

from . import torchaudio as torchaudio
