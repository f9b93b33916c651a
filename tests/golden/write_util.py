"""Write util.npz and filters.npz from librosa 1.0: ``python tests/golden/write_util.py``."""

from pathlib import Path

import librosa
import numpy as np
import scipy
from util_cases import FILTERS, UTIL, as_arrays

VERSIONS = f"librosa {librosa.__version__}, numpy {np.__version__}, scipy {scipy.__version__}"

for name, cases in {"util": UTIL, "filters": FILTERS}.items():
    module = getattr(librosa, name)
    arrays = {}
    for case, call in cases.items():
        arrays |= {f"{case}.{i}": array for i, array in enumerate(as_arrays(call(module)))}
    np.savez_compressed(Path(__file__).with_name(f"{name}.npz"), versions=VERSIONS, **arrays)
