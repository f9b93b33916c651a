"""Write onset.npz, rhythm.npz and effects.npz from librosa 1.0: ``python tests/golden/write_rhythm.py``."""

import sys
from pathlib import Path

import librosa

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from support import goldens
from support.rhythm_cases import EFFECTS, ONSET, RHYTHM

for name, cases in {"onset": ONSET, "rhythm": RHYTHM, "effects": EFFECTS}.items():
    goldens.save_cases(__file__, name, cases, librosa)
