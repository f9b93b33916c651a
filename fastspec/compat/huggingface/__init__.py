"""transformers' ``audio_utils`` under its names and arguments, and its feature extractors as recipes.

==============  ======================================================================================================
frames          ``frame_length`` samples, zeros behind them up to ``fft_length``; ``center`` pads ``frame_length // 2``
                on both sides (librosa: ``n_fft // 2``), by any mode of `numpy.pad`, 'reflect' unless told
a frame         dither, less its mean, pre-emphasis whose first sample is ``(1 - preemphasis) x[0]``, window
window          as it is passed; `window_function` has 'hann', 'hamming', 'boxcar' and 'povey', periodic unless told
spectrum        ``power`` 1 unless told (librosa's mel: 2); None for complex64; ``onesided=False`` for all of it
bands           ``mel_filters`` (bins, bands), the other way round than librosa's; no smaller than ``mel_floor``
scale           'htk', 2595 log10; 'kaldi', 1127 ln; 'slaney'. Bins end at ``sampling_rate // 2``, in whole Hz
                unless ``triangularize_in_mel_space``, whose 'slaney' norm is one over a width in mel
levels          'log', 'log10', or 'dB' by the exponent: relative to ``reference``, ``db_range`` below the peak
result          (bands or bins, frames); float64 without ``log_mel``, ``dtype`` with it
==============  ======================================================================================================

transformers computes in float64 and keeps spectra as complex64. Here float32 samples are computed in float32, which is
as close, and wider ones in float64.
"""

from ..._lazy import attach

__getattr__, __dir__, __all__ = attach(__name__)
