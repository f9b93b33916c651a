"""Transforms of torchaudio and nnAudio beside ours of the same names: made once, called with an array or a tensor."""

from __future__ import annotations

import importlib
from collections.abc import Callable

import numpy as np
from peers import Factory

_OURS = {"torchaudio.transforms": "fastspec.compat.torchaudio", "nnAudio.features": "fastspec.compat.nnaudio"}


def ours(package: str, name: str, options: dict) -> Factory:
    def prepare(y: np.ndarray) -> Callable[[], object]:
        transform = getattr(importlib.import_module(_OURS[package]), name)(**options)
        return lambda: transform(y)

    return prepare


def theirs(package: str, name: str, options: dict) -> Factory:
    def prepare(y: np.ndarray) -> Callable[[], object]:
        import torch

        transform, samples = getattr(importlib.import_module(package), name)(**options), torch.from_numpy(y)
        return torch.inference_mode()(lambda: transform(samples))

    return prepare


# A transform: its library, its arguments, and the ratio to reach, if there is one.
_MEL = {"n_fft": 512, "hop_length": 160, "n_mels": 80}
_LOG = {"n_fft": 2048, "freq_scale": "log", "fmin": 50, "fmax": 6000, "freq_bins": 512, "output_format": "Magnitude"}
_QUIET = {"sr": 16000, "verbose": False}
TRANSFORMS: list[tuple[str, str, dict, float | None]] = [
    ("torchaudio.transforms", "Spectrogram", {"n_fft": 512}, None),
    ("torchaudio.transforms", "MelSpectrogram", _MEL, None),
    ("torchaudio.transforms", "MFCC", {"melkwargs": _MEL}, None),
    ("torchaudio.transforms", "Resample", {"orig_freq": 16000, "new_freq": 22050}, None),
    ("nnAudio.features", "STFT", _QUIET | _LOG, 20),
    ("nnAudio.features", "MelSpectrogram", _QUIET | _MEL, None),
    ("nnAudio.features", "MFCC", _QUIET | {"n_mfcc": 20} | _MEL, None),
    ("nnAudio.features", "CQT1992v2", _QUIET | {"fmin": 55.0}, None),
    ("nnAudio.features", "CQT2010v2", _QUIET | {"fmin": 55.0}, None),
]
