"""The gallery: where its scripts run, in which order they stand, and sphinx-gallery's settings."""

from __future__ import annotations

import re
from pathlib import Path

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"


class AsListed:
    """The order of the questions in examples/README.md."""

    def __init__(self, src_dir: str) -> None:
        self._listed = re.findall(r"\(gallery/(plot_\w+\.py)\)", (EXAMPLES / "README.md").read_text(encoding="utf-8"))

    def __call__(self, filename: str) -> int:
        return self._listed.index(filename)

    def __repr__(self) -> str:
        return type(self).__name__  # Sphinx compares it with that of the build before


def stage(folder: Path) -> None:
    """Links to the scripts, and to the recordings as ``examples/...``.

    sphinx-gallery runs a script in the script's own folder; whoever reads it, in that of the clone.
    """
    links = {folder / path.name: path for path in (EXAMPLES / "gallery").glob("*.*")}
    links |= {folder / "examples" / path.name: path for path in EXAMPLES.glob("*.flac")}
    (folder / "examples").mkdir(parents=True, exist_ok=True)
    for old in (*folder.glob("*.*"), *folder.glob("examples/*")):
        old.unlink()
    for link, path in links.items():
        link.symlink_to(path)


def settings(folder: Path) -> dict[str, object]:
    return {
        "examples_dirs": str(folder),
        "gallery_dirs": "gallery",
        "within_subsection_order": "make_gallery.AsListed",
        "reference_url": {"fastspec": None},  # names in the code lead to their pages
        "capture_repr": (),
        "matplotlib_animations": True,
        "image_srcset": ["2x"],
        "download_all_examples": False,
        "show_signature": False,
        "min_reported_time": 60,
        "write_computation_times": False,
        "run_stale_examples": True,  # the script may be as it was, and fastspec not
    }
