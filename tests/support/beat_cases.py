"""Calls of librosa's `beat` and `decompose` whose results `write_beat.py` keeps."""

from __future__ import annotations

import numpy as np

from .rhythm_cases import SR, STEREO, TWO_ENVELOPES, Uniform, Y, pulses
from .util_cases import noise

LONG = pulses(600, 12)
FAST_THEN_SLOW = np.concatenate((pulses(300, 10), pulses(300, 16, seed=3)))
BPM_BY_FRAME = 60 * 43.066 / np.repeat([10.0, 16.0], 300)
BOTH = np.stack([LONG, FAST_THEN_SLOW])
SINGLE = LONG.astype(np.float32)
GAPS = np.where(np.arange(600) // 60 % 3 == 1, 0, LONG)


class Rising:
    """A prior whose largest densities lie beyond the limits of tempo."""

    @staticmethod
    def logpdf(bpm):
        return np.asarray(bpm) / 100.0


class Factors:
    """A transformer as scikit-learn's: two components, whatever there is."""

    def fit_transform(self, X):
        self.components_ = np.stack([X.sum(axis=0), X[::2].sum(axis=0)])
        return self.transform(X)

    def transform(self, X):
        return X @ self.components_.T


NEAR = (np.abs(np.subtract.outer(np.arange(50), np.arange(50))) == 4) * (1.0 + np.arange(50))[:, np.newaxis]
SPECTRA = np.abs(noise(24, 50, seed=7))

BEAT = {
    "plain": lambda lib: lib.beat.beat_track(onset_envelope=LONG),
    "single": lambda lib: lib.beat.beat_track(onset_envelope=SINGLE),
    "audio": lambda lib: lib.beat.beat_track(y=Y, sr=SR, hop_length=128),
    "audio_stereo": lambda lib: lib.beat.beat_track(y=STEREO, sr=SR, hop_length=128, sparse=False),
    "untrimmed": lambda lib: lib.beat.beat_track(onset_envelope=GAPS, trim=False),
    "trimmed": lambda lib: lib.beat.beat_track(onset_envelope=GAPS),
    "start_bpm": lambda lib: lib.beat.beat_track(onset_envelope=LONG, start_bpm=60.0),
    "loose": lambda lib: lib.beat.beat_track(onset_envelope=FAST_THEN_SLOW, tightness=0.1),
    "tight": lambda lib: lib.beat.beat_track(onset_envelope=FAST_THEN_SLOW, tightness=4000),
    "bpm": lambda lib: lib.beat.beat_track(onset_envelope=LONG, bpm=215),
    "bpm_single": lambda lib: lib.beat.beat_track(onset_envelope=SINGLE, bpm=np.array([215], np.float32)),
    "bpm_very_fast": lambda lib: lib.beat.beat_track(onset_envelope=LONG, bpm=2584.0, trim=False),
    "bpm_very_slow": lambda lib: lib.beat.beat_track(onset_envelope=LONG, bpm=2.0, trim=False),
    "bpm_by_frame": lambda lib: lib.beat.beat_track(onset_envelope=FAST_THEN_SLOW, bpm=BPM_BY_FRAME),
    "bpm_by_frame_single": lambda lib: lib.beat.beat_track(
        onset_envelope=FAST_THEN_SLOW.astype(np.float32), bpm=BPM_BY_FRAME.astype(np.float32)
    ),
    "bpm_by_channel": lambda lib: lib.beat.beat_track(onset_envelope=BOTH, bpm=np.array([215.0, 161.0]), sparse=False),
    "bpm_of_all": lambda lib: lib.beat.beat_track(onset_envelope=BOTH, bpm=200.0, sparse=False),
    "bpm_by_channel_and_frame": lambda lib: lib.beat.beat_track(
        onset_envelope=BOTH, bpm=np.stack([BPM_BY_FRAME, BPM_BY_FRAME[::-1]]), sparse=False
    ),
    "prior": lambda lib: lib.beat.beat_track(onset_envelope=LONG, prior=Uniform),
    "dense": lambda lib: lib.beat.beat_track(onset_envelope=LONG, sparse=False),
    "channels": lambda lib: lib.beat.beat_track(onset_envelope=TWO_ENVELOPES, sparse=False, bpm=120.0),
    "samples": lambda lib: lib.beat.beat_track(onset_envelope=LONG, units="samples", hop_length=256),
    "time": lambda lib: lib.beat.beat_track(onset_envelope=LONG, units="time", sr=44100),
    "silence": lambda lib: lib.beat.beat_track(onset_envelope=0 * LONG),
    "silence_dense": lambda lib: lib.beat.beat_track(onset_envelope=0 * BOTH, sparse=False),
    "plp": lambda lib: lib.beat.plp(onset_envelope=LONG),
    "plp_single": lambda lib: lib.beat.plp(onset_envelope=SINGLE, win_length=100),
    "plp_audio": lambda lib: lib.beat.plp(y=Y, sr=SR, hop_length=128, win_length=64),
    "plp_stereo": lambda lib: lib.beat.plp(y=STEREO, sr=SR, hop_length=128, win_length=64),
    "plp_limits": lambda lib: lib.beat.plp(onset_envelope=LONG, win_length=101, tempo_min=None, tempo_max=150),
    "plp_no_limits": lambda lib: lib.beat.plp(onset_envelope=BOTH, win_length=60, tempo_min=None, tempo_max=None),
    "plp_prior": lambda lib: lib.beat.plp(onset_envelope=LONG, prior=Uniform),
    "plp_prior_beyond": lambda lib: lib.beat.plp(onset_envelope=LONG, win_length=60, prior=Rising),
}

DECOMPOSE = {
    "factors": lambda lib: lib.decompose.decompose(SPECTRA, transformer=Factors()),
    "factors_sorted": lambda lib: lib.decompose.decompose(SPECTRA, transformer=Factors(), sort=True),
    "factors_deep": lambda lib: lib.decompose.decompose(
        SPECTRA.reshape(4, 6, 50), transformer=Factors(), n_components=2
    ),
    "filter": lambda lib: lib.decompose.nn_filter(SPECTRA, rec=NEAR),
    "filter_weighted": lambda lib: lib.decompose.nn_filter(SPECTRA, rec=NEAR, aggregate=np.average),
    "filter_median": lambda lib: lib.decompose.nn_filter(
        SPECTRA.astype(np.float32), rec=NEAR > 30, aggregate=np.median
    ),
    "filter_max": lambda lib: lib.decompose.nn_filter(SPECTRA, rec=NEAR, aggregate=np.max),
    "filter_axis": lambda lib: lib.decompose.nn_filter(SPECTRA.T, rec=NEAR, axis=0, aggregate=np.average),
    "filter_deep": lambda lib: lib.decompose.nn_filter(SPECTRA.reshape(4, 6, 50), rec=NEAR),
    "filter_ints": lambda lib: lib.decompose.nn_filter((9 * SPECTRA).astype(int), rec=NEAR),
}
