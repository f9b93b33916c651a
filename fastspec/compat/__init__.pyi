"""The libraries: one a line, read by `_lazy.attach` and by type checkers."""

from . import desed as desed
from . import huggingface as huggingface
from . import kaldi as kaldi
from . import nnaudio as nnaudio
from . import python_speech_features as python_speech_features
from . import scipy as scipy
from . import torchaudio as torchaudio
from . import whisper as whisper
