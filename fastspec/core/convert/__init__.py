"""Unit conversions: frequencies, time, names of pitches, weighting curves.

Every conversion takes a scalar, a sequence or an array of any shape. A scalar comes back as a NumPy scalar.
"""

from __future__ import annotations

from ._frequencies import (
    A4_to_tuning,
    cqt_frequencies,
    fft_frequencies,
    fourier_tempo_frequencies,
    hz_to_mel,
    hz_to_octs,
    mel_frequencies,
    mel_to_hz,
    octs_to_hz,
    tempo_frequencies,
    tuning_to_A4,
)
from ._pitch_names import (
    hz_to_fjs,
    hz_to_midi,
    hz_to_note,
    midi_to_hz,
    midi_to_note,
    note_to_hz,
    note_to_midi,
)
from ._svaras import (
    hz_to_svara_c,
    hz_to_svara_h,
    midi_to_svara_c,
    midi_to_svara_h,
    note_to_svara_c,
    note_to_svara_h,
)
from ._time_units import (
    blocks_to_frames,
    blocks_to_samples,
    blocks_to_time,
    frames_to_samples,
    frames_to_time,
    samples_like,
    samples_to_frames,
    samples_to_time,
    time_to_frames,
    time_to_samples,
    times_like,
)
from ._weighting import (
    WEIGHTING_FUNCTIONS,
    A_weighting,
    B_weighting,
    C_weighting,
    D_weighting,
    Z_weighting,
    frequency_weighting,
    multi_frequency_weighting,
)

__all__ = [
    "WEIGHTING_FUNCTIONS", "A4_to_tuning", "A_weighting", "B_weighting", "C_weighting", "D_weighting",
    "Z_weighting", "blocks_to_frames", "blocks_to_samples", "blocks_to_time", "cqt_frequencies", "fft_frequencies",
    "fourier_tempo_frequencies", "frames_to_samples", "frames_to_time", "frequency_weighting", "hz_to_fjs",
    "hz_to_mel", "hz_to_midi", "hz_to_note", "hz_to_octs", "hz_to_svara_c", "hz_to_svara_h", "mel_frequencies",
    "mel_to_hz", "midi_to_hz", "midi_to_note", "midi_to_svara_c", "midi_to_svara_h", "multi_frequency_weighting",
    "note_to_hz", "note_to_midi", "note_to_svara_c", "note_to_svara_h", "octs_to_hz", "samples_like",
    "samples_to_frames", "samples_to_time", "tempo_frequencies", "time_to_frames", "time_to_samples", "times_like",
    "tuning_to_A4",
]  # fmt: skip
