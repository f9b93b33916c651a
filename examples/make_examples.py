"""Make the two recordings of this folder, so that anybody can see where every sample comes from.

    python make_examples.py            # writes music.flac, and speech.flac if espeak-ng is installed

The music is synthesised here from its notes; the speech is what the synthesiser espeak-ng says.
"""

from __future__ import annotations

import io
import shutil
import subprocess
from pathlib import Path

import numpy as np
import soundfile

HERE = Path(__file__).parent
SR = 22050
BEAT = 0.25
SENTENCE = "Six words, spoken slowly, become a picture."

# One chord a second, as MIDI notes, and two plucked notes (or a rest, 0) per half second over it.
CHORDS = [(45, 57, 60, 64), (41, 53, 60, 65), (48, 55, 60, 64), (43, 55, 59, 62)]
MELODY = [76, 72, 69, 72, 77, 72, 69, 72, 79, 76, 72, 76, 74, 71, 67, 0]


def hertz(note: int) -> float:
    return 440.0 * 2 ** ((note - 69) / 12)


def pluck(note: int, seconds: float = 1.6) -> np.ndarray:
    """A string plucked at a fifth of its length: high partials start softer and fade faster."""
    t = np.arange(int(seconds * SR)) / SR
    sound = np.zeros_like(t)
    for k in range(1, int(0.45 * SR / hertz(note)) + 1):
        # Stiffness stretches the upper partials of a real string a little.
        frequency = k * hertz(note) * np.sqrt(1 + 4e-5 * k * k)
        sound += np.sin(np.pi * k / 5) / k * np.exp(-(1.6 + 0.9 * k) * t) * np.sin(2 * np.pi * frequency * t)
    return sound * np.minimum(1, t / 0.002)


def organ(note: int, seconds: float) -> np.ndarray:
    """A soft pipe: five drawbars and a slow vibrato, with its ends rounded off."""
    t = np.arange(int(seconds * SR)) / SR
    phase = 2 * np.pi * hertz(note) * t + 0.04 * np.sin(2 * np.pi * 5.5 * t)
    sound = sum(level * np.sin(k * phase) for k, level in ((1, 1.0), (2, 0.5), (3, 0.25), (4, 0.2), (6, 0.1)))
    return sound * np.clip(np.minimum(t / 0.06, (seconds - t) / 0.12), 0, 1)


def place(track: np.ndarray, sound: np.ndarray, start: float, pan: float) -> None:
    """Add a sound at `start` seconds; `pan` runs from 0 (left) to 1 (right) at constant power."""
    first = int(start * SR)
    sound = sound[: track.shape[-1] - first]
    gains = np.array([[np.cos(pan * np.pi / 2)], [np.sin(pan * np.pi / 2)]])
    track[:, first : first + len(sound)] += gains * sound


def hall(track: np.ndarray, seconds: float = 0.7) -> np.ndarray:
    """Convolve with noise that dies away by 60 dB, other noise on either side."""
    n = int(seconds * SR)
    noise = np.random.default_rng(2026).standard_normal((2, n)) * 10 ** (-3 * np.arange(n) / n)
    size = 1 << (track.shape[-1] + n).bit_length()
    wet = np.fft.irfft(np.fft.rfft(track, size) * np.fft.rfft(noise, size), size)
    return wet[:, : track.shape[-1]] / np.sqrt(n)


def music() -> np.ndarray:
    """Four seconds in A minor: an organ on the chords, a plucked string on the melody."""
    track = np.zeros((2, int(4.25 * SR)))
    for i, chord in enumerate(CHORDS):
        for j, note in enumerate(chord):
            place(track, 0.055 * organ(note, 1.05), i * 4 * BEAT, 0.25 + 0.12 * j)
    for i, note in enumerate(MELODY):
        if note:
            place(track, 0.5 * pluck(note), i * BEAT, 0.65 if i % 2 else 0.4)
    track += 0.35 * hall(track)
    track *= np.minimum(1, (track.shape[-1] - np.arange(track.shape[-1])) / (0.15 * SR))
    return 0.8 * track / np.abs(track).max()


def speech() -> np.ndarray:
    """The sentence, spoken by espeak-ng at 22050 Hz."""
    command = ["espeak-ng", "-v", "en-gb", "-s", "150", "-p", "45", "--stdout", SENTENCE]
    wave = subprocess.run(command, check=True, capture_output=True).stdout
    samples, rate = soundfile.read(io.BytesIO(wave))
    assert rate == SR, rate
    return 0.8 * samples / np.abs(samples).max()


def main() -> None:
    soundfile.write(HERE / "music.flac", music().T, SR, subtype="PCM_16")
    if shutil.which("espeak-ng"):
        soundfile.write(HERE / "speech.flac", speech(), SR, subtype="PCM_16")
    else:
        print("espeak-ng is not installed: speech.flac is left as it is")


if __name__ == "__main__":
    main()
