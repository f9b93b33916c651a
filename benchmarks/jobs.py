"""What is measured: one entry a job. A library that is not installed is left out of it.

To add a job, append a `Job`. The key of a contender starts with its library's name, after which a
remark may follow.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
from compat_jobs import TRANSFORMS, ours, theirs
from pairs import PAIRS, Given
from peers import (
    Factory,
    Mel,
    array_log_mel,
    array_stft,
    copy_into_out,
    dct_matrix,
    fastspec_call,
    kaldi_fbank,
    librosa_call,
    new_process,
    numpy_decibels,
    numpy_from_pcm,
    numpy_matmul,
    numpy_to_pcm,
    pcm_into_out,
    python_speech_features_call,
    retuned_call,
    same_call,
    scipy_call,
    scipy_cepstrum,
    short_time_fft,
    stft_into_out,
    torch_decibels,
    torch_istft,
    torch_log_mel,
    torch_matmul,
    torch_pool,
    torch_stft,
    torchaudio_log_mel,
    two_calls,
)
from recipe_jobs import MODELS

TORCH = "torch (stft+matmul)"
MUSIC = Mel(22050, 2048, 512, 128)
WHISPER = Mel(16000, 400, 160, 80)
SPEECH = Mel(16000, 512, 160, 80)

# Two threads over one, for jobs that last over a millisecond.
THREADS_TARGET = 1.85


@dataclass(frozen=True)
class Job:
    """`contenders` maps a label to a factory: it takes what `make(seconds)` returns, and gives a call.

    The first contender is the one that the others are compared with. `targets` are the ratios to reach at the
    default size; `within_ms` allows so many milliseconds more than a contender takes. Results by an
    `own_convention` are alike, not equal, and not compared.
    """

    name: str
    make: Callable[[float], tuple]
    contenders: Mapping[str, Factory]
    seconds: float | None = 30.0  # None: the job has one size
    targets: Mapping[str, float] = field(default_factory=dict)
    within_ms: Mapping[str, float] = field(default_factory=dict)
    own_convention: frozenset[str] = frozenset()


def noisy_tone(sr: int, *, channels: int | None = None, dtype=np.float32) -> Callable[[float], tuple]:
    """A tone in noise that fades, so that levels cover the whole 80 dB."""

    def make(seconds: float) -> tuple:
        n = round(seconds * sr)
        shape = (n,) if channels is None else (channels, n)
        noise = np.random.default_rng(0).standard_normal(shape)
        fade = np.geomspace(1, 1e-4, n)
        return ((0.3 * np.sin(2 * np.pi * 440 / sr * np.arange(n)) + 0.1 * noise * fade).astype(dtype),)

    return make


def pcm(dtype) -> Callable[[float], tuple]:
    """At 16 kHz, of multiples of 2**-15, so that all ways of rounding agree."""

    def make(seconds: float) -> tuple:
        x = np.random.default_rng(0).normal(0, 5000, round(16000 * seconds)).clip(-32768, 32767).astype(np.int16)
        return (x if dtype == np.int16 else x.astype(dtype) / 32768,)

    return make


def spectrogram(power: int) -> Callable[[float], tuple]:
    """As librosa lays it out: frames contiguous."""

    def make(seconds: float) -> tuple:
        import fastspec

        D = fastspec.stft(*noisy_tone(22050)(seconds))
        return (np.asfortranarray(np.abs(D) ** power),)

    return make


def decibel_mel(seconds: float) -> tuple:
    import fastspec

    return (fastspec.feature.logmel(y=noisy_tone(22050)(seconds)[0]),)


def log_mel(
    name: str, mel: Mel, *, seconds: float = 30.0, targets: Mapping[str, float] | None = None, **options
) -> Job:
    extra = options.pop("contenders", {})
    return Job(
        name,
        noisy_tone(mel.sr, **options),
        {
            "fastspec": fastspec_call("feature.logmel", _as="y", **mel.arguments),
            "fastspec (2 calls)": two_calls("fastspec", mel),
            "librosa": two_calls("librosa", mel),
            TORCH: torch_log_mel(mel),
            "torchaudio": torchaudio_log_mel(mel),
            "scipy": array_log_mel("scipy", mel),
            "numpy": array_log_mel("numpy", mel),
            **extra,
        },
        seconds,
        targets or {},
        own_convention=frozenset(extra),
    )


def complex_spectrogram(seconds: float) -> tuple:
    import fastspec

    return (fastspec.stft(*noisy_tone(22050)(seconds)),)


def constant_q(seconds: float) -> tuple:
    import fastspec

    return (fastspec.cqt(*noisy_tone(22050)(seconds)),)


# Four octaves from C2.
FINE = {"bins_per_octave": 24, "n_bins": 96, "fmin": 65.40639132514966, "hop_length": 1024}


def drop_in(
    path: str,
    make=None,
    *,
    name: str | None = None,
    seconds: float = 30.0,
    target: float | None = None,
    chaotic=False,
    **arguments,
) -> Job:
    """The same call of both libraries: librosa's own function and ours. `chaotic`: results need not be equal."""
    return Job(
        name or path,
        make or noisy_tone(22050),
        {"fastspec": fastspec_call(path, **arguments), "librosa": librosa_call(path, **arguments)},
        seconds,
        {"librosa": target} if target else {},
        own_convention=frozenset({"librosa"} if chaotic else ()),
    )


