"""
What is the value of a waveform at a given time, and what is its envelope?
==========================================================================

Samples are numbered, and people count in seconds. ``time_to_samples`` turns one into the other.
"""

import matplotlib.pyplot as plt
import numpy as np

import fastspec

y, sr = fastspec.load("examples/speech.flac", sr=None)
time = 0.15
sample = fastspec.time_to_samples(time, sr=sr)
print(f"at {time} s is sample {sample}, and its value is {y[sample]:.3f}")

# %%
# A single sample says little, since a waveform crosses zero all the time. The envelope is the
# largest value near each time: here of 20 ms, every 5 ms.

width, step = fastspec.time_to_samples([0.020, 0.005], sr=sr)
frames = fastspec.util.frame(y, frame_length=width, hop_length=step)
envelope = np.abs(frames).max(axis=0)
times = (np.arange(len(envelope)) * step + width / 2) / sr  # the middle of each frame
print(f"the envelope at {time} s is {np.interp(time, times, envelope):.3f}")

# %%
fig, (whole, near) = plt.subplots(nrows=2, figsize=(9, 5.5), layout="constrained")
for ax in (whole, near):
    fastspec.display.waveshow(y, sr=sr, ax=ax, color="tab:blue", alpha=0.6, label="waveform")
    ax.plot(times, envelope, color="tab:orange", label="envelope")
    ax.plot(time, y[sample], "o", color="black", label=f"{y[sample]:.3f} at {time} s")
    ax.set(xlabel="Time (s)", ylabel="Amplitude")
whole.set(title="The recording", xlim=(0, len(y) / sr), ylim=(-0.9, 1.3))
near.set(title=f"Near {time} s", xlim=(time - 0.03, time + 0.03), ylim=(-0.75, 0.75))
whole.legend(loc="upper right", ncols=3)
plt.show()

# %%
# Next: ``feature.rms`` is an envelope by energy in place of peaks, and :doc:`plot_ten_levels` makes
# a picture of few numbers.
