"""python_speech_features' logfbank and mfcc of a recording, changed, and the audio that has them.

python features_to_wav.py recording.flac slower.wav smooth.wav

The first is half as fast at the same pitch: each frame comes twice. The second has twelve coefficients alone, times
1.5: the formants of a voice are exaggerated, and its pitch is lost.
"""

import sys

import numpy as np
import soundfile

from fastspec.compat import python_speech_features as psf


def main(source: str, slower: str, smooth: str) -> None:
    samples, rate = soundfile.read(source, dtype="int16", always_2d=True)
    signal = samples[:, 0]

    bands = psf.logfbank(signal, rate, nfilt=80, nfft=1024)
    write(slower, psf.logfbank_to_audio(np.repeat(bands, 2, axis=0), rate, nfft=1024, rng=0), rate)

    cepstra = psf.mfcc(signal, rate, nfilt=40, nfft=1024)
    cepstra[:, 1:] *= 1.5  # the first is the energy
    write(smooth, psf.mfcc_to_audio(cepstra, rate, nfilt=40, nfft=1024, length=len(signal), rng=0), rate)


def write(target: str, signal: np.ndarray, rate: int) -> None:
    soundfile.write(target, 0.9 * signal / np.abs(signal).max(), rate)


if __name__ == "__main__":
    main(*sys.argv[1:])
