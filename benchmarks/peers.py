"""How each library does a job, written as its own manual or a seasoned user would.

Every function here returns a factory: given the inputs, it imports the library, prepares what a user prepares
once (windows, banks), and returns the call that is timed.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from itertools import count

import numpy as np

Call = Callable[[], object]
Factory = Callable[..., Call]


@dataclass(frozen=True)
class Mel:
    """A log-mel setting, by librosa's names."""

    sr: int
    n_fft: int
    hop_length: int
    n_mels: int

    @property
    def arguments(self) -> dict[str, int]:
        return asdict(self)

    def bank(self, dtype=np.float32) -> np.ndarray:
        import fastspec

        return fastspec.filters.mel(sr=self.sr, n_fft=self.n_fft, n_mels=self.n_mels, dtype=dtype)


# fastspec: the public API, default arguments, fresh output


def fastspec_call(path: str, **arguments) -> Factory:
    """`fastspec.<path>` with keyword arguments beside the input, which is passed under its name."""
    return _drop_in("fastspec", path, arguments)


def librosa_call(path: str, **arguments) -> Factory:
    return _drop_in("librosa", path, arguments)


def _drop_in(package: str, path: str, arguments: dict) -> Factory:
    keyword = arguments.pop("_as", None)

    def prepare(x: np.ndarray) -> Call:
        function = _function(package, path)
        if keyword is None:
            return lambda: function(x, **arguments)
        return lambda: function(**{keyword: x}, **arguments)

    return prepare


def retuned_call(package: str, path: str, **arguments) -> Factory:
    """The function with another `tuning` at each call, as a folder of recordings has: nothing is known beforehand."""

    def prepare(y: np.ndarray) -> Call:
        function, calls = _function(package, path), count()
        return lambda: function(y=y, tuning=next(calls) % 997 / 997 - 0.5, **arguments)

    return prepare


def same_call(package: str, path: str) -> Factory:
    """The function with any arguments, positional and by keyword."""

    def prepare(positional: list, keywords: dict) -> Call:
        function = _function(package, path)
        return lambda: function(*positional, **keywords)

    return prepare


def _function(package: str, path: str) -> Callable:
    from importlib import import_module

    function = import_module(package)
    for name in path.split("."):
        function = getattr(function, name)
    return function


def two_calls(package: str, mel: Mel) -> Factory:
    """power_to_db(melspectrogram(...)): librosa's log-mel, and fastspec's for who only changes the import."""
    spectrogram = _drop_in(package, "feature.melspectrogram", {"_as": "y", **mel.arguments})

    def prepare(y: np.ndarray) -> Call:
        from importlib import import_module

        power_to_db, S = import_module(package).power_to_db, spectrogram(y)
        return lambda: power_to_db(S())

    return prepare


def stft_into_out(package: str, n_fft: int, hop_length: int) -> Factory:
    def prepare(y: np.ndarray) -> Call:
        from importlib import import_module

        stft = import_module(package).stft
        out = stft(y, n_fft=n_fft, hop_length=hop_length)
        return lambda: stft(y, n_fft=n_fft, hop_length=hop_length, out=out)

    return prepare


# torch and torchaudio


def torch_log_mel(mel: Mel, *, db: bool = True, n_mfcc: int | None = None) -> Factory:
    """torch.stft, squared magnitude, matmul with the bank (and the DCT), log10."""

    def prepare(y: np.ndarray) -> Call:
        import torch

        samples, bank = torch.from_numpy(y), torch.from_numpy(mel.bank(y.dtype))
        window = torch.hann_window(mel.n_fft, dtype=samples.dtype)
        dct = None if n_mfcc is None else torch.from_numpy(_dct(mel.n_mels, n_mfcc).astype(y.dtype))

        @torch.inference_mode()
        def call() -> torch.Tensor:
            D = torch.stft(samples, mel.n_fft, mel.hop_length, window=window, pad_mode="constant", return_complex=True)
            S = bank @ D.abs().pow(2)
            if not db:
                return S
            L = _torch_decibels(torch, S)
            return L if dct is None else dct @ L

        return call

    return prepare


def _torch_decibels(torch, S):
    L = 10 * torch.log10(torch.clamp(S, min=1e-10))
    return torch.maximum(L, L.amax(dim=(-2, -1), keepdim=True) - 80)


