"""A program that type checkers read and nobody runs: what they see of the package, and code as users write it."""

from __future__ import annotations

from typing import Any, assert_type

import numpy as np
import numpy.typing as npt

import fastspec
import fastspec as librosa

Floats = npt.NDArray[np.floating[Any]]
Complexes = npt.NDArray[np.complexfloating[Any, Any]]
Doubles = npt.NDArray[np.float64]
Wholes = npt.NDArray[np.int64]
Names = npt.NDArray[np.str_]
Truths = npt.NDArray[np.bool_]


def numbers_and_arrays(floats: Floats, singles: npt.NDArray[np.float32], anything: npt.NDArray[Any]) -> None:
    one: float = fastspec.hz_to_mel(440.0)
    one = fastspec.mel_to_hz(mels=3, htk=True)
    one = fastspec.hz_to_midi(440)
    one = fastspec.midi_to_hz(notes=np.int64(69))
    one = fastspec.hz_to_octs(440.0)
    one = fastspec.octs_to_hz(4.0)
    one = fastspec.A4_to_tuning(432.0)
    one = fastspec.tuning_to_A4(0.1)
    one = fastspec.note_to_hz("A4")
    one = fastspec.note_to_midi("A4")
    one = fastspec.frames_to_time(3, sr=16000)
    one = fastspec.samples_to_time(3)
    one = fastspec.blocks_to_time(3, block_length=4, hop_length=5, sr=8000)
    one = fastspec.A_weighting(440.0)
    one = fastspec.B_weighting(440.0)
    one = fastspec.C_weighting(440.0)
    one = fastspec.D_weighting(440.0)
    one = fastspec.Z_weighting(440.0)
    one = fastspec.frequency_weighting(440.0, kind="C")
    one = fastspec.power_to_db(0.5, ref=1.0)
    one = fastspec.amplitude_to_db(0.5)
    one = fastspec.db_to_power(-3.0)
    one = fastspec.db_to_amplitude(-3.0)
    one = fastspec.mu_expand(3.0)
    print(one)
    assert_type(fastspec.hz_to_mel(np.float32(440)), np.floating[Any])
    assert_type(fastspec.hz_to_mel([440, 880.0]), Doubles)
    assert_type(fastspec.hz_to_mel(np.linspace(0, 1)), Doubles)
    assert_type(fastspec.hz_to_mel(singles), Floats)
    assert_type(fastspec.hz_to_mel([[1.0], [2.0]]), Floats)
    assert_type(fastspec.A_weighting(fastspec.fft_frequencies(sr=8000)), Doubles)
    assert_type(fastspec.frames_to_samples(3), np.int64)
    assert_type(fastspec.frames_to_samples([3, 4]), Wholes)
    assert_type(fastspec.time_to_frames(anything, sr=8000, hop_length=160), Wholes)
    assert_type(fastspec.blocks_to_frames(3, block_length=4), np.int64)
    assert_type(fastspec.frames_to_time(frames=np.arange(3)), Doubles)
    assert_type(fastspec.times_like(anything), Doubles)
    assert_type(fastspec.samples_like(anything), Wholes)
    assert_type(fastspec.note_to_hz(["A4", "C5"]), Doubles)
    assert_type(fastspec.hz_to_note(440.0), str)
    assert_type(fastspec.hz_to_note(floats), Names)
    assert_type(fastspec.midi_to_note([60, 61]), Names)
    assert_type(fastspec.midi_to_svara_h(60, Sa=60), str)
    assert_type(fastspec.note_to_svara_c(["C4"], Sa="C4", mela=1), Names)
    assert_type(fastspec.hz_to_fjs(440.0, fmin=220.0), str)
    assert_type(fastspec.interval_to_fjs([1.5]), Names)
    assert_type(fastspec.power_to_db(singles, ref=np.max), Floats)
    assert_type(fastspec.mu_compress(0.5), np.int64)
    assert_type(fastspec.mu_compress(floats, quantize=False), Floats)
    assert_type(fastspec.util.abs2(1j), np.floating[Any])
    assert_type(fastspec.util.phasor(floats), Complexes)


