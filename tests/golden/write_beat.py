"""Write beat.npz and decompose.npz from librosa 1.0: ``python tests/golden/write_beat.py``."""

import sys
from pathlib import Path

import librosa

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from support import goldens
from support.beat_cases import BEAT, DECOMPOSE

for name, cases in {"beat": BEAT, "decompose": DECOMPOSE}.items():
    goldens.save_cases(__file__, name, cases, librosa)
