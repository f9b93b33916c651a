"""scipy.signal's short-time Fourier transforms under its own names: `stft`, `istft`, `spectrogram`, `ShortTimeFFT`.

============= =============================== ================================ ======================================
what          stft                            spectrogram                      ShortTimeFFT
============= =============================== ================================ ======================================
window        hann, periodic                  tukey(0.25), periodic            given
nperseg       256                             256, or the window's             the window's
noverlap      nperseg // 2                    nperseg // 8                     hop is given
segment p     starts at p * step - nperseg//2 starts at p * step               starts at p * hop - m_num // 2
beyond ends   zeros, even, odd, constant      nothing; rest is dropped         zeros, edge, even, odd
at the end    zeros, up to a whole segment    dropped                          as long as segments touch the signal
detrend       none                            constant                         none
scaling       spectrum: 1 / sum(w); psd:      density: 1 / (fs sum(w**2));     none; magnitude: 1 / abs(sum(w)); psd:
              1 / sqrt(fs sum(w**2))          spectrum: 1 / sum(w)**2          1 / sqrt(fs sum(abs(w)**2))
one-sided     as it is                        psd doubled, but for DC and      onesided2X: twice (psd: sqrt(2)),
                                              Nyquist                          but for DC and Nyquist
phase         of the segment's first sample   of the segment's first sample    of sample 0 (`phase_shift`)
dtype         complex64 for float32, float16  float32 for these                complex128 (spectrogram: float64)
              and small integers, else
              complex128
inverse       window again, divided by        -                                dual window
              overlapped window**2
============= =============================== ================================ ======================================

Integers count as the numbers that they are; NaN stays in its segments.
"""

from typing import Any

from ._functions import istft, spectrogram, stft

__all__ = ["ShortTimeFFT", "istft", "spectrogram", "stft"]


def __getattr__(name: str) -> Any:
    if name == "ShortTimeFFT":  # it is scipy's own class but for the transforms, and scipy.signal is slow to import
        from ._short_time_fft import ShortTimeFFT

        return ShortTimeFFT
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