def retuned(path: str, **arguments) -> Job:
    """Both libraries' call with a tuning that it has not met."""
    contenders = {package: retuned_call(package, path, **arguments) for package in ("fastspec", "librosa")}
    own = frozenset({"librosa"})
    return Job(f"{path}, another tuning each time", noisy_tone(22050), contenders, 5.0, own_convention=own)


def pooling(name: str, shape: tuple[int, ...], size, *, target: float = 1.0, channels_last: bool = False) -> Job:
    """The same call of torch's function and ours. `channels_last`: axis 1 is the contiguous one."""

    def make(_) -> tuple:
        x = np.random.default_rng(0).standard_normal(shape).astype(np.float32)
        return (np.moveaxis(np.moveaxis(x, 1, -1).copy(), -1, 1) if channels_last else x,)

    return Job(
        f"{name} {'x'.join(map(str, shape))} to {size}{' channels last' * channels_last}",
        make,
        {"fastspec": fastspec_call(name, output_size=size), "torch": torch_pool(name, size)},
        None,
        {"torch": target},
    )


def compat_psf(name: str, **targets: float) -> Job:
    return Job(
        f"compat.python_speech_features.{name}",
        pcm(np.int16),
        {
            "fastspec": fastspec_call(f"compat.python_speech_features.{name}"),
            "python_speech_features": python_speech_features_call(name),
        },
        targets=targets,
    )


def compat_scipy(name: str, dtype=np.float64, **arguments) -> Job:
    return Job(
        f"compat.scipy.{name} {np.dtype(dtype).name}",
        noisy_tone(22050, dtype=dtype),
        {"fastspec": fastspec_call(f"compat.scipy.{name}", **arguments), "scipy": scipy_call(name, **arguments)},
    )


def compat_short_time_fft(name: str, *, back: bool, **targets: float) -> Job:
    packages = {"fastspec": "fastspec.compat.scipy", "scipy": "scipy.signal"}
    contenders = {label: short_time_fft(package, 512, 128, back=back) for label, package in packages.items()}
    return Job(name, noisy_tone(22050, dtype=np.float64), contenders, targets=targets)


def stft(name: str, n_fft: int, seconds: float = 30.0, targets: Mapping[str, float] | None = None) -> Job:
    """Frames that overlap by three quarters."""
    hop_length = n_fft // 4
    contenders = {
        "fastspec": fastspec_call("stft", n_fft=n_fft),
        "librosa": librosa_call("stft", n_fft=n_fft),
        "torch": torch_stft(n_fft, hop_length),
        "scipy": array_stft("scipy", n_fft, hop_length),
        "numpy": array_stft("numpy", n_fft, hop_length),
    }
    return Job(name, noisy_tone(22050), contenders, seconds, targets or {})


# Powers of two, products of small primes, a product of larger ones (1943 = 29 x 67), a prime.
FRAME_SIZES = (256, 400, 512, 1000, 1021, 1024, 1943, 2048, 3000, 4096, 8192)


