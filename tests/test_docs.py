"""What the documents show: examples of docstrings, the README's tour, and files that it points to."""

from __future__ import annotations

import doctest
import importlib.util
import inspect
import json
import pkgutil
import re
import shutil
import subprocess
import sys
from pathlib import Path

import matplotlib
import numpy as np
import pytest

import fastspec

# `__main__` is the command line; the engine is compiled and has no examples; two stores want packages that few have.
MODULES = ["fastspec"] + [
    module.name
    for module in pkgutil.walk_packages(fastspec.__path__, "fastspec.")
    if not module.name.endswith(("__main__", "_engine", "_hdf5", "_parquet"))
]


def examples() -> list[doctest.DocTest]:
    finder = doctest.DocTestFinder(exclude_empty=True)
    found = (finder.find(importlib.import_module(name), name) for name in MODULES)
    return [test for tests in found for test in tests if test.examples]


@pytest.mark.parametrize("test", examples(), ids=lambda test: test.name)
def test_examples(test, tmp_path, monkeypatch):
    """Each docstring in an empty folder, with the settings of a new process."""
    monkeypatch.chdir(tmp_path)
    matplotlib.use("agg")
    report: list[str] = []
    with np.printoptions():
        result = doctest.DocTestRunner().run(test, out=report.append)
    fastspec.set_num_threads(None)
    if result.failed and "needs scipy" in "".join(report):
        pytest.skip("this example needs a newer SciPy")
    assert not result.failed, "".join(report)


ROOT = Path(__file__).resolve().parents[1]
PAGES = ["README.md", "CONTRIBUTING.md", *sorted(str(path.relative_to(ROOT)) for path in ROOT.glob("docs/**/*.md"))]


def python_blocks(page: str) -> list[str]:
    return re.findall(r"^```python\n(.*?)^```", (ROOT / page).read_text(), re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("page", [page for page in PAGES if python_blocks(page)])
def test_python_of_pages(page, tmp_path, monkeypatch, capsys):
    """Each block runs by itself, in a folder that has `examples/`, and prints what its comments say."""
    matplotlib.use("agg")
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    monkeypatch.chdir(tmp_path)
    for block in python_blocks(page):
        exec(compile(block, page, "exec"), {})
        promised = re.findall(r"^\s*print\(.*\)\s+# (.*)$", block, re.MULTILINE)
        assert capsys.readouterr().out.splitlines() == promised


# Blocks for a shell that no test here runs, and what runs them.
NOT_RUN = {
    "pip install '.[plot]' && fastspec mel examples/music.flac -o music.png": ".ci/run suite",
    "pip install '.[test]' && pytest": ".ci/run suite",
    "pip install '.[plot]'": ".ci/run suite installs by README's line",
}


def shell_blocks(page: str) -> list[str]:
    return re.findall(r"^```(?:sh|shell|bash|console)\n(.*?)\n```", (ROOT / page).read_text(), re.MULTILINE | re.DOTALL)


def commands(page: str) -> list[str]:
    """Shell blocks, and our command with arguments in sentences and indented lines; not on a cluster's machines."""
    text = re.sub(r"^```.*?^```", "", (ROOT / page).read_text(), flags=re.MULTILINE | re.DOTALL)
    found = re.findall(r"(?:^    |`)(fastspec [a-z]+ [^`\n]+)", text, re.MULTILINE)
    lines = [*shell_blocks(page), *(line for line in found if "--scheduler" not in line)]
    return [line for line in dict.fromkeys(lines) if line not in NOT_RUN]


@pytest.mark.skipif(shutil.which("sh") is None, reason="there is no shell on PATH")
@pytest.mark.parametrize("page", [page for page in PAGES if commands(page)])
def test_commands_of_pages(page, tmp_path):
    """In a folder with `examples/`, and sounds under the names that the pages use."""
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    (tmp_path / "recordings" / "speech").mkdir(parents=True)
    for name in ("in.flac", "music.flac", "a.wav", "recordings/one.flac", "recordings/speech/two.flac"):
        fastspec.write(tmp_path / name, *fastspec.load(ROOT / "examples" / "speech.flac", sr=None))
    for line in commands(page):
        if ".h5" in line:
            pytest.importorskip("h5py")
        for out in tmp_path.glob("features.h5*"):
            out.unlink()
        ours = f'fastspec() {{ "{sys.executable}" -m fastspec "$@"; }}\n'
        done = subprocess.run(["sh", "-ec", ours + line], cwd=tmp_path, capture_output=True, text=True)
        assert done.returncode == 0, f"{line}: {done.stderr}"


def test_blocks_that_are_not_run_are_still_there():
    assert set(NOT_RUN) <= {block for page in PAGES for block in shell_blocks(page)}


def test_the_pages_show_python():
    assert sum(len(python_blocks(page)) for page in PAGES) > 30


def test_links_between_documents_lead_somewhere(root):
    pages = [*root.glob("*.md"), *root.glob("*/*.md"), *root.glob("docs/*/*.md")]
    for page in pages:
        for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text()):
            made = "docs" in page.parts and re.match(r"(\.\./)*(api|plots|gallery)/", target)  # by docs/conf.py
            if "://" not in target and not target.startswith("mailto:") and not made:
                assert (page.parent / target).exists(), f"{page.name} links to {target}"


