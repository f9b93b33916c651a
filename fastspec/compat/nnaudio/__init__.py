"""The layers of nnAudio 0.3.4 as callable objects, on the CPU and without torch.

=================  =================================================================================================
Input              (samples,), (batch, samples) or (batch, 1, samples); the result always begins with the batch
Frames             of ``n_fft`` samples, centred with ``n_fft // 2`` reflected or zero samples at the ends, every hop
Window             periodic, ``win_length`` long, in the middle of the frame
`STFT` bins        'no': ``k sr / n_fft``; 'linear': ``fmin + k (fmax - fmin) / bins``; 'log' and 'log2', which are the
                   same: ``fmin (fmax / fmin)^(k / bins)``. `fmax` itself is left out
`STFT` output      'Complex': real and imaginary part as the last axis, phases from the frame's first sample;
                   'Magnitude', with ``trainable=True`` ``sqrt(|X|^2 + 1e-8)``; 'Phase': ``atan2``
`MelSpectrogram`   ``norm=1`` divides by the width of the triangles (librosa's 'slaney'), reflection at the ends
`MFCC`             decibels with `top_db` below the highest of each clip, then an orthonormal DCT-II
CQT and `VQT`      kernels of whole lengths, centred; 'librosa' multiplies by the root of their lengths, 'wrap' by 2
`Gammatonegram`    powers through the bands that nnAudio's own layer has
=================  =================================================================================================

``verbose`` is accepted, and nothing is ever printed. ``trainable`` and its kind are accepted: nothing is trained here,
and but for the guard in magnitudes they change no number.
"""

from __future__ import annotations

from ._cqt import CQT, VQT, CQT1992v2, CQT2010v2
from ._mel import MFCC, Gammatonegram, MelSpectrogram
from ._stft import STFT

__all__ = ["CQT", "MFCC", "STFT", "VQT", "CQT1992v2", "CQT2010v2", "Gammatonegram", "MelSpectrogram"]
