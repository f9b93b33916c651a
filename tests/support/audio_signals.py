"""The signals that the goldens of `core.audio` were made from: the same here and in golden/write_audio.py."""

from __future__ import annotations

import numpy as np

RESAMPLE_CASES = [
    {"orig_sr": 22050, "target_sr": 16000},
    {"orig_sr": 22050, "target_sr": 48000, "res_type": "soxr_vhq", "scale": True},
    {"orig_sr": 22050, "target_sr": 8000, "res_type": "soxr_qq", "fix": False},
    {"orig_sr": 22050, "target_sr": 11025, "res_type": "fft"},
    {"orig_sr": 22050, "target_sr": 16000, "res_type": "polyphase"},
    {"orig_sr": 22050.5, "target_sr": 12345.6},
]
ZERO_CROSSING_CASES = [
    {},
    {"pad": False},
    {"threshold": 0.1},
    {"threshold": 0.0, "zero_pos": False},
    {"threshold": 0.2, "ref_magnitude": np.max},
]
CLICK_CASES = [
    {"times": [0.01, 0.05, 0.06], "click_duration": 0.02},
    {"frames": [0, 3, 4], "hop_length": 100, "length": 900, "click_duration": 0.02},
]
CHIRP_CASES = [
    {"fmin": 110.0, "fmax": 7040.0, "duration": 0.05},
    {"fmin": 5000.0, "fmax": 50.0, "length": 999, "linear": True, "phi": 0.5},
]
STREAM_CASES = [
    {"block_length": 4, "frame_length": 256, "hop_length": 100, "sr": None},
    {"block_length": 2, "frame_length": 200, "hop_length": 160, "sr": 16000, "mono": False, "fill_value": 0},
    {"block_length": 8, "frame_length": 128, "hop_length": 99, "sr": None, "offset": -0.05, "duration": 0.04},
]
LOAD_CASES = [
    {},
    {"sr": None},
    {"sr": None, "mono": False, "offset": 0.02},
    {"sr": 16000, "offset": -0.08, "duration": 0.05, "dtype": np.float64},
]
SIZE = 2000


def noise(channels: int = 0, *, dtype=np.float64, seed: int = 0) -> np.ndarray:
    """Uniform in [-0.9, 0.9], with some zeros of both signs; the same in every version of numpy."""
    shape = (channels, SIZE) if channels else (SIZE,)
    steps = np.random.RandomState(seed).randint(-900, 901, size=shape)
    y = (steps / 1000).astype(dtype)
    y[..., ::50] = 0.0
    y[..., 25::50] = -0.0
    return y


def wave_bytes() -> bytes:
    """A stereo 16-bit WAV file of 0.1 s at 22050 Hz, byte for byte."""
    import io

    import soundfile

    steps = np.random.RandomState(7).randint(-20000, 20001, size=(2205, 2)).astype(np.int16)
    file = io.BytesIO()
    soundfile.write(file, steps, 22050, format="WAV", subtype="PCM_16")
    return file.getvalue()
