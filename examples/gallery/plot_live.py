"""
How do I compute features live, while samples arrive?
=====================================================

A ``Stream`` takes samples in pieces of any size and returns the frames that are complete by then.
"""

import matplotlib.pyplot as plt
import numpy as np

import fastspec

y, sr = fastspec.load("examples/speech.flac", sr=16000)
block = 1600  # a tenth of a second, as a sound card might send it
stream = fastspec.Stream("logmel", sr=sr, n_fft=400, hop_length=160, n_mels=80)
parts, pictures = [], {}
for start in range(0, len(y), block):
    parts.append(stream.push(y[start : start + block]))
    if start // block in (11, 23):  # what a display would show by then
        pictures[(start + block) / sr] = np.concatenate(parts, axis=-1)
parts.append(stream.finish())
live = np.concatenate(parts, axis=-1)
pictures[len(y) / sr] = live
print("frames after each push:", [part.shape[-1] for part in parts])

# %%
# The first frames wait for the samples behind their middles: half of ``n_fft``, 12.5 ms. Put
# together, the frames are bit for bit those of the whole recording.

whole = fastspec.feature.logmel(y=y, sr=sr, n_fft=400, hop_length=160, n_mels=80, top_db=None)
print("the same as at once:", np.array_equal(live, whole))

# %%
fig, axes = plt.subplots(nrows=3, figsize=(9, 7), sharex=True, layout="constrained")
options = {"sr": sr, "hop_length": 160, "x_axis": "time", "y_axis": "mel"}
for ax, (seconds, L) in zip(axes, pictures.items(), strict=True):
    image = fastspec.display.specshow(L, ax=ax, vmin=-60, vmax=20, **options)
    ax.set(title=f"After {seconds:.1f} s: {L.shape[-1]} frames", xlabel="", ylabel="Frequency (Hz)")
axes[-1].set(xlabel="Time (s)", xlim=(0, len(y) / sr))
fig.colorbar(image, ax=axes, label="Level (dB)")
plt.show()

# %%
# Next: a model's own features as a stream are ``fastspec.recipe("icefall").stream()``, and int16
# goes in as it is: :doc:`/guide/streams`.
