"""Write audio.npz: what librosa computes of the signals of `audio_signals`.

python tests/golden/write_audio.py       (with librosa 1.0, numpy, scipy and soundfile)
"""

from __future__ import annotations

import io
import sys
from pathlib import Path

import librosa
import numpy as np
import scipy
import soxr

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from support import audio_signals as signals
from support import goldens


def computed() -> dict[str, np.ndarray]:
    y, stereo = signals.noise(), signals.noise(2, dtype=np.float32, seed=1)
    out = {f"version_{m.__name__}": np.array(m.__version__) for m in (librosa, np, scipy, soxr)}
    for i, case in enumerate(signals.RESAMPLE_CASES):
        out[f"resample_{i}"] = librosa.resample(stereo, **case)
    for i, case in enumerate(signals.ZERO_CROSSING_CASES):
        out[f"zero_crossings_{i}"] = librosa.zero_crossings(y, **case)
    for i, case in enumerate(signals.CLICK_CASES):
        out[f"clicks_{i}"] = librosa.clicks(**case)
    for i, case in enumerate(signals.CHIRP_CASES):
        out[f"chirp_{i}"] = librosa.chirp(**case)
    for i, case in enumerate(signals.STREAM_CASES):
        for k, block in enumerate(librosa.stream(io.BytesIO(signals.wave_bytes()), **case)):
            out[f"stream_{i}_{k}"] = block
    for i, case in enumerate(signals.LOAD_CASES):
        out[f"load_{i}"] = librosa.load(io.BytesIO(signals.wave_bytes()), **case)[0]
    out["tone"] = librosa.tone(440.0, sr=8000, duration=0.05)
    out["mu_compress"] = librosa.mu_compress(y)
    out["mu_compress_15"] = librosa.mu_compress(y, mu=15)
    out["mu_expand"] = librosa.mu_expand(librosa.mu_compress(y))
    out["autocorrelate"] = librosa.autocorrelate(y, max_size=100)
    out["lpc"] = librosa.lpc(np.stack([y, y[::-1].cumsum()]), order=12)
    out["to_mono"] = librosa.to_mono(stereo, y[:1500])
    out["to_stereo"] = librosa.to_stereo(left=stereo, right=y[:1500], downmix=False)
    out["to_multi"] = librosa.to_multi(stereo, y[:1500], pad=False, norm=False)
    return out


if __name__ == "__main__":
    goldens.save(__file__, "audio", **computed())
