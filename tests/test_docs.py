"""What the documents show: examples of docstrings, the README's tour, and files that it points to."""

from __future__ import annotations

import doctest
import importlib.util
import pkgutil
import re
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
PAGES = ["README.md", *sorted(str(path.relative_to(ROOT)) for path in ROOT.glob("docs/**/*.md"))]


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


def test_the_pages_show_python():
    assert sum(len(python_blocks(page)) for page in PAGES) > 30


def test_links_between_documents_lead_somewhere(root):
    pages = [*root.glob("*.md"), *root.glob("*/*.md"), *root.glob("docs/*/*.md")]
    for page in pages:
        for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text()):
            made = "docs" in page.parts and re.match(r"(\.\./)*(api|gallery)/", target)  # as the site is built
            if "://" not in target and not target.startswith("mailto:") and not made:
                assert (page.parent / target).exists(), f"{page.name} links to {target}"


@pytest.mark.parametrize("maker", ["make_coverage", "make_recipes"])
def test_documents_are_what_the_code_has(root, maker):
    spec = importlib.util.spec_from_file_location(maker, root / "docs" / f"{maker}.py")
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    for path, text in made.documents().items():
        assert path.read_text(encoding="utf-8") == text, f"{path.name} is stale: run python docs/{maker}.py"


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
