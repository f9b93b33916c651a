"""Which fastspec is imported: from folders above a clone, beside another package of that name, without its engine."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import fastspec
from fastspec._engine import install as _install

PACKAGE = Path(fastspec.__file__).parent


def run(code: str, cwd: Path, *paths: Path) -> subprocess.CompletedProcess:
    """Python as users start it: the working directory comes first, then PYTHONPATH, then what is installed."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    environment["PYTHONPATH"] = os.pathsep.join(map(str, paths))
    return subprocess.run(
        [sys.executable, "-c", code], cwd=cwd, env=environment, capture_output=True, text=True, timeout=60
    )


def package_of(folder: Path, name: str, version: str) -> None:
    """An installed package that claims the import name."""
    info = folder / f"{name.replace('-', '_')}-{version}.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    (info / "top_level.txt").write_text("fastspec\n")


def is_installed() -> bool:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return bool(version(_install.DISTRIBUTION))
    except PackageNotFoundError:
        return False


@pytest.mark.skipif(not is_installed(), reason="fastspec is not installed here")
def test_the_folder_above_a_clone(tmp_path):
    """A folder named fastspec without __init__.py, first on the path, would do as a package where no other is found."""
    (tmp_path / "fastspec" / "fastspec").mkdir(parents=True)
    (tmp_path / "fastspec" / "fastspec" / "__init__.py").touch()
    found = run("import fastspec; print(fastspec.__file__, fastspec.hz_to_mel(0))", tmp_path)
    assert found.stderr == ""
    assert "0.0" in found.stdout


def test_sources_without_an_engine(tmp_path):
    shutil.copytree(PACKAGE, tmp_path / "fastspec", ignore=shutil.ignore_patterns("*.so", "*.pyd", "__pycache__"))
    found = run("import fastspec; fastspec.stft", tmp_path)
    assert f"fastspec's engine is not built in {tmp_path / 'fastspec'}; leave this folder" in found.stderr
    assert "Installed as fastspec: " in found.stderr
    assert "uninstall" not in found.stderr


def test_an_engine_that_does_not_load(tmp_path):
    shutil.copytree(PACKAGE, tmp_path / "fastspec", ignore=shutil.ignore_patterns("*.so", "*.pyd", "__pycache__"))
    (tmp_path / "fastspec" / "_engine" / "_c.abi3.so").write_bytes(b"for another machine")
    found = run("import fastspec; fastspec.stft", tmp_path)
    assert f"fastspec's engine in {tmp_path / 'fastspec'} does not load: " in found.stderr
    assert "install fastspec-audio again with this Python" in found.stderr


def test_another_package_of_the_name(tmp_path, monkeypatch, capsys):
    package_of(tmp_path, "fastspec", "9.9")
    monkeypatch.syspath_prepend(tmp_path)
    fastspec.show_config()
    text = capsys.readouterr().out
    assert "fastspec 9.9" in text
    assert text.splitlines()[-1].startswith("warning: fastspec is the import name of fastspec 9.9, too: ")
    assert f"imported from: {PACKAGE}\n" in text


def test_the_engines_error_names_the_other_package(tmp_path):
    shutil.copytree(PACKAGE, tmp_path / "fastspec", ignore=shutil.ignore_patterns("*.so", "*.pyd", "__pycache__"))
    package_of(tmp_path, "fastspec", "9.9")
    found = run("import fastspec; fastspec.stft", tmp_path)
    assert "fastspec is the import name of fastspec 9.9, too: " in found.stderr
    assert "uninstall all of them" in found.stderr


def test_packages_are_named_once_and_ours_first(tmp_path, monkeypatch):
    for name, version in [("fastspec", "1.0"), ("a-fastspec", "2.0"), ("fastspec-audio", "3.0")]:
        package_of(tmp_path, name, version)
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    found = _install.installed()
    assert found == ["fastspec-audio 3.0", "a-fastspec 2.0", "fastspec 1.0"]
    assert "import name of a-fastspec 2.0 and fastspec 1.0, too" in _install.warning_of_others(found)
    assert _install.warning_of_others(found[:1]) == ""
