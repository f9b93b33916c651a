"""Kaldi's features, under the names of torchaudio.compliance.kaldi and of kaldi-native-fbank.

============  ====================================================================================
what          both
============  ====================================================================================
samples       as they are: multiply those in -1 .. 1 by 32768 for Kaldi's own numbers
frame, shift  int(rate * milliseconds / 1000) samples; zeros behind up to a power of two
order         dither, mean, raw energy, pre-emphasis, window, energy, FFT
windows       symmetric; povey is hanning to the power of 0.85
edges         snip_edges: frames within the signal; else one for each shift, the signal mirrored
bands         straight in mel = 1127 ln(1 + f / 700), up to the highest bin, which has no weight
cepstrum      orthonormal DCT-II, lifter from 0; htk_compat moves energy or c0 to the end
============  ====================================================================================

=================  ==========================  ==================================================
what differs       torchaudio                  kaldi-native-fbank
=================  ==========================  ==================================================
windows            as above                    also a periodic hann, and sine
bands              as above                    also librosa's (is_librosa) and HTK's (htk_mode)
logarithm          natural, of max(x, 2**-23)  the same, or of x + eps
VTLN               vtln_warp                   none when online
dither by default  0.0                         3e-5
energy_floor       1.0                         0.0
energy in mfcc     no                          yes
=================  ==========================  ==================================================

Dither is told by each sample's place in the signal: the same call gives the same numbers, and so does any cutting of a
signal into pieces. The peers draw new noise for each frame.
"""

from ._batch import fbank, mfcc, spectrogram
from ._nemo import OnlineNemoFbank
from ._online import OnlineFbank, OnlineMfcc, OnlineRawAudioSamples, OnlineWhisperFbank
from ._options import (
    FbankOptions,
    FrameExtractionOptions,
    MelBanksOptions,
    MfccOptions,
    NemoFbankOptions,
    RawAudioSamplesOptions,
    WhisperFeatureOptions,
)

__all__ = [
    "FbankOptions",
    "FrameExtractionOptions",
    "MelBanksOptions",
    "MfccOptions",
    "NemoFbankOptions",
    "OnlineFbank",
    "OnlineMfcc",
    "OnlineNemoFbank",
    "OnlineRawAudioSamples",
    "OnlineWhisperFbank",
    "RawAudioSamplesOptions",
    "WhisperFeatureOptions",
    "fbank",
    "mfcc",
    "spectrogram",
]
