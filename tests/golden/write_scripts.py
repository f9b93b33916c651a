"""Write scripts.npz, what examples/scripts make with librosa 1.0: ``python tests/golden/write_scripts.py``.

librosa's Python needs fastspec, too, for the distance between two signals.
"""

import sys
import tempfile
from pathlib import Path

import numpy as np
import soundfile

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from support import goldens
from support.script_runs import ROOT, RUNS, mel_distance, results, run

with tempfile.TemporaryDirectory() as folder:
    printed = {f"{name}.printed": np.array(run(name, "librosa", Path(folder))) for name in RUNS}
    arrays = results(Path(folder))
    original, _ = soundfile.read(ROOT / "examples" / "speech.flac", dtype="float32")
    rebuilt, _ = soundfile.read(Path(folder) / "out.wav", dtype="float32")

distance = np.array(mel_distance(original, rebuilt))
versions = goldens.versions("librosa", "numpy", "scipy")
goldens.save(__file__, "scripts", versions=versions, mel_distance=distance, **arrays, **printed)
