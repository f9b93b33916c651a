"""The named recipes, written out: recipes.md and conventions.md are made of their fields.

    python docs/make_recipes.py

tests/test_docs.py fails where the documents are not what this makes.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

import fastspec
from fastspec._recipes import described
from fastspec._recipes.words import stages

HERE = Path(__file__).resolve().parent

# The columns of conventions.md: a library, and the recipe that stands for it.
LIBRARIES = {
    "librosa": "librosa-logmel",
    "torchaudio": "torchaudio-mel",
    "Kaldi": "kaldi-fbank",
    "python_speech_features": "psf-logfbank",
    "HTK": "htk",
    "Whisper": "whisper",
    "NeMo": "nemo",
    "SpeechBrain": "speechbrain",
    "ESPnet": "espnet",
    "VGGish (TensorFlow)": "vggish",
    "PANNs": "panns",
    "Tacotron 2": "tacotron2",
    "HiFi-GAN": "hifigan",
    "Vocos": "vocos",
    "Essentia": "essentia-musicnn",
}


def recipes_page() -> str:
    names = list(fastspec.recipes())
    lines = [
        "# Recipes",
        "",
        f"The {len(names)} front ends that `fastspec.recipe(name)` knows, by name or by that of a model that uses one;",
        '`fastspec.recipe("nemo", n_mels=128)` changes a field. The numbers of a name never change: a correction is',
        "a new name, `nemo@2`. `docs/make_recipes.py` makes this page from the recipes' fields, as",
        "`fastspec recipes show whisper` does.",
        "",
        "*Silence* is what a second of zeros becomes here. Where an original gives minus infinity, NaN or rounding",
        "noise there, this is what stands in its place: a row that does not vary has no deviation to be divided by,",
        "and becomes 0; a logarithm of nothing ends at its floor.",
        "",
        "| name | Hz | samples, hop | rows | silence | what it is |",
        "| --- | ---: | ---: | ---: | ---: | --- |",
        *map(_row, names),
    ]
    for name in names:
        lines += ["", *_section(name)]
    return "\n".join(lines) + "\n"


def _row(name: str) -> str:
    recipe = fastspec.recipe(name)
    F = _of_zeros(recipe)
    rows = F.shape[-2 if recipe.frames == "last" else -1]
    sizes = f"{recipe.frame_length or recipe.n_fft}, {recipe.hop_length}"
    return f"| [{name}](#{_anchor(name)}) | {recipe.sr:g} | {sizes} | {rows} | {_silence(F)} | {_cell(_about(name))} |"


def _silence(F: np.ndarray) -> str:
    """The numbers that silence becomes, to four digits."""
    parts = np.stack([F.real, F.imag]) if np.iscomplexobj(F) else F
    low, high = (float(f"{value:.4g}") + 0.0 for value in (parts.min(), parts.max()))
    return f"{low:g}" if low == high else f"{low:g} to {high:g}"


def _section(name: str) -> list[str]:
    recipe, entry = fastspec.recipe(name), described(name)
    users = ", ".join(f"`{alias}`" for alias in entry["aliases"])
    lines = [f"## {name}", "", f"{_about(name)}."]
    lines += [f"Also: {users}."] if users else []
    lines += [f"Read in {entry['source']}.", "", "| | |", "| --- | --- |"]
    lines += [f"| {stage} | {_cell(words)} |" for stage, words in stages(recipe).items()]
    return [*lines, *([f"| audio tokens | {_tokens(recipe)} |"] if recipe.tokens else [])]


def _tokens(recipe: fastspec.Recipe) -> str:
    return f"{recipe.n_tokens(round(30 * recipe.sr))} of 30 s, by `n_tokens`"


def _about(name: str) -> str:
    return fastspec.recipes()[name].rstrip(".")


def _anchor(name: str) -> str:
    return name.lower().replace(".", "")


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("*", "\\*")


def conventions_page() -> str:
    told = [stages(fastspec.recipe(recipe)) for recipe in LIBRARIES.values()]
    lines = [
        "# Conventions",
        "",
        "What each library does when it is asked for a mel spectrogram with its defaults. A column is made from the",
        "fields of the recipe that stands for the library, and each cell leads to that recipe. No two columns are the",
        "same: `fastspec diff whisper nemo` says in what two of them differ. `docs/make_recipes.py` makes this page.",
        "",
        f"| | {' | '.join(LIBRARIES)} |",
        f"| --- |{' --- |' * len(LIBRARIES)}",
        _convention("recipe", [f"`{recipe}`" for recipe in LIBRARIES.values()]),
        *(_convention(stage, [_cell(each[stage]) for each in told]) for stage in told[0]),
        _convention("silence", [_silence(_of_zeros(fastspec.recipe(recipe))) for recipe in LIBRARIES.values()]),
    ]
    return "\n".join(lines) + "\n"


def _convention(stage: str, cells: list[str]) -> str:
    linked = (f"[{cell}](recipes.md#{_anchor(name)})" for cell, name in zip(cells, LIBRARIES.values(), strict=True))
    return f"| **{stage}** | {' | '.join(linked)} |"


def _of_zeros(recipe: fastspec.Recipe) -> np.ndarray:
    """The features of a second of silence."""
    return recipe(np.zeros(round(recipe.sr), np.float32))


def documents() -> dict[Path, str]:
    """The text that each document should have."""
    return {HERE / "recipes.md": recipes_page(), HERE / "conventions.md": conventions_page()}


def main() -> None:
    for path, text in documents().items():
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