def script_of_docs(name: str):
    spec = importlib.util.spec_from_file_location(name, ROOT / "docs" / f"{name}.py")
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


@pytest.mark.parametrize("maker", ["make_coverage", "make_recipes"])
def test_documents_are_what_the_code_has(root, maker):
    made = script_of_docs(maker)
    for path, text in made.documents().items():
        assert path.read_text(encoding="utf-8") == text, f"{path.name} is stale: run python docs/{maker}.py"


# Of functions that are in the reference themselves.
TABLES = ("WEIGHTING_FUNCTIONS",)


def public_modules() -> list[str]:
    names = [module.name for module in pkgutil.walk_packages(fastspec.__path__, "fastspec.")]
    return ["fastspec", *(name for name in names if not re.search(r"\._|\.cli", name))]


def test_the_reference_has_every_public_name(tmp_path):
    """An object that has several names, as fastspec.stft and fastspec.core.stft, needs one of them."""
    script_of_docs("make_api").write(tmp_path / "api")
    shown, constants = set(), set()
    for page in tmp_path.glob("api/fastspec*.rst"):
        module = importlib.import_module(page.stem)
        names = re.findall(r"^   (\w+)$", page.read_text(), re.MULTILINE)
        shown |= {id(getattr(module, name)) for name in names}
        constants |= set(re.findall(r"``(\w+) = ", page.read_text()))
    for name in public_modules():
        module = importlib.import_module(name)
        for each in module.__all__:
            thing = getattr(module, each)
            known = id(thing) in shown if callable(thing) else (each in constants or inspect.ismodule(thing))
            assert known or each in TABLES, f"{name}.{each} is on no page of the reference"


@pytest.mark.parametrize("name", ["", "core.", "feature.", "util.", "decompose."])
def test_missing_names_say_so(name):
    home = fastspec
    for step in name.split(".")[:-1]:
        home = getattr(home, step)
    said = rf"^fastspec\.?{name[:-1]} has no attribute 'no_such_name' \(yet\); docs/coverage.md"
    with pytest.raises(AttributeError, match=said):
        _ = home.no_such_name
    with pytest.raises(AttributeError, match="_hidden"):
        _ = home._hidden


def test_submodules_are_attributes_before_anything_imports_them():
    names = "librosa.core.spectrum._spectrogram, librosa.feature.spectral, librosa.util.deprecation"
    code = f"import fastspec as librosa; {names}"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_versions_agree(root):
    version = re.escape(fastspec.__version__)
    for name, pattern in (
        ("pyproject.toml", rf'^version = "{version}"$'),
        ("CITATION.cff", rf"^version: {version}$"),
        ("CHANGELOG.md", rf"^## \[?{version}\]?"),
    ):
        assert re.search(pattern, (root / name).read_text(), re.MULTILINE), name


def test_performance_is_drawn_from_what_was_measured(tmp_path):
    """Each picture that the page shows; and the page's losers are in the data."""
    draw = script_of_docs("draw_performance")
    draw.write(tmp_path / "plots")
    shown = re.findall(r"\(plots/(\w+)\.svg\)", (ROOT / "docs" / "performance.md").read_text())
    assert sorted(shown) == sorted(path.stem for path in tmp_path.glob("plots/*.svg"))
    measured = json.loads((ROOT / "docs" / "performance.json").read_text())
    assert measured["date"]
    assert all(run["machine"]["cpu"] for run in measured["runs"])
    assert min(row["ratio"]["value"] for row in draw.results(measured, "jobs") if draw.is_rival(row)) < 1
