"""
Where are the beats of a song, and how fast is it?
==================================================

``beat.beat_track`` looks for the tempo at which sounds begin, then for the beats that fit it.
"""

import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

import fastspec

y, sr = fastspec.load("examples/music.flac", sr=None)
onsets = fastspec.onset.onset_strength(y=y, sr=sr, aggregate=np.median)
tempo, beats = fastspec.beat.beat_track(onset_envelope=onsets, sr=sr, units="time")
print(f"{tempo[0]:.0f} beats a minute, at", " ".join(f"{beat:.2f}" for beat in beats), "s")

# %%
# The notes of this piece come four a second. Is that 240 beats a minute, or 120? Music does not
# say; the tracker prefers what is near ``start_bpm``, which is 120 unless you know better.

faster, _ = fastspec.beat.beat_track(onset_envelope=onsets, sr=sr, start_bpm=240)
print(f"with start_bpm=240: {faster[0]:.0f} beats a minute")

# %%
# To hear whether they are right, mix clicks in.

with tempfile.TemporaryDirectory() as folder:
    clicks = fastspec.clicks(times=beats, sr=sr, length=len(y))
    fastspec.write(Path(folder, "clicks.wav"), 0.5 * y + 0.3 * clicks, sr)

# %%
fig, (above, below) = plt.subplots(nrows=2, figsize=(9, 5.5), sharex=True, layout="constrained")
L = fastspec.feature.logmel(y=y, sr=sr, ref=np.max, top_db=60)
fastspec.display.specshow(L, sr=sr, x_axis="time", y_axis="mel", ax=above)
above.vlines(beats, 0, sr / 2, color="white", linestyle="--")
above.set(title=f"{tempo[0]:.0f} beats a minute", xlabel="", ylabel="Frequency (Hz)")
below.plot(fastspec.times_like(onsets, sr=sr), onsets, label="onset strength")
below.vlines(beats, 0, onsets.max(), color="tab:red", linestyle="--", label="beats")
below.set(xlabel="Time (s)", ylabel="How much begins", xlim=(0, len(y) / sr), ylim=(0, None))
below.legend(loc="upper right")
plt.show()

# %%
# Next: features by beat in place of by frame: ``util.sync``, as in
# ``examples/scripts/beat_features.py``. A tempo that changes is in ``examples/scripts/tempo.py``.
