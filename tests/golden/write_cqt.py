"""Writes cqt.npz: run with librosa 1.0 installed, ``python tests/golden/write_cqt.py``."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

Y = "lib.chord(16000)"
LONG = "lib.chord(24000)"
BAD = (
    "fmin=12000",
    "fmin=0",
    "n_bins=0",
    "n_bins=110",
    "n_bins=12.0",
    "bins_per_octave=12.5",
    "hop_length=0",
    "filter_scale=0",
    "sparsity=1",
    "sparsity=-0.5",
    "norm='x'",
    "norm=-2",
    "window='nonsense'",
    "pad_mode='wrap'",
    "frobnicate=1",
)


def cqt_calls():
    for options in (
        "hop_length=2048",
        "hop_length=2048, sparsity=0",
        "hop_length=2048, res_type='polyphase'",
        "hop_length=2048, res_type='soxr_vhq'",
        "hop_length=2047",
        "hop_length=2047, sparsity=0",
        "hop_length=2048, n_bins=None",
        "hop_length=2048, n_bins=1",
        "hop_length=2048, n_bins=30, fmin=50.5",
        "hop_length=2048, n_bins=48, bins_per_octave=24, fmin=65.4",
        "hop_length=2048, n_bins=20, bins_per_octave=7",
        "hop_length=2048, tuning=0.3",
        "hop_length=2048, tuning=-0.5",
        "hop_length=2048, tuning=None",
        "hop_length=2048, filter_scale=0.5",
        "hop_length=2048, filter_scale=1.5, n_bins=60",
        "hop_length=2048, window='hamming'",
        "hop_length=2048, window=('kaiser', 8.0)",
        "hop_length=2048, window='blackmanharris'",
        "hop_length=2048, window=4.5",
        "hop_length=2048, window=np.hanning",
        "hop_length=2048, scale=False",
        "hop_length=2048, norm=2",
        "hop_length=2048, norm=2, scale=False",
        "hop_length=2048, norm=np.inf",
        "hop_length=2048, norm=-np.inf, window='hamming'",
        "hop_length=2048, norm=0",
        "hop_length=2048, norm=1.5",
        "hop_length=2048, norm=None",
        "hop_length=2048, pad_mode='edge'",
        "hop_length=2048, pad_mode='reflect'",
        "hop_length=2048, pad_mode='symmetric'",
        "hop_length=2048, dtype=np.complex128",
        "hop_length=2048, dtype='complex64'",
        "hop_length=2048, sr=8000, fmin=20.0, n_bins=60",
        "hop_length=4096, n_bins=12",
        "hop_length=4096, n_bins=24, scale=False",
        "hop_length=4096, n_bins=24, norm=2",
    ):
        yield f"lib.cqt({Y}, {options})"
    for y in (
        "lib.chord(16000, dtype=np.float64)",
        "np.stack([lib.chord(16000), lib.noise(16000)])",
        "lib.chord(3000)",
        "lib.chord(16383)",
        "lib.chord(16384)",
        "lib.chord(32000)[::2]",
        "np.zeros(20000, np.float32)",
    ):
        yield f"lib.cqt({y}, hop_length=2048, n_bins=72)"
    for n in (8191, 8190, 8192, 8129, 1):
        yield f"lib.cqt(lib.chord({n}), hop_length=4096, n_bins=24)"
    yield "lib.layout(lib.cqt(lib.chord(16000)))"
    yield from (f"lib.cqt({Y}, {bad})" for bad in BAD)
    for y in ("np.zeros(30000, np.int16)", "np.full(30000, np.nan)", "np.array(1.0)"):
        yield f"lib.cqt({y})"


def vqt_calls():
    for options in (
        "hop_length=2048",
        "hop_length=2048, n_bins=None",
        "hop_length=2048, gamma=0",
        "hop_length=2048, gamma=20",
        "hop_length=2047, gamma=20",
        "hop_length=2048, intervals='pythagorean'",
        "hop_length=2048, intervals='ji3', gamma=0",
        "hop_length=2048, intervals='ji5', gamma=0",
        "hop_length=2048, intervals='ji5', bins_per_octave=17, n_bins=51",
        "hop_length=2048, intervals=[1, 1.125, 1.25, 1.5, 1.75], gamma=0, n_bins=30",
        "hop_length=2047, intervals=[1, 1.125, 1.25, 1.5, 1.75], gamma=0, n_bins=30",
        "hop_length=2048, intervals=[1, 1.25, 1.5], gamma=0, n_bins=18, tuning=0.4",
        "hop_length=2048, tuning=None",
        "gamma=-1",
    ):
        yield f"lib.vqt({Y}, {options})"


def magnitude_calls():
    for name in ("pseudo_cqt", "hybrid_cqt"):
        for options in (
            "hop_length=2048",
            "hop_length=2048, sparsity=0",
            "hop_length=2048, sparsity=0.1, scale=False",
            "hop_length=300, n_bins=48, fmin=200.0",
            "hop_length=2048, n_bins=None",
            "hop_length=2048, n_bins=1",
            "hop_length=2048, norm=2, tuning=0.2",
            "hop_length=2048, window='hamming', filter_scale=0.7",
            "hop_length=2048, pad_mode='reflect'",
            "hop_length=2048, dtype=np.complex128",
            "hop_length=4096, n_bins=50",
            "tuning=None, hop_length=2048",
        ):
            yield f"lib.{name}({LONG}, {options})"
        yield f"lib.{name}(np.stack([lib.chord(24000), lib.noise(24000)]), hop_length=4096)"
        yield f"lib.{name}(lib.chord(24000, dtype=np.float64), hop_length=2048)"
        yield f"lib.{name}(lib.chord(900), n_bins=12, fmin=2000.0)"
        yield f"lib.{name}(lib.chord(900))"
        yield f"lib.layout(lib.{name}(lib.chord(24000)))"
        yield from (f"lib.{name}({LONG}, {bad})" for bad in BAD if not bad.endswith((".0", ".5")) or "sparsity" in bad)


def inverse_calls():
    """Shapes, dtypes and errors: what the values should be is another matter."""
    C = "lib.cqt(lib.chord(20000), hop_length=256, n_bins=36)"
    for options in (
        *("", "length=20000", "length=5000", "length=30000", "dtype=np.float32", "dtype=np.float64", "scale=False"),
        *("norm=2", "sparsity=0", "sparsity=1", "window='hamming'", "filter_scale=0", "tuning=0.1", "frobnicate=1"),
    ):
        yield f"lib.layout(lib.icqt({C}, hop_length=256{', ' if options else ''}{options}))"
    yield f"lib.layout(lib.icqt(np.abs({C}), hop_length=256))"
    yield f"lib.layout(lib.icqt({C}.astype(np.complex128), hop_length=256))"
    yield f"lib.layout(lib.icqt(np.stack([{C}, {C}]), hop_length=256))"
    yield f"lib.layout(lib.icqt({C}[:1], hop_length=256))"
    yield f"lib.layout(lib.icqt({C}[:, :1], hop_length=256))"
    S = f"np.abs({C})"
    for options in (
        *(
            "",
            "length=20000",
            "init=None",
            "momentum=0",
            "momentum=1.2",
            "momentum=-1",
            "init='zeros'",
            "random_state=3",
        ),
        *(
            "random_state=3",
            "rng=3, random_state=3",
            "rng='x'",
            "dtype=np.float32",
            "rng=np.random.RandomState(1)",
            "pad_mode='reflect'",
        ),
        *("n_iter=0", "length=3000"),
    ):
        rounds = "" if "n_iter" in options else ", n_iter=2"
        yield f"lib.layout(lib.griffinlim_cqt({S}, hop_length=256{rounds}{', ' if options else ''}{options}))"


def feature_calls():
    for options in (
        "",
        "tuning=0.0",
        "tuning=0.0, cqt_mode='hybrid'",
        "tuning=0.0, cqt_mode='half'",
        "tuning=0.0, n_octaves=5, bins_per_octave=24, fmin=65.4",
        "tuning=0.0, n_chroma=24, bins_per_octave=None, norm=2",
    ):
        yield f"lib.chroma_cqt(y=lib.chord(30000), hop_length=2048{', ' if options else ''}{options})"
    yield "lib.chroma_cens(y=lib.chord(30000), hop_length=2048, tuning=0.0)"
    yield "lib.chroma_vqt(y=lib.chord(30000), hop_length=2048, intervals='ji5')"
    yield "lib.chroma_vqt(y=lib.chord(30000), hop_length=2048, intervals=[1, 1.25, 1.5], n_octaves=5, gamma=10)"
    yield "lib.tonnetz(y=lib.chord(30000), hop_length=2048, tuning=0.0)"


def parameter_calls():
    yield from (f"lib.parameters(lib.{name})" for name in cqt_signals.NAMES)


if __name__ == "__main__":
    import librosa
    from support import cqt_signals
    from support.calls import save

    every = (parameter_calls, cqt_calls, vqt_calls, magnitude_calls, inverse_calls, feature_calls)
    save(__file__, "cqt", list(dict.fromkeys(call for calls in every for call in calls())), cqt_signals.bench(librosa))
