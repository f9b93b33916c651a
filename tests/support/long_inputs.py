"""Calls of public functions with inputs of minutes to hours, for tests that stop them half-way.

`CALLS` maps where a function is found to calls of it. Long arrays are made when first asked for, and most are views
of a few values, so that they cost no time of their own.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np
import scipy.sparse

import fastspec
from fastspec import beat, compat, decompose, display, effects, feature, filters, onset, util
from fastspec.compat import huggingface, whisper
from fastspec.compat import python_speech_features as psf
from fastspec.compat.torchaudio import functional as TORCHAUDIO

from .beat_cases import Factors
from .display_cases import figure_axes

SR = 22050
N = 20_000_000  # a quarter of an hour at 22050 Hz


@lru_cache(None)
def noise(*shape: int, seed: int = 0) -> np.ndarray:
    """Noise that repeats after a million values."""
    few = np.random.default_rng(seed).uniform(-1, 1, 1_000_003).astype(np.float32)
    return np.resize(few, shape)


def _chances(n_states: int, n_frames: int) -> np.ndarray:
    return np.full((n_states, n_frames), 1 / n_states)


def y() -> np.ndarray:
    return noise(N)


def many() -> np.ndarray:
    """Channels by the thousand, of a second each."""
    return np.broadcast_to(noise(SR), (2000, SR))


def spectrum(n_bins: int = 129, n_frames: int = 400_000) -> np.ndarray:
    return np.broadcast_to(np.abs(noise(n_bins, 1)) + 0.1, (n_bins, n_frames))


@lru_cache(8)
def dense(n_bins: int = 129, n_frames: int = 100_000) -> np.ndarray:
    return np.abs(noise(n_bins, n_frames)) + np.float32(0.1)


def spectra(n_bins: int = 129, n_frames: int = 400_000) -> np.ndarray:
    return np.broadcast_to(noise(n_bins, 1) + np.complex64(1j), (n_bins, n_frames))


def ascending(n: int = N // 4) -> np.ndarray:
    return np.arange(n, dtype=np.float64)


def names(n: int = 5_000_000) -> np.ndarray:
    return np.broadcast_to(np.array(440.0), n)


_FREQS = np.arange(129.0)
_STFT = {"n_fft": 256, "hop_length": 64}
_PITCH = {"fmin": 300.0, "fmax": 2000.0, "frame_length": 512}


def _kaldi(name: str) -> list[Callable]:
    function = getattr(compat.kaldi, name)
    return [
        lambda: function(y()[np.newaxis], snip_edges=False),
        lambda: function(y()[np.newaxis], dither=1.0, subtract_mean=True),
        lambda: function(y()[np.newaxis], frame_length=2.0**16, frame_shift=2000.0),
    ]


def _spectral(function: Callable, **options) -> list[Callable]:
    return [
        lambda: function(y=y(), **_STFT, **options),
        lambda: function(y=y()[: N // 8], n_fft=256, hop_length=1, **options),
        lambda: function(y=y(), n_fft=2**20, hop_length=2**16, **options),
        lambda: function(y=many(), **_STFT, **options),
        lambda: function(S=spectrum(), **options),
        lambda: function(S=np.broadcast_to(spectrum(129, 5), (20_000, 129, 5)), **options),
    ]


def _elementwise(function: Callable, array: Callable = y, **options) -> list[Callable]:
    return [lambda: function(array(), **options)]


CALLS: dict[str, list[Callable]] = {
    # normalisers, and spectra at any frequencies
    "cmvn": [lambda: fastspec.cmvn(dense()), lambda: fastspec.cmvn(dense(), cmn_window=600)],
    "lcn": [lambda: fastspec.lcn(dense(), sigma=2.0)],
    "normalize.spec_augment": [lambda: fastspec.spec_augment(dense(), rng=0)],
    "logfreq_stft": [lambda: fastspec.logfreq_stft(y(), sr=SR)],
    "ilogfreq_stft": [lambda: fastspec.ilogfreq_stft(np.ascontiguousarray(spectra(1025, 2000)), sr=SR)],
    "sinusoids": [lambda: fastspec.sinusoids(y())],
    "isinusoids": [lambda: fastspec.isinusoids(noise(2000, 513), noise(2000, 513), length=1024)],
    # other libraries' names
    "compat.desed.log_mel": _elementwise(compat.desed.log_mel),
    "compat.desed.mel_spec": _elementwise(compat.desed.mel_spec),
    "compat.desed.take_log": _elementwise(compat.desed.take_log, lambda: dense()),
    **{
        f"compat.python_speech_features.{function.__name__}": [lambda function=function: function(y())]
        for function in (psf.mfcc, psf.fbank, psf.logfbank, psf.ssc)
    },
    "compat.python_speech_features.base.delta": [lambda: psf.delta(noise(2_000_000, 13), 2)],
    "compat.python_speech_features.base.lifter": [lambda: psf.lifter(noise(2_000_000, 13))],
    "compat.python_speech_features.base.hz2mel": [lambda: psf.hz2mel(np.abs(y()))],
    "compat.python_speech_features.base.mel2hz": [lambda: psf.mel2hz(np.abs(y()))],
    "compat.python_speech_features.logfbank_to_audio": [lambda: psf.logfbank_to_audio(noise(50_000, 26), n_iter=2)],
    "compat.python_speech_features.mfcc_to_audio": [lambda: psf.mfcc_to_audio(noise(50_000, 13), n_iter=2)],
    "compat.python_speech_features.sigproc.framesig": [lambda: psf.sigproc.framesig(y(), 400, 160)],
    "compat.python_speech_features.sigproc.deframesig": [
        lambda: psf.sigproc.deframesig(noise(50_000, 400), 0, 400, 160)
    ],
    "compat.python_speech_features.sigproc.magspec": [lambda: psf.sigproc.magspec(noise(50_000, 400), 512)],
    "compat.python_speech_features.sigproc.powspec": [lambda: psf.sigproc.powspec(noise(50_000, 400), 512)],
    "compat.python_speech_features.sigproc.logpowspec": [lambda: psf.sigproc.logpowspec(noise(50_000, 400), 512)],
    "compat.python_speech_features.sigproc.preemphasis": _elementwise(psf.sigproc.preemphasis),
    "compat.scipy.stft": [
        lambda: compat.scipy.stft(y()),
        lambda: compat.scipy.stft(y(), detrend="linear"),
        lambda: compat.scipy.stft(y()[: N // 2] + np.complex64(1j), return_onesided=False),
    ],
    "compat.scipy.spectrogram": [
        lambda: compat.scipy.spectrogram(y(), noverlap=250),
        lambda: compat.scipy.spectrogram(y(), mode="phase"),
    ],
    "compat.scipy.istft": [
        lambda: compat.scipy.istft(spectra(129, 200_000)),
        lambda: compat.scipy.istft(spectra(129, 100_000), input_onesided=False),
    ],
    "compat.kaldi.fbank": _kaldi("fbank"),
    "compat.kaldi.mfcc": _kaldi("mfcc"),
    "compat.kaldi.spectrogram": _kaldi("spectrogram"),
    # sequences
    "sequence.dtw": [lambda: fastspec.sequence.dtw(dense(12, 6000), dense(12, 6000))],
    "sequence.rqa": [lambda: fastspec.sequence.rqa(dense(6000, 6000))],
    "sequence.viterbi": [lambda: fastspec.sequence.viterbi(_chances(300, 20_000), np.full((300, 300), 1 / 300))],
    "sequence.viterbi_discriminative": [
        lambda: fastspec.sequence.viterbi_discriminative(_chances(300, 20_000), np.full((300, 300), 1 / 300))
    ],
    "sequence.viterbi_binary": [
        lambda: fastspec.sequence.viterbi_binary(np.full((20, 200_000), 0.5), np.full((2, 2), 0.5))
    ],
    "segment.cross_similarity": [lambda: fastspec.segment.cross_similarity(dense(12, 9000), dense(12, 9000))],
    "segment.recurrence_matrix": [lambda: fastspec.segment.recurrence_matrix(dense(12, 9000), sparse=True)],
    "segment.path_enhance": [lambda: fastspec.segment.path_enhance(dense(5000, 5000), 51)],
    "segment.agglomerative": [lambda: fastspec.segment.agglomerative(dense(12, 100_000), 50)],
    "segment.subsegment": [lambda: fastspec.segment.subsegment(dense(12, 100_000), np.array([0, 50_000]))],
    # levels and samples
    "amplitude_to_db": [lambda: fastspec.amplitude_to_db(dense()), lambda: fastspec.amplitude_to_db(spectra())],
    "db_to_amplitude": _elementwise(fastspec.db_to_amplitude),
    "db_to_power": _elementwise(fastspec.db_to_power),
    "power_to_db": [
        lambda: fastspec.power_to_db(dense()),
        lambda: fastspec.power_to_db(y(), ref=np.median),
        lambda: fastspec.power_to_db(np.broadcast_to(dense(10, 10), (200_000, 10, 10)), ref=np.max),
    ],
    "perceptual_weighting": [lambda: fastspec.perceptual_weighting(dense(), 1 + _FREQS)],
    "mu_compress": _elementwise(fastspec.mu_compress),
    "mu_expand": _elementwise(fastspec.mu_expand, quantize=False),
    "pcm_to_float": [lambda: fastspec.pcm_to_float(np.zeros(4 * N, np.int16))],
    "float_to_pcm": [
        lambda: fastspec.float_to_pcm(y(), np.int16),
        lambda: fastspec.float_to_pcm(y(), np.int16, dither="tpdf", rng=0),
    ],
    "pcm_convert": [lambda: fastspec.pcm_convert(np.zeros(4 * N, np.int16), np.int8)],
    "util.buf_to_float": [lambda: util.buf_to_float(bytes(4 * N))],
    # conversions
    "midi_to_hz": _elementwise(fastspec.midi_to_hz),
    "hz_to_midi": [lambda: fastspec.hz_to_midi(np.abs(y()) + 1)],
    "hz_to_mel": [lambda: fastspec.hz_to_mel(np.abs(y()) * 9000 + 1)],
    "mel_to_hz": [lambda: fastspec.mel_to_hz(np.abs(y()) * 90)],
    "hz_to_octs": [lambda: fastspec.hz_to_octs(np.abs(y()) * 9000 + 1)],
    "octs_to_hz": _elementwise(fastspec.octs_to_hz),
    "hz_to_note": _elementwise(fastspec.hz_to_note, names),
    "midi_to_note": _elementwise(fastspec.midi_to_note, names),
    "hz_to_svara_h": _elementwise(fastspec.hz_to_svara_h, names, Sa=261.6),
    "hz_to_svara_c": _elementwise(fastspec.hz_to_svara_c, names, Sa=261.6, mela=1),
    "midi_to_svara_h": _elementwise(fastspec.midi_to_svara_h, names, Sa=60),
    "midi_to_svara_c": _elementwise(fastspec.midi_to_svara_c, names, Sa=60, mela=1),
    "hz_to_fjs": [lambda: fastspec.hz_to_fjs(names(), fmin=440.0)],
    "interval_to_fjs": [lambda: fastspec.interval_to_fjs(np.broadcast_to(np.array(1.5), 5_000_000))],
    "note_to_hz": [lambda: fastspec.note_to_hz(["A4"] * 5_000_000)],
    "note_to_midi": [lambda: fastspec.note_to_midi(["A4"] * 5_000_000)],
    "note_to_svara_h": [lambda: fastspec.note_to_svara_h(["A4"] * 5_000_000, Sa="C4")],
    "note_to_svara_c": [lambda: fastspec.note_to_svara_c(["A4"] * 5_000_000, Sa="C4", mela=1)],
    "A_weighting": _elementwise(fastspec.A_weighting),
    "B_weighting": _elementwise(fastspec.B_weighting),
    "C_weighting": _elementwise(fastspec.C_weighting),
    "D_weighting": _elementwise(fastspec.D_weighting),
    "Z_weighting": _elementwise(fastspec.Z_weighting),
    "frequency_weighting": _elementwise(fastspec.frequency_weighting),
    "multi_frequency_weighting": _elementwise(fastspec.multi_frequency_weighting),
    "A4_to_tuning": [lambda: fastspec.A4_to_tuning(np.abs(y()) + 440)],
    "tuning_to_A4": _elementwise(fastspec.tuning_to_A4),
    "pitch_tuning": [lambda: fastspec.pitch_tuning(np.abs(y()) + 440)],
    "frames_to_samples": _elementwise(fastspec.frames_to_samples, ascending),
    "frames_to_time": _elementwise(fastspec.frames_to_time, ascending),
    "samples_to_frames": _elementwise(fastspec.samples_to_frames, ascending),
    "samples_to_time": _elementwise(fastspec.samples_to_time, ascending),
    "time_to_frames": _elementwise(fastspec.time_to_frames, ascending),
    "time_to_samples": _elementwise(fastspec.time_to_samples, ascending),
    "blocks_to_frames": _elementwise(fastspec.blocks_to_frames, ascending, block_length=2),
    "blocks_to_samples": _elementwise(fastspec.blocks_to_samples, ascending, block_length=2, hop_length=3),
    "blocks_to_time": _elementwise(fastspec.blocks_to_time, ascending, block_length=2, hop_length=3, sr=SR),
    "samples_like": _elementwise(fastspec.samples_like),
    "times_like": _elementwise(fastspec.times_like),
    "fft_frequencies": [lambda: fastspec.fft_frequencies(n_fft=2 * N)],
    "mel_frequencies": [lambda: fastspec.mel_frequencies(N)],
    "cqt_frequencies": [lambda: fastspec.cqt_frequencies(N, fmin=1e-300, bins_per_octave=N)],
    "tempo_frequencies": [lambda: fastspec.tempo_frequencies(N)],
    "fourier_tempo_frequencies": [lambda: fastspec.fourier_tempo_frequencies(win_length=N)],
    "interval_frequencies": [
        lambda: fastspec.interval_frequencies(N // 4, fmin=1.0, intervals="equal", bins_per_octave=N)
    ],
    "pythagorean_intervals": [lambda: fastspec.pythagorean_intervals(bins_per_octave=20_000_000)],
    "plimit_intervals": [lambda: fastspec.plimit_intervals(primes=[3, 5], bins_per_octave=2000)],
    # synthesis
    "chirp": [lambda: fastspec.chirp(fmin=10, fmax=100, length=2 * N)],
    "tone": [lambda: fastspec.tone(440, length=2 * N)],
    "clicks": [
        lambda: fastspec.clicks(times=ascending(2_000_000), length=2 * N),
        lambda: fastspec.clicks(times=np.zeros(300_000), click_duration=10.0, length=2 * N),
    ],
    # samples
    "autocorrelate": [
        lambda: fastspec.autocorrelate(y()),
        lambda: fastspec.autocorrelate(y()[:4_000_037], max_size=1000),
        lambda: fastspec.autocorrelate(y()[:4_000_037] + 1j),
        lambda: fastspec.autocorrelate(many()),
        lambda: fastspec.autocorrelate(np.broadcast_to(noise(5), (4_000_000, 5))),
    ],
    "resample": [
        lambda: fastspec.resample(y(), orig_sr=SR, target_sr=16000),
        lambda: fastspec.resample(y(), orig_sr=SR, target_sr=44100, res_type="soxr_vhq"),
        lambda: fastspec.resample(y(), orig_sr=SR, target_sr=16000, res_type="fft"),
        lambda: fastspec.resample(y(), orig_sr=SR, target_sr=16000, res_type="polyphase"),
        lambda: fastspec.resample(many(), orig_sr=SR, target_sr=16000),
        lambda: fastspec.resample(many(), orig_sr=SR, target_sr=16000, res_type="fft"),
        lambda: fastspec.resample(many(), orig_sr=SR, target_sr=16000, res_type="polyphase"),
        lambda: fastspec.resample(np.broadcast_to(noise(5), (4_000_000, 5)), orig_sr=SR, target_sr=16000),
    ],
    "lpc": [
        lambda: fastspec.lpc(y(), order=64),
        lambda: fastspec.lpc(y()[:100_000], order=90_000),
        lambda: fastspec.lpc(many(), order=64),
    ],
    "zero_crossings": [lambda: fastspec.zero_crossings(y()), lambda: fastspec.zero_crossings(y(), zero_pos=False)],
    "to_mono": [lambda: fastspec.to_mono(np.broadcast_to(y(), (16, N))), lambda: fastspec.to_mono(*[y()] * 16)],
    "to_stereo": [lambda: fastspec.to_stereo(left=y(), right=y())],
    "to_multi": [lambda: fastspec.to_multi(*[y()[: N // 4]] * 16)],
    "util.valid_audio": _elementwise(util.valid_audio),
    "fmt": [lambda: fastspec.fmt(y()[: N // 4], n_fmt=2**20), lambda: fastspec.fmt(y()[: N // 20])],
    "iirt": [lambda: fastspec.iirt(y(), hop_length=64), lambda: fastspec.iirt(many())],
    "effects.preemphasis": [lambda: effects.preemphasis(y()), lambda: effects.preemphasis(many())],
    "effects.deemphasis": [lambda: effects.deemphasis(y()), lambda: effects.deemphasis(many())],
    "effects.trim": [lambda: effects.trim(y(), hop_length=1)],
    "effects.split": [lambda: effects.split(y(), hop_length=1), lambda: effects.split(y())],
    "effects.remix": [lambda: effects.remix(y(), np.stack([ascending(N // 20) * 20, ascending(N // 20) * 20 + 20], 1))],
    "effects.time_stretch": [
        lambda: effects.time_stretch(y(), rate=1.01),
        lambda: effects.time_stretch(y()[: N // 8], rate=0.9, hop_length=1, n_fft=64),
        lambda: effects.time_stretch(many(), rate=1.01),
    ],
    "effects.pitch_shift": [
        lambda: effects.pitch_shift(y(), sr=SR, n_steps=1),
        lambda: effects.pitch_shift(many(), sr=SR, n_steps=1),
    ],
    "effects.harmonic": [
        lambda: effects.harmonic(y()),
        lambda: effects.harmonic(many()),
        lambda: effects.harmonic(y(), kernel_size=9999),
    ],
    "effects.percussive": [lambda: effects.percussive(y())],
    "effects.hpss": [lambda: effects.hpss(y()), lambda: effects.hpss(y()[: N // 8], n_fft=64, hop_length=1)],
    # spectra
    "stft": [
        lambda: fastspec.stft(y()),
        lambda: fastspec.stft(y()[: N // 8], n_fft=256, hop_length=1),
        lambda: fastspec.stft(y(), n_fft=2**22, hop_length=2**18),
        lambda: fastspec.stft(y(), n_fft=2**21 + 17, hop_length=2**18),
        lambda: fastspec.stft(many(), n_fft=64),
        lambda: fastspec.stft(np.broadcast_to(noise(64), (1_000_000, 64)), n_fft=64),
    ],
    "istft": [
        lambda: fastspec.istft(spectra(1025, 50_000)),
        lambda: fastspec.istft(spectra(1025, 500_000), hop_length=1),
        lambda: fastspec.istft(spectra(2**20 + 1, 20)),
        lambda: fastspec.istft(np.broadcast_to(spectra(129, 40), (20_000, 129, 40))),
    ],
    "griffinlim": [
        lambda: fastspec.griffinlim(spectrum(1025, 50_000), n_iter=4, rng=0),
        lambda: fastspec.griffinlim(spectrum(2**18 + 1, 20), n_iter=4, rng=0),
        lambda: fastspec.griffinlim(spectrum(129, 400_000), hop_length=1, n_iter=4, rng=0),
        lambda: fastspec.griffinlim(np.broadcast_to(spectrum(129, 40), (10_000, 129, 40)), n_iter=4, rng=0),
    ],
    "phase_vocoder": [
        lambda: fastspec.phase_vocoder(spectra(1025, 100_000), rate=1.01),
        lambda: fastspec.phase_vocoder(spectra(2**18 + 1, 200), rate=1.01),
        lambda: fastspec.phase_vocoder(np.broadcast_to(spectra(129, 40), (10_000, 129, 40)), rate=1.01),
    ],
    "reassigned_spectrogram": [
        lambda: fastspec.reassigned_spectrogram(y()),
        lambda: fastspec.reassigned_spectrogram(y()[: N // 8], n_fft=256, hop_length=1),
        lambda: fastspec.reassigned_spectrogram(y(), n_fft=2**20, hop_length=2**17),
        lambda: fastspec.reassigned_spectrogram(many()),
    ],
    "magphase": _elementwise(fastspec.magphase, spectra),
    "util.abs2": _elementwise(util.abs2, spectra),
    "util.phasor": [lambda: util.phasor(y()), lambda: util.phasor(y() * 1e9), lambda: util.phasor(y(), mag=y())],
    "util.softmask": [
        lambda: util.softmask(dense(), dense(), power=1.7),
        lambda: util.softmask(np.abs(y()), np.abs(y())[::-1]),
    ],
    "pcen": [
        lambda: fastspec.pcen(spectrum()),
        lambda: fastspec.pcen(spectrum(), max_size=9999, axis=-1, max_axis=-2),
        lambda: fastspec.pcen(np.broadcast_to(spectrum(129, 40), (10_000, 129, 40))),
    ],
    "decompose.hpss": [
        lambda: decompose.hpss(dense(100, 100), kernel_size=100_000),
        lambda: decompose.hpss(dense(100, 100), kernel_size=10_000_001),
        lambda: decompose.hpss(np.broadcast_to(dense(1025, 5), (1025, 1025, 5))),
        lambda: decompose.hpss(dense(1025, 5), kernel_size=99_999),
        lambda: decompose.hpss(dense(1, 4_000_000)),
        lambda: decompose.hpss(dense(3, 1_500_000), kernel_size=(9999, 3)),
        lambda: decompose.hpss(dense(3, 400_000), kernel_size=(200_001, 3)),
        lambda: decompose.hpss(spectra(), power=1.5, margin=3.0),
        lambda: decompose.hpss(np.broadcast_to(dense(4, 4), (100_000, 4, 4))),
        lambda: decompose.hpss(dense(129, 40_000).astype(np.float16), kernel_size=99),
        lambda: decompose.hpss(np.full((129, 40_000), np.nan), kernel_size=99),
    ],
    "estimate_tuning": [lambda: fastspec.estimate_tuning(y=y()), lambda: fastspec.estimate_tuning(S=spectrum())],
    "piptrack": [*_spectral(fastspec.piptrack)],
    "yin": [
        lambda: fastspec.yin(y(), **_PITCH),
        lambda: fastspec.yin(y()[: N // 8], hop_length=1, **_PITCH),
        lambda: fastspec.yin(y(), fmin=0.05, fmax=2000, frame_length=2**21, hop_length=2**17),
        lambda: fastspec.yin(many(), **_PITCH),
    ],
    "pyin": [
        lambda: fastspec.pyin(y(), **_PITCH),
        lambda: fastspec.pyin(y()[: N // 8], hop_length=1, **_PITCH),
        lambda: fastspec.pyin(many(), **_PITCH),
        lambda: fastspec.pyin(y()[: N // 8], fmin=100, fmax=5000, resolution=0.003),
    ],
    # constant Q
    "cqt": [
        lambda: fastspec.cqt(y()),
        lambda: fastspec.cqt(y()[: N // 8], hop_length=1, fmin=1000.0, n_bins=12),
        lambda: fastspec.cqt(many()),
        lambda: fastspec.cqt(y()[: N // 8], fmin=30, n_bins=8000, bins_per_octave=960),
    ],
    "vqt": [lambda: fastspec.vqt(y(), intervals="equal"), lambda: fastspec.vqt(many(), intervals="equal")],
    "hybrid_cqt": [lambda: fastspec.hybrid_cqt(y()), lambda: fastspec.hybrid_cqt(many())],
    "pseudo_cqt": [lambda: fastspec.pseudo_cqt(y()), lambda: fastspec.pseudo_cqt(many())],
    "icqt": [lambda: fastspec.icqt(spectra(84, 60_000)), lambda: fastspec.icqt(spectra(84, 20_000), hop_length=64)],
    "griffinlim_cqt": [lambda: fastspec.griffinlim_cqt(spectrum(84, 40_000), n_iter=2, rng=0)],
    # harmonics
    "interp_harmonics": [
        lambda: fastspec.interp_harmonics(spectrum(), freqs=_FREQS, harmonics=[1, 2, 3]),
        lambda: fastspec.interp_harmonics(dense(129, 50_000), freqs=_FREQS, harmonics=[1, 2, 3], kind="cubic"),
    ],
    "f0_harmonics": [
        lambda: fastspec.f0_harmonics(spectrum(), f0=np.full(400_000, 9.0), freqs=_FREQS, harmonics=[1, 2, 3])
    ],
    "salience": [lambda: fastspec.salience(spectrum(), freqs=_FREQS, harmonics=[1, 2, 3])],
    "util.interp_broadcast": [
        lambda: util.interp_broadcast(x1=dense(), x1_pos=_FREQS, x2=dense(65, 100_000), x2_pos=_FREQS[:65])
    ],
    # features
    **{
        f"feature.{function.__name__}": _spectral(function)
        for function in (
            feature.melspectrogram,
            feature.spectral_bandwidth,
            feature.spectral_centroid,
            feature.spectral_flatness,
            feature.spectral_rolloff,
        )
    },
    "feature.chroma_stft": [*_spectral(feature.chroma_stft, tuning=0.0), lambda: feature.chroma_stft(y=y())],
    "feature.poly_features": [*_spectral(feature.poly_features, order=3)],
    "feature.spectral_contrast": _spectral(feature.spectral_contrast, n_bands=3),
    "feature.mfcc": [*_spectral(feature.mfcc, n_mfcc=13)[:4], lambda: feature.mfcc(S=spectrum(), n_mfcc=13)],
    "feature.logmel": [
        lambda: feature.logmel(y=y()),
        lambda: feature.logmel(y=y()[: N // 8], n_fft=256, hop_length=1),
        lambda: feature.logmel(y=many()),
        lambda: feature.logmel(y=np.zeros(N, np.int16), hop_length=64),
    ],
    "feature.rms": [
        lambda: feature.rms(y=y()),
        lambda: feature.rms(y=y(), hop_length=1),
        lambda: feature.rms(y=y(), frame_length=2**22, hop_length=2**12),
        lambda: feature.rms(y=many()),
        lambda: feature.rms(S=spectrum(), frame_length=256),
    ],
    "feature.zero_crossing_rate": [
        lambda: feature.zero_crossing_rate(y()),
        lambda: feature.zero_crossing_rate(y(), hop_length=1),
        lambda: feature.zero_crossing_rate(many()),
    ],
    "feature.chroma_cqt": [lambda: feature.chroma_cqt(y=y())],
    "feature.chroma_vqt": [lambda: feature.chroma_vqt(y=y(), intervals="equal")],
    "feature.chroma_cens": [
        lambda: feature.chroma_cens(y=y()),
        lambda: feature.chroma_cens(C=spectrum(84), win_len_smooth=99_999),
    ],
    "feature.tonnetz": [lambda: feature.tonnetz(y=y()), lambda: feature.tonnetz(chroma=spectrum(12, 2_000_000))],
    "feature.tempo": [
        lambda: feature.tempo(y=y()),
        lambda: feature.tempo(onset_envelope=np.abs(y()[:200_000])),
        lambda: feature.tempo(onset_envelope=np.abs(y()[:1_000_000]), aggregate=None),
    ],
    "feature.tempogram": [
        lambda: feature.tempogram(y=y()),
        lambda: feature.tempogram(onset_envelope=np.abs(y()[:2_000_000])),
        lambda: feature.tempogram(onset_envelope=np.abs(y()[:20_000]), win_length=4000),
        lambda: feature.tempogram(onset_envelope=np.abs(many())[:, :500]),
    ],
    "feature.fourier_tempogram": [
        lambda: feature.fourier_tempogram(onset_envelope=np.abs(y()[:2_000_000])),
        lambda: feature.fourier_tempogram(onset_envelope=np.abs(many())[:, :500]),
    ],
    "feature.hybrid_tempogram": [lambda: feature.hybrid_tempogram(onset_envelope=np.abs(y()[:1_000_000]))],
    "feature.tempogram_ratio": [lambda: feature.tempogram_ratio(onset_envelope=np.abs(y()[:1_000_000]))],
    "feature.metrogram": [
        lambda: feature.metrogram(tg=np.abs(noise(384, 10_000)), freqs=fastspec.tempo_frequencies(384))
    ],
    "feature.delta": [
        lambda: feature.delta(spectrum()),
        lambda: feature.delta(noise(20, 2_000_000), width=9999, mode="nearest"),
        lambda: feature.delta(np.broadcast_to(noise(9), (4_000_000, 9))),
    ],
    "feature.stack_memory": [
        lambda: feature.stack_memory(spectrum(), n_steps=5),
        lambda: feature.stack_memory(noise(2, 400_000), n_steps=500),
    ],
    "feature.inverse.mel_to_stft": [
        lambda: feature.inverse.mel_to_stft(spectrum(128, 100_000)),
        lambda: feature.inverse.mel_to_stft(spectrum(128, 20), n_fft=2**19),
    ],
    "feature.inverse.mel_to_audio": [lambda: feature.inverse.mel_to_audio(spectrum(128, 50_000), n_iter=2)],
    "feature.inverse.mfcc_to_mel": [lambda: feature.inverse.mfcc_to_mel(spectrum(20, 1_000_000))],
    "feature.inverse.mfcc_to_audio": [lambda: feature.inverse.mfcc_to_audio(spectrum(20, 50_000), n_iter=2)],
    "feature.inverse.chroma_to_stft": [lambda: feature.inverse.chroma_to_stft(spectrum(12, 100_000))],
    # onsets
    "onset.onset_strength": [
        lambda: onset.onset_strength(y=y()),
        lambda: onset.onset_strength(S=spectrum(), detrend=True),
        lambda: onset.onset_strength(S=spectrum(), max_size=99, lag=3),
        lambda: onset.onset_strength(S=dense(), aggregate=np.median),
        lambda: onset.onset_strength(y=y()[: N // 8], hop_length=1, n_fft=256),
    ],
    "onset.onset_strength_multi": [
        lambda: onset.onset_strength_multi(S=spectrum(), channels=[0, 40, 129]),
        lambda: onset.onset_strength_multi(S=spectrum(129, 400_000), channels=list(range(0, 129))),
    ],
    "onset.onset_detect": [
        lambda: onset.onset_detect(y=y()),
        lambda: onset.onset_detect(onset_envelope=np.abs(y()), backtrack=True),
    ],
    "onset.onset_backtrack": [lambda: onset.onset_backtrack(np.arange(0, N, 9), y())],
    # utilities
    "util.peak_pick": [
        lambda: util.peak_pick(y(), pre_max=3, post_max=3, pre_avg=3, post_avg=5, delta=0.1, wait=3),
        lambda: util.peak_pick(
            np.zeros(N), pre_max=99_999, post_max=99_999, pre_avg=99_999, post_avg=99_999, delta=0, wait=0
        ),
        lambda: util.peak_pick(
            y()[: N // 4], pre_max=1, post_max=1, pre_avg=1, post_avg=1, delta=0, wait=3, method="dp_value"
        ),
    ],
    "util.match_events": [
        lambda: util.match_events(y()[: N // 4], y()[: N // 4]),
        lambda: util.match_events(ascending(), ascending()),
        lambda: util.match_events(ascending(), ascending(), left=False, right=False),
    ],
    "util.match_intervals": [
        lambda: util.match_intervals(
            np.stack([ascending(300_000), ascending(300_000) + 1], 1),
            np.stack([ascending(300_000), ascending(300_000) + 1], 1),
        ),
        lambda: util.match_intervals(np.array([[0.0, 1.0]] * 3), np.stack([ascending(), ascending() + 1], 1)),
    ],
    "util.localmax": [lambda: util.localmax(y()), lambda: util.localmax(dense(), axis=-1)],
    "util.localmin": [lambda: util.localmin(y()), lambda: util.localmin(dense(), axis=-1)],
    "util.normalize": [
        lambda: util.normalize(y()),
        lambda: util.normalize(dense(), norm=1.7),
        lambda: util.normalize(dense(), norm=2, axis=1),
        lambda: util.normalize(dense(), norm=0),
    ],
    "util.axis_sort": [lambda: util.axis_sort(dense())],
    "util.sparsify_rows": [
        lambda: util.sparsify_rows(dense()),
        lambda: util.sparsify_rows(y()),
        lambda: util.sparsify_rows(np.broadcast_to(noise(9), (2_000_000, 9))),
    ],
    "util.sync": [lambda: util.sync(noise(12, 2_000_000), list(range(0, 2_000_000, 2)), aggregate=np.median)],
    "util.nnls": [
        lambda: util.nnls(np.abs(noise(40, 60)), np.abs(noise(40, 200_000))),
        lambda: util.nnls(np.abs(noise(1500, 3000)), np.abs(noise(1500, 1))[:, 0]),
    ],
    "util.frame": [lambda: util.frame(y(), frame_length=2048, hop_length=1)],
    "util.fix_frames": [lambda: util.fix_frames(np.arange(N)), lambda: util.fix_frames(np.arange(N)[::-1])],
    "util.fix_length": [lambda: util.fix_length(y(), size=2 * N), lambda: util.fix_length(y(), size=N, mode="reflect")],
    "util.pad_center": [lambda: util.pad_center(y(), size=2 * N)],
    "util.index_to_slice": [lambda: util.index_to_slice(np.arange(5_000_000))],
    "util.count_unique": [lambda: util.count_unique(y()), lambda: util.count_unique(noise(129, 100_000), axis=0)],
    "util.is_unique": [lambda: util.is_unique(y()), lambda: util.is_unique(noise(129, 100_000), axis=0)],
    "util.cyclic_gradient": _elementwise(util.cyclic_gradient),
    "util.fill_off_diagonal": [lambda: util.fill_off_diagonal(noise(6000, 6000).copy(), radius=0.1)],
    "util.shear": [lambda: util.shear(noise(6000, 6000))],
    "util.stack": [lambda: util.stack([y()] * 8)],
    "util.valid_intervals": [lambda: util.valid_intervals(np.stack([ascending(), ascending() + 1], 1))],
    # beats, factors, pictures
    "beat.beat_track": [
        lambda: beat.beat_track(y=y()),
        lambda: beat.beat_track(onset_envelope=np.abs(noise(200_000))),
        lambda: beat.beat_track(onset_envelope=np.abs(noise(100_000)), bpm=0.1),
        lambda: beat.beat_track(onset_envelope=np.abs(noise(300_000)), bpm=np.full(300_000, 3.0)),
        lambda: beat.beat_track(
            onset_envelope=np.broadcast_to(np.abs(noise(500)), (9000, 500)), bpm=90.0, sparse=False
        ),
    ],
    "beat.plp": [lambda: beat.plp(y=y()), lambda: beat.plp(onset_envelope=np.abs(noise(200_000)), win_length=100)],
    "decompose.decompose": [lambda: decompose.decompose(dense(), transformer=Factors(), sort=True)],
    "decompose.nn_filter": [
        lambda: decompose.nn_filter(
            dense(), rec=scipy.sparse.diags_array([1.0, 1.0], offsets=[1, 5], shape=(100_000,) * 2)
        )
    ],
    "display.infer_cmap": [lambda: display.infer_cmap(dense() - 1)],
    "display.specshow": [lambda: display.specshow(dense(129, 20_000), ax=figure_axes(), y_axis="mel", vscale="dB")],
    "display.wavebars": [lambda: display.wavebars(y(), ax=figure_axes(), n_bars=20_000)],
    "display.wavef0": [lambda: display.wavef0(y(), f0=np.full(N // 512, 440.0), ax=figure_axes())],
    "display.waveshow": [
        lambda: display.waveshow(y(), ax=figure_axes()),
        lambda: display.waveshow(y(), ax=figure_axes(), max_points=N),
    ],
    # pooling
    "adaptive_avg_pool1d": [
        lambda: fastspec.adaptive_avg_pool1d(y()[None], 5),
        lambda: fastspec.adaptive_avg_pool1d(noise(5)[None], N),
        lambda: fastspec.adaptive_avg_pool1d(y()[None], N - 1),
        lambda: fastspec.adaptive_avg_pool1d(np.broadcast_to(noise(5), (8_000_000, 5)), 3),
    ],
    "adaptive_avg_pool2d": [lambda: fastspec.adaptive_avg_pool2d(dense()[None], (5, 10_000))],
    "adaptive_avg_pool3d": [lambda: fastspec.adaptive_avg_pool3d(dense().reshape(1, 129, 100, 1000), (5, 50, 90))],
    "adaptive_max_pool1d": [lambda: fastspec.adaptive_max_pool1d(y()[None], 5)],
    "adaptive_max_pool2d": [lambda: fastspec.adaptive_max_pool2d(dense()[None], (5, 10_000))],
    "interpolate_area": [lambda: fastspec.interpolate_area(dense()[None, None], size=(5, 10_000))],
    "pool_frames": [lambda: fastspec.pool_frames(dense(), 7)],
    # filters
    "filters.mel": [lambda: filters.mel(sr=SR, n_fft=2**20, n_mels=256)],
    "filters.chroma": [lambda: filters.chroma(sr=SR, n_fft=2**22)],
    "filters.constant_q": [lambda: filters.constant_q(sr=SR, fmin=1.0, n_bins=400, bins_per_octave=60)],
    "filters.constant_q_lengths": [
        lambda: filters.constant_q_lengths(sr=SR, fmin=1.0, n_bins=N // 4, bins_per_octave=N)
    ],
    "filters.cq_to_chroma": [lambda: filters.cq_to_chroma(12_000_000)],
    "filters.diagonal_filter": [lambda: filters.diagonal_filter("hann", 3000, slope=1.5)],
    "filters.get_window": [lambda: filters.get_window("hann", N), lambda: filters.get_window(("kaiser", 9.0), N)],
    "filters.relative_bandwidth": [lambda: filters.relative_bandwidth(freqs=ascending() + 1)],
    "filters.semitone_filterbank": [
        lambda: filters.semitone_filterbank(center_freqs=np.full(5000, 440.0), sample_rates=np.full(5000, 22050.0))
    ],
    "filters.wavelet": [lambda: filters.wavelet(freqs=np.geomspace(1, 5000, 400))],
    "filters.wavelet_lengths": [lambda: filters.wavelet_lengths(freqs=np.linspace(1, 5000, N // 4))],
    "filters.window_bandwidth": [lambda: filters.window_bandwidth("hann", N)],
    "filters.window_sumsquare": [
        lambda: filters.window_sumsquare(window="hann", n_frames=N // 64, hop_length=64),
        lambda: filters.window_sumsquare(window="hann", n_frames=4_000_000, hop_length=1),
    ],
    # transformers' and Whisper's names
    "compat.huggingface.amplitude_to_db": [lambda: huggingface.amplitude_to_db(dense())],
    "compat.huggingface.amplitude_to_db_batch": [lambda: huggingface.amplitude_to_db_batch(dense()[None], db_range=9)],
    "compat.huggingface.power_to_db": [lambda: huggingface.power_to_db(dense(), db_range=9)],
    "compat.huggingface.power_to_db_batch": [lambda: huggingface.power_to_db_batch(dense()[None])],
    "compat.huggingface.chroma_filter_bank": [lambda: huggingface.chroma_filter_bank(2**20, 12, SR)],
    "compat.huggingface.mel_filter_bank": [
        lambda: huggingface.mel_filter_bank(2**19, 128, 0.0, 8000.0, SR),
        lambda: huggingface.mel_filter_bank(2**19, 128, 0.0, 8000.0, SR, "slaney", "kaldi", True),
    ],
    "compat.huggingface.hertz_to_mel": [lambda: huggingface.hertz_to_mel(np.abs(y()), "slaney")],
    "compat.huggingface.mel_to_hertz": [lambda: huggingface.mel_to_hertz(np.abs(y()), "kaldi")],
    "compat.huggingface.hertz_to_octave": [lambda: huggingface.hertz_to_octave(1 + np.abs(y()))],
    "compat.huggingface.window_function": [lambda: huggingface.window_function(N, "povey")],
    "compat.huggingface.spectrogram": [
        lambda: huggingface.spectrogram(y(), np.hanning(256), 256, 64),
        lambda: huggingface.spectrogram(y(), np.hanning(256), 256, 64, power=1.5, onesided=False),
    ],
    "compat.huggingface.spectrogram_batch": [
        lambda: huggingface.spectrogram_batch([y(), y()], np.hanning(256), 256, 64, power=2.0, log_mel="dB")
    ],
    "compat.whisper.log_mel_spectrogram": [lambda: whisper.log_mel_spectrogram(y())],
    "compat.whisper.pad_or_trim": [lambda: whisper.pad_or_trim(y(), 2 * N)],
    # torchaudio's names
    "compat.torchaudio.functional.DB_to_amplitude": [lambda: TORCHAUDIO.DB_to_amplitude(dense(), 1.0, 0.5)],
    "compat.torchaudio.functional.amplitude_to_DB": [
        lambda: TORCHAUDIO.amplitude_to_DB(np.broadcast_to(dense(), (4, 129, 100_000)), 10.0, 1e-10, 0.0, 80.0)
    ],
    "compat.torchaudio.functional.compute_deltas": [lambda: TORCHAUDIO.compute_deltas(dense(), 99)],
    "compat.torchaudio.functional.create_dct": [lambda: TORCHAUDIO.create_dct(10_000, 10_000, "ortho")],
    "compat.torchaudio.functional.griffinlim": [
        lambda: TORCHAUDIO.griffinlim(spectrum(), "hann", 256, 64, 256, 1.7, 9, 0.99, None, True)
    ],
    "compat.torchaudio.functional.inverse_spectrogram": [
        lambda: TORCHAUDIO.inverse_spectrogram(spectra(), None, 0, "hann", 256, 64, 256, True)
    ],
    "compat.torchaudio.functional.linear_fbanks": [lambda: TORCHAUDIO.linear_fbanks(2**19, 0.0, 8000.0, 128, SR)],
    "compat.torchaudio.functional.mask_along_axis": [lambda: TORCHAUDIO.mask_along_axis(spectrum(), 40, 0.0, 0)],
    "compat.torchaudio.functional.mask_along_axis_iid": [
        lambda: TORCHAUDIO.mask_along_axis_iid(spectrum()[None], 40, 0.0, 1)
    ],
    "compat.torchaudio.functional.melscale_fbanks": [
        lambda: TORCHAUDIO.melscale_fbanks(2**19, 0.0, 8000.0, 128, SR, "slaney")
    ],
    "compat.torchaudio.functional.mu_law_decoding": [lambda: TORCHAUDIO.mu_law_decoding(y(), 256)],
    "compat.torchaudio.functional.mu_law_encoding": [lambda: TORCHAUDIO.mu_law_encoding(y(), 256)],
    "compat.torchaudio.functional.phase_vocoder": [
        lambda: TORCHAUDIO.phase_vocoder(spectra(), 0.7, np.zeros((129, 1)))
    ],
    "compat.torchaudio.functional.resample": [
        lambda: TORCHAUDIO.resample(y(), 44100, 16000),
        lambda: TORCHAUDIO.resample(y(), 44101, 44100),
        lambda: TORCHAUDIO.resample(y()[:1000], 999_983, 999_979),
    ],
    "compat.torchaudio.functional.sliding_window_cmn": [
        lambda: TORCHAUDIO.sliding_window_cmn(dense().T, center=True, norm_vars=True)
    ],
    "compat.torchaudio.functional.spectral_centroid": [
        lambda: TORCHAUDIO.spectral_centroid(y(), SR, 5, "hann", 256, 64, 256)
    ],
    "compat.torchaudio.functional.spectrogram": [
        lambda: TORCHAUDIO.spectrogram(y(), 5, "hann", 256, 64, 256, 2.0, False),
        lambda: TORCHAUDIO.spectrogram(y(), 0, "hann", 256, 64, 256, 1.7, False, onesided=False),
    ],
}
