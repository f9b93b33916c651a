"""
How do I make one model's features without its framework?
=========================================================

A recipe is all that a model does between samples and features: sampling rate, frames, bands,
logarithm, normalisation. Some sixty are there by name, and none needs torch.
"""

import matplotlib.pyplot as plt

import fastspec

names = {
    "whisper": "Whisper (speech recognition)",
    "parakeet": "Parakeet (speech recognition)",
    "hifigan": "HiFi-GAN (a vocoder)",
}
features = {name: fastspec.recipe(name).file("examples/speech.flac") for name in names}
for name, array in features.items():
    print(f"{name}: {array.shape}, {array.dtype}, from {array.min():.2f} to {array.max():.2f}")

# %%
# ``file`` reads a sound file and resamples it to the model's rate. With samples of that rate, call
# the recipe: ``fastspec.recipe("whisper")(y)``. In what do two models differ?

whisper, parakeet = fastspec.recipe("whisper"), fastspec.recipe("parakeet")
for field, (first, second) in whisper.diff(parakeet).items():
    print(f"{field}: {first} and {second}")

# %%
# All have 80 bands of the same three seconds, and yet no model could read another's.

fig, axes = plt.subplots(nrows=3, figsize=(9, 8), layout="constrained")
for ax, (name, title) in zip(axes, names.items(), strict=True):
    recipe, shown = fastspec.recipe(name), features[name]
    options = {"sr": recipe.sr, "hop_length": recipe.hop_length, "x_axis": "s"}
    image = fastspec.display.specshow(shown, cmap="magma", ax=ax, **options)
    ax.set(title=title, xlabel="", ylabel="Mel band")
    fig.colorbar(image, ax=ax, label="Value")
axes[-1].set_xlabel("Time (s)")
plt.show()

# %%
# Next: :doc:`/recipes` lists all of them, :doc:`/guide/using_recipes` has batches and streams.
