"""Draw cqt.png: a scale of C major over two octaves, and under it a chirp that climbs at a steady rate.

    python docs/draw_cqt.py        # needs matplotlib

The partials of a note keep their distances at all pitches, and the chirp is a straight line: neither is so in an STFT.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

import fastspec
from fastspec._picture import draw_notes

SR = 22050
HOP_LENGTH = 256
BINS_PER_OCTAVE = 24
SECONDS = 5.0
SCALE = ("C3", "D3", "E3", "F3", "G3", "A3", "B3", "C4", "D4", "E4", "F4", "G4", "A4", "B4", "C5")


def scale() -> np.ndarray:
    """Fifteen notes, each with six partials and rounded ends."""
    size = int(SECONDS * SR / len(SCALE))
    t = np.arange(size) / SR
    ends = np.clip(np.minimum(t / 0.02, (t[-1] - t) / 0.05), 0, 1)
    notes = [sum(np.sin(2 * np.pi * k * hz * t) / k for k in range(1, 7)) for hz in fastspec.note_to_hz(SCALE)]
    return np.concatenate([note * ends * np.exp(-3 * t) for note in notes])


def main() -> None:
    chirp = fastspec.chirp(fmin=60, fmax=4000, sr=SR, duration=SECONDS)[: len(scale())]
    y = np.stack([scale(), chirp]).astype(np.float32)
    options = {"fmin": fastspec.note_to_hz("C1"), "bins_per_octave": BINS_PER_OCTAVE}
    C = np.abs(fastspec.cqt(y, sr=SR, hop_length=HOP_LENGTH, n_bins=7 * BINS_PER_OCTAVE, **options))
    frequencies = fastspec.cqt_frequencies(C.shape[-2], **options)
    with open(Path(__file__).with_name("cqt.png"), "wb") as file:
        draw_notes(
            file,
            fastspec.amplitude_to_db(C, ref=np.max, top_db=70),
            time_range=(-HOP_LENGTH / SR / 2, (C.shape[-1] - 0.5) * HOP_LENGTH / SR),
            pitches=fastspec.hz_to_midi(frequencies),
            name_of=fastspec.midi_to_note,
            title="fastspec.cqt: a scale of C major, and a chirp",
            level_label="Level (dB re maximum)",
        )


if __name__ == "__main__":
    main()
