"""Recipes beside asrfront, where it is installed: features, and the audio tokens that it counts."""

from __future__ import annotations

import importlib

import numpy as np
import pytest
from support.recipe_goldens import close, noise

import fastspec

pytest.importorskip("asrfront")

# The recipe, the call, its options, and our changes.
CASES = {
    "whisper": ("whisper", "log_mel", {"pad_or_trim": False}, {}),
    "whisper-large-v3": ("whisper", "log_mel", {"n_mels": 128}, {"samples": 480000}),
    "qwen3-asr": ("qwen3_asr", "log_mel", {}, {"frames_multiple": 1}),
    "sensevoice": ("sensevoice", "fbank", {}, {}),
    "gemma4": ("gemma4", "log_mel", {}, {}),
}


@pytest.mark.parametrize("name", sorted(CASES))
@pytest.mark.parametrize("n", [8000, 12345, 16129, 48001])
def test_features(name, n):
    """3e-4 (1 + |value|)."""
    module, function, options, changes = CASES[name]
    y = noise(n, seed=n)
    theirs = getattr(importlib.import_module(f"asrfront.{module}"), function)(y, **options)
    ours = fastspec.recipe(name, **changes)(y)
    if name == "gemma4":  # which leaves out frames that are padding in part
        n_valid = len(theirs)
        assert not ours[n_valid:].any()
        ours = ours[:n_valid]
    close(ours, theirs.astype(np.float64), 3e-4)


def test_audio_tokens():
    from asrfront import gemma4, qwen3_asr

    for n in (8000, 16000, 16001, 99999, 160000, 480000):
        assert fastspec.recipe("qwen3-asr").n_tokens(n) == qwen3_asr.num_audio_tokens(n // 160)
        assert fastspec.recipe("gemma4").n_tokens(n) == gemma4.num_audio_tokens(gemma4.num_frames(n))
