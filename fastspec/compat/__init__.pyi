"""The libraries: one a line, read by `_lazy.attach` and by type checkers."""

from . import desed as desed
from . import nnaudio as nnaudio
from . import torchaudio as torchaudio
