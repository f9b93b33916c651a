"""
How do I cut a mel spectrogram into patches, and write an animation of them?
============================================================================

A classifier wants pieces of one length. ``util.frame`` cuts them out of the spectrogram, and
copies nothing.
"""

import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.animation import FuncAnimation

import fastspec

y, sr = fastspec.load("examples/music.flac", sr=None)
L = fastspec.feature.logmel(y=y, sr=sr, ref=np.max)

# %%
# A patch is a second long, and the next one begins half a second later. Both become numbers of
# frames.

width, step = fastspec.time_to_frames([1.0, 0.5], sr=sr)
patches = fastspec.util.frame(L, frame_length=width, hop_length=step)
patches = np.moveaxis(patches, -1, 0)
starts = fastspec.frames_to_time(step * np.arange(len(patches)), sr=sr)
print(f"{len(patches)} patches of {patches.shape[1]} bands x {patches.shape[2]} frames")

# %%
# The animation shows where each patch lies in the recording (above), and the patch itself (below).

fig, (above, below) = plt.subplots(nrows=2, figsize=(8, 5.5), layout="constrained")
image = fastspec.display.specshow(L, sr=sr, x_axis="time", y_axis="mel", ax=above)
above.set(title="The recording", xlabel="Time (s)", ylabel="Frequency (Hz)")
seconds = fastspec.frames_to_time(width, sr=sr)
box = plt.Rectangle((0, 0), seconds, sr / 2, fill=False, edgecolor="white", linewidth=3)
above.add_patch(box)
options = {"x_axis": "time", "y_axis": "mel", "norm": image.norm}
patch = fastspec.display.specshow(patches[0], sr=sr, ax=below, **options)
below.set(xlabel="Time in the patch (s)", ylabel="Frequency (Hz)", xticks=[0, 0.25, 0.5, 0.75])
fig.colorbar(image, ax=[above, below], label="Level (dB, loudest = 0)")


def show(i):
    box.set_x(starts[i])
    patch.set_array(patches[i])
    below.set_title(f"Patch {i}, from {starts[i]:.2f} s on")


show(0)
fig.draw_without_rendering()
fig.set_layout_engine("none")  # found once, so that nothing moves from picture to picture
animation = FuncAnimation(fig, show, frames=len(patches), interval=500)

# %%
# Pillow writes GIF files and comes with matplotlib. With ffmpeg on the machine, a name that ends in
# ``.mp4`` does as well.

with tempfile.TemporaryDirectory() as folder:
    path = Path(folder, "patches.gif")
    animation.save(path, writer="pillow", dpi=60)
    print(f"{path.name}: {path.stat().st_size // 1000} kB")
plt.show()

# %%
# Next: ``dataset.Job(patch_frames=43, patch_hop=21)`` does this for whole folders, see
# :doc:`/guide/datasets`.
