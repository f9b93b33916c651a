"""
How do I turn a folder of recordings into an HDF5 file and a DataLoader?
========================================================================

``dataset.extract`` writes the features of all recordings to one file, ``dataset.open`` reads it
as torch's ``DataLoader`` wants it. HDF5 needs h5py: ``pip install 'fastspec-audio[dataset]'``.
"""

import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

import fastspec
from fastspec import dataset

try:
    from torch.utils.data import DataLoader
except ModuleNotFoundError:
    DataLoader = None

# %%
# A folder with a subfolder for each class, as many collections have it.

temporary = tempfile.TemporaryDirectory()
folder = Path(temporary.name)
for name in ("music", "speech"):
    (folder / "recordings" / name).mkdir(parents=True)
    y, sr = fastspec.load(f"examples/{name}.flac", sr=None)
    for i, (start, stop) in enumerate(((0.0, 0.9), (1.0, 2.3), (2.2, 3.6))):
        part = y[int(start * sr) : int(stop * sr)]
        fastspec.write(folder / "recordings" / name / f"{i}.wav", part, sr)

# %%
# A job says what is computed. Each recording is read once, and threads share the work. If the run
# is interrupted, it goes on where it was when it is started again.

job = dataset.Job(features="whisper", statistics=True)
summary = dataset.extract([folder / "recordings"], folder / "features.h5", job, label_of="folder")
print(f"{summary.n_entries} entries, {summary.seconds:.1f} s; {len(summary.failures)} failures")

# %%
# Entries have one row a frame, scaled here by the statistics of the whole set, and come with the
# number of their class.

data = dataset.open(folder / "features.h5", normalize="standard", labels=True)
print("ids:", data.ids)
print("classes:", data.classes)
print("the first entry:", data[0][0].shape, data[0][1])


def pad(batch):
    """Clips of a batch have different lengths: put zeros behind them."""
    clips, labels = zip(*batch, strict=True)
    longest = max(len(clip) for clip in clips)
    padded = [np.pad(clip, ((0, longest - len(clip)), (0, 0))) for clip in clips]
    return np.stack(padded), np.array(labels)


# %%
# The data set has a length and an entry for each number, so a ``DataLoader`` takes it as it is,
# with ``num_workers``, too. Without torch, a shuffled loop does the same.

if DataLoader is not None:
    batches = DataLoader(data, batch_size=4, shuffle=True, collate_fn=pad)
else:
    entries = list(data.shuffled(seed=0))
    batches = [pad(entries[i : i + 4]) for i in range(0, len(entries), 4)]
for features, labels in batches:
    print(f"batch {features.shape}: " + ", ".join(data.classes[label] for label in labels))

# %%
features, labels = next(iter(batches))
fig, axes = plt.subplots(ncols=4, figsize=(10, 3.5), sharey=True, layout="constrained")
for ax, one, label in zip(axes, features, labels, strict=True):
    image = ax.imshow(one.T, origin="lower", aspect="auto", cmap="magma", vmin=-2, vmax=2)
    ax.set(title=data.classes[label], xlabel="Frame")
axes[0].set_ylabel("Mel band")
fig.colorbar(image, ax=axes, label="Value (standard deviations)")
temporary.cleanup()
plt.show()

# %%
# Next: ``fastspec extract recordings/ -o features.h5 --recipe whisper --labels folder`` does the
# first half from the command line; all else is in :doc:`/guide/datasets`.
