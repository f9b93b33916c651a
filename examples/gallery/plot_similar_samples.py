"""
How do I find near-identical samples in a collection?
=====================================================

Describe each sample by a few numbers, measure the distances between them, and let a tree of the distances show the
groups.
"""

import matplotlib.pyplot as plt
import numpy as np
from scipy.cluster.hierarchy import dendrogram, fcluster, linkage
from scipy.spatial.distance import pdist, squareform

import fastspec

# %%
# A small collection: four sounds of 0.8 s, and of each a copy that is quieter, one in noise, and one that begins 10 ms
# later.

rng = np.random.default_rng(0)
samples = {}
for name, source, offset in (
    ("chord", "music", 0.2),
    ("chord 2", "music", 2.2),
    ("words", "speech", 0.3),
    ("picture", "speech", 2.7),
):
    y, sr = fastspec.load(f"examples/{source}.flac", sr=22050, offset=offset, duration=0.8)
    later, _ = fastspec.load(f"examples/{source}.flac", sr=22050, offset=offset + 0.01, duration=0.8)
    noise = rng.normal(0, 0.003, len(y)).astype(np.float32)
    samples |= {name: y, f"{name}, quiet": 0.5 * y, f"{name}, noisy": y + noise, f"{name}, later": later}

# %%
# The means and deviations of MFCCs tell what a sample sounds like. The first coefficient is how loud it is, which is
# not asked for.


def describe(y):
    mfcc = fastspec.feature.mfcc(y=y, sr=sr, n_mfcc=20)[1:]
    return np.concatenate([mfcc.mean(axis=1), mfcc.std(axis=1)])


distances = pdist([describe(y) for y in samples.values()])
tree = linkage(distances, method="average")
groups = fcluster(tree, t=60, criterion="distance")
for group in np.unique(groups):
    print(f"group {group}:", "; ".join(name for name, g in zip(samples, groups, strict=True) if g == group))

# %%
# The order of the tree's leaves puts alike beside alike.

fig, (left, right) = plt.subplots(ncols=2, figsize=(10, 5.5), layout="constrained")
leaves = dendrogram(tree, orientation="left", no_labels=True, color_threshold=60, ax=left)["leaves"]
left.axvline(60, color="0.5", linestyle="--")
left.set(title="Which join first?", xlabel="Distance (dashed: where groups are cut)")
image = right.imshow(squareform(distances)[np.ix_(leaves, leaves)], origin="lower", aspect="auto", cmap="magma_r")
right.set(title="Distance of each pair", xticks=[], yticks=range(len(leaves)))
right.set_yticklabels([list(samples)[i] for i in leaves])
fig.colorbar(image, ax=right, label="Distance")
plt.show()

# %%
# Next: ``fastspec compare folder/*.wav`` measures distances and groups files from the command line.
