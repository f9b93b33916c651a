"""The libraries: one a line, read by `_lazy.attach` and by type checkers."""

from . import torchaudio as torchaudio
from . import desed as desed
from . import nnaudio as nnaudio
