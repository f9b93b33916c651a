"""The names of transformers' audio_utils that are here: one a line, read by `_lazy.attach` and by type checkers."""

from ._banks import chroma_filter_bank as chroma_filter_bank
from ._banks import hertz_to_mel as hertz_to_mel
from ._banks import hertz_to_octave as hertz_to_octave
from ._banks import mel_filter_bank as mel_filter_bank
from ._banks import mel_to_hertz as mel_to_hertz

from ._extractors import from_preprocessor_config as from_preprocessor_config
from ._levels import amplitude_to_db as amplitude_to_db
from ._levels import amplitude_to_db_batch as amplitude_to_db_batch
from ._levels import power_to_db as power_to_db
from ._levels import power_to_db_batch as power_to_db_batch
from ._spectrogram import optimal_fft_length as optimal_fft_length
from ._spectrogram import spectrogram as spectrogram
from ._spectrogram import spectrogram_batch as spectrogram_batch
from ._spectrogram import window_function as window_function
