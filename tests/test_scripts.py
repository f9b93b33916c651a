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
DECIBELS = {"patches": 0.01, "music.features": 0.01, "speech.features": 0.01}


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize("script", [name for name in RUNS if name != "mel_to_wav"])
def test_script_makes_librosas_results(script, library, tmp_path):
    printed = run(script, library, tmp_path)
    assert printed == str(GOLDEN[f"{script}.printed"])
    found = results(tmp_path)
    assert found
    if script == "patches":
        assert found["patches"].shape == (7, 64, 500)
        found["patches"] = found["patches"][:, ::4, ::8]
    for name, ours in found.items():
        theirs = GOLDEN[name]
        assert (ours.shape, ours.dtype) == (theirs.shape, theirs.dtype)
        np.testing.assert_allclose(ours, theirs, rtol=2e-6, atol=DECIBELS.get(name, 2e-6 * np.abs(theirs).max()))


@pytest.mark.parametrize("library", LIBRARIES)
def test_signal_from_its_mel_spectrogram(library, tmp_path):
    run("mel_to_wav", library, tmp_path)
    original, sr = soundfile.read(SPEECH, dtype="float32")
    rebuilt, rate = soundfile.read(tmp_path / "out.wav", dtype="float32")
    assert (rate, rebuilt.shape) == (sr, original.shape)
    assert np.abs(rebuilt).max() == pytest.approx(0.9, abs=1e-4)
    # Phases differ with the last bit of the spectrum they start from; what is heard does not.
    assert mel_distance(original, rebuilt) < 1.05 * GOLDEN["mel_distance"]
