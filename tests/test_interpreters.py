"""Interpreters besides the usual one: a second one in a process, and one without the GIL."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

# In each of two interpreters, one after the other: a result, or an ImportError (NumPy's, mostly) in words.
SECOND = """
import sys
try:
    import _interpreters as interpreters
except ImportError:
    import _xxsubinterpreters as interpreters

def here():
    import numpy as np
    import fastspec
    return fastspec.feature.logmel(y=np.ones(4096, np.float32)).tobytes()

inside = '''
import warnings
warnings.simplefilter("ignore")
try:
    import numpy as np
    import fastspec
    assert fastspec.stft(np.ones(4096, np.float32)).shape == (1025, 9)
    print("computed", flush=True)
except ImportError as error:
    assert str(error).strip()
    print("refused", flush=True)
'''
want = here() if sys.argv[1] == "imported" else None
for _ in range(2):
    number = interpreters.create()
    failed = getattr(interpreters, "exec", interpreters.run_string)(number, inside)
    assert failed is None, failed
    interpreters.destroy(number)
if want:
    assert here() == want
"""


@pytest.mark.skipif(np.lib.NumpyVersion(np.__version__) < "2.0.0", reason="NumPy 1 may crash there by itself")
@pytest.mark.parametrize("before", ["imported", "not imported"])
def test_second_interpreter(before):
    """It computes, or says that it cannot; the first one goes on as before, and the process ends well."""
    if sys.version_info >= (3, 14):
        pytest.importorskip("_interpreters")
    done = subprocess.run([sys.executable, "-c", SECOND, before], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-2000:]
    assert set(done.stdout.split()) <= {"computed", "refused"}
    assert len(done.stdout.split()) == 2


def test_free_threaded_python_is_refused(root):
    """By the build, in a sentence that says what to do; no wheel is for it."""
    if not (root / "setup.py").exists():
        pytest.skip("there is no setup.py here")
    pytest.importorskip("Cython")
    pytest.importorskip("setuptools")
    code = "import runpy, sysconfig; sysconfig.get_config_vars()['Py_GIL_DISABLED'] = 1; runpy.run_path('setup.py')"
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True)
    assert done.returncode == 1
    (said,) = done.stderr.splitlines()
    assert "free-threaded" in said
    assert "use" in said
