"""Audio read, resampled and measured, and simple signals. soundfile, soxr and scipy load on first use."""

from __future__ import annotations

from ._channels import to_mono, to_multi, to_stereo
from ._files import get_duration, get_samplerate, load, loadx, stream
from ._resampling import resample
from ._synthesis import chirp, clicks, tone
from ._time_domain import autocorrelate, lpc, mu_compress, mu_expand, zero_crossings

__all__ = [
    "autocorrelate", "chirp", "clicks", "get_duration", "get_samplerate", "load", "loadx", "lpc", "mu_compress",
    "mu_expand", "resample", "stream", "to_mono", "to_multi", "to_stereo", "tone", "zero_crossings",
]  # fmt: skip
