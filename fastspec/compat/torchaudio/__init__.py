"""torchaudio's transforms and functional forms (2.11), on NumPy arrays or CPU tensors, without torch.

Conventions
-----------
============== =========================================================================================================
what           as torchaudio has it
============== =========================================================================================================
samples        (..., n), floating-point, as they are: -1 to 1, no scaling; integers are refused
frames         ``1 + (n + 2 pad + 2 (n_fft // 2) - n_fft) // hop_length`` with `center`; frame t's middle is sample
               ``t * hop_length`` of the signal that has been padded by `pad`; without `center`, frame t begins there
padding        `pad` zeros first, then ``n_fft // 2`` samples by `pad_mode`: 'reflect' (the default; fewer than the
               samples), 'constant', 'replicate', 'circular'
window         `win_length` samples, periodic Hann, in the middle of `n_fft`; here in float64
hop_length     ``win_length // 2`` (librosa: a quarter)
power          2: squares; 1: magnitudes; None: complex; any other exponent
normalized     True or 'window': divided by the root of the window's sum of squares; 'frame_length': by that of `n_fft`
mel            HTK's scale, triangles in Hz of height 1 (`norm` None) on bins up to ``sample_rate // 2``, which is also
               the default `f_max`; 'slaney' for scale and areas
decibels       ``multiplier log10(max(x, amin)) - multiplier * db_multiplier``; multiplier 10 for 'power', else 20;
               amin 1e-10 for both
top_db         below the highest number of a clip (channels, bins, frames): two and three dimensions are one clip
MFCC           40 of 128 bands, decibels with top_db 80 (or ``ln(x + 1e-6)``), DCT-II, orthonormal
layout, dtype  (..., rows, frames), float32 of float32, float64 of float64
NaN            refused in samples (torchaudio carries it on); kept where it stands in spectra
silence        -100 dB; centroids 0 (torchaudio: NaN); `norm_vars` of equal frames 0 (torchaudio: NaN or noise)
random numbers NumPy's, by `rng`: a seed, a Generator or None; torch.manual_seed has no part in it
errors         ValueError where torchaudio raises it, and RuntimeError as well, where torch does; they name the argument
============== =========================================================================================================

Transforms are callable objects, here and under `transforms`; functions are under `functional`. Attributes may be
changed between calls; `recipe` is what an object does as a `fastspec.Recipe`, where one can say it.

Examples
--------
>>> import numpy as np
>>> from fastspec.compat import torchaudio
>>> torchaudio.transforms.MFCC(sample_rate=8000, melkwargs={"n_mels": 40})(np.zeros((2, 8000), np.float32)).shape
(2, 40, 41)
"""

from ..._lazy import attach

__getattr__, __dir__, __all__ = attach(__name__)
