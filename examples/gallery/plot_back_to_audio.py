"""
How do I get audio back from a mel spectrogram or from MFCCs?
=============================================================

A mel spectrogram has no phases, and MFCCs have lost the finer shape of each spectrum, too.
``feature.inverse`` looks for a signal that fits what is left.
"""

import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

import fastspec

y, sr = fastspec.load("examples/speech.flac", sr=None)
frames = {"sr": sr, "n_fft": 1024, "hop_length": 256}
mel = fastspec.feature.melspectrogram(y=y, n_mels=80, **frames)
mfcc = fastspec.feature.mfcc(y=y, n_mels=80, n_mfcc=20, **frames)
print(f"{y.size} samples, {mel.size} numbers of the mel spectrogram, {mfcc.size} of the MFCCs")

# %%
# ``n_fft`` and ``hop_length`` must be those of the way there. The search begins at random phases;
# ``rng=0`` makes it repeat.

from_mel = fastspec.feature.inverse.mel_to_audio(mel, length=len(y), rng=0, **frames)
from_mfcc = fastspec.feature.inverse.mfcc_to_audio(mfcc, n_mels=80, length=len(y), rng=0, **frames)

# %%
# Write them, and listen: the first sounds a little metallic, the second is a whisper, for its pitch
# is gone.

with tempfile.TemporaryDirectory() as folder:
    for name, signal in (("from_mel.wav", from_mel), ("from_mfcc.wav", from_mfcc)):
        fastspec.write(Path(folder, name), 0.9 * fastspec.util.normalize(signal), sr)

# %%
# The same spectrogram of all three shows what has come back.

fig, axes = plt.subplots(nrows=3, figsize=(9, 7.5), sharex=True, layout="constrained")
names = ("The recording", "From 80 mel bands", "From 20 MFCCs")
for ax, signal, name in zip(axes, (y, from_mel, from_mfcc), names, strict=True):
    L = fastspec.feature.logmel(y=fastspec.util.normalize(signal), ref=np.max, top_db=70, **frames)
    image = fastspec.display.specshow(L, x_axis="time", y_axis="mel", ax=ax, **frames)
    ax.set(title=name, xlabel="", ylabel="Frequency (Hz)")
axes[-1].set(xlabel="Time (s)")
fig.colorbar(image, ax=axes, label="Level (dB, loudest = 0)")
plt.show()

# %%
# Next: a vocoder sounds better, and its features are a recipe: :doc:`plot_model_features`.
