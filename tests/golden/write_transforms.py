"""Writes pcen, reassigned, transforms_other and inverse_features.npz: run with librosa 1.0 installed."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

SPECTRUM = "np.random.RandomState(0).randint(0, 900, size=({shape})) / 100"
NOISE = "np.random.RandomState(1).randint(-900, 901, size=({shape})) / 1000"
S, S3 = SPECTRUM.format(shape="6, 20"), SPECTRUM.format(shape="2, 6, 9")
SHORT = NOISE.format(shape="500,")
Y, Y2 = NOISE.format(shape="1500,"), NOISE.format(shape="2, 1500")


def pcen_calls():
    for options in (
        "sr=8000",
        "hop_length=100",
        "gain=0.5",
        "gain=0",
        "bias=0.5",
        "bias=0",
        "power=0",
        "power=0.3",
        "time_constant=0.06",
        "eps=1e-3",
        "b=0.3",
        "b=1",
        "max_size=3",
        "max_size=2, max_axis=1",
        "axis=0",
        "axis=0, max_size=3",
        "axis=-2, max_size=3",
        "zi=np.ones((6, 1))",
        "zi=np.zeros((6, 1), 'float32')",
        f"ref={S} + 1",
        "power=-1",
        "gain=-1",
        "bias=-1",
        "eps=0",
        "time_constant=0",
        "b=2",
        "max_size=0",
        "max_size=1.5",
    ):
        yield f"lib.pcen(1 + {S}, {options})"
    yield f"lib.pcen({S})"
    yield f"lib.pcen(({S}).astype('float32'))"
    yield f"lib.pcen(({S}).astype(int))"
    yield f"lib.pcen({S} * 1j)"
    yield f"lib.pcen({S}, return_zf=True)[1]"
    yield f"lib.pcen({S}[:, 7:], zi=lib.pcen({S}[:, :7], return_zf=True)[1])"
    yield f"lib.pcen({S3})"
    yield f"lib.pcen({S3}, max_size=3)"
    yield f"lib.pcen({S3}, max_size=3, max_axis=-2)"
    yield f"lib.pcen({S}[0])"
    yield f"lib.pcen({S}[0], max_size=3)"
    for options in ("", "kind='B'", "kind='C'", "kind='D'", "kind=None", "ref=np.max", "top_db=20", "kind='x'"):
        yield f"lib.perceptual_weighting({S}, np.arange(1, 7) * 300.0, {options})"
    yield f"lib.perceptual_weighting({S3}, np.arange(1, 7) * 300.0)"


def reassigned_calls():
    for options in (
        "",
        "sr=8000",
        "hop_length=50",
        "win_length=40",
        "window='hamming'",
        "window=('kaiser', 4.0)",
        "center=False",
        "reassign_times=False",
        "reassign_frequencies=False",
        "reassign_times=False, center=False",
        "ref_power=0.5",
        "ref_power=np.median",
        "ref_power=0.5, fill_nan=True",
        "ref_power=0.5, fill_nan=True, center=False, clip=False",
        "clip=False",
        "pad_mode='reflect'",
        f"S=lib.stft({SHORT}, n_fft=64)",
        "ref_power=-1",
        "reassign_times=False, reassign_frequencies=False",
        "win_length=65",
    ):
        for i in range(3):
            yield f"lib.reassigned_spectrogram({SHORT}, n_fft=64, {options})[{i}]"
    yield f"lib.reassigned_spectrogram({SHORT}, n_fft=63, center=False)[1]"
    yield f"lib.reassigned_spectrogram({Y2}[:, :400], n_fft=64, hop_length=64)[0]"
    yield "lib.reassigned_spectrogram(np.zeros(200), n_fft=64)[0]"
    yield "lib.reassigned_spectrogram(np.zeros(200), n_fft=64, ref_power=0, fill_nan=True)[1]"


def other_calls():
    for options in (
        "",
        "t_min=0.2",
        "n_fmt=40",
        "kind='linear'",
        "kind='quadratic'",
        "beta=1.0",
        "over_sample=2",
        "over_sample=1.5, n_fmt=30",
        "n_fmt=2",
        "t_min=0",
        "over_sample=0.5",
    ):
        yield f"lib.fmt({Y}[:60], {options})"
    yield f"lib.fmt({Y2}[:, :40])"
    yield f"lib.fmt({Y2}[:, :40].T, axis=0)"
    yield f"lib.fmt(({Y})[:40].astype('float32'))"
    yield "lib.fmt(np.ones(2))"
    yield "lib.fmt(np.array([1.0, np.nan, 2.0, 3.0]))"
    bank = "center_freqs=np.array([500.0, 900.0]), sample_rates=np.array([4000.0, 8000.0])"
    for options in (
        "",
        "win_length=400",
        "hop_length=100",
        "center=False, win_length=512",
        "tuning=0.3",
        "pad_mode='reflect', win_length=512",
        f"flayout='ba', {bank}, win_length=512",
        f"{bank}, win_length=512, hop_length=100",
        "flayout='zpk'",
    ):
        yield f"lib.iirt({Y}, sr=8000, {options})"
    yield f"lib.iirt({Y2}, sr=8000, win_length=512)"
    yield f"lib.iirt(({Y}).astype('float32'), sr=8000)"
    yield f"lib.iirt(({Y}).astype(int), sr=8000)"


def inverse_calls():
    for options in (
        "",
        "n_mels=40",
        "dct_type=3",
        "dct_type=1, norm=None",
        "norm=None",
        "ref=2.0",
        "lifter=5",
        "lifter=22.5",
        "lifter=-1",
    ):
        yield f"lib.feature.inverse.mfcc_to_mel({S}, {options})"
    yield f"lib.feature.inverse.mfcc_to_mel({S3}, n_mels=9)"
    yield f"lib.feature.inverse.mfcc_to_mel(({S}).astype('float32'), n_mels=9, lifter=4)"
    yield f"lib.feature.inverse.mfcc_to_mel(({S}).astype('float32'), lifter=2 / 3 * 3)"


if __name__ == "__main__":
    import librosa
    from support import calls

    for area, expressions in (
        ("pcen", pcen_calls()),
        ("reassigned", reassigned_calls()),
        ("transforms_other", other_calls()),
        ("inverse_features", inverse_calls()),
    ):
        calls.save(__file__, area, list(expressions), librosa)
