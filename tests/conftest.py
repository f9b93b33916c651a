"""Fixtures that more than one file needs."""

from __future__ import annotations

import gc
import os
import signal
from pathlib import Path

import hypothesis
import pytest

import fastspec

# Derandomised: a commit passes or fails for what it changed. FASTSPEC_HYPOTHESIS=thorough looks further,
# a number as far as it says.
hypothesis.settings.register_profile("commit", max_examples=100, deadline=None, derandomize=True, database=None)
PROFILE = os.environ.get("FASTSPEC_HYPOTHESIS", "commit")
for name, examples in {PROFILE: int(PROFILE) if PROFILE.isdigit() else 0, "thorough": 2000}.items():
    if examples:
        hypothesis.settings.register_profile(name, max_examples=examples, deadline=None)
hypothesis.settings.load_profile(PROFILE)

ROOT = Path(__file__).resolve().parent.parent

# Programs that tests start meet the package under test, whatever lies in the working directory.
os.environ["PYTHONSAFEPATH"] = "1"
os.environ["PYTHONPATH"] = str(Path(fastspec.__file__).resolve().parent.parent)


# A background job of a shell ignores Ctrl-C, and so would the tests of it, and the programs that they start.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def root() -> Path:
    """The repository."""
    return ROOT


@pytest.fixture(scope="session")
def shared() -> Path:
    """Recordings and outputs of other libraries that the project does not ship."""
    path = Path(os.environ.get("FASTSPEC_SHARED", ROOT.parent / "shared"))
    if not path.is_dir():
        pytest.skip("the recordings and outputs of other libraries are not here; FASTSPEC_SHARED names their folder")
    return path


def pytest_collection_finish() -> None:
    """Nineteen thousand tests are a million objects, which the garbage collector need not look through again."""
    gc.collect()
    gc.freeze()