def torch_stft(n_fft: int, hop_length: int, *, center: bool = True) -> Factory:
    def prepare(y: np.ndarray) -> Call:
        import torch

        samples, window = torch.from_numpy(y), torch.hann_window(n_fft)
        return torch.inference_mode()(
            lambda: torch.stft(
                samples,
                n_fft,
                hop_length,
                window=window,
                center=center,
                pad_mode="constant",
                return_complex=True,
            )
        )

    return prepare


def torch_istft(n_fft: int, hop_length: int) -> Factory:
    """In torch's own layout, frames contiguous."""

    def prepare(D: np.ndarray) -> Call:
        import torch

        spectra, window = torch.from_numpy(np.ascontiguousarray(D)), torch.hann_window(n_fft)
        return torch.inference_mode()(lambda: torch.istft(spectra, n_fft, hop_length, window=window))

    return prepare


def torch_pool(name: str, size) -> Factory:
    """`torch.nn.functional.<name>` of an array as it lies."""

    def prepare(x: np.ndarray) -> Call:
        import torch

        function, given = getattr(torch.nn.functional, name), torch.from_numpy(x)
        return torch.inference_mode()(lambda: function(given, size))

    return prepare


def torch_decibels(*, amplitude: bool = False) -> Factory:
    def prepare(S: np.ndarray) -> Call:
        import torch

        given = torch.from_numpy(S)
        return torch.inference_mode()(lambda: _torch_decibels(torch, given.square() if amplitude else given))

    return prepare


def torch_matmul(make_matrix: Callable[[], np.ndarray]) -> Factory:
    def prepare(S: np.ndarray) -> Call:
        import torch

        matrix, given = torch.from_numpy(make_matrix()), torch.from_numpy(S)
        return torch.inference_mode()(lambda: matrix @ given)

    return prepare


def torchaudio_log_mel(mel: Mel) -> Factory:
    def prepare(y: np.ndarray) -> Call:
        import torch
        import torchaudio.transforms as T

        samples = torch.from_numpy(y)
        spectrogram = T.MelSpectrogram(
            sample_rate=mel.sr, n_fft=mel.n_fft, hop_length=mel.hop_length, n_mels=mel.n_mels,
            pad_mode="constant", norm="slaney", mel_scale="slaney",
        ).to(samples.dtype)  # fmt: skip
        decibels = T.AmplitudeToDB("power", top_db=80.0)
        return torch.inference_mode()(lambda: decibels(spectrogram(samples)))

    return prepare


# numpy and scipy


def array_log_mel(package: str, mel: Mel, *, db: bool = True, n_mfcc: int | None = None) -> Factory:
    """Frames by stride tricks, one batched rfft, matmul, log10."""

    def prepare(y: np.ndarray) -> Call:
        rfft, window, bank = _rfft(package), _hann(mel.n_fft, y.dtype), mel.bank(y.dtype).T
        cepstrum = None if n_mfcc is None else _scipy_cepstrum(n_mfcc)

        def call() -> np.ndarray:
            D = rfft(_frames(y, mel.n_fft, mel.hop_length) * window)
            S = (D.real**2 + D.imag**2) @ bank
            L = _decibels(S) if db else S
            return L.swapaxes(-1, -2) if cepstrum is None else cepstrum(L.swapaxes(-1, -2))

        return call

    return prepare


def array_stft(package: str, n_fft: int, hop_length: int, *, center: bool = True) -> Factory:
    def prepare(y: np.ndarray) -> Call:
        rfft, window = _rfft(package), _hann(n_fft, y.dtype)
        return lambda: rfft(_frames(y, n_fft, hop_length, center=center) * window).swapaxes(-1, -2)

    return prepare


def numpy_decibels(*, amplitude: bool = False) -> Factory:
    return lambda S: lambda: _decibels(np.square(S) if amplitude else S)


def numpy_matmul(make_matrix: Callable[[], np.ndarray]) -> Factory:
    def prepare(S: np.ndarray) -> Call:
        matrix = make_matrix()
        return lambda: matrix @ S

    return prepare


def numpy_from_pcm(*, into_out: bool = False) -> Factory:
    """What is written by hand for it."""

    def prepare(x: np.ndarray) -> Call:
        if not into_out:
            return lambda: x.astype(np.float32) / 32768
        out = np.empty(x.shape, np.float32)
        return lambda: np.divide(x, np.float32(32768), out=out, casting="same_kind")

    return prepare


