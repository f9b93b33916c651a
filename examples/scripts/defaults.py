"""One's own defaults for a whole library: a wrapper that fills in sr, n_fft, hop_length wherever a function has them.

python defaults.py fastspec speech.flac defaults.npz
"""

import functools
import importlib
import inspect
import sys
from types import ModuleType

import numpy as np


class Defaults:
    """A library whose functions take these values where the caller gives none."""

    def __init__(self, module: ModuleType, values: dict) -> None:
        self._module, self._values = module, values

    def __getattr__(self, name: str):
        found = getattr(self._module, name)
        if inspect.ismodule(found):
            return Defaults(found, self._values)
        if not inspect.isfunction(found):
            return found
        names = inspect.signature(found).parameters
        chosen = {key: value for key, value in self._values.items() if key in names}
        return functools.wraps(found)(functools.partial(found, **chosen))


def main(library: str, source: str, target: str) -> None:
    librosa = Defaults(importlib.import_module(library), {"sr": 16000, "n_fft": 512, "hop_length": 160, "n_mels": 40})
    y, sr = librosa.load(source)
    mel = librosa.feature.melspectrogram(y=y)
    mfcc = librosa.feature.mfcc(S=librosa.power_to_db(mel), n_mfcc=13)
    deltas = [librosa.feature.delta(mfcc, order=order) for order in (1, 2)]
    np.savez(
        target,
        sr=sr,
        mel=mel,
        mfcc=mfcc,
        deltas=deltas,
        times=librosa.times_like(mel),
        frequencies=librosa.fft_frequencies(),
        centroid=librosa.feature.spectral_centroid(y=y),
        onsets=librosa.onset.onset_detect(y=y, units="time"),
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
