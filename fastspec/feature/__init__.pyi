"""The names of this namespace: one a line, read by `_lazy.attach` and by type checkers."""

from .spectral import logmel as logmel
from .spectral import melspectrogram as melspectrogram
from .spectral import mfcc as mfcc