def what_a_flag_decides(floats: Floats, matrix: Floats, flag: bool) -> None:
    assert_type(fastspec.onset.onset_detect(y=floats, sr=8000), npt.NDArray[np.int_])
    assert_type(fastspec.onset.onset_detect(y=floats, sr=8000, units="time"), Doubles)
    assert_type(fastspec.onset.onset_detect(y=floats, sr=8000, sparse=False), Truths)
    assert_type(fastspec.beat.beat_track(y=floats, bpm=120.0), tuple[float, npt.NDArray[np.int_]])
    assert_type(fastspec.beat.beat_track(y=floats)[1], npt.NDArray[np.int_])
    assert_type(fastspec.beat.beat_track(y=floats, units="time")[1], Doubles)
    assert_type(fastspec.beat.beat_track(y=floats, sparse=False)[1], Truths)
    assert_type(fastspec.pcen(matrix), Doubles)
    assert_type(fastspec.pcen(matrix, return_zf=True), tuple[Doubles, Doubles])
    assert_type(fastspec.pythagorean_intervals(), Doubles)
    assert_type(fastspec.plimit_intervals(primes=[3, 5], return_factors=True)[0], dict[int, int])
    assert_type(fastspec.sequence.viterbi(matrix, matrix), npt.NDArray[np.uint16])
    assert_type(fastspec.sequence.viterbi(matrix, matrix, return_logp=True), tuple[npt.NDArray[np.uint16], Doubles])
    assert_type(fastspec.util.axis_sort(matrix), Floats)
    assert_type(fastspec.util.axis_sort(matrix, index=True), tuple[Floats, npt.NDArray[np.intp]])
    peaks = fastspec.util.peak_pick(
        floats, pre_max=1, post_max=1, pre_avg=1, post_avg=1, delta=0.1, wait=1, sparse=flag
    )
    assert_type(peaks, npt.NDArray[np.bool_ | np.int_])
    assert_type(fastspec.recipe("whisper").batch([floats]), tuple[Floats, npt.NDArray[np.int_]])
    assert_type(fastspec.recipe("whisper").batch([floats], padded=False), list[Floats])
    _, steps = fastspec.sequence.dtw(floats, floats, backtrack=False, return_steps=True)
    assert_type(steps, np.ndarray[tuple[int, int], np.dtype[np.int32]])
    costs, _ = librosa.sequence.dtw(X=floats, Y=floats, metric="cosine")
    assert_type(costs[-1, -1], Any)


def as_written_for_librosa() -> dict[str, Floats]:
    y, sr = librosa.load("speech.flac", sr=None, duration=5.0)
    y, _ = librosa.effects.trim(y, top_db=30)
    harmonic, percussive = librosa.effects.hpss(y)
    D = librosa.stft(y, n_fft=1024, hop_length=256, pad_mode="reflect")
    assert_type(D, Complexes)
    S, phase = librosa.magphase(D)
    S_db = librosa.amplitude_to_db(np.abs(D), ref=np.max)
    mel = librosa.feature.melspectrogram(y=y, sr=sr, n_mels=64, fmax=8000, power=2.0)
    mel_db: npt.NDArray[np.floating[Any]] = librosa.power_to_db(mel, ref=np.max)
    mfcc = librosa.feature.mfcc(S=mel_db, n_mfcc=13, dct_type=2, norm="ortho")
    stacked = np.vstack([mfcc, librosa.feature.delta(mfcc), librosa.feature.delta(mfcc, order=2)])
    tempo, beats = librosa.beat.beat_track(y=percussive, sr=sr)
    times = librosa.frames_to_time(beats, sr=sr)
    synced = librosa.util.sync(mfcc, beats.tolist(), aggregate=np.median)
    f0, voiced, probability = librosa.pyin(y, fmin=librosa.note_to_hz("C2"), fmax=librosa.note_to_hz("C7"))
    assert_type(voiced, Truths)
    C = np.abs(librosa.cqt(y, sr=sr, fmin=librosa.note_to_hz("C1")))
    chroma = librosa.feature.chroma_cqt(C=C, sr=sr)
    back = librosa.istft(D * phase, length=len(y))
    heard = librosa.griffinlim(S, n_iter=4, rng=np.random.default_rng(0))
    clicks = librosa.clicks(times=times, sr=sr, length=len(y))
    shifted = librosa.effects.pitch_shift(harmonic, sr=sr, n_steps=4)
    frames = librosa.util.frame(y, frame_length=400, hop_length=160)
    padded = librosa.util.fix_length(y, size=int(5 * sr))
    return {
        "S_db": S_db, "stacked": stacked, "synced": synced, "f0": f0, "p": probability, "chroma": chroma, "y": back,
        "heard": heard, "clicks": clicks, "shifted": shifted, "frames": frames, "padded": padded, "t": times,
        "tempo": np.atleast_1d(tempo),
    }  # fmt: skip
