"""
How do I draw a log-mel spectrogram with axes in words?
=======================================================

``feature.logmel`` makes an array: a row for each band, a column for each frame.
``display.specshow`` knows which second and which frequency they stand for.
"""

import matplotlib.pyplot as plt
import numpy as np

import fastspec

y, sr = fastspec.load("examples/speech.flac", sr=None)
L = fastspec.feature.logmel(y=y, sr=sr, hop_length=128, ref=np.max)
print(f"{L.shape[0]} bands, {L.shape[1]} frames, levels from {L.min():.0f} to {L.max():.0f} dB")

# %%
# With ``ref=np.max`` the loudest point is 0 dB. What made the spectrogram (``sr``, ``hop_length``)
# must be told again when it is drawn: the array does not know it.

fig, ax = plt.subplots(figsize=(9, 4), layout="constrained")
image = fastspec.display.specshow(L, sr=sr, hop_length=128, x_axis="time", y_axis="mel", ax=ax)
ax.set(xlabel="Time (s)", ylabel="Frequency (Hz)")
ax.set_title('"Six words, spoken slowly, become a picture."')
fig.colorbar(image, ax=ax, label="Level (dB, loudest = 0)")
plt.show()

# %%
# The numbers at the axes are there as arrays, too.

times = fastspec.times_like(L, sr=sr, hop_length=128)
frequencies = fastspec.mel_frequencies(L.shape[0], fmax=sr / 2)
band, frame = np.unravel_index(L.argmax(), L.shape)
print(f"loudest at {times[frame]:.2f} s, near {frequencies[band]:.0f} Hz")

# %%
# Next: :doc:`/guide/mel`, and ``fastspec mel speech.flac -o speech.png``, which draws it from the
# command line.
