"""
How do I get a waveform as ten levels, as a player shows it?
============================================================

Cut the signal into ten stretches and take the loudest sample of each.
"""

import matplotlib.pyplot as plt
import numpy as np

import fastspec

y, sr = fastspec.load("examples/speech.flac", sr=None)
levels = fastspec.adaptive_max_pool1d(np.abs(y)[np.newaxis, np.newaxis], 10)[0, 0]
print("levels:", " ".join(f"{level:.2f}" for level in levels))
print("in percent of the loudest:", (100 * levels / levels.max()).round().astype(int).tolist())

# %%
# ``adaptive_max_pool1d`` uses every sample, although their number is no multiple of ten.
# ``display.wavebars`` draws such bars itself.

fig, ax = plt.subplots(figsize=(9, 3), layout="constrained")
options = {"gap_ratio": 0.1, "rounding_ratio": 0.2, "color": "tab:blue", "alpha": 0.5}
fastspec.display.wavebars(y, sr=sr, n_bars=10, ax=ax, **options)
fastspec.display.waveshow(y, sr=sr, ax=ax, color="0.2")
ax.set(title="Ten bars, and the waveform", xlim=(0, len(y) / sr))
ax.set(xlabel="Time (s)", ylabel="Amplitude")
plt.show()

# %%
# Next: for a number of levels a second in place of ten in all, see :doc:`plot_envelope`.
