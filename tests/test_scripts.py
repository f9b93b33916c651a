"""examples/scripts under fastspec's name and, where it is installed, under librosa's: the same results."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pytest
import soundfile
from support.script_runs import ROOT, RUNS, mel_distance, results, run

GOLDEN = np.load(Path(__file__).parent / "golden" / "scripts.npz")
SPEECH = ROOT / "examples" / "speech.flac"
LIBRARIES = ["fastspec"] + ["librosa"] * (importlib.util.find_spec("librosa") is not None)
# Levels of quiet cells come from rounding, of librosa's float32 spectra as of ours: 0.01 dB at 80 dB below the peak.
DECIBELS = {"patches": 0.01, "music.features": 0.01, "speech.features": 0.01, "pictures.shown": 0.01}
# Root of the sum of squares, relative to the whole. librosa's constant-Q bands are approximations (docs/cqt.md);
# masks, contrast and PCEN magnify the rounding of cells that are nearly silent.
RELATIVE = {
    "beat_features.contrast": 1e-3,
    "chroma_variants.cens": 0.02,
    "chroma_variants.cqt": 0.01,
    "chroma_variants.shared": 0.02,
    "chroma_variants.smooth": 0.02,
    "components.one": 1e-5,
    "harmonic_percussive.masks": 1e-3,
    "pcen_stream.pcen": 5e-5,
    "rainbowgram.colours": 0.02,
    "rainbowgram.strength": 0.01,
    "repetition_filter.voice_mask": 1e-3,
    "sections.values": 0.01,
    "structure.distance": 1e-5,
}


def assert_alike(name: str, ours: np.ndarray, theirs: np.ndarray) -> None:
    assert (ours.shape, ours.dtype) == (theirs.shape, theirs.dtype), name
    if ours.dtype.kind not in "fc":
        np.testing.assert_array_equal(ours, theirs, err_msg=name)
    elif name in RELATIVE:
        assert np.linalg.norm(ours - theirs) <= RELATIVE[name] * np.linalg.norm(theirs), name
    else:
        largest = np.nanmax(np.abs(theirs), initial=0)
        atol = DECIBELS.get(name, 5e-6 * largest)
        np.testing.assert_allclose(ours, theirs, rtol=2e-6, atol=atol, err_msg=name)


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize("script", [name for name in RUNS if name != "mel_to_wav"])
def test_script_makes_librosas_results(script, library, tmp_path):
    if script == "pictures":
        pytest.importorskip("matplotlib", minversion="3.8")
    printed = run(script, library, tmp_path)
    assert printed == str(GOLDEN[f"{script}.printed"])
    found = results(tmp_path)
    assert found
    for name, ours in found.items():
        assert_alike(name, ours, GOLDEN[name])


def test_every_script_is_run_and_told_of():
    scripts = {path.stem for path in (ROOT / "examples" / "scripts").glob("*.py")}
    assert scripts == set(RUNS)
    told = (ROOT / "examples" / "README.md").read_text()
    assert not [name for name in scripts if f"| `{name}.py` |" not in told]


@pytest.mark.parametrize("library", LIBRARIES)
def test_signal_from_its_mel_spectrogram(library, tmp_path):
    run("mel_to_wav", library, tmp_path)
    original, sr = soundfile.read(SPEECH, dtype="float32")
    rebuilt, rate = soundfile.read(tmp_path / "out.wav", dtype="float32")
    assert (rate, rebuilt.shape) == (sr, original.shape)
    assert np.abs(rebuilt).max() == pytest.approx(0.9, abs=1e-4)
    # Phases differ with the last bit of the spectrum they start from; what is heard does not.
    assert mel_distance(original, rebuilt) < 1.05 * GOLDEN["mel_distance"]
