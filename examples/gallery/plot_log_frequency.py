"""
How do I get a spectrogram with logarithmic frequencies as an array?
====================================================================

A plot with a logarithmic axis only stretches the rows of an STFT. ``logfreq_stft`` computes each
row at a frequency of its own, so that an octave has as many rows at the bottom as at the top.
"""

import matplotlib.pyplot as plt
import numpy as np

import fastspec

y, sr = fastspec.load("examples/speech.flac", sr=22050)
axis = {"sr": sr, "hop_length": 256, "fmin": 27.5, "fmax": 11000.0}
D = fastspec.logfreq_stft(y, n_bins=1000, **axis)
levels = fastspec.amplitude_to_db(np.abs(D), ref=np.max, top_db=80)
frequencies = fastspec.logfreq_frequencies(1000, fmin=27.5, fmax=11000.0, sr=sr)
times = fastspec.times_like(D, sr=sr, hop_length=256)
print(f"levels {levels.shape}, frequencies {frequencies.shape}, times {times.shape}")
print(f"from row to row the frequency grows by {frequencies[1] / frequencies[0] - 1:.2%}")

# %%
fig, ax = plt.subplots(figsize=(9, 4.5), layout="constrained")
image = ax.pcolormesh(times, frequencies, levels, cmap="magma", shading="nearest", rasterized=True)
ax.set_yscale("log", base=2)
ax.set_yticks([55, 110, 220, 440, 880, 1760, 3520, 7040])
ax.yaxis.set_major_formatter("{x:.0f}")
ax.set(title="speech.flac", xlabel="Time (s)", ylabel="Frequency (Hz)", ylim=(50, None))
fig.colorbar(image, ax=ax, label="Level (dB, loudest = 0)")
plt.show()

# %%
# With their phases, the rows lead back to the signal; the more of them there are, the more exactly.

back = fastspec.ilogfreq_stft(D, length=len(y), **axis)
lost = 10 * np.log10(np.sum((y - back) ** 2) / np.sum(y**2))
print(f"back with an error of {lost:.0f} dB")

# %%
# Next: all rows see the same stretch of time here. In a constant-Q transform low notes get longer
# windows: :doc:`plot_cqt_from_a_note`.
