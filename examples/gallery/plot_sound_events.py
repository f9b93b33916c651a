"""
How do I make the DESED baseline's features, and which scaler do I want?
========================================================================

The baseline for sound events (DCASE task 4) takes levels of 128 mel bands and scales them.
``compat.desed`` has both under the baseline's names, without torch.
"""

import matplotlib.pyplot as plt
import numpy as np

import fastspec
from fastspec.compat import desed

clips = []
for name, gain in (("speech", 1.0), ("music", 0.03)):  # the music is far away: 30 dB quieter
    y, sr = fastspec.load(f"examples/{name}.flac", sr=16000, duration=3.5)
    clips.append(np.float32(gain) * y)
levels = desed.log_mel(np.stack(clips))
print(f"{levels.shape}: clips, bands, frames; from {levels.min():.0f} to {levels.max():.0f} dB")

# %%
# The baseline scales each clip by its own least and largest value. The quiet clip then looks like
# the loud one.

by_clip = desed.Scaler("instance", "minmax", (1, 2))(levels)

# %%
# Or learn means and deviations of each band from all clips, keep them in a file, and use them for
# new clips: what is loud stays loud.

scaler = fastspec.Scaler("dataset", "standard", dims=(2,)).fit([levels])
by_set = scaler(levels)
for name, scaled in (("by clip", by_clip), ("by set", by_set)):
    print(f"{name}: from {scaled.min():.2f} to {scaled.max():.2f}, mean {scaled.mean():.2f}")

# %%
fig, axes = plt.subplots(3, 2, figsize=(10, 8), sharex=True, sharey=True, layout="constrained")
rows = ((levels, "Level (dB)"), (by_clip, "Scaled by clip"), (by_set, "Scaled by set"))
for row, (features, label) in zip(axes, rows, strict=True):
    for ax, shown in zip(row, features, strict=True):
        colours = {"vmin": features.min(), "vmax": features.max(), "cmap": "magma"}
        options = {"sr": sr, "hop_length": 256, "x_axis": "s"}
        mesh = fastspec.display.specshow(shown, ax=ax, **options, **colours)
        ax.set(xlabel="", ylabel="")
    row[0].set_ylabel("Mel band")
    fig.colorbar(mesh, ax=row, label=label)
for ax, name in zip(axes[0], ("Speech", "Quiet music"), strict=True):
    ax.set_title(name)
for ax in axes[-1]:
    ax.set_xlabel("Time (s)")
plt.show()

# %%
# Next: ``scaler.save("scaler.json")`` and ``Scaler.load`` keep the numbers, and ``fit`` takes any
# iterable of batches, so that a whole data set need not be in memory.
