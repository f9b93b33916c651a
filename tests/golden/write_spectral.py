"""Writes spectral.npz: run with librosa 1.0 installed, ``python tests/golden/write_spectral.py``."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

PADDINGS = ("constant", "edge", "reflect", "symmetric", "linear_ramp")
FUNCTIONS = (
    "stft",
    "magphase",
    "power_to_db",
    "amplitude_to_db",
    "db_to_power",
    "db_to_amplitude",
    "melspectrogram",
    "mfcc",
    "_spectrogram",
)


def signatures():
    for name in FUNCTIONS:
        yield f"lib.parameters(lib.{name})"


def stft_calls():
    yield from stft_of_any_length()
    yield from stft_options()
    yield from stft_errors()
    for shape in ("200", "2, 200", "2, 1, 90"):
        yield f"lib.stft(lib.noise({shape}), n_fft=64, hop_length=20).shape"
    yield "lib.layout(lib.stft(lib.noise(200), n_fft=64))"
    yield "lib.layout(lib.stft(lib.noise(200), n_fft=64, center=False))"
    yield "lib.layout(np.abs(lib.stft(lib.noise(200), n_fft=64)))"


def stft_of_any_length():
    """Signals shorter than everything, for even and odd frames and all that may stand around them.

    Hops are below half a frame. At larger ones librosa reflects the end of a whole number of hops
    differently: see test_frames.py.
    """
    for n_fft in (4, 7, 16, 17, 30):
        for n in (0, 1, 2, n_fft // 2, n_fft // 2 + 1, n_fft - 1, n_fft, n_fft + 1, 3 * n_fft + 1):
            call = f"lib.stft(lib.noise({n}), n_fft={n_fft}, hop_length={n_fft // 3}"
            yield from (f"{call}, pad_mode='{pad_mode}')" for pad_mode in PADDINGS)
            yield f"{call}, center=False)"
    for n_fft in (1, 3, 5, 30, 31, 37, 64, 66, 74, 81, 97, 121, 128):
        yield f"lib.stft(lib.noise(200), n_fft={n_fft}, hop_length=70)"
        yield f"lib.stft(lib.noise(200, dtype=np.float64), n_fft={n_fft}, hop_length=70, pad_mode='reflect')"


def stft_options():
    for hop_length in ("None", "1", "7", "32", "33", "100", "1000", "np.int16(9)"):
        yield f"lib.stft(lib.noise(70), n_fft=32, hop_length={hop_length})"
        yield f"lib.stft(lib.noise(70), n_fft=32, hop_length={hop_length}, center=False)"
        yield f"lib.stft(lib.noise(70), n_fft=32, hop_length={hop_length}, pad_mode='reflect')"
    for win_length in (4, 5, 20, 21, 31, 32):
        yield f"lib.stft(lib.noise(100), n_fft=32, win_length={win_length})"
        yield f"lib.stft(lib.noise(100), n_fft=33, win_length={win_length}, window='boxcar')"
    for window in (
        "'hamming'",
        "'blackmanharris'",
        "'triang'",
        "('tukey', 0.3)",
        "('kaiser', 4.0)",
        "4.0",
        "np.hanning",
        "np.ones",
        "lambda n: np.ones(n // 2)",
        "np.arange(32)",
        "lib.noise(32)",
        "[0.5] * 32",
        "3",
    ):
        yield f"lib.stft(lib.noise(80), n_fft=32, window={window})"
    for dtype in ("np.float32", "np.float64", "np.float16", "'>f4'"):
        for result in ("None", "np.complex64", "np.complex128", "'c8'"):
            yield f"lib.stft(lib.noise(80, dtype={dtype}), n_fft=32, dtype={result})"
    for shape in ("1, 80", "3, 80", "2, 3, 80", "1, 1, 1, 80"):
        yield f"lib.stft(lib.noise({shape}), n_fft=32)"
        yield f"lib.stft(lib.noise({shape}, dtype=np.float64)[..., ::-2], n_fft=32, center=False)"
    yield "lib.stft(np.asfortranarray(lib.noise(3, 80)), n_fft=32)"
    yield "lib.stft(y=lib.noise(80), n_fft=32)"
    for n_frames in (10, 11, 14):
        for dtype in ("np.complex64", "np.complex128"):
            out = f"np.ones((17, {n_frames}), {dtype})"
            yield f"lib.stft(lib.noise(80), n_fft=32, hop_length=8, out={out})"
            yield f"lib.stft(lib.noise(80), n_fft=32, hop_length=8, out={out}).shape"


def stft_errors():
    for y in (
        "None",
        "'audio'",
        "5",
        "[0.1] * 3000",
        "np.arange(3000)",
        "np.zeros(3000, bool)",
        "np.zeros(3000, complex)",
        "np.array(3.0)",
        "np.zeros(3000, object)",
        "np.full(3000, np.nan)",
        "np.full(3000, -np.inf)",
        "np.zeros(3000, np.int16)",
    ):
        yield f"lib.stft({y})"
    for options in (
        "n_fft=0",
        "n_fft=-1",
        "n_fft=2.0",
        "n_fft='512'",
        "n_fft=None",
        "hop_length=0",
        "hop_length=-1",
        "hop_length=2.0",
        "hop_length='5'",
        "win_length=0",
        "win_length=-4",
        "win_length=20.0",
        "win_length='5'",
        "win_length=4096",
        "window=None",
        "window='nonsense'",
        "window=('kaiser',)",
        "window=[1, 2, 3]",
        "window=np.ones(2047)",
        "window=np.ones((2048, 1))",
        "window=lambda n: np.ones(n + 2)",
        "window={}",
        "pad_mode='nonsense'",
        "pad_mode='wrap'",
        "pad_mode='mean'",
        "pad_mode='median'",
        "pad_mode='maximum'",
        "pad_mode='minimum'",
        "n_fft=4096, center=False",
        "out=np.zeros(3)",
        "out=np.zeros((1025, 6))",
        "out=np.zeros((1025, 5), complex)",
        "out=np.zeros((1024, 6), complex)",
        "out=np.zeros((1, 1025, 6), complex)",
        "frobnicate=1",
    ):
        yield f"lib.stft(lib.noise(3000), {options})"
    yield "lib.stft(lib.noise(3000), 2048)"
    yield "lib.stft()"


def spectrogram_calls():
    for options in (
        "",
        ", power=2",
        ", power=2.0",
        ", power=0.5",
        ", power=3",
        ", power=0",
        ", win_length=40, window='hamming'",
        ", center=False",
        ", pad_mode='reflect'",
        ", hop_length=None",
    ):
        yield f"lib._spectrogram(y=lib.noise(200), n_fft=64{options})[0]"
        yield f"lib._spectrogram(y=lib.noise(2, 200, dtype=np.float64), n_fft=64{options})[0]"
    for n_fft in ("None", "10", "64", "65", "66"):
        yield f"lib._spectrogram(S=lib.power(33, 4), n_fft={n_fft})[1]"
        yield f"lib._spectrogram(y=lib.noise(9), S=lib.power(2, 33, 4), n_fft={n_fft})[0]"
    yield "lib._spectrogram(y=lib.noise(2000))[1]"
    yield "lib.layout(lib._spectrogram(y=lib.noise(2000))[0])"
    yield "lib._spectrogram()"
    yield "lib._spectrogram(y=lib.noise(2000), n_fft=None)"
    yield "lib._spectrogram(y=lib.noise(2000), frobnicate=1)"


def mel_calls():
    y, S = "y=lib.noise(310)", "S=lib.power(33, 5)"
    for options in (
        "",
        ", win_length=40",
        ", window='hamming'",
        ", window=('tukey', 0.3)",
        ", center=False",
        ", pad_mode='reflect'",
        ", pad_mode='edge'",
        ", hop_length=None",
        ", hop_length=17",
        ", power=1",
        ", power=1.0",
        ", power=0.5",
        ", power=3",
        ", sr=8000",
        ", sr=44100.0, fmin=300",
        ", fmin=100.0, fmax=4000",
        ", fmax=20000",
        ", fmax=None",
        ", htk=True",
        ", norm=None",
        ", norm=1",
        ", norm=np.inf",
        ", norm=2, htk=True, fmin=50",
        ", dtype=np.float64",
        ", dtype=np.float16",
        ", n_mels=1",
        ", n_mels=40",
        ", norm='nonsense'",
        ", frobnicate=1",
    ):
        n_mels = "" if "n_mels" in options else ", n_mels=6"
        yield f"lib.melspectrogram({y}, n_fft=64, hop_length=50{n_mels}{options})".replace(
            ", hop_length=50" if "hop_length" in options else "\0", ""
        )
        yield f"lib.melspectrogram({S}{n_mels}{options})"
    for n_fft in (15, 31, 32, 37, 60, 65, 128):
        yield f"lib.melspectrogram({y}, n_fft={n_fft}, hop_length=64, n_mels=5, fmin=200.0)"
    for shape in ("2, 400", "2, 3, 400", "1, 400"):
        yield f"lib.melspectrogram(y=lib.noise({shape}), n_fft=64, hop_length=100, n_mels=4)"
    for dtype in ("np.float16", "np.float64", "'>f4'"):
        yield f"lib.melspectrogram(y=lib.noise(400, dtype={dtype}), n_fft=64, hop_length=100, n_mels=4)"
    for S in (
        "lib.power(2, 33, 5)",
        "lib.power(0, 33, 5)",
        "lib.power(33, 0)",
        "np.asfortranarray(lib.power(33, 5))",
        "lib.power(33, 10)[:, ::-2]",
        "lib.power(5, 33).T",
        "lib.power(33, 5, dtype=np.float64)",
        "lib.power(33, 5, dtype='>f4')",
        "np.arange(66).reshape(33, 2)",
        "lib.power(33, 5) + 1j",
    ):
        yield f"lib.melspectrogram(S={S}, n_mels=4)"
    yield "lib.melspectrogram(y=lib.noise(4000)).shape"
    yield "lib.melspectrogram(y=lib.noise(40), n_fft=64, n_mels=4)"
    yield "lib.layout(lib.melspectrogram(y=lib.noise(4000)))"
    yield "lib.melspectrogram()"
    yield "lib.melspectrogram(lib.noise(400))"
    yield "lib.melspectrogram(y=lib.noise(400), n_fft=512, center=False)"
    yield "lib.melspectrogram(y=np.full(4000, np.nan))"


def mfcc_calls():
    y, S = "y=lib.noise(400), n_fft=128, hop_length=90, n_mels=9", "S=30 * lib.noise(9, 5)"
    for options in (
        "",
        ", n_mfcc=5",
        ", n_mfcc=1",
        ", n_mfcc=0",
        ", n_mfcc=-2",
        ", n_mfcc=30",
        ", n_mfcc=None",
        ", n_mfcc=4.0",
        ", n_mfcc=5, lifter=22",
        ", n_mfcc=5, lifter=2.5",
        ", n_mfcc=5, lifter=-1",
        ", dct_type=1",
        ", dct_type=2, norm=None",
        ", dct_type=3",
        ", dct_type=3, norm=None",
        ", dct_type=1, norm=None",
        ", dct_type=4",
        ", norm='nonsense'",
        ", norm='backward'",
        ", dct_type=7",
    ):
        yield f"lib.mfcc({y}{options})"
        yield f"lib.mfcc({S}{options})"
    for options in (
        "mel_norm=None",
        "mel_norm=1",
        "htk=True",
        "power=1",
        "power=0.5",
        "fmin=300, sr=8000",
        "pad_mode='edge'",
    ):
        yield f"lib.mfcc({y}, {options})"
    yield f"lib.mfcc({y}, center=False, window='hamming')"
    yield f"lib.mfcc({y}, dtype=np.float64)"
    yield f"lib.mfcc({y}, frobnicate=1)"
    yield f"lib.mfcc({y.replace('400', '2, 400')}, n_mfcc=3)"
    yield f"lib.mfcc({y.replace('400', '400, dtype=np.float64')}, n_mfcc=3)"
    for S in (
        "(lib.power(2, 9, 5))",
        "lib.power(9, 5, dtype=np.float64)",
        "lib.power(5, 9).T",
        "np.arange(18).reshape(9, 2)",
    ):
        yield f"lib.mfcc(S={S})"
    yield "lib.layout(lib.mfcc(y=lib.noise(4000)))"
    yield "lib.layout(lib.mfcc(S=lib.noise(9, 5)))"
    yield "lib.mfcc()"
    yield "lib.mfcc(lib.noise(400))"


REFERENCES = ("2.0", "-3.0", "0.0", "1e-30", "np.float32(0.5)", "np.max", "np.min", "np.mean", "lib.median")


def level_calls():
    for name in ("power_to_db", "amplitude_to_db"):
        yield from level_options(name)
        for S in (
            "lib.power(5)",
            "lib.power(4, 5)",
            "lib.power(2, 4, 5)",
            "lib.power(2, 1, 4, 5)",
            "lib.power(4, 5).T",
            "lib.power(4, 10)[:, ::2]",
            "lib.power(4, 5, dtype=np.float64)",
            "lib.power(4, 5, dtype='>f4')",
            "-lib.power(4, 5)",
            "lib.power(4, 5) * (1 + 2j)",
            "np.arange(6).reshape(2, 3)",
            "np.arange(6, dtype=np.int16)",
            "[1.0, 0.5, 0.0]",
            "[[1, 10], [100, 1000]]",
            "0.5",
            "3",
            "0",
            "np.float32(0.5)",
            "np.float64(0.5)",
            "np.array(0.25)",
            "np.array(0.25, np.float32)",
            "2 + 1j",
            "[1.0, np.nan, 0.5]",
            "np.array([[1.0, np.nan], [0.5, 0.1]], np.float32)",
            "np.array([[[1.0, np.nan], [0.5, 0.1]], [[1, 2], [3, 4]]])",
        ):
            yield f"lib.{name}({S})"
            yield f"lib.{name}({S}, ref=np.max, top_db=None)"
        yield f"lib.{name}([1.0, np.inf, 0.5])"
        yield f"lib.{name}(lib.power(3, 0), top_db=None)"
        yield f"lib.layout(lib.{name}(lib.power(4, 5).T))"
        yield f"lib.layout(lib.{name}(lib.power(4, 5)))"


def level_options(name: str):
    for S in ("lib.power(2, 4, 5)", "lib.power(4, 5, dtype=np.float64)"):
        for ref in REFERENCES:
            yield f"lib.{name}({S}, ref={ref})"
        for option in (
            "amin=1e-3",
            "amin=1e-13, top_db=None",
            "amin=np.float32(1e-3)",
            "amin=0",
            "amin=-1.0",
            "top_db=None",
            "top_db=20",
            "top_db=0",
            "top_db=np.float32(30)",
            "top_db=-1",
            "top_db=np.inf",
            "axes=None",
            "axes=-1",
            "axes=0",
            "axes=(0, 1)",
            "axes=(-2, -1)",
            "axes=(-1,), ref=np.max, top_db=10",
            "axes=0, ref=lib.median, top_db=30",
            "axes=None, ref=np.max",
            "axes=5",
            "ref=lambda x: 1.0",
            "ref=lambda x, axis, keepdims: 5.0",
            "ref=np.array([[2.0], [3.0], [4.0], [5.0]])",
            "ref='x'",
            "ref=np.nan",
            "frobnicate=1",
        ):
            yield f"lib.{name}({S}, {option})"
    yield f"lib.{name}(lib.power(4, 5), 1.0)"


def inverse_level_calls():
    for name in ("db_to_power", "db_to_amplitude"):
        for S_db in (
            "-7.5",
            "3",
            "np.float32(-20)",
            "np.float64(12.5)",
            "np.array(-3.0)",
            "60 * lib.noise(4, 5)",
            "60 * lib.noise(2, 3, 2, dtype=np.float64)",
            "np.arange(-3, 3)",
            "np.array([np.nan, np.inf, -np.inf, 0.0])",
        ):
            for ref in ("", ", ref=2", ", ref=0.5", ", ref=np.float32(3)"):
                yield f"lib.{name}({S_db}{ref})"
        yield f"lib.layout(lib.{name}(lib.noise(4, 5).T))"
        yield f"lib.{name}(None)"
        yield f"lib.{name}('x')"
        yield f"lib.{name}(1.0, 1.0)"
        yield f"lib.{name}(1.0, top_db=80)"


def magphase_calls():
    for D in (
        "lib.spikes()",
        "lib.spikes().astype(np.complex128)",
        "lib.spikes().astype('>c8')",
        "lib.spikes().T",
        "(lib.noise(3, 4) + 1j * lib.noise(3, 4, seed=1))",
        "(lib.noise(2, 3, 4) + 1j * lib.noise(2, 3, 4, seed=1))",
        "lib.stft(lib.noise(200), n_fft=32)",
        "lib.noise(3, 4)",
        "lib.noise(3, 4, dtype=np.float64)",
        "np.arange(-2, 4).reshape(2, 3)",
        "np.zeros((3, 0), np.complex64)",
    ):
        for part in (0, 1):
            yield f"lib.magphase({D})[{part}]"
            yield f"lib.layout(lib.magphase({D})[{part}])"
        if "arange" not in D:
            yield f"lib.magphase({D}, power=2)[0]"
            yield f"lib.magphase({D}, power=0.5)[0]"
    yield "lib.magphase(lib.spikes(), 2)"
    yield "lib.magphase(None)"
    yield "lib.magphase(lib.spikes(), power='x')"


if __name__ == "__main__":
    import librosa
    from librosa.core.spectrum import _spectrogram
    from support import spectral_signals
    from support.calls import save

    groups = (
        signatures,
        stft_calls,
        spectrogram_calls,
        mel_calls,
        mfcc_calls,
        level_calls,
        inverse_level_calls,
        magphase_calls,
    )
    bench = spectral_signals.bench(librosa, _spectrogram)
    save(__file__, "spectral", list(dict.fromkeys(call for group in groups for call in group())), bench)
