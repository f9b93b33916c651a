"""Write display.npz from librosa 1.0: ``python tests/golden/write_display.py``."""

import json
import sys
import warnings
from pathlib import Path

import librosa
import librosa.display
import matplotlib
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from golden.display_cases import all_facts

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    facts = all_facts(librosa)

np.savez_compressed(
    Path(__file__).with_name("display.npz"),
    versions=f"librosa {librosa.__version__}, numpy {np.__version__}, matplotlib {matplotlib.__version__}",
    facts=np.frombuffer(json.dumps(facts).encode(), np.uint8),
)
