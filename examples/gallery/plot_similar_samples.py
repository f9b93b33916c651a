"""
How do I find near-identical samples in a collection?
=====================================================

Describe each sample by a few numbers, measure the distances between them, and let a tree of the
distances show the groups.
"""

import matplotlib.pyplot as plt
import numpy as np
from scipy.cluster.hierarchy import dendrogram, fcluster, linkage
from scipy.spatial.distance import pdist, squareform

import fastspec

# %%
# A small collection: four sounds of 0.8 s, and of each a copy that is quieter, one in noise, and
# one that begins 10 ms later.

rng = np.random.default_rng(0)
samples = {}
sounds = {
    "chord": ("music", 0.2),
    "chord 2": ("music", 2.2),
    "words": ("speech", 0.3),
    "picture": ("speech", 2.7),
}
for name, (source, offset) in sounds.items():
    y, sr = fastspec.load(f"examples/{source}.flac", sr=22050, offset=offset, duration=0.8)
    noise = rng.normal(0, 0.003, len(y)).astype(np.float32)
    samples |= {name: y, f"{name}, quiet": 0.5 * y, f"{name}, noisy": y + noise}
    samples[f"{name}, later"] = y[int(0.01 * sr) :]

# %%
# The means and deviations of MFCCs tell what a sample sounds like. With ``ref=np.max`` and
# ``top_db=40``, what is fainter than the loudest point by 40 dB counts as silence, so that faint
# noise makes no difference. The first coefficient is how loud it is, which is not asked for.


def describe(y):
    L = fastspec.feature.logmel(y=y, sr=sr, ref=np.max, top_db=40)
    mfcc = fastspec.feature.mfcc(S=L, n_mfcc=20)[1:]
    return np.concatenate([mfcc.mean(axis=1), mfcc.std(axis=1)])


distances = pdist([describe(y) for y in samples.values()])
tree = linkage(distances, method="average")
groups = fcluster(tree, t=15, criterion="distance")
for group in np.unique(groups):
    members = [name for name, g in zip(samples, groups, strict=True) if g == group]
    print(f"group {group}:", "; ".join(members))

# %%
# The order of the tree's leaves puts what is alike side by side.

fig, (left, right) = plt.subplots(ncols=2, figsize=(10, 5.5), layout="constrained")
options = {"orientation": "left", "no_labels": True, "color_threshold": 15}
leaves = dendrogram(tree, ax=left, **options)["leaves"]
left.axvline(15, color="0.5", linestyle="--")
left.set(title="Which join first?", xlabel="Distance (dashed: where groups are cut)")
ordered = squareform(distances)[np.ix_(leaves, leaves)]
image = right.imshow(ordered, origin="lower", aspect="auto", cmap="magma_r")
right.set(title="Distance of each pair", xticks=[], yticks=range(len(leaves)))
right.set_yticklabels([list(samples)[i] for i in leaves])
fig.colorbar(image, ax=right, label="Distance")
plt.show()

# %%
# Next: ``fastspec compare folder/*.wav`` measures distances and groups files from the command line.
