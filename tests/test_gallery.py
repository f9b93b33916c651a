"""examples/gallery: each script is a question, uses public names alone, runs, draws and leaves nothing behind."""

from __future__ import annotations

import ast
import re
import runpy
from pathlib import Path

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[1]
SCRIPTS = sorted((ROOT / "examples" / "gallery").glob("plot_*.py"))
LISTED = re.findall(r"^\| (.*) \| \[(\w+\.py)\]\(gallery/\2\) \|$", (ROOT / "examples/README.md").read_text(), re.M)


def title_of(path: Path) -> str:
    title, underline = (ast.get_docstring(ast.parse(path.read_text())) or "\n").splitlines()[:2]
    assert underline == "=" * len(title), "the title must be underlined, for the site"
    return title


def test_every_script_answers_a_question_that_the_readme_lists():
    assert len(SCRIPTS) >= 18
    assert sorted(LISTED) == sorted((title_of(path), path.name) for path in SCRIPTS)
    assert all(title.endswith("?") for title, _ in LISTED)


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_a_script_reads_well(path):
    """Public names, as in a program of one's own; the picture; where to go on, as the last words."""
    text = path.read_text()
    for node in ast.walk(ast.parse(text)):
        names = [alias.name for alias in node.names] if isinstance(node, (ast.Import, ast.ImportFrom)) else []
        names += [node.module] if isinstance(node, ast.ImportFrom) else []
        names += [node.attr] if isinstance(node, ast.Attribute) else []
        assert not [name for name in names if re.search(r"(^|\.)_(?!_)", name)]
    cells = text.split("\n# %%\n")
    assert "\nplt.show()\n" in text
    assert re.fullmatch(r"# Next: .*\n(# .*\n)*", cells[-1])


@pytest.fixture
def clone(tmp_path, monkeypatch):
    """A folder with the examples, and none of an earlier script's pictures."""
    matplotlib.use("agg")
    monkeypatch.delenv("DISPLAY", raising=False)  # or `plt.show` says that it shows nothing
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    monkeypatch.chdir(tmp_path)
    plt.close("all")
    yield tmp_path
    plt.close("all")


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_a_script_runs_draws_and_cleans_up(path, clone, capsys):
    if path.stem == "plot_dataset":
        pytest.importorskip("h5py")
    found = runpy.run_path(str(path), run_name="__main__")
    assert len(plt.get_fignums()) == 1
    assert all(ax.has_data() for ax in found["fig"].axes)
    assert sorted(file.name for file in clone.iterdir()) == ["examples", "temporary"]
    assert not list((clone / "temporary").iterdir())
    check = CHECKS.get(path.stem)
    if check:
        check(found, capsys.readouterr().out)


# --- what some of them promise


def check_log_frequency(found, printed):
    assert found["levels"].shape == (1000, len(found["times"]))
    assert found["lost"] < -20


def check_sinusoids(found, printed):
    assert np.abs(found["back"] - found["y"]).max() < 1e-6
    assert np.sum(found["few"] ** 2) > 0.7 * np.sum(found["y"] ** 2)


def check_frame_count(found, printed):
    assert "center=True: 1 + (93712 + 2 * 256 - 512) // 32 = 2929\nSpectrogram has 2929" in printed
    assert "center=False: 1 + (93712 + 2 * 0 - 512) // 32 = 2913\nSpectrogram has 2913" in printed
    assert "frame 1464 is about sample 46848" in printed
    assert "an impulse at sample 46848 is loudest in frame 1464" in printed


def check_similar_samples(found, printed):
    groups = found["groups"].reshape(4, 4)  # of each sound four copies, one after another
    assert (groups == groups[:, :1]).all()
    assert len(set(groups[:, 0])) == 4


def check_ten_levels(found, printed):
    stretches = np.array_split(np.abs(found["y"]), 10)
    assert np.allclose(found["levels"], [stretch.max() for stretch in stretches])


def check_bits(found, printed):
    assert "twice as loud: 382 of 81004 samples clipped" in printed
    assert "loud.wav: 382 clipped" in printed


def check_area_interpolation(found, printed):
    assert "the two are equal: True" in printed
    assert np.allclose(found["by_hand"], found["small"][0, 0, 0], atol=1e-4)


def check_live(found, printed):
    assert "the same as at once: True" in printed


def check_beats(found, printed):
    assert np.abs(found["beats"] / 0.5 - np.round(found["beats"] / 0.5)).max() < 0.2  # notes begin every quarter second
    assert found["faster"][0] == pytest.approx(2 * found["tempo"][0], rel=0.02)


def check_dataset(found, printed):
    assert found["data"].ids == [f"{name}/{i}.wav" for name in ("music", "speech") for i in range(3)]
    assert sum(len(labels) for _, labels in found["batches"]) == 6


CHECKS = {f"plot_{name[6:]}": check for name, check in list(globals().items()) if name.startswith("check_")}
