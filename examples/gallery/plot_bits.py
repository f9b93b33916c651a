"""
How do I turn 16 bits into 8, and know how many samples are clipped?
====================================================================

``pcm_convert`` rounds integers to integers; ``float_to_pcm`` makes integers of floats, and counts
what does not fit.
"""

import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

import fastspec

x, sr = fastspec.read("examples/speech.flac", dtype="int16")
eight, clips = fastspec.pcm_convert(x, np.uint8, return_clips=True)
for codes in (x, eight):
    print(f"{codes.dtype}: from {codes.min()} to {codes.max()}")
print(f"{clips} clipped")

# %%
# In 8 bits without sign, silence is 128. Twice as loud is too loud: samples beyond the range become
# its ends.

y = fastspec.pcm_to_float(x)
loud, clips = fastspec.float_to_pcm(2 * y, np.uint8, return_clips=True)
print(f"twice as loud: {clips} of {len(loud)} samples clipped")

# %%
# ``write`` says the same of a file.

with tempfile.TemporaryDirectory() as folder:
    clips = fastspec.write(Path(folder, "loud.wav"), 2 * y, sr, subtype="PCM_U8")
    print(f"loud.wav: {clips} clipped")

# %%
# The loudest 5 ms: steps of 1/128 and, twice as loud, what was cut off.

middle = np.abs(x.astype(int)).argmax()
part = slice(middle - int(0.0025 * sr), middle + int(0.0025 * sr))
milliseconds = 1000 * np.arange(part.start, part.stop) / sr
fig, axes = plt.subplots(ncols=2, figsize=(10, 4), sharey=True, layout="constrained")
rows = ((1, eight, "As it is"), (2, loud, "Twice as loud"))
for ax, (gain, codes, title) in zip(axes, rows, strict=True):
    wanted = gain * y[part]
    got = fastspec.pcm_to_float(codes)[part]
    cut = (wanted > 127 / 128) | (wanted < -1)
    ax.plot(milliseconds, wanted, color="0.6", label="wanted")
    ax.step(milliseconds, got, where="mid", color="tab:blue", label="8 bits")
    ax.plot(milliseconds[cut], got[cut], ".", color="tab:red", label="clipped")
    ax.set(title=title, xlabel="Time (ms)")
axes[0].set_ylabel("Amplitude")
axes[1].legend(loc="lower left")
plt.show()

# %%
# Next: ``fastspec convert in.flac out.wav --bits 8 --encoding unsigned`` does this to files, and
# :doc:`/guide/pcm` tells of dither and of other encodings.
