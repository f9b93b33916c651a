"""
How do I get mono, or stereo, from any file?
============================================

``load`` mixes channels down to mono unless it is told not to. It reads what libsndfile reads
(WAV, FLAC, MP3, Ogg and more); with PyAV or ffmpeg on the machine also m4a, WebM and the sound of
videos.
"""

import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

import fastspec

mono, sr = fastspec.load("examples/music.flac", sr=None)
channels, sr = fastspec.load("examples/music.flac", sr=None, mono=False)
print(f"mono {mono.shape}, with mono=False {channels.shape}: channels come first")

# %%
# A file of one channel stays one-dimensional. These lines make mono of whatever comes, and stereo
# of mono or stereo.

for name in ("speech.flac", "music.flac"):
    y, sr = fastspec.load(f"examples/{name}", sr=None, mono=False)
    one = fastspec.to_mono(y)
    two = fastspec.to_stereo(left=y, right=y, downmix=False)
    print(f"{name}: {y.shape} becomes mono {one.shape} and stereo {two.shape}")

# %%
# ``write`` takes the same shapes.

with tempfile.TemporaryDirectory() as folder:
    path = Path(folder, "stereo.wav")
    fastspec.write(path, two, sr)
    back, _ = fastspec.load(path, sr=None, mono=False)
    print(f"written and read again: {back.shape}, the same samples: {np.array_equal(back, two)}")

# %%
# Mono is the mean of the channels.

fig, axes = plt.subplots(nrows=3, figsize=(9, 5.5), sharex=True, sharey=True, layout="constrained")
for ax, signal, name in zip(axes, (*channels, mono), ("Left", "Right", "Mono"), strict=True):
    fastspec.display.waveshow(signal, sr=sr, ax=ax)
    ax.set(title=name, ylabel="Amplitude", xlabel="")
axes[-1].set(xlabel="Time (s)", xlim=(0, len(mono) / sr))
plt.show()

# %%
# Next: features take channels as they are. ``feature.logmel(y=channels, sr=sr)`` has the shape (2,
# 128, 184).
