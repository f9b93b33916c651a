"""Writes descriptors.npz, chroma.npz and delta.npz: run with librosa 1.0, ``python
tests/golden/write_descriptors.py``."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

SPECTRAL = ("spectral_centroid", "spectral_bandwidth", "spectral_contrast", "spectral_rolloff", "spectral_flatness")
STFT = "n_fft=512, hop_length=200"
SOURCES = (
    f"y=lib.tone(4000), {STFT}",
    f"y=lib.tone(4000, dtype=np.float64), {STFT}",
    f"y=lib.noise(2, 2, 1500, dtype=np.float64), {STFT}",
    f"y=lib.noise(1500), {STFT}, center=False",
    "y=lib.noise(1500, dtype=np.float64), n_fft=301, hop_length=77, win_length=200, window='hamming', "
    "pad_mode='reflect'",
    "S=lib.power(257, 5)",
    "S=lib.power(257, 5, dtype=np.float64)",
    "S=np.asfortranarray(lib.power(257, 70, dtype=np.float64))",
    "S=lib.power(2, 257, 4, dtype=np.float64)",
    "S=np.zeros((257, 3), np.float64)",
    "S=lib.power(257, 8, dtype=np.float64)[:, ::-2]",
    "S=lib.power(257, 0)",
)
BAD = (
    *("", "y=None", "y=np.zeros(3000, np.int16)", "y=np.full(3000, np.nan)", "y=lib.noise(300), center=False"),
    *("S=lib.power(257, 4) + 1j", "S=-lib.power(257, 4)", "S=np.full((257, 4), np.nan)", "y=lib.noise(3000), n_fft=0"),
    *("y=lib.noise(3000), hop_length=0", "y=lib.noise(3000), n_fft=None", "y=lib.noise(3000), frobnicate=1"),
)
OPTIONS = {
    "spectral_centroid": ("sr=8000", "freq=np.arange(257.0)", "freq=np.arange(257)", "freq=np.arange(257, dtype='f4')"),
    "spectral_bandwidth": (
        *("sr=8000", "freq=np.arange(257.0) ** 2", "p=1", "p=3", "p=0.5", "norm=False", "p=3, norm=False"),
        *("centroid=np.full((1, 21), 1000.0)", "centroid=np.full((1, 21), 1000.0), p=4"),
    ),
    "spectral_contrast": (
        *("sr=44100", "fmin=100", "n_bands=3", "quantile=0.2", "quantile=0.95", "linear=True", "n_bands=2, fmin=50"),
        *("freq=np.arange(257) * 40.0", "freq=np.arange(257)[::-1] * 40.0, n_bands=3", "n_bands=0", "n_bands=9"),
        *("n_bands=2.0", "quantile=0", "quantile=1.0", "fmin=0", "fmin=-5", "freq=np.arange(5)", "n_bands=np.int16(2)"),
    ),
    "spectral_rolloff": (
        *("sr=8000", "roll_percent=0.1", "roll_percent=0.99", "roll_percent=0.0", "roll_percent=1", "roll_percent=-1"),
        *("freq=np.arange(257.0)", "freq=np.arange(257)[::-1]", "freq=np.arange(257 * 21.0).reshape(257, 21) % 300"),
    ),
    "spectral_flatness": ("amin=1e-3", "amin=0", "amin=-1", "power=1", "power=3.0", "power=0.5"),
    "poly_features": ("order=0", "order=2", "order=5", "freq=np.arange(257.0)", "order=-1", "freq=np.arange(5)"),
}
TONE = f"y=lib.tone(4000, dtype=np.float64), {STFT}"
FRAMED = "frame_length=256, hop_length=100"


def descriptor_calls():
    for name in (*SPECTRAL, "poly_features"):
        yield f"lib.parameters(lib.{name})"
        # Not the valleys of a tone: in float32, they are rounding noise. See test_tones_in_single_precision.
        tone = "lib.noise(4000" if name == "spectral_contrast" else "lib.tone(4000"
        yield from (f"lib.{name}({source})".replace("lib.tone(4000", tone) for source in SOURCES)
        yield from (f"lib.{name}({TONE}, {option})" for option in OPTIONS[name])
        if name != "poly_features":
            yield from (f"lib.{name}({bad})" for bad in BAD)
    grid = "freq=np.arange(257)[:, np.newaxis] * np.arange(1.0, 22)"
    for name in ("spectral_centroid", "spectral_bandwidth", "poly_features"):
        yield f"lib.{name}({TONE}, {grid})"
    for name in ("spectral_centroid", "spectral_bandwidth", "spectral_rolloff", "spectral_flatness"):
        yield f"lib.{name}(S=np.arange(514).reshape(257, 2) + 1000)"
    yield from energy_calls()


def energy_calls():
    yield "lib.parameters(lib.rms)"
    yield "lib.parameters(lib.zero_crossing_rate)"
    for y in (
        "lib.tone(2000)",
        "lib.noise(2, 2, 700)",
        "lib.noise(900, dtype=np.float64)",
        "lib.noise(900, dtype='f2')",
    ):
        for options in ("", ", center=False", ", center=True, hop_length=256"):
            settings = FRAMED.replace(", hop_length=100", "") if "hop" in options else FRAMED
            yield f"lib.rms(y={y}, {settings}{options})"
            yield f"lib.zero_crossing_rate({y}, {settings}{options})"
    for options in ("pad_mode='reflect'", "pad_mode='mean'", "dtype=np.float64", "dtype=np.float16", "dtype=np.int16"):
        yield f"lib.rms(y=lib.noise(900), {FRAMED}, {options})"
    for options in (
        "pad=True",
        "threshold=0.2",
        "ref_magnitude=2.0",
        "ref_magnitude=np.max, threshold=0.1",
        "zero_pos=False",
    ):
        yield f"lib.zero_crossing_rate(lib.noise(900), {FRAMED}, {options})"
        yield f"lib.zero_crossing_rate(lib.tone(900), {FRAMED}, center=False, {options})"
    for S in (
        "lib.power(129, 5)",
        "lib.power(2, 129, 3, dtype=np.float64)",
        "lib.power(129, 5) * 1j",
        "np.arange(258).reshape(129, 2)",
    ):
        for options in (
            "frame_length=256",
            "frame_length=257",
            "frame_length=256, dtype=np.float64",
            "frame_length=255",
            "",
        ):
            yield f"lib.rms(S={S}, {options})"
    for bad in ("", "y=np.zeros(3000, np.int16)", "y=np.full(3000, np.nan)", "y=lib.noise(200), center=False"):
        yield f"lib.rms({bad})"
        yield f"lib.zero_crossing_rate({bad})"
    for bad in ("hop_length=0", "frame_length=5.5", "pad_mode='nonsense'", "frobnicate=1"):
        yield f"lib.rms(y=lib.noise(3000), {bad})"
        yield f"lib.zero_crossing_rate(lib.noise(3000), {bad})"


def chroma_calls():
    for name in ("chroma_stft", "chroma_cqt", "chroma_cens", "chroma_vqt", "tonnetz"):
        yield f"lib.parameters(lib.{name})"
    for source in SOURCES:
        yield f"lib.chroma_stft({source}, tuning=0.0)"
    for options in (
        *(
            "norm=None",
            "norm=1",
            "norm=2",
            "n_chroma=24",
            "n_chroma=7",
            "tuning=0.3",
            "tuning=-0.25, ctroct=4, octwidth=None",
        ),
        *("base_c=False", "dtype=np.float64", "dtype='f4'", "sr=8000", "norm=-1", "frobnicate=1", "octwidth=1.5"),
    ):
        tuned = options if "tuning" in options else f"tuning=0, {options}"
        yield f"lib.chroma_stft({TONE}, {tuned})"
        yield f"lib.chroma_stft({TONE.replace(', dtype=np.float64', '')}, {tuned})"
    yield from (f"lib.chroma_stft({bad}{', ' if bad else ''}tuning=0.0)" for bad in BAD if not bad.startswith("S="))
    for y in ("lib.tone(9000, dtype=np.float64)", "lib.tone(9000)"):
        yield f"lib.chroma_stft(y={y})"
        yield f"lib.chroma_stft(y={y}, n_chroma=24)"
    C = "C=lib.power(252, 30, dtype=np.float64)"
    yield "lib.layout(lib.chroma_stft(y=lib.tone(4000), tuning=0.0))"
    yield "lib.layout(lib.chroma_stft(S=lib.power(1025, 4), tuning=0.0))"
    yield f"lib.layout(lib.chroma_cqt({C}))"
    yield f"lib.layout(lib.chroma_cens({C}))"
    yield "lib.layout(lib.tonnetz(chroma=lib.power(12, 5)))"
    for options in (
        *(
            "",
            "norm=None",
            "norm=1",
            "threshold=1e-3",
            "threshold=None",
            "n_chroma=36",
            "n_chroma=18",
            "n_chroma=7",
            "fmin=100.0",
        ),
        *("bins_per_octave=None", "window=np.hanning(5)", "bins_per_octave=24, n_chroma=24", "frobnicate=1"),
    ):
        yield f"lib.chroma_cqt({C}, {options})"
        if "threshold" not in options:
            yield f"lib.chroma_cens({C}, {options})" if "None" not in options else f"lib.chroma_cens({C}, norm=None)\n"
    for options in (
        *("win_len_smooth=None", "win_len_smooth=10", "win_len_smooth=1", "win_len_smooth=101", "win_len_smooth=0"),
        *(
            "win_len_smooth=2.5",
            "win_len_smooth=-3",
            "smoothing_window='boxcar'",
            "smoothing_window=np.arange(1.0, 44)",
        ),
    ):
        yield f"lib.chroma_cens({C}, {options})"
    for source in (
        "lib.power(252, 5)",
        "lib.power(2, 252, 5, dtype=np.float64)",
        "np.asfortranarray(lib.power(252, 5))",
    ):
        yield from (f"lib.{name}(C={source})" for name in ("chroma_cqt", "chroma_cens"))
    V = "V=lib.power(60, 5, dtype=np.float64)"
    for options in (
        "intervals='equal'",
        "intervals=[1, 1.25, 1.5]",
        "intervals='ji3', fmin=70.0, norm=2",
        "threshold=1e-2, intervals=(1, 1.5)",
    ):
        yield f"lib.chroma_vqt({V}, {options})"
    yield f"lib.chroma_vqt({V})"
    for chroma in (
        "lib.power(12, 5)",
        "lib.power(24, 5, dtype=np.float64)",
        "lib.power(2, 12, 3, dtype=np.float64)",
        "np.zeros((12, 2))",
    ):
        yield f"lib.tonnetz(chroma={chroma})"
    yield from (
        "lib.tonnetz()",
        "lib.chroma_cqt()",
        "lib.chroma_cens()",
        "lib.chroma_vqt(intervals='equal')",
        "lib.chroma_stft()",
    )


def delta_calls():
    yield "lib.parameters(lib.delta)"
    yield "lib.parameters(lib.stack_memory)"
    for x in (
        "lib.noise(3, 20)",
        "lib.noise(3, 20, dtype=np.float64)",
        "np.arange(20) ** 2",
        "lib.noise(2, 3, 11, dtype=np.float64)",
    ):
        for mode in ("interp", "nearest", "mirror", "constant", "wrap"):
            for options in ("", ", order=2", ", width=5, order=3", ", width=3", ", width=11"):
                yield f"lib.delta({x}, mode='{mode}'{options})"
    x = "lib.noise(15, 15, dtype=np.float64)"
    for options in (
        *(
            "axis=0",
            "axis=1",
            "axis=-2, mode='wrap'",
            "polyorder=3",
            "polyorder=3, order=2",
            "polyorder=1, order=2",
            "delta=0.5",
        ),
        *(
            "delta=2.0, order=2",
            "mode='constant', cval=3.0",
            "deriv=5",
            "width=15",
            "width=17",
            "width=17, mode='mirror'",
        ),
        *(
            "width=4",
            "width=1",
            "width=-3",
            "order=0",
            "order=-1",
            "order=1.0",
            "mode='nonsense'",
            "polyorder=9",
            "axis=5",
        ),
        *(
            "frobnicate=1",
            "width=9.0, mode='nearest'",
            "order=8",
            "order=9",
            "width=31, mode='wrap'",
            "width=31, mode='nearest'",
        ),
    ):
        yield f"lib.delta({x}, {options})"
    yield "lib.layout(lib.delta(np.asfortranarray(lib.noise(3, 20))))"
    yield "lib.delta(lib.noise(20, dtype='f2'))"
    yield "lib.delta(np.full((2, 12), np.nan), mode='nearest')"
    for x in (
        "np.arange(6)",
        "np.arange(12).reshape(2, 6)",
        "lib.noise(2, 2, 6)",
        "np.asfortranarray(lib.noise(3, 6))",
    ):
        for options in (
            "",
            "n_steps=3",
            "n_steps=3, delay=2",
            "delay=-1",
            "n_steps=4, delay=-2",
            "n_steps=3, mode='edge'",
            "n_steps=1",
        ):
            yield f"lib.stack_memory({x}, {options})"
    for options in (
        "mode='reflect'",
        "constant_values=7",
        "constant_values=np.nan",
        "n_steps=9, delay=3",
        "mode='wrap', delay=-2",
    ):
        yield f"lib.stack_memory(lib.noise(2, 6, dtype=np.float64), {options})"
    for bad in ("n_steps=0", "delay=0", "n_steps=-1", "mode='nonsense'"):
        yield f"lib.stack_memory(lib.noise(2, 6), {bad})"
    yield "lib.stack_memory(np.zeros((3, 0)))"
    yield "lib.layout(lib.stack_memory(np.asfortranarray(lib.noise(3, 6))))"


if __name__ == "__main__":
    import librosa
    from support import calls
    from support.feature_goldens import bench

    for area, expressions in (
        ("descriptors", descriptor_calls()),
        ("chroma", chroma_calls()),
        ("delta", delta_calls()),
    ):
        calls.save(__file__, area, list(dict.fromkeys(call.strip() for call in expressions)), bench(librosa))
