"""Write display.npz from librosa 1.0: ``python tests/golden/write_display.py``."""

import json
import sys
import warnings
from pathlib import Path

import librosa
import librosa.display
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from support import goldens
from support.display_cases import all_facts

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    facts = all_facts(librosa)

goldens.save(
    __file__,
    "display",
    versions=goldens.versions("librosa", "numpy", "matplotlib"),
    facts=np.frombuffer(json.dumps(facts).encode(), np.uint8),
)
