"""
How do I compute a CQT that begins at a note I choose?
======================================================

The lowest row is ``fmin``, in Hz. ``note_to_hz`` knows the frequencies of notes.
"""

import matplotlib.pyplot as plt
import numpy as np

import fastspec

y, sr = fastspec.load("examples/music.flac", sr=None)
notes = {"fmin": fastspec.note_to_hz("A1"), "bins_per_octave": 36}
C = fastspec.cqt(y, sr=sr, hop_length=256, n_bins=5 * 36, **notes)
print(f"{C.shape[0]} rows (5 octaves of 36), {C.shape[1]} frames, {C.dtype}")

# %%
# Which note is a row? ``cqt_frequencies`` lists their frequencies, ``hz_to_note`` gives them names.

levels = fastspec.amplitude_to_db(np.abs(C), ref=np.max, top_db=60)
frequencies = fastspec.cqt_frequencies(len(C), **notes)
loudest = np.abs(C).mean(axis=1).argsort()[:-4:-1]
print("the loudest rows are", ", ".join(fastspec.hz_to_note(frequencies[loudest])))

# %%
fig, ax = plt.subplots(figsize=(9, 5), layout="constrained")
options = {"sr": sr, "hop_length": 256, "x_axis": "time", "y_axis": "cqt_note"}
image = fastspec.display.specshow(levels, ax=ax, **options, **notes)
ax.set(title="An organ on four chords, and a plucked string", xlabel="Time (s)", ylabel="Note")
fig.colorbar(image, ax=ax, label="Level (dB, loudest = 0)")
plt.show()

# %%
# Next: ``icqt`` leads back to the signal, ``feature.chroma_cqt`` folds octaves together; see
# :doc:`/guide/constantq`.
