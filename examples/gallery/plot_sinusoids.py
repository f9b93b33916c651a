"""
How do I write a signal as a sum of sinusoids, and add them up again?
=====================================================================

``sinusoids`` gives frequency, amplitude and phase of each; ``isinusoids`` adds them up.
"""

import matplotlib.pyplot as plt
import numpy as np

import fastspec

y, sr = fastspec.load("examples/music.flac", sr=None, offset=1.0, duration=0.1)
frequency, amplitude, phase = fastspec.sinusoids(y, 10, sr=sr)
for f, a, p in zip(frequency[:3], amplitude[:3], phase[:3], strict=True):
    print(f"{a:.4f} cos(2 pi {f:.0f} t {p:+.2f})")

# %%
# The ten largest hold most of the energy. All of them together are the signal.

few = fastspec.isinusoids(frequency, amplitude, phase, length=len(y), sr=sr)
every = fastspec.sinusoids(y, sr=sr)
back = fastspec.isinusoids(*every, length=len(y), sr=sr)
print(f"10 sinusoids hold {np.sum(few**2) / np.sum(y**2):.0%} of the energy")
print(f"all {len(every[0])} are within {np.abs(back - y).max():.0e} of the signal")

# %%
fig, (above, below) = plt.subplots(nrows=2, figsize=(9, 6), layout="constrained")
milliseconds = 1000 * np.arange(len(y)) / sr
above.plot(milliseconds, y, color="0.6", label="the signal")
above.plot(milliseconds, few, color="tab:orange", label="10 sinusoids")
above.set(xlabel="Time (ms)", ylabel="Amplitude", xlim=(0, 100))
above.legend(loc="upper right", ncols=2)
below.vlines(every[0], 0, every[1], color="0.6", label=f"all {len(every[0])}")
below.vlines(frequency, 0, amplitude, color="tab:orange", linewidth=3, label="the 10 largest")
below.set(xlabel="Frequency (Hz)", ylabel="Amplitude", xlim=(0, 3000), ylim=(0, None))
below.legend(loc="upper right")
plt.show()

# %%
# Next: for a whole recording, frame by frame, that is ``stft`` and ``istft``:
# :doc:`/guide/spectra`.
