"""Calls of librosa's `onset`, `feature` (rhythm) and `effects` whose results `write_rhythm.py` keeps.

Noise comes from integer arithmetic, so that inputs are the same everywhere but for the last bit of a sine.
"""

from __future__ import annotations

import numpy as np

from .util_cases import noise

SR = 8000


def beats(n: int = 8192, seed: int = 1) -> np.ndarray:
    """A tone, and bursts of noise every 1200 samples that fade out: float64, within [-1, 1]."""
    t = np.arange(n)
    return 0.2 * np.sin(2 * np.pi * 440 * t / SR) + noise(n, seed=seed) * np.exp(-(t % 1200) / 150)


def pulses(n: int = 110, every: int = 12, seed: int = 5) -> np.ndarray:
    """An onset envelope: a pulse every so many frames, on a floor of noise."""
    return (np.arange(n) % every == 3) + 0.2 * np.abs(noise(n, seed=seed))


class Uniform:
    """A prior as scipy.stats has them: all tempi below 200 alike."""

    @staticmethod
    def logpdf(bpm):
        return np.where(bpm < 200, 0.0, -50.0)


Y = beats().astype(np.float32)
STEREO = np.stack([Y, beats(seed=2).astype(np.float32)])
LOUD_PARTS = Y * np.repeat([0, 1, 1, 1e-5, 0, 1, 0.5, 0], 1024).astype(np.float32)
LOUD_STEREO = np.stack([LOUD_PARTS, np.roll(LOUD_PARTS, 700)])
ENVELOPE = pulses()
TWO_ENVELOPES = np.stack([ENVELOPE, pulses(every=9, seed=6)])
LEVELS = 40 * noise(24, 50, seed=7)
D = (noise(40, 30, seed=8) + 1j * noise(40, 30, seed=9)) * (1 + 9 * (np.arange(40) % 11 == 4))[:, np.newaxis]
SMALL = {"sr": SR, "n_fft": 512, "hop_length": 128}
PLAIN = {"n_fft": 512, "hop_length": 128}

ONSET = {
    "strength": lambda lib: lib.onset.onset_strength(y=Y, sr=SR),
    "strength_stereo": lambda lib: lib.onset.onset_strength(y=STEREO, **SMALL),
    "strength_float64": lambda lib: lib.onset.onset_strength(y=beats(), **SMALL, fmax=3000, n_mels=40),
    "strength_lag": lambda lib: lib.onset.onset_strength(y=Y, **SMALL, lag=3, max_size=3),
    "strength_max_size_even": lambda lib: lib.onset.onset_strength(y=Y, **SMALL, max_size=6),
    "strength_detrend": lambda lib: lib.onset.onset_strength(y=Y, **SMALL, detrend=True),
    "strength_uncentered": lambda lib: lib.onset.onset_strength(y=Y, **SMALL, center=False),
    "strength_median": lambda lib: lib.onset.onset_strength(y=Y, **SMALL, aggregate=np.median),
    "strength_feature": lambda lib: lib.onset.onset_strength(
        y=Y, **SMALL, feature=lambda y, sr, n_fft, hop_length: np.abs(lib.stft(y, n_fft=n_fft, hop_length=hop_length))
    ),
    "strength_power": lambda lib: lib.onset.onset_strength(y=Y, **SMALL, power=1.0, htk=True),
    "strength_levels": lambda lib: lib.onset.onset_strength(S=LEVELS),
    "strength_levels_ref": lambda lib: lib.onset.onset_strength(S=LEVELS, ref=LEVELS / 2),
    "strength_levels_int": lambda lib: lib.onset.onset_strength(S=LEVELS.astype(int)),
    "strength_one_band": lambda lib: lib.onset.onset_strength(S=LEVELS[0]),
    "multi": lambda lib: lib.onset.onset_strength_multi(y=STEREO, **SMALL, channels=[0, 32, 64, 128]),
    "multi_slices": lambda lib: lib.onset.onset_strength_multi(S=LEVELS, channels=[slice(0, 9), slice(4, 20)]),
    "multi_bands": lambda lib: lib.onset.onset_strength_multi(S=LEVELS, aggregate=False),
    "detect": lambda lib: lib.onset.onset_detect(onset_envelope=ENVELOPE),
    "detect_samples": lambda lib: lib.onset.onset_detect(y=Y, sr=SR, hop_length=128, units="samples"),
    "detect_time": lambda lib: lib.onset.onset_detect(onset_envelope=ENVELOPE, units="time", sr=SR, hop_length=64),
    "detect_backtrack": lambda lib: lib.onset.onset_detect(onset_envelope=ENVELOPE, backtrack=True),
    "detect_energy": lambda lib: lib.onset.onset_detect(
        onset_envelope=ENVELOPE, backtrack=True, energy=np.roll(ENVELOPE, 2)
    ),
    "detect_mask": lambda lib: lib.onset.onset_detect(onset_envelope=TWO_ENVELOPES, sparse=False),
    "detect_raw": lambda lib: lib.onset.onset_detect(onset_envelope=ENVELOPE, normalize=False, delta=0.01, wait=3),
    "detect_nothing": lambda lib: lib.onset.onset_detect(onset_envelope=np.zeros(30), units="time"),
    "detect_nan": lambda lib: lib.onset.onset_detect(onset_envelope=np.full((2, 30), np.nan), sparse=False),
    "backtrack": lambda lib: lib.onset.onset_backtrack(np.array([2, 40, 80, 109]), ENVELOPE),
}

