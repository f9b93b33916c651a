"""Write beat.npz and decompose.npz from librosa 1.0: ``python tests/golden/write_beat.py``."""

import sys
import warnings
from pathlib import Path

import librosa
import numpy as np
import scipy

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from golden.beat_cases import BEAT, DECOMPOSE
from golden.util_cases import as_arrays

VERSIONS = f"librosa {librosa.__version__}, numpy {np.__version__}, scipy {scipy.__version__}"

for name, cases in {"beat": BEAT, "decompose": DECOMPOSE}.items():
    arrays = {}
    for case, call in cases.items():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            result = call(librosa)
        arrays |= {f"{case}.{i}": array for i, array in enumerate(as_arrays(result))}
    np.savez_compressed(Path(__file__).with_name(f"{name}.npz"), versions=VERSIONS, **arrays)