def numpy_to_pcm() -> Factory:
    def prepare(x: np.ndarray) -> Call:
        return lambda: np.clip(np.rint(x * 32768), -32768, 32767).astype(np.int16)

    return prepare


def pcm_into_out(name: str, dtype) -> Factory:
    def prepare(x: np.ndarray) -> Call:
        import fastspec

        function, out = getattr(fastspec, name), np.empty(x.shape, dtype)
        return lambda: function(x, dtype, out=out)

    return prepare


def copy_into_out(dtype) -> Factory:
    """The bandwidth of memory: as many bytes as the result has, read and written."""

    def prepare(x: np.ndarray) -> Call:
        result, out = np.ones(x.shape, dtype), np.empty(x.shape, dtype)
        return lambda: np.copyto(out, result)

    return prepare


def scipy_cepstrum(n_mfcc: int) -> Factory:
    def prepare(S: np.ndarray) -> Call:
        cepstrum = _scipy_cepstrum(n_mfcc)
        return lambda: cepstrum(S)

    return prepare


def _scipy_cepstrum(n_mfcc: int) -> Callable[[np.ndarray], np.ndarray]:
    import scipy.fft

    return lambda L: scipy.fft.dct(L, axis=-2, norm="ortho")[..., :n_mfcc, :]


def _rfft(package: str) -> Callable[[np.ndarray], np.ndarray]:
    if package == "numpy":
        return np.fft.rfft
    import scipy.fft

    return lambda frames: scipy.fft.rfft(frames, workers=_cpus())


def _cpus() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _hann(n: int, dtype) -> np.ndarray:
    return (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(n) / n)).astype(dtype)


def _frames(y: np.ndarray, n_fft: int, hop_length: int, *, center: bool = True) -> np.ndarray:
    if center:
        y = np.pad(y, [(0, 0)] * (y.ndim - 1) + [(n_fft // 2, n_fft // 2)])
    return np.lib.stride_tricks.sliding_window_view(y, n_fft, axis=-1)[..., ::hop_length, :]


def _decibels(S: np.ndarray) -> np.ndarray:
    L = 10 * np.log10(np.maximum(S, 1e-10))
    return np.maximum(L, L.max(axis=(-2, -1), keepdims=True) - 80)


def _dct(n: int, n_mfcc: int) -> np.ndarray:
    matrix = np.sqrt(2 / n) * np.cos(np.pi / n * np.outer(np.arange(n_mfcc), np.arange(n) + 0.5))
    matrix[0] *= np.sqrt(0.5)
    return matrix


def dct_matrix(n: int, n_mfcc: int) -> Callable[[], np.ndarray]:
    return lambda: _dct(n, n_mfcc).astype(np.float32)


# the speech front ends, each by its own convention (25 ms frames, HTK mel, pre-emphasis, natural logarithm)


def kaldi_fbank(n_mels: int) -> Factory:
    def prepare(y: np.ndarray) -> Call:
        import kaldi_native_fbank as knf

        options = knf.FbankOptions()
        options.frame_opts.dither = 0.0
        options.mel_opts.num_bins = n_mels

        def call() -> np.ndarray:
            fbank = knf.OnlineFbank(options)
            fbank.accept_waveform(16000, y)
            fbank.input_finished()
            return np.stack([fbank.get_frame(i) for i in range(fbank.num_frames_ready)])

        return call

    return prepare


def python_speech_features_call(name: str, **arguments) -> Factory:
    def prepare(y: np.ndarray) -> Call:
        import python_speech_features

        function = getattr(python_speech_features, name)
        return lambda: function(y, **arguments)

    return prepare


def scipy_call(name: str, **arguments) -> Factory:
    def prepare(y: np.ndarray) -> Call:
        function = _function("scipy.signal", name)
        return lambda: function(y, **arguments)

    return prepare


def short_time_fft(package: str, n_fft: int, hop_length: int, *, back: bool = False) -> Factory:
    """`ShortTimeFFT.stft` of scipy.signal or of our module of its names; or `istft` of what it makes."""

    def prepare(y: np.ndarray) -> Call:
        transform = _function(package, "ShortTimeFFT").from_window("hann", 22050, n_fft, n_fft - hop_length)
        S = transform.stft(y) if back else None
        return (lambda: transform.istft(S)) if back else (lambda: transform.stft(y))

    return prepare


# a new process


def new_process(code: str) -> Factory:
    """The whole life of an interpreter that runs `code`."""
    return lambda: lambda: subprocess.run([sys.executable, "-c", code], check=True)
