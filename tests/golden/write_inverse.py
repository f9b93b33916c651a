"""Writes inverse.npz: run with librosa 1.0 installed, ``python tests/golden/write_inverse.py``."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))


def istft_calls():
    for arguments in (
        "lib.spectrum(33, 9)",
        "lib.spectrum(33, 9, dtype=np.complex128)",
        "lib.spectrum(33, 1)",
        "lib.spectrum(2, 33, 5)",
        "lib.spectrum(2, 1, 33, 5), hop_length=20",
        "lib.spectrum(33, 9), hop_length=10",
        "lib.spectrum(33, 9), hop_length=64",
        "lib.spectrum(33, 9), hop_length=80",
        "lib.spectrum(33, 9), win_length=40",
        "lib.spectrum(33, 9), win_length=40, hop_length=8",
        "lib.spectrum(33, 9), n_fft=65, window='hamming'",
        "lib.spectrum(20, 9), n_fft=39, window=('kaiser', 4.0)",
        "lib.spectrum(33, 9), n_fft=50, window='hamming'",
        "lib.spectrum(33, 9), window=np.ones(64)",
        "lib.spectrum(33, 9), window='boxcar', center=False",
        "lib.spectrum(33, 9), window='hamming', center=False, hop_length=30",
        "lib.spectrum(33, 9), window='hamming', length=100",
        "lib.spectrum(33, 9), window='hamming', length=1",
        "lib.spectrum(33, 9), window='hamming', length=300",
        "lib.spectrum(33, 9), window='hamming', center=False, length=70",
        "lib.spectrum(33, 9), window='hamming', center=False, length=500",
        "lib.spectrum(33, 9), dtype=np.float64",
        "lib.spectrum(33, 9, dtype=np.complex128), dtype=np.float32",
        "lib.spectrum(33, 9), out=np.zeros(128, np.float32)",
        "lib.spectrum(33, 9), out=np.zeros(100, np.float32)",
        "lib.spectrum(33, 9), win_length=65",
        "lib.spectrum(33, 9), window=np.ones(63)",
    ):
        yield f"lib.istft({arguments})"
    for length in (15, 16, 17, 31, 32, 33, 48, 64, 127, 128, 129):
        yield f"lib.istft(lib.spectrum(33, 9), window='hamming', length={length})"


def griffinlim_calls():
    S = "np.abs(lib.spectrum(33, 20))"
    for arguments in (
        f"{S}, rng=0, n_iter=3",
        f"{S}, rng=np.random.RandomState(0), n_iter=3",
        f"{S}, rng=np.random.default_rng(3), n_iter=2",
        f"{S}, init=None, n_iter=4",
        f"{S}, init=None, n_iter=0",
        f"{S}, init=None, n_iter=3, momentum=0",
        f"{S}, init=None, n_iter=3, momentum=1.5",
        f"{S}, init=None, n_iter=2, hop_length=20, window='hamming'",
        f"{S}, init=None, n_iter=2, win_length=40, hop_length=10",
        f"{S}, init=None, n_iter=2, n_fft=65",
        f"{S}, init=None, n_iter=2, pad_mode='reflect'",
        f"{S}, init=None, n_iter=2, center=False, window='hamming'",
        f"{S}, init=None, n_iter=2, length=310",
        f"{S}, init=None, n_iter=2, length=200",
        f"{S}.astype(np.float64), init=None, n_iter=6",
        "np.abs(lib.spectrum(2, 33, 9)), rng=0, n_iter=2",
        f"{S}, momentum=-1",
        f"{S}, init='zeros'",
        f"{S}, rng=0, random_state=0",
        f"{S}, random_state=1, n_iter=1",
        f"{S}, rng='x'",
    ):
        yield f"lib.griffinlim({arguments})"


def phase_vocoder_calls():
    D = "lib.spectrum(5, 12)"
    for arguments in (
        f"{D}, rate=2",
        f"{D}, rate=0.5",
        f"{D}, rate=1.0",
        f"{D}, rate=1.3",
        f"{D}.astype(np.complex128), rate=0.7",
        "lib.spectrum(2, 5, 6), rate=1.5",
        f"{D}, t_out=[0, 0.5, 3.25, 11.9]",
        f"{D}, t_out=np.array([2.0])",
        f"{D}, t_out=[3, 1]",
        f"{D}, rate=0.8, kind='nearest'",
        f"{D}, rate=0.8, kind='cubic'",
        f"{D}, rate=2, hop_length=3",
        f"{D}, rate=2, n_fft=8",
        f"{D}, rate=0",
        f"{D}, rate=-1",
        f"{D}, rate=1, t_out=[0]",
        f"{D}",
        f"{D}, t_out=[12.0]",
        f"{D}, t_out=[-0.1]",
    ):
        yield f"lib.phase_vocoder({arguments})"


if __name__ == "__main__":
    import librosa
    from support import inverse_signals
    from support.calls import save

    bench = inverse_signals.bench(librosa)
    save(__file__, "inverse", [*istft_calls(), *griffinlim_calls(), *phase_vocoder_calls()], bench)
