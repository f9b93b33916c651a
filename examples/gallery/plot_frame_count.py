"""
Why does torchaudio give so many frames, and which samples is each about?
=========================================================================

``Spectrogram`` first puts half a frame of samples before and behind the signal (``center=True``),
then cuts a frame at every hop for as long as a whole one fits. With ``lead`` samples put there,
that makes ``1 + (n + 2 * lead - n_fft) // hop_length`` frames.
"""

import matplotlib.pyplot as plt
import numpy as np

import fastspec
from fastspec.compat.torchaudio import transforms  # torchaudio's own gives the same counts

y, sr = fastspec.load("examples/music.flac", sr=None)
n, n_fft, hop_length = len(y), 512, 32
for center, lead in ((True, n_fft // 2), (False, 0)):
    expected = 1 + (n + 2 * lead - n_fft) // hop_length
    n_frames = transforms.Spectrogram(n_fft, hop_length=hop_length, center=center)(y).shape[-1]
    print(f"center={center}: 1 + ({n} + 2 * {lead} - {n_fft}) // {hop_length} = {expected}")
    print(f"Spectrogram has {n_frames}")

# %%
# Frame t is about sample ``t * hop_length``. With ``center=False`` it is about half a frame more,
# ``n_fft // 2``, and these functions want to know ``n_fft``.

frame = 1464
for options in ({}, {"n_fft": n_fft}):
    sample = fastspec.frames_to_samples(frame, hop_length=hop_length, **options)
    again = fastspec.samples_to_frames(sample, hop_length=hop_length, **options)
    print(f"frame {frame} is about sample {sample}, {sample / sr:.3f} s; back: frame {again}")

# %%
# To see it, send one impulse: it is loudest in the frame whose middle is nearest.

click = np.zeros(n, np.float32)
click[46848] = 1
spectrogram = transforms.Spectrogram(n_fft, hop_length=hop_length)(click)
print(f"an impulse at sample 46848 is loudest in frame {spectrogram.sum(axis=0).argmax()}")

# %%
# Small enough to draw: 20 samples, frames of 8, hops of 4.

n, n_fft, hop_length = 20, 8, 4
fig, axes = plt.subplots(nrows=2, figsize=(9, 6), sharex=True, layout="constrained")
for ax, center, lead in ((axes[0], True, n_fft // 2), (axes[1], False, 0)):
    spectrogram = transforms.Spectrogram(n_fft, hop_length=hop_length, center=center)
    n_frames = spectrogram(np.ones(n, np.float32)).shape[-1]
    starts = np.arange(n_frames) * hop_length - lead
    ax.axvspan(0, n, color="0.9")
    ax.barh(np.arange(n_frames), n_fft, left=starts, height=0.7, color="tab:blue", alpha=0.6)
    ax.plot(starts + n_fft / 2, np.arange(n_frames), "o", color="black")
    ax.set(title=f"center={center}: {n_frames} frames", ylabel="Frame", ylim=(5.6, -0.6))
axes[1].set_xlabel("Sample (grey: the signal; dots: what a frame is about)")
axes[1].set_xticks(range(-4, 25, 4))
plt.show()

# %%
# Next: what else differs between libraries: :doc:`/moving/torchaudio`, and the table of
# :doc:`/conventions`.