RHYTHM = {
    "tempogram": lambda lib: lib.feature.tempogram(onset_envelope=ENVELOPE[:40]),
    "tempogram_of_audio": lambda lib: lib.feature.tempogram(y=Y, sr=SR, hop_length=128, win_length=50),
    "tempogram_two": lambda lib: lib.feature.tempogram(onset_envelope=TWO_ENVELOPES, win_length=41),
    "tempogram_uncentered": lambda lib: lib.feature.tempogram(onset_envelope=ENVELOPE, win_length=50, center=False),
    "tempogram_window": lambda lib: lib.feature.tempogram(
        onset_envelope=ENVELOPE, win_length=50, window=("kaiser", 4.0)
    ),
    "tempogram_norm_2": lambda lib: lib.feature.tempogram(onset_envelope=ENVELOPE, win_length=50, norm=2),
    "tempogram_plain": lambda lib: lib.feature.tempogram(onset_envelope=ENVELOPE, win_length=50, norm=None),
    "tempogram_int": lambda lib: lib.feature.tempogram(onset_envelope=np.arange(60) % 7, win_length=20),
    "tempogram_of_one": lambda lib: lib.feature.tempogram(onset_envelope=ENVELOPE, win_length=1),
    "fourier": lambda lib: lib.feature.fourier_tempogram(onset_envelope=ENVELOPE, win_length=50),
    "fourier_of_audio": lambda lib: lib.feature.fourier_tempogram(y=Y, sr=SR, hop_length=128, win_length=30),
    "fourier_uncentered": lambda lib: lib.feature.fourier_tempogram(
        onset_envelope=TWO_ENVELOPES, win_length=33, center=False, window="hamming"
    ),
    "tempo": lambda lib: lib.feature.tempo(onset_envelope=TWO_ENVELOPES),
    "tempo_of_audio": lambda lib: lib.feature.tempo(y=STEREO, sr=SR, hop_length=128, ac_size=0.5),
    "tempo_frames": lambda lib: lib.feature.tempo(onset_envelope=ENVELOPE, aggregate=None, ac_size=1.0),
    "tempo_start": lambda lib: lib.feature.tempo(onset_envelope=ENVELOPE, start_bpm=60, std_bpm=0.4),
    "tempo_unlimited": lambda lib: lib.feature.tempo(
        onset_envelope=ENVELOPE, max_tempo=None, start_bpm=3000, std_bpm=0.1
    ),
    "tempo_of_tempogram": lambda lib: lib.feature.tempo(tg=np.abs(noise(80, 9)), aggregate=np.median),
    "tempo_prior": lambda lib: lib.feature.tempo(onset_envelope=ENVELOPE, prior=Uniform),
    "ratio": lambda lib: lib.feature.tempogram_ratio(onset_envelope=ENVELOPE, win_length=100),
    "ratio_of_tempogram": lambda lib: lib.feature.tempogram_ratio(
        tg=np.abs(noise(80, 9)), bpm=np.full(9, 300.0), factors=np.array([0.5, 1, 2, 90]), fill_value=-1
    ),
    "ratio_mean": lambda lib: lib.feature.tempogram_ratio(
        onset_envelope=ENVELOPE, win_length=60, aggregate=np.mean, kind="nearest"
    ),
    "hybrid": lambda lib: lib.feature.hybrid_tempogram(onset_envelope=ENVELOPE[:40], sr=SR, win_length=24),
    "hybrid_two": lambda lib: lib.feature.hybrid_tempogram(
        onset_envelope=TWO_ENVELOPES, win_length=33, window="hamming"
    ),
    "hybrid_kind": lambda lib: lib.feature.hybrid_tempogram(
        onset_envelope=ENVELOPE[:50], win_length=20, center=False, kind="nearest", fill_value=0.5
    ),
    "hybrid_audio": lambda lib: lib.feature.hybrid_tempogram(y=Y, sr=SR, win_length=16),
    "metrogram": lambda lib: lib.feature.metrogram(tg=LEVELS[:, :9], freqs=np.linspace(30, 300, 24)),
    "metrogram_factors": lambda lib: lib.feature.metrogram(
        tg=np.abs(LEVELS[:, :9]),
        freqs=np.linspace(30, 300, 24),
        factors=np.array([0.5, 2]),
        kind="cubic",
        fill_value=1.5,
    ),
    "metrogram_pairs": lambda lib: lib.feature.metrogram(
        tg=np.stack([LEVELS, -LEVELS])[..., :4], freqs=np.linspace(30, 300, 24), aggregate=None
    ),
    "metrogram_max": lambda lib: lib.feature.metrogram(
        tg=LEVELS[:, :9], freqs=np.linspace(30, 300, 24), aggregate=np.max
    ),
}