def of_transforms() -> list[Job]:
    """Objects of `fastspec.compat` beside those whose names they have."""
    return [
        Job(
            f"compat.{package.split('.')[0].lower()}.{name}",
            noisy_tone(16000),
            {"fastspec": ours(package, name, options), package.split(".")[0]: theirs(package, name, options)},
            targets={} if target is None else {package.split(".")[0]: target},
        )
        for package, name, options, target in TRANSFORMS
    ]


# On one second, where calls count for more.
SHORT_TARGETS = {"asrfront": 2.0}


def of_models(seconds: float) -> list[Job]:
    """Recipes beside the front ends of models, which pad and lay out by conventions of their own."""
    return [
        Job(
            f"recipe {model}{' short' * (seconds == 1)}",
            noisy_tone(16000),
            {"fastspec": ours, **{name: factory for name, (factory, _) in peers.items()}},
            seconds,
            {name: SHORT_TARGETS.get(name, aim) if seconds == 1 else aim for name, (_, aim) in peers.items()},
        )
        for model, (ours, peers) in MODELS.items()
    ]


_FIRST = "import numpy as np; y = np.sin(0.1 * np.arange(22050, dtype=np.float32)); "

JOBS = [
    log_mel("log-mel 2048/512/128", MUSIC, targets={"librosa": 20, TORCH: 18, "torchaudio": 18}),
    log_mel("log-mel 2048/512/128 short", MUSIC, seconds=1.0, targets={"librosa": 40, TORCH: 12, "torchaudio": 12}),
    log_mel("log-mel Whisper 400/160/80", WHISPER, targets={"librosa": 16, TORCH: 13}),
    log_mel(
        "log-mel 512/160/80",
        SPEECH,
        contenders={
            "kaldi-native-fbank": kaldi_fbank(80),
            "python_speech_features": python_speech_features_call("logfbank", nfilt=80),
        },
    ),
    log_mel("log-mel 2048/512/128 float64", MUSIC, dtype=np.float64),
    log_mel("log-mel 2048/512/128 stereo", MUSIC, channels=2),
    Job(
        "melspectrogram 2048/512/128",
        noisy_tone(22050),
        {
            "fastspec": fastspec_call("feature.melspectrogram", _as="y"),
            "librosa": librosa_call("feature.melspectrogram", _as="y"),
            TORCH: torch_log_mel(MUSIC, db=False),
            "scipy": array_log_mel("scipy", MUSIC, db=False),
            "numpy": array_log_mel("numpy", MUSIC, db=False),
        },
    ),
    Job(
        "mfcc 20",
        noisy_tone(22050),
        {
            "fastspec": fastspec_call("feature.mfcc", _as="y"),
            "librosa": librosa_call("feature.mfcc", _as="y"),
            TORCH: torch_log_mel(MUSIC, n_mfcc=20),
            "scipy": array_log_mel("scipy", MUSIC, n_mfcc=20),
            "python_speech_features": python_speech_features_call(
                "mfcc",
                samplerate=22050,
                winlen=2048 / 22050,
                winstep=512 / 22050,
                nfft=2048,
                nfilt=128,
                numcep=20,
            ),
        },
        targets={"librosa": 17},
        own_convention=frozenset({"python_speech_features"}),
    ),
    stft("stft complex64 2048/512", 2048, targets={"librosa": 9, "torch": 3.3}),
    Job(
        "stft complex64 2048/512 out=",
        noisy_tone(22050),
        {"fastspec": stft_into_out("fastspec", 2048, 512), "librosa": stft_into_out("librosa", 2048, 512)},
    ),
    Job(
        "stft of one 512-sample block",
        lambda _: (noisy_tone(22050)(1.0)[0][:512],),
        {
            "fastspec": fastspec_call("stft", n_fft=512, center=False),
            "librosa": librosa_call("stft", n_fft=512, center=False),
            "torch": torch_stft(512, 128, center=False),
            "scipy": array_stft("scipy", 512, 128, center=False),
            "numpy": array_stft("numpy", 512, 128, center=False),
        },
        seconds=None,
    ),
    Job(
        "power_to_db of a spectrogram",
        spectrogram(2),
        {
            "fastspec": fastspec_call("power_to_db"),
            "librosa": librosa_call("power_to_db"),
            "torch": torch_decibels(),
            "numpy": numpy_decibels(),
        },
        targets={"librosa": 6},
    ),
    Job(
        "amplitude_to_db of a spectrogram",
        spectrogram(1),
        {
            "fastspec": fastspec_call("amplitude_to_db"),
            "librosa": librosa_call("amplitude_to_db"),
            "torch": torch_decibels(amplitude=True),
            "numpy": numpy_decibels(amplitude=True),
        },
    ),
    Job(
        "mel bank on a given S",
        spectrogram(2),
        {
            "fastspec": fastspec_call("feature.melspectrogram", _as="S"),
            "librosa": librosa_call("feature.melspectrogram", _as="S"),
            "torch": torch_matmul(MUSIC.bank),
            "numpy": numpy_matmul(MUSIC.bank),
        },
    ),
    Job(
        "mfcc from S",
        decibel_mel,
        {
            "fastspec": fastspec_call("feature.mfcc", _as="S"),
            "librosa": librosa_call("feature.mfcc", _as="S"),
            "torch": torch_matmul(dct_matrix(128, 20)),
            "scipy": scipy_cepstrum(20),
            "numpy": numpy_matmul(dct_matrix(128, 20)),
        },
    ),
    Job(
        "first log-mel in a new process",
        lambda _: (),
        {
            "fastspec": new_process(_FIRST + "import fastspec; fastspec.feature.logmel(y=y)"),
            "librosa": new_process(_FIRST + "import librosa; librosa.power_to_db(librosa.feature.melspectrogram(y=y))"),
            "numpy (import alone)": new_process("import numpy"),
        },
        seconds=None,
        targets={"librosa": 18},
        within_ms={"numpy (import alone)": 30},
    ),
    Job(
        "istft",
        complex_spectrogram,
        {"fastspec": fastspec_call("istft"), "librosa": librosa_call("istft"), "torch": torch_istft(2048, 512)},
        targets={"librosa": 14, "torch": 12},
    ),
    Job(
        "int16 to float32, 10 min at 16 kHz",
        pcm(np.int16),
        {"fastspec": fastspec_call("pcm_to_float"), "numpy": numpy_from_pcm()},
        seconds=600.0,
        targets={"numpy": 3},
    ),
    Job(
        "int16 to float32 out=, 10 min at 16 kHz",
        pcm(np.int16),
        {
            "fastspec": pcm_into_out("pcm_to_float", np.float32),
            "numpy": numpy_from_pcm(into_out=True),
            "numpy (copy of the result)": copy_into_out(np.float32),
        },
        seconds=600.0,
        own_convention=frozenset({"numpy (copy of the result)"}),
    ),
    Job(
        "float32 to int16, 10 min at 16 kHz",
        pcm(np.float32),
        {"fastspec": fastspec_call("float_to_pcm", dtype=np.int16), "numpy": numpy_to_pcm()},
        seconds=600.0,
        targets={"numpy": 7},
    ),
    Job(
        "float32 to int16 out=, 10 min at 16 kHz",
        pcm(np.float32),
        {"fastspec": pcm_into_out("float_to_pcm", np.int16), "numpy": numpy_to_pcm()},
        seconds=600.0,
    ),
    Job(
        "int16 to float32, 512 samples",
        lambda _: (pcm(np.int16)(1.0)[0][:512],),
        {"fastspec": fastspec_call("pcm_to_float"), "numpy": numpy_from_pcm()},
        seconds=None,
    ),
    drop_in("griffinlim", spectrogram(1), target=17, chaotic=True, rng=0),
    drop_in("phase_vocoder", complex_spectrogram, rate=1.5),
    drop_in("yin", target=5, fmin=65, fmax=2093),
    drop_in("pyin", seconds=10.0, target=5, fmin=65, fmax=2093),
    drop_in("piptrack", _as="y"),
    drop_in("feature.spectral_centroid", _as="y", target=8),
    drop_in("feature.spectral_bandwidth", _as="y", target=8),
    drop_in("feature.spectral_contrast", _as="y", target=8),
    drop_in("feature.spectral_flatness", _as="y", target=8),
    drop_in("feature.spectral_rolloff", _as="y", target=8),
    drop_in("feature.chroma_stft", _as="y", target=8, tuning=0.0),
    drop_in("feature.rms", _as="y"),
    drop_in("feature.zero_crossing_rate"),
    drop_in("feature.delta", decibel_mel),
    drop_in("feature.inverse.mel_to_stft", lambda _: (mel_power(5.0),), seconds=None, target=5, chaotic=True),
    drop_in("pcen", lambda seconds: (mel_power(seconds),)),
    drop_in("decompose.hpss", spectrogram(1)),
    drop_in("onset.onset_strength", _as="y"),
    drop_in("feature.tempogram", _as="y"),
    drop_in("effects.trim"),
    drop_in("effects.time_stretch", rate=1.5),
    drop_in("effects.pitch_shift", seconds=10.0, sr=22050, n_steps=2),
    # Ours is the definition, librosa's an approximation; the inverses solve different problems.
    drop_in("cqt", target=30, chaotic=True),
    drop_in("cqt", name="cqt 24 bins per octave", target=20, chaotic=True, **FINE),
    drop_in("vqt", chaotic=True),
    drop_in("hybrid_cqt", chaotic=True),
    drop_in("pseudo_cqt"),
    drop_in("icqt", constant_q, target=8, chaotic=True),
    drop_in(
        "griffinlim_cqt", lambda seconds: (abs(constant_q(seconds)[0]),), seconds=10.0, target=8, chaotic=True, rng=0
    ),
    drop_in("feature.chroma_cqt", _as="y", chaotic=True, tuning=0.0),
    retuned("feature.chroma_cqt"),
    retuned("cqt"),
    retuned("hybrid_cqt"),
    retuned("pseudo_cqt"),
    pooling("adaptive_avg_pool2d", (16, 512, 500), (64, 100), target=3),
    pooling("adaptive_avg_pool2d", (16, 513, 501), (64, 100)),
    pooling("adaptive_avg_pool2d", (8, 64, 56, 56), (7, 7), channels_last=True),
    pooling("adaptive_avg_pool2d", (8, 64, 56, 56), 1),
    pooling("adaptive_avg_pool2d", (32, 512, 7, 7), 1),
    pooling("adaptive_avg_pool2d", (1, 8, 8), 2),
    pooling("adaptive_avg_pool1d", (64, 10000), 4000),
    pooling("adaptive_avg_pool1d", (1, 4000000), 1000),
    pooling("adaptive_avg_pool1d", (1, 1025, 2000), 100, channels_last=True),
    pooling("adaptive_avg_pool3d", (4, 8, 32, 64, 64), (8, 16, 16)),
    compat_psf("mfcc", python_speech_features=30),
    compat_psf("logfbank", python_speech_features=30),
    compat_psf("ssc"),
    compat_short_time_fft("compat.scipy.ShortTimeFFT.stft 512/128", back=False, scipy=15),
    compat_short_time_fft("compat.scipy.ShortTimeFFT.istft 512/128", back=True),
    compat_scipy("stft", nperseg=512, noverlap=384),
    compat_scipy("stft", np.float32, nperseg=512, noverlap=384),
    compat_scipy("spectrogram"),
    compat_scipy("spectrogram", np.float32),
    pooling("adaptive_max_pool1d", (64, 10000), 100),
    pooling("adaptive_max_pool2d", (16, 512, 500), (64, 100)),
    *(stft(f"stft n_fft={n_fft}", n_fft, seconds=10.0) for n_fft in FRAME_SIZES),
    *of_transforms(),
    *of_models(30.0),
    *of_models(1.0),
]


def mel_power(seconds: float) -> np.ndarray:
    import fastspec

    return fastspec.feature.melspectrogram(y=noisy_tone(22050)(seconds)[0])


def pair(path: str, arguments: Given) -> Job:
    """A call of both libraries; those that would have one name are numbered."""
    base = name = f"{path}{arguments}"
    taken = {job.name for job in JOBS}
    for number in range(2, len(PAIRS)):
        if name not in taken:
            break
        name = f"{base} {number}"
    return Job(
        name,
        lambda _: arguments.make(),
        {"fastspec": same_call("fastspec", path), "librosa": same_call("librosa", path)},
        seconds=None,
    )


for _entry in PAIRS:
    JOBS.append(pair(*_entry))

if __name__ == "__main__":  # of whole data sets, which no `Job` above is
    import datasets

    datasets.main()
