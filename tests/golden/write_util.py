"""Write util.npz and filters.npz from librosa 1.0: ``python tests/golden/write_util.py``."""

import sys
from pathlib import Path

import librosa

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from support import goldens
from support.util_cases import FILTERS, UTIL

for name, cases in {"util": UTIL, "filters": FILTERS}.items():
    goldens.save_cases(__file__, name, cases, getattr(librosa, name))