SHORT = Y[:3000]
SHORT_STEREO = STEREO[:, :2000]
EFFECTS = {
    "hpss": lambda lib: lib.effects.hpss(SHORT, **PLAIN),
    "hpss_uncentered": lambda lib: lib.effects.hpss(SHORT, n_fft=512, win_length=400, margin=2.0, center=False),
    "hpss_window": lambda lib: lib.effects.hpss(SHORT_STEREO, **PLAIN, window="hamming", pad_mode="reflect"),
    "harmonic": lambda lib: lib.effects.harmonic(SHORT, **PLAIN, kernel_size=(9, 17), power=1.0),
    "percussive": lambda lib: lib.effects.percussive(SHORT, **PLAIN, margin=(1.0, 3.0)),
    "percussive_mask": lambda lib: lib.effects.percussive(SHORT.astype(np.float64), **PLAIN, mask=True),
    "decompose": lambda lib: lib.decompose.hpss(D),
    "decompose_single": lambda lib: lib.decompose.hpss(D.astype(np.complex64), kernel_size=(5, 8)),
    "decompose_real": lambda lib: lib.decompose.hpss(np.stack([np.abs(D), np.abs(D[::-1])]), power=1),
    "decompose_mask": lambda lib: lib.decompose.hpss(np.abs(D).astype(np.float32), mask=True, margin=(1.5, 2)),
    "decompose_hard": lambda lib: lib.decompose.hpss(np.abs(D), mask=True, power=np.inf),
    "decompose_int": lambda lib: lib.decompose.hpss((100 * np.abs(D)).astype(int)),
    "decompose_silence": lambda lib: lib.decompose.hpss(np.zeros((9, 7)), mask=True),
    "stretch_fast": lambda lib: lib.effects.time_stretch(SHORT.astype(np.float64), rate=1.5),
    "stretch_slow": lambda lib: lib.effects.time_stretch(SHORT_STEREO.astype(np.float64), rate=0.8, **PLAIN),
    "stretch_window": lambda lib: lib.effects.time_stretch(
        SHORT.astype(np.float64), rate=1.1, n_fft=512, win_length=480, window="hamming"
    ),
    "shift_up": lambda lib: lib.effects.pitch_shift(SHORT.astype(np.float64), sr=SR, n_steps=3),
    "shift_down": lambda lib: lib.effects.pitch_shift(
        SHORT.astype(np.float64), sr=SR, n_steps=-5, bins_per_octave=24, scale=True, **PLAIN
    ),
    "remix": lambda lib: lib.effects.remix(STEREO, np.array([[3000, 4000], [100, 900], [7000, 9000]])),
    "remix_unaligned": lambda lib: lib.effects.remix(Y, [(3000, 4000), (100, 900)], align_zeros=False),
    "trim": lambda lib: lib.effects.trim(LOUD_PARTS, frame_length=512, hop_length=128),
    "trim_stereo": lambda lib: lib.effects.trim(LOUD_STEREO, frame_length=512, hop_length=128, top_db=20),
    "trim_mean": lambda lib: lib.effects.trim(LOUD_STEREO, aggregate=np.mean),
    "trim_ref": lambda lib: lib.effects.trim(LOUD_PARTS, ref=0.1, top_db=-3, frame_length=512),
    "trim_all": lambda lib: lib.effects.trim(LOUD_STEREO, ref=1e6),
    "trim_silence": lambda lib: lib.effects.trim(0 * LOUD_PARTS),
    "split": lambda lib: lib.effects.split(LOUD_PARTS, frame_length=512, hop_length=128),
    "split_stereo": lambda lib: lib.effects.split(LOUD_STEREO, frame_length=300, hop_length=100, top_db=20),
    "split_median": lambda lib: lib.effects.split(LOUD_PARTS, ref=np.median, hop_length=256),
    "split_nothing": lambda lib: lib.effects.split(LOUD_PARTS, ref=1e6),
    "preemphasis": lambda lib: lib.effects.preemphasis(STEREO[:, :200], return_zf=True),
    "preemphasis_zi": lambda lib: lib.effects.preemphasis(beats(200), coef=0.5, zi=[0.25], return_zf=True),
    "deemphasis": lambda lib: lib.effects.deemphasis(STEREO[:, :200], return_zf=True),
    "deemphasis_zi": lambda lib: lib.effects.deemphasis(beats(200), coef=0.5, zi=0.25, return_zf=True),
    "deemphasis_sum": lambda lib: lib.effects.deemphasis(beats(200), coef=1.0, return_zf=True),
}
