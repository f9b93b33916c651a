"""Writes pitch.npz and harmonic.npz: run with librosa 1.0 installed, ``python tests/golden/write_pitch.py``."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

VOICE = "fmin=80, fmax=900"


def yin_calls():
    options = (
        "",
        "center=False",
        "trough_threshold=0.02",
        "trough_threshold=0.5",
        "hop_length=300",
        "hop_length=3000",
        "frame_length=1024",
        "frame_length=1023, hop_length=77",
        "sr=16000",
        "pad_mode='reflect'",
        "pad_mode='edge'",
        "frame_length=500",
    )
    for y in ("lib.glide(12000)", "lib.glide(12000, dtype=np.float64)", "lib.noise(6000)"):
        for option in options:
            yield f"lib.yin({y}, {VOICE}, {option})"
    yield f"lib.yin(lib.stereo(8000), {VOICE})"
    yield f"lib.yin(lib.stereo(8000)[:, ::2], {VOICE})"
    yield f"lib.yin(np.asfortranarray(lib.stereo(8000)), {VOICE})"
    yield f"lib.yin(np.zeros(5000), {VOICE})"
    yield f"lib.yin(np.ones(5000, np.float32), {VOICE}, center=False)"
    yield "lib.yin(lib.glide(12000), fmin=65.4, fmax=2093)"
    yield "lib.yin(lib.glide(12000), fmin=300, fmax=11025)"
    yield "lib.yin(lib.glide(12000), fmin=15, fmax=900)"


def pyin_calls():
    options = (
        "",
        "center=False",
        "fill_na=None",
        "fill_na=-1.0",
        "n_thresholds=20",
        "beta_parameters=(1, 3)",
        "boltzmann_parameter=0.5",
        "boltzmann_parameter=0",
        "resolution=0.25",
        "resolution=0.4, hop_length=300",
        "max_transition_rate=10",
        "switch_prob=0.2",
        "switch_prob=0",
        "switch_prob=1",
        "no_trough_prob=0.3",
        "transition_min_prob=None",
        "transition_min_prob=1e-3",
        "transition_min_prob=0",
        "frame_length=1024, hop_length=200",
        "pad_mode='reflect'",
    )
    for option in options:
        for part in range(3):
            yield f"lib.pyin(lib.glide(14000), {VOICE}, {option})[{part}]"
    for part in range(3):
        yield f"lib.pyin(lib.glide(9000, dtype=np.float64), {VOICE})[{part}]"
        yield f"lib.pyin(lib.stereo(9000), {VOICE})[{part}]"
        yield f"lib.pyin(lib.noise(9000), {VOICE})[{part}]"
        yield f"lib.pyin(np.zeros(9000), {VOICE})[{part}]"
        yield f"lib.pyin(lib.glide(16000), fmin=65.4, fmax=2093)[{part}]"


def bad_calls():
    for name in ("yin", "pyin"):
        yield f"lib.{name}(lib.noise(4096))"
        yield f"lib.{name}(lib.noise(4096), fmin=None, fmax=900)"
        yield f"lib.{name}(lib.noise(4096), fmin=80, fmax=None)"
        yield f"lib.{name}(lib.noise(4096), fmin=80, fmax=12000)"
        yield f"lib.{name}(lib.noise(4096), fmin=900, fmax=80)"
        yield f"lib.{name}(lib.noise(4096), fmin=0, fmax=80)"
        yield f"lib.{name}(lib.noise(4096), fmin=-1, fmax=80)"
        yield f"lib.{name}(lib.noise(4096), fmin=5, fmax=80)"
        yield f"lib.{name}(lib.noise(4096), {VOICE}, hop_length=0)"
        yield f"lib.{name}(lib.noise(1000), {VOICE}, center=False)"
        yield f"lib.{name}(lib.noise(4096).astype(int), {VOICE})"
        yield f"lib.{name}([0.0] * 4096, {VOICE})"
        yield f"lib.{name}(lib.noise(4096) * np.nan, {VOICE})"
        yield f"lib.{name}(lib.noise(4096), {VOICE}, pad_mode='nonsense')"
        yield f"lib.{name}(lib.noise(4096), 80, 900)"
    for option in ("switch_prob=2", "switch_prob=-0.1", "transition_min_prob=-1", "transition_min_prob=0.9"):
        yield f"lib.pyin(lib.glide(9000), {VOICE}, {option})"
    yield "lib.pyin(lib.glide(9000), fmin=200, fmax=220)"
    yield "lib.pyin(lib.glide(9000), fmin=200, fmax=200.1)"
    yield f"lib.pyin(lib.glide(9000), {VOICE}, max_transition_rate=-9)"
    yield f"lib.pyin(lib.noise(9000), {VOICE}, no_trough_prob=-3)"


def peak_calls():
    for part in range(2):
        for option in (
            "",
            "fmin=50, fmax=20000",
            "fmin=-1, fmax=300",
            "fmin=500, fmax=400",
            "threshold=0.5",
            "threshold=1, ref=lib.mean",
            "ref=2.0",
            "ref=np.array([3.0, 1.0, 2.0, 8.0])",
            "n_fft=30",
            "sr=8000, fmax=5000",
        ):
            yield f"lib.piptrack(S=lib.heights(17, 4), {option})[{part}]"
        for S in (
            "lib.heights(17, 4, dtype=np.float32)",
            "lib.heights(17, 4).T.copy().T",
            "lib.heights(2, 17, 4)",
            "-lib.heights(17, 4)",
            "lib.heights(17, 4) * (1 - 1j)",
            "np.zeros((17, 4))",
            "np.ones((17, 4))",
            "lib.heights(17, 4).astype(int)",
        ):
            yield f"lib.piptrack(S={S}, fmax=20000)[{part}]"
        yield f"lib.piptrack(y=lib.glide(4000), n_fft=512)[{part}]"
        yield f"lib.piptrack(y=lib.stereo(1500), n_fft=256, hop_length=300, window='boxcar')[{part}]"
        yield f"lib.piptrack(y=lib.glide(3000, dtype=np.float64), n_fft=512, center=False, win_length=400)[{part}]"
    yield "lib.piptrack()"
    yield "lib.piptrack(lib.noise(4096))"
    yield "lib.piptrack(y=lib.noise(4096), n_fft=None)"


def tuning_calls():
    for option in ("", "resolution=0.05", "bins_per_octave=36", "fmin=50, fmax=2000, threshold=0.3", "n_fft=4096"):
        yield f"lib.estimate_tuning(y=lib.glide(12000), {option})"
    yield "lib.estimate_tuning(y=lib.stereo(9000))"
    yield "lib.estimate_tuning(S=lib.heights(257, 9))"
    yield "lib.estimate_tuning(S=np.zeros((257, 9)))"
    yield "lib.estimate_tuning()"
    for frequencies in ("[440]", "[450.0, 451, 452, 880]", "np.array([[446.0, -3], [0, 223]])", "440.0", "[]", "[0.0]"):
        for option in ("", "resolution=0.1", "bins_per_octave=24"):
            yield f"lib.pitch_tuning({frequencies}, {option})"


def harmonic_calls():
    h = "harmonics=[0.5, 1, 2, 3.3]"
    x, moving, gaps = "lib.heights(12, 5)", "freqs=lib.moving_grid(12, 5)", "freqs=lib.moving_grid(12, 5, gaps=True)"
    fills = ("fill_value=-1", "fill_value=np.nan", "fill_value='extrapolate'")
    for option in ("", "kind='nearest'", "kind='cubic'", *fills):
        yield f"lib.interp_harmonics({x}, freqs=lib.grid(12), {h}, {option})"
        yield f"lib.interp_harmonics({x}, {moving}, {h}, {option})"
        if "extrapolate" not in option:
            f0 = "f0=np.array([60.0, 75, 111, np.nan, 200])"
            yield f"lib.f0_harmonics({x}, {f0}, freqs=lib.grid(12), {h}, {option})"
            yield f"lib.f0_harmonics({x}, {f0}, {moving}, {h}, {option})"
            yield f"lib.f0_harmonics({x}, {f0}, {gaps}, {h}, {option})"
    single = "lib.heights(12, 5, dtype=np.float32)"
    for data in (single, f"{x}.astype(int)", f"{x} * 1j", f"{x}[:, :0]", "lib.heights(3, 12, 5)"):
        yield f"lib.interp_harmonics({data}, freqs=lib.grid(12), {h})"
    yield f"lib.interp_harmonics({x}, {gaps}, {h})"
    yield f"lib.interp_harmonics({x}.T, freqs=lib.grid(12), {h}, axis=-1)"
    yield f"lib.interp_harmonics({x}[:, 0], freqs=lib.grid(12), {h}, axis=0)"
    yield f"lib.interp_harmonics({x}, freqs=lib.grid(12)[::-1], {h})"
    yield f"lib.interp_harmonics({x}, freqs=lib.grid(12).astype(int), {h})"
    yield f"lib.interp_harmonics({x}, freqs=np.ones(12), {h})"
    yield f"lib.interp_harmonics({x}, freqs=lib.grid(11), {h})"
    yield f"lib.interp_harmonics({x}, freqs=lib.grid(12), {h}, kind='nonsense')"
    yield f"lib.f0_harmonics({x}, f0=np.ones(5), freqs=lib.grid(11), {h})"
    yield f"lib.f0_harmonics({x}, f0=np.ones(4), freqs=lib.grid(12), {h})"
    yield f"lib.f0_harmonics({x}, f0=70.0, freqs=lib.grid(12), {h})"
    for option in (
        "",
        "filter_peaks=False",
        "fill_value=0",
        "weights=[1, 2, 3, 4]",
        "aggregate=np.max",
        "aggregate=np.max, weights=[1, 2]",
        "weights=[1, 2]",
        "kind='cubic'",
    ):
        yield f"lib.salience({x}, freqs=lib.grid(12), {h}, {option})"
    yield f"lib.salience({x}, {moving}, {h})"
    yield f"lib.salience({x}, freqs=lib.grid(12), {h}, axis=0)"
    yield f"lib.salience({x}.T, freqs=lib.grid(12), {h}, axis=-1)"


if __name__ == "__main__":
    import librosa
    from support.calls import save
    from support.pitch_signals import bench

    with_all = bench(librosa)
    save(__file__, "pitch", [*yin_calls(), *pyin_calls(), *bad_calls(), *peak_calls(), *tuning_calls()], with_all)
    save(__file__, "harmonic", list(harmonic_calls()), with_all)
