"""The libraries: one a line, read by `_lazy.attach` and by type checkers."""

from . import huggingface as huggingface
from . import whisper as whisper
