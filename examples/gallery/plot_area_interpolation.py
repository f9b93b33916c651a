"""
How do I resize by areas without torch, and is that adaptive pooling?
=====================================================================

It is: torch's ``interpolate(mode="area")`` and ``adaptive_avg_pool2d`` take the same means over
the same windows.
"""

import matplotlib.pyplot as plt
import numpy as np

import fastspec

y, sr = fastspec.load("examples/music.flac", sr=None)
L = fastspec.feature.logmel(y=y, sr=sr, ref=np.max, top_db=60)
image = L[np.newaxis, np.newaxis]  # (batch, channels, rows, columns), as torch has it
small = fastspec.interpolate_area(image, size=(16, 30))
pooled = fastspec.adaptive_avg_pool2d(image, (16, 30))
print(f"{image.shape} becomes {small.shape}; the two are equal: {np.array_equal(small, pooled)}")

# %%
# Output j of m is the mean of the positions from ``floor(j * n / m)`` up to, but not including,
# ``ceil((j + 1) * n / m)``. 184 columns cannot be cut into 30 equal windows, so neighbours share
# one now and then.

j, n, m = np.arange(30), L.shape[1], 30
windows = list(zip(j * n // m, -(-(j + 1) * n // m), strict=True))
print("columns of the first windows:", ", ".join(f"{a} to {b - 1}" for a, b in windows[:3]))
by_hand = np.array([L[:8, a:b].mean() for a, b in windows])
print(f"the lowest row by hand is within {np.abs(by_hand - small[0, 0, 0]).max():.0e} dB")

# %%
fig, axes = plt.subplots(nrows=2, figsize=(9, 6), layout="constrained")
for ax, shown, title in ((axes[0], L, "128 x 184 values"), (axes[1], small[0, 0], "16 x 30 means")):
    drawn = ax.pcolormesh(shown, cmap="magma", vmin=-60, vmax=0)
    ax.set(title=title, xlabel="Column", ylabel="Row")
fig.colorbar(drawn, ax=axes, label="Level (dB, loudest = 0)")
plt.show()

# %%
# Next: ``pool_frames(S, n)`` pools along time alone, so that clips of any length get ``n`` frames:
# :doc:`/guide/pooling`.
