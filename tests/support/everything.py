"""One call of every public function that takes audio or a spectrogram, for tests that hold for all of them."""

from __future__ import annotations

import numpy as np

from .beat_cases import Factors

SR = 22050
_RNG = np.random.default_rng(7)
Y = _RNG.uniform(-1, 1, 6000)
S = _RNG.uniform(0.1, 1, (65, 12))  # of n_fft=128
D = S * np.exp(2j * np.pi * _RNG.uniform(size=S.shape))
ENVELOPE = _RNG.uniform(0, 1, 60)

_STFT = {"n_fft": 128}
_CQT = {"fmin": 1000.0, "n_bins": 12}
_VQT = {**_CQT, "intervals": "equal"}
_PITCH = {"fmin": 300.0, "fmax": 2000.0, "frame_length": 512}
_RHYTHM = {"win_length": 8}

# By where the function is found: what it is told besides the array.
OF_SAMPLES = {
    "autocorrelate": {},
    "beat.beat_track": {},
    "beat.plp": _RHYTHM,
    "cqt": _CQT,
    "effects.deemphasis": {},
    "effects.harmonic": _STFT,
    "effects.hpss": _STFT,
    "effects.percussive": _STFT,
    "effects.pitch_shift": {"sr": SR, "n_steps": 2, **_STFT},
    "effects.preemphasis": {},
    "effects.remix": {"intervals": [(100, 900), (30, 400)]},
    "effects.split": {"frame_length": 128, "hop_length": 64},
    "effects.time_stretch": {"rate": 1.5, **_STFT},
    "effects.trim": {"frame_length": 128, "hop_length": 64},
    "estimate_tuning": _STFT,
    "feature.chroma_cens": {"fmin": 1000.0, "n_octaves": 1},
    "feature.chroma_cqt": {"fmin": 1000.0, "n_octaves": 1},
    "feature.chroma_stft": {**_STFT, "tuning": 0.0},
    "feature.chroma_vqt": {"fmin": 1000.0, "n_octaves": 1, "intervals": "equal"},
    "feature.fourier_tempogram": _RHYTHM,
    "feature.hybrid_tempogram": _RHYTHM,
    "feature.logmel": {**_STFT, "n_mels": 4},
    "feature.melspectrogram": {**_STFT, "n_mels": 4},
    "feature.mfcc": {**_STFT, "n_mels": 4},
    "feature.poly_features": _STFT,
    "feature.rms": {"frame_length": 128},
    "feature.spectral_bandwidth": _STFT,
    "feature.spectral_centroid": _STFT,
    "feature.spectral_contrast": {**_STFT, "n_bands": 3, "fmin": 1000.0},
    "feature.spectral_flatness": _STFT,
    "feature.spectral_rolloff": _STFT,
    "feature.tempo": {},
    "feature.tempogram": _RHYTHM,
    "feature.tempogram_ratio": _RHYTHM,
    "feature.tonnetz": {"fmin": 1000.0, "n_octaves": 1},
    "feature.zero_crossing_rate": {"frame_length": 128},
    "float_to_pcm": {"dtype": np.int16},
    "fmt": {"n_fmt": 64},
    "get_duration": {},
    "hybrid_cqt": _CQT,
    "iirt": {
        "win_length": 128,
        "center_freqs": np.array([2000.0, 4000.0]),
        "sample_rates": np.array([22050.0, 22050.0]),
    },
    "lpc": {"order": 4},
    "mu_compress": {},
    "mu_expand": {"quantize": False},
    "onset.onset_detect": {},
    "onset.onset_strength": {},
    "onset.onset_strength_multi": {},
    "pcm_convert": {"dtype": np.int16},
    "piptrack": _STFT,
    "pseudo_cqt": _CQT,
    "pyin": _PITCH,
    "reassigned_spectrogram": _STFT,
    "resample": {"orig_sr": SR, "target_sr": 16000},
    "logfreq_stft": {**_STFT, "n_bins": 12},
    "sinusoids": {"n": 3},
    "stft": _STFT,
    "to_mono": {},
    "util.frame": {"frame_length": 128, "hop_length": 64},
    "util.valid_audio": {},
    "vqt": _VQT,
    "yin": _PITCH,
    "zero_crossings": {},
}

OF_SPECTRA = {
    "adaptive_avg_pool2d": {"output_size": 4},
    "adaptive_max_pool2d": {"output_size": 4},
    "amplitude_to_db": {},
    "db_to_amplitude": {},
    "db_to_power": {},
    "decompose.decompose": {"transformer": Factors()},
    "decompose.hpss": {"kernel_size": 5},
    "decompose.nn_filter": {"rec": np.eye(12, k=1)},
    "estimate_tuning": {},
    "f0_harmonics": {"f0": np.linspace(1.0, 20.0, 12), "freqs": np.arange(65.0), "harmonics": [1, 2]},
    "feature.chroma_stft": {"tuning": 0.0},
    "feature.delta": {},
    "feature.inverse.chroma_to_stft": {},
    "feature.inverse.mel_to_stft": {"n_fft": 2048},
    "feature.inverse.mfcc_to_mel": {"n_mels": 80},
    "feature.melspectrogram": {"n_mels": 4},
    "feature.mfcc": {},
    "feature.poly_features": {},
    "feature.rms": {"frame_length": 128},
    "feature.spectral_bandwidth": {},
    "feature.spectral_centroid": {},
    "feature.spectral_contrast": {"n_bands": 3, "fmin": 1000.0},
    "feature.spectral_flatness": {},
    "feature.spectral_rolloff": {},
    "feature.stack_memory": {},
    "get_duration": {},
    "griffinlim": {"n_iter": 2, "rng": 0},
    "interp_harmonics": {"freqs": np.arange(65.0), "harmonics": [1, 2]},
    "onset.onset_strength": {},
    "onset.onset_strength_multi": {},
    "pcen": {},
    "perceptual_weighting": {"frequencies": np.arange(1.0, 66.0)},
    "piptrack": {},
    "pool_frames": {"n": 4},
    "power_to_db": {},
    "salience": {"freqs": np.arange(65.0), "harmonics": [1, 2]},
    "segment.agglomerative": {"k": 3},
    "segment.cross_similarity": {"data_ref": S[:, ::-1]},
    "segment.path_enhance": {"n": 5},
    "segment.recurrence_matrix": {},
    "segment.subsegment": {"frames": [4]},
    "sequence.rqa": {},
    "util.axis_sort": {},
    "util.localmax": {},
    "util.localmin": {},
    "util.normalize": {},
    "util.sync": {"idx": [3, 6]},
}

OF_COMPLEX = {
    "feature.rms": {"frame_length": 128},
    "griffinlim_cqt": {"n_iter": 1, "rng": 0, "fmin": 100.0},
    "icqt": {"fmin": 100.0},
    "istft": {},
    "magphase": {},
    "phase_vocoder": {"rate": 1.5},
    "util.abs2": {},
}

OF_ENVELOPES = {
    "beat.beat_track": {},
    "beat.plp": _RHYTHM,
    "feature.fourier_tempogram": _RHYTHM,
    "feature.hybrid_tempogram": _RHYTHM,
    "feature.tempo": {"ac_size": 1.0},
    "feature.tempogram": _RHYTHM,
    "feature.tempogram_ratio": _RHYTHM,
    "onset.onset_detect": {},
}
