"""python_speech_features 0.6 under its own names: `mfcc`, `fbank`, `logfbank`, `ssc`, `delta`, `sigproc`, ...

=============== ======================================================================================
samples         numbers as they are: int16 is not divided by 32768
pre-emphasis    over the whole signal, whose first sample stays
frames          winlen and winstep times the rate, halves rounded up; zeros fill the last one; one at least
window          none (ones)
FFT             nfft points, zeros behind the frame; of a frame that is longer, its first nfft samples
spectrum        ``|X|**2 / nfft``
bands           nfilt, 0 to half the rate; 2595 log10(1 + f / 700); triangles over whole FFT bins, of height 1
energy          the sum of the spectrum's bins
logarithm       natural; what is 0 becomes 2.22e-16
cepstrum        orthonormal DCT-II, lifter 1 + (22 / 2) sin(pi n / 22) with n from 0, the log energy in place of c0
results         float64, frames first
=============== ======================================================================================

`logfbank_to_audio` and `mfcc_to_audio`, the way back, are ours alone. NaN stays in the frames that it is in.
"""

from . import base, sigproc
from ._audio import logfbank_to_audio, mfcc_to_audio
from .base import calculate_nfft, delta, fbank, get_filterbanks, hz2mel, lifter, logfbank, mel2hz, mfcc, ssc

__all__ = [
    "base", "calculate_nfft", "delta", "fbank", "get_filterbanks", "hz2mel", "lifter", "logfbank",
    "logfbank_to_audio", "mel2hz", "mfcc", "mfcc_to_audio", "sigproc", "ssc",
]  # fmt: skip


def __dir__() -> list[str]:
    return __all__
