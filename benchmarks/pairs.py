"""Every covered function beside librosa's of the same name: one call each, of an everyday size.

`PAIRS` has an entry a call: its path and its arguments. What is timed with targets of its own stands in `jobs.py`.
Left out are names that do no work (`util.MAX_MEM_BLOCK`, `cache`, the checks of single values in `util`), what reads
files (`load`, `ex`), and names that librosa 1.0 does not have.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np

SR = 22050


def samples(seconds: float = 30.0, *, dtype=np.float32, shape: tuple[int, ...] = ()) -> np.ndarray:
    """A tone in noise."""
    n = round(seconds * SR)
    noise = np.random.default_rng(0).standard_normal((*shape, n))
    return (0.3 * np.sin(2 * np.pi * 440 / SR * np.arange(n)) + 0.1 * noise).astype(dtype)


def complex_frames(seconds: float = 30.0, **options) -> np.ndarray:
    import fastspec

    return fastspec.stft(samples(seconds, **options))


def magnitudes(seconds: float = 30.0, *, order: str = "F", **options) -> np.ndarray:
    """Frames contiguous ("F"), as librosa lays them out, or bins."""
    return np.asarray(np.abs(complex_frames(seconds, **options)), order=order)


def mel(seconds: float = 30.0) -> np.ndarray:
    import fastspec

    return fastspec.feature.melspectrogram(y=samples(seconds))


def levels() -> np.ndarray:
    import fastspec

    return fastspec.power_to_db(mel())


def cepstrum() -> np.ndarray:
    import fastspec

    return fastspec.feature.mfcc(y=samples())


def envelope() -> np.ndarray:
    import fastspec

    return fastspec.onset.onset_strength(y=samples())


def tempogram() -> np.ndarray:
    import fastspec

    return fastspec.feature.tempogram(onset_envelope=envelope())


def uniform(*shape: int, dtype=np.float64, low: float = 0.0, high: float = 1.0) -> np.ndarray:
    return np.random.default_rng(1).uniform(low, high, shape).astype(dtype)


def whole(*shape: int, high: int = 1000) -> np.ndarray:
    return np.random.default_rng(2).integers(0, high, shape)


def events(n: int) -> np.ndarray:
    return np.sort(uniform(n, high=180.0))


def intervals(n: int) -> np.ndarray:
    edges = events(n + 1)
    return np.stack([edges[:-1], edges[1:]], axis=1)


def recurrence(n: int) -> np.ndarray:
    return uniform(n, n)


def sparse_recurrence(n: int):
    import scipy.sparse

    return scipy.sparse.random(n, n, 0.01, format="csr", random_state=0)


def local_transitions(n_states: int) -> np.ndarray:
    import fastspec

    return fastspec.sequence.transition_local(n_states, 9)


def shares(*shape: int) -> np.ndarray:
    """Columns of sum 1."""
    x = uniform(*shape)
    return x / x.sum(axis=0)


@dataclass(frozen=True)
class Given:
    """The arguments of a call; callables make theirs when the job comes up."""

    positional: tuple
    keywords: dict

    def make(self) -> tuple[list, dict]:
        return [_made(value) for value in self.positional], {k: _made(v) for k, v in self.keywords.items()}

    def __str__(self) -> str:
        shown = (f"{k}={v}" for k, v in self.keywords.items() if isinstance(v, (str, int, float)))
        return f"({', '.join(shown)})"


def given(*positional, **keywords) -> Given:
    return Given(positional, keywords)


def _made(value):
    return value() if callable(value) else value


Y = given(samples)
HZ, MIDI, TIMES = (
    partial(uniform, 5000, low=50.0, high=5000.0),
    partial(uniform, 5000, high=120.0),
    partial(events, 5000),
)
NOTES = ["C4", "A#3", "Gb5", "E2"] * 50
ROWS = partial(uniform, 84, 2000)
ANGLES = partial(uniform, 1025, 500, dtype=np.float32)
PEAKS = {"pre_max": 3, "post_max": 3, "pre_avg": 3, "post_avg": 5, "delta": 0.05, "wait": 10}

PAIRS: list[tuple[str, Given]] = [
    # core: audio, time domain
    ("to_mono", given(partial(samples, shape=(2,)))),
    ("resample", given(partial(samples, 10.0), orig_sr=SR, target_sr=16000)),
    ("autocorrelate", given(partial(samples, 2.0))),
    ("lpc", given(partial(samples, 2.0), order=16)),
    ("zero_crossings", Y),
    ("mu_compress", Y),
    ("mu_expand", given(lambda: whole(300_000, high=256) - 128)),
    ("clicks", given(times=np.arange(0.5, 30, 0.5), sr=SR, length=30 * SR)),
    ("tone", given(440.0, sr=SR, duration=10.0)),
    ("chirp", given(fmin=110, fmax=4000, sr=SR, duration=10.0)),
    ("get_duration", given(y=np.zeros(SR, np.float32), sr=SR)),
    # core: spectra
    ("magphase", given(complex_frames)),
    ("amplitude_to_db", given(magnitudes)),
    ("db_to_power", given(levels)),
    ("db_to_amplitude", given(levels)),
    ("perceptual_weighting", given(magnitudes, lambda: np.arange(1025) * SR / 2048)),
    ("reassigned_spectrogram", given(partial(samples, 10.0))),
    ("fmt", given(partial(uniform, 20, 1000))),
    ("iirt", given(partial(samples, 5.0))),
    ("interp_harmonics", given(magnitudes, freqs=np.arange(1025) * SR / 2048, harmonics=[1, 2, 3, 4])),
    ("salience", given(magnitudes, freqs=np.arange(1025) * SR / 2048, harmonics=[1, 2, 3, 4])),
    (
        "f0_harmonics",
        given(magnitudes, f0=np.full(1292, 220.0), freqs=np.arange(1025) * SR / 2048, harmonics=np.arange(1, 13)),
    ),
    ("estimate_tuning", given(y=samples(10.0), sr=SR)),
    ("pitch_tuning", given(HZ)),
    # core: units
    *[
        (name, given(HZ))
        for name in (
            "hz_to_mel",
            "hz_to_midi",
            "hz_to_octs",
            "A_weighting",
            "B_weighting",
            "C_weighting",
            "D_weighting",
            "Z_weighting",
            "frequency_weighting",
            "A4_to_tuning",
        )
    ],
    ("multi_frequency_weighting", given(HZ)),
    ("mel_to_hz", given(MIDI)),
    ("midi_to_hz", given(MIDI)),
    ("octs_to_hz", given(partial(uniform, 5000, high=9.0))),
    ("tuning_to_A4", given(partial(uniform, 5000, low=-0.5, high=0.5))),
    ("hz_to_note", given(partial(uniform, 200, low=50.0, high=5000.0))),
    ("midi_to_note", given(partial(whole, 200, high=100))),
    ("note_to_hz", given(NOTES)),
    ("note_to_midi", given(NOTES)),
    ("hz_to_svara_h", given(partial(uniform, 200, low=50.0, high=2000.0), Sa=261.6)),
    ("hz_to_svara_c", given(partial(uniform, 200, low=50.0, high=2000.0), Sa=261.6, mela=1)),
    ("midi_to_svara_h", given(partial(whole, 200, high=100), Sa=60)),
    ("midi_to_svara_c", given(partial(whole, 200, high=100), Sa=60, mela=1)),
    ("note_to_svara_h", given(NOTES, Sa="C4")),
    ("note_to_svara_c", given(NOTES, Sa="C4", mela=1)),
    ("hz_to_fjs", given(55.0 * np.array([1, 4 / 3, 3 / 2, 5 / 3, 7 / 4]), fmin=55.0)),
    ("fifths_to_note", given(unison="C", fifths=6)),
    ("interval_to_fjs", given(1.5)),
    ("interval_frequencies", given(84, fmin=55.0, intervals="ji5", bins_per_octave=12)),
    ("plimit_intervals", given(primes=[3, 5, 7], bins_per_octave=24)),
    ("pythagorean_intervals", given(bins_per_octave=24)),
    ("key_to_degrees", given("C:maj")),
    ("key_to_notes", given("E:min")),
    ("mela_to_degrees", given(20)),
    ("mela_to_svara", given(20)),
    ("thaat_to_degrees", given("bhairav")),
    ("list_mela", given()),
    ("list_thaat", given()),
    ("blocks_to_frames", given(partial(whole, 5000), block_length=16)),
    ("blocks_to_samples", given(partial(whole, 5000), block_length=16, hop_length=512)),
    ("blocks_to_time", given(partial(whole, 5000), block_length=16, hop_length=512, sr=SR)),
    ("frames_to_samples", given(partial(whole, 5000))),
    ("frames_to_time", given(partial(whole, 5000))),
    ("samples_to_frames", given(partial(whole, 5000))),
    ("samples_to_time", given(partial(whole, 5000))),
    ("time_to_frames", given(TIMES)),
    ("time_to_samples", given(TIMES)),
    ("times_like", given(5000)),
    ("samples_like", given(5000)),
    ("fft_frequencies", given()),
    ("mel_frequencies", given()),
    ("cqt_frequencies", given(84, fmin=32.7)),
    ("tempo_frequencies", given(384)),
    ("fourier_tempo_frequencies", given()),
    # feature
    ("feature.rms", given(S=magnitudes)),
    ("feature.poly_features", given(y=samples)),
    *[
        (f"feature.{name}", given(S=partial(magnitudes, order=order)))
        for name in (
            "spectral_centroid",
            "spectral_bandwidth",
            "spectral_contrast",
            "spectral_flatness",
            "spectral_rolloff",
            "poly_features",
            "chroma_stft",
        )
        for order in "FC"
    ],
    ("feature.chroma_stft", given(y=samples)),
    ("feature.chroma_cqt", given(C=ROWS, bins_per_octave=12)),
    ("feature.chroma_cens", given(C=ROWS, bins_per_octave=12)),
    ("feature.chroma_vqt", given(V=ROWS, intervals="equal")),
    ("feature.tonnetz", given(chroma=partial(uniform, 12, 1292))),
    ("feature.stack_memory", given(partial(uniform, 20, 1292), n_steps=5)),
    ("feature.tempogram", given(onset_envelope=envelope)),
    ("feature.fourier_tempogram", given(onset_envelope=envelope)),
    ("feature.tempogram_ratio", given(tg=tempogram)),
    ("feature.tempo", given(onset_envelope=envelope)),
    ("feature.tempo", given(tg=tempogram)),
    ("feature.inverse.mfcc_to_mel", given(cepstrum)),
    # filters
    ("filters.mel", given(sr=SR, n_fft=2048)),
    ("filters.chroma", given(sr=SR, n_fft=2048)),
    ("filters.cq_to_chroma", given(252, bins_per_octave=36)),
    ("filters.get_window", given("hann", 2048)),
    ("filters.window_bandwidth", given("hann")),
    ("filters.window_sumsquare", given(window="hann", n_frames=1292)),
    ("filters.mr_frequencies", given(0.0)),
    ("filters.semitone_filterbank", given()),
    ("filters.diagonal_filter", given("hann", 21)),
    ("filters.wavelet", given(freqs=55.0 * 2 ** (np.arange(36) / 12), sr=SR)),
    ("filters.wavelet_lengths", given(freqs=55.0 * 2 ** (np.arange(84) / 12), sr=SR)),
    # util
    ("util.abs2", given(complex_frames)),
    ("util.abs2", given(partial(complex_frames, dtype=np.float64))),
    ("util.abs2", given(magnitudes)),
    ("util.phasor", given(partial(uniform, 1025, 500))),
    ("util.phasor", given(ANGLES)),
    ("util.phasor", given(ANGLES, mag=ANGLES)),
    ("util.normalize", given(magnitudes)),
    ("util.normalize", given(magnitudes, norm=2)),
    ("util.frame", given(samples, frame_length=2048, hop_length=512)),
    ("util.pad_center", given(partial(samples, 1.0), size=2 * SR)),
    ("util.fix_length", given(partial(samples, 1.0), size=2 * SR)),
    ("util.expand_to", given(np.arange(12.0), ndim=3, axes=1)),
    ("util.valid_audio", Y),
    ("util.buf_to_float", given(lambda: whole(300_000).astype(np.int16).tobytes())),
    ("util.tiny", given(np.float32(0))),
    ("util.axis_sort", given(ROWS)),
    ("util.count_unique", given(partial(whole, 84, 2000))),
    ("util.is_unique", given(partial(whole, 84, 2000))),
    ("util.cyclic_gradient", given(ROWS)),
    ("util.fill_off_diagonal", given(partial(recurrence, 500), radius=0.25)),
    ("util.shear", given(partial(recurrence, 800))),
    ("util.shear", given(partial(recurrence, 800), axis=0)),
    ("util.shear", given(partial(sparse_recurrence, 800))),
    ("util.softmask", given(partial(uniform, 1025, 500), partial(uniform, 1025, 500), power=2)),
    ("util.softmask", given(partial(uniform, 1025, 500), partial(uniform, 1025, 500), power=1.5)),
    ("util.sparsify_rows", given(partial(uniform, 84, 4096), quantile=0.01)),
    ("util.stack", given([np.zeros((3, SR))] * 4, axis=0)),
    ("util.localmax", given(ROWS, axis=0)),
    ("util.localmin", given(ROWS, axis=1)),
    ("util.fix_frames", given(lambda: np.sort(whole(500)))),
    ("util.index_to_slice", given(lambda: np.unique(whole(500)))),
    ("util.sync", given(ROWS, lambda: np.arange(0, 2000, 20))),
    ("util.sync", given(ROWS, lambda: np.arange(0, 2000, 20), aggregate=lambda: np.median)),
    ("util.valid_intervals", given(partial(intervals, 500))),
    ("util.match_events", given(partial(events, 300), partial(events, 200))),
    ("util.match_events", given(partial(events, 3000), partial(events, 2000))),
    ("util.match_intervals", given(partial(intervals, 300), partial(intervals, 200), strict=False)),
    *[
        (
            "util.peak_pick",
            given(partial(uniform, n), **PEAKS, method=method),
        )
        for n in (1292, 50_000)
        for method in ("greedy", "dp_value")
    ],
    ("util.nnls", given(partial(uniform, 24, 48), partial(uniform, 24, 40))),
    # effects, onset, decompose
    ("effects.hpss", given(partial(samples, 10.0))),
    ("effects.harmonic", given(partial(samples, 10.0))),
    ("effects.percussive", given(partial(samples, 10.0))),
    ("effects.split", Y),
    ("effects.remix", given(samples, lambda: np.arange(0, 30 * SR, SR).repeat(2)[1:-1].reshape(-1, 2))),
    ("effects.preemphasis", Y),
    ("effects.deemphasis", Y),
    ("effects.deemphasis", given(samples, zi=np.array([0.5]))),
    ("onset.onset_detect", given(y=samples)),
    ("onset.onset_detect", given(onset_envelope=envelope)),
    ("onset.onset_strength", given(S=levels)),
    ("onset.onset_strength_multi", given(S=levels, channels=[0, 32, 64, 96, 128])),
    ("onset.onset_backtrack", given(lambda: np.arange(20, 1290, 20), envelope)),
    ("beat.beat_track", given(y=samples)),
    ("beat.beat_track", given(onset_envelope=envelope)),
    ("beat.beat_track", given(onset_envelope=envelope, bpm=120.0)),
    ("beat.plp", given(y=samples)),
    ("beat.plp", given(onset_envelope=envelope)),
    ("decompose.nn_filter", given(cepstrum)),
    ("decompose.nn_filter", given(cepstrum, aggregate=lambda: np.median, metric="cosine")),
    # segment
    ("segment.recurrence_matrix", given(cepstrum)),
    ("segment.recurrence_matrix", given(cepstrum, mode="affinity", sym=True)),
    ("segment.recurrence_matrix", given(cepstrum, metric="cosine", sparse=True)),
    ("segment.cross_similarity", given(cepstrum, partial(uniform, 20, 700))),
    ("segment.cross_similarity", given(cepstrum, partial(uniform, 20, 700), mode="affinity")),
    ("segment.recurrence_to_lag", given(partial(recurrence, 800))),
    ("segment.recurrence_to_lag", given(partial(sparse_recurrence, 800))),
    ("segment.lag_to_recurrence", given(partial(uniform, 1600, 800))),
    ("segment.lag_to_recurrence", given(partial(sparse_recurrence, 800))),
    ("segment.path_enhance", given(partial(recurrence, 400), 51)),
    ("segment.agglomerative", given(cepstrum, 20)),
    ("segment.subsegment", given(cepstrum, lambda: np.arange(0, 1290, 20), n_segments=3)),
    # sequence
    ("sequence.dtw", given(partial(uniform, 12, 900), partial(uniform, 12, 1000))),
    ("sequence.dtw", given(partial(uniform, 12, 900), partial(uniform, 12, 1000), metric="cosine")),
    ("sequence.dtw", given(C=partial(uniform, 800, 900))),
    ("sequence.dtw", given(C=partial(uniform, 800, 900), subseq=True)),
    ("sequence.dtw", given(C=partial(uniform, 800, 900), global_constraints=True)),
    ("sequence.rqa", given(partial(recurrence, 600))),
    ("sequence.rqa", given(partial(recurrence, 600), gap_onset=2, gap_extend=1)),
    ("sequence.viterbi", given(partial(uniform, 60, 1292), partial(local_transitions, 60))),
    ("sequence.viterbi", given(partial(uniform, 360, 1292), partial(local_transitions, 360))),
    ("sequence.viterbi_discriminative", given(partial(shares, 60, 1292), partial(local_transitions, 60))),
    ("sequence.viterbi_binary", given(partial(uniform, 1292), np.array([[0.8, 0.2], [0.2, 0.8]]))),
    ("sequence.viterbi_binary", given(partial(uniform, 12, 1292), np.array([[0.8, 0.2], [0.2, 0.8]]))),
    ("sequence.transition_local", given(360, 9)),
    ("sequence.transition_loop", given(24, 0.9)),
    ("sequence.transition_cycle", given(24, 0.9)),
]
